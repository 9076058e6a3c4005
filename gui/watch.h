/*
 * The stopwatch of one flat. It is started and stopped by facts of the event log, never by the
 * window: from a cause at the meter's terminals, or an order or payment that the platform
 * accepted, to contacts open or to voltage at the load terminals. The time is an interval with its
 * evidence (runner/verdict.h).
 */
#ifndef METERBENCH_GUI_WATCH_H
#define METERBENCH_GUI_WATCH_H

#include "scenarios/runner/verdict.h"

enum watch_state { WATCH_IDLE, WATCH_RUNNING, WATCH_DONE, WATCH_REFUSED };

enum watch_kind {
    WATCH_CAUSE,   /* a cause at the terminals -> contacts open */
    WATCH_ARREARS, /* the platform's arrears order -> contacts open */
    WATCH_TRIP,    /* somebody's order -> contacts open */
    WATCH_PAYMENT, /* a payment -> light */
    WATCH_CLOSE,   /* somebody's order -> light */
};

enum { WATCH_MARKS = 7 };

/* A step on the way that the log told of. */
struct watch_mark {
    int kind; /* enum event_kind */
    int64_t after; /* ns after the cause */
    enum evidence evidence;
};

struct watch {
    enum watch_state state;
    enum watch_kind kind;
    int fault;       /* of WATCH_CAUSE: enum plant_fault */
    int64_t level;   /* and its level; of WATCH_PAYMENT the amount */
    int64_t delay;   /* configured, before the clock starts (overload) */
    int64_t limit;
    struct instant cause;
    struct interval measured; /* when DONE */
    enum evidence evidence;
    enum judgement judgement;
    bool held; /* a large current holds the order off; its clock pauses */
    bool closed, live;
    struct instant payment; /* the last one accepted */
    int64_t amount;
    int mark_count;
    struct watch_mark marks[WATCH_MARKS];
};

/* A watch of a flat that is supplied. */
struct watch watch_new(void);

/* A fact of this flat. `overload_delay` is the meter's configured one. */
void watch_event(struct watch *watch, const struct event *event, int64_t overload_delay);

/* What it shows at `now`: ns, negative while a configured delay runs. */
int64_t watch_reading(const struct watch *watch, int64_t now);

#endif
