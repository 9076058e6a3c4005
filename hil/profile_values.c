/* Values of a profile's items: bytes to base units and back. */
#include "hil/profile.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <string.h>

/* ---- integers and floats ------------------------------------------------------------------------
 */

/* Where the byte of significance `rank` (0: lowest) of an integer is. */
static int place_of(const struct profile_entry *entry, int size, int rank)
{
    int word = rank / 2, byte = rank % 2, words = size > 2 ? 2 : 1;
    if (size == 1)
        return 0;
    int word_at = entry->low_word_first ? word : words - 1 - word;
    return 2 * word_at + (entry->low_byte_first ? byte : 1 - byte);
}

static uint32_t get_raw(const struct profile_entry *entry, const uint8_t *bytes)
{
    uint32_t raw = 0;
    int size = profile_size(entry);
    for (int rank = size - 1; rank >= 0; rank--)
        raw = raw << 8 | bytes[place_of(entry, size, rank)];
    return raw;
}

static void put_raw(const struct profile_entry *entry, uint32_t raw, uint8_t *bytes)
{
    int size = profile_size(entry);
    for (int rank = 0; rank < size; rank++)
        bytes[place_of(entry, size, rank)] = (uint8_t)(raw >> 8 * rank);
}

/* Exactly float x scale, halves away from zero: 24 bits times 30 fit in 64, and the exponent shifts
 * them. ERROR_OUT_OF_RANGE beyond 2^62, and for what is no number. */
static int scale_float(uint32_t raw, int64_t scale, int64_t *value)
{
    int exponent = (int)(raw >> 23 & 0xff);
    int64_t fraction = raw & 0x7fffff;
    if (exponent == 0xff)
        return ERROR_OUT_OF_RANGE;
    int64_t product = (exponent ? fraction | 0x800000 : fraction) * scale;
    int shift = (exponent ? exponent : 1) - 150;
    while (shift > 0 && product < INT64_C(1) << 61) {
        product *= 2;
        shift--;
    }
    if (shift > 0 && product != 0)
        return ERROR_OUT_OF_RANGE;
    if (shift < -62)
        product = 0;
    else if (shift < 0)
        product = (product + (INT64_C(1) << (-shift - 1))) >> -shift;
    *value = raw >> 31 ? -product : product;
    return 0;
}

static int decode_number(const struct profile_entry *entry, const uint8_t *bytes, int64_t *value)
{
    uint32_t raw = get_raw(entry, bytes);
    if (entry->type == PROFILE_F32)
        return scale_float(raw, entry->scale, value);
    if (entry->mask)
        raw &= entry->mask;
    raw >>= entry->shift;
    int64_t number = entry->type == PROFILE_S16   ? (int16_t)raw
                     : entry->type == PROFILE_S32 ? (int32_t)raw
                                                  : (int64_t)raw;
    *value = number * entry->scale;
    return 0;
}

static int decode_time(const uint8_t *bytes, size_t size, int64_t *value)
{
    struct dlt645_time time;
    int result = dlt645_time_read(DLT645_TIME_WITH_WEEKDAY, bytes, size, &time, NULL);
    if (result < 0)
        return result;
    if (!dlt645_time_is_valid(&time))
        return ERROR_BCD_TIME;
    const struct civil_time civil = {time.year,   time.month,  time.day, time.hour,
                                     time.minute, time.second, 0};
    *value = civil_to_seconds(&civil);
    return 0;
}

int profile_decode(const struct profile_entry *entry, const uint8_t *bytes, size_t size,
                   int64_t *value)
{
    size_t wanted = (size_t)profile_size(entry);
    if (size < wanted)
        return ERROR_TRUNCATED;
    switch (entry->type) {
    case PROFILE_BCD:
        return dlt645_quantity_read(entry->quantity, bytes, wanted, value, NULL);
    case PROFILE_TIME:
        return decode_time(bytes, wanted, value);
    default:
        return decode_number(entry, bytes, value);
    }
}

