#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

atomic_bool cli_interrupted;

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"fleet", cli_fleet, "simulate buildings of flats for days: energy, peaks, trips, messages"},
    {"energy", cli_energy, "what limits on appliances in peak hours save, against the same homes without"},
    {"test", cli_test, "judge scenarios, on virtual meters or with a real board"},
    {"replay", cli_replay, "judge a recorded run again, without its board"},
    {"board", cli_board, "judge a board on the wire, find it, watch its line, emulate one, measure the bench"},
    {"serve", cli_serve, "put virtual meters on a wire, for a master of yours to ask"},
    {"audit", cli_audit, "whether an audit log is whole and as it was written"},
    {"decode", cli_decode, "what the bytes of a DL/T 645 or Modbus message mean, and which is wrong"},
#ifdef METERBENCH_HAS_GUI
    {"gui", cli_gui, "the house in a window: cause a leak, pay, watch the stopwatch"},
#endif
};

static void print_help(FILE *out)
{
    fprintf(out, "usage: meterbench COMMAND [OPTION...]\n\n"
                 "A simulator and test bench for remote-control prepaid electricity meters.\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\n  meterbench COMMAND --help tells more; docs/meterbench.1 and docs/scenarios.md have it all.\n");
}

static void interrupt(int signal_number)
{
    (void)signal_number;
    /* A second Ctrl-C ends the program at once; the first one lets it write its report. */
    if (atomic_exchange(&cli_interrupted, true))
        _exit(EXIT_INTERRUPTED);
}

void cli_catch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hang_up;
    bool kept = sigaction(SIGHUP, NULL, &hang_up) == 0 && hang_up.sa_handler == SIG_IGN;
    if (!kept) /* nohup wants the run to go on */
        sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

const char *cli_scenarios(void)
{
    static const char *const places[] = {"scenarios", METERBENCH_SOURCE_SCENARIOS};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (cli_is_directory(places[i]))
            return places[i];
    return places[0];
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("meterbench %s\n", METERBENCH_VERSION);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0) {
            int code = commands[i].run(argc - 1, argv + 1);
            return code == CLI_HELPED ? EXIT_SUCCESS : code;
        }
    return cli_usage_error("there is no command \"%s\"; meterbench --help lists them", argv[1]);
}
