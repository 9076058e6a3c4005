#include "calendar.h"

#define DAY_S 86400UL
#define SATURDAY 6 /* 2000-01-01 */

uint8_t bcd_of(uint8_t value)
{
    return (uint8_t)(value / 10 << 4 | value % 10);
}

bool bcd_value(uint8_t bcd, uint8_t *value)
{
    *value = (uint8_t)((bcd >> 4) * 10 + (bcd & 15));
    return (bcd & 15) < 10 && bcd >> 4 < 10;
}

static uint16_t year_days(uint8_t year)
{
    return year % 4 ? 365 : 366;
}

static uint8_t month_days(uint8_t year, uint8_t month)
{
    if (month == 2)
        return year % 4 ? 28 : 29;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

void calendar_date(uint32_t clock_s, struct date *date)
{
    uint16_t days = (uint16_t)(clock_s / DAY_S);
    uint32_t rest_s = clock_s % DAY_S;
    uint8_t year = 0, month = 1;

    date->weekday = (uint8_t)((SATURDAY + days) % 7);
    for (; days >= year_days(year); year++)
        days = (uint16_t)(days - year_days(year));
    for (; days >= month_days(year, month); month++)
        days = (uint16_t)(days - month_days(year, month));
    date->year = bcd_of(year % 100);
    date->month = bcd_of(month);
    date->day = bcd_of((uint8_t)(days + 1));
    date->hour = bcd_of((uint8_t)(rest_s / 3600));
    date->minute = bcd_of((uint8_t)(rest_s / 60 % 60));
    date->second = bcd_of((uint8_t)(rest_s % 60));
}

bool calendar_seconds(const struct date *date, uint32_t *clock_s)
{
    uint8_t second, minute, hour, day, month, year;
    uint16_t days;
    uint8_t i;
    bool digits = bcd_value(date->second, &second) & bcd_value(date->minute, &minute) &
                  bcd_value(date->hour, &hour) & bcd_value(date->day, &day) &
                  bcd_value(date->month, &month) & bcd_value(date->year, &year);

    if (!digits || second > 59 || minute > 59 || hour > 23 || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month))
        return false;
    days = (uint16_t)(day - 1);
    for (i = 0; i < year; i++)
        days = (uint16_t)(days + year_days(i));
    for (i = 1; i < month; i++)
        days = (uint16_t)(days + month_days(year, i));
    *clock_s = days * DAY_S + hour * 3600UL + minute * 60UL + second;
    return true;
}
