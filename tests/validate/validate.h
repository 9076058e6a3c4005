/*
 * The validation report: runs the models and holds what comes out against published figures and
 * standards. Each subject has a file and fills in rows; report.c writes docs/validation.md, plot.c
 * its pictures. Every number in the report comes from a run or, as a target, from the source that
 * its row names. The subjects use the models' public faces and work out their statistics
 * themselves.
 */
#ifndef METERBENCH_TESTS_VALIDATE_VALIDATE_H
#define METERBENCH_TESTS_VALIDATE_VALIDATE_H

#include "tests/validate/plot.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* How a run goes. */
struct validation {
    uint64_t seed;
    bool quick;           /* small samples, for continuous integration */
    const char *pictures; /* folder of the plots */
    struct report *report;
};

/* `full`, or `quick` of a quick run: sizes of samples. */
int sample_size(const struct validation *validation, int full, int quick);

/* ---- statistics ---- */

/* A measured figure and what it is worth. */
struct measure {
    double value;
    double half; /* of its 95 % interval; 0: exact, or not estimated */
    double n;    /* what the interval rests on */
};

/* A running mean. */
struct moments {
    double n, mean, squares; /* squares: sum of squared deviations (Welford 1962) */
};

void moments_add(struct moments *moments, double value);
double moments_deviation(const struct moments *moments);
struct measure moments_mean(const struct moments *moments);
/* The deviation as a measure; its interval is that of a normal sample. */
struct measure moments_sd(const struct moments *moments);

/* Sorts `values`. A quantile p of (0, 1), with the distribution-free interval of its order
 * statistics. */
void sort_values(double *values, int n);
struct measure sorted_quantile(const double *sorted, int n, double p);

/* A share of n, with the larger side of Wilson's interval. */
struct measure share_of(double count, double n);

struct measure exactly(double value, double n);

/* P(X > chi2) of a chi-square distribution (Wilson and Hilferty 1931). */
double chi_square_tail(double chi2, int degrees);

/* ---- report ---- */

/* A row passes when the measured value is in [low, high]; with both infinite it is reported and not
 * judged. */
struct row {
    const char *statistic;
    const char *unit;   /* "" for none */
    const char *target; /* in words, with the tolerance */
    double low, high;
    const char *source;
    struct measure measured;
    int decimals;
};

#define UNLIMITED INFINITY
/* Limits of a row: a tolerance around a target, in its unit or as a share of it. */
#define AROUND(target, tolerance) .low = (target) - (tolerance), .high = (target) + (tolerance)
#define WITHIN_SHARE(target, share)                                                                \
    .low = (target) * (1 - (share)), .high = (target) * (1 + (share))
#define REPORTED .low = -UNLIMITED, .high = UNLIMITED

/* NULL when the file cannot be written. */
struct report *report_open(const char *path, const struct validation *validation);
void report_section(struct report *report, const char *title, const char *text);
void report_row(struct report *report, const struct row *row);
/* A picture that plot_write made under the folder of pictures. */
void report_picture(struct report *report, const char *file, const char *title);
/* A table of its own: the cells of each line end with NULL. */
void report_table(struct report *report, const char *const *heading);
void report_cells(struct report *report, const char *const *cells);
/* A line of text behind a table. */
void report_text(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Judged rows so far that failed, and all judged ones. */
int report_failed(const struct report *report);
int report_judged(const struct report *report);
/* 0, or -errno. Writes the summary, and the file whole or not at all. */
int report_close(struct report *report);

/* ---- subjects ---- */

void validate_household(const struct validation *validation);
void validate_residual(const struct validation *validation);
void validate_breaker(const struct validation *validation);
void validate_relay(const struct validation *validation);
void validate_radio(const struct validation *validation);
void validate_orders(const struct validation *validation);
void validate_fleet(const struct validation *validation);

#endif
