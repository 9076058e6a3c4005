/* The requests and replies of DL/T 645-2007: reading, writing, time and the relay. */
#include <string.h>

#include "sim/error.h"
#include "sim/wire/bcd.h"
#include "sim/wire/dlt645_internal.h"

/* ---- Pieces ------------------------------------------------------------------------------- */

void dlt645_begin(struct dlt645_frame *frame, const struct dlt645_address *address,
                  unsigned control)
{
    memset(frame, 0, sizeof *frame);
    frame->address = *address;
    frame->control = (uint8_t)control;
}

void dlt645_append(struct dlt645_frame *frame, uint32_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        frame->data[frame->length++] = (uint8_t)(number >> 8 * i);
    }
}

void dlt645_append_bytes(struct dlt645_frame *frame, const uint8_t *bytes, size_t size)
{
    if (size > 0) {
        memcpy(frame->data + frame->length, bytes, size);
        frame->length = (uint8_t)(frame->length + size);
    }
}

uint32_t dlt645_number_at(const uint8_t *bytes, size_t size)
{
    uint32_t number = 0;

    for (size_t i = 0; i < size; i++) {
        number |= (uint32_t)bytes[i] << 8 * i;
    }
    return number;
}

void dlt645_append_authority(struct dlt645_frame *frame, const struct dlt645_authority *authority)
{
    dlt645_append(frame, authority->level, 1);
    dlt645_append(frame, authority->password, 3);
    dlt645_append(frame, authority->operator_code, 4);
}

struct dlt645_authority dlt645_authority_at(const uint8_t *bytes)
{
    return (struct dlt645_authority){
        .level = bytes[0],
        .password = dlt645_number_at(bytes + 1, 3),
        .operator_code = dlt645_number_at(bytes + 4, 4),
    };
}

bool dlt645_password_fits(uint32_t password)
{
    return password <= 0xFFFFFF;
}

int dlt645_expect(const struct dlt645_frame *frame, unsigned control, size_t length)
{
    if (frame->control != control) {
        return ERROR_DLT645_CONTROL;
    }
    return frame->length == length ? 0 : ERROR_DLT645_LENGTH;
}

/* ---- Replies of a few bytes --------------------------------------------------------------- */

void dlt645_done(struct dlt645_frame *frame, const struct dlt645_address *address,
                 enum dlt645_function function)
{
    dlt645_begin(frame, address, (unsigned)function | DLT645_FROM_METER);
}

void dlt645_refusal(struct dlt645_frame *frame, const struct dlt645_address *address,
                    enum dlt645_function function, uint8_t error_bits)
{
    dlt645_begin(frame, address, (unsigned)function | DLT645_FROM_METER | DLT645_ABNORMAL);
    dlt645_append(frame, error_bits, 1);
}

int dlt645_reply_check(const struct dlt645_frame *frame, enum dlt645_function function,
                       uint16_t *error_bits)
{
    if (!(frame->control & DLT645_FROM_METER) ||
        (frame->control & DLT645_FUNCTION_MASK) != (unsigned)function) {
        return ERROR_DLT645_CONTROL;
    }
    if (!(frame->control & DLT645_ABNORMAL)) {
        return 0;
    }
    if (frame->length != 1 && frame->length != 2) {
        return ERROR_DLT645_LENGTH;
    }
    if (error_bits) {
        *error_bits = (uint16_t)dlt645_number_at(frame->data, frame->length);
    }
    return ERROR_DLT645_REFUSED;
}

/* ---- Reading ------------------------------------------------------------------------------ */

void dlt645_read_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         uint32_t identifier)
{
    dlt645_begin(frame, address, DLT645_READ);
    dlt645_append(frame, identifier, 4);
}

int dlt645_read_request_parse(const struct dlt645_frame *frame, uint32_t *identifier)
{
    if (frame->control != DLT645_READ) {
        return ERROR_DLT645_CONTROL;
    }
    if (frame->length != 4 && frame->length != 5 && frame->length != 10) {
        return ERROR_DLT645_LENGTH;
    }
    *identifier = dlt645_number_at(frame->data, 4);
    return 0;
}

