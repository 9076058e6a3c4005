/* The relay drive: standing causes decide what is wanted, the coil is pulsed, feedback is checked. */
#include "sim/meter/internal.h"

#define COIL_PULSE_NS (120 * NS_PER_MS)
#define FEEDBACK_NS (1 * NS_PER_S) /* first look at the contacts after a pulse, then between re-drives */

enum {
    REDRIVES_MAX = 3,
    WELD_CURRENT_MA = 200, /* through contacts that should be open, for longer than 1 s */
};
#define WELD_NS (1 * NS_PER_S)

static void publish_causes(struct meter *meter, int64_t now)
{
    uint32_t causes = meter->memory.causes;
    meter->controller.status.causes = causes;
    event_put(&meter->events, now, EVENT_METER_CAUSES, causes,
              (causes & CAUSES_FORBIDDING) != 0);
}

static void pulse(struct meter *meter, int64_t now, bool close)
{
    meter->memory.closed_wanted = close;
    meter->controller.coil = (struct coil_pulse){.close = close, .length_ns = COIL_PULSE_NS};
    meter->controller.coil_wanted = true;
    timer_arm(&meter->timers, METER_TIMER_RELAY_CHECK, now + FEEDBACK_NS);
}

static void drive(struct meter *meter, int64_t now, bool close)
{
    meter->drives_left = REDRIVES_MAX;
    meter->weld_alarmed = false; /* what this drive does not move is news again */
    pulse(meter, now, close);
}

/* The causes that keep the contacts open: somebody's prohibition yields to the emergency switch. */
static uint32_t opening_causes(const struct meter *meter)
{
    return meter->memory.causes & ~(emergency_supplies(meter) ? CAUSES_FORBIDDING : 0);
}

static void set_last_trip(struct meter *meter, int64_t now, enum trip_cause cause)
{
    port_note_trip(meter, now, cause);
    meter->memory.last_trip = cause;
    meter->memory.trips++;
    meter->controller.status.trips = meter->memory.trips;
    meter->controller.status.last_trip = cause;
    meter->controller.status.trip_cause_known = true;
}

static void fault_timers(struct meter *meter, int64_t now, enum trip_cause cause)
{
    bool fires = (meter->faults.recloses_after_leakage && cause == TRIP_CAUSE_LEAKAGE) ||
                 (meter->faults.closes_while_forbidden && (CAUSE_BIT(cause) & CAUSES_FORBIDDING));
    if (fires)
        timer_arm(&meter->timers, METER_TIMER_FAULT, now + 10 * NS_PER_S);
}

/* The contacts are not where they were driven, and no re-drive is on its way. */
static bool gave_up(const struct meter *meter)
{
    return meter->signals.contacts_closed != meter->memory.closed_wanted &&
           !timer_armed(&meter->timers, METER_TIMER_RELAY_CHECK);
}

void drive_trip(struct meter *meter, int64_t now, enum trip_cause cause)
{
    bool standing = meter->memory.causes & CAUSE_BIT(cause);
    bool yields = emergency_supplies(meter) && (CAUSE_BIT(cause) & CAUSES_FORBIDDING);
    bool opens = meter->memory.closed_wanted && !yields;
    if (standing && !opens) {
        bool wants_open = !meter->memory.closed_wanted;
        if (wants_open && gave_up(meter)) /* the supply was too weak then; it may be better now */
            drive(meter, now, false);
        return;
    }
    meter->memory.causes |= CAUSE_BIT(cause);
    meter->memory.close_permitted = false;
    meter->controller.status.close_permitted = false;
    publish_causes(meter, now);
    event_put(&meter->events, now, EVENT_METER_TRIP, cause, 0);
    if (opens) {
        set_last_trip(meter, now, cause);
        drive(meter, now, false);
    }
    fault_timers(meter, now, cause);
    meter_raise_alarm(meter, now, METER_ALARM_TRIPPED, cause);
}

static void hold(struct meter *meter, int64_t now, uint32_t causes)
{
    bool was = meter->memory.held_causes != 0;
    bool is = causes != 0;
    meter->memory.held_causes = causes;
    meter->controller.status.held_by_current = is;
    if (was == is)
        return;
    if (is)
        timer_arm(&meter->timers, METER_TIMER_HOLDOFF, now + meter->config->holdoff_max_ns);
    else
        timer_cancel(&meter->timers, METER_TIMER_HOLDOFF);
    event_put(&meter->events, now, EVENT_METER_HELD, is, 0);
}

bool drive_trip_unless_held(struct meter *meter, int64_t now, enum trip_cause cause)
{
    if (meter->signals.current_ma <= meter->config->holdoff_ma) {
        drive_trip(meter, now, cause);
        return false;
    }
    hold(meter, now, meter->memory.held_causes | CAUSE_BIT(cause));
    return true;
}

static void held_trips_go(struct meter *meter, int64_t now)
{
    uint32_t held = meter->memory.held_causes;
    hold(meter, now, 0);
    for (int cause = TRIP_CAUSE_ORDER; cause < TRIP_CAUSE_COUNT; cause++)
        if (held & CAUSE_BIT(cause))
            drive_trip(meter, now, (enum trip_cause)cause);
}

