/* The household: what its appliances use, when they start, who is at home, the weather. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scenarios/runner/household_file.h"
#include "sim/plant/plant.h"
#include "tests/unit/recorder.h"

enum { NOMINAL_MV = 220000 };

static int64_t epoch(void)
{
    const struct civil_time new_year = {2026, 1, 1, 0, 0, 0, 0};
    return civil_to_seconds(&new_year);
}

static struct climate climate_of(const struct household_model *model, uint64_t seed)
{
    return (struct climate){&model->table.climate, seed, epoch()};
}

static void assert_near(double value, double want, double tolerance)
{
    if (!(fabs(value - want) <= tolerance))
        fail_msg("%.6g is not within %.3g of %.6g", value, tolerance, want);
}

/* ---- lives ----------------------------------------------------------------------------------- */

/* What homes did, by row. Runs that are under way at the end are counted up to there. */
struct life {
    struct event_sink sink; /* first: the sink is cast back to its life */
    int homes, days, lost;
    int units[HOUSEHOLD_ROWS_MAX];
    double starts[HOUSEHOLD_ROWS_MAX], on_h[HOUSEHOLD_ROWS_MAX];
    double in_hour[HOUSEHOLD_ROWS_MAX][24], in_month[HOUSEHOLD_ROWS_MAX][12];
    double kwh, events;
    uint64_t hash;
};

static void count_event(struct event_sink *sink, const struct event *event)
{
    struct life *life = (struct life *)sink;
    int row = (int)event->a;
    double h = (double)event->at / (double)NS_PER_HOUR;
    life->hash = event_hash(life->hash, event);
    life->on_h[row] += event->b ? -h : h;
    if (!event->b)
        return;
    struct civil_time civil = civil_from_seconds(epoch() + event->at / NS_PER_S);
    life->starts[row]++;
    life->in_hour[row][civil.hour]++;
    life->in_month[row][civil.month - 1]++;
}

static void live(struct life *life, const struct household_model *model, uint64_t seed, uint32_t flat,
                 int days)
{
    const int64_t end = days * NS_PER_DAY;
    struct event_source events = {&life->sink, flat};
    struct climate climate = climate_of(model, seed);
    struct household household;
    struct energy energy = {0, 0};
    int64_t now = 0;
    life->sink.put = count_event;
    household_init(&household, model, &climate, seed, flat);
    for (;;) {
        int64_t next = household_next(&household) < end ? household_next(&household) : end;
        energy_add(&energy, household_power_mw(&household, NOMINAL_MV, NOMINAL_MV), next - now);
        now = next;
        if (now == end)
            break;
        household_step(&household, &events);
        life->events++;
    }
    for (int r = 0; r < model->table.row_count; r++) {
        life->on_h[r] += days * 24.0 * household_running(&household, r);
        life->units[r] += household_units(&household, r);
    }
    life->kwh += (double)energy.mwh / 1e6;
    life->lost += household.lost;
    life->homes++;
    life->days = days;
}

/* One kind of household, as active as all of them together. */
static void average_kinds(struct occupancy_table *table)
{
    struct occupancy_kind average = {.share_permille = 1000};
    for (int weekend = 0; weekend < 2; weekend++)
        for (int h = 0; h < 24; h++) {
            int32_t sum = 500;
            for (int k = 0; k < table->kind_count; k++)
                sum += table->kinds[k].share_permille * table->kinds[k].active_permille[weekend][h];
            average.active_permille[weekend][h] = (uint16_t)(sum / 1000);
        }
    table->kind_count = 1;
    table->kinds[0] = average;
}

static bool wants_weather(const struct appliance_row *row)
{
    return row->months != 0x0fff || row->daylight_permille != 1000 || row->above_mc > -1000000 ||
           row->below_mc < 1000000;
}

/* The default table with one appliance, which every home has once and uses alike. */
static struct household_model *only_row(int r, bool alike)
{
    struct household_table table = household_default()->table;
    struct household_model *model = malloc(sizeof *model);
    assert_non_null(model);
    table.rows[0] = household_default()->table.rows[r];
    table.row_count = 1;
    table.rows[0].units_milli = 1000;
    table.rows[0].units_from_milli = 0;
    table.home_spread_milli = table.use_spread_milli = 0;
    if (alike)
        average_kinds(&table.occupancy);
    household_model_build(model, &table);
    return model;
}

static int row_named(const char *name)
{
    const struct household_table *table = &household_default()->table;
    for (int r = 0; r < table->row_count; r++)
        if (strcmp(table->rows[r].name, name) == 0)
            return r;
    fail_msg("no row %s", name);
    return -1;
}

