#include "scenarios/runner/fleet_notify.h"

#include "sim/kernel/time.h"

#include <lauxlib.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ---- a channel's figures ------------------------------------------------------------------------ */

enum kind { DURATION, SPREAD, CHANCE };

static const struct {
    const char *name;
    enum kind kind;
    size_t offset;
} figures[] = {
    {"delay", DURATION, offsetof(struct notify_channel_policy, delay_ns)},
    {"delay_spread", SPREAD, offsetof(struct notify_channel_policy, delay_spread_milli)},
    {"held", CHANCE, offsetof(struct notify_channel_policy, held_ppm)},
    {"held_for", DURATION, offsetof(struct notify_channel_policy, held_ns)},
    {"loss", CHANCE, offsetof(struct notify_channel_policy, loss_ppm)},
    {"kept", DURATION, offsetof(struct notify_channel_policy, kept_ns)},
    {"receipt", DURATION, offsetof(struct notify_channel_policy, receipt_ns)},
    {"receipt_spread", SPREAD, offsetof(struct notify_channel_policy, receipt_spread_milli)},
    {"receipt_loss", CHANCE, offsetof(struct notify_channel_policy, receipt_loss_ppm)},
};

static int64_t duration_of(lua_State *lua, const char *channel, const char *name)
{
    int64_t ns = 0;
    const char *text = lua_tostring(lua, -1);
    if (!text || duration_parse(text, &ns) < 0 || ns < 0 || ns > 400 * NS_PER_DAY)
        luaL_error(lua, "fleet.%s: %s is a duration such as \"10 s\", at most 400 days", channel, name);
    return ns;
}

static double number_of(lua_State *lua, const char *channel, const char *name, double most)
{
    double value = lua_type(lua, -1) == LUA_TNUMBER ? lua_tonumber(lua, -1) : -1;
    if (!(value >= 0 && value <= most))
        luaL_error(lua, "fleet.%s: %s is a number from 0 to %d", channel, name, (int)most);
    return value;
}

static void read_figure(lua_State *lua, const char *channel, size_t which, struct notify_channel_policy *policy)
{
    const char *name = figures[which].name;
    void *field = (char *)policy + figures[which].offset;
    switch (figures[which].kind) {
    case DURATION:
        *(int64_t *)field = duration_of(lua, channel, name);
        break;
    case SPREAD:
        *(int32_t *)field = (int32_t)(number_of(lua, channel, name, 3) * 1000 + 0.5);
        break;
    case CHANCE:
        *(uint32_t *)field = (uint32_t)(number_of(lua, channel, name, 1) * 1e6 + 0.5);
        break;
    }
}

static void read_channel(lua_State *lua, int at, enum notify_channel channel, struct site_config *config)
{
    enum { COUNT = sizeof figures / sizeof figures[0] };
    const char *name = notify_channel_name(channel);
    if (!lua_istable(lua, at))
        luaL_error(lua, "fleet.%s: a table such as { delay = \"6 s\", loss = 0.01 }", name);
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        size_t which = 0;
        while (which < COUNT && strcmp(figures[which].name, key) != 0)
            which++;
        if (which == COUNT)
            luaL_error(lua, "fleet.%s: unknown field \"%s\": delay, delay_spread, held, held_for, loss, kept, receipt, "
                            "receipt_spread, receipt_loss", name, key);
        read_figure(lua, name, which, &config->policy.notify.channels[channel]);
    }
}

void fleet_read_app(lua_State *lua, int at, struct site_config *config)
{
    read_channel(lua, at, NOTIFY_APP, config);
}

void fleet_read_sms(lua_State *lua, int at, struct site_config *config)
{
    read_channel(lua, at, NOTIFY_SMS, config);
}

/* ---- which channels ----------------------------------------------------------------------------- */

static int read_list(lua_State *lua, int at, const char *field, uint8_t channels[NOTIFY_CHANNELS])
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > NOTIFY_CHANNELS)
        luaL_error(lua, "fleet.%s: a list of channels, as in { \"app\", \"sms\" }", field);
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        const char *name = lua_tostring(lua, -1);
        int channel = name ? notify_channel_from_name(name) : -1;
        if (channel < 0)
            luaL_error(lua, "fleet.%s: a channel is \"app\" or \"sms\"", field);
        channels[i] = (uint8_t)channel;
        lua_pop(lua, 1);
    }
    return (int)count;
}

void fleet_read_reminder_channels(lua_State *lua, int at, struct site_config *config)
{
    struct notify_policy *policy = &config->policy.notify;
    policy->reminder_channel_count = (uint8_t)read_list(lua, at, "reminder_channels", policy->reminder_channels);
}

void fleet_read_alarm_channels(lua_State *lua, int at, struct site_config *config)
{
    uint8_t channels[NOTIFY_CHANNELS];
    int count = read_list(lua, at, "alarm_channels", channels);
    config->policy.notify.alarm_channels = 0;
    for (int i = 0; i < count; i++)
        config->policy.notify.alarm_channels |= (uint8_t)(1 << channels[i]);
}

/* ---- when, and how often ------------------------------------------------------------------------ */

void fleet_read_quiet_hours(lua_State *lua, int at, struct site_config *config)
{
    struct notify_policy *policy = &config->policy.notify;
    int from_h = -1, from_min = -1, until_h = -1, until_min = -1, used = 0;
    policy->quiet_from_s = policy->quiet_until_s = 0;
    if (lua_isboolean(lua, at) && !lua_toboolean(lua, at))
        return;
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    bool read = sscanf(text, "%2d:%2d-%2d:%2d%n", &from_h, &from_min, &until_h, &until_min, &used) == 4 &&
                text[used] == '\0';
    bool sound = read && from_h >= 0 && from_h < 24 && until_h >= 0 && until_h < 24 && from_min >= 0 &&
                 from_min < 60 && until_min >= 0 && until_min < 60;
    if (!sound)
        luaL_error(lua, "fleet.quiet_hours: hours such as \"22:00-08:00\", or false");
    policy->quiet_from_s = from_h * 3600 + from_min * 60;
    policy->quiet_until_s = until_h * 3600 + until_min * 60;
}

static int read_attempts(lua_State *lua, int at, const char *field)
{
    lua_Integer count = lua_isinteger(lua, at) ? lua_tointeger(lua, at) : 0;
    if (count < 1 || count > 100)
        luaL_error(lua, "fleet.%s: a number from 1 to 100", field);
    return (int)count;
}

void fleet_read_reminder_attempts(lua_State *lua, int at, struct site_config *config)
{
    config->policy.reminder_attempts_max = read_attempts(lua, at, "reminder_attempts");
}

void fleet_read_alarm_attempts(lua_State *lua, int at, struct site_config *config)
{
    config->policy.notify.alarm_attempts = (uint8_t)read_attempts(lua, at, "alarm_attempts");
}
