/*
 * The rack on real CAN interfaces. It runs as root under a kernel of its own (socketcan.sh), so it
 * may make, break and remove interfaces: vcan with a rack played by this program, and the kernel's
 * slcan on a pseudo-terminal with an adapter played by this program, which goes error passive and
 * bus-off as told.
 */
#include "../hil/cmocka_all.h"

#include "hil/line/serial.h"
#include "hil/rack/can_link.h"
#include "hil/rack/rack.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#define can_frame kernel_can_frame
#include <linux/can.h>
#include <linux/can/raw.h>
#undef can_frame
#include <fcntl.h>
#include <libsocketcan.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#ifndef N_SLCAN
#define N_SLCAN 17
#endif

#define RACK_AHEAD_NS (5 * NS_PER_S) /* the rack's clock was switched on before */

#define PATIENCE_NS (30 * NS_PER_S) /* for what must come: the guest may be starved */

static void command(const char *text)
{
    if (system(text) != 0)
        fail_msg("%s: failed", text);
}

/* ---- a rack on a vcan --------------------------------------------------------------------------
 */

struct bench {
    char name[16];
    int rack_fd; /* the rack's socket */
    uint8_t counter;
    int64_t status_due;
    bool mute;
    struct can_link *link;
    struct can_port port;
    struct rack rack;
    int acknowledged, contacts, error;
    int64_t true_at, earliest, latest, arrived; /* of the contacts */
};

/* What is open: a test that fails leaves it to the teardown. The structs are static for that. */
static struct can_link *links[3];
static struct bench *benches[2];

static int port_send(struct can_port *port, const struct can_frame *frame)
{
    struct bench *bench = (struct bench *)((char *)port - offsetof(struct bench, port));
    return bench->link->ops->send(bench->link, frame);
}

static void on_fact(void *user, const struct rack_fact *fact)
{
    struct bench *bench = user;
    if (fact->id == RACK_ACK)
        bench->acknowledged++;
    if (fact->id == RACK_CONTACTS) {
        bench->contacts++;
        bench->earliest = fact->earliest;
        bench->latest = fact->latest;
        bench->arrived = fact->arrived;
    }
}

static void on_frame(void *user, int64_t stamp, const struct can_frame *frame)
{
    rack_receive(&((struct bench *)user)->rack, stamp, frame);
}

static int rack_socket(const char *name)
{
    struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = (int)if_nametoindex(name)};
    int fd = socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static struct can_link *must_open(const char *name)
{
    char message[400] = "";
    int error = 0;
    struct can_link *link = can_link_open(name, 0, &error, message, sizeof message);
    if (!link)
        fail_msg("%s", message);
    for (int i = 0; i < 3; i++) {
        if (!links[i]) {
            links[i] = link;
            return link;
        }
    }
    fail_msg("too many links are open");
    return NULL;
}

static void shut(struct can_link *link)
{
    for (int i = 0; i < 3; i++)
        if (links[i] == link)
            links[i] = NULL;
    link->ops->close(link);
}

static void must_refuse(const char *name, const char *words)
{
    char message[400] = "";
    int error = 0;
    struct can_link *link = can_link_open(name, 0, &error, message, sizeof message);
    assert_null(link);
    assert_int_equal(error, ERROR_RACK_LOST);
    if (!strstr(message, words))
        fail_msg("\"%s\" is not in \"%s\"", words, message);
    print_message("  %s\n", message);
}

static void bench_open(struct bench *bench, const char *name)
{
    const struct rack_listener listener = {on_fact, bench};
    memset(bench, 0, sizeof *bench);
    snprintf(bench->name, sizeof bench->name, "%s", name);
    bench->rack_fd = rack_socket(name);
    benches[benches[0] ? 1 : 0] = bench;
    bench->link = must_open(name);
    bench->port.send = port_send;
    rack_start(&bench->rack, &bench->port, &listener, serial_clock_ns(), RACK_SYNC_DRIFT_PPM);
}

static void bench_close(struct bench *bench)
{
    for (int i = 0; i < 2; i++)
        if (benches[i] == bench)
            benches[i] = NULL;
    if (bench->link)
        shut(bench->link);
    close(bench->rack_fd);
}

