/* Faults that take their course: leakage, hazards, the mains of a building. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/plant/hazards.h"
#include "sim/plant/mains.h"
#include "sim/plant/plant.h"
#include "tests/unit/recorder.h"

#define VOLT 1000
#define AMPERE 1000

enum { NOMINAL_MV = 220 * VOLT };

struct bench {
    struct recorder log;
    struct event_queue queue;
    struct plant plant;
};

static void bench_init(struct bench *bench, uint32_t flat)
{
    const struct plant_config config = {.seed = 1, .nominal_mv = NOMINAL_MV};
    recorder_init(&bench->log);
    queue_init(&bench->queue, PLANT_TIMERS);
    plant_init(&bench->plant, (struct timers){&bench->queue, 0, PLANT_TIMERS},
               (struct event_source){&bench->log.sink, flat}, &config);
}

/* Runs the next event if it is not after `until`; its time, or TIME_NEVER. */
static int64_t step(struct bench *bench, int64_t until)
{
    int slot = -1;
    int64_t now = queue_next(&bench->queue, &slot);
    if (now > until)
        return TIME_NEVER;
    queue_take(&bench->queue, slot);
    plant_timer(&bench->plant, now, slot);
    return now;
}

static void run_until(struct bench *bench, int64_t until)
{
    while (step(bench, until) != TIME_NEVER)
        ;
}

static int setup(void **state)
{
    static struct bench bench;
    bench_init(&bench, 1);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    recorder_free(&((struct bench *)*state)->log);
    return 0;
}

static int32_t residual(const struct bench *bench)
{
    return bench->plant.signals.residual_ua;
}

static void assert_near(double value, double want, double relative)
{
    if (fabs(value - want) > fabs(want) * relative)
        fail_msg("%.6g is not within %.2g of %.6g", value, relative, want);
}

/* ---- leakage ---------------------------------------------------------------------------------- */

/* Follows a curve: at each change the level is the curve's, and no change is more than a fiftieth of the whole. */
static int follow(struct bench *bench, int64_t until, double (*curve)(double t), int32_t top)
{
    int changes = 0;
    int32_t last = residual(bench);
    for (int64_t now = step(bench, until); now != TIME_NEVER; now = step(bench, until)) {
        int32_t level = residual(bench);
        double want = curve((double)now / (double)NS_PER_S);
        if (fabs(level - want) > top * 0.002 + 2)
            fail_msg("%d uA at %.3f s instead of %.0f", level, (double)now / 1e9, want);
        assert_true(abs(level - last) <= top / 50 + 1);
        last = level;
        changes++;
    }
    return changes;
}

static double exponential(double t)
{
    return fmin(500 * exp(t / 1000), 30000);
}

static void a_ramp_grows_exponentially_to_its_level(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_RAMP, .from_ua = 500, .to_ua = 30000, .rise_ms = 1000000};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    assert_int_equal(residual(bench), 500);
    int changes = follow(bench, NS_PER_DAY, exponential, 30000);
    assert_true(changes > 150 && changes < 300);
    assert_int_equal(residual(bench), 30000);
    assert_int_equal(recorder_count(&bench->log, EVENT_CAUSE, PLANT_FAULT_LEAKAGE), 1);
}

static double logistic(double t)
{
    double x = 1 / (1 + exp(-(t - 1800) / 300));
    return t >= 3600 ? 40000 : 1000 + 39000 * x;
}

static void wet_insulation_rises_like_a_logistic_curve_and_dries_like_an_exponential(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_WET, .from_ua = 1000, .to_ua = 40000,
                              .rise_ms = 3600000, .fall_ms = 7200000};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    follow(bench, 3599 * NS_PER_S, logistic, 40000);
    run_until(bench, 3601 * NS_PER_S);
    assert_int_equal(residual(bench), 40000);
    run_until(bench, (3600 + 7200) * NS_PER_S);
    assert_near(residual(bench), 40000 * exp(-1), 0.021);
    run_until(bench, 10 * NS_PER_DAY);
    assert_int_equal(residual(bench), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_CAUSE_ENDED, PLANT_FAULT_LEAKAGE), 1);
    assert_int_equal(queue_next(&bench->queue, &(int){0}), TIME_NEVER);
}

