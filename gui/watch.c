#include "gui/watch.h"

#include "sim/kernel/time.h"
#include "sim/platform/account.h"

#define TRIP_LIMIT_NS (5 * NS_PER_S)    /* the promise: cause or order to contacts open */
#define RESTORE_LIMIT_NS (3 * NS_PER_S) /* the promise: payment to light */
#define STAMP_ERROR_NS (2 * NS_PER_US)  /* two stamps of a rack, each good to a microsecond */
#define MARKS_UNTIL_NS NS_PER_MIN

struct watch watch_new(void)
{
    return (struct watch){.state = WATCH_IDLE, .closed = true, .live = true};
}

static bool opens(enum watch_kind kind)
{
    return kind == WATCH_CAUSE || kind == WATCH_ARREARS || kind == WATCH_TRIP;
}

static void start(struct watch *watch, enum watch_kind kind, struct instant cause)
{
    watch->state = WATCH_RUNNING;
    watch->kind = kind;
    watch->cause = cause;
    watch->delay = 0;
    watch->held = false;
    watch->limit = kind == WATCH_PAYMENT ? RESTORE_LIMIT_NS : TRIP_LIMIT_NS;
    watch->mark_count = 0;
}

/* Overload counts from the expiry of its configured delay. */
static void postpone(struct watch *watch, int64_t delay)
{
    watch->delay = delay;
    watch->cause.at += delay;
    watch->cause.within.earliest += delay;
    watch->cause.within.latest += delay;
    if (watch->cause.stamp_ns != EVENT_NO_STAMP)
        watch->cause.stamp_ns += delay;
}

static void cause_begins(struct watch *watch, const struct event *event, int64_t overload_delay)
{
    bool trips = event->a == PLANT_FAULT_LEAKAGE || event->a == PLANT_FAULT_OVERLOAD ||
                 event->a == PLANT_FAULT_SHORT_CIRCUIT || event->a == PLANT_FAULT_SMOKE ||
                 event->a == PLANT_FAULT_HEAT;
    if (!trips || !watch->closed)
        return;
    start(watch, WATCH_CAUSE, instant_of_event(event));
    watch->fault = (int)event->a;
    watch->level = event->b;
    if (event->a == PLANT_FAULT_OVERLOAD)
        postpone(watch, overload_delay);
}

static void cause_ends(struct watch *watch, const struct event *event)
{
    bool awaited = watch->state == WATCH_RUNNING && watch->kind == WATCH_CAUSE &&
                   watch->fault == (int)event->a;
    if (awaited)
        watch->state = WATCH_IDLE; /* it ended before the meter had to act */
}

static bool supplies(int64_t order)
{
    return order == DLT645_RELAY_CLOSE || order == DLT645_RELAY_PERMIT_CLOSE ||
           order == DLT645_RELAY_KEEP_POWER_ON;
}

static bool cuts(int64_t order)
{
    return order == DLT645_RELAY_TRIP || order == DLT645_RELAY_KEEP_POWER_OFF;
}

static void order_accepted(struct watch *watch, const struct event *event)
{
    bool billing = event->b == ACTOR_BILLING;
    struct instant now = instant_of_event(event);
    if (cuts(event->a) && watch->closed) {
        start(watch, billing ? WATCH_ARREARS : WATCH_TRIP, now);
    } else if (supplies(event->a) && !watch->live) {
        bool paid = billing && watch->amount > 0 && watch->payment.at == now.at;
        start(watch, paid ? WATCH_PAYMENT : WATCH_CLOSE, paid ? watch->payment : now);
        watch->level = watch->amount;
    }
}

static void refused(struct watch *watch)
{
    if (watch->state == WATCH_RUNNING && watch->kind != WATCH_CAUSE)
        watch->state = WATCH_REFUSED;
}

static void stop(struct watch *watch, const struct event *event)
{
    struct instant effect = instant_of_event(event);
    watch->measured = interval_between(&watch->cause, &effect, STAMP_ERROR_NS);
    watch->evidence = effect.evidence;
    watch->state = WATCH_DONE;
    if (watch->measured.latest < 0) { /* before it had to: no time to be judged */
        watch->judgement = JUDGEMENT_INCONCLUSIVE;
        return;
    }
    if (watch->measured.earliest < 0)
        watch->measured.earliest = 0;
    watch->judgement = judge(watch->measured, watch->limit);
}

/* A cause trips on the spot: what the modem hears meanwhile has nothing to do with it. Nor has
 * a report, late on a bad radio, of something that happened before. */
static bool foreign(const struct watch *watch, const struct event *event)
{
    bool reports = event->kind == EVENT_ALARM_RECEIVED || event->kind == EVENT_ALARM_DELIVERED;
    if (reports)
        return event->a != (opens(watch->kind) ? METER_ALARM_TRIPPED : METER_ALARM_CLOSED);
    return event->kind == EVENT_COMMAND_ACCEPTED && watch->kind == WATCH_CAUSE;
}

static void mark(struct watch *watch, const struct event *event)
{
    int64_t after = event->at - watch->cause.at;
    bool late = after > MARKS_UNTIL_NS;
    if (watch->state == WATCH_IDLE || late || watch->mark_count == WATCH_MARKS ||
        foreign(watch, event))
        return;
    for (int i = 0; i < watch->mark_count; i++)
        if (watch->marks[i].kind == event->kind)
            return;
    /* A board's facts are told a little late: each goes where its time puts it. */
    int place = watch->mark_count++;
    for (; place > 0 && watch->marks[place - 1].after > after; place--)
        watch->marks[place] = watch->marks[place - 1];
    watch->marks[place] = (struct watch_mark){event->kind, after, (enum evidence)event->evidence};
}

static void contacts(struct watch *watch, const struct event *event)
{
    watch->closed = event->a != 0;
    if (watch->state == WATCH_RUNNING && !watch->closed && opens(watch->kind))
        stop(watch, event);
}

static void load(struct watch *watch, const struct event *event)
{
    watch->live = event->a != 0;
    if (watch->state == WATCH_RUNNING && watch->live && !opens(watch->kind))
        stop(watch, event);
}

static void remember_payment(struct watch *watch, const struct event *event)
{
    watch->payment = instant_of_event(event);
    watch->amount = event->a;
}

void watch_event(struct watch *watch, const struct event *event, int64_t overload_delay)
{
    switch (event->kind) {
    case EVENT_CAUSE:
        cause_begins(watch, event, overload_delay);
        break;
    case EVENT_CAUSE_ENDED:
        cause_ends(watch, event);
        break;
    case EVENT_PAYMENT:
        remember_payment(watch, event);
        break;
    case EVENT_ORDER:
        order_accepted(watch, event);
        break;
    case EVENT_ORDER_FAILED:
        refused(watch);
        break;
    case EVENT_METER_HELD:
        watch->held = event->a != 0;
        break;
    case EVENT_CONTACTS:
        mark(watch, event);
        contacts(watch, event);
        break;
    case EVENT_LOAD_LIVE:
        mark(watch, event);
        load(watch, event);
        break;
    case EVENT_COMMAND_ACCEPTED:
    case EVENT_METER_TRIP:
    case EVENT_METER_CLOSE:
    case EVENT_COIL:
    case EVENT_ALARM_RECEIVED:
    case EVENT_ALARM_DELIVERED:
        mark(watch, event);
        break;
    }
}

int64_t watch_reading(const struct watch *watch, int64_t now)
{
    if (watch->state == WATCH_DONE)
        return watch->measured.earliest + (watch->measured.latest - watch->measured.earliest) / 2;
    return watch->state == WATCH_RUNNING ? now - watch->cause.at : 0;
}
