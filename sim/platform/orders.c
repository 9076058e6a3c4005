#include "sim/platform/orders.h"

#include "sim/error.h"
#include "sim/platform/arrears.h"
#include "sim/meter/limits.h"

#include <assert.h>
#include <string.h>

static struct ticket *ticket_of(const struct account *account, const struct account_order *order)
{
    return dispatch_ticket(account->platform, order->ticket);
}

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
    const struct ticket *ticket = ticket_of(account, order);
    int64_t until = ticket && ticket->valid_until ? ticket->valid_until
                                                  : now + account->platform->policy.orders.valid_ns;
    int64_t until_s = account->platform->epoch_s + until / NS_PER_S;
    const struct dlt645_relay_command command = {
        .authority = authority_of(account, order),
        .order = (enum dlt645_relay_order)order->order,
        .restore_after_5min = ticket ? ticket->options.n2 : 0,
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

static int64_t spacing_of(const struct account *account, const struct account_order *order)
{
    const struct ticket *ticket = ticket_of(account, order);
    bool own = ticket && ticket->options.spacing_ns;
    return own ? ticket->options.spacing_ns : account->platform->policy.orders.spacing_ns;
}

static int attempts_of(const struct account *account, const struct account_order *order)
{
    const struct ticket *ticket = ticket_of(account, order);
    bool own = ticket && ticket->options.attempts;
    return own ? ticket->options.attempts : account->platform->policy.orders.attempts;
}

static void transmit(struct account *account, int64_t now)
{
    struct account_order *order = &account->orders[0];
    struct ticket *ticket = ticket_of(account, order);
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
    if (ticket) {
        ticket->outcome = DISPATCH_SENT;
        ticket->sent++;
    }
    account_send_frame(account, &frame);
    timer_arm(&account->timers, ACCOUNT_TIMER_ORDER, now + spacing_of(account, order));
}

/* ---- who keeps a flat off ---------------------------------------------------------------------- */

static bool closes(int order)
{
    return order == DLT645_RELAY_CLOSE || order == DLT645_RELAY_PERMIT_CLOSE;
}

static bool trips_for_a_time(int order)
{
    return order == DLT645_RELAY_TRIP_THEN_CLOSE || order == DLT645_RELAY_TRIP_THEN_PERMIT;
}

static int lock_out_of(const struct account *account, const struct account_order *order)
{
    const struct ticket *ticket = ticket_of(account, order);
    int n2 = ticket && order->order == DLT645_RELAY_TRIP ? ticket->options.n2 : 0;
    return n2 == CONTROLLER_LOCK_OUT || n2 == CONTROLLER_END_LOCK_OUT ? n2 : 0;
}

/* docs/orders.md, "Who wins": the one place at which the platform keeps its own closing orders, and those of people in
 * maintenance, back. 0, or why the order is not accepted. */
static int withheld(const struct account *account, int order, int actor)
{
    bool maintenance = account->holds & HOLD_MAINTENANCE;
    if (account->platform->faults.holds_ignored)
        return 0;
    if (actor >= 0)
        return maintenance && (closes(order) || trips_for_a_time(order)) ? ERROR_IN_MAINTENANCE : 0;
    return account->holds != 0 && closes(order) ? ERROR_NOT_ALLOWED : 0;
}

/* From the acceptance on: a payment that comes while the trip is on its way closes nothing. */
static void hold(struct account *account, const struct account_order *order)
{
    int lock_out = lock_out_of(account, order);
    bool trips = order->order == DLT645_RELAY_TRIP || trips_for_a_time(order->order);
    if (order->actor < 0 || !trips || lock_out == CONTROLLER_END_LOCK_OUT)
        return;
    account->holds &= (uint8_t)~HOLD_TIMED;
    account->holds |= HOLD_PERSON;
    if (trips_for_a_time(order->order))
        account->holds |= HOLD_TIMED;
    if (lock_out)
        account->holds |= HOLD_MAINTENANCE;
}

/* The meter did not do it. One that may have been done keeps what it holds. */
static void unhold(struct account *account, const struct account_order *order)
{
    const struct ticket *ticket = ticket_of(account, order);
    int before = ticket ? ticket->held_before : 0, lock_out = lock_out_of(account, order);
    bool trips = order->order == DLT645_RELAY_TRIP || trips_for_a_time(order->order);
    if (order->actor < 0 || !trips || lock_out == CONTROLLER_END_LOCK_OUT)
        return;
    if (!(before & HOLD_PERSON))
        account->holds &= (uint8_t)~(HOLD_PERSON | HOLD_TIMED);
    if (lock_out && !(before & HOLD_MAINTENANCE))
        account->holds &= (uint8_t)~HOLD_MAINTENANCE;
}

/* Supply came or went: the load of the reading's window so far is not the flat's. */
static void contacts_told(struct account *account, bool open)
{
    account->holds &= (uint8_t)~HOLD_WAITING;
    account->open_told = open;
    account->read_at = 0;
}

static void maintenance_changed(struct account *account, int64_t now, int actor, bool on)
{
    bool was = account->holds & HOLD_LOCKED_OUT;
    account->holds &= (uint8_t)~(HOLD_LOCKED_OUT | HOLD_MAINTENANCE);
    if (on)
        account->holds |= HOLD_LOCKED_OUT | HOLD_MAINTENANCE;
    if (was != on)
        event_put(&account->events, now, EVENT_MAINTENANCE, on, actor);
}

/* The contacts are, or will be, where they were: what somebody wanted off is on. */
static void nothing_is_held(struct account *account)
{
    account->holds &= (uint8_t)~(HOLD_PERSON | HOLD_TIMED | HOLD_WAITING);
}

/* The meter did it; with a trip that waits (for a warning's end, for a current to fall) its report tells when. */
static void order_took_effect(struct account *account, int64_t now, const struct account_order *order,
                              int word)
{
    const int waiting = DLT645_DONE_TRIP_DELAYED | DLT645_DONE_TRIP_HELD_BY_CURRENT;
    int lock_out = lock_out_of(account, order);
    bool trips = order->order == DLT645_RELAY_TRIP || trips_for_a_time(order->order);
    hold(account, order);
    if (trips && (word & waiting) && order->actor >= 0)
        account->holds |= HOLD_WAITING;
    else if (trips)
        contacts_told(account, true);
    if (order->order == DLT645_RELAY_CLOSE)
        contacts_told(account, false);
    if (lock_out)
        maintenance_changed(account, now, order->actor, lock_out == CONTROLLER_LOCK_OUT);
    if (lock_out == CONTROLLER_END_LOCK_OUT)
        account->holds |= HOLD_PERSON; /* an order to trip is what remains */
    bool cancels = order->order == DLT645_RELAY_KEEP_POWER_ON && !account->open_told; /* a trip that waited */
    if (cancels || (order->actor >= 0 && closes(order->order)))
        nothing_is_held(account);
}

/* ---- the queue --------------------------------------------------------------------------------- */

/* Is what the billing ordered, and nobody answered, still what it wants? */
static bool still_wanted(const struct account *account, const struct account_order *order)
{
    bool off = account->arrears_trip || (account->vacant && account->platform->policy.vacant_off);
    bool sounds = account->level >= CREDIT_LEVEL_ALARM_2;
    switch (order->order) {
    case DLT645_RELAY_TRIP:
    case DLT645_RELAY_KEEP_POWER_OFF:
        return off;
    case DLT645_RELAY_CLOSE:
    case DLT645_RELAY_PERMIT_CLOSE:
        return !off && withheld(account, order->order, order->actor) == 0;
    case DLT645_RELAY_KEEP_POWER_ON:
        return !off;
    case DLT645_RELAY_ALARM_ON:
        return sounds;
    case DLT645_RELAY_ALARM_OFF:
        return !sounds;
    default:
        return true;
    }
}

static void drop_first(struct account *account)
{
    account->order_count--;
    memmove(account->orders, account->orders + 1,
            (size_t)account->order_count * sizeof account->orders[0]);
    timer_cancel(&account->timers, ACCOUNT_TIMER_ORDER);
}

/* Its time was over before it was its turn: it is not sent at all. */
static bool came_too_late(const struct account *account, int64_t now)
{
    const struct ticket *ticket = ticket_of(account, &account->orders[0]);
    return ticket && ticket->valid_until != 0 && now > ticket->valid_until;
}

static void fail(struct account *account, int64_t now, const struct account_order *order,
                 enum dispatch_outcome outcome, int why)
{
    event_put(&account->events, now, EVENT_ORDER_FAILED, order->order, why);
    if (outcome != DISPATCH_UNANSWERED)
        unhold(account, order);
    account->read_at = 0; /* readings from now on tell whether it is on: orders_load_seen */
    dispatch_end(account->platform, now, order->ticket, outcome, why);
}

static void send_first(struct account *account, int64_t now)
{
    while (account->order_count > 0 && came_too_late(account, now)) {
        fail(account, now, &account->orders[0], DISPATCH_EXPIRED, DLT645_REFUSED_VALID_UNTIL);
        drop_first(account);
    }
    if (account->order_count > 0)
        transmit(account, now);
}

static int enqueue(struct account *account, int64_t now, struct account_order order)
{
    int room = order.actor == ACTOR_BILLING ? ACCOUNT_ORDERS_MAX : ACCOUNT_ORDERS_OF_PEOPLE_MAX;
    int why = withheld(account, order.order, order.actor);
    if (why < 0) {
        event_put(&account->events, now, EVENT_ORDER_WITHHELD, order.order, account->holds);
        return why;
    }
    if (account->order_count >= room)
        return ERROR_QUEUE_FULL;
    if (lock_out_of(account, &order) == CONTROLLER_END_LOCK_OUT && !(account->holds & HOLD_MAINTENANCE))
        return ERROR_NOT_IN_MAINTENANCE;
    if (order.ticket)
        ticket_of(account, &order)->held_before = account->holds;
    account->orders[account->order_count++] = order;
    event_put(&account->events, now, EVENT_ORDER, order.order, order.actor);
    hold(account, &order);
    if (account->order_count == 1)
        send_first(account, now);
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

int account_order_ticket(struct account *account, int64_t now, uint32_t number, int actor, int level)
{
    const struct ticket *ticket = dispatch_ticket(account->platform, number);
    int order = ticket->order;
    int result = order == ORDER_BROADCAST_TIME
                     ? broadcast_time(account, now, actor)
                     : enqueue(account, now,
                               (struct account_order){.order = (uint8_t)order,
                                                      .actor = (int16_t)actor,
                                                      .level = (uint8_t)level,
                                                      .ticket = number & TICKETS_MAX});
    if (result < 0)
        dispatch_end(account->platform, now, number, DISPATCH_REFUSED, result);
    else if (order == ORDER_BROADCAST_TIME) /* nobody answers it */
        dispatch_end(account->platform, now, number, DISPATCH_DONE, 0);
    return result;
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

static void go_on(struct account *account, int64_t now)
{
    send_first(account, now);
    orders_offer_recharge(account, now);
}

static void next_order(struct account *account, int64_t now)
{
    drop_first(account);
    go_on(account, now);
}

static void order_is_done(struct account *account, int64_t now, int word)
{
    const struct account_order order = account->orders[0];
    event_put(&account->events, now, EVENT_ORDER_DONE, order.order, word);
    order_took_effect(account, now, &order, word);
    dispatch_end(account->platform, now, order.ticket, DISPATCH_DONE, 0);
    next_order(account, now);
}

static bool was_seen(const struct account *account, const struct account_order *order)
{
    const struct ticket *ticket = ticket_of(account, order);
    return ticket && ticket->seen;
}

void orders_unanswered(struct account *account, int64_t now)
{
    struct account_order order = account->orders[0];
    bool trips = order.order == DLT645_RELAY_TRIP || order.order == DLT645_RELAY_KEEP_POWER_OFF;
    if (order.actor == ACTOR_BILLING && trips && arrears_put_off(account, now)) {
        fail(account, now, &order, DISPATCH_UNANSWERED, ERROR_TIMEOUT);
        next_order(account, now);
        return;
    }
    if (order.attempts < attempts_of(account, &order)) {
        transmit(account, now);
        return;
    }
    if (was_seen(account, &order)) {
        order_is_done(account, now, 0);
        return;
    }
    const struct ticket *ticket = ticket_of(account, &order);
    bool late = ticket && ticket->told_late;
    fail(account, now, &order, late ? DISPATCH_EXPIRED : DISPATCH_UNANSWERED,
         late ? DLT645_REFUSED_VALID_UNTIL : ERROR_TIMEOUT);
    drop_first(account);
    bool again = order.actor == ACTOR_BILLING && still_wanted(account, &order);
    if (again) { /* nobody else would ask again: behind the others, anew */
        order.attempts = 0;
        account->orders[account->order_count++] = order;
    }
    go_on(account, now);
}

static void order_refused(struct account *account, int64_t now, const struct account_order *order,
                          int word)
{
    bool expired = word == DLT645_REFUSED_VALID_UNTIL;
    fail(account, now, order, expired ? DISPATCH_EXPIRED : DISPATCH_REFUSED, word);
    bool arrears = order->actor == ACTOR_BILLING && order->order == DLT645_RELAY_TRIP;
    if (!arrears)
        return;
    account->arrears_trip = false; /* keep-power stands: ask again after another grace period */
    timer_arm(&account->timers, ACCOUNT_TIMER_GRACE, now + account->platform->policy.grace_ns);
}

/* Its answer may be lost, or come after its time: the report tells of it too. */
static void see(struct account *account, const struct controller_report *report)
{
    struct account_order *order = &account->orders[0];
    struct ticket *ticket = account->order_count > 0 ? ticket_of(account, order) : NULL;
    if (!ticket || order->attempts == 0)
        return;
    bool tripped = report->alarm == METER_ALARM_TRIPPED && report->detail == TRIP_CAUSE_ORDER;
    bool closed = report->alarm == METER_ALARM_CLOSED && report->detail == CLOSE_BY_ORDER;
    bool trips = order->order == DLT645_RELAY_TRIP || trips_for_a_time(order->order);
    ticket->seen |= (tripped && trips) || (closed && order->order == DLT645_RELAY_CLOSE);
}

static bool trip_of_a_person_waits(const struct account *account)
{
    for (int i = 0; i < account->order_count; i++) {
        const struct account_order *order = &account->orders[i];
        if (order->actor >= 0 && (order->order == DLT645_RELAY_TRIP || trips_for_a_time(order->order)))
            return true;
    }
    return false;
}

void orders_load_seen(struct account *account)
{
    bool waits = (account->holds & HOLD_WAITING) || trip_of_a_person_waits(account);
    if (!account->open_told && !waits)
        nothing_is_held(account);
}

void orders_reported(struct account *account, int64_t now, const struct controller_report *report)
{
    (void)now;
    see(account, report);
    if (report->alarm == METER_ALARM_TRIPPED) {
        contacts_told(account, true);
        if (report->detail > TRIP_CAUSE_ARREARS && report->detail < TRIP_CAUSE_COUNT)
            account->protection_told |= (uint16_t)CAUSE_BIT(report->detail);
    }
    bool supplied = report->alarm == METER_ALARM_CLOSED && report->detail != CLOSE_BY_EMERGENCY_SWITCH;
    if (!supplied)
        return;
    contacts_told(account, false);
    account->protection_told = 0;
    if (!trip_of_a_person_waits(account)) /* what closed was kept off by nobody any more */
        nothing_is_held(account);
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
        {DLT645_RELAY_TRIP_THEN_CLOSE, DLT645_DONE_TRIP_WILL_RESTORE | DLT645_DONE_TRIP_HELD_BY_CURRENT},
        {DLT645_RELAY_TRIP_THEN_PERMIT, DLT645_DONE_TRIP_WILL_RESTORE | DLT645_DONE_TRIP_HELD_BY_CURRENT},
        {DLT645_RELAY_ALARM_ON, DLT645_DONE_ALARM_ON},
        {DLT645_RELAY_ALARM_OFF, DLT645_DONE_ALARM_OFF},
    };
    if (!reply->accepted && (reply->word & DLT645_REFUSED_KEEP_POWER))
        return order == DLT645_RELAY_TRIP || trips_for_a_time(order);
    if (!reply->accepted || !reply->has_word) /* a refusal does not say of what */
        return true;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i].order == order)
            return (reply->word & pairs[i].words) != 0;
    return true;
}