static int64_t floor_divide(int64_t value, int64_t by)
{
    int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

static bool fits(enum profile_type type, int64_t raw)
{
    static const struct {
        int64_t low, high;
    } ranges[] = {
        [PROFILE_U8] = {0, UINT8_MAX},          [PROFILE_U16] = {0, UINT16_MAX},
        [PROFILE_S16] = {INT16_MIN, INT16_MAX}, [PROFILE_U32] = {0, UINT32_MAX},
        [PROFILE_S32] = {INT32_MIN, INT32_MAX}, [PROFILE_BIT] = {0, 1},
    };
    return raw >= ranges[type].low && raw <= ranges[type].high;
}

static int encode_time(int64_t value, uint8_t bytes[8])
{
    const struct civil_time civil = civil_from_seconds(value);
    const struct dlt645_time time = {
        .year = (uint16_t)civil.year,
        .month = (uint8_t)civil.month,
        .day = (uint8_t)civil.day,
        .hour = (uint8_t)civil.hour,
        .minute = (uint8_t)civil.minute,
        .second = (uint8_t)civil.second,
        .weekday = (uint8_t)((value / 86400 + 6) % 7), /* 2000-01-01 was a Saturday */
    };
    return dlt645_time_write(DLT645_TIME_WITH_WEEKDAY, &time, bytes, 8);
}

static int encode_float(const struct profile_entry *entry, int64_t value, uint8_t bytes[8])
{
    float number = (float)((double)value / (double)entry->scale);
    uint32_t raw;
    memcpy(&raw, &number, sizeof raw);
    put_raw(entry, raw, bytes);
    return profile_size(entry);
}

int profile_encode(const struct profile_entry *entry, int64_t value, uint8_t bytes[8])
{
    if (entry->type == PROFILE_BCD)
        return dlt645_quantity_write(entry->quantity, value, bytes, 8);
    if (entry->type == PROFILE_TIME)
        return encode_time(value, bytes);
    if (entry->type == PROFILE_F32)
        return encode_float(entry, value, bytes);
    int64_t raw = floor_divide(value, entry->scale);
    if (!fits(entry->type, raw))
        return ERROR_OUT_OF_RANGE;
    put_raw(entry, (uint32_t)raw << entry->shift, bytes);
    return profile_size(entry);
}

/* ---- states and causes --------------------------------------------------------------------------
 */

bool profile_shows(const struct profile *profile, const int64_t values[PROFILE_REGISTER_COUNT],
                   enum profile_bit bit)
{
    const struct profile_state *state = &profile->bits[bit];
    return state->present && ((uint32_t)values[state->of] & state->mask) == state->equals;
}

uint32_t profile_causes(const struct profile *profile, int64_t raw)
{
    uint32_t causes = 0;
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++)
        if (profile->cause_bit[cause] >= 0 && raw >> profile->cause_bit[cause] & 1)
            causes |= CAUSE_BIT(cause);
    return causes;
}

int profile_trip(const struct profile *profile, int64_t raw)
{
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++)
        if (profile->trip_code[cause] == raw)
            return cause;
    return TRIP_CAUSE_NONE;
}

/* ---- Modbus -------------------------------------------------------------------------------------
 */

static bool reads_bits(enum modbus_function function)
{
    return function == MODBUS_READ_COILS || function == MODBUS_READ_DISCRETE;
}

int profile_response_bytes(const struct modbus_request *request,
                           const struct modbus_response *response,
                           uint8_t bytes[PROFILE_BLOCK_BYTES_MAX])
{
    int size = 0;
    for (int i = 0; i < response->count; i++) {
        if (!reads_bits(request->function))
            bytes[size++] = (uint8_t)(response->values[i] >> 8);
        bytes[size++] = (uint8_t)response->values[i];
    }
    return size;
}

int profile_write_request(const struct profile *profile, enum profile_register which, int64_t value,
                          struct modbus_request *request)
{
    const struct profile_entry *entry = &profile->registers[which];
    uint8_t bytes[8];
    if (!entry->present || entry->write == 0)
        return ERROR_NOT_ALLOWED;
    int size = profile_encode(entry, value, bytes);
    if (size < 0)
        return size;
    *request = (struct modbus_request){
        .function = entry->write,
        .address = entry->address,
        .count = (uint16_t)profile_width(entry),
    };
    if (entry->type == PROFILE_BIT)
        request->values[0] = bytes[0] ? 0xff00 : 0;
    for (int i = 0; i + 1 < size; i += 2)
        request->values[i / 2] = (uint16_t)(bytes[i] << 8 | bytes[i + 1]);
    return 0;
}

static enum modbus_function read_function(enum profile_kind kind)
{
    static const enum modbus_function functions[] = {
        [PROFILE_HOLDING] = MODBUS_READ_HOLDING,
        [PROFILE_INPUT] = MODBUS_READ_INPUT,
        [PROFILE_COIL] = MODBUS_READ_COILS,
        [PROFILE_DISCRETE] = MODBUS_READ_DISCRETE,
    };
    return functions[kind];
}

void profile_read_request(const struct profile *profile, enum profile_register which,
                          struct modbus_request *request)
{
    const struct profile_entry *entry = &profile->registers[which];
    assert(entry->present);
    *request = (struct modbus_request){
        .function = read_function(entry->kind),
        .address = entry->address,
        .count = (uint16_t)profile_width(entry),
    };
}

void profile_block_request(const struct profile *profile, int block, struct modbus_request *request)
{
    assert(block >= 0 && block < profile->block_count);
    *request = (struct modbus_request){
        .function = read_function(profile->blocks[block].kind),
        .address = profile->blocks[block].first,
        .count = profile->blocks[block].count,
    };
}
