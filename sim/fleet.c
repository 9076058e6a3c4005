#include "sim/fleet.h"

#include "sim/error.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct fleet_config fleet_config_default(void)
{
    struct fleet_config config = {
        .seed = 1,
        .flats = 1000,
        .flats_a_site = 100,
        .days = 1,
        .jobs = 1,
        .sample_ns = 15 * NS_PER_MIN,
        .kind_count = 1,
        .kinds = {{.name = "cat1 good", .share = 1, .site = site_config_default()}},
    };
    struct site_config *site = &config.kinds[0].site;
    site->epoch_s = civil_to_seconds(&(struct civil_time){2026, 7, 15, 0, 0, 0, 0});
    site->meeting_ns = 15 * NS_PER_MIN;
    site->supply_step_mv = 500;
    site->opening_balance = -50000; /* 5 yuan: some are in arrears as it begins */
    site->opening_spread = 2000000; /* 200 yuan: and somebody's money ends every day */
    site->tenants_pay = true;
    site->hazards_permille = 1000;
    site->meter.report_ns = NS_PER_HOUR;
    site->policy.poll_ns = 0;
    site->policy.billing_ns = NS_PER_DAY;
    return config;
}

/* ---- one site --------------------------------------------------------------------------------- */

struct load {
    __int128 energy; /* up to the last sample, mW*ns */
    int64_t peak_mw;
};

/* What one job needs and gathers; merged at the end. */
struct worker {
    struct fleet *fleet;
    struct fleet_watch *watches;
    struct load *loads;
    int64_t *powers;   /* of one sample */
    int64_t *curve_mw; /* sums over the sites run here */
    struct fleet_tally *tallies;
    struct fleet_energy energy;
    uint64_t events, logged, hash;
    int64_t own_peaks_mw;
    __int128 sum_wh, square_sum_wh;
    size_t bytes_per_flat, hot_bytes_per_flat;
    pthread_t thread;
    int error;
};

struct fleet {
    const struct fleet_config *config;
    uint32_t sites, samples;
    uint32_t share_sum;
    pthread_mutex_t lock; /* of the rest, and of the call of progress */
    uint32_t next, done;
    bool stop;
};

static void sample(struct worker *worker, struct site *site, uint32_t number, bool exported)
{
    const struct fleet_config *config = worker->fleet->config;
    for (uint32_t i = 0; i < site->flat_count; i++) {
        struct load *load = &worker->loads[i];
        __int128 energy = site_flat_energy(site, i);
        int64_t power_mw = (int64_t)((energy - load->energy) / config->sample_ns);
        load->energy = energy;
        load->peak_mw = power_mw > load->peak_mw ? power_mw : load->peak_mw;
        worker->powers[i] = power_mw;
        worker->curve_mw[number] += power_mw;
    }
    if (exported)
        config->curve(config->user, site->now, worker->powers, config->curve_flats);
}

static void account_energy(struct worker *worker, const struct site *site)
{
    for (uint32_t i = 0; i < site->flat_count; i++) {
        int64_t wh = (int64_t)(worker->loads[i].energy / NS_PER_HOUR / 1000);
        worker->sum_wh += wh;
        worker->square_sum_wh += (__int128)wh * wh;
        worker->own_peaks_mw += worker->loads[i].peak_mw;
    }
}

/* The kind of building and the seed of a site: a stream of its own, so neither jobs nor other sites move it. */
static int draw_site(const struct fleet *fleet, uint32_t index, struct site_config *site)
{
    const struct fleet_config *config = fleet->config;
    struct random random = random_stream(config->seed, index, RANDOM_SITE);
    uint64_t drawn = random_below(&random, fleet->share_sum);
    int kind = 0;
    while (drawn >= config->kinds[kind].share)
        drawn -= config->kinds[kind++].share;
    *site = config->kinds[kind].site;
    site->seed = random_u64(&random);
    site->weather_seed = site->weather_seed ? site->weather_seed : config->seed; /* one city */
    uint32_t left = config->flats - index * config->flats_a_site;
    site->flats = left < config->flats_a_site ? left : config->flats_a_site;
    return kind;
}

static void begin_books(struct fleet_log *log, const struct site *site)
{
    log->prices = (struct books_prices){.price = site->platform.policy.price,
                                        .by_rate = site->platform.policy.tariff != NULL};
    for (uint32_t i = 0; i < site->flat_count; i++)
        books_open(&log->tally->books, &log->watches[i].page, &site->flats[i]);
}

