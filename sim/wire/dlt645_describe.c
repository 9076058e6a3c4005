/* Frames of DL/T 645-2007 in plain English, one line each. */
#include <inttypes.h>

#include "sim/error.h"
#include "sim/wire/dlt645.h"
#include "sim/wire/dlt645_internal.h"
#include "sim/wire/text_out.h"

/* ---- Pieces ------------------------------------------------------------------------------- */

static void put_identifier(struct text_out *line, uint32_t identifier)
{
    char name[96];

    text_out_put(line, "%08" PRIX32, identifier);
    if (dlt645_identifier_name(identifier)) {
        dlt645_identifier_text(identifier, name, sizeof name);
        text_out_put(line, " (%s)", name);
    }
}

static void put_value(struct text_out *line, uint32_t identifier, const uint8_t *bytes, size_t size)
{
    char text[1600];

    dlt645_value_text(identifier, bytes, size, text, sizeof text);
    text_out_put(line, "%s%s", size > 0 ? " " : "", text);
}

static void put_time(struct text_out *line, const struct dlt645_time *time)
{
    text_out_put(line, "%04u-%02u-%02u %02u:%02u:%02u", time->year, time->month, time->day,
                 time->hour, time->minute, time->second);
}

static void put_bits(struct text_out *line, enum dlt645_word word, unsigned bits)
{
    char text[512];

    dlt645_word_text(word, bits, text, sizeof text);
    if (text[0] != '\0') {
        text_out_put(line, ": %s", text);
    }
}

const char *dlt645_function_name(unsigned function)
{
    switch (function) {
    case DLT645_SECURITY:
        return "security authentication";
    case DLT645_BROADCAST_TIME:
        return "broadcast time";
    case DLT645_READ:
        return "read";
    case DLT645_READ_MORE:
        return "read what follows";
    case DLT645_READ_ADDRESS:
        return "read address";
    case DLT645_WRITE:
        return "write";
    case DLT645_WRITE_ADDRESS:
        return "write address";
    case DLT645_FREEZE:
        return "freeze";
    case DLT645_SET_BAUD:
        return "set baud rate";
    case DLT645_SET_PASSWORD:
        return "set password";
    case DLT645_CLEAR_DEMAND:
        return "clear demand";
    case DLT645_CLEAR_METER:
        return "clear meter";
    case DLT645_CLEAR_EVENTS:
        return "clear events";
    case DLT645_RELAY:
        return "relay control";
    case DLT645_MULTIFUNCTION_TERMINAL:
        return "set multifunction terminal";
    default:
        return NULL;
    }
}

static void put_address(struct text_out *line, const struct dlt645_frame *frame,
                        const char *preposition)
{
    char text[DLT645_ADDRESS_TEXT_SIZE];

    if (dlt645_address_is_broadcast(&frame->address)) {
        text_out_put(line, " %s all meters", preposition);
        return;
    }
    dlt645_address_to_text(&frame->address, text);
    text_out_put(line, " %s %s", preposition, text);
}

const char *dlt645_old_function_name(unsigned function)
{
    switch (function) {
    case 0x01:
        return "read";
    case 0x02:
        return "read what follows";
    case 0x04:
        return "write";
    case 0x0A:
        return "write address";
    case 0x0C:
        return "set baud rate";
    case 0x0F:
        return "set password";
    case 0x10:
        return "clear demand";
    default:
        return NULL;
    }
}

/* Control code and bytes, of what has no words of its own. */
static void put_plain(struct text_out *line, const struct dlt645_frame *frame)
{
    const char *name = dlt645_function_name(frame->control & DLT645_FUNCTION_MASK);
    const char *old = dlt645_old_function_name(frame->control & DLT645_FUNCTION_MASK);

    if (name) {
        text_out_put(line, "%s", name);
    } else if (old) {
        text_out_put(line, "DL/T 645-1997 %s", old);
    } else {
        text_out_put(line, "unknown function %02X", frame->control);
    }
    text_out_bytes(line, frame->data, frame->length);
}

