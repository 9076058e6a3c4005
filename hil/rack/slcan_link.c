/* An slcan adapter on a serial port: its channel is opened, its error flags are asked for once a
 * second. */
#include "hil/rack/can_link.h"

#include "hil/line/serial.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS_NS (1 * NS_PER_S)

enum { ADAPTER_BAUD = 115200 };

struct slcan_link {
    struct can_link link; /* first */
    struct serial port;
    struct slcan_receiver receiver;
};

static int fail(struct can_link *link, const char *what)
{
    snprintf(link->message, sizeof link->message, "%s: %s", link->name, what);
    return ERROR_RACK_LOST;
}

static int write_text(struct can_link *link, const char *text, size_t size)
{
    struct slcan_link *slcan = (struct slcan_link *)link;
    if (serial_write(&slcan->port, (const uint8_t *)text, size) == 0)
        return 0;
    return fail(link, "the rack's adapter takes no frames any more; check its cable");
}

static void take(struct slcan_link *slcan, const struct can_link_listener *listener, int64_t stamp,
                 char byte)
{
    struct can_health *health = &slcan->link.health;
    struct can_frame frame;
    switch (slcan_feed(&slcan->receiver, byte, &frame)) {
    case SLCAN_FRAME:
        can_health_good(health);
        listener->frame(listener->user, stamp, &frame);
        break;
    case SLCAN_FLAGS:
        can_health_flags(health, slcan->receiver.flags);
        break;
    case SLCAN_REFUSED:
        health->refused++;
        break;
    case SLCAN_NOISE:
        can_health_status_line(health, slcan->receiver.line, slcan->receiver.last_size);
        break;
    default:
        break;
    }
}

static int receive(struct can_link *link, const struct can_link_listener *listener, bool hung_up)
{
    struct slcan_link *slcan = (struct slcan_link *)link;
    uint8_t bytes[256];
    int count;
    while ((count = serial_read(&slcan->port, bytes, sizeof bytes)) > 0) {
        int64_t stamp = serial_clock_ns();
        for (int i = 0; i < count; i++)
            take(slcan, listener, stamp, (char)bytes[i]);
    }
    return count < 0 || hung_up ? fail(link, "the rack's adapter went away; check its cable") : 0;
}

static int send(struct can_link *link, const struct can_frame *frame)
{
    char text[SLCAN_TEXT_MAX + 1];
    int size = slcan_encode(frame, text);
    if (size < 0)
        return size;
    text[size++] = '\r';
    return write_text(link, text, (size_t)size);
}

static int service(struct can_link *link, int64_t now)
{
    if (now < link->due)
        return 0;
    link->due = now + FLAGS_NS;
    return write_text(link, "F\r", 2);
}

static void close_link(struct can_link *link)
{
    struct slcan_link *slcan = (struct slcan_link *)link;
    serial_write(&slcan->port, (const uint8_t *)"C\r", 2);
    serial_close(&slcan->port);
    free(slcan);
}

static const struct can_link_ops ops = {receive, send, service, close_link};

/* Lawicel's S command; -1 for a rate that it has no letter for. */
static int rate_digit(int bitrate)
{
    static const int rates[] = {10000,  20000,  50000,  100000, 125000,
                                250000, 500000, 800000, 1000000};
    for (int i = 0; i < 9; i++)
        if (rates[i] == bitrate)
            return i;
    return -1;
}

/* Empty lines bring the adapter in step, C closes a channel that somebody left open. */
static int start(struct slcan_link *slcan, int bitrate, char *message, size_t size)
{
    const struct serial_settings settings = {ADAPTER_BAUD, 'N', 1};
    char opening[16];
    int digit = rate_digit(bitrate);
    if (digit < 0) {
        snprintf(message, size,
                 "rack %s: an slcan adapter has no bit rate of %d bit/s; 10, 20, 50, 100, 125, 250, "
                 "500, 800 and 1000 kbit/s are known",
                 slcan->link.name, bitrate);
        return ERROR_RACK_LOST;
    }
    if (serial_open(&slcan->port, slcan->link.name, &settings, message, size) < 0)
        return ERROR_RACK_LOST;
    int length = snprintf(opening, sizeof opening, "\r\rC\rS%d\rO\r", digit);
    if (serial_write(&slcan->port, (const uint8_t *)opening, (size_t)length) == 0)
        return 0;
    snprintf(message, size, "rack %s: it takes no bytes; check the adapter", slcan->link.name);
    serial_close(&slcan->port);
    return ERROR_RACK_LOST;
}

struct can_link *slcan_link_open(const char *path, int bitrate, int *error, char *message,
                                 size_t size)
{
    struct slcan_link *slcan = calloc(1, sizeof *slcan);
    *error = ERROR_NO_MEMORY;
    if (!slcan)
        return NULL;
    slcan->link.ops = &ops;
    slcan->port.fd = -1;
    snprintf(slcan->link.name, sizeof slcan->link.name, "%s", path);
    *error = start(slcan, bitrate, message, size);
    if (*error == 0) {
        slcan->link.fd = slcan->port.fd;
        slcan->link.due = serial_clock_ns() + FLAGS_NS;
        return &slcan->link;
    }
    free(slcan);
    return NULL;
}
