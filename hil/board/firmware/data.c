#include "data.h"

#include "bugs.h"
#include "calendar.h"
#include "config.h"
#include "control.h"
#include "events.h"
#include "metrology.h"
#include "password.h"
#include "registers.h"
#include "relay.h"
#include "state.h"
#include "storage.h"

#include <avr/pgmspace.h>
#include <string.h>

#define DI_CLOCK 0x0400010CUL
#define DI_DATE 0x04000101UL
#define DI_TIME 0x04000102UL
#define DI_STATUS_WORDS 0x04000500UL
#define DI_PASSWORD_02 0x04000C03UL
#define DI_PASSWORD_04 0x04000C05UL
#define DI_INPUTS 0x02FE00FFUL
#define DI_HOLDING 0x04FE0000UL
#define HOLDING_CLEAR_LOCK 0xF0
#define HOLDING_DIALECT 0xF1
#define TEXT_LENGTH 32
#define STATUS_WORDS 7
#define MAINS_CHZ 5000 /* nothing on this board measures the frequency */

/* ---- bytes ---------------------------------------------------------------------------------- */

static void put(struct window *window, uint8_t byte)
{
    if (window->skip) {
        window->skip--;
    } else if (window->taken < window->room) {
        window->at[window->taken++] = byte;
    } else {
        window->more = true;
    }
}

static void put_binary(struct window *window, uint32_t value, uint8_t bytes)
{
    for (; bytes; bytes--, value >>= 8)
        put(window, (uint8_t)value);
}

/* Low byte first; the sign is the top bit of the last byte. */
static void put_bcd(struct window *window, int32_t value, uint8_t bytes)
{
    uint32_t rest = value < 0 ? (uint32_t)-value : (uint32_t)value;

    for (; bytes; bytes--, rest /= 100) {
        uint8_t two = bcd_of((uint8_t)(rest % 100));

        put(window, bytes == 1 && value < 0 ? two | 0x80 : two);
    }
}

static bool take_bcd(const uint8_t *bytes, uint8_t length, uint32_t *value)
{
    *value = 0;
    while (length--) {
        uint8_t two;

        if (!bcd_value(bytes[length], &two))
            return false;
        *value = *value * 100 + two;
    }
    return true;
}

static uint32_t take_binary(const uint8_t *bytes, uint8_t length)
{
    uint32_t value = 0;

    while (length--)
        value = value << 8 | bytes[length];
    return value;
}

/* ---- measured values ------------------------------------------------------------------------ */

enum source {
    ENERGY, NOTHING, VOLTAGE, CURRENT, POWER, POWER_FACTOR, FREQUENCY, TEMPERATURE, RESIDUAL,
    REMAINING, OVERDRAWN, TRIP_COUNT, CLOSE_COUNT, OUTAGE_COUNT
};

struct quantity {
    uint32_t di;
    uint8_t bytes;
    uint8_t source;
};

static const struct quantity quantities[] PROGMEM = {
    { 0x00000000, 4, ENERGY },      { 0x00010000, 4, ENERGY },     { 0x02010100, 2, VOLTAGE },
    { 0x02020100, 3, CURRENT },     { 0x02030000, 3, POWER },      { 0x02060000, 2, POWER_FACTOR },
    { 0x02800002, 2, FREQUENCY },   { 0x02800007, 2, TEMPERATURE }, { 0x02900100, 2, RESIDUAL },
    { 0x00900200, 4, REMAINING },   { 0x00900201, 4, OVERDRAWN },  { 0x04001401, 2, NOTHING },
    { 0x1D000001, 3, TRIP_COUNT },  { 0x1E000001, 3, CLOSE_COUNT }, { 0x03110000, 3, OUTAGE_COUNT },
};

/* In units of the last digit that the identifier has. */
static int32_t value_of(uint8_t source)
{
    switch (source) {
    case ENERGY:
        return (int32_t)(state.energy_wh / 10);
    case VOLTAGE:
        return (int32_t)((metrology_voltage_mv() + 50) / 100);
    case CURRENT:
        return (int32_t)metrology_current_ma();
    case POWER:
        return (int32_t)((metrology_power_mw() + 50) / 100);
    case POWER_FACTOR:
        return 1000;
    case FREQUENCY:
        return MAINS_CHZ;
    case TEMPERATURE:
        return metrology_temperature_dc();
    case RESIDUAL:
        return (int32_t)((metrology_residual_ua() + 500) / 1000);
    case REMAINING:
        return state.balance_cent > 0 ? state.balance_cent : 0;
    case OVERDRAWN:
        return state.balance_cent < 0 ? -state.balance_cent : 0;
    case TRIP_COUNT:
        return state.trip_count;
    case CLOSE_COUNT:
        return state.close_count;
    case OUTAGE_COUNT:
        return events.outage_total;
    default:
        return 0;
    }
}

