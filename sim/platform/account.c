#include "sim/platform/account.h"

#include "sim/error.h"

#include <assert.h>
#include <string.h>

#define ORDER_RETRY_NS (60 * NS_PER_S)
#define ORDER_VALID_NS (10 * NS_PER_MIN)
enum { ORDER_ATTEMPTS_MAX = 10, ENERGY_IDENTIFIER = 0x00010000 };
#define MONEY_MAX INT64_C(9999999900) /* 999,999.99 yuan: what the meter's money field holds */

static void send_frame(struct account *account, const struct dlt645_frame *frame)
{
    struct account_outbox *outbox = account->outbox;
    assert(outbox->frame_count < ACCOUNT_FRAMES_MAX);
    struct controller_frame *out = &outbox->frames[outbox->frame_count++];
    int size = dlt645_encode(frame, 0, out->bytes, sizeof out->bytes);
    assert(size > 0);
    out->size = (uint8_t)size;
}

static void send_phone(struct account *account, enum phone_kind kind, uint32_t number)
{
    struct account_outbox *outbox = account->outbox;
    if (outbox->phone_count == ACCOUNT_PHONE_MAX)
        return; /* the flat empties it after every event; a reminder is sent again anyway */
    outbox->phone[outbox->phone_count++] =
        (struct phone_message){.kind = kind, .number = number};
}

static void audit(struct account *account, int64_t now, enum audit_action action, int actor)
{
    platform_audit(account->platform, now, account->events.flat, action, actor);
}

/* ---- orders --------------------------------------------------------------------------------- */

static struct dlt645_authority authority_of(const struct account *account,
                                            const struct account_order *order)
{
    uint32_t password =
        order->level == 2 ? account->administrator_password : account->control_password;
    return (struct dlt645_authority){
        .level = (uint8_t)order->level,
        .password = password,
        .operator_code = (uint32_t)(order->actor + 2),
    };
}

static void write_frame(const struct account *account, const struct account_order *order,
                        uint32_t identifier, const uint8_t *value, size_t size,
                        struct dlt645_frame *frame)
{
    const struct dlt645_write write = {
        .identifier = identifier,
        .authority = authority_of(account, order),
        .value = value,
        .value_size = size,
    };
    int result = dlt645_write_request(frame, &account->address, &write);
    assert(result == 0);
    (void)result;
}

static void recharge_frame(const struct account *account, const struct account_order *order,
                           struct dlt645_frame *frame)
{
    uint8_t value[8];
    int size = controller_recharge_write(&account->recharge, value, sizeof value);
    assert(size == sizeof value);
    write_frame(account, order, CONTROLLER_RECHARGE_IDENTIFIER, value, (size_t)size, frame);
}

/* What the platform's clock says: a meter gets it later by the way there. */
static struct dlt645_time wire_time(const struct account *account, int64_t now)
{
    return controller_wire_time(account->platform->epoch_s + now / NS_PER_S);
}

static void clock_frame(const struct account *account, int64_t now,
                        const struct account_order *order, struct dlt645_frame *frame)
{
    uint8_t value[DLT645_TIME_SIZE_MAX];
    const struct dlt645_time time = wire_time(account, now);
    int size = dlt645_time_write(DLT645_TIME_WITH_WEEKDAY, &time, value, sizeof value);
    assert(size > 0);
    write_frame(account, order, CONTROLLER_CLOCK_IDENTIFIER, value, (size_t)size, frame);
}

static void relay_frame(const struct account *account, int64_t now,
                        const struct account_order *order, struct dlt645_frame *frame)
{
    int64_t until_s = account->platform->epoch_s + (now + ORDER_VALID_NS) / NS_PER_S;
    const struct dlt645_relay_command command = {
        .authority = authority_of(account, order),
        .order = (enum dlt645_relay_order)order->order,
        .valid_until = controller_wire_time(until_s),
    };
    int result = dlt645_relay_request(frame, &account->address, &command);
    assert(result == 0);
    (void)result;
}

static void send_order(struct account *account, int64_t now)
{
    struct account_order *order = &account->orders[0];
    struct dlt645_frame frame;
    if (order->order == ORDER_RECHARGE)
        recharge_frame(account, order, &frame);
    else if (order->order == ORDER_SET_CLOCK)
        clock_frame(account, now, order, &frame);
    else
        relay_frame(account, now, order, &frame);
    order->attempts++;
    send_frame(account, &frame);
    timer_arm(&account->timers, ACCOUNT_TIMER_ORDER, now + ORDER_RETRY_NS);
}

