/*
 * What passes between a meter's modem and the platform, sealed: envelopes (envelope.h) or, where the link is LoRa,
 * LoRaWAN frames (lorawan.h). Both ends of a link, and an attacker on it, use the same functions.
 */
#ifndef METERBENCH_SIM_WIRE_UPLINK_H
#define METERBENCH_SIM_WIRE_UPLINK_H

#include "sim/wire/envelope.h"
#include "sim/wire/lorawan.h"

#define UPLINK_PORT 1 /* LoRaWAN's FPort of DL/T 645 frames */

/* The ciphers' working memory: one of them, the other NULL. */
struct uplink_codec {
    struct envelope_context *envelopes;
    struct lorawan_context *frames;
};

/* False when memory or a cipher is not to be had. */
bool uplink_codec_init(struct uplink_codec *codec, bool lorawan, bool without_cipher);
void uplink_codec_free(struct uplink_codec *codec);

/* Bytes that a message has beyond its payload, and how many of them go before it. */
size_t uplink_overhead(const struct uplink_codec *codec);
size_t uplink_payload_at(const struct uplink_codec *codec);
/* Where the counter stands in a message, and how many bytes of it; it is big-endian in envelopes, little-endian on LoRa. */
size_t uplink_counter_at(const struct uplink_codec *codec, size_t *bytes);
/* The counter as it stands there; 0 when the message is too short for one. Nothing says that it is true. */
uint32_t uplink_counter(const struct uplink_codec *codec, const uint8_t *message, size_t size);
void uplink_set_counter(const struct uplink_codec *codec, uint8_t *message, size_t size, uint32_t counter);

/* As envelope_seal and envelope_open. */
int uplink_seal(const struct uplink_codec *codec, const struct envelope_key *key, enum envelope_direction direction,
                const struct dlt645_address *address, struct envelope_counters *counters, const uint8_t *payload,
                size_t payload_size, uint8_t *message, size_t capacity);
int uplink_open(const struct uplink_codec *codec, const struct envelope_key *key, enum envelope_direction direction,
                const struct dlt645_address *address, struct envelope_counters *counters, const uint8_t *message,
                size_t size, uint8_t *payload, size_t capacity);

#endif
