/*
 * Colours, type and the few shapes that every part of the scene is made of. All drawing goes
 * through a painter: a cairo context, one Pango layout, and the layers of the house that do not
 * change from frame to frame.
 */
#ifndef METERBENCH_GUI_THEME_H
#define METERBENCH_GUI_THEME_H

#include <cairo/cairo.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdint.h>

struct box {
    double x, y, w, h;
};

/* Colours as 0xRRGGBB. */
enum {
    COLOUR_BACKGROUND = 0x090d18,
    COLOUR_PANEL = 0x111827,
    COLOUR_RAISED = 0x1a2336,
    COLOUR_EDGE = 0x263147,
    COLOUR_TEXT = 0xf1f4fa,
    COLOUR_MUTED = 0x9aa7bf,
    COLOUR_FAINT = 0x64728c,
    COLOUR_ACCENT = 0x5cc8ff,
    COLOUR_WARM = 0xffc978,
    COLOUR_GOOD = 0x46dc9c,
    COLOUR_BAD = 0xff6270,
    COLOUR_WARNING = 0xffbd4a,
};

enum text_align { TEXT_LEFT, TEXT_CENTRE, TEXT_RIGHT };

struct text_style {
    double size; /* of the type, in design pixels */
    uint32_t colour;
    bool bold;
    enum text_align align;
    bool wraps; /* in as many lines as the box holds, from its top */
};

/* A text as it was asked for: its box, and the room that it takes in the type it is set in. */
struct text_report {
    const char *text;
    struct box box, ink; /* ink: what its letters cover, in the same coordinates */
    bool cut;            /* it did not fit and was shortened */
};

struct painter {
    cairo_t *cr;
    PangoContext *context;
    PangoLayout *layout;
    const char *family;
    /* For tests: told of every text. */
    void (*report)(void *owner, const struct text_report *report);
    void *report_owner;
    /* The house without its inhabitants' fortunes, drawn once for a size: every flat lit, every
     * flat dark. */
    cairo_surface_t *house_lit, *house_dark;
    struct box house_box;
    double house_scale;
    uint32_t house_flats;
};

/* `family`: a Pango list of families, NULL for the default. False when memory is out. */
bool painter_init(struct painter *painter, const char *family);
void painter_free(struct painter *painter);
/* Draw on this context from now on. */
void painter_begin(struct painter *painter, cairo_t *cr);

void paint_colour(cairo_t *cr, uint32_t colour, double alpha);
void path_round(cairo_t *cr, const struct box *box, double radius);
void paint_round(cairo_t *cr, const struct box *box, double radius, uint32_t colour, double alpha);
void paint_outline(cairo_t *cr, const struct box *box, double radius, double width, uint32_t colour,
                   double alpha);
void paint_line(cairo_t *cr, double x1, double y1, double x2, double y2);
/* A panel of the window with its soft edge. */
void paint_panel(cairo_t *cr, const struct box *box);

/* A colour at a place (0 to 1) of a gradient. */
void pattern_stop(cairo_pattern_t *pattern, double at, uint32_t colour, double alpha);
/* Fill the path with a pattern, and let go of it. */
void paint_pattern(cairo_t *cr, cairo_pattern_t *pattern);
/* Light around a point. */
void paint_glow(cairo_t *cr, double x, double y, double radius, uint32_t colour, double alpha);

/* A number that looks drawn by lot and is the same in every run and on every machine; as a
 * fraction. */
uint32_t scatter(uint32_t n);
double scatter_unit(uint32_t n);

/* Set a text in a box, in the middle of its height; what does not fit ends in "…". */
void paint_text(struct painter *painter, const struct box *box, const char *text,
                const struct text_style *style);
/* The width that a text takes in one line. */
double text_width(struct painter *painter, const char *text, const struct text_style *style);

struct box box_inset(const struct box *box, double by);
bool box_holds(const struct box *box, double x, double y);

#endif
