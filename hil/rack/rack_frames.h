/*
 * The rack's CAN frames (docs/board.md, "Rack"): 2.0A, 500 kbit/s, little endian. The host sends
 * source levels with a sequence number each; the rack answers with stamps of its own clock.
 */
#ifndef METERBENCH_HIL_RACK_RACK_FRAMES_H
#define METERBENCH_HIL_RACK_RACK_FRAMES_H

#include "hil/rack/slcan.h"

enum rack_id {
    RACK_SOURCE_VOLTAGE = 0x110,
    RACK_LOAD_CURRENT = 0x111,
    RACK_RESIDUAL_CURRENT = 0x112,
    RACK_ENVIRONMENT = 0x113,
    RACK_BOARD_SUPPLY = 0x114, /* level 0: the board's supply is cut, whatever the source says */
    RACK_LOOPBACK = 0x115,     /* level of an output that is wired to a sense input */
    RACK_HEARTBEAT = 0x120,
    RACK_ACK = 0x210,
    RACK_COIL = 0x211,
    RACK_CONTACTS = 0x212,
    RACK_LOAD_VOLTAGE = 0x213,
    RACK_STATUS = 0x214,
    RACK_LOOPBACK_EDGE = 0x215,
    RACK_HEARTBEAT_ACK = 0x220,
};

enum rack_waveform { RACK_AC, RACK_PULSATING, RACK_SMOOTH_DC };

/* Bits of the payloads. */
enum {
    RACK_COIL_SET = 1 << 0,
    RACK_COIL_ENERGISED = 1 << 1,
    RACK_CONTACTS_CLOSED = 1 << 0,
    RACK_CONTACTS_BOUNCING = 1 << 1,
    RACK_STATUS_SAFE = 1 << 0,
    RACK_STATUS_POWERED = 1 << 1,
    RACK_STATUS_LOST = 1 << 2,
};

/* One level or group of levels, as the host sends it. Which fields count follows from the id. */
struct rack_stimulus {
    enum rack_id id;
    uint32_t level; /* mV, mA or uA, or 0 and 1 */
    enum rack_waveform waveform;
    int16_t temperature_dc; /* 0.1 degC */
    bool smoke, key;
};

/* The frame of a stimulus or (RACK_HEARTBEAT) of a heartbeat. */
void rack_stimulus_encode(const struct rack_stimulus *stimulus, uint16_t sequence,
                          struct can_frame *frame);

/* What the rack sent. */
struct rack_report {
    enum rack_id id;
    uint8_t counter;   /* +1 each frame of any id */
    uint64_t stamp_us; /* 40 bits */
    uint16_t payload;
};

/* 0, or ERROR_INVALID_ARGUMENT for an id or length that is not the rack's. */
int rack_report_decode(const struct can_frame *frame, struct rack_report *report);

/* For tests and stand-ins: the frame that a rack would send. */
void rack_report_encode(const struct rack_report *report, struct can_frame *frame);

#endif
