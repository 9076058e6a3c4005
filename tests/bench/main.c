#include "tests/bench/bench.h"

#include "scenarios/runner/household_file.h"
#include "sim/error.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: meterbench-bench [OPTION...] [PART...]\n"
    "\n"
    "Measure meterbench's speed. Times decide nothing; wrong work is exit code 1.\n"
    "\n"
    "parts: sizes, kernel, fleet, jobs, switches, profile; all by default\n"
    "\n"
    "  --quick      up to 10,000 flats\n"
    "  --full       up to 1,000,000 flats: takes a quarter of an hour and 0.3 GB\n"
    "  --smoke      only see that it runs and its work is right\n"
    "  --repeats N  of each pair (default 7, smoke 1)\n"
    "  --seed N     root seed (default 1)\n"
    "  --json FILE  the figures for machines\n"
    "  -h, --help   this text\n";

static const struct {
    const char *name;
    void (*run)(struct bench *bench);
} parts[] = {
    {"sizes", bench_sizes}, /* first, while the process is small: a child begins with its parent's
                               memory */
    {"kernel", bench_kernel},     {"fleet", bench_fleets},    {"jobs", bench_jobs},
    {"switches", bench_switches}, {"profile", bench_profile},
};

enum { PARTS = sizeof parts / sizeof parts[0] };

/* ---- figures -------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct spread spread_of(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    double median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    return (struct spread){median, values[0], values[count - 1]};
}

json_t *spread_json(const struct spread *spread)
{
    return json_pack("{s:f, s:f, s:f}", "median", spread->median, "least", spread->least, "most",
                     spread->most);
}

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

double thread_seconds(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double wall_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

struct fleet_config bench_fleet(const struct bench *bench, uint32_t flats)
{
    struct fleet_config config = fleet_config_default();
    config.seed = bench->seed;
    config.flats = flats;
    config.kinds[0].site.household = household_default();
    return config;
}

double bench_run(const struct fleet_config *config, struct fleet_result *result)
{
    double began = thread_seconds();
    int error = fleet_run(config, result);
    double seconds = thread_seconds() - began;
    if (error < 0) {
        fprintf(stderr, "bench: %s\n", error_text(error));
        exit(3);
    }
    return seconds;
}

void bench_wrong(struct bench *bench, const char *what)
{
    fprintf(stderr, "bench: WRONG: %s\n", what);
    bench->wrong = true;
}

/* ---- on what -------------------------------------------------------------------------- */

static void read_processor(char *name, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    snprintf(name, size, "unknown processor");
    while (file && fgets(line, sizeof line, file)) {
        char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && value) {
            value[strcspn(value, "\n")] = '\0';
            snprintf(name, size, "%s", value + 2);
            break;
        }
    }
    if (file)
        fclose(file);
}

static void tell_machine(struct bench *bench)
{
    char processor[200];
    double load = 0;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    read_processor(processor, sizeof processor);
    getloadavg(&load, 1);
    bool busy = load > 0.5;
    printf("%s, %ld processors, %s %s (%s), load average %.2f\n", processor, cores, COMPILER,
           __VERSION__, FLAGS, load);
    if (busy)
        printf("warning: the machine is busy; ratios suffer less than times, the speed-up of two "
               "jobs most\n");
    json_object_set_new(bench->json, "machine",
                        json_pack("{s:s, s:I, s:s, s:s, s:s, s:f, s:b}", "processor", processor,
                                  "processors", (json_int_t)cores, "compiler", COMPILER, "version",
                                  __VERSION__, "flags", FLAGS, "load_average", load, "busy", busy));
}

/* ---- arguments ------------------------------------------------------------------------ */

static int usage(const char *what, const char *value)
{
    fprintf(stderr, "meterbench-bench: %s %s; --help lists options and parts\n", what, value);
    return 4;
}

static bool is_named(const char *part, int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], part) == 0)
            return true;
    return argc == 0;
}

static int check_parts(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        bool known = false;
        for (int p = 0; p < PARTS; p++)
            known |= strcmp(argv[i], parts[p].name) == 0;
        if (!known)
            return usage("there is no part", argv[i]);
    }
    return 0;
}

static int read_number(const char *option, uint64_t min, uint64_t max, uint64_t *value)
{
    char *end;
    *value = strtoull(optarg, &end, 10);
    bool sound = end != optarg && !*end && optarg[0] != '-' && *value >= min && *value <= max;
    return sound ? 0 : usage(option, optarg);
}

static int read_option(struct bench *bench, int id, const char **file)
{
    uint64_t repeats;
    switch (id) {
    case 'q':
        bench->effort = EFFORT_QUICK;
        return 0;
    case 'f':
        bench->effort = EFFORT_FULL;
        return 0;
    case 's':
        bench->effort = EFFORT_SMOKE;
        return 0;
    case 'e':
        return read_number("--seed is a number, not", 0, UINT64_MAX, &bench->seed);
    case 'r':
        if (read_number("--repeats is from 1 to 50, not", 1, REPEATS_MAX, &repeats) != 0)
            return 4;
        bench->repeats = (int)repeats;
        return 0;
    case 'j':
        *file = optarg;
        return 0;
    case 'h':
        fputs(help, stdout);
        exit(0);
    default:
        return 4;
    }
}

static int read_arguments(struct bench *bench, int argc, char **argv, const char **file)
{
    static const struct option options[] = {
        {"quick", no_argument, NULL, 'q'},      {"full", no_argument, NULL, 'f'},
        {"smoke", no_argument, NULL, 's'},      {"repeats", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 'e'}, {"json", required_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
    };
    for (int id; (id = getopt_long(argc, argv, "h", options, NULL)) != -1;)
        if (read_option(bench, id, file) != 0)
            return 4;
    if (bench->repeats == 0)
        bench->repeats = bench->effort == EFFORT_SMOKE ? 1 : 7;
    return check_parts(argc - optind, argv + optind);
}

int main(int argc, char **argv)
{
    struct bench bench = {.effort = EFFORT_USUAL, .seed = 1, .json = json_object()};
    const char *file = NULL;
    if (read_arguments(&bench, argc, argv, &file) != 0)
        return 4;
    household_default(); /* read before anything is measured */
    tell_machine(&bench);
    for (int p = 0; p < PARTS; p++)
        if (is_named(parts[p].name, argc - optind, argv + optind))
            parts[p].run(&bench);
    json_object_set_new(bench.json, "work_is_right", json_boolean(!bench.wrong));
    if (file && json_dump_file(bench.json, file, JSON_INDENT(1) | JSON_PRESERVE_ORDER) < 0) {
        fprintf(stderr, "meterbench-bench: --json %s: it cannot be written\n", file);
        return 3;
    }
    json_decref(bench.json);
    return bench.wrong ? 1 : 0;
}
