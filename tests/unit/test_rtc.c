/* A meter's clock: drift, swing, steps, broadcasts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/kernel/random.h"
#include "sim/kernel/time.h"
#include "sim/meter/rtc.h"

static int64_t error_ns(const struct rtc *rtc, int64_t now)
{
    return rtc_read(rtc, now) - now;
}

static void a_zeroed_clock_is_perfect(void **state)
{
    (void)state;
    struct rtc rtc = {0};
    assert_int_equal(error_ns(&rtc, 0), 0);
    assert_int_equal(error_ns(&rtc, 36500 * NS_PER_DAY), 0);
    assert_int_equal(rtc_when(&rtc, 5, 12345), 12345);
    assert_int_equal(sizeof rtc, 24);
}

static void fifty_ppm_are_129_6_s_in_30_days(void **state)
{
    (void)state;
    struct rtc rtc = {0};
    rtc_set_drift(&rtc, 0, 50000);
    assert_int_equal(error_ns(&rtc, 30 * NS_PER_DAY), INT64_C(129600) * NS_PER_MS);
    rtc_set_drift(&rtc, 30 * NS_PER_DAY, -50000);
    assert_int_equal(error_ns(&rtc, 30 * NS_PER_DAY), INT64_C(129600) * NS_PER_MS);
    assert_int_equal(error_ns(&rtc, 60 * NS_PER_DAY), 0);
}

static void a_drift_of_a_century_does_not_overflow(void **state)
{
    (void)state;
    struct rtc rtc = {0};
    rtc_set_drift(&rtc, 0, RTC_DRIFT_PPB_MAX);
    assert_int_equal(error_ns(&rtc, 36500 * NS_PER_DAY), 3650 * NS_PER_DAY);
}

static void a_swing_comes_back_each_day(void **state)
{
    (void)state;
    struct rtc rtc = {0};
    rtc_set_swing(&rtc, 0, 2000, 24);
    assert_int_equal(error_ns(&rtc, 6 * NS_PER_HOUR), 2 * NS_PER_S);
    assert_int_equal(error_ns(&rtc, 12 * NS_PER_HOUR), 0);
    assert_int_equal(error_ns(&rtc, 18 * NS_PER_HOUR), -2 * NS_PER_S);
    assert_int_equal(error_ns(&rtc, 100 * NS_PER_DAY), 0);
    rtc_set_swing(&rtc, 6 * NS_PER_HOUR, 0, 0); /* no step: what it was ahead stays */
    assert_int_equal(error_ns(&rtc, 30 * NS_PER_HOUR), 2 * NS_PER_S);
}

static void a_step_and_a_setting_keep_the_drift(void **state)
{
    (void)state;
    struct rtc rtc = {0};
    rtc_set_drift(&rtc, 0, 100000);
    rtc_set(&rtc, NS_PER_DAY, NS_PER_DAY - NS_PER_HOUR);
    assert_int_equal(error_ns(&rtc, NS_PER_DAY), -NS_PER_HOUR);
    assert_int_equal(error_ns(&rtc, 2 * NS_PER_DAY), -NS_PER_HOUR + 8640 * NS_PER_MS);
}

/* The first instant at which it reads so much, but for the rounding of its parts. */
static void a_reading_is_found_within_4_ns(void **state)
{
    (void)state;
    struct random random = random_stream(1, 1, RANDOM_SCRIPT);
    for (int i = 0; i < 2000; i++) {
        struct rtc rtc = {0};
        int64_t now = random_between(&random, 0, 400 * NS_PER_DAY);
        rtc_set_drift(&rtc, 0,
                      (int32_t)random_between(&random, -RTC_DRIFT_PPB_MAX, RTC_DRIFT_PPB_MAX));
        uint16_t swing_ms = (uint16_t)random_between(&random, 0, RTC_SWING_MS_MAX);
        rtc_set_swing(&rtc, now / 2, swing_ms, (uint16_t)random_between(&random, 1, 9000));
        int64_t wanted = rtc_read(&rtc, now) + random_between(&random, 1, 3 * NS_PER_DAY);
        int64_t when = rtc_when(&rtc, now, wanted);
        assert_true(when > now);
        assert_true(rtc_read(&rtc, when) >= wanted);
        assert_true(rtc_read(&rtc, when - 5) < wanted);
        assert_int_equal(rtc_when(&rtc, now, rtc_read(&rtc, now)), now);
        assert_int_equal(rtc_when(&rtc, now, rtc_read(&rtc, now) - NS_PER_DAY), now);
    }
}

