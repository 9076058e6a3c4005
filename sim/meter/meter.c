#include "sim/meter/meter.h"

#include "sim/meter/internal.h"

#include <assert.h>
#include <string.h>

#define HOLD_UP_NS (100 * NS_PER_MS) /* the supply's capacitor carries the meter over short dips */
#define BOOT_NS (1 * NS_PER_S)

enum { SUPPLY_MIN_MV = 60000 };

struct meter_config meter_config_default(void)
{
    return (struct meter_config){
        .nominal_mv = 220000,
        .rated_residual_ua = 30000,
        .over_mv = 265000,
        .far_over_mv = 275000,
        .under_mv = 180000,
        .voltage_hysteresis_mv = 10000,
        .over_delay_ns = 5 * NS_PER_S,
        .far_over_delay_ns = NS_PER_S,
        .under_delay_ns = 10 * NS_PER_S,
        .overload_ma = 40000,
        .overload_delay_ns = 10 * NS_PER_S,
        .overload_reclose_ns = 5 * NS_PER_MIN,
        .overload_recloses_max = 3,
        .short_circuit_ma = 100000,
        .emergency_ma = 10000,
        .emergency_delay_ns = 2 * NS_PER_S,
        .emergency_ns = NS_PER_DAY,
        .holdoff_ma = 30000,
        .holdoff_max_ns = 1440 * NS_PER_MIN,
        .safety_reclose_ns = NS_PER_MIN,
        .heat_trip_mc = 75000,
        .heat_hysteresis_mc = 5000,
        .smoke_delay_ns = 500 * NS_PER_MS,
        .heat_delay_ns = 500 * NS_PER_MS,
        .sensor_test_ns = NS_PER_DAY,
        .credit = CREDIT_REMOTE,
        .price = 5380,
        .low_credit = 50000,
        .hoarding = MONEY_UNSET,
        .reclose_above = MONEY_UNSET,
        .control_password = 0x111111,
        .administrator_password = 0x246810,
    };
}

const struct meter_log_entry *meter_log(const struct meter *meter, unsigned n)
{
    uint32_t logged = meter->memory.logged;
    if (n < 1 || n > METER_LOG_MAX || n > logged)
        return NULL;
    return &meter->memory.log[(logged - n) % METER_LOG_MAX];
}

static void log_alarm(struct meter *meter, int64_t now, enum meter_alarm alarm, int detail)
{
    meter->memory.log[meter->memory.logged++ % METER_LOG_MAX] = (struct meter_log_entry){
        (uint32_t)meter_clock_s(meter, now), (uint8_t)alarm, (uint8_t)detail};
}

void meter_raise_alarm(struct meter *meter, int64_t now, enum meter_alarm alarm, int detail)
{
    event_put(&meter->events, now, EVENT_METER_ALARM, alarm, detail);
    log_alarm(meter, now, alarm, detail);
    if (meter->faults.alarms_suppressed)
        return;
    const struct controller_report report = {
        .alarm = alarm,
        .detail = (uint8_t)detail,
        .number = meter->memory.report_number++,
        .contacts_closed = meter->signals.contacts_closed,
        .clock_s = meter_clock_s(meter, now),
    };
    controller_report(&meter->controller, &meter->address, &report);
}

static void charge(struct meter *meter, int64_t mwh)
{
    if (meter->config->credit != CREDIT_LOCAL)
        return;
    int64_t sum = rates_cost(meter, mwh) + meter->memory.charge_remainder;
    meter->memory.balance -= sum / 1000000;
    meter->memory.charge_remainder = sum % 1000000;
}

void meter_account(struct meter *meter, int64_t now)
{
    int64_t from = meter->sensed_at, duration = now - from;
    meter->sensed_at = now;
    if (!meter->controller.status.powered || duration <= 0)
        return;
    int64_t power_mw = meter->signals.power_mw;
    int64_t gain = 1000000 + meter->gain_ppm + (meter->faults.register_runs_fast ? 30000 : 0);
    int64_t before = meter->memory.energy.mwh;
    energy_add(&meter->memory.energy, power_mw * gain / 1000000, duration);
    charge(meter, meter->memory.energy.mwh - before);
    port_account(meter, from, now, before);
    meter->controller.status.register_mwh = meter->memory.energy.mwh;
    meter->controller.status.balance = meter->memory.balance;
}

static void power_fails(struct meter *meter, int64_t now)
{
    meter->controller.status.powered = false;
    event_put(&meter->events, now, EVENT_METER_POWER, false, 0);
    port_note_supply(meter, now, false);
    for (int i = 0; i < METER_TIMERS; i++)
        timer_cancel(&meter->timers, i);
    meter->inbox_count = 0;
    meter->weld_alarmed = false;
    if (meter->faults.forgets_state_at_reset) {
        meter->memory.causes = 0;
        meter->memory.held_causes = 0;
        meter->memory.locked_out = false;
        meter->memory.balance = 0;
    }
}

/* The first report falls anywhere in the interval, so that a building's meters do not speak at once. */
static void plan_report(struct meter *meter, int64_t now)
{
    if (meter->config->report_ns <= 0)
        return;
    int64_t wait = random_between(&meter->random, 1, meter->config->report_ns);
    timer_arm(&meter->timers, METER_TIMER_REPORT, now + wait);
}

