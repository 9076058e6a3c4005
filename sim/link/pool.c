#include "sim/link/pool.h"

#include <assert.h>
#include <stdlib.h>

bool link_pool_init(struct link_pool *pool, uint32_t capacity)
{
    *pool = (struct link_pool){.free = POOL_NONE, .capacity = capacity};
    pool->places = calloc(capacity ? capacity : 1, sizeof *pool->places);
    return pool->places != NULL;
}

void link_pool_free(struct link_pool *pool)
{
    free(pool->places);
    pool->places = NULL;
}

uint32_t link_pool_take(struct link_pool *pool)
{
    uint32_t handle = pool->free;
    if (handle == POOL_NONE) {
        assert(pool->touched < pool->capacity);
        handle = pool->touched++;
    } else {
        pool->free = pool->places[handle].next;
    }
    pool->places[handle].next = POOL_NONE;
    pool->places[handle].latest = false;
    return handle;
}

void link_pool_give(struct link_pool *pool, uint32_t handle)
{
    assert(handle < pool->touched);
    pool->places[handle].next = pool->free;
    pool->free = handle;
}
