/* Bytes in plain English: good ones, and damaged ones whose wrong byte is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/wire/explain.h"
#include "tests/frames/frames.h"

/* Checks that the pieces of a frame follow each other without gap and overlap. */
struct cover {
    size_t at;
    bool even;
    char text[4096]; /* all lines, one after another */
};

static void take_line(void *user, const struct explain_line *line)
{
    struct cover *cover = user;
    size_t used = strlen(cover->text);

    snprintf(cover->text + used, sizeof cover->text - used, "%s\n", line->text);
    if (line->size > 0) {
        cover->even = cover->even && line->offset == cover->at;
        cover->at = line->offset + line->size;
    }
}

static struct explained explain(enum wire_protocol protocol, enum wire_side side,
                                const uint8_t *bytes, size_t size, struct cover *cover)
{
    struct explained result;
    size_t used;

    *cover = (struct cover){.even = true};
    used = explain_next(protocol, side, bytes, size, take_line, cover, &result);
    assert_true(used > 0 && used <= size);
    assert_true(cover->even);
    assert_int_equal(cover->at, used);
    assert_true(result.wrong_offset <= size);
    assert_true(result.wrong ? result.reason[0] : result.summary[0]);
    return result;
}

static struct explained explain_text(const char *hex, enum wire_side side, struct cover *cover)
{
    uint8_t bytes[FRAMES_BYTES_MAX];
    int size = frames_parse_hex(hex, bytes, sizeof bytes);

    assert_true(size > 0);
    return explain(WIRE_UNKNOWN, side, bytes, (size_t)size, cover);
}

/* Calls `check` for each frame of a table's column. */
static void for_each(const char *table_name, size_t column,
                     void (*check)(const uint8_t *bytes, size_t size, const char *id))
{
    struct frames_table *table = frames_open(table_name);
    uint8_t bytes[FRAMES_BYTES_MAX];

    for (size_t i = 0; i < frames_count(table); i++)
        if (frames_text(table, i, column)[0])
            check(bytes, frames_bytes(table, i, column, bytes), frames_text(table, i, 0));
    frames_close(table);
}

static void expect_good(const uint8_t *bytes, size_t size, const char *id)
{
    struct cover cover;
    struct explained result = explain(WIRE_UNKNOWN, WIRE_EITHER, bytes, size, &cover);
    bool bad_value = strcmp(id, "F3r") == 0; /* whole, but its value is not decimal */

    assert_int_equal(result.protocol, WIRE_DLT645);
    assert_int_equal(result.wrong, bad_value);
    assert_int_equal(result.size, size);
}

static void every_captured_frame_is_explained_to_its_last_byte(void **state)
{
    (void)state;
    for_each("dlt645_good.hex", 1, expect_good);
}

static void every_frame_that_must_be_refused_is_named_broken_at_the_same_byte(void **state)
{
    struct frames_table *table = frames_open("dlt645_bad.hex");

    (void)state;
    for (size_t i = 0; i < frames_count(table); i++) {
        uint8_t bytes[FRAMES_BYTES_MAX];
        size_t size = frames_bytes(table, i, 1, bytes);
        struct cover cover;
        struct explained result = explain(WIRE_DLT645, WIRE_EITHER, bytes, size, &cover);
        char wanted[16];

        assert_true(result.wrong);
        if (strcmp(frames_text(table, i, 0), "doubled_start") == 0 ||
            strcmp(frames_text(table, i, 0), "length_one_short") == 0)
            continue; /* told better: noise before a good frame, the L that would fit */
        snprintf(wanted, sizeof wanted, "%zu", result.wrong_offset);
        assert_string_equal(wanted, frames_text(table, i, 3));
    }
    frames_close(table);
}

static void expect_each_corruption_named(const uint8_t *good, size_t size, const char *id)
{
    uint8_t bytes[FRAMES_BYTES_MAX];

    (void)id;
    for (size_t i = 0; i < size; i++)
        for (unsigned wrong = 0; wrong < 256; wrong++) {
            struct cover cover;

            memcpy(bytes, good, size);
            bytes[i] = (uint8_t)wrong;
            if (wrong == good[i])
                continue;
            if (!explain(WIRE_UNKNOWN, WIRE_EITHER, bytes, size, &cover).wrong)
                fail_msg("%s: byte %zu as %02X reads as good", id, i, wrong);
        }
}

