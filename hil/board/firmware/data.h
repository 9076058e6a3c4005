/*
 * The data identifiers of DL/T 645-2007 that this meter has: its values in BCD, its settings, its
 * records, and the two vendor blocks. docs/board.md has the table.
 */
#ifndef DATA_H
#define DATA_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of the error byte. */
enum { ERR_OTHER = 1 << 0, ERR_NO_DATA = 1 << 1, ERR_PASSWORD = 1 << 2, ERR_BAUD = 1 << 3 };

/* Takes `room` bytes from a stream after skipping some; `more` tells that not all fitted. */
struct window {
    uint8_t *at;
    uint16_t skip;
    uint8_t room;
    uint8_t taken;
    bool more;
};

/* False if there is no such data to read. */
bool data_read(uint32_t di, struct window *window);

/* Level 02 or 04, which a write needs; 0 if it cannot be written. */
uint8_t data_write_level(uint32_t di);

/* After the password was checked. 0, or bits of the error byte. */
uint8_t data_write(uint32_t di, const uint8_t *bytes, uint8_t length);

#endif
