#include "sim/platform/platform.h"

#include "sim/kernel/time.h"

#include <string.h>

struct billing_policy billing_policy_default(void)
{
    return (struct billing_policy){
        .price = 5380,          /* Zhejiang flat tariff: docs/models.md, "Tariff" */
        .remind_below = 200000, /* 20 yuan */
        .alarm_2 = MONEY_UNSET,
        .overdraft = 0,
        .hoarding = MONEY_UNSET,
        .bill_day = 1,
        .due_ns = 15 * NS_PER_DAY,
        .reclose_above = MONEY_UNSET,
        .reminders = 3,
        .reminder_spacing_ns = 2 * NS_PER_HOUR,
        .reminder_retry_ns = 10 * NS_PER_MIN,
        .reminder_attempts_max = 20,
        .grace_ns = 30 * NS_PER_MIN,
        .poll_ns = 15 * NS_PER_MIN,
        .notify = notify_policy_default(),
        .orders = order_policy_default(),
        .silent_polls = 3,
    };
}

void platform_init(struct platform *platform, struct event_source events, uint64_t seed,
                   int64_t epoch_s)
{
    memset(platform, 0, sizeof *platform);
    platform->policy = billing_policy_default();
    platform->events = events;
    platform->seed = seed;
    platform->epoch_s = epoch_s;
    platform->people.policy = people_policy_default();
}

void platform_free(struct platform *platform)
{
    people_free(&platform->people);
    message_pool_free(&platform->messages);
    dispatch_free(&platform->dispatch);
}
