#include "sim/forge.h"

#include <assert.h>
#include <string.h>

enum { ENERGY_IDENTIFIER = 0x00010000, COUNTERS_AHEAD = 1000 };

static void put(struct forgery *forgery, const struct dlt645_frame *frame)
{
    int size = dlt645_encode(frame, 0, forgery->payload, sizeof forgery->payload);
    assert(size > 0);
    forgery->size = (uint8_t)size;
}

/* An hour off, so that it would matter. */
static int clock_frame(const struct flat *flat, int order, const struct dlt645_authority *authority,
                       struct dlt645_frame *frame)
{
    const struct dlt645_time time = controller_wire_time(meter_clock_s(&flat->meter, flat->now) + 3600);
    uint8_t value[DLT645_TIME_SIZE_MAX];
    if (order == ORDER_BROADCAST_TIME)
        return dlt645_broadcast_time(frame, &time);
    int size = dlt645_time_write(DLT645_TIME_WITH_WEEKDAY, &time, value, sizeof value);
    if (size < 0)
        return size;
    const struct dlt645_write write = {CONTROLLER_CLOCK_IDENTIFIER, *authority, value, (size_t)size};
    return dlt645_write_request(frame, &flat->address, &write);
}

int forge_order(const struct flat *flat, int order, struct forgery *forgery)
{
    const struct dlt645_relay_command command = {
        .authority = {4, flat->meter.config->control_password, 0},
        .order = (enum dlt645_relay_order)order,
        .restore_after_5min = order == DLT645_RELAY_TRIP_THEN_CLOSE || order == DLT645_RELAY_TRIP_THEN_PERMIT,
        .valid_until = {2099, 12, 31, 23, 59, 59, 0},
    };
    struct dlt645_frame frame;
    bool of_clock = order == ORDER_BROADCAST_TIME || order == ORDER_SET_CLOCK;
    int result = of_clock ? clock_frame(flat, order, &command.authority, &frame)
                          : dlt645_relay_request(&frame, &flat->address, &command);
    if (result == 0)
        put(forgery, &frame);
    return result;
}

void forge_reading(const struct flat *flat, int64_t reading_10wh, struct forgery *forgery)
{
    struct dlt645_frame frame;
    uint8_t value[8];
    int size = dlt645_quantity_write(DLT645_ENERGY, reading_10wh * 10000, value, sizeof value);
    assert(size > 0);
    int result = dlt645_read_reply(&frame, &flat->address, ENERGY_IDENTIFIER, value, (size_t)size);
    assert(result == 0);
    (void)result;
    put(forgery, &frame);
}

void forge_alarm(const struct flat *flat, enum meter_alarm alarm, int detail, struct forgery *forgery)
{
    struct controller_outbox outbox = {0};
    struct controller liar = {.outbox = &outbox};
    const struct controller_report report = {
        .alarm = alarm, .detail = (uint8_t)detail, .clock_s = meter_clock_s(&flat->meter, flat->now)};
    controller_report(&liar, &flat->address, &report);
    forgery->size = outbox.frames[0].size;
    memcpy(forgery->payload, outbox.frames[0].bytes, forgery->size);
}

void forge_confirmation(const struct flat *flat, int order, struct forgery *forgery)
{
    const struct dlt645_relay_reply reply = {
        .accepted = true,
        .has_word = true,
        .word = order == DLT645_RELAY_TRIP ? DLT645_DONE_TRIPPED : DLT645_DONE_CLOSED,
    };
    struct dlt645_frame frame;
    dlt645_relay_reply(&frame, &flat->address, &reply);
    put(forgery, &frame);
}

void forge_poll(const struct flat *flat, struct forgery *forgery)
{
    struct dlt645_frame frame;
    dlt645_read_request(&frame, &flat->address, ENERGY_IDENTIFIER);
    put(forgery, &frame);
}

static struct envelope_key key_of(const struct flat *flat, const struct forgery *forgery)
{
    struct envelope_key key = flat->platform_key;
    if (forgery->key == FORGE_STOLEN)
        return forgery->stolen;
    key.bytes[0] ^= 0x80;
    return key;
}

int forge_message(const struct flat *flat, const struct forgery *forgery, struct link_message *message)
{
    const struct uplink_codec *codec = &flat->shared->codec;
    bool down = forgery->direction == LINK_DOWN;
    const struct envelope_key key = key_of(flat, forgery);
    uint32_t last = down ? flat->platform_counters.sent : flat->modem.counters.sent;
    struct envelope_counters counters = {
        .sent = forgery->has_counter ? forgery->counter - 1 : last + COUNTERS_AHEAD};
    int size = uplink_seal(codec, &key, down ? ENVELOPE_DOWN : ENVELOPE_UP, &flat->address, &counters,
                           forgery->payload, forgery->size, message->bytes, sizeof message->bytes);
    if (size < 0)
        return size;
    message->size = (uint16_t)size;
    if (forgery->key != FORGE_NONE)
        return 0;
    size_t at = uplink_payload_at(codec), overhead = uplink_overhead(codec);
    memcpy(message->bytes + at, forgery->payload, forgery->size);
    memset(message->bytes + at + forgery->size, 0, overhead - at);
    return 0;
}
