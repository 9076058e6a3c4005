/*
 * Many buildings. Sites share nothing, so a fleet runs one after the other through all its days, as many side by
 * side as there are jobs: memory holds only the sites under way, and the result is a sum that does not depend on
 * their order. The one place in sim/ with threads.
 */
#ifndef METERBENCH_SIM_FLEET_H
#define METERBENCH_SIM_FLEET_H

#include "sim/fleet_energy.h"
#include "sim/fleet_tally.h"
#include "sim/site.h"

enum { FLEET_KINDS_MAX = 16, FLEET_KIND_NAME = 32, FLEET_SAMPLES_MAX = 50000000 };

/* A kind of building; each site is one of a kind, drawn by the shares. Its seed and number of flats are filled in. */
struct fleet_kind {
    char name[FLEET_KIND_NAME]; /* as the report calls it: link and signal */
    uint32_t share;
    struct site_config site;
};

struct fleet_config {
    uint64_t seed;
    uint32_t flats, flats_a_site;
    uint32_t days;
    int jobs;
    int64_t sample_ns; /* of the load curve, a divisor of the day; FLEET_SAMPLES_MAX of them at most */
    int kind_count;
    struct fleet_kind kinds[FLEET_KINDS_MAX];
    uint32_t curve_flats; /* of the first site, at most all of it */
    /* The mean power of each of them over one sample, mW; called in time order, from one thread. May be NULL. */
    void (*curve)(void *user, int64_t at, const int64_t *power_mw, uint32_t flats);
    /* After each site, from one thread at a time; false ends the run early. May be NULL. */
    bool (*progress)(void *user, uint32_t sites_done, uint32_t sites);
    void *user;
};

struct fleet_result {
    bool complete; /* every site ran to its end */
    uint32_t sites, sites_done, flats;
    uint64_t events; /* of the flats' queues */
    uint64_t logged; /* facts in the event log */
    uint64_t hash;
    size_t bytes_per_flat;     /* of a flat under way: its state and its share of the site */
    size_t hot_bytes_per_flat; /* of these, what each event of a household may touch */
    int64_t energy_wh;
    struct fleet_energy energy; /* of homes whose appliances are managed */
    int64_t energy_wh_sd;      /* between flats */
    int64_t peak_mw, peak_at;  /* the largest sample of the sum of all flats */
    int64_t own_peaks_mw;      /* the sum of each flat's own largest sample */
    uint32_t samples;
    int64_t *curve_mw;         /* the sum of all flats, `samples` of them */
    struct fleet_tally tallies[FLEET_KINDS_MAX];
};

struct fleet_config fleet_config_default(void);

/* Run. 0, ERROR_INVALID_ARGUMENT, ERROR_NO_MEMORY, or an error of a site. fleet_result_free either way. */
int fleet_run(const struct fleet_config *config, struct fleet_result *result);
void fleet_result_free(struct fleet_result *result);

#endif
