/*
 * The virtual meter: our model of a meter's electronics and firmware. Metrology, protection, relay
 * drive, credit, commands, reports, its own clock. It sees signals and frames only, as a board does.
 *
 * Detection times and limits are parameters with the sources in docs/models.md, "Protection".
 */
#ifndef METERBENCH_SIM_METER_METER_H
#define METERBENCH_SIM_METER_METER_H

#include "sim/event.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"
#include "sim/meter/controller.h"
#include "sim/meter/residual.h"
#include "sim/meter/rtc.h"
#include "sim/money.h"
#include "sim/tariff.h"

enum credit_profile {
    CREDIT_REMOTE, /* the platform owns the money, the meter obeys */
    CREDIT_LOCAL,  /* the meter owns it, the platform reconciles */
};

struct meter_config {
    int64_t epoch_s;
    uint64_t seed;
    int32_t nominal_mv;
    int32_t rated_residual_ua;         /* IdN */
    enum residual_type residual_type;
    bool residual_selective;
    int32_t malign_low_mw, malign_high_mw; /* a resistive load of between comes on: it trips; 0: never */
    int32_t over_mv, far_over_mv, under_mv; /* beyond them for a time it trips; 0: never */
    int32_t voltage_hysteresis_mv; /* a trip by voltage is over so far inside the limit */
    int64_t over_delay_ns, far_over_delay_ns, under_delay_ns;
    int32_t overload_ma;
    int64_t overload_delay_ns;
    int64_t overload_reclose_ns;
    int overload_recloses_max;         /* then it locks */
    int32_t short_circuit_ma;
    int32_t emergency_ma;              /* basic supply: what may flow by the emergency switch */
    int64_t emergency_delay_ns, emergency_ns; /* above it for so long opens; for so long in all it supplies */
    int32_t holdoff_ma;                /* orders wait while more flows */
    int64_t holdoff_max_ns;
    int64_t safety_reclose_ns;         /* after smoke or heat is gone */
    int32_t heat_trip_mc, heat_hysteresis_mc;
    int32_t heat_rise_mc;              /* a minute: faster trips, too; 0: never */
    int64_t smoke_delay_ns, heat_delay_ns; /* from what the detector tells to the trip */
    int64_t sensor_test_ns;            /* how often the detectors are tested; 0: never */
    enum credit_profile credit;
    int64_t price;                     /* 1/10000 yuan per kWh */
    int64_t overdraft;                 /* 1/10000 yuan */
    int64_t low_credit;                /* alarm at or below it: alarm amount 2 */
    int64_t hoarding, reclose_above;   /* no recharge lifts the balance above the one; after an arrears trip; or MONEY_UNSET */
    uint32_t control_password, administrator_password; /* DL/T 645 levels 04 and 02 */
    const struct tariff *tariff;       /* NULL: one price at all hours */
    int32_t clock_drift_ppb;           /* each meter's own drift is drawn from -this to this */
    int64_t report_ns; /* how often the meter tells its register unasked; 0: never */
};

/* The defaults of a 60 A, 30 mA class flat meter. */
struct meter_config meter_config_default(void);

/* What can be wrong with a meter's firmware; for scenarios and for the invariants' own tests. */
struct meter_faults {
    bool leakage_blind;
    bool overload_blind;
    bool short_circuit_blind;
    bool recloses_after_leakage;
    bool closes_while_forbidden;       /* closes by itself 10 s after an arrears or order trip */
    bool keep_power_blocks_protection;
    bool register_runs_fast;           /* by 3 % */
    bool alarms_suppressed;
    bool check_ignored;                /* a frame whose checksum does not fit is obeyed */
    bool weld_unnoticed;
    bool forgets_state_at_reset;
    bool valid_until_ignored;
    bool lock_out_ignored;
    bool clock_battery_bad;            /* the clock begins at 2000-01-01 when supply returns */
    bool emergency_unlimited; /* basic supply has no limit of its own */
    bool no_hysteresis; /* what trips and what is over are one level */
    int64_t extra_detection_ns;
};

/* The meter's own event log: its last alarms by its own clock, oldest overwritten. It survives power cuts and is
 * read by DL/T 645 as METER_LOG_IDENTIFIER + n, n = 1 the newest: time (ss mm hh DD MM YY), alarm, detail. */
enum { METER_LOG_MAX = 10 };
#define METER_LOG_IDENTIFIER 0x03A00000u /* of this model: the standard's records have no common layout */

struct meter_log_entry {
    uint32_t clock_s; /* since 2000: enough for 136 years */
    uint8_t alarm, detail;
};

/* Energy by rate. Only what the rates had when they last ended is kept: the running rate's register is what the others
 * leave of the total, so the sum is the total exactly and counting costs nothing. 40 bits of mWh hold 1,099,511 kWh,
 * more than a register of DL/T 645 shows. */
struct meter_rates {
    uint32_t low[TARIFF_RATES], cycle_low;
    uint8_t high[TARIFF_RATES], cycle_high; /* cycle: the total register when the tiers' cycle began */
    struct tariff_moment moment; /* by the meter's clock */
    uint32_t frozen_10wh[TARIFF_RATES]; /* as season, cycle or price list changed last */
    uint32_t frozen_min;                /* when, by the meter's clock, minutes since 2000; 0: never */
};

