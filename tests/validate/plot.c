#include "tests/validate/plot.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdio.h>

enum { WIDTH = 900, HEIGHT = 500, LEFT = 70, RIGHT = 20, TOP = 40, BOTTOM = 55 };

/* Okabe and Ito 2008: told apart by the colour-blind, too. */
static const double palette[][3] = {
    {0.00, 0.45, 0.70}, {0.84, 0.37, 0.00}, {0.00, 0.62, 0.45}, {0.80, 0.47, 0.65},
    {0.90, 0.62, 0.00}, {0.34, 0.71, 0.91}, {0.25, 0.25, 0.25},
};

static double place(const struct axis *axis, double value)
{
    if (axis->logarithmic)
        return log(value / axis->from) / log(axis->to / axis->from);
    return (value - axis->from) / (axis->to - axis->from);
}

static double at_x(const struct plot *plot, double x)
{
    return LEFT + place(&plot->x, x) * (WIDTH - LEFT - RIGHT);
}

static double at_y(const struct plot *plot, double y)
{
    return HEIGHT - BOTTOM - place(&plot->y, y) * (HEIGHT - TOP - BOTTOM);
}

static void colour(cairo_t *cairo, int index)
{
    const double *rgb = palette[(unsigned)index % (sizeof palette / sizeof palette[0])];
    cairo_set_source_rgb(cairo, rgb[0], rgb[1], rgb[2]);
}

/* `align`: 0 from x on, 0.5 around it, 1 up to it. */
static void text(cairo_t *cairo, double x, double y, double align, const char *words)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, words, &extents);
    cairo_move_to(cairo, x - align * extents.x_advance, y);
    cairo_show_text(cairo, words);
}

/* One line of the grid, as part of the path, and its label. */
static void tick(cairo_t *cairo, const struct plot *plot, bool horizontal, double value,
                 bool labelled)
{
    char words[32];
    snprintf(words, sizeof words, "%.6g", value);
    double x = horizontal ? at_x(plot, value) : LEFT, y = horizontal ? TOP : at_y(plot, value);
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    if (labelled && horizontal)
        text(cairo, x, HEIGHT - BOTTOM + 17, 0.5, words);
    else if (labelled)
        text(cairo, LEFT - 6, y + 4, 1, words);
    cairo_set_source_rgb(cairo, 0.87, 0.87, 0.87);
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, horizontal ? x : WIDTH - RIGHT, horizontal ? HEIGHT - BOTTOM : y);
    cairo_stroke(cairo);
}

static void draw_axis(cairo_t *cairo, const struct plot *plot, bool horizontal)
{
    const struct axis *axis = horizontal ? &plot->x : &plot->y;
    if (!axis->logarithmic) {
        int ticks = (int)floor((axis->to - axis->from) / axis->step + 1e-9);
        for (int i = 0; i <= ticks; i++)
            tick(cairo, plot, horizontal, axis->from + i * axis->step, true);
        return;
    }
    bool few = axis->to / axis->from < 1000; /* then 2 and 5 are labelled as well */
    for (int power = (int)floor(log10(axis->from) + 1e-9); pow(10, power) <= axis->to; power++)
        for (int digit = 1; digit < 10; digit++) {
            double value = digit * pow(10, power);
            bool labelled = digit == 1 || (few && (digit == 2 || digit == 5));
            if (value >= axis->from * 0.999 && value <= axis->to * 1.001 && (labelled || few))
                tick(cairo, plot, horizontal, value, labelled);
        }
}

/* Squares, as lines as long as they are wide. */
static void draw_points(cairo_t *cairo, const struct plot *plot, const struct series *series)
{
    cairo_set_line_width(cairo, 4);
    for (int i = 0; i < series->count; i++) {
        cairo_move_to(cairo, at_x(plot, series->x[i]) - 2, at_y(plot, series->y[i]));
        cairo_rel_line_to(cairo, 4, 0);
    }
    cairo_stroke(cairo);
}

static void draw_series(cairo_t *cairo, const struct plot *plot, const struct series *series)
{
    static const double dashes[] = {6, 4};
    cairo_save(cairo);
    cairo_rectangle(cairo, LEFT, TOP - 3, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM + 6);
    cairo_clip(cairo);
    colour(cairo, series->colour);
    cairo_set_line_width(cairo, 1.6);
    if (series->style == SERIES_DASHED)
        cairo_set_dash(cairo, dashes, 2, 0);
    if (series->style == SERIES_POINTS) {
        draw_points(cairo, plot, series);
    } else {
        for (int i = 0; i < series->count; i++)
            cairo_line_to(cairo, at_x(plot, series->x[i]), at_y(plot, series->y[i]));
        cairo_stroke(cairo);
    }
    cairo_restore(cairo);
}

/* In a row under the title. */
static void draw_legend(cairo_t *cairo, const struct plot *plot)
{
    double x = LEFT + 4;
    for (int i = 0; i < plot->series_count; i++) {
        const struct series *series = &plot->series[i];
        if (!series->name)
            continue;
        cairo_text_extents_t extents;
        cairo_text_extents(cairo, series->name, &extents);
        colour(cairo, series->colour);
        if (series->style == SERIES_POINTS)
            cairo_rectangle(cairo, x + 8, TOP - 13, 5, 5);
        else
            cairo_rectangle(cairo, x, TOP - 12, series->style == SERIES_DASHED ? 10 : 20, 2.5);
        cairo_fill(cairo);
        cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
        text(cairo, x + 24, TOP - 7, 0, series->name);
        x += 24 + extents.x_advance + 16;
    }
}

static void draw_frame(cairo_t *cairo, const struct plot *plot)
{
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, 12);
    cairo_set_line_width(cairo, 1);
    draw_axis(cairo, plot, true);
    draw_axis(cairo, plot, false);
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    cairo_rectangle(cairo, LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    cairo_stroke(cairo);
    text(cairo, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16, 0.5, plot->x.label);
    cairo_save(cairo);
    cairo_translate(cairo, 18, (TOP + HEIGHT - BOTTOM) / 2.0);
    cairo_rotate(cairo, -acos(0));
    text(cairo, 0, 0, 0.5, plot->y.label);
    cairo_restore(cairo);
    text(cairo, (LEFT + WIDTH - RIGHT) / 2.0, 16, 0.5, plot->title);
}

bool plot_write(const struct plot *plot, const char *folder, const char *file)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    cairo_surface_t *surface = cairo_svg_surface_create(path, WIDTH, HEIGHT);
    cairo_t *cairo = cairo_create(surface);
    draw_frame(cairo, plot);
    for (int i = 0; i < plot->series_count; i++)
        draw_series(cairo, plot, &plot->series[i]);
    draw_legend(cairo, plot);
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    bool written = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return written;
}
