/*
 * A toy of a flat, to compare ways of finding the next event with nothing else in the way: eight
 * appliances that switch on and off at random, 196 events a day, energy as an exact integer. Three
 * ways to the same sum:
 *
 * - flat by flat, as sim/fleet.c runs sites: 100 flats at a time through all days, each alone from
 * one meeting to the next, its next event the minimum over the slots of its event_queue
 * (sim/kernel/queue.h);
 * - one heap of (time, flat, appliance) for all flats: 4-ary, four children to a cache line, an
 * event that arms itself again replaces the root and sinks. As good as a global heap gets without a
 * trick of the machine's;
 * - no queue at all: one appliance after the other. It knows no order of events and is what the two
 * are checked with.
 *
 * Durations are uniform from 1 ns to twice their mean, so that drawing them costs little of what is
 * measured.
 */
#ifndef METERBENCH_TESTS_BENCH_TOY_H
#define METERBENCH_TESTS_BENCH_TOY_H

#include <stddef.h>
#include <stdint.h>

struct toy_result {
    uint64_t events;
    uint64_t hash; /* a sum over the flats of a hash of each one's number and energy: no order of
                      the flats */
    size_t bytes_per_flat;
};

/* Run `flats` from time 0 to `until`. 0 or ERROR_NO_MEMORY. */
int toy_flat_by_flat(uint64_t seed, uint32_t flats, int64_t until, struct toy_result *result);
int toy_heap(uint64_t seed, uint32_t flats, int64_t until, struct toy_result *result);
int toy_without_queue(uint64_t seed, uint32_t flats, int64_t until, struct toy_result *result);

#endif
