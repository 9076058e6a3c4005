/* What a script does to detectors and to the manual switch, and what it reads of the meter's own record. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/run_internal.h"
#include "scenarios/runner/units.h"

#include <stdio.h>
#include <string.h>

#define FLAT "meterbench.flat"
enum { ROOM_MC = 25000, HOTTEST_MC = 1000000 };

/* ---- heat --------------------------------------------------------------------------------------- */

static int32_t check_temperature(lua_State *lua, int at)
{
    int64_t level = api_check_quantity(lua, at, UNIT_TEMPERATURE_MC) - ROOM_MC;
    if (level <= 0 || level >= HOTTEST_MC)
        luaL_error(lua, "heat: a temperature above 25 C, at most 1000 C");
    return (int32_t)level;
}

/* flat:heat { to = "90 C", rise = "10 C" }: the room warms by so much a minute. */
static int warm(lua_State *lua)
{
    static const char *const keys[] = {"to", "rise", NULL};
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    api_check_keys(lua, 2, keys);
    lua_getfield(lua, 2, "to");
    int32_t to_mc = check_temperature(lua, lua_gettop(lua));
    lua_getfield(lua, 2, "rise");
    int64_t rise_mc = api_check_quantity(lua, lua_gettop(lua), UNIT_TEMPERATURE_MC);
    if (rise_mc < 60 || rise_mc >= HOTTEST_MC)
        return luaL_error(lua, "heat: rise is what a minute adds, from 0.06 C up");
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_CAUSE, .match_a = true, .a = PLANT_FAULT_HEAT},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "heat that rises");
    if (act_warm(run, flat, to_mc, (int32_t)rise_mc) < 0)
        return api_skip(lua, "the rack applies steady levels: a temperature that rises needs the model");
    api_push_cause(lua, &cause);
    return 1;
}

static int flat_heat(lua_State *lua)
{
    if (lua_istable(lua, 2))
        return warm(lua);
    return api_set_fault(lua, PLANT_FAULT_HEAT, check_temperature(lua, 2), "heat");
}

/* ---- detectors ---------------------------------------------------------------------------------- */

/* flat:sensor("smoke", "removed"): what is the matter with a detector; a cause. */
static int flat_sensor(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    int sensor = sensor_from_name(luaL_checkstring(lua, 2));
    int state = sensor_state_from_name(luaL_checkstring(lua, 3));
    luaL_argcheck(lua, sensor >= 0, 2, "\"smoke\" or \"heat\"");
    luaL_argcheck(lua, state >= 0, 3, "\"sound\", \"low battery\", \"removed\" or \"dead\"");
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_SENSOR, .match_a = true, .a = sensor},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "the %s sensor (%s)", sensor_name(sensor), sensor_state_name(state));
    if (act_sensor(run, flat, (enum sensor)sensor, (enum sensor_state)state) < 0)
        return api_skip(lua, "the detectors are the board's: nothing can be the matter with them");
    api_push_cause(lua, &cause);
    return 1;
}

/* ---- the meter's record ------------------------------------------------------------------------- */

/* flat:meter_log(): the meter's own log of its alarms, the newest first. */
static int flat_meter_log(lua_State *lua)
{
    const struct flat *flat = api_check_flat(lua, 1);
    const struct meter_log_entry *entry;
    int64_t epoch_s = flat->meter.config->epoch_s;
    if (flat->controller != &flat->meter.controller)
        return api_skip(lua, "the board's own log is not read");
    lua_newtable(lua);
    for (unsigned n = 1; (entry = meter_log(&flat->meter, n)) != NULL; n++) {
        lua_createtable(lua, 0, 3);
        api_set_integer(lua, "at", entry->clock_s - epoch_s);
        api_set_text(lua, "alarm", meter_alarm_name(entry->alarm));
        api_set_integer(lua, "detail", entry->detail);
        lua_rawseti(lua, -2, n);
    }
    return 1;
}

void api_register_safety(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"heat", flat_heat},
        {"sensor", flat_sensor},
        {"meter_log", flat_meter_log},
        {NULL, NULL},
    };
    api_add_methods(lua, FLAT, methods);
}
