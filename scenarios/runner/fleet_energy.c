#include "scenarios/runner/fleet_energy.h"
#include "scenarios/runner/units.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#define WHERE "energy_management"

enum { ALL_YEAR = 0x0fff, EVENING_FROM_MIN = 18 * 60, EVENING_TO_MIN = 22 * 60 };

/* ---- measures: docs/energy.md ----------------------------------------------------------------- */

static const char *const appliance_names[MANAGED_APPLIANCES] = {"air_conditioner", "water_heater"};

static const struct {
    const char *name;
    struct limit_rule rules[MANAGED_APPLIANCES]; /* power %, relaxed and ahead 0.1 K, ahead, off, on, spread min */
} measures[] = {
    {"none", {{100, 0, 0, 0, 0, 0, 0}, {100, 0, 0, 0, 0, 0, 0}}},
    {"shift", {{100, 20, 20, 30, 0, 0, 0}, {0, 0, 50, 60, 0, 0, 0}}},
    {"cap", {{60, 20, 0, 0, 0, 0, 0}, {50, 0, 0, 0, 0, 0, 0}}},
    {"shed", {{0, 0, 0, 0, 15, 30, 0}, {0, 0, 0, 0, 30, 30, 0}}},
    {"all", {{60, 20, 20, 30, 0, 0, 0}, {0, 0, 50, 60, 0, 0, 0}}},
    {"spread", {{60, 20, 20, 30, 0, 0, 0}, {0, 0, 50, 60, 0, 0, 180}}},
};

static int measure_of(const char *name)
{
    for (size_t i = 0; name && i < sizeof measures / sizeof measures[0]; i++)
        if (strcmp(measures[i].name, name) == 0)
            return (int)i;
    return -1;
}

bool energy_measure(const char *name, struct limit_schedule *schedule)
{
    int found = measure_of(name);
    if (found < 0)
        return false;
    *schedule = (struct limit_schedule){.months = ALL_YEAR};
    memcpy(schedule->rules, measures[found].rules, sizeof schedule->rules);
    return true;
}

/* ---- windows ---------------------------------------------------------------------------------- */

static bool is_peak(int rate)
{
    return rate == TARIFF_PEAK || rate == TARIFF_SHARP;
}

const char *energy_windows_at_peak(const struct tariff *tariff, struct limit_schedule *schedule)
{
    schedule->window_count = 0;
    if (!tariff || tariff->season_count == 0) {
        schedule->window_count = 1;
        schedule->windows[0] = (struct limit_window){EVENING_FROM_MIN, EVENING_TO_MIN};
        return NULL;
    }
    const struct tariff_day *day = &tariff->seasons[0].weekday;
    for (int i = 0; i < day->period_count; i++) {
        const struct tariff_period *period = &day->periods[i];
        if (!is_peak(period->rate))
            continue;
        int end = i + 1 < day->period_count ? period[1].from_minute : MINUTES_PER_DAY;
        int last = schedule->window_count - 1;
        if (last >= 0 && schedule->windows[last].to_min == period->from_minute) {
            schedule->windows[last].to_min = (uint16_t)end;
            continue;
        }
        if (schedule->window_count == LIMITS_WINDOWS_MAX)
            return "the tariff has more than four peaks a day: name the windows";
        schedule->windows[schedule->window_count++] = (struct limit_window){period->from_minute, (uint16_t)end};
    }
    return schedule->window_count > 0 ? NULL : "the tariff has no peak hours: name the windows";
}

static void read_window(lua_State *lua, int at, struct limit_window *window)
{
    unsigned from_h, from_min, to_h, to_min;
    int end = 0;
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    bool whole = sscanf(text, "%2u:%2u-%2u:%2u%n", &from_h, &from_min, &to_h, &to_min, &end) == 4 && text[end] == '\0';
    if (!whole || from_h > 23 || from_min > 59 || to_min > 59 || to_h * 60 + to_min > MINUTES_PER_DAY)
        luaL_error(lua, WHERE ".windows: hours such as \"18:00-22:00\"");
    *window = (struct limit_window){(uint16_t)(from_h * 60 + from_min), (uint16_t)(to_h * 60 + to_min)};
}

/* "peak" or a list; true for the former. */
static bool read_windows(lua_State *lua, int at, struct limit_schedule *schedule)
{
    int type = lua_getfield(lua, at, "windows");
    bool peak = type == LUA_TNIL || (type == LUA_TSTRING && strcmp(lua_tostring(lua, -1), "peak") == 0);
    lua_Unsigned count = type == LUA_TTABLE ? lua_rawlen(lua, -1) : 0;
    if (!peak && (type != LUA_TTABLE || count < 1 || count > LIMITS_WINDOWS_MAX))
        luaL_error(lua, WHERE ".windows: \"peak\", or a list of 1 to 4 such as \"18:00-22:00\"");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        read_window(lua, lua_gettop(lua), &schedule->windows[i]);
        lua_pop(lua, 1);
    }
    schedule->window_count = (uint8_t)count;
    lua_pop(lua, 1);
    return peak;
}

