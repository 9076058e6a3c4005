/* What a meter can be asked for by DL/T 645: the value of each identifier that the model knows. */
#include "sim/meter/internal.h"

#include "sim/error.h"

#include <string.h>

enum {
    MAINS_MHZ = 50000,
    CLOCK_BATTERY_MV = 3600,
    CLOCK_BATTERY_LOW_MV = 2100,
    PHASES = 3, /* of a block: this meter has the first */
    TEXT_SIZE = 32,
    RATED_TEXT_SIZE = 6,
    STATUS_WORDS = 7,
};

/* ---- the clock --------------------------------------------------------------------------------- */

/* Date (04000101), time of day (04000102), both (0400010C). */
static const struct {
    uint32_t identifier;
    enum dlt645_time_layout layout;
} clocks[] = {
    {0x04000101, DLT645_TIME_DATE_WEEKDAY},
    {0x04000102, DLT645_TIME_OF_DAY},
    {CONTROLLER_CLOCK_IDENTIFIER, DLT645_TIME_WITH_WEEKDAY},
};

int readings_clock_layout(uint32_t identifier)
{
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++)
        if (clocks[i].identifier == identifier)
            return (int)clocks[i].layout;
    return -1;
}

static int read_clock(const struct meter *meter, int64_t now, uint32_t identifier, uint8_t *value,
                      size_t capacity)
{
    int layout = readings_clock_layout(identifier);
    struct dlt645_time time = controller_wire_time(meter_clock_s(meter, now));
    if (layout < 0)
        return ERROR_DLT645_IDENTIFIER;
    return dlt645_time_write((enum dlt645_time_layout)layout, &time, value, capacity);
}

/* ---- status words ------------------------------------------------------------------------------ */

/* Word 1: b2 the clock's battery is low. Word 3: b4 relay state, b6 relay command (1 = open), b7 alarm before a trip,
 * b8-9 10 prepaid by money, b12 keep-power. Word 4 (phase A): b0 loss, b1 under-, b2 over-voltage, b5 overload. Word 7:
 * b5 power down. */
static unsigned status_word(const struct meter *meter, int word)
{
    const struct meter_config *config = meter->config;
    int32_t voltage_mv = meter->signals.voltage_mv;
    switch (word) {
    case 1:
        return meter->faults.clock_battery_bad ? 1u << 2 : 0;
    case 3:
        return (!meter->signals.contacts_closed ? 1u << 4 : 0) |
               (!meter->memory.closed_wanted ? 1u << 6 : 0) |
               (meter->memory.alarm_on ? 1u << 7 : 0) |
               (config->credit == CREDIT_LOCAL ? 2u << 8 : 0) |
               (meter->memory.keep_power ? 1u << 12 : 0);
    case 4:
        return (voltage_mv < config->nominal_mv / 2 ? 1u << 0 : 0) |
               (voltage_mv < config->under_mv ? 1u << 1 : 0) |
               (config->over_mv && voltage_mv > config->over_mv ? 1u << 2 : 0) |
               (meter->signals.current_ma > config->overload_ma ? 1u << 5 : 0);
    case 7:
        return meter->controller.status.powered ? 0 : 1u << 5;
    default:
        return 0;
    }
}

static int put_status_word(const struct meter *meter, int word, uint8_t *value)
{
    unsigned bits = status_word(meter, word);
    value[0] = (uint8_t)bits;
    value[1] = (uint8_t)(bits >> 8);
    return 2;
}

/* 04000501 to 04000507, and FF: all of them. */
static int read_status(const struct meter *meter, uint32_t identifier, uint8_t *value)
{
    int word = (int)(identifier & 0xff);
    if (word >= 1 && word <= STATUS_WORDS)
        return put_status_word(meter, word, value);
    for (word = 1; word <= STATUS_WORDS; word++)
        put_status_word(meter, word, value + 2 * (word - 1));
    return 2 * STATUS_WORDS;
}

/* ---- energy ------------------------------------------------------------------------------------ */

/* 00000100 to 00000400, 00010100 to 00010400: the register of a rate. */
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

/* ---- momentary values -------------------------------------------------------------------------- */

static uint64_t square_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((root | bit) * (root | bit) <= x)
            root |= bit;
    return root;
}

int64_t meter_apparent_mva(const struct meter *meter)
{
    return (int64_t)meter->signals.voltage_mv * meter->signals.current_ma / 1000;
}

