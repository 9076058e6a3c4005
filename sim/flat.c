#include "sim/flat.h"

#include "sim/error.h"
#include "sim/flat_keys.h"
#include "sim/forge.h"
#include "sim/platform/notices.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t master_key[16] = "meterbench-root"; /* of the simulated platform: no secret of anyone */

static struct timers timers_at(struct flat *flat, int base, int count)
{
    return (struct timers){&flat->queue, base, count};
}

static void arm_hazard(struct flat *flat, int64_t at)
{
    struct timers timer = timers_at(flat, FLAT_SLOT_HAZARD, 1);
    if (at != TIME_NEVER)
        timer_arm(&timer, 0, at);
}

size_t flat_hot_bytes(void)
{
    return sizeof(struct event_queue) + sizeof(struct plant) + sizeof(struct meter);
}

int64_t flat_next(const struct flat *flat)
{
    int slot;
    return queue_next(&flat->queue, &slot);
}

/* ---- modem ---------------------------------------------------------------------------------- */

/* Names an envelope in the log, so that an accepted one can be traced to the platform that sealed it. */
static uint32_t digest(const uint8_t *bytes, size_t size)
{
    uint32_t hash = UINT32_C(0x811c9dc5);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT32_C(0x01000193);
    return hash;
}

/* An order's, not a reading's: of those that wait only the newest matters, and only its time of validity is fresh. */
static bool replaces_older(const struct controller_frame *frame)
{
    int function = frame->bytes[8] & DLT645_FUNCTION_MASK;
    return function == DLT645_RELAY || function == DLT645_WRITE;
}

void flat_send_sealed(struct flat *flat, int64_t now, enum link_direction direction,
                        const struct controller_frame *frame)
{
    uint8_t envelope[LINK_MESSAGE_MAX];
    bool up = direction == LINK_UP;
    const struct uplink_codec *codec = &flat->shared->codec;
    int size = up ? modem_seal(&flat->modem, codec, &flat->address, frame->bytes, frame->size, envelope, sizeof envelope)
                  : uplink_seal(codec, &flat->platform_key, ENVELOPE_DOWN, &flat->address, &flat->platform_counters,
                                frame->bytes, frame->size, envelope, sizeof envelope);
    if (size < 0) {
        event_put(&flat->events, now, EVENT_FRAME_DROPPED, direction, size);
        return;
    }
    int result = !up && replaces_older(frame)
                     ? link_send_latest(&flat->link, now, direction, envelope, (size_t)size)
                     : link_send(&flat->link, now, direction, envelope, (size_t)size);
    if (result != 0) /* an error, or an older copy that made way */
        event_put(&flat->events, now, EVENT_FRAME_DROPPED, direction, result < 0 ? result : 0);
    if (result >= 0)
        event_put(&flat->events, now, EVENT_FRAME_SENT, direction, digest(envelope, (size_t)size));
}

/* One alarm a minute, whatever a flood brings. */
static bool is_news(int64_t now, int64_t *last_at)
{
    if (*last_at != 0 && now < *last_at + NS_PER_MIN)
        return false;
    *last_at = now > 0 ? now : 1;
    return true;
}

static void reject_at_modem(struct flat *flat, int64_t now, int error)
{
    enum { REPORTS_THAT_WAIT = 2 }; /* what cannot be told yet must not crowd out what is owed */
    flat->modem.rejected++;
    if (link_waiting(&flat->link, LINK_UP) > REPORTS_THAT_WAIT)
        return;
    if (!is_news(now, &flat->modem.last_alarm_at))
        return;
    event_put(&flat->events, now, EVENT_METER_ALARM, METER_ALARM_SECURITY, -error & 0xff);
    const struct controller_report report = {
        .alarm = METER_ALARM_SECURITY,
        .detail = (uint8_t)-error,
        .contacts_closed = plant_contacts_closed(&flat->plant),
        .clock_s = meter_clock_s(&flat->meter, now),
    };
    controller_report(flat->controller, &flat->address, &report);
}

