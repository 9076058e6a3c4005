/* Credit kept in the meter (profile local): charged from its own register, in integers, remainder carried. */
#include "sim/meter/internal.h"

#define MWH_PER_KWH INT64_C(1000000)

/* When the balance will have fallen to `floor` at the present power; at most a minute ahead. */
static int64_t falls_to(const struct meter *meter, int64_t now, int64_t floor)
{
    int64_t latest = now + NS_PER_MIN;
    int64_t power_mw = meter->signals.power_mw;
    int64_t price = rates_price(meter);
    if (power_mw <= 0 || price <= 0 || meter->memory.balance <= floor)
        return latest;
    __extension__ __int128 mwh =
        (__int128)(meter->memory.balance - floor) * MWH_PER_KWH / price;
    __extension__ __int128 at = now + mwh * 3600 * NS_PER_S / power_mw + NS_PER_MS;
    return at < latest ? (int64_t)at : latest;
}

bool credit_spent(const struct meter *meter)
{
    return meter->config->credit == CREDIT_LOCAL &&
           meter->memory.balance <= -meter->config->overdraft;
}

static void check_arrears(struct meter *meter, int64_t now)
{
    bool standing = meter->memory.causes & CAUSE_BIT(TRIP_CAUSE_ARREARS);
    if (credit_spent(meter) && !standing && !meter->memory.keep_power)
        drive_trip_unless_held(meter, now, TRIP_CAUSE_ARREARS);
}

void credit_update(struct meter *meter, int64_t now)
{
    if (meter->config->credit != CREDIT_LOCAL)
        return;
    bool low = meter->memory.balance <= meter->config->low_credit;
    if (low && !meter->low_credit_alarmed)
        meter_raise_alarm(meter, now, METER_ALARM_LOW_CREDIT, 0);
    meter->low_credit_alarmed = low;
    check_arrears(meter, now);
    timer_arm(&meter->timers, METER_TIMER_CREDIT, falls_to(meter, now, -meter->config->overdraft));
}

bool credit_recharge(struct meter *meter, int64_t now, const struct controller_recharge *recharge)
{
    if (recharge->number == meter->memory.recharge_number)
        return true; /* told again: confirmed, not added */
    bool fits = meter->config->hoarding == MONEY_UNSET ||
                meter->memory.balance + recharge->amount <= meter->config->hoarding;
    if (recharge->number != meter->memory.recharge_number + 1 || !fits)
        return false;
    meter->memory.recharge_number = recharge->number;
    meter->memory.balance += recharge->amount;
    meter->controller.status.balance = meter->memory.balance;
    event_put(&meter->events, now, EVENT_METER_BALANCE, meter->memory.balance, 0);
    bool was_arrears = meter->memory.causes & CAUSE_BIT(TRIP_CAUSE_ARREARS);
    bool enough = !was_arrears || meter->config->reclose_above == MONEY_UNSET ||
                  meter->memory.balance > meter->config->reclose_above;
    if (meter->memory.balance > -meter->config->overdraft && enough) {
        drive_clear(meter, now, CAUSE_BIT(TRIP_CAUSE_ARREARS));
        if (was_arrears)
            drive_close(meter, now, CLOSE_BY_CREDIT);
    }
    credit_update(meter, now);
    return true;
}
