#include "sim/platform/orders.h"

#include "sim/error.h"
#include "sim/meter/limits.h"

#include <assert.h>
#include <string.h>

#define ORDER_RETRY_NS (60 * NS_PER_S)
#define ORDER_VALID_NS (10 * NS_PER_MIN)
enum { ORDER_ATTEMPTS_MAX = 10 };

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

static void limits_frame(const struct account *account, const struct account_order *order,
                         struct dlt645_frame *frame)
{
    static const struct limit_schedule none;
    uint8_t value[LIMITS_WIRE_SIZE];
    int size = limits_write(account->limits ? account->limits : &none, value, sizeof value);
    assert(size > 0);
    write_frame(account, order, LIMITS_IDENTIFIER, value, (size_t)size, frame);
}

static void send_order(struct account *account, int64_t now)
{
    struct account_order *order = &account->orders[0];
    struct dlt645_frame frame;
    if (order->order == ORDER_RECHARGE)
        recharge_frame(account, order, &frame);
    else if (order->order == ORDER_SET_CLOCK)
        clock_frame(account, now, order, &frame);
    else if (order->order == ORDER_LIMITS)
        limits_frame(account, order, &frame);
    else
        relay_frame(account, now, order, &frame);
    order->attempts++;
    account_send_frame(account, &frame);
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
    account_send_frame(account, &frame);
    return 0;
}

int account_order(struct account *account, int64_t now, int order, int actor, int level)
{
    if (order == ORDER_BROADCAST_TIME)
        return broadcast_time(account, now, actor);
    return enqueue(account, now,
                   (struct account_order){
                       .order = (uint8_t)order, .actor = (int16_t)actor, .level = (uint8_t)level});
}

void orders_offer_recharge(struct account *account, int64_t now)
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
    orders_offer_recharge(account, now);
}

void orders_unanswered(struct account *account, int64_t now)
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

void orders_answered(struct account *account, int64_t now, const struct dlt645_frame *frame)
{
    if (account->order_count == 0)
        return; /* the answer to an order that was answered before */
    const struct account_order *order = &account->orders[0];
    struct dlt645_relay_reply reply = {.accepted = true};
    uint16_t bits = 0;
    bool of_relay = (frame->control & DLT645_FUNCTION_MASK) == DLT645_RELAY;
    bool wants_write = order->order == ORDER_RECHARGE || order->order == ORDER_SET_CLOCK ||
                       order->order == ORDER_LIMITS;
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
