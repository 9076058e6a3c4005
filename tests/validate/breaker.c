/* The miniature circuit breaker at the points of IEC 60898-1, and its whole time-current
 * characteristic. */
#include "tests/validate/validate.h"

#include "sim/kernel/time.h"
#include "sim/plant/breaker.h"

#include <stdlib.h>

#define NEVER_S INFINITY
enum { CURVES = 3, RATINGS = 2 };

static const char *const curve_names[CURVES] = {"B", "C", "D"};
/* IEC 60898-1: the band of instantaneous tripping, multiples of In. */
static const double bands[CURVES][2] = {{3, 5}, {5, 10}, {10, 20}};
/* The standard's table has two columns: up to 32 A and above. */
static const int32_t ratings_ma[RATINGS] = {16000, 63000};
static const char *const rating_names[RATINGS] = {"16 A", "63 A"};
static const double thermal_limit_s[RATINGS] = {60, 120};

static double seconds(int64_t from, int64_t to)
{
    return to == TIME_NEVER ? NEVER_S : (double)(to - from) * 1e-9;
}

static struct breaker new_breaker(const struct validation *validation, int curve, int rating,
                                  int number)
{
    const struct breaker_config config = {ratings_ma[rating], (enum breaker_curve)curve};
    struct breaker breaker;
    breaker_init(&breaker, validation->seed, (uint32_t)number + 1, &config);
    return breaker;
}

static int32_t times(const struct breaker *breaker, double multiple)
{
    return (int32_t)lround(multiple * breaker->rated_ma);
}

/* From cold; NEVER_S when it holds. */
static double trip_from_cold(struct breaker breaker, double multiple)
{
    return seconds(0, breaker_carries(&breaker, 0, times(&breaker, multiple)));
}

/* The standard's sequence: 1.13 In for an hour, then at once 1.45 In. */
static double trip_from_hot(struct breaker breaker)
{
    breaker_carries(&breaker, 0, times(&breaker, 1.13));
    return seconds(NS_PER_HOUR, breaker_carries(&breaker, NS_PER_HOUR, times(&breaker, 1.45)));
}

struct extremes {
    double least, most;
};

static void extend(struct extremes *extremes, double value)
{
    extremes->least = fmin(extremes->least, value);
    extremes->most = fmax(extremes->most, value);
}

static void limit_row(const struct validation *validation, const char *statistic,
                      const char *target, double low, double high, double value, int n)
{
    report_row(validation->report, &(struct row){.statistic = statistic,
                                                 .unit = "s",
                                                 .target = target,
                                                 .low = low,
                                                 .high = high,
                                                 .measured = exactly(value, n),
                                                 .decimals = value < 1    ? 3
                                                             : value < 10 ? 1
                                                                          : 0,
                                                 .source = "IEC 60898-1, from memory"});
}

/* The bimetal is the same for all curves. */
static void thermal(const struct validation *validation, int rating, int n)
{
    struct extremes held = {INFINITY, 0}, conventional = {INFINITY, 0}, large = {INFINITY, 0};
    char statistic[100], target[40];
    for (int i = 0; i < n; i++) {
        struct breaker breaker = new_breaker(validation, BREAKER_C, rating, i);
        extend(&held, trip_from_cold(breaker, 1.13));
        extend(&conventional, trip_from_hot(breaker));
        extend(&large, trip_from_cold(breaker, 2.55));
    }
    const char *name = rating_names[rating];
    snprintf(statistic, sizeof statistic, "%s, 1.13 In from cold: first trip", name);
    limit_row(validation, statistic, "not within 1 h", 3600, UNLIMITED, held.least, n);
    snprintf(statistic, sizeof statistic, "%s, then 1.45 In: last trip", name);
    limit_row(validation, statistic, "within 1 h", 0, 3600, conventional.most, n);
    snprintf(target, sizeof target, "1 to %.0f s", thermal_limit_s[rating]);
    snprintf(statistic, sizeof statistic, "%s, 2.55 In from cold: first trip", name);
    limit_row(validation, statistic, target, 1, thermal_limit_s[rating], large.least, n);
    snprintf(statistic, sizeof statistic, "%s, 2.55 In from cold: last trip", name);
    limit_row(validation, statistic, target, 1, thermal_limit_s[rating], large.most, n);
}

/* At the band's lower end the bimetal has to be in time. */
static const double delayed_limit_s[CURVES][RATINGS] = {{45, 90}, {15, 30}, {4, 8}};

