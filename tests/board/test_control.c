/* Orders, sequence numbers, keep-power, the key, hold-off, credit; what survives a power cut. */
#include "bench.h"

#include <stdlib.h>
#include <unistd.h>

static uint16_t contacts(struct bench *bench)
{
    return bench_input(bench, STATUS) & CLOSED;
}

static void an_order_opens_and_another_closes(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns = bench->now_ns;

    (void)state;
    assert_int_equal(bench_command(bench, 0x1A1A), 0);
    bench_run(bench, 300 * MS);
    assert_true(bench_opened(bench, since_ns) != NOT_SEEN);
    assert_int_equal(bench_input(bench, CAUSES), ORDER);
    assert_int_equal(bench_input(bench, RESULT), 1);
    assert_int_equal(bench_command(bench, 0x1C1C), 0);
    bench_run(bench, 300 * MS);
    assert_true(bench_closed(bench, since_ns) != NOT_SEEN);
    assert_int_equal(bench_input(bench, CAUSES), 0);
    bench_stop(bench);
}

static void a_used_sequence_number_is_refused(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    assert_int_equal(bench_command_as(bench, 0x2A2A, 77), 0);
    assert_int_equal(bench_command_as(bench, 0x1A1A, 77), 3);
    assert_int_equal(bench_input(bench, RESULT), 5);
    assert_int_equal(bench_input(bench, SEQUENCE), 77);
    assert_int_equal(contacts(bench), CLOSED);
    bench_stop(bench);
}

static void an_unknown_key_is_refused_and_keeps_the_sequence(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    assert_int_equal(bench_command_as(bench, 0x1234, 9), 3);
    assert_int_equal(bench_input(bench, RESULT), 6);
    assert_int_equal(bench_command_as(bench, 0x2A2A, 9), 0);
    assert_true(bench_input(bench, STATUS) & ALARM);
    bench_stop(bench);
}

static void keep_power_refuses_an_order_to_trip(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    assert_int_equal(bench_command(bench, 0x3A3A), 0);
    assert_true(bench_input(bench, STATUS) & KEEP_POWER);
    assert_int_equal(bench_command(bench, 0x1A1A), 4);
    assert_int_equal(bench_input(bench, RESULT), 2);
    bench_run(bench, SECOND);
    assert_int_equal(contacts(bench), CLOSED);
    assert_int_equal(bench_command(bench, 0x3B3B), 0);
    assert_int_equal(bench_command(bench, 0x1A1A), 0);
    bench_run(bench, SECOND);
    assert_int_equal(contacts(bench), 0);
    bench_stop(bench);
}

static void a_permit_closes_only_after_the_key_was_held_for_3_s(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns;

    (void)state;
    assert_int_equal(bench_command(bench, 0x1A1A), 0);
    bench_run(bench, 300 * MS);
    assert_int_equal(bench_command(bench, 0x1B1B), 0);
    assert_true(bench_input(bench, STATUS) & PERMITTED);
    since_ns = bench->now_ns;
    bench_environment(bench, 250, false, true);
    bench_run(bench, 2 * SECOND);
    bench_environment(bench, 250, false, false);
    bench_run(bench, 2 * SECOND);
    assert_true(bench_closed(bench, since_ns) == NOT_SEEN);
    since_ns = bench->now_ns;
    bench_environment(bench, 250, false, true);
    bench_run(bench, 4 * SECOND);
    assert_true(bench_closed(bench, since_ns) - since_ns >= 3 * SECOND);
    assert_false(bench_input(bench, STATUS) & PERMITTED);
    bench_stop(bench);
}

static void a_large_current_holds_an_order_off_until_it_falls(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns;

    (void)state;
    bench_load(bench, 35000);
    bench_run(bench, 100 * MS);
    assert_int_equal(bench_command(bench, 0x1A1A), 0);
    assert_int_equal(bench_input(bench, RESULT), 4);
    assert_true(bench_input(bench, STATUS) & HELD);
    bench_run(bench, 3 * SECOND);
    assert_true(bench_opened(bench, 0) == NOT_SEEN);
    since_ns = bench->now_ns;
    bench_load(bench, 5000);
    bench_run(bench, 2 * SECOND);
    assert_true(bench_opened(bench, since_ns) != NOT_SEEN);
    bench_stop(bench);
}

