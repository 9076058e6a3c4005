#include "sim/plant/managed.h"

#include <assert.h>
#include <string.h>

#define NEAR_K 1e-6              /* as near to a level is on it */
#define STEP_MIN_NS NS_PER_MS    /* between two looks at a temperature */
#define FORGOTTEN_NS (12 * NS_PER_HOUR) /* what a room had before follows the weather since */
#define FAR_S 1e7

static double seconds_between(int64_t from, int64_t to)
{
    return (double)(to - from) * 1e-9;
}

static int64_t after_seconds(int64_t now, double seconds)
{
    if (seconds > FAR_S)
        return TIME_NEVER;
    int64_t ns = (int64_t)(seconds * 1e9) + 1;
    return now + (ns > STEP_MIN_NS ? ns : STEP_MIN_NS);
}

static int64_t calendar_ns(const struct managed *managed, int64_t now)
{
    return managed->climate->epoch_s * NS_PER_S + now;
}

static int64_t hour_end(const struct managed *managed, int64_t now)
{
    int64_t since = calendar_ns(managed, now) % NS_PER_HOUR;
    return now + NS_PER_HOUR - since;
}

static double outdoor_c(struct managed *managed, int64_t now)
{
    int64_t hours = calendar_ns(managed, now > 0 ? now : 0) / NS_PER_HOUR;
    const struct climate *climate = managed->climate;
    if (managed->today.day != (uint16_t)(hours / 24))
        managed->today = climate_day(climate->table, climate->seed, (int32_t)(hours / 24));
    return climate_temperature_mc(climate->table, &managed->today, (int)(hours % 24)) * 1e-3;
}

static const struct managed_limit *limit_of(const struct managed *managed, enum managed_appliance appliance)
{
    static const struct managed_limit none = {1000, 0};
    return managed->ignores_limits ? &none : &managed->limits[appliance];
}

/* ---- rooms ------------------------------------------------------------------------------------ */

/* Nobody cools or heats it: hour by hour after the weather. */
static void room_floats(struct managed *managed, struct managed_room *room, int64_t now)
{
    const struct managed_table *table = managed->table;
    int64_t from = room->at;
    if (now - from > FORGOTTEN_NS) {
        from = now - FORGOTTEN_NS;
        room->c = thermal_equilibrium_c(&table->room, outdoor_c(managed, from), table->gain_w);
    }
    while (from < now) {
        int64_t end = hour_end(managed, from) < now ? hour_end(managed, from) : now;
        double goal = thermal_equilibrium_c(&table->room, outdoor_c(managed, from), table->gain_w);
        room->c = thermal_after_c(&table->room, room->c, goal, seconds_between(from, end));
        from = end;
    }
    room->at = now;
}

static void room_counts(struct managed *managed, const struct managed_room *room, double seconds)
{
    const struct managed_table *table = managed->table;
    struct comfort *comfort = &managed->comfort;
    bool cools = room->service == SERVES_COOLING;
    comfort->air_j += room->power_w * seconds;
    if (managed->away)
        return;
    double level_c = cools ? table->cooling_c + table->comfort_k : table->heating_c - table->comfort_k;
    double beyond = thermal_beyond_k_s(&table->room, room->c, room->equilibrium_c, seconds, level_c, cools ? 1 : -1);
    *(cools ? &comfort->hot_k_s : &comfort->cold_k_s) += beyond;
    *(cools ? &comfort->cooling_s : &comfort->heating_s) += seconds;
}

static void room_goes_on(struct managed *managed, struct managed_room *room, int64_t now)
{
    if (room->service == SERVES_NOTHING || now <= room->at)
        return;
    double seconds = seconds_between(room->at, now);
    room_counts(managed, room, seconds);
    room->c = thermal_after_c(&managed->table->room, room->c, room->equilibrium_c, seconds);
    room->at = now;
}

/* The air conditioner's own control: full power until the set-point is reached, then what holds it; none on the comfortable
 * side. The limit takes of the power and moves the set-point. */
