/*
 * The stimulus rack's frames: levels that the host wants, heartbeat and safe state, reports. What
 * the levels do to the board is emulator.c's business.
 */
#ifndef EMULATOR_RACK_H
#define EMULATOR_RACK_H

#include "slcan.h"

#define RACK_VERSION 1

enum {
    RACK_SOURCE_VOLTAGE = 0x110,
    RACK_LOAD_CURRENT = 0x111,
    RACK_RESIDUAL_CURRENT = 0x112,
    RACK_ENVIRONMENT = 0x113,
    RACK_BOARD_SUPPLY = 0x114,
    RACK_LOOPBACK = 0x115,
    RACK_HEARTBEAT = 0x120,
    RACK_ACK = 0x210,
    RACK_COIL = 0x211,
    RACK_CONTACTS = 0x212,
    RACK_LOAD_VOLTAGE = 0x213,
    RACK_STATUS = 0x214,
    RACK_LOOPBACK_EDGE = 0x215,
    RACK_HEARTBEAT_ACK = 0x220
};

enum waveform { WAVEFORM_AC, WAVEFORM_PULSATING, WAVEFORM_SMOOTH_DC, WAVEFORMS };

/* What the host asked for; the load and the residual flow only through conducting contacts. */
struct rack_levels {
    uint32_t voltage_mv;
    bool supply_cut; /* the power relay in the board's feed is open */
    uint32_t current_ma;
    uint32_t residual_ua;
    enum waveform waveform;
    int16_t temperature_dc;
    bool smoke;
    bool key;
};

struct rack_listener {
    void (*send)(void *user, int64_t stamp_cycle, const struct can_frame *frame);
    void (*applied)(void *user, uint16_t id, uint16_t sequence); /* levels have changed */
    void *user;
};

struct rack {
    struct rack_listener listener;
    uint32_t frequency_hz;
    struct rack_levels levels;
    bool safe;
    bool board_powered;
    bool loopback; /* the level of the loop-back output, which is wired to a sense input */
    bool frames_lost; /* reports could not be sent; told in the status until it was sent */
    uint8_t counter;
    int64_t heartbeat_cycle;
    int64_t status_cycle; /* of the next status */
};

void rack_open(struct rack *rack, uint32_t frequency_hz, uint32_t voltage_mv,
               const struct rack_listener *listener);

/* A frame from the host. Unknown ids and wrong lengths are other nodes' business. */
void rack_receive(struct rack *rack, int64_t now, const struct can_frame *frame);

int64_t rack_due(const struct rack *rack);
void rack_step(struct rack *rack, int64_t now);

/* Sends a report frame with the rack's stamp of a cycle. */
void rack_report(struct rack *rack, int64_t stamp_cycle, uint16_t id, uint16_t payload);

#endif
