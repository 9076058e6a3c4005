/* DL/T 645 frames, byte by byte. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/error.h"
#include "sim/wire/dlt645.h"
#include "sim/wire/dlt645_internal.h"
#include "sim/wire/explain_internal.h"

#define START 0x68
#define END 0x16

/* Places within a frame, counted from its first 68. */
enum { AT_ADDRESS = 1, AT_SECOND_START = 7, AT_CONTROL = 8, AT_LENGTH = 9, AT_DATA = 10 };

static bool has_both_starts(const uint8_t *bytes, size_t size)
{
    return size > AT_SECOND_START && bytes[0] == START && bytes[AT_SECOND_START] == START;
}

/* ---- Data --------------------------------------------------------------------------------- */

/* A walk through the data of one frame. */
struct data {
    struct explainer *explainer;
    const struct dlt645_frame *frame;
    size_t base; /* of the data's first byte in the explained bytes */
    size_t at;   /* within the data */
    size_t tail; /* bytes at its end that belong to later pieces */
    uint32_t identifier;
};

static size_t left_of(const struct data *data)
{
    return data->frame->length - data->at;
}

/* Is there a piece of this size? If not, says so, and the rest of the data is used up. */
static bool take(struct data *data, size_t size, const char *what)
{
    size_t left = left_of(data);

    if (left >= size) {
        return true;
    }
    explain_wrong(data->explainer, data->base + data->at, left, data->base + data->at + left,
                  "%s: %zu bytes expected, L leaves %zu", what, size, left);
    data->at += left;
    return false;
}

static void pass(struct data *data, size_t size)
{
    data->at += size;
}

static const uint8_t *here(const struct data *data)
{
    return data->frame->data + data->at;
}

#define SAY(data, size, ...)                                                                       \
    explain_good((data)->explainer, (data)->base + (data)->at, size, __VA_ARGS__)

static void say_identifier(struct data *data)
{
    char name[96];

    if (!take(data, DLT645_IDENTIFIER_SIZE, "identifier")) {
        return;
    }
    data->identifier = dlt645_number_at(here(data), DLT645_IDENTIFIER_SIZE);
    dlt645_identifier_text(data->identifier, name, sizeof name);
    SAY(data, DLT645_IDENTIFIER_SIZE, "identifier %08" PRIX32 ", %s", data->identifier, name);
    pass(data, DLT645_IDENTIFIER_SIZE);
}

static void say_field(struct data *data, const struct dlt645_field *field)
{
    const char *label = field->label[0] ? field->label : "value";
    size_t offset = data->base + data->at + field->offset;
    size_t wrong = data->base + data->at + field->error_offset;

    if (field->error == 0) {
        explain_good(data->explainer, offset, field->size, "%s %s", label, field->text);
    } else if (field->error == ERROR_BCD_DIGIT) {
        explain_wrong(data->explainer, offset, field->size, wrong,
                      "%s: %02X is not two decimal digits", label, here(data)[field->error_offset]);
    } else if (field->error == ERROR_DLT645_LENGTH) {
        explain_wrong(data->explainer, offset, field->size, wrong,
                      "%s: the value is %s than its identifier says", label,
                      wrong == offset ? "longer" : "shorter");
    } else {
        explain_wrong(data->explainer, offset, field->size, wrong, "%s: %s", label,
                      error_text(field->error));
    }
}

static void say_value(struct data *data)
{
    bool part = (data->frame->control & DLT645_MORE_FOLLOWS) ||
                (data->frame->control & DLT645_FUNCTION_MASK) == DLT645_READ_MORE;
    size_t size = left_of(data) > data->tail ? left_of(data) - data->tail : 0;
    struct dlt645_fields fields = dlt645_fields_of(data->identifier, here(data), size);
    struct dlt645_field field;

    if (part && size > 0) {
        SAY(data, size, "part of a longer value");
    } else {
        while (dlt645_fields_next(&fields, &field)) {
            say_field(data, &field);
        }
    }
    pass(data, size);
}

static void say_plain(struct data *data)
{
    if (left_of(data) > 0) {
        SAY(data, left_of(data), "data");
        pass(data, left_of(data));
    }
}

