/* Requests and answers of DL/T 645, sound ones and others. */
#include "hil/check/check_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ATTEMPTS = 3 };

static size_t preambles_of(const uint8_t *bytes, size_t size)
{
    size_t count = 0;
    while (count < size && bytes[count] == DLT645_PREAMBLE)
        count++;
    return count;
}

bool dlt645_whole(const void *user, const uint8_t *bytes, size_t size)
{
    struct dlt645_frame frame;
    (void)user;
    size_t skip = preambles_of(bytes, size);
    return skip < size && dlt645_decode(bytes + skip, size - skip, &frame, NULL) > 0;
}

size_t dlt645_raw(const struct dlt645_frame *frame, unsigned preambles,
                  uint8_t bytes[DLT645_RAW_MAX])
{
    int size = dlt645_encode(frame, preambles, bytes, DLT645_RAW_MAX);
    return size > 0 ? (size_t)size : 0;
}

size_t dlt645_good(const struct check *check, unsigned preambles, uint8_t bytes[DLT645_RAW_MAX])
{
    struct dlt645_frame request;
    dlt645_read_request(&request, &check->address, check->anchor_identifier);
    return dlt645_raw(&request, preambles, bytes);
}

/* ---- judging an answer --------------------------------------------------------------------------
 */

static void damaged(struct dlt645_heard *heard, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void damaged(struct dlt645_heard *heard, const char *format, ...)
{
    va_list arguments;
    heard->kind = HEARD_DAMAGED;
    va_start(arguments, format);
    vsnprintf(heard->why, sizeof heard->why, format, arguments);
    va_end(arguments);
}

static void judge_control(const struct check *check, enum dlt645_function function,
                          struct dlt645_heard *heard)
{
    char text[DLT645_ADDRESS_TEXT_SIZE];
    const struct dlt645_frame *frame = &heard->frame;
    if (!dlt645_address_equal(&frame->address, &check->address)) {
        dlt645_address_to_text(&frame->address, text);
        damaged(heard, "the answer carries address %s", text);
        return;
    }
    int result = dlt645_reply_check(frame, function, &heard->error_bits);
    heard->kind = result == ERROR_DLT645_REFUSED ? HEARD_REFUSED : HEARD_NORMAL;
    if (result < 0 && result != ERROR_DLT645_REFUSED)
        damaged(heard, "control byte %02X, length %d: %s", frame->control, frame->length,
                error_text(result));
}

void dlt645_judge_answer(const struct check *check, enum dlt645_function function,
                         struct dlt645_heard *heard)
{
    const uint8_t *bytes = check->answer.bytes;
    size_t size = check->answer.size, wrong = 0;
    size_t skip = preambles_of(bytes, size);
    memset(heard, 0, sizeof *heard);
    if (check->answer.overrun)
        damaged(heard, "the meter sends without end");
    if (size == 0 || heard->kind == HEARD_DAMAGED)
        return;
    int used = dlt645_decode(bytes + skip, size - skip, &heard->frame, &wrong);
    if (used < 0)
        damaged(heard, "byte %zu of the answer: %s", skip + wrong, error_text(used));
    else if (skip > DLT645_PREAMBLE_MAX)
        damaged(heard, "%zu bytes FE before the answer, %d are allowed", skip, DLT645_PREAMBLE_MAX);
    else if (skip + (size_t)used != size)
        damaged(heard, "%zu bytes behind the answer's end", size - skip - (size_t)used);
    else
        judge_control(check, function, heard);
}

/* ---- asking -------------------------------------------------------------------------------------
 */

void dlt645_ask_bytes(struct check *check, const uint8_t *bytes, size_t size,
                      enum dlt645_function function, struct dlt645_heard *heard)
{
    const struct piece piece = {bytes, size, 30 * NS_PER_MS};
    memset(heard, 0, sizeof *heard);
    if (check_send(check, &piece, 1))
        dlt645_judge_answer(check, function, heard);
}

bool dlt645_ask(struct check *check, const struct dlt645_frame *request, struct dlt645_heard *heard)
{
    uint8_t bytes[DLT645_RAW_MAX];
    char text[120];
    size_t size = dlt645_raw(request, DLT645_PREAMBLE_MAX, bytes);
    enum dlt645_function function =
        (enum dlt645_function)(request->control & DLT645_FUNCTION_MASK);
    for (int i = 0; i < ATTEMPTS && check->error == 0; i++) {
        dlt645_ask_bytes(check, bytes, size, function, heard);
        if (heard->kind == HEARD_NORMAL || heard->kind == HEARD_REFUSED)
            return true;
    }
    if (check->error < 0)
        return false;
    dlt645_describe(request, text, sizeof text);
    if (heard->kind == HEARD_NOTHING)
        check_lost(check, "no answer to \"%s\" at %d attempts%s", text, ATTEMPTS,
                   check_answers(check) ? "" : ", nor to any other request after that");
    else
        check_lost(check, "\"%s\": %s", text, heard->why);
    return false;
}

bool dlt645_read_value(struct check *check, uint32_t identifier, struct dlt645_heard *heard,
                       const uint8_t **value, size_t *size)
{
    struct dlt645_frame request;
    uint16_t error_bits;
    *size = 0;
    dlt645_read_request(&request, &check->address, identifier);
    if (!dlt645_ask(check, &request, heard))
        return false;
    if (heard->kind == HEARD_REFUSED)
        return true;
    int result = dlt645_read_reply_parse(&heard->frame, identifier, value, size, &error_bits);
    if (result == 0)
        return true;
    check_fail(check, "read of %08X: %s", (unsigned)identifier, error_text(result));
    return false;
}

/* ---- the anchor ---------------------------------------------------------------------------------
 */

bool dlt645_find_address(struct check *check)
{
    struct dlt645_frame request;
    uint8_t bytes[DLT645_RAW_MAX];
    if (!dlt645_address_has_wildcard(&check->address))
        return true;
    dlt645_address_request(&request);
    size_t size = dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
    const struct piece piece = {bytes, size, 30 * NS_PER_MS};
    if (!check_send(check, &piece, 1))
        return false;
    size_t skip = preambles_of(check->answer.bytes, check->answer.size);
    struct dlt645_frame reply;
    return check->error == 0 &&
           dlt645_decode(check->answer.bytes + skip, check->answer.size - skip, &reply, NULL) > 0 &&
           dlt645_address_reply_parse(&reply, &check->address) == 0;
}

static bool try_anchor(struct check *check, uint32_t identifier)
{
    struct dlt645_frame request;
    struct dlt645_heard heard;
    uint8_t bytes[DLT645_RAW_MAX];
    dlt645_read_request(&request, &check->address, identifier);
    size_t size = dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
    dlt645_ask_bytes(check, bytes, size, DLT645_READ, &heard);
    check->anchor_identifier = identifier;
    return heard.kind == HEARD_NORMAL;
}

/* What every meter of the standard shows. */
bool dlt645_find_anchor(struct check *check)
{
    static const uint32_t identifiers[] = {0x02010100, 0x00010000, 0x04000401, 0x04000102};
    if (!dlt645_find_address(check))
        return false;
    for (size_t i = 0; i < sizeof identifiers / sizeof identifiers[0] && check->error == 0; i++)
        if (try_anchor(check, identifiers[i]))
            return true;
    return false;
}
