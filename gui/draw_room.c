/* What a room looks like: five ways to furnish it, lit or dark. */
#include "gui/draw.h"

#include <math.h>

/* A room in tenths of its height; the floor is at 9. */
struct room {
    cairo_t *cr;
    struct box box;
    double u, width; /* a tenth in design pixels; the room's width in tenths */
    bool lit;
    uint32_t ink;
    double alpha;
};

static struct box place(const struct room *room, double x, double y, double w, double h)
{
    return (struct box){room->box.x + x * room->u, room->box.y + y * room->u, w * room->u,
                        h * room->u};
}

static void block(const struct room *room, double x, double y, double w, double h, double radius)
{
    struct box box = place(room, x, y, w, h);
    paint_round(room->cr, &box, radius * room->u, room->ink, room->alpha);
}

static void ball(const struct room *room, double x, double y, double radius)
{
    struct box box = place(room, x, y, 0, 0);
    paint_colour(room->cr, room->ink, room->alpha);
    cairo_arc(room->cr, box.x, box.y, radius * room->u, 0, 2 * M_PI);
    cairo_fill(room->cr);
}

static void draw_window(const struct room *room, double x, double w)
{
    struct box pane = place(room, x, 2, w, 4);
    cairo_t *cr = room->cr;
    paint_round(cr, &pane, 1, room->lit ? 0x2b2d5c : 0x0c1126, 1);
    paint_outline(cr, &pane, 1, fmax(1, 0.22 * room->u), room->lit ? 0xfff0d0 : 0x2a3557, 0.9);
    paint_colour(cr, room->lit ? 0xfff0d0 : 0x2a3557, 0.9);
    cairo_set_line_width(cr, fmax(0.8, 0.16 * room->u));
    paint_line(cr, pane.x + pane.w / 2, pane.y, pane.x + pane.w / 2, pane.y + pane.h);
    for (int side = 0; side < 2; side++) {
        struct box curtain = place(room, side ? x + w - 0.7 : x - 0.5, 1.7, 1.2, 5);
        paint_round(cr, &curtain, 2, room->lit ? 0xc8763e : 0x1d2644, 0.9);
    }
}

static void draw_lamp(const struct room *room, double x)
{
    struct box lamp = place(room, x, 2.4, 0, 0);
    cairo_t *cr = room->cr;
    if (room->lit)
        paint_glow(cr, lamp.x, lamp.y + room->u, 8.5 * room->u, 0xfff3cf, 0.85);
    paint_colour(cr, room->ink, room->alpha);
    cairo_set_line_width(cr, fmax(0.8, 0.14 * room->u));
    paint_line(cr, lamp.x, room->box.y, lamp.x, lamp.y - 0.6 * room->u);
    cairo_move_to(cr, lamp.x - 0.5 * room->u, lamp.y - 0.7 * room->u);
    cairo_line_to(cr, lamp.x + 0.5 * room->u, lamp.y - 0.7 * room->u);
    cairo_line_to(cr, lamp.x + 1.1 * room->u, lamp.y + 0.2 * room->u);
    cairo_line_to(cr, lamp.x - 1.1 * room->u, lamp.y + 0.2 * room->u);
    cairo_close_path(cr);
    paint_colour(cr, room->lit ? 0xfff6dd : room->ink, room->lit ? 1 : room->alpha);
    cairo_fill(cr);
}

static void draw_person(const struct room *room, double x, bool sits)
{
    double head = sits ? 4.5 : 3.4;
    ball(room, x, head, 0.62);
    block(room, x - 0.75, head + 0.8, 1.5, sits ? 2.6 : 3.2, 0.7);
    if (!sits) {
        block(room, x - 0.6, head + 3.6, 0.5, 9 - head - 3.6, 0.2);
        block(room, x + 0.1, head + 3.6, 0.5, 9 - head - 3.6, 0.2);
    }
}

static void draw_plant(const struct room *room, double x)
{
    block(room, x - 0.6, 7.8, 1.2, 1.2, 0.2);
    ball(room, x, 6.6, 0.9);
    ball(room, x - 0.6, 7.2, 0.7);
    ball(room, x + 0.6, 7.1, 0.7);
}

static void draw_living(const struct room *room)
{
    double w = room->width;
    draw_window(room, w * 0.12, 4.6);
    block(room, w * 0.44, 6.4, 6.4, 1.8, 0.5); /* sofa: back, seat, arms, feet */
    block(room, w * 0.44 - 0.5, 7.2, 7.4, 1.4, 0.4);
    block(room, w * 0.44, 8.5, 0.4, 0.5, 0);
    block(room, w * 0.44 + 6, 8.5, 0.4, 0.5, 0);
    draw_person(room, w * 0.44 + 2, true);
    draw_plant(room, w * 0.9);
    block(room, w * 0.52, 2, 3, 2, 0.1); /* a picture */
}

