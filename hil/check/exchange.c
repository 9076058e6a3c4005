#include "hil/check/exchange.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <string.h>

/* A host that is away longer than this says so in the uncertainty of what it measured meanwhile. */
#define LATE_NS (2 * NS_PER_MS)
#define STEP_NS (100 * NS_PER_MS) /* Ctrl-C is looked at that often */

static int64_t now_of(const struct exchanger *exchanger)
{
    return exchanger->pace->ops->now(exchanger->pace);
}

/* ---- the record ---------------------------------------------------------------------------------
 */

static struct wire_line *wire_line(struct exchanger *exchanger, bool sent, int64_t begin)
{
    if (exchanger->wire_count >= WIRE_LINES_MAX) /* the latest are kept */
        memmove(&exchanger->wire[0], &exchanger->wire[1],
                (WIRE_LINES_MAX - 1) * sizeof exchanger->wire[0]);
    size_t at = exchanger->wire_count < WIRE_LINES_MAX ? exchanger->wire_count : WIRE_LINES_MAX - 1;
    exchanger->wire_count++;
    struct wire_line *line = &exchanger->wire[at];
    *line = (struct wire_line){.sent = sent, .begin = begin, .end = begin};
    return line;
}

static void wire_bytes(struct wire_line *line, const uint8_t *bytes, size_t size, int64_t end)
{
    for (size_t i = 0; i < size; i++, line->size++)
        if (line->size < sizeof line->bytes)
            line->bytes[line->size] = bytes[i];
    line->end = end;
}

static void wire_received(struct exchanger *exchanger, int64_t stamp, uint8_t byte)
{
    size_t kept =
        exchanger->wire_count < WIRE_LINES_MAX ? exchanger->wire_count : WIRE_LINES_MAX;
    struct wire_line *last = kept > 0 ? &exchanger->wire[kept - 1] : NULL;
    if (!last || last->sent || stamp - last->end > 100 * NS_PER_MS)
        last = wire_line(exchanger, false, stamp);
    wire_bytes(last, &byte, 1, stamp);
}

void exchanger_forget(struct exchanger *exchanger)
{
    exchanger->wire_count = 0;
}

/* ---- what arrives -------------------------------------------------------------------------------
 */

void exchanger_byte(void *user, int64_t stamp, uint8_t byte)
{
    struct exchanger *exchanger = user;
    struct answer *answer = exchanger->answer;
    exchanger->received_bytes++;
    wire_received(exchanger, stamp, byte);
    if (!answer) {
        exchanger->unasked++;
        exchanger->unasked_at = stamp;
        exchanger->unasked_byte = byte;
        return;
    }
    if (answer->size == EXCHANGE_MAX) {
        answer->overrun = true;
        return;
    }
    answer->bytes[answer->size] = byte;
    answer->stamps[answer->size++] = stamp;
}

void exchanger_frame(void *user, int64_t stamp, const struct can_frame *frame)
{
    struct exchanger *exchanger = user;
    if (exchanger->rack_runs)
        rack_receive(&exchanger->rack, stamp, frame);
}

void exchanger_start(struct exchanger *exchanger, struct pace *pace,
                     const struct serial_settings *line, const struct rack_listener *listener,
                     int drift_ppm)
{
    exchanger->pace = pace;
    exchanger->line = *line;
    exchanger->unpaced = pace->unpaced;
    exchanger->rack_runs = pace->has_rack && listener;
    if (exchanger->rack_runs)
        rack_start(&exchanger->rack, &pace->rack, listener, now_of(exchanger), drift_ppm);
}

int64_t exchanger_characters(const struct exchanger *exchanger, int count)
{
    return count * serial_character_ns(&exchanger->line);
}

/* ---- waiting ------------------------------------------------------------------------------------
 */

static int serve_rack(struct exchanger *exchanger)
{
    return exchanger->rack_runs ? rack_service(&exchanger->rack, now_of(exchanger)) : 0;
}

/* One wait to `until`, to an arrival, or to what the rack wants. Adds to *late how much longer it
 * took than meant. */
static int wait_once(struct exchanger *exchanger, int64_t until, int64_t *late)
{
    if (exchanger->interrupted && atomic_load(exchanger->interrupted))
        return ERROR_INTERRUPTED;
    int64_t target = until;
    int result = serve_rack(exchanger);
    if (result < 0)
        return result;
    if (exchanger->rack_runs && rack_due(&exchanger->rack) < target)
        target = rack_due(&exchanger->rack);
    int64_t step = now_of(exchanger) + STEP_NS;
    target = target < step ? target : step;
    result = exchanger->pace->ops->wait(exchanger->pace, target);
    int64_t after = now_of(exchanger) - target;
    if (after > LATE_NS) {
        *late = after > *late ? after : *late;
        if (exchanger->rack_runs)
            rack_excuse(&exchanger->rack, after);
    }
    return result;
}

