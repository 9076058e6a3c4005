#include "hil/serve/modbus_slave.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <string.h>

enum { GAP_MAX = 8, VERSION = 0x0100, MAINS_MHZ = 50000 };

#define UNSEALED_NS (60 * NS_PER_S)

void modbus_slave_init(struct modbus_slave *slave, const struct profile *profile, struct flat *flat)
{
    memset(slave, 0, sizeof *slave);
    slave->profile = profile;
    slave->flat = flat;
    slave->config = *flat->meter.config;
    flat->meter.config = &slave->config;
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++)
        if (profile->registers[i].present)
            slave->write_functions[profile->registers[i].write] = true;
}

/* ---- states ------------------------------------------------------------------------------------ */

static bool state_of(const struct meter *meter, enum profile_bit bit)
{
    switch (bit) {
    case PROFILE_BIT_CLOSED:
        return meter->signals.contacts_closed;
    case PROFILE_BIT_COMMANDED:
        return meter->memory.closed_wanted;
    case PROFILE_BIT_LOCKED:
        return meter->memory.locked || (meter->memory.causes & CAUSES_LOCKING) != 0;
    case PROFILE_BIT_KEEP_POWER:
        return meter->memory.keep_power;
    case PROFILE_BIT_PERMITTED:
        return meter->memory.close_permitted;
    case PROFILE_BIT_HELD:
        return meter->memory.held_causes != 0;
    case PROFILE_BIT_ALARM:
        return meter->memory.alarm_on || meter->weld_alarmed;
    case PROFILE_BIT_WELD:
        return meter->weld_alarmed;
    case PROFILE_BIT_COUNT:
        break;
    }
    return false;
}

/* What an item shows while a state is not there: what the opposite command writes to it, or, of a state that is told
 * by a byte of two nibbles (F0 closed, 0F open), the complement, else 0. */
static uint32_t other_than(const struct profile *profile, const struct profile_state *state)
{
    const struct profile_order *trip = &profile->commands[PROFILE_COMMAND_TRIP];
    bool told = trip->present && !trip->is_relay_order && trip->item == state->of;
    if (told)
        return trip->value & state->mask;
    bool nibbles = state->mask == 0xff && (state->equals == 0xf0 || state->equals == 0x0f);
    if (state->equals == 0)
        return state->mask & (~state->mask + 1); /* its lowest bit */
    return nibbles ? state->equals ^ state->mask : 0;
}

static uint32_t shown_by(const struct modbus_slave *slave, enum profile_register which)
{
    const struct profile *profile = slave->profile;
    uint32_t raw = 0;
    for (int bit = 0; bit < PROFILE_BIT_COUNT; bit++) {
        const struct profile_state *state = &profile->bits[bit];
        if (!state->present || state->of != which)
            continue;
        bool is = state_of(&slave->flat->meter, (enum profile_bit)bit);
        raw = (raw & ~state->mask) | (is ? state->equals : other_than(profile, state));
    }
    return raw;
}

static uint32_t causes_shown(const struct modbus_slave *slave)
{
    uint32_t raw = 0;
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++)
        if (slave->flat->meter.memory.causes & CAUSE_BIT(cause) &&
            slave->profile->cause_bit[cause] >= 0)
            raw |= 1u << slave->profile->cause_bit[cause];
    return raw;
}

static int64_t last_trip_shown(const struct modbus_slave *slave)
{
    int code = slave->profile->trip_code[slave->flat->meter.memory.last_trip];
    return code > 0 ? code : 0;
}

/* ---- values ------------------------------------------------------------------------------------ */

static int64_t balance_shown(const struct modbus_slave *slave)
{
    int64_t balance = slave->flat->meter.memory.balance;
    bool apart = profile_has(slave->profile, PROFILE_OVERDRAWN);
    return apart && balance < 0 ? 0 : balance;
}