static void end_books(struct fleet_log *log, struct site *site)
{
    books_close_site(&log->tally->books, site);
    for (uint32_t i = 0; i < site->flat_count; i++)
        books_close_flat(&log->tally->books, &log->watches[i].page, &log->prices, &site->flats[i], site->now);
}

static int run_site(struct worker *worker, uint32_t index)
{
    const struct fleet_config *config = worker->fleet->config;
    struct site_config drawn;
    struct fleet_log log;
    int error;
    int kind = draw_site(worker->fleet, index, &drawn);
    struct fleet_tally *tally = &worker->tallies[kind];
    fleet_log_init(&log, &drawn.meter, worker->watches, drawn.flats, tally);
    struct site *site = site_new(&drawn, &log.sink, &error);
    if (!site)
        return error;
    memset(worker->loads, 0, drawn.flats * sizeof *worker->loads);
    begin_books(&log, site);
    bool exported = index == 0 && config->curve;
    for (uint32_t i = 0; i < worker->fleet->samples; i++) {
        site_run_flat_by_flat(site, (i + 1) * config->sample_ns);
        sample(worker, site, i, exported);
    }
    account_energy(worker, site);
    end_books(&log, site);
    const struct fleet_energy managed = fleet_energy_of_site(site);
    fleet_energy_add(&worker->energy, &managed);
    tally->flats += drawn.flats;
    worker->events += site->steps;
    worker->logged += log.logged;
    worker->hash += (index + 1) * fleet_log_hash(&log, drawn.flats); /* a sum: no order of the sites */
    size_t watched = sizeof(struct fleet_watch) + sizeof(struct load);
    size_t bytes = site_bytes(site) / drawn.flats + watched;
    worker->bytes_per_flat = bytes > worker->bytes_per_flat ? bytes : worker->bytes_per_flat;
    site_free(site);
    return 0;
}

/* ---- jobs ------------------------------------------------------------------------------------- */

static bool take(struct fleet *fleet, uint32_t *index)
{
    pthread_mutex_lock(&fleet->lock);
    bool any = !fleet->stop && fleet->next < fleet->sites;
    *index = fleet->next;
    fleet->next += any;
    pthread_mutex_unlock(&fleet->lock);
    return any;
}

static void finish(struct fleet *fleet, int error)
{
    const struct fleet_config *config = fleet->config;
    pthread_mutex_lock(&fleet->lock);
    fleet->done += error == 0;
    bool goes_on = !config->progress || config->progress(config->user, fleet->done, fleet->sites);
    fleet->stop |= error < 0 || !goes_on;
    pthread_mutex_unlock(&fleet->lock);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    uint32_t index;
    while (take(worker->fleet, &index)) {
        worker->error = run_site(worker, index);
        finish(worker->fleet, worker->error);
    }
    return NULL;
}

static bool worker_init(struct worker *worker, struct fleet *fleet)
{
    const struct fleet_config *config = fleet->config;
    *worker = (struct worker){.fleet = fleet};
    worker->watches = calloc(config->flats_a_site, sizeof *worker->watches);
    worker->loads = calloc(config->flats_a_site, sizeof *worker->loads);
    worker->powers = calloc(config->flats_a_site, sizeof *worker->powers);
    worker->curve_mw = calloc(fleet->samples, sizeof *worker->curve_mw);
    worker->tallies = calloc((size_t)config->kind_count, sizeof *worker->tallies);
    return worker->watches && worker->loads && worker->powers && worker->curve_mw &&
           worker->tallies;
}

static void worker_free(struct worker *worker)
{
    free(worker->watches);
    free(worker->loads);
    free(worker->powers);
    free(worker->curve_mw);
    free(worker->tallies);
}

/* ---- the whole -------------------------------------------------------------------------------- */

static bool is_sound(const struct fleet_config *config)
{
    bool counts = config->flats > 0 && config->flats_a_site > 0 && config->days > 0 &&
                  config->jobs > 0 && config->kind_count > 0 &&
                  config->kind_count <= FLEET_KINDS_MAX;
    bool samples = config->sample_ns > 0 && NS_PER_DAY % config->sample_ns == 0 &&
                   (uint64_t)config->days * (uint64_t)(NS_PER_DAY / config->sample_ns) <= FLEET_SAMPLES_MAX;
    return counts && samples && config->curve_flats <= config->flats_a_site &&
           config->curve_flats <= config->flats;
}

