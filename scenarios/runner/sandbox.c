#include "scenarios/runner/sandbox.h"

#include "scenarios/runner/source.h"

#include "sim/error.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_STEP = 10000 };

/* What the language itself cannot keep deterministic is replaced here. */
static const char prelude[] =
    "local type, tostring, sort, rawget = type, tostring, table.sort, rawget\n"
    "local rank = {number = 1, string = 2, boolean = 3}\n"
    "local function before(a, b)\n"
    "  local ra, rb = rank[type(a)] or 4, rank[type(b)] or 4\n"
    "  if ra ~= rb then return ra < rb end\n"
    "  if ra <= 2 then return a < b end\n"
    "  return tostring(a) < tostring(b)\n"
    "end\n"
    "local raw_next = next\n"
    "function pairs(t)\n"
    "  local keys, n = {}, 0\n"
    "  for k in raw_next, t do n = n + 1; keys[n] = k end\n"
    "  sort(keys, before)\n"
    "  local i = 0\n"
    "  return function()\n"
    "    i = i + 1\n"
    "    local k = keys[i]\n"
    "    if k ~= nil then return k, t[k] end\n"
    "  end, t, nil\n"
    "end\n"
    "function next(t, k)\n"
    "  local follow = k == nil\n"
    "  for key, value in pairs(t) do\n"
    "    if follow then return key, value end\n"
    "    follow = key == k\n"
    "  end\n"
    "end\n";

static void *allocate(void *owner, void *block, size_t old_size, size_t new_size)
{
    struct sandbox *sandbox = owner;
    size_t before = block ? old_size : 0;
    if (new_size == 0) {
        free(block);
        sandbox->memory_used -= before;
        return NULL;
    }
    if (new_size > before && new_size - before > sandbox->memory_max - sandbox->memory_used)
        return NULL;
    void *moved = realloc(block, new_size);
    if (moved)
        sandbox->memory_used = sandbox->memory_used - before + new_size;
    return moved;
}

struct sandbox *sandbox_of(lua_State *lua)
{
    return *(struct sandbox **)lua_getextraspace(lua);
}

/* Once the budget is gone every further instruction fails, so that pcall cannot hold on to the run. */
static void count_instructions(lua_State *lua, lua_Debug *record)
{
    struct sandbox *sandbox = sandbox_of(lua);
    sandbox->instructions_left -= HOOK_STEP;
    if (sandbox->instructions_left > 0)
        return;
    lua_sethook(lua, count_instructions, LUA_MASKCOUNT, 1);
    lua_getinfo(lua, "Sl", record);
    lua_pushfstring(lua, "%s:%d: the script used up its instruction budget (an endless loop?)",
                    record->short_src, record->currentline);
    lua_error(lua);
}

void sandbox_stop(struct sandbox *sandbox, lua_State *thread)
{
    sandbox->instructions_left = 0;
    lua_sethook(thread, count_instructions, LUA_MASKCOUNT, 1);
}

/* Finalizers run without a budget, so there are none. */
static int plain_setmetatable(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    if (lua_istable(lua, 2)) {
        lua_pushliteral(lua, "__gc");
        if (lua_rawget(lua, 2) != LUA_TNIL)
            return luaL_error(lua, "setmetatable: no __gc here");
        lua_pop(lua, 1);
    }
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, 1);
    return 1;
}

/* One call of string.rep is one instruction: its length is what bounds it. */
static int plain_rep(lua_State *lua)
{
    luaL_argcheck(lua, luaL_checkinteger(lua, 2) <= 100000000, 2, "too many repetitions");
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, 1);
    return 1;
}

static int sandbox_random(lua_State *lua)
{
    struct sandbox *sandbox = sandbox_of(lua);
    int count = lua_gettop(lua);
    if (count == 0) {
        lua_pushnumber(lua, (double)(random_u64(&sandbox->random) >> 11) * 0x1p-53);
        return 1;
    }
    lua_Integer low = count == 1 ? 1 : luaL_checkinteger(lua, 1);
    lua_Integer high = luaL_checkinteger(lua, count == 1 ? 1 : 2);
    luaL_argcheck(lua, low <= high, count, "the interval is empty");
    lua_pushinteger(lua, random_between(&sandbox->random, low, high));
    return 1;
}

