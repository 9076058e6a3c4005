/*
 * Bugs on the wire: what each planted one does there, and that the reference does not. Judging a
 * board of one's own for them is `meterbench board check`.
 */
#include "dlt645_wire.h"

#include <string.h>

#define VOLTAGE_REQUEST "00010102"

static struct bench *start_dlt645(const char *bug)
{
    return bench_start(bug, "--protocol", "dlt645", NULL);
}

/* ---- Modbus ---------------------------------------------------------------------------------- */

static bool answers(struct bench *bench, const uint8_t *request, size_t length)
{
    uint8_t reply[260];

    return bench_exchange(bench, request, length, reply) > 0;
}

static bool a_broadcast_write_is_answered(struct bench *bench)
{
    static const uint8_t write[] = { 0, 6, 0, 40, 0, 0 };

    return answers(bench, write, sizeof write);
}

static bool another_slave_is_answered_for(struct bench *bench)
{
    static const uint8_t read[] = { 2, 4, 0, 0, 0, 1 };

    return answers(bench, read, sizeof read);
}

static bool a_value_out_of_range_is_not_exception_3(struct bench *bench)
{
    bench_break_seal(bench);
    return bench_write(bench, 0, 59) != 3;
}

static bool half_a_balance_can_be_written(struct bench *bench)
{
    bench_break_seal(bench);
    return bench_write(bench, 9, 1) == 0;
}

static bool a_setting_goes_beyond_its_limit(struct bench *bench)
{
    bench_break_seal(bench);
    return bench_write(bench, 0, 5001) == 0;
}

static bool a_bad_frame_is_the_last(struct bench *bench)
{
    static const uint8_t read[] = { 1, 4, 0, 0, 0, 1 };
    uint8_t reply[260];

    bench_exchange_bad_crc(bench, read, sizeof read, reply);
    bench_run(bench, SECOND);
    return !answers(bench, read, sizeof read);
}

static bool the_clock_gains(struct bench *bench)
{
    uint16_t before = bench_input(bench, 15);

    bench_run(bench, 100 * SECOND);
    return bench_input(bench, 15) - before > 101;
}

/* ---- DL/T 645 -------------------------------------------------------------------------------- */

static bool a_broadcast_is_answered(struct bench *bench)
{
    return !ask(bench, EVERYONE, 0x11, VOLTAGE_REQUEST).silent;
}

static bool another_address_is_answered_for(struct bench *bench)
{
    return !ask(bench, "020000000000", 0x11, VOLTAGE_REQUEST).silent;
}

static bool spoilt_is_answered(struct bench *bench, size_t from_end)
{
    uint8_t frame[64];
    size_t length = build(OWN, 0x11, VOLTAGE_REQUEST, frame);

    frame[length - from_end]++;
    return !exchange_bytes(bench, frame, length).silent;
}

static bool a_wrong_checksum_is_answered(struct bench *bench)
{
    return spoilt_is_answered(bench, 2);
}

static bool a_wrong_end_is_answered(struct bench *bench)
{
    return spoilt_is_answered(bench, 1);
}

static bool a_long_pause_does_not_end_a_frame(struct bench *bench)
{
    uint8_t frame[64];
    size_t length = build(OWN, 0x11, VOLTAGE_REQUEST, frame);

    send_raw(bench, frame, 6);
    bench_run(bench, 700 * MS);
    return !exchange_bytes(bench, frame + 6, length - 6).silent;
}

static int64_t reply_delay_ns(struct bench *bench)
{
    uint8_t frame[64];
    size_t length = build(OWN, 0x11, VOLTAGE_REQUEST, frame);

    send_raw(bench, frame, length);
    return receive(bench, (int64_t)length * BYTE_NS, SECOND).delay_ns - BYTE_NS;
}

static bool a_reply_begins_before_20_ms(struct bench *bench)
{
    return reply_delay_ns(bench) < 20 * MS;
}

static bool a_reply_begins_after_500_ms(struct bench *bench)
{
    return reply_delay_ns(bench) > 500 * MS;
}

