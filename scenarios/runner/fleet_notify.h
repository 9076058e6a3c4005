/* The fields of a fleet that say how people are told: channels, quiet hours. */
#ifndef METERBENCH_RUNNER_FLEET_NOTIFY_H
#define METERBENCH_RUNNER_FLEET_NOTIFY_H

#include "sim/site.h"

#include <lua.h>

void fleet_read_app(lua_State *lua, int at, struct site_config *config);
void fleet_read_sms(lua_State *lua, int at, struct site_config *config);
void fleet_read_reminder_channels(lua_State *lua, int at, struct site_config *config);
void fleet_read_alarm_channels(lua_State *lua, int at, struct site_config *config);
/* "22:00-08:00", or false for none. */
void fleet_read_quiet_hours(lua_State *lua, int at, struct site_config *config);
void fleet_read_reminder_attempts(lua_State *lua, int at, struct site_config *config);
void fleet_read_alarm_attempts(lua_State *lua, int at, struct site_config *config);

#endif
