#include "sim/platform/platform.h"

#include "sim/error.h"
#include "sim/kernel/random.h"
#include "sim/kernel/time.h"

#include <liboath/oath.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum {
    SECONDS_1970_TO_2000 = 946684800,
    TOTP_STEP_S = 30,
    TOTP_WINDOW = 1, /* steps of clock difference that are forgiven, RFC 6238 section 5.2 */
    SCRYPT_N = 1024, SCRYPT_R = 8, SCRYPT_P = 1,
};

static void fill_from_stream(struct random *random, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_u64(random);
}

static int hash_password(const struct user *user, const char *password, uint8_t *hash)
{
    int ok = EVP_PBE_scrypt(password, strlen(password), user->salt, SALT_SIZE, SCRYPT_N, SCRYPT_R,
                            SCRYPT_P, 0, hash, PASSWORD_HASH_SIZE);
    return ok == 1 ? 0 : ERROR_ENVELOPE_CRYPTO;
}

int platform_add_user(struct platform *platform, const char *name, enum role role,
                      const char *password)
{
    if (platform->user_count == USERS_MAX)
        return ERROR_QUEUE_FULL;
    if (strlen(name) >= USER_NAME_MAX || platform_find_user(platform, name) >= 0)
        return ERROR_INVALID_ARGUMENT;
    int number = platform->user_count;
    struct user *user = &platform->users[number];
    struct random secret = random_stream(platform->seed, (uint32_t)number, RANDOM_SECRET);
    strcpy(user->name, name);
    user->role = role;
    user->last_code_step = -1;
    fill_from_stream(&secret, user->salt, sizeof user->salt);
    fill_from_stream(&secret, user->totp_secret, sizeof user->totp_secret);
    int result = hash_password(user, password, user->hash);
    if (result < 0)
        return result;
    platform->user_count++;
    return number;
}

int platform_find_user(const struct platform *platform, const char *name)
{
    for (int i = 0; i < platform->user_count; i++)
        if (strcmp(platform->users[i].name, name) == 0)
            return i;
    return ERROR_NOT_FOUND;
}

static int64_t unix_seconds(const struct platform *platform, int64_t now)
{
    return platform->epoch_s + now / NS_PER_S + SECONDS_1970_TO_2000;
}

static int code_at(const struct user *user, int64_t unix_s, char code[7])
{
    int result = oath_totp_generate((const char *)user->totp_secret, TOTP_SECRET_SIZE,
                                    (time_t)unix_s, TOTP_STEP_S, 0, 6, code);
    return result == OATH_OK ? 0 : ERROR_INVALID_ARGUMENT;
}

int platform_code(const struct platform *platform, int64_t now, int user, char code[7])
{
    return code_at(&platform->users[user], unix_seconds(platform, now), code);
}

/* The step whose code this is and that was not used yet, or -1. */
static int64_t matching_step(const struct platform *platform, const struct user *user, int64_t now,
                             const char *code)
{
    int64_t step = unix_seconds(platform, now) / TOTP_STEP_S;
    for (int64_t s = step - TOTP_WINDOW; s <= step + TOTP_WINDOW; s++) {
        char expected[7];
        if (code_at(user, s * TOTP_STEP_S, expected) < 0)
            return -1;
        bool same = strlen(code) == 6 && CRYPTO_memcmp(expected, code, 6) == 0;
        if (same && s > user->last_code_step)
            return s;
    }
    return -1;
}

static bool password_matches(const struct user *user, const char *password)
{
    uint8_t hash[PASSWORD_HASH_SIZE];
    return hash_password(user, password, hash) == 0 &&
           CRYPTO_memcmp(hash, user->hash, sizeof hash) == 0;
}

static bool credentials_match(const struct platform *platform, struct user *user, int64_t now,
                              const char *password, const char *code)
{
    bool password_right = password_matches(user, password);
    if (user->role == ROLE_TENANT) /* a tenant's app has no one-time code, and no switching right */
        return password_right;
    int64_t step = matching_step(platform, user, now, code);
    if (platform->faults.codes_unchecked)
        return password_right;
    if (!password_right || step < 0)
        return false;
    user->last_code_step = step;
    return true;
}

int platform_sign_in(struct platform *platform, int64_t now, const char *name,
                     const char *password, const char *code, struct session *session)
{
    int number = platform_find_user(platform, name);
    if (number < 0) {
        platform_audit(platform, now, EVENT_NO_FLAT, AUDIT_SIGN_IN_REFUSED, -1);
        return ERROR_NOT_ALLOWED;
    }
    struct user *user = &platform->users[number];
    bool ok = now >= user->locked_until && credentials_match(platform, user, now, password, code);
    event_put(&platform->events, now, EVENT_SIGN_IN, number, ok);
    platform_audit(platform, now, EVENT_NO_FLAT, ok ? AUDIT_SIGNED_IN : AUDIT_SIGN_IN_REFUSED,
                   number);
    if (!ok) {
        if (now >= user->locked_until && ++user->failures >= SIGN_IN_FAILURES_MAX) {
            user->locked_until = now + SIGN_IN_LOCK_NS;
            user->failures = 0;
        }
        return ERROR_NOT_ALLOWED;
    }
    user->failures = 0;
    *session = (struct session){.user = number, .until = now + SESSION_NS};
    return 0;
}

int platform_authorise(struct platform *platform, int64_t now, const struct session *session,
                       int order, uint32_t flat)
{
    (void)order;
    const struct user *user = &platform->users[session->user];
    bool may_switch = user->role == ROLE_ADMINISTRATOR || user->role == ROLE_OPERATOR ||
                      platform->faults.tenants_may_switch;
    bool ok = now < session->until && may_switch;
    platform_audit(platform, now, flat, ok ? AUDIT_ORDER_ACCEPTED : AUDIT_ORDER_REFUSED,
                   session->user);
    return ok ? 0 : ERROR_NOT_ALLOWED;
}
