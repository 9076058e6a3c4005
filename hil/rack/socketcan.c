/*
 * A SocketCAN interface. Frames come with the kernel's stamp of their arrival, which is wall time
 * and is brought to CLOCK_MONOTONIC by reading both clocks; stamps of the adapter's own clock are
 * not used, for nobody knows where that clock stands. A controller that goes bus-off is restarted a
 * few times; one that does not come back is a rack that is lost.
 */
#include "hil/rack/can_link.h"

#include "hil/line/serial.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

/* The kernel's own name for a frame is ours as well (hil/rack/slcan.h). */
#define can_frame kernel_can_frame
#include <linux/can.h>
#include <linux/can/raw.h>
#undef can_frame
#include <errno.h>
#include <fcntl.h>
#include <libsocketcan.h>
#include <linux/can/error.h>
#include <linux/capability.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_NS (1 * NS_PER_MS)
#define RETRY_LIMIT_NS (500 * NS_PER_MS)
#define RESTART_NS (100 * NS_PER_MS)
/* Wall time that was set between a stamp and now makes the stamp worthless. */
#define STEP_NS (1 * NS_PER_MS)

enum { WAITING_MAX = 64, BUS_OFFS_MAX = 3, STARTS_MAX = 3 };

struct socketcan {
    struct can_link link; /* first */
    int lock_fd;          /* a name that dies with this process */
    bool started;         /* by us: the interface was down */
    int64_t wall_offset;  /* CLOCK_REALTIME - CLOCK_MONOTONIC when last looked */
    bool wall_known;
    uint32_t dropped;     /* as the kernel last counted */
    struct can_frame waiting[WAITING_MAX]; /* the interface's queue was full */
    int waiting_first, waiting_count;
    int64_t waiting_since, retry_at, restart_at; /* TIME_NEVER: not due */
};

static int fail(struct socketcan *can, const char *what)
{
    char health[260];
    can_health_describe(&can->link.health, health, sizeof health);
    snprintf(can->link.message, sizeof can->link.message, "rack on %s: %s%s%s", can->link.name,
             what, health[0] ? ": " : "", health);
    return ERROR_RACK_LOST;
}

static void set_due(struct socketcan *can)
{
    can->link.due = can->retry_at < can->restart_at ? can->retry_at : can->restart_at;
}

static bool interface_flags(int fd, const char *name, short *flags)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%.15s", name);
    if (ioctl(fd, SIOCGIFFLAGS, &request) != 0)
        return false;
    *flags = request.ifr_flags;
    return true;
}

/* The library writes what netlink refuses to standard error, also where a refusal is no matter:
 * vcan has no controller, slcan no restart. Only the descriptor can be silenced, and that is the
 * whole process's: what another board's thread says in that moment, at the start or after bus-off,
 * is lost with it. */
static int hush(void)
{
    int kept = dup(STDERR_FILENO);
    int none = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (kept >= 0 && none >= 0)
        dup2(none, STDERR_FILENO);
    if (none >= 0)
        close(none);
    return kept;
}

static void speak(int kept)
{
    if (kept < 0)
        return;
    dup2(kept, STDERR_FILENO);
    close(kept);
}

static bool may_administer(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    return syscall(SYS_capget, &header, sets) == 0 &&
           (sets[0].effective & (1u << CAP_NET_ADMIN)) != 0;
}

/* ---- out ---------------------------------------------------------------------------------------
 */

enum sent { SENT, FULL, BROKEN };

static enum sent put(struct socketcan *can, const struct can_frame *frame)
{
    struct kernel_can_frame raw = {.can_id = frame->id, .can_dlc = frame->length};
    memcpy(raw.data, frame->data, frame->length);
    for (;;) {
        if (write(can->link.fd, &raw, sizeof raw) == (ssize_t)sizeof raw)
            return SENT;
        if (errno == EINTR)
            continue;
        /* While it is restarted the interface is down for a moment. */
        bool later = errno == ENOBUFS || errno == EAGAIN ||
                     (errno == ENETDOWN && can->restart_at != TIME_NEVER);
        return later ? FULL : BROKEN;
    }
}

static int gone(struct socketcan *can)
{
    short flags = 0;
    if (!interface_flags(can->link.fd, can->link.name, &flags))
        return fail(can, "the interface is gone; was the adapter unplugged?");
    if (!(flags & IFF_UP))
        return fail(can, "somebody took the interface down; ip link set it up again");
    return 0;
}

