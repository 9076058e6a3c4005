#include "sim/plant/plant.h"

#include "sim/kernel/quotient.h"

#include <assert.h>
#include <math.h> /* sqrt only: it is exact by IEEE 754 */

#define MW_NS_PER_MWH INT64_C(3600000000000)

enum {
    ROOM_TEMPERATURE_MC = 25000,
    MAINS_GONE_MV = 1000, /* less is an interruption */
    SWITCH_ON_MA = 1000, /* a load with filters of account */
};
#define BREAKER_COMMITTED_NS (10 * NS_PER_MS) /* a release that is under way does not turn back */
#define MAINS_PERIOD_NS (20 * NS_PER_MS)

static const char *const fault_names[PLANT_FAULT_KINDS] = {
#define X(id, name, meaning) [PLANT_FAULT_##id] = name,
    PLANT_FAULTS(X)
#undef X
};

const char *plant_fault_name(enum plant_fault fault)
{
    assert(fault < PLANT_FAULT_KINDS);
    return fault_names[fault];
}

void energy_add(struct energy *energy, int64_t power_mw, int64_t duration_ns)
{
    assert(power_mw > -(INT64_C(1) << 40) && power_mw < INT64_C(1) << 40 && duration_ns >= 0);
    /* A division of 128 bits costs more than the rest of an event. The quotient in floating point is out by one or
     * two; the remainder, exact modulo 2^64, says which way. */
    int64_t mwh = (int64_t)((double)power_mw * (double)duration_ns * (1.0 / (double)MW_NS_PER_MWH));
    int64_t remainder =
        (int64_t)((uint64_t)power_mw * (uint64_t)duration_ns +
                  (uint64_t)energy->remainder_mw_ns - (uint64_t)mwh * (uint64_t)MW_NS_PER_MWH);
    for (; remainder < 0; mwh--)
        remainder += MW_NS_PER_MWH;
    for (; remainder >= MW_NS_PER_MWH; mwh++)
        remainder -= MW_NS_PER_MWH;
    energy->mwh += mwh;
    energy->remainder_mw_ns = remainder;
}

__extension__ __int128 energy_total(const struct energy *energy)
{
    return (__int128)energy->mwh * MW_NS_PER_MWH + energy->remainder_mw_ns;
}

void plant_account(struct plant *plant, int64_t now)
{
    int64_t duration = now - plant->accounted_to;
    assert(duration >= 0);
    energy_add(&plant->terminal_energy, plant->power_mw, duration);
    energy_add(&plant->line_loss_energy, plant->line_loss_mw, duration);
    plant->accounted_to = now;
}

struct energy plant_energy_at(const struct plant *plant, int64_t now)
{
    struct energy energy = plant->terminal_energy;
    assert(now >= plant->accounted_to);
    energy_add(&energy, plant->power_mw, now - plant->accounted_to);
    return energy;
}

bool plant_contacts_closed(const struct plant *plant)
{
    return plant->contacts_outside ? plant->outside_closed : plant->relay.closed;
}

static bool load_path_closed(const struct plant *plant)
{
    bool conducts = plant_contacts_closed(plant) ||
                    (!plant->contacts_outside && plant->relay.faults.conducts_when_open);
    return conducts && plant->mcb_closed;
}

int32_t plant_load_voltage_mv(const struct plant *plant)
{
    return plant_contacts_closed(plant) && plant->mcb_closed ? plant->signals.voltage_mv : 0;
}

/* The whole part of a square root. */
static int64_t whole_root(int64_t square)
{
    int64_t root = (int64_t)sqrt((double)square); /* exact by IEEE 754, but for the rounding of `square` */
    while (root * root > square)
        root--;
    while ((root + 1) * (root + 1) <= square)
        root++;
    return root;
}

/* Of the appliance that a scenario switched on. */
static int64_t load_power_mw(const struct plant *plant, int32_t voltage_mv)
{
    int64_t power_mw = plant->fault_level[PLANT_FAULT_LOAD];
    if (plant->load_resistive)
        power_mw = power_mw * voltage_mv / plant->nominal_mv * voltage_mv / plant->nominal_mv;
    return power_mw;
}

/* What would flow with every contact closed: the active and the reactive part of the household's current, and in phase
 * with the first what a scenario adds. */
