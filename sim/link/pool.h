/*
 * Messages under way, of all flats of a site in one place. Room for the worst case (every queue
 * full) is reserved at the start, so a message is never refused here: the bound is each queue's
 * own, and flats cannot take room from each other. Pages that were never used cost nothing; freed
 * places are used again first.
 */
#ifndef METERBENCH_SIM_LINK_POOL_H
#define METERBENCH_SIM_LINK_POOL_H

#include <stdbool.h>
#include <stdint.h>

enum { LINK_MESSAGE_MAX = 112 };

struct link_message {
    uint16_t size;
    uint8_t bytes[LINK_MESSAGE_MAX];
};

#define POOL_NONE UINT32_MAX

struct link_pool_place {
    uint32_t next; /* the message behind this one in its queue, or the next free place */
    struct link_message message;
    bool latest; /* a newer one of its kind may take its place: see link_send_latest */
};

struct link_pool {
    struct link_pool_place *places;
    uint32_t capacity, touched, free;
};

/* Reserve `capacity` messages. False when there is no memory. */
bool link_pool_init(struct link_pool *pool, uint32_t capacity);
void link_pool_free(struct link_pool *pool);

/* A free place; there must be one (capacity is the worst case). */
uint32_t link_pool_take(struct link_pool *pool);
void link_pool_give(struct link_pool *pool, uint32_t handle);

static inline struct link_pool_place *link_pool_at(struct link_pool *pool, uint32_t handle)
{
    return &pool->places[handle];
}

#endif
