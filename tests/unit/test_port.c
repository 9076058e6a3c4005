/* A meter at its wired port: every control code of DL/T 645-2007, asked through frames as they are on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/meter/port.h"
#include "sim/site.h"
#include "sim/wire/dlt645_blocks.h"

#include <stdlib.h>
#include <string.h>

enum { CONTROL = 0x111111, ADMINISTRATOR = 0x246810 };

struct bench {
    struct event_sink sink;
    struct site *site;
    struct flat *flat;
    struct meter *meter;
    struct meter_port port;
    struct dlt645_frame request, reply;
};

static void ignore(struct event_sink *sink, const struct event *event)
{
    (void)sink;
    (void)event;
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct site_config config = site_config_default();
    int error = 0;
    assert_non_null(bench);
    bench->sink.put = ignore;
    config.flats = 1;
    bench->site = site_new(&config, &bench->sink, &error);
    assert_non_null(bench->site);
    bench->flat = site_flat(bench->site, 1);
    bench->meter = &bench->flat->meter;
    meter_port_init(&bench->port, bench->meter, 0, PORT_SGCC, 9600);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    site_free(bench->site);
    free(bench);
    return 0;
}

static void settle(struct bench *bench)
{
    flat_settle(bench->flat, bench->site->now);
    site_touched(bench->site, bench->flat);
}

static void wait(struct bench *bench, int64_t duration)
{
    site_run_until(bench->site, bench->site->now + duration);
}

/* The request, through its bytes. False: silence. */
static bool ask(struct bench *bench)
{
    struct dlt645_frame heard;
    uint8_t bytes[DLT645_ENCODED_MAX];
    int size = dlt645_encode(&bench->request, 4, bytes, sizeof bytes);
    assert_true(size > 0);
    assert_int_equal(dlt645_decode(bytes, (size_t)size, &heard, NULL), size);
    meter_account(bench->meter, bench->site->now);
    bool answered = meter_answer(bench->meter, bench->site->now, &heard, &bench->reply);
    settle(bench);
    return answered;
}

/* 0 for a normal reply, or the bits of a refusal. */
static int result(struct bench *bench, enum dlt645_function function)
{
    uint16_t bits = 0;
    int checked = dlt645_reply_check(&bench->reply, function, &bits);
    assert_true(checked == 0 || checked == ERROR_DLT645_REFUSED);
    return checked == 0 ? 0 : bits;
}

static int read(struct bench *bench, uint32_t identifier)
{
    dlt645_read_request(&bench->request, &bench->meter->address, identifier);
    assert_true(ask(bench));
    return result(bench, DLT645_READ);
}

/* A single quantity; fails when it is refused. */
static int64_t value(struct bench *bench, uint32_t identifier, enum dlt645_quantity quantity)
{
    int64_t number = -1;
    assert_int_equal(read(bench, identifier), 0);
    assert_int_equal(dlt645_quantity_read(quantity, bench->reply.data + 4, bench->reply.length - 4u,
                                          &number, NULL), 0);
    return number;
}

static int write_as(struct bench *bench, uint32_t identifier, uint8_t level, uint32_t password,
                    const uint8_t *bytes, size_t size)
{
    const struct dlt645_write write = {
        .identifier = identifier, .authority = {level, password, 0x12345678},
        .value = bytes, .value_size = size};
    assert_int_equal(dlt645_write_request(&bench->request, &bench->meter->address, &write), 0);
    assert_true(ask(bench));
    return result(bench, DLT645_WRITE);
}

static void order_frame(struct bench *bench, int order, uint32_t password, int n2)
{
    const struct dlt645_relay_command command = {
        .authority = {4, password, 0x87654321}, .order = (enum dlt645_relay_order)order,
        .restore_after_5min = (uint8_t)n2, .valid_until = {2099, 12, 31, 23, 59, 59, 0}};
    assert_int_equal(dlt645_relay_request(&bench->request, &bench->meter->address, &command), 0);
}

static struct dlt645_relay_reply order(struct bench *bench, int wanted, uint32_t password)
{
    struct dlt645_relay_reply reply;
    order_frame(bench, wanted, password, 1);
    assert_true(ask(bench));
    assert_int_equal(dlt645_relay_reply_parse(&bench->reply, &reply), 0);
    return reply;
}

