/* What a meter does with a DL/T 645 frame: reads, writes, relay orders. Replies take the firmware 20-80 ms. */
#include "sim/meter/internal.h"

#include "sim/error.h"

#include <string.h>

enum {
    LEVEL_ADMINISTRATOR = 2,
    LEVEL_CONTROL = 4,
    REPORTED_IDENTIFIER = 0x00010000,
    REPORT_RESET_IDENTIFIER = 0x04001503,
};

void commands_receive(struct meter *meter, int64_t now, const uint8_t *frame, size_t size)
{
    if (meter->inbox_count == METER_INBOX_MAX || size > CONTROLLER_FRAME_MAX) {
        event_put(&meter->events, now, EVENT_FRAME_DROPPED, 1, ERROR_BUFFER_TOO_SMALL);
        return;
    }
    struct controller_frame *in = &meter->inbox[meter->inbox_count++];
    in->size = (uint8_t)size;
    memcpy(in->bytes, frame, size);
    if (!timer_armed(&meter->timers, METER_TIMER_COMMAND)) {
        int64_t latency = random_between(&meter->random, 20 * NS_PER_MS, 80 * NS_PER_MS);
        timer_arm(&meter->timers, METER_TIMER_COMMAND, now + latency);
    }
}

/* Levels 02 and 04 write and switch. */
static bool authorised(struct meter *meter, int64_t now, const struct dlt645_authority *authority)
{
    bool known = authority->level == LEVEL_ADMINISTRATOR || authority->level == LEVEL_CONTROL;
    if (meter->port)
        return known && port_authorises(meter, now, authority);
    if (authority->level == LEVEL_ADMINISTRATOR)
        return authority->password == meter->config->administrator_password;
    return authority->level == LEVEL_CONTROL &&
           authority->password == meter->config->control_password;
}

static void refuse(struct meter *meter, int64_t now, enum dlt645_function function, uint8_t bits,
                   struct dlt645_frame *reply)
{
    dlt645_refusal(reply, &meter->address, function, bits);
    event_put(&meter->events, now, EVENT_METER_REFUSED, function, bits);
}

/* The base standard's relay control has no words of two bytes. */
static bool speaks_base(const struct meter *meter)
{
    return meter->port && meter->port->dialect == PORT_BASE;
}

static void refuse_order(struct meter *meter, int64_t now, int order, uint16_t word,
                         struct dlt645_frame *reply)
{
    const struct dlt645_relay_reply refusal = {
        .has_word = !speaks_base(meter),
        .word = word,
        .error_bits = word == DLT645_REFUSED_PASSWORD ? DLT645_ERROR_PASSWORD : DLT645_ERROR_OTHER,
    };
    dlt645_relay_reply(reply, &meter->address, &refusal);
    event_put(&meter->events, now, EVENT_METER_REFUSED, order, word);
}

static int64_t seconds_of(const struct dlt645_time *time)
{
    const struct civil_time civil = {time->year,   time->month,  time->day, time->hour,
                                     time->minute, time->second, 0};
    return civil_to_seconds(&civil);
}

static bool still_valid(const struct meter *meter, int64_t now, const struct dlt645_time *until)
{
    if (!dlt645_time_is_valid(until))
        return false;
    return seconds_of(until) >= meter_clock_s(meter, now);
}

static uint16_t order_trip(struct meter *meter, int64_t now)
{
    bool held = drive_trip_unless_held(meter, now, TRIP_CAUSE_ORDER);
    return held ? DLT645_DONE_TRIP_HELD_BY_CURRENT : DLT645_DONE_TRIPPED;
}

/* False when something else than `clears` keeps the contacts open. */
static bool order_permit(struct meter *meter, int64_t now, uint32_t clears)
{
    drive_clear(meter, now, clears);
    if (meter->memory.causes != 0)
        return false;
    if (meter->memory.closed_wanted)
        return true;
    meter->memory.close_permitted = true;
    meter->controller.status.close_permitted = true;
    drive_sense(meter, now);
    return true;
}

/* ---- what comes later by itself ----------------------------------------------------------------- */

static void sound_alarm(struct meter *meter, bool on)
{
    meter->memory.alarm_on = on;
    meter->controller.status.alarm = on;
}

static void plan(struct meter *meter, int64_t at, enum dlt645_relay_order order)
{
    meter->memory.later_at = at;
    meter->memory.later = (uint8_t)order;
    timer_arm(&meter->timers, METER_TIMER_LATER, at);
}

