/* Text of scripts and boards, made fit for a report. */
#ifndef METERBENCH_RUNNER_REPORT_TEXT_H
#define METERBENCH_RUNNER_REPORT_TEXT_H

#include <stddef.h>

/*
 * Copies text to out, cut at a whole character. Bytes that are no UTF-8, and characters that XML 1.0 has no place
 * for or that would steer a terminal, become '?'. Returns out.
 */
const char *report_clean(const char *text, char *out, size_t size);

#endif
