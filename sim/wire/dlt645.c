/* Addresses, frames and the receiver. What frames carry: dlt645_data.c, dlt645_messages.c. */
#include "sim/wire/dlt645.h"

#include <string.h>

#include "sim/error.h"
#include "sim/wire/bcd.h"

#define START 0x68
#define END 0x16
#define DATA_OFFSET_VALUE 0x33
#define WILDCARD 0xAA

/* Places within a frame, counted from its first 68. */
enum {
    AT_ADDRESS = 1,
    AT_SECOND_START = 7,
    AT_CONTROL = 8,
    AT_LENGTH = 9,
    AT_DATA = 10,
};

const struct dlt645_address dlt645_broadcast = {{0x99, 0x99, 0x99, 0x99, 0x99, 0x99}};
const struct dlt645_address dlt645_wildcard = {{0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA}};

static void set_offset(size_t *error_offset, size_t offset)
{
    if (error_offset) {
        *error_offset = offset;
    }
}

/* ---- Addresses ---------------------------------------------------------------------------- */

/* AA is allowed from the top down only: below the first pair of digits it means nothing. */
static bool wildcard_is_on_top(const struct dlt645_address *address)
{
    bool allowed = true;

    for (size_t i = DLT645_ADDRESS_SIZE; i-- > 0;) {
        if (address->bytes[i] != WILDCARD) {
            allowed = false;
        } else if (!allowed) {
            return false;
        }
    }
    return true;
}

static int place_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c == 'A' || c == 'a' ? 0xA : -1;
}

/* Pairs of digits, or AA. */
static bool bytes_are_an_address(const struct dlt645_address *address)
{
    for (size_t i = 0; i < DLT645_ADDRESS_SIZE; i++) {
        unsigned byte = address->bytes[i];

        if (byte != WILDCARD && ((byte & 0x0F) > 9 || byte >> 4 > 9)) {
            return false;
        }
    }
    return wildcard_is_on_top(address);
}

int dlt645_address_from_text(const char *text, struct dlt645_address *address)
{
    struct dlt645_address parsed = {{0}};
    size_t places = strlen(text);

    if (places < 1 || places > 2 * DLT645_ADDRESS_SIZE) {
        return ERROR_DLT645_ADDRESS;
    }
    for (size_t i = 0; i < places; i++) {
        int value = place_value(text[places - 1 - i]);

        if (value < 0 || (value > 9 && places != 2 * DLT645_ADDRESS_SIZE)) {
            return ERROR_DLT645_ADDRESS;
        }
        parsed.bytes[i / 2] |= (uint8_t)(value << (i % 2 ? 4 : 0));
    }
    if (!bytes_are_an_address(&parsed)) {
        return ERROR_DLT645_ADDRESS;
    }
    *address = parsed;
    return 0;
}

int dlt645_address_from_number(uint64_t number, struct dlt645_address *address)
{
    return bcd_write_unsigned(number, address->bytes, DLT645_ADDRESS_SIZE);
}

void dlt645_address_to_text(const struct dlt645_address *address,
                            char text[DLT645_ADDRESS_TEXT_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < DLT645_ADDRESS_SIZE; i++) {
        uint8_t byte = address->bytes[DLT645_ADDRESS_SIZE - 1 - i];

        text[2 * i] = digits[byte >> 4];
        text[2 * i + 1] = digits[byte & 0x0F];
    }
    text[2 * DLT645_ADDRESS_SIZE] = '\0';
}

bool dlt645_address_equal(const struct dlt645_address *a, const struct dlt645_address *b)
{
    return memcmp(a->bytes, b->bytes, DLT645_ADDRESS_SIZE) == 0;
}

bool dlt645_address_is_broadcast(const struct dlt645_address *address)
{
    return dlt645_address_equal(address, &dlt645_broadcast);
}

bool dlt645_address_has_wildcard(const struct dlt645_address *address)
{
    return memchr(address->bytes, WILDCARD, DLT645_ADDRESS_SIZE) != NULL;
}

bool dlt645_address_matches(const struct dlt645_address *asked, const struct dlt645_address *own)
{
    if (dlt645_address_is_broadcast(asked) || !wildcard_is_on_top(asked)) {
        return false;
    }
    for (size_t i = 0; i < DLT645_ADDRESS_SIZE; i++) {
        if (asked->bytes[i] != WILDCARD && asked->bytes[i] != own->bytes[i]) {
            return false;
        }
    }
    return true;
}

/* ---- Frames ------------------------------------------------------------------------------- */

static uint8_t checksum(const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++) {
        sum += bytes[i];
    }
    return (uint8_t)sum;
}

int dlt645_encode(const struct dlt645_frame *frame, unsigned preambles, uint8_t *bytes,
                  size_t capacity)
{
    size_t size = preambles + DLT645_FRAME_MIN + (size_t)frame->length;
    uint8_t *at;

    if (preambles > DLT645_PREAMBLE_MAX || frame->length > DLT645_DATA_MAX) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (capacity < size) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    memset(bytes, DLT645_PREAMBLE, preambles);
    at = bytes + preambles;
    at[0] = START;
    memcpy(at + AT_ADDRESS, frame->address.bytes, DLT645_ADDRESS_SIZE);
    at[AT_SECOND_START] = START;
    at[AT_CONTROL] = frame->control;
    at[AT_LENGTH] = frame->length;
    for (size_t i = 0; i < frame->length; i++) {
        at[AT_DATA + i] = (uint8_t)(frame->data[i] + DATA_OFFSET_VALUE);
    }
    at[AT_DATA + frame->length] = checksum(at, AT_DATA + (size_t)frame->length);
    at[AT_DATA + frame->length + 1] = END;
    return (int)size;
}

