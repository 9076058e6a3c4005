#define _GNU_SOURCE
#include "paced.h"

#include "exit_codes.h"
#include "pty.h"
#include "timebase.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often the emulation catches up with the clock: outputs are late by no more than this. */
#define SLICE_NS INT64_C(1000000)
/* After a longer stall it catches up in steps, so that signals are still heard. */
#define CATCH_UP_NS INT64_C(20000000)
/* A lag worth a line in the truth log. */
#define LAG_NS INT64_C(5000000)

struct paced {
    struct emulator emulator;
    struct pty uart;
    struct pty rack;
    struct slcan slcan;
    int64_t start_ns;
    bool watch_stdin;
    sigset_t wait_mask;
};

static volatile sig_atomic_t stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static int64_t wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void on_uart_byte(void *user, int64_t stamp_ns, uint8_t byte)
{
    struct paced *paced = user;

    (void)stamp_ns;
    /* A line does not wait for a client that does not read: the byte is lost then. */
    pty_put(&paced->uart, &byte, 1);
}

static bool on_can_frame(void *user, int64_t stamp_ns, const struct can_frame *frame)
{
    struct paced *paced = user;
    char text[SLCAN_FRAME_SIZE];
    size_t length;

    (void)stamp_ns;
    if (!paced->slcan.open || !paced->slcan.bitrate_fits)
        return true; /* on the bus, but nobody listens */
    length = slcan_format(frame, text);
    text[length++] = '\r';
    return pty_put(&paced->rack, text, length);
}

static void on_slcan_frame(void *user, const struct can_frame *frame)
{
    struct paced *paced = user;

    emulator_can_frame(&paced->emulator, frame);
}

static void on_slcan_reply(void *user, const char *text)
{
    struct paced *paced = user;

    pty_put(&paced->rack, text, strlen(text));
}

/* Before any input is applied, or it would take effect in the past. */
static void catch_up(struct paced *paced)
{
    int64_t target = wall_ns() - paced->start_ns;
    int64_t lag = target - emulator_now_ns(&paced->emulator) - SLICE_NS;

    if (lag > LAG_NS)
        truth_wall_lag(&paced->emulator.truth, target, lag);
    while (emulator_now_ns(&paced->emulator) < target && !stop) {
        int64_t step = emulator_now_ns(&paced->emulator) + CATCH_UP_NS;

        paced->emulator.uart.host_baud = pty_baud(&paced->uart);
        emulator_run(&paced->emulator, step < target ? step : target);
    }
}

/* What was there before the emulation caught up. */
struct input {
    uint8_t bytes[512];
    size_t count;
};

static void read_uart_input(struct paced *paced, struct input *input)
{
    size_t room = uart_room(&paced->emulator.uart);

    input->count = pty_read(&paced->uart, input->bytes,
                            room < sizeof input->bytes ? room : sizeof input->bytes);
}

static void take_uart_input(struct paced *paced, const struct input *input)
{
    size_t i;

    paced->emulator.uart.host_baud = pty_baud(&paced->uart);
    for (i = 0; i < input->count; i++)
        emulator_uart_byte(&paced->emulator, input->bytes[i]);
}

static void take_rack_input(struct paced *paced, const struct input *input)
{
    size_t i;

    for (i = 0; i < input->count; i++)
        slcan_byte(&paced->slcan, (char)input->bytes[i]);
}

static void take_stdin(struct paced *paced)
{
    char bytes[64];

    (void)paced;
    if (read(STDIN_FILENO, bytes, sizeof bytes) == 0)
        stop = 1;
}

/* Waits for input until an absolute time. */
static void wait_until(struct paced *paced, struct pollfd *fds, nfds_t count, int64_t until_ns)
{
    int64_t left = until_ns - wall_ns();
    struct timespec timeout;

    if (left < 0)
        left = 0;
    timeout.tv_sec = left / NS_PER_S;
    timeout.tv_nsec = left % NS_PER_S;
    if (ppoll(fds, count, &timeout, &paced->wait_mask) < 0) {
        nfds_t i;

        for (i = 0; i < count; i++)
            fds[i].revents = 0;
    }
}

