#include "hil/emulator.h"

#include "hil/line/serial.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_NS (5 * NS_PER_S)
#define STOP_NS (2 * NS_PER_S)

static int refuse(char *message, size_t size, const char *what, const char *detail)
{
    snprintf(message, size, "board emulator: %s: %s", what, detail);
    return ERROR_EMULATOR;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- the child ---------------------------------------------------------------------------------
 */

struct child_ends {
    int in, out, lockstep;
};

static void keep_open(int fd)
{
    if (fd >= 0)
        fcntl(fd, F_SETFD, 0);
}

static void become(const struct emulator *emulator, const struct emulator_config *config,
                   const struct child_ends *ends, pid_t parent)
{
    char lockstep[16], seed[24];
    const char *arguments[20] = {config->program, "--elf", config->elf, "--map", config->map};
    int count = 5;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it went while this began */
        _exit(127);
    snprintf(lockstep, sizeof lockstep, "%d", ends->lockstep);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)config->seed);
    arguments[count++] = "--seed";
    arguments[count++] = seed;
    arguments[count++] = "--protocol";
    arguments[count++] = config->dlt645 ? "dlt645" : "modbus";
    arguments[count++] = "--quiet";
    if (config->truth) {
        arguments[count++] = "--truth";
        arguments[count++] = config->truth;
    }
    arguments[count++] = config->lockstep ? "--lockstep-fd" : "--pty";
    if (config->lockstep)
        arguments[count++] = lockstep;
    arguments[count] = NULL;
    keep_open(ends->lockstep);
    if (dup2(ends->in, 0) < 0 || dup2(ends->out, 1) < 0 || dup2(emulator->words_fd, 2) < 0)
        _exit(127);
    execv(config->program, (char *const *)(uintptr_t)arguments);
    dprintf(2, "%s cannot be run: %s\n", config->program, strerror(errno));
    _exit(127);
}

static int spawn(struct emulator *emulator, const struct emulator_config *config)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, pair[2] = {-1, -1};
    pid_t parent = getpid();
    bool good =
        pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
        (!config->lockstep || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    if (good)
        emulator->pid = fork();
    if (good && emulator->pid == 0)
        become(emulator, config, &(struct child_ends){in[0], out[1], pair[1]}, parent);
    good = good && emulator->pid > 0;
    if (!good)
        emulator->pid = 0;
    close_end(&in[0]);
    close_end(&out[1]);
    close_end(&pair[1]);
    emulator->stdin_fd = in[1];
    emulator->stdout_fd = out[0];
    emulator->lockstep_fd = pair[0];
    return good ? 0 : ERROR_EMULATOR;
}

/* ---- ready --------------------------------------------------------------------------------------
 */

/* True at the line that says so. */
static bool heard(struct emulator *emulator, const char *line)
{
    sscanf(line, "uart %63s", emulator->uart);
    sscanf(line, "rack %63s", emulator->rack);
    return strcmp(line, "ready") == 0 || strncmp(line, "hello 1 ", 8) == 0;
}

/* One byte at a time, so that nothing behind the line is taken. */
static bool wait_ready(struct emulator *emulator, int fd)
{
    char line[256];
    size_t size = 0;
    int64_t deadline = serial_clock_ns() + START_NS;
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int64_t left_ms = (deadline - serial_clock_ns()) / NS_PER_MS;
        char c;
        if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0 || read(fd, &c, 1) != 1)
            return false;
        if (c != '\n' && size < sizeof line - 1) {
            line[size++] = c;
            continue;
        }
        line[size] = '\0';
        size = 0;
        if (heard(emulator, line))
            return true;
    }
}

int emulator_start(struct emulator *emulator, const struct emulator_config *config, char *message,
                   size_t size)
{
    memset(emulator, 0, sizeof *emulator);
    emulator->lockstep_fd = emulator->stdin_fd = emulator->stdout_fd = -1;
    emulator->words_fd = -1;
    if (access(config->program, X_OK) != 0)
        return refuse(message, size, config->program, "not an executable program; build it");
    emulator->words_fd = memfd_create("emulator's words", MFD_CLOEXEC);
    if (emulator->words_fd < 0)
        return refuse(message, size, "no memory for its messages", strerror(errno));
    emulator->started = true;
    if (spawn(emulator, config) < 0) {
        refuse(message, size, "it cannot be started", strerror(errno));
        emulator_stop(emulator);
        return ERROR_EMULATOR;
    }
    if (wait_ready(emulator, config->lockstep ? emulator->lockstep_fd : emulator->stdout_fd))
        return 0;
    nanosleep(&(struct timespec){0, 50 * NS_PER_MS}, NULL); /* for its last words */
    if (!emulator_has_died(emulator, message, size))
        refuse(message, size, config->program, "it was not ready within 5 s");
    emulator_stop(emulator);
    return ERROR_EMULATOR;
}

/* ---- the end ------------------------------------------------------------------------------------
 */

/* The end of what it said, on one line. */
static void last_words(const struct emulator *emulator, char *text, size_t size)
{
    off_t length = lseek(emulator->words_fd, 0, SEEK_END);
    off_t from = length > (off_t)size - 1 ? length - ((off_t)size - 1) : 0;
    ssize_t got = pread(emulator->words_fd, text, size - 1, from);
    text[got > 0 ? got : 0] = '\0';
    for (; got > 0 && text[got - 1] <= ' '; got--)
        text[got - 1] = '\0';
    for (char *c = text; *c; c++)
        if (*c < ' ')
            *c = ' ';
}

static bool reap(struct emulator *emulator, int options)
{
    if (emulator->pid > 0 && !emulator->ended)
        emulator->ended = waitpid(emulator->pid, &emulator->status, options) == emulator->pid;
    return emulator->ended;
}

bool emulator_has_died(struct emulator *emulator, char *message, size_t size)
{
    char words[160], how[48];
    if (emulator->pid <= 0 || !reap(emulator, WNOHANG))
        return false;
    if (WIFSIGNALED(emulator->status))
        snprintf(how, sizeof how, "it was killed by signal %d", WTERMSIG(emulator->status));
    else
        snprintf(how, sizeof how, "it ended with status %d", WEXITSTATUS(emulator->status));
    last_words(emulator, words, sizeof words);
    refuse(message, size, how, words[0] ? words : "it said nothing");
    return true;
}

static void end_process(struct emulator *emulator)
{
    int64_t deadline = serial_clock_ns() + STOP_NS;
    if (emulator->pid <= 0)
        return;
    close_end(&emulator->stdin_fd);    /* end of input asks a paced one to stop, */
    close_end(&emulator->lockstep_fd); /* end of the stream one in lockstep */
    while (!reap(emulator, WNOHANG) && serial_clock_ns() < deadline)
        nanosleep(&(struct timespec){0, 2 * NS_PER_MS}, NULL);
    if (!emulator->ended) {
        kill(emulator->pid, SIGKILL);
        reap(emulator, 0);
    }
    emulator->pid = 0;
}

void emulator_stop(struct emulator *emulator)
{
    if (!emulator->started)
        return;
    end_process(emulator);
    close_end(&emulator->stdin_fd);
    close_end(&emulator->stdout_fd);
    close_end(&emulator->lockstep_fd);
    close_end(&emulator->words_fd);
    emulator->started = false;
}
