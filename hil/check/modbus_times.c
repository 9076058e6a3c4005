/* Modbus RTU: when answers come. */
#include "hil/check/check_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 50 };

#define SERIAL "Modbus over Serial Line V1.02, "
#define FAST_T15_NS (750 * INT64_C(1000)) /* above 19200 Bd the times are fixed, 2.5.1.1 */
#define FAST_T35_NS (1750 * INT64_C(1000))

static int64_t silence_of(const struct check *check, int tenths, int64_t fast_ns)
{
    int baud = check->wire.line.baud;
    return baud > 19200 ? fast_ns : exchanger_characters(&check->wire, tenths) / 10;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void response_time(struct check *check)
{
    int64_t early[SAMPLES], late[SAMPLES];
    struct modbus_heard heard;
    char least[40], middle[40], most[40];
    int64_t limit = check->board->link.timeout_ns;
    for (int i = 0; i < SAMPLES; i++) {
        if (!modbus_ask(check, &check->anchor, &heard))
            return;
        answer_delay(&check->wire, &check->answer, &early[i], &late[i]);
    }
    qsort(early, SAMPLES, sizeof early[0], compare);
    qsort(late, SAMPLES, sizeof late[0], compare);
    check_span(early[0], late[0], least, sizeof least);
    check_span(early[SAMPLES / 2], late[SAMPLES / 2], middle, sizeof middle);
    check_span(early[SAMPLES - 1], late[SAMPLES - 1], most, sizeof most);
    if (early[SAMPLES - 1] > limit)
        check_fail(check, "the slowest of %d answers began %s after the request, limit %lld ms", SAMPLES,
                   most, (long long)(limit / NS_PER_MS));
    else if (late[SAMPLES - 1] > limit)
        check_inconclusive(check, "the slowest of %d answers began %s after the request, limit %lld ms",
                           SAMPLES, most, (long long)(limit / NS_PER_MS));
    check_note(check, "shortest %s, median %s, longest %s, limit %lld ms", least, middle, most,
               (long long)(limit / NS_PER_MS));
}

static void not_too_soon(struct check *check)
{
    struct modbus_heard heard;
    char text[40];
    int64_t limit = silence_of(check, 35, FAST_T35_NS), early, late;
    int64_t most = 0, least = INT64_MAX;
    for (int i = 0; i < 10; i++) {
        if (!modbus_ask(check, &check->anchor, &heard))
            return;
        answer_delay(&check->wire, &check->answer, &early, &late);
        most = late > most ? late : most;
        if (late < least)
            least = late;
    }
    check_span(early, late, text, sizeof text);
    if (check->wire.unpaced)
        check_not_judged(check, "%s after the request; a pseudo-terminal has no characters to count", text);
    else if (least < limit - NS_PER_MS / 20)
        check_fail(check, "an answer began %.2f ms after the request at the latest; 3.5 characters are "
                          "%.2f ms",
                   (double)least / NS_PER_MS, (double)limit / NS_PER_MS);
    else if (early < limit)
        check_not_judged(check, "%s after the request: these stamps cannot tell it from 3.5 characters, "
                                "%.2f ms",
                         text, (double)limit / NS_PER_MS);
    check_note(check, "%s, at least %.2f ms", text, (double)limit / NS_PER_MS);
}

static bool on_pseudo_terminal(const struct check *check)
{
    return !check->board->spec.lockstep && strncmp(check->board->port, "/dev/pts/", 9) == 0;
}

static void no_pauses(struct check *check)
{
    struct modbus_heard heard;
    char text[40];
    int64_t limit = silence_of(check, 15, FAST_T15_NS);
    int64_t early = 0, late = 0, earliest = 0, latest = 0;
    for (int i = 0; i < 10; i++) {
        if (!modbus_ask(check, &check->anchor, &heard))
            return;
        answer_gap(&check->wire, &check->answer, &early, &late);
        earliest = early > earliest ? early : earliest;
        latest = late > latest ? late : latest;
    }
    check_span(earliest, latest, text, sizeof text);
    if (earliest > limit && on_pseudo_terminal(check))
        check_not_judged(check, "a pause of %s, but a pseudo-terminal has no speed of its own", text);
    else if (earliest > limit)
        check_lost(check, "a pause of %s within an answer; 1.5 characters are %.2f ms", text,
                   (double)limit / NS_PER_MS);
    else if (latest > limit)
        check_not_judged(check, "pauses of %s within an answer as this port tells them; it cannot tell "
                                "1.5 characters, %.2f ms",
                         text, (double)limit / NS_PER_MS);
    check_note(check, "longest pause %s, limit %.2f ms", text, (double)limit / NS_PER_MS);
}

static const struct check_row rows[] = {
    {"modbus.response_time", "answers come within the response time",
     "response_timeout of the bench file, 300 ms if not said", 0, response_time},
    {"modbus.not_too_soon", "an answer begins 3.5 characters after the request, not sooner",
     SERIAL "2.5.1.1", 0, not_too_soon},
    {"modbus.no_pauses", "an answer has no pause of 1.5 characters", SERIAL "2.5.1.1", 0, no_pauses},
};

const struct check_rows check_modbus_times = {rows, sizeof rows / sizeof rows[0]};
