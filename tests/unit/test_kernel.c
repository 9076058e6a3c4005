/* Time, calendar, durations, the event queue and the random streams. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/kernel/clock.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/quotient.h"
#include "sim/kernel/random.h"
#include "sim/kernel/time.h"

/* ---- calendar -------------------------------------------------------------------------------- */

static void the_calendar_starts_on_a_saturday_of_2000(void **state)
{
    (void)state;
    struct civil_time t = civil_from_seconds(0);
    assert_int_equal(t.year, 2000);
    assert_int_equal(t.month, 1);
    assert_int_equal(t.day, 1);
    assert_int_equal(t.hour + t.minute + t.second, 0);
    assert_int_equal(t.weekday, 6);
}

/* Counted day by day with the textbook leap rule, so the eras have something to disagree with. */
static void every_day_from_1970_to_2399_is_the_next_one(void **state)
{
    (void)state;
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = -10957;
    int weekday = 4; /* 1970-01-01 was a Thursday */
    for (int year = 1970; year < 2400; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && leap);
            for (int d = 1; d <= length; d++, day++) {
                struct civil_time t = civil_from_seconds(day * 86400 + 86399);
                assert_int_equal(t.year, year);
                assert_int_equal(t.month, month);
                assert_int_equal(t.day, d);
                assert_int_equal(t.hour * 3600 + t.minute * 60 + t.second, 86399);
                assert_int_equal(t.weekday, weekday);
                assert_int_equal(civil_to_seconds(&t), day * 86400 + 86399);
                weekday = (weekday + 1) % 7;
            }
        }
    }
}

static void a_civil_time_is_read_with_or_without_seconds(void **state)
{
    (void)state;
    int64_t at;
    struct civil_time want = {2026, 7, 15, 18, 0, 0, 0};
    assert_int_equal(civil_parse("2026-07-15 18:00", &at), 0);
    assert_int_equal(at, civil_to_seconds(&want));
    want.second = 30;
    assert_int_equal(civil_parse("2026-07-15 18:00:30", &at), 0);
    assert_int_equal(at, civil_to_seconds(&want));
    assert_int_equal(civil_parse("2028-02-29 00:00", &at), 0);
    assert_int_equal(civil_parse("2000-01-01 00:00:00", &at), 0);
    assert_int_equal(at, 0);
    assert_int_equal(civil_parse("2000-12-31 23:59:59", &at), 0);
    assert_int_equal(at, 366 * 86400 - 1);
}

static void a_civil_time_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-07-15",
        "2026-07-15 18",
        "2026-07-15 18:00:",
        "2026-07-15 18:00:30 ",
        "2026-07-15 18:00x",
        "2026-13-01 00:00",
        "2026-00-01 00:00",
        "2026-07-32 00:00",
        "2026-07-00 00:00",
        "2026-07-15 24:00",
        "2026-07-15 -1:00",
        "2026-07-15 00:60",
        "2026-07-15 00:00:60",
        "1969-12-31 23:59",
        "2026-02-29 00:00",
        "2026-04-31 00:00",
        "2100-02-29 00:00",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t at = 42;
        int result = civil_parse(bad[i], &at);
        if (result != ERROR_INVALID_ARGUMENT)
            fail_msg("\"%s\" was read as a civil time", bad[i]);
        assert_int_equal(at, 42);
    }
}

/* ---- durations ------------------------------------------------------------------------------- */

static void a_duration_is_read_with_each_of_its_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } good[] = {
        {"7ns", 7},
        {"3us", 3000},
        {"250ms", 250000000},
        {"5 s", 5000000000},
        {"0 s", 0},
        {"1.5 h", 5400000000000},
        {"10 min", 600000000000},
        {"1 day", 86400000000000},
        {"2 days", 172800000000000},
        {"0.842 s", 842000000},
        {"0.000000001s", 1},
        {"9223372036854775799ns", INT64_MAX - 8},
        {"106751 days", INT64_C(106751) * 86400000000000},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t ns = -1;
        assert_int_equal(duration_parse(good[i].text, &ns), 0);
        if (ns != good[i].ns)
            fail_msg("\"%s\" was read as %" PRId64 " ns", good[i].text, ns);
    }
}

