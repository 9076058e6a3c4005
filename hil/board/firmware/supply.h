/*
 * Whether there is supply: the one place that decides it. The contacts are wanted closed exactly
 * when no cause stands, no cause but deferred ones, and nobody holds them open.
 */
#ifndef SUPPLY_H
#define SUPPLY_H

#include <stdbool.h>
#include <stdint.h>

/* Sets a cause that opens at once. */
void supply_protect(uint8_t cause);

/* Sets order or arrears; while the load current is large the trip waits. True if it waits. */
bool supply_trip_or_defer(uint8_t cause);

/* Clears causes. The contacts close by themselves if nothing else stands. */
void supply_clear(uint8_t causes);

/* Applies causes and flags to the relay. */
void supply_apply(void);

/* Leakage, short circuit, or an overload that re-closed too often. */
bool supply_locked(void);

/* Every second: lets a deferred trip go when the current has fallen or the longest time is over. */
void supply_second(void);

#endif
