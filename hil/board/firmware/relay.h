/*
 * The latching relay: a pulse on one of two coils moves it, the feedback contact tells where it
 * is. The module pulses until the contacts are where they are wanted, a bounded number of times.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stdbool.h>
#include <stdint.h>

void relay_init(bool closed);

/* Says where the contacts should be. A change starts a pulse at once, cutting a contrary one. */
void relay_want(bool closed);

bool relay_wanted_closed(void);
bool relay_feedback_closed(void);

/* True when the last pulse ended more than 200 ms ago. */
bool relay_settled(void);

/* Every millisecond. With a low supply it neither starts nor continues a pulse. */
void relay_tick(bool supply_low);

#endif
