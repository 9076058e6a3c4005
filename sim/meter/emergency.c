/*
 * The manual switch for basic supply: it lifts somebody's prohibition for a time, up to a current of its own, and nothing else. No link
 * is involved. Each use is an alarm, so it stands in the meter's log and is reported when the link is there.
 */
#include "sim/meter/internal.h"

bool emergency_supplies(const struct meter *meter)
{
    return meter->memory.emergency && !meter->memory.locked_out;
}

bool emergency_limits(const struct meter *meter)
{
    return emergency_supplies(meter) && (meter->memory.causes & CAUSES_FORBIDDING) != 0 &&
           !meter->faults.emergency_unlimited;
}

/* An overload of basic supply is over when the switch is turned off, not after a delay. */
static void forget_its_overload(struct meter *meter, int64_t now)
{
    if (!meter->memory.emergency_over)
        return;
    meter->memory.emergency_over = false;
    drive_clear(meter, now, CAUSE_BIT(TRIP_CAUSE_OVERLOAD));
    drive_close(meter, now, CLOSE_RISK_OVER); /* unless supply is forbidden */
}

static void begin(struct meter *meter, int64_t now)
{
    struct meter_memory *memory = &meter->memory;
    bool refused = memory->locked_out || memory->locked || memory->emergency_used_ns >= meter->config->emergency_ns ||
                   (memory->causes & CAUSES_LOCKING) != 0;
    if (refused) {
        meter_raise_alarm(meter, now, METER_ALARM_EMERGENCY, EMERGENCY_REFUSED);
        return;
    }
    memory->emergency = true;
    memory->emergency_from = now;
    timer_arm(&meter->timers, METER_TIMER_EMERGENCY, now + meter->config->emergency_ns - memory->emergency_used_ns);
    event_put(&meter->events, now, EVENT_METER_EMERGENCY, true, 0);
    meter_raise_alarm(meter, now, METER_ALARM_EMERGENCY, EMERGENCY_ON);
    drive_close(meter, now, CLOSE_BY_EMERGENCY_SWITCH);
}

static void end(struct meter *meter, int64_t now, enum emergency_news why)
{
    if (!meter->memory.emergency)
        return;
    meter->memory.emergency = false;
    meter->memory.emergency_used_ns += now - meter->memory.emergency_from;
    timer_cancel(&meter->timers, METER_TIMER_EMERGENCY);
    event_put(&meter->events, now, EVENT_METER_EMERGENCY, false, 0);
    meter_raise_alarm(meter, now, METER_ALARM_EMERGENCY, why);
    drive_forbidden_again(meter, now);
    forget_its_overload(meter, now);
}

void emergency_sense(struct meter *meter, int64_t now)
{
    bool on = meter->signals.emergency_switch;
    if (on == meter->memory.emergency_turned)
        return;
    meter->memory.emergency_turned = on;
    if (on)
        begin(meter, now);
    else
        end(meter, now, EMERGENCY_OFF);
}

void emergency_timer(struct meter *meter, int64_t now)
{
    end(meter, now, EMERGENCY_TIME_OVER);
}

void emergency_overload(struct meter *meter, int64_t now)
{
    meter->memory.emergency_over = true;
    meter_raise_alarm(meter, now, METER_ALARM_EMERGENCY, EMERGENCY_OVERLOAD);
    drive_trip(meter, now, TRIP_CAUSE_OVERLOAD);
}

/* Supply is allowed again: what was used counts no more. */
void emergency_allowed(struct meter *meter, int64_t now)
{
    meter->memory.emergency_used_ns = 0;
    if (!meter->memory.emergency)
        return;
    meter->memory.emergency_from = now;
    timer_arm(&meter->timers, METER_TIMER_EMERGENCY, now + meter->config->emergency_ns);
}

/* The time runs on without mains. */
void emergency_boots(struct meter *meter, int64_t now)
{
    if (!meter->memory.emergency)
        return;
    int64_t ends = meter->memory.emergency_from + meter->config->emergency_ns - meter->memory.emergency_used_ns;
    timer_arm(&meter->timers, METER_TIMER_EMERGENCY, ends > now ? ends : now);
}
