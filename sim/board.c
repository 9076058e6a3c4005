#include "sim/board.h"

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
