/* Figures that a script worked out and that are judged: one (bench:judge), or many values (bench:statistic). */
#include "scenarios/runner/run_internal.h"
#include "scenarios/runner/statistic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIGURE_MAX 9e9 /* of its unit: 10^-9 of it must fit 64 bits */

static int64_t billionths(double value)
{
    return llround(value * 1e9);
}

static double check_figure(lua_State *lua, int at, const char *field)
{
    int type = lua_getfield(lua, at, field);
    double value = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    if (type != LUA_TNUMBER || !(value > -FIGURE_MAX && value < FIGURE_MAX))
        luaL_error(lua, "%s: expected a number between -9e9 and 9e9", field);
    return value;
}

static bool given(lua_State *lua, int at, const char *field)
{
    bool there = lua_getfield(lua, at, field) != LUA_TNIL;
    lua_pop(lua, 1);
    return there;
}

/* limit = "5 s" for times; at_most or at_least with a unit for all else. */
static void read_limit(lua_State *lua, int at, struct verdict *verdict)
{
    bool at_most = given(lua, at, "at_most");
    verdict->at_least = given(lua, at, "at_least");
    if (given(lua, at, "limit") + at_most + verdict->at_least != 1)
        luaL_error(lua, "one of limit, at_most and at_least, please");
    if (!at_most && !verdict->at_least) {
        if (given(lua, at, "unit"))
            luaL_error(lua, "limit is a duration; a figure with a unit has at_most or at_least, a number");
        lua_getfield(lua, at, "limit");
        verdict->limit = api_check_duration(lua, lua_gettop(lua));
        lua_pop(lua, 1);
        return;
    }
    lua_getfield(lua, at, "unit");
    const char *unit = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    if (!unit[0] || strlen(unit) >= VERDICT_UNIT_SIZE)
        luaL_error(lua, "unit: a text of 1 to %d bytes, as in unit = \"yuan\"", VERDICT_UNIT_SIZE - 1);
    snprintf(verdict->unit, sizeof verdict->unit, "%s", unit);
    lua_pop(lua, 1);
    verdict->limit = billionths(check_figure(lua, at, at_most ? "at_most" : "at_least"));
}

static void read_what(lua_State *lua, int at, struct verdict *verdict)
{
    lua_getfield(lua, at, "what");
    snprintf(verdict->text, sizeof verdict->text, "%s", luaL_checkstring(lua, -1));
    lua_pop(lua, 1);
}

/* All of the interval keeps the limit, or it does not hold: neither does a statistic that leaves it open. */
static bool keeps(const struct verdict *verdict, struct interval measured)
{
    return verdict->at_least ? measured.earliest >= verdict->limit : measured.latest <= verdict->limit;
}

static void settle(struct run *run, lua_State *lua, struct verdict *verdict)
{
    verdict->judgement = keeps(verdict, verdict->measured) ? JUDGEMENT_HOLDS : JUDGEMENT_FAILS;
    run_judge(run, verdict);
    if (run->ended)
        luaL_error(lua, "judged: it does not hold");
}

/* bench:judge { what =, seconds =, limit = "5 s" } or { what =, value =, unit =, at_most = }: a figure that the script
 * worked out; low = and high = instead give an interval. */
int api_judge(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    static const char *const keys[] = {"what", "seconds", "value", "low",     "high",
                                       "limit", "unit",   "at_most", "at_least", NULL};
    api_check_keys(lua, 2, keys);
    struct verdict verdict = {.has_time = true};
    read_what(lua, 2, &verdict);
    read_limit(lua, 2, &verdict);
    const char *one = verdict.unit[0] ? "value" : "seconds";
    bool low = given(lua, 2, "low"), high = given(lua, 2, "high");
    bool value = given(lua, 2, "value"), seconds = given(lua, 2, "seconds");
    if (low != high || (value || seconds) == low || (verdict.unit[0] ? seconds : value))
        return luaL_error(lua, "judge: either %s, or low and high, as numbers", one);
    verdict.measured.earliest = billionths(check_figure(lua, 2, low ? "low" : one));
    verdict.measured.latest = billionths(check_figure(lua, 2, low ? "high" : one));
    bool sound = verdict.measured.earliest <= verdict.measured.latest;
    if (!sound || (!verdict.unit[0] && verdict.measured.earliest < 0))
        return luaL_error(lua, "judge: low not above high, a time from 0 up");
    settle(run, lua, &verdict);
    lua_pushboolean(lua, verdict.judgement == JUDGEMENT_HOLDS);
    return 1;
}

