/* What wears and fails: leakage, relay, breaker, the mains of a building, hazards. */
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

/* ---- relay ------------------------------------------------------------------------------------ */

static const struct coil_pulse set_pulse = {true, 120 * NS_PER_MS};
static const struct coil_pulse reset_pulse = {false, 120 * NS_PER_MS};
static const struct coil_supply nominal = {NOMINAL_MV, NOMINAL_MV, 25000};

struct contacts {
    struct recorder log;
    struct event_queue queue;
    struct relay relay;
};

static void contacts_init(struct contacts *contacts, uint32_t flat, struct relay_config config, bool closed)
{
    recorder_init(&contacts->log);
    queue_init(&contacts->queue, RELAY_TIMERS);
    relay_init(&contacts->relay, (struct timers){&contacts->queue, 0, RELAY_TIMERS},
               (struct event_source){&contacts->log.sink, flat}, 1, &config, closed);
}

/* Pulses and waits; when the armature arrived, or -1. */
static int64_t drive(struct contacts *contacts, int64_t now, struct coil_pulse pulse,
                     struct coil_supply supply, int32_t current_ma)
{
    int64_t arrived = -1;
    relay_pulse(&contacts->relay, now, pulse, supply);
    for (;;) {
        int slot = -1;
        int64_t at = queue_next(&contacts->queue, &slot);
        if (at == TIME_NEVER)
            return arrived;
        queue_take(&contacts->queue, slot);
        if (!contacts->relay.arrived)
            arrived = at - now;
        relay_timer(&contacts->relay, at, current_ma);
    }
}

struct moments {
    double mean, deviation;
};

static struct moments armature(struct coil_pulse pulse, struct coil_supply supply)
{
    enum { RELAYS = 20000 };
    double sum = 0, squares = 0;
    int moved = 0;
    for (uint32_t flat = 0; flat < RELAYS; flat++) {
        struct contacts contacts;
        contacts_init(&contacts, flat, (struct relay_config){0}, !pulse.close);
        double took = (double)drive(&contacts, 0, pulse, supply, 0) / 1e6;
        recorder_free(&contacts.log);
        if (took < 0)
            continue;
        sum += took;
        squares += took * took;
        moved++;
    }
    assert_true(moved > RELAYS / 20);
    double mean = sum / moved;
    return (struct moments){mean, sqrt(squares / moved - mean * mean)};
}

static void a_relay_operates_in_11_and_releases_in_10_ms(void **state)
{
    (void)state;
    struct moments operate = armature(set_pulse, nominal);
    struct moments release = armature(reset_pulse, nominal);
    assert_near(operate.mean, 11, 0.005);
    assert_near(operate.deviation, 1.2, 0.03);
    assert_near(release.mean, 10, 0.005);
    assert_near(release.deviation, 1.2, 0.03);
}

static void a_weak_coil_is_slower_by_its_voltage_to_the_power_of_1_3(void **state)
{
    (void)state;
    static const int percent[] = {100, 95, 90, 85, 80, 70};
    for (int i = 0; i < 6; i++) {
        struct coil_supply supply = {NOMINAL_MV / 100 * percent[i], NOMINAL_MV, 25000};
        assert_near(armature(set_pulse, supply).mean, 11 * pow(100.0 / percent[i], 1.3), 0.01);
    }
    struct coil_supply strong = {NOMINAL_MV * 11 / 10, NOMINAL_MV, 25000};
    assert_near(armature(set_pulse, strong).mean, 11, 0.005);
}

static void a_hot_coil_is_slower_as_copper_resists_more(void **state)
{
    (void)state;
    for (int celsius = 45; celsius <= 105; celsius += 20) {
        struct coil_supply supply = {NOMINAL_MV, NOMINAL_MV, celsius * 1000};
        double copper = 1 + 0.0039 * (celsius - 25);
        assert_near(armature(set_pulse, supply).mean, 11 * pow(copper, 1.3), 0.01);
    }
}

static void contacts_bounce_once_and_1_5_times_more(void **state)
{
    (void)state;
    enum { CLOSES = 20000 };
    int histogram[8] = {0};
    double sum = 0;
    struct contacts contacts;
    contacts_init(&contacts, 1, (struct relay_config){0}, false);
    for (int i = 0; i < CLOSES; i++) {
        drive(&contacts, i * 2 * NS_PER_S, set_pulse, nominal, 0);
        int bounces = contacts.relay.bounces;
        assert_true(bounces >= 1);
        sum += bounces;
        histogram[bounces < 7 ? bounces : 7]++;
        drive(&contacts, i * 2 * NS_PER_S + NS_PER_S, reset_pulse, nominal, 0);
    }
    assert_near(sum / CLOSES, 2.5, 0.01);
    for (int k = 1; k < 6; k++)
        assert_near(histogram[k], CLOSES * exp(-1.5) * pow(1.5, k - 1) / tgamma(k), 0.06);
    assert_int_equal(contacts.relay.operations, 2 * CLOSES);
    assert_int_equal(relay_contact_uohm(&contacts.relay), 700 + 700 * 4);
    recorder_free(&contacts.log);
}

