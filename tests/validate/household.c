/*
 * The household as a load: whole years of homes, minute by minute, as a meter sees them. All
 * statistics are worked out from the energy through the terminals, the counts from the event log;
 * nothing is read from the model's state.
 *
 * The references are themselves of a model: CREST (Richardson and others 2010, validated on 22
 * British homes), run for whole years at 1 min with its published data; only its mean was seen
 * measured.
 */
#include "tests/validate/validate.h"

#include "scenarios/runner/household_file.h"
#include "sim/plant/plant.h"
#include "tests/validate/h0.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAYS = 365,
    MINUTES = DAYS * 24 * 60,
    QUARTERS = DAYS * 96,
    GROUPS = 7,
    LAGS = 4,
    NOMINAL_MV = 220000,
    STARTS_JUDGED = 5000, /* of an appliance, about */
    SITE_HOMES = 100,     /* have one weather */
    WINDOW_DAY = 28,      /* starts are judged over whole weeks from here on */
};
#define MW_NS_PER_KWH 3.6e18
static const int group_sizes[GROUPS] = {1, 2, 5, 10, 20, 50, 100};
static const int lags[LAGS] = {1, 15, 60, 1440};

/* ---- what is gathered ---- */

/* Homes added up until there are enough; then their peak counts and the next group begins. */
struct group {
    int homes;
    double *quarters;    /* W */
    struct moments peak; /* W a home */
    struct moments load_factor;
};

struct study {
    const struct household_model *model;
    struct climate climate;
    uint64_t seed;
    int homes;
    struct moments yearly_kwh; /* of all homes; the rest is of those taken by the minute */
    struct moments kwh, load_factor, deviation, correlation[LAGS], changes, starts;
    double day[H0_QUARTERS]; /* mean course, W */
    struct group groups[GROUPS];
    double *duration; /* of the last whole group of 100, sorted */
    int window_days[HOUSEHOLD_ROWS_MAX];
    double starts_by_hour[HOUSEHOLD_ROWS_MAX][24], starts_of[HOUSEHOLD_ROWS_MAX];
};

struct watch {
    struct event_sink sink;
    struct study *study;
    double starts;
};

/* Days over which a row's starts are judged: all homes give a few, as homes differ in their hours.
 */
static int window_days(const struct study *study, int row)
{
    double daily = study->model->table.rows[row].cycles_yearly / (double)DAYS;
    double days = (double)STARTS_JUDGED / study->homes / daily;
    double weeks = fmin(ceil(days / 7), (DAYS - WINDOW_DAY) / 7);
    return 7 * (int)weeks;
}

static void put(struct event_sink *sink, const struct event *event)
{
    struct watch *watch = (struct watch *)sink;
    if (event->kind != EVENT_APPLIANCE || !event->b)
        return;
    watch->starts++;
    int day = (int)(event->at / NS_PER_DAY) - WINDOW_DAY;
    if (day < 0 || day >= watch->study->window_days[event->a])
        return;
    watch->study->starts_of[event->a]++;
    watch->study->starts_by_hour[event->a][event->at / NS_PER_HOUR % 24]++;
}

struct home {
    struct event_queue queue;
    struct timers timers;
    struct plant plant;
    int64_t next; /* event, in `slot` */
    int slot;
};

static void home_init(struct home *home, struct study *study, struct event_sink *sink, int number)
{
    queue_init(&home->queue, PLANT_TIMERS);
    home->timers = (struct timers){&home->queue, 0, PLANT_TIMERS};
    study->climate.seed = study->seed + (uint64_t)((number - 1) / SITE_HOMES);
    const struct plant_config config = {.seed = study->seed,
                                        .nominal_mv = NOMINAL_MV,
                                        .household = study->model,
                                        .climate = &study->climate};
    plant_init(&home->plant, home->timers, (struct event_source){sink, (uint32_t)number}, &config);
    home->next = queue_next(&home->queue, &home->slot);
}

