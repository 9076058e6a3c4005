/* The platform: billing, orders on their way, what is audited of them. Meter and phone are played here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/runner/tariff_file.h"
#include "sim/error.h"
#include "sim/platform/account.h"
#include "tests/unit/recorder.h"

#define YUAN 10000
#define ENERGY_IDENTIFIER 0x00010000

enum { SENT_MAX = 1024 };

struct bench {
    struct recorder log;
    struct event_queue queue;
    struct platform platform;
    struct account_outbox outbox;
    struct account account;
    struct dlt645_address address;
    int64_t now;
    bool meter_answers;
    int sent_count, read_count; /* frames down that are no readings; readings */
    struct dlt645_frame sent[SENT_MAX];
    int64_t sent_at[SENT_MAX];
};

static int64_t epoch(void)
{
    const struct civil_time noon = {2026, 7, 15, 12, 0, 0, 0};
    return civil_to_seconds(&noon);
}

static struct timers timers_of(struct bench *bench)
{
    return (struct timers){&bench->queue, 0, ACCOUNT_TIMERS};
}

static void phone_answers(struct bench *bench, bool answers);

static void bench_init(struct bench *bench, enum credit_profile credit, int64_t balance)
{
    const struct account_config config = {credit, balance, 0x111111, 0x246810};
    memset(bench, 0, sizeof *bench);
    recorder_init(&bench->log);
    queue_init(&bench->queue, ACCOUNT_TIMERS);
    struct event_source site = {&bench->log.sink, EVENT_NO_FLAT};
    platform_init(&bench->platform, site, 1, epoch());
    assert_int_equal(dlt645_address_from_number(100001, &bench->address), 0);
    account_init(&bench->account, &bench->platform, &bench->outbox, timers_of(bench),
                 (struct event_source){&bench->log.sink, 1}, &bench->address, &config);
    phone_answers(bench, true);
    bench->meter_answers = true;
}

static int setup(void **state)
{
    static struct bench bench;
    bench_init(&bench, CREDIT_REMOTE, 100 * YUAN);
    *state = &bench;
    return 0;
}

static int setup_local(void **state)
{
    static struct bench bench;
    bench_init(&bench, CREDIT_LOCAL, 100 * YUAN);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    recorder_free(&((struct bench *)*state)->log);
    platform_free(&((struct bench *)*state)->platform);
    return 0;
}

/* ---- the other ends -------------------------------------------------------------------------- */

static void reply(struct bench *bench, const struct dlt645_frame *frame)
{
    uint8_t bytes[CONTROLLER_FRAME_MAX];
    int size = dlt645_encode(frame, 0, bytes, sizeof bytes);
    assert_true(size > 0);
    account_receive(&bench->account, bench->now, bytes, (size_t)size);
}

static void reply_word(struct bench *bench, bool accepted, uint16_t word)
{
    struct dlt645_frame frame;
    const struct dlt645_relay_reply r = {.accepted = accepted, .has_word = true, .word = word};
    dlt645_relay_reply(&frame, &bench->address, &r);
    reply(bench, &frame);
}

static void reply_to_write(struct bench *bench)
{
    struct dlt645_frame frame;
    dlt645_done(&frame, &bench->address, DLT645_WRITE);
    reply(bench, &frame);
}

static void reply_to_recharge(struct bench *bench, uint32_t number)
{
    struct dlt645_frame frame;
    controller_recharged(&frame, &bench->address, number);
    reply(bench, &frame);
}

static void reply_to_sent_write(struct bench *bench, int n)
{
    struct dlt645_write write;
    struct controller_recharge recharge;
    if (dlt645_write_request_parse(&bench->sent[n], &write) == 0 && write.identifier == CONTROLLER_RECHARGE_IDENTIFIER &&
        controller_recharge_parse(write.value, write.value_size, &recharge) == 0)
        reply_to_recharge(bench, recharge.number);
    else
        reply_to_write(bench);
}

static uint16_t done_word(int order)
{
    switch (order) {
    case DLT645_RELAY_TRIP:
        return DLT645_DONE_TRIPPED;
    case DLT645_RELAY_CLOSE:
        return DLT645_DONE_CLOSED;
    case DLT645_RELAY_PERMIT_CLOSE:
        return DLT645_DONE_CLOSE_PERMITTED;
    case DLT645_RELAY_KEEP_POWER_ON:
        return DLT645_DONE_KEEP_POWER_ON;
    case DLT645_RELAY_ALARM_ON:
        return DLT645_DONE_ALARM_ON;
    case DLT645_RELAY_ALARM_OFF:
        return DLT645_DONE_ALARM_OFF;
    default:
        return DLT645_DONE_KEEP_POWER_OFF;
    }
}

/* The relay order of the nth frame that was sent (from 0), or 0 for a recharge. */
static int sent_order(const struct bench *bench, int n)
{
    struct dlt645_relay_command command;
    assert_true(n < bench->sent_count);
    if (dlt645_relay_request_parse(&bench->sent[n], &command, NULL) < 0)
        return 0;
    return (int)command.order;
}

static void frame_goes_down(struct bench *bench, const struct controller_frame *bytes)
{
    struct dlt645_frame frame;
    assert_true(dlt645_decode(bytes->bytes, bytes->size, &frame, NULL) > 0);
    if (frame.control == DLT645_READ) {
        bench->read_count++;
        return;
    }
    assert_true(bench->sent_count < SENT_MAX);
    bench->sent[bench->sent_count] = frame;
    bench->sent_at[bench->sent_count] = bench->now;
    bench->sent_count++;
}

static void frames_go(struct bench *bench)
{
    struct account_outbox *outbox = &bench->outbox;
    while (outbox->frame_count > 0 || outbox->phone_count > 0) {
        int first = bench->sent_count;
        for (int i = 0; i < outbox->frame_count; i++)
            frame_goes_down(bench, &outbox->frames[i]);
        outbox->frame_count = 0;
        outbox->phone_count = 0;
        int last = bench->sent_count;
        for (int i = first; i < last && bench->meter_answers; i++) {
            int order = sent_order(bench, i);
            if (order)
                reply_word(bench, true, done_word(order));
            else
                reply_to_sent_write(bench, i);
        }
    }
}

static void run_until(struct bench *bench, int64_t until)
{
    frames_go(bench);
    for (;;) {
        int slot = -1;
        int64_t now = queue_next(&bench->queue, &slot);
        if (now > until)
            break;
        bench->now = now;
        queue_take(&bench->queue, slot);
        account_timer(&bench->account, now, slot);
        frames_go(bench);
    }
    bench->now = until;
}

/* What is due at this moment, messages that take no time among it. */
static void settle(struct bench *bench)
{
    run_until(bench, bench->now);
}

static int reminders_sent(const struct bench *bench)
{
    return recorder_count(&bench->log, EVENT_REMINDER_SENT, RECORDER_ANY);
}

static int alarms_sent(const struct bench *bench)
{
    return recorder_count(&bench->log, EVENT_ALARM_SENT, RECORDER_ANY);
}

/* Pushes take no time and are not lost; their receipts may be. */
static void phone_answers(struct bench *bench, bool answers)
{
    struct notify_policy *policy = &bench->platform.policy.notify;
    policy->channels[NOTIFY_APP] =
        (struct notify_channel_policy){.kept_ns = 30 * NS_PER_DAY, .receipt_loss_ppm = answers ? 0 : 1000000};
    policy->reminder_channel_count = 1;
    policy->alarm_channels = 1 << NOTIFY_APP;
    policy->alarm_attempts = 1;
    policy->quiet_from_s = policy->quiet_until_s;
}

static void wait(struct bench *bench, int64_t duration)
{
    run_until(bench, bench->now + duration);
}

/* The meter's register stands at so many hundredths of a kWh. */
static void reading(struct bench *bench, int64_t units_10wh)
{
    struct dlt645_frame frame;
    uint8_t value[8];
    int size = dlt645_quantity_write(DLT645_ENERGY, units_10wh * 10000, value, sizeof value);
    assert_true(size > 0);
    dlt645_read_reply(&frame, &bench->address, ENERGY_IDENTIFIER, value, (size_t)size);
    reply(bench, &frame);
    settle(bench);
}

