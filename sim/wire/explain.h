/*
 * Bytes of a line in plain English, one after another: what each is, what it means, and where they
 * are wrong what stood there and what should have stood there.
 *
 * Pure: bytes in, lines out. `meterbench decode` and `meterbench board monitor` print them.
 */
#ifndef METERBENCH_SIM_WIRE_EXPLAIN_H
#define METERBENCH_SIM_WIRE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_protocol {
    WIRE_UNKNOWN, /* as a wish: find out */
    WIRE_DLT645,
    WIRE_MODBUS_RTU,
    WIRE_MODBUS_TCP,
    WIRE_ENVELOPE, /* the uplink's, without its key: the header only */
};

/* Which way the bytes went. Only Modbus does not say it itself. */
enum wire_side { WIRE_EITHER, WIRE_REQUEST, WIRE_REPLY };

/* "DL/T 645", "Modbus RTU", ..; "unknown". Never NULL. */
const char *wire_protocol_name(enum wire_protocol protocol);

/* One piece of a frame. */
struct explain_line {
    size_t offset, size; /* size 0: a remark on the whole */
    bool wrong;
    const char *text;     /* lives during the call */
    const uint8_t *plain; /* DL/T 645 data: its bytes without the 33H; otherwise NULL */
};

typedef void explain_sink(void *user, const struct explain_line *line);

#define EXPLAIN_TEXT_MAX 1600

struct explained {
    enum wire_protocol protocol;
    enum wire_side side;            /* WIRE_EITHER: not to be told */
    size_t begin, size;             /* of the frame; noise before it is not counted in */
    bool noise;                     /* bytes that belong to no frame */
    bool wrong;                     /* the frame, its values, or noise before it */
    size_t wrong_offset;            /* of the first wrong byte; = the size given: it is missing */
    char reason[256];               /* what is wrong with it: "checksum EE, computed 2E" */
    char summary[EXPLAIN_TEXT_MAX]; /* one line: what the frame says; "" if it is none */
};

/*
 * Explains the first frame in the bytes, and what is before it. Offsets count from bytes[0].
 * Returns the bytes used, always more than 0 of a size above 0. `sink` may be NULL.
 */
size_t explain_next(enum wire_protocol protocol, enum wire_side side, const uint8_t *bytes,
                    size_t size, explain_sink *sink, void *user, struct explained *result);

/* What the bytes look like most. Never WIRE_UNKNOWN. */
enum wire_protocol explain_guess(const uint8_t *bytes, size_t size);

#endif
