#include "relay.h"

#include "timebase.h"

#include <string.h>

void relay_open(struct relay *relay, const struct board_map *map, int64_t zero_cycle)
{
    memset(relay, 0, sizeof *relay);
    relay->config = &map->relay;
    relay->frequency_hz = map->frequency_hz;
    relay->half_period_cycles = us_to_cycles(map->frequency_hz, map->mains.half_period_us);
    relay->zero_cycle = zero_cycle;
    relay->armature_closed = map->relay.initially_closed;
    relay->contacts = map->relay.initially_closed ? CONTACTS_CLOSED : CONTACTS_OPEN;
    relay->move_cycle = NEVER;
    relay->settle_cycle = NEVER;
}

static int64_t cycles(const struct relay *relay, int64_t us)
{
    return us_to_cycles(relay->frequency_hz, us);
}

static void start_move(struct relay *relay, bool to_closed, int64_t at)
{
    relay->moving_to_closed = to_closed;
    relay->move_cycle = at;
}

static void energise(struct relay *relay, int64_t now, bool to_closed)
{
    const struct relay_config *config = relay->config;

    if (to_closed ? config->faults.set_coil_broken : config->faults.reset_coil_broken)
        return;
    relay->energised_cycle = now;
    relay->move_cycle = NEVER;
    if (relay->armature_closed != to_closed)
        start_move(relay, to_closed,
                   now + cycles(relay, config->operate_us + config->faults.slow_us));
}

/*
 * Released before it moved, the armature stays. Released after it moved but before it latched, it
 * falls back.
 */
static void release(struct relay *relay, int64_t now, bool to_closed)
{
    bool moved = relay->armature_closed == to_closed && relay->move_cycle == NEVER;
    bool latched = now - relay->energised_cycle >= cycles(relay, relay->config->min_pulse_us);

    relay->move_cycle = NEVER;
    if (moved && !latched)
        start_move(relay, !to_closed, now + cycles(relay, relay->config->release_us));
}

void relay_coil(struct relay *relay, int64_t now, bool set_coil, bool on)
{
    bool other = set_coil ? relay->coil_reset : relay->coil_set;
    bool was_on = set_coil ? relay->coil_set : relay->coil_reset;

    if (on == was_on)
        return;
    if (set_coil)
        relay->coil_set = on;
    else
        relay->coil_reset = on;
    if (on && other)
        relay->move_cycle = NEVER; /* the coils cancel each other */
    else if (on)
        energise(relay, now, set_coil);
    else if (other)
        energise(relay, now, !set_coil);
    else
        release(relay, now, set_coil);
}

int64_t relay_due(const struct relay *relay)
{
    return relay->move_cycle < relay->settle_cycle ? relay->move_cycle : relay->settle_cycle;
}

static int64_t next_zero(const struct relay *relay, int64_t now)
{
    int64_t period = relay->half_period_cycles;
    int64_t since = (now - relay->zero_cycle) % period;

    if (since < 0)
        since += period;
    return now + period - since;
}

static void close_contacts(struct relay *relay, int64_t now)
{
    if (relay->config->faults.stuck_open)
        return;
    relay->armature_closed = true;
    relay->contacts = CONTACTS_BOUNCING;
    relay->settle_cycle = now + cycles(relay, relay->config->bounce_us);
}

static void open_contacts(struct relay *relay, int64_t now, int64_t load_ma)
{
    bool conducted = relay_conducts(relay);

    if (relay->config->faults.welded)
        return;
    relay->armature_closed = false;
    relay->settle_cycle = NEVER;
    if (conducted && load_ma >= relay->config->arc_min_ma && load_ma > 0) {
        relay->contacts = CONTACTS_ARCING;
        relay->settle_cycle = next_zero(relay, now);
    } else {
        relay->contacts = CONTACTS_OPEN;
    }
}

void relay_step(struct relay *relay, int64_t now, int64_t load_ma)
{
    if (relay->settle_cycle <= now) {
        relay->settle_cycle = NEVER;
        relay->contacts = relay->armature_closed ? CONTACTS_CLOSED : CONTACTS_OPEN;
    }
    if (relay->move_cycle > now)
        return;
    relay->move_cycle = NEVER;
    if (relay->moving_to_closed == relay->armature_closed)
        return;
    if (relay->moving_to_closed)
        close_contacts(relay, now);
    else
        open_contacts(relay, now, load_ma);
}

bool relay_conducts(const struct relay *relay)
{
    return relay->contacts == CONTACTS_CLOSED || relay->contacts == CONTACTS_ARCING;
}

bool relay_feedback(const struct relay *relay)
{
    if (relay->config->faults.feedback_stuck_open)
        return false;
    return relay->armature_closed || relay->config->faults.feedback_stuck_closed;
}
