/* Freezing, baud rate, passwords, clearing, the multifunction terminal, security authentication. */
#include "sim/wire/dlt645_service.h"

#include "sim/error.h"
#include "sim/wire/bcd.h"
#include "sim/wire/dlt645_internal.h"

/* ---- Freezing ----------------------------------------------------------------------------- */

#define FREEZE_SIZE 4

enum dlt645_freeze_kind dlt645_freeze_kind(const struct dlt645_freeze *freeze)
{
    const struct {
        uint8_t value, first, last;
    } fields[FREEZE_SIZE] = {{freeze->month, 1, 12},
                             {freeze->day, 1, 31},
                             {freeze->hour, 0, 23},
                             {freeze->minute, 0, 59}};
    static const enum dlt645_freeze_kind kinds[FREEZE_SIZE + 1] = {
        DLT645_FREEZE_ONCE, DLT645_FREEZE_MONTHLY, DLT645_FREEZE_DAILY, DLT645_FREEZE_HOURLY,
        DLT645_FREEZE_NOW};
    size_t every = 0;

    while (every < FREEZE_SIZE && fields[every].value == DLT645_EVERY) {
        every++;
    }
    for (size_t i = every; i < FREEZE_SIZE; i++) {
        if (fields[i].value < fields[i].first || fields[i].value > fields[i].last) {
            return DLT645_FREEZE_NEVER;
        }
    }
    return kinds[every];
}

int dlt645_freeze_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                          const struct dlt645_freeze *freeze)
{
    const uint8_t fields[FREEZE_SIZE] = {freeze->minute, freeze->hour, freeze->day, freeze->month};
    uint8_t bytes[FREEZE_SIZE];

    for (size_t i = 0; i < FREEZE_SIZE; i++) {
        int result = bcd_write_unsigned(fields[i], &bytes[i], 1);

        if (result < 0) {
            return result;
        }
    }
    dlt645_begin(frame, address, DLT645_FREEZE);
    dlt645_append_bytes(frame, bytes, sizeof bytes);
    return 0;
}

int dlt645_freeze_request_parse(const struct dlt645_frame *frame, struct dlt645_freeze *freeze)
{
    uint64_t fields[FREEZE_SIZE];
    int result = dlt645_expect(frame, DLT645_FREEZE, FREEZE_SIZE);

    for (size_t i = 0; i < FREEZE_SIZE && result == 0; i++) {
        result = bcd_read_unsigned(&frame->data[i], 1, &fields[i], NULL);
    }
    if (result == 0) {
        *freeze = (struct dlt645_freeze){.minute = (uint8_t)fields[0],
                                         .hour = (uint8_t)fields[1],
                                         .day = (uint8_t)fields[2],
                                         .month = (uint8_t)fields[3]};
    }
    return result;
}

/* ---- Baud rate ---------------------------------------------------------------------------- */

#define BAUD_LOWEST 600 /* bit 1; each rate is twice the one before it */
#define BAUD_LOWEST_BIT 1
#define BAUD_HIGHEST_BIT 6

uint8_t dlt645_baud_byte(int baud)
{
    for (unsigned bit = BAUD_LOWEST_BIT; bit <= BAUD_HIGHEST_BIT; bit++) {
        if (baud == BAUD_LOWEST << (bit - BAUD_LOWEST_BIT)) {
            return (uint8_t)(1u << bit);
        }
    }
    return 0;
}

int dlt645_baud_of(uint8_t byte)
{
    for (unsigned bit = BAUD_LOWEST_BIT; bit <= BAUD_HIGHEST_BIT; bit++) {
        if (byte == 1u << bit) {
            return BAUD_LOWEST << (bit - BAUD_LOWEST_BIT);
        }
    }
    return 0;
}

static int build_baud(struct dlt645_frame *frame, const struct dlt645_address *address,
                      unsigned control, int baud)
{
    if (dlt645_baud_byte(baud) == 0) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, control);
    dlt645_append(frame, dlt645_baud_byte(baud), 1);
    return 0;
}

int dlt645_baud_request(struct dlt645_frame *frame, const struct dlt645_address *address, int baud)
{
    return build_baud(frame, address, DLT645_SET_BAUD, baud);
}

