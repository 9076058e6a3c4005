#include "scenarios/runner/scenario.h"

#include "scenarios/runner/claims.h"
#include "sim/error.h"

#include <dirent.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LISTING_INSTRUCTIONS = 5000000 };

const char *requirement_name(enum requirement requirement)
{
    static const char *const names[] = {"required", "measured", "excluded"};
    return names[requirement];
}

/* ---- reading a table ------------------------------------------------------------------------ */

static const char *const fields[] = {
    "name",     "about",      "tags",    "fleet",   "board",        "cases", "run",
    "required", "history",    "breaches", "timeout", "skip_on_board", "board_time",
    "needs",    "claim",      "decides",
};

static bool known_field(const char *name)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i], name) == 0)
            return true;
    return false;
}

/* scenario { ... }: checks the table where it is written, so that the error names that line. */
static int check_scenario(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_pushnil(lua);
    while (lua_next(lua, 1)) {
        lua_pop(lua, 1);
        const char *key = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "(no name)";
        if (!known_field(key))
            return luaL_error(lua, "scenario: unknown field \"%s\"", key);
    }
    if (lua_getfield(lua, 1, "name") != LUA_TSTRING)
        return luaL_error(lua, "scenario: it needs name = \"what is true, as a sentence\"");
    if (lua_getfield(lua, 1, "run") != LUA_TFUNCTION)
        return luaL_error(lua, "scenario: it needs run = function(bench, case) ... end");
    int board = lua_getfield(lua, 1, "board");
    if (board != LUA_TNIL && (!lua_isinteger(lua, -1) || lua_tointeger(lua, -1) < 1))
        return luaL_error(lua, "scenario: board is the number of a flat, as in board = 7");
    lua_settop(lua, 1);
    lua_pushboolean(lua, true);
    lua_setfield(lua, LUA_REGISTRYINDEX, "meterbench.checked");
    return 1;
}

int scenario_load(struct sandbox *sandbox, const char *path)
{
    lua_register(sandbox->lua, "scenario", check_scenario);
    int result = sandbox_load(sandbox, path);
    if (result < 0)
        return result;
    bool checked = lua_getfield(sandbox->lua, LUA_REGISTRYINDEX, "meterbench.checked") == LUA_TBOOLEAN;
    lua_pop(sandbox->lua, 1);
    bool plain = lua_istable(sandbox->lua, -1) && !lua_getmetatable(sandbox->lua, -1);
    if (checked && plain)
        return 0;
    snprintf(sandbox->error, sizeof sandbox->error,
             "%s:1: the file must end in: return scenario { name = ..., run = ... }", path);
    return ERROR_INVALID_ARGUMENT;
}

/* ---- cases ---------------------------------------------------------------------------------- */

/* Keys of the cases table in sorted order, left as an array on the stack. */
static int push_sorted_keys(lua_State *lua, int table)
{
    lua_newtable(lua);
    int keys = lua_gettop(lua);
    int count = 0;
    lua_pushnil(lua);
    while (lua_next(lua, table)) {
        lua_pop(lua, 1);
        lua_pushvalue(lua, -1);
        lua_rawseti(lua, keys, ++count);
    }
    lua_getglobal(lua, "table");
    lua_getfield(lua, -1, "sort");
    lua_pushvalue(lua, keys);
    lua_call(lua, 1, 0);
    lua_settop(lua, keys);
    return count;
}

void scenario_push_case(lua_State *lua, int at, int index)
{
    at = lua_absindex(lua, at);
    lua_newtable(lua);
    int result = lua_gettop(lua);
    if (lua_getfield(lua, at, "cases") != LUA_TTABLE) {
        lua_settop(lua, result);
        return;
    }
    int cases = lua_gettop(lua);
    int count = push_sorted_keys(lua, cases);
    int keys = lua_gettop(lua);
    for (int i = count; i >= 1; i--) { /* the last key varies fastest */
        lua_rawgeti(lua, keys, i);
        lua_pushvalue(lua, -1);
        lua_gettable(lua, cases);
        int values = (int)lua_rawlen(lua, -1);
        if (values == 0)
            luaL_error(lua, "cases: a list became empty");
        lua_rawgeti(lua, -1, index % values + 1);
        index /= values;
        lua_remove(lua, -2);
        lua_settable(lua, result);
    }
    lua_settop(lua, result);
}

