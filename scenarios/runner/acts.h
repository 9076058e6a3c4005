/*
 * What somebody can do to a flat of a run: scripts and the window alike. Each act happens at the run's present
 * moment, lets the flat settle and shows the invariants what it did.
 */
#ifndef METERBENCH_RUNNER_ACTS_H
#define METERBENCH_RUNNER_ACTS_H

#include "scenarios/runner/run_internal.h"

/* Begin, change or end a cause. 0, or ERROR_NOT_ALLOWED when a board has no rack that could apply it. */
int act_fault(struct run *run, struct flat *flat, enum plant_fault fault, int64_t level);

/* A leakage process begins. 0, or ERROR_NOT_ALLOWED: a rack applies steady levels only. */
int act_leak(struct run *run, struct flat *flat, const struct leak *leak, int phase_deg);

/* The room warms by a rate, or a detector's state changes. 0, or ERROR_NOT_ALLOWED: a rack has steady levels, and a board detectors
 * of its own. */
int act_warm(struct run *run, struct flat *flat, int32_t to_mc, int32_t rise_mc);
int act_sensor(struct run *run, struct flat *flat, enum sensor sensor, enum sensor_state state);

/* Another voltage at the head of the flat's feeder, for `duration_ns` or (0) until cleared. Errors as of act_fault. */
int act_voltage(struct run *run, struct flat *flat, int32_t level_mv, int64_t duration_ns);

/* An appliance comes on. Errors as of act_fault. */
int act_load(struct run *run, struct flat *flat, const struct plant_load *load);

/* The household plays a curve from now on. Errors as of act_fault. */
int act_play(struct run *run, struct flat *flat, const struct household_curve *curve);

/* Somebody pays: see flat_pay_as. 0 with the payment's number, or ERROR_QUEUE_FULL. */
int act_pay(struct run *run, struct flat *flat, const struct payment *payment, uint32_t *number);

/* The tenant moves out, another in: see account_move_out. */
int act_move_out(struct run *run, struct flat *flat);
int act_move_in(struct run *run, struct flat *flat, int64_t deposit);

/* The platform pays back; a number of 0 becomes the next one. */
enum money_refusal act_refund(struct run *run, struct flat *flat, int64_t amount, uint32_t *number);

/* The account opens anew; a meter with local credit gets the balance too. 0, or ERROR_NOT_ALLOWED when a board
 * owns the credit. */
int act_set_balance(struct run *run, struct flat *flat, int64_t balance);

/* An order of a signed-in person. 0, or why not: of platform_authorise or account_order. */
int act_order(struct run *run, struct flat *flat, const struct session *session, int order);
/* The same for a schedule of limits; ERROR_NOT_FOUND too, without energy management. */
int act_limit(struct run *run, struct flat *flat, const struct session *session,
              const struct limit_schedule *schedule);

/* Flats by number, each once. */
struct order_target {
    uint32_t *flats;
    size_t count;
};

/* What became of an order to several: its batch, for how many it was accepted, and why the first of the others was not. */
struct order_given {
    uint32_t batch;
    int accepted;
    int why;
};

struct order_given act_order_all(struct run *run, const struct order_target *target,
                                 const struct session *session, int order,
                                 const struct order_options *options);
/* Contacts open and locked out, or (false) no longer so: they stay open until somebody closes them. */
struct order_given act_maintenance(struct run *run, const struct order_target *target,
                                   const struct session *session, bool on);
/* Supply comes back in waves: sim/restore.h. */
struct order_given act_restore(struct run *run, const struct order_target *target,
                               const struct session *session, const struct restore_options *options);

void act_press_key(struct run *run, struct flat *flat, bool pressed);
void act_reset_breaker(struct run *run, struct flat *flat);
/* 0, or ERROR_NOT_ALLOWED: no rack turns a board's switch. */
int act_emergency_switch(struct run *run, struct flat *flat, bool on);

/* The meter's clock goes wrong: by a step, or from now on by drift or swing (sim/meter/rtc.h). 0, ERROR_NOT_ALLOWED on a
 * board, ERROR_OUT_OF_RANGE when it would leave the years 2000 to 2099. */
int act_step_clock(struct run *run, struct flat *flat, int64_t step_s);
int act_clock_drift(struct run *run, struct flat *flat, int32_t drift_ppb);
int act_clock_swing(struct run *run, struct flat *flat, uint16_t swing_ms, uint16_t period_h);

/* After a change of a flat that is no act above: settle it, and look. */
void act_settle(struct run *run, struct flat *flat);

#endif
