/* meterbench fleet: many buildings, for days, without a judge. */
#include "cli/cli.h"

#include "scenarios/runner/fleet_file.h"
#include "scenarios/runner/household_file.h"
#include "scenarios/runner/report_fleet.h"
#include "sim/error.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FLATS_MAX = 100000000, DAYS_MAX = 36500, JOBS_MAX = 64, BUILDING_MAX = 5000 };

static const char help[] =
    "usage: meterbench fleet [OPTION...]\n"
    "\n"
    "Simulate buildings of flats with hourly reports, daily bills, tenants who pay when reminded, and faults.\n"
    "\n"
    "how many\n"
    "  --flats N            flats in all (default 1000)\n"
    "  --building N         flats in a building, the unit that shares feeder and cell (default 100)\n"
    "  --days D             simulated days (default 1)\n"
    "  --seed S             root seed (default 1)\n"
    "  --jobs J             buildings side by side (default: one a processor); the results do not change\n"
    "what\n"
    "  --link LIST          links, as in cat1,nbiot: a building has one of them (default cat1)\n"
    "  --signal LIST        signal, as in good,garage (default good)\n"
    "  --fleet FILE         buildings from a Lua file, instead of --link and --signal (docs/scenarios.md)\n"
    "  --profile FILE       every flat plays this recording, lines of seconds,watts, instead of a household\n"
    "  --start DATE         the first day, as in \"2026-01-15\" (default 2026-07-15)\n"
    "  --hazards X          random faults at X times their yearly rates (default 1)\n"
    "  --meeting DUR        how often flats feel each other through feeder and cell (default 15min)\n"
    "  --no-envelope        count the messages but skip their cipher\n"
    "reports\n"
    "  --sample DUR         interval of the load curve and its peaks (default 15min)\n"
    "  --curves FILE        load curves of the first building as CSV: a column a flat, W, a row a sample\n"
    "  --json FILE          JSON; - is standard output\n"
    "  --quiet              no table\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 done, 1 money or energy do not balance, 2 interrupted (the report covers the buildings that were done), 3 internal error, 4 usage\n";

struct arguments {
    struct fleet_config fleet;
    const char *links, *signals, *file, *json, *curves;
    FILE *curves_out;
    char curves_part[1024];
    bool quiet, progress;
    int64_t start_s;
    struct timespec last_shown;
};

enum option_id {
    OPTION_FLATS = 256, OPTION_BUILDING, OPTION_DAYS, OPTION_SEED, OPTION_JOBS, OPTION_LINK,
    OPTION_SIGNAL, OPTION_FLEET, OPTION_PROFILE, OPTION_START, OPTION_HAZARDS, OPTION_MEETING, OPTION_NO_ENVELOPE,
    OPTION_SAMPLE, OPTION_CURVES, OPTION_JSON, OPTION_QUIET
};