static int enqueue(struct account *account, int64_t now, struct account_order order)
{
    int room = order.actor == ACTOR_BILLING ? ACCOUNT_ORDERS_MAX : ACCOUNT_ORDERS_OF_PEOPLE_MAX;
    if (account->order_count >= room)
        return ERROR_QUEUE_FULL;
    account->orders[account->order_count++] = order;
    event_put(&account->events, now, EVENT_ORDER, order.order, order.actor);
    if (account->order_count == 1)
        send_order(account, now);
    return 0;
}

static int broadcast_time(struct account *account, int64_t now, int actor)
{
    struct dlt645_frame frame;
    const struct dlt645_time time = wire_time(account, now);
    if (account->outbox->frame_count == ACCOUNT_FRAMES_MAX || dlt645_broadcast_time(&frame, &time) < 0)
        return ERROR_QUEUE_FULL;
    event_put(&account->events, now, EVENT_ORDER, ORDER_BROADCAST_TIME, actor);
    send_frame(account, &frame);
    return 0;
}

int account_order(struct account *account, int64_t now, int order, int actor, int level)
{
    if (order == ORDER_BROADCAST_TIME)
        return broadcast_time(account, now, actor);
    return enqueue(account, now,
                   (struct account_order){
                       .order = (uint8_t)order, .actor = (int8_t)actor, .level = (uint8_t)level});
}

/* Payments that a meter with its own credit was not told yet go as one recharge at a time. */
static void offer_recharge(struct account *account, int64_t now)
{
    int64_t amount = account->recharge_owed < MONEY_MAX ? account->recharge_owed : MONEY_MAX;
    amount -= amount % 100; /* whole 1/100 yuan: the rest waits for the next payment */
    if (amount == 0 || account->order_count == ACCOUNT_ORDERS_MAX)
        return;
    for (int i = 0; i < account->order_count; i++)
        if (account->orders[i].order == ORDER_RECHARGE)
            return;
    account->recharge_owed -= amount;
    account->recharge.amount = amount;
    account->recharge.number++;
    enqueue(account, now, (struct account_order){.actor = ACTOR_BILLING, .level = 4});
}

static void next_order(struct account *account, int64_t now)
{
    account->order_count--;
    memmove(account->orders, account->orders + 1,
            (size_t)account->order_count * sizeof account->orders[0]);
    timer_cancel(&account->timers, ACCOUNT_TIMER_ORDER);
    if (account->order_count > 0)
        send_order(account, now);
    offer_recharge(account, now);
}

static void order_unanswered(struct account *account, int64_t now)
{
    if (account->orders[0].attempts < ORDER_ATTEMPTS_MAX) {
        send_order(account, now);
        return;
    }
    struct account_order order = account->orders[0];
    event_put(&account->events, now, EVENT_ORDER_FAILED, order.order, ERROR_TIMEOUT);
    if (order.actor == ACTOR_BILLING) { /* nobody else would ask again: behind the others, anew */
        order.attempts = 0;
        account->orders[account->order_count++] = order;
    }
    next_order(account, now);
}

static void order_refused(struct account *account, int64_t now, const struct account_order *order,
                          int word)
{
    event_put(&account->events, now, EVENT_ORDER_FAILED, order->order, word);
    bool arrears = order->actor == ACTOR_BILLING && order->order == DLT645_RELAY_TRIP;
    if (!arrears)
        return;
    account->arrears_trip = false; /* keep-power stands: ask again after another grace period */
    timer_arm(&account->timers, ACCOUNT_TIMER_GRACE, now + account->platform->policy.grace_ns);
}

/* Is this execution word of this order? An order that was sent twice is answered twice. */
static bool answers(const struct dlt645_relay_reply *reply, int order)
{
    static const struct {
        int order;
        uint16_t words;
    } pairs[] = {
        {DLT645_RELAY_TRIP, DLT645_DONE_TRIPPED | DLT645_DONE_TRIP_DELAYED |
                                DLT645_DONE_TRIP_HELD_BY_CURRENT},
        {DLT645_RELAY_PERMIT_CLOSE, DLT645_DONE_CLOSE_PERMITTED},
        {DLT645_RELAY_CLOSE, DLT645_DONE_CLOSED},
        {DLT645_RELAY_KEEP_POWER_ON, DLT645_DONE_KEEP_POWER_ON},
        {DLT645_RELAY_KEEP_POWER_OFF, DLT645_DONE_KEEP_POWER_OFF},
    };
    if (!reply->accepted || !reply->has_word) /* a refusal does not say of what */
        return true;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i].order == order)
            return (reply->word & pairs[i].words) != 0;
    return true;
}

