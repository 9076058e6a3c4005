/*
 * One flat from the mains to its account: plant, controller, modem, radio link, the tenant's phone, account. A
 * simulation of its own: it has its own event queue and random streams, and meets other flats only at
 * the site. Data goes round in one place, flat_settle: signals to the controller, its coil pulses to the
 * relay, its frames through the modem to the platform and back.
 */
#ifndef METERBENCH_SIM_FLAT_H
#define METERBENCH_SIM_FLAT_H

#include "sim/key_change.h"
#include "sim/link/attacker.h"
#include "sim/link/link.h"
#include "sim/meter/limits.h"
#include "sim/meter/meter.h"
#include "sim/modem.h"
#include "sim/plant/hazards.h"
#include "sim/plant/plant.h"
#include "sim/platform/account.h"
#include "sim/tenant.h"

enum flat_slot {
    FLAT_SLOT_PLANT = 0,
    FLAT_SLOT_METER = FLAT_SLOT_PLANT + PLANT_TIMERS,
    FLAT_SLOT_LINK = FLAT_SLOT_METER + METER_TIMERS,
    FLAT_SLOT_PHONE = FLAT_SLOT_LINK + LINK_DIRECTIONS,
    FLAT_SLOT_ACCOUNT = FLAT_SLOT_PHONE + LINK_DIRECTIONS,
    FLAT_SLOT_HAZARD = FLAT_SLOT_ACCOUNT + ACCOUNT_TIMERS, /* the next one, or the end of one that stands */
    FLAT_SLOT_TENANT,
    FLAT_SLOT_ATTACKER,
    FLAT_SLOT_KEYS,
    FLAT_SLOT_SILENCE, /* when the platform would miss the meter */
    FLAT_SLOTS
};

/* Of a flat with energy management; its own, so that flats without it do not grow. */
struct flat_energy {
    struct managed managed;
    struct meter_limits limits;
    struct limit_schedule wanted; /* by the platform */
};

/* What the flats of a site have in common. The outboxes are empty between events. */
struct flat_shared {
    struct event_sink *sink;
    struct platform *platform;
    struct uplink_codec codec;
    struct meter_config meter;
    struct link_network radio, phones;
    struct flat_energy *energies; /* of flat 1 on; NULL: no energy management */
    bool tenants_pay; /* by themselves; otherwise the script does */
    struct controller_outbox up;
    struct account_outbox down;
};

struct flat {
    uint32_t number; /* from 1 */
    int64_t now;
    struct event_queue queue;
    struct event_source events;
    struct dlt645_address address;
    struct plant plant;
    struct hazards hazards;
    struct meter meter;             /* the virtual controller */
    struct controller *controller;  /* the one in charge: &meter.controller, or a board's */
    struct modem modem;
    struct envelope_key platform_key;
    struct envelope_counters platform_counters;
    struct flat_shared *shared;
    struct link link, phone;
    struct attacker *attacker; /* on the radio path; NULL: nobody */
    struct key_change *keys;   /* NULL: the key was never changed */
    int64_t heard_at, suspected_at; /* by the platform: a frame of the meter, and one that is none */
    struct account account;
    struct tenant tenant;
    uint32_t recorded; /* place of the last envelope that reached the modem, which an attacker heard; or POOL_NONE */
    uint32_t next_payment;
    int64_t last_cause;             /* enum plant_fault awaiting its moment at the terminals, or -1 */
    bool link_powered;
    bool silent; /* the platform misses it */
    bool dark; /* the supply is off for arrears, and the tenant knows */
};

struct flat_config {
    struct plant_config plant;
    enum signal_class signal, phone_signal;
    const struct hazard_table *hazard_table; /* NULL: the default */
    uint32_t hazards_permille;               /* 1000: at the table's rates; 0: none */
    int place; /* of the meter: as in place.h; PLACE_NONE: signal says */
    int64_t opening_balance; /* 1/10000 yuan */
    uint64_t seed;
};

/* 0, or ERROR_ENVELOPE_CRYPTO. */
int flat_init(struct flat *flat, uint32_t number, struct flat_shared *shared,
              const struct flat_config *config);

/* Of a flat's state, what an event of its household may read or write. */
size_t flat_hot_bytes(void);

/* The time of its next event, TIME_NEVER when none is left. */
int64_t flat_next(const struct flat *flat);

/* Run the next event (which must exist) and settle. */
void flat_step(struct flat *flat);

/* Run everything up to and including `until`; the number of events. */
uint32_t flat_run(struct flat *flat, int64_t until);