static void a_duration_without_unit_or_beyond_292_years_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " ", "5", "s", "-5 s", "+5 s", ".5 s", "5 seconds", "5 S", "5s ", "5 s s", "1e3 s",
        "5,5 s", "1.2.3 s", "0x10 s", "9223372036854775807ns" /* TIME_NEVER */,
        "9223372036854775808ns", "18446744073709551617ns", "106752 days",
        "106751.999999999 days", "92233720368547758070ns", "1.0000000000s", "\xef\xbc\x95 s",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t ns = 42;
        int result = duration_parse(bad[i], &ns);
        if (result != ERROR_INVALID_ARGUMENT)
            fail_msg("\"%s\" was read as %" PRId64 " ns", bad[i], ns);
        assert_int_equal(ns, 42);
    }
}

static void a_duration_is_written_in_its_largest_whole_unit(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *text;
    } forms[] = {
        {0, "0 s"},
        {842000000, "0.842 s"},
        {5 * NS_PER_S, "5 s"},
        {61 * NS_PER_S, "61 s"},
        {10 * NS_PER_MIN, "10 min"},
        {90 * NS_PER_MIN, "90 min"},
        {NS_PER_HOUR, "1 h"},
        {25 * NS_PER_HOUR, "25 h"},
        {NS_PER_DAY, "1 day"},
        {3 * NS_PER_DAY, "3 days"},
        {250 * NS_PER_US, "0.250 ms"},
        {-1500 * NS_PER_MS, "-1.500 s"},
    };
    char out[40];
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        duration_format(forms[i].ns, out, sizeof out);
        assert_string_equal(out, forms[i].text);
    }
}

/* Whatever is written whole is read back as the same time. */
static void a_written_duration_is_read_back(void **state)
{
    (void)state;
    struct random random = random_stream(1, 0, 0);
    for (int i = 0; i < 10000; i++) {
        char text[40];
        int64_t ms = random_between(&random, 1, INT64_C(1) << random_below(&random, QUEUE_SLOTS_MAX));
        int64_t back;
        duration_format(ms * NS_PER_MS, text, sizeof text);
        assert_int_equal(duration_parse(text, &back), 0);
        assert_int_equal(back, ms * NS_PER_MS);
    }
}

static void the_free_clock_is_there_at_once(void **state)
{
    (void)state;
    assert_int_equal(clock_free.advance(&clock_free, 5, NS_PER_DAY), NS_PER_DAY);
}

/* ---- queue ----------------------------------------------------------------------------------- */

static void an_empty_queue_has_no_next_event(void **state)
{
    (void)state;
    struct event_queue queue;
    int slot = 77;
    queue_init(&queue, QUEUE_SLOTS_MAX);
    assert_int_equal(queue_next(&queue, &slot), TIME_NEVER);
    assert_int_equal(slot, 77);
}

static void the_earliest_event_comes_first(void **state)
{
    (void)state;
    struct event_queue queue;
    struct timers timers = {&queue, 0, 5};
    int slot = -1;
    queue_init(&queue, 5);
    timer_arm(&timers, 0, 30);
    timer_arm(&timers, 3, 10);
    timer_arm(&timers, 4, 20);
    assert_int_equal(queue_next(&queue, &slot), 10);
    assert_int_equal(slot, 3);
    timer_cancel(&timers, 3);
    assert_int_equal(queue_next(&queue, &slot), 20);
    assert_int_equal(slot, 4);
}

static void events_of_one_instant_come_in_the_order_they_were_armed(void **state)
{
    (void)state;
    static const int order[] = {6, 2, 7, 0, 5, 1};
    struct event_queue queue;
    struct timers timers = {&queue, 0, 8};
    queue_init(&queue, 8);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        timer_arm(&timers, order[i], 1000);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        int slot = -1;
        assert_int_equal(queue_next(&queue, &slot), 1000);
        assert_int_equal(slot, order[i]);
        timer_cancel(&timers, slot);
    }
}

