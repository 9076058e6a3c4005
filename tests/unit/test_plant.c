/* The plant: energy, household, relay contacts, breaker, faults. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/runner/household_file.h"
#include "sim/plant/plant.h"
#include "tests/unit/recorder.h"

#define MW_NS_PER_MWH INT64_C(3600000000000)
#define AMPERE 1000
#define VOLT 1000

__extension__ typedef __int128 wide;

enum { NOMINAL_MV = 220 * VOLT };

struct bench {
    struct recorder log;
    struct event_queue queue;
    struct climate climate;
    struct plant plant;
};

static int64_t epoch(void)
{
    const struct civil_time noon = {2026, 7, 15, 12, 0, 0, 0};
    return civil_to_seconds(&noon);
}

static void bench_init_with(struct bench *bench, uint32_t flat, uint64_t seed,
                            const struct household_model *household)
{
    if (household)
        bench->climate = (struct climate){&household->table.climate, seed, epoch()};
    const struct plant_config config = {
        .seed = seed, .nominal_mv = NOMINAL_MV, .household = household, .climate = &bench->climate};
    recorder_init(&bench->log);
    queue_init(&bench->queue, PLANT_TIMERS);
    plant_init(&bench->plant, (struct timers){&bench->queue, 0, PLANT_TIMERS},
               (struct event_source){&bench->log.sink, flat}, &config);
}

static void bench_init(struct bench *bench, uint32_t flat, uint64_t seed)
{
    bench_init_with(bench, flat, seed, NULL);
}

static void run_until(struct bench *bench, int64_t until)
{
    for (;;) {
        int slot = -1;
        int64_t now = queue_next(&bench->queue, &slot);
        if (now > until)
            break;
        queue_take(&bench->queue, slot);
        plant_timer(&bench->plant, now, slot);
    }
    plant_account(&bench->plant, until);
}

static int setup(void **state)
{
    static struct bench bench;
    bench_init(&bench, 1, 1);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    recorder_free(&((struct bench *)*state)->log);
    return 0;
}

static wide total(const struct energy *energy)
{
    return (wide)energy->mwh * MW_NS_PER_MWH + energy->remainder_mw_ns;
}

static void assert_near(double value, double want, double relative)
{
    if (fabs(value - want) > fabs(want) * relative)
        fail_msg("%.6g is not within %.2g of %.6g", value, relative, want);
}

static const struct coil_pulse set_pulse = {true, 120 * NS_PER_MS};
static const struct coil_pulse reset_pulse = {false, 120 * NS_PER_MS};

/* ---- energy ---------------------------------------------------------------------------------- */

static void energy_in_a_million_steps_is_energy_in_one(void **state)
{
    (void)state;
    struct random random = random_stream(1, 1, RANDOM_SCRIPT);
    struct energy energy = {0, 0};
    wide sum = 0;
    for (int i = 0; i < 1000000; i++) {
        int64_t power_mw = random_between(&random, 0, 14000000);
        int64_t duration = random_between(&random, 0, NS_PER_MIN);
        sum += (wide)power_mw * duration;
        energy_add(&energy, power_mw, duration);
        assert_true(energy.remainder_mw_ns >= 0 && energy.remainder_mw_ns < MW_NS_PER_MWH);
    }
    assert_true(total(&energy) == sum);
}

static void a_century_of_63_a_in_one_step_does_not_overflow(void **state)
{
    (void)state;
    struct energy energy = {0, MW_NS_PER_MWH - 1};
    energy_add(&energy, 13860000, 36500 * NS_PER_DAY);
    assert_int_equal(energy.mwh, INT64_C(13860000) * 24 * 36500);
    assert_int_equal(energy.remainder_mw_ns, MW_NS_PER_MWH - 1);
}

static void ten_ampere_for_an_hour_is_2_2_kwh(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    run_until(bench, NS_PER_HOUR);
    assert_int_equal(bench->plant.terminal_energy.mwh, 2200000);
    assert_int_equal(bench->plant.terminal_energy.remainder_mw_ns, 0);
}

