/*
 * Frames and identifiers of DL/T 645-2007 in plain English.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_WORDS_H
#define METERBENCH_SIM_WIRE_DLT645_WORDS_H

#include "sim/wire/dlt645_values.h"

/* ---- In plain English --------------------------------------------------------------------- */

/* What an identifier stands for: "voltage A"; NULL if it is not in the table. */
const char *dlt645_identifier_name(uint32_t identifier);

/*
 * The quantity an identifier carries alone, or DLT645_QUANTITY_COUNT if it carries none (a block, a
 * time, a status word, text) or is not in the table.
 */
enum dlt645_quantity dlt645_identifier_quantity(uint32_t identifier);

/*
 * One line of a frame: "read 02010100 (voltage A) from 000000000161". Always ends with a zero if
 * size is not 0. 0, or ERROR_BUFFER_TOO_SMALL and the line's beginning.
 */
int dlt645_describe(const struct dlt645_frame *frame, char *text, size_t size);

#endif
