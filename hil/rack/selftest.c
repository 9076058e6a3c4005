#include "hil/rack/selftest.h"

#include "hil/board_internal.h"
#include "hil/paced.h"
#include "hil/rack/can_link.h"
#include "sim/wire/dlt645.h"
#include "sim/wire/modbus_pdu.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIVE_NS (3 * NS_PER_S)
#define ANSWER_NS (500 * NS_PER_MS)
#define PAUSE_NS (20 * NS_PER_MS) /* between two samples: a rack is not to be choked */
#define SERIAL_QUIET_NS (100 * NS_PER_MS)

enum { SERIAL_TRIES = 10, EDGES_ASKED = 5 };

/* ---- samples -----------------------------------------------------------------------------------
 */

struct series {
    int count;
    int64_t samples[SELFTEST_SAMPLES_MAX];
};

static void add(struct series *series, int64_t sample)
{
    if (series->count < SELFTEST_SAMPLES_MAX)
        series->samples[series->count++] = sample;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static struct selftest_summary summary_of(struct series *series)
{
    struct selftest_summary summary = {.count = series->count};
    if (series->count == 0)
        return summary;
    qsort(series->samples, (size_t)series->count, sizeof series->samples[0], compare);
    summary.min = series->samples[0];
    summary.median = series->samples[series->count / 2];
    summary.p99 = series->samples[(series->count * 99 - 1) / 100];
    summary.max = series->samples[series->count - 1];
    return summary;
}

/* ---- the state of a selftest -------------------------------------------------------------------
 */

/* A frame there and back: bounds of host - rack. */
struct exchange {
    int64_t sent, arrived, stamp;
};

struct selftest {
    const struct selftest_config *config;
    struct hil_board *board; /* NULL: only a rack */
    struct pace *pace;
    struct rack rack;
    char *message;
    size_t size;

    /* the sample under way */
    bool acknowledged, edge_seen;
    struct rack_fact ack, edge;

    struct series round_trip, apply, edge_delay, serial;
    struct exchange exchanges[SELFTEST_SAMPLES_MAX];
    int exchange_count;
    uint64_t unanswered;
    bool loops_back;

    /* the serial port's answer under way */
    int64_t first_byte, last_byte;
    uint8_t heard[256];
    size_t heard_size;
    bool looped;
};

static int fail(struct selftest *self, int error, const char *text)
{
    snprintf(self->message, self->size, "%s", text);
    return error;
}

static int64_t now(struct selftest *self)
{
    return self->pace->ops->now(self->pace);
}

static void on_byte(void *user, int64_t stamp, uint8_t byte)
{
    struct selftest *self = user;
    if (self->heard_size == 0)
        self->first_byte = stamp;
    if (self->heard_size < sizeof self->heard)
        self->heard[self->heard_size++] = byte;
    self->last_byte = stamp;
}

static void on_frame(void *user, int64_t stamp, const struct can_frame *frame)
{
    rack_receive(&((struct selftest *)user)->rack, stamp, frame);
}

static void on_fact(void *user, const struct rack_fact *fact)
{
    struct selftest *self = user;
    if (fact->id == RACK_ACK) {
        self->ack = *fact;
        self->acknowledged = true;
    } else if (fact->id == RACK_LOOPBACK_EDGE) {
        self->edge = *fact;
        self->edge_seen = true;
    }
}

/* ---- a turn ------------------------------------------------------------------------------------
 */

static int rack_failed(struct selftest *self)
{
    char health[200] = "";
    if (self->pace->message[0])
        return fail(self, ERROR_RACK_LOST, self->pace->message);
    if (self->pace->rack_health)
        can_health_describe(self->pace->rack_health, health, sizeof health);
    snprintf(self->message, self->size,
             "the rack answers nothing (%llu frames came); check its power, its cable and its bit "
             "rate%s%s",
             (unsigned long long)self->rack.frames, health[0] ? ". Its bus: " : "", health);
    return ERROR_RACK_LOST;
}

/* Until something arrived, or `until`. */
static int turn(struct selftest *self, int64_t until)
{
    if (self->config->interrupted && atomic_load(self->config->interrupted))
        return fail(self, ERROR_INTERRUPTED, "interrupted");
    int result = 0;
    if (self->pace->has_rack && rack_service(&self->rack, now(self)) < 0)
        return rack_failed(self);
    int64_t due = self->pace->has_rack ? rack_due(&self->rack) : TIME_NEVER;
    result = self->pace->ops->wait(self->pace, due < until ? due : until);
    return result < 0 ? fail(self, result, self->pace->message) : 0;
}

static int turns(struct selftest *self, int64_t until)
{
    int result = 0;
    while (result == 0 && now(self) < until)
        result = turn(self, until);
    return result;
}

/* ---- the rack ----------------------------------------------------------------------------------
 */

static int come_alive(struct selftest *self)
{
    const struct rack_listener listener = {on_fact, self};
    bool emulated = self->board && self->board->spec.kind == BOARD_EMULATED;
    int64_t limit = now(self) + ALIVE_NS;
    int result = 0;
    rack_start(&self->rack, &self->pace->rack, &listener, now(self), RACK_SYNC_DRIFT_PPM);
    if (emulated)
        self->rack.silence_ns = ALIVE_NS;
    while (result == 0 && now(self) < limit &&
           !(self->rack.sync.known && rack_alive(&self->rack, now(self))))
        result = turn(self, limit);
    return result == 0 && !self->rack.sync.known ? rack_failed(self) : result;
}

/* Of stimulus and edge, by the rack's clock alone. */
static void keep_sample(struct selftest *self, int64_t sent)
{
    add(&self->round_trip, self->ack.arrived - sent);
    add(&self->apply, self->ack.latest - sent);
    if (self->exchange_count < SELFTEST_SAMPLES_MAX)
        self->exchanges[self->exchange_count++] =
            (struct exchange){sent, self->ack.arrived, self->ack.stamp_ns};
    if (!self->edge_seen)
        return;
    self->loops_back = true;
    int64_t delay = self->edge.stamp_ns - self->ack.stamp_ns;
    add(&self->edge_delay, delay > 0 ? delay : -delay);
}

/* One level out of the loop-back output, or of a current that is 0 anyway. */
static int sample(struct selftest *self, const struct rack_stimulus *stimulus)
{
    bool wants_edge = stimulus->id == RACK_LOOPBACK &&
                      (self->loops_back || self->exchange_count < EDGES_ASKED);
    int64_t sent = now(self), limit = sent + ANSWER_NS;
    self->acknowledged = self->edge_seen = false;
    if (rack_stimulate(&self->rack, sent, stimulus, 0) < 0)
        return rack_failed(self);
    int result = 0;
    while (result == 0 && now(self) < limit &&
           !(self->acknowledged && (self->edge_seen || !wants_edge)))
        result = turn(self, limit);
    if (result == 0 && self->acknowledged)
        keep_sample(self, sent);
    else
        self->unanswered++;
    return result;
}

/* A rack that knows no loop-back does not acknowledge it either, and would soon be called lost. */
static int find_loopback(struct selftest *self, bool *known)
{
    const struct rack_stimulus low = {.id = RACK_LOOPBACK, .level = 0};
    int64_t limit = now(self) + ANSWER_NS;
    self->acknowledged = false;
    if (rack_stimulate(&self->rack, now(self), &low, 0) < 0)
        return rack_failed(self);
    int result = 0;
    while (result == 0 && now(self) < limit && !self->acknowledged)
        result = turn(self, limit);
    *known = self->acknowledged;
    self->rack.pending_count = 0;
    return result;
}

static int measure_rack(struct selftest *self)
{
    bool loopback = false;
    int result = come_alive(self);
    if (result == 0)
        result = find_loopback(self, &loopback);
    int64_t end = now(self) + self->config->duration_ns;
    for (int i = 1; result == 0 && now(self) < end; i++) {
        const struct rack_stimulus level = {
            .id = loopback ? RACK_LOOPBACK : RACK_LOAD_CURRENT,
            .level = loopback ? (uint32_t)(i & 1) : 0,
        };
        int64_t next = now(self) + PAUSE_NS;
        result = sample(self, &level);
        if (result == 0)
            result = turns(self, next);
    }
    const struct rack_stimulus low = {.id = RACK_LOOPBACK, .level = 0};
    return result == 0 && loopback ? sample(self, &low) : result;
}

/* ---- the serial port ---------------------------------------------------------------------------
 */

/* A harmless question that the board should know: its first register, or its address. */
static size_t question(struct selftest *self, uint8_t bytes[64])
{
    const struct hil_board *board = self->board;
    if (board->profile.protocol == PROFILE_DLT645) {
        struct dlt645_frame frame;
        dlt645_address_request(&frame);
        int size = dlt645_encode(&frame, (unsigned)board->profile.preambles, bytes, 64);
        return size < 0 ? 0 : (size_t)size;
    }
    const uint8_t pdu[] = {MODBUS_READ_INPUT, 0, 0, 0, 1};
    int size = modbus_rtu_encode((uint8_t)board->link.slave, pdu, sizeof pdu, bytes, 64);
    return size < 0 ? 0 : (size_t)size;
}

/* From the request's last byte on the line to the first byte heard, the board's own time included. */
static int ask(struct selftest *self, const uint8_t *bytes, size_t size)
{
    int64_t line_ns = (int64_t)size * serial_character_ns(&self->board->link.line);
    self->heard_size = 0;
    int64_t written = now(self);
    int result = self->pace->ops->write(self->pace, bytes, size);
    if (result < 0)
        return fail(self, result, self->pace->message);
    int64_t limit = written + line_ns + SELFTEST_SERIAL_NS;
    while (result == 0 && now(self) < limit &&
           (self->heard_size == 0 || now(self) < self->last_byte + SERIAL_QUIET_NS))
        result = turn(self, self->heard_size ? self->last_byte + SERIAL_QUIET_NS : limit);
    if (self->heard_size == 0)
        return result;
    self->looped = self->heard_size == size && memcmp(self->heard, bytes, size) == 0;
    int64_t took = self->first_byte - written - (self->looped ? 0 : line_ns);
    add(&self->serial, took > 0 ? took : 0);
    return result;
}

static int measure_serial(struct selftest *self)
{
    uint8_t bytes[64];
    size_t size = question(self, bytes);
    int result = 0;
    for (int i = 0; i < SERIAL_TRIES && result == 0 && size > 0; i++) {
        result = ask(self, bytes, size);
        if (i >= 2 && self->serial.count == 0)
            break; /* nobody is there */
    }
    return result;
}

/* ---- the verdicts ------------------------------------------------------------------------------
 */

__attribute__((format(printf, 4, 5))) static void row(struct selftest_result *result,
                                                      const char *name,
                                                      enum selftest_verdict verdict,
                                                      const char *format, ...)
{
    struct selftest_row *row = &result->rows[result->row_count++];
    va_list arguments;
    row->name = name;
    row->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(row->text, sizeof row->text, format, arguments);
    va_end(arguments);
    result->good = result->good && verdict != SELFTEST_BAD;
}

static enum selftest_verdict within(int64_t measured, int64_t limit)
{
    return measured <= limit ? SELFTEST_GOOD : SELFTEST_BAD;
}

/* Milliseconds with three places. */
struct ms {
    char text[32];
};

static struct ms ms(int64_t ns)
{
    struct ms ms;
    int64_t us = (ns + (ns < 0 ? -500 : 500)) / 1000;
    snprintf(ms.text, sizeof ms.text, "%s%lld.%03lld ms", us < 0 ? "-" : "", llabs(us) / 1000,
             llabs(us) % 1000);
    return ms;
}

static void judge_round_trip(struct selftest_result *result)
{
    const struct selftest_summary *trip = &result->round_trip;
    if (trip->count == 0) {
        row(result, "round trip", SELFTEST_BAD, "the rack acknowledged nothing");
        return;
    }
    row(result, "round trip", within(trip->median, SELFTEST_ROUND_TRIP_NS),
        "host to rack and back %s (least %s, 99 of 100 within %s, most %s; %d times); limit %s",
        ms(trip->median).text, ms(trip->min).text, ms(trip->p99).text, ms(trip->max).text,
        trip->count, ms(SELFTEST_ROUND_TRIP_NS).text);
    row(result, "stimulus", within(result->apply.p99, SELFTEST_APPLY_NS),
        "applied within %s of the order, 99 of 100 within %s (limit %s), all within %s",
        ms(result->apply.median).text, ms(result->apply.p99).text, ms(SELFTEST_APPLY_NS).text,
        ms(result->apply.max).text);
}

/* The pair with the shortest ways of the first and of the last quarter bounds the rate best. */
static const struct exchange *shortest(const struct exchange *exchanges, int count)
{
    const struct exchange *best = exchanges;
    for (int i = 1; i < count; i++)
        if (exchanges[i].arrived - exchanges[i].sent < best->arrived - best->sent)
            best = &exchanges[i];
    return best;
}

static int64_t per_billion(int64_t part, int64_t whole)
{
    __extension__ __int128 scaled = (__int128)part * 1000000000;
    return (int64_t)(scaled / whole);
}

static void judge_clock(struct selftest *self, struct selftest_result *result)
{
    const int64_t limit = RACK_SYNC_DRIFT_PPM * INT64_C(1000);
    int quarter = self->exchange_count / 4;
    row(result, "clock", within(result->clock_width_ns, SELFTEST_CLOCK_WIDTH_NS),
        "the rack's clock is known to %s; limit %s", ms(result->clock_width_ns).text,
        ms(SELFTEST_CLOCK_WIDTH_NS).text);
    if (quarter < 2) {
        row(result, "drift", SELFTEST_NOT_JUDGED, "too few answers");
        return;
    }
    const struct exchange *first = shortest(self->exchanges, quarter);
    const struct exchange *last =
        shortest(self->exchanges + self->exchange_count - quarter, quarter);
    int64_t trips = first->arrived - first->sent + last->arrived - last->sent;
    int64_t host = (last->sent + last->arrived - first->sent - first->arrived) / 2;
    int64_t drift = per_billion(last->stamp - first->stamp - host, host);
    int64_t doubt = per_billion(trips / 2 + RACK_STAMP_NS, host);
    result->drift_ppb = drift;
    result->drift_uncertainty_ppb = doubt;
    bool contradicts = self->rack.sync.disagreements > 0;
    enum selftest_verdict verdict = llabs(drift) - doubt > limit || contradicts ? SELFTEST_BAD
                                    : llabs(drift) + doubt <= limit             ? SELFTEST_GOOD
                                                                    : SELFTEST_NOT_JUDGED;
    row(result, "drift", verdict,
        "the rack's clock gains %" PRId64 " ± %" PRId64 " ppm; limit %d ppm%s%s", drift / 1000,
        doubt / 1000 + 1, RACK_SYNC_DRIFT_PPM,
        contradicts ? "; its stamps contradict each other: it jumped, or drifts more" : "",
        verdict == SELFTEST_NOT_JUDGED ? ": a longer --seconds tells more" : "");
}

static void judge_edge(struct selftest *self, struct selftest_result *result)
{
    const struct selftest_summary *edge = &result->edge;
    if (!self->loops_back) {
        row(result, "contact sense", SELFTEST_NOT_JUDGED,
            "the rack reports no loop-back edge (frame 215): wire its loop-back output to a sense "
            "input");
        return;
    }
    bool good = edge->max <= SELFTEST_EDGE_NS && edge->max - edge->min <= SELFTEST_EDGE_JITTER_NS;
    row(result, "contact sense", good ? SELFTEST_GOOD : SELFTEST_BAD,
        "an edge is stamped %s after it was made, and that varies by %s (%d edges); limits %s and %s",
        ms(edge->max).text, ms(edge->max - edge->min).text, edge->count, ms(SELFTEST_EDGE_NS).text,
        ms(SELFTEST_EDGE_JITTER_NS).text);
}

static void judge_frames(struct selftest *self, struct selftest_result *result)
{
    uint64_t lost = self->rack.lost + self->unanswered;
    row(result, "frames", lost == 0 ? SELFTEST_GOOD : SELFTEST_BAD,
        "%" PRIu64 " received, %" PRIu64 " lost, %" PRIu64 " stimuli unanswered", self->rack.frames,
        self->rack.lost, self->unanswered);
    if (self->pace->rack_health)
        can_health_describe(self->pace->rack_health, result->bus, sizeof result->bus);
    bool works = !self->pace->rack_health || self->pace->rack_health->worst < CAN_BUS_PASSIVE;
    row(result, "bus", works ? SELFTEST_GOOD : SELFTEST_BAD, "%s",
        result->bus[0] ? result->bus : "no errors were told");
    if (self->pace->rack_notes)
        snprintf(result->notes, sizeof result->notes, "%s", self->pace->rack_notes);
}

static void judge_rack(struct selftest *self, struct selftest_result *result)
{
    result->round_trip = summary_of(&self->round_trip);
    result->apply = summary_of(&self->apply);
    result->edge = summary_of(&self->edge_delay);
    result->clock_width_ns = rack_sync_width(&self->rack.sync, now(self));
    result->frames = self->rack.frames;
    result->lost = self->rack.lost;
    result->unanswered = self->unanswered;
    judge_round_trip(result);
    judge_clock(self, result);
    judge_edge(self, result);
    judge_frames(self, result);
    /* A duration between two stamps: each is rounded down to the clock's step, and the edge may have
     * been that much earlier. Against the host the rack's clock is as good as it is known. */
    if (self->loops_back)
        result->contact_ns = 2 * RACK_STAMP_NS + result->edge.max;
    if (self->loops_back)
        result->host_ns = result->contact_ns + result->clock_width_ns;
}

static void judge_serial(struct selftest *self, struct selftest_result *result)
{
    result->serial = summary_of(&self->serial);
    const struct selftest_summary *serial = &result->serial;
    if (serial->count == 0) {
        row(result, "serial port", SELFTEST_NOT_JUDGED,
            "nothing came back: no board answers, and its lines are not looped");
        return;
    }
    row(result, "serial port", SELFTEST_GOOD, "%s %s (least %s, most %s; %d times)",
        self->looped ? "the looped line brings the first byte back in"
                     : "the board's first byte comes after",
        ms(serial->median).text, ms(serial->min).text, ms(serial->max).text, serial->count);
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static int connect_rack(struct selftest *self, const struct pace_listener *listener)
{
    const struct selftest_config *config = self->config;
    const struct paced_config wire = {.rack = config->rack, .rack_bitrate = config->rack_bitrate};
    int error = 0;
    self->pace = paced_open(&wire, listener, &error, self->message, self->size);
    return self->pace ? 0 : error;
}

static int connect_board(struct selftest *self, const struct pace_listener *listener)
{
    struct board *board = board_open(self->config->spec, self->message, self->size);
    if (!board)
        return ERROR_INVALID_ARGUMENT;
    self->board = (struct hil_board *)board;
    int result = connection_reach(self->board, listener);
    if (result < 0)
        return fail(self, result, board->message);
    self->pace = self->board->pace;
    return 0;
}

static void disconnect(struct selftest *self)
{
    if (self->board) {
        connection_close(self->board);
        board_close(&self->board->board);
    } else if (self->pace) {
        self->pace->ops->close(self->pace);
    }
}

static int measure(struct selftest *self, struct selftest_result *result)
{
    int error = 0;
    if (self->pace->has_rack) {
        error = measure_rack(self);
        if (error == 0)
            judge_rack(self, result);
    } else {
        row(result, "rack", SELFTEST_NOT_JUDGED, "the bench file names no rack");
    }
    if (error == 0 && self->board)
        error = measure_serial(self);
    if (error == 0 && self->board)
        judge_serial(self, result);
    return error;
}

int selftest_run(const struct selftest_config *config, struct selftest_result *result,
                 char *message, size_t size)
{
    struct selftest *self = calloc(1, sizeof *self);
    *result = (struct selftest_result){.good = true, .contact_ns = -1, .host_ns = -1};
    if (!self) {
        snprintf(message, size, "%s", error_text(ERROR_NO_MEMORY));
        return ERROR_NO_MEMORY;
    }
    const struct pace_listener listener = {on_byte, on_frame, self};
    self->config = config;
    self->message = message;
    self->size = size;
    int error = config->spec ? connect_board(self, &listener) : connect_rack(self, &listener);
    if (error == 0) {
        snprintf(result->rack, sizeof result->rack, "%s",
                 self->board ? self->board->rack_path : config->rack);
        error = measure(self, result);
    }
    disconnect(self);
    free(self);
    return error;
}