static void open_with(struct bench *bench, int64_t balance)
{
    account_open(&bench->account, bench->now, balance);
    settle(bench);
}

static int pay(struct bench *bench, int64_t amount, uint32_t number)
{
    int result = account_pay(&bench->account, bench->now, amount, number);
    settle(bench);
    return result;
}

static int order(struct bench *bench, int wanted)
{
    int result = account_order(&bench->account, bench->now, wanted, 0, 2);
    settle(bench);
    return result;
}

static int orders_sent(const struct bench *bench, int wanted)
{
    int count = 0;
    for (int i = 0; i < bench->sent_count; i++)
        count += sent_order(bench, i) == wanted;
    return count;
}

/* ---- charging -------------------------------------------------------------------------------- */

static void the_first_reading_opens_the_account_and_charges_nothing(void **state)
{
    struct bench *bench = *state;
    reading(bench, 1234567);
    assert_int_equal(bench->account.balance, 100 * YUAN);
    assert_int_equal(recorder_count(&bench->log, EVENT_CHARGE, RECORDER_ANY), 0);
    reading(bench, 1234567);
    assert_int_equal(recorder_count(&bench->log, EVENT_CHARGE, RECORDER_ANY), 0);
}

/* 0.538 yuan a kWh are 53.8 units of money for a count of 0.01 kWh. */
static void the_remainder_of_a_charge_is_carried(void **state)
{
    struct bench *bench = *state;
    static const int64_t charges[] = {53, 54, 54, 54, 54}; /* 269 for five counts */
    reading(bench, 1000);
    for (int i = 0; i < 5; i++) {
        reading(bench, 1001 + i);
        assert_int_equal(recorder_nth(&bench->log, EVENT_CHARGE, RECORDER_ANY, i)->a, charges[i]);
    }
    assert_int_equal(bench->account.balance, 100 * YUAN - 269);
    assert_int_equal(bench->account.charge_remainder, 0);
}

/* opening + payments = charged + closing, in any order of events. */
static void money_balances_over_a_thousand_readings_and_payments(void **state)
{
    struct bench *bench = *state;
    struct random random = random_stream(1, 1, RANDOM_SCRIPT);
    const struct account *account = &bench->account;
    int64_t units = 500, paid = 0;
    reading(bench, units);
    for (uint32_t i = 1; i <= 1000; i++) {
        bench->now += NS_PER_MIN;
        units += random_between(&random, 0, 300);
        reading(bench, units);
        int64_t amount = random_between(&random, 1, 2 * YUAN);
        assert_int_equal(pay(bench, amount, i), 0);
        paid += amount;
        int64_t owed = (units - 500) * bench->platform.policy.price;
        assert_int_equal(account->charged * 100 + account->charge_remainder, owed);
        assert_int_equal(account->opening + paid, account->balance + account->charged);
        assert_int_equal(account->paid, paid);
    }
}

static void a_register_that_went_back_charges_nothing(void **state)
{
    struct bench *bench = *state;
    reading(bench, 1000);
    reading(bench, 900);
    assert_int_equal(bench->account.balance, 100 * YUAN);
    reading(bench, 901);
    assert_int_equal(bench->account.charged, 53);
}

/* ---- charging by rate --------------------------------------------------------------------------- */

/* Registers of sharp, peak, flat and valley, in hundredths of a kWh. */
static void rates_reading(struct bench *bench, const int64_t units_10wh[TARIFF_RATES])
{
    struct dlt645_frame frame;
    uint8_t value[20];
    int64_t total = 0;
    for (int rate = 0; rate < TARIFF_RATES; rate++) {
        assert_int_equal(dlt645_quantity_write(DLT645_ENERGY, units_10wh[rate] * 10000, value + 4 * (rate + 1), 4), 4);
        total += units_10wh[rate];
    }
    assert_int_equal(dlt645_quantity_write(DLT645_ENERGY, total * 10000, value, 4), 4);
    dlt645_read_reply(&frame, &bench->address, CONTROLLER_RATES_IDENTIFIER, value, sizeof value);
    reply(bench, &frame);
    settle(bench);
}

/* The meter's registers as it froze them at a minute of its calendar. */
static void frozen_reading(struct bench *bench, const char *at, const int64_t units_10wh[TARIFF_RATES])
{
    struct dlt645_frame frame;
    uint8_t value[25];
    int64_t seconds = 0, total = 0;
    assert_int_equal(civil_parse(at, &seconds), 0);
    const struct dlt645_time time = controller_wire_time(seconds);
    assert_int_equal(dlt645_time_write(DLT645_TIME_MINUTE_TO_YEAR, &time, value, sizeof value), 5);
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        total += units_10wh[rate];
    for (int i = 0; i <= TARIFF_RATES; i++) {
        int64_t units = i == 0 ? total : units_10wh[i - 1];
        assert_int_equal(dlt645_quantity_write(DLT645_ENERGY, units * 10000, value + 5 + 4 * i, 4), 4);
    }
    dlt645_read_reply(&frame, &bench->address, CONTROLLER_FROZEN_IDENTIFIER, value, sizeof value);
    reply(bench, &frame);
    settle(bench);
}

static void each_rate_is_charged_at_its_price(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.tariff = tariff_by_name("zhejiang");
    rates_reading(bench, (int64_t[]){0, 1000, 0, 2000}); /* opens the account */
    assert_int_equal(bench->account.charged, 0);
    rates_reading(bench, (int64_t[]){0, 1100, 0, 2000});
    assert_int_equal(bench->account.charged, 5680);
    rates_reading(bench, (int64_t[]){0, 1100, 0, 2100});
    assert_int_equal(bench->account.charged, 5680 + 2880);
    rates_reading(bench, (int64_t[]){0, 1101, 0, 2101}); /* 85.6 */
    assert_int_equal(bench->account.charged, 5680 + 2880 + 85);
    assert_int_equal(bench->account.charge_remainder, 60);
    assert_int_equal(bench->account.balance, 100 * YUAN - bench->account.charged);
    assert_int_equal(recorder_count(&bench->log, EVENT_CHARGE_RATE, TARIFF_PEAK), 2);
    assert_int_equal(recorder_count(&bench->log, EVENT_CHARGE_RATE, TARIFF_VALLEY), 2);
    assert_int_equal(bench->account.register_10wh, 3202);
}

/* 2760 kWh at the base price, 2040 at 0.05 more, the rest at 0.30 more; anew on 1 January. */
static void a_reading_that_crosses_a_tier_is_split_and_a_year_begins_anew(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.tariff = tariff_by_name("zhejiang");
    rates_reading(bench, (int64_t[]){0, 0, 0, 0});
    rates_reading(bench, (int64_t[]){0, 500000, 0, 0});
    int64_t year = 2760 * 5680 + 2040 * 6180 + 200 * 8680;
    assert_int_equal(bench->account.charged, year);
    rates_reading(bench, (int64_t[]){0, 500000, 0, 100});
    assert_int_equal(bench->account.charged, year + 5880);
    bench->now += 170 * NS_PER_DAY; /* from 15 July: 2027-01-01 */
    rates_reading(bench, (int64_t[]){0, 500100, 0, 100});
    assert_int_equal(bench->account.charged, year + 5880); /* of which year is it? The meter is asked */
    frozen_reading(bench, "2027-01-01 00:00", (int64_t[]){0, 500040, 0, 100});
    assert_int_equal(bench->account.charged, year + 5880 + 8680 * 40 / 100);
    rates_reading(bench, (int64_t[]){0, 500100, 0, 100});
    assert_int_equal(bench->account.charged, year + 5880 + 8680 * 40 / 100 + 5680 * 60 / 100);
}

/* A bill a day: what each reading costs is owed when it comes, so a season that ends between two bills is kept apart, to the
 * hundredth of a kWh at its midnight. */
