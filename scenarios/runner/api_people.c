/* The people of a script: who there is, their codes, signing in, and what a session may do to people. */
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

#define SESSION "meterbench.session"
#define FLOOR_FIRST 0 /* the ground floor, as in place.h */
#define PASSWORDS "meterbench.passwords" /* of the registry: what each person would type, by name */

/* Known to every script: there from the moment when they are first named. */
static const struct {
    const char *name, *password;
    enum role role;
    struct flat_range flats; /* 0: as the role has it */
} known[] = {
    {"admin", "correct horse battery staple", ROLE_ADMINISTRATOR, {0, 0}},
    {"operator", "seven meters deep", ROLE_OPERATOR, {0, 0}},
    {"landlord", "rent on the first", ROLE_LANDLORD, {1, 4}},
    {"tenant", "my own flat", ROLE_TENANT, {1, 1}},
};

static struct platform *platform_of(struct run *run)
{
    return &run->site->platform;
}

static int push_refusal(lua_State *lua, int error)
{
    lua_pushnil(lua);
    lua_pushstring(lua, error_text(error));
    return 2;
}

static int push_result(lua_State *lua, int result)
{
    if (result < 0)
        return push_refusal(lua, result);
    lua_pushboolean(lua, true);
    return 1;
}

/* ---- who there is ----------------------------------------------------------------------------- */

static void keep_password(lua_State *lua, const char *name, const char *password)
{
    luaL_getsubtable(lua, LUA_REGISTRYINDEX, PASSWORDS);
    api_set_text(lua, name, password);
    lua_pop(lua, 1);
}

/* What the person would type; it stays on the stack, so that it stays alive. */
static const char *own_password(lua_State *lua, const char *name)
{
    luaL_getsubtable(lua, LUA_REGISTRYINDEX, PASSWORDS);
    if (lua_getfield(lua, -1, name) != LUA_TNIL)
        return lua_tostring(lua, -1);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].password;
    return "";
}

static int add_known(lua_State *lua, struct run *run, size_t which)
{
    struct scope scope = {0};
    struct flat_range flats = known[which].flats;
    if (flats.last > run->site->flat_count)
        flats.last = run->site->flat_count;
    if (flats.first)
        scope_add(&scope, flats);
    const struct person person = {.name = known[which].name,
                                  .role = known[which].role,
                                  .password = known[which].password,
                                  .scope = flats.first ? &scope : NULL};
    int number = platform_add_person(platform_of(run), run->site->now, NULL, &person);
    scope_free(&scope);
    if (number < 0)
        return luaL_error(lua, "%s cannot be added: %s", person.name, error_text(number));
    keep_password(lua, person.name, person.password);
    return number;
}

/* The number of somebody, or ERROR_NOT_FOUND. */
static int find_user(lua_State *lua, struct run *run, const char *name)
{
    int user = platform_find_user(platform_of(run), name);
    for (size_t i = 0; user < 0 && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0)
            return add_known(lua, run, i);
    return user;
}

static int check_user(lua_State *lua, struct run *run, int at, const char *otherwise)
{
    const char *name = luaL_optstring(lua, at, otherwise);
    int user = find_user(lua, run, name);
    if (user < 0)
        luaL_error(lua, "there is nobody called \"%s\": admin, operator, landlord, tenant, or who was added", name);
    return user;
}

int api_check_user(lua_State *lua, struct run *run, int at)
{
    luaL_checkstring(lua, at);
    return check_user(lua, run, at, "");
}

int api_people_begin(struct run *run)
{
    return platform_add_user(platform_of(run), known[0].name, known[0].role, known[0].password);
}

/* ---- scopes ----------------------------------------------------------------------------------- */

static void add_range(lua_State *lua, struct run *run, struct scope *scope, lua_Integer first, lua_Integer last)
{
    lua_Integer flats = run->site->flat_count;
    int result = first < 1 || last < first || first > flats
                     ? ERROR_INVALID_ARGUMENT
                     : scope_add(scope, (struct flat_range){(uint32_t)first, (uint32_t)(last < flats ? last : flats)});
    if (result == 0)
        return;
    scope_free(scope);
    luaL_error(lua, "flats or floors that the building does not have: it has flats 1 to %d", (int)flats);
}

