/* The meter's clock and its registers by rate, on a bare meter: signals in, frames in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/runner/tariff_file.h"
#include "sim/error.h"
#include "sim/meter/meter.h"
#include "tests/unit/recorder.h"

#define KWH INT64_C(1000000)
#define PPM 1000

enum { CONTROL_PASSWORD = 0x111111 };

struct bench {
    struct recorder log;
    struct event_queue queue;
    struct meter_config config;
    struct controller_outbox outbox;
    struct meter meter;
    struct dlt645_address address;
    struct plant_signals signals;
    int64_t now;
    int reply_count;
    struct dlt645_frame reply; /* the last frame that is no report */
};

static int64_t noon(void)
{
    return civil_to_seconds(&(struct civil_time){2026, 7, 15, 12, 0, 0, 0});
}

static void collect(struct bench *bench)
{
    struct dlt645_frame frame;
    struct controller_report report;
    for (int i = 0; i < bench->outbox.count; i++) {
        const struct controller_frame *bytes = &bench->outbox.frames[i];
        assert_true(dlt645_decode(bytes->bytes, bytes->size, &frame, NULL) > 0);
        if (controller_report_parse(&frame, &report) == 0)
            continue;
        bench->reply = frame;
        bench->reply_count++;
    }
    bench->outbox.count = 0;
}

static void sense(struct bench *bench)
{
    bench->meter.controller.ops->sense(&bench->meter.controller, bench->now, &bench->signals);
    collect(bench);
}

static void load(struct bench *bench, int32_t current_ma)
{
    bench->signals.current_ma = current_ma;
    bench->signals.power_mw = (int64_t)current_ma * bench->signals.voltage_mv / 1000;
    sense(bench);
}

static void mains(struct bench *bench, bool on)
{
    bench->signals.voltage_mv = on ? 220000 : 0;
    sense(bench);
}

static void run_until(struct bench *bench, int64_t until)
{
    for (;;) {
        int slot = -1;
        int64_t now = queue_next(&bench->queue, &slot);
        if (now > until)
            break;
        bench->now = now;
        queue_take(&bench->queue, slot);
        bench->meter.controller.ops->timer(&bench->meter.controller, now, slot);
        collect(bench);
    }
    bench->now = until;
    meter_account(&bench->meter, until);
}

static void wait(struct bench *bench, int64_t duration)
{
    run_until(bench, bench->now + duration);
}

static void bench_init(struct bench *bench, const struct meter_config *config)
{
    memset(bench, 0, sizeof *bench);
    recorder_init(&bench->log);
    queue_init(&bench->queue, METER_TIMERS);
    bench->config = *config;
    bench->config.epoch_s = noon();
    bench->config.overload_ma = 80000;
    bench->config.seed = 1;
    bench->signals = (struct plant_signals){
        .voltage_mv = 220000, .contacts_closed = true, .temperature_mc = 25000};
    assert_int_equal(dlt645_address_from_number(100001, &bench->address), 0);
    meter_init(&bench->meter, (struct timers){&bench->queue, 0, METER_TIMERS},
               (struct event_source){&bench->log.sink, 1}, &bench->address, &bench->config, 0,
               &bench->outbox);
    bench->meter.gain_ppm = 0;
    sense(bench);
}

static int setup(void **state)
{
    static struct bench bench;
    struct meter_config config = meter_config_default();
    config.tariff = tariff_by_name("zhejiang");
    bench_init(&bench, &config);
    *state = &bench;
    return 0;
}

static int setup_plain(void **state)
{
    static struct bench bench;
    struct meter_config config = meter_config_default();
    bench_init(&bench, &config);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    recorder_free(&((struct bench *)*state)->log);
    return 0;
}

/* ---- frames ---------------------------------------------------------------------------------- */

static void receive(struct bench *bench, const struct dlt645_frame *frame)
{
    uint8_t bytes[CONTROLLER_FRAME_MAX];
    int size = dlt645_encode(frame, 0, bytes, sizeof bytes);
    assert_true(size > 0);
    bench->meter.controller.ops->receive(&bench->meter.controller, bench->now, bytes, (size_t)size);
    wait(bench, 100 * NS_PER_MS);
}

