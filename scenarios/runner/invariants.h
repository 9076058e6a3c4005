/*
 * What must hold in every run, whatever the scenario asserts. The invariants keep their own books from events and
 * from the plant's physics; they do not ask the code that they watch whether it did right.
 */
#ifndef METERBENCH_RUNNER_INVARIANTS_H
#define METERBENCH_RUNNER_INVARIANTS_H

#include "scenarios/runner/observer.h"
#include "scenarios/runner/result.h"
#include "sim/board.h"
#include "sim/site.h"

struct invariants;

/* `board_flat` is the number of a flat whose facts arrive late (0: none). NULL when memory is out. */
struct invariants *invariants_new(struct site *site, const struct observer *observer,
                                  struct invariant_tally *tallies);
void invariants_free(struct invariants *invariants);

/* This flat's controller is a board from now on: its facts come with a delay, its register in Wh. */
void invariants_board(struct invariants *invariants, uint32_t flat, const struct board *board);

/* Look at everything that happened since the last call. */
void invariants_watch(struct invariants *invariants);

/* The run ends: what is owed must have been paid or still wait in a queue. */
void invariants_finish(struct invariants *invariants);

#endif
