/* Modbus RTU: which frames a meter answers, and which meet silence. */
#include "hil/check/check_internal.h"

#include <stdio.h>
#include <string.h>

#define SERIAL "Modbus over Serial Line V1.02, "
#define QUIET_GAP(check) exchanger_characters(&(check)->wire, 5)

enum { ENDURANCE = 100, BACK_TO_BACK = 10, GARBAGE = 1000 };

static size_t good_frame(const struct check *check, uint8_t frame[RTU_MAX])
{
    return modbus_frame_of(check, &check->anchor, frame);
}

static void silent_to(struct check *check, const uint8_t *frame, size_t size, const char *what)
{
    const struct piece piece = {frame, size, QUIET_GAP(check)};
    check_silence(check, &piece, 1, what);
}

static void answers(struct check *check)
{
    struct modbus_heard heard;
    char hex[100];
    if (modbus_ask(check, &check->anchor, &heard))
        check_note(check, "%s", check_hex(check->answer.bytes, check->answer.size, hex, sizeof hex));
}

static void endurance(struct check *check)
{
    struct endurance endurance = {.wanted = ENDURANCE};
    struct modbus_heard heard;
    while (endurance_goes_on(check, &endurance)) {
        modbus_ask_once(check, &check->anchor, &heard);
        endurance_count(&endurance, heard.kind, heard.why);
    }
    endurance_judge(check, &endurance);
}

static void other_address(struct check *check)
{
    const uint8_t others[] = {(uint8_t)(check->slave % 247 + 1), (uint8_t)(check->slave ^ 0x40), 247};
    int echoes = 0, tried = 0;
    uint8_t frame[RTU_MAX], pdu[MODBUS_PDU_MAX];
    char hex[100];
    int size = modbus_request_encode(&check->anchor, pdu, sizeof pdu);
    for (size_t i = 0; i < sizeof others && check_goes_on(check); i++) {
        if (others[i] == check->slave || others[i] == 0 || others[i] > 247)
            continue;
        const struct piece piece = {frame, modbus_frame(others[i], pdu, (size_t)size, frame),
                                    QUIET_GAP(check)};
        tried++;
        if (!check_send_for_silence(check, &piece, 1) || check->answer.size == 0)
            continue;
        if (check->answer.bytes[0] != others[i])
            check_fail(check, "asked as address %d it answered: %s", others[i],
                       check_hex(check->answer.bytes, check->answer.size, hex, sizeof hex));
        echoes++;
    }
    if (echoes == tried)
        check_fail(check, "it answers to any address");
    else if (echoes > 0)
        check_inconclusive(check, "something answers at another address: a second meter on the bus? "
                                  "leave one");
    if (check_goes_on(check) && !check_answers(check))
        check_lost(check, "after requests to other addresses it answers no more");
}

static void broadcast_read(struct check *check)
{
    uint8_t frame[RTU_MAX], pdu[MODBUS_PDU_MAX];
    int size = modbus_request_encode(&check->anchor, pdu, sizeof pdu);
    silent_to(check, frame, modbus_frame(0, pdu, (size_t)size, frame), "a broadcast");
}

static void bad_crc(struct check *check)
{
    static const struct {
        uint8_t low, high;
        const char *what;
    } wrongs[] = {
        {0x01, 0, "a frame whose CRC is wrong by one bit of its low byte"},
        {0, 0x80, "a frame whose CRC is wrong by one bit of its high byte"},
        {0xff, 0xff, "a frame whose CRC is wrong in all bits"},
    };
    uint8_t frame[RTU_MAX];
    size_t size = good_frame(check, frame);
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0] && check_goes_on(check); i++) {
        size = good_frame(check, frame);
        frame[size - 2] ^= wrongs[i].low;
        frame[size - 1] ^= wrongs[i].high;
        silent_to(check, frame, size, wrongs[i].what);
    }
    size = good_frame(check, frame);
    uint8_t low = frame[size - 2];
    frame[size - 2] = frame[size - 1];
    frame[size - 1] = low;
    if (frame[size - 2] != low)
        silent_to(check, frame, size, "a frame whose CRC has its bytes exchanged");
}

