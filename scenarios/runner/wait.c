/* What a script waits for: when a condition came to hold, when a wait is over, and the verdict on it. */
#include "scenarios/runner/run_internal.h"

#include <stdio.h>

/* Was this kind of event last told with this `a`? (Bouncing contacts touch before they are told to be closed.) */
static bool last_told(struct run *run, uint32_t flat, int kind, int64_t a, struct instant *when)
{
    const struct event_match match = {.flat = flat, .kind = kind};
    const struct event *event = observer_last(&run->observer, &match);
    *when = event ? instant_of_event(event) : instant_exactly(0);
    return !event || event->a == a;
}

/* For a meter that obeys the platform's money, an arrears trip is an order; the account knows why. */
static bool cause_is(const struct flat *flat, int cause)
{
    const struct controller_status *status = &flat->controller->status;
    if (cause < 0)
        return true;
    if (!status->trip_cause_known)
        return false;
    bool by_order_for_arrears = cause == TRIP_CAUSE_ARREARS && flat->account.arrears_trip &&
                                status->last_trip == TRIP_CAUSE_ORDER;
    return by_order_for_arrears || (int)status->last_trip == cause;
}

bool condition_holds(struct run *run, struct condition *condition, struct instant *when)
{
    const struct flat *flat = site_flat(run->site, condition->flat);
    switch (condition->kind) {
    case CONDITION_TRIPPED:
        return !plant_contacts_closed(&flat->plant) && cause_is(flat, condition->cause) &&
               last_told(run, condition->flat, EVENT_CONTACTS, 0, when);
    case CONDITION_CLOSED:
        return plant_contacts_closed(&flat->plant) &&
               last_told(run, condition->flat, EVENT_CONTACTS, 1, when);
    case CONDITION_SUPPLIED:
        return flat->plant.load_live && last_told(run, condition->flat, EVENT_LOAD_LIVE, 1, when);
    case CONDITION_DARK:
        return !flat->plant.load_live && last_told(run, condition->flat, EVENT_LOAD_LIVE, 0, when);
    case CONDITION_MAINTENANCE:
        return (flat->account.holds & HOLD_LOCKED_OUT) &&
               last_told(run, condition->flat, EVENT_MAINTENANCE, 1, when);
    case CONDITION_EVENT: {
        const struct event *event =
            observer_first(&run->observer, &condition->match, condition->since);
        if (!event) {
            condition->since = run->observer.count;
            return false;
        }
        *when = instant_of_event(event);
        return true;
    }
    }
    return false;
}

static bool cause_resolve(struct run *run, const struct cause *cause, struct instant *when)
{
    const struct event *event = observer_first(&run->observer, &cause->match, cause->since);
    if (!event)
        return false;
    *when = instant_of_event(event);
    when->at += cause->offset_ns;
    when->within.earliest += cause->offset_ns;
    when->within.latest += cause->offset_ns;
    if (when->stamp_ns != EVENT_NO_STAMP)
        when->stamp_ns += cause->offset_ns;
    return true;
}

/* How long a missing effect is waited for: past its limit, so that a late one is measured, not just missed. */
static int64_t give_up_at(struct run *run, const struct instant *cause)
{
    const struct wait *wait = &run->wait;
    int64_t patience = wait->limit < 5 * NS_PER_S ? 5 * NS_PER_S : wait->limit;
    if (wait->kind == WAIT_OBSERVE)
        patience = 0;
    int64_t slack = run->attached ? OBSERVATION_SLACK_NS + run->board->told_late_ns : 0;
    return cause->within.latest + wait->limit + patience + slack;
}

/* When the deadline began to run; false while its cause is still on its way. */
static bool origin(struct run *run, struct instant *when)
{
    struct wait *wait = &run->wait;
    if (!wait->cause_known) {
        wait->cause_at = instant_exactly(wait->started);
        wait->cause_known = !wait->has_cause || cause_resolve(run, &wait->cause, &wait->cause_at);
    }
    *when = wait->cause_at;
    return wait->cause_known;
}

/* A window that is over is watched a little longer: a board may tell late of what happened within it. */
static int64_t never_until(const struct run *run)
{
    return run->wait.until + (run->attached ? NEVER_SLACK_NS + run->board->told_late_ns : 0);
}

