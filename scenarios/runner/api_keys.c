/* Changing the key of a meter's uplink. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"
#include "sim/key_change.h"

#include <stdio.h>

static int change_key(struct run *run, struct flat *flat, const struct session *session)
{
    int64_t now = run->site->now;
    int result = platform_authorise(&run->site->platform, now, session, RIGHT_CHANGE_KEY, flat->number);
    if (result == 0)
        result = flat_change_key(flat, now);
    act_settle(run, flat);
    return result;
}

/* session:change_key(flat): a cause, its moment the platform's first offer; or nil and why not. */
int api_session_change_key(lua_State *lua)
{
    struct run *run = run_of(lua);
    const struct session *session = api_check_session(lua, 1);
    struct flat *flat = api_check_flat(lua, 2);
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_KEY_CHANGE, .match_a = true, .a = KEY_OFFERED},
        .since = run->observer.count,
    };
    snprintf(cause.text, sizeof cause.text, "the change of flat %u's key", flat->number);
    int result = change_key(run, flat, session);
    if (result < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, result == ERROR_NOT_ALLOWED ? "not allowed, or a change is under way" : error_text(result));
        return 2;
    }
    api_push_cause(lua, &cause);
    return 1;
}

/* flat:key_changed(): both ends have the new key, and each knows it of the other. */
int api_flat_key_changed(lua_State *lua)
{
    return api_push_event_condition(
        lua, (struct event_match){.kind = EVENT_KEY_CHANGE, .match_a = true, .a = KEY_DONE}, "key changed");
}