/* ---- household ------------------------------------------------------------------------------- */

static void without_a_household_nothing_flows(void **state)
{
    struct bench *bench = *state;
    run_until(bench, 30 * NS_PER_DAY);
    assert_int_equal(bench->plant.signals.current_ma, 0);
    assert_int_equal(bench->plant.signals.residual_ua, 0);
    assert_int_equal(bench->log.count, 0);
}

/* ---- relay ----------------------------------------------------------------------------------- */

static void contacts_without_load_open_after_7_to_20_ms(void **state)
{
    (void)state;
    double sum = 0;
    int64_t fastest = TIME_NEVER, slowest = 0;
    for (uint32_t flat = 0; flat < 4000; flat++) {
        struct bench bench;
        bench_init(&bench, flat, 1);
        plant_coil(&bench.plant, 0, reset_pulse);
        assert_true(plant_contacts_closed(&bench.plant));
        run_until(&bench, NS_PER_S);
        int64_t at = recorder_first_at(&bench.log, EVENT_CONTACTS, false);
        assert_true(at >= 7 * NS_PER_MS && at <= 20 * NS_PER_MS);
        assert_int_equal(recorder_first_at(&bench.log, EVENT_LOAD_LIVE, false), at);
        sum += (double)at;
        fastest = at < fastest ? at : fastest;
        slowest = at > slowest ? at : slowest;
        recorder_free(&bench.log);
    }
    assert_near(sum / 4000, 10e6, 0.01);
    assert_true(fastest < 8 * NS_PER_MS && slowest > 14 * NS_PER_MS);
}

static void contacts_bounce_for_2_ms_before_they_are_closed(void **state)
{
    (void)state;
    double bounce = 0;
    for (uint32_t flat = 0; flat < 2000; flat++) {
        struct bench bench;
        bench_init(&bench, flat, 2);
        plant_coil(&bench.plant, 0, reset_pulse);
        run_until(&bench, NS_PER_S);
        recorder_clear(&bench.log);
        plant_coil(&bench.plant, NS_PER_S, set_pulse);
        run_until(&bench, 2 * NS_PER_S);
        int64_t live = recorder_first_at(&bench.log, EVENT_LOAD_LIVE, true) - NS_PER_S;
        int64_t settled = recorder_first_at(&bench.log, EVENT_CONTACTS, true) - NS_PER_S;
        assert_true(live >= 7 * NS_PER_MS && live <= 20 * NS_PER_MS);
        assert_true(settled > live && settled < live + 15 * NS_PER_MS);
        bounce += (double)(settled - live);
        recorder_free(&bench.log);
    }
    assert_near(bounce / 2000, 2.1e6, 0.05);
}

