/*
 * The run file: all that a run was made from, saw and judged, as a database that a replay reads and anybody may
 * query (docs/replay.md has its tables). One thread writes; the runs hand it rows and go on. Rows are committed
 * several times a second, so that a run that is killed leaves a file that tells what was until then.
 */
#ifndef METERBENCH_RUNNER_RUN_FILE_H
#define METERBENCH_RUNNER_RUN_FILE_H

#include "scenarios/runner/board_fact.h"
#include "scenarios/runner/result.h"

enum { RUN_FILE_VERSION = 3, RUN_FILE_APPLICATION = 0x4d425255 };

/* What is said of the run as a whole. */
struct run_facts {
    char version[32];
    char arguments[2000];
    char started[40]; /* UTC, ISO 8601 */
    char host[80];
    uint64_t seed;
    int64_t timeout_ns;
    bool boards; /* a board was asked for */
};

struct run_file;

/* A new file. One that is there already is replaced if it is a run file, else refused. NULL with a message. */
struct run_file *run_file_create(const char *path, const struct run_facts *facts, char *message, size_t size);

/* Everything is written, how the boards were left included, and the file is closed. 0, or a negative error with message:
 * it is not complete. */
int run_file_close(struct run_file *file, const struct board_maker *makers, char *message, size_t size);

/* ---- one case: from the thread that runs it ---- */

struct case_record;

/* NULL when memory is out (the file is then told to be incomplete), or file is NULL. */
struct case_record *case_record_begin(struct run_file *file, const struct case_result *result);
void case_record_event(struct case_record *record, const struct event *event);
/* Takes fact->text over. */
void case_record_fact(struct case_record *record, const struct board_fact *fact);
/* `last`: the stamp of the last byte. */
void case_record_wire(struct case_record *record, enum board_wire wire, int64_t stamp, int64_t last, int64_t at,
                      const uint8_t *bytes, size_t size);
/* Let the writer have what is there, if it waited long enough. */
void case_record_tick(struct case_record *record);
void case_record_end(struct case_record *record, const struct case_result *result);

#endif