static void say_password(struct data *data, const char *what)
{
    if (take(data, 4, what)) {
        SAY(data, 1, "%s level %02X", what, here(data)[0]);
        pass(data, 1);
        SAY(data, 3, "%s %06" PRIX32, what, dlt645_number_at(here(data), 3));
        pass(data, 3);
    }
}

static void say_operator(struct data *data)
{
    if (take(data, 4, "operator code")) {
        SAY(data, 4, "operator code %08" PRIX32, dlt645_number_at(here(data), 4));
        pass(data, 4);
    }
}

static void say_authority(struct data *data)
{
    say_password(data, "password");
    say_operator(data);
}

static void say_time(struct data *data, enum dlt645_time_layout layout, const char *what)
{
    size_t size = dlt645_time_size(layout), offset = 0;
    struct dlt645_time time;
    int result;

    if (!take(data, size, what)) {
        return;
    }
    result = dlt645_time_read(layout, here(data), size, &time, &offset);
    if (result < 0) {
        explain_wrong(data->explainer, data->base + data->at, size, data->base + data->at + offset,
                      "%s: %02X is not two decimal digits", what, here(data)[offset]);
    } else {
        SAY(data, size, "%s %04u-%02u-%02u %02u:%02u:%02u%s", what, time.year, time.month, time.day,
            time.hour, time.minute, time.second,
            dlt645_time_is_valid(&time) ? "" : ", no such date or time");
    }
    pass(data, size);
}

static void say_address(struct data *data)
{
    char text[DLT645_ADDRESS_TEXT_SIZE];
    struct dlt645_address address, again;

    if (!take(data, DLT645_ADDRESS_SIZE, "address")) {
        return;
    }
    memcpy(address.bytes, here(data), DLT645_ADDRESS_SIZE);
    dlt645_address_to_text(&address, text);
    if (dlt645_address_from_text(text, &again) < 0) {
        explain_wrong(data->explainer, data->base + data->at, DLT645_ADDRESS_SIZE,
                      data->base + data->at, "address %s is not decimal", text);
    } else {
        SAY(data, DLT645_ADDRESS_SIZE, "address %s", text);
    }
    pass(data, DLT645_ADDRESS_SIZE);
}

static void say_relay_order(struct data *data)
{
    unsigned order;

    if (!take(data, 2, "order")) {
        return;
    }
    order = here(data)[0];
    if (strcmp(dlt645_relay_order_name((enum dlt645_relay_order)order), "unknown order") == 0) {
        explain_wrong(data->explainer, data->base + data->at, 1, data->base + data->at,
                      "order %02X is none", order);
    } else {
        SAY(data, 1, "order %02X, %s", order,
            dlt645_relay_order_name((enum dlt645_relay_order)order));
    }
    pass(data, 1);
    if (order == DLT645_RELAY_TRIP_THEN_CLOSE || order == DLT645_RELAY_TRIP_THEN_PERMIT) {
        SAY(data, 1, "restores after %u min", here(data)[0] * 5u);
    } else {
        SAY(data, 1, "reserved");
    }
    pass(data, 1);
    say_time(data, DLT645_TIME_SECOND_TO_YEAR, "valid until");
}

static void say_freeze(struct data *data)
{
    char text[160];

    if (take(data, 4, "time of the freeze")) {
        dlt645_describe(data->frame, text, sizeof text);
        SAY(data, 4, "%.*s", (int)strcspn(text, ","), text);
        pass(data, 4);
    }
}

static void say_baud(struct data *data)
{
    int baud;

    if (!take(data, 1, "baud rate")) {
        return;
    }
    baud = dlt645_baud_of(here(data)[0]);
    if (baud > 0) {
        SAY(data, 1, "%d baud", baud);
    } else {
        explain_wrong(data->explainer, data->base + data->at, 1, data->base + data->at,
                      "%02X names no baud rate: exactly one of bits 1 to 6 expected",
                      here(data)[0]);
    }
    pass(data, 1);
}

static void say_bits(struct data *data, enum dlt645_word word, size_t size, const char *what)
{
    char text[512];

    if (take(data, size, what)) {
        dlt645_word_text(word, dlt645_number_at(here(data), size), text, sizeof text);
        SAY(data, size, "%s: %s", what, text[0] ? text : "nothing set");
        pass(data, size);
    }
}