static bool closed(const struct bench *bench)
{
    return plant_contacts_closed(&bench->flat->plant);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void what_the_model_knows_can_be_read(void **state)
{
    static const uint32_t known[] = {
        0x00000000, 0x00000300, 0x00010000, 0x00010100, 0x00010400, 0x0001FF00, 0x0000FF00, 0x00020000, 0x01010000,
        0x02010100, 0x0201FF00, 0x02020100, 0x0202FF00, 0x02030000, 0x02030100, 0x0203FF00, 0x02040000,
        0x02050000, 0x02060000, 0x0206FF00, 0x02800001, 0x02800002, 0x02800003, 0x02800004, 0x02800007,
        0x02800008, 0x0280000B, 0x02800020, 0x02900000, 0x02900100, 0x0290FF00, 0x02910100, 0x00900200,
        0x00900201, 0x04000101, 0x04000102, 0x0400010C, 0x04000401, 0x04000402, 0x04000404, 0x04000501,
        0x04000507, 0x040005FF, 0x04000703, 0x04001003, 0x04001401, 0x04001402, 0x04001403, 0x04050101,
        0x04800001, 0x04800002, 0x04800003, 0x1D000001, 0x1E000001, 0x03110000, 0x03300000, 0x03300400,
        0x038E0000};
    struct bench *bench = *state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (read(bench, known[i]) != 0)
            fail_msg("%08X is refused", (unsigned)known[i]);
        struct dlt645_fields fields = dlt645_fields_of(known[i], bench->reply.data + 4, bench->reply.length - 4u);
        for (struct dlt645_field field; dlt645_fields_next(&fields, &field);)
            if (field.error != 0)
                fail_msg("%08X: %s of the codec's layout", (unsigned)known[i], error_text(field.error));
    }
    assert_int_equal(read(bench, 0x00FE0000), DLT645_ERROR_NO_DATA);
    assert_int_equal(read(bench, 0x04000C05), DLT645_ERROR_NO_DATA); /* a password is never told */
}

static void a_load_shows_in_power_demand_and_the_largest_demand(void **state)
{
    struct bench *bench = *state;
    flat_set_fault(bench->flat, 0, PLANT_FAULT_OVERLOAD, 10000);
    settle(bench);
    wait(bench, 31 * NS_PER_MIN);
    int64_t power = value(bench, 0x02030000, DLT645_POWER);
    int64_t demand = value(bench, 0x02800004, DLT645_POWER);
    assert_in_range(power, 2100000, 2300000);
    assert_in_range(demand, power - power / 50, power + power / 50);
    assert_int_equal(read(bench, 0x01010000), 0);
    assert_int_equal(bench->reply.length, 4 + 3 + 5);
}

static void trips_and_closes_leave_records_with_operator_and_energy(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(read(bench, 0x1D00FF01), DLT645_ERROR_NO_DATA);
    assert_true(order(bench, DLT645_RELAY_TRIP, CONTROL).accepted);
    wait(bench, NS_PER_S);
    assert_true(order(bench, DLT645_RELAY_CLOSE, CONTROL).accepted);
    wait(bench, NS_PER_S);
    assert_int_equal(value(bench, 0x1D000001, DLT645_COUNT), 1);
    assert_int_equal(value(bench, 0x1E000001, DLT645_COUNT), 1);
    assert_int_equal(read(bench, 0x1D00FF01), 0);
    assert_int_equal(bench->reply.length, 4 + 34);
    assert_memory_equal(bench->reply.data + 4 + 6, ((uint8_t[]){0x21, 0x43, 0x65, 0x87}), 4);
    assert_int_equal(read(bench, 0x1D000201), 0);
    assert_memory_equal(bench->reply.data + 4, ((uint8_t[]){0x21, 0x43, 0x65, 0x87}), 4);
}

