/*
 * Packed decimal digits, low byte first, as DL/T 645-2007 carries every number: 0x26 0x01 is 126.
 *
 * Money and energy stay integers from the wire to the account. A nibble above 9 is an error that
 * names its byte, never a number.
 */
#ifndef METERBENCH_SIM_WIRE_BCD_H
#define METERBENCH_SIM_WIRE_BCD_H

#include <stddef.h>
#include <stdint.h>

/* Longest number: 16 digits. */
#define BCD_SIZE_MAX 8

/*
 * Reads `size` bytes (1..BCD_SIZE_MAX) as one unsigned number.
 * 0, ERROR_INVALID_ARGUMENT for another size, or ERROR_BCD_DIGIT with the index of the first bad
 * byte in *error_offset (which may be NULL). *value is written on success only.
 */
int bcd_read_unsigned(const uint8_t *bytes, size_t size, uint64_t *value, size_t *error_offset);

/*
 * As above, with the sign in the top bit of the last byte (1 = negative), so that the top digit
 * runs to 7 only. Negative zero reads as zero.
 */
int bcd_read_signed(const uint8_t *bytes, size_t size, int64_t *value, size_t *error_offset);

/* Writes all `size` bytes. 0, ERROR_INVALID_ARGUMENT, or ERROR_OUT_OF_RANGE and nothing written. */
int bcd_write_unsigned(uint64_t value, uint8_t *bytes, size_t size);

/* As above, with the sign in the top bit: ERROR_OUT_OF_RANGE if the top digit would exceed 7. */
int bcd_write_signed(int64_t value, uint8_t *bytes, size_t size);

#endif