/* The value of an identifier in the bench's last reply; its size. */
static size_t read(struct bench *bench, uint32_t identifier, const uint8_t **value)
{
    struct dlt645_frame frame;
    size_t size = 0;
    dlt645_read_request(&frame, &bench->address, identifier);
    receive(bench, &frame);
    assert_int_equal(dlt645_read_reply_parse(&bench->reply, identifier, value, &size, NULL), 0);
    return size;
}

static int64_t read_energy(struct bench *bench, uint32_t identifier)
{
    const uint8_t *value;
    int64_t mwh = 0;
    size_t size = read(bench, identifier, &value);
    assert_int_equal(dlt645_quantity_read(DLT645_ENERGY, value, size, &mwh, NULL), 0);
    return mwh;
}

/* 0, or the refusal's bits. */
static int write_time(struct bench *bench, uint32_t identifier, enum dlt645_time_layout layout,
                      struct dlt645_time time, uint32_t password)
{
    uint8_t value[DLT645_TIME_SIZE_MAX];
    struct dlt645_frame frame;
    uint16_t bits = 0;
    int before = bench->reply_count;
    int size = dlt645_time_write(layout, &time, value, sizeof value);
    assert_true(size > 0);
    const struct dlt645_write write = {identifier, {4, password, 0}, value, (size_t)size};
    assert_int_equal(dlt645_write_request(&frame, &bench->address, &write), 0);
    receive(bench, &frame);
    assert_int_equal(bench->reply_count, before + 1);
    int result = dlt645_reply_check(&bench->reply, DLT645_WRITE, &bits);
    assert_true(result == 0 || result == ERROR_DLT645_REFUSED);
    return bits;
}

static void broadcast(struct bench *bench, int64_t clock_s)
{
    struct dlt645_frame frame;
    const struct dlt645_time time = controller_wire_time(clock_s);
    assert_int_equal(dlt645_broadcast_time(&frame, &time), 0);
    receive(bench, &frame);
}

/* Seconds by which the clock is ahead, to the nearest. */
static int64_t ahead(const struct bench *bench)
{
    int64_t ahead_ns = rtc_read(&bench->meter.memory.rtc, bench->now) - bench->now;
    return (ahead_ns + (ahead_ns < 0 ? -NS_PER_S : NS_PER_S) / 2) / NS_PER_S;
}

static int64_t rate_mwh(const struct bench *bench, enum tariff_rate rate)
{
    return meter_rate_mwh(&bench->meter, rate);
}

static int64_t sum_of_rates(const struct bench *bench)
{
    int64_t sum = 0;
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        sum += rate_mwh(bench, (enum tariff_rate)rate);
    return sum;
}

/* ---- registers --------------------------------------------------------------------------------
 */

/* 2.2 kW from noon to noon: 14 h of peak, 10 h of valley. */
static void energy_is_booked_to_the_rate_of_its_hour(void **state)
{
    struct bench *bench = *state;
    load(bench, 10000);
    wait(bench, NS_PER_DAY);
    assert_int_equal(rate_mwh(bench, TARIFF_PEAK), 14 * 22 * KWH / 10);
    assert_int_equal(rate_mwh(bench, TARIFF_VALLEY), 10 * 22 * KWH / 10);
    assert_int_equal(rate_mwh(bench, TARIFF_SHARP), 0);
    assert_int_equal(rate_mwh(bench, TARIFF_FLAT), 0);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_RATE, TARIFF_VALLEY),
                     10 * NS_PER_HOUR);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_RATE, TARIFF_PEAK),
                     20 * NS_PER_HOUR);
}

static void the_rates_sum_up_to_the_total_exactly(void **state)
{
    struct bench *bench = *state;
    struct random random = random_stream(1, 1, RANDOM_SCRIPT);
    bench->meter.gain_ppm = 1234;
    for (int i = 0; i < 5000; i++) {
        load(bench, (int32_t)random_between(&random, 0, 30000));
        wait(bench, random_between(&random, 1, 2 * NS_PER_HOUR));
        if (i % 7 == 0)
            meter_set_clock(&bench->meter, bench->now, noon() + random_between(&random, 0, 1000000),
                            CLOCK_FAULT);
        assert_int_equal(sum_of_rates(bench), bench->meter.memory.energy.mwh);
    }
    assert_true(rate_mwh(bench, TARIFF_PEAK) > 1000 * KWH &&
                rate_mwh(bench, TARIFF_VALLEY) > 1000 * KWH);
}

