/*
 * The plant of one flat: what is physics. Supply at the meter's terminals, the breaker (MCB) ahead of the
 * relay, the relay's contacts, the household behind them, residual current and sensors. The meter's own
 * supply is tapped ahead of the breaker, so it lives on when the breaker opens.
 *
 * The plant knows nothing of who controls it. A controller reads `struct plant_signals` and sends coil pulses.
 * Where a real board owns the contacts they are reported in with plant_report_contacts.
 */
#ifndef METERBENCH_SIM_PLANT_PLANT_H
#define METERBENCH_SIM_PLANT_PLANT_H

#include "sim/event.h"
#include "sim/kernel/queue.h"
#include "sim/plant/breaker.h"
#include "sim/plant/household.h"
#include "sim/plant/leakage.h"
#include "sim/plant/relay.h"
#include "sim/plant/sensors.h"

#include <stdbool.h>
#include <stdint.h>

/* The causes that a scenario can set, each a level that stays until it is set to 0. */
#define PLANT_FAULTS(X)                                                                            \
    X(LEAKAGE, "leakage", "uA downstream of the contacts")                                         \
    X(OVERLOAD, "overload", "mA drawn beside the household")                                       \
    X(SHORT_CIRCUIT, "short circuit", "prospective mA")                                            \
    X(SMOKE, "smoke", "1 when the detector sees smoke")                                            \
    X(HEAT, "heat", "millidegrees above the room's 25 degC")                                       \
    X(OUTAGE, "outage", "1 when the mains is cut")                                                 \
    X(BYPASS, "bypass", "mA drawn ahead of the meter")                                             \
    X(VOLTAGE, "voltage", "mV at the feeder's head in the nominal voltage's place")                \
    X(LOAD, "load", "mW of an appliance beside the household, at nominal voltage")

enum plant_fault {
#define X(id, name, meaning) PLANT_FAULT_##id,
    PLANT_FAULTS(X)
#undef X
        PLANT_FAULT_KINDS
};

/* What stands at the meter's inputs. Currents are rms values; power is active power. `current_ma`, `power_mw` and `residual_ua` are gated by the contacts; the demand
 * fields are what would flow with the contacts closed (a rack gates by itself). */
struct plant_signals {
    int32_t voltage_mv;
    int32_t current_ma;
    int32_t residual_ua;
    int32_t demand_ma;
    int32_t demand_residual_ua;
    int32_t residual_dc_ua, demand_residual_dc_ua; /* smooth direct current, beside the others */
    int32_t temperature_mc;
    int64_t power_mw;
    uint8_t residual_waveform; /* enum residual_waveform of residual_ua: no SMOOTH_DC */
    uint8_t sensors; /* SENSOR_BIT: what is the matter with the detectors */
    bool smoke;
    bool contacts_closed;
    bool key_pressed;
    bool emergency_switch; /* the manual switch for basic supply is turned on */
};

/* Energy in mWh with the remainder carried in mW*ns, so that no integration step is ever lost. */
struct energy {
    int64_t mwh;
    int64_t remainder_mw_ns;
};

/* All of it, in mW*ns. */
__extension__ __int128 energy_total(const struct energy *energy);

void energy_add(struct energy *energy, int64_t power_mw, int64_t duration_ns);

enum plant_timer {
    PLANT_TIMER_HOUSEHOLD,
    PLANT_TIMER_RELAY,
    PLANT_TIMER_MCB = PLANT_TIMER_RELAY + RELAY_TIMERS,
    PLANT_TIMER_LEAKAGE,
    PLANT_TIMER_HEAT,    /* the next second of a rise */
    PLANT_TIMER_VOLTAGE, /* the end of a sag or swell */
    PLANT_TIMERS
};

struct plant {
    struct timers timers;
    struct event_source events;
    struct household household;
    struct relay relay;
    struct leakage leakage;
    struct breaker breaker;
    struct sensors sensors;
    struct plant_signals signals;
    int64_t fault_level[PLANT_FAULT_KINDS];
    int64_t accounted_to; /* energies are exact up to here */
    int64_t power_mw;     /* through the terminals since then */
    int64_t feeder_power_mw; /* drawn from the feeder since then: terminals + line + bypass */
    int64_t line_loss_mw;
    struct energy terminal_energy, line_loss_energy;
    __extension__ __int128 feeder_moment; /* sum of changes of feeder power x their time, mW*ns */
    int32_t feeder_mv;   /* at the feeder's head */
    int32_t supply_mv;   /* at the terminals, before an outage of this flat */
    int32_t nominal_mv;
    int32_t standing_leakage_ua;
    int32_t load_mvar;  /* of PLANT_FAULT_LOAD */
    bool load_resistive;
    bool contacts_outside; /* a board owns the contacts; the model relay is not asked */
    bool outside_closed;
    bool mcb_closed;
    bool key_pressed, emergency_switch;
    bool load_live; /* voltage stands at the load terminals */
    bool signals_changed; /* since the controller last read them */
};