static void a_leak_leaves_a_record_of_the_residual_current(void **state)
{
    struct bench *bench = *state;
    flat_set_fault(bench->flat, 0, PLANT_FAULT_LEAKAGE, 60000);
    settle(bench);
    wait(bench, NS_PER_S);
    assert_false(closed(bench));
    assert_int_equal(read(bench, 0x038E0001), 0);
    assert_int_equal(bench->reply.length, 4 + 25);
    assert_int_equal(bench->reply.data[4 + 8], 0x60); /* 60 mA */
    assert_int_equal(read(bench, 0x1D000201), 0); /* nobody's order */
    assert_memory_equal(bench->reply.data + 4, ((uint8_t[]){0, 0, 0, 0}), 4);
}

static void a_power_cut_leaves_a_record(void **state)
{
    struct bench *bench = *state;
    flat_set_fault(bench->flat, 0, PLANT_FAULT_OUTAGE, 1);
    settle(bench);
    wait(bench, NS_PER_MIN);
    flat_set_fault(bench->flat, bench->site->now, PLANT_FAULT_OUTAGE, 0);
    settle(bench);
    wait(bench, 5 * NS_PER_S);
    assert_int_equal(value(bench, 0x03110000, DLT645_COUNT), 1);
    assert_int_equal(read(bench, 0x03110001), 0);
    assert_int_equal(bench->reply.length, 4 + 12);
}

static void ten_records_in_one_value_follow_in_further_frames(void **state)
{
    struct bench *bench = *state;
    static struct dlt645_assembly assembly;
    uint16_t bits;
    for (int i = 0; i < 12; i++) {
        order(bench, i % 2 ? DLT645_RELAY_CLOSE : DLT645_RELAY_TRIP, CONTROL);
        wait(bench, NS_PER_S);
    }
    for (int i = 0; i < 12; i++) {
        order(bench, i % 2 ? DLT645_RELAY_CLOSE : DLT645_RELAY_TRIP, CONTROL);
        wait(bench, NS_PER_S);
    }
    dlt645_assembly_begin(&assembly, 0x1D00FFFF);
    assert_int_equal(read(bench, 0x1D00FFFF), 0);
    assert_int_equal(bench->reply.control, 0xB1);
    int whole = dlt645_assembly_take(&assembly, &bench->reply, &bits);
    while (whole == 0) {
        dlt645_read_more_request(&bench->request, &bench->meter->address, 0x1D00FFFF,
                                 assembly.sequence);
        assert_true(ask(bench));
        whole = dlt645_assembly_take(&assembly, &bench->reply, &bits);
    }
    assert_int_equal(whole, 1);
    assert_int_equal(assembly.size, 10 * 34);
    dlt645_read_more_request(&bench->request, &bench->meter->address, 0x1D00FFFF, 9);
    assert_true(ask(bench));
    assert_int_equal(result(bench, DLT645_READ_MORE), DLT645_ERROR_NO_DATA);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static void part_of_an_address_is_enough_to_read_and_not_to_switch(void **state)
{
    struct bench *bench = *state;
    struct dlt645_address part;
    assert_int_equal(dlt645_address_from_text("AAAAAA100001", &part), 0);
    dlt645_read_request(&bench->request, &part, 0x00010000);
    assert_true(ask(bench));
    assert_true(dlt645_address_equal(&bench->reply.address, &bench->meter->address));
    order_frame(bench, DLT645_RELAY_TRIP, CONTROL, 0);
    bench->request.address = part;
    assert_false(ask(bench));
    bench->request.address = dlt645_wildcard; /* the meter alone on its bus */
    assert_true(ask(bench));
}

static void an_address_is_written_only_while_the_key_is_pressed(void **state)
{
    struct bench *bench = *state;
    struct dlt645_address other;
    assert_int_equal(dlt645_address_from_number(161, &other), 0);
    dlt645_set_address(&bench->request, &other);
    assert_false(ask(bench));
    plant_press_key(&bench->flat->plant, 0, true);
    settle(bench);
    assert_true(ask(bench));
    assert_int_equal(result(bench, DLT645_WRITE_ADDRESS), 0);
    assert_true(dlt645_address_equal(&bench->meter->address, &other));
}

static void a_broadcast_is_obeyed_and_not_answered(void **state)
{
    struct bench *bench = *state;
    const struct dlt645_freeze now = {DLT645_EVERY, DLT645_EVERY, DLT645_EVERY, DLT645_EVERY};
    assert_int_equal(dlt645_freeze_request(&bench->request, &dlt645_broadcast, &now), 0);
    assert_false(ask(bench));
    assert_int_equal(read(bench, 0x0501FF01), 0);
}

/* ---- passwords and levels -------------------------------------------------------------------- */

static void three_wrong_passwords_lock_their_level_for_a_day(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(order(bench, DLT645_RELAY_TRIP, 0x999999).word, DLT645_REFUSED_PASSWORD);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP, CONTROL).word, DLT645_REFUSED_PASSWORD);
    assert_true(closed(bench));
    const uint8_t minutes[] = {0x30, 0x00};
    assert_int_equal(write_as(bench, 0x04001403, 2, ADMINISTRATOR, minutes, 2), 0); /* another level */
    wait(bench, 24 * NS_PER_HOUR + NS_PER_S);
    assert_true(order(bench, DLT645_RELAY_TRIP, CONTROL).accepted);
}

