/*
 * Files about households: the table of a household model (a Lua table as in scenarios/fleets/rental_flat.lua), and
 * recorded load curves (CSV). Models are read once a process and kept until it ends.
 */
#ifndef METERBENCH_RUNNER_HOUSEHOLD_FILE_H
#define METERBENCH_RUNNER_HOUSEHOLD_FILE_H

#include "sim/plant/household.h"

#include <stddef.h>

/* The model that the program has inside. */
const struct household_model *household_default(void);

/* The model of a file. NULL with a message that names file and field. */
const struct household_model *household_load(const char *path, char *message, size_t size);

/* A curve of lines "seconds,watts", in rising order of time, the first at 0; empty lines and those that begin with # are
 * left out, and so is a first line of words. A last line "seconds,repeat" lets it begin anew then. The number of points
 * in *points (to be freed), or a negative error with a message that names file and line. */
int household_read_curve(const char *path, struct household_point **points, char *message, size_t size);

/* The curve of a file, read once a process and kept until it ends. NULL with a message that names file and line. */
const struct household_curve *household_load_curve(const char *path, char *message, size_t size);

#endif