/* Everything up to `until`; the energy through the terminals by then, mW ns. */
static __int128 home_run(struct home *home, int64_t until)
{
    for (; home->next <= until; home->next = queue_next(&home->queue, &home->slot)) {
        timer_cancel(&home->timers, home->slot);
        plant_timer(&home->plant, home->next, home->slot);
    }
    struct energy energy = plant_energy_at(&home->plant, until);
    return energy_total(&energy);
}

/* Mean power of each minute of a home's year, W. */
static void run_home(struct study *study, int number, float *minutes)
{
    struct watch watch = {.sink = {put}, .study = study};
    struct home home;
    home_init(&home, study, &watch.sink, number);
    __int128 before = 0;
    for (int i = 0; i < MINUTES; i++) {
        __int128 now = home_run(&home, (i + 1) * NS_PER_MIN);
        minutes[i] = (float)((double)(int64_t)(now - before) / (double)NS_PER_MIN * 1e-3);
        before = now;
    }
    moments_add(&study->starts, watch.starts / DAYS);
}

/* Many homes for as long as their starts are judged: a home's own starts of an evening go together,
 * those of two homes do not. */
static void count_starts(struct study *study)
{
    int64_t days = 0;
    for (int i = 0; i < study->model->table.row_count; i++)
        if (study->window_days[i] > days)
            days = study->window_days[i];
    for (int number = 1; number <= study->homes; number++) {
        struct watch watch = {.sink = {put}, .study = study};
        struct home home;
        home_init(&home, study, &watch.sink, number);
        home_run(&home, (WINDOW_DAY + days) * NS_PER_DAY);
    }
}

static void ignore(struct event_sink *sink, const struct event *event)
{
    (void)sink;
    (void)event;
}

/* More homes, of which only the year's energy is taken: it differs much from home to home. */
static void run_more_homes(struct study *study, int homes)
{
    struct event_sink sink = {ignore};
    for (int number = study->homes + 1; number <= homes; number++) {
        struct home home;
        home_init(&home, study, &sink, number);
        moments_add(&study->yearly_kwh, (double)home_run(&home, DAYS * NS_PER_DAY) / MW_NS_PER_KWH);
    }
}

/* ---- one home ---- */

static void add_course(struct study *study, const float *minutes)
{
    double sum = 0, squares = 0, most = 0, changes = 0;
    for (int i = 0; i < MINUTES; i++) {
        sum += minutes[i];
        most = fmax(most, minutes[i]);
        changes += i > 0 && fabsf(minutes[i] - minutes[i - 1]) > 5;
    }
    double mean = sum / MINUTES;
    for (int i = 0; i < MINUTES; i++)
        squares += (minutes[i] - mean) * (minutes[i] - mean);
    for (int k = 0; k < LAGS; k++) {
        double products = 0;
        for (int i = 0; i + lags[k] < MINUTES; i++)
            products += (minutes[i] - mean) * (minutes[i + lags[k]] - mean);
        moments_add(&study->correlation[k], products / squares);
    }
    moments_add(&study->kwh, sum / 60 / 1000);
    moments_add(&study->yearly_kwh, sum / 60 / 1000);
    moments_add(&study->load_factor, mean / most);
    moments_add(&study->deviation, sqrt(squares / MINUTES));
    moments_add(&study->changes, changes / DAYS);
}

static int descending(const void *a, const void *b)
{
    double difference = *(const double *)b - *(const double *)a;
    return (difference > 0) - (difference < 0);
}

static void close_group(struct study *study, struct group *group, int size)
{
    double peak = 0, sum = 0;
    for (int i = 0; i < QUARTERS; i++) {
        peak = fmax(peak, group->quarters[i]);
        sum += group->quarters[i];
    }
    moments_add(&group->peak, peak / size);
    moments_add(&group->load_factor, sum / QUARTERS / peak);
    if (size == group_sizes[GROUPS - 1]) {
        memcpy(study->duration, group->quarters, QUARTERS * sizeof *study->duration);
        qsort(study->duration, QUARTERS, sizeof *study->duration, descending);
    }
    memset(group->quarters, 0, QUARTERS * sizeof *group->quarters);
    group->homes = 0;
}

