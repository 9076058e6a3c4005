/*
 * Appliances of a household, as events: each appliance knows when it next switches. Duty-cycled ones
 * toggle on their own; the others start by a Poisson process thinned by the hour of the day and, for the air
 * conditioner, the season. Figures: docs/models.md, "Appliances".
 */
#ifndef METERBENCH_SIM_PLANT_APPLIANCE_H
#define METERBENCH_SIM_PLANT_APPLIANCE_H

#include "sim/kernel/random.h"
#include "sim/kernel/time.h"

#include <stdbool.h>
#include <stdint.h>

enum appliance_kind {
    APPLIANCE_FRIDGE,
    APPLIANCE_KETTLE,
    APPLIANCE_WATER_HEATER,
    APPLIANCE_AIR_CONDITIONER,
    APPLIANCE_LIGHTS,
    APPLIANCE_KINDS
};

struct appliance {
    struct random random;
    int32_t power_mw; /* while on, at nominal voltage */
    enum appliance_kind kind;
    bool owned, on;
};

const char *appliance_name(enum appliance_kind kind);

/* Draws ownership and rated power. */
void appliance_init(struct appliance *appliance, enum appliance_kind kind, uint64_t seed,
                    uint32_t flat);

/* When the appliance, just switched (or just installed) at `now`, switches next. `epoch_s` is the
 * calendar second (since 2000) of simulated time zero. */
int64_t appliance_next_switch(struct appliance *appliance, int64_t now, int64_t epoch_s);

/* Electrical power at a supply voltage: heaters fall with its square, the others hold their power. */
int64_t appliance_power_mw(const struct appliance *appliance, int32_t voltage_mv,
                           int32_t nominal_mv);

/* Standing leakage to earth while plugged in, uA. */
int32_t appliance_leakage_ua(const struct appliance *appliance);

#endif