static int keep(struct socketcan *can, const struct can_frame *frame, int64_t now)
{
    if (can->waiting_count == WAITING_MAX)
        return fail(can, "the interface takes no frames any more");
    if (can->waiting_count == 0) {
        can->waiting_since = now;
        can->retry_at = now + RETRY_NS;
    }
    can->waiting[(can->waiting_first + can->waiting_count++) % WAITING_MAX] = *frame;
    can->link.health.waits++;
    set_due(can);
    return 0;
}

static int send_frame(struct can_link *link, const struct can_frame *frame)
{
    struct socketcan *can = (struct socketcan *)link;
    if (frame->id > 0x7ff || frame->length > 8)
        return ERROR_OUT_OF_RANGE;
    enum sent sent = can->waiting_count > 0 ? FULL : put(can, frame);
    if (sent == FULL)
        return keep(can, frame, serial_clock_ns());
    if (sent == SENT)
        return 0;
    int result = gone(can);
    return result < 0 ? result : fail(can, strerror(errno));
}

/* A queue that is full tells nobody when it has room again: poll says writable all the time. */
static int retry(struct socketcan *can, int64_t now)
{
    while (can->waiting_count > 0) {
        enum sent sent = put(can, &can->waiting[can->waiting_first]);
        if (sent == BROKEN)
            return gone(can) < 0 ? ERROR_RACK_LOST : fail(can, strerror(errno));
        if (sent == FULL)
            break;
        can->waiting_first = (can->waiting_first + 1) % WAITING_MAX;
        can->waiting_count--;
        can->waiting_since = now;
    }
    can->retry_at = can->waiting_count > 0 ? now + RETRY_NS : TIME_NEVER;
    if (can->waiting_count > 0 && now - can->waiting_since > RETRY_LIMIT_NS &&
        can->restart_at == TIME_NEVER)
        return fail(can, "the interface has taken no frame for 500 ms");
    return 0;
}

/* ---- in ----------------------------------------------------------------------------------------
 */

/* When the frame came, or by a microsecond or two later; now, when wall time cannot be trusted. */
static int64_t stamp_of(struct socketcan *can, struct msghdr *message)
{
    int64_t offset = serial_epoch_ns(); /* too small by what reading two clocks takes: stamps are late */
    int64_t now = serial_clock_ns(), stamp = now;
    bool stepped = can->wall_known && llabs(offset - can->wall_offset) > STEP_NS;
    can->wall_offset = offset;
    can->wall_known = true;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        struct timespec wall;
        if (part->cmsg_level != SOL_SOCKET)
            continue;
        if (part->cmsg_type == SO_TIMESTAMPNS && !stepped) {
            memcpy(&wall, CMSG_DATA(part), sizeof wall);
            stamp = (int64_t)wall.tv_sec * NS_PER_S + wall.tv_nsec - offset;
        }
        if (part->cmsg_type == SO_RXQ_OVFL) {
            uint32_t dropped;
            memcpy(&dropped, CMSG_DATA(part), sizeof dropped);
            can->link.health.dropped += dropped - can->dropped;
            can->dropped = dropped;
        }
    }
    return stamp > now || stamp < now - NS_PER_S ? now : stamp;
}

/* The counters come with some error frames only; bus-off begins a restart. */
static int take_error(struct socketcan *can, const struct kernel_can_frame *raw)
{
    struct can_health *health = &can->link.health;
    enum can_bus_state before = health->state;
    can_health_error_frame(health, raw->can_id & CAN_ERR_MASK, raw->data);
    if (health->state == CAN_BUS_OFF && before != CAN_BUS_OFF)
        can->restart_at = serial_clock_ns() + RESTART_NS;
    if (health->state != CAN_BUS_OFF)
        can->restart_at = TIME_NEVER;
    set_due(can);
    return health->bus_offs_in_a_row > BUS_OFFS_MAX
               ? fail(can, "the controller goes bus-off again and again")
               : 0;
}

static int take(struct socketcan *can, const struct can_link_listener *listener,
                const struct kernel_can_frame *raw, int64_t stamp)
{
    struct can_frame frame = {.id = (uint16_t)(raw->can_id & CAN_SFF_MASK),
                              .length = raw->can_dlc};
    if (raw->can_id & CAN_ERR_FLAG)
        return take_error(can, raw);
    if ((raw->can_id & (CAN_EFF_FLAG | CAN_RTR_FLAG)) || raw->can_dlc > 8)
        return 0;
    memcpy(frame.data, raw->data, frame.length);
    can_health_good(&can->link.health);
    listener->frame(listener->user, stamp, &frame);
    return 0;
}

