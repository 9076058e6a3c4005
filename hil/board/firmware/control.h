/* Commands from the link, and the key button. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stdint.h>

/* Results of input register 20. */
enum {
    RESULT_NONE,
    RESULT_EXECUTED,
    RESULT_REFUSED_KEEP_POWER,
    RESULT_REFUSED_CAUSE,
    RESULT_HELD,
    RESULT_SEQUENCE_NOT_NEW,
    RESULT_UNKNOWN_KEY
};

/* Obeys or refuses one command; returns its result, which also stands in register 20. */
uint8_t control_command(uint16_t key, uint16_t sequence);

/* Every ten milliseconds: the key button, held for 3 s, closes if closing is permitted. */
void control_key_tick(void);

/* Drives the alarm output; true if it is on. */
bool control_alarm(void);

#endif
