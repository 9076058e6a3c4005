/* What happened and when: the last trips, closes, residual current trips, supply failures and
 * freezes, newest first. Survives a power cut. */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>

#define EVENTS_KEPT 6
#define EVENTS_FEW 3

struct event {
    uint32_t clock_s;
    uint32_t operator_code;
    uint32_t energy_wh;
};

struct residual_trip {
    uint32_t clock_s;
    uint16_t residual_ma;
    uint16_t voltage_dv;
    uint16_t current_10ma;
};

struct outage {
    uint32_t from_s;
    uint32_t until_s; /* 0: the clock was not set when supply came back */
};

struct freeze {
    uint32_t clock_s;
    uint32_t energy_wh;
};

struct saved_events {
    struct event trips[EVENTS_KEPT];
    struct event closes[EVENTS_KEPT];
    struct residual_trip residual_trips[EVENTS_FEW];
    struct outage outages[EVENTS_FEW];
    struct freeze freezes[EVENTS_FEW];
    uint16_t trip_total, close_total, residual_total, outage_total, freeze_total;
};

extern struct saved_events events;

void events_trip(uint8_t cause);
void events_close(void);
void events_supply_fails(void);
void events_supply_is_back(void);
void events_freeze(void);

/* The nth last, from 1 on; NULL if there is none. */
const struct event *events_nth_trip(uint8_t nth);
const struct event *events_nth_close(uint8_t nth);
const struct residual_trip *events_nth_residual_trip(uint8_t nth);
const struct outage *events_nth_outage(uint8_t nth);
const struct freeze *events_nth_freeze(uint8_t nth);

#endif
