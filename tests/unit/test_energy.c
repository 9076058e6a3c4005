/* Energy management: thermal bodies against closed forms and a fine step, the managed appliances of a home, limits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/runner/energy_study.h"
#include "scenarios/runner/household_file.h"
#include "scenarios/runner/tariff_file.h"
#include "sim/error.h"
#include "sim/meter/limits.h"
#include "sim/plant/plant.h"
#include "tests/unit/recorder.h"

enum { NOMINAL_MV = 220000 };

static const struct thermal tank = {.capacity_j_k = 251160, .loss_w_k = 0.4};
static const struct thermal room = {.capacity_j_k = 400000, .loss_w_k = 180};

static void assert_near(double value, double want, double tolerance)
{
    if (!(fabs(value - want) <= tolerance))
        fail_msg("%.9g is not within %.3g of %.9g", value, tolerance, want);
}

static int64_t epoch(void)
{
    const struct civil_time day = {2026, 1, 1, 0, 0, 0, 0};
    return civil_to_seconds(&day);
}

/* ---- thermal bodies -------------------------------------------------------------------------- */

static void a_body_relaxes_as_the_exponential_says(void **state)
{
    (void)state;
    const double tau = room.capacity_j_k / room.loss_w_k;
    double goal = thermal_equilibrium_c(&room, 35, 500);
    assert_near(goal, 35 + 500.0 / 180, 1e-12);
    for (double t = 1; t < 5 * tau; t *= 1.7)
        assert_near(thermal_after_c(&room, 26, goal, t), goal + (26 - goal) * exp(-t / tau), 1e-9);
    assert_near(thermal_after_c(&room, 26, goal, 1e9), goal, 1e-9);
}

static void the_time_to_a_level_is_the_logarithm(void **state)
{
    (void)state;
    const double tau = tank.capacity_j_k / tank.loss_w_k;
    double goal = thermal_equilibrium_c(&tank, 20, 2000);
    double seconds = thermal_reaches_s(&tank, 45, goal, 65);
    assert_near(seconds, tau * log((45 - goal) / (65 - goal)), 1e-6);
    assert_near(seconds, 251160.0 * 20 / 2000, 45); /* nearly all of 2 kW stays in the water */
    assert_near(thermal_after_c(&tank, 45, goal, seconds), 65, 1e-9);
    assert_true(thermal_reaches_s(&tank, 45, goal, 44) >= THERMAL_NEVER_S); /* behind it */
    assert_true(thermal_reaches_s(&tank, 45, 20, 15) >= THERMAL_NEVER_S);   /* beyond the end */
    assert_true(thermal_reaches_s(&tank, 45, 20, 45) == 0);
}

