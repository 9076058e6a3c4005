/* Verdicts on intervals, and the quantities that scripts write. */
#include "scenarios/runner/units.h"
#include "scenarios/runner/verdict.h"

#include "sim/kernel/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void an_interval_within_the_limit_holds(void **state)
{
    (void)state;
    assert_int_equal(judge((struct interval){1, 5}, 5), JUDGEMENT_HOLDS);
}

static void an_interval_beyond_the_limit_fails(void **state)
{
    (void)state;
    assert_int_equal(judge((struct interval){6, 9}, 5), JUDGEMENT_FAILS);
}

static void an_interval_across_the_limit_is_inconclusive(void **state)
{
    (void)state;
    assert_int_equal(judge((struct interval){5, 6}, 5), JUDGEMENT_INCONCLUSIVE);
}

static void two_stamps_of_one_rack_are_compared_with_each_other(void **state)
{
    (void)state;
    const struct instant cause = {100, {0, 200}, 1000000, EVIDENCE_CONTACT};
    const struct instant effect = {900, {500, 2000}, 1000700, EVIDENCE_CONTACT};
    struct interval between = interval_between(&cause, &effect, 2);
    assert_int_equal(between.earliest, 698);
    assert_int_equal(between.latest, 702);
}

static void without_stamps_the_bounds_are_as_wide_as_both_together(void **state)
{
    (void)state;
    const struct instant cause = {100, {80, 120}, EVENT_NO_STAMP, EVIDENCE_MODEL};
    const struct instant effect = {900, {850, 950}, 1000700, EVIDENCE_REGISTER};
    struct interval between = interval_between(&cause, &effect, 2);
    assert_int_equal(between.earliest, 730);
    assert_int_equal(between.latest, 870);
}

static void a_verdict_tells_figure_evidence_limit_and_margin(void **state)
{
    (void)state;
    char text[200];
    const struct verdict verdict = {.has_time = true,
                                    .measured = {841 * NS_PER_MS, 843 * NS_PER_MS},
                                    .limit = 5 * NS_PER_S,
                                    .evidence = EVIDENCE_CONTACT};
    verdict_describe(&verdict, text, sizeof text);
    assert_string_equal(text, "0.842 s ± 0.001 s (contact), limit 5 s, margin 4.157 s");
}

static int64_t parsed(const char *text, enum unit_family family)
{
    int64_t value = -1;
    assert_int_equal(unit_parse(text, family, &value), 0);
    return value;
}

static void quantities_are_exact(void **state)
{
    (void)state;
    assert_int_equal(parsed("30 mA", UNIT_CURRENT_UA), 30000);
    assert_int_equal(parsed("1.5 kA", UNIT_CURRENT_UA), 1500000000);
    assert_int_equal(parsed("10 kA", UNIT_CURRENT_UA), INT64_C(10000000000));
    assert_int_equal(parsed("0.5380 yuan", UNIT_MONEY), 5380);
    assert_int_equal(parsed("-3 yuan", UNIT_MONEY), -30000);
    assert_int_equal(parsed("90C", UNIT_TEMPERATURE_MC), 90000);
}

static void what_is_no_quantity_is_refused(void **state)
{
    static const char *const wrong[] = {"",      "30",         "mA",       ". mA", "1.2.3 mA", "30 V",
                                        "1 mAh", "0.0001 mA", "9999999999999999 kA"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t value = 7;
        assert_true(unit_parse(wrong[i], UNIT_CURRENT_UA, &value) < 0);
        assert_int_equal(value, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_within_the_limit_holds),
        cmocka_unit_test(an_interval_beyond_the_limit_fails),
        cmocka_unit_test(an_interval_across_the_limit_is_inconclusive),
        cmocka_unit_test(two_stamps_of_one_rack_are_compared_with_each_other),
        cmocka_unit_test(without_stamps_the_bounds_are_as_wide_as_both_together),
        cmocka_unit_test(a_verdict_tells_figure_evidence_limit_and_margin),
        cmocka_unit_test(quantities_are_exact),
        cmocka_unit_test(what_is_no_quantity_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
