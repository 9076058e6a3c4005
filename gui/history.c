#include "gui/history.h"

#include "sim/kernel/time.h"

#include <stdbool.h>
#include <string.h>

/* The width of a bucket. */
static const int64_t bucket_ns[HISTORY_SPANS] = {NS_PER_S / 10, NS_PER_S, 10 * NS_PER_S};

static void raise_to(int32_t *bucket, int32_t value)
{
    if (value > *bucket)
        *bucket = value;
}

static void fill(struct history *history, int span, int64_t from, int64_t to)
{
    int64_t first = from / bucket_ns[span], last = to / bucket_ns[span];
    if (first < last - HISTORY_BUCKETS + 1)
        first = last - HISTORY_BUCKETS + 1;
    for (int64_t bucket = first; bucket <= last; bucket++) {
        int slot = (int)(bucket % HISTORY_BUCKETS);
        if (bucket > history->newest[span]) {
            history->newest[span] = bucket;
            history->power[span][slot] = history->residual[span][slot] = -1;
        }
        raise_to(&history->power[span][slot], history->power_w);
        raise_to(&history->residual[span][slot], history->residual_ua);
    }
}

void history_start(struct history *history, int64_t now, int32_t power_w, int32_t residual_ua)
{
    memset(history, 0xff, sizeof *history); /* every bucket -1 */
    history->since = now;
    history->power_w = power_w;
    history->residual_ua = residual_ua;
    for (int span = 0; span < HISTORY_SPANS; span++) {
        history->newest[span] = now / bucket_ns[span] - 1;
        fill(history, span, now, now);
    }
}

void history_put(struct history *history, int64_t now, int32_t power_w, int32_t residual_ua)
{
    for (int span = 0; span < HISTORY_SPANS; span++)
        fill(history, span, history->since, now);
    history->since = now;
    history->power_w = power_w;
    history->residual_ua = residual_ua;
    for (int span = 0; span < HISTORY_SPANS; span++)
        fill(history, span, now, now);
}

void history_read(const struct history *history, int span, int32_t *power_w, int32_t *residual_ua)
{
    int64_t oldest = history->newest[span] - HISTORY_BUCKETS + 1;
    for (int i = 0; i < HISTORY_BUCKETS; i++) {
        bool known = oldest + i >= 0;
        int slot = known ? (int)((oldest + i) % HISTORY_BUCKETS) : 0;
        power_w[i] = known ? history->power[span][slot] : -1;
        residual_ua[i] = known ? history->residual[span][slot] : -1;
    }
}
