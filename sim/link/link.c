#include "sim/link/link.h"

#include "sim/error.h"

#include <assert.h>
#include <string.h>

static const char *const signal_names[SIGNAL_CLASS_COUNT] = {
#define X(id, name) [SIGNAL_##id] = name,
    SIGNAL_CLASSES(X)
#undef X
};

/* Loss bursts by signal class: docs/models.md, "Radio", rows "loss bursts good" to "loss bursts dead". */
static const struct burst_model {
    int64_t mean_good_ns, mean_bad_ns;
    uint32_t loss_good_ppm, loss_bad_ppm;
} bursts[SIGNAL_CLASS_COUNT] = {
    [SIGNAL_GOOD] = {3600 * NS_PER_S, 2 * NS_PER_S, 500, 300000},
    [SIGNAL_FAIR] = {900 * NS_PER_S, 8 * NS_PER_S, 2000, 500000},
    [SIGNAL_POOR] = {240 * NS_PER_S, 20 * NS_PER_S, 10000, 700000},
    [SIGNAL_EDGE] = {90 * NS_PER_S, 45 * NS_PER_S, 50000, 900000},
    [SIGNAL_DEAD] = {30 * NS_PER_S, 300 * NS_PER_S, 300000, 1000000},
};

#define PROMOTION_NS (60 * NS_PER_MS)         /* row "idle to connected" */
#define PROMOTION_GAMMA_NS (25 * NS_PER_MS)   /* row "idle to connected", shape 4 */
#define PAGING_CYCLE_NS (1280 * NS_PER_MS)    /* row "idle paging cycle (DRX)" */
#define HALF_ROUND_TRIP_NS (30 * NS_PER_MS)   /* row "connected round trip" */
#define HARQ_ROUND_NS (8 * NS_PER_MS)         /* row "HARQ" */
#define INACTIVITY_NS (10 * NS_PER_S)         /* row "RRC inactivity" */
#define RETRY_FIRST_NS (1 * NS_PER_S)         /* row "TCP retransmission" */
#define RETRY_MAX_NS (60 * NS_PER_S)
enum { HALF_ROUND_TRIP_SIGMA_MILLI = 350, BLOCK_ERROR_PPM = 100000, HARQ_ROUNDS_MAX = 4 };

const char *signal_class_name(int signal)
{
    return signal >= 0 && signal < SIGNAL_CLASS_COUNT ? signal_names[signal] : "unknown";
}

int signal_class_from_name(const char *name)
{
    if (strcmp(name, "garage") == 0)
        return SIGNAL_EDGE;
    for (int i = 0; i < SIGNAL_CLASS_COUNT; i++)
        if (strcmp(signal_names[i], name) == 0)
            return i;
    return -1;
}

static void start_channel(struct link *link, int64_t now)
{
    const struct burst_model *model = &bursts[link->signal];
    int64_t cycle = model->mean_good_ns + model->mean_bad_ns;
    link->channel_bad = random_below(&link->random, (uint64_t)cycle) < (uint64_t)model->mean_bad_ns;
    int64_t mean = link->channel_bad ? model->mean_bad_ns : model->mean_good_ns;
    link->burst_until = now + random_exponential(&link->random, mean);
}

void link_init(struct link *link, struct timers timers, struct event_source events,
               struct random random, enum signal_class signal)
{
    memset(link, 0, sizeof *link);
    link->timers = timers;
    link->events = events;
    link->random = random;
    link->signal = signal;
    link->connected_until = -1;
    start_channel(link, 0);
}

void link_set_signal(struct link *link, int64_t now, enum signal_class signal)
{
    link->signal = signal;
    start_channel(link, now);
}

/* The Gilbert-Elliott channel in continuous time, brought up to `now`. */
static bool lost(struct link *link, int64_t now)
{
    const struct burst_model *model = &bursts[link->signal];
    while (link->burst_until <= now) {
        link->channel_bad = !link->channel_bad;
        int64_t mean = link->channel_bad ? model->mean_bad_ns : model->mean_good_ns;
        link->burst_until += random_exponential(&link->random, mean);
    }
    uint32_t ppm = link->channel_bad ? model->loss_bad_ppm : model->loss_good_ppm;
    return random_chance_ppm(&link->random, ppm);
}

