/* fleet.people: how long sessions last, what passwords must be, who has which rights. */
#ifndef METERBENCH_RUNNER_FLEET_PEOPLE_H
#define METERBENCH_RUNNER_FLEET_PEOPLE_H

#include "sim/site.h"

#include <lua.h>

/* Reads the table at `at` into the site's policy of people; a Lua error says what is wrong. */
void fleet_read_people(lua_State *lua, int at, struct site_config *config);

#endif
