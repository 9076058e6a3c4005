/*
 * Values longer than one frame: 91 with D5 set, then 12 and 92 with a running number (B1, B2 while
 * more follows).
 *
 * A frame carries DI and at most 196 bytes of the value; each after the first also carries SEQ,
 * 1..255, behind the value's bytes, and so one byte less.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_BLOCKS_H
#define METERBENCH_SIM_WIRE_DLT645_BLOCKS_H

#include "sim/wire/dlt645_messages.h"

#define DLT645_PART_MAX (DLT645_DATA_MAX - 4)           /* of a value, in the first frame */
#define DLT645_LATER_PART_MAX (DLT645_DATA_MAX - 4 - 1) /* in those after it */
#define DLT645_BLOCK_MAX 4096 /* our bound; the standard has none below 255 parts */

/* ---- Asking and answering ----------------------------------------------------------------- */

void dlt645_read_more_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                              uint32_t identifier, uint8_t sequence);

/* 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH (L is not 05). */
int dlt645_read_more_request_parse(const struct dlt645_frame *frame, uint32_t *identifier,
                                   uint8_t *sequence);

/*
 * Part `sequence` of a value: 0 is the reply to the read itself, 1.. those to the requests for
 * more. 0, or ERROR_OUT_OF_RANGE: the value has no such part (an empty value has part 0).
 */
int dlt645_block_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                       uint32_t identifier, const uint8_t *value, size_t value_size,
                       unsigned sequence);

/* ---- Putting together --------------------------------------------------------------------- */

struct dlt645_assembly {
    uint32_t identifier;
    uint8_t sequence; /* of the part that comes next; 0: the reply to the read */
    size_t size;
    uint8_t value[DLT645_BLOCK_MAX];
};

void dlt645_assembly_begin(struct dlt645_assembly *assembly, uint32_t identifier);

/*
 * Takes the next reply. 1: the value is whole. 0: more follows; ask for it with
 * dlt645_read_more_request and assembly->sequence. Otherwise the assembly is as it was, so the same
 * request may be repeated: the errors of dlt645_reply_check; ERROR_DLT645_LENGTH;
 * ERROR_DLT645_IDENTIFIER; ERROR_DLT645_SEQUENCE (another part than was asked for);
 * ERROR_BUFFER_TOO_SMALL (more than DLT645_BLOCK_MAX bytes or 255 parts).
 */
int dlt645_assembly_take(struct dlt645_assembly *assembly, const struct dlt645_frame *frame,
                         uint16_t *error_bits);

#endif