static const struct option options[] = {
    {"flats", required_argument, NULL, OPTION_FLATS},
    {"building", required_argument, NULL, OPTION_BUILDING},
    {"days", required_argument, NULL, OPTION_DAYS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"link", required_argument, NULL, OPTION_LINK},
    {"signal", required_argument, NULL, OPTION_SIGNAL},
    {"fleet", required_argument, NULL, OPTION_FLEET},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"start", required_argument, NULL, OPTION_START},
    {"hazards", required_argument, NULL, OPTION_HAZARDS},
    {"meeting", required_argument, NULL, OPTION_MEETING},
    {"no-envelope", no_argument, NULL, OPTION_NO_ENVELOPE},
    {"sample", required_argument, NULL, OPTION_SAMPLE},
    {"curves", required_argument, NULL, OPTION_CURVES},
    {"json", required_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_duration(const char *option, const char *value, int64_t *ns)
{
    if (duration_parse(value, ns) == 0 && *ns >= NS_PER_S)
        return 0;
    return cli_usage_error("--%s %s: expected a duration of a second or more, as in 30s or 15min",
                           option, value);
}

static int read_start(struct arguments *arguments, const char *value)
{
    char text[64];
    bool has_hour = strchr(value, ':') != NULL;
    snprintf(text, sizeof text, "%s%s", value, has_hour ? "" : " 00:00");
    if (civil_parse(text, &arguments->start_s) == 0)
        return 0;
    return cli_usage_error("--start %s: expected a date, as in 2026-01-15", value);
}

static int read_profile(struct site_config *site, const char *value)
{
    char message[600];
    site->curve = household_load_curve(value, message, sizeof message);
    site->household = NULL;
    return site->curve ? 0 : cli_usage_error("--profile %s", message);
}

static int read_hazards(struct fleet_config *fleet, const char *value)
{
    char *end;
    double times = strtod(value, &end);
    if (end == value || *end || !(times >= 0 && times <= 1e6))
        return cli_usage_error("--hazards %s: expected a factor from 0 to 1000000", value);
    fleet->kinds[0].site.hazards_permille = (uint32_t)(times * 1000 + 0.5);
    return 0;
}

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    struct fleet_config *fleet = &arguments->fleet;
    switch (id) {
    case OPTION_FLATS:
        return cli_read_count("flats", value, FLATS_MAX, &fleet->flats);
    case OPTION_BUILDING:
        return cli_read_count("building", value, BUILDING_MAX, &fleet->flats_a_site);
    case OPTION_DAYS:
        return cli_read_count("days", value, DAYS_MAX, &fleet->days);
    case OPTION_SEED:
        return cli_read_seed(value, &fleet->seed);
    case OPTION_JOBS:
        return cli_read_int("jobs", value, 1, JOBS_MAX, &fleet->jobs);
    case OPTION_LINK:
        arguments->links = value;
        return 0;
    case OPTION_SIGNAL:
        arguments->signals = value;
        return 0;
    case OPTION_FLEET:
        arguments->file = value;
        return 0;
    case OPTION_PROFILE:
        return read_profile(&fleet->kinds[0].site, value);
    case OPTION_START:
        return read_start(arguments, value);
    case OPTION_HAZARDS:
        return read_hazards(fleet, value);
    case OPTION_MEETING:
        return read_duration("meeting", value, &fleet->kinds[0].site.meeting_ns);
    case OPTION_NO_ENVELOPE:
        fleet->kinds[0].site.without_cipher = true;
        return 0;
    case OPTION_SAMPLE:
        return read_duration("sample", value, &fleet->sample_ns);
    case OPTION_CURVES:
        arguments->curves = value;
        return 0;
    case OPTION_JSON:
        arguments->json = value;
        return 0;
    case OPTION_QUIET:
        arguments->quiet = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"fleet", help, options, read_option};

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){.fleet = fleet_config_default(), .start_s = -1};
    arguments->fleet.kinds[0].site.household = household_default();
    arguments->fleet.jobs = cli_jobs(0);
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result != 0)
        return result;
    if (optind < argc)
        return cli_usage_error("fleet %s: what is this? A file goes after --fleet", argv[optind]);
    int64_t sample_ns = arguments->fleet.sample_ns;
    if (NS_PER_DAY % sample_ns != 0 || sample_ns % NS_PER_S != 0)
        return cli_usage_error("--sample: a day is no whole number of such intervals of whole seconds");
    if (arguments->fleet.days * (uint64_t)(NS_PER_DAY / sample_ns) > FLEET_SAMPLES_MAX)
        return cli_usage_error("--days, --sample: a load curve of more than %d samples; take longer ones",
                               FLEET_SAMPLES_MAX);
    const char *curves = arguments->curves ? arguments->curves : "";
    if (cli_is_stdout(curves))
        return cli_usage_error("--curves -: name a file; /dev/stdout is standard output");
    if (arguments->json && strcmp(curves, arguments->json) == 0)
        return cli_usage_error("--curves, --json: both would be %s", curves);
    return 0;
}