/* Local credit with a price so high that 2.3 kW cost about a cent every 16 ms. */
static void set_credit(struct bench *bench, int32_t balance_cent)
{
    bench_break_seal(bench);
    assert_int_equal(bench_write32(bench, 10, 1000000), 0);
    assert_int_equal(bench_write32(bench, 8, (uint32_t)balance_cent), 0);
    assert_int_equal(bench_write(bench, 14, 1), 0);
}

static void arrears_open_and_a_payment_closes(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns = bench->now_ns;

    (void)state;
    set_credit(bench, 20);
    bench_load(bench, 10000);
    bench_run(bench, 10 * SECOND);
    assert_true(bench_opened(bench, since_ns) != NOT_SEEN);
    assert_int_equal(bench_input(bench, CAUSES), ARREARS);
    assert_int_equal(bench_input(bench, LAST_TRIP), 2);
    assert_int_equal(bench_command(bench, 0x1C1C), 4);
    since_ns = bench->now_ns;
    assert_int_equal(bench_write32(bench, 8, 5000), 0);
    bench_run(bench, SECOND);
    assert_true(bench_closed(bench, since_ns) != NOT_SEEN);
    assert_int_equal(bench_input(bench, CAUSES), 0);
    bench_stop(bench);
}

static void keep_power_holds_arrears_off(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    assert_int_equal(bench_command(bench, 0x3A3A), 0);
    set_credit(bench, -500);
    bench_run(bench, 3 * SECOND);
    assert_int_equal(contacts(bench), CLOSED);
    assert_int_equal(bench_command(bench, 0x3B3B), 0);
    bench_run(bench, SECOND);
    assert_int_equal(contacts(bench), 0);
    bench_stop(bench);
}

/* 230 V x 10 A for an hour are 2.3 kWh; two minutes are 76.7 Wh. The ADC allows a percent. */
static void energy_is_what_flowed(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    uint16_t inputs[INPUTS];

    (void)state;
    bench_load(bench, 10000);
    bench_run(bench, 120 * SECOND);
    bench_inputs(bench, inputs);
    assert_in_range(inputs[VOLTAGE], 2295, 2305);
    assert_in_range(inputs[CURRENT], 997, 1003);
    assert_in_range(inputs[POWER], 2290, 2310);
    assert_in_range(inputs[ENERGY_LOW], 76, 77);
    bench_stop(bench);
}

static void cut_power(struct bench *bench)
{
    bench_voltage(bench, 0);
    bench_run(bench, 2 * SECOND);
    bench_voltage(bench, 230000);
    bench_run(bench, SECOND);
}

static void credit_energy_settings_and_causes_survive_a_power_cut(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    uint16_t inputs[INPUTS];

    (void)state;
    bench_break_seal(bench);
    assert_int_equal(bench_write32(bench, 8, 4321), 0);
    assert_int_equal(bench_write32(bench, 15, 1234), 0);
    assert_int_equal(bench_write(bench, 1, 2500), 0);
    assert_int_equal(bench_command_as(bench, 0x1A1A, 99), 0);
    bench_run(bench, SECOND);
    cut_power(bench);
    bench_inputs(bench, inputs);
    assert_int_equal(inputs[BALANCE_LOW], 4321);
    assert_int_equal(inputs[ENERGY_LOW], 1234);
    assert_int_equal(inputs[CAUSES], ORDER);
    assert_int_equal(inputs[STATUS] & (CLOSED | WANTED), 0);
    assert_int_equal(inputs[SEQUENCE], 99);
    assert_int_equal(inputs[RESETS], 2);
    assert_int_equal(inputs[TRIPS], 1);
    assert_int_equal(bench_holding(bench, 1), 2500);
    assert_int_equal(bench_command_as(bench, 0x1C1C, 99), 3);
    bench_stop(bench);
}

