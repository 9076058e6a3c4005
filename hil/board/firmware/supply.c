#include "supply.h"

#include "bugs.h"
#include "events.h"
#include "metrology.h"
#include "relay.h"
#include "state.h"
#include "storage.h"

static uint32_t deferred_s;

static uint8_t trip_code(uint8_t cause)
{
    switch (cause) {
    case CAUSE_ORDER:
        return TRIP_ORDER;
    case CAUSE_ARREARS:
        return TRIP_ARREARS;
    case CAUSE_OVERLOAD:
        return TRIP_OVERLOAD;
    case CAUSE_SHORT:
        return TRIP_SHORT;
    case CAUSE_LEAKAGE:
        return TRIP_LEAKAGE;
    case CAUSE_VOLTAGE:
        return TRIP_ABNORMAL_POWER;
    case CAUSE_SMOKE:
        return TRIP_SMOKE;
    default:
        return TRIP_HEAT;
    }
}

void supply_apply(void)
{
    bool opens = state.causes & (uint8_t)~live.deferred;

    bool closes = !opens && !(state.flags & FLAG_HOLD_OPEN);

    if (closes && !relay_wanted_closed()) {
        state.close_count++;
        events_close();
    }
    relay_want(closes);
}

static void open_for(uint8_t cause)
{
#if defined(BUG_MISCOUNTS_TRIPS)
    if (state.last_trip == trip_code(cause)) {
        supply_apply();
        return;
    }
#endif
    if (relay_wanted_closed()) {
        state.last_trip = trip_code(cause);
        state.trip_count++;
        events_trip(cause);
    }
    supply_apply();
    storage_save_state();
}

void supply_protect(uint8_t cause)
{
#if defined(BUG_KEEP_POWER_BLOCKS_PROTECTION)
    if (state.flags & FLAG_KEEP_POWER)
        return;
#endif
    if (state.causes & cause)
        return;
    state.causes |= cause;
    open_for(cause);
}

static bool current_is_large(void)
{
#if defined(BUG_IGNORES_HOLDOFF)
    return false;
#endif
    return metrology_current_ma() > settings.holdoff_current * 10UL;
}

bool supply_trip_or_defer(uint8_t cause)
{
    if (state.causes & cause)
        return live.deferred & cause;
    state.causes |= cause;
    if (relay_wanted_closed() && current_is_large()) {
        if (!live.deferred)
            deferred_s = 0;
        live.deferred |= cause;
        storage_save_state();
        return true;
    }
    open_for(cause);
    return false;
}

void supply_clear(uint8_t causes)
{
    if (!(state.causes & causes))
        return;
    state.causes &= (uint8_t)~causes;
    live.deferred &= (uint8_t)~causes;
    supply_apply();
    storage_save_state();
}

bool supply_locked(void)
{
    return (state.causes & (CAUSE_LEAKAGE | CAUSE_SHORT)) || (state.flags & FLAG_OVERLOAD_LOCK);
}

void supply_second(void)
{
    uint8_t cause = live.deferred & CAUSE_ORDER ? CAUSE_ORDER : CAUSE_ARREARS;

    if (!live.deferred)
        return;
    deferred_s++;
    if (current_is_large() && deferred_s < settings.holdoff_min * 60UL)
        return;
    live.deferred = 0;
    open_for(cause);
}