static uint64_t integer_square_root(unsigned __int128 value)
{
    uint64_t root = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t trial = root | UINT64_C(1) << bit;
        if ((unsigned __int128)trial * trial <= value)
            root = trial;
    }
    return root;
}

static void merge(struct fleet_result *result, const struct worker *workers, int count)
{
    __int128 sum = 0, squares = 0;
    for (int w = 0; w < count; w++) {
        const struct worker *worker = &workers[w];
        result->events += worker->events;
        result->logged += worker->logged;
        result->hash += worker->hash;
        result->own_peaks_mw += worker->own_peaks_mw;
        fleet_energy_add(&result->energy, &worker->energy);
        sum += worker->sum_wh;
        squares += worker->square_sum_wh;
        if (worker->bytes_per_flat > result->bytes_per_flat)
            result->bytes_per_flat = worker->bytes_per_flat;
        for (uint32_t i = 0; i < result->samples; i++)
            result->curve_mw[i] += worker->curve_mw[i];
        for (int k = 0; k < worker->fleet->config->kind_count; k++)
            fleet_tally_merge(&result->tallies[k], &worker->tallies[k]);
    }
    for (int k = 0; k < FLEET_KINDS_MAX; k++)
        result->flats += (uint32_t)result->tallies[k].flats;
    result->energy_wh = (int64_t)sum;
    if (result->flats > 1) {
        __int128 n = result->flats;
        __int128 variance = (squares * n - sum * sum) / (n * (n - 1));
        result->energy_wh_sd = (int64_t)integer_square_root((unsigned __int128)variance);
    }
}

static void find_peak(struct fleet_result *result, const struct fleet_config *config)
{
    for (uint32_t i = 0; i < result->samples; i++) {
        if (result->curve_mw[i] <= result->peak_mw)
            continue;
        result->peak_mw = result->curve_mw[i];
        result->peak_at = i * config->sample_ns;
    }
}

static int run_workers(struct worker *workers, int count)
{
    int started = 0;
    for (int i = 1; i < count; i++, started++) /* the caller's thread is the first worker */
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            break; /* fewer threads: slower, not different */
    work(&workers[0]);
    for (int i = 1; i <= started; i++)
        pthread_join(workers[i].thread, NULL);
    int error = 0;
    for (int i = 0; i < count; i++)
        error = workers[i].error < error ? workers[i].error : error;
    return error;
}

int fleet_run(const struct fleet_config *config, struct fleet_result *result)
{
    *result = (struct fleet_result){0};
    if (!is_sound(config))
        return ERROR_INVALID_ARGUMENT;
    struct fleet fleet = {
        .config = config,
        .sites = (config->flats + config->flats_a_site - 1) / config->flats_a_site,
        .samples = config->days * (uint32_t)(NS_PER_DAY / config->sample_ns),
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
    for (int i = 0; i < config->kind_count; i++)
        fleet.share_sum += config->kinds[i].share;
    int jobs = config->jobs < (int)fleet.sites ? config->jobs : (int)fleet.sites;
    struct worker *workers = calloc((size_t)jobs, sizeof *workers);
    result->samples = fleet.samples;
    result->curve_mw = calloc(fleet.samples, sizeof *result->curve_mw);
    bool ready = workers && result->curve_mw && fleet.share_sum > 0;
    for (int i = 0; i < jobs && workers; i++)
        ready &= worker_init(&workers[i], &fleet);
    int error = ready ? run_workers(workers, jobs) : ERROR_NO_MEMORY;
    if (error == 0) {
        merge(result, workers, jobs);
        find_peak(result, config);
    }
    for (int i = 0; i < jobs && workers; i++)
        worker_free(&workers[i]);
    free(workers);
    result->sites = fleet.sites;
    result->sites_done = fleet.done;
    result->complete = fleet.done == fleet.sites;
    result->hot_bytes_per_flat = flat_hot_bytes();
    return error;
}

void fleet_result_free(struct fleet_result *result)
{
    free(result->curve_mw);
    result->curve_mw = NULL;
}
