/*
 * One program at a time on a serial device. The lock is the kernel's (flock and TIOCEXCL): it dies
 * with its process, so it is never stale. Lock files of terminal programs (LCK..ttyUSB0) are
 * honoured while their process lives.
 *
 * A device may be held for a whole run, so that nobody takes it between two cases: whoever opens it
 * in this process meanwhile gets the held descriptor.
 */
#ifndef METERBENCH_HIL_LINE_PORT_LOCK_H
#define METERBENCH_HIL_LINE_PORT_LOCK_H

#include <stdbool.h>
#include <stddef.h>

/* Opens a device for reading and writing, non-blocking, and locks it. A descriptor, to be closed by
 * port_lock_close, or ERROR_PORT with a message: what is wrong, who has it, how to mend it. */
int port_lock_open(const char *path, char *message, size_t size);
void port_lock_close(int fd);

/* Holds a device until port_lock_release, which must be called as often. 0, or as above. */
int port_lock_hold(const char *path, char *message, size_t size);
void port_lock_release(const char *path);

/* Of a held device: the adapter's latency is left as it is, from the next opening on. */
void port_lock_keep_latency(const char *path, bool keep);
bool port_lock_keeps_latency(const char *path);

/* Has no line behind it: no parity, no speed of its own, no adapter. */
bool port_is_pseudo_terminal(int fd);

/* What is worth knowing although it hindered nobody: a lock file that a dead process left. Empty
 * when there is nothing. */
void port_lock_note(const char *path, char *note, size_t size);

#endif
