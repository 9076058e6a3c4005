#include "hil/profile.h"

#include "hil/lua_file.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *key, *unit;
    bool required;
} registers[PROFILE_REGISTER_COUNT] = {
#define X(id, key, unit, required) [PROFILE_##id] = {key, unit, required},
    PROFILE_REGISTERS(X)
#undef X
};

#define X(id, key) key,
static const char *const bit_keys[PROFILE_BIT_COUNT + 1] = {PROFILE_BITS(X) NULL};
static const char *const command_keys[PROFILE_COMMAND_COUNT + 1] = {PROFILE_COMMANDS(X) NULL};
static const char *const result_keys[PROFILE_RESULT_COUNT + 1] = {PROFILE_RESULTS(X) NULL};
static const char *const capability_keys[PROFILE_CAPABILITY_COUNT + 1] = {PROFILE_CAPABILITIES(X)
                                                                              NULL};
#undef X
#define X(id, key, unit, required) key,
static const char *const register_keys[PROFILE_REGISTER_COUNT + 1] = {PROFILE_REGISTERS(X) NULL};
#undef X

static const char *const type_names[] = {"u16", "s16", "u32", "s32", NULL};

const char *profile_register_key(enum profile_register which)
{
    assert(which < PROFILE_REGISTER_COUNT);
    return registers[which].key;
}

int profile_width(const struct profile_entry *entry)
{
    return entry->type == PROFILE_U32 || entry->type == PROFILE_S32 ? 2 : 1;
}

/* ---- reading the file ---------------------------------------------------------------------------
 */

static int one_of(struct lua_file *file, const char *key, const char *const *names,
                  const char *text)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    lua_file_complain(file, key, "\"%s\" is not known", text);
    return 0;
}

static void read_entry(struct lua_file *file, int which, struct profile_entry *entry)
{
    static const char *const keys[] = {"address", "kind", "type", "scale", "unit", NULL};
    static const char *const kinds[] = {"holding", "input", NULL};
    char kind[16] = "input", type[8] = "u16", unit[24] = "";
    int64_t address = 0, scale = 1;
    if (!lua_file_enter(file, registers[which].key, registers[which].required))
        return;
    lua_file_only(file, keys);
    lua_file_integer(file, "address", true, 0, UINT16_MAX, &address);
    lua_file_string(file, "kind", true, kind, sizeof kind);
    lua_file_string(file, "type", false, type, sizeof type);
    lua_file_integer(file, "scale", false, 1, 1000000000, &scale);
    lua_file_string(file, "unit", false, unit, sizeof unit);
    if (strcmp(unit, registers[which].unit) != 0)
        lua_file_complain(file, "unit", "must be \"%s\", with a scale to it, not \"%s\"",
                          registers[which].unit, unit);
    *entry = (struct profile_entry){
        .present = true,
        .is_input = one_of(file, "kind", kinds, kind) == 1,
        .address = (uint16_t)address,
        .type = (enum profile_type)one_of(file, "type", type_names, type),
        .scale = scale,
    };
    lua_file_leave(file);
}

static void read_registers(struct lua_file *file, struct profile *profile)
{
    if (!lua_file_enter(file, "registers", true))
        return;
    lua_file_only(file, register_keys);
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++)
        read_entry(file, i, &profile->registers[i]);
    lua_file_leave(file);
}

static void read_numbers(struct lua_file *file, const char *table, const char *const *keys,
                         int64_t high, int64_t *values)
{
    if (!lua_file_enter(file, table, true))
        return;
    lua_file_only(file, keys);
    for (int i = 0; keys[i]; i++)
        lua_file_integer(file, keys[i], true, 0, high, &values[i]);
    lua_file_leave(file);
}

static void read_codes(struct lua_file *file, struct profile *profile)
{
    int64_t bits[PROFILE_BIT_COUNT] = {0}, commands[PROFILE_COMMAND_COUNT] = {0},
            results[PROFILE_RESULT_COUNT] = {0}, seal_key = 0;
    read_numbers(file, "status_bits", bit_keys, 15, bits);
    read_numbers(file, "commands", command_keys, UINT16_MAX, commands);
    read_numbers(file, "results", result_keys, UINT16_MAX, results);
    lua_file_integer(file, "seal_key", true, 0, UINT16_MAX, &seal_key);
    for (int i = 0; i < PROFILE_BIT_COUNT; i++)
        profile->bits[i] = (int)bits[i];
    for (int i = 0; i < PROFILE_COMMAND_COUNT; i++)
        profile->commands[i] = (uint16_t)commands[i];
    for (int i = 0; i < PROFILE_RESULT_COUNT; i++)
        profile->results[i] = (uint16_t)results[i];
    profile->seal_key = (uint16_t)seal_key;
}

