#include "scenarios/runner/units.h"

#include "sim/error.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const struct {
    enum unit_family family;
    const char *name;
    int64_t scale;
} units[] = {
    {UNIT_CURRENT_UA, "uA", 1},        {UNIT_CURRENT_UA, "mA", 1000},
    {UNIT_CURRENT_UA, "A", 1000000},   {UNIT_CURRENT_UA, "kA", 1000000000},
    {UNIT_VOLTAGE_MV, "mV", 1},        {UNIT_VOLTAGE_MV, "V", 1000},
    {UNIT_VOLTAGE_MV, "kV", 1000000},  {UNIT_MONEY, "yuan", 10000},
    {UNIT_TEMPERATURE_MC, "C", 1000},  {UNIT_IMPEDANCE_MOHM, "mohm", 1},
    {UNIT_IMPEDANCE_MOHM, "ohm", 1000}, {UNIT_RATIO_PPB, "ppb", 1},
    {UNIT_RATIO_PPB, "ppm", 1000},
};

static int64_t scale_of(enum unit_family family, const char *name)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].family == family && strcmp(units[i].name, name) == 0)
            return units[i].scale;
    return 0;
}

const char *unit_example(enum unit_family family)
{
    switch (family) {
    case UNIT_CURRENT_UA:
        return "a current such as \"30 mA\"";
    case UNIT_VOLTAGE_MV:
        return "a voltage such as \"220 V\"";
    case UNIT_MONEY:
        return "money such as \"50 yuan\"";
    case UNIT_TEMPERATURE_MC:
        return "a temperature such as \"90 C\"";
    case UNIT_IMPEDANCE_MOHM:
        return "an impedance such as \"20 mohm\"";
    case UNIT_RATIO_PPB:
        return "a drift such as \"50 ppm\"";
    }
    return "a quantity";
}

int unit_parse(const char *text, enum unit_family family, int64_t *value)
{
    const char *p = text;
    bool negative = *p == '-';
    p += negative;
    const char *digits = p;
    while (isdigit((unsigned char)*p) || *p == '.')
        p++;
    const char *end = p;
    while (*p == ' ')
        p++;
    int64_t scale = scale_of(family, p);
    if (scale == 0 || end == digits)
        return ERROR_INVALID_ARGUMENT;
    int64_t sum = 0;
    bool fraction = false, any_digit = false;
    for (const char *d = digits; d < end; d++) {
        if (*d == '.' && fraction)
            return ERROR_INVALID_ARGUMENT;
        if (*d == '.') {
            fraction = true;
            continue;
        }
        if (fraction && scale % 10 != 0)
            return ERROR_INVALID_ARGUMENT; /* finer than the base unit */
        scale /= fraction ? 10 : 1;
        int64_t shifted = sum, part;
        if ((!fraction && __builtin_mul_overflow(sum, 10, &shifted)) ||
            __builtin_mul_overflow((int64_t)(*d - '0'), scale, &part) ||
            __builtin_add_overflow(shifted, part, &sum))
            return ERROR_INVALID_ARGUMENT;
        any_digit = true;
    }
    if (!any_digit)
        return ERROR_INVALID_ARGUMENT;
    *value = negative ? -sum : sum;
    return 0;
}
