/*
 * LoRaWAN to a gateway in the building. A device of class A listens only after it has sent, so an
 * order waits for the next uplink, at the latest the keep-alive; class C listens always.
 */
#include "sim/link/profile.h"

#include <assert.h>

#define RX1_NS (1 * NS_PER_S) /* row "receive windows" */
#define RX2_NS (2 * NS_PER_S)
#define JOIN_RX1_NS (5 * NS_PER_S)
#define ACK_MIN_NS (1 * NS_PER_S) /* row "LoRa retry" */
#define ACK_MAX_NS (3 * NS_PER_S)
#define GATEWAY_MIN_NS (50 * NS_PER_MS) /* row "gateway" */
#define GATEWAY_MAX_NS (150 * NS_PER_MS)
enum {
    SF_LOWEST = 7,
    SF_HIGHEST = 12,
    SPREADING_FACTORS = 6,
    FRAME_OVERHEAD = 13, /* MAC header, address, counter, port, integrity code */
    FRAME_PAYLOAD_MAX = 222,
    JOIN_REQUEST_BYTES = 23,
    JOIN_ACCEPT_BYTES = 33,
    ADR_MARGIN_CDB = 1000, /* row "spreading factor" */
    LEVEL_CDBM = -10000,
    LEVEL_AT_CDBM = -11800,
    SHADOW_CDB = 693, /* row "LoRa level" */
    ERROR_FLOOR_PPM = 10000,
    ERROR_SHIFT_CDB = 50,
    ERROR_SIGMA_CDB = 120, /* row "packet error" */
    TRANSMISSIONS = 8,
    GATEWAY_CHANNELS = 8,
    GATEWAY_SENDS = SPREADING_FACTORS, /* the cell's resource of the gateway's own transmissions */
};

/* Rows "LoRa sensitivity", in 1/100 dBm, SF7 to SF12. */
static const int16_t gateway_sensitivity_cdbm[] = {-13000, -13250, -13500, -13750, -14000, -14250};
static const int16_t device_sensitivity_cdbm[] = {-12400, -12700, -13000, -13300, -13500, -13700};

static const struct {
    int64_t airtime_max_ns; /* of one transmission */
    int64_t duty_divisor;   /* 100: one hundredth of the time; 1: no limit */
} regions[] = {
    [LORA_CN470] = {1 * NS_PER_S, 1},
    [LORA_EU868] = {4 * NS_PER_S, 100},
};

/* ---- time on air ----------------------------------------------------------------------------- */

int64_t lora_airtime_ns(const struct lora_modulation *m, uint32_t size)
{
    int sf = m->spreading_factor;
    int64_t symbol_ns =
        (INT64_C(1) << sf) * 1000000 / m->bandwidth_khz; /* exact for 125, 250, 500 */
    int low_rate = symbol_ns >= 16 * NS_PER_MS;
    int64_t bits = 8 * (int64_t)size - 4 * sf + 28 + 16 * m->crc - 20 * m->implicit_header;
    int64_t per_block = 4 * (sf - 2 * low_rate);
    int64_t blocks = bits > 0 ? (bits + per_block - 1) / per_block : 0;
    int64_t symbols = 8 + blocks * (m->coding_rate + 4);
    return (4 * m->preamble + 17) * symbol_ns / 4 + symbols * symbol_ns;
}

int64_t lora_uplink_airtime_ns(int spreading_factor, uint32_t size)
{
    const struct lora_modulation modulation = {
        .spreading_factor = (uint8_t)spreading_factor,
        .bandwidth_khz = 125,
        .coding_rate = 1,
        .preamble = 8,
        .crc = true,
    };
    return lora_airtime_ns(&modulation, size);
}

int64_t lora_off_time_ns(enum lora_region region, int64_t airtime_ns)
{
    return airtime_ns * (regions[region].duty_divisor - 1);
}

