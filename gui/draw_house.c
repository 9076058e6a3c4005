/*
 * The house as a cutaway at dusk. What never changes is drawn into two layers once for a size,
 * every flat lit and every flat dark; a frame puts each room together from them and adds what
 * stands in the view.
 */
#include "gui/draw.h"

#include <math.h>

/* ---- outside --------------------------------------------------------------------------------- */

static void draw_stars(cairo_t *cr, const struct box *sky)
{
    for (uint32_t i = 0; i < 130; i++) {
        double x = sky->x + sky->w * scatter_unit(3 * i), depth = scatter_unit(3 * i + 1);
        double y = sky->y + sky->h * 0.8 * depth * depth;
        paint_colour(cr, 0xdfe8ff, 0.15 + 0.6 * scatter_unit(3 * i + 2) * (1 - depth));
        cairo_arc(cr, x, y, 0.5 + 0.8 * scatter_unit(7 * i), 0, 2 * M_PI);
        cairo_fill(cr);
    }
}

static void draw_moon(cairo_t *cr, double x, double y, double radius)
{
    paint_glow(cr, x, y, radius * 5, 0xbccbff, 0.28);
    paint_colour(cr, 0xe9eefc, 1);
    cairo_arc(cr, x, y, radius, 0, 2 * M_PI);
    cairo_fill(cr);
    static const double craters[][3] = {{-0.3, -0.25, 0.22}, {0.35, 0.1, 0.16}, {-0.1, 0.45, 0.14}};
    for (int i = 0; i < 3; i++) {
        paint_colour(cr, 0xc3cde6, 0.7);
        cairo_arc(cr, x + craters[i][0] * radius, y + craters[i][1] * radius,
                  craters[i][2] * radius, 0, 2 * M_PI);
        cairo_fill(cr);
    }
}

/* A city far away: blocks of different heights with a few lights. */
static void draw_skyline(cairo_t *cr, const struct box *house, double horizon)
{
    double x = house->x;
    for (uint32_t i = 0; x < house->x + house->w; i++) {
        double w = 26 + 34 * scatter_unit(500 + i), h = 40 + 130 * scatter_unit(600 + i);
        paint_colour(cr, 0x1b1d3a, 0.9);
        cairo_rectangle(cr, x, horizon - h, w, h);
        cairo_fill(cr);
        for (uint32_t k = 0; k < 5; k++) {
            paint_colour(cr, COLOUR_WARM, 0.35 * scatter_unit(700 + 5 * i + k));
            cairo_rectangle(cr, x + 5 + floor((w - 10) * scatter_unit(800 + 5 * i + k)),
                            horizon - h + 8 + floor((h - 20) * scatter_unit(900 + 5 * i + k)), 3,
                            4);
            cairo_fill(cr);
        }
        x += w + 3;
    }
}

static void draw_tree(cairo_t *cr, double x, double ground, double size)
{
    paint_colour(cr, 0x0f1a24, 1);
    cairo_rectangle(cr, x - size * 0.04, ground - size * 0.5, size * 0.08, size * 0.5);
    cairo_fill(cr);
    static const double crowns[][3] = {{0, -0.72, 0.30}, {-0.2, -0.52, 0.24}, {0.2, -0.5, 0.25}};
    for (int i = 0; i < 3; i++) {
        paint_colour(cr, i ? 0x14262f : 0x182d36, 1);
        cairo_arc(cr, x + crowns[i][0] * size, ground + crowns[i][1] * size, crowns[i][2] * size, 0,
                  2 * M_PI);
        cairo_fill(cr);
    }
}

static void draw_sky(cairo_t *cr, const struct gui_layout *layout)
{
    const struct box *house = &layout->house;
    double horizon = layout->ground.y;
    cairo_pattern_t *dusk = cairo_pattern_create_linear(0, house->y, 0, horizon);
    pattern_stop(dusk, 0, 0x0a1030, 1);
    pattern_stop(dusk, 0.45, 0x1c2152, 1);
    pattern_stop(dusk, 0.75, 0x43306a, 1);
    pattern_stop(dusk, 0.92, 0x8a4a67, 1);
    pattern_stop(dusk, 1, 0xd07a52, 1);
    cairo_rectangle(cr, house->x, house->y, house->w, house->h);
    paint_pattern(cr, dusk);
    draw_stars(cr, &(struct box){house->x, house->y, house->w, horizon - house->y});
    double sky = layout->building.y - house->y;
    draw_moon(cr, house->x + house->w * 0.87, house->y + sky * 0.42, fmin(22, sky * 0.2));
    draw_skyline(cr, house, horizon);
    double margin = layout->building.x - house->x;
    draw_tree(cr, house->x + margin * 0.42, horizon, margin * 1.5);
    draw_tree(cr, house->x + house->w - margin * 0.4, horizon, margin * 1.8);
}

