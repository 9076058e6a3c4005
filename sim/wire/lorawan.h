/*
 * Data frames of LoRaWAN 1.0.x, what a meter on LoRa sends in the place of the uplink envelope (envelope.h):
 *
 *     MHDR 1 | DevAddr 4 LE | FCtrl 1 | FCnt 2 LE | FOpts 0..15 | FPort 1 | FRMPayload | MIC 4
 *
 * The payload is enciphered with AES-128 in counter mode under the application session key, and the first four bytes
 * of an AES-CMAC (RFC 4493) under the network session key cover the whole frame. Counters have 32 bits, of which
 * the low 16 are on the air: the receiver takes the number that lies ahead of its last one by at most
 * LORAWAN_GAP_MAX. Frames are sent confirmed, with FCtrl 0 and no options.
 *
 * Not here: joining, MAC commands (port 0), acknowledgements, which the link's model has. Layout and both algorithms as
 * in the LoRaWAN 1.0.x specification, chapter 4, and Semtech's LoRaMacCrypto.
 */
#ifndef METERBENCH_SIM_WIRE_LORAWAN_H
#define METERBENCH_SIM_WIRE_LORAWAN_H

#include "sim/wire/envelope.h"

#include <stdbool.h>

#define LORAWAN_OVERHEAD 13 /* without options */
#define LORAWAN_PAYLOAD_MAX 222
#define LORAWAN_SIZE_MAX (LORAWAN_OVERHEAD + 15 + LORAWAN_PAYLOAD_MAX)
#define LORAWAN_MIC_SIZE 4
#define LORAWAN_CMAC_SIZE 16
#define LORAWAN_GAP_MAX 16384 /* MAX_FCNT_GAP of 1.0.x, from memory */

/* Of one device: keys of a session. */
struct lorawan_keys {
    struct envelope_key network;     /* NwkSKey: integrity */
    struct envelope_key application; /* AppSKey: payload */
};

/* The readable part of a frame. */
struct lorawan_header {
    enum envelope_direction direction;
    bool confirmed;
    uint32_t device;
    uint8_t control; /* FCtrl */
    uint16_t counter; /* the low 16 bits */
    uint8_t port;
    uint8_t payload_at; /* place of FRMPayload in the frame */
};

/* Working memory, one a thread, as envelope_context. NULL if memory or AES-128 is not to be had. */
struct lorawan_context *lorawan_context_new(void);
/* Frames keep size, header and counters, but payloads stand in the clear and MICs are zeros. For fleets only. */
void lorawan_context_without_cipher(struct lorawan_context *context);
void lorawan_context_free(struct lorawan_context *context);

/* The session keys of a meter's key, as a join without nonces would make them: AES(key, 01 00 .. 00) for the network
 * and AES(key, 02 00 .. 00) for the application. 0 or ERROR_ENVELOPE_CRYPTO. */
int lorawan_session_keys(struct lorawan_context *context, const struct envelope_key *root,
                         struct lorawan_keys *keys);

/* The device address of a meter: network 0 (private), then the low 25 bits of its number. */
uint32_t lorawan_device(const struct dlt645_address *address);

/* AES-CMAC of any bytes up to LORAWAN_SIZE_MAX + 16 (RFC 4493). 0, ERROR_ENVELOPE_TOO_LONG or ERROR_ENVELOPE_CRYPTO. */
int lorawan_cmac(struct lorawan_context *context, const struct envelope_key *key, const uint8_t *bytes, size_t size,
                 uint8_t mac[LORAWAN_CMAC_SIZE]);

/* Nothing in a header may be believed before lorawan_open. 0, ERROR_ENVELOPE_TOO_SHORT, ERROR_ENVELOPE_VERSION (no data
 * frame of LoRaWAN R1). */
int lorawan_peek(const uint8_t *frame, size_t size, struct lorawan_header *header);

/*
 * Seals a payload with the next counter, which is counted up first and never used twice. Returns the frame's bytes, or
 * with the counter unchanged ERROR_ENVELOPE_TOO_LONG, ERROR_BUFFER_TOO_SMALL, ERROR_INVALID_ARGUMENT (port 0),
 * ERROR_ENVELOPE_COUNTER_EXHAUSTED. `payload` and `frame` must not overlap.
 */
int lorawan_seal(struct lorawan_context *context, const struct lorawan_keys *keys,
                 enum envelope_direction direction, uint32_t device, struct envelope_counters *counters, uint8_t port,
                 const uint8_t *payload, size_t payload_size, uint8_t *frame, size_t capacity);

/*
 * Opens a frame of `device` in `direction`. Returns the payload's bytes, sets *port, and counters->accepted to the
 * frame's whole counter.
 *
 * Looked for in this order: ERROR_ENVELOPE_TOO_SHORT, ERROR_ENVELOPE_TOO_LONG, ERROR_ENVELOPE_VERSION,
 * ERROR_ENVELOPE_DIRECTION, ERROR_ENVELOPE_ADDRESS, ERROR_BUFFER_TOO_SMALL, ERROR_ENVELOPE_AUTHENTICATION (altered,
 * another key, or so old that its upper half is another), ERROR_ENVELOPE_REPLAYED (authentic, and not above
 * counters->accepted), ERROR_ENVELOPE_COUNTER_GAP (authentic, and too far ahead). After any of them the counters
 * are unchanged and no plaintext is in `payload`.
 */
int lorawan_open(struct lorawan_context *context, const struct lorawan_keys *keys,
                 enum envelope_direction direction, uint32_t device, struct envelope_counters *counters,
                 const uint8_t *frame, size_t size, uint8_t *port, uint8_t *payload, size_t capacity);

#endif
