/* A key under another key: AES key wrap (RFC 3394), with its integrity check. */
#ifndef METERBENCH_SIM_WIRE_KEY_WRAP_H
#define METERBENCH_SIM_WIRE_KEY_WRAP_H

#include "sim/wire/envelope.h"

#define KEY_WRAP_OVERHEAD 8
#define KEY_WRAP_MAX 64 /* bytes of plain data */

/* `size` is a multiple of 8 from 16 to KEY_WRAP_MAX; `wrapped` holds 8 bytes more. 0, ERROR_INVALID_ARGUMENT, or
 * ERROR_ENVELOPE_CRYPTO. */
int key_wrap(const struct envelope_key *key_encryption_key, const uint8_t *plain, size_t size, uint8_t *wrapped);
/* `size` is that of the wrapped bytes, `plain` holds 8 less. 0, ERROR_INVALID_ARGUMENT, ERROR_ENVELOPE_CRYPTO, or
 * ERROR_ENVELOPE_AUTHENTICATION (altered, or another key); then nothing is in `plain`. */
int key_unwrap(const struct envelope_key *key_encryption_key, const uint8_t *wrapped, size_t size, uint8_t *plain);

#endif
