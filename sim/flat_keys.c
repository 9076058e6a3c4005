#include "sim/flat_keys.h"

#include "sim/error.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_NS (60 * NS_PER_S)
#define RETRY_LATER_NS (15 * NS_PER_MIN)
enum { QUICK_ATTEMPTS = 30 };

static const uint8_t wrapping_master[16] = "meterbench-wraps"; /* of the simulated platform: no secret of anyone */

static void tell(const struct flat *flat, int64_t now, enum key_step step, uint32_t number)
{
    event_put(&flat->events, now, EVENT_KEY_CHANGE, step, number);
}

static int wrapping_key(const struct flat *flat, struct envelope_key *key)
{
    return envelope_derive_key(wrapping_master, sizeof wrapping_master, &flat->address, key);
}

/* ---- the platform -------------------------------------------------------------------------------- */

static void plan(struct flat *flat, int64_t at)
{
    struct timers timer = {&flat->queue, FLAT_SLOT_KEYS, 1};
    timer_arm(&timer, 0, at);
}

static void stop(struct flat *flat)
{
    struct timers timer = {&flat->queue, FLAT_SLOT_KEYS, 1};
    timer_cancel(&timer, 0);
    flat->keys->state = KEY_IDLE;
}

static void send(struct flat *flat, int64_t now, enum link_direction direction, const struct dlt645_frame *frame)
{
    struct controller_frame bytes;
    int size = dlt645_encode(frame, 0, bytes.bytes, sizeof bytes.bytes);
    assert(size > 0);
    bytes.size = (uint8_t)size;
    flat_send_sealed(flat, now, direction, &bytes);
}

/* One copy waits at most; a meter that sleeps hears it once. */
static void send_step(struct flat *flat, int64_t now)
{
    struct key_change *change = flat->keys;
    struct dlt645_frame frame;
    bool room = link_waiting(&flat->link, LINK_DOWN) < 2;
    if (room && change->state == KEY_OFFERING && key_change_offer(change, &flat->address, &frame) == 0)
        send(flat, now, LINK_DOWN, &frame);
    if (room && change->state == KEY_CONFIRMING) {
        key_change_use(change, &flat->address, &frame);
        send(flat, now, LINK_DOWN, &frame);
    }
    bool quick = change->attempts < QUICK_ATTEMPTS;
    change->attempts += quick;
    plan(flat, now + (quick ? RETRY_NS : RETRY_LATER_NS));
}

static struct envelope_key draw_key(const struct flat *flat, uint32_t number)
{
    struct envelope_key key;
    struct random random = random_stream(flat->shared->radio.seed + number, flat->number, RANDOM_KEYS);
    for (size_t i = 0; i < sizeof key.bytes; i++)
        key.bytes[i] = (uint8_t)random_below(&random, 256);
    return key;
}

int flat_change_key(struct flat *flat, int64_t now)
{
    if (!flat->keys)
        flat->keys = calloc(1, sizeof *flat->keys);
    struct key_change *change = flat->keys;
    if (!change)
        return ERROR_NO_MEMORY;
    if (change->state != KEY_IDLE)
        return ERROR_NOT_ALLOWED;
    int result = wrapping_key(flat, &change->wrapping);
    if (result < 0)
        return result;
    change->next_number = change->platform_number + 1;
    change->next = draw_key(flat, change->next_number);
    change->state = KEY_OFFERING;
    change->attempts = 0;
    tell(flat, now, KEY_OFFERED, change->next_number);
    send_step(flat, now);
    return 0;
}

void flat_keys_timer(struct flat *flat, int64_t now)
{
    if (flat->account.platform->mute)
        plan(flat, now + RETRY_NS);
    else
        send_step(flat, now);
}

/* What the meter seals with the new key shows that it has it. */
static int open_with_next(struct flat *flat, int64_t now, const struct link_message *message, uint8_t *frame,
                          size_t capacity)
{
    struct key_change *change = flat->keys;
    struct envelope_counters counters = {0};
    int size = uplink_open(&flat->shared->codec, &change->next, ENVELOPE_UP, &flat->address, &counters,
                           message->bytes, message->size, frame, capacity);
    if (size < 0)
        return size;
    flat->platform_key = change->next;
    flat->platform_counters = counters;
    change->platform_number = change->next_number;
    change->state = KEY_CONFIRMING;
    change->attempts = 0;
    tell(flat, now, KEY_SWITCHED, change->platform_number);
    send_step(flat, now);
    return size;
}

