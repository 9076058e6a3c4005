/*
 * Plots as SVG, drawn with Cairo: linear or logarithmic axes, lines, steps and points, a legend. A
 * plot is a list of series over one pair of axes; ranges are the caller's.
 */
#ifndef METERBENCH_TESTS_VALIDATE_PLOT_H
#define METERBENCH_TESTS_VALIDATE_PLOT_H

#include <stdbool.h>

struct axis {
    const char *label;
    double from, to;
    bool logarithmic;
    double step; /* between ticks of a linear axis */
};

enum series_style { SERIES_LINE, SERIES_DASHED, SERIES_POINTS };

struct series {
    const char *name; /* in the legend; NULL: not listed */
    enum series_style style;
    int colour; /* of a fixed palette */
    int count;
    const double *x, *y;
};

struct plot {
    const char *title;
    struct axis x, y;
    int series_count;
    const struct series *series;
};

/* Write FOLDER/FILE. False when it cannot be written. */
bool plot_write(const struct plot *plot, const char *folder, const char *file);

#endif
