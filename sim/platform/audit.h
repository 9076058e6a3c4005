/*
 * What is written down of every attempt and every consequence: an event of the log and, where somebody keeps an audit log, a
 * line of it. Lines are chained by their hashes (audit_chain.h); a fleet keeps none and pays for none.
 */
#ifndef METERBENCH_SIM_PLATFORM_AUDIT_H
#define METERBENCH_SIM_PLATFORM_AUDIT_H

#include <stdint.h>

struct platform;

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
    X(SECURITY_ALARM, "uplink frame refused")                                                      \
    X(PAYMENT_REFUSED, "payment refused")                                                          \
    X(REFUND_MADE, "refund made")                                                                  \
    X(REFUND_REFUSED, "refund refused")                                                            \
    X(SIGNED_OUT, "signed out")                                                                    \
    X(LOCKED_OUT, "locked out")                                                                    \
    X(ALLOWED, "allowed")                                                                          \
    X(REFUSED, "refused")                                                                          \
    X(PERSON_ADDED, "person added")                                                                \
    X(PERSON_REVOKED, "person revoked")                                                            \
    X(PERSON_READMITTED, "person readmitted")                                                      \
    X(PASSWORD_CHANGED, "password changed")                                                        \
    X(FACTOR_RENEWED, "second factor renewed")                                                     \
    X(BILL_ISSUED, "bill issued")                                                                  \
    X(MOVED_OUT, "moved out")                                                                      \
    X(MOVED_IN, "moved in")

enum audit_action {
#define X(id, name) AUDIT_##id,
    AUDIT_ACTIONS(X)
#undef X
        AUDIT_ACTION_COUNT
};

const char *audit_action_name(int action);

/* Who acts that is nobody of the site's people. */
enum { ACTOR_BILLING = -1, ACTOR_SERVICE = -2 /* repaired a fault in the home and closes again */, ACTOR_UNKNOWN = -3 };

/* One line: an attempt of somebody, or a consequence. */
struct audit_fact {
    enum audit_action action;
    int actor;      /* a user, or ACTOR_* */
    uint32_t flat;  /* EVENT_NO_FLAT: none, or the building */
    int right;      /* that was asked for, or -1 */
    int person;     /* a user that it was done to, or -1 */
    int why;        /* 0, or the error for which it was refused */
    int attempted;  /* of AUDIT_REFUSED: the action that it would have been, or 0 */
};
void platform_audit_fact(struct platform *platform, int64_t now, const struct audit_fact *fact);

/* The same for what is neither asked for nor refused. */
void platform_audit(struct platform *platform, int64_t now, uint32_t flat,
                    enum audit_action action, int actor);

enum { AUDIT_NAME_MAX = 32 };

/* A fact in words. Texts are never NULL; "" is nothing. */
struct audit_line {
    int64_t at;
    uint32_t flat;        /* EVENT_NO_FLAT: `target` says */
    const char *role;     /* of who */
    const char *action;   /* what was tried, or happened: "sign in", "trip", "payment" */
    const char *result;   /* "accepted", "refused" or, of what nobody asked for, "noted" */
    const char *why;      /* it was refused */
    char who[AUDIT_NAME_MAX];    /* a person, "billing", "service", "meter", or "(unknown)": not what was typed */
    char person[AUDIT_NAME_MAX]; /* to whom it was done */
    char target[24];      /* "flat 7", "building", or "" */
};

#endif
