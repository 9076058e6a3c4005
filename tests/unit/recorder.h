/* An event log kept in memory, for tests that ask what happened and when. */
#ifndef METERBENCH_TESTS_UNIT_RECORDER_H
#define METERBENCH_TESTS_UNIT_RECORDER_H

#include "sim/event.h"

#include <stdint.h>

struct recorder {
    struct event_sink sink; /* first: the sink is cast back to its recorder */
    struct event *events;
    int count, capacity;
};

#define RECORDER_ANY INT64_MIN /* any value of a field */

void recorder_init(struct recorder *recorder);
void recorder_free(struct recorder *recorder);

/* Forget what happened so far. */
void recorder_clear(struct recorder *recorder);

/* The nth (from 0) event of a kind with this field a, or NULL. */
const struct event *recorder_nth(const struct recorder *recorder, int kind, int64_t a, int n);

/* How many events of a kind with this field a. */
int recorder_count(const struct recorder *recorder, int kind, int64_t a);

/* When the first, or the last, event of a kind with this field a came; -1 when none did. */
int64_t recorder_first_at(const struct recorder *recorder, int kind, int64_t a);
int64_t recorder_last_at(const struct recorder *recorder, int kind, int64_t a);

/* The log's fingerprint (event_hash). */
uint64_t recorder_hash(const struct recorder *recorder);

#endif
