/*
 * How time passes at a board, and how bytes and rack frames come and go. Two kinds: paced
 * (hil/paced.h), at the wall clock's pace, and granted (hil/granted.h), where an emulated board
 * runs as long as it is told to. Times are "host time" in ns: CLOCK_MONOTONIC, or the emulator's
 * own clock. What arrives is handed to the listener with its stamp, in order.
 */
#ifndef METERBENCH_HIL_PACE_H
#define METERBENCH_HIL_PACE_H

#include "hil/rack/can_health.h"
#include "hil/rack/rack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pace_listener {
    /* It was on the line, or came from the rack, no later than at `stamp`. */
    void (*byte)(void *user, int64_t stamp, uint8_t byte);
    void (*frame)(void *user, int64_t stamp, const struct can_frame *frame);
    void *user;
};

struct pace;

struct pace_ops {
    int64_t (*now)(struct pace *pace);
    /* Let time pass to `until` at most, or until something arrived. 0; ERROR_PORT_LOST,
     * ERROR_RACK_LOST or ERROR_EMULATOR with pace->message. */
    int (*wait)(struct pace *pace, int64_t until);
    /* Bytes begin to enter the serial line. 0 or the errors of wait. */
    int (*write)(struct pace *pace, const uint8_t *bytes, size_t size);
    void (*close)(struct pace *pace);
};

struct pace {
    const struct pace_ops *ops;
    struct pace_listener listener;
    struct can_port rack; /* send frames here; not to be used without has_rack */
    bool has_rack;
    const struct can_health *rack_health; /* NULL: there is no controller that tells */
    const char *rack_notes;               /* about the rack's interface; NULL or empty: none */
    int64_t jitter_ns;     /* how unevenly bytes arrive that left in one go */
    int64_t resolution_ns; /* a byte's stamp may be that late; 0: it is exact */
    bool unpaced; /* a pseudo-terminal: bytes may cross at once, whatever the line's speed */
    char message[320];
};

#endif
