/*
 * What passes on a serial line, frame by frame: bytes with their stamps go in, explained frames
 * come out. Frames are told apart by direction, by silence and by what they say, since an adapter
 * may hand over a question and its answer in one piece. It does not wait and reads no clock.
 */
#ifndef METERBENCH_HIL_LINE_CAPTURE_H
#define METERBENCH_HIL_LINE_CAPTURE_H

#include "hil/line/pcapng.h"

/* Longer than adapters hold bytes back (16 ms), shorter than a meter takes to answer (20 ms). */
#define CAPTURE_GAP_NS INT64_C(18000000)

struct captured {
    struct wire_packet packet;  /* one frame, good or not, or noise */
    struct explained explained; /* its offsets count from the packet's first byte */
};

typedef void capture_sink(void *user, const struct captured *captured);

struct capture {
    enum wire_protocol protocol; /* WIRE_UNKNOWN until a good frame told */
    int64_t gap_ns;              /* a silence that ends a frame */
    int64_t epoch_ns;            /* added to the stamps of bytes for the time of packets */
    capture_sink *sink;
    void *user;
    struct wire_packet burst; /* bytes since the last silence */
    int64_t stamps[PCAPNG_PACKET_MAX];
    struct captured last;
    bool has_last;
};

void capture_begin(struct capture *capture, enum wire_protocol protocol, capture_sink *sink,
                   void *user);

/* A byte was on the line; side says where to, if that is known. */
void capture_byte(struct capture *capture, int64_t stamp, enum wire_side side, uint8_t byte);

/* It is now this late: what is waiting may be over. */
void capture_service(struct capture *capture, int64_t now);

/* What is waiting is over. */
void capture_flush(struct capture *capture);

/* A packet of a file, that may hold several frames. */
void capture_packet(struct capture *capture, const struct wire_packet *packet);

/* A line of text, "12.345678 > 68 AA ..": seconds, direction (> to the meter, < from it, ? not
 * known), bytes. 1; 0 for a line without bytes (empty, or a # remark); ERROR_INVALID_ARGUMENT. */
int capture_read_line(const char *line, struct wire_packet *packet);

#endif
