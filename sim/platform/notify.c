#include "sim/platform/notify.h"

#include "sim/platform/account_internal.h"
#include "sim/platform/reminders.h"

#include <stdlib.h>
#include <string.h>

#define PHONE_WAKES_NS (20 * NS_PER_S) /* longest time until a phone that was switched on has what was kept for it */
#define PLATFORM_BACK_NS NS_PER_MIN    /* a receipt for a platform that is down is told again */

static const char *const channel_names[NOTIFY_CHANNELS] = {"app", "sms"};

const char *notify_channel_name(int channel)
{
    return channel >= 0 && channel < NOTIFY_CHANNELS ? channel_names[channel] : "unknown";
}

int notify_channel_from_name(const char *name)
{
    for (int i = 0; i < NOTIFY_CHANNELS; i++)
        if (strcmp(channel_names[i], name) == 0)
            return i;
    return -1;
}

/* docs/models.md, "Messages". */
struct notify_policy notify_policy_default(void)
{
    return (struct notify_policy){
        .channels =
            {
                [NOTIFY_APP] = {.delay_ns = NS_PER_S,
                                .delay_spread_milli = 800,
                                .held_ppm = 20000,
                                .held_ns = 10 * NS_PER_MIN,
                                .loss_ppm = 20000,
                                .kept_ns = NS_PER_DAY,
                                .receipt_ns = 500 * NS_PER_MS,
                                .receipt_spread_milli = 800,
                                .receipt_loss_ppm = 10000},
                [NOTIFY_SMS] = {.delay_ns = 6 * NS_PER_S,
                                .delay_spread_milli = 900,
                                .held_ppm = 20000,
                                .held_ns = 20 * NS_PER_MIN,
                                .loss_ppm = 10000,
                                .kept_ns = 2 * NS_PER_DAY,
                                .receipt_ns = 4 * NS_PER_S,
                                .receipt_spread_milli = 900,
                                .receipt_loss_ppm = 30000},
            },
        .reminder_channels = {NOTIFY_APP, NOTIFY_SMS},
        .reminder_channel_count = 2,
        .alarm_channels = 1 << NOTIFY_APP | 1 << NOTIFY_SMS,
        .alarm_attempts = 5,
        .alarm_retry_ns = NS_PER_MIN,
        .escalate_after_ns = 5 * NS_PER_MIN,
        .quiet_from_s = 22 * 3600,
        .quiet_until_s = 8 * 3600,
    };
}

int64_t notify_quiet_s(const struct notify_policy *policy, int64_t calendar_s)
{
    enum { DAY_S = 86400 };
    int64_t day_s = calendar_s % DAY_S;
    int64_t length_s = (policy->quiet_until_s - policy->quiet_from_s + DAY_S) % DAY_S;
    int64_t into_s = (day_s - policy->quiet_from_s + DAY_S) % DAY_S;
    return into_s < length_s ? length_s - into_s : 0;
}

/* ---- the pool -------------------------------------------------------------------------------- */

void message_pool_free(struct message_pool *pool)
{
    free(pool->places);
    free(pool->free);
    *pool = (struct message_pool){0};
}

static bool pool_grows(struct message_pool *pool)
{
    uint32_t capacity = pool->capacity ? pool->capacity * 2 : 64;
    struct message *places = realloc(pool->places, capacity * sizeof *places);
    if (places)
        pool->places = places;
    uint32_t *unused = realloc(pool->free, capacity * sizeof *unused);
    if (unused)
        pool->free = unused;
    if (places && unused)
        pool->capacity = capacity;
    return places && unused;
}

/* A free place, or MESSAGE_NONE when memory is out: like a message that is lost. */
static uint32_t pool_take(struct message_pool *pool)
{
    if (pool->free_count > 0)
        return pool->free[--pool->free_count];
    if (pool->touched == pool->capacity && !pool_grows(pool))
        return MESSAGE_NONE;
    return pool->touched++;
}

static struct message *message_at(const struct account *account, uint32_t place)
{
    return &account->platform->messages.places[place];
}

static void insert(struct account *account, const struct message *message)
{
    struct message_pool *pool = &account->platform->messages;
    uint32_t place = pool_take(pool);
    if (place == MESSAGE_NONE)
        return;
    pool->places[place] = *message;
    pool->places[place].next = account->notify.first;
    account->notify.first = place;
}

static void take_out(struct account *account, uint32_t place)
{
    struct message_pool *pool = &account->platform->messages;
    uint32_t *link = &account->notify.first;
    while (*link != place)
        link = &pool->places[*link].next;
    *link = pool->places[place].next;
    pool->free[pool->free_count++] = place;
}