static void a_timer_that_is_moved_goes_behind_the_others_of_its_instant(void **state)
{
    (void)state;
    struct event_queue queue;
    struct timers timers = {&queue, 0, 3};
    int slot = -1;
    queue_init(&queue, 3);
    timer_arm(&timers, 0, 50);
    timer_arm(&timers, 1, 50);
    timer_arm(&timers, 0, 50);
    queue_next(&queue, &slot);
    assert_int_equal(slot, 1);
}

/* Insertions are numbered in 16 bits. Long after they ran out, ties still go by insertion. */
static void ties_go_by_insertion_after_a_hundred_thousand_of_them(void **state)
{
    (void)state;
    struct event_queue queue;
    struct timers timers = {&queue, 0, 6};
    queue_init(&queue, 6);
    for (int i = 0; i < 100000; i++) {
        int first = i % 5, slot = -1;
        timer_arm(&timers, 5, 7);
        timer_arm(&timers, first, 7);
        timer_arm(&timers, (first + 1) % 5, 7);
        assert_int_equal(queue_next(&queue, &slot), 7);
        assert_int_equal(slot, 5);
        queue_take(&queue, slot);
        queue_next(&queue, &slot);
        assert_int_equal(slot, first);
        queue_take(&queue, slot);
        queue_next(&queue, &slot);
        assert_int_equal(slot, (first + 1) % 5);
        queue_take(&queue, slot);
    }
}

static void a_component_sees_its_own_slots_only(void **state)
{
    (void)state;
    struct event_queue queue;
    struct timers first = {&queue, 0, 2}, second = {&queue, 2, 2};
    queue_init(&queue, 4);
    timer_arm(&first, 1, 5);
    assert_false(timer_armed(&second, 0));
    assert_false(timer_armed(&second, 1));
    timer_arm(&second, 0, 6);
    assert_int_equal(queue.at[2], 6);
    assert_true(timer_armed(&first, 1));
    assert_int_equal(timer_at(&first, 1), 5);
    assert_int_equal(timer_at(&first, 0), TIME_NEVER);
}

/* Around every multiple that could be rounded over, and anywhere. */
static void a_quotient_is_that_of_integers(void **state)
{
    (void)state;
    struct random random = random_stream(7, 1, RANDOM_SCRIPT);
    for (int i = 0; i < 2000000; i++) {
        int32_t divisor = (int32_t)random_between(&random, 1, i % 2 ? INT32_MAX : 400000);
        int64_t most = (INT64_C(1) << 52) - 2;
        int64_t numerator = random_between(&random, -most, most);
        int64_t near = numerator / divisor * divisor;
        assert_int_equal(quotient(numerator, divisor), numerator / divisor);
        assert_int_equal(quotient(near - 1, divisor), (near - 1) / divisor);
        assert_int_equal(quotient(near, divisor), near / divisor);
        assert_int_equal(quotient(near + 1, divisor), (near + 1) / divisor);
    }
}

/* ---- random streams -------------------------------------------------------------------------- */

/* The first outputs of SplitMix64 from state 1234567, as published with its reference. */
static void the_generator_is_splitmix64(void **state)
{
    (void)state;
    struct random random = {1234567};
    assert_true(random_u64(&random) == UINT64_C(6457827717110365317));
    assert_true(random_u64(&random) == UINT64_C(3203168211198807973));
    assert_true(random_u64(&random) == UINT64_C(9817491932198370423));
}

static void seed_flat_and_purpose_each_make_another_stream(void **state)
{
    (void)state;
    uint64_t seen[512];
    int count = 0;
    for (uint64_t seed = 0; seed < 8; seed++)
        for (uint32_t flat = 0; flat < 8; flat++)
            for (uint32_t purpose = 0; purpose < 8; purpose++) {
                struct random random = random_stream(seed, flat, purpose);
                struct random again = random_stream(seed, flat, purpose);
                uint64_t draw = random_u64(&random);
                assert_true(draw == random_u64(&again));
                for (int i = 0; i < count; i++)
                    assert_true(seen[i] != draw);
                seen[count++] = draw;
            }
}

