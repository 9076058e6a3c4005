#include "hil/profile.h"

#include "hil/lua_file.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum pace_of_reading { FAST, SLOW, SETTING };

static const struct {
    const char *key, *unit;
    enum pace_of_reading pace;
} registers[PROFILE_REGISTER_COUNT] = {
#define X(id, key, unit, pace) [PROFILE_##id] = {key, unit, pace},
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
#define X(id, key, unit, pace) key,
static const char *const register_keys[PROFILE_REGISTER_COUNT + 1] = {PROFILE_REGISTERS(X) NULL};
#undef X

static const char *const type_names[] = {"u8", "u16", "s16", "u32", "s32", "f32", NULL};
static const char *const kind_names[] = {"holding", "input", "coil", "discrete", NULL};

const char *profile_register_key(enum profile_register which)
{
    assert(which < PROFILE_REGISTER_COUNT);
    return registers[which].key;
}

const char *profile_register_unit(enum profile_register which)
{
    assert(which < PROFILE_REGISTER_COUNT);
    return registers[which].unit;
}

const char *profile_command_key(enum profile_command which)
{
    assert(which < PROFILE_COMMAND_COUNT);
    return command_keys[which];
}

const char *profile_capability_key(enum profile_capability which)
{
    assert(which < PROFILE_CAPABILITY_COUNT);
    return capability_keys[which];
}

bool profile_has(const struct profile *profile, enum profile_register which)
{
    return profile->registers[which].present;
}

int profile_size(const struct profile_entry *entry)
{
    switch (entry->type) {
    case PROFILE_U8:
    case PROFILE_BIT:
        return 1;
    case PROFILE_U16:
    case PROFILE_S16:
        return 2;
    case PROFILE_BCD:
        return (int)dlt645_quantity_size(entry->quantity);
    case PROFILE_TIME:
        return (int)dlt645_time_size(DLT645_TIME_WITH_WEEKDAY);
    default:
        return 4;
    }
}

int profile_width(const struct profile_entry *entry)
{
    return profile_size(entry) > 2 ? 2 : 1;
}

/* ---- reading the file: items --------------------------------------------------------------------
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

static int choice(struct lua_file *file, const char *key, bool required, const char *const *names,
                  int otherwise)
{
    char text[24] = "";
    lua_file_string(file, key, required, text, sizeof text);
    return text[0] ? one_of(file, key, names, text) : otherwise;
}

/* A unit may be left out where the format says it; wrong it may not be. */
static void read_scale(struct lua_file *file, int which, struct profile_entry *entry)
{
    char unit[24] = "";
    bool says = entry->type == PROFILE_BCD || entry->type == PROFILE_TIME;
    lua_file_string(file, "unit", false, unit, sizeof unit);
    if ((!says || unit[0]) && strcmp(unit, registers[which].unit) != 0)
        lua_file_complain(file, "unit", "must be \"%s\", with a scale to it, not \"%s\"",
                          registers[which].unit, unit);
    entry->scale = 1;
    lua_file_integer(file, "scale", false, 1, 1000000000, &entry->scale);
    if (says && entry->scale != 1)
        lua_file_complain(file, "scale", "the format has its own");
}

static void read_mask(struct lua_file *file, struct profile_entry *entry)
{
    int64_t mask = 0, shift = 0;
    lua_file_integer(file, "mask", false, 1, UINT32_MAX, &mask);
    lua_file_integer(file, "shift", false, 0, 31, &shift);
    entry->mask = (uint32_t)mask;
    entry->shift = (int)shift;
    bool plain = entry->type == PROFILE_U8 || entry->type == PROFILE_U16 ||
                 entry->type == PROFILE_U32;
    if ((mask || shift) && !plain)
        lua_file_complain(file, "mask", "only an unsigned integer has one");
}

static enum modbus_function read_write_function(struct lua_file *file,
                                                const struct profile_entry *entry)
{
    static const int usual[] = {MODBUS_WRITE_MULTIPLE, 0, MODBUS_WRITE_COIL, 0};
    int64_t function = usual[entry->kind];
    if (!lua_file_has(file, "write"))
        return (enum modbus_function)function;
    lua_file_integer(file, "write", false, 1, 16, &function);
    bool coil = entry->kind == PROFILE_COIL && function == MODBUS_WRITE_COIL;
    bool register_ = entry->kind == PROFILE_HOLDING && (function == MODBUS_WRITE_MULTIPLE ||
                                                        function == MODBUS_WRITE_SINGLE);
    if (!coil && !register_)
        lua_file_complain(file, "write",
                          "a holding register is written by 6 or 16, a coil by 5, not by %lld",
                          (long long)function);
    else if (function == MODBUS_WRITE_SINGLE && profile_width(entry) > 1)
        lua_file_complain(file, "write", "function 6 writes one register, this item has two");
    return (enum modbus_function)function;
}

static void read_modbus_entry(struct lua_file *file, int which, struct profile_entry *entry)
{
    static const char *const keys[] = {"address", "kind", "type",  "words", "scale",
                                       "unit",    "mask", "shift", "write", "min",
                                       "max",     NULL};
    static const char *const orders[] = {"high", "low", NULL};
    int64_t address = 0;
    lua_file_only(file, keys);
    lua_file_integer(file, "address", true, 0, UINT16_MAX, &address);
    entry->address = (uint16_t)address;
    entry->kind = (enum profile_kind)choice(file, "kind", true, kind_names, PROFILE_INPUT);
    bool bit = entry->kind == PROFILE_COIL || entry->kind == PROFILE_DISCRETE;
    entry->type = bit ? PROFILE_BIT
                      : (enum profile_type)choice(file, "type", false, type_names, PROFILE_U16);
    if (bit && lua_file_has(file, "type"))
        lua_file_complain(file, "type", "a coil or discrete input is one bit");
    if (entry->type == PROFILE_U8)
        lua_file_complain(file, "type", "a register has 16 bits: use \"u16\" and a mask");
    entry->low_word_first = choice(file, "words", false, orders, 0) == 1;
    entry->write = read_write_function(file, entry);
    read_scale(file, which, entry);
    read_mask(file, entry);
}

/* format: a DLT645_QUANTITIES in lower case, or "date_time" */
static void read_format(struct lua_file *file, struct profile_entry *entry)
{
    static const char *const names[] = {
#define X(name, size, sign, units, decimals, unit) #name,
        DLT645_QUANTITIES(X)
#undef X
            NULL};
    char text[24] = "", upper[24] = "";
    lua_file_string(file, "format", false, text, sizeof text);
    if (strcmp(text, "date_time") == 0) {
        entry->type = PROFILE_TIME;
        return;
    }
    for (size_t i = 0; text[i]; i++)
        upper[i] = (char)toupper((unsigned char)text[i]);
    entry->type = PROFILE_BCD;
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], upper) == 0) {
            entry->quantity = (enum dlt645_quantity)i;
            return;
        }
    lua_file_complain(file, "format", "\"%s\" is no format of DL/T 645 that is known here", text);
}