static void two_wrong_passwords_and_a_right_one_lock_nothing(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(order(bench, DLT645_RELAY_ALARM_ON, i % 3 == 2 ? CONTROL : 0x999999).accepted,
                         i % 3 == 2);
}

static void a_password_is_changed_by_its_own_or_a_higher_level(void **state)
{
    struct bench *bench = *state;
    struct dlt645_password_change change = {DLT645_PASSWORD_IDENTIFIER(4), {4, CONTROL}, {4, 0x222222}};
    dlt645_password_request(&bench->request, &bench->meter->address, &change);
    assert_true(ask(bench));
    assert_int_equal(result(bench, DLT645_SET_PASSWORD), 0);
    assert_false(order(bench, DLT645_RELAY_ALARM_ON, CONTROL).accepted);
    assert_true(order(bench, DLT645_RELAY_ALARM_ON, 0x222222).accepted);
    change = (struct dlt645_password_change){DLT645_PASSWORD_IDENTIFIER(2), {4, 0x222222}, {2, 1}};
    dlt645_password_request(&bench->request, &bench->meter->address, &change);
    assert_true(ask(bench));
    assert_int_equal(result(bench, DLT645_SET_PASSWORD), DLT645_ERROR_PASSWORD);
}

static int clear(struct bench *bench, int function, uint8_t level, uint32_t password, uint32_t identifier)
{
    const struct dlt645_clear wanted = {
        .function = (enum dlt645_function)function, .authority = {level, password, 0},
        .identifier = identifier};
    assert_int_equal(dlt645_clear_request(&bench->request, &bench->meter->address, &wanted), 0);
    assert_true(ask(bench));
    return result(bench, (enum dlt645_function)function);
}

static void clearing_the_meter_and_its_events_wants_level_02(void **state)
{
    struct bench *bench = *state;
    flat_set_fault(bench->flat, 0, PLANT_FAULT_OVERLOAD, 10000);
    settle(bench);
    wait(bench, NS_PER_HOUR);
    assert_true(value(bench, 0x00010000, DLT645_ENERGY) > 2000000);
    assert_int_equal(clear(bench, DLT645_CLEAR_METER, 4, CONTROL, 0), DLT645_ERROR_PASSWORD);
    assert_int_equal(clear(bench, DLT645_CLEAR_EVENTS, 4, CONTROL, DLT645_ALL_EVENTS),
                     DLT645_ERROR_PASSWORD);
    assert_int_equal(clear(bench, DLT645_CLEAR_DEMAND, 4, CONTROL, 0), 0);
    assert_int_equal(clear(bench, DLT645_CLEAR_METER, 2, ADMINISTRATOR, 0), 0);
    assert_int_equal(value(bench, 0x00010000, DLT645_ENERGY), 0);
    assert_int_equal(value(bench, 0x00010300, DLT645_ENERGY), 0);
    assert_int_equal(value(bench, 0x03300100, DLT645_COUNT), 1);
    wait(bench, NS_PER_HOUR); /* the platform, which bills by the register, goes on */
}

