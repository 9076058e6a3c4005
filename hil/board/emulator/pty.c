#define _GNU_SOURCE
#include "pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool make_raw(int fd)
{
    struct termios settings;

    if (tcgetattr(fd, &settings) != 0)
        return false;
    cfmakeraw(&settings);
    cfsetspeed(&settings, B9600);
    return tcsetattr(fd, TCSANOW, &settings) == 0;
}

bool pty_open(struct pty *pty)
{
    memset(pty, 0, sizeof *pty);
    pty->slave = -1;
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (pty->master < 0)
        return false;
    if (grantpt(pty->master) != 0 || unlockpt(pty->master) != 0 ||
        ptsname_r(pty->master, pty->name, sizeof pty->name) != 0)
        return false;
    pty->slave = open(pty->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return pty->slave >= 0 && make_raw(pty->slave);
}

void pty_close(struct pty *pty)
{
    if (pty->slave >= 0)
        close(pty->slave);
    if (pty->master >= 0)
        close(pty->master);
}

uint32_t pty_baud(const struct pty *pty)
{
    static const struct {
        speed_t speed;
        uint32_t baud;
    } speeds[] = {
        { B300, 300 }, { B600, 600 }, { B1200, 1200 }, { B2400, 2400 }, { B4800, 4800 },
        { B9600, 9600 }, { B19200, 19200 }, { B38400, 38400 }, { B57600, 57600 },
        { B115200, 115200 }, { B230400, 230400 },
    };
    struct termios settings;
    speed_t speed;
    size_t i;

    if (tcgetattr(pty->slave, &settings) != 0)
        return 0;
    speed = cfgetospeed(&settings);
    for (i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        if (speeds[i].speed == speed)
            return speeds[i].baud;
    return 0;
}

bool pty_put(struct pty *pty, const void *bytes, size_t length)
{
    const uint8_t *from = bytes;

    if (length > PTY_PENDING_MAX - pty->count)
        return false;
    while (length--)
        pty->pending[(pty->first + pty->count++) % PTY_PENDING_MAX] = *from++;
    return true;
}

void pty_flush(struct pty *pty)
{
    while (pty->count) {
        size_t length = PTY_PENDING_MAX - pty->first;
        ssize_t done;

        if (length > pty->count)
            length = pty->count;
        done = write(pty->master, pty->pending + pty->first, length);
        if (done <= 0)
            return;
        pty->first = (pty->first + (size_t)done) % PTY_PENDING_MAX;
        pty->count -= (size_t)done;
    }
}

size_t pty_read(struct pty *pty, uint8_t *bytes, size_t size)
{
    ssize_t got = read(pty->master, bytes, size);

    return got > 0 ? (size_t)got : 0;
}
