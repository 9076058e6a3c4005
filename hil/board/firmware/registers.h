/* The Modbus register map: what is where, in which range, and under which seal. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#define INPUT_REGISTERS 24
#define CONTROL_REGISTER 32

/* Modbus exception codes; 0 is none. */
enum {
    MODBUS_OK = 0,
    MODBUS_FUNCTION = 1,
    MODBUS_ADDRESS = 2,
    MODBUS_VALUE = 3,
    MODBUS_STATE = 4
};

void registers_defaults(void);

uint16_t registers_input(uint8_t address);

/* Whether count holding registers from address on exist and can be read. */
bool registers_readable(uint16_t address, uint16_t count);
uint16_t registers_holding(uint16_t address);

/*
 * Writes count registers from address on, from big-endian bytes: all of them or none. Returns an
 * exception code. A 32-bit value must be written whole.
 */
uint8_t registers_write(uint16_t address, uint16_t count, const uint8_t *bytes);

/*
 * A whole value by its first register, for a door that has a seal of its own. The width is in
 * registers, 0 where no value begins; setting one returns an exception code.
 */
uint8_t registers_width(uint16_t address);
uint32_t registers_value(uint16_t address);
uint8_t registers_set(uint16_t address, uint32_t value);

#endif