/* 999,999.99 kWh is what a register shows; what is beyond 32 bits of mWh must not be lost on the
 * way there. */
static void a_rate_holds_all_that_a_register_shows(void **state)
{
    struct bench *bench = *state;
    bench->meter.memory.energy.mwh = INT64_C(999999) * KWH;
    wait(bench, 10 * NS_PER_HOUR);
    bench->meter.memory.energy.mwh += 5;
    wait(bench, 10 * NS_PER_HOUR);
    assert_int_equal(rate_mwh(bench, TARIFF_PEAK), INT64_C(999999) * KWH);
    assert_int_equal(rate_mwh(bench, TARIFF_VALLEY), 5);
}

static void the_registers_are_read_one_by_one_and_as_a_block(void **state)
{
    struct bench *bench = *state;
    load(bench, 10000);
    wait(bench, 20 * NS_PER_HOUR);
    load(bench, 0);
    assert_int_equal(read_energy(bench, 0x00010100), 0);
    assert_int_equal(read_energy(bench, 0x00010200), 22 * KWH);
    assert_int_equal(read_energy(bench, 0x00010300), 0);
    assert_int_equal(read_energy(bench, 0x00010400), 22 * KWH);
    assert_int_equal(read_energy(bench, 0x00000400), 22 * KWH); /* combined: nothing is fed in */
    const uint8_t *value;
    assert_int_equal(read(bench, 0x0001FF00, &value), 20);
    static const uint8_t block[20] = {0x00, 0x44, 0, 0, 0, 0, 0,    0,    0x00, 0x22,
                                      0,    0,    0, 0, 0, 0, 0x00, 0x22, 0,    0};
    assert_memory_equal(value, block, sizeof block);
}

static void without_a_tariff_all_is_flat(void **state)
{
    struct bench *bench = *state;
    load(bench, 10000);
    wait(bench, NS_PER_DAY);
    assert_int_equal(rate_mwh(bench, TARIFF_FLAT), bench->meter.memory.energy.mwh);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_RATE, RECORDER_ANY), 0);
    assert_false(timer_armed(&bench->meter.timers, METER_TIMER_RATE));
}

/* ---- the clock --------------------------------------------------------------------------------
 */

static void a_meter_switches_by_its_own_clock(void **state)
{
    struct bench *bench = *state;
    meter_set_clock(&bench->meter, 0, noon() - 3600, CLOCK_FAULT);
    wait(bench, 2 * NS_PER_DAY);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_RATE, TARIFF_VALLEY),
                     11 * NS_PER_HOUR);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_RATE, TARIFF_PEAK),
                     21 * NS_PER_HOUR);
}

/* 50 ppm x 30 days. The edge of 22 h on the last day comes earlier by what the clock gained until
 * then. */
static void a_drift_of_50_ppm_is_129_6_s_after_30_days(void **state)
{
    struct bench *bench = *state;
    meter_clock_drift(&bench->meter, 0, 50 * PPM);
    wait(bench, 30 * NS_PER_DAY);
    assert_int_equal(rtc_read(&bench->meter.memory.rtc, bench->now) - bench->now,
                     INT64_C(129600) * NS_PER_MS);
    assert_int_equal(meter_clock_s(&bench->meter, bench->now), noon() + 30 * 86400 + 129);
    int64_t reading_ns = 29 * NS_PER_DAY + 10 * NS_PER_HOUR;
    int64_t at = recorder_last_at(&bench->log, EVENT_METER_RATE, TARIFF_VALLEY);
    assert_in_range(at, reading_ns / 1000050 * 1000000 - NS_PER_MS,
                    reading_ns / 1000050 * 1000000 + NS_PER_MS);
}

static void a_drift_within_limits_is_drawn_for_each_meter(void **state)
{
    (void)state;
    struct bench bench;
    struct meter_config config = meter_config_default();
    config.clock_drift_ppb = 20 * PPM;
    bench_init(&bench, &config);
    int32_t drift_ppb = bench.meter.memory.rtc.drift_ppb;
    assert_true(drift_ppb != 0 && drift_ppb >= -20 * PPM && drift_ppb <= 20 * PPM);
    recorder_free(&bench.log);
}

