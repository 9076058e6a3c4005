/* Reports of `meterbench board check`: console, JSON, JUnit. */
#ifndef METERBENCH_CLI_CHECK_REPORT_H
#define METERBENCH_CLI_CHECK_REPORT_H

#include "hil/check/check.h"

#include <stdbool.h>
#include <stdio.h>

/* One row; with its bytes where it did not pass, or always with `verbose`. */
void check_report_row(FILE *out, const struct check_result *result, bool verbose);
void check_report_totals(FILE *out, const struct check_report *report);

/* 0 or a negative errno; path "-" is standard output. */
int check_report_json(const struct check_report *report, const char *path);
int check_report_junit(const struct check_report *report, const char *path);

#endif
