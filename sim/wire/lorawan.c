#include "sim/wire/lorawan.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "sim/error.h"

enum { BLOCK = 16, HEADER = 8, TEXT_MAX = LORAWAN_SIZE_MAX + BLOCK };
enum { CONFIRMED_UP = 0x80, CONFIRMED_DOWN = 0xA0, PLAIN_UP = 0x40, PLAIN_DOWN = 0x60 };
enum { OPTIONS_MASK = 0x0f };

/* A cipher that remembers its key: a device's frames follow each other. */
struct keyed {
    EVP_CIPHER_CTX *cipher;
    struct envelope_key key;
    bool set;
};

struct lorawan_context {
    struct keyed chain;  /* CBC, for the CMAC */
    struct keyed blocks; /* ECB, for the key stream, subkeys and session keys */
    struct envelope_key subkey_of, subkeys[2];
    struct envelope_key root;
    struct lorawan_keys session; /* of root */
    bool has_subkeys, has_session, without_cipher;
};

static bool keyed_init(struct keyed *keyed, const EVP_CIPHER *algorithm)
{
    keyed->cipher = EVP_CIPHER_CTX_new();
    return keyed->cipher && EVP_CipherInit_ex(keyed->cipher, algorithm, NULL, NULL, NULL, true) == 1 &&
           EVP_CIPHER_CTX_set_padding(keyed->cipher, 0) == 1;
}

struct lorawan_context *lorawan_context_new(void)
{
    struct lorawan_context *context = calloc(1, sizeof *context);
    if (!context)
        return NULL;
    if (keyed_init(&context->chain, EVP_aes_128_cbc()) && keyed_init(&context->blocks, EVP_aes_128_ecb()))
        return context;
    lorawan_context_free(context);
    return NULL;
}

void lorawan_context_without_cipher(struct lorawan_context *context)
{
    context->without_cipher = true;
}

void lorawan_context_free(struct lorawan_context *context)
{
    if (!context)
        return;
    EVP_CIPHER_CTX_free(context->chain.cipher);
    EVP_CIPHER_CTX_free(context->blocks.cipher);
    OPENSSL_cleanse(context, sizeof *context);
    free(context);
}

/* Whole blocks through the cipher, from a zero IV where it has one. */
static bool run(struct keyed *keyed, const struct envelope_key *key, const uint8_t *in, size_t size, uint8_t *out)
{
    static const uint8_t zero_iv[BLOCK];
    bool same = keyed->set && memcmp(&keyed->key, key, sizeof *key) == 0;
    int got = 0;
    keyed->set = EVP_CipherInit_ex(keyed->cipher, NULL, NULL, same ? NULL : key->bytes, zero_iv, true) == 1;
    keyed->key = *key;
    return keyed->set && EVP_CipherUpdate(keyed->cipher, out, &got, in, (int)size) == 1 && got == (int)size;
}

int lorawan_session_keys(struct lorawan_context *context, const struct envelope_key *root,
                         struct lorawan_keys *keys)
{
    bool known = context->has_session && memcmp(&context->root, root, sizeof *root) == 0;
    if (!known && !context->without_cipher) {
        const uint8_t seeds[2 * BLOCK] = {[0] = 1, [BLOCK] = 2};
        uint8_t both[2 * BLOCK];
        if (!run(&context->blocks, root, seeds, sizeof seeds, both))
            return ERROR_ENVELOPE_CRYPTO;
        memcpy(context->session.network.bytes, both, BLOCK);
        memcpy(context->session.application.bytes, both + BLOCK, BLOCK);
        context->root = *root;
        context->has_session = true;
        OPENSSL_cleanse(both, sizeof both);
    }
    *keys = context->session;
    return 0;
}