static int64_t latency(struct link *link, int64_t now, enum link_direction direction)
{
    int64_t sum = random_lognormal(&link->random, HALF_ROUND_TRIP_NS, HALF_ROUND_TRIP_SIGMA_MILLI);
    for (int i = 0; i < HARQ_ROUNDS_MAX && random_chance_ppm(&link->random, BLOCK_ERROR_PPM); i++)
        sum += HARQ_ROUND_NS;
    if (now < link->connected_until)
        return sum;
    sum += PROMOTION_NS + random_gamma(&link->random, 4, PROMOTION_GAMMA_NS);
    if (direction == LINK_DOWN) /* the platform's message waits until the modem listens */
        sum += random_between(&link->random, 0, PAGING_CYCLE_NS);
    return sum;
}

static int64_t retry_after(int attempt)
{
    int64_t wait = RETRY_FIRST_NS << (attempt < 6 ? attempt : 6);
    return wait < RETRY_MAX_NS ? wait : RETRY_MAX_NS;
}

static void try_again_later(struct link *link, int64_t now, enum link_direction direction)
{
    struct link_lane *lane = &link->lanes[direction];
    if (link->logged)
        event_put(&link->events, now, EVENT_FRAME_LOST, direction, lane->attempt);
    lane->arrives = false;
    timer_arm(&link->timers, direction, now + retry_after(lane->attempt));
    lane->attempt++;
}

static void attempt(struct link *link, int64_t now, enum link_direction direction)
{
    struct link_lane *lane = &link->lanes[direction];
    if (link->available_at > now && direction == LINK_UP) {
        lane->arrives = false;
        timer_arm(&link->timers, direction, link->available_at); /* TIME_NEVER: until power is back */
        return;
    }
    bool gone = link->available_at > now || (!link->faults.lossless && lost(link, now));
    if (gone) {
        try_again_later(link, now, direction);
        return;
    }
    int64_t delay = link->faults.instant ? 0 : latency(link, now, direction);
    lane->arrives = true;
    timer_arm(&link->timers, direction, now + delay);
    link->connected_until = now + delay + INACTIVITY_NS;
}

int link_send(struct link *link, int64_t now, enum link_direction direction, const uint8_t *bytes,
              size_t size)
{
    struct link_lane *lane = &link->lanes[direction];
    assert(size <= LINK_MESSAGE_MAX);
    if (lane->count == LINK_QUEUE_MAX)
        return ERROR_QUEUE_FULL;
    struct link_message *message = &lane->queue[lane->count++];
    message->size = (uint16_t)size;
    memcpy(message->bytes, bytes, size);
    if (lane->count == 1) {
        lane->attempt = 0;
        attempt(link, now, direction);
    }
    return 0;
}

bool link_timer(struct link *link, int64_t now, enum link_direction direction,
                struct link_message *out)
{
    struct link_lane *lane = &link->lanes[direction];
    timer_cancel(&link->timers, direction);
    if (!lane->arrives) {
        attempt(link, now, direction);
        return false;
    }
    if (link->available_at > now) { /* power was lost while it was in the air */
        try_again_later(link, now, direction);
        return false;
    }
    *out = lane->queue[0];
    lane->count--;
    memmove(lane->queue, lane->queue + 1, (size_t)lane->count * sizeof lane->queue[0]);
    lane->attempt = 0;
    if (lane->count > 0)
        attempt(link, now, direction);
    return true;
}

void link_set_powered(struct link *link, int64_t now, bool powered)
{
    if (!powered) {
        link->available_at = TIME_NEVER;
        link->connected_until = now;
        return;
    }
    link->available_at = now + random_between(&link->random, 8 * NS_PER_S, 15 * NS_PER_S);
    bool waits = link->lanes[LINK_UP].count > 0 && !timer_armed(&link->timers, LINK_UP);
    if (waits)
        attempt(link, now, LINK_UP);
}

int link_waiting(const struct link *link, enum link_direction direction)
{
    return link->lanes[direction].count;
}