static void delayed(const struct validation *validation, int curve, int rating, int n)
{
    struct extremes extremes = {INFINITY, 0};
    char statistic[100], target[40];
    double limit_s = delayed_limit_s[curve][rating];
    for (int i = 0; i < n; i++)
        extend(&extremes,
               trip_from_cold(new_breaker(validation, curve, rating, i), bands[curve][0]));
    snprintf(statistic, sizeof statistic, "%s%.0f, %.0f In from cold: last trip",
             curve_names[curve], ratings_ma[rating] * 1e-3, bands[curve][0]);
    snprintf(target, sizeof target, "within %.0f s", limit_s);
    limit_row(validation, statistic, target, 0, limit_s, extremes.most, n);
}

static void magnetic(const struct validation *validation, int curve, int n)
{
    struct extremes lower = {INFINITY, 0}, upper = {INFINITY, 0};
    char statistic[100];
    for (int i = 0; i < n; i++) {
        struct breaker breaker = new_breaker(validation, curve, i % RATINGS, i);
        extend(&lower, trip_from_cold(breaker, bands[curve][0]));
        extend(&upper, trip_from_cold(breaker, bands[curve][1]));
    }
    snprintf(statistic, sizeof statistic, "curve %s, %.0f In from cold: first trip",
             curve_names[curve], bands[curve][0]);
    limit_row(validation, statistic, "not within 0.1 s", 0.1, UNLIMITED, lower.least, n);
    snprintf(statistic, sizeof statistic, "curve %s, %.0f In from cold: last trip",
             curve_names[curve], bands[curve][1]);
    limit_row(validation, statistic, "within 0.1 s", 0, 0.1, upper.most, n);
}

/* Points at currents of 1.2 to 30 In, one breaker each; those that hold are not drawn. */
static void draw(const struct validation *validation)
{
    enum { POINTS = 150 };
    static const char *const names[CURVES] = {"B16", "C16", "D16"};
    /* What the standard permits a C16 at its points: a pair of times each. */
    enum { PERMITTED = 5 };
    static const double at_x[PERMITTED][2] = {
        {1.13, 1.13}, {1.45, 1.45}, {2.55, 2.55}, {5, 5}, {10, 10}};
    static const double at_y[PERMITTED][2] = {
        {3600, 10000}, {0.005, 3600}, {1, 60}, {0.1, 15}, {0.005, 0.1}};
    static double x[CURVES][POINTS], y[CURVES][POINTS];
    struct series series[CURVES + PERMITTED];
    struct random random = random_stream(validation->seed, RANDOM_NO_FLAT, RANDOM_SCRIPT);
    for (int curve = 0; curve < CURVES; curve++) {
        int count = 0;
        for (int i = 0; i < POINTS; i++) {
            double uniform = (double)random_below(&random, 1000000) * 1e-6;
            double multiple = 1.2 * exp(uniform * log(25));
            double took = trip_from_cold(new_breaker(validation, curve, 0, i), multiple);
            x[curve][count] = multiple;
            y[curve][count] = took;
            count += isfinite(took);
        }
        series[curve] =
            (struct series){names[curve], SERIES_POINTS, curve, count, x[curve], y[curve]};
    }
    for (int i = 0; i < PERMITTED; i++)
        series[CURVES + i] = (struct series){
            i ? NULL : "permitted for C16 by IEC 60898-1", SERIES_LINE, 6, 2, at_x[i], at_y[i]};
    plot_write(&(struct plot){"Breakers: trip time from cold",
                              {"I / In", 1, 30, true, 0},
                              {"s", 0.005, 10000, true, 0},
                              CURVES + PERMITTED,
                              series},
               validation->pictures, "breaker.svg");
    report_picture(validation->report, "breaker.svg", "Trip time of breakers by current");
}

void validate_breaker(const struct validation *validation)
{
    int n = sample_size(validation, 20000, 2000);
    report_section(validation->report, "Breaker",
                   "Breakers drawn by their number; the first and the last of all to trip have to "
                   "keep the limits.");
    for (int rating = 0; rating < RATINGS; rating++)
        thermal(validation, rating, n);
    for (int curve = 0; curve < CURVES; curve++)
        magnetic(validation, curve, n);
    for (int curve = 0; curve < CURVES; curve++)
        for (int rating = 0; rating < RATINGS; rating++)
            delayed(validation, curve, rating, n);
    draw(validation);
}
