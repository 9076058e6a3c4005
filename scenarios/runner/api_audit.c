/* What a script can ask of the audit log, and do to it as an intruder would. */
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <string.h>

/* What of a line is asked for; NULL: any. */
struct filter {
    const char *who, *role, *action, *target, *person, *result, *why;
    int64_t since_ns;
};

static const char *field(lua_State *lua, int at, const char *name)
{
    lua_getfield(lua, at, name);
    return luaL_optstring(lua, -1, NULL); /* stays on the stack, so that it stays alive */
}

static struct filter check_filter(lua_State *lua, int at)
{
    static const char *const keys[] = {"who", "role", "action", "target", "person", "result", "why", "since", NULL};
    if (lua_isnoneornil(lua, at))
        return (struct filter){.since_ns = 0};
    api_check_keys(lua, at, keys);
    struct filter filter = {field(lua, at, "who"),    field(lua, at, "role"),   field(lua, at, "action"),
                            field(lua, at, "target"), field(lua, at, "person"), field(lua, at, "result"),
                            field(lua, at, "why"),    0};
    lua_getfield(lua, at, "since");
    lua_Number since = luaL_optnumber(lua, -1, 0);
    if (!(since >= 0 && since < 1e9))
        luaL_error(lua, "since: seconds since the start of the run, as bench:now() says");
    filter.since_ns = (int64_t)(since * 1e9 + 0.5); /* to the very ns that bench:now() was made of */
    return filter;
}

static bool is(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

static bool matches(const struct filter *filter, const struct audit_line *line)
{
    return is(filter->who, line->who) && is(filter->role, line->role) && is(filter->action, line->action) &&
           is(filter->target, line->target) && is(filter->person, line->person) && is(filter->result, line->result) &&
           is(filter->why, line->why) && line->at >= filter->since_ns;
}

static void push_line(lua_State *lua, const struct audit_line *line, size_t number)
{
    const struct {
        const char *name, *value;
    } fields[] = {{"who", line->who},       {"role", line->role},     {"action", line->action}, {"target", line->target},
                  {"person", line->person}, {"result", line->result}, {"why", line->why}};
    lua_newtable(lua);
    api_set_integer(lua, "line", (lua_Integer)number);
    api_set_number(lua, "time", (double)line->at / 1e9);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        lua_pushstring(lua, fields[i].value);
        lua_setfield(lua, -2, fields[i].name);
    }
}

/* The list of the lines that match; with a scope, only of its flats. */
static int push_lines(lua_State *lua, const struct filter *filter, const struct scope *scope)
{
    const struct audit_log *log = &run_of(lua)->audit;
    lua_newtable(lua);
    lua_Integer count = 0;
    for (size_t i = 0; i < log->count; i++) {
        const struct audit_line *line = &log->entries[i].line;
        bool seen = !scope || scope_is_building(scope) || scope_has(scope, line->flat);
        if (!line->action[0] || !seen || !matches(filter, line))
            continue;
        push_line(lua, line, i + 1);
        lua_rawseti(lua, -2, ++count);
    }
    return 1;
}

/* bench:audit { who =, action =, ... }: the lines that match, in order. */
int api_audit(lua_State *lua)
{
    api_check_bench(lua);
    const struct filter filter = check_filter(lua, 2);
    return push_lines(lua, &filter, NULL);
}

/* session:read_audit { ... }: the same for who may, of the own flats; or nil and why not. */
int api_session_read_audit(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    const struct filter filter = check_filter(lua, 2);
    int result = platform_read_audit(&run->site->platform, run->site->now, session);
    if (result < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, error_text(result));
        return 2;
    }
    return push_lines(lua, &filter, &run->site->platform.people.users[session->user].scope);
}

/* bench:audit_intact(): true; or false, the number of the first wrong line, and why. */
int api_audit_intact(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    uint64_t line = 0;
    char why[200] = "";
    bool intact = audit_log_intact(&run->audit, &line, why, sizeof why);
    lua_pushboolean(lua, intact);
    if (intact)
        return 1;
    lua_pushinteger(lua, (lua_Integer)line);
    lua_pushstring(lua, why);
    return 3;
}

/* bench:tamper_audit("remove", line) */
int api_tamper_audit(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    static const char *const hows[] = {"remove", "change", "insert", "swap", "cut", "forge", NULL};
    int how = luaL_checkoption(lua, 2, NULL, hows);
    lua_Integer line = luaL_checkinteger(lua, 3);
    int result = line < 1 ? ERROR_INVALID_ARGUMENT : audit_log_tamper(&run->audit, hows[how], (size_t)line);
    if (result < 0)
        return luaL_error(lua, "the audit log has lines 1 to %d; swap wants one behind it, forge one before it",
                          (int)run->audit.count);
    return 0;
}