static void bad_data(struct check *check)
{
    uint8_t frame[RTU_MAX];
    for (size_t at = 2; at < 6 && check_goes_on(check); at++) {
        size_t size = good_frame(check, frame);
        frame[at] ^= 0x01;
        silent_to(check, frame, size, "a frame with one bit turned over on the way");
    }
}

static void truncated(struct check *check)
{
    uint8_t frame[RTU_MAX];
    char what[80];
    size_t size = good_frame(check, frame);
    for (size_t part = 1; part < size && check_goes_on(check); part++) {
        snprintf(what, sizeof what, "the first %zu of %zu bytes of a frame", part, size);
        silent_to(check, frame, part, what);
    }
}

static void overlong(struct check *check)
{
    uint8_t frame[RTU_MAX + 300];
    size_t size = good_frame(check, frame);
    frame[size] = 0x55;
    silent_to(check, frame, size + 1, "a frame with one byte more behind its CRC");
    memset(frame, check->slave, sizeof frame);
    silent_to(check, frame, 300, "300 bytes, more than a frame may have");
}

static void split(struct check *check, size_t at, int64_t gap_ns, struct piece pieces[2],
                  uint8_t frame[RTU_MAX])
{
    size_t size = good_frame(check, frame);
    pieces[0] = (struct piece){frame, at, QUIET_GAP(check)};
    pieces[1] = (struct piece){frame + at, size - at, gap_ns};
}

static void split_shortly(struct check *check)
{
    uint8_t frame[RTU_MAX];
    struct piece pieces[2];
    struct modbus_heard heard = {0};
    int64_t gap = exchanger_characters(&check->wire, 1);
    bool exact = check->wire.pace->resolution_ns == 0;
    for (size_t at = 1; at < 8 && check_goes_on(check); at += 3) {
        for (int i = 0; i < 3 && heard.kind != HEARD_NORMAL; i++) {
            split(check, at, exact ? gap : 0, pieces, frame);
            if (!check_send(check, pieces, 2))
                return;
            modbus_judge_answer(check, &check->anchor, (uint8_t)check->anchor.function, &heard);
            if (heard.kind == HEARD_REFUSED)
                heard.kind = HEARD_NORMAL;
        }
        if (heard.kind == HEARD_NORMAL)
            heard.kind = HEARD_NOTHING;
        else if (exact)
            check_lost(check, "a frame with a pause of one character behind byte %zu met silence", at);
        else
            check_not_judged(check, "a frame in two writes met silence, but this port cannot promise "
                                    "a pause under 1.5 characters");
    }
}

static void split_long(struct check *check)
{
    uint8_t frame[RTU_MAX];
    struct piece pieces[2];
    /* more than 3.5 characters whatever adapter and host add */
    int64_t gap = exchanger_characters(&check->wire, 7) + 2 * check->wire.pace->resolution_ns +
                  check->wire.uncertainty_ns;
    char what[80];
    for (size_t at = 1; at < 8 && check_goes_on(check); at += 3) {
        split(check, at, gap, pieces, frame);
        snprintf(what, sizeof what, "a frame with %.1f ms of silence behind byte %zu",
                 (double)gap / NS_PER_MS, at);
        check_silence(check, pieces, 2, what);
    }
}

static void noise_then_silence(struct check *check)
{
    static const uint8_t noise[] = {0x00, 0xff, 0x55};
    uint8_t frame[RTU_MAX];
    struct modbus_heard heard = {0};
    size_t size = good_frame(check, frame);
    int64_t gap = exchanger_characters(&check->wire, 7) + 2 * check->wire.pace->resolution_ns +
                  check->wire.uncertainty_ns;
    for (size_t count = 1; count <= sizeof noise && check_goes_on(check); count++) {
        const struct piece pieces[] = {{noise, count, QUIET_GAP(check)}, {frame, size, gap}};
        if (!check_send(check, pieces, 2))
            return;
        modbus_judge_answer(check, &check->anchor, (uint8_t)check->anchor.function, &heard);
        if (heard.kind == HEARD_NOTHING)
            check_lost(check, "a good frame met silence, %.1f ms after %zu bytes of noise",
                       (double)gap / NS_PER_MS, count);
        else if (heard.kind == HEARD_DAMAGED)
            check_lost(check, "after %zu bytes of noise: %s", count, heard.why);
    }
}