static int64_t setting_of(const struct modbus_slave *slave, enum profile_register which)
{
    const struct meter_config *config = &slave->config;
    switch (which) {
    case PROFILE_RATED_RESIDUAL:
        return config->rated_residual_ua;
    case PROFILE_OVERLOAD_LIMIT:
        return config->overload_ma;
    case PROFILE_OVERLOAD_DELAY:
        return config->overload_delay_ns / NS_PER_MS;
    case PROFILE_OVERLOAD_RECLOSE:
        return config->overload_reclose_ns / NS_PER_MS;
    case PROFILE_OVERLOAD_RECLOSES_MAX:
        return config->overload_recloses_max;
    case PROFILE_HOLDOFF_CURRENT:
        return config->holdoff_ma;
    case PROFILE_HOLDOFF_MAX:
        return config->holdoff_max_ns / NS_PER_MS;
    case PROFILE_HEAT_TRIP:
        return config->heat_trip_mc;
    case PROFILE_PRICE:
        return config->price;
    case PROFILE_OVERDRAFT:
        return config->overdraft;
    case PROFILE_CREDIT_MODE:
        return config->credit == CREDIT_LOCAL;
    case PROFILE_SAFETY_RECLOSE:
        return config->safety_reclose_ns / NS_PER_MS;
    case PROFILE_UNDERVOLTAGE:
        return config->under_mv;
    case PROFILE_OVERVOLTAGE:
        return config->over_mv;
    default:
        return 0;
    }
}

static int64_t value_of(const struct modbus_slave *slave, int64_t now, enum profile_register which)
{
    const struct meter *meter = &slave->flat->meter;
    const struct plant_signals *s = &meter->signals;
    switch (which) {
    case PROFILE_STATUS:
    case PROFILE_RELAY:
        return shown_by(slave, which);
    case PROFILE_CAUSES:
        return causes_shown(slave);
    case PROFILE_LAST_TRIP:
        return last_trip_shown(slave);
    case PROFILE_TRIPS:
        return meter->memory.trips;
    case PROFILE_RESULT:
        return slave->result;
    case PROFILE_LAST_SEQUENCE:
        return slave->last_sequence;
    case PROFILE_VOLTAGE:
        return s->voltage_mv;
    case PROFILE_CURRENT:
        return s->current_ma;
    case PROFILE_POWER:
        return s->power_mw;
    case PROFILE_REACTIVE:
        return meter_reactive_mvar(meter);
    case PROFILE_APPARENT:
        return meter_apparent_mva(meter);
    case PROFILE_POWER_FACTOR:
        return meter_power_factor_permille(meter);
    case PROFILE_FREQUENCY:
        return MAINS_MHZ;
    case PROFILE_RESIDUAL:
        return s->residual_ua;
    case PROFILE_TEMPERATURE:
        return s->temperature_mc;
    case PROFILE_ENERGY:
    case PROFILE_SET_ENERGY:
        return meter->memory.energy.mwh;
    case PROFILE_BALANCE:
    case PROFILE_SET_BALANCE:
        return balance_shown(slave);
    case PROFILE_OVERDRAWN:
        return meter->memory.balance < 0 ? -meter->memory.balance : 0;
    case PROFILE_CLOCK:
    case PROFILE_SET_CLOCK:
        return meter_clock_s(meter, now);
    case PROFILE_VERSION:
        return VERSION;
    case PROFILE_SEAL:
        return now < slave->unsealed_until ? (slave->unsealed_until - now) / NS_PER_S : 0;
    case PROFILE_STIMULUS_VOLTAGE:
        return s->voltage_mv;
    case PROFILE_STIMULUS_CURRENT:
        return s->demand_ma;
    case PROFILE_STIMULUS_RESIDUAL:
        return s->demand_residual_ua;
    case PROFILE_STIMULUS_TEMPERATURE:
        return s->temperature_mc;
    case PROFILE_STIMULUS_SMOKE:
        return s->smoke;
    default:
        return setting_of(slave, which);
    }
}

/* ---- reading ----------------------------------------------------------------------------------- */

static enum profile_kind kind_of(enum modbus_function function)
{
    switch (function) {
    case MODBUS_READ_COILS:
    case MODBUS_WRITE_COIL:
        return PROFILE_COIL;
    case MODBUS_READ_DISCRETE:
        return PROFILE_DISCRETE;
    case MODBUS_READ_INPUT:
        return PROFILE_INPUT;
    default:
        return PROFILE_HOLDING;
    }
}

static bool covers(const struct profile_entry *entry, enum profile_kind kind, unsigned address)
{
    return entry->present && entry->kind == kind && address >= entry->address &&
           address < entry->address + (unsigned)profile_width(entry);
}

