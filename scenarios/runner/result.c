#include "scenarios/runner/result.h"

#include <stdio.h>

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[OUTCOMES] = {"passed", "failed",  "inconclusive",
                                                "error",  "skipped", "not run"};
    return names[outcome];
}

const char *invariant_text(enum invariant invariant)
{
    static const char *const texts[INVARIANT_COUNT] = {
#define X(id, text) [INVARIANT_##id] = text,
        INVARIANTS(X)
#undef X
    };
    return texts[invariant];
}

void case_name(const struct case_result *result, char *out, size_t size)
{
    int used = snprintf(out, size, "%s", result->scenario->name);
    if (result->label[0] && used > 0 && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, " [%s]", result->label);
    if (result->repeat > 0 && used > 0 && (size_t)used < size)
        snprintf(out + used, size - (size_t)used, " #%d", result->repeat + 1);
}

/* The share of its limit that a verdict used. */
static double used_up(const struct verdict *verdict)
{
    double limit = (double)verdict->limit, measured = (double)verdict->measured.latest;
    if (limit <= 0)
        return 0;
    if (!verdict->at_least)
        return measured / limit;
    return verdict->measured.earliest > 0 ? limit / (double)verdict->measured.earliest : 2;
}

bool verdict_tighter(const struct verdict *a, const struct verdict *b)
{
    if (a->judgement != b->judgement)
        return a->judgement != JUDGEMENT_HOLDS && b->judgement == JUDGEMENT_HOLDS;
    if (a->has_time != b->has_time)
        return a->has_time;
    if (a->has_cause != b->has_cause)
        return a->has_cause;
    return a->has_time && used_up(a) > used_up(b);
}

const struct verdict *tightest_verdict(const struct case_result *result)
{
    const struct verdict *best = NULL;
    for (int i = 0; i < result->verdict_count; i++)
        if (!best || verdict_tighter(&result->verdicts[i], best))
            best = &result->verdicts[i];
    return best;
}

bool case_holds(const struct case_result *result)
{
    for (int i = 0; i < result->verdict_count; i++)
        if (result->verdicts[i].judgement != JUDGEMENT_HOLDS)
            return false;
    return true;
}
