/*
 * Reads the tables of frames beside this file: one frame a line, columns divided by '|', lines that
 * begin with '#' are remarks.
 */
#ifndef METERBENCH_TESTS_FRAMES_H
#define METERBENCH_TESTS_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define FRAMES_COLUMN_MAX 5
#define FRAMES_BYTES_MAX 2048

struct frames_table;

/* Reads a table of this directory by its file name, or by a path. Ends the program if it cannot. */
struct frames_table *frames_open(const char *name);

void frames_close(struct frames_table *table);

size_t frames_count(const struct frames_table *table);

/* Column 0.. of a line without surrounding blanks; "" if the line has fewer. */
const char *frames_text(const struct frames_table *table, size_t line, size_t column);

/* The same column as hexadecimal bytes. Returns their number; ends the program if they are none. */
size_t frames_bytes(const struct frames_table *table, size_t line, size_t column,
                    uint8_t bytes[FRAMES_BYTES_MAX]);

/* Hexadecimal text, blanks allowed between bytes. Returns the bytes written, or -1. */
int frames_parse_hex(const char *text, uint8_t *bytes, size_t capacity);

#endif
