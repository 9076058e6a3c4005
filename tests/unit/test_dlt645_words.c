/* What DL/T 645 values, words and frames say in plain English, through the codec's public face. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/wire/dlt645.h"
#include "sim/wire/dlt645_load.h"
#include "tests/frames/frames.h"

static const struct dlt645_address meter_161 = {{0x61, 0x01, 0, 0, 0, 0}};

static void every_value_of_the_table_reads_as_it_should(void **state)
{
    struct frames_table *table = frames_open("dlt645_values.hex");

    (void)state;
    for (size_t i = 0; i < frames_count(table); i++) {
        uint32_t identifier = (uint32_t)strtoul(frames_text(table, i, 0), NULL, 16);
        uint8_t bytes[FRAMES_BYTES_MAX];
        size_t size = frames_bytes(table, i, 1, bytes);
        char text[1024];

        assert_int_equal(dlt645_value_text(identifier, bytes, size, text, sizeof text), 0);
        assert_string_equal(text, frames_text(table, i, 2));
    }
    frames_close(table);
}

/* Whatever the identifier and the bytes: the fields lie side by side and use up the value. */
static void the_fields_of_a_value_cover_it_without_gaps(void **state)
{
    static const uint8_t fills[] = {0x00, 0x12, 0x99, 0xFF};
    uint8_t bytes[DLT645_DATA_MAX];

    (void)state;
    for (uint32_t di3 = 0; di3 < 0x20; di3++)
        for (uint32_t rest = 0; rest < 0x1000000; rest += rest % 0x100 < 2 ? 1 : 0x1F1) {
            size_t size = (rest >> 3) % 60;
            struct dlt645_fields fields;
            struct dlt645_field field;
            size_t at = 0;

            memset(bytes, fills[rest / 7 % sizeof fills], size);
            fields = dlt645_fields_of(di3 << 24 | rest, bytes, size);
            while (dlt645_fields_next(&fields, &field)) {
                if (field.offset != at || (field.size == 0 && field.error == 0))
                    fail_msg("%08x", (unsigned)(di3 << 24 | rest));
                at += field.size;
            }
            if (at != size)
                fail_msg("%08x", (unsigned)(di3 << 24 | rest));
            rest += rest % 0x100 > 0xF0 ? 0xF00 : 0;
        }
}

static void records_and_days_are_counted_in_the_name(void **state)
{
    char text[80];

    (void)state;
    assert_int_equal(dlt645_identifier_text(0x1D00FF03, text, sizeof text), 0);
    assert_string_equal(text, "trip record 3");
    dlt645_identifier_text(0x00010002, text, sizeof text);
    assert_string_equal(text, "forward active energy on settlement day 2");
    dlt645_identifier_text(0x02010100, text, sizeof text);
    assert_string_equal(text, "voltage A");
    dlt645_identifier_text(0xFFFFFFFF, text, sizeof text);
    assert_string_equal(text, "unknown identifier");
    assert_int_equal(dlt645_identifier_text(0x1D00FF03, text, 5), ERROR_BUFFER_TOO_SMALL);
    assert_string_equal(text, "trip");
}

static void expect_text(const struct dlt645_frame *frame, const char *wanted)
{
    char text[512];

    assert_int_equal(dlt645_describe(frame, text, sizeof text), 0);
    assert_string_equal(text, wanted);
}

static void every_service_is_described(void **state)
{
    const struct dlt645_authority authority = {2, 0x123456, 0x30303030};
    struct dlt645_frame frame;

    (void)state;
    dlt645_freeze_request(&frame, &dlt645_broadcast, &(struct dlt645_freeze){99, 99, 23, 30});
    expect_text(&frame, "freeze each day at 23:30, to all meters");
    dlt645_freeze_request(&frame, &dlt645_broadcast, &(struct dlt645_freeze){99, 99, 99, 99});
    expect_text(&frame, "freeze now, to all meters");
    dlt645_baud_request(&frame, &meter_161, 9600);
    expect_text(&frame, "set baud rate 9600, to 000000000161");
    dlt645_baud_reply(&frame, &meter_161, 9600);
    expect_text(&frame, "set baud rate 9600, done from 000000000161");
    dlt645_clear_request(&frame, &meter_161,
                         &(struct dlt645_clear){DLT645_CLEAR_METER, authority, 0});
    expect_text(&frame, "clear meter, level 02 operator 30303030, to 000000000161");
    dlt645_clear_request(
        &frame, &meter_161,
        &(struct dlt645_clear){DLT645_CLEAR_EVENTS, authority, DLT645_ALL_EVENTS});
    expect_text(&frame, "clear events, all of them, level 02 operator 30303030, to 000000000161");
    dlt645_terminal_request(&frame, &meter_161, DLT645_TERMINAL_SECONDS);
    expect_text(&frame, "set multifunction terminal to second pulses, to 000000000161");
    dlt645_set_address(&frame, &meter_161);
    expect_text(&frame, "write address 000000000161, to AAAAAAAAAAAA");
    dlt645_read_more_request(&frame, &meter_161, 0x06000001, 3);
    expect_text(&frame, "read part 3 of 06000001 (load record, from a time on) from 000000000161");
    dlt645_security_refusal(&frame, &meter_161, DLT645_SERR_HUNG_UP);
    expect_text(&frame, "security authentication refused: meter hung up from 000000000161");
    dlt645_done(&frame, &meter_161, DLT645_CLEAR_DEMAND);
    expect_text(&frame, "clear demand done from 000000000161");
}

