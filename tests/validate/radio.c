/* The radio links, each against the measurements, standards and formulas that docs/models.md names.
 */
#include "tests/validate/validate.h"

#include "sim/link/profile.h"

#include <assert.h>
#include <stdlib.h>

/* ---- NB-IoT ---- */

/* Sessions of one datagram from idle, as an outside current monitor timed them: a public data set
 * of 9,299 sessions (Robinson, Stellenbosch 2019), one badly set network left out. Seconds. */
enum { LEVELS = 3, QUANTILES = 7, SESSION_BYTES = 168 };
static const double quantiles[QUANTILES] = {0.05, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99};
static const char *const quantile_names[QUANTILES] = {"p5",  "p25", "p50", "p75",
                                                      "p90", "p95", "p99"};
static const struct {
    double measured[QUANTILES], measured_mean;
} sessions[LEVELS] = {
    {{0.66, 1.27, 1.57, 1.96, 2.51, 3.01, 7.89}, 2.00},
    {{0.98, 1.44, 2.38, 3.42, 5.16, 6.62, 15.1}, 3.11},
    {{1.23, 2.37, 3.51, 4.38, 15.7, 28.6, 69.5}, 7.64},
};
/* The far end rests on few sessions, here and there. */
static const double tolerance[QUANTILES] = {0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.10};
#define MEAN_TOLERANCE 0.05

static void session_row(const struct validation *validation, int level, const char *name,
                        double target, double share, struct measure measured)
{
    char statistic[64], words[64];
    snprintf(statistic, sizeof statistic, "NB-IoT session, coverage level %d, %s", level, name);
    snprintf(words, sizeof words, "%.2f ± %.0f %%", target, share * 100);
    report_row(validation->report, &(struct row){.statistic = statistic,
                                                 .unit = "s",
                                                 .target = words,
                                                 WITHIN_SHARE(target, share),
                                                 .measured = measured,
                                                 .decimals = 2,
                                                 .source = "Robinson 2019"});
}

static void session_times(const struct validation *validation, double *values, int n, int level)
{
    struct random random = random_stream(validation->seed, (uint32_t)level, RANDOM_METER_LINK);
    struct moments moments = {0};
    for (int i = 0; i < n; i++) {
        values[i] = (double)nbiot_session(&random, level, SESSION_BYTES) * 1e-9;
        moments_add(&moments, values[i]);
    }
    sort_values(values, n);
    for (int q = 0; q < QUANTILES; q++)
        session_row(validation, level, quantile_names[q], sessions[level].measured[q], tolerance[q],
                    sorted_quantile(values, n, quantiles[q]));
    session_row(validation, level, "mean", sessions[level].measured_mean, MEAN_TOLERANCE,
                moments_mean(&moments));
}

static void draw_sessions(const struct validation *validation, double *const values[LEVELS], int n)
{
    enum { POINTS = 200 };
    static const char *const names[LEVELS] = {"level 0", "level 1", "level 2"};
    static double x[LEVELS][POINTS], y[POINTS];
    struct series series[2 * LEVELS + 1];
    for (int i = 0; i < POINTS; i++)
        y[i] = (i + 0.5) / POINTS;
    for (int level = 0; level < LEVELS; level++) {
        for (int i = 0; i < POINTS; i++)
            x[level][i] = sorted_quantile(values[level], n, y[i]).value;
        series[level] = (struct series){names[level], SERIES_LINE, level, POINTS, x[level], y};
        series[LEVELS + level] =
            (struct series){level ? NULL : "measured", SERIES_POINTS, level, QUANTILES,
                            sessions[level].measured,  quantiles};
    }
    plot_write(&(struct plot){"NB-IoT: time of a session by coverage level",
                              {"s", 0.3, 100, true, 0},
                              {"share", 0, 1, false, 0.1},
                              2 * LEVELS,
                              series},
               validation->pictures, "nbiot.svg");
    report_picture(validation->report, "nbiot.svg",
                   "Time of an NB-IoT session, model and measured quantiles");
}

