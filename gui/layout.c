#include "gui/layout.h"

#include <math.h>

enum { GRID = 8, GAP = 16, BAR = 64, PAD = 16 };
#define DESIGN_WIDTH 1600.0
#define DESIGN_HEIGHT 1000.0
#define SCALE_MIN 0.8
#define STAIRS 0.055 /* of the building's width */

static double between(double value, double low, double high)
{
    return fmax(low, fmin(high, value));
}

static double on_grid(double value)
{
    return floor(value / GRID) * GRID;
}

/* As many columns as make rooms of a pleasant shape: a little over twice as wide as high. */
static void stack_floors(struct gui_layout *layout)
{
    double best = INFINITY;
    for (uint32_t columns = 1; columns <= layout->flat_count; columns++) {
        uint32_t floors = (layout->flat_count + columns - 1) / columns;
        double shape = layout->building.w * (1 - STAIRS) / columns / (layout->building.h / floors);
        double spare = floors * columns - layout->flat_count;
        double unease = fabs(log(shape / 2.3)) + (spare > 0 ? 0.25 : 0);
        if (unease >= best)
            continue;
        best = unease;
        layout->columns = (int)columns;
        layout->floors = (int)floors;
    }
}

static void place_house(struct gui_layout *layout)
{
    const struct box *house = &layout->house;
    double ground = on_grid(between(house->h * 0.12, 56, 96));
    double sky = on_grid(between(house->h * 0.16, 64, 144));
    layout->ground = (struct box){house->x, house->y + house->h - ground, house->w, ground};
    double width = on_grid(house->w * 0.84);
    layout->building = (struct box){house->x + (house->w - width) / 2, house->y + sky, width,
                                    house->h - sky - ground};
    stack_floors(layout);
}

static void share_row(struct box *boxes, int count, const struct box *row, double gap)
{
    double width = (row->w - gap * (count - 1)) / count;
    for (int i = 0; i < count; i++)
        boxes[i] = (struct box){row->x + i * (width + gap), row->y, width, row->h};
}

static void place_flat(struct gui_layout *layout)
{
    struct box inner = box_inset(&layout->flat, PAD);
    bool roomy = inner.h > 560;
    double header = 56, tile = roomy ? 88 : 72, button = roomy ? 72 : 64, gap = roomy ? 16 : 8;
    layout->header = (struct box){inner.x, inner.y, inner.w, header};
    double y = inner.y + header + gap;
    share_row(layout->tiles, 4, &(struct box){inner.x, y, inner.w, tile}, 8);
    y += tile + gap;
    double bottom = inner.y + inner.h - button;
    double chart = (bottom - gap - y - gap) / 2;
    layout->charts[0] = (struct box){inner.x, y, inner.w, chart};
    layout->charts[1] = (struct box){inner.x, y + chart + gap, inner.w, chart};
    share_row(layout->buttons, GUI_ACTIONS, &(struct box){inner.x, bottom, inner.w, button}, 8);
}

static void place_bar(struct gui_layout *layout)
{
    double y = (BAR - 40) / 2.0, x = layout->width - GAP;
    for (int i = GUI_SPEEDS - 1; i >= 0; i--) {
        x -= 64;
        layout->speeds[i] = (struct box){x, y, 64, 40};
    }
    layout->pause = (struct box){x - 8 - 112, y, 112, 40};
}

void gui_layout_make(struct gui_layout *layout, int width, int height, uint32_t flat_count)
{
    *layout = (struct gui_layout){.flat_count = flat_count};
    layout->scale = fmax(SCALE_MIN, fmin(width / DESIGN_WIDTH, height / DESIGN_HEIGHT));
    double w = layout->width = width / layout->scale;
    double h = layout->height = height / layout->scale;
    layout->bar = (struct box){0, 0, w, BAR};
    double right = on_grid(between(w * 0.38, 536, 720));
    double below = on_grid(between(h * 0.27, 224, 280));
    double left = w - right - 3 * GAP, top = BAR, upper = h - BAR - below - 2 * GAP;
    layout->house = (struct box){GAP, top, left, upper};
    layout->flat = (struct box){2 * GAP + left, top, right, upper};
    layout->stopwatch = (struct box){GAP, top + upper + GAP, left, below};
    layout->log = (struct box){2 * GAP + left, top + upper + GAP, right, below};
    place_bar(layout);
    place_house(layout);
    place_flat(layout);
}

struct box gui_room(const struct gui_layout *layout, uint32_t index)
{
    const struct box *building = &layout->building;
    double width = building->w * (1 - STAIRS) / layout->columns;
    double height = building->h / layout->floors;
    uint32_t floor_number = index / (uint32_t)layout->columns,
             column = index % (uint32_t)layout->columns;
    return (struct box){building->x + building->w * STAIRS + column * width,
                        building->y + building->h - (floor_number + 1) * height, width, height};
}

static struct gui_hit hit(enum gui_target target, uint32_t which)
{
    return (struct gui_hit){target, which};
}

struct gui_hit gui_hit_test(const struct gui_layout *layout, double window_x, double window_y)
{
    double x = window_x / layout->scale, y = window_y / layout->scale;
    for (uint32_t i = 0; i < GUI_ACTIONS; i++)
        if (box_holds(&layout->buttons[i], x, y))
            return hit(TARGET_ACTION, i);
    for (uint32_t i = 0; i < GUI_SPEEDS; i++)
        if (box_holds(&layout->speeds[i], x, y))
            return hit(TARGET_SPEED, i);
    if (box_holds(&layout->pause, x, y))
        return hit(TARGET_PAUSE, 0);
    for (uint32_t i = 0; i < layout->flat_count && box_holds(&layout->building, x, y); i++) {
        struct box room = gui_room(layout, i);
        if (box_holds(&room, x, y))
            return hit(TARGET_FLAT, i + 1);
    }
    return hit(TARGET_NOTHING, 0);
}
