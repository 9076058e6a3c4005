/* What a session may order of the meters. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int order;
} orders[] = {
    {"trip", DLT645_RELAY_TRIP},
    {"close", DLT645_RELAY_CLOSE},
    {"permit", DLT645_RELAY_PERMIT_CLOSE},
    {"keep_power_on", DLT645_RELAY_KEEP_POWER_ON},
    {"keep_power_off", DLT645_RELAY_KEEP_POWER_OFF},
    {"set_clock", ORDER_SET_CLOCK},
    {"broadcast_time", ORDER_BROADCAST_TIME},
};

int api_check_order(lua_State *lua, int at)
{
    const char *name = luaL_checkstring(lua, at);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        if (strcmp(orders[i].name, name) == 0)
            return orders[i].order;
    return luaL_error(lua, "there is no order \"%s\": trip, close, permit, keep_power_on, keep_power_off, "
                      "set_clock, broadcast_time", name);
}

/* session:order(flat, "trip"): a cause, its moment the platform's acceptance; or nil and why not. */
int api_session_order(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    struct flat *flat = api_check_flat(lua, 2);
    int order = api_check_order(lua, 3);
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_ORDER, .match_a = true, .a = order},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "the order to %s", lua_tostring(lua, 3));
    int result = act_order(run, flat, session, order);
    if (result < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, error_text(result));
        return 2;
    }
    api_push_cause(lua, &cause);
    return 1;
}
