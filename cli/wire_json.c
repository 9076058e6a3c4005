#include "cli/wire_json.h"

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum wire_protocol protocol;
} protocols[] = {
    {"dlt645", WIRE_DLT645},
    {"modbus", WIRE_MODBUS_RTU},
    {"modbus-tcp", WIRE_MODBUS_TCP},
    {"envelope", WIRE_ENVELOPE},
};

int cli_read_protocol(const char *name, enum wire_protocol *protocol)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (strcmp(name, protocols[i].name) == 0) {
            *protocol = protocols[i].protocol;
            return 0;
        }
    return cli_usage_error("--protocol %s: expected dlt645, modbus, modbus-tcp or envelope", name);
}

static const char *name_of(enum wire_protocol protocol)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (protocols[i].protocol == protocol)
            return protocols[i].name;
    return "unknown";
}

json_t *wire_json_bytes(const uint8_t *bytes, size_t size)
{
    char *text = malloc(3 * size + 1);
    json_t *value;
    if (!text)
        return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < size; i++)
        sprintf(text + (i ? 3 * i - 1 : 0), i ? " %02X" : "%02X", bytes[i]);
    value = json_string(text);
    free(text);
    return value;
}

json_t *wire_json_piece(const struct explain_line *line, const uint8_t *bytes, size_t base)
{
    json_t *piece = json_pack("{s:I, s:o, s:s, s:b}", "offset", (json_int_t)(base + line->offset),
                              "bytes", wire_json_bytes(bytes + line->offset, line->size), "text",
                              line->text, "wrong", line->wrong);
    if (line->plain && line->size > 0)
        json_object_set_new(piece, "without_33", wire_json_bytes(line->plain, line->size));
    return piece;
}

json_t *wire_json_frame(const struct explained *result, size_t base)
{
    json_t *frame = json_pack(
        "{s:s, s:s, s:I, s:I, s:b, s:s}", "protocol", name_of(result->protocol), "side",
        result->side == WIRE_REQUEST ? "request" : result->side == WIRE_REPLY ? "reply" : "either",
        "offset", (json_int_t)(base + result->begin), "size", (json_int_t)result->size, "ok",
        !result->wrong, "summary", result->summary);
    if (result->wrong)
        json_object_set_new(frame, "wrong",
                            json_pack("{s:I, s:s}", "offset",
                                      (json_int_t)(base + result->wrong_offset), "reason",
                                      result->reason));
    return frame;
}
