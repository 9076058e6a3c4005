/* DL/T 645: which frames a meter answers, and which meet silence. */
#include "hil/check/check_internal.h"

#include <stdio.h>
#include <string.h>

#define LINK "DL/T 645-2007, 5.2"
#define TIMES "DL/T 645-2007, 5.3.3: 500 ms between bytes at most"
#define SOUND "sound behaviour"

enum { ENDURANCE = 60, BACK_TO_BACK = 10, GARBAGE = 1000 };

static void silent_to(struct check *check, const uint8_t *bytes, size_t size, const char *what)
{
    const struct piece piece = {bytes, size, 30 * NS_PER_MS};
    check_silence(check, &piece, 1, what);
}

/* A change to one byte, and the checksum made right again, or not. */
static size_t changed(const struct check *check, size_t at, uint8_t value, bool right_sum,
                      uint8_t bytes[DLT645_RAW_MAX])
{
    size_t size = dlt645_good(check, 0, bytes);
    uint8_t sum = 0;
    bytes[at] = value;
    for (size_t i = 0; right_sum && i < size - 2; i++)
        sum = (uint8_t)(sum + bytes[i]);
    if (right_sum)
        bytes[size - 2] = sum;
    return size;
}

static void must_answer(struct check *check, const uint8_t *bytes, size_t size, const char *what)
{
    struct dlt645_heard heard;
    if (!check_goes_on(check))
        return;
    dlt645_ask_bytes(check, bytes, size, DLT645_READ, &heard);
    if (check->error == 0 && heard.kind == HEARD_NOTHING)
        check_lost(check, "%s met silence", what);
    else if (heard.kind == HEARD_DAMAGED)
        check_lost(check, "%s: %s", what, heard.why);
}

static void answers(struct check *check)
{
    struct dlt645_frame request;
    struct dlt645_heard heard;
    char text[160];
    dlt645_read_request(&request, &check->address, check->anchor_identifier);
    if (!dlt645_ask(check, &request, &heard))
        return;
    dlt645_describe(&heard.frame, text, sizeof text);
    check_note(check, "%s", text);
}

static void endurance(struct check *check)
{
    struct endurance endurance = {.wanted = ENDURANCE};
    struct dlt645_heard heard;
    uint8_t bytes[DLT645_RAW_MAX];
    size_t size = dlt645_good(check, DLT645_PREAMBLE_MAX, bytes);
    while (endurance_goes_on(check, &endurance)) {
        dlt645_ask_bytes(check, bytes, size, DLT645_READ, &heard);
        endurance_count(&endurance, heard.kind, heard.why);
    }
    endurance_judge(check, &endurance);
}

/* ---- addresses ----------------------------------------------------------------------------------
 */

static size_t addressed(const struct check *check, const struct dlt645_address *address,
                        uint8_t bytes[DLT645_RAW_MAX])
{
    struct dlt645_frame request;
    dlt645_read_request(&request, address, check->anchor_identifier);
    return dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
}

/* Is the answer another meter's, under the very address that was asked? */
static bool is_another_meter(const struct check *check, const struct dlt645_address *asked)
{
    struct dlt645_frame frame;
    size_t skip = 0;
    while (skip < check->answer.size && check->answer.bytes[skip] == DLT645_PREAMBLE)
        skip++;
    return dlt645_decode(check->answer.bytes + skip, check->answer.size - skip, &frame, NULL) > 0 &&
           dlt645_address_equal(&frame.address, asked);
}

static void other_address(struct check *check)
{
    int echoes = 0;
    for (int at = 0; at < DLT645_ADDRESS_SIZE && check_goes_on(check); at++) {
        struct dlt645_address other = check->address;
        uint8_t bytes[DLT645_RAW_MAX];
        char hex[100], text[DLT645_ADDRESS_TEXT_SIZE];
        other.bytes[at] = other.bytes[at] == 0x37 ? 0x38 : 0x37;
        const struct piece piece = {bytes, addressed(check, &other, bytes), 30 * NS_PER_MS};
        if (!check_send_for_silence(check, &piece, 1) || check->answer.size == 0)
            continue;
        dlt645_address_to_text(&other, text);
        if (!is_another_meter(check, &other))
            check_fail(check, "asked as %s it answered: %s", text,
                       check_hex(check->answer.bytes, check->answer.size, hex, sizeof hex));
        echoes++;
    }
    if (echoes == DLT645_ADDRESS_SIZE)
        check_fail(check, "it answers to any address");
    else if (echoes > 0)
        check_inconclusive(check, "something answers at another address: a second meter on the bus? "
                                  "leave one");
    if (check_goes_on(check) && !check_answers(check) && check->error == 0)
        check_lost(check, "after requests to other addresses it answers no more");
}

