/* The parts of `serve`, as they see each other: the loop hands bytes to a protocol, which asks meters. */
#ifndef METERBENCH_HIL_SERVE_INTERNAL_H
#define METERBENCH_HIL_SERVE_INTERNAL_H

#include "hil/serve.h"
#include "hil/serve_wire.h"
#include "sim/kernel/random.h"

struct serve {
    struct event_sink sink; /* first: the sink is cast back */
    const struct serve_config *config;
    struct serve_statistics *statistics;
    struct site *site;
    struct serve_wire wire;
    struct random random;
    int64_t began; /* CLOCK_MONOTONIC at the site's time zero */
};

/* A reply goes out, after the time that a meter takes. */
void serve_reply(struct serve *serve, struct serve_channel *channel, const uint8_t *bytes,
                 size_t size);

/* What a meter was asked changed it: the site goes on from there. */
void serve_settle(struct serve *serve, struct flat *flat);

/* serve_dlt645.c: bytes came; the line was silent until `now` (heard_at says since when). */
void serve_dlt645_bytes(struct serve *serve, struct serve_channel *channel, const uint8_t *bytes,
                        size_t size);
void serve_dlt645_silence(struct serve *serve, struct serve_channel *channel, int64_t now);
/* When silence will mean something, or TIME_NEVER. */
int64_t serve_dlt645_due(const struct serve_channel *channel);

#endif
