/*
 * The table of claims (docs/claims.md is one): what is claimed, what was measured, whether it holds. Made from the results alone, in the
 * order of the listing, without a word of the wall clock: the same seed gives the same file.
 */
#include "scenarios/runner/claim_verdict.h"
#include "scenarios/runner/claims.h"
#include "scenarios/runner/report_file.h"
#include "scenarios/runner/report_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ------------------------------------------------------------------------------------ */

/* Made fit for a cell: no bars, no ends of lines. */
static const char *cell(const char *text, char *out, size_t size)
{
    char clean[700];
    size_t used = 0;
    report_clean(text, clean, sizeof clean);
    for (const char *p = clean; *p && used + 3 < size; p++) {
        if (*p == '|')
            out[used++] = '\\';
        out[used++] = *p == '\n' ? ' ' : *p;
    }
    out[used] = '\0';
    return out;
}

/* From `scenarios/` on where that is in it: the file is found wherever the run was started. */
static const char *short_path(const struct scenario *scenario)
{
    const char *found = NULL;
    for (const char *at = scenario->path; (at = strstr(at, "scenarios/")); at++)
        if (at == scenario->path || at[-1] == '/')
            found = at;
    return found ? found : scenario->path;
}

/* The verdict's text without its numbers, so that what differs in them only is one row: "tripped after leakage of ...". */
static void without_numbers(const char *text, char *out, size_t size)
{
    size_t used = 0;
    if (strncmp(text, "flat ", 5) == 0 && isdigit((unsigned char)text[5]))
        for (text += 5; isdigit((unsigned char)*text) || *text == ' '; text++)
            continue;
    for (const char *p = text; *p && used + 4 < size; p++) {
        bool starts = isdigit((unsigned char)*p) && (p == text || !isalnum((unsigned char)p[-1]));
        if (!starts) {
            out[used++] = *p;
            continue;
        }
        while (isdigit((unsigned char)p[1]) || (p[1] == '.' && isdigit((unsigned char)p[2])))
            p++;
        if (used > 0 && out[used - 1] == '-')
            used--;
        used += (size_t)snprintf(out + used, size - used, "..");
    }
    out[used] = '\0';
}

/* ---- rows: what is of one kind ------------------------------------------------------------------ */

enum row_kind { ROW_TIMES, ROW_STATISTIC, ROW_CONDITIONS, ROW_BROKEN };

struct row {
    enum row_kind kind;
    const struct case_result *first; /* of which scenario, requirement, board */
    bool decides;
    char text[200];
    const struct verdict *worst; /* nearest to its limit, or beyond it */
    const struct verdict *like;  /* the first of them */
    int n, failed, without_time;
};

struct rows {
    struct row *items;
    int count, capacity;
    bool no_memory;
};

static struct row *add_row(struct rows *rows, const struct row *row)
{
    if (rows->count == rows->capacity) {
        int capacity = rows->capacity ? 2 * rows->capacity : 64;
        struct row *grown = realloc(rows->items, (size_t)capacity * sizeof *grown);
        if (!grown) {
            rows->no_memory = true;
            return NULL;
        }
        rows->items = grown;
        rows->capacity = capacity;
    }
    rows->items[rows->count] = *row;
    return &rows->items[rows->count++];
}

static bool same_limit(const struct verdict *a, const struct verdict *b)
{
    return !a || !b || (a->limit == b->limit && a->at_least == b->at_least && strcmp(a->unit, b->unit) == 0);
}

static bool same_row(const struct row *a, const struct row *b)
{
    return a->kind == b->kind && a->kind != ROW_STATISTIC && a->first->scenario == b->first->scenario &&
           a->first->requirement == b->first->requirement && a->first->on_board == b->first->on_board &&
           a->decides == b->decides && same_limit(a->like, b->like) && strcmp(a->text, b->text) == 0;
}

static void count_verdict(struct rows *rows, const struct row *wanted, const struct verdict *verdict)
{
    struct row *row = NULL;
    for (int i = rows->count - 1; i >= 0 && !row; i--)
        if (same_row(&rows->items[i], wanted))
            row = &rows->items[i];
    row = row ? row : add_row(rows, wanted);
    if (!row)
        return;
    row->n++;
    row->failed += !verdict || verdict->judgement != JUDGEMENT_HOLDS;
    row->without_time += verdict && !verdict->has_time;
    if (verdict && (!row->worst || verdict_tighter(verdict, row->worst)))
        row->worst = verdict;
}