static void a_name_makes_a_seed_of_its_own(void **state)
{
    (void)state;
    uint64_t seed = random_seed_from_name(1, "leak/30 mA");
    assert_true(seed == random_seed_from_name(1, "leak/30 mA"));
    assert_true(seed != random_seed_from_name(2, "leak/30 mA"));
    assert_true(seed != random_seed_from_name(1, "leak/45 mA"));
}

/* With bound = 3 x 2^62 a plain remainder gives the lower third half the draws. */
static void a_draw_below_a_bound_is_unbiased(void **state)
{
    (void)state;
    struct random random = random_stream(3, 0, 0);
    uint64_t bound = UINT64_C(3) << 62;
    int low = 0, n = 100000;
    for (int i = 0; i < n; i++) {
        uint64_t draw = random_below(&random, bound);
        assert_true(draw < bound);
        low += draw < bound / 3;
    }
    assert_in_range(low, n / 3 - 800, n / 3 + 800); /* five sigma: 745 */
}

static void draws_below_ten_fall_evenly(void **state)
{
    (void)state;
    struct random random = random_stream(4, 0, 0);
    int count[10] = {0};
    for (int i = 0; i < 100000; i++)
        count[random_below(&random, 10)]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(count[i], 9500, 10500);
}

static void a_draw_between_reaches_both_ends_and_no_further(void **state)
{
    (void)state;
    struct random random = random_stream(5, 0, 0);
    int low = 0, high = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t draw = random_between(&random, -2, 2);
        assert_true(draw >= -2 && draw <= 2);
        low += draw == -2;
        high += draw == 2;
    }
    assert_in_range(low, 130, 270);
    assert_in_range(high, 130, 270);
    assert_int_equal(random_between(&random, 9, 9), 9);
}

static void a_chance_comes_as_often_as_it_says(void **state)
{
    (void)state;
    struct random random = random_stream(6, 0, 0);
    int count = 0;
    for (int i = 0; i < 200000; i++) {
        count += random_chance_ppm(&random, 50000);
        assert_false(random_chance_ppm(&random, 0));
        assert_true(random_chance_ppm(&random, 1000000));
    }
    assert_in_range(count, 9500, 10500);
}

enum { DRAWS = 200000 };

struct moments {
    double mean, deviation;
};

static struct moments moments_of(const int64_t *draws)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += (double)draws[i];
    double mean = sum / DRAWS;
    for (int i = 0; i < DRAWS; i++)
        squares += ((double)draws[i] - mean) * ((double)draws[i] - mean);
    return (struct moments){mean, sqrt(squares / DRAWS)};
}

static void assert_near(double value, double want, double relative)
{
    if (fabs(value - want) > fabs(want) * relative)
        fail_msg("%.6g is not within %.2g of %.6g", value, relative, want);
}

static int64_t draws[DRAWS];

/* Standard errors are 0.22 % (mean) and 0.5 % (deviation); the tolerances are 1 and 2 %. */
static void an_exponential_has_its_mean_and_the_same_deviation(void **state)
{
    (void)state;
    struct random random = random_stream(7, 0, 0);
    int beyond = 0;
    for (int i = 0; i < DRAWS; i++) {
        draws[i] = random_exponential(&random, NS_PER_HOUR);
        assert_true(draws[i] >= 1);
        beyond += draws[i] > 2 * NS_PER_HOUR;
    }
    struct moments m = moments_of(draws);
    assert_near(m.mean, (double)NS_PER_HOUR, 0.01);
    assert_near(m.deviation, (double)NS_PER_HOUR, 0.02);
    assert_near(beyond, DRAWS * 0.135335, 0.03); /* e^-2 */
    assert_int_equal(random_exponential(&random, 0), 1);
}

