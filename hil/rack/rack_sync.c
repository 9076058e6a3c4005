#include "hil/rack/rack_sync.h"

#include <assert.h>

static int64_t drift(const struct rack_sync *sync, int64_t to)
{
    int64_t apart = to > sync->at ? to - sync->at : sync->at - to;
    return (apart / 1000000 + 1) * sync->drift_ppm;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greatest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void rack_sync_exchange(struct rack_sync *sync, int64_t sent, int64_t received, int64_t rack_ns,
                        int64_t resolution_ns)
{
    assert(sent <= received && resolution_ns > 0);
    int64_t low = sent - rack_ns - (resolution_ns - 1);
    int64_t high = received - rack_ns;
    sync->exchanges++;
    if (sync->known) {
        int64_t widening = drift(sync, received);
        int64_t old_low = sync->low - widening, old_high = sync->high + widening;
        bool agree = greatest(low, old_low) <= least(high, old_high);
        if (!agree)
            sync->disagreements++;
        low = agree ? greatest(low, old_low) : least(low, old_low);
        high = agree ? least(high, old_high) : greatest(high, old_high);
    }
    sync->known = true;
    sync->low = low;
    sync->high = high;
    sync->at = received;
}

void rack_sync_map(const struct rack_sync *sync, int64_t rack_ns, int64_t resolution_ns,
                   int64_t *earliest, int64_t *latest)
{
    assert(sync->known);
    int64_t widening = drift(sync, rack_ns + sync->high);
    *earliest = rack_ns + sync->low - widening;
    *latest = rack_ns + resolution_ns - 1 + sync->high + widening;
}

int64_t rack_sync_width(const struct rack_sync *sync, int64_t now)
{
    return sync->known ? sync->high - sync->low + 2 * drift(sync, now) : 0;
}