static void order_answered(struct account *account, int64_t now, const struct dlt645_frame *frame)
{
    if (account->order_count == 0)
        return; /* the answer to an order that was answered before */
    const struct account_order *order = &account->orders[0];
    struct dlt645_relay_reply reply = {.accepted = true};
    uint16_t bits = 0;
    bool of_relay = (frame->control & DLT645_FUNCTION_MASK) == DLT645_RELAY;
    bool wants_write = order->order == ORDER_RECHARGE || order->order == ORDER_SET_CLOCK;
    if (of_relay == wants_write)
        return;
    if (of_relay && dlt645_relay_reply_parse(frame, &reply) < 0)
        return;
    if (of_relay && !answers(&reply, order->order))
        return;
    if (!of_relay)
        reply.accepted = dlt645_reply_check(frame, DLT645_WRITE, &bits) == 0;
    bool expired = of_relay && !reply.accepted && (reply.word & DLT645_REFUSED_VALID_UNTIL);
    if (expired && order->attempts < ORDER_ATTEMPTS_MAX) { /* it waited for the meter's power */
        send_order(account, now);
        return;
    }
    if (reply.accepted)
        event_put(&account->events, now, EVENT_ORDER_DONE, order->order, reply.word);
    else
        order_refused(account, now, order, of_relay ? reply.word : bits);
    next_order(account, now);
}

/* ---- billing -------------------------------------------------------------------------------- */

static bool in_arrears(const struct account *account)
{
    return account->balance <= -account->platform->policy.overdraft;
}

static void send_reminder(struct account *account, int64_t now)
{
    int number = account->reminders_delivered + 1;
    account->reminder_attempts++;
    event_put(&account->events, now, EVENT_REMINDER_SENT, number, account->reminder_attempts);
    send_phone(account, PHONE_REMINDER, (uint32_t)number);
    timer_arm(&account->timers, ACCOUNT_TIMER_REMIND,
              now + account->platform->policy.reminder_retry_ns);
}

static void remind_timer(struct account *account, int64_t now)
{
    if (account->reminder_attempts < account->platform->policy.reminder_attempts_max) {
        send_reminder(account, now);
        return;
    }
    /* A tenant who cannot be reached is not switched off: the administrator is told and decides. */
    account->fallback = true;
    event_put(&account->events, now, EVENT_REMINDERS_FALLBACK, account->reminders_delivered, 0);
    audit(account, now, AUDIT_ALARM_REPORTED, ACTOR_BILLING);
}

static void arrears_trip(struct account *account, int64_t now)
{
    account->arrears_trip = true;
    event_put(&account->events, now, EVENT_ARREARS_TRIP, account->reminders_delivered,
              account->balance);
    audit(account, now, AUDIT_ARREARS_TRIP, ACTOR_BILLING);
    int order = account->credit == CREDIT_LOCAL ? DLT645_RELAY_KEEP_POWER_OFF : DLT645_RELAY_TRIP;
    account_order(account, now, order, ACTOR_BILLING, 4);
}

static void trip_if_due(struct account *account, int64_t now)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (account->arrears_trip || !in_arrears(account) || account->platform->mute)
        return;
    bool reminded = account->reminders_delivered >= policy->reminders;
    if (!reminded && !account->platform->faults.trips_without_reminders)
        return;
    int64_t due = account->last_delivered_at + policy->grace_ns;
    if (reminded && now < due)
        timer_arm(&account->timers, ACCOUNT_TIMER_GRACE, due);
    else
        arrears_trip(account, now);
}

static void remind_if_due(struct account *account, int64_t now)
{
    const struct billing_policy *policy = &account->platform->policy;
    if (account->reminding || account->balance > policy->remind_below)
        return;
    account->reminding = true;
    account->reminder_attempts = 0;
    send_reminder(account, now);
}

static void reminder_delivered(struct account *account, int64_t now, uint32_t number)
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
    trip_if_due(account, now);
}

static void end_reminding(struct account *account)
{
    account->reminding = false;
    account->fallback = false;
    account->reminders_delivered = 0;
    timer_cancel(&account->timers, ACCOUNT_TIMER_REMIND);
    timer_cancel(&account->timers, ACCOUNT_TIMER_GRACE);
}

