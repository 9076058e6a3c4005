/*
 * Residual-current protection: leaks injected into whole flats (plant, virtual meter, relay) as a
 * tester does, timed from the leak's start to the contacts' end, arc included. A flat draws 5 A
 * beside, so that there is an arc.
 */
#include "tests/validate/validate.h"

#include "sim/site.h"

#include <assert.h>
#include <stdlib.h>

enum { FLATS_A_SITE = 200, LOAD_MA = 5000, PLOTTED = 250 };
#define IN_TIME "broken within the limit"

/* A meter's residual-current protection, as IEC 61008-1 and IEC 62423 sort it. */
struct device {
    const char *name;
    int32_t rated_ua;
    enum residual_type type;
    bool selective;
};

static const struct device general = {"type A", 30000, RESIDUAL_TYPE_A, false};

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
    struct device device;
    struct watch watch;
    struct site *site;
    uint32_t sites, next;
    struct random random;
};

static void bench_init(struct bench *bench, const struct validation *validation)
{
    *bench = (struct bench){
        .validation = validation,
        .device = general,
        .watch = {.sink = {put}},
        .next = FLATS_A_SITE,
        .random = random_stream(validation->seed, RANDOM_NO_FLAT, RANDOM_SCRIPT),
    };
}

static void use_device(struct bench *bench, const struct device *device)
{
    bench->device = *device;
    bench->next = FLATS_A_SITE;
}

static void new_site(struct bench *bench)
{
    struct site_config config = site_config_default();
    int error;
    site_free(bench->site);
    config.seed = bench->validation->seed + 1000 * bench->sites++;
    config.flats = FLATS_A_SITE;
    config.household = NULL;
    config.policy.poll_ns = 0;
    config.meter.rated_residual_ua = bench->device.rated_ua;
    config.meter.residual_type = bench->device.type;
    config.meter.residual_selective = bench->device.selective;
    bench->site = site_new(&config, &bench->watch.sink, &error);
    assert(bench->site);
    bench->next = 0;
}

