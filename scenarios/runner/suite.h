/*
 * A suite: which cases to run, in how many jobs, and what came of it. Results stand in the order of the listing,
 * whatever the number of jobs.
 */
#ifndef METERBENCH_RUNNER_SUITE_H
#define METERBENCH_RUNNER_SUITE_H

#include "scenarios/runner/run.h"

/* Exit codes of the command line (docs/scenarios.md). */
enum exit_code {
    EXIT_ALL_PASSED = 0,
    EXIT_VERDICT_FAILED = 1,
    EXIT_INTERRUPTED = 2,
    EXIT_INTERNAL = 3,
    EXIT_USAGE = 4,
    EXIT_NOTHING_RAN = 5,
    EXIT_BENCH_FAULT = 10,
};

struct suite_options {
    struct run_options run;
    const char *const *names; /* globs, any of which may match a case's or a scenario's name; NULL-terminated */
    const char *const *tags;  /* all of which must be there; NULL-terminated */
    const char *const *excluded_tags; /* none of which may be there */
    uint32_t claims; /* scenarios of any of these claims, bit n for claim n; 0: all scenarios */
    int jobs, repeat;
    int max_skipped; /* -1: any number */
    bool fail_fast;
    const char *board_arguments; /* how the command line asked for its boards, to repeat a case; NULL: none */
    uint32_t claims_due; /* bit n: claim n must be judged, or the run fails */
    bool whole;      /* nothing was filtered: every invariant must have applied */
    /* Called after each case, in the order of completion, from one thread at a time. */
    void (*progress)(void *owner, const struct case_result *result, int done, int total);
    void *progress_owner;
};

struct suite {
    struct suite_options options;
    struct scenario_list scenarios;
    struct case_result *results;
    int count, capacity;
    int outcomes[OUTCOMES];
    int held, not_held, held_although_excluded; /* of measured and excluded cases */
    struct invariant_tally invariants[INVARIANT_COUNT];
    double wall_s;
    int64_t simulated_ns;
    char complaint[300]; /* about the suite as a whole: an invariant that never applied, too many skips */
    bool interrupted;
};

/* Find and select; 0, ERROR_NOT_FOUND (complaint names the path) or ERROR_NO_MEMORY. */
int suite_select(struct suite *suite, const struct suite_options *options, const char *const *paths,
                 int path_count);
/* One case more, if the options select it. 0 or ERROR_NO_MEMORY. */
int suite_add_case(struct suite *suite, const struct scenario *scenario, struct board_maker *maker, int index,
                   int repeat);
void suite_run(struct suite *suite);
int suite_exit_code(const struct suite *suite);
void suite_free(struct suite *suite);

/* ---- reports ----------------------------------------------------------------------------------- */

struct report_style {
    bool colour;
    bool progress;
};

/* The verdict table, invariants and totals on standard output. */
void report_console(const struct suite *suite, const struct report_style *style);
/* One line of a case. */
void report_case(const struct case_result *result, const struct report_style *style);

/* JUnit XML (libxml2), written to a temporary file first. 0 or a negative errno. */
int report_junit(const struct suite *suite, const char *path);
/* The table of claims, Markdown. 0 or a negative errno. */
int report_claims(const struct suite *suite, const char *path);
/* JSON (jansson); path "-" is standard output. 0 or a negative errno. */
int report_json(const struct suite *suite, const char *path);

/* The properties of a board over all results: those of its last case and those of the run. */
void suite_board_properties(const struct suite *suite, const struct board_maker *maker,
                            struct board_properties *all);

/* The command that repeats one case. */
void report_repro(const struct suite *suite, const struct case_result *result, char *out, size_t size);

#endif