/* The model has no distortion, so what active power leaves of the apparent is reactive. */
int64_t meter_reactive_mvar(const struct meter *meter)
{
    int64_t apparent = meter_apparent_mva(meter), active = meter->signals.power_mw;
    if (apparent <= active)
        return 0;
    return (int64_t)square_root((uint64_t)(apparent * apparent - active * active));
}

int64_t meter_power_factor_permille(const struct meter *meter)
{
    int64_t apparent = meter_apparent_mva(meter);
    int64_t factor = apparent > 0 ? meter->signals.power_mw * 1000 / apparent : 1000;
    return factor > 1000 ? 1000 : factor;
}

/* Identifiers of one quantity each. DI1 = 01 of a power is phase A, all that there is. */
static bool momentary(const struct meter *meter, uint32_t identifier, enum dlt645_quantity *quantity,
                      int64_t *value)
{
    const struct plant_signals *s = &meter->signals;
    const struct meter_config *config = meter->config;
    int64_t balance = meter->memory.balance;
    bool battery_low = meter->faults.clock_battery_bad;
#define IS(id, expression)                                                                         \
    do {                                                                                           \
        *quantity = DLT645_##id;                                                                   \
        *value = (expression);                                                                     \
        return true;                                                                               \
    } while (0)
    switch (identifier) {
    case 0x00000000: IS(ENERGY_SIGNED, meter->memory.energy.mwh);
    case 0x00010000:
    case 0x00150000: IS(ENERGY, meter->memory.energy.mwh);
    case 0x00020000:
    case 0x00160000: IS(ENERGY, 0); /* nothing is fed in */
    case 0x02010100: IS(VOLTAGE, s->voltage_mv);
    case 0x02800001:
    case 0x02020100: IS(CURRENT, s->current_ma);
    case 0x02030000:
    case 0x02030100: IS(POWER, s->power_mw);
    case 0x02040000:
    case 0x02040100: IS(REACTIVE_POWER, meter_reactive_mvar(meter));
    case 0x02050000:
    case 0x02050100: IS(APPARENT_POWER, meter_apparent_mva(meter));
    case 0x02060000:
    case 0x02060100: IS(POWER_FACTOR, meter_power_factor_permille(meter));
    case 0x02800002: IS(FREQUENCY, MAINS_MHZ);
    case 0x02800007: IS(TEMPERATURE, s->temperature_mc);
    case 0x02800008: IS(BATTERY_VOLTAGE, battery_low ? CLOCK_BATTERY_LOW_MV : CLOCK_BATTERY_MV);
    case 0x0280000B:
    case 0x02800020: IS(PRICE, rates_price(meter));
    case 0x02900100: IS(RESIDUAL_CURRENT, s->residual_ua);
    case 0x02910100: IS(RESIDUAL_CURRENT, config->rated_residual_ua);
    case 0x00900200: IS(MONEY, balance > 0 ? balance : 0);
    case 0x00900201: IS(MONEY, balance < 0 ? -balance : 0);
    case 0x04001002: IS(MONEY, config->low_credit > 0 ? config->low_credit : 0);
    case 0x04001003: IS(MONEY, config->overdraft);
    case 0x04001004: IS(MONEY, config->hoarding != MONEY_UNSET ? config->hoarding : MONEY_MAX);
    case 0x04001005: IS(MONEY, config->reclose_above > 0 ? config->reclose_above : 0);
    case 0x04001401: IS(MINUTES, 0);
    case 0x04001402: IS(CURRENT, config->holdoff_ma);
    case 0x04001403: IS(MINUTES, config->holdoff_max_ns / NS_PER_MIN);
    case 0x04050101: IS(PRICE, config->price);
    case 0x1D000001: IS(COUNT, meter->memory.trips);
    default: return false;
    }
#undef IS
}

static int read_momentary(const struct meter *meter, uint32_t identifier, uint8_t *value,
                          size_t capacity)
{
    enum dlt645_quantity quantity;
    int64_t number;
    if (!momentary(meter, identifier, &quantity, &number))
        return ERROR_DLT645_IDENTIFIER;
    return dlt645_quantity_write(quantity, number, value, capacity);
}

/* A block of phases: those that the meter lacks read 0. Powers have the total before them. */
static int read_phases(const struct meter *meter, uint32_t identifier, uint8_t *value,
                       size_t capacity)
{
    uint32_t kind = identifier & 0xffff0000;
    bool total = kind >= 0x02030000 && kind <= 0x02060000;
    int size = read_momentary(meter, kind | 0x0100, value, capacity);
    if (kind < 0x02010000 || kind > 0x02060000 || size < 0)
        return ERROR_DLT645_IDENTIFIER;
    int used = total ? read_momentary(meter, kind, value, capacity) : 0;
    memmove(value + used, value, (size_t)size);
    memset(value + used + size, 0, (size_t)size * (PHASES - 1));
    return used + PHASES * size;
}

