/* A note in the user's state directory that a run has a board in its hands; it outlives a run that
 * is killed. One file a port: $XDG_STATE_HOME/meterbench/dev_ttyUSB0. */
#ifndef METERBENCH_HIL_STATION_STATE_H
#define METERBENCH_HIL_STATION_STATE_H

#include <stdbool.h>

enum { STATION_STATE_PATH = 700 };

struct station_state {
    int found; /* contacts before the run: 1 closed, 0 open, -1 unknown or none */
    long pid;  /* of the run */
    char file[STATION_STATE_PATH]; /* where it is kept, "" nowhere */
};

/* False when there is none, or none that can be understood. */
bool station_state_read(const char *port, struct station_state *state);
/* Writes it with the pid of this process, whole or not at all. It moves when the port's name leads
 * to another device than it did, as after an adapter was plugged in again. */
bool station_state_write(const char *port, struct station_state *state);
void station_state_forget(struct station_state *state);

#endif
