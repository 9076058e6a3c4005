#include "scenarios/runner/board_play.h"

#include "sim/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct player {
    struct board board; /* first */
    struct controller controller;
    struct controller_outbox outbox;
    const struct board_facts *facts;
    struct flat *flat;
    size_t delivery; /* next marker of what time brings */
    size_t received; /* next marker of a frame given to it */
    size_t misused;
    int64_t advances;
    char difference[300];
};

static struct player *player_of(struct board *board)
{
    return (struct player *)board;
}

static bool brought_by_time(enum board_fact_kind kind)
{
    return kind == BOARD_FACT_DELIVERED || kind == BOARD_FACT_BETWEEN || kind == BOARD_FACT_FAILED;
}

static size_t next_delivery(const struct board_facts *facts, size_t from)
{
    while (from < facts->count && !brought_by_time(facts->items[from].kind))
        from++;
    return from;
}

static size_t next_of(const struct board_facts *facts, enum board_fact_kind kind, size_t from)
{
    while (from < facts->count && facts->items[from].kind != kind)
        from++;
    return from;
}

__attribute__((format(printf, 3, 4))) static void differs(struct player *player, int64_t now,
                                                          const char *format, ...)
{
    if (player->difference[0])
        return;
    va_list values;
    int used = snprintf(player->difference, sizeof player->difference, "at %lld.%09lld s ",
                        (long long)(now / NS_PER_S), (long long)(now % NS_PER_S));
    va_start(values, format);
    vsnprintf(player->difference + used, sizeof player->difference - (size_t)used, format, values);
    va_end(values);
}

/* ---- playing --------------------------------------------------------------------------------------- */

static void leave_frame(struct player *player, const struct board_fact *fact)
{
    struct controller_outbox *outbox = &player->outbox;
    if (outbox->count == CONTROLLER_OUTBOX_MAX)
        return;
    struct controller_frame *frame = &outbox->frames[outbox->count++];
    frame->size = fact->size;
    memcpy(frame->bytes, fact->bytes, fact->size);
}

static void play_one(struct player *player, int64_t now, const struct board_fact *fact)
{
    struct flat *flat = player->flat;
    switch (fact->kind) {
    case BOARD_FACT_EVENT: {
        struct event event = fact->event;
        event.flat = flat->number;
        board_event(&player->board, flat, &event);
        break;
    }
    case BOARD_FACT_CONTACTS:
        board_contacts(&player->board, flat, now, fact->a);
        break;
    case BOARD_FACT_LOAD:
        board_load(&player->board, flat, fact->a);
        break;
    case BOARD_FACT_STATUS:
        player->controller.status = fact->status;
        break;
    case BOARD_FACT_FRAME:
        leave_frame(player, fact);
        break;
    case BOARD_FACT_SETTLED:
        board_settle(&player->board, flat, now);
        break;
    default:
        break;
    }
}

/* The facts after the marker at `at`, up to the next one. */
static void play(struct player *player, int64_t now, size_t at)
{
    const struct board_facts *facts = player->facts;
    for (size_t i = at + 1; i < facts->count && !board_fact_is_marker(facts->items[i].kind); i++)
        play_one(player, now, &facts->items[i]);
}

/* Of things at one instant the count of the clock's calls says which comes when: a script may act in between. */
static bool due(const struct player *player, const struct board_fact *marker, int64_t now)
{
    return now > marker->at || (now == marker->at && player->advances >= marker->b);
}

static int64_t advance(struct clock *clock, int64_t now, int64_t target)
{
    struct player *player = player_of((struct board *)((char *)clock - offsetof(struct board, clock)));
    const struct board_facts *facts = player->facts;
    player->advances++;
    for (;;) {
        player->delivery = next_delivery(facts, player->delivery);
        if (player->delivery == facts->count)
            break;
        const struct board_fact *next = &facts->items[player->delivery];
        if (next->kind == BOARD_FACT_DELIVERED)
            return next->at > target ? target : next->at > now ? next->at : now;
        if (!due(player, next, now))
            return target;
        if (next->kind == BOARD_FACT_FAILED) {
            snprintf(player->board.message, sizeof player->board.message, "%s", next->text ? next->text : "");
            return next->a;
        }
        play(player, now, player->delivery++);
    }
    if (facts->complete)
        return target;
    snprintf(player->board.message, sizeof player->board.message, "the recording ends here");
    return ERROR_INTERRUPTED;
}

