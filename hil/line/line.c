#include "hil/line/line.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#define ECHO_PAUSE_NS (50 * NS_PER_MS)

enum { PAIR_WAIT_MS = 1000 }; /* bytes cross the pair in microseconds */

static bool make_pair(struct line *line)
{
    struct termios raw;
    line->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line->master < 0 || grantpt(line->master) != 0 || unlockpt(line->master) != 0 ||
        ptsname_r(line->master, line->slave_path, sizeof line->slave_path) != 0)
        return false;
    line->slave = open(line->slave_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (line->slave < 0 || tcgetattr(line->slave, &raw) != 0)
        return false;
    cfmakeraw(&raw);
    /* Numbers of pseudo terminals are given out again: whoever still waits for a board that had
     * this one must not take our line for it. */
    return flock(line->slave, LOCK_EX | LOCK_NB) == 0 &&
           tcsetattr(line->slave, TCSANOW, &raw) == 0;
}

int line_open(struct line *line, const struct line_ends *ends, struct random random, char *message,
              size_t size)
{
    memset(line, 0, sizeof *line);
    line->ends = *ends;
    line->random = random;
    line->master = line->slave = -1;
    if (make_pair(line))
        return 0;
    snprintf(message, size, "no pseudo terminal for the serial line: %s; is /dev/pts mounted?",
             strerror(errno));
    line_close(line);
    return ERROR_IO;
}

void line_close(struct line *line)
{
    if (line->slave >= 0)
        close(line->slave);
    if (line->master >= 0)
        close(line->master);
    line->master = line->slave = -1;
}

void line_set_faults(struct line *line, const struct line_faults *faults)
{
    line_spoiler_init(&line->spoiler, faults, line->random);
}

static void capture(struct line *line, int64_t stamp, enum line_direction direction, uint8_t byte)
{
    line->capture[line->captured++ % LINE_CAPTURE_MAX] =
        (struct line_byte){stamp, byte, (uint8_t)direction};
}

/* ---- passing on -------------------------------------------------------------------------------
 */

static void pass(struct line *line, int64_t stamp, enum line_direction direction, uint8_t byte)
{
    capture(line, stamp, direction, byte);
    if (direction == LINE_TO_DEVICE) {
        assert(line->out_size < sizeof line->out);
        line->out[line->out_size++] = byte;
        return;
    }
    if (write(line->master, &byte, 1) != 1)
        line->overrun++; /* libmodbus was not read for 4 KiB: nobody listens */
    line->ends.arrived(line->ends.user, stamp, byte);
}

/* ---- our own bytes, come back --------------------------------------------------------------------
 */

/* A reply to Modbus functions 5, 6 and 8 is the request itself; all others differ from theirs. */
static bool echo_is_no_reply(const uint8_t *bytes, size_t size)
{
    bool dlt645 = size > 2 && (bytes[0] == 0x68 || bytes[0] == 0xfe) && bytes[size - 1] == 0x16;
    return dlt645 || (size > 2 && bytes[1] != 5 && bytes[1] != 6 && bytes[1] != 8);
}

static void echo_sent(struct line_echo *echo, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size && echo->sent < sizeof echo->bytes; i++)
        echo->bytes[echo->sent++] = bytes[i];
}

/* It was no echo: what was held back is the beginning of a reply. */
static void echo_release(struct line *line)
{
    struct line_echo *echo = &line->echo;
    echo->watching = false;
    for (size_t i = 0; i < echo->seen; i++)
        pass(line, echo->stamps[i], LINE_FROM_DEVICE, echo->bytes[i]);
}

/* True when the byte is, or may be, one of ours. A learned echo is as long as what was sent, whatever the line did to
 * its bytes. */
static bool echo_takes(struct line *line, int64_t stamp, uint8_t byte)
{
    struct line_echo *echo = &line->echo;
    if (!echo->watching || echo->seen >= echo->sent)
        return false;
    if (byte != echo->bytes[echo->seen] && !echo->learned) {
        echo_release(line);
        return false;
    }
    echo->stamps[echo->seen++] = stamp;
    if (echo->seen == echo->sent) {
        echo->learned = true;
        echo->swallowed += echo->sent;
    }
    return true;
}

/* Bytes of an echo follow each other as those of the request did. One that waits for its next may
 * as well be a meter's that takes its time: when it is no longer held back. */
static int64_t echo_due(const struct line *line)
{
    const struct line_echo *echo = &line->echo;
    bool held = echo->watching && !echo->learned && echo->seen > 0 && echo->seen < echo->sent;
    return held ? echo->stamps[echo->seen - 1] + ECHO_PAUSE_NS : TIME_NEVER;
}

static void echo_begins(struct line *line, const uint8_t *request, size_t size)
{
    struct line_echo *echo = &line->echo;
    echo->sent = echo->seen = 0;
    echo->watching = echo->learned || echo_is_no_reply(request, size);
}