static double line(double t)
{
    return fmin(200 + 1800 * t / 1000, 2000);
}

static void an_aged_cable_drifts_along_a_line(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_DRIFT, .from_ua = 200, .to_ua = 2000, .rise_ms = 1000000};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    follow(bench, NS_PER_DAY, line, 2000);
    assert_int_equal(residual(bench), 2000);
}

static void a_loose_wire_leaks_in_bursts_of_5_to_200_ms(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_INTERMITTENT, .from_ua = 5000, .to_ua = 40000,
                              .rise_ms = 200, .fall_ms = 10000};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    double on = 0, off = 0;
    int bursts = 0;
    int64_t last = 0;
    for (int i = 0; i < 20000; i++) {
        bool was_on = residual(bench) > 0;
        int64_t now = step(bench, TIME_NEVER - 1);
        assert_true(was_on != (residual(bench) > 0));
        assert_true(residual(bench) == 0 || (residual(bench) >= 5000 && residual(bench) <= 40000));
        assert_true(!was_on || (now - last >= 5 * NS_PER_MS && now - last <= 200 * NS_PER_MS));
        *(was_on ? &on : &off) += (double)(now - last);
        bursts += was_on;
        last = now;
    }
    assert_near(on / bursts, 102.5e6, 0.03);
    assert_near(off / bursts, 10e9, 0.04);
}

/* The ramp of test sets: 30 % to 110 % of 30 mA in steps of 10 %, 300 ms each. */
static void a_test_sets_ramp_has_nine_steps_of_300_ms(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_STAIRS, .from_ua = 9000, .to_ua = 33000,
                              .rise_ms = 300, .step_ua = 3000};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(residual(bench), 9000 + 3000 * i);
        assert_int_equal(step(bench, TIME_NEVER - 1), (i + 1) * 300 * NS_PER_MS);
    }
    assert_int_equal(residual(bench), 0);
}

static void neutral_on_earth_leaks_a_share_of_the_load(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_SHARE, .share_permille = 20};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    assert_int_equal(residual(bench), 0);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 2 * AMPERE);
    assert_int_equal(residual(bench), 40000);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 0);
    assert_int_equal(residual(bench), 0);
}

static void a_load_with_filters_leaks_for_3_ms_as_it_comes_on(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_BURST, .to_ua = 5000000, .rise_ms = 3};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    for (int i = 1; i <= 50; i++) {
        plant_set_fault(&bench->plant, i * NS_PER_S, PLANT_FAULT_OVERLOAD, 5 * AMPERE);
        assert_true(residual(bench) > 2500000 && residual(bench) <= 5000000);
        int64_t over = step(bench, TIME_NEVER - 1) - i * NS_PER_S;
        assert_true(over >= NS_PER_MS && over <= 3 * NS_PER_MS);
        assert_int_equal(residual(bench), 0);
        plant_set_fault(&bench->plant, i * NS_PER_S + NS_PER_S / 2, PLANT_FAULT_OVERLOAD, 0);
        assert_int_equal(residual(bench), 0);
    }
}

static void a_leak_begins_at_the_half_wave_that_is_asked_for(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_STEP, .to_ua = 30000};
    plant_begin_leak(&bench->plant, 7 * NS_PER_MS, &leak, 0);
    assert_int_equal(step(bench, NS_PER_S), 20 * NS_PER_MS);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_CAUSE, PLANT_FAULT_LEAKAGE), 20 * NS_PER_MS);
    plant_begin_leak(&bench->plant, 27 * NS_PER_MS, &leak, 180);
    assert_int_equal(step(bench, NS_PER_S), 30 * NS_PER_MS);
    plant_begin_leak(&bench->plant, 40 * NS_PER_MS, &leak, 0);
    assert_int_equal(residual(bench), 30000);
}

