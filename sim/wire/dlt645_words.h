/*
 * What DL/T 645-2007 carries, in plain English: identifiers, values, status words, frames.
 *
 * One table (dlt645_identifiers.c) says of every identifier how its bytes are laid out; values of
 * several parts are walked field by field, so that a wrong byte can be told from its neighbours.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_WORDS_H
#define METERBENCH_SIM_WIRE_DLT645_WORDS_H

#include "sim/wire/dlt645_values.h"

/* ---- Identifiers -------------------------------------------------------------------------- */

/* What an identifier stands for: "voltage A", "trip record"; NULL if it is not in the table. */
const char *dlt645_identifier_name(uint32_t identifier);

/*
 * With the record or settlement day that it counts: "trip record 3"; "unknown identifier" if it is
 * not in the table. 0, or ERROR_BUFFER_TOO_SMALL and the beginning.
 */
int dlt645_identifier_text(uint32_t identifier, char *text, size_t size);

/*
 * The quantity an identifier carries alone, or DLT645_QUANTITY_COUNT if it carries none (a block, a
 * time, a status word, text) or is not in the table.
 */
enum dlt645_quantity dlt645_identifier_quantity(uint32_t identifier);

/* ---- Values ------------------------------------------------------------------------------- */

/* One part of a value. */
struct dlt645_field {
    size_t offset, size; /* within the value */
    char label[32];      /* "A", "forward active energy"; "" if the value has but one part */
    char text[256];      /* "230.1 V"; the bytes in hexadecimal if they cannot be read */
    int error;           /* 0; ERROR_BCD_DIGIT; ERROR_DLT645_LENGTH: cut short, or left over */
    size_t error_offset; /* of the wrong byte within the value */
};

struct dlt645_fields {
    uint32_t identifier;
    const uint8_t *bytes;
    size_t size, at;
    size_t index; /* of the next field, counted through all repetitions */
};

/* The fields of a value. Its bytes must outlive the walk. */
struct dlt645_fields dlt645_fields_of(uint32_t identifier, const uint8_t *bytes, size_t size);

/* The next one; false when there are no more. Unknown values are one field of plain bytes. */
bool dlt645_fields_next(struct dlt645_fields *fields, struct dlt645_field *field);

/*
 * A value on one line: "2026-11-23 10:15:00", "A 230.1 V, B 229.8 V, C 231.0 V". What cannot be
 * read stands there in hexadecimal with the reason behind it. 0, or ERROR_BUFFER_TOO_SMALL.
 */
int dlt645_value_text(uint32_t identifier, const uint8_t *bytes, size_t size, char *text,
                      size_t capacity);

/* ---- Words of bits ------------------------------------------------------------------------ */

enum dlt645_word {
    DLT645_WORD_ERROR,          /* ERR of a refusal */
    DLT645_WORD_SECURITY_ERROR, /* SERR of a refused C = 03 */
    DLT645_WORD_RELAY_DONE,
    DLT645_WORD_RELAY_REFUSED,
    DLT645_WORD_STATUS_1, /* 04000501, and so on up to 8 */
    DLT645_WORD_STATUS_2,
    DLT645_WORD_STATUS_3,
    DLT645_WORD_STATUS_4,
    DLT645_WORD_STATUS_5,
    DLT645_WORD_STATUS_6,
    DLT645_WORD_STATUS_7,
    DLT645_WORD_STATUS_8,
    DLT645_WORD_PROTECTOR,       /* run status of a residual-current protector, one byte */
    DLT645_WORD_PROTECTOR_CAUSE, /* of a trip record */
    DLT645_WORD_COUNT
};

/* "relay open, keep power"; "" if no bit says anything. Bits without a name are told as such. */
int dlt645_word_text(enum dlt645_word word, unsigned bits, char *text, size_t size);

/* ---- Frames ------------------------------------------------------------------------------- */

/* "relay control" of DLT645_RELAY, NULL for a function that the standard has not. */
const char *dlt645_function_name(unsigned function);

/* The same of the functions that only the older standard has, DL/T 645-1997: its frames look the
 * same, but its control codes are others and its identifiers have two bytes. */
const char *dlt645_old_function_name(unsigned function);

/*
 * One line of a frame: "read 02010100 (voltage A) from 000000000161". Passwords are not in it: such
 * lines end up in logs. Always ends with a zero if size is not 0.
 * 0, or ERROR_BUFFER_TOO_SMALL and the line's beginning.
 */
int dlt645_describe(const struct dlt645_frame *frame, char *text, size_t size);

#endif
