/* What a script can do to a flat, and what it can see of it. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/household_file.h"
#include "scenarios/runner/run_internal.h"
#include "scenarios/runner/units.h"

#include "sim/error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FLAT "meterbench.flat"
#define NO_STIMULUS "the board has no rack and no register that could apply the stimulus"

struct flat_handle {
    uint32_t number;
};

void api_push_flat(lua_State *lua, uint32_t number)
{
    struct flat_handle *handle = lua_newuserdatauv(lua, sizeof *handle, 0);
    handle->number = number;
    luaL_setmetatable(lua, FLAT);
}

struct flat *api_check_flat(lua_State *lua, int at)
{
    const struct flat_handle *handle = luaL_checkudata(lua, at, FLAT);
    return site_flat(run_of(lua)->site, handle->number);
}

/* ---- causes ----------------------------------------------------------------------------------- */

int api_set_fault(lua_State *lua, enum plant_fault fault, int64_t level, const char *text)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    struct cause cause = {
        .match = {.flat = flat->number,
                  .kind = level ? EVENT_CAUSE : EVENT_CAUSE_ENDED,
                  .match_a = true,
                  .a = fault},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "%s", text);
    if (act_fault(run, flat, fault, level) < 0)
        return api_skip(lua, fault == PLANT_FAULT_OUTAGE
                                 ? "the board's supply cannot be cut: it has no rack, and its bench file no power"
                                 : NO_STIMULUS);
    api_push_cause(lua, &cause);
    return 1;
}

static int set_current(lua_State *lua, enum plant_fault fault, int64_t divisor)
{
    char text[80];
    int64_t value = api_check_quantity(lua, 2, UNIT_CURRENT_UA) / divisor;
    luaL_argcheck(lua, value >= 0 && value <= 1000000000, 2,
                  "a current from 0 up, at most 1 kA of leakage, 1000 kA of load");
    snprintf(text, sizeof text, "%s of %s", plant_fault_name(fault), lua_tostring(lua, 2));
    return api_set_fault(lua, fault, value, text);
}

static int64_t optional_duration(lua_State *lua, const char *field)
{
    bool given = lua_getfield(lua, 2, field) != LUA_TNIL;
    return given ? api_check_duration(lua, lua_gettop(lua)) : 0;
}

static int32_t optional_level(lua_State *lua, const char *field)
{
    bool given = lua_getfield(lua, 2, field) != LUA_TNIL;
    int64_t level = given ? api_check_quantity(lua, lua_gettop(lua), UNIT_CURRENT_UA) : 0;
    if (level < 0 || level > 1000000000)
        luaL_error(lua, "leak: %s is a current from 0 up, at most 1 kA", field);
    return (int32_t)level;
}

static uint32_t optional_ms(lua_State *lua, const char *field)
{
    int64_t ms = optional_duration(lua, field) / NS_PER_MS;
    if (ms > UINT32_MAX)
        luaL_error(lua, "leak: %s is at most 49 days", field);
    return (uint32_t)ms;
}

static int optional_name(lua_State *lua, const char *field, int otherwise, int (*number)(const char *))
{
    if (lua_getfield(lua, 2, field) == LUA_TNIL)
        return otherwise;
    int found = number(luaL_checkstring(lua, -1));
    if (found < 0)
        luaL_error(lua, "leak: there is no %s \"%s\"", field, lua_tostring(lua, -1));
    return found;
}

static struct leak check_leak(lua_State *lua)
{
    static const char *const keys[] = {"shape", "waveform", "level", "from", "rise",
                                       "fall",  "step",     "share", "phase", NULL};
    api_check_keys(lua, 2, keys);
    struct leak leak = {
        .shape = (uint8_t)optional_name(lua, "shape", LEAKAGE_STEP, leakage_shape_from_name)};
    leak.waveform = (uint8_t)optional_name(lua, "waveform", RESIDUAL_AC, residual_waveform_from_name);
    leak.to_ua = optional_level(lua, "level");
    leak.from_ua = optional_level(lua, "from");
    leak.rise_ms = optional_ms(lua, "rise");
    if (leak.shape == LEAKAGE_STAIRS)
        leak.step_ua = (uint32_t)optional_level(lua, "step");
    else
        leak.fall_ms = optional_ms(lua, "fall");
    lua_getfield(lua, 2, "share");
    double percent = luaL_optnumber(lua, -1, 0);
    if (!(percent >= 0 && percent <= 100))
        luaL_error(lua, "leak: share is a percentage, a number from 0 to 100");
    leak.share_permille = (uint16_t)(percent * 10 + 0.5);
    if (leak_check(&leak) < 0)
        luaL_error(lua, "leak: the shape \"%s\" needs other options: see docs/scenarios.md, Leaks",
                   leakage_shape_name(leak.shape));
    return leak;
}

