/* Words on standard input of `meterbench serve`: what somebody at the desk does to a flat. */
#ifndef METERBENCH_CLI_SERVE_WORDS_H
#define METERBENCH_CLI_SERVE_WORDS_H

#include "sim/site.h"

#define SERVE_WORDS_HELP                                                                           \
    "WORD FLAT [LEVEL], level 0 ends it\n"                                                         \
    "  leak 3 30mA, load 3 50A, smoke 3 on, heat 3 60C, outage 3 on, voltage 3 250V,\n"            \
    "  key 3 on, emergency 3 on, reset 3 (the breaker), pay 3 \"50 yuan\", show 3\n"

/* Do what a line says at site->now, or tell on stderr what is wrong with it. `user` is not used. */
void serve_words(void *user, struct site *site, const char *line);

#endif