static void plan_room(struct managed *managed, struct managed_room *room, int64_t now)
{
    const struct managed_table *table = managed->table;
    const struct managed_limit *limit = limit_of(managed, MANAGED_AIR);
    room->next = TIME_NEVER;
    room->power_w = 0;
    if (room->service == SERVES_NOTHING)
        return;
    bool cools = room->service == SERVES_COOLING;
    double sign = cools ? -1 : 1, cop = cools ? table->cooling_cop : table->heating_cop;
    double wanted_c = (cools ? table->cooling_c : table->heating_c) - sign * limit->relaxed_ck * 0.01;
    double outside_c = outdoor_c(managed, now);
    double most_w = room->rated_w * limit->power_permille * 1e-3;
    double lack_k = sign * (wanted_c - room->c);
    bool reached = lack_k < NEAR_K && lack_k > -NEAR_K;
    double hold_w = sign * (thermal_hold_w(&table->room, wanted_c, outside_c) - table->gain_w) / cop;
    room->next = hour_end(managed, now);
    if (reached && hold_w >= 0 && hold_w <= most_w) {
        room->c = room->equilibrium_c = wanted_c;
        room->power_w = hold_w;
        return;
    }
    room->power_w = lack_k >= NEAR_K || (reached && hold_w > 0) ? most_w : 0;
    room->equilibrium_c =
        thermal_equilibrium_c(&table->room, outside_c, table->gain_w + sign * cop * room->power_w);
    double reaches_s = reached ? THERMAL_NEVER_S
                               : thermal_reaches_s(&table->room, room->c, room->equilibrium_c, wanted_c);
    int64_t at = after_seconds(now, reaches_s);
    room->next = at < room->next ? at : room->next;
}

/* ---- the tank --------------------------------------------------------------------------------- */

static void tank_goes_on(struct managed *managed, int64_t now)
{
    if (!managed->has_tank || now <= managed->tank_at)
        return;
    double seconds = seconds_between(managed->tank_at, now);
    managed->comfort.water_j += managed->tank_power_w * seconds;
    managed->comfort.bath_j += managed->draw_w * seconds;
    managed->tank_now_c = thermal_after_c(&managed->table->tank, managed->tank_now_c,
                                          managed->tank_equilibrium_c, seconds);
    managed->tank_at = now;
}

