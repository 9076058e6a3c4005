/* Local protection, judged by the rack's contact reports: no link is involved. */
#include "bench.h"

/* From the leak to contacts open (arc out); NOT_SEEN if they stay closed for 5 s. */
static int64_t leak_time(struct bench *bench, uint32_t residual_ua)
{
    int64_t start_ns = bench->now_ns;
    int64_t opened_ns;

    bench_leak(bench, residual_ua);
    bench_run(bench, 5 * SECOND);
    opened_ns = bench_opened(bench, start_ns);
    if (opened_ns == NOT_SEEN)
        return NOT_SEEN;
    print_message("a leak of %u uA opened the contacts after %.3f ms\n", residual_ua,
                  (double)(opened_ns - start_ns) / 1e6);
    return opened_ns - start_ns;
}

static void leak_opens_within(uint32_t residual_ua, int64_t limit_ns)
{
    /* The mains' phase decides how long the arc lasts: try several. */
    static const char *const seeds[] = { "0", "1", "2", "3" };
    size_t i;

    for (i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct bench *bench = bench_start(NULL, "--seed", seeds[i], NULL);
        int64_t time_ns = leak_time(bench, residual_ua);

        assert_true(time_ns != NOT_SEEN);
        assert_true(time_ns <= limit_ns);
        assert_int_equal(bench_input(bench, CAUSES), LEAKAGE);
        assert_int_equal(bench_input(bench, LAST_TRIP), 5);
        assert_true(bench_input(bench, STATUS) & LOCKED);
        bench_stop(bench);
    }
}

static void a_leak_of_15_ma_never_opens_the_contacts(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    assert_true(leak_time(bench, 15000) == NOT_SEEN);
    assert_int_equal(bench_input(bench, CAUSES), 0);
    bench_stop(bench);
}

static void a_leak_of_30_ma_opens_the_contacts_within_300_ms(void **state)
{
    (void)state;
    leak_opens_within(30000, 300 * MS);
}

static void a_leak_of_60_ma_opens_the_contacts_within_150_ms(void **state)
{
    (void)state;
    leak_opens_within(60000, 150 * MS);
}

static void a_leak_of_150_ma_opens_the_contacts_within_40_ms(void **state)
{
    (void)state;
    leak_opens_within(150000, 40 * MS);
}

static void a_leak_beyond_the_measuring_range_opens_the_contacts_within_40_ms(void **state)
{
    (void)state;
    leak_opens_within(30000000, 40 * MS);
}

static void a_leak_of_30_ma_for_50_ms_is_ridden_through(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_leak(bench, 30000);
    bench_run(bench, 50 * MS);
    bench_leak(bench, 0);
    bench_run(bench, SECOND);
    assert_true(bench_opened(bench, 0) == NOT_SEEN);
    bench_stop(bench);
}

static void the_rated_residual_current_is_a_setting(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_break_seal(bench);
    assert_int_equal(bench_write(bench, 0, 1000), 0);
    assert_true(leak_time(bench, 50000) == NOT_SEEN);
    assert_true(leak_time(bench, 100000) <= 300 * MS);
    bench_stop(bench);
}

static void a_sensor_of_type_a_is_blind_to_smooth_direct_current(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_leak_waveform(bench, 60000, 2);
    bench_run(bench, SECOND);
    assert_true(bench_opened(bench, 0) == NOT_SEEN);
    bench_leak_waveform(bench, 60000, 1);
    bench_run(bench, SECOND);
    assert_true(bench_opened(bench, 0) != NOT_SEEN);
    bench_stop(bench);
}

static void after_leakage_only_unlocking_and_an_order_close_again(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns;

    (void)state;
    bench_leak(bench, 60000);
    bench_run(bench, SECOND);
    bench_leak(bench, 0);
    since_ns = bench->now_ns;
    bench_run(bench, 20 * SECOND);
    assert_int_equal(bench_command(bench, 0x1C1C), 4);
    assert_int_equal(bench_input(bench, RESULT), 3);
    assert_int_equal(bench_command(bench, 0x5C5C), 0);
    bench_run(bench, 2 * SECOND);
    assert_int_equal(bench_input(bench, CAUSES), 0);
    assert_true(bench_closed(bench, since_ns) == NOT_SEEN);
    assert_int_equal(bench_command(bench, 0x1C1C), 0);
    bench_run(bench, 300 * MS);
    assert_true(bench_closed(bench, since_ns) != NOT_SEEN);
    assert_int_equal(bench_input(bench, STATUS) & (CLOSED | WANTED | LOCKED), CLOSED | WANTED);
    bench_stop(bench);
}

static void a_short_circuit_opens_within_50_ms_and_locks(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t start_ns = bench->now_ns;

    (void)state;
    bench_load(bench, 110000);
    bench_run(bench, SECOND);
    assert_true(bench_opened(bench, start_ns) != NOT_SEEN);
    assert_true(bench_opened(bench, start_ns) - start_ns <= 50 * MS);
    assert_int_equal(bench_input(bench, LAST_TRIP), 4);
    assert_true(bench_input(bench, STATUS) & LOCKED);
    bench_stop(bench);
}

static void set_overload(struct bench *bench, uint16_t limit, uint16_t delay, uint16_t reclose_s,
                         uint16_t recloses)
{
    bench_break_seal(bench);
    assert_int_equal(bench_write(bench, 1, limit), 0);
    assert_int_equal(bench_write(bench, 2, delay), 0);
    assert_int_equal(bench_write(bench, 3, reclose_s), 0);
    assert_int_equal(bench_write(bench, 4, recloses), 0);
}

