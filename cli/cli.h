/* The command line: one file a subcommand, each a function from arguments to an exit code. */
#ifndef METERBENCH_CLI_H
#define METERBENCH_CLI_H

#include "hil/board.h"
#include "hil/line/line_faults.h"
#include "scenarios/runner/suite.h"

#include <stdatomic.h>

int cli_test(int argc, char **argv);
int cli_fleet(int argc, char **argv);
int cli_energy(int argc, char **argv);
int cli_board(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_decode(int argc, char **argv);
int cli_gui(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_audit(int argc, char **argv);

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

/* A subcommand's options. `read` takes one that was met: 0, or EXIT_USAGE (told on stderr). */
struct option;
struct cli_command {
    const char *name; /* as it is called: "board check" */
    const char *help;
    const struct option *options; /* of getopt_long; --help is 'h' */
    int (*read)(void *arguments, int id, const char *value);
};

/* Reads the options; argv[optind] is then the first of the rest. 0, EXIT_USAGE, or CLI_HELPED when --help was
 * answered and nothing else is to be done: a subcommand returns it, and the program ends with 0. */
enum { CLI_HELPED = -1 };
int cli_read_options(const struct cli_command *command, int argc, char **argv, void *arguments);

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

/* The same from 1 to at most UINT32_MAX. */
int cli_read_count(const char *option, const char *text, unsigned long long max, uint32_t *value);

/* The same for an int, which is left alone when it is wrong; a root seed; a duration above 0; none, even or odd
 * as 'N', 'E' or 'O'. */
int cli_read_int(const char *option, const char *text, int min, int max, int *value);
int cli_read_seed(const char *text, uint64_t *seed);
int cli_read_duration(const char *option, const char *text, int64_t *ns);
int cli_read_parity(const char *text, char *parity);

/* The key of an audit log's seal: all bytes of a file. 0, or EXIT_USAGE when it cannot be read, or has less than 16 or more
 * than 4096 bytes (told on stderr). */
struct cli_audit_key {
    size_t size;
    uint8_t bytes[4096];
};
int cli_read_audit_key(const char *option, const char *path, struct cli_audit_key *key);

/* Puts a value behind the others of a list that ends with NULL; false when there are `max` already. */
bool cli_add(const char **list, int max, const char *value);

/* How many jobs: as asked, or one a processor when 0 was. */
int cli_jobs(int asked);

bool cli_is_directory(const char *path);

/* Whether a report goes to standard output, as "-". */
bool cli_is_stdout(const char *path);

/* What became of an option's file: 0, or EXIT_INTERNAL when `error` is a negative errno (told on stderr). */
int cli_kept(const char *option, const char *path, int error);

/* --junit and --json of a suite, NULL: not asked for. 0, or EXIT_INTERNAL (told on stderr); one is written though
 * the other fails. */
int cli_write_reports(const struct suite *suite, const char *junit, const char *json);

/* A report that cannot be written is found out before the run, not after it: 0 or EXIT_USAGE. NULL and "-" are fine. */
int cli_check_writable(const char *option, const char *path);

/* Whoever closes the pipe, as head does, has read enough; a full disk loses what should be kept: 0 or
 * EXIT_INTERNAL. */
int cli_flush_console(void);

/* Whether --board named this board of a bench file, or none and so all. */
bool cli_board_is_named(const struct cli_board_options *options, const char *id);

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
