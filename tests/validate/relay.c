/* The latching relay: times of its armature and contacts, and how many makes its contacts live. */
#include "tests/validate/validate.h"

#include "sim/plant/relay.h"

#include <stdlib.h>

enum { NOMINAL_MV = 220000, ROOM_MC = 25000, PULSE_MS = 120, RATED_MA = 100000 };

struct watch {
    struct event_sink sink;
    int64_t settled_at;
};

static void put(struct event_sink *sink, const struct event *event)
{
    if (event->kind == EVENT_CONTACTS)
        ((struct watch *)sink)->settled_at = event->at;
}

struct bench {
    struct watch watch;
    struct event_queue queue;
    struct relay relay;
    int64_t now;
};

static void bench_init(struct bench *bench, const struct validation *validation, int number)
{
    const struct relay_config config = {.class = RELAY_METER_100A};
    bench->watch = (struct watch){.sink = {put}};
    bench->now = 0;
    queue_init(&bench->queue, RELAY_TIMERS);
    relay_init(&bench->relay, (struct timers){&bench->queue, 0, RELAY_TIMERS},
               (struct event_source){&bench->watch.sink, (uint32_t)number + 1}, validation->seed,
               &config, true);
}

/* Milliseconds from the pulse to the armature, and from there to contacts at rest; -1: nothing
 * moved. */
struct stroke {
    double operate, settle;
};

static struct stroke pulse(struct bench *bench, bool close, int32_t current_ma,
                           struct coil_supply supply)
{
    struct stroke stroke = {-1, 0};
    int64_t began = bench->now + NS_PER_S, arrived = 0; /* the first that happens */
    relay_pulse(&bench->relay, began, (struct coil_pulse){close, PULSE_MS * NS_PER_MS}, supply);
    for (int slot; (bench->now = queue_next(&bench->queue, &slot)) != TIME_NEVER;) {
        timer_cancel(&(struct timers){&bench->queue, 0, RELAY_TIMERS}, slot);
        relay_timer(&bench->relay, bench->now, current_ma);
        arrived = arrived ? arrived : bench->now;
        stroke = (struct stroke){(double)(arrived - began) * 1e-6,
                                 (double)(bench->watch.settled_at - arrived) * 1e-6};
    }
    bench->now = began + NS_PER_S;
    return stroke;
}

static const struct coil_supply nominal = {NOMINAL_MV, NOMINAL_MV, ROOM_MC};

struct times {
    struct moments operate, release, bounce, bounces, arc;
    double longest_arc;
};

static void measure(const struct validation *validation, struct times *times, int n)
{
    struct bench bench;
    for (int i = 0; i < n; i++) {
        bench_init(&bench, validation, i);
        struct stroke open = pulse(&bench, false, 5000, nominal);
        struct stroke close = pulse(&bench, true, 5000, nominal);
        moments_add(&times->release, open.operate);
        moments_add(&times->arc, open.settle);
        times->longest_arc = fmax(times->longest_arc, open.settle);
        moments_add(&times->operate, close.operate);
        moments_add(&times->bounce, close.settle);
        moments_add(&times->bounces, bench.relay.bounces);
    }
}

static void time_row(const struct validation *validation, const char *statistic, const char *target,
                     double low, double high, struct measure measured)
{
    report_row(validation->report,
               &(struct row){.statistic = statistic,
                             .unit = "ms",
                             .target = target,
                             .low = low,
                             .high = high,
                             .measured = measured,
                             .decimals = 3,
                             .source = "an engineering choice within data sheets (models.md)"});
}

static void times(const struct validation *validation)
{
    struct times times = {0};
    measure(validation, &times, sample_size(validation, 100000, 5000));
    time_row(validation, "operate time, mean", "11 ± 0.1", 10.9, 11.1,
             moments_mean(&times.operate));
    time_row(validation, "operate time, deviation", "1.2 ± 0.05", 1.15, 1.25,
             moments_sd(&times.operate));
    time_row(validation, "release time, mean", "10 ± 0.1", 9.9, 10.1, moments_mean(&times.release));
    time_row(validation, "release time, deviation", "1.2 ± 0.05", 1.15, 1.25,
             moments_sd(&times.release));
    time_row(validation, "bounce in all, mean", "2.1 ± 0.1: gamma of 3 x 0.7", 2.0, 2.2,
             moments_mean(&times.bounce));
    report_row(validation->report, &(struct row){.statistic = "bounces of a close, mean",
                                                 .unit = "",
                                                 .target = "2.5 ± 0.05: 1 + Poisson of 1.5",
                                                 AROUND(2.5, 0.05),
                                                 .measured = moments_mean(&times.bounces),
                                                 .decimals = 3,
                                                 .source = "an engineering choice (models.md)"});
    time_row(validation, "arc on opening, mean", "5 ± 0.1: uniform to the next zero at 50 Hz", 4.9,
             5.1, moments_mean(&times.arc));
    time_row(validation, "arc on opening, longest", "at most 10: half a period", 0, 10,
             exactly(times.longest_arc, times.arc.n));
}

