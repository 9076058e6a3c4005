/* The uplink envelope: what is altered, forged, cut, replayed or wrongly keyed changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "sim/error.h"
#include "sim/wire/envelope.h"
#include "tests/frames/frames.h"

static const struct dlt645_address meter_161 = {{0x61, 0x01, 0, 0, 0, 0}};

/* Two ends of one link, and a message that the platform has sealed for the meter. */
struct link {
    struct envelope_context *context;
    struct envelope_key key;
    struct envelope_counters platform;
    struct envelope_counters meter;
    uint8_t payload[20];
    uint8_t envelope[ENVELOPE_SIZE_MAX];
    size_t size;
};

static int seal_down(struct link *link)
{
    return envelope_seal(link->context, &link->key, ENVELOPE_DOWN, &meter_161, &link->platform,
                         link->payload, sizeof link->payload, link->envelope,
                         sizeof link->envelope);
}

static int open_down(struct link *link, uint8_t *payload, size_t capacity)
{
    return envelope_open(link->context, &link->key, ENVELOPE_DOWN, &meter_161, &link->meter,
                         link->envelope, link->size, payload, capacity);
}

/* Opens into a buffer of marks; a refusal must leave no plaintext and no changed counter. */
static int open_and_check(struct link *link)
{
    const struct envelope_counters before = link->meter;
    uint8_t payload[ENVELOPE_PAYLOAD_MAX];
    int result;

    memset(payload, 0xA5, sizeof payload);
    result = open_down(link, payload, sizeof payload);
    if (result >= 0) {
        assert_memory_equal(payload, link->payload, sizeof link->payload);
        return result;
    }
    assert_memory_equal(&link->meter, &before, sizeof before);
    for (size_t i = 0; i < sizeof payload; i++) {
        assert_true(payload[i] == 0xA5 || payload[i] == 0);
    }
    return result;
}

static int make_link(void **state)
{
    struct link *link = calloc(1, sizeof *link);
    uint8_t master[32];

    for (size_t i = 0; i < sizeof master; i++) {
        master[i] = (uint8_t)i;
    }
    link->context = envelope_context_new();
    assert_non_null(link->context);
    assert_int_equal(envelope_derive_key(master, sizeof master, &meter_161, &link->key), 0);
    for (size_t i = 0; i < sizeof link->payload; i++) {
        link->payload[i] = (uint8_t)(0x11 + i);
    }
    assert_int_equal(seal_down(link), sizeof link->payload + ENVELOPE_OVERHEAD);
    link->size = sizeof link->payload + ENVELOPE_OVERHEAD;
    *state = link;
    return 0;
}

static int free_link(void **state)
{
    struct link *link = *state;

    envelope_context_free(link->context);
    free(link);
    return 0;
}

static void the_other_end_reads_what_was_sealed(void **state)
{
    struct link *link = *state;

    assert_int_equal(open_and_check(link), sizeof link->payload);
    assert_int_equal(link->meter.accepted, 1);
    assert_int_equal(link->meter.sent, 0);
    assert_int_equal(link->platform.sent, 1);
    assert_int_equal(link->platform.accepted, 0);
}

static void envelopes_computed_elsewhere_are_made_and_read_byte_for_byte(void **state)
{
    struct link *link = *state;
    struct frames_table *table = frames_open("envelope.hex");

    for (size_t i = 0; i < frames_count(table); i++) {
        enum envelope_direction direction =
            frames_text(table, i, 1)[0] == '0' ? ENVELOPE_UP : ENVELOPE_DOWN;
        uint32_t counter = (uint32_t)strtoul(frames_text(table, i, 2), NULL, 10);
        struct envelope_counters counters = {.sent = counter - 1, .accepted = counter - 1};
        uint8_t payload[FRAMES_BYTES_MAX];
        uint8_t expected[FRAMES_BYTES_MAX];
        uint8_t envelope[ENVELOPE_SIZE_MAX];
        uint8_t opened[ENVELOPE_PAYLOAD_MAX];
        size_t payload_size = frames_bytes(table, i, 3, payload);
        size_t size = frames_bytes(table, i, 4, expected);

        assert_int_equal(envelope_seal(link->context, &link->key, direction, &meter_161, &counters,
                                       payload, payload_size, envelope, sizeof envelope),
                         size);
        assert_memory_equal(envelope, expected, size);
        assert_int_equal(envelope_open(link->context, &link->key, direction, &meter_161, &counters,
                                       expected, size, opened, sizeof opened),
                         payload_size);
        assert_memory_equal(opened, payload, payload_size);
        assert_int_equal(counters.sent, counter);
        assert_int_equal(counters.accepted, counter);
    }
    frames_close(table);
}

