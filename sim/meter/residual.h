/*
 * The trip characteristic of a residual-current device (IEC 61008-1): which waveforms its type sees, from which current
 * on it may and must trip, in what time. A meter's own level and speed are drawn within, as real devices
 * differ. Sources: docs/models.md, "Protection".
 */
#ifndef METERBENCH_SIM_METER_RESIDUAL_H
#define METERBENCH_SIM_METER_RESIDUAL_H

#include "sim/kernel/random.h"
#include "sim/plant/plant.h"

/* A: sinusoidal and pulsating. AC: sinusoidal only. B: smooth direct current too. */
enum residual_type { RESIDUAL_TYPE_A, RESIDUAL_TYPE_AC, RESIDUAL_TYPE_B };

struct residual_rating {
    int32_t rated_ua; /* IdN */
    enum residual_type type;
    bool selective;   /* S: it waits for those behind it */
};

/* How near a residual is to where the device must trip: 1000 is there, 2000 twice. 0: its type need not see it. */
int64_t residual_severity_permille(const struct residual_rating *rating, const struct plant_signals *signals);

/* Break-time limit at a severity, TIME_NEVER below 1000. */
int64_t residual_break_time_limit(const struct residual_rating *rating, int64_t severity_permille);

/* What is one meter's own. */
struct residual_sense {
    uint16_t level_permille; /* it acts from this share of IdN on */
    uint8_t slow_ms, fast_ms; /* how long it looks */
};

struct residual_sense residual_sense_draw(struct random *random);

/* How long what flows at `now` must stand before this device acts, or TIME_NEVER. Relay and arc come on top. */
int64_t residual_wait(const struct residual_rating *rating, struct residual_sense sense,
                      const struct plant_signals *signals, int64_t now);

#endif
