#include "sim/link/attacker.h"

#include <stdlib.h>
#include <string.h>

/* What a flood leaves to carry is at most this much; more is lost in the network's own queues (E: a second or two of
 * buffer is usual in modems and gateways). */
#define BACKLOG_MAX_NS (2 * NS_PER_S)

static const char *const attack_names[ATTACKS] = {
#define X(id, name) [ATTACK_##id] = name,
    ATTACK_LIST(X)
#undef X
};

const char *attack_name(int attack)
{
    return attack >= 0 && attack < ATTACKS ? attack_names[attack] : "unknown";
}

struct attacker *attacker_new(const struct link *link, uint64_t seed)
{
    struct attacker *attacker = calloc(1, sizeof *attacker);
    if (!attacker)
        return NULL;
    attacker->link = link;
    attacker->random = random_stream(seed, link->flat, RANDOM_ATTACKER);
    return attacker;
}

void attacker_free(struct attacker *attacker)
{
    if (!attacker)
        return;
    free(attacker->heard.frames);
    free(attacker->held.frames);
    free(attacker->due.frames);
    free(attacker);
}

/* ---- lists ------------------------------------------------------------------------------------- */

static void remove_at(struct attacker_list *list, size_t place)
{
    list->count--;
    memmove(list->frames + place, list->frames + place + 1, (list->count - place) * sizeof *list->frames);
}

/* A full list loses its oldest; so does the attacker whose memory is at its end. */
static void append(struct attacker_list *list, const struct attacker_frame *frame)
{
    if (list->count == list->capacity && list->capacity < ATTACKER_FRAMES_MAX) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct attacker_frame *grown = realloc(list->frames, capacity * sizeof *grown);
        if (grown) {
            list->frames = grown;
            list->capacity = capacity;
        }
    }
    if (list->count == list->capacity && list->count > 0)
        remove_at(list, 0);
    if (list->count < list->capacity)
        list->frames[list->count++] = *frame;
}

static void plan(struct attacker *attacker, struct attacker_frame frame, int64_t at)
{
    frame.at = at;
    frame.order = attacker->next_order++;
    append(&attacker->due, &frame);
}

/* ---- what passes ------------------------------------------------------------------------------- */

/* On LoRa a flood is heard as noise: pure ALOHA, a frame is lost when another one begins within its own time or the
 * other's before. Elsewhere frames queue. */
static uint32_t collision_ppm(const struct attacker *attacker, const struct attacker_lane *lane)
{
    const struct attacker_flood *flood = &lane->flood;
    if (flood->interval_ns == 0 || attacker->link->network->config.kind != LINK_LORA)
        return 0;
    int64_t both = 2 * link_occupies_ns(attacker->link, flood->message.size);
    int64_t load_permille = both * 1000 / flood->interval_ns;
    int64_t kept_ppm = 1000000;
    for (; load_permille > 0 && kept_ppm > 0; load_permille -= 10) /* e^-0.01 a step */
        kept_ppm = kept_ppm * 990050 / 1000000;
    return (uint32_t)(1000000 - kept_ppm);
}

/* A place of a message, or -1. */
static int place_of(const struct link_message *message, int byte)
{
    int place = byte < 0 ? message->size + byte : byte;
    return place >= 0 && place < message->size ? place : -1;
}

void attacker_alter(struct link_message *message, const struct attacker_change *change)
{
    int place = place_of(message, change->byte);
    if (change->sets && place >= 0)
        message->bytes[place] = change->value;
    if (change->turns && place >= 0)
        message->bytes[place] ^= change->mask;
    message->size = (uint16_t)(change->cut < message->size ? message->size - change->cut : 0);
    size_t room = LINK_MESSAGE_MAX - (size_t)message->size;
    size_t more = change->append_size < room ? change->append_size : room;
    memcpy(message->bytes + message->size, change->append, more);
    message->size = (uint16_t)(message->size + more);
}

static bool changes(struct attacker *attacker, int64_t now, enum link_direction direction,
                    const struct link_message *message)
{
    struct attacker_lane *lane = &attacker->lanes[direction];
    struct link_message changed = *message;
    if (!lane->changes)
        return false;
    attacker_alter(&changed, &lane->change);
    if (changed.size == message->size && memcmp(changed.bytes, message->bytes, message->size) == 0)
        return false;
    lane->counts.changed++;
    plan(attacker,
         (struct attacker_frame){
             .direction = (uint8_t)direction, .act = ATTACK_ALTER, .foreign = true, .message = changed},
         now);
    return true;
}

static bool drops(struct attacker *attacker, int64_t now, struct attacker_lane *lane)
{
    uint32_t collided_ppm = now < lane->flood.until ? collision_ppm(attacker, lane) : 0;
    if (collided_ppm > 0 && random_chance_ppm(&attacker->random, collided_ppm))
        return true;
    if (!lane->drops || lane->drop_left == 0)
        return false;
    bool dropped = lane->drop_ppm >= 1000000 || random_chance_ppm(&attacker->random, lane->drop_ppm);
    lane->drop_left -= dropped && lane->drop_left > 0;
    return dropped;
}

bool attacker_drops(struct attacker *attacker, int64_t now, enum link_direction direction,
                    const struct link_message *message)
{
    struct attacker_lane *lane = &attacker->lanes[direction];
    bool dropped = drops(attacker, now, lane);
    lane->counts.dropped += dropped;
    return dropped || (message && changes(attacker, now, direction, message));
}

