/* What a meter does with a DL/T 645 frame: reads, writes, relay orders. Replies take the firmware 20-80 ms. */
#include "sim/meter/internal.h"

#include "sim/error.h"

#include <string.h>

enum {
    LEVEL_ADMINISTRATOR = 2,
    LEVEL_CONTROL = 4,
    REPORTED_IDENTIFIER = 0x00010000,
    VALUE_MAX = 20, /* of the longest read: total and four rates */
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

static bool authorised(const struct meter *meter, const struct dlt645_authority *authority)
{
    if (authority->level == LEVEL_ADMINISTRATOR)
        return authority->password == meter->config->administrator_password;
    return authority->level == LEVEL_CONTROL &&
           authority->password == meter->config->control_password;
}

static void refuse(struct meter *meter, int64_t now, enum dlt645_function function, uint8_t bits)
{
    struct dlt645_frame reply;
    dlt645_refusal(&reply, &meter->address, function, bits);
    event_put(&meter->events, now, EVENT_METER_REFUSED, function, bits);
    controller_send(&meter->controller, &reply);
}

static void refuse_order(struct meter *meter, int64_t now, int order, uint16_t word)
{
    struct dlt645_frame reply;
    const struct dlt645_relay_reply refusal = {.accepted = false, .has_word = true, .word = word};
    dlt645_relay_reply(&reply, &meter->address, &refusal);
    event_put(&meter->events, now, EVENT_METER_REFUSED, order, word);
    controller_send(&meter->controller, &reply);
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

/* False when something else than orders and arrears keeps the contacts open. */
static bool order_permit(struct meter *meter, int64_t now)
{
    drive_clear(meter, now, CAUSES_FORBIDDING);
    if (meter->memory.causes != 0)
        return false;
    if (meter->memory.closed_wanted)
        return true;
    meter->memory.close_permitted = true;
    meter->controller.status.close_permitted = true;
    drive_sense(meter, now);
    return true;
}

/* An administrator's close ends a safety lock; the billing system's does not (leakage beats payment). */
static bool order_close(struct meter *meter, int64_t now, int level)
{
    uint32_t clears = CAUSES_FORBIDDING;
    if (credit_spent(meter)) /* only money ends arrears that the meter itself counts */
        clears &= ~CAUSE_BIT(TRIP_CAUSE_ARREARS);
    if (level == LEVEL_ADMINISTRATOR) {
        clears |= CAUSES_LOCKING | CAUSE_BIT(TRIP_CAUSE_OVERLOAD);
        meter->memory.locked = false;
        meter->memory.overload_recloses = 0;
        timer_cancel(&meter->timers, METER_TIMER_OVERLOAD_RECLOSE);
    }
    drive_clear(meter, now, clears);
    return drive_close(meter, now, CLOSE_BY_ORDER);
}

/* Returns the execution word, or 0 when the order is refused with *refusal. */
static uint16_t execute_order(struct meter *meter, int64_t now,
                              const struct dlt645_relay_command *command, uint16_t *refusal)
{
    switch (command->order) {
    case DLT645_RELAY_TRIP:
        *refusal = DLT645_REFUSED_KEEP_POWER;
        return meter->memory.keep_power ? 0 : order_trip(meter, now);
    case DLT645_RELAY_PERMIT_CLOSE:
        *refusal = DLT645_REFUSED_PASSWORD;
        return order_permit(meter, now) ? DLT645_DONE_CLOSE_PERMITTED : 0;
    case DLT645_RELAY_CLOSE:
        *refusal = DLT645_REFUSED_PASSWORD;
        return order_close(meter, now, command->authority.level) ? DLT645_DONE_CLOSED : 0;
    case DLT645_RELAY_KEEP_POWER_ON:
        drive_set_keep_power(meter, now, true);
        return DLT645_DONE_KEEP_POWER_ON;
    case DLT645_RELAY_KEEP_POWER_OFF:
        drive_set_keep_power(meter, now, false);
        credit_update(meter, now);
        return DLT645_DONE_KEEP_POWER_OFF;
    default:
        *refusal = DLT645_REFUSED_PASSWORD;
        return 0;
    }
}

static void handle_order(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    struct dlt645_relay_command command;
    if (dlt645_relay_request_parse(frame, &command, NULL) < 0) {
        refuse(meter, now, DLT645_RELAY, DLT645_ERROR_OTHER);
        return;
    }
    if (!authorised(meter, &command.authority)) {
        refuse_order(meter, now, command.order, DLT645_REFUSED_PASSWORD);
        return;
    }
    if (!still_valid(meter, now, &command.valid_until)) {
        refuse_order(meter, now, command.order, DLT645_REFUSED_VALID_UNTIL);
        return;
    }
    uint16_t refusal = 0;
    uint16_t word = execute_order(meter, now, &command, &refusal);
    if (word == 0) {
        refuse_order(meter, now, command.order, refusal);
        return;
    }
    struct dlt645_frame reply;
    const struct dlt645_relay_reply done = {.accepted = true, .has_word = true, .word = word};
    dlt645_relay_reply(&reply, &meter->address, &done);
    controller_send(&meter->controller, &reply);
}

/* Date (04000101), time of day (04000102), both (0400010C): what they leave out goes on as it was. */
static const struct {
    uint32_t identifier;
    enum dlt645_time_layout layout;
} clocks[] = {
    {0x04000101, DLT645_TIME_DATE_WEEKDAY},
    {0x04000102, DLT645_TIME_OF_DAY},
    {CONTROLLER_CLOCK_IDENTIFIER, DLT645_TIME_WITH_WEEKDAY},
};

/* The row of `clocks` that an identifier names, or -1. */
static int clock_of(uint32_t identifier)
{
    for (int i = 0; i < (int)(sizeof clocks / sizeof clocks[0]); i++)
        if (clocks[i].identifier == identifier)
            return i;
    return -1;
}

/* 0, or the bits of a refusal. */
static uint8_t write_clock(struct meter *meter, int64_t now, const struct dlt645_write *write)
{
    enum dlt645_time_layout layout = clocks[clock_of(write->identifier)].layout;
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

static int read_clock(const struct meter *meter, int64_t now, int which, uint8_t *value, size_t capacity)
{
    struct dlt645_time time = controller_wire_time(meter_clock_s(meter, now));
    return dlt645_time_write(clocks[which].layout, &time, value, capacity);
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

static uint8_t execute_write(struct meter *meter, int64_t now, const struct dlt645_write *write)
{
    if (clock_of(write->identifier) >= 0)
        return write_clock(meter, now, write);
    if (write->identifier == CONTROLLER_RECHARGE_IDENTIFIER)
        return write_recharge(meter, now, write);
    return DLT645_ERROR_NO_DATA;
}

static void handle_write(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    struct dlt645_write write;
    if (dlt645_write_request_parse(frame, &write) < 0) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_OTHER);
        return;
    }
    if (!authorised(meter, &write.authority)) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_PASSWORD);
        return;
    }
    uint8_t refusal = execute_write(meter, now, &write);
    if (refusal) {
        refuse(meter, now, DLT645_WRITE, refusal);
        return;
    }
    struct dlt645_frame reply;
    dlt645_done(&reply, &meter->address, DLT645_WRITE);
    controller_send(&meter->controller, &reply);
}