/* flat:leak { shape = "ramp", from = "1 mA", level = "40 mA", rise = "1 h" }: a fault that takes its course. */
static int begin_leak(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    struct leak leak = check_leak(lua);
    lua_getfield(lua, 2, "phase");
    int phase = (int)luaL_optinteger(lua, -1, -1);
    if (phase != -1 && phase != 0 && phase != 180)
        return luaL_error(lua, "leak: phase is 0 or 180, the angle of the mains at which it begins");
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_CAUSE, .match_a = true, .a = PLANT_FAULT_LEAKAGE},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "leakage (%s)", leakage_shape_name(leak.shape));
    if (act_leak(run, flat, &leak, phase) < 0)
        return api_skip(lua, "the rack applies steady levels: a leak that takes its course needs the model");
    api_push_cause(lua, &cause);
    return 1;
}

/* What a script says of the mains: { voltage = "160 V", lasts = "10 s" }. */
struct mains_order {
    int32_t level_mv;
    int64_t duration_ns;
    char text[80];
};

static struct mains_order check_mains(lua_State *lua)
{
    static const char *const keys[] = {"voltage", "lasts", NULL};
    struct mains_order order = {0};
    api_check_keys(lua, 2, keys);
    lua_getfield(lua, 2, "voltage");
    int64_t level = api_check_quantity(lua, lua_gettop(lua), UNIT_VOLTAGE_MV);
    if (level < 0 || level > 1000000)
        luaL_error(lua, "mains: a voltage from 0 V (an interruption) to 1 kV");
    snprintf(order.text, sizeof order.text, "mains of %s", lua_tostring(lua, -1));
    order.level_mv = level > 0 ? (int32_t)level : 1;
    order.duration_ns = optional_duration(lua, "lasts");
    return order;
}

/* flat:mains { voltage = "160 V" [, lasts = "10 s"] }: sag, swell or interruption of this flat's supply. */
static int flat_mains(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    struct mains_order order = check_mains(lua);
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_CAUSE, .match_a = true, .a = PLANT_FAULT_VOLTAGE},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "%s", order.text);
    if (act_voltage(run, flat, order.level_mv, order.duration_ns) < 0)
        return api_skip(lua, NO_STIMULUS);
    api_push_cause(lua, &cause);
    return 1;
}

int api_mains(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct mains_order order = check_mains(lua);
    for (uint32_t number = 1; number <= run->site->flat_count; number++)
        if (act_voltage(run, site_flat(run->site, number), order.level_mv, order.duration_ns) < 0)
            return api_skip(lua, NO_STIMULUS);
    return 0;
}

/* The reactive power that goes with an active one. */
static int32_t reactive_mvar(int32_t power_mw, double factor)
{
    return (int32_t)lround(power_mw * sqrt(1 - factor * factor) / factor);
}

/* An appliance of the fleet's table, or of the built-in one where nobody lives: what it draws as it comes on. */
static struct plant_load named_load(lua_State *lua, const char *name)
{
    const struct household_model *model = run_of(lua)->site->config.household;
    const struct household_table *table = &(model ? model : household_default())->table;
    for (int i = 0; i < table->row_count; i++) {
        const struct appliance_row *row = &table->rows[i];
        if (strcmp(row->name, name) != 0)
            continue;
        int32_t power_mw = row->phase_count > 0 ? row->phases[0].power_mw : row->power_mw;
        return (struct plant_load){.power_mw = power_mw, .resistive = row->resistive,
                                   .reactive_mvar = reactive_mvar(power_mw, row->power_factor_milli / 1e3)};
    }
    luaL_error(lua, "the household has no appliance \"%s\": see scenarios/fleets/rental_flat.lua", name);
    return (struct plant_load){0};
}