static void broadcast_read(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    size_t size = addressed(check, &dlt645_broadcast, bytes);
    silent_to(check, bytes, size, "a read to the broadcast address");
}

static void wildcard(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    size_t size = addressed(check, &dlt645_wildcard, bytes);
    must_answer(check, bytes, size, "a read to address AAAAAAAAAAAA");
}

static void read_address(struct check *check)
{
    struct dlt645_frame request;
    struct dlt645_heard heard;
    struct dlt645_address own;
    uint8_t bytes[DLT645_RAW_MAX];
    dlt645_address_request(&request);
    size_t size = dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
    dlt645_ask_bytes(check, bytes, size, DLT645_READ_ADDRESS, &heard);
    if (check->error < 0)
        return;
    if (heard.kind == HEARD_NOTHING)
        check_lost(check, "13H to the wildcard address met silence");
    else if (heard.kind != HEARD_NORMAL)
        check_lost(check, "13H: %s", heard.kind == HEARD_DAMAGED ? heard.why : "refused");
    else if (dlt645_address_reply_parse(&heard.frame, &own) < 0)
        check_fail(check, "the answer to 13H carries no address of six bytes in BCD");
    else if (!dlt645_address_equal(&own, &check->address))
        check_fail(check, "the address in the answer's data is not the one it answers with");
}

static void abbreviated(struct check *check)
{
    char what[100], text[DLT645_ADDRESS_TEXT_SIZE];
    for (int kept = 1; kept < DLT645_ADDRESS_SIZE && check_goes_on(check); kept += 2) {
        struct dlt645_address asked = check->address;
        uint8_t bytes[DLT645_RAW_MAX];
        for (int i = kept; i < DLT645_ADDRESS_SIZE; i++)
            asked.bytes[i] = 0xaa;
        size_t size = addressed(check, &asked, bytes);
        dlt645_address_to_text(&asked, text);
        snprintf(what, sizeof what, "a read to address %s", text);
        must_answer(check, bytes, size, what);
    }
}

static void wildcard_below(struct check *check)
{
    char what[100], text[DLT645_ADDRESS_TEXT_SIZE];
    for (int at = 0; at < DLT645_ADDRESS_SIZE - 1 && check_goes_on(check); at += 2) {
        struct dlt645_address asked = check->address;
        uint8_t bytes[DLT645_RAW_MAX];
        asked.bytes[at] = 0xaa;
        size_t size = addressed(check, &asked, bytes);
        dlt645_address_to_text(&asked, text);
        snprintf(what, sizeof what, "a read to address %s", text);
        silent_to(check, bytes, size, what);
    }
}

/* ---- sound frames in noise ----------------------------------------------------------------------
 */

static void preambles(struct check *check)
{
    char what[60];
    for (unsigned count = 0; count <= DLT645_PREAMBLE_MAX; count++) {
        uint8_t bytes[DLT645_RAW_MAX];
        size_t size = dlt645_good(check, count, bytes);
        snprintf(what, sizeof what, "a frame behind %u bytes FE", count);
        must_answer(check, bytes, size, what);
    }
}

static void noise_before(struct check *check)
{
    static const uint8_t noise[] = {0x00, 0x55, 0xff, 0x16};
    uint8_t bytes[sizeof noise + DLT645_RAW_MAX];
    memcpy(bytes, noise, sizeof noise);
    size_t size = dlt645_good(check, 2, bytes + sizeof noise);
    must_answer(check, bytes, size + sizeof noise, "a frame right behind four bytes of noise");
}

static void doubled_start(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX + 1] = {0x68};
    size_t size = dlt645_good(check, 0, bytes + 1);
    must_answer(check, bytes, size + 1, "a frame behind a 68 that was not its own");
}

static void marks_inside(struct check *check)
{
    static const uint32_t identifiers[] = {0x35353535, 0xe3e3e3e3, 0x35e335e3};
    for (size_t i = 0; i < sizeof identifiers / sizeof identifiers[0] && check_goes_on(check); i++) {
        struct dlt645_frame request;
        struct dlt645_heard heard;
        dlt645_read_request(&request, &check->address, identifiers[i]);
        dlt645_ask(check, &request, &heard);
    }
}

