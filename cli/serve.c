/* meterbench serve: a building of virtual meters on a wire, for somebody's master. */
#include "cli/cli.h"

#include "cli/serve_words.h"
#include "hil/board.h"
#include "hil/serve/serve.h"
#include "scenarios/runner/fleet_file.h"
#include "scenarios/runner/household_file.h"
#include "scenarios/runner/scenario.h"
#include "sim/error.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: meterbench serve [OPTION...] [FILE]\n"
    "\n"
    "Put a building of virtual meters on a wire: they answer a master of yours as meters do, at the wall clock's pace,\n"
    "with households behind them, until Ctrl-C. FILE is a scenario or a fleet file, of which the building is taken.\n"
    "\n"
    "where\n"
    "  --pty                a pseudo terminal of its own, whose name it tells (default)\n"
    "  --port DEV           a serial port such as /dev/ttyUSB0\n"
    "  --tcp ADDRESS        TCP on this machine, as in 127.0.0.1:0; port 0 takes a free one\n"
    "how\n"
    "  --protocol P         dlt645 or modbus (default: the profile's, else dlt645)\n"
    "  --profile FILE       Modbus: which make of meter they are (default the reference board)\n"
    "  --flats N            meters, 1 to 247 (default 8, or what FILE says)\n"
    "  --baud N             line speed (default the profile's, else 9600); bytes leave no faster\n"
    "  --parity P           none, even or odd (default the profile's, else even)\n"
    "  --stop-bits N        1 or 2 (default the profile's, else 1)\n"
    "  --preambles N        bytes FE before a reply, 0 to 4 (default 4)\n"
    "  --dialect D          relay control is answered as by sgcc (words, the default) or base (the standard alone)\n"
    "  --delay RANGE        time that a meter takes to answer, as in 20ms-80ms, the default\n"
    "  --line-faults WHAT   a bad line: drop=50ppm,corrupt=200ppm,noise=1000ppm,split=2@5s,delay=20ms,echo, or a .lua\n"
    "  --speed N            simulated seconds a second, 1 to 1000 (default 1)\n"
    "  --seed N             root seed (default 1)\n"
    "  --for DUR            end by itself after this wall-clock time\n"
    "reports\n"
    "  --json               a line of JSON when it is ready and one at the end, in the text's place\n"
    "  --quiet              do not tell what happens to the meters\n"
    "  -h, --help           this text\n"
    "\n"
    "standard input takes words: " SERVE_WORDS_HELP "\n"
    "exit: 0 ended by --for or Ctrl-C, 3 internal error, 4 usage, 10 the port failed\n";

struct arguments {
    struct serve_config serve;
    struct serve_statistics statistics;
    struct profile profile;
    struct serial_settings line; /* what was asked for; 0: the profile's */
    const char *file, *protocol, *profile_file;
    uint32_t flats; /* 0: what the file says */
    bool json, quiet;
};

enum option_id {
    OPTION_PTY = 256, OPTION_PORT, OPTION_TCP, OPTION_PROTOCOL, OPTION_PROFILE, OPTION_FLATS, OPTION_BAUD, OPTION_PARITY, OPTION_STOP_BITS,
    OPTION_PREAMBLES, OPTION_DIALECT, OPTION_DELAY, OPTION_LINE_FAULTS, OPTION_SPEED, OPTION_SEED, OPTION_FOR, OPTION_JSON, OPTION_QUIET
};