static struct plant_load check_load(lua_State *lua)
{
    static const char *const keys[] = {"watts", "power_factor", "resistive", NULL};
    api_check_keys(lua, 2, keys);
    lua_getfield(lua, 2, "watts");
    double watts = luaL_optnumber(lua, -1, 0);
    lua_getfield(lua, 2, "power_factor");
    double factor = luaL_optnumber(lua, -1, 1);
    bool told = lua_getfield(lua, 2, "resistive") != LUA_TNIL;
    if (!(watts >= 0.001 && watts <= 1e5))
        luaL_error(lua, "load: watts is a number from 0.001 to 100000");
    if (!(factor >= 0.1 && factor <= 1))
        luaL_error(lua, "load: power_factor is a number from 0.1 to 1");
    int32_t power_mw = (int32_t)lround(watts * 1000);
    return (struct plant_load){.power_mw = power_mw,
                               .reactive_mvar = reactive_mvar(power_mw, factor),
                               .resistive = told ? lua_toboolean(lua, -1) : factor == 1};
}

/* flat:load("heating rod") or flat:load { watts = 1500, power_factor = 0.9 }: somebody switches it on. */
static int flat_load(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    bool named = lua_type(lua, 2) == LUA_TSTRING;
    const struct plant_load load = named ? named_load(lua, lua_tostring(lua, 2)) : check_load(lua);
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_CAUSE, .match_a = true, .a = PLANT_FAULT_LOAD},
        .since = run->observer.count,
    };
    if (named)
        snprintf(cause.text, sizeof cause.text, "the %s", lua_tostring(lua, 2));
    else
        snprintf(cause.text, sizeof cause.text, "a load of %g W", load.power_mw / 1e3);
    if (act_load(run, flat, &load) < 0)
        return api_skip(lua, NO_STIMULUS);
    api_push_cause(lua, &cause);
    return 1;
}

/* flat:play("curve.csv"): the household is a recording from now on. */
static int flat_play(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    const char *name = luaL_checkstring(lua, 2);
    char path[1000], message[600];
    snprintf(path, sizeof path, "%s%s", name[0] == '/' ? "" : sandbox_of(lua)->script_dir, name);
    const struct household_curve *curve = household_load_curve(path, message, sizeof message);
    if (!curve)
        return luaL_error(lua, "play: %s", message);
    if (act_play(run, flat, curve) < 0)
        return api_skip(lua, NO_STIMULUS);
    return 0;
}

static int flat_leak(lua_State *lua)
{
    if (lua_istable(lua, 2))
        return begin_leak(lua);
    return set_current(lua, PLANT_FAULT_LEAKAGE, 1);
}

static int flat_overload(lua_State *lua)
{
    return set_current(lua, PLANT_FAULT_OVERLOAD, 1000);
}

static int flat_short_circuit(lua_State *lua)
{
    return set_current(lua, PLANT_FAULT_SHORT_CIRCUIT, 1000);
}

static int flat_bypass(lua_State *lua)
{
    return set_current(lua, PLANT_FAULT_BYPASS, 1000);
}

static int flat_smoke(lua_State *lua)
{
    return api_set_fault(lua, PLANT_FAULT_SMOKE, 1, "smoke");
}

static int flat_outage(lua_State *lua)
{
    return api_set_fault(lua, PLANT_FAULT_OUTAGE, 1, "an outage");
}

/* flat:clear("leakage"): the cause ends. */
static int flat_clear(lua_State *lua)
{
    const char *name = luaL_checkstring(lua, 2);
    for (int i = 0; i < PLANT_FAULT_KINDS; i++) {
        char text[80];
        if (strcmp(plant_fault_name((enum plant_fault)i), name) != 0)
            continue;
        snprintf(text, sizeof text, "the end of %s", name);
        return api_set_fault(lua, (enum plant_fault)i, 0, text);
    }
    return luaL_error(lua, "there is no cause \"%s\" to clear", name);
}

/* flat:press_key(true or false): the tenant holds, or lets go, the meter's key. */
static int flat_press_key(lua_State *lua)
{
    struct run *run = run_of(lua);
    act_press_key(run, api_check_flat(lua, 1), lua_isnone(lua, 2) || lua_toboolean(lua, 2));
    return 0;
}

