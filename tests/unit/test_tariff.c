/* Tariffs: rates by hour, season and day type, edges, tiers. Expected values are those of
 * docs/models.md, "Tariff". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/kernel/random.h"
#include "sim/kernel/time.h"
#include "scenarios/runner/tariff_file.h"
#include "sim/platform/friendly.h"
#include "sim/tariff.h"

#define HUNDREDTHS 100 /* of a kWh */

static int64_t at(const char *text)
{
    int64_t seconds = 0;
    assert_int_equal(civil_parse(text, &seconds), 0);
    return seconds;
}

static int rate_at(const struct tariff *tariff, const char *text)
{
    return tariff_at(tariff, at(text)).rate;
}

static void assert_edge(const struct tariff *tariff, const char *from, const char *edge)
{
    assert_int_equal(tariff_next_edge(tariff, at(from)), at(edge));
}

/* Energy of one rate at one moment, in 1/100 kWh; the cost in millionths of a yuan. */
static int64_t cost(const struct tariff *tariff, const char *text, int64_t used, int64_t energy)
{
    return tariff_cost(tariff, tariff_at(tariff, at(text)), used, energy, HUNDREDTHS);
}

static void every_named_tariff_is_sound(void **state)
{
    (void)state;
    int count = 0;
    for (; tariff_name(count); count++) {
        const struct tariff *tariff = tariff_by_name(tariff_name(count));
        assert_non_null(tariff);
        assert_null(tariff_complaint(tariff));
    }
    assert_int_equal(count, 5);
    assert_null(tariff_by_name("atlantis"));
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        assert_int_equal(tariff_rate_from_name(tariff_rate_name(rate)), rate);
}

static void zhejiang_is_peak_from_8_to_22(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("zhejiang");
    assert_int_equal(rate_at(tariff, "2026-07-15 07:59:59"), TARIFF_VALLEY);
    assert_int_equal(rate_at(tariff, "2026-07-15 08:00:00"), TARIFF_PEAK);
    assert_int_equal(rate_at(tariff, "2026-07-15 21:59:59"), TARIFF_PEAK);
    assert_int_equal(rate_at(tariff, "2026-07-15 22:00:00"), TARIFF_VALLEY);
    assert_int_equal(rate_at(tariff, "2026-07-16 00:00:00"), TARIFF_VALLEY);
}

/* The midnight between two valleys is no edge; the one of New Year is, for the tiers begin anew. */
static void an_edge_is_where_something_changes(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("zhejiang");
    assert_edge(tariff, "2026-07-15 12:00:00", "2026-07-15 22:00:00");
    assert_edge(tariff, "2026-07-15 22:00:00", "2026-07-16 08:00:00");
    assert_edge(tariff, "2026-07-15 07:59:59", "2026-07-15 08:00:00");
    assert_edge(tariff, "2026-12-31 23:00:00", "2027-01-01 00:00:00");
    assert_edge(tariff, "2027-01-01 00:00:00", "2027-01-01 08:00:00");
}

static void a_season_begins_at_midnight_of_its_date(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("sichuan");
    assert_edge(tariff, "2026-05-31 23:30:00", "2026-06-01 00:00:00");
    assert_int_equal(cost(tariff, "2026-05-31 23:59:59", 0, 100), 253500);
    assert_int_equal(cost(tariff, "2026-06-01 00:00:00", 0, 100), 175000);
    assert_int_equal(cost(tariff, "2026-10-31 23:30:00", 0, 100), 175000);
    assert_int_equal(cost(tariff, "2026-11-01 00:00:00", 0, 100), 253500);
    assert_int_equal(cost(tariff, "2027-01-01 00:00:00", 0, 100),
                     253500); /* the last of the year before goes on */
}

static void a_season_from_the_leap_day_begins_a_day_later_without_one(void **state)
{
    (void)state;
    struct tariff tariff = *tariff_by_name("sichuan");
    tariff.seasons[0].month = 2;
    tariff.seasons[0].day = 29;
    assert_null(tariff_complaint(&tariff));
    assert_edge(&tariff, "2028-02-28 23:30:00", "2028-02-29 00:00:00");
    assert_int_equal(tariff_at(&tariff, at("2028-02-28 23:59:59")).season, 1);
    assert_int_equal(tariff_at(&tariff, at("2028-02-29 00:00:00")).season, 0);
    assert_int_equal(tariff_at(&tariff, at("2026-02-28 23:59:59")).season, 1);
    assert_int_equal(tariff_at(&tariff, at("2026-03-01 00:00:00")).season, 0);
    assert_edge(&tariff, "2026-02-28 23:30:00", "2026-03-01 00:00:00");
}

