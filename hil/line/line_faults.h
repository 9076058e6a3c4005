/* Line faults (sim/link/line_faults.h) as people write them: in a bench file, a file of their own, on the command line. */
#ifndef METERBENCH_HIL_LINE_LINE_FAULTS_H
#define METERBENCH_HIL_LINE_LINE_FAULTS_H

#include "sim/link/line_faults.h"

struct lua_file;

/*
 * From the table that was entered:
 * { drop_ppm =, corrupt_ppm =, duplicate_ppm =, split_ppm =, noise_ppm =, delay = "20 ms", pause = "30 ms",
 *   echo = true, seed = 7, schedule = { { at = "3 s", kind = "drop", count = 2, direction = "to device" }, .. } }.
 * What is missing stays as it is; complaints are the file's.
 */
void line_faults_read(struct lua_file *file, struct line_faults *faults);

/* A Lua file that returns such a table, by its name that ends in .lua, or words:
 * "corrupt=200ppm, drop=50ppm, delay=20ms, echo, drop=2@3s, split=1@5s<, seed=7". N@T plans N faults at T, of bytes to
 * the device with a > behind it, from it with a <. 0, or ERROR_PROFILE with a message. */
int line_faults_parse(const char *text, struct line_faults *faults, char *message, size_t size);

#endif
