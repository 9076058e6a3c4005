/* Fields of a fleet that are rules of its accounts: friendly hours, holidays. Wrong ones are Lua errors that name the field. */
#ifndef METERBENCH_RUNNER_FLEET_MONEY_H
#define METERBENCH_RUNNER_FLEET_MONEY_H

#include "sim/site.h"

#include <lua.h>

/* "prepaid" or "postpaid". */
void fleet_read_payment(lua_State *lua, int at, struct site_config *config);
/* The day of the month on which bills are made. */
void fleet_read_bill_day(lua_State *lua, int at, struct site_config *config);
/* "on" or "off": supply of a flat that nobody lives in. */
void fleet_read_vacant(lua_State *lua, int at, struct site_config *config);
/* "22:00-07:00", or { hours = "22:00-07:00", weekends = true, holidays = true }. */
void fleet_read_friendly(lua_State *lua, int at, struct site_config *config);
/* "charges_twice": a fault of the platform from the beginning. */
void fleet_read_bug(lua_State *lua, int at, struct site_config *config);
/* { "2026-10-01", "2026-10-02" } */
void fleet_read_holidays(lua_State *lua, int at, struct site_config *config);

#endif
