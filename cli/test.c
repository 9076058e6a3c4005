/* meterbench test: judge scenarios. */
#include "cli/cli.h"

#include "scenarios/runner/claims.h"
#include "scenarios/runner/run_file.h"
#include "scenarios/runner/source.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LIST_MAX = 32, JOBS_MAX = 64, REPEAT_MAX = 10000 };

static const char help[] =
    "usage: meterbench test [OPTION...] [PATH...]\n"
    "\n"
    "Judge scenarios: files or directories, by default ./scenarios.\n"
    "\n"
    "what to run\n"
    "  --list               list the cases and stop\n"
    "  --name GLOB          only cases whose name, or whose scenario's name, matches (again: any of them)\n"
    "  --tag TAG            only scenarios with this tag (again: all of them)\n"
    "  --exclude-tag TAG    no scenarios with this tag\n"
    "  --claim N            only scenarios of this claim about the product (again: any of them)\n"
    "  --repeat N           each case N times; on virtual meters the log must not differ\n"
    "  --fail-fast          stop at the first case that does not pass\n"
    "how\n"
    "  --seed N             root seed (default 1); a case's own is a hash of it and the case's name\n"
    "  --jobs N             cases side by side (default: one a processor); the results do not change\n"
    "  --timeout DUR        simulated time a case may take, as in 30min or \"2 days\"\n"
    "  --watchdog DUR       wall-clock time a case may take (default 2min, with a board 10min)\n"
    CLI_BOARD_HELP
    "  --plant FAULT        plant a fault of the model everywhere (again: all of them); virtual meters only\n"
    "  --twin[=strict]      hold the board against a virtual meter on the same stimulus; strict: a difference fails\n"
    "  --require-board      a board scenario that is skipped fails\n"
    "  --max-skipped N      more skipped cases than this fail the run\n"
    "reports\n"
    "  --junit FILE         JUnit XML\n"
    "  --claims FILE        what is claimed of the product, what was measured, whether it holds (Markdown)\n"
    "  --json FILE          JSON; - is standard output\n"
    "  --record DIR         write each case's event log to DIR, of a board also its wire (pcapng)\n"
    "  --audit DIR          write each case's audit log to DIR, for meterbench audit verify\n"
    "  --audit-key FILE     seal it with the bytes of FILE, 16 at least\n"
    "  --run-file FILE      keep all that was read, seen and judged, for meterbench replay\n"
    "  --quiet              only what did not pass, and the totals\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 all passed, 1 a verdict failed, 2 interrupted, 3 internal error, 4 usage,\n"
    "      5 nothing selected or nothing ran, 10 the bench failed or a verdict is inconclusive\n";

struct arguments {
    struct suite_options suite;
    struct cli_board_options board;
    struct report_style style;
    const char *names[LIST_MAX + 1], *tags[LIST_MAX + 1], *excluded[LIST_MAX + 1], *faults[LIST_MAX + 1];
    const char *junit, *json, *claims, *run_file;
    struct cli_audit_key audit_key;
    bool list, quiet;
};

enum option_id { OPTION_LIST = 256, OPTION_NAME, OPTION_TAG, OPTION_EXCLUDE_TAG, OPTION_CLAIM, OPTION_REPEAT,
                 OPTION_FAIL_FAST, OPTION_SEED, OPTION_JOBS, OPTION_TIMEOUT, OPTION_WATCHDOG,
                 OPTION_PLANT, OPTION_TWIN, OPTION_REQUIRE_BOARD, OPTION_MAX_SKIPPED, OPTION_JUNIT, OPTION_JSON, OPTION_CLAIMS,
                 OPTION_RECORD, OPTION_AUDIT, OPTION_AUDIT_KEY, OPTION_RUN_FILE, OPTION_QUIET };

