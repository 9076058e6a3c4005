/* Conditions, causes and expectations: `bench:expect(condition):within("5 s", cause)`. */
#include "scenarios/runner/run_internal.h"

#include <stdio.h>

#define CONDITION "meterbench.condition"
#define CAUSE "meterbench.cause"
#define EXPECTATION "meterbench.expectation"

/* First member: a wait finds the condition of either kind at the same place. */
struct expectation {
    struct condition condition;
    bool judged;
};

static struct condition *judged_now(lua_State *lua)
{
    struct expectation *expectation = luaL_checkudata(lua, 1, EXPECTATION);
    run_of(lua)->unjudged -= !expectation->judged;
    expectation->judged = true;
    return &expectation->condition;
}

void api_push_condition(lua_State *lua, const struct condition *condition)
{
    struct condition *held = lua_newuserdatauv(lua, sizeof *held, 0);
    *held = *condition;
    luaL_setmetatable(lua, CONDITION);
}

void api_push_cause(lua_State *lua, const struct cause *cause)
{
    struct cause *held = lua_newuserdatauv(lua, sizeof *held, 0);
    *held = *cause;
    luaL_setmetatable(lua, CAUSE);
}

static struct cause *check_cause(lua_State *lua, int at)
{
    return luaL_checkudata(lua, at, CAUSE);
}

const struct cause *api_check_cause(lua_State *lua, int at)
{
    return check_cause(lua, at);
}

static struct condition *check_condition(lua_State *lua, int at)
{
    return luaL_checkudata(lua, at, CONDITION);
}

/* cause:after("10 s"): the deadline counts from that much later, as from the end of an overload's delay. */
static int cause_after(lua_State *lua)
{
    struct cause later = *check_cause(lua, 1);
    later.offset_ns += api_check_duration(lua, 2);
    luaL_argcheck(lua, later.offset_ns < INT64_MAX / 4, 2, "too late");
    api_push_cause(lua, &later);
    return 1;
}

/* bench:expect(condition) */
int api_expect(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct condition *condition = check_condition(lua, 2);
    struct expectation *held = lua_newuserdatauv(lua, sizeof *held, 0);
    *held = (struct expectation){.condition = *condition};
    luaL_setmetatable(lua, EXPECTATION);
    luaL_where(lua, 1);
    snprintf(run->unjudged_at, sizeof run->unjudged_at, "%s%.60s", lua_tostring(lua, -1),
             condition->text);
    lua_pop(lua, 1);
    run->unjudged++;
    return 1;
}

/* An event that a cause brings about may come before the script asks: it counts from the cause on. */
static void start_wait(struct run *run, lua_State *lua, enum wait_kind kind, int limit_at)
{
    int64_t now = run_script_now(run);
    const struct condition *condition = lua_touserdata(lua, limit_at - 1);
    if (lua_isnil(lua, limit_at + 1) && lua_isstring(lua, limit_at + 2)) /* what a refused act returns */
        luaL_error(lua, "what was to be the cause was refused: %s", lua_tostring(lua, limit_at + 2));
    run->wait = (struct wait){
        .kind = kind,
        .started = now,
        .limit = api_check_duration(lua, limit_at),
        .condition = *condition,
        .has_cause = !lua_isnoneornil(lua, limit_at + 1),
    };
    if (!run->wait.has_cause)
        return;
    run->wait.cause = *check_cause(lua, limit_at + 1);
    run->wait.condition.since = run->wait.cause.since;
    struct event_match *match = &run->wait.condition.match;
    bool of_order = match->kind == EVENT_ORDER_DONE || match->kind == EVENT_ORDER_FAILED;
    if (of_order && run->wait.cause.match.kind == EVENT_ORDER) { /* of this order, not of another one */
        match->match_a = true;
        match->a = run->wait.cause.match.a;
    }
}

/* expectation:within(limit [, cause]): a verdict; returns { holds =, seconds =, low =, high =, evidence = }. */
static int expect_within(lua_State *lua)
{
    judged_now(lua);
    start_wait(run_of(lua), lua, WAIT_WITHIN, 2);
    return lua_yield(lua, 0);
}

/* expectation:never_for(window): it must not come true in the window that begins now. */
static int expect_never_for(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct condition *condition = judged_now(lua);
    int64_t now = run_script_now(run);
    run->wait = (struct wait){
        .kind = WAIT_NEVER,
        .started = now,
        .until = now + api_check_duration(lua, 2),
        .condition = *condition,
    };
    run->wait.condition.since = run->observer.count;
    return lua_yield(lua, 0);
}

/* expectation:now(): it holds at this moment. */
static int expect_now(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct condition *condition = judged_now(lua);
    struct instant when;
    struct verdict verdict = {.judgement = JUDGEMENT_FAILS};
    bool holds = condition_holds(run, condition, &when);
    verdict.judgement = holds ? JUDGEMENT_HOLDS : JUDGEMENT_FAILS;
    snprintf(verdict.text, sizeof verdict.text, "%s", condition->text);
    snprintf(verdict.detail, sizeof verdict.detail, "%s", holds ? "so" : "not so");
    run_judge(run, &verdict);
    return run->ended ? luaL_error(lua, "expectation failed") : 0;
}

/* bench:observe(condition, limit [, cause]): wait as `within` does, without a verdict. */
int api_observe(lua_State *lua)
{
    check_condition(lua, 2);
    start_wait(run_of(lua), lua, WAIT_OBSERVE, 3);
    return lua_yield(lua, 0);
}

int api_push_result(lua_State *lua, const struct verdict *verdict)
{
    lua_createtable(lua, 0, 5);
    api_set_bool(lua, "holds", verdict->judgement == JUDGEMENT_HOLDS);
    if (verdict->has_time) {
        double low = (double)verdict->measured.earliest / 1e9;
        double high = (double)verdict->measured.latest / 1e9;
        api_set_number(lua, "seconds", low + (high - low) / 2);
        api_set_number(lua, "low", low);
        api_set_number(lua, "high", high);
        api_set_text(lua, "evidence", evidence_name(verdict->evidence));
    }
    return 1;
}

void api_register_expect(lua_State *lua)
{
    static const luaL_Reg cause_methods[] = {
        {"after", cause_after}, {"result", api_cause_result}, {"settled", api_cause_settled}, {NULL, NULL}};
    static const luaL_Reg expectation_methods[] = {
        {"within", expect_within}, {"never_for", expect_never_for}, {"now", expect_now}, {NULL, NULL}};
    static const luaL_Reg none[] = {{NULL, NULL}};
    api_new_class(lua, CONDITION, none);
    api_new_class(lua, CAUSE, cause_methods);
    api_new_class(lua, EXPECTATION, expectation_methods);
}
