#include "sim/modem.h"

#include <string.h>

static void reserve(struct modem *modem)
{
    uint32_t left = UINT32_MAX - modem->memory.reserved;
    modem->memory.reserved += left < MODEM_RESERVE ? left : MODEM_RESERVE;
}

int modem_seal(struct modem *modem, const struct uplink_codec *codec, const struct dlt645_address *address,
               const uint8_t *payload, size_t payload_size, uint8_t *message, size_t capacity)
{
    if (modem->counters.sent == modem->memory.reserved)
        reserve(modem);
    return uplink_seal(codec, &modem->key, ENVELOPE_UP, address, &modem->counters, payload, payload_size, message,
                       capacity);
}

/* The payload of a message that was not opened, as a modem takes it that does not ask for the tag. */
static int take_unopened(const struct uplink_codec *codec, const uint8_t *message, size_t size, uint8_t *payload,
                         size_t capacity, int error)
{
    size_t overhead = uplink_overhead(codec);
    if (size <= overhead || size - overhead > capacity)
        return error;
    memcpy(payload, message + uplink_payload_at(codec), size - overhead);
    return (int)(size - overhead);
}

int modem_open(struct modem *modem, const struct uplink_codec *codec, const struct dlt645_address *address,
               const uint8_t *message, size_t size, uint8_t *payload, size_t capacity)
{
    if (modem->faults.accepts_replays)
        modem->counters.accepted = 0;
    int result = uplink_open(codec, &modem->key, ENVELOPE_DOWN, address, &modem->counters, message, size, payload,
                             capacity);
    if (result >= 0)
        modem->memory.accepted = modem->counters.accepted; /* before the message acts */
    else if (modem->faults.skips_authentication)
        result = take_unopened(codec, message, size, payload, capacity, result);
    return result;
}

void modem_restart(struct modem *modem)
{
    modem->counters = (struct envelope_counters){modem->memory.reserved, modem->memory.accepted};
    if (modem->faults.counter_in_ram)
        modem->counters = (struct envelope_counters){0};
}
