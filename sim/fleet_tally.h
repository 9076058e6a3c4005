/*
 * What a fleet keeps of its event log: counts, latencies and a hash. The log itself would be a hundred facts per
 * flat and day.
 */
#ifndef METERBENCH_SIM_FLEET_TALLY_H
#define METERBENCH_SIM_FLEET_TALLY_H

#include "sim/books.h"
#include "sim/event.h"
#include "sim/kernel/histogram.h"
#include "sim/link/link.h"
#include "sim/meter/meter.h"

/* What became of flats. */
struct fleet_tally {
    uint64_t flats;
    uint64_t trips[TRIP_CAUSE_COUNT];
    uint64_t sent[LINK_DIRECTIONS], delivered[LINK_DIRECTIONS], lost[LINK_DIRECTIONS]; /* lost: attempts */
    uint64_t dropped;
    uint64_t orders, orders_done, orders_failed;
    uint64_t payments, reminders;
    struct books books;
    struct histogram trip_local;  /* cause at the terminals (overload: its delay's end) to contacts open */
    struct histogram trip_remote; /* order of the platform to contacts open */
    struct histogram restore;     /* payment accepted to voltage at the load */
};

void fleet_tally_merge(struct fleet_tally *into, const struct fleet_tally *from);

/* What is under way in one flat. Times are TIME_NEVER when nothing is. */
struct fleet_watch {
    uint64_t hash;
    struct books_page page;
    int64_t cause_at;   /* a cause that must trip began */
    int64_t ordered_at; /* a trip order was given */
    int64_t paid_at;    /* while dark for arrears */
    bool tripping_local, tripping_remote, dark;
};

/* The sink of one site. */
struct fleet_log {
    struct event_sink sink; /* first */
    const struct meter_config *meter;
    struct fleet_watch *watches; /* of flat 1 on */
    struct fleet_tally *tally;
    struct books_prices prices;
    uint64_t logged;
    uint64_t site_hash; /* of facts without a flat */
};

void fleet_log_init(struct fleet_log *log, const struct meter_config *meter,
                    struct fleet_watch *watches, uint32_t flats, struct fleet_tally *tally);

/* The hash of a site's log: each flat's facts in time order, the flats in the order of their numbers. */
uint64_t fleet_log_hash(const struct fleet_log *log, uint32_t flats);

#endif
