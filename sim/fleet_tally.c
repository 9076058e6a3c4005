#include "sim/fleet_tally.h"

void fleet_tally_merge(struct fleet_tally *into, const struct fleet_tally *from)
{
    into->flats += from->flats;
    for (int i = 0; i < TRIP_CAUSE_COUNT; i++)
        into->trips[i] += from->trips[i];
    for (int i = 0; i < LINK_DIRECTIONS; i++) {
        into->sent[i] += from->sent[i];
        into->delivered[i] += from->delivered[i];
        into->lost[i] += from->lost[i];
    }
    into->dropped += from->dropped;
    into->orders += from->orders;
    into->orders_done += from->orders_done;
    into->orders_failed += from->orders_failed;
    into->payments += from->payments;
    into->reminders += from->reminders;
    books_merge(&into->books, &from->books);
    histogram_merge(&into->trip_local, &from->trip_local);
    histogram_merge(&into->trip_remote, &from->trip_remote);
    histogram_merge(&into->restore, &from->restore);
}

/* Multiply and fold the high half in: every bit of the input reaches every bit of the hash within two facts. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t mix_event(uint64_t hash, const struct event *event)
{
    hash = mix(hash, (uint64_t)event->at);
    hash = mix(hash, event->kind);
    hash = mix(hash, (uint64_t)event->a);
    return mix(hash, (uint64_t)event->b);
}

uint64_t fleet_log_hash(const struct fleet_log *log, uint32_t flats)
{
    uint64_t hash = log->site_hash;
    for (uint32_t i = 0; i < flats; i++)
        hash = mix(hash, log->watches[i].hash);
    return hash;
}

/* When the meter has to answer to a cause: TIME_NEVER for a level that may stand. */
static int64_t must_answer_from(const struct fleet_log *log, const struct event *cause)
{
    const struct meter_config *meter = log->meter;
    switch ((enum plant_fault)cause->a) {
    case PLANT_FAULT_LEAKAGE:
        return cause->b >= meter->rated_residual_ua ? cause->at : TIME_NEVER;
    case PLANT_FAULT_OVERLOAD:
        return cause->b >= meter->overload_ma ? cause->at + meter->overload_delay_ns : TIME_NEVER;
    case PLANT_FAULT_SHORT_CIRCUIT:
    case PLANT_FAULT_SMOKE:
        return cause->at;
    default:
        return TIME_NEVER;
    }
}

static void contacts_move(struct fleet_log *log, struct fleet_watch *watch, int64_t at, bool closed)
{
    if (closed)
        return;
    if (watch->tripping_local && watch->cause_at <= at)
        histogram_add(&log->tally->trip_local, at - watch->cause_at);
    if (watch->tripping_remote && watch->ordered_at <= at)
        histogram_add(&log->tally->trip_remote, at - watch->ordered_at);
    watch->tripping_local = watch->tripping_remote = false;
    watch->cause_at = watch->ordered_at = TIME_NEVER;
}

static void meter_trips(struct fleet_log *log, struct fleet_watch *watch, int cause)
{
    log->tally->trips[cause]++;
    watch->tripping_local = cause >= TRIP_CAUSE_OVERLOAD && watch->cause_at != TIME_NEVER;
    watch->tripping_remote = cause == TRIP_CAUSE_ORDER && watch->ordered_at != TIME_NEVER;
}

static void load_live(struct fleet_log *log, struct fleet_watch *watch, int64_t at)
{
    if (watch->dark && watch->paid_at != TIME_NEVER)
        histogram_add(&log->tally->restore, at - watch->paid_at);
    watch->dark = false;
    watch->paid_at = TIME_NEVER;
}

static void follow(struct fleet_log *log, struct fleet_watch *watch, const struct event *event)
{
    struct fleet_tally *tally = log->tally;
    switch (event->kind) {
    case EVENT_FRAME_SENT:
        tally->sent[event->a]++;
        break;
    case EVENT_FRAME_DELIVERED:
        tally->delivered[event->a]++;
        break;
    case EVENT_FRAME_LOST:
        tally->lost[event->a]++;
        break;
    case EVENT_FRAME_DROPPED:
        tally->dropped += event->b != 0; /* 0: a newer copy went in its place */
        break;
    case EVENT_CAUSE:
        watch->cause_at = must_answer_from(log, event);
        break;
    case EVENT_LEAK_COURSE: /* one that grows or flickers reaches the limit later, if at all */
        if (event->a != LEAKAGE_STEP)
            watch->cause_at = TIME_NEVER;
        break;
    case EVENT_CAUSE_ENDED:
        watch->cause_at = TIME_NEVER;
        break;
    case EVENT_METER_TRIP:
        meter_trips(log, watch, (int)event->a);
        break;
    case EVENT_CONTACTS:
        contacts_move(log, watch, event->at, event->a != 0);
        break;
    case EVENT_LOAD_LIVE:
        if (event->a)
            load_live(log, watch, event->at);
        break;
    case EVENT_ORDER:
        tally->orders++;
        if (event->a == DLT645_RELAY_TRIP)
            watch->ordered_at = event->at;
        break;
    case EVENT_ORDER_DONE:
        tally->orders_done++;
        break;
    case EVENT_ORDER_FAILED:
        tally->orders_failed++;
        break;
    case EVENT_ARREARS_TRIP:
        watch->dark = true;
        watch->paid_at = TIME_NEVER;
        break;
    case EVENT_PAYMENT:
        tally->payments++;
        if (watch->dark)
            watch->paid_at = event->at;
        break;
    case EVENT_REMINDER_DELIVERED:
        tally->reminders++;
        break;
    default:
        break;
    }
}

static void put(struct event_sink *sink, const struct event *event)
{
    struct fleet_log *log = (struct fleet_log *)sink;
    log->logged++;
    if (event->flat == EVENT_NO_FLAT) {
        log->site_hash = mix_event(log->site_hash, event);
        return;
    }
    struct fleet_watch *watch = &log->watches[event->flat - 1];
    watch->hash = mix_event(watch->hash, event);
    books_event(&log->tally->books, &watch->page, &log->prices, event);
    follow(log, watch, event);
}

void fleet_log_init(struct fleet_log *log, const struct meter_config *meter,
                    struct fleet_watch *watches, uint32_t flats, struct fleet_tally *tally)
{
    *log = (struct fleet_log){
        .sink = {put}, .meter = meter, .watches = watches, .tally = tally};
    for (uint32_t i = 0; i < flats; i++)
        watches[i] = (struct fleet_watch){
            .cause_at = TIME_NEVER, .ordered_at = TIME_NEVER, .paid_at = TIME_NEVER};
}
