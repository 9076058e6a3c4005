#include "sim/kernel/time.h"

#include "sim/error.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Days since 1970-01-01 by counting in 400-year eras that start in March, so that the leap day is last. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

enum { DAYS_1970_TO_2000 = 10957 };

struct civil_time civil_from_seconds(int64_t seconds)
{
    int64_t days = seconds / 86400;
    int64_t rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t shifted = days + DAYS_1970_TO_2000 + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    int64_t weekday = (days + 6) % 7; /* 2000-01-01 was a Saturday */
    return (struct civil_time){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
        .weekday = (int)(weekday < 0 ? weekday + 7 : weekday),
    };
}

int64_t civil_to_seconds(const struct civil_time *civil)
{
    assert(civil->month >= 1 && civil->month <= 12);
    int64_t days = days_from_civil(civil->year, civil->month, civil->day) - DAYS_1970_TO_2000;
    return days * 86400 + civil->hour * 3600 + civil->minute * 60 + civil->second;
}

int civil_parse(const char *text, int64_t *seconds_since_2000)
{
    struct civil_time civil = {.second = 0};
    int used = 0;
    int fields = sscanf(text, "%4d-%2d-%2d %2d:%2d%n:%2d%n", &civil.year, &civil.month, &civil.day,
                        &civil.hour, &civil.minute, &used, &civil.second, &used);
    bool valid = fields >= 5 && text[used] == '\0' && civil.year >= 1970 && civil.month >= 1 &&
                 civil.month <= 12 && civil.day >= 1 && civil.day <= 31 && civil.hour >= 0 &&
                 civil.hour < 24 && civil.minute >= 0 && civil.minute < 60 && civil.second >= 0 &&
                 civil.second < 60;
    if (!valid)
        return ERROR_INVALID_ARGUMENT;
    int64_t seconds = civil_to_seconds(&civil);
    if (civil_from_seconds(seconds).day != civil.day) /* 31 April, 29 February of a common year */
        return ERROR_INVALID_ARGUMENT;
    *seconds_since_2000 = seconds;
    return 0;
}

static const struct {
    const char *name;
    int64_t ns;
} units[] = {
    {"ns", 1},
    {"us", NS_PER_US},
    {"ms", NS_PER_MS},
    {"s", NS_PER_S},
    {"min", NS_PER_MIN},
    {"h", NS_PER_HOUR},
    {"day", NS_PER_DAY},
    {"days", NS_PER_DAY},
};

static int64_t unit_ns(const char *name)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, name) == 0)
            return units[i].ns;
    return 0;
}

int duration_parse(const char *text, int64_t *ns)
{
    int64_t whole = 0, fraction = 0, fraction_scale = 1;
    const char *p = text;
    if (!isdigit((unsigned char)*p))
        return ERROR_INVALID_ARGUMENT;
    for (; isdigit((unsigned char)*p); p++) {
        if (whole > INT64_MAX / 10 - 1)
            return ERROR_INVALID_ARGUMENT;
        whole = whole * 10 + (*p - '0');
    }
    if (*p == '.') {
        for (p++; isdigit((unsigned char)*p); p++) {
            if (fraction_scale >= INT64_C(1000000000))
                return ERROR_INVALID_ARGUMENT;
            fraction = fraction * 10 + (*p - '0');
            fraction_scale *= 10;
        }
    }
    while (*p == ' ')
        p++;
    int64_t unit = unit_ns(p);
    int64_t scaled, result;
    if (unit == 0 || __builtin_mul_overflow(whole, unit, &scaled))
        return ERROR_INVALID_ARGUMENT;
    __extension__ typedef __int128 wide;
    int64_t part = (int64_t)((wide)fraction * unit / fraction_scale);
    if (__builtin_add_overflow(scaled, part, &result))
        return ERROR_INVALID_ARGUMENT;
    *ns = result;
    return 0;
}

void duration_format(int64_t ns, char *out, size_t size)
{
    bool negative = ns < 0;
    int64_t magnitude = negative ? -ns : ns;
    if (magnitude >= NS_PER_MS) /* to the nearest millisecond */
        magnitude = (magnitude + NS_PER_MS / 2) / NS_PER_MS * NS_PER_MS;
    const char *sign = negative ? "-" : "";
    if (magnitude >= NS_PER_DAY && magnitude % NS_PER_HOUR == 0 && magnitude % NS_PER_DAY == 0)
        snprintf(out, size, "%s%lld day%s", sign, (long long)(magnitude / NS_PER_DAY),
                 magnitude == NS_PER_DAY ? "" : "s");
    else if (magnitude >= NS_PER_HOUR && magnitude % NS_PER_HOUR == 0)
        snprintf(out, size, "%s%lld h", sign, (long long)(magnitude / NS_PER_HOUR));
    else if (magnitude >= NS_PER_MIN && magnitude % NS_PER_MIN == 0)
        snprintf(out, size, "%s%lld min", sign, (long long)(magnitude / NS_PER_MIN));
    else if (magnitude % NS_PER_S == 0)
        snprintf(out, size, "%s%lld s", sign, (long long)(magnitude / NS_PER_S));
    else if (magnitude < NS_PER_MS)
        snprintf(out, size, "%s%lld.%03lld ms", sign, (long long)(magnitude / NS_PER_MS),
                 (long long)(magnitude % NS_PER_MS / NS_PER_US));
    else
        snprintf(out, size, "%s%lld.%03lld s", sign, (long long)(magnitude / NS_PER_S),
                 (long long)(magnitude % NS_PER_S / NS_PER_MS));
}
