/* What a session may order of the meters: of one, a floor, a list, the building; maintenance; supply back in waves. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/run_internal.h"
#include "scenarios/runner/units.h"

#include "sim/error.h"
#include "sim/restore.h"

#include <stdio.h>
#include <string.h>

enum { ORDER_ATTEMPTS_HIGHEST = 100 };

static const struct {
    const char *name;
    int order;
    bool lasts, warns; /* it needs `lasts`, `delay` */
} orders[] = {
    {"trip", DLT645_RELAY_TRIP, false, false},
    {"close", DLT645_RELAY_CLOSE, false, false},
    {"permit", DLT645_RELAY_PERMIT_CLOSE, false, false},
    {"pre_trip", DLT645_RELAY_TRIP, false, true},
    {"trip_then_close", DLT645_RELAY_TRIP_THEN_CLOSE, true, false},
    {"trip_then_permit", DLT645_RELAY_TRIP_THEN_PERMIT, true, false},
    {"alarm_on", DLT645_RELAY_ALARM_ON, false, false},
    {"alarm_off", DLT645_RELAY_ALARM_OFF, false, false},
    {"keep_power_on", DLT645_RELAY_KEEP_POWER_ON, false, false},
    {"keep_power_off", DLT645_RELAY_KEEP_POWER_OFF, false, false},
    {"set_clock", ORDER_SET_CLOCK, false, false},
    {"broadcast_time", ORDER_BROADCAST_TIME, false, false},
};

/* The row of the order that is named at `at`. */
static size_t check_row(lua_State *lua, int at)
{
    const char *name = luaL_checkstring(lua, at);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        if (strcmp(orders[i].name, name) == 0)
            return i;
    luaL_error(lua, "there is no order \"%s\": trip, close, permit, pre_trip, trip_then_close, trip_then_permit, "
                    "alarm_on, alarm_off, keep_power_on, keep_power_off, set_clock, broadcast_time", name);
    return 0;
}

int api_check_order(lua_State *lua, int at)
{
    return orders[check_row(lua, at)].order;
}

/* ---- which flats ------------------------------------------------------------------------------ */

static struct order_target new_target(lua_State *lua, const struct run *run)
{
    uint32_t *flats = lua_newuserdatauv(lua, run->site->flat_count * sizeof *flats, 0);
    return (struct order_target){.flats = flats};
}

static void add_flat(struct order_target *target, uint32_t number)
{
    for (size_t i = 0; i < target->count; i++)
        if (target->flats[i] == number)
            return;
    target->flats[target->count++] = number;
}

static void add_floor(lua_State *lua, const struct run *run, struct order_target *target, int at)
{
    int whole = 0;
    lua_Integer floor = lua_tointegerx(lua, at, &whole), a_floor = run->site->config.flats_per_floor;
    if (!whole || floor < 0 || floor > 5000 || floor * a_floor >= run->site->flat_count)
        luaL_error(lua, "floor: a number of one of the building's floors; the ground floor is 0");
    for (lua_Integer i = floor * a_floor; i < (floor + 1) * a_floor && i < run->site->flat_count; i++)
        add_flat(target, (uint32_t)i + 1);
}

/* A flat of the list, by itself or by its number. */
static void add_listed(lua_State *lua, const struct run *run, struct order_target *target)
{
    if (lua_isuserdata(lua, -1)) {
        add_flat(target, api_check_flat(lua, lua_gettop(lua))->number);
        return;
    }
    int whole = 0;
    lua_Integer number = lua_tointegerx(lua, -1, &whole);
    if (!whole || number < 1 || number > run->site->flat_count)
        luaL_error(lua, "flats: a list of flats or of their numbers, 1 to %d", (int)run->site->flat_count);
    add_flat(target, (uint32_t)number);
}