int dlt645_baud_reply(struct dlt645_frame *frame, const struct dlt645_address *address, int baud)
{
    return build_baud(frame, address, DLT645_SET_BAUD | DLT645_FROM_METER, baud);
}

/* The one byte of a request, or of the normal reply that repeats it. */
static int parse_byte(const struct dlt645_frame *frame, enum dlt645_function function,
                      uint8_t *byte)
{
    unsigned from_meter = frame->control & DLT645_FROM_METER;
    int result = dlt645_expect(frame, (unsigned)function | from_meter, 1);

    if (result == 0) {
        *byte = frame->data[0];
    }
    return result;
}

int dlt645_baud_parse(const struct dlt645_frame *frame, int *baud)
{
    uint8_t byte;
    int result = parse_byte(frame, DLT645_SET_BAUD, &byte);

    if (result == 0) {
        *baud = dlt645_baud_of(byte);
    }
    return result;
}

/* ---- Password ----------------------------------------------------------------------------- */

#define PASSWORD_SIZE 4 /* PA, P0..P2 */

static void append_password(struct dlt645_frame *frame, const struct dlt645_password *password)
{
    dlt645_append(frame, password->level, 1);
    dlt645_append(frame, password->password, 3);
}

static struct dlt645_password password_at(const uint8_t *bytes)
{
    return (struct dlt645_password){.level = bytes[0], .password = dlt645_number_at(bytes + 1, 3)};
}

int dlt645_password_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                            const struct dlt645_password_change *change)
{
    if (!dlt645_password_fits(change->old_one.password) ||
        !dlt645_password_fits(change->new_one.password)) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, DLT645_SET_PASSWORD);
    dlt645_append(frame, change->identifier, DLT645_IDENTIFIER_SIZE);
    append_password(frame, &change->old_one);
    append_password(frame, &change->new_one);
    return 0;
}

int dlt645_password_request_parse(const struct dlt645_frame *frame,
                                  struct dlt645_password_change *change)
{
    int result =
        dlt645_expect(frame, DLT645_SET_PASSWORD, DLT645_IDENTIFIER_SIZE + 2 * PASSWORD_SIZE);

    if (result == 0) {
        change->identifier = dlt645_number_at(frame->data, DLT645_IDENTIFIER_SIZE);
        change->old_one = password_at(frame->data + DLT645_IDENTIFIER_SIZE);
        change->new_one = password_at(frame->data + DLT645_IDENTIFIER_SIZE + PASSWORD_SIZE);
    }
    return result;
}

int dlt645_password_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                          const struct dlt645_password *new_one)
{
    if (!dlt645_password_fits(new_one->password)) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, DLT645_SET_PASSWORD | DLT645_FROM_METER);
    append_password(frame, new_one);
    return 0;
}

int dlt645_password_reply_parse(const struct dlt645_frame *frame, struct dlt645_password *new_one)
{
    int result = dlt645_expect(frame, DLT645_SET_PASSWORD | DLT645_FROM_METER, PASSWORD_SIZE);

    if (result == 0) {
        *new_one = password_at(frame->data);
    }
    return result;
}

/* ---- Clearing ----------------------------------------------------------------------------- */

static bool is_clear(unsigned function)
{
    return function == DLT645_CLEAR_DEMAND || function == DLT645_CLEAR_METER ||
           function == DLT645_CLEAR_EVENTS;
}

int dlt645_clear_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         const struct dlt645_clear *clear)
{
    if (!is_clear((unsigned)clear->function)) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (!dlt645_password_fits(clear->authority.password)) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, (unsigned)clear->function);
    dlt645_append_authority(frame, &clear->authority);
    if (clear->function == DLT645_CLEAR_EVENTS) {
        dlt645_append(frame, clear->identifier, DLT645_IDENTIFIER_SIZE);
    }
    return 0;
}

