/*
 * The load record's own frame inside the data of a reply to 06......:
 *
 *     A0 A0 | length 1 | mm hh DD MM YY | six classes, each closed by AA | CS | E5
 *
 * A class that the meter does not keep is empty. The length counts the bytes from the time up to
 * and with the last AA, the checksum is the sum of all before it. Written down from memory but for
 * the marks and the order of the classes: hold it against the meter's manual.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_LOAD_H
#define METERBENCH_SIM_WIRE_DLT645_LOAD_H

#include "sim/wire/dlt645_values.h"

/* The classes, as the bits of the mode word order them. */
enum dlt645_load_class {
    DLT645_LOAD_VOLTAGE,   /* 3 voltages, 3 currents, frequency; or 1, 1, frequency */
    DLT645_LOAD_POWER,     /* active: total, A, B, C; reactive the same; or one of each */
    DLT645_LOAD_FACTOR,    /* power factor: total, A, B, C; or one */
    DLT645_LOAD_ENERGY,    /* forward, reverse, combined reactive 1, 2 */
    DLT645_LOAD_QUADRANTS, /* Q1..Q4 */
    DLT645_LOAD_DEMAND,    /* active, reactive */
    DLT645_LOAD_CLASSES
};

struct dlt645_load_record {
    struct dlt645_time at; /* to the minute */
    struct {
        const uint8_t *bytes; /* of a parsed record: points into it */
        size_t size;          /* 0: not kept */
    } classes[DLT645_LOAD_CLASSES];
};

/*
 * Reads one record that begins at bytes[0] and returns the bytes used. On failure *error_offset is
 * the wrong byte: ERROR_DLT645_START (not A0 A0), ERROR_TRUNCATED, ERROR_BCD_DIGIT (in the time),
 * ERROR_DLT645_LENGTH (a class of another size than any known, or the length does not fit),
 * ERROR_DLT645_CHECKSUM, ERROR_DLT645_END.
 */
int dlt645_load_record_parse(const uint8_t *bytes, size_t size, struct dlt645_load_record *record,
                             size_t *error_offset);

/*
 * Returns the bytes written, or ERROR_INVALID_ARGUMENT (a class of another size than any known),
 * ERROR_BUFFER_TOO_SMALL, ERROR_OUT_OF_RANGE (the time).
 */
int dlt645_load_record_write(const struct dlt645_load_record *record, uint8_t *bytes,
                             size_t capacity);

#endif
