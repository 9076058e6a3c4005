/* The wall clock's pace: serial port and rack are watched until an absolute CLOCK_MONOTONIC
 * deadline. */
#ifndef METERBENCH_HIL_PACED_H
#define METERBENCH_HIL_PACED_H

#include "hil/pace.h"
#include "hil/serial.h"

/* Opens the port, and the rack's slcan adapter unless rack_path is empty. NULL with *error
 * ERROR_PORT, ERROR_RACK_LOST or ERROR_NO_MEMORY and a message. */
struct pace *paced_open(const char *port_path, const struct serial_settings *settings,
                        const char *rack_path, const struct pace_listener *listener, int *error,
                        char *message, size_t size);

#endif
