/*
 * Claim 10: how long a remote order takes, from the platform to contacts that have moved, on every
 * link and at every signal. Orders go through real frames and envelopes; those to one flat are so
 * far apart that the radio sleeps before each.
 */
#include "tests/validate/validate.h"

#include "sim/site.h"

#include <assert.h>
#include <stdlib.h>

enum { FLATS_MAX = 200, FLATS_QUICK = 50, ORDERS_A_FLAT = 20, USER = 0, LEVEL = 2 };
#define SPACING_NS (15 * NS_PER_MIN)
#define TIME_OUT_NS                                                                                \
    (10 * NS_PER_MIN) /* the platform gives an order up after ten tries a minute apart */
#define TIME_OUT_S 600.0
#define CLAIM_S 5.0

struct pending {
    int64_t ordered_at; /* TIME_NEVER: none */
    bool closes;
};

struct watch {
    struct event_sink sink;
    struct pending pending[FLATS_MAX];
    double *latencies; /* s, of those that were done */
    int done;
    double saved_s[FLATS_MAX]; /* against the time-out, by flat */
};

static void put(struct event_sink *sink, const struct event *event)
{
    struct watch *watch = (struct watch *)sink;
    if (event->kind != EVENT_CONTACTS || event->flat == EVENT_NO_FLAT)
        return;
    struct pending *pending = &watch->pending[event->flat - 1];
    if (pending->ordered_at == TIME_NEVER || pending->closes != (event->a != 0))
        return;
    int64_t took = event->at - pending->ordered_at;
    pending->ordered_at = TIME_NEVER;
    if (took > TIME_OUT_NS)
        return; /* counted at the time-out */
    watch->latencies[watch->done++] = (double)took * 1e-9;
    watch->saved_s[event->flat - 1] += TIME_OUT_S - (double)took * 1e-9;
}

struct outcome {
    int orders, done;
    struct measure
        mean; /* undelivered ones at the time-out; its interval is that of the flats' means */
    double p50, p95, p99;
};

static void order(struct site *site, struct watch *watch, uint32_t number)
{
    struct flat *flat = site_flat(site, number);
    bool closes = !plant_contacts_closed(&flat->plant);
    watch->pending[number - 1] = (struct pending){site->now, closes};
    int result = account_order(&flat->account, site->now,
                               closes ? DLT645_RELAY_CLOSE : DLT645_RELAY_TRIP, USER, LEVEL);
    assert(result == 0);
    (void)result;
    flat_settle(flat, site->now);
    site_touched(site, flat);
}

static struct site *new_site(const struct validation *validation, const struct link_config *link,
                             enum signal_class signal, uint32_t flats, struct watch *watch)
{
    struct site_config config = site_config_default();
    int error;
    config.seed = validation->seed;
    config.flats = flats;
    config.signal = signal;
    config.link = *link;
    config.household = NULL;
    config.meeting_ns = 10 * NS_PER_S;
    config.policy.poll_ns = 0;
    struct site *site = site_new(&config, &watch->sink, &error);
    assert(site);
    return site;
}

/* Order i goes to flat i modulo flats, at a random moment of its share of the spacing. */
static void give_orders(const struct validation *validation, struct site *site, struct watch *watch,
                        int orders)
{
    struct random random = random_stream(validation->seed, RANDOM_NO_FLAT, RANDOM_SCRIPT);
    int64_t slot = SPACING_NS / site->flat_count;
    for (int i = 0; i < orders; i++) {
        int64_t jitter = (int64_t)random_below(&random, (uint64_t)slot);
        site_run_until(site, NS_PER_MIN + i * slot + jitter);
        order(site, watch, (uint32_t)i % site->flat_count + 1);
    }
    site_run_until(site, site->now + TIME_OUT_NS);
}

static struct outcome evaluate(struct watch *watch, int orders, uint32_t flats)
{
    struct outcome outcome = {.orders = orders, .done = watch->done};
    struct moments moments = {0};
    for (int i = watch->done; i < orders; i++)
        watch->latencies[i] = TIME_OUT_S;
    sort_values(watch->latencies, orders);
    for (uint32_t i = 0; i < flats; i++)
        moments_add(&moments, TIME_OUT_S - watch->saved_s[i] / ORDERS_A_FLAT);
    outcome.mean = moments_mean(&moments);
    outcome.mean.n = orders;
    outcome.p50 = sorted_quantile(watch->latencies, orders, 0.50).value;
    outcome.p95 = sorted_quantile(watch->latencies, orders, 0.95).value;
    outcome.p99 = sorted_quantile(watch->latencies, orders, 0.99).value;
    return outcome;
}

static struct outcome measure(const struct validation *validation, const struct link_config *link,
                              enum signal_class signal)
{
    uint32_t flats = (uint32_t)sample_size(validation, FLATS_MAX, FLATS_QUICK);
    int orders = (int)flats * ORDERS_A_FLAT;
    struct watch watch = {.sink = {put}, .latencies = calloc((size_t)orders, sizeof(double))};
    for (uint32_t i = 0; i < flats; i++)
        watch.pending[i].ordered_at = TIME_NEVER;
    struct site *site = new_site(validation, link, signal, flats, &watch);
    give_orders(validation, site, &watch, orders);
    struct outcome outcome = evaluate(&watch, orders, flats);
    site_free(site);
    free(watch.latencies);
    return outcome;
}

