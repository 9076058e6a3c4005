#include "hil/serve/serve_wire.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

/* ---- opening ----------------------------------------------------------------------------------- */

static int fail(char *message, size_t size, int error, const char *where, const char *mend)
{
    snprintf(message, size, "%s: %s; %s", where, strerror(errno), mend);
    return error;
}

/* Three and a half characters; above 19200 baud the standard keeps 1.75 ms. A port's adapter may hold bytes back. */
static int64_t modbus_gap_ns(const struct serve_config *config, int64_t resolution_ns)
{
    int64_t gap = serial_character_ns(&config->line) * 7 / 2;
    if (config->line.baud > 19200)
        gap = 1750 * NS_PER_US;
    return gap > resolution_ns ? gap : resolution_ns;
}

static void start_channel(struct serve_channel *channel, int fd, const struct serve_config *config,
                          int64_t resolution_ns)
{
    memset(channel, 0, sizeof *channel);
    channel->fd = fd;
    channel->character_ns = serial_character_ns(&config->line);
    channel->gap_ns = modbus_gap_ns(config, resolution_ns);
    dlt645_receiver_init(&channel->receiver);
}

static int open_pty(struct serve_wire *wire, const struct serve_config *config, char *message,
                    size_t size)
{
    struct termios raw;
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail(message, size, ERROR_IO, "no pseudo terminal", "is /dev/pts mounted?");
    start_channel(&wire->channels[0], fd, config, 0);
    if (grantpt(fd) != 0 || unlockpt(fd) != 0 ||
        ptsname_r(fd, wire->where, sizeof wire->where) != 0 ||
        (wire->kept = open(wire->where, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 ||
        tcgetattr(wire->kept, &raw) != 0)
        return fail(message, size, ERROR_IO, "no pseudo terminal", "is /dev/pts mounted?");
    cfmakeraw(&raw);
    if (tcsetattr(wire->kept, TCSANOW, &raw) != 0)
        return fail(message, size, ERROR_IO, wire->where, "it cannot be set up");
    return 0;
}

static int open_port(struct serve_wire *wire, const struct serve_config *config, char *message,
                     size_t size)
{
    int result = serial_open(&wire->serial, config->port, &config->line, message, size);
    if (result < 0)
        return result;
    snprintf(wire->where, sizeof wire->where, "%s", config->port);
    start_channel(&wire->channels[0], wire->serial.fd, config, wire->serial.resolution_ns);
    return 0;
}

/* Only the loopback: a building of meters with known passwords is no service for a network. */
static bool read_address(const char *text, struct sockaddr_in *address)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    if (!colon || length >= sizeof host)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)length, text);
    char *end;
    long port = strtol(colon + 1, &end, 10);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return end != colon + 1 && *end == '\0' && port >= 0 && port <= 65535 &&
           inet_pton(AF_INET, host, &address->sin_addr) == 1 &&
           (ntohl(address->sin_addr.s_addr) >> 24) == 127;
}