static int receive(struct can_link *link, const struct can_link_listener *listener, bool hung_up)
{
    struct socketcan *can = (struct socketcan *)link;
    (void)hung_up; /* the socket says why when it is read */
    for (;;) {
        struct kernel_can_frame raw;
        char control[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
        struct iovec part = {&raw, sizeof raw};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        ssize_t got = recvmsg(link->fd, &message, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        int result = got == (ssize_t)sizeof raw
                         ? take(can, listener, &raw, stamp_of(can, &message))
                         : gone(can); /* down for a moment, by our own restart: 0 */
        if (result < 0)
            return result;
    }
}

/* ---- bus-off -----------------------------------------------------------------------------------
 */

/* The kernel's slcan waits 1 s for its adapter to take the opening commands, behind whatever a
 * program before this one left in its line. 0, or -1 with errno, after so many tries. */
static int start(const char *name, int *tries)
{
    int result = -1;
    for (*tries = 0; result != 0 && *tries < STARTS_MAX; ++*tries) {
        result = can_do_start(name);
        if (result != 0 && errno != ETIMEDOUT)
            break;
    }
    return result;
}

/* Not every driver restarts on demand; down and up does it everywhere. */
static bool restart(struct socketcan *can)
{
    if (!may_administer())
        return false;
    int tries, kept = hush();
    bool done = can_do_restart(can->link.name) == 0 ||
                (can_do_stop(can->link.name) == 0 && start(can->link.name, &tries) == 0);
    speak(kept);
    return done;
}

static int restart_if_due(struct socketcan *can, int64_t now)
{
    int state = CAN_STATE_BUS_OFF;
    struct can_health *health = &can->link.health;
    if (now < can->restart_at)
        return 0;
    can->restart_at = TIME_NEVER;
    int kept = hush();
    bool known = can_get_state(can->link.name, &state) == 0;
    speak(kept);
    if (known && state < CAN_STATE_BUS_OFF) {
        can_health_state(health, (enum can_bus_state)state); /* it did so by itself */
        return 0;
    }
    if (!restart(can))
        return fail(can, may_administer()
                             ? "bus-off, and it cannot be restarted"
                             : "bus-off, and only root may restart it; let it do so by itself: ip "
                               "link set .. type can restart-ms 100");
    can_health_state(health, CAN_BUS_ACTIVE);
    return 0;
}

static int service(struct can_link *link, int64_t now)
{
    struct socketcan *can = (struct socketcan *)link;
    int result = restart_if_due(can, now);
    if (result == 0 && now >= can->retry_at)
        result = retry(can, now);
    set_due(can);
    return result;
}

static void close_link(struct can_link *link)
{
    struct socketcan *can = (struct socketcan *)link;
    close(link->fd);
    if (can->started)
        can_do_stop(link->name);
    close(can->lock_fd);
    free(can);
}

static const struct can_link_ops ops = {receive, send_frame, service, close_link};

/* ---- opening -----------------------------------------------------------------------------------
 */

struct refusal {
    char *message;
    size_t size;
};

static int refuse(const struct refusal *refusal, const char *name, const char *what)
{
    snprintf(refusal->message, refusal->size, "rack on %s: %s", name, what);
    return ERROR_RACK_LOST;
}

static int open_socket(struct socketcan *can, const struct refusal *refusal)
{
    can->link.fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW);
    if (can->link.fd >= 0)
        return 0;
    if (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT)
        return refuse(refusal, can->link.name,
                      "this kernel has no CAN sockets; load them (modprobe can-raw) or use a kernel "
                      "that has them. A name with a \"/\" in it is an slcan adapter's device");
    return refuse(refusal, can->link.name, strerror(errno));
}

static int check_interface(struct socketcan *can, const struct refusal *refusal)
{
    struct ifreq request = {0};
    if (strlen(can->link.name) >= IFNAMSIZ)
        return refuse(refusal, can->link.name, "no interface has such a long name");
    snprintf(request.ifr_name, sizeof request.ifr_name, "%.15s", can->link.name);
    if (ioctl(can->link.fd, SIOCGIFHWADDR, &request) != 0)
        return refuse(refusal, can->link.name,
                      errno == ENODEV ? "there is no such interface; list those that are there: ip "
                                        "-br link show type can"
                                      : strerror(errno));
    if (request.ifr_hwaddr.sa_family != ARPHRD_CAN)
        return refuse(refusal, can->link.name, "it is no CAN interface");
    return 0;
}

/* Two benches on one rack would pull it to and fro. The name goes with its process, however that
 * ends. */
static int take_lock(struct socketcan *can, const struct refusal *refusal)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "meterbench/rack/%s",
                          can->link.name);
    can->lock_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    if (can->lock_fd >= 0 && bind(can->lock_fd, (struct sockaddr *)&address, size) == 0)
        return 0;
    return refuse(refusal, can->link.name,
                  errno == EADDRINUSE ? "another meterbench uses this rack; end that one"
                                      : strerror(errno));
}