/* A recharge's answer says its number, others say nothing. */
static bool answers_write(const struct account *account, const struct account_order *order,
                          const struct dlt645_frame *frame)
{
    if (order->order != ORDER_RECHARGE)
        return frame->length == 0;
    return controller_recharged_number(frame) == account->recharge.number;
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
    if (!of_relay && reply.accepted && !answers_write(account, order, frame))
        return;
    bool expired = of_relay && !reply.accepted && (reply.word & DLT645_REFUSED_VALID_UNTIL);
    struct ticket *ticket = ticket_of(account, order);
    bool renewed = !ticket || ticket->valid_until == 0;
    if (expired && renewed && order->attempts < attempts_of(account, order)) { /* it waited for the meter's power */
        transmit(account, now);
        return;
    }
    if (expired && !renewed && now < ticket->valid_until) { /* of an earlier order, or the meter's clock is wrong */
        ticket->told_late = true;
        return;
    }
    /* A meter that refuses the end of a lock-out like any trip knows no lock-out: there is nothing to end. */
    bool none_there = of_relay && lock_out_of(account, order) == CONTROLLER_END_LOCK_OUT &&
                      !reply.accepted && (reply.word & DLT645_REFUSED_KEEP_POWER);
    if (reply.accepted || none_there || (expired && was_seen(account, order))) {
        order_is_done(account, now, reply.accepted ? reply.word : 0);
        return;
    }
    order_refused(account, now, order, of_relay ? reply.word : bits);
    next_order(account, now);
}