/* ---- what the buildings are ------------------------------------------------------------------- */

/* The words of a comma list, one after the other; NULL after the last. */
static char *next_word(char **rest)
{
    char *word;
    do
        word = strsep(rest, ",");
    while (word && !*word);
    return word;
}

static int cross_kinds(struct arguments *arguments)
{
    struct fleet_config *fleet = &arguments->fleet;
    const struct fleet_kind base = fleet->kinds[0];
    char links[256], signals[256];
    snprintf(links, sizeof links, "%s", arguments->links ? arguments->links : "cat1");
    char *rest_links = links;
    fleet->kind_count = 0;
    for (char *link; (link = next_word(&rest_links));) {
        snprintf(signals, sizeof signals, "%s", arguments->signals ? arguments->signals : "good");
        char *rest_signals = signals;
        for (char *signal; (signal = next_word(&rest_signals));) {
            if (fleet->kind_count == FLEET_KINDS_MAX)
                return cli_usage_error("--link, --signal: more than %d kinds", FLEET_KINDS_MAX);
            struct fleet_kind *kind = &fleet->kinds[fleet->kind_count++];
            *kind = base;
            int link_kind = link_kind_from_name(link);
            if (link_kind < 0)
                return cli_usage_error("--link %s: cat1, cat1bis, nbiot, lora or rs485", link);
            kind->site.link.kind = (enum link_kind)link_kind;
            int class = signal_class_from_name(signal);
            if (class < 0)
                return cli_usage_error("--signal %s: good, fair, poor, edge, dead or garage", signal);
            kind->site.signal = (enum signal_class)class;
            snprintf(kind->name, sizeof kind->name, "%s %s", link, signal);
        }
    }
    return fleet->kind_count > 0 ? 0 : cli_usage_error("--link, --signal: nothing is named");
}

static int read_kinds(struct arguments *arguments)
{
    struct fleet_config *fleet = &arguments->fleet;
    char complaint[600];
    int result = 0;
    if (arguments->file && (arguments->links || arguments->signals))
        return cli_usage_error("--fleet names links and signals; leave out --link and --signal");
    if (!arguments->file)
        result = cross_kinds(arguments);
    else if (fleet_file_read(arguments->file, fleet, complaint, sizeof complaint) < 0)
        result = cli_usage_error("--fleet %s", complaint);
    for (int i = 0; i < fleet->kind_count && arguments->start_s >= 0; i++)
        fleet->kinds[i].site.epoch_s = arguments->start_s;
    return result;
}

/* ---- running ---------------------------------------------------------------------------------- */

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) * 1e-9;
}

static bool show_progress(void *user, uint32_t done, uint32_t total)
{
    enum { WIDTH = 40 };
    struct arguments *arguments = user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    bool due = done == total || seconds_between(&arguments->last_shown, &now) >= 0.1;
    if (arguments->progress && due) {
        int filled = (int)((uint64_t)done * WIDTH / total);
        arguments->last_shown = now;
        fprintf(stderr, "\r[%.*s%*s] %u of %u buildings", filled,
                "########################################", WIDTH - filled, "", done, total);
        if (done == total)
            fprintf(stderr, "\r\033[K");
    }
    bool lost = arguments->curves_out && ferror(arguments->curves_out); /* told when it is closed */
    return !lost && !atomic_load(&cli_interrupted);
}

static void write_curve_row(void *user, int64_t at, const int64_t *power_mw, uint32_t flats)
{
    FILE *out = ((struct arguments *)user)->curves_out;
    fprintf(out, "%lld", (long long)(at / NS_PER_S));
    for (uint32_t i = 0; i < flats; i++)
        fprintf(out, ",%.3f", (double)power_mw[i] * 1e-3);
    fputc('\n', out);
}