static void a_daily_bill_charges_each_side_of_a_season_at_its_prices(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.tariff = tariff_by_name("sichuan");
    bench->platform.policy.billing_ns = NS_PER_DAY;
    rates_reading(bench, (int64_t[]){0, 0, 0, 0});
    run_until(bench, 108 * NS_PER_DAY + 2 * NS_PER_HOUR); /* 31 October, 14:00 */
    rates_reading(bench, (int64_t[]){0, 0, 0, 100});
    assert_int_equal(bench->account.charged, 0);
    bench->now += 12 * NS_PER_HOUR; /* 1 November, 02:00 */
    rates_reading(bench, (int64_t[]){0, 0, 0, 200});
    frozen_reading(bench, "2026-11-01 00:00", (int64_t[]){0, 0, 0, 140});
    rates_reading(bench, (int64_t[]){0, 0, 0, 200});
    account_timer(&bench->account, bench->now, ACCOUNT_TIMER_BILL);
    settle(bench);
    assert_int_equal(bench->account.charged, 1750 + 700 + 1521); /* 1.4 kWh and 0.6 kWh */
    assert_int_equal(bench->account.register_10wh, 200);
    assert_int_equal(bench->account.balance, 100 * YUAN - 1750 - 700 - 1521);
}

/* Energy of random hours over the end of a month with tiers, as a meter counts it: in whatever windows it is read, the sum is the same. */
static int64_t charged_with_readings_every(struct bench *bench, int longest_h)
{
    enum { HOURS = 96 };
    struct random energies = random_stream(11, 1, RANDOM_SCRIPT), windows = random_stream(12, (uint32_t)longest_h, RANDOM_SCRIPT);
    const struct tariff *tariff = bench->platform.policy.tariff;
    int64_t units[TARIFF_RATES] = {0}, frozen[TARIFF_RATES] = {0};
    rates_reading(bench, units);
    int64_t next = 1, charged_before = bench->account.charged * 100 + bench->account.charge_remainder;
    for (int hour = 1; hour <= HOURS; hour++) {
        int64_t clock_s = bench->platform.epoch_s + bench->now / NS_PER_S;
        units[tariff_at(tariff, clock_s).rate] += random_between(&energies, 0, 2000);
        bench->now += NS_PER_HOUR;
        struct civil_time civil = civil_from_seconds(clock_s + 3600);
        if (civil.day == 1 && civil.hour == 0)
            memcpy(frozen, units, sizeof frozen);
        if (hour < next && hour < HOURS)
            continue;
        next = hour + random_between(&windows, 1, longest_h);
        rates_reading(bench, units);
        if (bench->account.freeze_asked == 0)
            continue;
        frozen_reading(bench, "2026-08-01 00:00", frozen);
        rates_reading(bench, units);
    }
    return bench->account.charged * 100 + bench->account.charge_remainder - charged_before;
}

static void in_whatever_windows_it_is_read_energy_costs_the_same(void **state)
{
    static const int longest_h[] = {1, 2, 5, 9, 48};
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof longest_h / sizeof longest_h[0]; i++) {
        teardown(state);
        setup(state);
        struct bench *bench = *state;
        bench->platform.policy.tariff = tariff_by_name("guangdong");
        bench->account.balance = 100000 * YUAN;
        bench->now = 15 * NS_PER_DAY; /* 30 July */
        int64_t charged = charged_with_readings_every(bench, longest_h[i]);
        if (i == 0)
            sum = charged;
        assert_true(charged > 300 * YUAN * 100);
        assert_int_equal(charged, sum);
    }
}

/* A freeze of another midnight, or none at all: after five readings what was taken is charged at the new prices, and the log says so. */
static void without_the_freeze_all_is_charged_at_the_new_prices(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.tariff = tariff_by_name("sichuan");
    run_until(bench, 108 * NS_PER_DAY); /* 31 October, 12:00 */
    rates_reading(bench, (int64_t[]){0, 0, 0, 0});
    bench->now += 14 * NS_PER_HOUR;
    for (int i = 0; i < 5; i++) {
        rates_reading(bench, (int64_t[]){0, 0, 0, 100});
        frozen_reading(bench, "2026-06-01 00:00", (int64_t[]){0, 0, 0, 50});
        assert_int_equal(bench->account.charged, 0);
    }
    rates_reading(bench, (int64_t[]){0, 0, 0, 100});
    assert_int_equal(bench->account.charged, 2535);
    assert_int_equal(recorder_count(&bench->log, EVENT_CHARGE_UNSPLIT, RECORDER_ANY), 1);
}

/* The meter's clock is ahead: its freeze is from before the last reading, and nothing is charged back. */
static void a_freeze_before_the_last_reading_charges_nothing(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.tariff = tariff_by_name("sichuan");
    run_until(bench, 108 * NS_PER_DAY + 12 * NS_PER_HOUR - NS_PER_S); /* a second before November */
    rates_reading(bench, (int64_t[]){0, 0, 0, 100});
    bench->now += 2 * NS_PER_HOUR;
    rates_reading(bench, (int64_t[]){0, 0, 0, 200});
    frozen_reading(bench, "2026-11-01 00:00", (int64_t[]){0, 0, 0, 99});
    rates_reading(bench, (int64_t[]){0, 0, 0, 200});
    assert_int_equal(bench->account.charged, 2535);
}

static void a_rate_that_went_back_charges_nothing(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.tariff = tariff_by_name("zhejiang");
    rates_reading(bench, (int64_t[]){0, 1000, 0, 1000});
    rates_reading(bench, (int64_t[]){0, 5000, 0, 900});
    assert_int_equal(bench->account.charged, 0);
    rates_reading(bench, (int64_t[]){0, 5000, 0, 1000});
    assert_int_equal(bench->account.charged, 2880);
}

static void a_block_that_is_none_changes_nothing(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    uint8_t value[20] = {0x0a};
    bench->platform.policy.tariff = tariff_by_name("zhejiang");
    rates_reading(bench, (int64_t[]){0, 1000, 0, 1000});
    value[4] = 0x0a; /* no decimal digit */
    dlt645_read_reply(&frame, &bench->address, CONTROLLER_RATES_IDENTIFIER, value, sizeof value);
    reply(bench, &frame);
    dlt645_read_reply(&frame, &bench->address, CONTROLLER_RATES_IDENTIFIER, value, 16);
    reply(bench, &frame);
    reading(bench, 5000); /* the total was not asked for */
    assert_int_equal(bench->account.charged, 0);
    assert_int_equal(bench->account.register_10wh, 2000);
}

static void a_set_clock_carries_the_time_of_its_sending(void **state)
{
    struct bench *bench = *state;
    struct dlt645_write write;
    struct dlt645_time time;
    bench->meter_answers = false;
    bench->now = 90 * NS_PER_S;
    assert_int_equal(order(bench, ORDER_SET_CLOCK), 0);
    wait(bench, 61 * NS_PER_S); /* asked again */
    assert_int_equal(bench->sent_count, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(dlt645_write_request_parse(&bench->sent[i], &write), 0);
        assert_int_equal(write.identifier, CONTROLLER_CLOCK_IDENTIFIER);
        assert_int_equal(write.authority.level, 2);
        assert_int_equal(dlt645_time_read(DLT645_TIME_WITH_WEEKDAY, write.value, write.value_size, &time, NULL), 0);
        assert_int_equal(time.hour * 100 + time.minute, 1201 + i);
        assert_int_equal(time.second, 30);
    }
    reply_word(bench, true, DLT645_DONE_TRIPPED); /* of a relay: no answer to this */
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, RECORDER_ANY), 0);
    reply_to_write(bench);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, ORDER_SET_CLOCK), 1);
}

static void a_broadcast_waits_for_no_answer(void **state)
{
    struct bench *bench = *state;
    struct dlt645_time time;
    assert_int_equal(order(bench, ORDER_BROADCAST_TIME), 0);
    assert_int_equal(bench->sent_count, 1);
    assert_int_equal(dlt645_broadcast_time_parse(&bench->sent[0], &time), 0);
    assert_int_equal(time.hour, 12);
    assert_int_equal(bench->account.order_count, 0);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->sent_count, 1);
}

static void a_platform_that_charges_twice_does(void **state)
{
    struct bench *bench = *state;
    bench->platform.faults.charges_twice = true;
    reading(bench, 0);
    reading(bench, 100);
    assert_int_equal(bench->account.balance, 100 * YUAN - 2 * 5380);
    assert_int_equal(bench->account.charged, 5380);
}

static void the_register_is_polled_every_quarter_of_an_hour(void **state)
{
    struct bench *bench = *state;
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->read_count, 96);
    bench->platform.mute = true;
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->read_count, 96);
    bench->platform.mute = false;
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->read_count, 100);
}