/* How many makes of `current_ma` a relay lives, in makes of rated current. */
static double life(uint32_t flat, int32_t current_ma)
{
    struct contacts contacts;
    contacts_init(&contacts, flat, (struct relay_config){0}, false);
    double makes = 0;
    for (int64_t now = 0; !contacts.relay.faults.welded; now += NS_PER_S) {
        drive(&contacts, now, set_pulse, nominal, current_ma);
        makes++;
        contacts.relay.faults.stuck_open = false;
        recorder_clear(&contacts.log);
        drive(&contacts, now + NS_PER_S / 2, reset_pulse, nominal, 0);
        recorder_clear(&contacts.log);
    }
    recorder_free(&contacts.log);
    return makes * pow(current_ma / 100e3, 3);
}

/* Maximum likelihood of Weibull's two parameters. */
static void fit(const double *lives, int count, double *shape, double *scale)
{
    double k = 1;
    for (int round = 0; round < 100; round++) {
        double sum = 0, weighted = 0, curved = 0, logs = 0;
        for (int i = 0; i < count; i++) {
            double l = log(lives[i]), p = pow(lives[i] / 20000, k);
            sum += p;
            weighted += p * l;
            curved += p * l * l;
            logs += l;
        }
        double f = weighted / sum - 1 / k - logs / count;
        double slope = (curved * sum - weighted * weighted) / (sum * sum) + 1 / (k * k);
        k -= f / slope;
    }
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += pow(lives[i] / 20000, k);
    *shape = k;
    *scale = 20000 * pow(sum / count, 1 / k);
}

/* At four times the rated current a make counts 64 times: a life is some 300 makes. */
static void contacts_live_as_weibulls_distribution_says(void **state)
{
    (void)state;
    enum { RELAYS = 3000 };
    static double lives[RELAYS];
    double shape, scale;
    for (uint32_t i = 0; i < RELAYS; i++)
        lives[i] = life(i, 400 * AMPERE) - 32; /* it welded somewhere within its last make */
    fit(lives, RELAYS, &shape, &scale);
    assert_near(shape, 2.2, 0.05);
    assert_near(scale, 20000, 0.05);
}

static void one_make_in_a_hundred_onto_a_short_welds(void **state)
{
    (void)state;
    enum { RELAYS = 20000 };
    int welded = 0;
    for (uint32_t flat = 0; flat < RELAYS; flat++) {
        struct contacts contacts;
        contacts_init(&contacts, flat, (struct relay_config){0}, false);
        drive(&contacts, 0, set_pulse, nominal, 3000 * AMPERE);
        welded += contacts.relay.faults.welded;
        recorder_free(&contacts.log);
    }
    assert_near(welded, RELAYS / 100.0, 0.25);
}

static void a_coil_on_a_capacitor_moves_at_most_twice_without_mains(void **state)
{
    (void)state;
    int third = 0, second = 0;
    for (uint32_t flat = 0; flat < 1000; flat++) {
        const struct coil_supply dead = {0, NOMINAL_MV, 25000};
        struct contacts contacts;
        contacts_init(&contacts, flat, (struct relay_config){.coil_capacitor = true}, true);
        assert_true(drive(&contacts, 0, reset_pulse, dead, 0) > 0);
        second += drive(&contacts, NS_PER_S, set_pulse, dead, 0) > 0;
        bool closed = contacts.relay.closed;
        third += drive(&contacts, 2 * NS_PER_S, closed ? reset_pulse : set_pulse, dead, 0) > 0;
        drive(&contacts, 10 * NS_PER_S, reset_pulse, nominal, 0); /* dead until now: it charges from here */
        assert_true(drive(&contacts, 20 * NS_PER_S, set_pulse, nominal, 0) > 0 || contacts.relay.closed);
        recorder_free(&contacts.log);
    }
    assert_int_equal(third, 0);
    assert_in_range(second, 1, 200); /* 66 % of nominal is left: few pick up there */
}

/* ---- breaker ---------------------------------------------------------------------------------- */

/* One row of IEC 60898-1, table 7, in tenths of the rated current, from cold. */
struct row {
    int tenths;
    double least_s, most_s; /* most 0: it must not trip within least */
};

static void check_rows(const char *type, const struct row *rows, int count)
{
    struct breaker_config config;
    assert_int_equal(breaker_parse(type, &config), 0);
    for (uint32_t flat = 0; flat < 2000; flat++)
        for (int i = 0; i < count; i++) {
            struct breaker breaker;
            breaker_init(&breaker, 3, flat, &config);
            int64_t trips = breaker_carries(&breaker, 0, config.rated_ma / 100 * rows[i].tenths);
            double seconds = trips == TIME_NEVER ? 1e18 : (double)trips / 1e9;
            if (seconds < rows[i].least_s || (rows[i].most_s > 0 && seconds >= rows[i].most_s))
                fail_msg("%s at %.2f In trips after %g s", type, rows[i].tenths / 100.0, seconds);
        }
}

