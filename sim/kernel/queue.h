/*
 * The event queue of one flat: a fixed set of named slots, each with at most one pending time. A flat has
 * few of them, so the next event is a scan over one or two cache lines and there is nothing to
 * allocate, drop or grow (docs/architecture.md). Events of the same time run in the order in which they were armed.
 */
#ifndef METERBENCH_SIM_KERNEL_QUEUE_H
#define METERBENCH_SIM_KERNEL_QUEUE_H

#include "sim/kernel/time.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

enum { QUEUE_SLOTS_MAX = 44 };

struct event_queue {
    int64_t at[QUEUE_SLOTS_MAX]; /* TIME_NEVER: not armed */
    uint16_t order[QUEUE_SLOTS_MAX]; /* of insertion, for ties; renumbered before it would wrap */
    uint16_t next_order;
    uint8_t slot_count;
    uint64_t armed; /* bit n: slot n has a time; few of them do, and only those are looked at */
};

void queue_init(struct event_queue *queue, int slot_count);

/* The time of the earliest event, TIME_NEVER when none; *slot is set when there is one. */
int64_t queue_next(const struct event_queue *queue, int *slot);

/* The event of a slot is due and runs: it is armed no longer. */
static inline void queue_take(struct event_queue *queue, int slot)
{
    queue->at[slot] = TIME_NEVER;
    queue->armed &= ~(UINT64_C(1) << slot);
}

/* A component's share of its flat's queue: `count` slots from `base`. */
struct timers {
    struct event_queue *queue;
    int base, count;
};

/* Set (or move) a timer; moving it counts as a new insertion. */
void timer_arm(struct timers *timers, int timer, int64_t at);

static inline int timer_slot(const struct timers *timers, int timer)
{
    assert(timer >= 0 && timer < timers->count);
    return timers->base + timer;
}

static inline bool timer_armed(const struct timers *timers, int timer)
{
    return timers->queue->armed >> timer_slot(timers, timer) & 1;
}

static inline int64_t timer_at(const struct timers *timers, int timer)
{
    return timers->queue->at[timer_slot(timers, timer)];
}

static inline void timer_cancel(struct timers *timers, int timer)
{
    if (timer_armed(timers, timer))
        queue_take(timers->queue, timer_slot(timers, timer));
}

#endif