static void read_dlt645_entry(struct lua_file *file, int which, struct profile_entry *entry)
{
    static const char *const keys[] = {"di",    "format", "type", "words", "offset",
                                       "scale", "unit",   "mask", "shift", "min",   "max",
                                       NULL};
    static const char *const orders[] = {"low", "high", NULL};
    int64_t di = 0, offset = 0;
    lua_file_only(file, keys);
    lua_file_integer(file, "di", true, 0, UINT32_MAX, &di);
    lua_file_integer(file, "offset", false, 0, PROFILE_BLOCK_BYTES_MAX - 8, &offset);
    entry->di = (uint32_t)di;
    entry->offset = (uint16_t)offset;
    if (lua_file_has(file, "format"))
        read_format(file, entry);
    else
        entry->type = (enum profile_type)choice(file, "type", false, type_names, PROFILE_U16);
    if (lua_file_has(file, "format") && lua_file_has(file, "type"))
        lua_file_complain(file, "type", "the format has its own");
    entry->low_byte_first = true;
    entry->low_word_first = choice(file, "words", false, orders, 0) == 0;
    read_scale(file, which, entry);
    read_mask(file, entry);
}

/* The raw values that a setting takes; both or none. */
static void read_range(struct lua_file *file, struct profile_entry *entry)
{
    entry->has_range = lua_file_has(file, "min") || lua_file_has(file, "max");
    if (!entry->has_range)
        return;
    lua_file_integer(file, "min", true, INT32_MIN, UINT32_MAX, &entry->low);
    lua_file_integer(file, "max", true, entry->low, UINT32_MAX, &entry->high);
}

