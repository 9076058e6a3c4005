/* DL/T 645: how what cannot be done is refused, long values, and when answers come. */
#include "hil/check/check_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 30, LEAST_MS = 20, MOST_MS = 500 };

static void unknown_identifier(struct check *check)
{
    static const uint32_t identifiers[] = {0x0f0e0d0c, 0x02ee0100, 0x7e7e7e7e};
    for (size_t i = 0; i < sizeof identifiers / sizeof identifiers[0] && check_goes_on(check); i++) {
        struct dlt645_frame request;
        struct dlt645_heard heard;
        dlt645_read_request(&request, &check->address, identifiers[i]);
        if (!dlt645_ask(check, &request, &heard))
            return;
        if (heard.kind == HEARD_NORMAL)
            check_fail(check, "%08X, which no meter has, was answered normally",
                       (unsigned)identifiers[i]);
        else if (!(heard.error_bits & DLT645_ERROR_NO_DATA) || heard.frame.length != 1)
            check_fail(check, "%08X was refused with ERR %02X, not with bit 1 (no such data)",
                       (unsigned)identifiers[i], heard.error_bits);
    }
}

/* The standard has an answer for what a meter cannot do, and silence is as usual; only a normal
 * answer is wrong. */
static void unknown_control(struct check *check)
{
    static const uint8_t controls[] = {0x00, 0x07, 0x1e, 0x1f};
    for (size_t i = 0; i < sizeof controls && check_goes_on(check); i++) {
        struct dlt645_frame request = {.address = check->address, .control = controls[i]};
        struct dlt645_heard heard;
        uint8_t bytes[DLT645_RAW_MAX];
        size_t size = dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
        const struct piece piece = {bytes, size, 30 * NS_PER_MS};
        if (!check_send_for_silence(check, &piece, 1))
            return;
        dlt645_judge_answer(check, (enum dlt645_function)controls[i], &heard);
        if (heard.kind == HEARD_NORMAL)
            check_fail(check, "control code %02X was answered normally", controls[i]);
        else if (heard.kind == HEARD_DAMAGED)
            check_lost(check, "control code %02X: %s", controls[i], heard.why);
        if (check_goes_on(check) && !check_answers(check) && check->error == 0)
            check_lost(check, "after control code %02X it answers no more", controls[i]);
    }
}

static void short_read(struct check *check)
{
    for (uint8_t length = 0; length < 4 && check_goes_on(check); length++) {
        struct dlt645_frame request;
        struct dlt645_heard heard;
        uint8_t bytes[DLT645_RAW_MAX];
        dlt645_read_request(&request, &check->address, check->anchor_identifier);
        request.length = length;
        size_t size = dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
        const struct piece piece = {bytes, size, 30 * NS_PER_MS};
        if (!check_send_for_silence(check, &piece, 1))
            return;
        dlt645_judge_answer(check, DLT645_READ, &heard);
        if (heard.kind == HEARD_NORMAL)
            check_fail(check, "a read with L = %u was answered as if it were whole", length);
        else if (heard.kind == HEARD_DAMAGED)
            check_lost(check, "a read with L = %u: %s", length, heard.why);
    }
    if (check_goes_on(check) && !check_answers(check) && check->error == 0)
        check_lost(check, "after short reads it answers no more");
}

/* ---- long values --------------------------------------------------------------------------------
 */

static bool ask_part(struct check *check, struct dlt645_assembly *assembly,
                     struct dlt645_heard *heard)
{
    struct dlt645_frame request;
    if (assembly->sequence == 0)
        dlt645_read_request(&request, &check->address, assembly->identifier);
    else
        dlt645_read_more_request(&request, &check->address, assembly->identifier,
                                 assembly->sequence);
    return dlt645_ask(check, &request, heard);
}

/* The parts of a value that comes in several frames; false when it does not, or the row failed. */
static bool assemble(struct check *check, uint32_t identifier, struct dlt645_assembly *assembly)
{
    struct dlt645_heard heard;
    uint16_t error_bits;
    dlt645_assembly_begin(assembly, identifier);
    for (;;) {
        uint8_t sequence = assembly->sequence;
        if (!ask_part(check, assembly, &heard) || (sequence == 0 && heard.kind == HEARD_REFUSED))
            return false;
        int result = dlt645_assembly_take(assembly, &heard.frame, &error_bits);
        if (result < 0) {
            check_fail(check, "part %u of %08X: %s", sequence, (unsigned)identifier,
                       error_text(result));
            return false;
        }
        if (result == 1)
            return sequence > 0;
    }
}

static void follow_ups(struct check *check)
{
    static const uint32_t identifiers[] = {0x1d00ffff, 0x1e00ffff, 0x038e00ff, 0x0311ffff,
                                           0x0501ffff, 0x0001ff00, 0x0000ff00};
    struct dlt645_assembly *first = malloc(sizeof *first), *again = malloc(sizeof *again);
    bool found = false;
    for (size_t i = 0; first && again && i < sizeof identifiers / sizeof identifiers[0] && !found &&
                       check_goes_on(check);
         i++) {
        found = assemble(check, identifiers[i], first);
        if (!found || !assemble(check, identifiers[i], again))
            continue;
        if (first->size != again->size || memcmp(first->value, again->value, first->size) != 0)
            check_fail(check, "%08X read twice in parts differs", (unsigned)identifiers[i]);
        check_note(check, "%08X: %zu bytes", (unsigned)identifiers[i], first->size);
    }
    if (!found)
        check_not_judged(check, "no value was found that takes more than one frame");
    free(first);
    free(again);
}

