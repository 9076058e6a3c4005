#include "sim/platform/ledger.h"

#include "sim/platform/arrears.h"
#include "sim/platform/bills.h"
#include "sim/platform/orders.h"
#include "sim/platform/reminders.h"

/* ---- payments and refunds ----------------------------------------------------------------------- */

static enum money_refusal refuse(struct account *account, int64_t now, enum event_kind kind,
                                 enum audit_action action, enum money_refusal why, uint32_t number)
{
    event_put(&account->events, now, kind, why, number);
    account_audit(account, now, action, ACTOR_BILLING);
    return why;
}

enum money_refusal ledger_refuse_payment(struct account *account, int64_t now, enum money_refusal why, uint32_t number)
{
    return refuse(account, now, EVENT_PAYMENT_REFUSED, AUDIT_PAYMENT_REFUSED, why, number);
}

static enum money_refusal payment_refusal(const struct account *account, int64_t amount, uint32_t number)
{
    const struct platform *platform = account->platform;
    if (amount <= 0 || amount > MONEY_MAX)
        return MONEY_REFUSED_AMOUNT;
    enum money_refusal seen = money_seen_check(&account->seen, number);
    if (seen != MONEY_REFUSED_NONE && !platform->faults.counts_duplicates)
        return seen;
    bool limited = platform->policy.hoarding != MONEY_UNSET && !platform->faults.ignores_hoarding;
    if (limited && account->balance + amount > platform->policy.hoarding)
        return MONEY_REFUSED_HOARDING;
    return MONEY_REFUSED_NONE;
}

enum money_refusal account_pay(struct account *account, int64_t now, int64_t amount, uint32_t number)
{
    enum money_refusal why = payment_refusal(account, amount, number);
    if (why != MONEY_REFUSED_NONE)
        return ledger_refuse_payment(account, now, why, number);
    money_seen_add(&account->seen, number);
    account->balance += amount;
    account->paid += amount;
    bills_paid(account, amount);
    event_put(&account->events, now, EVENT_PAYMENT, amount, number);
    account_audit(account, now, AUDIT_PAYMENT_ACCEPTED, ACTOR_BILLING);
    if (account->credit == CREDIT_LOCAL) {
        account->recharge_owed += amount;
        orders_offer_recharge(account, now);
    }
    arrears_after_payment(account, now, number);
    return MONEY_REFUSED_NONE;
}

static enum money_refusal refund_refusal(const struct account *account, int64_t amount, uint32_t number)
{
    if (amount <= 0 || amount > MONEY_MAX)
        return MONEY_REFUSED_AMOUNT;
    enum money_refusal seen = money_seen_check(&account->seen, number);
    if (seen != MONEY_REFUSED_NONE && !account->platform->faults.counts_duplicates)
        return seen;
    if (account->credit == CREDIT_LOCAL)
        return MONEY_REFUSED_IN_METER;
    bool enough = amount <= account->balance || account->platform->faults.refunds_too_much;
    return enough ? MONEY_REFUSED_NONE : MONEY_REFUSED_BALANCE;
}

enum money_refusal account_refund(struct account *account, int64_t now, int64_t amount, uint32_t number)
{
    enum money_refusal why = refund_refusal(account, amount, number);
    if (why != MONEY_REFUSED_NONE)
        return refuse(account, now, EVENT_REFUND_REFUSED, AUDIT_REFUND_REFUSED, why, number);
    money_seen_add(&account->seen, number);
    account->balance -= amount;
    account->refunded += amount;
    event_put(&account->events, now, EVENT_REFUND, amount, number);
    account_audit(account, now, AUDIT_REFUND_MADE, ACTOR_BILLING);
    arrears_follow_balance(account, now);
    return MONEY_REFUSED_NONE;
}

void account_open(struct account *account, int64_t now, int64_t balance)
{
    event_put(&account->events, now, EVENT_ACCOUNT_CLOSED, account->balance, account->charge_remainder);
    account->opening = balance;
    account->balance = balance;
    account->charged = 0;
    account->paid = 0;
    account->refunded = 0;
    account->charge_remainder = 0;
    bills_forget(account);
    reminders_end(account); /* those were for somebody else */
    event_put(&account->events, now, EVENT_ACCOUNT_OPENED, balance, 0);
    arrears_follow_balance(account, now);
}

/* ---- charges ------------------------------------------------------------------------------------ */

/* `cost` is in 1/10000 yuan x 1/100 kWh, which is millionths of a yuan. */
static void charge(struct account *account, int64_t now, int64_t cost)
{
    int64_t factor = account->platform->faults.charges_twice ? 2 : 1;
    int64_t sum = cost + account->charge_remainder;
    int64_t amount = sum / 100;
    account->charge_remainder = sum % 100;
    account->balance -= amount * factor;
    account->charged += amount;
    event_put(&account->events, now, EVENT_CHARGE, amount, account->register_10wh * 10);
}

/* What rates cost is in the remainder since they were read. */
void ledger_bill(struct account *account, int64_t now)
{
    int64_t last = account->register_10wh;
    int64_t price = ledger_by_rate(account) ? 0 : account->platform->policy.price;
    account->register_10wh = account->reading_10wh;
    if (last < 0 || account->reading_10wh < last)
        return; /* the first reading opens the account; a register never runs backwards */
    if (account->reading_10wh > last)
        charge(account, now, (account->reading_10wh - last) * price);
    arrears_follow_balance(account, now);
}

void ledger_register_read(struct account *account, int64_t now, int64_t reading_10wh)
{
    account->reading_10wh = reading_10wh;
    if (account->platform->policy.billing_ns == 0 || account->register_10wh < 0)
        ledger_bill(account, now);
}

/* From one o'clock on, when the day's last report is in, minute after minute through the flats: not the whole
 * building at once. */
int64_t ledger_first_bill(const struct account *account)
{
    int64_t one_o_clock_s = (86400 + 3600 - account->platform->epoch_s % 86400) % 86400;
    return one_o_clock_s * NS_PER_S + account->events.flat % 60 * NS_PER_MIN;
}
