/* The selected flat: who it is, four facts as tiles, two curves, five buttons. */
#include "gui/draw.h"

#include <math.h>

/* ---- header ---------------------------------------------------------------------------------- */

static void draw_pill(struct painter *painter, double right, double y, const char *text,
                      uint32_t colour)
{
    const struct text_style style = {
        .size = 15, .colour = colour, .bold = true, .align = TEXT_CENTRE};
    double width = text_width(painter, text, &style) + 40;
    struct box box = {right - width, y, width, 32};
    paint_round(painter->cr, &box, 16, colour, 0.16);
    paint_outline(painter->cr, &box, 16, 1.2, colour, 0.6);
    paint_text(painter, &box, text, &style);
}

static void draw_header(struct painter *painter, const struct box *box, const struct gui_view *view)
{
    const struct text_style name = {.size = 28, .colour = COLOUR_TEXT, .bold = true};
    const struct text_style meter = {.size = 15,
                                     .colour = view->board ? COLOUR_ACCENT : COLOUR_MUTED};
    paint_text(painter, &(struct box){box->x, box->y, box->w * 0.45, 32}, view->name, &name);
    paint_text(painter, &(struct box){box->x, box->y + 34, box->w * 0.6, 22}, view->meter, &meter);
    draw_pill(painter, box->x + box->w, box->y + 2, view->status, tone_colour(view->status_tone));
}

/* ---- tiles ----------------------------------------------------------------------------------- */

static void draw_tile(struct painter *painter, const struct box *box, const char *title,
                      const char *value, uint32_t colour)
{
    const struct text_style small = {.size = 13, .colour = COLOUR_MUTED};
    const struct text_style large = {.size = 17, .colour = colour, .bold = true};
    paint_round(painter->cr, box, 10, COLOUR_RAISED, 1);
    double middle = box->y + box->h / 2;
    paint_text(painter, &(struct box){box->x + 12, middle - 26, box->w - 16, 22}, title, &small);
    paint_text(painter, &(struct box){box->x + 12, middle + 2, box->w - 16, 24}, value, &large);
}

/* Where a tile's symbol stands: at the right of its value. */
static double symbol_y(const struct box *tile)
{
    return tile->y + tile->h / 2 + 14;
}

/* Two terminals and the blade between them, as in a circuit diagram. */
static void draw_contacts(cairo_t *cr, const struct box *tile, bool closed, uint32_t colour)
{
    double y = symbol_y(tile) + (closed ? 0 : 3), x = tile->x + tile->w - 34;
    double angle = closed ? 0 : -0.6;
    paint_colour(cr, colour, 1);
    cairo_set_line_width(cr, 2.2);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    paint_line(cr, x - 4, y, x, y);
    paint_line(cr, x + 18, y, x + 22, y);
    paint_line(cr, x, y, x + 18 * cos(angle), y + 18 * sin(angle));
    cairo_arc(cr, x, y, 2.6, 0, 2 * M_PI);
    cairo_fill(cr);
    cairo_arc(cr, x + 18, y, 2.6, 0, 2 * M_PI);
    cairo_fill(cr);
}

static void draw_dots(cairo_t *cr, const struct box *tile, int full, int all)
{
    double y = symbol_y(tile);
    for (int i = 0; i < all && i < 5; i++) {
        double x = tile->x + tile->w - 16 - 12.0 * ((all < 5 ? all : 5) - 1 - i);
        paint_colour(cr, i < full ? COLOUR_WARNING : COLOUR_FAINT, i < full ? 1 : 0.6);
        cairo_arc(cr, x, y, 3.6, 0, 2 * M_PI);
        cairo_fill(cr);
    }
}

static void draw_bars(cairo_t *cr, const struct box *tile, int bars)
{
    double bottom = symbol_y(tile) + 7;
    for (int i = 0; i < 4; i++) {
        double height = 5 + 4.0 * i;
        struct box bar = {tile->x + tile->w - 38 + i * 7, bottom - height, 5, height};
        paint_round(cr, &bar, 1.5, i < bars ? COLOUR_ACCENT : COLOUR_FAINT, i < bars ? 1 : 0.5);
    }
}

static void draw_tiles(struct painter *painter, const struct box *tiles,
                       const struct gui_view *view)
{
    cairo_t *cr = painter->cr;
    char reminders[32];
    uint32_t contacts = view->closed ? COLOUR_GOOD : COLOUR_BAD;
    snprintf(reminders, sizeof reminders, "%d of %d", view->reminders, view->reminders_due);
    draw_tile(painter, &tiles[0], "Contacts", view->closed ? "closed" : "open", contacts);
    draw_contacts(cr, &tiles[0], view->closed, contacts);
    draw_tile(painter, &tiles[1], "Balance, yuan", view->balance,
              view->owes_money ? COLOUR_BAD : COLOUR_TEXT);
    draw_tile(painter, &tiles[2], "Reminders", reminders,
              view->reminders ? COLOUR_WARNING : COLOUR_TEXT);
    draw_dots(cr, &tiles[2], view->reminders, view->reminders_due);
    draw_tile(painter, &tiles[3], view->link, view->signal, COLOUR_TEXT);
    draw_bars(cr, &tiles[3], view->signal_bars);
}

