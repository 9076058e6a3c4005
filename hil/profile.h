/*
 * What the bench knows of a make of meter: its protocol, where each item is found and in which
 * scale, what its states look like, how it is commanded, and what it can do at all. A profile is a
 * Lua table (docs/profiles.md); scenarios/boards/ has several. A meter has few items or many:
 * nothing is required but what its capabilities claim.
 *
 * Items are the same for both protocols. Their bytes are handled as they come: of Modbus registers
 * two bytes each, high byte first; of coils and discrete inputs one byte each, 0 or 1; of DL/T 645
 * the data behind the identifier, 33H taken off.
 */
#ifndef METERBENCH_HIL_PROFILE_H
#define METERBENCH_HIL_PROFILE_H

#include "hil/line/serial.h"
#include "sim/board.h"
#include "sim/meter/controller.h"
#include "sim/wire/dlt645.h"
#include "sim/wire/modbus_pdu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(id, key in the file, unit of scaled values, how it is read).
 * FAST: by every poll; SLOW: in turn; SETTING: when the bench sets it up. */
#define PROFILE_REGISTERS(X)                                                                       \
    X(STATUS, "status", "", FAST)                                                                  \
    X(RELAY, "relay", "", FAST)                                                                    \
    X(CAUSES, "causes", "", FAST)                                                                  \
    X(LAST_TRIP, "last_trip", "", FAST)                                                            \
    X(TRIPS, "trips", "", FAST)                                                                    \
    X(RESULT, "result", "", FAST)                                                                  \
    X(LAST_SEQUENCE, "last_sequence", "", FAST)                                                    \
    X(VOLTAGE, "voltage", "mV", SLOW)                                                              \
    X(CURRENT, "current", "mA", SLOW)                                                              \
    X(POWER, "power", "mW", SLOW)                                                                  \
    X(REACTIVE, "reactive", "mvar", SLOW)                                                          \
    X(APPARENT, "apparent", "mVA", SLOW)                                                           \
    X(POWER_FACTOR, "power_factor", "1e-3", SLOW)                                                  \
    X(FREQUENCY, "frequency", "mHz", SLOW)                                                         \
    X(RESIDUAL, "residual", "uA", SLOW)                                                            \
    X(TEMPERATURE, "temperature", "mC", SLOW)                                                      \
    X(ENERGY, "energy", "mWh", SLOW)                                                               \
    X(REVERSE_ENERGY, "reverse_energy", "mWh", SLOW)                                               \
    X(BALANCE, "balance", "1e-4 yuan", SLOW)                                                       \
    X(OVERDRAWN, "overdrawn", "1e-4 yuan", SLOW) /* taken off the balance where it is apart */     \
    X(CLOCK, "clock", "s", SLOW)                                                                   \
    X(RESETS, "resets", "", SLOW)                                                                  \
    X(VERSION, "version", "", SLOW)                                                                \
    X(RATED_RESIDUAL, "rated_residual", "uA", SETTING)                                             \
    X(OVERLOAD_LIMIT, "overload_limit", "mA", SETTING)                                             \
    X(OVERLOAD_DELAY, "overload_delay", "ms", SETTING)                                             \
    X(OVERLOAD_RECLOSE, "overload_reclose", "ms", SETTING)                                         \
    X(OVERLOAD_RECLOSES_MAX, "overload_recloses_max", "", SETTING)                                 \
    X(HOLDOFF_CURRENT, "holdoff_current", "mA", SETTING)                                           \
    X(HOLDOFF_MAX, "holdoff_max", "ms", SETTING)                                                   \
    X(HEAT_TRIP, "heat_trip", "mC", SETTING)                                                       \
    X(SET_BALANCE, "set_balance", "1e-4 yuan", SETTING)                                            \
    X(PRICE, "price", "1e-4 yuan/kWh", SETTING)                                                    \
    X(OVERDRAFT, "overdraft", "1e-4 yuan", SETTING)                                                \
    X(CREDIT_MODE, "credit_mode", "", SETTING)                                                     \
    X(SET_ENERGY, "set_energy", "mWh", SETTING)                                                    \
    X(SET_CLOCK, "set_clock", "s", SETTING)                                                        \
    X(SAFETY_RECLOSE, "safety_reclose", "ms", SETTING)                                             \
    X(UNDERVOLTAGE, "undervoltage", "mV", SETTING)                                                 \
    X(OVERVOLTAGE, "overvoltage", "mV", SETTING)                                                   \
    X(STIMULUS_VOLTAGE, "stimulus_voltage", "mV", SETTING) /* inputs that the meter fakes in tests: */ \
    X(STIMULUS_CURRENT, "stimulus_current", "mA", SETTING)                                         \
    X(STIMULUS_RESIDUAL, "stimulus_residual", "uA", SETTING)                                       \
    X(STIMULUS_TEMPERATURE, "stimulus_temperature", "mC", SETTING)                                 \
    X(STIMULUS_SMOKE, "stimulus_smoke", "", SETTING)                                               \
    X(CONTROL, "control", "", SETTING)                                                             \
    X(UNLOCK, "unlock", "", SETTING)                                                               \
    X(SEAL, "seal", "", SETTING)