static void a_new_password_is_in_no_description(void **state)
{
    const struct dlt645_password_change change = {
        DLT645_PASSWORD_IDENTIFIER(4), {4, 0x111111}, {4, 0x654321}};
    struct dlt645_frame frame;

    (void)state;
    dlt645_password_request(&frame, &meter_161, &change);
    expect_text(&frame, "set password 04000C05 of level 04, to 000000000161");
    dlt645_password_reply(&frame, &meter_161, &change.new_one);
    expect_text(&frame, "set password done from 000000000161");
}

/* ---- Load record -------------------------------------------------------------------------- */

static const uint8_t of_voltage[7] = {0x01, 0x23, 0x00, 0x50, 0x00, 0x00, 0x50};
static const uint8_t of_energy[16] = {0x00, 0x01};

static int write_record(uint8_t bytes[64])
{
    struct dlt645_load_record record = {
        .at = {.year = 2026, .month = 11, .day = 23, .hour = 10, .minute = 15}};

    record.classes[DLT645_LOAD_VOLTAGE].bytes = of_voltage;
    record.classes[DLT645_LOAD_VOLTAGE].size = sizeof of_voltage;
    record.classes[DLT645_LOAD_ENERGY].bytes = of_energy;
    record.classes[DLT645_LOAD_ENERGY].size = sizeof of_energy;
    return dlt645_load_record_write(&record, bytes, 64);
}

static void a_load_record_comes_back(void **state)
{
    struct dlt645_load_record record;
    uint8_t bytes[64];
    char text[256];
    int size = write_record(bytes);

    (void)state;
    assert_int_equal(size, 3 + 5 + 7 + 16 + 6 + 2);
    assert_int_equal(dlt645_load_record_parse(bytes, 64, &record, NULL), size);
    assert_int_equal(record.at.minute, 15);
    assert_memory_equal(record.classes[DLT645_LOAD_VOLTAGE].bytes, of_voltage, 7);
    assert_int_equal(record.classes[DLT645_LOAD_POWER].size, 0);
    assert_int_equal(record.classes[DLT645_LOAD_ENERGY].size, 16);
    dlt645_value_text(0x06000000, bytes, (size_t)size, text, sizeof text);
    assert_string_equal(text, "2026-11-23 10:15, voltages, currents, frequency 01 23 00 50 00 00 "
                              "50, energies 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
}

static void a_changed_byte_of_a_load_record_is_refused(void **state)
{
    struct dlt645_load_record record;
    uint8_t bytes[64];
    size_t offset;
    int size = write_record(bytes);

    (void)state;
    for (int i = 0; i < size; i++) {
        bytes[i] ^= 0x01;
        assert_true(dlt645_load_record_parse(bytes, (size_t)size, &record, &offset) < 0);
        assert_true(offset <= (size_t)size);
        bytes[i] ^= 0x01;
        assert_int_equal(dlt645_load_record_parse(bytes, (size_t)i, &record, &offset),
                         ERROR_TRUNCATED);
        assert_int_equal(offset, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_of_the_table_reads_as_it_should),
        cmocka_unit_test(the_fields_of_a_value_cover_it_without_gaps),
        cmocka_unit_test(records_and_days_are_counted_in_the_name),
        cmocka_unit_test(every_service_is_described),
        cmocka_unit_test(a_new_password_is_in_no_description),
        cmocka_unit_test(a_load_record_comes_back),
        cmocka_unit_test(a_changed_byte_of_a_load_record_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