/* The earliest, of several the oldest: it stands last in the list. */
static uint32_t earliest(const struct account *account)
{
    uint32_t found = MESSAGE_NONE;
    for (uint32_t i = account->notify.first; i != MESSAGE_NONE; i = message_at(account, i)->next)
        if (found == MESSAGE_NONE || message_at(account, i)->at <= message_at(account, found)->at)
            found = i;
    return found;
}

static void plan(struct account *account)
{
    uint32_t place = earliest(account);
    if (place == MESSAGE_NONE)
        timer_cancel(&account->timers, ACCOUNT_TIMER_NOTIFY);
    else
        timer_arm(&account->timers, ACCOUNT_TIMER_NOTIFY, message_at(account, place)->at);
}

/* ---- on the way ------------------------------------------------------------------------------ */

static const struct notify_channel_policy *channel_of(const struct account *account, int channel)
{
    return &account->platform->policy.notify.channels[channel];
}

static int64_t draw_delay(struct account *account, const struct notify_channel_policy *channel)
{
    struct random *random = &account->notify.random;
    int64_t delay = random_lognormal(random, channel->delay_ns, channel->delay_spread_milli);
    if (random_chance_ppm(random, channel->held_ppm))
        delay += random_exponential(random, channel->held_ns);
    return delay;
}

static void put_on_way(struct account *account, int64_t now, struct message message)
{
    const struct notify_channel_policy *channel = channel_of(account, message.channel);
    bool lost = random_chance_ppm(&account->notify.random, channel->loss_ppm);
    message.stage = NOTIFY_ON_WAY;
    message.at = now + draw_delay(account, channel);
    if (!lost)
        insert(account, &message);
}

void notify_reminder(struct account *account, int64_t now, int number, uint16_t serial, int channel)
{
    event_put(&account->events, now, EVENT_REMINDER_SENT, number, channel);
    put_on_way(account, now,
               (struct message){.kind = NOTIFY_REMINDER,
                                .number = (uint16_t)number,
                                .serial = serial,
                                .to = NOTIFY_TENANT,
                                .channel = (uint8_t)channel});
    plan(account);
}

/* By every channel at once, and what is owed remembered until a receipt comes. */
static void send_alarm(struct account *account, int64_t now, struct message alarm)
{
    const struct notify_policy *policy = &account->platform->policy.notify;
    for (uint8_t i = 0; i < NOTIFY_CHANNELS; i++) {
        if (!(policy->alarm_channels >> i & 1))
            continue;
        alarm.channel = i;
        event_put(&account->events, now, EVENT_ALARM_SENT, alarm.number, NOTIFY_WHOM(alarm.to, i));
        put_on_way(account, now, alarm);
    }
    alarm.stage = NOTIFY_OWED;
    alarm.at = now + policy->alarm_retry_ns;
    alarm.attempts++;
    insert(account, &alarm);
}

bool notify_tells(const struct platform *platform, int user, uint32_t flat)
{
    const struct user *person = &platform->people.users[user];
    return person->role == ROLE_ADMINISTRATOR && !person->revoked && scope_has(&person->scope, flat);
}

void notify_alarm(struct account *account, int64_t now, int alarm, int detail, bool tenant_too)
{
    const struct platform *platform = account->platform;
    struct message message = {.kind = NOTIFY_ALARM,
                              .number = (uint16_t)(alarm << 8 | (detail & 0xff)),
                              .serial = ++account->notify.serial,
                              .to = NOTIFY_TENANT};
    if (tenant_too)
        send_alarm(account, now, message);
    for (int user = 0; user < platform->people.count && !platform->faults.alarms_tenant_only; user++) {
        message.to = (int16_t)user;
        if (notify_tells(platform, user, account->events.flat))
            send_alarm(account, now, message);
    }
    plan(account);
}

/* ---- at the phone ---------------------------------------------------------------------------- */

static bool is_reachable(const struct account *account, const struct message *message)
{
    bool push = message->channel == NOTIFY_APP;
    if (message->to == NOTIFY_TENANT)
        return !account->notify.phone_off && !(push && account->notify.app_off);
    const struct user *user = &account->platform->people.users[message->to];
    return !user->phone_off && !(push && user->app_off);
}

