#include "hil/lua_file.h"

#include "sim/error.h"

#include <assert.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_MAX = 1 << 20, INSTRUCTIONS_MAX = 1000000 };

static void *allocate(void *user, void *old, size_t old_size, size_t new_size)
{
    struct lua_file *file = user;
    if (!old)
        old_size = 0; /* Lua gives the kind of a new object here */
    if (new_size == 0) {
        file->memory -= old_size;
        free(old);
        return NULL;
    }
    if (new_size > old_size && file->memory + (new_size - old_size) > MEMORY_MAX)
        return NULL;
    void *memory = realloc(old, new_size);
    if (memory)
        file->memory += new_size - old_size;
    return memory;
}

static void out_of_budget(lua_State *lua, lua_Debug *debug)
{
    (void)debug;
    luaL_error(lua, "the file computes for too long");
}

/* bench { .. } gives its table back; the name says what the file is. */
static int construct(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    return 1;
}

static void fail(struct lua_file *file, const char *text)
{
    if (!file->failed)
        snprintf(file->message, file->size, "%s", text);
    file->failed = true;
}

void lua_file_complain(struct lua_file *file, const char *key, const char *format, ...)
{
    char what[160], text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    int used = snprintf(text, sizeof text, "%s: ", file->path);
    for (int i = 0; i < file->depth && used < (int)sizeof text; i++) {
        const char *next = i + 1 < file->depth ? file->where[i + 1] : key;
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s", file->where[i],
                         next[0] == '[' ? "" : ".");
    }
    if (used < (int)sizeof text)
        snprintf(text + used, sizeof text - (size_t)used, "%s: %s", key, what);
    fail(file, text);
}

/* With the file's name, unless the text has it already. */
static void fail_at(struct lua_file *file, const char *text)
{
    char named[500];
    const char *slash = strrchr(file->path, '/');
    bool has_name = strstr(text, slash ? slash + 1 : file->path) != NULL;
    snprintf(named, sizeof named, "%s: %s", file->path, text);
    fail(file, has_name ? text : named);
}

static int run(struct lua_file *file, const char *constructor)
{
    lua_State *lua = file->lua;
    if (constructor) {
        lua_pushcfunction(lua, construct);
        lua_setglobal(lua, constructor);
    }
    lua_sethook(lua, out_of_budget, LUA_MASKCOUNT, INSTRUCTIONS_MAX);
    if (luaL_loadfilex(lua, file->path, "t") != LUA_OK || lua_pcall(lua, 0, 1, 0) != LUA_OK) {
        const char *text = lua_tostring(lua, -1);
        fail_at(file, text ? text : "it failed");
    } else if (!lua_istable(lua, -1)) {
        fail_at(file, "the file does not return a table");
    }
    lua_sethook(lua, NULL, 0, 0);
    return file->failed ? ERROR_PROFILE : 0;
}

int lua_file_open(struct lua_file *file, const char *path, const char *constructor, char *message,
                  size_t size)
{
    memset(file, 0, sizeof *file);
    file->path = path;
    file->message = message;
    file->size = size;
    file->lua = lua_newstate(allocate, file);
    if (!file->lua) {
        fail(file, "no memory for Lua");
        return ERROR_NO_MEMORY;
    }
    int result = run(file, constructor);
    if (result < 0)
        lua_file_close(file);
    return result;
}

void lua_file_close(struct lua_file *file)
{
    if (file->lua)
        lua_close(file->lua);
    file->lua = NULL;
}

/* Raw access only: a metatable cannot be set without libraries, and is not wanted. */
static int push(struct lua_file *file, const char *key)
{
    lua_pushstring(file->lua, key);
    return lua_rawget(file->lua, -2);
}

bool lua_file_has(struct lua_file *file, const char *key)
{
    int type = push(file, key);
    lua_pop(file->lua, 1);
    return type != LUA_TNIL;
}

