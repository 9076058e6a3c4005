/* The result of one case: what reports are made of. */
#ifndef METERBENCH_RUNNER_RESULT_H
#define METERBENCH_RUNNER_RESULT_H

#include "scenarios/runner/scenario.h"
#include "scenarios/runner/verdict.h"
#include "sim/board.h"
#include "sim/platform/audit_chain.h"

#include <stdint.h>

enum outcome {
    OUTCOME_PASSED,
    OUTCOME_FAILED,       /* a verdict about the meter or platform under test */
    OUTCOME_INCONCLUSIVE, /* the measurement is too wide for its limit */
    OUTCOME_ERROR,        /* the bench failed */
    OUTCOME_SKIPPED,
    OUTCOME_NOT_RUN,      /* interrupted before its turn */
    OUTCOMES
};

const char *outcome_name(enum outcome outcome);

#define INVARIANTS(X)                                                                              \
    X(LEAKAGE, "leakage is broken within its time")                                                \
    X(FORBIDDEN_CLOSE, "no automatic close while supply is forbidden")                             \
    X(PROTECTION_FREE, "keep-power and emergency switch never inhibit protection")                                     \
    X(MONEY, "money is conserved and follows the register")                                        \
    X(ENERGY, "energy is conserved and the register keeps its class")                              \
    X(REMINDERS, "no arrears trip before the reminders are delivered")                             \
    X(AUTHENTIC, "only authentic, fresh frames change state")                                      \
    X(OPEN_CONTACTS, "no current through open contacts, a weld is alarmed")                        \
    X(ACCOUNTED, "every trip, close and alarm is accounted for")

enum invariant {
#define X(id, text) INVARIANT_##id,
    INVARIANTS(X)
#undef X
        INVARIANT_COUNT
};

const char *invariant_text(enum invariant invariant);

struct invariant_tally {
    uint64_t applied;  /* occasions on which it had something to say */
    uint64_t breaches;
    char first[200];   /* the first breach: time, flat, what */
};

enum { VERDICTS_MAX = 64 };

/* Does a claim stand or fall with this case? Unsaid: with a required one it does. */
enum decides { DECIDES_UNSAID, DECIDES_YES, DECIDES_NO };

struct board_maker;

struct case_result {
    const struct scenario *scenario;
    struct board_maker *maker; /* of the board that it is for; NULL: virtual meters only */
    char board_id[48];         /* what the bench file calls that board */
    int case_index, repeat;
    char label[CASE_LABEL_SIZE];
    uint64_t seed;
    enum requirement requirement;
    enum decides decides;
    enum outcome outcome;
    bool on_board;
    char message[640]; /* why it did not pass, or was skipped */
    char board[128];
    struct board_properties properties; /* of the board, as far as it came */
    char twin[3000]; /* how the board differs from its twin, lines ended by \n; empty: it does not */
    int verdict_count;
    int verdicts_lost; /* beyond VERDICTS_MAX */
    struct verdict verdicts[VERDICTS_MAX];
    struct invariant_tally invariants[INVARIANT_COUNT];
    uint64_t event_count, event_hash;
    uint64_t audit_lines;  /* of the audit log that was written; 0: none was */
    char audit_head[AUDIT_HASH_DIGITS + 1]; /* its last hash */
    int64_t simulated_ns;
    int64_t lateness_ns; /* of a paced board's clock, at most */
    double wall_s;
};

/* "scenario [leak=30 mA]" */
void case_name(const struct case_result *result, char *out, size_t size);

/* Is `a` nearer to its limit, or further beyond it, than `b`? A failed one goes first, then one with a time. */
bool verdict_tighter(const struct verdict *a, const struct verdict *b);

/* The verdict nearest to its limit (a failed one first), NULL when none has a time. */
const struct verdict *tightest_verdict(const struct case_result *result);

/* For a measured or excluded case: did all its verdicts hold? */
bool case_holds(const struct case_result *result);

#endif