/* Noise that touches the frame belongs to it: its CRC is wrong. */
static void noise_adjacent(struct check *check)
{
    uint8_t bytes[RTU_MAX + 1] = {0x00};
    size_t size = good_frame(check, bytes + 1);
    silent_to(check, bytes, size + 1, "a frame with a byte of noise right before it");
}

static void back_to_back(struct check *check)
{
    uint8_t frame[RTU_MAX];
    struct modbus_heard heard;
    size_t size = good_frame(check, frame);
    int64_t gap = exchanger_characters(&check->wire, 4);
    for (int i = 0; i < BACK_TO_BACK && check_goes_on(check); i++) {
        const struct piece piece = {frame, size, gap};
        if (!check_send(check, &piece, 1))
            return;
        modbus_judge_answer(check, &check->anchor, frame[1], &heard);
        if (heard.kind == HEARD_NOTHING)
            check_lost(check, "request %d, 4 characters after the last answer, met silence", i + 1);
        else if (heard.kind == HEARD_DAMAGED)
            check_lost(check, "request %d: %s", i + 1, heard.why);
    }
}

static void garbage(struct check *check)
{
    uint8_t bytes[GARBAGE];
    for (int round = 0; round < 3 && check_goes_on(check); round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)random_below(&check->random, 256);
        const struct piece piece = {bytes, sizeof bytes, QUIET_GAP(check)};
        if (!check_send(check, &piece, 1))
            return;
        check_pass(check, QUIET_GAP(check));
        if (!check_answers(check) && check->error == 0)
            check_lost(check, "after %d random bytes it answers no more", GARBAGE);
    }
}

static const struct check_row rows[] = {
    {"modbus.answers", "a read of its address is answered soundly",
     SERIAL "2.5.1: address, function, data, CRC", CHECK_ALONE, answers},
    {"modbus.unasked", "it sends nothing unasked", SERIAL "2.1: a slave sends only when asked",
     0, check_unasked},
    {"modbus.endurance", "a hundred reads are all answered", "sound behaviour", CHECK_ALONE,
     endurance},
    {"modbus.other_address", "requests to other addresses meet silence", SERIAL "2.2", 0,
     other_address},
    {"modbus.broadcast_read", "a broadcast read meets silence",
     SERIAL "2.1: no response is returned to broadcast requests", 0, broadcast_read},
    {"modbus.bad_crc", "a frame with a wrong CRC meets silence", SERIAL "2.5.1.2", 0, bad_crc},
    {"modbus.bad_data", "a frame damaged on the way meets silence", SERIAL "2.5.1.2", 0, bad_data},
    {"modbus.truncated", "a frame cut short meets silence, and the next is answered",
     SERIAL "2.5.1.1", 0, truncated},
    {"modbus.overlong", "a frame that is too long meets silence, and the next is answered",
     SERIAL "2.5.1.1: 256 bytes at most", 0, overlong},
    {"modbus.split_shortly", "a frame with pauses under 1.5 characters is answered",
     SERIAL "2.5.1.1", 0, split_shortly},
    {"modbus.split_long", "a silence of more than 3.5 characters ends a frame", SERIAL "2.5.1.1", 0,
     split_long},
    {"modbus.noise_then_silence", "a frame after noise and silence is answered", SERIAL "2.5.1.1", 0,
     noise_then_silence},
    {"modbus.noise_adjacent", "noise that touches a frame spoils it, and no other",
     SERIAL "2.5.1.1", 0, noise_adjacent},
    {"modbus.back_to_back", "a request 3.5 characters after an answer is answered",
     SERIAL "2.5.1.1", 0, back_to_back},
    {"modbus.garbage", "after 1000 random bytes it answers within a second", "sound behaviour", 0,
     garbage},
};

const struct check_rows check_modbus_frames = {rows, sizeof rows / sizeof rows[0]};
