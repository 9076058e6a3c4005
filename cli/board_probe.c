/* meterbench board probe: which meter stands on which port, and a bench file for it. */
#include "cli/cli.h"

#include "hil/bench_file.h"
#include "hil/check/probe.h"
#include "scenarios/runner/report_file.h"

#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PORTS_MAX = 32, PATH_SIZE = 4200 };

static const char help[] =
    "usage: meterbench board probe [OPTION...] [PORT...]\n"
    "\n"
    "Find the meter on a serial port: speed, parity, protocol, address, and which known makes of\n"
    "meter show values that could be true. Only reads are sent. Without a PORT: all of\n"
    "/dev/serial/by-id, /dev/ttyUSB* and /dev/ttyACM*.\n"
    "\n"
    "  --write FILE         write a bench file for the meter that was found\n"
    "  --force              even if that file is there already\n"
    "  --all                ask Modbus slaves 1 to 247, not 1 to 16 (minutes a port)\n"
    "  --json FILE          write what was found as JSON; - is standard output\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 a meter was found, 2 interrupted, 3 the file could not be written, 4 usage,\n"
    "      5 there is no port, 10 no meter was found or a port cannot be used\n";

struct arguments {
    const char *write, *json;
    bool force, all;
    char *ports[PORTS_MAX];
    int port_count;
};

static const struct option options[] = {
    {"write", required_argument, NULL, 'w'},
    {"force", no_argument, NULL, 'f'},
    {"all", no_argument, NULL, 'a'},
    {"json", required_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    switch (id) {
    case 'w':
        arguments->write = value;
        return cli_check_writable("write", value);
    case 'j':
        arguments->json = value;
        return cli_check_writable("json", value);
    case 'f':
        arguments->force = true;
        return 0;
    case 'a':
        arguments->all = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"board probe", help, options, read_option};

/* ---- ports --------------------------------------------------------------------------------------
 */

/* The same device under another name is no other port. */
static void add_port(struct arguments *arguments, const char *path)
{
    char real[PATH_SIZE], other[PATH_SIZE];
    for (int i = 0; i < arguments->port_count; i++)
        if (realpath(path, real) && realpath(arguments->ports[i], other) && strcmp(real, other) == 0)
            return;
    if (arguments->port_count < PORTS_MAX)
        arguments->ports[arguments->port_count++] = strdup(path);
}

static void find_ports(struct arguments *arguments)
{
    static const char *const patterns[] = {"/dev/serial/by-id/*", "/dev/ttyUSB*", "/dev/ttyACM*"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) == 0)
            for (size_t at = 0; at < found.gl_pathc; at++)
                add_port(arguments, found.gl_pathv[at]);
        globfree(&found);
    }
}

/* ---- what was found -----------------------------------------------------------------------------
 */

static const char *parity_word(char parity)
{
    return parity == 'N' ? "none" : parity == 'E' ? "even" : "odd";
}

static void tell(const char *port, const struct probe_result *result)
{
    printf("%s: %s, %d 8%c%d, ", port, result->dlt645 ? "DL/T 645" : "Modbus RTU", result->line.baud,
           result->line.parity, result->line.stop_bits);
    if (result->dlt645)
        printf("address %s\n", result->address);
    else
        printf("slave %d\n", result->slave);
    for (int i = 0; i < result->match_count; i++)
        printf("  %s %s: %s\n", i == 0 ? "like" : "or  ", result->matches[i].name,
               result->matches[i].values);
    if (result->match_count == 0)
        printf("  like no make that is known here (docs/profiles.md says how to add one)\n");
    fflush(stdout);
}

static void tell_nothing(const char *port, int error, const struct probe_result *result)
{
    if (error < 0)
        fprintf(stderr, "meterbench: %s\n", result->message);
    else if (result->strange > 0)
        fprintf(stderr, "meterbench: %s: %zu bytes came that are no frame, the last at %d baud: another "
                        "protocol, or a line that is not sound\n",
                port, result->strange, result->strange_baud);
    else
        fprintf(stderr, "meterbench: %s: nothing answered; check power and wiring (A and B exchanged?), "
                        "or try --all\n",
                port);
}

static json_t *result_json(const char *port, const struct probe_result *result)
{
    json_t *matches = json_array();
    char parity[2] = {result->line.parity, '\0'};
    for (int i = 0; i < result->match_count; i++)
        json_array_append_new(matches, json_pack("{s:s, s:s, s:s, s:i}", "profile",
                                                 result->matches[i].path, "name",
                                                 result->matches[i].name, "values",
                                                 result->matches[i].values, "items",
                                                 result->matches[i].items));
    json_t *object =
        json_pack("{s:s, s:b, s:o}", "port", port, "found", result->found, "matches", matches);
    if (object && result->found) {
        json_object_set_new(object, "protocol", json_string(result->dlt645 ? "dlt645" : "modbus"));
        json_object_set_new(object, "baud", json_integer(result->line.baud));
        json_object_set_new(object, "parity", json_string(parity));
        json_object_set_new(object, "stop_bits", json_integer(result->line.stop_bits));
        if (result->dlt645)
            json_object_set_new(object, "address", json_string(result->address));
        else
            json_object_set_new(object, "slave", json_integer(result->slave));
    }
    return object;
}

