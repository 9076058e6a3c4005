/*
 * The dated record of a selftest. Beside a bench file FILE it is FILE.selftest.json, with one record
 * a board, and every later report says what the rack was good for.
 */
#ifndef METERBENCH_HIL_RACK_SELFTEST_RECORD_H
#define METERBENCH_HIL_RACK_SELFTEST_RECORD_H

#include "hil/rack/selftest.h"

/* Writes the record of one board to a file of its own, `path`, or (merge) into the file that may
 * hold other boards'. made_ns: since 1970. id: empty for the board of a file that has one. 0, or
 * ERROR_IO with a message. */
int selftest_record_write(const char *path, bool merge, const char *id, int64_t made_ns,
                          const struct selftest_result *result, char *message, size_t size);

/* "rack selftest of 2026-11-23T02:33:00Z: passed, contact edges exact to 0.003 ms", "rack selftest
 * of ..: failed (round trip)", or "rack selftest never made". bench_file NULL: as never made. */
void selftest_record_tell(const char *bench_file, const char *id, char *text, size_t size);

/* FILE.selftest.json; false when it does not fit. */
bool selftest_record_path(const char *bench_file, char *path, size_t size);

/* "passed", "FAILED", "not judged" */
const char *selftest_verdict_text(enum selftest_verdict verdict);

#endif