/* Status word 3 (04000503): b4 relay state, b6 relay command (1 = open), b12 keep-power. */
static int status_word(const struct meter *meter, uint8_t value[2])
{
    unsigned word = (!meter->signals.contacts_closed ? 1u << 4 : 0) |
                    (!meter->memory.closed_wanted ? 1u << 6 : 0) |
                    (meter->memory.keep_power ? 1u << 12 : 0);
    value[0] = (uint8_t)word;
    value[1] = (uint8_t)(word >> 8);
    return 2;
}

/* Status word 1 (04000501): b2 the clock's battery is low. */
static int clock_status_word(const struct meter *meter, uint8_t value[2])
{
    value[0] = meter->faults.clock_battery_bad ? 1u << 2 : 0;
    value[1] = 0;
    return 2;
}

/* 00010100 to 00010400: the register of a rate. */
static int read_rate(const struct meter *meter, int rate, uint8_t *value, size_t capacity)
{
    int64_t mwh = meter_rate_mwh(meter, (enum tariff_rate)rate);
    return dlt645_quantity_write(DLT645_ENERGY, mwh, value, capacity);
}

/* 0001FF00: the total and all rates. */
static int read_all_rates(const struct meter *meter, uint8_t *value, size_t capacity)
{
    int used = dlt645_quantity_write(DLT645_ENERGY, meter->memory.energy.mwh, value, capacity);
    for (int rate = 0; rate < TARIFF_RATES && used > 0; rate++) {
        int size = read_rate(meter, rate, value + used, capacity - (size_t)used);
        used = size < 0 ? size : used + size;
    }
    return used;
}

static int read_log(const struct meter *meter, uint32_t identifier, uint8_t value[8])
{
    const struct meter_log_entry *entry = meter_log(meter, identifier - METER_LOG_IDENTIFIER);
    if (!entry)
        return ERROR_DLT645_IDENTIFIER;
    struct dlt645_time time = controller_wire_time(entry->clock_s);
    int size = dlt645_time_write(DLT645_TIME_SECOND_TO_YEAR, &time, value, 8);
    if (size < 0)
        return size;
    value[size] = entry->alarm;
    value[size + 1] = entry->detail;
    return size + 2;
}

