#include "sim/restore.h"

#include "sim/error.h"
#include "sim/site.h"

#include <stdlib.h>

struct restore_options restore_options_default(void)
{
    return (struct restore_options){.wave_max = 10,
                                    .allowance_percent = 150,
                                    .settle_ns = 10 * NS_PER_S,
                                    .patience_ns = 30 * NS_PER_MIN};
}

int restore_begin(struct site *site, const struct restore_options *options, int actor)
{
    struct restore *moved =
        realloc(site->restores, (site->restore_count + 1) * sizeof *site->restores);
    if (!moved)
        return ERROR_NO_MEMORY;
    site->restores = moved;
    uint32_t batch = site->platform.dispatch.batch_count;
    site->restores[site->restore_count++] = (struct restore){
        .options = *options,
        .batch = batch,
        .actor = actor,
        .running = true,
        .settled_at = site->now,
        .room_until = site->now + options->patience_ns,
    };
    event_put(&site->events, site->now, EVENT_RESTORE, batch,
              dispatch_batch(&site->platform, batch)->count);
    return 0;
}

const struct restore *restore_find(const struct site *site, uint32_t batch)
{
    for (uint32_t i = 0; i < site->restore_count; i++)
        if (site->restores[i].batch == batch)
            return &site->restores[i];
    return NULL;
}

/* ---- one flat ---------------------------------------------------------------------------------- */

/* Why it must not close, by what the platform knows; 0: it may. */
static int why_not(const struct account *account)
{
    if (account->holds & HOLD_MAINTENANCE)
        return ERROR_IN_MAINTENANCE;
    if (account->protection_told)
        return ERROR_PROTECTION_STANDS;
    if (account->arrears_trip)
        return ERROR_IN_ARREARS;
    if (account->vacant && account->platform->policy.vacant_off)
        return ERROR_VACANT_OFF;
    return account->open_told ? 0 : ERROR_ALREADY_CLOSED;
}

/* The current for which there must be room. */
static int64_t needed_ma(const struct site *site, const struct restore *restore,
                         const struct account *account)
{
    int64_t power_w = account->power_w ? account->power_w : RESTORE_ASSUMED_W;
    return power_w * 1000000 / site->config.meter.nominal_mv * restore->options.allowance_percent / 100;
}

static void close_flat(struct site *site, const struct restore *restore, uint32_t number, struct flat *flat)
{
    dispatch_ticket(&site->platform, number)->wave = restore->wave;
    /* Level 4: a lock that the platform was not told of stays. */
    account_order_ticket(&flat->account, site->now, number, restore->actor, 4);
    flat_settle(flat, site->now);
    site_touched(site, flat);
}

/* ---- waves ------------------------------------------------------------------------------------- */

static bool waits(const struct ticket *ticket)
{
    return ticket->outcome == DISPATCH_WAITING && ticket->wave == 0;
}

/* Which flats go now: as many as there is room for, in the order of their numbers. How many went. */
static int send_wave(struct site *site, struct restore *restore, int64_t room_ma)
{
    const struct batch batch = *dispatch_batch(&site->platform, restore->batch);
    bool unlimited = restore->options.limit_ma == 0 || site->platform.faults.waves_ignored;
    int wave_max = site->platform.faults.waves_ignored ? INT32_MAX : restore->options.wave_max;
    int went = 0;
    restore->wave++;
    for (uint32_t number = batch.first; number < batch.first + batch.count && went < wave_max; number++) {
        struct ticket *ticket = dispatch_ticket(&site->platform, number);
        if (!waits(ticket))
            continue;
        struct flat *flat = site_flat(site, ticket->flat);
        int64_t need_ma = needed_ma(site, restore, &flat->account);
        int why = why_not(&flat->account);
        if (why < 0) {
            dispatch_end(&site->platform, site->now, number, DISPATCH_LEFT_OUT, why);
        } else if (unlimited || need_ma <= room_ma) {
            room_ma -= need_ma;
            went++;
            close_flat(site, restore, number, flat);
        }
    }
    if (went > 0)
        event_put(&site->events, site->now, EVENT_RESTORE_WAVE, restore->wave, went);
    else
        restore->wave--;
    return went;
}

static void leave_out_rest(struct site *site, struct restore *restore)
{
    const struct batch batch = *dispatch_batch(&site->platform, restore->batch);
    for (uint32_t number = batch.first; number < batch.first + batch.count; number++)
        if (waits(dispatch_ticket(&site->platform, number)))
            dispatch_end(&site->platform, site->now, number, DISPATCH_LEFT_OUT, ERROR_FEEDER_LIMIT);
}

/* The tickets of the wave under way all have an outcome. */
static bool wave_has_answered(struct site *site, const struct restore *restore)
{
    const struct batch *batch = dispatch_batch(&site->platform, restore->batch);
    for (uint32_t number = batch->first; number < batch->first + batch->count; number++) {
        const struct ticket *ticket = dispatch_ticket(&site->platform, number);
        if (ticket->wave == restore->wave && ticket->outcome <= DISPATCH_SENT && ticket->wave > 0)
            return false;
    }
    return true;
}

static void measure(struct site *site, struct restore *restore, int64_t feeder_ma)
{
    if (feeder_ma > restore->most_ma)
        restore->most_ma = feeder_ma;
    if (restore->options.limit_ma > 0 && feeder_ma > restore->options.limit_ma)
        restore->passed_ns += site->config.meeting_ns;
}

/* Two restores share the feeder: what the other one has sent must show in the current first. */
static bool another_wave_counts(const struct site *site, const struct restore *restore)
{
    for (uint32_t i = 0; i < site->restore_count; i++) {
        const struct restore *other = &site->restores[i];
        bool under_way = other->settled_at == TIME_NEVER || site->now < other->settled_at;
        if (other != restore && other->running && under_way)
            return true;
    }
    return false;
}

static void go_on(struct site *site, struct restore *restore, int64_t feeder_ma)
{
    int64_t now = site->now;
    if (restore->settled_at == TIME_NEVER) {
        if (wave_has_answered(site, restore))
            restore->settled_at = now + restore->options.settle_ns;
        return;
    }
    if (now < restore->settled_at || another_wave_counts(site, restore))
        return;
    if (send_wave(site, restore, restore->options.limit_ma - feeder_ma) > 0) {
        restore->settled_at = TIME_NEVER;
        restore->room_until = now + restore->options.patience_ns;
    } else if (now >= restore->room_until) {
        leave_out_rest(site, restore);
    }
    bool over = dispatch_batch(&site->platform, restore->batch)->open == 0;
    restore->running = !over; /* a wave under way keeps it open */
}

void restore_meeting(struct site *site, int64_t feeder_ma)
{
    for (uint32_t i = 0; i < site->restore_count; i++) {
        struct restore *restore = &site->restores[i];
        if (!restore->running)
            continue;
        measure(site, restore, feeder_ma);
        if (!site->platform.mute)
            go_on(site, restore, feeder_ma);
    }
}
