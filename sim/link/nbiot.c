/*
 * NB-IoT. How long a session takes is measured, not computed: the spans of a public data set of
 * 9,299 sessions (Robinson, Stellenbosch 2019) by coverage level. Between its quantiles they are
 * log-normal piece by piece, beyond the last one exponential. They hold random access, repetitions,
 * data and release; what competes for the cell comes on top.
 */
#include "sim/link/profile.h"

#define MS(x) ((x)*NS_PER_MS)
#define PAGING_CYCLE_NS MS(2560) /* row "NB-IoT paging" */
#define EXTENDED_CYCLE_NS MS(20480)
#define SESSION_LEAST_NS MS(100)
#define CONNECTED_SIGMA_MILLI 500           /* row "NB-IoT connected" */
#define ATTACH_TAIL_FROM_NS (30 * NS_PER_S) /* row "NB-IoT attach" */
#define ATTACH_TAIL_NS (15 * NS_PER_S)
#define RETRY_MIN_NS (5 * NS_PER_S) /* row "NB-IoT retry" */
#define RETRY_MAX_NS (30 * NS_PER_S)
enum {
    COVERAGE_LEVELS = 3,
    MEASURED_BYTES = 168, /* the size at which the medians by size meet that of all */
    QUANTILES = 7,
    ATTACH_TAIL_PPM = 100000,
    ATTACH_SIGMA_MILLI = 500,
    ATTACH_SESSIONS = 6, /* of the cell's time */
    RETRIES = 3,
    PREAMBLE_TRIES_MAX = 10,
};

static const struct {
    int32_t session_ms[QUANTILES]; /* row "NB-IoT session": at 5, 25, 50, 75, 90, 95, 99 % */
    int64_t tail_ns;               /* mean of what the slowest hundredth takes longer than the last */
    int64_t byte_ns;                 /* each byte more or less than MEASURED_BYTES */
    int64_t connected_ns, attach_ns; /* medians */
    int64_t work_ns;                 /* of the carrier */
} levels[COVERAGE_LEVELS] = {
    {{660, 1270, 1570, 1960, 2510, 3010, 7890}, MS(25700), 790000, MS(140), MS(3200), MS(40)},
    {{980, 1440, 2380, 3420, 5160, 6620, 15100}, MS(19800), 1100000, MS(300), MS(5400), MS(150)},
    {{1230, 2370, 3510, 4380, 15700, 28600, 69500}, MS(85200), 1410000, MS(1500), MS(6700), MS(800)},
};

/* The standard normal's quantiles at those shares, in millionths. */
static const int32_t normal_micro[QUANTILES] = {-1644854, -674490, 0,      674490,
                                                1281552,  1644854, 2326348};

/* Row "NB-IoT coverage levels": shares of levels 0 and 1 as measured, by level. */
static const struct {
    int32_t above_cdbm;
    uint32_t level_0_ppm, level_1_ppm;
} coverage[] = {
    {-6000, 950000, 50000},   {-8000, 1000000, 0},      {-9000, 960000, 40000},
    {-10000, 620000, 350000}, {-11000, 440000, 540000}, {-12000, 0, 530000},
    {-12500, 170000, 20000},  {-13500, 140000, 0},      {INT32_MIN, 0, 0},
};

int nbiot_coverage_level(struct random *random, int32_t rsrp_cdbm)
{
    int row = 0;
    while (rsrp_cdbm <= coverage[row].above_cdbm)
        row++;
    uint32_t draw = (uint32_t)random_below(random, 1000000);
    if (draw < coverage[row].level_0_ppm)
        return 0;
    return draw < coverage[row].level_0_ppm + coverage[row].level_1_ppm ? 1 : 2;
}