static void forget_plan(struct meter *meter)
{
    if (meter->memory.later_at != 0 && meter->memory.later == DLT645_RELAY_TRIP)
        sound_alarm(meter, false); /* the warning was for nothing */
    meter->memory.later_at = 0;
    timer_cancel(&meter->timers, METER_TIMER_LATER);
}

/* Trip for N2 x 5 minutes; then close (1D) or permit to (1E). Returns as execute_order. */
static uint16_t order_trip_for_a_time(struct meter *meter, int64_t now,
                                      const struct dlt645_relay_command *command, uint16_t *refusal)
{
    *refusal = meter->memory.keep_power             ? DLT645_REFUSED_RESTORE_KEEP_POWER
               : command->restore_after_5min == 0   ? DLT645_REFUSED_RESTORE_DURATION
               : !meter->memory.closed_wanted       ? DLT645_REFUSED_RESTORE_ALREADY_OPEN
                                                    : 0;
    if (*refusal)
        return 0;
    forget_plan(meter);
    bool permits = command->order == DLT645_RELAY_TRIP_THEN_PERMIT;
    bool held = drive_trip_unless_held(meter, now, TRIP_CAUSE_ORDER);
    plan(meter, now + command->restore_after_5min * 5 * NS_PER_MIN,
         permits ? DLT645_RELAY_PERMIT_CLOSE : DLT645_RELAY_CLOSE);
    return held ? DLT645_DONE_TRIP_HELD_BY_CURRENT : DLT645_DONE_TRIP_WILL_RESTORE;
}

/* An end of a trip lifts only the order: what else keeps the contacts open still does. */
void commands_later(struct meter *meter, int64_t now)
{
    enum dlt645_relay_order order = (enum dlt645_relay_order)meter->memory.later;
    forget_plan(meter);
    if (order == DLT645_RELAY_TRIP) {
        drive_trip_unless_held(meter, now, TRIP_CAUSE_ORDER);
    } else if (order == DLT645_RELAY_PERMIT_CLOSE) {
        order_permit(meter, now, CAUSE_BIT(TRIP_CAUSE_ORDER));
    } else {
        drive_clear(meter, now, CAUSE_BIT(TRIP_CAUSE_ORDER));
        drive_close(meter, now, CLOSE_BY_ORDER);
    }
}

void commands_boot(struct meter *meter, int64_t now)
{
    int64_t at = meter->memory.later_at;
    if (at != 0)
        timer_arm(&meter->timers, METER_TIMER_LATER, at > now ? at : now);
}

static void forget_lock(struct meter *meter)
{
    meter->memory.locked = false;
    meter->memory.overload_recloses = 0;
    timer_cancel(&meter->timers, METER_TIMER_OVERLOAD_RECLOSE);
}

void meter_clear_lock(struct meter *meter, int64_t now)
{
    uint32_t locks = protection_locks(meter);
    forget_lock(meter);
    drive_clear(meter, now, locks);
}

/* What an order to close or permit lifts: only money ends arrears that the meter itself counts. */
static uint32_t lifted_by_order(const struct meter *meter)
{
    return credit_spent(meter) ? CAUSE_BIT(TRIP_CAUSE_ORDER) : CAUSES_FORBIDDING;
}

/* An administrator's close ends a safety lock; the billing system's does not (leakage beats payment). */
static bool order_close(struct meter *meter, int64_t now, int level)
{
    uint32_t clears = lifted_by_order(meter);
    if (level == LEVEL_ADMINISTRATOR) {
        clears |= protection_locks(meter);
        forget_lock(meter);
    }
    drive_clear(meter, now, clears);
    return drive_close(meter, now, CLOSE_BY_ORDER);
}

/* ---- orders -------------------------------------------------------------------------------------- */

/* Whoever works there must not be surprised: what keep-power holds on is opened too. */
static uint16_t order_lock_out(struct meter *meter, int64_t now)
{
    meter->memory.locked_out = !meter->faults.lock_out_ignored;
    return order_trip(meter, now);
}

static uint16_t order_end_lock_out(struct meter *meter, int64_t now)
{
    meter->memory.locked_out = false;
    return order_trip(meter, now);
}

/* At once, or after a warning of so many minutes. */
static uint16_t order_trip_or_warn(struct meter *meter, int64_t now, int warning_min)
{
    forget_plan(meter);
    if (warning_min == 0 || warning_min > CONTROLLER_WARNING_MIN_MAX || !meter->memory.closed_wanted)
        return order_trip(meter, now);
    sound_alarm(meter, true);
    plan(meter, now + warning_min * NS_PER_MIN, DLT645_RELAY_TRIP);
    return DLT645_DONE_TRIP_DELAYED;
}