static void a_step_books_to_another_rate_from_then_on(void **state)
{
    struct bench *bench = *state;
    load(bench, 10000);
    wait(bench, 5 * NS_PER_HOUR);
    meter_set_clock(&bench->meter, bench->now, noon() + 11 * 3600,
                    CLOCK_FAULT); /* 17:00 becomes 23:00 */
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_CLOCK, 6 * 3600 * 1000), 1);
    wait(bench, 5 * NS_PER_HOUR);
    assert_int_equal(rate_mwh(bench, TARIFF_PEAK), 11 * KWH);
    assert_int_equal(rate_mwh(bench, TARIFF_VALLEY), 11 * KWH);
}

static void a_power_cut_keeps_the_clock_and_the_registers(void **state)
{
    struct bench *bench = *state;
    meter_clock_drift(&bench->meter, 0, 100 * PPM);
    load(bench, 10000);
    wait(bench, NS_PER_HOUR);
    int64_t peak = rate_mwh(bench, TARIFF_PEAK);
    mains(bench, false);
    wait(bench, 11 * NS_PER_HOUR); /* over the edge of 22 h */
    mains(bench, true);
    wait(bench, 2 * NS_PER_S);
    assert_int_equal(ahead(bench), 4); /* 12 h x 100 ppm */
    wait(bench, NS_PER_HOUR);
    assert_in_range(rate_mwh(bench, TARIFF_PEAK), peak,
                    peak + KWH / 1000); /* the hold-up of 100 ms */
    assert_in_range(rate_mwh(bench, TARIFF_VALLEY), 22 * KWH / 10 - KWH / 100,
                    22 * KWH / 10 + KWH / 100);
}

static void a_bad_battery_begins_at_2000_and_is_told(void **state)
{
    struct bench *bench = *state;
    const uint8_t *value;
    assert_int_equal(read(bench, 0x04000501, &value), 2);
    assert_int_equal(value[0], 0);
    bench->meter.faults.clock_battery_bad = true;
    assert_int_equal(read(bench, 0x04000501, &value), 2);
    assert_int_equal(value[0], 0x04);
    mains(bench, false);
    wait(bench, NS_PER_HOUR);
    mains(bench, true);
    wait(bench, 61 * NS_PER_S); /* it boots in 1 s */
    assert_int_equal(meter_clock_s(&bench->meter, bench->now), 60);
    assert_int_equal(bench->meter.memory.rates.moment.rate,
                     TARIFF_VALLEY); /* midnight, it thinks */
}

static void a_short_dip_moves_no_clock_even_with_a_bad_battery(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.clock_battery_bad = true;
    mains(bench, false);
    wait(bench, 50 * NS_PER_MS);
    mains(bench, true);
    wait(bench, NS_PER_MIN);
    assert_int_equal(ahead(bench), 0);
}

static void an_authorised_write_sets_date_time_or_both(void **state)
{
    struct bench *bench = *state;
    const struct dlt645_time time = {2027, 2, 28, 23, 59, 30, 0};
    const uint8_t *value;
    assert_int_equal(
        write_time(bench, 0x0400010C, DLT645_TIME_WITH_WEEKDAY, time, CONTROL_PASSWORD), 0);
    struct civil_time civil = civil_from_seconds(meter_clock_s(&bench->meter, bench->now));
    assert_int_equal(civil.year, 2027);
    assert_int_equal(civil.hour, 23);
    assert_int_equal(bench->meter.memory.rates.moment.rate, TARIFF_VALLEY);
    const struct dlt645_time morning = {2000, 1, 1, 9, 30, 0, 0};
    assert_int_equal(write_time(bench, 0x04000102, DLT645_TIME_OF_DAY, morning, CONTROL_PASSWORD),
                     0);
    civil = civil_from_seconds(meter_clock_s(&bench->meter, bench->now));
    assert_int_equal(civil.year * 10000 + civil.month * 100 + civil.day, 20270228);
    assert_int_equal(civil.hour * 100 + civil.minute, 930);
    assert_int_equal(bench->meter.memory.rates.moment.rate, TARIFF_PEAK);
    const struct dlt645_time leap = {2028, 2, 29, 0, 0, 0, 2};
    assert_int_equal(
        write_time(bench, 0x04000101, DLT645_TIME_DATE_WEEKDAY, leap, CONTROL_PASSWORD), 0);
    assert_int_equal(read(bench, 0x04000101, &value), 4);
    static const uint8_t date[4] = {0x02, 0x29, 0x02, 0x28}; /* a Tuesday */
    assert_memory_equal(value, date, 4);
    assert_int_equal(read(bench, 0x0400010C, &value), 7);
    assert_int_equal(value[2], 0x09);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_CLOCK, RECORDER_ANY), 3);
}

