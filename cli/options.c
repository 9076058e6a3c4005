/* What the options of several subcommands have in common. */
#include "cli/cli.h"

#include "sim/kernel/time.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

int cli_read_options(const struct cli_command *command, int argc, char **argv, void *arguments)
{
    int id, result = 0;
    optind = 1;
    while (result == 0 && (id = getopt_long(argc, argv, "h", command->options, NULL)) != -1) {
        if (id == 'h') {
            fputs(command->help, stdout);
            return CLI_HELPED;
        }
        if (id == '?')
            return cli_usage_error("meterbench %s --help lists the options", command->name);
        result = command->read(arguments, id, optarg);
    }
    return result;
}

/* ---- values ----------------------------------------------------------------------------------- */

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

int cli_read_count(const char *option, const char *text, unsigned long long max, uint32_t *value)
{
    unsigned long long number = 0;
    int result = cli_check_number(option, text, 1, max, &number);
    *value = (uint32_t)number;
    return result;
}

int cli_read_int(const char *option, const char *text, int min, int max, int *value)
{
    unsigned long long number;
    int result = cli_check_number(option, text, (unsigned long long)min, (unsigned long long)max, &number);
    if (result == 0)
        *value = (int)number;
    return result;
}

int cli_read_seed(const char *text, uint64_t *seed)
{
    unsigned long long number;
    int result = cli_check_number("seed", text, 0, UINT64_MAX, &number);
    *seed = number;
    return result;
}

int cli_read_duration(const char *option, const char *text, int64_t *ns)
{
    if (duration_parse(text, ns) == 0 && *ns > 0)
        return 0;
    return cli_usage_error("--%s %s: expected a duration with its unit, as in 30s or \"2 days\"",
                           option, text);
}

int cli_read_parity(const char *text, char *parity)
{
    static const char *const names[] = {"none", "even", "odd"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) != 0)
            continue;
        *parity = "NEO"[i];
        return 0;
    }
    return cli_usage_error("--parity %s: expected none, even or odd", text);
}

bool cli_add(const char **list, int max, const char *value)
{
    for (int i = 0; i < max; i++) {
        if (!list[i]) {
            list[i] = value;
            return true;
        }
    }
    return false;
}

int cli_jobs(int asked)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return asked > 0 ? asked : processors > 0 ? (int)processors : 1;
}

/* ---- files ------------------------------------------------------------------------------------ */

bool cli_is_directory(const char *path)
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
    if (cli_is_directory(path))
        return cli_usage_error("--%s %s: it is a directory; name a file", option, path);
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash)
        *slash = '\0';
    else
        strcpy(directory, ".");
    const char *where = directory[0] ? directory : "/";
    if (!cli_is_directory(where) || access(where, W_OK) < 0)
        return cli_usage_error("--%s %s: the directory is not there or cannot be written", option, path);
    return 0;
}

bool cli_is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

int cli_kept(const char *option, const char *path, int error)
{
    if (error >= 0)
        return 0;
    fprintf(stderr, "meterbench: --%s %s: %s\n", option, path, strerror(-error));
    return EXIT_INTERNAL;
}

int cli_write_reports(const struct suite *suite, const char *junit, const char *json)
{
    int failed = junit ? cli_kept("junit", junit, report_junit(suite, junit)) : 0;
    int json_failed = json ? cli_kept("json", json, report_json(suite, json)) : 0;
    return failed ? failed : json_failed;
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
