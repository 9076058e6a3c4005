/*
 * What a run has seen: its events, in memory, hashed and optionally written to a file. Judges look things up
 * here; nothing here changes the model.
 */
#ifndef METERBENCH_RUNNER_OBSERVER_H
#define METERBENCH_RUNNER_OBSERVER_H

#include "sim/event.h"

#include <stdbool.h>
#include <stdio.h>

struct observer {
    struct event_sink sink; /* first: the sink is cast back to its observer */
    struct event *events;
    size_t count, capacity;
    uint64_t hash;
    FILE *file;      /* canonical lines, or NULL */
    struct event_sink *also; /* who else is told, or NULL */
    bool incomplete; /* memory ran out: the run must end in an error */
};

void observer_init(struct observer *observer, FILE *file);
void observer_free(struct observer *observer);

/* Matches a or b only where asked for, and of them the bits of a mask; mask 0: all bits. */
struct event_match {
    uint32_t flat; /* EVENT_NO_FLAT: any */
    int kind;
    bool match_a, match_b;
    int64_t a, b;
    int64_t mask_a, mask_b;
};

/* The first matching event at or after index `from`, or NULL. */
const struct event *observer_first(const struct observer *observer, const struct event_match *match,
                                   size_t from);
/* The last matching event, or NULL. */
const struct event *observer_last(const struct observer *observer, const struct event_match *match);
size_t observer_count(const struct observer *observer, const struct event_match *match, size_t from);

#endif
