/* The rarer control codes of DL/T 645-2007 and long values, through the codec's public face. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/wire/dlt645.h"

static const struct dlt645_address meter_161 = {{0x61, 0x01, 0, 0, 0, 0}};
static const struct dlt645_authority programmer = {
    .level = 2, .password = 0x123456, .operator_code = 0x30303030};

static void expect_data(const struct dlt645_frame *frame, unsigned control, const uint8_t *data,
                        size_t size)
{
    assert_int_equal(frame->control, control);
    assert_int_equal(frame->length, size);
    assert_memory_equal(frame->data, data, size);
}

#define EXPECT(frame, control, ...)                                                                \
    expect_data(frame, control, (const uint8_t[]){__VA_ARGS__},                                    \
                sizeof((const uint8_t[]){__VA_ARGS__}))

static void a_freeze_goes_out_minute_first_and_comes_back(void **state)
{
    const struct dlt645_freeze daily = {99, 99, 23, 5};
    struct dlt645_freeze read;
    struct dlt645_frame frame;

    (void)state;
    assert_int_equal(dlt645_freeze_request(&frame, &dlt645_broadcast, &daily), 0);
    EXPECT(&frame, 0x16, 0x05, 0x23, 0x99, 0x99);
    assert_int_equal(dlt645_freeze_request_parse(&frame, &read), 0);
    assert_memory_equal(&read, &daily, sizeof read);
    frame.data[1] = 0x2A;
    assert_int_equal(dlt645_freeze_request_parse(&frame, &read), ERROR_BCD_DIGIT);
    frame.length = 3;
    assert_int_equal(dlt645_freeze_request_parse(&frame, &read), ERROR_DLT645_LENGTH);
    assert_int_equal(
        dlt645_freeze_request(&frame, &meter_161, &(struct dlt645_freeze){99, 99, 99, 100}),
        ERROR_OUT_OF_RANGE);
}

static void nines_say_how_often_a_freeze_repeats(void **state)
{
    static const struct {
        struct dlt645_freeze freeze;
        enum dlt645_freeze_kind kind;
    } cases[] = {
        {{99, 99, 99, 99}, DLT645_FREEZE_NOW},   {{99, 99, 99, 30}, DLT645_FREEZE_HOURLY},
        {{99, 99, 0, 0}, DLT645_FREEZE_DAILY},   {{99, 1, 0, 0}, DLT645_FREEZE_MONTHLY},
        {{12, 31, 23, 59}, DLT645_FREEZE_ONCE},  {{12, 99, 23, 59}, DLT645_FREEZE_NEVER},
        {{99, 99, 24, 0}, DLT645_FREEZE_NEVER},  {{99, 0, 0, 0}, DLT645_FREEZE_NEVER},
        {{99, 99, 99, 60}, DLT645_FREEZE_NEVER}, {{13, 1, 0, 0}, DLT645_FREEZE_NEVER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(dlt645_freeze_kind(&cases[i].freeze), cases[i].kind);
}

static void every_baud_rate_has_a_bit_of_its_own(void **state)
{
    static const struct {
        int baud;
        uint8_t byte;
    } rates[] = {{600, 0x02},  {1200, 0x04}, {2400, 0x08},
                 {4800, 0x10}, {9600, 0x20}, {19200, 0x40}};
    struct dlt645_frame frame;
    int baud;

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        assert_int_equal(dlt645_baud_request(&frame, &meter_161, rates[i].baud), 0);
        EXPECT(&frame, 0x17, rates[i].byte);
        assert_int_equal(dlt645_baud_parse(&frame, &baud), 0);
        assert_int_equal(baud, rates[i].baud);
        assert_int_equal(dlt645_baud_reply(&frame, &meter_161, rates[i].baud), 0);
        EXPECT(&frame, 0x97, rates[i].byte);
        assert_int_equal(dlt645_baud_parse(&frame, &baud), 0);
    }
    assert_int_equal(dlt645_baud_request(&frame, &meter_161, 300), ERROR_OUT_OF_RANGE);
    frame.data[0] = 0x16; /* two bits too many: a known mistake for 4800 */
    assert_int_equal(dlt645_baud_parse(&frame, &baud), 0);
    assert_int_equal(baud, 0);
    assert_int_equal(dlt645_baud_of(0x80), 0);
}