static void draw_ground(cairo_t *cr, const struct gui_layout *layout)
{
    const struct box *ground = &layout->ground;
    cairo_pattern_t *soil = cairo_pattern_create_linear(0, ground->y, 0, ground->y + ground->h);
    pattern_stop(soil, 0, 0x121827, 1);
    pattern_stop(soil, 1, 0x0b0f1b, 1);
    cairo_rectangle(cr, ground->x, ground->y, ground->w, ground->h);
    paint_pattern(cr, soil);
    paint_colour(cr, 0x2d3a58, 1);
    cairo_rectangle(cr, ground->x, ground->y, ground->w, 3);
    cairo_fill(cr);
}

static void draw_mast(cairo_t *cr, double x, double base, double height)
{
    paint_colour(cr, 0x55648c, 1);
    cairo_set_line_width(cr, 2);
    paint_line(cr, x, base, x, base - height);
    paint_line(cr, x - height * 0.16, base, x, base - height * 0.6);
    paint_line(cr, x + height * 0.16, base, x, base - height * 0.6);
    for (int i = 1; i <= 3; i++) {
        paint_colour(cr, COLOUR_ACCENT, 0.75 - 0.2 * i);
        cairo_set_line_width(cr, 1.8);
        cairo_arc(cr, x, base - height, 5.0 * i + 2, -0.8, 0.8);
        cairo_stroke(cr);
        cairo_arc(cr, x, base - height, 5.0 * i + 2, M_PI - 0.8, M_PI + 0.8);
        cairo_stroke(cr);
    }
    paint_glow(cr, x, base - height, 10, COLOUR_BAD, 0.9);
    paint_colour(cr, 0xff8890, 1);
    cairo_arc(cr, x, base - height, 2.4, 0, 2 * M_PI);
    cairo_fill(cr);
}

static void draw_roof(cairo_t *cr, const struct gui_layout *layout)
{
    const struct box *building = &layout->building;
    double sky = building->y - layout->house.y, top = building->y;
    double w = building->w;
    struct box lift = {building->x + w * 0.62, top - sky * 0.3, sky * 0.9, sky * 0.32};
    struct box stairs = {building->x + w * 0.02, top - sky * 0.38, sky * 0.75, sky * 0.4};
    struct box eaves = {building->x - 12, top - 10, w + 24, 12};
    paint_round(cr, &lift, 3, 0x222c4a, 1);
    paint_round(cr, &stairs, 3, 0x263152, 1);
    draw_mast(cr, building->x + building->w * 0.34, top - 6, sky * 0.5);
    paint_round(cr, &eaves, 3, 0x34416a, 1);
    paint_colour(cr, 0x4a5988, 1);
    cairo_rectangle(cr, building->x - 10, top - 10, building->w + 20, 2);
    cairo_fill(cr);
}

/* ---- the building ---------------------------------------------------------------------------- */

static void draw_stairs(cairo_t *cr, const struct gui_layout *layout)
{
    double height = layout->building.h / layout->floors;
    double right = gui_room(layout, 0).x;
    for (int i = 0; i < layout->floors; i++) {
        struct box landing = {layout->building.x, layout->building.y + i * height,
                              right - layout->building.x, height};
        struct box inner = box_inset(&landing, ROOM_WALL);
        cairo_pattern_t *light = cairo_pattern_create_linear(0, inner.y, 0, inner.y + inner.h);
        pattern_stop(light, 0, 0x37456e, 1);
        pattern_stop(light, 1, 0x222c4b, 1);
        cairo_rectangle(cr, inner.x, inner.y, inner.w, inner.h);
        paint_pattern(cr, light);
        paint_colour(cr, 0x141b30, 0.9);
        for (int step = 0; step < 6; step++)
            cairo_rectangle(cr, inner.x + inner.w * step / 6.0,
                            inner.y + inner.h * (5 - step) / 6.0, inner.w / 6.0 + 0.5,
                            inner.h * (step + 1) / 6.0);
        cairo_fill(cr);
    }
}

