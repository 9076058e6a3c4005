#include "sim/platform/totp.h"

#include "sim/error.h"

#include <liboath/oath.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int totp_code(const uint8_t *secret, size_t size, int64_t unix_s, int digits, enum totp_hash hash, char *code)
{
    static const int flags[] = {[TOTP_SHA1] = 0,
                                [TOTP_SHA256] = OATH_TOTP_HMAC_SHA256,
                                [TOTP_SHA512] = OATH_TOTP_HMAC_SHA512};
    if (unix_s < 0 || digits < TOTP_DIGITS || digits > TOTP_DIGITS_MAX)
        return ERROR_INVALID_ARGUMENT;
    int result = oath_totp_generate2((const char *)secret, size, (time_t)unix_s, TOTP_STEP_S, 0,
                                     (unsigned)digits, flags[hash], code);
    return result == OATH_OK ? 0 : ERROR_INVALID_ARGUMENT;
}

int64_t totp_step(const uint8_t *secret, size_t size, int64_t first, int64_t last, const char *code)
{
    char given[TOTP_DIGITS + 1] = ""; /* of one length, whatever came */
    size_t length = strlen(code);
    memcpy(given, code, length < TOTP_DIGITS ? length : TOTP_DIGITS);
    int64_t found = -1;
    for (int64_t step = first; step <= last; step++) {
        char expected[TOTP_DIGITS + 1];
        int made = totp_code(secret, size, step * TOTP_STEP_S, TOTP_DIGITS, TOTP_SHA1, expected);
        bool same = made == 0 && CRYPTO_memcmp(expected, given, TOTP_DIGITS) == 0;
        found = same ? step : found;
    }
    return length == TOTP_DIGITS ? found : -1;
}

int totp_to_base32(const uint8_t *secret, size_t size, char text[TOTP_BASE32_SIZE])
{
    char *made = NULL;
    size_t length = 0;
    if (size > TOTP_SECRET_MAX || oath_base32_encode((const char *)secret, size, &made, &length) != OATH_OK)
        return ERROR_INVALID_ARGUMENT;
    while (length > 0 && made[length - 1] == '=')
        length--;
    memcpy(text, made, length);
    text[length] = '\0';
    free(made);
    return 0;
}

int totp_from_base32(const char *text, uint8_t secret[TOTP_SECRET_MAX])
{
    char *made = NULL;
    size_t size = 0;
    if (oath_base32_decode(text, strlen(text), &made, &size) != OATH_OK)
        return ERROR_INVALID_ARGUMENT;
    bool fits = size > 0 && size <= TOTP_SECRET_MAX;
    if (fits)
        memcpy(secret, made, size);
    free(made);
    return fits ? (int)size : ERROR_INVALID_ARGUMENT;
}