void flat_reject(struct flat *flat, int64_t now, enum link_direction direction, int error)
{
    event_put(&flat->events, now, EVENT_ENVELOPE_REJECTED, direction, error);
    if (direction == LINK_DOWN)
        reject_at_modem(flat, now, error);
    else if (is_news(now, &flat->suspected_at))
        account_suspects(&flat->account, now, METER_ALARM_SECURITY, -error & 0xff);
}

struct link_message *flat_recorded(const struct flat *flat)
{
    return &link_pool_at(flat->shared->radio.pool, flat->recorded)->message;
}

static void record(struct flat *flat, const struct link_message *message)
{
    if (flat->recorded == POOL_NONE)
        flat->recorded = link_pool_take(flat->shared->radio.pool);
    *flat_recorded(flat) = *message;
}

static bool modem_receives(struct flat *flat, int64_t now, const struct link_message *message, uint32_t its_digest)
{
    uint8_t frame[LINK_MESSAGE_MAX];
    uint32_t counter;
    int size = flat_keys_open_down(flat, now, message, frame, sizeof frame, &counter);
    if (size < 0) {
        flat_reject(flat, now, LINK_DOWN, size);
        return false;
    }
    event_put(&flat->events, now, EVENT_COMMAND_ACCEPTED, counter, its_digest);
    if (flat_keys_at_meter(flat, now, frame, (size_t)size))
        return true;
    record(flat, message);
    flat->controller->ops->receive(flat->controller, now, frame, (size_t)size);
    return true;
}

static void plan_silence(struct flat *flat)
{
    const struct billing_policy *policy = &flat->account.platform->policy;
    struct timers timer = timers_at(flat, FLAT_SLOT_SILENCE, 1);
    if (policy->poll_ns > 0 && policy->silent_polls > 0)
        timer_arm(&timer, 0, flat->heard_at + policy->silent_polls * policy->poll_ns + NS_PER_MIN);
}

static void silence_event(struct flat *flat, int64_t now)
{
    plan_silence(flat);
    struct timers timer = timers_at(flat, FLAT_SLOT_SILENCE, 1);
    if (timer_at(&timer, 0) > now)
        return;
    timer_cancel(&timer, 0); /* until it is heard again */
    flat->silent = true;
    account_suspects(&flat->account, now, METER_ALARM_SILENT, 0);
}

static void heard(struct flat *flat, int64_t now)
{
    flat->heard_at = now;
    if (!flat->silent)
        return;
    flat->silent = false;
    plan_silence(flat);
}

static bool platform_receives(struct flat *flat, int64_t now, const struct link_message *message, uint32_t its_digest)
{
    uint8_t frame[LINK_MESSAGE_MAX];
    int size = flat_keys_open_up(flat, now, message, frame, sizeof frame);
    if (size < 0) {
        flat_reject(flat, now, LINK_UP, size);
        return false;
    }
    event_put(&flat->events, now, EVENT_REPORT_ACCEPTED, flat->platform_counters.accepted, its_digest);
    heard(flat, now);
    if (flat_keys_at_platform(flat, now, frame, (size_t)size))
        return true;
    account_receive(&flat->account, now, frame, (size_t)size);
    return true;
}

/* ---- routing -------------------------------------------------------------------------------- */

static bool is_reading(const struct controller_frame *frame)
{
    return frame->bytes[8] == DLT645_READ;
}

static void plan_payment(struct flat *flat)
{
    struct timers timers = timers_at(flat, FLAT_SLOT_TENANT, 1);
    timer_arm(&timers, 0, flat->tenant.pays_at);
}

/* A reminder is read for the first time. */
static void phone_shows(struct flat *flat, int64_t now, const struct phone_message *message)
{
    bool reminds = message->kind == PHONE_REMINDER && flat->shared->tenants_pay;
    if (reminds && tenant_reminded(&flat->tenant, now))
        plan_payment(flat);
}

