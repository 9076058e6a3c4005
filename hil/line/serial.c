#include "hil/line/serial.h"

#include "hil/line/port_lock.h"
#include "hil/line/serial_latency.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { WRITE_WAIT_MS = 500 };

static const struct {
    int baud;
    speed_t speed;
} speeds[] = {
    {300, B300},       {600, B600},       {1200, B1200},     {2400, B2400},   {4800, B4800},
    {9600, B9600},     {19200, B19200},   {38400, B38400},   {57600, B57600}, {115200, B115200},
    {230400, B230400}, {460800, B460800}, {921600, B921600},
};

int64_t serial_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t serial_epoch_ns(void)
{
    struct timespec civil;
    clock_gettime(CLOCK_REALTIME, &civil);
    return (int64_t)civil.tv_sec * 1000000000 + civil.tv_nsec - serial_clock_ns();
}

int64_t serial_character_ns(const struct serial_settings *settings)
{
    int bits = 1 + 8 + (settings->parity != 'N') + settings->stop_bits;
    return bits * NS_PER_S / settings->baud;
}

static int refuse(char *message, size_t size, const char *path, const char *what, const char *mend)
{
    snprintf(message, size, "port %s: %s; %s", path, what, mend);
    return ERROR_PORT;
}

static speed_t speed_of(int baud)
{
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        if (speeds[i].baud == baud)
            return speeds[i].speed;
    return B0;
}

/* A pseudo terminal has no parity, and refuses it only sometimes. */
static bool configure(int fd, const struct serial_settings *settings, bool has_parity)
{
    struct termios wanted, is;
    if (tcgetattr(fd, &wanted) != 0)
        return false;
    cfmakeraw(&wanted);
    wanted.c_cflag |= CLOCAL | CREAD;
    wanted.c_cflag &= ~(tcflag_t)(CSTOPB | PARENB | PARODD | CRTSCTS);
    wanted.c_cflag |= settings->stop_bits == 2 ? CSTOPB : 0;
    wanted.c_cflag |= has_parity && settings->parity != 'N' ? PARENB : 0;
    wanted.c_cflag |= has_parity && settings->parity == 'O' ? PARODD : 0;
    wanted.c_cc[VMIN] = 0;
    wanted.c_cc[VTIME] = 0;
    speed_t speed = speed_of(settings->baud);
    if (cfsetspeed(&wanted, speed) != 0 || tcsetattr(fd, TCSANOW, &wanted) != 0)
        return false;
    /* tcsetattr succeeds if anything could be set, so look. */
    return tcgetattr(fd, &is) == 0 && cfgetospeed(&is) == speed && cfgetispeed(&is) == speed;
}

static int set_up(struct serial *serial, const struct serial_settings *settings, char *message,
                  size_t size)
{
    char what[80];
    if (!configure(serial->fd, settings, !port_is_pseudo_terminal(serial->fd))) {
        snprintf(what, sizeof what, "it does not do %d baud, parity %c, %d stop bits",
                 settings->baud, settings->parity, settings->stop_bits);
        return refuse(message, size, serial->path, what, "choose what board and adapter both can");
    }
    serial->resolution_ns =
        serial_latency_lower(serial->fd, port_lock_keeps_latency(serial->path));
    tcflush(serial->fd, TCIOFLUSH);
    return 0;
}

int serial_open(struct serial *serial, const char *path, const struct serial_settings *settings,
                char *message, size_t size)
{
    snprintf(serial->path, sizeof serial->path, "%s", path);
    serial->fd = -1;
    if (speed_of(settings->baud) == B0) {
        char what[64];
        snprintf(what, sizeof what, "%d baud is not a standard speed", settings->baud);
        return refuse(message, size, path, what, "300 to 921600 are known");
    }
    int fd = port_lock_open(path, message, size);
    if (fd < 0)
        return fd;
    serial->fd = fd;
    int result = set_up(serial, settings, message, size);
    if (result < 0)
        serial_close(serial);
    return result;
}

void serial_close(struct serial *serial)
{
    if (serial->fd >= 0)
        port_lock_close(serial->fd);
    serial->fd = -1;
}

int serial_read(struct serial *serial, uint8_t *bytes, size_t capacity)
{
    for (;;) {
        ssize_t got = read(serial->fd, bytes, capacity);
        if (got > 0)
            return (int)got;
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 || errno == EAGAIN) /* VMIN = 0: nothing there also reads as 0 */
            return 0;
        return ERROR_PORT_LOST;
    }
}

int serial_write(struct serial *serial, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(serial->fd, bytes, size);
        if (done > 0) {
            bytes += done;
            size -= (size_t)done;
            continue;
        }
        if (done < 0 && errno == EINTR)
            continue;
        struct pollfd room = {.fd = serial->fd, .events = POLLOUT};
        bool full = done == 0 || errno == EAGAIN;
        if (!full || poll(&room, 1, WRITE_WAIT_MS) <= 0 || (room.revents & (POLLERR | POLLHUP)))
            return ERROR_PORT_LOST;
    }
    return 0;
}
