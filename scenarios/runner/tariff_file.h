/*
 * Tariffs as Lua tables (docs/scenarios.md, "Tariffs"): in a fleet, in a file, or of a name. The named ones are scenarios/tariffs/NAME.lua,
 * built into the program.
 */
#ifndef METERBENCH_RUNNER_TARIFF_FILE_H
#define METERBENCH_RUNNER_TARIFF_FILE_H

#include "sim/tariff.h"

#include <lua.h>
#include <stddef.h>

/* The built-in texts, in the order of their names; the last has no name. */
struct tariff_text {
    const char *name, *text;
    const size_t *size;
};
extern const struct tariff_text tariff_texts[];

/* Read the table at stack index `at`. A wrong one is a Lua error that names the field. */
void tariff_read(lua_State *lua, int at, struct tariff *tariff);

/* Of a file, or (path NULL) of a name. 0, ERROR_NOT_FOUND for a name that is none, or with a message ERROR_INVALID_ARGUMENT or
 * ERROR_NO_MEMORY. */
int tariff_load(const char *path, const char *name, struct tariff *tariff, char *message, size_t size);

/* The named one, which stays for good; NULL for any other name. */
const struct tariff *tariff_by_name(const char *name);
/* The name of the n-th, n from 0, or NULL after the last. */
const char *tariff_name(int n);

/* A copy that stays for good; alike ones share it. NULL when memory is out. The padding of `tariff` must be 0. */
const struct tariff *tariff_keep(const struct tariff *tariff);

#endif
