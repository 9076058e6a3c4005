/*
 * What the bench knows of a make of board: its registers with their scales, its command keys, its
 * status bits and how stale its status may be. A profile is a Lua table,
 * scenarios/boards/reference.lua for instance.
 */
#ifndef METERBENCH_HIL_PROFILE_H
#define METERBENCH_HIL_PROFILE_H

#include "hil/serial.h"
#include "sim/wire/modbus_pdu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(id, key in the file, unit of scaled values, required). Input registers are read only. */
#define PROFILE_REGISTERS(X)                                                                       \
    X(STATUS, "status", "", true)                                                                  \
    X(CAUSES, "causes", "", true)                                                                  \
    X(LAST_TRIP, "last_trip", "", true)                                                            \
    X(TRIPS, "trips", "", true)                                                                    \
    X(VOLTAGE, "voltage", "mV", true)                                                              \
    X(CURRENT, "current", "mA", true)                                                              \
    X(POWER, "power", "mW", true)                                                                  \
    X(RESIDUAL, "residual", "uA", true)                                                            \
    X(ENERGY, "energy", "mWh", true)                                                               \
    X(BALANCE, "balance", "1e-4 yuan", true)                                                       \
    X(CLOCK, "clock", "s", true)                                                                   \
    X(RESETS, "resets", "", false)                                                                 \
    X(VERSION, "version", "", false)                                                               \
    X(RESULT, "result", "", true)                                                                  \
    X(LAST_SEQUENCE, "last_sequence", "", true)                                                    \
    X(RATED_RESIDUAL, "rated_residual", "uA", true)                                                \
    X(OVERLOAD_LIMIT, "overload_limit", "mA", true)                                                \
    X(OVERLOAD_DELAY, "overload_delay", "ms", true)                                                \
    X(OVERLOAD_RECLOSE, "overload_reclose", "ms", true)                                            \
    X(OVERLOAD_RECLOSES_MAX, "overload_recloses_max", "", true)                                    \
    X(HOLDOFF_CURRENT, "holdoff_current", "mA", true)                                              \
    X(HOLDOFF_MAX, "holdoff_max", "ms", true)                                                      \
    X(HEAT_TRIP, "heat_trip", "mC", true)                                                          \
    X(SET_BALANCE, "set_balance", "1e-4 yuan", true)                                               \
    X(PRICE, "price", "1e-4 yuan/kWh", true)                                                       \
    X(OVERDRAFT, "overdraft", "1e-4 yuan", true)                                                   \
    X(CREDIT_MODE, "credit_mode", "", true)                                                        \
    X(SET_ENERGY, "set_energy", "mWh", true)                                                       \
    X(SET_CLOCK, "set_clock", "s", true)                                                           \
    X(SAFETY_RECLOSE, "safety_reclose", "ms", true)                                                \
    X(CONTROL, "control", "", true)                                                                \
    X(SEAL, "seal", "", true)

enum profile_register {
#define X(id, key, unit, required) PROFILE_##id,
    PROFILE_REGISTERS(X)
#undef X
        PROFILE_REGISTER_COUNT
};

/* X(id, key): the number of a bit in the status register */
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

/* X(id, key): what is written to the control register, with a sequence number behind it */
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

/* X(id, key): the value of the result register */
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

/* X(id, key): what the board has */
#define PROFILE_CAPABILITIES(X)                                                                    \
    X(RELAY, "relay")                                                                              \
    X(LEAKAGE, "leakage")                                                                          \
    X(CREDIT, "credit")                                                                            \
    X(CLOCK, "clock")                                                                              \
    X(SMOKE, "smoke")                                                                              \
    X(HEAT, "heat")

enum profile_capability {
#define X(id, key) PROFILE_CAN_##id,
    PROFILE_CAPABILITIES(X)
#undef X
        PROFILE_CAPABILITY_COUNT
};

enum profile_type { PROFILE_U16, PROFILE_S16, PROFILE_U32, PROFILE_S32 };

struct profile_entry {
    bool present;
    bool is_input; /* else holding */
    uint16_t address;
    enum profile_type type;
    int64_t scale; /* value in base units = raw x scale */
};

struct profile {
    char name[48];
    struct serial_settings serial;
    int slave;
    struct profile_entry registers[PROFILE_REGISTER_COUNT];
    int bits[PROFILE_BIT_COUNT];
    uint16_t commands[PROFILE_COMMAND_COUNT];
    uint16_t results[PROFILE_RESULT_COUNT];
    uint16_t seal_key;
    uint16_t block_first, block_count; /* input registers of one status poll */
    int64_t status_lag_ns;             /* how old what the status registers show may be */
    bool can[PROFILE_CAPABILITY_COUNT];
};

/* 0, or ERROR_PROFILE with a message that names file and field. */
int profile_read(const char *path, struct profile *profile, char *message, size_t size);

const char *profile_register_key(enum profile_register which);

/* Registers a value takes: 1 or 2. */
int profile_width(const struct profile_entry *entry);

/* A value of a status poll in base units. */
int64_t profile_value(const struct profile *profile, const struct modbus_response *block,
                      enum profile_register which);

/* The value of an entry from registers that begin with it. */
int64_t profile_decode(const struct profile_entry *entry, const uint16_t *values);

/* A write of a value in base units, rounded towards minus infinity to the register's step. 0, or
 * ERROR_OUT_OF_RANGE when the register cannot hold it. */
int profile_write_request(const struct profile *profile, enum profile_register which, int64_t value,
                          struct modbus_request *request);

/* A read of one value. */
void profile_read_request(const struct profile *profile, enum profile_register which,
                          struct modbus_request *request);

/* Is a bit set in a status word? */
bool profile_bit(const struct profile *profile, int64_t status, enum profile_bit bit);

#endif
