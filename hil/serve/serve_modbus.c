/* Virtual meters as slaves of Modbus: RTU on a line, where silence ends a frame, and TCP. Flat n is station n. */
#include "hil/serve/serve_internal.h"

#include "sim/kernel/time.h"

#include <string.h>

enum { MBAP_SIZE = 7, MBAP_LENGTH_AT = 4 };

static int ask(struct serve *serve, uint32_t number, bool broadcast, const uint8_t *pdu, size_t size,
               uint8_t *out)
{
    struct modbus_slave *slave = &serve->slaves[number - 1];
    struct flat *flat = slave->flat;
    if (!flat->meter.controller.status.powered)
        return 0;
    meter_account(&flat->meter, serve->site->now);
    int answered = modbus_slave_answer(slave, serve->site->now, broadcast, pdu, size, out);
    serve_settle(serve, flat);
    if (answered > 0) {
        serve->statistics->replies++;
        serve->statistics->refusals += (out[0] & MODBUS_EXCEPTION_BIT) != 0;
    }
    return answered;
}

/* The response's PDU in `out`: its size, 0 when nobody answers. */
static int handle(struct serve *serve, uint8_t station, const uint8_t *pdu, size_t size, uint8_t *out)
{
    if (station == 0) {
        serve->statistics->requests++;
        serve->statistics->broadcasts++;
        for (uint32_t i = 1; i <= serve->site->flat_count; i++)
            ask(serve, i, true, pdu, size, out);
        return 0;
    }
    if (station > serve->site->flat_count) {
        serve->statistics->foreign++;
        return 0;
    }
    serve->statistics->requests++;
    return ask(serve, station, false, pdu, size, out);
}

/* ---- RTU --------------------------------------------------------------------------------------- */

static void end_frame(struct serve *serve, struct serve_channel *channel)
{
    struct modbus_rtu rtu;
    uint8_t pdu[MODBUS_PDU_MAX], frame[MODBUS_RTU_MAX];
    int parsed = modbus_rtu_parse(channel->frame, channel->frame_size, &rtu);
    channel->frame_size = 0;
    if (parsed < 0) {
        serve->statistics->damaged++;
        return;
    }
    int size = handle(serve, rtu.station, rtu.pdu, rtu.pdu_size, pdu);
    if (size > 0)
        size = modbus_rtu_encode(rtu.station, pdu, (size_t)size, frame, sizeof frame);
    if (size > 0)
        serve_reply(serve, channel, frame, (size_t)size);
}

/* ---- TCP --------------------------------------------------------------------------------------- */

/* The frame at the beginning of what came: its size, 0 when it is not whole yet, -1 when it is none. */
static int whole_frame(const struct serve_channel *channel)
{
    const uint8_t *head = channel->frame;
    if (channel->frame_size < MBAP_SIZE)
        return 0;
    size_t length = (size_t)head[MBAP_LENGTH_AT] << 8 | head[MBAP_LENGTH_AT + 1];
    bool is_modbus = head[2] == 0 && head[3] == 0 && length >= 2 && length <= MODBUS_PDU_MAX + 1;
    size_t size = MBAP_LENGTH_AT + 2 + length;
    return !is_modbus ? -1 : channel->frame_size < size ? 0 : (int)size;
}

static void answer_tcp(struct serve *serve, struct serve_channel *channel, size_t size)
{
    uint8_t reply[MBAP_SIZE + MODBUS_PDU_MAX];
    const uint8_t *frame = channel->frame;
    int answered = handle(serve, frame[MBAP_SIZE - 1], frame + MBAP_SIZE, size - MBAP_SIZE,
                          reply + MBAP_SIZE);
    if (answered <= 0)
        return;
    memcpy(reply, frame, MBAP_SIZE);
    reply[MBAP_LENGTH_AT] = (uint8_t)((answered + 1) >> 8);
    reply[MBAP_LENGTH_AT + 1] = (uint8_t)(answered + 1);
    serve_reply(serve, channel, reply, (size_t)(MBAP_SIZE + answered));
}

static void take_tcp_frames(struct serve *serve, struct serve_channel *channel)
{
    for (int size; (size = whole_frame(channel)) != 0;) {
        if (size < 0) { /* nothing says where the next one begins */
            serve->statistics->damaged++;
            channel->frame_size = 0;
            channel->ended = true;
            return;
        }
        answer_tcp(serve, channel, (size_t)size);
        channel->frame_size -= (size_t)size;
        memmove(channel->frame, channel->frame + size, channel->frame_size);
    }
}

/* ---- both -------------------------------------------------------------------------------------- */

static void bytes_came(struct serve *serve, struct serve_channel *channel, const uint8_t *bytes,
                       size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (channel->frame_size < sizeof channel->frame)
            channel->frame[channel->frame_size++] = bytes[i];
        else
            serve->statistics->noise++;
        if (channel->is_tcp)
            take_tcp_frames(serve, channel);
    }
}

static void silence(struct serve *serve, struct serve_channel *channel, int64_t now)
{
    if (!channel->is_tcp && channel->frame_size > 0 && now >= channel->heard_at + channel->gap_ns)
        end_frame(serve, channel);
}

static int64_t due(const struct serve_channel *channel)
{
    bool waits = !channel->is_tcp && channel->frame_size > 0;
    return waits ? channel->heard_at + channel->gap_ns : TIME_NEVER;
}

const struct serve_protocol_ops serve_modbus = {bytes_came, silence, due};
