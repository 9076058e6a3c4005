#include "scenarios/runner/acts.h"

#include "sim/error.h"

void act_settle(struct run *run, struct flat *flat)
{
    flat_settle(flat, run->site->now);
    site_touched(run->site, flat);
    invariants_watch(run->invariants);
}

/* A real board without a rack has the mains that it has, unless its supply can be switched. */
static bool may_cut(const struct run *run, const struct flat *flat)
{
    return !run_is_board_flat(run, flat->number) || run->board->has_rack || run->board->has_power;
}

static bool may_stimulate(const struct run *run, const struct flat *flat, enum plant_fault fault)
{
    return !run_is_board_flat(run, flat->number) || board_takes_stimulus(run->board->stimuli, fault);
}

int act_fault(struct run *run, struct flat *flat, enum plant_fault fault, int64_t level)
{
    if (fault == PLANT_FAULT_OUTAGE ? !may_cut(run, flat) : !may_stimulate(run, flat, fault))
        return ERROR_NOT_ALLOWED;
    flat_set_fault(flat, run->site->now, fault, level);
    act_settle(run, flat);
    return 0;
}

int act_leak(struct run *run, struct flat *flat, const struct leak *leak, int phase_deg)
{
    if (run_is_board_flat(run, flat->number))
        return ERROR_NOT_ALLOWED;
    flat_begin_leak(flat, run->site->now, leak, phase_deg);
    act_settle(run, flat);
    return 0;
}

int act_warm(struct run *run, struct flat *flat, int32_t to_mc, int32_t rise_mc)
{
    if (run_is_board_flat(run, flat->number))
        return ERROR_NOT_ALLOWED;
    flat_warm(flat, run->site->now, to_mc, rise_mc);
    act_settle(run, flat);
    return 0;
}

int act_sensor(struct run *run, struct flat *flat, enum sensor sensor, enum sensor_state state)
{
    if (run_is_board_flat(run, flat->number))
        return ERROR_NOT_ALLOWED;
    flat_set_sensor(flat, run->site->now, sensor, state);
    act_settle(run, flat);
    return 0;
}

int act_voltage(struct run *run, struct flat *flat, int32_t level_mv, int64_t duration_ns)
{
    if (level_mv == 0 ? !may_cut(run, flat) : !may_stimulate(run, flat, PLANT_FAULT_VOLTAGE))
        return ERROR_NOT_ALLOWED;
    flat_set_voltage(flat, run->site->now, level_mv, duration_ns);
    act_settle(run, flat);
    return 0;
}

int act_load(struct run *run, struct flat *flat, const struct plant_load *load)
{
    if (!may_stimulate(run, flat, PLANT_FAULT_LOAD))
        return ERROR_NOT_ALLOWED;
    flat_set_load(flat, run->site->now, load);
    act_settle(run, flat);
    return 0;
}

int act_play(struct run *run, struct flat *flat, const struct household_curve *curve)
{
    if (!may_stimulate(run, flat, PLANT_FAULT_LOAD))
        return ERROR_NOT_ALLOWED;
    plant_play(&flat->plant, run->site->now, curve);
    act_settle(run, flat);
    return 0;
}

int act_pay(struct run *run, struct flat *flat, const struct payment *payment, uint32_t *number)
{
    int result = flat_pay_as(flat, run->site->now, payment, number);
    act_settle(run, flat);
    return result;
}

int act_move_out(struct run *run, struct flat *flat)
{
    int result = account_move_out(&flat->account);
    act_settle(run, flat);
    return result;
}

int act_move_in(struct run *run, struct flat *flat, int64_t deposit)
{
    int result = account_move_in(&flat->account, deposit);
    act_settle(run, flat);
    return result;
}

enum money_refusal act_refund(struct run *run, struct flat *flat, int64_t amount, uint32_t *number)
{
    *number = flat_next_payment(flat, *number);
    enum money_refusal why = account_refund(&flat->account, run->site->now, amount, *number);
    act_settle(run, flat);
    return why;
}

int act_set_balance(struct run *run, struct flat *flat, int64_t balance)
{
    if (run_is_board_flat(run, flat->number) && flat->account.credit == CREDIT_LOCAL)
        return ERROR_NOT_ALLOWED;
    flat->meter.memory.balance = balance;
    flat->meter.controller.status.balance = balance;
    account_open(&flat->account, run->site->now, balance);
    act_settle(run, flat);
    return 0;
}

int act_limit(struct run *run, struct flat *flat, const struct session *session,
              const struct limit_schedule *schedule)
{
    int64_t now = run->site->now;
    int result = platform_authorise(&run->site->platform, now, session, RIGHT_LIMIT, flat->number);
    if (result < 0)
        return result;
    result = flat_limit(flat, now, schedule, session->user, 4);
    act_settle(run, flat);
    return result;
}

void act_press_key(struct run *run, struct flat *flat, bool pressed)
{
    plant_press_key(&flat->plant, run->site->now, pressed);
    act_settle(run, flat);
}

void act_reset_breaker(struct run *run, struct flat *flat)
{
    plant_reset_mcb(&flat->plant, run->site->now);
    act_settle(run, flat);
}

int act_emergency_switch(struct run *run, struct flat *flat, bool on)
{
    if (run_is_board_flat(run, flat->number))
        return ERROR_NOT_ALLOWED;
    plant_turn_emergency_switch(&flat->plant, run->site->now, on);
    act_settle(run, flat);
    return 0;
}

int act_step_clock(struct run *run, struct flat *flat, int64_t step_s)
{
    int64_t now = run->site->now;
    int64_t to_s = meter_clock_s(&flat->meter, now) + step_s;
    if (run_is_board_flat(run, flat->number))
        return ERROR_NOT_ALLOWED;
    if (to_s < 0 || to_s >= METER_CLOCK_END_S)
        return ERROR_OUT_OF_RANGE;
    meter_set_clock(&flat->meter, now, to_s, CLOCK_FAULT);
    act_settle(run, flat);
    return 0;
}

int act_clock_drift(struct run *run, struct flat *flat, int32_t drift_ppb)
{
    if (run_is_board_flat(run, flat->number))
        return ERROR_NOT_ALLOWED;
    meter_clock_drift(&flat->meter, run->site->now, drift_ppb);
    act_settle(run, flat);
    return 0;
}

int act_clock_swing(struct run *run, struct flat *flat, uint16_t swing_ms, uint16_t period_h)
{
    if (run_is_board_flat(run, flat->number))
        return ERROR_NOT_ALLOWED;
    meter_clock_swing(&flat->meter, run->site->now, swing_ms, period_h);
    act_settle(run, flat);
    return 0;
}