static void read_entry(struct lua_file *file, int which, struct profile *profile)
{
    struct profile_entry *entry = &profile->registers[which];
    entry->block = -1;
    if (!lua_file_enter(file, registers[which].key, false))
        return;
    entry->present = true;
    if (profile->protocol == PROFILE_DLT645)
        read_dlt645_entry(file, which, entry);
    else
        read_modbus_entry(file, which, entry);
    read_range(file, entry);
    lua_file_leave(file);
}

static void read_registers(struct lua_file *file, struct profile *profile)
{
    if (!lua_file_enter(file, "registers", true))
        return;
    lua_file_only(file, register_keys);
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++)
        read_entry(file, i, profile);
    lua_file_leave(file);
}

/* ---- reading the file: states, commands, codes --------------------------------------------------
 */

/* Within a table of a state or a command: the item that `key` names. */
static enum profile_register named_item(struct lua_file *file, const char *key,
                                        const struct profile *profile, enum profile_register usual)
{
    int which = choice(file, key, false, register_keys, (int)usual);
    if (!profile->registers[which].present)
        lua_file_complain(file, key, "the profile has no registers.%s", register_keys[which]);
    return (enum profile_register)which;
}

/* A bit's number, or { of = item, mask =, equals = }. */
static void read_state(struct lua_file *file, const char *key, const struct profile *profile,
                       struct profile_state *state)
{
    static const char *const keys[] = {"of", "bit", "mask", "equals", NULL};
    int64_t bit = 0, mask = UINT32_MAX, equals = 0;
    state->present = true;
    state->of = PROFILE_STATUS;
    if (!lua_file_has_table(file, key)) {
        lua_file_integer(file, key, true, 0, 31, &bit);
        if (!profile->registers[PROFILE_STATUS].present)
            lua_file_complain(file, key, "the profile has no registers.status");
        state->mask = state->equals = UINT32_C(1) << bit;
        return;
    }
    if (!lua_file_enter(file, key, true))
        return;
    lua_file_only(file, keys);
    state->of = named_item(file, "of", profile, PROFILE_STATUS);
    bool has_bit = lua_file_has(file, "bit");
    lua_file_integer(file, "bit", false, 0, 31, &bit);
    lua_file_integer(file, "mask", false, 1, UINT32_MAX, &mask);
    lua_file_integer(file, "equals", !has_bit, 0, UINT32_MAX, &equals);
    state->mask = has_bit ? UINT32_C(1) << bit : (uint32_t)mask;
    state->equals = has_bit ? state->mask : (uint32_t)equals;
    lua_file_leave(file);
}

static void read_states(struct lua_file *file, struct profile *profile)
{
    if (!lua_file_enter(file, "status_bits", false))
        return;
    lua_file_only(file, bit_keys);
    for (int i = 0; i < PROFILE_BIT_COUNT; i++)
        if (lua_file_has(file, bit_keys[i]))
            read_state(file, bit_keys[i], profile, &profile->bits[i]);
    lua_file_leave(file);
}

/* Can the item be written, with a sequence number behind it if asked? */
static void check_order(struct lua_file *file, const char *key, const struct profile *profile,
                        const struct profile_order *order)
{
    const struct profile_entry *entry = &profile->registers[order->item];
    if (!entry->present)
        lua_file_complain(file, key, "the profile has no registers.%s to write it to",
                          register_keys[order->item]);
    else if (profile->protocol == PROFILE_MODBUS && entry->write == 0)
        lua_file_complain(file, key, "registers.%s is read only", register_keys[order->item]);
    else if (order->sequence && (profile->protocol != PROFILE_MODBUS ||
                                 entry->write != MODBUS_WRITE_MULTIPLE ||
                                 !profile->registers[PROFILE_LAST_SEQUENCE].present))
        lua_file_complain(file, key,
                          "a sequence number needs function 16 and registers.last_sequence");
}

/* A number: with DL/T 645 N1 of a relay order, with Modbus a value for `control`. Or
 * { register = item, value =, sequence = }. */