int64_t nbiot_session(struct random *random, int level, uint32_t size)
{
    const int32_t *quantiles = levels[level].session_ms;
    int32_t z = (int32_t)random_normal(random, 0, 1000000, -6000000, 6000000);
    int64_t span;
    if (z >= normal_micro[QUANTILES - 1]) {
        span = MS(quantiles[QUANTILES - 1]) + random_exponential(random, levels[level].tail_ns);
    } else {
        int piece = 0;
        while (piece < QUANTILES - 2 && z >= normal_micro[piece + 1])
            piece++;
        double low = random_ln(quantiles[piece]), high = random_ln(quantiles[piece + 1]);
        double share = (double)(z - normal_micro[piece]) /
                       (double)(normal_micro[piece + 1] - normal_micro[piece]);
        span = (int64_t)(random_exp(low + share * (high - low)) * (double)NS_PER_MS);
    }
    span += ((int64_t)size - MEASURED_BYTES) * levels[level].byte_ns;
    return span > SESSION_LEAST_NS ? span : SESSION_LEAST_NS;
}

static int64_t attach(struct link *link)
{
    if (random_chance_ppm(&link->random, ATTACH_TAIL_PPM))
        return ATTACH_TAIL_FROM_NS + random_exponential(&link->random, ATTACH_TAIL_NS);
    return random_lognormal(&link->random, levels[link->mode].attach_ns, ATTACH_SIGMA_MILLI);
}

static int64_t connected_delay(struct link *link)
{
    return random_lognormal(&link->random, levels[link->mode].connected_ns, CONNECTED_SIGMA_MILLI);
}

static int64_t delay(struct link *link, int64_t now, enum link_direction direction, uint32_t size)
{
    if (!link->attached)
        return attach(link);
    if (link_connected(link, now))
        return connected_delay(link);
    int64_t sum = nbiot_session(&link->random, link->mode, size);
    if (direction == LINK_UP)
        return sum;
    bool slept =
        link_listens_after_sending(link) && now >= link->connected_until + LINK_ACTIVE_TIME_NS;
    if (slept) /* it woke to send its keep-alive: that was the session, now the answer */
        return sum + connected_delay(link);
    return sum + cellular_page_wait(link, PAGING_CYCLE_NS, EXTENDED_CYCLE_NS);
}

static enum link_entry enter(struct link *link, int64_t now, enum link_direction direction,
                             uint32_t size, int64_t *wait)
{
    (void)direction;
    (void)size;
    if (!link_connected(link, now))
        link->mode = (uint8_t)nbiot_coverage_level(&link->random, link->rsrp_cdbm);
    int64_t work_ns = levels[link->mode].work_ns * (link->attached ? 1 : ATTACH_SESSIONS);
    return cellular_enter(link, now, link->mode, PREAMBLE_TRIES_MAX, work_ns, wait);
}

static int64_t retry(struct link *link, enum link_direction direction, int attempt)
{
    (void)direction;
    if (link->attached && attempt < RETRIES)
        return random_between(&link->random, RETRY_MIN_NS, RETRY_MAX_NS);
    return link_reconnect_after(link, link->attached ? attempt - RETRIES + 1 : attempt);
}

/* Row "random access, NB-IoT": opportunities of each coverage level; back-off in the powers of two
 * of TS 36.321. */
static const struct cell_resource resources[COVERAGE_LEVELS] = {
    {.opportunity_ns = MS(320),
     .preambles = 24,
     .backoff_min_ns = MS(256),
     .backoff_max_ns = MS(524288)},
    {.opportunity_ns = MS(640),
     .preambles = 12,
     .backoff_min_ns = MS(256),
     .backoff_max_ns = MS(524288)},
    {.opportunity_ns = MS(2560),
     .preambles = 12,
     .backoff_min_ns = MS(256),
     .backoff_max_ns = MS(524288)},
};

const struct link_profile link_nbiot = {
    .boot_min_ns = 8 * NS_PER_S,
    .boot_max_ns = 15 * NS_PER_S,
    .attaches = true,
    .keep_alive_ns = 600 * NS_PER_S,
    .inactivity_ns = 10 * NS_PER_S,
    .burst_offset_cdb = 1200,
    .resources = resources,
    .resource_count = COVERAGE_LEVELS,
    .opens = cellular_opens,
    .enter = enter,
    .delay = delay,
    .retry = retry,
};