/* The passwords of writes and relay commands are not shown: lines end up in logs. */
static void put_authority(struct text_out *line, const struct dlt645_authority *authority)
{
    text_out_put(line, ", level %02X operator %08" PRIX32 ",", authority->level,
                 authority->operator_code);
}

static bool is_password(uint32_t identifier)
{
    return (identifier & 0xFFFFFF00) == 0x04000C00;
}

/* ---- Requests ----------------------------------------------------------------------------- */

/* Each puts what it knows of a request; false if it is not that request, or a damaged one. */
typedef bool request_put(struct text_out *line, const struct dlt645_frame *frame);

static bool put_read(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_load_request load;
    uint32_t identifier;

    if (dlt645_read_request_parse(frame, &identifier) < 0) {
        return false;
    }
    text_out_put(line, "read ");
    put_identifier(line, identifier);
    if (dlt645_load_request_parse(frame, &load) == 0) {
        text_out_put(line, ", %u blocks", load.blocks);
        if (load.has_time) {
            text_out_put(line, " from ");
            put_time(line, &load.from);
        }
    } else {
        text_out_bytes(line, frame->data + DLT645_IDENTIFIER_SIZE,
                       frame->length - (size_t)DLT645_IDENTIFIER_SIZE);
    }
    return true;
}

static bool put_read_more(struct text_out *line, const struct dlt645_frame *frame)
{
    uint32_t identifier;
    uint8_t sequence;

    if (dlt645_read_more_request_parse(frame, &identifier, &sequence) < 0) {
        return false;
    }
    text_out_put(line, "read part %u of ", sequence);
    put_identifier(line, identifier);
    return true;
}

static bool put_write(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_write write;

    if (dlt645_write_request_parse(frame, &write) < 0) {
        return false;
    }
    text_out_put(line, "write ");
    put_identifier(line, write.identifier);
    if (!is_password(write.identifier)) {
        put_value(line, write.identifier, write.value, write.value_size);
    }
    put_authority(line, &write.authority);
    return true;
}

static bool put_broadcast_time(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_time time;

    if (dlt645_broadcast_time_parse(frame, &time) < 0) {
        return false;
    }
    text_out_put(line, "set time ");
    put_time(line, &time);
    return true;
}

static bool put_relay(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_relay_command command;

    if (frame->control != DLT645_RELAY) {
        return false;
    }
    if (dlt645_relay_request_parse(frame, &command, NULL) < 0) {
        text_out_put(line, "relay control that cannot be read");
        return true;
    }
    text_out_put(line, "relay %s", dlt645_relay_order_name(command.order));
    if (command.order == DLT645_RELAY_TRIP_THEN_CLOSE ||
        command.order == DLT645_RELAY_TRIP_THEN_PERMIT) {
        text_out_put(line, " after %u min", command.restore_after_5min * 5u);
    }
    text_out_put(line, ", valid until ");
    put_time(line, &command.valid_until);
    put_authority(line, &command.authority);
    return true;
}

static bool put_freeze(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_freeze freeze;

    if (dlt645_freeze_request_parse(frame, &freeze) < 0) {
        return false;
    }
    switch (dlt645_freeze_kind(&freeze)) {
    case DLT645_FREEZE_NOW:
        text_out_put(line, "freeze now,");
        break;
    case DLT645_FREEZE_HOURLY:
        text_out_put(line, "freeze each hour at minute %02u,", freeze.minute);
        break;
    case DLT645_FREEZE_DAILY:
        text_out_put(line, "freeze each day at %02u:%02u,", freeze.hour, freeze.minute);
        break;
    case DLT645_FREEZE_MONTHLY:
        text_out_put(line, "freeze each month on day %u at %02u:%02u,", freeze.day, freeze.hour,
                     freeze.minute);
        break;
    case DLT645_FREEZE_ONCE:
        text_out_put(line, "freeze on %02u-%02u at %02u:%02u,", freeze.month, freeze.day,
                     freeze.hour, freeze.minute);
        break;
    case DLT645_FREEZE_NEVER:
        text_out_put(line, "freeze at no time (%02u-%02u %02u:%02u),", freeze.month, freeze.day,
                     freeze.hour, freeze.minute);
        break;
    }
    return true;
}

