/* Quantities and times as DL/T 645-2007 lays them out in the data of a frame. */
#include <limits.h>
#include <string.h>

#include "sim/error.h"
#include "sim/wire/bcd.h"
#include "sim/wire/dlt645.h"

/* ---- Time --------------------------------------------------------------------------------- */

/* One letter a byte, in the order of the wire. */
static const char *layout_letters(enum dlt645_time_layout layout)
{
    switch (layout) {
    case DLT645_TIME_SECOND_TO_YEAR:
        return "smhDMY";
    case DLT645_TIME_MINUTE_TO_YEAR:
        return "mhDMY";
    case DLT645_TIME_OF_DAY:
        return "smh";
    case DLT645_TIME_DATE_WEEKDAY:
        return "WDMY";
    case DLT645_TIME_WITH_WEEKDAY:
        return "smhWDMY";
    }
    return "";
}

static uint8_t *small_field(struct dlt645_time *time, char letter)
{
    switch (letter) {
    case 's':
        return &time->second;
    case 'm':
        return &time->minute;
    case 'h':
        return &time->hour;
    case 'W':
        return &time->weekday;
    case 'D':
        return &time->day;
    default:
        return &time->month;
    }
}

size_t dlt645_time_size(enum dlt645_time_layout layout)
{
    return strlen(layout_letters(layout));
}

int dlt645_time_read(enum dlt645_time_layout layout, const uint8_t *bytes, size_t size,
                     struct dlt645_time *time, size_t *error_offset)
{
    const char *letters = layout_letters(layout);
    struct dlt645_time read = {.year = 2000};

    if (letters[0] == '\0') {
        return ERROR_INVALID_ARGUMENT;
    }
    if (size != strlen(letters)) {
        return ERROR_DLT645_LENGTH;
    }
    for (size_t i = 0; i < size; i++) {
        uint64_t digits;

        if (bcd_read_unsigned(&bytes[i], 1, &digits, NULL) < 0) {
            if (error_offset) {
                *error_offset = i;
            }
            return ERROR_BCD_DIGIT;
        }
        if (letters[i] == 'Y') {
            read.year = (uint16_t)(2000 + digits);
        } else {
            *small_field(&read, letters[i]) = (uint8_t)digits;
        }
    }
    *time = read;
    return 0;
}

int dlt645_time_write(enum dlt645_time_layout layout, const struct dlt645_time *time,
                      uint8_t *bytes, size_t capacity)
{
    const char *letters = layout_letters(layout);
    size_t size = strlen(letters);
    struct dlt645_time copy = *time;
    uint8_t written[DLT645_TIME_SIZE_MAX];

    if (size == 0) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (capacity < size) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned digits;

        if (letters[i] == 'Y') {
            digits = copy.year < 2000 ? UINT_MAX : copy.year - 2000u;
        } else {
            digits = *small_field(&copy, letters[i]);
        }
        if (bcd_write_unsigned(digits, &written[i], 1) < 0) {
            return ERROR_OUT_OF_RANGE;
        }
    }
    memcpy(bytes, written, size);
    return (int)size;
}

static int days_in_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    /* 2000 was a leap year, so within 2000..2099 every fourth one is. */
    return month == 2 && year % 4 == 0 ? 29 : days[month - 1];
}

bool dlt645_time_is_valid(const struct dlt645_time *time)
{
    return time->year >= 2000 && time->year <= 2099 && time->month >= 1 && time->month <= 12 &&
           time->day >= 1 && time->day <= days_in_month(time->year, time->month) &&
           time->hour <= 23 && time->minute <= 59 && time->second <= 59;
}

static int64_t ordering(const struct dlt645_time *time)
{
    int64_t order = time->year;

    order = order * 100 + time->month;
    order = order * 100 + time->day;
    order = order * 100 + time->hour;
    order = order * 100 + time->minute;
    return order * 100 + time->second;
}

int dlt645_time_compare(const struct dlt645_time *a, const struct dlt645_time *b)
{
    int64_t left = ordering(a);
    int64_t right = ordering(b);

    return (left > right) - (left < right);
}

/* ---- Quantities --------------------------------------------------------------------------- */

struct quantity_format {
    uint8_t size;
    bool has_sign;
    int32_t units; /* base units of one count of the last digit */
};

static const struct quantity_format formats[DLT645_QUANTITY_COUNT] = {
#define QUANTITY_FORMAT(name, bytes, sign, count, decimals, unit)                                  \
    [DLT645_##name] = {.size = (bytes), .has_sign = (sign), .units = (count)},
    DLT645_QUANTITIES(QUANTITY_FORMAT)
#undef QUANTITY_FORMAT
};

static const struct quantity_format *format_of(enum dlt645_quantity quantity)
{
    return (unsigned)quantity < DLT645_QUANTITY_COUNT ? &formats[quantity] : NULL;
}

size_t dlt645_quantity_size(enum dlt645_quantity quantity)
{
    const struct quantity_format *format = format_of(quantity);

    return format ? format->size : 0;
}

int dlt645_quantity_read(enum dlt645_quantity quantity, const uint8_t *bytes, size_t size,
                         int64_t *value, size_t *error_offset)
{
    const struct quantity_format *format = format_of(quantity);
    uint64_t magnitude = 0;
    int64_t count = 0;
    int result;

    if (!format) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (size != format->size) {
        return ERROR_DLT645_LENGTH;
    }
    if (format->has_sign) {
        result = bcd_read_signed(bytes, size, &count, error_offset);
    } else {
        result = bcd_read_unsigned(bytes, size, &magnitude, error_offset);
        count = (int64_t)magnitude;
    }
    if (result == 0) {
        *value = count * format->units;
    }
    return result;
}

int dlt645_quantity_write(enum dlt645_quantity quantity, int64_t value, uint8_t *bytes,
                          size_t capacity)
{
    const struct quantity_format *format = format_of(quantity);
    int64_t count;
    int result;

    if (!format) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (capacity < format->size) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    count = value / format->units;
    if (format->has_sign) {
        result = bcd_write_signed(count, bytes, format->size);
    } else if (value < 0) {
        result = ERROR_OUT_OF_RANGE;
    } else {
        result = bcd_write_unsigned((uint64_t)count, bytes, format->size);
    }
    return result < 0 ? result : format->size;
}