static void deliver(struct board *board, struct site *site)
{
    struct player *player = player_of(board);
    const struct board_facts *facts = player->facts;
    player->delivery = next_delivery(facts, player->delivery);
    if (!player->flat || player->delivery == facts->count)
        return;
    const struct board_fact *next = &facts->items[player->delivery];
    if (next->kind != BOARD_FACT_DELIVERED || !due(player, next, site->now))
        return;
    play(player, site->now, player->delivery++);
    site_touched(site, player->flat);
}

/* ---- the controller --------------------------------------------------------------------------------- */

static struct player *player_of_controller(struct controller *controller)
{
    return (struct player *)((char *)controller - offsetof(struct player, controller));
}

static void sense(struct controller *controller, int64_t now, const struct plant_signals *signals)
{
    (void)now;
    (void)signals;
    player_of_controller(controller)->flat->last_cause = -1;
}

static void receive(struct controller *controller, int64_t now, const uint8_t *frame, size_t size)
{
    struct player *player = player_of_controller(controller);
    const struct board_facts *facts = player->facts;
    size_t at = next_of(facts, BOARD_FACT_RECEIVED, player->received);
    if (at == facts->count) {
        if (facts->complete)
            differs(player, now, "the meter is given a frame that it was not given in the recording");
        return;
    }
    const struct board_fact *recorded = &facts->items[at];
    if (recorded->at != now)
        differs(player, now, "the meter is given the frame that it was given at %lld.%09lld s in the recording",
                (long long)(recorded->at / NS_PER_S), (long long)(recorded->at % NS_PER_S));
    else if (recorded->size != size || memcmp(recorded->bytes, frame, size) != 0)
        differs(player, now, "the meter is given another frame than in the recording");
    player->received = at + 1;
    play(player, now, at);
}

static void timer(struct controller *controller, int64_t now, int which)
{
    (void)controller;
    (void)now;
    (void)which;
}

static const struct controller_ops controller_ops = {sense, receive, timer};

/* ---- the board --------------------------------------------------------------------------------------- */

static void be_as(struct board *board, const struct board_fact *fact)
{
    board->has_rack = fact->a & BOARD_FLAG_RACK;
    board->has_power = fact->a & BOARD_FLAG_POWER;
    board->stimuli = board->has_rack ? BOARD_STIMULI_ALL : (uint32_t)(fact->a >> BOARD_STIMULI_SHIFT);
    board->emulated = fact->a & BOARD_FLAG_EMULATED;
    board->lockstep = fact->a & BOARD_FLAG_LOCKSTEP;
    board->told_late_ns = fact->b;
}

static int attach(struct board *board, struct site *site, struct flat *flat)
{
    struct player *player = player_of(board);
    const struct board_facts *facts = player->facts;
    size_t failed = next_of(facts, BOARD_FACT_ATTACH_FAILED, 0);
    size_t attached = next_of(facts, BOARD_FACT_ATTACHED, 0);
    if (failed < facts->count) {
        snprintf(board->message, sizeof board->message, "%s",
                 facts->items[failed].text ? facts->items[failed].text : "");
        return (int)facts->items[failed].a;
    }
    if (attached == facts->count) {
        snprintf(board->message, sizeof board->message, "the recording ends before the board was attached");
        return ERROR_INTERRUPTED;
    }
    if (flat->meter.controller.status.powered)
        meter_account(&flat->meter, site->now);
    player->controller = (struct controller){
        .ops = &controller_ops, .status = facts->items[attached].status, .outbox = &player->outbox};
    player->outbox.count = 0;
    player->flat = flat;
    be_as(board, &facts->items[attached]);
    snprintf(board->identity, sizeof board->identity, "%s",
             facts->items[attached].text ? facts->items[attached].text : "");
    board_take_flat(board, site, flat, &player->controller);
    return 0;
}

