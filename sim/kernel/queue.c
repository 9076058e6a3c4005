#include "sim/kernel/queue.h"

#include <assert.h>
#include <string.h>

void queue_init(struct event_queue *queue, int slot_count)
{
    assert(slot_count > 0 && slot_count <= QUEUE_SLOTS_MAX);
    queue->slot_count = (uint8_t)slot_count;
    queue->next_order = 0;
    queue->armed = 0;
    for (int i = 0; i < slot_count; i++) {
        queue->at[i] = TIME_NEVER;
        queue->order[i] = 0;
    }
}

int64_t queue_next(const struct event_queue *queue, int *slot)
{
    int64_t first = TIME_NEVER;
    uint32_t order = 0;
    for (uint64_t left = queue->armed; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        bool tie = queue->at[i] == first && queue->order[i] < order;
        if (queue->at[i] < first || tie) {
            first = queue->at[i];
            order = queue->order[i];
            *slot = i;
        }
    }
    return first;
}

/* The armed slots get the numbers 0, 1, 2... in the order that they have. */
static void renumber(struct event_queue *queue)
{
    uint16_t old[QUEUE_SLOTS_MAX];
    memcpy(old, queue->order, sizeof old);
    for (int i = 0; i < queue->slot_count; i++) {
        uint16_t before = 0;
        for (int k = 0; k < queue->slot_count; k++)
            before += old[k] < old[i];
        queue->order[i] = before;
    }
    queue->next_order = queue->slot_count;
}

void timer_arm(struct timers *timers, int timer, int64_t at)
{
    int slot = timer_slot(timers, timer);
    struct event_queue *queue = timers->queue;
    if (queue->next_order == UINT16_MAX)
        renumber(queue);
    queue->at[slot] = at;
    queue->order[slot] = queue->next_order++;
    if (at == TIME_NEVER)
        queue_take(queue, slot);
    else
        queue->armed |= UINT64_C(1) << slot;
}
