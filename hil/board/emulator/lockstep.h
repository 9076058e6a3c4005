/*
 * Lockstep: the host grants time over a stream socket and gets back what happened in it, in order
 * and stamped. No wall clock takes part. The lines are in docs/board.md.
 */
#ifndef EMULATOR_LOCKSTEP_H
#define EMULATOR_LOCKSTEP_H

#include "emulator.h"

/* Runs until the host says Q or hangs up; returns the process's exit code. */
int lockstep_run(const struct emulator_config *config, int fd);

#endif
