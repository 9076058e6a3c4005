#include "scenarios/runner/fleet_people.h"

#include "scenarios/runner/units.h"

#include <lauxlib.h>
#include <string.h>

enum { FAILURES_MAX = 1000, COST_MIN = 16, COST_MAX = 1 << 20 };

static int check_whole(lua_State *lua, const char *field, int low, int high)
{
    int whole = 0;
    lua_Integer value = lua_tointegerx(lua, -1, &whole);
    if (!whole || value < low || value > high)
        luaL_error(lua, "fleet.people.%s: a number from %d to %d", field, low, high);
    return (int)value;
}

static int64_t check_duration(lua_State *lua, const char *field)
{
    int64_t ns = 0;
    const char *text = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    if (duration_parse(text, &ns) < 0 || ns == 0)
        luaL_error(lua, "fleet.people.%s: a duration such as \"15 min\"", field);
    return ns;
}

static int check_cost(lua_State *lua)
{
    int cost = check_whole(lua, "password_cost", COST_MIN, COST_MAX);
    if (cost & (cost - 1))
        luaL_error(lua, "fleet.people.password_cost: a power of 2");
    return cost;
}

/* { ["keep power"] = false, trip = true }: of the role `role`, whose table is at the top. */
static void read_rights_of(lua_State *lua, enum role role, struct people_policy *policy)
{
    luaL_checktype(lua, -1, LUA_TTABLE);
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        int right = right_from_name(name);
        if (right < 0 || !lua_isboolean(lua, -1))
            luaL_error(lua, "fleet.people.rights.%s: a right of docs/scenarios.md, true or false, as in trip = true; "
                            "not \"%s\"", role_name(role), name);
        if (lua_toboolean(lua, -1) && !role_may_be_given(role, (enum right)right))
            luaL_error(lua, "fleet.people.rights.%s: a %s never switches, so not \"%s\"", role_name(role),
                       role_name(role), name);
        uint32_t bit = UINT32_C(1) << right;
        policy->rights[role] = lua_toboolean(lua, -1) ? policy->rights[role] | bit : policy->rights[role] & ~bit;
    }
}

static void read_rights(lua_State *lua, struct people_policy *policy)
{
    luaL_checktype(lua, -1, LUA_TTABLE);
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        int role = lua_type(lua, -2) == LUA_TSTRING ? role_from_name(lua_tostring(lua, -2)) : -1;
        if (role < 0 || !lua_istable(lua, -1))
            luaL_error(lua, "fleet.people.rights: tables by role: administrator, operator, landlord, tenant");
        read_rights_of(lua, (enum role)role, policy);
    }
}

void fleet_read_people(lua_State *lua, int at, struct site_config *config)
{
    struct people_policy *policy = &config->people;
    if (!lua_istable(lua, at))
        luaL_error(lua, "fleet.people: a table, as in { session_idle = \"15 min\" }");
    lua_pushvalue(lua, at);
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        if (strcmp(name, "failures") == 0)
            policy->failures_max = check_whole(lua, name, 1, FAILURES_MAX);
        else if (strcmp(name, "lock") == 0)
            policy->lock_ns = check_duration(lua, name);
        else if (strcmp(name, "session_idle") == 0)
            policy->session_idle_ns = check_duration(lua, name);
        else if (strcmp(name, "session_longest") == 0)
            policy->session_longest_ns = check_duration(lua, name);
        else if (strcmp(name, "password_length") == 0)
            policy->password_length = check_whole(lua, name, 1, 64);
        else if (strcmp(name, "password_cost") == 0)
            policy->password_cost = check_cost(lua);
        else if (strcmp(name, "rights") == 0)
            read_rights(lua, policy);
        else
            luaL_error(lua, "fleet.people: unknown field \"%s\"", name);
    }
    lua_pop(lua, 1);
}
