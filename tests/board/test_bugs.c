/*
 * Every planted bug shows: the same steps are taken with the reference firmware and with the
 * variant, and what is observed differs in the way the bug's name says.
 */
#include "bench.h"

/* Milliseconds from a leak to contacts open; -1 if they stay closed for 10 s. */
static int leak_ms(const char *bug, uint32_t residual_ua)
{
    struct bench *bench = bench_start(bug, NULL);
    int64_t start_ns = bench->now_ns;
    int64_t opened_ns;

    bench_leak(bench, residual_ua);
    bench_run(bench, 10 * SECOND);
    opened_ns = bench_opened(bench, start_ns);
    bench_stop(bench);
    return opened_ns == NOT_SEEN ? -1 : (int)((opened_ns - start_ns) / MS);
}

static void slow_trip_takes_more_than_5_s(void **state)
{
    (void)state;
    assert_in_range(leak_ms(NULL, 30000), 0, 300);
    assert_in_range(leak_ms("slow_trip", 30000), 5001, 9000);
}

static void wrong_threshold_does_not_trip_at_30_ma(void **state)
{
    (void)state;
    assert_int_equal(leak_ms("wrong_threshold", 30000), -1);
    assert_int_not_equal(leak_ms("wrong_threshold", 60000), -1);
}

static void half_limit_trips_at_15_ma(void **state)
{
    (void)state;
    assert_int_equal(leak_ms(NULL, 15000), -1);
    assert_int_not_equal(leak_ms("half_limit", 15000), -1);
}

static size_t reply_to_bad_crc(const char *bug)
{
    static const uint8_t read[6] = { 1, 4, 0, 0, 0, 1 };
    struct bench *bench = bench_start(bug, NULL);
    uint8_t reply[260];
    size_t got = bench_exchange_bad_crc(bench, read, sizeof read, reply);

    bench_stop(bench);
    return got;
}

static void ignores_crc_answers_a_bad_frame(void **state)
{
    (void)state;
    assert_int_equal(reply_to_bad_crc(NULL), 0);
    assert_int_equal(reply_to_bad_crc("ignores_crc"), 5);
}

static bool closes_after_leak(const char *bug)
{
    struct bench *bench = bench_start(bug, NULL);
    int64_t since_ns;
    bool closed;

    bench_leak(bench, 60000);
    bench_run(bench, SECOND);
    bench_leak(bench, 0);
    since_ns = bench->now_ns;
    bench_run(bench, 10 * SECOND);
    closed = bench_closed(bench, since_ns) != NOT_SEEN;
    bench_stop(bench);
    return closed;
}

static void recloses_after_leakage_closes_by_itself(void **state)
{
    (void)state;
    assert_false(closes_after_leak(NULL));
    assert_true(closes_after_leak("recloses_after_leakage"));
}

static int answers_of_50(const char *bug)
{
    static const uint8_t read[6] = { 1, 4, 0, 0, 0, 1 };
    struct bench *bench = bench_start(bug, NULL);
    uint8_t reply[260];
    int answers = 0, i;

    for (i = 0; i < 50; i++)
        answers += bench_exchange(bench, read, sizeof read, reply) > 0;
    bench_stop(bench);
    return answers;
}

static void falls_silent_answers_40_requests(void **state)
{
    (void)state;
    assert_int_equal(answers_of_50(NULL), 50);
    assert_int_equal(answers_of_50("falls_silent"), 40);
}

static uint16_t current_at_10_a(const char *bug)
{
    struct bench *bench = bench_start(bug, NULL);
    uint16_t current;

    bench_load(bench, 10000);
    bench_run(bench, SECOND);
    current = bench_input(bench, CURRENT);
    bench_stop(bench);
    return current;
}

static void wrong_scale_shows_a_tenth_of_the_current(void **state)
{
    (void)state;
    assert_in_range(current_at_10_a(NULL), 995, 1005);
    assert_in_range(current_at_10_a("wrong_scale"), 99, 101);
}

static uint16_t balance_after_power_cut(const char *bug)
{
    struct bench *bench = bench_start(bug, NULL);
    uint16_t balance;

    bench_break_seal(bench);
    assert_int_equal(bench_write32(bench, 8, 4321), 0);
    bench_run(bench, SECOND);
    bench_voltage(bench, 0);
    bench_run(bench, SECOND);
    bench_voltage(bench, 230000);
    bench_run(bench, SECOND);
    balance = bench_input(bench, BALANCE_LOW);
    bench_stop(bench);
    return balance;
}

