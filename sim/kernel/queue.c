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
    int64_t first = TIME_NEVER;
    for (int i = 0; i < queue->slot_count; i++) /* no branch that depends on the times */
        first = queue->at[i] < first ? queue->at[i] : first;
    if (first == TIME_NEVER)
        return first;
    uint32_t order = UINT32_MAX;
    for (int i = 0; i < queue->slot_count; i++) {
        if (queue->at[i] == first && queue->order[i] <= order) {
            order = queue->order[i];
            *slot = i;
        }
    }
    return first;
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