static void restore(struct account *account, int64_t now)
{
    account->arrears_trip = false;
    if (account->credit == CREDIT_LOCAL) {
        account_order(account, now, DLT645_RELAY_KEEP_POWER_ON, ACTOR_BILLING, 4);
        return;
    }
    int order = account->platform->policy.restore_by_permit ? DLT645_RELAY_PERMIT_CLOSE
                                                            : DLT645_RELAY_CLOSE;
    account_order(account, now, order, ACTOR_BILLING, 4);
}

int account_pay(struct account *account, int64_t now, int64_t amount, uint32_t number)
{
    if (amount <= 0 || amount > MONEY_MAX)
        return ERROR_INVALID_ARGUMENT;
    if (number <= account->last_payment)
        return ERROR_NOT_ALLOWED;
    account->last_payment = number;
    account->balance += amount;
    account->paid += amount;
    event_put(&account->events, now, EVENT_PAYMENT, amount, number);
    audit(account, now, AUDIT_PAYMENT_ACCEPTED, ACTOR_BILLING);
    if (account->credit == CREDIT_LOCAL) {
        account->recharge_owed += amount;
        offer_recharge(account, now);
    }
    if (in_arrears(account))
        return 0;
    if (account->balance > account->platform->policy.remind_below || account->arrears_trip)
        end_reminding(account);
    if (account->arrears_trip)
        restore(account, now);
    remind_if_due(account, now);
    return 0;
}

void account_open(struct account *account, int64_t now, int64_t balance)
{
    account->opening = balance;
    account->balance = balance;
    account->charged = 0;
    account->paid = 0;
    account->charge_remainder = 0;
    end_reminding(account); /* those were for somebody else */
    event_put(&account->events, now, EVENT_ACCOUNT_OPENED, balance, 0);
    remind_if_due(account, now);
    trip_if_due(account, now);
}

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

static bool by_rate(const struct account *account)
{
    return account->platform->policy.tariff != NULL;
}

/* What rates cost is in the remainder since they were read. */
static void bill(struct account *account, int64_t now)
{
    int64_t last = account->register_10wh;
    int64_t price = by_rate(account) ? 0 : account->platform->policy.price;
    account->register_10wh = account->reading_10wh;
    if (last < 0 || account->reading_10wh < last)
        return; /* the first reading opens the account; a register never runs backwards */
    if (account->reading_10wh > last)
        charge(account, now, (account->reading_10wh - last) * price);
    remind_if_due(account, now);
    trip_if_due(account, now);
}

static void register_read(struct account *account, int64_t now, int64_t reading_10wh)
{
    account->reading_10wh = reading_10wh;
    if (account->platform->policy.billing_ns == 0 || account->register_10wh < 0)
        bill(account, now);
}

/* What the rates counted since the last reading costs: season and tiers' cycle are those of the platform's calendar,
 * the rate is the meter's. Rates that grew within one reading fill the tiers in their order. */
static void owe_rates(struct account *account, int64_t now, const uint32_t reading_10wh[TARIFF_RATES])
{
    const struct platform *platform = account->platform;
    const struct tariff *tariff = platform->policy.tariff;
    struct tariff_moment moment = tariff_at(tariff, platform->epoch_s + now / NS_PER_S);
    if (moment.cycle != account->cycle)
        account->cycle_used_10wh = 0;
    account->cycle = moment.cycle;
    for (int rate = 0; rate < TARIFF_RATES; rate++) {
        uint32_t units = reading_10wh[rate] - account->rate_10wh[rate];
        if (units == 0)
            continue;
        moment.rate = (uint8_t)(platform->faults.charges_one_rate ? TARIFF_PEAK : rate);
        int64_t cost = tariff_cost(tariff, moment, account->cycle_used_10wh, units, 100);
        account->cycle_used_10wh += units;
        account->charge_remainder += cost;
        event_put(&account->events, now, EVENT_CHARGE_RATE, rate, cost);
    }
}

static void rates_read(struct account *account, int64_t now, const uint32_t reading_10wh[TARIFF_RATES])
{
    bool first = account->register_10wh < 0, back = false;
    int64_t sum = 0;
    for (int rate = 0; rate < TARIFF_RATES; rate++) {
        back |= reading_10wh[rate] < account->rate_10wh[rate];
        sum += reading_10wh[rate];
    }
    if (!first && !back)
        owe_rates(account, now, reading_10wh);
    memcpy(account->rate_10wh, reading_10wh, sizeof account->rate_10wh);
    register_read(account, now, sum);
}

