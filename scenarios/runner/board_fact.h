/*
 * What entered a run from a board, fact by fact in the order in which it came. A recorder (board_record.h) writes
 * them down, a player (board_play.h) is a board that tells them again at the same simulated times.
 *
 * A marker says in which call the facts after it happened, up to the next marker.
 */
#ifndef METERBENCH_RUNNER_BOARD_FACT_H
#define METERBENCH_RUNNER_BOARD_FACT_H

#include "sim/board.h"

/* kind, name in run files. Markers first. */
#define BOARD_FACTS(X)                                                                             \
    X(OPEN_FAILED, "open failed") /* text: why there is no board */                                \
    X(OPENED, "opened")           /* a: flags; b: how old in ns what it shows may be */            \
    X(ATTACHED, "attached")       /* status; text: identity; a, b as of opened */                  \
    X(ATTACH_FAILED, "attach failed") /* a: error; text: message */                                \
    X(DELIVERED, "delivered")     /* b: the count of the clock's calls */                          \
    X(RECEIVED, "received")       /* bytes: the order or reading that the controller was given */  \
    X(BETWEEN, "between")         /* the clock was advancing; b: the count of its calls */         \
    X(MISUSED, "misused")         /* a: which misuse << 8 | order; b: result */                    \
    X(FAILED, "failed")           /* a: error; b: the count of the clock's calls; text: message */ \
    X(ENDED, "ended")             /* a: lateness in ns */                                          \
    X(LACKS, "lacks")             /* text: a need, a line end, why the board cannot serve it */    \
    X(TOLERANCE, "tolerance")     /* text: which of its twin's; a */                               \
    X(MADE_FROM, "made from")     /* text: a file that tells what the board is */                  \
    X(EVENT, "event")             /* event */                                                      \
    X(CONTACTS, "contacts")       /* a: closed */                                                  \
    X(LOAD, "load")               /* a: live */                                                    \
    X(STATUS, "status")           /* status */                                                     \
    X(FRAME, "frame")             /* bytes: to the uplink */                                       \
    X(SETTLED, "settled")         /* the flat took what was left */

enum board_fact_kind {
#define X(kind, name) BOARD_FACT_##kind,
    BOARD_FACTS(X)
#undef X
        BOARD_FACT_KINDS
};

enum board_flags { BOARD_FLAG_RACK = 1, BOARD_FLAG_EMULATED = 2, BOARD_FLAG_LOCKSTEP = 4, BOARD_FLAG_POWER = 8,
                   BOARD_STIMULI_SHIFT = 8 /* above: board.stimuli of one without a rack */ };

struct board_fact {
    enum board_fact_kind kind;
    int64_t at;   /* simulated ns */
    int64_t a, b;
    struct event event;
    struct controller_status status;
    uint8_t size;
    uint8_t bytes[CONTROLLER_FRAME_MAX];
    char *text; /* malloc'd, or NULL */
};

const char *board_fact_name(int kind);
/* -1 when there is no such kind. */
int board_fact_kind(const char *name);
static inline bool board_fact_is_marker(enum board_fact_kind kind)
{
    return kind < BOARD_FACT_LACKS;
}

#endif
