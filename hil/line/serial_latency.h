/*
 * How long a serial adapter may hold received bytes back. FTDI's chips wait for more until a timer
 * runs out, 16 ms unless told otherwise; the kernel's low-latency flag makes it 1 ms, and sysfs
 * shows it. Others have no such timer, a pseudo terminal has neither.
 */
#ifndef METERBENCH_HIL_LINE_SERIAL_LATENCY_H
#define METERBENCH_HIL_LINE_SERIAL_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets the flag, unless the device's latency is to be kept. How late a byte's stamp may be, ns. */
int64_t serial_latency_lower(int fd, bool keep);

/* What sysfs says of the timer of an open port, in ms; -1: it has none. */
int serial_latency_timer_ms(int fd);

/* In words, of a port whose timer was at before_ms: "latency timer 16 ms -> 1 ms". */
void serial_latency_describe(int fd, int before_ms, char *text, size_t size);

#endif
