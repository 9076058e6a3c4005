/* Protection: residual current, overload, short circuit, smoke, heat and voltage. No link is involved. */
#include "sim/meter/internal.h"

#include <math.h> /* sqrt only: it is exact by IEEE 754 */

#define MALIGN_FACTOR_SQUARED (0.99 * 0.99) /* power factor of the step, from which on it counts as resistive */

struct residual_rating meter_residual_rating(const struct meter_config *config)
{
    return (struct residual_rating){config->rated_residual_ua, config->residual_type,
                                    config->residual_selective};
}

void protection_arm_no_later(struct meter *meter, int timer, int64_t at)
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
    const struct residual_rating rating = meter_residual_rating(meter->config);
    int64_t wait = residual_wait(&rating, meter->residual_sense, &meter->signals, now);
    if (wait == TIME_NEVER || meter->faults.leakage_blind) {
        timer_cancel(&meter->timers, METER_TIMER_LEAKAGE);
        return;
    }
    protection_arm_no_later(meter, METER_TIMER_LEAKAGE, now + wait + meter->faults.extra_detection_ns);
}

static void sense_overload(struct meter *meter, int64_t now)
{
    bool basic = emergency_limits(meter);
    int32_t limit_ma = basic ? meter->config->emergency_ma : meter->config->overload_ma;
    if (meter->signals.current_ma <= limit_ma || meter->faults.overload_blind) {
        timer_cancel(&meter->timers, METER_TIMER_OVERLOAD);
        return;
    }
    int64_t delay_ns = basic ? meter->config->emergency_delay_ns : meter->config->overload_delay_ns;
    protection_arm_no_later(meter, METER_TIMER_OVERLOAD, now + delay_ns);
}

/* The breaker upstream clears the fault; the relay opens after it and locks. */
static void sense_short_circuit(struct meter *meter, int64_t now)
{
    bool shorted = meter->signals.current_ma > meter->config->short_circuit_ma;
    if (shorted && !meter->faults.short_circuit_blind)
        protection_arm_no_later(meter, METER_TIMER_SHORT_CIRCUIT, now + 30 * NS_PER_MS);
}

/* How long this voltage may last, or TIME_NEVER. */
static int64_t voltage_delay(const struct meter_config *config, int32_t voltage_mv)
{
    if (config->far_over_mv && voltage_mv > config->far_over_mv)
        return config->far_over_delay_ns;
    if (config->over_mv && voltage_mv > config->over_mv)
        return config->over_delay_ns;
    if (voltage_mv < config->under_mv)
        return config->under_delay_ns;
    return TIME_NEVER;
}

/* What ends a trip lies the hysteresis inside of what begins one, or the meter would chatter at its limits. */
static bool voltage_is_back(const struct meter *meter)
{
    const struct meter_config *config = meter->config;
    int32_t voltage_mv = meter->signals.voltage_mv, inside_mv = config->voltage_hysteresis_mv;
    if (meter->faults.no_hysteresis)
        return voltage_delay(config, voltage_mv) == TIME_NEVER;
    return (!config->over_mv || voltage_mv <= config->over_mv - inside_mv) &&
           (!config->far_over_mv || voltage_mv <= config->far_over_mv - inside_mv) &&
           (!config->under_mv || voltage_mv >= config->under_mv + inside_mv);
}

/* The timer counts an abnormal voltage's time and, once that has tripped, a normal one's until it closes again. */
static void sense_voltage(struct meter *meter, int64_t now)
{
    bool tripped = meter->memory.causes & CAUSE_BIT(TRIP_CAUSE_ABNORMAL_POWER);
    int64_t delay = voltage_delay(meter->config, meter->signals.voltage_mv);
    bool stays = meter->memory.locked || !voltage_is_back(meter);
    if (tripped ? stays : delay == TIME_NEVER)
        timer_cancel(&meter->timers, METER_TIMER_VOLTAGE);
    else
        protection_arm_no_later(meter, METER_TIMER_VOLTAGE, now + (tripped ? meter->config->safety_reclose_ns : delay));
}

/* An overload long after the last re-close is a new one, as on the reference board. */
#define RECLOSES_FORGOTTEN_NS (10 * NS_PER_MIN)