static void route_down(struct flat *flat, int64_t now)
{
    struct account_outbox *outbox = &flat->shared->down;
    for (int i = 0; i < outbox->frame_count; i++) {
        /* A reading that waits would take the place of an order: the next poll reads the same register. */
        bool busy = link_waiting(&flat->link, LINK_DOWN) > 1;
        if (!busy || !is_reading(&outbox->frames[i]))
            flat_send_sealed(flat, now, LINK_DOWN, &outbox->frames[i]);
    }
    outbox->frame_count = 0;
    for (int i = 0; i < outbox->phone_count; i++)
        phone_shows(flat, now, &outbox->phone[i]);
    outbox->phone_count = 0;
}

/* The last places of the modem's queue are for reports, which are told once. The platform asks again for an answer
 * to an order. */
static bool has_room(const struct flat *flat, const struct controller_frame *frame)
{
    enum { KEPT_FOR_REPORTS = 3 };
    bool is_order_answer = (frame->bytes[8] & DLT645_FUNCTION_MASK) == DLT645_RELAY;
    int room = LINK_QUEUE_MAX - (is_order_answer ? KEPT_FOR_REPORTS : 0);
    return link_waiting(&flat->link, LINK_UP) < room;
}

static void route_up(struct flat *flat, int64_t now)
{
    struct controller_outbox *outbox = flat->controller->outbox;
    for (int i = 0; i < outbox->count; i++)
        if (has_room(flat, &outbox->frames[i]))
            flat_send_sealed(flat, now, LINK_UP, &outbox->frames[i]);
        else
            event_put(&flat->events, now, EVENT_FRAME_DROPPED, LINK_UP, ERROR_QUEUE_FULL);
    outbox->count = 0;
}

/* A tenant in the dark looks at the phone and finds the bill. */
static void follow_supply(struct flat *flat, int64_t now)
{
    bool dark = !flat->plant.load_live && flat->account.arrears_trip;
    if (dark && !flat->dark && tenant_in_the_dark(&flat->tenant, now))
        plan_payment(flat);
    flat->dark = dark;
}

static void follow_power(struct flat *flat, int64_t now)
{
    bool powered = flat->controller->status.powered;
    if (powered == flat->link_powered)
        return;
    flat->link_powered = powered;
    if (powered)
        modem_restart(&flat->modem);
    link_set_powered(&flat->link, now, powered);
}

void flat_settle(struct flat *flat, int64_t now)
{
    struct controller *controller = flat->controller;
    flat->now = now;
    for (;;) {
        if (flat->plant.signals_changed) {
            flat->plant.signals_changed = false;
            controller->ops->sense(controller, now, &flat->plant.signals);
        } else if (controller->coil_wanted) {
            controller->coil_wanted = false;
            plant_coil(&flat->plant, now, controller->coil);
        } else if (flat->meter.limits && flat->meter.limits->changed) {
            flat->meter.limits->changed = false;
            plant_set_limits(&flat->plant, now, flat->meter.limits->now);
        } else if (controller->outbox->count > 0) {
            route_up(flat, now);
        } else if (flat->shared->down.frame_count > 0 || flat->shared->down.phone_count > 0) {
            route_down(flat, now);
        } else {
            break;
        }
    }
    follow_power(flat, now);
    if (flat->shared->tenants_pay)
        follow_supply(flat, now);
}

/* ---- events --------------------------------------------------------------------------------- */

/* False: refused. */
static bool receives(struct flat *flat, int64_t now, enum link_direction direction, const struct link_message *message,
                     uint32_t its_digest)
{
    return direction == LINK_DOWN ? modem_receives(flat, now, message, its_digest)
                                  : platform_receives(flat, now, message, its_digest);
}

