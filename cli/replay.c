/* meterbench replay: judge a recorded run again. */
#include "cli/cli.h"

#include "scenarios/runner/replay.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 32 };

static const char help[] =
    "usage: meterbench replay [OPTION...] FILE\n"
    "\n"
    "Run again what meterbench test --run-file FILE kept: the recorded scenarios with the recorded seeds, and in the\n"
    "board's place a player of what the board did. Events, verdicts and messages must be the recorded ones. Neither\n"
    "board nor profile nor scenario files are needed, and no time of the wall clock passes.\n"
    "\n"
    "  --name GLOB          only cases whose name, or whose scenario's name, matches (again: any of them)\n"
    "  --jobs N             cases side by side (default: one a processor)\n"
    "  --twin[=strict]      hold the recorded board against a virtual meter on the same stimulus\n"
    "  --junit FILE         JUnit XML of the replayed run\n"
    "  --json FILE          JSON of it; - is standard output\n"
    "  --quiet              only what differs, and the totals\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 all is as recorded, 1 something differs, 2 interrupted, 3 internal error, 4 usage or no run file,\n"
    "      5 no case, 10 the recording breaks off; as far as it goes the replay is the same\n";

struct arguments {
    const char *names[NAMES_MAX + 1];
    const char *junit, *json, *file;
    int jobs;
    enum twin_use twin;
    bool quiet;
};

enum option_id { OPTION_NAME = 256, OPTION_JOBS, OPTION_JUNIT, OPTION_JSON, OPTION_QUIET, OPTION_TWIN };

static const struct option options[] = {
    {"name", required_argument, NULL, OPTION_NAME},   {"jobs", required_argument, NULL, OPTION_JOBS},
    {"junit", required_argument, NULL, OPTION_JUNIT}, {"json", required_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, OPTION_QUIET},       {"help", no_argument, NULL, 'h'},
    {"twin", optional_argument, NULL, OPTION_TWIN},   {NULL, 0, NULL, 0},
};

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    switch (id) {
    case OPTION_NAME:
        return cli_add(arguments->names, NAMES_MAX, value) ? 0 : cli_usage_error("at most %d of --name", NAMES_MAX);
    case OPTION_JOBS:
        return cli_read_int("jobs", value, 1, 64, &arguments->jobs);
    case OPTION_JUNIT:
        arguments->junit = value;
        return cli_check_writable("junit", value);
    case OPTION_JSON:
        arguments->json = value;
        return cli_check_writable("json", value);
    case OPTION_TWIN:
        return cli_read_twin(value, &arguments->twin);
    case OPTION_QUIET:
        arguments->quiet = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"replay", help, options, read_option};

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result != 0)
        return result;
    if (argc - optind != 1)
        return cli_usage_error("replay: name one run file, as meterbench test --run-file FILE wrote it");
    arguments->file = argv[optind];
    return 0;
}

static void tell_case(const struct arguments *arguments, const struct case_result *result,
                      enum replay_finding finding, const char *words)
{
    static const char *const findings[] = {"identical", "differs", "incomplete"};
    static const struct report_style style = {.colour = false};
    if (finding == REPLAY_IDENTICAL && arguments->quiet)
        return;
    printf("%-13s ", findings[finding]);
    report_case(result, &style);
    if (words[0])
        printf("%14s%s\n", "", words);
}

static int exit_code(const struct suite *suite, const int found[3], bool complete)
{
    if (found[REPLAY_DIFFERS] > 0)
        return EXIT_VERDICT_FAILED;
    if (suite->interrupted)
        return EXIT_INTERRUPTED;
    return found[REPLAY_INCOMPLETE] > 0 || !complete ? EXIT_BENCH_FAULT : EXIT_ALL_PASSED;
}

static int run(const struct arguments *arguments, struct replay *replay, struct suite *suite)
{
    int found[3] = {0};
    char words[800];
    bool on_console = !cli_is_stdout(arguments->json);
    const struct run_facts *facts = replay_facts(replay);
    if (on_console)
        printf("recorded %s on %s by meterbench %s: meterbench test %s\n", facts->started,
               facts->host, facts->version, facts->arguments);
    suite_run(suite);
    for (int i = 0; i < suite->count; i++) {
        enum replay_finding finding = replay_finding(replay, i, words, sizeof words);
        found[finding]++;
        if (on_console)
            tell_case(arguments, &suite->results[i], finding, words);
    }
    if (on_console)
        printf("%d identical, %d differ, %d break off; %s\n", found[REPLAY_IDENTICAL], found[REPLAY_DIFFERS],
               found[REPLAY_INCOMPLETE],
               replay_is_complete(replay) ? "the recording is complete"
                                          : "the run was killed, and the rest of it is missing");
    int failed = cli_flush_console();
    if (cli_write_reports(suite, arguments->junit, arguments->json) != 0)
        failed = EXIT_INTERNAL;
    return failed ? failed : exit_code(suite, found, replay_is_complete(replay));
}

static int select_and_run(const struct arguments *arguments, struct replay *replay)
{
    const struct run_facts *facts = replay_facts(replay);
    const struct suite_options suite_options = {
        .run = {.seed = facts->seed,
                .timeout_ns = facts->timeout_ns,
                .replay = replay,
                .twin = arguments->twin,
                .interrupted = &cli_interrupted},
        .names = arguments->names,
        .jobs = cli_jobs(arguments->jobs),
        .repeat = 1,
        .max_skipped = -1,
    };
    struct suite suite;
    int result;
    if (replay_select(replay, &suite, &suite_options) < 0) {
        result = cli_usage_error("%s: %s", arguments->file, suite.complaint);
    } else if (suite.count == 0) {
        fprintf(stderr, "meterbench: %s: no recorded case matches\n", arguments->file);
        result = EXIT_NOTHING_RAN;
    } else {
        result = run(arguments, replay, &suite);
    }
    suite_free(&suite);
    return result;
}

int cli_replay(int argc, char **argv)
{
    struct arguments arguments = {0};
    char message[600];
    int result = read_arguments(&arguments, argc, argv);
    if (result != 0)
        return result;
    if (access(arguments.file, R_OK) < 0)
        return cli_usage_error("%s: %s", arguments.file, strerror(errno));
    struct replay *replay = replay_open(arguments.file, message, sizeof message);
    if (!replay)
        return cli_usage_error("%s", message);
    cli_catch_signals();
    result = select_and_run(&arguments, replay);
    replay_close(replay);
    return result;
}
