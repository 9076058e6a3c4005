#include "gui/theme.h"

#include <math.h>
#include <string.h>

/* The first that is installed; figures of one width, so that a running stopwatch does not
 * tremble. */
#define FAMILIES "Inter, Roboto, Noto Sans, Noto Sans CJK SC, Cantarell, DejaVu Sans, Sans"

bool painter_init(struct painter *painter, const char *family)
{
    memset(painter, 0, sizeof *painter);
    painter->family = family ? family : FAMILIES;
    painter->context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    if (!painter->context)
        return false;
    /* Unhinted: the same widths at every scale, so a text that fits one size fits them all. */
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(painter->context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(painter->context, FALSE);
    pango_cairo_context_set_resolution(painter->context, 96);
    painter->layout = pango_layout_new(painter->context);
    return painter->layout != NULL;
}

void painter_free(struct painter *painter)
{
    if (painter->layout)
        g_object_unref(painter->layout);
    if (painter->context)
        g_object_unref(painter->context);
    cairo_surface_destroy(painter->house_lit);
    cairo_surface_destroy(painter->house_dark);
    memset(painter, 0, sizeof *painter);
}

void painter_begin(struct painter *painter, cairo_t *cr)
{
    painter->cr = cr;
}

/* ---- shapes ---------------------------------------------------------------------------------- */

struct box box_inset(const struct box *box, double by)
{
    return (struct box){box->x + by, box->y + by, box->w - 2 * by, box->h - 2 * by};
}

bool box_holds(const struct box *box, double x, double y)
{
    return x >= box->x && x < box->x + box->w && y >= box->y && y < box->y + box->h;
}

void paint_colour(cairo_t *cr, uint32_t colour, double alpha)
{
    cairo_set_source_rgba(cr, (colour >> 16 & 0xff) / 255.0, (colour >> 8 & 0xff) / 255.0,
                          (colour & 0xff) / 255.0, alpha);
}

void path_round(cairo_t *cr, const struct box *box, double radius)
{
    double r = fmin(radius, fmin(box->w, box->h) / 2);
    double right = box->x + box->w, bottom = box->y + box->h;
    cairo_new_sub_path(cr);
    cairo_arc(cr, right - r, box->y + r, r, -M_PI / 2, 0);
    cairo_arc(cr, right - r, bottom - r, r, 0, M_PI / 2);
    cairo_arc(cr, box->x + r, bottom - r, r, M_PI / 2, M_PI);
    cairo_arc(cr, box->x + r, box->y + r, r, M_PI, 3 * M_PI / 2);
    cairo_close_path(cr);
}

void paint_round(cairo_t *cr, const struct box *box, double radius, uint32_t colour, double alpha)
{
    path_round(cr, box, radius);
    paint_colour(cr, colour, alpha);
    cairo_fill(cr);
}

void paint_outline(cairo_t *cr, const struct box *box, double radius, double width, uint32_t colour,
                   double alpha)
{
    struct box inner = box_inset(box, width / 2);
    path_round(cr, &inner, radius - width / 2);
    paint_colour(cr, colour, alpha);
    cairo_set_line_width(cr, width);
    cairo_stroke(cr);
}

void paint_line(cairo_t *cr, double x1, double y1, double x2, double y2)
{
    cairo_move_to(cr, x1, y1);
    cairo_line_to(cr, x2, y2);
    cairo_stroke(cr);
}

void paint_panel(cairo_t *cr, const struct box *box)
{
    paint_round(cr, box, 14, COLOUR_PANEL, 1);
    paint_outline(cr, box, 14, 1, COLOUR_EDGE, 0.8);
}

uint32_t scatter(uint32_t n)
{
    n ^= n >> 16;
    n *= UINT32_C(0x7feb352d);
    n ^= n >> 15;
    n *= UINT32_C(0x846ca68b);
    return n ^ n >> 16;
}

double scatter_unit(uint32_t n)
{
    return scatter(n) / 4294967296.0;
}

void pattern_stop(cairo_pattern_t *pattern, double at, uint32_t colour, double alpha)
{
    cairo_pattern_add_color_stop_rgba(pattern, at, (colour >> 16 & 0xff) / 255.0,
                                      (colour >> 8 & 0xff) / 255.0, (colour & 0xff) / 255.0, alpha);
}

void paint_pattern(cairo_t *cr, cairo_pattern_t *pattern)
{
    cairo_set_source(cr, pattern);
    cairo_fill(cr);
    cairo_pattern_destroy(pattern);
}

void paint_glow(cairo_t *cr, double x, double y, double radius, uint32_t colour, double alpha)
{
    cairo_pattern_t *pattern = cairo_pattern_create_radial(x, y, 0, x, y, radius);
    pattern_stop(pattern, 0, colour, alpha);
    pattern_stop(pattern, 0.35, colour, alpha * 0.45);
    pattern_stop(pattern, 1, colour, 0);
    cairo_arc(cr, x, y, radius, 0, 2 * M_PI);
    paint_pattern(cr, pattern);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void set_type(struct painter *painter, const char *text, const struct text_style *style)
{
    PangoFontDescription *type = pango_font_description_from_string(painter->family);
    pango_font_description_set_absolute_size(type, style->size * PANGO_SCALE);
    pango_font_description_set_weight(type, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(painter->layout, type);
    pango_font_description_free(type);
    PangoAttrList *features = pango_attr_list_new();
    pango_attr_list_insert(features, pango_attr_font_features_new("tnum=1"));
    pango_layout_set_attributes(painter->layout, features);
    pango_attr_list_unref(features);
    pango_layout_set_width(painter->layout, -1);
    pango_layout_set_height(painter->layout, -1);
    pango_layout_set_alignment(painter->layout, PANGO_ALIGN_LEFT);
    pango_layout_set_ellipsize(painter->layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_text(painter->layout, text, -1);
}

static double layout_size(struct painter *painter, double *height)
{
    int w, h;
    pango_layout_get_size(painter->layout, &w, &h);
    *height = (double)h / PANGO_SCALE;
    return (double)w / PANGO_SCALE;
}

double text_width(struct painter *painter, const char *text, const struct text_style *style)
{
    double height;
    set_type(painter, text, style);
    return layout_size(painter, &height);
}

static void fit(struct painter *painter, const struct box *box, const struct text_style *style)
{
    static const PangoAlignment alignments[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER,
                                                PANGO_ALIGN_RIGHT};
    pango_layout_set_width(painter->layout, (int)(box->w * PANGO_SCALE));
    pango_layout_set_alignment(painter->layout, alignments[style->align]);
    pango_layout_set_ellipsize(painter->layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(painter->layout, style->wraps ? (int)(box->h * PANGO_SCALE) : -1);
}

static void report(struct painter *painter, const struct box *box, double y, const char *text,
                   const struct text_style *style)
{
    PangoRectangle ink, lines;
    pango_layout_get_extents(painter->layout, &ink, &lines);
    struct text_report told = {
        .text = text,
        .box = *box,
        .ink = {box->x + (double)ink.x / PANGO_SCALE, y + (double)ink.y / PANGO_SCALE,
                (double)ink.width / PANGO_SCALE, (double)ink.height / PANGO_SCALE},
    };
    bool shortened = pango_layout_is_ellipsized(painter->layout);
    /* A line may lean out of its box by the type's own leading, not by more. */
    told.cut = shortened || (double)lines.height / PANGO_SCALE > box->h + style->size * 0.5;
    painter->report(painter->report_owner, &told);
}

void paint_text(struct painter *painter, const struct box *box, const char *text,
                const struct text_style *style)
{
    if (!text[0] || box->w <= 0)
        return;
    double height;
    set_type(painter, text, style);
    fit(painter, box, style);
    layout_size(painter, &height);
    double y = style->wraps ? box->y : box->y + (box->h - height) / 2;
    if (painter->report)
        report(painter, box, y, text, style);
    paint_colour(painter->cr, style->colour, 1);
    cairo_move_to(painter->cr, box->x, y);
    pango_cairo_show_layout(painter->cr, painter->layout);
}