int dlt645_clear_request_parse(const struct dlt645_frame *frame, struct dlt645_clear *clear)
{
    bool of_events = frame->control == DLT645_CLEAR_EVENTS;
    size_t wanted = DLT645_AUTHORITY_SIZE + (of_events ? DLT645_IDENTIFIER_SIZE : 0u);

    if (!is_clear(frame->control)) {
        return ERROR_DLT645_CONTROL;
    }
    if (frame->length != wanted) {
        return ERROR_DLT645_LENGTH;
    }
    clear->function = (enum dlt645_function)frame->control;
    clear->authority = dlt645_authority_at(frame->data);
    clear->identifier =
        of_events ? dlt645_number_at(frame->data + DLT645_AUTHORITY_SIZE, DLT645_IDENTIFIER_SIZE)
                  : 0;
    return 0;
}

/* ---- Multifunction terminal --------------------------------------------------------------- */

void dlt645_terminal_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                             uint8_t output)
{
    dlt645_begin(frame, address, DLT645_MULTIFUNCTION_TERMINAL);
    dlt645_append(frame, output, 1);
}

void dlt645_terminal_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                           uint8_t output)
{
    dlt645_begin(frame, address, DLT645_MULTIFUNCTION_TERMINAL | DLT645_FROM_METER);
    dlt645_append(frame, output, 1);
}

int dlt645_terminal_parse(const struct dlt645_frame *frame, uint8_t *output)
{
    return parse_byte(frame, DLT645_MULTIFUNCTION_TERMINAL, output);
}

/* ---- Security authentication -------------------------------------------------------------- */

#define OPERATOR_SIZE 4

int dlt645_security_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                            const struct dlt645_security *security)
{
    if (security->size > DLT645_DATA_MAX - DLT645_IDENTIFIER_SIZE - OPERATOR_SIZE) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, DLT645_SECURITY);
    dlt645_append(frame, security->identifier, DLT645_IDENTIFIER_SIZE);
    dlt645_append(frame, security->operator_code, OPERATOR_SIZE);
    dlt645_append_bytes(frame, security->data, security->size);
    return 0;
}

int dlt645_security_request_parse(const struct dlt645_frame *frame,
                                  struct dlt645_security *security)
{
    const size_t head = DLT645_IDENTIFIER_SIZE + OPERATOR_SIZE;

    if (frame->control != DLT645_SECURITY) {
        return ERROR_DLT645_CONTROL;
    }
    if (frame->length < head || frame->length > DLT645_DATA_MAX) {
        return ERROR_DLT645_LENGTH;
    }
    security->identifier = dlt645_number_at(frame->data, DLT645_IDENTIFIER_SIZE);
    security->operator_code = dlt645_number_at(frame->data + DLT645_IDENTIFIER_SIZE, OPERATOR_SIZE);
    security->data = frame->data + head;
    security->size = frame->length - head;
    return 0;
}

int dlt645_security_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                          const struct dlt645_security *security)
{
    if (security->size > DLT645_DATA_MAX - DLT645_IDENTIFIER_SIZE) {
        return ERROR_OUT_OF_RANGE;
    }
    dlt645_begin(frame, address, DLT645_SECURITY | DLT645_FROM_METER);
    dlt645_append(frame, security->identifier, DLT645_IDENTIFIER_SIZE);
    dlt645_append_bytes(frame, security->data, security->size);
    return 0;
}

int dlt645_security_reply_parse(const struct dlt645_frame *frame, struct dlt645_security *security,
                                uint16_t *error_bits)
{
    int result = dlt645_reply_check(frame, DLT645_SECURITY, error_bits);

    if (result < 0) {
        return result;
    }
    if (frame->length < DLT645_IDENTIFIER_SIZE || frame->length > DLT645_DATA_MAX) {
        return ERROR_DLT645_LENGTH;
    }
    *security = (struct dlt645_security){
        .identifier = dlt645_number_at(frame->data, DLT645_IDENTIFIER_SIZE),
        .data = frame->data + DLT645_IDENTIFIER_SIZE,
        .size = frame->length - (size_t)DLT645_IDENTIFIER_SIZE,
    };
    return 0;
}

void dlt645_security_refusal(struct dlt645_frame *frame, const struct dlt645_address *address,
                             uint16_t error_bits)
{
    dlt645_begin(frame, address, DLT645_SECURITY | DLT645_FROM_METER | DLT645_ABNORMAL);
    dlt645_append(frame, error_bits, 2);
}
