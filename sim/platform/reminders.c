#include "sim/platform/reminders.h"

#include "sim/platform/arrears.h"

static void delivered(struct account *account, int64_t now, int channel)
{
    const struct billing_policy *policy = &account->platform->policy;
    account->reminders_delivered++;
    account->reminder_attempts = 0;
    account->last_delivered_at = now;
    account->fallback = false;
    event_put(&account->events, now, EVENT_REMINDER_DELIVERED, account->reminders_delivered, channel);
    if (account->reminders_delivered < policy->reminders)
        timer_arm(&account->timers, ACCOUNT_TIMER_REMIND, now + policy->reminder_spacing_ns);
    else
        timer_cancel(&account->timers, ACCOUNT_TIMER_REMIND);
    arrears_trip_if_due(account, now);
}

/* The quiet hours' end, when it is quiet now. */
static int64_t not_before(const struct account *account, int64_t now)
{
    const struct platform *platform = account->platform;
    int64_t calendar_s = platform->epoch_s + now / NS_PER_S;
    int64_t quiet_s = notify_quiet_s(&platform->policy.notify, calendar_s);
    if (quiet_s == 0 || platform->faults.reminds_at_night)
        return now;
    return now + quiet_s * NS_PER_S - now % NS_PER_S;
}

static void send_reminder(struct account *account, int64_t now)
{
    const struct platform *platform = account->platform;
    const struct notify_policy *policy = &platform->policy.notify;
    int64_t at = not_before(account, now);
    if (at > now) {
        timer_arm(&account->timers, ACCOUNT_TIMER_REMIND, at);
        return;
    }
    int number = account->reminders_delivered + 1;
    int turn = account->reminder_attempts++ % policy->reminder_channel_count;
    bool last_channel = turn == policy->reminder_channel_count - 1;
    timer_arm(&account->timers, ACCOUNT_TIMER_REMIND,
              now + (last_channel ? platform->policy.reminder_retry_ns : policy->escalate_after_ns));
    notify_reminder(account, now, number, account->reminding_serial, policy->reminder_channels[turn]);
    if (platform->faults.counts_sent_as_delivered)
        delivered(account, now, policy->reminder_channels[turn]);
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
    notify_alarm(account, now, PLATFORM_ALARM_UNREACHABLE, account->reminders_delivered, false);
}

void reminders_begin_if_due(struct account *account, int64_t now)
{
    if (account->reminding || !arrears_want_reminding(account))
        return;
    account->reminding = true;
    account->reminding_serial++;
    event_put(&account->events, now, EVENT_REMINDING, account->reminding_serial, 0);
    account->reminders_shown = 0;
    account->reminder_attempts = 0;
    send_reminder(account, now);
}

void reminders_receipt(struct account *account, int64_t now, uint32_t number, uint16_t serial, int channel)
{
    bool current = account->reminding && serial == account->reminding_serial;
    bool wanted = (int)number == account->reminders_delivered + 1 || account->platform->faults.counts_copies;
    if (current && wanted && account->reminders_delivered < account->platform->policy.reminders)
        delivered(account, now, channel);
}

void reminders_end(struct account *account)
{
    account->reminding = false;
    account->fallback = false;
    account->reminders_delivered = 0;
    timer_cancel(&account->timers, ACCOUNT_TIMER_REMIND);
    timer_cancel(&account->timers, ACCOUNT_TIMER_GRACE);
}
