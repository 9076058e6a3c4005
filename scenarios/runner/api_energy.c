/* What a script may do with the appliances of a home with energy management, and see of them. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/energy_study.h"
#include "scenarios/runner/fleet_energy.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

#define BENCH "meterbench.bench"
#define FLAT "meterbench.flat"
#define SESSION "meterbench.session"

static struct flat_energy *check_energy(lua_State *lua, struct flat *flat)
{
    struct flat_energy *energy = flat_energy(flat, run_of(lua)->site->now);
    if (!energy)
        luaL_error(lua, "flat %d has no energy management: the fleet's field energy_management", (int)flat->number);
    return energy;
}

/* flat:want("bath"), flat:want("cooling"), flat:want("cooling", false). */
static int flat_wants(lua_State *lua)
{
    static const struct {
        const char *name;
        enum managed_service service;
    } services[] = {{"bath", SERVES_BATH}, {"cooling", SERVES_COOLING}, {"heating", SERVES_HEATING}};
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    const char *name = luaL_checkstring(lua, 2);
    bool on = lua_isnone(lua, 3) || lua_toboolean(lua, 3);
    check_energy(lua, flat);
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (strcmp(services[i].name, name) != 0)
            continue;
        lua_pushboolean(lua, flat_want(flat, run->site->now, services[i].service, on) == 0);
        act_settle(run, flat);
        return 1;
    }
    return luaL_error(lua, "want: bath, cooling or heating");
}

static void set(lua_State *lua, const char *key, double value)
{
    lua_pushnumber(lua, value);
    lua_setfield(lua, -2, key);
}

static void push_limit(lua_State *lua, const struct managed_limit *limit, const char *key)
{
    lua_createtable(lua, 0, 2);
    set(lua, "power", limit->power_permille / 10.0);
    set(lua, "relaxed", limit->relaxed_ck / 100.0);
    lua_setfield(lua, -2, key);
}

/* flat:appliances(): powers, temperatures, limits, and the sums of comfort since the start. */
static int flat_appliances(lua_State *lua)
{
    const struct flat_energy *energy = check_energy(lua, api_check_flat(lua, 1));
    const struct managed *managed = &energy->managed;
    const struct comfort *comfort = &managed->comfort;
    lua_createtable(lua, 0, 20);
    set(lua, "air_conditioner_w", managed_power_mw(managed, MANAGED_AIR) / 1e3);
    set(lua, "water_heater_w", managed_power_mw(managed, MANAGED_WATER) / 1e3);
    double rated_w = 0; /* of the rooms in which somebody has it on */
    for (int i = 0; i < MANAGED_ROOMS; i++)
        rated_w += managed->rooms[i].service != SERVES_NOTHING ? managed->rooms[i].rated_w : 0;
    set(lua, "air_conditioner_rated_w", rated_w);
    set(lua, "water_heater_rated_w", managed->tank_rated_w);
    set(lua, "air_conditioner_kwh", comfort->air_j / 3.6e6);
    set(lua, "water_heater_kwh", comfort->water_j / 3.6e6);
    set(lua, "room_c", managed->rooms[0].c);
    set(lua, "tank_c", managed->tank_now_c);
    set(lua, "baths", comfort->baths);
    set(lua, "cold_baths", comfort->cold_baths);
    set(lua, "unmet_kwh", comfort->unmet_j / 3.6e6);
    set(lua, "too_hot_kh", comfort->hot_k_s / 3600);
    set(lua, "too_cold_kh", comfort->cold_k_s / 3600);
    set(lua, "cooling_h", comfort->cooling_s / 3600);
    set(lua, "heating_h", comfort->heating_s / 3600);
    api_set_bool(lua, "has_water_heater", managed->has_tank);
    push_limit(lua, &energy->limits.now[MANAGED_AIR], "air_conditioner");
    push_limit(lua, &energy->limits.now[MANAGED_WATER], "water_heater");
    return 1;
}

/* session:limit(flat, schedule): a cause, its moment the platform's acceptance; or nil and why not. */
static int session_limit(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    struct flat *flat = api_check_flat(lua, 2);
    struct limit_schedule schedule;
    check_energy(lua, flat);
    if (energy_read_schedule(lua, 3, &schedule)) {
        const char *complaint = energy_windows_at_peak(&run->site->config.tariff, &schedule);
        if (complaint)
            return luaL_error(lua, "limit: %s", complaint);
    }
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_ORDER, .match_a = true, .a = ORDER_LIMITS},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "the order to limit appliances");
    int result = act_limit(run, flat, session, &schedule);
    if (result < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, error_text(result));
        return 2;
    }
    api_push_cause(lua, &cause);
    return 1;
}

/* ---- comparisons ------------------------------------------------------------------------------ */

enum { COMPARED_FLATS_MAX = 1000, COMPARED_DAYS_MAX = 400, COMPARED_SEEDS_MAX = 50, A_BUILDING = 25 };