static void bath_ends(struct managed *managed, int64_t now)
{
    managed->comfort.unmet_j += managed->draw_w * seconds_between(now, managed->draw_ends);
    managed->comfort.cold_baths += managed->tank_now_c < managed->table->bath_c;
    managed->draw_w = 0;
    managed->draw_ends = TIME_NEVER;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the tank will be at a level. */
static int64_t tank_reaches(const struct managed *managed, int64_t now, double level_c)
{
    return after_seconds(now, thermal_reaches_s(&managed->table->tank, managed->tank_now_c,
                                                managed->tank_equilibrium_c, level_c));
}

/* A thermostat with a hysteresis; the limit takes of the element's power and moves the set-point. */
static void plan_tank(struct managed *managed, int64_t now)
{
    const struct managed_table *table = managed->table;
    const struct managed_limit *limit = limit_of(managed, MANAGED_WATER);
    if (!managed->has_tank)
        return;
    if (managed->draw_w > 0 &&
        (now >= managed->draw_ends || managed->tank_now_c <= table->least_c + NEAR_K))
        bath_ends(managed, now);
    double set_c = table->tank_c - limit->relaxed_ck * 0.01, low_c = set_c - table->hysteresis_k;
    if (managed->tank_now_c >= set_c - NEAR_K)
        managed->element_on = false;
    else if (managed->tank_now_c <= low_c + NEAR_K)
        managed->element_on = true;
    managed->tank_power_w =
        managed->element_on ? managed->tank_rated_w * limit->power_permille * 1e-3 : 0;
    managed->tank_equilibrium_c = thermal_equilibrium_c(&table->tank, table->around_tank_c,
                                                        managed->tank_power_w - managed->draw_w);
    int64_t next = tank_reaches(managed, now, managed->element_on ? set_c : low_c);
    if (managed->draw_w > 0) {
        next = sooner(next, managed->draw_ends);
        next = sooner(next, tank_reaches(managed, now, table->least_c));
    }
    managed->tank_next = next;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void find_next(struct managed *managed)
{
    managed->next = managed->tank_next;
    for (int i = 0; i < MANAGED_ROOMS; i++)
        managed->next = sooner(managed->next, managed->rooms[i].next);
}

void managed_account(struct managed *managed, int64_t now)
{
    for (int i = 0; i < MANAGED_ROOMS; i++)
        room_goes_on(managed, &managed->rooms[i], now);
    tank_goes_on(managed, now);
}

static void plan_all(struct managed *managed, int64_t now)
{
    for (int i = 0; i < MANAGED_ROOMS; i++)
        plan_room(managed, &managed->rooms[i], now);
    plan_tank(managed, now);
    find_next(managed);
}

void managed_init(struct managed *managed, const struct managed_table *table, const struct climate *climate,
                  double tank_rated_w)
{
    memset(managed, 0, sizeof *managed);
    managed->table = table;
    managed->climate = climate;
    managed->today.day = UINT16_MAX;
    managed->limits[MANAGED_AIR] = managed->limits[MANAGED_WATER] = MANAGED_NO_LIMIT;
    managed->has_tank = tank_rated_w > 0;
    managed->tank_rated_w = tank_rated_w;
    managed->tank_now_c = table->tank_c;
    managed->tank_next = managed->draw_ends = TIME_NEVER;
    for (int i = 0; i < MANAGED_ROOMS; i++)
        managed->rooms[i] = (struct managed_room){
            .c = thermal_equilibrium_c(&table->room, outdoor_c(managed, 0), table->gain_w)};
    plan_all(managed, 0);
}

static int begin_bath(struct managed *managed, int64_t now, double heat_j)
{
    if (!managed->has_tank || managed->draw_w > 0 || heat_j <= 0)
        return -1;
    managed->comfort.baths++;
    managed->draw_w = heat_j / managed->table->bath_s;
    managed->draw_ends = after_seconds(now, managed->table->bath_s);
    return 0;
}

static int begin_room(struct managed *managed, int64_t now, enum managed_service service, double rated_w)
{
    for (int i = 0; i < MANAGED_ROOMS; i++) {
        struct managed_room *room = &managed->rooms[i];
        if (room->service != SERVES_NOTHING)
            continue;
        room_floats(managed, room, now);
        room->service = (uint8_t)service;
        room->rated_w = rated_w;
        return i;
    }
    return -1;
}

int managed_begin(struct managed *managed, int64_t now, enum managed_service service, double rated_w,
                  double seconds)
{
    int room = -1;
    managed_account(managed, now);
    if (service == SERVES_BATH)
        room = begin_bath(managed, now, rated_w * seconds);
    else if (service == SERVES_COOLING || service == SERVES_HEATING)
        room = begin_room(managed, now, service, rated_w);
    else if (service == SERVES_TANK && managed->has_tank)
        room = 0; /* what the tank loses is the thermostat's affair */
    plan_all(managed, now);
    return room;
}

void managed_end(struct managed *managed, int64_t now, enum managed_service service, int room)
{
    if (service != SERVES_COOLING && service != SERVES_HEATING)
        return;
    assert(room >= 0 && room < MANAGED_ROOMS);
    managed_account(managed, now);
    managed->rooms[room].service = SERVES_NOTHING;
    plan_all(managed, now);
}

void managed_step(struct managed *managed)
{
    int64_t now = managed->next;
    for (int i = 0; i < MANAGED_ROOMS; i++) {
        struct managed_room *room = &managed->rooms[i];
        if (room->next > now)
            continue;
        room_goes_on(managed, room, now);
        plan_room(managed, room, now);
    }
    if (managed->tank_next <= now) {
        tank_goes_on(managed, now);
        plan_tank(managed, now);
    }
    find_next(managed);
}

void managed_set_limits(struct managed *managed, int64_t now, const struct managed_limit limits[MANAGED_APPLIANCES])
{
    managed_account(managed, now);
    memcpy(managed->limits, limits, sizeof managed->limits);
    plan_all(managed, now);
}

void managed_set_away(struct managed *managed, int64_t now, bool away)
{
    if (away == managed->away)
        return;
    managed_account(managed, now);
    managed->away = away;
}

int32_t managed_power_mw(const struct managed *managed, enum managed_appliance appliance)
{
    double power_w = managed->tank_power_w;
    if (appliance == MANAGED_AIR) {
        power_w = 0;
        for (int i = 0; i < MANAGED_ROOMS; i++)
            power_w += managed->rooms[i].power_w;
    }
    return (int32_t)(power_w * 1e3 + 0.5);
}
