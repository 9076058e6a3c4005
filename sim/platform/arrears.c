#include "sim/platform/arrears.h"

#include "sim/platform/bills.h"
#include "sim/platform/reminders.h"

bool arrears_stand(const struct account *account)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (account->vacant)
        return false;
    return policy->postpaid ? bills_overdue(account) > policy->overdraft : account->balance <= -policy->overdraft;
}

bool arrears_want_reminding(const struct account *account)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (account->vacant || policy->postpaid)
        return arrears_stand(account);
    return account->balance <= policy->remind_below;
}

/* ---- how low it is ------------------------------------------------------------------------------ */

static enum credit_level level_of(const struct account *account)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (account->vacant)
        return CREDIT_LEVEL_GOOD;
    if (arrears_stand(account))
        return CREDIT_LEVEL_ARREARS;
    if (policy->postpaid)
        return account->bill_due > 0 ? CREDIT_LEVEL_ALARM_1 : CREDIT_LEVEL_GOOD;
    if (policy->alarm_2 != MONEY_UNSET && account->balance <= policy->alarm_2)
        return CREDIT_LEVEL_ALARM_2;
    return account->balance <= policy->remind_below ? CREDIT_LEVEL_ALARM_1 : CREDIT_LEVEL_GOOD;
}

/* A meter with its own credit knows by itself when to sound. */
static void follow_level(struct account *account, int64_t now)
{
    enum credit_level before = (enum credit_level)account->level, level = level_of(account);
    if (level == before)
        return;
    account->level = (uint8_t)level;
    event_put(&account->events, now, EVENT_CREDIT_LEVEL, level, account->balance);
    bool sounded = before >= CREDIT_LEVEL_ALARM_2, sounds = level >= CREDIT_LEVEL_ALARM_2;
    bool ours = account->credit == CREDIT_REMOTE && account->platform->policy.alarm_2 != MONEY_UNSET;
    if (ours && sounds != sounded)
        account_order(account, now, sounds ? DLT645_RELAY_ALARM_ON : DLT645_RELAY_ALARM_OFF,
                      ACTOR_BILLING, 4);
}

void arrears_follow_balance(struct account *account, int64_t now)
{
    follow_level(account, now);
    reminders_begin_if_due(account, now);
    arrears_trip_if_due(account, now);
}

/* ---- the trip ----------------------------------------------------------------------------------- */

static void order_trip(struct account *account, int64_t now)
{
    int order = account->credit == CREDIT_LOCAL ? DLT645_RELAY_KEEP_POWER_OFF : DLT645_RELAY_TRIP;
    account->trip_put_off = false;
    account_order(account, now, order, ACTOR_BILLING, 4);
}

static void trip(struct account *account, int64_t now)
{
    account->arrears_trip = true;
    event_put(&account->events, now, EVENT_ARREARS_TRIP, account->reminders_delivered,
              account->balance);
    account_audit(account, now, AUDIT_ARREARS_TRIP, ACTOR_BILLING);
    order_trip(account, now);
}

/* The first moment from `at` on that is in no friendly hours. */
static int64_t after_friendly_hours(const struct platform *platform, int64_t at)
{
    if (platform->faults.trips_in_friendly_hours)
        return at;
    int64_t clock_s = platform->epoch_s + (at + NS_PER_S - 1) / NS_PER_S;
    int64_t end_s = friendly_end(&platform->policy.friendly, &platform->policy.holidays, clock_s);
    return end_s == clock_s ? at : (end_s - platform->epoch_s) * NS_PER_S;
}

bool arrears_put_off(struct account *account, int64_t now)
{
    int64_t at = after_friendly_hours(account->platform, now);
    if (!account->arrears_trip || at == now)
        return false;
    account->trip_put_off = true;
    timer_arm(&account->timers, ACCOUNT_TIMER_GRACE, at);
    return true;
}

void arrears_trip_if_due(struct account *account, int64_t now)
{
    const struct platform *platform = account->platform;
    const struct billing_policy *policy = &platform->policy;
    if (account->trip_put_off && account->arrears_trip && after_friendly_hours(platform, now) == now)
        order_trip(account, now);
    if (account->arrears_trip || !arrears_stand(account) || platform->mute)
        return;
    bool reminded = account->reminders_delivered >= policy->reminders;
    if (!reminded && !platform->faults.trips_without_reminders)
        return;
    int64_t from = account->last_delivered_at;
    if (policy->postpaid && account->due_at > from)
        from = account->due_at;
    int64_t due = reminded ? from + policy->grace_ns : now;
    due = after_friendly_hours(platform, due > now ? due : now);
    if (now < due)
        timer_arm(&account->timers, ACCOUNT_TIMER_GRACE, due);
    else
        trip(account, now);
}

/* ---- supply comes back -------------------------------------------------------------------------- */

/* The balance above which supply comes back. */
static int64_t reclose_above(const struct account *account)
{
    const struct billing_policy *policy = &account->platform->policy;
    bool set = policy->reclose_above != MONEY_UNSET && policy->reclose_above > -policy->overdraft;
    return set ? policy->reclose_above : -policy->overdraft;
}

static bool suffices(const struct account *account)
{
    bool closes = !account->arrears_trip || account->platform->policy.postpaid ||
                  account->balance > reclose_above(account);
    return !arrears_stand(account) && closes;
}

int64_t account_missing(const struct account *account)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (suffices(account))
        return 0;
    if (policy->postpaid)
        return bills_overdue(account) - policy->overdraft;
    int64_t above = account->arrears_trip ? reclose_above(account) : -policy->overdraft;
    return above - account->balance + 1;
}

static void restore(struct account *account, int64_t now)
{
    account->arrears_trip = account->trip_put_off = false;
    if (account->credit == CREDIT_LOCAL) {
        account_order(account, now, DLT645_RELAY_KEEP_POWER_ON, ACTOR_BILLING, 4);
        return;
    }
    int order = account->platform->policy.restore_by_permit ? DLT645_RELAY_PERMIT_CLOSE
                                                            : DLT645_RELAY_CLOSE;
    account_order(account, now, order, ACTOR_BILLING, 4);
}

void arrears_after_payment(struct account *account, int64_t now, uint32_t number)
{
    if (!suffices(account)) {
        event_put(&account->events, now, EVENT_PAYMENT_SHORT, account_missing(account), number);
        follow_level(account, now);
        return;
    }
    if (!arrears_want_reminding(account) || account->arrears_trip)
        reminders_end(account);
    if (account->arrears_trip)
        restore(account, now);
    follow_level(account, now);
    reminders_begin_if_due(account, now);
}
