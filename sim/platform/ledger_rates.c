/*
 * Charges by the meter's rates. A register says of a rate how much, not when; what the price depends on besides the rate changes at
 * midnights only (season, tiers' cycle, price list), and there the meter freezes its registers. A reading from beyond such a
 * midnight is left aside until the freeze is in, so that each side of it is charged at its own prices.
 */
#include "sim/platform/ledger.h"

#include "sim/platform/tenancy.h"

#include <string.h>

enum {
    FREEZE_ATTEMPTS_MAX = 5, /* readings from beyond the midnight; then all is charged at the new prices */
    EDGES_MAX = 64,          /* of a window that is looked through for the order of its rates */
};

bool ledger_by_rate(const struct account *account)
{
    return account->platform->policy.tariff != NULL;
}

static int64_t calendar(const struct account *account, int64_t now)
{
    return account->platform->epoch_s + now / NS_PER_S;
}

/* The rates in the order in which they first counted between two moments; those that did not come last. */
static void order_rates(const struct tariff *tariff, int64_t from_s, int64_t until_s, uint8_t order[TARIFF_RATES])
{
    int count = 0;
    unsigned seen = 0;
    for (int i = 0; i < EDGES_MAX && from_s <= until_s; i++, from_s = tariff_next_edge(tariff, from_s)) {
        uint8_t rate = tariff_at(tariff, from_s).rate;
        if (!(seen >> rate & 1))
            order[count++] = rate;
        seen |= 1u << rate;
    }
    for (uint8_t rate = 0; rate < TARIFF_RATES; rate++)
        if (!(seen >> rate & 1))
            order[count++] = rate;
}

/* What the rates counted since they were read last, until `until_s`, at the prices of then. */
static void owe(struct account *account, int64_t now, int64_t until_s, const uint32_t reading_10wh[TARIFF_RATES])
{
    const struct tariff *tariff = account->platform->policy.tariff;
    bool one_price = account->platform->faults.charges_one_rate;
    struct tariff_moment moment = tariff_at(tariff, until_s);
    uint8_t order[TARIFF_RATES];
    order_rates(tariff, account->rates_at_s, until_s, order);
    if (moment.cycle != account->cycle)
        account->cycle_used_10wh = 0;
    account->cycle = moment.cycle;
    for (int i = 0; i < TARIFF_RATES; i++) {
        uint32_t units = reading_10wh[order[i]] - account->rate_10wh[order[i]];
        if (units == 0)
            continue;
        moment.rate = one_price ? TARIFF_PEAK : order[i] & 0xf;
        int64_t cost = tariff_cost(tariff, moment, account->cycle_used_10wh, units, 100);
        account->cycle_used_10wh += units;
        account->charge_remainder += cost;
        event_put(&account->events, now, EVENT_CHARGE_RATE, order[i], cost);
    }
}

static int64_t sum_of(const uint32_t reading_10wh[TARIFF_RATES])
{
    int64_t sum = 0;
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        sum += reading_10wh[rate];
    return sum;
}

static bool went_back(const struct account *account, const uint32_t reading_10wh[TARIFF_RATES])
{
    bool back = false;
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        back |= reading_10wh[rate] < account->rate_10wh[rate];
    return back;
}

static void keep_reading(struct account *account, int64_t now, int64_t at_s, const uint32_t reading_10wh[TARIFF_RATES])
{
    memcpy(account->rate_10wh, reading_10wh, sizeof account->rate_10wh);
    account->rates_at_s = (uint32_t)at_s;
    account->freeze_asked = 0;
    ledger_register_read(account, now, sum_of(reading_10wh));
}

/* Does the reading come from beyond a change of prices, and may the meter still tell how it stood there? */
static bool waits_for_freeze(struct account *account, int64_t now, const uint32_t reading_10wh[TARIFF_RATES])
{
    const struct platform *platform = account->platform;
    const struct tariff *tariff = platform->policy.tariff;
    struct tariff_moment last = tariff_at(tariff, account->rates_at_s);
    bool grew = sum_of(reading_10wh) > sum_of(account->rate_10wh);
    if (!grew || tariff_same_prices(last, tariff_at(tariff, calendar(account, now))) || platform->faults.ignores_edges)
        return false;
    if (account->freeze_asked == FREEZE_ATTEMPTS_MAX) {
        event_put(&account->events, now, EVENT_CHARGE_UNSPLIT, last.season, last.list);
        return false;
    }
    struct dlt645_frame frame;
    account->freeze_asked++;
    dlt645_read_request(&frame, &account->address, CONTROLLER_FROZEN_IDENTIFIER);
    account_send_frame(account, &frame);
    return true;
}

void ledger_rates_read(struct account *account, int64_t now, const uint32_t reading_10wh[TARIFF_RATES])
{
    bool first = account->register_10wh < 0, back = went_back(account, reading_10wh);
    int64_t at_s = calendar(account, now);
    if (!first && !back && waits_for_freeze(account, now, reading_10wh))
        return;
    if (!first && !back)
        owe(account, now, at_s, reading_10wh);
    keep_reading(account, now, at_s, reading_10wh);
    tenancy_reading(account, now);
}

void ledger_frozen_read(struct account *account, int64_t now, int64_t frozen_s,
                        const uint32_t reading_10wh[TARIFF_RATES])
{
    const struct tariff *tariff = account->platform->policy.tariff;
    int64_t now_s = calendar(account, now);
    bool between = frozen_s + 60 > account->rates_at_s && frozen_s <= now_s;
    if (account->freeze_asked == 0 || !between ||
        !tariff_same_prices(tariff_at(tariff, frozen_s), tariff_at(tariff, now_s)))
        return; /* of another change: the meter's clock is late, or wrong; the next reading asks again */
    uint32_t stood_10wh[TARIFF_RATES];
    bool back = went_back(account, reading_10wh); /* its clock is ahead: the last reading was from beyond by it */
    memcpy(stood_10wh, back ? account->rate_10wh : reading_10wh, sizeof stood_10wh);
    event_put(&account->events, now, EVENT_RATES_FROZEN, frozen_s, sum_of(stood_10wh));
    owe(account, now, account->rates_at_s, stood_10wh);
    keep_reading(account, now, frozen_s, stood_10wh);
}
