#include "credit.h"

#include "bugs.h"
#include "state.h"
#include "supply.h"

/*
 * price is 1/10000 yuan per kWh, so a Wh costs price/1000 of that; a cent (0.01 yuan) is 100 of
 * them: a cent is 100000 parts of which each Wh costs `price`.
 */
#define PARTS_PER_CENT 100000UL

void credit_charge(uint16_t energy_wh)
{
    if (settings.credit_mode != CREDIT_LOCAL)
        return;
    while (energy_wh--) {
#if defined(BUG_DOUBLE_PRICE)
        state.charge_rest += settings.price;
#endif
        state.charge_rest += settings.price;
        state.balance_cent -= (int32_t)(state.charge_rest / PARTS_PER_CENT);
        state.charge_rest %= PARTS_PER_CENT;
    }
}

void credit_judge(void)
{
#if defined(BUG_CLOSES_WHILE_ARREARS)
    static bool was_overdrawn; /* judged when it changes only, so an order undoes it */
#endif
#if defined(BUG_IGNORES_OVERDRAFT)
    bool overdrawn = state.balance_cent <= 0;
#else
    bool overdrawn = state.balance_cent <= -(int32_t)settings.overdraft_cent;
#endif

    if (settings.credit_mode != CREDIT_LOCAL)
        return;
    if (!overdrawn)
        supply_clear(CAUSE_ARREARS);
#if defined(BUG_CLOSES_WHILE_ARREARS)
    else if (was_overdrawn)
        return;
#endif
    else if (!(state.flags & FLAG_KEEP_POWER))
        supply_trip_or_defer(CAUSE_ARREARS);
#if defined(BUG_CLOSES_WHILE_ARREARS)
    was_overdrawn = overdrawn;
#endif
}