/* The armature's part (7 to 20 ms) is over before the arc's (0 to 10 ms) begins. */
static void an_arc_carries_the_current_until_it_crosses_zero(void **state)
{
    (void)state;
    double sum = 0;
    int64_t longest = 0;
    for (uint32_t flat = 0; flat < 4000; flat++) {
        struct bench bench;
        bench_init(&bench, flat, 3);
        plant_set_fault(&bench.plant, 0, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
        plant_coil(&bench.plant, 0, reset_pulse);
        int64_t armature = bench.queue.at[PLANT_TIMER_RELAY + RELAY_TIMER_ARMATURE];
        run_until(&bench, armature);
        assert_true(plant_contacts_closed(&bench.plant));
        assert_int_equal(bench.plant.signals.current_ma, 10 * AMPERE);
        run_until(&bench, NS_PER_S);
        int64_t at = recorder_first_at(&bench.log, EVENT_CONTACTS, false);
        int64_t arc = at - armature;
        assert_true(arc >= 0 && arc <= 10 * NS_PER_MS);
        assert_int_equal(bench.plant.signals.current_ma, 0);
        /* 10 A x 220 V for exactly that long */
        assert_true(total(&bench.plant.terminal_energy) == (wide)2200000 * at);
        sum += (double)arc;
        longest = arc > longest ? arc : longest;
        recorder_free(&bench.log);
    }
    assert_near(sum / 4000, 5e6, 0.05);
    assert_true(longest > 99 * NS_PER_MS / 10);
}

static void a_pulse_hardly_longer_than_its_operate_time_moves_half_of_the_relays(void **state)
{
    (void)state;
    int moved[3] = {0};
    static const int64_t lengths[3] = {7 * NS_PER_MS - 1, 15 * NS_PER_MS, 30 * NS_PER_MS};
    for (int k = 0; k < 3; k++)
        for (uint32_t flat = 0; flat < 1000; flat++) {
            struct bench bench;
            bench_init(&bench, flat, 4);
            plant_coil(&bench.plant, 0, (struct coil_pulse){false, lengths[k]});
            run_until(&bench, NS_PER_S);
            moved[k] += !plant_contacts_closed(&bench.plant);
            assert_int_equal(recorder_count(&bench.log, EVENT_COIL, false), 1);
            recorder_free(&bench.log);
        }
    assert_int_equal(moved[0], 0);
    assert_in_range(moved[1], 430, 570);
    assert_int_equal(moved[2], 1000);
}

/* Pick-up is uniform in 65 to 80 % of nominal. */
static int moved_at(int32_t supply_mv)
{
    int moved = 0;
    for (uint32_t flat = 0; flat < 1000; flat++) {
        struct bench bench;
        bench_init(&bench, flat, 4);
        plant_set_supply(&bench.plant, 0, NOMINAL_MV, supply_mv);
        plant_coil(&bench.plant, 0, reset_pulse);
        run_until(&bench, NS_PER_S);
        moved += !plant_contacts_closed(&bench.plant);
        recorder_free(&bench.log);
    }
    return moved;
}

static void a_relay_below_its_pick_up_voltage_moves_nothing(void **state)
{
    (void)state;
    assert_int_equal(moved_at(NOMINAL_MV * 64 / 100), 0);
    assert_in_range(moved_at(NOMINAL_MV / 1000 * 725), 430, 570);
    assert_int_equal(moved_at(NOMINAL_MV * 80 / 100), 1000);
}

static void a_stuck_relay_opens_and_stays_open(void **state)
{
    struct bench *bench = *state;
    bench->plant.relay.faults.stuck_open = true;
    plant_coil(&bench->plant, 0, reset_pulse);
    run_until(bench, NS_PER_S);
    assert_false(plant_contacts_closed(&bench->plant));
    plant_coil(&bench->plant, NS_PER_S, set_pulse);
    run_until(bench, 2 * NS_PER_S);
    assert_false(plant_contacts_closed(&bench->plant));
    bench->plant.relay.faults.stuck_open = false;
    plant_coil(&bench->plant, 2 * NS_PER_S, set_pulse);
    run_until(bench, 3 * NS_PER_S);
    assert_true(plant_contacts_closed(&bench->plant));
}

static void a_welded_relay_stays_closed(void **state)
{
    struct bench *bench = *state;
    bench->plant.relay.faults.welded = true;
    plant_coil(&bench->plant, 0, reset_pulse);
    run_until(bench, NS_PER_S);
    assert_true(plant_contacts_closed(&bench->plant));
    assert_int_equal(recorder_count(&bench->log, EVENT_CONTACTS, RECORDER_ANY), 0);
    bench->plant.relay.faults.welded = false;
    plant_coil(&bench->plant, NS_PER_S, reset_pulse);
    run_until(bench, 2 * NS_PER_S);
    assert_false(plant_contacts_closed(&bench->plant));
}

static void a_pulse_towards_where_the_contacts_are_moves_nothing(void **state)
{
    struct bench *bench = *state;
    plant_coil(&bench->plant, 0, set_pulse);
    run_until(bench, NS_PER_S);
    assert_int_equal(bench->log.count, 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, true), 1);
}

