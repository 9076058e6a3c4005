/* Values of DL/T 645-2007 as text, part by part, along the layouts of dlt645_identifiers.c. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/wire/dlt645_layout.h"
#include "sim/wire/dlt645_load.h"
#include "sim/wire/dlt645_service.h"
#include "sim/wire/text_out.h"

/* ---- Identifiers -------------------------------------------------------------------------- */

const char *dlt645_identifier_name(uint32_t identifier)
{
    const struct layout_item *item = layout_find(identifier);

    return item ? item->name : NULL;
}

int dlt645_identifier_text(uint32_t identifier, char *text, size_t size)
{
    const struct layout_item *item = layout_find(identifier);
    struct text_out out;

    if (size == 0) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    out = text_out_begin(text, size);
    text_out_put(&out, "%s", item ? item->name : "unknown identifier");
    if (item && !(item->mask & 0xFF)) {
        text_out_put(&out, " %u", (unsigned)(identifier & 0xFF));
    }
    return text_out_result(&out);
}

enum dlt645_quantity dlt645_identifier_quantity(uint32_t identifier)
{
    const struct layout_item *item = layout_find(identifier);

    if (!item || item->layout->count != 1 || item->layout->repeats ||
        item->layout->parts[0].kind != LAYOUT_QUANTITY) {
        return DLT645_QUANTITY_COUNT;
    }
    return (enum dlt645_quantity)item->layout->parts[0].what;
}

/* ---- One part ----------------------------------------------------------------------------- */

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
static int put_quantity(struct text_out *out, enum dlt645_quantity quantity, const uint8_t *bytes,
                        size_t size, size_t *offset)
{
    int64_t value, count, scale = 1;
    int result = dlt645_quantity_read(quantity, bytes, size, &value, offset);

    if (result < 0) {
        return result;
    }
    count = llabs(value / shown[quantity].units);
    for (int i = 0; i < shown[quantity].decimals; i++) {
        scale *= 10;
    }
    text_out_put(out, "%s%" PRId64, value < 0 ? "-" : "", count / scale);
    if (scale > 1) {
        text_out_put(out, ".%0*" PRId64, shown[quantity].decimals, count % scale);
    }
    if (shown[quantity].unit[0] != '\0') {
        text_out_put(out, " %s", shown[quantity].unit);
    }
    return 0;
}

static void put_date(struct text_out *out, const struct dlt645_time *time)
{
    text_out_put(out, "%04u-%02u-%02u", time->year, time->month, time->day);
}

static void put_weekday(struct text_out *out, unsigned weekday)
{
    static const char *const names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};

    if (weekday < 7) {
        text_out_put(out, " %s", names[weekday]);
    } else {
        text_out_put(out, " weekday %u", weekday);
    }
}

static int put_time(struct text_out *out, enum dlt645_time_layout layout, const uint8_t *bytes,
                    size_t size, size_t *offset)
{
    struct dlt645_time time;
    int result = dlt645_time_read(layout, bytes, size, &time, offset);

    if (result < 0) {
        return result;
    }
    if (layout != DLT645_TIME_OF_DAY) {
        put_date(out, &time);
    }
    if (layout == DLT645_TIME_DATE_WEEKDAY || layout == DLT645_TIME_WITH_WEEKDAY) {
        put_weekday(out, time.weekday);
    }
    if (layout != DLT645_TIME_DATE_WEEKDAY) {
        text_out_put(out, "%s%02u:%02u", out->used > 0 ? " " : "", time.hour, time.minute);
    }
    if (layout != DLT645_TIME_DATE_WEEKDAY && layout != DLT645_TIME_MINUTE_TO_YEAR) {
        text_out_put(out, ":%02u", time.second);
    }
    if (time.month != 0 && layout != DLT645_TIME_OF_DAY && !dlt645_time_is_valid(&time)) {
        text_out_put(out, " (no such date or time)");
    }
    return 0;
}

static int check_digits(const uint8_t *bytes, size_t size, size_t *offset)
{
    for (size_t i = 0; i < size; i++) {
        if ((bytes[i] & 0x0F) > 9 || bytes[i] >> 4 > 9) {
            *offset = i;
            return ERROR_BCD_DIGIT;
        }
    }
    return 0;
}

static int put_digits(struct text_out *out, const uint8_t *bytes, size_t size, size_t *offset)
{
    int result = check_digits(bytes, size, offset);

    for (size_t i = size; result == 0 && i-- > 0;) {
        text_out_put(out, "%02X", bytes[i]);
    }
    return result;
}

/* Each "%s" of the pattern is the next pair of digits, from the last byte down. */
static int put_pattern(struct text_out *out, const char *pattern, const uint8_t *bytes, size_t size,
                       size_t *offset)
{
    int result = check_digits(bytes, size, offset);
    size_t next = size;

    for (const char *at = pattern; result == 0 && *at != '\0'; at++) {
        if (at[0] == '%' && at[1] == 's' && next > 0) {
            text_out_put(out, "%02X", bytes[--next]);
            at++;
        } else {
            text_out_put(out, "%c", *at);
        }
    }
    return result;
}

