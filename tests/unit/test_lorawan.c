/* LoRaWAN data frames: byte for byte those of others, and nothing else is opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/wire/lorawan.h"
#include "tests/frames/frames.h"

static const struct dlt645_address meter_161 = {{0x61, 0x01, 0, 0, 0, 0}};
static const struct envelope_key key = {
    {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c}};

struct bench {
    struct lorawan_context *context;
    struct lorawan_keys keys;
    struct envelope_counters platform, meter;
    uint8_t frame[LORAWAN_SIZE_MAX];
    int size;
};

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    bench->context = lorawan_context_new();
    assert_non_null(bench->context);
    assert_int_equal(lorawan_session_keys(bench->context, &key, &bench->keys), 0);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    lorawan_context_free(bench->context);
    free(bench);
    return 0;
}

static uint32_t device(void)
{
    return lorawan_device(&meter_161);
}

static void seal_down(struct bench *bench, size_t size)
{
    uint8_t payload[LORAWAN_PAYLOAD_MAX];
    memset(payload, 0x5a, sizeof payload);
    bench->size = lorawan_seal(bench->context, &bench->keys, ENVELOPE_DOWN, device(), &bench->platform, 1, payload, size,
                               bench->frame, sizeof bench->frame);
    assert_int_equal(bench->size, size + LORAWAN_OVERHEAD);
}

/* Opens what is in the frame; a refusal leaves no plaintext and no changed counter. */
static int open_down(struct bench *bench)
{
    uint8_t payload[LORAWAN_PAYLOAD_MAX], port = 0;
    struct envelope_counters before = bench->meter;
    memset(payload, 0xa5, sizeof payload);
    int result = lorawan_open(bench->context, &bench->keys, ENVELOPE_DOWN, device(), &bench->meter, bench->frame,
                              (size_t)bench->size, &port, payload, sizeof payload);
    for (int i = 0; i < LORAWAN_PAYLOAD_MAX; i++)
        assert_int_equal(payload[i], i < result ? 0x5a : 0xa5);
    if (result < 0)
        assert_memory_equal(&before, &bench->meter, sizeof before);
    return result;
}

static void the_code_is_that_of_rfc_4493(void **state)
{
    static const struct {
        size_t size;
        uint8_t mac[4];
    } vectors[] = {{0, {0xbb, 0x1d, 0x69, 0x29}},
                   {16, {0x07, 0x0a, 0x16, 0xb4}},
                   {40, {0xdf, 0xa6, 0x67, 0x47}},
                   {64, {0x51, 0xf0, 0xbe, 0xbf}}};
    static const char text[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                               "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    struct bench *bench = *state;
    uint8_t bytes[64], mac[LORAWAN_CMAC_SIZE];
    assert_int_equal(frames_parse_hex(text, bytes, sizeof bytes), 64);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        assert_int_equal(lorawan_cmac(bench->context, &key, bytes, vectors[i].size, mac), 0);
        assert_memory_equal(mac, vectors[i].mac, 4);
    }
    static const uint8_t whole[] = {0xdf, 0xa6, 0x67, 0x47, 0xde, 0x9a, 0xe6, 0x30,
                                    0x30, 0xca, 0x32, 0x61, 0x14, 0x97, 0xc8, 0x27};
    lorawan_cmac(bench->context, &key, bytes, 40, mac);
    assert_memory_equal(mac, whole, sizeof whole);
    static const uint8_t longer[LORAWAN_SIZE_MAX + 17];
    assert_int_equal(lorawan_cmac(bench->context, &key, longer, sizeof longer, mac), ERROR_ENVELOPE_TOO_LONG);
}