static void a_password_is_changed_by_who_knows_the_old_one(void **state)
{
    const struct dlt645_password_change change = {
        DLT645_PASSWORD_IDENTIFIER(4), {4, 0x111111}, {4, 0x654321}};
    struct dlt645_password_change read;
    struct dlt645_password set;
    struct dlt645_frame frame;

    (void)state;
    assert_int_equal(dlt645_password_request(&frame, &meter_161, &change), 0);
    EXPECT(&frame, 0x18, 0x05, 0x0C, 0x00, 0x04, 4, 0x11, 0x11, 0x11, 4, 0x21, 0x43, 0x65);
    assert_int_equal(dlt645_password_request_parse(&frame, &read), 0);
    assert_int_equal(read.identifier, 0x04000C05);
    assert_int_equal(read.old_one.password, 0x111111);
    assert_int_equal(read.new_one.password, 0x654321);
    assert_int_equal(dlt645_password_reply(&frame, &meter_161, &change.new_one), 0);
    EXPECT(&frame, 0x98, 4, 0x21, 0x43, 0x65);
    assert_int_equal(dlt645_password_reply_parse(&frame, &set), 0);
    assert_int_equal(set.password, 0x654321);
    assert_int_equal(
        dlt645_password_reply(&frame, &meter_161, &(struct dlt645_password){4, 0x1000000}),
        ERROR_OUT_OF_RANGE);
}

static void demand_meter_and_events_are_cleared_with_authority(void **state)
{
    static const enum dlt645_function functions[] = {DLT645_CLEAR_DEMAND, DLT645_CLEAR_METER,
                                                     DLT645_CLEAR_EVENTS};
    struct dlt645_clear read;
    struct dlt645_frame frame;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct dlt645_clear clear = {functions[i], programmer,
                                           i == 2 ? DLT645_ALL_EVENTS : 0};

        assert_int_equal(dlt645_clear_request(&frame, &meter_161, &clear), 0);
        assert_int_equal(frame.control, functions[i]);
        assert_int_equal(frame.length, i == 2 ? 12 : 8);
        assert_int_equal(dlt645_clear_request_parse(&frame, &read), 0);
        assert_memory_equal(&read, &clear, sizeof read);
        frame.length--;
        assert_int_equal(dlt645_clear_request_parse(&frame, &read), ERROR_DLT645_LENGTH);
        dlt645_done(&frame, &meter_161, functions[i]);
        assert_int_equal(dlt645_reply_check(&frame, functions[i], NULL), 0);
    }
    assert_int_equal(dlt645_clear_request(&frame, &meter_161,
                                          &(struct dlt645_clear){.function = DLT645_READ}),
                     ERROR_INVALID_ARGUMENT);
}

static void the_terminal_repeats_what_it_is_set_to(void **state)
{
    struct dlt645_frame frame;
    uint8_t output = 9;

    (void)state;
    dlt645_terminal_request(&frame, &meter_161, DLT645_TERMINAL_TARIFF_SWITCH);
    EXPECT(&frame, 0x1D, 2);
    assert_int_equal(dlt645_terminal_parse(&frame, &output), 0);
    assert_int_equal(output, DLT645_TERMINAL_TARIFF_SWITCH);
    dlt645_terminal_reply(&frame, &meter_161, DLT645_TERMINAL_SECONDS);
    EXPECT(&frame, 0x9D, 0);
    assert_int_equal(dlt645_terminal_parse(&frame, &output), 0);
    assert_int_equal(output, DLT645_TERMINAL_SECONDS);
}

static void a_meter_is_given_another_address(void **state)
{
    struct dlt645_address read;
    struct dlt645_frame frame;

    (void)state;
    dlt645_set_address(&frame, &meter_161);
    assert_true(dlt645_address_equal(&frame.address, &dlt645_wildcard));
    EXPECT(&frame, 0x15, 0x61, 0x01, 0, 0, 0, 0);
    assert_int_equal(dlt645_set_address_parse(&frame, &read), 0);
    assert_true(dlt645_address_equal(&read, &meter_161));
    frame.data[2] = 0xAA;
    assert_int_equal(dlt645_set_address_parse(&frame, &read), ERROR_BCD_DIGIT);
}