/* A verdict that asked for a time but got none is a missed deadline, and stands with those that have one. */
static bool is_timed(const struct verdict *verdict)
{
    return verdict->has_time || verdict->limit > 0;
}

static void add_verdict(struct rows *rows, const struct case_result *result, const struct verdict *verdict)
{
    struct row row = {.first = result, .decides = claim_case_decides(result), .like = verdict};
    row.kind = verdict->spread.n ? ROW_STATISTIC : is_timed(verdict) ? ROW_TIMES : ROW_CONDITIONS;
    if (row.kind == ROW_CONDITIONS)
        row.like = NULL;
    else
        without_numbers(verdict->text, row.text, sizeof row.text);
    count_verdict(rows, &row, verdict);
}

static void add_case(struct rows *rows, const struct case_result *result)
{
    for (int i = 0; i < result->verdict_count; i++)
        add_verdict(rows, result, &result->verdicts[i]);
    bool broken = result->outcome == OUTCOME_FAILED && case_holds(result);
    if (broken) {
        struct row row = {.kind = ROW_BROKEN, .first = result, .decides = true};
        snprintf(row.text, sizeof row.text, "%.199s", result->message);
        count_verdict(rows, &row, NULL);
    }
}

/* ---- cells ------------------------------------------------------------------------------------- */

static void write_scenario(FILE *out, const struct case_result *result, const struct case_result *above)
{
    char name[400];
    if (above && above->scenario == result->scenario)
        fprintf(out, "| ");
    else
        fprintf(out, "| %s `%s` ", cell(result->scenario->name, name, sizeof name), short_path(result->scenario));
}

static void write_class(FILE *out, const struct row *row)
{
    bool plain = row->first->requirement == REQUIREMENT_REQUIRED;
    fprintf(out, "| %s%s%s ", requirement_name(row->first->requirement), row->decides && !plain ? ", decides" : "",
            row->first->on_board ? ", board" : "");
}

static const char *row_verdict(const struct row *row)
{
    bool expected = row->first->requirement == REQUIREMENT_EXCLUDED && !row->decides;
    return !row->failed ? "holds" : expected ? "does not hold" : "**does not hold**";
}

static void write_limit(FILE *out, const struct verdict *verdict)
{
    char limit[64];
    figure_format(verdict->limit, verdict->unit, limit, sizeof limit);
    fprintf(out, "| %s%s ", verdict->at_least ? "at least " : "", limit);
}

static void write_times(FILE *out, const struct row *row)
{
    char measured[120], text[260];
    fprintf(out, "| %s | %d | ", cell(row->text, text, sizeof text), row->n);
    if (row->worst->has_time) {
        measured_format(row->worst, measured, sizeof measured);
        fprintf(out, "%s%s (%s)", row->n > 1 ? "worst " : "", measured, evidence_name(row->worst->evidence));
    } else {
        fprintf(out, "%s", cell(row->worst->detail, text, sizeof text));
    }
    if (row->failed && row->n > 1)
        fprintf(out, "; %d of %d do not", row->failed, row->n);
    fprintf(out, " ");
    write_limit(out, row->worst);
}

static void write_conditions(FILE *out, const struct row *row)
{
    char text[400], detail[260];
    if (row->kind == ROW_BROKEN)
        fprintf(out, "| %s | %d | broken | ", cell(row->text, text, sizeof text), row->n);
    else if (row->failed)
        fprintf(out, "| %s | %d | %s; %d of %d do not | ", cell(row->worst->text, text, sizeof text), row->n,
                cell(row->worst->detail, detail, sizeof detail), row->failed, row->n);
    else
        fprintf(out, "| conditions and windows in which nothing may happen | %d | all so | ", row->n);
}

static void write_rows(FILE *out, const struct rows *rows)
{
    const struct case_result *above = NULL;
    for (int i = 0; i < rows->count; i++) {
        const struct row *row = &rows->items[i];
        if (row->kind == ROW_STATISTIC)
            continue;
        if (!above)
            fprintf(out, "\n| scenario | counts as | what | n | measured | limit | verdict |\n"
                         "|---|---|---|---|---|---|---|\n");
        write_scenario(out, row->first, above);
        write_class(out, row);
        if (row->kind == ROW_TIMES)
            write_times(out, row);
        else
            write_conditions(out, row);
        fprintf(out, "| %s |\n", row_verdict(row));
        above = row->first;
    }
}

