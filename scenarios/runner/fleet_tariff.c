#include "scenarios/runner/fleet_tariff.h"
#include "scenarios/runner/units.h"

#include "sim/error.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#define WHERE "fleet.tariff"

static void check_keys(lua_State *lua, int at, const char *what, const char *const *keys)
{
    if (!lua_istable(lua, at))
        luaL_error(lua, WHERE ": %s is a table", what);
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        const char *const *known = keys;
        while (*known && strcmp(*known, key) != 0)
            known++;
        if (!*known)
            luaL_error(lua, WHERE ": unknown field \"%s\" of %s", key, what);
    }
}

static int32_t check_price(lua_State *lua, int at, const char *what)
{
    int64_t price = 0;
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : NULL;
    if (!text || unit_parse(text, UNIT_MONEY, &price) < 0 || price < 0 || price > 1000000)
        luaL_error(lua, WHERE ".%s: expected money a kWh such as \"0.5680 yuan\", at most 100 yuan",
                   what);
    return (int32_t)price;
}

static int check_rate(lua_State *lua, int at)
{
    const char *name = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    int rate = tariff_rate_from_name(name);
    if (rate < 0)
        luaL_error(lua, WHERE ": there is no rate \"%s\": sharp, peak, flat, valley", name);
    return rate;
}

/* One price for all rates, or a table by rate. */
static void read_prices(lua_State *lua, int at, const char *what, int32_t prices[TARIFF_RATES])
{
    if (!lua_istable(lua, at)) {
        int32_t price = check_price(lua, at, what);
        for (int rate = 0; rate < TARIFF_RATES; rate++)
            prices[rate] = price;
        return;
    }
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        int rate = check_rate(lua, lua_gettop(lua) - 1);
        prices[rate] = check_price(lua, lua_gettop(lua), what);
    }
}

/* { ["00:00"] = "valley", ["08:00"] = "peak" }: kept in the order of their times. */
static void read_day(lua_State *lua, int at, struct tariff_day *day)
{
    if (!lua_istable(lua, at))
        luaL_error(
            lua, WHERE
            ": a day is a table such as { [\"00:00\"] = \"valley\", [\"08:00\"] = \"peak\" }");
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        int top = lua_gettop(lua);
        int hour = -1, minute = -1, used = 0;
        const char *text = lua_type(lua, top - 1) == LUA_TSTRING ? lua_tostring(lua, top - 1) : "";
        if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || text[used] || hour < 0 ||
            hour > 23 || minute < 0 || minute > 59)
            luaL_error(lua, WHERE ": \"%s\" is no time of day such as \"08:00\"", text);
        if (day->period_count == TARIFF_PERIODS_MAX)
            luaL_error(lua, WHERE ": a day has at most 14 periods");
        int i = day->period_count++;
        uint16_t from = (uint16_t)(hour * 60 + minute);
        for (; i > 0 && day->periods[i - 1].from_minute > from; i--)
            day->periods[i] = day->periods[i - 1];
        day->periods[i] = (struct tariff_period){from, (uint8_t)check_rate(lua, top)};
    }
}

static void read_limits(lua_State *lua, int at, struct tariff_season *season)
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > TARIFF_TIERS_MAX - 1)
        luaL_error(lua, WHERE ": tiers are one or two limits in kWh, as in { 2760, 4800 }");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        lua_Integer kwh = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
        if (kwh < 1 || kwh > 1000000)
            luaL_error(lua, WHERE ": a tier's limit is a whole number of kWh");
        season->tier_kwh[i] = (uint32_t)kwh;
        lua_pop(lua, 1);
    }
}

static void read_season(lua_State *lua, int at, struct tariff_season *season)
{
    static const char *const keys[] = {"from", "price", "day", "weekend", "tiers", NULL};
    int month = 0, day = 0, used = 0;
    check_keys(lua, at, "a season", keys);
    lua_getfield(lua, at, "from");
    const char *from = lua_isnil(lua, -1) ? "01-01" : lua_tostring(lua, -1);
    if (!from || sscanf(from, "%2d-%2d%n", &month, &day, &used) != 2 || from[used] || month < 1 ||
        month > 12 || day < 1 || day > 31)
        luaL_error(lua, WHERE ": a season begins on a date, as in from = \"06-01\"");
    season->month = (uint8_t)month;
    season->day = (uint8_t)day;
    lua_getfield(lua, at, "price");
    read_prices(lua, lua_gettop(lua), "price", season->price);
    lua_getfield(lua, at, "day");
    read_day(lua, lua_gettop(lua), &season->weekday);
    if (lua_getfield(lua, at, "weekend") != LUA_TNIL)
        read_day(lua, lua_gettop(lua), &season->weekend);
    if (lua_getfield(lua, at, "tiers") != LUA_TNIL)
        read_limits(lua, lua_gettop(lua), season);
    lua_settop(lua, at);
}

static void read_seasons(lua_State *lua, int at, struct tariff *tariff)
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > TARIFF_SEASONS_MAX)
        luaL_error(lua, WHERE ": seasons is a list of 1 to 14");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        read_season(lua, lua_gettop(lua), &tariff->seasons[i]);
        lua_pop(lua, 1);
    }
    tariff->season_count = (uint8_t)count;
}

static void read_adders(lua_State *lua, int at, struct tariff *tariff)
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > TARIFF_TIERS_MAX - 1)
        luaL_error(lua, WHERE ": adders are what tier 2, and 3, cost above the first");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        read_prices(lua, lua_gettop(lua), "adders", tariff->adder[i]);
        lua_pop(lua, 1);
    }
    tariff->tier_count = (uint8_t)(count + 1);
}

static void read_table(lua_State *lua, int at, struct tariff *tariff)
{
    static const char *const keys[] = {"seasons", "adders", "cycle", NULL};
    memset(tariff, 0, sizeof *tariff);
    tariff->name = "of the scenario";
    tariff->tier_count = 1;
    check_keys(lua, at, "the tariff", keys);
    lua_getfield(lua, at, "seasons");
    read_seasons(lua, lua_gettop(lua), tariff);
    if (lua_getfield(lua, at, "adders") != LUA_TNIL)
        read_adders(lua, lua_gettop(lua), tariff);
    lua_getfield(lua, at, "cycle");
    const char *cycle = lua_isnil(lua, -1) ? "year" : lua_tostring(lua, -1);
    tariff->monthly = cycle && strcmp(cycle, "month") == 0;
    if (!cycle || (!tariff->monthly && strcmp(cycle, "year") != 0))
        luaL_error(lua, WHERE ".cycle: \"year\" or \"month\"");
    const char *complaint = tariff_complaint(tariff);
    if (complaint)
        luaL_error(lua, WHERE ": %s", complaint);
    lua_settop(lua, at);
}

void fleet_read_tariff(lua_State *lua, int at, struct site_config *config)
{
    if (lua_istable(lua, at)) {
        read_table(lua, at, &config->tariff);
        return;
    }
    const char *name = lua_tostring(lua, at);
    const struct tariff *tariff = name ? tariff_by_name(name) : NULL;
    if (!tariff) {
        luaL_error(lua, WHERE ": zhejiang, shanghai, guangdong, sichuan, or a table with seasons");
        return;
    }
    config->tariff = *tariff;
}