static void note(struct socketcan *can, const char *what)
{
    size_t used = strlen(can->link.notes);
    snprintf(can->link.notes + used, sizeof can->link.notes - used, "%s%s", used ? "; " : "", what);
}

/* An interface that is up has a bit rate of somebody's choice: it is compared, not changed. vcan
 * and slcan's own speed setting have none to compare. */
static int check_rate(struct socketcan *can, int bitrate, const struct refusal *refusal)
{
    struct can_bittiming timing;
    char text[256];
    if (can_get_bittiming(can->link.name, &timing) != 0 || timing.bitrate == 0) {
        note(can, "the interface tells no bit rate");
        return 0;
    }
    if ((int)timing.bitrate == bitrate)
        return 0;
    snprintf(text, sizeof text,
             "it is up at %u bit/s, the bench wants %d; take it down (ip link set %s down) and the "
             "bench sets it, or name this rate in the bench file",
             timing.bitrate, bitrate, can->link.name);
    return refuse(refusal, can->link.name, text);
}

static int bring_up(struct socketcan *can, int bitrate, const struct refusal *refusal)
{
    const char *name = can->link.name;
    char text[400];
    snprintf(text, sizeof text,
             "the interface is down and could not be started; as root: ip link set %s up type can "
             "bitrate %d restart-ms 100",
             name, bitrate);
    if (!may_administer())
        return refuse(refusal, name, text);
    if (can_set_bitrate(name, (__u32)bitrate) != 0)
        note(can, "the interface takes no bit rate");
    if (can_set_restart_ms(name, RESTART_NS / NS_PER_MS) != 0)
        note(can, "it does not restart by itself after bus-off: the bench does it");
    int tries;
    if (start(name, &tries) != 0) {
        size_t used = strlen(text); /* the library leaves netlink's error */
        snprintf(text + used, sizeof text - used, " (%s)", strerror(errno));
        return refuse(refusal, name, text);
    }
    if (tries > 1)
        note(can, "the adapter was slow to open: it read nothing for a second");
    can->started = true;
    return 0;
}

static int prepare(struct socketcan *can, int bitrate, const struct refusal *refusal)
{
    short flags = 0;
    int state;
    if (!interface_flags(can->link.fd, can->link.name, &flags))
        return refuse(refusal, can->link.name, strerror(errno));
    int kept = hush();
    int result = flags & IFF_UP ? check_rate(can, bitrate, refusal)
                                : bring_up(can, bitrate, refusal);
    if (result == 0 && can_get_state(can->link.name, &state) == 0 && state <= CAN_STATE_BUS_OFF)
        can_health_state(&can->link.health, (enum can_bus_state)state);
    if (can->link.health.state == CAN_BUS_OFF)
        can->restart_at = 0;
    speak(kept);
    return result;
}

/* The rack's reports (rack_frames.h) and every error frame. */
static int bind_socket(struct socketcan *can, const struct refusal *refusal)
{
    const canid_t kind = CAN_EFF_FLAG | CAN_RTR_FLAG;
    const struct can_filter filters[] = {{0x210, 0x7f8 | kind}, {0x220, CAN_SFF_MASK | kind}};
    const can_err_mask_t errors = CAN_ERR_MASK;
    const int on = 1;
    struct sockaddr_can address = {.can_family = AF_CAN,
                                   .can_ifindex = (int)if_nametoindex(can->link.name)};
    int fd = can->link.fd;
    if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, filters, sizeof filters) != 0 ||
        setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return refuse(refusal, can->link.name, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on); /* a count that may be missing */
    return 0;
}

struct can_link *socketcan_open(const char *interface, int bitrate, int *error, char *message,
                                size_t size)
{
    const struct refusal refusal = {message, size};
    struct socketcan *can = calloc(1, sizeof *can);
    *error = ERROR_NO_MEMORY;
    if (!can)
        return NULL;
    can->link.ops = &ops;
    can->link.fd = can->lock_fd = -1;
    can->retry_at = can->restart_at = TIME_NEVER;
    snprintf(can->link.name, sizeof can->link.name, "%s", interface);
    *error = open_socket(can, &refusal);
    *error = *error == 0 ? check_interface(can, &refusal) : *error;
    *error = *error == 0 ? take_lock(can, &refusal) : *error;
    *error = *error == 0 ? prepare(can, bitrate, &refusal) : *error;
    *error = *error == 0 ? bind_socket(can, &refusal) : *error;
    set_due(can);
    if (*error == 0)
        return &can->link;
    if (can->link.fd >= 0)
        close(can->link.fd);
    if (can->lock_fd >= 0)
        close(can->lock_fd);
    free(can);
    return NULL;
}