static bool lives_by_itself(const struct appliance_row *row)
{
    return row->start != APPLIANCE_WITH && row->start != APPLIANCE_AFTER;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* Starts a year and energy of every row, each alone in 30 to 50 homes. The source's energies are whole kWh, some rounded
 * roughly: a lamp's 8.2 (1100 x 36.9 min x 11 W, and standby) stands as 7, a desktop computer's 167 as 164. Some leave
 * standby out, the air conditioner's for one. */
static void every_row_starts_as_often_and_uses_as_much_as_its_source_says(void **state)
{
    (void)state;
    const struct household_table *table = &household_default()->table;
    double sum = 0, want = 0;
    for (int r = 0; r < table->row_count; r++) {
        const struct appliance_row *row = &table->rows[r];
        struct life life = {0};
        want += row->units_milli / 1e3 * row->kwh_yearly;
        if (!lives_by_itself(row)) {
            sum += row->units_milli / 1e3 * row->kwh_yearly;
            continue;
        }
        struct household_model *model = only_row(r, true);
        double cycles = row->cycles_yearly;
        const int homes = cycles > 2000 ? 30 : 50;
        for (int flat = 1; flat <= homes; flat++)
            live(&life, model, (uint64_t)(1000 * r + flat), (uint32_t)flat, 365);
        free(model);
        /* Four deviations: a Poisson count's, and 4 % of each home for how its people happen to live, 15 % for weather. */
        double deviation = sqrt(cycles / homes) + (wants_weather(row) ? 0.15 : 0.04) * cycles / sqrt(homes);
        if (row->start != APPLIANCE_ALWAYS)
            assert_near(life.starts[0] / homes, cycles, 4 * deviation);
        sum += row->units_milli / 1e3 * life.kwh / homes;
        double standby = row->standby_mw * 8.76e-3, kwh = life.kwh / homes;
        double excess = kwh - row->kwh_yearly > standby ? standby : kwh > row->kwh_yearly ? kwh - row->kwh_yearly : 0;
        assert_near(kwh - excess, row->kwh_yearly, 1.3 + 0.06 * row->kwh_yearly);
        assert_int_equal(life.lost, 0);
    }
    assert_near(want, 2040, 2040 * 0.005);
    assert_near(sum, 2040, 2040 * 0.03);
}

static double chi_square(const double *seen, const double *weights)
{
    double total = 0, weight = 0, sum = 0;
    for (int h = 0; h < 24; h++) {
        total += seen[h];
        weight += weights[h];
    }
    for (int h = 0; h < 24; h++) {
        double want = total * weights[h] / weight;
        if (want > 0)
            sum += (seen[h] - want) * (seen[h] - want) / want;
        else
            assert_true(seen[h] == 0);
    }
    return sum;
}

/* Chi-square with 23 degrees of freedom exceeds 41.6 once in a hundred times. Each row alone in 2500 homes for a week; its
 * runs last a second, so that no choice has to wait for the end of a run. */
static void starts_follow_the_hours_of_their_row(void **state)
{
    (void)state;
    const struct household_table *table = &household_default()->table;
    for (int r = 0; r < table->row_count; r++) {
        const struct appliance_row *row = &table->rows[r];
        if (row->start != APPLIANCE_BY_CHOICE || wants_weather(row))
            continue;
        struct household_model *model = only_row(r, true);
        struct life life = {0};
        double weights[24];
        model->table.rows[0].length = (struct appliance_length){LENGTH_NORMAL, 1, 0};
        model->table.rows[0].extra_s = model->table.rows[0].delay_s = 0;
        model->table.rows[0].phase_count = 0;
        for (int h = 0; h < 24; h++)
            weights[h] = row->hours[h];
        for (uint32_t flat = 1; flat <= 2500; flat++)
            live(&life, model, 11 + (uint64_t)r, flat, 7);
        double chi = chi_square(life.in_hour[0], weights);
        if (chi > 41.6)
            fail_msg("%s: chi-square %.1f of %.0f starts", row->name, chi, life.starts[0]);
        free(model);
    }
}

static void homes_own_what_the_table_says(void **state)
{
    (void)state;
    enum { HOMES = 20000 };
    const struct household_model *model = household_default();
    struct climate climate = climate_of(model, 1);
    int units[HOUSEHOLD_ROWS_MAX] = {0}, both = 0, alone = 0;
    int fixed = row_named("refrigerator, fixed speed"), inverter = row_named("refrigerator, inverter");
    int set = row_named("set-top box"), television = row_named("television");
    for (uint32_t flat = 1; flat <= HOMES; flat++) {
        struct household household;
        household_init(&household, model, &climate, 3, flat);
        for (int r = 0; r < model->table.row_count; r++)
            units[r] += household_units(&household, r);
        both += household_units(&household, fixed) + household_units(&household, inverter) != 1;
        alone += household_units(&household, set) > household_units(&household, television);
    }
    for (int r = 0; r < model->table.row_count; r++)
        assert_near((double)units[r] / HOMES, model->table.rows[r].units_milli / 1e3, 4 * 0.5 / sqrt(HOMES));
    assert_int_equal(both, 0);
    assert_int_equal(alone, 0);
}

/* ---- people ---------------------------------------------------------------------------------- */

static void somebody_is_active_as_often_as_the_table_says(void **state)
{
    (void)state;
    enum { HOMES = 3000 };
    struct household_model *model = only_row(row_named("router"), false);
    struct climate climate = climate_of(model, 1);
    const struct occupancy_table *table = &model->table.occupancy;
    static double active[OCCUPANCY_KINDS_MAX][2][24], count[OCCUPANCY_KINDS_MAX][2][24];
    for (uint32_t flat = 1; flat <= HOMES; flat++) {
        struct household household;
        household_init(&household, model, &climate, 4, flat);
        for (int half = 1; half < 7 * 48; half += 2) {
            int64_t at = half * 30 * NS_PER_MIN;
            while (household_next(&household) <= at)
                household_step(&household, NULL);
            int day = half / 48, hour = half % 48 / 2;
            bool weekend = day == 2 || day == 3; /* the first of 2026 is a Thursday */
            active[household.kind][weekend][hour] += household.state == OCCUPANCY_ACTIVE;
            count[household.kind][weekend][hour]++;
        }
    }
    for (int k = 0; k < table->kind_count; k++)
        for (int weekend = 0; weekend < 2; weekend++)
            for (int h = 0; h < 24; h++) {
                double p = table->kinds[k].active_permille[weekend][h] / 1e3;
                double n = count[k][weekend][h]; /* homes x days, which know little of each other */
                assert_near(active[k][weekend][h] / n, p, 4.5 * sqrt(p * (1 - p) / n));
            }
    free(model);
}

static void a_night_lasts_six_hours_an_absence_three_and_an_evening_four(void **state)
{
    (void)state;
    struct household_model *model = only_row(row_named("router"), false);
    struct climate climate = climate_of(model, 1);
    double sum[3] = {0}, count[3] = {0};
    for (uint32_t flat = 1; flat <= 200; flat++) {
        struct household household;
        household_init(&household, model, &climate, 5, flat);
        int64_t since = 0;
        while (household_next(&household) < 30 * NS_PER_DAY) {
            int64_t at = household_next(&household);
            int before = household.state;
            household_step(&household, NULL);
            if (household.state == before)
                continue;
            if (since > 0) {
                sum[before] += (double)(at - since) / (double)NS_PER_HOUR;
                count[before]++;
            }
            since = at;
        }
    }
    assert_near(sum[OCCUPANCY_ASLEEP] / count[OCCUPANCY_ASLEEP], 6, 1); /* getting up at night cuts some in two */
    assert_near(sum[OCCUPANCY_AWAY] / count[OCCUPANCY_AWAY], 3.5, 1);
    assert_near(sum[OCCUPANCY_ACTIVE] / count[OCCUPANCY_ACTIVE], 4.5, 1);
    free(model);
}

/* ---- weather --------------------------------------------------------------------------------- */

static void the_weather_is_the_tables_and_the_same_for_everybody(void **state)
{
    (void)state;
    const struct climate_table *table = &household_default()->table.climate;
    double sum = 0, squares = 0, product = 0, before = 0;
    for (int32_t day = 0; day < 10000; day++) {
        struct climate_day one = climate_day(table, 1, day), other = climate_day(table, 0, day);
        struct climate_table calm = *table;
        calm.noise_mc = 0;
        double deviation = (one.mean_mc - climate_day(&calm, 1, day).mean_mc) / 1e3;
        assert_int_equal(one.month, other.month);
        sum += deviation;
        squares += deviation * deviation;
        product += deviation * before;
        before = deviation;
    }
    assert_near(sum / 10000, 0, 0.25);
    assert_near(sqrt(squares / 10000), 2.5, 0.1);
    assert_near(product / squares, 0.7, 0.03);
    struct civil_time civil = {2026, 7, 15, 0, 0, 0, 0};
    struct climate_day july = climate_day(table, 1, (int32_t)(civil_to_seconds(&civil) / 86400));
    assert_int_equal(climate_temperature_mc(table, &july, 15) - july.mean_mc, 4000);
    assert_int_equal(climate_temperature_mc(table, &july, 3) - july.mean_mc, -4000);
    assert_int_equal(climate_dark_permille(table, 0, 12), 0);
    assert_int_equal(climate_dark_permille(table, 0, 23), 1000);
    assert_near(climate_dark_permille(table, 0, 17), 1000 * 43 / 60.0, 1);
}

static double share(const double *months, int from, int to)
{
    double sum = 0, all = 0;
    for (int m = 0; m < 12; m++) {
        sum += m >= from && m <= to ? months[m] : 0;
        all += months[m];
    }
    return sum / all;
}

static void seasons_and_daylight_decide_what_is_wanted(void **state)
{
    (void)state;
    const struct household_model *model = household_default();
    static struct life life;
    int cooling = row_named("air conditioner, cooling"), heating = row_named("air conditioner, heating");
    int blanket = row_named("electric blanket"), fan = row_named("electric fan"), lamp = row_named("lamp");
    for (uint32_t flat = 1; flat <= 60; flat++)
        live(&life, model, flat, flat, 365);
    assert_true(share(life.in_month[cooling], 5, 8) > 0.85);
    assert_true(share(life.in_month[cooling], 11, 11) + share(life.in_month[cooling], 0, 2) == 0);
    assert_true(share(life.in_month[heating], 4, 8) < 0.001);
    assert_true(share(life.in_month[fan], 4, 9) > 0.97);
    assert_true(share(life.in_month[blanket], 2, 10) < 0.01); /* one that began on the last evening of February */
    double dark = 0;
    for (int h = 0; h < 24; h++)
        dark += h < 6 || h >= 17 ? life.in_hour[lamp][h] : 0;
    assert_true(dark > 0.7 * life.starts[lamp]);
    double starts = 0;
    for (int r = 0; r < model->table.row_count; r++)
        starts += life.starts[r];
    assert_near(starts / life.homes / 365, 67.5, 6); /* 60 homes whose use differs by a third */
}

/* ---- the load -------------------------------------------------------------------------------- */

static struct household_model *always(int32_t power_factor_milli, bool resistive)
{
    struct household_table table = household_default()->table;
    struct household_model *model = malloc(sizeof *model);
    assert_non_null(model);
    table.rows[0] = table.rows[row_named("router")];
    table.row_count = 1;
    table.rows[0].power_mw = 1000000;
    table.rows[0].power_factor_milli = power_factor_milli;
    table.rows[0].resistive = resistive;
    household_model_build(model, &table);
    return model;
}

struct bench {
    struct recorder log;
    struct event_queue queue;
    struct climate climate;
    struct plant plant;
};

static void bench_init(struct bench *bench, const struct household_model *model, uint32_t flat)
{
    bench->climate = climate_of(model, 7);
    const struct plant_config config = {
        .seed = 7, .nominal_mv = NOMINAL_MV, .household = model, .climate = &bench->climate};
    recorder_init(&bench->log);
    queue_init(&bench->queue, PLANT_TIMERS);
    plant_init(&bench->plant, (struct timers){&bench->queue, 0, PLANT_TIMERS},
               (struct event_source){&bench->log.sink, flat}, &config);
}

static void run_until(struct bench *bench, int64_t until)
{
    int slot = -1;
    for (int64_t now; (now = queue_next(&bench->queue, &slot)) <= until;) {
        queue_take(&bench->queue, slot);
        plant_timer(&bench->plant, now, slot);
    }
}

static void a_heater_falls_with_the_square_of_its_voltage_and_a_motor_does_not(void **state)
{
    (void)state;
    for (int resistive = 0; resistive < 2; resistive++) {
        struct household_model *model = always(1000, resistive);
        struct climate climate = climate_of(model, 1);
        struct household household;
        household_init(&household, model, &climate, 1, 1);
        int64_t nominal = household_power_mw(&household, NOMINAL_MV, NOMINAL_MV);
        int64_t half = household_power_mw(&household, NOMINAL_MV / 2, NOMINAL_MV);
        assert_near((double)nominal, 1e6, 0.25e6);
        assert_near((double)half, (double)nominal / (resistive ? 4 : 1), 1);
        free(model);
    }
}

static void current_grows_as_the_power_factor_falls_and_energy_does_not(void **state)
{
    (void)state;
    for (int32_t factor = 500; factor <= 1000; factor += 100) {
        struct household_model *model = always(factor, false);
        struct bench bench;
        bench_init(&bench, model, 1);
        const struct plant_signals *s = &bench.plant.signals;
        double in_phase_ma = (double)s->power_mw / 220;
        assert_near(s->current_ma, in_phase_ma * 1000 / factor, 4);
        assert_int_equal(plant_energy_at(&bench.plant, NS_PER_HOUR).mwh, s->power_mw);
        recorder_free(&bench.log);
        free(model);
    }
}

static void a_load_curve_of_minutes_sums_to_the_energy_and_moves_nothing(void **state)
{
    (void)state;
    struct bench watched, alone;
    bench_init(&watched, household_default(), 3);
    bench_init(&alone, household_default(), 3);
    int64_t sum = 0, before = 0;
    for (int minute = 1; minute <= 24 * 60; minute++) {
        run_until(&watched, minute * NS_PER_MIN);
        int64_t energy = plant_energy_at(&watched.plant, minute * NS_PER_MIN).mwh;
        sum += energy - before;
        before = energy;
    }
    run_until(&alone, NS_PER_DAY);
    plant_account(&alone.plant, NS_PER_DAY);
    assert_int_equal(alone.plant.terminal_energy.mwh, sum);
    assert_int_equal(recorder_hash(&alone.log), recorder_hash(&watched.log));
    assert_true(alone.log.count > 60);
    recorder_free(&alone.log);
    recorder_free(&watched.log);
}

/* What runs is kept as a sum; when all has ended only standby and the router are left. */
static void what_was_switched_on_is_switched_off(void **state)
{
    (void)state;
    const struct household_model *model = household_default();
    struct climate climate = climate_of(model, 2);
    for (uint32_t flat = 1; flat <= 50; flat++) {
        struct household household, fresh;
        household_init(&household, model, &climate, 2, flat);
        household_init(&fresh, model, &climate, 2, flat);
        while (household_next(&household) < 60 * NS_PER_DAY)
            household_step(&household, NULL);
        assert_true(household_idle_mw(&household) == household_idle_mw(&fresh));
    }
}

static void the_same_flat_lives_the_same_life_and_another_another(void **state)
{
    (void)state;
    struct life one = {0}, again = {0}, other = {0}, seed = {0};
    live(&one, household_default(), 1, 5, 30);
    live(&again, household_default(), 1, 5, 30);
    live(&other, household_default(), 1, 6, 30);
    live(&seed, household_default(), 2, 5, 30);
    assert_true(one.hash == again.hash);
    assert_true(one.hash != other.hash && one.hash != seed.hash);
}

static void starting_currents_come_when_asked_for(void **state)
{
    (void)state;
    struct household_table table = household_default()->table;
    struct household_model *model = malloc(sizeof *model);
    assert_non_null(model);
    table.rows[0] = table.rows[row_named("refrigerator, fixed speed")];
    table.rows[0].units_milli = 1000;
    table.row_count = 1;
    table.inrush = true;
    household_model_build(model, &table);
    struct climate climate = climate_of(model, 1);
    struct household household;
    household_init(&household, model, &climate, 1, 1);
    int64_t most = 0, peak_ns = 0;
    while (household_next(&household) < NS_PER_DAY) {
        household_step(&household, NULL);
        if (household.constant_mw > 400000)
            peak_ns = household_next(&household);
        most = household.constant_mw > most ? household.constant_mw : most;
    }
    assert_true(peak_ns > 0);
    assert_near((double)most, 7 * 95000, 7 * 95000 * 0.25);
    free(model);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/meterbench-household-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static void mistakes_in_a_table_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } mistakes[] = {
        {"return 5", "must return a table"},
        {"return {", "expected"},
        {"return { aplliances = {} }", "aplliances: unknown field"},
        {"return { appliances = { { name = 'kettle', wats = 5 } } }", "appliances[1].wats: unknown field"},
        {"return { appliances = { { name = 'kettle', units = 99 } } }",
         "appliances[1].units: expected a number from 0 to 15"},
        {"return { appliances = { { name = 'a', units = 1, watts = 1, power_factor = 1, length = { 'short' } } } }",
         "appliances[1].length: normal, lognormal"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        char path[100], message[600] = "";
        snprintf(path, sizeof path, "%s/%zu.lua", directory, i);
        write_file(path, mistakes[i].text);
        assert_null(household_load(path, message, sizeof message));
        if (!strstr(message, mistakes[i].wanted) || !strstr(message, path))
            fail_msg("\"%s\" does not say \"%s\"", message, mistakes[i].wanted);
    }
}

static void a_recorded_curve_is_played(void **state)
{
    (void)state;
    char path[100], message[600] = "";
    struct household_point *points;
    struct household household;
    snprintf(path, sizeof path, "%s/curve.csv", directory);
    write_file(path, "second,watt\n0,100\n# a comment\n\n60, 2000.5\n3600,50\n");
    assert_int_equal(household_read_curve(path, &points, message, sizeof message), 3);
    const struct household_curve curve = {3, points};
    household_play(&household, 0, &curve);
    int64_t power[3], at[3];
    for (int i = 0; i < 3; i++) {
        at[i] = household_next(&household);
        household_step(&household, NULL);
        power[i] = household_power_mw(&household, NOMINAL_MV / 2, NOMINAL_MV);
    }
    assert_true(at[0] == 0 && at[1] == NS_PER_MIN && at[2] == NS_PER_HOUR);
    assert_true(power[0] == 100000 && power[1] == 2000500 && power[2] == 50000);
    assert_true(household_next(&household) == TIME_NEVER);
    free(points);
}

static void a_curve_that_repeats_begins_anew(void **state)
{
    (void)state;
    const struct household_point points[] = {{0, 1000}, {10, 2000}, {30, HOUSEHOLD_REPEATS}};
    const struct household_curve curve = {3, points};
    struct household household;
    household_play(&household, 5 * NS_PER_S, &curve);
    for (int i = 0; i < 10; i++) {
        assert_true(household_next(&household) == (5 + i / 2 * 30 + i % 2 * 10) * NS_PER_S);
        assert_true(household_step(&household, NULL));
        assert_int_equal(household.constant_mw, i % 2 ? 2000 : 1000);
    }
}

static void mistakes_in_a_curve_are_named_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } mistakes[] = {
        {"", "no point"},          {"1,5\n", ":1: a curve begins at 0 s"},
        {"0,5\n5,-1\n", ":2: "},   {"0,5\nabc\n", ":2: expected whole seconds"},
        {"0,5\n0,6\n", ":2: the time is not later"}, {"0,5\n1.5,6\n", ":2: expected whole seconds"},
        {"0,repeat\n", ":1: a curve begins at 0 s"}, {"0,5\n9,repeat\n10,1\n", ":3: nothing comes after"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        char path[100], message[600] = "";
        struct household_point *points;
        snprintf(path, sizeof path, "%s/%zu.csv", directory, i);
        write_file(path, mistakes[i].text);
        assert_true(household_read_curve(path, &points, message, sizeof message) < 0);
        assert_null(points);
        if (!strstr(message, mistakes[i].wanted))
            fail_msg("\"%s\" does not say \"%s\"", message, mistakes[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_starts_as_often_and_uses_as_much_as_its_source_says),
        cmocka_unit_test(starts_follow_the_hours_of_their_row),
        cmocka_unit_test(homes_own_what_the_table_says),
        cmocka_unit_test(somebody_is_active_as_often_as_the_table_says),
        cmocka_unit_test(a_night_lasts_six_hours_an_absence_three_and_an_evening_four),
        cmocka_unit_test(the_weather_is_the_tables_and_the_same_for_everybody),
        cmocka_unit_test(seasons_and_daylight_decide_what_is_wanted),
        cmocka_unit_test(a_heater_falls_with_the_square_of_its_voltage_and_a_motor_does_not),
        cmocka_unit_test(current_grows_as_the_power_factor_falls_and_energy_does_not),
        cmocka_unit_test(a_load_curve_of_minutes_sums_to_the_energy_and_moves_nothing),
        cmocka_unit_test(what_was_switched_on_is_switched_off),
        cmocka_unit_test(the_same_flat_lives_the_same_life_and_another_another),
        cmocka_unit_test(starting_currents_come_when_asked_for),
        cmocka_unit_test(mistakes_in_a_table_are_named),
        cmocka_unit_test(a_recorded_curve_is_played),
        cmocka_unit_test(a_curve_that_repeats_begins_anew),
        cmocka_unit_test(mistakes_in_a_curve_are_named_with_their_line),
    };
    return cmocka_run_group_tests(tests, make_directory, NULL);
}