/* The word of an item at an address that it covers. What it cannot hold reads as its zero. */
static uint16_t word_at(const struct modbus_slave *slave, int64_t now, enum profile_register which,
                        unsigned address)
{
    const struct profile_entry *entry = &slave->profile->registers[which];
    uint8_t bytes[8] = {0};
    unsigned at = (address - entry->address) * 2;
    if (profile_encode(entry, value_of(slave, now, which), bytes) < 0)
        memset(bytes, 0, sizeof bytes);
    if (entry->type == PROFILE_BIT)
        return bytes[0] != 0;
    return (uint16_t)(bytes[at] << 8 | bytes[at + 1]);
}

/* Items may share a register, each with its mask. False when none is there. */
static bool read_word(const struct modbus_slave *slave, int64_t now, enum profile_kind kind,
                      unsigned address, uint16_t *word)
{
    bool found = false;
    *word = 0;
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++) {
        if (!covers(&slave->profile->registers[i], kind, address))
            continue;
        *word |= word_at(slave, now, (enum profile_register)i, address);
        found = true;
    }
    return found;
}

static bool near_item(const struct modbus_slave *slave, enum profile_kind kind, unsigned address,
                      bool below)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++) {
        const struct profile_entry *entry = &slave->profile->registers[i];
        unsigned end = entry->address + (unsigned)profile_width(entry);
        bool near = below ? end <= address && end + GAP_MAX > address
                          : entry->address > address && entry->address <= address + GAP_MAX;
        if (entry->present && entry->kind == kind && near)
            return true;
    }
    return false;
}

/* Small gaps between the items that are known belong to items that are not: they read 0. */
static bool is_gap(const struct modbus_slave *slave, enum profile_kind kind, unsigned address)
{
    return near_item(slave, kind, address, true) && near_item(slave, kind, address, false);
}

static int read_words(const struct modbus_slave *slave, int64_t now,
                      const struct modbus_request *request, struct modbus_response *response)
{
    enum profile_kind kind = kind_of(request->function);
    for (unsigned i = 0; i < request->count; i++) {
        unsigned address = request->address + i;
        if (!read_word(slave, now, kind, address, &response->values[i]) &&
            !is_gap(slave, kind, address))
            return MODBUS_EXCEPTION_ILLEGAL_ADDRESS;
    }
    response->count = request->count;
    return 0;
}

/* ---- commands ---------------------------------------------------------------------------------- */

static int relay_order(enum profile_command command)
{
    static const int orders[PROFILE_COMMAND_COUNT] = {
        [PROFILE_COMMAND_TRIP] = DLT645_RELAY_TRIP,
        [PROFILE_COMMAND_CLOSE] = DLT645_RELAY_CLOSE,
        [PROFILE_COMMAND_PERMIT_CLOSE] = DLT645_RELAY_PERMIT_CLOSE,
        [PROFILE_COMMAND_KEEP_POWER_ON] = DLT645_RELAY_KEEP_POWER_ON,
        [PROFILE_COMMAND_KEEP_POWER_OFF] = DLT645_RELAY_KEEP_POWER_OFF,
        [PROFILE_COMMAND_ALARM_ON] = DLT645_RELAY_ALARM_ON,
        [PROFILE_COMMAND_ALARM_OFF] = DLT645_RELAY_ALARM_OFF,
    };
    return orders[command];
}

static void note_result(struct modbus_slave *slave, enum profile_result result)
{
    if (slave->profile->has_results)
        slave->result = slave->profile->results[result];
}

/* 0, or the exception of a refusal by the meter's state. */
static int command(struct modbus_slave *slave, int64_t now, enum profile_command which)
{
    struct meter *meter = &slave->flat->meter;
    if (which == PROFILE_COMMAND_CLEAR_LOCK) {
        meter_clear_lock(meter, now);
        note_result(slave, PROFILE_RESULT_EXECUTED);
        return 0;
    }
    const struct dlt645_relay_command order = {
        .authority = {.level = 4, .password = slave->config.control_password},
        .order = (enum dlt645_relay_order)relay_order(which),
        .valid_until = {.year = 2099, .month = 12, .day = 31, .hour = 23, .minute = 59, .second = 59},
    };
    struct dlt645_frame frame, reply;
    struct dlt645_relay_reply told = {0};
    if (dlt645_relay_request(&frame, &meter->address, &order) < 0 ||
        !meter_answer(meter, now, &frame, &reply) || dlt645_relay_reply_parse(&reply, &told) < 0)
        return MODBUS_EXCEPTION_DEVICE_FAILURE;
    bool keep_power = !told.accepted && told.word == DLT645_REFUSED_KEEP_POWER;
    bool held = told.accepted && told.word == DLT645_DONE_TRIP_HELD_BY_CURRENT;
    note_result(slave, held            ? PROFILE_RESULT_HELD
                       : told.accepted ? PROFILE_RESULT_EXECUTED
                       : keep_power    ? PROFILE_RESULT_KEEP_POWER
                                       : PROFILE_RESULT_CAUSE);
    return told.accepted ? 0 : MODBUS_EXCEPTION_DEVICE_FAILURE;
}

