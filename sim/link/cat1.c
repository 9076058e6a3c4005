/* LTE Cat.1, and Cat.1 bis with its one antenna: the same at 3 dB less. */
#include "sim/link/profile.h"

#define PROMOTION_NS (60 * NS_PER_MS)         /* row "idle to connected" */
#define PROMOTION_GAMMA_NS (25 * NS_PER_MS)   /* row "idle to connected", shape 4 */
#define PAGING_CYCLE_NS (1280 * NS_PER_MS)    /* row "idle paging cycle (DRX)" */
#define EXTENDED_CYCLE_NS (20480 * NS_PER_MS) /* row "eDRX cycle" */
#define HALF_ROUND_TRIP_NS (30 * NS_PER_MS)   /* row "connected round trip" */
#define HARQ_ROUND_NS (8 * NS_PER_MS)         /* row "HARQ" */
#define ATTACH_MIN_NS (1 * NS_PER_S)          /* row "attach" */
#define ATTACH_MAX_NS (5 * NS_PER_S)
#define SESSION_WORK_NS (10 * NS_PER_MS) /* row "cell, Cat.1" */
#define ATTACH_WORK_NS (25 * NS_PER_MS)
enum { HALF_ROUND_TRIP_SIGMA_MILLI = 350, HARQ_ROUNDS_MAX = 4, PREAMBLE_TRIES_MAX = 10 };

/* Rows "SINR", "block errors", "air time". */
enum {
    NOISE_CDBM = -12500, /* thermal noise of a resource element, noise figure 7 dB */
    INTERFERENCE_CDB = 800,
    BLOCK_ERROR_PPM = 100000,    /* what link adaptation aims at */
    BLOCK_ERROR_HALF_CDB = -926, /* below the lowest scheme: half of the blocks fail here, .. */
    BLOCK_ERROR_SIGMA_CDB = 200, /* .. and a tenth at -6.7 dB */
    OVERHEAD_BYTES = 90,         /* MQTT, TLS record, TCP, IP */
    RESOURCE_BLOCK_HZ = 180000,
    RESOURCE_BLOCKS = 6,
};
static const int16_t cqi_sinr_cdb[16] = {INT16_MIN, -670, -470, -230, 20,   240,  430,  590,
                                         810,       1030, 1170, 1410, 1630, 1870, 2100, 2270};
static const uint16_t cqi_bits_per_10_khz_s[16] = {1523,  1523,  2344,  3770,  6016,  8770,
                                                   11758, 14766, 19141, 24063, 27305, 33223,
                                                   39023, 45234, 51152, 55547};

static int32_t sinr_cdb(int32_t rsrp_cdbm)
{
    return rsrp_cdbm - NOISE_CDBM - INTERFERENCE_CDB;
}

int cat1_cqi(int32_t rsrp_cdbm)
{
    int cqi = 15;
    while (sinr_cdb(rsrp_cdbm) < cqi_sinr_cdb[cqi])
        cqi--;
    return cqi;
}

uint32_t cat1_block_error_ppm(int32_t rsrp_cdbm)
{
    if (cat1_cqi(rsrp_cdbm) > 0)
        return BLOCK_ERROR_PPM;
    int32_t above_half_cdb = sinr_cdb(rsrp_cdbm) - BLOCK_ERROR_HALF_CDB;
    return normal_tail_ppm(above_half_cdb * 1000 / BLOCK_ERROR_SIGMA_CDB);
}

static int64_t airtime(int32_t rsrp_cdbm, uint32_t size)
{
    int64_t bits = (int64_t)(size + OVERHEAD_BYTES) * 8;
    int64_t rate = (int64_t)cqi_bits_per_10_khz_s[cat1_cqi(rsrp_cdbm)] * RESOURCE_BLOCKS *
                   (RESOURCE_BLOCK_HZ / 10000);
    return bits * NS_PER_S / rate;
}

int64_t cat1_connected_delay(struct link *link, uint32_t size)
{
    int32_t level_cdbm = link->rsrp_cdbm + link->network->profile->burst_offset_cdb;
    uint32_t block_error_ppm = cat1_block_error_ppm(level_cdbm);
    int64_t sum = random_lognormal(&link->random, HALF_ROUND_TRIP_NS, HALF_ROUND_TRIP_SIGMA_MILLI);
    for (int i = 0; i < HARQ_ROUNDS_MAX && random_chance_ppm(&link->random, block_error_ppm); i++)
        sum += HARQ_ROUND_NS;
    return sum + airtime(level_cdbm, size);
}

static int64_t delay(struct link *link, int64_t now, enum link_direction direction, uint32_t size)
{
    if (!link->attached)
        return random_between(&link->random, ATTACH_MIN_NS, ATTACH_MAX_NS);
    int64_t sum = cat1_connected_delay(link, size);
    if (link_connected(link, now))
        return sum;
    sum += PROMOTION_NS + random_gamma(&link->random, 4, PROMOTION_GAMMA_NS);
    if (direction == LINK_DOWN) /* the platform's message waits until the modem listens */
        sum += cellular_page_wait(link, PAGING_CYCLE_NS, EXTENDED_CYCLE_NS);
    return sum;
}

static enum link_entry enter(struct link *link, int64_t now, enum link_direction direction,
                             uint32_t size, int64_t *wait)
{
    (void)direction;
    (void)size;
    int64_t work_ns = link->attached ? SESSION_WORK_NS : ATTACH_WORK_NS;
    return cellular_enter(link, now, 0, PREAMBLE_TRIES_MAX, work_ns, wait);
}

/* TCP while the connection lives (1 s, doubling); then it is dead and made anew. */
static int64_t retry(struct link *link, enum link_direction direction, int attempt)
{
    enum { TCP_ATTEMPTS = 5 };
    (void)direction;
    if (link->attached && attempt < TCP_ATTEMPTS)
        return NS_PER_S << attempt;
    return link_reconnect_after(link, link->attached ? attempt - TCP_ATTEMPTS + 1 : attempt);
}

/* Row "random access, Cat.1". */
static const struct cell_resource resources[] = {
    {.opportunity_ns = 5 * NS_PER_MS,
     .preambles = 54,
     .backoff_min_ns = 20 * NS_PER_MS,
     .backoff_max_ns = 960 * NS_PER_MS},
};

#define CAT1_COMMON                                                                                \
    .boot_min_ns = 8 * NS_PER_S, .boot_max_ns = 15 * NS_PER_S, .attaches = true,                   \
    .keep_alive_ns = 120 * NS_PER_S, .inactivity_ns = 10 * NS_PER_S, .resources = resources,       \
    .resource_count = 1, .opens = cellular_opens, .enter = enter, .delay = delay, .retry = retry

const struct link_profile link_cat1 = {CAT1_COMMON};
const struct link_profile link_cat1bis = {CAT1_COMMON, .burst_offset_cdb = -300};