static void find_demand(const struct plant *plant, struct plant_signals *s)
{
    int32_t voltage_mv = s->voltage_mv;
    int64_t added_ma = plant->fault_level[PLANT_FAULT_OVERLOAD];
    if (voltage_mv < plant->nominal_mv / 4)
        return;
    if (plant->fault_level[PLANT_FAULT_SHORT_CIRCUIT] > 0) {
        s->demand_ma = (int32_t)plant->fault_level[PLANT_FAULT_SHORT_CIRCUIT];
        s->power_mw = (int64_t)s->demand_ma * voltage_mv / 1000;
        return;
    }
    int64_t household_mw = household_power_mw(&plant->household, voltage_mv, plant->nominal_mv) +
                           load_power_mw(plant, voltage_mv);
    int64_t active_ma = quotient(household_mw * 1000, voltage_mv) + added_ma;
    int64_t reactive_mvar = (int64_t)plant->household.reactive_mvar +
                            (plant->fault_level[PLANT_FAULT_LOAD] > 0 ? plant->load_mvar : 0);
    int64_t reactive_ma = quotient(reactive_mvar * 1000, voltage_mv);
    s->demand_ma = (int32_t)(reactive_ma == 0
                                 ? active_ma
                                 : whole_root(active_ma * active_ma + reactive_ma * reactive_ma));
    s->power_mw = household_mw + added_ma * voltage_mv / 1000;
}

/* The head's voltage in the nominal one's place moves the terminals in proportion. */
static int32_t scaled_mv(const struct plant *plant, int32_t voltage_mv)
{
    int64_t level_mv = plant->fault_level[PLANT_FAULT_VOLTAGE];
    if (level_mv == 0)
        return voltage_mv;
    int64_t scaled = voltage_mv * level_mv / plant->nominal_mv;
    return scaled < MAINS_GONE_MV ? 0 : (int32_t)scaled;
}

static int32_t terminal_mv(const struct plant *plant)
{
    return plant->fault_level[PLANT_FAULT_OUTAGE] ? 0 : scaled_mv(plant, plant->supply_mv);
}

/* Standing leakage is capacitive, a fault's resistive. A level set by hand is sinusoidal beside any process. */
static void add_residual(const struct plant *plant, struct plant_signals *signals)
{
    int64_t resistive_ua = plant->fault_level[PLANT_FAULT_LEAKAGE];
    int32_t process_ua = leakage_ua(&plant->leakage, signals->demand_ma);
    if (plant->leakage.leak.waveform == RESIDUAL_SMOOTH_DC) {
        signals->demand_residual_dc_ua = process_ua;
    } else {
        signals->residual_waveform = process_ua > 0 ? plant->leakage.leak.waveform : RESIDUAL_AC;
        resistive_ua += process_ua;
    }
    signals->demand_residual_ua = residual_sum_ua(plant->standing_leakage_ua, resistive_ua);
}

static struct plant_signals read_signals(const struct plant *plant)
{
    const int64_t *fault = plant->fault_level;
    struct plant_signals s = {
        .voltage_mv = terminal_mv(plant),
        .temperature_mc = ROOM_TEMPERATURE_MC,
        .smoke = fault[PLANT_FAULT_SMOKE] != 0 && sensor_tells(&plant->sensors, SENSOR_SMOKE),
        .sensors = sensor_bits(&plant->sensors),
        .contacts_closed = plant_contacts_closed(plant),
        .key_pressed = plant->key_pressed,
        .emergency_switch = plant->emergency_switch,
    };
    if (sensor_tells(&plant->sensors, SENSOR_HEAT))
        s.temperature_mc += (int32_t)fault[PLANT_FAULT_HEAT];
    if (s.voltage_mv > 0 && plant->mcb_closed) {
        find_demand(plant, &s);
        add_residual(plant, &s);
    }
    if (load_path_closed(plant)) {
        s.current_ma = s.demand_ma;
        s.residual_ua = s.demand_residual_ua;
        s.residual_dc_ua = s.demand_residual_dc_ua;
    } else {
        s.power_mw = 0;
    }
    return s;
}