static void read_serial(struct lua_file *file, struct profile *profile)
{
    static const char *const keys[] = {"baud", "parity", "stop_bits", "slave", NULL};
    static const char *const parities[] = {"none", "even", "odd", NULL};
    int64_t baud = 9600, stop_bits = 1, slave = 1;
    char parity[8] = "none";
    if (lua_file_enter(file, "serial", false)) {
        lua_file_only(file, keys);
        lua_file_integer(file, "baud", false, 300, 1000000, &baud);
        lua_file_string(file, "parity", false, parity, sizeof parity);
        lua_file_integer(file, "stop_bits", false, 1, 2, &stop_bits);
        lua_file_integer(file, "slave", false, 1, 247, &slave);
        lua_file_leave(file);
    }
    profile->serial = (struct serial_settings){
        (int)baud, "NEO"[one_of(file, "parity", parities, parity)], (int)stop_bits};
    profile->slave = (int)slave;
}

static void read_capabilities(struct lua_file *file, struct profile *profile)
{
    if (!lua_file_enter(file, "capabilities", true))
        return;
    lua_file_only(file, capability_keys);
    for (int i = 0; i < PROFILE_CAPABILITY_COUNT; i++)
        lua_file_boolean(file, capability_keys[i], &profile->can[i]);
    lua_file_leave(file);
}

/* What the poll needs must lie within one read of input registers. */
static void find_block(struct lua_file *file, struct profile *profile)
{
    int first = UINT16_MAX, end = 0;
    for (int i = PROFILE_STATUS; i <= PROFILE_LAST_SEQUENCE; i++) {
        const struct profile_entry *entry = &profile->registers[i];
        if (!entry->present)
            continue;
        if (!entry->is_input)
            lua_file_complain(file, registers[i].key, "must be an input register");
        first = entry->address < first ? entry->address : first;
        int past = entry->address + profile_width(entry);
        end = past > end ? past : end;
    }
    if (end - first > MODBUS_READ_MAX)
        lua_file_complain(file, "registers", "the status takes more than one read of %d registers",
                          MODBUS_READ_MAX);
    profile->block_first = (uint16_t)first;
    profile->block_count = (uint16_t)(end > first ? end - first : 1);
}

int profile_read(const char *path, struct profile *profile, char *message, size_t size)
{
    static const char *const keys[] = {"name",         "serial",  "registers", "status_bits",
                                       "commands",     "results", "seal_key",  "status_lag_ms",
                                       "capabilities", NULL};
    struct lua_file file;
    int64_t lag_ms = 0;
    memset(profile, 0, sizeof *profile);
    int result = lua_file_open(&file, path, "board", message, size);
    if (result < 0)
        return result;
    lua_file_only(&file, keys);
    lua_file_string(&file, "name", true, profile->name, sizeof profile->name);
    read_serial(&file, profile);
    read_registers(&file, profile);
    read_codes(&file, profile);
    lua_file_integer(&file, "status_lag_ms", true, 0, 60000, &lag_ms);
    read_capabilities(&file, profile);
    find_block(&file, profile);
    profile->status_lag_ns = lag_ms * NS_PER_MS;
    lua_file_close(&file);
    return file.failed ? ERROR_PROFILE : 0;
}

/* ---- values -------------------------------------------------------------------------------------
 */

int64_t profile_decode(const struct profile_entry *entry, const uint16_t *values)
{
    uint32_t wide = profile_width(entry) == 2 ? (uint32_t)values[0] << 16 | values[1] : values[0];
    switch (entry->type) {
    case PROFILE_S16:
        return (int16_t)wide * entry->scale;
    case PROFILE_S32:
        return (int32_t)wide * entry->scale;
    default:
        return wide * entry->scale;
    }
}

int64_t profile_value(const struct profile *profile, const struct modbus_response *block,
                      enum profile_register which)
{
    const struct profile_entry *entry = &profile->registers[which];
    if (!entry->present)
        return 0;
    int index = entry->address - profile->block_first;
    assert(index >= 0 && index + profile_width(entry) <= block->count);
    return profile_decode(entry, block->values + index);
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
    } ranges[] = {{0, UINT16_MAX}, {INT16_MIN, INT16_MAX}, {0, UINT32_MAX}, {INT32_MIN, INT32_MAX}};
    return raw >= ranges[type].low && raw <= ranges[type].high;
}

int profile_write_request(const struct profile *profile, enum profile_register which, int64_t value,
                          struct modbus_request *request)
{
    const struct profile_entry *entry = &profile->registers[which];
    int64_t raw = floor_divide(value, entry->scale);
    if (!fits(entry->type, raw))
        return ERROR_OUT_OF_RANGE;
    *request = (struct modbus_request){
        .function = MODBUS_WRITE_MULTIPLE,
        .address = entry->address,
        .count = (uint16_t)profile_width(entry),
    };
    if (request->count == 2)
        modbus_put_u32((uint32_t)raw, request->values);
    else
        request->values[0] = (uint16_t)raw;
    return 0;
}

void profile_read_request(const struct profile *profile, enum profile_register which,
                          struct modbus_request *request)
{
    const struct profile_entry *entry = &profile->registers[which];
    *request = (struct modbus_request){
        .function = entry->is_input ? MODBUS_READ_INPUT : MODBUS_READ_HOLDING,
        .address = entry->address,
        .count = (uint16_t)profile_width(entry),
    };
}

bool profile_bit(const struct profile *profile, int64_t status, enum profile_bit bit)
{
    return status >> profile->bits[bit] & 1;
}
