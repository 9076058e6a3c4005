#include "sim/plant/household.h"

#include "sim/error.h"
#include "sim/kernel/quotient.h"

#include <assert.h>
#include <math.h> /* sqrt, while a model is built */
#include <stddef.h>
#include <string.h>

enum {
    TICKS_PER_S = 100,
    TICKS_PER_HOUR = 3600 * TICKS_PER_S,
    TICKS_PER_LEFT = 10 * TICKS_PER_S, /* a unit of household_run.left */
    LEFT_MAX = UINT16_MAX,
    LENGTH_MAX_S = 7 * 86400,
    FIRST_DAY = 366, /* 2001-01-01: of the year over which the model looks how often it is warm, cold or dark */
    USE_DRAWS = 1 << 14,
    ALL_YEAR = 0x0fff,
    WARMEST_MC = 200000, /* beyond any weather */
};

/* household_run.state: the phase in the low bits. */
enum { RUN_PHASE = 0x07, RUN_WAITS = 0x08, RUN_ON = 0x10, RUN_INRUSH = 0x20, RUN_MANAGED = 0x40, RUN_ROOM = 0x80 };

/* Light durations: nine equally likely bins, minutes (docs/models.md, "Household"). */
static const int16_t light_minutes[9][2] = {{1, 1},   {2, 2},   {3, 4},   {5, 8},   {9, 16},
                                            {17, 27}, {28, 49}, {50, 91}, {92, 259}};

/* The standard normal's quantiles at 1/16 to 15/16, in thousandths. */
static const int16_t class_borders[HOUSEHOLD_CLASSES - 1] = {-1534, -1150, -887, -674, -489,
                                                             -319,  -157,  0,    157,  319,
                                                             489,   674,   887,  1150, 1534};

/* ---- model ----------------------------------------------------------------------------------- */

struct hour {
    struct climate_day day;
    int hour;
    int32_t temperature_mc;
};

/* How much an hour's weather leaves of the wish to start, per mille. */
static int32_t wanted_permille(const struct household_model *model, const struct appliance_row *row,
                               const struct hour *hour)
{
    bool season = row->months >> hour->day.month & 1;
    if (!season || hour->temperature_mc <= row->above_mc || hour->temperature_mc >= row->below_mc)
        return 0;
    int32_t dark = model->dark_permille[hour->day.month][hour->hour];
    return dark + (1000 - dark) * row->daylight_permille / 1000;
}

static void find_hour(const struct household_model *model, struct hour *hour)
{
    hour->temperature_mc =
        climate_temperature_mc(&model->table.climate, &hour->day, hour->hour);
}

/* The share of a year's days on which a row is wanted in an hour: what wanted_permille is on average. */
static double wanted_share(const struct household_model *model, const struct appliance_row *row, int hour)
{
    const struct climate_table *climate = &model->table.climate;
    double sum = 0;
    for (int32_t day = FIRST_DAY; day < FIRST_DAY + 365; day++) {
        int month = civil_from_seconds((int64_t)day * 86400).month - 1;
        if (!(row->months >> month & 1))
            continue;
        int32_t season_mc = climate_season_mc(climate, day);
        double dark = model->dark_permille[month][hour] / 1e3;
        sum += (climate_warmer_than(climate, season_mc, hour, row->above_mc) -
                climate_warmer_than(climate, season_mc, hour, row->below_mc)) *
               (dark + (1 - dark) * row->daylight_permille / 1e3);
    }
    return sum / 365;
}

static bool depends_on_weather(const struct appliance_row *row)
{
    return row->months != ALL_YEAR || row->daylight_permille != 1000 || row->above_mc > -WARMEST_MC ||
           row->below_mc < WARMEST_MC;
}

/* Choices in hour h: cycles a year x the hour's share of them, spread over the time in which somebody is active. */
static void set_rates(struct household_model *model, int r)
{
    const struct household_table *table = &model->table;
    const struct appliance_row *row = &table->rows[r];
    double sum = 0;
    for (int h = 0; h < 24 && row->start == APPLIANCE_BY_CHOICE; h++)
        if (row->hours[h] > 0)
            sum += row->hours[h] * (depends_on_weather(row) ? wanted_share(model, row, h) : 1.0);
    for (int h = 0; h < 24 && sum > 0; h++) {
        double active = (double)occupancy_active_ppm(&table->occupancy, h) / 1e6;
        double rate = row->hours[h] > 0 ? row->cycles_yearly / 365.0 * row->hours[h] / sum / active : 0;
        model->rate_micro[h][r] = (uint32_t)(rate * 1e6 + 0.5);
    }
}

static int64_t mean_length_s(const struct appliance_length *length)
{
    return length->middle_s; /* asked of normal lengths only */
}

/* The pause that gives the yearly cycles in the time in which somebody is active. */
static int32_t pause_while_active_s(const struct household_table *table,
                                    const struct appliance_row *row)
{
    int64_t active_ppm = 0;
    for (int h = 0; h < 24; h++)
        active_ppm += occupancy_active_ppm(&table->occupancy, h);
    int64_t period_s = active_ppm * 365 * 3600 / 1000000 / row->cycles_yearly;
    int64_t pause_s = period_s - mean_length_s(&row->length);
    return (int32_t)(pause_s > 60 ? pause_s : 60);
}