static void rubbish_from_the_meter_changes_nothing(void **state)
{
    struct bench *bench = *state;
    static const uint8_t rubbish[] = {0x68, 1, 2, 3, 0xfe, 0x16};
    struct dlt645_frame frame;
    uint8_t value[4] = {0x00, 0x10, 0x0a, 0x00}; /* 0A is no decimal digit */
    reading(bench, 1000);
    int events = bench->log.count;
    account_receive(&bench->account, 0, rubbish, sizeof rubbish);
    account_receive(&bench->account, 0, rubbish, 0);
    dlt645_read_reply(&frame, &bench->address, ENERGY_IDENTIFIER, value, 4);
    reply(bench, &frame);
    dlt645_read_reply(&frame, &bench->address, ENERGY_IDENTIFIER, value, 3);
    reply(bench, &frame);
    dlt645_read_reply(&frame, &bench->address, 0x02010100, value, 4);
    reply(bench, &frame);
    dlt645_refusal(&frame, &bench->address, DLT645_READ, DLT645_ERROR_NO_DATA);
    reply(bench, &frame);
    assert_int_equal(bench->log.count, events);
    assert_int_equal(bench->account.balance, 100 * YUAN);
}

/* ---- payments -------------------------------------------------------------------------------- */

static void a_payment_that_is_told_twice_is_counted_once(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(pay(bench, 50 * YUAN, 1), 0);
    assert_int_equal(pay(bench, 50 * YUAN, 1), MONEY_REFUSED_DUPLICATE);
    assert_int_equal(bench->account.balance, 150 * YUAN);
    assert_int_equal(pay(bench, 10 * YUAN, 3), 0);
    assert_int_equal(pay(bench, 10 * YUAN, 2), MONEY_REFUSED_NONE);
    assert_int_equal(pay(bench, 10 * YUAN, 2), MONEY_REFUSED_DUPLICATE);
    assert_int_equal(bench->account.balance, 170 * YUAN);
    assert_int_equal(recorder_count(&bench->log, EVENT_PAYMENT, RECORDER_ANY), 3);
    assert_int_equal(recorder_count(&bench->log, EVENT_PAYMENT_REFUSED, MONEY_REFUSED_DUPLICATE), 2);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_PAYMENT_ACCEPTED), 3);
}

/* Sixteen numbers are known one by one; what is older is refused, and never counted again. */
static void a_notice_beyond_the_remembered_ones_is_refused_as_too_old(void **state)
{
    struct bench *bench = *state;
    for (uint32_t i = 0; i < MONEY_SEEN_MAX; i++)
        assert_int_equal(pay(bench, YUAN, 100 - 2 * i), 0);
    assert_int_equal(pay(bench, YUAN, 69), 0); /* the lowest of all, the first to be forgotten */
    assert_int_equal(pay(bench, YUAN, 69), MONEY_REFUSED_TOO_OLD);
    assert_int_equal(pay(bench, YUAN, 70), MONEY_REFUSED_DUPLICATE);
    assert_int_equal(pay(bench, YUAN, 71), 0);
    assert_int_equal(pay(bench, YUAN, 70), MONEY_REFUSED_TOO_OLD);
    assert_int_equal(pay(bench, YUAN, 71), MONEY_REFUSED_DUPLICATE);
    assert_int_equal(pay(bench, YUAN, 99), 0);
    assert_int_equal(pay(bench, YUAN, 0), MONEY_REFUSED_TOO_OLD);
    assert_int_equal(bench->account.paid, (MONEY_SEEN_MAX + 3) * YUAN);
}

/* Random numbers of a small range, each told many times: each is booked once or refused, and no money is made. */
static void no_number_is_ever_booked_twice(void **state)
{
    struct bench *bench = *state;
    struct random random = random_stream(7, 1, RANDOM_SCRIPT);
    bool booked[200] = {false};
    int64_t paid = 0;
    for (int i = 0; i < 5000; i++) {
        uint32_t number = (uint32_t)random_between(&random, 1, 199);
        if (pay(bench, number, number) != MONEY_REFUSED_NONE)
            continue;
        assert_false(booked[number]);
        booked[number] = true;
        paid += number;
    }
    assert_int_equal(bench->account.paid, paid);
}

static void a_payment_above_the_hoarding_limit_is_refused_whole(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.hoarding = 150 * YUAN;
    assert_int_equal(pay(bench, 50 * YUAN + 1, 1), MONEY_REFUSED_HOARDING);
    assert_int_equal(bench->account.balance, 100 * YUAN);
    assert_int_equal(pay(bench, 50 * YUAN, 1), 0); /* its number was not used up */
    assert_int_equal(pay(bench, 1, 2), MONEY_REFUSED_HOARDING);
}

static void a_refund_is_counted_once_and_never_above_the_balance(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(account_refund(&bench->account, 0, 100 * YUAN + 1, 5), MONEY_REFUSED_BALANCE);
    assert_int_equal(account_refund(&bench->account, 0, 30 * YUAN, 5), 0);
    assert_int_equal(account_refund(&bench->account, 0, 30 * YUAN, 5), MONEY_REFUSED_DUPLICATE);
    assert_int_equal(account_refund(&bench->account, 0, 0, 6), MONEY_REFUSED_AMOUNT);
    assert_int_equal(pay(bench, YUAN, 5), MONEY_REFUSED_DUPLICATE); /* one series of numbers */
    assert_int_equal(account_refund(&bench->account, 0, 70 * YUAN, 6), 0);
    assert_int_equal(bench->account.balance, 0);
    assert_int_equal(bench->account.refunded, 100 * YUAN);
}

static void a_payment_by_phone_is_a_payment(void **state)
{
    struct bench *bench = *state;
    const struct phone_message message = {PHONE_PAYMENT, 1, 5 * YUAN};
    account_phone(&bench->account, 0, &message);
    account_phone(&bench->account, 0, &message);
    assert_int_equal(bench->account.balance, 105 * YUAN);
}

static void a_payment_of_nothing_or_of_millions_is_refused(void **state)
{
    struct bench *bench = *state;
    static const int64_t amounts[] = {0, -1, INT64_MIN, INT64_C(9999999901), INT64_MAX};
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        assert_int_equal(pay(bench, amounts[i], 1), MONEY_REFUSED_AMOUNT);
    assert_int_equal(bench->account.balance, 100 * YUAN);
    assert_int_equal(pay(bench, INT64_C(9999999900), 1), 0);
}

static void a_phone_message_is_read_back_from_its_bytes(void **state)
{
    (void)state;
    const struct phone_message message = {PHONE_PAYMENT, 0xdeadbeef, -1234567890123};
    uint8_t bytes[PHONE_MESSAGE_SIZE];
    struct phone_message back;
    phone_encode(&message, bytes);
    assert_int_equal(phone_decode(bytes, sizeof bytes, &back), 0);
    assert_int_equal(back.kind, message.kind);
    assert_int_equal(back.number, message.number);
    assert_int_equal(back.amount, message.amount);
    assert_int_equal(phone_decode(bytes, sizeof bytes - 1, &back), ERROR_TRUNCATED);
    bytes[0] = PHONE_KINDS;
    assert_int_equal(phone_decode(bytes, sizeof bytes, &back), ERROR_OUT_OF_RANGE);
}

/* ---- reminders and the arrears trip ---------------------------------------------------------- */

static void reminders_begin_at_20_yuan(void **state)
{
    struct bench *bench = *state;
    open_with(bench, 20 * YUAN + 1);
    assert_int_equal(reminders_sent(bench), 0);
    open_with(bench, 20 * YUAN);
    assert_int_equal(reminders_sent(bench), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_REMINDER_DELIVERED, 1), 1);
}

static void consumption_below_20_yuan_begins_the_reminders(void **state)
{
    struct bench *bench = *state;
    open_with(bench, 20 * YUAN + 53);
    reading(bench, 0);
    assert_int_equal(reminders_sent(bench), 0);
    reading(bench, 1);
    assert_int_equal(bench->account.balance, 20 * YUAN);
    assert_int_equal(reminders_sent(bench), 1);
}