/* ---- statistics -------------------------------------------------------------------------------- */

struct reading {
    struct verdict *verdict;
    struct sample *sample;
    double time_out; /* what a value that did not come counts as; below 0: not said */
};

static void add_value(lua_State *lua, struct reading *reading, double value, double half_width, bool came)
{
    struct sample *sample = reading->sample;
    bool missing = !came || (reading->time_out >= 0 && value > reading->time_out);
    if (missing && reading->time_out < 0)
        luaL_error(lua, "statistic: a value did not come: say what it counts as, timeout = \"2 min\"");
    if (!missing && !(value > -FIGURE_MAX && value < FIGURE_MAX))
        luaL_error(lua, "statistic: a value is no number between -9e9 and 9e9");
    sample->missing += missing;
    struct interval itself = {billionths(value - half_width), billionths(value + half_width)};
    if (missing)
        itself.earliest = itself.latest = billionths(reading->time_out);
    reading->verdict->spread.within += keeps(reading->verdict, itself);
    if (!sample_add(sample, missing ? reading->time_out : value, missing ? 0 : half_width))
        luaL_error(lua, "out of memory");
}

/* What bench:observe and within return. */
static void add_result(lua_State *lua, struct reading *reading)
{
    bool came = lua_getfield(lua, -1, "seconds") == LUA_TNUMBER;
    double value = lua_tonumber(lua, -1);
    lua_getfield(lua, -2, "low");
    lua_getfield(lua, -3, "high");
    double half_width = came ? (lua_tonumber(lua, -1) - lua_tonumber(lua, -2)) / 2 : 0;
    if (lua_getfield(lua, -4, "evidence") == LUA_TSTRING)
        for (int e = EVIDENCE_MODEL; e <= EVIDENCE_REGISTER; e++)
            if (strcmp(evidence_name((enum evidence)e), lua_tostring(lua, -1)) == 0 &&
                (enum evidence)e > reading->verdict->evidence)
                reading->verdict->evidence = (enum evidence)e; /* the weakest of all */
    lua_pop(lua, 4);
    add_value(lua, reading, value, half_width, came);
}

/* The value on top of the stack, if it is a number or a result. */
static bool add_one(lua_State *lua, struct reading *reading)
{
    int at = lua_gettop(lua);
    if (lua_type(lua, at) == LUA_TNUMBER)
        add_value(lua, reading, lua_tonumber(lua, at), 0, true);
    else if (lua_istable(lua, at) && given(lua, at, "holds"))
        add_result(lua, reading);
    else
        return false;
    return true;
}

static void not_a_value(lua_State *lua)
{
    luaL_error(lua, "statistic: values is a list of numbers, of what bench:observe returned, or of lists of these");
}

static void add_group(lua_State *lua, struct reading *reading)
{
    if (!lua_istable(lua, -1))
        not_a_value(lua);
    lua_Integer count = luaL_len(lua, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(lua, -1, i);
        if (!add_one(lua, reading))
            not_a_value(lua);
        lua_pop(lua, 1);
    }
}

static int read_values(lua_State *lua)
{
    struct reading *reading = lua_touserdata(lua, 2);
    lua_getfield(lua, 1, "timeout");
    if (lua_type(lua, -1) == LUA_TNUMBER)
        reading->time_out = check_figure(lua, 1, "timeout");
    else if (!lua_isnil(lua, -1))
        reading->time_out = (double)api_check_duration(lua, lua_gettop(lua)) / 1e9;
    if (lua_getfield(lua, 1, "values") != LUA_TTABLE || luaL_len(lua, -1) < 1)
        not_a_value(lua);
    lua_Integer count = luaL_len(lua, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(lua, -1, i);
        if (!add_one(lua, reading))
            add_group(lua, reading);
        sample_end_group(reading->sample);
        lua_pop(lua, 1);
    }
    if (reading->sample->n == 0)
        not_a_value(lua);
    return 0;
}

enum by { BY_MEAN, BY_P50, BY_P95, BY_P99, BY_WORST };
static const char *const by_names[] = {"mean", "p50", "p95", "p99", "worst", NULL};

