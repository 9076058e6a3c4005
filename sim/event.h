/*
 * The event log: every fact of a run, in time order. Scenarios judge it, invariants watch it, the window draws
 * it, and its hash is the run's fingerprint.
 */
#ifndef METERBENCH_SIM_EVENT_H
#define METERBENCH_SIM_EVENT_H

#include <stddef.h>
#include <stdint.h>

/* kind, name, meaning of a, meaning of b ("-": unused) */
#define SIM_EVENTS(X)                                                                              \
    X(CAUSE, "cause", "fault", "level")                                                            \
    X(CAUSE_ENDED, "cause_ended", "fault", "-")                                                    \
    X(SENSOR, "sensor", "sensor", "state")                                                         \
    X(LEAK_COURSE, "leak_course", "shape", "waveform")                                             \
    X(APPLIANCE, "appliance", "appliance", "on")                                                   \
    X(COIL, "coil", "close", "pulse_us")                                                           \
    X(CONTACTS, "contacts", "closed", "-")                                                         \
    X(LOAD_LIVE, "load_live", "live", "-")                                                         \
    X(MCB, "mcb", "closed", "-")                                                                   \
    X(METER_POWER, "meter_power", "on", "-")                                                       \
    X(METER_TRIP, "meter_trip", "cause", "-")                                                      \
    X(METER_CLOSE, "meter_close", "reason", "-")                                                   \
    X(METER_REFUSED, "meter_refused", "command", "status")                                         \
    X(METER_HELD, "meter_held", "held", "-")                                                       \
    X(METER_CAUSES, "meter_causes", "mask", "forbidden")                                           \
    X(METER_KEEP_POWER, "meter_keep_power", "on", "-")                                             \
    X(METER_EMERGENCY, "meter_emergency", "on", "-")                                               \
    X(METER_ALARM, "meter_alarm", "alarm", "detail")                                               \
    X(METER_BALANCE, "meter_balance", "balance", "-")                                              \
    X(FRAME_SENT, "frame_sent", "direction", "digest")                                             \
    X(FRAME_LOST, "frame_lost", "direction", "attempt")                                            \
    X(FRAME_DELIVERED, "frame_delivered", "direction", "digest")                                   \
    X(FRAME_DROPPED, "frame_dropped", "direction", "reason")                                       \
    X(FRAME_FOREIGN, "frame_foreign", "attack", "digest")                                          \
    X(ENVELOPE_REJECTED, "envelope_rejected", "direction", "error")                                \
    X(COMMAND_ACCEPTED, "command_accepted", "counter", "digest")                                   \
    X(KEY_CHANGE, "key_change", "step", "number")                                                  \
    X(REPORT_ACCEPTED, "report_accepted", "counter", "digest")                                     \
    X(ACCOUNT_CLOSED, "account_closed", "balance", "owed_uyuan")                                   \
    X(ACCOUNT_OPENED, "account_opened", "balance", "-")                                            \
    X(CHARGE, "charge", "amount", "register_wh")                                                   \
    X(PAYMENT, "payment", "amount", "number")                                                      \
    X(PAYMENT_REFUSED, "payment_refused", "refusal", "number")                                     \
    X(PAYMENT_SHORT, "payment_short", "missing", "number")                                         \
    X(REFUND, "refund", "amount", "number")                                                        \
    X(BILL, "bill", "amount", "due_s")                                                             \
    X(MOVED_OUT, "moved_out", "balance", "register_wh")                                            \
    X(MOVED_IN, "moved_in", "balance", "register_wh")                                              \
    X(RATES_FROZEN, "rates_frozen", "clock_s", "register_10wh")                                    \
    X(CHARGE_UNSPLIT, "charge_unsplit", "season", "list")                                          \
    X(REFUND_REFUSED, "refund_refused", "refusal", "number")                                       \
    X(CREDIT_LEVEL, "credit_level", "level", "balance")                                            \
    X(REMINDING, "reminding", "serial", "-")                                                       \
    X(REMINDER_SENT, "reminder_sent", "number", "channel")                                         \
    X(REMINDER_SHOWN, "reminder_shown", "number", "channel")                                       \
    X(REMINDER_RECEIPT, "reminder_receipt", "number", "channel")                                   \
    X(REMINDER_DELIVERED, "reminder_delivered", "number", "channel")                               \
    X(REMINDERS_FALLBACK, "reminders_fallback", "delivered", "-")                                  \
    X(ARREARS_TRIP, "arrears_trip", "reminders_delivered", "balance")                              \
    X(ORDER, "order", "command", "actor")                                                          \
    X(ORDER_DONE, "order_done", "command", "status")                                               \
    X(ORDER_FAILED, "order_failed", "command", "reason")                                           \
    X(ORDER_WITHHELD, "order_withheld", "command", "holds")                                        \
    X(ORDERS_SETTLED, "orders_settled", "batch", "flats")                                          \
    X(RESTORE, "restore", "batch", "flats")                                                        \
    X(RESTORE_WAVE, "restore_wave", "wave", "flats")                                               \
    X(MAINTENANCE, "maintenance", "on", "actor")                                                   \
    X(ALARM_RECEIVED, "alarm_received", "alarm", "detail")                                         \
    X(ALARM_SENT, "alarm_sent", "what", "whom")                                                    \
    X(ALARM_SHOWN, "alarm_shown", "what", "whom")                                                  \
    X(ALARM_RECEIPT, "alarm_receipt", "what", "whom")                                              \
    X(ALARM_DELIVERED, "alarm_delivered", "alarm", "detail")                                       \
    X(ALARM_UNCONFIRMED, "alarm_unconfirmed", "what", "whom")                                      \
    X(SIGN_IN, "sign_in", "actor", "result")                                                       \
    X(AUDIT, "audit", "action", "actor")                                                           \
    X(METER_CLOCK, "meter_clock", "shift_ms", "why")                                               \
    X(METER_RATE, "meter_rate", "rate", "clock_s")                                                 \
    X(APPLIANCES_LIMITED, "appliances_limited", "air_permille", "water_permille")                  \
    X(CHARGE_RATE, "charge_rate", "rate", "cost_uyuan")