static void rack_says(struct bench *bench, enum rack_id id, uint16_t payload)
{
    int64_t now = serial_clock_ns();
    const struct rack_report report = {id, bench->counter++,
                                       (uint64_t)(now + RACK_AHEAD_NS) / 1000, payload};
    struct can_frame frame;
    rack_report_encode(&report, &frame);
    struct kernel_can_frame raw = {.can_id = frame.id, .can_dlc = frame.length};
    memcpy(raw.data, frame.data, frame.length);
    assert_int_equal(write(bench->rack_fd, &raw, sizeof raw), sizeof raw);
    if (id == RACK_CONTACTS)
        bench->true_at = now;
}

/* The rack acknowledges; a residual current opens its contacts. */
static void rack_turn(struct bench *bench)
{
    struct kernel_can_frame raw;
    while (read(bench->rack_fd, &raw, sizeof raw) == sizeof raw) {
        uint16_t sequence = (uint16_t)(raw.data[0] | raw.data[1] << 8);
        if (bench->mute)
            continue;
        rack_says(bench, raw.can_id == RACK_HEARTBEAT ? RACK_HEARTBEAT_ACK : RACK_ACK, sequence);
        if (raw.can_id == RACK_RESIDUAL_CURRENT)
            rack_says(bench, RACK_CONTACTS, 0);
    }
    if (!bench->mute && serial_clock_ns() >= bench->status_due) {
        rack_says(bench, RACK_STATUS, RACK_STATUS_POWERED);
        bench->status_due = serial_clock_ns() + 100 * NS_PER_MS;
    }
}

static void bench_turn(struct bench *bench)
{
    const struct can_link_listener listener = {on_frame, bench};
    struct pollfd ready[2] = {{.fd = bench->link->fd, .events = POLLIN},
                              {.fd = bench->rack_fd, .events = POLLIN}};
    poll(ready, 2, 2);
    if (!(ready[1].revents & (POLLERR | POLLHUP)))
        rack_turn(bench);
    int result = bench->link->ops->receive(bench->link, &listener, false);
    if (result == 0)
        result = bench->link->ops->service(bench->link, serial_clock_ns());
    if (result == 0)
        result = rack_service(&bench->rack, serial_clock_ns());
    if (result < 0)
        bench->error = result;
}

/* Until `done` counts or an error comes. */
static void bench_until(struct bench *bench, const int *done, int count)
{
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    while (*done < count && bench->error == 0 && serial_clock_ns() < end)
        bench_turn(bench);
}

static void bench_for(struct bench *bench, int64_t duration)
{
    int64_t end = serial_clock_ns() + duration;
    while (bench->error == 0 && serial_clock_ns() < end)
        bench_turn(bench);
}

static void a_rack_on_a_can_interface_is_aligned_and_acknowledges(void **state)
{
    static struct bench bench;
    const struct rack_stimulus leak = {.id = RACK_RESIDUAL_CURRENT, .level = 30000};
    (void)state;
    bench_open(&bench, "vcan0");
    bench_for(&bench, NS_PER_S);
    assert_int_equal(bench.error, 0);
    assert_true(bench.rack.frames > 0);
    for (int i = 1; i <= 20; i++) {
        assert_int_equal(rack_stimulate(&bench.rack, serial_clock_ns(), &leak, i), 0);
        bench_until(&bench, &bench.contacts, i);
        assert_int_equal(bench.contacts, i);
        assert_true(bench.earliest <= bench.true_at && bench.true_at <= bench.latest);
    }
    assert_int_equal(bench.acknowledged, 20);
    assert_int_equal(bench.rack.lost, 0);
    assert_int_equal(bench.rack.sync.disagreements, 0);
    print_message("  clock known to %lld us\n",
                  (long long)rack_sync_width(&bench.rack.sync, serial_clock_ns()) / 1000);
    bench_close(&bench);
}

/* The kernel stamps a frame when it comes, however late the bench reads it. */
static void a_frame_that_waited_has_the_time_of_its_arrival(void **state)
{
    static struct bench bench;
    (void)state;
    bench_open(&bench, "vcan0");
    bench_for(&bench, 500 * NS_PER_MS);
    rack_says(&bench, RACK_CONTACTS, 0);
    while (serial_clock_ns() < bench.true_at + 50 * NS_PER_MS) /* the host is busy elsewhere */
        ;
    int64_t read_at = serial_clock_ns();
    bench_until(&bench, &bench.contacts, 1);
    assert_true(bench.earliest <= bench.true_at && bench.true_at <= bench.latest);
    assert_true(bench.true_at <= bench.arrived && bench.arrived < read_at);
    bench_close(&bench);
}