static void clearing_events_forgets_those_that_are_named(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP, CONTROL);
    wait(bench, NS_PER_S);
    order(bench, DLT645_RELAY_CLOSE, CONTROL);
    wait(bench, NS_PER_S);
    assert_int_equal(clear(bench, DLT645_CLEAR_EVENTS, 2, ADMINISTRATOR, 0x1D00FFFF), 0);
    assert_int_equal(read(bench, 0x1D00FF01), DLT645_ERROR_NO_DATA);
    assert_int_equal(read(bench, 0x1E00FF01), 0);
    assert_int_equal(clear(bench, DLT645_CLEAR_EVENTS, 2, ADMINISTRATOR, DLT645_ALL_EVENTS), 0);
    assert_int_equal(read(bench, 0x1E00FF01), DLT645_ERROR_NO_DATA);
    assert_int_equal(value(bench, 0x03300300, DLT645_COUNT), 2);
}

/* ---- writing and service --------------------------------------------------------------------- */

static void a_setting_is_written_read_back_and_followed(void **state)
{
    struct bench *bench = *state;
    const uint8_t five_amperes[] = {0x00, 0x50, 0x00}, nothing[] = {0x00, 0x00, 0x00};
    assert_int_equal(write_as(bench, 0x04001402, 4, CONTROL, five_amperes, 3), 0);
    assert_int_equal(value(bench, 0x04001402, DLT645_CURRENT), 5000);
    assert_int_equal(write_as(bench, 0x04001402, 4, CONTROL, nothing, 3), DLT645_ERROR_OTHER);
    assert_int_equal(write_as(bench, 0x04001402, 4, CONTROL, five_amperes, 2), DLT645_ERROR_OTHER);
    assert_int_equal(write_as(bench, 0x00010000, 4, CONTROL, five_amperes, 3), DLT645_ERROR_NO_DATA);
    flat_set_fault(bench->flat, bench->site->now, PLANT_FAULT_OVERLOAD, 10000);
    settle(bench);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP, CONTROL).word, DLT645_DONE_TRIP_HELD_BY_CURRENT);
    assert_int_equal(value(bench, 0x03300000, DLT645_COUNT), 1);
}

static void the_clock_is_set_and_the_record_says_from_what_to_what(void **state)
{
    struct bench *bench = *state;
    const uint8_t noon[] = {0x00, 0x00, 0x12, 0x01, 0x23, 0x11, 0x26};
    assert_int_equal(write_as(bench, 0x0400010C, 4, CONTROL, noon, sizeof noon), 0);
    assert_int_equal(read(bench, 0x03300401), 0);
    assert_memory_equal(bench->reply.data + 4 + 10, ((uint8_t[]){0x00, 0x00, 0x12, 0x23, 0x11, 0x26}), 6);
}

static void a_freeze_copies_the_registers_and_the_hour_does_so_by_itself(void **state)
{
    struct bench *bench = *state;
    const struct dlt645_freeze never = {DLT645_EVERY, 30, DLT645_EVERY, 0};
    wait(bench, 61 * NS_PER_MIN);
    assert_int_equal(read(bench, 0x00010000), 0); /* whoever looks accounts */
    assert_int_equal(read(bench, 0x0504FF01), 0);
    assert_int_equal(bench->reply.data[4], 0x00); /* at minute 0 */
    assert_int_equal(bench->reply.data[5], 0x13);
    dlt645_freeze_request(&bench->request, &bench->meter->address, &never);
    assert_true(ask(bench));
    assert_int_equal(result(bench, DLT645_FREEZE), DLT645_ERROR_OTHER);
}

static void the_baud_rate_changes_after_the_reply_and_an_unknown_one_is_refused(void **state)
{
    struct bench *bench = *state;
    int baud = 0;
    dlt645_baud_request(&bench->request, &bench->meter->address, 2400);
    assert_true(ask(bench));
    assert_int_equal(dlt645_baud_parse(&bench->reply, &baud), 0);
    assert_int_equal(baud, 2400);
    assert_int_equal(bench->port.baud, 2400);
    bench->request.data[0] = 0x81;
    assert_true(ask(bench));
    assert_int_equal(result(bench, DLT645_SET_BAUD), DLT645_ERROR_BAUD);
    assert_int_equal(bench->port.baud, 2400);
}

