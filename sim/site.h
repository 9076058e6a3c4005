/*
 * One building: its flats, its feeder, its share of the platform. The unit of independence: sites share
 * nothing. Flats meet only here and only at fixed intervals, when the feeder's voltage follows
 * the sum of their currents; between meetings each flat could run alone.
 */
#ifndef METERBENCH_SIM_SITE_H
#define METERBENCH_SIM_SITE_H

#include "sim/flat.h"
#include "sim/kernel/agenda.h"
#include "sim/restore.h"

struct site_config {
    uint64_t seed;
    int64_t epoch_s; /* the calendar second (since 2000) of time zero */
    uint32_t flats;
    enum signal_class signal;
    int place; /* of the meters: as in place.h; PLACE_NONE: `signal` says */
    struct link_config link;
    const struct household_model *household; /* NULL: nobody lives in the flats */
    const struct household_curve *curve;     /* what every flat plays in a household's place; NULL: none */
    uint64_t weather_seed; /* sites of one place have one weather; 0: the site's own */
    int32_t feeder_mohm;       /* shared impedance between transformer and ground floor */
    int32_t riser_mohm;        /* from a floor to the next */
    uint32_t flats_per_floor;  /* flat 1 is on the ground floor */
    struct relay_config relay;     /* of every meter */
    struct breaker_config breaker; /* ahead of every meter */
    uint32_t hazards_permille; /* what goes wrong by itself: 1000 at hazard_table's rates, 0 nothing */
    const struct hazard_table *hazard_table; /* NULL: the default */
    int64_t meeting_ns;
    int32_t supply_step_mv;    /* smaller moves of the voltage are not worth an event in each flat */
    int64_t opening_balance;   /* 1/10000 yuan, each account */
    int64_t opening_spread;    /* each account opens with up to so much more, drawn */
    bool without_cipher;       /* envelopes are counted, not enciphered: to see what the cipher costs */
    bool tenants_pay;          /* by themselves, when reminded or in the dark */
    struct meter_config meter; /* seed, epoch and balance are filled in */
    struct billing_policy policy;
    struct platform_faults faults; /* of the platform, from the beginning */
    struct people_policy people;
    bool manages_energy;           /* homes' air conditioners and water heaters are managed: plant/managed.h */
    bool limits_at_peak;           /* the schedule's windows are the tariff's peak hours, found when all is read */
    struct limit_schedule limits;  /* that the platform orders of every meter as a run begins; no windows: none */
    struct tariff tariff; /* of meters and platform; with no seasons: policy.price at all hours */
};

struct site_config site_config_default(void);

struct site {
    struct site_config config;
    struct event_source events;
    struct platform platform;
    struct climate climate;
    struct flat_shared shared;
    struct link_pool messages; /* under way on all links */
    struct cell cell;     /* that the meters share */
    int64_t now;
    int64_t next_meeting;
    int32_t terminal_mv; /* what the ground floor was told at the last meeting */
    uint32_t restore_count; /* of the platform's restores in waves, NULL while there was none */
    struct restore *restores;
    bool stuck; /* one instant had more events than any sound model has: time stands still */
    uint64_t steps; /* events that flats ran, flat by flat */
    uint32_t flat_count;
    bool agenda_stale; /* flats ran one by one since it was kept */
    struct agenda agenda; /* the next event of each flat, member = number - 1 */
    struct flat *flats;
    uint64_t *changed; /* a bit a flat (number - 1), set when it was touched; whoever watches clears it */
};

/* Takes all memory of the run. NULL with *error set (ERROR_NO_MEMORY, ERROR_ENVELOPE_CRYPTO). */
struct site *site_new(const struct site_config *config, struct event_sink *sink, int *error);
void site_free(struct site *site);

/* The flat of a number (from 1), or NULL. */
struct flat *site_flat(struct site *site, uint32_t number);

/* The time of the next thing that happens anywhere in the site. Meetings count only while they could
 * change something, which they always can. */
int64_t site_next(struct site *site);

/* Run everything up to and including `until`, in time order (ties: lower flat first). */
void site_run_until(struct site *site, int64_t until);

/* The same, flat after flat from one meeting to the next: each flat's state stays in the cache for its whole
 * window. Flats do not meet in between, so every flat has the same events; only their order in the log differs. */
void site_run_flat_by_flat(struct site *site, int64_t until);

/* Run the events of one instant, the earliest, if it is not after `until`. True when it did; false when
 * nothing is left or the site is stuck. */
bool site_step(struct site *site, int64_t until);

/* Tell the site that a flat was changed from outside (its cached next event may be stale). */
void site_touched(struct site *site, const struct flat *flat);

/* Energy through a flat's terminals up to now, mW*ns; `index` from 0. */
__extension__ __int128 site_flat_energy(const struct site *site, uint32_t index);

/* Memory that the site and its flats take. */
size_t site_bytes(const struct site *site);

/* Feeder = terminals + line loss, to the last mW*ns. The difference, 0 when the books balance. */
int64_t site_energy_imbalance_mw_ns(struct site *site);

#endif