static void every_single_wrong_byte_of_a_dlt645_frame_is_told(void **state)
{
    (void)state;
    for_each("dlt645_good.hex", 1, expect_each_corruption_named);
}

static void every_single_wrong_byte_of_a_modbus_frame_is_told(void **state)
{
    (void)state;
    for_each("modbus_rtu.hex", 1, expect_each_corruption_named);
}

static void every_cut_is_told(void **state)
{
    static const uint8_t frame[] = {0x68, 0x61, 1,    0,    0,    0,    0,    0x68,
                                    0x11, 4,    0x33, 0x33, 0x34, 0x33, 0x14, 0x16};
    char wanted[40];

    (void)state;
    for (size_t size = 1; size < sizeof frame; size++) {
        struct cover cover;
        struct explained result = explain(WIRE_UNKNOWN, WIRE_EITHER, frame, size, &cover);

        assert_true(result.wrong);
        assert_int_equal(result.wrong_offset, size);
        snprintf(wanted, sizeof wanted, "%zu byte",
                 (size > 9 ? sizeof frame : (size_t)12) - size);
        assert_memory_equal(result.reason, wanted, strlen(wanted));
    }
}

static void expect_reason(const char *hex, size_t offset, const char *reason)
{
    struct cover cover;
    struct explained result = explain_text(hex, WIRE_EITHER, &cover);

    assert_true(result.wrong);
    assert_int_equal(result.wrong_offset, offset);
    assert_string_equal(result.reason, reason);
}

static void what_was_expected_stands_beside_what_is_there(void **state)
{
    (void)state;
    expect_reason("FE FE FE FE 68 43 10 00 11 34 00 68 D1 06 33 34 34 35 CA 55 EE 16", 20,
                  "checksum EE, computed 2E");
    expect_reason("68 61 01 00 00 00 00 00 11 04 33 33 34 33 14 16", 7, "68 expected, is 00");
    expect_reason("69 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16", 0, "68 expected, is 69");
    expect_reason("68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 17", 15, "end 16 expected, is 17");
    expect_reason("68 61 01 00 00 00 00 68 11 06 33 33 34 33 14 16", 16,
                  "2 bytes are missing of what L says; L = 04 would fit, is 06");
    expect_reason("68 61 01 00 00 00 00 68 11 F0 33 33 34 33 14 16", 9,
                  "L is F0 = 240, at most 200 allowed; L = 04 would fit, is F0");
    expect_reason("68 68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16", 0,
                  "noise, 1 byte of no frame: a doubled start byte");
    expect_reason("00 12 68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16", 0,
                  "noise, 2 bytes of no frame");
    expect_reason("FE FE FE FE FE 68 AA AA AA AA AA AA 68 13 00 DF 16", 4,
                  "preamble of 5 bytes, at most 4 allowed");
    expect_reason("68 18 06 36 04 00 91 68 91 08 33 33 34 33 33 33 41 33 F9 16", 16,
                  "value: 0E is not two decimal digits");
    expect_reason("01 03 00 0B 00 01 C8 F5", 6,
                  "CRC C8 F5, computed F5 C8: its bytes are swapped, the low one goes first");
    expect_reason("01 03 00 0B 00 01", 4, "CRC 00 01, computed B0 1F, or it is missing: without "
                                          "it the bytes are a whole message");
    expect_reason("11 10 0C 09 00 00 00 02 00 00 00 14 CD 30", 12, "CRC CD 30, computed DF 5E");
    expect_reason("01 04 04 46 2A 75 21 29", 8, "1 byte is missing: 9 expected, here are 8");
}

static void expect_summary(const char *hex, enum wire_side side, enum wire_protocol protocol,
                           enum wire_side told, const char *summary)
{
    struct cover cover;
    struct explained result = explain_text(hex, side, &cover);

    assert_false(result.wrong);
    assert_int_equal(result.protocol, protocol);
    assert_int_equal(result.side, told);
    assert_string_equal(result.summary, summary);
}

