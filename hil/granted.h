/* Lockstep: an emulated board runs for as long as it is granted, a millisecond at a time.
 * Deterministic. */
#ifndef METERBENCH_HIL_GRANTED_H
#define METERBENCH_HIL_GRANTED_H

#include "hil/pace.h"

/* On the socket of an emulator that has said hello; it stays the caller's. NULL without memory. */
struct pace *granted_open(int fd, const struct pace_listener *listener);

#endif