static void draw_layer(cairo_t *cr, const struct gui_layout *layout, bool lit)
{
    const struct box *building = &layout->building;
    path_round(cr, &layout->house, 14);
    cairo_clip(cr);
    draw_sky(cr, layout);
    if (lit)
        paint_glow(cr, building->x + building->w / 2, building->y + building->h * 0.6,
                   building->w * 0.62, 0xffc27a, 0.16);
    draw_ground(cr, layout);
    draw_roof(cr, layout);
    paint_colour(cr, 0x2a3557, 1);
    cairo_rectangle(cr, building->x - 6, building->y, building->w + 12, building->h);
    cairo_fill(cr);
    draw_stairs(cr, layout);
    for (uint32_t i = 0; i < layout->flat_count; i++) {
        struct box cell = gui_room(layout, i);
        draw_room(cr, &cell, i + 1, lit);
    }
    paint_outline(cr, &layout->house, 14, 1, COLOUR_EDGE, 0.9);
}

/* ---- layers ---------------------------------------------------------------------------------- */

/* Device pixels that hold a box of design pixels. */
static struct box device_box(const struct box *box, double scale, double x0, double y0)
{
    double x = floor(box->x * scale + x0), y = floor(box->y * scale + y0);
    return (struct box){x, y, ceil((box->x + box->w) * scale + x0) - x,
                        ceil((box->y + box->h) * scale + y0) - y};
}

static cairo_surface_t *make_layer(const struct gui_layout *layout, const cairo_matrix_t *matrix,
                                   bool lit)
{
    struct box device = device_box(&layout->house, matrix->xx, matrix->x0, matrix->y0);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)device.w, (int)device.h);
    cairo_t *cr = cairo_create(surface);
    cairo_translate(cr, -device.x, -device.y);
    cairo_transform(cr, matrix);
    draw_layer(cr, layout, lit);
    cairo_destroy(cr);
    return surface;
}

static void prepare_layers(struct painter *painter, const struct gui_layout *layout,
                           const cairo_matrix_t *matrix)
{
    const struct box *is = &painter->house_box, *want = &layout->house;
    bool same = painter->house_lit && painter->house_scale == matrix->xx && is->x == want->x &&
                is->y == want->y && is->w == want->w && is->h == want->h &&
                painter->house_flats == layout->flat_count;
    if (same)
        return;
    cairo_surface_destroy(painter->house_lit);
    cairo_surface_destroy(painter->house_dark);
    painter->house_lit = make_layer(layout, matrix, true);
    painter->house_dark = make_layer(layout, matrix, false);
    painter->house_box = *want;
    painter->house_scale = matrix->xx;
    painter->house_flats = layout->flat_count;
}

static void put_together(struct painter *painter, const struct gui_layout *layout,
                         const struct gui_view *view)
{
    cairo_t *cr = painter->cr;
    cairo_matrix_t matrix;
    cairo_get_matrix(cr, &matrix);
    prepare_layers(painter, layout, &matrix);
    struct box whole = device_box(&layout->house, matrix.xx, matrix.x0, matrix.y0);
    cairo_save(cr);
    cairo_identity_matrix(cr);
    cairo_set_source_surface(cr, painter->house_lit, whole.x, whole.y);
    cairo_rectangle(cr, whole.x, whole.y, whole.w, whole.h);
    cairo_fill(cr);
    cairo_set_source_surface(cr, painter->house_dark, whole.x, whole.y);
    for (uint32_t i = 0; i < view->flat_count; i++) {
        struct box cell = gui_room(layout, i);
        struct box room = device_box(&cell, matrix.xx, matrix.x0, matrix.y0);
        if (!view->flats[i].lit)
            cairo_rectangle(cr, room.x, room.y, room.w, room.h);
    }
    cairo_fill(cr);
    cairo_restore(cr);
}

/* ---- what stands in the view ----------------------------------------------------------------- */

/* On the room's lower edge, so that it covers neither number nor sign. */
static void draw_badge(struct painter *painter, const struct box *room, const char *text)
{
    const struct text_style style = {.size = room->w < 120 ? 11 : 12,
                                     .colour = COLOUR_BACKGROUND,
                                     .bold = true,
                                     .align = TEXT_CENTRE};
    double width = text_width(painter, text, &style) + 14;
    struct box chip = {room->x + room->w / 2 - width / 2, room->y + room->h - 11, width, 18};
    paint_round(painter->cr, &chip, 9, COLOUR_ACCENT, 1);
    paint_text(painter, &chip, text, &style);
}

static void draw_sign(struct painter *painter, const struct box *room, const char *text,
                      uint32_t colour)
{
    const struct text_style style = {
        .size = 13, .colour = COLOUR_BACKGROUND, .bold = true, .align = TEXT_CENTRE};
    struct box sign = {room->x + room->w - 27, room->y + 7, 20, 20};
    paint_round(painter->cr, &sign, 10, colour, 1);
    paint_text(painter, &sign, text, &style);
}