static void a_normal_has_its_mean_its_deviation_and_its_quantiles(void **state)
{
    (void)state;
    struct random random = random_stream(8, 0, 0);
    int64_t mean = 1000000, deviation = 100000;
    int within[4] = {0};
    for (int i = 0; i < DRAWS; i++) {
        draws[i] = random_normal(&random, mean, deviation, INT64_MIN, INT64_MAX);
        for (int k = 1; k < 4; k++)
            within[k] += draws[i] < mean + k * deviation && draws[i] > mean - k * deviation;
    }
    struct moments m = moments_of(draws);
    assert_near(m.mean, 1e6, 0.001);
    assert_near(m.deviation, 1e5, 0.02);
    assert_near(within[1], DRAWS * 0.682689, 0.01);
    assert_near(within[2], DRAWS * 0.954500, 0.005);
    assert_near(DRAWS - within[3], DRAWS * 0.002700, 0.2);
}

static void a_normal_stays_between_its_clips(void **state)
{
    (void)state;
    struct random random = random_stream(9, 0, 0);
    int low = 0, high = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t draw = random_normal(&random, 100, 50, 60, 130);
        assert_true(draw >= 60 && draw <= 130);
        low += draw == 60;
        high += draw == 130;
    }
    assert_near(low, 10000 * 0.2119, 0.1);  /* P(z < -0.8) */
    assert_near(high, 10000 * 0.2743, 0.1); /* P(z > 0.6) */
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void a_lognormal_has_its_median_and_its_mean(void **state)
{
    (void)state;
    struct random random = random_stream(10, 0, 0);
    for (int i = 0; i < DRAWS; i++)
        draws[i] = random_lognormal(&random, 190 * NS_PER_MIN, 700);
    assert_near(moments_of(draws).mean, 190.0 * (double)NS_PER_MIN * exp(0.7 * 0.7 / 2), 0.02);
    qsort(draws, DRAWS, sizeof draws[0], by_size);
    assert_near((double)draws[DRAWS / 2], 190.0 * (double)NS_PER_MIN, 0.01);
    double sigma = (double)draws[(int)(DRAWS * 0.841345)]; /* one deviation above the median */
    assert_near(sigma, 190.0 * (double)NS_PER_MIN * exp(0.7), 0.02);
}

static void a_gamma_has_its_mean_and_its_deviation(void **state)
{
    (void)state;
    struct random random = random_stream(11, 0, 0);
    for (int i = 0; i < DRAWS; i++)
        draws[i] = random_gamma(&random, 4, 25 * NS_PER_MS);
    struct moments m = moments_of(draws);
    assert_near(m.mean, 100e6, 0.01);
    assert_near(m.deviation, 50e6, 0.02);
}

static void our_logarithm_and_exponential_agree_with_libm(void **state)
{
    (void)state;
    struct random random = random_stream(12, 0, 0);
    for (int i = 0; i < 100000; i++) {
        double u = (double)(random_u64(&random) >> 11) * 0x1p-53 + 0x1p-54;
        assert_near(random_ln(u), log(u), 1e-12);
        assert_near(random_ln(u * 1e12), log(u * 1e12), 1e-12);
        double x = (u - 0.5) * 1200;
        assert_near(random_exp(x), exp(x), 1e-11);
    }
    assert_true(random_ln(1.0) == 0.0);
    assert_true(random_exp(0.0) == 1.0);
}

/* ---- determinism ----------------------------------------------------------------------------- */

static void fold(uint64_t *hash, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        *hash = (*hash ^ (value >> (8 * i) & 0xff)) * UINT64_C(0x100000001b3);
}

static uint64_t fold_draws(uint64_t hash)
{
    for (uint32_t flat = 0; flat < 100; flat++) {
        struct random random = random_stream(20260715, flat, RANDOM_METER);
        for (int i = 0; i < 100; i++) {
            fold(&hash, random_u64(&random));
            fold(&hash, random_below(&random, 1000003));
            fold(&hash, (uint64_t)random_between(&random, -NS_PER_DAY, NS_PER_DAY));
            fold(&hash, random_chance_ppm(&random, 300000));
            fold(&hash, (uint64_t)random_exponential(&random, NS_PER_HOUR));
            fold(&hash, (uint64_t)random_normal(&random, NS_PER_S, NS_PER_MS, 0, NS_PER_DAY));
            fold(&hash, (uint64_t)random_lognormal(&random, NS_PER_MIN, 700));
            fold(&hash, (uint64_t)random_gamma(&random, 3, 700 * NS_PER_US));
        }
    }
    return hash;
}