static bool signals_equal(const struct plant_signals *a, const struct plant_signals *b)
{
    return a->voltage_mv == b->voltage_mv && a->current_ma == b->current_ma &&
           a->power_mw == b->power_mw && a->residual_ua == b->residual_ua && a->demand_ma == b->demand_ma &&
           a->demand_residual_ua == b->demand_residual_ua &&
           a->residual_dc_ua == b->residual_dc_ua &&
           a->demand_residual_dc_ua == b->demand_residual_dc_ua &&
           a->residual_waveform == b->residual_waveform &&
           a->temperature_mc == b->temperature_mc && a->smoke == b->smoke && a->sensors == b->sensors &&
           a->contacts_closed == b->contacts_closed && a->key_pressed == b->key_pressed &&
           a->emergency_switch == b->emergency_switch;
}

static void load_breaker(struct plant *plant, int64_t now)
{
    int64_t at = breaker_carries(&plant->breaker, now, plant->signals.current_ma);
    int64_t pending = timer_at(&plant->timers, PLANT_TIMER_MCB);
    bool committed = pending != TIME_NEVER && pending - now <= BREAKER_COMMITTED_NS;
    if (committed)
        return;
    if (at != TIME_NEVER)
        timer_arm(&plant->timers, PLANT_TIMER_MCB, at);
    else if (pending != TIME_NEVER)
        timer_cancel(&plant->timers, PLANT_TIMER_MCB);
}

/* Filters that come on draw a burst through their capacitors to earth. */
static void load_came_on(struct plant *plant, int64_t now)
{
    int64_t until = leakage_load_came_on(&plant->leakage, now);
    if (until == TIME_NEVER)
        return;
    timer_arm(&plant->timers, PLANT_TIMER_LEAKAGE, until);
    plant->signals = read_signals(plant);
}

/* Recompute what follows from the state; every change of the plant ends here. */
static void update(struct plant *plant, int64_t now)
{
    plant_account(plant, now);
    struct plant_signals before = plant->signals;
    plant->signals = read_signals(plant);
    const struct plant_signals *s = &plant->signals;
    if (s->current_ma > before.current_ma + SWITCH_ON_MA)
        load_came_on(plant, now);
    if (!signals_equal(&before, s))
        plant->signals_changed = true;

    if (s->current_ma != plant->breaker.current_ma)
        load_breaker(plant, now);

    plant->power_mw = s->power_mw;
    int32_t drop_mv = scaled_mv(plant, plant->feeder_mv) - scaled_mv(plant, plant->supply_mv);
    plant->line_loss_mw = (int64_t)s->current_ma * drop_mv / 1000;
    int64_t bypass = s->voltage_mv > 0 ? plant->fault_level[PLANT_FAULT_BYPASS] : 0;
    int64_t feeder_mw = plant->power_mw + plant->line_loss_mw + bypass * s->voltage_mv / 1000;
    plant->feeder_moment += (__int128)(feeder_mw - plant->feeder_power_mw) * now;
    plant->feeder_power_mw = feeder_mw;

    if (plant->contacts_outside) /* who owns the contacts senses the load terminals, too */
        return;
    bool live = plant_load_voltage_mv(plant) > 0;
    if (live != plant->load_live)
        event_put(&plant->events, now, EVENT_LOAD_LIVE, live, 0);
    plant->load_live = live;
}

__extension__ __int128 plant_feeder_energy(const struct plant *plant, int64_t now)
{
    return (__int128)plant->feeder_power_mw * now - plant->feeder_moment;
}

static int32_t draw_standing_leakage(struct plant *plant, uint64_t seed)
{
    struct random random = random_stream(seed, plant->events.flat, RANDOM_WIRING);
    int64_t wiring_ua = random_between(&random, 50, 300);
    return (int32_t)wiring_ua + plant->household.leakage_ua;
}

void plant_init(struct plant *plant, struct timers timers, struct event_source events,
                const struct plant_config *config)
{
    *plant = (struct plant){
        .timers = timers,
        .events = events,
        .feeder_mv = config->nominal_mv,
        .supply_mv = config->nominal_mv,
        .nominal_mv = config->nominal_mv,
        .mcb_closed = true,
    };
    struct timers relay_timers = {timers.queue, timers.base + PLANT_TIMER_RELAY, RELAY_TIMERS};
    relay_init(&plant->relay, relay_timers, events, config->seed, &config->relay, true);
    breaker_init(&plant->breaker, config->seed, events.flat, &config->breaker);
    leakage_init(&plant->leakage, config->seed, events.flat);
    if (config->curve)
        household_play(&plant->household, 0, config->curve);
    else
        household_init(&plant->household, config->household, config->climate, config->seed, events.flat);
    timer_arm(&plant->timers, PLANT_TIMER_HOUSEHOLD, household_next(&plant->household));
    plant->standing_leakage_ua =
        config->household && !config->curve ? draw_standing_leakage(plant, config->seed) : 0;
    plant->load_live = true;
    update(plant, 0);
    plant->signals_changed = true;
}

