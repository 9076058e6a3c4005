#include "hil/granted.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEP_NS (1 * NS_PER_MS)

enum { ANSWER_LIMIT_MS = 10000 }; /* wall time for a millisecond: the emulator hangs */

struct granted {
    struct pace pace;
    int fd;
    int64_t now;
    char input[4096];
    size_t input_at, input_size;
};

static int fail(struct granted *granted, const char *what)
{
    snprintf(granted->pace.message, sizeof granted->pace.message,
             "board emulator in lockstep: %.280s", what);
    return ERROR_EMULATOR;
}

static int say(struct granted *granted, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t done = send(granted->fd, text, size, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fail(granted, "it does not listen any more");
        text += done;
        size -= (size_t)done;
    }
    return 0;
}

static int refill(struct granted *granted)
{
    struct pollfd ready = {.fd = granted->fd, .events = POLLIN};
    int polled = poll(&ready, 1, ANSWER_LIMIT_MS);
    if (polled < 0 && errno == EINTR)
        return 0;
    if (polled <= 0)
        return fail(granted, "no answer for 10 s");
    ssize_t got = recv(granted->fd, granted->input, sizeof granted->input, 0);
    if (got <= 0)
        return fail(granted, "it hung up");
    granted->input_at = 0;
    granted->input_size = (size_t)got;
    return 0;
}

static int read_line(struct granted *granted, char *line, size_t capacity)
{
    size_t size = 0;
    for (;;) {
        while (granted->input_at == granted->input_size) {
            int result = refill(granted);
            if (result < 0)
                return result;
        }
        char c = granted->input[granted->input_at++];
        if (c == '\n')
            break;
        if (size == capacity - 1)
            return fail(granted, "a line of it is too long");
        line[size++] = c;
    }
    line[size] = '\0';
    return 0;
}

/* One line of a grant. 1 when the grant is done, 0 when more lines follow, or an error. */
static int obey(struct granted *granted, const char *line)
{
    const struct pace_listener *listener = &granted->pace.listener;
    long long stamp;
    unsigned byte;
    char text[40];
    struct can_frame frame;
    if (sscanf(line, "g %lld", &stamp) == 1) {
        granted->now = stamp;
        return 1;
    }
    if (sscanf(line, "u %lld %2x", &stamp, &byte) == 2) {
        listener->byte(listener->user, stamp, (uint8_t)byte);
        return 0;
    }
    if (sscanf(line, "c %lld %39s", &stamp, text) == 2 &&
        slcan_decode(text, strlen(text), &frame) == 0) {
        listener->frame(listener->user, stamp, &frame);
        return 0;
    }
    return fail(granted, line[0] == 'e' ? line + 1 : line);
}

static int grant(struct granted *granted, int64_t until)
{
    char line[600];
    int size = snprintf(line, sizeof line, "G %lld\n", (long long)until);
    int result = say(granted, line, (size_t)size);
    while (result == 0) {
        result = read_line(granted, line, sizeof line);
        if (result == 0)
            result = obey(granted, line);
    }
    return result < 0 ? result : 0;
}

static int64_t granted_now(struct pace *pace)
{
    return ((struct granted *)pace)->now;
}

static int granted_wait(struct pace *pace, int64_t until)
{
    struct granted *granted = (struct granted *)pace;
    int64_t step = granted->now + STEP_NS < until ? granted->now + STEP_NS : until;
    return step > granted->now ? grant(granted, step) : 0;
}

static int granted_write(struct pace *pace, const uint8_t *bytes, size_t size)
{
    char line[16] = "U ";
    int result = 0;
    for (size_t i = 0; i < size && result == 0; i++) {
        int length = snprintf(line, sizeof line, "U %02x\n", bytes[i]);
        result = say((struct granted *)pace, line, (size_t)length);
    }
    return result;
}

static int granted_send(struct can_port *port, const struct can_frame *frame)
{
    struct granted *granted =
        (struct granted *)((char *)port - offsetof(struct granted, pace.rack));
    char text[SLCAN_TEXT_MAX], line[SLCAN_TEXT_MAX + 4];
    if (slcan_encode(frame, text) < 0)
        return fail(granted, "a frame cannot be written");
    int size = snprintf(line, sizeof line, "C %s\n", text);
    return say(granted, line, (size_t)size);
}

static void granted_close(struct pace *pace)
{
    free(pace);
}

static const struct pace_ops granted_ops = {granted_now, granted_wait, granted_write,
                                            granted_close};

struct pace *granted_open(int fd, const struct pace_listener *listener)
{
    struct granted *granted = calloc(1, sizeof *granted);
    if (!granted)
        return NULL;
    granted->fd = fd;
    granted->pace = (struct pace){
        .ops = &granted_ops, .listener = *listener, .rack.send = granted_send, .has_rack = true};
    return &granted->pace;
}
