#include "sim/meter/limits.h"

#include "sim/error.h"
#include "sim/meter/internal.h"

#include <string.h>

enum { MINUTES_A_DAY = 1440, SECONDS_A_MINUTE = 60, POWER_ALL = 100, ALL_MONTHS = 0x0fff };

const char *limits_complaint(const struct limit_schedule *schedule)
{
    if (schedule->window_count > LIMITS_WINDOWS_MAX)
        return "at most 4 windows a day";
    if (schedule->months & ~ALL_MONTHS)
        return "months are 1 to 12";
    for (int i = 0; i < schedule->window_count; i++)
        if (schedule->windows[i].from_min >= MINUTES_A_DAY || schedule->windows[i].to_min > MINUTES_A_DAY)
            return "a window begins and ends within the day";
    for (int i = 0; i < MANAGED_APPLIANCES; i++) {
        const struct limit_rule *rule = &schedule->rules[i];
        if (rule->power_percent > POWER_ALL)
            return "power is from 0 to 100 %";
        if (rule->off_min > 0 && rule->on_min == 0)
            return "what is off for a time is on for a time";
    }
    return NULL;
}

/* Minutes of a window, which may go over midnight. */
static int length_of(const struct limit_window *window)
{
    int length = window->to_min - window->from_min;
    return length > 0 ? length : length + MINUTES_A_DAY;
}

/* Minutes from `a` forward to `b`, 0 to 1439. */
static int forward(int a, int b)
{
    return (b - a + MINUTES_A_DAY) % MINUTES_A_DAY;
}

static void keep_earlier(int *wait, int candidate)
{
    if (candidate > 0 && candidate < *wait)
        *wait = candidate;
}

/* In a window `since` minutes old: is the rule's limited turn on? */
static bool limited_turn(const struct limit_rule *rule, int since, int phase_min, int *wait)
{
    if (rule->off_min == 0)
        return true;
    int period = rule->off_min + rule->on_min;
    int place = (since + period - phase_min % period) % period;
    bool limited = place < rule->off_min;
    keep_earlier(wait, limited ? rule->off_min - place : period - place);
    return limited;
}

/* With this meter's share of the spread, which scatters neighbours: 31 has no factor in common with round numbers. */
static int spread_length(const struct limit_window *window, const struct limit_rule *rule, int phase_min)
{
    enum { SCATTER = 31 };
    int later = rule->spread_min > 0 ? phase_min * SCATTER % rule->spread_min : 0;
    int length = length_of(window) + later;
    return length < MINUTES_A_DAY ? length : MINUTES_A_DAY;
}

static struct managed_limit limit_by(const struct limit_schedule *schedule, const struct limit_rule *rule, int minute,
                                     int phase_min, int *wait)
{
    struct managed_limit limit = MANAGED_NO_LIMIT;
    for (int i = 0; i < schedule->window_count; i++) {
        const struct limit_window *window = &schedule->windows[i];
        int since = forward(window->from_min, minute), until = forward(minute, window->from_min);
        int length = spread_length(window, rule, phase_min);
        if (since < length) {
            keep_earlier(wait, length - since);
            if (!limited_turn(rule, since, phase_min, wait))
                return MANAGED_NO_LIMIT;
            return (struct managed_limit){(uint16_t)(rule->power_percent * 10), (int16_t)(rule->relaxed_dk * 10)};
        }
        keep_earlier(wait, until);
        keep_earlier(wait, until - rule->ahead_min);
        if (rule->ahead_dk > 0 && until <= rule->ahead_min)
            limit.relaxed_ck = (int16_t)(-rule->ahead_dk * 10);
    }
    return limit;
}