static void three_reminders_are_delivered_two_hours_apart_before_the_trip(void **state)
{
    struct bench *bench = *state;
    open_with(bench, 0);
    run_until(bench, 4 * NS_PER_HOUR + 30 * NS_PER_MIN - 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_ARREARS_TRIP, RECORDER_ANY), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(recorder_first_at(&bench->log, EVENT_REMINDER_DELIVERED, i + 1),
                         i * 2 * NS_PER_HOUR);
    run_until(bench, NS_PER_DAY);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_ARREARS_TRIP, 3),
                     4 * NS_PER_HOUR + 30 * NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_ARREARS_TRIP, RECORDER_ANY), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ARREARS_TRIP), 1);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
    assert_int_equal(reminders_sent(bench), 3);
}

static void who_owes_nothing_is_not_tripped_by_reminders(void **state)
{
    struct bench *bench = *state;
    open_with(bench, 1);
    wait(bench, 7 * NS_PER_DAY);
    assert_int_equal(reminders_sent(bench), 3);
    assert_int_equal(bench->sent_count, 0);
    /* reminded long ago: the trip follows the reading at once */
    reading(bench, 0);
    reading(bench, 100);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
}

static void an_overdraft_is_granted_before_the_trip(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.overdraft = 5 * YUAN;
    open_with(bench, -5 * YUAN + 1);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->sent_count, 0);
    reading(bench, 0);
    reading(bench, 1);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
}

static void without_a_receipt_nobody_is_tripped_and_the_administrator_decides(void **state)
{
    struct bench *bench = *state;
    phone_answers(bench, false);
    open_with(bench, -YUAN);
    wait(bench, 19 * 10 * NS_PER_MIN);
    assert_int_equal(reminders_sent(bench), 20);
    assert_int_equal(recorder_count(&bench->log, EVENT_REMINDERS_FALLBACK, RECORDER_ANY), 0);
    wait(bench, 7 * NS_PER_DAY);
    assert_int_equal(reminders_sent(bench), 20);
    assert_int_equal(recorder_count(&bench->log, EVENT_REMINDERS_FALLBACK, 0), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ALARM_REPORTED), 1);
    assert_true(bench->account.fallback);
    reading(bench, 0);
    reading(bench, 100);
    wait(bench, 7 * NS_PER_DAY);
    assert_int_equal(bench->sent_count, 0);
}

static void after_a_payment_reminders_have_all_their_attempts_again(void **state)
{
    struct bench *bench = *state;
    phone_answers(bench, false);
    open_with(bench, YUAN);
    wait(bench, NS_PER_DAY);
    assert_int_equal(reminders_sent(bench), 20);
    pay(bench, 100 * YUAN, 1);
    assert_false(bench->account.fallback);
    assert_false(bench->account.reminding);
    reading(bench, 0);
    reading(bench, 16000); /* 86.08 yuan */
    wait(bench, NS_PER_DAY);
    assert_int_equal(reminders_sent(bench), 40);
}

static void two_delivered_reminders_are_not_enough(void **state)
{
    struct bench *bench = *state;
    open_with(bench, -YUAN);
    wait(bench, 3 * NS_PER_HOUR);
    bench->account.notify.phone_off = true;
    wait(bench, 7 * NS_PER_DAY);
    assert_int_equal(bench->account.reminders_delivered, 2);
    assert_int_equal(recorder_count(&bench->log, EVENT_REMINDERS_FALLBACK, 2), 1);
    assert_int_equal(bench->sent_count, 0);
    /* what the network kept is delivered late, twenty copies of it, and the trip waits for its grace */
    bench->account.notify.phone_off = false;
    notify_phone_is_on(&bench->account, bench->now, NOTIFY_TENANT);
    wait(bench, NS_PER_MIN);
    assert_false(bench->account.fallback);
    assert_int_equal(recorder_count(&bench->log, EVENT_REMINDER_RECEIPT, 3), 20);
    assert_int_equal(bench->account.reminders_delivered, 3);
    wait(bench, 28 * NS_PER_MIN);
    assert_int_equal(bench->sent_count, 0);
    wait(bench, 2 * NS_PER_MIN);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
}

static void a_platform_that_trips_without_reminders_does(void **state)
{
    struct bench *bench = *state;
    bench->platform.faults.trips_without_reminders = true;
    phone_answers(bench, false);
    open_with(bench, -YUAN);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_ARREARS_TRIP, 0), 1);
}

static void a_platform_that_is_down_trips_nobody_until_it_is_back(void **state)
{
    struct bench *bench = *state;
    open_with(bench, -YUAN);
    wait(bench, 4 * NS_PER_HOUR + NS_PER_MIN);
    bench->platform.mute = true;
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->sent_count, 0);
    bench->platform.mute = false;
    reading(bench, 0);
    reading(bench, 0);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
}

static void a_payment_above_the_threshold_ends_the_reminders(void **state)
{
    struct bench *bench = *state;
    open_with(bench, 10 * YUAN);
    wait(bench, 3 * NS_PER_HOUR);
    assert_int_equal(bench->account.reminders_delivered, 2);
    pay(bench, 10 * YUAN + 1, 1);
    assert_int_equal(bench->account.reminders_delivered, 0);
    wait(bench, 7 * NS_PER_DAY);
    assert_int_equal(reminders_sent(bench), 2);
}

static void a_payment_that_leaves_too_little_does_not_end_the_reminders(void **state)
{
    struct bench *bench = *state;
    open_with(bench, 10 * YUAN);
    pay(bench, 10 * YUAN, 1);
    wait(bench, 7 * NS_PER_DAY);
    assert_int_equal(reminders_sent(bench), 3);
    assert_int_equal(bench->sent_count, 0);
}

static void a_payment_in_the_grace_period_stops_the_trip(void **state)
{
    struct bench *bench = *state;
    open_with(bench, -YUAN);
    wait(bench, 4 * NS_PER_HOUR + 10 * NS_PER_MIN);
    assert_int_equal(bench->account.reminders_delivered, 3);
    pay(bench, 2 * YUAN, 1);
    wait(bench, 7 * NS_PER_DAY);
    assert_int_equal(bench->sent_count, 0);
}

static void the_next_tenant_is_reminded_anew(void **state)
{
    struct bench *bench = *state;
    open_with(bench, 1);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->account.reminders_delivered, 3);
    reading(bench, 0);
    reading(bench, 0);
    phone_answers(bench, false);
    open_with(bench, -YUAN);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->sent_count, 0);
    assert_int_equal(bench->account.reminders_delivered, 0);
}

static void the_next_tenant_does_not_inherit_a_remainder(void **state)
{
    struct bench *bench = *state;
    reading(bench, 0);
    reading(bench, 1);
    assert_int_equal(bench->account.charge_remainder, 80);
    open_with(bench, 50 * YUAN);
    reading(bench, 2);
    assert_int_equal(bench->account.balance, 50 * YUAN - 53);
}

static void a_new_opening_begins_the_sums_anew(void **state)
{
    struct bench *bench = *state;
    reading(bench, 0);
    reading(bench, 100);
    pay(bench, 7 * YUAN, 1);
    open_with(bench, 30 * YUAN);
    assert_int_equal(bench->account.opening, 30 * YUAN);
    assert_int_equal(bench->account.charged, 0);
    assert_int_equal(bench->account.paid, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_ACCOUNT_OPENED, 30 * YUAN), 1);
}

/* ---- restoring ------------------------------------------------------------------------------- */

static void trip_for_arrears(struct bench *bench, int64_t balance)
{
    open_with(bench, balance);
    wait(bench, 5 * NS_PER_HOUR);
    assert_true(bench->account.arrears_trip);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
}

static void a_payment_restores_at_once(void **state)
{
    struct bench *bench = *state;
    trip_for_arrears(bench, -YUAN);
    pay(bench, 2 * YUAN, 1);
    assert_int_equal(bench->sent_count, 2);
    assert_int_equal(sent_order(bench, 1), DLT645_RELAY_CLOSE);
    assert_int_equal(bench->sent_at[1], bench->now);
    assert_false(bench->account.arrears_trip);
    /* what is left is little: the reminders begin again, from one */
    assert_int_equal(bench->account.reminders_delivered, 1);
}