/* The later pulse wins, while the armature moves and while an arc burns. */
static void a_pulse_back_before_the_contacts_settled_wins(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    for (int64_t delay = NS_PER_MS; delay < 30 * NS_PER_MS; delay += NS_PER_MS) {
        int64_t start = delay * 1000;
        run_until(bench, start);
        plant_coil(&bench->plant, start, reset_pulse);
        run_until(bench, start + delay);
        plant_coil(&bench->plant, start + delay, set_pulse);
        run_until(bench, start + NS_PER_S / 2);
        assert_true(plant_contacts_closed(&bench->plant));
        assert_true(bench->plant.relay.settled);
    }
}

static void a_reset_pulse_while_the_contacts_bounce_needs_its_operate_time(void **state)
{
    (void)state;
    for (uint32_t flat = 0; flat < 500; flat++) {
        struct bench bench;
        bench_init(&bench, flat, 5);
        plant_coil(&bench.plant, 0, reset_pulse);
        run_until(&bench, NS_PER_S);
        plant_coil(&bench.plant, NS_PER_S, set_pulse);
        run_until(&bench, bench.queue.at[PLANT_TIMER_RELAY + RELAY_TIMER_ARMATURE]);
        int64_t touched = bench.plant.accounted_to;
        assert_true(plant_contacts_closed(&bench.plant));
        plant_coil(&bench.plant, touched, reset_pulse);
        run_until(&bench, touched + 7 * NS_PER_MS - 1);
        assert_true(plant_contacts_closed(&bench.plant));
        run_until(&bench, touched + NS_PER_S);
        assert_false(plant_contacts_closed(&bench.plant));
        recorder_free(&bench.log);
    }
}

static void a_sluggish_armature_opens_later(void **state)
{
    struct bench *bench = *state;
    bench->plant.relay.faults.extra_operate_ns = 60 * NS_PER_MS;
    plant_coil(&bench->plant, 0, reset_pulse);
    run_until(bench, NS_PER_S);
    int64_t at = recorder_first_at(&bench->log, EVENT_CONTACTS, false);
    assert_true(at >= 67 * NS_PER_MS && at <= 80 * NS_PER_MS);
}

static void a_gap_that_conducts_carries_the_load_behind_open_contacts(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 5 * AMPERE);
    bench->plant.relay.faults.conducts_when_open = true;
    plant_coil(&bench->plant, 0, reset_pulse);
    run_until(bench, NS_PER_S);
    assert_false(bench->plant.signals.contacts_closed);
    assert_int_equal(bench->plant.signals.current_ma, 5 * AMPERE);
}

static void contacts_of_a_board_move_when_the_board_says_so(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 5 * AMPERE);
    bench->plant.contacts_outside = true;
    plant_report_contacts(&bench->plant, 0, true);
    plant_coil(&bench->plant, 0, reset_pulse);
    run_until(bench, NS_PER_S);
    assert_true(bench->plant.signals.contacts_closed);
    plant_report_contacts(&bench->plant, NS_PER_S, false);
    assert_int_equal(bench->plant.signals.current_ma, 0);
    bench->plant.relay.faults.conducts_when_open = true; /* the model's relay is not asked */
    plant_set_fault(&bench->plant, NS_PER_S, PLANT_FAULT_OVERLOAD, 6 * AMPERE);
    assert_int_equal(bench->plant.signals.current_ma, 0);
    assert_int_equal(bench->plant.signals.demand_ma, 6 * AMPERE);
}

/* An element of 1500 W has 32.27 ohm at 220 V; a charger of 170 W with a power factor of 0.62 takes 274 VA. */
static void a_load_has_a_power_factor_and_may_follow_the_voltage(void **state)
{
    struct bench *bench = *state;
    const struct plant_load element = {.power_mw = 1500000, .resistive = true};
    const struct plant_load charger = {.power_mw = 170000, .reactive_mvar = 215132};
    const struct plant_signals *signals = &bench->plant.signals;
    plant_set_load(&bench->plant, 0, &element);
    plant_set_supply(&bench->plant, 0, NOMINAL_MV, NOMINAL_MV / 2);
    assert_int_equal(signals->power_mw, 375000);
    assert_in_range(signals->current_ma, 3408, 3410);
    plant_set_load(&bench->plant, 0, &charger);
    assert_int_equal(signals->power_mw, 170000);
    plant_set_supply(&bench->plant, 0, NOMINAL_MV, NOMINAL_MV);
    assert_in_range(signals->current_ma, 1244, 1247);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_LOAD, 0);
    assert_int_equal(signals->current_ma, 0);
}

