#include "protection.h"

#include "bugs.h"
#include "config.h"
#include "metrology.h"
#include "relay.h"
#include "state.h"
#include "supply.h"

/*
 * How long a condition has lasted, in ms; a break starts it again. Saturates.
 */
static bool lasts(uint16_t *time_ms, bool condition, uint8_t elapsed_ms, uint16_t limit_ms)
{
    if (!condition) {
        *time_ms = 0;
        return false;
    }
    if (*time_ms < 0xff00)
        *time_ms = (uint16_t)(*time_ms + elapsed_ms);
    return *time_ms >= limit_ms;
}

/*
 * Break times of a general device (IEC 61008-1): 300 ms at the rated residual current, 150 ms at
 * twice, 40 ms at five times. The relay takes up to 20 ms and the arc 10 ms of that. The larger
 * the residual, the shorter it must last: a spike of a few ms from inrush stays without effect
 * unless it is large.
 */
#if defined(BUG_SLOW_TRIP)
#define LEAKAGE_MS 6000
#define LEAKAGE_DOUBLE_MS 6000
#define LEAKAGE_LARGE_MS 6000
#else
#define LEAKAGE_MS 100
#define LEAKAGE_DOUBLE_MS 40
#define LEAKAGE_LARGE_MS 3
#endif

static void check_leakage(uint8_t elapsed_ms)
{
    static uint16_t above_ms, double_ms, large_ms;
    uint32_t residual_ua = metrology_residual_ua();
    /* 0.1 mA is 100 uA, and a percent a hundredth. */
    uint32_t acts_ua = (uint32_t)settings.residual_rated * LEAKAGE_ACTS_PERCENT;
    bool trips = false;

    if (acts_ua > RESIDUAL_FULL_UA * 95 / 100)
        acts_ua = RESIDUAL_FULL_UA * 95 / 100; /* the converter sees no more than that */
    trips |= lasts(&above_ms, residual_ua >= acts_ua, elapsed_ms, LEAKAGE_MS);
    trips |= lasts(&double_ms, residual_ua >= acts_ua * 2, elapsed_ms, LEAKAGE_DOUBLE_MS);
    trips |= lasts(&large_ms, residual_ua >= acts_ua * 4, elapsed_ms, LEAKAGE_LARGE_MS);
    if (trips)
        supply_protect(CAUSE_LEAKAGE);
}

static void check_short(uint8_t elapsed_ms)
{
    static uint16_t time_ms;

    if (lasts(&time_ms, metrology_current_ma() > SHORT_CIRCUIT_MA, elapsed_ms, 2))
        supply_protect(CAUSE_SHORT);
}

static uint32_t overload_ms;
static uint32_t overload_wait_s;
static uint16_t overload_free_s;

static void check_overload(uint8_t elapsed_ms)
{
    uint32_t delay_ms = settings.overload_delay * 100UL;

#if defined(BUG_SLOW_OVERLOAD)
    delay_ms *= 3;
#endif
    if (metrology_current_ma() <= settings.overload_limit * 10UL) {
        overload_ms = 0;
        return;
    }
    overload_free_s = 0;
    overload_ms += elapsed_ms;
    if (overload_ms < delay_ms || (state.causes & CAUSE_OVERLOAD))
        return;
    overload_wait_s = 0;
#if !defined(BUG_OVERLOAD_NEVER_LOCKS)
    if (state.overload_recloses >= settings.overload_recloses_max)
        state.flags |= FLAG_OVERLOAD_LOCK;
#endif
    supply_protect(CAUSE_OVERLOAD);
}

static void check_voltage(uint8_t elapsed_ms)
{
    static uint16_t over_ms, under_ms;
    uint32_t voltage_mv = metrology_voltage_mv();
    bool trips = false;

    trips |= lasts(&over_ms, voltage_mv > OVERVOLTAGE_MV, elapsed_ms, OVERVOLTAGE_MS);
    trips |= lasts(&under_ms, voltage_mv < UNDERVOLTAGE_MV, elapsed_ms, UNDERVOLTAGE_MS);
    if (trips)
        supply_protect(CAUSE_VOLTAGE);
}

