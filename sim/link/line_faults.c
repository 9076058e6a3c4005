#include "sim/link/line_faults.h"

#include "sim/kernel/time.h"

#include <stdio.h>
#include <string.h>

#define FRAME_GAP_NS (2 * NS_PER_MS) /* a byte after so much silence begins a frame */

static const char *const names[LINE_FAULT_KINDS] = {
#define X(id, name, meaning) [LINE_FAULT_##id] = name,
    LINE_FAULT_KINDS_LIST(X)
#undef X
};

const char *line_fault_name(int kind)
{
    return kind >= 0 && kind < LINE_FAULT_KINDS ? names[kind] : "unknown";
}

int line_fault_from_name(const char *name)
{
    for (int i = 0; i < LINE_FAULT_KINDS; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

bool line_faults_any(const struct line_faults *faults)
{
    return faults->drop_ppm || faults->corrupt_ppm || faults->duplicate_ppm || faults->split_ppm ||
           faults->noise_ppm || faults->delay_ns || faults->echo || faults->planned;
}

void line_spoiler_init(struct line_spoiler *spoiler, const struct line_faults *faults,
                       struct random random)
{
    memset(spoiler, 0, sizeof *spoiler);
    spoiler->faults = *faults;
    spoiler->random = faults->seed ? random_stream(faults->seed, RANDOM_NO_FLAT, RANDOM_METER_LINK)
                                   : random;
    spoiler->last_direction = -1;
    for (int i = 0; i < faults->planned; i++)
        spoiler->planned_left[i] = faults->plan[i].count;
}

uint32_t *line_fault_chance(struct line_faults *faults, int kind)
{
    switch (kind) {
    case LINE_FAULT_DROP:
        return &faults->drop_ppm;
    case LINE_FAULT_CORRUPT:
        return &faults->corrupt_ppm;
    case LINE_FAULT_DUPLICATE:
        return &faults->duplicate_ppm;
    case LINE_FAULT_SPLIT:
        return &faults->split_ppm;
    default:
        return &faults->noise_ppm;
    }
}

bool line_faults_spoil(const struct line_faults *faults, struct random *random, uint32_t bytes)
{
    const uint32_t chances[] = {faults->drop_ppm, faults->corrupt_ppm, faults->duplicate_ppm};
    for (uint32_t i = 0; i < bytes; i++)
        for (size_t kind = 0; kind < sizeof chances / sizeof chances[0]; kind++)
            if (chances[kind] > 0 && random_chance_ppm(random, chances[kind]))
                return true;
    return false;
}

static bool planned(struct line_spoiler *spoiler, int64_t now, enum line_direction direction,
                    enum line_fault_kind kind)
{
    for (int i = 0; i < spoiler->faults.planned; i++) {
        const struct line_fault_plan *plan = &spoiler->faults.plan[i];
        bool here = plan->direction == LINE_DIRECTIONS || plan->direction == (int)direction;
        if (plan->kind != kind || !here || spoiler->planned_left[i] == 0 ||
            now - spoiler->began < plan->at_ns)
            continue;
        spoiler->planned_left[i]--;
        return true;
    }
    return false;
}

/* Nothing is drawn for what cannot happen. */
static bool strikes(struct line_spoiler *spoiler, int64_t now, enum line_direction direction,
                    enum line_fault_kind kind)
{
    uint32_t ppm = *line_fault_chance(&spoiler->faults, (int)kind);
    bool struck = planned(spoiler, now, direction, kind) ||
                  (ppm > 0 && random_chance_ppm(&spoiler->random, ppm));
    spoiler->counts[kind] += struck;
    return struck;
}

static bool begins_frame(struct line_spoiler *spoiler, int64_t now, enum line_direction direction)
{
    bool begins = spoiler->last_direction != (int)direction ||
                  now - spoiler->last_at[direction] > FRAME_GAP_NS;
    spoiler->last_direction = (int)direction;
    spoiler->last_at[direction] = now;
    return begins;
}

static int put_noise(struct line_spoiler *spoiler, struct line_spoiled *out)
{
    int count = 1 + (int)random_below(&spoiler->random, 3);
    for (int i = 0; i < count; i++)
        out[i] = (struct line_spoiled){.byte = (uint8_t)random_below(&spoiler->random, 256)};
    return count;
}

int line_spoil(struct line_spoiler *spoiler, int64_t now, enum line_direction direction, uint8_t byte,
               struct line_spoiled out[LINE_SPOILED_MAX])
{
    int count = 0;
    int64_t late_ns = 0;
    if (!spoiler->started)
        spoiler->began = now;
    spoiler->started = true;
    bool begins = begins_frame(spoiler, now, direction);
    if (begins && strikes(spoiler, now, direction, LINE_FAULT_NOISE))
        count = put_noise(spoiler, out);
    if (!begins && strikes(spoiler, now, direction, LINE_FAULT_SPLIT))
        late_ns = spoiler->faults.split_ns ? spoiler->faults.split_ns : LINE_SPLIT_NS;
    if (strikes(spoiler, now, direction, LINE_FAULT_DROP))
        return count;
    if (strikes(spoiler, now, direction, LINE_FAULT_CORRUPT))
        byte ^= (uint8_t)(1u << random_below(&spoiler->random, 8));
    out[count++] = (struct line_spoiled){byte, late_ns};
    if (strikes(spoiler, now, direction, LINE_FAULT_DUPLICATE))
        out[count++] = (struct line_spoiled){byte, 0};
    return count;
}

void line_spoiler_describe(const struct line_spoiler *spoiler, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "none");
    for (int i = 0; i < LINE_FAULT_KINDS; i++)
        if (spoiler->counts[i] > 0 && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%llu %s", used ? ", " : "",
                                     (unsigned long long)spoiler->counts[i], names[i]);
}