/* Mean operate time under this supply over that of the same relays under the nominal one. */
static struct measure slowing(const struct validation *validation, struct coil_supply supply, int n)
{
    struct moments weak = {0}, strong = {0};
    struct bench bench;
    for (int i = 0; i < n; i++) {
        bench_init(&bench, validation, i);
        moments_add(&strong, pulse(&bench, false, 0, nominal).operate);
        bench_init(&bench, validation, i);
        moments_add(&weak, pulse(&bench, false, 0, supply).operate);
    }
    struct measure a = moments_mean(&weak), b = moments_mean(&strong);
    double ratio = a.value / b.value;
    return (struct measure){ratio, ratio * hypot(a.half / a.value, b.half / b.value), n};
}

static void coil(const struct validation *validation)
{
    int n = sample_size(validation, 50000, 5000);
    struct coil_supply weak = nominal, warm = nominal;
    weak.supply_mv = NOMINAL_MV * 85 / 100;
    warm.temperature_mc = ROOM_MC + 40000;
    double expected = pow(1 / 0.85, 1.3), copper = pow(1 + 0.0039 * 40, 1.3);
    report_row(validation->report,
               &(struct row){.statistic = "operate time at 85 % of nominal voltage, ratio",
                             .unit = "",
                             .target = "(1 / 0.85)^1.3 = 1.235 ± 0.01",
                             AROUND(expected, 0.01),
                             .measured = slowing(validation, weak, n),
                             .decimals = 3,
                             .source = "an engineering choice (models.md)"});
    report_row(validation->report, &(struct row){.statistic = "operate time at 65 degC, ratio",
                                                 .unit = "",
                                                 .target = "(1 + 0.0039 x 40)^1.3 = 1.207 ± 0.01",
                                                 AROUND(copper, 0.01),
                                                 .measured = slowing(validation, warm, n),
                                                 .decimals = 3,
                                                 .source = "copper: 0.39 % a K"});
}

/* ---- life ---- */

/* Makes until the contacts weld. An armature that jams before is freed. */
static double life(const struct validation *validation, int number, int32_t current_ma)
{
    struct bench bench;
    double makes = 0;
    bench_init(&bench, validation, number);
    while (!bench.relay.faults.welded) {
        bench.relay.faults.stuck_open = false;
        pulse(&bench, false, 0, nominal);
        pulse(&bench, true, current_ma, nominal);
        makes++;
    }
    return makes;
}

struct weibull {
    double shape, scale;
};

/* Of the likelihood equation in the shape k, which falls with k. */
static double excess(const double *values, int n, double k)
{
    double powers = 0, weighted = 0, logs = 0;
    for (int i = 0; i < n; i++) {
        double power = pow(values[i], k);
        powers += power;
        weighted += power * log(values[i]);
        logs += log(values[i]);
    }
    return 1 / k + logs / n - weighted / powers;
}

/* Maximum likelihood by bisection. */
static struct weibull fit(const double *values, int n)
{
    double low = 0.1, high = 20, powers = 0;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (excess(values, n, middle) > 0)
            low = middle;
        else
            high = middle;
    }
    for (int i = 0; i < n; i++)
        powers += pow(values[i], low);
    return (struct weibull){low, pow(powers / n, 1 / low)};
}

/* Asymptotic deviations of the two estimates: 0.780 k / sqrt n and 1.053 scale / (k sqrt n). */
static void welding(const struct validation *validation)
{
    int n = sample_size(validation, 1000, 40);
    double *values = calloc((size_t)n, sizeof *values);
    for (int i = 0; i < n; i++)
        values[i] = life(validation, i, RATED_MA);
    struct weibull rated = fit(values, n);
    for (int i = 0; i < n; i++)
        values[i] = life(validation, i, 2 * RATED_MA);
    struct weibull twice = fit(values, n);
    free(values);
    double root = sqrt(n);
    const char *source =
        "life of 1e4 operations and more in data sheets; an engineering choice (models.md)";
    report_row(validation->report,
               &(struct row){.statistic = "makes at rated current until welding, Weibull shape",
                             .unit = "",
                             .target = "2.2 ± 5 %",
                             WITHIN_SHARE(2.2, 0.05),
                             .measured = {rated.shape, 1.96 * 0.780 * rated.shape / root, n},
                             .decimals = 3,
                             .source = source});
    report_row(validation->report,
               &(struct row){
                   .statistic = "the same, scale",
                   .unit = "",
                   .target = "20000 ± 5 %",
                   WITHIN_SHARE(20000, 0.05),
                   .measured = {rated.scale, 1.96 * 1.053 * rated.scale / (rated.shape * root), n},
                   .decimals = 0,
                   .source = source});
    report_row(validation->report,
               &(struct row){
                   .statistic = "scale at twice the rated current",
                   .unit = "",
                   .target = "2500 ± 5 %: the cube",
                   WITHIN_SHARE(2500, 0.05),
                   .measured = {twice.scale, 1.96 * 1.053 * twice.scale / (twice.shape * root), n},
                   .decimals = 0,
                   .source = source});
}

void validate_relay(const struct validation *validation)
{
    report_section(validation->report, "Relay",
                   "The meter's 100 A latching relay, a new one for each pair of strokes.");
    times(validation);
    coil(validation);
    welding(validation);
}
