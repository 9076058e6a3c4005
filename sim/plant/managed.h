/*
 * The appliances of a home that can be managed, with what they serve: an air conditioner and the room's temperature, a
 * water heater and its tank's. Each obeys a limit that the meter's heavy-appliance branch sets: a share of its power, and
 * a set-point moved by some degrees. The home says what it wants (a cool room for so long, a bath); here is what that takes
 * in electricity, and whether it was had: comfort.
 *
 * The home's draws do not depend on any of it, so two runs of a seed differ by their limits alone. Power is constant
 * between events, and an event is where it changes: a temperature is reached, an hour has another weather, a bath ends.
 * A home without management has none of this and costs nothing. Figures and limits: docs/energy.md.
 */
#ifndef METERBENCH_SIM_PLANT_MANAGED_H
#define METERBENCH_SIM_PLANT_MANAGED_H

#include "sim/plant/climate.h"
#include "sim/plant/thermal.h"

#include <stdbool.h>
#include <stdint.h>

/* What an appliance serves: `serves` of its row. */
enum managed_service { SERVES_NOTHING, SERVES_COOLING, SERVES_HEATING, SERVES_BATH, SERVES_TANK };

enum managed_appliance { MANAGED_AIR, MANAGED_WATER, MANAGED_APPLIANCES };

struct managed_limit {
    uint16_t power_permille; /* of its rated power that it may take; 1000: no limit */
    int16_t relaxed_ck;      /* the set-point gives way by so much, 1/100 K; negative: it heats or cools ahead */
};

#define MANAGED_NO_LIMIT ((struct managed_limit){1000, 0})

struct managed_table {
    struct thermal room, tank;
    double gain_w;                   /* people, sun and what else heats a room */
    double cooling_cop, heating_cop; /* heat moved for each unit of electricity */
    double cooling_c, heating_c;     /* set-points of the air conditioner */
    double comfort_k;                /* as far beyond its set-point a room is still comfortable */
    double tank_c, hysteresis_k;     /* the thermostat heats up to tank_c when it fell by so much */
    double around_tank_c;
    double bath_c, least_c;          /* a bath colder than bath_c is a cold one; below least_c it is given up */
    double bath_s;                   /* how long the water runs */
};

enum { MANAGED_ROOMS = 2 }; /* that one home cools or heats at once; more run without limits */

struct managed_room {
    double c, equilibrium_c;
    double rated_w, power_w;
    int64_t at, next; /* simulated ns: the temperature is of `at` */
    uint8_t service;  /* enum managed_service; SERVES_NOTHING: it follows the weather */
};

/* What was wanted, and what was not had. Sums since the start. */
struct comfort {
    double hot_k_s, cold_k_s;     /* beyond comfort while cooling or heating is on and somebody is at home */
    double cooling_s, heating_s;  /* that time */
    double bath_j, unmet_j;       /* heat that baths took, and that they wanted and did not get */
    double air_j, water_j;        /* electricity at nominal voltage */
    uint32_t baths, cold_baths;
};

struct managed {
    const struct managed_table *table;
    const struct climate *climate;
    int64_t next, home_next; /* own next event; the home's */
    struct climate_day today;
    struct managed_limit limits[MANAGED_APPLIANCES];
    struct managed_room rooms[MANAGED_ROOMS];
    double tank_now_c, tank_equilibrium_c, tank_rated_w, tank_power_w, draw_w;
    int64_t tank_at, tank_next, draw_ends;
    struct comfort comfort;
    int32_t counted_mw[MANAGED_APPLIANCES]; /* as the home's load has it */
    uint8_t rows[MANAGED_APPLIANCES];       /* that have its power factor */
    bool has_tank, element_on, away;
    bool ignores_limits; /* a fault, for tests */
};

/* At time zero, room and tank at rest. `tank_rated_w` 0: no tank. Everything is kept by reference. */
void managed_init(struct managed *managed, const struct managed_table *table, const struct climate *climate,
                  double tank_rated_w);

/* Somebody wants a service: a room cooled or heated with up to `rated_w` until managed_end, or a bath that takes
 * rated_w x seconds of heat. The room's number, 0 for a bath, or -1 when there is no room for it. */
int managed_begin(struct managed *managed, int64_t now, enum managed_service service, double rated_w,
                  double seconds);
void managed_end(struct managed *managed, int64_t now, enum managed_service service, int room);

/* The event at managed.next. */
void managed_step(struct managed *managed);

void managed_set_limits(struct managed *managed, int64_t now, const struct managed_limit limits[MANAGED_APPLIANCES]);
void managed_set_away(struct managed *managed, int64_t now, bool away);

/* What an appliance takes now, mW at nominal voltage. */
int32_t managed_power_mw(const struct managed *managed, enum managed_appliance appliance);

/* Sums and temperatures up to `now`; changes nothing else. */
void managed_account(struct managed *managed, int64_t now);

#endif