int lora_frames(enum lora_region region, int spreading_factor, uint32_t size, uint32_t *bytes_each)
{
    uint32_t most = FRAME_PAYLOAD_MAX;
    while (lora_uplink_airtime_ns(spreading_factor, most + FRAME_OVERHEAD) >
           regions[region].airtime_max_ns)
        most--; /* ends: SF choice never takes a factor that cannot carry a byte */
    assert(most > 0);
    int frames = size > most ? (int)((size + most - 1) / most) : 1;
    *bytes_each = (size + (uint32_t)frames - 1) / (uint32_t)frames + FRAME_OVERHEAD;
    return frames;
}

/* ---- level ------------------------------------------------------------------------------------
 */

uint32_t lora_packet_error_ppm(int32_t margin_cdb)
{
    uint32_t tail = normal_tail_ppm((margin_cdb + ERROR_SHIFT_CDB) * 1000 / ERROR_SIGMA_CDB);
    return ERROR_FLOOR_PPM + tail > 1000000 ? 1000000 : ERROR_FLOOR_PPM + tail;
}

static bool may_use(enum lora_region region, int spreading_factor)
{
    return lora_uplink_airtime_ns(spreading_factor, FRAME_OVERHEAD + 1) <=
           regions[region].airtime_max_ns;
}

static void tune(struct link *link)
{
    const struct link_network *network = link->network;
    struct random shadow = random_stream(network->seed, link->flat, RANDOM_SHADOW);
    int64_t level = LEVEL_CDBM + (link->rsrp_cdbm - LEVEL_AT_CDBM) / 2;
    level = random_normal(&shadow, level, SHADOW_CDB, -20000, -3000);
    link->rssi_cdbm = (int16_t)level;
    link->mode = SF_LOWEST;
    while (link->mode < SF_HIGHEST && may_use(network->config.region, link->mode + 1) &&
           level < gateway_sensitivity_cdbm[link->mode - SF_LOWEST] + ADR_MARGIN_CDB)
        link->mode++;
}

/* ---- one message ------------------------------------------------------------------------------
 */

struct burst {
    int frames;
    int64_t frame_ns;
};

/* A message is a whole LoRaWAN frame (sim/wire/lorawan.h); where the region allows no frame so long, its payload goes in
 * several, each with a header of its own. */
static struct burst burst_of(const struct link *link, uint32_t size)
{
    uint32_t bytes;
    size = size > FRAME_OVERHEAD ? size - FRAME_OVERHEAD : 0;
    int frames = lora_frames(link->network->config.region, link->mode, size, &bytes);
    return (struct burst){frames, lora_uplink_airtime_ns(link->mode, bytes)};
}

static int64_t keep_alive_airtime(const struct link *link)
{
    return lora_uplink_airtime_ns(link->mode, FRAME_OVERHEAD);
}

/* The end of the next keep-alive uplink, when an order may follow. */
static int64_t next_window(const struct link *link, int64_t now)
{
    int64_t airtime = keep_alive_airtime(link);
    return link_next_keep_alive(link, now > airtime ? now - airtime : 0) + airtime;
}

static int64_t opens(struct link *link, int64_t now, enum link_direction direction)
{
    if (direction == LINK_DOWN)
        return link_listens_after_sending(link) ? next_window(link, now) : now;
    return now < link->connected_until ? link->connected_until : now;
}

/* From frame to frame: both receive windows, or the silence that the duty cycle demands. */
static int64_t gap(const struct link *link, int64_t frame_ns)
{
    int64_t off = lora_off_time_ns(link->network->config.region, frame_ns);
    return off > RX2_NS ? off : RX2_NS;
}

static enum link_entry enter(struct link *link, int64_t now, enum link_direction direction,
                             uint32_t size, int64_t *wait)
{
    struct cell *cell = link->network->cell;
    struct burst burst = burst_of(link, size);
    int64_t airtime = burst.frames * burst.frame_ns;
    (void)wait;
    if (!link->attached)
        airtime = burst.frame_ns = lora_uplink_airtime_ns(link->mode, JOIN_REQUEST_BYTES);
    if (cell)
        cell_work(cell, direction == LINK_UP ? link->mode - SF_LOWEST : GATEWAY_SENDS, airtime);
    if (direction == LINK_UP)
        link->connected_until = now + airtime + burst.frames * gap(link, burst.frame_ns);
    return LINK_ENTERED;
}

