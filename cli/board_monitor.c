/* meterbench board monitor: what passes on a line, a line a frame, live or from a capture. */
#include "cli/cli.h"
#include "cli/wire_json.h"

#include "hil/line/capture.h"
#include "hil/line/serial.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

enum { TURN_MS = 5, LINE_MAX_SIZE = 3 * PCAPNG_PACKET_MAX + 64, SHOWN_BYTES = 24 };

static const char help[] =
    "usage: meterbench board monitor [OPTION...] PORT|FILE\n"
    "\n"
    "Decode what passes on a line, one line a frame: when, how long after the one before, which way\n"
    "(> to the meter, < from it), what it says or what is wrong with it. PORT is a serial device that\n"
    "listens on the bus; nothing is ever sent. FILE is a capture: pcapng, or lines of\n"
    "\"SECONDS DIRECTION BYTES\", as in 12.345678 > 68 AA AA AA AA AA AA 68 13 00 DF 16.\n"
    "\n"
    "  --baud N             line speed of a PORT (default 9600)\n"
    "  --parity P           none, even or odd (default none; DL/T 645 meters use even)\n"
    "  --stop-bits N        1 or 2 (default 1)\n"
    "  --protocol NAME      dlt645 or modbus (default: what the first good frame is)\n"
    "  --gap DUR            silence that ends a Modbus frame (default 18ms)\n"
    "  --for DUR            stop after this long\n"
    "  --write FILE         keep what passes: pcapng, or text if FILE ends in .txt\n"
    "  --json               a JSON object a line\n"
    "  -h, --help           this text\n"
    "\n"
    "Ctrl-C ends it; the file that --write wrote is whole at any time.\n"
    "exit: 0 every frame was good, 1 some were not, 3 the file could not be written, 4 usage, 10 the port went away\n";

struct arguments {
    const char *source, *write;
    struct serial_settings line;
    enum wire_protocol protocol;
    int64_t gap_ns, for_ns;
    bool json;
};

struct monitor {
    const struct arguments *arguments;
    struct capture capture;
    struct pcapng_writer pcapng; /* fd -1: not asked for */
    FILE *text;                  /* NULL: not asked for */
    int64_t first_ns, last_ns;
    uint64_t frames, broken;
    int write_error; /* errno of the first write that failed */
};

/* ---- options ---------------------------------------------------------------------------------- */

enum option_id {
    OPTION_BAUD = 256, OPTION_PARITY, OPTION_STOP_BITS, OPTION_PROTOCOL, OPTION_GAP, OPTION_FOR, OPTION_WRITE, OPTION_JSON
};

static const struct option options[] = {
    {"baud", required_argument, NULL, OPTION_BAUD},
    {"parity", required_argument, NULL, OPTION_PARITY},
    {"stop-bits", required_argument, NULL, OPTION_STOP_BITS},
    {"protocol", required_argument, NULL, OPTION_PROTOCOL},
    {"gap", required_argument, NULL, OPTION_GAP},
    {"for", required_argument, NULL, OPTION_FOR},
    {"write", required_argument, NULL, OPTION_WRITE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    switch (id) {
    case OPTION_BAUD:
        return cli_read_int("baud", value, 300, 4000000, &arguments->line.baud);
    case OPTION_PARITY:
        return cli_read_parity(value, &arguments->line.parity);
    case OPTION_STOP_BITS:
        return cli_read_int("stop-bits", value, 1, 2, &arguments->line.stop_bits);
    case OPTION_PROTOCOL:
        return cli_read_protocol(value, &arguments->protocol);
    case OPTION_GAP:
        return cli_read_duration("gap", value, &arguments->gap_ns);
    case OPTION_FOR:
        return cli_read_duration("for", value, &arguments->for_ns);
    case OPTION_WRITE:
        arguments->write = value;
        return cli_check_writable("write", value);
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"board monitor", help, options, read_option};

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result != 0)
        return result;
    if (optind + 1 != argc)
        return cli_usage_error("board monitor: name one serial device or capture file");
    arguments->source = argv[optind];
    return 0;
}

/* ---- what is kept ----------------------------------------------------------------------------- */

static void put_text_line(FILE *file, const struct wire_packet *packet)
{
    fprintf(file, "%" PRId64 ".%09" PRId64 " %c", packet->time_ns / 1000000000,
            packet->time_ns % 1000000000, "?><"[packet->side]);
    for (size_t i = 0; i < packet->size; i++)
        fprintf(file, " %02X", packet->bytes[i]);
    fputc('\n', file);
}

static void keep(struct monitor *monitor, const struct captured *captured)
{
    const char *reason = captured->explained.wrong ? captured->explained.reason : NULL;
    bool failed = false;
    if (monitor->write_error != 0)
        return;
    if (monitor->pcapng.fd >= 0)
        failed = pcapng_write(&monitor->pcapng, &captured->packet, reason) < 0;
    if (monitor->text) {
        put_text_line(monitor->text, &captured->packet);
        failed = fflush(monitor->text) != 0;
    }
    if (failed)
        monitor->write_error = errno ? errno : EIO;
}