static void spread_out(struct verdict *verdict, const struct sample *sample, const struct summary *summary)
{
    struct spread *spread = &verdict->spread;
    spread->n = sample->n;
    spread->missing = sample->missing;
    spread->groups = sample->groups;
    spread->mean = billionths(summary->mean.value);
    spread->low = billionths(summary->mean.low);
    spread->high = billionths(summary->mean.high);
    spread->p50 = billionths(summary->p50.value);
    spread->p95 = billionths(summary->p95.value);
    spread->p99 = billionths(summary->p99.value);
    spread->worst = billionths(verdict->at_least ? summary->least : summary->most);
}

/* What the limit is held against. False: there are too few values to say. */
static bool measured_by(struct verdict *verdict, const struct sample *sample, const struct summary *summary, enum by by)
{
    const struct estimate *const estimates[] = {&summary->mean, &summary->p50, &summary->p95, &summary->p99};
    if (by == BY_WORST) {
        int64_t off = billionths(sample->half_width / sample->n), worst = verdict->spread.worst;
        verdict->measured = (struct interval){worst - off, worst + off};
        return true;
    }
    verdict->measured.earliest = billionths(estimates[by]->low);
    verdict->measured.latest = billionths(estimates[by]->high);
    return estimates[by]->bounded;
}

static void describe_spread(struct verdict *verdict, enum by by)
{
    const struct spread *spread = &verdict->spread;
    char mean[72], p50[72], p95[72], p99[72], worst[72];
    figure_format(spread->mean, verdict->unit, mean, sizeof mean);
    figure_format(spread->p50, verdict->unit, p50, sizeof p50);
    figure_format(spread->p95, verdict->unit, p95, sizeof p95);
    figure_format(spread->p99, verdict->unit, p99, sizeof p99);
    figure_format(spread->worst, verdict->unit, worst, sizeof worst);
    snprintf(verdict->detail, sizeof verdict->detail,
             "%s; n %d, %.1f %% came, mean %.22s, p50 %.22s, p95 %.22s, p99 %.22s, worst %.22s", by_names[by], spread->n,
             100.0 * (spread->n - spread->missing) / spread->n, mean, p50, p95, p99, worst);
}

static void push_summary(lua_State *lua, const struct verdict *verdict)
{
    const struct spread *spread = &verdict->spread;
    const struct {
        const char *name;
        int64_t value;
    } figures[] = {{"mean", spread->mean}, {"low", spread->low}, {"high", spread->high}, {"p50", spread->p50},
                   {"p95", spread->p95},   {"p99", spread->p99}, {"worst", spread->worst}};
    lua_createtable(lua, 0, 12);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        lua_pushnumber(lua, (double)figures[i].value / 1e9);
        lua_setfield(lua, -2, figures[i].name);
    }
    api_set_bool(lua, "holds", verdict->judgement == JUDGEMENT_HOLDS);
    api_set_integer(lua, "n", spread->n);
    api_set_integer(lua, "missing", spread->missing);
    api_set_number(lua, "within", (double)spread->within / spread->n);
}

/* bench:statistic { what =, values =, limit = [, timeout =] [, by =] }: what many values say. */
int api_statistic(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    static const char *const keys[] = {"what", "values", "timeout",  "limit", "unit",
                                       "by",   "at_most", "at_least", NULL};
    struct verdict verdict = {.has_time = true};
    struct sample sample = {0};
    struct reading reading = {&verdict, &sample, -1};
    api_check_keys(lua, 2, keys);
    read_what(lua, 2, &verdict);
    read_limit(lua, 2, &verdict);
    lua_getfield(lua, 2, "by");
    enum by by = (enum by)luaL_checkoption(lua, -1, "mean", by_names);
    lua_pushcfunction(lua, read_values);
    lua_pushvalue(lua, 2);
    lua_pushlightuserdata(lua, &reading);
    if (lua_pcall(lua, 2, 0, 0) != LUA_OK) { /* the values are freed first */
        sample_free(&sample);
        return lua_error(lua);
    }
    struct summary summary = sample_summary(&sample);
    spread_out(&verdict, &sample, &summary);
    bool bounded = measured_by(&verdict, &sample, &summary, by);
    sample_free(&sample);
    if (!bounded)
        return luaL_error(lua, "statistic: %d values in %d groups are too few for the interval of the %s", verdict.spread.n,
                          verdict.spread.groups, by_names[by]);
    describe_spread(&verdict, by);
    settle(run, lua, &verdict);
    push_summary(lua, &verdict);
    return 1;
}