/* flat:emergency_switch(true or false): somebody turns the manual switch at the meter. */
static int flat_emergency_switch(lua_State *lua)
{
    struct run *run = run_of(lua);
    if (act_emergency_switch(run, api_check_flat(lua, 1), lua_isnone(lua, 2) || lua_toboolean(lua, 2)) < 0)
        return api_skip(lua, "the board has no emergency switch that the rack could turn");
    return 0;
}

static int misuse(lua_State *lua, enum board_misuse kind)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    int order = api_check_order(lua, 2);
    if (run_is_board_flat(run, flat->number)) {
        int result = run->board->ops->misuse ? store_misuse(run, kind, order)
                                             : ERROR_NOT_FOUND;
        if (result < 0)
            return api_skip(lua, "this board's line cannot be misused");
    } else if (kind == BOARD_DAMAGED_ORDER) {
        flat_damaged_order(flat, run->site->now, order);
    } else if (flat_attack(flat, run->site->now, ATTACK_REPLAY) < 0) {
        return luaL_error(lua, "no order was accepted yet that could be repeated");
    }
    act_settle(run, flat);
    return 0;
}

/* flat:damaged_order("trip"): an order reaches the meter with a wrong checksum. */
static int script_damaged_order(lua_State *lua)
{
    return misuse(lua, BOARD_DAMAGED_ORDER);
}

/* flat:repeated_order("trip"): the last accepted order comes again (board: its sequence number with this order). */
static int script_repeated_order(lua_State *lua)
{
    return misuse(lua, BOARD_REPEATED_ORDER);
}

static int flat_reset_breaker(lua_State *lua)
{
    struct run *run = run_of(lua);
    act_reset_breaker(run, api_check_flat(lua, 1));
    return 0;
}

/* ---- the meter's clock ------------------------------------------------------------------------- */

static void clock_changed(lua_State *lua, int result)
{
    if (result == ERROR_NOT_ALLOWED)
        api_skip(lua, "the clock is the board's: it cannot be made wrong");
    if (result < 0)
        luaL_error(lua, "the clock would leave the years 2000 to 2099");
}

/* flat:clock_drift("50 ppm"): the meter's clock gains (or, negative, loses) from now on. */
static int flat_clock_drift(lua_State *lua)
{
    struct flat *flat = api_check_flat(lua, 1);
    int64_t drift_ppb = api_check_quantity(lua, 2, UNIT_RATIO_PPB);
    luaL_argcheck(lua, drift_ppb >= -RTC_DRIFT_PPB_MAX && drift_ppb <= RTC_DRIFT_PPB_MAX, 2,
                  "a drift of at most 100000 ppm");
    clock_changed(lua, act_clock_drift(run_of(lua), flat, (int32_t)drift_ppb));
    return 0;
}

/* flat:clock_swing("2 s", "1 day"): it is fast by up to 2 s and slow by up to 2 s in the course of each day. */
static int flat_clock_swing(lua_State *lua)
{
    struct flat *flat = api_check_flat(lua, 1);
    int64_t swing_ms = api_check_duration(lua, 2) / NS_PER_MS;
    int64_t period_h = api_check_duration(lua, 3) / NS_PER_HOUR;
    luaL_argcheck(lua, swing_ms <= RTC_SWING_MS_MAX, 2, "a swing of at most 1 min");
    luaL_argcheck(lua, period_h >= 1 && period_h <= UINT16_MAX, 3, "a period from 1 h to 2730 days");
    clock_changed(lua, act_clock_swing(run_of(lua), flat, (uint16_t)swing_ms, (uint16_t)period_h));
    return 0;
}

/* flat:step_clock("-1 h"): a fault moves the meter's clock. */
static int flat_step_clock(lua_State *lua)
{
    struct flat *flat = api_check_flat(lua, 1);
    const char *text = luaL_checkstring(lua, 2);
    int64_t ns = 0;
    bool back = text[0] == '-';
    if (duration_parse(text + back, &ns) < 0 || ns % NS_PER_S != 0)
        return luaL_error(lua, "expected a step of whole seconds such as \"-1 h\"");
    int64_t step_s = ns / NS_PER_S;
    clock_changed(lua, act_step_clock(run_of(lua), flat, back ? -step_s : step_s));
    return 0;
}

/* ---- hostile acts and hardware faults ----------------------------------------------------------- */

