#include "scenarios/runner/fleet_tariff.h"
#include "scenarios/runner/sandbox.h"
#include "scenarios/runner/tariff_file.h"

#include "sim/kernel/time.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#define WHERE "fleet.tariff"

static int no_such_tariff(lua_State *lua, const char *field)
{
    luaL_Buffer names;
    luaL_buffinit(lua, &names);
    for (int i = 0; tariff_name(i); i++) {
        luaL_addstring(&names, tariff_name(i));
        luaL_addstring(&names, ", ");
    }
    luaL_pushresult(&names);
    return luaL_error(lua, "%s: %sa file that ends in .lua, or a table with seasons", field, lua_tostring(lua, -1));
}

/* A name, a file in the script's folder, or a table. */
static void read_any(lua_State *lua, int at, const char *field, struct tariff *tariff)
{
    char path[1000], message[600];
    memset(tariff, 0, sizeof *tariff);
    if (lua_istable(lua, at)) {
        tariff_read(lua, at, tariff);
        return;
    }
    const char *name = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    size_t length = strlen(name);
    bool is_file = length > 4 && strcmp(name + length - 4, ".lua") == 0;
    const struct tariff *named = is_file ? NULL : tariff_by_name(name);
    if (!is_file && !named)
        no_such_tariff(lua, field);
    if (named) {
        memcpy(tariff, named, sizeof *tariff);
        return;
    }
    snprintf(path, sizeof path, "%s%s", name[0] == '/' ? "" : sandbox_of(lua)->script_dir, name);
    if (tariff_load(path, NULL, tariff, message, sizeof message) < 0)
        luaL_error(lua, "%s: %s", field, message);
}

void fleet_read_tariff(lua_State *lua, int at, struct site_config *config)
{
    struct tariff tariff;
    read_any(lua, at, WHERE, &tariff);
    tariff.next = config->tariff.next; /* the changes may have been read before */
    tariff.next_from_s = config->tariff.next_from_s;
    config->tariff = tariff;
}

/* ---- changes by date ----------------------------------------------------------------------------- */

#define CHANGES "fleet.tariff_changes"

static int64_t read_date(lua_State *lua, int at)
{
    char text[32];
    int64_t second = 0;
    lua_getfield(lua, at, "from");
    const char *date = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    snprintf(text, sizeof text, "%.12s 00:00", date);
    if (strlen(date) != 10 || civil_parse(text, &second) < 0)
        luaL_error(lua, CHANGES ": from is a date such as \"2026-08-01\"");
    lua_pop(lua, 1);
    return second;
}

static void check_change(lua_State *lua, int at)
{
    if (!lua_istable(lua, at))
        luaL_error(lua, CHANGES ": a list of tables such as { from = \"2026-08-01\", tariff = \"shanghai\" }");
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        if (strcmp(key, "from") != 0 && strcmp(key, "tariff") != 0)
            luaL_error(lua, CHANGES ": unknown field \"%s\": from and tariff", key);
    }
}

/* From the last to the first, since each list knows the next. */
void fleet_read_tariff_changes(lua_State *lua, int at, struct site_config *config)
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    const struct tariff *next = NULL;
    int64_t next_from_s = 0;
    if (count < 1 || count >= TARIFF_LISTS_MAX)
        luaL_error(lua, CHANGES ": a list of 1 to %d tables such as { from = \"2026-08-01\", tariff = \"shanghai\" }",
                   TARIFF_LISTS_MAX - 1);
    for (lua_Unsigned i = count; i > 0; i--) {
        struct tariff tariff;
        lua_rawgeti(lua, at, (lua_Integer)i);
        int change = lua_gettop(lua);
        check_change(lua, change);
        int64_t from_s = read_date(lua, change);
        if (next && from_s >= next_from_s)
            luaL_error(lua, CHANGES ": the dates are in ascending order");
        lua_getfield(lua, change, "tariff");
        read_any(lua, change + 1, CHANGES, &tariff);
        tariff.next = next;
        tariff.next_from_s = next_from_s;
        next = tariff_keep(&tariff);
        if (!next)
            luaL_error(lua, CHANGES ": out of memory");
        next_from_s = from_s;
        lua_settop(lua, change - 1);
    }
    config->tariff.next = next;
    config->tariff.next_from_s = next_from_s;
}