/* Shares of sessions in levels 0 and 1 (the rest in 2) among the measured ones by RSRP. */
static void coverage(const struct validation *validation, int n)
{
    static const struct {
        int dbm;
        double share[LEVELS];
        const char *range;
    } rows[] = {
        {-50, {.95, .05, 0}, "above -60"},       {-70, {1, 0, 0}, "-80 to -60"},
        {-85, {.96, .04, 0}, "-90 to -80"},      {-95, {.62, .35, .03}, "-100 to -90"},
        {-105, {.44, .54, .02}, "-110 to -100"}, {-115, {0, .53, .46}, "-120 to -110"},
        {-122, {.17, .02, .81}, "-125 to -120"}, {-130, {.14, 0, .86}, "-135 to -125"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        struct random random = random_stream(validation->seed, (uint32_t)r, RANDOM_PLACE);
        double counts[LEVELS] = {0}, worst = 0;
        char statistic[80], target[64];
        for (int i = 0; i < n; i++)
            counts[nbiot_coverage_level(&random, rows[r].dbm * 100)]++;
        for (int level = 0; level < LEVELS; level++)
            worst = fmax(worst, fabs(counts[level] / n - rows[r].share[level]));
        snprintf(statistic, sizeof statistic, "NB-IoT coverage level, RSRP %s dBm: furthest share",
                 rows[r].range);
        snprintf(target, sizeof target, "%.2f %.2f %.2f, each ± 0.03", rows[r].share[0],
                 rows[r].share[1], rows[r].share[2]);
        report_row(validation->report, &(struct row){.statistic = statistic,
                                                     .unit = "off",
                                                     .target = target,
                                                     .low = 0,
                                                     .high = 0.03,
                                                     .measured = exactly(worst, n),
                                                     .decimals = 3,
                                                     .source = "Robinson 2019"});
    }
}

static void nbiot(const struct validation *validation)
{
    double *values[LEVELS];
    int n = sample_size(validation, 200000, 20000);
    report_section(validation->report, "NB-IoT",
                   "A session's time from idle. What was measured is the span of radio activity of "
                   "one datagram, an upper\n"
                   "bound of its delay; sends that took over 300 s are missing from it. The model "
                   "is made of the quantiles that\n"
                   "it is held against here, with a tail that gives the mean.");
    for (int level = 0; level < LEVELS; level++) {
        values[level] = calloc((size_t)n, sizeof *values[level]);
        session_times(validation, values[level], n, level);
    }
    coverage(validation, n);
    draw_sessions(validation, values, n);
    for (int level = 0; level < LEVELS; level++)
        free(values[level]);
}

/* ---- one link by itself ---- */

struct lone {
    struct event_queue queue;
    struct link_pool pool;
    struct link_network network;
    struct link link;
};

static void lone_init(struct lone *lone, const struct validation *validation, enum link_kind kind)
{
    const struct link_config config = {.kind = kind};
    bool ready = link_pool_init(&lone->pool, LINK_POOL_PLACES);
    assert(ready);
    (void)ready;
    link_network_init(&lone->network, &config, &lone->pool, NULL, NULL, validation->seed, 1);
}

/* A new link of this number, as if nothing had happened before. */
static void lone_link(struct lone *lone, const struct validation *validation, uint32_t number,
                      enum signal_class signal)
{
    queue_init(&lone->queue, LINK_DIRECTIONS);
    link_init(&lone->link, &lone->network, (struct timers){&lone->queue, 0, LINK_DIRECTIONS},
              number, random_stream(validation->seed, number, RANDOM_METER_LINK), signal);
}

/* Milliseconds from handing over a message to its arrival. */
static double lone_send(struct lone *lone, int64_t now, enum link_direction direction,
                        uint32_t size)
{
    static const uint8_t bytes[LINK_MESSAGE_MAX];
    struct link_message message;
    int sent = link_send(&lone->link, now, direction, bytes, size);
    assert(sent == 0);
    (void)sent;
    for (;;) {
        int slot = -1;
        int64_t at = queue_next(&lone->queue, &slot);
        assert(at != TIME_NEVER);
        if (link_timer(&lone->link, at, (enum link_direction)slot, &message))
            return (double)(at - now) * 1e-6;
    }
}

/* ---- Cat.1 ---- */

struct cat1_parts {
    struct moments idle_up, idle_down, connected;
    double *connected_values;
};

static void cat1_times(const struct validation *validation, struct cat1_parts *parts, int n)
{
    enum { BYTES = 60 };
    struct lone lone;
    lone_init(&lone, validation, LINK_CAT1);
    for (int i = 0; i < n; i++) {
        lone_link(&lone, validation, (uint32_t)i + 1, SIGNAL_GOOD);
        lone.link.faults.lossless = true;
        int64_t now = NS_PER_MIN;
        moments_add(&parts->idle_up, lone_send(&lone, now, LINK_UP, BYTES));
        double again = lone_send(&lone, now + 5 * NS_PER_S, LINK_UP, BYTES);
        moments_add(&parts->connected, again);
        parts->connected_values[i] = again;
        moments_add(&parts->idle_down, lone_send(&lone, now + 5 * NS_PER_MIN, LINK_DOWN, BYTES));
    }
    link_pool_free(&lone.pool);
}

static struct measure difference(const struct moments *a, const struct moments *b)
{
    struct measure mean_a = moments_mean(a), mean_b = moments_mean(b);
    return (struct measure){mean_a.value - mean_b.value, hypot(mean_a.half, mean_b.half), a->n};
}

static void cat1(const struct validation *validation)
{
    int n = sample_size(validation, 50000, 5000);
    struct cat1_parts parts = {.connected_values = calloc((size_t)n, sizeof(double))};
    cat1_times(validation, &parts, n);
    sort_values(parts.connected_values, n);
    struct report *report = validation->report;
    report_section(report, "Cat.1",
                   "Messages of 60 bytes at signal good on a link without losses, from idle and "
                   "connected. The parts of the delay\n"
                   "are differences of means.");
    report_row(report, &(struct row){.statistic = "connected, one way, median",
                                     .unit = "ms",
                                     .target = "25 to 35: half of 50 to 70",
                                     .low = 25,
                                     .high = 35,
                                     .measured = sorted_quantile(parts.connected_values, n, 0.5),
                                     .decimals = 2,
                                     .source = "LTE round trips, from memory"});
    report_row(report, &(struct row){
                           .statistic = "promotion from idle: up from idle less connected",
                           .unit = "ms",
                           .target = "100 (3GPP's target) to 260 (Huang and others, MobiSys 2012)",
                           .low = 100,
                           .high = 260,
                           .measured = difference(&parts.idle_up, &parts.connected),
                           .decimals = 1,
                           .source = "from memory"});
    report_row(report, &(struct row){.statistic = "paging wait: down from idle less up from idle",
                                     .unit = "ms",
                                     .target = "640 ± 10: half a DRX cycle of 1.28 s",
                                     AROUND(640, 10),
                                     .measured = difference(&parts.idle_down, &parts.idle_up),
                                     .decimals = 1,
                                     .source = "DRX cycle, from memory"});
    free(parts.connected_values);
}

/* ---- loss bursts ---- */

/* First attempts at random times on links of their own: what stationary channel they meet. */
static double first_attempts_lost(const struct validation *validation, enum signal_class signal,
                                  int n)
{
    static const uint8_t byte;
    struct lone lone;
    struct random random = random_stream(validation->seed, RANDOM_NO_FLAT, RANDOM_METER_LINK);
    double lost = 0;
    lone_init(&lone, validation, LINK_CAT1);
    for (int i = 0; i < n; i++) {
        struct link_message message;
        int slot = -1;
        lone_link(&lone, validation, (uint32_t)i + 1, signal);
        int64_t now = (int64_t)random_below(&random, NS_PER_HOUR / 2);
        link_send(&lone.link, now, LINK_UP, &byte, 1);
        int64_t at = queue_next(&lone.queue, &slot);
        if (link_timer(&lone.link, at, (enum link_direction)slot, &message))
            continue;
        lost++;
        link_pool_give(&lone.pool, lone.link.lanes[LINK_UP].first);
    }
    link_pool_free(&lone.pool);
    return lost;
}

static void loss(const struct validation *validation)
{
    static const struct {
        const char *statistic, *target;
        double percent;
    } rows[SIGNAL_CLASS_COUNT] = {
        {"mean loss, signal good", "0.067 ± 10 %", 0.0666},
        {"mean loss, signal fair", "0.64 ± 10 %", 0.639},
        {"mean loss, signal poor", "6.3 ± 10 %", 6.31},
        {"mean loss, signal edge", "33 ± 10 %", 33.3},
        {"mean loss, signal dead", "94 ± 10 %", 93.6},
    };
    report_section(validation->report, "Loss bursts",
                   "First attempts of Cat.1 at random moments of links of their own, against the "
                   "stationary mean of the\n"
                   "Gilbert-Elliott parameters, worked out by hand.");
    for (int s = 0; s < SIGNAL_CLASS_COUNT; s++) {
        int n = sample_size(validation, s == SIGNAL_GOOD ? 2000000 : 200000,
                            s == SIGNAL_GOOD ? 100000 : 20000);
        struct measure share =
            share_of(first_attempts_lost(validation, (enum signal_class)s, n), n);
        share.value *= 100;
        share.half *= 100;
        report_row(
            validation->report,
            &(struct row){.statistic = rows[s].statistic,
                          .unit = "%",
                          .target = rows[s].target,
                          WITHIN_SHARE(rows[s].percent, 0.10),
                          .measured = share,
                          .decimals = 3,
                          .source = "(good s x its loss + bad s x its loss) / (good s + bad s)"});
    }
}

/* ---- LoRa ---- */

/* ms; 125 kHz, 4/5, preamble 8, explicit header, CRC. */
static void airtime(const struct validation *validation)
{
    enum { SIZES = 5, FACTORS = 6 };
    static const uint32_t sizes[SIZES] = {13, 25, 33, 51, 64};
    static const double table[SIZES][FACTORS] = {
        {46.3, 82.4, 164.9, 288.8, 577.5, 1155.1},    {61.7, 113.2, 205.8, 411.6, 823.3, 1482.8},
        {71.9, 133.6, 246.8, 452.6, 987.1, 1810.4},   {102.7, 184.8, 328.7, 616.4, 1314.8, 2465.8},
        {118.0, 215.6, 390.1, 698.4, 1560.6, 2793.5},
    };
    report_section(validation->report, "LoRa",
                   "Time on air of 13, 25, 33, 51 and 64 bytes of PHY payload at 125 kHz, 4/5, "
                   "preamble 8, header, CRC.");
    for (int f = 0; f < FACTORS; f++) {
        double worst = 0;
        char statistic[64];
        for (int s = 0; s < SIZES; s++) {
            double ms = (double)lora_uplink_airtime_ns(7 + f, sizes[s]) * 1e-6;
            worst = fmax(worst, fabs(ms - table[s][f]));
        }
        snprintf(statistic, sizeof statistic, "time on air at SF%d, largest error", 7 + f);
        report_row(validation->report,
                   &(struct row){.statistic = statistic,
                                 .unit = "ms",
                                 .target = "0 ± 0.051: the table has one decimal",
                                 .low = 0,
                                 .high = 0.051,
                                 .measured = exactly(worst, SIZES),
                                 .decimals = 3,
                                 .source = "Semtech's formula (LoRaMac-node), computed apart"});
    }
}

/* ---- RS-485 ---- */

static void bus(const struct validation *validation)
{
    enum { BYTES = 255, BITS = 11, BAUD = 2400 };
    double worst = 0;
    for (uint32_t bytes = 1; bytes <= BYTES; bytes++) {
        double exact = 1e9 * bytes * BITS / BAUD;
        worst = fmax(worst, fabs((double)rs485_bytes_ns(bytes) - exact));
    }
    report_section(validation->report, "RS-485",
                   "Time of 1 to 255 bytes on the bus, 2400 baud, 8E1.");
    report_row(validation->report,
               &(struct row){.statistic = "time of bytes on the bus, largest error",
                             .unit = "ns",
                             .target = "less than 1: whole nanoseconds",
                             .low = 0,
                             .high = nextafter(1, 0),
                             .measured = exactly(worst, BYTES),
                             .decimals = 2,
                             .source = "DL/T 645-2007: 11 bits a byte"});
}

void validate_radio(const struct validation *validation)
{
    nbiot(validation);
    cat1(validation);
    loss(validation);
    airtime(validation);
    bus(validation);
}
