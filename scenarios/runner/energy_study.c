#include "scenarios/runner/energy_study.h"
#include "scenarios/runner/fleet_energy.h"

#include "sim/error.h"

#include <math.h>
#include <stdlib.h>

enum { YUAN = 10000, DAYS_A_YEAR = 365, SHORT_DAYS = 31 };
#define OPENING (INT64_C(900000) * YUAN) /* nobody runs out of it in a year */

/* ---- one fleet -------------------------------------------------------------------------------- */

/* Homes with rooms and tanks, nothing that goes wrong. Registers by rate keep the hours apart, so a report a day will do where what the
 * last one does not know is little of the whole. */
static void prepare(struct site_config *site, uint32_t days)
{
    site->meter.report_ns = days > SHORT_DAYS ? NS_PER_DAY : 3 * NS_PER_HOUR;
    site->manages_energy = true;
    site->tenants_pay = false;
    site->hazards_permille = 0;
    site->opening_balance = OPENING;
    site->opening_spread = 0;
    site->without_cipher = true;
}

static int limits_of(const char *measure, struct site_config *site)
{
    site->limits = (struct limit_schedule){0};
    if (!measure)
        return 0;
    const struct tariff *tariff = site->tariff.season_count > 0 ? &site->tariff : NULL;
    bool sound = energy_measure(measure, &site->limits) && !energy_windows_at_peak(tariff, &site->limits);
    return sound ? 0 : ERROR_INVALID_ARGUMENT;
}

static int run_one(const struct study_config *config, uint64_t seed, const char *measure, struct study_run *run)
{
    struct fleet_config fleet = config->fleet;
    struct fleet_result result;
    fleet.seed = seed;
    prepare(&fleet.kinds[0].site, fleet.days);
    int error = limits_of(measure, &fleet.kinds[0].site);
    if (error == 0)
        error = fleet_run(&fleet, &result);
    if (error < 0)
        return error;
    *run = (struct study_run){result.energy, result.energy_wh, result.peak_mw};
    fleet_result_free(&result);
    return 0;
}

/* ---- means over seeds ------------------------------------------------------------------------- */

