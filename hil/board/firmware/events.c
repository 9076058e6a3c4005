#include "events.h"

#include "metrology.h"
#include "state.h"
#include "storage.h"

#include <stddef.h>

struct saved_events events;

static void note(struct event *event, uint32_t operator_code)
{
    event->clock_s = live.clock_s;
    event->operator_code = operator_code;
    event->energy_wh = state.energy_wh;
}

static void note_residual(struct residual_trip *trip)
{
    trip->clock_s = live.clock_s;
    trip->residual_ma = (uint16_t)(metrology_residual_ua() / 1000);
    trip->voltage_dv = (uint16_t)(metrology_voltage_mv() / 100);
    trip->current_10ma = (uint16_t)(metrology_current_ma() / 10);
}

void events_trip(uint8_t cause)
{
    uint32_t operator_code = cause == CAUSE_ORDER ? live.operator_code : 0;

    note(&events.trips[events.trip_total++ % EVENTS_KEPT], operator_code);
    if (cause == CAUSE_LEAKAGE)
        note_residual(&events.residual_trips[events.residual_total++ % EVENTS_FEW]);
    storage_save_events();
}

void events_close(void)
{
    note(&events.closes[events.close_total++ % EVENTS_KEPT], live.operator_code);
    storage_save_events();
}

void events_supply_fails(void)
{
    struct outage *outage = &events.outages[events.outage_total++ % EVENTS_FEW];

    outage->from_s = live.clock_s;
    outage->until_s = 0;
    storage_save_events();
}

void events_supply_is_back(void)
{
    events.outages[(events.outage_total - 1) % EVENTS_FEW].until_s = live.clock_s;
    storage_save_events();
}

void events_freeze(void)
{
    struct freeze *freeze = &events.freezes[events.freeze_total++ % EVENTS_FEW];

    freeze->clock_s = live.clock_s;
    freeze->energy_wh = state.energy_wh;
    storage_save_events();
}

/* The index of the nth last of total in a ring of size, or -1. */
static int8_t nth_last(uint8_t nth, uint16_t total, uint8_t size)
{
    if (nth < 1 || nth > size || nth > total)
        return -1;
    return (int8_t)((total - nth) % size);
}

const struct event *events_nth_trip(uint8_t nth)
{
    int8_t at = nth_last(nth, events.trip_total, EVENTS_KEPT);

    return at < 0 ? NULL : &events.trips[at];
}

const struct event *events_nth_close(uint8_t nth)
{
    int8_t at = nth_last(nth, events.close_total, EVENTS_KEPT);

    return at < 0 ? NULL : &events.closes[at];
}

const struct residual_trip *events_nth_residual_trip(uint8_t nth)
{
    int8_t at = nth_last(nth, events.residual_total, EVENTS_FEW);

    return at < 0 ? NULL : &events.residual_trips[at];
}

const struct outage *events_nth_outage(uint8_t nth)
{
    int8_t at = nth_last(nth, events.outage_total, EVENTS_FEW);

    return at < 0 ? NULL : &events.outages[at];
}

const struct freeze *events_nth_freeze(uint8_t nth)
{
    int8_t at = nth_last(nth, events.freeze_total, EVENTS_FEW);

    return at < 0 ? NULL : &events.freezes[at];
}
