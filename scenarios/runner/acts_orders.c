/* Orders of people: each flat is authorised by itself, and has a ticket that tells what became of it. */
#include "scenarios/runner/acts.h"

#include "sim/error.h"

/* A ticket for one flat. Its order goes out unless it is refused here: 0, or why. */
static int give(struct run *run, struct flat *flat, const struct session *session, enum right right,
                uint32_t ticket)
{
    struct platform *platform = &run->site->platform;
    int64_t now = run->site->now;
    int result = platform_authorise(platform, now, session, right, flat->number);
    if (result < 0) {
        dispatch_end(platform, now, ticket, DISPATCH_REFUSED, result);
        return result;
    }
    bool ends_locks = platform_may(platform, session->user, RIGHT_CLOSE_LOCKED, flat->number);
    result = account_order_ticket(&flat->account, now, ticket, session->user, ends_locks ? 2 : 4);
    act_settle(run, flat);
    return result;
}

static void count(struct order_given *given, int result)
{
    if (result >= 0)
        given->accepted++;
    else if (given->why == 0)
        given->why = result;
}

static struct order_given begin(struct run *run)
{
    int64_t batch = dispatch_begin(&run->site->platform);
    return (struct order_given){.batch = batch > 0 ? (uint32_t)batch : 0, .why = batch < 0 ? (int)batch : 0};
}

static struct order_given give_all(struct run *run, const struct order_target *target,
                                   const struct session *session, enum right right, int order,
                                   const struct order_options *options)
{
    struct order_given given = begin(run);
    for (size_t i = 0; given.batch && i < target->count; i++) {
        struct flat *flat = site_flat(run->site, target->flats[i]);
        int64_t ticket =
            dispatch_add(&run->site->platform, run->site->now, flat->number, order, options);
        count(&given, ticket < 0 ? (int)ticket : give(run, flat, session, right, (uint32_t)ticket));
    }
    return given;
}

struct order_given act_order_all(struct run *run, const struct order_target *target,
                                 const struct session *session, int order,
                                 const struct order_options *options)
{
    return give_all(run, target, session, right_of_order(order), order, options);
}

int act_order(struct run *run, struct flat *flat, const struct session *session, int order)
{
    const struct order_target target = {&flat->number, 1};
    const struct order_options options = {0};
    struct order_given given = act_order_all(run, &target, session, order, &options);
    return given.accepted ? 0 : given.why;
}

struct order_given act_maintenance(struct run *run, const struct order_target *target,
                                   const struct session *session, bool on)
{
    const struct order_options options = {.n2 = on ? CONTROLLER_LOCK_OUT : CONTROLLER_END_LOCK_OUT};
    return give_all(run, target, session, RIGHT_MAINTENANCE, DLT645_RELAY_TRIP, &options);
}

struct order_given act_restore(struct run *run, const struct order_target *target,
                               const struct session *session, const struct restore_options *options)
{
    struct platform *platform = &run->site->platform;
    const struct order_options none = {0};
    int64_t now = run->site->now;
    struct order_given given = begin(run);
    for (size_t i = 0; given.batch && i < target->count; i++) {
        uint32_t flat = target->flats[i];
        int64_t ticket = dispatch_add(platform, now, flat, DLT645_RELAY_CLOSE, &none);
        int result = ticket < 0 ? (int)ticket
                                : platform_authorise(platform, now, session, RIGHT_RESTORE, flat);
        if (ticket > 0 && result < 0)
            dispatch_end(platform, now, (uint32_t)ticket, DISPATCH_REFUSED, result);
        count(&given, result);
    }
    int begun = given.accepted ? restore_begin(run->site, options, session->user) : 0;
    if (begun < 0)
        return (struct order_given){.why = begun};
    return given;
}