static int class_of(int64_t z_milli)
{
    int class = 0;
    while (class < HOUSEHOLD_CLASSES - 1 && z_milli >= class_borders[class])
        class++;
    return class;
}

static double total_spread(const struct household_table *table)
{
    double home = table->home_spread_milli / 1e3, use = table->use_spread_milli / 1e3;
    return sqrt(home * home + use * use);
}

/* The mean of a log-normal variable within each sixteenth of its distribution, its whole mean being 1. */
static void set_factors(struct household_model *model)
{
    struct random random = random_stream(0, RANDOM_NO_FLAT, RANDOM_HOUSEHOLD);
    double spread = total_spread(&model->table);
    double sums[HOUSEHOLD_CLASSES] = {0}, total = 0;
    int counts[HOUSEHOLD_CLASSES] = {0};
    for (int i = 0; i < USE_DRAWS; i++) {
        int64_t z = random_normal(&random, 0, 1000, -4000, 4000);
        sums[class_of(z)] += random_exp(spread * (double)z / 1e3);
        counts[class_of(z)]++;
    }
    for (int c = 0; c < HOUSEHOLD_CLASSES; c++)
        total += sums[c] / counts[c] / HOUSEHOLD_CLASSES;
    for (int c = 0; c < HOUSEHOLD_CLASSES; c++)
        model->factor_milli[c] = (int32_t)(1000 * sums[c] / counts[c] / total + 0.5);
    for (int use = 0; use < 256; use++)
        model->weight_milli[use] = (uint32_t)((use >> 4) * model->factor_milli[use & 15]);
}

/* What people start, and what they want at any weather first. */
static void set_choices(struct household_model *model)
{
    const struct household_table *table = &model->table;
    for (int pass = 0; pass < 2; pass++) {
        for (int r = 0; r < table->row_count; r++)
            if (table->rows[r].start == APPLIANCE_BY_CHOICE &&
                depends_on_weather(&table->rows[r]) == pass)
                model->choices[model->choice_count++] = (uint8_t)r;
        if (pass == 0)
            model->plain_count = model->choice_count;
    }
}

static void set_partners(struct household_model *model)
{
    const struct household_table *table = &model->table;
    memset(model->companion, -1, sizeof model->companion);
    memset(model->successor, -1, sizeof model->successor);
    for (int r = 0; r < table->row_count; r++) {
        const struct appliance_row *row = &table->rows[r];
        if (row->start == APPLIANCE_WITH)
            model->companion[row->partner] = (int8_t)r;
        if (row->start != APPLIANCE_AFTER)
            continue;
        model->successor[row->partner] = (int8_t)r;
        model->successor_ppm[row->partner] =
            (int32_t)(row->cycles_yearly * INT64_C(1000000) / table->rows[row->partner].cycles_yearly);
    }
}

static int32_t tangent_milli(int32_t power_factor_milli)
{
    double factor = power_factor_milli / 1e3;
    return (int32_t)(1e3 * sqrt(1.0 - factor * factor) / factor + 0.5);
}

/* The first row that has the same name in a field as row r, or r when it has none. */
static uint8_t first_row(const struct household_table *table, int r, size_t field)
{
    const char *name = (const char *)&table->rows[r] + field;
    for (int first = 0; name[0] && first < r; first++)
        if (strcmp((const char *)&table->rows[first] + field, name) == 0)
            return (uint8_t)first;
    return (uint8_t)r;
}

/* Shares of a run become shares of what is left when their phase begins, which is all that a run knows. */
static void set_shares(struct household_model *model, int r)
{
    const struct appliance_row *row = &model->table.rows[r];
    int32_t left = 1000;
    for (int p = 0; p < row->phase_count; p++) {
        int32_t share = row->phases[p].share_permille;
        model->left_permille[r][p] = (uint16_t)(left > share ? share * 1000 / left : 1000);
        left -= share;
    }
}

void household_model_build(struct household_model *model, const struct household_table *table)
{
    memset(model, 0, sizeof *model);
    model->table = *table;
    for (int month = 0; month < 12; month++)
        for (int h = 0; h < 24; h++)
            model->dark_permille[month][h] =
                (uint16_t)climate_dark_permille(&table->climate, month, h);
    set_factors(model);
    set_partners(model);
    set_choices(model);
    for (int r = 0; r < table->row_count; r++) {
        const struct appliance_row *row = &table->rows[r];
        set_rates(model, r);
        set_shares(model, r);
        model->tangent_milli[r] = tangent_milli(row->power_factor_milli);
        model->pause_s[r] = row->start == APPLIANCE_WHILE_ACTIVE ? pause_while_active_s(table, row)
                                                                 : row->pause.middle_s;
        model->owners[r] = first_row(table, r, offsetof(struct appliance_row, owners));
        model->device[r] = first_row(table, r, offsetof(struct appliance_row, device));
    }
}