bool *api_find_flat_bug(struct flat *flat, const char *name)
{
    struct relay_faults *relay = &flat->plant.relay.faults;
    struct meter_faults *meter = &flat->meter.faults;
    const struct {
        const char *name;
        bool *fault;
    } faults[] = {
        {"stuck_open", &relay->stuck_open},
        {"welded", &relay->welded},
        {"conducts_when_open", &relay->conducts_when_open},
        {"leakage_blind", &meter->leakage_blind},
        {"overload_blind", &meter->overload_blind},
        {"short_circuit_blind", &meter->short_circuit_blind},
        {"recloses_after_leakage", &meter->recloses_after_leakage},
        {"closes_while_forbidden", &meter->closes_while_forbidden},
        {"keep_power_blocks_protection", &meter->keep_power_blocks_protection},
        {"register_runs_fast", &meter->register_runs_fast},
        {"alarms_suppressed", &meter->alarms_suppressed},
        {"check_ignored", &meter->check_ignored},
        {"weld_unnoticed", &meter->weld_unnoticed},
        {"emergency_unlimited", &meter->emergency_unlimited},
        {"no_hysteresis", &meter->no_hysteresis},
        {"forgets_state_at_reset", &meter->forgets_state_at_reset},
        {"valid_until_ignored", &meter->valid_until_ignored},
        {"lock_out_ignored", &meter->lock_out_ignored},
        {"clock_battery_bad", &meter->clock_battery_bad},
        {"limits_all_day", flat->meter.limits ? &flat->meter.limits->all_day : NULL},
        {"limits_ignored", flat->meter.limits ? &flat->plant.household.managed->ignores_limits : NULL},
        {"accepts_replays", &flat->modem.faults.accepts_replays},
        {"skips_authentication", &flat->modem.faults.skips_authentication},
        {"keeps_old_key", &flat->modem.faults.keeps_old_key},
        {"wrong_wrapping_key", &flat->modem.faults.wrong_wrapping_key},
        {"counter_in_ram", &flat->modem.faults.counter_in_ram},
        {"lossless_link", &flat->link.faults.lossless},
        {"instant_link", &flat->link.faults.instant},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (strcmp(faults[i].name, name) == 0)
            return faults[i].fault;
    return NULL;
}

/* flat:age_relay(60000): as if it had made rated current that often. */
static int flat_age_relay(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    lua_Integer operations = luaL_checkinteger(lua, 2);
    luaL_argcheck(lua, operations >= 0 && operations <= 1000000000, 2, "from 0 to 1000000000 operations");
    if (run_is_board_flat(run, flat->number))
        return api_skip(lua, "the contacts are the board's: they cannot be worn from here");
    relay_age(&flat->plant.relay, (uint32_t)operations);
    return 0;
}

void api_set_bug(struct run *run, struct flat *flat, bool *fault, bool on)
{
    *fault = on;
    plant_set_fault(&flat->plant, run->site->now, PLANT_FAULT_SMOKE,
                    flat->plant.fault_level[PLANT_FAULT_SMOKE]); /* recompute what flows */
    if (flat->meter.limits) {
        limits_follow(&flat->meter, run->site->now);
        plant_set_limits(&flat->plant, run->site->now, flat->meter.limits->now);
    }
    act_settle(run, flat);
}

/* flat:bug("welded" [, false]): plant a fault in the virtual relay, meter, modem or link. */
static int flat_bug(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    const char *name = luaL_checkstring(lua, 2);
    bool *fault = api_find_flat_bug(flat, name);
    if (!fault)
        return luaL_error(lua, "the model has no fault \"%s\"", name);
    if (run_is_board_flat(run, flat->number))
        return api_skip(lua, "relay and firmware are the board's: a fault cannot be planted in them");
    api_set_bug(run, flat, fault, lua_isnone(lua, 3) || lua_toboolean(lua, 3));
    return 0;
}

static int flat_signal(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    int signal = signal_class_from_name(luaL_checkstring(lua, 2));
    luaL_argcheck(lua, signal >= 0, 2, "good, fair, poor, edge, dead or garage");
    link_set_signal(&flat->link, run->site->now, (enum signal_class)signal);
    act_settle(run, flat);
    return 0;
}

static int flat_place(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    int place = place_from_name(luaL_checkstring(lua, 2));
    luaL_argcheck(lua, place != PLACE_NONE, 2, "ground, floor N, basement 1, basement 2 or garage");
    link_set_place(&flat->link, run->site->now, place);
    act_settle(run, flat);
    return 0;
}

/* ---- conditions -------------------------------------------------------------------------------- */

static int push_state(lua_State *lua, enum condition_kind kind, const char *what)
{
    struct condition condition = {.kind = kind, .flat = api_check_flat(lua, 1)->number, .cause = -1};
    snprintf(condition.text, sizeof condition.text, "flat %u %s", condition.flat, what);
    api_push_condition(lua, &condition);
    return 1;
}

/* flat:tripped() or flat:tripped { cause = "leakage" } */
static int flat_tripped(lua_State *lua)
{
    struct condition condition = {
        .kind = CONDITION_TRIPPED, .flat = api_check_flat(lua, 1)->number, .cause = -1};
    snprintf(condition.text, sizeof condition.text, "flat %u tripped", condition.flat);
    static const char *const keys[] = {"cause", NULL};
    if (!lua_isnoneornil(lua, 2))
        api_check_keys(lua, 2, keys);
    if (lua_istable(lua, 2) && lua_getfield(lua, 2, "cause") != LUA_TNIL) {
        const char *name = luaL_checkstring(lua, -1);
        condition.cause = trip_cause_from_name(name);
        if (condition.cause < 0)
            return luaL_error(lua, "there is no cause \"%s\" of a trip", name);
        snprintf(condition.text, sizeof condition.text, "flat %u tripped (%s)", condition.flat, name);
    }
    api_push_condition(lua, &condition);
    return 1;
}

static int flat_closed(lua_State *lua)
{
    return push_state(lua, CONDITION_CLOSED, "closed");
}

static int flat_supplied(lua_State *lua)
{
    return push_state(lua, CONDITION_SUPPLIED, "supplied");
}

/* flat:in_maintenance(): from the meter's word that it is locked out, to its word that it no longer is. */
static int flat_in_maintenance(lua_State *lua)
{
    return push_state(lua, CONDITION_MAINTENANCE, "in maintenance");
}

static int flat_dark(lua_State *lua)
{
    return push_state(lua, CONDITION_DARK, "dark");
}

int api_push_event_condition(lua_State *lua, struct event_match match, const char *what)
{
    struct flat *flat = api_check_flat(lua, 1);
    match.flat = flat->number;
    struct condition condition = {.kind = CONDITION_EVENT, .flat = flat->number, .cause = -1,
                                  .match = match, .since = run_of(lua)->observer.count};
    snprintf(condition.text, sizeof condition.text, "flat %u %s", flat->number, what);
    api_push_condition(lua, &condition);
    return 1;
}

static int flat_order_done(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_ORDER_DONE}, "order carried out");
}