static void write_figure(FILE *out, const struct verdict *verdict, int64_t value)
{
    char text[64];
    figure_format(value, verdict->unit, text, sizeof text);
    fprintf(out, "| %s ", text);
}

static void write_statistic(FILE *out, const struct row *row)
{
    const struct verdict *verdict = row->like;
    const struct spread *spread = &verdict->spread;
    char low[64], high[64], mean[64], text[260];
    figure_format(spread->mean, verdict->unit, mean, sizeof mean);
    figure_format(spread->low, verdict->unit, low, sizeof low);
    figure_format(spread->high, verdict->unit, high, sizeof high);
    fprintf(out, "| %s ", row->first->label[0] ? cell(row->first->label, text, sizeof text) : row->text);
    write_class(out, row);
    fprintf(out, "| %d | %.1f %% | %s [%s, %s] ", spread->n, 100.0 * (spread->n - spread->missing) / spread->n, mean, low,
            high);
    write_figure(out, verdict, spread->p50);
    write_figure(out, verdict, spread->p95);
    write_figure(out, verdict, spread->p99);
    write_figure(out, verdict, spread->worst);
    fprintf(out, "| %.1f %% ", 100.0 * spread->within / spread->n);
    fprintf(out, "| %.*s: ", (int)strcspn(verdict->detail, ";"), verdict->detail);
    figure_format(verdict->limit, verdict->unit, text, sizeof text);
    fprintf(out, "%s%s | %s |\n", verdict->at_least ? "at least " : "", text, row_verdict(row));
}

/* Another table for each scenario, and for each thing that one measures. */
static void write_statistics(FILE *out, const struct rows *rows)
{
    const struct row *above = NULL;
    for (int i = 0; i < rows->count; i++) {
        const struct row *row = &rows->items[i];
        char name[400], text[260];
        if (row->kind != ROW_STATISTIC)
            continue;
        if (!above || above->first->scenario != row->first->scenario || strcmp(above->text, row->text) != 0)
            fprintf(out, "\n%s: %s (`%s`)\n\n| case | counts as | n | came | mean [95 %%] | p50 | p95 | p99 | worst | keep "
                         "the limit | limit of | verdict |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n",
                    cell(row->first->scenario->name, name, sizeof name), cell(row->text, text, sizeof text),
                    short_path(row->first->scenario));
        write_statistic(out, row);
        above = row;
    }
}

/* ---- the document ------------------------------------------------------------------------------- */

static void write_reason(FILE *out, const struct claim_verdict *verdict)
{
    const struct case_result *of = verdict->failed ? verdict->failed : verdict->tightest;
    const struct verdict *tight = of ? tightest_verdict(of) : NULL;
    char text[700], described[500], both[800];
    if (verdict->deciding_failed > 0)
        fprintf(out, "%d of %d deciding cases do not hold; ", verdict->deciding_failed, verdict->deciding);
    else if (verdict->measured_failed > 0)
        fprintf(out, "%d of %d measured cases do not hold; ", verdict->measured_failed, verdict->measured);
    if (!of)
        return;
    if (of->label[0])
        fprintf(out, "[%s] ", cell(of->label, text, sizeof text));
    if (tight && !(of->outcome == OUTCOME_FAILED && case_holds(of))) {
        verdict_describe(tight, described, sizeof described);
        snprintf(both, sizeof both, "%.279s: %.500s", tight->text, described);
    } else {
        snprintf(both, sizeof both, "%.640s", of->message);
    }
    fprintf(out, "%s", cell(both, text, sizeof text));
}

static void write_overview(FILE *out, const struct suite *suite)
{
    fprintf(out, "| # | claim | cases | verdict | nearest to its limit, or beyond it |\n|---|---|---|---|---|\n");
    for (int n = 1; n <= CLAIMS; n++) {
        struct claim_verdict verdict = claim_judge(suite, n);
        if (suite->options.claims && !(suite->options.claims >> n & 1))
            continue;
        fprintf(out, "| [%d](#claim-%d) | %s | %d | %s%s%s | ", n, n, claim_text(n), verdict.judged,
                verdict.state == CLAIM_DOES_NOT_HOLD ? "**" : "", claim_state_name(verdict.state),
                verdict.state == CLAIM_DOES_NOT_HOLD ? "**" : "");
        write_reason(out, &verdict);
        fprintf(out, " |\n");
    }
}

