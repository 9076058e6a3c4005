/*
 * Where everything stands, in design pixels: a pure function of the window's size and the number
 * of flats. Drawing and the mouse read the same boxes.
 */
#ifndef METERBENCH_GUI_LAYOUT_H
#define METERBENCH_GUI_LAYOUT_H

#include "gui/theme.h"
#include "gui/view.h"

enum { GUI_WIDTH_MIN = 1024, GUI_HEIGHT_MIN = 640 };

struct gui_layout {
    double scale; /* design pixels to the window's */
    double width, height;
    struct box bar, house, flat, stopwatch, log;
    struct box pause, speeds[GUI_SPEEDS];
    struct box header, tiles[4], charts[2], buttons[GUI_ACTIONS];
    struct box building, ground; /* inside the house's panel */
    uint32_t flat_count;
    int columns, floors;
};

void gui_layout_make(struct gui_layout *layout, int width, int height, uint32_t flat_count);

/* The room of a flat (index from 0: the ground floor's first). */
struct box gui_room(const struct gui_layout *layout, uint32_t index);

enum gui_target { TARGET_NOTHING, TARGET_FLAT, TARGET_ACTION, TARGET_PAUSE, TARGET_SPEED };

struct gui_hit {
    enum gui_target target;
    uint32_t which; /* flat number, action or speed */
};

/* What is at a point of the window, in the window's own coordinates. */
struct gui_hit gui_hit_test(const struct gui_layout *layout, double x, double y);

#endif