static void standing_and_fault_leakage_add_as_vectors(void **state)
{
    struct bench *bench = *state;
    bench->plant.standing_leakage_ua = 3000;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_LEAKAGE, 4000);
    assert_int_equal(residual(bench), 5000);
    assert_int_equal(residual_sum_ua(0, 123), 123);
    assert_int_equal(residual_sum_ua(30000, 40000), 50000);
}

static void smooth_direct_current_is_told_apart(void **state)
{
    struct bench *bench = *state;
    const struct leak leak = {.shape = LEAKAGE_STEP, .waveform = RESIDUAL_SMOOTH_DC, .to_ua = 6000};
    plant_begin_leak(&bench->plant, 0, &leak, -1);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_LEAKAGE, 30000);
    assert_int_equal(residual(bench), 30000);
    assert_int_equal(bench->plant.signals.residual_dc_ua, 6000);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_LEAKAGE, 0);
    assert_int_equal(residual(bench), 0);
    assert_int_equal(bench->plant.signals.residual_dc_ua, 0);
}

static void a_leak_without_what_its_shape_needs_is_refused(void **state)
{
    (void)state;
    const struct leak bad[] = {
        {.shape = LEAKAGE_NONE, .to_ua = 1},
        {.shape = LEAKAGE_STEP},
        {.shape = LEAKAGE_STEP, .to_ua = 1, .from_ua = 2},
        {.shape = LEAKAGE_STEP, .to_ua = 1, .from_ua = -1},
        {.shape = LEAKAGE_STEP, .to_ua = 1, .waveform = RESIDUAL_WAVEFORM_COUNT},
        {.shape = LEAKAGE_RAMP, .to_ua = 1, .rise_ms = 1},
        {.shape = LEAKAGE_WET, .to_ua = 1, .rise_ms = 1},
        {.shape = LEAKAGE_INTERMITTENT, .to_ua = 1, .rise_ms = 4, .fall_ms = 1},
        {.shape = LEAKAGE_SHARE, .to_ua = 1},
        {.shape = LEAKAGE_DRYING, .to_ua = 1, .rise_ms = 1, .fall_ms = 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_true(leak_check(&bad[i]) < 0);
    assert_int_equal(sizeof(struct leakage), 40);
    for (int i = LEAKAGE_STEP; i < LEAKAGE_DRYING; i++)
        assert_int_equal(leakage_shape_from_name(leakage_shape_name(i)), i);
    assert_int_equal(leakage_shape_from_name("drying"), -1);
    assert_int_equal(residual_waveform_from_name("smooth dc"), RESIDUAL_SMOOTH_DC);
    assert_int_equal(residual_waveform_from_name("square"), -1);
}

/* ---- mains ------------------------------------------------------------------------------------ */

static void flats_higher_up_see_the_drop_of_every_stretch_below(void **state)
{
    (void)state;
    const struct mains mains = {NOMINAL_MV, 20, 5};
    static const int64_t floors_ma[3] = {30 * AMPERE, 20 * AMPERE, 50 * AMPERE};
    struct mains_walk walk = mains_ground(&mains, 100 * AMPERE);
    assert_int_equal(mains_next_floor(&walk, floors_ma[0]), NOMINAL_MV - 2000);
    assert_int_equal(mains_next_floor(&walk, floors_ma[1]), NOMINAL_MV - 2000 - 350);
    assert_int_equal(mains_next_floor(&walk, floors_ma[2]), NOMINAL_MV - 2000 - 350 - 250);
    walk = mains_ground(&mains, 100000 * AMPERE);
    assert_int_equal(mains_next_floor(&walk, 0), NOMINAL_MV / 2);
}

static void a_sag_lasts_as_long_as_it_was_asked_to(void **state)
{
    struct bench *bench = *state;
    plant_set_supply(&bench->plant, 0, NOMINAL_MV, NOMINAL_MV - 2200);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    plant_set_voltage(&bench->plant, NS_PER_S, 110 * VOLT, 2 * NS_PER_S);
    assert_int_equal(bench->plant.signals.voltage_mv, 108900);
    assert_int_equal(bench->plant.line_loss_mw, 10 * 1100);
    run_until(bench, 3 * NS_PER_S);
    assert_int_equal(bench->plant.signals.voltage_mv, NOMINAL_MV - 2200);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_CAUSE_ENDED, PLANT_FAULT_VOLTAGE), 3 * NS_PER_S);
    plant_set_voltage(&bench->plant, 4 * NS_PER_S, 1, 0);
    assert_int_equal(bench->plant.signals.voltage_mv, 0);
    plant_set_voltage(&bench->plant, 5 * NS_PER_S, 280 * VOLT, NS_PER_S);
    plant_set_voltage(&bench->plant, 5 * NS_PER_S, 0, 0);
    assert_int_equal(queue_next(&bench->queue, &(int){0}), TIME_NEVER);
    plant_account(&bench->plant, 6 * NS_PER_S);
    assert_true(plant_feeder_energy(&bench->plant, 6 * NS_PER_S) ==
                bench->plant.terminal_energy.remainder_mw_ns +
                    bench->plant.line_loss_energy.remainder_mw_ns +
                    (__extension__(__int128)(bench->plant.terminal_energy.mwh +
                                             bench->plant.line_loss_energy.mwh)) *
                        3600000000000);
}