static const char *row_fault(const struct household_table *table, const struct appliance_row *row)
{
    int64_t weights = 0;
    for (int h = 0; h < 24; h++) {
        weights += row->hours[h];
        if (row->hours[h] > 0 && occupancy_active_ppm(&table->occupancy, h) == 0)
            return "hours: starts in an hour in which nobody is ever active";
    }
    bool self = row->start == APPLIANCE_ALONE || row->start == APPLIANCE_WHILE_ACTIVE;
    bool follows = row->start == APPLIANCE_WITH || row->start == APPLIANCE_AFTER;
    if (row->start == APPLIANCE_BY_CHOICE && row->cycles_yearly > 0 && weights == 0)
        return "hours: no hour has a weight";
    if (self && row->length.kind != LENGTH_NORMAL)
        return "length: of what runs by itself it is normal";
    if (self && row->pause.middle_s <= 0)
        return "pause: what runs by itself needs one";
    if (row->start == APPLIANCE_WHILE_ACTIVE && row->cycles_yearly < 1)
        return "cycles: what runs while somebody is active needs them";
    if (follows && (row->partner < 0 || row->partner >= table->row_count ||
                    &table->rows[row->partner] == row))
        return "with, after: no such appliance";
    if (follows && table->rows[row->partner].start != APPLIANCE_BY_CHOICE)
        return "with, after: that appliance is not one that people start";
    if (row->start == APPLIANCE_AFTER &&
        row->cycles_yearly > table->rows[row->partner].cycles_yearly)
        return "cycles: more than the appliance has that it follows";
    if (row->units_milli % 1000 + row->units_from_milli > 1000)
        return "units, from: the owners do not fit into all homes";
    return NULL;
}

const char *household_table_fault(const struct household_table *table, int *row)
{
    for (*row = 0; *row < table->row_count; ++*row) {
        const char *fault = row_fault(table, &table->rows[*row]);
        if (fault)
            return fault;
    }
    *row = -1;
    return NULL;
}

/* ---- time ------------------------------------------------------------------------------------ */

/* Ticks since 2000, of which runs keep the low 32 bits: nothing is planned more than 200 days ahead. */
static int64_t calendar_tick(const struct household *household, int64_t now)
{
    return household->climate->epoch_s * TICKS_PER_S + now / HOUSEHOLD_TICK_NS;
}

/* The tick near `now` with these low bits. */
static int64_t full_tick(int64_t now, uint32_t low)
{
    return now + (int32_t)(low - (uint32_t)now);
}

static struct hour hour_at(struct household *household, int64_t tick)
{
    int64_t hours = tick / TICKS_PER_HOUR;
    uint16_t day = (uint16_t)(hours / 24);
    if (day != household->today.day)
        household->today = climate_day(&household->model->table.climate, household->climate->seed, day);
    struct hour hour = {.day = household->today, .hour = (int)(hours % 24)};
    find_hour(household->model, &hour);
    return hour;
}

/* ---- load ------------------------------------------------------------------------------------ */

static const struct appliance_row *row_of(const struct household *household, int r)
{
    return &household->model->table.rows[r];
}

/* Rated powers differ between homes: a triangle about 1 with a standard deviation of a tenth, per mille. */
static int64_t rating_permille(const struct household *household, int r)
{
    struct random draw = {household->key + (uint64_t)r};
    uint64_t bits = random_u64(&draw);
    int64_t sum = (int64_t)(bits & 0xffff) + (int64_t)(bits >> 16 & 0xffff); /* 0 to 131070 */
    return 1000 + (sum - 65535) * 245 / 65535;
}

static void add_load(struct household *household, int r, bool resistive, int64_t power_mw)
{
    if (resistive)
        household->resistive_mw += (int32_t)power_mw;
    else
        household->constant_mw += (int32_t)power_mw;
    household->reactive_mvar += (int32_t)(power_mw * household->model->tangent_milli[r] / 1000);
}

static int64_t run_power_mw(const struct household *household, const struct household_run *run)
{
    const struct appliance_row *row = row_of(household, run->row);
    if (!(run->state & RUN_ON) || run->state & RUN_MANAGED)
        return 0;
    int64_t power_mw = row->phase_count > 0 ? row->phases[run->state & RUN_PHASE].power_mw
                                            : row->power_mw;
    if (run->state & RUN_INRUSH)
        power_mw = power_mw * row->inrush_milli / 1000;
    return power_mw * rating_permille(household, run->row) / 1000;
}

/* Take a run's load into the home's (sign 1) or out of it (-1). */
static void count_load(struct household *household, const struct household_run *run, int sign)
{
    const struct appliance_row *row = row_of(household, run->row);
    add_load(household, run->row, row->resistive, sign * run_power_mw(household, run));
}

/* In place of `old_mw`, `new_mw`. */
static void add_managed(struct household *household, int r, int64_t old_mw, int64_t new_mw)
{
    bool resistive = row_of(household, r)->resistive;
    add_load(household, r, resistive, -old_mw);
    add_load(household, r, resistive, new_mw);
}

