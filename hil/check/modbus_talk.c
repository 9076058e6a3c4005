/* Requests and answers of Modbus RTU, sound ones and others. */
#include "hil/check/check_internal.h"

#include <stdio.h>
#include <string.h>

enum { ATTEMPTS = 3, EXCEPTION_SIZE = 5 };

size_t modbus_frame(uint8_t slave, const uint8_t *pdu, size_t size, uint8_t frame[RTU_MAX])
{
    int written = modbus_rtu_encode(slave, pdu, size, frame, RTU_MAX);
    return written > 0 ? (size_t)written : 0;
}

size_t modbus_frame_of(const struct check *check, const struct modbus_request *request,
                       uint8_t frame[RTU_MAX])
{
    uint8_t pdu[MODBUS_PDU_MAX];
    int size = modbus_request_encode(request, pdu, sizeof pdu);
    return size > 0 ? modbus_frame(check->slave, pdu, (size_t)size, frame) : 0;
}

/* The CRC over a frame and its own CRC is 0; no sound frame has a shorter sound one in front but by
 * one chance in 65536. */
bool modbus_whole(const void *user, const uint8_t *bytes, size_t size)
{
    (void)user;
    return size >= EXCEPTION_SIZE && modbus_crc16(bytes, size) == 0;
}

static void damaged(struct modbus_heard *heard, const char *what)
{
    heard->kind = HEARD_DAMAGED;
    snprintf(heard->why, sizeof heard->why, "%s", what);
}

static void judge_frame(const struct check *check, const struct modbus_request *request,
                        uint8_t function, struct modbus_heard *heard)
{
    const uint8_t *bytes = check->answer.bytes;
    size_t size = check->answer.size;
    if (size < EXCEPTION_SIZE)
        damaged(heard, "the answer is too short for a frame");
    else if (modbus_crc16(bytes, size) != 0)
        damaged(heard, "the answer's CRC is wrong");
    else if (bytes[0] != check->slave)
        damaged(heard, "the answer carries another address");
    else if ((bytes[1] & ~MODBUS_EXCEPTION_BIT) != function)
        damaged(heard, "the answer is to another function");
    else if ((bytes[1] & MODBUS_EXCEPTION_BIT) && size != EXCEPTION_SIZE)
        damaged(heard, "an exception has 5 bytes");
    else if (bytes[1] & MODBUS_EXCEPTION_BIT) {
        heard->kind = HEARD_REFUSED;
        heard->exception = bytes[2];
    } else if (request) {
        int result = modbus_rtu_response_parse(check->slave, request, bytes, size, &heard->response);
        heard->kind = HEARD_NORMAL;
        if (result < 0)
            damaged(heard, error_text(result));
    } else {
        heard->kind = HEARD_NORMAL;
    }
}

void modbus_judge_answer(const struct check *check, const struct modbus_request *request,
                         uint8_t function, struct modbus_heard *heard)
{
    memset(heard, 0, sizeof *heard);
    if (check->answer.overrun)
        damaged(heard, "the meter sends without end");
    else if (check->answer.size > 0)
        judge_frame(check, request, function, heard);
}

static void ask_frame(struct check *check, const uint8_t *frame, size_t size,
                      const struct modbus_request *request, struct modbus_heard *heard)
{
    const struct piece piece = {frame, size, exchanger_characters(&check->wire, 5)};
    memset(heard, 0, sizeof *heard);
    if (check_send(check, &piece, 1))
        modbus_judge_answer(check, request, frame[1], heard);
}

void modbus_ask_once(struct check *check, const struct modbus_request *request,
                     struct modbus_heard *heard)
{
    uint8_t frame[RTU_MAX];
    size_t size = modbus_frame_of(check, request, frame);
    ask_frame(check, frame, size, request, heard);
}

static bool ask(struct check *check, const uint8_t *frame, size_t size,
                const struct modbus_request *request, struct modbus_heard *heard)
{
    char hex[100], answer[100];
    for (int i = 0; i < ATTEMPTS && check->error == 0; i++) {
        ask_frame(check, frame, size, request, heard);
        if (heard->kind == HEARD_NORMAL || heard->kind == HEARD_REFUSED)
            return true;
    }
    if (check->error < 0)
        return false;
    check_hex(frame, size, hex, sizeof hex);
    if (heard->kind == HEARD_NOTHING)
        check_lost(check, "no answer to %s at %d attempts%s", hex, ATTEMPTS,
                   check_answers(check) ? "" : ", nor to any other request after that");
    else
        check_lost(check, "%s: to %s it said %s", heard->why, hex,
                   check_hex(check->answer.bytes, check->answer.size, answer, sizeof answer));
    return false;
}

bool modbus_ask(struct check *check, const struct modbus_request *request,
                struct modbus_heard *heard)
{
    uint8_t frame[RTU_MAX];
    size_t size = modbus_frame_of(check, request, frame);
    return ask(check, frame, size, request, heard);
}

bool modbus_ask_pdu(struct check *check, const uint8_t *pdu, size_t size,
                    struct modbus_heard *heard)
{
    uint8_t frame[RTU_MAX];
    size_t framed = modbus_frame(check->slave, pdu, size, frame);
    return ask(check, frame, framed, NULL, heard);
}

/* ---- the anchor ---------------------------------------------------------------------------------
 */

static bool try_anchor(struct check *check, const struct modbus_request *request, bool refusal_counts)
{
    struct modbus_heard heard;
    modbus_ask_once(check, request, &heard);
    bool good = heard.kind == HEARD_NORMAL || (refusal_counts && heard.kind == HEARD_REFUSED);
    if (good)
        check->anchor = *request;
    return good;
}

/* Where meters have something: the profile's registers, else what many makes have. A refusal is an
 * answer too, when nothing better is found. */
bool modbus_find_anchor(struct check *check)
{
    static const uint16_t places[] = {0, 1, 0x000C, 0x0048, 0x2000, 3000};
    for (int i = 0; check->profile && i < PROFILE_REGISTER_COUNT && check->error == 0; i++) {
        struct modbus_request request;
        const struct profile_entry *entry = &check->profile->registers[i];
        bool reads = entry->kind == PROFILE_HOLDING || entry->kind == PROFILE_INPUT;
        if (!entry->present || !reads || i == PROFILE_CONTROL)
            continue;
        profile_read_request(check->profile, (enum profile_register)i, &request);
        return try_anchor(check, &request, false);
    }
    for (int refusals = 0; refusals < 2; refusals++)
        for (size_t i = 0; i < sizeof places / sizeof places[0] && check->error == 0; i++)
            for (int input = 1; input >= 0; input--) {
                const struct modbus_request request = {
                    .function = input ? MODBUS_READ_INPUT : MODBUS_READ_HOLDING,
                    .address = places[i],
                    .count = 2};
                if (try_anchor(check, &request, refusals == 1))
                    return true;
            }
    return false;
}
