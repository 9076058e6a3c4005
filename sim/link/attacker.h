/*
 * Somebody on a flat's radio path: hears what passes, sends what it likes, and stands in the middle where it can lose,
 * hold, delay, double and change frames. It has no keys; what it sends is made elsewhere (sim/forge.h).
 *
 * It sits at the receiver's end. A frame that it holds or delays was delivered as far as the sender's link knows; one that it
 * drops or changes was lost on the air, and the link sends it again as after any loss. Everything that it gives
 * back or sends goes through one queue in the order of time.
 */
#ifndef METERBENCH_SIM_LINK_ATTACKER_H
#define METERBENCH_SIM_LINK_ATTACKER_H

#include "sim/link/link.h"

/* How a foreign frame came to be: number, name. */
#define ATTACK_LIST(X)                                                                             \
    X(REPLAY, "replay")                                                                            \
    X(ALTER, "alter")                                                                              \
    X(FORGE, "forge")                                                                              \
    X(WRONG_KEY, "wrong key")                                                                      \
    X(STOLEN_KEY, "stolen key")                                                                    \
    X(SEND, "send")                                                                                \
    X(DUPLICATE, "duplicate")                                                                      \
    X(FLOOD, "flood")

enum attack {
#define X(id, name) ATTACK_##id,
    ATTACK_LIST(X)
#undef X
        ATTACKS
};

const char *attack_name(int attack);

enum { ATTACKER_FRAMES_MAX = 4096 }; /* heard, held or due; the oldest one heard makes way */

struct attacker_frame {
    int64_t at;         /* heard at, or due at */
    uint64_t order;     /* of frames that are due at the same time */
    uint8_t direction;  /* enum link_direction */
    uint8_t act;        /* enum attack, of a foreign one */
    bool foreign;       /* not what the sender sealed, or not for the first time */
    struct link_message message;
};

struct attacker_list {
    struct attacker_frame *frames;
    size_t count, capacity;
};

/* How a frame is changed, in this order. Places count from 0, negative ones from the end; a change beyond the
 * end does nothing. */
struct attacker_change {
    bool sets, turns;
    int byte;
    uint8_t value, mask;
    int cut; /* bytes off the end */
    uint16_t append_size;
    uint8_t append[LINK_MESSAGE_MAX];
};

struct attacker_flood {
    int64_t interval_ns; /* 0: none */
    int64_t next, until;
    bool noise; /* fresh random bytes each time */
    struct link_message message;
};

struct attacker_lane {
    bool drops, holds, changes;
    int64_t drop_left; /* frames; -1: no end */
    uint32_t drop_ppm;
    int64_t delay_ns, delay_spread_ns;
    int copies;
    int64_t copy_after_ns;
    struct attacker_change change;
    struct attacker_flood flood;
    int64_t busy_until; /* what a flood left to carry */
    struct attacker_counts {
        uint64_t heard, passed, dropped, held, delayed, changed, copied, sent, crowded_out;
    } counts;
};

struct attacker {
    const struct link *link;
    struct random random;
    struct attacker_lane lanes[LINK_DIRECTIONS];
    struct attacker_list heard, held, due;
    uint64_t next_order;
    bool records, has_key;
    uint8_t key[16]; /* stolen from the meter */
};

/* NULL when there is no memory. */
struct attacker *attacker_new(const struct link *link, uint64_t seed);
void attacker_free(struct attacker *attacker);

/* Is the transmission that arrives now lost to it? So is one that it changes: the receiver refuses the changed copy, nobody
 * acknowledges, and the sender tries again. `message` is NULL while the modem attaches. */
bool attacker_drops(struct attacker *attacker, int64_t now, enum link_direction direction,
                    const struct link_message *message);

/* A frame arrives: true when it has it (given back later, or never), false when it goes on as it is. */
bool attacker_takes(struct attacker *attacker, int64_t now, enum link_direction direction,
                    const struct link_message *message);

/* Change a message. */
void attacker_alter(struct link_message *message, const struct attacker_change *change);

/* Deliver a message of its own now. */
void attacker_send(struct attacker *attacker, int64_t now, enum link_direction direction, enum attack act,
                   const struct link_message *message);

/* Give back the held frame of this place (from 0) now; the places of the others stay until attacker_forget_held. */
void attacker_release(struct attacker *attacker, int64_t now, size_t place);
/* The held frames of a direction are gone. */
void attacker_forget_held(struct attacker *attacker, enum link_direction direction);

/* From now on nothing of a direction is touched; what is held stays held, what is due comes. */
void attacker_pass(struct attacker *attacker, enum link_direction direction);

/* When it has something to deliver next; TIME_NEVER: nothing. */
int64_t attacker_next(const struct attacker *attacker);
/* Take the next frame that is due at `now`; false: none is. */
bool attacker_take(struct attacker *attacker, int64_t now, struct attacker_frame *frame);

/* Frames of a direction that it has and will, or may, give back. */
size_t attacker_waiting(const struct attacker *attacker, enum link_direction direction);

#endif
