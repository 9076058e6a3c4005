/*
 * A household as a load, in events: its people come, go and sleep (occupancy.h), and while somebody is active appliances
 * are started by a Poisson process whose rate follows the hour, the weather and the home's own habits.
 * Refrigerators, tanks and the like run by themselves. Power is constant between two events, so energy is exact.
 *
 * What a flat may own, and how it is used, is a table (struct household_table; scenarios/fleets/rental_flat.lua is the
 * default). A model is built once from a table, does not change afterwards and is shared by every flat. A flat keeps a
 * few bytes a running appliance, and one next event. Figures and limits: docs/models.md, "Household".
 */
#ifndef METERBENCH_SIM_PLANT_HOUSEHOLD_H
#define METERBENCH_SIM_PLANT_HOUSEHOLD_H

#include "sim/event.h"
#include "sim/kernel/random.h"
#include "sim/plant/climate.h"
#include "sim/plant/managed.h"
#include "sim/plant/occupancy.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    HOUSEHOLD_ROWS_MAX = 40,
    HOUSEHOLD_PHASES_MAX = 6,
    HOUSEHOLD_UNITS_MAX = 15,  /* of a row, in one home */
    HOUSEHOLD_RUNS_MAX = 18,   /* appliances of a home that run, or wait to, at once */
    HOUSEHOLD_NO_RUN = UINT8_MAX,
    HOUSEHOLD_CLASSES = 16,    /* equally likely degrees of use */
};

/* The household's clock ticks every 10 ms: half a cycle of the mains. */
#define HOUSEHOLD_TICK_NS (10 * NS_PER_MS)

/* What makes an appliance start. */
enum appliance_start {
    APPLIANCE_BY_CHOICE,    /* somebody who is active, so many times a year */
    APPLIANCE_ALONE,        /* by itself, after a pause */
    APPLIANCE_WHILE_ACTIVE, /* by itself, after a pause, while somebody is active */
    APPLIANCE_ALWAYS,       /* never off */
    APPLIANCE_WITH,         /* with another appliance, for as long */
    APPLIANCE_AFTER,        /* at the end of another appliance's run, now and then */
};

enum length_kind { LENGTH_NORMAL, LENGTH_LOGNORMAL, LENGTH_EXPONENTIAL, LENGTH_WEIBULL, LENGTH_LIGHT };

/* A random length of time: `middle_s` is mean, median, mean, scale or not used; `spread` is the standard deviation in s,
 * that of the logarithm in thousandths, not used, the inverse shape in thousandths, not used. Normal lengths are cut at a
 * quarter and at the double of the mean, all others at a week. */
struct appliance_length {
    enum length_kind kind;
    int32_t middle_s, spread;
};

/* A part of a run. It lasts `length_s`; if that is negative, all of the run but its last -length_s; if it is 0,
 * `share_permille` of the run; if that is 0 too, the rest. */
struct appliance_phase {
    int32_t power_mw, length_s, share_permille;
};

struct appliance_row {
    char name[40];
    char owners[24]; /* rows with the same name here share one draw of ownership */
    char device[24]; /* rows with the same name here are one machine, which does one thing at a time */
    int32_t units_milli;      /* in a home, on average */
    int32_t units_from_milli; /* where in that draw its owners begin: rows may exclude each other */
    int32_t power_mw, standby_mw; /* on average while on; otherwise */
    int32_t power_factor_milli;
    int32_t leakage_ua;       /* capacitive, of a unit that is plugged in */
    int32_t cycles_yearly;    /* of a unit */
    int32_t kwh_yearly;       /* of a unit, as its source has it: tests compare, the model does not read it */
    int32_t inrush_milli, inrush_ms; /* multiple of the running current, and how long */
    int32_t extra_s;          /* added to every length */
    int32_t delay_s;          /* from the choice to the start */
    int32_t duty_on_s, duty_off_s; /* a thermostat's; 0: none */
    bool resistive;           /* power falls with the square of the voltage, else it is held */
    enum appliance_start start;
    int32_t partner;          /* the row that WITH and AFTER speak of */
    struct appliance_length length, pause;
    int32_t phase_count;
    struct appliance_phase phases[HOUSEHOLD_PHASES_MAX];
    uint16_t hours[24];       /* weights of starts */
    uint16_t months;          /* bit 0: January */
    int32_t above_mc, below_mc; /* outdoor temperatures between which it is wanted */
    int32_t daylight_permille;  /* how much as often by day as in the dark; 1000: the same */
    enum managed_service serves; /* in a home with management: what its runs are wanted for */
};

struct household_table {
    int32_t row_count;
    struct appliance_row rows[HOUSEHOLD_ROWS_MAX];
    struct occupancy_table occupancy;
    struct climate_table climate;
    struct managed_table managed;
    int32_t home_spread_milli; /* of the logarithm of a home's use of everything */
    int32_t use_spread_milli;  /* and of each of its appliances beside */
    bool inrush;               /* whether starting currents are modelled: one event more for each start */
};

