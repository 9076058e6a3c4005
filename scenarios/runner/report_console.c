/* The verdict table for people. */
#include "scenarios/runner/report_text.h"
#include "scenarios/runner/suite.h"

#include "sim/kernel/time.h"

#include <stdio.h>
#include <string.h>

static const char *paint(const struct report_style *style, const char *code)
{
    return style->colour ? code : "";
}

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

/* What the first column says of a case. */
static const char *word(const struct case_result *result)
{
    if (result->outcome != OUTCOME_PASSED)
        return outcome_name(result->outcome);
    if (result->requirement == REQUIREMENT_REQUIRED)
        return "passed";
    return case_holds(result) ? "holds" : "does not hold";
}

static const char *colour_of(const struct case_result *result)
{
    if (result->outcome == OUTCOME_PASSED)
        return result->requirement == REQUIREMENT_REQUIRED || case_holds(result) ? GREEN : YELLOW;
    return result->outcome == OUTCOME_SKIPPED || result->outcome == OUTCOME_NOT_RUN ? DIM : RED;
}

static void describe(const struct case_result *result, char *out, size_t size)
{
    const struct verdict *tightest = tightest_verdict(result);
    out[0] = '\0';
    if (result->outcome != OUTCOME_PASSED)
        snprintf(out, size, "%s", result->message);
    else if (tightest) {
        char figure[400];
        verdict_describe(tightest, figure, sizeof figure);
        snprintf(out, size, "%s: %s", tightest->text, figure);
    }
}

/* Indented; what a script or a board says of itself is in it. */
static void report_twin(const struct case_result *result)
{
    char line[400], clean[400];
    const char *lead = "[twin] ";
    for (const char *at = result->twin; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] != '\0')) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        printf("%14s%s%s\n", "", lead, report_clean(line, clean, sizeof clean));
        lead = "       ";
    }
}

void report_case(const struct case_result *result, const struct report_style *style)
{
    char raw[700], name[400], text[700];
    case_name(result, raw, sizeof raw);
    report_clean(raw, name, sizeof name);
    describe(result, raw, sizeof raw);
    report_clean(raw, text, sizeof text);
    printf("%s%-13s%s %s", paint(style, colour_of(result)), word(result), paint(style, PLAIN), name);
    if (result->requirement != REQUIREMENT_REQUIRED)
        printf(" (%s%s)", requirement_name(result->requirement),
               result->requirement == REQUIREMENT_EXCLUDED && result->outcome == OUTCOME_PASSED &&
                       case_holds(result)
                   ? ", yet it holds"
                   : "");
    printf("\n");
    char board[64] = "";
    if (result->on_board)
        snprintf(board, sizeof board, result->board_id[0] ? "[board %s] " : "[board] ",
                 result->board_id);
    if (text[0])
        printf("%14s%s%s\n", "", board, text);
    report_twin(result);
}

static void report_invariants(const struct suite *suite)
{
    printf("\ninvariants                                                     applied  breaches\n");
    for (int i = 0; i < INVARIANT_COUNT; i++)
        printf("%d %-58s %9llu %9llu\n", i + 1, invariant_text((enum invariant)i),
               (unsigned long long)suite->invariants[i].applied,
               (unsigned long long)suite->invariants[i].breaches);
}

/* In single quotes, as a shell takes it back. */
static void quote(const char *text, char *out, size_t size)
{
    size_t used = 0;
    out[used++] = '\'';
    for (const char *p = text; *p && used + 6 < size; p++) {
        if (*p == '\'')
            used += (size_t)snprintf(out + used, size - used, "'\\''");
        else
            out[used++] = *p;
    }
    out[used++] = '\'';
    out[used] = '\0';
}