static bool delivers(struct flat *flat, int64_t now, enum link_direction direction, const struct link_message *message)
{
    uint32_t its_digest = digest(message->bytes, message->size);
    event_put(&flat->events, now, EVENT_FRAME_DELIVERED, direction, its_digest);
    return receives(flat, now, direction, message, its_digest);
}

static void link_event(struct flat *flat, int64_t now, enum link_direction direction)
{
    struct link_message message;
    if (flat->attacker && link_arrives(&flat->link, direction) &&
        attacker_drops(flat->attacker, now, direction, link_arriving(&flat->link, direction))) {
        link_lose(&flat->link, now, direction);
        flat_attacker_changed(flat, now);
        return;
    }
    if (!link_timer(&flat->link, now, direction, &message))
        return;
    if (!flat->attacker || !attacker_takes(flat->attacker, now, direction, &message))
        delivers(flat, now, direction, &message);
    if (flat->attacker)
        flat_attacker_changed(flat, now);
}

/* What the platform asks for again itself. */
static bool is_answer(const uint8_t *bytes, size_t size)
{
    struct dlt645_frame frame;
    struct controller_report report;
    return dlt645_decode(bytes, size, &frame, NULL) >= 0 && controller_report_parse(&frame, &report) != 0;
}

/* Nobody acknowledges a report that came too late behind a newer one: the modem seals it again. */
static void report_again(struct flat *flat, int64_t now, const struct link_message *message)
{
    const struct uplink_codec *codec = &flat->shared->codec;
    size_t bytes;
    struct controller_frame frame;
    uint8_t payload[LINK_MESSAGE_MAX];
    uint32_t counter = uplink_counter(codec, message->bytes, message->size), sent = flat->modem.counters.sent;
    uplink_counter_at(codec, &bytes);
    if (bytes == 2) /* the upper half is not on the air */
        counter = sent - (uint16_t)(sent - counter);
    struct envelope_counters before = {.accepted = counter - 1};
    int size = uplink_open(codec, &flat->modem.key, ENVELOPE_UP, &flat->address, &before, message->bytes,
                           message->size, payload, sizeof payload);
    if (size == ERROR_ENVELOPE_AUTHENTICATION && flat->keys) { /* sealed before the key changed */
        before.accepted = uplink_counter(codec, message->bytes, message->size) - 1;
        size = uplink_open(codec, &flat->keys->before, ENVELOPE_UP, &flat->address, &before, message->bytes,
                           message->size, payload, sizeof payload);
    }
    if (size < 0 || size > CONTROLLER_FRAME_MAX || is_answer(payload, (size_t)size))
        return;
    frame.size = (uint8_t)size;
    memcpy(frame.bytes, payload, (size_t)size);
    flat_send_sealed(flat, now, LINK_UP, &frame);
}

/* ---- the attacker ------------------------------------------------------------------------------- */

/* A frame that the attacker made, or that is not the one that was sent. A modem without power hears nothing. */
static void foreign(struct flat *flat, int64_t now, enum link_direction direction, enum attack attack,
                    const struct link_message *message)
{
    uint32_t its_digest = digest(message->bytes, message->size);
    event_put(&flat->events, now, EVENT_FRAME_FOREIGN, attack, its_digest);
    if (flat->link_powered || direction == LINK_UP)
        receives(flat, now, direction, message, its_digest);
}

static void attacker_delivers(struct flat *flat, int64_t now, const struct attacker_frame *frame)
{
    enum link_direction direction = (enum link_direction)frame->direction;
    if (frame->foreign)
        foreign(flat, now, direction, (enum attack)frame->act, &frame->message);
    else if (direction == LINK_UP && !delivers(flat, now, direction, &frame->message))
        report_again(flat, now, &frame->message);
    else if (direction == LINK_DOWN && flat->link_powered)
        delivers(flat, now, direction, &frame->message);
}

