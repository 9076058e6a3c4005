/* fleet.tariff: the name of a tariff, or a table that is one. */
#ifndef METERBENCH_RUNNER_FLEET_TARIFF_H
#define METERBENCH_RUNNER_FLEET_TARIFF_H

#include "sim/site.h"

#include <lua.h>

/* Read the value at stack index `at` into config->tariff. A wrong one is a Lua error that names the field. */
void fleet_read_tariff(lua_State *lua, int at, struct site_config *config);

#endif
