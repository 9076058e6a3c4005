/*
 * A controller is what sits between a flat's plant and its uplink: the electronics and firmware of a
 * meter. The virtual meter (meter.h) is one; a board on a serial port (hil/) is another. Flat,
 * link and platform do not know which.
 *
 * A controller reads signals, takes DL/T 645 frames (the modem has opened the envelope) and leaves what it
 * wants done in its outbox: a coil pulse, frames for the uplink. The flat takes them from there.
 */
#ifndef METERBENCH_SIM_METER_CONTROLLER_H
#define METERBENCH_SIM_METER_CONTROLLER_H

#include "sim/plant/plant.h"
#include "sim/wire/dlt645.h"

#include <stdbool.h>
#include <stdint.h>

/* Why contacts are, or were, opened. The order is the numbering of registers, reports and run files. */
#define TRIP_CAUSES(X)                                                                             \
    X(NONE, "none")                                                                                \
    X(ORDER, "order")                                                                              \
    X(ARREARS, "arrears")                                                                          \
    X(OVERLOAD, "overload")                                                                        \
    X(SHORT_CIRCUIT, "short circuit")                                                              \
    X(LEAKAGE, "leakage")                                                                          \
    X(ABNORMAL_POWER, "abnormal power")                                                            \
    X(SMOKE, "smoke")                                                                              \
    X(HEAT, "heat")

enum trip_cause {
#define X(id, name) TRIP_CAUSE_##id,
    TRIP_CAUSES(X)
#undef X
        TRIP_CAUSE_COUNT
};

#define CAUSE_BIT(cause) (UINT32_C(1) << ((cause)-1))
/* Causes by which somebody, not physics, forbids supply. */
#define CAUSES_FORBIDDING (CAUSE_BIT(TRIP_CAUSE_ORDER) | CAUSE_BIT(TRIP_CAUSE_ARREARS))
/* Causes after which the contacts never close by themselves. */
#define CAUSES_LOCKING (CAUSE_BIT(TRIP_CAUSE_SHORT_CIRCUIT) | CAUSE_BIT(TRIP_CAUSE_LEAKAGE))

const char *trip_cause_name(int cause);
/* The cause of a name, or -1. */
int trip_cause_from_name(const char *name);

/* What a meter tells unasked (report word 04001501), and what the platform finds by itself. */
#define METER_ALARMS(X)                                                                            \
    X(TRIPPED, "tripped")                                                                          \
    X(CLOSED, "closed")                                                                            \
    X(WELDED, "welded")                                                                            \
    X(MALOPERATION, "maloperation")                                                                \
    X(SECURITY, "security")                                                                        \
    X(LOW_CREDIT, "low credit")                                                                    \
    X(POWER_UP, "power up")                                                                        \
    X(LOCKED, "locked")                                                                           \
    X(EMERGENCY, "emergency switch")                                                               \
    X(SILENT, "meter silent") /* the platform's own: nothing was heard of the meter */           \
    X(SENSOR, "sensor")

enum meter_alarm {
#define X(id, name) METER_ALARM_##id,
    METER_ALARMS(X)
#undef X
        METER_ALARM_COUNT
};

const char *meter_alarm_name(int alarm);
/* The alarm of a name, or -1. */
int meter_alarm_from_name(const char *name);

/* N2 of an order to trip (1A), which DL/T 645 reserves: this model's own. Another meter trips at once, and the platform keeps
 * a flat in maintenance open by itself. */
enum {
    CONTROLLER_WARNING_MIN_MAX = 200, /* 1 to this: the alarm sounds for so many minutes, then it trips */
    CONTROLLER_LOCK_OUT = 0xF1,       /* and nothing but the next one closes, lifts or permits */
    CONTROLLER_END_LOCK_OUT = 0xF2,   /* an order to trip is what remains */
};

/* Why contacts were closed. */
enum close_reason {
    CLOSE_BY_ORDER,
    CLOSE_BY_KEY,
    CLOSE_BY_CREDIT,
    CLOSE_RISK_OVER,
    CLOSE_BY_EMERGENCY_SWITCH,
};

enum { CONTROLLER_FRAME_MAX = 64, CONTROLLER_OUTBOX_MAX = 6 };

struct controller_frame {
    uint8_t size;
    uint8_t bytes[CONTROLLER_FRAME_MAX];
};

/* What a controller says of itself; a board's is as old as its last poll. Run files keep every field
 * (scenarios/runner/run_file.c, replay.c, board_record.c). */