/* ---- faults and gates ------------------------------------------------------------------------ */

static void open_contacts(struct bench *bench, int64_t now)
{
    plant_coil(&bench->plant, now, reset_pulse);
    run_until(bench, now + 100 * NS_PER_MS);
    assert_false(plant_contacts_closed(&bench->plant));
}

static void leakage_and_load_flow_through_closed_contacts_only(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_LEAKAGE, 45000);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 5 * AMPERE);
    assert_int_equal(bench->plant.signals.residual_ua, 45000);
    assert_int_equal(bench->plant.signals.current_ma, 5 * AMPERE);
    open_contacts(bench, 0);
    assert_int_equal(bench->plant.signals.residual_ua, 0);
    assert_int_equal(bench->plant.signals.current_ma, 0);
    assert_int_equal(bench->plant.signals.demand_residual_ua, 45000);
    assert_int_equal(bench->plant.signals.demand_ma, 5 * AMPERE);
    assert_int_equal(bench->plant.signals.voltage_mv, NOMINAL_MV);
    assert_int_equal(plant_load_voltage_mv(&bench->plant), 0);
}

static void the_breaker_clears_a_short_after_10_ms(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, NS_PER_S, PLANT_FAULT_LEAKAGE, 45000);
    plant_set_fault(&bench->plant, NS_PER_S, PLANT_FAULT_SHORT_CIRCUIT, 1000 * AMPERE);
    assert_int_equal(bench->plant.signals.current_ma, 1000 * AMPERE);
    run_until(bench, NS_PER_S + 10 * NS_PER_MS - 1);
    assert_int_equal(bench->plant.signals.current_ma, 1000 * AMPERE);
    run_until(bench, NS_PER_S + 10 * NS_PER_MS);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_MCB, false), NS_PER_S + 10 * NS_PER_MS);
    const struct plant_signals *s = &bench->plant.signals;
    assert_int_equal(s->current_ma, 0);
    assert_int_equal(s->residual_ua, 0);
    assert_int_equal(s->demand_ma, 0);
    assert_int_equal(s->demand_residual_ua, 0);
    assert_int_equal(s->voltage_mv, NOMINAL_MV); /* the meter's supply is tapped ahead of it */
    assert_true(s->contacts_closed);
    assert_int_equal(plant_load_voltage_mv(&bench->plant), 0);
}

static void a_breaker_that_is_reset_onto_a_short_clears_it_again(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_SHORT_CIRCUIT, 1000 * AMPERE);
    run_until(bench, NS_PER_S);
    plant_reset_mcb(&bench->plant, NS_PER_S);
    assert_int_equal(recorder_count(&bench->log, EVENT_MCB, true), 1);
    run_until(bench, 2 * NS_PER_S);
    assert_int_equal(recorder_count(&bench->log, EVENT_MCB, false), 2);
    plant_set_fault(&bench->plant, 2 * NS_PER_S, PLANT_FAULT_SHORT_CIRCUIT, 0);
    plant_reset_mcb(&bench->plant, 2 * NS_PER_S);
    run_until(bench, 3 * NS_PER_S);
    assert_true(bench->plant.mcb_closed);
    plant_reset_mcb(&bench->plant, 3 * NS_PER_S);
    assert_int_equal(recorder_count(&bench->log, EVENT_MCB, true), 2);
}

/* C63: instantaneous between 5 and 10 times the rating, at which it is certain (IEC 60898-1). */
static void the_breaker_lets_5_times_its_rating_pass_for_100_ms_and_10_times_not(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 315 * AMPERE);
    run_until(bench, 100 * NS_PER_MS);
    assert_true(bench->plant.mcb_closed);
    plant_set_fault(&bench->plant, NS_PER_S, PLANT_FAULT_OVERLOAD, 630 * AMPERE);
    run_until(bench, NS_PER_S + 100 * NS_PER_MS);
    assert_false(bench->plant.mcb_closed);
}