/* ---- curves ---------------------------------------------------------------------------------- */

struct chart {
    const char *title, *value, *limit_text, *span;
    const int32_t *points;
    double top;   /* of the scale */
    double limit; /* 0: none */
    double unit;  /* points to one of the scale's units */
    const char *unit_name;
    uint32_t colour;
};

static double highest(const int32_t *points)
{
    int32_t high = 0;
    for (int i = 0; i < HISTORY_BUCKETS; i++)
        high = points[i] > high ? points[i] : high;
    return high;
}

/* The next of 1, 2, 5 x 10^n that holds the curve with air above it. */
static double nice_top(double value, double least)
{
    double want = fmax(value * 1.15, least), step = pow(10, floor(log10(want)));
    static const double factors[] = {1, 1.5, 2, 3, 4, 5, 8, 10};
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++)
        if (step * factors[i] >= want)
            return step * factors[i];
    return want;
}

static void trace(cairo_t *cr, const struct box *plot, const struct chart *chart)
{
    bool begun = false;
    for (int i = 0; i < HISTORY_BUCKETS; i++) {
        if (chart->points[i] < 0)
            continue;
        double x = plot->x + plot->w * i / (HISTORY_BUCKETS - 1);
        double y = plot->y + plot->h * (1 - fmin(1, chart->points[i] / chart->top));
        if (begun)
            cairo_line_to(cr, x, y);
        else
            cairo_move_to(cr, x, y);
        begun = true;
    }
}

static double first_known(const struct box *plot, const struct chart *chart)
{
    int i = 0;
    while (i < HISTORY_BUCKETS - 1 && chart->points[i] < 0)
        i++;
    return plot->x + plot->w * i / (HISTORY_BUCKETS - 1);
}

static void draw_curve(cairo_t *cr, const struct box *plot, const struct chart *chart)
{
    double bottom = plot->y + plot->h;
    cairo_pattern_t *glow = cairo_pattern_create_linear(0, plot->y, 0, bottom);
    double r = (chart->colour >> 16 & 0xff) / 255.0, g = (chart->colour >> 8 & 0xff) / 255.0,
           b = (chart->colour & 0xff) / 255.0;
    cairo_pattern_add_color_stop_rgba(glow, 0, r, g, b, 0.34);
    cairo_pattern_add_color_stop_rgba(glow, 1, r, g, b, 0.02);
    trace(cr, plot, chart);
    cairo_line_to(cr, plot->x + plot->w, bottom);
    cairo_line_to(cr, first_known(plot, chart), bottom);
    cairo_close_path(cr);
    cairo_set_source(cr, glow);
    cairo_fill(cr);
    cairo_pattern_destroy(glow);
    trace(cr, plot, chart);
    paint_colour(cr, chart->colour, 1);
    cairo_set_line_width(cr, 2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cr);
}

static void draw_limit(struct painter *painter, const struct box *plot, const struct chart *chart)
{
    cairo_t *cr = painter->cr;
    double y = plot->y + plot->h * (1 - chart->limit / chart->top);
    const double dashes[] = {6, 5};
    paint_colour(cr, COLOUR_BAD, 0.85);
    cairo_set_line_width(cr, 1.4);
    cairo_set_dash(cr, dashes, 2, 0);
    paint_line(cr, plot->x, y, plot->x + plot->w, y);
    cairo_set_dash(cr, NULL, 0, 0);
}

static void draw_scale(struct painter *painter, const struct box *plot, const struct chart *chart)
{
    char top[32];
    const struct text_style style = {.size = 12, .colour = COLOUR_FAINT};
    bool kilo = chart->top >= 10000 * chart->unit;
    snprintf(top, sizeof top, "%g %s%s", chart->top / chart->unit / (kilo ? 1000 : 1),
             kilo ? "k" : "", chart->unit_name);
    paint_text(painter, &(struct box){plot->x + 2, plot->y + 1, 80, 18}, top, &style);
}

static void draw_grid(cairo_t *cr, const struct box *plot)
{
    cairo_set_line_width(cr, 1);
    paint_colour(cr, COLOUR_EDGE, 0.7);
    for (int i = 0; i <= 3; i++) {
        double y = plot->y + plot->h * i / 3;
        paint_line(cr, plot->x, y, plot->x + plot->w, y);
    }
}

