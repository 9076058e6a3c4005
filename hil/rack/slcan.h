/*
 * Lawicel ASCII, as CANable and its like speak it on a serial port: CAN frames as text lines that
 * end in \r. Only what the rack needs: 11-bit data frames, and the answers \r (done), \a (refused),
 * z\r (sent). Bytes from outside are untrusted.
 */
#ifndef METERBENCH_HIL_RACK_SLCAN_H
#define METERBENCH_HIL_RACK_SLCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct can_frame {
    uint16_t id;    /* 0..7FF */
    uint8_t length; /* 0..8 */
    uint8_t data[8];
};

enum { SLCAN_TEXT_MAX = 22 }; /* tIIIL, 16 digits, terminating zero */

/* Writes tIIILDD.. and a zero, without \r. Returns the characters, or ERROR_OUT_OF_RANGE. */
int slcan_encode(const struct can_frame *frame, char text[SLCAN_TEXT_MAX]);

/* Reads one line without its \r. 0, or ERROR_INVALID_ARGUMENT for anything that is no data frame.
 */
int slcan_decode(const char *text, size_t size, struct can_frame *frame);

enum slcan_line {
    SLCAN_NOTHING, /* the line goes on */
    SLCAN_FRAME,
    SLCAN_DONE,    /* \r, z\r or an answer to V, N */
    SLCAN_FLAGS,   /* the answer to F, in receiver->flags */
    SLCAN_REFUSED, /* \a */
    SLCAN_NOISE,   /* a line that is none of them, in receiver->line */
};

/* Finds lines in a stream. Zero it to begin. */
struct slcan_receiver {
    char line[32];
    size_t size;
    size_t last_size; /* of the line that ended last; beyond the array: it was too long */
    uint8_t flags;
    uint64_t noise_count;
};

enum slcan_line slcan_feed(struct slcan_receiver *receiver, char byte, struct can_frame *frame);

#endif
