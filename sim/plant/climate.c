#include "sim/plant/climate.h"

#include "sim/kernel/random.h"

/* Days back whose weather still counts: 0.7 to the eighth is 0.06. */
enum { MEMORY_DAYS = 8, SECONDS_PER_DAY = 86400 };

/* cos(15 degrees x n), per mille: the daily wave, warmest at n = 0. */
static const int16_t wave[24] = {1000, 966,  866,  707,  500,  259,  0,    -259,
                                 -500, -707, -866, -966, -1000, -966, -866, -707,
                                 -500, -259, 0,    259,  500,  707,  866,  966};

/* Deviation of a day's mean from its season's: an autoregressive sequence whose older shocks are left out, so
 * that each day can be had by itself. */
static int32_t deviation_mc(const struct climate_table *table, uint64_t seed, int32_t day)
{
    int64_t memory = table->memory_permille;
    int64_t sum = 0, weight = 1000000, squares = 0;
    for (int back = 0; back < MEMORY_DAYS; back++) {
        struct random shock = random_stream(seed, (uint32_t)(day - back), RANDOM_CLIMATE);
        sum += weight * random_normal(&shock, 0, 10000, -40000, 40000);
        squares += weight * weight / 1000000;
        weight = weight * memory / 1000;
    }
    /* sum is 10^10 times the unit shocks' weighted sum; dividing by its deviation makes it unit. */
    double unit = (double)sum / 1e10 / random_exp(0.5 * random_ln((double)squares / 1e6));
    return (int32_t)(unit * table->noise_mc);
}

static int32_t season_mc(const struct climate_table *table, const struct civil_time *civil)
{
    int month = civil->month - 1;
    int other = civil->day < 15 ? (month + 11) % 12 : (month + 1) % 12; /* the nearer middle of a month */
    int away = civil->day < 15 ? 15 - civil->day : civil->day - 15;
    return table->mean_mc[month] + (table->mean_mc[other] - table->mean_mc[month]) * away / 30;
}

int32_t climate_season_mc(const struct climate_table *table, int32_t day)
{
    struct civil_time civil = civil_from_seconds((int64_t)day * SECONDS_PER_DAY);
    return season_mc(table, &civil);
}

/* The normal distribution above z: Abramowitz and Stegun 26.2.17, good to 1e-7. */
static double normal_tail(double z)
{
    if (z < 0)
        return 1.0 - normal_tail(-z);
    if (z > 8)
        return 0;
    double t = 1.0 / (1.0 + 0.2316419 * z);
    double sum = 1.330274429;
    sum = sum * t - 1.821255978;
    sum = sum * t + 1.781477937;
    sum = sum * t - 0.356563782;
    sum = sum * t + 0.319381530;
    return 0.3989422804014327 * random_exp(-0.5 * z * z) * sum * t;
}

double climate_warmer_than(const struct climate_table *table, int32_t season, int hour, int32_t limit_mc)
{
    struct climate_day day = {.mean_mc = season};
    double distance = limit_mc - climate_temperature_mc(table, &day, hour);
    if (table->noise_mc == 0)
        return distance < 0;
    return normal_tail(distance / table->noise_mc);
}

struct climate_day climate_day(const struct climate_table *table, uint64_t seed, int32_t day)
{
    struct civil_time civil = civil_from_seconds((int64_t)day * SECONDS_PER_DAY);
    return (struct climate_day){
        .mean_mc = season_mc(table, &civil) + deviation_mc(table, seed, day),
        .day = (uint16_t)day,
        .month = (uint8_t)(civil.month - 1),
        .weekend = civil.weekday == 0 || civil.weekday == 6,
    };
}

int32_t climate_temperature_mc(const struct climate_table *table, const struct climate_day *day, int hour)
{
    return day->mean_mc + table->swing_mc * wave[(hour + 9) % 24] / 1000;
}

int32_t climate_dark_permille(const struct climate_table *table, int month, int hour)
{
    int32_t from = hour * 60, to = from + 60;
    int32_t rise = table->sunrise_min[month], set = table->sunset_min[month];
    int32_t light_from = from > rise ? from : rise;
    int32_t light_to = to < set ? to : set;
    int32_t light = light_to > light_from ? light_to - light_from : 0;
    return 1000 - light * 1000 / 60;
}
