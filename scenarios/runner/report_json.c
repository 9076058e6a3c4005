/* JSON for machines; the keys are described in docs/reports.md. */
#include "scenarios/runner/claim_verdict.h"
#include "scenarios/runner/claims.h"
#include "scenarios/runner/report_file.h"
#include "scenarios/runner/report_text.h"
#include "scenarios/runner/suite.h"

#include <jansson.h>
#include <stdio.h>

static json_t *hex(uint64_t value)
{
    return json_sprintf("%016llx", (unsigned long long)value);
}

/* jansson takes UTF-8 only, and a script may say anything. */
static json_t *text(const char *words)
{
    char cleaned[1200];
    return json_string(report_clean(words, cleaned, sizeof cleaned));
}

static json_t *long_text(const char *words)
{
    char cleaned[3200];
    return json_string(report_clean(words, cleaned, sizeof cleaned));
}

static double units(int64_t billionths)
{
    return (double)billionths / 1e9;
}

/* In seconds, or in the verdict's unit. */
static json_t *spread_json(const struct spread *spread)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "n", spread->n, "missing",
                     spread->missing, "groups", spread->groups, "within", spread->within, "mean",
                     units(spread->mean), "low", units(spread->low), "high", units(spread->high), "p50",
                     units(spread->p50), "p95", units(spread->p95), "p99", units(spread->p99), "worst",
                     units(spread->worst));
}

static json_t *verdict_json(const struct verdict *verdict)
{
    json_t *object = json_pack("{s:o, s:s, s:o}", "text", text(verdict->text), "judgement",
                               judgement_name(verdict->judgement), "detail", text(verdict->detail));
    if (object && verdict->spread.n)
        json_object_set_new(object, "spread", spread_json(&verdict->spread));
    if (object && verdict->has_time && verdict->unit[0]) {
        json_object_set_new(object, "unit", text(verdict->unit));
        json_object_set_new(object, "low", json_real(units(verdict->measured.earliest)));
        json_object_set_new(object, "high", json_real(units(verdict->measured.latest)));
        json_object_set_new(object, verdict->at_least ? "at_least" : "at_most", json_real(units(verdict->limit)));
    } else if (object && verdict->has_time) {
        json_object_set_new(object, "earliest_ns", json_integer(verdict->measured.earliest));
        json_object_set_new(object, "latest_ns", json_integer(verdict->measured.latest));
        json_object_set_new(object, "limit_ns", json_integer(verdict->limit));
        json_object_set_new(object, "evidence", json_string(evidence_name(verdict->evidence)));
    }
    return object;
}

static json_t *invariants_json(const struct invariant_tally *tallies)
{
    json_t *array = json_array();
    for (int i = 0; i < INVARIANT_COUNT; i++)
        json_array_append_new(
            array, json_pack("{s:i, s:s, s:I, s:I, s:o}", "number", i + 1, "text",
                             invariant_text((enum invariant)i), "applied",
                             (json_int_t)tallies[i].applied, "breaches",
                             (json_int_t)tallies[i].breaches, "first", text(tallies[i].first)));
    return array;
}

static json_t *claims_json(uint32_t claims)
{
    json_t *array = json_array();
    for (int n = 1; n <= CLAIMS; n++)
        if (claims >> n & 1)
            json_array_append_new(array, json_integer(n));
    return array;
}

static json_t *case_json(const struct suite *suite, const struct case_result *result)
{
    char name[400], repro[2400];
    case_name(result, name, sizeof name);
    report_repro(suite, result, repro, sizeof repro);
    json_t *verdicts = json_array();
    for (int i = 0; i < result->verdict_count; i++)
        json_array_append_new(verdicts, verdict_json(&result->verdicts[i]));
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:b, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "name", text(name),
        "scenario", text(result->scenario->name), "file", text(result->scenario->path), "claims",
        claims_json(result->scenario->claims), "outcome",
        outcome_name(result->outcome), "requirement", requirement_name(result->requirement), "message",
        text(result->message), "on_board", result->on_board, "board", text(result->board), "simulated_ns",
        (json_int_t)result->simulated_ns, "events", (json_int_t)result->event_count, "seed",
        json_sprintf("%llu", (unsigned long long)result->seed), "event_hash", hex(result->event_hash),
        "verdicts", verdicts, "again", text(repro));
    if (object && result->board_id[0])
        json_object_set_new(object, "board_id", text(result->board_id));
    if (object && result->on_board)
        json_object_set_new(object, "clock_lateness_ns", json_integer(result->lateness_ns));
    if (object && result->audit_lines > 0)
        json_object_set_new(object, "audit", json_pack("{s:I, s:s}", "lines", (json_int_t)result->audit_lines, "head",
                                                       result->audit_head));
    if (object && result->twin[0])
        json_object_set_new(object, "twin", long_text(result->twin));
    if (object && result->requirement != REQUIREMENT_REQUIRED)
        json_object_set_new(object, "holds", json_boolean(case_holds(result)));
    if (object)
        json_object_set_new(object, "invariants", invariants_json(result->invariants));
    return object;
}

static json_t *board_json(const struct suite *suite, const struct board_maker *maker)
{
    struct board_properties all;
    json_t *object = json_object();
    suite_board_properties(suite, maker, &all);
    json_object_set_new(object, "id", text(maker->id));
    for (int i = 0; i < all.count; i++)
        json_object_set_new(object, all.items[i].name, text(all.items[i].value));
    return object;
}

static json_t *boards_json(const struct suite *suite)
{
    json_t *array = json_array();
    for (const struct board_maker *maker = suite->options.run.boards; maker; maker = maker->next)
        json_array_append_new(array, board_json(suite, maker));
    return array;
}

static json_t *all_claims_json(const struct suite *suite)
{
    json_t *array = json_array();
    for (int n = 1; n <= CLAIMS; n++) {
        struct claim_verdict verdict = claim_judge(suite, n);
        json_array_append_new(array, json_pack("{s:i, s:s, s:s, s:i, s:i, s:i}", "number", n, "text", claim_text(n),
                                               "verdict", claim_state_name(verdict.state), "judged", verdict.judged,
                                               "deciding", verdict.deciding, "on_board", verdict.on_board));
    }
    return array;
}

static json_t *suite_json(const struct suite *suite)
{
    json_t *cases = json_array();
    json_t *outcomes = json_object();
    for (int i = 0; i < suite->count; i++)
        json_array_append_new(cases, case_json(suite, &suite->results[i]));
    for (int i = 0; i < OUTCOMES; i++)
        json_object_set_new(outcomes, outcome_name((enum outcome)i), json_integer(suite->outcomes[i]));
    return json_pack("{s:i, s:o, s:f, s:I, s:o, s:o, s:o, s:o, s:o, s:s, s:i}", "version", 1, "seed",
                     json_sprintf("%llu", (unsigned long long)suite->options.run.seed), "wall_s",
                     suite->wall_s, "simulated_ns", (json_int_t)suite->simulated_ns, "outcomes",
                     outcomes, "invariants", invariants_json(suite->invariants), "boards",
                     boards_json(suite), "claims", all_claims_json(suite), "cases", cases,
                     "complaint", suite->complaint, "exit_code", suite_exit_code(suite));
}

int report_json(const struct suite *suite, const char *path)
{
    return report_write_json(path, suite_json(suite));
}
