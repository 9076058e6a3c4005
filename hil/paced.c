#include "hil/paced.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RACK_BAUD = 115200 };

struct paced {
    struct pace pace;
    struct serial port;
    struct serial rack;
    struct slcan_receiver receiver;
};

static int fail(struct paced *paced, int error, const char *path, const char *what)
{
    snprintf(paced->pace.message, sizeof paced->pace.message, "%s: %s", path, what);
    return error;
}

static int64_t paced_now(struct pace *pace)
{
    (void)pace;
    return serial_clock_ns();
}

static int take_bytes(struct paced *paced)
{
    const struct pace_listener *listener = &paced->pace.listener;
    uint8_t bytes[256];
    int count;
    while ((count = serial_read(&paced->port, bytes, sizeof bytes)) > 0) {
        int64_t stamp = serial_clock_ns();
        for (int i = 0; i < count; i++)
            listener->byte(listener->user, stamp, bytes[i]);
    }
    return count < 0 ? fail(paced, ERROR_PORT_LOST, paced->port.path,
                            "the serial port went away; check cable and power")
                     : 0;
}

static int take_frames(struct paced *paced)
{
    const struct pace_listener *listener = &paced->pace.listener;
    struct can_frame frame;
    uint8_t bytes[256];
    int count;
    while ((count = serial_read(&paced->rack, bytes, sizeof bytes)) > 0) {
        int64_t stamp = serial_clock_ns();
        for (int i = 0; i < count; i++)
            if (slcan_feed(&paced->receiver, (char)bytes[i], &frame) == SLCAN_FRAME)
                listener->frame(listener->user, stamp, &frame);
    }
    return count < 0 ? fail(paced, ERROR_RACK_LOST, paced->rack.path,
                            "the rack's adapter went away; check its cable")
                     : 0;
}

/* A hang-up is told by read; without it poll would return at once for ever. */
static int hang_up(struct paced *paced, const struct pollfd *fds)
{
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        return fail(paced, ERROR_PORT_LOST, paced->port.path,
                    "the serial port went away; check cable and power");
    if (paced->pace.has_rack && (fds[1].revents & (POLLHUP | POLLERR | POLLNVAL)))
        return fail(paced, ERROR_RACK_LOST, paced->rack.path,
                    "the rack's adapter went away; check its cable");
    return 0;
}

static int paced_wait(struct pace *pace, int64_t until)
{
    struct paced *paced = (struct paced *)pace;
    struct pollfd fds[2] = {{.fd = paced->port.fd, .events = POLLIN},
                            {.fd = paced->rack.fd, .events = POLLIN}};
    int64_t now = serial_clock_ns();
    struct timespec timeout = {0, 0};
    if (until > now)
        timeout = (struct timespec){(until - now) / NS_PER_S, (until - now) % NS_PER_S};
    int ready = ppoll(fds, 2, &timeout, NULL);
    if (ready <= 0)
        return ready == 0 || errno == EINTR ? 0 : ERROR_IO;
    int result = fds[0].revents & POLLIN ? take_bytes(paced) : 0;
    if (result == 0 && (fds[1].revents & POLLIN))
        result = take_frames(paced);
    return result == 0 ? hang_up(paced, fds) : result;
}

static int paced_write(struct pace *pace, const uint8_t *bytes, size_t size)
{
    struct paced *paced = (struct paced *)pace;
    if (serial_write(&paced->port, bytes, size) == 0)
        return 0;
    return fail(paced, ERROR_PORT_LOST, paced->port.path,
                "the serial port takes no bytes any more; check cable and power");
}

static int paced_send(struct can_port *port, const struct can_frame *frame)
{
    struct paced *paced = (struct paced *)((char *)port - offsetof(struct paced, pace.rack));
    char text[SLCAN_TEXT_MAX + 1];
    int size = slcan_encode(frame, text);
    if (size < 0)
        return size;
    text[size++] = '\r';
    if (serial_write(&paced->rack, (const uint8_t *)text, (size_t)size) == 0)
        return 0;
    return fail(paced, ERROR_RACK_LOST, paced->rack.path,
                "the rack's adapter takes no frames any more; check its cable");
}

static void paced_close(struct pace *pace)
{
    struct paced *paced = (struct paced *)pace;
    if (pace->has_rack)
        serial_write(&paced->rack, (const uint8_t *)"C\r", 2);
    serial_close(&paced->rack);
    serial_close(&paced->port);
    free(paced);
}

static const struct pace_ops paced_ops = {paced_now, paced_wait, paced_write, paced_close};

/* Empty lines bring the adapter in step, C closes a channel that somebody left open. */
static int open_rack(struct paced *paced, const char *path, char *message, size_t size)
{
    static const char opening[] = "\r\rC\rS6\rO\r";
    const struct serial_settings settings = {RACK_BAUD, 'N', 1};
    paced->pace.has_rack = true;
    if (serial_open(&paced->rack, path, &settings, message, size) < 0)
        return ERROR_RACK_LOST;
    if (serial_write(&paced->rack, (const uint8_t *)opening, sizeof opening - 1) == 0)
        return 0;
    snprintf(message, size, "rack %s: it takes no bytes; check the adapter", path);
    return ERROR_RACK_LOST;
}

struct pace *paced_open(const char *port_path, const struct serial_settings *settings,
                        const char *rack_path, const struct pace_listener *listener, int *error,
                        char *message, size_t size)
{
    struct paced *paced = calloc(1, sizeof *paced);
    *error = ERROR_NO_MEMORY;
    if (!paced)
        return NULL;
    paced->pace.ops = &paced_ops;
    paced->pace.listener = *listener;
    paced->pace.rack.send = paced_send;
    paced->port.fd = paced->rack.fd = -1;
    *error = serial_open(&paced->port, port_path, settings, message, size);
    if (*error == 0 && rack_path[0] != '\0')
        *error = open_rack(paced, rack_path, message, size);
    paced->pace.resolution_ns = paced->port.resolution_ns;
    paced->pace.jitter_ns = 50 * NS_PER_MS + paced->port.resolution_ns;
    if (*error == 0)
        return &paced->pace;
    serial_close(&paced->rack);
    serial_close(&paced->port);
    free(paced);
    return NULL;
}