static void a_payment_that_leaves_a_debt_restores_nothing(void **state)
{
    struct bench *bench = *state;
    trip_for_arrears(bench, -3 * YUAN);
    pay(bench, 3 * YUAN, 1);
    assert_int_equal(bench->sent_count, 1);
    assert_true(bench->account.arrears_trip);
    pay(bench, 1, 2);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_CLOSE), 1);
}

static void a_payment_restores_by_permit_where_the_policy_says_so(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.restore_by_permit = true;
    trip_for_arrears(bench, -YUAN);
    pay(bench, 50 * YUAN, 1);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_PERMIT_CLOSE), 1);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_CLOSE), 0);
}

static void a_payment_without_an_arrears_trip_closes_nothing(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    pay(bench, 50 * YUAN, 1);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_CLOSE), 0);
}

static void a_trip_that_keep_power_refused_is_asked_again_after_the_grace(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    open_with(bench, -YUAN);
    wait(bench, 4 * NS_PER_HOUR + 30 * NS_PER_MIN);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
    reply_word(bench, false, DLT645_REFUSED_KEEP_POWER);
    assert_false(bench->account.arrears_trip);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_FAILED, DLT645_RELAY_TRIP), 1);
    wait(bench, 29 * NS_PER_MIN);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 1);
    wait(bench, NS_PER_MIN);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 2);
    reply_word(bench, false, DLT645_REFUSED_KEEP_POWER);
    pay(bench, 50 * YUAN, 1);
    wait(bench, NS_PER_DAY);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 2);
}

/* Somebody's trip that is refused says nothing of the arrears trip that stands. */
static void a_refused_trip_of_somebody_does_not_undo_an_arrears_trip(void **state)
{
    struct bench *bench = *state;
    trip_for_arrears(bench, -YUAN);
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    reply_word(bench, false, DLT645_REFUSED_KEEP_POWER);
    assert_true(bench->account.arrears_trip);
    bench->meter_answers = true;
    pay(bench, 50 * YUAN, 1);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_CLOSE), 1);
}

/* Leakage beats payment: the refused close is not taken for a refused trip and asked for ever. */
static void a_refused_restore_is_told_and_asked_once(void **state)
{
    struct bench *bench = *state;
    trip_for_arrears(bench, -YUAN);
    bench->meter_answers = false;
    pay(bench, 50 * YUAN, 1);
    reply_word(bench, false, DLT645_REFUSED_PASSWORD);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_FAILED, DLT645_RELAY_CLOSE), 1);
    wait(bench, NS_PER_DAY);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_CLOSE), 1);
}

/* ---- orders on their way --------------------------------------------------------------------- */

static void an_order_carries_its_authority_and_is_valid_for_10_minutes(void **state)
{
    struct bench *bench = *state;
    struct dlt645_relay_command command;
    bench->now = NS_PER_HOUR;
    order(bench, DLT645_RELAY_TRIP);
    assert_int_equal(dlt645_relay_request_parse(&bench->sent[0], &command, NULL), 0);
    assert_int_equal(command.authority.level, 2);
    assert_int_equal(command.authority.password, 0x246810);
    const struct dlt645_time until = {2026, 7, 15, 13, 10, 0, 0};
    assert_int_equal(dlt645_time_compare(&command.valid_until, &until), 0);
    assert_true(dlt645_address_matches(&bench->sent[0].address, &bench->address));
    account_order(&bench->account, bench->now, DLT645_RELAY_TRIP, ACTOR_BILLING, 4);
    settle(bench);
    assert_int_equal(dlt645_relay_request_parse(&bench->sent[1], &command, NULL), 0);
    assert_int_equal(command.authority.level, 4);
    assert_int_equal(command.authority.password, 0x111111);
}

static void an_order_without_an_answer_is_sent_ten_times_a_minute_apart_and_fails(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->sent_count, 10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(bench->sent_at[i], i * NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_FAILED, DLT645_RELAY_TRIP), 1);
    assert_int_equal(recorder_nth(&bench->log, EVENT_ORDER_FAILED, RECORDER_ANY, 0)->b,
                     ERROR_TIMEOUT);
    assert_int_equal(bench->account.order_count, 0);
}

static void orders_go_one_after_the_other(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    order(bench, DLT645_RELAY_CLOSE);
    assert_int_equal(bench->sent_count, 1);
    reply_word(bench, true, DLT645_DONE_TRIPPED);
    settle(bench);
    assert_int_equal(bench->sent_count, 2);
    assert_int_equal(sent_order(bench, 1), DLT645_RELAY_CLOSE);
    reply_word(bench, true, DLT645_DONE_CLOSED);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, RECORDER_ANY), 2);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->sent_count, 2);
}

/* A trip that was sent twice is answered twice; the second is no answer to the close behind it. */
static void an_answer_counts_for_the_order_it_names(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    order(bench, DLT645_RELAY_CLOSE);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->sent_count, 2);
    reply_word(bench, true, DLT645_DONE_TRIPPED);
    reply_word(bench, true, DLT645_DONE_TRIPPED);
    settle(bench);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_CLOSE), 0);
    assert_int_equal(bench->account.order_count, 1);
    reply_word(bench, true, DLT645_DONE_CLOSED);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_CLOSE), 1);
}

static void an_order_that_is_held_by_current_is_done(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    reply_word(bench, true, DLT645_DONE_TRIP_HELD_BY_CURRENT);
    assert_int_equal(recorder_nth(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_TRIP, 0)->b,
                     DLT645_DONE_TRIP_HELD_BY_CURRENT);
}

static void a_refused_order_of_somebody_is_not_sent_again(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    reply_word(bench, false, DLT645_REFUSED_KEEP_POWER);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->sent_count, 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_FAILED, DLT645_RELAY_TRIP), 1);
}

static void an_answer_without_an_order_is_ignored(void **state)
{
    struct bench *bench = *state;
    reply_word(bench, true, DLT645_DONE_TRIPPED);
    reply_to_write(bench);
    assert_int_equal(bench->log.count, 0);
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    reply_to_write(bench);
    assert_int_equal(bench->account.order_count, 1);
}

static void an_order_that_expired_on_its_way_is_sent_anew(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_CLOSE);
    wait(bench, NS_PER_S);
    reply_word(bench, false, DLT645_REFUSED_VALID_UNTIL);
    settle(bench);
    assert_int_equal(bench->sent_count, 2);
    for (int i = 0; i < 9; i++) { /* but a meter that believes no date is not asked for ever */
        reply_word(bench, false, DLT645_REFUSED_VALID_UNTIL);
        settle(bench);
    }
    assert_int_equal(bench->sent_count, 10);
    assert_int_equal(bench->account.order_count, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_FAILED, DLT645_RELAY_CLOSE), 1);
}

/* A meter that is dark for hours: the close that the tenant paid for reaches it in the end. */
static void a_restore_outlives_an_outage(void **state)
{
    struct bench *bench = *state;
    trip_for_arrears(bench, -YUAN);
    bench->meter_answers = false;
    pay(bench, 50 * YUAN, 1);
    wait(bench, 5 * NS_PER_HOUR);
    bench->meter_answers = true;
    wait(bench, 2 * NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_CLOSE), 1);
    int sent = bench->sent_count;
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->sent_count, sent);
}

static void an_arrears_trip_outlives_an_outage(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    open_with(bench, -YUAN);
    wait(bench, 10 * NS_PER_HOUR);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, RECORDER_ANY), 0);
    bench->meter_answers = true;
    wait(bench, 2 * NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_TRIP), 1);
}

static void a_full_queue_of_orders_refuses_people_and_keeps_room_for_billing(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    for (int i = 0; i < ACCOUNT_ORDERS_OF_PEOPLE_MAX; i++)
        assert_int_equal(order(bench, i % 2 ? DLT645_RELAY_CLOSE : DLT645_RELAY_TRIP), 0);
    int events = recorder_count(&bench->log, EVENT_ORDER, RECORDER_ANY);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), ERROR_QUEUE_FULL);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER, RECORDER_ANY), events);
    assert_int_equal(account_order(&bench->account, 0, DLT645_RELAY_TRIP, ACTOR_BILLING, 4), 0);
}

