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

/* The same for a door without sequence numbers; operator_code goes to the event's record. */
uint8_t control_order(uint16_t key, uint32_t operator_code);

/*
 * Trips for so many minutes; then closes by itself, or permits it. Any later order to trip, permit
 * or close ends the waiting.
 */
uint8_t control_trip_for(uint16_t minutes, bool then_permits, uint32_t operator_code);

/* Every minute. */
void control_minute(void);

/* Every ten milliseconds: the key button, held for 3 s, closes if closing is permitted. */
void control_key_tick(void);

/* Drives the alarm output; true if it is on. */
bool control_alarm(void);

#endif