static int open_curves(struct arguments *arguments)
{
    struct fleet_config *fleet = &arguments->fleet;
    struct stat status;
    if (!arguments->curves)
        return 0;
    bool special = lstat(arguments->curves, &status) == 0 && !S_ISREG(status.st_mode);
    snprintf(arguments->curves_part, sizeof arguments->curves_part, "%.1000s%s", arguments->curves,
             special ? "" : ".part"); /* a device, pipe or link must not be replaced by a file */
    arguments->curves_out = fopen(arguments->curves_part, "w");
    if (!arguments->curves_out)
        return cli_usage_error("--curves %s: %s", arguments->curves, strerror(errno));
    fleet->curve = write_curve_row;
    fleet->curve_flats = fleet->flats < fleet->flats_a_site ? fleet->flats : fleet->flats_a_site;
    fprintf(arguments->curves_out, "seconds");
    for (uint32_t i = 0; i < fleet->curve_flats; i++)
        fprintf(arguments->curves_out, ",flat_%u", i + 1);
    fputc('\n', arguments->curves_out);
    return 0;
}

/* The file takes its name only when it is whole. */
static int close_curves(struct arguments *arguments, bool complete)
{
    if (!arguments->curves_out)
        return 0;
    errno = 0;
    bool failed = ferror(arguments->curves_out) != 0;
    failed |= fclose(arguments->curves_out) != 0;
    bool beside = strcmp(arguments->curves_part, arguments->curves) != 0;
    bool kept = complete && (!beside || rename(arguments->curves_part, arguments->curves) == 0);
    if (!failed && kept)
        return 0;
    int error = errno;
    if (beside)
        unlink(arguments->curves_part);
    if (!failed && !complete)
        return 0;
    fprintf(stderr, "meterbench: --curves %s: %s\n", arguments->curves,
            strerror(error ? error : EIO));
    return EXIT_INTERNAL;
}

static int report(const struct arguments *arguments, const struct fleet_report *fleet_report)
{
    if (!arguments->quiet && !cli_is_stdout(arguments->json))
        report_fleet_console(fleet_report);
    int failed = cli_flush_console();
    int error = arguments->json ? report_fleet_json(fleet_report, arguments->json) : 0;
    int lost = cli_kept("json", arguments->json, error);
    return lost ? lost : failed;
}

static int run(struct arguments *arguments)
{
    struct timespec began, ended;
    struct fleet_result result;
    arguments->fleet.progress = show_progress;
    arguments->fleet.user = arguments;
    arguments->progress = isatty(STDERR_FILENO);
    cli_catch_signals();
    clock_gettime(CLOCK_MONOTONIC, &began);
    int error = fleet_run(&arguments->fleet, &result);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    int failed = close_curves(arguments, error == 0 && result.sites_done > 0);
    if (error < 0) {
        fprintf(stderr, "meterbench: fleet: %s\n", error_text(error));
        failed = error == ERROR_INVALID_ARGUMENT ? EXIT_USAGE : EXIT_INTERNAL;
    } else {
        const struct fleet_report done = {&arguments->fleet, &result,
                                          seconds_between(&began, &ended)};
        int reported = report(arguments, &done);
        failed = reported ? reported : failed;
        if (!failed && !report_fleet_balances(&done)) {
            fprintf(stderr, "meterbench: fleet: money or energy do not balance; the report says which\n");
            failed = EXIT_VERDICT_FAILED;
        }
    }
    bool stopped = !result.complete && error == 0;
    fleet_result_free(&result);
    return failed ? failed : stopped ? EXIT_INTERRUPTED : EXIT_ALL_PASSED;
}

int cli_fleet(int argc, char **argv)
{
    struct arguments arguments;
    int result = read_arguments(&arguments, argc, argv);
    if (result != 0)
        return result;
    if ((result = cli_check_writable("json", arguments.json)) ||
        (result = cli_check_writable("curves", arguments.curves)) ||
        (result = read_kinds(&arguments)) || (result = open_curves(&arguments)))
        return result;
    return run(&arguments);
}
