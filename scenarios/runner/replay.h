/*
 * A recorded run, run again: the texts, seeds and facts of a run file instead of files, options and a board. Events,
 * verdicts and messages are held against the recorded ones as they come; the first that differs is told.
 */
#ifndef METERBENCH_RUNNER_REPLAY_H
#define METERBENCH_RUNNER_REPLAY_H

#include "scenarios/runner/run_file.h"
#include "scenarios/runner/suite.h"

struct replay;
struct replayed_case;

enum replay_finding {
    REPLAY_IDENTICAL,
    REPLAY_DIFFERS,
    REPLAY_INCOMPLETE, /* the recording breaks off; what is there is the same */
};

/* NULL with a message: what is wrong with the file. Texts are added to the process's sources. */
struct replay *replay_open(const char *path, char *message, size_t size);
void replay_close(struct replay *replay);

const struct run_facts *replay_facts(const struct replay *replay);
/* False when the run was killed before it could say that all is written. */
bool replay_is_complete(const struct replay *replay);

/* Fill a suite with the recorded cases; options->names filter. 0 or a negative error with suite->complaint. */
int replay_select(struct replay *replay, struct suite *suite, const struct suite_options *options);

/* What came of result i of the suite: words for people of the first difference, "" when there is none. */
enum replay_finding replay_finding(const struct replay *replay, int i, char *words, size_t size);

/* ---- for run_store.c ---- */

struct replayed_case *replay_begin(struct replay *replay, const struct case_result *result);
/* The sink that compares. */
struct event_sink *replay_sink(struct replayed_case *replayed);
/* A board that plays the recorded facts; NULL with the recorded message when there was none. */
struct board *replay_open_board(struct replayed_case *replayed, char *message, size_t size);
void replay_close_board(struct replayed_case *replayed, struct board *board);
void replay_end(struct replayed_case *replayed, const struct case_result *result);

#endif
