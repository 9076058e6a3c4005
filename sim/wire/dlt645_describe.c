/* Frames and identifiers of DL/T 645-2007 in plain English. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/error.h"
#include "sim/wire/bcd.h"
#include "sim/wire/dlt645.h"

/* ---- Identifiers -------------------------------------------------------------------------- */

#define NO_QUANTITY DLT645_QUANTITY_COUNT

struct item {
    uint32_t identifier;
    uint32_t mask; /* the bits that must agree; the rest counts records or days */
    enum dlt645_quantity quantity;
    const char *name;
};

#define EXACT 0xFFFFFFFF
#define EACH 0xFFFFFF00

/* Appendix A of the standard, and where said so the State Grid additions to it. */
static const struct item items[] = {
    {0x00000000, EXACT, DLT645_ENERGY_SIGNED, "combined active energy"},
    {0x00010000, EXACT, DLT645_ENERGY, "forward active energy"},
    {0x00010100, EXACT, DLT645_ENERGY, "forward active energy, tariff 1 sharp"},
    {0x00010200, EXACT, DLT645_ENERGY, "forward active energy, tariff 2 peak"},
    {0x00010300, EXACT, DLT645_ENERGY, "forward active energy, tariff 3 flat"},
    {0x00010400, EXACT, DLT645_ENERGY, "forward active energy, tariff 4 valley"},
    {0x0001FF00, EXACT, NO_QUANTITY, "forward active energy, total and all tariffs"},
    {0x00010000, EACH, DLT645_ENERGY, "forward active energy on a settlement day"},
    {0x00020000, EXACT, DLT645_ENERGY, "reverse active energy"},
    {0x00030000, EXACT, DLT645_REACTIVE_ENERGY, "combined reactive energy 1"},
    {0x00040000, EXACT, DLT645_REACTIVE_ENERGY, "combined reactive energy 2"},
    {0x00900100, EXACT, DLT645_ENERGY, "remaining energy"},
    {0x00900101, EXACT, DLT645_ENERGY, "overdraft energy"},
    {0x00900200, EXACT, DLT645_MONEY, "remaining money"},
    {0x00900201, EXACT, DLT645_MONEY, "overdraft money"},
    {0x01010000, EXACT, NO_QUANTITY, "largest forward demand and its time"},
    {0x02010100, EXACT, DLT645_VOLTAGE, "voltage A"},
    {0x02010200, EXACT, DLT645_VOLTAGE, "voltage B"},
    {0x02010300, EXACT, DLT645_VOLTAGE, "voltage C"},
    {0x0201FF00, EXACT, NO_QUANTITY, "voltages A, B, C"},
    {0x02020100, EXACT, DLT645_CURRENT, "current A"},
    {0x02020200, EXACT, DLT645_CURRENT, "current B"},
    {0x02020300, EXACT, DLT645_CURRENT, "current C"},
    {0x0202FF00, EXACT, NO_QUANTITY, "currents A, B, C"},
    {0x02030000, EXACT, DLT645_POWER, "active power"},
    {0x02030100, EXACT, DLT645_POWER, "active power A"},
    {0x02030200, EXACT, DLT645_POWER, "active power B"},
    {0x02030300, EXACT, DLT645_POWER, "active power C"},
    {0x0203FF00, EXACT, NO_QUANTITY, "active powers, total and A, B, C"},
    {0x02040000, EXACT, DLT645_REACTIVE_POWER, "reactive power"},
    {0x02050000, EXACT, DLT645_APPARENT_POWER, "apparent power"},
    {0x02060000, EXACT, DLT645_POWER_FACTOR, "power factor"},
    {0x02060100, EXACT, DLT645_POWER_FACTOR, "power factor A"},
    {0x02070100, EXACT, DLT645_PHASE_ANGLE, "phase angle A"},
    {0x02800001, EXACT, DLT645_CURRENT, "neutral current"},
    {0x02800002, EXACT, DLT645_FREQUENCY, "mains frequency"},
    {0x02800003, EXACT, DLT645_POWER, "mean active power of a minute"},
    {0x02800004, EXACT, DLT645_POWER, "present active demand"},
    {0x02800005, EXACT, DLT645_REACTIVE_POWER, "present reactive demand"},
    {0x02800006, EXACT, DLT645_APPARENT_POWER, "present apparent demand"},
    {0x02800007, EXACT, DLT645_TEMPERATURE, "temperature inside the meter"},
    {0x02800008, EXACT, DLT645_BATTERY_VOLTAGE, "clock battery voltage"},
    {0x02800009, EXACT, DLT645_BATTERY_VOLTAGE, "outage battery voltage"},
    {0x0280000B, EXACT, DLT645_PRICE, "present ladder price"},
    {0x02800020, EXACT, DLT645_PRICE, "present price"},
    {0x02900100, EXACT, DLT645_RESIDUAL_CURRENT, "residual current"},
    {0x0290FF00, EXACT, NO_QUANTITY, "largest phase and residual current"},
    {0x02910100, EXACT, DLT645_RESIDUAL_CURRENT, "rated residual operating current"},
    {0x03110000, EXACT, DLT645_COUNT, "power failures"},
    {0x03110000, EACH, NO_QUANTITY, "power failure record"},
    {0x03300000, EXACT, DLT645_COUNT, "programmings"},
    {0x03300000, EACH, NO_QUANTITY, "programming record"},
    {0x03360000, EACH, NO_QUANTITY, "load switch maloperation record"},
    {0x038E0000, EACH, NO_QUANTITY, "residual current trip record"},
    {0x04000101, EXACT, NO_QUANTITY, "date and weekday"},
    {0x04000102, EXACT, NO_QUANTITY, "time"},
    {0x0400010C, EXACT, NO_QUANTITY, "date, weekday and time"},
    {0x04000401, EXACT, NO_QUANTITY, "communication address"},
    {0x04000402, EXACT, NO_QUANTITY, "meter number"},
    {0x04000403, EXACT, NO_QUANTITY, "asset code"},
    {0x0400040E, EXACT, NO_QUANTITY, "customer number"},
    {0x04000501, EXACT, NO_QUANTITY, "run status word 1"},
    {0x04000502, EXACT, NO_QUANTITY, "run status word 2"},
    {0x04000503, EXACT, NO_QUANTITY, "run status word 3, operation"},
    {0x04000504, EXACT, NO_QUANTITY, "run status word 4, phase A"},
    {0x04000505, EXACT, NO_QUANTITY, "run status word 5, phase B"},
    {0x04000506, EXACT, NO_QUANTITY, "run status word 6, phase C"},
    {0x04000507, EXACT, NO_QUANTITY, "run status word 7"},
    {0x040005FF, EXACT, NO_QUANTITY, "run status words"},
    {0x04000C00, EACH, NO_QUANTITY, "password"},
    {0x04001001, EXACT, DLT645_MONEY, "alarm amount 1"},
    {0x04001002, EXACT, DLT645_MONEY, "alarm amount 2"},
    {0x04001003, EXACT, DLT645_MONEY, "overdraft limit"},
    {0x04001004, EXACT, DLT645_MONEY, "hoarding limit"},
    {0x04001005, EXACT, DLT645_MONEY, "amount that permits closing"},
    {0x04001401, EXACT, DLT645_MINUTES, "trip delay"},
    {0x04001402, EXACT, NO_QUANTITY, "current above which a trip is held"},
    {0x04001403, EXACT, DLT645_MINUTES, "time for which a trip is held"},
    {0x04001501, EXACT, NO_QUANTITY, "report status word"},
    {0x04001503, EXACT, NO_QUANTITY, "report status reset"},
    {0x04050100, EACH, DLT645_PRICE, "tariff price, set 1"},
    {0x04050200, EACH, DLT645_PRICE, "tariff price, set 2"},
    {0x04060000, EACH, DLT645_ENERGY, "ladder limit"},
    {0x04060100, EACH, DLT645_PRICE, "ladder price"},
    {0x04800001, EXACT, NO_QUANTITY, "firmware version"},
    {0x04800002, EXACT, NO_QUANTITY, "hardware version"},
    {0x04800003, EXACT, NO_QUANTITY, "maker's code"},
    {0x070101FF, EXACT, NO_QUANTITY, "open account"},
    {0x070102FF, EXACT, NO_QUANTITY, "recharge"},
    {0x1D000001, EXACT, DLT645_COUNT, "trips"},
    {0x1D00FF00, EACH, NO_QUANTITY, "trip record"},
    {0x1E000001, EXACT, DLT645_COUNT, "closings"},
    {0x1E00FF00, EACH, NO_QUANTITY, "closing record"},
};

