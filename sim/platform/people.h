/*
 * The people of a site: who may sign in, their sessions, and what they ask for (rights.h). Everybody but tenants needs a
 * password and a one-time code; every attempt leaves an audit line (audit.h), and only that says why one was refused.
 *
 * Memory is taken as people and sessions come, so a site without people has none.
 */
#ifndef METERBENCH_SIM_PLATFORM_PEOPLE_H
#define METERBENCH_SIM_PLATFORM_PEOPLE_H

#include "sim/kernel/random.h"
#include "sim/platform/rights.h"
#include "sim/platform/totp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct platform;

enum {
    USERS_MAX = 10000,
    SESSIONS_MAX = 1024, /* at the same time */
    USER_NAME_MAX = 32,
    SALT_SIZE = 16,
    PASSWORD_HASH_SIZE = 32,
    PASSWORD_SIZE_MAX = 128, /* bytes; NIST SP 800-63B wants 64 characters or more to be allowed */
    TOTP_SECRET_SIZE = 20,
};

struct people_policy {
    int failures_max;           /* in a row; then the user is locked */
    int64_t lock_ns;
    int64_t session_idle_ns;    /* without an act */
    int64_t session_longest_ns; /* with them */
    int password_length;        /* characters, at least */
    int password_cost;          /* scrypt's N, a power of 2 */
    uint32_t rights[ROLE_COUNT]; /* bit 1 << right; by the table of rights.h */
};

/* 5 failures, 15 min locked; sessions end after 15 min without an act or 12 h (NIST SP 800-63B, 4.3.3); passwords of 8
 * characters (5.1.1); scrypt at N = 64, since suites sign in thousands of times. */
struct people_policy people_policy_default(void);

struct user {
    char name[USER_NAME_MAX];
    enum role role;
    bool revoked;
    uint8_t salt[SALT_SIZE];
    uint8_t hash[PASSWORD_HASH_SIZE]; /* scrypt */
    uint8_t secret[TOTP_SECRET_MAX];
    uint8_t secret_size;
    int failures;
    int64_t last_code_step; /* a code serves once, and none of a step before it */
    bool phone_off, app_off; /* where alarms go: notify.h */
    int64_t locked_until;
    struct random draws;    /* of salts and secrets to come */
    struct scope scope;
};

struct session_place {
    bool open;
    uint32_t serial;
    int user;
    int64_t began, used;
};

struct people {
    struct people_policy policy;
    int count;
    struct user *users;
    int session_count;
    uint32_t serial;
    struct session_place *sessions;
};

/* What somebody holds who has signed in. */
struct session {
    int user;
    int place;
    uint32_t serial;
};

/* Somebody to be added. */
struct person {
    const char *name; /* 1 to USER_NAME_MAX - 1 bytes */
    enum role role;
    const char *password;
    const struct scope *scope; /* NULL: the building for administrators and operators, for others nothing */
    const uint8_t *secret;     /* of the one-time codes; NULL: drawn */
    size_t secret_size;
};

void people_free(struct people *people);

/* ---- who there is ----------------------------------------------------------------------------- */

/* Adds somebody: their number, or ERROR_QUEUE_FULL, ERROR_NO_MEMORY, ERROR_INVALID_ARGUMENT (name too long, or taken; a
 * secret too long), ERROR_PASSWORD_WEAK. With a session: what platform_authorise says, and nobody is given flats or a role
 * above one's own. Without: there before the run, not audited. */
int platform_add_person(struct platform *platform, int64_t now, const struct session *by,
                        const struct person *person);
/* The same without a session, with the scope that goes with the role. */
int platform_add_user(struct platform *platform, const char *name, enum role role,
                      const char *password);
/* The number of a user, or ERROR_NOT_FOUND. */
int platform_find_user(const struct platform *platform, const char *name);
/* By the policy and the scope, whatever session there is. A flat of EVENT_NO_FLAT is the building as a whole. */
bool platform_may(const struct platform *platform, int user, enum right right, uint32_t flat);

/* ---- signing in ------------------------------------------------------------------------------- */

int64_t platform_unix_seconds(const struct platform *platform, int64_t now);
/* The six digits that the user's authenticator shows at `now`, and a terminator. */
int platform_code(const struct platform *platform, int64_t now, int user, char *code);
int platform_code_at(const struct platform *platform, int64_t unix_s, int user, char *code);

/* 0, or ERROR_NOT_ALLOWED whatever was wrong (name, password, code, code used before, user locked or revoked), or
 * ERROR_QUEUE_FULL, ERROR_NO_MEMORY. It takes the same path for a name that nobody has. Audited either way. */
int platform_sign_in(struct platform *platform, int64_t now, const char *name,
                     const char *password, const char *code, struct session *session);
/* 0, or ERROR_SESSION_OVER. Audited either way. */
int platform_sign_out(struct platform *platform, int64_t now, const struct session *session);
bool platform_session_open(const struct platform *platform, int64_t now, const struct session *session);

/* May this session do that to a flat (EVENT_NO_FLAT: to the building as a whole) now? 0, ERROR_SESSION_OVER, ERROR_NO_RIGHT
 * or ERROR_OUT_OF_SCOPE. Audited either way. It is an act: the session's idle time begins anew. */
int platform_authorise(struct platform *platform, int64_t now, const struct session *session,
                       enum right right, uint32_t flat);

/* May this session read the audit log, as far as it is of the own flats? Errors as above; audited. */
int platform_read_audit(struct platform *platform, int64_t now, const struct session *session);

/* ---- what administrators do to people, and people to themselves -------------------------------- */

/* All return 0, ERROR_SESSION_OVER, ERROR_NO_RIGHT, ERROR_OUT_OF_SCOPE (the other has flats that are not one's own), or
 * what is said below. Audited either way. */

/* Signs nobody in any more, and ends what is open. ERROR_LAST_ADMINISTRATOR: of the building, so that one is left. */
int platform_revoke(struct platform *platform, int64_t now, const struct session *by, int user);
/* Takes that back, and ends a lock. */
int platform_readmit(struct platform *platform, int64_t now, const struct session *by, int user);
/* One's own with the old one, another's without (NULL). Ends all sessions of the person. ERROR_NOT_ALLOWED: the old one is
 * wrong, which counts as a failure to sign in; ERROR_PASSWORD_WEAK. */
int platform_change_password(struct platform *platform, int64_t now, const struct session *by, int user,
                             const char *old, const char *password);
/* Another secret for the one-time codes: one's own, or another's. Ends all sessions of the person. */
int platform_renew_factor(struct platform *platform, int64_t now, const struct session *by, int user);

#endif
