#include "hil/flash.h"

#include "hil/line/serial.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FLASH_LIMIT_NS (120 * NS_PER_S)

enum { TAIL_SIZE = 240 };

/* ---- the command -------------------------------------------------------------------------------
 */

struct text {
    char *out;
    size_t size, used;
};

static void put(struct text *text, char c)
{
    if (text->used + 1 < text->size)
        text->out[text->used] = c;
    text->used++;
}

/* In single quotes, as a shell takes it back. */
static void put_quoted(struct text *text, const char *word)
{
    put(text, '\'');
    for (; *word; word++) {
        if (*word != '\'') {
            put(text, *word);
            continue;
        }
        for (const char *escaped = "'\\''"; *escaped; escaped++)
            put(text, *escaped);
    }
    put(text, '\'');
}

int flash_command(const char *command, const char *firmware, const char *port, char *out,
                  size_t size)
{
    static const char firmware_mark[] = "{firmware}", port_mark[] = "{port}";
    struct text text = {out, size, 0};
    while (*command) {
        if (strncmp(command, firmware_mark, sizeof firmware_mark - 1) == 0) {
            put_quoted(&text, firmware);
            command += sizeof firmware_mark - 1;
        } else if (strncmp(command, port_mark, sizeof port_mark - 1) == 0) {
            put_quoted(&text, port);
            command += sizeof port_mark - 1;
        } else {
            put(&text, *command++);
        }
    }
    if (text.used >= size)
        return ERROR_BUFFER_TOO_SMALL;
    out[text.used] = '\0';
    return 0;
}

/* ---- running it --------------------------------------------------------------------------------
 */

/* A process group of its own, so that what the shell started ends with it. */
static pid_t start(const char *command, int output)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    setpgid(0, 0);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* The end of what was said; line ends become blanks, as it becomes part of one message. */
static void keep_tail(char tail[TAIL_SIZE + 1], const char *bytes, size_t size)
{
    size_t length = strlen(tail);
    for (size_t i = 0; i < size; i++) {
        if (length == TAIL_SIZE)
            memmove(tail, tail + 1, --length);
        unsigned char c = (unsigned char)bytes[i];
        tail[length++] = (char)(c < ' ' ? ' ' : c);
    }
    tail[length] = '\0';
}

/* Listens until the other end closes. False when time was over first. */
static bool listen_to(int fd, int64_t until, char tail[TAIL_SIZE + 1])
{
    for (;;) {
        char bytes[512];
        int64_t left_ms = (until - serial_clock_ns()) / NS_PER_MS;
        struct pollfd look = {.fd = fd, .events = POLLIN};
        int ready = left_ms > 0 ? poll(&look, 1, (int)left_ms) : 0;
        if (ready == 0)
            return false;
        ssize_t got = ready < 0 ? -1 : read(fd, bytes, sizeof bytes);
        if (got > 0)
            keep_tail(tail, bytes, (size_t)got);
        else if (got == 0 || errno != EINTR)
            return true;
    }
}

/* It may say nothing more and still go on. */
static bool ends(pid_t pid, int64_t until, int *status)
{
    pid_t ended;
    while ((ended = waitpid(pid, status, WNOHANG)) == 0) {
        if (serial_clock_ns() >= until)
            return false;
        nanosleep(&(struct timespec){0, 20 * NS_PER_MS}, NULL);
    }
    if (ended < 0) /* where SIGCHLD is ignored nobody learns how it ended: that is no success */
        *status = W_EXITCODE(127, 0);
    return true;
}

static int judge(int status, bool in_time, const char *tail, char *message, size_t size)
{
    char how[60];
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (!in_time)
        snprintf(how, sizeof how, "did not end within %lld s",
                 (long long)(FLASH_LIMIT_NS / NS_PER_S));
    else if (WIFEXITED(status))
        snprintf(how, sizeof how, "ended with exit code %d", WEXITSTATUS(status));
    else
        snprintf(how, sizeof how, "was killed by signal %d", WTERMSIG(status));
    snprintf(message, size, "the command %s; it said last: %s", how, tail[0] ? tail : "nothing");
    return ERROR_FLASH;
}

int flash_run(const char *command, char *message, size_t size)
{
    char tail[TAIL_SIZE + 1] = "";
    int pipe_ends[2], status = 0;
    pid_t pid = pipe2(pipe_ends, O_CLOEXEC) == 0 ? start(command, pipe_ends[1]) : -1;
    if (pid < 0) {
        snprintf(message, size, "the command cannot be run: %s", strerror(errno));
        return ERROR_FLASH;
    }
    close(pipe_ends[1]);
    int64_t until = serial_clock_ns() + FLASH_LIMIT_NS;
    bool in_time = listen_to(pipe_ends[0], until, tail) && ends(pid, until, &status);
    close(pipe_ends[0]);
    if (!in_time) {
        kill(-pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    return judge(status, in_time, tail, message, size);
}