void report_repro(const struct suite *suite, const struct case_result *result, char *out, size_t size)
{
    char name[400], clean[400], quoted[900], path[1100];
    struct case_result once = *result;
    once.repeat = 0;
    case_name(&once, name, sizeof name);
    quote(report_clean(name, clean, sizeof clean), quoted, sizeof quoted);
    quote(result->scenario->path, path, sizeof path);
    const char *board = suite->options.board_arguments;
    int used = snprintf(out, size, "meterbench test %s --name %s --seed %llu%s", path, quoted,
                        (unsigned long long)suite->options.run.seed,
                        result->on_board && board ? board : "");
    if (!result->board_id[0] || !result->on_board || used < 0 || (size_t)used >= size)
        return;
    quote(result->board_id, quoted, sizeof quoted);
    snprintf(out + used, size - (size_t)used, " --board %s", quoted);
}

static void report_failures(const struct suite *suite, const struct report_style *style)
{
    for (int i = 0; i < suite->count; i++) {
        const struct case_result *result = &suite->results[i];
        bool bad = result->outcome == OUTCOME_FAILED || result->outcome == OUTCOME_ERROR ||
                   result->outcome == OUTCOME_INCONCLUSIVE;
        char repro[2400];
        if (!bad)
            continue;
        report_repro(suite, result, repro, sizeof repro);
        printf("%sagain:%s %s\n", paint(style, DIM), paint(style, PLAIN), repro);
    }
}

/* What is known of a board, a line a property. */
static void report_board(const struct suite *suite, const struct board_maker *maker)
{
    struct board_properties all;
    char clean[BOARD_PROPERTY_SIZE];
    suite_board_properties(suite, maker, &all);
    if (all.count == 0)
        return;
    printf("board%s%s\n", maker->id[0] ? " " : "", maker->id);
    for (int i = 0; i < all.count; i++)
        printf("  %s %s\n", all.items[i].name,
               report_clean(all.items[i].value, clean, sizeof clean));
}

/* What passed by the model says nothing of the board: how much is said of it must be seen. */
static void report_judged_on_board(const struct suite *suite)
{
    int judged = 0, skipped = 0;
    for (int i = 0; i < suite->count; i++) {
        const struct case_result *result = &suite->results[i];
        bool verdict = result->outcome == OUTCOME_PASSED || result->outcome == OUTCOME_FAILED ||
                       result->outcome == OUTCOME_INCONCLUSIVE;
        judged += result->on_board && verdict;
        skipped += result->on_board && result->outcome == OUTCOME_SKIPPED;
    }
    printf("on the board: %d judged, %d skipped; the others are about virtual meters\n", judged, skipped);
}

void report_console(const struct suite *suite, const struct report_style *style)
{
    const int *n = suite->outcomes;
    char simulated[32];
    report_invariants(suite);
    printf("\n");
    for (const struct board_maker *maker = suite->options.run.boards; maker; maker = maker->next)
        report_board(suite, maker);
    report_failures(suite, style);
    if (suite->complaint[0])
        printf("%s%s%s\n", paint(style, RED), suite->complaint, paint(style, PLAIN));
    duration_format(suite->simulated_ns / NS_PER_S * NS_PER_S, simulated, sizeof simulated);
    printf("seed %llu, %s simulated in %.1f s\n", (unsigned long long)suite->options.run.seed,
           simulated, suite->wall_s);
    if (suite->options.run.boards)
        report_judged_on_board(suite);
    printf("%d passed, %d failed, %d inconclusive, %d errors, %d skipped", n[OUTCOME_PASSED],
           n[OUTCOME_FAILED], n[OUTCOME_INCONCLUSIVE], n[OUTCOME_ERROR], n[OUTCOME_SKIPPED]);
    if (n[OUTCOME_NOT_RUN] > 0)
        printf(", %d not run", n[OUTCOME_NOT_RUN]);
    if (suite->held + suite->not_held > 0)
        printf("; of the measured and excluded, %d hold and %d do not", suite->held, suite->not_held);
    if (suite->held_although_excluded > 0)
        printf(" (%d excluded ones hold)", suite->held_although_excluded);
    printf("\n");
}
