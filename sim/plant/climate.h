/*
 * The weather and the calendar of a site: what decides whether an air conditioner is wanted and whether it is
 * dark. Every flat of a site sees the same. Temperatures are a pure function of the day and the hour, so that
 * nothing has to be stepped and any time can be asked for. Figures: docs/models.md, "Climate".
 */
#ifndef METERBENCH_SIM_PLANT_CLIMATE_H
#define METERBENCH_SIM_PLANT_CLIMATE_H

#include "sim/kernel/time.h"

#include <stdbool.h>
#include <stdint.h>

struct climate_table {
    int32_t mean_mc[12];      /* of the days of each month, millidegrees Celsius */
    int32_t swing_mc;         /* from a day's mean to its warmest hour, 15 h */
    int32_t noise_mc;         /* standard deviation of a day's mean about the season's */
    int32_t memory_permille;  /* of yesterday's deviation that is left today */
    int32_t sunrise_min[12], sunset_min[12]; /* of the day, each month's middle */
};

struct climate {
    const struct climate_table *table;
    uint64_t seed;
    int64_t epoch_s; /* the calendar second (since 2000) of simulated time zero */
};

/* One day: days are counted from 2000-01-01. */
struct climate_day {
    int32_t mean_mc;
    uint16_t day;
    uint8_t month; /* from 0 */
    bool weekend;
};

struct climate_day climate_day(const struct climate_table *table, uint64_t seed, int32_t day);

/* How probable it is that a day whose season's mean is `season_mc` is warmer than `limit_mc` with its wave at `hour`. */
double climate_warmer_than(const struct climate_table *table, int32_t season_mc, int hour, int32_t limit_mc);

/* The season's mean of a day, without its deviation. */
int32_t climate_season_mc(const struct climate_table *table, int32_t day);

/* Outdoor temperature in the middle of an hour (0 to 23) of a day, millidegrees. */
int32_t climate_temperature_mc(const struct climate_table *table, const struct climate_day *day, int hour);

/* The share of an hour that lies between sunset and sunrise, per mille. */
int32_t climate_dark_permille(const struct climate_table *table, int month, int hour);

#endif
