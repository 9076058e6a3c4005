/*
 * Where the rack's clock stands against the host's. Nobody can read both at once, but every
 * exchange bounds the difference: the rack stamped it no earlier than the host sent and no later
 * than the host received. The bounds are intersected over time and widened by what two crystals may
 * drift apart meanwhile.
 */
#ifndef METERBENCH_HIL_RACK_RACK_SYNC_H
#define METERBENCH_HIL_RACK_RACK_SYNC_H

#include <stdbool.h>
#include <stdint.h>

enum { RACK_SYNC_DRIFT_PPM = 100 };

struct rack_sync {
    bool known;
    int drift_ppm;     /* 0 when both run on one clock */
    int64_t low, high; /* bounds of host - rack, ns, at host time `at` */
    int64_t at;
    int64_t exchanges;
    int64_t disagreements; /* exchanges that could not be true together with those before */
};

/* One exchange: sent and received by the host's clock, rack_ns what the rack's clock showed,
 * rounded down to resolution_ns. An exchange that contradicts the others joins its bounds to
 * theirs. */
void rack_sync_exchange(struct rack_sync *sync, int64_t sent, int64_t received, int64_t rack_ns,
                        int64_t resolution_ns);

/* A stamp of the rack in host time: it happened within [*earliest, *latest]. Needs `known`. */
void rack_sync_map(const struct rack_sync *sync, int64_t rack_ns, int64_t resolution_ns,
                   int64_t *earliest, int64_t *latest);

/* The width of the bounds for something that happens at host time `now`. */
int64_t rack_sync_width(const struct rack_sync *sync, int64_t now);

#endif