/* ---- the bench file -----------------------------------------------------------------------------
 */

static void bench_text(const char *port, const struct probe_result *result, char *text, size_t size)
{
    char profile[400] = "", who[40];
    if (result->match_count > 0)
        snprintf(profile, sizeof profile, "  profile = \"%s\", -- %s\n", result->matches[0].path,
                 result->matches[0].name);
    if (result->dlt645)
        snprintf(who, sizeof who, "address = \"%s\"", result->address);
    else
        snprintf(who, sizeof who, "slave = %d", result->slave);
    snprintf(text, size,
             "-- Found by meterbench board probe: %s%s.\n"
             "return bench {\n%s"
             "  port = \"%s\",\n"
             "  baud = %d, parity = \"%s\", stop_bits = %d, %s,\n"
             "  -- rack = \"/dev/ttyACM0\", -- an slcan adapter, for stimuli and contacts\n"
             "}\n",
             result->dlt645 ? "DL/T 645" : "Modbus RTU",
             result->match_count > 0 ? ""
                                     : "; no known make: add profile = \"..\" (docs/profiles.md)",
             profile, port, result->line.baud, parity_word(result->line.parity),
             result->line.stop_bits, who);
}

static int write_bench(const char *path, const char *port, const struct probe_result *result)
{
    char text[1200], message[300];
    struct bench_file bench;
    bench_text(port, result, text, sizeof text);
    int error = report_file(path, text, strlen(text));
    if (error == 0 && bench_file_read(path, NULL, &bench, message, sizeof message) < 0)
        fprintf(stderr, "meterbench: %s\n", message);
    return cli_kept("write", path, error);
}

/* ---- the run ------------------------------------------------------------------------------------
 */

static void show_line(void *user, const char *port, const struct serial_settings *line)
{
    (void)user;
    if (isatty(2))
        fprintf(stderr, "\r%s: %d 8%c%d ... ", port, line->baud, line->parity, line->stop_bits);
}

/* The profiles that come along stand beside the program. */
static const char *profiles_of(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 32);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, "scenarios/boards");
    return path;
}

static int finish(const struct arguments *arguments, json_t *all, int found, int broken)
{
    int error = arguments->json ? report_write_json(arguments->json, all) : 0;
    if (!arguments->json)
        json_decref(all);
    int lost = cli_kept("json", arguments->json, error);
    if (atomic_load(&cli_interrupted))
        return EXIT_INTERRUPTED;
    if (lost != 0 || broken || cli_flush_console() != 0)
        return EXIT_INTERNAL;
    return found > 0 ? EXIT_ALL_PASSED : EXIT_BENCH_FAULT;
}

static int run(const struct arguments *arguments)
{
    char profiles[PATH_SIZE];
    const struct probe_options probe = {
        .all = arguments->all,
        .profiles = profiles_of(profiles, sizeof profiles),
        .interrupted = &cli_interrupted,
        .trying = show_line,
    };
    json_t *all = json_array();
    int found = 0, broken = 0;
    cli_catch_signals();
    for (int i = 0; i < arguments->port_count && !atomic_load(&cli_interrupted); i++) {
        struct probe_result result;
        const char *port = arguments->ports[i];
        int error = probe_port(port, &probe, &result);
        if (isatty(2))
            fprintf(stderr, "\r\033[K");
        json_array_append_new(all, result_json(port, &result));
        if (!result.found) {
            tell_nothing(port, error, &result);
            continue;
        }
        if (!cli_is_stdout(arguments->json))
            tell(port, &result);
        if (found++ == 0 && arguments->write)
            broken = write_bench(arguments->write, port, &result) != 0;
    }
    return finish(arguments, all, found, broken);
}

int cli_board_probe(int argc, char **argv)
{
    struct arguments arguments = {0};
    int result = cli_read_options(&command, argc, argv, &arguments);
    if (result != 0)
        return result;
    if (arguments.write && !arguments.force && access(arguments.write, F_OK) == 0)
        return cli_usage_error("--write %s: it is there already; --force writes over it",
                               arguments.write);
    for (int i = optind; i < argc; i++)
        add_port(&arguments, argv[i]);
    if (optind == argc)
        find_ports(&arguments);
    if (arguments.port_count == 0) {
        fprintf(stderr, "meterbench: there is no serial port (/dev/ttyUSB*, /dev/ttyACM*); plug the "
                        "adapter in, or name a port\n");
        return EXIT_NOTHING_RAN;
    }
    result = run(&arguments);
    for (int i = 0; i < arguments.port_count; i++)
        free(arguments.ports[i]);
    return result;
}
