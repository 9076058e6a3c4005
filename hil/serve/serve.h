/*
 * A building of virtual meters on a real wire: somebody's master asks, they answer as meters do. They run at
 * the wall clock's pace with their households behind them; the wire is a pseudo terminal, a serial port or TCP.
 *
 * Bytes leave no faster than the line's speed, also where the wire would be faster. When several meters answer
 * one request, as to the wildcard address, their bytes overlap on the bus and are garbled as there.
 */
#ifndef METERBENCH_HIL_SERVE_SERVE_H
#define METERBENCH_HIL_SERVE_SERVE_H

#include "hil/line/line_faults.h"
#include "hil/line/serial.h"
#include "hil/profile.h"
#include "sim/meter/port.h"
#include "sim/site.h"

#include <stdatomic.h>
#include <stdio.h>

enum serve_protocol { SERVE_DLT645, SERVE_MODBUS };

enum { SERVE_SPEED_MAX = 1000, SERVE_METERS_MAX = 247 };

struct serve_config {
    struct site_config site;
    enum serve_protocol protocol;
    const struct profile *profile; /* Modbus: how the meters are laid out */
    const char *port;  /* a serial device; NULL: */
    const char *tcp;   /* "127.0.0.1:PORT", 0: a free one; NULL too: a pseudo terminal of ours */
    struct serial_settings line;
    enum port_dialect dialect; /* DL/T 645: how relay control is answered */
    int preambles;     /* FE before a reply, 0 to 4 */
    int64_t delay_low_ns, delay_high_ns; /* from a request's last byte to its reply's first, drawn */
    int speed;         /* simulated seconds a second */
    int64_t for_ns;    /* wall time; 0: until interrupted */
    uint64_t seed;
    struct line_faults faults; /* of the wire, in both directions */
    const atomic_bool *interrupted;
    /* Told once: where the meters are. */
    void (*ready)(void *user, const char *where);
    /* A line of text from standard input, without its end. NULL: standard input is not read. */
    void (*words)(void *user, struct site *site, const char *line);
    /* A fact of a meter. NULL: nobody listens. */
    void (*fact)(void *user, const struct event *event);
    void *user;
};

/* What came and went; a request is a whole frame with a right checksum. */
struct serve_statistics {
    uint64_t bytes_in, bytes_out;
    uint64_t requests;   /* to any meter here, or to all */
    uint64_t foreign;    /* to a meter that is not here */
    uint64_t damaged;    /* frames refused for checksum or form */
    uint64_t noise;      /* bytes that belonged to none */
    uint64_t replies, refusals;
    uint64_t broadcasts; /* obeyed or not, never answered */
    uint64_t collisions; /* requests that more than one meter answered */
    uint64_t overrun;    /* bytes that nobody read */
    uint64_t faults[LINE_FAULT_KINDS]; /* of the line, that happened */
    char faults_text[80];
    int64_t simulated_ns;
};

struct serve_config serve_config_default(void);

/* Serves until time is over or somebody interrupts. 0, or ERROR_PORT, _PORT_LOST, _IO, _NO_MEMORY, _ENVELOPE_CRYPTO with
 * a message. The statistics are of what was served, whatever the result. */
int serve_run(const struct serve_config *config, struct serve_statistics *statistics, char *message,
              size_t size);

#endif
