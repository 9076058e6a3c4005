/*
 * What stands on a serial port: the line's settings, the protocol, the meter's address, and which
 * known makes of meter show values that could be true. Only reads are sent.
 */
#ifndef METERBENCH_HIL_CHECK_PROBE_H
#define METERBENCH_HIL_CHECK_PROBE_H

#include "hil/line/serial.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { PROBE_MATCHES_MAX = 8 };

struct probe_match {
    char path[256]; /* of the profile */
    char name[48];
    char values[120]; /* "voltage 230.1 V, frequency 50.00 Hz" */
    int items;        /* that were read and could be true */
};

struct probe_result {
    bool found;
    bool dlt645;
    struct serial_settings line;
    int slave;          /* Modbus */
    char address[13];   /* DL/T 645 */
    size_t strange;     /* bytes that came and were no frame */
    int strange_baud;   /* at this speed */
    struct probe_match matches[PROBE_MATCHES_MAX]; /* best first */
    int match_count;
    char message[320]; /* why the port could not be used */
};

struct probe_options {
    bool all;             /* slaves 1 to 247 instead of 1 to 16 */
    const char *profiles; /* directory of profiles */
    const atomic_bool *interrupted;
    void (*trying)(void *user, const char *port, const struct serial_settings *line); /* or NULL */
    void *user;
};

/* 0, found or not; ERROR_PORT, ERROR_PORT_LOST, ERROR_INTERRUPTED with result->message. */
int probe_port(const char *port, const struct probe_options *options, struct probe_result *result);

#endif