static const struct item *find_item(uint32_t identifier)
{
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        if ((identifier & items[i].mask) == items[i].identifier) {
            return &items[i];
        }
    }
    return NULL;
}

const char *dlt645_identifier_name(uint32_t identifier)
{
    const struct item *item = find_item(identifier);

    return item ? item->name : NULL;
}

enum dlt645_quantity dlt645_identifier_quantity(uint32_t identifier)
{
    const struct item *item = find_item(identifier);

    return item ? item->quantity : NO_QUANTITY;
}

/* ---- A line of text ----------------------------------------------------------------------- */

struct line {
    char *text;
    size_t size;
    size_t used;
    bool overflowed;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *line, const char *format, ...)
{
    size_t room = line->size - line->used;
    va_list arguments;
    int wanted;

    va_start(arguments, format);
    wanted = vsnprintf(line->text + line->used, room, format, arguments);
    va_end(arguments);
    if (wanted < 0 || (size_t)wanted >= room) {
        line->overflowed = true;
        line->used = line->size - 1;
    } else {
        line->used += (size_t)wanted;
    }
}

static void put_bytes(struct line *line, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        put(line, " %02X", bytes[i]);
    }
}

static void put_identifier(struct line *line, uint32_t identifier)
{
    const char *name = dlt645_identifier_name(identifier);

    put(line, "%08" PRIX32, identifier);
    if (name) {
        put(line, " (%s)", name);
    }
}