void plant_set_supply(struct plant *plant, int64_t now, int32_t feeder_mv, int32_t terminal_mv)
{
    plant_account(plant, now);
    plant->feeder_mv = feeder_mv;
    plant->supply_mv = terminal_mv;
    update(plant, now);
}

void plant_set_fault(struct plant *plant, int64_t now, enum plant_fault fault, int64_t level)
{
    plant->fault_level[fault] = level;
    if (fault == PLANT_FAULT_LEAKAGE && level == 0) {
        leakage_end(&plant->leakage);
        timer_cancel(&plant->timers, PLANT_TIMER_LEAKAGE);
    }
    if (fault == PLANT_FAULT_VOLTAGE)
        timer_cancel(&plant->timers, PLANT_TIMER_VOLTAGE);
    if (fault == PLANT_FAULT_HEAT)
        timer_cancel(&plant->timers, PLANT_TIMER_HEAT);
    update(plant, now);
}

void plant_set_load(struct plant *plant, int64_t now, const struct plant_load *load)
{
    plant->load_mvar = load->reactive_mvar;
    plant->load_resistive = load->resistive;
    plant_set_fault(plant, now, PLANT_FAULT_LOAD, load->power_mw);
}

void plant_play(struct plant *plant, int64_t now, const struct household_curve *curve)
{
    household_play(&plant->household, now, curve);
    timer_arm(&plant->timers, PLANT_TIMER_HOUSEHOLD, household_next(&plant->household));
    update(plant, now);
}

static void household_changed(struct plant *plant, int64_t now)
{
    timer_arm(&plant->timers, PLANT_TIMER_HOUSEHOLD, household_next(&plant->household));
    update(plant, now);
}

void plant_manage(struct plant *plant, struct managed *managed)
{
    household_manage(&plant->household, managed);
    household_changed(plant, 0);
}

void plant_set_limits(struct plant *plant, int64_t now, const struct managed_limit limits[MANAGED_APPLIANCES])
{
    household_set_limits(&plant->household, now, limits);
    household_changed(plant, now);
}

int plant_want(struct plant *plant, int64_t now, enum managed_service service, bool on)
{
    int result = household_want(&plant->household, now, service, on);
    if (result == 0)
        household_changed(plant, now);
    return result;
}

/* The next zero of the mains, which has one of each direction every 20 ms, from time 0 on. */
static int64_t next_zero(int64_t now, int phase_deg)
{
    int64_t phase_ns = phase_deg == 180 ? MAINS_PERIOD_NS / 2 : 0;
    int64_t since = (now - phase_ns + MAINS_PERIOD_NS) % MAINS_PERIOD_NS;
    return since ? now + MAINS_PERIOD_NS - since : now;
}

static void leakage_changes(struct plant *plant, int64_t now)
{
    struct leakage *leakage = &plant->leakage;
    if (now == leakage->began && leakage->level_ua == 0 && leakage->leak.shape != LEAKAGE_DRYING) {
        int64_t level = leakage->leak.to_ua ? leakage->leak.to_ua : leakage->leak.share_permille;
        event_put(&plant->events, now, EVENT_CAUSE, PLANT_FAULT_LEAKAGE, level);
        event_put(&plant->events, now, EVENT_LEAK_COURSE, leakage->leak.shape, leakage->leak.waveform);
    }
    int64_t next = leakage_change(leakage, now);
    if (next != TIME_NEVER)
        timer_arm(&plant->timers, PLANT_TIMER_LEAKAGE, next);
    if (leakage->leak.shape == LEAKAGE_NONE)
        event_put(&plant->events, now, EVENT_CAUSE_ENDED, PLANT_FAULT_LEAKAGE, 0);
    update(plant, now);
}