static void a_month_begins_the_tiers_anew_and_in_a_leap_year_march_too(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("guangdong");
    assert_edge(tariff, "2028-02-29 20:00:00", "2028-03-01 00:00:00");
    assert_edge(tariff, "2028-02-28 20:00:00", "2028-02-29 00:00:00"); /* flat to valley */
    assert_int_not_equal(tariff_at(tariff, at("2028-02-29 23:59:59")).cycle,
                         tariff_at(tariff, at("2028-03-01 00:00:00")).cycle);
    assert_int_equal(tariff_at(tariff, at("2028-02-28 23:59:59")).cycle,
                     tariff_at(tariff, at("2028-02-29 00:00:00")).cycle);
}

static void a_weekend_may_have_a_day_of_its_own(void **state)
{
    (void)state;
    struct tariff tariff = *tariff_by_name("zhejiang");
    tariff.seasons[0].weekend = (struct tariff_day){1, {{0, TARIFF_VALLEY}}};
    assert_null(tariff_complaint(&tariff));
    assert_int_equal(rate_at(&tariff, "2026-07-17 12:00:00"), TARIFF_PEAK);   /* Friday */
    assert_int_equal(rate_at(&tariff, "2026-07-18 12:00:00"), TARIFF_VALLEY); /* Saturday */
    assert_int_equal(rate_at(&tariff, "2026-07-19 12:00:00"), TARIFF_VALLEY);
    assert_int_equal(rate_at(&tariff, "2026-07-20 12:00:00"), TARIFF_PEAK);
    /* two days without a change: who waits is told to look again */
    assert_edge(&tariff, "2026-07-17 22:00:00", "2026-07-20 00:00:00");
    assert_edge(&tariff, "2026-07-20 00:00:00", "2026-07-20 08:00:00");
}

/* Walk a leap year second by edge and minute by minute: they tell the same story. */
static void between_two_edges_nothing_changes(void **state)
{
    (void)state;
    for (int n = 0; tariff_name(n); n++) {
        const struct tariff *tariff = tariff_by_name(tariff_name(n));
        int64_t clock = at("2028-01-01 00:00:00"), end = at("2029-01-02 00:00:00");
        while (clock < end) {
            int64_t edge = tariff_next_edge(tariff, clock);
            struct tariff_moment here = tariff_at(tariff, clock);
            assert_true(edge > clock);
            for (int64_t s = clock; s < edge; s += 60)
                assert_true(tariff_same_moment(tariff_at(tariff, s), here));
            assert_true(tariff_same_moment(tariff_at(tariff, edge - 1), here));
            clock = edge;
        }
    }
}

/* Zhejiang, peak: 0.568, from 2760 kWh 0.618, from 4800 kWh 0.868 yuan. */
static void a_charge_is_split_at_the_tiers_limits(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("zhejiang");
    static const char noon[] = "2026-07-15 12:00";
    assert_int_equal(cost(tariff, noon, 0, 276000), INT64_C(276000) * 5680);
    assert_int_equal(cost(tariff, noon, 276000, 1), 6180);
    assert_int_equal(cost(tariff, noon, 275999, 2), 5680 + 6180);
    assert_int_equal(cost(tariff, noon, 479999, 2), 6180 + 8680);
    assert_int_equal(cost(tariff, noon, 0, 500000),
                     INT64_C(276000) * 5680 + INT64_C(204000) * 6180 + INT64_C(20000) * 8680);
    assert_int_equal(cost(tariff, "2026-07-15 23:00", 500000, 100), 588000); /* 0.288 + 0.30 */
    struct tariff_moment moment = tariff_at(tariff, at(noon));
    assert_int_equal(tariff_price(tariff, moment, 2759), 5680);
    assert_int_equal(tariff_price(tariff, moment, 2760), 6180);
    assert_int_equal(tariff_price(tariff, moment, 4800), 8680);
}

/* 0.677 and 0.337, then 0.977 and 0.487. */
static void shanghai_raises_peak_and_valley_differently(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("shanghai");
    assert_int_equal(cost(tariff, "2026-07-15 12:00", 312000, 100), 677000);
    assert_int_equal(cost(tariff, "2026-07-15 23:00", 312000, 100), 337000);
    assert_int_equal(cost(tariff, "2026-07-15 12:00", 480000, 100), 977000);
    assert_int_equal(cost(tariff, "2026-07-15 23:00", 480000, 100), 487000);
}

