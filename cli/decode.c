/* meterbench decode: what bytes of a line mean, one after another, and where they are wrong. */
#include "cli/cli.h"
#include "cli/hex_text.h"
#include "cli/wire_json.h"

#include "sim/error.h"
#include "sim/wire/explain.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES = 8, COLUMN_SIZE = 3 * SHOWN_BYTES + 4, TEXT_MAX_SIZE = 4 << 20 };

static const char help[] =
    "usage: meterbench decode [OPTION...] BYTES...\n"
    "\n"
    "Say what each byte of a DL/T 645 or Modbus message means, with 33H taken off and values in their\n"
    "units; of a broken one which byte is wrong and what was expected. BYTES are hexadecimal in any\n"
    "usual form: 68 61 .., 0x68,0x61, 6861; several frames may follow each other, noise may be between.\n"
    "\n"
    "  -                    read the bytes from standard input\n"
    "  --file FILE          read them from a file; # begins a remark\n"
    "  --protocol NAME      dlt645, modbus, modbus-tcp or envelope (default: what they look like)\n"
    "  --request, --reply   the side of a Modbus message, which its bytes do not always tell\n"
    "  --brief              one line a frame\n"
    "  --json               JSON on standard output\n"
    "  -h, --help           this text\n"
    "\n"
    "exit: 0 every byte belongs to a good frame, 1 something is wrong, 4 usage, or no bytes\n";

struct arguments {
    enum wire_protocol protocol;
    enum wire_side side;
    const char *file;
    bool brief, json;
};

enum option_id { OPTION_FILE = 256, OPTION_PROTOCOL, OPTION_REQUEST, OPTION_REPLY, OPTION_BRIEF, OPTION_JSON };

static const struct option options[] = {
    {"file", required_argument, NULL, OPTION_FILE},
    {"protocol", required_argument, NULL, OPTION_PROTOCOL},
    {"request", no_argument, NULL, OPTION_REQUEST},
    {"reply", no_argument, NULL, OPTION_REPLY},
    {"brief", no_argument, NULL, OPTION_BRIEF},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    switch (id) {
    case OPTION_FILE:
        arguments->file = value;
        return 0;
    case OPTION_PROTOCOL:
        return cli_read_protocol(value, &arguments->protocol);
    case OPTION_REQUEST:
        arguments->side = WIRE_REQUEST;
        return 0;
    case OPTION_REPLY:
        arguments->side = WIRE_REPLY;
        return 0;
    case OPTION_BRIEF:
        arguments->brief = true;
        return 0;
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    }
    return 0;
}

static const struct cli_command command = {"decode", help, options, read_option};

/* ---- the bytes -------------------------------------------------------------------------------- */

static int tell_text_error(int error, const char *source, const char *text, size_t size, size_t where)
{
    int shown = size - where < 16 ? (int)(size - where) : 16;
    switch (error) {
    case ERROR_TRUNCATED:
        return cli_usage_error("%s: an odd number of digits in \"%.*s\"; two make a byte", source,
                               shown, text + where);
    case ERROR_OUT_OF_RANGE:
        return cli_usage_error("%s: more than %zu bytes", source, HEX_BYTES_MAX);
    case ERROR_NO_MEMORY:
        fprintf(stderr, "meterbench: out of memory\n");
        return EXIT_INTERNAL;
    default:
        return cli_usage_error("%s: \"%.*s\" is not hexadecimal", source, shown, text + where);
    }
}

static int add_text(struct hex_bytes *bytes, const char *source, const char *text, size_t size)
{
    size_t where = 0;
    int result = hex_text_read(bytes, text, size, &where);
    return result < 0 ? tell_text_error(result, source, text, size, where) : 0;
}

static int add_stream(struct hex_bytes *bytes, const char *source, FILE *file)
{
    char *text = malloc(TEXT_MAX_SIZE);
    if (!text) {
        fprintf(stderr, "meterbench: out of memory\n");
        return EXIT_INTERNAL;
    }
    errno = 0;
    size_t size = fread(text, 1, TEXT_MAX_SIZE, file);
    int result = ferror(file)              ? cli_usage_error("%s: %s", source, strerror(errno))
                 : size == TEXT_MAX_SIZE ? cli_usage_error("%s: longer than 4 MiB", source)
                                           : add_text(bytes, source, text, size);
    free(text);
    return result;
}

static int add_file(struct hex_bytes *bytes, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return cli_usage_error("%s: %s", path, strerror(errno));
    int result = add_stream(bytes, path, file);
    fclose(file);
    return result;
}

