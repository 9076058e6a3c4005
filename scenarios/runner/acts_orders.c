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

/* A batch with a ticket for each flat, before the first of them can have an outcome. */
static struct order_given begin(struct run *run, const struct order_target *target, int order,
                                const struct order_options *options)
{
    struct platform *platform = &run->site->platform;
    int64_t result = dispatch_begin(platform);
    struct order_given given = {.batch = result > 0 ? (uint32_t)result : 0};
    for (size_t i = 0; result > 0 && i < target->count; i++)
        result = dispatch_add(platform, run->site->now, target->flats[i], order, options);
    given.why = result < 0 ? (int)result : 0;
    return given;
}

static struct order_given give_all(struct run *run, const struct order_target *target,
                                   const struct session *session, enum right right, int order,
                                   const struct order_options *options)
{
    struct order_given given = begin(run, target, order, options);
    if (given.why < 0)
        return given;
    uint32_t first = dispatch_batch(&run->site->platform, given.batch)->first;
    for (size_t i = 0; i < target->count; i++) {
        struct flat *flat = site_flat(run->site, target->flats[i]);
        count(&given, give(run, flat, session, right, first + (uint32_t)i));
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
    struct order_given given = begin(run, target, DLT645_RELAY_CLOSE, &none);
    if (given.why < 0)
        return given;
    uint32_t first = dispatch_batch(platform, given.batch)->first;
    for (size_t i = 0; i < target->count; i++) {
        int result = platform_authorise(platform, now, session, RIGHT_RESTORE, target->flats[i]);
        if (result < 0)
            dispatch_end(platform, now, first + (uint32_t)i, DISPATCH_REFUSED, result);
        count(&given, result);
    }
    int begun = given.accepted ? restore_begin(run->site, options, session->user) : 0;
    return begun < 0 ? (struct order_given){.why = begun} : given;
}
