#include "hil/rack/selftest_record.h"

#include "sim/kernel/time.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *selftest_verdict_text(enum selftest_verdict verdict)
{
    static const char *const words[] = {"passed", "FAILED", "not judged"};
    return words[verdict];
}

bool selftest_record_path(const char *bench_file, char *path, size_t size)
{
    return snprintf(path, size, "%s.selftest.json", bench_file) < (int)size;
}

static const char *key_of(const char *id)
{
    return id && id[0] ? id : "board";
}

/* ---- out ---------------------------------------------------------------------------------------
 */

static void date_of(int64_t made_ns, char text[32])
{
    time_t seconds = (time_t)(made_ns / NS_PER_S);
    struct tm parts;
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
}

static json_t *summary(const struct selftest_summary *summary)
{
    if (summary->count == 0)
        return json_null();
    return json_pack("{s:i, s:I, s:I, s:I, s:I}", "count", summary->count, "min_ns",
                     (json_int_t)summary->min, "median_ns", (json_int_t)summary->median, "p99_ns",
                     (json_int_t)summary->p99, "max_ns", (json_int_t)summary->max);
}

static json_t *rows(const struct selftest_result *result)
{
    json_t *list = json_array();
    for (int i = 0; i < result->row_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", result->rows[i].name,
                                              "verdict",
                                              selftest_verdict_text(result->rows[i].verdict),
                                              "text", result->rows[i].text));
    return list;
}

static json_t *known(int64_t ns)
{
    return ns < 0 ? json_null() : json_integer(ns);
}

static json_t *record(int64_t made_ns, const struct selftest_result *result)
{
    char date[32];
    date_of(made_ns, date);
    return json_pack(
        "{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}",
        "made", date, "rack", result->rack, "good", result->good, "contact_uncertainty_ns",
        known(result->contact_ns), "host_uncertainty_ns", known(result->host_ns), "round_trip",
        summary(&result->round_trip), "stimulus", summary(&result->apply), "contact_sense",
        summary(&result->edge), "serial_port", summary(&result->serial), "clock_width_ns",
        (json_int_t)result->clock_width_ns, "drift_ppb", (json_int_t)result->drift_ppb,
        "drift_uncertainty_ppb", (json_int_t)result->drift_uncertainty_ppb, "frames",
        (json_int_t)result->frames, "lost", (json_int_t)result->lost, "unanswered",
        (json_int_t)result->unanswered, "bus", result->bus, "notes", result->notes);
}

static json_t *boards_of(json_t *file)
{
    json_t *boards = json_object_get(file, "boards");
    return json_is_object(boards) ? boards : NULL;
}

/* Another board's record stays; a file that is none is not kept. */
static json_t *whole(const char *path, bool merge)
{
    json_t *file = merge ? json_load_file(path, 0, NULL) : NULL;
    if (boards_of(file))
        return file;
    json_decref(file);
    return json_pack("{s:{}}", "boards");
}

/* Beside its place and then into it: half a record is never seen. */
static bool put(const json_t *file, const char *path)
{
    char beside[400];
    if (strcmp(path, "-") == 0)
        return json_dumpf(file, stdout, JSON_INDENT(2)) == 0 && puts("") >= 0;
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (json_dump_file(file, beside, JSON_INDENT(2)) == 0 && rename(beside, path) == 0)
        return true;
    remove(beside);
    return false;
}

int selftest_record_write(const char *path, bool merge, const char *id, int64_t made_ns,
                          const struct selftest_result *result, char *message, size_t size)
{
    json_t *file = whole(path, merge);
    json_t *made = record(made_ns, result);
    json_object_set_new(made, "rows", rows(result));
    json_object_set_new(boards_of(file), key_of(id), made);
    errno = 0;
    bool done = put(file, path);
    if (!done)
        snprintf(message, size, "%s: the record cannot be written: %s", path,
                 errno ? strerror(errno) : "output failed");
    json_decref(file);
    return done ? 0 : ERROR_IO;
}

/* ---- in ----------------------------------------------------------------------------------------
 */

static const char *first_failed(json_t *made)
{
    json_t *row, *list = json_object_get(made, "rows");
    size_t i;
    json_array_foreach(list, i, row) {
        const char *verdict = json_string_value(json_object_get(row, "verdict"));
        const char *name = json_string_value(json_object_get(row, "name"));
        if (verdict && name && strcmp(verdict, "FAILED") == 0)
            return name;
    }
    return "?";
}

static void tell(json_t *made, char *text, size_t size)
{
    const char *date = json_string_value(json_object_get(made, "made"));
    json_t *exact = json_object_get(made, "contact_uncertainty_ns");
    long long us = ((long long)json_integer_value(exact) + 999) / 1000;
    if (!date)
        return;
    if (!json_is_true(json_object_get(made, "good")))
        snprintf(text, size, "rack selftest of %.24s: failed (%.40s)", date, first_failed(made));
    else if (json_is_integer(exact))
        snprintf(text, size, "rack selftest of %.24s: passed, contact edges exact to %lld us", date,
                 us);
    else
        snprintf(text, size, "rack selftest of %.24s: passed, contact edges not measured", date);
}

void selftest_record_tell(const char *bench_file, const char *id, char *text, size_t size)
{
    char path[400];
    snprintf(text, size, "rack selftest never made");
    if (!bench_file || !selftest_record_path(bench_file, path, sizeof path))
        return;
    json_t *file = json_load_file(path, 0, NULL);
    json_t *made = json_object_get(boards_of(file), key_of(id));
    if (json_is_object(made))
        tell(made, text, size);
    json_decref(file);
}
