/*
 * One-time codes by the clock (TOTP, RFC 6238) and their secrets as people carry them (base32, RFC 4648). The
 * arithmetic is liboath's.
 */
#ifndef METERBENCH_SIM_PLATFORM_TOTP_H
#define METERBENCH_SIM_PLATFORM_TOTP_H

#include <stddef.h>
#include <stdint.h>

enum { TOTP_STEP_S = 30, TOTP_DIGITS = 6, TOTP_DIGITS_MAX = 8, TOTP_SECRET_MAX = 64, TOTP_BASE32_SIZE = 112 };

enum totp_hash { TOTP_SHA1, TOTP_SHA256, TOTP_SHA512 };

/* The code of 6 to 8 `digits` that holds at a Unix time (seconds since 1970, from 0 up), into `code`, which has room
 * for them and a terminator. 0, ERROR_INVALID_ARGUMENT. */
int totp_code(const uint8_t *secret, size_t size, int64_t unix_s, int digits, enum totp_hash hash, char *code);

/* The step whose six digits (SHA-1) `code` is, out of those from `first` to `last`, or -1. It takes as long whichever
 * it is, and when there is none. */
int64_t totp_step(const uint8_t *secret, size_t size, int64_t first, int64_t last, const char *code);

/* A secret of at most TOTP_SECRET_MAX bytes as base32, without padding. 0, ERROR_INVALID_ARGUMENT. */
int totp_to_base32(const uint8_t *secret, size_t size, char text[TOTP_BASE32_SIZE]);
/* The bytes of base32, blanks and padding allowed: how many, or ERROR_INVALID_ARGUMENT (another character, or more
 * than TOTP_SECRET_MAX bytes, or none). */
int totp_from_base32(const char *text, uint8_t secret[TOTP_SECRET_MAX]);

#endif