/* The value of an identifier into `value`; its size, or an error when there is no such data. */
static int read_identifier(const struct meter *meter, int64_t now, uint32_t identifier,
                           uint8_t value[VALUE_MAX])
{
    const struct plant_signals *s = &meter->signals;
    switch (identifier) {
    case 0x00000000:
    case 0x00010000:
        return dlt645_quantity_write(DLT645_ENERGY, meter->memory.energy.mwh, value, 8);
    case 0x00010100:
    case 0x00010200:
    case 0x00010300:
    case 0x00010400:
        return read_rate(meter, (int)(identifier >> 8 & 0xff) - 1, value, VALUE_MAX);
    case CONTROLLER_RATES_IDENTIFIER:
        return read_all_rates(meter, value, VALUE_MAX);
    case 0x02010100:
        return dlt645_quantity_write(DLT645_VOLTAGE, s->voltage_mv, value, 8);
    case 0x02020100:
        return dlt645_quantity_write(DLT645_CURRENT, s->current_ma, value, 8);
    case 0x02030000:
        return dlt645_quantity_write(DLT645_POWER, s->power_mw, value, 8);
    case 0x02900100:
        return dlt645_quantity_write(DLT645_RESIDUAL_CURRENT, s->residual_ua, value, 8);
    case 0x00900200:
        return dlt645_quantity_write(DLT645_MONEY,
                                     meter->memory.balance > 0 ? meter->memory.balance : 0, value, 8);
    case 0x00900201:
        return dlt645_quantity_write(
            DLT645_MONEY, meter->memory.balance < 0 ? -meter->memory.balance : 0, value, 8);
    case 0x04000503:
        return status_word(meter, value);
    case 0x04000501:
        return clock_status_word(meter, value);
    case 0x04000101:
    case 0x04000102:
    case CONTROLLER_CLOCK_IDENTIFIER:
        return read_clock(meter, now, clock_of(identifier), value, VALUE_MAX);
    default:
        return read_log(meter, identifier, value);
    }
}

static void handle_read(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    uint32_t identifier;
    uint8_t value[VALUE_MAX];
    if (dlt645_read_request_parse(frame, &identifier) < 0) {
        refuse(meter, now, DLT645_READ, DLT645_ERROR_OTHER);
        return;
    }
    int size = read_identifier(meter, now, identifier, value);
    if (size < 0) {
        refuse(meter, now, DLT645_READ, DLT645_ERROR_NO_DATA);
        return;
    }
    struct dlt645_frame reply;
    dlt645_read_reply(&reply, &meter->address, identifier, value, (size_t)size);
    controller_send(&meter->controller, &reply);
}

void commands_report(struct meter *meter, int64_t now)
{
    uint8_t value[VALUE_MAX];
    struct dlt645_frame frame;
    uint32_t identifier = meter->config->tariff ? CONTROLLER_RATES_IDENTIFIER : REPORTED_IDENTIFIER;
    int size = read_identifier(meter, now, identifier, value);
    if (size > 0 && dlt645_read_reply(&frame, &meter->address, identifier, value, (size_t)size) == 0)
        controller_send(&meter->controller, &frame);
    timer_arm(&meter->timers, METER_TIMER_REPORT, now + meter->config->report_ns);
}

/* Broadcasts are not answered, whether they are followed or not. */
static void handle_broadcast(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    struct dlt645_time time;
    if (dlt645_broadcast_time_parse(frame, &time) == 0)
        rates_clock_broadcast(meter, now, seconds_of(&time));
}

static void handle(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    if (dlt645_address_is_broadcast(&frame->address)) {
        handle_broadcast(meter, now, frame);
        return;
    }
    if (!dlt645_address_matches(&frame->address, &meter->address))
        return;
    switch (frame->control) {
    case DLT645_READ:
        handle_read(meter, now, frame);
        break;
    case DLT645_WRITE:
        handle_write(meter, now, frame);
        break;
    case DLT645_RELAY:
        handle_order(meter, now, frame);
        break;
    default:
        break; /* DL/T 645: an unknown function is not answered */
    }
}

void commands_timer(struct meter *meter, int64_t now)
{
    struct controller_frame in = meter->inbox[0];
    meter->inbox_count--;
    memmove(meter->inbox, meter->inbox + 1, (size_t)meter->inbox_count * sizeof in);
    if (meter->inbox_count > 0)
        timer_arm(&meter->timers, METER_TIMER_COMMAND, now + 20 * NS_PER_MS);
    struct dlt645_frame frame;
    if (dlt645_decode(in.bytes, in.size, &frame, NULL) < 0) {
        event_put(&meter->events, now, EVENT_FRAME_DROPPED, 1, ERROR_DLT645_CHECKSUM);
        return;
    }
    handle(meter, now, &frame);
}
