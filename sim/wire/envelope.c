#include "sim/wire/envelope.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sim/error.h"

/* Places in the header. */
enum {
    AT_VERSION = 0,
    AT_DIRECTION = 1,
    AT_ADDRESS = 2,
    AT_COUNTER = 8,
};

#define MASTER_SIZE_MIN 16
#define SHA256_SIZE 32

static const uint8_t derivation_label[] = {'m', 'e', 't', 'e', 'r', 'b', 'e', 'n', 'c',
                                           'h', ' ', 'u', 'p', 'l', 'i', 'n', 'k'};

struct envelope_context {
    EVP_CIPHER_CTX *cipher;
    struct envelope_key key; /* that the cipher has now: a flat's messages follow each other */
    bool keyed;
    bool without_cipher;
};

struct envelope_context *envelope_context_new(void)
{
    struct envelope_context *context = calloc(1, sizeof *context);

    if (!context) {
        return NULL;
    }
    context->cipher = EVP_CIPHER_CTX_new();
    if (!context->cipher ||
        EVP_CipherInit_ex(context->cipher, EVP_aes_128_gcm(), NULL, NULL, NULL, true) != 1) {
        envelope_context_free(context);
        return NULL;
    }
    return context;
}

void envelope_context_without_cipher(struct envelope_context *context)
{
    context->without_cipher = true;
}

void envelope_context_free(struct envelope_context *context)
{
    if (!context) {
        return;
    }
    EVP_CIPHER_CTX_free(context->cipher);
    OPENSSL_cleanse(&context->key, sizeof context->key);
    free(context);
}

int envelope_derive_key(const uint8_t *master, size_t master_size,
                        const struct dlt645_address *address, struct envelope_key *key)
{
    uint8_t message[sizeof derivation_label + DLT645_ADDRESS_SIZE];
    uint8_t digest[SHA256_SIZE];
    unsigned digest_size = sizeof digest;

    if (master_size < MASTER_SIZE_MIN || master_size > INT_MAX) {
        return ERROR_INVALID_ARGUMENT;
    }
    memcpy(message, derivation_label, sizeof derivation_label);
    memcpy(message + sizeof derivation_label, address->bytes, DLT645_ADDRESS_SIZE);
    if (!HMAC(EVP_sha256(), master, (int)master_size, message, sizeof message, digest,
              &digest_size)) {
        return ERROR_ENVELOPE_CRYPTO;
    }
    memcpy(key->bytes, digest, ENVELOPE_KEY_SIZE);
    OPENSSL_cleanse(digest, sizeof digest);
    return 0;
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static uint32_t get_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void envelope_iv(enum envelope_direction direction, const struct dlt645_address *address,
                 uint32_t counter, uint8_t iv[ENVELOPE_IV_SIZE])
{
    iv[0] = 'M';
    iv[1] = (uint8_t)direction;
    memcpy(iv + 2, address->bytes, DLT645_ADDRESS_SIZE);
    put_u32(iv + 8, counter);
}

int envelope_peek(const uint8_t *envelope, size_t size, struct envelope_header *header)
{
    if (size < ENVELOPE_OVERHEAD) {
        return ERROR_ENVELOPE_TOO_SHORT;
    }
    if (envelope[AT_VERSION] != ENVELOPE_VERSION) {
        return ERROR_ENVELOPE_VERSION;
    }
    header->version = envelope[AT_VERSION];
    header->direction = envelope[AT_DIRECTION];
    memcpy(header->address.bytes, envelope + AT_ADDRESS, DLT645_ADDRESS_SIZE);
    header->counter = get_u32(envelope + AT_COUNTER);
    return 0;
}

/* Setting a key costs as much as the rest of a message; GCM has one key schedule for both directions. */
static bool start(struct envelope_context *context, bool encrypt, const struct envelope_key *key,
                  const uint8_t *iv, const uint8_t *covered, size_t covered_size)
{
    bool same = context->keyed && memcmp(&context->key, key, sizeof *key) == 0;
    int size;

    context->keyed = EVP_CipherInit_ex(context->cipher, NULL, NULL, same ? NULL : key->bytes, iv,
                                       encrypt) == 1;
    context->key = *key;
    return context->keyed &&
           EVP_CipherUpdate(context->cipher, NULL, &size, covered, (int)covered_size) == 1;
}

/* OpenSSL takes an update of no bytes for a final call, so none is made. */
static bool run(EVP_CIPHER_CTX *cipher, const uint8_t *input, size_t input_size, uint8_t *output)
{
    int size = 0;

    if (input_size == 0) {
        return true;
    }
    return EVP_CipherUpdate(cipher, output, &size, input, (int)input_size) == 1 &&
           size == (int)input_size;
}

bool envelope_gcm(struct envelope_context *context, const struct envelope_key *key, const uint8_t iv[ENVELOPE_IV_SIZE],
                  const uint8_t *covered, size_t covered_size, const uint8_t *plain, size_t size, uint8_t *cipher,
                  uint8_t tag[ENVELOPE_TAG_SIZE])
{
    uint8_t none[1];
    int none_size;

    return start(context, true, key, iv, covered, covered_size) &&
           run(context->cipher, plain, size, cipher) &&
           EVP_CipherFinal_ex(context->cipher, none, &none_size) == 1 &&
           EVP_CIPHER_CTX_ctrl(context->cipher, EVP_CTRL_AEAD_GET_TAG, ENVELOPE_TAG_SIZE, tag) == 1;
}

static bool seal(struct envelope_context *context, const struct envelope_key *key, const uint8_t *iv,
                 const uint8_t *payload, size_t payload_size, uint8_t *envelope)
{
    uint8_t *ciphertext = envelope + ENVELOPE_HEADER_SIZE;

    return envelope_gcm(context, key, iv, envelope, ENVELOPE_HEADER_SIZE, payload, payload_size, ciphertext,
                        ciphertext + payload_size);
}

int envelope_seal(struct envelope_context *context, const struct envelope_key *key,
                  enum envelope_direction direction, const struct dlt645_address *address,
                  struct envelope_counters *counters, const uint8_t *payload, size_t payload_size,
                  uint8_t *envelope, size_t capacity)
{
    uint8_t iv[ENVELOPE_IV_SIZE];

    if (payload_size > ENVELOPE_PAYLOAD_MAX) {
        return ERROR_ENVELOPE_TOO_LONG;
    }
    if (capacity < payload_size + ENVELOPE_OVERHEAD) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    if (counters->sent == UINT32_MAX) {
        return ERROR_ENVELOPE_COUNTER_EXHAUSTED;
    }
    counters->sent++;
    envelope[AT_VERSION] = ENVELOPE_VERSION;
    envelope[AT_DIRECTION] = (uint8_t)direction;
    memcpy(envelope + AT_ADDRESS, address->bytes, DLT645_ADDRESS_SIZE);
    put_u32(envelope + AT_COUNTER, counters->sent);
    if (context->without_cipher) {
        memcpy(envelope + ENVELOPE_HEADER_SIZE, payload, payload_size);
        memset(envelope + ENVELOPE_HEADER_SIZE + payload_size, 0, ENVELOPE_TAG_SIZE);
        return (int)(payload_size + ENVELOPE_OVERHEAD);
    }
    envelope_iv(direction, address, counters->sent, iv);
    if (!seal(context, key, iv, payload, payload_size, envelope)) {
        OPENSSL_cleanse(envelope, payload_size + ENVELOPE_OVERHEAD);
        return ERROR_ENVELOPE_CRYPTO;
    }
    return (int)(payload_size + ENVELOPE_OVERHEAD);
}

/* 0, ERROR_ENVELOPE_CRYPTO, or ERROR_ENVELOPE_AUTHENTICATION. Leaves plaintext in any case. */
static int decrypt(struct envelope_context *context, const struct envelope_key *key, const uint8_t *iv,
                   const uint8_t *envelope, size_t payload_size, uint8_t *payload)
{
    EVP_CIPHER_CTX *cipher = context->cipher;
    const uint8_t *ciphertext = envelope + ENVELOPE_HEADER_SIZE;
    uint8_t tag[ENVELOPE_TAG_SIZE];
    uint8_t none[1];
    int size;

    memcpy(tag, ciphertext + payload_size, sizeof tag);
    if (!start(context, false, key, iv, envelope, ENVELOPE_HEADER_SIZE) || !run(cipher, ciphertext, payload_size, payload) ||
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) != 1) {
        return ERROR_ENVELOPE_CRYPTO;
    }
    return EVP_CipherFinal_ex(cipher, none, &size) == 1 ? 0 : ERROR_ENVELOPE_AUTHENTICATION;
}

