/* The report as Markdown. Rows are kept back until a section ends, so that a table is whole. */
#include "tests/validate/validate.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct report {
    FILE *out; /* the body; the summary stands before it */
    const struct validation *validation;
    char *body;
    size_t body_size;
    char path[1000];
    bool in_table;
    int judged, failed, reported;
};

static void end_table(struct report *report)
{
    if (report->in_table)
        fputc('\n', report->out);
    report->in_table = false;
}

struct report *report_open(const char *path, const struct validation *validation)
{
    struct report *report = calloc(1, sizeof *report);
    if (!report)
        return NULL;
    snprintf(report->path, sizeof report->path, "%s", path);
    report->validation = validation;
    report->out = open_memstream(&report->body, &report->body_size);
    if (report->out)
        return report;
    free(report);
    return NULL;
}

void report_section(struct report *report, const char *title, const char *text)
{
    end_table(report);
    fprintf(report->out, "## %s\n\n%s\n\n", title, text);
}

static bool passes(const struct row *row, double value)
{
    return row->measured.n > 0 && value >= row->low && value <= row->high;
}

/* No row passes whatever is measured: one that has no limit to break is not judged. */
static const char *judge(struct report *report, const struct row *row)
{
    if (!isfinite(row->low) && !isfinite(row->high)) {
        report->reported++;
        return "reported";
    }
    double outside = isfinite(row->high) ? row->high + 1 : row->low - 1;
    assert(!passes(row, outside));
    bool passed = passes(row, row->measured.value);
    report->judged++;
    report->failed += !passed;
    return passed ? "pass" : "**FAIL**";
}

void report_row(struct report *report, const struct row *row)
{
    double value = row->measured.value;
    char shown[64], interval[64] = "";
    if (!report->in_table)
        fprintf(report->out, "| statistic | target | measured | n | verdict | source |\n"
                             "|---|---|---|---|---|---|\n");
    report->in_table = true;
    if (isinf(value))
        snprintf(shown, sizeof shown, "never");
    else
        snprintf(shown, sizeof shown, "%.*f", row->decimals, value);
    if (row->measured.half > 0)
        snprintf(interval, sizeof interval, " ± %.*f", row->decimals, row->measured.half);
    bool unit = row->unit[0] && !isinf(value);
    fprintf(report->out, "| %s | %s | %s%s%s%s | %.0f | %s | %s |\n", row->statistic, row->target,
            shown, interval, unit ? " " : "", unit ? row->unit : "", row->measured.n,
            judge(report, row), row->source);
}

void report_picture(struct report *report, const char *file, const char *title)
{
    end_table(report);
    fprintf(report->out, "![%s](pictures/validation/%s)\n\n", title, file);
}

void report_cells(struct report *report, const char *const *cells)
{
    fputc('|', report->out);
    for (; *cells; cells++)
        fprintf(report->out, " %s |", *cells);
    fputc('\n', report->out);
}

void report_table(struct report *report, const char *const *heading)
{
    end_table(report);
    report_cells(report, heading);
    fputc('|', report->out);
    for (; *heading; heading++)
        fputs("---|", report->out);
    fputc('\n', report->out);
    report->in_table = true;
}

void report_text(struct report *report, const char *format, ...)
{
    va_list arguments;
    end_table(report);
    va_start(arguments, format);
    vfprintf(report->out, format, arguments);
    va_end(arguments);
    fputs("\n\n", report->out);
}

int report_failed(const struct report *report)
{
    return report->failed;
}

int report_judged(const struct report *report)
{
    return report->judged;
}

static const char introduction[] =
    "# Validation\n"
    "\n"
    "What the models do, held against published figures and standards. `make validate` runs the "
    "models and writes this\n"
    "file and its pictures; no number in it is typed in but the targets, which are their sources'. "
    "A row passes when the\n"
    "measured value is inside its limits; ± is half of its 95 %% interval, left out where there is "
    "no sampling\n"
    "error or none was estimated; n is what it rests on. A row that is *reported* has no limit. "
    "Parameters and their\n"
    "sources are in [models.md](models.md).\n"
    "\n"
    "Seed %llu, %s: **%d of %d judged rows pass, %d %s**; %d more are reported.\n"
    "\n";

static int write_out(const struct report *report)
{
    char part[sizeof report->path + 8];
    struct stat status;
    bool beside = lstat(report->path, &status) != 0 || S_ISREG(status.st_mode);
    snprintf(part, sizeof part, "%s%s", report->path,
             beside ? ".part" : ""); /* a device, pipe or link must not be replaced by a file */
    FILE *file = fopen(part, "w");
    if (!file)
        return -errno;
    errno = 0;
    fprintf(file, introduction, (unsigned long long)report->validation->seed,
            report->validation->quick ? "quick samples" : "full samples",
            report->judged - report->failed, report->judged, report->failed,
            report->failed == 1 ? "fails" : "fail", report->reported);
    fputs(report->body, file);
    bool failed = ferror(file) != 0;
    int error = failed ? errno : 0;
    if (fclose(file) != 0 || failed || (beside && rename(part, report->path) != 0)) {
        error = error ? error : errno ? errno : EIO;
        if (beside)
            unlink(part);
        return -error;
    }
    return 0;
}

int report_close(struct report *report)
{
    fclose(report->out);
    while (report->body_size > 1 && strcmp(report->body + report->body_size - 2, "\n\n") == 0)
        report->body[--report->body_size] = '\0';
    int result = write_out(report);
    free(report->body);
    free(report);
    return result;
}
