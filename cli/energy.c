/* meterbench energy: what limits in peak hours save, against the same homes without them. */
#include "cli/cli.h"

#include "scenarios/runner/household_file.h"
#include "scenarios/runner/report_energy.h"
#include "scenarios/runner/tariff_file.h"
#include "sim/error.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FLATS_MAX = 1000000, DAYS_MAX = 3650, JOBS_MAX = 64, A_BUILDING = 25, TARIFFS_MAX = 8 };

static const char help[] =
    "usage: meterbench energy [OPTION...]\n"
    "\n"
    "Run homes with and without limits on air conditioner and water heater in peak hours, and tell what\n"
    "the bill and the comfort differ by: pairs of the same homes, seed and weather (docs/energy.md).\n"
    "\n"
    "  --flats N            homes (default 100)\n"
    "  --days D             simulated days (default 365)\n"
    "  --start DATE         the first day (default 2026-01-01)\n"
    "  --seeds A-B          a pair of fleets for each (default 1-10)\n"
    "  --tariff LIST        tariffs, as in zhejiang,shanghai (default zhejiang)\n"
    "  --measure LIST       shift, cap, shed, all, spread (default all five)\n"
    "  --claim PERCENT      the saving that is held against the interval (default 18)\n"
    "  --jobs J             buildings side by side (default: one a processor); the results do not change\n"
    "  --json FILE          JSON; - is standard output\n"
    "  --quiet              no table\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 done, 2 interrupted (the report covers the seeds that were done), 3 internal error, 4 usage\n";

struct arguments {
    struct study_config study;
    const char *json;
    char tariffs[256];
    bool quiet, progress;
    double claim;
    int tariff_number, tariff_count;
    struct timespec last_shown;
};

enum option_id {
    OPTION_FLATS = 256, OPTION_DAYS, OPTION_START, OPTION_SEEDS, OPTION_TARIFF, OPTION_MEASURE, OPTION_CLAIM,
    OPTION_JOBS, OPTION_JSON, OPTION_QUIET
};

static const struct option options[] = {
    {"flats", required_argument, NULL, OPTION_FLATS},
    {"days", required_argument, NULL, OPTION_DAYS},
    {"start", required_argument, NULL, OPTION_START},
    {"seeds", required_argument, NULL, OPTION_SEEDS},
    {"tariff", required_argument, NULL, OPTION_TARIFF},
    {"measure", required_argument, NULL, OPTION_MEASURE},
    {"claim", required_argument, NULL, OPTION_CLAIM},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"json", required_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* "3" or "1-10" */
static int read_seeds(struct study_config *study, const char *value)
{
    unsigned long long first, last;
    int end = 0;
    bool sound = sscanf(value, "%llu-%llu%n", &first, &last, &end) == 2 && !value[end];
    if (!sound) {
        end = 0;
        sound = sscanf(value, "%llu%n", &first, &end) == 1 && !value[end];
        last = first;
    }
    if (!sound || value[0] == '-' || last < first || last - first >= STUDY_SEEDS_MAX)
        return cli_usage_error("--seeds %s: expected seeds such as 1-10, at most %d", value, STUDY_SEEDS_MAX);
    study->first_seed = first;
    study->last_seed = last;
    return 0;
}

static int read_start(struct site_config *site, const char *value)
{
    char text[64];
    snprintf(text, sizeof text, "%.40s 00:00", value);
    if (civil_parse(text, &site->epoch_s) == 0)
        return 0;
    return cli_usage_error("--start %s: expected a date, as in 2026-01-01", value);
}

static int read_measures(struct study_config *study, const char *value)
{
    char list[256], *rest = list;
    snprintf(list, sizeof list, "%.250s", value);
    study->measure_count = 0;
    for (char *word; (word = strsep(&rest, ","));) {
        struct limit_schedule tried;
        if (!energy_measure(word, &tried) || strcmp(word, "none") == 0)
            return cli_usage_error("--measure %s: shift, cap, shed, all or spread", word);
        if (study->measure_count == STUDY_MEASURES_MAX)
            return cli_usage_error("--measure: more than %d", STUDY_MEASURES_MAX);
        snprintf(study->measures[study->measure_count++], STUDY_NAME_MAX, "%s", word);
    }
    return 0;
}

static int read_claim(struct arguments *arguments, const char *value)
{
    char *end;
    arguments->claim = strtod(value, &end) / 100;
    if (end == value || *end || !(arguments->claim > 0 && arguments->claim < 1))
        return cli_usage_error("--claim %s: expected per cent, above 0 and below 100", value);
    return 0;
}

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    struct fleet_config *fleet = &arguments->study.fleet;
    switch (id) {
    case OPTION_FLATS:
        return cli_read_count("flats", value, FLATS_MAX, &fleet->flats);
    case OPTION_DAYS:
        return cli_read_count("days", value, DAYS_MAX, &fleet->days);
    case OPTION_START:
        return read_start(&fleet->kinds[0].site, value);
    case OPTION_SEEDS:
        return read_seeds(&arguments->study, value);
    case OPTION_TARIFF:
        if (strlen(value) >= sizeof arguments->tariffs)
            return cli_usage_error("--tariff: the list is too long");
        snprintf(arguments->tariffs, sizeof arguments->tariffs, "%s", value);
        return 0;
    case OPTION_MEASURE:
        return read_measures(&arguments->study, value);
    case OPTION_CLAIM:
        return read_claim(arguments, value);
    case OPTION_JOBS:
        return cli_read_int("jobs", value, 1, JOBS_MAX, &fleet->jobs);
    case OPTION_JSON:
        arguments->json = value;
        return 0;
    case OPTION_QUIET:
        arguments->quiet = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"energy", help, options, read_option};

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){.claim = 0.18, .tariffs = "zhejiang"};
    struct study_config *study = &arguments->study;
    study->fleet = fleet_config_default();
    study->fleet.flats = 100;
    study->fleet.flats_a_site = A_BUILDING;
    study->fleet.days = 365;
    study->fleet.jobs = cli_jobs(0);
    study->fleet.sample_ns = NS_PER_HOUR;
    study->fleet.kinds[0].site.household = household_default();
    study->first_seed = 1;
    study->last_seed = 10;
    read_start(&study->fleet.kinds[0].site, "2026-01-01");
    read_measures(study, "shift,cap,shed,all,spread");
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result != 0)
        return result;
    return optind < argc ? cli_usage_error("energy %s: what is this?", argv[optind]) : 0;
}