static void put_baud(struct text_out *line, int baud, uint8_t byte)
{
    if (baud > 0) {
        text_out_put(line, "set baud rate %d,", baud);
    } else {
        text_out_put(line, "set baud rate %02X that is none,", byte);
    }
}

static bool put_set_baud(struct text_out *line, const struct dlt645_frame *frame)
{
    int baud;

    if (dlt645_baud_parse(frame, &baud) < 0) {
        return false;
    }
    put_baud(line, baud, frame->data[0]);
    return true;
}

static bool put_set_password(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_password_change change;

    if (frame->control != DLT645_SET_PASSWORD) {
        return false;
    }
    text_out_put(line, "set password");
    if (dlt645_password_request_parse(frame, &change) == 0) {
        text_out_put(line, " %08" PRIX32 " of level %02X,", change.identifier,
                     change.new_one.level);
    }
    return true;
}

static bool put_clear(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_clear clear;

    if (dlt645_clear_request_parse(frame, &clear) < 0) {
        return false;
    }
    text_out_put(line, "%s", dlt645_function_name(frame->control));
    if (clear.function == DLT645_CLEAR_EVENTS && clear.identifier == DLT645_ALL_EVENTS) {
        text_out_put(line, ", all of them");
    } else if (clear.function == DLT645_CLEAR_EVENTS) {
        text_out_put(line, " ");
        put_identifier(line, clear.identifier);
    }
    put_authority(line, &clear.authority);
    return true;
}

static const char *terminal_output(uint8_t output)
{
    switch (output) {
    case DLT645_TERMINAL_SECONDS:
        return "second pulses";
    case DLT645_TERMINAL_DEMAND_PERIOD:
        return "demand periods";
    case DLT645_TERMINAL_TARIFF_SWITCH:
        return "tariff switching";
    default:
        return "an unknown output";
    }
}

static bool put_terminal(struct text_out *line, const struct dlt645_frame *frame)
{
    uint8_t output;

    if (dlt645_terminal_parse(frame, &output) < 0) {
        return false;
    }
    text_out_put(line, "set multifunction terminal to %s,", terminal_output(output));
    return true;
}

static bool put_set_address(struct text_out *line, const struct dlt645_frame *frame)
{
    char text[DLT645_ADDRESS_TEXT_SIZE];
    struct dlt645_address address;

    if (dlt645_set_address_parse(frame, &address) < 0) {
        return false;
    }
    dlt645_address_to_text(&address, text);
    text_out_put(line, "write address %s,", text);
    return true;
}

static bool put_security(struct text_out *line, const struct dlt645_frame *frame)
{
    struct dlt645_security security;

    if (dlt645_security_request_parse(frame, &security) < 0) {
        return false;
    }
    text_out_put(line, "security ");
    put_identifier(line, security.identifier);
    text_out_bytes(line, security.data, security.size);
    text_out_put(line, ", operator %08" PRIX32 ",", security.operator_code);
    return true;
}

static void put_request(struct text_out *line, const struct dlt645_frame *frame)
{
    static request_put *const known[] = {put_read,           put_read_more,    put_write,
                                         put_broadcast_time, put_relay,        put_freeze,
                                         put_set_baud,       put_set_password, put_clear,
                                         put_terminal,       put_set_address,  put_security};
    size_t count = sizeof known / sizeof known[0];
    bool is_read = frame->control == DLT645_READ || frame->control == DLT645_READ_MORE;
    size_t i = 0;

    while (i < count && !known[i](line, frame)) {
        i++;
    }
    if (i == count) {
        put_plain(line, frame);
    }
    put_address(line, frame, is_read ? "from" : "to");
}

/* ---- Replies ------------------------------------------------------------------------------ */

