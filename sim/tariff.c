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

/* ---- named tariffs: docs/models.md, "Tariff" ----------------------------------------------------
 */

#define HOUR(h) ((h)*60)

/* valley, peak from `from` to `to`, valley */
#define PEAK_DAY(from, to)                                                                         \
    {                                                                                              \
        .period_count = 3, .periods = {                                                            \
            {0, TARIFF_VALLEY},                                                                    \
            {HOUR(from), TARIFF_PEAK},                                                             \
            {HOUR(to), TARIFF_VALLEY}                                                              \
        }                                                                                          \
    }

static const struct tariff zhejiang = {
    .name = "zhejiang",
    .season_count = 1,
    .tier_count = 3,
    .adder = {{500, 500, 500, 500}, {3000, 3000, 3000, 3000}},
    .seasons = {{.month = 1,
                 .day = 1,
                 .price = {5680, 5680, 5380, 2880},
                 .tier_kwh = {2760, 4800},
                 .weekday = PEAK_DAY(8, 22)}},
};

/* The second and third tier raise peak and valley by different amounts. */
static const struct tariff shanghai = {
    .name = "shanghai",
    .season_count = 1,
    .tier_count = 3,
    .adder = {{600, 600, 500, 300}, {3600, 3600, 3000, 1800}},
    .seasons = {{.month = 1,
                 .day = 1,
                 .price = {6170, 6170, 6170, 3070},
                 .tier_kwh = {3120, 4800},
                 .weekday = PEAK_DAY(6, 22)}},
};

#define GUANGDONG_DAY                                                                              \
    {                                                                                              \
        .period_count = 6, .periods = {                                                            \
            {0, TARIFF_VALLEY},                                                                    \
            {HOUR(8), TARIFF_FLAT},                                                                \
            {HOUR(10), TARIFF_PEAK},                                                               \
            {HOUR(12), TARIFF_FLAT},                                                               \
            {HOUR(14), TARIFF_PEAK},                                                               \
            {HOUR(19), TARIFF_FLAT}                                                                \
        }                                                                                          \
    }
#define GUANGDONG_PRICE                                                                            \
    {                                                                                              \
        10203, 10203, 6002, 2281                                                                   \
    }

static const struct tariff guangdong = {
    .name = "guangdong",
    .season_count = 3,
    .tier_count = 3,
    .monthly = true,
    .adder = {{500, 500, 500, 500}, {3000, 3000, 3000, 3000}},
    .seasons =
        {
            {.month = 1,
             .day = 1,
             .price = GUANGDONG_PRICE,
             .tier_kwh = {260, 400},
             .weekday = GUANGDONG_DAY},
            {.month = 5,
             .day = 1,
             .price = GUANGDONG_PRICE,
             .tier_kwh = {260, 600},
             .weekday = GUANGDONG_DAY},
            {.month = 11,
             .day = 1,
             .price = GUANGDONG_PRICE,
             .tier_kwh = {260, 400},
             .weekday = GUANGDONG_DAY},
        },
};

#define SICHUAN_DAY                                                                                \
    {                                                                                              \
        .period_count = 3, .periods = {                                                            \
            {0, TARIFF_VALLEY},                                                                    \
            {HOUR(7), TARIFF_FLAT},                                                                \
            {HOUR(23), TARIFF_VALLEY}                                                              \
        }                                                                                          \
    }

static const struct tariff sichuan = {
    .name = "sichuan",
    .season_count = 2,
    .tier_count = 3,
    .monthly = true,
    .adder = {{1000, 1000, 1000, 1000}, {3000, 3000, 3000, 3000}},
    .seasons =
        {
            {.month = 6,
             .day = 1,
             .price = {5224, 5224, 5224, 1750},
             .tier_kwh = {180, 280},
             .weekday = SICHUAN_DAY},
            {.month = 11,
             .day = 1,
             .price = {5224, 5224, 5224, 2535},
             .tier_kwh = {180, 280},
             .weekday = SICHUAN_DAY},
        },
};

static const struct tariff *const named[] = {&zhejiang, &shanghai, &guangdong, &sichuan};
enum { NAMED = sizeof named / sizeof named[0] };

const struct tariff *tariff_by_name(const char *name)
{
    for (int i = 0; i < NAMED; i++)
        if (strcmp(named[i]->name, name) == 0)
            return named[i];
    return NULL;
}

const char *tariff_name(int n)
{
    return n >= 0 && n < NAMED ? named[n]->name : NULL;
}

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

static const struct tariff_day *day_of(const struct tariff *tariff, int season_index,
                                       const struct civil_time *civil)
{
    const struct tariff_season *season = &tariff->seasons[season_index];
    bool weekend = civil->weekday == 0 || civil->weekday == 6 ||
                   (tariff->holidays && holidays_have(tariff->holidays, civil_to_seconds(civil)));
    return weekend && season->weekend.period_count > 0 ? &season->weekend : &season->weekday;
}

static struct tariff_moment moment_of(const struct tariff *tariff, const struct civil_time *civil)
{
    int season = season_of(tariff, civil);
    const struct tariff_day *day = day_of(tariff, season, civil);
    int minute = civil->hour * 60 + civil->minute;
    int period = day->period_count - 1;
    while (period > 0 && day->periods[period].from_minute > minute)
        period--;
    int cycle = tariff->monthly ? civil->year * 12 + civil->month - 1 : civil->year;
    return (struct tariff_moment){day->periods[period].rate, (uint8_t)season, (uint16_t)cycle};
}

struct tariff_moment tariff_at(const struct tariff *tariff, int64_t clock_s)
{
    struct civil_time civil = civil_from_seconds(clock_s);
    return moment_of(tariff, &civil);
}

bool tariff_same_moment(struct tariff_moment a, struct tariff_moment b)
{
    return a.rate == b.rate && a.season == b.season && a.cycle == b.cycle;
}

/* The beginning of the next period of this day, or the next midnight. */
static int64_t next_period(const struct tariff *tariff, int64_t clock_s)
{
    struct civil_time civil = civil_from_seconds(clock_s);
    const struct tariff_day *day = day_of(tariff, season_of(tariff, &civil), &civil);
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
    int64_t adder = tier > 0 ? tariff->adder[tier - 1][moment.rate] : 0;
    return tariff->seasons[moment.season].price[moment.rate] + adder;
}

static int64_t tier_end(const struct tariff *tariff, struct tariff_moment moment, int tier,
                        int64_t per_kwh)
{
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