static void degree_seconds_beyond_a_level_are_those_of_a_fine_sum(void **state)
{
    (void)state;
    const double cases[][4] = {/* from, goal, level, sign */
                               {26, 37, 28, 1},  {37, 26, 28, 1},  {37, 14, 28, 1}, {30, 37, 28, 1},
                               {20, 27, 28, 1},  {15, 25, 18, -1}, {25, 5, 18, -1}, {28, 37, 28, 1},
                               {28, 20, 28, 1},  {18, 18, 18, -1}, {37, 28, 28, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double *c = cases[i];
        const double step = 0.5, length = 7200;
        double sum = 0;
        for (double t = step / 2; t < length; t += step) {
            double beyond = c[3] * (thermal_after_c(&room, c[0], c[1], t) - c[2]);
            sum += beyond > 0 ? beyond * step : 0;
        }
        assert_near(thermal_beyond_k_s(&room, c[0], c[1], length, c[2], (int)c[3]), sum, 1 + sum * 1e-5);
    }
}

/* ---- one home's appliances ------------------------------------------------------------------- */

struct home {
    struct managed_table table;
    struct climate_table weather;
    struct climate climate;
    struct managed managed;
};

/* The default's rooms and tanks under a sky of constant temperature. */
static void move_in(struct home *home, int32_t outdoor_mc)
{
    memset(home, 0, sizeof *home);
    home->table = household_default()->table.managed;
    for (int month = 0; month < 12; month++)
        home->weather.mean_mc[month] = outdoor_mc;
    home->climate = (struct climate){&home->weather, 1, epoch()};
    managed_init(&home->managed, &home->table, &home->climate, 2000);
}

static void live_until(struct home *home, int64_t until)
{
    while (home->managed.next <= until)
        managed_step(&home->managed);
    managed_account(&home->managed, until);
}

static void limit(struct home *home, int64_t now, enum managed_appliance appliance, int permille, double relaxed_k)
{
    struct managed_limit limits[MANAGED_APPLIANCES] = {MANAGED_NO_LIMIT, MANAGED_NO_LIMIT};
    limits[appliance] = (struct managed_limit){(uint16_t)permille, (int16_t)lround(relaxed_k * 100)};
    managed_set_limits(&home->managed, now, limits);
}

static void a_bath_is_heated_again_by_its_own_heat(void **state)
{
    (void)state;
    struct home home;
    move_in(&home, 20000);
    const double bath_j = 2000 * 42 * 60;
    assert_int_equal(managed_begin(&home.managed, NS_PER_HOUR, SERVES_BATH, 2000, 42 * 60), 0);
    live_until(&home, 4 * NS_PER_HOUR);
    const struct comfort *comfort = &home.managed.comfort;
    double losses_j = home.table.tank.loss_w_k * (home.table.tank_c - 3 - 20) * 4 * 3600; /* about */
    double stored_j = (home.managed.tank_now_c - home.table.tank_c) * home.table.tank.capacity_j_k;
    assert_near(comfort->bath_j, bath_j, 1);
    assert_int_equal(comfort->baths, 1);
    assert_int_equal(comfort->cold_baths, 0);
    assert_near(comfort->water_j, bath_j + losses_j + stored_j, 30e3);
}

static void heat_in_is_heat_drawn_lost_and_stored(void **state)
{
    (void)state;
    struct home home;
    move_in(&home, 20000);
    double lost_j = 0;
    int64_t before = 0;
    for (int64_t now = 0; now <= 3 * NS_PER_DAY; now += 5 * NS_PER_S) { /* beside it, summed by 5 s */
        if (now % (7 * NS_PER_HOUR) == NS_PER_HOUR)
            managed_begin(&home.managed, now, SERVES_BATH, 2000, 50 * 60);
        if (now == NS_PER_DAY)
            limit(&home, now, MANAGED_WATER, 100, 0);
        live_until(&home, now);
        lost_j += home.table.tank.loss_w_k * (home.managed.tank_now_c - 20) * (double)(now - before) * 1e-9;
        before = now;
    }
    const struct comfort *comfort = &home.managed.comfort;
    double stored_j = (home.managed.tank_now_c - home.table.tank_c) * home.table.tank.capacity_j_k;
    assert_true(comfort->baths > 8 && comfort->cold_baths > 0);
    assert_near(comfort->water_j, comfort->bath_j + lost_j + stored_j, 1e-4 * comfort->water_j);
}

static void a_blocked_tank_gives_one_bath_and_then_a_cold_one(void **state)
{
    (void)state;
    struct home home;
    move_in(&home, 20000);
    limit(&home, 0, MANAGED_WATER, 0, 0);
    for (int bath = 0; bath < 2; bath++) {
        managed_begin(&home.managed, (1 + bath) * NS_PER_HOUR, SERVES_BATH, 2000, 42 * 60);
        live_until(&home, (1 + bath) * NS_PER_HOUR + 20 * NS_PER_MIN);
        assert_int_equal(home.managed.comfort.cold_baths, bath);
    }
    assert_true(home.managed.comfort.unmet_j > 1e6);
    assert_true(home.managed.comfort.water_j == 0);
    assert_true(home.managed.tank_now_c > 34);
    limit(&home, 3 * NS_PER_HOUR, MANAGED_WATER, 1000, 0);
    assert_int_equal(managed_power_mw(&home.managed, MANAGED_WATER), 2000000);
    live_until(&home, 5 * NS_PER_HOUR);
    assert_true(home.managed.tank_now_c > 60 - 1e-3);
}

/* What cools a room that is so much colder than the street. */
static double held_w(const struct home *home, double difference_k)
{
    return (home->table.room.loss_w_k * difference_k + home->table.gain_w) / home->table.cooling_cop;
}

static void a_room_is_held_at_its_set_point_by_what_it_loses(void **state)
{
    (void)state;
    struct home home;
    move_in(&home, 33000);
    int number = managed_begin(&home.managed, NS_PER_HOUR, SERVES_COOLING, 1100, 0);
    assert_int_equal(number, 0);
    assert_int_equal(managed_power_mw(&home.managed, MANAGED_AIR), 1100000);
    live_until(&home, 3 * NS_PER_HOUR);
    assert_near(home.managed.rooms[0].c, 26, 1e-5);
    assert_near(home.managed.rooms[0].power_w, held_w(&home, 7), 1e-6);
    managed_end(&home.managed, 3 * NS_PER_HOUR, SERVES_COOLING, number);
    assert_int_equal(managed_power_mw(&home.managed, MANAGED_AIR), 0);
    const struct thermal *body = &home.table.room;
    const double tau = body->capacity_j_k / body->loss_w_k;
    managed_begin(&home.managed, 4 * NS_PER_HOUR, SERVES_COOLING, 1100, 0);
    double goal = 33 + home.table.gain_w / body->loss_w_k;
    assert_near(home.managed.rooms[0].c, goal + (26 - goal) * exp(-3600 / tau), 1e-6);
}

static void a_cap_takes_power_and_a_hot_room_is_counted_only_while_somebody_is_there(void **state)
{
    (void)state;
    struct home home;
    double hot[2];
    for (int away = 0; away < 2; away++) {
        move_in(&home, 34000);
        managed_begin(&home.managed, 0, SERVES_COOLING, 1100, 0);
        live_until(&home, 2 * NS_PER_HOUR);
        managed_set_away(&home.managed, 2 * NS_PER_HOUR, away);
        limit(&home, 2 * NS_PER_HOUR, MANAGED_AIR, 200, 0);
        assert_int_equal(managed_power_mw(&home.managed, MANAGED_AIR), 220000);
        double before = home.managed.comfort.hot_k_s;
        live_until(&home, 4 * NS_PER_HOUR);
        hot[away] = home.managed.comfort.hot_k_s - before;
        double goal = 34 + (home.table.gain_w - home.table.cooling_cop * 220) / home.table.room.loss_w_k;
        assert_near(home.managed.rooms[0].c, goal, 0.4);
        limit(&home, 4 * NS_PER_HOUR, MANAGED_AIR, 1000, 0); /* the rebound */
        assert_int_equal(managed_power_mw(&home.managed, MANAGED_AIR), 1100000);
    }
    assert_true(hot[0] > 3600);
    assert_true(hot[1] == 0);
}

static void a_set_point_that_gives_way_costs_what_the_warmer_room_loses(void **state)
{
    (void)state;
    struct home home;
    move_in(&home, 33000);
    managed_begin(&home.managed, 0, SERVES_COOLING, 1100, 0);
    live_until(&home, 2 * NS_PER_HOUR);
    limit(&home, 2 * NS_PER_HOUR, MANAGED_AIR, 1000, 2);
    assert_int_equal(managed_power_mw(&home.managed, MANAGED_AIR), 0); /* it drifts up to 28 first */
    live_until(&home, 4 * NS_PER_HOUR);
    assert_near(home.managed.rooms[0].c, 28, 1e-5);
    assert_near(home.managed.rooms[0].power_w, held_w(&home, 5), 1e-6);
    move_in(&home, 5000);
    managed_begin(&home.managed, 0, SERVES_HEATING, 1100, 0);
    limit(&home, 0, MANAGED_AIR, 1000, 2);
    live_until(&home, 4 * NS_PER_HOUR);
    assert_near(home.managed.rooms[0].c, 18, 1e-5);
}

static void a_third_room_has_no_room(void **state)
{
    (void)state;
    struct home home;
    move_in(&home, 33000);
    for (int i = 0; i < MANAGED_ROOMS; i++)
        assert_int_equal(managed_begin(&home.managed, 0, SERVES_COOLING, 1100, 0), i);
    assert_int_equal(managed_begin(&home.managed, 0, SERVES_COOLING, 1100, 0), -1);
    managed_end(&home.managed, 0, SERVES_COOLING, 0);
    assert_int_equal(managed_begin(&home.managed, 0, SERVES_HEATING, 1100, 0), 0);
}

/* ---- homes ----------------------------------------------------------------------------------- */

struct year {
    struct event_sink sink; /* first: the sink is cast back */
    uint64_t hash;
    double kwh, air_kwh, water_kwh;
    struct comfort comfort;
};

static void hash_event(struct event_sink *sink, const struct event *event)
{
    struct year *year = (struct year *)sink;
    year->hash = event_hash(year->hash, event);
}

static void live(struct year *year, uint32_t flat, bool manages, const struct managed_limit *limits)
{
    const struct household_model *model = household_default();
    struct climate climate = {&model->table.climate, 1, epoch()};
    struct event_source events = {&year->sink, flat};
    struct household household;
    struct managed managed;
    struct energy energy = {0, 0};
    const int64_t end = 365 * NS_PER_DAY;
    year->sink.put = hash_event;
    household_init(&household, model, &climate, 1, flat);
    if (manages)
        household_manage(&household, &managed);
    if (limits)
        household_set_limits(&household, 0, limits);
    for (int64_t now = 0, next; now < end; now = next) {
        next = household_next(&household) < end ? household_next(&household) : end;
        energy_add(&energy, household_power_mw(&household, NOMINAL_MV, NOMINAL_MV), next - now);
        if (next < end)
            household_step(&household, &events);
    }
    year->kwh += (double)energy.mwh / 1e6;
    if (!manages)
        return;
    managed_account(&managed, end);
    year->air_kwh += managed.comfort.air_j / 3.6e6;
    year->water_kwh += managed.comfort.water_j / 3.6e6;
    year->comfort.baths += managed.comfort.baths;
    year->comfort.cold_baths += managed.comfort.cold_baths;
    year->comfort.hot_k_s += managed.comfort.hot_k_s;
}

static void homes_without_limits_use_what_the_table_has_and_choose_the_same(void **state)
{
    (void)state;
    enum { HOMES = 24 };
    struct year plain = {0}, managed = {0}, limited = {0};
    const struct managed_limit limits[MANAGED_APPLIANCES] = {{0, 0}, {0, 0}};
    for (uint32_t flat = 1; flat <= HOMES; flat++) {
        live(&plain, flat, false, NULL);
        live(&managed, flat, true, NULL);
        live(&limited, flat, true, limits);
    }
    print_message("kWh a home and year: %.0f by the table, %.0f managed (air %.0f, water %.0f), %.0f blocked; "
                  "baths %u, cold %u\n", plain.kwh / HOMES, managed.kwh / HOMES, managed.air_kwh / HOMES,
                  managed.water_kwh / HOMES, limited.kwh / HOMES, managed.comfort.baths, managed.comfort.cold_baths);
    assert_true(plain.hash == managed.hash && managed.hash == limited.hash);
    assert_near(managed.kwh / plain.kwh, 1, 0.04);
    assert_near(limited.kwh + managed.air_kwh + managed.water_kwh, managed.kwh, 0.1 * HOMES);
    assert_true(limited.air_kwh == 0 && limited.water_kwh == 0);
}

static void what_would_be_idle_leaves_managed_appliances_out(void **state)
{
    (void)state;
    const struct household_model *model = household_default();
    struct climate climate = {&model->table.climate, 1, epoch()};
    for (uint32_t flat = 1; flat <= 20; flat++) {
        struct household household;
        struct managed managed;
        household_init(&household, model, &climate, 1, flat);
        household_manage(&household, &managed);
        int64_t idle = household_idle_mw(&household);
        int64_t before = household_power_mw(&household, NOMINAL_MV, NOMINAL_MV);
        if (household_want(&household, 0, SERVES_HEATING, true) < 0)
            continue;
        assert_true(household_power_mw(&household, NOMINAL_MV, NOMINAL_MV) > before + 500000);
        assert_int_equal(household_idle_mw(&household), idle);
        assert_int_equal(household_want(&household, 0, SERVES_HEATING, false), 0);
        assert_int_equal(household_power_mw(&household, NOMINAL_MV, NOMINAL_MV), before);
    }
}

/* ---- schedules -------------------------------------------------------------------------------- */

static int64_t at(int month, int hour, int minute)
{
    const struct civil_time civil = {2026, month, 15, hour, minute, 0, 0};
    return civil_to_seconds(&civil);
}

static struct limit_schedule evening(void)
{
    return (struct limit_schedule){
        .rules = {{60, 20, 15, 30, 0, 0, 50}, {0, 0, 0, 0, 20, 40, 0}},
        .months = 0x0fff,
        .window_count = 2,
        .windows = {{18 * 60, 22 * 60}, {23 * 60, 1 * 60}},
    };
}

static void a_schedule_holds_in_its_windows_and_wakes_at_their_edges(void **state)
{
    (void)state;
    const struct limit_schedule schedule = evening();
    struct managed_limit limits[MANAGED_APPLIANCES];
    assert_int_equal(limits_at(&schedule, at(7, 12, 0), 0, limits), at(7, 17, 30)); /* it works ahead from then on */
    assert_int_equal(limits[MANAGED_AIR].power_permille, 1000);
    assert_int_equal(limits[MANAGED_AIR].relaxed_ck, 0);
    assert_int_equal(limits_at(&schedule, at(7, 17, 30), 0, limits), at(7, 18, 0));
    assert_int_equal(limits[MANAGED_AIR].relaxed_ck, -150);
    assert_int_equal(limits_at(&schedule, at(7, 18, 0), 0, limits), at(7, 18, 20));
    assert_int_equal(limits[MANAGED_AIR].power_permille, 600);
    assert_int_equal(limits[MANAGED_AIR].relaxed_ck, 200);
    assert_int_equal(limits[MANAGED_WATER].power_permille, 0);
    assert_int_equal(limits_at(&schedule, at(7, 18, 20), 0, limits), at(7, 19, 0));
    assert_int_equal(limits[MANAGED_WATER].power_permille, 1000);
    limits_at(&schedule, at(7, 22, 0), 0, limits);
    assert_int_equal(limits[MANAGED_AIR].power_permille, 1000);
    limits_at(&schedule, at(7, 0, 59), 0, limits); /* over midnight */
    assert_int_equal(limits[MANAGED_AIR].power_permille, 600);
    limits_at(&schedule, at(7, 1, 0), 0, limits);
    assert_int_equal(limits[MANAGED_AIR].power_permille, 1000);
}

static void a_schedule_is_the_same_minute_by_minute_as_edge_by_edge(void **state)
{
    (void)state;
    const struct limit_schedule schedule = evening();
    for (int phase = 0; phase < 60; phase += 7) {
        struct managed_limit limits[MANAGED_APPLIANCES] = {{0, 0}, {0, 0}}, now[MANAGED_APPLIANCES];
        int64_t next = at(7, 0, 0);
        for (int64_t t = next; t < at(7, 0, 0) + 2 * 86400; t += 60) {
            if (t == next)
                next = limits_at(&schedule, t, phase, limits);
            limits_at(&schedule, t, phase, now);
            assert_memory_equal(limits, now, sizeof limits);
            assert_true(next > t);
        }
    }
}

static void a_spread_lets_meters_go_on_one_after_the_other(void **state)
{
    (void)state;
    const struct limit_schedule schedule = evening();
    struct managed_limit limits[MANAGED_APPLIANCES];
    int limited = 0;
    for (int phase = 0; phase < 50; phase++) { /* 31 and 50 have no common factor: every minute has its meter */
        limits_at(&schedule, at(7, 22, 20), phase, limits);
        limited += limits[MANAGED_AIR].power_permille == 600;
        limits_at(&schedule, at(7, 22, 50), phase, limits);
        assert_int_equal(limits[MANAGED_AIR].power_permille, 1000);
    }
    assert_int_equal(limited, 29);
    assert_int_equal(limits_at(&schedule, at(7, 22, 10), 1, limits), at(7, 22, 31));
}

static void months_without_limits_have_none(void **state)
{
    (void)state;
    struct limit_schedule schedule = evening();
    schedule.months = 1 << 6; /* July */
    struct managed_limit limits[MANAGED_APPLIANCES];
    limits_at(&schedule, at(7, 19, 0), 0, limits);
    assert_int_equal(limits[MANAGED_AIR].power_permille, 600);
    limits_at(&schedule, at(8, 19, 0), 0, limits);
    assert_int_equal(limits[MANAGED_AIR].power_permille, 1000);
}

static void a_schedule_survives_the_wire_and_nonsense_does_not(void **state)
{
    (void)state;
    const struct limit_schedule schedule = evening();
    struct limit_schedule read;
    uint8_t value[LIMITS_WIRE_SIZE];
    assert_int_equal(limits_write(&schedule, value, sizeof value), LIMITS_WIRE_SIZE);
    assert_int_equal(limits_parse(value, sizeof value, &read), 0);
    assert_memory_equal(&read, &schedule, sizeof read);
    assert_true(limits_write(&schedule, value, sizeof value - 1) < 0);
    assert_true(limits_parse(value, sizeof value - 1, &read) < 0);
    value[0] = 101; /* per cent */
    assert_true(limits_parse(value, sizeof value, &read) < 0);
    value[0] = 60;
    value[16] = 200; /* windows */
    assert_true(limits_parse(value, sizeof value, &read) < 0);
    value[16] = 2;
    value[12] = 0; /* off for a time, but never on */
    assert_true(limits_parse(value, sizeof value, &read) < 0);
}

/* ---- studies ---------------------------------------------------------------------------------- */

static struct study_config small_study(int jobs)
{
    struct study_config config = {.fleet = fleet_config_default(), .first_seed = 3, .last_seed = 4,
                                  .measure_count = 2, .measures = {"none", "all"}};
    config.fleet.flats = 20;
    config.fleet.flats_a_site = 10;
    config.fleet.days = 7;
    config.fleet.jobs = jobs;
    config.fleet.sample_ns = NS_PER_HOUR;
    config.fleet.kinds[0].site.household = household_default();
    config.fleet.kinds[0].site.tariff = *tariff_by_name("zhejiang");
    return config;
}

static void limits_that_limit_nothing_save_nothing_at_all(void **state)
{
    (void)state;
    const struct study_config config = small_study(1);
    struct study_result result;
    assert_int_equal(study_run(&config, &result), 0);
    const struct study_measure *none = &result.measures[0], *all = &result.measures[1];
    assert_true(none->yuan.mean == 0 && none->kwh.mean == 0 && none->peak_share.mean == 0);
    assert_true(none->cold_baths == none->cold_baths_without);
    assert_true(all->yuan.mean > 0 && all->kwh.mean != 0);
    assert_true(result.seeds == 2);
    double price = result.bill_yuan / result.energy_kwh; /* of zhejiang, by day and night */
    assert_true(price > 0.40 && price < 0.568);
}

static void a_study_does_not_depend_on_its_jobs(void **state)
{
    (void)state;
    struct study_result results[2];
    for (int jobs = 1; jobs <= 2; jobs++) {
        const struct study_config config = small_study(jobs);
        memset(&results[jobs - 1], 0, sizeof results[0]);
        assert_int_equal(study_run(&config, &results[jobs - 1]), 0);
    }
    assert_true(results[0].bill_yuan == results[1].bill_yuan);
    assert_true(results[0].measures[1].yuan.low == results[1].measures[1].yuan.low);
    assert_true(results[0].measures[1].too_hot == results[1].measures[1].too_hot);
}

static bool second_is_the_last(void *user, int done, int all)
{
    (void)user;
    (void)all;
    return done < 4;
}

static void an_interrupted_study_has_the_seeds_that_are_complete(void **state)
{
    (void)state;
    struct study_config config = small_study(1);
    struct study_result result;
    config.progress = second_is_the_last;
    assert_int_equal(study_run(&config, &result), 0);
    assert_int_equal(result.seeds, 1);
    assert_false(result.measures[1].yuan.bounded);
    snprintf(config.measures[0], STUDY_NAME_MAX, "more");
    assert_int_equal(study_run(&config, &result), ERROR_INVALID_ARGUMENT);
}

static void the_quantiles_of_students_t_are_those_of_the_tables(void **state)
{
    (void)state;
    assert_near(study_t95(1), 12.706, 1e-3);
    assert_near(study_t95(9), 2.262, 1e-3);
    assert_near(study_t95(30), 2.042, 1e-3);
    assert_near(study_t95(40), 2.021, 2e-3);
    assert_near(study_t95(120), 1.980, 2e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_relaxes_as_the_exponential_says),
        cmocka_unit_test(the_time_to_a_level_is_the_logarithm),
        cmocka_unit_test(degree_seconds_beyond_a_level_are_those_of_a_fine_sum),
        cmocka_unit_test(a_bath_is_heated_again_by_its_own_heat),
        cmocka_unit_test(heat_in_is_heat_drawn_lost_and_stored),
        cmocka_unit_test(a_blocked_tank_gives_one_bath_and_then_a_cold_one),
        cmocka_unit_test(a_room_is_held_at_its_set_point_by_what_it_loses),
        cmocka_unit_test(a_cap_takes_power_and_a_hot_room_is_counted_only_while_somebody_is_there),
        cmocka_unit_test(a_set_point_that_gives_way_costs_what_the_warmer_room_loses),
        cmocka_unit_test(a_third_room_has_no_room),
        cmocka_unit_test(homes_without_limits_use_what_the_table_has_and_choose_the_same),
        cmocka_unit_test(what_would_be_idle_leaves_managed_appliances_out),
        cmocka_unit_test(a_schedule_holds_in_its_windows_and_wakes_at_their_edges),
        cmocka_unit_test(a_schedule_is_the_same_minute_by_minute_as_edge_by_edge),
        cmocka_unit_test(a_spread_lets_meters_go_on_one_after_the_other),
        cmocka_unit_test(months_without_limits_have_none),
        cmocka_unit_test(a_schedule_survives_the_wire_and_nonsense_does_not),
        cmocka_unit_test(limits_that_limit_nothing_save_nothing_at_all),
        cmocka_unit_test(a_study_does_not_depend_on_its_jobs),
        cmocka_unit_test(an_interrupted_study_has_the_seeds_that_are_complete),
        cmocka_unit_test(the_quantiles_of_students_t_are_those_of_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