/* What survives a power cut. */
struct meter_memory {
    struct energy energy;
    int64_t balance, charge_remainder;
    uint32_t causes;
    uint32_t held_causes; /* trips that wait for the current to fall */
    uint32_t recharge_number;
    uint16_t report_number;
    uint32_t logged; /* entries ever written; entry k is at k % METER_LOG_MAX */
    struct meter_log_entry log[METER_LOG_MAX];
    int32_t heat_over_mc; /* heat stands until it is this cool */
    uint8_t sensors_told; /* SENSOR_BIT: what was alarmed of the detectors */
    uint16_t trips;
    enum trip_cause last_trip;
    bool keep_power, close_permitted;
    bool closed_wanted;
    bool emergency; /* supply that is forbidden is given, up to emergency_ma; protection stays */
    bool emergency_turned, emergency_over; /* the switch as it was seen last; it opened above its own limit */
    int64_t emergency_from, emergency_used_ns; /* since supply was allowed last */
    int overload_recloses;
    bool locked;
    bool malign; /* a load tripped it, not the voltage */
    bool alarm_on; /* by order: the tenant is warned */
    bool locked_out; /* maintenance: only its end lets anything close the contacts */
    uint8_t later;   /* enum dlt645_relay_order that comes by itself: the trip after a warning, or a timed trip's end */
    int64_t later_at; /* 0: none does */
    struct meter_rates rates;
    struct rtc rtc; /* runs on by its battery */
};

#define METER_TIMERS_LIST(X)                                                                       \
    X(LEAKAGE) X(OVERLOAD) X(SHORT_CIRCUIT) X(SAFETY) X(OVERLOAD_RECLOSE) X(SAFETY_RECLOSE)        \
    X(RELAY_CHECK) X(WELD) X(COMMAND) X(HOLDOFF) X(CREDIT) X(KEY) X(POWER) X(FAULT) X(VOLTAGE) X(REPORT)      \
    X(SENSOR) X(EMERGENCY) X(RATE) X(LATER) X(LIMITS)

enum meter_timer {
#define X(id) METER_TIMER_##id,
    METER_TIMERS_LIST(X)
#undef X
        METER_TIMERS
};

enum { METER_INBOX_MAX = 3 }; /* frames arrive one by one and wait 80 ms at most */

struct meter_port;
struct meter_limits;

struct meter {
    struct controller controller; /* first: a controller is cast back to its meter */
    struct meter_port *port; /* port.h; NULL: only the modem asks */
    struct meter_limits *limits; /* limits.h; NULL: it has no heavy-appliance branch */
    const struct meter_config *config; /* shared by the meters of a site */
    struct meter_faults faults;
    struct meter_memory memory;
    struct timers timers;
    struct event_source events;
    struct random random;
    struct dlt645_address address;
    struct plant_signals signals; /* as last sensed */
    int64_t sensed_at;            /* energy is integrated up to here */
    int32_t gain_ppm;             /* metrology error, class 1 */
    struct residual_sense residual_sense;
    int32_t heat_follower_mc;     /* rises no faster than config.heat_rise_mc, as of heat_followed_at */
    int64_t heat_followed_at;
    int64_t reclosed_at;          /* last time that an overload was tried again */
    int drives_left;              /* re-drives of the relay before it gives up */
    int inbox_count;
    struct controller_frame inbox[METER_INBOX_MAX];
    bool weld_alarmed;
    bool maloperation_alarmed;
    bool low_credit_alarmed;
};

/* The balance (1/10000 yuan) is of profile local. Keeps `config` and `outbox` by reference. */
void meter_init(struct meter *meter, struct timers timers, struct event_source events,
                const struct dlt645_address *address, const struct meter_config *config,
                int64_t opening_balance, struct controller_outbox *outbox);

/* The meter's own clock, seconds since 2000. */
int64_t meter_clock_s(const struct meter *meter, int64_t now);

/* Why a clock was set; the field `why` of the event meter_clock. */
enum clock_change { CLOCK_WRITTEN, CLOCK_BROADCAST, CLOCK_BATTERY, CLOCK_FAULT };

/* 2100-01-01 00:00:00: DL/T 645 has two digits of a year. */
#define METER_CLOCK_END_S (INT64_C(36525) * 86400)

/* Set the meter's clock to a calendar second, from 0 to before METER_CLOCK_END_S: rates follow it from here on. */
void meter_set_clock(struct meter *meter, int64_t now, int64_t clock_s, enum clock_change why);

/* Its drift, or the swing of its deviation, changes from now on: rtc.h. */
void meter_clock_drift(struct meter *meter, int64_t now, int32_t drift_ppb);
void meter_clock_swing(struct meter *meter, int64_t now, uint16_t swing_ms, uint16_t period_h);

/* The register of a rate, mWh, as of the last meter_account. The four sum up to the total. */
int64_t meter_rate_mwh(const struct meter *meter, enum tariff_rate rate);

/* Its residual-current protection as a device of IEC 61008-1. */
struct residual_rating meter_residual_rating(const struct meter_config *config);

/* The administrator's switch-over to or from alarms raised by the modem (a forged frame). */
void meter_raise_alarm(struct meter *meter, int64_t now, enum meter_alarm alarm, int detail);

/* The n-th newest entry of the log (n from 1), or NULL when there are fewer. */
const struct meter_log_entry *meter_log(const struct meter *meter, unsigned n);

/* What it derives from voltage, current and power: mVA, mvar and thousandths. */
int64_t meter_apparent_mva(const struct meter *meter);
int64_t meter_reactive_mvar(const struct meter *meter);
int64_t meter_power_factor_permille(const struct meter *meter);

/* An administrator at the meter ends a safety lock; the contacts stay open until somebody closes them. */
void meter_clear_lock(struct meter *meter, int64_t now);

/* Ask the meter, powered and accounted up to `now`, as at its port: false when it keeps silent (another's address, a
 * broadcast, an unknown function), else its reply. */
bool meter_answer(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                  struct dlt645_frame *reply);

/* Bring register, balance and status up to `now`. */
void meter_account(struct meter *meter, int64_t now);

#endif