static bool a_wildcard_meets_silence(struct bench *bench)
{
    return ask(bench, ANYONE, 0x13, "").silent;
}

static bool a_reply_names_another_identifier(struct bench *bench)
{
    return memcmp(read_di(bench, 0x02010100).data, "\x00\x01\x01\x02", 4) != 0;
}

static bool the_voltage_is_no_bcd(struct bench *bench)
{
    return read_di(bench, 0x02010100).data[5] != 0x23;
}

static bool any_password_opens(struct bench *bench)
{
    return write_di(bench, 0x04050101, "04222222" "00000000", "34120000").control == 0x94;
}

static bool an_order_is_obeyed_after_its_time(struct bench *bench)
{
    write_di(bench, 0x0400010C, ORDINARY, "56341203151126");
    return order(bench, ORDINARY, "1A00" "503412151126").control == 0x9C;
}

static bool a_damaged_frame_is_the_last(struct bench *bench)
{
    spoilt_is_answered(bench, 2);
    return ask(bench, OWN, 0x11, VOLTAGE_REQUEST).silent;
}

/* ---- all of them ----------------------------------------------------------------------------- */

struct wire_bug {
    const char *bug;
    bool (*shows)(struct bench *bench);
};

static const struct wire_bug modbus_bugs[] = {
    { "answers_broadcast", a_broadcast_write_is_answered },
    { "answers_others", another_slave_is_answered_for },
    { "wrong_exception", a_value_out_of_range_is_not_exception_3 },
    { "writes_half", half_a_balance_can_be_written },
    { "limit_off_by_one", a_setting_goes_beyond_its_limit },
    { "hangs_on_bad_frame", a_bad_frame_is_the_last },
    { "fast_clock", the_clock_gains },
};

static const struct wire_bug dlt645_bugs[] = {
    { "answers_broadcast", a_broadcast_is_answered },
    { "answers_others", another_address_is_answered_for },
    { "ignores_checksum", a_wrong_checksum_is_answered },
    { "ignores_end", a_wrong_end_is_answered },
    { "ignores_gap", a_long_pause_does_not_end_a_frame },
    { "hasty_reply", a_reply_begins_before_20_ms },
    { "late_reply", a_reply_begins_after_500_ms },
    { "no_wildcard", a_wildcard_meets_silence },
    { "echoes_wrong_di", a_reply_names_another_identifier },
    { "plain_last_byte", the_voltage_is_no_bcd },
    { "no_password", any_password_opens },
    { "ignores_valid_until", an_order_is_obeyed_after_its_time },
    { "hangs_on_bad_frame", a_damaged_frame_is_the_last },
};

static void expect(const struct wire_bug *bug, struct bench *(*start)(const char *),
                   const char *firmware, bool shows)
{
    struct bench *bench = start(firmware);
    bool shown = bug->shows(bench);

    bench_stop(bench);
    if (shown != shows)
        fail_msg("%s %s by the firmware %s", bug->bug, shown ? "shows" : "does not show",
                 firmware ? firmware : "without bugs");
}

static struct bench *start_modbus(const char *bug)
{
    return bench_start(bug, NULL);
}

static void each_modbus_bug_shows_on_the_wire_and_only_in_its_build(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof modbus_bugs / sizeof modbus_bugs[0]; i++) {
        expect(&modbus_bugs[i], start_modbus, NULL, false);
        expect(&modbus_bugs[i], start_modbus, modbus_bugs[i].bug, true);
    }
}

static void each_dlt645_bug_shows_on_the_wire_and_only_in_its_build(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof dlt645_bugs / sizeof dlt645_bugs[0]; i++) {
        expect(&dlt645_bugs[i], start_dlt645, NULL, false);
        expect(&dlt645_bugs[i], start_dlt645, dlt645_bugs[i].bug, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_modbus_bug_shows_on_the_wire_and_only_in_its_build),
        cmocka_unit_test(each_dlt645_bug_shows_on_the_wire_and_only_in_its_build),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
