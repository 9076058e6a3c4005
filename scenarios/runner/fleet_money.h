/* Fields of a fleet that are rules of its accounts: friendly hours, holidays. Wrong ones are Lua errors that name the field. */
#ifndef METERBENCH_RUNNER_FLEET_MONEY_H
#define METERBENCH_RUNNER_FLEET_MONEY_H

#include "sim/site.h"

#include <lua.h>

/* "22:00-07:00", or { hours = "22:00-07:00", weekends = true, holidays = true }. */
void fleet_read_friendly(lua_State *lua, int at, struct site_config *config);
/* "charges_twice": a fault of the platform from the beginning. */
void fleet_read_bug(lua_State *lua, int at, struct site_config *config);
/* { "2026-10-01", "2026-10-02" } */
void fleet_read_holidays(lua_State *lua, int at, struct site_config *config);

#endif
