/* The stopwatch: one big measured time, its limit and margin, and the steps on the way. */
#include "gui/draw.h"

#include <math.h>

static uint32_t mood_colour(enum gui_mood mood)
{
    static const uint32_t colours[] = {
        [MOOD_IDLE] = COLOUR_FAINT,      [MOOD_WAITING] = COLOUR_WARNING,
        [MOOD_RUNNING] = COLOUR_ACCENT,  [MOOD_GOOD] = COLOUR_GOOD,
        [MOOD_BAD] = COLOUR_BAD,         [MOOD_UNSURE] = COLOUR_WARNING,
    };
    return colours[mood];
}

static bool judged(const struct gui_stopwatch *watch)
{
    return watch->verdict[0] != '\0';
}

static void draw_reading(struct painter *painter, const struct box *box,
                         const struct gui_stopwatch *watch)
{
    uint32_t colour = mood_colour(watch->mood);
    const struct text_style unit = {.size = 28, .colour = colour};
    const struct text_style width = {.size = box->w < 360 ? 16 : 18, .colour = COLOUR_MUTED};
    struct text_style digits = {.size = 76, .colour = colour, .bold = true};
    double aside = fmax(40, text_width(painter, watch->width, &width) + 28);
    double taken = text_width(painter, watch->reading, &digits);
    for (; digits.size > 40 && taken + aside > box->w; digits.size -= 4)
        taken = text_width(painter, watch->reading,
                           &(struct text_style){digits.size - 4, colour, true, TEXT_LEFT, false});
    bool is_time = watch->reading[0] == '-' || (watch->limit[0] && !watch->hint[0]) ||
                   watch->mood == MOOD_IDLE;
    paint_text(painter, &(struct box){box->x, box->y, taken + 4, box->h}, watch->reading, &digits);
    double x = box->x + taken + 12;
    if (is_time)
        paint_text(painter, &(struct box){x, box->y + box->h - 48, 24, 36}, "s", &unit);
    paint_text(painter, &(struct box){x, box->y + 10, 112, 26}, watch->width, &width);
}

static void draw_fact(struct painter *painter, const struct box *box, const char *name,
                      const char *value, uint32_t colour)
{
    const struct text_style small = {.size = 14, .colour = COLOUR_MUTED};
    const struct text_style large = {
        .size = box->w < 150 ? 18 : 20, .colour = colour, .bold = true};
    paint_text(painter, &(struct box){box->x, box->y, box->w, 22}, name, &small);
    paint_text(painter, &(struct box){box->x, box->y + 22, box->w, 28}, value, &large);
}

/* Limit and margin at the right; before there is a result, a word on what to do. */
static void draw_facts(struct painter *painter, const struct box *box,
                       const struct gui_stopwatch *watch)
{
    const struct text_style hint = {
        .size = box->w < 360 ? 14 : 15, .colour = COLOUR_MUTED, .wraps = true};
    const struct text_style small = {.size = box->w < 360 ? 13 : 14, .colour = COLOUR_MUTED};
    if (watch->hint[0]) {
        paint_text(painter, &(struct box){box->x, box->y + 8, box->w, box->h - 8}, watch->hint,
                   &hint);
        return;
    }
    double x = box->x, y = box->y + 6;
    uint32_t colour = mood_colour(watch->mood);
    draw_fact(painter, &(struct box){x, y, box->w * 0.22, 50}, "limit", watch->limit, COLOUR_TEXT);
    if (judged(watch)) {
        x += box->w * 0.24;
        draw_fact(painter, &(struct box){x, y, box->w * 0.3, 50}, "margin", watch->margin, colour);
        x += box->w * 0.32;
        draw_fact(painter, &(struct box){x, y, box->w * 0.44, 50}, "verdict", watch->verdict,
                  colour);
    }
    paint_text(painter, &(struct box){box->x, box->y + 62, box->w, 22}, watch->evidence, &small);
}

/* The time against its limit, to scale. */
static void draw_gauge(struct painter *painter, const struct box *box,
                       const struct gui_stopwatch *watch)
{
    cairo_t *cr = painter->cr;
    paint_round(cr, box, box->h / 2, COLOUR_RAISED, 1);
    double fraction = fmin(1, watch->fraction);
    if (fraction > 0) {
        struct box fill = {box->x, box->y, fmax(box->h, box->w * fraction), box->h};
        paint_round(cr, &fill, box->h / 2, mood_colour(watch->mood), 1);
    }
    paint_colour(cr, COLOUR_BAD, 0.9);
    cairo_rectangle(cr, box->x + box->w - 3, box->y - 4, 3, box->h + 8);
    cairo_fill(cr);
}

static void draw_steps(struct painter *painter, const struct box *box,
                       const struct gui_stopwatch *watch)
{
    const struct text_style name = {.size = box->w < 720 ? 12 : 13, .colour = COLOUR_MUTED};
    const struct text_style after = {.size = 15, .colour = COLOUR_TEXT, .bold = true};
    double width = box->w / fmax(watch->step_count, 5);
    cairo_t *cr = painter->cr;
    for (int i = 0; i < watch->step_count; i++) {
        double x = box->x + i * width;
        paint_colour(cr, COLOUR_EDGE, 1);
        cairo_set_line_width(cr, 2);
        if (i + 1 < watch->step_count && watch->mood != MOOD_IDLE) /* idle: a list, not a way */
            paint_line(cr, x + 14, box->y + 5, x + width - 4, box->y + 5);
        paint_colour(cr, mood_colour(watch->mood), 1);
        cairo_arc(cr, x + 5, box->y + 5, 4, 0, 2 * M_PI);
        cairo_fill(cr);
        paint_text(painter, &(struct box){x, box->y + 14, width - 6, 20}, watch->steps[i].name,
                   &name);
        paint_text(painter, &(struct box){x, box->y + 34, width - 6, 20}, watch->steps[i].after,
                   &after);
    }
}

void draw_stopwatch(struct painter *painter, const struct gui_layout *layout,
                    const struct gui_view *view)
{
    const struct gui_stopwatch *watch = &view->stopwatch;
    const struct text_style title = {.size = 17, .colour = COLOUR_TEXT, .bold = true};
    const struct text_style name = {.size = 15, .colour = COLOUR_ACCENT, .align = TEXT_RIGHT};
    paint_panel(painter->cr, &layout->stopwatch);
    if (judged(watch))
        paint_outline(painter->cr, &layout->stopwatch, 14, 1.5, mood_colour(watch->mood), 0.55);
    struct box inner = box_inset(&layout->stopwatch, 20);
    double spare = fmin(24, (inner.h - 184) / 3);
    paint_text(painter, &(struct box){inner.x, inner.y - 4, inner.w - 140, 26}, watch->title,
               &title);
    paint_text(painter, &(struct box){inner.x + inner.w - 130, inner.y - 4, 130, 26}, view->name,
               &name);
    double y = inner.y + 28 + spare, half = fmax(348, inner.w * 0.46);
    draw_reading(painter, &(struct box){inner.x, y - 2, half, 88}, watch);
    draw_facts(painter, &(struct box){inner.x + half, y, inner.w - half, 88}, watch);
    y += 88 + spare;
    draw_gauge(painter, &(struct box){inner.x, y, inner.w, 8}, watch);
    draw_steps(painter, &(struct box){inner.x, y + 8 + fmax(10, spare), inner.w, 56}, watch);
}
