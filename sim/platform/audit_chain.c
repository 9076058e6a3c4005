#include "sim/platform/audit_chain.h"

#include "sim/kernel/time.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 4096, DIGEST_SIZE = AUDIT_HASH_DIGITS / 2, RUN_NAME_MAX = 500 };

static const char no_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

static void to_hex(const uint8_t *bytes, char digits[AUDIT_HASH_DIGITS + 1])
{
    static const char hex[] = "0123456789abcdef";
    for (int i = 0; i < DIGEST_SIZE; i++) {
        digits[2 * i] = hex[bytes[i] >> 4];
        digits[2 * i + 1] = hex[bytes[i] & 15];
    }
    digits[AUDIT_HASH_DIGITS] = '\0';
}

static void hash_line(const char *before, const char *text, size_t size, char digits[AUDIT_HASH_DIGITS + 1])
{
    uint8_t joined[AUDIT_HASH_DIGITS + LINE_SIZE], digest[EVP_MAX_MD_SIZE] = {0};
    memcpy(joined, before, AUDIT_HASH_DIGITS);
    memcpy(joined + AUDIT_HASH_DIGITS, text, size);
    EVP_Digest(joined, AUDIT_HASH_DIGITS + size, digest, NULL, EVP_sha256(), NULL);
    to_hex(digest, digits);
}

static void seal_head(const char *head, const uint8_t *key, size_t key_size, char digits[AUDIT_HASH_DIGITS + 1])
{
    uint8_t digest[EVP_MAX_MD_SIZE] = {0};
    HMAC(EVP_sha256(), key, (int)key_size, (const uint8_t *)head, AUDIT_HASH_DIGITS, digest, NULL);
    to_hex(digest, digits);
}

/* ---- writing ---------------------------------------------------------------------------------- */

struct text {
    size_t used;
    char bytes[LINE_SIZE];
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->used, sizeof text->bytes - text->used, format, arguments);
    va_end(arguments);
    text->used += (size_t)length;
}

/* ,"field":"value" with what JSON does not allow escaped; nothing for an empty value. */
static void put_field(struct text *text, const char *field, const char *value)
{
    if (!value[0])
        return;
    put(text, ",\"%s\":\"", field);
    for (int i = 0; value[i] && i < RUN_NAME_MAX; i++) {
        unsigned char c = (unsigned char)value[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F)
            put(text, "\\u%04x", c);
        else
            put(text, "%c", c);
    }
    put(text, "\"");
}

static void close_line(struct audit_chain *chain, const struct audit_line *line, struct text *text, const char *seal)
{
    hash_line(chain->head, text->bytes, text->used, chain->head);
    put(text, ",\"hash\":\"%s\"", chain->head);
    put_field(text, "seal", seal);
    put(text, "}");
    chain->next++;
    chain->sink->put(chain->sink, line, text->bytes, text->used);
}

static void put_time(struct text *text, const char *field, int64_t second)
{
    struct civil_time t = civil_from_seconds(second);
    put(text, ",\"%s\":\"%04d-%02d-%02d %02d:%02d:%02d\"", field, t.year, t.month, t.day, t.hour, t.minute, t.second);
}

void audit_chain_begin(struct audit_chain *chain, struct audit_sink *sink, const char *run, uint64_t seed,
                       int64_t epoch_s)
{
    *chain = (struct audit_chain){.sink = sink, .epoch_s = epoch_s};
    memcpy(chain->head, no_hash, sizeof no_hash);
    struct text text = {0};
    put(&text, "{\"seq\":0");
    put_field(&text, "run", run);
    put(&text, ",\"seed\":\"%llu\"", (unsigned long long)seed);
    put_time(&text, "start", epoch_s);
    close_line(chain, NULL, &text, "");
}

void audit_chain_add(struct audit_chain *chain, const struct audit_line *line)
{
    struct text text = {0};
    put(&text, "{\"seq\":%llu", (unsigned long long)chain->next);
    put_time(&text, "time", chain->epoch_s + line->at / NS_PER_S);
    put(&text, ",\"ns\":%lld", (long long)line->at);
    put_field(&text, "who", line->who);
    put_field(&text, "role", line->role);
    put_field(&text, "action", line->action);
    put_field(&text, "target", line->target);
    put_field(&text, "person", line->person);
    put_field(&text, "result", line->result);
    put_field(&text, "why", line->why);
    close_line(chain, line, &text, "");
}

void audit_chain_end(struct audit_chain *chain, const uint8_t *key, size_t key_size)
{
    struct text text = {0};
    char hash[AUDIT_HASH_DIGITS + 1], seal[AUDIT_HASH_DIGITS + 1] = "";
    put(&text, "{\"seq\":%llu,\"end\":true,\"lines\":%llu", (unsigned long long)chain->next,
        (unsigned long long)chain->next);
    hash_line(chain->head, text.bytes, text.used, hash);
    if (key)
        seal_head(hash, key, key_size, seal);
    close_line(chain, NULL, &text, seal);
}

/* ---- verifying -------------------------------------------------------------------------------- */