/* Printable, without the blanks and zeros that fill a field. */
static void put_ascii(struct text_out *out, const uint8_t *bytes, size_t size)
{
    size_t first = 0;

    while (first < size && (bytes[first] == 0 || bytes[first] == ' ')) {
        first++;
    }
    text_out_put(out, "\"");
    while (size > first && (bytes[size - 1] == 0 || bytes[size - 1] == ' ')) {
        size--;
    }
    for (size_t i = size; i-- > first;) {
        bool plain = bytes[i] >= 0x20 && bytes[i] < 0x7F && bytes[i] != '"' && bytes[i] != '\\';

        text_out_put(out, plain ? "%c" : "\\x%02X", bytes[i]);
    }
    text_out_put(out, "\"");
}

static int put_binary(struct text_out *out, const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;

    if (size > sizeof value) {
        return ERROR_DLT645_LENGTH;
    }
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)bytes[i] << 8 * i;
    }
    text_out_put(out, "%" PRIu64, value);
    return 0;
}

static void put_hex(struct text_out *out, const uint8_t *bytes, size_t size)
{
    if (size > 0) {
        text_out_put(out, "%02X", bytes[0]);
        text_out_bytes(out, bytes + 1, size - 1);
    }
}

static int put_word(struct text_out *out, enum dlt645_word word, const uint8_t *bytes, size_t size)
{
    unsigned bits = bytes[0] | (size > 1 ? (unsigned)bytes[1] << 8 : 0u);
    char text[256];

    dlt645_word_text(word, bits, text, sizeof text);
    text_out_put(out, "%s", text[0] ? text : "nothing set");
    return 0;
}

static void put_baud(struct text_out *out, uint8_t byte)
{
    int baud = dlt645_baud_of(byte);

    if (baud > 0) {
        text_out_put(out, "%d baud", baud);
    } else {
        text_out_put(out, "%02X, no baud rate", byte);
    }
}

static int put_load_record(struct text_out *out, const uint8_t *bytes, size_t size, size_t *offset)
{
    static const char *const names[DLT645_LOAD_CLASSES] = {"voltages, currents, frequency",
                                                           "powers",
                                                           "power factors",
                                                           "energies",
                                                           "quadrants",
                                                           "demands"};
    struct dlt645_load_record record;
    int result = dlt645_load_record_parse(bytes, size, &record, offset);

    if (result < 0) {
        return result;
    }
    put_date(out, &record.at);
    text_out_put(out, " %02u:%02u", record.at.hour, record.at.minute);
    for (unsigned i = 0; i < DLT645_LOAD_CLASSES; i++) {
        if (record.classes[i].size > 0) {
            text_out_put(out, ", %s", names[i]);
            text_out_bytes(out, record.classes[i].bytes, record.classes[i].size);
        }
    }
    return 0;
}

static int put_part(struct text_out *out, const struct layout_part *part, const uint8_t *bytes,
                    size_t size, size_t *offset)
{
    switch (part->kind) {
    case LAYOUT_QUANTITY:
        return put_quantity(out, (enum dlt645_quantity)part->what, bytes, size, offset);
    case LAYOUT_TIME:
        return put_time(out, (enum dlt645_time_layout)part->what, bytes, size, offset);
    case LAYOUT_WORD:
        return put_word(out, (enum dlt645_word)part->what, bytes, size);
    case LAYOUT_DIGITS:
        return put_digits(out, bytes, size, offset);
    case LAYOUT_PATTERN:
        return put_pattern(out, part->pattern, bytes, size, offset);
    case LAYOUT_ASCII:
        put_ascii(out, bytes, size);
        return 0;
    case LAYOUT_BINARY:
        return put_binary(out, bytes, size);
    case LAYOUT_BAUD:
        put_baud(out, bytes[0]);
        return 0;
    case LAYOUT_LOAD_RECORD:
        return put_load_record(out, bytes, size, offset);
    case LAYOUT_HEX:
        break;
    }
    put_hex(out, bytes, size);
    return 0;
}

/* ---- The walk ----------------------------------------------------------------------------- */

static const struct layout_part plain_part = {.kind = LAYOUT_HEX};
static const struct layout plain_layout = {.parts = &plain_part, .count = 1};

static const struct layout *layout_of(uint32_t identifier)
{
    const struct layout_item *item = layout_find(identifier);

    return item ? item->layout : &plain_layout;
}

/* Of a part with `left` bytes before it. */
static size_t part_size(const struct layout_part *part, size_t left)
{
    if (part->kind == LAYOUT_QUANTITY) {
        return dlt645_quantity_size((enum dlt645_quantity)part->what);
    }
    if (part->kind == LAYOUT_TIME) {
        return dlt645_time_size((enum dlt645_time_layout)part->what);
    }
    return part->size > 0 ? part->size : left;
}

