/* meterbench board selftest: the bench measures itself. */
#include "cli/cli.h"

#include "hil/bench_file.h"
#include "hil/line/serial.h"
#include "hil/rack/selftest_record.h"
#include "sim/kernel/time.h"

#include <getopt.h>
#include <stdio.h>

static const char help[] =
    "usage: meterbench board selftest [OPTION...]\n"
    "\n"
    "Measure the bench itself: round trip to the rack, its clock and drift, when a stimulus is\n"
    "applied, how a contact edge is stamped (the rack's output looped to its input), lost frames,\n"
    "the serial port. With a bench file the dated record goes to FILE.selftest.json, and reports of\n"
    "later runs quote it.\n"
    "\n" CLI_BOARD_HELP
    "a rack alone\n"
    "  --rack NAME          an slcan adapter's device, or a SocketCAN interface as can0\n"
    "  --bitrate N          of its bus in bit/s (default 500000)\n"
    "how\n"
    "  --seconds N          how long the rack is measured, 1 to 60 (default 3)\n"
    "  --json FILE          write the record to FILE; - is standard output\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 all measured within limits, 2 interrupted, 3 a record could not be written, 4 usage,\n"
    "      10 a limit is not kept or the bench cannot be reached\n";

enum { OPTION_RACK = 256, OPTION_BITRATE, OPTION_SECONDS, OPTION_JSON };

static const struct option options[] = {
    CLI_BOARD_OPTIONS,
    {"rack", required_argument, NULL, OPTION_RACK},
    {"bitrate", required_argument, NULL, OPTION_BITRATE},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"json", required_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct arguments {
    struct cli_board_options board;
    const char *rack, *json;
    int bitrate, seconds;
};

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    switch (id) {
    case OPTION_RACK:
        arguments->rack = value;
        return 0;
    case OPTION_BITRATE:
        return cli_read_int("bitrate", value, 10000, 1000000, &arguments->bitrate);
    case OPTION_SECONDS:
        return cli_read_int("seconds", value, 1, 60, &arguments->seconds);
    case OPTION_JSON:
        arguments->json = value;
        return 0;
    default:
        return cli_read_board_option(&arguments->board, id, value);
    }
}

static const struct cli_command command = {"board selftest", help, options, read_option};

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    *arguments = (struct arguments){.seconds = 3};
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result == 0 && optind < argc)
        result = cli_usage_error("%s: board selftest takes options only", argv[optind]);
    return result;
}

/* ---- one board ----------------------------------------------------------------------------------
 */

static void print(FILE *out, const struct selftest_result *result, const char *id)
{
    fprintf(out, "selftest of %s%s%s%s\n", result->rack[0] ? "rack " : "the bench", result->rack,
           id[0] ? ", board " : "", id);
    for (int i = 0; i < result->row_count; i++)
        fprintf(out, "  %-11s %-14s %s\n", selftest_verdict_text(result->rows[i].verdict),
               result->rows[i].name, result->rows[i].text);
    if (result->notes[0])
        fprintf(out, "  note: %s\n", result->notes);
    if (result->contact_ns >= 0)
        fprintf(out, "  so a duration between two stamps of the rack (contact evidence) is exact to %lld us, a time\n"
               "  between the host and the rack to %lld us\n",
               (long long)(result->contact_ns + 999) / 1000, (long long)(result->host_ns + 999) / 1000);
}

static int keep(FILE *out, const struct arguments *arguments, const struct board_spec *spec, const char *id,
                const struct selftest_result *result)
{
    char message[500], path[400];
    int64_t made_ns = serial_epoch_ns() + serial_clock_ns();
    int error = 0;
    if (spec && spec->bench_file && spec->kind == BOARD_PORT) {
        if (!selftest_record_path(spec->bench_file, path, sizeof path))
            return cli_usage_error("%s: the path is too long", spec->bench_file);
        error = selftest_record_write(path, true, id, made_ns, result, message, sizeof message);
        if (error == 0)
            fprintf(out, "  recorded in %s\n", path);
    }
    if (error == 0 && arguments->json)
        error = selftest_record_write(arguments->json, id[0] != '\0', id, made_ns, result, message,
                                      sizeof message);
    if (error == 0)
        return 0;
    fprintf(stderr, "meterbench: %s\n", message);
    return EXIT_INTERNAL;
}

static int run(const struct arguments *arguments, const struct board_spec *spec, const char *id)
{
    struct selftest_result result;
    char message[500] = "";
    const struct selftest_config config = {
        .spec = spec,
        .rack = arguments->rack,
        .rack_bitrate = arguments->bitrate,
        .duration_ns = (int64_t)arguments->seconds * NS_PER_S,
        .interrupted = &cli_interrupted,
    };
    int error = selftest_run(&config, &result, message, sizeof message);
    if (error == ERROR_INTERRUPTED)
        return EXIT_INTERRUPTED;
    if (error < 0) {
        fprintf(stderr, "meterbench: %s%s%s\n", id, id[0] ? ": " : "", message);
        return EXIT_BENCH_FAULT;
    }
    FILE *out = cli_is_stdout(arguments->json) ? stderr : stdout;
    print(out, &result, id);
    int kept = keep(out, arguments, spec, id, &result);
    return kept != 0 ? kept : result.good ? EXIT_ALL_PASSED : EXIT_BENCH_FAULT;
}

/* ---- the boards of a bench, one after the other -------------------------------------------------
 */

static int run_bench(const struct arguments *arguments, struct board_spec *spec)
{
    struct bench_file boards[BENCH_BOARDS_MAX];
    char message[500];
    int worst = 0, ran = 0;
    int count = bench_file_read_all(spec->bench_file, boards, message, sizeof message);
    if (count < 0)
        return cli_usage_error("%s", message);
    for (int i = 0; i < count && worst != EXIT_INTERRUPTED; i++) {
        if (!cli_board_is_named(&arguments->board, boards[i].id))
            continue;
        spec->bench_id = boards[i].id[0] ? boards[i].id : NULL;
        int code = run(arguments, spec, boards[i].id);
        worst = code > worst || code == EXIT_INTERRUPTED ? code : worst;
        ran++;
    }
    return ran > 0 ? worst : cli_usage_error("%s has no board that --board names", spec->bench_file);
}

int cli_board_selftest(int argc, char **argv)
{
    struct arguments arguments;
    struct board_spec spec;
    int result = read_arguments(argc, argv, &arguments);
    if (result != 0)
        return result;
    result = cli_board_spec(&arguments.board, &spec);
    if (result != 0)
        return result;
    bool board = spec.kind == BOARD_EMULATED || spec.port || spec.bench_file;
    if (spec.lockstep)
        return cli_usage_error("--lockstep: a selftest measures real time");
    if (board == (arguments.rack != NULL))
        return cli_usage_error("board selftest needs a bench: --bench FILE or --board SPEC, or --rack NAME alone");
    result = cli_check_writable("json", arguments.json);
    if (result != 0)
        return result;
    cli_catch_signals();
    if (!board)
        return run(&arguments, NULL, "");
    return spec.bench_file && spec.kind == BOARD_PORT ? run_bench(&arguments, &spec)
                                                      : run(&arguments, &spec, "");
}
