/* How the builders and parsers of messages lay bytes into a frame. Of this room only. */
#ifndef METERBENCH_SIM_WIRE_DLT645_INTERNAL_H
#define METERBENCH_SIM_WIRE_DLT645_INTERNAL_H

#include "sim/wire/dlt645_messages.h"

#define DLT645_IDENTIFIER_SIZE 4
#define DLT645_AUTHORITY_SIZE 8 /* PA, P0..P2, C0..C3 */

void dlt645_begin(struct dlt645_frame *frame, const struct dlt645_address *address,
                  unsigned control);

/* Append the low `size` bytes of a number, low byte first. The callers know that there is room. */
void dlt645_append(struct dlt645_frame *frame, uint32_t number, size_t size);
void dlt645_append_bytes(struct dlt645_frame *frame, const uint8_t *bytes, size_t size);
void dlt645_append_authority(struct dlt645_frame *frame, const struct dlt645_authority *authority);

/* Up to four bytes, low byte first. */
uint32_t dlt645_number_at(const uint8_t *bytes, size_t size);
struct dlt645_authority dlt645_authority_at(const uint8_t *bytes);
bool dlt645_password_fits(uint32_t password);

/* Control code and exact length of a frame. 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH. */
int dlt645_expect(const struct dlt645_frame *frame, unsigned control, size_t length);

#endif