static void write_not_judged(FILE *out, const struct suite *suite, int number)
{
    char name[400], text[700];
    for (int i = 0; i < suite->count; i++) {
        const struct case_result *result = &suite->results[i];
        if (!claim_case_of(result, number) || claim_case_judged(result))
            continue;
        case_name(result, name, sizeof name);
        fprintf(out, "\nNot judged, %s: %s", outcome_name(result->outcome), cell(name, text, sizeof text));
        fprintf(out, ": %s\n", cell(result->message, text, sizeof text));
    }
}

static void add_cases(struct rows *rows, const struct suite *suite, int number, enum requirement class)
{
    for (int i = 0; i < suite->count; i++) {
        const struct case_result *result = &suite->results[i];
        if (claim_case_of(result, number) && claim_case_judged(result) && result->requirement == class)
            add_case(rows, result);
    }
}

static bool write_claim(FILE *out, const struct suite *suite, int number)
{
    struct claim_verdict verdict = claim_judge(suite, number);
    struct rows rows = {0};
    fprintf(out, "\n## Claim %d\n\n> %s\n\n%s: %d scenario%s, %d cases judged, %d of them deciding", number,
            claim_text(number), claim_state_name(verdict.state), verdict.scenarios, verdict.scenarios == 1 ? "" : "s",
            verdict.judged, verdict.deciding);
    if (verdict.on_board)
        fprintf(out, "; %d on a board", verdict.on_board);
    fprintf(out, ".\n");
    for (int class = REQUIREMENT_REQUIRED; class <= REQUIREMENT_EXCLUDED; class++)
        add_cases(&rows, suite, number, (enum requirement)class);
    write_rows(out, &rows);
    write_statistics(out, &rows);
    write_not_judged(out, suite, number);
    free(rows.items);
    return !rows.no_memory;
}

static void write_boards(FILE *out, const struct suite *suite)
{
    for (const struct board_maker *maker = suite->options.run.boards; maker; maker = maker->next) {
        struct board_properties all;
        char text[400];
        suite_board_properties(suite, maker, &all);
        fprintf(out, "Board%s%s:", maker->id[0] ? " " : "", maker->id);
        for (int i = 0; i < all.count; i++)
            if (strcmp(all.items[i].name, "profile.name") == 0 || strcmp(all.items[i].name, "connection") == 0)
                fprintf(out, " %s %s;", all.items[i].name, cell(all.items[i].value, text, sizeof text));
        fprintf(out, " its cases say so.\n\n");
    }
}

static bool write_document(FILE *out, const struct suite *suite)
{
    bool good = true;
    fprintf(out, "# Claims\n\nWhat is claimed of the product, and what this bench measured of it. Made by `make claims`, not by "
                 "hand: `meterbench test --claims FILE --seed %llu`.\n\n",
            (unsigned long long)suite->options.run.seed);
    write_boards(out, suite);
    fprintf(out,
            "Deciding are the required cases, and those of which a scenario says that they are the claim's own words. A claim\n"
            "**holds** if all its deciding cases do and no measured one fails, it holds **partly** if only measured ones fail, "
            "else it **does\nnot hold**. Excluded cases are not expected to hold and are shown for comparison. Times count from "
            "cause to effect;\n(model) is a virtual meter, (contact), (coil) and (register) are a board's evidence. "
            "[scenarios.md](scenarios.md#claims) says more.\n\n"
            "Of statistics, *came* is the share of values that came before the case's time-out; one that did not counts as the\n"
            "time-out, so 15 min beside 80 %% says that a fifth took longer. *keep the limit* is the share of values that keep it "
            "themselves;\nthe verdict is about what *limit of* names: all of the 95 %% interval of a mean or quantile, or every "
            "value of the worst.\n\nSeed %llu.\n\n",
            (unsigned long long)suite->options.run.seed);
    write_overview(out, suite);
    for (int n = 1; n <= CLAIMS; n++)
        if (!suite->options.claims || (suite->options.claims >> n & 1))
            good = write_claim(out, suite, n) && good;
    return good;
}

int report_claims(const struct suite *suite, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return -ENOMEM;
    bool good = write_document(out, suite);
    if (fclose(out) != 0 || !good) {
        free(text);
        return -ENOMEM;
    }
    int result = report_file(path, text, size);
    free(text);
    return result;
}