static void add_list(lua_State *lua, const struct run *run, struct order_target *target)
{
    luaL_checktype(lua, -1, LUA_TTABLE);
    int list = lua_gettop(lua);
    for (lua_Integer i = 1; lua_rawgeti(lua, list, i) != LUA_TNIL; i++) {
        add_listed(lua, run, target);
        lua_settop(lua, list);
    }
    lua_pop(lua, 1);
}

/* A flat, { floor = 3 }, { flats = { 1, 2 } } or "building". What it points to is left on the stack. */
static struct order_target check_target(lua_State *lua, int at)
{
    static const char *const keys[] = {"floor", "flats", NULL};
    struct run *run = run_of(lua);
    struct order_target target = new_target(lua, run);
    if (lua_type(lua, at) == LUA_TSTRING && strcmp(lua_tostring(lua, at), "building") == 0) {
        for (uint32_t i = 1; i <= run->site->flat_count; i++)
            add_flat(&target, i);
    } else if (lua_istable(lua, at)) {
        api_check_keys(lua, at, keys);
        if (lua_getfield(lua, at, "floor") != LUA_TNIL)
            add_floor(lua, run, &target, lua_gettop(lua));
        if (lua_getfield(lua, at, "flats") != LUA_TNIL)
            add_list(lua, run, &target);
        lua_pop(lua, 2);
    } else if (lua_isuserdata(lua, at)) {
        add_flat(&target, api_check_flat(lua, at)->number);
    } else {
        luaL_error(lua, "which flats: a flat, { floor = 3 }, { flats = { 1, 2 } } or \"building\"");
    }
    if (target.count == 0)
        luaL_error(lua, "no flat is meant");
    return target;
}

/* ---- options ---------------------------------------------------------------------------------- */

static int64_t duration_option(lua_State *lua, int at, const char *field, int64_t least_ns, int64_t otherwise)
{
    int64_t ns = otherwise;
    if (lua_istable(lua, at) && lua_getfield(lua, at, field) != LUA_TNIL) {
        ns = api_check_duration(lua, lua_gettop(lua));
        if (ns < least_ns)
            luaL_error(lua, "%s: it is too short", field);
    }
    lua_settop(lua, lua_istable(lua, at) ? lua_gettop(lua) - 1 : lua_gettop(lua));
    return ns;
}

static int number_option(lua_State *lua, int at, const char *field, int least, int most, int otherwise)
{
    if (!lua_istable(lua, at))
        return otherwise;
    int whole = 0;
    bool given = lua_getfield(lua, at, field) != LUA_TNIL;
    lua_Integer number = lua_tointegerx(lua, -1, &whole);
    lua_pop(lua, 1);
    if (!given)
        return otherwise;
    if (!whole || number < least || number > most)
        luaL_error(lua, "%s: a number from %d to %d", field, least, most);
    return (int)number;
}

/* Whole units of `unit_ns` that the order must be told, 1 to `most`. */
static uint8_t units_option(lua_State *lua, int at, const char *field, int64_t unit_ns, int most)
{
    int64_t ns = duration_option(lua, at, field, 0, 0);
    if (ns <= 0 || ns % unit_ns != 0 || ns / unit_ns > most)
        luaL_error(lua, "%s: the order needs it, in whole multiples of %d min, at most %d min", field,
                   (int)(unit_ns / NS_PER_MIN), (int)(unit_ns / NS_PER_MIN) * most);
    return (uint8_t)(ns / unit_ns);
}