static void guangdong_has_wider_tiers_in_summer(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("guangdong");
    assert_int_equal(cost(tariff, "2026-07-15 13:00", 50000, 100), 600200 + 50000);
    assert_int_equal(cost(tariff, "2026-01-15 13:00", 50000, 100), 600200 + 300000);
    assert_int_equal(rate_at(tariff, "2026-07-15 11:00"), TARIFF_PEAK);
    assert_int_equal(rate_at(tariff, "2026-07-15 18:59"), TARIFF_PEAK);
    assert_int_equal(rate_at(tariff, "2026-07-15 19:00"), TARIFF_FLAT);
    assert_int_equal(rate_at(tariff, "2026-07-15 00:00"), TARIFF_VALLEY);
}

/* In whatever pieces energy is charged, it costs the same to the last millionth. */
static void pieces_cost_what_the_whole_costs(void **state)
{
    (void)state;
    struct random random = random_stream(1, 1, RANDOM_SCRIPT);
    const struct tariff *tariff = tariff_by_name("sichuan");
    struct tariff_moment moment = tariff_at(tariff, at("2026-07-15 12:00"));
    int64_t used = 0, sum = 0;
    while (used < 50000) {
        int64_t piece = random_between(&random, 1, 400);
        sum += tariff_cost(tariff, moment, used, piece, HUNDREDTHS);
        used += piece;
    }
    assert_int_equal(sum, tariff_cost(tariff, moment, 0, used, HUNDREDTHS));
}

/* By hand: 2159.00 to 2161.00 kWh at peak are 1 kWh of 0.5483 and 1 of 0.5983; 4199.50 to 4201.00 in the valley half a kWh of 0.3483
 * and one of 0.5983. */
static void shaanxi_is_split_by_hand(void **state)
{
    (void)state;
    const struct tariff *tariff = tariff_by_name("shaanxi");
    assert_int_equal(cost(tariff, "2026-07-15 12:00:00", 215900, 200), 548300 + 598300);
    assert_int_equal(cost(tariff, "2026-07-15 21:00:00", 419950, 150), 50 * 3483 + 100 * 5983);
    assert_int_equal(rate_at(tariff, "2026-07-15 19:59:59"), TARIFF_PEAK);
    assert_int_equal(rate_at(tariff, "2026-07-15 20:00:00"), TARIFF_VALLEY);
}

static void a_holiday_is_a_day_of_the_weekends_kind(void **state)
{
    (void)state;
    struct tariff tariff = *tariff_by_name("zhejiang");
    const struct holidays holidays = {.count = 1, .days = {(uint16_t)(at("2026-07-15 00:00:00") / 86400)}};
    tariff.seasons[0].weekend = (struct tariff_day){1, {{0, TARIFF_VALLEY}}};
    assert_int_equal(rate_at(&tariff, "2026-07-15 12:00:00"), TARIFF_PEAK);
    tariff.holidays = &holidays;
    assert_int_equal(rate_at(&tariff, "2026-07-15 12:00:00"), TARIFF_VALLEY);
    assert_int_equal(rate_at(&tariff, "2026-07-16 12:00:00"), TARIFF_PEAK);
    assert_edge(&tariff, "2026-07-14 22:00:00", "2026-07-16 08:00:00");
}

static void a_price_list_is_followed_by_the_next_from_its_midnight(void **state)
{
    (void)state;
    struct tariff tariff = *tariff_by_name("zhejiang");
    tariff.next = tariff_by_name("shanghai");
    tariff.next_from_s = at("2026-08-01 00:00:00");
    assert_int_equal(cost(&tariff, "2026-07-31 23:59:59", 0, 100), 288000);
    assert_int_equal(cost(&tariff, "2026-08-01 00:00:00", 0, 100), 307000);
    assert_int_equal(cost(&tariff, "2026-08-01 12:00:00", 312000, 100), 677000);
    assert_int_equal(rate_at(&tariff, "2026-07-31 07:00:00"), TARIFF_VALLEY);
    assert_int_equal(rate_at(&tariff, "2026-08-01 07:00:00"), TARIFF_PEAK);
    assert_edge(&tariff, "2026-07-31 22:00:00", "2026-08-01 00:00:00");
    assert_false(tariff_same_prices(tariff_at(&tariff, at("2026-07-31 23:59:59")),
                                    tariff_at(&tariff, at("2026-08-01 00:00:00"))));
}