/* N, mm hh DD MM YY */
enum {
    LOAD_BLOCKS = DLT645_IDENTIFIER_SIZE,
    LOAD_TIME = LOAD_BLOCKS + 1,
    LOAD_SIZE = LOAD_TIME + 5
};

int dlt645_load_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                        const struct dlt645_load_request *request)
{
    uint8_t tail[1 + DLT645_TIME_SIZE_MAX];
    int size = bcd_write_unsigned(request->blocks, tail, 1);

    if (size == 0 && request->has_time) {
        size = dlt645_time_write(DLT645_TIME_MINUTE_TO_YEAR, &request->from, tail + 1,
                                 sizeof tail - 1);
    }
    if (size < 0) {
        return size;
    }
    dlt645_read_request(frame, address, request->identifier);
    dlt645_append_bytes(frame, tail, 1 + (size_t)size);
    return 0;
}

int dlt645_load_request_parse(const struct dlt645_frame *frame, struct dlt645_load_request *request)
{
    struct dlt645_load_request read = {.has_time = frame->length == LOAD_SIZE};
    uint64_t blocks;
    int result = dlt645_expect(frame, DLT645_READ, read.has_time ? LOAD_SIZE : LOAD_TIME);

    if (result == 0) {
        result = bcd_read_unsigned(frame->data + LOAD_BLOCKS, 1, &blocks, NULL);
    }
    if (result == 0 && read.has_time) {
        result = dlt645_time_read(DLT645_TIME_MINUTE_TO_YEAR, frame->data + LOAD_TIME,
                                  LOAD_SIZE - LOAD_TIME, &read.from, NULL);
    }
    if (result < 0) {
        return result;
    }
    read.identifier = dlt645_number_at(frame->data, DLT645_IDENTIFIER_SIZE);
    read.blocks = (uint8_t)blocks;
    *request = read;
    return 0;
}

int dlt645_read_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                      uint32_t identifier, const uint8_t *value, size_t value_size)
{
    if (value_size > DLT645_DATA_MAX - 4) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, DLT645_READ | DLT645_FROM_METER);
    dlt645_append(frame, identifier, 4);
    dlt645_append_bytes(frame, value, value_size);
    return 0;
}

int dlt645_read_reply_parse(const struct dlt645_frame *frame, uint32_t identifier,
                            const uint8_t **value, size_t *value_size, uint16_t *error_bits)
{
    int result = dlt645_reply_check(frame, DLT645_READ, error_bits);

    if (result < 0) {
        return result;
    }
    if (frame->length < 4 || frame->length > DLT645_DATA_MAX) {
        return ERROR_DLT645_LENGTH;
    }
    if (dlt645_number_at(frame->data, 4) != identifier) {
        return ERROR_DLT645_IDENTIFIER;
    }
    *value = frame->data + 4;
    *value_size = frame->length - 4u;
    return 0;
}

/* ---- The address -------------------------------------------------------------------------- */

static int address_parse(const struct dlt645_frame *frame, unsigned control,
                         struct dlt645_address *address)
{
    uint64_t number;
    int result = dlt645_expect(frame, control, DLT645_ADDRESS_SIZE);

    if (result == 0) {
        result = bcd_read_unsigned(frame->data, DLT645_ADDRESS_SIZE, &number, NULL);
    }
    if (result == 0) {
        memcpy(address->bytes, frame->data, DLT645_ADDRESS_SIZE);
    }
    return result;
}

void dlt645_address_request(struct dlt645_frame *frame)
{
    dlt645_begin(frame, &dlt645_wildcard, DLT645_READ_ADDRESS);
}

void dlt645_address_reply(struct dlt645_frame *frame, const struct dlt645_address *own)
{
    dlt645_begin(frame, own, DLT645_READ_ADDRESS | DLT645_FROM_METER);
    dlt645_append_bytes(frame, own->bytes, DLT645_ADDRESS_SIZE);
}

int dlt645_address_reply_parse(const struct dlt645_frame *frame, struct dlt645_address *address)
{
    return address_parse(frame, DLT645_READ_ADDRESS | DLT645_FROM_METER, address);
}