void flat_attacker_changed(struct flat *flat, int64_t now)
{
    struct timers timer = timers_at(flat, FLAT_SLOT_ATTACKER, 1);
    struct attacker_frame frame;
    while (attacker_take(flat->attacker, now, &frame))
        attacker_delivers(flat, now, &frame);
    int64_t next = attacker_next(flat->attacker);
    timer_cancel(&timer, 0);
    if (next != TIME_NEVER)
        timer_arm(&timer, 0, next);
}

struct attacker *flat_attacker(struct flat *flat)
{
    if (!flat->attacker)
        flat->attacker = attacker_new(&flat->link, flat->shared->radio.seed);
    return flat->attacker;
}

void flat_free(struct flat *flat)
{
    attacker_free(flat->attacker);
    free(flat->keys);
    flat->attacker = NULL;
    flat->keys = NULL;
}

static void tenant_event(struct flat *flat, int64_t now)
{
    uint32_t number;
    int64_t amount = tenant_pays(&flat->tenant);
    flat_pay(flat, now, amount, &number); /* a full queue: the next reminder tries again */
}

static void phone_event(struct flat *flat, int64_t now, enum link_direction direction)
{
    struct link_message arrived;
    struct phone_message message;
    if (!link_timer(&flat->phone, now, direction, &arrived) ||
        phone_decode(arrived.bytes, arrived.size, &message) < 0)
        return;
    if (direction == LINK_UP)
        account_phone(&flat->account, now, &message);
}

static void hazard_strikes(struct flat *flat, int64_t now)
{
    struct hazard hazard = hazards_strike(&flat->hazards);
    enum plant_fault fault = (enum plant_fault)hazard.kind->fault;
    if (hazard.leak.shape != LEAKAGE_NONE)
        flat_begin_leak(flat, now, &hazard.leak, -1);
    else
        flat_set_fault(flat, now, fault, hazard.level);
    arm_hazard(flat, now + hazard.lasts_ns);
}

/* Whoever repaired it closes the breaker and, unless money is owed, has the meter closed again. */
static void hazard_is_mended(struct flat *flat, int64_t now)
{
    enum plant_fault fault = (enum plant_fault)hazards_standing(&flat->hazards)->fault;
    bool stands = flat->plant.fault_level[fault] != 0 ||
                  (fault == PLANT_FAULT_LEAKAGE && flat->plant.leakage.leak.shape != LEAKAGE_NONE);
    hazards_mended(&flat->hazards);
    if (stands)
        flat_set_fault(flat, now, fault, 0);
    plant_reset_mcb(&flat->plant, now);
    bool locked = flat->controller->status.causes & CAUSES_LOCKING;
    if (locked && !flat->account.arrears_trip)
        account_order(&flat->account, now, DLT645_RELAY_CLOSE, ACTOR_SERVICE, 2);
    arm_hazard(flat, hazards_next(&flat->hazards, now));
}

static void hazard_event(struct flat *flat, int64_t now)
{
    if (hazards_standing(&flat->hazards))
        hazard_is_mended(flat, now);
    else
        hazard_strikes(flat, now);
}

static void run_event(struct flat *flat, int64_t now, int slot)
{
    assert(slot >= 0 && now >= flat->now);
    queue_take(&flat->queue, slot);
    if (slot == FLAT_SLOT_SILENCE)
        silence_event(flat, now);
    else if (slot == FLAT_SLOT_KEYS)
        flat_keys_timer(flat, now);
    else if (slot == FLAT_SLOT_ATTACKER)
        flat_attacker_changed(flat, now);
    else if (slot == FLAT_SLOT_TENANT)
        tenant_event(flat, now);
    else if (slot == FLAT_SLOT_HAZARD)
        hazard_event(flat, now);
    else if (slot >= FLAT_SLOT_ACCOUNT)
        account_timer(&flat->account, now, slot - FLAT_SLOT_ACCOUNT);
    else if (slot >= FLAT_SLOT_PHONE)
        phone_event(flat, now, (enum link_direction)(slot - FLAT_SLOT_PHONE));
    else if (slot >= FLAT_SLOT_LINK)
        link_event(flat, now, (enum link_direction)(slot - FLAT_SLOT_LINK));
    else if (slot >= FLAT_SLOT_METER)
        flat->controller->ops->timer(flat->controller, now, slot - FLAT_SLOT_METER);
    else
        plant_timer(&flat->plant, now, slot - FLAT_SLOT_PLANT);
    flat_settle(flat, now);
}

