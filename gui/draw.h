/* The scene: pure functions from a view and a layout to pixels. */
#ifndef METERBENCH_GUI_DRAW_H
#define METERBENCH_GUI_DRAW_H

#include "gui/layout.h"

/* The whole window on the painter's context, whose unit is a pixel of the window. */
void gui_draw(struct painter *painter, const struct gui_view *view, int width, int height);

/* Its parts, in design pixels. */
void draw_house(struct painter *painter, const struct gui_layout *layout,
                const struct gui_view *view);
void draw_flat(struct painter *painter, const struct gui_layout *layout,
               const struct gui_view *view);
void draw_stopwatch(struct painter *painter, const struct gui_layout *layout,
                    const struct gui_view *view);

enum { ROOM_WALL = 3 }; /* half of a slab, half of a wall */

/* A flat's room in its cell of the house, furnished by its number. */
void draw_room(cairo_t *cr, const struct box *cell, uint32_t number, bool lit);

/* The scene as a PNG. `scale`: pixels of the picture to a pixel of the window. 0 or
 * ERROR_NO_MEMORY, ERROR_IO. */
int gui_picture(const struct gui_view *view, int width, int height, double scale, const char *path);

/* The colour of a fact's tone. */
uint32_t tone_colour(enum fact_tone tone);

#endif
