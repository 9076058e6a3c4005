#include "sim/link/link.h"

#include "sim/error.h"
#include "sim/link/profile.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *name, *title;
} kinds[LINK_KIND_COUNT] = {
#define X(id, name, title) [LINK_##id] = {name, title},
    LINK_KINDS(X)
#undef X
};

static const struct link_profile *const profiles[LINK_KIND_COUNT] = {
    [LINK_CAT1] = &link_cat1, [LINK_CAT1BIS] = &link_cat1bis, [LINK_NBIOT] = &link_nbiot,
    [LINK_LORA] = &link_lora, [LINK_RS485] = &link_rs485,
};

static const char *const saving_names[LINK_SAVING_COUNT] = {
#define X(id, name) [LINK_SAVING_##id] = name,
    LINK_SAVINGS(X)
#undef X
};

/* Loss bursts by signal class: docs/models.md, "Radio", rows "loss bursts good" to "loss bursts
 * dead". */
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

#define RECONNECT_FIRST_NS (1 * NS_PER_S) /* row "reconnecting" */
#define RECONNECT_MAX_NS (120 * NS_PER_S)
enum {
    SESSION_ATTEMPTS = 5,
    ATTEMPT_MAX = 255
}; /* then the session is dead: row "TCP retransmission" */

/* ---- names ------------------------------------------------------------------------------------
 */

const char *link_kind_name(int kind)
{
    return kind >= 0 && kind < LINK_KIND_COUNT ? kinds[kind].name : "unknown";
}

const char *link_kind_title(int kind)
{
    return kind >= 0 && kind < LINK_KIND_COUNT ? kinds[kind].title : "unknown";
}

