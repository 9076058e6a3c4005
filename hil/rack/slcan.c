#include "hil/rack/slcan.h"

#include "sim/error.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* -1 when one of the digits is none. */
static int hex_number(const char *text, int digits)
{
    int number = 0;
    for (int i = 0; i < digits; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return -1;
        number = number << 4 | digit;
    }
    return number;
}

int slcan_encode(const struct can_frame *frame, char text[SLCAN_TEXT_MAX])
{
    static const char digits[] = "0123456789ABCDEF";
    if (frame->id > 0x7ff || frame->length > 8)
        return ERROR_OUT_OF_RANGE;
    char *at = text;
    *at++ = 't';
    for (int shift = 8; shift >= 0; shift -= 4)
        *at++ = digits[frame->id >> shift & 15];
    *at++ = digits[frame->length];
    for (int i = 0; i < frame->length; i++) {
        *at++ = digits[frame->data[i] >> 4];
        *at++ = digits[frame->data[i] & 15];
    }
    *at = '\0';
    return (int)(at - text);
}

int slcan_decode(const char *text, size_t size, struct can_frame *frame)
{
    if (size < 5 || text[0] != 't')
        return ERROR_INVALID_ARGUMENT;
    int id = hex_number(text + 1, 3);
    int length = hex_number(text + 4, 1);
    if (id < 0 || id > 0x7ff || length < 0 || length > 8 || size != 5 + 2 * (size_t)length)
        return ERROR_INVALID_ARGUMENT;
    struct can_frame read = {.id = (uint16_t)id, .length = (uint8_t)length};
    for (int i = 0; i < length; i++) {
        int byte = hex_number(text + 5 + 2 * i, 2);
        if (byte < 0)
            return ERROR_INVALID_ARGUMENT;
        read.data[i] = (uint8_t)byte;
    }
    *frame = read;
    return 0;
}

static enum slcan_line classify(struct slcan_receiver *receiver, struct can_frame *frame)
{
    const char *line = receiver->line;
    size_t size = receiver->size;
    receiver->size = 0;
    receiver->last_size = size;
    if (size == 0 || (size == 1 && (line[0] == 'z' || line[0] == 'Z')) || line[0] == 'V' ||
        line[0] == 'N')
        return SLCAN_DONE;
    int flags = size == 3 && line[0] == 'F' ? hex_number(line + 1, 2) : -1;
    if (flags >= 0) {
        receiver->flags = (uint8_t)flags;
        return SLCAN_FLAGS;
    }
    if (size <= sizeof receiver->line && slcan_decode(line, size, frame) == 0)
        return SLCAN_FRAME;
    receiver->noise_count++;
    return SLCAN_NOISE;
}

enum slcan_line slcan_feed(struct slcan_receiver *receiver, char byte, struct can_frame *frame)
{
    if (byte == '\a') {
        receiver->size = 0;
        return SLCAN_REFUSED;
    }
    if (byte == '\r')
        return classify(receiver, frame);
    if (receiver->size < sizeof receiver->line)
        receiver->line[receiver->size] = byte;
    if (receiver->size <= sizeof receiver->line) /* one beyond: overlong, refused at its end */
        receiver->size++;
    return SLCAN_NOTHING;
}
