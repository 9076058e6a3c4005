/* What a script sees of messages to people, and their phones. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

#define FLAT "meterbench.flat"
#define WHOM_ADMINISTRATOR 0x100

/* ---- phones ------------------------------------------------------------------------------------- */

/* `true`, `false`, or { on =, app = }. */
static void check_phone(lua_State *lua, int at, bool *on, bool *app)
{
    static const char *const keys[] = {"on", "app", NULL};
    *app = true;
    if (!lua_istable(lua, at)) {
        luaL_checktype(lua, at, LUA_TBOOLEAN);
        *on = lua_toboolean(lua, at);
        return;
    }
    api_check_keys(lua, at, keys);
    *on = lua_getfield(lua, at, "on") == LUA_TNIL || lua_toboolean(lua, -1);
    *app = lua_getfield(lua, at, "app") == LUA_TNIL || lua_toboolean(lua, -1);
}

/* flat:phone(false), flat:phone { app = false }: the tenant's phone is off, or only SMS reach it. */
static int flat_phone(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    bool on, app;
    check_phone(lua, 2, &on, &app);
    flat_set_phone(flat, run->site->now, on, app);
    act_settle(run, flat);
    return 0;
}

/* bench:phone("admin", false): somebody else's phone. */
int api_phone(lua_State *lua)
{
    struct run *run = api_check_bench(lua);
    int number = api_check_user(lua, run, 2);
    struct user *user = &run->site->platform.people.users[number];
    bool on, app;
    check_phone(lua, 3, &on, &app);
    user->phone_off = !on;
    user->app_off = !app;
    for (uint32_t i = 1; i <= run->site->flat_count; i++) {
        struct flat *flat = site_flat(run->site, i);
        notify_phone_is_on(&flat->account, run->site->now, number);
        site_touched(run->site, flat);
    }
    return 0;
}

/* ---- conditions --------------------------------------------------------------------------------- */

static int alarm_number(lua_State *lua, const char *name)
{
    if (strcmp(name, "unreachable") == 0)
        return PLATFORM_ALARM_UNREACHABLE;
    int alarm = meter_alarm_from_name(name);
    return alarm >= 0 ? alarm : luaL_error(lua, "there is no alarm \"%s\"", name);
}

static const char *alarm_name(int alarm)
{
    return alarm == PLATFORM_ALARM_UNREACHABLE ? "unreachable" : meter_alarm_name(alarm);
}

/* What the alarm is of: its number, and for a trip its cause or else -1. */
static int check_alarm(lua_State *lua, int *cause, const char **name)
{
    *cause = -1;
    if (lua_getfield(lua, 2, "cause") == LUA_TNIL) {
        lua_getfield(lua, 2, "alarm");
        *name = luaL_checkstring(lua, -1);
        return alarm_number(lua, *name);
    }
    *name = luaL_checkstring(lua, -1);
    *cause = trip_cause_from_name(*name);
    if (*cause < 0)
        luaL_error(lua, "there is no cause \"%s\" of a trip", *name);
    return METER_ALARM_TRIPPED;
}

/* Whom an event of an alarm must name, as value and mask. */
static void match_whom(lua_State *lua, struct event_match *match, const char *to, const char *channel)
{
    match->match_b = true;
    match->mask_b = ~INT64_C(0xff);
    if (strcmp(to, "administrator") == 0) {
        match->mask_b = WHOM_ADMINISTRATOR;
        match->b = WHOM_ADMINISTRATOR;
    } else if (strcmp(to, "tenant") != 0) {
        lua_pushstring(lua, to);
        match->b = NOTIFY_WHOM(api_check_user(lua, run_of(lua), lua_gettop(lua)), 0);
    }
    if (!channel)
        return;
    int number = notify_channel_from_name(channel);
    if (number < 0)
        luaL_error(lua, "alarmed: channel = \"app\" or \"sms\"");
    match->mask_b |= 0xff;
    match->b |= number;
}

/* flat:alarmed { to =, channel =, cause = "leakage" } or { alarm = "security" } */
static int flat_alarmed(lua_State *lua)
{
    static const char *const keys[] = {"to", "channel", "cause", "alarm", NULL};
    char text[100];
    int cause;
    const char *name;
    api_check_keys(lua, 2, keys);
    lua_getfield(lua, 2, "to");
    const char *to = luaL_optstring(lua, -1, "platform");
    lua_getfield(lua, 2, "channel");
    const char *channel = luaL_optstring(lua, -1, NULL);
    int alarm = check_alarm(lua, &cause, &name);
    struct event_match match = {.match_a = true};
    if (strcmp(to, "platform") == 0) {
        if (channel)
            return luaL_error(lua, "alarmed: a channel is of those to people");
        match.kind = EVENT_ALARM_RECEIVED;
        match.a = alarm;
        match.match_b = cause >= 0;
        match.b = cause;
    } else {
        match.kind = EVENT_ALARM_SHOWN;
        match.a = alarm << 8 | (cause >= 0 ? cause : 0);
        match.mask_a = cause >= 0 ? 0 : ~INT64_C(0xff);
        match_whom(lua, &match, to, channel);
    }
    snprintf(text, sizeof text, "alarm (%.30s) reached the %.31s%s%.3s", name, to, channel ? " by " : "",
             channel ? channel : "");
    return api_push_event_condition(lua, match, text);
}

/* flat:reminded(3): the third reminder was delivered, by the platform's books. */
static int flat_reminded(lua_State *lua)
{
    char text[40];
    struct event_match match = {.kind = EVENT_REMINDER_DELIVERED, .match_a = true,
                                .a = luaL_checkinteger(lua, 2)};
    snprintf(text, sizeof text, "reminder %d delivered", (int)match.a);
    return api_push_event_condition(lua, match, text);
}