static void copies(struct attacker *attacker, int64_t now, const struct attacker_frame *frame)
{
    struct attacker_lane *lane = &attacker->lanes[frame->direction];
    for (int i = 0; i < lane->copies; i++) {
        struct attacker_frame copy = *frame;
        copy.foreign = true;
        copy.act = ATTACK_DUPLICATE;
        plan(attacker, copy, now + lane->copy_after_ns * (i + 1));
        lane->counts.copied++;
    }
}

static int64_t wait_of(struct attacker *attacker, int64_t now, const struct attacker_lane *lane)
{
    int64_t wait = lane->delay_ns;
    if (lane->delay_spread_ns > 0)
        wait += random_between(&attacker->random, 0, lane->delay_spread_ns);
    return lane->busy_until > now ? wait + lane->busy_until - now : wait;
}

bool attacker_takes(struct attacker *attacker, int64_t now, enum link_direction direction,
                    const struct link_message *message)
{
    struct attacker_lane *lane = &attacker->lanes[direction];
    struct attacker_frame frame = {.at = now, .direction = (uint8_t)direction, .message = *message};
    lane->counts.heard++;
    if (attacker->records)
        append(&attacker->heard, &frame);
    if (lane->holds) {
        lane->counts.held++;
        append(&attacker->held, &frame);
        return true;
    }
    int64_t wait = wait_of(attacker, now, lane);
    lane->counts.delayed += wait > 0;
    lane->counts.passed += wait == 0;
    if (wait > 0)
        plan(attacker, frame, now + wait);
    copies(attacker, now + wait, &frame);
    return wait > 0;
}

/* ---- what it does ------------------------------------------------------------------------------ */

void attacker_send(struct attacker *attacker, int64_t now, enum link_direction direction, enum attack act,
                   const struct link_message *message)
{
    const struct attacker_frame frame = {
        .direction = (uint8_t)direction, .act = (uint8_t)act, .foreign = true, .message = *message};
    attacker->lanes[direction].counts.sent++;
    plan(attacker, frame, now);
}

void attacker_release(struct attacker *attacker, int64_t now, size_t place)
{
    if (place < attacker->held.count)
        plan(attacker, attacker->held.frames[place], now);
}

void attacker_forget_held(struct attacker *attacker, enum link_direction direction)
{
    struct attacker_list *held = &attacker->held;
    for (size_t i = held->count; i > 0; i--)
        if (held->frames[i - 1].direction == direction)
            remove_at(held, i - 1);
}

void attacker_pass(struct attacker *attacker, enum link_direction direction)
{
    struct attacker_lane *lane = &attacker->lanes[direction];
    *lane = (struct attacker_lane){.busy_until = lane->busy_until, .counts = lane->counts};
}

static void flood_once(struct attacker *attacker, enum link_direction direction)
{
    struct attacker_lane *lane = &attacker->lanes[direction];
    struct attacker_flood *flood = &lane->flood;
    int64_t now = flood->next;
    flood->next += flood->interval_ns;
    if (flood->noise)
        for (int i = 0; i < flood->message.size; i++)
            flood->message.bytes[i] = (uint8_t)random_below(&attacker->random, 256);
    int64_t from = lane->busy_until > now ? lane->busy_until : now;
    if (from - now > BACKLOG_MAX_NS) {
        lane->counts.crowded_out++;
        return;
    }
    lane->busy_until = from + link_occupies_ns(attacker->link, flood->message.size);
    lane->counts.sent++;
    const struct attacker_frame frame = {
        .direction = (uint8_t)direction, .act = ATTACK_FLOOD, .foreign = true, .message = flood->message};
    plan(attacker, frame, lane->busy_until);
}

/* ---- what is due ------------------------------------------------------------------------------- */

static bool floods(const struct attacker_flood *flood)
{
    return flood->interval_ns > 0 && flood->next < flood->until;
}

static const struct attacker_frame *first_due(const struct attacker *attacker)
{
    const struct attacker_frame *first = NULL;
    for (size_t i = 0; i < attacker->due.count; i++) {
        const struct attacker_frame *frame = &attacker->due.frames[i];
        if (!first || frame->at < first->at || (frame->at == first->at && frame->order < first->order))
            first = frame;
    }
    return first;
}

int64_t attacker_next(const struct attacker *attacker)
{
    const struct attacker_frame *first = first_due(attacker);
    int64_t next = first ? first->at : TIME_NEVER;
    for (int i = 0; i < LINK_DIRECTIONS; i++) {
        const struct attacker_flood *flood = &attacker->lanes[i].flood;
        if (floods(flood) && flood->next < next)
            next = flood->next;
    }
    return next;
}

bool attacker_take(struct attacker *attacker, int64_t now, struct attacker_frame *frame)
{
    for (int i = 0; i < LINK_DIRECTIONS; i++)
        while (floods(&attacker->lanes[i].flood) && attacker->lanes[i].flood.next <= now)
            flood_once(attacker, (enum link_direction)i);
    const struct attacker_frame *first = first_due(attacker);
    if (!first || first->at > now)
        return false;
    *frame = *first;
    remove_at(&attacker->due, (size_t)(first - attacker->due.frames));
    return true;
}

size_t attacker_waiting(const struct attacker *attacker, enum link_direction direction)
{
    size_t waiting = 0;
    for (size_t i = 0; i < attacker->held.count; i++)
        waiting += attacker->held.frames[i].direction == direction;
    for (size_t i = 0; i < attacker->due.count; i++)
        waiting += attacker->due.frames[i].direction == direction && !attacker->due.frames[i].foreign;
    return waiting;
}