void drive_clear(struct meter *meter, int64_t now, uint32_t causes)
{
    uint32_t before = meter->memory.causes;
    hold(meter, now, meter->memory.held_causes & ~causes);
    meter->memory.causes &= ~causes;
    if (meter->memory.causes == before)
        return;
    publish_causes(meter, now);
    if ((before & CAUSES_FORBIDDING) && !(meter->memory.causes & CAUSES_FORBIDDING))
        emergency_allowed(meter, now);
}

void drive_boots(struct meter *meter, int64_t now)
{
    meter->drives_left = REDRIVES_MAX;
    timer_arm(&meter->timers, METER_TIMER_RELAY_CHECK, now + FEEDBACK_NS);
    if (meter->memory.held_causes != 0)
        timer_arm(&meter->timers, METER_TIMER_HOLDOFF, now + meter->config->holdoff_max_ns);
}

bool drive_close(struct meter *meter, int64_t now, enum close_reason reason)
{
    if (opening_causes(meter) != 0 || meter->memory.locked || meter->memory.locked_out)
        return false;
    meter->memory.close_permitted = false;
    meter->controller.status.close_permitted = false;
    if (meter->memory.closed_wanted && !gave_up(meter))
        return true;
    event_put(&meter->events, now, EVENT_METER_CLOSE, reason, 0);
    port_note_close(meter, now);
    drive(meter, now, true);
    meter_raise_alarm(meter, now, METER_ALARM_CLOSED, reason);
    return true;
}

void drive_set_keep_power(struct meter *meter, int64_t now, bool on)
{
    meter->memory.keep_power = on;
    meter->controller.status.keep_power = on;
    if (on && !meter->memory.locked_out) /* an order that still waits is refused like one that comes now */
        hold(meter, now, 0);
    event_put(&meter->events, now, EVENT_METER_KEEP_POWER, on, 0);
}

static void watch_for_weld(struct meter *meter, int64_t now)
{
    bool current_through_open =
        !meter->memory.closed_wanted && meter->signals.current_ma > WELD_CURRENT_MA;
    if (!current_through_open || meter->faults.weld_unnoticed)
        timer_cancel(&meter->timers, METER_TIMER_WELD);
    else if (!timer_armed(&meter->timers, METER_TIMER_WELD) && !meter->weld_alarmed)
        timer_arm(&meter->timers, METER_TIMER_WELD, now + WELD_NS);
}

void drive_forbidden_again(struct meter *meter, int64_t now)
{
    bool forbidden = meter->memory.causes & CAUSES_FORBIDDING;
    if (!forbidden || !meter->memory.closed_wanted)
        return;
    bool arrears = meter->memory.causes & CAUSE_BIT(TRIP_CAUSE_ARREARS);
    enum trip_cause cause = arrears ? TRIP_CAUSE_ARREARS : TRIP_CAUSE_ORDER;
    event_put(&meter->events, now, EVENT_METER_TRIP, cause, 0);
    set_last_trip(meter, now, cause);
    drive(meter, now, false);
    meter_raise_alarm(meter, now, METER_ALARM_TRIPPED, cause);
}

void drive_sense(struct meter *meter, int64_t now)
{
    emergency_sense(meter, now);
    watch_for_weld(meter, now);
    bool fell = meter->signals.current_ma <= meter->config->holdoff_ma;
    bool supplied = meter->signals.voltage_mv >= meter->config->nominal_mv / 2; /* no outage */
    if (meter->memory.held_causes != 0 && fell && supplied)
        held_trips_go(meter, now);

    bool key_waits = meter->signals.key_pressed && meter->memory.close_permitted;
    if (!key_waits)
        timer_cancel(&meter->timers, METER_TIMER_KEY);
    else if (!timer_armed(&meter->timers, METER_TIMER_KEY))
        timer_arm(&meter->timers, METER_TIMER_KEY, now + 3 * NS_PER_S);
}

static void check_feedback(struct meter *meter, int64_t now)
{
    watch_for_weld(meter, now); /* contacts that never moved changed no signal */
    if (meter->signals.contacts_closed == meter->memory.closed_wanted) {
        meter->maloperation_alarmed = false;
        return;
    }
    if (meter->drives_left == 0) {
        if (!meter->maloperation_alarmed)
            meter_raise_alarm(meter, now, METER_ALARM_MALOPERATION, meter->memory.closed_wanted);
        meter->maloperation_alarmed = true;
        return;
    }
    meter->drives_left--;
    pulse(meter, now, meter->memory.closed_wanted);
}

/* Only planted faults come here: a close that no sound firmware makes. */
static void faulty_close(struct meter *meter, int64_t now)
{
    event_put(&meter->events, now, EVENT_METER_CLOSE, CLOSE_RISK_OVER, 0);
    drive(meter, now, true);
}

void drive_timer(struct meter *meter, int64_t now, int timer)
{
    switch (timer) {
    case METER_TIMER_RELAY_CHECK:
        check_feedback(meter, now);
        break;
    case METER_TIMER_WELD:
        meter->weld_alarmed = true;
        meter_raise_alarm(meter, now, METER_ALARM_WELDED, 0);
        break;
    case METER_TIMER_HOLDOFF:
        held_trips_go(meter, now);
        break;
    case METER_TIMER_KEY:
        drive_close(meter, now, CLOSE_BY_KEY);
        break;
    case METER_TIMER_FAULT:
        faulty_close(meter, now);
        break;
    }
}
