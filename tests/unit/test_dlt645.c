/* The DL/T 645-2007 codec, through its public face, against frames of real meters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/wire/bcd.h"
#include "sim/wire/dlt645.h"
#include "tests/frames/frames.h"

static const struct dlt645_address meter_161 = {{0x61, 0x01, 0, 0, 0, 0}};

static const struct dlt645_authority authority = {
    .level = 4,
    .password = 0x111111,
    .operator_code = 0x12345601,
};

/* Encodes, decodes what was encoded, and fails unless both frames are the same. */
static struct dlt645_frame over_the_wire(const struct dlt645_frame *frame)
{
    uint8_t bytes[DLT645_ENCODED_MAX];
    struct dlt645_frame arrived;
    int size = dlt645_encode(frame, 4, bytes, sizeof bytes);

    assert_int_equal(size, 4 + DLT645_FRAME_MIN + frame->length);
    assert_int_equal(dlt645_decode(bytes, (size_t)size, &arrived, NULL), size);
    assert_memory_equal(&arrived, frame, sizeof arrived);
    return arrived;
}

/* The frame of a line of dlt645_good.hex. */
static struct dlt645_frame good_frame(const char *id)
{
    struct frames_table *table = frames_open("dlt645_good.hex");
    uint8_t bytes[FRAMES_BYTES_MAX];
    struct dlt645_frame frame;
    int used = 0;

    for (size_t i = 0; i < frames_count(table); i++) {
        if (strcmp(frames_text(table, i, 0), id) == 0) {
            used = dlt645_decode(bytes, frames_bytes(table, i, 1, bytes), &frame, NULL);
        }
    }
    frames_close(table);
    assert_true(used > 0);
    return frame;
}

/* ---- Frames ------------------------------------------------------------------------------- */

static void every_captured_frame_decodes_and_is_described(void **state)
{
    struct frames_table *table = frames_open("dlt645_good.hex");

    (void)state;
    assert_true(frames_count(table) >= 28);
    for (size_t i = 0; i < frames_count(table); i++) {
        uint8_t bytes[FRAMES_BYTES_MAX];
        size_t size = frames_bytes(table, i, 1, bytes);
        struct dlt645_frame frame;
        char text[256];

        assert_int_equal(dlt645_decode(bytes, size, &frame, NULL), size);
        assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
        assert_string_equal(text, frames_text(table, i, 2));
    }
    frames_close(table);
}

static void every_captured_frame_encodes_to_the_same_bytes(void **state)
{
    struct frames_table *table = frames_open("dlt645_good.hex");

    (void)state;
    for (size_t i = 0; i < frames_count(table); i++) {
        uint8_t bytes[FRAMES_BYTES_MAX];
        uint8_t again[DLT645_ENCODED_MAX];
        size_t size = frames_bytes(table, i, 1, bytes);
        struct dlt645_frame frame;

        assert_int_equal(dlt645_decode(bytes, size, &frame, NULL), size);
        assert_int_equal(dlt645_encode(&frame, bytes[0] == 0xFE ? 4 : 0, again, sizeof again),
                         size);
        assert_memory_equal(again, bytes, size);
    }
    frames_close(table);
}

static void every_bad_frame_is_refused_and_its_wrong_byte_named(void **state)
{
    struct frames_table *table = frames_open("dlt645_bad.hex");

    (void)state;
    for (size_t i = 0; i < frames_count(table); i++) {
        uint8_t bytes[FRAMES_BYTES_MAX];
        size_t size = frames_bytes(table, i, 1, bytes);
        struct dlt645_frame frame;
        size_t offset = SIZE_MAX;
        int result = dlt645_decode(bytes, size, &frame, &offset);

        assert_string_equal(error_name(result), frames_text(table, i, 2));
        assert_int_equal(offset, strtoul(frames_text(table, i, 3), NULL, 10));
    }
    frames_close(table);
}

static void a_bad_checksum_is_refused_and_its_offset_named(void **state)
{
    uint8_t bytes[] = {0xFE, 0x68, 0x61, 1,    0,    0,    0,    0,   0x68,
                       0x11, 4,    0x33, 0x33, 0x34, 0x33, 0x15, 0x16};
    struct dlt645_frame frame;
    struct dlt645_frame before;
    size_t offset = 0;

    (void)state;
    memset(&frame, 0x5A, sizeof frame);
    before = frame;
    assert_int_equal(dlt645_decode(bytes, sizeof bytes, &frame, &offset), ERROR_DLT645_CHECKSUM);
    assert_int_equal(offset, 15);
    assert_memory_equal(&frame, &before, sizeof frame);
}

static void a_frame_cut_at_any_length_is_truncated(void **state)
{
    const struct dlt645_frame frame = good_frame("G1q");
    uint8_t bytes[DLT645_ENCODED_MAX];
    int size = dlt645_encode(&frame, 2, bytes, sizeof bytes);

    (void)state;
    for (size_t cut = 0; cut < (size_t)size; cut++) {
        /* A copy of its own size, so that the address sanitizer sees a read beyond it. */
        uint8_t *part = malloc(cut + 1);
        struct dlt645_frame decoded;
        size_t offset = 0;

        memcpy(part, bytes, cut);
        assert_int_equal(dlt645_decode(part, cut, &decoded, &offset), ERROR_TRUNCATED);
        assert_int_equal(offset, cut);
        free(part);
    }
}

static void a_changed_byte_anywhere_is_refused(void **state)
{
    const struct dlt645_frame frame = good_frame("A1r");
    uint8_t bytes[DLT645_ENCODED_MAX];
    size_t size = (size_t)dlt645_encode(&frame, 0, bytes, sizeof bytes);

    (void)state;
    for (size_t i = 0; i < size; i++) {
        for (unsigned change = 1; change < 256; change++) {
            struct dlt645_frame decoded;

            bytes[i] ^= (uint8_t)change;
            assert_true(dlt645_decode(bytes, size, &decoded, NULL) < 0);
            bytes[i] ^= (uint8_t)change;
        }
    }
}