int64_t limits_at(const struct limit_schedule *schedule, int64_t clock_s, int phase_min,
                  struct managed_limit limits[MANAGED_APPLIANCES])
{
    struct civil_time civil = civil_from_seconds(clock_s);
    int minute = civil.hour * 60 + civil.minute;
    int wait = MINUTES_A_DAY - minute; /* a new day may be in another month */
    bool season = schedule->months >> (civil.month - 1) & 1;
    for (int i = 0; i < MANAGED_APPLIANCES; i++)
        limits[i] = season ? limit_by(schedule, &schedule->rules[i], minute, phase_min, &wait) : MANAGED_NO_LIMIT;
    return clock_s - civil.second + (int64_t)wait * SECONDS_A_MINUTE;
}

/* ---- the wire --------------------------------------------------------------------------------- */

static uint8_t *put_two(uint8_t *at, unsigned number)
{
    at[0] = (uint8_t)(number & 0xff);
    at[1] = (uint8_t)(number >> 8);
    return at + 2;
}

static uint16_t two_at(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

int limits_write(const struct limit_schedule *schedule, uint8_t *value, size_t capacity)
{
    uint8_t *at = value;
    if (capacity < LIMITS_WIRE_SIZE)
        return ERROR_OUT_OF_RANGE;
    memset(value, 0, LIMITS_WIRE_SIZE);
    for (int i = 0; i < MANAGED_APPLIANCES; i++) {
        const struct limit_rule *rule = &schedule->rules[i];
        const uint8_t bytes[] = {rule->power_percent, rule->relaxed_dk, rule->ahead_dk,
                                 rule->ahead_min,     rule->off_min,    rule->on_min,
                                 rule->spread_min};
        memcpy(at, bytes, sizeof bytes);
        at += sizeof bytes;
    }
    at = put_two(at, schedule->months);
    *at++ = schedule->window_count;
    for (int i = 0; i < schedule->window_count; i++)
        at = put_two(put_two(at, schedule->windows[i].from_min), schedule->windows[i].to_min);
    return LIMITS_WIRE_SIZE;
}

int limits_parse(const uint8_t *value, size_t size, struct limit_schedule *schedule)
{
    const uint8_t *at = value;
    memset(schedule, 0, sizeof *schedule);
    if (size != LIMITS_WIRE_SIZE)
        return ERROR_INVALID_ARGUMENT;
    for (int i = 0; i < MANAGED_APPLIANCES; i++, at += 7)
        schedule->rules[i] = (struct limit_rule){at[0], at[1], at[2], at[3], at[4], at[5], at[6]};
    schedule->months = two_at(at);
    schedule->window_count = at[2];
    at += 3;
    for (int i = 0; i < schedule->window_count && i < LIMITS_WINDOWS_MAX; i++, at += 4)
        schedule->windows[i] = (struct limit_window){two_at(at), two_at(at + 2)};
    return limits_complaint(schedule) ? ERROR_INVALID_ARGUMENT : 0;
}

/* ---- the meter -------------------------------------------------------------------------------- */

void limits_follow(struct meter *meter, int64_t now)
{
    struct meter_limits *own = meter->limits;
    if (!own || !meter->controller.status.powered)
        return;
    struct limit_schedule schedule = own->schedule;
    if (own->all_day && schedule.window_count > 0) {
        schedule.window_count = 1;
        schedule.windows[0] = (struct limit_window){0, 0};
    }
    struct managed_limit limits[MANAGED_APPLIANCES];
    int64_t clock_s = meter_clock_s(meter, now);
    int64_t next_s = limits_at(&schedule, clock_s, (int)(meter->events.flat % MINUTES_A_DAY), limits);
    if (memcmp(limits, own->now, sizeof limits) != 0) {
        memcpy(own->now, limits, sizeof limits);
        own->changed = true;
        event_put(&meter->events, now, EVENT_APPLIANCES_LIMITED, limits[MANAGED_AIR].power_permille,
                  limits[MANAGED_WATER].power_permille);
    }
    if (schedule.window_count > 0)
        timer_arm(&meter->timers, METER_TIMER_LIMITS,
                  rtc_when(&meter->memory.rtc, now, (next_s - meter->config->epoch_s) * NS_PER_S));
    else
        timer_cancel(&meter->timers, METER_TIMER_LIMITS);
}
