/*
 * Leakage faults as processes: how an earth fault begins, grows, flickers and dries. A process schedules its own
 * next change, in closed form, so that nothing is ticked: a level that grows is told in steps of at most
 * a fiftieth. One process a flat; the level that a scenario sets by hand flows beside it.
 *
 * Fault leakage is resistive; what stands without a fault is the capacitance of filters and wires, a
 * quarter period ahead. The two add as vectors: residual_sum_ua. Shapes and figures: docs/models.md, "Leakage".
 */
#ifndef METERBENCH_SIM_PLANT_LEAKAGE_H
#define METERBENCH_SIM_PLANT_LEAKAGE_H

#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

/* shape, name, what its parameters are */
#define LEAKAGE_SHAPES(X)                                                                          \
    X(NONE, "none")                                                                                \
    X(STEP, "step")         /* `to_ua` at once; for `fall_ms`, or until mended when that is 0 */   \
    X(RAMP, "ramp")         /* exponential from `from_ua` to `to_ua`, time constant `rise_ms` */   \
    X(WET, "wet")           /* logistic rise in `rise_ms`, then drying with time constant `fall_ms` */ \
    X(DRIFT, "drift")       /* linear in `rise_ms`, then it stays */                               \
    X(INTERMITTENT, "intermittent") /* bursts of 5 ms to `rise_ms`, pauses of mean `fall_ms` */    \
    X(STAIRS, "stairs")     /* from `from_ua` up by `step_ua`, each for `rise_ms`, ends above `to_ua` */ \
    X(SHARE, "share")       /* neutral on earth: `share_permille` of the load current */           \
    X(NEIGHBOUR, "neighbour") /* the next flat's neutral: a share of its load current */           \
    X(BURST, "burst")       /* filters' capacitors: up to `to_ua` for 1 ms to `rise_ms` as a load comes on */ \
    X(DRYING, "drying")     /* the second half of `wet` */

enum leakage_shape {
#define X(id, name) LEAKAGE_##id,
    LEAKAGE_SHAPES(X)
#undef X
        LEAKAGE_SHAPE_COUNT
};

/* The name of a shape, and the shape of a name or -1. `none` and `drying` are nobody's to choose. */
const char *leakage_shape_name(int shape);
int leakage_shape_from_name(const char *name);

/* What flows: IEC 61008-1 tests each by bands of its own. Angles are the delay of a half wave's start. */
#define RESIDUAL_WAVEFORMS(X)                                                                      \
    X(AC, "ac")                                                                                    \
    X(PULSATING_0, "pulsating 0")                                                                  \
    X(PULSATING_90, "pulsating 90")                                                                \
    X(PULSATING_135, "pulsating 135")                                                              \
    X(SMOOTH_DC, "smooth dc")

enum residual_waveform {
#define X(id, name) RESIDUAL_##id,
    RESIDUAL_WAVEFORMS(X)
#undef X
        RESIDUAL_WAVEFORM_COUNT
};

const char *residual_waveform_name(int waveform);
int residual_waveform_from_name(const char *name); /* or -1 */

/* A fault, as somebody describes it. */
struct leak {
    uint8_t shape;    /* enum leakage_shape */
    uint8_t waveform; /* enum residual_waveform */
    uint16_t share_permille;
    int32_t from_ua, to_ua;
    uint32_t rise_ms; /* at most 49 days */
    union {
        uint32_t fall_ms;
        uint32_t step_ua;
    };
};

/* 0, or ERROR_INVALID_ARGUMENT: levels not 0 <= from <= to, or a time, share or step that the shape needs is 0. */
int leak_check(const struct leak *leak);

/* The process under way. 40 bytes, of which a flat has one. */
struct leakage {
    struct leak leak;
    int32_t level_ua; /* present */
    int64_t began;    /* of this shape */
    struct random random;
};

void leakage_init(struct leakage *leakage, uint64_t seed, uint32_t flat);

/* Begin at `at`, taking the place of what was under way. */
void leakage_begin(struct leakage *leakage, int64_t at, const struct leak *leak);
void leakage_end(struct leakage *leakage);

/* The level changes now; when it changes next, TIME_NEVER when it does not by itself. Called first at `began`. A
 * process that is over leaves the shape NONE. */
int64_t leakage_change(struct leakage *leakage, int64_t now);

/* A load came on: the time until which its filters' burst flows, or TIME_NEVER when this is no burst. */
int64_t leakage_load_came_on(struct leakage *leakage, int64_t now);

/* A leak's share of a load current, uA. */
int32_t leak_share_ua(const struct leak *leak, int32_t load_ma);

/* What the fault adds with this load current of the flat, uA. */
int32_t leakage_ua(const struct leakage *leakage, int32_t load_ma);

/* Capacitive and resistive parts are a quarter period apart: sqrt(c^2 + r^2), rounded down. */
int32_t residual_sum_ua(int64_t capacitive_ua, int64_t resistive_ua);

#endif