static void count_standby(struct household *household, int r, int units)
{
    add_load(household, r, false, (int64_t)row_of(household, r)->standby_mw * units);
}

int64_t household_power_mw(const struct household *household, int32_t voltage_mv, int32_t nominal_mv)
{
    int64_t resistive = quotient((int64_t)household->resistive_mw * voltage_mv, nominal_mv);
    return quotient(resistive * voltage_mv, nominal_mv) + household->constant_mw;
}

/* ---- runs ------------------------------------------------------------------------------------ */

int household_units(const struct household *household, int r)
{
    return household->use[r] >> 4;
}

static int64_t draw_length(struct random *random, const struct appliance_length *length,
                           int32_t middle_s)
{
    int64_t middle = (int64_t)middle_s * TICKS_PER_S, ticks = 0;
    switch (length->kind) {
    case LENGTH_NORMAL:
        return random_normal(random, middle, (int64_t)length->spread * TICKS_PER_S, middle / 4,
                             middle * 2);
    case LENGTH_LOGNORMAL:
        ticks = random_lognormal(random, middle, length->spread);
        break;
    case LENGTH_EXPONENTIAL:
        ticks = random_exponential(random, middle);
        break;
    case LENGTH_WEIBULL: {
        double unit = (double)random_exponential(random, 1000000000) / 1e9;
        ticks = (int64_t)((double)middle * random_exp(random_ln(unit) * length->spread / 1e3));
        break;
    }
    case LENGTH_LIGHT: {
        const int16_t *bin = light_minutes[random_below(random, 9)];
        ticks = random_between(random, bin[0], bin[1]) * 60 * TICKS_PER_S;
        break;
    }
    }
    int64_t most = (int64_t)LENGTH_MAX_S * TICKS_PER_S;
    return ticks < TICKS_PER_S ? TICKS_PER_S : ticks > most ? most : ticks;
}

/* How long the part of a run lasts that begins with `left` ticks to go. */
static int64_t part_length(const struct household_model *model, int r, int state, int64_t left)
{
    const struct appliance_row *row = &model->table.rows[r];
    int64_t length = left;
    if (row->duty_on_s > 0) {
        length = (int64_t)(state & RUN_ON ? row->duty_on_s : row->duty_off_s) * TICKS_PER_S;
    } else if (row->phase_count > 0) {
        const struct appliance_phase *phase = &row->phases[state & RUN_PHASE];
        if (phase->length_s > 0)
            length = (int64_t)phase->length_s * TICKS_PER_S;
        else if (phase->length_s < 0)
            length = left + (int64_t)phase->length_s * TICKS_PER_S;
        else if (phase->share_permille > 0)
            length = left * model->left_permille[r][state & RUN_PHASE] / 1000;
    }
    return length < 1 ? 1 : length > left ? left : length;
}

static void begin_part(struct household *household, struct household_run *run, int64_t now,
                       int64_t left)
{
    int64_t after = left - part_length(household->model, run->row, run->state, left);
    run->left = (uint16_t)(after / TICKS_PER_LEFT);
    run->tick = (uint32_t)(now + left - (int64_t)run->left * TICKS_PER_LEFT);
    count_load(household, run, 1);
}

static void log_run(const struct household *household, const struct event_source *events,
                    const struct household_run *run, bool on)
{
    if (events)
        event_put(events, household->next, EVENT_APPLIANCE, run->row, on);
}

static struct household_run *add_run(struct household *household, int r, int64_t now)
{
    if (household->run_count == HOUSEHOLD_RUNS_MAX) {
        household->lost += household->lost < UINT8_MAX;
        return NULL;
    }
    struct household_run *run = &household->runs[household->run_count++];
    *run = (struct household_run){.tick = (uint32_t)now, .row = (uint8_t)r, .state = RUN_WAITS};
    return run;
}

static void remove_run(struct household *household, struct household_run *run)
{
    *run = household->runs[--household->run_count];
}

/* What its element or compressor takes at the most, W. */
static double rated_w(const struct household *household, int r)
{
    const struct appliance_row *row = row_of(household, r);
    int64_t most_mw = row->phase_count > 0 ? 0 : row->power_mw;
    for (int p = 0; p < row->phase_count; p++)
        most_mw = row->phases[p].power_mw > most_mw ? row->phases[p].power_mw : most_mw;
    return (double)(most_mw * rating_permille(household, r) / 1000) * 1e-3;
}

/* In a home with management the run is a wish: it lasts as long, and what it takes is found out elsewhere. */
static void wish(struct household *household, struct household_run *run, int64_t length)
{
    enum managed_service service = row_of(household, run->row)->serves;
    if (service == SERVES_NOTHING)
        return;
    int room = managed_begin(household->managed, household->next, service, rated_w(household, run->row),
                             (double)length / TICKS_PER_S);
    if (room >= 0)
        run->state |= (uint8_t)(RUN_MANAGED | (room > 0 ? RUN_ROOM : 0));
}

