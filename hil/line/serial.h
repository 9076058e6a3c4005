/*
 * A serial device or pseudo terminal, opened raw. Stamps are CLOCK_MONOTONIC, taken when a read
 * returns: a byte was on the line no later, and no earlier than `resolution_ns` before (adapters
 * hold bytes back).
 */
#ifndef METERBENCH_HIL_LINE_SERIAL_H
#define METERBENCH_HIL_LINE_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct serial_settings {
    int baud;
    char parity; /* 'N', 'E' or 'O' */
    int stop_bits;
};

struct serial {
    int fd; /* -1: closed; non-blocking */
    char path[96];
    int64_t resolution_ns;
};

/* CLOCK_MONOTONIC in ns. The one place in hil that reads the wall's clock. */
int64_t serial_clock_ns(void);

/* What added to serial_clock_ns gives ns since 1970, by the civil clock of now: for files that are
 * dated, and for stamps that the kernel makes by that clock, which may be set at any time. */
int64_t serial_epoch_ns(void);

/* Nanoseconds of one character on the line: start, 8 data, parity, stop bits. */
int64_t serial_character_ns(const struct serial_settings *settings);

/* 0, or ERROR_PORT with a message: missing, not allowed, in use, not a terminal, baud not
 * supported. */
int serial_open(struct serial *serial, const char *path, const struct serial_settings *settings,
                char *message, size_t size);

void serial_close(struct serial *serial);

/* Bytes read, 0 when there are none now, ERROR_PORT_LOST when the device went away. */
int serial_read(struct serial *serial, uint8_t *bytes, size_t capacity);

/* Everything or nothing of a short message. 0, ERROR_PORT_LOST. */
int serial_write(struct serial *serial, const uint8_t *bytes, size_t size);

#endif