static void a_breaker_that_is_overloaded_by_half_trips_in_minutes_and_sooner_when_it_is_hot(void **state)
{
    struct bench *bench = *state;
    struct plant *plant = &bench->plant;
    plant_set_fault(plant, 0, PLANT_FAULT_OVERLOAD, 95 * AMPERE);
    int64_t cold = timer_at(&plant->timers, PLANT_TIMER_MCB);
    assert_true(cold > 30 * NS_PER_S && cold < NS_PER_HOUR);
    run_until(bench, cold - 1);
    assert_true(plant->mcb_closed);
    run_until(bench, cold);
    assert_false(plant->mcb_closed);
    plant_reset_mcb(plant, cold + 10 * NS_PER_S);
    int64_t hot = timer_at(&plant->timers, PLANT_TIMER_MCB) - cold - 10 * NS_PER_S;
    assert_true(hot > 0 && hot < cold / 2);
    plant_set_fault(plant, cold + 10 * NS_PER_S, PLANT_FAULT_OVERLOAD, 60 * AMPERE);
    assert_false(timer_armed(&plant->timers, PLANT_TIMER_MCB));
}

static void an_outage_stops_everything_and_leaves_the_contacts(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_LEAKAGE, 45000);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 5 * AMPERE);
    plant_set_fault(&bench->plant, NS_PER_S, PLANT_FAULT_OUTAGE, 1);
    const struct plant_signals *s = &bench->plant.signals;
    assert_int_equal(s->voltage_mv, 0);
    assert_int_equal(s->current_ma, 0);
    assert_int_equal(s->residual_ua, 0);
    assert_true(s->contacts_closed);
    plant_coil(&bench->plant, NS_PER_S, reset_pulse);
    run_until(bench, 2 * NS_PER_S);
    assert_true(s->contacts_closed);
    plant_set_fault(&bench->plant, 2 * NS_PER_S, PLANT_FAULT_OUTAGE, 0);
    assert_int_equal(s->current_ma, 5 * AMPERE);
    assert_int_equal(bench->plant.terminal_energy.mwh * MW_NS_PER_MWH +
                         bench->plant.terminal_energy.remainder_mw_ns,
                     INT64_C(1100000) * NS_PER_S);
}

static void a_supply_below_a_quarter_of_nominal_feeds_no_load(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 5 * AMPERE);
    plant_set_supply(&bench->plant, 0, NOMINAL_MV, 55 * VOLT - 1);
    assert_int_equal(bench->plant.signals.current_ma, 0);
    plant_set_supply(&bench->plant, 0, NOMINAL_MV, 55 * VOLT);
    assert_int_equal(bench->plant.signals.current_ma, 5 * AMPERE);
}

