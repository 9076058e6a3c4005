/*
 * Times and quantities as DL/T 645-2007 lays them out in the data of a frame. Scaled integers only.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_VALUES_H
#define METERBENCH_SIM_WIRE_DLT645_VALUES_H

#include "sim/wire/dlt645_link.h"

/* ---- Time --------------------------------------------------------------------------------- */

/* Civil time of the meter's clock. The standard has two digits of a year: 2000..2099. */
struct dlt645_time {
    uint16_t year;
    uint8_t month;   /* 1..12 */
    uint8_t day;     /* 1..31 */
    uint8_t hour;    /* 0..23 */
    uint8_t minute;  /* 0..59 */
    uint8_t second;  /* 0..59 */
    uint8_t weekday; /* 0 = Sunday .. 6 */
};

enum dlt645_time_layout {
    DLT645_TIME_SECOND_TO_YEAR, /* ss mm hh DD MM YY: relay command, broadcast time */
    DLT645_TIME_MINUTE_TO_YEAR, /* mm hh DD MM YY: switch times, demand times */
    DLT645_TIME_OF_DAY,         /* ss mm hh: 04000102 */
    DLT645_TIME_DATE_WEEKDAY,   /* WW DD MM YY: 04000101 */
    DLT645_TIME_WITH_WEEKDAY,   /* ss mm hh WW DD MM YY: 0400010C */
};

#define DLT645_TIME_SIZE_MAX 7

/* Bytes of a layout: 6, 5, 3, 4, 7; 0 for a value outside the enumeration. */
size_t dlt645_time_size(enum dlt645_time_layout layout);

/*
 * Reads the digits of a layout from exactly its size of bytes; fields it lacks become 0 (year
 * 2000). The digits need be no real date: a meter must answer such a command, not drop it, so the
 * caller asks dlt645_time_is_valid.
 * 0, ERROR_INVALID_ARGUMENT, ERROR_DLT645_LENGTH, or ERROR_BCD_DIGIT naming the byte.
 */
int dlt645_time_read(enum dlt645_time_layout layout, const uint8_t *bytes, size_t size,
                     struct dlt645_time *time, size_t *error_offset);

/*
 * Returns the bytes written, or ERROR_INVALID_ARGUMENT, ERROR_BUFFER_TOO_SMALL, ERROR_OUT_OF_RANGE
 * (a field of more than two digits, a year outside 2000..2099).
 */
int dlt645_time_write(enum dlt645_time_layout layout, const struct dlt645_time *time,
                      uint8_t *bytes, size_t capacity);

/* A calendar date in 2000..2099 and a time of day; the weekday is not looked at. */
bool dlt645_time_is_valid(const struct dlt645_time *time);

/* Negative, 0 or positive as a is before, at or after b, to the second. */
int dlt645_time_compare(const struct dlt645_time *a, const struct dlt645_time *b);

/* ---- Quantities --------------------------------------------------------------------------- */

/*
 * X(name, bytes on the wire, sign, base units per count, decimals shown, unit shown)
 *
 * Base units are those of the whole simulation: mV, mA, mW, mWh, money in 1/10000 yuan. Power
 * factor is in 1/1000, angle in 1/10 degree, frequency in mHz, temperature in millidegrees.
 */