/* A thousand events of a queue that moves, cancels and ties its timers. */
static uint64_t fold_queue(uint64_t hash)
{
    struct random random = random_stream(1, 1, RANDOM_SCRIPT);
    struct event_queue queue;
    struct timers timers = {&queue, 0, 32};
    queue_init(&queue, 32);
    for (int i = 0; i < 32; i++)
        timer_arm(&timers, i, (int64_t)random_below(&random, 4));
    for (int i = 0; i < 1000; i++) {
        int slot = -1;
        int64_t now = queue_next(&queue, &slot);
        fold(&hash, (uint64_t)now);
        fold(&hash, (uint64_t)slot);
        timer_arm(&timers, slot, now + random_between(&random, 0, 3));
        int other = (int)random_below(&random, 32);
        if (random_chance_ppm(&random, 500000))
            timer_arm(&timers, other, now + random_between(&random, 0, 3));
        else if (slot != other)
            timer_cancel(&timers, other);
    }
    return hash;
}

#define GOLDEN UINT64_C(0xd5561bfb691ba0f3)

/* The same number with gcc and clang, at every level of optimisation, on every machine. */
static void the_kernel_draws_and_orders_as_it_always_did(void **state)
{
    (void)state;
    uint64_t hash = fold_queue(fold_draws(UINT64_C(0xcbf29ce484222325)));
    if (hash != GOLDEN)
        fail_msg("the kernel's golden hash is now 0x%016" PRIx64, hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calendar_starts_on_a_saturday_of_2000),
        cmocka_unit_test(every_day_from_1970_to_2399_is_the_next_one),
        cmocka_unit_test(a_civil_time_is_read_with_or_without_seconds),
        cmocka_unit_test(a_civil_time_that_is_none_is_refused),
        cmocka_unit_test(a_duration_is_read_with_each_of_its_units),
        cmocka_unit_test(a_duration_without_unit_or_beyond_292_years_is_refused),
        cmocka_unit_test(a_duration_is_written_in_its_largest_whole_unit),
        cmocka_unit_test(a_written_duration_is_read_back),
        cmocka_unit_test(the_free_clock_is_there_at_once),
        cmocka_unit_test(an_empty_queue_has_no_next_event),
        cmocka_unit_test(the_earliest_event_comes_first),
        cmocka_unit_test(events_of_one_instant_come_in_the_order_they_were_armed),
        cmocka_unit_test(a_timer_that_is_moved_goes_behind_the_others_of_its_instant),
        cmocka_unit_test(ties_go_by_insertion_after_a_hundred_thousand_of_them),
        cmocka_unit_test(a_component_sees_its_own_slots_only),
        cmocka_unit_test(a_quotient_is_that_of_integers),
        cmocka_unit_test(the_generator_is_splitmix64),
        cmocka_unit_test(seed_flat_and_purpose_each_make_another_stream),
        cmocka_unit_test(a_name_makes_a_seed_of_its_own),
        cmocka_unit_test(a_draw_below_a_bound_is_unbiased),
        cmocka_unit_test(draws_below_ten_fall_evenly),
        cmocka_unit_test(a_draw_between_reaches_both_ends_and_no_further),
        cmocka_unit_test(a_chance_comes_as_often_as_it_says),
        cmocka_unit_test(an_exponential_has_its_mean_and_the_same_deviation),
        cmocka_unit_test(a_normal_has_its_mean_its_deviation_and_its_quantiles),
        cmocka_unit_test(a_normal_stays_between_its_clips),
        cmocka_unit_test(a_lognormal_has_its_median_and_its_mean),
        cmocka_unit_test(a_gamma_has_its_mean_and_its_deviation),
        cmocka_unit_test(our_logarithm_and_exponential_agree_with_libm),
        cmocka_unit_test(the_kernel_draws_and_orders_as_it_always_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