void dlt645_set_address(struct dlt645_frame *frame, const struct dlt645_address *address)
{
    dlt645_begin(frame, &dlt645_wildcard, DLT645_WRITE_ADDRESS);
    dlt645_append_bytes(frame, address->bytes, DLT645_ADDRESS_SIZE);
}

int dlt645_set_address_parse(const struct dlt645_frame *frame, struct dlt645_address *address)
{
    return address_parse(frame, DLT645_WRITE_ADDRESS, address);
}

/* ---- Writing ------------------------------------------------------------------------------ */

#define WRITE_HEAD_SIZE (DLT645_IDENTIFIER_SIZE + DLT645_AUTHORITY_SIZE)

int dlt645_write_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         const struct dlt645_write *write)
{
    if (write->value_size > DLT645_WRITE_DATA_MAX - WRITE_HEAD_SIZE ||
        !dlt645_password_fits(write->authority.password)) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, DLT645_WRITE);
    dlt645_append(frame, write->identifier, 4);
    dlt645_append_authority(frame, &write->authority);
    dlt645_append_bytes(frame, write->value, write->value_size);
    return 0;
}

int dlt645_write_request_parse(const struct dlt645_frame *frame, struct dlt645_write *write)
{
    if (frame->control != DLT645_WRITE) {
        return ERROR_DLT645_CONTROL;
    }
    if (frame->length < WRITE_HEAD_SIZE || frame->length > DLT645_DATA_MAX) {
        return ERROR_DLT645_LENGTH;
    }
    write->identifier = dlt645_number_at(frame->data, 4);
    write->authority = dlt645_authority_at(frame->data + 4);
    write->value = frame->data + WRITE_HEAD_SIZE;
    write->value_size = frame->length - (size_t)WRITE_HEAD_SIZE;
    return 0;
}

/* ---- Broadcast time ----------------------------------------------------------------------- */

int dlt645_broadcast_time(struct dlt645_frame *frame, const struct dlt645_time *time)
{
    uint8_t bytes[DLT645_TIME_SIZE_MAX];
    int size;

    if (!dlt645_time_is_valid(time)) {
        return ERROR_BCD_TIME;
    }
    size = dlt645_time_write(DLT645_TIME_SECOND_TO_YEAR, time, bytes, sizeof bytes);
    if (size < 0) {
        return size;
    }
    dlt645_begin(frame, &dlt645_broadcast, DLT645_BROADCAST_TIME);
    dlt645_append_bytes(frame, bytes, (size_t)size);
    return 0;
}

int dlt645_broadcast_time_parse(const struct dlt645_frame *frame, struct dlt645_time *time)
{
    struct dlt645_time read;
    int result;

    if (frame->control != DLT645_BROADCAST_TIME) {
        return ERROR_DLT645_CONTROL;
    }
    result = dlt645_time_read(DLT645_TIME_SECOND_TO_YEAR, frame->data, frame->length, &read, NULL);
    if (result < 0) {
        return result;
    }
    if (!dlt645_time_is_valid(&read)) {
        return ERROR_BCD_TIME;
    }
    *time = read;
    return 0;
}

/* ---- Relay control ------------------------------------------------------------------------ */

/* Places in the data: PA, P0-2, C0-3, then N1..N8. */
enum {
    RELAY_N1 = 8,
    RELAY_N2 = 9,
    RELAY_N3 = 10,
    RELAY_SIZE = 16,
};

const char *dlt645_relay_order_name(enum dlt645_relay_order order)
{
    switch (order) {
    case DLT645_RELAY_TRIP:
        return "trip";
    case DLT645_RELAY_PERMIT_CLOSE:
        return "permit close";
    case DLT645_RELAY_CLOSE:
        return "close";
    case DLT645_RELAY_TRIP_THEN_CLOSE:
        return "trip, then close";
    case DLT645_RELAY_TRIP_THEN_PERMIT:
        return "trip, then permit close";
    case DLT645_RELAY_ALARM_ON:
        return "alarm on";
    case DLT645_RELAY_ALARM_OFF:
        return "alarm off";
    case DLT645_RELAY_KEEP_POWER_ON:
        return "keep power on";
    case DLT645_RELAY_KEEP_POWER_OFF:
        return "keep power off";
    }
    return "unknown order";
}

