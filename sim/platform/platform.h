/*
 * The site's share of the platform: the policy that accounts follow, its people (people.h) and its audit log (audit.h).
 */
#ifndef METERBENCH_SIM_PLATFORM_PLATFORM_H
#define METERBENCH_SIM_PLATFORM_PLATFORM_H

#include "sim/event.h"
#include "sim/platform/audit.h"
#include "sim/platform/friendly.h"
#include "sim/money.h"
#include "sim/platform/notify.h"
#include "sim/platform/dispatch.h"
#include "sim/platform/people.h"
#include "sim/tariff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes wrong in a platform, for the tests of the invariants. */
struct platform_faults {
    bool trips_without_reminders;
    bool charges_twice;
    bool charges_one_rate; /* all rates at the peak's price */
    bool ignores_edges;    /* what was taken before a change of prices is charged at those after it */
    bool keeps_the_rest; /* of a tenant who moves out */
    bool counts_duplicates, ignores_hoarding, refunds_too_much, trips_in_friendly_hours;
    bool audits_nothing;
    bool tenants_may_switch;
    bool codes_unchecked;
    bool codes_reusable;
    bool never_locks_out;
    bool sessions_never_end;
    bool scopes_ignored;
    bool counts_sent_as_delivered; /* reminders */
    bool counts_copies;            /* of one reminder as the next ones */
    bool reminds_at_night;
    bool alarms_tenant_only;
    bool holds_ignored; /* the billing closes what somebody keeps open */
    bool waves_ignored; /* all flats of a restore at once */
};

struct billing_policy {
    int64_t price;              /* 1/10000 yuan per kWh */
    const struct tariff *tariff; /* instead of the price; NULL: one price at all hours */
    int64_t remind_below;       /* alarm 1: a balance, 1/10000 yuan, as the next four */
    int64_t alarm_2;            /* at or below it the meter's alarm goes on; MONEY_UNSET: never */
    int64_t overdraft;
    int64_t hoarding;           /* no payment lifts the balance above it; MONEY_UNSET: any does */
    int64_t reclose_above;      /* after an arrears trip; MONEY_UNSET: above minus the overdraft */
    bool postpaid;              /* a bill a month instead of money in advance: bills.h */
    int bill_day;               /* of the month, 1 to BILL_DAY_MAX */
    int64_t due_ns;             /* from a bill to its due date */
    bool vacant_off;            /* a flat that nobody lives in has no supply */
    struct friendly_hours friendly;
    struct holidays holidays;   /* of the friendly days and of the tariff */
    int reminders;              /* delivered ones before an arrears trip */
    int64_t reminder_spacing_ns;
    int64_t reminder_retry_ns;
    int reminder_attempts_max;  /* of one reminder; then the administrator decides, supply stays */
    int64_t grace_ns;           /* from the last reminder to the trip */
    int64_t poll_ns;            /* of the register; 0: the meter reports by itself */
    int silent_polls;           /* without any answer, then the platform misses the meter; 0: never */
    int64_t billing_ns;         /* charges are made so often, from one o'clock on; 0: at each reading */
    struct notify_policy notify; /* how messages travel */
    bool restore_by_permit;     /* 1B: the tenant presses the key; otherwise 1C */
    struct order_policy orders;
};

struct billing_policy billing_policy_default(void);

/* Payment notices on their way from the payment service to the platform: see notices.h. */
enum { NOTICES_MAX = 32 };

struct notice {
    int64_t at, amount;
    uint32_t number, flat; /* flat 0: the place is free */
};

struct notice_pool {
    struct notice notices[NOTICES_MAX];
};

struct audit_chain;

struct platform {
    struct platform_faults faults;
    struct billing_policy policy;
    struct event_source events;
    int64_t epoch_s;
    uint64_t seed;
    struct notice_pool notices;
    struct people people;
    struct message_pool messages; /* to people, under way */
    struct audit_chain *audit; /* who keeps an audit log sets it; NULL: nobody does */
    struct dispatch dispatch; /* of people's orders */
    bool mute; /* the platform is down: nothing goes out by itself; what is due waits */
};

void platform_init(struct platform *platform, struct event_source events, uint64_t seed,
                   int64_t epoch_s);
/* Frees what people, messages and orders took. */
void platform_free(struct platform *platform);

#endif
