#include "scenarios/runner/fleet_money.h"
#include "scenarios/runner/run_internal.h"

#include "sim/kernel/time.h"
#include "sim/platform/bills.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* Of two words: is it the second? */
static bool read_word(lua_State *lua, int at, const char *field, const char *first, const char *second)
{
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    bool is_second = strcmp(text, second) == 0;
    if (!is_second && strcmp(text, first) != 0)
        luaL_error(lua, "fleet.%s: \"%s\" or \"%s\"", field, first, second);
    return is_second;
}

void fleet_read_payment(lua_State *lua, int at, struct site_config *config)
{
    config->policy.postpaid = read_word(lua, at, "payment", "prepaid", "postpaid");
}

void fleet_read_vacant(lua_State *lua, int at, struct site_config *config)
{
    config->policy.vacant_off = read_word(lua, at, "vacant", "on", "off");
}

void fleet_read_bill_day(lua_State *lua, int at, struct site_config *config)
{
    lua_Integer day = lua_isinteger(lua, at) ? lua_tointeger(lua, at) : 0;
    if (day < 1 || day > BILL_DAY_MAX)
        luaL_error(lua, "fleet.bill_day: a day of the month from 1 to %d", BILL_DAY_MAX);
    config->policy.bill_day = (int)day;
}

static void read_hours(lua_State *lua, int at, struct friendly_hours *friendly)
{
    int from_hour = -1, from_minute = -1, until_hour = -1, until_minute = -1, used = 0;
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    bool read = sscanf(text, "%2d:%2d-%2d:%2d%n", &from_hour, &from_minute, &until_hour, &until_minute,
                       &used) == 4 && text[used] == '\0';
    bool sound = read && from_hour >= 0 && from_hour < 24 && until_hour >= 0 && until_hour < 24 &&
                 from_minute >= 0 && from_minute < 60 && until_minute >= 0 && until_minute < 60;
    friendly->from_minute = (uint16_t)(from_hour * 60 + from_minute);
    friendly->until_minute = (uint16_t)(until_hour * 60 + until_minute);
    if (!sound || friendly->from_minute == friendly->until_minute)
        luaL_error(lua, "fleet.friendly: hours such as \"22:00-07:00\"");
}

static bool read_flag(lua_State *lua, int at, const char *field)
{
    if (lua_getfield(lua, at, field) != LUA_TNIL && !lua_isboolean(lua, -1))
        luaL_error(lua, "fleet.friendly: %s is true or false", field);
    bool flag = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return flag;
}

void fleet_read_friendly(lua_State *lua, int at, struct site_config *config)
{
    struct friendly_hours *friendly = &config->policy.friendly;
    *friendly = (struct friendly_hours){0};
    if (!lua_istable(lua, at)) {
        read_hours(lua, at, friendly);
        return;
    }
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        if (strcmp(key, "hours") != 0 && strcmp(key, "weekends") != 0 && strcmp(key, "holidays") != 0)
            luaL_error(lua, "fleet.friendly: unknown field \"%s\": hours, weekends, holidays", key);
    }
    if (lua_getfield(lua, at, "hours") != LUA_TNIL)
        read_hours(lua, lua_gettop(lua), friendly);
    lua_pop(lua, 1);
    friendly->weekends = read_flag(lua, at, "weekends");
    friendly->holidays = read_flag(lua, at, "holidays");
}

void fleet_read_bug(lua_State *lua, int at, struct site_config *config)
{
    const char *name = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    bool *fault = api_platform_fault(&config->faults, name);
    if (!fault)
        luaL_error(lua, "fleet.bug: the platform has no bug \"%s\"", name);
    else
        *fault = true;
}

void fleet_read_holidays(lua_State *lua, int at, struct site_config *config)
{
    struct holidays *holidays = &config->policy.holidays;
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > HOLIDAYS_MAX)
        luaL_error(lua, "fleet.holidays: a list of 1 to %d dates, as in { \"2026-10-01\" }", HOLIDAYS_MAX);
    *holidays = (struct holidays){0};
    for (lua_Unsigned i = 0; i < count; i++) {
        char text[32];
        int64_t second = 0;
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        const char *date = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
        snprintf(text, sizeof text, "%.12s 00:00", date);
        if (strlen(date) != 10 || civil_parse(text, &second) < 0)
            luaL_error(lua, "fleet.holidays: \"%s\" is no date such as \"2026-10-01\"", date);
        holidays->days[holidays->count++] = (uint16_t)(second / 86400);
        lua_pop(lua, 1);
    }
}