/* Each number of the list, or the one number, at the top of the stack. `per` flats belong to one; the first is `base`. */
static void add_numbers(lua_State *lua, struct run *run, struct scope *scope, const char *field, int base, lua_Integer per)
{
    int at = lua_gettop(lua);
    lua_Integer count = lua_istable(lua, at) ? (lua_Integer)lua_rawlen(lua, at) : 1;
    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_istable(lua, at))
            lua_rawgeti(lua, at, i);
        int whole = 0;
        lua_Integer number = lua_tointegerx(lua, -1, &whole);
        if (!whole || number < base || number > 5000) {
            scope_free(scope);
            luaL_error(lua, "%s: a number from %d up, or a list of them", field, base);
        }
        add_range(lua, run, scope, (number - base) * per + 1, (number - base + 1) * per);
        lua_settop(lua, at);
    }
}

/* What the table at `at` says of flats and floors. False: nothing. */
static bool read_scope(lua_State *lua, struct run *run, int at, struct scope *scope)
{
    bool said = false;
    if (lua_getfield(lua, at, "flats") != LUA_TNIL) {
        said = true;
        if (lua_type(lua, -1) == LUA_TSTRING && strcmp(lua_tostring(lua, -1), "all") == 0)
            scope_add(scope, SCOPE_BUILDING);
        else
            add_numbers(lua, run, scope, "flats", 1, 1);
    }
    if (lua_getfield(lua, at, "floors") != LUA_TNIL) {
        said = true;
        add_numbers(lua, run, scope, "floors", FLOOR_FIRST, run->site->config.flats_per_floor);
    }
    lua_pop(lua, 2);
    return said;
}

/* { name =, role =, password =, flats =, floors =, secret = }, added by `by` or, without, there before the run. */
static int add_person(lua_State *lua, struct run *run, const struct session *by)
{
    static const char *const keys[] = {"name", "role", "password", "flats", "floors", "secret", NULL};
    api_check_keys(lua, 2, keys);
    lua_settop(lua, 2);
    lua_getfield(lua, 2, "name");
    lua_getfield(lua, 2, "role");
    lua_getfield(lua, 2, "password");
    lua_getfield(lua, 2, "secret");
    struct person person = {.name = luaL_checkstring(lua, 3), .password = luaL_checkstring(lua, 5)};
    int role = role_from_name(luaL_checkstring(lua, 4));
    if (role < 0)
        return luaL_error(lua, "role: administrator, operator, landlord or tenant");
    person.role = (enum role)role;
    uint8_t secret[TOTP_SECRET_MAX];
    int size = lua_isnil(lua, 6) ? 0 : totp_from_base32(luaL_checkstring(lua, 6), secret);
    if (size < 0)
        return luaL_error(lua, "secret: base32 of at most %d bytes, as in \"GEZDGNBVGY3TQOJQ\"", TOTP_SECRET_MAX);
    person.secret = size ? secret : NULL;
    person.secret_size = (size_t)size;
    struct scope scope = {0};
    person.scope = read_scope(lua, run, 2, &scope) ? &scope : NULL;
    int number = platform_add_person(platform_of(run), run->site->now, by, &person);
    scope_free(&scope);
    if (number < 0)
        return number;
    keep_password(lua, person.name, person.password);
    return number;
}

/* bench:person { ... }: somebody who is there; their name. */
int api_person(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    int number = add_person(lua, run, NULL);
    if (number == ERROR_INVALID_ARGUMENT)
        return luaL_error(lua, "name: of at most %d bytes, and one that nobody has yet", USER_NAME_MAX - 1);
    if (number < 0)
        return luaL_error(lua, "%s cannot be added: %s", lua_tostring(lua, 3), error_text(number));
    lua_pushvalue(lua, 3);
    return 1;
}

/* ---- codes ------------------------------------------------------------------------------------ */

