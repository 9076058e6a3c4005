/* What a meter does with a DL/T 645 frame: reads, writes, relay orders. Replies take the firmware 20-80 ms. */
#include "sim/meter/internal.h"

#include "sim/error.h"

#include <string.h>

enum { LEVEL_ADMINISTRATOR = 2, LEVEL_CONTROL = 4, REPORTED_IDENTIFIER = 0x00010000 };

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

static bool still_valid(const struct meter *meter, int64_t now, const struct dlt645_time *until)
{
    if (!dlt645_time_is_valid(until))
        return false;
    const struct civil_time civil = {until->year,   until->month,  until->day, until->hour,
                                     until->minute, until->second, 0};
    return civil_to_seconds(&civil) >= meter_clock_s(meter, now);
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

static void handle_write(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    struct dlt645_write write;
    struct controller_recharge recharge;
    if (dlt645_write_request_parse(frame, &write) < 0) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_OTHER);
        return;
    }
    if (!authorised(meter, &write.authority)) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_PASSWORD);
        return;
    }
    bool recharges = write.identifier == CONTROLLER_RECHARGE_IDENTIFIER &&
                     meter->config->credit == CREDIT_LOCAL;
    if (!recharges || controller_recharge_parse(write.value, write.value_size, &recharge) < 0) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_NO_DATA);
        return;
    }
    if (!credit_recharge(meter, now, &recharge)) {
        refuse(meter, now, DLT645_WRITE, DLT645_ERROR_OTHER);
        return;
    }
    struct dlt645_frame reply;
    dlt645_write_reply(&reply, &meter->address);
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
static int read_identifier(const struct meter *meter, uint32_t identifier, uint8_t value[8])
{
    const struct plant_signals *s = &meter->signals;
    int64_t power_mw = (int64_t)s->current_ma * s->voltage_mv / 1000;
    switch (identifier) {
    case 0x00000000:
    case 0x00010000:
        return dlt645_quantity_write(DLT645_ENERGY, meter->memory.energy.mwh, value, 8);
    case 0x02010100:
        return dlt645_quantity_write(DLT645_VOLTAGE, s->voltage_mv, value, 8);
    case 0x02020100:
        return dlt645_quantity_write(DLT645_CURRENT, s->current_ma, value, 8);
    case 0x02030000:
        return dlt645_quantity_write(DLT645_POWER, power_mw, value, 8);
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
    default:
        return read_log(meter, identifier, value);
    }
}

static void handle_read(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
    uint32_t identifier;
    uint8_t value[8];
    if (dlt645_read_request_parse(frame, &identifier) < 0) {
        refuse(meter, now, DLT645_READ, DLT645_ERROR_OTHER);
        return;
    }
    int size = read_identifier(meter, identifier, value);
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
    uint8_t value[8];
    struct dlt645_frame frame;
    int size = read_identifier(meter, REPORTED_IDENTIFIER, value);
    if (size > 0 && dlt645_read_reply(&frame, &meter->address, REPORTED_IDENTIFIER, value, (size_t)size) == 0)
        controller_send(&meter->controller, &frame);
    timer_arm(&meter->timers, METER_TIMER_REPORT, now + meter->config->report_ns);
}

static void handle(struct meter *meter, int64_t now, const struct dlt645_frame *frame)
{
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
