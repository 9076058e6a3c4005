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

void verdict_describe(const struct verdict *verdict, char *out, size_t size)
{
    if (!verdict->has_time) {
        snprintf(out, size, "%s", verdict->detail);
        return;
    }
    char measured[80], limit[32], margin[32];
    interval_format(verdict->measured, measured, sizeof measured);
    duration_format(verdict->limit, limit, sizeof limit);
    duration_format(verdict->limit - verdict->measured.latest, margin, sizeof margin);
    snprintf(out, size, "%s (%s), limit %s, margin %s%s%s", measured,
             evidence_name(verdict->evidence), limit, margin, verdict->detail[0] ? ": " : "",
             verdict->detail);
}
