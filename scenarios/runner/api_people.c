/* The people of a script: who there is, their codes, signing in. */
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <string.h>

#define SESSION "meterbench.session"

static const struct {
    const char *name, *password;
    enum role role;
} people[] = {
    {"admin", "correct horse battery staple", ROLE_ADMINISTRATOR},
    {"operator", "seven meters deep", ROLE_OPERATOR},
    {"tenant", "my own flat", ROLE_TENANT},
};

static void add_people(struct run *run)
{
    if (run->users_added)
        return;
    run->users_added = true;
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++)
        platform_add_user(&run->site->platform, people[i].name, people[i].role, people[i].password);
}

static int check_user(lua_State *lua, struct run *run, const char *name)
{
    add_people(run);
    int user = platform_find_user(&run->site->platform, name);
    if (user < 0)
        luaL_error(lua, "there is no user \"%s\": admin, operator, tenant", name);
    return user;
}

/* bench:code("admin"): the six digits that this person's authenticator shows now. */
int api_code(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    char code[7] = "";
    int user = check_user(lua, run, luaL_optstring(lua, 2, "admin"));
    if (platform_code(&run->site->platform, run->site->now, user, code) < 0)
        return luaL_error(lua, "no one-time code could be made");
    lua_pushstring(lua, code);
    return 1;
}

static const char *own_password(const char *name)
{
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++)
        if (strcmp(people[i].name, name) == 0)
            return people[i].password;
    return "";
}

static const char *option(lua_State *lua, const char *field, const char *otherwise)
{
    if (!lua_istable(lua, 2) || lua_getfield(lua, 2, field) == LUA_TNIL)
        return otherwise;
    return luaL_checkstring(lua, -1); /* stays on the stack, so that it stays alive */
}

/* bench:sign_in { user =, password =, code = }: a session, or nil and why not. What is left out is right. */
int api_sign_in(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    static const char *const keys[] = {"user", "password", "code", NULL};
    if (!lua_isnoneornil(lua, 2))
        api_check_keys(lua, 2, keys);
    add_people(run);
    const char *user = option(lua, "user", "admin");
    const char *password = option(lua, "password", own_password(user));
    char right[7] = "";
    int number = platform_find_user(&run->site->platform, user);
    if (number >= 0)
        platform_code(&run->site->platform, run->site->now, number, right);
    const char *code = option(lua, "code", right);
    struct session session;
    int result = platform_sign_in(&run->site->platform, run->site->now, user, password, code, &session);
    if (result < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, error_text(result));
        return 2;
    }
    struct session *held = lua_newuserdatauv(lua, sizeof *held, 0);
    *held = session;
    luaL_setmetatable(lua, SESSION);
    return 1;
}

const struct session *api_check_session(lua_State *lua, int at)
{
    return luaL_checkudata(lua, at, SESSION);
}

void api_register_people(lua_State *lua)
{
    static const luaL_Reg session_methods[] = {{"order", api_session_order}, {NULL, NULL}};
    api_new_class(lua, SESSION, session_methods);
}