static const struct option options[] = {
    {"list", no_argument, NULL, OPTION_LIST},
    {"name", required_argument, NULL, OPTION_NAME},
    {"tag", required_argument, NULL, OPTION_TAG},
    {"exclude-tag", required_argument, NULL, OPTION_EXCLUDE_TAG},
    {"claim", required_argument, NULL, OPTION_CLAIM},
    {"repeat", required_argument, NULL, OPTION_REPEAT},
    {"fail-fast", no_argument, NULL, OPTION_FAIL_FAST},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"watchdog", required_argument, NULL, OPTION_WATCHDOG},
    CLI_BOARD_OPTIONS,
    {"plant", required_argument, NULL, OPTION_PLANT},
    {"twin", optional_argument, NULL, OPTION_TWIN},
    {"require-board", no_argument, NULL, OPTION_REQUIRE_BOARD},
    {"max-skipped", required_argument, NULL, OPTION_MAX_SKIPPED},
    {"junit", required_argument, NULL, OPTION_JUNIT},
    {"json", required_argument, NULL, OPTION_JSON},
    {"claims", required_argument, NULL, OPTION_CLAIMS},
    {"record", required_argument, NULL, OPTION_RECORD},
    {"audit", required_argument, NULL, OPTION_AUDIT},
    {"audit-key", required_argument, NULL, OPTION_AUDIT_KEY},
    {"run-file", required_argument, NULL, OPTION_RUN_FILE},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_claim(struct arguments *arguments, const char *value)
{
    int number = 0;
    int result = cli_read_int("claim", value, 1, CLAIMS, &number);
    arguments->suite.claims |= 1u << number;
    return result;
}

static int read_selection(struct arguments *arguments, int id, const char *value)
{
    bool fits = true;
    switch (id) {
    case OPTION_LIST:
        arguments->list = true;
        return 0;
    case OPTION_NAME:
        fits = cli_add(arguments->names, LIST_MAX, value);
        break;
    case OPTION_TAG:
        fits = cli_add(arguments->tags, LIST_MAX, value);
        break;
    case OPTION_EXCLUDE_TAG:
        fits = cli_add(arguments->excluded, LIST_MAX, value);
        break;
    case OPTION_CLAIM:
        return read_claim(arguments, value);
    case OPTION_REPEAT:
        return cli_read_int("repeat", value, 1, REPEAT_MAX, &arguments->suite.repeat);
    case OPTION_FAIL_FAST:
        arguments->suite.fail_fast = true;
        return 0;
    }
    return fits ? 0 : cli_usage_error("at most %d of --name, --tag and --exclude-tag each", LIST_MAX);
}

static int read_manner(struct arguments *arguments, int id, const char *value)
{
    int64_t ns = 0;
    int result = 0;
    switch (id) {
    case OPTION_SEED:
        return cli_read_seed(value, &arguments->suite.run.seed);
    case OPTION_JOBS:
        return cli_read_int("jobs", value, 1, JOBS_MAX, &arguments->suite.jobs);
    case OPTION_TIMEOUT:
        return cli_read_duration("timeout", value, &arguments->suite.run.timeout_ns);
    case OPTION_WATCHDOG:
        result = cli_read_duration("watchdog", value, &ns);
        arguments->suite.run.watchdog_s = (double)ns / 1e9;
        break;
    }
    return result;
}

static int read_plant(struct arguments *arguments, const char *value)
{
    if (!run_knows_fault(value))
        return cli_usage_error("--plant %s: there is no such fault (docs/scenarios.md, \"Planted faults\")", value);
    return cli_add(arguments->faults, LIST_MAX, value) ? 0 : cli_usage_error("at most %d of --plant", LIST_MAX);
}

static int read_strictness(struct arguments *arguments, int id, const char *value)
{
    switch (id) {
    case OPTION_PLANT:
        return read_plant(arguments, value);
    case OPTION_TWIN:
        return cli_read_twin(value, &arguments->suite.run.twin);
    case OPTION_REQUIRE_BOARD:
        arguments->suite.run.require_board = true;
        break;
    case OPTION_MAX_SKIPPED:
        return cli_read_int("max-skipped", value, 0, 1000000, &arguments->suite.max_skipped);
    }
    return 0;
}

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    if (id >= CLI_OPTION_BOARD)
        return cli_read_board_option(&arguments->board, id, value);
    if (id <= OPTION_FAIL_FAST)
        return read_selection(arguments, id, value);
    if (id <= OPTION_WATCHDOG)
        return read_manner(arguments, id, value);
    if (id <= OPTION_MAX_SKIPPED)
        return read_strictness(arguments, id, value);
    switch (id) {
    case OPTION_JUNIT:
        arguments->junit = value;
        break;
    case OPTION_JSON:
        arguments->json = value;
        break;
    case OPTION_CLAIMS:
        arguments->claims = value;
        break;
    case OPTION_RECORD:
        arguments->suite.run.record_dir = value;
        break;
    case OPTION_AUDIT:
        arguments->suite.run.audit_dir = value;
        break;
    case OPTION_AUDIT_KEY:
        return cli_read_audit_key("audit-key", value, &arguments->audit_key);
    case OPTION_RUN_FILE:
        arguments->run_file = value;
        break;
    case OPTION_QUIET:
        arguments->quiet = true;
        break;
    }
    return 0;
}