static int count_cases(lua_State *lua, int at)
{
    int count = 1;
    if (lua_getfield(lua, at, "cases") == LUA_TNIL) {
        lua_pop(lua, 1);
        return 1;
    }
    luaL_checktype(lua, -1, LUA_TTABLE);
    int cases = lua_gettop(lua);
    lua_pushnil(lua);
    while (lua_next(lua, cases)) {
        if (lua_type(lua, -2) != LUA_TSTRING || !lua_istable(lua, -1) || lua_rawlen(lua, -1) < 1)
            luaL_error(lua, "cases: each entry is a name and a list, as in leak = { \"30 mA\" }");
        lua_Unsigned values = lua_rawlen(lua, -1);
        count = values > SCENARIO_CASES_MAX ? SCENARIO_CASES_MAX + 1 : count * (int)values;
        if (count > SCENARIO_CASES_MAX)
            luaL_error(lua, "cases: more than %d combinations", SCENARIO_CASES_MAX);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return count;
}

static void label_case(lua_State *lua, int at, int index, char *label)
{
    scenario_push_case(lua, at, index);
    int table = lua_gettop(lua);
    int count = push_sorted_keys(lua, table);
    size_t used = 0;
    label[0] = '\0';
    for (int i = 1; i <= count && used < CASE_LABEL_SIZE; i++) {
        lua_rawgeti(lua, table + 1, i);
        lua_pushvalue(lua, -1);
        lua_gettable(lua, table);
        lua_getglobal(lua, "tostring");
        lua_insert(lua, -2);
        lua_call(lua, 1, 1);
        used += (size_t)snprintf(label + used, CASE_LABEL_SIZE - used, "%s%s=%s", i > 1 ? ", " : "",
                                 lua_tostring(lua, -2), lua_tostring(lua, -1));
        lua_pop(lua, 2);
    }
    lua_settop(lua, table - 1);
}

static uint32_t check_claim(lua_State *lua)
{
    if (!lua_isinteger(lua, -1) || !claim_text((int)lua_tointeger(lua, -1)))
        luaL_error(lua, "claim: a number from 1 to %d or a list of them, as in claim = { 1, 9 }", CLAIMS);
    return 1u << lua_tointeger(lua, -1);
}

/* claim = 10, or a list: bit n for claim n. */
static uint32_t read_claims(lua_State *lua, int at)
{
    uint32_t claims = 0;
    int type = lua_getfield(lua, at, "claim");
    int count = type == LUA_TTABLE ? (int)luaL_len(lua, -1) : 0;
    if (type != LUA_TNIL && count == 0)
        claims = check_claim(lua);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(lua, -1, i);
        claims |= check_claim(lua);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return claims;
}

/* Protected: reads what the listing shows of the table at 1; the scenario is a light userdata at 2. */
static int describe(lua_State *lua)
{
    struct scenario *scenario = lua_touserdata(lua, 2);
    lua_getfield(lua, 1, "name");
    snprintf(scenario->name, sizeof scenario->name, "%s", lua_tostring(lua, -1));
    lua_getfield(lua, 1, "board");
    scenario->board = (uint32_t)luaL_optinteger(lua, -1, 0);
    if (lua_getfield(lua, 1, "tags") != LUA_TNIL) {
        luaL_checktype(lua, -1, LUA_TTABLE);
        int count = (int)luaL_len(lua, -1);
        if (count > SCENARIO_TAGS_MAX)
            return luaL_error(lua, "tags: at most %d", SCENARIO_TAGS_MAX);
        for (int i = 0; i < count; i++) {
            lua_rawgeti(lua, -1, i + 1);
            snprintf(scenario->tags[i], SCENARIO_TAG_SIZE, "%s", luaL_checkstring(lua, -1));
            lua_pop(lua, 1);
        }
        scenario->tag_count = count;
    }
    lua_settop(lua, 1);
    scenario->claims = read_claims(lua, 1);
    scenario->case_count = count_cases(lua, 1);
    scenario->labels = calloc((size_t)scenario->case_count, CASE_LABEL_SIZE);
    if (!scenario->labels)
        return luaL_error(lua, "out of memory");
    for (int i = 0; i < scenario->case_count; i++)
        label_case(lua, 1, i, scenario->labels[i]);
    return 0;
}

static void fail_scenario(struct scenario *scenario, const char *error)
{
    snprintf(scenario->error, sizeof scenario->error, "%s", error);
    if (scenario->name[0] == '\0')
        snprintf(scenario->name, sizeof scenario->name, "%.150s", scenario->path);
    free(scenario->labels);
    scenario->case_count = 1;
    scenario->labels = calloc(1, CASE_LABEL_SIZE);
}

static void read_scenario(struct scenario *scenario, const char *path)
{
    struct sandbox sandbox;
    memset(scenario, 0, sizeof *scenario);
    snprintf(scenario->path, sizeof scenario->path, "%s", path);
    if (sandbox_open(&sandbox, 0, SANDBOX_MEMORY_DEFAULT, LISTING_INSTRUCTIONS) < 0) {
        fail_scenario(scenario, "out of memory");
        return;
    }
    if (scenario_load(&sandbox, path) < 0) {
        fail_scenario(scenario, sandbox.error);
    } else {
        lua_pushcfunction(sandbox.lua, describe);
        lua_insert(sandbox.lua, -2);
        lua_pushlightuserdata(sandbox.lua, scenario);
        if (lua_pcall(sandbox.lua, 2, 0, 0) != LUA_OK) {
            char message[600];
            snprintf(message, sizeof message, "%.300s:1: %.250s", path,
                     lua_tostring(sandbox.lua, -1));
            fail_scenario(scenario, message);
        }
    }
    sandbox_close(&sandbox);
}

/* ---- files ---------------------------------------------------------------------------------- */

/* A name is a case's identity: its seed, its record, the way to run it again. The second holder fails. */
static void refuse_double_name(struct scenario_list *list, struct scenario *added)
{
    for (int i = 0; i < list->count; i++) {
        const struct scenario *other = &list->items[i];
        char error[600];
        if (strcmp(other->name, added->name) != 0 || added->error[0])
            continue;
        snprintf(error, sizeof error, "%.280s:1: the name is already that of %.280s", added->path,
                 other->path);
        snprintf(added->name, sizeof added->name, "%.150s", added->path);
        fail_scenario(added, error);
        return;
    }
}

int scenario_add(struct scenario_list *list, const char *path)
{
    struct scenario *grown =
        realloc(list->items, (size_t)(list->count + 1) * sizeof *list->items);
    if (!grown)
        return ERROR_NO_MEMORY;
    list->items = grown;
    read_scenario(&list->items[list->count], path);
    if (!list->items[list->count].labels)
        return ERROR_NO_MEMORY;
    refuse_double_name(list, &list->items[list->count]);
    list->count++;
    return 0;
}

static int wanted(const struct dirent *entry)
{
    static const char *const others[] = {"lib", "boards", "fleets", "tariffs", "runner"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(entry->d_name, others[i]) == 0)
            return 0;
    return entry->d_name[0] != '.';
}

static bool is_lua(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".lua") == 0;
}

static int find_in_directory(struct scenario_list *list, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, wanted, alphasort);
    int result = count < 0 ? ERROR_NOT_FOUND : 0;
    for (int i = 0; i < count; i++) {
        char child[512];
        struct stat status;
        bool fits = snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name) < (int)sizeof child;
        if (result == 0 && fits && stat(child, &status) == 0) {
            if (S_ISDIR(status.st_mode))
                result = find_in_directory(list, child);
            else if (is_lua(child))
                result = scenario_add(list, child);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return result;
}

int scenario_find(struct scenario_list *list, const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return ERROR_NOT_FOUND;
    return S_ISDIR(status.st_mode) ? find_in_directory(list, path) : scenario_add(list, path);
}

void scenario_list_free(struct scenario_list *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->items[i].labels);
    free(list->items);
    *list = (struct scenario_list){0};
}