static struct order_options check_options(lua_State *lua, int at, size_t row)
{
    static const char *const keys[] = {"valid_for", "retries", "spacing", "delay", "lasts", NULL};
    struct order_options options = {0};
    if (!lua_isnoneornil(lua, at))
        api_check_keys(lua, at, keys);
    options.valid_ns = duration_option(lua, at, "valid_for", NS_PER_S, 0);
    options.spacing_ns = duration_option(lua, at, "spacing", NS_PER_S, 0);
    options.attempts = number_option(lua, at, "retries", 0, ORDER_ATTEMPTS_HIGHEST - 1, -1) + 1;
    bool delay = lua_istable(lua, at) && lua_getfield(lua, at, "delay") != LUA_TNIL;
    bool lasts = lua_istable(lua, at) && lua_getfield(lua, at, "lasts") != LUA_TNIL;
    if ((delay && !orders[row].warns) || (lasts && !orders[row].lasts))
        luaL_error(lua, "delay is of pre_trip, lasts of trip_then_close and trip_then_permit");
    if (orders[row].warns)
        options.n2 = units_option(lua, at, "delay", NS_PER_MIN, CONTROLLER_WARNING_MIN_MAX);
    if (orders[row].lasts)
        options.n2 = units_option(lua, at, "lasts", 5 * NS_PER_MIN, 255);
    return options;
}

/* Boards are not asked for what is this model's own, or what no board of the bench's profiles can be asked for. */
static void skip_what_boards_lack(lua_State *lua, const struct order_target *target, size_t row)
{
    for (size_t i = 0; i < target->count; i++)
        if ((orders[row].warns || orders[row].lasts) && run_is_board_flat(run_of(lua), target->flats[i]))
            api_skip(lua, "the bench cannot order a board to trip after a warning or for a time");
}

/* ---- orders ----------------------------------------------------------------------------------- */

/* The cause, or nil and why not when nothing was accepted. */
static int push_outcome(lua_State *lua, const struct order_given *given, const struct cause *cause)
{
    if (given->accepted == 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, error_text(given->why));
        return 2;
    }
    api_push_cause(lua, cause);
    return 1;
}

/* Its moment is the acceptance of the first flat's order: that of all. */
static struct cause cause_of(const struct run *run, const struct order_target *target, int order)
{
    bool one = target->count == 1;
    return (struct cause){
        .match = {.flat = one ? target->flats[0] : EVENT_NO_FLAT, .kind = EVENT_ORDER, .match_a = true, .a = order},
        .since = run->observer.count,
    };
}

/* session:order(target, "trip" [, { valid_for =, retries =, spacing =, delay =, lasts = }]) */
int api_session_order(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    size_t row = check_row(lua, 3);
    lua_settop(lua, 4);
    struct order_target target = check_target(lua, 2);
    struct order_options options = check_options(lua, 4, row);
    skip_what_boards_lack(lua, &target, row);
    struct cause cause = cause_of(run, &target, orders[row].order);
    snprintf(cause.text, sizeof cause.text, "the order to %s", orders[row].name);
    struct order_given given = act_order_all(run, &target, session, orders[row].order, &options);
    cause.batch = given.batch;
    return push_outcome(lua, &given, &cause);
}

/* session:maintenance(target, true or false) */
int api_session_maintenance(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    luaL_checktype(lua, 3, LUA_TBOOLEAN);
    bool on = lua_toboolean(lua, 3);
    struct order_target target = check_target(lua, 2);
    struct cause cause = cause_of(run, &target, DLT645_RELAY_TRIP);
    snprintf(cause.text, sizeof cause.text, "the %s of maintenance", on ? "begin" : "end");
    struct order_given given = act_maintenance(run, &target, session, on);
    cause.batch = given.batch;
    return push_outcome(lua, &given, &cause);
}

static struct restore_options check_restore_options(lua_State *lua, int at)
{
    static const char *const keys[] = {"feeder_limit", "wave", "settle", "allowance", "patience", NULL};
    struct restore_options options = restore_options_default();
    if (lua_isnoneornil(lua, at))
        return options;
    api_check_keys(lua, at, keys);
    if (lua_getfield(lua, at, "feeder_limit") != LUA_TNIL) {
        options.limit_ma = api_check_quantity(lua, lua_gettop(lua), UNIT_CURRENT_UA) / 1000;
        if (options.limit_ma <= 0)
            luaL_error(lua, "feeder_limit: more than 0 A");
    }
    lua_pop(lua, 1);
    options.wave_max = number_option(lua, at, "wave", 1, 5000, options.wave_max);
    options.allowance_percent = number_option(lua, at, "allowance", 100, 1000, options.allowance_percent);
    options.settle_ns = duration_option(lua, at, "settle", 0, options.settle_ns);
    options.patience_ns = duration_option(lua, at, "patience", 0, options.patience_ns);
    return options;
}

