#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_NS MS
#define ARGUMENTS_MAX 24
#define REPLY_WAIT_NS (150 * MS)
#define REPLY_SILENCE_NS (6 * MS)

static void exec_emulator(int fd, const char *bug, va_list more)
{
    const char *arguments[ARGUMENTS_MAX] = { EMULATOR, "--map", BOARD_DIR "/reference.map" };
    char elf[512], number[16];
    int count = 3;
    const char *argument;

    snprintf(elf, sizeof elf, "%s/reference%s%s.elf", BOARD_DIR, bug ? "-" : "", bug ? bug : "");
    snprintf(number, sizeof number, "%d", fd);
    arguments[count++] = "--elf";
    arguments[count++] = elf;
    arguments[count++] = "--lockstep-fd";
    arguments[count++] = number;
    while ((argument = va_arg(more, const char *)) && count < ARGUMENTS_MAX - 1)
        arguments[count++] = argument;
    execv(EMULATOR, (char *const *)arguments);
    _exit(127);
}

static size_t read_line(struct bench *bench, char *line, size_t size)
{
    size_t length = 0;

    for (;;) {
        char c;

        if (bench->input_at == bench->input_length) {
            ssize_t got = read(bench->fd, bench->input, sizeof bench->input);

            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                fail_msg("the emulator hung up");
            bench->input_at = 0;
            bench->input_length = (size_t)got;
        }
        c = bench->input[bench->input_at++];
        bench->transcript = (bench->transcript ^ (uint8_t)c) * UINT64_C(1099511628211);
        if (c == '\n')
            break;
        assert_true(length < size - 1);
        line[length++] = c;
    }
    line[length] = '\0';
    return length;
}

struct bench *bench_start(const char *bug, ...)
{
    struct bench *bench = calloc(1, sizeof *bench);
    int fds[2];
    char line[64];
    va_list more;

    assert_non_null(bench);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    va_start(more, bug);
    bench->pid = fork();
    assert_true(bench->pid >= 0);
    if (bench->pid == 0) {
        close(fds[0]);
        exec_emulator(fds[1], bug, more);
    }
    va_end(more);
    close(fds[1]);
    bench->fd = fds[0];
    bench->heartbeat = true;
    bench->transcript = UINT64_C(14695981039346656037);
    read_line(bench, line, sizeof line);
    assert_memory_equal(line, "hello 1 ", 8);
    /* Time for the firmware to start. */
    bench_run(bench, 300 * MS);
    return bench;
}

void bench_line(struct bench *bench, const char *line)
{
    size_t length = strlen(line);
    char *text = malloc(length + 2);

    assert_non_null(text);
    memcpy(text, line, length);
    text[length] = '\n';
    assert_int_equal(write(bench->fd, text, length + 1), (ssize_t)length + 1);
    free(text);
}

