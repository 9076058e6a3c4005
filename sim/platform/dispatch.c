#include "sim/platform/dispatch.h"

#include "sim/error.h"
#include "sim/kernel/time.h"
#include "sim/platform/platform.h"
#include "sim/wire/dlt645.h"

#include <stdlib.h>

struct order_policy order_policy_default(void)
{
    return (struct order_policy){
        .attempts = 10, .spacing_ns = 60 * NS_PER_S, .valid_ns = 10 * NS_PER_MIN};
}

const char *dispatch_outcome_name(int outcome)
{
    static const char *const names[DISPATCH_OUTCOME_COUNT] = {
#define X(id, name) [DISPATCH_##id] = name,
        DISPATCH_OUTCOMES(X)
#undef X
    };
    return outcome >= 0 && outcome < DISPATCH_OUTCOME_COUNT ? names[outcome] : "unknown";
}

void dispatch_free(struct dispatch *dispatch)
{
    free(dispatch->tickets);
    free(dispatch->batches);
    *dispatch = (struct dispatch){0};
}

/* Room for one more of `size` bytes. False: no memory, and all is as it was. */
static bool make_room(void **items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return true;
    uint32_t grown = *room ? *room * 2 : 16;
    void *moved = realloc(*items, grown * size);
    if (!moved)
        return false;
    *items = moved;
    *room = grown;
    return true;
}

int64_t dispatch_begin(struct platform *platform)
{
    struct dispatch *dispatch = &platform->dispatch;
    void *items = dispatch->batches;
    if (!make_room(&items, dispatch->batch_count, &dispatch->batch_room, sizeof *dispatch->batches))
        return ERROR_NO_MEMORY;
    dispatch->batches = items;
    dispatch->batches[dispatch->batch_count++] = (struct batch){.first = dispatch->ticket_count + 1};
    return dispatch->batch_count;
}

int64_t dispatch_add(struct platform *platform, int64_t now, uint32_t flat, int order,
                     const struct order_options *options)
{
    struct dispatch *dispatch = &platform->dispatch;
    void *items = dispatch->tickets;
    if (dispatch->ticket_count == TICKETS_MAX)
        return ERROR_QUEUE_FULL;
    if (!make_room(&items, dispatch->ticket_count, &dispatch->ticket_room, sizeof *dispatch->tickets))
        return ERROR_NO_MEMORY;
    dispatch->tickets = items;
    struct batch *batch = &dispatch->batches[dispatch->batch_count - 1];
    struct ticket *ticket = &dispatch->tickets[dispatch->ticket_count++];
    *ticket = (struct ticket){.flat = flat,
                              .batch = dispatch->batch_count,
                              .order = (uint8_t)order,
                              .accepted_at = now,
                              .valid_until = options->valid_ns ? now + options->valid_ns : 0,
                              .options = *options};
    batch->count++;
    batch->open++;
    return dispatch->ticket_count;
}

struct ticket *dispatch_ticket(struct platform *platform, uint32_t number)
{
    return number == 0 ? NULL : &platform->dispatch.tickets[number - 1];
}

const struct batch *dispatch_batch(const struct platform *platform, uint32_t number)
{
    return &platform->dispatch.batches[number - 1];
}

void dispatch_end(struct platform *platform, int64_t now, uint32_t number,
                  enum dispatch_outcome outcome, int why)
{
    struct ticket *ticket = dispatch_ticket(platform, number);
    if (!ticket || ticket->outcome > DISPATCH_SENT)
        return;
    ticket->outcome = (uint8_t)outcome;
    ticket->why = why;
    ticket->ended_at = now;
    struct batch *batch = &platform->dispatch.batches[ticket->batch - 1];
    if (--batch->open == 0)
        event_put(&platform->events, now, EVENT_ORDERS_SETTLED, ticket->batch, batch->count);
}

const char *dispatch_why(int why)
{
    if (why < 0)
        return error_text(why);
    switch (why) {
    case 0:
        return "";
    case DLT645_REFUSED_KEEP_POWER:
    case DLT645_REFUSED_RESTORE_KEEP_POWER:
        return "keep-power is on";
    case DLT645_REFUSED_RESTORE_ALREADY_OPEN:
        return "the contacts are open already";
    case DLT645_REFUSED_RESTORE_DURATION:
        return "a trip for no time";
    case DLT645_REFUSED_VALID_UNTIL:
        return "its time was over";
    default: /* DL/T 645 has no word for the rest */
        return "the meter refused it";
    }
}