enum profile_register {
#define X(id, key, unit, pace) PROFILE_##id,
    PROFILE_REGISTERS(X)
#undef X
        PROFILE_REGISTER_COUNT
};

/* X(id, key): a state that the meter shows: a bit, or a value, of an item */
#define PROFILE_BITS(X)                                                                            \
    X(CLOSED, "contacts_closed")                                                                   \
    X(COMMANDED, "commanded_closed")                                                               \
    X(LOCKED, "locked")                                                                            \
    X(KEEP_POWER, "keep_power")                                                                    \
    X(PERMITTED, "close_permitted")                                                                \
    X(HELD, "held_by_current")                                                                     \
    X(ALARM, "alarm")                                                                              \
    X(WELD, "weld")

enum profile_bit {
#define X(id, key) PROFILE_BIT_##id,
    PROFILE_BITS(X)
#undef X
        PROFILE_BIT_COUNT
};

/* X(id, key) */
#define PROFILE_COMMANDS(X)                                                                        \
    X(TRIP, "trip")                                                                                \
    X(CLOSE, "close")                                                                              \
    X(PERMIT_CLOSE, "permit_close")                                                                \
    X(KEEP_POWER_ON, "keep_power_on")                                                              \
    X(KEEP_POWER_OFF, "keep_power_off")                                                            \
    X(ALARM_ON, "alarm_on")                                                                        \
    X(ALARM_OFF, "alarm_off")                                                                      \
    X(CLEAR_LOCK, "clear_lock")

enum profile_command {
#define X(id, key) PROFILE_COMMAND_##id,
    PROFILE_COMMANDS(X)
#undef X
        PROFILE_COMMAND_COUNT
};

/* X(id, key): the value of the result item */
#define PROFILE_RESULTS(X)                                                                         \
    X(EXECUTED, "executed")                                                                        \
    X(KEEP_POWER, "refused_keep_power")                                                            \
    X(CAUSE, "refused_cause")                                                                      \
    X(HELD, "held")                                                                                \
    X(SEQUENCE, "sequence_not_new")

enum profile_result {
#define X(id, key) PROFILE_RESULT_##id,
    PROFILE_RESULTS(X)
#undef X
        PROFILE_RESULT_COUNT
};

/* X(id, key): what the meter has */
#define PROFILE_CAPABILITIES(X)                                                                    \
    X(RELAY, "relay")                                                                              \
    X(LEAKAGE, "leakage")                                                                          \
    X(CREDIT, "credit")                                                                            \
    X(CLOCK, "clock")                                                                              \
    X(SMOKE, "smoke")                                                                              \
    X(HEAT, "heat")                                                                                \
    X(OVERLOAD, "overload")                                                                        \
    X(VOLTAGE, "voltage")                                                                          \
    X(KEEP_POWER, "keep_power")                                                                    \
    X(HOLDOFF, "holdoff")                                                                          \
    X(PERMIT, "permit")                                                                            \
    X(METERING, "metering")

enum profile_capability {
#define X(id, key) PROFILE_CAN_##id,
    PROFILE_CAPABILITIES(X)
#undef X
        PROFILE_CAPABILITY_COUNT
};

enum profile_protocol { PROFILE_MODBUS, PROFILE_DLT645 };

enum profile_kind { PROFILE_HOLDING, PROFILE_INPUT, PROFILE_COIL, PROFILE_DISCRETE };

enum profile_type {
    PROFILE_U8, /* DL/T 645 only */
    PROFILE_U16,
    PROFILE_S16,
    PROFILE_U32,
    PROFILE_S32,
    PROFILE_F32,  /* IEEE 754 single */
    PROFILE_BIT,  /* a coil or discrete input */
    PROFILE_BCD,  /* a DL/T 645 quantity, `format` */
    PROFILE_TIME, /* seconds since 2000 as date and time 0400010C, format "date_time" */
};

struct profile_entry {
    bool present;
    /* Modbus */
    enum profile_kind kind;
    uint16_t address;
    enum modbus_function write; /* function that writes it; 0: read only */
    /* DL/T 645 */
    uint32_t di;
    uint16_t offset;               /* within the identifier's data */
    enum dlt645_quantity quantity; /* of PROFILE_BCD */
    /* both */
    bool low_byte_first, low_word_first; /* within a word; of the two words of 32 bits */
    enum profile_type type;
    uint32_t mask; /* of the raw value, 0: all of it; then */
    int shift;     /* to the right */
    int64_t scale; /* value in base units = raw x scale; of a quantity 1 */
    bool has_range;
    int64_t low, high; /* raw values that a setting takes */
    /* where it is read, found by profile_read */
    int block; /* index into profile.blocks, -1: not polled */
    int at;    /* byte within that block */
};

