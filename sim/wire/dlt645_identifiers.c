/*
 * The table of data identifiers: name and layout of each (appendix A of DL/T 645-2007). What is
 * marked SG is State Grid's addition, what is marked RCP that of residual-current protectors, what
 * is marked M was written down from memory.
 */
#include "sim/wire/dlt645_layout.h"

#define PARTS(array) .parts = (array), .count = sizeof(array) / sizeof(array)[0]
#define Q(name) .kind = LAYOUT_QUANTITY, .what = DLT645_##name
#define TIME(name) .kind = LAYOUT_TIME, .what = DLT645_TIME_##name
#define WORD(name, bytes) .kind = LAYOUT_WORD, .what = DLT645_WORD_##name, .size = (bytes)
#define OF(kind_name, bytes) .kind = LAYOUT_##kind_name, .size = (bytes) /* 0: the rest */

/* ---- Layouts of one part ------------------------------------------------------------------ */

static const struct layout_part quantity_parts[DLT645_QUANTITY_COUNT] = {
#define QUANTITY_PART(name, bytes, sign, units, decimals, unit) [DLT645_##name] = {Q(name)},
    DLT645_QUANTITIES(QUANTITY_PART)
#undef QUANTITY_PART
};

static const struct layout quantity_layouts[DLT645_QUANTITY_COUNT] = {
#define QUANTITY_LAYOUT(name, bytes, sign, units, decimals, unit)                                  \
    [DLT645_##name] = {.parts = &quantity_parts[DLT645_##name], .count = 1},
    DLT645_QUANTITIES(QUANTITY_LAYOUT)
#undef QUANTITY_LAYOUT
};

#define AS(name) (&quantity_layouts[DLT645_##name])

#define LAYOUT_OF_ONE(name, ...)                                                                   \
    static const struct layout_part name##_parts[] = {{__VA_ARGS__}};                              \
    static const struct layout name = {PARTS(name##_parts)}

LAYOUT_OF_ONE(date, TIME(DATE_WEEKDAY));
LAYOUT_OF_ONE(time_of_day, TIME(OF_DAY));
LAYOUT_OF_ONE(date_and_time, TIME(WITH_WEEKDAY));
LAYOUT_OF_ONE(instant, TIME(SECOND_TO_YEAR));
LAYOUT_OF_ONE(minute, TIME(MINUTE_TO_YEAR));
LAYOUT_OF_ONE(digits, OF(DIGITS, 0));
LAYOUT_OF_ONE(ascii, OF(ASCII, 0));
LAYOUT_OF_ONE(plain, OF(HEX, 0));
LAYOUT_OF_ONE(byte, OF(HEX, 1));
LAYOUT_OF_ONE(binary, OF(BINARY, 0));
LAYOUT_OF_ONE(baud, OF(BAUD, 1));
LAYOUT_OF_ONE(day_and_hour, OF(PATTERN, 2), .pattern = "day %s, %s:00");
LAYOUT_OF_ONE(hour_and_minute, OF(PATTERN, 2), .pattern = "%s:%s");
LAYOUT_OF_ONE(operator_code, OF(DIGITS, 4));
LAYOUT_OF_ONE(status_1, WORD(STATUS_1, 2));
LAYOUT_OF_ONE(status_2, WORD(STATUS_2, 2));
LAYOUT_OF_ONE(status_3, WORD(STATUS_3, 2));
LAYOUT_OF_ONE(status_4, WORD(STATUS_4, 2));
LAYOUT_OF_ONE(status_5, WORD(STATUS_5, 2));
LAYOUT_OF_ONE(status_6, WORD(STATUS_6, 2));
LAYOUT_OF_ONE(status_7, WORD(STATUS_7, 2));
LAYOUT_OF_ONE(status_8, WORD(STATUS_8, 2));
LAYOUT_OF_ONE(protector_status, WORD(PROTECTOR, 1));
LAYOUT_OF_ONE(load_record, OF(LOAD_RECORD, 0));

/* ---- Layouts of several ------------------------------------------------------------------- */

static const char *const total_and_tariffs[] = {"total", NULL};
static const char *const phases[] = {"A", "B", "C", NULL};
static const char *const total_and_phases[] = {"total", "A", "B", "C", NULL};
static const char *const numbers[] = {NULL};

/* A block (FF in a field): the parts of one, as often as they fit. */
#define BLOCK_OF(name, single, group_names)                                                        \
    static const struct layout name = {                                                            \
        .parts = single, .count = 1, .repeats = true, .names = group_names}

BLOCK_OF(energies, &quantity_parts[DLT645_ENERGY], total_and_tariffs);
BLOCK_OF(signed_energies, &quantity_parts[DLT645_ENERGY_SIGNED], total_and_tariffs);
BLOCK_OF(reactive_energies, &quantity_parts[DLT645_REACTIVE_ENERGY], total_and_tariffs);
BLOCK_OF(apparent_energies, &quantity_parts[DLT645_APPARENT_ENERGY], total_and_tariffs);
BLOCK_OF(voltages, &quantity_parts[DLT645_VOLTAGE], phases);
BLOCK_OF(currents, &quantity_parts[DLT645_CURRENT], phases);
BLOCK_OF(powers, &quantity_parts[DLT645_POWER], total_and_phases);
BLOCK_OF(reactive_powers, &quantity_parts[DLT645_REACTIVE_POWER], total_and_phases);
BLOCK_OF(apparent_powers, &quantity_parts[DLT645_APPARENT_POWER], total_and_phases);
BLOCK_OF(power_factors, &quantity_parts[DLT645_POWER_FACTOR], total_and_phases);
BLOCK_OF(angles, &quantity_parts[DLT645_PHASE_ANGLE], phases);
BLOCK_OF(distortions, &quantity_parts[DLT645_DISTORTION], phases);
BLOCK_OF(prices, &quantity_parts[DLT645_PRICE], numbers);
BLOCK_OF(limits, &quantity_parts[DLT645_ENERGY], numbers);

static const struct layout_part register_parts[] = {{OF(BINARY, 2)}};
BLOCK_OF(registers, register_parts, numbers);

#define DEMAND(quantity)                                                                           \
    {Q(quantity), .label = "demand"},                                                              \
    {                                                                                              \
        TIME(MINUTE_TO_YEAR), .label = "at"                                                        \
    }
#define DEMAND_LAYOUTS(name, quantity)                                                             \
    static const struct layout_part name##_parts[] = {DEMAND(quantity)};                           \
    static const struct layout name = {PARTS(name##_parts)};                                       \
    static const struct layout name##s = {PARTS(name##_parts), .repeats = true,                    \
                                          .names = total_and_tariffs}

DEMAND_LAYOUTS(demand, POWER);
DEMAND_LAYOUTS(reactive_demand, REACTIVE_POWER);
DEMAND_LAYOUTS(apparent_demand, APPARENT_POWER);

#define LAYOUT_OF(name, ...)                                                                       \
    static const struct layout_part name##_parts[] = {__VA_ARGS__};                                \
    static const struct layout name = {PARTS(name##_parts)}
#define TABLE_OF(name, ...)                                                                        \
    static const struct layout_part name##_parts[] = {__VA_ARGS__};                                \
    static const struct layout name = {PARTS(name##_parts), .repeats = true, .names = numbers}

LAYOUT_OF(status_words, {WORD(STATUS_1, 2), .label = "1"}, {WORD(STATUS_2, 2), .label = "2"},
          {WORD(STATUS_3, 2), .label = "3"}, {WORD(STATUS_4, 2), .label = "4"},
          {WORD(STATUS_5, 2), .label = "5"}, {WORD(STATUS_6, 2), .label = "6"},
          {WORD(STATUS_7, 2), .label = "7"}, {OF(HEX, 0), .label = "key word"});
LAYOUT_OF(password, {OF(DIGITS, 1), .label = "level"}, {OF(DIGITS, 3), .label = "password"});
TABLE_OF(zone_table, {OF(PATTERN, 3), .label = "from", .pattern = "%s-%s, day table %s"});
TABLE_OF(day_table, {OF(PATTERN, 3), .label = "from", .pattern = "%s:%s tariff %s"});

LAYOUT_OF(phase_statistics, {Q(COUNT), .label = "A, count"}, {Q(MINUTES_SUM), .label = "A, time"},
          {Q(COUNT), .label = "B, count"}, {Q(MINUTES_SUM), .label = "B, time"},
          {Q(COUNT), .label = "C, count"}, {Q(MINUTES_SUM), .label = "C, time"});
LAYOUT_OF(statistics, {Q(COUNT), .label = "count"}, {Q(MINUTES_SUM), .label = "time"});
LAYOUT_OF(span_record, {TIME(SECOND_TO_YEAR), .label = "from"},
          {TIME(SECOND_TO_YEAR), .label = "until"}, {OF(HEX, 0), .label = "registers"});
LAYOUT_OF(span, {TIME(SECOND_TO_YEAR), .label = "from"}, {TIME(SECOND_TO_YEAR), .label = "until"});
LAYOUT_OF(programming_record, {TIME(SECOND_TO_YEAR), .label = "at"},
          {OF(DIGITS, 4), .label = "operator"}, {OF(HEX, 0), .label = "identifiers"});
LAYOUT_OF(clear_record, {TIME(SECOND_TO_YEAR), .label = "at"}, {OF(DIGITS, 4), .label = "operator"},
          {OF(HEX, 0), .label = "registers"});
LAYOUT_OF(clock_record, {OF(DIGITS, 4), .label = "operator"},
          {TIME(SECOND_TO_YEAR), .label = "before"}, {TIME(SECOND_TO_YEAR), .label = "after"});
#define SIX_ENERGIES(when)                                                                         \
    {Q(ENERGY), .label = when "forward"}, {Q(ENERGY), .label = when "reverse"},                    \
        {Q(REACTIVE_ENERGY), .label = when "Q1"}, {Q(REACTIVE_ENERGY), .label = when "Q2"},        \
        {Q(REACTIVE_ENERGY), .label = when "Q3"},                                                  \
    {                                                                                              \
        Q(REACTIVE_ENERGY), .label = when "Q4"                                                     \
    }
LAYOUT_OF(cover_record, {TIME(SECOND_TO_YEAR), .label = "from"},
          {TIME(SECOND_TO_YEAR), .label = "until"}, SIX_ENERGIES("before, "),
          SIX_ENERGIES("after, "));
LAYOUT_OF(relay_record, {TIME(SECOND_TO_YEAR), .label = "at"}, {OF(DIGITS, 4), .label = "operator"},
          SIX_ENERGIES(""));
LAYOUT_OF(load_switch_record, {TIME(SECOND_TO_YEAR), .label = "from"},
          {TIME(SECOND_TO_YEAR), .label = "until"}, {OF(HEX, 1), .label = "state"},
          {OF(HEX, 0), .label = "registers"});
LAYOUT_OF(protector_record, {WORD(PROTECTOR_CAUSE, 1), .label = "cause"},
          {OF(BINARY, 1), .label = "phase"}, {TIME(SECOND_TO_YEAR), .label = "at"},
          {Q(RESIDUAL_CURRENT), .label = "residual current before"},
          {Q(VOLTAGE), .label = "voltage A"}, {Q(VOLTAGE), .label = "voltage B"},
          {Q(VOLTAGE), .label = "voltage C"}, {Q(CURRENT), .label = "current A"},
          {Q(CURRENT), .label = "current B"}, {Q(CURRENT), .label = "current C"});
LAYOUT_OF(phase_and_residual, {OF(BINARY, 1), .label = "phase"},
          {Q(RESIDUAL_CURRENT), .label = "residual current"});

LAYOUT_OF(freeze_variables, {Q(POWER), .label = "P total"}, {Q(POWER), .label = "P A"},
          {Q(POWER), .label = "P B"}, {Q(POWER), .label = "P C"},
          {Q(REACTIVE_POWER), .label = "Q total"}, {Q(REACTIVE_POWER), .label = "Q A"},
          {Q(REACTIVE_POWER), .label = "Q B"}, {Q(REACTIVE_POWER), .label = "Q C"});
LAYOUT_OF(hourly_freeze, {TIME(MINUTE_TO_YEAR), .label = "at"}, {Q(ENERGY), .label = "forward"},
          {Q(ENERGY), .label = "reverse"});
LAYOUT_OF(freeze_block, {TIME(MINUTE_TO_YEAR), .label = "at"}, {OF(HEX, 0), .label = "registers"});

/* ---- Families of identifiers -------------------------------------------------------------- */

#define EXACT 0xFFFFFFFF
#define EACH 0xFFFFFF00     /* DI0 counts records or settlement days */
#define EACH_DI1 0xFFFF00FF /* DI1 counts tariffs */
#define EACH_BOTH 0xFFFF0000

/* Total, tariffs and block of a register, now and on the last settlement days. */
#define OF_TARIFFS(di, single, block, name)                                                        \
    {(di), EXACT, single, name}, {(di) | 0x0100, EXACT, single, name ", tariff 1 sharp"},          \
        {(di) | 0x0200, EXACT, single, name ", tariff 2 peak"},                                    \
        {(di) | 0x0300, EXACT, single, name ", tariff 3 flat"},                                    \
        {(di) | 0x0400, EXACT, single, name ", tariff 4 valley"},                                  \
        {(di) | 0xFF00, EXACT, block, name ", total and all tariffs"},                             \
        {(di), EACH, single, name " on settlement day"},                                           \
        {(di) | 0xFF00, EACH, block, name ", total and all tariffs, on settlement day"},           \
        {(di), EACH_DI1, single, name ", another tariff"},                                         \
    {                                                                                              \
        (di), EACH_BOTH, single, name ", a tariff, on settlement day"                              \
    }

#define OF_PHASES(di, single, block, name)                                                         \
    {(di) | 0x0100, EXACT, single, name " A"}, {(di) | 0x0200, EXACT, single, name " B"},          \
        {(di) | 0x0300, EXACT, single, name " C"},                                                 \
    {                                                                                              \
        (di) | 0xFF00, EXACT, block, name "s A, B, C"                                              \
    }

#define OF_TOTAL_AND_PHASES(di, single, block, name)                                               \
    {(di), EXACT, single, name}, OF_PHASES(di, single, block, name)

/* Events of a phase: how often and how long, and records of the last ones. */
#define OF_EVENTS(di, name)                                                                        \
    {(di), EXACT, &phase_statistics, name ", count and time"},                                     \
        {(di) | 0x0100, EACH, &span_record, name " A, record"},                                    \
        {(di) | 0x0200, EACH, &span_record, name " B, record"},                                    \
    {                                                                                              \
        (di) | 0x0300, EACH, &span_record, name " C, record"                                       \
    }

#define OF_SPANS(di, record, name)                                                                 \
    {(di), EXACT, AS(COUNT), name ", count"},                                                      \
    {                                                                                              \
        (di), EACH, record, name ", record"                                                        \
    }

/* 19 and 1C [SG]: DI2 is the phase. */
#define OF_COUNTED(di, name)                                                                       \
    {(di) | 0x0001, EXACT, AS(COUNT), name ", count"},                                             \
        {(di) | 0x0002, EXACT, AS(MINUTES_SUM), name ", time"},                                    \
    {                                                                                              \
        (di) | 0xFF00, EACH, &span_record, name ", record"                                         \
    }

/* 1D and 1E [SG]. */
#define OF_RELAY(di, names, name)                                                                  \
    {(di) | 0x0001, EXACT, AS(COUNT), names},                                                      \
        {(di) | 0xFF00, EACH, &relay_record, name " record"},                                      \
        {(di) | 0x0100, EACH, &instant, name " record, time"},                                     \
        {(di) | 0x0200, EACH, &operator_code, name " record, operator"},                           \
        {(di) | 0x0300, EACH, AS(ENERGY), name " record, forward active energy"},                  \
        {(di) | 0x0400, EACH, AS(ENERGY), name " record, reverse active energy"},                  \
        {(di) | 0x0500, EACH, AS(REACTIVE_ENERGY), name " record, reactive energy Q1"},            \
        {(di) | 0x0600, EACH, AS(REACTIVE_ENERGY), name " record, reactive energy Q2"},            \
        {(di) | 0x0700, EACH, AS(REACTIVE_ENERGY), name " record, reactive energy Q3"},            \
    {                                                                                              \
        (di) | 0x0800, EACH, AS(REACTIVE_ENERGY), name " record, reactive energy Q4"               \
    }

/* Freezes: DI0 is how many ago. */
#define OF_FREEZE(di, whole, name)                                                                 \
    {(di), EACH, &minute, name " freeze, time"},                                                   \
        {(di) | 0x0100, EACH, &energies, name " freeze, forward active energy"},                   \
        {(di) | 0x0200, EACH, &energies, name " freeze, reverse active energy"},                   \
        {(di) | 0x0300, EACH, &reactive_energies, name " freeze, combined reactive energy 1"},     \
        {(di) | 0x0400, EACH, &reactive_energies, name " freeze, combined reactive energy 2"},     \
        {(di) | 0x0500, EACH, &reactive_energies, name " freeze, reactive energy Q1"},             \
        {(di) | 0x0600, EACH, &reactive_energies, name " freeze, reactive energy Q2"},             \
        {(di) | 0x0700, EACH, &reactive_energies, name " freeze, reactive energy Q3"},             \
        {(di) | 0x0800, EACH, &reactive_energies, name " freeze, reactive energy Q4"},             \
        {(di) | 0x0900, EACH, &demands, name " freeze, largest forward demand"},                   \
        {(di) | 0x0A00, EACH, &demands, name " freeze, largest reverse demand"},                   \
        {(di) | 0x1000, EACH, &freeze_variables, name " freeze, powers"},                          \
    {                                                                                              \
        (di) | 0xFF00, EACH, whole, name " freeze"                                                 \
    }

/* ---- The table ---------------------------------------------------------------------------- */

static const struct layout_item items[] = {
    /* Energy and money */
    OF_TARIFFS(0x00000000, AS(ENERGY_SIGNED), &signed_energies, "combined active energy"),
    OF_TARIFFS(0x00010000, AS(ENERGY), &energies, "forward active energy"),
    OF_TARIFFS(0x00020000, AS(ENERGY), &energies, "reverse active energy"),
    OF_TARIFFS(0x00030000, AS(REACTIVE_ENERGY), &reactive_energies, "combined reactive energy 1"),
    OF_TARIFFS(0x00040000, AS(REACTIVE_ENERGY), &reactive_energies, "combined reactive energy 2"),
    OF_TARIFFS(0x00050000, AS(REACTIVE_ENERGY), &reactive_energies, "reactive energy Q1"),
    OF_TARIFFS(0x00060000, AS(REACTIVE_ENERGY), &reactive_energies, "reactive energy Q2"),
    OF_TARIFFS(0x00070000, AS(REACTIVE_ENERGY), &reactive_energies, "reactive energy Q3"),
    OF_TARIFFS(0x00080000, AS(REACTIVE_ENERGY), &reactive_energies, "reactive energy Q4"),
    OF_TARIFFS(0x00090000, AS(APPARENT_ENERGY), &apparent_energies, "forward apparent energy"),
    OF_TARIFFS(0x000A0000, AS(APPARENT_ENERGY), &apparent_energies, "reverse apparent energy"),
    {0x00150000, EACH, AS(ENERGY), "forward active energy A"},
    {0x00160000, EACH, AS(ENERGY), "reverse active energy A"},
    {0x00290000, EACH, AS(ENERGY), "forward active energy B"},
    {0x002A0000, EACH, AS(ENERGY), "reverse active energy B"},
    {0x003D0000, EACH, AS(ENERGY), "forward active energy C"},
    {0x003E0000, EACH, AS(ENERGY), "reverse active energy C"},
    {0x00900100, EXACT, AS(ENERGY), "remaining energy"},
    {0x00900101, EXACT, AS(ENERGY), "overdraft energy"}, /* M */
    {0x00900200, EXACT, AS(MONEY), "remaining money"},
    {0x00900201, EXACT, AS(MONEY), "overdraft money"},
    {0x00900220, EXACT, AS(ENERGY), "remaining free amount"}, /* a maker's */

    /* Largest demand */
    OF_TARIFFS(0x01010000, &demand, &demands, "largest forward demand and its time"),
    OF_TARIFFS(0x01020000, &demand, &demands, "largest reverse demand and its time"),
    OF_TARIFFS(0x01030000, &reactive_demand, &reactive_demands, "largest reactive demand 1"),
    OF_TARIFFS(0x01040000, &reactive_demand, &reactive_demands, "largest reactive demand 2"),
    OF_TARIFFS(0x01050000, &reactive_demand, &reactive_demands, "largest reactive demand Q1"),
    OF_TARIFFS(0x01060000, &reactive_demand, &reactive_demands, "largest reactive demand Q2"),
    OF_TARIFFS(0x01070000, &reactive_demand, &reactive_demands, "largest reactive demand Q3"),
    OF_TARIFFS(0x01080000, &reactive_demand, &reactive_demands, "largest reactive demand Q4"),
    OF_TARIFFS(0x01090000, &apparent_demand, &apparent_demands, "largest forward apparent demand"),
    OF_TARIFFS(0x010A0000, &apparent_demand, &apparent_demands, "largest reverse apparent demand"),

    /* Variables */
    OF_PHASES(0x02010000, AS(VOLTAGE), &voltages, "voltage"),
    OF_PHASES(0x02020000, AS(CURRENT), &currents, "current"),
    OF_TOTAL_AND_PHASES(0x02030000, AS(POWER), &powers, "active power"),
    OF_TOTAL_AND_PHASES(0x02040000, AS(REACTIVE_POWER), &reactive_powers, "reactive power"),
    OF_TOTAL_AND_PHASES(0x02050000, AS(APPARENT_POWER), &apparent_powers, "apparent power"),
    OF_TOTAL_AND_PHASES(0x02060000, AS(POWER_FACTOR), &power_factors, "power factor"),
    OF_PHASES(0x02070000, AS(PHASE_ANGLE), &angles, "phase angle"),
    OF_PHASES(0x02080000, AS(DISTORTION), &distortions, "voltage distortion"), /* M */
    OF_PHASES(0x02090000, AS(DISTORTION), &distortions, "current distortion"), /* M */
    {0x02800001, EXACT, AS(CURRENT), "neutral current"},
    {0x02800002, EXACT, AS(FREQUENCY), "mains frequency"},
    {0x02800003, EXACT, AS(POWER), "mean active power of a minute"},
    {0x02800004, EXACT, AS(POWER), "present active demand"},
    {0x02800005, EXACT, AS(REACTIVE_POWER), "present reactive demand"},
    {0x02800006, EXACT, AS(APPARENT_POWER), "present apparent demand"},
    {0x02800007, EXACT, AS(TEMPERATURE), "temperature inside the meter"},
    {0x02800008, EXACT, AS(BATTERY_VOLTAGE), "clock battery voltage"},
    {0x02800009, EXACT, AS(BATTERY_VOLTAGE), "outage battery voltage"},
    {0x0280000A, EXACT, AS(MINUTES_LONG), "battery working time"},
    {0x0280000B, EXACT, AS(PRICE), "present ladder price"},                /* M */
    {0x02800020, EXACT, AS(PRICE), "present price"},                       /* M */
    {0x02900000, EXACT, &binary, "phase of the largest residual current"}, /* RCP, M */
    {0x02900100, EXACT, AS(RESIDUAL_CURRENT), "residual current"},
    {0x0290FF00, EXACT, &phase_and_residual, "largest phase and residual current"},
    {0x02910100, EXACT, AS(RESIDUAL_CURRENT), "rated residual operating current"},
    {0x02910200, EXACT, AS(MILLISECONDS), "limit non-actuating time"},
    {0x02FE00FF, EXACT, &registers, "input registers of the reference board"},

    /* Events */
    OF_EVENTS(0x03010000, "loss of voltage"),
    OF_EVENTS(0x03020000, "under-voltage"),
    OF_EVENTS(0x03030000, "over-voltage"),
    OF_EVENTS(0x03040000, "phase break"),
    {0x03050000, EXACT, &statistics, "loss of all voltages, count and time"}, /* M */
    {0x03050000, EACH, &span_record, "loss of all voltages, record"},
    {0x03060000, EXACT, &statistics, "loss of auxiliary supply, count and time"}, /* M */
    {0x03060000, EACH, &span_record, "loss of auxiliary supply, record"},
    {0x03070000, EXACT, &statistics, "voltage reverse sequence, count and time"}, /* M */
    {0x03070000, EACH, &span_record, "voltage reverse sequence, record"},
    {0x03080000, EXACT, &statistics, "current reverse sequence, count and time"}, /* M */
    {0x03080000, EACH, &span_record, "current reverse sequence, record"},
    {0x03090000, EXACT, &statistics, "voltage unbalance, count and time"},
    {0x03090000, EACH, &span_record, "voltage unbalance, record"},
    {0x030A0000, EXACT, &statistics, "current unbalance, count and time"},
    {0x030A0000, EACH, &span_record, "current unbalance, record"},
    OF_EVENTS(0x030B0000, "loss of current"),
    OF_EVENTS(0x030C0000, "over-current"),
    OF_EVENTS(0x030D0000, "current break"),
    OF_EVENTS(0x030E0000, "reverse flow"),
    OF_EVENTS(0x030F0000, "overload"),
    {0x03110000, EXACT, AS(COUNT), "power failures"},
    {0x03110000, EACH, &span, "power failure record"},
    {0x03300000, EXACT, AS(COUNT), "programmings"},
    {0x03300000, EACH, &programming_record, "programming record"},
    OF_SPANS(0x03300100, &clear_record, "meter clear"),
    OF_SPANS(0x03300200, &clear_record, "demand clear"),
    OF_SPANS(0x03300300, &clear_record, "event clear"),
    OF_SPANS(0x03300400, &clock_record, "clock setting"),
    OF_SPANS(0x03300500, &clear_record, "day table programming"),      /* M */
    OF_SPANS(0x03300600, &clear_record, "zone table programming"),     /* M */
    OF_SPANS(0x03300700, &clear_record, "week table programming"),     /* M */
    OF_SPANS(0x03300800, &clear_record, "holiday table programming"),  /* M */
    OF_SPANS(0x03300C00, &clear_record, "settlement day programming"), /* M */
    OF_SPANS(0x03300D00, &cover_record, "cover opening"),              /* SG */
    OF_SPANS(0x03300E00, &cover_record, "terminal cover opening"),     /* SG */
    {0x03330201, EXACT, AS(NUMBER), "purchases"},                      /* SG */
    {0x03340001, EXACT, &plain, "refund record"},                      /* SG */
    OF_SPANS(0x03350000, &cover_record, "magnetic field"),             /* SG */
    OF_SPANS(0x03360000, &load_switch_record, "load switch maloperation"),
    OF_SPANS(0x03370000, &cover_record, "supply fault"),              /* SG */
    OF_SPANS(0x038E0000, &protector_record, "residual current trip"), /* RCP */

    /* Parameters: clock and tariffs */
    {0x04000101, EXACT, &date, "date and weekday"},
    {0x04000102, EXACT, &time_of_day, "time"},
    {0x04000103, EXACT, AS(MINUTES_SHORT), "demand period"},
    {0x04000104, EXACT, AS(MINUTES_SHORT), "demand slip time"},
    {0x04000106, EXACT, &minute, "switch time of the zone tables"},
    {0x04000107, EXACT, &minute, "switch time of the day tables"},
    {0x04000108, EXACT, &minute, "switch time of the tariffs"},
    {0x04000109, EXACT, &minute, "switch time of the ladders"},
    {0x0400010C, EXACT, &date_and_time, "date, weekday and time"},
    {0x04000201, EXACT, AS(NUMBER), "zones of a year"},
    {0x04000202, EXACT, AS(NUMBER), "day tables"},
    {0x04000203, EXACT, AS(NUMBER), "periods of a day"},
    {0x04000204, EXACT, AS(NUMBER), "tariffs"},
    {0x04000306, EXACT, AS(COUNT), "current transformer ratio"},
    {0x04000307, EXACT, AS(COUNT), "voltage transformer ratio"},

    /* Parameters: the meter */
    {0x04000401, EXACT, &digits, "communication address"},
    {0x04000402, EXACT, &digits, "meter number"},
    {0x04000403, EXACT, &ascii, "asset code"},
    {0x04000404, EXACT, &ascii, "rated voltage"},
    {0x04000405, EXACT, &ascii, "rated current"},
    {0x04000406, EXACT, &ascii, "largest current"},
    {0x04000407, EXACT, &ascii, "active accuracy class"},
    {0x04000408, EXACT, &ascii, "reactive accuracy class"},
    {0x04000409, EXACT, AS(IMPULSES), "active constant"},
    {0x0400040A, EXACT, AS(IMPULSES), "reactive constant"},
    {0x0400040B, EXACT, &ascii, "model"},
    {0x0400040C, EXACT, &ascii, "date of production"},
    {0x0400040D, EXACT, &ascii, "protocol version"},
    {0x0400040E, EXACT, &digits, "customer number"},
    {0x04000501, EXACT, &status_1, "run status word 1"},
    {0x04000502, EXACT, &status_2, "run status word 2"},
    {0x04000503, EXACT, &status_3, "run status word 3, operation"},
    {0x04000504, EXACT, &status_4, "run status word 4, phase A"},
    {0x04000505, EXACT, &status_5, "run status word 5, phase B"},
    {0x04000506, EXACT, &status_6, "run status word 6, phase C"},
    {0x04000507, EXACT, &status_7, "run status word 7"},
    {0x04000508, EXACT, &plain, "key status word"},
    {0x04000509, EXACT, &status_8, "run status word 8"},            /* M */
    {0x0400050A, EXACT, &protector_status, "protector run status"}, /* RCP, M */
    {0x040005FF, EXACT, &status_words, "run status words"},
    {0x04000601, EXACT, &byte, "combination of active energy"},
    {0x04000602, EXACT, &byte, "combination of reactive energy 1"},
    {0x04000603, EXACT, &byte, "combination of reactive energy 2"},
    {0x04000701, EXACT, &baud, "baud rate of infrared modulated"}, /* M */
    {0x04000702, EXACT, &baud, "baud rate of infrared contact"},   /* M */
    {0x04000703, EXACT, &baud, "baud rate of port 1"},
    {0x04000704, EXACT, &baud, "baud rate of port 2"},
    {0x04000705, EXACT, &baud, "baud rate of port 3"},
    {0x04000B00, EACH, &day_and_hour, "settlement day"},
    {0x04000C00, EACH, &password, "password"},
    {0x04000E01, EXACT, AS(POWER), "limit of forward power"},
    {0x04000E02, EXACT, AS(POWER), "limit of reverse power"},
    {0x04000E03, EXACT, AS(VOLTAGE), "upper limit of voltage"},
    {0x04000E04, EXACT, AS(VOLTAGE), "lower limit of voltage"},
    {0x04001001, EXACT, AS(MONEY), "alarm amount 1"},
    {0x04001002, EXACT, AS(MONEY), "alarm amount 2"},
    {0x04001003, EXACT, AS(MONEY), "overdraft limit"},
    {0x04001004, EXACT, AS(MONEY), "hoarding limit"},
    {0x04001005, EXACT, AS(MONEY), "amount that permits closing"},
    {0x04001101, EXACT, &byte, "run feature word"},
    {0x04001104, EXACT, &plain, "report mode word"},
    {0x04001201, EXACT, &minute, "begin of hourly freezes"},
    {0x04001202, EXACT, AS(MINUTES_SHORT), "interval of hourly freezes"},
    {0x04001203, EXACT, &hour_and_minute, "time of the daily freeze"},
    {0x04001401, EXACT, AS(MINUTES), "trip delay"},
    {0x04001402, EXACT, AS(CURRENT), "current above which a trip is held"}, /* M: its width */
    {0x04001403, EXACT, AS(MINUTES), "time for which a trip is held"},
    {0x04001501, EXACT, &plain, "report status word"},
    {0x04001503, EXACT, &plain, "report status reset"},
    {0x04010000, EXACT, &zone_table, "zone table, set 1"},
    {0x04010000, EACH, &day_table, "day table of set 1,"},
    {0x04020000, EXACT, &zone_table, "zone table, set 2"},
    {0x04020000, EACH, &day_table, "day table of set 2,"},
    {0x040501FF, EXACT, &prices, "tariff prices, set 1"},
    {0x04050100, EACH, AS(PRICE), "tariff price, set 1,"},
    {0x040502FF, EXACT, &prices, "tariff prices, set 2"},
    {0x04050200, EACH, AS(PRICE), "tariff price, set 2,"},
    {0x040600FF, EXACT, &limits, "ladder limits, set 1"},
    {0x04060000, EACH, AS(ENERGY), "ladder limit, set 1,"},
    {0x040601FF, EXACT, &prices, "ladder prices, set 1"},
    {0x04060100, EACH, AS(PRICE), "ladder price, set 1,"},
    {0x040602FF, EXACT, &limits, "ladder limits, set 2"}, /* M */
    {0x04060200, EACH, AS(ENERGY), "ladder limit, set 2,"},
    {0x040603FF, EXACT, &prices, "ladder prices, set 2"}, /* M */
    {0x04060300, EACH, AS(PRICE), "ladder price, set 2,"},
    {0x04800001, EXACT, &ascii, "firmware version"},
    {0x04800002, EXACT, &ascii, "hardware version"},
    {0x04800003, EXACT, &ascii, "maker's code"},
    {0x04FE00F0, EXACT, &byte, "clearing of the reference board's safety lock"},
    {0x04FE00F1, EXACT, &byte, "relay dialect of the reference board"},
    {0x04FE0000, EACH, &binary, "holding register of the reference board"},

    /* Freezes: what each whole one holds depends on the meter's settings */
    OF_FREEZE(0x05000000, &freeze_block, "timed"), /* M */
    OF_FREEZE(0x05010000, &freeze_block, "instant"),
    OF_FREEZE(0x05020000, &freeze_block, "zone table switch"), /* M */
    OF_FREEZE(0x05030000, &freeze_block, "day table switch"),  /* M */
    OF_FREEZE(0x05040000, &hourly_freeze, "hourly"),
    OF_FREEZE(0x05050000, &freeze_block, "tariff switch"), /* M */
    OF_FREEZE(0x05060000, &freeze_block, "daily"),
    OF_FREEZE(0x05070000, &freeze_block, "monthly"),

    /* Load record */
    {0x06000000, EXACT, &load_record, "load record, earliest"},
    {0x06000001, EXACT, &load_record, "load record, from a time on"},
    {0x06000002, EXACT, &load_record, "load record, latest"},

    /* Security, in frames of C = 03 [SG] */
    {0x070000FF, EXACT, &plain, "identity authentication"},
    {0x070001FF, EXACT, &plain, "validity of the authentication"},
    {0x070003FF, EXACT, &plain, "infrared authentication"},
    {0x070101FF, EXACT, &plain, "open account"},
    {0x04A00101, EXACT, &plain, "limits of appliances"}, /* this project's own */
    {0x070102FF, EXACT, &plain, "recharge"},
    {0x070103FF, EXACT, &plain, "purse initialisation"},
    {0x078001FF, EXACT, &plain, "data read-back"},
    {0x078003FF, EXACT, &plain, "infrared request"},
    {0x078102FF, EXACT, &plain, "account status"},

    /* Over-current and overload by phase, the relay [SG] */
    OF_COUNTED(0x19010000, "over-current A"),
    OF_COUNTED(0x19020000, "over-current B"),
    OF_COUNTED(0x19030000, "over-current C"),
    OF_COUNTED(0x1C010000, "overload A"),
    OF_COUNTED(0x1C020000, "overload B"),
    OF_COUNTED(0x1C030000, "overload C"),
    OF_RELAY(0x1D000000, "trips", "trip"),
    OF_RELAY(0x1E000000, "closings", "closing"),
};

const struct layout_item *layout_find(uint32_t identifier)
{
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        if ((identifier & items[i].mask) == items[i].identifier) {
            return &items[i];
        }
    }
    return NULL;
}