/*
 * Checks a candidate that begins at bytes[0], in the order in which its bytes arrive as far as that
 * tells more: a frame cut short is ERROR_TRUNCATED only if nothing that is there is wrong.
 */
static int check_candidate(const uint8_t *bytes, size_t size, size_t *error_offset)
{
    size_t length;

    set_offset(error_offset, 0);
    if (size > 0 && bytes[0] != START) {
        return ERROR_DLT645_NO_FRAME;
    }
    set_offset(error_offset, AT_SECOND_START);
    if (size > AT_SECOND_START && bytes[AT_SECOND_START] != START) {
        return ERROR_DLT645_START;
    }
    set_offset(error_offset, AT_LENGTH);
    if (size > AT_LENGTH && bytes[AT_LENGTH] > DLT645_DATA_MAX) {
        return ERROR_DLT645_LENGTH;
    }
    set_offset(error_offset, size);
    if (size <= AT_LENGTH || size < DLT645_FRAME_MIN + (size_t)bytes[AT_LENGTH]) {
        return ERROR_TRUNCATED;
    }
    length = bytes[AT_LENGTH];
    set_offset(error_offset, AT_DATA + length + 1);
    if (bytes[AT_DATA + length + 1] != END) {
        return ERROR_DLT645_END;
    }
    set_offset(error_offset, AT_DATA + length);
    if (bytes[AT_DATA + length] != checksum(bytes, AT_DATA + length)) {
        return ERROR_DLT645_CHECKSUM;
    }
    return (int)(DLT645_FRAME_MIN + length);
}

/* Of bytes that check_candidate has passed. */
static void unpack(const uint8_t *bytes, struct dlt645_frame *frame)
{
    memset(frame, 0, sizeof *frame);
    memcpy(frame->address.bytes, bytes + AT_ADDRESS, DLT645_ADDRESS_SIZE);
    frame->control = bytes[AT_CONTROL];
    frame->length = bytes[AT_LENGTH];
    for (size_t i = 0; i < frame->length; i++) {
        frame->data[i] = (uint8_t)(bytes[AT_DATA + i] - DATA_OFFSET_VALUE);
    }
}

int dlt645_decode(const uint8_t *bytes, size_t size, struct dlt645_frame *frame,
                  size_t *error_offset)
{
    size_t preambles = 0;
    size_t offset;
    int result;

    while (preambles < size && preambles < DLT645_PREAMBLE_MAX &&
           bytes[preambles] == DLT645_PREAMBLE) {
        preambles++;
    }
    result = check_candidate(bytes + preambles, size - preambles, &offset);
    if (result < 0) {
        set_offset(error_offset, preambles + offset);
        return result;
    }
    unpack(bytes + preambles, frame);
    return (int)preambles + result;
}

/* ---- Receiving byte by byte --------------------------------------------------------------- */

void dlt645_receiver_init(struct dlt645_receiver *receiver)
{
    memset(receiver, 0, sizeof *receiver);
}

int dlt645_receiver_feed(struct dlt645_receiver *receiver, uint8_t byte)
{
    if (receiver->size >= sizeof receiver->bytes) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    receiver->bytes[receiver->size++] = byte;
    return 0;
}

static void drop(struct dlt645_receiver *receiver, size_t count)
{
    receiver->size -= count;
    memmove(receiver->bytes, receiver->bytes + count, receiver->size);
}

/* Drops one byte that begins no frame, and everything up to the next 68. */
static void drop_noise(struct dlt645_receiver *receiver)
{
    size_t count = 0;

    do {
        if (receiver->bytes[count] != DLT645_PREAMBLE) {
            receiver->noise_count++;
        }
        count++;
    } while (count < receiver->size && receiver->bytes[count] != START);
    drop(receiver, count);
}

static int receive(struct dlt645_receiver *receiver, struct dlt645_frame *frame, bool more_may_come)
{
    while (receiver->size > 0) {
        size_t offset;
        int result = check_candidate(receiver->bytes, receiver->size, &offset);

        if (result == ERROR_TRUNCATED && more_may_come) {
            return 0;
        }
        if (result > 0) {
            unpack(receiver->bytes, frame);
            drop(receiver, (size_t)result);
            return 1;
        }
        drop_noise(receiver);
        if (result != ERROR_DLT645_NO_FRAME && result != ERROR_DLT645_START) {
            receiver->error_offset = offset;
            receiver->refused_count++;
            return result;
        }
    }
    return 0;
}

int dlt645_receiver_next(struct dlt645_receiver *receiver, struct dlt645_frame *frame)
{
    return receive(receiver, frame, true);
}

int dlt645_receiver_gap(struct dlt645_receiver *receiver, struct dlt645_frame *frame)
{
    return receive(receiver, frame, false);
}