/* There is no room behind the others before the first one has left. */
static void a_trip_that_nobody_answered_goes_behind_a_full_queue(void **state)
{
    struct bench *bench = *state;
    struct account *account = &bench->account;
    trip_for_arrears(bench, -YUAN);
    bench->meter_answers = false;
    assert_int_equal(account_order(account, bench->now, DLT645_RELAY_TRIP, ACTOR_BILLING, 4), 0);
    for (int i = 1; i < ACCOUNT_ORDERS_OF_PEOPLE_MAX; i++)
        assert_int_equal(order(bench, DLT645_RELAY_KEEP_POWER_ON), 0);
    while (account->order_count < ACCOUNT_ORDERS_MAX)
        assert_int_equal(account_order(account, bench->now, DLT645_RELAY_KEEP_POWER_OFF, ACTOR_BILLING, 4), 0);
    const struct random random = account->notify.random; /* what stands behind the queue in memory */
    while (recorder_count(&bench->log, EVENT_ORDER_FAILED, RECORDER_ANY) == 0)
        wait(bench, NS_PER_MIN);
    assert_int_equal(account->order_count, ACCOUNT_ORDERS_MAX);
    assert_int_equal(account->orders[ACCOUNT_ORDERS_MAX - 1].order, DLT645_RELAY_TRIP);
    assert_memory_equal(&account->notify.random, &random, sizeof random);
}

static void an_alarm_that_nobody_answered_does_not_follow_its_own_end(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.alarm_2 = 5 * YUAN;
    bench->meter_answers = false;
    open_with(bench, 4 * YUAN);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_ALARM_ON), 1);
    pay(bench, 50 * YUAN, 1);
    wait(bench, 12 * NS_PER_MIN);
    bench->meter_answers = true;
    wait(bench, 30 * NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_ALARM_OFF), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_ALARM_ON), 0);
}

static void an_empty_flat_that_shall_be_off_is_asked_until_it_is(void **state)
{
    struct bench *bench = *state;
    bench->platform.policy.vacant_off = true;
    reading(bench, 100);
    bench->meter_answers = false;
    assert_int_equal(account_move_out(&bench->account), 0);
    reading(bench, 200);
    assert_true(bench->account.vacant);
    wait(bench, 5 * NS_PER_HOUR);
    bench->meter_answers = true;
    wait(bench, 2 * NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, DLT645_RELAY_TRIP), 1);
}

static void the_billing_closes_nothing_that_somebody_tripped(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP); /* on its way: a payment must not overtake it */
    assert_int_equal(account_order(&bench->account, 0, DLT645_RELAY_CLOSE, ACTOR_BILLING, 4), ERROR_NOT_ALLOWED);
    reply_word(bench, true, DLT645_DONE_TRIPPED);
    assert_int_equal(account_order(&bench->account, 0, DLT645_RELAY_PERMIT_CLOSE, ACTOR_BILLING, 4), ERROR_NOT_ALLOWED);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_WITHHELD, RECORDER_ANY), 2);
    order(bench, DLT645_RELAY_CLOSE);
    reply_word(bench, true, DLT645_DONE_CLOSED);
    assert_int_equal(account_order(&bench->account, 0, DLT645_RELAY_CLOSE, ACTOR_BILLING, 4), 0);
}

/* A refused trip holds nothing: the money of before decides again. */
static void a_trip_that_the_meter_refuses_keeps_nothing_open(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    order(bench, DLT645_RELAY_TRIP);
    reply_word(bench, false, DLT645_REFUSED_KEEP_POWER);
    assert_int_equal(account_order(&bench->account, 0, DLT645_RELAY_CLOSE, ACTOR_BILLING, 4), 0);
}

/* ---- meters that own their credit ------------------------------------------------------------ */

static struct controller_recharge sent_recharge(const struct bench *bench, int n)
{
    struct dlt645_write write;
    struct controller_recharge recharge;
    assert_int_equal(dlt645_write_request_parse(&bench->sent[n], &write), 0);
    assert_int_equal(write.identifier, CONTROLLER_RECHARGE_IDENTIFIER);
    assert_int_equal(write.authority.password, 0x111111);
    assert_int_equal(controller_recharge_parse(write.value, write.value_size, &recharge), 0);
    return recharge;
}

static void a_payment_recharges_a_meter_that_owns_its_credit(void **state)
{
    struct bench *bench = *state;
    pay(bench, 20 * YUAN, 1);
    pay(bench, 30 * YUAN, 2);
    assert_int_equal(bench->sent_count, 2);
    assert_int_equal(sent_recharge(bench, 0).amount, 20 * YUAN);
    assert_int_equal(sent_recharge(bench, 0).number, 1);
    assert_int_equal(sent_recharge(bench, 1).amount, 30 * YUAN);
    assert_int_equal(sent_recharge(bench, 1).number, 2);
}

static void a_recharge_without_an_answer_is_told_again_with_its_number(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    pay(bench, 20 * YUAN, 1);
    wait(bench, 30 * NS_PER_MIN); /* and outlives the tenth attempt */
    assert_true(bench->sent_count > 20);
    for (int i = 0; i < bench->sent_count; i++) {
        assert_int_equal(sent_recharge(bench, i).number, 1);
        assert_int_equal(sent_recharge(bench, i).amount, 20 * YUAN);
    }
}

/* The first recharge was sent twice and answered twice. */
static void a_late_answer_to_a_recharge_is_not_taken_for_that_to_the_next(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    pay(bench, 20 * YUAN, 1);
    wait(bench, 61 * NS_PER_S);
    reply_to_recharge(bench, 1);
    pay(bench, 30 * YUAN, 2);
    reply_to_recharge(bench, 1);
    reply_to_write(bench); /* of a clock */
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, 0), 1);
    wait(bench, 61 * NS_PER_S);
    assert_int_equal(sent_recharge(bench, bench->sent_count - 1).number, 2);
    reply_to_recharge(bench, 2);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, 0), 2);
}

static void a_refused_recharge_is_told(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    bench->meter_answers = false;
    pay(bench, 20 * YUAN, 1);
    dlt645_refusal(&frame, &bench->address, DLT645_WRITE, DLT645_ERROR_OTHER);
    reply(bench, &frame);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_FAILED, 0), 1);
    assert_int_equal(recorder_nth(&bench->log, EVENT_ORDER_FAILED, 0, 0)->b, DLT645_ERROR_OTHER);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDER_DONE, RECORDER_ANY), 0);
}

/* Ten payments while the meter is dark: their sum arrives, under numbers without a gap. */
static void no_payment_is_lost_while_the_meter_is_dark(void **state)
{
    struct bench *bench = *state;
    bench->meter_answers = false;
    for (uint32_t i = 1; i <= 10; i++)
        assert_int_equal(pay(bench, YUAN, i), 0);
    assert_int_equal(bench->account.order_count, 1); /* one recharge at a time */
    bench->meter_answers = true;
    wait(bench, NS_PER_HOUR);
    int64_t sum = 0;
    uint32_t last = 0;
    for (int i = 0; i < bench->sent_count; i++) {
        struct controller_recharge recharge = sent_recharge(bench, i);
        if (recharge.number == last)
            continue;
        assert_int_equal(recharge.number, last + 1);
        last = recharge.number;
        sum += recharge.amount;
    }
    assert_int_equal(sum, 10 * YUAN);
}

static void fractions_of_a_fen_wait_for_the_next_recharge(void **state)
{
    struct bench *bench = *state;
    pay(bench, 150, 1);
    assert_int_equal(sent_recharge(bench, 0).amount, 100);
    pay(bench, 50, 2);
    assert_int_equal(sent_recharge(bench, 1).amount, 100);
    pay(bench, 99, 3);
    assert_int_equal(bench->sent_count, 2);
    assert_int_equal(bench->account.balance, 100 * YUAN + 299);
}

static void a_meter_that_owns_its_credit_trips_by_the_end_of_its_keep_power(void **state)
{
    struct bench *bench = *state;
    open_with(bench, -YUAN);
    wait(bench, 5 * NS_PER_HOUR);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_KEEP_POWER_OFF), 1);
    assert_int_equal(orders_sent(bench, DLT645_RELAY_TRIP), 0);
    pay(bench, 50 * YUAN, 1);
    assert_int_equal(bench->sent_count, 3);
    assert_int_equal(sent_recharge(bench, 1).amount, 50 * YUAN);
    assert_int_equal(sent_order(bench, 2), DLT645_RELAY_KEEP_POWER_ON);
}