/* Bytes of one request leave in one piece: an adapter would put gaps between single ones. */
static int hand_over(struct line *line, int64_t now)
{
    size_t size = line->out_size;
    line->out_size = 0;
    if (size == 0)
        return 0;
    echo_sent(&line->echo, line->out, size);
    int result = line->ends.to_device(line->ends.user, line->out, size);
    for (size_t i = 0; line->spoiler.faults.echo && i < size; i++)
        if (!echo_takes(line, now, line->out[i]))
            pass(line, now, LINE_FROM_DEVICE, line->out[i]);
    return result;
}

/* ---- passing on, late --------------------------------------------------------------------------
 */

static void arrive(struct line *line, int64_t stamp, enum line_direction direction, uint8_t byte)
{
    if (direction == LINE_TO_DEVICE || !echo_takes(line, stamp, byte))
        pass(line, stamp, direction, byte);
}

/* Nothing overtakes what is still on its way. */
static void arrive_late(struct line *line, int64_t stamp, enum line_direction direction,
                        const struct line_spoiled *spoiled)
{
    int64_t at = stamp + line->spoiler.faults.delay_ns + spoiled->late_ns;
    if (at == stamp && line->delayed_count == 0) {
        arrive(line, stamp, direction, spoiled->byte);
        return;
    }
    if (line->delayed_count == LINE_DELAYED_MAX) {
        line->overrun++;
        return;
    }
    int last = (line->delayed_first + line->delayed_count - 1) % LINE_DELAYED_MAX;
    if (line->delayed_count > 0 && at < line->delayed[last].stamp)
        at = line->delayed[last].stamp;
    int place = (line->delayed_first + line->delayed_count++) % LINE_DELAYED_MAX;
    line->delayed[place] = (struct line_byte){at, spoiled->byte, (uint8_t)direction};
}

static void relay(struct line *line, int64_t stamp, enum line_direction direction, uint8_t byte)
{
    struct line_spoiled out[LINE_SPOILED_MAX];
    int count = line_spoil(&line->spoiler, stamp, direction, byte, out);
    for (int i = 0; i < count; i++)
        arrive_late(line, stamp, direction, &out[i]);
}

static int read_request(struct line *line, uint8_t *bytes, size_t size)
{
    size_t got = 0;
    while (got < size) {
        struct pollfd ready = {.fd = line->master, .events = POLLIN};
        if (poll(&ready, 1, PAIR_WAIT_MS) == 0)
            return ERROR_IO;
        ssize_t count = read(line->master, bytes + got, size - got);
        if (count > 0)
            got += (size_t)count;
        else if (count == 0 || (errno != EAGAIN && errno != EINTR))
            return ERROR_IO;
    }
    return 0;
}

int line_relay_request(struct line *line, int64_t now, size_t size)
{
    uint8_t bytes[sizeof line->out / LINE_SPOILED_MAX];
    assert(size <= sizeof bytes);
    int result = read_request(line, bytes, size);
    if (result < 0)
        return result;
    return line_send(line, now, bytes, size);
}

int line_send(struct line *line, int64_t now, const uint8_t *bytes, size_t size)
{
    assert(size <= sizeof line->out / LINE_SPOILED_MAX);
    echo_begins(line, bytes, size);
    for (size_t i = 0; i < size; i++)
        relay(line, now, LINE_TO_DEVICE, bytes[i]);
    return hand_over(line, now);
}

void line_from_device(struct line *line, int64_t stamp, uint8_t byte)
{
    relay(line, stamp, LINE_FROM_DEVICE, byte);
}

int line_service(struct line *line, int64_t now)
{
    while (line->delayed_count > 0) {
        struct line_byte next = line->delayed[line->delayed_first];
        if (next.stamp > now || line->out_size == sizeof line->out)
            break;
        line->delayed_first = (line->delayed_first + 1) % LINE_DELAYED_MAX;
        line->delayed_count--;
        arrive(line, next.stamp, (enum line_direction)next.direction, next.byte);
    }
    if (now >= echo_due(line))
        echo_release(line);
    return hand_over(line, now);
}

int64_t line_due(const struct line *line)
{
    int64_t echo = echo_due(line);
    int64_t delayed = line->delayed_count > 0 ? line->delayed[line->delayed_first].stamp
                                              : TIME_NEVER;
    return delayed < echo ? delayed : echo;
}

void line_describe(const struct line *line, char *text, size_t size)
{
    uint64_t shown = line->captured < 24 ? line->captured : 24;
    size_t used = 0;
    int direction = -1;
    if (size > 0)
        text[0] = '\0';
    for (uint64_t i = line->captured - shown; i < line->captured && used + 8 < size; i++) {
        const struct line_byte *byte = &line->capture[i % LINE_CAPTURE_MAX];
        if (byte->direction != direction)
            used += (size_t)snprintf(text + used, size - used, "%s%c", used ? " " : "",
                                     byte->direction == LINE_TO_DEVICE ? '>' : '<');
        direction = byte->direction;
        used += (size_t)snprintf(text + used, size - used, " %02x", byte->byte);
    }
}