static void a_frame_of_200_data_bytes_fits_and_one_of_201_does_not(void **state)
{
    struct dlt645_frame frame = {.address = meter_161, .control = 0x91, .length = 200};
    uint8_t bytes[DLT645_ENCODED_MAX];

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        frame.data[i] = (uint8_t)(i * 7);
    }
    over_the_wire(&frame);
    assert_int_equal(dlt645_encode(&frame, 0, bytes, 211), ERROR_BUFFER_TOO_SMALL);
    frame.length = 201;
    assert_int_equal(dlt645_encode(&frame, 0, bytes, sizeof bytes), ERROR_INVALID_ARGUMENT);
    frame.length = 0;
    assert_int_equal(dlt645_encode(&frame, 5, bytes, sizeof bytes), ERROR_INVALID_ARGUMENT);
}

static void bytes_after_a_frame_are_left_to_the_caller(void **state)
{
    const struct dlt645_frame frame = good_frame("G1r");
    uint8_t bytes[32];
    struct dlt645_frame decoded;

    (void)state;
    memset(bytes, 0xEE, sizeof bytes);
    assert_int_equal(dlt645_encode(&frame, 0, bytes, sizeof bytes), 12);
    assert_int_equal(dlt645_decode(bytes, sizeof bytes, &decoded, NULL), 12);
}

/* ---- Receiver ----------------------------------------------------------------------------- */

struct listener {
    struct dlt645_receiver receiver;
    struct dlt645_frame last;
    int frames;
    int refused;
    int last_error;
};

static void note(struct listener *listener, int result)
{
    if (result > 0) {
        listener->frames++;
    } else {
        listener->refused++;
        listener->last_error = result;
    }
}

static void hear(struct listener *listener, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int result;

        assert_int_equal(dlt645_receiver_feed(&listener->receiver, bytes[i]), 0);
        while ((result = dlt645_receiver_next(&listener->receiver, &listener->last)) != 0) {
            note(listener, result);
        }
    }
}

static void hear_silence(struct listener *listener)
{
    int result;

    while ((result = dlt645_receiver_gap(&listener->receiver, &listener->last)) != 0) {
        note(listener, result);
    }
}

static void hear_hex(struct listener *listener, const char *text)
{
    uint8_t bytes[512];
    int size = frames_parse_hex(text, bytes, sizeof bytes);

    assert_true(size >= 0);
    hear(listener, bytes, (size_t)size);
}

static void listen_anew(struct listener *listener)
{
    memset(listener, 0, sizeof *listener);
    dlt645_receiver_init(&listener->receiver);
}

#define A1Q "68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16"

static void every_captured_frame_is_received_one_after_the_other(void **state)
{
    struct frames_table *table = frames_open("dlt645_good.hex");
    struct listener listener;

    (void)state;
    listen_anew(&listener);
    for (size_t i = 0; i < frames_count(table); i++) {
        uint8_t bytes[FRAMES_BYTES_MAX];
        size_t size = frames_bytes(table, i, 1, bytes);

        hear(&listener, bytes, size);
        assert_int_equal(listener.frames, i + 1);
    }
    assert_int_equal(listener.refused, 0);
    assert_int_equal(listener.receiver.noise_count, 0);
    frames_close(table);
}

static void a_doubled_start_byte_costs_no_frame(void **state)
{
    struct listener listener;

    (void)state;
    listen_anew(&listener);
    hear_hex(&listener, "68 " A1Q);
    assert_int_equal(listener.frames, 1);
    assert_int_equal(listener.receiver.noise_count, 1);
}

/*
 * With address 68............ the doubled start byte looks like a frame whose second start byte is
 * the top of the address. Only silence, or bytes enough to fill that frame, tell.
 */
static void a_doubled_start_before_an_address_ending_in_68_is_resolved_by_silence(void **state)
{
    const struct dlt645_address own = {{1, 2, 3, 4, 5, 0x68}};
    struct dlt645_frame frame;
    struct listener listener;
    uint8_t bytes[1 + DLT645_ENCODED_MAX] = {0x68};
    int size;

    (void)state;
    listen_anew(&listener);
    dlt645_read_request(&frame, &own, 0x00010000);
    size = dlt645_encode(&frame, 0, bytes + 1, sizeof bytes - 1);
    hear(&listener, bytes, 1 + (size_t)size);
    assert_int_equal(listener.frames, 0);
    hear_silence(&listener);
    assert_int_equal(listener.frames, 1);
    assert_memory_equal(&listener.last, &frame, sizeof frame);
    assert_int_equal(listener.receiver.size, 0);
}

static void start_and_end_bytes_inside_data_are_data(void **state)
{
    /* On the wire 35 becomes 68 and E3 becomes 16. */
    const uint8_t value[] = {0x35, 0x35, 0xE3, 0x35, 0xE3, 0xE3, 0xCB};
    struct dlt645_frame frame;
    struct listener listener;
    uint8_t bytes[DLT645_ENCODED_MAX];
    int size;

    (void)state;
    listen_anew(&listener);
    assert_int_equal(dlt645_read_reply(&frame, &meter_161, 0x35E335E3, value, sizeof value), 0);
    size = dlt645_encode(&frame, 1, bytes, sizeof bytes);
    for (int i = 0; i < 3; i++) {
        hear(&listener, bytes, (size_t)size);
        assert_memory_equal(&listener.last, &frame, sizeof frame);
    }
    assert_int_equal(listener.frames, 3);
    assert_int_equal(listener.refused, 0);
}

static void a_false_start_that_swallowed_two_frames_gives_them_back(void **state)
{
    struct listener listener;

    (void)state;
    listen_anew(&listener);
    /* Noise that looks like a frame of 32 data bytes, and two frames of 16 within it. */
    hear_hex(&listener, "68 01 02 03 04 05 06 68 91 20 " A1Q " " A1Q);
    assert_int_equal(listener.frames, 0);
    hear_hex(&listener, "00 00");
    assert_int_equal(listener.frames, 2);
    assert_int_equal(listener.refused, 1);
    assert_int_equal(listener.last_error, ERROR_DLT645_END);
    assert_int_equal(listener.receiver.error_offset, 43);
}