static void split_shortly(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    struct dlt645_heard heard;
    size_t size = dlt645_good(check, 0, bytes);
    for (size_t at = 1; at < size && check_goes_on(check); at += 5) {
        const struct piece pieces[] = {{bytes, at, 30 * NS_PER_MS},
                                       {bytes + at, size - at, 400 * NS_PER_MS}};
        if (!check_send(check, pieces, 2))
            return;
        dlt645_judge_answer(check, DLT645_READ, &heard);
        if (heard.kind == HEARD_NORMAL)
            continue;
        if (check->answer.late_ns + check->wire.uncertainty_ns > 50 * NS_PER_MS)
            check_inconclusive(check, "silence, but the bench was late by %lld ms",
                               (long long)(check->answer.late_ns / NS_PER_MS));
        else
            check_lost(check, "a frame with a pause of 400 ms behind byte %zu met %s", at,
                       heard.kind == HEARD_NOTHING ? "silence" : "no sound answer");
    }
}

/* ---- frames that must meet silence --------------------------------------------------------------
 */

static void split_long(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    char what[80];
    size_t size = dlt645_good(check, 0, bytes);
    for (size_t at = 1; at < size && check_goes_on(check); at += 5) {
        const struct piece pieces[] = {{bytes, at, 30 * NS_PER_MS},
                                       {bytes + at, size - at, 800 * NS_PER_MS}};
        snprintf(what, sizeof what, "a frame with a pause of 800 ms behind byte %zu", at);
        check_silence(check, pieces, 2, what);
    }
}

static void bad_checksum(struct check *check)
{
    static const uint8_t wrongs[] = {0x01, 0x80, 0xff};
    uint8_t bytes[DLT645_RAW_MAX];
    for (size_t i = 0; i < sizeof wrongs && check_goes_on(check); i++) {
        size_t size = dlt645_good(check, DLT645_PREAMBLE_MAX, bytes);
        bytes[size - 2] ^= wrongs[i];
        silent_to(check, bytes, size, "a frame whose checksum is wrong");
    }
}

static void bad_data(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    char what[80];
    size_t size = dlt645_good(check, 0, bytes);
    for (size_t at = 10; at < size - 2 && check_goes_on(check); at++) {
        changed(check, at, bytes[at] ^ 0x04, false, bytes);
        snprintf(what, sizeof what, "a frame with one bit of byte %zu turned over", at);
        silent_to(check, bytes, size, what);
        dlt645_good(check, 0, bytes);
    }
}

static void bad_marks(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    size_t size = changed(check, 7, 0x69, true, bytes);
    silent_to(check, bytes, size, "a frame whose second start byte is 69");
    size = changed(check, 0, 0x67, true, bytes);
    silent_to(check, bytes, size, "a frame whose first start byte is 67");
    size = dlt645_good(check, 0, bytes);
    bytes[size - 1] = 0x17;
    silent_to(check, bytes, size, "a frame whose end byte is 17");
}

static void truncated(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    char what[80];
    size_t size = dlt645_good(check, 0, bytes);
    for (size_t part = 1; part < size && check_goes_on(check); part += 2) {
        snprintf(what, sizeof what, "the first %zu of %zu bytes of a frame", part, size);
        silent_to(check, bytes, part, what);
    }
    silent_to(check, bytes, size - 1, "a frame without its end byte");
}

/* L that does not fit the bytes behind it: too large, too small. */
static void wrong_length(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    size_t size = changed(check, 9, 5, true, bytes);
    silent_to(check, bytes, size, "a frame with one data byte less than L says");
    size = changed(check, 9, 3, true, bytes);
    silent_to(check, bytes, size, "a frame with one data byte more than L says");
    size = changed(check, 9, 255, true, bytes);
    silent_to(check, bytes, size, "a frame with L = 255");
}

static void overlong(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX], sum = 0;
    struct dlt645_heard heard;
    dlt645_good(check, 0, bytes);
    bytes[9] = 255;
    memset(bytes + 14, 0x33, 251);
    for (size_t i = 0; i < 10 + 255; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[265] = sum;
    bytes[266] = 0x16;
    dlt645_ask_bytes(check, bytes, 267, DLT645_READ, &heard);
    if (heard.kind == HEARD_NORMAL)
        check_fail(check, "a read with L = 255 was answered as if it were one of L = 4");
    if (check_goes_on(check) && !check_answers(check) && check->error == 0)
        check_lost(check, "after a frame of 267 bytes it answers no more");
}

