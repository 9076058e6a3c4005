/* fleet.tariff: the name of a tariff, a file, or a table that is one; and what it is followed by. */
#ifndef METERBENCH_RUNNER_FLEET_TARIFF_H
#define METERBENCH_RUNNER_FLEET_TARIFF_H

#include "sim/site.h"

#include <lua.h>

/* Read the value at stack index `at` into config->tariff. A wrong one is a Lua error that names the field. */
void fleet_read_tariff(lua_State *lua, int at, struct site_config *config);
/* { { from = "2026-08-01", tariff = "shanghai" } }: price lists that follow, into config->tariff.next. */
void fleet_read_tariff_changes(lua_State *lua, int at, struct site_config *config);

#endif