struct dlt645_fields dlt645_fields_of(uint32_t identifier, const uint8_t *bytes, size_t size)
{
    return (struct dlt645_fields){.identifier = identifier, .bytes = bytes, .size = size};
}

/* "A", "total, demand", "7": the repetition and the part within it. */
static void put_label(const struct layout *layout, size_t index, const char *label,
                      struct dlt645_field *field)
{
    struct text_out out = text_out_begin(field->label, sizeof field->label);
    size_t group = index / layout->count;
    size_t named = 0;

    if (layout->repeats) {
        while (layout->names[named] && named < group) {
            named++;
        }
        if (layout->names[named]) {
            text_out_put(&out, "%s", layout->names[named]);
        } else {
            text_out_put(&out, "%zu", group - named + 1);
        }
        text_out_put(&out, "%s", label ? ", " : "");
    }
    text_out_put(&out, "%s", label ? label : "");
}

static void fail_field(struct dlt645_field *field, const struct dlt645_fields *fields, int error,
                       size_t offset)
{
    struct text_out out = text_out_begin(field->text, sizeof field->text);

    put_hex(&out, fields->bytes + field->offset, field->size);
    field->error = error;
    field->error_offset = field->offset + offset;
}

static void read_field(const struct dlt645_fields *fields, const struct layout_part *part,
                       struct dlt645_field *field)
{
    struct text_out out = text_out_begin(field->text, sizeof field->text);
    size_t offset = 0;
    int result = put_part(&out, part, fields->bytes + field->offset, field->size, &offset);

    if (result < 0) {
        fail_field(field, fields, result, offset);
    }
}

/* Nothing more is to be read; told apart from every real index. */
#define ENDED SIZE_MAX

/* Is the value over where a value may be over? */
static bool is_over(const struct dlt645_fields *fields, const struct layout *layout)
{
    const struct layout_part *next = &layout->parts[fields->index % layout->count];

    if (fields->index == ENDED || fields->size == 0) {
        return true;
    }
    if (fields->at < fields->size) {
        return false;
    }
    return fields->index % layout->count == 0 || part_size(next, 0) == 0;
}

/* What is too short or too long for its layout: one field of bytes, the last one. */
static void end_badly(struct dlt645_fields *fields, struct dlt645_field *field, size_t error_offset)
{
    field->size = fields->size - fields->at;
    fail_field(field, fields, ERROR_DLT645_LENGTH, error_offset);
    fields->at = fields->size;
    fields->index = ENDED;
}

bool dlt645_fields_next(struct dlt645_fields *fields, struct dlt645_field *field)
{
    const struct layout *layout = layout_of(fields->identifier);
    size_t left = fields->size - fields->at;
    const struct layout_part *part;

    if (is_over(fields, layout)) {
        return false;
    }
    memset(field, 0, sizeof *field);
    field->offset = fields->at;
    if (!layout->repeats && fields->index >= layout->count) {
        end_badly(fields, field, 0);
        return true;
    }
    part = &layout->parts[fields->index % layout->count];
    put_label(layout, fields->index, part->label, field);
    field->size = part_size(part, left);
    if (field->size > left) {
        end_badly(fields, field, left);
        return true;
    }
    read_field(fields, part, field);
    fields->at += field->size;
    fields->index++;
    return true;
}

/* ---- A value on one line ------------------------------------------------------------------ */

static void put_reason(struct text_out *out, const struct dlt645_fields *fields,
                       const struct dlt645_field *field)
{
    if (field->error == ERROR_BCD_DIGIT) {
        text_out_put(out, " [byte %zu is not decimal]", field->error_offset);
    } else if (field->error == ERROR_DLT645_LENGTH && field->error_offset >= fields->size) {
        text_out_put(out, "%s[cut short]", field->size > 0 ? " " : "");
    } else if (field->error == ERROR_DLT645_LENGTH) {
        text_out_put(out, " [too long by %zu]", field->size);
    } else if (field->error < 0) {
        text_out_put(out, " [byte %zu: %s]", field->error_offset, error_text(field->error));
    }
}

int dlt645_value_text(uint32_t identifier, const uint8_t *bytes, size_t size, char *text,
                      size_t capacity)
{
    struct dlt645_fields fields = dlt645_fields_of(identifier, bytes, size);
    struct dlt645_field field;
    struct text_out out;

    if (capacity == 0) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    out = text_out_begin(text, capacity);
    while (dlt645_fields_next(&fields, &field)) {
        text_out_put(&out, "%s%s%s%s", out.used > 0 ? ", " : "", field.label,
                     field.label[0] && field.text[0] ? " " : "", field.text);
        put_reason(&out, &fields, &field);
    }
    return text_out_result(&out);
}
