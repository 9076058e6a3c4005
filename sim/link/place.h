/*
 * Where a meter hangs, as radio sees it: classes of signal, places in a building, and the power
 * (RSRP) that stands behind both, so that every technology reacts to the same place in its own way.
 * Figures: docs/models.md, "Signal by place".
 */
#ifndef METERBENCH_SIM_LINK_PLACE_H
#define METERBENCH_SIM_LINK_PLACE_H

#include <stdint.h>

/* Classes as operators grade Cat.1; "garage" is a first basement, class edge. */
#define SIGNAL_CLASSES(X)                                                                          \
    X(GOOD, "good")                                                                                \
    X(FAIR, "fair")                                                                                \
    X(POOR, "poor")                                                                                \
    X(EDGE, "edge")                                                                                \
    X(DEAD, "dead")

enum signal_class {
#define X(id, name) SIGNAL_##id,
    SIGNAL_CLASSES(X)
#undef X
        SIGNAL_CLASS_COUNT
};

const char *signal_class_name(int signal);
/* The class of a name, "garage" included; -1 when there is none. */
int signal_class_from_name(const char *name);

/* Power in 1/100 dBm. The class that a power belongs to, and the power that stands for a class. */
enum signal_class signal_class_of(int32_t rsrp_cdbm);
int32_t signal_class_rsrp_cdbm(enum signal_class signal);

/* A place: 0 is the ground floor, above it floors by number, below it basements -1 and -2. */
enum { PLACE_NONE = -128, PLACE_LOWEST = -2, PLACE_HIGHEST = 60 };

/* "ground", "floor 7", "basement 1", "basement 2", "garage" (the first basement); PLACE_NONE for
 * anything else. */
int place_from_name(const char *name);

/* What a modem of this flat receives there: the building's level outside less this cabinet's loss,
 * each drawn from a stream of its own, so the same flat has the same level whenever it is asked. */
int32_t place_rsrp_cdbm(uint64_t seed, uint32_t flat, int place);

/* The chance, in ppm, that a standard normal exceeds z (thousandths): what the error curves of
 * radios are made of. */
uint32_t normal_tail_ppm(int32_t z_milli);

#endif
