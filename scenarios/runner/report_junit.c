/* JUnit XML as Jenkins' xUnit schema has it: a suite a scenario, figures as properties. */
#include "scenarios/runner/claims.h"
#include "scenarios/runner/junit.h"
#include "scenarios/runner/suite.h"

#include "sim/kernel/time.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void seconds_property(xmlTextWriterPtr writer, const char *name, int64_t ns)
{
    char text[40];
    snprintf(text, sizeof text, "%.9f", (double)ns / 1e9);
    junit_property(writer, name, text);
}

static void write_properties(xmlTextWriterPtr writer, const struct suite *suite,
                             const struct case_result *result)
{
    char text[80];
    const struct verdict *tightest = tightest_verdict(result);
    xmlTextWriterStartElement(writer, BAD_CAST "properties");
    snprintf(text, sizeof text, "%llu", (unsigned long long)suite->options.run.seed);
    junit_property(writer, "seed", text);
    snprintf(text, sizeof text, "%llu", (unsigned long long)result->seed);
    junit_property(writer, "case_seed", text);
    seconds_property(writer, "simulated_s", result->simulated_ns);
    junit_property(writer, "requirement", requirement_name(result->requirement));
    claims_format(result->scenario->claims, text);
    if (text[0])
        junit_property(writer, "claims", text);
    snprintf(text, sizeof text, "%016llx", (unsigned long long)result->event_hash);
    junit_property(writer, "event_hash", text);
    junit_property(writer, "meter", result->on_board ? "board" : "virtual");
    if (result->board_id[0])
        junit_property(writer, "board.id", result->board_id);
    if (result->board[0]) {
        junit_property(writer, "board", result->board);
        seconds_property(writer, "clock_lateness_s", result->lateness_ns);
    }
    if (tightest && tightest->has_time && !tightest->unit[0]) {
        seconds_property(writer, "measured_earliest_s", tightest->measured.earliest);
        seconds_property(writer, "measured_latest_s", tightest->measured.latest);
        seconds_property(writer, "limit_s", tightest->limit);
        seconds_property(writer, "margin_s", tightest->limit - tightest->measured.latest);
        junit_property(writer, "evidence", evidence_name(tightest->evidence));
    }
    if (result->requirement != REQUIREMENT_REQUIRED)
        junit_property(writer, "holds", case_holds(result) ? "true" : "false");
    xmlTextWriterEndElement(writer);
}

static void write_outcome(xmlTextWriterPtr writer, const struct case_result *result)
{
    const char *element = NULL;
    if (result->outcome == OUTCOME_FAILED)
        element = "failure";
    else if (result->outcome == OUTCOME_ERROR || result->outcome == OUTCOME_INCONCLUSIVE)
        element = "error";
    else if (result->outcome == OUTCOME_SKIPPED || result->outcome == OUTCOME_NOT_RUN)
        element = "skipped";
    if (element)
        junit_outcome(writer, element, result->message, outcome_name(result->outcome));
}

static void write_log(xmlTextWriterPtr writer, const struct suite *suite,
                      const struct case_result *result)
{
    char line[800], repro[2400], all[16384];
    size_t used = 0;
    all[0] = '\0';
    for (int i = 0; i < result->verdict_count && used < sizeof all - 1; i++) {
        verdict_describe(&result->verdicts[i], line, sizeof line);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s: %s: %s\n",
                                 judgement_name(result->verdicts[i].judgement), result->verdicts[i].text, line);
    }
    if (result->twin[0] && used < sizeof all - 1)
        snprintf(all + used, sizeof all - used, "twin: %s", result->twin);
    junit_text(writer, "system-out", all);
    report_repro(suite, result, repro, sizeof repro);
    junit_text(writer, "system-err", repro);
}

/* What readers of JUnit tell cases apart by says which of several boards it was. */
static void with_board(const char *text, const struct case_result *result, char *out, size_t size)
{
    const char *id = result->board_id;
    snprintf(out, size, "%s%s%s%s", text, id[0] ? " [" : "", id, id[0] ? "]" : "");
}

static void write_case(xmlTextWriterPtr writer, const struct suite *suite,
                       const struct case_result *result)
{
    char name[400], class[600];
    case_name(result, name, sizeof name);
    with_board(result->scenario->path, result, class, sizeof class);
    xmlTextWriterStartElement(writer, BAD_CAST "testcase");
    junit_attribute(writer, "name", name);
    junit_attribute(writer, "classname", class);
    junit_seconds(writer, "time", result->wall_s);
    write_properties(writer, suite, result);
    write_outcome(writer, result);
    write_log(writer, suite, result);
    xmlTextWriterEndElement(writer);
}

static void write_board(xmlTextWriterPtr writer, const struct suite *suite,
                        const struct board_maker *maker)
{
    struct board_properties all;
    suite_board_properties(suite, maker, &all);
    if (all.count == 0)
        return;
    xmlTextWriterStartElement(writer, BAD_CAST "properties");
    for (int i = 0; i < all.count; i++) {
        char name[BOARD_PROPERTY_NAME + 8];
        snprintf(name, sizeof name, "board.%s", all.items[i].name);
        junit_property(writer, name, all.items[i].value);
    }
    xmlTextWriterEndElement(writer);
}

/* The results of one scenario on one board stand together: from `first` up to the returned index. */
static int write_scenario(xmlTextWriterPtr writer, const struct suite *suite, int first)
{
    const struct case_result *one = &suite->results[first];
    int last = first, counts[OUTCOMES] = {0};
    double wall = 0;
    char name[600];
    with_board(one->scenario->name, one, name, sizeof name);
    for (; last < suite->count && suite->results[last].scenario == one->scenario &&
           suite->results[last].maker == one->maker;
         last++) {
        counts[suite->results[last].outcome]++;
        wall += suite->results[last].wall_s;
    }
    xmlTextWriterStartElement(writer, BAD_CAST "testsuite");
    junit_attribute(writer, "name", name);
    junit_number(writer, "tests", last - first);
    junit_number(writer, "failures", counts[OUTCOME_FAILED]);
    junit_number(writer, "errors", counts[OUTCOME_ERROR] + counts[OUTCOME_INCONCLUSIVE]);
    junit_number(writer, "skipped", counts[OUTCOME_SKIPPED] + counts[OUTCOME_NOT_RUN]);
    junit_seconds(writer, "time", wall);
    if (one->maker)
        write_board(writer, suite, one->maker);
    for (int i = first; i < last; i++)
        write_case(writer, suite, &suite->results[i]);
    xmlTextWriterEndElement(writer);
    return last;
}

static int write_document(xmlTextWriterPtr writer, const struct suite *suite)
{
    const int *n = suite->outcomes;
    xmlTextWriterSetIndent(writer, 1);
    xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
    xmlTextWriterStartElement(writer, BAD_CAST "testsuites");
    junit_attribute(writer, "name", "meterbench");
    junit_number(writer, "tests", suite->count);
    junit_number(writer, "failures", n[OUTCOME_FAILED]);
    junit_number(writer, "errors", n[OUTCOME_ERROR] + n[OUTCOME_INCONCLUSIVE]);
    junit_seconds(writer, "time", suite->wall_s);
    for (int i = 0; i < suite->count;)
        i = write_scenario(writer, suite, i);
    xmlTextWriterEndElement(writer);
    return xmlTextWriterEndDocument(writer);
}

int report_junit(const struct suite *suite, const char *path)
{
    struct junit junit;
    int result = junit_open(&junit);
    if (result == 0 && write_document(junit.writer, suite) < 0)
        result = -ENOMEM;
    return junit_close(&junit, result, path);
}
