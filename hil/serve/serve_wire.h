/*
 * The wires of `serve`: what listens, and who came. A channel is one line: the pseudo terminal or serial port, or
 * one TCP client. Nothing waits here but serve_wire_wait.
 */
#ifndef METERBENCH_HIL_SERVE_SERVE_WIRE_H
#define METERBENCH_HIL_SERVE_SERVE_WIRE_H

#include "hil/serve/serve.h"
#include "sim/wire/dlt645.h"
#include "sim/wire/modbus_pdu.h"

enum { SERVE_CHANNELS_MAX = 9, SERVE_OUT_MAX = 2048 };

struct serve_byte {
    int64_t due;
    uint8_t byte;
};

/* A ring in the order of arrival: nothing overtakes. */
struct serve_queue {
    struct serve_byte bytes[SERVE_OUT_MAX];
    int first, count;
};

/* False when it is full. */
bool serve_queue_put(struct serve_queue *queue, int64_t due, uint8_t byte);
/* True and the next byte when one is due. */
bool serve_queue_take(struct serve_queue *queue, int64_t now, uint8_t *byte);
/* When the next byte is due, or TIME_NEVER. */
int64_t serve_queue_due(const struct serve_queue *queue);

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
    struct serve_queue in, out; /* on their way through a line that delays, or at its own speed */
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

/* A byte leaves, one character after the one before it and not before `at`. */
void serve_channel_put(struct serve_wire *wire, struct serve_channel *channel, int64_t at,
                       uint8_t byte);

/* Sends what is due. 0, or ERROR_PORT_LOST. */
int serve_channel_flush(struct serve_wire *wire, struct serve_channel *channel, int64_t now);

#endif
