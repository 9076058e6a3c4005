#include "rack.h"

#include "timebase.h"

#include <string.h>

#define STATUS_US 100000
#define HEARTBEAT_LIMIT_US 500000

enum { STATUS_SAFE = 1 << 0, STATUS_POWERED = 1 << 1, STATUS_LOST = 1 << 2 };

void rack_open(struct rack *rack, uint32_t frequency_hz, uint32_t voltage_mv,
               const struct rack_listener *listener)
{
    memset(rack, 0, sizeof *rack);
    rack->listener = *listener;
    rack->frequency_hz = frequency_hz;
    rack->levels.voltage_mv = voltage_mv;
    rack->levels.temperature_dc = 250;
    rack->safe = true; /* nobody has shown himself yet */
    rack->status_cycle = us_to_cycles(frequency_hz, STATUS_US);
}

void rack_report(struct rack *rack, int64_t stamp_cycle, uint16_t id, uint16_t payload)
{
    uint64_t stamp_us = (uint64_t)cycles_to_ns(rack->frequency_hz, stamp_cycle) / 1000;
    struct can_frame frame = { .id = id, .length = 8 };
    int i;

    frame.data[0] = rack->counter++;
    for (i = 0; i < 5; i++)
        frame.data[1 + i] = (uint8_t)(stamp_us >> (8 * i));
    frame.data[6] = (uint8_t)payload;
    frame.data[7] = (uint8_t)(payload >> 8);
    rack->listener.send(rack->listener.user, stamp_cycle, &frame);
}

static uint16_t get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t get_u32(const uint8_t *bytes)
{
    return get_u16(bytes) | (uint32_t)get_u16(bytes + 2) << 16;
}

static uint8_t wanted_length(uint16_t id)
{
    switch (id) {
    case RACK_SOURCE_VOLTAGE:
    case RACK_LOAD_CURRENT:
    case RACK_ENVIRONMENT:
        return 6;
    case RACK_RESIDUAL_CURRENT:
        return 7;
    case RACK_BOARD_SUPPLY:
    case RACK_LOOPBACK:
        return 3;
    case RACK_HEARTBEAT:
        return 2;
    default:
        return 0;
    }
}

/* False for what the rack will not do; such a frame gets no acknowledgement. */
static bool apply(struct rack *rack, const struct can_frame *frame)
{
    const uint8_t *data = frame->data;
    struct rack_levels *levels = &rack->levels;

    switch (frame->id) {
    case RACK_SOURCE_VOLTAGE:
        levels->voltage_mv = get_u32(data + 2);
        return true;
    case RACK_LOAD_CURRENT:
        if (rack->safe)
            return false;
        levels->current_ma = get_u32(data + 2);
        return true;
    case RACK_RESIDUAL_CURRENT:
        if (rack->safe || data[6] >= WAVEFORMS)
            return false;
        levels->residual_ua = get_u32(data + 2);
        levels->waveform = (enum waveform)data[6];
        return true;
    case RACK_BOARD_SUPPLY:
        levels->supply_cut = data[2] == 0;
        return true;
    case RACK_LOOPBACK:
        return true;
    default:
        levels->temperature_dc = (int16_t)get_u16(data + 2);
        levels->smoke = data[4] != 0;
        levels->key = data[5] != 0;
        return true;
    }
}

/* The sense input sees the output at once. */
static void drive_loopback(struct rack *rack, int64_t now, bool level)
{
    if (level == rack->loopback)
        return;
    rack->loopback = level;
    rack_report(rack, now, RACK_LOOPBACK_EDGE, level);
}

void rack_receive(struct rack *rack, int64_t now, const struct can_frame *frame)
{
    uint8_t length = wanted_length(frame->id);
    uint16_t sequence = get_u16(frame->data);

    if (length == 0 || frame->length != length)
        return;
    if (frame->id == RACK_HEARTBEAT) {
        rack->heartbeat_cycle = now;
        rack->safe = false;
        rack_report(rack, now, RACK_HEARTBEAT_ACK, sequence);
        rack->listener.applied(rack->listener.user, frame->id, sequence);
        return;
    }
    if (!apply(rack, frame))
        return;
    rack_report(rack, now, RACK_ACK, sequence);
    if (frame->id == RACK_LOOPBACK)
        drive_loopback(rack, now, frame->data[2] != 0);
    else
        rack->listener.applied(rack->listener.user, frame->id, sequence);
}

static int64_t heartbeat_limit(const struct rack *rack)
{
    if (rack->safe)
        return NEVER;
    return rack->heartbeat_cycle + us_to_cycles(rack->frequency_hz, HEARTBEAT_LIMIT_US);
}

int64_t rack_due(const struct rack *rack)
{
    int64_t limit = heartbeat_limit(rack);

    return limit < rack->status_cycle ? limit : rack->status_cycle;
}

static void report_status(struct rack *rack, int64_t stamp_cycle)
{
    uint16_t status = RACK_VERSION << 8;

    status |= rack->safe ? STATUS_SAFE : 0;
    status |= rack->board_powered ? STATUS_POWERED : 0;
    status |= rack->frames_lost ? STATUS_LOST : 0;
    rack->frames_lost = false;
    rack_report(rack, stamp_cycle, RACK_STATUS, status);
}

void rack_step(struct rack *rack, int64_t now)
{
    if (heartbeat_limit(rack) <= now) {
        rack->safe = true;
        rack->levels.current_ma = 0;
        rack->levels.residual_ua = 0;
        rack->listener.applied(rack->listener.user, 0, 0);
    }
    if (rack->status_cycle <= now) {
        report_status(rack, now);
        rack->status_cycle += us_to_cycles(rack->frequency_hz, STATUS_US);
    }
}
