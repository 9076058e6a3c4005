/*
 * What meterbench's speed is, in figures that can be compared between machines: ratios of runs that
 * were made in turns (A B A B ...), their median and range. Times never decide anything; wrong work
 * does, exit code 1.
 */
#ifndef METERBENCH_TESTS_BENCH_BENCH_H
#define METERBENCH_TESTS_BENCH_BENCH_H

#include "sim/fleet.h"

#include <jansson.h>

enum { REPEATS_MAX = 50 };

enum effort { EFFORT_SMOKE, EFFORT_QUICK, EFFORT_USUAL, EFFORT_FULL };

struct bench {
    enum effort effort;
    int repeats; /* of each pair */
    uint64_t seed;
    json_t *json; /* each part adds its own key */
    bool wrong;   /* some work gave another result than it must */
};

struct spread {
    double median, least, most;
};

/* Of at most REPEATS_MAX values, which are sorted. */
struct spread spread_of(double *values, int count);
json_t *spread_json(const struct spread *spread);

double thread_seconds(void); /* of processor time, this thread's: what else runs does not count */
double wall_seconds(void);

/* A fleet as `meterbench fleet` has it by default, of one job. */
struct fleet_config bench_fleet(const struct bench *bench, uint32_t flats);
/* Run it; the processor time. Ends the program when the model cannot run. */
double bench_run(const struct fleet_config *config, struct fleet_result *result);

/* Tell that a result is not what it must be. */
void bench_wrong(struct bench *bench, const char *what);

/* The parts. */
void bench_kernel(struct bench *bench);   /* flat by flat against one heap, toy meters */
void bench_fleets(struct bench *bench);   /* the full model against the heap of toys */
void bench_sizes(struct bench *bench);    /* events, bytes and peak memory by number of flats */
void bench_jobs(struct bench *bench);     /* two jobs against one */
void bench_switches(struct bench *bench); /* what leaving a part out saves */
void bench_profile(struct bench *bench);  /* shares of the rooms by sampling */

#endif