static void a_load_record_is_asked_for_by_blocks_and_time(void **state)
{
    struct dlt645_load_request request = {.identifier = 0x06000001, .blocks = 10};
    struct dlt645_load_request read;
    struct dlt645_frame frame;

    (void)state;
    assert_int_equal(dlt645_load_request(&frame, &meter_161, &request), 0);
    EXPECT(&frame, 0x11, 0x01, 0, 0, 0x06, 0x10);
    assert_int_equal(dlt645_load_request_parse(&frame, &read), 0);
    assert_false(read.has_time);
    request.has_time = true;
    request.from = (struct dlt645_time){.year = 2026, .month = 11, .day = 23, .hour = 10};
    assert_int_equal(dlt645_load_request(&frame, &meter_161, &request), 0);
    EXPECT(&frame, 0x11, 0x01, 0, 0, 0x06, 0x10, 0x00, 0x10, 0x23, 0x11, 0x26);
    assert_int_equal(dlt645_load_request_parse(&frame, &read), 0);
    assert_true(read.has_time);
    assert_int_equal(read.blocks, 10);
    assert_int_equal(dlt645_time_compare(&read.from, &request.from), 0);
    request.blocks = 100;
    assert_int_equal(dlt645_load_request(&frame, &meter_161, &request), ERROR_OUT_OF_RANGE);
}

static void security_carries_its_data_both_ways_and_refuses_with_a_word(void **state)
{
    static const uint8_t data[] = {1, 2, 3};
    const struct dlt645_security request = {DLT645_SECURITY_RECHARGE, 0x12345601, data,
                                            sizeof data};
    struct dlt645_security read;
    struct dlt645_frame frame;
    uint16_t bits = 0;

    (void)state;
    assert_int_equal(dlt645_security_request(&frame, &meter_161, &request), 0);
    EXPECT(&frame, 0x03, 0xFF, 0x02, 0x01, 0x07, 0x01, 0x56, 0x34, 0x12, 1, 2, 3);
    assert_int_equal(dlt645_security_request_parse(&frame, &read), 0);
    assert_int_equal(read.operator_code, 0x12345601);
    assert_int_equal(read.size, 3);
    assert_int_equal(dlt645_security_reply(&frame, &meter_161, &request), 0);
    EXPECT(&frame, 0x83, 0xFF, 0x02, 0x01, 0x07, 1, 2, 3);
    assert_int_equal(dlt645_security_reply_parse(&frame, &read, &bits), 0);
    assert_int_equal(read.identifier, DLT645_SECURITY_RECHARGE);
    dlt645_security_refusal(&frame, &meter_161, DLT645_SERR_HUNG_UP | DLT645_SERR_HOARDING);
    EXPECT(&frame, 0xC3, 0x40, 0x01);
    assert_int_equal(dlt645_security_reply_parse(&frame, &read, &bits), ERROR_DLT645_REFUSED);
    assert_int_equal(bits, DLT645_SERR_HUNG_UP | DLT645_SERR_HOARDING);
}

/* ---- Long values -------------------------------------------------------------------------- */

/* The value of a meter, taken part by part as a master does. Returns the frames it took. */
static int read_long(const uint8_t *value, size_t size, struct dlt645_assembly *assembly)
{
    struct dlt645_frame frame;
    int frames = 1, result;

    dlt645_assembly_begin(assembly, 0x06000001);
    assert_int_equal(dlt645_block_reply(&frame, &meter_161, 0x06000001, value, size, 0), 0);
    while ((result = dlt645_assembly_take(assembly, &frame, NULL)) == 0) {
        uint32_t identifier;
        uint8_t sequence;

        dlt645_read_more_request(&frame, &meter_161, assembly->identifier, assembly->sequence);
        assert_int_equal(dlt645_read_more_request_parse(&frame, &identifier, &sequence), 0);
        assert_int_equal(sequence, frames++);
        assert_int_equal(
            dlt645_block_reply(&frame, &meter_161, identifier, value, size, sequence), 0);
    }
    return result == 1 ? frames : result;
}

static void a_value_of_any_length_comes_back_whole(void **state)
{
    static const struct {
        size_t size;
        int frames;
    } cases[] = {{0, 1},   {4, 1},   {196, 1}, {197, 2},
                 {391, 2}, {392, 3}, {4096, 21}};
    static struct dlt645_assembly assembly;
    static uint8_t value[DLT645_BLOCK_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_long(value, cases[i].size, &assembly), cases[i].frames);
        assert_int_equal(assembly.size, cases[i].size);
        assert_memory_equal(assembly.value, value, cases[i].size);
    }
}

