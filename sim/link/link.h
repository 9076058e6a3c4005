/*
 * The link between one modem and the platform. A message may wait (for the radio to connect, for
 * paging, for a LoRa receive window, for its turn on a bus), may be lost in bursts, and is then
 * sent again. One message a direction is under way at a time (an MQTT window of one), the rest wait
 * in a bounded queue.
 *
 * What technologies have in common is here; what each does its own way is in a file of its own
 * (cat1.c, nbiot.c, lora.c, rs485.c) behind a constant profile. The parts of a link that flats
 * share (profile, options, pool of messages, radio cell) stand once, in a network. Each parameter
 * names its row in docs/models.md ("Radio").
 */
#ifndef METERBENCH_SIM_LINK_LINK_H
#define METERBENCH_SIM_LINK_LINK_H

#include "sim/event.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"
#include "sim/link/cell.h"
#include "sim/link/line_faults.h"
#include "sim/link/place.h"
#include "sim/link/pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* kind, name in scenarios, title for people */
#define LINK_KINDS(X)                                                                              \
    X(CAT1, "cat1", "4G Cat.1")                                                                    \
    X(CAT1BIS, "cat1bis", "4G Cat.1 bis")                                                          \
    X(NBIOT, "nbiot", "NB-IoT")                                                                    \
    X(LORA, "lora", "LoRaWAN")                                                                     \
    X(RS485, "rs485", "RS-485 gateway")

enum link_kind {
#define X(id, name, title) LINK_##id,
    LINK_KINDS(X)
#undef X
        LINK_KIND_COUNT
};

const char *link_kind_name(int kind);
const char *link_kind_title(int kind);
/* -1 when there is none of that name. */
int link_kind_from_name(const char *name);

/* How a cellular modem listens while idle: it never sleeps (stays connected), or wakes for paging
 * every DRX or eDRX cycle, or not at all until it next sends (PSM). LoRa and RS-485 have no such
 * choice. */
#define LINK_SAVINGS(X) X(DRX, "drx") X(NONE, "none") X(EDRX, "edrx") X(PSM, "psm")

enum link_saving {
#define X(id, name) LINK_SAVING_##id,
    LINK_SAVINGS(X)
#undef X
        LINK_SAVING_COUNT
};

int link_saving_from_name(const char *name);

/* LoRa by region: China's CN470 ends a transmission after 1 s; Europe's EU868 leaves a device 1 %
 * of the time. */
enum lora_region { LORA_CN470, LORA_EU868 };

struct link_config {
    enum link_kind kind;
    enum link_saving saving;
    enum lora_region region;
    struct line_faults line; /* RS-485: chances and delay of the bus; nothing is planned, nothing echoes */
    bool class_c; /* LoRa: the device listens always; otherwise only after it has sent (class A) */
    int64_t keep_alive_ns; /* an uplink at least this often; 0: the technology's default */
    int64_t
        start_jitter_ns; /* after power-up a modem waits uniformly up to this before it attaches */
};

struct link_profile;

/* What the links of a site have in common. */
struct link_network {
    const struct link_profile *profile;
    struct link_config config;
    struct link_pool *pool;
    struct cell *cell;       /* NULL: nobody competes (the tenants' phones) */
    struct event_sink *sink; /* NULL: frames are no events (the tenants' phones) */
    uint64_t seed;
    uint32_t members; /* modems, or meters on RS-485 */
};

/* Fill in a network; `cell` may be NULL, else it is set up for this technology. */
void link_network_init(struct link_network *network, const struct link_config *config,
                       struct link_pool *pool, struct cell *cell, struct event_sink *sink,
                       uint64_t seed, uint32_t members);

enum link_direction { LINK_UP, LINK_DOWN, LINK_DIRECTIONS };

/* Messages that wait a direction; a network needs places for 2 x LINK_QUEUE_MAX a link. */
enum { LINK_QUEUE_MAX = 6, LINK_POOL_PLACES = LINK_DIRECTIONS * LINK_QUEUE_MAX };

/* What a test takes away from the model to see that a scenario notices. */
struct link_faults {
    bool lossless; /* nothing is ever lost */
    bool instant;  /* no delay at all */
};

struct link_lane {
    uint32_t first;  /* of the pool: the message under way, POOL_NONE when none */
    uint8_t count;   /* messages waiting, the first one under way */
    uint8_t attempt; /* of the first */
    bool arrives;    /* the armed timer is an arrival, otherwise a new attempt */
};

struct link {
    struct link_network *network;
    struct timers timers; /* LINK_DIRECTIONS of them */
    struct random random;
    int64_t
        connected_until;  /* cellular: idle after that. LoRa: no uplink before that (duty cycle) */
    int64_t burst_until;  /* the channel's present state, good or bad, lasts until then */
    int64_t available_at; /* booted after power-up; TIME_NEVER while off */
    struct link_lane lanes[LINK_DIRECTIONS];
    uint32_t flat;
    int16_t rsrp_cdbm; /* what the place gives */
    int16_t rssi_cdbm; /* LoRa: at the gateway in the building */
    uint8_t signal;    /* enum signal_class of the place */
    uint8_t burst;     /* enum signal_class whose bursts this technology sees there */
    uint8_t mode;      /* NB-IoT: coverage level of this session. LoRa: spreading factor */
    uint8_t tries;     /* random accesses in a row that collided */
    bool channel_bad;
    bool attached; /* registered with the network since power-up */
    struct link_faults faults;
};

/* A link of `flat` whose modem is attached and asleep. */
void link_init(struct link *link, struct link_network *network, struct timers timers, uint32_t flat,
               struct random random, enum signal_class signal);

/* Hand over a message. 0, or ERROR_QUEUE_FULL (nothing was queued). */
int link_send(struct link *link, int64_t now, enum link_direction direction, const uint8_t *bytes,
              size_t size);

/* The same for a message of which only the newest counts: one that was handed over this way before, and still waits, makes
 * way for it, whether it had its attempts or not. What is in the air stays. 1: it made way; else as link_send. */
int link_send_latest(struct link *link, int64_t now, enum link_direction direction, const uint8_t *bytes,
                     size_t size);

/* A timer of the link (a direction) fires. True when a message arrived, copied to *out. */
bool link_timer(struct link *link, int64_t now, enum link_direction direction,
                struct link_message *out);

/* Does the armed timer of a direction bring something in? */
static inline bool link_arrives(const struct link *link, enum link_direction direction)
{
    return link->lanes[direction].arrives;
}
/* The message that it brings in; NULL: the modem attaches. */
const struct link_message *link_arriving(const struct link *link, enum link_direction direction);

/* What would arrive now is lost on the air instead: the link tries again as after any loss. */
void link_lose(struct link *link, int64_t now, enum link_direction direction);

/* How long a message of somebody else keeps the way to or from this modem busy: LoRa and RS-485 by their time on air or
 * on the bus; NB-IoT at 20 kbit/s and Cat.1 at 1 Mbit/s (E, from memory of what a cell leaves one modem). */
int64_t link_occupies_ns(const struct link *link, uint32_t size);

/* The modem loses or gains its supply; coming back it boots, searches and attaches. */
void link_set_powered(struct link *link, int64_t now, bool powered);

void link_set_signal(struct link *link, int64_t now, enum signal_class signal);
/* A place as in place.h; its level is this flat's own. */
void link_set_place(struct link *link, int64_t now, int place);

/* Messages waiting or under way. */
int link_waiting(const struct link *link, enum link_direction direction);

#endif