static void a_frame_cut_off_by_silence_is_refused_and_the_next_one_heard(void **state)
{
    struct listener listener;

    (void)state;
    listen_anew(&listener);
    hear_hex(&listener, "FE FE 68 61 01 00 00 00 00 68 11 04 33 33");
    hear_silence(&listener);
    assert_int_equal(listener.last_error, ERROR_TRUNCATED);
    assert_int_equal(listener.receiver.size, 0);
    hear_hex(&listener, A1Q);
    assert_int_equal(listener.frames, 1);
}

static void a_wrong_checksum_in_a_stream_costs_that_frame_only(void **state)
{
    struct listener listener;

    (void)state;
    listen_anew(&listener);
    hear_hex(&listener, "68 61 01 00 00 00 00 68 11 04 33 33 34 33 15 16 FE FE FE FE " A1Q);
    assert_int_equal(listener.frames, 1);
    assert_int_equal(listener.refused, 1);
    assert_int_equal(listener.last_error, ERROR_DLT645_CHECKSUM);
    assert_int_equal(listener.receiver.error_offset, 14);
}

static void a_length_above_200_is_refused_at_once(void **state)
{
    struct listener listener;

    (void)state;
    listen_anew(&listener);
    hear_hex(&listener, "68 61 01 00 00 00 00 68 11 C9");
    assert_int_equal(listener.last_error, ERROR_DLT645_LENGTH);
    assert_int_equal(listener.receiver.error_offset, 9);
}

/* A frame after any noise is heard, if silence follows it. */
static void a_frame_after_noise_is_always_heard(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct listener listener;
        uint8_t noise[64];
        size_t size;

        listen_anew(&listener);
        for (size_t i = 0; i < sizeof noise; i++) {
            random = random * 1664525 + 1013904223;
            /* Every fourth byte is a start byte: noise at its worst. */
            noise[i] = random >> 30 == 0 ? 0x68 : (uint8_t)(random >> 16);
        }
        size = random >> 8 & 63;
        hear(&listener, noise, size);
        hear_hex(&listener, A1Q);
        hear_silence(&listener);
        assert_int_equal(listener.receiver.size, 0);
        assert_true(listener.frames >= 1);
    }
}

static void a_receiver_that_is_not_drained_takes_no_more(void **state)
{
    struct dlt645_receiver receiver;

    (void)state;
    dlt645_receiver_init(&receiver);
    for (int i = 0; i < DLT645_FRAME_MAX; i++) {
        assert_int_equal(dlt645_receiver_feed(&receiver, 0x68), 0);
    }
    assert_int_equal(dlt645_receiver_feed(&receiver, 0x68), ERROR_BUFFER_TOO_SMALL);
}

/* ---- Addresses ---------------------------------------------------------------------------- */

static void an_address_is_written_high_digit_first_and_sent_low_byte_first(void **state)
{
    struct dlt645_address address;
    char text[DLT645_ADDRESS_TEXT_SIZE];

    (void)state;
    assert_int_equal(dlt645_address_from_text("161", &address), 0);
    assert_true(dlt645_address_equal(&address, &meter_161));
    assert_int_equal(dlt645_address_from_number(161, &address), 0);
    assert_true(dlt645_address_equal(&address, &meter_161));
    assert_int_equal(dlt645_address_from_text("910004360618", &address), 0);
    assert_int_equal(address.bytes[0], 0x18);
    assert_int_equal(address.bytes[5], 0x91);
    dlt645_address_to_text(&address, text);
    assert_string_equal(text, "910004360618");
    assert_int_equal(dlt645_address_from_number(1000000000000, &address), ERROR_OUT_OF_RANGE);
}

static void a_text_that_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {
        "",  "1234567890123", "12 4",         "-1",           "0x11", "AA",
        "A", "0000000000AA",  "1AAA00000000", "AAA000000000", "B"};
    struct dlt645_address address = meter_161;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(dlt645_address_from_text(bad[i], &address), ERROR_DLT645_ADDRESS);
    }
    assert_true(dlt645_address_equal(&address, &meter_161));
    assert_int_equal(dlt645_address_from_text("AAAAAAAA0161", &address), 0);
    assert_true(dlt645_address_has_wildcard(&address));
}

static void a_wildcard_matches_in_the_high_bytes_only(void **state)
{
    const struct dlt645_address high = {{0x61, 0x01, 0xAA, 0xAA, 0xAA, 0xAA}};
    const struct dlt645_address low = {{0xAA, 0x01, 0, 0, 0, 0}};
    const struct dlt645_address middle = {{0x61, 0xAA, 0, 0, 0, 0}};
    const struct dlt645_address other = {{0x62, 0x01, 0xAA, 0xAA, 0xAA, 0xAA}};

    (void)state;
    assert_true(dlt645_address_matches(&meter_161, &meter_161));
    assert_true(dlt645_address_matches(&dlt645_wildcard, &meter_161));
    assert_true(dlt645_address_matches(&high, &meter_161));
    assert_false(dlt645_address_matches(&low, &meter_161));
    assert_false(dlt645_address_matches(&middle, &meter_161));
    assert_false(dlt645_address_matches(&other, &meter_161));
    assert_false(dlt645_address_matches(&dlt645_broadcast, &meter_161));
    assert_true(dlt645_address_is_broadcast(&dlt645_broadcast));
}

/* ---- Numbers ------------------------------------------------------------------------------ */

static void a_bad_digit_is_an_error_that_names_its_byte(void **state)
{
    const struct dlt645_frame frame = good_frame("F3r");
    const uint8_t bad_top[] = {0x00, 0x00, 0xFA};
    const uint8_t *bytes;
    uint16_t bits;
    size_t size;
    size_t offset = 99;
    int64_t value = 7;

    (void)state;
    assert_int_equal(dlt645_read_reply_parse(&frame, 0x00010000, &bytes, &size, &bits), 0);
    assert_int_equal(dlt645_quantity_read(DLT645_ENERGY, bytes, size, &value, &offset),
                     ERROR_BCD_DIGIT);
    assert_int_equal(offset, 2);
    assert_int_equal(dlt645_quantity_read(DLT645_CURRENT, bad_top, 3, &value, &offset),
                     ERROR_BCD_DIGIT);
    assert_int_equal(offset, 2);
    assert_int_equal(value, 7);
}