static int collect(int argc, char **argv, const struct arguments *arguments, struct hex_bytes *bytes)
{
    int result = arguments->file ? add_file(bytes, arguments->file) : 0;
    for (int i = optind; i < argc && result == 0; i++)
        result = strcmp(argv[i], "-") == 0 ? add_stream(bytes, "standard input", stdin)
                                           : add_text(bytes, "decode", argv[i], strlen(argv[i]));
    if (result == 0 && bytes->size == 0)
        result = cli_usage_error("decode: no bytes; as in meterbench decode 68 AA AA AA AA AA AA 68 13 00 DF 16");
    return result;
}

/* ---- as text ---------------------------------------------------------------------------------- */

struct printer {
    const uint8_t *bytes; /* what is explained now begins here, */
    size_t base;          /* so many bytes behind the first of all */
    bool brief;
    json_t *pieces;
};

static void put_column(char column[COLUMN_SIZE], const uint8_t *bytes, size_t size)
{
    size_t used = 0;
    column[0] = '\0';
    for (size_t i = 0; i < size && i < SHOWN_BYTES; i++)
        used += (size_t)snprintf(column + used, COLUMN_SIZE - used, "%02X ", bytes[i]);
    if (size > SHOWN_BYTES)
        strcpy(column + used, "..");
}

/* Place, bytes, the bytes of DL/T 645 data without 33H, what they mean. */
static void print_line(void *user, const struct explain_line *line)
{
    const struct printer *printer = user;
    char sent[COLUMN_SIZE], plain[COLUMN_SIZE], place[24] = "";
    if (printer->brief)
        return;
    put_column(sent, printer->bytes + line->offset, line->size);
    put_column(plain, line->plain, line->plain ? line->size : 0);
    if (line->size > 0)
        snprintf(place, sizeof place, "%zu", printer->base + line->offset);
    printf("%c %4s  %-27s%s%s %s\n", line->wrong ? '!' : ' ', place, sent, plain[0] ? "= " : "", plain,
           line->text);
}

static void print_result(const struct printer *printer, const struct explained *result)
{
    const char *side = result->protocol == WIRE_ENVELOPE || result->side == WIRE_EITHER ? ""
                       : result->side == WIRE_REQUEST                                  ? " request"
                                                                                       : " reply";
    printf("%s%s at byte %zu, %zu byte%s: ", wire_protocol_name(result->protocol), side,
           printer->base + result->begin, result->size, result->size == 1 ? "" : "s");
    if (result->wrong && result->summary[0])
        printf("%s\n", result->summary);
    if (result->wrong)
        printf("%sbyte %zu: %s\n", result->summary[0] ? "  but " : "wrong, ",
               printer->base + result->wrong_offset, result->reason);
    else
        printf("%s\n", result->summary);
}

/* Prints all frames. Returns whether every byte is good. */
static bool decode_text(const struct arguments *arguments, const struct hex_bytes *bytes)
{
    bool good = true;
    for (size_t at = 0; at < bytes->size;) {
        struct printer printer = {.bytes = bytes->bytes + at, .base = at, .brief = arguments->brief};
        struct explained result;
        at += explain_next(arguments->protocol, arguments->side, bytes->bytes + at, bytes->size - at,
                           print_line, &printer, &result);
        print_result(&printer, &result);
        good = good && !result.wrong;
    }
    return good;
}

/* ---- as JSON ---------------------------------------------------------------------------------- */

static void collect_line(void *user, const struct explain_line *line)
{
    struct printer *printer = user;
    json_array_append_new(printer->pieces, wire_json_piece(line, printer->bytes, printer->base));
}

static bool decode_json(const struct arguments *arguments, const struct hex_bytes *bytes)
{
    json_t *frames = json_array();
    bool good = true;
    for (size_t at = 0; at < bytes->size;) {
        struct printer printer = {
            .bytes = bytes->bytes + at, .base = at, .pieces = json_array()};
        struct explained result;
        at += explain_next(arguments->protocol, arguments->side, bytes->bytes + at, bytes->size - at,
                           collect_line, &printer, &result);
        json_t *frame = wire_json_frame(&result, printer.base);
        json_object_set_new(frame, "pieces", printer.pieces);
        json_array_append_new(frames, frame);
        good = good && !result.wrong;
    }
    json_t *root = json_pack("{s:b, s:o}", "ok", good, "frames", frames);
    json_dumpf(root, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(root);
    return good;
}

int cli_decode(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct hex_bytes bytes = {0};
    int result = cli_read_options(&command, argc, argv, &arguments);
    if (result != 0)
        return result;
    result = collect(argc, argv, &arguments, &bytes);
    if (result == 0 && arguments.protocol == WIRE_UNKNOWN)
        arguments.protocol = explain_guess(bytes.bytes, bytes.size);
    if (result == 0) {
        bool good = arguments.json ? decode_json(&arguments, &bytes) : decode_text(&arguments, &bytes);
        int flushed = cli_flush_console();
        result = flushed ? flushed : good ? EXIT_ALL_PASSED : EXIT_VERDICT_FAILED;
    }
    hex_bytes_free(&bytes);
    return result;
}
