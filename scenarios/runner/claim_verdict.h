/*
 * What a run says of each claim. Deciding are the cases of which the scenario says so (`decides`), and of a scenario that says
 * nothing its required ones; where a claim has no deciding case, the measured ones. It holds if they all do and no measured case
 * fails, partly if only measured ones fail, and else it does not hold. Excluded cases have no say, unless they decide.
 */
#ifndef METERBENCH_RUNNER_CLAIM_VERDICT_H
#define METERBENCH_RUNNER_CLAIM_VERDICT_H

#include "scenarios/runner/suite.h"

enum claim_state { CLAIM_NOT_JUDGED, CLAIM_HOLDS, CLAIM_PARTLY, CLAIM_DOES_NOT_HOLD };

const char *claim_state_name(enum claim_state state);

struct claim_verdict {
    enum claim_state state;
    int scenarios, cases, judged; /* that stand for it, in this run */
    int deciding, deciding_failed, measured, measured_failed, on_board;
    const struct case_result *failed;  /* the first deciding case that does not hold, else the first measured one; or NULL */
    const struct case_result *tightest; /* of the deciding cases, that whose verdict is nearest to its limit; or NULL */
};

struct claim_verdict claim_judge(const struct suite *suite, int number);

bool claim_case_of(const struct case_result *result, int number);
bool claim_case_judged(const struct case_result *result);
bool claim_case_holds(const struct case_result *result);
bool claim_case_decides(const struct case_result *result);

#endif
