#include "sim/board.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool board_need_is_known(const char *need)
{
#define X(name) || strcmp(need, name) == 0
    return false BOARD_NEEDS(X);
#undef X
}

struct board_tolerance board_tolerance_default(void)
{
    return (struct board_tolerance){
#define X(field, standard, highest) .field = standard,
        BOARD_TOLERANCES(X)
#undef X
    };
}

void board_event(struct board *board, struct flat *flat, const struct event *event)
{
    if (board->tap && board->tap->event)
        board->tap->event(board->tap, event);
    if (flat->events.sink)
        flat->events.sink->put(flat->events.sink, event);
}

void board_contacts(struct board *board, struct flat *flat, int64_t now, bool closed)
{
    if (board->tap && board->tap->contacts)
        board->tap->contacts(board->tap, closed);
    plant_report_contacts(&flat->plant, now, closed);
}

void board_load(struct board *board, struct flat *flat, bool live)
{
    if (board->tap && board->tap->load)
        board->tap->load(board->tap, live);
    flat->plant.load_live = live;
}

void board_settle(struct board *board, struct flat *flat, int64_t now)
{
    if (board->tap && board->tap->settles)
        board->tap->settles(board->tap);
    flat_settle(flat, now);
}

void board_take_flat(struct board *board, struct site *site, struct flat *flat, struct controller *controller)
{
    struct timers timers = {&flat->queue, FLAT_SLOT_METER, METER_TIMERS};
    for (int i = 0; i < METER_TIMERS; i++)
        timer_cancel(&timers, i);
    flat->plant.outside_closed = plant_contacts_closed(&flat->plant);
    flat->plant.contacts_outside = true;
    flat->plant.signals_changed = true; /* brings the currents to the rack */
    flat->last_cause = -1;
    flat_set_controller(flat, controller);
    board_settle(board, flat, site->now);
    site_touched(site, flat);
}

void board_tell(struct board_properties *properties, const char *name, const char *format, ...)
{
    int place = 0;
    while (place < properties->count && strcmp(properties->items[place].name, name) != 0)
        place++;
    if (place == BOARD_PROPERTIES_MAX)
        return;
    if (place == properties->count)
        properties->count++;
    snprintf(properties->items[place].name, BOARD_PROPERTY_NAME, "%s", name);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(properties->items[place].value, BOARD_PROPERTY_SIZE, format, arguments);
    va_end(arguments);
}

const char *board_told(const struct board_properties *properties, const char *name)
{
    for (int i = 0; i < properties->count; i++)
        if (strcmp(properties->items[i].name, name) == 0)
            return properties->items[i].value;
    return NULL;
}