static bool read_quantity(uint32_t di, struct window *window)
{
    struct quantity quantity;
    uint8_t i;

    for (i = 0; i < sizeof quantities / sizeof quantities[0]; i++) {
        memcpy_P(&quantity, &quantities[i], sizeof quantity);
        if (quantity.di == di) {
            put_bcd(window, value_of(quantity.source), quantity.bytes);
            return true;
        }
    }
    return false;
}

/* ---- settings ------------------------------------------------------------------------------- */

/* A holding register in the unit of the identifier: times `times`, or divided by -`times`. */
struct setting {
    uint32_t di;
    uint8_t bytes;
    uint8_t holding;
    int8_t times;
};

static const struct setting settings_table[] PROGMEM = {
    { 0x02910100, 2, 0, -10 }, /* mA of 0.1 mA */
    { 0x04001003, 4, 12, 1 },
    { 0x04001402, 3, 5, 10 }, /* mA of 0.01 A */
    { 0x04001403, 2, 6, 1 },
    { 0x04050101, 4, 10, 1 },
};

static bool find_setting(uint32_t di, struct setting *setting)
{
    uint8_t i;

    for (i = 0; i < sizeof settings_table / sizeof settings_table[0]; i++) {
        memcpy_P(setting, &settings_table[i], sizeof *setting);
        if (setting->di == di)
            return true;
    }
    return false;
}

static bool read_setting(uint32_t di, struct window *window)
{
    struct setting setting;
    uint32_t value;

    if (!find_setting(di, &setting))
        return false;
    value = registers_value(setting.holding);
    value = setting.times > 0 ? value * (uint8_t)setting.times : value / (uint8_t)-setting.times;
    put_bcd(window, (int32_t)value, setting.bytes);
    return true;
}

static uint8_t write_setting(const struct setting *setting, const uint8_t *bytes, uint8_t length)
{
    uint32_t value;

    if (length != setting->bytes || !take_bcd(bytes, length, &value))
        return ERR_OTHER;
    if (setting->times < 0)
        value *= (uint8_t)-setting->times;
    else if (value % (uint8_t)setting->times)
        return ERR_OTHER; /* finer than the meter can keep */
    else
        value /= (uint8_t)setting->times;
    return registers_set(setting->holding, value) == MODBUS_OK ? 0 : ERR_OTHER;
}

/* ---- clock ---------------------------------------------------------------------------------- */

static bool read_clock(uint32_t di, struct window *window)
{
    struct date date;

    if (di != DI_CLOCK && di != DI_DATE && di != DI_TIME)
        return false;
    calendar_date(live.clock_s, &date);
    if (di != DI_DATE) {
        put(window, date.second);
        put(window, date.minute);
        put(window, date.hour);
    }
    if (di != DI_TIME) {
        put(window, date.weekday);
        put(window, date.day);
        put(window, date.month);
        put(window, date.year);
    }
    return true;
}

static uint8_t write_clock(uint32_t di, const uint8_t *bytes, uint8_t length)
{
    uint8_t from = di == DI_DATE ? 3 : 0;
    uint8_t wanted = di == DI_CLOCK ? 7 : di == DI_DATE ? 4 : 3;
    struct date date;
    uint32_t clock_s;

    if (length != wanted)
        return ERR_OTHER;
    calendar_date(live.clock_s, &date);
    memcpy((uint8_t *)&date + from, bytes, length);
    if (date.weekday > 6 || !calendar_seconds(&date, &clock_s))
        return ERR_OTHER;
    registers_set(17, clock_s);
    return 0;
}

/* ---- status words --------------------------------------------------------------------------- */

static uint16_t operation_word(void)
{
    uint16_t word = 0;

    word |= relay_feedback_closed() ? 0 : 1 << 4;
    word |= relay_wanted_closed() ? 0 : 1 << 6;
    word |= live.deferred ? 1 << 7 : 0;
    word |= settings.credit_mode == CREDIT_LOCAL ? 2 << 8 : 0;
    word |= state.flags & FLAG_KEEP_POWER ? 1 << 12 : 0;
    return word;
}

