#include "sim/site.h"

#include "sim/error.h"
#include "sim/plant/mains.h"

#include <assert.h>
#include <stdlib.h>

enum { INSTANT_EVENTS_MAX = 1000000 }; /* no sound instant of a site has as many */

struct site_config site_config_default(void)
{
    return (struct site_config){
        .seed = 1,
        .epoch_s = civil_to_seconds(&(struct civil_time){2026, 7, 15, 12, 0, 0, 0}),
        .flats = 40,
        .signal = SIGNAL_GOOD,
        .place = PLACE_NONE,
        .feeder_mohm = 20,
        .flats_per_floor = 4,
        .meeting_ns = NS_PER_S,
        .supply_step_mv = 100,
        .opening_balance = 1000000, /* 100 yuan */
        .meter = meter_config_default(),
        .policy = billing_policy_default(),
        .people = people_policy_default(),
    };
}

/* The meters' links share the cell; the tenants' phones are spread over cells of their own. */
static bool init_links(struct site *site, struct event_sink *sink)
{
    const struct site_config *config = &site->config;
    const struct link_config phone = {.kind = LINK_CAT1};
    if (!link_pool_init(&site->messages, config->flats * (2 * LINK_POOL_PLACES + 1)))
        return false;
    link_network_init(&site->shared.radio, &config->link, &site->messages, &site->cell, sink,
                      config->seed, config->flats);
    link_network_init(&site->shared.phones, &phone, &site->messages, NULL, NULL, config->seed,
                      config->flats);
    return true;
}

static int init_flats(struct site *site)
{
    const struct site_config *config = &site->config;
    struct flat_config flat = {
        .plant = {.seed = config->seed,
                  .nominal_mv = config->meter.nominal_mv,
                  .household = config->household,
                  .curve = config->curve,
                  .climate = &site->climate,
                  .relay = config->relay,
                  .breaker = config->breaker},
        .signal = config->signal,
        .place = config->place,
        .phone_signal = SIGNAL_GOOD,
        .hazard_table = config->hazard_table,
        .hazards_permille = config->hazards_permille,
        .seed = config->seed,
    };
    struct meter_config *meter = &site->shared.meter;
    *meter = config->meter;
    meter->seed = config->seed;
    meter->epoch_s = config->epoch_s;
    meter->price = config->policy.price;
    meter->overdraft = config->policy.overdraft;
    meter->hoarding = config->policy.hoarding;
    meter->reclose_above = config->policy.reclose_above;
    if (config->policy.alarm_2 != MONEY_UNSET)
        meter->low_credit = config->policy.alarm_2;
    site->shared.tenants_pay = config->tenants_pay;
    meter->tariff = site->platform.policy.tariff;
    for (uint32_t i = 0; i < config->flats; i++) {
        flat.opening_balance = config->opening_balance;
        if (config->opening_spread > 0) {
            struct random random = random_stream(config->seed, i + 1, RANDOM_PLATFORM);
            flat.opening_balance += random_between(&random, 0, config->opening_spread);
        }
        int result = flat_init(&site->flats[i], i + 1, &site->shared, &flat);
        if (result < 0)
            return result;
        if (site->shared.energies && config->limits.window_count > 0)
            flat_limit(&site->flats[i], 0, &config->limits, ACTOR_BILLING, 4);
        site_touched(site, &site->flats[i]);
    }
    return 0;
}

