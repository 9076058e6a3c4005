/*
 * The serial line as the bench sees it: libmodbus talks to one end of a pseudo terminal pair, this
 * relays between the other end and the device, stamps every byte, keeps the last ones for error
 * messages, and can be a bad line (hil/line/line_faults.h). It does not wait and reads no clock.
 *
 * Some adapters of two-wire buses give the master its own bytes back. The line learns that from the first request
 * that comes back whole and can be no reply, and keeps such bytes from then on to itself.
 */
#ifndef METERBENCH_HIL_LINE_LINE_H
#define METERBENCH_HIL_LINE_LINE_H

#include "hil/line/line_faults.h"
#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_CAPTURE_MAX = 256, LINE_DELAYED_MAX = 1024, LINE_OUT_MAX = 2048 };

struct line_byte {
    int64_t stamp;
    uint8_t byte, direction;
};

/* The two ends of the line. Both calls return 0 or a negative error. */
struct line_ends {
    int (*to_device)(void *user, const uint8_t *bytes, size_t size);
    /* A byte of the device was passed on to libmodbus. */
    void (*arrived)(void *user, int64_t stamp, uint8_t byte);
    void *user;
};

/* What of the last request may come back. */
struct line_echo {
    bool learned;   /* this adapter gives our bytes back */
    bool watching;  /* for this request's */
    size_t sent, seen; /* bytes of the request that left, and that came back */
    uint8_t bytes[LINE_OUT_MAX];
    int64_t stamps[LINE_OUT_MAX]; /* of those that came back and may yet be a reply */
    uint64_t swallowed;
};

struct line {
    struct line_ends ends;
    struct line_spoiler spoiler; /* counts what it did */
    struct random random;
    struct line_echo echo;
    int master;          /* our end of the pair */
    int slave;           /* kept open, so that the pair lives whoever comes and goes */
    char slave_path[64]; /* what libmodbus opens */
    struct line_byte capture[LINE_CAPTURE_MAX];
    uint64_t captured; /* bytes ever; the last LINE_CAPTURE_MAX are there */
    struct line_byte delayed[LINE_DELAYED_MAX]; /* ring in order of release; stamp is the release */
    int delayed_first, delayed_count;
    uint8_t out[LINE_OUT_MAX]; /* on its way to the device, handed over in one piece */
    size_t out_size;
    uint64_t overrun;
};

/* 0, or ERROR_IO with a message when there are no pseudo terminals. */
int line_open(struct line *line, const struct line_ends *ends, struct random random, char *message,
              size_t size);
void line_close(struct line *line);

/* From now on the line is this bad. */
void line_set_faults(struct line *line, const struct line_faults *faults);

/* Relay `size` bytes that libmodbus wrote just now. 0, ERROR_IO when they do not come, or the
 * device's error. */
int line_relay_request(struct line *line, int64_t now, size_t size);

/* Send bytes that libmodbus does not know of. 0 or the device's error. */
int line_send(struct line *line, int64_t now, const uint8_t *bytes, size_t size);

/* A byte came from the device. */
void line_from_device(struct line *line, int64_t stamp, uint8_t byte);

/* Release delayed bytes. 0 or the device's error. */
int line_service(struct line *line, int64_t now);
/* When the next delayed byte is due, or TIME_NEVER. */
int64_t line_due(const struct line *line);

/* The last bytes in words: "> 01 04 00 00 .. < 01 84 02 ..", at most what fits. */
void line_describe(const struct line *line, char *text, size_t size);

#endif