/* session:restore(target [, { feeder_limit =, wave =, settle =, allowance =, patience = }]) */
int api_session_restore(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    lua_settop(lua, 3);
    struct order_target target = check_target(lua, 2);
    struct restore_options options = check_restore_options(lua, 3);
    struct cause cause = {
        .match = {.flat = EVENT_NO_FLAT, .kind = EVENT_RESTORE, .match_a = true},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "the order to restore");
    struct order_given given = act_restore(run, &target, session, &options);
    cause.batch = given.batch;
    cause.match.a = given.batch;
    return push_outcome(lua, &given, &cause);
}

/* ---- what became of it ------------------------------------------------------------------------ */

static void push_ticket(lua_State *lua, const struct ticket *ticket)
{
    lua_createtable(lua, 0, 7);
    api_set_integer(lua, "flat", ticket->flat);
    api_set_text(lua, "outcome", dispatch_outcome_name(ticket->outcome));
    api_set_text(lua, "why", dispatch_why(ticket->why));
    api_set_integer(lua, "sent", ticket->sent);
    if (ticket->wave)
        api_set_integer(lua, "wave", ticket->wave);
    if (ticket->outcome <= DISPATCH_SENT)
        return;
    api_set_number(lua, "seconds", (double)(ticket->ended_at - ticket->accepted_at) / 1e9);
}

static void set_restore(lua_State *lua, const struct restore *restore)
{
    if (!restore)
        return;
    api_set_integer(lua, "waves", restore->wave);
    api_set_number(lua, "max_feeder_current", (double)restore->most_ma / 1e3);
    api_set_number(lua, "seconds_beyond_limit", (double)restore->passed_ns / 1e9);
}

/* cause:result(): how many flats have which outcome, and each flat's. */
int api_cause_result(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct cause *cause = api_check_cause(lua, 1);
    if (cause->batch == 0)
        return luaL_error(lua, "only what a session ordered has a result");
    struct platform *platform = &run->site->platform;
    const struct batch batch = *dispatch_batch(platform, cause->batch);
    int counts[DISPATCH_OUTCOME_COUNT] = {0};
    lua_createtable(lua, 0, 12);
    lua_createtable(lua, (int)batch.count, 0);
    for (uint32_t i = 0; i < batch.count; i++) {
        const struct ticket *ticket = dispatch_ticket(platform, batch.first + i);
        counts[ticket->outcome]++;
        push_ticket(lua, ticket);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    lua_setfield(lua, -2, "flats");
    for (int i = 0; i < DISPATCH_OUTCOME_COUNT; i++)
        api_set_integer(lua, i == DISPATCH_LEFT_OUT ? "left_out" : dispatch_outcome_name(i), counts[i]);
    api_set_bool(lua, "finished", batch.open == 0);
    set_restore(lua, restore_find(run->site, cause->batch));
    return 1;
}

/* cause:settled(): a condition, that every flat's order has an outcome. */
int api_cause_settled(lua_State *lua)
{
    const struct cause *cause = api_check_cause(lua, 1);
    if (cause->batch == 0)
        return luaL_error(lua, "only what a session ordered is settled some day");
    struct condition condition = {
        .kind = CONDITION_EVENT,
        .match = {.flat = EVENT_NO_FLAT, .kind = EVENT_ORDERS_SETTLED, .match_a = true, .a = cause->batch},
        .since = cause->since,
    };
    snprintf(condition.text, sizeof condition.text, "every flat has an outcome");
    api_push_condition(lua, &condition);
    return 1;
}
