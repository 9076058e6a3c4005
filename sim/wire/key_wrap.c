#include "sim/wire/key_wrap.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "sim/error.h"

enum { HALF_BLOCK = 8, PLAIN_MIN = 16 };

static bool fits(size_t plain_size)
{
    return plain_size % HALF_BLOCK == 0 && plain_size >= PLAIN_MIN && plain_size <= KEY_WRAP_MAX;
}

/* What came out, or a negative number. */
static int run(bool wraps, const struct envelope_key *key, const uint8_t *in, size_t size, uint8_t *out)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int got = -1;
    if (!cipher)
        return ERROR_ENVELOPE_CRYPTO;
    EVP_CIPHER_CTX_set_flags(cipher, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    int result = ERROR_ENVELOPE_CRYPTO;
    if (EVP_CipherInit_ex(cipher, EVP_aes_128_wrap(), NULL, key->bytes, NULL, wraps) == 1)
        result = EVP_CipherUpdate(cipher, out, &got, in, (int)size) == 1 ? got : ERROR_ENVELOPE_AUTHENTICATION;
    EVP_CIPHER_CTX_free(cipher);
    return result;
}

int key_wrap(const struct envelope_key *key_encryption_key, const uint8_t *plain, size_t size, uint8_t *wrapped)
{
    if (!fits(size))
        return ERROR_INVALID_ARGUMENT;
    int got = run(true, key_encryption_key, plain, size, wrapped);
    return got == (int)size + KEY_WRAP_OVERHEAD ? 0 : ERROR_ENVELOPE_CRYPTO;
}

int key_unwrap(const struct envelope_key *key_encryption_key, const uint8_t *wrapped, size_t size, uint8_t *plain)
{
    uint8_t out[KEY_WRAP_MAX + KEY_WRAP_OVERHEAD];
    if (size < KEY_WRAP_OVERHEAD || !fits(size - KEY_WRAP_OVERHEAD))
        return ERROR_INVALID_ARGUMENT;
    int got = run(false, key_encryption_key, wrapped, size, out);
    if (got == (int)size - KEY_WRAP_OVERHEAD)
        memcpy(plain, out, (size_t)got);
    OPENSSL_cleanse(out, sizeof out);
    return got == (int)size - KEY_WRAP_OVERHEAD ? 0 : ERROR_ENVELOPE_AUTHENTICATION;
}
