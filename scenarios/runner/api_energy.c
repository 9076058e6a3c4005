/* What a script may do with the appliances of a home with energy management, and see of them. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/fleet_energy.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

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
    lua_pushboolean(lua, managed->has_tank);
    lua_setfield(lua, -2, "has_water_heater");
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

void api_register_energy(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"want", flat_wants}, {"appliances", flat_appliances}, {NULL, NULL}};
    static const luaL_Reg session_methods[] = {{"limit", session_limit}, {NULL, NULL}};
    api_add_methods(lua, FLAT, methods);
    api_add_methods(lua, SESSION, session_methods);
}
