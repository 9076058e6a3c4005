#include "scenarios/runner/fleet_file.h"

#include "scenarios/runner/sandbox.h"
#include "scenarios/runner/scenario.h"
#include "sim/error.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum { SHARE_MAX = 1000000, COMPLAINT_MAX = 512 };

static int complain(struct sandbox *sandbox, const char *text)
{
    snprintf(sandbox->error, sizeof sandbox->error, "%s", text);
    return ERROR_INVALID_ARGUMENT;
}

static bool is_known(const char *field)
{
    static const char *const fields[] = {"fleet", "share", "name"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (field && strcmp(field, fields[i]) == 0)
            return true;
    return false;
}

static int check_fields(struct sandbox *sandbox, int at)
{
    lua_State *lua = sandbox->lua;
    lua_pushnil(lua);
    while (lua_next(lua, at)) {
        lua_pop(lua, 1);
        const char *field = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
        if (!is_known(field)) {
            snprintf(sandbox->error, sizeof sandbox->error,
                     "unknown field \"%.80s\": a kind of building has fleet, share and name",
                     field ? field : "(no name)");
            lua_pop(lua, 1);
            return ERROR_INVALID_ARGUMENT;
        }
    }
    return 0;
}

/* Left as it is when the table has none. */
static int read_name(struct sandbox *sandbox, int at, char name[FLEET_KIND_NAME])
{
    lua_State *lua = sandbox->lua;
    int type = lua_getfield(lua, at, "name");
    size_t length = 0;
    const char *text = type == LUA_TSTRING ? lua_tolstring(lua, -1, &length) : NULL;
    bool fits = length >= 1 && length < FLEET_KIND_NAME;
    if (fits)
        snprintf(name, FLEET_KIND_NAME, "%s", text);
    lua_pop(lua, 1);
    return type == LUA_TNIL || fits ? 0 : complain(sandbox, "name: a text of 1 to 31 bytes");
}

/* Which of several kinds the complaint is about. */
static void name_kind(struct sandbox *sandbox, int number)
{
    char what[COMPLAINT_MAX];
    snprintf(what, sizeof what, "%.*s", COMPLAINT_MAX - 1, sandbox->error);
    snprintf(sandbox->error, sizeof sandbox->error, "building kind %d: %s", number, what);
}

/* The kind in the table at `at`, on top of `base`. */
static int read_kind(struct sandbox *sandbox, int at, int number, const struct fleet_kind *base,
                     struct fleet_kind *kind)
{
    lua_State *lua = sandbox->lua;
    int result = check_fields(sandbox, at);
    if (result < 0)
        return result;
    *kind = *base;
    snprintf(kind->name, sizeof kind->name, "building kind %d", number);
    result = read_name(sandbox, at, kind->name);
    if (result < 0)
        return result;
    int type = lua_getfield(lua, at, "share");
    lua_Integer share = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
    lua_pop(lua, 1);
    if (type != LUA_TNIL && (share < 1 || share > SHARE_MAX))
        return complain(sandbox, "share: a whole number from 1 to 1000000");
    kind->share = type == LUA_TNIL ? 1 : (uint32_t)share;
    kind->site.flats = 0;
    result = scenario_fleet(sandbox, at, 0, &kind->site);
    if (result == 0 && kind->site.flats != 0)
        return complain(sandbox, "fleet.flats: --building says how many flats a building has");
    return result;
}

/* The result of the file is at 1. */
static int read_kinds(struct sandbox *sandbox, struct fleet_config *config)
{
    lua_State *lua = sandbox->lua;
    struct fleet_kind base = config->kinds[0];
    if (!lua_istable(lua, 1))
        return complain(sandbox, "the file returns a table: { fleet = {...} } or a list of them");
    lua_Unsigned count = lua_rawlen(lua, 1);
    if (count == 0) {
        config->kind_count = 1;
        return read_kind(sandbox, 1, 1, &base, &config->kinds[0]);
    }
    lua_pushnil(lua);
    for (; lua_next(lua, 1); lua_pop(lua, 1))
        if (lua_type(lua, -2) != LUA_TNUMBER)
            return complain(sandbox, "a list of kinds has no fields of its own: share and name belong "
                                     "into a kind");
    if (count > FLEET_KINDS_MAX)
        return complain(sandbox, "more than 16 kinds of buildings");
    config->kind_count = (int)count;
    for (int i = 0; i < (int)count; i++) {
        lua_settop(lua, 1);
        if (lua_rawgeti(lua, 1, i + 1) != LUA_TTABLE)
            return complain(sandbox, "each kind of building is a table { fleet = {...} }");
        int result = read_kind(sandbox, 2, i + 1, &base, &config->kinds[i]);
        if (result < 0) {
            name_kind(sandbox, i + 1);
            return result;
        }
    }
    return 0;
}

int fleet_file_read(const char *path, struct fleet_config *config, char *complaint, size_t size)
{
    struct sandbox sandbox;
    struct fleet_config read = *config;
    if (sandbox_open(&sandbox, 0, SANDBOX_MEMORY_DEFAULT, SANDBOX_INSTRUCTIONS_DEFAULT) < 0) {
        snprintf(complaint, size, "%s: out of memory", path);
        return ERROR_INVALID_ARGUMENT;
    }
    int result = sandbox_load(&sandbox, path);
    bool loaded = result == 0;
    if (loaded)
        result = read_kinds(&sandbox, &read);
    if (result < 0) /* what Lua itself says names the file already */
        snprintf(complaint, size, "%s%s%s", loaded ? path : "", loaded ? ": " : "", sandbox.error);
    else
        *config = read;
    sandbox_close(&sandbox);
    return result;
}
