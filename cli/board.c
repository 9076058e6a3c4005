/* meterbench board: what one does with a board apart from judging scenarios on it. One file a
 * subcommand; the emulated board is here. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: meterbench board emulate [OPTION...]\n"
    "\n"
    "Run the reference board in the emulator, paced by the wall clock, until Ctrl-C. It prints the\n"
    "pseudo-terminals of its serial port (uart) and of its stimulus rack (rack, slcan) and `ready`.\n"
    "Options are the emulator's; --elf and --map name other firmware and wiring.\n";

/* The emulator is a program of its own (it links GPL-3 libsimavr): this process becomes it. */
static int emulate(int argc, char **argv)
{
    enum { MAX = 64 };
    char program[4096], elf[4120], map[4120];
    char *arguments[MAX] = {0};
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 64);
    if (length < 0)
        return cli_usage_error("/proc/self/exe: %s", strerror(errno));
    program[length] = '\0';
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(help, stdout);
        return EXIT_ALL_PASSED;
    }
    char *slash = strrchr(program, '/');
    *slash = '\0';
    snprintf(elf, sizeof elf, "%s/board/reference.elf", program);
    snprintf(map, sizeof map, "%s/board/reference.map", program);
    strcat(program, "/board/meterbench-emulator");
    int count = 0;
    char *const fixed[] = {program, "--elf", elf, "--map", map, "--pty"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        arguments[count++] = fixed[i];
    for (int i = 1; i < argc && count < MAX - 1; i++)
        arguments[count++] = argv[i];
    execv(program, arguments);
    return cli_usage_error("%s: %s (was meterbench built with METERBENCH_BOARD?)", program,
                           strerror(errno));
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand's name */
    const char *help;
} subcommands[] = {
    {"check", cli_board_check, "judge a meter by the rules of its protocol, from the bytes on the wire"},
    {"probe", cli_board_probe, "find the meter on a serial port, and write a bench file for it"},
    {"emulate", emulate, "run the reference board on pseudo-terminals"},
    {"monitor", cli_board_monitor, "decode what passes on a line, live or from a capture"},
    {"selftest", cli_board_selftest, "measure the bench itself: rack, clock, contact sense, serial port"},
};

static void print_help(FILE *out)
{
    fprintf(out, "usage: meterbench board COMMAND [OPTION...]\n\n");
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++)
        fprintf(out, "  %-9s %s\n", subcommands[i].name, subcommands[i].help);
    fprintf(out, "\n  meterbench board COMMAND --help tells more.\n");
}

int cli_board(int argc, char **argv)
{
    if (argc < 2)
        return cli_usage_error("meterbench board needs a command; meterbench board --help lists them");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_ALL_PASSED;
    }
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    return cli_usage_error("there is no command \"board %s\"; meterbench board --help lists them",
                           argv[1]);
}
