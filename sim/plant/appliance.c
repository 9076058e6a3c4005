#include "sim/plant/appliance.h"

#include <assert.h>
#include <stddef.h>

/* Percent of starts in each hour of the day, in tenths (docs/models.md, "Hours of the day"). */
static const uint8_t always[24] = {[0 ... 23] = 42};
static const uint8_t active_occupancy[24] = {13, 5,  4,  3,  4,  8,  23, 49, 51, 51, 47, 45,
                                             47, 47, 45, 50, 60, 69, 72, 73, 74, 72, 58, 32};
static const uint8_t evening_shower[24] = {4,  1,  1,  1,  2,  6,  28, 66, 49, 30,  21,  14,
                                           10, 6,  6,  8,  10, 14, 21, 22, 170, 190, 180, 140};
static const uint8_t cooling_hours[24] = {120, 80, 10, 0,  0,  0,  0,  0,  0,  10, 20, 60,
                                          70,  70, 70, 60, 20, 10, 20, 30, 80, 90, 90, 90};
static const uint8_t dark_hours[24] = {30, 10, 8,  6,  8,  15, 40, 40, 10, 5,  5,  5,
                                       5,  5,  5,  5,  20, 80, 130, 140, 140, 140, 100, 48};

enum { SUMMER = 0x01e0, ALL_YEAR = 0x0fff }; /* bit 0 = January */

static const struct description {
    const char *name;
    int32_t owned_ppm;    /* homes that have it */
    int32_t power_w;      /* mean power while on */
    int32_t leakage_ua;   /* standing, while plugged in */
    int32_t starts_yearly; /* 0: duty-cycled */
    uint16_t months;
    bool resistive;
    const uint8_t *hours;
} descriptions[APPLIANCE_KINDS] = {
    [APPLIANCE_FRIDGE] = {"fridge", 1000000, 95, 350, 0, ALL_YEAR, false, always},
    [APPLIANCE_KETTLE] = {"kettle", 950000, 1600, 100, 800, ALL_YEAR, true, active_occupancy},
    [APPLIANCE_WATER_HEATER] = {"water heater", 600000, 2000, 250, 400, ALL_YEAR, true,
                                evening_shower},
    [APPLIANCE_AIR_CONDITIONER] = {"air conditioner", 900000, 480, 800, 110, SUMMER, false,
                                   cooling_hours},
    [APPLIANCE_LIGHTS] = {"lights", 1000000, 44, 80, 2200, ALL_YEAR, false, dark_hours},
};

/* Light durations: nine equally likely bins, minutes (docs/models.md, "Lighting"). */
static const int16_t light_minutes[9][2] = {{1, 1},   {2, 2},   {3, 4},   {5, 8},   {9, 16},
                                            {17, 27}, {28, 49}, {50, 91}, {92, 259}};

const char *appliance_name(enum appliance_kind kind)
{
    assert(kind < APPLIANCE_KINDS);
    return descriptions[kind].name;
}

void appliance_init(struct appliance *appliance, enum appliance_kind kind, uint64_t seed,
                    uint32_t flat)
{
    const struct description *d = &descriptions[kind];
    appliance->kind = kind;
    appliance->random = random_stream(seed, flat, RANDOM_APPLIANCE + kind);
    appliance->on = false;
    appliance->owned = random_chance_ppm(&appliance->random, (uint32_t)d->owned_ppm);
    int64_t mean_mw = (int64_t)d->power_w * 1000;
    appliance->power_mw = (int32_t)random_normal(&appliance->random, mean_mw, mean_mw / 10,
                                                 mean_mw * 7 / 10, mean_mw * 13 / 10);
}

static int64_t normal_minutes(struct random *random, int mean, int deviation)
{
    int64_t mean_ns = mean * NS_PER_MIN;
    return random_normal(random, mean_ns, deviation * NS_PER_MIN, mean_ns / 4, mean_ns * 2);
}

static int64_t on_duration(struct appliance *appliance)
{
    struct random *random = &appliance->random;
    switch (appliance->kind) {
    case APPLIANCE_FRIDGE:
        return normal_minutes(random, 17, 3);
    case APPLIANCE_KETTLE:
        return normal_minutes(random, 4, 1);
    case APPLIANCE_WATER_HEATER:
        return normal_minutes(random, 42, 10);
    case APPLIANCE_AIR_CONDITIONER:
        return random_lognormal(random, 190 * NS_PER_MIN, 700);
    case APPLIANCE_LIGHTS: {
        const int16_t *bin = light_minutes[random_below(random, 9)];
        return random_between(random, bin[0] * NS_PER_MIN, bin[1] * NS_PER_MIN + NS_PER_MIN - 1);
    }
    case APPLIANCE_KINDS:
        break;
    }
    assert(!"an appliance of no kind");
    return NS_PER_MIN;
}

static uint8_t peak_weight(const uint8_t *hours)
{
    uint8_t peak = 1;
    for (int h = 0; h < 24; h++)
        peak = hours[h] > peak ? hours[h] : peak;
    return peak;
}

/* Thinning: candidates come at the busiest hour's rate; each stands with its own hour's share of it. */
static int64_t next_start(struct appliance *appliance, int64_t now, int64_t epoch_s)
{
    const struct description *d = &descriptions[appliance->kind];
    int64_t peak = peak_weight(d->hours);
    int64_t weight_sum = 0;
    for (int h = 0; h < 24; h++)
        weight_sum += d->hours[h];
    int64_t days = 365 * __builtin_popcount(d->months) / 12;
    int64_t gap_ns = weight_sum * days * NS_PER_HOUR / ((int64_t)d->starts_yearly * peak);
    for (int64_t at = now;;) {
        at += random_exponential(&appliance->random, gap_ns);
        struct civil_time civil = civil_from_seconds(epoch_s + at / NS_PER_S);
        bool in_season = d->months >> (civil.month - 1) & 1;
        bool kept = random_below(&appliance->random, (uint64_t)peak) < d->hours[civil.hour];
        if (in_season && kept)
            return at;
    }
}

int64_t appliance_next_switch(struct appliance *appliance, int64_t now, int64_t epoch_s)
{
    if (!appliance->owned)
        return TIME_NEVER;
    if (appliance->on)
        return now + on_duration(appliance);
    if (appliance->kind == APPLIANCE_FRIDGE)
        return now + normal_minutes(&appliance->random, 35, 6);
    return next_start(appliance, now, epoch_s);
}

int64_t appliance_power_mw(const struct appliance *appliance, int32_t voltage_mv,
                           int32_t nominal_mv)
{
    if (!appliance->on)
        return 0;
    if (!descriptions[appliance->kind].resistive)
        return appliance->power_mw;
    int64_t at_voltage = (int64_t)appliance->power_mw * voltage_mv / nominal_mv;
    return at_voltage * voltage_mv / nominal_mv;
}

int32_t appliance_leakage_ua(const struct appliance *appliance)
{
    return appliance->owned ? descriptions[appliance->kind].leakage_ua : 0;
}