/* The example of the lora-packet library, which many decoders are tried with. */
static void a_published_frame_is_opened(void **state)
{
    static const struct lorawan_keys keys = {
        {{0x44, 0x02, 0x42, 0x41, 0xed, 0x4c, 0xe9, 0xa6, 0x8c, 0x6a, 0x8b, 0xc0, 0x55, 0x23, 0x3f, 0xd3}},
        {{0xec, 0x92, 0x58, 0x02, 0xae, 0x43, 0x0c, 0xa7, 0x7f, 0xd3, 0xdd, 0x73, 0xcb, 0x2c, 0xc5, 0x88}}};
    struct bench *bench = *state;
    uint8_t frame[32], payload[32], port;
    struct envelope_counters counters = {0};
    struct lorawan_header header;
    int size = frames_parse_hex("40F17DBE4900020001954378762B11FF0D", frame, sizeof frame);
    assert_int_equal(lorawan_peek(frame, (size_t)size, &header), 0);
    assert_int_equal(header.device, 0x49be7df1);
    assert_int_equal(header.direction, ENVELOPE_UP);
    assert_false(header.confirmed);
    assert_int_equal(lorawan_open(bench->context, &keys, ENVELOPE_UP, header.device, &counters, frame, (size_t)size,
                                  &port, payload, sizeof payload),
                     4);
    assert_memory_equal(payload, "test", 4);
    assert_int_equal(port, 1);
    assert_int_equal(counters.accepted, 2);
}

static void frames_computed_elsewhere_are_made_and_read_byte_for_byte(void **state)
{
    struct bench *bench = *state;
    struct frames_table *table = frames_open("lorawan.hex");
    assert_true(frames_count(table) >= 4);
    for (size_t i = 0; i < frames_count(table); i++) {
        enum envelope_direction direction = frames_text(table, i, 1)[0] == '0' ? ENVELOPE_UP : ENVELOPE_DOWN;
        uint32_t counter = (uint32_t)strtoul(frames_text(table, i, 2), NULL, 10);
        struct envelope_counters counters = {.sent = counter - 1, .accepted = counter - 1};
        uint8_t payload[FRAMES_BYTES_MAX], expected[FRAMES_BYTES_MAX], frame[LORAWAN_SIZE_MAX];
        uint8_t opened[LORAWAN_PAYLOAD_MAX], port;
        size_t payload_size = frames_bytes(table, i, 3, payload);
        size_t size = frames_bytes(table, i, 4, expected);
        assert_int_equal(lorawan_seal(bench->context, &bench->keys, direction, device(), &counters, expected[8],
                                      payload, payload_size, frame, sizeof frame),
                         size);
        assert_memory_equal(frame, expected, size);
        assert_int_equal(lorawan_open(bench->context, &bench->keys, direction, device(), &counters, expected, size,
                                      &port, opened, sizeof opened),
                         payload_size);
        assert_memory_equal(opened, payload, payload_size);
        assert_int_equal(counters.accepted, counter);
    }
    frames_close(table);
}

static void bad_frames_are_refused_by_what_is_wrong(void **state)
{
    struct bench *bench = *state;
    struct frames_table *table = frames_open("lorawan_bad.hex");
    assert_true(frames_count(table) >= 15);
    bench->meter.accepted = 1;
    for (size_t i = 0; i < frames_count(table); i++) {
        uint8_t bytes[FRAMES_BYTES_MAX];
        bench->size = (int)frames_bytes(table, i, 2, bytes);
        memcpy(bench->frame, bytes, (size_t)bench->size);
        assert_string_equal(error_name(open_down(bench)), frames_text(table, i, 1));
    }
    frames_close(table);
}