int flat_keys_open_up(struct flat *flat, int64_t now, const struct link_message *message, uint8_t *frame,
                      size_t capacity)
{
    int size = uplink_open(&flat->shared->codec, &flat->platform_key, ENVELOPE_UP, &flat->address,
                           &flat->platform_counters, message->bytes, message->size, frame, capacity);
    bool offered = flat->keys && flat->keys->state == KEY_OFFERING;
    return size == ERROR_ENVELOPE_AUTHENTICATION && offered ? open_with_next(flat, now, message, frame, capacity)
                                                            : size;
}

bool flat_keys_at_platform(struct flat *flat, int64_t now, const uint8_t *bytes, size_t size)
{
    struct key_change *change = flat->keys;
    struct dlt645_frame frame;
    uint32_t number;
    bool of_use;
    if (!change || dlt645_decode(bytes, size, &frame, NULL) < 0 || !key_change_is(&frame))
        return false;
    int result = key_change_answer_read(&frame, &number, &of_use);
    if (result == ERROR_DLT645_REFUSED && change->state == KEY_OFFERING) {
        stop(flat);
        tell(flat, now, KEY_REFUSED, change->next_number);
    } else if (result == 0 && of_use && change->state == KEY_CONFIRMING && number == change->platform_number) {
        stop(flat);
        tell(flat, now, KEY_DONE, number);
    }
    return true;
}

/* ---- the meter ----------------------------------------------------------------------------------- */

/* Until the platform was seen to use the new key, what it seals with the old one is good. */
static int open_with_old(struct flat *flat, const struct link_message *message, uint8_t *frame, size_t capacity,
                         uint32_t *counter)
{
    struct key_change *change = flat->keys;
    struct envelope_counters counters = {.accepted = change->old_accepted};
    int size = uplink_open(&flat->shared->codec, &change->old, ENVELOPE_DOWN, &flat->address, &counters,
                           message->bytes, message->size, frame, capacity);
    if (size >= 0)
        *counter = change->old_accepted = counters.accepted; /* in memory before the message acts */
    return size;
}

static void confirm(struct flat *flat, int64_t now)
{
    struct key_change *change = flat->keys;
    if (flat->modem.faults.keeps_old_key)
        return;
    change->has_old = false;
    memset(&change->old, 0, sizeof change->old);
    tell(flat, now, KEY_CONFIRMED, change->number);
}

int flat_keys_open_down(struct flat *flat, int64_t now, const struct link_message *message, uint8_t *frame,
                        size_t capacity, uint32_t *counter)
{
    int size = modem_open(&flat->modem, &flat->shared->codec, &flat->address, message->bytes, message->size, frame,
                          capacity);
    bool has_old = flat->keys && flat->keys->has_old;
    *counter = flat->modem.counters.accepted;
    if (size == ERROR_ENVELOPE_AUTHENTICATION && has_old)
        return open_with_old(flat, message, frame, capacity, counter);
    if (size >= 0 && has_old)
        confirm(flat, now);
    return size;
}

/* All of it in memory before the answer goes out. */
static void store(struct flat *flat, int64_t now, const struct envelope_key *key, uint32_t number)
{
    struct key_change *change = flat->keys;
    struct modem *modem = &flat->modem;
    change->old = change->before = modem->key;
    change->old_accepted = modem->counters.accepted;
    change->has_old = true;
    change->number = number;
    modem->key = *key;
    modem->counters = (struct envelope_counters){0};
    modem->memory = (struct modem_memory){0};
    tell(flat, now, KEY_STORED, number);
}

static void refuse(struct flat *flat, int64_t now)
{
    struct dlt645_frame frame;
    flat_reject(flat, now, LINK_DOWN, ERROR_ENVELOPE_AUTHENTICATION);
    dlt645_security_refusal(&frame, &flat->address, DLT645_SERR_VERIFICATION);
    send(flat, now, LINK_UP, &frame);
}

bool flat_keys_at_meter(struct flat *flat, int64_t now, const uint8_t *bytes, size_t size)
{
    struct key_change *change = flat->keys;
    struct dlt645_frame frame;
    struct envelope_key own, key;
    uint32_t number;
    if (!change || dlt645_decode(bytes, size, &frame, NULL) < 0 || !key_change_is(&frame) ||
        wrapping_key(flat, &own) < 0)
        return false;
    own.bytes[0] ^= flat->modem.faults.wrong_wrapping_key;
    int result = key_change_read(&frame, &own, &key, &number);
    bool again = result >= 0 && number == change->number; /* an answer was lost */
    bool next = result == 1 && number == change->number + 1;
    if (next)
        store(flat, now, &key, number);
    if (next || again) {
        key_change_answer(number, result == 0, &flat->address, &frame);
        send(flat, now, LINK_UP, &frame);
    } else {
        refuse(flat, now);
    }
    return true;
}
