#include "control.h"

#include "bugs.h"
#include "config.h"
#include "credit.h"
#include "state.h"
#include "storage.h"
#include "supply.h"

#define KEY_TICK_MS 10

static uint8_t trip(void)
{
#if !defined(BUG_IGNORES_KEEP_POWER)
    if (state.flags & FLAG_KEEP_POWER)
        return RESULT_REFUSED_KEEP_POWER;
#endif
#if !defined(BUG_PERMIT_SERVES_TWICE)
    state.flags &= (uint8_t)~FLAG_PERMIT;
#endif
    return supply_trip_or_defer(CAUSE_ORDER) ? RESULT_HELD : RESULT_EXECUTED;
}

/* Causes that an order to close lifts. In remote mode arrears are the platform's to judge. */
static uint8_t lifted_by_order(void)
{
#if defined(BUG_CLOSES_WHILE_ARREARS)
    return CAUSE_ORDER | CAUSE_ARREARS;
#else
    return settings.credit_mode == CREDIT_LOCAL ? CAUSE_ORDER : CAUSE_ORDER | CAUSE_ARREARS;
#endif
}

static bool other_cause_stands(void)
{
    return state.causes & (uint8_t)~lifted_by_order();
}

static uint8_t close_now(void)
{
    if (other_cause_stands())
        return RESULT_REFUSED_CAUSE;
#if defined(BUG_PERMIT_SERVES_TWICE)
    state.flags &= (uint8_t)~FLAG_HOLD_OPEN;
#else
    state.flags &= (uint8_t)~(FLAG_PERMIT | FLAG_HOLD_OPEN);
#endif
    supply_clear(lifted_by_order());
    supply_apply();
    return RESULT_EXECUTED;
}

static uint8_t permit_close(void)
{
    if (other_cause_stands())
        return RESULT_REFUSED_CAUSE;
    if (state.causes || (state.flags & FLAG_HOLD_OPEN))
        state.flags |= FLAG_PERMIT;
    return RESULT_EXECUTED;
}

static uint8_t keep_power(bool on)
{
    if (!on) {
        state.flags &= (uint8_t)~FLAG_KEEP_POWER;
        credit_judge();
        return RESULT_EXECUTED;
    }
    state.flags |= FLAG_KEEP_POWER;
    /* A trip that still waits has not happened; one that has is not lifted. */
    supply_clear(live.deferred);
    return RESULT_EXECUTED;
}

static uint8_t alarm(bool on)
{
    if (on)
        state.flags |= FLAG_ALARM;
    else
        state.flags &= (uint8_t)~FLAG_ALARM;
    return RESULT_EXECUTED;
}

static uint8_t clear_lock(void)
{
    uint8_t lifted = CAUSE_LEAKAGE | CAUSE_SHORT;

    live.weld = false;
    if (!supply_locked())
        return RESULT_EXECUTED;
    if (state.flags & FLAG_OVERLOAD_LOCK)
        lifted |= CAUSE_OVERLOAD;
    state.flags &= (uint8_t)~FLAG_OVERLOAD_LOCK;
    state.overload_recloses = 0;
    /* Unlocking must not close: that takes an order of its own. */
    state.flags |= FLAG_HOLD_OPEN;
    supply_clear(lifted);
    return RESULT_EXECUTED;
}

static uint8_t obey(uint16_t key)
{
    switch (key) {
    case 0x1A1A:
        state.restore_min = 0;
        return trip();
    case 0x1B1B:
        state.restore_min = 0;
        return permit_close();
    case 0x1C1C:
        state.restore_min = 0;
        return close_now();
    case 0x2A2A:
        return alarm(true);
    case 0x2B2B:
        return alarm(false);
    case 0x3A3A:
        return keep_power(true);
    case 0x3B3B:
        return keep_power(false);
    case 0x5C5C:
        return clear_lock();
    default:
        return RESULT_UNKNOWN_KEY;
    }
}

uint8_t control_order(uint16_t key, uint32_t operator_code)
{
    live.operator_code = operator_code;
    live.last_result = obey(key);
    storage_save_state();
    return live.last_result;
}

uint8_t control_trip_for(uint16_t minutes, bool then_permits, uint32_t operator_code)
{
    uint8_t result = control_order(0x1A1A, operator_code);

    if (result == RESULT_EXECUTED || result == RESULT_HELD) {
        state.restore_min = minutes;
        state.restore_permits = then_permits;
        storage_save_state();
    }
    return result;
}

void control_minute(void)
{
    if (!state.restore_min || --state.restore_min)
        return;
    if (state.restore_permits)
        permit_close();
    else
        close_now();
    storage_save_state();
}

/*
 * A refused command uses its sequence number up as well: otherwise a recorded frame that was
 * refused today could be played back when nothing refuses it any more.
 */
uint8_t control_command(uint16_t key, uint16_t sequence)
{
#if !defined(BUG_ACCEPTS_REPLAYED_SEQUENCE)
    if (sequence == state.last_sequence) {
        live.last_result = RESULT_SEQUENCE_NOT_NEW;
        return live.last_result;
    }
#endif
    control_order(key, 0);
    if (live.last_result != RESULT_UNKNOWN_KEY)
        state.last_sequence = sequence;
    storage_save_state();
    return live.last_result;
}

void control_key_tick(void)
{
    static uint16_t held_ms;

    if (!(PIND & (1 << PIN_KEY))) {
        held_ms = 0;
        return;
    }
    if (held_ms >= KEY_HOLD_MS)
        return;
    held_ms += KEY_TICK_MS;
    if (held_ms >= KEY_HOLD_MS && (state.flags & FLAG_PERMIT))
        close_now();
}

bool control_alarm(void)
{
    bool on = (state.flags & FLAG_ALARM) || live.weld;

    if (on)
        PORTB |= 1 << PIN_ALARM;
    else
        PORTB &= (uint8_t)~(1 << PIN_ALARM);
    return on;
}
