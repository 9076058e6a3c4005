#include "sim/wire/bcd.h"

#include <stdbool.h>

#include "sim/error.h"

#define SIGN_BIT 0x80

static uint64_t power_of_ten(size_t exponent)
{
    uint64_t power = 1;

    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

static bool size_is_allowed(size_t size)
{
    return size >= 1 && size <= BCD_SIZE_MAX;
}

/* Reads with `top` in place of the last byte, so that a sign can be masked out. */
static int read_digits(const uint8_t *bytes, size_t size, uint8_t top, uint64_t *value,
                       size_t *error_offset)
{
    uint64_t sum = 0;
    uint64_t weight = 1;

    for (size_t i = 0; i < size; i++) {
        unsigned byte = i + 1 == size ? top : bytes[i];

        if ((byte & 0x0F) > 9 || byte >> 4 > 9) {
            if (error_offset) {
                *error_offset = i;
            }
            return ERROR_BCD_DIGIT;
        }
        sum += ((byte >> 4) * 10 + (byte & 0x0F)) * weight;
        weight *= 100;
    }
    *value = sum;
    return 0;
}

static void write_digits(uint64_t value, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value / 10 % 10 << 4 | value % 10);
        value /= 100;
    }
}

int bcd_read_unsigned(const uint8_t *bytes, size_t size, uint64_t *value, size_t *error_offset)
{
    if (!size_is_allowed(size)) {
        return ERROR_INVALID_ARGUMENT;
    }
    return read_digits(bytes, size, bytes[size - 1], value, error_offset);
}

int bcd_read_signed(const uint8_t *bytes, size_t size, int64_t *value, size_t *error_offset)
{
    uint64_t magnitude;
    uint8_t top;
    int result;

    if (!size_is_allowed(size)) {
        return ERROR_INVALID_ARGUMENT;
    }
    top = bytes[size - 1];
    result = read_digits(bytes, size, top & (uint8_t)~SIGN_BIT, &magnitude, error_offset);
    if (result == 0) {
        *value = top & SIGN_BIT ? -(int64_t)magnitude : (int64_t)magnitude;
    }
    return result;
}

int bcd_write_unsigned(uint64_t value, uint8_t *bytes, size_t size)
{
    if (!size_is_allowed(size)) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (value >= power_of_ten(2 * size)) {
        return ERROR_OUT_OF_RANGE;
    }
    write_digits(value, bytes, size);
    return 0;
}

int bcd_write_signed(int64_t value, uint8_t *bytes, size_t size)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (!size_is_allowed(size)) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (magnitude >= 8 * power_of_ten(2 * size - 1)) {
        return ERROR_OUT_OF_RANGE;
    }
    write_digits(magnitude, bytes, size);
    if (value < 0) {
        bytes[size - 1] |= SIGN_BIT;
    }
    return 0;
}