bool lua_file_has_table(struct lua_file *file, const char *key)
{
    int type = push(file, key);
    lua_pop(file->lua, 1);
    return type == LUA_TTABLE;
}

static bool entered(struct lua_file *file, const char *name)
{
    assert(file->depth < LUA_FILE_DEPTH_MAX);
    snprintf(file->where[file->depth++], LUA_FILE_KEY_MAX, "%s", name);
    return true;
}

int lua_file_length(struct lua_file *file)
{
    return (int)lua_rawlen(file->lua, -1);
}

bool lua_file_enter_element(struct lua_file *file, int index)
{
    char name[16];
    snprintf(name, sizeof name, "[%d]", index);
    if (lua_rawgeti(file->lua, -1, index) == LUA_TTABLE)
        return entered(file, name);
    lua_pop(file->lua, 1);
    lua_file_complain(file, name, "must be a table");
    return false;
}

bool lua_file_enter(struct lua_file *file, const char *key, bool required)
{
    int type = push(file, key);
    if (type == LUA_TTABLE)
        return entered(file, key);
    lua_pop(file->lua, 1);
    if (type != LUA_TNIL)
        lua_file_complain(file, key, "must be a table");
    else if (required)
        lua_file_complain(file, key, "is missing");
    return false;
}

void lua_file_leave(struct lua_file *file)
{
    assert(file->depth > 0);
    file->depth--;
    lua_pop(file->lua, 1);
}

static bool listed(const char *const *keys, const char *key)
{
    for (; *keys; keys++)
        if (strcmp(*keys, key) == 0)
            return true;
    return false;
}

void lua_file_only(struct lua_file *file, const char *const *keys)
{
    lua_pushnil(file->lua);
    while (lua_next(file->lua, -2)) {
        lua_pop(file->lua, 1);
        if (lua_type(file->lua, -1) != LUA_TSTRING)
            lua_file_complain(file, "[..]", "only named fields are allowed");
        else if (!listed(keys, lua_tostring(file->lua, -1)))
            lua_file_complain(file, lua_tostring(file->lua, -1), "is not known here");
    }
}

static bool wanted(struct lua_file *file, const char *key, bool required, int type, int expected,
                   const char *name)
{
    if (type == LUA_TNIL && required)
        lua_file_complain(file, key, "is missing");
    else if (type != LUA_TNIL && type != expected)
        lua_file_complain(file, key, "must be %s, not a %s", name, lua_typename(file->lua, type));
    return type == expected;
}

void lua_file_integer(struct lua_file *file, const char *key, bool required, int64_t low,
                      int64_t high, int64_t *value)
{
    int type = push(file, key);
    if (wanted(file, key, required, type, LUA_TNUMBER, "a whole number")) {
        int whole;
        int64_t number = lua_tointegerx(file->lua, -1, &whole);
        if (!whole)
            lua_file_complain(file, key, "must be a whole number");
        else if (number < low || number > high)
            lua_file_complain(file, key, "%lld is not within %lld to %lld", (long long)number,
                              (long long)low, (long long)high);
        else
            *value = number;
    }
    lua_pop(file->lua, 1);
}

void lua_file_string(struct lua_file *file, const char *key, bool required, char *value,
                     size_t size)
{
    int type = push(file, key);
    if (wanted(file, key, required, type, LUA_TSTRING, "a string")) {
        const char *text = lua_tostring(file->lua, -1);
        if (strlen(text) >= size)
            lua_file_complain(file, key, "is longer than %zu characters", size - 1);
        else
            strcpy(value, text);
    }
    lua_pop(file->lua, 1);
}

void lua_file_boolean(struct lua_file *file, const char *key, bool *value)
{
    int type = push(file, key);
    if (wanted(file, key, false, type, LUA_TBOOLEAN, "true or false"))
        *value = lua_toboolean(file->lua, -1);
    lua_pop(file->lua, 1);
}