static void a_power_cut_moves_no_contacts(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_load(bench, 8000);
    bench_run(bench, SECOND);
    cut_power(bench);
    assert_true(bench_opened(bench, 0) == NOT_SEEN);
    assert_true(bench_report(bench, 0x211, 2, 0) == NOT_SEEN);
    assert_true(bench_report(bench, 0x211, 3, 0) == NOT_SEEN);
    assert_int_equal(contacts(bench), CLOSED);
    bench_stop(bench);
}

static void a_leakage_lock_survives_a_power_cut(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_leak(bench, 60000);
    bench_run(bench, SECOND);
    bench_leak(bench, 0);
    cut_power(bench);
    assert_int_equal(bench_input(bench, CAUSES), LEAKAGE);
    assert_int_equal(bench_command(bench, 0x1C1C), 4);
    assert_int_equal(contacts(bench), 0);
    bench_stop(bench);
}

/*
 * The supply fails, and while it holds up a new balance is written at ever later moments, until
 * the save no longer ends in time. Whatever is found afterwards is the old balance or the new.
 */
static void a_save_cut_short_leaves_the_old_or_the_new_balance(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    uint16_t balance = 1000;
    int kept = 0, saved = 0, i;

    (void)state;
    bench_break_seal(bench);
    assert_int_equal(bench_write32(bench, 8, balance), 0);
    bench_run(bench, SECOND);
    for (i = 0; i < 12; i++) {
        uint16_t next = (uint16_t)(balance + 0x0101), got;
        uint8_t write[11] = { 1, 16, 0, 8, 0, 2, 4, 0, 0, (uint8_t)(next >> 8), (uint8_t)next };

        bench_break_seal(bench);
        bench_voltage(bench, 0);
        bench_run(bench, (100 + 12 * i) * MS);
        bench_send(bench, write, sizeof write);
        bench_run(bench, 2 * SECOND);
        bench_voltage(bench, 230000);
        bench_run(bench, SECOND);
        got = bench_input(bench, BALANCE_LOW);
        assert_true(got == balance || got == next);
        kept += got == balance;
        saved += got == next;
        balance = got;
    }
    assert_true(kept > 0 && saved > 0);
    bench_stop(bench);
}

static void an_eeprom_file_carries_over_to_the_next_run(void **state)
{
    char path[] = "/tmp/meterbench-eeprom-XXXXXX";
    int fd = mkstemp(path);
    struct bench *bench;

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    bench = bench_start(NULL, "--eeprom", path, NULL);
    bench_break_seal(bench);
    assert_int_equal(bench_write32(bench, 8, 777), 0);
    bench_run(bench, SECOND);
    bench_stop(bench);
    bench = bench_start(NULL, "--eeprom", path, NULL);
    assert_int_equal(bench_input(bench, BALANCE_LOW), 777);
    assert_int_equal(bench_input(bench, RESETS), 2);
    bench_stop(bench);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_opens_and_another_closes),
        cmocka_unit_test(a_used_sequence_number_is_refused),
        cmocka_unit_test(an_unknown_key_is_refused_and_keeps_the_sequence),
        cmocka_unit_test(keep_power_refuses_an_order_to_trip),
        cmocka_unit_test(a_permit_closes_only_after_the_key_was_held_for_3_s),
        cmocka_unit_test(a_large_current_holds_an_order_off_until_it_falls),
        cmocka_unit_test(arrears_open_and_a_payment_closes),
        cmocka_unit_test(keep_power_holds_arrears_off),
        cmocka_unit_test(energy_is_what_flowed),
        cmocka_unit_test(credit_energy_settings_and_causes_survive_a_power_cut),
        cmocka_unit_test(a_power_cut_moves_no_contacts),
        cmocka_unit_test(a_leakage_lock_survives_a_power_cut),
        cmocka_unit_test(a_save_cut_short_leaves_the_old_or_the_new_balance),
        cmocka_unit_test(an_eeprom_file_carries_over_to_the_next_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