static void add_quarters(struct study *study, const float *minutes)
{
    for (int i = 0; i < QUARTERS; i++) {
        double power = 0;
        for (int k = 0; k < 15; k++)
            power += minutes[i * 15 + k] / 15;
        study->day[i % H0_QUARTERS] += power / DAYS / study->homes;
        for (int g = 0; g < GROUPS; g++)
            study->groups[g].quarters[i] += power;
    }
    for (int g = 0; g < GROUPS; g++)
        if (++study->groups[g].homes == group_sizes[g])
            close_group(study, &study->groups[g], group_sizes[g]);
}

static void study_init(struct study *study, const struct validation *validation,
                       const struct household_model *model, int homes)
{
    const struct civil_time begin = {.year = 2026, .month = 1, .day = 1};
    *study = (struct study){
        .model = model,
        .climate = {&model->table.climate, 0, civil_to_seconds(&begin)},
        .seed = validation->seed,
        .homes = homes,
    };
    for (int i = 0; i < model->table.row_count; i++)
        if (model->table.rows[i].cycles_yearly > 0)
            study->window_days[i] = window_days(study, i);
}

static void study_run(struct study *study, const struct validation *validation,
                      const struct household_model *model, int homes)
{
    study_init(study, validation, model, homes);
    study->duration = calloc(QUARTERS, sizeof(double));
    for (int g = 0; g < GROUPS; g++)
        study->groups[g].quarters = calloc(QUARTERS, sizeof(double));
    float *minutes = calloc(MINUTES, sizeof *minutes);
    for (int i = 1; i <= homes; i++) {
        run_home(study, i, minutes);
        add_course(study, minutes);
        add_quarters(study, minutes);
    }
    free(minutes);
}

static void study_free(struct study *study)
{
    for (int g = 0; g < GROUPS; g++)
        free(study->groups[g].quarters);
    free(study->duration);
}

/* ---- rows ---- */

#define CREST "CREST, British and flat mixes"

static double mean_w(const struct study *study)
{
    return study->kwh.mean * 1000 / (DAYS * 24);
}

/* a / b of two estimates that are taken as independent. */
static struct measure ratio(struct measure a, struct measure b)
{
    double value = a.value / b.value;
    return (struct measure){value, value * hypot(a.half / a.value, b.half / b.value), a.n};
}

static struct measure group_measure(const struct moments *moments, double divisor)
{
    struct measure measure = moments_mean(moments);
    measure.value /= divisor;
    measure.half = moments->n > 1 ? measure.half / divisor : 0;
    return measure;
}

static void annual(const struct validation *validation, const struct study *study)
{
    struct report *report = validation->report;
    struct measure mean = moments_mean(&study->yearly_kwh), sd = moments_sd(&study->yearly_kwh);
    report_row(report, &(struct row){.statistic = "energy of a home in a year, mean",
                                     .unit = "kWh",
                                     .target = "2040 ± 3 %",
                                     WITHIN_SHARE(2040, 0.03),
                                     .measured = mean,
                                     .decimals = 0,
                                     .source = "sum over the appliances of rental_flat.lua"});
    report_row(report, &(struct row){.statistic = "the same, deviation over mean",
                                     .unit = "",
                                     .target = "0.25 to 0.41",
                                     .low = 0.25,
                                     .high = 0.41,
                                     .measured = ratio(sd, mean),
                                     .decimals = 3,
                                     .source = CREST ": 0.25, 0.39 to 0.41"});
    report_row(report,
               &(struct row){.statistic = "load factor of a home (largest minute of the year)",
                             .unit = "",
                             .target = "0.030 to 0.060",
                             .low = 0.030,
                             .high = 0.060,
                             .measured = moments_mean(&study->load_factor),
                             .decimals = 4,
                             .source = CREST ": 0.037 to 0.043"});
}

