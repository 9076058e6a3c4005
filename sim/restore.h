/*
 * Supply comes back to a building, or a part of it, in waves that its feeder can carry. The platform knows each flat's last
 * load by its readings, and the feeder's current by a meter of its own, read at each meeting of the site. The next wave goes
 * when the meters of the last one have answered and the current has settled.
 *
 * A flat that must not close is left out, with the reason: maintenance, an arrears trip, a protective trip that stands, nobody in a flat that is then off.
 */
#ifndef METERBENCH_SIM_RESTORE_H
#define METERBENCH_SIM_RESTORE_H

#include "sim/platform/dispatch.h"

struct site;

enum {
    RESTORE_ASSUMED_W = 1000, /* of a flat whose load nobody has read */
};

struct restore_options {
    int64_t limit_ma;       /* of the feeder; 0: none */
    int wave_max;           /* flats */
    int allowance_percent;  /* of the last load, for what starts together */
    int64_t settle_ns;      /* after a wave's last answer */
    int64_t patience_ns;    /* without room for another flat; then the rest is left out */
};

/* No limit, waves of 10, 150 %, 10 s, 30 min. */
struct restore_options restore_options_default(void);

struct restore {
    struct restore_options options;
    uint32_t batch;
    int actor;
    uint16_t wave;
    bool running;
    int64_t settled_at;  /* the next wave may go; TIME_NEVER while one is under way */
    int64_t room_until;  /* patience ends */
    int64_t most_ma;     /* of the feeder, at any meeting since the beginning */
    int64_t passed_ns;   /* beyond the limit */
};

/* The newest batch, whose tickets wait, is restored from now on. 0 or ERROR_NO_MEMORY. */
int restore_begin(struct site *site, const struct restore_options *options, int actor);

/* Of a batch's number, or NULL. */
const struct restore *restore_find(const struct site *site, uint32_t batch);

/* At a meeting, with the sum of the flats' currents. */
void restore_meeting(struct site *site, int64_t feeder_ma);

#endif