static const struct option options[] = {
    {"pty", no_argument, NULL, OPTION_PTY},
    {"port", required_argument, NULL, OPTION_PORT},
    {"tcp", required_argument, NULL, OPTION_TCP},
    {"protocol", required_argument, NULL, OPTION_PROTOCOL},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"flats", required_argument, NULL, OPTION_FLATS},
    {"baud", required_argument, NULL, OPTION_BAUD},
    {"parity", required_argument, NULL, OPTION_PARITY},
    {"stop-bits", required_argument, NULL, OPTION_STOP_BITS},
    {"preambles", required_argument, NULL, OPTION_PREAMBLES},
    {"dialect", required_argument, NULL, OPTION_DIALECT},
    {"delay", required_argument, NULL, OPTION_DELAY},
    {"line-faults", required_argument, NULL, OPTION_LINE_FAULTS},
    {"speed", required_argument, NULL, OPTION_SPEED},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"for", required_argument, NULL, OPTION_FOR},
    {"json", no_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* ---- options ----------------------------------------------------------------------------------- */

static int read_flats(struct arguments *arguments, const char *value)
{
    int flats = 0;
    int result = cli_read_int("flats", value, 1, SERVE_METERS_MAX, &flats);
    arguments->flats = (uint32_t)flats;
    return result;
}

/* One duration, or two with a dash between. */
static int read_delay(struct serve_config *serve, const char *value)
{
    char low[32];
    const char *dash = strchr(value, '-');
    snprintf(low, sizeof low, "%.*s", dash ? (int)(dash - value) : 31, value);
    if (duration_parse(low, &serve->delay_low_ns) == 0 &&
        duration_parse(dash ? dash + 1 : low, &serve->delay_high_ns) == 0 &&
        serve->delay_low_ns <= serve->delay_high_ns && serve->delay_high_ns <= 10 * NS_PER_S)
        return 0;
    return cli_usage_error("--delay %s: expected durations up to 10s, as in 20ms-80ms", value);
}

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    struct serve_config *serve = &arguments->serve;
    switch (id) {
    case OPTION_PTY:
        serve->port = serve->tcp = NULL;
        return 0;
    case OPTION_PORT:
        serve->port = value;
        return 0;
    case OPTION_TCP:
        serve->tcp = value;
        return 0;
    case OPTION_PROTOCOL:
        arguments->protocol = value;
        return 0;
    case OPTION_PROFILE:
        arguments->profile_file = value;
        return 0;
    case OPTION_FLATS:
        return read_flats(arguments, value);
    case OPTION_BAUD:
        return cli_read_int("baud", value, 300, 921600, &arguments->line.baud);
    case OPTION_PARITY:
        return cli_read_parity(value, &arguments->line.parity);
    case OPTION_STOP_BITS:
        return cli_read_int("stop-bits", value, 1, 2, &arguments->line.stop_bits);
    case OPTION_PREAMBLES:
        return cli_read_int("preambles", value, 0, DLT645_PREAMBLE_MAX, &serve->preambles);
    case OPTION_DIALECT:
        serve->dialect = strcmp(value, "base") == 0 ? PORT_BASE : PORT_SGCC;
        if (serve->dialect == PORT_BASE || strcmp(value, "sgcc") == 0)
            return 0;
        return cli_usage_error("--dialect %s: expected base or sgcc", value);
    case OPTION_DELAY:
        return read_delay(serve, value);
    case OPTION_LINE_FAULTS:
        return cli_read_line_faults(value, &serve->faults);
    case OPTION_SPEED:
        return cli_read_int("speed", value, 1, SERVE_SPEED_MAX, &serve->speed);
    case OPTION_SEED:
        return cli_read_seed(value, &serve->seed);
    case OPTION_FOR:
        return cli_read_duration("for", value, &serve->for_ns);
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case OPTION_QUIET:
        arguments->quiet = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"serve", help, options, read_option};

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){.serve = serve_config_default()};
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result != 0)
        return result;
    if (arguments->serve.port && arguments->serve.tcp)
        return cli_usage_error("--port and --tcp: one wire at a time");
    if (optind + 1 < argc)
        return cli_usage_error("serve %s: one file at the most", argv[optind + 1]);
    arguments->file = argv[optind];
    return 0;
}

/* ---- the protocol ------------------------------------------------------------------------------ */

static int read_profile(struct arguments *arguments)
{
    char path[BOARD_PATH_SIZE], message[600];
    if (board_find_profile(arguments->profile_file, path, message, sizeof message) < 0 ||
        profile_read(path, &arguments->profile, message, sizeof message) < 0)
        return cli_usage_error("%s", message);
    return 0;
}

/* A profile of a DL/T 645 meter gives line and preambles only: the meters answer all that they know. */
static int read_protocol(struct arguments *arguments)
{
    struct serve_config *serve = &arguments->serve;
    const char *named = arguments->protocol;
    if (named && strcmp(named, "dlt645") != 0 && strcmp(named, "modbus") != 0)
        return cli_usage_error("--protocol %s: expected dlt645 or modbus", named);
    bool modbus = named && strcmp(named, "modbus") == 0;
    if (modbus || arguments->profile_file) {
        int result = read_profile(arguments);
        if (result != 0)
            return result;
        if (named && modbus != (arguments->profile.protocol == PROFILE_MODBUS))
            return cli_usage_error("--profile %s: it is no profile of a %s meter", arguments->profile_file,
                                   named);
        modbus = arguments->profile.protocol == PROFILE_MODBUS;
        serve->line = arguments->profile.serial;
    }
    serve->protocol = modbus ? SERVE_MODBUS : SERVE_DLT645;
    serve->profile = &arguments->profile;
    if (arguments->line.baud)
        serve->line.baud = arguments->line.baud;
    if (arguments->line.parity)
        serve->line.parity = arguments->line.parity;
    if (arguments->line.stop_bits)
        serve->line.stop_bits = arguments->line.stop_bits;
    return 0;
}