static void put_refusal(struct text_out *line, const struct dlt645_frame *frame)
{
    unsigned function = frame->control & DLT645_FUNCTION_MASK;
    const char *name = dlt645_function_name(function);

    text_out_put(line, "%s refused", name ? name : "unknown function");
    if (frame->length == 1) {
        put_bits(line, DLT645_WORD_ERROR, frame->data[0]);
    } else if (frame->length == 2 && function == DLT645_RELAY) {
        put_bits(line, DLT645_WORD_RELAY_REFUSED, dlt645_number_at(frame->data, 2));
    } else if (frame->length == 2 && function == DLT645_SECURITY) {
        put_bits(line, DLT645_WORD_SECURITY_ERROR, dlt645_number_at(frame->data, 2));
    } else {
        text_out_bytes(line, frame->data, frame->length);
    }
}

/* A part of a longer value is plain bytes: its fields may begin in another part. */
static void put_value_reply(struct text_out *line, const struct dlt645_frame *frame)
{
    bool later = (frame->control & DLT645_FUNCTION_MASK) == DLT645_READ_MORE;
    uint32_t identifier = dlt645_number_at(frame->data, DLT645_IDENTIFIER_SIZE);
    const uint8_t *value = frame->data + DLT645_IDENTIFIER_SIZE;
    size_t size = frame->length - (size_t)DLT645_IDENTIFIER_SIZE - later;

    text_out_put(line, "reply ");
    put_identifier(line, identifier);
    if (later) {
        text_out_put(line, ", part %u", value[size]);
    }
    if (later || (frame->control & DLT645_MORE_FOLLOWS)) {
        text_out_bytes(line, value, size);
    } else if (!is_password(identifier)) {
        put_value(line, identifier, value, size);
    }
}

static void put_relay_done(struct text_out *line, const struct dlt645_frame *frame)
{
    text_out_put(line, "relay control done");
    if (frame->length == 2) {
        put_bits(line, DLT645_WORD_RELAY_DONE, dlt645_number_at(frame->data, 2));
    }
}

/* The normal replies that are neither a value nor of the relay. */
static void put_done(struct text_out *line, const struct dlt645_frame *frame)
{
    char text[DLT645_ADDRESS_TEXT_SIZE];
    struct dlt645_security security;
    struct dlt645_address address;

    if (dlt645_address_reply_parse(frame, &address) == 0) {
        dlt645_address_to_text(&address, text);
        text_out_put(line, "address is %s,", text);
        return;
    }
    if (dlt645_security_reply_parse(frame, &security, NULL) == 0) {
        text_out_put(line, "security ");
        put_identifier(line, security.identifier);
        text_out_bytes(line, security.data, security.size);
    } else if ((frame->control & DLT645_FUNCTION_MASK) == DLT645_SET_PASSWORD) {
        text_out_put(line, "set password");
    } else if (!put_set_baud(line, frame) && !put_terminal(line, frame)) {
        put_plain(line, frame);
    }
    text_out_put(line, " done");
}

static void put_reply(struct text_out *line, const struct dlt645_frame *frame)
{
    unsigned function = frame->control & DLT645_FUNCTION_MASK;

    if (frame->control & DLT645_ABNORMAL) {
        put_refusal(line, frame);
    } else if ((function == DLT645_READ && frame->length >= DLT645_IDENTIFIER_SIZE) ||
               (function == DLT645_READ_MORE && frame->length > DLT645_IDENTIFIER_SIZE)) {
        put_value_reply(line, frame);
    } else if (function == DLT645_RELAY && (frame->length == 0 || frame->length == 2)) {
        put_relay_done(line, frame);
    } else {
        put_done(line, frame);
    }
    if (frame->control & DLT645_MORE_FOLLOWS) {
        text_out_put(line, ", more follows,");
    }
    put_address(line, frame, "from");
}

int dlt645_describe(const struct dlt645_frame *frame, char *text, size_t size)
{
    struct text_out line;

    if (size == 0) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    line = text_out_begin(text, size);
    if (frame->length > DLT645_DATA_MAX) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (frame->control & DLT645_FROM_METER) {
        put_reply(&line, frame);
    } else {
        put_request(&line, frame);
    }
    return text_out_result(&line);
}
