#include "sim/platform/bills.h"

#include "sim/kernel/time.h"
#include "sim/platform/arrears.h"

/* At two o'clock, when the readings of midnight are in, a minute apart from flat to flat. */
static int64_t next_bill_at(const struct account *account, int64_t now)
{
    const struct platform *platform = account->platform;
    struct civil_time civil = civil_from_seconds(platform->epoch_s + now / NS_PER_S);
    civil.day = platform->policy.bill_day;
    civil.hour = 2;
    civil.minute = civil.second = 0;
    int64_t lag_s = account->events.flat % 60 * 60;
    for (;;) {
        int64_t at = (civil_to_seconds(&civil) + lag_s - platform->epoch_s) * NS_PER_S;
        if (at > now)
            return at;
        civil.year += civil.month == 12;
        civil.month = civil.month % 12 + 1;
    }
}

static void arm(struct account *account, int64_t now)
{
    bool awaited = account->bill_due > 0 && account->due_at > now;
    int64_t at = next_bill_at(account, now);
    timer_arm(&account->timers, ACCOUNT_TIMER_MONTH, awaited && account->due_at < at ? account->due_at : at);
    account->bill_next = at;
}

void bills_begin(struct account *account, int64_t now)
{
    if (account->platform->policy.postpaid)
        arm(account, now);
}

/* A bill is for all that is owed; one that was not paid keeps its due date. */
static void issue(struct account *account, int64_t now)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (account->vacant || account->balance >= 0)
        return;
    if (account->bill_due == 0)
        account->due_at = now + policy->due_ns;
    account->bill_due = -account->balance;
    event_put(&account->events, now, EVENT_BILL, account->bill_due,
              account->platform->epoch_s + account->due_at / NS_PER_S);
    account_audit(account, now, AUDIT_BILL_ISSUED, ACTOR_BILLING);
}

void bills_timer(struct account *account, int64_t now)
{
    if (now >= account->bill_next)
        issue(account, now);
    account->overdue = account->bill_due > 0 && now >= account->due_at;
    arm(account, now);
    arrears_follow_balance(account, now);
}

void bills_paid(struct account *account, int64_t amount)
{
    account->bill_due -= amount < account->bill_due ? amount : account->bill_due;
    if (account->bill_due == 0)
        account->overdue = false;
}

void bills_forget(struct account *account)
{
    account->bill_due = 0;
    account->overdue = false;
}

int64_t bills_overdue(const struct account *account)
{
    return account->overdue ? account->bill_due : 0;
}
