/*
 * Who may sign in and what they may do. Administrators need a password and a one-time code (TOTP, RFC 6238); tenants hold
 * no switching right; every attempt leaves an audit line.
 */
#ifndef METERBENCH_SIM_PLATFORM_PEOPLE_H
#define METERBENCH_SIM_PLATFORM_PEOPLE_H

#include <stdint.h>

struct platform;

enum role { ROLE_SYSTEM, ROLE_ADMINISTRATOR, ROLE_OPERATOR, ROLE_TENANT };

enum {
    USERS_MAX = 8,
    USER_NAME_MAX = 32,
    SALT_SIZE = 16,
    PASSWORD_HASH_SIZE = 32,
    TOTP_SECRET_SIZE = 20,
    SIGN_IN_FAILURES_MAX = 5, /* then the user is locked for SIGN_IN_LOCK */
};
#define SIGN_IN_LOCK_NS (INT64_C(15) * 60 * 1000000000)
#define SESSION_NS (INT64_C(15) * 60 * 1000000000)

struct user {
    char name[USER_NAME_MAX];
    enum role role;
    uint8_t salt[SALT_SIZE];
    uint8_t hash[PASSWORD_HASH_SIZE]; /* scrypt */
    uint8_t totp_secret[TOTP_SECRET_SIZE];
    int64_t last_code_step;           /* a code serves once */
    int failures;
    int64_t locked_until;
};

/* Adds a user and returns its number, or ERROR_QUEUE_FULL, ERROR_INVALID_ARGUMENT. */
int platform_add_user(struct platform *platform, const char *name, enum role role,
                      const char *password);
/* The number of a user, or ERROR_NOT_FOUND. */
int platform_find_user(const struct platform *platform, const char *name);

/* The six digits that the user's authenticator shows at `now`. */
int platform_code(const struct platform *platform, int64_t now, int user, char code[7]);

/* 0, or ERROR_NOT_ALLOWED (wrong password or code, code used before, user locked). Audited either way.
 * A session that results is the caller's: the user's number and the time it ends. */
struct session {
    int user;
    int64_t until;
};
int platform_sign_in(struct platform *platform, int64_t now, const char *name,
                     const char *password, const char *code, struct session *session);

/* May this session switch a flat now? 0 or ERROR_NOT_ALLOWED. Audited either way. */
int platform_authorise(struct platform *platform, int64_t now, const struct session *session,
                       int order, uint32_t flat);

#endif