enum event_kind {
#define X(kind, name, a, b) EVENT_##kind,
    SIM_EVENTS(X)
#undef X
        EVENT_KINDS
};

/* How a time is known. A virtual meter's are exact; a board's are as good as what saw them. */
enum evidence { EVIDENCE_MODEL, EVIDENCE_CONTACT, EVIDENCE_COIL, EVIDENCE_REGISTER };

#define EVENT_NO_FLAT UINT32_MAX /* an event of the site */
#define EVENT_NO_STAMP INT64_MIN

struct event {
    int64_t at; /* simulated ns; for a board the best estimate */
    int64_t earliest, latest;
    int64_t stamp_ns; /* by the clock of the device that saw it, or EVENT_NO_STAMP */
    int64_t a, b;
    uint32_t flat;
    uint16_t kind;
    uint16_t evidence;
};

/* Where events go. One sink a run; it must not change the model. */
struct event_sink {
    void (*put)(struct event_sink *sink, const struct event *event);
};

/* A component's way to the log: which flat, which sink. */
struct event_source {
    struct event_sink *sink;
    uint32_t flat;
};

/* An exact fact of the model. */
struct event event_exact(uint32_t flat, int64_t now, enum event_kind kind, int64_t a, int64_t b);

/* Log an exact fact of the model. */
void event_put(const struct event_source *source, int64_t now, enum event_kind kind, int64_t a,
               int64_t b);

const char *event_name(int kind);
/* The meaning of an event's a (which = 0) or b (1), NULL when unused. */
const char *event_field(int kind, int which);

/* The canonical line of an event, without a newline; what the log file holds and the hash covers. */
int event_format(const struct event *event, char *out, size_t size);

/* FNV-1a over the canonical lines, newline included. Start with EVENT_HASH_START. */
#define EVENT_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t event_hash(uint64_t hash, const struct event *event);

#endif