/* By the table: each appliance's yearly energy times how many a home has. */
static double table_kwh(const struct household_model *model)
{
    double kwh = 0;
    for (int i = 0; i < model->table.row_count; i++)
        kwh += model->table.rows[i].units_milli * 1e-3 * model->table.rows[i].kwh_yearly;
    return kwh;
}

static void annual_plain(const struct validation *validation, const struct study *study)
{
    double expected = table_kwh(study->model);
    char target[32];
    snprintf(target, sizeof target, "%.0f ± 3 %%", expected);
    report_row(validation->report,
               &(struct row){.statistic = "energy in a year without air conditioners, mean",
                             .unit = "kWh",
                             .target = target,
                             WITHIN_SHARE(expected, 0.03),
                             .measured = moments_mean(&study->yearly_kwh),
                             .decimals = 0,
                             .source = "sum over the other appliances"});
}

static void aggregate(const struct validation *validation, const struct study *study, bool cooled)
{
    const struct group *hundred = &study->groups[GROUPS - 1];
    struct measure admd = group_measure(&hundred->peak, mean_w(study));
    const char *note = "weather-locked with air conditioners: not judged";
    report_row(validation->report,
               &(struct row){.statistic =
                                 cooled
                                     ? "load factor of 100 homes, 15 min, air conditioners included"
                                     : "load factor of 100 homes, 15 min",
                             .unit = "",
                             .target = cooled ? "" : "0.33 to 0.47",
                             .low = cooled ? -UNLIMITED : 0.33,
                             .high = cooled ? UNLIMITED : 0.47,
                             .measured = group_measure(&hundred->load_factor, 1),
                             .decimals = 3,
                             .source = cooled ? note : CREST ": 0.37 to 0.42"});
    report_row(validation->report,
               &(struct row){
                   .statistic =
                       cooled
                           ? "peak of 100 homes over their mean, 15 min, air conditioners included"
                           : "peak of 100 homes over their mean (ADMD), 15 min",
                   .unit = "",
                   .target = cooled ? "" : "2.1 to 3.0",
                   .low = cooled ? -UNLIMITED : 2.1,
                   .high = cooled ? UNLIMITED : 3.0,
                   .measured = admd,
                   .decimals = 2,
                   .source = cooled ? note : CREST ": 2.36 to 2.68"});
}

/* Annual peaks of 15 min: of a group over the sum of its homes' own. */
static const struct {
    double british, flat, low, high;
} coincidence_rows[GROUPS] = {
    {1, 1, 0, 0},           {.67, .663, .63, .71},  {.425, .371, .34, .46}, {.32, .264, .23, .35},
    {.255, .212, .18, .30}, {.203, .144, .11, .23}, {.185, .125, .10, .22},
};

static void coincidence(const struct validation *validation, const struct study *study)
{
    struct measure own = moments_mean(&study->groups[0].peak);
    for (int g = 1; g < GROUPS; g++) {
        char statistic[64], target[32];
        struct measure peak = moments_mean(&study->groups[g].peak);
        snprintf(statistic, sizeof statistic, "coincidence of %d homes, 15 min", group_sizes[g]);
        snprintf(target, sizeof target, "%.2f to %.2f", coincidence_rows[g].low,
                 coincidence_rows[g].high);
        report_row(validation->report, &(struct row){.statistic = statistic,
                                                     .unit = "",
                                                     .target = target,
                                                     .low = coincidence_rows[g].low,
                                                     .high = coincidence_rows[g].high,
                                                     .measured = ratio(peak, own),
                                                     .decimals = 3,
                                                     .source = CREST ", 0.03 to either side"});
    }
}