uint32_t lorawan_device(const struct dlt645_address *address)
{
    uint64_t number = 0;
    for (int i = DLT645_ADDRESS_SIZE - 1; i >= 0; i--)
        number = number * 100 + (address->bytes[i] >> 4) * 10u + (address->bytes[i] & 0x0f);
    return (uint32_t)number & 0x01ffffff;
}

/* ---- AES-CMAC ---------------------------------------------------------------------------------- */

static void doubled(const uint8_t *in, uint8_t *out)
{
    uint8_t carry = (uint8_t)(in[0] >> 7);
    for (int i = 0; i < BLOCK; i++)
        out[i] = (uint8_t)(in[i] << 1 | (i < BLOCK - 1 ? in[i + 1] >> 7 : 0));
    out[BLOCK - 1] ^= (uint8_t)(carry * 0x87);
}

static bool find_subkeys(struct lorawan_context *context, const struct envelope_key *key)
{
    static const uint8_t zeros[BLOCK];
    uint8_t l[BLOCK];
    if (context->has_subkeys && memcmp(&context->subkey_of, key, sizeof *key) == 0)
        return true;
    context->has_subkeys = run(&context->chain, key, zeros, BLOCK, l);
    if (!context->has_subkeys)
        return false;
    context->subkey_of = *key;
    doubled(l, context->subkeys[0].bytes);
    doubled(context->subkeys[0].bytes, context->subkeys[1].bytes);
    return true;
}

/* CMAC of text[0 .. size), which has room for a block more. */
static bool cmac_in_place(struct lorawan_context *context, const struct envelope_key *key, uint8_t *text, size_t size,
                          uint8_t mac[LORAWAN_CMAC_SIZE])
{
    uint8_t chained[TEXT_MAX + BLOCK];
    if (!find_subkeys(context, key))
        return false;
    bool whole = size > 0 && size % BLOCK == 0;
    size_t end = whole ? size : size / BLOCK * BLOCK + BLOCK;
    if (!whole) {
        text[size] = 0x80;
        memset(text + size + 1, 0, end - size - 1);
    }
    for (int i = 0; i < BLOCK; i++)
        text[end - BLOCK + (size_t)i] ^= context->subkeys[!whole].bytes[i];
    if (!run(&context->chain, key, text, end, chained))
        return false;
    memcpy(mac, chained + end - BLOCK, BLOCK);
    return true;
}

int lorawan_cmac(struct lorawan_context *context, const struct envelope_key *key, const uint8_t *bytes, size_t size,
                 uint8_t mac[LORAWAN_CMAC_SIZE])
{
    uint8_t text[TEXT_MAX + BLOCK];
    if (size > TEXT_MAX)
        return ERROR_ENVELOPE_TOO_LONG;
    if (size > 0)
        memcpy(text, bytes, size);
    return cmac_in_place(context, key, text, size, mac) ? 0 : ERROR_ENVELOPE_CRYPTO;
}

/* ---- one frame --------------------------------------------------------------------------------- */