static void load_live_is_told_once_for_each_change(void **state)
{
    struct bench *bench = *state;
    struct plant *plant = &bench->plant;
    assert_int_equal(recorder_count(&bench->log, EVENT_LOAD_LIVE, RECORDER_ANY), 0);
    plant_set_fault(plant, 1, PLANT_FAULT_OUTAGE, 1);
    plant_set_fault(plant, 2, PLANT_FAULT_OVERLOAD, 5 * AMPERE);
    plant_set_fault(plant, 3, PLANT_FAULT_OUTAGE, 0);
    plant_set_fault(plant, 4, PLANT_FAULT_SHORT_CIRCUIT, 1000 * AMPERE);
    run_until(bench, NS_PER_S);
    plant_set_fault(plant, NS_PER_S, PLANT_FAULT_SHORT_CIRCUIT, 0);
    open_contacts(bench, NS_PER_S); /* behind the open breaker: no change */
    plant_reset_mcb(plant, 2 * NS_PER_S);
    plant_coil(plant, 2 * NS_PER_S, set_pulse);
    run_until(bench, 3 * NS_PER_S);
    static const int64_t want[] = {false, true, false, true};
    assert_int_equal(recorder_count(&bench->log, EVENT_LOAD_LIVE, RECORDER_ANY), 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(recorder_nth(&bench->log, EVENT_LOAD_LIVE, RECORDER_ANY, i)->a, want[i]);
    assert_int_equal(recorder_nth(&bench->log, EVENT_LOAD_LIVE, false, 0)->at, 1);
    assert_int_equal(recorder_nth(&bench->log, EVENT_LOAD_LIVE, true, 0)->at, 3);
    assert_int_equal(recorder_nth(&bench->log, EVENT_LOAD_LIVE, false, 1)->at,
                     4 + 10 * NS_PER_MS);
}

static void smoke_heat_and_key_stand_at_the_inputs(void **state)
{
    struct bench *bench = *state;
    const struct plant_signals *s = &bench->plant.signals;
    assert_int_equal(s->temperature_mc, 25000);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_SMOKE, 1);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_HEAT, 55000);
    plant_press_key(&bench->plant, 0, true);
    plant_turn_emergency_switch(&bench->plant, 0, true);
    assert_true(s->emergency_switch);
    assert_true(s->smoke);
    assert_true(s->key_pressed);
    assert_int_equal(s->temperature_mc, 80000);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_SMOKE, 0);
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_HEAT, 0);
    plant_press_key(&bench->plant, 0, false);
    assert_false(s->smoke);
    assert_false(s->key_pressed);
    assert_int_equal(s->temperature_mc, 25000);
}

/* The controller is woken by every change of a signal, and by nothing else. */
static void signals_are_told_when_they_change(void **state)
{
    struct bench *bench = *state;
    struct plant *plant = &bench->plant;
    assert_true(plant->signals_changed);
    plant->signals_changed = false;
    plant_set_supply(plant, 1, NOMINAL_MV, NOMINAL_MV);
    plant_set_fault(plant, 1, PLANT_FAULT_BYPASS, 5 * AMPERE);
    assert_false(plant->signals_changed);
    for (int fault = 0; fault < PLANT_FAULT_KINDS; fault++) {
        if (fault == PLANT_FAULT_BYPASS)
            continue;
        plant_set_fault(plant, 2, (enum plant_fault)fault, 1000);
        if (!plant->signals_changed)
            fail_msg("%s does not reach the controller", plant_fault_name((enum plant_fault)fault));
        plant->signals_changed = false;
        plant_set_fault(plant, 2, (enum plant_fault)fault, 0);
        assert_true(plant->signals_changed);
        plant->signals_changed = false;
    }
    plant_press_key(plant, 3, true);
    assert_true(plant->signals_changed);
    plant->signals_changed = false;
    plant_set_supply(plant, 3, NOMINAL_MV, NOMINAL_MV - 1);
    assert_true(plant->signals_changed);
    plant->signals_changed = false;
    open_contacts(bench, 4);
    assert_true(plant->signals_changed);
}

/* ---- the books ------------------------------------------------------------------------------- */

static wide imbalance(const struct bench *bench, int64_t now)
{
    return plant_feeder_energy(&bench->plant, now) - total(&bench->plant.terminal_energy) -
           total(&bench->plant.line_loss_energy);
}

/* Two summations that share only their inputs, over a week of sags, trips and outages. */
static void the_feeder_balances_to_the_last_mw_ns(void **state)
{
    (void)state;
    struct bench bench;
    struct random random = random_stream(8, 8, RANDOM_SCRIPT);
    bench_init_with(&bench, 4, 8, household_default());
    int64_t now = 0;
    while (now < 7 * NS_PER_DAY) {
        now += random_between(&random, 1, NS_PER_HOUR);
        run_until(&bench, now);
        int64_t sag = random_between(&random, 0, 40 * VOLT);
        plant_set_supply(&bench.plant, now, NOMINAL_MV, (int32_t)(NOMINAL_MV - sag));
        int64_t load = random_between(&random, 0, 20 * AMPERE);
        plant_set_fault(&bench.plant, now, PLANT_FAULT_OVERLOAD, load);
        plant_set_fault(&bench.plant, now, PLANT_FAULT_OUTAGE, random_chance_ppm(&random, 50000));
        plant_coil(&bench.plant, now, random_chance_ppm(&random, 700000) ? set_pulse : reset_pulse);
        assert_true(imbalance(&bench, now) == 0);
    }
    assert_true(bench.plant.terminal_energy.mwh > 1000000);
    assert_true(bench.plant.line_loss_energy.mwh > 10000);
    recorder_free(&bench.log);
}

