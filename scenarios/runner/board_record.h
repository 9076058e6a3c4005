/*
 * Listens to a board while it is in a run: writes down what it does (board_fact.h) and what goes over its wires, and
 * tells its twin.
 */
#ifndef METERBENCH_RUNNER_BOARD_RECORD_H
#define METERBENCH_RUNNER_BOARD_RECORD_H

#include "scenarios/runner/run_file.h"
#include "scenarios/runner/twin.h"

struct board_record;

/* NULL when memory is out. `record` and `twin` outlive it; either may be NULL. */
struct board_record *board_record_new(struct case_record *record, struct twin *twin, struct board *board,
                                      struct site *site);
void board_record_free(struct board_record *listener);

/* There is no board. */
void board_record_open_failed(struct case_record *record, const char *message);
/* What it is before it is attached, what it lacks of what scenarios need, and its files. */
void board_record_opened(struct case_record *record, const struct board *board);
/* After attach, with what it returned. */
void board_record_attached(struct board_record *listener, struct flat *flat, int result);
/* The clock is about to advance, and what it returned. */
void board_record_advances(struct board_record *listener);
void board_record_advanced(struct board_record *listener, int64_t reached);
/* Around deliver. */
void board_record_delivers(struct board_record *listener);
void board_record_delivered(struct board_record *listener);
void board_record_misused(struct board_record *listener, enum board_misuse misuse, int order, int result);
/* Before detach. */
void board_record_ends(struct board_record *listener);

#endif