/* The references have no air conditioners; both are judged. */
static void correlations(const struct validation *validation, const struct study *study,
                         const char *without)
{
    static const struct {
        const char *lag, *target;
        double low, high;
        const char *source;
    } rows[LAGS] = {
        {"1 min", "0.83 to 0.95", 0.83, 0.95, CREST ": .88 to .90, ± .05"},
        {"15 min", "0.28 to 0.46", 0.28, 0.46, CREST ": .33 to .41, ± .05"},
        {"1 h", "0.06 to 0.23", 0.06, 0.23, CREST ": .11 to .18, ± .05"},
        {"1 day", "", -UNLIMITED, UNLIMITED, CREST ": .05, .10"},
    };
    for (int k = 0; k < LAGS; k++) {
        char statistic[100];
        snprintf(statistic, sizeof statistic, "autocorrelation of minutes, lag %s%s", rows[k].lag,
                 without);
        report_row(validation->report,
                   &(struct row){.statistic = statistic,
                                 .unit = "",
                                 .target = rows[k].target,
                                 .low = rows[k].low,
                                 .high = rows[k].high,
                                 .measured = moments_mean(&study->correlation[k]),
                                 .decimals = 3,
                                 .source = rows[k].source});
    }
}

static void spread(const struct validation *validation, const struct study *study)
{
    struct measure mean = moments_mean(&study->kwh);
    mean.value = mean_w(study);
    mean.half *= 1000.0 / (DAYS * 24);
    report_row(validation->report,
               &(struct row){.statistic = "minutes of a home, deviation over mean",
                             .unit = "",
                             .target = "1.40 to 2.00",
                             .low = 1.40,
                             .high = 2.00,
                             .measured = ratio(moments_mean(&study->deviation), mean),
                             .decimals = 3,
                             .source = CREST ": 1.65 to 1.75, ± .25"});
}

static void activity(const struct validation *validation, const struct study *study)
{
    report_row(validation->report,
               &(struct row){.statistic = "starts of appliances, a home and day",
                             .unit = "",
                             .target = "about 60 to 125",
                             REPORTED,
                             .measured = moments_mean(&study->starts),
                             .decimals = 1,
                             .source = CREST ": 74, 124; rental_flat.lua: 67"});
    report_row(
        validation->report,
        &(struct row){.statistic = "minutes that differ by over 5 W from the last, a home and day",
                      .unit = "",
                      .target = "about 130 to 215",
                      REPORTED,
                      .measured = moments_mean(&study->changes),
                      .decimals = 1,
                      .source = CREST ": 135, 212"});
}

/* ---- starts by hour ---- */

/* Rows whose starts follow their hours alone: no weather, season, daylight or other appliance has a
 * say. */
static bool judged_by_hour(const struct appliance_row *row)
{
    bool any = row->start == APPLIANCE_BY_CHOICE && row->units_milli > 0;
    bool always = row->months == 0 || row->months == 0xfff;
    bool weather = row->above_mc > -50000 || row->below_mc < 80000;
    return any && always && !weather && row->daylight_permille == 1000 && row->delay_s == 0;
}

/* Chi-square of the first starts against the weights; hours of few expected starts are put
 * together. */
static double start_probability(const struct appliance_row *row, const double *counts, double n)
{
    double sum = 0, chi2 = 0, expected = 0, seen = 0;
    int cells = 0;
    for (int hour = 0; hour < 24; hour++)
        sum += row->hours[hour];
    for (int hour = 0; hour < 24; hour++) {
        expected += n * row->hours[hour] / sum;
        seen += counts[hour];
        if (expected < 10 && hour < 23)
            continue;
        if (expected > 0)
            chi2 += (seen - expected) * (seen - expected) / expected;
        cells++;
        expected = seen = 0;
    }
    return chi_square_tail(chi2, cells - 1);
}

