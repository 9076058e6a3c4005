#include "slcan.h"

#include <string.h>

#define DONE "\r"
#define REFUSED "\a"

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

static bool hex_number(const char *text, size_t digits, unsigned *number)
{
    *number = 0;
    while (digits--) {
        int digit = hex_digit(*text++);

        if (digit < 0)
            return false;
        *number = *number << 4 | (unsigned)digit;
    }
    return true;
}

bool slcan_parse(const char *text, size_t length, struct can_frame *frame)
{
    unsigned number;
    size_t i;

    if (length < 5 || text[0] != 't' || !hex_number(text + 1, 3, &number) || number > 0x7ff)
        return false;
    frame->id = (uint16_t)number;
    if (text[4] < '0' || text[4] > '8')
        return false;
    frame->length = (uint8_t)(text[4] - '0');
    if (length != 5 + 2 * (size_t)frame->length)
        return false;
    memset(frame->data, 0, sizeof frame->data);
    for (i = 0; i < frame->length; i++) {
        if (!hex_number(text + 5 + 2 * i, 2, &number))
            return false;
        frame->data[i] = (uint8_t)number;
    }
    return true;
}

size_t slcan_format(const struct can_frame *frame, char text[SLCAN_FRAME_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = text;
    size_t i;

    *at++ = 't';
    *at++ = digits[frame->id >> 8 & 7];
    *at++ = digits[frame->id >> 4 & 15];
    *at++ = digits[frame->id & 15];
    *at++ = digits[frame->length];
    for (i = 0; i < frame->length; i++) {
        *at++ = digits[frame->data[i] >> 4];
        *at++ = digits[frame->data[i] & 15];
    }
    *at = '\0';
    return (size_t)(at - text);
}

void slcan_open(struct slcan *slcan, const struct slcan_listener *listener)
{
    memset(slcan, 0, sizeof *slcan);
    slcan->listener = *listener;
}

static const char *set_bitrate(struct slcan *slcan, const char *line, size_t length)
{
    if (slcan->open || length != 2 || line[1] < '0' || line[1] > '8')
        return REFUSED;
    slcan->bitrate_fits = line[1] == '6';
    return DONE;
}

static const char *open_channel(struct slcan *slcan, size_t length)
{
    if (length != 1 || slcan->open)
        return REFUSED;
    slcan->open = true;
    return DONE;
}

static const char *close_channel(struct slcan *slcan, size_t length)
{
    if (length != 1)
        return REFUSED;
    slcan->open = false;
    return DONE;
}

/* At a wrong bit rate nobody on the bus acknowledges, so the adapter cannot send. */
static const char *transmit(struct slcan *slcan, const char *line, size_t length)
{
    struct can_frame frame;

    if (!slcan->open || !slcan->bitrate_fits || !slcan_parse(line, length, &frame))
        return REFUSED;
    slcan->listener.frame(slcan->listener.user, &frame);
    return "z" DONE;
}

static const char *obey(struct slcan *slcan, const char *line, size_t length)
{
    switch (line[0]) {
    case 'S':
        return set_bitrate(slcan, line, length);
    case 'O':
        return open_channel(slcan, length);
    case 'C':
        return close_channel(slcan, length);
    case 't':
        return transmit(slcan, line, length);
    case 'V':
        return "V0100" DONE;
    case 'N':
        return "NRACK" DONE;
    case 'F':
        return slcan->open ? "F00" DONE : REFUSED;
    default:
        return REFUSED;
    }
}

void slcan_byte(struct slcan *slcan, char byte)
{
    const char *reply = REFUSED;

    if (byte == '\n')
        return;
    if (byte != '\r') {
        if (slcan->length < sizeof slcan->line)
            slcan->line[slcan->length++] = byte;
        else
            slcan->overlong = true;
        return;
    }
    if (slcan->length == 0)
        reply = DONE; /* drivers send empty lines to get in step */
    else if (!slcan->overlong)
        reply = obey(slcan, slcan->line, slcan->length);
    slcan->length = 0;
    slcan->overlong = false;
    slcan->listener.reply(slcan->listener.user, reply);
}