/* flat:reminders_given_up(): a reminder could not be delivered, and the administrator decides. */
static int flat_reminders_given_up(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_REMINDERS_FALLBACK},
                                    "reminders given up");
}

/* ---- evidence ----------------------------------------------------------------------------------- */

static void set_seconds(lua_State *lua, const char *name, int64_t at)
{
    api_set_number(lua, name, (double)at / 1e9);
}

static void count_in(lua_State *lua, const char *name)
{
    lua_getfield(lua, -1, name);
    lua_Integer count = lua_tointeger(lua, -1);
    lua_pop(lua, 1);
    api_set_integer(lua, name, count + 1);
}

/* The entry of reminder `number` in the list at the top; pushed, and made when it is the next one. */
static bool push_reminder(lua_State *lua, int64_t number)
{
    if (lua_rawgeti(lua, -1, number) == LUA_TTABLE)
        return true;
    lua_pop(lua, 1);
    if (number != (int64_t)lua_rawlen(lua, -1) + 1)
        return false;
    lua_createtable(lua, 0, 8);
    api_set_integer(lua, "number", number);
    api_set_integer(lua, "app", 0);
    api_set_integer(lua, "sms", 0);
    api_set_integer(lua, "receipts", 0);
    lua_pushvalue(lua, -1);
    lua_rawseti(lua, -3, number);
    return true;
}

static void set_first(lua_State *lua, const char *name, const struct event *event)
{
    if (lua_getfield(lua, -1, name) != LUA_TNIL) {
        lua_pop(lua, 1);
        return;
    }
    lua_pop(lua, 1);
    set_seconds(lua, name, event->at);
}

static void note_reminder(lua_State *lua, const struct event *event)
{
    if (!push_reminder(lua, event->a))
        return;
    switch (event->kind) {
    case EVENT_REMINDER_SENT:
        set_first(lua, "sent", event);
        count_in(lua, notify_channel_name((int)event->b));
        break;
    case EVENT_REMINDER_SHOWN:
        set_first(lua, "shown", event);
        break;
    case EVENT_REMINDER_RECEIPT:
        count_in(lua, "receipts");
        break;
    case EVENT_REMINDER_DELIVERED:
        set_seconds(lua, "delivered", event->at);
        api_set_text(lua, "channel", notify_channel_name((int)event->b));
        break;
    }
    lua_pop(lua, 1);
}

/* flat:reminders(): the evidence of the last reminding. */
static int flat_reminders(lua_State *lua)
{
    const struct observer *observer = &run_of(lua)->observer;
    uint32_t number = api_check_flat(lua, 1)->number;
    const struct event_match begins = {.flat = number, .kind = EVENT_REMINDING};
    const struct event *first = observer_last(observer, &begins);
    lua_newtable(lua);
    for (size_t i = first ? (size_t)(first - observer->events) : observer->count; i < observer->count; i++) {
        const struct event *event = &observer->events[i];
        bool of_reminder = event->kind >= EVENT_REMINDER_SENT && event->kind <= EVENT_REMINDER_DELIVERED;
        if (event->flat == number && of_reminder)
            note_reminder(lua, event);
    }
    return 1;
}

static const char *happening(int kind)
{
    switch (kind) {
    case EVENT_REMINDER_SENT:
    case EVENT_ALARM_SENT:
        return "sent";
    case EVENT_REMINDER_SHOWN:
    case EVENT_ALARM_SHOWN:
        return "shown";
    case EVENT_REMINDER_RECEIPT:
    case EVENT_ALARM_RECEIPT:
        return "receipt";
    case EVENT_ALARM_UNCONFIRMED:
        return "unconfirmed";
    default:
        return NULL;
    }
}

static void push_message(lua_State *lua, const struct run *run, const struct event *event)
{
    bool reminds = event->kind >= EVENT_REMINDER_SENT && event->kind <= EVENT_REMINDER_DELIVERED;
    int user = (int)(event->b >> 16);
    bool administrator = !reminds && (event->b & WHOM_ADMINISTRATOR);
    lua_createtable(lua, 0, 7);
    set_seconds(lua, "at", event->at);
    api_set_text(lua, "event", happening(event->kind));
    api_set_text(lua, "to", administrator ? run->site->platform.people.users[user].name : "tenant");
    if (event->kind != EVENT_ALARM_UNCONFIRMED) {
        api_set_text(lua, "channel", notify_channel_name((int)event->b & 0xff));
    }
    if (reminds) {
        api_set_integer(lua, "reminder", event->a);
        return;
    }
    int alarm = (int)event->a >> 8, detail = (int)event->a & 0xff;
    api_set_text(lua, "alarm", alarm_name(alarm));
    if (alarm != METER_ALARM_TRIPPED)
        return;
    api_set_text(lua, "cause", trip_cause_name(detail));
}

/* flat:messages(): what happened to each message about the flat, in order. */
static int flat_messages(lua_State *lua)
{
    const struct run *run = run_of(lua);
    uint32_t number = api_check_flat(lua, 1)->number;
    lua_Integer count = 0;
    lua_newtable(lua);
    for (size_t i = 0; i < run->observer.count; i++) {
        const struct event *event = &run->observer.events[i];
        if (event->flat != number || !happening(event->kind))
            continue;
        push_message(lua, run, event);
        lua_rawseti(lua, -2, ++count);
    }
    return 1;
}

void api_register_notify(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"phone", flat_phone},         {"alarmed", flat_alarmed},
        {"reminded", flat_reminded},   {"reminders_given_up", flat_reminders_given_up},
        {"reminders", flat_reminders}, {"messages", flat_messages},
        {NULL, NULL},
    };
    api_add_methods(lua, FLAT, methods);
}