static void forgets_credit_starts_with_a_balance_of_nothing(void **state)
{
    (void)state;
    assert_int_equal(balance_after_power_cut(NULL), 4321);
    assert_int_equal(balance_after_power_cut("forgets_credit"), 0);
}

static bool trips_under_keep_power(const char *bug, bool by_leak)
{
    struct bench *bench = bench_start(bug, NULL);
    int64_t since_ns;
    bool opened;

    assert_int_equal(bench_command(bench, 0x3A3A), 0);
    since_ns = bench->now_ns;
    if (by_leak)
        bench_leak(bench, 60000);
    else
        bench_command(bench, 0x1A1A);
    bench_run(bench, SECOND);
    opened = bench_opened(bench, since_ns) != NOT_SEEN;
    bench_stop(bench);
    return opened;
}

static void ignores_keep_power_obeys_the_order(void **state)
{
    (void)state;
    assert_false(trips_under_keep_power(NULL, false));
    assert_true(trips_under_keep_power("ignores_keep_power", false));
}

static void keep_power_blocks_protection_does_not_trip_on_leakage(void **state)
{
    (void)state;
    assert_true(trips_under_keep_power(NULL, true));
    assert_false(trips_under_keep_power("keep_power_blocks_protection", true));
}

static bool closes_in_arrears(const char *bug)
{
    struct bench *bench = bench_start(bug, NULL);
    bool closed;

    bench_break_seal(bench);
    assert_int_equal(bench_write32(bench, 8, (uint32_t)-100), 0);
    assert_int_equal(bench_write(bench, 14, 1), 0);
    bench_run(bench, 2 * SECOND);
    bench_command(bench, 0x1C1C);
    bench_run(bench, 3 * SECOND);
    closed = bench_input(bench, STATUS) & CLOSED;
    bench_stop(bench);
    return closed;
}

static void closes_while_arrears_obeys_the_order_to_close(void **state)
{
    (void)state;
    assert_false(closes_in_arrears(NULL));
    assert_true(closes_in_arrears("closes_while_arrears"));
}

static bool overload_opens_in_3_s(const char *bug)
{
    struct bench *bench = bench_start(bug, NULL);
    bool opened;

    bench_break_seal(bench);
    assert_int_equal(bench_write(bench, 2, 20), 0);
    bench_load(bench, 45000);
    bench_run(bench, 3 * SECOND);
    opened = bench_opened(bench, 0) != NOT_SEEN;
    bench_stop(bench);
    return opened;
}

static void slow_overload_takes_three_times_its_delay(void **state)
{
    (void)state;
    assert_true(overload_opens_in_3_s(NULL));
    assert_false(overload_opens_in_3_s("slow_overload"));
}

static int replay(const char *bug)
{
    struct bench *bench = bench_start(bug, NULL);
    int exception;

    assert_int_equal(bench_command_as(bench, 0x2A2A, 7), 0);
    exception = bench_command_as(bench, 0x2A2A, 7);
    bench_stop(bench);
    return exception;
}

static void accepts_replayed_sequence_obeys_twice(void **state)
{
    (void)state;
    assert_int_equal(replay(NULL), 3);
    assert_int_equal(replay("accepts_replayed_sequence"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_trip_takes_more_than_5_s),
        cmocka_unit_test(wrong_threshold_does_not_trip_at_30_ma),
        cmocka_unit_test(half_limit_trips_at_15_ma),
        cmocka_unit_test(ignores_crc_answers_a_bad_frame),
        cmocka_unit_test(recloses_after_leakage_closes_by_itself),
        cmocka_unit_test(falls_silent_answers_40_requests),
        cmocka_unit_test(wrong_scale_shows_a_tenth_of_the_current),
        cmocka_unit_test(forgets_credit_starts_with_a_balance_of_nothing),
        cmocka_unit_test(ignores_keep_power_obeys_the_order),
        cmocka_unit_test(keep_power_blocks_protection_does_not_trip_on_leakage),
        cmocka_unit_test(closes_while_arrears_obeys_the_order_to_close),
        cmocka_unit_test(slow_overload_takes_three_times_its_delay),
        cmocka_unit_test(accepts_replayed_sequence_obeys_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