/* ---- alarms ---------------------------------------------------------------------------------- */

static void report(struct bench *bench, enum meter_alarm alarm, int detail)
{
    struct controller_outbox outbox = {0};
    struct controller controller = {.outbox = &outbox};
    const struct controller_report r = {.alarm = alarm, .detail = (uint8_t)detail};
    controller_report(&controller, &bench->address, &r);
    account_receive(&bench->account, bench->now, outbox.frames[0].bytes,
                    outbox.frames[0].size);
    settle(bench);
}

static void a_protection_trip_is_audited_and_told_to_the_tenant(void **state)
{
    struct bench *bench = *state;
    for (int cause = TRIP_CAUSE_OVERLOAD; cause < TRIP_CAUSE_COUNT; cause++) {
        int before = alarms_sent(bench);
        report(bench, METER_ALARM_TRIPPED, cause);
        assert_int_equal(alarms_sent(bench), before + 1);
        assert_int_equal(recorder_count(&bench->log, EVENT_ALARM_SENT, METER_ALARM_TRIPPED << 8 | cause), 1);
        const struct event *told =
            recorder_nth(&bench->log, EVENT_ALARM_DELIVERED, METER_ALARM_TRIPPED, before);
        assert_non_null(told);
        assert_int_equal(told->b, cause);
    }
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_TRIP_REPORTED),
                     TRIP_CAUSE_COUNT - TRIP_CAUSE_OVERLOAD);
    assert_int_equal(recorder_count(&bench->log, EVENT_ALARM_RECEIVED, METER_ALARM_TRIPPED),
                     TRIP_CAUSE_COUNT - TRIP_CAUSE_OVERLOAD);
}

static void a_trip_by_order_or_arrears_is_audited_and_no_alarm(void **state)
{
    struct bench *bench = *state;
    report(bench, METER_ALARM_TRIPPED, TRIP_CAUSE_ORDER);
    report(bench, METER_ALARM_TRIPPED, TRIP_CAUSE_ARREARS);
    report(bench, METER_ALARM_CLOSED, 0);
    report(bench, METER_ALARM_POWER_UP, 0);
    assert_int_equal(alarms_sent(bench), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_TRIP_REPORTED), 2);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_CLOSE_REPORTED), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_SECURITY_ALARM), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, RECORDER_ANY), 4);
}

static void welds_locks_maloperation_and_attacks_are_told(void **state)
{
    struct bench *bench = *state;
    report(bench, METER_ALARM_WELDED, 0);
    report(bench, METER_ALARM_MALOPERATION, 0);
    report(bench, METER_ALARM_LOCKED, TRIP_CAUSE_OVERLOAD);
    report(bench, METER_ALARM_SECURITY, 145);
    assert_int_equal(alarms_sent(bench), 4);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ALARM_REPORTED), 3);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_SECURITY_ALARM), 1);
}

static void a_platform_that_audits_nothing_keeps_no_line_of_a_payment(void **state)
{
    struct bench *bench = *state;
    bench->platform.faults.audits_nothing = true;
    pay(bench, YUAN, 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, RECORDER_ANY), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define test_local(name) cmocka_unit_test_setup_teardown(name, setup_local, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_first_reading_opens_the_account_and_charges_nothing),
        test(the_remainder_of_a_charge_is_carried),
        test(money_balances_over_a_thousand_readings_and_payments),
        test(a_register_that_went_back_charges_nothing),
        test(each_rate_is_charged_at_its_price),
        test(a_reading_that_crosses_a_tier_is_split_and_a_year_begins_anew),
        test(a_daily_bill_charges_each_side_of_a_season_at_its_prices),
        test(in_whatever_windows_it_is_read_energy_costs_the_same),
        test(without_the_freeze_all_is_charged_at_the_new_prices),
        test(a_freeze_before_the_last_reading_charges_nothing),
        test(a_rate_that_went_back_charges_nothing),
        test(a_block_that_is_none_changes_nothing),
        test(a_set_clock_carries_the_time_of_its_sending),
        test(a_broadcast_waits_for_no_answer),
        test(a_platform_that_charges_twice_does),
        test(the_register_is_polled_every_quarter_of_an_hour),
        test(rubbish_from_the_meter_changes_nothing),
        test(a_payment_that_is_told_twice_is_counted_once),
        test(a_notice_beyond_the_remembered_ones_is_refused_as_too_old),
        test(no_number_is_ever_booked_twice),
        test(a_payment_above_the_hoarding_limit_is_refused_whole),
        test(a_refund_is_counted_once_and_never_above_the_balance),
        test(a_payment_by_phone_is_a_payment),
        test(a_payment_of_nothing_or_of_millions_is_refused),
        test(a_phone_message_is_read_back_from_its_bytes),
        test(reminders_begin_at_20_yuan),
        test(consumption_below_20_yuan_begins_the_reminders),
        test(three_reminders_are_delivered_two_hours_apart_before_the_trip),
        test(who_owes_nothing_is_not_tripped_by_reminders),
        test(an_overdraft_is_granted_before_the_trip),
        test(without_a_receipt_nobody_is_tripped_and_the_administrator_decides),
        test(after_a_payment_reminders_have_all_their_attempts_again),
        test(two_delivered_reminders_are_not_enough),
        test(a_platform_that_trips_without_reminders_does),
        test(a_platform_that_is_down_trips_nobody_until_it_is_back),
        test(a_payment_above_the_threshold_ends_the_reminders),
        test(a_payment_that_leaves_too_little_does_not_end_the_reminders),
        test(a_payment_in_the_grace_period_stops_the_trip),
        test(the_next_tenant_is_reminded_anew),
        test(the_next_tenant_does_not_inherit_a_remainder),
        test(a_new_opening_begins_the_sums_anew),
        test(a_payment_restores_at_once),
        test(a_payment_that_leaves_a_debt_restores_nothing),
        test(a_payment_restores_by_permit_where_the_policy_says_so),
        test(a_payment_without_an_arrears_trip_closes_nothing),
        test(a_trip_that_keep_power_refused_is_asked_again_after_the_grace),
        test(a_refused_trip_of_somebody_does_not_undo_an_arrears_trip),
        test(a_refused_restore_is_told_and_asked_once),
        test(an_order_carries_its_authority_and_is_valid_for_10_minutes),
        test(an_order_without_an_answer_is_sent_ten_times_a_minute_apart_and_fails),
        test(orders_go_one_after_the_other),
        test(an_answer_counts_for_the_order_it_names),
        test(an_order_that_is_held_by_current_is_done),
        test(a_refused_order_of_somebody_is_not_sent_again),
        test(an_answer_without_an_order_is_ignored),
        test(an_order_that_expired_on_its_way_is_sent_anew),
        test(a_restore_outlives_an_outage),
        test(an_arrears_trip_outlives_an_outage),
        test(a_full_queue_of_orders_refuses_people_and_keeps_room_for_billing),
        test(a_trip_that_nobody_answered_goes_behind_a_full_queue),
        test(an_alarm_that_nobody_answered_does_not_follow_its_own_end),
        test(an_empty_flat_that_shall_be_off_is_asked_until_it_is),
        test(the_billing_closes_nothing_that_somebody_tripped),
        test(a_trip_that_the_meter_refuses_keeps_nothing_open),
        test_local(a_payment_recharges_a_meter_that_owns_its_credit),
        test_local(a_recharge_without_an_answer_is_told_again_with_its_number),
        test_local(a_late_answer_to_a_recharge_is_not_taken_for_that_to_the_next),
        test_local(a_refused_recharge_is_told),
        test_local(no_payment_is_lost_while_the_meter_is_dark),
        test_local(fractions_of_a_fen_wait_for_the_next_recharge),
        test_local(a_meter_that_owns_its_credit_trips_by_the_end_of_its_keep_power),
        test(a_protection_trip_is_audited_and_told_to_the_tenant),
        test(a_trip_by_order_or_arrears_is_audited_and_no_alarm),
        test(welds_locks_maloperation_and_attacks_are_told),
        test(a_platform_that_audits_nothing_keeps_no_line_of_a_payment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