/* From one o'clock on, when the day's last report is in, minute after minute through the flats: not the whole
 * building at once. */
static int64_t first_bill(const struct account *account)
{
    int64_t one_o_clock_s = (86400 + 3600 - account->platform->epoch_s % 86400) % 86400;
    return one_o_clock_s * NS_PER_S + account->events.flat % 60 * NS_PER_MIN;
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
    switch (report->alarm) {
    case METER_ALARM_TRIPPED:
        audit(account, now, AUDIT_TRIP_REPORTED, ACTOR_BILLING);
        alarms = is_protective(report->detail);
        break;
    case METER_ALARM_CLOSED:
        audit(account, now, AUDIT_CLOSE_REPORTED, ACTOR_BILLING);
        break;
    case METER_ALARM_SECURITY:
        audit(account, now, AUDIT_SECURITY_ALARM, ACTOR_BILLING);
        break;
    default:
        audit(account, now, AUDIT_ALARM_REPORTED, ACTOR_BILLING);
        break;
    }
    if (alarms)
        send_phone(account, PHONE_ALARM, (uint32_t)report->alarm << 8 | report->detail);
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

static void reading_received(struct account *account, int64_t now, const struct dlt645_frame *frame)
{
    const uint8_t *value;
    size_t size;
    uint16_t bits;
    int64_t mwh;
    uint32_t reading_10wh[TARIFF_RATES];
    uint32_t identifier = by_rate(account) ? CONTROLLER_RATES_IDENTIFIER : ENERGY_IDENTIFIER;
    if (dlt645_read_reply_parse(frame, identifier, &value, &size, &bits) < 0)
        return;
    if (by_rate(account)) {
        if (block_read(value, size, reading_10wh))
            rates_read(account, now, reading_10wh);
    } else if (dlt645_quantity_read(DLT645_ENERGY, value, size, &mwh, NULL) == 0) {
        register_read(account, now, mwh / 10000);
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
        order_answered(account, now, &frame);
    else if (controller_report_parse(&frame, &report) == 0)
        report_received(account, now, &report);
    else
        reading_received(account, now, &frame);
}

void account_phone(struct account *account, int64_t now, const struct phone_message *message)
{
    if (message->kind == PHONE_PAYMENT)
        account_pay(account, now, message->amount, message->number);
    if (message->kind != PHONE_RECEIPT)
        return;
    if (message->receipt_of == PHONE_REMINDER)
        reminder_delivered(account, now, message->number);
    else if (message->receipt_of == PHONE_ALARM)
        event_put(&account->events, now, EVENT_ALARM_DELIVERED, message->number >> 8,
                  message->number & 0xff);
}

static void poll(struct account *account, int64_t now)
{
    timer_arm(&account->timers, ACCOUNT_TIMER_POLL, now + account->platform->policy.poll_ns);
    if (account->platform->mute)
        return;
    struct dlt645_frame frame;
    dlt645_read_request(&frame, &account->address,
                        by_rate(account) ? CONTROLLER_RATES_IDENTIFIER : ENERGY_IDENTIFIER);
    send_frame(account, &frame);
}

void account_timer(struct account *account, int64_t now, int timer)
{
    timer_cancel(&account->timers, timer);
    if (account->platform->mute && timer != ACCOUNT_TIMER_POLL) { /* what is due waits until it is up again */
        timer_arm(&account->timers, timer, now + NS_PER_MIN);
        return;
    }
    switch (timer) {
    case ACCOUNT_TIMER_POLL:
        poll(account, now);
        break;
    case ACCOUNT_TIMER_REMIND:
        remind_timer(account, now);
        break;
    case ACCOUNT_TIMER_GRACE:
        trip_if_due(account, now);
        break;
    case ACCOUNT_TIMER_BILL:
        timer_arm(&account->timers, ACCOUNT_TIMER_BILL, now + account->platform->policy.billing_ns);
        bill(account, now);
        break;
    case ACCOUNT_TIMER_ORDER:
        order_unanswered(account, now);
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
    account->register_10wh = -1;
    account->reading_10wh = -1;
    if (platform->policy.billing_ns > 0)
        timer_arm(&account->timers, ACCOUNT_TIMER_BILL, first_bill(account));
    if (platform->policy.poll_ns == 0)
        return;
    /* Polls are spread over the interval by the flat's number, as a platform does. */
    int64_t spread = platform->policy.poll_ns / 64 * (events.flat % 64);
    timer_arm(&account->timers, ACCOUNT_TIMER_POLL, NS_PER_S + spread);
}
