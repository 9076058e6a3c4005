#include "scenarios/runner/verdict.h"

#include "sim/kernel/time.h"

#include <stdio.h>

struct instant instant_of_event(const struct event *event)
{
    return (struct instant){
        .at = event->at,
        .within = {event->earliest, event->latest},
        .stamp_ns = event->stamp_ns,
        .evidence = (enum evidence)event->evidence,
    };
}

struct instant instant_exactly(int64_t at)
{
    return (struct instant){at, {at, at}, EVENT_NO_STAMP, EVIDENCE_MODEL};
}

struct interval interval_between(const struct instant *cause, const struct instant *effect,
                                 int64_t stamp_error_ns)
{
    if (cause->stamp_ns != EVENT_NO_STAMP && effect->stamp_ns != EVENT_NO_STAMP) {
        int64_t difference = effect->stamp_ns - cause->stamp_ns;
        return (struct interval){difference - stamp_error_ns, difference + stamp_error_ns};
    }
    return (struct interval){effect->within.earliest - cause->within.latest,
                             effect->within.latest - cause->within.earliest};
}

enum judgement judge(struct interval measured, int64_t limit)
{
    if (measured.latest <= limit)
        return JUDGEMENT_HOLDS;
    if (measured.earliest > limit)
        return JUDGEMENT_FAILS;
    return JUDGEMENT_INCONCLUSIVE;
}

const char *judgement_name(enum judgement judgement)
{
    static const char *const names[] = {"holds", "fails", "inconclusive"};
    return names[judgement];
}

const char *evidence_name(enum evidence evidence)
{
    static const char *const names[] = {"model", "contact", "coil", "register"};
    return names[evidence];
}

void figure_format(int64_t value, const char *unit, char *out, size_t size)
{
    enum { UNIT = 1000000000, STEP = 1000000 };
    char number[40];
    if (!unit[0]) {
        duration_format(value, out, size);
        return;
    }
    uint64_t magnitude = ((uint64_t)(value < 0 ? -value : value) + STEP / 2) / STEP * STEP;
    int used = snprintf(number, sizeof number, "%s%llu.%03llu", value < 0 && magnitude ? "-" : "",
                        (unsigned long long)(magnitude / UNIT), (unsigned long long)(magnitude % UNIT / STEP));
    while (number[used - 1] == '0')
        number[--used] = '\0';
    if (number[used - 1] == '.')
        number[--used] = '\0';
    snprintf(out, size, "%s %s", number, unit);
}

void interval_format(struct interval interval, char *out, size_t size)
{
    char middle[32], half[32];
    int64_t width = interval.latest - interval.earliest;
    duration_format(interval.earliest + width / 2, middle, sizeof middle);
    if (width == 0) {
        snprintf(out, size, "%s", middle);
        return;
    }
    int64_t half_width = (width + 1) / 2;
    duration_format(half_width < NS_PER_US ? NS_PER_US : half_width, half, sizeof half);
    snprintf(out, size, "%s ± %s", middle, half);
}

void measured_format(const struct verdict *verdict, char *out, size_t size)
{
    char low[64], high[64];
    if (!verdict->unit[0] && !verdict->spread.n) {
        interval_format(verdict->measured, out, size);
        return;
    }
    figure_format(verdict->measured.earliest, verdict->unit, low, sizeof low);
    figure_format(verdict->measured.latest, verdict->unit, high, sizeof high);
    if (verdict->measured.earliest == verdict->measured.latest)
        snprintf(out, size, "%s", low);
    else
        snprintf(out, size, "%s to %s", low, high);
}

void verdict_describe(const struct verdict *verdict, char *out, size_t size)
{
    if (!verdict->has_time) {
        snprintf(out, size, "%s", verdict->detail);
        return;
    }
    char measured[100], limit[64], margin[64];
    const struct interval *interval = &verdict->measured;
    const char *unit = verdict->unit;
    measured_format(verdict, measured, sizeof measured);
    figure_format(verdict->limit, unit, limit, sizeof limit);
    figure_format(verdict->at_least ? interval->earliest - verdict->limit : verdict->limit - interval->latest, unit,
                  margin, sizeof margin);
    snprintf(out, size, "%s (%s), %s %s, margin %s%s%s", measured, evidence_name(verdict->evidence),
             verdict->at_least ? "at least" : "limit", limit, margin, verdict->detail[0] ? ": " : "",
             verdict->detail);
}
