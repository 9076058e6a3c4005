#include "sim/wire/explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/wire/envelope.h"
#include "sim/wire/explain_internal.h"

const char *wire_protocol_name(enum wire_protocol protocol)
{
    switch (protocol) {
    case WIRE_DLT645:
        return "DL/T 645";
    case WIRE_MODBUS_RTU:
        return "Modbus RTU";
    case WIRE_MODBUS_TCP:
        return "Modbus TCP";
    case WIRE_ENVELOPE:
        return "uplink envelope";
    case WIRE_UNKNOWN:
        break;
    }
    return "unknown";
}

/* ---- Lines -------------------------------------------------------------------------------- */

static void hand_out(struct explainer *explainer, size_t offset, size_t size, bool wrong,
                     const char *text)
{
    const struct explain_line line = {
        .offset = offset,
        .size = size,
        .wrong = wrong,
        .text = text,
        .plain = explainer->plain ? explainer->plain + (offset - explainer->plain_at) : NULL,
    };

    if (explainer->sink) {
        explainer->sink(explainer->user, &line);
    }
}

void explain_good(struct explainer *explainer, size_t offset, size_t size, const char *format, ...)
{
    char text[EXPLAIN_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    hand_out(explainer, offset, size, false, text);
}

void explain_wrong(struct explainer *explainer, size_t offset, size_t size, size_t at,
                   const char *format, ...)
{
    struct explained *result = explainer->result;
    char text[EXPLAIN_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!result->wrong) {
        result->wrong = true;
        result->wrong_offset = at;
        snprintf(result->reason, sizeof result->reason, "%.*s", (int)sizeof result->reason - 1,
                 text);
    }
    hand_out(explainer, offset, size, true, text);
}

void explain_noise(struct explainer *explainer, size_t offset, size_t size, const char *why)
{
    if (size > 0) {
        explainer->result->noise = true;
        explain_wrong(explainer, offset, size, offset, "noise, %zu byte%s of no frame%s%s", size,
                      size == 1 ? "" : "s", why[0] ? ": " : "", why);
    }
}

/* ---- The uplink envelope ------------------------------------------------------------------ */

static bool explain_finds_envelope(const uint8_t *bytes, size_t size)
{
    struct envelope_header header;
    struct dlt645_address again;
    char text[DLT645_ADDRESS_TEXT_SIZE];

    if (size > ENVELOPE_SIZE_MAX || envelope_peek(bytes, size, &header) < 0 ||
        header.direction > ENVELOPE_DOWN) {
        return false;
    }
    dlt645_address_to_text(&header.address, text);
    return dlt645_address_from_text(text, &again) == 0;
}

static size_t explain_envelope(struct explainer *explainer)
{
    struct explained *result = explainer->result;
    struct envelope_header header;
    char text[DLT645_ADDRESS_TEXT_SIZE];
    size_t payload;

    result->protocol = WIRE_ENVELOPE;
    result->size = explainer->size;
    if (explainer->size < ENVELOPE_OVERHEAD) {
        explain_wrong(explainer, 0, explainer->size, explainer->size,
                      "an envelope has at least %d bytes, %zu are missing", ENVELOPE_OVERHEAD,
                      ENVELOPE_OVERHEAD - explainer->size);
        return explainer->size;
    }
    if (envelope_peek(explainer->bytes, explainer->size, &header) < 0) {
        explain_wrong(explainer, 0, 1, 0, "version %u, %d expected", explainer->bytes[0],
                      ENVELOPE_VERSION);
        return explainer->size;
    }
    payload = explainer->size - ENVELOPE_OVERHEAD;
    dlt645_address_to_text(&header.address, text);
    explain_good(explainer, 0, 1, "version %u", header.version);
    if (header.direction > ENVELOPE_DOWN) {
        explain_wrong(explainer, 1, 1, 1, "direction %u, 0 (up) or 1 (down) expected",
                      header.direction);
    } else {
        explain_good(explainer, 1, 1, "direction %s",
                     header.direction == ENVELOPE_UP ? "up, from the meter" : "down, to the meter");
    }
    explain_good(explainer, 2, 6, "meter %s", text);
    explain_good(explainer, 8, 4, "counter %" PRIu32, header.counter);
    if (payload > 0)
        explain_good(explainer, ENVELOPE_HEADER_SIZE, payload,
                     "ciphertext of %zu bytes, not opened: its key is not known here", payload);
    explain_good(explainer, explainer->size - ENVELOPE_TAG_SIZE, ENVELOPE_TAG_SIZE,
                 "tag, not checked");
    snprintf(result->summary, sizeof result->summary,
             "envelope %" PRIu32 " %s meter %s, %zu bytes inside", header.counter,
             header.direction == ENVELOPE_UP ? "from" : "to", text, payload);
    return explainer->size;
}

/* ---- Which it is -------------------------------------------------------------------------- */

enum wire_protocol explain_guess(const uint8_t *bytes, size_t size)
{
    if (explain_finds_dlt645(bytes, size)) {
        return WIRE_DLT645;
    }
    if (explain_finds_modbus_tcp(bytes, size)) {
        return WIRE_MODBUS_TCP;
    }
    if (explain_finds_modbus_rtu(bytes, size)) {
        return WIRE_MODBUS_RTU;
    }
    if (explain_resembles_dlt645(bytes, size)) {
        return WIRE_DLT645;
    }
    return explain_finds_envelope(bytes, size) ? WIRE_ENVELOPE : WIRE_MODBUS_RTU;
}

size_t explain_next(enum wire_protocol protocol, enum wire_side side, const uint8_t *bytes,
                    size_t size, explain_sink *sink, void *user, struct explained *result)
{
    struct explainer explainer = {
        .side = side, .bytes = bytes, .size = size, .sink = sink, .user = user, .result = result};

    memset(result, 0, sizeof *result);
    if (size == 0) {
        return 0;
    }
    switch (protocol == WIRE_UNKNOWN ? explain_guess(bytes, size) : protocol) {
    case WIRE_MODBUS_RTU:
        return explain_modbus_rtu(&explainer);
    case WIRE_MODBUS_TCP:
        return explain_modbus_tcp(&explainer);
    case WIRE_ENVELOPE:
        return explain_envelope(&explainer);
    default:
        return explain_dlt645(&explainer);
    }
}