struct site *site_new(const struct site_config *config, struct event_sink *sink, int *error)
{
    struct site *site = calloc(1, sizeof *site);
    *error = ERROR_NO_MEMORY;
    if (!site)
        return NULL;
    site->config = *config;
    site->flat_count = config->flats;
    site->events = (struct event_source){sink, EVENT_NO_FLAT};
    site->terminal_mv = config->meter.nominal_mv;
    site->next_meeting = config->meeting_ns;
    site->flats = calloc(config->flats, sizeof *site->flats);
    bool agenda = agenda_init(&site->agenda, config->flats);
    if (config->manages_energy && config->household)
        site->shared.energies = calloc(config->flats, sizeof *site->shared.energies);
    bool energies = site->shared.energies || !config->manages_energy || !config->household;
    site->changed = calloc(config->flats / 64 + 1, sizeof *site->changed);
    bool links = init_links(site, sink);
    if (config->household)
        site->climate =
            (struct climate){&config->household->table.climate,
                             config->weather_seed ? config->weather_seed : config->seed, config->epoch_s};
    site->shared.sink = sink;
    site->shared.platform = &site->platform;
    bool codec = uplink_codec_init(&site->shared.codec, config->link.kind == LINK_LORA, config->without_cipher);
    platform_init(&site->platform, site->events, config->seed, config->epoch_s);
    site->platform.policy = config->policy;
    site->platform.faults = config->faults;
    site->platform.people.policy = config->people;
    site->platform.policy.tariff = site->config.tariff.season_count > 0 ? &site->config.tariff : NULL;
    site->config.tariff.holidays = &site->platform.policy.holidays;
    if (site->flats && site->changed && agenda && energies && links && codec)
        *error = init_flats(site);
    if (*error < 0) {
        site_free(site);
        return NULL;
    }
    return site;
}

void site_free(struct site *site)
{
    if (!site)
        return;
    uplink_codec_free(&site->shared.codec);
    platform_free(&site->platform);
    free(site->restores);
    for (uint32_t i = 0; site->flats && i < site->flat_count; i++)
        flat_free(&site->flats[i]);
    free(site->flats);
    free(site->shared.energies);
    free(site->changed);
    link_pool_free(&site->messages);
    agenda_free(&site->agenda);
    free(site);
}

struct flat *site_flat(struct site *site, uint32_t number)
{
    return number >= 1 && number <= site->flat_count ? &site->flats[number - 1] : NULL;
}

void site_touched(struct site *site, const struct flat *flat)
{
    uint32_t i = flat->number - 1;
    if (site->agenda_stale) /* all of it will be read again */
        return;
    agenda_set(&site->agenda, i, flat_next(flat));
    site->changed[i / 64] |= UINT64_C(1) << (i % 64);
}

static void supply(struct site *site, struct flat *flat, int32_t terminal_mv)
{
    if (abs(terminal_mv - flat->plant.supply_mv) < site->config.supply_step_mv)
        return;
    flat_set_supply(flat, site->now, site->config.meter.nominal_mv, terminal_mv);
    site_touched(site, flat);
}

/* Voltage for a floor: all that its flats draw is read before any of them is told. */
static void meet_on_floor(struct site *site, struct mains_walk *walk, uint32_t first, uint32_t end)
{
    int64_t floor_ma = 0;
    for (uint32_t i = first; i < end; i++)
        floor_ma += site->flats[i].plant.signals.current_ma;
    int32_t terminal_mv = mains_next_floor(walk, floor_ma);
    for (uint32_t i = first; i < end; i++)
        supply(site, &site->flats[i], terminal_mv);
}

static void tell_neighbour(struct site *site, uint32_t number)
{
    struct flat *flat = &site->flats[number];
    const struct flat *next = &site->flats[(number + 1) % site->flat_count];
    plant_set_neighbour(&flat->plant, site->now, next->plant.signals.current_ma);
    flat_settle(flat, site->now);
    site_touched(site, flat);
}