/* IEC 62056-5-3, annex E.5: security suite 0, authenticated and encrypted, tag cut to 12 bytes. */
static void the_cipher_is_that_of_dlms_security_suite_0(void **state)
{
    struct link *link = *state;
    static const uint8_t iv[] = {0x4D, 0x4D, 0x4D, 0, 0, 0xBC, 0x61, 0x4E, 0x01, 0x23, 0x45, 0x67};
    static const uint8_t plain[] = {0xC0, 0x01, 0, 0, 0x08, 0, 0, 0x01, 0, 0, 0xFF, 0x02, 0};
    static const uint8_t expected[] = {0x41, 0x13, 0x12, 0xFF, 0x93, 0x5A, 0x47,
                                       0x56, 0x68, 0x27, 0xC4, 0x67, 0xBC};
    static const uint8_t expected_tag[] = {0x7D, 0x82, 0x5C, 0x3B, 0xE4, 0xA7,
                                           0x7C, 0x3F, 0xCC, 0x05, 0x6B, 0x6B};
    struct envelope_key key;
    uint8_t covered[17] = {0x30}; /* security control byte, authentication key */
    uint8_t cipher[sizeof plain];
    uint8_t tag[ENVELOPE_TAG_SIZE];

    for (size_t i = 0; i < sizeof key.bytes; i++) {
        key.bytes[i] = (uint8_t)i;
        covered[1 + i] = (uint8_t)(0xD0 + i);
    }
    assert_true(envelope_gcm(link->context, &key, iv, covered, sizeof covered, plain, sizeof plain, cipher, tag));
    assert_memory_equal(cipher, expected, sizeof expected);
    assert_memory_equal(tag, expected_tag, sizeof expected_tag);
}

static void a_flipped_bit_anywhere_is_refused_and_changes_no_counter(void **state)
{
    struct link *link = *state;

    for (size_t bit = 0; bit < 8 * link->size; bit++) {
        size_t byte = bit / 8;
        int expected = ERROR_ENVELOPE_AUTHENTICATION;

        if (byte == 0) {
            expected = ERROR_ENVELOPE_VERSION;
        } else if (byte == 1) {
            expected = ERROR_ENVELOPE_DIRECTION;
        } else if (byte < 8) {
            expected = ERROR_ENVELOPE_ADDRESS;
        }
        link->envelope[byte] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(open_and_check(link), expected);
        link->envelope[byte] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(link->meter.accepted, 0);
    assert_int_equal(open_and_check(link), sizeof link->payload);
}

static void an_envelope_cut_at_any_length_is_refused(void **state)
{
    struct link *link = *state;
    const size_t size = link->size;

    for (link->size = 0; link->size < size; link->size++) {
        assert_int_equal(open_and_check(link), link->size < ENVELOPE_OVERHEAD
                                                   ? ERROR_ENVELOPE_TOO_SHORT
                                                   : ERROR_ENVELOPE_AUTHENTICATION);
    }
    link->envelope[size] = 0;
    link->size = size + 1;
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_AUTHENTICATION);
    link->size = ENVELOPE_SIZE_MAX + 1;
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_TOO_LONG);
    assert_int_equal(link->meter.accepted, 0);
}