static void draw_number(struct painter *painter, const struct box *room,
                        const struct gui_flat *flat)
{
    char text[16];
    snprintf(text, sizeof text, "%u", flat->number);
    const struct text_style style = {.size = 12,
                                     .colour = flat->lit ? 0xffe9c8 : COLOUR_MUTED,
                                     .bold = true,
                                     .align = TEXT_CENTRE};
    double width = text_width(painter, text, &style) + 10;
    struct box plate = {room->x + 4, room->y + 4, width, 18};
    paint_round(painter->cr, &plate, 4, flat->lit ? 0x3b2310 : 0x0b1020, 0.82);
    paint_text(painter, &plate, text, &style);
}

static void draw_state(struct painter *painter, const struct box *cell, const struct gui_flat *flat,
                       const struct gui_view *view)
{
    cairo_t *cr = painter->cr;
    struct box room = box_inset(cell, ROOM_WALL - 1.0);
    bool roomy = cell->w > 64 && cell->h > 36;
    if (flat->alarm) {
        paint_round(cr, &room, 3, COLOUR_BAD, 0.10 + 0.20 * view->pulse);
        paint_outline(cr, &room, 3, 2.5, COLOUR_BAD, 0.45 + 0.55 * view->pulse);
    }
    if (flat->number == view->selected) {
        struct box outer = box_inset(cell, -2);
        paint_outline(cr, &outer, 5, 8, COLOUR_ACCENT, 0.22);
        paint_outline(cr, cell, 4, 3, COLOUR_ACCENT, 1);
    }
    if (!roomy)
        return;
    draw_number(painter, &room, flat);
    if (flat->alarm)
        draw_sign(painter, &room, "!", COLOUR_BAD);
    else if (flat->owes)
        draw_sign(painter, &room, "¥", COLOUR_WARNING);
}

static uint32_t lamp_colour(const struct gui_flat *flat)
{
    if (flat->alarm)
        return COLOUR_BAD;
    return flat->lit ? COLOUR_GOOD : COLOUR_WARNING;
}

/* In the cellar: a lamp for each flat's meter. */
static void draw_cabinet(cairo_t *cr, const struct box *box, const struct gui_view *view)
{
    paint_round(cr, box, 6, 0x1a2338, 1);
    paint_outline(cr, box, 6, 1, 0x33405f, 1);
    uint32_t rows = view->flat_count > 24 ? 2 : 1;
    uint32_t columns = (view->flat_count + rows - 1) / rows;
    for (uint32_t i = 0; i < view->flat_count; i++) {
        double x = box->x + (i % columns + 1.0) * box->w / (columns + 1);
        double y = box->y + (i / columns + 1.0) * box->h / (rows + 1);
        uint32_t colour = lamp_colour(&view->flats[i]);
        paint_colour(cr, colour, 0.22);
        cairo_arc(cr, x, y, 4.5, 0, 2 * M_PI);
        cairo_fill(cr);
        paint_colour(cr, colour, 1);
        cairo_arc(cr, x, y, 2.2, 0, 2 * M_PI);
        cairo_fill(cr);
    }
}

static void draw_cellar(struct painter *painter, const struct gui_layout *layout,
                        const struct gui_view *view)
{
    const struct box *ground = &layout->ground, *building = &layout->building;
    const struct text_style left = {.size = 15, .colour = COLOUR_TEXT};
    const struct text_style right = {.size = 15, .colour = COLOUR_MUTED, .align = TEXT_RIGHT};
    double y = ground->y + 3, h = ground->h - 3, side = building->w * 0.36;
    paint_text(painter, &(struct box){building->x, y, side, h}, view->supplied, &left);
    paint_text(painter, &(struct box){building->x + building->w - side, y, side, h}, view->feeder,
               &right);
    struct box cabinet = {building->x + side + 8, y + h / 2 - 16, building->w - 2 * side - 16, 32};
    if (view->flat_count <= 80)
        draw_cabinet(painter->cr, &cabinet, view);
}

void draw_house(struct painter *painter, const struct gui_layout *layout,
                const struct gui_view *view)
{
    put_together(painter, layout, view);
    for (uint32_t i = 0; i < view->flat_count; i++) {
        struct box cell = gui_room(layout, i);
        if (view->flats[i].number != view->selected)
            draw_state(painter, &cell, &view->flats[i], view);
    }
    if (view->selected >= 1 && view->selected <= view->flat_count) {
        struct box cell = gui_room(layout, view->selected - 1);
        draw_state(painter, &cell, &view->flats[view->selected - 1], view);
    }
    for (uint32_t i = 0; i < view->flat_count; i++) {
        struct box cell = gui_room(layout, i);
        if (view->flats[i].board)
            draw_badge(painter, &cell, view->badge);
    }
    draw_cellar(painter, layout, view);
}