static void a_flipped_bit_anywhere_is_refused(void **state)
{
    struct bench *bench = *state;
    seal_down(bench, 20);
    for (int bit = 0; bit < 8 * bench->size; bit++) {
        bench->frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(open_down(bench) < 0);
        bench->frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(open_down(bench), 20);
}

static void a_frame_is_accepted_once_and_in_order(void **state)
{
    struct bench *bench = *state;
    seal_down(bench, 5);
    struct bench first = *bench;
    seal_down(bench, 6);
    assert_int_equal(open_down(bench), 6);
    assert_int_equal(open_down(bench), ERROR_ENVELOPE_REPLAYED);
    memcpy(bench->frame, first.frame, sizeof first.frame);
    bench->size = first.size;
    assert_int_equal(open_down(bench), ERROR_ENVELOPE_REPLAYED);
}

static void the_sixteen_bits_on_the_air_roll_over(void **state)
{
    struct bench *bench = *state;
    bench->platform.sent = bench->meter.accepted = 65530;
    for (int i = 0; i < 12; i++) {
        seal_down(bench, 3);
        assert_int_equal(open_down(bench), 3);
    }
    assert_int_equal(bench->meter.accepted, 65542);
    struct bench later = *bench;
    bench->meter.accepted += 65536; /* a frame of one round before looks like the next one */
    bench->meter.accepted -= 1;
    assert_int_equal(open_down(bench), ERROR_ENVELOPE_AUTHENTICATION);
    *bench = later;
}

static void a_counter_beyond_the_gap_is_refused(void **state)
{
    struct bench *bench = *state;
    bench->platform.sent = LORAWAN_GAP_MAX - 1;
    seal_down(bench, 3);
    assert_int_equal(open_down(bench), 3);
    bench->meter.accepted = 0;
    seal_down(bench, 3);
    assert_int_equal(open_down(bench), ERROR_ENVELOPE_COUNTER_GAP);
    bench->platform.sent = 40000;
    seal_down(bench, 3);
    assert_int_equal(open_down(bench), ERROR_ENVELOPE_COUNTER_GAP);
}

static void another_key_another_meter_and_another_way_are_refused(void **state)
{
    struct bench *bench = *state;
    seal_down(bench, 8);
    struct bench good = *bench;
    bench->keys.network.bytes[0] ^= 1;
    assert_int_equal(open_down(bench), ERROR_ENVELOPE_AUTHENTICATION);
    *bench = good;
    const struct dlt645_address other = {{0x62, 0x01, 0, 0, 0, 0}};
    uint8_t payload[8], port;
    assert_int_equal(lorawan_open(bench->context, &bench->keys, ENVELOPE_DOWN, lorawan_device(&other), &bench->meter,
                                  bench->frame, (size_t)bench->size, &port, payload, sizeof payload),
                     ERROR_ENVELOPE_ADDRESS);
    assert_int_equal(lorawan_open(bench->context, &bench->keys, ENVELOPE_UP, device(), &bench->meter, bench->frame,
                                  (size_t)bench->size, &port, payload, sizeof payload),
                     ERROR_ENVELOPE_DIRECTION);
    assert_int_equal(lorawan_open(bench->context, &bench->keys, ENVELOPE_DOWN, device(), &bench->meter, bench->frame,
                                  (size_t)bench->size, &port, payload, 7),
                     ERROR_BUFFER_TOO_SMALL);
}

static void what_cannot_be_sealed_uses_no_counter(void **state)
{
    struct bench *bench = *state;
    uint8_t payload[LORAWAN_PAYLOAD_MAX + 1] = {0};
    struct envelope_counters counters = {.sent = 7};
    assert_int_equal(lorawan_seal(bench->context, &bench->keys, ENVELOPE_UP, device(), &counters, 1, payload,
                                  sizeof payload, bench->frame, sizeof bench->frame),
                     ERROR_ENVELOPE_TOO_LONG);
    assert_int_equal(lorawan_seal(bench->context, &bench->keys, ENVELOPE_UP, device(), &counters, 0, payload, 1,
                                  bench->frame, sizeof bench->frame),
                     ERROR_INVALID_ARGUMENT);
    assert_int_equal(lorawan_seal(bench->context, &bench->keys, ENVELOPE_UP, device(), &counters, 1, payload, 4,
                                  bench->frame, 4 + LORAWAN_OVERHEAD - 1),
                     ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(counters.sent, 7);
    counters.sent = UINT32_MAX;
    assert_int_equal(lorawan_seal(bench->context, &bench->keys, ENVELOPE_UP, device(), &counters, 1, payload, 4,
                                  bench->frame, sizeof bench->frame),
                     ERROR_ENVELOPE_COUNTER_EXHAUSTED);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        test(the_code_is_that_of_rfc_4493),
        test(a_published_frame_is_opened),
        test(frames_computed_elsewhere_are_made_and_read_byte_for_byte),
        test(bad_frames_are_refused_by_what_is_wrong),
        test(a_flipped_bit_anywhere_is_refused),
        test(a_frame_is_accepted_once_and_in_order),
        test(the_sixteen_bits_on_the_air_roll_over),
        test(a_counter_beyond_the_gap_is_refused),
        test(another_key_another_meter_and_another_way_are_refused),
        test(what_cannot_be_sealed_uses_no_counter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