/* A load that stays is tried some times; then only an administrator closes. True when it is so. */
static bool recloses_are_spent(struct meter *meter, int64_t now, enum trip_cause cause)
{
    if (now - meter->reclosed_at > RECLOSES_FORGOTTEN_NS)
        meter->memory.overload_recloses = 0;
    if (meter->memory.overload_recloses < meter->config->overload_recloses_max)
        return false;
    meter->memory.locked = true;
    meter_raise_alarm(meter, now, METER_ALARM_LOCKED, cause);
    return true;
}

static void malign_trips(struct meter *meter, int64_t now)
{
    meter->memory.malign = true;
    recloses_are_spent(meter, now, TRIP_CAUSE_ABNORMAL_POWER);
    drive_trip(meter, now, TRIP_CAUSE_ABNORMAL_POWER);
}

uint32_t protection_locks(const struct meter *meter)
{
    uint32_t malign = meter->memory.malign && meter->memory.locked ? CAUSE_BIT(TRIP_CAUSE_ABNORMAL_POWER) : 0;
    return CAUSES_LOCKING | CAUSE_BIT(TRIP_CAUSE_OVERLOAD) | malign;
}

static double reactive_mvar(const struct plant_signals *signals)
{
    double apparent = (double)signals->current_ma * signals->voltage_mv / 1000.0;
    double active = (double)signals->power_mw;
    return apparent > active ? sqrt(apparent * apparent - active * active) : 0;
}

/* By the step, not by the sum: a rod in a cup shows beside an air conditioner, too. */
void protection_step(struct meter *meter, int64_t now, const struct plant_signals *before)
{
    const struct plant_signals *after = &meter->signals;
    int64_t power_mw = after->power_mw - before->power_mw;
    bool in_range = power_mw >= meter->config->malign_low_mw && power_mw <= meter->config->malign_high_mw;
    if (!in_range || before->voltage_mv != after->voltage_mv || protection_inhibited(meter))
        return;
    double active = (double)power_mw;
    double reactive = reactive_mvar(after) - reactive_mvar(before);
    bool resistive = active * active >= MALIGN_FACTOR_SQUARED * (active * active + reactive * reactive);
    if (resistive)
        malign_trips(meter, now);
}

void protection_sense(struct meter *meter, int64_t now)
{
    sense_leakage(meter, now);
    sense_overload(meter, now);
    sense_short_circuit(meter, now);
    safety_sense(meter, now);
    sense_voltage(meter, now);
}

static void overload_trips(struct meter *meter, int64_t now)
{
    if (emergency_limits(meter)) {
        emergency_overload(meter, now);
        return;
    }
    if (!recloses_are_spent(meter, now, TRIP_CAUSE_OVERLOAD))
        timer_arm(&meter->timers, METER_TIMER_OVERLOAD_RECLOSE,
                  now + meter->config->overload_reclose_ns);
    drive_trip(meter, now, TRIP_CAUSE_OVERLOAD);
}

static void overload_recloses(struct meter *meter, int64_t now)
{
    meter->memory.overload_recloses++;
    meter->reclosed_at = now;
    drive_clear(meter, now, CAUSE_BIT(TRIP_CAUSE_OVERLOAD));
    drive_close(meter, now, CLOSE_RISK_OVER);
}

static void voltage_timer(struct meter *meter, int64_t now)
{
    if (meter->memory.causes & CAUSE_BIT(TRIP_CAUSE_ABNORMAL_POWER)) {
        meter->memory.overload_recloses += meter->memory.malign;
        if (meter->memory.malign)
            meter->reclosed_at = now;
        meter->memory.malign = false;
        drive_clear(meter, now, CAUSE_BIT(TRIP_CAUSE_ABNORMAL_POWER));
        drive_close(meter, now, CLOSE_RISK_OVER);
    } else {
        drive_trip(meter, now, TRIP_CAUSE_ABNORMAL_POWER);
    }
}

void protection_timer(struct meter *meter, int64_t now, int timer)
{
    if (timer == METER_TIMER_VOLTAGE) {
        if (!protection_inhibited(meter))
            voltage_timer(meter, now);
        return;
    }
    if (timer == METER_TIMER_OVERLOAD_RECLOSE) {
        overload_recloses(meter, now);
        return;
    }
    if (timer == METER_TIMER_SAFETY_RECLOSE || timer == METER_TIMER_SENSOR) {
        safety_timer(meter, now, timer);
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
        safety_timer(meter, now, timer);
        break;
    }
}
