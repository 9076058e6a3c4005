/*
 * One case, run: a site, its clock, a script that waits and judges, the invariants beside it. The same text runs on
 * virtual meters (free clock) and with a board in a flat's place (the board's clock).
 */
#ifndef METERBENCH_RUNNER_RUN_H
#define METERBENCH_RUNNER_RUN_H

#include "scenarios/runner/result.h"
#include "sim/board.h"

#include <signal.h>
#include <stdatomic.h>

struct run_file;
struct replay;

/* How the runner gets boards, without knowing how they are made. */
struct board_maker {
    char id[48];              /* what reports call this board; "": it has no name */
    struct board_maker *next; /* of several boards, each of which judges all board scenarios */
    struct board_properties properties; /* of the run as a whole: how the board was found and left */
    bool failed; /* the bench failed it outside of any case: it was not left safe */
    bool one_at_a_time; /* there is one real board: its cases wait for each other, whatever --jobs says */
    struct board *(*open)(struct board_maker *maker, char *message, size_t size);
    void (*close)(struct board_maker *maker, struct board *board);
};

/* A virtual meter beside the board (twin.h): none, told of, or a difference fails the case. */
enum twin_use { TWIN_NONE, TWIN_TOLD, TWIN_STRICT };

struct run_options {
    uint64_t seed;            /* root seed */
    int64_t timeout_ns;       /* simulated; 0: the scenario's own or the default */
    double watchdog_s;        /* wall clock; 0: the default */
    struct board_maker *boards; /* NULL: all virtual */
    bool require_board;
    const char *const *faults; /* planted in the platform or in every flat before a script begins; NULL-terminated */
    enum twin_use twin;
    const char *record_dir;   /* NULL, or where <case>.events is written */
    const char *audit_dir;    /* NULL, or where <case>.audit.jsonl is written */
    const uint8_t *audit_key; /* NULL, or what its last line is sealed with */
    size_t audit_key_size;
    struct run_file *run_file; /* NULL, or where everything is kept (run_file.h) */
    struct replay *replay;     /* NULL, or the run that this one repeats (replay.h) */
    const atomic_bool *interrupted; /* NULL, or set when the user wants to stop */
};

/* Run case `case_index` of a scenario; fills every field of *result. */
void run_case(const struct scenario *scenario, int case_index, int repeat,
              const struct run_options *options, struct case_result *result);

/* Is there a fault of this name to be planted (run_options.faults)? */
bool run_knows_fault(const char *name);

/* Seconds of the monotonic clock, for what a run may take and did take; no verdict looks at it. */
double run_wall_now(void);

/* ---- for a window that drives a run itself instead of a script ------------------------------ */

struct run;

/* A live run of a scenario's fleet (NULL: a default house) without its script. NULL with message set. */
struct run *run_live_new(const char *scenario_path, const struct run_options *options, char *message,
                         size_t size);
void run_live_free(struct run *run);
/* Attach the board, if there is one, to a flat. 0 or a negative error with message. */
int run_live_attach(struct run *run, uint32_t flat, char *message, size_t size);
/* Bring the run to a simulated time. 0 or a negative error. */
int run_live_advance(struct run *run, int64_t until);
struct site *run_site(struct run *run);
const struct invariant_tally *run_invariants(const struct run *run);
/* Events so far; the pointer is good until the run advances. */
const struct event *run_events(const struct run *run, size_t *count);
bool run_has_board(const struct run *run);
/* Why an advance or a verb failed, for the user; "" when nothing did. */
const char *run_live_complaint(const struct run *run);

/* What the person at the window does; the verbs of a scenario, with their rules. Each takes effect now. */

/* flat:leak and the others: begin, change or (level 0) end a cause. 0, or ERROR_NOT_ALLOWED when the board has no
 * rack that could apply it. */
int run_live_fault(struct run *run, uint32_t flat, enum plant_fault fault, int64_t level);
/* End every cause that stands and reset the breaker, as an electrician who leaves a mended flat. 0 or as above. */
int run_live_mend(struct run *run, uint32_t flat);
/* flat:pay, in 1/10000 yuan. 0 or ERROR_QUEUE_FULL. */
int run_live_pay(struct run *run, uint32_t flat, int64_t amount);
/* flat:set_balance, in 1/10000 yuan. 0, or ERROR_NOT_ALLOWED on an attached board that owns its credit. */
int run_live_set_balance(struct run *run, uint32_t flat, int64_t balance);
/* Sign in as an administrator, if no session is open, and order (enum dlt645_relay_order). 0, ERROR_NOT_ALLOWED or
 * ERROR_QUEUE_FULL. */
int run_live_order(struct run *run, uint32_t flat, int order);

#endif