static int flat_order_refused(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_ORDER_FAILED}, "order refused");
}

static int flat_arrears_trip_ordered(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_ARREARS_TRIP},
                                "arrears trip ordered");
}

static int flat_charged(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_CHARGE}, "charged");
}

static int flat_held(lua_State *lua)
{
    return api_push_event_condition(
        lua, (struct event_match){.kind = EVENT_METER_HELD, .match_a = true, .a = 1},
        "trip held by large current");
}

/* ---- what can be seen -------------------------------------------------------------------------- */

/* How far the meter's clock is ahead of the run's. */
static double clock_error_s(const struct flat *flat, int64_t now)
{
    const struct controller_status *status = &flat->controller->status;
    if (status->clock_told)
        return status->clock_ahead_ms / 1e3;
    return (double)(rtc_read(&flat->meter.memory.rtc, now) - now) / 1e9;
}

static void set_rates(lua_State *lua, const struct flat *flat)
{
    const struct meter *meter = &flat->meter;
    api_set_number(lua, "register_sharp_kwh", (double)meter_rate_mwh(meter, TARIFF_SHARP) / 1e6);
    api_set_number(lua, "register_peak_kwh", (double)meter_rate_mwh(meter, TARIFF_PEAK) / 1e6);
    api_set_number(lua, "register_flat_kwh", (double)meter_rate_mwh(meter, TARIFF_FLAT) / 1e6);
    api_set_number(lua, "register_valley_kwh", (double)meter_rate_mwh(meter, TARIFF_VALLEY) / 1e6);
    api_set_text(lua, "rate", tariff_rate_name(meter->memory.rates.moment.rate));
}

