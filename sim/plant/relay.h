/*
 * A magnetic latching relay: a coil pulse long and strong enough moves the armature after its operate
 * time; on closing the contacts bounce, on opening an arc burns until the next current zero. Contacts wear: each
 * make counts by the cube of its current, and at last they weld. Figures: docs/models.md, "Relay".
 */
#ifndef METERBENCH_SIM_PLANT_RELAY_H
#define METERBENCH_SIM_PLANT_RELAY_H

#include "sim/event.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

/* What a type of relay is like; sources in docs/models.md. */
struct relay_class {
    const char *name;
    int32_t operate_us, release_us; /* mean, at nominal coil voltage and 25 degC */
    int32_t deviation_us, least_us, most_us;
    int32_t rated_ma;        /* resistive */
    int32_t contact_uohm;    /* new */
    int32_t coil_mw;
    uint32_t life_operations; /* Weibull's eta at rated current: 63 % have welded */
};

enum relay_class_number { RELAY_METER_100A, RELAY_HFE10, RELAY_HFE20, RELAY_CLASSES };

/* The number of a name, or -1. */
int relay_class_from_name(const char *name);

struct relay_faults {
    bool stuck_open;              /* a set pulse moves nothing */
    bool welded;                  /* a reset pulse moves nothing */
    bool conducts_when_open;      /* the gap carries the load although the feedback says open */
    int32_t extra_operate_ns;     /* a sluggish armature */
};

struct coil_pulse {
    bool close; /* set coil closes, reset coil opens */
    int64_t length_ns;
};

/* What the coil has to work with. */
struct coil_supply {
    int32_t supply_mv, nominal_mv; /* of the mains; the coil's voltage is in proportion */
    int32_t temperature_mc;        /* of the coil */
};

enum relay_timer { RELAY_TIMER_ARMATURE, RELAY_TIMERS }; /* it arrives, then contacts bounce or an arc burns */

struct relay {
    struct relay_faults faults;
    struct random random;
    struct timers timers;
    struct event_source events;
    const struct relay_class *class;
    uint64_t wear_millionths;    /* makes at rated current that were as hard on the contacts */
    int64_t charged_at;          /* the capacitor's charge was that then */
    int32_t charge_uj;
    uint32_t operations;         /* the armature's */
    uint16_t pick_up_permille;   /* of nominal voltage: nothing moves below */
    uint8_t bounces;             /* of the close under way */
    bool has_capacitor;          /* the coil is fed by a capacitor, not by the mains */
    bool closed;  /* the contacts carry current: touching, or an arc burns */
    bool settled; /* neither bouncing nor arcing nor on the way */
    bool going_to_close;
    bool arrived; /* the armature, of the last drive */
};

struct relay_config {
    enum relay_class_number class;
    bool coil_capacitor;
};

void relay_init(struct relay *relay, struct timers timers, struct event_source events,
                uint64_t seed, const struct relay_config *config, bool closed);

/* A coil pulse begins at `now`. Nothing moves below the pick-up voltage or with a pulse shorter than the operate
 * time; with one less than 10 ms longer, half of the time. */
void relay_pulse(struct relay *relay, int64_t now, struct coil_pulse pulse, struct coil_supply supply);

/* The relay's timer fires; `current_ma` flows or, on closing, would. True when `closed` changed. */
bool relay_timer(struct relay *relay, int64_t now, int32_t current_ma);

/* Resistance of the closed contacts, microohms: it grows with every operation. */
int64_t relay_contact_uohm(const struct relay *relay);

/* As if it had made rated current this often. */
void relay_age(struct relay *relay, uint32_t operations);

#endif