/* A run of this length begins; log-normal tails are cut where the counter of what is left ends. */
static void begin_run(struct household *household, struct household_run *run, int64_t now,
                      int64_t length, const struct event_source *events)
{
    const struct appliance_row *row = row_of(household, run->row);
    run->state = RUN_ON;
    count_standby(household, run->row, -1);
    log_run(household, events, run, true);
    if (household->managed)
        wish(household, run, length);
    bool inrush = household->model->table.inrush && row->inrush_milli > 1000 && row->inrush_ms > 0;
    if (!inrush) {
        begin_part(household, run, now, length);
        return;
    }
    int64_t left = (length + TICKS_PER_LEFT / 2) / TICKS_PER_LEFT;
    run->state |= RUN_INRUSH;
    run->left = (uint16_t)(left > 0 ? left : 1);
    run->tick = (uint32_t)(now + (row->inrush_ms + 9) / 10);
    count_load(household, run, 1);
}

/* When the next unit of the row's device may be free, or `now` when one is. */
static int64_t free_at(const struct household *household, int r, int64_t now)
{
    int busy = 0;
    int64_t earliest = INT64_MAX;
    for (int i = 0; i < household->run_count; i++) {
        const struct household_run *run = &household->runs[i];
        if (run->state & RUN_WAITS || household->model->device[run->row] != household->model->device[r])
            continue;
        int64_t at = full_tick(now, run->tick) + 1;
        earliest = at < earliest ? at : earliest;
        busy++;
    }
    return busy < household_units(household, r) ? now : earliest;
}

/* A waiting run's time has come: it begins, or waits for a free unit. */
static void start_run(struct household *household, struct household_run *run, int64_t now,
                      const struct event_source *events)
{
    int r = run->row;
    const struct appliance_row *row = row_of(household, r);
    int64_t at = free_at(household, r, now);
    run->tick = (uint32_t)at;
    if (at > now)
        return;
    if (run->left > 0) { /* others wait behind it */
        struct household_run *behind = add_run(household, r, now + 1);
        if (behind)
            behind->left = (uint16_t)(run->left - 1);
    }
    int64_t length = draw_length(&household->random, &row->length, row->length.middle_s) +
                     (int64_t)row->extra_s * TICKS_PER_S;
    begin_run(household, run, now, length, events);
    int companion = household->model->companion[r];
    if (companion < 0 || household_units(household, companion) == 0)
        return;
    struct household_run *beside = add_run(household, companion, now);
    if (beside)
        begin_run(household, beside, now, length, events);
}

static struct household_run *waiting_run(struct household *household, int r)
{
    for (int i = 0; i < household->run_count; i++)
        if (household->runs[i].row == r && household->runs[i].state & RUN_WAITS)
            return &household->runs[i];
    return NULL;
}

/* Choices that wait for the same row stand in one line, so that they take no room from others. */
static void choose(struct household *household, int r, int64_t now, const struct event_source *events)
{
    struct household_run *line = waiting_run(household, r);
    if (line && line->left < LEFT_MAX) {
        line->left++;
        return;
    }
    int64_t delay = (int64_t)row_of(household, r)->delay_s * TICKS_PER_S;
    struct household_run *run = add_run(household, r, now + delay);
    if (run && delay == 0)
        start_run(household, run, now, events);
}

static void pause_run(struct household *household, struct household_run *run, int64_t now)
{
    int64_t pause = draw_length(&household->random, &row_of(household, run->row)->pause,
                                household->model->pause_s[run->row]);
    run->state = RUN_WAITS;
    run->tick = (uint32_t)(now + pause);
}

static void end_run(struct household *household, struct household_run *run, int64_t now,
                    const struct event_source *events)
{
    int r = run->row;
    enum appliance_start start = row_of(household, r)->start;
    count_standby(household, r, 1);
    log_run(household, events, run, false);
    if (run->state & RUN_MANAGED)
        managed_end(household->managed, household->next, row_of(household, r)->serves, (run->state & RUN_ROOM) != 0);
    if (start == APPLIANCE_ALONE ||
        (start == APPLIANCE_WHILE_ACTIVE && household->state == OCCUPANCY_ACTIVE))
        pause_run(household, run, now);
    else
        remove_run(household, run);
    int successor = household->model->successor[r];
    if (successor >= 0 && household_units(household, successor) > 0 &&
        random_chance_ppm(&household->random, (uint32_t)household->model->successor_ppm[r]))
        choose(household, successor, now, events);
}

/* The end of a part: the next one, or the run's end. */
static void next_part(struct household *household, struct household_run *run, int64_t now,
                      const struct event_source *events)
{
    const struct appliance_row *row = row_of(household, run->row);
    count_load(household, run, -1);
    if (run->left == 0) {
        end_run(household, run, now, events);
        return;
    }
    if (run->state & RUN_INRUSH)
        run->state &= (uint8_t)~RUN_INRUSH;
    else if (row->duty_on_s > 0)
        run->state ^= RUN_ON;
    else if ((run->state & RUN_PHASE) + 1 < row->phase_count)
        run->state++;
    begin_part(household, run, now, (int64_t)run->left * TICKS_PER_LEFT);
}

/* ---- people ---------------------------------------------------------------------------------- */

