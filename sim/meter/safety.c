/* Smoke and heat: their detectors, what trips and when it is over. No link is involved. */
#include "sim/meter/internal.h"

#define TAMPER_NS (2 * NS_PER_S) /* a loop that opens for less is a bad contact */
enum { RISE_GAP_MC = 5000 };     /* what a fire is ahead of the slowest rise that counts */

static const uint32_t safety_causes = CAUSE_BIT(TRIP_CAUSE_SMOKE) | CAUSE_BIT(TRIP_CAUSE_HEAT);

/* How far the temperature is ahead of one that rises no faster than the limit: it follows any slower rise. */
static int32_t rise_gap_mc(struct meter *meter, int64_t now)
{
    int32_t limit_mc = meter->config->heat_rise_mc, temperature_mc = meter->signals.temperature_mc;
    if (limit_mc == 0)
        return 0;
    int64_t elapsed_ns = now - meter->heat_followed_at;
    int64_t reach_mc = meter->heat_follower_mc + elapsed_ns / NS_PER_MS * limit_mc / 60000;
    bool first = meter->heat_followed_at == 0;
    meter->heat_follower_mc = first || reach_mc > temperature_mc ? temperature_mc : (int32_t)reach_mc;
    meter->heat_followed_at = now;
    return temperature_mc - meter->heat_follower_mc;
}

/* Heat trips at its limit or by its rise; it is over some degrees below, or where the rise began to count. */
static bool is_hot(struct meter *meter, int64_t now)
{
    int32_t temperature_mc = meter->signals.temperature_mc, limit_mc = meter->config->heat_trip_mc;
    int32_t gap_mc = rise_gap_mc(meter, now);
    if (meter->memory.causes & CAUSE_BIT(TRIP_CAUSE_HEAT))
        return temperature_mc > meter->memory.heat_over_mc;
    bool rises = gap_mc >= RISE_GAP_MC;
    bool hot = temperature_mc >= limit_mc || rises;
    int32_t hysteresis_mc = meter->faults.no_hysteresis ? 1 : meter->config->heat_hysteresis_mc;
    int32_t over_mc = limit_mc - hysteresis_mc, before_mc = temperature_mc - gap_mc;
    if (hot)
        meter->memory.heat_over_mc = rises && before_mc < over_mc ? before_mc : over_mc;
    return hot;
}

static void sense_sensors(struct meter *meter, int64_t now)
{
    uint8_t bits = meter->signals.sensors;
    uint8_t shown = bits & (uint8_t)~SENSOR_BITS_DEAD;
    meter->memory.sensors_told &= bits;
    int64_t test_ns = meter->config->sensor_test_ns;
    if (bits & ~meter->memory.sensors_told & SENSOR_BITS_DEAD && test_ns > 0)
        protection_arm_no_later(meter, METER_TIMER_SENSOR, (now / test_ns + 1) * test_ns);
    if (shown & ~meter->memory.sensors_told)
        protection_arm_no_later(meter, METER_TIMER_SENSOR, now + TAMPER_NS);
}

/* The self-test falls on whole multiples of its interval; only then does a dead sensor show. */
static void sensor_timer(struct meter *meter, int64_t now)
{
    int64_t test_ns = meter->config->sensor_test_ns;
    bool tests = test_ns > 0 && now % test_ns == 0;
    uint8_t seen = meter->signals.sensors & (uint8_t)(tests ? 0xff : ~SENSOR_BITS_DEAD);
    uint8_t news = seen & (uint8_t)~meter->memory.sensors_told;
    meter->memory.sensors_told |= seen;
    for (int sensor = 0; sensor < SENSORS; sensor++)
        for (int state = SENSOR_LOW_BATTERY; state <= SENSOR_DEAD; state++)
            if (news & SENSOR_BIT(sensor, state))
                meter_raise_alarm(meter, now, METER_ALARM_SENSOR, sensor << 4 | state);
    sense_sensors(meter, now);
}

void safety_sense(struct meter *meter, int64_t now)
{
    bool hot = is_hot(meter, now), smoke = meter->signals.smoke;
    if (meter->signals.sensors | meter->memory.sensors_told)
        sense_sensors(meter, now);
    if (smoke || hot) {
        if (smoke)
            protection_arm_no_later(meter, METER_TIMER_SAFETY, now + meter->config->smoke_delay_ns);
        if (hot)
            protection_arm_no_later(meter, METER_TIMER_SAFETY, now + meter->config->heat_delay_ns);
        timer_cancel(&meter->timers, METER_TIMER_SAFETY_RECLOSE);
        return;
    }
    timer_cancel(&meter->timers, METER_TIMER_SAFETY);
    if (meter->memory.causes & safety_causes)
        protection_arm_no_later(meter, METER_TIMER_SAFETY_RECLOSE, now + meter->config->safety_reclose_ns);
}

void safety_timer(struct meter *meter, int64_t now, int timer)
{
    switch (timer) {
    case METER_TIMER_SENSOR:
        sensor_timer(meter, now);
        break;
    case METER_TIMER_SAFETY:
        drive_trip(meter, now, meter->signals.smoke ? TRIP_CAUSE_SMOKE : TRIP_CAUSE_HEAT);
        break;
    case METER_TIMER_SAFETY_RECLOSE:
        drive_clear(meter, now, safety_causes);
        drive_close(meter, now, CLOSE_RISK_OVER);
        break;
    }
}
