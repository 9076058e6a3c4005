/*
 * What goes wrong in a home by itself: one hazard after another at yearly rates, each with its level, its course and
 * the time until somebody has repaired it. Off unless a site asks for it. One timer a flat: the next hazard
 * is drawn exponentially over all kinds, its kind by weight.
 *
 * Rates and ranges are a table that can be replaced; the one here is docs/models.md, "Hazards".
 */
#ifndef METERBENCH_SIM_PLANT_HAZARDS_H
#define METERBENCH_SIM_PLANT_HAZARDS_H

#include "sim/kernel/random.h"
#include "sim/plant/leakage.h"

#include <stdint.h>

/* Ranges are drawn log-uniformly between their ends; both ends 0: not drawn. */
struct hazard_range {
    int64_t low, high;
};

struct hazard_kind {
    const char *name;
    uint32_t per_thousand_years; /* of one home */
    uint8_t fault;               /* enum plant_fault */
    uint8_t shape;               /* enum leakage_shape, of leakage only */
    uint8_t waveform;            /* enum residual_waveform */
    struct hazard_range level;   /* in the fault's unit; of a share, per mille */
    struct hazard_range from_ua, rise_ms, fall_ms;
    struct hazard_range lasts_s; /* until it is over or repaired */
};

struct hazard_table {
    int count; /* at most HAZARD_KINDS_MAX */
    const struct hazard_kind *kinds;
};

enum { HAZARD_KINDS_MAX = 32 };

/* A hazard that strikes. */
struct hazard {
    const struct hazard_kind *kind;
    int64_t level;
    struct leak leak; /* shape NONE when it is no leakage */
    int64_t lasts_ns;
};

struct hazards {
    const struct hazard_table *table;
    struct random random;
    uint32_t rate_permille; /* 1000: the table's rates; 0: never */
    int8_t active;          /* index of the kind that stands, or -1 */
};

const struct hazard_table *hazard_table_default(void);

/* `table` NULL: the default. It must outlive the hazards. */
void hazards_init(struct hazards *hazards, uint64_t seed, uint32_t flat,
                  const struct hazard_table *table, uint32_t rate_permille);

/* When the next one strikes, none standing; TIME_NEVER at rate 0. */
int64_t hazards_next(struct hazards *hazards, int64_t now);

/* It strikes: which, how strong and for how long. It stands until hazards_mended. */
struct hazard hazards_strike(struct hazards *hazards);

/* The one that stands, or NULL. */
const struct hazard_kind *hazards_standing(const struct hazards *hazards);
void hazards_mended(struct hazards *hazards);

#endif