static void the_line_loses_its_drop_times_the_current(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    plant_set_supply(&bench->plant, 0, NOMINAL_MV, NOMINAL_MV - 4 * VOLT);
    run_until(bench, NS_PER_HOUR);
    assert_int_equal(bench->plant.line_loss_energy.mwh, 40000);
    assert_int_equal(bench->plant.terminal_energy.mwh, 2160000);
    plant_set_supply(&bench->plant, NS_PER_HOUR, NOMINAL_MV + 6 * VOLT, NOMINAL_MV - 4 * VOLT);
    run_until(bench, 2 * NS_PER_HOUR);
    assert_int_equal(bench->plant.line_loss_energy.mwh, 140000);
}

static void a_bypass_breaks_the_balance_by_what_it_takes(void **state)
{
    struct bench *bench = *state;
    plant_set_fault(&bench->plant, 0, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    plant_set_fault(&bench->plant, NS_PER_S, PLANT_FAULT_BYPASS, 5 * AMPERE);
    run_until(bench, 2 * NS_PER_S);
    assert_true(imbalance(bench, 2 * NS_PER_S) == (wide)5 * 220 * 1000 * NS_PER_S);
    plant_set_fault(&bench->plant, 2 * NS_PER_S, PLANT_FAULT_OUTAGE, 1);
    run_until(bench, 3 * NS_PER_S);
    assert_true(imbalance(bench, 3 * NS_PER_S) == (wide)5 * 220 * 1000 * NS_PER_S);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(energy_in_a_million_steps_is_energy_in_one),
        test(a_century_of_63_a_in_one_step_does_not_overflow),
        test(ten_ampere_for_an_hour_is_2_2_kwh),
        test(without_a_household_nothing_flows),
        test(contacts_without_load_open_after_7_to_20_ms),
        test(contacts_bounce_for_2_ms_before_they_are_closed),
        test(an_arc_carries_the_current_until_it_crosses_zero),
        test(a_load_has_a_power_factor_and_may_follow_the_voltage),
        test(a_pulse_hardly_longer_than_its_operate_time_moves_half_of_the_relays),
        test(a_relay_below_its_pick_up_voltage_moves_nothing),
        test(a_stuck_relay_opens_and_stays_open),
        test(a_welded_relay_stays_closed),
        test(a_pulse_towards_where_the_contacts_are_moves_nothing),
        test(a_pulse_back_before_the_contacts_settled_wins),
        test(a_reset_pulse_while_the_contacts_bounce_needs_its_operate_time),
        test(a_sluggish_armature_opens_later),
        test(a_gap_that_conducts_carries_the_load_behind_open_contacts),
        test(contacts_of_a_board_move_when_the_board_says_so),
        test(leakage_and_load_flow_through_closed_contacts_only),
        test(the_breaker_clears_a_short_after_10_ms),
        test(a_breaker_that_is_reset_onto_a_short_clears_it_again),
        test(the_breaker_lets_5_times_its_rating_pass_for_100_ms_and_10_times_not),
        test(a_breaker_that_is_overloaded_by_half_trips_in_minutes_and_sooner_when_it_is_hot),
        test(an_outage_stops_everything_and_leaves_the_contacts),
        test(a_supply_below_a_quarter_of_nominal_feeds_no_load),
        test(load_live_is_told_once_for_each_change),
        test(smoke_heat_and_key_stand_at_the_inputs),
        test(signals_are_told_when_they_change),
        test(the_feeder_balances_to_the_last_mw_ns),
        test(the_line_loses_its_drop_times_the_current),
        test(a_bypass_breaks_the_balance_by_what_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
