/* What is written down of every attempt and every consequence. */
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
    X(REFUND_REFUSED, "refund refused")

enum audit_action {
#define X(id, name) AUDIT_##id,
    AUDIT_ACTIONS(X)
#undef X
        AUDIT_ACTION_COUNT
};

const char *audit_action_name(int action);

void platform_audit(struct platform *platform, int64_t now, uint32_t flat,
                    enum audit_action action, int user);

#endif