static void read_order(struct lua_file *file, const char *key, const struct profile *profile,
                       struct profile_order *order)
{
    static const char *const keys[] = {"register", "value", "sequence", NULL};
    int64_t value = 0;
    bool dlt645 = profile->protocol == PROFILE_DLT645;
    order->present = true;
    order->item = PROFILE_CONTROL;
    if (!lua_file_has_table(file, key)) {
        lua_file_integer(file, key, true, 0, dlt645 ? UINT8_MAX : UINT16_MAX, &value);
        order->value = (uint16_t)value;
        order->is_relay_order = dlt645;
        order->sequence = !dlt645 && profile->registers[PROFILE_LAST_SEQUENCE].present;
    } else if (lua_file_enter(file, key, true)) {
        lua_file_only(file, keys);
        order->item = (enum profile_register)choice(file, "register", true, register_keys,
                                                    PROFILE_CONTROL);
        lua_file_integer(file, "value", true, 0, UINT16_MAX, &value);
        lua_file_boolean(file, "sequence", &order->sequence);
        order->value = (uint16_t)value;
        lua_file_leave(file);
    }
    if (!order->is_relay_order)
        check_order(file, key, profile, order);
}

static void read_commands(struct lua_file *file, struct profile *profile)
{
    if (!lua_file_enter(file, "commands", false))
        return;
    lua_file_only(file, command_keys);
    for (int i = 0; i < PROFILE_COMMAND_COUNT; i++)
        if (lua_file_has(file, command_keys[i]))
            read_order(file, command_keys[i], profile, &profile->commands[i]);
    lua_file_leave(file);
}

static void read_results(struct lua_file *file, struct profile *profile)
{
    if (!lua_file_enter(file, "results", profile->registers[PROFILE_RESULT].present))
        return;
    lua_file_only(file, result_keys);
    if (!profile->registers[PROFILE_RESULT].present)
        lua_file_complain(file, "executed", "the profile has no registers.result");
    profile->has_results = true;
    for (int i = 0; i < PROFILE_RESULT_COUNT; i++) {
        int64_t value = 0;
        lua_file_integer(file, result_keys[i], true, 0, UINT16_MAX, &value);
        profile->results[i] = (uint16_t)value;
    }
    lua_file_leave(file);
}

/* "short circuit" as a key: short_circuit */
static const char *cause_key(int cause, char key[24])
{
    snprintf(key, 24, "%s", trip_cause_name(cause));
    for (char *at = key; *at; at++)
        *at = *at == ' ' ? '_' : *at;
    return key;
}

/* By cause: the numbering of sim/meter/controller.h unless the table says another one. Returns
 * whether it does. */
static bool read_causes(struct lua_file *file, const char *table, int high,
                        int16_t values[TRIP_CAUSE_COUNT])
{
    char names[TRIP_CAUSE_COUNT][24];
    const char *keys[TRIP_CAUSE_COUNT] = {0};
    if (!lua_file_enter(file, table, false))
        return false;
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++)
        keys[cause - 1] = cause_key(cause, names[cause]);
    lua_file_only(file, keys);
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++) {
        int64_t value = -1;
        lua_file_integer(file, names[cause], false, 0, high, &value);
        values[cause] = (int16_t)value;
    }
    lua_file_leave(file);
    return true;
}

static void read_cause_codes(struct lua_file *file, struct profile *profile)
{
    int16_t bits[TRIP_CAUSE_COUNT] = {0};
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++) {
        bits[cause] = (int16_t)(cause - 1);
        profile->trip_code[cause] = (int16_t)cause;
    }
    read_causes(file, "cause_bits", 31, bits);
    read_causes(file, "trip_codes", INT16_MAX, profile->trip_code);
    for (int cause = 0; cause < TRIP_CAUSE_COUNT; cause++)
        profile->cause_bit[cause] = (int8_t)(cause ? bits[cause] : -1);
}

/* ---- reading the file: the line -----------------------------------------------------------------
 */

static void read_line(struct lua_file *file, struct serial_settings *serial)
{
    static const char *const parities[] = {"none", "even", "odd", NULL};
    int64_t baud = serial->baud, stop_bits = serial->stop_bits;
    int usual = serial->parity == 'E' ? 1 : 0;
    lua_file_integer(file, "baud", false, 300, 1000000, &baud);
    lua_file_integer(file, "stop_bits", false, 1, 2, &stop_bits);
    serial->parity = "NEO"[choice(file, "parity", false, parities, usual)];
    serial->baud = (int)baud;
    serial->stop_bits = (int)stop_bits;
}

static void read_address(struct lua_file *file, struct profile *profile)
{
    char text[16] = "AAAAAAAAAAAA";
    int64_t preambles = DLT645_PREAMBLE_MAX;
    lua_file_string(file, "address", false, text, sizeof text);
    if (dlt645_address_from_text(text, &profile->address) < 0)
        lua_file_complain(file, "address", "\"%s\" is not up to 12 digits, or AA.. for any", text);
    lua_file_integer(file, "preambles", false, 0, DLT645_PREAMBLE_MAX, &preambles);
    profile->preambles = (int)preambles;
}