static void an_envelope_is_accepted_once(void **state)
{
    struct link *link = *state;

    assert_int_equal(open_and_check(link), sizeof link->payload);
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_REPLAYED);
    assert_int_equal(link->meter.accepted, 1);
}

static void an_older_envelope_is_refused_after_a_newer_one(void **state)
{
    struct link *link = *state;
    uint8_t first[ENVELOPE_SIZE_MAX];

    memcpy(first, link->envelope, link->size);
    for (int i = 0; i < 4; i++) {
        assert_true(seal_down(link) > 0);
    }
    assert_int_equal(open_and_check(link), sizeof link->payload);
    assert_int_equal(link->meter.accepted, 5);
    memcpy(link->envelope, first, link->size);
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_REPLAYED);
    assert_int_equal(link->meter.accepted, 5);
}

/* As if the counter came back from the meter's persistent memory after a restart. */
static void a_replay_after_a_restart_is_refused(void **state)
{
    struct link *link = *state;
    struct envelope_counters kept;

    assert_int_equal(open_and_check(link), sizeof link->payload);
    kept = link->meter;
    envelope_context_free(link->context);
    link->context = envelope_context_new();
    link->meter = kept;
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_REPLAYED);
}

/* Otherwise a forger could learn the counter, or push it forward. */
static void a_forged_old_counter_is_not_authentic_rather_than_replayed(void **state)
{
    struct link *link = *state;

    link->meter.accepted = 9;
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_REPLAYED);
    link->envelope[11] = 3;
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_AUTHENTICATION);
    link->envelope[8] = 0xFF;
    assert_int_equal(open_and_check(link), ERROR_ENVELOPE_AUTHENTICATION);
    assert_int_equal(link->meter.accepted, 9);
}