/* ---- hazards ---------------------------------------------------------------------------------- */

static void hazards_come_at_their_yearly_rates(void **state)
{
    (void)state;
    const struct hazard_table *table = hazard_table_default();
    enum { HOMES = 200, YEARS = 100 };
    int struck[HAZARD_KINDS_MAX] = {0};
    for (uint32_t flat = 0; flat < HOMES; flat++) {
        struct hazards hazards;
        hazards_init(&hazards, 7, flat, NULL, 1000);
        for (int64_t now = hazards_next(&hazards, 0); now < YEARS * 8766 * NS_PER_HOUR;
             now = hazards_next(&hazards, now)) {
            struct hazard hazard = hazards_strike(&hazards);
            struck[hazard.kind - table->kinds]++;
            assert_true(hazards_standing(&hazards) == hazard.kind);
            assert_true(hazard.level >= hazard.kind->level.low && hazard.level <= hazard.kind->level.high);
            assert_true(hazard.lasts_ns >= hazard.kind->lasts_s.low * NS_PER_S);
            assert_true(hazard.leak.shape == LEAKAGE_NONE || leak_check(&hazard.leak) == 0);
            hazards_mended(&hazards);
        }
    }
    for (int i = 0; i < table->count; i++) {
        double want = table->kinds[i].per_thousand_years * (double)HOMES * YEARS / 1000;
        if (fabs(struck[i] - want) > 5 * sqrt(want))
            fail_msg("%s struck %d times, expected %.0f", table->kinds[i].name, struck[i], want);
    }
}

static void without_a_rate_nothing_goes_wrong(void **state)
{
    (void)state;
    static const struct hazard_table none = {0, NULL};
    struct hazards hazards;
    hazards_init(&hazards, 1, 1, NULL, 0);
    assert_int_equal(hazards_next(&hazards, 0), TIME_NEVER);
    assert_null(hazards_standing(&hazards));
    hazards_init(&hazards, 1, 1, &none, 1000);
    assert_int_equal(hazards_next(&hazards, 0), TIME_NEVER);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_ramp_grows_exponentially_to_its_level),
        test(wet_insulation_rises_like_a_logistic_curve_and_dries_like_an_exponential),
        test(an_aged_cable_drifts_along_a_line),
        test(a_loose_wire_leaks_in_bursts_of_5_to_200_ms),
        test(a_test_sets_ramp_has_nine_steps_of_300_ms),
        test(neutral_on_earth_leaks_a_share_of_the_load),
        test(a_load_with_filters_leaks_for_3_ms_as_it_comes_on),
        test(a_leak_begins_at_the_half_wave_that_is_asked_for),
        test(standing_and_fault_leakage_add_as_vectors),
        test(smooth_direct_current_is_told_apart),
        test(a_leak_without_what_its_shape_needs_is_refused),
        test(flats_higher_up_see_the_drop_of_every_stretch_below),
        test(a_sag_lasts_as_long_as_it_was_asked_to),
        test(hazards_come_at_their_yearly_rates),
        test(without_a_rate_nothing_goes_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