static uint16_t read_months(lua_State *lua, int at)
{
    uint16_t months = 0;
    int type = lua_getfield(lua, at, "months");
    lua_Unsigned count = type == LUA_TTABLE ? lua_rawlen(lua, -1) : 0;
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        lua_Integer month = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
        if (month < 1 || month > 12)
            luaL_error(lua, WHERE ".months: a list of months, 1 to 12");
        months |= (uint16_t)(1u << (month - 1));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    if (type != LUA_TNIL && months == 0)
        luaL_error(lua, WHERE ".months: a list of months, 1 to 12");
    return type == LUA_TNIL ? ALL_YEAR : months;
}

/* ---- rules ------------------------------------------------------------------------------------ */

static int read_number(lua_State *lua, const char *key, double scale, double most, int missing)
{
    int type = lua_getfield(lua, -1, key);
    double value = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    if (type == LUA_TNIL)
        return missing;
    if (type != LUA_TNUMBER || !(value >= 0 && value <= most))
        luaL_error(lua, WHERE ": %s is a number from 0 to %d", key, (int)most);
    return (int)(value * scale + 0.5);
}

static int read_minutes(lua_State *lua, const char *key)
{
    int64_t ns = 0;
    int type = lua_getfield(lua, -1, key);
    const char *text = type == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
    bool sound = text && duration_parse(text, &ns) == 0 && ns % NS_PER_MIN == 0 && ns / NS_PER_MIN <= UINT8_MAX;
    lua_pop(lua, 1);
    if (type != LUA_TNIL && !sound)
        luaL_error(lua, WHERE ": %s is whole minutes up to 255, such as \"30 min\"", key);
    return (int)(ns / NS_PER_MIN);
}

static void check_keys(lua_State *lua, int at, const char *const *keys)
{
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        const char *const *known = keys;
        while (*known && strcmp(*known, key) != 0)
            known++;
        if (!*known)
            luaL_error(lua, WHERE ": unknown field \"%s\"", key);
    }
}

/* A measure's name, or its figures. */
static void read_rule(lua_State *lua, int at, int appliance, struct limit_rule *rule)
{
    static const char *const keys[] = {"power", "relaxed", "ahead", "ahead_for", "off", "on", "spread", NULL};
    int type = lua_getfield(lua, at, appliance_names[appliance]);
    if (type == LUA_TNIL) {
        *rule = LIMIT_RULE_FREE;
    } else if (type == LUA_TSTRING) {
        int found = measure_of(lua_tostring(lua, -1));
        if (found < 0)
            luaL_error(lua, WHERE ".%s: none, shift, cap, shed, all or spread", appliance_names[appliance]);
        *rule = measures[found].rules[appliance];
    } else {
        luaL_argcheck(lua, type == LUA_TTABLE, at, "a rule is the name of a measure, or a table");
        check_keys(lua, lua_gettop(lua), keys);
        rule->off_min = (uint8_t)read_minutes(lua, "off");
        rule->on_min = (uint8_t)read_minutes(lua, "on");
        rule->spread_min = (uint8_t)read_minutes(lua, "spread");
        rule->ahead_min = (uint8_t)read_minutes(lua, "ahead_for");
        rule->power_percent = (uint8_t)read_number(lua, "power", 1, 100, rule->off_min > 0 ? 0 : 100);
        rule->relaxed_dk = (uint8_t)read_number(lua, "relaxed", 10, 25, 0);
        rule->ahead_dk = (uint8_t)read_number(lua, "ahead", 10, 25, 0);
    }
    lua_pop(lua, 1);
}

bool energy_read_schedule(lua_State *lua, int at, struct limit_schedule *schedule)
{
    static const char *const keys[] = {"windows", "months", "air_conditioner", "water_heater", NULL};
    if (lua_type(lua, at) == LUA_TSTRING) {
        if (!energy_measure(lua_tostring(lua, at), schedule))
            luaL_error(lua, WHERE ": none, shift, cap, shed, all or spread, or a table");
        return strcmp(lua_tostring(lua, at), "none") != 0;
    }
    if (!lua_istable(lua, at))
        luaL_error(lua, WHERE ": none, shift, cap, shed, all or spread, or a table");
    *schedule = (struct limit_schedule){0};
    check_keys(lua, at, keys);
    for (int i = 0; i < MANAGED_APPLIANCES; i++)
        read_rule(lua, at, i, &schedule->rules[i]);
    schedule->months = read_months(lua, at);
    bool peak = read_windows(lua, at, schedule);
    const char *complaint = limits_complaint(schedule);
    if (complaint)
        luaL_error(lua, WHERE ": %s", complaint);
    return peak;
}

void fleet_read_energy(lua_State *lua, int at, struct site_config *config)
{
    config->manages_energy = !lua_isboolean(lua, at) || lua_toboolean(lua, at);
    config->limits_at_peak = false;
    if (!lua_isboolean(lua, at))
        config->limits_at_peak = energy_read_schedule(lua, at, &config->limits);
}
