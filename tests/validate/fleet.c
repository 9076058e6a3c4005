/*
 * The fleet: results do not depend on the number of jobs, and hardly on how often flats meet. Two
 * runs of the same buildings differ in their meeting interval only; whatever differs in their load
 * is its error.
 */
#include "tests/validate/validate.h"

#include "scenarios/runner/household_file.h"
#include "sim/fleet.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { RARE_S = 900, OFTEN_S = 90 };

static struct fleet_config fleet_of(const struct validation *validation, uint32_t flats,
                                    uint32_t days)
{
    struct fleet_config config = fleet_config_default();
    config.seed = validation->seed;
    config.kinds[0].site.household = household_default();
    config.flats = flats;
    config.flats_a_site = 50;
    config.days = days;
    return config;
}

static void determinism(const struct validation *validation)
{
    struct fleet_config config =
        fleet_of(validation, (uint32_t)sample_size(validation, 400, 150), 1);
    uint64_t first = 0;
    int different = 0;
    for (config.jobs = 1; config.jobs <= 3; config.jobs++) {
        struct fleet_result result;
        int error = fleet_run(&config, &result);
        assert(error == 0 && result.complete);
        (void)error;
        different += config.jobs > 1 && result.hash != first;
        first = config.jobs == 1 ? result.hash : first;
        fleet_result_free(&result);
    }
    report_row(validation->report,
               &(struct row){.statistic = "hashes of 2 and 3 jobs that differ from that of 1",
                             .unit = "",
                             .target = "none",
                             .low = 0,
                             .high = 0,
                             .measured = exactly(different, config.flats),
                             .decimals = 0,
                             .source = "architecture.md, Determinism"});
}

/* ---- meetings ---- */

struct course {
    struct fleet_log log;
    struct fleet_watch *watches;
    struct fleet_tally tally;
    struct site *site;
    __int128 energy;
    double peak_w;
};

static void course_start(struct course *course, const struct validation *validation, uint32_t flats,
                         int meeting_s)
{
    struct site_config config = fleet_config_default().kinds[0].site;
    int error;
    config.seed = validation->seed;
    config.household = household_default();
    config.flats = flats;
    config.meeting_ns = meeting_s * NS_PER_S;
    *course = (struct course){.watches = calloc(flats, sizeof *course->watches)};
    fleet_log_init(&course->log, &config.meter, course->watches, flats, &course->tally);
    course->site = site_new(&config, &course->log.sink, &error);
    assert(course->site);
}

static uint64_t course_end(struct course *course)
{
    uint64_t hash = fleet_log_hash(&course->log, course->site->flat_count);
    site_free(course->site);
    free(course->watches);
    return hash;
}

/* On to `until`; the mean power since the last call over `seconds`, W. */
static double course_run(struct course *course, int64_t until, int seconds)
{
    __int128 energy = 0;
    site_run_flat_by_flat(course->site, until);
    for (uint32_t i = 0; i < course->site->flat_count; i++)
        energy += site_flat_energy(course->site, i);
    double power_w = (double)(energy - course->energy) * 1e-12 / seconds;
    course->energy = energy;
    course->peak_w = fmax(course->peak_w, power_w);
    return power_w;
}

struct difference {
    struct moments volts; /* of one flat at one moment */
    double most_volts;
};

static void compare(struct difference *difference, const struct course *a, const struct course *b)
{
    for (uint32_t i = 0; i < a->site->flat_count; i++) {
        int32_t a_mv = a->site->flats[i].plant.signals.voltage_mv;
        int32_t b_mv = b->site->flats[i].plant.signals.voltage_mv;
        if (a_mv == 0 || b_mv == 0)
            continue; /* an outage is the flat's own, not the feeder's */
        double volts = fabs((a_mv - b_mv) * 1e-3);
        moments_add(&difference->volts, volts);
        difference->most_volts = fmax(difference->most_volts, volts);
    }
}

static double percent(double a, double b)
{
    return 100 * (a - b) / b;
}

/* Sampled a little before a meeting, when what the rare one tells is oldest. */
static void meetings(const struct validation *validation)
{
    uint32_t flats = (uint32_t)sample_size(validation, 200, 60);
    int quarters = sample_size(validation, 2, 1) * 96;
    struct course rare, often;
    struct difference difference = {0};
    course_start(&rare, validation, flats, RARE_S);
    course_start(&often, validation, flats, OFTEN_S);
    for (int i = 1; i <= quarters; i++) {
        int64_t until = i * RARE_S * NS_PER_S - 1;
        course_run(&rare, until, RARE_S);
        course_run(&often, until, OFTEN_S * (RARE_S / OFTEN_S));
        compare(&difference, &rare, &often);
    }
    double energy = percent((double)rare.energy, (double)often.energy);
    double peak = percent(rare.peak_w, often.peak_w);
    double imbalance = (double)(site_energy_imbalance_mw_ns(rare.site) != 0);
    bool differ = course_end(&rare) != course_end(&often);
    struct report *report = validation->report;
    report_row(report, &(struct row){.statistic = "energy, meetings every 15 min against 90 s",
                                     .unit = "%",
                                     .target = "0 ± 0.5 %",
                                     AROUND(0, 0.5),
                                     .measured = exactly(energy, flats),
                                     .decimals = 4,
                                     .source = "this project's choice"});
    report_row(report, &(struct row){.statistic = "peak of 15 min, the same",
                                     .unit = "%",
                                     .target = "",
                                     REPORTED,
                                     .measured = exactly(peak, flats),
                                     .decimals = 4,
                                     .source = ""});
    report_row(report, &(struct row){.statistic = "voltage just before a meeting, mean difference",
                                     .unit = "V",
                                     .target = "",
                                     REPORTED,
                                     .measured = moments_mean(&difference.volts),
                                     .decimals = 3,
                                     .source = ""});
    report_row(report, &(struct row){.statistic = "the same, largest",
                                     .unit = "V",
                                     .target = "",
                                     REPORTED,
                                     .measured = exactly(difference.most_volts, difference.volts.n),
                                     .decimals = 3,
                                     .source = ""});
    report_row(report, &(struct row){.statistic = "the two runs have different hashes (1: yes)",
                                     .unit = "",
                                     .target = "",
                                     REPORTED,
                                     .measured = exactly(differ, flats),
                                     .decimals = 0,
                                     .source = ""});
    report_row(
        report,
        &(struct row){.statistic = "energy of feeder less terminals and line (1: out of balance)",
                      .unit = "",
                      .target = "0, to the last mW ns",
                      .low = 0,
                      .high = 0,
                      .measured = exactly(imbalance, flats),
                      .decimals = 0,
                      .source = "conservation of energy"});
}

void validate_fleet(const struct validation *validation)
{
    report_section(validation->report, "Fleet",
                   "Flats meet at the site's feeder and cell at intervals; in between each runs "
                   "alone on the voltage of the last\n"
                   "meeting. The second group of rows is what 15 min of that costs.");
    determinism(validation);
    meetings(validation);
}