void bench_stop(struct bench *bench)
{
    int status;

    bench_line(bench, "Q");
    assert_int_equal(waitpid(bench->pid, &status, 0), bench->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(bench->fd);
    free(bench->events);
    free(bench);
}

static struct event *add_event(struct bench *bench)
{
    if (bench->event_count == bench->event_room) {
        bench->event_room = bench->event_room ? 2 * bench->event_room : 1024;
        bench->events = realloc(bench->events, bench->event_room * sizeof *bench->events);
        assert_non_null(bench->events);
    }
    memset(&bench->events[bench->event_count], 0, sizeof *bench->events);
    return &bench->events[bench->event_count++];
}

static uint8_t hex_byte(const char *text)
{
    char digits[3] = { text[0], text[1], '\0' };

    return (uint8_t)strtoul(digits, NULL, 16);
}

static void take_can(struct bench *bench, int64_t at_ns, const char *text)
{
    struct event *event = add_event(bench);
    char id[4] = { text[1], text[2], text[3], '\0' };
    uint8_t i;

    assert_int_equal(text[0], 't');
    event->at_ns = at_ns;
    event->id = (uint16_t)strtoul(id, NULL, 16);
    event->length = (uint8_t)(text[4] - '0');
    for (i = 0; i < event->length; i++)
        event->data[i] = hex_byte(text + 5 + 2 * i);
}

static void take_byte(struct bench *bench, int64_t at_ns, const char *text)
{
    struct event *event = add_event(bench);

    event->at_ns = at_ns;
    event->length = 1;
    event->data[0] = hex_byte(text);
}

/* True when the grant is done. */
static bool take_line(struct bench *bench)
{
    char line[512];
    char *rest;
    int64_t at_ns;

    read_line(bench, line, sizeof line);
    if (line[0] == 'e')
        fail_msg("the emulator says: %s", line);
    at_ns = strtoll(line + 2, &rest, 10);
    if (line[0] == 'g')
        return true;
    if (bench->event_count)
        assert_true(at_ns >= bench->events[bench->event_count - 1].at_ns);
    if (line[0] == 'c')
        take_can(bench, at_ns, rest + 1);
    else
        take_byte(bench, at_ns, rest + 1);
    return false;
}

static void beat(struct bench *bench)
{
    static const uint8_t sequence[2] = { 0x34, 0x12 };

    if (!bench->heartbeat || bench->now_ns < bench->heartbeat_ns)
        return;
    bench_can(bench, 0x120, sequence, 2);
    bench->heartbeat_ns = bench->now_ns + 200 * MS;
}

void bench_run(struct bench *bench, int64_t ns)
{
    int64_t until_ns = bench->now_ns + ns;

    while (bench->now_ns < until_ns) {
        char line[64];
        int64_t next_ns = bench->now_ns + STEP_NS < until_ns ? bench->now_ns + STEP_NS : until_ns;

        beat(bench);
        snprintf(line, sizeof line, "G %lld", (long long)next_ns);
        bench_line(bench, line);
        while (!take_line(bench))
            ;
        bench->now_ns = next_ns;
    }
}

void bench_can(struct bench *bench, uint16_t id, const uint8_t *data, uint8_t length)
{
    char line[32];
    int at = snprintf(line, sizeof line, "C t%03X%u", id, length);
    uint8_t i;

    for (i = 0; i < length; i++)
        at += snprintf(line + at, sizeof line - (size_t)at, "%02X", data[i]);
    bench_line(bench, line);
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    int i;

    for (i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static void stimulate(struct bench *bench, uint16_t id, uint8_t data[8], uint8_t length)
{
    bench->stimulus++;
    data[0] = (uint8_t)bench->stimulus;
    data[1] = (uint8_t)(bench->stimulus >> 8);
    bench_can(bench, id, data, length);
}

void bench_voltage(struct bench *bench, uint32_t mv)
{
    uint8_t data[8] = { 0 };

    put_u32(data + 2, mv);
    stimulate(bench, 0x110, data, 6);
}

void bench_load(struct bench *bench, uint32_t ma)
{
    uint8_t data[8] = { 0 };

    put_u32(data + 2, ma);
    stimulate(bench, 0x111, data, 6);
}

void bench_leak_waveform(struct bench *bench, uint32_t ua, uint8_t waveform)
{
    uint8_t data[8] = { 0 };

    put_u32(data + 2, ua);
    data[6] = waveform;
    stimulate(bench, 0x112, data, 7);
}

void bench_leak(struct bench *bench, uint32_t ua)
{
    bench_leak_waveform(bench, ua, 0);
}

void bench_environment(struct bench *bench, int16_t dc, bool smoke, bool key)
{
    uint8_t data[8] = { 0, 0, (uint8_t)dc, (uint8_t)((uint16_t)dc >> 8), smoke, key };

    stimulate(bench, 0x113, data, 6);
}

int64_t bench_report(const struct bench *bench, uint16_t id, uint16_t payload, int64_t since_ns)
{
    size_t i;

    for (i = 0; i < bench->event_count; i++) {
        const struct event *event = &bench->events[i];

        if (event->id == id && event->at_ns >= since_ns &&
            (event->data[6] | event->data[7] << 8) == payload)
            return event->at_ns;
    }
    return NOT_SEEN;
}

int64_t bench_opened(const struct bench *bench, int64_t since_ns)
{
    return bench_report(bench, 0x212, 0, since_ns);
}

int64_t bench_closed(const struct bench *bench, int64_t since_ns)
{
    return bench_report(bench, 0x212, 1, since_ns);
}

uint16_t modbus_crc(const uint8_t *bytes, size_t length)
{
    uint16_t crc = 0xffff;

    while (length--) {
        int bit;

        crc ^= *bytes++;
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (uint16_t)(crc >> 1 ^ 0xa001) : (uint16_t)(crc >> 1);
    }
    return crc;
}

static void send_bytes(struct bench *bench, const uint8_t *bytes, size_t length)
{
    char line[1024];
    size_t at = 2, i;

    memcpy(line, "U ", 3);
    for (i = 0; i < length; i++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%02x", bytes[i]);
    bench_line(bench, line);
}

/* Collects what comes until the line has been silent for a while. */
static size_t receive(struct bench *bench, size_t request_length, uint8_t reply[260])
{
    int64_t give_up_ns = bench->now_ns + (int64_t)request_length * 1100000 + REPLY_WAIT_NS;
    size_t seen = bench->event_count;
    size_t length = 0;

    while (bench->now_ns < give_up_ns) {
        bench_run(bench, STEP_NS);
        for (; seen < bench->event_count; seen++) {
            if (bench->events[seen].id)
                continue;
            assert_true(length < 260);
            reply[length++] = bench->events[seen].data[0];
            give_up_ns = bench->now_ns + REPLY_SILENCE_NS;
        }
    }
    return length;
}

static void send_frame(struct bench *bench, const uint8_t *request, size_t length, uint16_t spoil)
{
    uint8_t frame[300];
    uint16_t crc = modbus_crc(request, length) ^ spoil;

    memcpy(frame, request, length);
    frame[length] = (uint8_t)crc;
    frame[length + 1] = (uint8_t)(crc >> 8);
    send_bytes(bench, frame, length + 2);
}

void bench_send(struct bench *bench, const uint8_t *request, size_t length)
{
    send_frame(bench, request, length, 0);
}

static size_t exchange(struct bench *bench, const uint8_t *request, size_t length, uint16_t spoil,
                       uint8_t reply[260])
{
    size_t got;

    send_frame(bench, request, length, spoil);
    got = receive(bench, length + 2, reply);
    if (got == 0)
        return 0;
    assert_true(got >= 5);
    assert_int_equal(modbus_crc(reply, got), 0);
    return got - 2;
}

size_t bench_exchange(struct bench *bench, const uint8_t *request, size_t length,
                      uint8_t reply[260])
{
    return exchange(bench, request, length, 0, reply);
}

size_t bench_exchange_bad_crc(struct bench *bench, const uint8_t *request, size_t length,
                              uint8_t reply[260])
{
    return exchange(bench, request, length, 0x0100, reply);
}

static void read_registers(struct bench *bench, uint8_t function, uint16_t address,
                           uint16_t count, uint16_t *values)
{
    uint8_t request[6] = { 1, function, (uint8_t)(address >> 8), (uint8_t)address, 0,
                           (uint8_t)count };
    uint8_t reply[260];
    uint16_t i;

    assert_int_equal(bench_exchange(bench, request, sizeof request, reply), 3 + 2 * count);
    assert_int_equal(reply[1], function);
    for (i = 0; i < count; i++)
        values[i] = (uint16_t)(reply[3 + 2 * i] << 8 | reply[4 + 2 * i]);
}

void bench_inputs(struct bench *bench, uint16_t inputs[INPUTS])
{
    read_registers(bench, 4, 0, INPUTS, inputs);
}

uint16_t bench_input(struct bench *bench, uint16_t address)
{
    uint16_t value;

    read_registers(bench, 4, address, 1, &value);
    return value;
}

uint16_t bench_holding(struct bench *bench, uint16_t address)
{
    uint16_t value;

    read_registers(bench, 3, address, 1, &value);
    return value;
}

static int outcome(size_t length, const uint8_t *reply)
{
    if (length == 0)
        return -1;
    return reply[1] & 0x80 ? reply[2] : 0;
}

int bench_write(struct bench *bench, uint16_t address, uint16_t value)
{
    uint8_t request[6] = { 1, 6, (uint8_t)(address >> 8), (uint8_t)address,
                           (uint8_t)(value >> 8), (uint8_t)value };
    uint8_t reply[260];

    return outcome(bench_exchange(bench, request, sizeof request, reply), reply);
}

int bench_write32(struct bench *bench, uint16_t address, uint32_t value)
{
    uint8_t request[11] = { 1, 16, (uint8_t)(address >> 8), (uint8_t)address, 0, 2, 4,
                            (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                            (uint8_t)value };
    uint8_t reply[260];

    return outcome(bench_exchange(bench, request, sizeof request, reply), reply);
}

int bench_command_as(struct bench *bench, uint16_t key, uint16_t sequence)
{
    return bench_write32(bench, 32, (uint32_t)key << 16 | sequence);
}

int bench_command(struct bench *bench, uint16_t key)
{
    return bench_command_as(bench, key, ++bench->command);
}

void bench_break_seal(struct bench *bench)
{
    assert_int_equal(bench_write(bench, 40, 0x5EA1), 0);
}