/* Another meter's reply, as every meter on the bus hears it. */
static void reply_of_another(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    size_t size = changed(check, 8, DLT645_READ | DLT645_FROM_METER, true, bytes);
    silent_to(check, bytes, size, "a frame that comes from a meter (control byte 91)");
    size = changed(check, 8, DLT645_READ | DLT645_FROM_METER | DLT645_ABNORMAL, true, bytes);
    silent_to(check, bytes, size, "a frame that comes from a meter (control byte D1)");
}

static void back_to_back(struct check *check)
{
    uint8_t bytes[DLT645_RAW_MAX];
    char what[60];
    size_t size = dlt645_good(check, DLT645_PREAMBLE_MAX, bytes);
    for (int i = 0; i < BACK_TO_BACK && check_goes_on(check); i++) {
        snprintf(what, sizeof what, "request %d, 30 ms after the last answer,", i + 1);
        must_answer(check, bytes, size, what);
    }
}

static void garbage(struct check *check)
{
    uint8_t bytes[GARBAGE];
    for (int round = 0; round < 2 && check_goes_on(check); round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)random_below(&check->random, 256);
        const struct piece piece = {bytes, sizeof bytes, 30 * NS_PER_MS};
        if (!check_send_for_silence(check, &piece, 1))
            return;
        if (!check_answers(check) && check->error == 0)
            check_lost(check, "after %d random bytes it answers no more", GARBAGE);
    }
}

static const struct check_row rows[] = {
    {"dlt645.answers", "a read of its address is answered soundly", LINK, CHECK_ALONE, answers},
    {"dlt645.unasked", "it sends nothing unasked", "DL/T 645-2007, 5.3: the master asks", 0, check_unasked},
    {"dlt645.endurance", "sixty reads are all answered", SOUND, CHECK_ALONE, endurance},
    {"dlt645.other_address", "requests to other addresses meet silence", LINK, 0, other_address},
    {"dlt645.broadcast_read", "a read to the broadcast address meets silence",
     LINK ": broadcast is not answered", 0, broadcast_read},
    {"dlt645.wildcard", "the wildcard address is answered with the true one", LINK, 0, wildcard},
    {"dlt645.read_address", "the address is told to whoever asks (13H)", "DL/T 645-2007, 7.4", 0,
     read_address},
    {"dlt645.abbreviated", "an address whose high bytes are AA is answered with the true one",
     LINK ": abbreviated addressing", 0, abbreviated},
    {"dlt645.wildcard_below", "AA below a byte that is not AA matches no meter",
     LINK ": the remaining high bytes", 0, wildcard_below},
    {"dlt645.preambles", "none to four bytes FE before a request are taken",
     "DL/T 645-2007, 5.3.1", 0, preambles},
    {"dlt645.noise_before", "noise before a frame costs nothing", SOUND, 0, noise_before},
    {"dlt645.doubled_start", "a stray 68 before a frame costs nothing", SOUND, 0, doubled_start},
    {"dlt645.marks_inside", "68 and 16 within the data are data", LINK, 0, marks_inside},
    {"dlt645.split_shortly", "pauses of 400 ms within a request are allowed", TIMES, 0, split_shortly},
    {"dlt645.split_long", "a pause of more than 500 ms ends a frame", TIMES, 0, split_long},
    {"dlt645.bad_checksum", "a frame with a wrong checksum meets silence", LINK, 0, bad_checksum},
    {"dlt645.bad_data", "a frame damaged on the way meets silence", LINK, 0, bad_data},
    {"dlt645.bad_marks", "a frame with a wrong start or end byte meets silence", LINK, 0, bad_marks},
    {"dlt645.truncated", "a frame cut short meets silence, and the next is answered", LINK, 0,
     truncated},
    {"dlt645.wrong_length", "a frame whose L is wrong meets silence", LINK, 0, wrong_length},
    {"dlt645.overlong", "a read that is too long is not obeyed", LINK ": L of a request", 0, overlong},
    {"dlt645.reply_of_another", "what other meters send meets silence", LINK ": D7 of the control byte",
     0, reply_of_another},
    {"dlt645.back_to_back", "a request 30 ms after an answer is answered", SOUND, 0, back_to_back},
    {"dlt645.garbage", "after 1000 random bytes and a pause it answers", SOUND, 0, garbage},
};

const struct check_rows check_dlt645_frames = {rows, sizeof rows / sizeof rows[0]};