static bool is_relay_order(unsigned n1)
{
    switch (n1) {
    case DLT645_RELAY_TRIP:
    case DLT645_RELAY_PERMIT_CLOSE:
    case DLT645_RELAY_CLOSE:
    case DLT645_RELAY_TRIP_THEN_CLOSE:
    case DLT645_RELAY_TRIP_THEN_PERMIT:
    case DLT645_RELAY_ALARM_ON:
    case DLT645_RELAY_ALARM_OFF:
    case DLT645_RELAY_KEEP_POWER_ON:
    case DLT645_RELAY_KEEP_POWER_OFF:
        return true;
    default:
        return false;
    }
}

int dlt645_relay_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         const struct dlt645_relay_command *command)
{
    uint8_t until[DLT645_TIME_SIZE_MAX];
    int size;

    if (!is_relay_order((unsigned)command->order)) {
        return ERROR_DLT645_RELAY_COMMAND;
    }
    if (!dlt645_password_fits(command->authority.password)) {
        return ERROR_OUT_OF_RANGE;
    }
    size =
        dlt645_time_write(DLT645_TIME_SECOND_TO_YEAR, &command->valid_until, until, sizeof until);
    if (size < 0) {
        return size;
    }
    dlt645_begin(frame, address, DLT645_RELAY);
    dlt645_append_authority(frame, &command->authority);
    dlt645_append(frame, (uint32_t)command->order, 1);
    dlt645_append(frame, command->restore_after_5min, 1);
    dlt645_append_bytes(frame, until, (size_t)size);
    return 0;
}

int dlt645_relay_request_parse(const struct dlt645_frame *frame,
                               struct dlt645_relay_command *command, size_t *error_offset)
{
    struct dlt645_time until;
    size_t offset = 0;
    int result;

    if (frame->control != DLT645_RELAY) {
        return ERROR_DLT645_CONTROL;
    }
    if (frame->length != RELAY_SIZE) {
        return ERROR_DLT645_LENGTH;
    }
    if (!is_relay_order(frame->data[RELAY_N1])) {
        if (error_offset) {
            *error_offset = RELAY_N1;
        }
        return ERROR_DLT645_RELAY_COMMAND;
    }
    result = dlt645_time_read(DLT645_TIME_SECOND_TO_YEAR, frame->data + RELAY_N3,
                              RELAY_SIZE - RELAY_N3, &until, &offset);
    if (result < 0) {
        if (error_offset) {
            *error_offset = RELAY_N3 + offset;
        }
        return result;
    }
    command->authority = dlt645_authority_at(frame->data);
    command->order = (enum dlt645_relay_order)frame->data[RELAY_N1];
    command->restore_after_5min = frame->data[RELAY_N2];
    command->valid_until = until;
    return 0;
}

void dlt645_relay_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                        const struct dlt645_relay_reply *reply)
{
    dlt645_begin(frame, address,
                 DLT645_RELAY | DLT645_FROM_METER | (reply->accepted ? 0u : DLT645_ABNORMAL));
    if (reply->has_word) {
        dlt645_append(frame, reply->word, 2);
    } else if (!reply->accepted) {
        dlt645_append(frame, reply->error_bits, 1);
    }
}

int dlt645_relay_reply_parse(const struct dlt645_frame *frame, struct dlt645_relay_reply *reply)
{
    uint16_t bits = 0;
    int result = dlt645_reply_check(frame, DLT645_RELAY, &bits);
    bool has_word = frame->length == 2;

    if (result == ERROR_DLT645_REFUSED) {
        *reply = (struct dlt645_relay_reply){
            .has_word = has_word,
            .word = has_word ? bits : 0,
            .error_bits = has_word ? 0 : (uint8_t)bits,
        };
        return 0;
    }
    if (result < 0) {
        return result;
    }
    if (frame->length != 0 && !has_word) {
        return ERROR_DLT645_LENGTH;
    }
    *reply = (struct dlt645_relay_reply){
        .accepted = true,
        .has_word = has_word,
        .word = has_word ? (uint16_t)dlt645_number_at(frame->data, 2) : 0,
    };
    return 0;
}
