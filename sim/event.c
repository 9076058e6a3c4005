#include "sim/event.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *fields[2];
} kinds[EVENT_KINDS] = {
#define X(kind, name, a, b) [EVENT_##kind] = {name, {a, b}},
    SIM_EVENTS(X)
#undef X
};

struct event event_exact(uint32_t flat, int64_t now, enum event_kind kind, int64_t a, int64_t b)
{
    return (struct event){
        .at = now,
        .earliest = now,
        .latest = now,
        .stamp_ns = EVENT_NO_STAMP,
        .a = a,
        .b = b,
        .flat = flat,
        .kind = (uint16_t)kind,
        .evidence = EVIDENCE_MODEL,
    };
}

void event_put(const struct event_source *source, int64_t now, enum event_kind kind, int64_t a,
               int64_t b)
{
    if (!source->sink)
        return;
    const struct event event = event_exact(source->flat, now, kind, a, b);
    source->sink->put(source->sink, &event);
}

const char *event_name(int kind)
{
    return kind >= 0 && kind < EVENT_KINDS ? kinds[kind].name : "unknown";
}

const char *event_field(int kind, int which)
{
    if (kind < 0 || kind >= EVENT_KINDS || strcmp(kinds[kind].fields[which], "-") == 0)
        return NULL;
    return kinds[kind].fields[which];
}

int event_format(const struct event *event, char *out, size_t size)
{
    char flat[16] = "site";
    if (event->flat != EVENT_NO_FLAT)
        snprintf(flat, sizeof flat, "flat %u", event->flat);
    char fields[2][48] = {"", ""};
    const int64_t values[2] = {event->a, event->b};
    for (int i = 0; i < 2; i++) {
        const char *field = event_field(event->kind, i);
        if (field)
            snprintf(fields[i], sizeof fields[i], " %s=%lld", field, (long long)values[i]);
    }
    return snprintf(out, size, "%lld.%09lld %s %s%s%s", (long long)(event->at / 1000000000),
                    (long long)(event->at % 1000000000), flat, event_name(event->kind), fields[0],
                    fields[1]);
}

uint64_t event_hash(uint64_t hash, const struct event *event)
{
    char line[192];
    event_format(event, line, sizeof line - 1);
    strcat(line, "\n");
    for (const unsigned char *p = (const unsigned char *)line; *p; p++)
        hash = (hash ^ *p) * UINT64_C(0x100000001b3);
    return hash;
}
