#include "hil/line/serial_latency.h"

#include "hil/line/port_lock.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <linux/serial.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A pseudo terminal's other end works in slices. An adapter that shows no timer may have one. */
#define PTY_RESOLUTION_NS (2 * NS_PER_MS)
#define LOW_LATENCY_RESOLUTION_NS (2 * NS_PER_MS)
#define ADAPTER_RESOLUTION_NS (16 * NS_PER_MS)

int serial_latency_timer_ms(int fd)
{
    char link[48], device[200], path[300];
    int ms = -1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, device, sizeof device - 1);
    device[length > 0 ? length : 0] = '\0';
    const char *slash = strrchr(device, '/');
    if (!slash)
        return -1;
    snprintf(path, sizeof path, "/sys/class/tty/%s/device/latency_timer", slash + 1);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%d", &ms) != 1)
        ms = -1;
    if (file)
        fclose(file);
    return ms;
}

static bool set_flag(int fd)
{
    struct serial_struct port;
    if (ioctl(fd, TIOCGSERIAL, &port) != 0)
        return false;
    if (port.flags & ASYNC_LOW_LATENCY)
        return true;
    port.flags |= ASYNC_LOW_LATENCY;
    return ioctl(fd, TIOCSSERIAL, &port) == 0;
}

int64_t serial_latency_lower(int fd, bool keep)
{
    if (port_is_pseudo_terminal(fd))
        return PTY_RESOLUTION_NS;
    bool low = !keep && set_flag(fd);
    int timer_ms = serial_latency_timer_ms(fd);
    if (timer_ms >= 0)
        return (timer_ms + 1) * NS_PER_MS; /* and a USB frame */
    return low ? LOW_LATENCY_RESOLUTION_NS : ADAPTER_RESOLUTION_NS;
}

void serial_latency_describe(int fd, int before_ms, char *text, size_t size)
{
    struct serial_struct port;
    int after_ms = serial_latency_timer_ms(fd);
    if (port_is_pseudo_terminal(fd))
        snprintf(text, size, "pseudo-terminal: no latency timer, no low latency");
    else if (after_ms >= 0)
        snprintf(text, size, "latency timer %d ms -> %d ms", before_ms, after_ms);
    else if (ioctl(fd, TIOCGSERIAL, &port) != 0)
        snprintf(text, size, "no latency timer, low latency refused: %s", strerror(errno));
    else
        snprintf(text, size, "no latency timer, low latency %s",
                 port.flags & ASYNC_LOW_LATENCY ? "set" : "not set");
}
