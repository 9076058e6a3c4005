/* meterbench board check: the conformance suite on any meter. */
#include "cli/check_report.h"
#include "cli/cli.h"

#include "sim/error.h"

#include <fnmatch.h>
#include <getopt.h>
#include <string.h>

static const char help[] =
    "usage: meterbench board check [OPTION...]\n"
    "\n"
    "Judge a meter by the rules of its protocol and of sound behaviour, one row a rule, from the\n"
    "bytes on the wire. Without --write nothing of a meter is changed; the emulated board may be.\n"
    "\n" CLI_BOARD_HELP
    "  --protocol P         modbus or dlt645, where profile and bench file do not say\n"
    "which rows\n"
    "  --list               list the rows and stop\n"
    "  --only GLOB          only rows whose id matches, as modbus.bad_*\n"
    "  --write              rows that change something and put it back, or switch the relay, too\n"
    "  --seed N             of the random bytes that are sent, and of the emulator (default 1)\n"
    "reports\n"
    "  --junit FILE         JUnit XML\n"
    "  --json FILE          JSON with all bytes and times; - is standard output\n"
    "  --verbose            rules, bytes and times of rows that pass too\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 all judged rows pass, 1 a row fails, 2 interrupted, 3 internal error, 4 usage,\n"
    "      5 no row was judged, 10 the bench failed or a row is inconclusive\n";

struct arguments {
    struct cli_board_options board;
    const char *only, *junit, *json;
    enum check_protocol protocol;
    bool protocol_said, list, write, verbose;
};

enum { OPTION_PROTOCOL = 256, OPTION_LIST, OPTION_ONLY, OPTION_WRITE, OPTION_SEED,
       OPTION_JUNIT, OPTION_JSON, OPTION_VERBOSE };

static const struct option options[] = {
    CLI_BOARD_OPTIONS,
    {"protocol", required_argument, NULL, OPTION_PROTOCOL},
    {"list", no_argument, NULL, OPTION_LIST},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"write", no_argument, NULL, OPTION_WRITE},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"junit", required_argument, NULL, OPTION_JUNIT},
    {"json", required_argument, NULL, OPTION_JSON},
    {"verbose", no_argument, NULL, OPTION_VERBOSE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_protocol(struct arguments *arguments, const char *value)
{
    arguments->protocol_said = true;
    arguments->protocol = strcmp(value, "dlt645") == 0 ? CHECK_DLT645 : CHECK_MODBUS;
    if (arguments->protocol == CHECK_DLT645 || strcmp(value, "modbus") == 0)
        return 0;
    return cli_usage_error("--protocol %s: it is modbus or dlt645", value);
}

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    switch (id) {
    case OPTION_PROTOCOL:
        return read_protocol(arguments, value);
    case OPTION_LIST:
        arguments->list = true;
        return 0;
    case OPTION_ONLY:
        arguments->only = value;
        return 0;
    case OPTION_WRITE:
        arguments->write = true;
        return 0;
    case OPTION_SEED:
        return cli_read_seed(value, &arguments->board.seed);
    case OPTION_JUNIT:
        arguments->junit = value;
        return cli_check_writable("junit", value);
    case OPTION_JSON:
        arguments->json = value;
        return cli_check_writable("json", value);
    case OPTION_VERBOSE:
        arguments->verbose = true;
        return 0;
    default:
        return cli_read_board_option(&arguments->board, id, value);
    }
}

static const struct cli_command command = {"board check", help, options, read_option};

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result == 0 && optind < argc)
        result = cli_usage_error("%s: not expected; name a port with --board", argv[optind]);
    return result;
}

static int list_rows(const struct arguments *arguments)
{
    const struct check_row *rows[CHECK_ROWS_MAX];
    int listed = 0;
    for (int protocol = CHECK_MODBUS; protocol <= CHECK_DLT645; protocol++) {
        if (arguments->protocol_said && protocol != (int)arguments->protocol)
            continue;
        int count = check_rows((enum check_protocol)protocol, rows, CHECK_ROWS_MAX);
        for (int i = 0; i < count; i++) {
            if (arguments->only && fnmatch(arguments->only, rows[i]->id, 0) != 0)
                continue;
            printf("%-26s %s%s\n", rows[i]->id, rows[i]->title,
                   rows[i]->needs & CHECK_WRITES ? " (--write)" : "");
            listed++;
        }
    }
    return listed > 0 ? cli_flush_console() : EXIT_NOTHING_RAN;
}

static void show_row(void *user, const struct check_result *result)
{
    const struct arguments *arguments = user;
    if (cli_is_stdout(arguments->json))
        return;
    check_report_row(stdout, result, arguments->verbose);
    fflush(stdout);
}

/* One is written though the other fails. */
static int write_reports(const struct arguments *arguments, const struct check_report *report)
{
    const char *junit = arguments->junit, *json = arguments->json;
    int failed = junit ? cli_kept("junit", junit, check_report_junit(report, junit)) : 0;
    int json_failed = json ? cli_kept("json", json, check_report_json(report, json)) : 0;
    return failed ? failed : json_failed;
}

static int exit_code(const struct check_report *report)
{
    const int *n = report->outcomes;
    if (n[CHECK_FAILS] > 0)
        return EXIT_VERDICT_FAILED;
    if (atomic_load(&cli_interrupted))
        return EXIT_INTERRUPTED;
    if (report->error < 0 || n[CHECK_INCONCLUSIVE] > 0)
        return EXIT_BENCH_FAULT;
    return n[CHECK_PASSES] > 0 ? EXIT_ALL_PASSED : EXIT_NOTHING_RAN;
}

static int run(const struct arguments *arguments, const struct board_spec *spec)
{
    struct check_report report;
    const struct check_options check = {
        .board = *spec,
        .write = arguments->write,
        .protocol_said = arguments->protocol_said,
        .protocol = arguments->protocol,
        .only = arguments->only,
        .seed = arguments->board.seed,
        .interrupted = &cli_interrupted,
        .judged = show_row,
        .user = (void *)(uintptr_t)arguments,
    };
    cli_catch_signals();
    int error = check_run(&check, &report);
    if (error == ERROR_PROFILE || error == ERROR_NOT_FOUND) {
        check_report_free(&report);
        return cli_usage_error("%s", report.message);
    }
    if (!cli_is_stdout(arguments->json))
        check_report_totals(stdout, &report);
    if (report.message[0])
        fprintf(stderr, "meterbench: %s\n", report.message);
    else if (arguments->only && report.count == 0)
        fprintf(stderr, "meterbench: --only %s: no row has such an id; --list has them\n",
                arguments->only);
    int failed = write_reports(arguments, &report);
    int code = exit_code(&report);
    check_report_free(&report);
    if (failed != 0 || cli_flush_console() != 0)
        return EXIT_INTERNAL;
    return code;
}

int cli_board_check(int argc, char **argv)
{
    struct arguments arguments = {.board = {.seed = 1}};
    struct board_spec spec;
    int result = read_arguments(argc, argv, &arguments);
    if (result != 0)
        return result;
    if (arguments.list)
        return list_rows(&arguments);
    result = cli_board_spec(&arguments.board, &spec);
    if (result != 0)
        return result;
    if (spec.kind == BOARD_PORT && !spec.port && !spec.bench_file)
        return cli_usage_error("name the meter: --board emulated, --board /dev/ttyUSB0 or --bench FILE");
    if (!spec.profile && spec.kind == BOARD_EMULATED && arguments.protocol == CHECK_DLT645)
        spec.profile = "reference_dlt645";
    return run(&arguments, &spec);
}