static int no_random_seed(lua_State *lua)
{
    return luaL_error(lua, "math.randomseed: a run's seed comes from the bench (--seed)");
}

/* tostring without addresses. */
static int plain_tostring(lua_State *lua)
{
    int type = lua_type(lua, 1);
    bool plain = type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER ||
                 type == LUA_TSTRING || luaL_getmetafield(lua, 1, "__tostring") != LUA_TNIL;
    if (plain)
        luaL_tolstring(lua, 1, NULL);
    else
        lua_pushstring(lua, lua_typename(lua, type));
    return 1;
}

/* string.format with every argument made free of addresses first. */
static int plain_format(lua_State *lua)
{
    int count = lua_gettop(lua);
    const char *format = luaL_checkstring(lua, 1);
    if (strstr(format, "%p"))
        return luaL_error(lua, "string.format: %%p would print an address, which changes every run");
    for (int i = 2; i <= count; i++) {
        int type = lua_type(lua, i);
        if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA) {
            lua_pushcfunction(lua, plain_tostring);
            lua_pushvalue(lua, i);
            lua_call(lua, 1, 1);
            lua_replace(lua, i);
        }
    }
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, count, 1);
    return 1;
}

/* require "name": lib/name.lua of the scenarios, run once in this sandbox. */
static int sandbox_require(lua_State *lua)
{
    struct sandbox *sandbox = sandbox_of(lua);
    const char *name = luaL_checkstring(lua, 1);
    for (const char *p = name; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *p))
            return luaL_error(lua, "require \"%s\": a module's name has a-z, 0-9 and _ only", name);
    luaL_getsubtable(lua, LUA_REGISTRYINDEX, "meterbench.modules");
    if (lua_getfield(lua, -1, name) != LUA_TNIL)
        return 1;
    lua_pop(lua, 1);
    char path[640];
    snprintf(path, sizeof path, "%s/lib/%s.lua", sandbox->module_dir, name);
    if (source_load_lua(lua, path) != LUA_OK)
        return luaL_error(lua, "require \"%s\": %s", name, lua_tostring(lua, -1));
    lua_call(lua, 0, 1);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, name);
    return 1;
}

static void remove_global(lua_State *lua, const char *name)
{
    lua_pushnil(lua);
    lua_setglobal(lua, name);
}

static void replace_field(lua_State *lua, const char *table, const char *name, lua_CFunction function)
{
    lua_getglobal(lua, table);
    if (function)
        lua_pushcfunction(lua, function);
    else
        lua_pushnil(lua);
    lua_setfield(lua, -2, name);
    lua_pop(lua, 1);
}

static int open_libraries(lua_State *lua)
{
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 1);
    luaL_requiref(lua, LUA_TABLIBNAME, luaopen_table, 1);
    luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 1);
    luaL_requiref(lua, LUA_MATHLIBNAME, luaopen_math, 1);
    luaL_requiref(lua, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    lua_settop(lua, 0);
    static const char *const removed[] = {"dofile", "loadfile", "load", "collectgarbage", "print",
                                          "rawlen", "warn"};
    for (size_t i = 0; i < sizeof removed / sizeof removed[0]; i++)
        remove_global(lua, removed[i]);
    replace_field(lua, "math", "random", sandbox_random);
    replace_field(lua, "math", "randomseed", no_random_seed);
    replace_field(lua, "string", "dump", NULL);
    lua_getglobal(lua, "string");
    lua_getfield(lua, -1, "format");
    lua_pushcclosure(lua, plain_format, 1);
    lua_setfield(lua, -2, "format");
    lua_getfield(lua, -1, "rep");
    lua_pushcclosure(lua, plain_rep, 1);
    lua_setfield(lua, -2, "rep");
    lua_getglobal(lua, "setmetatable");
    lua_pushcclosure(lua, plain_setmetatable, 1);
    lua_setglobal(lua, "setmetatable");
    lua_settop(lua, 0);
    lua_register(lua, "tostring", plain_tostring);
    lua_register(lua, "require", sandbox_require);
    if (luaL_loadbufferx(lua, prelude, sizeof prelude - 1, "=prelude", "t") != LUA_OK)
        return lua_error(lua);
    lua_call(lua, 0, 0);
    return 0;
}

