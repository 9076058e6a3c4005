#include "scenarios/runner/board_record.h"

#include "scenarios/runner/source.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIRE_GAP_NS (20 * NS_PER_MS) /* a longer silence begins a new row */

/* In which call of the board we are. */
enum context { BETWEEN_CALLS, ATTACHING, ADVANCING, DELIVERING, RECEIVING };

struct board_record {
    struct board_tap tap;       /* first: the tap is cast back */
    struct controller_ops ops;  /* in the place of the board's own, which are: */
    const struct controller_ops *inner;
    struct case_record *record; /* or NULL */
    struct twin *twin;          /* or NULL */
    struct board *board;
    struct site *site;
    struct controller *controller; /* NULL before attach */
    enum context context;
    bool marked;                /* the marker of this context is written */
    int64_t advances;
    int frames_before;          /* of the outbox when the call began */
    struct controller_status told;
    struct {
        enum board_wire wire;
        int64_t stamp, last, at;
        uint8_t bytes[256];
        size_t size;
    } chunk;
};

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

static void put(struct board_record *listener, const struct board_fact *fact)
{
    struct board_fact stamped = *fact;
    if (!listener->record) {
        free(fact->text);
        return;
    }
    stamped.at = listener->site->now;
    case_record_fact(listener->record, &stamped);
}

/* Facts that come while the clock advances have no call of the run's to belong to. */
static void mark(struct board_record *listener)
{
    if (listener->marked || listener->context == ATTACHING)
        return;
    listener->marked = true;
    bool delivering = listener->context == DELIVERING;
    put(listener, &(struct board_fact){.kind = delivering ? BOARD_FACT_DELIVERED : BOARD_FACT_BETWEEN,
                                       .b = listener->advances});
}

/* ---- what the board does to its flat --------------------------------------------------------------- */

static void status(struct board_record *listener)
{
    const struct controller_status *now = &listener->controller->status;
    const struct controller_status *told = &listener->told;
    bool same = true;
#define X(type, field) same = same && now->field == told->field;
    CONTROLLER_STATUS(X)
#undef X
    if (listener->twin && listener->context == DELIVERING)
        twin_board_status(listener->twin, listener->site->now, now);
    if (same)
        return;
    listener->told = *now;
    mark(listener);
    put(listener, &(struct board_fact){.kind = BOARD_FACT_STATUS, .status = *now});
}

static void frames(struct board_record *listener)
{
    const struct controller_outbox *outbox = listener->controller->outbox;
    for (int i = listener->frames_before; i < outbox->count; i++) {
        struct board_fact fact = {.kind = BOARD_FACT_FRAME, .size = outbox->frames[i].size};
        memcpy(fact.bytes, outbox->frames[i].bytes, fact.size);
        mark(listener);
        put(listener, &fact);
    }
    listener->frames_before = outbox->count;
}

static void tell_event(struct board_tap *tap, const struct event *event)
{
    struct board_record *listener = (struct board_record *)tap;
    mark(listener);
    put(listener, &(struct board_fact){.kind = BOARD_FACT_EVENT, .event = *event});
    if (listener->twin)
        twin_board_event(listener->twin, event);
}

static void tell_contacts(struct board_tap *tap, bool closed)
{
    mark((struct board_record *)tap);
    put((struct board_record *)tap, &(struct board_fact){.kind = BOARD_FACT_CONTACTS, .a = closed});
}

static void tell_load(struct board_tap *tap, bool live)
{
    mark((struct board_record *)tap);
    put((struct board_record *)tap, &(struct board_fact){.kind = BOARD_FACT_LOAD, .a = live});
}

static void tell_settles(struct board_tap *tap)
{
    struct board_record *listener = (struct board_record *)tap;
    if (listener->context == ATTACHING)
        return;
    status(listener);
    frames(listener);
    mark(listener);
    put(listener, &(struct board_fact){.kind = BOARD_FACT_SETTLED});
    listener->frames_before = 0;
}

/* ---- orders ----------------------------------------------------------------------------------------- */