static void stray_follow_up(struct check *check)
{
    struct dlt645_frame request;
    struct dlt645_heard heard;
    uint8_t bytes[DLT645_RAW_MAX];
    dlt645_read_more_request(&request, &check->address, check->anchor_identifier, 200);
    size_t size = dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
    const struct piece piece = {bytes, size, 30 * NS_PER_MS};
    if (!check_send_for_silence(check, &piece, 1))
        return;
    dlt645_judge_answer(check, DLT645_READ_MORE, &heard);
    if (heard.kind == HEARD_NORMAL)
        check_fail(check, "part 200 of a value of one frame was answered normally");
    else if (heard.kind == HEARD_DAMAGED)
        check_lost(check, "part 200 of a value: %s", heard.why);
    else if (!check_answers(check) && check->error == 0)
        check_lost(check, "after it was asked for part 200 of a value it answers no more");
}

/* ---- times --------------------------------------------------------------------------------------
 */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool sample(struct check *check, int64_t *early, int64_t *late, int64_t *gap_early,
                   int64_t *gap_late)
{
    struct dlt645_frame request;
    struct dlt645_heard heard;
    int64_t least, most;
    dlt645_read_request(&request, &check->address, check->anchor_identifier);
    *gap_early = *gap_late = 0;
    for (int i = 0; i < SAMPLES; i++) {
        if (!dlt645_ask(check, &request, &heard))
            return false;
        answer_delay(&check->wire, &check->answer, &early[i], &late[i]);
        answer_gap(&check->wire, &check->answer, &least, &most);
        *gap_early = least > *gap_early ? least : *gap_early;
        *gap_late = most > *gap_late ? most : *gap_late;
    }
    qsort(early, SAMPLES, sizeof early[0], compare);
    qsort(late, SAMPLES, sizeof late[0], compare);
    return true;
}

static void reply_delay(struct check *check)
{
    int64_t early[SAMPLES], late[SAMPLES], gap_early, gap_late;
    char least[40], middle[40], most[40];
    if (!sample(check, early, late, &gap_early, &gap_late))
        return;
    check_span(early[0], late[0], least, sizeof least);
    check_span(early[SAMPLES / 2], late[SAMPLES / 2], middle, sizeof middle);
    check_span(early[SAMPLES - 1], late[SAMPLES - 1], most, sizeof most);
    if (late[0] < LEAST_MS * NS_PER_MS)
        check_fail(check, "an answer began %s after the request, sooner than 20 ms", least);
    else if (early[SAMPLES - 1] > MOST_MS * NS_PER_MS)
        check_fail(check, "an answer began %s after the request, later than 500 ms", most);
    else if (late[SAMPLES - 1] > MOST_MS * NS_PER_MS)
        check_inconclusive(check, "an answer began %s after the request: not to be told from 500 ms",
                           most);
    else if (early[0] < LEAST_MS * NS_PER_MS)
        check_not_judged(check, "an answer began %s after the request: not to be told from 20 ms on "
                                "this port",
                         least);
    check_note(check, "shortest %s, median %s, longest %s of %d", least, middle, most, SAMPLES);
}

static void reply_pauses(struct check *check)
{
    int64_t early[SAMPLES], late[SAMPLES], gap_early, gap_late;
    char text[40];
    if (!sample(check, early, late, &gap_early, &gap_late))
        return;
    check_span(gap_early, gap_late, text, sizeof text);
    if (gap_early > MOST_MS * NS_PER_MS)
        check_fail(check, "a pause of %s within an answer", text);
    else if (gap_late > MOST_MS * NS_PER_MS)
        check_inconclusive(check, "a pause of %s within an answer", text);
    check_note(check, "longest pause %s", text);
}

static const struct check_row rows[] = {
    {"dlt645.unknown_identifier", "an identifier that is not there is refused with ERR bit 1",
     "DL/T 645-2007, 7.1 and the table of ERR", 0, unknown_identifier},
    {"dlt645.unknown_control", "an unknown control code is not answered normally",
     "DL/T 645-2007, 5.2", 0, unknown_control},
    {"dlt645.short_read", "a read without a whole identifier is not obeyed", "DL/T 645-2007, 7.1", 0,
     short_read},
    {"dlt645.follow_ups", "a long value comes in parts that fit together", "DL/T 645-2007, 7.2", 0,
     follow_ups},
    {"dlt645.stray_follow_up", "a part that does not exist is not answered normally",
     "DL/T 645-2007, 7.2", 0, stray_follow_up},
    {"dlt645.reply_delay", "answers begin 20 to 500 ms after the request",
     "DL/T 645-2007, 5.3.3", 0, reply_delay},
    {"dlt645.reply_pauses", "an answer has no pause of 500 ms", "DL/T 645-2007, 5.3.3", 0,
     reply_pauses},
};

const struct check_rows check_dlt645_rules = {rows, sizeof rows / sizeof rows[0]};