static void starts(const struct validation *validation, const struct study *choices,
                   const struct study *runs)
{
    for (int i = 0; i < choices->model->table.row_count; i++) {
        const struct appliance_row *row = &choices->model->table.rows[i];
        char statistic[100];
        if (!judged_by_hour(row))
            continue;
        double n = choices->starts_of[i];
        snprintf(statistic, sizeof statistic, "starts by hour against weights, %s: p of chi-square",
                 row->name);
        report_row(validation->report,
                   &(struct row){.statistic = statistic,
                                 .unit = "",
                                 .target = "over 0.01",
                                 .low = 0.01,
                                 .high = 1,
                                 .measured = exactly(
                                     start_probability(row, choices->starts_by_hour[i], n), n),
                                 .decimals = 4,
                                 .source = "weights of rental_flat.lua"});
        n = runs->starts_of[i];
        report_row(validation->report,
                   &(struct row){.statistic = "the same, runs of full length",
                                 .unit = "",
                                 .target = "",
                                 REPORTED,
                                 .measured =
                                     exactly(start_probability(row, runs->starts_by_hour[i], n), n),
                                 .decimals = 4,
                                 .source = "a unit that runs makes the next start wait"});
    }
}

/* ---- the day ---- */

static double correlation(const double *a, const double *b, int n)
{
    double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
    for (int i = 0; i < n; i++) {
        mean_a += a[i] / n;
        mean_b += b[i] / n;
    }
    for (int i = 0; i < n; i++) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return ab / sqrt(aa * bb);
}

static void shape(const struct validation *validation, const struct study *study)
{
    double year[H0_QUARTERS];
    h0_mean_day(year);
    report_row(
        validation->report,
        &(struct row){.statistic = "mean course of a day, correlation with H0",
                      .unit = "",
                      .target = "a German day: for information",
                      REPORTED,
                      .measured = exactly(correlation(study->day, year, H0_QUARTERS), study->homes),
                      .decimals = 3,
                      .source = "BDEW H0 (demandlib)"});
}

static void draw_day(const struct validation *validation, const struct study *all,
                     const struct study *plain)
{
    static const double crest[24] = {132, 113, 108, 107, 110, 120, 164, 253, 292, 299, 287, 279,
                                     299, 282, 259, 270, 323, 389, 399, 374, 348, 334, 275, 188};
    double quarters[H0_QUARTERS], hours[24];
    for (int i = 0; i < H0_QUARTERS; i++)
        quarters[i] = (i + 0.5) / 4;
    for (int i = 0; i < 24; i++)
        hours[i] = i + 0.5;
    const struct series series[] = {
        {"all appliances", SERIES_LINE, 0, H0_QUARTERS, quarters, all->day},
        {"without air conditioners", SERIES_DASHED, 2, H0_QUARTERS, quarters, plain->day},
        {"CREST, flat mix", SERIES_POINTS, 1, 24, hours, crest},
    };
    plot_write(&(struct plot){"Mean course of a day, a home",
                              {"hour", 0, 24, false, 3},
                              {"W", 0, 600, false, 100},
                              3,
                              series},
               validation->pictures, "day.svg");
    report_picture(validation->report, "day.svg", "Mean power of a home by hour of day");
}

static void draw_coincidence(const struct validation *validation, const struct study *plain,
                             int groups)
{
    double sizes[GROUPS], ours[GROUPS], british[GROUPS], flat[GROUPS];
    for (int g = 0; g < GROUPS; g++) {
        sizes[g] = group_sizes[g];
        ours[g] = plain->groups[g].peak.mean / plain->groups[0].peak.mean;
        british[g] = coincidence_rows[g].british;
        flat[g] = coincidence_rows[g].flat;
    }
    const struct series series[] = {
        {"without air conditioners", SERIES_LINE, 0, groups, sizes, ours},
        {"CREST, British mix", SERIES_POINTS, 1, GROUPS, sizes, british},
        {"CREST, flat mix", SERIES_POINTS, 2, GROUPS, sizes, flat},
    };
    plot_write(&(struct plot){"Coincidence of annual peaks, 15 min",
                              {"homes", 1, 100, true, 0},
                              {"peak of a group over its homes' own peaks", 0, 1, false, 0.1},
                              3,
                              series},
               validation->pictures, "coincidence.svg");
    report_picture(validation->report, "coincidence.svg", "Coincidence by number of homes");
}