/* ---- the table ---- */

static const struct {
    const char *title;
    struct link_config config;
} links[] = {
    {"4G Cat.1", {.kind = LINK_CAT1}},
    {"4G Cat.1 bis", {.kind = LINK_CAT1BIS}},
    {"NB-IoT", {.kind = LINK_NBIOT}},
    {"LoRaWAN class A", {.kind = LINK_LORA}},
    {"LoRaWAN class C", {.kind = LINK_LORA, .class_c = true}},
    {"RS-485 gateway", {.kind = LINK_RS485}},
};
enum { LINKS = sizeof links / sizeof links[0] };

static const char *holds(const struct measure *mean)
{
    if (mean->value + mean->half < CLAIM_S)
        return "yes";
    return mean->value - mean->half >= CLAIM_S ? "no" : "undecided";
}

static void write_line(const struct validation *validation, const char *title, int signal,
                       const struct outcome *outcome)
{
    char delivered[24], mean[48], p50[16], p95[16], p99[16], orders[16];
    snprintf(orders, sizeof orders, "%d", outcome->orders);
    snprintf(delivered, sizeof delivered, "%.2f %%", 100.0 * outcome->done / outcome->orders);
    snprintf(mean, sizeof mean, "%.2f ± %.2f", outcome->mean.value, outcome->mean.half);
    snprintf(p50, sizeof p50, "%.2f", outcome->p50);
    snprintf(p95, sizeof p95, "%.2f", outcome->p95);
    snprintf(p99, sizeof p99, "%.2f", outcome->p99);
    const char *const cells[] = {title,
                                 signal == SIGNAL_EDGE ? "edge (garage)"
                                                       : signal_class_name(signal),
                                 orders,
                                 delivered,
                                 mean,
                                 p50,
                                 p95,
                                 p99,
                                 holds(&outcome->mean),
                                 NULL};
    report_cells(validation->report, cells);
}

static void draw(const struct validation *validation, double means[LINKS][SIGNAL_CLASS_COUNT])
{
    static const double signals[SIGNAL_CLASS_COUNT] = {1, 2, 3, 4, 5};
    static const double claim_x[] = {1, 5}, claim_y[] = {CLAIM_S, CLAIM_S};
    struct series series[LINKS + 1];
    for (int i = 0; i < LINKS; i++)
        series[i] =
            (struct series){links[i].title, SERIES_LINE, i, SIGNAL_CLASS_COUNT, signals, means[i]};
    series[LINKS] = (struct series){"5 s", SERIES_DASHED, 6, 2, claim_x, claim_y};
    plot_write(
        &(struct plot){"Mean time of an order, undelivered ones at 600 s",
                       {"signal: 1 good, 2 fair, 3 poor, 4 edge (garage), 5 dead", 1, 5, false, 1},
                       {"s", 0.1, 1000, true, 0},
                       LINKS + 1,
                       series},
        validation->pictures, "orders.svg");
    report_picture(validation->report, "orders.svg", "Mean time of an order by link and signal");
}

/* The claim's own words: Cat.1, weak signal, underground garage. */
static void judge(const struct validation *validation, struct outcome cat1[SIGNAL_CLASS_COUNT])
{
    static const char *const names[SIGNAL_DEAD] = {"mean time of an order on Cat.1, signal good",
                                                   "the same, signal fair", "the same, signal poor",
                                                   "the same, signal edge (underground garage)"};
    for (int i = SIGNAL_GOOD; i < SIGNAL_DEAD; i++)
        report_row(validation->report,
                   &(struct row){
                       .statistic = names[i],
                       .unit = "s",
                       .target = "under 5 s",
                       .low = 0,
                       .high = nextafter(CLAIM_S, 0),
                       .measured = cat1[i].mean,
                       .decimals = 2,
                       .source = "claim 10 of the product; its links' figures are in models.md"});
}

void validate_orders(const struct validation *validation)
{
    static const char *const heading[] = {"link", "signal", "orders", "delivered",      "mean, s",
                                          "p50",  "p95",    "p99",    "mean under 5 s", NULL};
    static double means[LINKS][SIGNAL_CLASS_COUNT];
    static struct outcome outcomes[LINKS][SIGNAL_CLASS_COUNT];
    report_section(validation->report, "Orders by link and signal",
                   "From the platform to contacts that have moved, through real frames and "
                   "envelopes, the radio asleep before\n"
                   "each order. One that was not done within the 10 min for which the platform "
                   "tries counts as 600 s. The interval\n"
                   "is that of the flats' means; when it holds 5 s the last column is undecided.");
    report_table(validation->report, heading);
    for (int i = 0; i < LINKS; i++)
        for (int s = 0; s < SIGNAL_CLASS_COUNT; s++) {
            outcomes[i][s] = measure(validation, &links[i].config, (enum signal_class)s);
            means[i][s] = outcomes[i][s].mean.value;
            write_line(validation, links[i].title, s, &outcomes[i][s]);
        }
    draw(validation, means);
    judge(validation, outcomes[0]);
}
