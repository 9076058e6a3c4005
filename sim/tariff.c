#include "sim/tariff.h"

#include "sim/kernel/time.h"

#include <stddef.h>
#include <string.h>

#define S_PER_DAY INT64_C(86400)
enum { EDGES_WITHOUT_CHANGE_MAX = 2 }; /* midnights */

static const char *const rate_names[TARIFF_RATES] = {
#define X(id, name) [TARIFF_##id] = name,
    TARIFF_RATES_LIST(X)
#undef X
};

const char *tariff_rate_name(int rate)
{
    return rate >= 0 && rate < TARIFF_RATES ? rate_names[rate] : "unknown";
}

int tariff_rate_from_name(const char *name)
{
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        if (strcmp(rate_names[rate], name) == 0)
            return rate;
    return -1;
}

/* ---- is it sound? -----------------------------------------------------------------------------
 */

static const char *day_complaint(const struct tariff_day *day)
{
    if (day->period_count < 1 || day->period_count > TARIFF_PERIODS_MAX)
        return "a day has 1 to 14 periods";
    if (day->periods[0].from_minute != 0)
        return "the first period of a day begins at 00:00";
    for (int i = 0; i < day->period_count; i++) {
        const struct tariff_period *period = &day->periods[i];
        if (period->rate >= TARIFF_RATES || period->from_minute >= MINUTES_PER_DAY)
            return "a period begins within the day and has one of the four rates";
        if (i > 0 && period->from_minute <= period[-1].from_minute)
            return "the periods of a day are in ascending order";
    }
    return NULL;
}

static int date_order(const struct tariff_season *season)
{
    return season->month * 32 + season->day;
}

static const char *season_complaint(const struct tariff *tariff, int index)
{
    const struct tariff_season *season = &tariff->seasons[index];
    if (season->month < 1 || season->month > 12 || season->day < 1 || season->day > 31)
        return "a season begins on a date, as in 06-01";
    if (index > 0 && date_order(season) <= date_order(season - 1))
        return "the seasons are in ascending order of their dates";
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        if (season->price[rate] < 0 || season->price[rate] > 1000000)
            return "a price is from 0 to 100 yuan a kWh";
    for (int tier = 0; tier < tariff->tier_count - 1; tier++)
        if (season->tier_kwh[tier] <= (tier > 0 ? season->tier_kwh[tier - 1] : 0))
            return "each season gives the tiers' limits, in ascending order";
    const char *complaint = day_complaint(&season->weekday);
    if (!complaint && season->weekend.period_count > 0)
        complaint = day_complaint(&season->weekend);
    return complaint;
}

const char *tariff_complaint(const struct tariff *tariff)
{
    if (tariff->season_count < 1 || tariff->season_count > TARIFF_SEASONS_MAX)
        return "a year has 1 to 14 seasons";
    if (tariff->tier_count < 1 || tariff->tier_count > TARIFF_TIERS_MAX)
        return "there are 1 to 3 tiers";
    for (int tier = 0; tier < tariff->tier_count - 1; tier++)
        for (int rate = 0; rate < TARIFF_RATES; rate++)
            if (tariff->adder[tier][rate] < 0 || tariff->adder[tier][rate] > 1000000)
                return "a tier adds from 0 to 100 yuan a kWh";
    const char *complaint = NULL;
    for (int i = 0; i < tariff->season_count && !complaint; i++)
        complaint = season_complaint(tariff, i);
    return complaint;
}

bool holidays_have(const struct holidays *holidays, int64_t clock_s)
{
    for (int i = 0; holidays && i < holidays->count; i++)
        if (holidays->days[i] == clock_s / S_PER_DAY)
            return true;
    return false;
}

/* ---- moments ----------------------------------------------------------------------------------
 */

/* Before the first season of a year the last one of the year before goes on. */
static int season_of(const struct tariff *tariff, const struct civil_time *civil)
{
    int found = tariff->season_count - 1;
    int today = civil->month * 32 + civil->day;
    for (int i = 0; i < tariff->season_count && date_order(&tariff->seasons[i]) <= today; i++)
        found = i;
    return found;
}

static const struct tariff_day *day_of(const struct tariff_season *season,
                                       const struct holidays *holidays, const struct civil_time *civil)
{
    bool weekend = civil->weekday == 0 || civil->weekday == 6 ||
                   holidays_have(holidays, civil_to_seconds(civil));
    return weekend && season->weekend.period_count > 0 ? &season->weekend : &season->weekday;
}

/* The price list that is valid, and its place in the row of them. */
static const struct tariff *list_at(const struct tariff *tariff, int64_t clock_s, int *place)
{
    for (*place = 0; tariff->next && clock_s >= tariff->next_from_s; (*place)++)
        tariff = tariff->next;
    return tariff;
}