static int64_t noon(void)
{
    return civil_to_seconds(&(struct civil_time){2026, 7, 15, 12, 0, 0, 0});
}

static void a_broadcast_moves_a_clock_by_5_min_at_most(void **state)
{
    (void)state;
    static const struct {
        int64_t off_s;
        bool follows;
    } cases[] = {{0, true},    {299, true},  {-299, true},  {300, true},
                 {-300, true}, {301, false}, {-301, false}, {86400, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rtc rtc = {0};
        rtc_set(&rtc, 0, cases[i].off_s * NS_PER_S);
        assert_int_equal(rtc_broadcast(&rtc, 0, noon(), noon()), cases[i].follows);
        assert_int_equal(error_ns(&rtc, 0), cases[i].follows ? 0 : cases[i].off_s * NS_PER_S);
    }
}

static void a_clock_follows_one_broadcast_a_day(void **state)
{
    (void)state;
    struct rtc rtc = {0};
    for (int day = 0; day < 3; day++) {
        int64_t now = day * NS_PER_DAY;
        assert_true(rtc_broadcast(&rtc, now, noon(), noon() + day * 86400 + 60));
        assert_false(rtc_broadcast(&rtc, now, noon(), noon() + day * 86400));
        assert_int_equal(error_ns(&rtc, now), 60 * NS_PER_S);
    }
}

/* Neither may stand within 5 min of midnight: a day's energy would be booked to another, or twice.
 */
static void near_midnight_no_broadcast_is_followed(void **state)
{
    (void)state;
    static const struct {
        int hour, minute, second;
        bool follows;
    } cases[] = {{23, 54, 59, true},
                 {23, 55, 1, false},
                 {0, 0, 0, false},
                 {0, 4, 59, false},
                 {0, 5, 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rtc rtc = {0};
        struct civil_time civil = {2026, 7, 15, cases[i].hour, cases[i].minute, cases[i].second, 0};
        int64_t epoch_s = civil_to_seconds(&civil);
        assert_int_equal(rtc_broadcast(&rtc, 0, epoch_s, epoch_s), cases[i].follows);
    }
    struct rtc slow = {0};
    int64_t epoch_s = civil_to_seconds(&(struct civil_time){2026, 7, 15, 0, 6, 0, 0});
    rtc_set(&slow, 0, -4 * NS_PER_MIN); /* it says 0:02, the broadcast 0:06 */
    assert_false(rtc_broadcast(&slow, 0, epoch_s, epoch_s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_clock_is_perfect),
        cmocka_unit_test(fifty_ppm_are_129_6_s_in_30_days),
        cmocka_unit_test(a_drift_of_a_century_does_not_overflow),
        cmocka_unit_test(a_swing_comes_back_each_day),
        cmocka_unit_test(a_step_and_a_setting_keep_the_drift),
        cmocka_unit_test(a_reading_is_found_within_4_ns),
        cmocka_unit_test(a_broadcast_moves_a_clock_by_5_min_at_most),
        cmocka_unit_test(a_clock_follows_one_broadcast_a_day),
        cmocka_unit_test(near_midnight_no_broadcast_is_followed),
    };
    return cmocka_run_group_tests_name("rtc", tests, NULL, NULL);
}
