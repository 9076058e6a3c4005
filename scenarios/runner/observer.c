#include "scenarios/runner/observer.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_AT_START = 4096 };

static void put(struct event_sink *sink, const struct event *event)
{
    struct observer *observer = (struct observer *)sink;
    if (observer->count == observer->capacity) {
        size_t capacity = observer->capacity ? observer->capacity * 2 : EVENTS_AT_START;
        struct event *grown = realloc(observer->events, capacity * sizeof *grown);
        if (!grown) {
            observer->incomplete = true;
            return;
        }
        observer->events = grown;
        observer->capacity = capacity;
    }
    observer->events[observer->count++] = *event;
    observer->hash = event_hash(observer->hash, event);
    if (observer->also)
        observer->also->put(observer->also, event);
    if (observer->file) {
        char line[192];
        event_format(event, line, sizeof line);
        if (fprintf(observer->file, "%s\n", line) < 0)
            observer->incomplete = true;
    }
}

void observer_init(struct observer *observer, FILE *file)
{
    memset(observer, 0, sizeof *observer);
    observer->sink.put = put;
    observer->hash = EVENT_HASH_START;
    observer->file = file;
}

void observer_free(struct observer *observer)
{
    free(observer->events);
    observer->events = NULL;
    observer->count = observer->capacity = 0;
}

static bool same_bits(int64_t a, int64_t b, int64_t mask)
{
    return mask == 0 ? a == b : ((a ^ b) & mask) == 0;
}

static bool event_matches(const struct event_match *match, const struct event *event)
{
    return event->kind == match->kind &&
           (match->flat == EVENT_NO_FLAT || event->flat == match->flat) &&
           (!match->match_a || same_bits(event->a, match->a, match->mask_a)) &&
           (!match->match_b || same_bits(event->b, match->b, match->mask_b));
}

const struct event *observer_first(const struct observer *observer, const struct event_match *match,
                                   size_t from)
{
    for (size_t i = from; i < observer->count; i++)
        if (event_matches(match, &observer->events[i]))
            return &observer->events[i];
    return NULL;
}

const struct event *observer_last(const struct observer *observer, const struct event_match *match)
{
    for (size_t i = observer->count; i > 0; i--)
        if (event_matches(match, &observer->events[i - 1]))
            return &observer->events[i - 1];
    return NULL;
}

size_t observer_count(const struct observer *observer, const struct event_match *match, size_t from)
{
    size_t count = 0;
    for (size_t i = from; i < observer->count; i++)
        count += event_matches(match, &observer->events[i]);
    return count;
}
