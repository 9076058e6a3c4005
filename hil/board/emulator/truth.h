/* The truth log: what really happened and when, one line an event, for tests and for doubters. */
#ifndef EMULATOR_TRUTH_H
#define EMULATOR_TRUTH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct truth {
    FILE *file; /* NULL: nothing is logged */
    uint32_t frequency_hz;
};

/* path may be NULL. False with errno set if the file cannot be written. */
bool truth_open(struct truth *truth, const char *path, uint32_t frequency_hz);

/* Writes "<cycle> <ns> <text>". */
void truth_event(struct truth *truth, int64_t cycle, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes "<ns> wall lag <ns>": how late the emulation was against the wall clock. */
void truth_wall_lag(struct truth *truth, int64_t now_ns, int64_t lag_ns);

/* False if something could not be written. */
bool truth_close(struct truth *truth);

#endif