static void an_overload_opens_after_its_delay_and_closes_again_by_itself(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t start_ns, opened_ns;

    (void)state;
    set_overload(bench, 1000, 20, 3, 2);
    start_ns = bench->now_ns;
    bench_load(bench, 12000);
    bench_run(bench, 3 * SECOND);
    opened_ns = bench_opened(bench, start_ns);
    assert_true(opened_ns - start_ns >= 2000 * MS && opened_ns - start_ns <= 2050 * MS);
    assert_int_equal(bench_input(bench, CAUSES), OVERLOAD);
    bench_load(bench, 1000);
    bench_run(bench, 4 * SECOND);
    assert_true(bench_closed(bench, opened_ns) - opened_ns >= 3 * SECOND);
    assert_int_equal(bench_input(bench, CAUSES), 0);
    bench_stop(bench);
}

static void an_overload_that_comes_back_too_often_locks(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns;

    (void)state;
    set_overload(bench, 1000, 5, 1, 2);
    bench_load(bench, 12000);
    bench_run(bench, 12 * SECOND);
    assert_int_equal(bench_input(bench, TRIPS), 3);
    assert_true(bench_input(bench, STATUS) & LOCKED);
    since_ns = bench->now_ns;
    bench_load(bench, 0);
    bench_run(bench, 10 * SECOND);
    assert_true(bench_closed(bench, since_ns) == NOT_SEEN);
    assert_int_equal(bench_command(bench, 0x5C5C), 0);
    assert_int_equal(bench_command(bench, 0x1C1C), 0);
    bench_run(bench, SECOND);
    assert_true(bench_closed(bench, since_ns) != NOT_SEEN);
    bench_stop(bench);
}

static void smoke_opens_and_closes_again_when_the_air_is_clear(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns = bench->now_ns;

    (void)state;
    bench_break_seal(bench);
    assert_int_equal(bench_write(bench, 19, 2), 0);
    bench_environment(bench, 250, true, false);
    bench_run(bench, SECOND);
    assert_true(bench_opened(bench, since_ns) != NOT_SEEN);
    assert_int_equal(bench_input(bench, LAST_TRIP), 7);
    since_ns = bench->now_ns;
    bench_run(bench, 5 * SECOND);
    assert_true(bench_closed(bench, since_ns) == NOT_SEEN);
    since_ns = bench->now_ns;
    bench_environment(bench, 250, false, false);
    bench_run(bench, 5 * SECOND);
    assert_true(bench_closed(bench, since_ns) - since_ns >= 2 * SECOND);
    bench_stop(bench);
}

static void heat_opens(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_environment(bench, 730, false, false);
    bench_run(bench, 2 * SECOND);
    assert_true(bench_opened(bench, 0) == NOT_SEEN);
    bench_environment(bench, 800, false, false);
    bench_run(bench, SECOND);
    assert_true(bench_opened(bench, 0) != NOT_SEEN);
    assert_int_equal(bench_input(bench, CAUSES), HEAT);
    bench_stop(bench);
}

static void overvoltage_and_undervoltage_open(void **state)
{
    static const uint32_t voltages_mv[] = { 290000, 120000 };
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        struct bench *bench = bench_start(NULL, NULL);

        bench_voltage(bench, voltages_mv[i]);
        bench_run(bench, 3 * SECOND);
        assert_true(bench_opened(bench, 0) != NOT_SEEN);
        assert_int_equal(bench_input(bench, CAUSES), ABNORMAL);
        assert_int_equal(bench_input(bench, LAST_TRIP), 6);
        bench_stop(bench);
    }
}

static void keep_power_does_not_inhibit_leakage_protection(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t start_ns;

    (void)state;
    assert_int_equal(bench_command(bench, 0x3A3A), 0);
    start_ns = bench->now_ns;
    bench_leak(bench, 150000);
    bench_run(bench, SECOND);
    assert_true(bench_opened(bench, start_ns) - start_ns <= 40 * MS);
    bench_stop(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_of_15_ma_never_opens_the_contacts),
        cmocka_unit_test(a_leak_of_30_ma_opens_the_contacts_within_300_ms),
        cmocka_unit_test(a_leak_of_60_ma_opens_the_contacts_within_150_ms),
        cmocka_unit_test(a_leak_of_150_ma_opens_the_contacts_within_40_ms),
        cmocka_unit_test(a_leak_beyond_the_measuring_range_opens_the_contacts_within_40_ms),
        cmocka_unit_test(a_leak_of_30_ma_for_50_ms_is_ridden_through),
        cmocka_unit_test(the_rated_residual_current_is_a_setting),
        cmocka_unit_test(a_sensor_of_type_a_is_blind_to_smooth_direct_current),
        cmocka_unit_test(after_leakage_only_unlocking_and_an_order_close_again),
        cmocka_unit_test(a_short_circuit_opens_within_50_ms_and_locks),
        cmocka_unit_test(an_overload_opens_after_its_delay_and_closes_again_by_itself),
        cmocka_unit_test(an_overload_that_comes_back_too_often_locks),
        cmocka_unit_test(smoke_opens_and_closes_again_when_the_air_is_clear),
        cmocka_unit_test(heat_opens),
        cmocka_unit_test(overvoltage_and_undervoltage_open),
        cmocka_unit_test(keep_power_does_not_inhibit_leakage_protection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