static void say_refusal(struct data *data)
{
    unsigned function = data->frame->control & DLT645_FUNCTION_MASK;
    bool has_word = data->frame->length == 2;

    if (has_word && function == DLT645_RELAY) {
        say_bits(data, DLT645_WORD_RELAY_REFUSED, 2, "error word");
    } else if (has_word && function == DLT645_SECURITY) {
        say_bits(data, DLT645_WORD_SECURITY_ERROR, 2, "SERR");
    } else {
        say_bits(data, DLT645_WORD_ERROR, 1, "ERR");
    }
}

static void say_load_request(struct data *data)
{
    if (left_of(data) > 0) {
        SAY(data, 1, "%02X blocks", here(data)[0]);
        pass(data, 1);
    }
    if (left_of(data) > 0) {
        say_time(data, DLT645_TIME_MINUTE_TO_YEAR, "from");
    }
}

static void say_events(struct data *data)
{
    if (left_of(data) >= 4 && dlt645_number_at(here(data), 4) == DLT645_ALL_EVENTS) {
        SAY(data, 4, "all events");
        pass(data, 4);
    } else {
        say_identifier(data);
    }
}

/*
 * The pieces of the data of each control code, in order: a Authority, b Baud, d relay word, D
 * identifier, e Events, f Freeze, m terminal, n address, N load-record blocks, O Operator, p old
 * and new password, P password, r Relay order, s SEQ, t Time, v Value.
 */
static const char *pieces_of(unsigned control)
{
    static const struct {
        uint8_t control;
        const char *pieces;
    } known[] = {
        {0x03, "DO"}, {0x08, "t"},  {0x11, "DN"}, {0x12, "Ds"}, {0x13, ""},   {0x14, "Dav"},
        {0x15, "n"},  {0x16, "f"},  {0x17, "b"},  {0x18, "Dp"}, {0x19, "a"},  {0x1A, "a"},
        {0x1B, "ae"}, {0x1C, "ar"}, {0x1D, "m"},  {0x83, "D"},  {0x91, "Dv"}, {0x92, "Dvs"},
        {0x93, "n"},  {0x94, ""},   {0x95, ""},   {0x96, ""},   {0x97, "b"},  {0x98, "P"},
        {0x99, ""},   {0x9A, ""},   {0x9B, ""},   {0x9C, "d"},  {0x9D, "m"},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].control == (control & ~DLT645_MORE_FOLLOWS)) {
            return known[i].pieces;
        }
    }
    return NULL;
}

static void say_sequence(struct data *data)
{
    if (take(data, 1, "SEQ")) {
        SAY(data, 1, "SEQ, part %u", here(data)[0]);
        pass(data, 1);
    }
}

static void say_terminal(struct data *data)
{
    if (take(data, 1, "output")) {
        SAY(data, 1, "output %02X of the multifunction terminal", here(data)[0]);
        pass(data, 1);
    }
}

static void say_piece(struct data *data, char piece)
{
    switch (piece) {
    case 'a':
        say_authority(data);
        break;
    case 'b':
        say_baud(data);
        break;
    case 'd':
        if (left_of(data) > 0) {
            say_bits(data, DLT645_WORD_RELAY_DONE, 2, "execution word");
        }
        break;
    case 'D':
        say_identifier(data);
        break;
    case 'e':
        say_events(data);
        break;
    case 'f':
        say_freeze(data);
        break;
    case 'm':
        say_terminal(data);
        break;
    case 'n':
        say_address(data);
        break;
    case 'N':
        say_load_request(data);
        break;
    case 'O':
        say_operator(data);
        break;
    case 'p':
        say_password(data, "old password");
        say_password(data, "new password");
        break;
    case 'P':
        say_password(data, "new password");
        break;
    case 'r':
        say_relay_order(data);
        break;
    case 's':
        say_sequence(data);
        break;
    case 't':
        say_time(data, DLT645_TIME_SECOND_TO_YEAR, "time");
        break;
    default:
        say_value(data);
        break;
    }
}

static bool carries_security(unsigned control)
{
    return (control & DLT645_FUNCTION_MASK) == DLT645_SECURITY;
}

