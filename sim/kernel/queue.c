#include "sim/kernel/queue.h"

#include <assert.h>

void queue_init(struct event_queue *queue, int slot_count)
{
    assert(slot_count > 0 && slot_count <= QUEUE_SLOTS_MAX);
    queue->slot_count = slot_count;
    queue->next_order = 0;
    for (int i = 0; i < slot_count; i++) {
        queue->at[i] = TIME_NEVER;
        queue->order[i] = 0;
    }
}

int64_t queue_next(const struct event_queue *queue, int *slot)
{
    int best = 0;
    for (int i = 1; i < queue->slot_count; i++) {
        bool earlier = queue->at[i] < queue->at[best];
        bool tie = queue->at[i] == queue->at[best] && queue->order[i] < queue->order[best];
        if (earlier || tie)
            best = i;
    }
    if (queue->at[best] != TIME_NEVER)
        *slot = best;
    return queue->at[best];
}

static int slot_of(const struct timers *timers, int timer)
{
    assert(timer >= 0 && timer < timers->count);
    return timers->base + timer;
}

void timer_arm(struct timers *timers, int timer, int64_t at)
{
    int slot = slot_of(timers, timer);
    timers->queue->at[slot] = at;
    timers->queue->order[slot] = timers->queue->next_order++;
}

void timer_cancel(struct timers *timers, int timer)
{
    timers->queue->at[slot_of(timers, timer)] = TIME_NEVER;
}

bool timer_armed(const struct timers *timers, int timer)
{
    return timer_at(timers, timer) != TIME_NEVER;
}

int64_t timer_at(const struct timers *timers, int timer)
{
    return timers->queue->at[slot_of(timers, timer)];
}
