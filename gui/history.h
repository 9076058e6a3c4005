/*
 * What a flat's load and residual current were, for the curves: the highest value of each bucket
 * of simulated time, at three widths, so that a leak of a tenth of a second stays visible in the
 * curve of an hour.
 */
#ifndef METERBENCH_GUI_HISTORY_H
#define METERBENCH_GUI_HISTORY_H

#include <stdint.h>

enum { HISTORY_BUCKETS = 600, HISTORY_SPANS = 3 };

struct history {
    int64_t since; /* the present values stand since then */
    int32_t power_w, residual_ua;
    int64_t newest[HISTORY_SPANS];
    int32_t power[HISTORY_SPANS][HISTORY_BUCKETS];
    int32_t residual[HISTORY_SPANS][HISTORY_BUCKETS];
};

void history_start(struct history *history, int64_t now, int32_t power_w, int32_t residual_ua);

/* The values changed (or still are the same) at `now`, which is not before the last call's. */
void history_put(struct history *history, int64_t now, int32_t power_w, int32_t residual_ua);

/* The buckets up to the present one, oldest first; -1 where nothing is known. Arrays of
 * HISTORY_BUCKETS. */
void history_read(const struct history *history, int span, int32_t *power_w, int32_t *residual_ua);

#endif