static void a_byte_is_a_number_if_both_its_digits_are_decimal(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t bytes[] = {0x99, (uint8_t)byte, 0x00};
        bool decimal = byte / 16 <= 9 && byte % 16 <= 9;
        size_t offset = 0;
        uint64_t value;

        assert_int_equal(bcd_read_unsigned(bytes, 3, &value, &offset),
                         decimal ? 0 : ERROR_BCD_DIGIT);
        if (decimal) {
            assert_int_equal(value, 99 + 100 * (byte / 16 * 10 + byte % 16));
        } else {
            assert_int_equal(offset, 1);
        }
    }
}

static int64_t read_back(enum dlt645_quantity quantity, int64_t value)
{
    uint8_t bytes[8];
    int64_t read = INT64_MIN;
    int size = dlt645_quantity_write(quantity, value, bytes, sizeof bytes);

    assert_int_equal(size, dlt645_quantity_size(quantity));
    assert_int_equal(dlt645_quantity_read(quantity, bytes, (size_t)size, &read, NULL), 0);
    return read;
}

static void quantities_come_back_in_base_units(void **state)
{
    (void)state;
    assert_int_equal(read_back(DLT645_ENERGY, 9999999900000 / 10), 999999990000);
    assert_int_equal(read_back(DLT645_ENERGY_SIGNED, -7999999900000 / 10), -799999990000);
    assert_int_equal(read_back(DLT645_VOLTAGE, 220300), 220300);
    assert_int_equal(read_back(DLT645_CURRENT, -799999), -799999);
    assert_int_equal(read_back(DLT645_POWER, -79999900), -79999900);
    assert_int_equal(read_back(DLT645_POWER_FACTOR, 501), 501);
    assert_int_equal(read_back(DLT645_FREQUENCY, 49980), 49980);
    assert_int_equal(read_back(DLT645_TEMPERATURE, -12300), -12300);
    assert_int_equal(read_back(DLT645_MONEY, 9999999900), 9999999900);
    assert_int_equal(read_back(DLT645_PRICE, 5283), 5283);
    assert_int_equal(read_back(DLT645_RESIDUAL_CURRENT, 30000), 30000);
}

static void what_is_finer_than_the_last_digit_is_cut_off(void **state)
{
    (void)state;
    /* 999999.9999 kWh is not 1000000.00 kWh. */
    assert_int_equal(read_back(DLT645_ENERGY, 999999999900), 999999990000);
    assert_int_equal(read_back(DLT645_VOLTAGE, 220399), 220300);
    assert_int_equal(read_back(DLT645_POWER, -199), -100);
    /* There is no negative zero on the wire. */
    assert_int_equal(read_back(DLT645_POWER, -99), 0);
}