static void draw_chart(struct painter *painter, const struct box *box, const struct chart *chart)
{
    const struct text_style title = {.size = 14, .colour = COLOUR_MUTED};
    const struct text_style value = {
        .size = 18, .colour = chart->colour, .bold = true, .align = TEXT_RIGHT};
    const struct text_style limit = {.size = 13, .colour = COLOUR_BAD};
    const struct text_style span = {.size = 13, .colour = COLOUR_FAINT};
    struct box plot = {box->x, box->y + 28, box->w, box->h - 32};
    double width = text_width(painter, chart->title, &title);
    paint_text(painter, &(struct box){box->x, box->y, width + 2, 24}, chart->title, &title);
    double x = box->x + width + 16;
    width = text_width(painter, chart->span, &span);
    paint_text(painter, &(struct box){x, box->y, width + 2, 24}, chart->span, &span);
    x += width + 16;
    if (chart->limit > 0)
        paint_text(painter, &(struct box){x, box->y, 100, 24}, chart->limit_text, &limit);
    paint_text(painter, &(struct box){box->x + box->w - 120, box->y, 120, 24}, chart->value,
               &value);
    draw_grid(painter->cr, &plot);
    draw_scale(painter, &plot, chart);
    draw_curve(painter->cr, &plot, chart);
    if (chart->limit > 0)
        draw_limit(painter, &plot, chart);
}

static void draw_charts(struct painter *painter, const struct box *boxes,
                        const struct gui_view *view)
{
    const struct chart load = {
        .title = "Load",
        .value = view->power,
        .span = view->span,
        .points = view->powers_w,
        .top = nice_top(highest(view->powers_w), 200),
        .unit = 1,
        .unit_name = "W",
        .colour = COLOUR_WARM,
    };
    const struct chart residual = {
        .title = "Residual current",
        .value = view->residual,
        .span = view->span,
        .limit_text = view->residual_limit,
        .points = view->residuals_ua,
        .top = nice_top(highest(view->residuals_ua), view->residual_limit_ua * 1.34),
        .limit = view->residual_limit_ua,
        .unit = 1000,
        .unit_name = "mA",
        .colour = COLOUR_ACCENT,
    };
    draw_chart(painter, &boxes[0], &load);
    draw_chart(painter, &boxes[1], &residual);
}

/* ---- buttons --------------------------------------------------------------------------------- */

static const struct {
    const char *label, *detail;
    char key;
} buttons[GUI_ACTIONS] = {
#define X(id, name, label, detail, key) [GUI_##id] = {label, detail, key},
    GUI_ACTIONS_LIST(X)
#undef X
};

static uint32_t button_colour(int action)
{
    switch (action) {
    case GUI_PAY:
        return COLOUR_GOOD;
    case GUI_RESET:
        return COLOUR_ACCENT;
    case GUI_ARREARS:
        return COLOUR_WARNING;
    default:
        return COLOUR_BAD;
    }
}

static void draw_button(struct painter *painter, const struct box *box, int action, bool enabled)
{
    cairo_t *cr = painter->cr;
    uint32_t colour = enabled ? button_colour(action) : COLOUR_FAINT;
    const struct text_style label = {
        .size = 15, .colour = enabled ? COLOUR_TEXT : COLOUR_FAINT, .bold = true};
    const struct text_style detail = {.size = 12, .colour = enabled ? COLOUR_MUTED : COLOUR_FAINT};
    const struct text_style key = {
        .size = 12, .colour = colour, .bold = true, .align = TEXT_CENTRE};
    const char letter[2] = {buttons[action].key, '\0'};
    paint_round(cr, box, 10, colour, enabled ? 0.13 : 0.06);
    paint_outline(cr, box, 10, 1.4, colour, enabled ? 0.75 : 0.3);
    double middle = box->y + box->h / 2;
    struct box cap = {box->x + box->w - 27, middle + 4, 19, 19};
    paint_outline(cr, &cap, 5, 1, colour, 0.7);
    paint_text(painter, &cap, letter, &key);
    paint_text(painter, &(struct box){box->x + 10, middle - 26, box->w - 14, 26},
               buttons[action].label, &label);
    paint_text(painter, &(struct box){box->x + 10, middle + 3, box->w - 40, 20},
               buttons[action].detail, &detail);
}

void draw_flat(struct painter *painter, const struct gui_layout *layout,
               const struct gui_view *view)
{
    paint_panel(painter->cr, &layout->flat);
    draw_header(painter, &layout->header, view);
    draw_tiles(painter, layout->tiles, view);
    draw_charts(painter, layout->charts, view);
    for (int i = 0; i < GUI_ACTIONS; i++)
        draw_button(painter, &layout->buttons[i], i, view->enabled[i]);
}