/* The command that a raw value written to an item is, or -1. */
static int command_of(const struct profile *profile, enum profile_register which, uint16_t value)
{
    for (int i = 0; i < PROFILE_COMMAND_COUNT; i++) {
        const struct profile_order *order = &profile->commands[i];
        if (order->present && !order->is_relay_order && order->item == which &&
            order->value == value)
            return i;
    }
    return -1;
}

/* Does the item take commands, and do they want a sequence number behind them? */
static bool takes_commands(const struct profile *profile, enum profile_register which, bool *sequence)
{
    bool takes = false;
    for (int i = 0; i < PROFILE_COMMAND_COUNT; i++) {
        const struct profile_order *order = &profile->commands[i];
        bool here = order->present && !order->is_relay_order && order->item == which;
        *sequence = here ? order->sequence : *sequence;
        takes |= here;
    }
    return takes;
}

/* An exception, or 0. A sequence number is used up by every command but an unknown one. */
static int write_command(struct modbus_slave *slave, int64_t now, enum profile_register which,
                         bool sequence, const struct modbus_request *request)
{
    uint16_t value = request->values[0];
    if (request->function == MODBUS_WRITE_COIL) {
        if (value != 0 && value != 0xff00)
            return MODBUS_EXCEPTION_ILLEGAL_VALUE;
        value = value != 0;
    }
    if (request->count != (sequence ? 2 : 1))
        return MODBUS_EXCEPTION_ILLEGAL_VALUE;
    int which_command = command_of(slave->profile, which, value);
    if (which_command < 0)
        return MODBUS_EXCEPTION_ILLEGAL_VALUE;
    if (sequence && request->values[1] == slave->last_sequence) {
        note_result(slave, PROFILE_RESULT_SEQUENCE);
        return MODBUS_EXCEPTION_ILLEGAL_VALUE;
    }
    if (sequence)
        slave->last_sequence = request->values[1];
    return command(slave, now, (enum profile_command)which_command);
}

/* ---- settings ---------------------------------------------------------------------------------- */

/* Within what a meter can be set to; all others are unsigned and below what their registers hold. */
static bool is_sound(enum profile_register which, int64_t value)
{
    if (which == PROFILE_SET_BALANCE)
        return true;
    if (which == PROFILE_SET_CLOCK)
        return value >= 0 && value < METER_CLOCK_END_S;
    if (which == PROFILE_RATED_RESIDUAL)
        return value >= 6000 && value <= 500000;
    if (which == PROFILE_CREDIT_MODE)
        return value == 0 || value == 1;
    return value >= 0 && value <= (which == PROFILE_SET_ENERGY ? INT64_MAX / 2 : INT32_MAX);
}

