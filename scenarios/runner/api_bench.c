/* What a script can do with the bench as a whole: wait, attach, judge a figure. */
#include "scenarios/runner/run_internal.h"
#include "scenarios/runner/units.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

#define BENCH "meterbench.bench"
#define DURATION_MAX_NS (36500 * NS_PER_DAY) /* sums of a few stay far from the end of time */

/* ---- arguments ------------------------------------------------------------------------------- */

int api_skip(lua_State *lua, const char *reason)
{
    struct run *run = run_of(lua);
    if (run->result->outcome == OUTCOME_PASSED) { /* a verdict that was reached stands */
        run->result->outcome = OUTCOME_SKIPPED;
        snprintf(run->result->message, sizeof run->result->message, "%s", reason);
    }
    run_end(run);
    return luaL_error(lua, "skipped: %s", reason);
}

int64_t api_check_duration(lua_State *lua, int at)
{
    struct run *run = run_of(lua);
    int top = lua_gettop(lua);
    if (lua_istable(lua, at)) {
        static const char *const keys[] = {"sim", "board", NULL};
        api_check_keys(lua, at, keys);
        lua_getfield(lua, at, run->attached ? "board" : "sim");
        at = lua_gettop(lua);
    }
    int64_t ns = 0;
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : NULL;
    if (!text || duration_parse(text, &ns) < 0)
        luaL_error(lua, "expected a duration such as \"5 s\" or { sim = \"10 min\", board = \"20 s\" }");
    if (ns > DURATION_MAX_NS)
        luaL_error(lua, "a duration of more than 36500 days");
    lua_settop(lua, top);
    return ns;
}

int64_t api_check_quantity(lua_State *lua, int at, int family)
{
    int64_t value = 0;
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : NULL;
    if (!text || unit_parse(text, (enum unit_family)family, &value) < 0)
        luaL_error(lua, "expected %s", unit_example((enum unit_family)family));
    return value;
}

void api_set_number(lua_State *lua, const char *name, double value)
{
    lua_pushnumber(lua, value);
    lua_setfield(lua, -2, name);
}

void api_set_integer(lua_State *lua, const char *name, lua_Integer value)
{
    lua_pushinteger(lua, value);
    lua_setfield(lua, -2, name);
}

void api_set_bool(lua_State *lua, const char *name, bool value)
{
    lua_pushboolean(lua, value);
    lua_setfield(lua, -2, name);
}

void api_set_text(lua_State *lua, const char *name, const char *value)
{
    lua_pushstring(lua, value);
    lua_setfield(lua, -2, name);
}

void api_check_keys(lua_State *lua, int at, const char *const *keys)
{
    at = lua_absindex(lua, at);
    luaL_checktype(lua, at, LUA_TTABLE);
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        const char *const *known = keys;
        while (*known && strcmp(*known, key) != 0)
            known++;
        if (!*known)
            luaL_error(lua, "there is no option \"%s\" here", key);
    }
}

lua_Integer api_optional_integer(lua_State *lua, int at, const char *field, lua_Integer least, lua_Integer most,
                                 lua_Integer otherwise)
{
    if (!lua_istable(lua, at))
        return otherwise;
    lua_Integer value = otherwise;
    if (lua_getfield(lua, at, field) != LUA_TNIL) {
        if (!lua_isinteger(lua, -1) || lua_tointeger(lua, -1) < least || lua_tointeger(lua, -1) > most)
            luaL_error(lua, "%s is a whole number from %I to %I", field, least, most);
        value = lua_tointeger(lua, -1);
    }
    lua_pop(lua, 1);
    return value;
}

struct run *api_check_bench(lua_State *lua)
{
    luaL_checkudata(lua, 1, BENCH);
    return run_of(lua);
}

/* ---- time ------------------------------------------------------------------------------------ */

static int bench_wait(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    int64_t now = run_script_now(run);
    run->wait = (struct wait){
        .kind = WAIT_TIME, .started = now, .until = now + api_check_duration(lua, 2)};
    return lua_yield(lua, 0);
}

static int bench_now(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    lua_pushnumber(lua, (double)run_script_now(run) / 1e9);
    return 1;
}

static int bench_attach(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    if (run_attach(run) < 0)
        return luaL_error(lua, "the board could not be attached");
    return 0;
}

static int bench_on_board(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    lua_pushboolean(lua, run->attached);
    return 1;
}

/* bench:mains { voltage = "160 V" [, lasts = "10 s"] }: for the whole building. */
static int bench_mains(lua_State *lua)
{
    api_check_bench(lua);
    return api_mains(lua);
}

/* ---- figures and checks ----------------------------------------------------------------------- */

/* bench:check(true or false, "what should be so"): a verdict without a time. */
static int bench_check(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    if (!lua_isboolean(lua, 2))
        return luaL_error(lua, "check: true or false; a condition is judged by bench:expect(condition):now()");
    struct verdict verdict = {.judgement = lua_toboolean(lua, 2) ? JUDGEMENT_HOLDS : JUDGEMENT_FAILS};
    snprintf(verdict.text, sizeof verdict.text, "%s", luaL_checkstring(lua, 3));
    snprintf(verdict.detail, sizeof verdict.detail, "%s", lua_toboolean(lua, 2) ? "so" : "not so");
    run_judge(run, &verdict);
    return run->ended ? luaL_error(lua, "check failed") : 0;
}