static void say_data(struct explainer *explainer, const struct dlt645_frame *frame, size_t base)
{
    struct data data = {.explainer = explainer, .frame = frame, .base = base};
    const char *pieces = pieces_of(frame->control);

    explainer->plain = frame->data;
    explainer->plain_at = base;
    if (frame->control & DLT645_ABNORMAL) {
        say_refusal(&data);
    } else if (pieces) {
        data.tail = strchr(pieces, 's') ? 1 : 0;
        for (; *pieces != '\0'; pieces++) {
            say_piece(&data, *pieces);
        }
    }
    if (!pieces || carries_security(frame->control)) {
        say_plain(&data);
    }
    if (left_of(&data) > 0) {
        explain_wrong(explainer, base + data.at, left_of(&data), base + data.at,
                      "%zu bytes more than control code %02X has", left_of(&data), frame->control);
    }
    explainer->plain = NULL;
}

/* ---- Frames ------------------------------------------------------------------------------- */

static void say_frame_address(struct explainer *explainer, const struct dlt645_address *address,
                              size_t base, bool from_meter)
{
    char text[DLT645_ADDRESS_TEXT_SIZE];
    struct dlt645_address again;

    dlt645_address_to_text(address, text);
    if (dlt645_address_from_text(text, &again) < 0) {
        explain_wrong(explainer, base, DLT645_ADDRESS_SIZE, base,
                      "address %s: digits, or AA from the top down, expected", text);
    } else if (from_meter && dlt645_address_has_wildcard(address)) {
        explain_wrong(explainer, base, DLT645_ADDRESS_SIZE, base,
                      "address %s: a reply carries the meter's own", text);
    } else if (dlt645_address_is_broadcast(address)) {
        explain_good(explainer, base, DLT645_ADDRESS_SIZE, "address %s, all meters", text);
    } else {
        explain_good(explainer, base, DLT645_ADDRESS_SIZE, "address %s%s", text,
                     dlt645_address_has_wildcard(address) ? ", wildcard" : "");
    }
}

static void say_control(struct explainer *explainer, unsigned control, size_t offset)
{
    const char *name = dlt645_function_name(control & DLT645_FUNCTION_MASK);
    const char *old = dlt645_old_function_name(control & DLT645_FUNCTION_MASK);
    bool from_meter = control & DLT645_FROM_METER;

    if (!name && old) {
        explain_wrong(explainer, offset, 1, offset,
                      "control code %02X: %s of DL/T 645-1997, the older standard", control, old);
    } else if (!name) {
        explain_wrong(explainer, offset, 1, offset, "control code %02X: unknown function", control);
    } else if (!from_meter && (control & (DLT645_ABNORMAL | DLT645_MORE_FOLLOWS))) {
        explain_wrong(explainer, offset, 1, offset,
                      "control code %02X: a request has neither D6 nor D5", control);
    } else {
        explain_good(explainer, offset, 1, "control code %02X, %s, %s%s%s", control, name,
                     from_meter ? "from the meter" : "to the meter",
                     control & DLT645_ABNORMAL ? ", refused" : "",
                     control & DLT645_MORE_FOLLOWS ? ", more follows" : "");
    }
}

static void say_whole(struct explainer *explainer, size_t at, const struct dlt645_frame *frame)
{
    bool from_meter = frame->control & DLT645_FROM_METER;
    size_t end = at + AT_DATA + frame->length;

    explain_good(explainer, at, 1, "start");
    say_frame_address(explainer, &frame->address, at + AT_ADDRESS, from_meter);
    explain_good(explainer, at + AT_SECOND_START, 1, "start again");
    say_control(explainer, frame->control, at + AT_CONTROL);
    explain_good(explainer, at + AT_LENGTH, 1, "L, %u bytes of data", frame->length);
    say_data(explainer, frame, at + AT_DATA);
    explain_good(explainer, end, 1, "checksum");
    explain_good(explainer, end + 1, 1, "end");
    dlt645_describe(frame, explainer->result->summary, sizeof explainer->result->summary);
}

static unsigned sum_of(const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++) {
        sum += bytes[i];
    }
    return sum & 0xFF;
}

