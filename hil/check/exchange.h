/*
 * Raw bytes to a meter and back: any bytes, with any silence between them, and all that came in
 * answer with its stamps. No protocol and no library in between, so that a wrong frame can be sent
 * and a wrong answer seen. Times are host time in ns (hil/pace.h).
 *
 * When a byte really is on the line is known to some uncertainty: in lockstep exactly, on a port as
 * well as the adapter tells (pace->resolution_ns, its jitter, and how late this process was).
 */
#ifndef METERBENCH_HIL_CHECK_EXCHANGE_H
#define METERBENCH_HIL_CHECK_EXCHANGE_H

#include "hil/line/serial.h"
#include "hil/pace.h"
#include "hil/rack/rack.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXCHANGE_MAX = 2048, WIRE_LINES_MAX = 40 };

/* Bytes that go out in one go, after `gap_ns` of silence behind those before them. */
struct piece {
    const uint8_t *bytes;
    size_t size;
    int64_t gap_ns;
};

/* What came, from the first bit of the request on. */
struct answer {
    int64_t sent_begin, sent_end; /* first bit out, last bit out, as computed from the line's speed */
    int64_t sent_last;            /* the last piece's first bit */
    int64_t late_ns;              /* so much later than meant was a piece sent or a byte read, at most */
    uint8_t bytes[EXCHANGE_MAX];
    int64_t stamps[EXCHANGE_MAX]; /* the byte was over no later than that */
    size_t size;
    bool overrun; /* more came than fits: the meter babbles */
};

/* A stretch of bytes in one direction, for reports. */
struct wire_line {
    bool sent;
    int64_t begin, end; /* of the first byte's and the last byte's stamps; sent: first and last bit */
    size_t size;        /* of all; the first sizeof bytes are kept */
    uint8_t bytes[64];
};

struct exchanger {
    struct pace *pace;
    struct serial_settings line;
    struct rack rack; /* kept alive while this waits */
    bool rack_runs;
    const atomic_bool *interrupted; /* may be NULL */
    int64_t uncertainty_ns; /* of a stamp on this connection, beside resolution_ns of the pace */
    bool unpaced; /* as the pace's, unless who is at the other end is known to keep the speed */

    struct answer *answer;    /* where bytes go now; NULL: they are unasked */
    size_t unasked;           /* bytes that came when nothing was asked */
    int64_t unasked_at;       /* the last of them */
    uint8_t unasked_byte;
    struct wire_line wire[WIRE_LINES_MAX]; /* the last ones */
    size_t wire_count;                     /* ever since exchanger_forget */
    uint64_t sent_bytes, received_bytes;
};

/* Listener functions of a pace for this exchanger (user is the exchanger). */
void exchanger_byte(void *user, int64_t stamp, uint8_t byte);
void exchanger_frame(void *user, int64_t stamp, const struct can_frame *frame);

/* On a pace that is open. `listener` hears the rack; NULL: there is none, or nobody cares. */
void exchanger_start(struct exchanger *exchanger, struct pace *pace,
                     const struct serial_settings *line, const struct rack_listener *listener,
                     int drift_ppm);

/* Begin a new record of the wire. */
void exchanger_forget(struct exchanger *exchanger);

/* Nanoseconds of `count` characters on this line. */
int64_t exchanger_characters(const struct exchanger *exchanger, int count);

/* Let time pass; what arrives is unasked. All calls from here: 0, the pace's errors, or
 * ERROR_INTERRUPTED. */
int exchanger_pass(struct exchanger *exchanger, int64_t duration_ns);

struct exchange {
    const struct piece *pieces;
    size_t count;
    int64_t first_ns; /* wait so long for the first byte after the last one sent */
    int64_t gap_ns;   /* the answer is over after so long a silence, */
    /* or, when these bytes are a whole answer, after tail_ns. NULL: gap_ns alone */
    bool (*whole)(const void *user, const uint8_t *bytes, size_t size);
    const void *user;
    int64_t tail_ns;
};

/* Send the pieces, hear the answer. */
int exchanger_do(struct exchanger *exchanger, const struct exchange *exchange,
                 struct answer *answer);

/* The time from the last bit sent to the first bit of the answer, as an interval. The answer has a
 * byte. */
void answer_delay(const struct exchanger *exchanger, const struct answer *answer, int64_t *earliest,
                  int64_t *latest);

/* The longest silence between two bytes of the answer, as an interval; 0 for fewer than two. */
void answer_gap(const struct exchanger *exchanger, const struct answer *answer, int64_t *earliest,
                int64_t *latest);

#endif