int link_kind_from_name(const char *name)
{
    for (int i = 0; i < LINK_KIND_COUNT; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return i;
    return -1;
}

int link_saving_from_name(const char *name)
{
    for (int i = 0; i < LINK_SAVING_COUNT; i++)
        if (strcmp(saving_names[i], name) == 0)
            return i;
    return -1;
}

/* ---- what technologies ask ----------------------------------------------------------------------
 */

bool link_connected(const struct link *link, int64_t now)
{
    return link->attached &&
           (link->network->config.saving == LINK_SAVING_NONE || now < link->connected_until);
}

bool link_listens_after_sending(const struct link *link)
{
    const struct link_config *config = &link->network->config;
    return config->kind == LINK_LORA ? !config->class_c : config->saving == LINK_SAVING_PSM;
}

int64_t link_next_keep_alive(const struct link *link, int64_t now)
{
    const struct link_network *network = link->network;
    int64_t period = network->config.keep_alive_ns;
    struct random phase = random_stream(network->seed, link->flat, RANDOM_KEEP_ALIVE);
    int64_t first = (int64_t)random_below(&phase, (uint64_t)period);
    if (now <= first)
        return first;
    return first + (now - first + period - 1) / period * period;
}

int64_t link_reconnect_after(struct link *link, int doublings)
{
    int64_t most = RECONNECT_FIRST_NS << (doublings < 7 ? doublings : 7);
    return random_between(&link->random, 0, most < RECONNECT_MAX_NS ? most : RECONNECT_MAX_NS);
}

/* ---- setting up ---------------------------------------------------------------------------------
 */

void link_network_init(struct link_network *network, const struct link_config *config,
                       struct link_pool *pool, struct cell *cell, struct event_sink *sink,
                       uint64_t seed, uint32_t members)
{
    const struct link_profile *profile = profiles[config->kind];
    *network = (struct link_network){
        .profile = profile,
        .config = *config,
        .pool = pool,
        .cell = profile->resource_count > 0 ? cell : NULL,
        .sink = sink,
        .seed = seed,
        .members = members,
    };
    if (config->keep_alive_ns == 0)
        network->config.keep_alive_ns = profile->keep_alive_ns;
    if (!network->cell)
        return;
    cell_init(cell, profile->resources, profile->resource_count);
    cell->background_ns[0] = (uint64_t)members * (uint64_t)profile->keep_alive_airtime_ns *
                             NS_PER_S / (uint64_t)network->config.keep_alive_ns;
}

static void start_channel(struct link *link, int64_t now)
{
    const struct burst_model *model = &bursts[link->burst];
    int64_t cycle = model->mean_good_ns + model->mean_bad_ns;
    link->channel_bad = random_below(&link->random, (uint64_t)cycle) < (uint64_t)model->mean_bad_ns;
    int64_t mean = link->channel_bad ? model->mean_bad_ns : model->mean_good_ns;
    link->burst_until = now + random_exponential(&link->random, mean);
}

static void set_level(struct link *link, int64_t now, int32_t rsrp_cdbm)
{
    const struct link_profile *profile = link->network->profile;
    link->rsrp_cdbm = (int16_t)rsrp_cdbm;
    link->burst = (uint8_t)signal_class_of(rsrp_cdbm + profile->burst_offset_cdb);
    if (profile->tune)
        profile->tune(link);
    start_channel(link, now);
}

void link_set_signal(struct link *link, int64_t now, enum signal_class signal)
{
    link->signal = (uint8_t)signal;
    set_level(link, now, signal_class_rsrp_cdbm(signal));
}

void link_set_place(struct link *link, int64_t now, int place)
{
    int32_t rsrp_cdbm = place_rsrp_cdbm(link->network->seed, link->flat, place);
    link->signal = (uint8_t)signal_class_of(rsrp_cdbm);
    set_level(link, now, rsrp_cdbm);
}

void link_init(struct link *link, struct link_network *network, struct timers timers, uint32_t flat,
               struct random random, enum signal_class signal)
{
    memset(link, 0, sizeof *link);
    link->network = network;
    link->timers = timers;
    link->flat = flat;
    link->random = random;
    link->connected_until = -1;
    link->attached = true;
    for (int i = 0; i < LINK_DIRECTIONS; i++)
        link->lanes[i].first = POOL_NONE;
    link_set_signal(link, 0, signal);
}

/* ---- one message --------------------------------------------------------------------------------
 */

/* The Gilbert-Elliott channel in continuous time, brought up to `now`. */
static bool lost_in_burst(struct link *link, int64_t now)
{
    const struct burst_model *model = &bursts[link->burst];
    while (link->burst_until <= now) {
        link->channel_bad = !link->channel_bad;
        int64_t mean = link->channel_bad ? model->mean_bad_ns : model->mean_good_ns;
        link->burst_until += random_exponential(&link->random, mean);
    }
    uint32_t ppm = link->channel_bad ? model->loss_bad_ppm : model->loss_good_ppm;
    return random_chance_ppm(&link->random, ppm);
}

static bool lost(struct link *link, int64_t now, enum link_direction direction, uint32_t size)
{
    const struct link_profile *profile = link->network->profile;
    if (link->faults.lossless)
        return false;
    return lost_in_burst(link, now) || (profile->lost && profile->lost(link, now, direction, size));
}

static void try_again_later(struct link *link, int64_t now, enum link_direction direction)
{
    struct link_lane *lane = &link->lanes[direction];
    const struct link_network *network = link->network;
    const struct event_source source = {network->sink, link->flat};
    if (network->sink && lane->count > 0)
        event_put(&source, now, EVENT_FRAME_LOST, direction, lane->attempt);
    lane->arrives = false;
    int64_t wait = network->profile->retry(link, direction, lane->attempt);
    timer_arm(&link->timers, direction, now + wait);
    if (lane->attempt < ATTEMPT_MAX)
        lane->attempt++;
}

static uint32_t first_size(const struct link *link, const struct link_lane *lane)
{
    return lane->count > 0 ? link_pool_at(link->network->pool, lane->first)->message.size : 0;
}

/* The way is open: enter the cell, survive the channel, and arrive in time. */
static void transmit(struct link *link, int64_t now, enum link_direction direction)
{
    const struct link_profile *profile = link->network->profile;
    struct link_lane *lane = &link->lanes[direction];
    int64_t wait = 0;
    lane->arrives = false;
    uint32_t size = link->attached ? first_size(link, lane) : 0;
    enum link_entry entry = LINK_ENTERED;
    if (profile->enter && !link->faults.instant)
        entry = profile->enter(link, now, direction, size, &wait);
    if (entry == LINK_COLLIDED) {
        timer_arm(&link->timers, direction, now + wait);
        return;
    }
    if (entry == LINK_REFUSED || lost(link, now, direction, size)) {
        try_again_later(link, now, direction);
        return;
    }
    int64_t delay = link->faults.instant ? 0 : wait + profile->delay(link, now, direction, size);
    lane->arrives = true;
    timer_arm(&link->timers, direction, now + delay);
    if (profile->inactivity_ns > 0)
        link->connected_until = now + delay + profile->inactivity_ns;
}

/* A downlink message for a modem that is not attached waits without a timer: attaching takes it up.
 */
static void attempt(struct link *link, int64_t now, enum link_direction direction)
{
    struct link_lane *lane = &link->lanes[direction];
    lane->arrives = false;
    timer_cancel(&link->timers, direction);
    if (!link->attached && direction == LINK_DOWN)
        return;
    int64_t at = link->available_at;
    if (at <= now && !link->faults.instant)
        at = link->network->profile->opens(link, now, direction);
    if (at > now)
        timer_arm(&link->timers, direction, at); /* TIME_NEVER: until power is back */
    else
        transmit(link, now, direction);
}

static void take_up(struct link *link, int64_t now, enum link_direction direction)
{
    link->lanes[direction].attempt = 0;
    if (link->lanes[direction].count > 0)
        attempt(link, now, direction);
}

static void append(const struct link *link, struct link_lane *lane, uint32_t handle)
{
    uint32_t *tail = &lane->first;
    while (*tail != POOL_NONE)
        tail = &link_pool_at(link->network->pool, *tail)->next;
    *tail = handle;
}

static void fill(struct link_message *message, const uint8_t *bytes, size_t size)
{
    assert(size <= LINK_MESSAGE_MAX);
    message->size = (uint16_t)size;
    memcpy(message->bytes, bytes, size);
}

int link_send(struct link *link, int64_t now, enum link_direction direction, const uint8_t *bytes,
              size_t size)
{
    struct link_lane *lane = &link->lanes[direction];
    struct link_pool *pool = link->network->pool;
    if (lane->count == LINK_QUEUE_MAX)
        return ERROR_QUEUE_FULL;
    uint32_t handle = link_pool_take(pool);
    fill(&link_pool_at(pool, handle)->message, bytes, size);
    append(link, lane, handle);
    if (++lane->count == 1 && (link->attached || direction == LINK_DOWN))
        take_up(link, now,
                direction); /* else the attempt to attach is under way: its timer stands */
    return 0;
}

/* Take the one out that a newer one replaces; its place, or POOL_NONE. */
static uint32_t take_latest(const struct link *link, struct link_lane *lane)
{
    uint32_t *at = &lane->first;
    if (lane->arrives && *at != POOL_NONE)
        at = &link_pool_at(link->network->pool, *at)->next;
    while (*at != POOL_NONE && !link_pool_at(link->network->pool, *at)->latest)
        at = &link_pool_at(link->network->pool, *at)->next;
    uint32_t handle = *at;
    if (handle == POOL_NONE)
        return POOL_NONE;
    struct link_pool_place *place = link_pool_at(link->network->pool, handle);
    *at = place->next;
    place->next = POOL_NONE;
    return handle;
}

/* To the end of the queue, since envelopes arrive in the order of their counters. Timer and back-off are the way's, not the
 * message's: they go on. */
int link_send_latest(struct link *link, int64_t now, enum link_direction direction, const uint8_t *bytes,
                     size_t size)
{
    struct link_lane *lane = &link->lanes[direction];
    uint32_t handle = take_latest(link, lane);
    if (handle != POOL_NONE) {
        fill(&link_pool_at(link->network->pool, handle)->message, bytes, size);
        append(link, lane, handle);
        return 1;
    }
    int result = link_send(link, now, direction, bytes, size);
    for (handle = lane->first; result == 0 && handle != POOL_NONE;) {
        struct link_pool_place *place = link_pool_at(link->network->pool, handle);
        handle = place->next;
        if (handle == POOL_NONE)
            place->latest = true;
    }
    return result;
}

/* A message came through one way. If the connection had been given up it stands again, so the other way need not
 * wait out its back-off; and a modem that listens only after it has sent listens now. */
static void came_through(struct link *link, int64_t now, enum link_direction direction)
{
    enum link_direction other = direction == LINK_UP ? LINK_DOWN : LINK_UP;
    struct link_lane *lane = &link->lanes[other];
    bool listens = direction == LINK_UP && link_listens_after_sending(link);
    if (lane->count == 0 || lane->arrives || !(listens || lane->attempt >= SESSION_ATTEMPTS))
        return;
    if (listens)
        transmit(link, now, other); /* in the window that the uplink opened */
    else
        attempt(link, now, other);
}

static void attach_arrived(struct link *link, int64_t now)
{
    link->attached = true;
    take_up(link, now, LINK_UP);
    take_up(link, now, LINK_DOWN);
}

static void pop(struct link *link, struct link_lane *lane, struct link_message *out)
{
    struct link_pool *pool = link->network->pool;
    uint32_t handle = lane->first;
    *out = link_pool_at(pool, handle)->message;
    lane->first = link_pool_at(pool, handle)->next;
    lane->count--;
    link_pool_give(pool, handle);
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
    bool dark = link->available_at > now || (!link->attached && direction == LINK_DOWN);
    if (dark) { /* power was lost while it was in the air */
        try_again_later(link, now, direction);
        return false;
    }
    lane->arrives = false;
    if (!link->attached) {
        attach_arrived(link, now);
        return false;
    }
    pop(link, lane, out);
    take_up(link, now, direction);
    came_through(link, now, direction);
    return true;
}

const struct link_message *link_arriving(const struct link *link, enum link_direction direction)
{
    const struct link_lane *lane = &link->lanes[direction];
    bool is_message = lane->arrives && link->attached && lane->count > 0;
    return is_message ? &link_pool_at(link->network->pool, lane->first)->message : NULL;
}

void link_lose(struct link *link, int64_t now, enum link_direction direction)
{
    timer_cancel(&link->timers, direction);
    try_again_later(link, now, direction);
}

int64_t link_occupies_ns(const struct link *link, uint32_t size)
{
    int64_t bits = 8 * (int64_t)size;
    switch (link->network->config.kind) {
    case LINK_LORA:
        return lora_uplink_airtime_ns(link->mode, size);
    case LINK_RS485:
        return rs485_bytes_ns(size);
    case LINK_NBIOT:
        return bits * 50 * NS_PER_US;
    default:
        return bits * NS_PER_US;
    }
}

void link_set_powered(struct link *link, int64_t now, bool powered)
{
    const struct link_network *network = link->network;
    const struct link_profile *profile = network->profile;
    link->connected_until = now;
    link->attached = false;
    link->tries = 0;
    if (!powered) {
        link->available_at = TIME_NEVER;
        return;
    }
    link->available_at =
        now + random_between(&link->random, profile->boot_min_ns, profile->boot_max_ns);
    if (network->config.start_jitter_ns > 0)
        link->available_at += random_between(&link->random, 0, network->config.start_jitter_ns);
    link->lanes[LINK_UP].arrives = false;
    link->lanes[LINK_UP].attempt = 0;
    link->attached = !profile->attaches;
    if (profile->attaches)
        timer_arm(&link->timers, LINK_UP, link->available_at);
    else
        attach_arrived(link, now);
}

int link_waiting(const struct link *link, enum link_direction direction)
{
    return link->lanes[direction].count;
}
