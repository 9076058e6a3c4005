/* Protection: residual current, overload, short circuit, smoke and heat. No link is involved. */
#include "sim/meter/internal.h"

int64_t leakage_break_time_limit(int64_t residual_ua, int64_t rated_ua)
{
    if (residual_ua >= 5 * rated_ua)
        return 40 * NS_PER_MS;
    if (residual_ua >= 2 * rated_ua)
        return 150 * NS_PER_MS;
    if (residual_ua >= rated_ua)
        return 300 * NS_PER_MS;
    return TIME_NEVER;
}

/* How long a residual must stand: the break-time limit less what the relay needs (20 ms + 10 ms arc). */
static int64_t leakage_detection_time(int64_t residual_ua, int64_t rated_ua)
{
    if (residual_ua >= 5 * rated_ua)
        return 8 * NS_PER_MS;
    if (residual_ua >= 2 * rated_ua)
        return 60 * NS_PER_MS;
    return 120 * NS_PER_MS;
}

static void arm_no_later(struct meter *meter, int timer, int64_t at)
{
    if (timer_at(&meter->timers, timer) > at)
        timer_arm(&meter->timers, timer, at);
}

static bool protection_inhibited(const struct meter *meter)
{
    return meter->faults.keep_power_blocks_protection && meter->memory.keep_power;
}

static void sense_leakage(struct meter *meter, int64_t now)
{
    int64_t rated = meter->config->rated_residual_ua;
    int64_t residual = meter->signals.residual_ua;
    bool beyond = residual * 4 >= rated * 3; /* acts between 0.5 and 1 IdN: at 0.75 */
    if (!beyond || meter->faults.leakage_blind) {
        timer_cancel(&meter->timers, METER_TIMER_LEAKAGE);
        return;
    }
    int64_t wait = leakage_detection_time(residual, rated) + meter->faults.extra_detection_ns;
    arm_no_later(meter, METER_TIMER_LEAKAGE, now + wait);
}

static void sense_overload(struct meter *meter, int64_t now)
{
    int32_t limit_ma =
        meter->memory.emergency ? meter->config->emergency_ma : meter->config->overload_ma;
    if (meter->signals.current_ma <= limit_ma || meter->faults.overload_blind) {
        timer_cancel(&meter->timers, METER_TIMER_OVERLOAD);
        return;
    }
    arm_no_later(meter, METER_TIMER_OVERLOAD, now + meter->config->overload_delay_ns);
}

/* The breaker upstream clears the fault; the relay opens after it and locks. */
static void sense_short_circuit(struct meter *meter, int64_t now)
{
    bool shorted = meter->signals.current_ma > meter->config->short_circuit_ma;
    if (shorted && !meter->faults.short_circuit_blind)
        arm_no_later(meter, METER_TIMER_SHORT_CIRCUIT, now + 30 * NS_PER_MS);
}

static bool safety_hazard(const struct meter *meter)
{
    return meter->signals.smoke || meter->signals.temperature_mc >= meter->config->heat_trip_mc;
}

static void sense_safety(struct meter *meter, int64_t now)
{
    const uint32_t safety = CAUSE_BIT(TRIP_CAUSE_SMOKE) | CAUSE_BIT(TRIP_CAUSE_HEAT);
    if (safety_hazard(meter)) {
        arm_no_later(meter, METER_TIMER_SAFETY, now + 500 * NS_PER_MS);
        timer_cancel(&meter->timers, METER_TIMER_SAFETY_RECLOSE);
        return;
    }
    timer_cancel(&meter->timers, METER_TIMER_SAFETY);
    if (meter->memory.causes & safety)
        arm_no_later(meter, METER_TIMER_SAFETY_RECLOSE, now + meter->config->safety_reclose_ns);
}

void protection_sense(struct meter *meter, int64_t now)
{
    sense_leakage(meter, now);
    sense_overload(meter, now);
    sense_short_circuit(meter, now);
    sense_safety(meter, now);
}

/* An overload long after the last re-close is a new one, as on the reference board. */
#define RECLOSES_FORGOTTEN_NS (10 * NS_PER_MIN)

static void overload_trips(struct meter *meter, int64_t now)
{
    if (now - meter->reclosed_at > RECLOSES_FORGOTTEN_NS)
        meter->memory.overload_recloses = 0;
    if (meter->memory.overload_recloses >= meter->config->overload_recloses_max) {
        meter->memory.locked = true;
        meter_raise_alarm(meter, now, METER_ALARM_LOCKED, TRIP_CAUSE_OVERLOAD);
    } else {
        timer_arm(&meter->timers, METER_TIMER_OVERLOAD_RECLOSE,
                  now + meter->config->overload_reclose_ns);
    }
    drive_trip(meter, now, TRIP_CAUSE_OVERLOAD);
}

static void overload_recloses(struct meter *meter, int64_t now)
{
    meter->memory.overload_recloses++;
    meter->reclosed_at = now;
    drive_clear(meter, now, CAUSE_BIT(TRIP_CAUSE_OVERLOAD));
    drive_close(meter, now, CLOSE_RISK_OVER);
}

static void safety_recloses(struct meter *meter, int64_t now)
{
    drive_clear(meter, now, CAUSE_BIT(TRIP_CAUSE_SMOKE) | CAUSE_BIT(TRIP_CAUSE_HEAT));
    drive_close(meter, now, CLOSE_RISK_OVER);
}

void protection_timer(struct meter *meter, int64_t now, int timer)
{
    if (timer == METER_TIMER_OVERLOAD_RECLOSE) {
        overload_recloses(meter, now);
        return;
    }
    if (timer == METER_TIMER_SAFETY_RECLOSE) {
        safety_recloses(meter, now);
        return;
    }
    if (protection_inhibited(meter))
        return;
    switch (timer) {
    case METER_TIMER_LEAKAGE:
        drive_trip(meter, now, TRIP_CAUSE_LEAKAGE);
        break;
    case METER_TIMER_SHORT_CIRCUIT:
        drive_trip(meter, now, TRIP_CAUSE_SHORT_CIRCUIT);
        break;
    case METER_TIMER_OVERLOAD:
        overload_trips(meter, now);
        break;
    case METER_TIMER_SAFETY:
        drive_trip(meter, now, meter->signals.smoke ? TRIP_CAUSE_SMOKE : TRIP_CAUSE_HEAT);
        break;
    }
}