bool wait_is_over(struct run *run)
{
    struct wait *wait = &run->wait;
    struct instant effect, cause;
    int64_t now = run->site->now;
    switch (wait->kind) {
    case WAIT_NONE:
    case WAIT_TIME:
        return now >= wait->until;
    case WAIT_NEVER:
        return now >= never_until(run) || condition_holds(run, &wait->condition, &effect);
    case WAIT_WITHIN:
    case WAIT_OBSERVE:
        if (!origin(run, &cause)) /* a payment or a stimulus on its way */
            return now >= wait->started + wait->limit + 10 * NS_PER_MIN;
        if (condition_holds(run, &wait->condition, &effect))
            return true;
        return now >= give_up_at(run, &cause);
    }
    return true;
}

int64_t wait_target(struct run *run)
{
    struct instant cause;
    int64_t target = run->wait.kind == WAIT_NEVER ? never_until(run) : run->wait.until;
    if (run->wait.kind == WAIT_WITHIN || run->wait.kind == WAIT_OBSERVE)
        target = origin(run, &cause) ? give_up_at(run, &cause)
                                     : run->wait.started + run->wait.limit + 10 * NS_PER_MIN;
    return target < run->timeout ? target : run->timeout;
}

static void judge_within(struct run *run, struct verdict *verdict)
{
    struct wait *wait = &run->wait;
    struct instant cause, effect;
    verdict->limit = wait->limit;
    verdict->has_cause = wait->has_cause;
    snprintf(verdict->text, sizeof verdict->text, "%s%s%s", wait->condition.text,
             wait->has_cause ? " after " : "", wait->has_cause ? wait->cause.text : "");
    verdict->judgement = JUDGEMENT_FAILS;
    if (!origin(run, &cause)) {
        snprintf(verdict->detail, sizeof verdict->detail, "the cause (%s) never took effect",
                 wait->cause.text);
        return;
    }
    if (!condition_holds(run, &wait->condition, &effect)) {
        char waited[32];
        duration_format(run->site->now - cause.at, waited, sizeof waited);
        snprintf(verdict->detail, sizeof verdict->detail, "it never happened (waited %s)", waited);
        return;
    }
    const int64_t stamp_error = 2 * NS_PER_US; /* two stamps of a rack, each good to a microsecond */
    verdict->measured = interval_between(&cause, &effect, stamp_error);
    verdict->evidence = effect.evidence;
    if (verdict->measured.latest < 0) {
        snprintf(verdict->detail, sizeof verdict->detail, "it was so before its cause");
        return;
    }
    if (verdict->measured.earliest < 0)
        verdict->measured.earliest = 0;
    verdict->has_time = true;
    verdict->judgement = judge(verdict->measured, wait->limit);
}

static void judge_never(struct run *run, struct verdict *verdict)
{
    struct wait *wait = &run->wait;
    struct instant when;
    char window[32];
    duration_format(wait->until - wait->started, window, sizeof window);
    snprintf(verdict->text, sizeof verdict->text, "%s: never for %s", wait->condition.text, window);
    bool happened = condition_holds(run, &wait->condition, &when);
    char after[32] = "";
    bool before_end = happened && when.within.earliest <= wait->until;
    if (before_end && when.within.latest > wait->until)
        verdict->judgement = JUDGEMENT_INCONCLUSIVE;
    else
        verdict->judgement = before_end ? JUDGEMENT_FAILS : JUDGEMENT_HOLDS;
    if (happened)
        duration_format(when.at - wait->started, after, sizeof after);
    if (before_end && when.at > wait->started)
        snprintf(verdict->detail, sizeof verdict->detail, "it happened after %s", after);
    else if (before_end)
        snprintf(verdict->detail, sizeof verdict->detail, "it was so from the beginning");
    else
        snprintf(verdict->detail, sizeof verdict->detail, "never for %s", window);
}

void wait_judge(struct run *run, struct verdict *verdict)
{
    if (run->wait.kind == WAIT_NEVER)
        judge_never(run, verdict);
    else
        judge_within(run, verdict);
}
