/*
 * Division where events divide most. A floating-point division takes a third of the time of an integer one of 64
 * bits, and cut towards zero it gives the same whole number while numerator and divisor together stay below
 * 2^53: a quotient that is not whole is then further from the next whole number than it can be rounded.
 */
#ifndef METERBENCH_SIM_KERNEL_QUOTIENT_H
#define METERBENCH_SIM_KERNEL_QUOTIENT_H

#include <assert.h>
#include <stdint.h>

/* numerator / divisor, cut towards zero. */
static inline int64_t quotient(int64_t numerator, int32_t divisor)
{
    assert(numerator < INT64_C(1) << 52 && numerator > -(INT64_C(1) << 52) && divisor != 0);
    return (int64_t)((double)numerator / (double)divisor);
}

#endif