static void turn(struct paced *paced, int64_t deadline_ns)
{
    struct pollfd fds[3] = { { .fd = paced->uart.master, .events = POLLIN },
                             { .fd = paced->rack.master, .events = POLLIN },
                             { .fd = paced->watch_stdin ? STDIN_FILENO : -1, .events = POLLIN } };
    struct input uart, rack;

    uart.count = rack.count = 0;
    if (uart_room(&paced->emulator.uart) == 0)
        fds[0].fd = -1;
    wait_until(paced, fds, 3, deadline_ns);
    /* What comes while the emulation catches up waits for the next turn: it would be stamped with a
     * time before it was sent. */
    if (fds[0].revents & POLLIN)
        read_uart_input(paced, &uart);
    if (fds[1].revents & POLLIN)
        rack.count = pty_read(&paced->rack, rack.bytes, sizeof rack.bytes);
    catch_up(paced);
    take_uart_input(paced, &uart);
    take_rack_input(paced, &rack);
    if (fds[2].revents)
        take_stdin(paced);
    pty_flush(&paced->uart);
    pty_flush(&paced->rack);
}

static void catch_signals(struct paced *paced)
{
    struct sigaction action;
    sigset_t blocked;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_stop;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    /* Blocked except while waiting, so that none slips in between the check and the wait. */
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &paced->wait_mask);
    sigdelset(&paced->wait_mask, SIGTERM);
    sigdelset(&paced->wait_mask, SIGINT);
}

static void announce(const struct paced *paced)
{
    printf("uart %s\nrack %s\nready\n", paced->uart.name, paced->rack.name);
    fflush(stdout);
}

static void run(struct paced *paced, bool quiet)
{
    struct stat status;
    int64_t deadline_ns;

    paced->watch_stdin = fstat(STDIN_FILENO, &status) == 0 && S_ISFIFO(status.st_mode);
    catch_signals(paced);
    paced->start_ns = deadline_ns = wall_ns();
    announce(paced);
    while (!stop) {
        int64_t now = wall_ns();

        deadline_ns += SLICE_NS;
        if (deadline_ns < now)
            deadline_ns = now;
        turn(paced, deadline_ns);
    }
    if (!quiet)
        fprintf(stderr, "meterbench-emulator: stopped after %.3f s; %llu bytes met no receiver, "
                "%llu were overrun\n", (double)emulator_now_ns(&paced->emulator) / 1e9,
                (unsigned long long)paced->emulator.uart.dropped,
                (unsigned long long)paced->emulator.uart.overruns);
}

static int open_and_run(struct paced *paced, const struct emulator_config *config, bool quiet)
{
    struct emulator_outputs outputs = { on_uart_byte, on_can_frame, paced };
    struct slcan_listener listener = { on_slcan_frame, on_slcan_reply, paced };
    char error[512];

    slcan_open(&paced->slcan, &listener);
    if (!emulator_open(&paced->emulator, config, &outputs, error, sizeof error)) {
        fprintf(stderr, "meterbench-emulator: %s\n", error);
        core_close(&paced->emulator.core);
        return EXIT_USAGE;
    }
    run(paced, quiet);
    if (emulator_close(&paced->emulator, error, sizeof error))
        return EXIT_GOOD;
    fprintf(stderr, "meterbench-emulator: %s\n", error);
    return EXIT_INTERNAL;
}

int paced_run(const struct emulator_config *config, bool quiet)
{
    struct paced *paced = calloc(1, sizeof *paced);
    int status = EXIT_INTERNAL;

    if (!paced) {
        fprintf(stderr, "meterbench-emulator: out of memory\n");
        return EXIT_INTERNAL;
    }
    paced->rack.master = paced->rack.slave = -1;
    if (pty_open(&paced->uart) && pty_open(&paced->rack))
        status = open_and_run(paced, config, quiet);
    else
        fprintf(stderr, "meterbench-emulator: no pseudo terminal: %s; is /dev/pts mounted?\n",
                strerror(errno));
    pty_close(&paced->uart);
    pty_close(&paced->rack);
    free(paced);
    return status;
}