static const struct cli_command command = {"test", help, options, read_option};

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){
        .suite = {.run = {.seed = 1}, .jobs = 0, .repeat = 1, .max_skipped = -1},
    };
    return cli_read_options(&command, argc, argv, arguments);
}

static int check_dir(const char *option, const char *path)
{
    if (!path || mkdir(path, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return cli_usage_error("--%s %s: %s", option, path, strerror(errno));
    if (cli_is_directory(path) && access(path, W_OK) == 0)
        return 0;
    return cli_usage_error("--%s %s: it is no directory that can be written", option, path);
}

static void list_cases(const struct suite *suite)
{
    for (int i = 0; i < suite->count; i++) {
        const struct case_result *result = &suite->results[i];
        char name[400], claims[CLAIM_LIST_SIZE];
        case_name(result, name, sizeof name);
        printf("%s", name);
        claims_format(result->scenario->claims, claims);
        if (claims[0])
            printf("  (claim%s %s)", strchr(claims, ',') ? "s" : "", claims);
        if (result->scenario->board)
            printf("  (board%s%s: flat %u)", result->board_id[0] ? " " : "", result->board_id,
                   result->scenario->board);
        if (result->scenario->error[0])
            printf("  (script error)");
        printf("\n");
    }
}

static void show_progress(void *owner, const struct case_result *result, int done, int total)
{
    const struct arguments *arguments = owner;
    bool fine = result->outcome == OUTCOME_PASSED && !result->twin[0];
    if (arguments->style.progress)
        fprintf(stderr, "\r\033[K[%d/%d] %.60s%s", done, total, result->scenario->name,
                done == total ? "\r\033[K" : "");
    if (cli_is_stdout(arguments->json) || (arguments->quiet && fine))
        return;
    if (arguments->style.progress)
        fprintf(stderr, "\r\033[K");
    report_case(result, &arguments->style);
    fflush(stdout);
}

/* The arguments as a shell would take them back, so that a run file tells how it was made. */
static void join_arguments(int argc, char **argv, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int i = 1; i < argc && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, strpbrk(argv[i], " '\"*?$") ? "%s'%s'" : "%s%s",
                                 i > 1 ? " " : "", argv[i]);
}

static int open_run_file(struct arguments *arguments, int argc, char **argv)
{
    char message[500];
    time_t now = time(NULL);
    struct tm utc;
    struct run_facts facts = {.version = METERBENCH_VERSION,
                              .seed = arguments->suite.run.seed,
                              .timeout_ns = arguments->suite.run.timeout_ns,
                              .boards = arguments->suite.run.boards != NULL};
    if (!arguments->run_file || arguments->list)
        return 0;
    join_arguments(argc, argv, facts.arguments, sizeof facts.arguments);
    if (gmtime_r(&now, &utc))
        strftime(facts.started, sizeof facts.started, "%Y-%m-%dT%H:%M:%SZ", &utc);
    gethostname(facts.host, sizeof facts.host - 1);
    source_keep();
    arguments->suite.run.run_file = run_file_create(arguments->run_file, &facts, message, sizeof message);
    return arguments->suite.run.run_file ? 0 : cli_usage_error("--run-file %s", message);
}

static int close_run_file(struct arguments *arguments)
{
    char message[500];
    if (run_file_close(arguments->suite.run.run_file, arguments->suite.run.boards, message, sizeof message) == 0)
        return 0;
    fprintf(stderr, "meterbench: --run-file %s; what it lacks cannot be replayed\n", message);
    return EXIT_INTERNAL;
}

static int run_suite(struct arguments *arguments, struct suite *suite)
{
    suite->options.progress = show_progress;
    suite->options.progress_owner = arguments;
    suite_run(suite);
    cli_boards_end(suite->options.run.boards);
    if (!cli_is_stdout(arguments->json))
        report_console(suite, &arguments->style);
    int failed = cli_flush_console();
    if (cli_write_reports(suite, arguments->junit, arguments->json) != 0)
        failed = EXIT_INTERNAL;
    if (arguments->claims && cli_kept("claims", arguments->claims, report_claims(suite, arguments->claims)) != 0)
        failed = EXIT_INTERNAL;
    return failed ? failed : suite_exit_code(suite);
}

/* The board's options as they were given, for the line that repeats a case. */
static void describe_board(const struct cli_board_options *board, char *out, size_t size)
{
    const struct {
        const char *option, *value;
    } given[] = {{"board", board->board}, {"bench", board->bench_file}, {"profile", board->profile}, {"firmware", board->elf}};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i].value && used < size)
            used += (size_t)snprintf(out + used, size - used, " --%s '%s'", given[i].option,
                                     given[i].value);
    if (board->baud && used < size)
        used += (size_t)snprintf(out + used, size - used, " --baud %d", board->baud);
    if (board->lockstep && used < size)
        snprintf(out + used, size - used, " --lockstep");
}