static void breakers_trip_as_iec_60898_1_has_it_from_cold(void **state)
{
    (void)state;
    const struct row b_small[] = {{113, 3600, 0}, {145, 0, 3600}, {255, 1, 60}, {300, 0.1, 45}, {500, 0, 0.1}};
    const struct row b_large[] = {{113, 3600, 0}, {145, 0, 3600}, {255, 1, 120}, {300, 0.1, 90}, {500, 0, 0.1}};
    const struct row c_small[] = {{113, 3600, 0}, {145, 0, 3600}, {255, 1, 60}, {500, 0.1, 15}, {1000, 0, 0.1}};
    const struct row c_large[] = {{113, 3600, 0}, {145, 0, 3600}, {255, 1, 120}, {500, 0.1, 30}, {1000, 0, 0.1}};
    const struct row d_small[] = {{113, 3600, 0}, {145, 0, 3600}, {255, 1, 60}, {1000, 0.1, 4}, {2000, 0, 0.1}};
    const struct row d_large[] = {{113, 3600, 0}, {145, 0, 3600}, {255, 1, 120}, {1000, 0.1, 8}, {2000, 0, 0.1}};
    check_rows("B16", b_small, 5);
    check_rows("B63", b_large, 5);
    check_rows("C32", c_small, 5);
    check_rows("C63", c_large, 5);
    check_rows("D10", d_small, 5);
    check_rows("D40", d_large, 5);
}

/* Test b follows test a at once: the bimetal is hot. */
static void after_an_hour_at_1_13_a_breaker_trips_within_an_hour_at_1_45(void **state)
{
    (void)state;
    const struct breaker_config config = {63000, BREAKER_C};
    for (uint32_t flat = 0; flat < 2000; flat++) {
        struct breaker cold, hot;
        breaker_init(&cold, 3, flat, &config);
        breaker_init(&hot, 3, flat, &config);
        assert_int_equal(breaker_carries(&hot, 0, 63000 / 100 * 113), TIME_NEVER);
        int64_t when_hot = breaker_carries(&hot, NS_PER_HOUR, 63000 / 100 * 145) - NS_PER_HOUR;
        int64_t when_cold = breaker_carries(&cold, 0, 63000 / 100 * 145);
        assert_true(when_hot > 0 && when_hot < when_cold && when_cold < NS_PER_HOUR);
    }
}

/* The closed form against a bimetal that is heated step by step. */
static void the_bimetal_integrates_the_square_of_the_current(void **state)
{
    (void)state;
    const struct breaker_config config = {16000, BREAKER_B};
    struct random random = random_stream(5, 5, RANDOM_SCRIPT);
    for (uint32_t flat = 0; flat < 50; flat++) {
        struct breaker breaker;
        breaker_init(&breaker, 3, flat, &config);
        double heat = 0, dt = 0.01, constant = breaker.constant_ms / 1e3;
        int64_t now = 0;
        for (bool tripped = false; !tripped;) {
            int32_t current = (int32_t)random_between(&random, 0, 26000);
            int64_t trips = breaker_carries(&breaker, now, current);
            tripped = trips - now <= 60 * NS_PER_S;
            int64_t until = tripped ? trips : now + 60 * NS_PER_S;
            double square = pow(current / 16e3, 2);
            for (double t = 0; t < (double)(until - now) / 1e9; t += dt)
                heat += (square - heat) * dt / constant;
            now = until;
        }
        assert_near(heat, breaker.trip_heat_milli / 1e3, 0.015);
    }
}

static void a_breakers_name_is_its_curve_and_rating(void **state)
{
    (void)state;
    struct breaker_config config;
    assert_int_equal(breaker_parse("D125", &config), 0);
    assert_true(config.curve == BREAKER_D && config.rated_ma == 125000);
    static const char *const wrong[] = {"", "C", "A16", "C0", "C126", "C1000", "c16", "C16 ", "C-5"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_true(breaker_parse(wrong[i], &config) < 0);
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
        test(a_relay_operates_in_11_and_releases_in_10_ms),
        test(a_weak_coil_is_slower_by_its_voltage_to_the_power_of_1_3),
        test(a_hot_coil_is_slower_as_copper_resists_more),
        test(contacts_bounce_once_and_1_5_times_more),
        test(contacts_live_as_weibulls_distribution_says),
        test(one_make_in_a_hundred_onto_a_short_welds),
        test(a_coil_on_a_capacitor_moves_at_most_twice_without_mains),
        test(breakers_trip_as_iec_60898_1_has_it_from_cold),
        test(after_an_hour_at_1_13_a_breaker_trips_within_an_hour_at_1_45),
        test(the_bimetal_integrates_the_square_of_the_current),
        test(a_breakers_name_is_its_curve_and_rating),
        test(flats_higher_up_see_the_drop_of_every_stretch_below),
        test(a_sag_lasts_as_long_as_it_was_asked_to),
        test(hazards_come_at_their_yearly_rates),
        test(without_a_rate_nothing_goes_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
