/* Emulated time is a count of the AVR's clock cycles; these convert it without overflow. */
#ifndef EMULATOR_TIMEBASE_H
#define EMULATOR_TIMEBASE_H

#include <stdint.h>

#define NEVER INT64_MAX
#define NS_PER_S INT64_C(1000000000)

static inline int64_t cycles_to_ns(uint32_t frequency_hz, int64_t cycles)
{
    return cycles / frequency_hz * NS_PER_S + cycles % frequency_hz * NS_PER_S / frequency_hz;
}

/* Rounds up: the first cycle that is not before ns. */
static inline int64_t ns_to_cycles(uint32_t frequency_hz, int64_t ns)
{
    return ns / NS_PER_S * frequency_hz +
           (ns % NS_PER_S * frequency_hz + NS_PER_S - 1) / NS_PER_S;
}

static inline int64_t us_to_cycles(uint32_t frequency_hz, int64_t us)
{
    return ns_to_cycles(frequency_hz, us * 1000);
}

#endif
