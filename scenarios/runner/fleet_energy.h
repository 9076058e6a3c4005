/* fleet.energy_management: whether appliances are managed, and the schedule of limits that the platform orders. */
#ifndef METERBENCH_RUNNER_FLEET_ENERGY_H
#define METERBENCH_RUNNER_FLEET_ENERGY_H

#include "sim/site.h"

#include <lua.h>

/* Read the value at stack index `at`. A wrong one is a Lua error that names the field. */
void fleet_read_energy(lua_State *lua, int at, struct site_config *config);

/* A schedule as in the fleet's field. True when its windows are to be the tariff's peak hours. */
bool energy_read_schedule(lua_State *lua, int at, struct limit_schedule *schedule);

/* A measure by its name (none, shift, cap, shed, all, spread), for both appliances all the year, with no windows yet. False when
 * there is none of this name. */
bool energy_measure(const char *name, struct limit_schedule *schedule);

/* The peak (and sharp) hours of a tariff's first season become the windows; without a tariff 18 to 22 h. NULL, or why not. */
const char *energy_windows_at_peak(const struct tariff *tariff, struct limit_schedule *schedule);

#endif
