/* Values longer than one frame. */
#include "sim/wire/dlt645_blocks.h"

#include <string.h>

#include "sim/error.h"
#include "sim/wire/dlt645_internal.h"

void dlt645_read_more_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                              uint32_t identifier, uint8_t sequence)
{
    dlt645_begin(frame, address, DLT645_READ_MORE);
    dlt645_append(frame, identifier, DLT645_IDENTIFIER_SIZE);
    dlt645_append(frame, sequence, 1);
}

int dlt645_read_more_request_parse(const struct dlt645_frame *frame, uint32_t *identifier,
                                   uint8_t *sequence)
{
    int result = dlt645_expect(frame, DLT645_READ_MORE, DLT645_IDENTIFIER_SIZE + 1);

    if (result == 0) {
        *identifier = dlt645_number_at(frame->data, DLT645_IDENTIFIER_SIZE);
        *sequence = frame->data[DLT645_IDENTIFIER_SIZE];
    }
    return result;
}

/* Where a part begins in its value. */
static size_t part_begin(unsigned sequence)
{
    return sequence == 0 ? 0 : DLT645_PART_MAX + (size_t)(sequence - 1) * DLT645_LATER_PART_MAX;
}

int dlt645_block_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                       uint32_t identifier, const uint8_t *value, size_t value_size,
                       unsigned sequence)
{
    size_t begin = part_begin(sequence);
    size_t end = part_begin(sequence + 1);
    bool more = value_size > end;
    unsigned function = sequence == 0 ? DLT645_READ : DLT645_READ_MORE;

    if (sequence > UINT8_MAX || (sequence > 0 && begin >= value_size)) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, function | DLT645_FROM_METER | (more ? DLT645_MORE_FOLLOWS : 0u));
    dlt645_append(frame, identifier, DLT645_IDENTIFIER_SIZE);
    dlt645_append_bytes(frame, value + begin, (more ? end : value_size) - begin);
    if (sequence > 0) {
        dlt645_append(frame, sequence, 1);
    }
    return 0;
}

void dlt645_assembly_begin(struct dlt645_assembly *assembly, uint32_t identifier)
{
    assembly->identifier = identifier;
    assembly->sequence = 0;
    assembly->size = 0;
}

/* Is this the part that the assembly waits for? Its bytes' number, or what is wrong. */
static int check_part(const struct dlt645_assembly *assembly, const struct dlt645_frame *frame,
                      uint16_t *error_bits)
{
    size_t around = DLT645_IDENTIFIER_SIZE + (assembly->sequence > 0 ? 1u : 0u);
    int result = dlt645_reply_check(frame, assembly->sequence > 0 ? DLT645_READ_MORE : DLT645_READ,
                                    error_bits);

    if (result < 0) {
        return result;
    }
    if (frame->length < around || frame->length > DLT645_DATA_MAX) {
        return ERROR_DLT645_LENGTH;
    }
    if (dlt645_number_at(frame->data, DLT645_IDENTIFIER_SIZE) != assembly->identifier) {
        return ERROR_DLT645_IDENTIFIER;
    }
    if (assembly->sequence > 0 && frame->data[frame->length - 1] != assembly->sequence) {
        return ERROR_DLT645_SEQUENCE;
    }
    return (int)(frame->length - around);
}

int dlt645_assembly_take(struct dlt645_assembly *assembly, const struct dlt645_frame *frame,
                         uint16_t *error_bits)
{
    bool more = frame->control & DLT645_MORE_FOLLOWS;
    int size = check_part(assembly, frame, error_bits);

    if (size < 0) {
        return size;
    }
    if ((size_t)size > sizeof assembly->value - assembly->size ||
        (more && assembly->sequence == UINT8_MAX)) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(assembly->value + assembly->size, frame->data + DLT645_IDENTIFIER_SIZE, (size_t)size);
    assembly->size += (size_t)size;
    assembly->sequence += more;
    return more ? 0 : 1;
}