/* Only an administrator locks out, and ends it. Returns as execute_order. */
static uint16_t execute_trip(struct meter *meter, int64_t now,
                             const struct dlt645_relay_command *command, uint16_t *refusal)
{
    int n2 = meter->port ? 0 : command->restore_after_5min; /* at a port, the standard's reserved byte means nothing */
    *refusal = DLT645_REFUSED_PASSWORD;
    if (n2 == CONTROLLER_LOCK_OUT || n2 == CONTROLLER_END_LOCK_OUT) {
        if (command->authority.level != LEVEL_ADMINISTRATOR)
            return 0;
        forget_plan(meter);
        return n2 == CONTROLLER_LOCK_OUT ? order_lock_out(meter, now) : order_end_lock_out(meter, now);
    }
    *refusal = DLT645_REFUSED_KEEP_POWER;
    if (meter->memory.keep_power)
        return 0;
    return order_trip_or_warn(meter, now, n2);
}

static void set_keep_power(struct meter *meter, int64_t now, bool on)
{
    if (on && meter->memory.later == DLT645_RELAY_TRIP)
        forget_plan(meter); /* a trip that was to come is refused like one that comes now */
    drive_set_keep_power(meter, now, on);
}

/* While it is locked out: what closes, or will, is refused. */
static bool is_locked_out(const struct meter *meter, enum dlt645_relay_order order)
{
    return meter->memory.locked_out &&
           (order == DLT645_RELAY_CLOSE || order == DLT645_RELAY_PERMIT_CLOSE ||
            order == DLT645_RELAY_TRIP_THEN_CLOSE || order == DLT645_RELAY_TRIP_THEN_PERMIT);
}

/* Returns the execution word, or 0 when the order is refused with *refusal. */
static uint16_t execute_order(struct meter *meter, int64_t now,
                              const struct dlt645_relay_command *command, uint16_t *refusal)
{
    *refusal = DLT645_REFUSED_PASSWORD; /* also everything that has no word of its own */
    if (is_locked_out(meter, command->order))
        return 0;
    switch (command->order) {
    case DLT645_RELAY_TRIP:
        return execute_trip(meter, now, command, refusal);
    case DLT645_RELAY_PERMIT_CLOSE:
        if (!order_permit(meter, now, lifted_by_order(meter)))
            return 0;
        forget_plan(meter);
        return DLT645_DONE_CLOSE_PERMITTED;
    case DLT645_RELAY_CLOSE:
        if (!order_close(meter, now, command->authority.level))
            return 0;
        forget_plan(meter);
        return DLT645_DONE_CLOSED;
    case DLT645_RELAY_KEEP_POWER_ON:
        set_keep_power(meter, now, true);
        return DLT645_DONE_KEEP_POWER_ON;
    case DLT645_RELAY_KEEP_POWER_OFF:
        set_keep_power(meter, now, false);
        credit_update(meter, now);
        return DLT645_DONE_KEEP_POWER_OFF;
    case DLT645_RELAY_TRIP_THEN_CLOSE:
    case DLT645_RELAY_TRIP_THEN_PERMIT:
        return order_trip_for_a_time(meter, now, command, refusal);
    case DLT645_RELAY_ALARM_ON:
        sound_alarm(meter, true);
        return DLT645_DONE_ALARM_ON;
    case DLT645_RELAY_ALARM_OFF:
        sound_alarm(meter, false);
        return DLT645_DONE_ALARM_OFF;
    }
    return 0;
}

static void handle_order(struct meter *meter, int64_t now, const struct dlt645_frame *frame,
                         struct dlt645_frame *reply)
{
    struct dlt645_relay_command command;
    if (dlt645_relay_request_parse(frame, &command, NULL) < 0) {
        refuse(meter, now, DLT645_RELAY, DLT645_ERROR_OTHER, reply);
        return;
    }
    if (!authorised(meter, now, &command.authority)) {
        refuse_order(meter, now, command.order, DLT645_REFUSED_PASSWORD, reply);
        return;
    }
    if (!meter->faults.valid_until_ignored && !still_valid(meter, now, &command.valid_until)) {
        refuse_order(meter, now, command.order, DLT645_REFUSED_VALID_UNTIL, reply);
        return;
    }
    uint16_t refusal = 0;
    uint16_t word = execute_order(meter, now, &command, &refusal);
    if (word == 0) {
        refuse_order(meter, now, command.order, refusal, reply);
        return;
    }
    const struct dlt645_relay_reply done = {
        .accepted = true, .has_word = !speaks_base(meter), .word = word};
    dlt645_relay_reply(reply, &meter->address, &done);
}