void flat_step(struct flat *flat)
{
    int slot = -1;
    int64_t now = queue_next(&flat->queue, &slot);
    run_event(flat, now, slot);
}

uint32_t flat_run(struct flat *flat, int64_t until)
{
    uint32_t events = 0;
    for (;; events++) {
        int slot = -1;
        int64_t now = queue_next(&flat->queue, &slot);
        if (now > until)
            return events;
        run_event(flat, now, slot);
    }
}

/* ---- from outside ---------------------------------------------------------------------------- */

/* A cause is told: a virtual flat's at once, a board's when its rack applied it. */
static void tell_cause(struct flat *flat, int64_t now, enum plant_fault fault, int64_t level)
{
    bool is_virtual = flat->controller == &flat->meter.controller;
    if (is_virtual)
        event_put(&flat->events, now, level ? EVENT_CAUSE : EVENT_CAUSE_ENDED, fault, level);
    flat->last_cause = is_virtual ? -1 : (int64_t)fault;
}

void flat_set_fault(struct flat *flat, int64_t now, enum plant_fault fault, int64_t level)
{
    tell_cause(flat, now, fault, level);
    plant_set_fault(&flat->plant, now, fault, level);
    flat_settle(flat, now);
}

void flat_set_load(struct flat *flat, int64_t now, const struct plant_load *load)
{
    tell_cause(flat, now, PLANT_FAULT_LOAD, load->power_mw);
    plant_set_load(&flat->plant, now, load);
    flat_settle(flat, now);
}

struct flat_energy *flat_energy(struct flat *flat, int64_t now)
{
    if (!flat->shared->energies || !flat->plant.household.managed)
        return NULL;
    managed_account(flat->plant.household.managed, now);
    return &flat->shared->energies[flat->number - 1];
}

int flat_limit(struct flat *flat, int64_t now, const struct limit_schedule *schedule, int actor, int level)
{
    struct flat_energy *energy = flat_energy(flat, now);
    if (!energy)
        return ERROR_NOT_FOUND;
    energy->wanted = *schedule;
    int result = account_order(&flat->account, now, ORDER_LIMITS, actor, level);
    flat_settle(flat, now);
    return result;
}

int flat_want(struct flat *flat, int64_t now, enum managed_service service, bool on)
{
    int result = plant_want(&flat->plant, now, service, on);
    flat_settle(flat, now);
    return result;
}

void flat_begin_leak(struct flat *flat, int64_t now, const struct leak *leak, int phase_deg)
{
    plant_begin_leak(&flat->plant, now, leak, phase_deg);
    flat_settle(flat, now);
}

void flat_set_voltage(struct flat *flat, int64_t now, int32_t level_mv, int64_t duration_ns)
{
    flat_set_fault(flat, now, PLANT_FAULT_VOLTAGE, level_mv);
    plant_set_voltage(&flat->plant, now, level_mv, duration_ns);
    flat_settle(flat, now);
}

void flat_warm(struct flat *flat, int64_t now, int32_t to_mc, int32_t rise_mc)
{
    tell_cause(flat, now, PLANT_FAULT_HEAT, to_mc);
    plant_warm(&flat->plant, now, to_mc, rise_mc);
    flat_settle(flat, now);
}

void flat_set_sensor(struct flat *flat, int64_t now, enum sensor sensor, enum sensor_state state)
{
    event_put(&flat->events, now, EVENT_SENSOR, sensor, state);
    plant_set_sensor(&flat->plant, now, sensor, state);
    flat_settle(flat, now);
}

