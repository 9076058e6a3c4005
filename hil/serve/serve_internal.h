/* The parts of `serve`, as they see each other: the loop hands bytes to a protocol, which asks meters. */
#ifndef METERBENCH_HIL_SERVE_SERVE_INTERNAL_H
#define METERBENCH_HIL_SERVE_SERVE_INTERNAL_H

#include "hil/serve/modbus_slave.h"
#include "hil/serve/serve.h"
#include "hil/serve/serve_wire.h"
#include "sim/kernel/random.h"
#include "sim/meter/port.h"

struct serve;

struct serve_protocol_ops {
    /* Bytes came. */
    void (*bytes)(struct serve *serve, struct serve_channel *channel, const uint8_t *bytes,
                  size_t size);
    /* The line has been silent since channel->heard_at. */
    void (*silence)(struct serve *serve, struct serve_channel *channel, int64_t now);
    /* When silence will mean something, or TIME_NEVER. */
    int64_t (*due)(const struct serve_channel *channel);
};

extern const struct serve_protocol_ops serve_dlt645, serve_modbus;

struct serve {
    struct event_sink sink; /* first: the sink is cast back */
    const struct serve_config *config;
    struct serve_statistics *statistics;
    struct site *site;
    const struct serve_protocol_ops *protocol;
    struct modbus_slave *slaves; /* Modbus: one a flat */
    struct meter_port *ports;    /* DL/T 645: one a flat */
    struct serve_wire wire;
    struct random random;
    struct line_spoiler spoiler;
    int64_t began; /* CLOCK_MONOTONIC at the site's time zero */
};

/* A reply goes out, after the time that a meter takes. */
void serve_reply(struct serve *serve, struct serve_channel *channel, const uint8_t *bytes,
                 size_t size);

/* What a meter was asked changed it: the site goes on from there. */
void serve_settle(struct serve *serve, struct flat *flat);

#endif