static uint16_t phase_word(void)
{
    uint16_t word = 0;

    if (state.causes & CAUSE_VOLTAGE)
        word |= metrology_voltage_mv() < UNDERVOLTAGE_BACK_MV ? 1 << 1 : 1 << 2;
    word |= state.causes & CAUSE_SHORT ? 1 << 4 : 0;
    word |= state.causes & CAUSE_OVERLOAD ? 1 << 5 : 0;
    return word;
}

static uint16_t status_word(uint8_t which)
{
    switch (which) {
    case 1:
        return (state.balance_cent < 0 ? 1 << 14 : 0) | (live.clock_set ? 0 : 1U << 15);
    case 3:
        return operation_word();
    case 4:
        return phase_word();
    case 7:
        return live.supply_low ? 1 << 5 : 0;
    default:
        return 0;
    }
}

static bool read_status(uint32_t di, struct window *window)
{
    uint8_t which = (uint8_t)di;
    uint8_t i;

    if ((di & 0xffffff00) != DI_STATUS_WORDS)
        return false;
    if (which >= 1 && which <= STATUS_WORDS) {
        put_binary(window, status_word(which), 2);
        return true;
    }
    for (i = 1; which == 0xff && i <= STATUS_WORDS; i++)
        put_binary(window, status_word(i), 2);
    return which == 0xff;
}

/* ---- identity ------------------------------------------------------------------------------- */

static const char texts[][TEXT_LENGTH] PROGMEM = { "meterbench reference 1.00",
                                                   "ATmega328P board", "meterbench" };

static bool read_identity(uint32_t di, struct window *window)
{
    uint8_t i;

    switch (di) {
    case 0x04000401:
    case 0x04000402:
        for (i = 0; i < sizeof line.address; i++)
            put(window, line.address[i]);
        return true;
    case 0x04000703:
        put(window, line.baud);
        return true;
    case 0x04800001:
    case 0x04800002:
    case 0x04800003:
        /* The last character first, as every other value. */
        for (i = TEXT_LENGTH; i--;)
            put(window, pgm_read_byte(&texts[(uint8_t)di - 1][i]));
        return true;
    default:
        return false;
    }
}

/* ---- records -------------------------------------------------------------------------------- */

static void put_time(struct window *window, uint32_t clock_s, bool with_seconds)
{
    struct date date = { 0 };

    if (clock_s)
        calendar_date(clock_s, &date);
    if (with_seconds)
        put(window, date.second);
    put(window, date.minute);
    put(window, date.hour);
    put(window, date.day);
    put(window, date.month);
    put(window, date.year);
}

/* Forward energy; there is no reverse and no reactive energy to tell. */
static void put_energies(struct window *window, uint32_t energy_wh, uint8_t nothing)
{
    put_bcd(window, (int32_t)(energy_wh / 10), 4);
    for (; nothing; nothing--)
        put_bcd(window, 0, 4);
}

static void put_event(struct window *window, const struct event *event)
{
    if (!event) {
        put_time(window, 0, true);
        put_binary(window, 0, 4);
        put_energies(window, 0, 5);
        return;
    }
    put_time(window, event->clock_s, true);
    put_binary(window, event->operator_code, 4);
    put_energies(window, event->energy_wh, 5);
}

/* nth 0xff is all that are kept, newest first. */
static bool read_events(const struct event *(*nth_event)(uint8_t), uint8_t nth,
                        struct window *window)
{
    uint8_t i;

    if (nth >= 1 && nth <= EVENTS_KEPT) {
        put_event(window, nth_event(nth));
        return true;
    }
    for (i = 1; nth == 0xff && i <= EVENTS_KEPT; i++)
        put_event(window, nth_event(i));
    return nth == 0xff;
}

static bool read_residual_trip(uint8_t nth, struct window *window)
{
    const struct residual_trip *trip = events_nth_residual_trip(nth);

    if (nth < 1 || nth > EVENTS_FEW)
        return false;
    put(window, trip ? 2 : 0); /* cause: residual current */
    put(window, trip ? 1 : 0); /* phase A */
    put_time(window, trip ? trip->clock_s : 0, true);
    put_bcd(window, trip ? trip->residual_ma : 0, 2);
    put_bcd(window, trip ? trip->voltage_dv : 0, 2);
    put_binary(window, 0, 4);
    put_bcd(window, trip ? trip->current_10ma * 10L : 0, 3);
    put_binary(window, 0, 4);
    put_binary(window, 0, 2);
    return true;
}

static bool read_outage(uint8_t nth, struct window *window)
{
    const struct outage *outage = events_nth_outage(nth);

    if (nth < 1 || nth > EVENTS_FEW)
        return false;
    put_time(window, outage ? outage->from_s : 0, true);
    put_time(window, outage ? outage->until_s : 0, true);
    return true;
}

