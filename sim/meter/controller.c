#include "sim/meter/controller.h"

#include "sim/error.h"
#include "sim/kernel/time.h"
#include "sim/wire/bcd.h"

#include <assert.h>
#include <string.h>

static const char *const cause_names[TRIP_CAUSE_COUNT] = {
#define X(id, name) [TRIP_CAUSE_##id] = name,
    TRIP_CAUSES(X)
#undef X
};

static const char *const alarm_names[METER_ALARM_COUNT] = {
#define X(id, name) [METER_ALARM_##id] = name,
    METER_ALARMS(X)
#undef X
};

const char *trip_cause_name(int cause)
{
    return cause >= 0 && cause < TRIP_CAUSE_COUNT ? cause_names[cause] : "unknown";
}

int trip_cause_from_name(const char *name)
{
    for (int i = 0; i < TRIP_CAUSE_COUNT; i++)
        if (strcmp(cause_names[i], name) == 0)
            return i;
    return -1;
}

const char *meter_alarm_name(int alarm)
{
    return alarm >= 0 && alarm < METER_ALARM_COUNT ? alarm_names[alarm] : "unknown";
}

int meter_alarm_from_name(const char *name)
{
    for (int i = 0; i < METER_ALARM_COUNT; i++)
        if (strcmp(meter_alarm_name(i), name) == 0)
            return i;
    return -1;
}

void controller_send(struct controller *controller, const struct dlt645_frame *frame)
{
    struct controller_outbox *outbox = controller->outbox;
    assert(outbox->count < CONTROLLER_OUTBOX_MAX);
    struct controller_frame *out = &outbox->frames[outbox->count];
    int size = dlt645_encode(frame, 0, out->bytes, sizeof out->bytes);
    assert(size > 0);
    out->size = (uint8_t)size;
    outbox->count++;
}

struct dlt645_time controller_wire_time(int64_t seconds)
{
    struct civil_time civil = civil_from_seconds(seconds);
    return (struct dlt645_time){
        .year = (uint16_t)civil.year,
        .month = (uint8_t)civil.month,
        .day = (uint8_t)civil.day,
        .hour = (uint8_t)civil.hour,
        .minute = (uint8_t)civil.minute,
        .second = (uint8_t)civil.second,
        .weekday = (uint8_t)civil.weekday,
    };
}

int64_t controller_wire_seconds(const struct dlt645_time *time)
{
    const struct civil_time civil = {.year = time->year, .month = time->month, .day = time->day,
                                     .hour = time->hour, .minute = time->minute, .second = time->second};
    return civil_to_seconds(&civil);
}

enum { REPORT_SIZE = 11 };

void controller_report(struct controller *controller, const struct dlt645_address *address,
                       const struct controller_report *report)
{
    uint8_t value[REPORT_SIZE] = {(uint8_t)report->alarm, report->detail};
    struct dlt645_time time = controller_wire_time(report->clock_s);
    int size = dlt645_time_write(DLT645_TIME_SECOND_TO_YEAR, &time, value + 2, 6);
    if (size < 0) /* a clock outside 2000..2099 is reported as zeros */
        memset(value + 2, 0, 6);
    value[8] = (uint8_t)report->number;
    value[9] = (uint8_t)(report->number >> 8);
    value[10] = report->contacts_closed;
    struct dlt645_frame frame;
    int result = dlt645_read_reply(&frame, address, CONTROLLER_REPORT_IDENTIFIER, value, sizeof value);
    assert(result == 0);
    (void)result;
    controller_send(controller, &frame);
}

/* Seconds since 2000, or 0 for what is no date (a reporter whose clock is wrong). */
static int64_t clock_from_wire(const uint8_t bytes[6])
{
    struct dlt645_time time;
    if (dlt645_time_read(DLT645_TIME_SECOND_TO_YEAR, bytes, 6, &time, NULL) < 0 ||
        !dlt645_time_is_valid(&time))
        return 0;
    const struct civil_time civil = {time.year,   time.month,  time.day, time.hour,
                                     time.minute, time.second, 0};
    return civil_to_seconds(&civil);
}

int controller_report_parse(const struct dlt645_frame *frame, struct controller_report *report)
{
    const uint8_t *value;
    size_t size;
    uint16_t error_bits;
    int result = dlt645_read_reply_parse(frame, CONTROLLER_REPORT_IDENTIFIER, &value, &size,
                                         &error_bits);
    if (result < 0)
        return result;
    if (size != REPORT_SIZE)
        return ERROR_DLT645_LENGTH;
    if (value[0] >= METER_ALARM_COUNT)
        return ERROR_OUT_OF_RANGE;
    *report = (struct controller_report){
        .alarm = (enum meter_alarm)value[0],
        .detail = value[1],
        .number = (uint16_t)(value[8] | value[9] << 8),
        .contacts_closed = value[10] != 0,
        .clock_s = clock_from_wire(value + 2),
    };
    return 0;
}

int controller_recharge_write(const struct controller_recharge *recharge, uint8_t *value,
                              size_t capacity)
{
    int size = dlt645_quantity_write(DLT645_MONEY, recharge->amount, value, capacity);
    if (size < 0)
        return size;
    if (capacity < (size_t)size + 4)
        return ERROR_BUFFER_TOO_SMALL;
    int result = bcd_write_unsigned(recharge->number, value + size, 4);
    return result < 0 ? result : size + 4;
}

int controller_recharge_parse(const uint8_t *value, size_t size,
                              struct controller_recharge *recharge)
{
    uint64_t number;
    if (size != 8)
        return ERROR_DLT645_LENGTH;
    int result = dlt645_quantity_read(DLT645_MONEY, value, 4, &recharge->amount, NULL);
    if (result < 0)
        return result;
    result = bcd_read_unsigned(value + 4, 4, &number, NULL);
    recharge->number = (uint32_t)number;
    return result;
}

void controller_recharged(struct dlt645_frame *reply, const struct dlt645_address *address, uint32_t number)
{
    dlt645_done(reply, address, DLT645_WRITE);
    int result = bcd_write_unsigned(number, reply->data, 4);
    assert(result >= 0);
    (void)result;
    reply->length = 4;
}

int64_t controller_recharged_number(const struct dlt645_frame *reply)
{
    uint64_t number;
    int result = dlt645_reply_check(reply, DLT645_WRITE, NULL);
    if (result == 0 && reply->length != 4)
        result = ERROR_DLT645_LENGTH;
    if (result == 0)
        result = bcd_read_unsigned(reply->data, 4, &number, NULL);
    return result < 0 ? result : (int64_t)number;
}
