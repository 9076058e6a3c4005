#include "scenarios/runner/claim_verdict.h"

#include "scenarios/runner/claims.h"

const char *claim_state_name(enum claim_state state)
{
    static const char *const names[] = {"not judged", "holds", "partly", "does not hold"};
    return names[state];
}

bool claim_case_of(const struct case_result *result, int number)
{
    return result->scenario->claims >> number & 1;
}

bool claim_case_judged(const struct case_result *result)
{
    return result->outcome == OUTCOME_PASSED || result->outcome == OUTCOME_FAILED;
}

bool claim_case_holds(const struct case_result *result)
{
    return result->outcome == OUTCOME_PASSED && case_holds(result);
}

bool claim_case_decides(const struct case_result *result)
{
    return result->decides == DECIDES_YES ||
           (result->decides == DECIDES_UNSAID && result->requirement == REQUIREMENT_REQUIRED);
}

static void count_case(struct claim_verdict *verdict, const struct case_result *result)
{
    bool fails = !claim_case_holds(result), decides = claim_case_decides(result);
    bool broken = result->outcome == OUTCOME_FAILED; /* an invariant, say, whatever the case counts for */
    bool measured = !decides && result->requirement == REQUIREMENT_MEASURED;
    verdict->judged++;
    verdict->on_board += result->on_board;
    verdict->deciding += decides || broken;
    verdict->measured += measured;
    verdict->measured_failed += measured && fails;
    bool first = !verdict->failed || (verdict->deciding_failed == 0 && (decides || broken));
    if (fails && first && (decides || broken || measured))
        verdict->failed = result;
    verdict->deciding_failed += (decides && fails) || broken;
    const struct verdict *tight = tightest_verdict(result);
    if (decides && tight && (!verdict->tightest || verdict_tighter(tight, tightest_verdict(verdict->tightest))))
        verdict->tightest = result;
}

static enum claim_state state_of(const struct claim_verdict *verdict)
{
    if (verdict->deciding + verdict->measured == 0)
        return CLAIM_NOT_JUDGED;
    if (verdict->deciding_failed > 0 || (verdict->deciding == 0 && verdict->measured_failed == verdict->measured))
        return CLAIM_DOES_NOT_HOLD;
    return verdict->measured_failed > 0 ? CLAIM_PARTLY : CLAIM_HOLDS;
}

struct claim_verdict claim_judge(const struct suite *suite, int number)
{
    struct claim_verdict verdict = {0};
    const struct scenario *last = NULL;
    for (int i = 0; i < suite->count; i++) {
        const struct case_result *result = &suite->results[i];
        if (!claim_case_of(result, number))
            continue;
        verdict.cases++;
        verdict.scenarios += result->scenario != last;
        last = result->scenario;
        if (claim_case_judged(result))
            count_case(&verdict, result);
    }
    verdict.state = state_of(&verdict);
    return verdict;
}
