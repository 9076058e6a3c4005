/*
 * What many measured values say of a mean, a quantile or the worst, with a 95 % interval. Plain arithmetic and square roots
 * only, in a fixed order: the same values give the same bits everywhere.
 *
 * Values come in groups: those of one flat, say, whose radio is good or bad for all of them. Groups are independent of each
 * other, values of one group need not be. The mean is over all values; its interval is Student's, from the spread between the
 * groups' sums (the linearised ratio estimator of survey sampling; with one value a group it is the usual s / sqrt(n)).
 * Quantiles have the distribution-free interval of order statistics, which takes all values for independent.
 */
#ifndef METERBENCH_RUNNER_STATISTIC_H
#define METERBENCH_RUNNER_STATISTIC_H

#include "scenarios/runner/verdict.h"

struct sample {
    double *values; /* in any order; statistic_settle sorts them */
    int n, capacity;
    int missing;    /* of these, values that did not come, or too late: they count at the time-out */
    double half_width; /* sum over the values of how far each is off at most */
    int groups;
    double group_n, group_sum;       /* of the group under way */
    double nn, ns, ss;               /* sums over the groups of n n, n sum, sum sum */
};

/* One value more of the group under way. False: no memory. */
bool sample_add(struct sample *sample, double value, double half_width);
/* The group is complete; one without values does not count. */
void sample_end_group(struct sample *sample);
void sample_free(struct sample *sample);

struct estimate {
    double value, low, high; /* of the 95 % interval */
    bool bounded;            /* false: n is too small for an interval */
};

struct summary {
    struct estimate mean, p50, p95, p99;
    double least, most;
};

/* Sorts the values. n must be above 0. */
struct summary sample_summary(struct sample *sample);

/* The two-sided 95 % point of Student's t; 1 degree of freedom at least. */
double student_95(int degrees);

#endif