static void receive(struct controller *controller, int64_t now, const uint8_t *frame, size_t size)
{
    struct board_record *listener =
        (struct board_record *)((char *)controller->ops - offsetof(struct board_record, ops));
    struct board_fact fact = {.kind = BOARD_FACT_RECEIVED, .size = (uint8_t)size};
    enum context before = listener->context;
    if (size > sizeof fact.bytes)
        fact.size = sizeof fact.bytes;
    memcpy(fact.bytes, frame, fact.size);
    put(listener, &fact);
    listener->context = RECEIVING;
    listener->marked = true;
    listener->frames_before = controller->outbox->count;
    if (listener->twin)
        twin_receive(listener->twin, now, frame, size);
    listener->inner->receive(controller, now, frame, size);
    status(listener);
    frames(listener);
    listener->frames_before = 0;
    listener->context = before;
    listener->marked = false;
}

static void sense(struct controller *controller, int64_t now, const struct plant_signals *signals)
{
    struct board_record *listener =
        (struct board_record *)((char *)controller->ops - offsetof(struct board_record, ops));
    if (listener->twin)
        twin_sense(listener->twin, now, signals);
    listener->inner->sense(controller, now, signals);
}

static void timer(struct controller *controller, int64_t now, int which)
{
    struct board_record *listener =
        (struct board_record *)((char *)controller->ops - offsetof(struct board_record, ops));
    listener->inner->timer(controller, now, which);
}

/* ---- wires ------------------------------------------------------------------------------------------ */

static void flush_wire(struct board_record *listener)
{
    if (listener->chunk.size > 0)
        case_record_wire(listener->record, listener->chunk.wire, listener->chunk.stamp, listener->chunk.last,
                         listener->chunk.at, listener->chunk.bytes, listener->chunk.size);
    listener->chunk.size = 0;
}

static void tell_wire(struct board_tap *tap, enum board_wire wire, int64_t stamp, int64_t at,
                      const uint8_t *bytes, size_t size)
{
    struct board_record *listener = (struct board_record *)tap;
    if (!listener->record)
        return;
    bool rack = wire == BOARD_WIRE_RACK_FROM || wire == BOARD_WIRE_RACK_TO;
    bool goes_on = !rack && listener->chunk.size > 0 && listener->chunk.wire == wire &&
                   stamp - listener->chunk.last < WIRE_GAP_NS &&
                   listener->chunk.size + size <= sizeof listener->chunk.bytes;
    if (size > sizeof listener->chunk.bytes)
        return;
    if (!goes_on) {
        flush_wire(listener);
        listener->chunk.wire = wire;
        listener->chunk.stamp = stamp;
        listener->chunk.at = at;
    }
    listener->chunk.last = stamp;
    memcpy(listener->chunk.bytes + listener->chunk.size, bytes, size);
    listener->chunk.size += size;
    if (rack)
        flush_wire(listener);
}

/* ---- the run's calls --------------------------------------------------------------------------------- */

struct board_record *board_record_new(struct case_record *record, struct twin *twin, struct board *board,
                                      struct site *site)
{
    struct board_record *listener = calloc(1, sizeof *listener);
    if (!listener)
        return NULL;
    listener->tap = (struct board_tap){
        .event = tell_event,
        .contacts = tell_contacts,
        .load = tell_load,
        .settles = tell_settles,
        .wire = tell_wire,
    };
    listener->ops = (struct controller_ops){.sense = sense, .receive = receive, .timer = timer};
    listener->record = record;
    listener->twin = twin;
    listener->board = board;
    listener->site = site;
    listener->context = ATTACHING;
    board->tap = &listener->tap;
    return listener;
}

void board_record_free(struct board_record *listener)
{
    if (!listener)
        return;
    listener->board->tap = NULL;
    free(listener);
}

void board_record_open_failed(struct case_record *record, const char *message)
{
    case_record_fact(record, &(struct board_fact){.kind = BOARD_FACT_OPEN_FAILED, .text = copy(message)});
}

