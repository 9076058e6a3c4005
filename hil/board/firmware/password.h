/* Levels of authority of DL/T 645: 02 may do everything, 04 orders and ordinary parameters. */
#ifndef PASSWORD_H
#define PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#define LEVEL_PROGRAM 2
#define LEVEL_ORDINARY 4

/*
 * pa is a level and its password, low byte first. Whether it is right and has the authority of
 * `needed`. Three wrong ones in a row lock the level for 24 hours of supply.
 */
bool password_opens(const uint8_t pa[4], uint8_t needed);

/* The same pa as a new password; false for a level that has none. */
bool password_change(const uint8_t pa[4]);

/* Every minute. */
void password_minute(void);

#endif
