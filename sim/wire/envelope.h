/*
 * The uplink envelope: what a meter's modem and the platform exchange over a public network.
 *
 *     version 1 | direction | meter address 6 | counter u32 BE | ciphertext | tag 16
 *
 * AES-128-GCM. The 12 header bytes are authenticated, not hidden. As in DLMS/COSEM security suite 0
 * (IEC 62056-5-3) the IV is a system title of 8 bytes and the invocation counter of 4: the title is
 * 'M', the direction and the address as on the DL/T 645 wire, so the two directions of one meter
 * never share an IV under its key.
 *
 * DL/T 645 itself has no defence against replay. Here every counter is accepted once and only if it
 * is larger than all before it. Each end keeps its `struct envelope_counters` in memory that
 * outlives a restart; writing a counter back before the message acts is the caller's duty.
 */
#ifndef METERBENCH_SIM_WIRE_ENVELOPE_H
#define METERBENCH_SIM_WIRE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/wire/dlt645.h"

#define ENVELOPE_VERSION 1
#define ENVELOPE_HEADER_SIZE 12
#define ENVELOPE_TAG_SIZE 16
#define ENVELOPE_OVERHEAD (ENVELOPE_HEADER_SIZE + ENVELOPE_TAG_SIZE)
#define ENVELOPE_PAYLOAD_MAX 1024
#define ENVELOPE_SIZE_MAX (ENVELOPE_OVERHEAD + ENVELOPE_PAYLOAD_MAX)
#define ENVELOPE_KEY_SIZE 16
#define ENVELOPE_IV_SIZE 12

enum envelope_direction {
    ENVELOPE_UP = 0,   /* from the meter */
    ENVELOPE_DOWN = 1, /* to the meter */
};

struct envelope_key {
    uint8_t bytes[ENVELOPE_KEY_SIZE];
};

/* Of one end. Both 0 with a new key; the first message carries 1. */
struct envelope_counters {
    uint32_t sent;     /* counter of the last message sealed here */
    uint32_t accepted; /* largest counter of the other end that was opened here */
};

/* The readable part of an envelope. */
struct envelope_header {
    uint8_t version;
    uint8_t direction;
    struct dlt645_address address;
    uint32_t counter;
};

/*
 * The cipher's working memory, kept between messages because making it costs more than a message.
 * One per thread; any key may be used with it. NULL if memory or AES-128-GCM is not to be had.
 */
struct envelope_context *envelope_context_new(void);

/* From now on envelopes of this context have their size, header and counters, but no cipher: the payload stands in
 * the clear, the tag is zeros. For fleets that count messages; never for a scenario or a board. */
void envelope_context_without_cipher(struct envelope_context *context);

/* Erases and frees; NULL is allowed. */
void envelope_context_free(struct envelope_context *context);

/*
 * The key of one meter: the first 16 bytes of HMAC-SHA256(master, "meterbench uplink" | address).
 * 0, ERROR_INVALID_ARGUMENT (master shorter than 16 bytes), ERROR_ENVELOPE_CRYPTO.
 */
int envelope_derive_key(const uint8_t *master, size_t master_size,
                        const struct dlt645_address *address, struct envelope_key *key);

/* AES-128-GCM as envelopes are made with it, for vectors of other protocols: `covered` (1 byte or more) is authenticated
 * only. DLMS/COSEM keeps 12 bytes of the tag. False when the library fails. */
bool envelope_gcm(struct envelope_context *context, const struct envelope_key *key, const uint8_t iv[ENVELOPE_IV_SIZE],
                  const uint8_t *covered, size_t covered_size, const uint8_t *plain, size_t size, uint8_t *cipher,
                  uint8_t tag[ENVELOPE_TAG_SIZE]);

/* The IV of a message, as above. */
void envelope_iv(enum envelope_direction direction, const struct dlt645_address *address,
                 uint32_t counter, uint8_t iv[ENVELOPE_IV_SIZE]);

/*
 * Reads a header to find out whose key is wanted. Nothing in it may be believed before
 * envelope_open. 0, ERROR_ENVELOPE_TOO_SHORT (below ENVELOPE_OVERHEAD), ERROR_ENVELOPE_VERSION.
 */
int envelope_peek(const uint8_t *envelope, size_t size, struct envelope_header *header);

/*
 * Seals a payload of 0..ENVELOPE_PAYLOAD_MAX bytes with the next counter. Returns the envelope's
 * bytes, payload_size + ENVELOPE_OVERHEAD. counters->sent is counted up before the cipher runs and
 * stays so even if that fails, so no counter can serve twice.
 *
 * With the counter unchanged: ERROR_ENVELOPE_TOO_LONG, ERROR_BUFFER_TOO_SMALL,
 * ERROR_ENVELOPE_COUNTER_EXHAUSTED (2^32 - 1 messages were sent: the key must be replaced).
 * With the counter used: ERROR_ENVELOPE_CRYPTO. `payload` and `envelope` must not overlap.
 */
int envelope_seal(struct envelope_context *context, const struct envelope_key *key,
                  enum envelope_direction direction, const struct dlt645_address *address,
                  struct envelope_counters *counters, const uint8_t *payload, size_t payload_size,
                  uint8_t *envelope, size_t capacity);

/*
 * Opens an envelope that should run in `direction` and be of the meter `address`. Returns the
 * payload's bytes and sets counters->accepted to the envelope's counter.
 *
 * Looked for in this order: ERROR_ENVELOPE_TOO_SHORT, ERROR_ENVELOPE_TOO_LONG,
 * ERROR_ENVELOPE_VERSION, ERROR_ENVELOPE_DIRECTION, ERROR_ENVELOPE_ADDRESS, ERROR_BUFFER_TOO_SMALL,
 * ERROR_ENVELOPE_AUTHENTICATION (altered, or another key), ERROR_ENVELOPE_REPLAYED (authentic, but
 * its counter is not above counters->accepted), or ERROR_ENVELOPE_CRYPTO. After any of them the
 * counters are unchanged and no plaintext is in `payload`. The two buffers must not overlap.
 */
int envelope_open(struct envelope_context *context, const struct envelope_key *key,
                  enum envelope_direction direction, const struct dlt645_address *address,
                  struct envelope_counters *counters, const uint8_t *envelope, size_t size,
                  uint8_t *payload, size_t capacity);

#endif
