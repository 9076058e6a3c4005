/*
 * Time in meterbench is int64_t nanoseconds. Simulated time counts from the start of a run; a site says
 * which calendar second that was. Calendar arithmetic is the proleptic Gregorian calendar without leap
 * seconds or time zones: the meter's local time.
 */
#ifndef METERBENCH_SIM_KERNEL_TIME_H
#define METERBENCH_SIM_KERNEL_TIME_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_HOUR (60 * NS_PER_MIN)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* "Never": later than every time that is compared with it. */
#define TIME_NEVER INT64_MAX

/* A wall-calendar instant; month and day count from 1, weekday from 0 = Sunday. */
struct civil_time {
    int year, month, day, hour, minute, second, weekday;
};

/* Seconds since 2000-01-01 00:00:00 to a civil time. */
struct civil_time civil_from_seconds(int64_t seconds_since_2000);

/* The inverse; fields out of range are the caller's mistake (weekday is not read). */
int64_t civil_to_seconds(const struct civil_time *civil);

/* "2026-07-15 18:00" or "2026-07-15 18:00:30" to seconds since 2000. 0, or ERROR_INVALID_ARGUMENT. */
int civil_parse(const char *text, int64_t *seconds_since_2000);

/* "250ms", "5 s", "1.5 h", "2 days": a non-negative duration with its unit (ns us ms s min h day[s]).
 * 0, or ERROR_INVALID_ARGUMENT when the unit is missing or unknown or the value does not fit. */
int duration_parse(const char *text, int64_t *ns);

/* The shortest form, to the nearest millisecond (below 1 ms: microsecond), as in "0.842 s" or "10 min"; `out` holds `size` bytes. */
void duration_format(int64_t ns, char *out, size_t size);

#endif