static bool smoke_seen(void)
{
    return PIND & (1 << PIN_SMOKE);
}

static void check_fire(uint8_t elapsed_ms)
{
    static uint16_t smoke_ms, heat_ms;
    bool hot = metrology_temperature_dc() >= (int16_t)settings.heat_trip_dc;

    if (lasts(&smoke_ms, smoke_seen(), elapsed_ms, SMOKE_MS))
        supply_protect(CAUSE_SMOKE);
    if (lasts(&heat_ms, hot, elapsed_ms, HEAT_MS))
        supply_protect(CAUSE_HEAT);
}

static void check_weld(uint8_t elapsed_ms)
{
    static uint16_t time_ms;
    bool should_be_open = !relay_wanted_closed();
    bool flows = metrology_current_ma() > WELD_MA;

    if (lasts(&time_ms, should_be_open && flows, elapsed_ms, WELD_MS))
        live.weld = true;
    else if (!should_be_open && relay_settled())
        live.weld = false;
}

void protection_sample(uint8_t elapsed_ms)
{
    check_leakage(elapsed_ms);
    check_short(elapsed_ms);
    check_overload(elapsed_ms);
    check_voltage(elapsed_ms);
    check_fire(elapsed_ms);
    check_weld(elapsed_ms);
}

/* Clears a cause when its risk has been over for the safety delay. */
static void clear_when_safe(uint8_t cause, bool safe, uint16_t *safe_s)
{
    if (!(state.causes & cause) || !safe) {
        *safe_s = 0;
        return;
    }
#if defined(BUG_EARLY_RECLOSE)
    if (++*safe_s > 2)
#else
    if (++*safe_s > settings.safety_reclose_s)
#endif
        supply_clear(cause);
}

static void overload_second(void)
{
    if (!(state.causes & CAUSE_OVERLOAD)) {
        if (overload_free_s < OVERLOAD_FORGIVEN_S && ++overload_free_s == OVERLOAD_FORGIVEN_S)
            state.overload_recloses = 0;
        return;
    }
    if (state.flags & FLAG_OVERLOAD_LOCK)
        return;
    if (++overload_wait_s <= settings.overload_reclose_s)
        return;
    state.overload_recloses++;
    overload_wait_s = 0;
    supply_clear(CAUSE_OVERLOAD);
}

#if defined(BUG_RECLOSES_AFTER_LEAKAGE)
static void leakage_second(void)
{
    static uint8_t wait_s;

    if (!(state.causes & CAUSE_LEAKAGE)) {
        wait_s = 0;
        return;
    }
    if (++wait_s >= 5)
        supply_clear(CAUSE_LEAKAGE);
}
#endif

void protection_second(void)
{
    static uint16_t smoke_safe_s, heat_safe_s, voltage_safe_s;
    uint32_t voltage_mv = metrology_voltage_mv();
    int16_t heat_back_dc = (int16_t)(settings.heat_trip_dc - HEAT_HYSTERESIS_DC);

#if defined(BUG_RECLOSES_IN_SMOKE)
    clear_when_safe(CAUSE_SMOKE, true, &smoke_safe_s);
#else
    clear_when_safe(CAUSE_SMOKE, !smoke_seen(), &smoke_safe_s);
#endif
    clear_when_safe(CAUSE_HEAT, metrology_temperature_dc() < heat_back_dc, &heat_safe_s);
    clear_when_safe(CAUSE_VOLTAGE,
                    voltage_mv > UNDERVOLTAGE_BACK_MV && voltage_mv < OVERVOLTAGE_BACK_MV,
                    &voltage_safe_s);
    overload_second();
#if defined(BUG_RECLOSES_AFTER_LEAKAGE)
    leakage_second();
#endif
}