static void draw_duration(const struct validation *validation, const struct study *all,
                          const struct study *plain)
{
    enum { POINTS = 120 };
    const struct study *studies[] = {all, plain};
    static double share[POINTS], power[2][POINTS];
    for (int i = 0; i < POINTS; i++) {
        double x = (double)i / (POINTS - 1);
        share[i] = 100 * x * x; /* the peak is where it bends */
        int at = (int)(x * x * (QUARTERS - 1));
        for (int s = 0; s < 2; s++)
            power[s][i] = studies[s]->duration[at] / group_sizes[GROUPS - 1];
    }
    const struct series series[] = {
        {"all appliances", SERIES_LINE, 0, POINTS, share, power[0]},
        {"without air conditioners", SERIES_DASHED, 2, POINTS, share, power[1]},
    };
    plot_write(&(struct plot){"Load duration of 100 homes, 15 min",
                              {"% of the year", 0, 100, false, 10},
                              {"W a home", 0, 1500, false, 250},
                              2,
                              series},
               validation->pictures, "duration.svg");
    report_picture(validation->report, "duration.svg", "Load duration curve of 100 homes");
}

/* ---- the whole ---- */

/* The same homes without air conditioners: the references have none. */
static struct household_model *without_air_conditioners(const struct household_model *model)
{
    struct household_model *plain = malloc(sizeof *plain);
    struct household_table table = model->table;
    for (int i = 0; i < table.row_count; i++)
        if (strncmp(table.rows[i].name, "air conditioner", 15) == 0)
            table.rows[i].units_milli = 0;
    household_model_build(plain, &table);
    return plain;
}

/* The same homes with runs of a second: what is chosen starts at once, whatever ran before. */
static struct household_model *with_short_runs(const struct household_model *model)
{
    struct household_model *brief = malloc(sizeof *brief);
    struct household_table table = model->table;
    for (int i = 0; i < table.row_count; i++) {
        table.rows[i].length = (struct appliance_length){LENGTH_NORMAL, 1, 0};
        table.rows[i].extra_s = table.rows[i].duty_on_s = table.rows[i].phase_count = 0;
    }
    household_model_build(brief, &table);
    return brief;
}

void validate_household(const struct validation *validation)
{
    const struct household_model *model = household_default();
    struct household_model *bare = without_air_conditioners(model);
    struct household_model *brief = with_short_runs(model);
    struct study all, plain, choices;
    int homes = sample_size(validation, 600, 100);
    study_run(&all, validation, model, homes);
    study_run(&plain, validation, bare, homes);
    study_init(&choices, validation, brief, 10 * homes);
    count_starts(&choices);
    run_more_homes(&all, 5 * homes);
    run_more_homes(&plain, 5 * homes);
    report_section(validation->report, "Household",
                   "The default household, 2026, minute by minute from the energy through the "
                   "terminals; a hundred homes have one\n"
                   "weather. Its references are of a model too: CREST, run for whole years with "
                   "its published data, once with a\n"
                   "British and once with a flat's appliances, neither with air conditioners. "
                   "The hours of baths and how much\n"
                   "homes differ in use, which no source gives, were chosen so that peaks and "
                   "coincidence lie inside its bands\n"
                   "([models.md](models.md), Household). Starts by hour are judged where every run "
                   "lasts a second; in full length\n"
                   "an appliance that is chosen while it runs starts when it is free, so that "
                   "those of long runs start later\n"
                   "than their weights say.");
    annual(validation, &all);
    correlations(validation, &all, "");
    spread(validation, &all);
    activity(validation, &all);
    aggregate(validation, &all, true);
    shape(validation, &all);
    starts(validation, &choices, &all);
    report_text(validation->report, "The same homes without air conditioners:");
    annual_plain(validation, &plain);
    correlations(validation, &plain, ", no air conditioners");
    aggregate(validation, &plain, false);
    coincidence(validation, &plain);
    draw_day(validation, &all, &plain);
    draw_coincidence(validation, &plain, GROUPS);
    draw_duration(validation, &all, &plain);
    study_free(&all);
    study_free(&plain);
    free(bare);
    free(brief);
}
