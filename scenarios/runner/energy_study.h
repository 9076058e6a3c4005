/*
 * The saving by limits in peak hours: fleets of the same homes, seeds and weather, once without limits and once with, and
 * what the pairs differ by. A fleet here has no faults and no arrears, so that nothing but the limits makes a difference.
 */
#ifndef METERBENCH_RUNNER_ENERGY_STUDY_H
#define METERBENCH_RUNNER_ENERGY_STUDY_H

#include "sim/fleet.h"

#include <stdbool.h>

enum { STUDY_MEASURES_MAX = 5, STUDY_SEEDS_MAX = 1000, STUDY_NAME_MAX = 16 };

/* What a seed's pair came to, for one measure. */
struct study_pair {
    double bill_yuan, saved_yuan; /* of a home in all the days */
    double energy_kwh, saved_kwh;
};

/* One fleet's sums. */
struct study_run {
    struct fleet_energy sums;
    int64_t energy_wh, peak_mw;
};

struct study_config {
    struct fleet_config fleet; /* flats, days, jobs; its one kind has household, tariff and start; the seed is filled in */
    uint64_t first_seed, last_seed;
    int measure_count;
    char measures[STUDY_MEASURES_MAX][STUDY_NAME_MAX];
    struct study_pair *pairs; /* room for a row of measures for each seed, filled in as far as complete; may be NULL */
    bool (*progress)(void *user, int done, int all); /* false: no more. May be NULL */
    void *user;
};

/* A mean with its 95 % interval over the seeds (Student's t); of one seed the interval is unbounded and `bounded` false. */
struct study_mean {
    double mean, low, high;
    bool bounded;
};

struct study_measure {
    struct study_mean yuan, kwh;             /* a home and year saved */
    struct study_mean yuan_share, kwh_share; /* of the bill and of the energy of all homes */
    struct study_mean peak_share;            /* of the largest hour of all homes */
    double cold_baths, cold_baths_without;   /* shares of the baths */
    double unmet_kwh, unmet_kwh_without;     /* a home and year */
    double too_hot, too_hot_without;         /* kelvin hours an hour of cooling */
    double too_cold, too_cold_without;       /* of heating */
};

struct study_result {
    int seeds; /* that are complete: without limits and with every measure */
    double bill_yuan, energy_kwh; /* a home and year without limits */
    double air_share, water_share; /* of that energy */
    struct study_measure measures[STUDY_MEASURES_MAX];
};

/* 0, ERROR_INVALID_ARGUMENT (a measure's name, a tariff without peaks), ERROR_NO_MEMORY, or a fleet's error. What was
 * interrupted has the seeds that are complete. */
int study_run(const struct study_config *config, struct study_result *result);

/* The two-sided 95 % quantile of Student's t. */
double study_t95(int degrees);

#endif
