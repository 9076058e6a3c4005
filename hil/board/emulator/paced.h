/*
 * Paced: emulated time follows the monotonic clock, the serial line and the rack are pseudo
 * terminals that any program can open.
 */
#ifndef EMULATOR_PACED_H
#define EMULATOR_PACED_H

#include "emulator.h"

/* Runs until SIGTERM, SIGINT, or the end of standard input if that is a pipe. */
int paced_run(const struct emulator_config *config, bool quiet);

#endif
