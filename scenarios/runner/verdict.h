/*
 * Verdicts. A measured time is an interval [earliest, latest] with its evidence: it passes when all of it is
 * within the limit, fails when none of it is, and in between it is inconclusive: an error of the bench.
 */
#ifndef METERBENCH_RUNNER_VERDICT_H
#define METERBENCH_RUNNER_VERDICT_H

#include "sim/event.h"

#include <stdbool.h>
#include <stddef.h>

enum judgement { JUDGEMENT_HOLDS, JUDGEMENT_FAILS, JUDGEMENT_INCONCLUSIVE };

struct interval {
    int64_t earliest, latest; /* ns */
};

/* When something happened, as well as it is known. */
struct instant {
    int64_t at;
    struct interval within;
    int64_t stamp_ns; /* of the rack, or EVENT_NO_STAMP */
    enum evidence evidence;
};

struct instant instant_of_event(const struct event *event);
struct instant instant_exactly(int64_t at);

/* Time from a cause to its effect. Two stamps of one rack are compared with each other, `stamp_error_ns`
 * apart at most; otherwise the bounds in simulated time are. */
struct interval interval_between(const struct instant *cause, const struct instant *effect,
                                 int64_t stamp_error_ns);

enum judgement judge(struct interval measured, int64_t limit);

enum { VERDICT_UNIT_SIZE = 16 };

/* What a verdict was made from, where that is many values. All in 10^-9 of the verdict's unit. */
struct spread {
    int n, missing, groups; /* n 0: it is no statistic */
    int within;             /* how many of the values keep the limit themselves */
    int64_t mean, low, high; /* the mean's 95 % interval */
    int64_t p50, p95, p99, worst;
};

struct verdict {
    char text[280];
    enum judgement judgement;
    bool has_time;
    bool has_cause; /* a response to something, not just a wait */
    struct interval measured;
    int64_t limit;
    char unit[VERDICT_UNIT_SIZE]; /* of both, which are in 10^-9 of it; "": seconds, so that they are ns */
    bool at_least;                /* the limit is one that must be reached */
    struct spread spread;
    enum evidence evidence;
    char detail[240]; /* why it does not hold */
};

const char *judgement_name(enum judgement judgement);
const char *evidence_name(enum evidence evidence);

/* "0.842 s ± 0.001 s (contact), limit 5 s, margin 4.157 s" */
void verdict_describe(const struct verdict *verdict, char *out, size_t size);

/* 10^-9 of a unit: as a duration ("0.842 s") for the unit "", else with at most three decimals ("18.2 %"). */
void figure_format(int64_t value, const char *unit, char *out, size_t size);

/* What was measured: "0.842 s ± 0.001 s", "1.85 s to 1.97 s", "18.2 %". */
void measured_format(const struct verdict *verdict, char *out, size_t size);

/* "0.842 s ± 0.001 s" */
void interval_format(struct interval interval, char *out, size_t size);

#endif