/* ---- friendly hours ------------------------------------------------------------------------------ */

static void assert_friendly_until(const struct friendly_hours *friendly, const char *from, const char *until)
{
    const struct holidays holidays = {.count = 2, .days = {(uint16_t)(at("2026-10-01 00:00:00") / 86400),
                                                           (uint16_t)(at("2026-10-02 00:00:00") / 86400)}};
    assert_int_equal(friendly_end(friendly, &holidays, at(from)), at(until));
}

static void friendly_hours_go_over_midnight_and_join_with_days(void **state)
{
    (void)state;
    const struct friendly_hours none = {0}, night = {.from_minute = 1320, .until_minute = 420};
    const struct friendly_hours noon = {.from_minute = 720, .until_minute = 780};
    const struct friendly_hours all = {.from_minute = 1320, .until_minute = 420, .weekends = true, .holidays = true};
    assert_friendly_until(&none, "2026-10-01 03:00:00", "2026-10-01 03:00:00");
    assert_friendly_until(&night, "2026-07-15 21:59:59", "2026-07-15 21:59:59");
    assert_friendly_until(&night, "2026-07-15 22:00:00", "2026-07-16 07:00:00");
    assert_friendly_until(&night, "2026-07-16 06:59:59", "2026-07-16 07:00:00");
    assert_friendly_until(&night, "2026-07-16 07:00:00", "2026-07-16 07:00:00");
    assert_friendly_until(&noon, "2026-07-16 12:30:00", "2026-07-16 13:00:00");
    assert_friendly_until(&all, "2026-09-30 23:00:00", "2026-10-05 07:00:00"); /* two holidays and a weekend */
    assert_friendly_until(&all, "2026-10-04 12:00:00", "2026-10-05 07:00:00");
}

static void what_is_wrong_with_a_table_is_said(void **state)
{
    (void)state;
    const struct tariff *sound = tariff_by_name("guangdong");
    struct tariff tariff = *sound;
    tariff.seasons[0].weekday.periods[0].from_minute = 1;
    assert_string_equal(tariff_complaint(&tariff), "the first period of a day begins at 00:00");
    tariff = *sound;
    tariff.seasons[1].weekday.periods[2].from_minute = 60;
    assert_string_equal(tariff_complaint(&tariff), "the periods of a day are in ascending order");
    tariff = *sound;
    tariff.seasons[1].tier_kwh[1] = 260;
    assert_string_equal(tariff_complaint(&tariff),
                        "each season gives the tiers' limits, in ascending order");
    tariff = *sound;
    tariff.seasons[2].month = 2;
    assert_string_equal(tariff_complaint(&tariff),
                        "the seasons are in ascending order of their dates");
    tariff = *sound;
    tariff.season_count = 15;
    assert_string_equal(tariff_complaint(&tariff), "a year has 1 to 14 seasons");
    tariff = *sound;
    tariff.seasons[0].weekday.period_count = 15;
    assert_string_equal(tariff_complaint(&tariff), "a day has 1 to 14 periods");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_named_tariff_is_sound),
        cmocka_unit_test(zhejiang_is_peak_from_8_to_22),
        cmocka_unit_test(an_edge_is_where_something_changes),
        cmocka_unit_test(a_season_begins_at_midnight_of_its_date),
        cmocka_unit_test(a_season_from_the_leap_day_begins_a_day_later_without_one),
        cmocka_unit_test(a_month_begins_the_tiers_anew_and_in_a_leap_year_march_too),
        cmocka_unit_test(a_weekend_may_have_a_day_of_its_own),
        cmocka_unit_test(between_two_edges_nothing_changes),
        cmocka_unit_test(a_charge_is_split_at_the_tiers_limits),
        cmocka_unit_test(shanghai_raises_peak_and_valley_differently),
        cmocka_unit_test(guangdong_has_wider_tiers_in_summer),
        cmocka_unit_test(pieces_cost_what_the_whole_costs),
        cmocka_unit_test(shaanxi_is_split_by_hand),
        cmocka_unit_test(a_holiday_is_a_day_of_the_weekends_kind),
        cmocka_unit_test(a_price_list_is_followed_by_the_next_from_its_midnight),
        cmocka_unit_test(friendly_hours_go_over_midnight_and_join_with_days),
        cmocka_unit_test(what_is_wrong_with_a_table_is_said),
    };
    return cmocka_run_group_tests_name("tariff", tests, NULL, NULL);
}