/* The L with which the bytes would be a frame, or -1. */
static int fitting_length(const uint8_t *bytes, size_t size)
{
    for (size_t length = 0; length <= DLT645_DATA_MAX && AT_DATA + length + 1 < size; length++) {
        unsigned sum = sum_of(bytes, AT_DATA + length) - bytes[AT_LENGTH] + (unsigned)length;

        if (bytes[AT_DATA + length + 1] == END && bytes[AT_DATA + length] == (sum & 0xFF)) {
            return (int)length;
        }
    }
    return -1;
}

static void say_broken(struct explainer *explainer, size_t at, size_t end, int error, size_t offset)
{
    const uint8_t *bytes = explainer->bytes + at;
    size_t size = end - at;
    size_t length = size > AT_LENGTH ? bytes[AT_LENGTH] : 0;
    int fitting = size > AT_LENGTH ? fitting_length(bytes, size) : -1;
    char hint[64] = "";

    if (fitting >= 0 && (size_t)fitting != length) {
        snprintf(hint, sizeof hint, "; L = %02X would fit, is %02X", (unsigned)fitting,
                 (unsigned)length);
    }
    switch (error) {
    case ERROR_DLT645_START:
        explain_wrong(explainer, at, size, at + offset, "68 expected, is %02X", bytes[offset]);
        break;
    case ERROR_DLT645_LENGTH:
        explain_wrong(explainer, at, size, at + offset, "L is %02X = %zu, at most %d allowed%s",
                      (unsigned)length, length, DLT645_DATA_MAX, hint);
        break;
    case ERROR_DLT645_END:
        explain_wrong(explainer, at, size, at + offset, "end 16 expected, is %02X%s", bytes[offset],
                      hint);
        break;
    case ERROR_DLT645_CHECKSUM:
        explain_wrong(explainer, at, size, at + offset, "checksum %02X, computed %02X",
                      bytes[offset], sum_of(bytes, offset));
        break;
    default: /* ERROR_TRUNCATED */
        explain_wrong(explainer, at, size, at + size, "%zu byte%s missing%s%s",
                      size > AT_LENGTH ? DLT645_FRAME_MIN + length - size : DLT645_FRAME_MIN - size,
                      size == DLT645_FRAME_MIN + length - 1 ? " is" : "s are",
                      size > AT_LENGTH ? " of what L says" : " at least", hint);
        break;
    }
}

/* ---- Finding them ------------------------------------------------------------------------- */

static size_t next_start(const struct explainer *explainer, size_t from)
{
    while (from < explainer->size && explainer->bytes[from] != START) {
        from++;
    }
    return from;
}

/* The next place that holds a whole, right frame, or the end. */
static size_t next_frame(const struct explainer *explainer, size_t from)
{
    struct dlt645_frame frame;
    size_t at = next_start(explainer, from);

    while (at < explainer->size &&
           dlt645_decode(explainer->bytes + at, explainer->size - at, &frame, NULL) < 0) {
        at = next_start(explainer, at + 1);
    }
    return at;
}

/* The next place with both start bytes, or the end. */
static size_t next_candidate(const struct explainer *explainer, size_t from)
{
    size_t at = next_start(explainer, from);

    while (at < explainer->size && !has_both_starts(explainer->bytes + at, explainer->size - at)) {
        at = next_start(explainer, at + 1);
    }
    return at;
}

/*
 * A frame that is right but for one of its two start bytes: where it begins, its size and the wrong
 * byte. False if there is none before `limit`.
 */
static bool find_damaged_start(const struct explainer *explainer, size_t limit, size_t *begin,
                               size_t *used, size_t *wrong)
{
    uint8_t copy[DLT645_FRAME_MAX];
    struct dlt645_frame frame;

    for (size_t at = 0; at + DLT645_FRAME_MIN <= explainer->size && at <= limit; at++) {
        const uint8_t *bytes = explainer->bytes + at;
        size_t size = explainer->size - at < sizeof copy ? explainer->size - at : sizeof copy;
        int result;

        if ((bytes[0] == START) == (bytes[AT_SECOND_START] == START)) {
            continue;
        }
        memcpy(copy, bytes, size);
        copy[0] = copy[AT_SECOND_START] = START;
        result = dlt645_decode(copy, size, &frame, NULL);
        if (result > 0) {
            *begin = at;
            *used = (size_t)result;
            *wrong = at + (bytes[0] == START ? AT_SECOND_START : 0u);
            return true;
        }
    }
    return false;
}