static void show(struct account *account, int64_t now, const struct message *message)
{
    if (message->kind == NOTIFY_ALARM) {
        event_put(&account->events, now, EVENT_ALARM_SHOWN, message->number,
                  NOTIFY_WHOM(message->to, message->channel));
        return;
    }
    bool stale = message->serial != account->reminding_serial || !account->reminding;
    event_put(&account->events, now, EVENT_REMINDER_SHOWN, stale ? 0 : message->number, message->channel);
    if (stale || message->number <= account->reminders_shown)
        return; /* void, or another copy */
    account->reminders_shown = (uint8_t)message->number;
    account_send_phone(account, PHONE_REMINDER, message->number);
}

static void arrive(struct account *account, int64_t now, uint32_t place)
{
    struct message *message = message_at(account, place);
    const struct notify_channel_policy *channel = channel_of(account, message->channel);
    if (!is_reachable(account, message)) {
        message->stage = NOTIFY_KEPT;
        message->at = now + channel->kept_ns;
        return;
    }
    show(account, now, message);
    struct random *random = &account->notify.random;
    bool lost = random_chance_ppm(random, channel->receipt_loss_ppm);
    int64_t delay = random_lognormal(random, channel->receipt_ns, channel->receipt_spread_milli);
    message->stage = NOTIFY_RECEIPT;
    message->at = now + delay;
    if (lost)
        take_out(account, place);
}

void notify_phone_is_on(struct account *account, int64_t now, int to)
{
    bool planned = false;
    for (uint32_t i = account->notify.first; i != MESSAGE_NONE; i = message_at(account, i)->next) {
        struct message *message = message_at(account, i);
        if (message->to != to || message->stage != NOTIFY_KEPT || !is_reachable(account, message))
            continue;
        message->stage = NOTIFY_ON_WAY;
        message->at = now + random_between(&account->notify.random, NS_PER_S, PHONE_WAKES_NS);
        planned = true;
    }
    if (planned)
        plan(account);
}

/* ---- at the platform ------------------------------------------------------------------------- */

/* The first receipt settles what is owed; others are of copies. */
static void alarm_receipt(struct account *account, int64_t now, const struct message *receipt)
{
    for (uint32_t i = account->notify.first; i != MESSAGE_NONE; i = message_at(account, i)->next) {
        const struct message *owed = message_at(account, i);
        if (owed->stage != NOTIFY_OWED || owed->serial != receipt->serial || owed->to != receipt->to)
            continue;
        take_out(account, i);
        if (receipt->to == NOTIFY_TENANT)
            event_put(&account->events, now, EVENT_ALARM_DELIVERED, receipt->number >> 8,
                      receipt->number & 0xff);
        return;
    }
}

static void receipt_comes(struct account *account, int64_t now, uint32_t place)
{
    struct message receipt = *message_at(account, place);
    if (account->platform->mute) {
        message_at(account, place)->at = now + PLATFORM_BACK_NS;
        return;
    }
    take_out(account, place);
    if (receipt.kind == NOTIFY_ALARM) {
        event_put(&account->events, now, EVENT_ALARM_RECEIPT, receipt.number,
                  NOTIFY_WHOM(receipt.to, receipt.channel));
        alarm_receipt(account, now, &receipt);
        return;
    }
    event_put(&account->events, now, EVENT_REMINDER_RECEIPT, receipt.number, receipt.channel);
    reminders_receipt(account, now, receipt.number, receipt.serial, receipt.channel);
}

static void owed_is_due(struct account *account, int64_t now, uint32_t place)
{
    struct message alarm = *message_at(account, place);
    if (account->platform->mute) {
        message_at(account, place)->at = now + PLATFORM_BACK_NS;
        return;
    }
    take_out(account, place);
    if (alarm.attempts < account->platform->policy.notify.alarm_attempts)
        send_alarm(account, now, alarm);
    else
        event_put(&account->events, now, EVENT_ALARM_UNCONFIRMED, alarm.number, NOTIFY_WHOM(alarm.to, 0));
}

void notify_timer(struct account *account, int64_t now)
{
    uint32_t place = earliest(account);
    if (place == MESSAGE_NONE)
        return;
    switch (message_at(account, place)->stage) {
    case NOTIFY_ON_WAY:
        arrive(account, now, place);
        break;
    case NOTIFY_KEPT: /* for too long */
        take_out(account, place);
        break;
    case NOTIFY_RECEIPT:
        receipt_comes(account, now, place);
        break;
    case NOTIFY_OWED:
        owed_is_due(account, now, place);
        break;
    }
    plan(account);
}

void notify_init(struct notify *notify, uint64_t seed, uint32_t flat)
{
    *notify = (struct notify){.random = random_stream(seed, flat, RANDOM_NOTIFY), .first = MESSAGE_NONE};
}
