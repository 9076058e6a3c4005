#include "sim/meter/rtc.h"

#include "sim/kernel/time.h"

#include <assert.h>
#include <stdlib.h>

#define PPB INT64_C(1000000000)
#define S_PER_DAY INT64_C(86400)
enum { APPROACHES_MAX = 64 };

/* a * b / divisor, rounded down; the product may be wider than 64 bits. */
static int64_t scaled(int64_t a, int64_t b, int64_t divisor)
{
    __extension__ __int128 product = (__int128)a * b;
    int64_t quotient = (int64_t)(product / divisor);
    return product % divisor < 0 ? quotient - 1 : quotient;
}

/* Two parabolas for a period, as near to a sine as a clock's temperature is (within 6 % of the
 * amplitude). */
static int64_t swing_ns(const struct rtc *rtc, int64_t now)
{
    if (rtc->swing_period_h == 0)
        return 0;
    int64_t half_ns = rtc->swing_period_h * NS_PER_HOUR / 2;
    int64_t phase_ns = now % (2 * half_ns);
    int64_t in_half_ns = phase_ns % half_ns;
    int64_t area =
        scaled(in_half_ns, half_ns - in_half_ns, half_ns); /* a quarter of half_ns at its height */
    int64_t height_ns = scaled(area, 4 * rtc->swing_ms * NS_PER_MS, half_ns);
    return phase_ns < half_ns ? height_ns : -height_ns;
}

int64_t rtc_read(const struct rtc *rtc, int64_t now)
{
    int64_t drift_ns = rtc->drift_ppb != 0 ? scaled(now, rtc->drift_ppb, PPB) : 0;
    return now + rtc->offset_ns + drift_ns + swing_ns(rtc, now);
}

int64_t rtc_when(const struct rtc *rtc, int64_t now, int64_t reading_ns)
{
    int64_t at = now;
    for (int i = 0; i < APPROACHES_MAX;
         i++) { /* the swing bends the line a little: a few approaches do */
        int64_t step = scaled(reading_ns - rtc_read(rtc, at), PPB, PPB + rtc->drift_ppb);
        if (step == 0)
            break;
        at += step;
    }
    if (at < now)
        return now;
    while (rtc_read(rtc, at) < reading_ns)
        at++;
    return at;
}

void rtc_set(struct rtc *rtc, int64_t now, int64_t reading_ns)
{
    rtc->offset_ns += reading_ns - rtc_read(rtc, now);
}

void rtc_set_drift(struct rtc *rtc, int64_t now, int32_t drift_ppb)
{
    assert(abs(drift_ppb) <= RTC_DRIFT_PPB_MAX);
    int64_t reading_ns = rtc_read(rtc, now);
    rtc->drift_ppb = drift_ppb;
    rtc_set(rtc, now, reading_ns);
}

void rtc_set_swing(struct rtc *rtc, int64_t now, uint16_t swing_ms, uint16_t swing_period_h)
{
    assert(swing_ms <= RTC_SWING_MS_MAX);
    int64_t reading_ns = rtc_read(rtc, now);
    rtc->swing_ms = swing_ms;
    rtc->swing_period_h = swing_period_h;
    rtc_set(rtc, now, reading_ns);
}

static bool near_midnight(int64_t clock_s)
{
    int64_t of_day = clock_s % S_PER_DAY;
    return of_day < RTC_BROADCAST_GUARD_S || of_day > S_PER_DAY - RTC_BROADCAST_GUARD_S;
}

bool rtc_broadcast(struct rtc *rtc, int64_t now, int64_t epoch_s, int64_t told_s)
{
    int64_t told_ns = (told_s - epoch_s) * NS_PER_S;
    int64_t own_ns = rtc_read(rtc, now);
    int64_t own_s = epoch_s + scaled(own_ns, 1, NS_PER_S);
    uint16_t day = (uint16_t)(own_s / S_PER_DAY + 1);
    if (llabs(told_ns - own_ns) > RTC_BROADCAST_STEP_MAX_S * NS_PER_S || rtc->broadcast_day == day)
        return false;
    if (near_midnight(own_s) || near_midnight(told_s))
        return false;
    rtc_set(rtc, now, told_ns);
    rtc->broadcast_day = day;
    return true;
}
