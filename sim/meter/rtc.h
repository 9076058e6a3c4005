/*
 * A meter's clock, which can be wrong: a linear drift (its crystal's tolerance), a periodic one (temperature), steps
 * (faults, settings). The shapes are those of a simulated cluster's clocks in TigerBeetle; integers only.
 *
 * A reading is in ns since time zero of the run, so a perfect clock reads `now`. The owner adds the calendar.
 */
#ifndef METERBENCH_SIM_METER_RTC_H
#define METERBENCH_SIM_METER_RTC_H

#include <stdbool.h>
#include <stdint.h>

enum {
    RTC_DRIFT_PPB_MAX = 100000000, /* 10 %: beyond it a clock is broken, not wrong */
    RTC_SWING_MS_MAX = 60000,
    RTC_BROADCAST_STEP_MAX_S = 300, /* DL/T 645-2007, broadcast time: at most 5 min, */
    RTC_BROADCAST_GUARD_S = 300,    /* not near midnight, where a day would come twice or not at all, */
                                    /* once a day */
};

/* 24 bytes. A zeroed one is a perfect clock. */
struct rtc {
    int64_t offset_ns;       /* of its reading over the run's time, without drift and swing */
    int32_t drift_ppb;       /* positive: it gains */
    uint16_t swing_ms;       /* amplitude of the periodic deviation */
    uint16_t swing_period_h; /* 24: of a day; 0: no swing */
    uint16_t broadcast_day;  /* by itself, days since 2000, plus 1: of the last broadcast it followed; 0: none */
};

/* What the clock reads at a simulated time. It goes forwards while nobody sets it (its parts are rounded to 1 ns each). */
int64_t rtc_read(const struct rtc *rtc, int64_t now);

/* The first simulated time, not before `now`, at which it reads `reading_ns` or more; a few ns late at most, for its
 * parts are rounded. */
int64_t rtc_when(const struct rtc *rtc, int64_t now, int64_t reading_ns);

/* Set it to a reading: a write, a fault, a battery that failed. */
void rtc_set(struct rtc *rtc, int64_t now, int64_t reading_ns);

/* Change its drift or swing from now on; the reading goes on without a step. Out of range is the caller's mistake. */
void rtc_set_drift(struct rtc *rtc, int64_t now, int32_t drift_ppb);
void rtc_set_swing(struct rtc *rtc, int64_t now, uint16_t swing_ms, uint16_t swing_period_h);

/* A broadcast tells the calendar second `told_s` (since 2000; the run began at `epoch_s`). True when the clock
 * followed: within 5 min of its own time, the first of its day, neither time within 5 min of midnight. */
bool rtc_broadcast(struct rtc *rtc, int64_t now, int64_t epoch_s, int64_t told_s);

#endif
