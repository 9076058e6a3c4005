/* The command line: one file a subcommand, each a function from arguments to an exit code. */
#ifndef METERBENCH_CLI_H
#define METERBENCH_CLI_H

#include "scenarios/runner/suite.h"

#include <stdatomic.h>

int cli_test(int argc, char **argv);
int cli_board(int argc, char **argv);
int cli_gui(int argc, char **argv);

/* Set by SIGINT and SIGTERM; runs look at it and end with a valid report. */
extern atomic_bool cli_interrupted;
void cli_catch_signals(void);

/* "meterbench: ..." to stderr; returns EXIT_USAGE. */
int cli_usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --board, --bench, --lockstep and what belongs to them, as every subcommand takes them. */
struct cli_board_options {
    const char *board; /* "emulated", a device, a bench file; NULL: all virtual */
    const char *bench_file;
    const char *elf;
    const char *truth;
    int baud;
    bool lockstep;
    uint64_t seed;
};

/* A maker of such boards; free it with cli_board_maker_free. NULL when no board was asked for or, with
 * *error set to EXIT_USAGE, when the options contradict each other (told on stderr). */
struct board_maker *cli_board_maker_new(const struct cli_board_options *options, int *error);
void cli_board_maker_free(struct board_maker *maker);

/* Where scenarios are when no path is given: ./scenarios, else beside the program, else installed. */
const char *cli_scenarios(void);

#endif