static int read_frozen(const struct meter *meter, uint8_t *value, size_t capacity)
{
    const struct meter_rates *rates = &meter->memory.rates;
    struct dlt645_time time = controller_wire_time((int64_t)rates->frozen_min * 60);
    int used = dlt645_time_write(DLT645_TIME_MINUTE_TO_YEAR, &time, value, capacity);
    int64_t total = 0;
    if (!meter->config->tariff || rates->frozen_min == 0 || used < 0)
        return ERROR_DLT645_IDENTIFIER;
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        total += rates->frozen_10wh[rate];
    for (int rate = -1; rate < TARIFF_RATES; rate++) {
        int64_t units = rate < 0 ? total : rates->frozen_10wh[rate];
        int size = dlt645_quantity_write(DLT645_ENERGY, units * 10000, value + used, capacity - (size_t)used);
        if (size < 0)
            return size;
        used += size;
    }
    return used;
}

/* 02900000 the phase (binary), 02900100 its residual current, 0290FF00 both. */
static int read_residual(const struct meter *meter, uint32_t identifier, uint8_t *value,
                         size_t capacity)
{
    value[0] = 1;
    if (identifier == 0x02900000)
        return 1;
    int size = read_momentary(meter, 0x02900100, value + 1, capacity - 1);
    return size < 0 ? size : size + 1;
}

/* ---- texts and the log ------------------------------------------------------------------------- */

/* ASCII, low byte first as all data: the last letter goes out first. */
static int put_text(const char *text, int size, uint8_t *value)
{
    int length = (int)strlen(text);
    memset(value, 0, (size_t)size);
    for (int i = 0; i < length; i++)
        value[length - 1 - i] = (uint8_t)text[i];
    return size;
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

/* ---- all --------------------------------------------------------------------------------------- */

int readings_of(const struct meter *meter, int64_t now, uint32_t identifier,
                uint8_t value[READING_MAX])
{
    int size;
    switch (identifier) {
    case 0x00000100: /* nothing is fed in: combined is forward */
    case 0x00000200:
    case 0x00000300:
    case 0x00000400:
    case 0x00010100:
    case 0x00010200:
    case 0x00010300:
    case 0x00010400:
        return read_rate(meter, (int)(identifier >> 8 & 0xff) - 1, value, READING_MAX);
    case 0x0000FF00:
    case CONTROLLER_RATES_IDENTIFIER:
        return read_all_rates(meter, value, READING_MAX);
    case CONTROLLER_FROZEN_IDENTIFIER:
        return read_frozen(meter, value, READING_MAX);
    case 0x02900000:
    case 0x0290FF00:
        return read_residual(meter, identifier, value, READING_MAX);
    case 0x04000401:
    case 0x04000402: /* the meter's number: also its address */
        memcpy(value, meter->address.bytes, DLT645_ADDRESS_SIZE);
        return DLT645_ADDRESS_SIZE;
    case 0x04000404:
        return put_text("220V", RATED_TEXT_SIZE, value);
    case 0x04000405:
        return put_text("5A", RATED_TEXT_SIZE, value);
    case 0x04000406:
        return put_text("60A", RATED_TEXT_SIZE, value);
    case 0x04800001:
    case 0x04800002:
        return put_text("virtual meter 1", TEXT_SIZE, value);
    case 0x04800003:
        return put_text("meterbench", TEXT_SIZE, value);
    case LIMITS_IDENTIFIER:
        return meter->limits ? limits_write(&meter->limits->schedule, value, READING_MAX) : ERROR_DLT645_IDENTIFIER;
    default:
        break;
    }
    if (identifier >> 8 == 0x040005 && (identifier & 0xff) != 0 &&
        ((identifier & 0xff) <= STATUS_WORDS || (identifier & 0xff) == 0xff))
        return read_status(meter, identifier, value);
    if ((identifier & 0xff00ffff) == 0x0200ff00)
        return read_phases(meter, identifier, value, READING_MAX);
    size = read_momentary(meter, identifier, value, READING_MAX);
    if (size == ERROR_DLT645_IDENTIFIER)
        size = read_clock(meter, now, identifier, value, READING_MAX);
    return size == ERROR_DLT645_IDENTIFIER ? read_log(meter, identifier, value) : size;
}