/* Route what components left for each other until nothing is left. Call after any change from outside. */
void flat_settle(struct flat *flat, int64_t now);

/* ---- what a scenario, a window or the site does to a flat; `now` is not before the flat's last event -- */

/* Begin, change or end (level 0) a cause; a virtual flat logs CAUSE at once, a board when its rack applied it. */
void flat_set_fault(struct flat *flat, int64_t now, enum plant_fault fault, int64_t level);
/* The platform orders the meter to limit appliances by this schedule. 0, ERROR_NOT_FOUND without energy management, or
 * ERROR_QUEUE_FULL. */
int flat_limit(struct flat *flat, int64_t now, const struct limit_schedule *schedule, int actor, int level);
/* Somebody wants a bath, or a room cooled or heated until `on` is false: see household_want. */
int flat_want(struct flat *flat, int64_t now, enum managed_service service, bool on);
/* The flat's energy management, its sums up to `now`; NULL without. */
struct flat_energy *flat_energy(struct flat *flat, int64_t now);
/* A leakage process begins: see plant_begin_leak. */
void flat_begin_leak(struct flat *flat, int64_t now, const struct leak *leak, int phase_deg);
/* Another voltage at the feeder's head for a time, or (0) until cleared: see plant_set_voltage. Logged like a cause. */
void flat_set_voltage(struct flat *flat, int64_t now, int32_t level_mv, int64_t duration_ns);
/* The room warms by a rate: see plant_warm. Logged like a cause. */
void flat_warm(struct flat *flat, int64_t now, int32_t to_mc, int32_t rise_mc);
/* A detector's state: see plant_set_sensor. Logged. */
void flat_set_sensor(struct flat *flat, int64_t now, enum sensor sensor, enum sensor_state state);
/* An appliance comes on: see plant_set_load. Logged like a cause. */
void flat_set_load(struct flat *flat, int64_t now, const struct plant_load *load);
void flat_set_supply(struct flat *flat, int64_t now, int32_t feeder_mv, int32_t terminal_mv);
enum { PAYMENT_TIMES_MAX = 4 };

/* By the tenant's phone, or told to the platform by the payment service. */
struct payment {
    int64_t amount;    /* 1/10000 yuan */
    uint32_t number;   /* of its notice; 0: the next of this flat */
    int times;         /* that the notice comes, 1 to PAYMENT_TIMES_MAX */
    bool by_service;
    int64_t delay_ns;  /* of the service's notice */
};

/* The tenant's phone is on or off; with `app_on` false SMS reach it, pushes do not, and nobody pays by it. */
void flat_set_phone(struct flat *flat, int64_t now, bool on, bool app_on);
/* The tenant pays by phone; the payment number, which the platform counts once. 0 or ERROR_QUEUE_FULL. */
int flat_pay(struct flat *flat, int64_t now, int64_t amount, uint32_t *number);
int flat_pay_as(struct flat *flat, int64_t now, const struct payment *payment, uint32_t *number);
/* This number, or for 0 the next one; later ones are higher. */
uint32_t flat_next_payment(struct flat *flat, uint32_t number);

/* One hostile frame, as somebody without the key can make it, delivered to the modem now: ATTACK_REPLAY and ATTACK_ALTER of
 * the last order that it accepted, ATTACK_FORGE, ATTACK_WRONG_KEY. 0; ERROR_NOT_FOUND when there is nothing to
 * replay; ERROR_INVALID_ARGUMENT for another attack. */
int flat_attack(struct flat *flat, int64_t now, enum attack attack);

/* Somebody is on the flat's radio path from now on, or was already; NULL when there is no memory. After a change of
 * what it does call flat_attacker_changed, which delivers what is due. */
struct attacker *flat_attacker(struct flat *flat);
void flat_attacker_changed(struct flat *flat, int64_t now);

/* The platform begins to change the key of the meter's uplink: see key_change.h. 0, ERROR_NOT_ALLOWED while a change is
 * under way, ERROR_NO_MEMORY, ERROR_ENVELOPE_CRYPTO. Settle afterwards. */
int flat_change_key(struct flat *flat, int64_t now);

/* Memory that a flat took by itself. */
void flat_free(struct flat *flat);

/* What was recorded (there must be something); a test may change it. */
struct link_message *flat_recorded(const struct flat *flat);

/* A relay order that reaches the controller with a damaged checksum, as line noise behind the modem makes it. */
void flat_damaged_order(struct flat *flat, int64_t now, int order);

/* Hand the flat to another controller (NULL: back to the virtual meter). */
void flat_set_controller(struct flat *flat, struct controller *controller);

#endif
