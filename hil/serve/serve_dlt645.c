/* Virtual meters as slaves of DL/T 645. */
#include "hil/serve/serve_internal.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <string.h>

#define GAP_NS (500 * NS_PER_MS) /* the longest between the bytes of a frame, clause 5.3.3 */

enum { OVERLAP_MAX = 20 };

/* What several meters put on the bus at once: a 0 bit is driven, so it wins. */
struct answers {
    int count;
    size_t size;
    uint8_t bytes[DLT645_ENCODED_MAX + OVERLAP_MAX];
};

/* None begins at the same time as another. */
static void overlay(struct answers *answers, const uint8_t *bytes, size_t size)
{
    size_t at = (size_t)answers->count * 3 % OVERLAP_MAX;
    if (answers->count++ == 0)
        memset(answers->bytes, 0xff, sizeof answers->bytes);
    for (size_t i = 0; i < size; i++)
        answers->bytes[at + i] &= bytes[i];
    answers->size = at + size > answers->size ? at + size : answers->size;
}

static void ask(struct serve *serve, struct flat *flat, const struct dlt645_frame *request,
                struct answers *answers)
{
    struct dlt645_frame reply;
    uint8_t bytes[DLT645_ENCODED_MAX];
    meter_account(&flat->meter, serve->site->now);
    bool answered = meter_answer(&flat->meter, serve->site->now, request, &reply);
    serve_settle(serve, flat);
    if (!answered)
        return;
    int size = dlt645_encode(&reply, (unsigned)serve->config->preambles, bytes, sizeof bytes);
    if (size <= 0)
        return;
    overlay(answers, bytes, (size_t)size);
    serve->statistics->replies++;
    serve->statistics->refusals += (reply.control & DLT645_ABNORMAL) != 0;
}

/* The reply went out at the old speed. A bus has one: its bytes take as long as the slowest meter says. */
static void follow_baud(struct serve *serve, struct serve_channel *channel)
{
    struct serial_settings line = serve->config->line;
    for (uint32_t i = 0; i < serve->site->flat_count; i++)
        if (i == 0 || serve->ports[i].baud < line.baud)
            line.baud = serve->ports[i].baud;
    channel->character_ns = serial_character_ns(&line);
}

static void handle(struct serve *serve, struct serve_channel *channel,
                   const struct dlt645_frame *request)
{
    struct answers answers = {0};
    bool broadcast = dlt645_address_is_broadcast(&request->address);
    bool known = false;
    if (request->control & DLT645_FROM_METER) /* our own words, as some adapters give them back */
        return;
    for (uint32_t i = 1; i <= serve->site->flat_count; i++) {
        struct flat *flat = site_flat(serve->site, i);
        bool asked = broadcast || dlt645_address_matches(&request->address, &flat->meter.address);
        known |= asked;
        if (asked && flat->meter.controller.status.powered)
            ask(serve, flat, request, &answers);
    }
    serve->statistics->requests += known;
    serve->statistics->foreign += !known;
    serve->statistics->broadcasts += broadcast;
    serve->statistics->collisions += answers.count > 1;
    if (answers.count > 0)
        serve_reply(serve, channel, answers.bytes, answers.size);
    if (request->control == DLT645_SET_BAUD && answers.count == 1 && !channel->is_tcp)
        follow_baud(serve, channel);
}

static void drain(struct serve *serve, struct serve_channel *channel,
                  int (*next)(struct dlt645_receiver *, struct dlt645_frame *))
{
    struct dlt645_frame frame;
    for (int result; (result = next(&channel->receiver, &frame)) != 0;) {
        if (result > 0)
            handle(serve, channel, &frame);
        else
            serve->statistics->damaged++;
    }
}

static void bytes_came(struct serve *serve, struct serve_channel *channel, const uint8_t *bytes,
                       size_t size)
{
    uint64_t noise = channel->receiver.noise_count;
    for (size_t i = 0; i < size; i++) {
        dlt645_receiver_feed(&channel->receiver, bytes[i]);
        drain(serve, channel, dlt645_receiver_next);
    }
    serve->statistics->noise += channel->receiver.noise_count - noise;
}

static void silence(struct serve *serve, struct serve_channel *channel, int64_t now)
{
    if (channel->receiver.size > 0 && now >= channel->heard_at + GAP_NS)
        drain(serve, channel, dlt645_receiver_gap);
}

static int64_t due(const struct serve_channel *channel)
{
    return channel->receiver.size > 0 ? channel->heard_at + GAP_NS : TIME_NEVER;
}

const struct serve_protocol_ops serve_dlt645 = {bytes_came, silence, due};
