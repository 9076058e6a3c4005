/*
 * EEPROM. Each record has two slots, a counter and a CRC: a save goes to the older slot, so a cut
 * in the middle of one leaves the other. A byte takes 3.4 ms to program, so saving runs in the
 * background, one byte at a time, and never holds up protection. The state goes before all else:
 * it is what a power cut must not lose.
 */
#ifndef STORAGE_H
#define STORAGE_H

#include <stdbool.h>

/* Loads settings and state. Returns whether a valid state was found. */
bool storage_load(void);

/* Ask for a save; it starts again from the newest values if one is under way. */
void storage_save_state(void);
void storage_save_settings(void);
void storage_save_line(void);
void storage_save_events(void);

/* Call often: programs the next byte if the EEPROM is ready. */
void storage_run(void);

#endif