/* FE before a frame is preamble, at most four of them; what is before those is noise. */
static void say_before(struct explainer *explainer, size_t at, const char *why)
{
    size_t preambles = 0;

    while (preambles < at && explainer->bytes[at - 1 - preambles] == DLT645_PREAMBLE) {
        preambles++;
    }
    explain_noise(explainer, 0, at - preambles, why);
    if (preambles > DLT645_PREAMBLE_MAX) {
        explain_wrong(explainer, at - preambles, preambles, at - preambles + DLT645_PREAMBLE_MAX,
                      "preamble of %zu bytes, at most %d allowed", preambles, DLT645_PREAMBLE_MAX);
    } else if (preambles > 0) {
        explain_good(explainer, at - preambles, preambles, "preamble");
    }
    explainer->result->begin = at - preambles;
}

/* Where the frame is that is explained, good or bad: what else begins before it is noise. */
static size_t choose(const struct explainer *explainer, char *why, size_t size)
{
    size_t first = next_start(explainer, 0);
    size_t candidate = next_candidate(explainer, first);

    if (candidate < explainer->size && candidate > first) {
        snprintf(why, size,
                 candidate == first + 1 ? "a doubled start byte"
                                        : "68 at byte %zu begins none, byte %zu is not 68",
                 first, first + AT_SECOND_START);
        return candidate;
    }
    return first;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A broken frame ends by its L if that leads to a 16, else where the next one may begin. */
static size_t end_of_broken(const struct explainer *explainer, size_t at, int error)
{
    size_t end = least(next_frame(explainer, at + 1), at + DLT645_FRAME_MAX);

    if (error == ERROR_DLT645_CHECKSUM) {
        return at + DLT645_FRAME_MIN + explainer->bytes[at + AT_LENGTH];
    }
    end = least(end, next_candidate(explainer, at + AT_SECOND_START + 1));
    while (end > at + 1 && end < explainer->size && explainer->bytes[end - 1] == DLT645_PREAMBLE) {
        end--; /* of the frame that follows */
    }
    return end;
}

size_t explain_dlt645(struct explainer *explainer)
{
    struct explained *result = explainer->result;
    struct dlt645_frame frame;
    char why[80] = "";
    size_t at = choose(explainer, why, sizeof why);
    size_t offset, end, damaged, size;
    int used;

    result->protocol = WIRE_DLT645;
    if (find_damaged_start(explainer, at, &damaged, &size, &offset)) {
        say_before(explainer, damaged, "");
        explain_wrong(explainer, damaged, size, offset, "68 expected, is %02X",
                      explainer->bytes[offset]);
        result->size = damaged + size - result->begin;
        return damaged + size;
    }
    if (at == explainer->size) { /* no 68 at all */
        say_before(explainer, at, "");
        if (!result->noise) {
            explain_wrong(explainer, at, 0, at, "no start byte 68 follows");
        }
        return at;
    }
    say_before(explainer, at, why);
    used = dlt645_decode(explainer->bytes + at, explainer->size - at, &frame, &offset);
    if (used > 0) {
        result->side = frame.control & DLT645_FROM_METER ? WIRE_REPLY : WIRE_REQUEST;
        say_whole(explainer, at, &frame);
        result->size = at + (size_t)used - result->begin;
        return at + (size_t)used;
    }
    end = end_of_broken(explainer, at, used);
    used = dlt645_decode(explainer->bytes + at, end - at, &frame, &offset);
    say_broken(explainer, at, end, used, offset);
    result->size = end - result->begin;
    return end;
}

bool explain_finds_dlt645(const uint8_t *bytes, size_t size)
{
    const struct explainer explainer = {.bytes = bytes, .size = size};

    return next_frame(&explainer, 0) < size;
}

bool explain_resembles_dlt645(const uint8_t *bytes, size_t size)
{
    const struct explainer explainer = {.bytes = bytes, .size = size};
    size_t at = 0;

    while (at < size && bytes[at] == DLT645_PREAMBLE) {
        at++;
    }
    return at > 0 || (at < size && bytes[at] == START) || next_candidate(&explainer, 0) < size ||
           (size >= DLT645_FRAME_MIN && bytes[size - 1] == END &&
            (bytes[AT_SECOND_START] == START || next_start(&explainer, 0) < size));
}
