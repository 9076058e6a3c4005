#include "hil/line/capture.h"

#include "sim/error.h"
#include "sim/wire/dlt645.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Between two bytes of a DL/T 645 frame, clause 5.3.3. */
#define DLT645_SILENCE_NS INT64_C(500000000)
/* The reply that repeats a Modbus write comes within this. */
#define ECHO_NS INT64_C(1000000000)

void capture_begin(struct capture *capture, enum wire_protocol protocol, capture_sink *sink,
                   void *user)
{
    memset(capture, 0, sizeof *capture);
    capture->protocol = protocol;
    capture->gap_ns = CAPTURE_GAP_NS;
    capture->sink = sink;
    capture->user = user;
}

/* ---- frames of a burst ------------------------------------------------------------------------
 */

/* The second of two equal messages is the reply that repeats a write. */
static bool repeats_last(const struct capture *capture, const struct captured *captured)
{
    const struct wire_packet *last = &capture->last.packet, *now = &captured->packet;
    return capture->has_last && last->side == WIRE_REQUEST && last->size == now->size &&
           now->time_ns - last->time_ns < ECHO_NS &&
           memcmp(last->bytes, now->bytes, now->size) == 0;
}

static void settle_side(const struct capture *capture, struct captured *captured,
                        enum wire_side side)
{
    enum wire_side told = captured->explained.side;
    if (side == WIRE_EITHER && !captured->explained.wrong)
        side = told;
    if (side == WIRE_EITHER && told == WIRE_EITHER && !captured->explained.wrong)
        side = repeats_last(capture, captured) ? WIRE_REPLY : WIRE_REQUEST;
    captured->packet.side = side;
}

/* Hands out the first frame of the bytes, which went out at `time`. Returns its bytes. */
static size_t hand_out(struct capture *capture, const struct wire_packet *burst, size_t at,
                       int64_t time_ns)
{
    struct captured captured = {.packet = {.time_ns = time_ns}};
    enum wire_protocol protocol =
        burst->protocol == WIRE_UNKNOWN ? capture->protocol : burst->protocol;
    size_t used = explain_next(protocol, burst->side, burst->bytes + at, burst->size - at, NULL,
                               NULL, &captured.explained);
    captured.packet.protocol = captured.explained.protocol;
    captured.packet.size = used;
    memcpy(captured.packet.bytes, burst->bytes + at, used);
    settle_side(capture, &captured, burst->side);
    if (!captured.explained.wrong && capture->protocol == WIRE_UNKNOWN)
        capture->protocol = captured.explained.protocol;
    capture->sink(capture->user, &captured);
    capture->last = captured;
    capture->has_last = true;
    return used;
}

void capture_flush(struct capture *capture)
{
    struct wire_packet *burst = &capture->burst;
    for (size_t at = 0; at < burst->size;)
        at += hand_out(capture, burst, at, capture->stamps[at] + capture->epoch_ns);
    burst->size = 0;
}

void capture_packet(struct capture *capture, const struct wire_packet *packet)
{
    for (size_t at = 0; at < packet->size;)
        at += hand_out(capture, packet, at, packet->time_ns);
}

/* ---- bursts -----------------------------------------------------------------------------------
 */

/* Does the burst end inside a DL/T 645 frame? Its bytes may come slowly. */
static bool is_unfinished(const struct capture *capture)
{
    const struct wire_packet *burst = &capture->burst;
    for (size_t at = 0; at < burst->size;) {
        struct explained explained;
        size_t left = burst->size - at;
        at += explain_next(capture->protocol, burst->side, burst->bytes + at, left, NULL, NULL,
                           &explained);
        if (at == burst->size)
            return explained.protocol == WIRE_DLT645 && explained.wrong &&
                   explained.wrong_offset == left;
    }
    return false;
}

static bool is_whole(const struct capture *capture)
{
    const struct wire_packet *burst = &capture->burst;
    struct dlt645_frame frame;
    return capture->protocol == WIRE_DLT645 &&
           dlt645_decode(burst->bytes, burst->size, &frame, NULL) == (int)burst->size;
}

static void end_after_silence(struct capture *capture, int64_t now)
{
    size_t size = capture->burst.size;
    int64_t silence = size > 0 ? now - capture->stamps[size - 1] : 0;
    if (silence > DLT645_SILENCE_NS || (silence > capture->gap_ns && !is_unfinished(capture)))
        capture_flush(capture);
}

void capture_byte(struct capture *capture, int64_t stamp, enum wire_side side, uint8_t byte)
{
    struct wire_packet *burst = &capture->burst;
    if (burst->size == PCAPNG_PACKET_MAX || (burst->size > 0 && burst->side != side))
        capture_flush(capture);
    end_after_silence(capture, stamp);
    burst->side = side;
    capture->stamps[burst->size] = stamp;
    burst->bytes[burst->size++] = byte;
    if (is_whole(capture))
        capture_flush(capture);
}

void capture_service(struct capture *capture, int64_t now)
{
    end_after_silence(capture, now);
}

/* ---- text -------------------------------------------------------------------------------------
 */

/* Seconds with up to nine decimals. */
static bool read_stamp(const char **at, int64_t *time_ns)
{
    int64_t seconds = 0, fraction = 0, scale = 100000000;
    const char *begin = *at;
    for (; isdigit((unsigned char)**at); ++*at) {
        if (seconds > INT64_MAX / 20000000000)
            return false;
        seconds = seconds * 10 + (**at - '0');
    }
    bool any = *at > begin;
    if (**at == '.')
        for (++*at; isdigit((unsigned char)**at); ++*at, scale /= 10, any = true)
            fraction += scale * (**at - '0');
    *time_ns = seconds * 1000000000 + fraction;
    return any;
}

static void skip_blanks(const char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

static int digit(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10
                                        : -1;
}

int capture_read_line(const char *line, struct wire_packet *packet)
{
    const char *at = line;
    skip_blanks(&at);
    *packet = (struct wire_packet){0};
    if (*at == '\0' || *at == '#')
        return 0;
    if (!read_stamp(&at, &packet->time_ns))
        return ERROR_INVALID_ARGUMENT;
    skip_blanks(&at);
    if (*at == '\0' || !strchr("><?", *at))
        return ERROR_INVALID_ARGUMENT;
    packet->side = *at == '>' ? WIRE_REQUEST : *at == '<' ? WIRE_REPLY : WIRE_EITHER;
    for (at++, skip_blanks(&at); *at != '\0' && *at != '#'; skip_blanks(&at)) {
        int high = digit(at[0]);
        int low = high < 0 ? -1 : digit(at[1]);
        if (low < 0 || packet->size == PCAPNG_PACKET_MAX)
            return ERROR_INVALID_ARGUMENT;
        packet->bytes[packet->size++] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    return packet->size > 0;
}