/* After the source is open: one that is not must not cost an older file. */
static int open_kept(struct monitor *monitor)
{
    const char *path = monitor->arguments->write;
    size_t length = path ? strlen(path) : 0;
    if (!path)
        return 0;
    bool text = length > 4 && strcmp(path + length - 4, ".txt") == 0;
    if (text)
        monitor->text = fopen(path, "w");
    bool opened = text ? monitor->text != NULL
                       : pcapng_create(&monitor->pcapng, path, "meterbench " METERBENCH_VERSION) == 0;
    if (opened)
        return 0;
    fprintf(stderr, "meterbench: --write %s: %s\n", path, strerror(errno));
    return EXIT_INTERNAL;
}

static void close_kept(struct monitor *monitor)
{
    bool failed = pcapng_close(&monitor->pcapng) < 0;
    if (monitor->text && fclose(monitor->text) != 0)
        failed = true;
    if (failed && monitor->write_error == 0)
        monitor->write_error = errno ? errno : EIO;
}

/* ---- what is shown ---------------------------------------------------------------------------- */

static void show_bytes(const struct wire_packet *packet)
{
    for (size_t i = 0; i < packet->size && i < SHOWN_BYTES; i++)
        printf(" %02X", packet->bytes[i]);
    printf("%s\n", packet->size > SHOWN_BYTES ? " .." : "");
}

static void show_text(const struct monitor *monitor, const struct captured *captured, int64_t gap_ns)
{
    const struct explained *explained = &captured->explained;
    int64_t since_us = (captured->packet.time_ns - monitor->first_ns) / 1000;
    printf("%6" PRId64 ".%06" PRId64 " %+11.6f %c ", since_us / 1000000, since_us % 1000000,
           (double)gap_ns / 1e9, "?><"[captured->packet.side]);
    if (!explained->wrong) {
        printf("%s\n", explained->summary);
        return;
    }
    if (explained->summary[0])
        printf("%s; ", explained->summary);
    printf("WRONG at byte %zu, %s:", explained->wrong_offset, explained->reason);
    show_bytes(&captured->packet);
}

static void show_json(const struct captured *captured, int64_t gap_ns)
{
    const struct wire_packet *packet = &captured->packet;
    json_t *frame = wire_json_frame(&captured->explained, 0);
    json_object_set_new(frame, "time_ns", json_integer(packet->time_ns));
    json_object_set_new(frame, "gap_ns", json_integer(gap_ns));
    json_object_set_new(frame, "direction",
                        json_string(packet->side == WIRE_REQUEST ? "to meter"
                                    : packet->side == WIRE_REPLY ? "from meter"
                                                                 : "unknown"));
    json_object_set_new(frame, "bytes", wire_json_bytes(packet->bytes, packet->size));
    json_dumpf(frame, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(frame);
}

static void take_frame(void *user, const struct captured *captured)
{
    struct monitor *monitor = user;
    int64_t time_ns = captured->packet.time_ns;
    if (monitor->frames == 0)
        monitor->first_ns = monitor->last_ns = time_ns;
    int64_t gap_ns = time_ns - monitor->last_ns;
    if (monitor->arguments->json)
        show_json(captured, gap_ns);
    else
        show_text(monitor, captured, gap_ns);
    fflush(stdout); /* a line at a time, through a pipe too */
    keep(monitor, captured);
    monitor->last_ns = time_ns;
    monitor->frames++;
    monitor->broken += captured->explained.wrong;
}

/* ---- a port ----------------------------------------------------------------------------------- */

static int read_port(struct monitor *monitor, struct serial *serial)
{
    int64_t until = serial_clock_ns() + monitor->arguments->for_ns;
    uint8_t bytes[512];
    while (!atomic_load(&cli_interrupted) && monitor->write_error == 0 && !ferror(stdout) &&
           (monitor->arguments->for_ns == 0 || serial_clock_ns() < until)) {
        struct pollfd ready = {.fd = serial->fd, .events = POLLIN};
        poll(&ready, 1, TURN_MS);
        int got = serial_read(serial, bytes, sizeof bytes);
        int64_t now = serial_clock_ns();
        if (got < 0 || (got == 0 && (ready.revents & (POLLHUP | POLLERR))))
            return ERROR_PORT_LOST;
        for (int i = 0; i < got; i++)
            capture_byte(&monitor->capture, now, WIRE_EITHER, bytes[i]);
        capture_service(&monitor->capture, now);
    }
    return 0;
}

static int listen_to_port(struct monitor *monitor)
{
    char message[320];
    struct serial serial;
    const struct arguments *arguments = monitor->arguments;
    if (serial_open(&serial, arguments->source, &arguments->line, message, sizeof message) < 0) {
        fprintf(stderr, "meterbench: %s\n", message);
        return EXIT_BENCH_FAULT;
    }
    int result = open_kept(monitor);
    if (result != 0) {
        serial_close(&serial);
        return result;
    }
    monitor->capture.epoch_ns = serial_epoch_ns();
    fprintf(stderr, "listening on %s, %d baud 8%c%d; Ctrl-C ends\n", arguments->source,
            arguments->line.baud, arguments->line.parity, arguments->line.stop_bits);
    result = read_port(monitor, &serial);
    capture_flush(&monitor->capture);
    serial_close(&serial);
    if (result < 0)
        fprintf(stderr, "meterbench: %s: the port went away\n", arguments->source);
    return result < 0 ? EXIT_BENCH_FAULT : 0;
}

/* ---- a file ----------------------------------------------------------------------------------- */

/* Takes a packet, unless it is beyond --for, or nothing more is wanted. */
static bool take_packet(struct monitor *monitor, const struct wire_packet *packet)
{
    int64_t for_ns = monitor->arguments->for_ns;
    bool beyond = for_ns > 0 && monitor->frames > 0 && packet->time_ns - monitor->first_ns >= for_ns;
    if (beyond || atomic_load(&cli_interrupted) || monitor->write_error != 0)
        return false;
    capture_packet(&monitor->capture, packet);
    return true;
}

static int read_pcapng(struct monitor *monitor, FILE *file)
{
    static struct pcapng_reader reader;
    static struct wire_packet packet;
    char message[200];
    int result;
    pcapng_open(&reader, file);
    while ((result = pcapng_next(&reader, &packet, message, sizeof message)) > 0 &&
           take_packet(monitor, &packet)) {
    }
    if (result == ERROR_TRUNCATED) { /* what a killed program leaves: all before it is good */
        fprintf(stderr, "meterbench: %s: byte %" PRIu64 ": %s; what is before it was shown\n",
                monitor->arguments->source, reader.offset, message);
        return 0;
    }
    if (result < 0)
        return cli_usage_error("%s: byte %" PRIu64 ": %s", monitor->arguments->source, reader.offset,
                               message);
    return 0;
}

static int read_text(struct monitor *monitor, FILE *file)
{
    static char line[LINE_MAX_SIZE];
    static struct wire_packet packet;
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        int result = capture_read_line(line, &packet);
        if (result < 0)
            return cli_usage_error("%s:%d: expected a line as 12.345678 > 68 AA .., or pcapng",
                                   monitor->arguments->source, number);
        if (result > 0 && !take_packet(monitor, &packet))
            break;
    }
    return 0;
}