/* ---- running ---------------------------------------------------------------------------------- */

static bool show_progress(void *user, int done, int all)
{
    struct arguments *arguments = user;
    int fleets = all * arguments->tariff_count, now = all * arguments->tariff_number + done;
    if (arguments->progress) {
        fprintf(stderr, "\r%d of %d fleets ", now, fleets);
        if (now == fleets)
            fprintf(stderr, "\r\033[K");
    }
    return !atomic_load(&cli_interrupted);
}

static int read_tariffs(const struct arguments *arguments, struct energy_report *rows, int *count)
{
    char list[sizeof arguments->tariffs], *rest = list;
    snprintf(list, sizeof list, "%s", arguments->tariffs);
    for (char *word; (word = strsep(&rest, ","));) {
        const struct tariff *tariff = tariff_by_name(word);
        struct limit_schedule tried;
        if (!tariff)
            return cli_usage_error("--tariff %s: no such tariff", word);
        const char *complaint = energy_windows_at_peak(tariff, &tried);
        if (complaint)
            return cli_usage_error("--tariff %s: %s", word, complaint);
        if (*count == TARIFFS_MAX)
            return cli_usage_error("--tariff: more than %d", TARIFFS_MAX);
        snprintf(rows[*count].tariff, sizeof rows[*count].tariff, "%s", word);
        rows[(*count)++].prices = tariff;
    }
    return 0;
}

static int run(struct arguments *arguments, struct energy_report *rows)
{
    struct study_config *study = &arguments->study;
    int seeds = (int)(study->last_seed - study->first_seed + 1), complete = 0;
    cli_catch_signals();
    arguments->progress = isatty(STDERR_FILENO);
    study->progress = show_progress;
    study->user = arguments;
    for (int i = 0; i < arguments->tariff_count && !atomic_load(&cli_interrupted); i++) {
        arguments->tariff_number = i;
        study->fleet.kinds[0].site.tariff = *rows[i].prices;
        int error = study_run(study, &rows[i].result);
        if (error < 0) {
            fprintf(stderr, "meterbench: energy: %s\n", error_text(error));
            return error == ERROR_INVALID_ARGUMENT ? EXIT_USAGE : EXIT_INTERNAL;
        }
        complete += rows[i].result.seeds == seeds;
    }
    if (!arguments->quiet && !cli_is_stdout(arguments->json))
        report_energy_console(study, rows, arguments->tariff_count, arguments->claim);
    int failed = cli_flush_console();
    int error = arguments->json ? report_energy_json(study, rows, arguments->tariff_count, arguments->claim, arguments->json) : 0;
    int lost = cli_kept("json", arguments->json, error);
    failed = lost ? lost : failed;
    return failed ? failed : complete < arguments->tariff_count ? EXIT_INTERRUPTED : EXIT_ALL_PASSED;
}

int cli_energy(int argc, char **argv)
{
    struct arguments arguments;
    struct energy_report rows[TARIFFS_MAX] = {0};
    int result = read_arguments(&arguments, argc, argv);
    if (result != 0)
        return result;
    if ((result = cli_check_writable("json", arguments.json)) ||
        (result = read_tariffs(&arguments, rows, &arguments.tariff_count)))
        return result;
    return run(&arguments, rows);
}
