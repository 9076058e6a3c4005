/* The command line: one file a subcommand, each a function from arguments to an exit code. */
#ifndef METERBENCH_CLI_H
#define METERBENCH_CLI_H

#include "hil/board.h"
#include "hil/line_faults.h"
#include "scenarios/runner/suite.h"

#include <stdatomic.h>

int cli_test(int argc, char **argv);
int cli_fleet(int argc, char **argv);
int cli_board(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_decode(int argc, char **argv);
int cli_gui(int argc, char **argv);
int cli_replay(int argc, char **argv);

/* Subcommands of board; argv[0] is the subcommand's name. */
int cli_board_check(int argc, char **argv);
int cli_board_probe(int argc, char **argv);
int cli_board_monitor(int argc, char **argv);
int cli_board_selftest(int argc, char **argv);

/* Set by SIGINT, SIGTERM and SIGHUP; runs look at it and end with a valid report. */
extern atomic_bool cli_interrupted;
void cli_catch_signals(void);

/* "meterbench: ..." to stderr; returns EXIT_USAGE. */
int cli_usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --board, --bench, --lockstep and what belongs to them, as every subcommand takes them. */
enum { CLI_BOARDS_MAX = 16 };
struct cli_board_options {
    const char *board; /* "emulated", a device, a bench file; NULL: all virtual */
    const char *bench_file;
    const char *ids[CLI_BOARDS_MAX]; /* boards of the bench file that were named; none: all */
    int id_count;
    const char *profile;
    const char *elf;
    const char *truth;
    bool no_flash;
    int baud;
    bool lockstep;
    struct line_faults line_faults;
    uint64_t seed;
};

/* Their long options: lines of a getopt table, and the reader of one that was met. */
enum cli_board_option_id {
    CLI_OPTION_BOARD = 512,
    CLI_OPTION_BENCH,
    CLI_OPTION_PROFILE,
    CLI_OPTION_BAUD,
    CLI_OPTION_LOCKSTEP,
    CLI_OPTION_FIRMWARE,
    CLI_OPTION_TRUTH,
    CLI_OPTION_LINE_FAULTS,
    CLI_OPTION_NO_FLASH
};
#define CLI_BOARD_OPTIONS                                                                          \
    {"board", required_argument, NULL, CLI_OPTION_BOARD},                                          \
        {"bench", required_argument, NULL, CLI_OPTION_BENCH},                                      \
        {"profile", required_argument, NULL, CLI_OPTION_PROFILE},                                  \
        {"baud", required_argument, NULL, CLI_OPTION_BAUD},                                        \
        {"lockstep", no_argument, NULL, CLI_OPTION_LOCKSTEP},                                      \
        {"firmware", required_argument, NULL, CLI_OPTION_FIRMWARE},                                \
        {"truth", required_argument, NULL, CLI_OPTION_TRUTH},                                      \
        {"line-faults", required_argument, NULL, CLI_OPTION_LINE_FAULTS},                      \
        {"no-flash", no_argument, NULL, CLI_OPTION_NO_FLASH}
#define CLI_BOARD_HELP                                                                             \
    "on a board\n"                                                                                 \
    "  --board SPEC         emulated, a device such as /dev/ttyUSB0, or a bench file (.lua);\n"    \
    "                       with --bench a board of that file by its id (again: any of them)\n"    \
    "  --bench FILE         bench file: boards, profile, port, line settings, rack\n"              \
    "  --profile FILE       what make of meter it is, before the bench file's: a file, or a name\n" \
    "                       such as dds238 of those that come along (default: the reference board)\n" \
    "  --baud N             line speed, before the bench file's\n"                                 \
    "  --lockstep           the emulated board runs in simulated time: deterministic, faster\n"    \
    "  --firmware FILE      firmware of the emulated board (ELF), or what a real one runs\n"       \
    "  --line-faults WHAT   a bad serial line: drop=50ppm,noise=100ppm,.. (docs/serve.md)\n"           \
    "  --no-flash           the bench file's flash command is not run\n"                           \
    "  --truth FILE         keep what the emulator knows to have happened, cycle by cycle\n"
/* 0, or EXIT_USAGE when the value is wrong (told on stderr). */
int cli_read_board_option(struct cli_board_options *options, int id, const char *value);

/* The value of --line-faults. 0, or EXIT_USAGE (told on stderr). */
int cli_read_line_faults(const char *text, struct line_faults *faults);

/* --twin or --twin=strict: 0, or EXIT_USAGE (told on stderr). */
int cli_read_twin(const char *value, enum twin_use *twin);

/* The number of an option's value; 0, or EXIT_USAGE when it is none from min to max (told on stderr). */
int cli_check_number(const char *option, const char *text, unsigned long long min,
                     unsigned long long max, unsigned long long *value);

/* A report that cannot be written is found out before the run, not after it: 0 or EXIT_USAGE. NULL and "-" are fine. */
int cli_check_writable(const char *option, const char *path);

/* Whoever closes the pipe, as head does, has read enough; a full disk loses what should be kept: 0 or
 * EXIT_INTERNAL. */
int cli_flush_console(void);

/* The board that the options name: 0, or EXIT_USAGE when they contradict each other (told on stderr). Of
 * kind BOARD_PORT without port and bench file: none was asked for. */
int cli_board_spec(const struct cli_board_options *options, struct board_spec *spec);

/* Makers of such boards, a list; free it with cli_board_maker_free. NULL when no board was asked for or, with
 * *error set to EXIT_USAGE, when the options contradict each other or name a wrong file (told on stderr). */
struct board_maker *cli_board_maker_new(const struct cli_board_options *options, int *error);
/* The run is over: boards on ports are left safe, which is told on stderr where it fails. */
void cli_boards_end(struct board_maker *maker);
void cli_board_maker_free(struct board_maker *maker);

/* Where scenarios are when no path is given: ./scenarios, else the source tree's. */
const char *cli_scenarios(void);

#endif
