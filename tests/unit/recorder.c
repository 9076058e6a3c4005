#include "tests/unit/recorder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void put(struct event_sink *sink, const struct event *event)
{
    struct recorder *recorder = (struct recorder *)sink;
    if (recorder->count == recorder->capacity) {
        recorder->capacity = recorder->capacity ? 2 * recorder->capacity : 1024;
        recorder->events =
            realloc(recorder->events, (size_t)recorder->capacity * sizeof *recorder->events);
        if (!recorder->events) {
            fputs("recorder: out of memory\n", stderr);
            abort();
        }
    }
    recorder->events[recorder->count++] = *event;
}

void recorder_init(struct recorder *recorder)
{
    *recorder = (struct recorder){.sink = {put}};
}

void recorder_free(struct recorder *recorder)
{
    free(recorder->events);
    recorder->events = NULL;
}

void recorder_clear(struct recorder *recorder)
{
    recorder->count = 0;
}

static bool matches(const struct event *event, int kind, int64_t a)
{
    return event->kind == kind && (a == RECORDER_ANY || event->a == a);
}

const struct event *recorder_nth(const struct recorder *recorder, int kind, int64_t a, int n)
{
    for (int i = 0; i < recorder->count; i++)
        if (matches(&recorder->events[i], kind, a) && n-- == 0)
            return &recorder->events[i];
    return NULL;
}

int recorder_count(const struct recorder *recorder, int kind, int64_t a)
{
    int count = 0;
    for (int i = 0; i < recorder->count; i++)
        count += matches(&recorder->events[i], kind, a);
    return count;
}

int64_t recorder_first_at(const struct recorder *recorder, int kind, int64_t a)
{
    const struct event *event = recorder_nth(recorder, kind, a, 0);
    return event ? event->at : -1;
}

int64_t recorder_last_at(const struct recorder *recorder, int kind, int64_t a)
{
    int count = recorder_count(recorder, kind, a);
    return count ? recorder_nth(recorder, kind, a, count - 1)->at : -1;
}

uint64_t recorder_hash(const struct recorder *recorder)
{
    uint64_t hash = EVENT_HASH_START;
    for (int i = 0; i < recorder->count; i++)
        hash = event_hash(hash, &recorder->events[i]);
    return hash;
}
