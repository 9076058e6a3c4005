/*
 * The site's share of the platform: who may sign in and what they may do, and the policy that accounts follow.
 * Administrators need a password and a one-time code (TOTP, RFC 6238); tenants hold no switching right;
 * every attempt leaves an audit line.
 */
#ifndef METERBENCH_SIM_PLATFORM_PLATFORM_H
#define METERBENCH_SIM_PLATFORM_PLATFORM_H

#include "sim/event.h"
#include "sim/tariff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role { ROLE_SYSTEM, ROLE_ADMINISTRATOR, ROLE_OPERATOR, ROLE_TENANT };

#define AUDIT_ACTIONS(X)                                                                           \
    X(SIGNED_IN, "signed in")                                                                      \
    X(SIGN_IN_REFUSED, "sign-in refused")                                                          \
    X(ORDER_ACCEPTED, "order accepted")                                                            \
    X(ORDER_REFUSED, "order refused")                                                              \
    X(TRIP_REPORTED, "trip reported")                                                              \
    X(CLOSE_REPORTED, "close reported")                                                            \
    X(PAYMENT_ACCEPTED, "payment accepted")                                                        \
    X(ARREARS_TRIP, "arrears trip ordered")                                                        \
    X(ALARM_REPORTED, "alarm reported")                                                            \
    X(SECURITY_ALARM, "uplink frame refused")

enum audit_action {
#define X(id, name) AUDIT_##id,
    AUDIT_ACTIONS(X)
#undef X
        AUDIT_ACTION_COUNT
};

const char *audit_action_name(int action);

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

/* What goes wrong in a platform, for the tests of the invariants. */
struct platform_faults {
    bool trips_without_reminders;
    bool charges_twice;
    bool charges_one_rate; /* all rates at the peak's price */
    bool audits_nothing;
    bool tenants_may_switch;
    bool codes_unchecked;
};

struct billing_policy {
    int64_t price;              /* 1/10000 yuan per kWh */
    const struct tariff *tariff; /* instead of the price; NULL: one price at all hours */
    int64_t remind_below;       /* balance, 1/10000 yuan */
    int64_t overdraft;
    int reminders;              /* delivered ones before an arrears trip */
    int64_t reminder_spacing_ns;
    int64_t reminder_retry_ns;
    int reminder_attempts_max;  /* of one reminder; then the administrator decides, supply stays */
    int64_t grace_ns;           /* from the last reminder to the trip */
    int64_t poll_ns;            /* of the register; 0: the meter reports by itself */
    int64_t billing_ns;         /* charges are made so often, from one o'clock on; 0: at each reading */
    bool restore_by_permit;     /* 1B: the tenant presses the key; otherwise 1C */
};

struct billing_policy billing_policy_default(void);

struct platform {
    struct platform_faults faults;
    struct billing_policy policy;
    struct event_source events;
    int64_t epoch_s;
    uint64_t seed;
    int user_count;
    struct user users[USERS_MAX];
    bool mute; /* the platform is down: nothing goes out by itself; what is due waits */
};

void platform_init(struct platform *platform, struct event_source events, uint64_t seed,
                   int64_t epoch_s);

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

void platform_audit(struct platform *platform, int64_t now, uint32_t flat,
                    enum audit_action action, int user);

#endif