void flat_set_supply(struct flat *flat, int64_t now, int32_t feeder_mv, int32_t terminal_mv)
{
    plant_set_supply(&flat->plant, now, feeder_mv, terminal_mv);
    flat_settle(flat, now);
}

void flat_set_phone(struct flat *flat, int64_t now, bool on, bool app_on)
{
    flat->account.notify.phone_off = !on;
    flat->account.notify.app_off = !app_on;
    link_set_powered(&flat->phone, now, on && app_on);
    notify_phone_is_on(&flat->account, now, NOTIFY_TENANT);
    flat_settle(flat, now);
}

uint32_t flat_next_payment(struct flat *flat, uint32_t number)
{
    if (number == 0)
        number = flat->next_payment;
    if (number >= flat->next_payment)
        flat->next_payment = number + 1;
    return number;
}

static int pay_by_phone(struct flat *flat, int64_t now, const struct payment *payment, uint32_t number)
{
    const struct phone_message message = {
        .kind = PHONE_PAYMENT, .number = number, .amount = payment->amount};
    uint8_t bytes[PHONE_MESSAGE_SIZE];
    int result = 0;
    phone_encode(&message, bytes);
    for (int i = 0; i < payment->times && result >= 0; i++)
        result = link_send(&flat->phone, now, LINK_UP, bytes, sizeof bytes);
    return result < 0 ? result : 0;
}

static int pay_by_service(struct flat *flat, int64_t now, const struct payment *payment, uint32_t number)
{
    int result = 0;
    for (int i = 0; i < payment->times && result >= 0; i++)
        result = notices_send(&flat->account, now + payment->delay_ns, payment->amount, number);
    return result;
}

int flat_pay_as(struct flat *flat, int64_t now, const struct payment *payment, uint32_t *number)
{
    uint32_t next = payment->number ? payment->number : flat->next_payment;
    int result = payment->by_service ? pay_by_service(flat, now, payment, next)
                                     : pay_by_phone(flat, now, payment, next);
    if (result < 0)
        return result;
    *number = flat_next_payment(flat, next);
    flat_settle(flat, now);
    return 0;
}

int flat_pay(struct flat *flat, int64_t now, int64_t amount, uint32_t *number)
{
    return flat_pay_as(flat, now, &(struct payment){.amount = amount, .times = 1}, number);
}

/* With a fresh counter and one bit of the order turned. */
static void disguise(const struct flat *flat, struct link_message *message)
{
    const struct uplink_codec *codec = &flat->shared->codec;
    uplink_set_counter(codec, message->bytes, message->size, flat->platform_counters.sent + 1000);
    message->bytes[uplink_payload_at(codec) + 9] ^= 1;
}

static int foreign_order(const struct flat *flat, enum forge_key key, struct link_message *message)
{
    struct forgery forgery = {.direction = LINK_DOWN, .key = key};
    bool closed = plant_contacts_closed(&flat->plant);
    int result = forge_order(flat, closed ? DLT645_RELAY_TRIP : DLT645_RELAY_CLOSE, &forgery);
    if (result < 0)
        return result;
    return forge_message(flat, &forgery, message);
}

int flat_attack(struct flat *flat, int64_t now, enum attack attack)
{
    struct link_message message = {0};
    bool of_recording = attack == ATTACK_REPLAY || attack == ATTACK_ALTER;
    if (attack > ATTACK_WRONG_KEY)
        return ERROR_INVALID_ARGUMENT;
    if (of_recording && flat->recorded == POOL_NONE)
        return ERROR_NOT_FOUND;
    if (of_recording)
        message = *flat_recorded(flat);
    if (attack == ATTACK_ALTER)
        disguise(flat, &message);
    int result = of_recording ? 0 : foreign_order(flat, attack == ATTACK_FORGE ? FORGE_NONE : FORGE_WRONG, &message);
    if (result < 0)
        return result;
    foreign(flat, now, LINK_DOWN, attack, &message);
    flat_settle(flat, now);
    return 0;
}

