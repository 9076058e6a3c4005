#ifndef EMULATOR_OPTIONS_H
#define EMULATOR_OPTIONS_H

#include "emulator.h"

struct options {
    struct emulator_config config;
    bool pty;
    int lockstep_fd; /* -1: not in lockstep */
    bool quiet;
};

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/* Reads the command line; prints help, version or what is wrong with it. */
enum options_result options_read(int argc, char **argv, struct options *options);

#endif
