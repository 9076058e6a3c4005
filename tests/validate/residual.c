/*
 * Residual-current protection: leaks injected into whole flats (plant, virtual meter, relay) as a
 * tester does, timed from the leak's start to the contacts' end, arc included. A flat draws 5 A
 * beside, so that there is an arc.
 */
#include "tests/validate/validate.h"

#include "sim/site.h"

#include <assert.h>
#include <stdlib.h>

enum { IDN_UA = 30000, FLATS_A_SITE = 200, LOAD_MA = 5000, PLOTTED = 250 };

struct watch {
    struct event_sink sink;
    int64_t began, opened; /* TIME_NEVER: not yet. One flat after the other is watched */
};

static void put(struct event_sink *sink, const struct event *event)
{
    struct watch *watch = (struct watch *)sink;
    bool leak = event->kind == EVENT_CAUSE && event->a == PLANT_FAULT_LEAKAGE;
    if (leak && watch->began == TIME_NEVER)
        watch->began = event->at;
    if (event->kind == EVENT_CONTACTS && event->a == 0 && watch->opened == TIME_NEVER)
        watch->opened = event->at;
}

struct bench {
    const struct validation *validation;
    struct watch watch;
    struct site *site;
    uint32_t sites, next;
    struct random random;
};

static void bench_init(struct bench *bench, const struct validation *validation)
{
    *bench = (struct bench){
        .validation = validation,
        .watch = {.sink = {put}},
        .random = random_stream(validation->seed, RANDOM_NO_FLAT, RANDOM_SCRIPT),
    };
}

/* The next flat that was never touched; each is a meter of its own. */
static struct flat *new_flat(struct bench *bench)
{
    struct site_config config = site_config_default();
    int error;
    if (!bench->site || bench->next == FLATS_A_SITE) {
        site_free(bench->site);
        config.seed = bench->validation->seed + 1000 * bench->sites++;
        config.flats = FLATS_A_SITE;
        config.household = false;
        config.policy.poll_ns = 0;
        config.meter.rated_residual_ua = IDN_UA;
        bench->site = site_new(&config, &bench->watch.sink, &error);
        assert(bench->site);
        bench->next = 0;
    }
    struct flat *flat = &bench->site->flats[bench->next++];
    flat_set_fault(flat, 0, PLANT_FAULT_OVERLOAD, LOAD_MA);
    return flat;
}

/* Inject; nanoseconds to the end of the contacts' arc, TIME_NEVER when they stayed closed. */
static int64_t inject(struct bench *bench, const struct leak *leak, int phase_deg, int64_t for_ns)
{
    struct flat *flat = new_flat(bench);
    int64_t at = NS_PER_S + (int64_t)random_below(&bench->random, 20 * NS_PER_MS);
    flat_run(flat, at);
    bench->watch.began = bench->watch.opened = TIME_NEVER;
    flat_begin_leak(flat, at, leak, phase_deg);
    flat_run(flat, at + for_ns);
    assert(bench->watch.began != TIME_NEVER);
    return bench->watch.opened == TIME_NEVER ? TIME_NEVER
                                             : bench->watch.opened - bench->watch.began;
}

static int64_t inject_step(struct bench *bench, double times_idn, int phase_deg, int64_t for_ns)
{
    const struct leak leak = {.shape = LEAKAGE_STEP, .to_ua = (int32_t)lround(times_idn * IDN_UA)};
    return inject(bench, &leak, phase_deg, for_ns);
}

/* IEC 61008-1, general type: the longest break time at a multiple of IdN. */
static double limit_ms(double times_idn)
{
    return times_idn >= 5 ? 40 : times_idn >= 2 ? 150 : 300;
}

static void half_of_rated(struct bench *bench, int n)
{
    double tripped = 0;
    for (int i = 0; i < n; i++)
        tripped += inject_step(bench, 0.5, i % 2 * 180, 2 * NS_PER_S) != TIME_NEVER;
    report_row(bench->validation->report,
               &(struct row){.statistic = "trips at 1/2 IdN within 2 s",
                             .unit = "%",
                             .target = "none",
                             .low = 0,
                             .high = 0,
                             .measured = exactly(100 * tripped / n, n),
                             .decimals = 2,
                             .source = "IEC 61008-1; tester's x1/2, 2000 ms (Fluke 1653B)"});
}

/* The tester's steps: from 0 and from 180 degrees. */
static void multiples(struct bench *bench, int n)
{
    static const struct {
        double times;
        const char *names[2], *target;
    } steps[] = {
        {1, {"slowest break at 1 IdN, 0°", "slowest break at 1 IdN, 180°"}, "at most 300 ms"},
        {2, {"slowest break at 2 IdN, 0°", "slowest break at 2 IdN, 180°"}, "at most 150 ms"},
        {5, {"slowest break at 5 IdN, 0°", "slowest break at 5 IdN, 180°"}, "at most 40 ms"},
    };
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
        for (int half = 0; half < 2; half++) {
            double slowest = 0;
            for (int i = 0; i < n; i++) {
                int64_t took = inject_step(bench, steps[s].times, half * 180, 2 * NS_PER_S);
                double ms = took == TIME_NEVER ? 2000 : (double)took * 1e-6;
                slowest = fmax(slowest, ms);
            }
            report_row(bench->validation->report,
                       &(struct row){.statistic = steps[s].names[half],
                                     .unit = "ms",
                                     .target = steps[s].target,
                                     .low = 0,
                                     .high = limit_ms(steps[s].times),
                                     .measured = exactly(slowest, n),
                                     .decimals = 1,
                                     .source = "IEC 61008-1, general type"});
        }
}

