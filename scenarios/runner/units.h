/* Quantities with their units, as scripts write them: "30 mA", "1.5 kA", "50 yuan", "90 C". Exact decimals. */
#ifndef METERBENCH_RUNNER_UNITS_H
#define METERBENCH_RUNNER_UNITS_H

#include <stdint.h>

/* family, base unit of the result, how to write it */
enum unit_family {
    UNIT_CURRENT_UA,     /* uA mA A kA */
    UNIT_VOLTAGE_MV,     /* mV V kV */
    UNIT_MONEY,          /* yuan, in 1/10000 */
    UNIT_TEMPERATURE_MC, /* C, in millidegrees */
    UNIT_IMPEDANCE_MOHM, /* mohm ohm */
    UNIT_RATIO_PPB,      /* ppb ppm */
};

/* 0, or ERROR_INVALID_ARGUMENT (no number, no or unknown unit, too large). Negative values are allowed. */
int unit_parse(const char *text, enum unit_family family, int64_t *value);

/* What the family accepts, for error texts: "a current such as \"30 mA\"". */
const char *unit_example(enum unit_family family);

#endif
