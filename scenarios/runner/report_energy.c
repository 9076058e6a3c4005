#include "scenarios/runner/report_energy.h"
#include "scenarios/runner/report_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

/* A claim holds when all of the interval does: without one nothing can be said. */
static const char *verdict_on(const struct study_mean *share, double claim)
{
    if (!share->bounded)
        return "one seed has no interval";
    return share->low >= claim ? "holds" : share->high < claim ? "does not hold" : "cannot be told";
}

static void print_mean(const struct study_mean *mean, double scale)
{
    if (mean->bounded)
        printf(" %6.1f [%6.1f,%6.1f]", mean->mean * scale, mean->low * scale, mean->high * scale);
    else
        printf(" %6.1f %15s", mean->mean * scale, "");
}

static void print_measure(const char *name, const struct study_measure *measure, double claim)
{
    printf("  %-6s", name);
    print_mean(&measure->yuan, 1);
    print_mean(&measure->yuan_share, 100);
    print_mean(&measure->kwh, 1);
    print_mean(&measure->peak_share, 100);
    printf("  %s\n", verdict_on(&measure->yuan_share, claim));
}

static void print_comfort(const char *name, double cold_baths, double unmet_kwh, double too_hot, double too_cold)
{
    printf("  %-6s %8.1f %11.1f %13.2f %13.2f\n", name, cold_baths * 100, unmet_kwh, too_hot, too_cold);
}

static void print_row(const struct study_config *study, const struct energy_report *row, double claim)
{
    const struct study_result *result = &row->result;
    printf("\n%s: without limits %.0f yuan and %.0f kWh a home and year; air conditioner %.0f %%, water heater %.0f %% of it\n",
           row->tariff, result->bill_yuan, result->energy_kwh, result->air_share * 100, result->water_share * 100);
    if ((uint64_t)result->seeds <= study->last_seed - study->first_seed)
        printf("  interrupted: %d seeds are complete\n", result->seeds);
    if (result->seeds == 0)
        return;
    printf("  saved   yuan [95 %% interval]   %% of the bill            kWh                    %% of the largest hour   %.4g %%\n",
           claim * 100);
    for (int i = 0; i < study->measure_count; i++)
        print_measure(study->measures[i], &result->measures[i], claim);
    printf("  comfort  cold baths %%  unmet kWh   too hot K   too cold K (mean while cooled, heated)\n");
    const struct study_measure *first = &result->measures[0];
    print_comfort("none", first->cold_baths_without, first->unmet_kwh_without, first->too_hot_without,
                  first->too_cold_without);
    for (int i = 0; i < study->measure_count; i++) {
        const struct study_measure *measure = &result->measures[i];
        print_comfort(study->measures[i], measure->cold_baths, measure->unmet_kwh, measure->too_hot, measure->too_cold);
    }
}

void report_energy_console(const struct study_config *study, const struct energy_report *rows, int count, double claim)
{
    printf("%u homes, %u days, seeds %" PRIu64 " to %" PRIu64 "; pairs of the same homes, seed and weather\n",
           study->fleet.flats, study->fleet.days, study->first_seed, study->last_seed);
    for (int i = 0; i < count; i++)
        print_row(study, &rows[i], claim);
}

/* ---- for machines ----------------------------------------------------------------------------- */

static json_t *mean_json(const struct study_mean *mean)
{
    if (!mean->bounded)
        return json_pack("{s:f, s:n, s:n}", "mean", mean->mean, "low", "high");
    return json_pack("{s:f, s:f, s:f}", "mean", mean->mean, "low", mean->low, "high", mean->high);
}

static json_t *comfort_json(double cold_baths, double unmet_kwh, double too_hot, double too_cold)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "cold_baths", cold_baths, "unmet_kwh", unmet_kwh, "too_hot_k", too_hot,
                     "too_cold_k", too_cold);
}

static json_t *measure_json(const char *name, const struct study_measure *m, double claim)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "measure", name, "saved_yuan", mean_json(&m->yuan),
                     "saved_bill_share", mean_json(&m->yuan_share), "saved_kwh", mean_json(&m->kwh), "saved_kwh_share",
                     mean_json(&m->kwh_share), "saved_peak_share", mean_json(&m->peak_share), "claim",
                     verdict_on(&m->yuan_share, claim), "comfort",
                     comfort_json(m->cold_baths, m->unmet_kwh, m->too_hot, m->too_cold), "comfort_without",
                     comfort_json(m->cold_baths_without, m->unmet_kwh_without, m->too_hot_without, m->too_cold_without));
}

static json_t *row_json(const struct study_config *study, const struct energy_report *row, double claim)
{
    const struct study_result *result = &row->result;
    json_t *measures = json_array();
    for (int i = 0; i < study->measure_count && result->seeds > 0; i++)
        json_array_append_new(measures, measure_json(study->measures[i], &result->measures[i], claim));
    return json_pack("{s:s, s:i, s:f, s:f, s:f, s:f, s:o}", "tariff", row->tariff, "seeds", result->seeds, "bill_yuan",
                     result->bill_yuan, "energy_kwh", result->energy_kwh, "air_conditioner_share", result->air_share,
                     "water_heater_share", result->water_share, "measures", measures);
}

int report_energy_json(const struct study_config *study, const struct energy_report *rows, int count, double claim,
                       const char *path)
{
    json_t *tariffs = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(tariffs, row_json(study, &rows[i], claim));
    return report_write_json(path, json_pack("{s:i, s:I, s:I, s:I, s:I, s:f, s:o}", "version", 1, "flats",
                                             (json_int_t)study->fleet.flats, "days", (json_int_t)study->fleet.days,
                                             "first_seed", (json_int_t)study->first_seed, "last_seed",
                                             (json_int_t)study->last_seed, "claimed_share", claim, "tariffs", tariffs));
}
