/*
 * How messages reach people: reminders and alarms to the tenant's phone and to administrators', by app push and by SMS,
 * each with its own delay, loss and receipt. What is under way for all flats of a site lies in one pool that grows as it is
 * used; a flat keeps the head of its list and one timer.
 *
 * The platform knows of a message only what its receipt tells. Figures: docs/models.md, "Messages".
 */
#ifndef METERBENCH_SIM_PLATFORM_NOTIFY_H
#define METERBENCH_SIM_PLATFORM_NOTIFY_H

#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

struct account;

enum notify_channel { NOTIFY_APP, NOTIFY_SMS, NOTIFY_CHANNELS };

const char *notify_channel_name(int channel);
/* The channel of a name, or -1. */
int notify_channel_from_name(const char *name);

/* Delays are log-normal: a median and the standard deviation of the logarithm in thousandths. Chances are per million. */
struct notify_channel_policy {
    int64_t delay_ns;
    int32_t delay_spread_milli;
    uint32_t held_ppm; /* of the messages: they wait somewhere for a mean of held_ns more, exponential */
    int64_t held_ns;
    uint32_t loss_ppm;
    int64_t kept_ns; /* for a phone that is off; then it is given up */
    int64_t receipt_ns;
    int32_t receipt_spread_milli;
    uint32_t receipt_loss_ppm;
};

struct notify_policy {
    struct notify_channel_policy channels[NOTIFY_CHANNELS];
    uint8_t reminder_channels[NOTIFY_CHANNELS]; /* tried in this order, and again */
    uint8_t reminder_channel_count;
    uint8_t alarm_channels;    /* bit n: channel n; all at once */
    uint8_t alarm_attempts;    /* until a receipt comes; then it is given up */
    int64_t alarm_retry_ns;
    int64_t escalate_after_ns; /* without a receipt, the next channel of a reminder */
    int32_t quiet_from_s, quiet_until_s; /* of the day: no reminder is sent; equal: no quiet hours */
};

struct notify_policy notify_policy_default(void);

/* Is it quiet at this calendar second? Returns for how many seconds more, 0 when it is not. */
int64_t notify_quiet_s(const struct notify_policy *policy, int64_t calendar_s);

enum notify_kind { NOTIFY_REMINDER, NOTIFY_ALARM };
enum { NOTIFY_TENANT = -1 }; /* or the number of a user */

/* What the platform itself alarms of, beside the meter's alarms (enum meter_alarm). */
enum { PLATFORM_ALARM_UNREACHABLE = 64 }; /* the tenant cannot be reminded: an administrator decides */

enum notify_stage {
    NOTIFY_ON_WAY,
    NOTIFY_KEPT,    /* for a phone that is off */
    NOTIFY_RECEIPT, /* shown, its receipt on the way back */
    NOTIFY_OWED,    /* an alarm without a receipt so far: sent again at its time */
};

struct message {
    int64_t at; /* when it goes on */
    uint32_t next;
    uint16_t number; /* of a reminder; of an alarm alarm << 8 | detail */
    uint16_t serial; /* which reminding, which alarm */
    int16_t to;      /* NOTIFY_TENANT or a user */
    uint8_t kind, channel, stage, attempts;
};

#define MESSAGE_NONE UINT32_MAX

/* Of a site. Zero is an empty one. */
struct message_pool {
    struct message *places;
    uint32_t capacity, touched, free_count;
    uint32_t *free;
};

void message_pool_free(struct message_pool *pool);

/* Of an account. */
struct notify {
    struct random random;
    uint32_t first; /* the newest, in the site's pool */
    uint16_t serial;
    bool phone_off; /* the tenant's */
    bool app_off;   /* SMS reach it, pushes do not */
};

void notify_init(struct notify *notify, uint64_t seed, uint32_t flat);

/* A reminder to the tenant; `serial` says in which reminding. */
void notify_reminder(struct account *account, int64_t now, int number, uint16_t serial, int channel);

struct platform;
/* Is this user told of the flat's alarms? Administrators who answer for it are. */
bool notify_tells(const struct platform *platform, int user, uint32_t flat);

/* An alarm to the tenant and to every administrator, or to these alone; sent again until a receipt comes. */
void notify_alarm(struct account *account, int64_t now, int alarm, int detail, bool tenant_too);

/* What is due. */
void notify_timer(struct account *account, int64_t now);

/* The phone of the tenant or a user can be reached again: what was kept for it goes on. */
void notify_phone_is_on(struct account *account, int64_t now, int to);

/* Who and how, as the events of alarms tell it: bit 8 an administrator, from bit 16 on which user, the channel below. */
#define NOTIFY_WHOM(to, channel)                                                                                     \
    ((int64_t)((to) == NOTIFY_TENANT ? 0 : ((to) << 16 | 0x100)) | (channel))

#endif
