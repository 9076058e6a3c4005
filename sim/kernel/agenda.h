/*
 * Who is next among many: a tournament tree over the next event time of each member. Finding the earliest is one
 * look, a change costs one path to the root. Ties go to the lower member, so the order is that of a
 * scan from the front.
 */
#ifndef METERBENCH_SIM_KERNEL_AGENDA_H
#define METERBENCH_SIM_KERNEL_AGENDA_H

#include "sim/kernel/time.h"

#include <stdbool.h>
#include <stdint.h>

struct agenda {
    int64_t *at;      /* of each member, TIME_NEVER: nothing to come */
    uint32_t *winner; /* the tree: root at 1, the children of n at 2n and 2n + 1, members from `leaves` */
    uint32_t members, leaves;
};

/* Takes the memory; every member starts with nothing to come. False when there is none. */
bool agenda_init(struct agenda *agenda, uint32_t members);
void agenda_free(struct agenda *agenda);

void agenda_set(struct agenda *agenda, uint32_t member, int64_t at);

/* The time of the earliest, TIME_NEVER when nothing is to come; *member is who. */
int64_t agenda_earliest(const struct agenda *agenda, uint32_t *member);

#endif