static void set(struct modbus_slave *slave, int64_t now, enum profile_register which, int64_t value)
{
    struct meter_config *config = &slave->config;
    struct meter *meter = &slave->flat->meter;
    switch (which) {
    case PROFILE_RATED_RESIDUAL:
        config->rated_residual_ua = (int32_t)value;
        break;
    case PROFILE_OVERLOAD_LIMIT:
        config->overload_ma = (int32_t)value;
        break;
    case PROFILE_OVERLOAD_DELAY:
        config->overload_delay_ns = value * NS_PER_MS;
        break;
    case PROFILE_OVERLOAD_RECLOSE:
        config->overload_reclose_ns = value * NS_PER_MS;
        break;
    case PROFILE_OVERLOAD_RECLOSES_MAX:
        config->overload_recloses_max = (int)value;
        break;
    case PROFILE_HOLDOFF_CURRENT:
        config->holdoff_ma = (int32_t)value;
        break;
    case PROFILE_HOLDOFF_MAX:
        config->holdoff_max_ns = value * NS_PER_MS;
        break;
    case PROFILE_HEAT_TRIP:
        config->heat_trip_mc = (int32_t)value;
        break;
    case PROFILE_PRICE:
        config->price = value;
        break;
    case PROFILE_OVERDRAFT:
        config->overdraft = value;
        break;
    case PROFILE_CREDIT_MODE:
        config->credit = value ? CREDIT_LOCAL : CREDIT_REMOTE;
        break;
    case PROFILE_SAFETY_RECLOSE:
        config->safety_reclose_ns = value * NS_PER_MS;
        break;
    case PROFILE_UNDERVOLTAGE:
        config->under_mv = (int32_t)value;
        break;
    case PROFILE_OVERVOLTAGE:
        config->over_mv = (int32_t)value;
        break;
    case PROFILE_SET_BALANCE:
        meter->memory.balance = meter->controller.status.balance = value;
        break;
    case PROFILE_SET_ENERGY:
        meter->memory.energy.mwh = meter->controller.status.register_mwh = value;
        break;
    case PROFILE_SET_CLOCK:
        meter_set_clock(meter, now, value, CLOCK_WRITTEN);
        break;
    case PROFILE_STIMULUS_VOLTAGE:
        flat_set_voltage(slave->flat, now, (int32_t)value, 0);
        break;
    case PROFILE_STIMULUS_CURRENT:
        flat_set_fault(slave->flat, now, PLANT_FAULT_OVERLOAD, value);
        if (value == 0) /* nothing flowed really: no breaker is open for it */
            plant_reset_mcb(&slave->flat->plant, now);
        break;
    case PROFILE_STIMULUS_RESIDUAL:
        flat_set_fault(slave->flat, now, PLANT_FAULT_LEAKAGE, value);
        break;
    case PROFILE_STIMULUS_TEMPERATURE:
        flat_set_fault(slave->flat, now, PLANT_FAULT_HEAT, value > 25000 ? value - 25000 : 0);
        break;
    case PROFILE_STIMULUS_SMOKE:
        flat_set_fault(slave->flat, now, PLANT_FAULT_SMOKE, value != 0);
        break;
    default:
        break; /* nothing of the model follows it */
    }
    slave->flat->plant.signals_changed = true; /* the meter looks at its inputs with the new setting */
}

/* ---- writing ----------------------------------------------------------------------------------- */

struct change {
    enum profile_register which;
    int64_t value;
};

/* The writable item that begins at an address, or -1. */
static int item_from(const struct modbus_slave *slave, enum profile_kind kind, unsigned address)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++) {
        const struct profile_entry *entry = &slave->profile->registers[i];
        if (entry->present && entry->kind == kind && entry->address == address && entry->write != 0)
            return i;
    }
    return -1;
}

/* Is this the inside of an item of two registers? */
static bool is_half(const struct modbus_slave *slave, enum profile_kind kind, unsigned address)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++)
        if (covers(&slave->profile->registers[i], kind, address) &&
            slave->profile->registers[i].write != 0)
            return true;
    return false;
}

static int decode_change(const struct modbus_slave *slave, const struct modbus_request *request,
                         unsigned at, struct change *change)
{
    const struct profile_entry *entry = &slave->profile->registers[change->which];
    uint8_t bytes[4] = {0};
    unsigned width = (unsigned)profile_width(entry);
    if (at + width > request->count)
        return MODBUS_EXCEPTION_ILLEGAL_VALUE;
    for (unsigned i = 0; i < width; i++) {
        bytes[2 * i] = (uint8_t)(request->values[at + i] >> 8);
        bytes[2 * i + 1] = (uint8_t)request->values[at + i];
    }
    if (entry->type == PROFILE_BIT)
        bytes[0] = request->values[at] != 0;
    if (profile_decode(entry, bytes, sizeof bytes, &change->value) < 0 ||
        !is_sound(change->which, change->value))
        return MODBUS_EXCEPTION_ILLEGAL_VALUE;
    return 0;
}

static int write_seal(struct modbus_slave *slave, int64_t now, int64_t value)
{
    if (value != slave->profile->seal_key && value != 0)
        return MODBUS_EXCEPTION_ILLEGAL_VALUE;
    slave->unsealed_until = value ? now + UNSEALED_NS : 0;
    return 0;
}

