#include "cli/check_report.h"

#include "scenarios/runner/junit.h"
#include "scenarios/runner/report_file.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

enum { LINE_SIZE = 4 * sizeof((struct wire_line){0}.bytes) };

static const char *protocol_name(const struct check_report *report)
{
    return report->protocol == CHECK_MODBUS ? "modbus" : "dlt645";
}

static size_t wire_kept(const struct check_result *result)
{
    return result->wire_count < WIRE_LINES_MAX ? result->wire_count : WIRE_LINES_MAX;
}

static void hex_of(const struct wire_line *line, char text[LINE_SIZE])
{
    size_t kept = line->size < sizeof line->bytes ? line->size : sizeof line->bytes;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < kept; i++)
        used += (size_t)snprintf(text + used, LINE_SIZE - used, i ? " %02X" : "%02X", line->bytes[i]);
}

/* ---- console ------------------------------------------------------------------------------------
 */

static void print_wire(FILE *out, const struct check_result *result)
{
    char hex[LINE_SIZE];
    if (result->wire_count > WIRE_LINES_MAX)
        fprintf(out, "              .. %zu lines before\n", result->wire_count - WIRE_LINES_MAX);
    for (size_t i = 0; i < wire_kept(result); i++) {
        const struct wire_line *line = &result->wire[i];
        hex_of(line, hex);
        fprintf(out, "              %c %10.6f %s", line->sent ? '>' : '<',
                (double)(line->begin - result->began) / NS_PER_S, hex);
        if (line->size > sizeof line->bytes)
            fprintf(out, " .. %zu bytes", line->size);
        fprintf(out, "\n");
    }
}

void check_report_row(FILE *out, const struct check_result *result, bool verbose)
{
    bool passes = result->outcome == CHECK_PASSES;
    fprintf(out, "%-13s %-26s %s\n", check_outcome_word(result->outcome), result->row->id,
            result->row->title);
    if (result->message[0])
        fprintf(out, "              %s\n", result->message);
    if (result->outcome == CHECK_FAILS || verbose)
        fprintf(out, "              rule: %s\n", result->row->rule);
    if (verbose || (!passes && result->outcome != CHECK_NOT_JUDGED))
        print_wire(out, result);
}

void check_report_totals(FILE *out, const struct check_report *report)
{
    const int *n = report->outcomes;
    fprintf(out, "\n%s\n%s\n", report->board, report->stamps);
    fprintf(out, "%d pass, %d fail, %d inconclusive, %d not judged\n", n[CHECK_PASSES], n[CHECK_FAILS],
            n[CHECK_INCONCLUSIVE], n[CHECK_NOT_JUDGED]);
}

/* ---- JSON ---------------------------------------------------------------------------------------
 */

static json_t *wire_json(const struct check_result *result)
{
    json_t *array = json_array();
    char hex[LINE_SIZE];
    for (size_t i = 0; i < wire_kept(result); i++) {
        const struct wire_line *line = &result->wire[i];
        hex_of(line, hex);
        json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:s, s:I}", "direction",
                                               line->sent ? "sent" : "received", "begin_us",
                                               (json_int_t)((line->begin - result->began) / 1000),
                                               "end_us",
                                               (json_int_t)((line->end - result->began) / 1000), "bytes",
                                               hex, "size", (json_int_t)line->size));
    }
    return array;
}

static json_t *row_json(const struct check_result *result)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o}", "id", result->row->id, "title",
                     result->row->title, "rule", result->row->rule, "outcome",
                     check_outcome_word(result->outcome), "message", result->message, "took_us",
                     (json_int_t)(result->took_ns / 1000), "wire_lines", (json_int_t)result->wire_count,
                     "wire", wire_json(result));
}

int check_report_json(const struct check_report *report, const char *path)
{
    const int *n = report->outcomes;
    json_t *rows = json_array();
    for (int i = 0; i < report->count; i++)
        json_array_append_new(rows, row_json(&report->results[i]));
    return report_write_json(
        path, json_pack("{s:i, s:s, s:s, s:s, s:s, s:{s:i, s:i, s:i, s:i}, s:o}", "version", 1,
                        "protocol", protocol_name(report), "board", report->board, "stamps",
                        report->stamps, "complaint", report->message, "outcomes", "passes",
                        n[CHECK_PASSES], "fails", n[CHECK_FAILS], "inconclusive",
                        n[CHECK_INCONCLUSIVE], "not_judged", n[CHECK_NOT_JUDGED], "rows", rows));
}

/* ---- JUnit --------------------------------------------------------------------------------------
 */

static void junit_row(xmlTextWriterPtr writer, const struct check_report *report,
                      const struct check_result *result)
{
    static const char *const elements[] = {
        [CHECK_FAILS] = "failure", [CHECK_INCONCLUSIVE] = "error", [CHECK_NOT_JUDGED] = "skipped"};
    char classname[40], text[WIRE_LINES_MAX * (LINE_SIZE + 20)], hex[LINE_SIZE];
    size_t used = 0;
    snprintf(classname, sizeof classname, "board.check.%s", protocol_name(report));
    xmlTextWriterStartElement(writer, BAD_CAST "testcase");
    junit_attribute(writer, "name", result->row->title);
    junit_attribute(writer, "classname", classname);
    junit_seconds(writer, "time", (double)result->took_ns / NS_PER_S);
    xmlTextWriterStartElement(writer, BAD_CAST "properties");
    junit_property(writer, "id", result->row->id);
    junit_property(writer, "rule", result->row->rule);
    xmlTextWriterEndElement(writer);
    if (result->outcome != CHECK_PASSES)
        junit_outcome(writer, elements[result->outcome], result->message,
                      check_outcome_word(result->outcome));
    for (size_t i = 0; i < wire_kept(result); i++) {
        hex_of(&result->wire[i], hex);
        used += (size_t)snprintf(text + used, sizeof text - used, "%c %10.6f %s\n",
                                 result->wire[i].sent ? '>' : '<',
                                 (double)(result->wire[i].begin - result->began) / NS_PER_S, hex);
    }
    text[used] = '\0';
    junit_text(writer, "system-out", text);
    xmlTextWriterEndElement(writer);
}

static int junit_document(xmlTextWriterPtr writer, const struct check_report *report)
{
    const int *n = report->outcomes;
    xmlTextWriterSetIndent(writer, 1);
    xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
    for (int inner = 0; inner < 2; inner++) {
        xmlTextWriterStartElement(writer, BAD_CAST(inner ? "testsuite" : "testsuites"));
        junit_attribute(writer, "name", inner ? "board check" : "meterbench");
        junit_number(writer, "tests", report->count);
        junit_number(writer, "failures", n[CHECK_FAILS]);
        junit_number(writer, "errors", n[CHECK_INCONCLUSIVE]);
        junit_number(writer, "skipped", n[CHECK_NOT_JUDGED]);
    }
    xmlTextWriterStartElement(writer, BAD_CAST "properties");
    junit_property(writer, "protocol", protocol_name(report));
    junit_property(writer, "board", report->board);
    junit_property(writer, "stamps", report->stamps);
    xmlTextWriterEndElement(writer);
    for (int i = 0; i < report->count; i++)
        junit_row(writer, report, &report->results[i]);
    xmlTextWriterEndElement(writer);
    xmlTextWriterEndElement(writer);
    return xmlTextWriterEndDocument(writer);
}

int check_report_junit(const struct check_report *report, const char *path)
{
    struct junit junit;
    int result = junit_open(&junit);
    if (result == 0 && junit_document(junit.writer, report) < 0)
        result = -ENOMEM;
    return junit_close(&junit, result, path);
}