static void put_time(struct line *line, const struct dlt645_time *time)
{
    put(line, "%04u-%02u-%02u %02u:%02u:%02u", time->year, time->month, time->day, time->hour,
        time->minute, time->second);
}

static const struct {
    int64_t units;
    int decimals;
    const char *unit;
} shown[DLT645_QUANTITY_COUNT] = {
#define SHOWN(name, bytes, sign, count, places, symbol)                                            \
    [DLT645_##name] = {.units = (count), .decimals = (places), .unit = (symbol)},
    DLT645_QUANTITIES(SHOWN)
#undef SHOWN
};

/* A value in base units with the decimals of its display; all in integers. */
static void put_quantity(struct line *line, enum dlt645_quantity quantity, int64_t value)
{
    int64_t count = llabs(value / shown[quantity].units);
    int64_t scale = 1;

    for (int i = 0; i < shown[quantity].decimals; i++) {
        scale *= 10;
    }
    put(line, " %s%" PRId64, value < 0 ? "-" : "", count / scale);
    if (scale > 1) {
        put(line, ".%0*" PRId64, shown[quantity].decimals, count % scale);
    }
    if (shown[quantity].unit[0] != '\0') {
        put(line, " %s", shown[quantity].unit);
    }
}

static void put_value(struct line *line, uint32_t identifier, const uint8_t *bytes, size_t size)
{
    enum dlt645_quantity quantity = dlt645_identifier_quantity(identifier);
    int64_t value;
    size_t offset;
    int result;

    if (quantity == NO_QUANTITY) {
        put_bytes(line, bytes, size);
        return;
    }
    result = dlt645_quantity_read(quantity, bytes, size, &value, &offset);
    if (result == 0) {
        put_quantity(line, quantity, value);
        return;
    }
    put_bytes(line, bytes, size);
    if (result == ERROR_BCD_DIGIT) {
        put(line, " [byte %zu is not decimal]", offset);
    } else {
        put(line, " [%s]", error_text(result));
    }
}

/* ---- Words of bits ------------------------------------------------------------------------ */

struct bit_name {
    unsigned bit;
    const char *name;
};

static const struct bit_name error_names[] = {
    {DLT645_ERROR_OTHER, "other error"},
    {DLT645_ERROR_NO_DATA, "no such data"},
    {DLT645_ERROR_PASSWORD, "wrong password or not authorised"},
    {DLT645_ERROR_BAUD, "baud rate cannot be changed"},
    {DLT645_ERROR_ZONES, "too many year zones"},
    {DLT645_ERROR_PERIODS, "too many day periods"},
    {DLT645_ERROR_TARIFFS, "too many tariffs"},
    {0, NULL},
};

static const struct bit_name done_names[] = {
    {DLT645_DONE_CLOSED, "closed"},
    {DLT645_DONE_CLOSE_PERMITTED, "close permitted"},
    {DLT645_DONE_TRIPPED, "tripped"},
    {DLT645_DONE_TRIP_DELAYED, "trip delayed"},
    {DLT645_DONE_TRIP_WILL_RESTORE, "tripped until it restores"},
    {DLT645_DONE_TRIP_HELD_BY_CURRENT, "trip held by large current"},
    {DLT645_DONE_KEEP_POWER_ON, "keep power on"},
    {DLT645_DONE_KEEP_POWER_OFF, "keep power off"},
    {DLT645_DONE_ALARM_ON, "alarm on"},
    {DLT645_DONE_ALARM_OFF, "alarm off"},
    {0, NULL},
};

static const struct bit_name refused_names[] = {
    {DLT645_REFUSED_HUNG_UP, "meter hung up"},
    {DLT645_REFUSED_MAC, "wrong MAC"},
    {DLT645_REFUSED_PASSWORD, "wrong password or not authorised"},
    {DLT645_REFUSED_AUTHENTICATION, "authentication missing or expired"},
    {DLT645_REFUSED_VALID_UNTIL, "valid-until time has passed or is no time"},
    {DLT645_REFUSED_KEEP_POWER, "keep power is on"},
    {DLT645_REFUSED_RESTORE_KEEP_POWER, "keep power is on, no trip with restore"},
    {DLT645_REFUSED_RESTORE_DURATION, "restore time is not valid"},
    {DLT645_REFUSED_RESTORE_ALREADY_OPEN, "already tripped, no trip with restore"},
    {0, NULL},
};

static void put_bits(struct line *line, unsigned bits, const struct bit_name *names)
{
    const char *separator = ": ";

    for (; names->name; names++) {
        if (bits & names->bit) {
            put(line, "%s%s", separator, names->name);
            separator = ", ";
            bits &= ~names->bit;
        }
    }
    if (bits) {
        put(line, "%sbits %04X", separator, bits);
    }
}

/* ---- Frames ------------------------------------------------------------------------------- */

static const char *function_name(unsigned function)
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

static uint32_t identifier_at(const uint8_t *data)
{
    return (uint32_t)data[3] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[1] << 8 | data[0];
}

static void put_address(struct line *line, const struct dlt645_frame *frame,
                        const char *preposition)
{
    char text[DLT645_ADDRESS_TEXT_SIZE];

    if (dlt645_address_is_broadcast(&frame->address)) {
        put(line, " %s all meters", preposition);
        return;
    }
    dlt645_address_to_text(&frame->address, text);
    put(line, " %s %s", preposition, text);
}

/* Control code and bytes, of what has no words of its own. */
static void put_plain(struct line *line, const struct dlt645_frame *frame)
{
    const char *name = function_name(frame->control & DLT645_FUNCTION_MASK);

    if (name) {
        put(line, "%s", name);
    } else {
        put(line, "unknown function %02X", frame->control);
    }
    put_bytes(line, frame->data, frame->length);
}

/* The passwords of writes and relay commands are not shown: lines end up in logs. */
static void put_authority(struct line *line, const struct dlt645_authority *authority)
{
    put(line, ", level %02X operator %08" PRIX32, authority->level, authority->operator_code);
}

static void put_relay_request(struct line *line, const struct dlt645_frame *frame)
{
    struct dlt645_relay_command command;

    if (dlt645_relay_request_parse(frame, &command, NULL) < 0) {
        put(line, "relay control that cannot be read");
        return;
    }
    put(line, "relay %s", dlt645_relay_order_name(command.order));
    if (command.order == DLT645_RELAY_TRIP_THEN_CLOSE ||
        command.order == DLT645_RELAY_TRIP_THEN_PERMIT) {
        put(line, " after %u min", command.restore_after_5min * 5u);
    }
    put(line, ", valid until ");
    put_time(line, &command.valid_until);
    put_authority(line, &command.authority);
    put(line, ",");
}

static void put_request(struct line *line, const struct dlt645_frame *frame)
{
    struct dlt645_write write;
    struct dlt645_time time;
    uint32_t identifier;

    if (dlt645_read_request_parse(frame, &identifier) == 0) {
        put(line, "read ");
        put_identifier(line, identifier);
        put_bytes(line, frame->data + 4, frame->length - 4u);
        put_address(line, frame, "from");
        return;
    }
    if (dlt645_write_request_parse(frame, &write) == 0) {
        put(line, "write ");
        put_identifier(line, write.identifier);
        if ((write.identifier & EACH) != 0x04000C00) {
            put_value(line, write.identifier, write.value, write.value_size);
        }
        put_authority(line, &write.authority);
        put(line, ",");
    } else if (dlt645_broadcast_time_parse(frame, &time) == 0) {
        put(line, "set time ");
        put_time(line, &time);
    } else if (frame->control == DLT645_RELAY) {
        put_relay_request(line, frame);
    } else if (frame->control == DLT645_SET_PASSWORD) {
        put(line, "set password");
    } else {
        put_plain(line, frame);
    }
    put_address(line, frame, "to");
}

static void put_refusal(struct line *line, const struct dlt645_frame *frame)
{
    const char *name = function_name(frame->control & DLT645_FUNCTION_MASK);
    bool is_relay = (frame->control & DLT645_FUNCTION_MASK) == DLT645_RELAY;

    put(line, "%s refused", name ? name : "unknown function");
    if (frame->length == 1) {
        put_bits(line, frame->data[0], error_names);
    } else if (frame->length == 2 && is_relay) {
        put_bits(line, frame->data[0] | (unsigned)frame->data[1] << 8, refused_names);
    } else {
        put_bytes(line, frame->data, frame->length);
    }
}

static void put_reply(struct line *line, const struct dlt645_frame *frame)
{
    unsigned function = frame->control & DLT645_FUNCTION_MASK;
    char text[DLT645_ADDRESS_TEXT_SIZE];
    struct dlt645_address address;

    if (frame->control & DLT645_ABNORMAL) {
        put_refusal(line, frame);
    } else if (function == DLT645_READ && frame->length >= 4) {
        uint32_t identifier = identifier_at(frame->data);

        put(line, "reply ");
        put_identifier(line, identifier);
        put_value(line, identifier, frame->data + 4, frame->length - 4u);
    } else if (function == DLT645_RELAY && (frame->length == 0 || frame->length == 2)) {
        put(line, "relay control done");
        if (frame->length == 2) {
            put_bits(line, frame->data[0] | (unsigned)frame->data[1] << 8, done_names);
        }
    } else if (dlt645_address_reply_parse(frame, &address) == 0) {
        dlt645_address_to_text(&address, text);
        put(line, "address is %s,", text);
    } else if (function == DLT645_SET_PASSWORD) {
        put(line, "set password done");
    } else {
        put_plain(line, frame);
        put(line, " done");
    }
    if (frame->control & DLT645_MORE_FOLLOWS) {
        put(line, ", more follows,");
    }
    put_address(line, frame, "from");
}

int dlt645_describe(const struct dlt645_frame *frame, char *text, size_t size)
{
    struct line line = {.text = text, .size = size};

    if (size == 0) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    if (frame->length > DLT645_DATA_MAX) {
        text[0] = '\0';
        return ERROR_INVALID_ARGUMENT;
    }
    text[0] = '\0';
    if (frame->control & DLT645_FROM_METER) {
        put_reply(&line, frame);
    } else {
        put_request(&line, frame);
    }
    return line.overflowed ? ERROR_BUFFER_TOO_SMALL : 0;
}