static const struct tariff *list_of(const struct tariff *tariff, struct tariff_moment moment)
{
    for (int i = 0; i < moment.list && tariff->next; i++)
        tariff = tariff->next;
    return tariff;
}

static struct tariff_moment moment_of(const struct tariff *tariff, const struct holidays *holidays,
                                      const struct civil_time *civil, int list)
{
    int season = season_of(tariff, civil);
    const struct tariff_day *day = day_of(&tariff->seasons[season], holidays, civil);
    int minute = civil->hour * 60 + civil->minute;
    int period = day->period_count - 1;
    while (period > 0 && day->periods[period].from_minute > minute)
        period--;
    int cycle = tariff->monthly ? civil->year * 12 + civil->month - 1 : civil->year;
    return (struct tariff_moment){.rate = day->periods[period].rate & 0xf, .list = (uint8_t)list & 0xf,
                                  .season = (uint8_t)season, .cycle = (uint16_t)cycle};
}

struct tariff_moment tariff_at(const struct tariff *tariff, int64_t clock_s)
{
    struct civil_time civil = civil_from_seconds(clock_s);
    int place;
    const struct tariff *list = list_at(tariff, clock_s, &place);
    return moment_of(list, tariff->holidays, &civil, place);
}

bool tariff_same_prices(struct tariff_moment a, struct tariff_moment b)
{
    return a.season == b.season && a.cycle == b.cycle && a.list == b.list;
}

bool tariff_same_moment(struct tariff_moment a, struct tariff_moment b)
{
    return a.rate == b.rate && tariff_same_prices(a, b);
}

/* The beginning of the next period of this day, or the next midnight. */
static int64_t next_period(const struct tariff *tariff, int64_t clock_s)
{
    struct civil_time civil = civil_from_seconds(clock_s);
    int place;
    const struct tariff *list = list_at(tariff, clock_s, &place);
    const struct tariff_day *day = day_of(&list->seasons[season_of(list, &civil)], tariff->holidays, &civil);
    int minute = civil.hour * 60 + civil.minute;
    int64_t midnight = clock_s - (minute * 60 + civil.second);
    for (int i = 0; i < day->period_count; i++)
        if (day->periods[i].from_minute > minute)
            return midnight + day->periods[i].from_minute * 60;
    return midnight + S_PER_DAY;
}

int64_t tariff_next_edge(const struct tariff *tariff, int64_t clock_s)
{
    struct tariff_moment here = tariff_at(tariff, clock_s);
    int64_t last = clock_s + EDGES_WITHOUT_CHANGE_MAX * S_PER_DAY;
    int64_t edge = clock_s;
    do
        edge = next_period(tariff, edge);
    while (edge < last && tariff_same_moment(tariff_at(tariff, edge), here));
    return edge;
}

/* ---- prices -----------------------------------------------------------------------------------
 */

static int64_t price_in_tier(const struct tariff *tariff, struct tariff_moment moment, int tier)
{
    tariff = list_of(tariff, moment);
    int64_t adder = tier > 0 ? tariff->adder[tier - 1][moment.rate] : 0;
    return tariff->seasons[moment.season].price[moment.rate] + adder;
}

static int64_t tier_end(const struct tariff *tariff, struct tariff_moment moment, int tier,
                        int64_t per_kwh)
{
    tariff = list_of(tariff, moment);
    bool last = tier == tariff->tier_count - 1;
    return last ? INT64_MAX : tariff->seasons[moment.season].tier_kwh[tier] * per_kwh;
}

int tariff_tier(const struct tariff *tariff, struct tariff_moment moment, int64_t used_kwh)
{
    int tier = 0;
    while (used_kwh >= tier_end(tariff, moment, tier, 1))
        tier++;
    return tier;
}

int64_t tariff_price(const struct tariff *tariff, struct tariff_moment moment, int64_t used_kwh)
{
    return price_in_tier(tariff, moment, tariff_tier(tariff, moment, used_kwh));
}

int64_t tariff_cost(const struct tariff *tariff, struct tariff_moment moment, int64_t used,
                    int64_t energy, int64_t per_kwh)
{
    int64_t cost = 0;
    for (int tier = 0; energy > 0; tier++) {
        int64_t room = tier_end(tariff, moment, tier, per_kwh) - used;
        if (room <= 0)
            continue;
        int64_t part = energy < room ? energy : room;
        cost += part * price_in_tier(tariff, moment, tier);
        used += part;
        energy -= part;
    }
    return cost;
}
