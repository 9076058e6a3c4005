/*
 * The shadow of a board: a virtual meter with a relay of its own, in the same flat, on the same stimulus. It gets the signals
 * that the board is given, its currents gated by its own contacts, and the orders and recharges that the board is
 * given. What the two do is held together; the first difference that no tolerance explains is told. The twin changes nothing of the
 * run: it has its own queue, log and random numbers.
 */
#ifndef METERBENCH_RUNNER_TWIN_H
#define METERBENCH_RUNNER_TWIN_H

#include "sim/board.h"

struct twin;

/* Before the board is attached: the twin starts from the virtual meter that the board relieves. NULL: no memory. */
struct twin *twin_new(struct site *site, const struct flat *flat, const struct board_tolerance *tolerance);
void twin_free(struct twin *twin);

/* The board was attached: it began with this status. */
void twin_attached(struct twin *twin, int64_t now, const struct board *board,
                   const struct controller_status *status);
void twin_sense(struct twin *twin, int64_t now, const struct plant_signals *signals);
void twin_receive(struct twin *twin, int64_t now, const uint8_t *frame, size_t size);
/* What the board did. */
void twin_board_event(struct twin *twin, const struct event *event);
void twin_board_status(struct twin *twin, int64_t now, const struct controller_status *status);

/* The end of the run at `now`. The first difference with both sides' last events in words, lines ended by \n;
 * "" when there is none. */
void twin_finish(struct twin *twin, int64_t now, char *words, size_t size);

#endif
