#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

atomic_bool cli_interrupted;

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"fleet", cli_fleet, "simulate buildings of flats for days: energy, peaks, trips, messages"},
    {"test", cli_test, "judge scenarios, on virtual meters or with a real board"},
    {"replay", cli_replay, "judge a recorded run again, without its board"},
    {"board", cli_board, "what one does with a board beside judging it: emulate"},
    {"serve", cli_serve, "put virtual meters on a wire, for a master of yours to ask"},
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

int cli_usage_error(const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "meterbench: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}

int cli_check_number(const char *option, const char *text, unsigned long long min,
                     unsigned long long max, unsigned long long *value)
{
    char *end = NULL;
    errno = 0;
    *value = *text >= '0' && *text <= '9' ? strtoull(text, &end, 0) : 0;
    if (end && *end == '\0' && errno == 0 && *value >= min && *value <= max)
        return 0;
    return cli_usage_error("--%s %s: expected a number from %llu to %llu", option, text, min, max);
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

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int cli_check_writable(const char *option, const char *path)
{
    char directory[1024];
    if (!path || strcmp(path, "-") == 0)
        return 0;
    if (path[0] == '\0')
        return cli_usage_error("--%s: the file's name is empty", option);
    if (is_directory(path))
        return cli_usage_error("--%s %s: it is a directory; name a file", option, path);
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash)
        *slash = '\0';
    else
        strcpy(directory, ".");
    const char *where = directory[0] ? directory : "/";
    if (!is_directory(where) || access(where, W_OK) < 0)
        return cli_usage_error("--%s %s: the directory is not there or cannot be written", option, path);
    return 0;
}

int cli_flush_console(void)
{
    errno = 0;
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (written || errno == EPIPE)
        return 0;
    fprintf(stderr, "meterbench: standard output: %s\n", strerror(errno ? errno : EIO));
    return EXIT_INTERNAL;
}

const char *cli_scenarios(void)
{
    static const char *const places[] = {"scenarios", METERBENCH_SOURCE_SCENARIOS};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (is_directory(places[i]))
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
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return cli_usage_error("there is no command \"%s\"; meterbench --help lists them", argv[1]);
}