static int select_and_run(struct arguments *arguments, const char *const *paths, int path_count)
{
    struct suite suite;
    int result;
    if (suite_select(&suite, &arguments->suite, paths, path_count) < 0) {
        result = cli_usage_error("%s", suite.complaint);
    } else if (suite.scenarios.count == 0) {
        fprintf(stderr, "meterbench: %s: no scenario (*.lua) there\n", paths[0]);
        result = EXIT_NOTHING_RAN;
    } else if (suite.count == 0) {
        fprintf(stderr, "meterbench: no case matches (meterbench test --list shows what there is)\n");
        result = EXIT_NOTHING_RAN;
    } else if (arguments->list) {
        list_cases(&suite);
        result = EXIT_ALL_PASSED;
    } else {
        result = run_suite(arguments, &suite);
    }
    suite_free(&suite);
    return result;
}

/* "meterbench test scenarios" is the whole suite as "meterbench test" is. */
static bool is_default_suite(const char *path)
{
    struct stat given, whole;
    return stat(path, &given) == 0 && stat(cli_scenarios(), &whole) == 0 &&
           given.st_dev == whole.st_dev && given.st_ino == whole.st_ino;
}

int cli_test(int argc, char **argv)
{
    struct arguments arguments;
    int result = read_arguments(&arguments, argc, argv);
    if (result != 0)
        return result;
    if ((result = cli_check_writable("junit", arguments.junit)) ||
        (result = cli_check_writable("json", arguments.json)) ||
        (result = cli_check_writable("claims", arguments.claims)) ||
        (result = cli_check_writable("run-file", arguments.run_file)) ||
        (result = check_dir("record", arguments.suite.run.record_dir)) ||
        (result = check_dir("audit", arguments.suite.run.audit_dir)))
        return result;
    if (arguments.audit_key.size && !arguments.suite.run.audit_dir)
        return cli_usage_error("--audit-key seals what --audit DIR writes, and there is no --audit");
    arguments.suite.run.audit_key = arguments.audit_key.size ? arguments.audit_key.bytes : NULL;
    arguments.suite.run.audit_key_size = arguments.audit_key.size;
    if (arguments.faults[0] && (arguments.board.board || arguments.board.bench_file))
        return cli_usage_error("--plant is about virtual meters: a fault cannot be planted in a board");
    arguments.board.seed = arguments.suite.run.seed;
    struct board_maker *maker = cli_board_maker_new(&arguments.board, &result);
    if (result != 0)
        return result;
    const char *defaults[] = {cli_scenarios()};
    char board_arguments[1400];
    int path_count = argc - optind;
    struct suite_options *suite = &arguments.suite;
    suite->jobs = arguments.board.truth ? 1 : cli_jobs(suite->jobs); /* one file, one emulator at a time */
    suite->names = arguments.names;
    suite->tags = arguments.tags;
    suite->excluded_tags = arguments.excluded;
    bool all_paths = path_count == 0 || (path_count == 1 && is_default_suite(argv[optind]));
    suite->whole = all_paths && !arguments.names[0] && !arguments.tags[0] && !arguments.excluded[0] &&
                   !suite->claims;
    if (arguments.claims)
        suite->claims_due = suite->claims ? suite->claims : ((1u << CLAIMS) - 1) << 1;
    suite->run.boards = maker;
    suite->run.faults = arguments.faults;
    describe_board(&arguments.board, board_arguments, sizeof board_arguments);
    suite->board_arguments = board_arguments;
    suite->run.interrupted = &cli_interrupted;
    arguments.style.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    arguments.style.progress = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO);
    cli_catch_signals();
    result = open_run_file(&arguments, argc, argv);
    if (result == 0)
        result = select_and_run(&arguments, path_count ? (const char *const *)argv + optind : defaults,
                            path_count ? path_count : 1);
    int lost = close_run_file(&arguments);
    result = lost ? lost : result;
    cli_board_maker_free(maker);
    return result;
}