static void read_serial(struct lua_file *file, struct profile *profile)
{
    static const char *const modbus_keys[] = {"baud", "parity", "stop_bits", "slave", NULL};
    static const char *const dlt645_keys[] = {"baud",    "parity",    "stop_bits",
                                              "address", "preambles", NULL};
    bool dlt645 = profile->protocol == PROFILE_DLT645;
    int64_t slave = 1;
    profile->serial = dlt645 ? (struct serial_settings){2400, 'E', 1}
                             : (struct serial_settings){9600, 'N', 1};
    profile->slave = 1;
    profile->address = dlt645_wildcard;
    profile->preambles = DLT645_PREAMBLE_MAX;
    if (!lua_file_enter(file, "serial", false))
        return;
    lua_file_only(file, dlt645 ? dlt645_keys : modbus_keys);
    read_line(file, &profile->serial);
    if (dlt645)
        read_address(file, profile);
    else
        lua_file_integer(file, "slave", false, 1, 247, &slave);
    profile->slave = (int)slave;
    lua_file_leave(file);
}

/* Digits of a password or operator code, as they are written. */
static uint32_t read_digits(struct lua_file *file, const char *key, size_t places)
{
    char text[12] = "0";
    uint32_t digits = 0;
    lua_file_string(file, key, false, text, sizeof text);
    if (strlen(text) > places || strspn(text, "0123456789") != strlen(text))
        lua_file_complain(file, key, "\"%s\" is not up to %zu digits", text, places);
    for (size_t i = 0; text[i]; i++)
        digits = digits << 4 | (uint32_t)(text[i] & 0xf);
    return digits;
}

static void read_one_authority(struct lua_file *file, const char *key, uint32_t operator_code,
                               struct dlt645_authority *authority)
{
    static const char *const keys[] = {"level", "password", NULL};
    int64_t level = authority->level;
    authority->operator_code = operator_code;
    if (!lua_file_enter(file, key, false))
        return;
    lua_file_only(file, keys);
    lua_file_integer(file, "level", false, 0, UINT8_MAX, &level);
    authority->level = (uint8_t)level;
    authority->password = read_digits(file, "password", 6);
    lua_file_leave(file);
}

static void read_authority(struct lua_file *file, struct profile *profile)
{
    static const char *const keys[] = {"write", "relay", "operator", NULL};
    profile->authority.write.level = 2;
    profile->authority.relay.level = 2;
    if (profile->protocol != PROFILE_DLT645 || !lua_file_enter(file, "authority", false))
        return;
    lua_file_only(file, keys);
    uint32_t operator_code = read_digits(file, "operator", 8);
    read_one_authority(file, "write", operator_code, &profile->authority.write);
    read_one_authority(file, "relay", operator_code, &profile->authority.relay);
    lua_file_leave(file);
}

/* ---- capabilities -------------------------------------------------------------------------------
 */

static void must_have(struct lua_file *file, enum profile_capability claim, bool there,
                      const char *what)
{
    if (!there)
        lua_file_complain(file, capability_keys[claim], "is claimed, so %s is needed", what);
}

static void check_claims(struct lua_file *file, const struct profile *profile)
{
    const bool *can = profile->can;
    const struct profile_order *commands = profile->commands;
    const struct profile_entry *items = profile->registers;
    if (can[PROFILE_CAN_RELAY]) {
        must_have(file, PROFILE_CAN_RELAY, profile->bits[PROFILE_BIT_CLOSED].present,
                  "status_bits.contacts_closed");
        must_have(file, PROFILE_CAN_RELAY,
                  commands[PROFILE_COMMAND_TRIP].present && commands[PROFILE_COMMAND_CLOSE].present,
                  "commands.trip and commands.close");
    }
    if (can[PROFILE_CAN_CREDIT]) {
        must_have(file, PROFILE_CAN_CREDIT, items[PROFILE_BALANCE].present, "registers.balance");
        must_have(file, PROFILE_CAN_CREDIT, items[PROFILE_SET_BALANCE].present,
                  "registers.set_balance");
    }
    if (can[PROFILE_CAN_CLOCK])
        must_have(file, PROFILE_CAN_CLOCK, items[PROFILE_SET_CLOCK].present,
                  "registers.set_clock");
    static const enum profile_capability by_cause[] = {
        PROFILE_CAN_LEAKAGE, PROFILE_CAN_SMOKE, PROFILE_CAN_HEAT, PROFILE_CAN_OVERLOAD,
        PROFILE_CAN_VOLTAGE};
    for (size_t i = 0; i < sizeof by_cause / sizeof by_cause[0]; i++)
        if (can[by_cause[i]])
            must_have(file, by_cause[i], items[PROFILE_CAUSES].present, "registers.causes");
}