/* The next flat that was never touched; each is a meter of its own. */
static struct flat *new_flat(struct bench *bench)
{
    if (bench->next == FLATS_A_SITE)
        new_site(bench);
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

/* Milliseconds of a step's break; 2000 when it stood as long. */
static double break_ms(struct bench *bench, double times_idn, int waveform, int phase_deg)
{
    const struct leak leak = {.shape = LEAKAGE_STEP,
                              .waveform = (uint8_t)waveform,
                              .to_ua = (int32_t)lround(times_idn * bench->device.rated_ua)};
    int64_t took = inject(bench, &leak, phase_deg, 2 * NS_PER_S);
    return took == TIME_NEVER ? 2000 : (double)took * 1e-6;
}

/* IEC 61008-1: the longest break time at a multiple of the current at which a waveform must trip,
 * and what a selective device must hold. */
static double limit_ms(bool selective, double times)
{
    if (selective)
        return times >= 5 ? 150 : times >= 2 ? 200 : 500;
    return times >= 5 ? 40 : times >= 2 ? 150 : 300;
}

static double hold_ms(bool selective, double times)
{
    if (!selective)
        return 0;
    return times >= 5 ? 50 : times >= 2 ? 60 : 130;
}

/* The share of IdN at which a waveform must trip. */
static double must_trip(const struct device *device, int waveform)
{
    if (waveform == RESIDUAL_AC)
        return 1;
    if (waveform == RESIDUAL_SMOOTH_DC || device->rated_ua <= 10000)
        return 2;
    return 1.4;
}

static void half_of_rated(struct bench *bench, int n)
{
    double tripped = 0;
    for (int i = 0; i < n; i++)
        tripped += break_ms(bench, 0.5, RESIDUAL_AC, i % 2 * 180) < 2000;
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
            for (int i = 0; i < n; i++)
                slowest = fmax(slowest, break_ms(bench, steps[s].times, RESIDUAL_AC, half * 180));
            report_row(bench->validation->report,
                       &(struct row){.statistic = steps[s].names[half],
                                     .unit = "ms",
                                     .target = steps[s].target,
                                     .low = 0,
                                     .high = limit_ms(false, steps[s].times),
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

/* Any level from where the waveform must trip to 20 times that, at any moment of the mains' period.
 */
struct sample {
    int n;
    double *times, *ms;
    double within;
};

static struct sample draw_sample(struct bench *bench, int waveform, int n)
{
    struct sample sample = {n, calloc((size_t)n, sizeof(double)), calloc((size_t)n, sizeof(double)),
                            0};
    double from = must_trip(&bench->device, waveform);
    bool selective = bench->device.selective;
    for (int i = 0; i < n; i++) {
        double uniform = (double)random_below(&bench->random, 1000000) * 1e-6;
        double times = exp(uniform * log(20));
        double ms = break_ms(bench, times * from, waveform, -1);
        sample.within += ms <= limit_ms(selective, times) && ms >= hold_ms(selective, times);
        sample.times[i] = times;
        sample.ms[i] = ms;
    }
    return sample;
}

static void free_sample(struct sample *sample)
{
    free(sample->times);
    free(sample->ms);
}

static void random_injections(struct bench *bench, int n)
{
    const struct validation *validation = bench->validation;
    struct sample sample = draw_sample(bench, RESIDUAL_AC, n);
    struct moments moments = {0};
    for (int i = 0; i < n; i++)
        moments_add(&moments, sample.ms[i]);
    report_row(
        validation->report,
        &(struct row){.statistic = "sinusoidal, random levels of 1 to 20 IdN and phases: " IN_TIME,
                      .unit = "%",
                      .target = "all",
                      .low = 100,
                      .high = 100,
                      .measured = exactly(100 * sample.within / n, n),
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
    draw(validation, sample.times, sample.ms, n);
    free_sample(&sample);
}

/* Other devices and waveforms, each from where it must trip on. */
static void other_devices(struct bench *bench, int n)
{
    static const struct {
        struct device device;
        int waveform;
        const char *source;
    } cases[] = {
        {{"type AC, 10 mA", 10000, RESIDUAL_TYPE_AC, false}, RESIDUAL_AC, "IEC 61008-1"},
        {{"type AC, 300 mA", 300000, RESIDUAL_TYPE_AC, false}, RESIDUAL_AC, "IEC 61008-1"},
        {{"type A, 30 mA", 30000, RESIDUAL_TYPE_A, false},
         RESIDUAL_PULSATING_0,
         "IEC 61008-1: from 1.4 IdN"},
        {{"type A, 30 mA", 30000, RESIDUAL_TYPE_A, false},
         RESIDUAL_PULSATING_90,
         "IEC 61008-1: from 1.4 IdN"},
        {{"type A, 30 mA", 30000, RESIDUAL_TYPE_A, false},
         RESIDUAL_PULSATING_135,
         "IEC 61008-1: from 1.4 IdN"},
        {{"type A, 10 mA", 10000, RESIDUAL_TYPE_A, false},
         RESIDUAL_PULSATING_0,
         "IEC 61008-1: from 2 IdN"},
        {{"type B, 30 mA", 30000, RESIDUAL_TYPE_B, false},
         RESIDUAL_SMOOTH_DC,
         "IEC 62423: from 2 IdN, from memory"},
        {{"type S, 100 mA", 100000, RESIDUAL_TYPE_A, true},
         RESIDUAL_AC,
         "IEC 61008-1: 130 to 500, 60 to 200, 50 to 150 ms"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        char statistic[120];
        use_device(bench, &cases[c].device);
        struct sample sample = draw_sample(bench, cases[c].waveform, n);
        snprintf(statistic, sizeof statistic, "%s, %s, random levels and phases: " IN_TIME,
                 cases[c].device.name, residual_waveform_name(cases[c].waveform));
        report_row(bench->validation->report,
                   &(struct row){.statistic = statistic,
                                 .unit = "%",
                                 .target = "all",
                                 .low = 100,
                                 .high = 100,
                                 .measured = exactly(100 * sample.within / n, n),
                                 .decimals = 2,
                                 .source = cases[c].source});
        free_sample(&sample);
    }
    use_device(bench, &general);
}

/* The tester's fine ramp, in steps of 1 % of IdN that outlast the longest break time; the level it
 * tripped at. */
static double ramp_percent(struct bench *bench, int waveform)
{
    enum { FROM_PERCENT = 20, STEP_MS = 400 };
    int32_t rated_ua = bench->device.rated_ua;
    const struct leak leak = {.shape = LEAKAGE_STAIRS,
                              .waveform = (uint8_t)waveform,
                              .from_ua = rated_ua * FROM_PERCENT / 100,
                              .to_ua = rated_ua * 5 / 2,
                              .rise_ms = STEP_MS,
                              .step_ua = (uint32_t)rated_ua / 100};
    int64_t took = inject(bench, &leak, 0, 120 * NS_PER_S);
    return took == TIME_NEVER ? 0 : FROM_PERCENT + (double)(took / (STEP_MS * NS_PER_MS));
}

static void ramps(struct bench *bench, int n)
{
    static const struct {
        struct device device;
        int waveform;
        double low, high;
    } cases[] = {
        {{"type AC", 30000, RESIDUAL_TYPE_AC, false}, RESIDUAL_AC, 50, 100},
        {{"type A", 30000, RESIDUAL_TYPE_A, false}, RESIDUAL_AC, 50, 100},
        {{"type A", 30000, RESIDUAL_TYPE_A, false}, RESIDUAL_PULSATING_0, 35, 140},
        {{"type A", 30000, RESIDUAL_TYPE_A, false}, RESIDUAL_PULSATING_135, 35, 140},
        {{"type B", 30000, RESIDUAL_TYPE_B, false}, RESIDUAL_SMOOTH_DC, 50, 200},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct moments level = {0};
        double inside = 0;
        char statistic[100], target[40];
        use_device(bench, &cases[c].device);
        for (int i = 0; i < n; i++) {
            double percent = ramp_percent(bench, cases[c].waveform);
            inside += percent >= cases[c].low && percent <= cases[c].high;
            moments_add(&level, percent);
        }
        const char *waveform = residual_waveform_name(cases[c].waveform);
        snprintf(statistic, sizeof statistic, "ramp on %s, %s: trips in its band",
                 cases[c].device.name, waveform);
        snprintf(target, sizeof target, "all from %.0f to %.0f %% IdN", cases[c].low,
                 cases[c].high);
        report_row(
            bench->validation->report,
            &(struct row){.statistic = statistic,
                          .unit = "%",
                          .target = target,
                          .low = 100,
                          .high = 100,
                          .measured = exactly(100 * inside / n, n),
                          .decimals = 2,
                          .source = "IEC 61008-1 (bands as in the manual of the Fluke 1653B)"});
        snprintf(statistic, sizeof statistic, "mean trip level of that, %s, %s",
                 cases[c].device.name, waveform);
        report_row(bench->validation->report,
                   &(struct row){.statistic = statistic,
                                 .unit = "% IdN",
                                 .target = "",
                                 REPORTED,
                                 .measured = moments_mean(&level),
                                 .decimals = 1,
                                 .source = "devices as sold, sinusoidal: 55 to 85 %, from memory"});
    }
    use_device(bench, &general);
}

void validate_residual(const struct validation *validation)
{
    struct bench bench;
    int n = sample_size(validation, 1000, 100);
    bench_init(&bench, validation);
    report_section(validation->report, "Residual current",
                   "Leaks are injected into flats of their own, 30 mA and type A unless another "
                   "device is named, and timed from\n"
                   "their start to the end of the contacts' arc at 5 A of load.");
    half_of_rated(&bench, n);
    multiples(&bench, n);
    other_devices(&bench, sample_size(validation, 2000, 100));
    ramps(&bench, sample_size(validation, 500, 30));
    random_injections(&bench, sample_size(validation, 10000, 500));
    site_free(bench.site);
}
