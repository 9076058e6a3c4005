/* A note in the user's state directory that a run has a board in its hands; it outlives a run that
 * is killed. One file a port: $XDG_STATE_HOME/meterbench/dev_ttyUSB0. */
#ifndef METERBENCH_HIL_STATION_STATE_H
#define METERBENCH_HIL_STATION_STATE_H

#include <stdbool.h>

struct station_state {
    int found; /* contacts before the run: 1 closed, 0 open, -1 unknown or none */
    long pid;  /* of the run */
};

/* False when there is none, or none that can be understood. */
bool station_state_read(const char *port, struct station_state *state);
/* Writes it with the pid of this process, whole or not at all. */
bool station_state_write(const char *port, const struct station_state *state);
void station_state_forget(const char *port);

#endif