/* What date or time of day leave out goes on as it was. 0, or the bits of a refusal. */
static uint8_t write_clock(struct meter *meter, int64_t now, const struct dlt645_write *write)
{
    enum dlt645_time_layout layout = (enum dlt645_time_layout)readings_clock_layout(write->identifier);
    struct dlt645_time own = controller_wire_time(meter_clock_s(meter, now));
    struct dlt645_time told;
    if (dlt645_time_read(layout, write->value, write->value_size, &told, NULL) < 0)
        return DLT645_ERROR_OTHER;
    if (layout == DLT645_TIME_OF_DAY) {
        told.year = own.year;
        told.month = own.month;
        told.day = own.day;
    } else if (layout == DLT645_TIME_DATE_WEEKDAY) {
        told.hour = own.hour;
        told.minute = own.minute;
        told.second = own.second;
    }
    if (!dlt645_time_is_valid(&told))
        return DLT645_ERROR_OTHER;
    meter_set_clock(meter, now, seconds_of(&told), CLOCK_WRITTEN);
    return 0;
}

/* 0, or the bits of a refusal. */
static uint8_t write_recharge(struct meter *meter, int64_t now, const struct dlt645_write *write)
{
    struct controller_recharge recharge;
    bool owns = meter->config->credit == CREDIT_LOCAL;
    if (!owns || controller_recharge_parse(write->value, write->value_size, &recharge) < 0)
        return DLT645_ERROR_NO_DATA;
    return credit_recharge(meter, now, &recharge) ? 0 : DLT645_ERROR_OTHER;
}

/* 0, or the bits of a refusal. */
static uint8_t write_limits(struct meter *meter, int64_t now, const struct dlt645_write *write)
{
    struct limit_schedule schedule;
    if (!meter->limits)
        return DLT645_ERROR_NO_DATA;
    if (limits_parse(write->value, write->value_size, &schedule) < 0)
        return DLT645_ERROR_OTHER;
    meter->limits->schedule = schedule;
    limits_follow(meter, now);
    return 0;
}

static uint8_t execute_write(struct meter *meter, int64_t now, const struct dlt645_write *write)
{
    if (readings_clock_layout(write->identifier) >= 0)
        return write_clock(meter, now, write);
    if (write->identifier == CONTROLLER_RECHARGE_IDENTIFIER)
        return write_recharge(meter, now, write);
    if (write->identifier == LIMITS_IDENTIFIER)
        return write_limits(meter, now, write);
    int result = meter->port ? port_write(meter, write) : ERROR_NOT_FOUND;
    return result < 0 ? DLT645_ERROR_NO_DATA : (uint8_t)result;
}

static void handle_write(struct meter *meter, int64_t now, const struct dlt645_frame *frame,
                         struct dlt645_frame *reply)
{
    struct dlt645_write write;
    if (dlt645_write_request_parse(frame, &write) < 0) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_OTHER, reply);
        return;
    }
    bool needs_password = !meter->port || write.identifier != REPORT_RESET_IDENTIFIER;
    if (needs_password && !authorised(meter, now, &write.authority)) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_PASSWORD, reply);
        return;
    }
    uint8_t refusal = needs_password ? execute_write(meter, now, &write) : 0;
    if (refusal) {
        refuse(meter, now, DLT645_WRITE, refusal, reply);
        return;
    }
    port_note_write(meter, now, write.identifier);
    if (write.identifier == CONTROLLER_RECHARGE_IDENTIFIER)
        controller_recharged(reply, &meter->address, meter->memory.recharge_number);
    else
        dlt645_done(reply, &meter->address, DLT645_WRITE);
}

static void handle_read(struct meter *meter, int64_t now, const struct dlt645_frame *frame,
                        struct dlt645_frame *reply)
{
    uint32_t identifier;
    uint8_t value[READING_MAX];
    if (dlt645_read_request_parse(frame, &identifier) < 0) {
        refuse(meter, now, DLT645_READ, DLT645_ERROR_OTHER, reply);
        return;
    }
    if (meter->port && port_answers_read(meter, identifier, reply))
        return;
    int size = readings_of(meter, now, identifier, value);
    if (size < 0)
        refuse(meter, now, DLT645_READ, DLT645_ERROR_NO_DATA, reply);
    else
        dlt645_read_reply(reply, &meter->address, identifier, value, (size_t)size);
}

