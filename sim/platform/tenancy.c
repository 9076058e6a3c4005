#include "sim/platform/tenancy.h"

#include "sim/error.h"
#include "sim/platform/bills.h"
#include "sim/platform/ledger.h"
#include "sim/platform/reminders.h"

enum { SETTLEMENT = 0 }; /* the number of a refund that no notice asked for */

static int await_reading(struct account *account, enum tenancy_move move)
{
    if (account->credit == CREDIT_LOCAL || account->move != MOVE_NONE)
        return ERROR_NOT_ALLOWED;
    account->move = (uint8_t)move;
    account_ask_reading(account);
    return 0;
}

int account_move_out(struct account *account)
{
    return account->vacant ? ERROR_NOT_ALLOWED : await_reading(account, MOVE_OUT);
}

int account_move_in(struct account *account, int64_t deposit)
{
    if (!account->vacant || deposit < 0 || deposit > MONEY_MAX)
        return ERROR_NOT_ALLOWED;
    account->deposit = deposit;
    return await_reading(account, MOVE_IN);
}

/* What is left goes back to the tenant; a debt stays his, and the account's closing balance. */
static void settle(struct account *account, int64_t now)
{
    int64_t rest = account->balance;
    if (rest <= 0 || account->platform->faults.keeps_the_rest)
        return;
    account->balance = 0;
    account->refunded += rest;
    event_put(&account->events, now, EVENT_REFUND, rest, SETTLEMENT);
    account_audit(account, now, AUDIT_REFUND_MADE, ACTOR_BILLING);
}

/* An arrears trip was the tenant's: the flat without him is off only if its landlord wants so. */
static void supply_vacant_flat(struct account *account, int64_t now)
{
    bool off = account->platform->policy.vacant_off;
    if (off && !account->arrears_trip)
        account_order(account, now, DLT645_RELAY_TRIP, ACTOR_BILLING, 4);
    if (!off && account->arrears_trip)
        account_order(account, now, DLT645_RELAY_CLOSE, ACTOR_BILLING, 4);
    account->arrears_trip = account->trip_put_off = false;
}

static void moves_out(struct account *account, int64_t now)
{
    settle(account, now);
    event_put(&account->events, now, EVENT_MOVED_OUT, account->balance, account->register_10wh * 10);
    account_audit(account, now, AUDIT_MOVED_OUT, ACTOR_BILLING);
    account->vacant = true;
    account_open(account, now, 0);
    supply_vacant_flat(account, now);
}

static void moves_in(struct account *account, int64_t now)
{
    account->landlord_cost += account->charged;
    event_put(&account->events, now, EVENT_MOVED_IN, account->deposit, account->register_10wh * 10);
    account_audit(account, now, AUDIT_MOVED_IN, ACTOR_BILLING);
    account->vacant = false;
    account_open(account, now, account->deposit);
    if (account->platform->policy.vacant_off)
        account_order(account, now, DLT645_RELAY_CLOSE, ACTOR_BILLING, 4);
}

void tenancy_reading(struct account *account, int64_t now)
{
    enum tenancy_move move = (enum tenancy_move)account->move;
    if (move == MOVE_NONE)
        return;
    account->move = MOVE_NONE;
    ledger_bill(account, now);
    if (move == MOVE_OUT)
        moves_out(account, now);
    else
        moves_in(account, now);
}