#define DLT645_QUANTITIES(X)                                                                       \
    X(ENERGY, 4, 0, 10000, 2, "kWh")            /* XXXXXX.XX kWh -> mWh */                         \
    X(ENERGY_SIGNED, 4, 1, 10000, 2, "kWh")     /* the combined energies, 0..799999.99 */          \
    X(REACTIVE_ENERGY, 4, 1, 10000, 2, "kvarh") /* XXXXXX.XX kvarh -> mvarh */                     \
    X(VOLTAGE, 2, 0, 100, 1, "V")               /* XXX.X V -> mV */                                \
    X(CURRENT, 3, 1, 1, 3, "A")                 /* XXX.XXX A -> mA */                              \
    X(POWER, 3, 1, 100, 4, "kW")                /* XX.XXXX kW -> mW */                             \
    X(REACTIVE_POWER, 3, 1, 100, 4, "kvar")     /* XX.XXXX kvar -> mvar */                         \
    X(APPARENT_POWER, 3, 1, 100, 4, "kVA")      /* XX.XXXX kVA -> mVA */                           \
    X(POWER_FACTOR, 2, 1, 1, 3, "")             /* X.XXX -> 1/1000 */                              \
    X(PHASE_ANGLE, 2, 0, 1, 1, "deg")           /* XXX.X degree -> 1/10 degree */                  \
    X(FREQUENCY, 2, 0, 10, 2, "Hz")             /* XX.XX Hz -> mHz */                              \
    X(TEMPERATURE, 2, 1, 100, 1, "degC")        /* XXX.X -> millidegrees Celsius */                \
    X(BATTERY_VOLTAGE, 2, 0, 10, 2, "V")        /* XX.XX V -> mV */                                \
    X(RESIDUAL_CURRENT, 2, 0, 1000, 0, "mA")    /* XXXX mA -> uA, protector extension */           \
    X(MONEY, 4, 0, 100, 2, "yuan")              /* XXXXXX.XX yuan -> 1/10000 yuan */               \
    X(PRICE, 4, 0, 1, 4, "yuan/kWh")            /* NNNN.NNNN yuan/kWh -> 1/10000 yuan per kWh */   \
    X(MINUTES, 2, 0, 1, 0, "min")               /* NNNN minutes */                                 \
    X(COUNT, 3, 0, 1, 0, "")                    /* NNNNNN, an event counter */                     \
    X(APPARENT_ENERGY, 4, 0, 10000, 2, "kVAh")  /* XXXXXX.XX kVAh -> mVAh */                       \
    X(NUMBER, 1, 0, 1, 0, "")                   /* NN, how many of something */                    \
    X(MINUTES_SHORT, 1, 0, 1, 0, "min")         /* NN minutes */                                   \
    X(MINUTES_SUM, 3, 0, 1, 0, "min")           /* NNNNNN minutes in all */                        \
    X(MINUTES_LONG, 4, 0, 1, 0, "min")          /* NNNNNNNN minutes */                             \
    X(MILLISECONDS, 2, 0, 1, 0, "ms")           /* XXXX ms, protector extension */                 \
    X(IMPULSES, 3, 0, 1, 0, "imp/kWh")          /* NNNNNN, the meter's constant */                 \
    X(DISTORTION, 2, 0, 1, 2, "%")              /* XX.XX % -> 1/10000 */

enum dlt645_quantity {
#define DLT645_QUANTITY_ENUM(name, size, sign, units, decimals, unit) DLT645_##name,
    DLT645_QUANTITIES(DLT645_QUANTITY_ENUM)
#undef DLT645_QUANTITY_ENUM
        DLT645_QUANTITY_COUNT
};

/* Bytes of a quantity on the wire, 1..4; 0 for a value outside the enumeration. */
size_t dlt645_quantity_size(enum dlt645_quantity quantity);

/*
 * Reads a quantity from exactly its size of bytes into base units.
 * 0, ERROR_INVALID_ARGUMENT, ERROR_DLT645_LENGTH, or ERROR_BCD_DIGIT naming the byte.
 */
int dlt645_quantity_read(enum dlt645_quantity quantity, const uint8_t *bytes, size_t size,
                         int64_t *value, size_t *error_offset);

/*
 * Writes base units. What is finer than the last digit is cut off towards zero, as a register that
 * has not yet turned. Returns the bytes written, or ERROR_INVALID_ARGUMENT, ERROR_BUFFER_TOO_SMALL,
 * ERROR_OUT_OF_RANGE (more digits than the field has, or negative where it has no sign).
 */
int dlt645_quantity_write(enum dlt645_quantity quantity, int64_t value, uint8_t *bytes,
                          size_t capacity);

#endif