#define CONTROLLER_STATUS(X)                                                                       \
    X(uint32_t, causes) /* standing, CAUSE_BIT */                                                  \
    X(enum trip_cause, last_trip)                                                                  \
    X(bool, powered)                                                                               \
    X(bool, keep_power)                                                                            \
    X(bool, close_permitted)                                                                       \
    X(bool, held_by_current)                                                                       \
    X(bool, alarm) /* lamp and buzzer */                                                           \
    X(bool, trip_cause_known)  /* last_trip belongs to the last opening */                         \
    X(uint16_t, trips)         /* as the meter counts them */                                      \
    X(bool, clock_told)        /* clock_ahead_ms is a board's clock, in whole seconds of its own */ \
    X(int32_t, clock_ahead_ms) /* of the run's time */                                             \
    X(int64_t, register_mwh)                                                                       \
    X(int64_t, balance)        /* 1/10000 yuan; of profile `local` */                              \
    X(int32_t, voltage_mv)     /* this and the rest as the meter tells them */                     \
    X(int32_t, current_ma)                                                                         \
    X(int32_t, residual_ua)                                                                        \
    X(int64_t, power_mw)

struct controller_status {
#define X(type, field) type field;
    CONTROLLER_STATUS(X)
#undef X
};

/* Frames for the uplink, until the flat takes them after the event. Empty between events, so the virtual meters of
 * a site share one. */
struct controller_outbox {
    int count;
    struct controller_frame frames[CONTROLLER_OUTBOX_MAX];
};

struct controller;

struct controller_ops {
    void (*sense)(struct controller *controller, int64_t now, const struct plant_signals *signals);
    void (*receive)(struct controller *controller, int64_t now, const uint8_t *frame, size_t size);
    void (*timer)(struct controller *controller, int64_t now, int timer);
};

struct controller {
    const struct controller_ops *ops;
    struct controller_status status;
    struct controller_outbox *outbox;
    struct coil_pulse coil;
    bool coil_wanted;
};

/* Leave a frame for the uplink. A full outbox is a programming error: the flat empties it after every event. */
void controller_send(struct controller *controller, const struct dlt645_frame *frame);

/* An unasked report: read reply 91 of 04001501 with alarm, detail, meter time, number, status. */
struct controller_report {
    enum meter_alarm alarm;
    uint8_t detail;
    uint16_t number;
    bool contacts_closed;
    int64_t clock_s; /* the meter's own, seconds since 2000 */
};
void controller_report(struct controller *controller, const struct dlt645_address *address,
                       const struct controller_report *report);
/* 0, or a decoding error of dlt645_read_reply_parse, or ERROR_OUT_OF_RANGE for an unknown alarm. */
int controller_report_parse(const struct dlt645_frame *frame, struct controller_report *report);

/* Seconds since 2000 as the fields of a DL/T 645 time. */
struct dlt645_time controller_wire_time(int64_t seconds);
/* The inverse, of a time that dlt645_time_read took. */
int64_t controller_wire_seconds(const struct dlt645_time *time);

#define CONTROLLER_REPORT_IDENTIFIER 0x04001501u
#define CONTROLLER_RATES_IDENTIFIER 0x0001FF00u /* total and four rates */
/* The last freeze at a change of prices (season, tiers' cycle or price list): its minute, then total and four rates. */
#define CONTROLLER_FROZEN_IDENTIFIER 0x0505FF01u
#define CONTROLLER_CLOCK_IDENTIFIER 0x0400010Cu /* date, weekday and time */

/* Recharge of a meter that keeps its own credit: a write (14) of this identifier. The number makes it
 * idempotent: a meter takes number n+1 after n and confirms n again without adding. */
#define CONTROLLER_RECHARGE_IDENTIFIER 0x070102FFu
struct controller_recharge {
    int64_t amount; /* 1/10000 yuan, whole 1/100 */
    uint32_t number;
};
int controller_recharge_write(const struct controller_recharge *recharge, uint8_t *value,
                              size_t capacity);
int controller_recharge_parse(const uint8_t *value, size_t size,
                              struct controller_recharge *recharge);
/* The meter's answer to one says its number, since it can come late, after the next went out: data of four bytes, BCD,
 * where DL/T 645 has none (an extension of this model's meter). The second returns the number, or an error. */
void controller_recharged(struct dlt645_frame *reply, const struct dlt645_address *address, uint32_t number);
int64_t controller_recharged_number(const struct dlt645_frame *reply);

#endif
