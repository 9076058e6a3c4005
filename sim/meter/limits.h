/*
 * The heavy-appliance branch of a meter: by a schedule it switches a second small relay (a contactor or a solid-state
 * relay) in the water heater's supply, and tells the air conditioner its share of power and its set-point (by infrared or
 * Zigbee: the way there is not modelled). The platform writes the schedule, the meter keeps it through power cuts and
 * follows its own clock, so peak hours are limited with no link at all. Protection and the contacts of the basic supply
 * have nothing to do with it.
 */
#ifndef METERBENCH_SIM_METER_LIMITS_H
#define METERBENCH_SIM_METER_LIMITS_H

#include "sim/plant/managed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The schedule's identifier: this project's own, outside the standard's. */
#define LIMITS_IDENTIFIER 0x04A00101u

enum { LIMITS_WINDOWS_MAX = 4, LIMITS_WIRE_SIZE = 2 * 7 + 3 + 4 * LIMITS_WINDOWS_MAX };

/* What a window does to one appliance. A rule that limits nothing has power 100 and zeros. */
struct limit_rule {
    uint8_t power_percent;  /* that it may take in a window */
    uint8_t relaxed_dk;     /* its set-point gives way in a window, 1/10 K */
    uint8_t ahead_dk;       /* and is that much better before it, 1/10 K */
    uint8_t ahead_min;      /* for so long */
    uint8_t off_min, on_min; /* in turns in a window: limited and free; off_min 0: limited all of it */
    uint8_t spread_min;      /* a window ends up to so much later, by a share of each meter's own */
};

#define LIMIT_RULE_FREE ((struct limit_rule){100, 0, 0, 0, 0, 0, 0})

struct limit_window {
    uint16_t from_min, to_min; /* minutes of the day; from >= to goes over midnight */
};

struct limit_schedule {
    struct limit_rule rules[MANAGED_APPLIANCES];
    uint16_t months;      /* bit 0: January */
    uint8_t window_count; /* 0: no limits */
    struct limit_window windows[LIMITS_WINDOWS_MAX];
};

/* NULL, or what is wrong with it in plain words. */
const char *limits_complaint(const struct limit_schedule *schedule);

/* What is to hold at a second of the calendar (since 2000). Turns begin `phase_min` minutes after the window does, so that
 * a building's meters do not switch together, and it ends `phase_min` x 31 modulo the rule's spread later. Returns the next second at which to look again. */
int64_t limits_at(const struct limit_schedule *schedule, int64_t clock_s, int phase_min,
                  struct managed_limit limits[MANAGED_APPLIANCES]);

/* As bytes of a write of LIMITS_IDENTIFIER, plain numbers, low byte first: rules, months, count, windows. The size, or
 * ERROR_OUT_OF_RANGE. */
int limits_write(const struct limit_schedule *schedule, uint8_t *value, size_t capacity);
/* 0, or ERROR_INVALID_ARGUMENT when it is no sound schedule. */
int limits_parse(const uint8_t *value, size_t size, struct limit_schedule *schedule);

struct meter;

/* What a meter with such a branch keeps of it. */
struct meter_limits {
    struct limit_schedule schedule; /* survives power cuts */
    struct managed_limit now[MANAGED_APPLIANCES];
    bool changed;      /* `now`, since the flat last took it to the plant */
    bool all_day;      /* a fault, for tests: every hour is in a window */
};

/* Follow the schedule by the meter's clock, and wake up at its next edge. Nothing in a meter without the branch. */
void limits_follow(struct meter *meter, int64_t now);

#endif