int sandbox_open(struct sandbox *sandbox, uint64_t seed, size_t memory_max, long long instructions)
{
    memset(sandbox, 0, sizeof *sandbox);
    sandbox->memory_max = memory_max;
    sandbox->instructions_left = instructions;
    sandbox->random = random_stream(seed, RANDOM_NO_FLAT, RANDOM_SCRIPT);
    sandbox->lua = lua_newstate(allocate, sandbox);
    if (!sandbox->lua)
        return ERROR_NO_MEMORY;
    *(struct sandbox **)lua_getextraspace(sandbox->lua) = sandbox;
    lua_pushcfunction(sandbox->lua, open_libraries);
    if (lua_pcall(sandbox->lua, 0, 0, 0) != LUA_OK) {
        sandbox_close(sandbox);
        return ERROR_NO_MEMORY;
    }
    lua_sethook(sandbox->lua, count_instructions, LUA_MASKCOUNT, HOOK_STEP);
    return 0;
}

void sandbox_close(struct sandbox *sandbox)
{
    if (sandbox->lua)
        lua_close(sandbox->lua);
    sandbox->lua = NULL;
}

/* The innermost line of a script on the stack of a thread that failed without saying where. */
static bool line_of(lua_State *thread, char *out, size_t size)
{
    lua_Debug record;
    for (int level = 0; lua_getstack(thread, level, &record); level++) {
        if (lua_getinfo(thread, "Sl", &record) && record.currentline > 0) {
            snprintf(out, size, "%s:%d: ", record.short_src, record.currentline);
            return true;
        }
    }
    return false;
}

void sandbox_explain(struct sandbox *sandbox, lua_State *thread, int status)
{
    const char *message = lua_tostring(thread, -1);
    char where[200] = "";
    if (!message)
        message = "an error that is no text";
    if (status == LUA_ERRMEM) {
        line_of(thread, where, sizeof where);
        message = "the script used up its memory budget";
    }
    snprintf(sandbox->error, sizeof sandbox->error, "%s%s", where, message);
}

static void find_module_dir(struct sandbox *sandbox, const char *path)
{
    snprintf(sandbox->module_dir, sizeof sandbox->module_dir, "%s", path);
    for (int up = 0; up < 3; up++) {
        char *slash = strrchr(sandbox->module_dir, '/');
        if (!slash) {
            strcpy(sandbox->module_dir, ".");
            return;
        }
        *slash = '\0';
        char probe[600];
        snprintf(probe, sizeof probe, "%s/lib", sandbox->module_dir);
        if (source_is_directory(probe))
            return;
    }
}

static void keep_script_dir(struct sandbox *sandbox, const char *path)
{
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash + 1 - path) : 0;
    snprintf(sandbox->script_dir, sizeof sandbox->script_dir, "%.*s", length, path);
}

int sandbox_load(struct sandbox *sandbox, const char *path)
{
    lua_State *lua = sandbox->lua;
    keep_script_dir(sandbox, path);
    find_module_dir(sandbox, path);
    /* In a coroutine: its stack still stands after an error, so the line can be told. */
    lua_State *thread = lua_newthread(lua);
    int status = source_load_lua(thread, path);
    if (status == LUA_OK) {
        int results = 0;
        status = lua_resume(thread, lua, 0, &results);
        if (status == LUA_YIELD) {
            snprintf(sandbox->error, sizeof sandbox->error,
                     "%s: only the run function of a scenario may wait", path);
            return ERROR_INVALID_ARGUMENT;
        }
        if (status == LUA_OK) {
            if (results == 0)
                lua_pushnil(thread);
            lua_xmove(thread, lua, 1);
            lua_remove(lua, -2); /* the thread */
            return 0;
        }
    }
    sandbox_explain(sandbox, thread, status);
    return ERROR_INVALID_ARGUMENT;
}