struct plant_config {
    uint64_t seed;
    int32_t nominal_mv;
    const struct household_model *household; /* NULL: only what a scenario adds draws current */
    const struct climate *climate;           /* of the site; wanted with a household */
    const struct household_curve *curve;     /* played in the household's place; NULL: none */
    struct relay_config relay;     /* default: a meter's 100 A relay on the mains */
    struct breaker_config breaker; /* default: C63 */
};

void plant_init(struct plant *plant, struct timers timers, struct event_source events,
                const struct plant_config *config);

/* Supply from the site: at the feeder's head and at this flat's terminals. */
void plant_set_supply(struct plant *plant, int64_t now, int32_t feeder_mv, int32_t terminal_mv);

/* A cause begins, changes or (level 0) ends. Logs nothing: see flat_set_fault. */
void plant_set_fault(struct plant *plant, int64_t now, enum plant_fault fault, int64_t level);

/* A leakage process begins now, or with `phase_deg` 0 or 180 at the next zero of the mains from which the half wave is
 * positive or negative; -1: now. Logs CAUSE as it begins and CAUSE_ENDED if it ends by itself. */
void plant_begin_leak(struct plant *plant, int64_t now, const struct leak *leak, int phase_deg);

/* One appliance that somebody switched on. */
struct plant_load {
    int32_t power_mw, reactive_mvar; /* at nominal voltage */
    bool resistive; /* power falls with the square of the voltage, else it is held */
};

/* It runs beside the household, in place of the one before, until PLANT_FAULT_LOAD is set to 0. */
void plant_set_load(struct plant *plant, int64_t now, const struct plant_load *load);

/* The household plays a curve from now on, and nothing else. Standing leakage stays. */
void plant_play(struct plant *plant, int64_t now, const struct household_curve *curve);

/* The household's appliances are managed from time zero on, limited from now on, or wanted: household.h. */
void plant_manage(struct plant *plant, struct managed *managed);
void plant_set_limits(struct plant *plant, int64_t now, const struct managed_limit limits[MANAGED_APPLIANCES]);
int plant_want(struct plant *plant, int64_t now, enum managed_service service, bool on);

/* What the next flat draws, for a leak of shape NEIGHBOUR. */
void plant_set_neighbour(struct plant *plant, int64_t now, int32_t current_ma);

/* The voltage at the head is another one for `duration_ns`, or (0) until it is set to 0. Logs the end only. */
void plant_set_voltage(struct plant *plant, int64_t now, int32_t level_mv, int64_t duration_ns);

/* The room warms to so far above its temperature, by so much a minute; logs nothing. */
void plant_warm(struct plant *plant, int64_t now, int32_t to_mc, int32_t rise_mc);
/* Somebody takes a detector off, its battery runs down, it dies, or it is sound again. */
void plant_set_sensor(struct plant *plant, int64_t now, enum sensor sensor, enum sensor_state state);

void plant_press_key(struct plant *plant, int64_t now, bool pressed);
void plant_turn_emergency_switch(struct plant *plant, int64_t now, bool on);
void plant_reset_mcb(struct plant *plant, int64_t now);
void plant_coil(struct plant *plant, int64_t now, struct coil_pulse pulse);
void plant_report_contacts(struct plant *plant, int64_t now, bool closed);
void plant_timer(struct plant *plant, int64_t now, int timer);

/* Voltage at the load terminals, mV: 0 behind open contacts, an open breaker or a dead mains. */
int32_t plant_load_voltage_mv(const struct plant *plant);
bool plant_contacts_closed(const struct plant *plant);

/* Bring the energies up to `now`. */
void plant_account(struct plant *plant, int64_t now);

/* The energy through the terminals up to `now`, not before the plant's last event. Changes nothing, so that a load
 * curve (a difference of two of these, exact) can be taken at any times without moving the run. */
struct energy plant_energy_at(const struct plant *plant, int64_t now);

/* Energy from the feeder up to `now` in mW*ns, summed another way than the terminals' (invariant 5). */
__extension__ __int128 plant_feeder_energy(const struct plant *plant, int64_t now);

const char *plant_fault_name(enum plant_fault fault);

#endif
