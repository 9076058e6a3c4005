/*
 * Who is at home: away, active or asleep. A home has a level, a number from 0 to 65535, that it keeps for a spell and
 * then draws anew. The least levels are active, the next away, the highest asleep; where the borders lie
 * depends on the household, the day and the hour. Whatever the spells are, a level is uniform at any time, so the
 * share of active homes in an hour is exactly the table's. Figures: docs/models.md, "Household".
 */
#ifndef METERBENCH_SIM_PLANT_OCCUPANCY_H
#define METERBENCH_SIM_PLANT_OCCUPANCY_H

#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

enum { OCCUPANCY_KINDS_MAX = 8 };

enum occupancy_state { OCCUPANCY_ACTIVE, OCCUPANCY_AWAY, OCCUPANCY_ASLEEP };

/* A kind of household: its share of the homes and how likely somebody is active in each hour, per mille. */
struct occupancy_kind {
    int32_t share_permille;
    uint16_t active_permille[2][24]; /* weekday, weekend */
};

struct occupancy_table {
    int32_t kind_count;
    struct occupancy_kind kinds[OCCUPANCY_KINDS_MAX];
    uint16_t asleep_permille[24];   /* of those who are not active */
    uint16_t spell_min[2][24];      /* median spell by the hour it begins in, minutes; weekday, weekend */
    int32_t spell_sigma_milli;      /* of its logarithm */
};

/* The kind of a home, from a number of 0 to 999. */
int occupancy_kind_of(const struct occupancy_table *table, int32_t permille);

enum occupancy_state occupancy_state(const struct occupancy_table *table, int kind, uint16_t level,
                                     bool weekend, int hour);

/* How long a level drawn in this hour is kept, seconds. */
int64_t occupancy_spell_s(const struct occupancy_table *table, struct random *random, bool weekend,
                          int hour);

/* The share of all homes and days of a week that are active in an hour, parts per million. */
int64_t occupancy_active_ppm(const struct occupancy_table *table, int hour);

#endif