/* flat:state(): a table of what is observed now. */
static int flat_state(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    const struct controller_status *status = &flat->controller->status;
    const struct plant_signals *signals = &flat->plant.signals;
    if (flat->controller == &flat->meter.controller)
        meter_account(&flat->meter, run->site->now);
    plant_account(&flat->plant, run->site->now);
    lua_createtable(lua, 0, 32);
    api_set_bool(lua, "contacts_closed", plant_contacts_closed(&flat->plant));
    api_set_bool(lua, "supplied", flat->plant.load_live);
    api_set_bool(lua, "powered", status->powered);
    api_set_bool(lua, "keep_power", status->keep_power);
    api_set_bool(lua, "close_permitted", status->close_permitted);
    api_set_bool(lua, "held", status->held_by_current);
    api_set_bool(lua, "alarm", status->alarm);
    api_set_bool(lua, "maintenance", flat->account.holds & HOLD_MAINTENANCE);
    api_set_bool(lua, "breaker_closed", flat->plant.mcb_closed);
    api_set_number(lua, "voltage", signals->voltage_mv / 1e3);
    api_set_number(lua, "current", signals->current_ma / 1e3);
    api_set_number(lua, "residual_ma", signals->residual_ua / 1e3);
    api_set_number(lua, "told_voltage", status->voltage_mv / 1e3);
    api_set_number(lua, "told_current", status->current_ma / 1e3);
    api_set_number(lua, "told_residual_ma", status->residual_ua / 1e3);
    api_set_number(lua, "told_power", (double)status->power_mw / 1e3);
    api_set_number(lua, "told_trips", status->trips);
    api_set_number(lua, "power", (double)flat->plant.power_mw / 1e3);
    api_set_number(lua, "register_kwh", (double)status->register_mwh / 1e6);
    api_set_number(lua, "terminal_kwh", (double)flat->plant.terminal_energy.mwh / 1e6);
    api_set_number(lua, "balance", (double)flat->account.balance / 1e4);
    api_set_number(lua, "meter_balance", (double)status->balance / 1e4);
    api_set_number(lua, "charged", (double)flat->account.charged / 1e4);
    api_set_number(lua, "relay_operations", flat->plant.relay.operations);
    api_set_number(lua, "contact_uohm", (double)relay_contact_uohm(&flat->plant.relay));
    api_set_number(lua, "reminders_delivered", flat->account.reminders_delivered);
    set_rates(lua, flat);
    api_set_number(lua, "key_number", flat->keys ? flat->keys->number : 0);
    api_set_number(lua, "clock_error", clock_error_s(flat, run->site->now));
    api_set_text(lua, "last_trip", trip_cause_name(status->last_trip));
    return 1;
}

static int flat_number(lua_State *lua)
{
    lua_pushinteger(lua, api_check_flat(lua, 1)->number);
    return 1;
}

void api_register_flat(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"leak", flat_leak},
        {"overload", flat_overload},
        {"short_circuit", flat_short_circuit},
        {"bypass", flat_bypass},
        {"load", flat_load},
        {"play", flat_play},
        {"smoke", flat_smoke},
        {"outage", flat_outage},
        {"mains", flat_mains},
        {"clear", flat_clear},
        {"press_key", flat_press_key},
        {"reset_breaker", flat_reset_breaker},
        {"emergency_switch", flat_emergency_switch},
        {"damaged_order", script_damaged_order},
        {"repeated_order", script_repeated_order},
        {"clock_drift", flat_clock_drift},
        {"clock_swing", flat_clock_swing},
        {"step_clock", flat_step_clock},
        {"attack", api_flat_attack},
        {"attacker", api_flat_attacker},
        {"key_changed", api_flat_key_changed},
        {"rejected", api_flat_rejected},
        {"age_relay", flat_age_relay},
        {"bug", flat_bug},
        {"signal", flat_signal},
        {"place", flat_place},
        {"tripped", flat_tripped},
        {"closed", flat_closed},
        {"supplied", flat_supplied},
        {"dark", flat_dark},
        {"in_maintenance", flat_in_maintenance},
        {"order_done", flat_order_done},
        {"order_refused", flat_order_refused},
        {"arrears_trip_ordered", flat_arrears_trip_ordered},
        {"charged", flat_charged},
        {"held", flat_held},
        {"state", flat_state},
        {"number", flat_number},
        {NULL, NULL},
    };
    api_new_class(lua, FLAT, methods);
}
