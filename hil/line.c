#include "hil/line.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

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
    return tcsetattr(line->slave, TCSANOW, &raw) == 0;
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
    line->faults = *faults;
}

static void capture(struct line *line, int64_t stamp, enum line_direction direction, uint8_t byte)
{
    line->capture[line->captured++ % LINE_CAPTURE_MAX] =
        (struct line_byte){stamp, byte, (uint8_t)direction};
}

/* ---- faults -----------------------------------------------------------------------------------
 */

/* What becomes of one byte on a bad line: 0, 1 or 2 bytes into `out`. */
static int spoil(struct line *line, uint8_t byte, uint8_t out[2])
{
    const struct line_faults *faults = &line->faults;
    if (faults->drop_ppm && random_chance_ppm(&line->random, faults->drop_ppm)) {
        line->dropped++;
        return 0;
    }
    if (faults->corrupt_ppm && random_chance_ppm(&line->random, faults->corrupt_ppm)) {
        line->corrupted++;
        byte ^= (uint8_t)(1u << random_below(&line->random, 8));
    }
    out[0] = out[1] = byte;
    if (faults->duplicate_ppm && random_chance_ppm(&line->random, faults->duplicate_ppm)) {
        line->duplicated++;
        return 2;
    }
    return 1;
}

/* ---- passing on -------------------------------------------------------------------------------
 */

/* Bytes of one request leave in one piece: an adapter would put gaps between single ones. */
static int hand_over(struct line *line)
{
    size_t size = line->out_size;
    line->out_size = 0;
    return size > 0 ? line->ends.to_device(line->ends.user, line->out, size) : 0;
}

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

static void pass_or_delay(struct line *line, int64_t stamp, enum line_direction direction,
                          uint8_t byte)
{
    if (line->faults.delay_ns <= 0 && line->delayed_count == 0) {
        pass(line, stamp, direction, byte);
        return;
    }
    if (line->delayed_count == LINE_DELAYED_MAX) {
        line->overrun++;
        return;
    }
    int at = (line->delayed_first + line->delayed_count++) % LINE_DELAYED_MAX;
    line->delayed[at] = (struct line_byte){stamp + line->faults.delay_ns, byte, (uint8_t)direction};
}

static void relay(struct line *line, int64_t stamp, enum line_direction direction, uint8_t byte)
{
    uint8_t out[2];
    int count = spoil(line, byte, out);
    for (int i = 0; i < count; i++)
        pass_or_delay(line, stamp, direction, out[i]);
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
    uint8_t bytes[sizeof line->out / 2]; /* each byte may be doubled */
    assert(size <= sizeof bytes);
    int result = read_request(line, bytes, size);
    if (result < 0)
        return result;
    return line_send(line, now, bytes, size);
}

int line_send(struct line *line, int64_t now, const uint8_t *bytes, size_t size)
{
    assert(size <= sizeof line->out / 2);
    for (size_t i = 0; i < size; i++)
        relay(line, now, LINE_TO_DEVICE, bytes[i]);
    return hand_over(line);
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
        pass(line, next.stamp, (enum line_direction)next.direction, next.byte);
    }
    return hand_over(line);
}

int64_t line_due(const struct line *line)
{
    return line->delayed_count > 0 ? line->delayed[line->delayed_first].stamp : TIME_NEVER;
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