static uint64_t plain_rate(const struct household *household, int r, const struct hour *hour)
{
    const struct household_model *model = household->model;
    return (uint64_t)model->rate_micro[hour->hour][r] * model->weight_milli[household->use[r]];
}

static uint64_t choice_rate(const struct household *household, int choice, const struct hour *hour)
{
    int r = household->model->choices[choice];
    uint64_t rate = plain_rate(household, r, hour);
    if (choice < household->model->plain_count || rate == 0)
        return rate;
    return rate * (uint64_t)wanted_permille(household->model, row_of(household, r), hour) / 1000;
}

/* Choices in the active hour of a tick, in billionths. */
static uint64_t total_rate(struct household *household, int64_t tick, const struct hour *hour)
{
    const struct household_model *model = household->model;
    uint32_t number = (uint32_t)(tick / TICKS_PER_HOUR);
    uint64_t sum = 0;
    if (number == household->rate_hour)
        return household->hour_rate;
    for (int i = 0; i < model->plain_count; i++)
        sum += plain_rate(household, model->choices[i], hour);
    for (int i = model->plain_count; i < model->choice_count; i++)
        sum += choice_rate(household, i, hour);
    household->rate_hour = number;
    household->hour_rate = sum;
    return sum;
}

static enum occupancy_state state_in(const struct household *household, const struct hour *hour)
{
    return occupancy_state(&household->model->table.occupancy, household->kind, household->level,
                           hour->day.weekend, hour->hour);
}

/* Find what comes next: a choice, or the end of the present state. All choices are one process whose rate is constant
 * within an hour; what has no memory may be asked again at the hour's end. */
static void plan(struct household *household, int64_t now)
{
    int64_t level_end = full_tick(now, household->level_tick);
    for (int64_t tick = now;;) {
        struct hour hour = hour_at(household, tick);
        if (state_in(household, &hour) != household->state) {
            household->plan_tick = (uint32_t)tick;
            household->plans_start = false;
            return;
        }
        int64_t end = (tick / TICKS_PER_HOUR + 1) * TICKS_PER_HOUR;
        end = end < level_end ? end : level_end;
        uint64_t rate = household->state == OCCUPANCY_ACTIVE ? total_rate(household, tick, &hour) : 0;
        if (rate > 0) {
            int64_t mean = (int64_t)(UINT64_C(1000000000) * TICKS_PER_HOUR / rate);
            int64_t at = tick + random_exponential(&household->random, mean + 1);
            if (at < end) {
                household->plan_tick = (uint32_t)at;
                household->plans_start = true;
                return;
            }
        }
        if (end == level_end) {
            household->plan_tick = (uint32_t)end;
            household->plans_start = false;
            return;
        }
        tick = end;
    }
}

static void somebody_chooses(struct household *household, int64_t now,
                             const struct event_source *events)
{
    struct hour hour = hour_at(household, now);
    uint64_t draw = random_below(&household->random, total_rate(household, now, &hour));
    int choice = 0;
    for (;;) {
        uint64_t rate = choice_rate(household, choice, &hour);
        if (draw < rate)
            break;
        draw -= rate;
        choice++;
    }
    choose(household, household->model->choices[choice], now, events);
}

static void draw_level(struct household *household, int64_t now, const struct hour *hour)
{
    household->level = (uint16_t)random_below(&household->random, 65536);
    int64_t spell_s = occupancy_spell_s(&household->model->table.occupancy, &household->random,
                                        hour->day.weekend, hour->hour);
    household->level_tick = (uint32_t)(now + spell_s * TICKS_PER_S);
}

/* What runs while somebody is active wakes somewhere in its cycle, and sleeps when they go. */
static void state_changes(struct household *household, int64_t now, enum occupancy_state state)
{
    bool was_active = household->state == OCCUPANCY_ACTIVE, is_active = state == OCCUPANCY_ACTIVE;
    household->state = (uint8_t)state;
    if (household->managed)
        managed_set_away(household->managed, household->next, state == OCCUPANCY_AWAY);
    if (was_active == is_active)
        return;
    for (int r = 0; r < household->model->table.row_count; r++) {
        const struct appliance_row *row = row_of(household, r);
        if (row->start != APPLIANCE_WHILE_ACTIVE)
            continue;
        int present = 0;
        for (int i = household->run_count - 1; i >= 0; i--) {
            struct household_run *run = &household->runs[i];
            if (run->row != r)
                continue;
            present++;
            if (!is_active && run->state & RUN_WAITS)
                remove_run(household, run);
        }
        int64_t period = (int64_t)(household->model->pause_s[r] + row->length.middle_s) * TICKS_PER_S;
        for (; is_active && present < household_units(household, r); present++) {
            int64_t phase = random_between(&household->random, 1, period);
            add_run(household, r, now + phase);
        }
    }
}

