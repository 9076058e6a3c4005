#include "sim/platform/arrears.h"
#include "sim/platform/bills.h"
#include "sim/platform/ledger.h"
#include "sim/platform/notices.h"
#include "sim/platform/orders.h"
#include "sim/platform/reminders.h"
#include "sim/platform/tenancy.h"

#include <assert.h>
#include <string.h>

enum { ENERGY_IDENTIFIER = 0x00010000 };

void account_send_frame(struct account *account, const struct dlt645_frame *frame)
{
    struct account_outbox *outbox = account->outbox;
    assert(outbox->frame_count < ACCOUNT_FRAMES_MAX);
    struct controller_frame *out = &outbox->frames[outbox->frame_count++];
    int size = dlt645_encode(frame, 0, out->bytes, sizeof out->bytes);
    assert(size > 0);
    out->size = (uint8_t)size;
}

void account_send_phone(struct account *account, enum phone_kind kind, uint32_t number)
{
    struct account_outbox *outbox = account->outbox;
    if (outbox->phone_count == ACCOUNT_PHONE_MAX)
        return; /* the flat empties it after every event */
    outbox->phone[outbox->phone_count++] =
        (struct phone_message){.kind = kind, .number = number};
}

void account_audit(struct account *account, int64_t now, enum audit_action action, int actor)
{
    platform_audit(account->platform, now, account->events.flat, action, actor);
}

/* ---- what arrives --------------------------------------------------------------------------- */

static bool is_protective(int cause)
{
    return cause >= TRIP_CAUSE_OVERLOAD && cause < TRIP_CAUSE_COUNT;
}

static void report_received(struct account *account, int64_t now,
                            const struct controller_report *report)
{
    event_put(&account->events, now, EVENT_ALARM_RECEIVED, report->alarm, report->detail);
    bool alarms = report->alarm != METER_ALARM_CLOSED && report->alarm != METER_ALARM_POWER_UP;
    orders_reported(account, now, report);
    switch (report->alarm) {
    case METER_ALARM_TRIPPED:
        account_audit(account, now, AUDIT_TRIP_REPORTED, ACTOR_BILLING);
        alarms = is_protective(report->detail);
        break;
    case METER_ALARM_CLOSED:
        account_audit(account, now, AUDIT_CLOSE_REPORTED, ACTOR_BILLING);
        break;
    case METER_ALARM_SECURITY:
        account_audit(account, now, AUDIT_SECURITY_ALARM, ACTOR_BILLING);
        break;
    default:
        account_audit(account, now, AUDIT_ALARM_REPORTED, ACTOR_BILLING);
        break;
    }
    if (alarms)
        notify_alarm(account, now, report->alarm, report->detail, true);
}

void account_suspects(struct account *account, int64_t now, enum meter_alarm alarm, int detail)
{
    event_put(&account->events, now, EVENT_ALARM_RECEIVED, alarm, detail | ALARM_OF_PLATFORM);
    account_audit(account, now, alarm == METER_ALARM_SECURITY ? AUDIT_SECURITY_ALARM : AUDIT_ALARM_REPORTED,
                  ACTOR_BILLING);
    notify_alarm(account, now, alarm, detail, false);
}

/* Total and rates of a block; false when it is none. The total is theirs, less what each rate's last digit cut off. */
static bool block_read(const uint8_t *value, size_t size, uint32_t reading_10wh[TARIFF_RATES])
{
    size_t each = dlt645_quantity_size(DLT645_ENERGY);
    if (size != each * (1 + TARIFF_RATES))
        return false;
    for (size_t rate = 0; rate < TARIFF_RATES; rate++) {
        int64_t mwh;
        if (dlt645_quantity_read(DLT645_ENERGY, value + each * (rate + 1), each, &mwh, NULL) < 0)
            return false;
        reading_10wh[rate] = (uint32_t)(mwh / 10000);
    }
    return true;
}

/* The mean load since the last reading, while there was any; one that supply came or went in between tells nothing. */
static void note_load(struct account *account, int64_t now, int64_t reading_10wh)
{
    int64_t grown_10wh = reading_10wh - account->reading_10wh;
    int64_t seconds = (now - account->read_at) / NS_PER_S;
    bool tells = account->read_at > 0 && account->reading_10wh >= 0 && grown_10wh > 0 && seconds > 0;
    if (tells) {
        account->power_w = (uint32_t)(grown_10wh * 10 * 3600 / seconds);
        orders_load_seen(account);
    }
    account->read_at = now;
}

static bool value_of(const struct dlt645_frame *frame, uint32_t identifier, const uint8_t **value, size_t *size)
{
    uint16_t bits;
    return dlt645_read_reply_parse(frame, identifier, value, size, &bits) == 0;
}

/* Registers as they were frozen at a change of prices. */
static bool frozen_received(struct account *account, int64_t now, const struct dlt645_frame *frame)
{
    const uint8_t *value;
    size_t size, stamp = dlt645_time_size(DLT645_TIME_MINUTE_TO_YEAR);
    struct dlt645_time time;
    uint32_t reading_10wh[TARIFF_RATES];
    if (!value_of(frame, CONTROLLER_FROZEN_IDENTIFIER, &value, &size))
        return false;
    if (size > stamp && dlt645_time_read(DLT645_TIME_MINUTE_TO_YEAR, value, stamp, &time, NULL) == 0 &&
        dlt645_time_is_valid(&time) && block_read(value + stamp, size - stamp, reading_10wh))
        ledger_frozen_read(account, now, controller_wire_seconds(&time), reading_10wh);
    return true;
}

