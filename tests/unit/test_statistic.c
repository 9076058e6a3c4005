/* Statistics of many values: figures worked out by hand, and intervals that hold what they should as often as they say. */
#include "scenarios/runner/statistic.h"

#include "sim/kernel/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_near(double value, double wanted, double off)
{
    if (!(fabs(value - wanted) <= off))
        fail_msg("%.6f is not within %.6f of %.6f", value, off, wanted);
}

static void students_t_is_that_of_the_tables(void **state)
{
    (void)state;
    assert_near(student_95(1), 12.7062, 1e-4);
    assert_near(student_95(8), 2.3060, 1e-4);
    assert_near(student_95(13), 2.1604, 2e-4);
    assert_near(student_95(30), 2.0423, 1e-4);
    assert_near(student_95(1000), 1.9623, 1e-4);
}

static void the_mean_of_single_values_has_students_interval(void **state)
{
    (void)state;
    struct sample sample = {0};
    const double values[] = {4, 1, 3, 2, 5}; /* s = sqrt(2.5), t(4) = 2.7764 */
    for (int i = 0; i < 5; i++) {
        assert_true(sample_add(&sample, values[i], 0));
        sample_end_group(&sample);
    }
    struct summary summary = sample_summary(&sample);
    assert_near(summary.mean.value, 3, 0);
    assert_near(summary.mean.high, 3 + 2.7764 * sqrt(2.5 / 5), 1e-4);
    assert_near(summary.mean.low, 3 - 2.7764 * sqrt(2.5 / 5), 1e-4);
    assert_near(summary.p50.value, 3, 0);
    assert_near(summary.p95.value, 5, 0);
    assert_near(summary.least + summary.most, 6, 0);
    sample_free(&sample);
}

static void values_of_one_group_count_as_one(void **state)
{
    (void)state;
    struct sample sample = {0};
    for (int group = 0; group < 5; group++) { /* a hundred times the same is said once */
        for (int i = 0; i < 100; i++)
            sample_add(&sample, 1 + group, 0);
        sample_end_group(&sample);
    }
    struct summary summary = sample_summary(&sample);
    assert_near(summary.mean.high, 3 + 2.7764 * sqrt(2.5 / 5), 1e-4);
    sample_free(&sample);
}

static void doubt_about_each_value_widens_the_interval(void **state)
{
    (void)state;
    struct sample sample = {0};
    for (int i = 0; i < 10; i++) {
        sample_add(&sample, 2, 0.25);
        sample_end_group(&sample);
    }
    struct summary summary = sample_summary(&sample);
    assert_near(summary.mean.low, 1.75, 1e-12);
    assert_near(summary.mean.high, 2.25, 1e-12);
    sample_free(&sample);
}

static void one_group_bounds_no_mean_and_few_values_bound_no_quantile(void **state)
{
    (void)state;
    struct sample sample = {0};
    for (int i = 0; i < 300; i++) /* a p99 needs 500 */
        sample_add(&sample, i, 0);
    sample_end_group(&sample);
    struct summary summary = sample_summary(&sample);
    assert_false(summary.mean.bounded);
    assert_true(summary.p95.bounded);
    assert_near(summary.p95.value, 284, 0);
    assert_true(summary.p95.low < 284 && summary.p95.high > 284);
    assert_false(summary.p99.bounded);
    sample_free(&sample);
}

/* Skewed as orders in a garage are: 19 of 20 take 0 to 2 s, the others 1 to 121 s. */
static const double true_mean = 0.95 * 1 + 0.05 * 61;

/* Of 1000: 950 x / 2 + 50 (x - 1) / 120 are below x. */
static const double true_median = (500 + 50.0 / 120) / (475 + 50.0 / 120);

static double order(struct random *random)
{
    bool late = random_below(random, 20) == 0;
    double share = (double)random_below(random, 1001) / 1000;
    return late ? 1 + 120 * share : 2 * share;
}

static void the_interval_of_a_thousand_skewed_values_holds_their_mean_as_often_as_it_says(void **state)
{
    (void)state;
    enum { RUNS = 1000, VALUES = 1000 };
    struct random random = random_stream(1, RANDOM_NO_FLAT, RANDOM_SCRIPT);
    int held = 0, median_held = 0;
    for (int run = 0; run < RUNS; run++) {
        struct sample sample = {0};
        for (int i = 0; i < VALUES; i++) {
            double value = order(&random);
            sample_add(&sample, value, 0);
            sample_end_group(&sample);
        }
        struct summary summary = sample_summary(&sample);
        held += summary.mean.low <= true_mean && true_mean <= summary.mean.high;
        median_held += summary.p50.low <= true_median && true_median <= summary.p50.high;
        sample_free(&sample);
    }
    assert_in_range(held, 930, 970); /* 950 +- 3 sd, less what skewness takes */
    assert_in_range(median_held, 920, 985);
}

static void groups_keep_their_promise_where_single_values_would_not(void **state)
{
    (void)state;
    enum { RUNS = 1000, GROUPS = 50, VALUES = 20 };
    struct random random = random_stream(2, RANDOM_NO_FLAT, RANDOM_SCRIPT);
    int grouped_held = 0, single_held = 0;
    for (int run = 0; run < RUNS; run++) {
        struct sample grouped = {0}, single = {0};
        for (int g = 0; g < GROUPS; g++) {
            double flat = (double)random_below(&random, 1001) / 1000; /* how bad this flat's radio is */
            for (int i = 0; i < VALUES; i++) {
                double value = flat + (double)random_below(&random, 1001) / 1000;
                sample_add(&grouped, value, 0);
                sample_add(&single, value, 0);
                sample_end_group(&single);
            }
            sample_end_group(&grouped);
        }
        struct summary a = sample_summary(&grouped), b = sample_summary(&single);
        grouped_held += a.mean.low <= 1 && 1 <= a.mean.high;
        single_held += b.mean.low <= 1 && 1 <= b.mean.high;
        sample_free(&grouped);
        sample_free(&single);
    }
    assert_in_range(grouped_held, 925, 975);
    assert_in_range(single_held, 0, 700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(students_t_is_that_of_the_tables),
        cmocka_unit_test(the_mean_of_single_values_has_students_interval),
        cmocka_unit_test(values_of_one_group_count_as_one),
        cmocka_unit_test(doubt_about_each_value_widens_the_interval),
        cmocka_unit_test(one_group_bounds_no_mean_and_few_values_bound_no_quantile),
        cmocka_unit_test(the_interval_of_a_thousand_skewed_values_holds_their_mean_as_often_as_it_says),
        cmocka_unit_test(groups_keep_their_promise_where_single_values_would_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
