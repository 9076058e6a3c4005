/* The meter's clock and the registers of energy by rate that follow it. */
#include "sim/meter/internal.h"

#include <assert.h>

/* ---- registers --------------------------------------------------------------------------------
 */

static int64_t join(uint32_t low, uint8_t high)
{
    return (int64_t)high << 32 | low;
}

static void split(int64_t mwh, uint32_t *low, uint8_t *high)
{
    *low = (uint32_t)mwh;
    *high = (uint8_t)(mwh >> 32);
}

int64_t meter_rate_mwh(const struct meter *meter, enum tariff_rate rate)
{
    const struct meter_rates *rates = &meter->memory.rates;
    if (rate != rates->moment.rate)
        return join(rates->low[rate], rates->high[rate]);
    int64_t rest = meter->memory.energy.mwh;
    for (int other = 0; other < TARIFF_RATES; other++)
        if (other != (int)rate)
            rest -= join(rates->low[other], rates->high[other]);
    return rest;
}

/* ---- following the clock -----------------------------------------------------------------------
 */

/* So that a platform that reads late can tell the energy before a change of prices from that after it. */
static void freeze(struct meter *meter, int64_t now)
{
    struct meter_rates *rates = &meter->memory.rates;
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        rates->frozen_10wh[rate] = (uint32_t)(meter_rate_mwh(meter, (enum tariff_rate)rate) / 10000);
    rates->frozen_min = (uint32_t)(meter_clock_s(meter, now) / 60);
}

static void change_moment(struct meter *meter, int64_t now, struct tariff_moment moment)
{
    struct meter_rates *rates = &meter->memory.rates;
    int running = rates->moment.rate;
    split(meter_rate_mwh(meter, (enum tariff_rate)running), &rates->low[running],
          &rates->high[running]);
    if (!tariff_same_prices(moment, rates->moment))
        freeze(meter, now);
    if (moment.cycle != rates->moment.cycle)
        split(meter->memory.energy.mwh, &rates->cycle_low, &rates->cycle_high);
    rates->moment = moment;
    if (moment.rate != running)
        event_put(&meter->events, now, EVENT_METER_RATE, moment.rate, meter_clock_s(meter, now));
}

static int64_t reading_of(const struct meter *meter, int64_t clock_s)
{
    return (clock_s - meter->config->epoch_s) * NS_PER_S;
}

void rates_follow_clock(struct meter *meter, int64_t now)
{
    const struct tariff *tariff = meter->config->tariff;
    if (!tariff || !meter->controller.status.powered)
        return;
    meter_account(meter, now);
    int64_t clock_s = meter_clock_s(meter, now);
    struct tariff_moment moment = tariff_at(tariff, clock_s);
    if (!tariff_same_moment(moment, meter->memory.rates.moment))
        change_moment(meter, now, moment);
    int64_t edge_ns = reading_of(meter, tariff_next_edge(tariff, clock_s));
    timer_arm(&meter->timers, METER_TIMER_RATE, rtc_when(&meter->memory.rtc, now, edge_ns));
}

/* ---- prices, for a meter that owns its credit ---------------------------------------------------
 */

static int64_t used_in_cycle_mwh(const struct meter *meter)
{
    const struct meter_rates *rates = &meter->memory.rates;
    return meter->memory.energy.mwh - join(rates->cycle_low, rates->cycle_high);
}

int64_t rates_price(const struct meter *meter)
{
    const struct tariff *tariff = meter->config->tariff;
    if (!tariff)
        return meter->config->price;
    return tariff_price(tariff, meter->memory.rates.moment, used_in_cycle_mwh(meter) / 1000000);
}

int64_t rates_cost(const struct meter *meter, int64_t mwh)
{
    const struct tariff *tariff = meter->config->tariff;
    if (!tariff)
        return mwh * meter->config->price;
    int64_t used = used_in_cycle_mwh(meter) - mwh;
    return tariff_cost(tariff, meter->memory.rates.moment, used, mwh, 1000000);
}

/* ---- the clock ---------------------------------------------------------------------------------
 */

int64_t meter_clock_s(const struct meter *meter, int64_t now)
{
    int64_t reading_ns = rtc_read(&meter->memory.rtc, now);
    int64_t s = reading_ns / NS_PER_S - (reading_ns % NS_PER_S < 0);
    return meter->config->epoch_s + s;
}

/* The clock was moved by `shift_ns`. */
static void clock_moved(struct meter *meter, int64_t now, int64_t shift_ns, enum clock_change why)
{
    event_put(&meter->events, now, EVENT_METER_CLOCK, shift_ns / NS_PER_MS, why);
    rates_follow_clock(meter, now);
    limits_follow(meter, now);
}

void meter_set_clock(struct meter *meter, int64_t now, int64_t clock_s, enum clock_change why)
{
    assert(clock_s >= 0 && clock_s < METER_CLOCK_END_S);
    struct rtc *rtc = &meter->memory.rtc;
    int64_t before_ns = rtc_read(rtc, now);
    port_note_clock(meter, meter_clock_s(meter, now), clock_s);
    rtc_set(rtc, now, reading_of(meter, clock_s));
    clock_moved(meter, now, rtc_read(rtc, now) - before_ns, why);
}

void meter_clock_drift(struct meter *meter, int64_t now, int32_t drift_ppb)
{
    rtc_set_drift(&meter->memory.rtc, now, drift_ppb);
    rates_follow_clock(meter, now);
    limits_follow(meter, now);
}

void meter_clock_swing(struct meter *meter, int64_t now, uint16_t swing_ms, uint16_t period_h)
{
    rtc_set_swing(&meter->memory.rtc, now, swing_ms, period_h);
    rates_follow_clock(meter, now);
    limits_follow(meter, now);
}

void rates_clock_broadcast(struct meter *meter, int64_t now, int64_t told_s)
{
    struct rtc *rtc = &meter->memory.rtc;
    int64_t before_ns = rtc_read(rtc, now);
    if (rtc_broadcast(rtc, now, meter->config->epoch_s, told_s))
        clock_moved(meter, now, rtc_read(rtc, now) - before_ns, CLOCK_BROADCAST);
    else
        event_put(&meter->events, now, EVENT_METER_REFUSED, DLT645_BROADCAST_TIME, 0);
}

void rates_clock_boots(struct meter *meter, int64_t now)
{
    if (meter->faults.clock_battery_bad) {
        meter->memory.rtc.broadcast_day = 0;
        meter_set_clock(meter, now, 0, CLOCK_BATTERY);
    }
    rates_follow_clock(meter, now);
    limits_follow(meter, now);
}