static void the_terminal_and_the_security_module_are_answered(void **state)
{
    struct bench *bench = *state;
    const struct dlt645_security security = {.identifier = DLT645_SECURITY_AUTHENTICATE};
    uint8_t output = 9;
    dlt645_terminal_request(&bench->request, &bench->meter->address, 2);
    assert_true(ask(bench));
    assert_int_equal(dlt645_terminal_parse(&bench->reply, &output), 0);
    assert_int_equal(output, 2);
    dlt645_terminal_request(&bench->request, &bench->meter->address, 7);
    assert_true(ask(bench));
    assert_int_equal(result(bench, DLT645_MULTIFUNCTION_TERMINAL), DLT645_ERROR_OTHER);
    dlt645_security_request(&bench->request, &bench->meter->address, &security);
    assert_true(ask(bench));
    assert_int_equal(bench->reply.control, 0xC3);
    assert_int_equal(result(bench, DLT645_SECURITY), DLT645_SERR_VERIFICATION);
}

static void the_base_dialect_has_no_words(void **state)
{
    struct bench *bench = *state;
    bench->port.dialect = PORT_BASE;
    struct dlt645_relay_reply reply = order(bench, DLT645_RELAY_ALARM_ON, CONTROL);
    assert_true(reply.accepted && !reply.has_word);
    assert_int_equal(bench->reply.length, 0);
    reply = order(bench, DLT645_RELAY_TRIP, 0x999999);
    assert_false(reply.accepted || reply.has_word);
    assert_int_equal(reply.error_bits, DLT645_ERROR_PASSWORD);
    order(bench, DLT645_RELAY_KEEP_POWER_ON, CONTROL);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP, CONTROL).error_bits, DLT645_ERROR_OTHER);
}

static void a_frame_of_any_control_code_with_a_wrong_length_changes_nothing(void **state)
{
    struct bench *bench = *state;
    for (int control = 0; control < 0x20; control++)
        for (int length = 0; length < 3; length++) {
            bench->request = (struct dlt645_frame){
                .address = bench->meter->address, .control = (uint8_t)control, .length = (uint8_t)length};
            if (ask(bench) && control != DLT645_READ_ADDRESS && control != DLT645_SECURITY &&
                !(control == DLT645_MULTIFUNCTION_TERMINAL && length == 1) && !(bench->reply.control & DLT645_ABNORMAL))
                fail_msg("control code %02X with %d bytes is obeyed", control, length);
        }
    assert_true(closed(bench));
    assert_int_equal(bench->port.baud, 9600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(what_the_model_knows_can_be_read),
        TEST(a_load_shows_in_power_demand_and_the_largest_demand),
        TEST(trips_and_closes_leave_records_with_operator_and_energy),
        TEST(a_leak_leaves_a_record_of_the_residual_current),
        TEST(a_power_cut_leaves_a_record),
        TEST(ten_records_in_one_value_follow_in_further_frames),
        TEST(part_of_an_address_is_enough_to_read_and_not_to_switch),
        TEST(an_address_is_written_only_while_the_key_is_pressed),
        TEST(a_broadcast_is_obeyed_and_not_answered),
        TEST(three_wrong_passwords_lock_their_level_for_a_day),
        TEST(two_wrong_passwords_and_a_right_one_lock_nothing),
        TEST(a_password_is_changed_by_its_own_or_a_higher_level),
        TEST(clearing_the_meter_and_its_events_wants_level_02),
        TEST(clearing_events_forgets_those_that_are_named),
        TEST(a_setting_is_written_read_back_and_followed),
        TEST(the_clock_is_set_and_the_record_says_from_what_to_what),
        TEST(a_freeze_copies_the_registers_and_the_hour_does_so_by_itself),
        TEST(the_baud_rate_changes_after_the_reply_and_an_unknown_one_is_refused),
        TEST(the_terminal_and_the_security_module_are_answered),
        TEST(the_base_dialect_has_no_words),
        TEST(a_frame_of_any_control_code_with_a_wrong_length_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