static void boots(struct meter *meter, int64_t now)
{
    meter->controller.status.powered = true;
    event_put(&meter->events, now, EVENT_METER_POWER, true, 0);
    rates_clock_boots(meter, now);
    port_note_supply(meter, now, true);
    meter_raise_alarm(meter, now, METER_ALARM_POWER_UP, 0);
    bool overloaded = meter->memory.causes & CAUSE_BIT(TRIP_CAUSE_OVERLOAD);
    if (overloaded && !meter->memory.locked && !meter->memory.emergency_over)
        timer_arm(&meter->timers, METER_TIMER_OVERLOAD_RECLOSE,
                  now + meter->config->overload_reclose_ns);
    drive_boots(meter, now);
    emergency_boots(meter, now);
    commands_boot(meter, now);
    credit_update(meter, now);
    plan_report(meter, now);
}

static void sense_supply(struct meter *meter, int64_t now)
{
    bool supplied = meter->signals.voltage_mv >= SUPPLY_MIN_MV;
    if (supplied == meter->controller.status.powered)
        timer_cancel(&meter->timers, METER_TIMER_POWER);
    else if (!timer_armed(&meter->timers, METER_TIMER_POWER))
        timer_arm(&meter->timers, METER_TIMER_POWER, now + (supplied ? BOOT_NS : HOLD_UP_NS));
}

static void tell_signals(struct meter *meter)
{
    struct controller_status *status = &meter->controller.status;
    const struct plant_signals *s = &meter->signals;
    status->voltage_mv = s->voltage_mv;
    status->current_ma = s->current_ma;
    status->residual_ua = s->residual_ua;
    status->power_mw = s->power_mw;
}

static void sense(struct controller *controller, int64_t now, const struct plant_signals *signals)
{
    struct meter *meter = (struct meter *)controller;
    meter_account(meter, now);
    const struct plant_signals before = meter->signals;
    meter->signals = *signals;
    tell_signals(meter);
    sense_supply(meter, now);
    if (!controller->status.powered)
        return;
    protection_sense(meter, now);
    if (meter->config->malign_low_mw)
        protection_step(meter, now, &before);
    drive_sense(meter, now);
    credit_update(meter, now);
}

static void receive(struct controller *controller, int64_t now, const uint8_t *frame, size_t size)
{
    struct meter *meter = (struct meter *)controller;
    if (controller->status.powered)
        commands_receive(meter, now, frame, size);
}

static void power_timer(struct meter *meter, int64_t now)
{
    if (meter->controller.status.powered) {
        power_fails(meter, now);
        return;
    }
    boots(meter, now);
    protection_sense(meter, now);
    drive_sense(meter, now);
}

static void on_timer(struct controller *controller, int64_t now, int timer)
{
    struct meter *meter = (struct meter *)controller;
    meter_account(meter, now);
    switch (timer) {
    case METER_TIMER_LEAKAGE:
    case METER_TIMER_OVERLOAD:
    case METER_TIMER_SHORT_CIRCUIT:
    case METER_TIMER_SAFETY:
    case METER_TIMER_OVERLOAD_RECLOSE:
    case METER_TIMER_SAFETY_RECLOSE:
    case METER_TIMER_VOLTAGE:
    case METER_TIMER_SENSOR:
        protection_timer(meter, now, timer);
        break;
    case METER_TIMER_EMERGENCY:
        emergency_timer(meter, now);
        break;
    case METER_TIMER_COMMAND:
        commands_timer(meter, now);
        break;
    case METER_TIMER_REPORT:
        commands_report(meter, now);
        break;
    case METER_TIMER_CREDIT:
        credit_update(meter, now);
        break;
    case METER_TIMER_LATER:
        commands_later(meter, now);
        break;
    case METER_TIMER_RATE:
        rates_follow_clock(meter, now);
        break;
    case METER_TIMER_LIMITS:
        limits_follow(meter, now);
        break;
    case METER_TIMER_POWER:
        power_timer(meter, now);
        break;
    default:
        drive_timer(meter, now, timer);
        break;
    }
}

static const struct controller_ops meter_ops = {sense, receive, on_timer};

/* Nothing is drawn for perfect clocks, and nothing is logged of the rate that a run begins with. */
static void init_clock(struct meter *meter)
{
    const struct meter_config *config = meter->config;
    if (config->clock_drift_ppb > 0) {
        struct random random = random_stream(config->seed, meter->events.flat, RANDOM_CLOCK);
        int64_t drift_ppb = random_between(&random, -config->clock_drift_ppb, config->clock_drift_ppb);
        rtc_set_drift(&meter->memory.rtc, 0, (int32_t)drift_ppb);
    }
    if (config->tariff)
        meter->memory.rates.moment = tariff_at(config->tariff, config->epoch_s);
    rates_follow_clock(meter, 0);
}

void meter_init(struct meter *meter, struct timers timers, struct event_source events,
                const struct dlt645_address *address, const struct meter_config *config,
                int64_t opening_balance, struct controller_outbox *outbox)
{
    memset(meter, 0, sizeof *meter);
    meter->controller.ops = &meter_ops;
    meter->controller.status.powered = true;
    meter->config = config;
    meter->controller.outbox = outbox;
    meter->timers = timers;
    meter->events = events;
    meter->address = *address;
    meter->random = random_stream(config->seed, events.flat, RANDOM_METER);
    meter->gain_ppm = (int32_t)random_normal(&meter->random, 0, 2000, -8000, 8000);
    meter->residual_sense = residual_sense_draw(&meter->random);
    meter->memory.closed_wanted = true;
    meter->memory.balance = opening_balance;
    meter->controller.status.balance = opening_balance;
    meter->memory.rates.moment.rate = TARIFF_FLAT; /* where a meter of one price books all */
    init_clock(meter);
    credit_update(meter, 0);
    plan_report(meter, 0);
}