/* One request of the status read. */
struct profile_block {
    enum profile_kind kind; /* Modbus */
    uint16_t first, count;  /* registers or bits */
    uint32_t di;            /* DL/T 645 */
    int size;               /* bytes that the items in it reach to */
    bool fast;
};

/* value & mask == equals, of an item's decoded value over its scale */
struct profile_state {
    bool present;
    enum profile_register of;
    uint32_t mask, equals;
};

struct profile_order {
    bool present;
    bool is_relay_order;        /* DL/T 645 1CH with N1 = value */
    enum profile_register item; /* else a write of raw `value` to this item, */
    uint16_t value;
    bool sequence; /* with a sequence number in the register behind it */
};

/* Who asks, DL/T 645: for parameters and for the relay. */
struct profile_authority {
    struct dlt645_authority write, relay;
};

enum { PROFILE_BLOCKS_MAX = 24, PROFILE_BLOCK_BYTES_MAX = 2 * MODBUS_READ_MAX };

struct profile {
    char name[48];
    char source[200]; /* where its figures are from */
    enum profile_protocol protocol;
    struct serial_settings serial;
    int slave;                     /* Modbus */
    struct dlt645_address address; /* DL/T 645 */
    int preambles;                 /* FE before a request */
    struct profile_authority authority;
    struct profile_entry registers[PROFILE_REGISTER_COUNT];
    struct profile_state bits[PROFILE_BIT_COUNT];
    struct profile_order commands[PROFILE_COMMAND_COUNT];
    bool has_results;
    uint16_t results[PROFILE_RESULT_COUNT];
    bool has_seal; /* settings want seal_key in `seal` before them */
    uint16_t seal_key;
    int8_t cause_bit[TRIP_CAUSE_COUNT];  /* of `causes`, by cause; -1: not shown */
    int16_t trip_code[TRIP_CAUSE_COUNT]; /* of `last_trip`; -1: not shown */
    int64_t status_lag_ns;               /* how old what the status shows may be */
    int64_t response_timeout_ns;         /* 0: the protocol's usual one */
    int max_registers, merge_gap;        /* of one Modbus read; unwanted registers read over */
    struct profile_block blocks[PROFILE_BLOCKS_MAX];
    int block_count;
    bool can[PROFILE_CAPABILITY_COUNT];
    struct board_tolerance twin; /* how far it may be apart from the virtual meter beside it */
};

/* 0, or ERROR_PROFILE with a message that names file and field. */
int profile_read(const char *path, struct profile *profile, char *message, size_t size);

const char *profile_register_key(enum profile_register which);
const char *profile_register_unit(enum profile_register which);
const char *profile_command_key(enum profile_command which);
const char *profile_capability_key(enum profile_capability which);

bool profile_has(const struct profile *profile, enum profile_register which);

/* Bytes an item takes as they are handled here: 1 to 7. */
int profile_size(const struct profile_entry *entry);
/* Modbus registers an item takes: 1 or 2. */
int profile_width(const struct profile_entry *entry);

/* The value of an item in base units from bytes that begin with it. 0, ERROR_TRUNCATED,
 * ERROR_BCD_DIGIT, ERROR_BCD_TIME, or ERROR_OUT_OF_RANGE (a float that is no number). */
int profile_decode(const struct profile_entry *entry, const uint8_t *bytes, size_t size,
                   int64_t *value);

/* The bytes of a value in base units, rounded towards minus infinity to the item's step (floats to
 * the nearest). Their number, or ERROR_OUT_OF_RANGE when the item cannot hold it. */
int profile_encode(const struct profile_entry *entry, int64_t value, uint8_t bytes[8]);

/* Is a state shown, by values of all items in base units? False too when the meter has none. */
bool profile_shows(const struct profile *profile, const int64_t values[PROFILE_REGISTER_COUNT],
                   enum profile_bit bit);

/* CAUSE_BITs of the raw `causes`, and the enum trip_cause of the raw `last_trip`. */
uint32_t profile_causes(const struct profile *profile, int64_t raw);
int profile_trip(const struct profile *profile, int64_t raw);

/* ---- Modbus requests ---------------------------------------------------------------------- */

/* The bytes, as described above, of a read's response: their number. */
int profile_response_bytes(const struct modbus_request *request,
                           const struct modbus_response *response,
                           uint8_t bytes[PROFILE_BLOCK_BYTES_MAX]);

/* 0, ERROR_OUT_OF_RANGE when the item cannot hold the value, ERROR_NOT_ALLOWED when it is read
 * only or missing. */
int profile_write_request(const struct profile *profile, enum profile_register which, int64_t value,
                          struct modbus_request *request);

/* A read of one item, which is there. */
void profile_read_request(const struct profile *profile, enum profile_register which,
                          struct modbus_request *request);

/* A read of one of the blocks. */
void profile_block_request(const struct profile *profile, int block,
                           struct modbus_request *request);

#endif