/* When: nothing is now, "30 s" or "-30 s" from now, a number Unix seconds. Returns Unix seconds. */
static int64_t check_unix(lua_State *lua, struct run *run, int at)
{
    int64_t ns = 0;
    if (lua_type(lua, at) == LUA_TNUMBER)
        return (int64_t)luaL_checkinteger(lua, at);
    if (!lua_isnoneornil(lua, at)) {
        const char *text = luaL_checkstring(lua, at);
        bool before = text[0] == '-';
        lua_pushstring(lua, text + before);
        ns = api_check_duration(lua, lua_gettop(lua));
        lua_pop(lua, 1);
        ns = before ? -ns : ns;
    }
    return platform_unix_seconds(platform_of(run), run->site->now + ns);
}

/* bench:code("admin" [, when]): the six digits that this person's authenticator shows. */
int api_code(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    char code[TOTP_DIGITS + 1] = "";
    int user = check_user(lua, run, 2, "admin");
    if (platform_code_at(platform_of(run), check_unix(lua, run, 3), user, code) < 0)
        return luaL_error(lua, "no one-time code could be made: a time before 1970?");
    lua_pushstring(lua, code);
    return 1;
}

/* bench:secret("admin"): what the person's authenticator was given, as base32 and as a URI. */
int api_secret(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    char text[TOTP_BASE32_SIZE];
    int number = check_user(lua, run, 2, "admin");
    const struct user *user = &platform_of(run)->people.users[number];
    if (totp_to_base32(user->secret, user->secret_size, text) < 0)
        return luaL_error(lua, "out of memory");
    lua_pushstring(lua, text);
    lua_pushfstring(lua, "otpauth://totp/meterbench:%s?secret=%s&issuer=meterbench&algorithm=SHA1&digits=6&period=30",
                    user->name, text);
    return 2;
}

/* ---- signing in and out ----------------------------------------------------------------------- */

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
    const char *user = option(lua, "user", "admin");
    int number = find_user(lua, run, user);
    const char *password = option(lua, "password", NULL);
    if (!password)
        password = own_password(lua, user);
    char right[TOTP_DIGITS + 1] = "";
    if (number >= 0)
        platform_code(platform_of(run), run->site->now, number, right);
    const char *code = option(lua, "code", right);
    struct session session;
    int result = platform_sign_in(platform_of(run), run->site->now, user, password, code, &session);
    if (result < 0)
        return push_refusal(lua, result);
    struct session *held = lua_newuserdatauv(lua, sizeof *held, 0);
    *held = session;
    luaL_setmetatable(lua, SESSION);
    return 1;
}

const struct session *api_check_session(lua_State *lua, int at)
{
    return luaL_checkudata(lua, at, SESSION);
}

static int session_sign_out(lua_State *lua)
{
    struct run *run = run_of(lua);
    return push_result(lua, platform_sign_out(platform_of(run), run->site->now, api_check_session(lua, 1)));
}

static int session_expired(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    lua_pushboolean(lua, !platform_session_open(platform_of(run), run->site->now, session));
    return 1;
}

static int session_user(lua_State *lua)
{
    const struct session *session = api_check_session(lua, 1);
    lua_pushstring(lua, platform_of(run_of(lua))->people.users[session->user].name);
    return 1;
}

static enum right check_right(lua_State *lua, int at)
{
    const char *name = luaL_checkstring(lua, at);
    int right = right_from_name(name);
    if (right < 0)
        luaL_error(lua, "there is no right \"%s\": docs/scenarios.md has the table", name);
    return (enum right)right;
}

static uint32_t flat_or_building(lua_State *lua, int at)
{
    return lua_isnoneornil(lua, at) ? EVENT_NO_FLAT : api_check_flat(lua, at)->number;
}

/* session:may("refund" [, flat]): what the platform would say; it does not ask it. */
static int session_may(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    enum right right = check_right(lua, 2);
    uint32_t flat = flat_or_building(lua, 3);
    lua_pushboolean(lua, platform_session_open(platform_of(run), run->site->now, session) &&
                             platform_may(platform_of(run), session->user, right, flat));
    return 1;
}

