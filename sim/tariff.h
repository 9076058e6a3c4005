/*
 * Time-of-use tariffs: which rate a second of the calendar belongs to, and what energy of that rate costs. Shared by
 * the meter, which books energy to the rate of its own clock, and the platform, which charges what it reads.
 *
 * A tariff is a table that does not change while a run lasts; one may follow another from a date on. A year has seasons; a season has a day of periods for
 * weekdays and one for weekends, prices by rate and, with tiers, the energy of a cycle above which a kWh costs more.
 * Limits of the table are those of DL/T 645-2007 (04000201 to 04000203). The named ones
 * are in scenarios/tariffs.
 */
#ifndef METERBENCH_SIM_TARIFF_H
#define METERBENCH_SIM_TARIFF_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of DL/T 645: rate n is read as 00010n00, n from 1. */
#define TARIFF_RATES_LIST(X) X(SHARP, "sharp") X(PEAK, "peak") X(FLAT, "flat") X(VALLEY, "valley")

enum tariff_rate {
#define X(id, name) TARIFF_##id,
    TARIFF_RATES_LIST(X)
#undef X
        TARIFF_RATES
};

enum { TARIFF_SEASONS_MAX = 14, TARIFF_PERIODS_MAX = 14, TARIFF_TIERS_MAX = 3, TARIFF_LISTS_MAX = 16,
       MINUTES_PER_DAY = 1440 };

enum { HOLIDAYS_MAX = 60 };

/* Days that are as a weekend's, whatever weekday they are. */
struct holidays {
    uint16_t count;
    uint16_t days[HOLIDAYS_MAX]; /* since 2000-01-01 */
};

/* Is this calendar second in one of them? NULL has none. */
bool holidays_have(const struct holidays *holidays, int64_t clock_s);

/* From a minute of the day to the next period's, or to midnight. */
struct tariff_period {
    uint16_t from_minute;
    uint8_t rate;
};

/* Periods in ascending order; the first begins at minute 0. */
struct tariff_day {
    uint8_t period_count;
    struct tariff_period periods[TARIFF_PERIODS_MAX];
};

struct tariff_season {
    uint8_t month, day; /* begins with this date and ends with the next season, the last one with the first */
    int32_t price[TARIFF_RATES];              /* 1/10000 yuan per kWh, of the first tier */
    uint32_t tier_kwh[TARIFF_TIERS_MAX - 1];  /* of a cycle: above it the next tier begins */
    struct tariff_day weekday, weekend;       /* a weekend of no periods is as a weekday */
};

struct tariff {
    uint8_t season_count; /* in ascending order of their dates */
    uint8_t tier_count;   /* 1: no tiers */
    bool monthly;         /* tiers count anew each month; otherwise on 1 January */
    int32_t adder[TARIFF_TIERS_MAX - 1][TARIFF_RATES]; /* 1/10000 yuan per kWh, of tier 2 and 3 over the first */
    struct tariff_season seasons[TARIFF_SEASONS_MAX];
    const struct holidays *holidays; /* days of the weekend's kind, also for the lists that follow; NULL: none */
    const struct tariff *next;       /* the price list after this one, or NULL */
    int64_t next_from_s;             /* a midnight */
};

/* What decides a price at a moment, besides the energy that was taken before. */
struct tariff_moment {
    uint8_t rate : 4; /* enum tariff_rate */
    uint8_t list : 4; /* which of the price lists, from 0 */
    uint8_t season; /* index */
    uint16_t cycle; /* the number of the tiers' year or month */
};

/* "sharp" and so on; "unknown" outside the enumeration. */
const char *tariff_rate_name(int rate);
/* The rate of a name, or -1. */
int tariff_rate_from_name(const char *name);

/* What is wrong with a table, in plain words, or NULL: every function below wants a sound one. */
const char *tariff_complaint(const struct tariff *tariff);

/* The moment of a calendar second (since 2000). */
struct tariff_moment tariff_at(const struct tariff *tariff, int64_t clock_s);

bool tariff_same_moment(struct tariff_moment a, struct tariff_moment b);
/* Do season, cycle and price list agree, whatever the rate? */
bool tariff_same_prices(struct tariff_moment a, struct tariff_moment b);

/* The first calendar second after this one at which rate, season, cycle or price list change; a later midnight when they stay for
 * two days, so that who waits for it looks again. */
int64_t tariff_next_edge(const struct tariff *tariff, int64_t clock_s);

/* The price of the next kWh, 1/10000 yuan, after `used_kwh` of the cycle were taken (whole kWh, rounded down). */
int64_t tariff_price(const struct tariff *tariff, struct tariff_moment moment, int64_t used_kwh);

/* The tier of the next kWh, from 0, after `used_kwh` of the cycle were taken. */
int tariff_tier(const struct tariff *tariff, struct tariff_moment moment, int64_t used_kwh);

/* What energy costs, split at the tiers' limits. `energy` and `used` (in the cycle before it) count 1/per_kwh kWh;
 * the result is exact, in 1/10000 yuan / per_kwh. */
int64_t tariff_cost(const struct tariff *tariff, struct tariff_moment moment, int64_t used,
                    int64_t energy, int64_t per_kwh);

#endif