void audit_verify_begin(struct audit_verifier *verifier, const uint8_t *key, size_t key_size)
{
    *verifier = (struct audit_verifier){.key = key, .key_size = key_size};
    memcpy(verifier->head, no_hash, sizeof no_hash);
}

__attribute__((format(printf, 2, 3))) static bool broken(struct audit_verifier *verifier, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verifier->why, sizeof verifier->why, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_hex(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    return true;
}

static bool ends_with(const char *text, size_t size, const char *tail)
{
    size_t length = strlen(tail);
    return size >= length && memcmp(text + size - length, tail, length) == 0;
}

/* Takes ,"name":"64 digits" off the end of the text. False: it is not there. */
static bool take_digits(const char *text, size_t *size, const char *name, char digits[AUDIT_HASH_DIGITS + 1])
{
    char head[16];
    int length = snprintf(head, sizeof head, ",\"%s\":\"", name);
    if (!ends_with(text, *size, "\"") || *size < (size_t)length + AUDIT_HASH_DIGITS + 1)
        return false;
    size_t at = *size - 1 - AUDIT_HASH_DIGITS;
    if (!is_hex(text + at, AUDIT_HASH_DIGITS) || memcmp(text + at - length, head, (size_t)length) != 0)
        return false;
    memcpy(digits, text + at, AUDIT_HASH_DIGITS);
    digits[AUDIT_HASH_DIGITS] = '\0';
    *size = at - (size_t)length;
    return true;
}

/* The number behind {"seq": , and where it ends; false when there is none. */
static bool read_sequence(const char *text, size_t size, unsigned long long *sequence, size_t *end)
{
    static const char head[] = "{\"seq\":";
    size_t at = sizeof head - 1;
    if (size <= at || memcmp(text, head, at) != 0)
        return false;
    *sequence = 0;
    for (; at < size && text[at] >= '0' && text[at] <= '9' && at < sizeof head + 18; at++)
        *sequence = *sequence * 10 + (unsigned)(text[at] - '0');
    *end = at;
    return at > sizeof head - 1 && at < size && text[at] == ',';
}

static bool check_sequence(struct audit_verifier *verifier, unsigned long long sequence)
{
    unsigned long long expected = verifier->lines - 1;
    if (sequence > expected)
        return broken(verifier, "it is number %llu, and %llu should come: lines are missing before it", sequence, expected);
    if (sequence < expected)
        return broken(verifier, "it is number %llu, and %llu should come: it was put in, or moved", sequence, expected);
    return true;
}

static bool check_end(struct audit_verifier *verifier, const char *rest, size_t size, const char *seal)
{
    char expected[64], right[AUDIT_HASH_DIGITS + 1];
    int length = snprintf(expected, sizeof expected, ",\"end\":true,\"lines\":%llu",
                          (unsigned long long)verifier->lines - 1);
    if (size != (size_t)length || memcmp(rest, expected, size) != 0)
        return broken(verifier, "it is an end that says another number of lines");
    verifier->ended = true;
    verifier->sealed = seal[0] != '\0';
    if (!verifier->key)
        return true;
    if (!verifier->sealed)
        return broken(verifier, "the end has no seal, and there is a key for one");
    seal_head(verifier->head, verifier->key, verifier->key_size, right);
    if (CRYPTO_memcmp(right, seal, AUDIT_HASH_DIGITS) != 0)
        return broken(verifier, "the seal is not of this key: the log was written anew, or the key is another");
    return true;
}

bool audit_verify_line(struct audit_verifier *verifier, const char *text, size_t size)
{
    char hash[AUDIT_HASH_DIGITS + 1], right[AUDIT_HASH_DIGITS + 1], seal[AUDIT_HASH_DIGITS + 1] = "";
    unsigned long long sequence = 0;
    size_t rest = 0;
    verifier->lines++;
    if (verifier->ended)
        return broken(verifier, "it stands behind the end");
    if (size >= LINE_SIZE || !ends_with(text, size, "}"))
        return broken(verifier, "it is no line of an audit log");
    size--;
    bool sealed = take_digits(text, &size, "seal", seal);
    if (!take_digits(text, &size, "hash", hash) || !read_sequence(text, size, &sequence, &rest))
        return broken(verifier, "it is no line of an audit log");
    if (!check_sequence(verifier, sequence))
        return false;
    hash_line(verifier->head, text, size, right);
    if (memcmp(right, hash, AUDIT_HASH_DIGITS) != 0)
        return broken(verifier, "its hash does not follow from the line before and its own text: one was changed");
    memcpy(verifier->head, hash, sizeof hash);
    static const char end[] = ",\"end\":true,";
    bool last = size - rest > sizeof end && memcmp(text + rest, end, sizeof end - 1) == 0;
    if (!last && sealed)
        return broken(verifier, "it has a seal, which only the end has");
    return last ? check_end(verifier, text + rest, size - rest, seal) : true;
}

bool audit_verify_end(struct audit_verifier *verifier)
{
    if (verifier->ended)
        return true;
    verifier->lines++;
    return broken(verifier, "the end is missing: the log was cut off, or its run was killed");
}
