/*
 * The wires of `serve`: what listens, and who came. A channel is one line: the pseudo terminal or serial port, or
 * one TCP client. Nothing waits here but serve_wire_wait.
 */
#ifndef METERBENCH_HIL_SERVE_WIRE_H
#define METERBENCH_HIL_SERVE_WIRE_H

#include "hil/serve.h"
#include "sim/wire/dlt645.h"
#include "sim/wire/modbus_pdu.h"

enum { SERVE_CHANNELS_MAX = 9, SERVE_OUT_MAX = 2048 };

struct serve_channel {
    int fd; /* -1: nobody */
    bool is_tcp;
    bool ended; /* the client says nothing more, but may still listen */
    int64_t character_ns; /* of one byte on the line; 0 on TCP */
    int64_t gap_ns;       /* silence that ends a Modbus frame */
    int64_t heard_at;     /* the last byte's end on the line */
    struct dlt645_receiver receiver;
    uint8_t frame[300]; /* Modbus: bytes since the last silence, or a TCP frame's beginning */
    size_t frame_size;
    struct {
        int64_t due;
        uint8_t byte;
    } out[SERVE_OUT_MAX]; /* ring, in order of leaving */
    int out_first, out_count;
    int64_t quiet_at; /* the last byte that was put out has left by then */
};

struct serve_wire {
    int listener; /* -1: none */
    int kept;     /* our hold on the pseudo terminal's other end; -1 */
    struct serial serial;
    struct serve_channel channels[SERVE_CHANNELS_MAX];
    char where[128]; /* the device, or address:port */
    uint64_t overrun;
};

/* 0, or ERROR_PORT, ERROR_IO with a message. */
int serve_wire_open(struct serve_wire *wire, const struct serve_config *config, char *message,
                    size_t size);
void serve_wire_close(struct serve_wire *wire);

/* Sleeps until `until` (CLOCK_MONOTONIC), a byte, a client or a line on `standard_input` (-1: none). True when
 * standard input has something. */
bool serve_wire_wait(struct serve_wire *wire, int64_t until, int standard_input);

/* Takes new clients, if there is a listener. */
void serve_wire_accept(struct serve_wire *wire, const struct serve_config *config);

/* Bytes that came on a channel; 0 when none did. ERROR_PORT_LOST when a port went away; a client that left just leaves. */
int serve_channel_read(struct serve_wire *wire, struct serve_channel *channel, uint8_t *bytes,
                       size_t capacity);

/* Bytes leave one by one at the line's speed, from `at` on or after those before them. */
void serve_channel_put(struct serve_wire *wire, struct serve_channel *channel, int64_t at,
                       const uint8_t *bytes, size_t size);

/* Sends what is due. 0, or ERROR_PORT_LOST. */
int serve_channel_flush(struct serve_wire *wire, struct serve_channel *channel, int64_t now);

/* When the next byte is due, or TIME_NEVER. */
int64_t serve_channel_due(const struct serve_channel *channel);

#endif