static void two_racks_on_two_interfaces_do_not_hear_each_other(void **state)
{
    static struct bench left, right;
    const struct rack_stimulus leak = {.id = RACK_RESIDUAL_CURRENT, .level = 30000};
    (void)state;
    bench_open(&left, "vcan0");
    bench_open(&right, "vcan1");
    for (int i = 0; i < 100; i++) {
        bench_turn(&left);
        bench_turn(&right);
    }
    rack_stimulate(&left.rack, serial_clock_ns(), &leak, 1);
    for (int i = 0; i < 100; i++) {
        bench_turn(&left);
        bench_turn(&right);
    }
    assert_int_equal(left.contacts, 1);
    assert_int_equal(right.contacts, 0);
    assert_int_equal(right.rack.lost + left.rack.lost, 0);
    bench_close(&left);
    bench_close(&right);
}

static void a_rack_has_one_bench(void **state)
{
    struct can_link *first = must_open("vcan0");
    (void)state;
    must_refuse("vcan0", "another meterbench uses this rack");
    shut(first);
    shut(must_open("vcan0"));
}

static void a_rack_that_falls_silent_is_lost(void **state)
{
    static struct bench bench;
    (void)state;
    bench_open(&bench, "vcan0");
    bench_for(&bench, 300 * NS_PER_MS);
    bench.mute = true;
    bench_for(&bench, PATIENCE_NS);
    assert_int_equal(bench.error, ERROR_RACK_LOST);
    bench_close(&bench);
}

/* ---- interfaces that are not as they should be -------------------------------------------------
 */

static void what_is_no_can_interface_is_refused(void **state)
{
    (void)state;
    must_refuse("can77", "there is no such interface");
    must_refuse("lo", "it is no CAN interface");
    must_refuse("aNameThatIsTooLongForAnInterface", "no interface has such a long name");
}

/* The capability to administer the network, taken away or given back. */
static void may_administer(bool may)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    assert_int_equal(syscall(SYS_capget, &header, sets), 0);
    if (may)
        sets[0].effective |= 1u << CAP_NET_ADMIN;
    else
        sets[0].effective &= ~(1u << CAP_NET_ADMIN);
    assert_int_equal(syscall(SYS_capset, &header, sets), 0);
}

static bool is_up(const char *name)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &request), 0);
    close(fd);
    return request.ifr_flags & IFF_UP;
}

static void an_interface_that_is_down_is_started_or_says_who_can(void **state)
{
    (void)state;
    command("ip link set vcan1 down");
    may_administer(false);
    must_refuse("vcan1", "ip link set vcan1 up type can bitrate 500000");
    may_administer(true);
    struct can_link *link = must_open("vcan1");
    assert_true(is_up("vcan1"));
    shut(link);
    assert_false(is_up("vcan1")); /* left as it was found */
    command("ip link set vcan1 up");
}

static void an_interface_that_goes_away_is_a_rack_that_is_lost(void **state)
{
    static const struct {
        const char *command, *words;
    } rows[] = {{"ip link set vcan1 down", "somebody took the interface down"},
                {"ip link del vcan1", "the interface is gone"}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        static struct bench bench;
        bench_open(&bench, "vcan1");
        bench_for(&bench, 300 * NS_PER_MS);
        assert_int_equal(bench.error, 0);
        command(rows[i].command);
        bench.mute = true;
        bench_for(&bench, PATIENCE_NS);
        assert_int_equal(bench.error, ERROR_RACK_LOST);
        print_message("  %s\n", bench.link->message);
        assert_non_null(strstr(bench.link->message, rows[i].words));
        bench_close(&bench);
        command(i == 0 ? "ip link set vcan1 up" : "ip link add dev vcan1 type vcan");
    }
    command("ip link set vcan1 up");
}

/* ---- the kernel's slcan and an adapter of ours -------------------------------------------------
 */

/* The kernel waits for somebody to read while it sets the adapter up, so that is a thread. */
struct adapter {
    int master, slave, discipline;
    char name[IFNAMSIZ];
    pthread_t thread;
    pthread_mutex_t mutex;
    bool paused, over;  /* under the mutex, as is what was heard */
    int64_t paused_until; /* 0: for good */
    char heard[16384];
    size_t heard_size;
    struct can_link *link;
    int frames;
    int error;
};

static struct adapter *adapters[1];