/* session:ask("refund" [, flat]): true, or nil and why not; an attempt like any other. */
static int session_ask(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    enum right right = check_right(lua, 2);
    uint32_t flat = flat_or_building(lua, 3);
    return push_result(lua, platform_authorise(platform_of(run), run->site->now, session, right, flat));
}

/* session:readings(flat): what the platform knows of a flat, or nil and why not. */
static int session_readings(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    const struct flat *flat = api_check_flat(lua, 2);
    int result = platform_authorise(platform_of(run), run->site->now, session, RIGHT_SEE_READINGS, flat->number);
    if (result < 0)
        return push_refusal(lua, result);
    lua_newtable(lua);
    api_set_number(lua, "balance", (double)flat->account.balance / 10000);
    if (flat->account.reading_10wh >= 0) {
        api_set_number(lua, "register_kwh", (double)flat->account.reading_10wh / 100);
    }
    return 1;
}

/* session:refund(flat, "10 yuan" [, { id = }]): as flat:refund, for who may. */
static int session_refund(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    const struct flat *flat = api_check_flat(lua, 2);
    int result = platform_authorise(platform_of(run), run->site->now, session, RIGHT_REFUND, flat->number);
    if (result < 0)
        return push_refusal(lua, result);
    lua_settop(lua, 4);
    lua_getfield(lua, 2, "refund");
    lua_insert(lua, 2);
    lua_call(lua, 3, LUA_MULTRET);
    return lua_gettop(lua) - 1;
}

/* ---- what a session does to people ------------------------------------------------------------ */

static int session_add_person(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    int number = add_person(lua, run, session);
    if (number < 0)
        return push_refusal(lua, number);
    lua_pushvalue(lua, 3);
    return 1;
}

static int session_revoke(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    luaL_checkstring(lua, 2);
    int user = check_user(lua, run, 2, "");
    return push_result(lua, platform_revoke(platform_of(run), run->site->now, session, user));
}

static int session_readmit(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    luaL_checkstring(lua, 2);
    int user = check_user(lua, run, 2, "");
    return push_result(lua, platform_readmit(platform_of(run), run->site->now, session, user));
}

static const char *own_name(lua_State *lua, struct run *run)
{
    return platform_of(run)->people.users[api_check_session(lua, 1)->user].name;
}

/* session:change_password { [user =,] [old =,] new = } */
static int session_change_password(lua_State *lua)
{
    struct run *run = run_of(lua);
    static const char *const keys[] = {"user", "old", "new", NULL};
    const struct session *session = api_check_session(lua, 1);
    api_check_keys(lua, 2, keys);
    lua_settop(lua, 2);
    lua_getfield(lua, 2, "user");
    lua_getfield(lua, 2, "old");
    lua_getfield(lua, 2, "new");
    int user = check_user(lua, run, 3, own_name(lua, run));
    const char *old = luaL_optstring(lua, 4, NULL), *new = luaL_checkstring(lua, 5);
    int result = platform_change_password(platform_of(run), run->site->now, session, user, old, new);
    if (result == 0)
        keep_password(lua, platform_of(run)->people.users[user].name, new);
    return push_result(lua, result);
}

/* session:renew_factor([user]) */
static int session_renew_factor(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    int user = check_user(lua, run, 2, own_name(lua, run));
    return push_result(lua, platform_renew_factor(platform_of(run), run->site->now, session, user));
}

void api_register_people(lua_State *lua)
{
    static const luaL_Reg session_methods[] = {
        {"order", api_session_order},
        {"change_key", api_session_change_key},
        {"maintenance", api_session_maintenance},
        {"restore", api_session_restore},
        {"sign_out", session_sign_out},
        {"expired", session_expired},
        {"user", session_user},
        {"may", session_may},
        {"ask", session_ask},
        {"readings", session_readings},
        {"read_audit", api_session_read_audit},
        {"refund", session_refund},
        {"add_person", session_add_person},
        {"revoke", session_revoke},
        {"readmit", session_readmit},
        {"change_password", session_change_password},
        {"renew_factor", session_renew_factor},
        {NULL, NULL},
    };
    api_new_class(lua, SESSION, session_methods);
}