static void people_move(struct household *household, int64_t now)
{
    struct hour hour = hour_at(household, now);
    if (full_tick(now, household->level_tick) <= now)
        draw_level(household, now, &hour);
    enum occupancy_state state = state_in(household, &hour);
    if (state != household->state)
        state_changes(household, now, state);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Whose event is next, and when: a run's, or the plan's when that comes before all. */
static void find_next(struct household *household, int64_t now)
{
    int64_t tick = full_tick(now, household->plan_tick);
    household->next_run = HOUSEHOLD_NO_RUN;
    for (int i = 0; i < household->run_count; i++) {
        int64_t at = full_tick(now, household->runs[i].tick);
        if (at < tick) {
            tick = at;
            household->next_run = (uint8_t)i;
        }
    }
    household->next += (tick - now) * HOUSEHOLD_TICK_NS;
}

static bool next_point(struct household *household)
{
    const struct household_curve *curve = household->curve;
    const struct household_point *point = &curve->points[household->point];
    if (point->power_mw == HOUSEHOLD_REPEATS) {
        household->began += point->second * NS_PER_S;
        household->point = 0;
        point = curve->points;
    }
    bool changes = household->constant_mw != point->power_mw;
    household->constant_mw = point->power_mw;
    household->point++;
    household->next = household->point < curve->count
                          ? household->began + curve->points[household->point].second * NS_PER_S
                          : TIME_NEVER;
    return changes;
}

static void home_step(struct household *household, const struct event_source *events)
{
    int64_t now = calendar_tick(household, household->next);
    if (household->next_run != HOUSEHOLD_NO_RUN) {
        struct household_run *run = &household->runs[household->next_run];
        assert(run->tick == (uint32_t)now);
        if (run->state & RUN_WAITS)
            start_run(household, run, now, events);
        else
            next_part(household, run, now, events);
    } else {
        if (household->plans_start)
            somebody_chooses(household, now, events);
        else
            people_move(household, now);
        plan(household, now);
    }
    find_next(household, now);
}

/* What the managed appliances take now goes into the home's load, and the earlier of two next events is next. */
static void follow_managed(struct household *household)
{
    struct managed *managed = household->managed;
    for (int i = 0; i < MANAGED_APPLIANCES; i++) {
        int32_t power_mw = managed_power_mw(managed, (enum managed_appliance)i);
        int r = managed->rows[i];
        if (power_mw != managed->counted_mw[i]) /* each part's reactive power as a whole: nothing is left of it when it ends */
            add_managed(household, r, managed->counted_mw[i], power_mw);
        managed->counted_mw[i] = power_mw;
    }
    household->next = managed->next < managed->home_next ? managed->next : managed->home_next;
}

bool household_step(struct household *household, const struct event_source *events)
{
    assert(household->next != TIME_NEVER);
    if (household->playing)
        return next_point(household);
    struct managed *managed = household->managed;
    int64_t before[] = {household->resistive_mw, household->constant_mw, household->reactive_mvar};
    if (managed && managed->next < managed->home_next) {
        managed_step(managed);
    } else {
        household->next = managed ? managed->home_next : household->next;
        home_step(household, events);
        if (managed)
            managed->home_next = household->next;
    }
    if (managed)
        follow_managed(household);
    return before[0] != household->resistive_mw || before[1] != household->constant_mw ||
           before[2] != household->reactive_mvar;
}

int64_t household_next(const struct household *household)
{
    return household->next;
}

/* How many units, by the device's draw and the window of its owners that this row has. */
static int draw_units(const struct household *household, int r)
{
    const struct appliance_row *row = row_of(household, r);
    struct random draw = {household->key ^ (UINT64_C(0xd1b54a32d192ed03) *
                                            (uint64_t)(household->model->owners[r] + 1))};
    int32_t place = (int32_t)random_below(&draw, 1000);
    int32_t from = row->units_from_milli;
    bool one_more = place >= from && place < from + row->units_milli % 1000;
    return row->units_milli / 1000 + one_more;
}

int household_running(const struct household *household, int row)
{
    int count = 0;
    for (int i = 0; i < household->run_count; i++) {
        const struct household_run *run = &household->runs[i];
        count += run->row == row && !(run->state & RUN_WAITS);
    }
    return count;
}

int64_t household_idle_mw(const struct household *household)
{
    struct household idle = *household;
    for (int i = 0; i < idle.run_count; i++) {
        if (idle.runs[i].state & RUN_WAITS)
            continue;
        count_load(&idle, &idle.runs[i], -1);
        count_standby(&idle, idle.runs[i].row, 1);
    }
    for (int i = 0; idle.managed && i < MANAGED_APPLIANCES; i++)
        add_managed(&idle, idle.managed->rows[i], idle.managed->counted_mw[i], 0);
    return (int64_t)idle.resistive_mw + idle.constant_mw;
}

/* Ownership and habits. */
static void move_in(struct household *household)
{
    const struct household_table *table = &household->model->table;
    struct random *random = &household->random;
    double total = total_spread(table) * 1e3;
    int64_t home = random_normal(random, 0, 1000, -4000, 4000);
    for (int r = 0; r < table->row_count; r++) {
        int64_t own = random_normal(random, 0, 1000, -4000, 4000);
        double sum = (double)(home * table->home_spread_milli + own * table->use_spread_milli);
        int class = class_of(total > 0 ? (int64_t)(sum / total) : 0);
        int units = draw_units(household, r);
        household->use[r] = (uint8_t)(units << 4 | class);
        household->leakage_ua += units * table->rows[r].leakage_ua;
        count_standby(household, r, units);
        if (table->rows[r].start == APPLIANCE_ALWAYS)
            add_load(household, r, table->rows[r].resistive,
                     units * (table->rows[r].power_mw * rating_permille(household, r) / 1000 -
                              table->rows[r].standby_mw));
    }
}

/* What runs by itself is found somewhere in its cycle. */
static void find_running(struct household *household, int64_t now)
{
    struct random *random = &household->random;
    for (int r = 0; r < household->model->table.row_count; r++) {
        const struct appliance_row *row = row_of(household, r);
        int units = row->start == APPLIANCE_ALONE ? household_units(household, r) : 0;
        for (int i = 0; i < units; i++) {
            struct household_run *run = add_run(household, r, now);
            int64_t on_s = row->length.middle_s, pause_s = household->model->pause_s[r];
            int64_t place = random_between(random, 1, (on_s + pause_s) * TICKS_PER_S);
            if (!run)
                return;
            if (place <= on_s * TICKS_PER_S && free_at(household, r, now) == now)
                begin_run(household, run, now, place, NULL);
            else
                run->tick = (uint32_t)(now + place);
        }
    }
}

void household_init(struct household *household, const struct household_model *model,
                    const struct climate *climate, uint64_t seed, uint32_t flat)
{
    memset(household, 0, sizeof *household);
    household->model = model;
    household->climate = climate;
    household->next = model ? 0 : TIME_NEVER;
    if (!model)
        return;
    household->random = random_stream(seed, flat, RANDOM_HOUSEHOLD);
    household->key = random_u64(&household->random);
    int32_t place = (int32_t)random_below(&household->random, 1000);
    household->kind = (uint8_t)occupancy_kind_of(&model->table.occupancy, place);
    int64_t now = calendar_tick(household, 0);
    household->today.day = UINT16_MAX;
    household->rate_hour = UINT32_MAX;
    struct hour hour = hour_at(household, now);
    move_in(household);
    find_running(household, now);
    draw_level(household, now, &hour);
    household->state = OCCUPANCY_AWAY;
    state_changes(household, now, state_in(household, &hour));
    plan(household, now);
    find_next(household, now);
}

/* The first row of a service that the home owns, or -1. */
static int row_serving(const struct household *household, enum managed_service service)
{
    for (int r = 0; r < household->model->table.row_count; r++)
        if (row_of(household, r)->serves == service && household_units(household, r) > 0)
            return r;
    return -1;
}

/* What the table's own runs drew of the tank's losses is the thermostat's from now on. */
static void take_over_runs(struct household *household)
{
    for (int i = 0; i < household->run_count; i++) {
        struct household_run *run = &household->runs[i];
        if (row_of(household, run->row)->serves != SERVES_TANK || run->state & RUN_WAITS)
            continue;
        count_load(household, run, -1);
        run->state |= RUN_MANAGED;
    }
}

void household_manage(struct household *household, struct managed *managed)
{
    if (!household->model)
        return;
    int bath = row_serving(household, SERVES_BATH);
    int air = row_serving(household, SERVES_COOLING);
    air = air >= 0 ? air : row_serving(household, SERVES_HEATING);
    managed_init(managed, &household->model->table.managed, household->climate,
                 bath >= 0 ? rated_w(household, bath) : 0);
    managed->rows[MANAGED_AIR] = (uint8_t)(air >= 0 ? air : 0);
    managed->rows[MANAGED_WATER] = (uint8_t)(bath >= 0 ? bath : 0);
    managed->home_next = household->next;
    managed_set_away(managed, 0, household->state == OCCUPANCY_AWAY);
    if (managed->has_tank)
        take_over_runs(household);
    household->managed = managed;
    follow_managed(household);
}

void household_set_limits(struct household *household, int64_t now,
                          const struct managed_limit limits[MANAGED_APPLIANCES])
{
    if (!household->managed)
        return;
    managed_set_limits(household->managed, now, limits);
    follow_managed(household);
}

int household_want(struct household *household, int64_t now, enum managed_service service, bool on)
{
    struct managed *managed = household->managed;
    int r = managed ? row_serving(household, service) : -1;
    if (r < 0)
        return ERROR_NOT_FOUND;
    int room = -1;
    if (on)
        room = managed_begin(managed, now, service, rated_w(household, r), row_of(household, r)->length.middle_s);
    for (int i = 0; !on && i < MANAGED_ROOMS && room < 0; i++)
        if (managed->rooms[i].service == service)
            managed_end(managed, now, service, room = i);
    follow_managed(household);
    return room < 0 ? ERROR_NOT_FOUND : 0;
}

void household_play(struct household *household, int64_t now, const struct household_curve *curve)
{
    memset(household, 0, sizeof *household);
    household->playing = true;
    household->curve = curve;
    household->began = now;
    household->next = now;
}