static int read_file(struct monitor *monitor)
{
    FILE *file = fopen(monitor->arguments->source, "r");
    if (!file)
        return cli_usage_error("%s: %s", monitor->arguments->source, strerror(errno));
    int result = open_kept(monitor);
    if (result == 0)
        result = pcapng_recognise(file) ? read_pcapng(monitor, file) : read_text(monitor, file);
    if (result == 0 && ferror(file))
        result = cli_usage_error("%s: %s", monitor->arguments->source, strerror(errno));
    fclose(file);
    return result;
}

/* ---- all of it -------------------------------------------------------------------------------- */

static int finish(struct monitor *monitor, int result)
{
    close_kept(monitor);
    if (!monitor->arguments->json && result == 0)
        printf("%" PRIu64 " frames, %" PRIu64 " of them wrong\n", monitor->frames, monitor->broken);
    int flushed = cli_flush_console();
    if (monitor->write_error != 0) {
        fprintf(stderr, "meterbench: --write %s: %s; what was written before is whole\n",
                monitor->arguments->write, strerror(monitor->write_error));
        return EXIT_INTERNAL;
    }
    if (result != 0 || flushed != 0)
        return result != 0 ? result : flushed;
    return monitor->broken > 0 ? EXIT_VERDICT_FAILED : EXIT_ALL_PASSED;
}

int cli_board_monitor(int argc, char **argv)
{
    static struct monitor monitor;
    struct arguments arguments = {.line = {.baud = 9600, .parity = 'N', .stop_bits = 1},
                                  .gap_ns = CAPTURE_GAP_NS};
    struct stat status, written;
    int result = read_arguments(argc, argv, &arguments);
    if (result != 0)
        return result;
    if (stat(arguments.source, &status) != 0)
        return cli_usage_error("%s: %s", arguments.source, strerror(errno));
    if (arguments.write && stat(arguments.write, &written) == 0 && written.st_ino == status.st_ino &&
        written.st_dev == status.st_dev)
        return cli_usage_error("--write %s: that is what is read", arguments.write);
    monitor.arguments = &arguments;
    capture_begin(&monitor.capture, arguments.protocol, take_frame, &monitor);
    monitor.capture.gap_ns = arguments.gap_ns;
    monitor.pcapng.fd = -1;
    cli_catch_signals();
    result = S_ISCHR(status.st_mode) ? listen_to_port(&monitor) : read_file(&monitor);
    return finish(&monitor, result);
}