static int misuse(struct board *board, struct site *site, enum board_misuse which, int order)
{
    struct player *player = player_of(board);
    const struct board_facts *facts = player->facts;
    size_t at = next_of(facts, BOARD_FACT_MISUSED, player->misused);
    if (at == facts->count)
        return facts->complete ? ERROR_NOT_FOUND : 0;
    if (facts->items[at].a != ((int64_t)which << 8 | order))
        differs(player, site->now, "another order is misused than in the recording");
    player->misused = at + 1;
    return (int)facts->items[at].b;
}

static bool lacks(const struct board *board, const char *need, char *why, size_t size)
{
    const struct board_facts *facts = ((const struct player *)board)->facts;
    size_t length = strlen(need);
    for (size_t at = 0; (at = next_of(facts, BOARD_FACT_LACKS, at)) < facts->count; at++) {
        const char *text = facts->items[at].text;
        if (!text || strncmp(text, need, length) != 0 || text[length] != '\n')
            continue;
        snprintf(why, size, "%s", text + length + 1);
        return true;
    }
    return false;
}

static void detach(struct board *board)
{
    struct player *player = player_of(board);
    if (!player->flat)
        return;
    player->flat->plant.contacts_outside = false;
    flat_set_controller(player->flat, NULL);
    player->flat = NULL;
}

static const struct board_ops ops = {
    .attach = attach, .deliver = deliver, .misuse = misuse, .lacks = lacks, .detach = detach};

/* A file may say anything: times that go back would never come. */
static bool in_order(const struct board_facts *facts)
{
    int64_t last = 0;
    for (size_t i = 0; i < facts->count; i++) {
        const struct board_fact *fact = &facts->items[i];
        if (!board_fact_is_marker(fact->kind) || fact->kind == BOARD_FACT_OPEN_FAILED)
            continue;
        if (fact->at < last)
            return false;
        last = fact->at;
    }
    return true;
}

static void take_tolerances(struct board *board, const struct board_facts *facts)
{
    board->tolerance = board_tolerance_default();
    for (size_t at = 0; (at = next_of(facts, BOARD_FACT_TOLERANCE, at)) < facts->count; at++) {
        const struct board_fact *fact = &facts->items[at];
        bool sane = fact->text && fact->a >= 0;
#define X(field, standard, highest)                                                                \
    if (sane && fact->a <= highest && strcmp(fact->text, #field) == 0)                             \
        board->tolerance.field = fact->a;
        BOARD_TOLERANCES(X)
#undef X
    }
}

struct board *board_play_new(const struct board_facts *facts, char *message, size_t size)
{
    size_t failed = next_of(facts, BOARD_FACT_OPEN_FAILED, 0);
    if (failed < facts->count) {
        snprintf(message, size, "%s", facts->items[failed].text ? facts->items[failed].text : "");
        return NULL;
    }
    if (!in_order(facts)) {
        snprintf(message, size, "the recorded facts are not in the order of time: the file is damaged");
        return NULL;
    }
    struct player *player = calloc(1, sizeof *player);
    if (!player) {
        snprintf(message, size, "%s", error_text(ERROR_NO_MEMORY));
        return NULL;
    }
    size_t opened = next_of(facts, BOARD_FACT_OPENED, 0);
    size_t ended = next_of(facts, BOARD_FACT_ENDED, 0);
    player->facts = facts;
    player->board.ops = &ops;
    player->board.clock.advance = advance;
    take_tolerances(&player->board, facts);
    if (opened < facts->count)
        be_as(&player->board, &facts->items[opened]);
    if (ended < facts->count)
        player->board.lateness_ns_max = facts->items[ended].a;
    return &player->board;
}

void board_play_free(struct board *board)
{
    free(board);
}

const char *board_play_difference(const struct board *board)
{
    return ((const struct player *)board)->difference;
}

void board_facts_free(struct board_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        free(facts->items[i].text);
    free(facts->items);
    *facts = (struct board_facts){0};
}