static void a_write_without_the_password_or_of_no_date_sets_nothing(void **state)
{
    struct bench *bench = *state;
    const struct dlt645_time time = {2027, 2, 28, 9, 0, 0, 0}, no_date = {2027, 2, 29, 9, 0, 0, 0};
    assert_int_equal(write_time(bench, 0x0400010C, DLT645_TIME_WITH_WEEKDAY, time, 0x999999),
                     DLT645_ERROR_PASSWORD);
    assert_int_equal(
        write_time(bench, 0x0400010C, DLT645_TIME_WITH_WEEKDAY, no_date, CONTROL_PASSWORD),
        DLT645_ERROR_OTHER);
    assert_int_equal(write_time(bench, 0x04000101, DLT645_TIME_OF_DAY, time, CONTROL_PASSWORD),
                     DLT645_ERROR_OTHER);
    assert_int_equal(ahead(bench), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_CLOCK, RECORDER_ANY), 0);
}

static void a_broadcast_is_followed_once_a_day_and_never_answered(void **state)
{
    struct bench *bench = *state;
    broadcast(bench, noon() + 240);
    assert_int_equal(ahead(bench), 240); /* but for the 20 to 80 ms until the firmware came to it */
    broadcast(bench, noon());
    assert_int_equal(ahead(bench), 240);
    wait(bench, NS_PER_DAY);
    broadcast(bench, noon() + bench->now / NS_PER_S - 61); /* 301 s off */
    assert_int_equal(ahead(bench), 240);
    broadcast(bench, noon() + bench->now / NS_PER_S);
    assert_int_equal(ahead(bench), 0);
    assert_int_equal(bench->reply_count, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_REFUSED, DLT645_BROADCAST_TIME), 2);
}

/* ---- a meter that owns its credit
 * ---------------------------------------------------------------- */

static void local_credit_is_charged_by_rate_and_split_at_the_tiers(void **state)
{
    (void)state;
    struct bench bench;
    struct meter_config config = meter_config_default();
    struct tariff tariff = *tariff_by_name("zhejiang");
    tariff.seasons[0].tier_kwh[0] = 10;
    tariff.seasons[0].tier_kwh[1] = 30;
    config.tariff = &tariff;
    config.credit = CREDIT_LOCAL;
    bench_init(&bench, &config);
    bench.meter.memory.balance = 1000000;
    load(&bench, 10000);
    wait(&bench, NS_PER_DAY);
    /* 22 kWh of peak, 22 of valley, 8.8 of peak; the limits cut them at 10 and 30 kWh */
    int64_t cost = 10 * 5680 + 12 * 6180 + 8 * 3380 + 14 * 5880 + 88 * 8680 / 10;
    assert_int_equal(bench.meter.memory.balance, 1000000 - cost);
    recorder_free(&bench.log);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(energy_is_booked_to_the_rate_of_its_hour),
        test(the_rates_sum_up_to_the_total_exactly),
        test(a_rate_holds_all_that_a_register_shows),
        test(the_registers_are_read_one_by_one_and_as_a_block),
        cmocka_unit_test_setup_teardown(without_a_tariff_all_is_flat, setup_plain, teardown),
        test(a_meter_switches_by_its_own_clock),
        test(a_drift_of_50_ppm_is_129_6_s_after_30_days),
        cmocka_unit_test(a_drift_within_limits_is_drawn_for_each_meter),
        test(a_step_books_to_another_rate_from_then_on),
        test(a_power_cut_keeps_the_clock_and_the_registers),
        test(a_bad_battery_begins_at_2000_and_is_told),
        test(a_short_dip_moves_no_clock_even_with_a_bad_battery),
        test(an_authorised_write_sets_date_time_or_both),
        test(a_write_without_the_password_or_of_no_date_sets_nothing),
        test(a_broadcast_is_followed_once_a_day_and_never_answered),
        cmocka_unit_test(local_credit_is_charged_by_rate_and_split_at_the_tiers),
    };
    return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