void commands_report(struct meter *meter, int64_t now)
{
    uint8_t value[READING_MAX];
    struct dlt645_frame frame;
    uint32_t identifier = meter->config->tariff ? CONTROLLER_RATES_IDENTIFIER : REPORTED_IDENTIFIER;
    int size = readings_of(meter, now, identifier, value);
    if (size > 0 && dlt645_read_reply(&frame, &meter->address, identifier, value, (size_t)size) == 0)
        controller_send(&meter->controller, &frame);
    timer_arm(&meter->timers, METER_TIMER_REPORT, now + meter->config->report_ns);
}

/* Broadcasts are not answered, whether they are followed or not. */
static void handle_broadcast(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    struct dlt645_time time;
    struct dlt645_freeze when;
    if (dlt645_broadcast_time_parse(frame, &time) == 0)
        rates_clock_broadcast(meter, now, seconds_of(&time));
    else if (meter->port && dlt645_freeze_request_parse(frame, &when) == 0)
        port_freeze(meter, now, &when);
}

/* Part of an address is enough to read; whatever changes something wants all of it, or the wildcard of a meter alone. */
static bool is_meant(const struct meter *meter, const struct dlt645_frame *frame)
{
    bool reads = frame->control == DLT645_READ || frame->control == DLT645_READ_MORE;
    bool in_part = dlt645_address_has_wildcard(&frame->address) &&
                   !dlt645_address_equal(&frame->address, &dlt645_wildcard);
    return dlt645_address_matches(&frame->address, &meter->address) && (reads || !in_part);
}

static bool answer(struct meter *meter, int64_t now, const struct dlt645_frame *frame,
                   struct dlt645_frame *reply)
{
    switch (frame->control) {
    case DLT645_READ:
        handle_read(meter, now, frame, reply);
        return true;
    case DLT645_READ_ADDRESS:
        dlt645_address_reply(reply, &meter->address);
        return true;
    case DLT645_WRITE:
        handle_write(meter, now, frame, reply);
        return true;
    case DLT645_RELAY:
        handle_order(meter, now, frame, reply);
        return true;
    default: /* DL/T 645: an unknown function is not answered */
        return meter->port && port_answers(meter, now, frame, reply);
    }
}

bool meter_answer(struct meter *meter, int64_t now, const struct dlt645_frame *frame,
                  struct dlt645_frame *reply)
{
    if (dlt645_address_is_broadcast(&frame->address)) {
        handle_broadcast(meter, now, frame);
        return false;
    }
    bool answered = is_meant(meter, frame) && answer(meter, now, frame, reply);
    if (meter->port)
        meter->port->operator_code = 0; /* what trips from now on is nobody's order */
    return answered;
}

/* A planted fault: the checksum is made to fit before anybody looks at it. */
static void mend_checksum(struct controller_frame *frame)
{
    size_t at = 0, last = frame->size - 2;
    uint8_t sum = 0;
    while (at < last && frame->bytes[at] == 0xfe) /* what wakes the line up is not in the sum */
        at++;
    for (; at < last; at++)
        sum = (uint8_t)(sum + frame->bytes[at]);
    frame->bytes[last] = sum;
}

void commands_timer(struct meter *meter, int64_t now)
{
    struct controller_frame in = meter->inbox[0];
    meter->inbox_count--;
    memmove(meter->inbox, meter->inbox + 1, (size_t)meter->inbox_count * sizeof in);
    if (meter->inbox_count > 0)
        timer_arm(&meter->timers, METER_TIMER_COMMAND, now + 20 * NS_PER_MS);
    struct dlt645_frame frame, reply;
    if (meter->faults.check_ignored && in.size > 2)
        mend_checksum(&in);
    if (dlt645_decode(in.bytes, in.size, &frame, NULL) < 0) {
        event_put(&meter->events, now, EVENT_FRAME_DROPPED, 1, ERROR_DLT645_CHECKSUM);
        return;
    }
    if (!meter_answer(meter, now, &frame, &reply))
        return;
    if (reply.length + DLT645_FRAME_MIN > CONTROLLER_FRAME_MAX) /* more than the modem takes */
        dlt645_refusal(&reply, &meter->address, DLT645_READ, DLT645_ERROR_NO_DATA);
    controller_send(&meter->controller, &reply);
}
