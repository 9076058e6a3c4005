/*
 * The one clock interface. A run asks its clock to go to the time of the next thing to do; the clock says
 * how far it came. A free clock (all virtual) is there at once. A paced clock waits for the wall, a
 * granted one lets an emulated board run that long; both stop early when something arrives from
 * outside, at the time it is stamped with (hil/).
 */
#ifndef METERBENCH_SIM_KERNEL_CLOCK_H
#define METERBENCH_SIM_KERNEL_CLOCK_H

#include <stdint.h>

struct clock {
    /* From now to at most target; returns the time reached, or a negative error of the bench. */
    int64_t (*advance)(struct clock *clock, int64_t now, int64_t target);
};

/* The free clock: every target is reached at once. */
extern struct clock clock_free;

#endif
