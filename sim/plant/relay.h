/*
 * A magnetic latching relay: a coil pulse long and strong enough moves the armature after its operate
 * time; on closing the contacts bounce, on opening an arc burns until the next current zero. Contacts
 * may weld or stick. Figures: docs/models.md, "Relay".
 */
#ifndef METERBENCH_SIM_PLANT_RELAY_H
#define METERBENCH_SIM_PLANT_RELAY_H

#include "sim/event.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

struct relay_faults {
    bool stuck_open;              /* a set pulse moves nothing */
    bool welded;                  /* a reset pulse moves nothing */
    bool conducts_when_open;      /* the gap carries the load although the feedback says open */
    int64_t extra_operate_ns;     /* a sluggish armature */
};

struct coil_pulse {
    bool close; /* set coil closes, reset coil opens */
    int64_t length_ns;
};

enum relay_timer { RELAY_TIMER_ARMATURE, RELAY_TIMER_SETTLED, RELAY_TIMERS };

struct relay {
    struct relay_faults faults;
    struct random random;
    struct timers timers;
    struct event_source events;
    bool closed;  /* the contacts carry current: touching, or an arc burns */
    bool settled; /* neither bouncing nor arcing nor on the way */
    bool going_to_close;
};

void relay_init(struct relay *relay, struct timers timers, struct event_source events,
                uint64_t seed, bool closed);

/* A coil pulse begins at `now` with this supply; nothing moves below 70 % of nominal or with a
 * pulse shorter than operate time + 10 ms. */
void relay_pulse(struct relay *relay, int64_t now, struct coil_pulse pulse, int32_t supply_mv,
                 int32_t nominal_mv);

/* A timer of the relay fires. True when `closed` changed. */
bool relay_timer(struct relay *relay, int64_t now, int timer, bool carries_current);

#endif
