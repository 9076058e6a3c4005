/* The meter's seconds since 2000-01-01 00:00 as the date and time that DL/T 645 shows. */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* Every field BCD, in the order in which DL/T 645 sends them. */
struct date {
    uint8_t second, minute, hour, weekday, day, month, year; /* weekday 0 is Sunday */
};

void calendar_date(uint32_t clock_s, struct date *date);

/* False for what is no date. The weekday is not looked at. Years are 2000 to 2099. */
bool calendar_seconds(const struct date *date, uint32_t *clock_s);

uint8_t bcd_of(uint8_t value);            /* below 100 */
bool bcd_value(uint8_t bcd, uint8_t *value); /* false for a digit above 9 */

#endif
