#include "registers.h"

#include "bugs.h"
#include "config.h"
#include "control.h"
#include "credit.h"
#include "metrology.h"
#include "relay.h"
#include "state.h"
#include "storage.h"
#include "supply.h"

#include <avr/pgmspace.h>
#include <string.h>

#define SEAL_REGISTER 40
#define SEAL_KEY 0x5EA1
#define ADDRESS_REGISTER 50

/* One entry a value: 16 or 32 bits wide, with its range; a signed one says so. */
struct holding {
    uint8_t address;
    uint8_t words;
    bool is_signed;
    bool is_setting;
    uint32_t min, max;
    void *at;
};

static uint16_t seal_value;

#define SETTING16(address, field, min, max) { address, 1, false, true, min, max, &settings.field }
#define SETTING32(address, field, min, max) { address, 2, false, true, min, max, &settings.field }

static const struct holding holdings[] PROGMEM = {
    SETTING16(0, residual_rated, 60, 5000),
    SETTING16(1, overload_limit, 100, 8000),
    SETTING16(2, overload_delay, 1, 6000),
    SETTING16(3, overload_reclose_s, 1, 3600),
    SETTING16(4, overload_recloses_max, 0, 10),
    SETTING16(5, holdoff_current, 100, 8000),
    SETTING16(6, holdoff_min, 1, 1440),
    SETTING16(7, heat_trip_dc, 400, 1200),
    { 8, 2, true, false, (uint32_t)-100000000L, 100000000L, &state.balance_cent },
    SETTING32(10, price, 0, 1000000),
    SETTING32(12, overdraft_cent, 0, 10000000),
    SETTING16(14, credit_mode, 0, 1),
    { 15, 2, false, false, 0, 4000000000UL, &state.energy_wh },
    { 17, 2, false, false, 0, 0xffffffffUL, &live.clock_s },
    SETTING16(19, safety_reclose_s, 1, 3600),
    { SEAL_REGISTER, 1, false, false, 0, 0xffff, &seal_value },
    SETTING16(ADDRESS_REGISTER, slave_address, 1, 247),
};

#define HOLDINGS (sizeof holdings / sizeof holdings[0])

void registers_defaults(void)
{
    settings.residual_rated = 300;
    settings.overload_limit = 4000;
    settings.overload_delay = 100;
    settings.overload_reclose_s = 300;
    settings.overload_recloses_max = 3;
    settings.holdoff_current = 3000;
    settings.holdoff_min = 1440;
    settings.heat_trip_dc = 750;
    settings.safety_reclose_s = 60;
    settings.price = 5380; /* 0.538 yuan/kWh */
    settings.overdraft_cent = 0;
    settings.credit_mode = CREDIT_REMOTE;
    settings.slave_address = 1;
}

static uint16_t status_bits(void)
{
    uint16_t bits = 0;

    bits |= relay_feedback_closed() ? 1 << 0 : 0;
    bits |= relay_wanted_closed() ? 1 << 1 : 0;
    bits |= supply_locked() ? 1 << 2 : 0;
    bits |= state.flags & FLAG_KEEP_POWER ? 1 << 3 : 0;
    bits |= state.flags & FLAG_PERMIT ? 1 << 4 : 0;
    bits |= live.deferred ? 1 << 5 : 0;
    bits |= control_alarm() ? 1 << 6 : 0;
    bits |= live.weld ? 1 << 7 : 0;
    bits |= settings.credit_mode == CREDIT_LOCAL ? 1 << 8 : 0;
    bits |= live.clock_set ? 1 << 9 : 0;
    return bits;
}

static uint16_t current_register(void)
{
#if defined(BUG_WRONG_SCALE)
    return (uint16_t)(metrology_current_ma() / 100);
#else
    return (uint16_t)((metrology_current_ma() + 5) / 10);
#endif
}

static uint16_t high(uint32_t value)
{
    return (uint16_t)(value >> 16);
}

static uint16_t measured(uint8_t address)
{
    switch (address) {
    case 4:
        return (uint16_t)((metrology_voltage_mv() + 50) / 100);
    case 5:
        return current_register();
    case 6:
        return (uint16_t)((metrology_power_mw() + 500) / 1000);
    case 7:
        return (uint16_t)((metrology_residual_ua() + 50) / 100);
    case 8:
        return (uint16_t)metrology_temperature_dc();
    default:
        return PIND & (1 << PIN_SMOKE) ? 1 : 0;
    }
}

static uint16_t counted(uint8_t address)
{
    switch (address) {
    case 10:
        return high(state.energy_wh);
    case 11:
        return (uint16_t)state.energy_wh;
    case 12:
        return high((uint32_t)state.balance_cent);
    case 13:
        return (uint16_t)state.balance_cent;
    case 14:
        return high(live.clock_s);
    case 15:
        return (uint16_t)live.clock_s;
    case 16:
        return live.uptime_s;
    default:
        return state.reset_count;
    }
}

uint16_t registers_input(uint8_t address)
{
    switch (address) {
    case 0:
        return status_bits();
    case 1:
        return state.causes;
    case 2:
        return state.last_trip;
    case 3:
        return state.trip_count;
    case 18:
        return live.reset_flags;
    case 19:
        return FIRMWARE_VERSION;
    case 20:
        return live.last_result;
    case 21:
        return live.good_frames;
    case 22:
        return live.bad_frames;
    case 23:
        return state.last_sequence;
    default:
        return address < 10 ? measured(address) : counted(address);
    }
}

