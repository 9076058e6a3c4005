/*
 * Lawicel's ASCII protocol for CAN adapters, the part that slcan drivers use: S6 O C V N F and t.
 * Text comes from outside, so every length and digit is checked.
 */
#ifndef EMULATOR_SLCAN_H
#define EMULATOR_SLCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct can_frame {
    uint16_t id; /* 11 bits */
    uint8_t length;
    uint8_t data[8];
};

/* "t" + 3 + 1 + 16 hex digits and the terminating zero. */
#define SLCAN_FRAME_SIZE 22

/* Parses "tIIILDD..", without carriage return. */
bool slcan_parse(const char *text, size_t length, struct can_frame *frame);

/* Writes it; returns the length. */
size_t slcan_format(const struct can_frame *frame, char text[SLCAN_FRAME_SIZE]);

struct slcan_listener {
    void (*frame)(void *user, const struct can_frame *frame);
    void (*reply)(void *user, const char *text); /* bytes for the host */
    void *user;
};

struct slcan {
    struct slcan_listener listener;
    char line[32];
    size_t length;
    bool overlong;
    bool open;
    bool bitrate_fits; /* the rack's bus runs at 500 kbit/s, which is S6 */
};

void slcan_open(struct slcan *slcan, const struct slcan_listener *listener);

/* One byte from the host. */
void slcan_byte(struct slcan *slcan, char byte);

#endif