static int check_header(enum envelope_direction direction, const struct dlt645_address *address,
                        const uint8_t *envelope, size_t size, struct envelope_header *header)
{
    int result;

    if (size > ENVELOPE_SIZE_MAX) {
        return ERROR_ENVELOPE_TOO_LONG;
    }
    result = envelope_peek(envelope, size, header);
    if (result < 0) {
        return result;
    }
    if (header->direction != (unsigned)direction) {
        return ERROR_ENVELOPE_DIRECTION;
    }
    if (!dlt645_address_equal(&header->address, address)) {
        return ERROR_ENVELOPE_ADDRESS;
    }
    return 0;
}

int envelope_open(struct envelope_context *context, const struct envelope_key *key,
                  enum envelope_direction direction, const struct dlt645_address *address,
                  struct envelope_counters *counters, const uint8_t *envelope, size_t size,
                  uint8_t *payload, size_t capacity)
{
    struct envelope_header header;
    uint8_t iv[ENVELOPE_IV_SIZE];
    size_t payload_size;
    int result = check_header(direction, address, envelope, size, &header);

    if (result < 0) {
        return result;
    }
    payload_size = size - ENVELOPE_OVERHEAD;
    if (capacity < payload_size) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    if (context->without_cipher) {
        memcpy(payload, envelope + ENVELOPE_HEADER_SIZE, payload_size);
    } else {
        envelope_iv(direction, address, header.counter, iv);
        result = decrypt(context, key, iv, envelope, payload_size, payload);
    }
    /* Only now is the counter known to be the other end's own. */
    if (result == 0 && header.counter <= counters->accepted) {
        result = ERROR_ENVELOPE_REPLAYED;
    }
    if (result < 0) {
        OPENSSL_cleanse(payload, payload_size);
        return result;
    }
    counters->accepted = header.counter;
    return (int)payload_size;
}
