/*
 * A miniature circuit breaker (IEC 60898-1): a magnetic release that acts at once, and a bimetal that is heated by the
 * square of the current and cools with one time constant. Its trip time is computed in closed form
 * whenever the current changes. Figures: docs/models.md, "Breaker".
 */
#ifndef METERBENCH_SIM_PLANT_BREAKER_H
#define METERBENCH_SIM_PLANT_BREAKER_H

#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

enum breaker_curve { BREAKER_B, BREAKER_C, BREAKER_D };

struct breaker_config {
    int32_t rated_ma; /* 0: the whole is C63 */
    enum breaker_curve curve;
};

/* "C63": curve and rated current, 1 to 125 A. 0 or ERROR_INVALID_ARGUMENT. */
int breaker_parse(const char *text, struct breaker_config *config);

struct breaker {
    int64_t since;       /* the current has flowed since then, and `heat` was that of then */
    double heat;         /* 1 is the steady state at rated current */
    int32_t current_ma;
    int32_t rated_ma, magnetic_ma;
    int32_t constant_ms; /* of the bimetal */
    uint16_t trip_heat_milli;
};

/* Draws what differs from breaker to breaker of a curve. */
void breaker_init(struct breaker *breaker, uint64_t seed, uint32_t flat,
                  const struct breaker_config *config);

/* From `now` on this current flows; when it trips if nothing changes, or TIME_NEVER. */
int64_t breaker_carries(struct breaker *breaker, int64_t now, int32_t current_ma);

#endif