static void put_le32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_le32(const uint8_t *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

/* B0 (of the MIC) and A_i (of the key stream) differ in their first and last byte. */
static void make_block(uint8_t block[BLOCK], uint8_t first, enum envelope_direction direction, uint32_t device,
                       uint32_t counter, uint8_t last)
{
    memset(block, 0, BLOCK);
    block[0] = first;
    block[5] = (uint8_t)direction;
    put_le32(block + 6, device);
    put_le32(block + 10, counter);
    block[15] = last;
}

static bool mic(struct lorawan_context *context, const struct lorawan_keys *keys, enum envelope_direction direction,
                uint32_t device, uint32_t counter, const uint8_t *frame, size_t size, uint8_t out[LORAWAN_MIC_SIZE])
{
    uint8_t text[TEXT_MAX + BLOCK], mac[LORAWAN_CMAC_SIZE];
    make_block(text, 0x49, direction, device, counter, (uint8_t)size);
    memcpy(text + BLOCK, frame, size);
    if (!cmac_in_place(context, &keys->network, text, BLOCK + size, mac))
        return false;
    memcpy(out, mac, LORAWAN_MIC_SIZE);
    return true;
}

/* Enciphers and deciphers. */
static bool mask(struct lorawan_context *context, const struct lorawan_keys *keys, enum envelope_direction direction,
                 uint32_t device, uint32_t counter, const uint8_t *in, size_t size, uint8_t *out)
{
    uint8_t blocks[LORAWAN_PAYLOAD_MAX + BLOCK], stream[LORAWAN_PAYLOAD_MAX + BLOCK];
    size_t count = (size + BLOCK - 1) / BLOCK;
    for (size_t i = 0; i < count; i++)
        make_block(blocks + i * BLOCK, 0x01, direction, device, counter, (uint8_t)(i + 1));
    if (count > 0 && !run(&context->blocks, &keys->application, blocks, count * BLOCK, stream))
        return false;
    for (size_t i = 0; i < size; i++)
        out[i] = in[i] ^ stream[i];
    return true;
}

int lorawan_peek(const uint8_t *frame, size_t size, struct lorawan_header *header)
{
    if (size < LORAWAN_OVERHEAD)
        return ERROR_ENVELOPE_TOO_SHORT;
    if (frame[0] != CONFIRMED_UP && frame[0] != CONFIRMED_DOWN && frame[0] != PLAIN_UP && frame[0] != PLAIN_DOWN)
        return ERROR_ENVELOPE_VERSION;
    size_t options = frame[5] & OPTIONS_MASK;
    if (size < LORAWAN_OVERHEAD + options)
        return ERROR_ENVELOPE_TOO_SHORT;
    bool down = frame[0] == CONFIRMED_DOWN || frame[0] == PLAIN_DOWN;
    *header = (struct lorawan_header){
        .direction = down ? ENVELOPE_DOWN : ENVELOPE_UP,
        .confirmed = frame[0] & 0x80,
        .device = get_le32(frame + 1),
        .control = frame[5],
        .counter = (uint16_t)(frame[6] | frame[7] << 8),
        .port = frame[HEADER + options],
        .payload_at = (uint8_t)(HEADER + options + 1),
    };
    return 0;
}

int lorawan_seal(struct lorawan_context *context, const struct lorawan_keys *keys,
                 enum envelope_direction direction, uint32_t device, struct envelope_counters *counters, uint8_t port,
                 const uint8_t *payload, size_t payload_size, uint8_t *frame, size_t capacity)
{
    if (payload_size > LORAWAN_PAYLOAD_MAX)
        return ERROR_ENVELOPE_TOO_LONG;
    if (capacity < payload_size + LORAWAN_OVERHEAD)
        return ERROR_BUFFER_TOO_SMALL;
    if (port == 0)
        return ERROR_INVALID_ARGUMENT;
    if (counters->sent == UINT32_MAX)
        return ERROR_ENVELOPE_COUNTER_EXHAUSTED;
    uint32_t counter = ++counters->sent;
    size_t covered = HEADER + 1 + payload_size;
    frame[0] = direction == ENVELOPE_DOWN ? CONFIRMED_DOWN : CONFIRMED_UP;
    put_le32(frame + 1, device);
    frame[5] = 0;
    frame[6] = (uint8_t)counter;
    frame[7] = (uint8_t)(counter >> 8);
    frame[HEADER] = port;
    if (context->without_cipher) {
        memcpy(frame + HEADER + 1, payload, payload_size);
        memset(frame + covered, 0, LORAWAN_MIC_SIZE);
    } else if (!mask(context, keys, direction, device, counter, payload, payload_size, frame + HEADER + 1) ||
               !mic(context, keys, direction, device, counter, frame, covered, frame + covered)) {
        OPENSSL_cleanse(frame, covered + LORAWAN_MIC_SIZE);
        return ERROR_ENVELOPE_CRYPTO;
    }
    return (int)(covered + LORAWAN_MIC_SIZE);
}

static int check_header(enum envelope_direction direction, uint32_t device, const uint8_t *frame, size_t size,
                        struct lorawan_header *header)
{
    if (size > LORAWAN_SIZE_MAX)
        return ERROR_ENVELOPE_TOO_LONG;
    int result = lorawan_peek(frame, size, header);
    if (result < 0)
        return result;
    if (size - header->payload_at > LORAWAN_PAYLOAD_MAX + LORAWAN_MIC_SIZE)
        return ERROR_ENVELOPE_TOO_LONG;
    if (header->direction != direction)
        return ERROR_ENVELOPE_DIRECTION;
    return header->device == device ? 0 : ERROR_ENVELOPE_ADDRESS;
}

/* 0 or 1: does the frame carry the MIC that this counter asks for? Else ERROR_ENVELOPE_CRYPTO. */
static int is_authentic(struct lorawan_context *context, const struct lorawan_keys *keys,
                        const struct lorawan_header *header, uint32_t counter, const uint8_t *frame, size_t size)
{
    uint8_t expected[LORAWAN_MIC_SIZE];
    if (context->without_cipher)
        return 1;
    if (!mic(context, keys, header->direction, header->device, counter, frame, size - LORAWAN_MIC_SIZE, expected))
        return ERROR_ENVELOPE_CRYPTO;
    return CRYPTO_memcmp(expected, frame + size - LORAWAN_MIC_SIZE, LORAWAN_MIC_SIZE) == 0;
}

/* The whole counter of a frame: the one ahead within the gap; otherwise, to say what is wrong, the newest that is not
 * ahead, or one too far ahead. */
static int find_counter(struct lorawan_context *context, const struct lorawan_keys *keys,
                        const struct lorawan_header *header, uint32_t last, const uint8_t *frame, size_t size,
                        uint32_t *counter)
{
    uint16_t ahead = (uint16_t)(header->counter - last);
    if (ahead > 0 && ahead <= LORAWAN_GAP_MAX && last <= UINT32_MAX - ahead) {
        *counter = last + ahead;
        int result = is_authentic(context, keys, header, *counter, frame, size);
        return result == 0 ? ERROR_ENVELOPE_AUTHENTICATION : result < 0 ? result : 0;
    }
    uint32_t behind = (uint16_t)-ahead;
    if (behind <= last && is_authentic(context, keys, header, last - behind, frame, size) == 1)
        return ERROR_ENVELOPE_REPLAYED;
    bool too_far = ahead > LORAWAN_GAP_MAX && last <= UINT32_MAX - ahead &&
                   is_authentic(context, keys, header, last + ahead, frame, size) == 1;
    return too_far ? ERROR_ENVELOPE_COUNTER_GAP : ERROR_ENVELOPE_AUTHENTICATION;
}

int lorawan_open(struct lorawan_context *context, const struct lorawan_keys *keys,
                 enum envelope_direction direction, uint32_t device, struct envelope_counters *counters,
                 const uint8_t *frame, size_t size, uint8_t *port, uint8_t *payload, size_t capacity)
{
    struct lorawan_header header;
    uint32_t counter;
    int result = check_header(direction, device, frame, size, &header);
    if (result < 0)
        return result;
    size_t payload_size = size - header.payload_at - LORAWAN_MIC_SIZE;
    if (capacity < payload_size)
        return ERROR_BUFFER_TOO_SMALL;
    result = find_counter(context, keys, &header, counters->accepted, frame, size, &counter);
    if (result < 0)
        return result;
    if (context->without_cipher)
        memcpy(payload, frame + header.payload_at, payload_size);
    else if (!mask(context, keys, direction, device, counter, frame + header.payload_at, payload_size, payload))
        return ERROR_ENVELOPE_CRYPTO;
    counters->accepted = counter;
    *port = header.port;
    return (int)payload_size;
}
