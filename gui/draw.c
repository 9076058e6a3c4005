#include "gui/draw.h"

#include "sim/error.h"

#include <stdlib.h>

uint32_t tone_colour(enum fact_tone tone)
{
    static const uint32_t colours[] = {
        [FACT_PLAIN] = COLOUR_TEXT,
        [FACT_GOOD] = COLOUR_GOOD,
        [FACT_BAD] = COLOUR_BAD,
        [FACT_WARNING] = COLOUR_WARNING,
    };
    return colours[tone];
}

/* ---- the bar at the top ---------------------------------------------------------------------- */

static void draw_pause(struct painter *painter, const struct box *box, const struct gui_view *view)
{
    cairo_t *cr = painter->cr;
    uint32_t colour = view->paced ? COLOUR_FAINT : COLOUR_TEXT;
    paint_round(cr, box, 10, view->paused ? COLOUR_WARNING : COLOUR_RAISED,
                view->paused ? 0.22 : 1);
    double x = box->x + 18, y = box->y + box->h / 2;
    paint_colour(cr, view->paused ? COLOUR_WARNING : colour, 1);
    if (view->paused) {
        cairo_move_to(cr, x, y - 7);
        cairo_line_to(cr, x + 12, y);
        cairo_line_to(cr, x, y + 7);
        cairo_fill(cr);
    } else {
        cairo_rectangle(cr, x, y - 7, 4, 14);
        cairo_rectangle(cr, x + 8, y - 7, 4, 14);
        cairo_fill(cr);
    }
    const struct text_style style = {
        .size = 15, .colour = view->paused ? COLOUR_WARNING : colour};
    paint_text(painter, &(struct box){x + 22, box->y, box->w - 44, box->h},
               view->paused ? "Go on" : "Pause", &style);
}

static void draw_speeds(struct painter *painter, const struct gui_layout *layout,
                        const struct gui_view *view)
{
    const struct box *first = &layout->speeds[0], *last = &layout->speeds[GUI_SPEEDS - 1];
    struct box all = {first->x, first->y, last->x + last->w - first->x, first->h};
    paint_round(painter->cr, &all, 10, COLOUR_RAISED, 1);
    for (int i = 0; i < GUI_SPEEDS; i++) {
        char text[16];
        bool chosen = i == view->speed;
        struct box inner = box_inset(&layout->speeds[i], 4);
        if (chosen)
            paint_round(painter->cr, &inner, 7, COLOUR_ACCENT, 0.24);
        uint32_t colour = view->paced ? COLOUR_FAINT : COLOUR_MUTED;
        const struct text_style style = {.size = 15,
                                         .colour = chosen ? COLOUR_TEXT : colour,
                                         .bold = chosen,
                                         .align = TEXT_CENTRE};
        snprintf(text, sizeof text, "×%d", gui_speeds[i]);
        paint_text(painter, &inner, text, &style);
    }
}

