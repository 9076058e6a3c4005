#include "hil/rack/rack_frames.h"

#include "sim/error.h"

#include <string.h>

static void put(uint8_t *bytes, uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *bytes, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

void rack_stimulus_encode(const struct rack_stimulus *stimulus, uint16_t sequence,
                          struct can_frame *frame)
{
    *frame = (struct can_frame){.id = (uint16_t)stimulus->id, .length = 6};
    put(frame->data, sequence, 2);
    switch (stimulus->id) {
    case RACK_RESIDUAL_CURRENT:
        frame->length = 7;
        frame->data[6] = (uint8_t)stimulus->waveform;
        put(frame->data + 2, stimulus->level, 4);
        break;
    case RACK_ENVIRONMENT:
        put(frame->data + 2, (uint16_t)stimulus->temperature_dc, 2);
        frame->data[4] = stimulus->smoke;
        frame->data[5] = stimulus->key;
        break;
    case RACK_BOARD_SUPPLY:
    case RACK_LOOPBACK:
        frame->length = 3;
        frame->data[2] = stimulus->level != 0;
        break;
    case RACK_HEARTBEAT:
        frame->length = 2;
        break;
    default:
        put(frame->data + 2, stimulus->level, 4);
        break;
    }
}

static bool is_report(unsigned id)
{
    return (id >= RACK_ACK && id <= RACK_LOOPBACK_EDGE) || id == RACK_HEARTBEAT_ACK;
}

int rack_report_decode(const struct can_frame *frame, struct rack_report *report)
{
    if (!is_report(frame->id) || frame->length != 8)
        return ERROR_INVALID_ARGUMENT;
    *report = (struct rack_report){
        .id = (enum rack_id)frame->id,
        .counter = frame->data[0],
        .stamp_us = get(frame->data + 1, 5),
        .payload = (uint16_t)get(frame->data + 6, 2),
    };
    return 0;
}

void rack_report_encode(const struct rack_report *report, struct can_frame *frame)
{
    *frame = (struct can_frame){.id = (uint16_t)report->id, .length = 8};
    frame->data[0] = report->counter;
    put(frame->data + 1, report->stamp_us, 5);
    put(frame->data + 6, report->payload, 2);
}