static bool chance(struct link *link, uint32_t ppm)
{
    return random_chance_ppm(&link->random, ppm);
}

/* A frame to the gateway: level, others on the air, and the gateway deaf while it sends itself. */
static bool uplink_lost(struct link *link)
{
    const struct cell *cell = link->network->cell;
    int sf = link->mode - SF_LOWEST;
    if (chance(link, lora_packet_error_ppm(link->rssi_cdbm - gateway_sensitivity_cdbm[sf])))
        return true;
    if (!cell)
        return false;
    return chance(link, cell->load[sf].collision_ppm) ||
           chance(link, cell->load[GATEWAY_SENDS].collision_ppm);
}

static bool downlink_lost(struct link *link)
{
    const struct cell *cell = link->network->cell;
    int sf = link->mode - SF_LOWEST;
    return chance(link, lora_packet_error_ppm(link->rssi_cdbm - device_sensitivity_cdbm[sf])) ||
           (cell && chance(link, cell->load[GATEWAY_SENDS].collision_ppm));
}

static bool lost(struct link *link, int64_t now, enum link_direction direction, uint32_t size)
{
    int frames = link->attached ? burst_of(link, size).frames : 1;
    bool by_keep_alive =
        direction == LINK_DOWN && link_listens_after_sending(link) && next_window(link, now) == now;
    bool gone = by_keep_alive && uplink_lost(link);
    for (int i = 0; i < frames && !gone; i++)
        gone = direction == LINK_UP ? uplink_lost(link) : downlink_lost(link);
    if (!link->attached && !gone)
        gone = downlink_lost(link); /* the join accept */
    return gone;
}

static int64_t delay(struct link *link, int64_t now, enum link_direction direction, uint32_t size)
{
    (void)now;
    struct burst burst = burst_of(link, size);
    int64_t sum = random_between(&link->random, GATEWAY_MIN_NS, GATEWAY_MAX_NS);
    if (!link->attached)
        return sum + lora_uplink_airtime_ns(link->mode, JOIN_REQUEST_BYTES) + JOIN_RX1_NS +
               lora_uplink_airtime_ns(link->mode, JOIN_ACCEPT_BYTES);
    sum += burst.frames * burst.frame_ns + (burst.frames - 1) * gap(link, burst.frame_ns);
    if (direction == LINK_DOWN && link_listens_after_sending(link))
        sum += RX1_NS;
    return sum;
}

static int64_t retry(struct link *link, enum link_direction direction, int attempt)
{
    if (direction == LINK_DOWN && link_listens_after_sending(link))
        return 1; /* the next window, whenever it opens */
    if (link->attached && attempt < TRANSMISSIONS)
        return random_between(&link->random, ACK_MIN_NS, ACK_MAX_NS);
    return link_reconnect_after(link, link->attached ? attempt - TRANSMISSIONS + 1 : attempt);
}

#define ALOHA                                                                                      \
    {                                                                                              \
        .preambles = GATEWAY_CHANNELS                                                              \
    }
static const struct cell_resource resources[] = {
    ALOHA,
    ALOHA,
    ALOHA,
    ALOHA,
    ALOHA,
    ALOHA,
    {.preambles = 2}, /* one transmitter, two receive windows */
};

const struct link_profile link_lora = {
    .boot_min_ns = 2 * NS_PER_S,
    .boot_max_ns = 5 * NS_PER_S,
    .attaches = true,
    .keep_alive_ns = 300 * NS_PER_S,
    .keep_alive_airtime_ns = 46336000, /* 13 bytes, SF7 */
    .burst_offset_cdb = 2500,
    .resources = resources,
    .resource_count = SPREADING_FACTORS + 1,
    .tune = tune,
    .opens = opens,
    .enter = enter,
    .lost = lost,
    .delay = delay,
    .retry = retry,
};