static void draw_mark(cairo_t *cr, double x, double y)
{
    paint_round(cr, &(struct box){x, y, 32, 32}, 9, COLOUR_ACCENT, 1);
    paint_colour(cr, COLOUR_BACKGROUND, 1);
    cairo_move_to(cr, x + 18, y + 6);
    cairo_line_to(cr, x + 9, y + 18);
    cairo_line_to(cr, x + 15, y + 18);
    cairo_line_to(cr, x + 13, y + 26);
    cairo_line_to(cr, x + 23, y + 13);
    cairo_line_to(cr, x + 16.5, y + 13);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void draw_bar(struct painter *painter, const struct gui_layout *layout,
                     const struct gui_view *view)
{
    const struct text_style name = {.size = 20, .colour = COLOUR_TEXT, .bold = true};
    const struct text_style place = {.size = 15, .colour = COLOUR_MUTED};
    const struct text_style rules = {
        .size = 14, .colour = view->rules_broken ? COLOUR_BAD : COLOUR_GOOD, .align = TEXT_RIGHT};
    const struct text_style clock = {
        .size = 20, .colour = COLOUR_TEXT, .bold = true, .align = TEXT_RIGHT};
    const struct text_style date = {.size = 15, .colour = COLOUR_MUTED, .align = TEXT_RIGHT};
    draw_mark(painter->cr, 16, 16);
    double named = text_width(painter, "meterbench", &name) + 4;
    paint_text(painter, &(struct box){60, 0, named, 64}, "meterbench", &name);
    double right = layout->pause.x - 24;
    paint_text(painter, &(struct box){right - 112, 0, 112, 64}, view->clock, &clock);
    paint_text(painter, &(struct box){right - 264, 0, 144, 64}, view->date, &date);
    double rules_x = right - 264 - 232;
    paint_text(painter, &(struct box){rules_x, 0, 216, 64}, view->rules, &rules);
    double x = 60 + named + 16;
    paint_text(painter, &(struct box){x, 0, rules_x - x - 16, 64}, view->place, &place);
    draw_pause(painter, &layout->pause, view);
    draw_speeds(painter, layout, view);
}

/* ---- the log --------------------------------------------------------------------------------- */

static void draw_line(struct painter *painter, const struct box *row, const struct gui_line *line,
                      bool selected)
{
    char flat[16] = "house";
    if (line->flat > 0)
        snprintf(flat, sizeof flat, "flat %u", line->flat);
    double size = row->w < 560 ? 13 : 14;
    const struct text_style time = {.size = size, .colour = COLOUR_FAINT};
    const struct text_style who = {.size = size, .colour = selected ? COLOUR_ACCENT : COLOUR_MUTED};
    const struct text_style what = {.size = size, .colour = tone_colour(line->tone)};
    paint_text(painter, &(struct box){row->x, row->y, 96, row->h}, line->time, &time);
    paint_text(painter, &(struct box){row->x + 98, row->y, 56, row->h}, flat, &who);
    paint_text(painter, &(struct box){row->x + 156, row->y, row->w - 156, row->h}, line->text,
               &what);
}

static void draw_log(struct painter *painter, const struct gui_layout *layout,
                     const struct gui_view *view)
{
    paint_panel(painter->cr, &layout->log);
    struct box inner = box_inset(&layout->log, 16);
    const struct text_style title = {.size = 15, .colour = COLOUR_TEXT, .bold = true};
    const struct text_style empty = {.size = 14, .colour = COLOUR_FAINT};
    paint_text(painter, &(struct box){inner.x, inner.y - 4, inner.w, 24}, "What happened", &title);
    double top = inner.y + 28, row = (inner.h - 28) / GUI_LINES;
    if (view->line_count == 0)
        paint_text(painter, &(struct box){inner.x, top, inner.w, row},
                   "Nothing yet: an ordinary evening.", &empty);
    for (int i = 0; i < view->line_count; i++) {
        const struct gui_line *line = &view->lines[i];
        struct box place = {inner.x, top + i * row, inner.w, row};
        draw_line(painter, &place, line, line->flat == view->selected);
    }
}

static void draw_banner(struct painter *painter, const struct gui_layout *layout, const char *text)
{
    if (!text[0])
        return;
    struct box box = {layout->house.x + 24, layout->house.y + 24, layout->house.w - 48, 72};
    paint_round(painter->cr, &box, 12, 0x3a1018, 0.97);
    paint_outline(painter->cr, &box, 12, 1.5, COLOUR_BAD, 1);
    const struct text_style style = {.size = 15, .colour = COLOUR_TEXT, .wraps = true};
    paint_text(painter, &(struct box){box.x + 16, box.y + 14, box.w - 32, box.h - 24}, text,
               &style);
}

void gui_draw(struct painter *painter, const struct gui_view *view, int width, int height)
{
    struct gui_layout layout;
    cairo_t *cr = painter->cr;
    gui_layout_make(&layout, width, height, view->flat_count);
    paint_colour(cr, COLOUR_BACKGROUND, 1);
    cairo_paint(cr);
    cairo_save(cr);
    cairo_scale(cr, layout.scale, layout.scale);
    draw_bar(painter, &layout, view);
    draw_house(painter, &layout, view);
    draw_flat(painter, &layout, view);
    draw_stopwatch(painter, &layout, view);
    draw_log(painter, &layout, view);
    draw_banner(painter, &layout, view->banner);
    cairo_restore(cr);
}

static int save(cairo_surface_t *surface, const char *path)
{
    cairo_status_t status = cairo_surface_write_to_png(surface, path);
    return status == CAIRO_STATUS_SUCCESS ? 0 : ERROR_IO;
}

int gui_picture(const struct gui_view *view, int width, int height, double scale, const char *path)
{
    struct painter painter;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * scale),
                                                          (int)(height * scale));
    cairo_t *cr = cairo_create(surface);
    int result = ERROR_NO_MEMORY;
    if (cairo_status(cr) == CAIRO_STATUS_SUCCESS && painter_init(&painter, NULL)) {
        cairo_scale(cr, scale, scale);
        painter_begin(&painter, cr);
        gui_draw(&painter, view, width, height);
        painter_free(&painter);
        result = save(surface, path);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return result;
}
