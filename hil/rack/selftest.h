/*
 * The bench measures itself before it judges a meter: how long a frame takes to the rack and back,
 * how exactly the rack's clock is known and how fast it runs, when a stimulus is applied, how late
 * the rack sees an edge that it made itself (loop-back, docs/rack.md), whether frames are lost, and
 * how long the serial port takes. Each is held against a limit; what a verdict by contact evidence
 * is good for follows from them.
 */
#ifndef METERBENCH_HIL_RACK_SELFTEST_H
#define METERBENCH_HIL_RACK_SELFTEST_H

#include "hil/board.h"

#include <stdatomic.h>

enum { SELFTEST_ROWS_MAX = 12, SELFTEST_SAMPLES_MAX = 2000 };

/* The limits, ns unless the name says else. Ours: what a verdict of some milliseconds can bear. */
#define SELFTEST_ROUND_TRIP_NS INT64_C(20000000) /* median */
#define SELFTEST_CLOCK_WIDTH_NS INT64_C(10000000)
#define SELFTEST_APPLY_NS INT64_C(50000000) /* the latest time, of 99 in 100 */
#define SELFTEST_EDGE_NS INT64_C(100000)
#define SELFTEST_EDGE_JITTER_NS INT64_C(50000)
#define SELFTEST_SERIAL_NS INT64_C(1000000000)

enum selftest_verdict { SELFTEST_GOOD, SELFTEST_BAD, SELFTEST_NOT_JUDGED };

struct selftest_row {
    const char *name; /* "round trip" */
    enum selftest_verdict verdict;
    char text[200]; /* what was measured, the limit, or why it was not judged */
};

/* Of samples, ns. */
struct selftest_summary {
    int count; /* 0: nothing was measured */
    int64_t min, median, p99, max;
};

struct selftest_result {
    struct selftest_row rows[SELFTEST_ROWS_MAX];
    int row_count;
    bool good; /* no row is bad */
    char rack[96];
    char bus[200]; /* what the rack's CAN controller told; empty: no trouble */
    char notes[200];
    struct selftest_summary round_trip, apply, edge, serial;
    int64_t clock_width_ns;
    int64_t drift_ppb, drift_uncertainty_ppb;
    uint64_t frames, lost, unanswered;
    /* How exact a duration from a stimulus to a contact's edge is, both by the rack's clock; and
     * one from or to a time of the host. -1: not known. */
    int64_t contact_ns, host_ns;
};

struct selftest_config {
    const struct board_spec *spec; /* the board and its bench; NULL: only a rack */
    const char *rack;              /* device or interface, without a spec */
    int rack_bitrate;              /* 0: CAN_LINK_BITRATE */
    int64_t duration_ns;           /* of the rack's part */
    const atomic_bool *interrupted; /* or NULL */
};

/* Connects, measures, leaves currents at 0 and the loop-back output low, disconnects. 0, or an error
 * with a message that names what to mend. */
int selftest_run(const struct selftest_config *config, struct selftest_result *result,
                 char *message, size_t size);

#endif
