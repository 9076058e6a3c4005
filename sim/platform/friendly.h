/* Friendly hours and days: nobody is switched off for arrears in the night or on a holiday; it happens afterwards. */
#ifndef METERBENCH_SIM_PLATFORM_FRIENDLY_H
#define METERBENCH_SIM_PLATFORM_FRIENDLY_H

#include "sim/tariff.h"

/* Both minutes alike: no hours. From 22:00 until 07:00 goes over midnight. */
struct friendly_hours {
    uint16_t from_minute, until_minute; /* of the day */
    bool weekends, holidays;            /* the whole of them */
};

/* The first calendar second, from this one on, at which a trip is not held back. */
int64_t friendly_end(const struct friendly_hours *friendly, const struct holidays *holidays, int64_t clock_s);

#endif