/* What the file does not say follows from what else it says. */
static void read_capabilities(struct lua_file *file, struct profile *profile)
{
    bool *can = profile->can;
    can[PROFILE_CAN_KEEP_POWER] = profile->commands[PROFILE_COMMAND_KEEP_POWER_ON].present;
    can[PROFILE_CAN_PERMIT] = profile->commands[PROFILE_COMMAND_PERMIT_CLOSE].present;
    can[PROFILE_CAN_HOLDOFF] = profile->registers[PROFILE_HOLDOFF_CURRENT].present;
    can[PROFILE_CAN_METERING] = profile->registers[PROFILE_ENERGY].present;
    /* a meter that can be ordered about must not pass for one that is only read */
    if (!lua_file_enter(file, "capabilities", profile->commands[PROFILE_COMMAND_TRIP].present))
        return;
    lua_file_only(file, capability_keys);
    for (int i = 0; i < PROFILE_CAPABILITY_COUNT; i++)
        lua_file_boolean(file, capability_keys[i], &can[i]);
    if (!file->failed)
        check_claims(file, profile);
    lua_file_leave(file);
}

static void read_tolerances(struct lua_file *file, struct profile *profile)
{
#define X(field, standard, highest) #field,
    static const char *const keys[] = {BOARD_TOLERANCES(X) NULL};
#undef X
    profile->twin = board_tolerance_default();
    if (!lua_file_enter(file, "twin", false))
        return;
    lua_file_only(file, keys);
#define X(field, standard, highest)                                                                         \
    lua_file_integer(file, #field, false, 0, highest, &profile->twin.field);
    BOARD_TOLERANCES(X)
#undef X
    lua_file_leave(file);
}

/* ---- the requests of a status read --------------------------------------------------------------
 */

static bool is_polled(const struct profile *profile, int which)
{
    if (!profile->registers[which].present)
        return false;
    for (int bit = 0; bit < PROFILE_BIT_COUNT; bit++)
        if (profile->bits[bit].present && (int)profile->bits[bit].of == which)
            return true;
    return registers[which].pace != SETTING;
}

static bool is_fast(const struct profile *profile, int which)
{
    for (int bit = 0; bit < PROFILE_BIT_COUNT; bit++)
        if (profile->bits[bit].present && (int)profile->bits[bit].of == which)
            return true;
    return registers[which].pace == FAST;
}

/* Into the last block, if it is near enough. */
static bool joins(const struct profile *profile, const struct profile_block *block,
                  const struct profile_entry *entry)
{
    if (profile->protocol == PROFILE_DLT645)
        return block->di == entry->di;
    int past = block->first + block->count;
    int end = entry->address + profile_width(entry);
    return block->kind == entry->kind &&
           entry->address <= past + profile->merge_gap &&
           end - block->first <= profile->max_registers;
}

static void extend(const struct profile *profile, struct profile_block *block,
                   struct profile_entry *entry)
{
    if (profile->protocol == PROFILE_DLT645) {
        entry->at = entry->offset;
    } else {
        int step = entry->type == PROFILE_BIT ? 1 : 2;
        int end = entry->address + profile_width(entry);
        entry->at = (entry->address - block->first) * step;
        if (end - block->first > block->count)
            block->count = (uint16_t)(end - block->first);
    }
    int end = entry->at + profile_size(entry);
    block->size = end > block->size ? end : block->size;
}

static void place(struct lua_file *file, struct profile *profile, int which)
{
    struct profile_entry *entry = &profile->registers[which];
    int count = profile->block_count;
    struct profile_block *last = count > 0 ? &profile->blocks[count - 1] : NULL;
    if (!last || !joins(profile, last, entry)) {
        if (profile->block_count == PROFILE_BLOCKS_MAX) {
            lua_file_complain(file, "registers", "what is read takes more than %d requests",
                              PROFILE_BLOCKS_MAX);
            return;
        }
        last = &profile->blocks[profile->block_count++];
        *last = (struct profile_block){.kind = entry->kind,
                                       .first = entry->address,
                                       .di = entry->di};
    }
    entry->block = profile->block_count - 1;
    last->fast |= is_fast(profile, which);
    extend(profile, last, entry);
}

static bool comes_before(const struct profile *profile, int a, int b)
{
    const struct profile_entry *left = &profile->registers[a], *right = &profile->registers[b];
    if (profile->protocol == PROFILE_DLT645)
        return left->di < right->di;
    if (left->kind != right->kind)
        return left->kind < right->kind;
    return left->address < right->address;
}

static void plan_reads(struct lua_file *file, struct profile *profile)
{
    int order[PROFILE_REGISTER_COUNT], count = 0;
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++) {
        if (!is_polled(profile, i))
            continue;
        int at = count++;
        for (; at > 0 && comes_before(profile, i, order[at - 1]); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (int i = 0; i < count; i++)
        place(file, profile, order[i]);
    if (count == 0)
        lua_file_complain(file, "registers", "there is nothing to read");
}

/* ---- the whole file -----------------------------------------------------------------------------
 */

/* Meters refresh what they show once a second. [M] */
enum { USUAL_LAG_MS = 1000 };

static void read_limits(struct lua_file *file, struct profile *profile)
{
    int64_t lag_ms = USUAL_LAG_MS, timeout_ms = 0, max_registers = MODBUS_READ_MAX, merge_gap = 8, seal = 0;
    lua_file_integer(file, "status_lag_ms", false, 0, 60000, &lag_ms);
    lua_file_integer(file, "response_timeout_ms", false, 1, 10000, &timeout_ms);
    lua_file_integer(file, "max_registers", false, 2, MODBUS_READ_MAX, &max_registers);
    lua_file_integer(file, "merge_gap", false, 0, MODBUS_READ_MAX, &merge_gap);
    profile->has_seal = profile->registers[PROFILE_SEAL].present;
    lua_file_integer(file, "seal_key", profile->has_seal, 0, UINT16_MAX, &seal);
    profile->seal_key = (uint16_t)seal;
    profile->status_lag_ns = lag_ms * NS_PER_MS;
    profile->response_timeout_ns = timeout_ms * NS_PER_MS;
    profile->max_registers = (int)max_registers;
    profile->merge_gap = (int)merge_gap;
}

static void check_stimuli(struct lua_file *file, const struct profile *profile)
{
    for (int i = PROFILE_STIMULUS_VOLTAGE; i <= PROFILE_STIMULUS_SMOKE; i++) {
        const struct profile_entry *entry = &profile->registers[i];
        if (entry->present && profile->protocol == PROFILE_MODBUS && entry->write == 0)
            lua_file_complain(file, register_keys[i], "is read only: a stimulus is written to it");
    }
}

static void read_all(struct lua_file *file, struct profile *profile)
{
    static const char *const protocols[] = {"modbus", "dlt645", NULL};
    static const char *const keys[] = {
        "name",          "source",   "protocol",   "serial",     "authority",
        "registers",     "commands", "status_bits", "results",   "seal_key",
        "status_lag_ms", "max_registers", "merge_gap", "cause_bits", "trip_codes",
        "capabilities",  "response_timeout_ms", "twin", NULL};
    lua_file_only(file, keys);
    lua_file_string(file, "name", true, profile->name, sizeof profile->name);
    lua_file_string(file, "source", false, profile->source, sizeof profile->source);
    profile->protocol =
        (enum profile_protocol)choice(file, "protocol", false, protocols, PROFILE_MODBUS);
    read_serial(file, profile);
    read_authority(file, profile);
    read_registers(file, profile);
    check_stimuli(file, profile);
    read_states(file, profile);
    read_commands(file, profile);
    read_results(file, profile);
    read_cause_codes(file, profile);
    read_limits(file, profile);
    read_capabilities(file, profile);
    read_tolerances(file, profile);
    if (!file->failed)
        plan_reads(file, profile);
}

int profile_read(const char *path, struct profile *profile, char *message, size_t size)
{
    struct lua_file file;
    memset(profile, 0, sizeof *profile);
    int result = lua_file_open(&file, path, "board", message, size);
    if (result < 0)
        return result;
    read_all(&file, profile);
    lua_file_close(&file);
    return file.failed ? ERROR_PROFILE : 0;
}
