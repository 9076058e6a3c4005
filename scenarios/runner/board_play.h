/*
 * A board that plays recorded facts: it needs no hardware, no profile and no wall clock. What arrived is delivered at
 * the site's times at which it arrived; what the controller answered at once it answers to the same frame, in the
 * order in which frames were given to it.
 */
#ifndef METERBENCH_RUNNER_BOARD_PLAY_H
#define METERBENCH_RUNNER_BOARD_PLAY_H

#include "scenarios/runner/board_fact.h"

/* Of one case, in order. */
struct board_facts {
    struct board_fact *items;
    size_t count;
    bool complete; /* false: the recording breaks off after the last one */
};

void board_facts_free(struct board_facts *facts);

/* `facts` outlive it. NULL with the recorded message, or what is wrong with the facts. */
struct board *board_play_new(const struct board_facts *facts, char *message, size_t size);
void board_play_free(struct board *board);

/* The first frame that was not the recorded one, "" if there was none. */
const char *board_play_difference(const struct board *board);

#endif