void flat_damaged_order(struct flat *flat, int64_t now, int order)
{
    struct forgery noise = {.direction = LINK_DOWN};
    if (forge_order(flat, order, &noise) < 0)
        return;
    noise.payload[noise.size - 2] ^= 0x01; /* the checksum */
    flat->controller->ops->receive(flat->controller, now, noise.payload, noise.size);
    flat_settle(flat, now);
}

void flat_set_controller(struct flat *flat, struct controller *controller)
{
    flat->controller = controller ? controller : &flat->meter.controller;
}

static void manage_energy(struct flat *flat, struct flat_energy *energy)
{
    plant_manage(&flat->plant, &energy->managed);
    energy->limits.now[MANAGED_AIR] = energy->limits.now[MANAGED_WATER] = MANAGED_NO_LIMIT;
    flat->meter.limits = &energy->limits;
    flat->account.limits = &energy->wanted;
}

int flat_init(struct flat *flat, uint32_t number, struct flat_shared *shared,
              const struct flat_config *config)
{
    memset(flat, 0, sizeof *flat);
    flat->number = number;
    flat->events = (struct event_source){shared->sink, number};
    flat->shared = shared;
    flat->next_payment = 1;
    flat->recorded = POOL_NONE;
    flat->last_cause = -1;
    flat->link_powered = true;
    queue_init(&flat->queue, FLAT_SLOTS);
    int result = dlt645_address_from_number(100000 + number, &flat->address);
    assert(result == 0);
    result = envelope_derive_key(master_key, sizeof master_key, &flat->address, &flat->modem.key);
    if (result < 0)
        return result;
    flat->platform_key = flat->modem.key;

    plant_init(&flat->plant, timers_at(flat, FLAT_SLOT_PLANT, PLANT_TIMERS), flat->events,
               &config->plant);
    hazards_init(&flat->hazards, config->seed, number, config->hazard_table, config->hazards_permille);
    arm_hazard(flat, hazards_next(&flat->hazards, 0));
    meter_init(&flat->meter, timers_at(flat, FLAT_SLOT_METER, METER_TIMERS), flat->events,
               &flat->address, &shared->meter, config->opening_balance,
               &shared->up);
    if (shared->meter.credit == CREDIT_LOCAL) /* lifted by the platform once the reminders are delivered */
        flat->meter.memory.keep_power = flat->meter.controller.status.keep_power = true;
    flat->controller = &flat->meter.controller;
    link_init(&flat->link, &shared->radio, timers_at(flat, FLAT_SLOT_LINK, LINK_DIRECTIONS), number,
              random_stream(config->seed, number, RANDOM_METER_LINK), config->signal);
    if (config->place != PLACE_NONE)
        link_set_place(&flat->link, 0, config->place);
    link_init(&flat->phone, &shared->phones, timers_at(flat, FLAT_SLOT_PHONE, LINK_DIRECTIONS),
              number, random_stream(config->seed, number, RANDOM_PHONE_LINK), config->phone_signal);
    tenant_init(&flat->tenant, config->seed, number);
    const struct account_config account = {
        .credit = shared->meter.credit,
        .opening_balance = config->opening_balance,
        .control_password = shared->meter.control_password,
        .administrator_password = shared->meter.administrator_password,
    };
    account_init(&flat->account, shared->platform, &shared->down,
                 timers_at(flat, FLAT_SLOT_ACCOUNT, ACCOUNT_TIMERS), flat->events, &flat->address,
                 &account);
    if (shared->energies && config->plant.household && !config->plant.curve)
        manage_energy(flat, &shared->energies[number - 1]);
    plan_silence(flat);
    flat_settle(flat, 0);
    return 0;
}
