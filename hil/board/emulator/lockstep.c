#include "lockstep.h"

#include "exit_codes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 20000 /* a U line with a whole queue of bytes fits */
#define OUTPUT_SIZE 65536
/* A grant beyond this is taken for a mistake. */
#define GRANT_NS_MAX (INT64_C(86400) * 1000000000 * 3650)

struct lockstep {
    struct emulator emulator;
    int fd;
    bool broken; /* the host is gone */
    char line[LINE_SIZE];
    char input[4096];
    size_t input_at, input_length;
    char output[OUTPUT_SIZE];
    size_t output_length;
};

static void flush(struct lockstep *lockstep)
{
    size_t at = 0;

    while (at < lockstep->output_length && !lockstep->broken) {
        ssize_t done = write(lockstep->fd, lockstep->output + at, lockstep->output_length - at);

        if (done > 0)
            at += (size_t)done;
        else if (errno != EINTR)
            lockstep->broken = true;
    }
    lockstep->output_length = 0;
}

static void say(struct lockstep *lockstep, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct lockstep *lockstep, const char *format, ...)
{
    char text[512];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof text - 1, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length > sizeof text - 2)
        length = sizeof text - 2;
    text[length++] = '\n';
    if (lockstep->output_length + (size_t)length > OUTPUT_SIZE)
        flush(lockstep);
    memcpy(lockstep->output + lockstep->output_length, text, (size_t)length);
    lockstep->output_length += (size_t)length;
}

static int complain(struct lockstep *lockstep, const char *text)
{
    say(lockstep, "e %s", text);
    flush(lockstep);
    fprintf(stderr, "meterbench-emulator: lockstep: %s\n", text);
    return EXIT_USAGE;
}

static void on_uart_byte(void *user, int64_t stamp_ns, uint8_t byte)
{
    say(user, "u %" PRId64 " %02x", stamp_ns, byte);
}

static bool on_can_frame(void *user, int64_t stamp_ns, const struct can_frame *frame)
{
    char text[SLCAN_FRAME_SIZE];

    slcan_format(frame, text);
    say(user, "c %" PRId64 " %s", stamp_ns, text);
    return true;
}

/* Reads one line without its newline; -1 at the end, -2 if it is too long. */
static int read_line(struct lockstep *lockstep)
{
    size_t length = 0;

    for (;;) {
        char c;

        if (lockstep->input_at == lockstep->input_length) {
            ssize_t got = read(lockstep->fd, lockstep->input, sizeof lockstep->input);

            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return -1;
            lockstep->input_at = 0;
            lockstep->input_length = (size_t)got;
        }
        c = lockstep->input[lockstep->input_at++];
        if (c == '\n') {
            lockstep->line[length] = '\0';
            return (int)length;
        }
        if (length == LINE_SIZE - 1)
            return -2;
        lockstep->line[length++] = c;
    }
}

static int grant(struct lockstep *lockstep, const char *text)
{
    char *end;
    long long until_ns;

    errno = 0;
    until_ns = strtoll(text, &end, 10);
    if (end == text || *end || errno || until_ns < 0 || until_ns > GRANT_NS_MAX)
        return complain(lockstep, "a grant is \"G <until_ns>\", within ten years");
    emulator_run(&lockstep->emulator, until_ns);
    say(lockstep, "g %" PRId64, emulator_now_ns(&lockstep->emulator));
    flush(lockstep);
    return EXIT_GOOD;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at;

    if (c >= 'A' && c <= 'F')
        c = (char)(c - 'A' + 'a');
    at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static int uart_bytes(struct lockstep *lockstep, const char *text)
{
    while (*text) {
        int high, low;

        if (*text == ' ') {
            text++;
            continue;
        }
        high = hex_digit(text[0]);
        low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return complain(lockstep, "bytes are \"U <hex..>\", two digits each");
        if (uart_room(&lockstep->emulator.uart) == 0)
            return complain(lockstep, "too many bytes wait for the line; grant time in between");
        emulator_uart_byte(&lockstep->emulator, (uint8_t)(high << 4 | low));
        text += 2;
    }
    return EXIT_GOOD;
}

static int can_frame(struct lockstep *lockstep, const char *text, size_t length)
{
    struct can_frame frame;

    if (!slcan_parse(text, length, &frame))
        return complain(lockstep, "a CAN frame is \"C tIIILDD..\", 11-bit id and up to 8 bytes");
    emulator_can_frame(&lockstep->emulator, &frame);
    return EXIT_GOOD;
}

static int obey(struct lockstep *lockstep, size_t length)
{
    const char *line = lockstep->line;
    const char *rest = line + 2;

    if (length < 2 || line[1] != ' ')
        return complain(lockstep, "known lines are G, U, C and Q");
    switch (line[0]) {
    case 'G':
        return grant(lockstep, rest);
    case 'U':
        return uart_bytes(lockstep, rest);
    case 'C':
        return can_frame(lockstep, rest, length - 2);
    default:
        return complain(lockstep, "known lines are G, U, C and Q");
    }
}

static int serve(struct lockstep *lockstep)
{
    int status = EXIT_GOOD;

    say(lockstep, "hello 1 %" PRIu32, uart_baud(&lockstep->emulator.uart));
    flush(lockstep);
    while (status == EXIT_GOOD && !lockstep->broken) {
        int length = read_line(lockstep);

        if (length == -1 || (length == 1 && lockstep->line[0] == 'Q'))
            break;
        status = length < 0 ? complain(lockstep, "the line is too long")
                            : obey(lockstep, (size_t)length);
    }
    return status;
}

int lockstep_run(const struct emulator_config *config, int fd)
{
    struct lockstep *lockstep = calloc(1, sizeof *lockstep);
    char error[512];
    int status;

    if (!lockstep) {
        fprintf(stderr, "meterbench-emulator: out of memory\n");
        return EXIT_INTERNAL;
    }
    lockstep->fd = fd;
    {
        struct emulator_outputs outputs = { on_uart_byte, on_can_frame, lockstep };

        if (!emulator_open(&lockstep->emulator, config, &outputs, error, sizeof error)) {
            status = complain(lockstep, error);
            core_close(&lockstep->emulator.core);
            free(lockstep);
            return status;
        }
    }
    status = serve(lockstep);
    if (!emulator_close(&lockstep->emulator, error, sizeof error)) {
        fprintf(stderr, "meterbench-emulator: %s\n", error);
        status = EXIT_INTERNAL;
    }
    free(lockstep);
    return status;
}
