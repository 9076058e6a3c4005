#include "sim/platform/reminders.h"

#include "sim/platform/arrears.h"

static void send_reminder(struct account *account, int64_t now)
{
    int number = account->reminders_delivered + 1;
    account->reminder_attempts++;
    event_put(&account->events, now, EVENT_REMINDER_SENT, number, account->reminder_attempts);
    account_send_phone(account, PHONE_REMINDER, (uint32_t)number);
    timer_arm(&account->timers, ACCOUNT_TIMER_REMIND,
              now + account->platform->policy.reminder_retry_ns);
}

void reminders_timer(struct account *account, int64_t now)
{
    if (account->reminder_attempts < account->platform->policy.reminder_attempts_max) {
        send_reminder(account, now);
        return;
    }
    /* A tenant who cannot be reached is not switched off: the administrator is told and decides. */
    account->fallback = true;
    event_put(&account->events, now, EVENT_REMINDERS_FALLBACK, account->reminders_delivered, 0);
    account_audit(account, now, AUDIT_ALARM_REPORTED, ACTOR_BILLING);
}

void reminders_begin_if_due(struct account *account, int64_t now)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (account->reminding || account->balance > policy->remind_below)
        return;
    account->reminding = true;
    account->reminder_attempts = 0;
    send_reminder(account, now);
}

void reminders_delivered_one(struct account *account, int64_t now, uint32_t number)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (!account->reminding || (int)number != account->reminders_delivered + 1)
        return; /* a receipt of one that was counted, or that a payment made void */
    account->reminders_delivered++;
    account->reminder_attempts = 0;
    account->last_delivered_at = now;
    account->fallback = false;
    event_put(&account->events, now, EVENT_REMINDER_DELIVERED, account->reminders_delivered, 0);
    if (account->reminders_delivered < policy->reminders)
        timer_arm(&account->timers, ACCOUNT_TIMER_REMIND, now + policy->reminder_spacing_ns);
    else
        timer_cancel(&account->timers, ACCOUNT_TIMER_REMIND);
    arrears_trip_if_due(account, now);
}

void reminders_end(struct account *account)
{
    account->reminding = false;
    account->fallback = false;
    account->reminders_delivered = 0;
    timer_cancel(&account->timers, ACCOUNT_TIMER_REMIND);
    timer_cancel(&account->timers, ACCOUNT_TIMER_GRACE);
}
