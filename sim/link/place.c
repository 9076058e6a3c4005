#include "sim/link/place.h"

#include "sim/kernel/random.h"

#include <stdio.h>
#include <string.h>

static const char *const signal_names[SIGNAL_CLASS_COUNT] = {
#define X(id, name) [SIGNAL_##id] = name,
    SIGNAL_CLASSES(X)
#undef X
};

/* Rows "RSRP of a class" and "RSRP that stands for a class". */
static const struct {
    int32_t above_cdbm, typical_cdbm;
} classes[SIGNAL_CLASS_COUNT] = {
    [SIGNAL_GOOD] = {-9500, -8500},      [SIGNAL_FAIR] = {-10500, -10000},
    [SIGNAL_POOR] = {-11500, -11000},    [SIGNAL_EDGE] = {-12000, -11800},
    [SIGNAL_DEAD] = {INT32_MIN, -12500},
};

/* Rows "level outside", "meter cabinet", "basement 1", "basement 2", "floor". */
enum {
    OUTSIDE_CDBM = -8800,
    OUTSIDE_DEVIATION_CDB = 700,
    FLOOR_GAIN_CDB = 50,
    RSRP_LOWEST_CDBM = -15000,
    RSRP_HIGHEST_CDBM = -5000,
};
static const struct {
    int32_t loss_cdb, deviation_cdb;
} losses[] = {
    {1800, 600}, {3000, 800}, {4200, 900}}; /* by level: ground and above, first, second basement */

const char *signal_class_name(int signal)
{
    return signal >= 0 && signal < SIGNAL_CLASS_COUNT ? signal_names[signal] : "unknown";
}

int signal_class_from_name(const char *name)
{
    if (strcmp(name, "garage") == 0)
        return SIGNAL_EDGE;
    for (int i = 0; i < SIGNAL_CLASS_COUNT; i++)
        if (strcmp(signal_names[i], name) == 0)
            return i;
    return -1;
}

enum signal_class signal_class_of(int32_t rsrp_cdbm)
{
    int signal = SIGNAL_GOOD;
    while (rsrp_cdbm <= classes[signal].above_cdbm)
        signal++;
    return (enum signal_class)signal;
}

int32_t signal_class_rsrp_cdbm(enum signal_class signal)
{
    return classes[signal].typical_cdbm;
}

int place_from_name(const char *name)
{
    int floor = 0;
    char more;
    if (strcmp(name, "ground") == 0)
        return 0;
    if (strcmp(name, "basement 1") == 0 || strcmp(name, "garage") == 0)
        return -1;
    if (strcmp(name, "basement 2") == 0)
        return -2;
    if (sscanf(name, "floor %2d%c", &floor, &more) == 1 && floor >= 1 && floor <= PLACE_HIGHEST)
        return floor;
    return PLACE_NONE;
}

int32_t place_rsrp_cdbm(uint64_t seed, uint32_t flat, int place)
{
    struct random outside = random_stream(seed, RANDOM_NO_FLAT, RANDOM_PLACE);
    struct random inside = random_stream(seed, flat, RANDOM_PLACE);
    int level = place < 0 ? -place : 0;
    int64_t rsrp = random_normal(&outside, OUTSIDE_CDBM, OUTSIDE_DEVIATION_CDB, RSRP_LOWEST_CDBM,
                                 RSRP_HIGHEST_CDBM);
    rsrp -= random_normal(&inside, losses[level].loss_cdb, losses[level].deviation_cdb, 0, 8000);
    rsrp += place > 0 ? place * FLOOR_GAIN_CDB : 0;
    return (int32_t)(rsrp < RSRP_LOWEST_CDBM ? RSRP_LOWEST_CDBM : rsrp);
}

/* Q(z) at z = 0, 0.25, .. 4.5, in ppm; in between straight lines. */
uint32_t normal_tail_ppm(int32_t z_milli)
{
    static const uint32_t tail[] = {500000, 401294, 308538, 226627, 158655, 105650, 66807,
                                    40059,  22750,  12224,  6210,   2980,   1350,   577,
                                    233,    88,     32,     11,     3};
    enum { STEP = 250, LAST = sizeof tail / sizeof tail[0] - 1 };
    if (z_milli < 0)
        return 1000000 - normal_tail_ppm(z_milli <= -STEP * LAST ? STEP * LAST : -z_milli);
    int at = z_milli / STEP;
    if (at >= LAST)
        return 0;
    uint32_t part = (uint32_t)(z_milli % STEP);
    return tail[at] - (tail[at] - tail[at + 1]) * part / STEP;
}