static void draw(const struct validation *validation, const double *x, const double *y, int n)
{
    static const double limit_x[] = {1, 2, 2, 5, 5, 20}, limit_y[] = {300, 300, 150, 150, 40, 40};
    const struct series series[] = {
        {"limit of IEC 61008-1, general type", SERIES_LINE, 1, 6, limit_x, limit_y},
        {"injections", SERIES_POINTS, 0, n < PLOTTED ? n : PLOTTED, x, y},
    };
    plot_write(&(struct plot){"Residual current: break time",
                              {"I / IdN", 1, 20, true, 0},
                              {"ms", 10, 500, true, 0},
                              2,
                              series},
               validation->pictures, "residual.svg");
    report_picture(validation->report, "residual.svg",
                   "Break time of injected residual currents, with the limits");
}

/* Any level from IdN to 20 IdN, at any moment of the mains' period. */
static void random_injections(struct bench *bench, int n)
{
    const struct validation *validation = bench->validation;
    double *x = calloc((size_t)n, sizeof *x), *y = calloc((size_t)n, sizeof *y);
    struct moments moments = {0};
    double within = 0;
    for (int i = 0; i < n; i++) {
        double uniform = (double)random_below(&bench->random, 1000000) * 1e-6;
        x[i] = exp(uniform * log(20));
        int64_t took = inject_step(bench, x[i], -1, 2 * NS_PER_S);
        y[i] = took == TIME_NEVER ? 2000 : (double)took * 1e-6;
        within += y[i] <= limit_ms(x[i]);
        moments_add(&moments, y[i]);
    }
    report_row(validation->report,
               &(struct row){.statistic =
                                 "random levels of 1 to 20 IdN and phases: broken within the limit",
                             .unit = "%",
                             .target = "all",
                             .low = 100,
                             .high = 100,
                             .measured = exactly(100 * within / n, n),
                             .decimals = 2,
                             .source = "IEC 61008-1: 300, 150, 40 ms from 1, 2, 5 IdN"});
    report_row(validation->report,
               &(struct row){.statistic = "mean break time of these",
                             .unit = "ms",
                             .target = "",
                             REPORTED,
                             .measured = moments_mean(&moments),
                             .decimals = 1,
                             .source = "devices as sold: 15 to 35 ms, from memory"});
    draw(validation, x, y, n);
    free(x);
    free(y);
}

/* The tester's fine ramp, in steps of 1 % of IdN that outlast the longest break time. */
static void ramp(struct bench *bench, int n)
{
    enum { FROM_PERCENT = 20, STEP_MS = 400 };
    const struct leak leak = {.shape = LEAKAGE_STAIRS,
                              .from_ua = IDN_UA * FROM_PERCENT / 100,
                              .to_ua = IDN_UA * 2,
                              .rise_ms = STEP_MS,
                              .step_ua = IDN_UA / 100};
    struct moments level = {0};
    double inside = 0;
    for (int i = 0; i < n; i++) {
        int64_t took = inject(bench, &leak, 0, 100 * NS_PER_S);
        double percent =
            took == TIME_NEVER ? 0 : FROM_PERCENT + (double)(took / (STEP_MS * NS_PER_MS));
        inside += percent >= 50 && percent <= 100;
        moments_add(&level, percent);
    }
    report_row(bench->validation->report,
               &(struct row){.statistic = "sinusoidal ramp: trips from 50 to 100 % IdN",
                             .unit = "%",
                             .target = "all",
                             .low = 100,
                             .high = 100,
                             .measured = exactly(100 * inside / n, n),
                             .decimals = 2,
                             .source = "IEC 61008-1 (band as in the manual of the Fluke 1653B)"});
    report_row(bench->validation->report,
               &(struct row){.statistic = "mean trip level on it",
                             .unit = "% IdN",
                             .target = "",
                             REPORTED,
                             .measured = moments_mean(&level),
                             .decimals = 1,
                             .source = "devices as sold: 55 to 85 %, from memory"});
}

void validate_residual(const struct validation *validation)
{
    struct bench bench;
    int n = sample_size(validation, 1000, 100);
    bench_init(&bench, validation);
    report_section(validation->report, "Residual current",
                   "IdN 30 mA. Leaks are injected into flats of their own and timed from their "
                   "start to the end of the\n"
                   "contacts' arc at 5 A of load.");
    half_of_rated(&bench, n);
    multiples(&bench, n);
    ramp(&bench, sample_size(validation, 500, 50));
    random_injections(&bench, sample_size(validation, 10000, 500));
    site_free(bench.site);
}