double study_t95(int degrees)
{
    static const double table[] = {0,     12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                   2.201, 2.179,  2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080,
                                   2.074, 2.069,  2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    const int most = sizeof table / sizeof table[0] - 1;
    if (degrees <= most)
        return table[degrees > 0 ? degrees : 1];
    return 1.960 + 2.46 / degrees; /* above 30 within 0.001 */
}

static struct study_mean mean_of(const double *values, int count)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < count; i++)
        sum += values[i];
    double mean = count > 0 ? sum / count : 0;
    for (int i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    bool bounded = count > 1;
    double half = bounded ? study_t95(count - 1) * sqrt(squares / (count - 1) / count) : 0;
    return (struct study_mean){mean, mean - half, mean + half, bounded};
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* All runs: of a seed first the one without limits, then the measures. */
struct table {
    const struct study_config *config;
    const struct study_run *runs;
    int seeds, columns;
    double *values; /* of one figure, by seed */
};

static const struct study_run *run_of_table(const struct table *table, int seed, int column)
{
    return &table->runs[seed * table->columns + column];
}

enum figure { YUAN_SAVED, KWH_SAVED, YUAN_SHARE, KWH_SHARE, PEAK_SHARE };

static double figure_of(const struct table *table, enum figure figure, const struct study_run *without,
                        const struct study_run *with)
{
    const struct fleet_config *fleet = &table->config->fleet;
    double home_years = (double)fleet->flats * fleet->days / DAYS_A_YEAR;
    double yuan = (double)(without->sums.charged - with->sums.charged) / YUAN;
    double kwh = (double)(without->energy_wh - with->energy_wh) / 1e3;
    switch (figure) {
    case YUAN_SAVED:
        return yuan / home_years;
    case KWH_SAVED:
        return kwh / home_years;
    case YUAN_SHARE:
        return share(yuan, (double)without->sums.charged / YUAN);
    case KWH_SHARE:
        return share(kwh, (double)without->energy_wh / 1e3);
    case PEAK_SHARE:
        return share((double)(without->peak_mw - with->peak_mw), (double)without->peak_mw);
    }
    return 0;
}

static struct study_mean mean_over_seeds(const struct table *table, enum figure figure, int column)
{
    for (int i = 0; i < table->seeds; i++)
        table->values[i] = figure_of(table, figure, run_of_table(table, i, 0), run_of_table(table, i, column));
    return mean_of(table->values, table->seeds);
}

static struct fleet_energy sum_of(const struct table *table, int column)
{
    struct fleet_energy sum = {0};
    for (int i = 0; i < table->seeds; i++)
        fleet_energy_add(&sum, &run_of_table(table, i, column)->sums);
    return sum;
}

static void judge_measure(const struct table *table, int column, struct study_measure *measure)
{
    const struct fleet_config *fleet = &table->config->fleet;
    double home_years = (double)fleet->flats * fleet->days / DAYS_A_YEAR * table->seeds;
    const struct fleet_energy without = sum_of(table, 0), with = sum_of(table, column);
    *measure = (struct study_measure){
        .yuan = mean_over_seeds(table, YUAN_SAVED, column),
        .kwh = mean_over_seeds(table, KWH_SAVED, column),
        .yuan_share = mean_over_seeds(table, YUAN_SHARE, column),
        .kwh_share = mean_over_seeds(table, KWH_SHARE, column),
        .peak_share = mean_over_seeds(table, PEAK_SHARE, column),
        .cold_baths = share((double)with.cold_baths, (double)with.baths),
        .cold_baths_without = share((double)without.cold_baths, (double)without.baths),
        .unmet_kwh = share((double)with.unmet_wh / 1e3, home_years),
        .unmet_kwh_without = share((double)without.unmet_wh / 1e3, home_years),
        .too_hot = share((double)with.hot_k_s, (double)with.cooling_s),
        .too_hot_without = share((double)without.hot_k_s, (double)without.cooling_s),
        .too_cold = share((double)with.cold_k_s, (double)with.heating_s),
        .too_cold_without = share((double)without.cold_k_s, (double)without.heating_s),
    };
}

static void fill_pairs(const struct table *table)
{
    const struct study_config *config = table->config;
    double homes = config->fleet.flats;
    for (int i = 0; i < table->seeds * config->measure_count; i++) {
        const struct study_run *without = run_of_table(table, i / config->measure_count, 0);
        const struct study_run *with = without + 1 + i % config->measure_count;
        config->pairs[i] = (struct study_pair){
            .bill_yuan = (double)without->sums.charged / YUAN / homes,
            .saved_yuan = (double)(without->sums.charged - with->sums.charged) / YUAN / homes,
            .energy_kwh = (double)without->energy_wh / 1e3 / homes,
            .saved_kwh = (double)(without->energy_wh - with->energy_wh) / 1e3 / homes,
        };
    }
}

static void judge(const struct table *table, struct study_result *result)
{
    const struct fleet_config *fleet = &table->config->fleet;
    double home_years = (double)fleet->flats * fleet->days / DAYS_A_YEAR * table->seeds;
    const struct fleet_energy without = sum_of(table, 0);
    double kwh = 0;
    for (int i = 0; i < table->seeds; i++)
        kwh += (double)run_of_table(table, i, 0)->energy_wh / 1e3;
    result->seeds = table->seeds;
    if (table->seeds == 0)
        return;
    if (table->config->pairs)
        fill_pairs(table);
    result->bill_yuan = (double)without.charged / YUAN / home_years;
    result->energy_kwh = kwh / home_years;
    result->air_share = share((double)without.air_wh / 1e3, kwh);
    result->water_share = share((double)without.water_wh / 1e3, kwh);
    for (int i = 0; i < table->config->measure_count; i++)
        judge_measure(table, i + 1, &result->measures[i]);
}

/* ---- all of them ------------------------------------------------------------------------------ */

static int run_all(const struct study_config *config, struct table *table, struct study_run *runs)
{
    int seeds = (int)(config->last_seed - config->first_seed + 1), done = 0;
    for (int seed = 0; seed < seeds; seed++) {
        for (int column = 0; column < table->columns; column++, done++) {
            const char *measure = column > 0 ? config->measures[column - 1] : NULL;
            if (config->progress && !config->progress(config->user, done, seeds * table->columns))
                return 0;
            int error = run_one(config, config->first_seed + (uint64_t)seed, measure, &runs[done]);
            if (error < 0)
                return error;
        }
        table->seeds = seed + 1;
    }
    if (config->progress)
        config->progress(config->user, done, done);
    return 0;
}

int study_run(const struct study_config *config, struct study_result *result)
{
    *result = (struct study_result){0};
    struct site_config tried = config->fleet.kinds[0].site;
    for (int i = 0; i < config->measure_count; i++)
        if (limits_of(config->measures[i], &tried) < 0)
            return ERROR_INVALID_ARGUMENT;
    if (config->last_seed < config->first_seed || config->last_seed - config->first_seed >= STUDY_SEEDS_MAX)
        return ERROR_INVALID_ARGUMENT;
    size_t seeds = (size_t)(config->last_seed - config->first_seed + 1);
    struct table table = {.config = config, .columns = config->measure_count + 1};
    struct study_run *runs = calloc(seeds * (size_t)table.columns, sizeof *runs);
    table.values = calloc(seeds, sizeof *table.values);
    table.runs = runs;
    int error = runs && table.values ? run_all(config, &table, runs) : ERROR_NO_MEMORY;
    if (error == 0)
        judge(&table, result);
    free(runs);
    free(table.values);
    return error;
}