/* All items or none. */
static int write_settings(struct modbus_slave *slave, int64_t now, const struct modbus_request *request)
{
    struct change changes[MODBUS_WRITE_MAX];
    int count = 0;
    enum profile_kind kind = kind_of(request->function);
    for (unsigned at = 0; at < request->count;) {
        int which = item_from(slave, kind, request->address + at);
        if (which < 0)
            return is_half(slave, kind, request->address + at) ? MODBUS_EXCEPTION_ILLEGAL_VALUE
                                                               : MODBUS_EXCEPTION_ILLEGAL_ADDRESS;
        changes[count].which = (enum profile_register)which;
        int exception = decode_change(slave, request, at, &changes[count++]);
        if (exception)
            return exception;
        at += (unsigned)profile_width(&slave->profile->registers[which]);
    }
    if (count == 1 && changes[0].which == PROFILE_SEAL)
        return write_seal(slave, now, changes[0].value);
    if (slave->profile->has_seal && now >= slave->unsealed_until)
        return MODBUS_EXCEPTION_DEVICE_FAILURE;
    for (int i = 0; i < count; i++)
        set(slave, now, changes[i].which, changes[i].value);
    return 0;
}

static int write_words(struct modbus_slave *slave, int64_t now, const struct modbus_request *request)
{
    bool sequence = false;
    if (!slave->write_functions[request->function])
        return MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
    int which = item_from(slave, kind_of(request->function), request->address);
    if (which >= 0 && takes_commands(slave->profile, (enum profile_register)which, &sequence))
        return write_command(slave, now, (enum profile_register)which, sequence, request);
    return write_settings(slave, now, request);
}

/* ---- a request --------------------------------------------------------------------------------- */

static bool is_read(enum modbus_function function)
{
    return function <= MODBUS_READ_INPUT;
}

/* Are there items that this function reads? A meter does not know the others. */
static bool reads_something(const struct modbus_slave *slave, enum modbus_function function)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++)
        if (slave->profile->registers[i].present &&
            slave->profile->registers[i].kind == kind_of(function))
            return true;
    return false;
}

static int execute(struct modbus_slave *slave, int64_t now, const struct modbus_request *request,
                   struct modbus_response *response)
{
    if (!is_read(request->function))
        return write_words(slave, now, request);
    if (!reads_something(slave, request->function))
        return MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
    return read_words(slave, now, request, response);
}

/* Is it but the place that is wrong: a sound count that leads beyond the last address? */
static bool ends_beyond(const uint8_t *pdu, size_t size)
{
    struct modbus_request moved;
    uint8_t copy[MODBUS_PDU_MAX];
    if (size < 3 || size > sizeof copy)
        return false;
    memcpy(copy, pdu, size);
    copy[1] = copy[2] = 0;
    return modbus_request_parse(copy, size, &moved) == 0;
}

static int parse(const uint8_t *pdu, size_t size, struct modbus_request *request)
{
    int result = modbus_request_parse(pdu, size, request);
    if (result == ERROR_OUT_OF_RANGE && ends_beyond(pdu, size))
        return MODBUS_EXCEPTION_ILLEGAL_ADDRESS;
    return result == 0                       ? 0
           : result == ERROR_MODBUS_FUNCTION ? MODBUS_EXCEPTION_ILLEGAL_FUNCTION
                                             : MODBUS_EXCEPTION_ILLEGAL_VALUE;
}

int modbus_slave_answer(struct modbus_slave *slave, int64_t now, bool broadcast, const uint8_t *pdu,
                        size_t size, uint8_t *out)
{
    struct modbus_request request = {0};
    struct modbus_response response = {0};
    int exception = parse(pdu, size, &request);
    bool obeyed = !broadcast || (exception == 0 && !is_read(request.function));
    if (exception == 0 && obeyed)
        exception = execute(slave, now, &request, &response);
    if (broadcast)
        return 0;
    if (exception == 0) {
        int encoded = modbus_response_encode(&request, &response, out, MODBUS_PDU_MAX);
        if (encoded > 0)
            return encoded;
        exception = MODBUS_EXCEPTION_DEVICE_FAILURE;
    }
    out[0] = (uint8_t)(pdu[0] | MODBUS_EXCEPTION_BIT);
    out[1] = (uint8_t)exception;
    return 2;
}