static void reading_received(struct account *account, int64_t now, const struct dlt645_frame *frame)
{
    const uint8_t *value;
    size_t size;
    int64_t mwh;
    uint32_t reading_10wh[TARIFF_RATES];
    uint32_t identifier = ledger_by_rate(account) ? CONTROLLER_RATES_IDENTIFIER : ENERGY_IDENTIFIER;
    if (ledger_by_rate(account) && frozen_received(account, now, frame))
        return;
    if (!value_of(frame, identifier, &value, &size))
        return;
    if (ledger_by_rate(account)) {
        if (!block_read(value, size, reading_10wh))
            return;
        int64_t sum_10wh = 0;
        for (int rate = 0; rate < TARIFF_RATES; rate++)
            sum_10wh += reading_10wh[rate];
        note_load(account, now, sum_10wh);
        ledger_rates_read(account, now, reading_10wh);
    } else if (dlt645_quantity_read(DLT645_ENERGY, value, size, &mwh, NULL) == 0) {
        note_load(account, now, mwh / 10000);
        ledger_register_read(account, now, mwh / 10000);
        tenancy_reading(account, now);
    }
}

void account_receive(struct account *account, int64_t now, const uint8_t *bytes, size_t size)
{
    struct dlt645_frame frame;
    struct controller_report report;
    if (dlt645_decode(bytes, size, &frame, NULL) < 0)
        return;
    int function = frame.control & DLT645_FUNCTION_MASK;
    if (function == DLT645_RELAY || function == DLT645_WRITE)
        orders_answered(account, now, &frame);
    else if (controller_report_parse(&frame, &report) == 0)
        report_received(account, now, &report);
    else
        reading_received(account, now, &frame);
}

void account_phone(struct account *account, int64_t now, const struct phone_message *message)
{
    if (message->kind == PHONE_PAYMENT && account->vacant)
        ledger_refuse_payment(account, now, MONEY_REFUSED_VACANT, message->number);
    else if (message->kind == PHONE_PAYMENT)
        account_pay(account, now, message->amount, message->number);
}

void account_ask_reading(struct account *account)
{
    struct dlt645_frame frame;
    dlt645_read_request(&frame, &account->address,
                        ledger_by_rate(account) ? CONTROLLER_RATES_IDENTIFIER : ENERGY_IDENTIFIER);
    account_send_frame(account, &frame);
}

static void poll(struct account *account, int64_t now)
{
    timer_arm(&account->timers, ACCOUNT_TIMER_POLL, now + account->platform->policy.poll_ns);
    if (account->platform->mute)
        return;
    account_ask_reading(account);
}

void account_timer(struct account *account, int64_t now, int timer)
{
    timer_cancel(&account->timers, timer);
    if (timer == ACCOUNT_TIMER_NOTIFY) { /* those that carry messages are not down with the platform */
        notify_timer(account, now);
        return;
    }
    if (account->platform->mute && timer != ACCOUNT_TIMER_POLL) { /* what is due waits until it is up again */
        timer_arm(&account->timers, timer, now + NS_PER_MIN);
        return;
    }
    switch (timer) {
    case ACCOUNT_TIMER_POLL:
        poll(account, now);
        break;
    case ACCOUNT_TIMER_REMIND:
        reminders_timer(account, now);
        break;
    case ACCOUNT_TIMER_GRACE:
        arrears_trip_if_due(account, now);
        break;
    case ACCOUNT_TIMER_BILL:
        timer_arm(&account->timers, ACCOUNT_TIMER_BILL, now + account->platform->policy.billing_ns);
        ledger_bill(account, now);
        break;
    case ACCOUNT_TIMER_ORDER:
        orders_unanswered(account, now);
        break;
    case ACCOUNT_TIMER_MONTH:
        bills_timer(account, now);
        break;
    case ACCOUNT_TIMER_NOTICE:
        notices_timer(account, now);
        break;
    }
}

void account_init(struct account *account, struct platform *platform,
                  struct account_outbox *outbox, struct timers timers, struct event_source events,
                  const struct dlt645_address *address,
                  const struct account_config *config)
{
    memset(account, 0, sizeof *account);
    account->platform = platform;
    account->outbox = outbox;
    account->timers = timers;
    account->events = events;
    account->address = *address;
    account->credit = config->credit;
    account->control_password = config->control_password;
    account->administrator_password = config->administrator_password;
    account->opening = config->opening_balance;
    account->balance = config->opening_balance;
    notify_init(&account->notify, platform->seed, events.flat);
    account->register_10wh = -1;
    account->reading_10wh = -1;
    bills_begin(account, 0);
    if (platform->policy.billing_ns > 0)
        timer_arm(&account->timers, ACCOUNT_TIMER_BILL, ledger_first_bill(account));
    if (platform->policy.poll_ns == 0)
        return;
    /* Polls are spread over the interval by the flat's number, as a platform does. */
    int64_t spread = platform->policy.poll_ns / 64 * (events.flat % 64);
    timer_arm(&account->timers, ACCOUNT_TIMER_POLL, NS_PER_S + spread);
}