static int check_count(lua_State *lua, const char *key, int otherwise, int most)
{
    lua_Integer value = otherwise;
    if (lua_getfield(lua, 2, key) != LUA_TNIL)
        value = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
    lua_pop(lua, 1);
    if (value < 1 || value > most)
        luaL_error(lua, "compare_energy: %s is a whole number from 1 to %d", key, most);
    return (int)value;
}

static void check_comparison(lua_State *lua, struct run *run, struct study_config *study)
{
    static const char *const keys[] = {"measure", "flats", "days", "seeds", "start", NULL};
    struct limit_schedule tried;
    luaL_checktype(lua, 2, LUA_TTABLE);
    api_check_keys(lua, 2, keys);
    *study = (struct study_config){.fleet = fleet_config_default(), .measure_count = 1};
    struct site_config *site = &study->fleet.kinds[0].site;
    const int64_t meeting = site->meeting_ns, step = site->supply_step_mv;
    *site = run->site->config;
    site->meeting_ns = meeting;
    site->supply_step_mv = (int32_t)step;
    site->policy.poll_ns = 0;
    site->policy.billing_ns = NS_PER_DAY;
    study->fleet.flats = (uint32_t)check_count(lua, "flats", 25, COMPARED_FLATS_MAX);
    study->fleet.days = (uint32_t)check_count(lua, "days", 7, COMPARED_DAYS_MAX);
    study->fleet.flats_a_site = A_BUILDING;
    study->fleet.sample_ns = NS_PER_HOUR;
    study->first_seed = run->result->seed >> 16; /* the case's own */
    study->last_seed = study->first_seed + (uint64_t)check_count(lua, "seeds", 6, COMPARED_SEEDS_MAX) - 1;
    lua_getfield(lua, 2, "measure");
    const char *measure = luaL_optstring(lua, -1, "all");
    luaL_argcheck(lua, energy_measure(measure, &tried), 2, "compare_energy: measure is none, shift, cap, shed, all or spread");
    snprintf(study->measures[0], STUDY_NAME_MAX, "%s", measure);
    if (lua_getfield(lua, 2, "start") != LUA_TNIL &&
        (!lua_isstring(lua, -1) || civil_parse(lua_tostring(lua, -1), &site->epoch_s) < 0))
        luaL_error(lua, "compare_energy: start is a time such as \"2026-07-15 00:00\"");
    lua_pop(lua, 2);
}

static void push_list(lua_State *lua, const char *key, const struct study_pair *pairs, int count, size_t offset)
{
    lua_createtable(lua, count, 0);
    for (int i = 0; i < count; i++) {
        lua_pushnumber(lua, *(const double *)((const char *)&pairs[i] + offset));
        lua_rawseti(lua, -2, i + 1);
    }
    lua_setfield(lua, -2, key);
}

static void push_comparison(lua_State *lua, const struct study_pair *pairs, const struct study_result *result)
{
    const struct study_measure *measure = &result->measures[0];
    lua_createtable(lua, 0, 16);
    push_list(lua, "bill", pairs, result->seeds, offsetof(struct study_pair, bill_yuan));
    push_list(lua, "saved", pairs, result->seeds, offsetof(struct study_pair, saved_yuan));
    push_list(lua, "kwh", pairs, result->seeds, offsetof(struct study_pair, energy_kwh));
    push_list(lua, "saved_kwh", pairs, result->seeds, offsetof(struct study_pair, saved_kwh));
    set(lua, "air_conditioner_share", result->air_share);
    set(lua, "water_heater_share", result->water_share);
    set(lua, "cold_baths", measure->cold_baths);
    set(lua, "cold_baths_without", measure->cold_baths_without);
    set(lua, "too_hot", measure->too_hot);
    set(lua, "too_hot_without", measure->too_hot_without);
    set(lua, "too_cold", measure->too_cold);
    set(lua, "too_cold_without", measure->too_cold_without);
    set(lua, "saved_peak", measure->peak_share.mean);
}

/* bench:compare_energy { measure =, flats =, days =, seeds =, start = }: fleets beside this one. */
static int bench_compare_energy(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    struct study_config study;
    struct study_result result;
    struct study_pair pairs[COMPARED_SEEDS_MAX];
    check_comparison(lua, run, &study);
    study.pairs = pairs;
    int error = study_run(&study, &result);
    if (error < 0)
        return luaL_error(lua, "compare_energy: %s",
                          error == ERROR_INVALID_ARGUMENT ? "the fleet's tariff has no peak hours" : error_text(error));
    push_comparison(lua, pairs, &result);
    return 1;
}

void api_register_energy(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"want", flat_wants}, {"appliances", flat_appliances}, {NULL, NULL}};
    static const luaL_Reg session_methods[] = {{"limit", session_limit}, {NULL, NULL}};
    static const luaL_Reg bench_methods[] = {{"compare_energy", bench_compare_energy}, {NULL, NULL}};
    api_add_methods(lua, BENCH, bench_methods);
    api_add_methods(lua, FLAT, methods);
    api_add_methods(lua, SESSION, session_methods);
}