static void *adapter_reads(void *user)
{
    struct adapter *adapter = user;
    bool over = false;
    while (!over) {
        struct pollfd ready = {.fd = adapter->master, .events = POLLIN};
        poll(&ready, 1, 5);
        pthread_mutex_lock(&adapter->mutex);
        over = adapter->over;
        if (adapter->paused_until != 0 && serial_clock_ns() >= adapter->paused_until)
            adapter->paused = false;
        size_t room = sizeof adapter->heard - 1 - adapter->heard_size;
        ssize_t got = adapter->paused ? 0
                                      : read(adapter->master,
                                             adapter->heard + adapter->heard_size, room);
        adapter->heard_size += got > 0 ? (size_t)got : 0;
        adapter->heard[adapter->heard_size] = '\0';
        pthread_mutex_unlock(&adapter->mutex);
    }
    return NULL;
}

static void adapter_pause(struct adapter *adapter, bool paused)
{
    pthread_mutex_lock(&adapter->mutex);
    adapter->paused = paused;
    adapter->paused_until = 0;
    pthread_mutex_unlock(&adapter->mutex);
}

/* Has it heard this, in what came since it was last forgotten? */
static bool adapter_heard(struct adapter *adapter, const char *text, bool forget)
{
    pthread_mutex_lock(&adapter->mutex);
    bool found = strstr(adapter->heard, text) != NULL;
    if (forget)
        adapter->heard[adapter->heard_size = 0] = '\0';
    pthread_mutex_unlock(&adapter->mutex);
    return found;
}

