/* The parts of the virtual meter, as they see each other: sensing calls protection, protection calls the relay drive. */
#ifndef METERBENCH_SIM_METER_INTERNAL_H
#define METERBENCH_SIM_METER_INTERNAL_H

#include "sim/meter/limits.h"
#include "sim/meter/port.h"

/* protection.c */
void protection_sense(struct meter *meter, int64_t now);
/* The signals changed from `before` to the meter's present ones: was that a malign load coming on? */
void protection_step(struct meter *meter, int64_t now, const struct plant_signals *before);
/* The causes that lock, and those that are locked now: an administrator lifts them. */
uint32_t protection_locks(const struct meter *meter);
void protection_timer(struct meter *meter, int64_t now, int timer);
/* A timer that is due by then stays as it is. */
void protection_arm_no_later(struct meter *meter, int timer, int64_t at);

/* safety.c: smoke, heat and their detectors */
void safety_sense(struct meter *meter, int64_t now);
void safety_timer(struct meter *meter, int64_t now, int timer);

/* emergency.c: the manual switch for basic supply */
enum emergency_news { /* the detail of METER_ALARM_EMERGENCY */
    EMERGENCY_OFF,
    EMERGENCY_ON,
    EMERGENCY_OVERLOAD,
    EMERGENCY_TIME_OVER,
    EMERGENCY_REFUSED,
};
/* It is on, and the meter is not locked out: prohibitions by somebody yield. */
bool emergency_supplies(const struct meter *meter);
/* Its own limit of the current holds: what flows is basic supply. */
bool emergency_limits(const struct meter *meter);
void emergency_sense(struct meter *meter, int64_t now);
void emergency_timer(struct meter *meter, int64_t now);
/* More than its limit flowed for its delay. */
void emergency_overload(struct meter *meter, int64_t now);
void emergency_allowed(struct meter *meter, int64_t now);
void emergency_boots(struct meter *meter, int64_t now);

/* drive.c: causes, coil, feedback */
void drive_trip(struct meter *meter, int64_t now, enum trip_cause cause);
void drive_clear(struct meter *meter, int64_t now, uint32_t causes);
/* Close if no cause stands; false when one does. */
bool drive_close(struct meter *meter, int64_t now, enum close_reason reason);
/* Nothing lifts a prohibition any more: open. */
void drive_forbidden_again(struct meter *meter, int64_t now);
void drive_sense(struct meter *meter, int64_t now);
void drive_timer(struct meter *meter, int64_t now, int timer);
/* After a power cut: look whether the contacts are where the last drive left them. */
void drive_boots(struct meter *meter, int64_t now);
void drive_set_keep_power(struct meter *meter, int64_t now, bool on);
/* A trip that large current may hold off (orders and arrears only). True when it is held. */
bool drive_trip_unless_held(struct meter *meter, int64_t now, enum trip_cause cause);

/* rates.c */
/* Look at the clock: book to its rate from now on, and wake up at the next edge by it. Accounts first. */
void rates_follow_clock(struct meter *meter, int64_t now);
/* The price of the next kWh, 1/10000 yuan. */
int64_t rates_price(const struct meter *meter);
/* What the last `mwh` of the total cost at the running rate, in 1/10000 yuan per million. */
int64_t rates_cost(const struct meter *meter, int64_t mwh);
/* After what its battery could not carry it over. */
void rates_clock_boots(struct meter *meter, int64_t now);
/* The clock was told by a broadcast. */
void rates_clock_broadcast(struct meter *meter, int64_t now, int64_t told_s);

/* credit.c */
/* Does the meter keep its own credit, and has none left? */
bool credit_spent(const struct meter *meter);
void credit_update(struct meter *meter, int64_t now);
bool credit_recharge(struct meter *meter, int64_t now, const struct controller_recharge *recharge);

/* commands.c */
void commands_receive(struct meter *meter, int64_t now, const uint8_t *frame, size_t size);
void commands_timer(struct meter *meter, int64_t now);
/* The time of a warning, or of a trip that ends by itself, is over. */
void commands_later(struct meter *meter, int64_t now);
/* What waited for its time before a power cut goes on waiting. */
void commands_boot(struct meter *meter, int64_t now);
/* Tell the register unasked: the reply to a reading that nobody asked for. */
void commands_report(struct meter *meter, int64_t now);

/* port.c: nothing is noted of a meter without one */
void port_note_trip(struct meter *meter, int64_t now, enum trip_cause cause);
void port_note_close(struct meter *meter, int64_t now);
void port_note_supply(struct meter *meter, int64_t now, bool on);
void port_note_write(struct meter *meter, int64_t now, uint32_t identifier);
void port_note_clock(struct meter *meter, int64_t before_s, int64_t after_s);
/* The register grew from `before_mwh` between `from` and `now`. */
void port_account(struct meter *meter, int64_t from, int64_t now, int64_t before_mwh);
/* The others want a port. Level and password are right, and not locked; wrong ones are counted. */
bool port_authorises(struct meter *meter, int64_t now, const struct dlt645_authority *authority);
/* False when the identifier is none of the port's. */
bool port_answers_read(struct meter *meter, uint32_t identifier, struct dlt645_frame *reply);
/* A setting: 0, the bits of a refusal, or ERROR_NOT_FOUND when it is none of the port's. */
int port_write(struct meter *meter, const struct dlt645_write *write);
/* False for a time that cannot be. */
bool port_freeze(struct meter *meter, int64_t now, const struct dlt645_freeze *when);
/* The rarer control codes: false for silence. */
bool port_answers(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                  struct dlt645_frame *reply);

/* readings.c */
enum { READING_MAX = 48 }; /* the longest value: what a frame to the modem holds */
/* The value of an identifier as of the last meter_account; its size, or an error when there is no such data. */
int readings_of(const struct meter *meter, int64_t now, uint32_t identifier,
                uint8_t value[READING_MAX]);
/* The enum dlt645_time_layout of an identifier that is a clock's, or -1. */
int readings_clock_layout(uint32_t identifier);

#endif