static void a_value_that_does_not_fit_its_field_is_refused(void **state)
{
    uint8_t bytes[4] = {1, 2, 3, 4};
    const uint8_t before[4] = {1, 2, 3, 4};

    (void)state;
    assert_int_equal(dlt645_quantity_write(DLT645_ENERGY, 1000000000000, bytes, 4),
                     ERROR_OUT_OF_RANGE);
    assert_int_equal(dlt645_quantity_write(DLT645_ENERGY, -10000, bytes, 4), ERROR_OUT_OF_RANGE);
    assert_int_equal(dlt645_quantity_write(DLT645_CURRENT, 800000, bytes, 4), ERROR_OUT_OF_RANGE);
    assert_int_equal(dlt645_quantity_write(DLT645_MONEY, INT64_MAX, bytes, 4), ERROR_OUT_OF_RANGE);
    assert_int_equal(dlt645_quantity_write(DLT645_MONEY, INT64_MIN, bytes, 4), ERROR_OUT_OF_RANGE);
    assert_int_equal(dlt645_quantity_write(DLT645_CURRENT, INT64_MIN, bytes, 4),
                     ERROR_OUT_OF_RANGE);
    assert_int_equal(dlt645_quantity_write(DLT645_CURRENT, 1, bytes, 2), ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(dlt645_quantity_write(DLT645_QUANTITY_COUNT, 1, bytes, 4),
                     ERROR_INVALID_ARGUMENT);
    assert_memory_equal(bytes, before, 4);
}

static void the_top_bit_is_a_sign_in_signed_fields_only(void **state)
{
    const uint8_t power[] = {0x34, 0x12, 0x80};
    const uint8_t energy[] = {0x00, 0x00, 0x00, 0x80};
    int64_t value;

    (void)state;
    assert_int_equal(dlt645_quantity_read(DLT645_POWER, power, 3, &value, NULL), 0);
    assert_int_equal(value, -123400);
    assert_int_equal(dlt645_quantity_read(DLT645_ENERGY, energy, 4, &value, NULL), 0);
    assert_int_equal(value, 800000000000);
    assert_int_equal(dlt645_quantity_read(DLT645_ENERGY_SIGNED, energy, 4, &value, NULL), 0);
    assert_int_equal(value, 0);
    assert_int_equal(dlt645_quantity_read(DLT645_ENERGY, energy, 3, &value, NULL),
                     ERROR_DLT645_LENGTH);
}

static void sixteen_digits_are_the_longest_number(void **state)
{
    uint8_t bytes[8];
    uint64_t value;
    int64_t signed_value;

    (void)state;
    assert_int_equal(bcd_write_unsigned(9999999999999999, bytes, 8), 0);
    assert_int_equal(bcd_read_unsigned(bytes, 8, &value, NULL), 0);
    assert_int_equal(value, 9999999999999999);
    assert_int_equal(bcd_write_unsigned(10000000000000000, bytes, 8), ERROR_OUT_OF_RANGE);
    assert_int_equal(bcd_write_signed(-7999999999999999, bytes, 8), 0);
    assert_int_equal(bcd_read_signed(bytes, 8, &signed_value, NULL), 0);
    assert_int_equal(signed_value, -7999999999999999);
    assert_int_equal(bcd_write_signed(-8000000000000000, bytes, 8), ERROR_OUT_OF_RANGE);
    assert_int_equal(bcd_read_unsigned(bytes, 9, &value, NULL), ERROR_INVALID_ARGUMENT);
    assert_int_equal(bcd_read_signed(bytes, 0, &signed_value, NULL), ERROR_INVALID_ARGUMENT);
    assert_int_equal(bcd_write_unsigned(0, bytes, 0), ERROR_INVALID_ARGUMENT);
    assert_int_equal(bcd_write_signed(0, bytes, 9), ERROR_INVALID_ARGUMENT);
}

static void every_time_layout_comes_back(void **state)
{
    const struct dlt645_time time = {2024, 2, 29, 23, 59, 58, 4};
    static const size_t sizes[] = {6, 5, 3, 4, 7};
    uint8_t bytes[DLT645_TIME_SIZE_MAX];
    const uint8_t clock[] = {0x58, 0x59, 0x23, 0x04, 0x29, 0x02, 0x24};
    struct dlt645_time read;

    (void)state;
    for (int layout = 0; layout < 5; layout++) {
        enum dlt645_time_layout which = (enum dlt645_time_layout)layout;
        uint8_t again[DLT645_TIME_SIZE_MAX];

        assert_int_equal(dlt645_time_size(which), sizes[layout]);
        assert_int_equal(dlt645_time_write(which, &time, bytes, sizes[layout]), sizes[layout]);
        assert_int_equal(dlt645_time_write(which, &time, bytes, sizes[layout] - 1),
                         ERROR_BUFFER_TOO_SMALL);
        assert_int_equal(dlt645_time_read(which, bytes, sizes[layout], &read, NULL), 0);
        assert_int_equal(dlt645_time_write(which, &read, again, sizes[layout]), sizes[layout]);
        assert_memory_equal(bytes, again, sizes[layout]);
    }
    assert_int_equal(dlt645_time_read(DLT645_TIME_WITH_WEEKDAY, clock, 7, &read, NULL), 0);
    assert_memory_equal(&read, &time, sizeof read);
    assert_int_equal(dlt645_time_read((enum dlt645_time_layout)9, clock, 7, &read, NULL),
                     ERROR_INVALID_ARGUMENT);
}

static void only_dates_of_the_calendar_are_valid(void **state)
{
    struct dlt645_time time = {2024, 2, 29, 0, 0, 0, 0};
    struct dlt645_time later = time;

    (void)state;
    assert_true(dlt645_time_is_valid(&time));
    time.year = 2023;
    assert_false(dlt645_time_is_valid(&time));
    time = (struct dlt645_time){.year = 2000};
    assert_false(dlt645_time_is_valid(&time));
    time = (struct dlt645_time){2099, 12, 31, 23, 59, 59, 0};
    assert_true(dlt645_time_is_valid(&time));
    time.second = 60;
    assert_false(dlt645_time_is_valid(&time));
    later.second = 1;
    assert_true(dlt645_time_compare(&later, &time) < 0);
    assert_true(dlt645_time_compare(&time, &later) > 0);
    assert_int_equal(dlt645_time_compare(&later, &later), 0);
}

/* ---- Messages ----------------------------------------------------------------------------- */

static void a_voltage_is_asked_for_and_answered(void **state)
{
    struct dlt645_frame frame;
    struct dlt645_frame captured = good_frame("A5q");
    const uint8_t *value;
    uint32_t identifier;
    uint16_t bits;
    int64_t voltage_mv;
    size_t size;

    (void)state;
    dlt645_read_request(&frame, &meter_161, 0x02010100);
    assert_memory_equal(&frame, &captured, sizeof frame);
    assert_int_equal(dlt645_read_request_parse(&frame, &identifier), 0);
    assert_int_equal(identifier, 0x02010100);

    captured = good_frame("A5r");
    assert_int_equal(dlt645_read_reply_parse(&captured, 0x02010100, &value, &size, &bits), 0);
    assert_int_equal(dlt645_quantity_read(DLT645_VOLTAGE, value, size, &voltage_mv, NULL), 0);
    assert_int_equal(voltage_mv, 100100);
    assert_int_equal(dlt645_read_reply(&frame, &meter_161, 0x02010100, value, size), 0);
    assert_memory_equal(&frame, &captured, sizeof frame);
}

static void a_reply_to_another_question_is_refused(void **state)
{
    const struct dlt645_frame reply = good_frame("A5r");
    const struct dlt645_frame request = good_frame("A5q");
    struct dlt645_frame short_reply = reply;
    const uint8_t *value;
    uint32_t identifier;
    uint16_t bits;
    size_t size;

    (void)state;
    assert_int_equal(dlt645_read_reply_parse(&reply, 0x02010200, &value, &size, &bits),
                     ERROR_DLT645_IDENTIFIER);
    assert_int_equal(dlt645_read_reply_parse(&request, 0x02010100, &value, &size, &bits),
                     ERROR_DLT645_CONTROL);
    short_reply.length = 3;
    assert_int_equal(dlt645_read_reply_parse(&short_reply, 0x02010100, &value, &size, &bits),
                     ERROR_DLT645_LENGTH);
    assert_int_equal(dlt645_read_request_parse(&reply, &identifier), ERROR_DLT645_CONTROL);
    short_reply = request;
    short_reply.length = 3;
    assert_int_equal(dlt645_read_request_parse(&short_reply, &identifier), ERROR_DLT645_LENGTH);
}

static void a_refusal_tells_its_reason(void **state)
{
    struct dlt645_frame frame;
    const uint8_t *value;
    uint16_t bits = 0;
    size_t size;
    char text[128];

    (void)state;
    dlt645_refusal(&frame, &meter_161, DLT645_READ, DLT645_ERROR_NO_DATA | DLT645_ERROR_OTHER);
    frame = over_the_wire(&frame);
    assert_int_equal(frame.control, 0xD1);
    assert_int_equal(dlt645_read_reply_parse(&frame, 0, &value, &size, &bits),
                     ERROR_DLT645_REFUSED);
    assert_int_equal(bits, 3);
    assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
    assert_string_equal(text, "read refused: other error, no such data from 000000000161");
    frame.length = 3;
    assert_int_equal(dlt645_reply_check(&frame, DLT645_READ, &bits), ERROR_DLT645_LENGTH);
}

static void a_meter_tells_its_address(void **state)
{
    const struct dlt645_frame asked = good_frame("E2q");
    const struct dlt645_frame answered = good_frame("E2r");
    struct dlt645_frame frame;
    struct dlt645_address address;
    char text[DLT645_ADDRESS_TEXT_SIZE];

    (void)state;
    dlt645_address_request(&frame);
    assert_memory_equal(&frame, &asked, sizeof frame);
    assert_int_equal(dlt645_address_reply_parse(&answered, &address), 0);
    dlt645_address_to_text(&address, text);
    assert_string_equal(text, "002241020208");
    dlt645_address_reply(&frame, &address);
    assert_memory_equal(&frame, &answered, sizeof frame);
    frame.data[3] = 0xAA;
    assert_int_equal(dlt645_address_reply_parse(&frame, &address), ERROR_BCD_DIGIT);
    assert_int_equal(dlt645_address_reply_parse(&asked, &address), ERROR_DLT645_CONTROL);
}

static void a_recharge_is_written_with_level_password_and_operator(void **state)
{
    uint8_t amount[4];
    const struct dlt645_write write = {0x00900200, authority, amount, sizeof amount};
    struct dlt645_write read;
    struct dlt645_frame frame;
    uint16_t bits;
    char text[160];

    (void)state;
    assert_int_equal(dlt645_quantity_write(DLT645_MONEY, 500000, amount, sizeof amount), 4);
    assert_int_equal(dlt645_write_request(&frame, &meter_161, &write), 0);
    assert_int_equal(frame.length, 16);
    frame = over_the_wire(&frame);
    assert_int_equal(dlt645_write_request_parse(&frame, &read), 0);
    assert_int_equal(read.identifier, 0x00900200);
    assert_int_equal(read.authority.level, 4);
    assert_int_equal(read.authority.password, 0x111111);
    assert_int_equal(read.authority.operator_code, 0x12345601);
    assert_int_equal(read.value_size, 4);
    assert_memory_equal(read.value, amount, 4);
    assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
    assert_string_equal(text, "write 00900200 (remaining money) 50.00 yuan, level 04 operator "
                              "12345601, to 000000000161");
    dlt645_done(&frame, &meter_161, DLT645_WRITE);
    assert_int_equal(frame.control, 0x94);
    assert_int_equal(dlt645_reply_check(&frame, DLT645_WRITE, &bits), 0);
}

static void a_write_that_is_too_long_or_too_short_is_refused(void **state)
{
    uint8_t value[39] = {0};
    struct dlt645_write write = {0x04000403, authority, value, 38};
    struct dlt645_frame frame;

    (void)state;
    assert_int_equal(dlt645_write_request(&frame, &meter_161, &write), 0);
    assert_int_equal(frame.length, DLT645_WRITE_DATA_MAX);
    frame.length = 11;
    assert_int_equal(dlt645_write_request_parse(&frame, &write), ERROR_DLT645_LENGTH);
    write.value_size = 39;
    assert_int_equal(dlt645_write_request(&frame, &meter_161, &write), ERROR_OUT_OF_RANGE);
    write.value_size = 0;
    write.authority.password = 0x1000000;
    assert_int_equal(dlt645_write_request(&frame, &meter_161, &write), ERROR_OUT_OF_RANGE);
}

static void a_password_is_in_no_description(void **state)
{
    const uint8_t secret[] = {0x04, 0x78, 0x56, 0x34};
    const struct dlt645_write write = {0x04000C05, authority, secret, sizeof secret};
    struct dlt645_frame frame;
    char text[160];

    (void)state;
    assert_int_equal(dlt645_write_request(&frame, &meter_161, &write), 0);
    assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
    assert_null(strstr(text, "111111"));
    assert_null(strstr(text, "78 56 34"));
    frame = (struct dlt645_frame){meter_161, DLT645_SET_PASSWORD, 4, {0x04, 0x78, 0x56, 0x34}};
    assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
    assert_string_equal(text, "set password to 000000000161");
}

static void the_time_is_broadcast_and_has_to_be_one(void **state)
{
    const struct dlt645_time time = {2025, 11, 22, 20, 30, 5, 0};
    struct dlt645_time read = {0};
    struct dlt645_frame frame;
    char text[80];

    (void)state;
    assert_int_equal(dlt645_broadcast_time(&frame, &time), 0);
    frame = over_the_wire(&frame);
    assert_int_equal(dlt645_broadcast_time_parse(&frame, &read), 0);
    assert_int_equal(dlt645_time_compare(&read, &time), 0);
    assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
    assert_string_equal(text, "set time 2025-11-22 20:30:05 to all meters");
    frame.data[4] = 0x13;
    assert_int_equal(dlt645_broadcast_time_parse(&frame, &read), ERROR_BCD_TIME);
    frame.data[4] = 0x1A;
    assert_int_equal(dlt645_broadcast_time_parse(&frame, &read), ERROR_BCD_DIGIT);
    frame.length = 5;
    assert_int_equal(dlt645_broadcast_time_parse(&frame, &read), ERROR_DLT645_LENGTH);
    read.month = 13;
    assert_int_equal(dlt645_broadcast_time(&frame, &read), ERROR_BCD_TIME);
}

/* ---- Relay -------------------------------------------------------------------------------- */

static void a_captured_trip_command_is_understood_and_rebuilt(void **state)
{
    const struct dlt645_frame captured = good_frame("G2q");
    struct dlt645_relay_command command;
    struct dlt645_frame frame;

    (void)state;
    assert_int_equal(dlt645_relay_request_parse(&captured, &command, NULL), 0);
    assert_int_equal(command.authority.level, 4);
    assert_int_equal(command.authority.password, 0x111111);
    assert_int_equal(command.authority.operator_code, 0x12345601);
    assert_int_equal(command.order, DLT645_RELAY_TRIP);
    assert_int_equal(command.valid_until.year, 2009);
    assert_int_equal(command.valid_until.month, 11);
    assert_int_equal(command.valid_until.day, 7);
    assert_int_equal(command.valid_until.hour, 8);
    assert_int_equal(command.valid_until.minute, 44);
    assert_int_equal(command.valid_until.second, 14);
    assert_int_equal(dlt645_relay_request(&frame, &captured.address, &command), 0);
    assert_memory_equal(&frame, &captured, sizeof frame);
}

static void a_relay_command_without_a_date_is_read_but_its_time_is_not_valid(void **state)
{
    const struct dlt645_frame captured = good_frame("G3q");
    struct dlt645_relay_command command;

    (void)state;
    assert_int_equal(dlt645_relay_request_parse(&captured, &command, NULL), 0);
    assert_false(dlt645_time_is_valid(&command.valid_until));
}

static void every_relay_order_comes_back_with_its_name(void **state)
{
    static const uint8_t orders[] = {0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x2A, 0x2B, 0x3A, 0x3B};
    struct dlt645_relay_command command = {
        .authority = authority,
        .restore_after_5min = 6,
        .valid_until = {2030, 1, 31, 12, 0, 0, 0},
    };
    size_t known = 0;
    char text[160];

    (void)state;
    for (unsigned n1 = 0; n1 < 256; n1++) {
        struct dlt645_relay_command read;
        struct dlt645_frame frame;
        int result;

        command.order = (enum dlt645_relay_order)n1;
        result = dlt645_relay_request(&frame, &meter_161, &command);
        if (!memchr(orders, (int)n1, sizeof orders)) {
            assert_int_equal(result, ERROR_DLT645_RELAY_COMMAND);
            assert_string_equal(dlt645_relay_order_name(command.order), "unknown order");
            continue;
        }
        known++;
        assert_int_equal(result, 0);
        frame = over_the_wire(&frame);
        assert_int_equal(dlt645_relay_request_parse(&frame, &read, NULL), 0);
        assert_int_equal(read.order, n1);
        assert_int_equal(read.restore_after_5min, 6);
        assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
        assert_non_null(strstr(text, dlt645_relay_order_name(read.order)));
    }
    assert_int_equal(known, sizeof orders);
}

static void a_relay_command_names_its_wrong_byte(void **state)
{
    struct dlt645_frame frame = good_frame("G1q");
    struct dlt645_relay_command command;
    size_t offset = 0;

    (void)state;
    frame.data[8] = 0x1F;
    assert_int_equal(dlt645_relay_request_parse(&frame, &command, &offset),
                     ERROR_DLT645_RELAY_COMMAND);
    assert_int_equal(offset, 8);
    frame.data[8] = 0x1A;
    frame.data[14] = 0x0C;
    assert_int_equal(dlt645_relay_request_parse(&frame, &command, &offset), ERROR_BCD_DIGIT);
    assert_int_equal(offset, 14);
    frame.length = 15;
    assert_int_equal(dlt645_relay_request_parse(&frame, &command, &offset), ERROR_DLT645_LENGTH);
    frame.control = 0x9C;
    assert_int_equal(dlt645_relay_request_parse(&frame, &command, &offset), ERROR_DLT645_CONTROL);
}

static void every_kind_of_relay_reply_comes_back(void **state)
{
    static const struct {
        struct dlt645_relay_reply reply;
        uint8_t control;
        uint8_t length;
        const char *text;
    } cases[] = {
        {{true, false, 0, 0}, 0x9C, 0, "relay control done from 000000000161"},
        {{true, true, DLT645_DONE_TRIP_HELD_BY_CURRENT, 0},
         0x9C,
         2,
         "relay control done: trip held by large current from 000000000161"},
        {{true, true, DLT645_DONE_CLOSED | DLT645_DONE_ALARM_OFF, 0},
         0x9C,
         2,
         "relay control done: closed, alarm off from 000000000161"},
        {{false, true, DLT645_REFUSED_VALID_UNTIL, 0},
         0xDC,
         2,
         "relay control refused: valid-until time has passed or is no time from 000000000161"},
        {{false, true, DLT645_REFUSED_RESTORE_ALREADY_OPEN, 0},
         0xDC,
         2,
         "relay control refused: already tripped, no trip with restore from 000000000161"},
        {{false, false, 0, DLT645_ERROR_PASSWORD},
         0xDC,
         1,
         "relay control refused: wrong password or not authorised from 000000000161"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dlt645_relay_reply read;
        struct dlt645_frame frame;
        char text[160];

        dlt645_relay_reply(&frame, &meter_161, &cases[i].reply);
        assert_int_equal(frame.control, cases[i].control);
        assert_int_equal(frame.length, cases[i].length);
        frame = over_the_wire(&frame);
        assert_int_equal(dlt645_relay_reply_parse(&frame, &read), 0);
        assert_int_equal(read.accepted, cases[i].reply.accepted);
        assert_int_equal(read.has_word, cases[i].reply.has_word);
        assert_int_equal(read.word, cases[i].reply.word);
        assert_int_equal(read.error_bits, cases[i].reply.error_bits);
        assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
        assert_string_equal(text, cases[i].text);
    }
}

static void a_captured_relay_reply_is_accepted_without_word(void **state)
{
    struct dlt645_frame frame = good_frame("G1r");
    struct dlt645_relay_reply reply;

    (void)state;
    assert_int_equal(dlt645_relay_reply_parse(&frame, &reply), 0);
    assert_true(reply.accepted);
    assert_false(reply.has_word);
    frame.length = 1;
    assert_int_equal(dlt645_relay_reply_parse(&frame, &reply), ERROR_DLT645_LENGTH);
    frame.control = 0x1C;
    assert_int_equal(dlt645_relay_reply_parse(&frame, &reply), ERROR_DLT645_CONTROL);
}

/* ---- In plain English --------------------------------------------------------------------- */

static void a_description_never_overflows_its_buffer(void **state)
{
    const struct dlt645_frame frame = good_frame("G2q");
    char whole[200];
    size_t length;

    (void)state;
    assert_int_equal(dlt645_describe(&frame, whole, sizeof whole), 0);
    length = strlen(whole);
    for (size_t size = 1; size <= length + 1; size++) {
        char *text = malloc(size);
        int result = dlt645_describe(&frame, text, size);

        assert_int_equal(result, size <= length ? ERROR_BUFFER_TOO_SMALL : 0);
        assert_int_equal(strlen(text), size - 1);
        assert_memory_equal(text, whole, size - 1);
        free(text);
    }
    assert_int_equal(dlt645_describe(&frame, whole, 0), ERROR_BUFFER_TOO_SMALL);
}

static void every_control_code_and_length_has_a_description(void **state)
{
    struct dlt645_frame frame = {.address = meter_161};
    char text[1024];

    (void)state;
    memset(frame.data, 0x99, sizeof frame.data);
    for (unsigned control = 0; control < 256; control++) {
        for (unsigned length = 0; length <= DLT645_DATA_MAX; length++) {
            frame.control = (uint8_t)control;
            frame.length = (uint8_t)length;
            assert_int_equal(dlt645_describe(&frame, text, sizeof text), 0);
            assert_true(strlen(text) > 0);
        }
    }
    frame.length = 201;
    assert_int_equal(dlt645_describe(&frame, text, sizeof text), ERROR_INVALID_ARGUMENT);
}

static void identifiers_have_names_and_quantities(void **state)
{
    (void)state;
    assert_string_equal(dlt645_identifier_name(0x02010100), "voltage A");
    assert_int_equal(dlt645_identifier_quantity(0x02010100), DLT645_VOLTAGE);
    assert_string_equal(dlt645_identifier_name(0x1D00FF03), "trip record");
    assert_int_equal(dlt645_identifier_quantity(0x00900200), DLT645_MONEY);
    assert_null(dlt645_identifier_name(0xFFFFFFFF));
    assert_int_equal(dlt645_identifier_quantity(0xFFFFFFFF), DLT645_QUANTITY_COUNT);
}

static void every_error_has_a_name_and_a_text(void **state)
{
    (void)state;
    assert_string_equal(error_name(ERROR_DLT645_CHECKSUM), "DLT645_CHECKSUM");
    assert_string_equal(error_text(ERROR_TIMEOUT), "timed out");
    assert_string_equal(error_name(0), "OK");
    assert_string_equal(error_text(12), "ok");
    assert_string_equal(error_name(-99999), "UNKNOWN");
    assert_string_equal(error_text(-99999), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_captured_frame_decodes_and_is_described),
        cmocka_unit_test(every_captured_frame_encodes_to_the_same_bytes),
        cmocka_unit_test(every_bad_frame_is_refused_and_its_wrong_byte_named),
        cmocka_unit_test(a_bad_checksum_is_refused_and_its_offset_named),
        cmocka_unit_test(a_frame_cut_at_any_length_is_truncated),
        cmocka_unit_test(a_changed_byte_anywhere_is_refused),
        cmocka_unit_test(a_frame_of_200_data_bytes_fits_and_one_of_201_does_not),
        cmocka_unit_test(bytes_after_a_frame_are_left_to_the_caller),
        cmocka_unit_test(every_captured_frame_is_received_one_after_the_other),
        cmocka_unit_test(a_doubled_start_byte_costs_no_frame),
        cmocka_unit_test(a_doubled_start_before_an_address_ending_in_68_is_resolved_by_silence),
        cmocka_unit_test(start_and_end_bytes_inside_data_are_data),
        cmocka_unit_test(a_false_start_that_swallowed_two_frames_gives_them_back),
        cmocka_unit_test(a_frame_cut_off_by_silence_is_refused_and_the_next_one_heard),
        cmocka_unit_test(a_wrong_checksum_in_a_stream_costs_that_frame_only),
        cmocka_unit_test(a_length_above_200_is_refused_at_once),
        cmocka_unit_test(a_frame_after_noise_is_always_heard),
        cmocka_unit_test(a_receiver_that_is_not_drained_takes_no_more),
        cmocka_unit_test(an_address_is_written_high_digit_first_and_sent_low_byte_first),
        cmocka_unit_test(a_text_that_is_no_address_is_refused),
        cmocka_unit_test(a_wildcard_matches_in_the_high_bytes_only),
        cmocka_unit_test(a_bad_digit_is_an_error_that_names_its_byte),
        cmocka_unit_test(a_byte_is_a_number_if_both_its_digits_are_decimal),
        cmocka_unit_test(quantities_come_back_in_base_units),
        cmocka_unit_test(what_is_finer_than_the_last_digit_is_cut_off),
        cmocka_unit_test(a_value_that_does_not_fit_its_field_is_refused),
        cmocka_unit_test(the_top_bit_is_a_sign_in_signed_fields_only),
        cmocka_unit_test(sixteen_digits_are_the_longest_number),
        cmocka_unit_test(every_time_layout_comes_back),
        cmocka_unit_test(only_dates_of_the_calendar_are_valid),
        cmocka_unit_test(a_voltage_is_asked_for_and_answered),
        cmocka_unit_test(a_reply_to_another_question_is_refused),
        cmocka_unit_test(a_refusal_tells_its_reason),
        cmocka_unit_test(a_meter_tells_its_address),
        cmocka_unit_test(a_recharge_is_written_with_level_password_and_operator),
        cmocka_unit_test(a_write_that_is_too_long_or_too_short_is_refused),
        cmocka_unit_test(a_password_is_in_no_description),
        cmocka_unit_test(the_time_is_broadcast_and_has_to_be_one),
        cmocka_unit_test(a_captured_trip_command_is_understood_and_rebuilt),
        cmocka_unit_test(a_relay_command_without_a_date_is_read_but_its_time_is_not_valid),
        cmocka_unit_test(every_relay_order_comes_back_with_its_name),
        cmocka_unit_test(a_relay_command_names_its_wrong_byte),
        cmocka_unit_test(every_kind_of_relay_reply_comes_back),
        cmocka_unit_test(a_captured_relay_reply_is_accepted_without_word),
        cmocka_unit_test(a_description_never_overflows_its_buffer),
        cmocka_unit_test(every_control_code_and_length_has_a_description),
        cmocka_unit_test(identifiers_have_names_and_quantities),
        cmocka_unit_test(every_error_has_a_name_and_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