static void adapter_open(struct adapter *adapter)
{
    struct termios raw;
    struct ifreq request = {0};
    memset(adapter, 0, sizeof *adapter);
    adapter->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(adapter->master >= 0);
    assert_int_equal(grantpt(adapter->master) | unlockpt(adapter->master), 0);
    adapter->slave = open(ptsname(adapter->master), O_RDWR | O_NOCTTY);
    assert_true(adapter->slave >= 0);
    tcgetattr(adapter->slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(adapter->slave, TCSANOW, &raw);
    adapter->discipline = N_SLCAN;
    assert_int_equal(ioctl(adapter->slave, TIOCSETD, &adapter->discipline), 0);
    assert_int_equal(ioctl(adapter->slave, SIOCGIFNAME, &request), 0);
    snprintf(adapter->name, sizeof adapter->name, "%s", request.ifr_name);
    pthread_mutex_init(&adapter->mutex, NULL);
    assert_int_equal(pthread_create(&adapter->thread, NULL, adapter_reads, adapter), 0);
    adapters[0] = adapter;
    adapter->link = must_open(adapter->name); /* it is down: the bench starts it */
}

static void adapter_close(struct adapter *adapter)
{
    adapters[0] = NULL;
    adapter_pause(adapter, false);
    if (adapter->link)
        shut(adapter->link);
    pthread_mutex_lock(&adapter->mutex);
    adapter->over = true;
    pthread_mutex_unlock(&adapter->mutex);
    pthread_join(adapter->thread, NULL);
    close(adapter->slave);
    close(adapter->master);
}

static void adapter_says(struct adapter *adapter, const char *line)
{
    assert_int_equal(write(adapter->master, line, strlen(line)), strlen(line));
}

static void count_frame(void *user, int64_t stamp, const struct can_frame *frame)
{
    (void)stamp;
    (void)frame;
    ((struct adapter *)user)->frames++;
}

static void adapter_turn(struct adapter *adapter)
{
    const struct can_link_listener listener = {count_frame, adapter};
    struct pollfd ready = {.fd = adapter->link->fd, .events = POLLIN};
    poll(&ready, 1, 2);
    int result = adapter->link->ops->receive(adapter->link, &listener, false);
    if (result == 0)
        result = adapter->link->ops->service(adapter->link, serial_clock_ns());
    if (result < 0)
        adapter->error = result;
}

static bool reaches(struct adapter *adapter, enum can_bus_state state)
{
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    while (adapter->link->health.state != state && adapter->error == 0 && serial_clock_ns() < end)
        adapter_turn(adapter);
    return adapter->link->health.state == state;
}

/* Whether it was seen before it was restarted again or not. */
static bool goes_bus_off(struct adapter *adapter, int times)
{
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    while ((int)adapter->link->health.bus_offs < times && adapter->error == 0 &&
           serial_clock_ns() < end)
        adapter_turn(adapter);
    return (int)adapter->link->health.bus_offs >= times;
}

static void the_states_of_a_controller_are_seen(void **state)
{
    static struct adapter adapter;
    int read_state = -1;
    (void)state;
    adapter_open(&adapter);
    print_message("  notes: %s\n", adapter.link->notes);
    adapter_says(&adapter, "sw097003\r");
    assert_true(reaches(&adapter, CAN_BUS_WARNING));
    assert_int_equal(can_get_state(adapter.name, &read_state), 0);
    assert_int_equal(read_state, CAN_STATE_ERROR_WARNING);
    adapter_says(&adapter, "sp130004\r");
    assert_true(reaches(&adapter, CAN_BUS_PASSIVE));
    assert_int_equal(can_get_state(adapter.name, &read_state), 0);
    assert_int_equal(read_state, CAN_STATE_ERROR_PASSIVE);
    assert_int_equal(adapter.link->health.rx_errors, 130);
    adapter_says(&adapter, "sa000000\r");
    assert_true(reaches(&adapter, CAN_BUS_ACTIVE));
    assert_int_equal(adapter.link->health.worst, CAN_BUS_PASSIVE);
    adapter_close(&adapter);
}

static void errors_on_the_bus_are_told_by_kind(void **state)
{
    static struct adapter adapter;
    char text[300];
    (void)state;
    adapter_open(&adapter);
    adapter_says(&adapter, "e1a\re1c\re1s\r");
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    while (adapter.link->health.reports < 3 && serial_clock_ns() < end)
        adapter_turn(&adapter);
    assert_int_equal(adapter.link->health.troubles[CAN_TROUBLE_NO_ACK], 1);
    assert_int_equal(adapter.link->health.troubles[CAN_TROUBLE_CRC], 1);
    assert_int_equal(adapter.link->health.troubles[CAN_TROUBLE_STUFF], 1);
    can_health_describe(&adapter.link->health, text, sizeof text);
    print_message("  %s\n", text);
    adapter_close(&adapter);
}

static void a_controller_that_goes_bus_off_is_restarted(void **state)
{
    static struct adapter adapter;
    (void)state;
    adapter_open(&adapter);
    adapter_heard(&adapter, "", true);
    adapter_says(&adapter, "sb000256\r");
    assert_true(goes_bus_off(&adapter, 1));
    assert_true(reaches(&adapter, CAN_BUS_ACTIVE));
    assert_int_equal(adapter.error, 0);
    assert_int_equal(adapter.link->health.bus_offs, 1);
    assert_int_equal(adapter.link->health.restarts, 1);
    assert_true(adapter_heard(&adapter, "C\r", false)); /* closed and opened again */
    assert_true(adapter_heard(&adapter, "O\r", false));
    adapter_says(&adapter, "t21480000000000000000\r");
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    while (adapter.frames == 0 && serial_clock_ns() < end)
        adapter_turn(&adapter);
    assert_int_equal(adapter.frames, 1);
    assert_int_equal(adapter.link->health.bus_offs_in_a_row, 0);
    adapter_close(&adapter);
}

static void a_controller_that_stays_bus_off_is_a_rack_that_is_lost(void **state)
{
    static struct adapter adapter;
    (void)state;
    adapter_open(&adapter);
    adapter_says(&adapter, "e1a\r");
    for (int i = 0; i < 10 && adapter.error == 0; i++) {
        adapter_says(&adapter, "sb000256\r");
        goes_bus_off(&adapter, i + 1);
        reaches(&adapter, CAN_BUS_ACTIVE);
    }
    assert_int_equal(adapter.error, ERROR_RACK_LOST);
    print_message("  %s\n", adapter.link->message);
    assert_non_null(strstr(adapter.link->message, "again and again: bus-off 4 times"));
    assert_non_null(strstr(adapter.link->message, "no acknowledgement"));
    adapter_close(&adapter);
}

/* Nobody reads the line, then somebody does: no frame is lost, none overtakes another. */
static void an_interface_whose_queue_is_full_is_waited_for(void **state)
{
    enum { FRAMES = 600, WAITS = 30 };
    static struct adapter adapter;
    int sent = 0, next = 0;
    (void)state;
    adapter_open(&adapter);
    adapter_heard(&adapter, "", true);
    adapter_pause(&adapter, true);
    while (sent < FRAMES && adapter.link->health.waits < WAITS) {
        const struct can_frame frame = {0x110, 2, {(uint8_t)(sent >> 8), (uint8_t)sent}};
        assert_int_equal(adapter.link->ops->send(adapter.link, &frame), 0);
        sent++;
    }
    print_message("  %d frames sent, %d had to wait\n", sent, (int)adapter.link->health.waits);
    assert_true(adapter.link->health.waits >= WAITS);
    adapter_pause(&adapter, false);
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    char last[24], wanted[24];
    snprintf(last, sizeof last, "t1102%04X\r", (unsigned)sent - 1);
    while (!adapter_heard(&adapter, last, false) && serial_clock_ns() < end)
        adapter_turn(&adapter);
    for (const char *at = adapter.heard; next < sent; next++) {
        snprintf(wanted, sizeof wanted, "t1102%04X\r", (unsigned)next);
        at = strstr(at, wanted);
        if (!at)
            break;
    }
    assert_int_equal(next, sent);
    assert_int_equal(adapter.error, 0);
    adapter_close(&adapter);
}

static void an_interface_that_never_takes_a_frame_is_a_rack_that_is_lost(void **state)
{
    static struct adapter adapter;
    const struct can_frame frame = {0x110, 8, {0}};
    (void)state;
    adapter_open(&adapter);
    adapter_pause(&adapter, true);
    while (adapter.link->health.waits < 3)
        assert_int_equal(adapter.link->ops->send(adapter.link, &frame), 0);
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    while (adapter.error == 0 && serial_clock_ns() < end)
        adapter_turn(&adapter);
    assert_int_equal(adapter.error, ERROR_RACK_LOST);
    print_message("  %s\n", adapter.link->message);
    adapter_close(&adapter);
}

static void pause_for(struct adapter *adapter, int64_t duration)
{
    pthread_mutex_lock(&adapter->mutex);
    adapter->paused_until = serial_clock_ns() + duration;
    pthread_mutex_unlock(&adapter->mutex);
}

static void hears_frames(struct adapter *adapter, int count)
{
    int64_t end = serial_clock_ns() + PATIENCE_NS;
    adapter_says(adapter, "t21480000000000000000\r");
    while (adapter->frames < count && adapter->error == 0 && serial_clock_ns() < end)
        adapter_turn(adapter);
    assert_int_equal(adapter->error, 0);
    assert_int_equal(adapter->frames, count);
}

/* One program after another. In the last round frames wait in interface and line, and nobody reads
 * them for longer than the driver waits for its opening commands, 1 s. */
static void an_interface_that_was_stopped_is_started_again(void **state)
{
    static struct adapter adapter;
    const struct can_frame frame = {0x110, 8, {0}};
    (void)state;
    adapter_open(&adapter);
    for (int i = 0; i < 4; i++) {
        bool jammed = i == 3;
        adapter_pause(&adapter, jammed);
        while (jammed && adapter.link->health.waits < 3)
            assert_int_equal(adapter.link->ops->send(adapter.link, &frame), 0);
        shut(adapter.link);
        adapter.link = NULL;
        assert_false(is_up(adapter.name));
        if (jammed)
            pause_for(&adapter, 1500 * NS_PER_MS);
        adapter.link = must_open(adapter.name);
        hears_frames(&adapter, i + 1);
    }
    print_message("  notes: %s\n", adapter.link->notes);
    adapter_close(&adapter);
}

/* One failure is one: what the test had open and changed is as before. */
static int tidy(void **state)
{
    (void)state;
    may_administer(true);
    for (int i = 0; i < 2; i++)
        if (benches[i])
            bench_close(benches[i]);
    if (adapters[0])
        adapter_close(adapters[0]);
    for (int i = 0; i < 3; i++)
        if (links[i])
            shut(links[i]);
    if (if_nametoindex("vcan1") == 0)
        command("ip link add dev vcan1 type vcan");
    if (!is_up("vcan1"))
        command("ip link set vcan1 up");
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_rack_on_a_can_interface_is_aligned_and_acknowledges),
        TEST(a_frame_that_waited_has_the_time_of_its_arrival),
        TEST(two_racks_on_two_interfaces_do_not_hear_each_other),
        TEST(a_rack_has_one_bench),
        TEST(a_rack_that_falls_silent_is_lost),
        TEST(what_is_no_can_interface_is_refused),
        TEST(an_interface_that_is_down_is_started_or_says_who_can),
        TEST(an_interface_that_goes_away_is_a_rack_that_is_lost),
        TEST(the_states_of_a_controller_are_seen),
        TEST(errors_on_the_bus_are_told_by_kind),
        TEST(a_controller_that_goes_bus_off_is_restarted),
        TEST(a_controller_that_stays_bus_off_is_a_rack_that_is_lost),
        TEST(an_interface_that_was_stopped_is_started_again),
        TEST(an_interface_whose_queue_is_full_is_waited_for),
        TEST(an_interface_that_never_takes_a_frame_is_a_rack_that_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