static void draw_dining(const struct room *room)
{
    double w = room->width, table = w * 0.3;
    draw_window(room, w * 0.72, 4.4);
    block(room, table, 6.4, 6, 0.5, 0.2);
    block(room, table + 0.5, 6.8, 0.4, 2.2, 0);
    block(room, table + 5.1, 6.8, 0.4, 2.2, 0);
    for (int side = 0; side < 2; side++) {
        double x = side ? table + 6.6 : table - 1.8;
        block(room, x, 7.3, 1.4, 0.4, 0.1);
        block(room, side ? x + 1.1 : x, 5, 0.35, 4, 0.1);
    }
    draw_person(room, table - 1, true);
    draw_person(room, w * 0.62, false);
}

static void draw_bedroom(const struct room *room)
{
    double w = room->width, bed = w * 0.4;
    draw_window(room, w * 0.1, 5);
    block(room, bed, 5.6, 0.6, 3.4, 0.2);
    block(room, bed, 7.2, 8.6, 1.2, 0.4);
    block(room, bed + 0.6, 6.6, 2, 0.8, 0.4);
    block(room, bed + 8.2, 7, 0.5, 2, 0.1);
    block(room, bed - 2.2, 7.2, 1.6, 1.8, 0.2);
    block(room, w * 0.88, 3, 2, 6, 0.2); /* a wardrobe */
}

static void draw_kitchen(const struct room *room)
{
    double w = room->width;
    block(room, w * 0.08, 3.4, 2.8, 5.6, 0.3); /* fridge */
    block(room, w * 0.08 + 3.2, 6.2, w * 0.5, 0.5, 0.1);
    block(room, w * 0.08 + 3.4, 6.6, w * 0.5 - 0.4, 2.4, 0.1);
    block(room, w * 0.08 + 3.4, 2, w * 0.24, 1.8, 0.2);
    block(room, w * 0.08 + 4.6, 5.2, 1.1, 1, 0.4); /* kettle */
    draw_window(room, w * 0.5, 3.6);
    draw_person(room, w * 0.8, false);
}

static void draw_study(const struct room *room)
{
    double w = room->width;
    block(room, w * 0.08, 1.8, 3.4, 0.3, 0);
    block(room, w * 0.08, 3.6, 3.4, 0.3, 0);
    for (int i = 0; i < 6; i++)
        block(room, w * 0.08 + 0.2 + 0.5 * i, 2.5 + 0.1 * (i % 3), 0.38, 1.1 - 0.1 * (i % 3), 0);
    block(room, w * 0.1, 6.3, 5.4, 0.4, 0.1);
    block(room, w * 0.1 + 0.3, 6.6, 0.4, 2.4, 0);
    block(room, w * 0.1 + 4.7, 6.6, 0.4, 2.4, 0);
    block(room, w * 0.1 + 1.6, 4.6, 2.2, 1.5, 0.15); /* a screen */
    draw_person(room, w * 0.1 + 6.8, true);
    block(room, w * 0.1 + 6.1, 7.6, 1.6, 0.4, 0.1);
    block(room, w * 0.1 + 6.7, 7.9, 0.4, 1.1, 0);
    draw_window(room, w * 0.62, 5);
    draw_plant(room, w * 0.93);
}

static void draw_walls(const struct room *room, uint32_t tint)
{
    static const uint32_t warm[][2] = {
        {0xf3c583, 0xd58f4b}, {0xf7d29a, 0xdc9f5c}, {0xedb670, 0xc67f42}, {0xf0cfa0, 0xcf9660}};
    const uint32_t *pair = warm[tint % 4];
    const struct box *box = &room->box;
    cairo_pattern_t *wall = cairo_pattern_create_linear(0, box->y, 0, box->y + box->h);
    pattern_stop(wall, 0, room->lit ? pair[0] : 0x131a31, 1);
    pattern_stop(wall, 1, room->lit ? pair[1] : 0x0f1527, 1);
    cairo_rectangle(room->cr, box->x, box->y, box->w, box->h);
    paint_pattern(room->cr, wall);
    struct box boards = place(room, 0, 9, room->width, 1);
    paint_colour(room->cr, room->lit ? 0x7a4a28 : 0x0a0e1b, 1);
    cairo_rectangle(room->cr, boards.x, boards.y, boards.w, boards.h);
    cairo_fill(room->cr);
}

void draw_room(cairo_t *cr, const struct box *cell, uint32_t number, bool lit)
{
    static void (*const furnish[])(const struct room *room) = {
        draw_living, draw_dining, draw_bedroom, draw_kitchen, draw_study};
    uint32_t kind = scatter(number * UINT32_C(0x9e3779b9) + 5);
    struct room room = {
        .cr = cr,
        .box = box_inset(cell, ROOM_WALL),
        .lit = lit,
        .ink = lit ? 0x5a3418 : 0x232d4e,
        .alpha = lit ? 0.82 : 0.9,
    };
    room.u = room.box.h / 10;
    room.width = room.box.w / room.u;
    cairo_save(cr);
    cairo_rectangle(cr, room.box.x, room.box.y, room.box.w, room.box.h);
    cairo_clip(cr);
    draw_walls(&room, kind >> 8);
    bool roomy = room.width > 15 && room.u > 2;
    if (roomy)
        furnish[kind % 5](&room);
    draw_lamp(&room, room.width * (0.35 + 0.3 * scatter_unit(number + 99)));
    cairo_restore(cr);
}
