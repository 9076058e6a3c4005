/* The wall clock's pace: serial port and rack are watched until an absolute CLOCK_MONOTONIC
 * deadline. */
#ifndef METERBENCH_HIL_PACED_H
#define METERBENCH_HIL_PACED_H

#include "hil/line/serial.h"
#include "hil/pace.h"

/* Either may be missing: NULL or empty. */
struct paced_config {
    const char *port;
    struct serial_settings settings;
    const char *rack; /* device of an slcan adapter, or a SocketCAN interface (hil/rack/can_link.h) */
    int rack_bitrate; /* bit/s; 0: CAN_LINK_BITRATE */
};

/* Opens what the configuration names. NULL with *error ERROR_PORT, ERROR_RACK_LOST or
 * ERROR_NO_MEMORY and a message. */
struct pace *paced_open(const struct paced_config *config, const struct pace_listener *listener,
                        int *error, char *message, size_t size);

#endif