static void modbus_messages_are_told_apart_from_each_other(void **state)
{
    (void)state;
    expect_summary("01 04 00 48 00 02 F1 DD", WIRE_EITHER, WIRE_MODBUS_RTU, WIRE_REQUEST,
                   "read input registers 72 to 73 of station 1");
    expect_summary("01 04 04 46 2A 75 21 29 8C", WIRE_EITHER, WIRE_MODBUS_RTU, WIRE_REPLY,
                   "reply of station 1 to read input registers: 17962 29985");
    expect_summary("01 84 04 42 C3", WIRE_EITHER, WIRE_MODBUS_RTU, WIRE_REPLY,
                   "exception 4 of station 1 to read input registers: server device failure");
    expect_summary("01 10 00 2A 00 02 60 00", WIRE_EITHER, WIRE_MODBUS_RTU, WIRE_REPLY,
                   "reply of station 1 to write registers 42: done");
    expect_summary("01 06 00 0B 00 01 39 C8", WIRE_EITHER, WIRE_MODBUS_RTU, WIRE_EITHER,
                   "write one register 11 of station 1: 1");
    expect_summary("01 06 00 0B 00 01 39 C8", WIRE_REPLY, WIRE_MODBUS_RTU, WIRE_REPLY,
                   "reply of station 1 to write one register 11: done");
    expect_summary("00 01 00 00 00 06 01 03 00 0B 00 01", WIRE_EITHER, WIRE_MODBUS_TCP,
                   WIRE_REQUEST, "read holding registers 11 to 11 of station 1");
    expect_summary("01 01 61 01 00 00 00 00 00 00 00 02 8F D7 F2 DB F6 23 E3 03 E6 43 83 F1 2C 39 "
                   "E8 C5",
                   WIRE_EITHER, WIRE_ENVELOPE, WIRE_EITHER,
                   "envelope 2 to meter 000000000161, 0 bytes inside");
}

static void two_readings_are_both_told(void **state)
{
    struct cover cover;

    (void)state;
    explain_text("01 06 00 0B 00 01 39 C8", WIRE_EITHER, &cover);
    assert_non_null(strstr(cover.text, "a request, or the reply that repeats it"));
    explain_text("01 04 04 46 2A 75 21 29 8C", WIRE_EITHER, &cover);
    assert_non_null(strstr(cover.text, "f32 10909.28"));
}

static void a_broken_frame_ends_where_the_next_good_one_begins(void **state)
{
    uint8_t bytes[FRAMES_BYTES_MAX];
    size_t size = (size_t)frames_parse_hex(
        "68 61 01 00 00 00 00 68 11 04 33 33 34 33 15 16 FE FE 68 61 01 00 00 00 00 68 11 04 33 33 "
        "35 33 15 16",
        bytes, sizeof bytes);
    struct explained result;
    size_t used = explain_next(WIRE_UNKNOWN, WIRE_EITHER, bytes, size, NULL, NULL, &result);

    (void)state;
    assert_int_equal(used, 16);
    assert_true(result.wrong);
    used += explain_next(WIRE_UNKNOWN, WIRE_EITHER, bytes + used, size - used, NULL, NULL, &result);
    assert_int_equal(used, size);
    assert_false(result.wrong);
    assert_string_equal(result.summary, "read 00020000 (reverse active energy) from 000000000161");
}

static void two_broken_frames_are_told_one_by_one(void **state)
{
    static const char *const reasons[] = {"checksum 15, computed 14", "end 16 expected, is 17",
                                          "checksum 16, computed 14"};
    uint8_t bytes[FRAMES_BYTES_MAX];
    size_t size = (size_t)frames_parse_hex(
        "68 61 01 00 00 00 00 68 11 04 33 33 34 33 15 16 "
        "68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 17 "
        "68 61 01 00 00 00 00 68 11 04 33 33 34 33 16 16",
        bytes, sizeof bytes);
    size_t at = 0;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct explained result;

        at += explain_next(WIRE_DLT645, WIRE_EITHER, bytes + at, size - at, NULL, NULL, &result);
        assert_int_equal(at, 16 * (i + 1));
        assert_string_equal(result.reason, reasons[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_captured_frame_is_explained_to_its_last_byte),
        cmocka_unit_test(every_frame_that_must_be_refused_is_named_broken_at_the_same_byte),
        cmocka_unit_test(every_single_wrong_byte_of_a_dlt645_frame_is_told),
        cmocka_unit_test(every_single_wrong_byte_of_a_modbus_frame_is_told),
        cmocka_unit_test(every_cut_is_told),
        cmocka_unit_test(what_was_expected_stands_beside_what_is_there),
        cmocka_unit_test(modbus_messages_are_told_apart_from_each_other),
        cmocka_unit_test(two_readings_are_both_told),
        cmocka_unit_test(a_broken_frame_ends_where_the_next_good_one_begins),
        cmocka_unit_test(two_broken_frames_are_told_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
