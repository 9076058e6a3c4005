/*
 * The radio link of one modem: LTE Cat.1 with TCP-like retransmission. A message waits for paging when the modem
 * sleeps, may be lost in bursts, and is then sent again after a doubling time-out. One message a
 * direction is under way at a time (an MQTT window of one), the rest wait in a bounded queue.
 *
 * Each radio parameter names its row in docs/models.md ("Radio").
 */
#ifndef METERBENCH_SIM_LINK_LINK_H
#define METERBENCH_SIM_LINK_LINK_H

#include "sim/event.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

/* Signal by class, with the RSRP that it stands for; "garage" is a first basement, class edge. */
#define SIGNAL_CLASSES(X)                                                                          \
    X(GOOD, "good")                                                                                \
    X(FAIR, "fair")                                                                                \
    X(POOR, "poor")                                                                                \
    X(EDGE, "edge")                                                                                \
    X(DEAD, "dead")

enum signal_class {
#define X(id, name) SIGNAL_##id,
    SIGNAL_CLASSES(X)
#undef X
        SIGNAL_CLASS_COUNT
};

const char *signal_class_name(int signal);
/* The class of a name, "garage" included; -1 when there is none. */
int signal_class_from_name(const char *name);

enum link_direction { LINK_UP, LINK_DOWN, LINK_DIRECTIONS };

enum { LINK_MESSAGE_MAX = 112, LINK_QUEUE_MAX = 6 };

struct link_message {
    uint16_t size;
    uint8_t bytes[LINK_MESSAGE_MAX];
};

/* What a test takes away from the model to see that a scenario notices. */
struct link_faults {
    bool lossless;      /* nothing is ever lost */
    bool instant;       /* no delay at all */
};

struct link_lane {
    int count; /* messages waiting, the first one under way */
    int attempt;
    bool arrives; /* the armed timer is an arrival, otherwise a new attempt */
    struct link_message queue[LINK_QUEUE_MAX];
};

struct link {
    struct link_faults faults;
    struct timers timers; /* LINK_DIRECTIONS of them */
    struct event_source events;
    struct random random;
    enum signal_class signal;
    struct link_lane lanes[LINK_DIRECTIONS];
    int64_t connected_until; /* the radio sleeps after that: RRC idle */
    int64_t burst_until;     /* the channel's present state, good or bad, lasts until then */
    int64_t available_at;    /* attach after power-up; TIME_NEVER while off */
    bool channel_bad;
    bool logged; /* frames of this link are events; a phone's are not */
};

void link_init(struct link *link, struct timers timers, struct event_source events,
               struct random random, enum signal_class signal);

/* Hand over a message. 0, or ERROR_QUEUE_FULL (nothing was queued). */
int link_send(struct link *link, int64_t now, enum link_direction direction, const uint8_t *bytes,
              size_t size);

/* A timer of the link (a direction) fires. True when a message arrived, copied to *out. */
bool link_timer(struct link *link, int64_t now, enum link_direction direction,
                struct link_message *out);

/* The modem loses or gains its supply; coming back it boots and attaches (8-15 s). */
void link_set_powered(struct link *link, int64_t now, bool powered);

void link_set_signal(struct link *link, int64_t now, enum signal_class signal);

/* Messages waiting or under way. */
int link_waiting(const struct link *link, enum link_direction direction);

#endif