static void another_key_is_refused(void **state)
{
    struct link *link = *state;

    for (size_t bit = 0; bit < 8 * ENVELOPE_KEY_SIZE; bit++) {
        link->key.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(open_and_check(link), ERROR_ENVELOPE_AUTHENTICATION);
        link->key.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(open_and_check(link), sizeof link->payload);
}

static void an_order_sent_back_to_the_platform_is_refused(void **state)
{
    struct link *link = *state;
    uint8_t payload[ENVELOPE_PAYLOAD_MAX];

    assert_int_equal(envelope_open(link->context, &link->key, ENVELOPE_UP, &meter_161,
                                   &link->platform, link->envelope, link->size, payload,
                                   sizeof payload),
                     ERROR_ENVELOPE_DIRECTION);
    link->envelope[1] = ENVELOPE_UP;
    assert_int_equal(envelope_open(link->context, &link->key, ENVELOPE_UP, &meter_161,
                                   &link->platform, link->envelope, link->size, payload,
                                   sizeof payload),
                     ERROR_ENVELOPE_AUTHENTICATION);
    assert_int_equal(link->platform.accepted, 0);
}

/* Even if the two meters shared a key by mistake. */
static void an_envelope_for_another_meter_is_refused(void **state)
{
    struct link *link = *state;
    const struct dlt645_address other = {{0x62, 0x01, 0, 0, 0, 0}};
    struct envelope_counters counters = {0};
    uint8_t payload[ENVELOPE_PAYLOAD_MAX];

    assert_int_equal(envelope_open(link->context, &link->key, ENVELOPE_DOWN, &other, &counters,
                                   link->envelope, link->size, payload, sizeof payload),
                     ERROR_ENVELOPE_ADDRESS);
    memcpy(link->envelope + 2, other.bytes, sizeof other.bytes);
    assert_int_equal(envelope_open(link->context, &link->key, ENVELOPE_DOWN, &other, &counters,
                                   link->envelope, link->size, payload, sizeof payload),
                     ERROR_ENVELOPE_AUTHENTICATION);
    assert_int_equal(counters.accepted, 0);
}

static void an_exhausted_counter_seals_nothing_more(void **state)
{
    struct link *link = *state;

    link->platform.sent = UINT32_MAX - 1;
    assert_int_equal(seal_down(link), link->size);
    assert_int_equal(open_and_check(link), sizeof link->payload);
    assert_int_equal(link->meter.accepted, UINT32_MAX);
    assert_int_equal(seal_down(link), ERROR_ENVELOPE_COUNTER_EXHAUSTED);
    assert_int_equal(link->platform.sent, UINT32_MAX);
}

static void buffers_that_are_too_small_use_no_counter(void **state)
{
    struct link *link = *state;
    uint8_t large[ENVELOPE_PAYLOAD_MAX + 1] = {0};

    assert_int_equal(envelope_seal(link->context, &link->key, ENVELOPE_DOWN, &meter_161,
                                   &link->platform, link->payload, sizeof link->payload,
                                   link->envelope, link->size - 1),
                     ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(envelope_seal(link->context, &link->key, ENVELOPE_DOWN, &meter_161,
                                   &link->platform, large, sizeof large, link->envelope,
                                   sizeof link->envelope),
                     ERROR_ENVELOPE_TOO_LONG);
    assert_int_equal(link->platform.sent, 1);
    assert_int_equal(open_down(link, large, sizeof link->payload - 1), ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(link->meter.accepted, 0);
    assert_int_equal(open_down(link, large, sizeof link->payload), sizeof link->payload);
}

static void the_longest_payload_fits_and_comes_back(void **state)
{
    struct link *link = *state;
    uint8_t payload[ENVELOPE_PAYLOAD_MAX];
    uint8_t opened[ENVELOPE_PAYLOAD_MAX];

    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)(i * 31);
    }
    assert_int_equal(envelope_seal(link->context, &link->key, ENVELOPE_DOWN, &meter_161,
                                   &link->platform, payload, sizeof payload, link->envelope,
                                   sizeof link->envelope),
                     ENVELOPE_SIZE_MAX);
    link->size = ENVELOPE_SIZE_MAX;
    assert_int_equal(open_down(link, opened, sizeof opened), sizeof opened);
    assert_memory_equal(opened, payload, sizeof opened);
}

static void a_header_tells_whose_key_is_wanted(void **state)
{
    struct link *link = *state;
    struct envelope_header header;

    assert_int_equal(envelope_peek(link->envelope, link->size, &header), 0);
    assert_int_equal(header.direction, ENVELOPE_DOWN);
    assert_int_equal(header.counter, 1);
    assert_true(dlt645_address_equal(&header.address, &meter_161));
    assert_int_equal(envelope_peek(link->envelope, ENVELOPE_OVERHEAD - 1, &header),
                     ERROR_ENVELOPE_TOO_SHORT);
    link->envelope[0] = 2;
    assert_int_equal(envelope_peek(link->envelope, link->size, &header), ERROR_ENVELOPE_VERSION);
}

static void every_meter_has_a_key_of_its_own(void **state)
{
    static const uint8_t master[32] = {1, 2, 3};
    const struct dlt645_address other = {{0x62, 0x01, 0, 0, 0, 0}};
    struct envelope_key a;
    struct envelope_key b;

    (void)state;
    assert_int_equal(envelope_derive_key(master, 32, &meter_161, &a), 0);
    assert_int_equal(envelope_derive_key(master, 32, &other, &b), 0);
    assert_memory_not_equal(&a, &b, sizeof a);
    assert_int_equal(envelope_derive_key(master, 15, &meter_161, &a), ERROR_INVALID_ARGUMENT);
}

/* The key of the tables: HMAC-SHA256 computed apart from this project's code. */
static void the_key_of_meter_161_is_known(void **state)
{
    static const uint8_t known[] = {0xEB, 0x62, 0xF6, 0xE3, 0x20, 0x03, 0x75, 0x8A,
                                    0x91, 0x34, 0x3E, 0x03, 0xB1, 0x5D, 0x66, 0xCC};
    const struct link *link = *state;

    assert_memory_equal(link->key.bytes, known, sizeof known);
}

/*
 * The vector of IEC 62056-5-3 (DLMS Green Book, security suite 0): the cipher underneath and the
 * system title | counter IV are those that the envelope uses. DLMS differs in its associated data
 * and keeps 12 bytes of the tag.
 */
static void the_dlms_vector_comes_out_of_the_same_cipher(void **state)
{
    uint8_t key[16], aad[17], iv[12], plain[13], cipher[13], tag[12];
    uint8_t out[13], out_tag[12];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int size;

    (void)state;
    frames_parse_hex("000102030405060708090A0B0C0D0E0F", key, sizeof key);
    frames_parse_hex("30D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF", aad, sizeof aad);
    frames_parse_hex("4D4D4D0000BC614E01234567", iv, sizeof iv);
    frames_parse_hex("C0010000080000010000FF0200", plain, sizeof plain);
    frames_parse_hex("411312FF935A47566827C467BC", cipher, sizeof cipher);
    frames_parse_hex("7D825C3BE4A77C3FCC056B6B", tag, sizeof tag);
    assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, key, iv), 1);
    assert_int_equal(EVP_EncryptUpdate(context, NULL, &size, aad, sizeof aad), 1);
    assert_int_equal(EVP_EncryptUpdate(context, out, &size, plain, sizeof plain), 1);
    assert_int_equal(EVP_EncryptFinal_ex(context, out + size, &size), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 12, out_tag), 1);
    EVP_CIPHER_CTX_free(context);
    assert_memory_equal(out, cipher, sizeof cipher);
    assert_memory_equal(out_tag, tag, sizeof tag);
}