static bool read_freeze(uint8_t nth, struct window *window)
{
    const struct freeze *freeze = events_nth_freeze(nth);

    if (nth < 1 || nth > EVENTS_FEW)
        return false;
    put_time(window, freeze ? freeze->clock_s : 0, false);
    put_energies(window, freeze ? freeze->energy_wh : 0, 7);
    return true;
}

static bool read_record(uint32_t di, struct window *window)
{
    uint8_t nth = (uint8_t)di;

    switch (di & 0xffffff00) {
    case 0x1D00FF00:
        return read_events(events_nth_trip, nth, window);
    case 0x1E00FF00:
        return read_events(events_nth_close, nth, window);
    case 0x038E0000:
        return read_residual_trip(nth, window);
    case 0x03110000:
        return read_outage(nth, window);
    case 0x0501FF00:
        return read_freeze(nth, window);
    default:
        return false;
    }
}

/* ---- vendor blocks -------------------------------------------------------------------------- */

/* As the input registers, but low byte first, and so in a value of two registers the low one. */
static void put_inputs(struct window *window)
{
    uint8_t i;

    for (i = 0; i < INPUT_REGISTERS; i++) {
        if (i >= 10 && i < 16)
            put_binary(window, registers_input(i ^ 1), 2);
        else
            put_binary(window, registers_input(i), 2);
    }
}

static bool read_vendor(uint32_t di, struct window *window)
{
    uint8_t which = (uint8_t)di;

    if (di == DI_INPUTS) {
        put_inputs(window);
        return true;
    }
    if ((di & 0xffffff00) != DI_HOLDING)
        return false;
    if (which == HOLDING_DIALECT) {
        put(window, line.base_dialect);
        return true;
    }
    put_binary(window, registers_value(which), 2 * registers_width(which));
    return registers_width(which);
}

static uint8_t write_vendor(uint8_t which, const uint8_t *bytes, uint8_t length)
{
    if (which == HOLDING_CLEAR_LOCK) {
        if (length != 1 || bytes[0] != 0x5C)
            return ERR_OTHER;
        return control_order(0x5C5C, 0) == RESULT_EXECUTED ? 0 : ERR_OTHER;
    }
    if (which == HOLDING_DIALECT) {
        if (length != 1 || bytes[0] > 1)
            return ERR_OTHER;
        line.base_dialect = bytes[0];
        storage_save_line();
        return 0;
    }
    if (length != 2 * registers_width(which))
        return ERR_OTHER;
    return registers_set(which, take_binary(bytes, length)) == MODBUS_OK ? 0 : ERR_OTHER;
}

/* ---- all of them ---------------------------------------------------------------------------- */

bool data_read(uint32_t di, struct window *window)
{
    return read_quantity(di, window) || read_setting(di, window) || read_clock(di, window) ||
           read_status(di, window) || read_identity(di, window) || read_record(di, window) ||
           read_vendor(di, window);
}

static bool is_vendor_writable(uint32_t di)
{
    uint8_t which = (uint8_t)di;

    return (di & 0xffffff00) == DI_HOLDING &&
           (which == HOLDING_CLEAR_LOCK || which == HOLDING_DIALECT || registers_width(which));
}

uint8_t data_write_level(uint32_t di)
{
    struct setting setting;

    if (is_vendor_writable(di) || di == DI_PASSWORD_02)
        return LEVEL_PROGRAM;
    if (find_setting(di, &setting) || di == DI_CLOCK || di == DI_DATE || di == DI_TIME ||
        di == DI_PASSWORD_04)
        return LEVEL_ORDINARY;
    return 0;
}

static uint8_t write_password(uint32_t di, const uint8_t *bytes, uint8_t length)
{
    uint8_t level = di == DI_PASSWORD_02 ? LEVEL_PROGRAM : LEVEL_ORDINARY;

    if (length != 4 || bytes[0] != level)
        return ERR_OTHER;
    password_change(bytes);
    return 0;
}

uint8_t data_write(uint32_t di, const uint8_t *bytes, uint8_t length)
{
    struct setting setting;

    if (find_setting(di, &setting))
        return write_setting(&setting, bytes, length);
    if (di == DI_PASSWORD_02 || di == DI_PASSWORD_04)
        return write_password(di, bytes, length);
    if ((di & 0xffffff00) == DI_HOLDING)
        return write_vendor((uint8_t)di, bytes, length);
    return write_clock(di, bytes, length);
}
