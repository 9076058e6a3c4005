#include "dlt645_wire.h"

#include <stdio.h>
#include <string.h>

size_t hex(const char *text, uint8_t *bytes)
{
    size_t length = 0;
    unsigned value;

    for (; sscanf(text + 2 * length, "%2x", &value) == 1; length++)
        bytes[length] = (uint8_t)value;
    return length;
}

size_t build(const char *address, uint8_t control, const char *data_hex, uint8_t *frame)
{
    uint8_t data[256];
    size_t length = hex(data_hex, data), at, i;
    uint8_t sum = 0;

    frame[0] = 0x68;
    hex(address, frame + 1);
    frame[7] = 0x68;
    frame[8] = control;
    frame[9] = (uint8_t)length;
    for (at = 10, i = 0; i < length; i++)
        frame[at++] = (uint8_t)(data[i] + 0x33);
    for (i = 0; i < at; i++)
        sum = (uint8_t)(sum + frame[i]);
    frame[at++] = sum;
    frame[at++] = 0x16;
    return at;
}

void send_raw(struct bench *bench, const uint8_t *bytes, size_t length)
{
    char line[1024] = "U ";
    size_t i;

    for (i = 0; i < length; i++)
        snprintf(line + 2 + 2 * i, 3, "%02x", bytes[i]);
    bench_line(bench, line);
}

struct reply receive(struct bench *bench, int64_t request_ns, int64_t wait_ns)
{
    struct reply reply = { .silent = true };
    uint8_t bytes[256], sum = 0;
    size_t seen = bench->event_count, got = 0, start, i;
    int64_t request_end_ns = bench->now_ns + request_ns;
    int64_t give_up_ns = request_end_ns + wait_ns;

    while (bench->now_ns < give_up_ns) {
        bench_run(bench, MS);
        for (; seen < bench->event_count; seen++) {
            if (bench->events[seen].id)
                continue;
            if (got == 0)
                reply.delay_ns = bench->events[seen].at_ns - request_end_ns;
            bytes[got++] = bench->events[seen].data[0];
            give_up_ns = bench->now_ns + 40 * MS;
        }
    }
    if (!got)
        return reply;
    for (start = 0; bytes[start] == 0xFE; start++)
        ;
    assert_int_equal(start, 4);
    got -= start;
    memmove(bytes, bytes + start, got);
    assert_true(got >= 12);
    assert_int_equal(bytes[0], 0x68);
    assert_int_equal(bytes[7], 0x68);
    assert_int_equal(bytes[got - 1], 0x16);
    assert_int_equal(got, 12 + bytes[9]);
    for (i = 0; i < got - 2; i++)
        sum = (uint8_t)(sum + bytes[i]);
    assert_int_equal(sum, bytes[got - 2]);
    reply.silent = false;
    reply.control = bytes[8];
    reply.length = bytes[9];
    for (i = 0; i < reply.length; i++)
        reply.data[i] = (uint8_t)(bytes[10 + i] - 0x33);
    return reply;
}

struct reply exchange_bytes(struct bench *bench, const uint8_t *bytes, size_t length)
{
    send_raw(bench, bytes, length);
    return receive(bench, (int64_t)length * BYTE_NS, 600 * MS);
}

struct reply ask(struct bench *bench, const char *address, uint8_t control,
                        const char *data_hex)
{
    uint8_t frame[256];
    size_t length = build(address, control, data_hex, frame);

    return exchange_bytes(bench, frame, length);
}

void wire_di(uint32_t di, char *text)
{
    sprintf(text, "%02X%02X%02X%02X", di & 0xff, di >> 8 & 0xff, di >> 16 & 0xff, di >> 24);
}

struct reply read_di(struct bench *bench, uint32_t di)
{
    char text[9];

    wire_di(di, text);
    return ask(bench, OWN, 0x11, text);
}

struct reply write_di(struct bench *bench, uint32_t di, const char *authority,
                             const char *value_hex)
{
    char text[400];

    wire_di(di, text);
    strcat(text, authority);
    strcat(text, value_hex);
    return ask(bench, OWN, 0x14, text);
}

struct reply order(struct bench *bench, const char *authority, const char *order_hex)
{
    char text[80];

    snprintf(text, sizeof text, "%s%s", authority, order_hex);
    return ask(bench, OWN, 0x1C, text);
}