static void the_iv_is_system_title_and_big_endian_counter(void **state)
{
    static const uint8_t expected[] = {'M', 1, 0x61, 0x01, 0, 0, 0, 0, 0x01, 0x23, 0x45, 0x67};
    uint8_t iv[ENVELOPE_IV_SIZE];

    (void)state;
    envelope_iv(ENVELOPE_DOWN, &meter_161, 0x01234567, iv);
    assert_memory_equal(iv, expected, sizeof iv);
}

static void freeing_no_context_does_nothing(void **state)
{
    (void)state;
    envelope_context_free(NULL);
}

#define on_a_link(test) cmocka_unit_test_setup_teardown(test, make_link, free_link)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_a_link(the_other_end_reads_what_was_sealed),
        on_a_link(envelopes_computed_elsewhere_are_made_and_read_byte_for_byte),
        on_a_link(the_cipher_is_that_of_dlms_security_suite_0),
        on_a_link(a_flipped_bit_anywhere_is_refused_and_changes_no_counter),
        on_a_link(an_envelope_cut_at_any_length_is_refused),
        on_a_link(an_envelope_is_accepted_once),
        on_a_link(an_older_envelope_is_refused_after_a_newer_one),
        on_a_link(a_replay_after_a_restart_is_refused),
        on_a_link(a_forged_old_counter_is_not_authentic_rather_than_replayed),
        on_a_link(another_key_is_refused),
        on_a_link(an_order_sent_back_to_the_platform_is_refused),
        on_a_link(an_envelope_for_another_meter_is_refused),
        on_a_link(an_exhausted_counter_seals_nothing_more),
        on_a_link(buffers_that_are_too_small_use_no_counter),
        on_a_link(the_longest_payload_fits_and_comes_back),
        on_a_link(a_header_tells_whose_key_is_wanted),
        cmocka_unit_test(every_meter_has_a_key_of_its_own),
        on_a_link(the_key_of_meter_161_is_known),
        cmocka_unit_test(the_dlms_vector_comes_out_of_the_same_cipher),
        cmocka_unit_test(the_iv_is_system_title_and_big_endian_counter),
        cmocka_unit_test(freeing_no_context_does_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