static void more_than_the_bound_is_refused(void **state)
{
    static struct dlt645_assembly assembly;
    static uint8_t value[DLT645_BLOCK_MAX + 1];

    (void)state;
    assert_int_equal(read_long(value, sizeof value, &assembly), ERROR_BUFFER_TOO_SMALL);
}

static void parts_without_bytes_do_not_go_on_for_ever(void **state)
{
    static struct dlt645_assembly assembly;
    struct dlt645_frame frame;
    int result;

    (void)state;
    dlt645_assembly_begin(&assembly, 0x06000001);
    dlt645_read_reply(&frame, &meter_161, 0x06000001, NULL, 0);
    frame.control = 0xB1;
    while ((result = dlt645_assembly_take(&assembly, &frame, NULL)) == 0) {
        frame.control = 0xB2;
        frame.length = 5;
        frame.data[4] = assembly.sequence;
    }
    assert_int_equal(result, ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(assembly.sequence, 255);
}

static void a_part_that_was_not_asked_for_is_refused_and_may_be_asked_again(void **state)
{
    static struct dlt645_assembly assembly;
    static uint8_t value[500];
    struct dlt645_frame frame;
    uint16_t bits = 0;

    (void)state;
    dlt645_assembly_begin(&assembly, 0x06000001);
    dlt645_block_reply(&frame, &meter_161, 0x06000001, value, sizeof value, 1);
    assert_int_equal(dlt645_assembly_take(&assembly, &frame, NULL), ERROR_DLT645_CONTROL);
    dlt645_block_reply(&frame, &meter_161, 0x06000001, value, sizeof value, 0);
    assert_int_equal(dlt645_assembly_take(&assembly, &frame, NULL), 0);
    dlt645_block_reply(&frame, &meter_161, 0x06000001, value, sizeof value, 2);
    assert_int_equal(dlt645_assembly_take(&assembly, &frame, NULL), ERROR_DLT645_SEQUENCE);
    dlt645_block_reply(&frame, &meter_161, 0x06000002, value, sizeof value, 1);
    assert_int_equal(dlt645_assembly_take(&assembly, &frame, NULL), ERROR_DLT645_IDENTIFIER);
    dlt645_refusal(&frame, &meter_161, DLT645_READ_MORE, DLT645_ERROR_NO_DATA);
    assert_int_equal(dlt645_assembly_take(&assembly, &frame, &bits), ERROR_DLT645_REFUSED);
    assert_int_equal(bits, DLT645_ERROR_NO_DATA);
    assert_int_equal(assembly.size, 196);
    dlt645_block_reply(&frame, &meter_161, 0x06000001, value, sizeof value, 1);
    assert_int_equal(dlt645_assembly_take(&assembly, &frame, NULL), 0);
    assert_int_equal(assembly.size, 391);
    assert_int_equal(
        dlt645_block_reply(&frame, &meter_161, 0x06000001, value, sizeof value, 3),
        ERROR_OUT_OF_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_freeze_goes_out_minute_first_and_comes_back),
        cmocka_unit_test(nines_say_how_often_a_freeze_repeats),
        cmocka_unit_test(every_baud_rate_has_a_bit_of_its_own),
        cmocka_unit_test(a_password_is_changed_by_who_knows_the_old_one),
        cmocka_unit_test(demand_meter_and_events_are_cleared_with_authority),
        cmocka_unit_test(the_terminal_repeats_what_it_is_set_to),
        cmocka_unit_test(a_meter_is_given_another_address),
        cmocka_unit_test(a_load_record_is_asked_for_by_blocks_and_time),
        cmocka_unit_test(security_carries_its_data_both_ways_and_refuses_with_a_word),
        cmocka_unit_test(a_value_of_any_length_comes_back_whole),
        cmocka_unit_test(more_than_the_bound_is_refused),
        cmocka_unit_test(parts_without_bytes_do_not_go_on_for_ever),
        cmocka_unit_test(a_part_that_was_not_asked_for_is_refused_and_may_be_asked_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
