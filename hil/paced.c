#include "hil/paced.h"

#include "hil/line/port_lock.h"
#include "hil/rack/can_link.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { READS_MAX = 16 }; /* at a time: what never ends must not keep everything else waiting */

struct paced {
    struct pace pace;
    struct serial port;
    struct can_link *rack; /* NULL: none */
};

static int fail(struct paced *paced, const char *what)
{
    snprintf(paced->pace.message, sizeof paced->pace.message, "%s: %s", paced->port.path, what);
    return ERROR_PORT_LOST;
}

static int rack_failed(struct paced *paced, int error)
{
    snprintf(paced->pace.message, sizeof paced->pace.message, "%.319s", paced->rack->message);
    return error;
}

static int64_t paced_now(struct pace *pace)
{
    (void)pace;
    return serial_clock_ns();
}

/* A hang-up is told by poll; read would find nothing for ever. */
static int take_bytes(struct paced *paced, short events)
{
    const struct pace_listener *listener = &paced->pace.listener;
    uint8_t bytes[256];
    int count = 0;
    for (int turn = 0; (events & POLLIN) && turn < READS_MAX; turn++) {
        if ((count = serial_read(&paced->port, bytes, sizeof bytes)) <= 0)
            break;
        int64_t stamp = serial_clock_ns();
        for (int i = 0; i < count; i++)
            listener->byte(listener->user, stamp, bytes[i]);
    }
    return count < 0 || (events & (POLLHUP | POLLERR | POLLNVAL))
               ? fail(paced, "the serial port went away; check cable and power")
               : 0;
}

static void frame_from_rack(void *user, int64_t stamp, const struct can_frame *frame)
{
    const struct pace_listener *listener = &((struct paced *)user)->pace.listener;
    listener->frame(listener->user, stamp, frame);
}

static int take_frames(struct paced *paced, short events)
{
    const struct can_link_listener listener = {frame_from_rack, paced};
    struct can_link *rack = paced->rack;
    bool hung_up = events & (POLLHUP | POLLERR | POLLNVAL);
    int result = events ? rack->ops->receive(rack, &listener, hung_up) : 0;
    if (result == 0)
        result = rack->ops->service(rack, serial_clock_ns());
    return result < 0 ? rack_failed(paced, result) : 0;
}

static int paced_wait(struct pace *pace, int64_t until)
{
    struct paced *paced = (struct paced *)pace;
    struct pollfd fds[2] = {{.fd = paced->port.fd, .events = POLLIN},
                            {.fd = paced->rack ? paced->rack->fd : -1, .events = POLLIN}};
    int64_t now = serial_clock_ns();
    struct timespec timeout = {0, 0};
    if (paced->rack && paced->rack->due < until)
        until = paced->rack->due;
    if (until > now)
        timeout = (struct timespec){(until - now) / NS_PER_S, (until - now) % NS_PER_S};
    int ready = ppoll(fds, 2, &timeout, NULL);
    if (ready < 0)
        return errno == EINTR ? 0 : ERROR_IO;
    int result = fds[0].revents ? take_bytes(paced, fds[0].revents) : 0;
    return result == 0 && paced->rack ? take_frames(paced, fds[1].revents) : result;
}

static int paced_write(struct pace *pace, const uint8_t *bytes, size_t size)
{
    struct paced *paced = (struct paced *)pace;
    if (serial_write(&paced->port, bytes, size) == 0)
        return 0;
    return fail(paced, "the serial port takes no bytes any more; check cable and power");
}

static int paced_send(struct can_port *port, const struct can_frame *frame)
{
    struct paced *paced = (struct paced *)((char *)port - offsetof(struct paced, pace.rack));
    int result = paced->rack->ops->send(paced->rack, frame);
    return result == ERROR_RACK_LOST ? rack_failed(paced, result) : result;
}

static void paced_close(struct pace *pace)
{
    struct paced *paced = (struct paced *)pace;
    if (paced->rack)
        paced->rack->ops->close(paced->rack);
    serial_close(&paced->port);
    free(paced);
}

static const struct pace_ops paced_ops = {paced_now, paced_wait, paced_write, paced_close};

static int open_rack(struct paced *paced, const struct paced_config *config, char *message,
                     size_t size)
{
    int error = 0;
    paced->rack = can_link_open(config->rack, config->rack_bitrate, &error, message, size);
    if (!paced->rack)
        return error;
    paced->pace.has_rack = true;
    paced->pace.rack_health = &paced->rack->health;
    paced->pace.rack_notes = paced->rack->notes;
    return 0;
}

struct pace *paced_open(const struct paced_config *config, const struct pace_listener *listener,
                        int *error, char *message, size_t size)
{
    struct paced *paced = calloc(1, sizeof *paced);
    *error = ERROR_NO_MEMORY;
    if (!paced)
        return NULL;
    paced->pace.ops = &paced_ops;
    paced->pace.listener = *listener;
    paced->pace.rack.send = paced_send;
    paced->port.fd = -1;
    *error = 0;
    if (config->port && config->port[0])
        *error = serial_open(&paced->port, config->port, &config->settings, message, size);
    if (*error == 0 && config->rack && config->rack[0])
        *error = open_rack(paced, config, message, size);
    paced->pace.unpaced = paced->port.fd >= 0 && port_is_pseudo_terminal(paced->port.fd);
    paced->pace.resolution_ns = paced->port.resolution_ns;
    paced->pace.jitter_ns = 50 * NS_PER_MS + paced->port.resolution_ns;
    if (*error == 0)
        return &paced->pace;
    serial_close(&paced->port);
    free(paced);
    return NULL;
}