struct household_model {
    struct household_table table;
    uint32_t rate_micro[24][HOUSEHOLD_ROWS_MAX]; /* choices in an hour in which somebody is active, for a unit */
    uint16_t left_permille[HOUSEHOLD_ROWS_MAX][HOUSEHOLD_PHASES_MAX]; /* phases' shares of what is left */
    int32_t tangent_milli[HOUSEHOLD_ROWS_MAX];   /* reactive per active power */
    int32_t factor_milli[HOUSEHOLD_CLASSES];     /* use, by class; the mean is 1 */
    uint32_t weight_milli[256];                  /* units x factor, by household.use */
    int32_t choice_count, plain_count;           /* rows that people start; the first of them at any weather */
    uint8_t choices[HOUSEHOLD_ROWS_MAX];
    int32_t successor_ppm[HOUSEHOLD_ROWS_MAX];
    int32_t pause_s[HOUSEHOLD_ROWS_MAX];
    int8_t companion[HOUSEHOLD_ROWS_MAX], successor[HOUSEHOLD_ROWS_MAX]; /* or -1 */
    uint8_t owners[HOUSEHOLD_ROWS_MAX], device[HOUSEHOLD_ROWS_MAX]; /* the first row with that name */
    uint16_t dark_permille[12][24];
};

/* Works out rates such that the table's yearly cycles hold whatever occupancy, weather and daylight leave of the
 * hours. The table is one that household_table_fault finds nothing wrong with. */
void household_model_build(struct household_model *model, const struct household_table *table);

/* NULL, or what is wrong with a table that no single field shows; *row is the row, or -1. */
const char *household_table_fault(const struct household_table *table, int *row);

/* A running or waiting appliance. */
struct household_run {
    uint32_t tick;  /* of its next event */
    uint16_t left;  /* of the run after it, in units of 10 s; of what waits, how many wait behind it */
    uint8_t row;
    uint8_t state;
};

/* A point of a recorded curve: from `second` on, this power. Of the last point the power may be HOUSEHOLD_REPEATS: the
 * curve begins anew then. */
struct household_point {
    uint32_t second;
    int32_t power_mw;
};

#define HOUSEHOLD_REPEATS (-1)

/* Points in rising order of time, the first at 0 s; shared by all who play it. */
struct household_curve {
    uint32_t count;
    const struct household_point *points;
};

struct household {
    const struct household_model *model; /* NULL: nobody lives here */
    const struct climate *climate;
    struct managed *managed; /* NULL: appliances run as the table has them */
    int64_t next; /* simulated ns */
    struct random random;
    uint64_t key; /* of draws that are made again instead of being kept */
    int32_t resistive_mw, constant_mw, reactive_mvar; /* at nominal voltage */
    int32_t leakage_ua;
    uint32_t plan_tick, level_tick;
    uint32_t rate_hour;  /* since 2000: the hour that hour_rate is of */
    uint64_t hour_rate;  /* choices in it if somebody is active, in billionths */
    struct climate_day today;
    uint16_t level;
    uint8_t kind;       /* of household */
    uint8_t state;      /* enum occupancy_state */
    uint8_t run_count;
    uint8_t next_run;   /* whose event is next, or HOUSEHOLD_NO_RUN: the plan's */
    uint8_t lost;       /* starts that found no room, up to 255 */
    bool plans_start, playing;
    union {
        struct {
            uint8_t use[HOUSEHOLD_ROWS_MAX]; /* units x 16 + class */
            struct household_run runs[HOUSEHOLD_RUNS_MAX];
        };
        struct {
            const struct household_curve *curve;
            int64_t began; /* the curve's second 0, in simulated ns */
            uint32_t point;
        };
    };
};

/* A home as it is at simulated time zero. With no model it draws nothing and has no events. */
void household_init(struct household *household, const struct household_model *model,
                    const struct climate *climate, uint64_t seed, uint32_t flat);

/* From now (time zero) on, appliances that serve something are managed: managed.h. Kept by reference. */
void household_manage(struct household *household, struct managed *managed);

/* The limits of its appliances change; a home without management has none. */
void household_set_limits(struct household *household, int64_t now,
                          const struct managed_limit limits[MANAGED_APPLIANCES]);

/* A home with management wants a bath, or a room cooled or heated until it is ended with `on` false, beside what it chooses
 * itself. 0, or ERROR_NOT_FOUND where there is no such appliance or none is free. */
int household_want(struct household *household, int64_t now, enum managed_service service, bool on);

/* A home that plays a recording instead, from `now` on; the curve is not copied. The last power stays, unless the curve
 * repeats. Power factor 1, power held at any voltage. */
void household_play(struct household *household, int64_t now, const struct household_curve *curve);

/* The time of its next event, TIME_NEVER when it has none. */
int64_t household_next(const struct household *household);

/* Run that event, which may log EVENT_APPLIANCE. True when the load changed. */
bool household_step(struct household *household, const struct event_source *events);

/* How many units of a row the home owns. */
int household_units(const struct household *household, int row);

/* How many units of a row run. */
int household_running(const struct household *household, int row);

/* Active power at nominal voltage if all that starts and stops were off: standby, and what is always on. */
int64_t household_idle_mw(const struct household *household);

/* Active power at a voltage, mW: resistances fall with its square, the rest is held. */
int64_t household_power_mw(const struct household *household, int32_t voltage_mv, int32_t nominal_mv);

#endif
