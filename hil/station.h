/*
 * A board's place on the bench through a whole run: its ports are locked from the first case to
 * the end, what the run met is remembered, a port that went away is waited for, and at the end the
 * board is left as the bench file's `safe` says, which is read back.
 *
 * A file in the user's state directory says that a run is under way. One that is found at the
 * start, although nobody holds the port, is of a run that was killed: the board is brought to safe
 * first.
 */
#ifndef METERBENCH_HIL_STATION_H
#define METERBENCH_HIL_STATION_H

#include "hil/board.h"

struct station;

/* Of a board on a port. The specification and its strings must live as long. `interrupted` may be
 * NULL. NULL when there is no memory. */
struct station *station_new(const struct board_spec *spec, const atomic_bool *interrupted);

/*
 * Before each case. The first time: ports locked, the board found and, after a killed run, brought
 * to safe; `told` gets what reports should say. After a case that lost port or rack: waits until
 * they are back (`replug`). 0, or a negative error with a message; what will not mend itself is
 * told again at once, without another try.
 */
int station_ready(struct station *station, struct board_properties *told, char *message,
                  size_t size);

/* After each case: the error that the board ended with, or 0. */
void station_case_over(struct station *station, int error);

/* At the end of the run: the board left safe, ports free. 0, also when the run never began, or a
 * negative error: it was not left safe, and the message says why. Only the first call does it. */
int station_end(struct station *station, struct board_properties *told, char *message, size_t size);

void station_free(struct station *station);

#endif