/* The flats' currents pull feeder and riser down; each sees the result until the next meeting. */
static void meet(struct site *site)
{
    const struct site_config *config = &site->config;
    const struct mains mains = {config->meter.nominal_mv, config->feeder_mohm, config->riser_mohm};
    int64_t total_ma = 0;
    cell_meeting(&site->cell, site->next_meeting);
    site->next_meeting += config->meeting_ns;
    for (uint32_t i = 0; i < site->flat_count; i++) {
        total_ma += site->flats[i].plant.signals.current_ma;
        if (site->flats[i].plant.leakage.leak.shape == LEAKAGE_NEIGHBOUR)
            tell_neighbour(site, i);
    }
    if (site->restores)
        restore_meeting(site, total_ma);
    struct mains_walk ground = mains_ground(&mains, total_ma);
    int32_t terminal_mv = mains_next_floor(&ground, 0);
    if (mains.riser_mohm == 0 && abs(terminal_mv - site->terminal_mv) < config->supply_step_mv)
        return;
    site->terminal_mv = terminal_mv;
    struct mains_walk walk = mains_ground(&mains, total_ma);
    uint32_t a_floor = mains.riser_mohm ? config->flats_per_floor : site->flat_count;
    for (uint32_t first = 0; first < site->flat_count; first += a_floor) {
        uint32_t left = site->flat_count - first;
        meet_on_floor(site, &walk, first, first + (left < a_floor ? left : a_floor));
    }
}

/* Flats that ran one by one left their next events unsaid. */
static void refresh_agenda(struct site *site)
{
    if (!site->agenda_stale)
        return;
    site->agenda_stale = false;
    for (uint32_t i = 0; i < site->flat_count; i++)
        site_touched(site, &site->flats[i]);
}

int64_t site_next(struct site *site)
{
    refresh_agenda(site);
    uint32_t first;
    int64_t flat = agenda_earliest(&site->agenda, &first);
    return flat < site->next_meeting ? flat : site->next_meeting;
}

bool site_step(struct site *site, int64_t until)
{
    int64_t next = site_next(site);
    if (next > until) {
        site->now = until > site->now ? until : site->now;
        return false;
    }
    assert(next >= site->now);
    site->now = next;
    if (next == site->next_meeting) /* before the flats' events of the same instant */
        meet(site);
    uint32_t first;
    for (int events = 0; agenda_earliest(&site->agenda, &first) == next; events++) {
        if (events == INSTANT_EVENTS_MAX) {
            site->stuck = true;
            return false;
        }
        flat_step(&site->flats[first]);
        site_touched(site, &site->flats[first]);
    }
    return true;
}

void site_run_until(struct site *site, int64_t until)
{
    while (site_step(site, until))
        ;
}

static void run_window(struct site *site, int64_t until)
{
    for (uint32_t i = 0; i < site->flat_count; i++) {
        struct flat *flat = &site->flats[i];
        site->steps += flat_run(flat, until);
    }
    site->agenda_stale = true;
}

void site_run_flat_by_flat(struct site *site, int64_t until)
{
    while (site->next_meeting <= until) {
        run_window(site, site->next_meeting - 1);
        site->now = site->next_meeting;
        meet(site);
    }
    run_window(site, until);
    site->now = until;
}

__extension__ __int128 site_flat_energy(const struct site *site, uint32_t index)
{
    const struct plant *plant = &site->flats[index].plant;
    int64_t since = site->now - plant->accounted_to;
    return energy_total(&plant->terminal_energy) + (__int128)plant->power_mw * since;
}

size_t site_bytes(const struct site *site)
{
    size_t agenda = sizeof(int64_t) + 2 * sizeof(uint32_t);
    size_t messages = site->messages.touched * sizeof(struct link_pool_place);
    return sizeof *site + site->flat_count * (sizeof(struct flat) + agenda) + messages;
}

int64_t site_energy_imbalance_mw_ns(struct site *site)
{
    __extension__ __int128 sum = 0;
    for (uint32_t i = 0; i < site->flat_count; i++) {
        struct plant *plant = &site->flats[i].plant;
        plant_account(plant, site->now);
        const struct energy *parts[] = {&plant->terminal_energy, &plant->line_loss_energy};
        for (int k = 0; k < 2; k++)
            sum -= energy_total(parts[k]);
        sum += plant_feeder_energy(plant, site->now);
    }
    return (int64_t)sum;
}