/* ---- the building ------------------------------------------------------------------------------ */

/* The fleet of a scenario's first case. 0, or ERROR_INVALID_ARGUMENT with a complaint. */
static int read_scenario(const char *path, uint64_t seed, struct site_config *site, char *complaint,
                         size_t size)
{
    struct sandbox sandbox;
    if (sandbox_open(&sandbox, seed, SANDBOX_MEMORY_DEFAULT, SANDBOX_INSTRUCTIONS_DEFAULT) < 0) {
        snprintf(complaint, size, "%s: out of memory", path);
        return ERROR_INVALID_ARGUMENT;
    }
    int result = scenario_load(&sandbox, path);
    if (result == 0)
        result = scenario_fleet(&sandbox, 1, 0, site);
    if (result < 0)
        snprintf(complaint, size, "%s", sandbox.error);
    sandbox_close(&sandbox);
    return result;
}

static int read_building(struct arguments *arguments)
{
    struct site_config *site = &arguments->serve.site;
    char of_scenario[700] = "", of_fleet[700] = "";
    struct fleet_config fleet = fleet_config_default();
    site->household = household_default();
    site->flats = 8;
    site->meter.administrator_password = 0x123456; /* as the reference board's */
    fleet.kinds[0].site = *site;
    if (arguments->file && read_scenario(arguments->file, arguments->serve.seed, site, of_scenario,
                                         sizeof of_scenario) < 0) {
        if (fleet_file_read(arguments->file, &fleet, of_fleet, sizeof of_fleet) < 0)
            return cli_usage_error("%s", strstr(of_fleet, "'scenario'") ? of_scenario : of_fleet);
        *site = fleet.kinds[0].site;
        site->flats = 8;
    }
    if (arguments->flats)
        site->flats = arguments->flats;
    if (site->flats > SERVE_METERS_MAX)
        return cli_usage_error("%s: %u flats; a bus holds %d: say --flats", arguments->file, site->flats,
                               SERVE_METERS_MAX);
    site->seed = arguments->serve.seed;
    return 0;
}

/* ---- what is told ------------------------------------------------------------------------------ */

static const char *wire_of(const struct serve_config *serve)
{
    return serve->tcp ? "tcp" : serve->port ? "port" : "pty";
}

static bool is_modbus(const struct serve_config *serve)
{
    return serve->protocol == SERVE_MODBUS;
}

static const char *protocol_of(const struct serve_config *serve)
{
    return is_modbus(serve) ? "modbus" : "dlt645";
}

static void meter_name(uint32_t number, char text[DLT645_ADDRESS_TEXT_SIZE])
{
    struct dlt645_address address = {{0}};
    dlt645_address_from_number(100000 + number, &address);
    dlt645_address_to_text(&address, text);
}

static void tell_ready_json(const struct serve_config *serve, const char *where)
{
    char name[DLT645_ADDRESS_TEXT_SIZE];
    json_t *meters = json_array();
    for (uint32_t i = 1; i <= serve->site.flats; i++) {
        meter_name(i, name);
        json_array_append_new(meters, is_modbus(serve) ? json_integer((json_int_t)i) : json_string(name));
    }
    json_t *ready = json_pack("{ss ss ss si so}", "wire", wire_of(serve), "where", where, "protocol",
                              protocol_of(serve), "baud", serve->line.baud, "meters", meters);
    json_dumpf(ready, stdout, JSON_COMPACT);
    json_decref(ready);
    printf("\n");
}

static void tell_ready(void *user, const char *where)
{
    const struct arguments *arguments = user;
    const struct serve_config *serve = &arguments->serve;
    char first[DLT645_ADDRESS_TEXT_SIZE], last[DLT645_ADDRESS_TEXT_SIZE];
    if (arguments->json) {
        tell_ready_json(serve, where);
        fflush(stdout);
        return;
    }
    meter_name(1, first);
    meter_name(serve->site.flats, last);
    printf("%s %s\n", wire_of(serve), where);
    if (!serve->tcp)
        printf("line %d 8%c%d\n", serve->line.baud, serve->line.parity, serve->line.stop_bits);
    printf("protocol %s\n", protocol_of(serve));
    if (is_modbus(serve))
        printf("meters %u, stations 1 to %u, each a %s\n", serve->site.flats, serve->site.flats,
               serve->profile->name);
    else
        printf("meters %u, %s to %s; passwords 02 %06X, 04 %06X\n", serve->site.flats, first, last,
           serve->site.meter.administrator_password, serve->site.meter.control_password);
    printf("ready\n");
    fflush(stdout);
}