/* bench:count("event", { flat = 7, a = 1, b = 2 }): how often it was seen so far. */
static int bench_count(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    struct event_match match = {.flat = EVENT_NO_FLAT, .kind = -1};
    const char *name = luaL_checkstring(lua, 2);
    for (int i = 0; i < EVENT_KINDS; i++)
        if (strcmp(event_name(i), name) == 0)
            match.kind = i;
    if (match.kind < 0)
        return luaL_error(lua, "there is no event \"%s\"", name);
    if (!lua_isnoneornil(lua, 3)) {
        static const char *const keys[] = {"flat", "a", "b", NULL};
        api_check_keys(lua, 3, keys);
        if (lua_getfield(lua, 3, "flat") != LUA_TNIL)
            match.flat = (uint32_t)luaL_checkinteger(lua, -1);
        match.match_a = lua_getfield(lua, 3, "a") != LUA_TNIL;
        match.a = luaL_optinteger(lua, -1, 0);
        match.match_b = lua_getfield(lua, 3, "b") != LUA_TNIL;
        match.b = luaL_optinteger(lua, -1, 0);
    }
    lua_pushinteger(lua, (lua_Integer)observer_count(&run->observer, &match, 0));
    return 1;
}

bool *api_platform_fault(struct platform_faults *faults, const char *name)
{
    const struct {
        const char *name;
        bool *fault;
    } bugs[] = {
        {"trips_without_reminders", &faults->trips_without_reminders},
        {"charges_twice", &faults->charges_twice},
        {"charges_one_rate", &faults->charges_one_rate},
        {"ignores_edges", &faults->ignores_edges},
        {"keeps_the_rest", &faults->keeps_the_rest},
        {"counts_duplicates", &faults->counts_duplicates},
        {"ignores_hoarding", &faults->ignores_hoarding},
        {"refunds_too_much", &faults->refunds_too_much},
        {"trips_in_friendly_hours", &faults->trips_in_friendly_hours},
        {"audits_nothing", &faults->audits_nothing},
        {"tenants_may_switch", &faults->tenants_may_switch},
        {"codes_unchecked", &faults->codes_unchecked},
        {"codes_reusable", &faults->codes_reusable},
        {"never_locks_out", &faults->never_locks_out},
        {"sessions_never_end", &faults->sessions_never_end},
        {"scopes_ignored", &faults->scopes_ignored},
        {"counts_sent_as_delivered", &faults->counts_sent_as_delivered},
        {"counts_copies", &faults->counts_copies},
        {"reminds_at_night", &faults->reminds_at_night},
        {"alarms_tenant_only", &faults->alarms_tenant_only},
        {"holds_ignored", &faults->holds_ignored},
        {"waves_ignored", &faults->waves_ignored},
    };
    for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++)
        if (strcmp(bugs[i].name, name) == 0)
            return bugs[i].fault;
    return NULL;
}

/* bench:bug("charges_twice"): plant a fault in the platform; scenarios that test the invariants do this. */
static int bench_bug(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    struct platform *platform = &run->site->platform;
    const char *name = luaL_checkstring(lua, 2);
    bool *fault = strcmp(name, "platform_down") == 0 ? &platform->mute : api_platform_fault(&platform->faults, name);
    if (!fault)
        return luaL_error(lua, "the platform has no bug \"%s\"", name);
    *fault = true;
    return 0;
}

static int bench_flat(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    lua_Integer number = luaL_checkinteger(lua, 2);
    if (number < 1 || number > run->site->flat_count)
        return luaL_error(lua, "there is no flat %d: the fleet has flats 1 to %d", (int)number,
                          (int)run->site->flat_count);
    api_push_flat(lua, (uint32_t)number);
    return 1;
}

static int no_fields(lua_State *lua)
{
    return luaL_error(lua, "a %s has no method \"%s\"", lua_tostring(lua, lua_upvalueindex(1)),
                      luaL_tolstring(lua, 2, NULL));
}

void api_new_class(lua_State *lua, const char *name, const luaL_Reg *methods)
{
    luaL_newmetatable(lua, name);
    lua_newtable(lua);
    luaL_setfuncs(lua, methods, 0);
    lua_newtable(lua);
    lua_pushstring(lua, name + strlen("meterbench."));
    lua_pushcclosure(lua, no_fields, 1);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_setfield(lua, -2, "__index");
    lua_pushliteral(lua, "protected");
    lua_setfield(lua, -2, "__metatable");
    lua_pop(lua, 1);
}

void api_add_methods(lua_State *lua, const char *name, const luaL_Reg *methods)
{
    luaL_getmetatable(lua, name);
    lua_getfield(lua, -1, "__index");
    luaL_setfuncs(lua, methods, 0);
    lua_pop(lua, 2);
}

void api_register(lua_State *lua)
{
    static const luaL_Reg bench_methods[] = {
        {"wait", bench_wait},       {"now", bench_now},     {"attach", bench_attach},
        {"on_board", bench_on_board}, {"flat", bench_flat}, {"sign_in", api_sign_in},
        {"code", api_code},         {"secret", api_secret}, {"person", api_person},
        {"check", bench_check}, {"judge", api_judge},
        {"statistic", api_statistic},
        {"audit", api_audit},       {"audit_intact", api_audit_intact}, {"tamper_audit", api_tamper_audit},
        {"count", bench_count},     {"bug", bench_bug},     {"expect", api_expect},
        {"observe", api_observe},   {"mains", bench_mains}, {"phone", api_phone}, {NULL, NULL},
    };
    api_new_class(lua, BENCH, bench_methods);
    api_register_people(lua);
    api_register_flat(lua);
    api_register_attack(lua);
    api_register_money(lua);
    api_register_notify(lua);
    api_register_safety(lua);
    api_register_expect(lua);
    api_register_energy(lua);
    lua_newuserdatauv(lua, 1, 0);
    luaL_setmetatable(lua, BENCH);
    lua_setfield(lua, LUA_REGISTRYINDEX, "meterbench.the_bench");
}