static void made_from(struct case_record *record, const char *path)
{
    if (path[0] == '\0')
        return;
    FILE *file = source_open(path); /* keeps its text */
    if (file)
        fclose(file);
    case_record_fact(record, &(struct board_fact){.kind = BOARD_FACT_MADE_FROM, .text = copy(path)});
}

static int64_t flags(const struct board *board)
{
    return (board->has_rack ? BOARD_FLAG_RACK : 0) | (board->has_power ? BOARD_FLAG_POWER : 0) |
           (board->emulated ? BOARD_FLAG_EMULATED : 0) | (board->lockstep ? BOARD_FLAG_LOCKSTEP : 0) |
           (board->has_rack ? 0 : (int64_t)board->stimuli << BOARD_STIMULI_SHIFT);
}

static void lacks(struct case_record *record, const struct board *board, const char *need)
{
    char words[700];
    int used = snprintf(words, sizeof words, "%s\n", need);
    if (board->ops->lacks && board->ops->lacks(board, need, words + used, sizeof words - (size_t)used))
        case_record_fact(record, &(struct board_fact){.kind = BOARD_FACT_LACKS, .text = copy(words)});
}

void board_record_opened(struct case_record *record, const struct board *board)
{
    case_record_fact(record, &(struct board_fact){
                                 .kind = BOARD_FACT_OPENED, .a = flags(board), .b = board->told_late_ns});
#define X(field, standard, highest)                                                                \
    case_record_fact(record, &(struct board_fact){                                                 \
                                 .kind = BOARD_FACT_TOLERANCE, .a = board->tolerance.field, .text = copy(#field)});
    BOARD_TOLERANCES(X)
#undef X
#define X(need) lacks(record, board, need);
    BOARD_NEEDS(X)
#undef X
    made_from(record, board->profile_path);
    made_from(record, board->bench_path);
}

void board_record_attached(struct board_record *listener, struct flat *flat, int result)
{
    struct board *board = listener->board;
    if (result < 0) {
        put(listener, &(struct board_fact){
                          .kind = BOARD_FACT_ATTACH_FAILED, .a = result, .text = copy(board->message)});
        return;
    }
    listener->controller = flat->controller;
    listener->inner = flat->controller->ops;
    flat->controller->ops = &listener->ops;
    listener->told = flat->controller->status;
    listener->context = BETWEEN_CALLS;
    if (listener->twin)
        twin_attached(listener->twin, listener->site->now, board, &listener->told);
    put(listener, &(struct board_fact){.kind = BOARD_FACT_ATTACHED,
                                       .a = flags(board),
                                       .b = board->told_late_ns,
                                       .status = listener->told,
                                       .text = copy(board->identity)});
}

void board_record_advances(struct board_record *listener)
{
    listener->advances++;
    listener->context = ADVANCING;
    listener->marked = false;
}

void board_record_advanced(struct board_record *listener, int64_t reached)
{
    listener->context = BETWEEN_CALLS;
    frames(listener);
    if (reached < 0)
        put(listener, &(struct board_fact){.kind = BOARD_FACT_FAILED,
                                           .a = reached,
                                           .b = listener->advances,
                                           .text = copy(listener->board->message)});
    case_record_tick(listener->record); /* NULL is fine */
}

void board_record_delivers(struct board_record *listener)
{
    listener->context = DELIVERING;
    listener->marked = false;
    listener->frames_before = listener->controller->outbox->count;
}

void board_record_delivered(struct board_record *listener)
{
    listener->context = BETWEEN_CALLS;
}

void board_record_misused(struct board_record *listener, enum board_misuse misuse, int order, int result)
{
    put(listener, &(struct board_fact){.kind = BOARD_FACT_MISUSED, .a = (int64_t)misuse << 8 | order, .b = result});
}

void board_record_ends(struct board_record *listener)
{
    flush_wire(listener);
    put(listener, &(struct board_fact){.kind = BOARD_FACT_ENDED, .a = listener->board->lateness_ns_max});
    if (listener->controller)
        listener->controller->ops = listener->inner;
}
