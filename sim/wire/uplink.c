#include "sim/wire/uplink.h"

#include "sim/error.h"

enum { ENVELOPE_COUNTER_AT = 8, LORAWAN_COUNTER_AT = 6 };

bool uplink_codec_init(struct uplink_codec *codec, bool lorawan, bool without_cipher)
{
    *codec = (struct uplink_codec){0};
    if (lorawan)
        codec->frames = lorawan_context_new();
    else
        codec->envelopes = envelope_context_new();
    if (codec->frames && without_cipher)
        lorawan_context_without_cipher(codec->frames);
    if (codec->envelopes && without_cipher)
        envelope_context_without_cipher(codec->envelopes);
    return codec->frames || codec->envelopes;
}

void uplink_codec_free(struct uplink_codec *codec)
{
    envelope_context_free(codec->envelopes);
    lorawan_context_free(codec->frames);
    *codec = (struct uplink_codec){0};
}

size_t uplink_overhead(const struct uplink_codec *codec)
{
    return codec->frames ? LORAWAN_OVERHEAD : ENVELOPE_OVERHEAD;
}

size_t uplink_payload_at(const struct uplink_codec *codec)
{
    return codec->frames ? LORAWAN_OVERHEAD - LORAWAN_MIC_SIZE : ENVELOPE_HEADER_SIZE;
}

size_t uplink_counter_at(const struct uplink_codec *codec, size_t *bytes)
{
    *bytes = codec->frames ? 2 : 4;
    return codec->frames ? LORAWAN_COUNTER_AT : ENVELOPE_COUNTER_AT;
}

/* Place of the counter's byte of weight 256^i. */
static size_t counter_byte(const struct uplink_codec *codec, size_t i)
{
    size_t bytes, at = uplink_counter_at(codec, &bytes);
    return codec->frames ? at + i : at + bytes - 1 - i;
}

uint32_t uplink_counter(const struct uplink_codec *codec, const uint8_t *message, size_t size)
{
    size_t bytes, at = uplink_counter_at(codec, &bytes);
    uint32_t counter = 0;
    for (size_t i = 0; i < bytes && at + bytes <= size; i++)
        counter |= (uint32_t)message[counter_byte(codec, i)] << 8 * i;
    return counter;
}

void uplink_set_counter(const struct uplink_codec *codec, uint8_t *message, size_t size, uint32_t counter)
{
    size_t bytes, at = uplink_counter_at(codec, &bytes);
    for (size_t i = 0; i < bytes && at + bytes <= size; i++)
        message[counter_byte(codec, i)] = (uint8_t)(counter >> 8 * i);
}

int uplink_seal(const struct uplink_codec *codec, const struct envelope_key *key, enum envelope_direction direction,
                const struct dlt645_address *address, struct envelope_counters *counters, const uint8_t *payload,
                size_t payload_size, uint8_t *message, size_t capacity)
{
    struct lorawan_keys keys;
    if (!codec->frames)
        return envelope_seal(codec->envelopes, key, direction, address, counters, payload, payload_size, message,
                             capacity);
    int result = lorawan_session_keys(codec->frames, key, &keys);
    if (result < 0)
        return result;
    return lorawan_seal(codec->frames, &keys, direction, lorawan_device(address), counters, UPLINK_PORT, payload,
                        payload_size, message, capacity);
}

int uplink_open(const struct uplink_codec *codec, const struct envelope_key *key, enum envelope_direction direction,
                const struct dlt645_address *address, struct envelope_counters *counters, const uint8_t *message,
                size_t size, uint8_t *payload, size_t capacity)
{
    struct lorawan_keys keys;
    uint8_t port;
    if (!codec->frames)
        return envelope_open(codec->envelopes, key, direction, address, counters, message, size, payload, capacity);
    int result = lorawan_session_keys(codec->frames, key, &keys);
    if (result < 0)
        return result;
    return lorawan_open(codec->frames, &keys, direction, lorawan_device(address), counters, message, size, &port,
                        payload, capacity);
}