static int wait_until(struct exchanger *exchanger, int64_t until, int64_t *late)
{
    int result = 0;
    while (result == 0 && now_of(exchanger) < until)
        result = wait_once(exchanger, until, late);
    return result;
}

int exchanger_pass(struct exchanger *exchanger, int64_t duration_ns)
{
    int64_t late = 0;
    exchanger->answer = NULL;
    return wait_until(exchanger, now_of(exchanger) + duration_ns, &late);
}

/* ---- an exchange --------------------------------------------------------------------------------
 */

/* What is waiting in the port was sent before anything was asked. */
static int drain(struct exchanger *exchanger)
{
    exchanger->answer = NULL;
    return exchanger->pace->ops->wait(exchanger->pace, INT64_MIN);
}

static int send_piece(struct exchanger *exchanger, const struct piece *piece, struct answer *answer)
{
    int64_t begin = now_of(exchanger);
    if (begin < answer->sent_end) /* the line is still busy with what went before */
        begin = answer->sent_end;
    int result = exchanger->pace->ops->write(exchanger->pace, piece->bytes, piece->size);
    int64_t end = begin + exchanger_characters(exchanger, (int)piece->size);
    exchanger->sent_bytes += piece->size;
    answer->sent_last = begin;
    answer->sent_end = end;
    wire_bytes(wire_line(exchanger, true, begin), piece->bytes, piece->size, end);
    return result;
}

static int send_all(struct exchanger *exchanger, const struct exchange *exchange,
                    struct answer *answer)
{
    int result = 0;
    answer->sent_begin = answer->sent_end = now_of(exchanger);
    for (size_t i = 0; i < exchange->count && result == 0; i++) {
        result = wait_until(exchanger, answer->sent_end + exchange->pieces[i].gap_ns,
                            &answer->late_ns);
        if (i == 0)
            answer->sent_begin = answer->sent_end = now_of(exchanger);
        if (result == 0)
            result = send_piece(exchanger, &exchange->pieces[i], answer);
    }
    return result;
}

/* The time when the answer is over unless more comes. */
static int64_t over_at(const struct exchange *exchange, const struct answer *answer)
{
    if (answer->size == 0)
        return answer->sent_end + exchange->first_ns;
    bool whole = exchange->whole && exchange->whole(exchange->user, answer->bytes, answer->size);
    int64_t last = answer->stamps[answer->size - 1];
    int64_t over = last + (whole ? exchange->tail_ns : exchange->gap_ns);
    /* bytes that came while the request still went out are no answer to all of it */
    int64_t earliest = answer->sent_end + exchange->tail_ns;
    return last < answer->sent_end && over < earliest ? earliest : over;
}

int exchanger_do(struct exchanger *exchanger, const struct exchange *exchange,
                 struct answer *answer)
{
    answer->size = 0;
    answer->overrun = false;
    answer->late_ns = 0;
    int result = drain(exchanger);
    exchanger->answer = answer;
    if (result == 0)
        result = send_all(exchanger, exchange, answer);
    while (result == 0 && !answer->overrun) {
        int64_t over = over_at(exchange, answer);
        if (now_of(exchanger) >= over) { /* look once more before it is called silent */
            size_t before = answer->size;
            result = exchanger->pace->ops->wait(exchanger->pace, INT64_MIN);
            if (answer->size == before)
                break;
            continue;
        }
        result = wait_once(exchanger, over, &answer->late_ns);
    }
    exchanger->answer = NULL;
    return result;
}

void answer_delay(const struct exchanger *exchanger, const struct answer *answer, int64_t *earliest,
                  int64_t *latest)
{
    int64_t slack =
        exchanger->pace->resolution_ns + exchanger->uncertainty_ns + answer->late_ns;
    int64_t first = answer->stamps[0] - exchanger_characters(exchanger, 1);
    *latest = first - answer->sent_end + exchanger->uncertainty_ns;
    *earliest = first - slack - answer->sent_end;
    if (exchanger->unpaced) {
        *latest = answer->stamps[0] - answer->sent_last + exchanger->uncertainty_ns;
        *earliest = *earliest > 0 ? *earliest : 0;
    }
}

void answer_gap(const struct exchanger *exchanger, const struct answer *answer, int64_t *earliest,
                int64_t *latest)
{
    int64_t slack =
        exchanger->pace->resolution_ns + exchanger->uncertainty_ns + answer->late_ns;
    int64_t longest = 0;
    for (size_t i = 1; i < answer->size; i++) {
        int64_t gap =
            answer->stamps[i] - answer->stamps[i - 1] - exchanger_characters(exchanger, 1);
        longest = gap > longest ? gap : longest;
    }
    *earliest = longest > slack ? longest - slack : 0;
    *latest = longest + slack;
    if (exchanger->unpaced)
        *latest += exchanger_characters(exchanger, 1);
}

