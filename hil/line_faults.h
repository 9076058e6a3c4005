/* What can be wrong with a serial line: a struct that tests and scenarios fill. All zero is a good
 * line. */
#ifndef METERBENCH_HIL_LINE_FAULTS_H
#define METERBENCH_HIL_LINE_FAULTS_H

#include <stdint.h>

/* Chances are per byte and direction, in millionths. */
struct line_faults {
    uint32_t corrupt_ppm;   /* one bit of the byte turns */
    uint32_t drop_ppm;      /* the byte never arrives */
    uint32_t duplicate_ppm; /* the byte arrives twice */
    int64_t delay_ns;       /* every byte is this late */
};

#endif
