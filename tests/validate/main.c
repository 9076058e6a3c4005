/* validate: run the models and write docs/validation.md. `make validate` calls it. */
#include "tests/validate/validate.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
    "usage: validate [OPTION...]\n"
    "\n"
    "Run the models, hold what comes out against published figures, write a report and its plots.\n"
    "\n"
    "  --out FILE       the report (default docs/validation.md)\n"
    "  --pictures DIR   its plots (default docs/pictures/validation)\n"
    "  --seed S         root seed (default 1)\n"
    "  --quick          small samples, for continuous integration\n"
    "  --only SUBJECT   one subject\n"
    "  --strict         exit 1 when a row fails\n"
    "\n"
    "exit: 0 written, 1 a row failed and --strict, 3 a file could not be written, 4 usage\n";

static const struct {
    const char *name;
    void (*run)(const struct validation *validation);
} subjects[] = {
    {"household", validate_household}, {"residual", validate_residual},
    {"breaker", validate_breaker},     {"relay", validate_relay},
    {"radio", validate_radio},         {"orders", validate_orders},
    {"fleet", validate_fleet},
};

enum { EXIT_WRITING = 3, EXIT_WRONG_USAGE = 4 };

struct arguments {
    struct validation validation;
    const char *out, *only;
    bool strict;
};

static const struct option options[] = {
    {"out", required_argument, NULL, 'o'},
    {"pictures", required_argument, NULL, 'p'},
    {"seed", required_argument, NULL, 's'},
    {"quick", no_argument, NULL, 'q'},
    {"only", required_argument, NULL, 'n'},

    {"strict", no_argument, NULL, 't'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool read_seed(uint64_t *seed)
{
    char *end;
    errno = 0;
    *seed = strtoull(optarg, &end, 10);
    return errno == 0 && end != optarg && !*end && *optarg != '-';
}

/* -1, or the exit code. */
static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
    struct validation *validation = &arguments->validation;
    for (int id; (id = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (id) {
        case 'o':
            arguments->out = optarg;
            break;
        case 'p':
            validation->pictures = optarg;
            break;
        case 'q':
            validation->quick = true;
            break;
        case 'n':
            arguments->only = optarg;
            break;
        case 't':
            arguments->strict = true;
            break;
        case 's':
            if (read_seed(&validation->seed))
                break;
            fprintf(stderr, "validate: --seed %s: expected a whole number\n", optarg);
            return EXIT_WRONG_USAGE;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return EXIT_WRONG_USAGE;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "validate: %s: what is this?\n", argv[optind]);
    return EXIT_WRONG_USAGE;
}

static bool run_subjects(const struct arguments *arguments)
{
    bool found = false;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        if (arguments->only && strcmp(arguments->only, subjects[i].name) != 0)
            continue;
        fprintf(stderr, "validate: %s\n", subjects[i].name);
        subjects[i].run(&arguments->validation);
        found = true;
    }
    return found;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {
        .validation = {.seed = 1, .pictures = "docs/pictures/validation"},
        .out = "docs/validation.md",
    };
    struct validation *validation = &arguments.validation;
    int done = read_arguments(&arguments, argc, argv);
    if (done >= 0)
        return done;
    validation->report = report_open(arguments.out, validation);
    if (!validation->report || (mkdir(validation->pictures, 0777) < 0 && errno != EEXIST)) {
        fprintf(stderr, "validate: --pictures %s: %s\n", validation->pictures, strerror(errno));
        return EXIT_WRITING;
    }
    if (!run_subjects(&arguments)) {
        fprintf(stderr, "validate: --only %s: no such subject\n", arguments.only);
        return EXIT_WRONG_USAGE;
    }
    int failed = report_failed(validation->report), judged = report_judged(validation->report);
    int written = report_close(validation->report);
    if (written < 0) {
        fprintf(stderr, "validate: --out %s: %s\n", arguments.out, strerror(-written));
        return EXIT_WRITING;
    }
    printf("%d of %d judged rows pass, %d fail: %s\n", judged - failed, judged, failed,
           arguments.out);
    return arguments.strict && failed > 0 ? 1 : 0;
}
