/*
 * A fleet file: what kinds of buildings a fleet has. A Lua file that returns one table `{ fleet = {...} }` or a list
 * of them, each with an optional `share` (a whole number, 1 when missing) and `name`; the fields of `fleet` are those
 * of a scenario (docs/scenarios.md).
 */
#ifndef METERBENCH_RUNNER_FLEET_FILE_H
#define METERBENCH_RUNNER_FLEET_FILE_H

#include "sim/fleet.h"

#include <stddef.h>

/* Replaces config->kinds; what a file does not say stays as in config->kinds[0]. 0, or ERROR_INVALID_ARGUMENT with
 * the file, the line or the field in `complaint`; config is then as it was. */
int fleet_file_read(const char *path, struct fleet_config *config, char *complaint, size_t size);

#endif