/* What people at the desk want to see; the household's switching is not among it. */
static bool is_news(int kind)
{
    return kind == EVENT_CONTACTS || kind == EVENT_METER_TRIP || kind == EVENT_METER_CLOSE ||
           kind == EVENT_METER_REFUSED || kind == EVENT_METER_KEEP_POWER || kind == EVENT_METER_ALARM ||
           kind == EVENT_METER_CLOCK || kind == EVENT_METER_POWER || kind == EVENT_CAUSE ||
           kind == EVENT_CAUSE_ENDED || kind == EVENT_PAYMENT || kind == EVENT_METER_HELD;
}

static void tell_fact(void *user, const struct event *event)
{
    const struct arguments *arguments = user;
    char line[192];
    if (arguments->quiet || arguments->json || !is_news(event->kind))
        return;
    event_format(event, line, sizeof line);
    printf("%s\n", line);
    fflush(stdout);
}

static void tell_statistics(const struct arguments *arguments)
{
    const struct serve_statistics *s = &arguments->statistics;
    if (!arguments->json) {
        printf("%llu requests: %llu replies (%llu refusals), %llu broadcasts, %llu collisions\n"
               "%llu requests to other meters, %llu damaged frames, %llu bytes of noise\n"
               "%llu bytes in, %llu out, %llu lost as nobody read; %.1f s simulated\n",
               (unsigned long long)s->requests, (unsigned long long)s->replies,
               (unsigned long long)s->refusals, (unsigned long long)s->broadcasts,
               (unsigned long long)s->collisions, (unsigned long long)s->foreign,
               (unsigned long long)s->damaged, (unsigned long long)s->noise,
               (unsigned long long)s->bytes_in, (unsigned long long)s->bytes_out,
               (unsigned long long)s->overrun, (double)s->simulated_ns * 1e-9);
        if (line_faults_any(&arguments->serve.faults))
            printf("line faults: %s\n", s->faults_text);
        return;
    }
    json_t *told = json_object();
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {
        {"requests", s->requests}, {"replies", s->replies}, {"refusals", s->refusals},
        {"broadcasts", s->broadcasts}, {"collisions", s->collisions}, {"foreign", s->foreign},
        {"damaged", s->damaged}, {"noise_bytes", s->noise}, {"bytes_in", s->bytes_in},
        {"bytes_out", s->bytes_out}, {"overrun_bytes", s->overrun},
        {"simulated_ns", (uint64_t)s->simulated_ns},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        json_object_set_new(told, counts[i].name, json_integer((json_int_t)counts[i].value));
    for (int i = 0; i < LINE_FAULT_KINDS; i++)
        json_object_set_new(told, line_fault_name(i), json_integer((json_int_t)s->faults[i]));
    json_dumpf(told, stdout, JSON_COMPACT);
    json_decref(told);
    printf("\n");
}

/* ---- running ----------------------------------------------------------------------------------- */

static int exit_code(int error)
{
    return error == 0                         ? EXIT_ALL_PASSED
           : error == ERROR_INVALID_ARGUMENT  ? EXIT_USAGE
           : error == ERROR_PORT || error == ERROR_PORT_LOST || error == ERROR_IO ? EXIT_BENCH_FAULT
                                                                                  : EXIT_INTERNAL;
}

int cli_serve(int argc, char **argv)
{
    struct arguments arguments;
    char message[400] = "";
    int result = read_arguments(&arguments, argc, argv);
    if (result != 0)
        return result;
    if ((result = read_protocol(&arguments)) || (result = read_building(&arguments)))
        return result;
    struct serve_config *serve = &arguments.serve;
    serve->ready = tell_ready;
    serve->fact = tell_fact;
    serve->words = serve_words;
    serve->user = &arguments;
    serve->interrupted = &cli_interrupted;
    cli_catch_signals();
    int error = serve_run(serve, &arguments.statistics, message, sizeof message);
    if (error < 0)
        fprintf(stderr, "meterbench: serve: %s\n", message);
    else
        tell_statistics(&arguments);
    int flushed = cli_flush_console();
    return error < 0 ? exit_code(error) : flushed;
}