static int open_tcp(struct serve_wire *wire, const struct serve_config *config, char *message,
                    size_t size)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int yes = 1;
    if (!read_address(config->tcp, &address)) {
        snprintf(message, size, "--tcp %s: expected an address of this machine, as in 127.0.0.1:0",
                 config->tcp);
        return ERROR_INVALID_ARGUMENT;
    }
    wire->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (wire->listener < 0 ||
        setsockopt(wire->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(wire->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(wire->listener, 4) != 0 ||
        getsockname(wire->listener, (struct sockaddr *)&address, &length) != 0)
        return fail(message, size, ERROR_IO, config->tcp, "port 0 takes a free one");
    char host[INET_ADDRSTRLEN] = "";
    inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    snprintf(wire->where, sizeof wire->where, "%s:%d", host, ntohs(address.sin_port));
    return 0;
}

int serve_wire_open(struct serve_wire *wire, const struct serve_config *config, char *message,
                    size_t size)
{
    memset(wire, 0, sizeof *wire);
    wire->listener = wire->kept = wire->serial.fd = -1;
    for (int i = 0; i < SERVE_CHANNELS_MAX; i++)
        wire->channels[i].fd = -1;
    int result = config->tcp    ? open_tcp(wire, config, message, size)
                 : config->port ? open_port(wire, config, message, size)
                                : open_pty(wire, config, message, size);
    if (result < 0)
        serve_wire_close(wire);
    return result;
}

void serve_wire_close(struct serve_wire *wire)
{
    for (int i = 0; i < SERVE_CHANNELS_MAX; i++) {
        int fd = wire->channels[i].fd;
        if (fd >= 0 && fd != wire->serial.fd)
            close(fd);
        wire->channels[i].fd = -1;
    }
    serial_close(&wire->serial);
    if (wire->kept >= 0)
        close(wire->kept);
    if (wire->listener >= 0)
        close(wire->listener);
    wire->kept = wire->listener = -1;
}

/* ---- waiting ----------------------------------------------------------------------------------- */

bool serve_wire_wait(struct serve_wire *wire, int64_t until, int standard_input)
{
    struct pollfd polled[SERVE_CHANNELS_MAX + 2] = {{.fd = standard_input, .events = POLLIN},
                                                    {.fd = wire->listener, .events = POLLIN}};
    for (int i = 0; i < SERVE_CHANNELS_MAX; i++)
        if (!wire->channels[i].ended)
            polled[i + 2] = (struct pollfd){.fd = wire->channels[i].fd, .events = POLLIN};
        else
            polled[i + 2] = (struct pollfd){.fd = -1};
    int64_t left = until - serial_clock_ns();
    if (left < 0)
        left = 0;
    const struct timespec timeout = {left / NS_PER_S, left % NS_PER_S};
    int ready = ppoll(polled, SERVE_CHANNELS_MAX + 2, &timeout, NULL);
    return ready > 0 && polled[0].revents != 0;
}

void serve_wire_accept(struct serve_wire *wire, const struct serve_config *config)
{
    if (wire->listener < 0)
        return;
    int fd = accept4(wire->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    for (int i = 0; i < SERVE_CHANNELS_MAX; i++) {
        struct serve_channel *channel = &wire->channels[i];
        if (channel->fd >= 0)
            continue;
        start_channel(channel, fd, config, 0);
        channel->is_tcp = true;
        channel->character_ns = 0;
        return;
    }
    close(fd); /* one too many */
}

/* ---- queues ------------------------------------------------------------------------------------ */

bool serve_queue_put(struct serve_queue *queue, int64_t due, uint8_t byte)
{
    if (queue->count == SERVE_OUT_MAX)
        return false;
    int last = (queue->first + queue->count - 1 + SERVE_OUT_MAX) % SERVE_OUT_MAX;
    if (queue->count > 0 && due < queue->bytes[last].due)
        due = queue->bytes[last].due;
    queue->bytes[(queue->first + queue->count++) % SERVE_OUT_MAX] = (struct serve_byte){due, byte};
    return true;
}

bool serve_queue_take(struct serve_queue *queue, int64_t now, uint8_t *byte)
{
    if (serve_queue_due(queue) > now)
        return false;
    *byte = queue->bytes[queue->first].byte;
    queue->first = (queue->first + 1) % SERVE_OUT_MAX;
    queue->count--;
    return true;
}

int64_t serve_queue_due(const struct serve_queue *queue)
{
    return queue->count > 0 ? queue->bytes[queue->first].due : TIME_NEVER;
}

/* ---- bytes ------------------------------------------------------------------------------------- */

static int lose(struct serve_wire *wire, struct serve_channel *channel)
{
    bool is_port = channel->fd == wire->serial.fd;
    if (!channel->is_tcp)
        return is_port ? ERROR_PORT_LOST : ERROR_IO;
    close(channel->fd);
    channel->fd = -1;
    return 0;
}

int serve_channel_read(struct serve_wire *wire, struct serve_channel *channel, uint8_t *bytes,
                       size_t capacity)
{
    ssize_t got = read(channel->fd, bytes, capacity);
    if (got > 0)
        return (int)got;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got < 0)
        return lose(wire, channel);
    channel->ended = channel->is_tcp; /* of a port, VMIN = 0: nothing there also reads as 0 */
    return 0;
}

void serve_channel_put(struct serve_wire *wire, struct serve_channel *channel, int64_t at,
                       uint8_t byte)
{
    int64_t from = at > channel->quiet_at ? at : channel->quiet_at;
    channel->quiet_at = from + channel->character_ns;
    wire->overrun += !serve_queue_put(&channel->out, channel->quiet_at, byte);
}

int serve_channel_flush(struct serve_wire *wire, struct serve_channel *channel, int64_t now)
{
    uint8_t bytes[SERVE_OUT_MAX];
    size_t size = 0;
    while (size < sizeof bytes && serve_queue_take(&channel->out, now, &bytes[size]))
        size++;
    if (size == 0)
        return channel->ended && channel->out.count == 0 ? lose(wire, channel) : 0;
    ssize_t done = write(channel->fd, bytes, size);
    if (done < 0 && errno != EAGAIN && errno != EINTR)
        return lose(wire, channel);
    wire->overrun += size - (size_t)(done > 0 ? done : 0); /* nobody read for 4 KiB: gone, as on a wire */
    return 0;
}