void plant_begin_leak(struct plant *plant, int64_t now, const struct leak *leak, int phase_deg)
{
    int64_t at = phase_deg < 0 ? now : next_zero(now, phase_deg);
    leakage_begin(&plant->leakage, at, leak);
    timer_cancel(&plant->timers, PLANT_TIMER_LEAKAGE);
    if (at > now)
        timer_arm(&plant->timers, PLANT_TIMER_LEAKAGE, at);
    else
        leakage_changes(plant, now);
}

void plant_set_neighbour(struct plant *plant, int64_t now, int32_t current_ma)
{
    if (plant->leakage.leak.shape != LEAKAGE_NEIGHBOUR)
        return;
    plant->leakage.level_ua = leak_share_ua(&plant->leakage.leak, current_ma);
    update(plant, now);
}

void plant_set_voltage(struct plant *plant, int64_t now, int32_t level_mv, int64_t duration_ns)
{
    plant_set_fault(plant, now, PLANT_FAULT_VOLTAGE, level_mv);
    if (level_mv > 0 && duration_ns > 0)
        timer_arm(&plant->timers, PLANT_TIMER_VOLTAGE, now + duration_ns);
}

static void voltage_returns(struct plant *plant, int64_t now)
{
    event_put(&plant->events, now, EVENT_CAUSE_ENDED, PLANT_FAULT_VOLTAGE, 0);
    plant_set_fault(plant, now, PLANT_FAULT_VOLTAGE, 0);
}

void plant_press_key(struct plant *plant, int64_t now, bool pressed)
{
    plant->key_pressed = pressed;
    update(plant, now);
}

void plant_turn_emergency_switch(struct plant *plant, int64_t now, bool on)
{
    plant->emergency_switch = on;
    update(plant, now);
}

void plant_reset_mcb(struct plant *plant, int64_t now)
{
    if (!plant->mcb_closed)
        event_put(&plant->events, now, EVENT_MCB, true, 0);
    plant->mcb_closed = true;
    update(plant, now);
}

void plant_coil(struct plant *plant, int64_t now, struct coil_pulse pulse)
{
    const struct coil_supply supply = {plant->signals.voltage_mv, plant->nominal_mv,
                                       plant->signals.temperature_mc};
    relay_pulse(&plant->relay, now, pulse, supply);
}

void plant_report_contacts(struct plant *plant, int64_t now, bool closed)
{
    plant->outside_closed = closed;
    update(plant, now);
}

static void room_warms(struct plant *plant, int64_t now)
{
    int64_t *level_mc = &plant->fault_level[PLANT_FAULT_HEAT];
    *level_mc = sensors_rise(&plant->sensors, (int32_t)*level_mc);
    if (plant->sensors.rise_mc > 0)
        timer_arm(&plant->timers, PLANT_TIMER_HEAT, now + NS_PER_S);
    update(plant, now);
}

void plant_warm(struct plant *plant, int64_t now, int32_t to_mc, int32_t rise_mc)
{
    plant->sensors.to_mc = to_mc;
    plant->sensors.rise_mc = rise_mc;
    room_warms(plant, now);
}

void plant_set_sensor(struct plant *plant, int64_t now, enum sensor sensor, enum sensor_state state)
{
    plant->sensors.state[sensor] = (uint8_t)state;
    update(plant, now);
}

void plant_timer(struct plant *plant, int64_t now, int timer)
{
    if (timer == PLANT_TIMER_HOUSEHOLD) {
        bool changed = household_step(&plant->household, &plant->events);
        timer_arm(&plant->timers, PLANT_TIMER_HOUSEHOLD, household_next(&plant->household));
        if (changed)
            update(plant, now);
    } else if (timer == PLANT_TIMER_MCB) {
        plant->mcb_closed = false;
        event_put(&plant->events, now, EVENT_MCB, false, 0);
        update(plant, now);
    } else if (timer == PLANT_TIMER_LEAKAGE) {
        leakage_changes(plant, now);
    } else if (timer == PLANT_TIMER_HEAT) {
        room_warms(plant, now);
    } else if (timer == PLANT_TIMER_VOLTAGE) {
        voltage_returns(plant, now);
    } else {
        int32_t current_ma = plant->signals.demand_ma;
        if (relay_timer(&plant->relay, now, current_ma))
            update(plant, now);
    }
}
