#include "sim/platform/friendly.h"

#include "sim/kernel/time.h"

#define S_PER_DAY INT64_C(86400)

/* The end of the friendly day or hours that this second is in; the second itself when it is in none. */
static int64_t end_of_this(const struct friendly_hours *friendly, const struct holidays *holidays,
                           int64_t clock_s)
{
    struct civil_time civil = civil_from_seconds(clock_s);
    int64_t midnight = clock_s - clock_s % S_PER_DAY;
    int minute = civil.hour * 60 + civil.minute;
    bool weekend = civil.weekday == 0 || civil.weekday == 6;
    if ((friendly->weekends && weekend) || (friendly->holidays && holidays_have(holidays, clock_s)))
        return midnight + S_PER_DAY;
    int from = friendly->from_minute, until = friendly->until_minute;
    bool over_midnight = from > until;
    if (over_midnight && minute >= from)
        return midnight + S_PER_DAY + until * 60;
    bool within = over_midnight ? minute < until : minute >= from && minute < until;
    return within ? midnight + until * 60 : clock_s;
}

int64_t friendly_end(const struct friendly_hours *friendly, const struct holidays *holidays, int64_t clock_s)
{
    enum { STEPS_MAX = 2 * HOLIDAYS_MAX + 8 };
    for (int i = 0; i < STEPS_MAX; i++) {
        int64_t end = end_of_this(friendly, holidays, clock_s);
        if (end == clock_s)
            return end;
        clock_s = end;
    }
    return clock_s; /* every day is one: the trip would never come */
}
