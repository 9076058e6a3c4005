#include "sim/plant/relay.h"

void relay_init(struct relay *relay, struct timers timers, struct event_source events,
                uint64_t seed, bool closed)
{
    *relay = (struct relay){
        .random = random_stream(seed, events.flat, RANDOM_RELAY),
        .timers = timers,
        .events = events,
        .closed = closed,
        .settled = true,
        .going_to_close = closed,
    };
}

static int64_t operate_time(struct relay *relay)
{
    int64_t mean = 11 * NS_PER_MS;
    int64_t drawn =
        random_normal(&relay->random, mean, 1200 * NS_PER_US, 7 * NS_PER_MS, 20 * NS_PER_MS);
    return drawn + relay->faults.extra_operate_ns;
}

void relay_pulse(struct relay *relay, int64_t now, struct coil_pulse pulse, int32_t supply_mv,
                 int32_t nominal_mv)
{
    event_put(&relay->events, now, EVENT_COIL, pulse.close, pulse.length_ns / NS_PER_US);
    int64_t operate = operate_time(relay);
    bool too_weak = (int64_t)supply_mv * 10 < (int64_t)nominal_mv * 7;
    bool too_short = pulse.length_ns < operate + 10 * NS_PER_MS;
    bool jammed = pulse.close ? relay->faults.stuck_open : relay->faults.welded;
    bool there = relay->settled && relay->closed == pulse.close;
    if (too_weak || too_short || jammed || there)
        return;
    relay->going_to_close = pulse.close;
    relay->settled = false;
    timer_cancel(&relay->timers, RELAY_TIMER_SETTLED);
    timer_arm(&relay->timers, RELAY_TIMER_ARMATURE, now + operate);
}

static void settle(struct relay *relay, int64_t now)
{
    relay->settled = true;
    event_put(&relay->events, now, EVENT_CONTACTS, relay->closed, 0);
}

/* The armature arrives: bounce on closing, an arc to the next current zero on opening. */
static bool armature_arrives(struct relay *relay, int64_t now, bool carries_current)
{
    if (relay->going_to_close) {
        bool changed = !relay->closed;
        relay->closed = true;
        int64_t bounce = random_gamma(&relay->random, 3, 700 * NS_PER_US);
        timer_arm(&relay->timers, RELAY_TIMER_SETTLED, now + bounce);
        return changed;
    }
    int64_t arc = random_between(&relay->random, 0, 10 * NS_PER_MS);
    if (carries_current) {
        timer_arm(&relay->timers, RELAY_TIMER_SETTLED, now + arc);
        return false;
    }
    relay->closed = false;
    settle(relay, now);
    return true;
}

bool relay_timer(struct relay *relay, int64_t now, int timer, bool carries_current)
{
    if (timer == RELAY_TIMER_ARMATURE)
        return armature_arrives(relay, now, carries_current);
    bool changed = relay->closed != relay->going_to_close;
    relay->closed = relay->going_to_close;
    settle(relay, now);
    return changed;
}