static bool find(uint16_t address, struct holding *found)
{
    uint8_t i;

    for (i = 0; i < HOLDINGS; i++) {
        memcpy_P(found, &holdings[i], sizeof *found);
        if (address >= found->address && address < found->address + found->words)
            return true;
    }
    return false;
}

bool registers_readable(uint16_t address, uint16_t count)
{
    struct holding holding;

    if (address > ADDRESS_REGISTER || count > ADDRESS_REGISTER + 1)
        return false;
    while (count--)
        if (!find(address++, &holding))
            return false;
    return true;
}

uint16_t registers_holding(uint16_t address)
{
    struct holding holding;

    if (!find(address, &holding))
        return 0;
    if (holding.address == SEAL_REGISTER)
        return live.seal_s;
    if (holding.words == 1)
        return *(uint16_t *)holding.at;
    if (address == holding.address)
        return high(*(uint32_t *)holding.at);
    return (uint16_t)*(uint32_t *)holding.at;
}

static uint16_t word_at(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t value_at(const struct holding *holding, const uint8_t *bytes)
{
    if (holding->words == 1)
        return word_at(bytes);
    return (uint32_t)word_at(bytes) << 16 | word_at(bytes + 2);
}

static bool in_range(const struct holding *holding, uint32_t value)
{
    if (holding->address == SEAL_REGISTER)
        return value == SEAL_KEY || value == 0;
    if (holding->is_signed)
        return (int32_t)value >= (int32_t)holding->min && (int32_t)value <= (int32_t)holding->max;
#if defined(BUG_LIMIT_OFF_BY_ONE)
    return value >= holding->min && value <= holding->max + 1;
#endif
    return value >= holding->min && value <= holding->max;
}

/* Of a 32-bit value. */
static bool is_half(const struct holding *holding, uint16_t address, uint16_t count)
{
    return address != holding->address || count < holding->words;
}

/* The Modbus order of checks: address, then value, then the state of the device. */
static uint8_t check(uint16_t address, uint16_t count, const uint8_t *bytes)
{
    struct holding holding;
    bool sealed = false;

    if (!registers_readable(address, count))
        return MODBUS_ADDRESS;
    while (count) {
        find(address, &holding);
#if defined(BUG_WRITES_HALF)
        if (is_half(&holding, address, count)) {
            address++;
            count--;
            bytes += 2;
            continue;
        }
#endif
        if (is_half(&holding, address, count))
            return MODBUS_VALUE;
        if (!in_range(&holding, value_at(&holding, bytes)))
            return MODBUS_VALUE;
        sealed |= address < 20;
        address += holding.words;
        count -= holding.words;
        bytes += 2 * holding.words;
    }
    return sealed && !live.seal_s ? MODBUS_STATE : MODBUS_OK;
}

static void store(const struct holding *holding, uint32_t value)
{
    if (holding->address == SEAL_REGISTER) {
        live.seal_s = value == SEAL_KEY ? SEAL_OPEN_S : 0;
        return;
    }
    if (holding->words == 1)
        *(uint16_t *)holding->at = (uint16_t)value;
    else
        *(uint32_t *)holding->at = value;
    if (holding->at == &live.clock_s)
        live.clock_set = true;
    else if (holding->at == &state.balance_cent)
        state.charge_rest = 0;
    else if (holding->at == &state.energy_wh)
        state.energy_rest_mws = 0;
}

static void stored(bool settings_changed)
{
    credit_judge();
    storage_save_state();
    if (settings_changed)
        storage_save_settings();
}

uint8_t registers_write(uint16_t address, uint16_t count, const uint8_t *bytes)
{
    struct holding holding;
    uint8_t exception = check(address, count, bytes);
    bool settings_changed = false;

    if (exception)
        return exception;
    while (count) {
        find(address, &holding);
#if defined(BUG_WRITES_HALF)
        if (is_half(&holding, address, count)) {
            ((uint16_t *)holding.at)[address == holding.address] = word_at(bytes);
            address++;
            count--;
            bytes += 2;
            continue;
        }
#endif
        store(&holding, value_at(&holding, bytes));
        settings_changed |= holding.is_setting;
        address += holding.words;
        count -= holding.words;
        bytes += 2 * holding.words;
    }
    stored(settings_changed);
    return MODBUS_OK;
}

uint8_t registers_width(uint16_t address)
{
    struct holding holding;

    return find(address, &holding) && address == holding.address ? holding.words : 0;
}

uint32_t registers_value(uint16_t address)
{
    uint32_t first = registers_holding(address);

    if (registers_width(address) == 1)
        return first;
    return first << 16 | registers_holding((uint16_t)(address + 1));
}

uint8_t registers_set(uint16_t address, uint32_t value)
{
    struct holding holding;

    if (!find(address, &holding) || address != holding.address)
        return MODBUS_ADDRESS;
    if (!in_range(&holding, value))
        return MODBUS_VALUE;
    store(&holding, value);
    stored(holding.is_setting);
    return MODBUS_OK;
}
