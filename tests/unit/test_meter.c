/* The virtual meter on its plant, without a link: protection, orders, credit, power, faults. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/meter/meter.h"
#include "tests/unit/recorder.h"

#define AMPERE 1000
#define VOLT 1000
#define YUAN 10000
#define KWH INT64_C(1000000)
#define MW_NS_PER_MWH INT64_C(3600000000000)

enum {
    NOMINAL_MV = 220 * VOLT,
    CONTROL_PASSWORD = 0x111111,
    ADMINISTRATOR_PASSWORD = 0x246810,
    REPLIES_MAX = 64,
};

struct bench {
    struct recorder log;
    struct event_queue queue;
    struct plant plant;
    struct meter_config config;
    struct controller_outbox outbox;
    struct meter meter;
    struct dlt645_address address;
    int64_t now;
    int reports[METER_ALARM_COUNT]; /* report frames by alarm */
    struct controller_report last_report;
    int reply_count;
    int64_t replied_at;
    struct dlt645_frame reply; /* the last frame that is no report */
};

static int64_t epoch(void)
{
    const struct civil_time noon = {2026, 7, 15, 12, 0, 0, 0};
    return civil_to_seconds(&noon);
}

static void collect(struct bench *bench, const struct controller_frame *bytes)
{
    struct dlt645_frame frame;
    struct controller_report report;
    assert_true(dlt645_decode(bytes->bytes, bytes->size, &frame, NULL) > 0);
    if (controller_report_parse(&frame, &report) == 0) {
        bench->reports[report.alarm]++;
        bench->last_report = report;
        return;
    }
    bench->reply = frame;
    bench->reply_count++;
    bench->replied_at = bench->now;
}

/* What flat_settle does, less the radio. */
static void settle(struct bench *bench)
{
    struct controller *controller = &bench->meter.controller;
    for (;;) {
        if (bench->plant.signals_changed) {
            bench->plant.signals_changed = false;
            controller->ops->sense(controller, bench->now, &bench->plant.signals);
        } else if (controller->coil_wanted) {
            controller->coil_wanted = false;
            plant_coil(&bench->plant, bench->now, controller->coil);
        } else {
            break;
        }
    }
    for (int i = 0; i < bench->outbox.count; i++)
        collect(bench, &bench->outbox.frames[i]);
    bench->outbox.count = 0;
}

static void bench_init_with(struct bench *bench, const struct meter_config *meter,
                            int64_t balance, uint32_t flat, uint64_t seed)
{
    const struct plant_config plant = {.seed = seed, .nominal_mv = NOMINAL_MV};
    memset(bench, 0, sizeof *bench);
    bench->config = *meter;
    recorder_init(&bench->log);
    queue_init(&bench->queue, PLANT_TIMERS + METER_TIMERS);
    struct event_source events = {&bench->log.sink, flat};
    plant_init(&bench->plant, (struct timers){&bench->queue, 0, PLANT_TIMERS}, events, &plant);
    bench->config.epoch_s = epoch();
    bench->config.seed = seed;
    assert_int_equal(dlt645_address_from_number(100001, &bench->address), 0);
    meter_init(&bench->meter, (struct timers){&bench->queue, PLANT_TIMERS, METER_TIMERS}, events,
               &bench->address, &bench->config, balance, &bench->outbox);
    settle(bench);
}

static void bench_init(struct bench *bench, const struct meter_config *meter, uint32_t flat,
                       uint64_t seed)
{
    bench_init_with(bench, meter, 0, flat, seed);
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
        if (slot < PLANT_TIMERS)
            plant_timer(&bench->plant, now, slot);
        else
            bench->meter.controller.ops->timer(&bench->meter.controller, now, slot - PLANT_TIMERS);
        settle(bench);
    }
    bench->now = until;
}

static void wait(struct bench *bench, int64_t duration)
{
    run_until(bench, bench->now + duration);
}

static void fault(struct bench *bench, enum plant_fault kind, int64_t level)
{
    plant_set_fault(&bench->plant, bench->now, kind, level);
    settle(bench);
}

static void supply(struct bench *bench, int32_t terminal_mv)
{
    plant_set_supply(&bench->plant, bench->now, NOMINAL_MV, terminal_mv);
    settle(bench);
}

static void key(struct bench *bench, bool pressed)
{
    plant_press_key(&bench->plant, bench->now, pressed);
    settle(bench);
}

static int setup(void **state)
{
    static struct bench bench;
    struct meter_config config = meter_config_default();
    bench_init(&bench, &config, 1, 1);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    recorder_free(&((struct bench *)*state)->log);
    return 0;
}

static bool contacts_closed(const struct bench *bench)
{
    return plant_contacts_closed(&bench->plant);
}

/* When the contacts were last found open (settled, arc out). */
static int64_t opened_at(const struct bench *bench)
{
    return recorder_last_at(&bench->log, EVENT_CONTACTS, false);
}

static int trips(const struct bench *bench, enum trip_cause cause)
{
    return recorder_count(&bench->log, EVENT_METER_TRIP, cause);
}

static int closes(const struct bench *bench)
{
    return recorder_count(&bench->log, EVENT_METER_CLOSE, RECORDER_ANY);
}

static bool stands(const struct bench *bench, enum trip_cause cause)
{
    return bench->meter.memory.causes & CAUSE_BIT(cause);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static void receive(struct bench *bench, const struct dlt645_frame *frame)
{
    uint8_t bytes[CONTROLLER_FRAME_MAX];
    int size = dlt645_encode(frame, 0, bytes, sizeof bytes);
    assert_true(size > 0);
    struct controller *controller = &bench->meter.controller;
    controller->ops->receive(controller, bench->now, bytes, (size_t)size);
    settle(bench);
}

static struct dlt645_relay_command command(const struct bench *bench, int order, int level,
                                           uint32_t password, int64_t valid_s)
{
    int64_t until = meter_clock_s(&bench->meter, bench->now) + valid_s;
    struct civil_time civil = civil_from_seconds(until);
    return (struct dlt645_relay_command){
        .authority = {(uint8_t)level, password, 0},
        .order = (enum dlt645_relay_order)order,
        .valid_until = {(uint16_t)civil.year, (uint8_t)civil.month, (uint8_t)civil.day,
                        (uint8_t)civil.hour, (uint8_t)civil.minute, (uint8_t)civil.second, 0},
    };
}

/* The meter's word: positive done, negative refused, 0 no answer within 100 ms. */
static int answer(struct bench *bench, const struct dlt645_relay_command *wanted)
{
    struct dlt645_frame frame;
    struct dlt645_relay_reply reply;
    int before = bench->reply_count;
    assert_int_equal(dlt645_relay_request(&frame, &bench->address, wanted), 0);
    receive(bench, &frame);
    wait(bench, 100 * NS_PER_MS);
    if (bench->reply_count == before)
        return 0;
    assert_int_equal(bench->reply_count, before + 1);
    assert_int_equal(dlt645_relay_reply_parse(&bench->reply, &reply), 0);
    assert_true(reply.has_word);
    return reply.accepted ? reply.word : -reply.word;
}

static int order(struct bench *bench, int wanted)
{
    struct dlt645_relay_command c = command(bench, wanted, 4, CONTROL_PASSWORD, 600);
    return answer(bench, &c);
}

static int administrator_order(struct bench *bench, int wanted)
{
    struct dlt645_relay_command c = command(bench, wanted, 2, ADMINISTRATOR_PASSWORD, 600);
    return answer(bench, &c);
}

/* 0, or the refusal's bits. */
static int write(struct bench *bench, uint32_t identifier, uint32_t password, const uint8_t *value,
                 size_t size)
{
    const struct dlt645_write request = {
        .identifier = identifier,
        .authority = {4, password, 0},
        .value = value,
        .value_size = size,
    };
    struct dlt645_frame frame;
    uint16_t bits = 0;
    int before = bench->reply_count;
    assert_int_equal(dlt645_write_request(&frame, &bench->address, &request), 0);
    receive(bench, &frame);
    wait(bench, 100 * NS_PER_MS);
    assert_int_equal(bench->reply_count, before + 1);
    int result = dlt645_reply_check(&bench->reply, DLT645_WRITE, &bits);
    assert_true(result == 0 || result == ERROR_DLT645_REFUSED);
    return bits;
}

static int recharge(struct bench *bench, int64_t amount, uint32_t number)
{
    uint8_t value[8];
    const struct controller_recharge wanted = {amount, number};
    assert_int_equal(controller_recharge_write(&wanted, value, sizeof value), 8);
    return write(bench, CONTROLLER_RECHARGE_IDENTIFIER, CONTROL_PASSWORD, value, sizeof value);
}

/* The value of an identifier, or the refusal's bits as a negative number. */
static int64_t read_quantity(struct bench *bench, uint32_t identifier,
                             enum dlt645_quantity quantity)
{
    struct dlt645_frame frame;
    const uint8_t *value;
    size_t size;
    uint16_t bits;
    int64_t result;
    int before = bench->reply_count;
    dlt645_read_request(&frame, &bench->address, identifier);
    receive(bench, &frame);
    wait(bench, 100 * NS_PER_MS);
    assert_int_equal(bench->reply_count, before + 1);
    if (dlt645_read_reply_parse(&bench->reply, identifier, &value, &size, &bits) < 0)
        return -(int64_t)bits;
    assert_int_equal(dlt645_quantity_read(quantity, value, size, &result, NULL), 0);
    return result;
}

static int status_word(struct bench *bench)
{
    struct dlt645_frame frame;
    const uint8_t *value;
    size_t size;
    uint16_t bits;
    dlt645_read_request(&frame, &bench->address, 0x04000503);
    receive(bench, &frame);
    wait(bench, 100 * NS_PER_MS);
    assert_int_equal(dlt645_read_reply_parse(&bench->reply, 0x04000503, &value, &size, &bits), 0);
    assert_int_equal(size, 2);
    return value[0] | value[1] << 8;
}

/* ---- leakage --------------------------------------------------------------------------------- */

/* IEC 61008-1, general and selective class. */
static void the_break_time_limits_are_300_150_and_40_ms(void **state)
{
    (void)state;
    const struct residual_rating general = {.rated_ua = 30000};
    const struct residual_rating selective = {.rated_ua = 30000, .selective = true};
    static const int64_t severity[] = {999, 1000, 1999, 2000, 4999, 5000};
    static const int64_t limit_ms[] = {0, 300, 300, 150, 150, 40};
    static const int64_t selective_ms[] = {0, 500, 500, 200, 200, 150};
    for (int i = 0; i < 6; i++) {
        int64_t want = limit_ms[i] ? limit_ms[i] * NS_PER_MS : TIME_NEVER;
        assert_int_equal(residual_break_time_limit(&general, severity[i]), want);
        want = selective_ms[i] ? selective_ms[i] * NS_PER_MS : TIME_NEVER;
        assert_int_equal(residual_break_time_limit(&selective, severity[i]), want);
    }
}

static void a_leak_of_half_the_rated_15_ma_never_trips(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 15000);
    wait(bench, NS_PER_DAY);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->log.count, 0);
}

/* Between half and the whole of the rating the standard leaves it open: each meter has its own level. */
static void a_meter_acts_from_its_own_level_on(void **state)
{
    (void)state;
    int32_t lowest = INT32_MAX, highest = 0;
    for (uint32_t flat = 0; flat < 300; flat++) {
        struct bench bench;
        struct meter_config config = meter_config_default();
        bench_init(&bench, &config, flat, 1);
        int32_t level_ua = 30 * bench.meter.residual_sense.level_permille;
        fault(&bench, PLANT_FAULT_LEAKAGE, level_ua - 1);
        wait(&bench, NS_PER_MIN);
        assert_true(contacts_closed(&bench));
        fault(&bench, PLANT_FAULT_LEAKAGE, level_ua);
        wait(&bench, 300 * NS_PER_MS);
        assert_false(contacts_closed(&bench));
        lowest = level_ua < lowest ? level_ua : lowest;
        highest = level_ua > highest ? level_ua : highest;
        recorder_free(&bench.log);
    }
    assert_in_range(lowest, 16500, 17000);
    assert_in_range(highest, 25000, 25500);
}

/* What IEC 61008-1 says of a type and a waveform: it must not act below, and must from there on, per mille of IdN. */
struct band {
    enum residual_type type;
    uint8_t waveform;
    int32_t rated_ua;
    int32_t not_below, must_from; /* must_from 0: it need not see it */
};

static const struct band bands[] = {
    {RESIDUAL_TYPE_AC, RESIDUAL_AC, 30000, 500, 1000},
    {RESIDUAL_TYPE_A, RESIDUAL_AC, 30000, 500, 1000},
    {RESIDUAL_TYPE_B, RESIDUAL_AC, 30000, 500, 1000},
    {RESIDUAL_TYPE_AC, RESIDUAL_PULSATING_0, 30000, 0, 0},
    {RESIDUAL_TYPE_A, RESIDUAL_PULSATING_0, 30000, 350, 1400},
    {RESIDUAL_TYPE_A, RESIDUAL_PULSATING_90, 30000, 250, 1400},
    {RESIDUAL_TYPE_A, RESIDUAL_PULSATING_135, 30000, 110, 1400},
    {RESIDUAL_TYPE_A, RESIDUAL_PULSATING_0, 10000, 350, 2000},
    {RESIDUAL_TYPE_B, RESIDUAL_PULSATING_0, 300000, 350, 1400},
    {RESIDUAL_TYPE_A, RESIDUAL_SMOOTH_DC, 30000, 0, 0},
    {RESIDUAL_TYPE_B, RESIDUAL_SMOOTH_DC, 30000, 500, 2000},
    {RESIDUAL_TYPE_B, RESIDUAL_SMOOTH_DC, 100000, 500, 2000},
};

/* How long until a meter of this type opened for a leak that begins at `at`, or -1 if it did not in 2 s. */
static int64_t broke_after(const struct meter_config *config, uint32_t flat, uint8_t waveform,
                           int32_t level_ua, int64_t at)
{
    struct bench bench;
    const struct leak leak = {.shape = LEAKAGE_STEP, .waveform = waveform, .to_ua = level_ua};
    bench_init(&bench, config, flat, 1);
    fault(&bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE); /* with an arc */
    wait(&bench, at);
    plant_begin_leak(&bench.plant, at, &leak, -1);
    settle(&bench);
    wait(&bench, 2 * NS_PER_S);
    int64_t took = contacts_closed(&bench) ? -1 : recorder_first_at(&bench.log, EVENT_CONTACTS, false) - at;
    recorder_free(&bench.log);
    return took;
}

static void every_type_acts_within_its_band_for_every_waveform(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
        const struct band *band = &bands[i];
        struct meter_config config = meter_config_default();
        config.rated_residual_ua = band->rated_ua;
        config.residual_type = band->type;
        for (uint32_t flat = 0; flat < 60; flat++) {
            int64_t at = NS_PER_S + flat * NS_PER_MS;
            int32_t below = band->rated_ua / 1000 * band->not_below;
            if (below && broke_after(&config, flat, band->waveform, below, at) >= 0)
                fail_msg("band %zu: it acted at %d uA", i, below);
            static const int64_t limit_ms[3] = {300, 150, 40};
            static const int32_t times[3] = {1, 2, 5};
            for (int k = 0; k < 3; k++) {
                int32_t level = band->rated_ua / 1000 * (band->must_from ? band->must_from : 1000) * times[k];
                int64_t took = broke_after(&config, flat, band->waveform, level, at);
                if (band->must_from ? took < 0 || took > limit_ms[k] * NS_PER_MS : took >= 0)
                    fail_msg("band %zu: %d uA broken after %.1f ms", i, level, (double)took / 1e6);
            }
        }
    }
}

static void a_selective_meter_holds_and_then_acts_in_time(void **state)
{
    (void)state;
    static const int64_t least_ms[3] = {130, 60, 50}, most_ms[3] = {500, 200, 150};
    static const int32_t level_ua[3] = {100000, 200000, 500000};
    struct meter_config config = meter_config_default();
    config.rated_residual_ua = 100000;
    config.residual_selective = true;
    for (uint32_t flat = 0; flat < 400; flat++)
        for (int k = 0; k < 3; k++) {
            int64_t took = broke_after(&config, flat, RESIDUAL_AC, level_ua[k], NS_PER_S + flat * NS_PER_MS);
            if (took < least_ms[k] * NS_PER_MS || took > most_ms[k] * NS_PER_MS)
                fail_msg("%d uA broken after %.1f ms", level_ua[k], (double)took / 1e6);
        }
}

/* A type A bears 6 mA of smooth direct current; a type AC is blinded by it at the rated current. */
static void six_milliamperes_of_smooth_direct_current_blind_a_type_ac_and_no_type_a(void **state)
{
    (void)state;
    const struct leak smooth = {.shape = LEAKAGE_STEP, .waveform = RESIDUAL_SMOOTH_DC, .to_ua = 6000};
    int opened[3] = {0};
    for (int type = RESIDUAL_TYPE_A; type <= RESIDUAL_TYPE_B; type++)
        for (uint32_t flat = 0; flat < 200; flat++) {
            struct bench bench;
            struct meter_config config = meter_config_default();
            config.residual_type = (enum residual_type)type;
            bench_init(&bench, &config, flat, 1);
            plant_begin_leak(&bench.plant, 0, &smooth, -1);
            fault(&bench, PLANT_FAULT_LEAKAGE, 30000);
            wait(&bench, 300 * NS_PER_MS);
            opened[type] += !contacts_closed(&bench);
            recorder_free(&bench.log);
        }
    assert_int_equal(opened[RESIDUAL_TYPE_A], 200);
    assert_int_equal(opened[RESIDUAL_TYPE_B], 200);
    assert_int_equal(opened[RESIDUAL_TYPE_AC], 0);
}

/* Levels from half the rating to forty times, log-uniform, at any moment of the mains' period. */
static void ten_thousand_leaks_of_any_size_at_any_moment_keep_the_standards_limits(void **state)
{
    (void)state;
    static const int32_t ratings[4] = {10000, 30000, 100000, 300000};
    struct random random = random_stream(11, 11, RANDOM_SCRIPT);
    double sum = 0;
    int counted = 0;
    for (uint32_t flat = 0; flat < 10000; flat++) {
        struct meter_config config = meter_config_default();
        config.rated_residual_ua = ratings[flat % 4];
        double size = 0.5 * exp((double)random_between(&random, 0, 1000000) / 1e6 * log(80));
        int32_t level = (int32_t)(size * config.rated_residual_ua);
        int64_t at = NS_PER_S + random_between(&random, 0, 20 * NS_PER_MS);
        int64_t took = broke_after(&config, flat, RESIDUAL_AC, level, at);
        int64_t limit_ms = size >= 5 ? 40 : size >= 2 ? 150 : size >= 1 ? 300 : 2000;
        if (level <= config.rated_residual_ua / 2 ? took >= 0 : took > limit_ms * NS_PER_MS)
            fail_msg("%.2f IdN broken after %.1f ms", size, (double)took / 1e6);
        if (size >= 1 && took < 0)
            fail_msg("%.2f IdN not broken", size);
        sum += took > 0 ? (double)took / 1e6 : 0;
        counted += took > 0;
    }
    assert_true(counted > 8000 && sum / counted > 15 && sum / counted < 60);
}

/* Bursts of filters that come on last 3 ms at most. */
static void five_amperes_for_3_ms_do_not_trip(void **state)
{
    (void)state;
    for (uint32_t flat = 0; flat < 400; flat++) {
        struct bench bench;
        struct meter_config config = meter_config_default();
        bench_init(&bench, &config, flat, 1);
        wait(&bench, NS_PER_S + flat * NS_PER_MS / 10);
        fault(&bench, PLANT_FAULT_LEAKAGE, 5000000);
        wait(&bench, 3 * NS_PER_MS);
        fault(&bench, PLANT_FAULT_LEAKAGE, 0);
        wait(&bench, NS_PER_S);
        assert_true(contacts_closed(&bench));
        recorder_free(&bench.log);
    }
}

/* The longest of 400 relays, each breaking an arc: detection, coil, armature and arc together. */
static int64_t slowest_break(int64_t residual_ua)
{
    int64_t slowest = 0;
    for (uint32_t flat = 0; flat < 400; flat++) {
        struct bench bench;
        struct meter_config config = meter_config_default();
        bench_init(&bench, &config, flat, 1);
        wait(&bench, NS_PER_S);
        fault(&bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
        fault(&bench, PLANT_FAULT_LEAKAGE, residual_ua);
        wait(&bench, NS_PER_S);
        assert_false(contacts_closed(&bench));
        assert_int_equal(bench.plant.signals.residual_ua, 0);
        int64_t took = opened_at(&bench) - NS_PER_S;
        slowest = took > slowest ? took : slowest;
        assert_int_equal(bench.meter.memory.last_trip, TRIP_CAUSE_LEAKAGE);
        recorder_free(&bench.log);
    }
    return slowest;
}

static void a_leak_of_30_ma_trips_within_300_ms(void **state)
{
    (void)state;
    assert_true(slowest_break(30000) <= 300 * NS_PER_MS);
}

static void a_leak_of_60_ma_trips_within_150_ms(void **state)
{
    (void)state;
    assert_true(slowest_break(60000) <= 90 * NS_PER_MS); /* with room to spare */
}

static void a_leak_of_150_ma_trips_within_40_ms(void **state)
{
    (void)state;
    assert_true(slowest_break(150000) <= 40 * NS_PER_MS);
    assert_true(slowest_break(20000000) <= 40 * NS_PER_MS);
}

static void a_leak_that_grows_trips_within_the_limit_of_what_it_became(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 30000);
    wait(bench, 50 * NS_PER_MS);
    fault(bench, PLANT_FAULT_LEAKAGE, 150000);
    wait(bench, 40 * NS_PER_MS);
    assert_false(contacts_closed(bench));
}

/* A load that switches beside the leak is sensed again and must not begin the wait anew. */
static void a_load_that_switches_does_not_put_a_leakage_trip_off(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 30000);
    for (int i = 0; i < 30; i++) {
        fault(bench, PLANT_FAULT_OVERLOAD, i % 2 ? 5 * AMPERE : 0);
        wait(bench, 10 * NS_PER_MS);
    }
    assert_false(contacts_closed(bench));
}

static void a_leak_that_ends_in_14_ms_does_not_trip(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 30000);
    wait(bench, 14 * NS_PER_MS);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->log.count, 0);
}

/* ---- voltage --------------------------------------------------------------------------------- */

static void an_abnormal_voltage_trips_after_its_time_and_closes_a_minute_after_it(void **state)
{
    (void)state;
    static const struct {
        int32_t mv;
        int64_t delay_ns;
    } cases[] = {{276000, NS_PER_S}, {266000, 5 * NS_PER_S}, {179000, 10 * NS_PER_S}};
    for (int i = 0; i < 3; i++) {
        struct bench bench;
        struct meter_config config = meter_config_default();
        bench_init(&bench, &config, 1, 1);
        supply(&bench, cases[i].mv);
        wait(&bench, cases[i].delay_ns);
        assert_true(contacts_closed(&bench));
        wait(&bench, 40 * NS_PER_MS);
        assert_false(contacts_closed(&bench));
        assert_int_equal(bench.meter.memory.last_trip, TRIP_CAUSE_ABNORMAL_POWER);
        wait(&bench, NS_PER_HOUR);
        assert_false(contacts_closed(&bench));
        supply(&bench, NOMINAL_MV);
        wait(&bench, 59 * NS_PER_S);
        assert_false(contacts_closed(&bench));
        wait(&bench, 2 * NS_PER_S);
        assert_true(contacts_closed(&bench));
        recorder_free(&bench.log);
    }
}

static void a_short_sag_or_swell_trips_nothing(void **state)
{
    struct bench *bench = *state;
    static const int32_t levels[] = {300000, 270000, 100000, 265000, 180000};
    static const int64_t lasts[] = {999 * NS_PER_MS, 4999 * NS_PER_MS, 9 * NS_PER_S, NS_PER_DAY, NS_PER_DAY};
    for (int i = 0; i < 5; i++) {
        supply(bench, levels[i]);
        wait(bench, lasts[i]);
        supply(bench, NOMINAL_MV);
        wait(bench, NS_PER_S);
    }
    assert_true(contacts_closed(bench));
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_TRIP, RECORDER_ANY), 0);
}

/* Loads by `overload` are resistive. */
static void a_resistive_step_of_800_to_2000_w_trips_where_that_is_asked_for(void **state)
{
    (void)state;
    static const int32_t steps_ma[] = {3600, 3700, 9000, 9100};
    static const bool trips_there[] = {false, true, true, false};
    for (int i = 0; i < 4; i++)
        for (int asked = 0; asked < 2; asked++) {
            struct bench bench;
            struct meter_config config = meter_config_default();
            config.malign_low_mw = asked ? 800000 : 0;
            config.malign_high_mw = 2000000;
            bench_init(&bench, &config, 1, 1);
            fault(&bench, PLANT_FAULT_OVERLOAD, 2 * AMPERE);
            fault(&bench, PLANT_FAULT_OVERLOAD, 2 * AMPERE + steps_ma[i]);
            wait(&bench, 100 * NS_PER_MS);
            assert_true(contacts_closed(&bench) == !(asked && trips_there[i]));
            fault(&bench, PLANT_FAULT_OVERLOAD, 0);
            wait(&bench, 2 * NS_PER_MIN);
            assert_true(contacts_closed(&bench));
            recorder_free(&bench.log);
        }
}

static void an_abnormal_voltage_does_not_close_what_is_forbidden(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 60000);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    supply(bench, 280000);
    wait(bench, NS_PER_MIN);
    supply(bench, NOMINAL_MV);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_int_equal(closes(bench), 0);
}

static void after_leakage_the_contacts_never_close_by_themselves(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    key(bench, true);
    wait(bench, 7 * NS_PER_DAY);
    assert_false(contacts_closed(bench));
    assert_int_equal(closes(bench), 0);
    assert_true(stands(bench, TRIP_CAUSE_LEAKAGE));
}

static void an_administrator_ends_a_leakage_lock_and_the_billing_system_does_not(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    assert_true(order(bench, DLT645_RELAY_CLOSE) < 0);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_true(stands(bench, TRIP_CAUSE_LEAKAGE));
    assert_int_equal(administrator_order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.causes, 0);
}

static void a_leak_that_still_stands_trips_again_after_an_administrators_close(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    assert_int_equal(administrator_order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    int64_t live = recorder_last_at(&bench->log, EVENT_LOAD_LIVE, true);
    assert_true(live > 0);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_true(opened_at(bench) - live <= 300 * NS_PER_MS);
}

/* ---- overload -------------------------------------------------------------------------------- */

static void a_current_at_the_limit_of_40_a_never_trips(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 40 * AMPERE);
    wait(bench, NS_PER_DAY);
    assert_true(contacts_closed(bench));
}

static void an_overload_trips_after_its_delay_of_10_s_and_not_before(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 40 * AMPERE + 1);
    run_until(bench, 10 * NS_PER_S - 1);
    assert_int_equal(trips(bench, TRIP_CAUSE_OVERLOAD), 0);
    run_until(bench, 10 * NS_PER_S + 40 * NS_PER_MS);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_TRIP, TRIP_CAUSE_OVERLOAD),
                     10 * NS_PER_S);
    assert_false(contacts_closed(bench));
}

static void an_overload_that_dips_below_its_limit_waits_anew(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 10; i++) {
        fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
        wait(bench, 9 * NS_PER_S);
        fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE + i); /* still over: goes on waiting */
        fault(bench, PLANT_FAULT_OVERLOAD, 39 * AMPERE);
        wait(bench, NS_PER_S / 2);
    }
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, 5 * NS_PER_S);
    fault(bench, PLANT_FAULT_OVERLOAD, 55 * AMPERE);
    wait(bench, 5 * NS_PER_S + 40 * NS_PER_MS);
    assert_false(contacts_closed(bench));
}

static void after_an_overload_the_meter_closes_by_itself_after_5_minutes(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, 11 * NS_PER_S);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    run_until(bench, 10 * NS_PER_S + 5 * NS_PER_MIN - 1);
    assert_false(contacts_closed(bench));
    wait(bench, 40 * NS_PER_MS);
    assert_true(contacts_closed(bench));
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_CLOSE, CLOSE_RISK_OVER), 1);
    assert_int_equal(bench->meter.memory.causes, 0);
}

static void an_overload_that_stands_is_tried_three_times_and_then_locks(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, NS_PER_DAY);
    assert_int_equal(trips(bench, TRIP_CAUSE_OVERLOAD), 4);
    assert_int_equal(closes(bench), 3);
    assert_int_equal(bench->reports[METER_ALARM_LOCKED], 1);
    assert_true(bench->meter.memory.locked);
    assert_false(contacts_closed(bench));
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    assert_true(order(bench, DLT645_RELAY_CLOSE) < 0);
    assert_int_equal(administrator_order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_false(bench->meter.memory.locked);
    /* and the count begins anew */
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, NS_PER_DAY);
    assert_int_equal(trips(bench, TRIP_CAUSE_OVERLOAD), 8);
}

static void an_overload_lock_survives_a_power_cut(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, NS_PER_HOUR);
    assert_true(bench->meter.memory.locked);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_DAY);
    assert_true(bench->meter.memory.locked);
    assert_true(stands(bench, TRIP_CAUSE_OVERLOAD));
    assert_false(contacts_closed(bench));
    assert_int_equal(closes(bench), 3);
}

static void an_overload_that_is_not_locked_closes_5_minutes_after_a_power_cut(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, 11 * NS_PER_S);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_HOUR);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    int64_t back = bench->now;
    run_until(bench, back + NS_PER_S + 5 * NS_PER_MIN - 1);
    assert_false(contacts_closed(bench));
    wait(bench, 40 * NS_PER_MS);
    assert_true(contacts_closed(bench));
}

static void an_overload_does_not_close_against_an_order(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, 11 * NS_PER_S);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_false(stands(bench, TRIP_CAUSE_OVERLOAD));
    assert_int_equal(order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void an_administrators_close_ends_the_count_of_overloads(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 50 * AMPERE);
    wait(bench, 11 * NS_PER_S);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    assert_int_equal(administrator_order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->meter.memory.overload_recloses, 0);
    assert_int_equal(closes(bench), 1);
}

/* ---- short circuit --------------------------------------------------------------------------- */

static void after_a_short_the_breaker_clears_and_the_relay_opens_dead_and_locks(void **state)
{
    struct bench *bench = *state;
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_SHORT_CIRCUIT, 1000 * AMPERE);
    wait(bench, NS_PER_S);
    int64_t cleared = recorder_first_at(&bench->log, EVENT_MCB, false);
    assert_true(cleared > 0 && cleared < opened_at(bench));
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_TRIP, TRIP_CAUSE_SHORT_CIRCUIT),
                     NS_PER_S + 30 * NS_PER_MS);
    fault(bench, PLANT_FAULT_SHORT_CIRCUIT, 0);
    plant_reset_mcb(&bench->plant, bench->now);
    settle(bench);
    wait(bench, NS_PER_DAY);
    assert_false(contacts_closed(bench));
    assert_true(order(bench, DLT645_RELAY_CLOSE) < 0);
    assert_int_equal(administrator_order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void a_current_of_100_a_is_an_overload_and_no_short(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 100 * AMPERE);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_OVERLOAD, 100 * AMPERE + 1);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.last_trip, TRIP_CAUSE_SHORT_CIRCUIT);
}

/* ---- smoke and heat -------------------------------------------------------------------------- */

static void smoke_trips_within_a_second_and_closes_a_minute_after_it_is_gone(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_SMOKE, 1);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.last_trip, TRIP_CAUSE_SMOKE);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(closes(bench), 0);
    fault(bench, PLANT_FAULT_SMOKE, 0);
    int64_t gone = bench->now;
    run_until(bench, gone + NS_PER_MIN - 1);
    assert_int_equal(closes(bench), 0);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_int_equal(recorder_last_at(&bench->log, EVENT_METER_CLOSE, CLOSE_RISK_OVER),
                     gone + NS_PER_MIN);
}

static void a_puff_of_smoke_shorter_than_half_a_second_does_not_trip(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_SMOKE, 1);
    wait(bench, 400 * NS_PER_MS);
    fault(bench, PLANT_FAULT_SMOKE, 0);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->log.count, 0);
}

static void heat_trips_at_75_degrees_and_not_below(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_HEAT, 49999);
    wait(bench, NS_PER_HOUR);
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_HEAT, 50000);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.last_trip, TRIP_CAUSE_HEAT);
    fault(bench, PLANT_FAULT_HEAT, 0);
    wait(bench, NS_PER_MIN + NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void smoke_that_comes_back_stops_the_close(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_SMOKE, 1);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_SMOKE, 0);
    wait(bench, 50 * NS_PER_S);
    fault(bench, PLANT_FAULT_SMOKE, 1);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_int_equal(closes(bench), 0);
}

static void heat_that_outlasts_the_smoke_keeps_the_contacts_open(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_SMOKE, 1);
    fault(bench, PLANT_FAULT_HEAT, 60000);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_SMOKE, 0);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_true(administrator_order(bench, DLT645_RELAY_CLOSE) < 0);
    fault(bench, PLANT_FAULT_HEAT, 0);
    wait(bench, NS_PER_HOUR);
    assert_true(contacts_closed(bench));
}

static void smoke_that_is_gone_does_not_close_against_an_order_or_a_leak(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_SMOKE, 1);
    wait(bench, NS_PER_S);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
    fault(bench, PLANT_FAULT_SMOKE, 0);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.causes, CAUSE_BIT(TRIP_CAUSE_ORDER));
}

static void smoke_that_went_during_a_power_cut_closes_a_minute_after_boot(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_SMOKE, 1);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_SMOKE, 0);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, 50 * NS_PER_S);
    assert_false(contacts_closed(bench));
    wait(bench, 12 * NS_PER_S);
    assert_true(contacts_closed(bench));
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void an_order_trips_and_an_order_closes(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    int64_t at = bench->now;
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
    int64_t latency = bench->replied_at - at;
    assert_true(latency >= 20 * NS_PER_MS && latency <= 80 * NS_PER_MS);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->reports[METER_ALARM_TRIPPED], 1);
    assert_int_equal(bench->last_report.detail, TRIP_CAUSE_ORDER);
    const struct controller_status *status = &bench->meter.controller.status;
    assert_int_equal(status->causes, CAUSE_BIT(TRIP_CAUSE_ORDER));
    assert_int_equal(status->last_trip, TRIP_CAUSE_ORDER);
    assert_true(status->trip_cause_known);
    assert_int_equal(bench->meter.memory.trips, 1);
    assert_int_equal(status_word(bench), 1 << 4 | 1 << 6);
    assert_int_equal(order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->reports[METER_ALARM_CLOSED], 1);
    assert_int_equal(status_word(bench), 0);
}

/* An order that was carried out is confirmed again and pulses no coil. */
static void an_order_that_is_told_twice_is_done_once(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
    wait(bench, 10 * NS_PER_S);
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, RECORDER_ANY), 1);
    assert_int_equal(trips(bench, TRIP_CAUSE_ORDER), 1);
    order(bench, DLT645_RELAY_CLOSE);
    assert_int_equal(order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, 10 * NS_PER_S);
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, RECORDER_ANY), 2);
}

static void an_order_with_a_wrong_password_or_level_is_refused(void **state)
{
    struct bench *bench = *state;
    static const struct {
        int level;
        uint32_t password;
    } wrong[] = {
        {4, CONTROL_PASSWORD + 1}, {4, ADMINISTRATOR_PASSWORD}, {2, CONTROL_PASSWORD},
        {2, 0},                    {3, CONTROL_PASSWORD},       {0, CONTROL_PASSWORD},
        {3, ADMINISTRATOR_PASSWORD},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct dlt645_relay_command c =
            command(bench, DLT645_RELAY_TRIP, wrong[i].level, wrong[i].password, 600);
        assert_int_equal(answer(bench, &c), -DLT645_REFUSED_PASSWORD);
    }
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.causes, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_REFUSED, DLT645_RELAY_TRIP),
                     sizeof wrong / sizeof wrong[0]);
}

static void an_order_is_void_after_its_valid_until(void **state)
{
    struct bench *bench = *state;
    wait(bench, NS_PER_HOUR);
    struct dlt645_relay_command late = command(bench, DLT645_RELAY_TRIP, 4, CONTROL_PASSWORD, -1);
    assert_int_equal(answer(bench, &late), -DLT645_REFUSED_VALID_UNTIL);
    struct dlt645_relay_command none = command(bench, DLT645_RELAY_TRIP, 4, CONTROL_PASSWORD, 600);
    none.valid_until.month = 13;
    assert_int_equal(answer(bench, &none), -DLT645_REFUSED_VALID_UNTIL);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    struct dlt645_relay_command last = command(bench, DLT645_RELAY_TRIP, 4, CONTROL_PASSWORD, 0);
    assert_int_equal(answer(bench, &last), DLT645_DONE_TRIPPED);
}

static void an_order_for_another_meter_is_not_answered(void **state)
{
    struct bench *bench = *state;
    struct dlt645_address own = bench->address;
    assert_int_equal(dlt645_address_from_number(100002, &bench->address), 0);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), 0);
    assert_int_equal(dlt645_address_from_text("999999999999", &bench->address), 0);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), 0);
    bench->address = own;
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
}

static void a_frame_with_a_wrong_checksum_is_dropped(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    uint8_t bytes[CONTROLLER_FRAME_MAX];
    struct dlt645_relay_command c = command(bench, DLT645_RELAY_TRIP, 4, CONTROL_PASSWORD, 600);
    assert_int_equal(dlt645_relay_request(&frame, &bench->address, &c), 0);
    int size = dlt645_encode(&frame, 0, bytes, sizeof bytes);
    bytes[size - 2] ^= 1;
    bench->meter.controller.ops->receive(&bench->meter.controller, 0, bytes, (size_t)size);
    wait(bench, NS_PER_S);
    assert_int_equal(bench->reply_count, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_FRAME_DROPPED, RECORDER_ANY), 1);
    assert_true(contacts_closed(bench));
}

static void a_frame_beyond_a_full_inbox_is_dropped_and_logged(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    dlt645_read_request(&frame, &bench->address, 0x00010000);
    for (int i = 0; i < METER_INBOX_MAX + 2; i++)
        receive(bench, &frame);
    wait(bench, NS_PER_S);
    assert_int_equal(bench->reply_count, METER_INBOX_MAX);
    assert_int_equal(recorder_count(&bench->log, EVENT_FRAME_DROPPED, RECORDER_ANY), 2);
    receive(bench, &frame);
    wait(bench, NS_PER_S);
    assert_int_equal(bench->reply_count, METER_INBOX_MAX + 1);
}

static void frames_that_come_together_are_done_one_after_the_other(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    static const int orders[] = {DLT645_RELAY_TRIP, DLT645_RELAY_CLOSE, DLT645_RELAY_KEEP_POWER_ON};
    for (int i = 0; i < 3; i++) {
        struct dlt645_relay_command c = command(bench, orders[i], 4, CONTROL_PASSWORD, 600);
        assert_int_equal(dlt645_relay_request(&frame, &bench->address, &c), 0);
        receive(bench, &frame);
    }
    wait(bench, 5 * NS_PER_S);
    assert_int_equal(bench->reply_count, 3);
    assert_int_equal(trips(bench, TRIP_CAUSE_ORDER), 1);
    assert_int_equal(closes(bench), 1);
    assert_true(contacts_closed(bench));
    assert_true(bench->meter.memory.keep_power);
}

static void a_frame_longer_than_any_is_dropped(void **state)
{
    struct bench *bench = *state;
    uint8_t bytes[CONTROLLER_FRAME_MAX + 1] = {0x68};
    struct controller *controller = &bench->meter.controller;
    controller->ops->receive(controller, 0, bytes, CONTROLLER_FRAME_MAX + 1);
    assert_int_equal(bench->meter.inbox_count, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_FRAME_DROPPED, RECORDER_ANY), 1);
    controller->ops->receive(controller, 0, bytes, CONTROLLER_FRAME_MAX);
    assert_int_equal(bench->meter.inbox_count, 1);
}

/* A good frame with data of a wrong length is answered with an error, as clause 7.2 asks. */
static void a_request_of_a_wrong_length_is_refused(void **state)
{
    struct bench *bench = *state;
    static const int functions[] = {DLT645_READ, DLT645_WRITE, DLT645_RELAY};
    for (int i = 0; i < 3; i++) {
        struct dlt645_frame frame;
        uint16_t bits = 0;
        dlt645_read_request(&frame, &bench->address, 0x00010000);
        frame.control = (uint8_t)functions[i];
        frame.length = 3;
        receive(bench, &frame);
        wait(bench, 100 * NS_PER_MS);
        assert_int_equal(bench->reply_count, i + 1);
        enum dlt645_function function = (enum dlt645_function)functions[i];
        assert_int_equal(dlt645_reply_check(&bench->reply, function, &bits), ERROR_DLT645_REFUSED);
        assert_int_equal(bits, DLT645_ERROR_OTHER);
        assert_int_equal(recorder_count(&bench->log, EVENT_METER_REFUSED, functions[i]), 1);
    }
}

/* N2 counts 5 minutes. */
static int order_for_a_time(struct bench *bench, int wanted, int n2)
{
    struct dlt645_relay_command c = command(bench, wanted, 4, CONTROL_PASSWORD, 600);
    c.restore_after_5min = (uint8_t)n2;
    return answer(bench, &c);
}

static void a_trip_for_a_time_closes_by_itself_when_it_is_over(void **state)
{
    struct bench *bench = *state;
    int64_t asked = bench->now;
    assert_int_equal(order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_CLOSE, 2),
                     DLT645_DONE_TRIP_WILL_RESTORE);
    run_until(bench, asked + 10 * NS_PER_MIN);
    assert_false(contacts_closed(bench));
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void a_trip_for_a_time_may_end_in_a_permit(void **state)
{
    struct bench *bench = *state;
    order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_PERMIT, 1);
    wait(bench, 6 * NS_PER_MIN);
    assert_false(contacts_closed(bench));
    key(bench, true);
    wait(bench, 4 * NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void a_trip_for_a_time_survives_a_power_cut(void **state)
{
    struct bench *bench = *state;
    order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_CLOSE, 1);
    supply(bench, 0);
    wait(bench, NS_PER_HOUR);
    supply(bench, NOMINAL_MV);
    wait(bench, 3 * NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void a_later_trip_makes_a_trip_for_a_time_one_for_good(void **state)
{
    struct bench *bench = *state;
    order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_CLOSE, 1);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
}

static void a_trip_for_a_time_is_refused_with_its_own_words(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_CLOSE, 0),
                     -DLT645_REFUSED_RESTORE_DURATION);
    order(bench, DLT645_RELAY_KEEP_POWER_ON);
    assert_int_equal(order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_CLOSE, 1),
                     -DLT645_REFUSED_RESTORE_KEEP_POWER);
    order(bench, DLT645_RELAY_KEEP_POWER_OFF);
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_S);
    assert_int_equal(order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_PERMIT, 1),
                     -DLT645_REFUSED_RESTORE_ALREADY_OPEN);
}

static void a_trip_for_a_time_does_not_end_a_leakage_lock(void **state)
{
    struct bench *bench = *state;
    order_for_a_time(bench, DLT645_RELAY_TRIP_THEN_CLOSE, 1);
    bench->meter.memory.causes |= CAUSE_BIT(TRIP_CAUSE_LEAKAGE);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
}

static void the_alarm_goes_on_and_off_by_order_and_shows_in_status_word_3(void **state)
{
    struct bench *bench = *state;
    const uint8_t *value;
    size_t size;
    uint16_t bits;
    struct dlt645_frame frame;
    assert_int_equal(order(bench, DLT645_RELAY_ALARM_ON), DLT645_DONE_ALARM_ON);
    dlt645_read_request(&frame, &bench->address, 0x04000503);
    receive(bench, &frame);
    wait(bench, 100 * NS_PER_MS);
    assert_int_equal(dlt645_read_reply_parse(&bench->reply, 0x04000503, &value, &size, &bits), 0);
    assert_int_equal(value[0], 0x80);
    assert_int_equal(order(bench, DLT645_RELAY_ALARM_OFF), DLT645_DONE_ALARM_OFF);
    assert_false(bench->meter.memory.alarm_on);
}

static void a_permit_and_a_key_held_for_3_s_close(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_S);
    key(bench, true);
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench)); /* a key without a permit */
    key(bench, false);
    assert_int_equal(order(bench, DLT645_RELAY_PERMIT_CLOSE), DLT645_DONE_CLOSE_PERMITTED);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench)); /* a permit without a key */
    assert_true(bench->meter.controller.status.close_permitted);
    key(bench, true);
    wait(bench, 29 * NS_PER_S / 10);
    key(bench, false);
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench)); /* let go too soon */
    key(bench, true);
    int64_t pressed = bench->now;
    wait(bench, 4 * NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_CLOSE, CLOSE_BY_KEY),
                     pressed + 3 * NS_PER_S);
    assert_false(bench->meter.memory.close_permitted);
    /* and the permit served once */
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
}

static void a_trip_withdraws_a_permit(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    order(bench, DLT645_RELAY_PERMIT_CLOSE);
    assert_true(bench->meter.memory.close_permitted);
    order(bench, DLT645_RELAY_TRIP);
    assert_false(bench->meter.memory.close_permitted);
    key(bench, true);
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench));
    assert_false(bench->meter.controller.status.close_permitted);
}

static void a_key_that_is_held_before_the_permit_closes_3_s_after_it(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_S);
    key(bench, true);
    order(bench, DLT645_RELAY_PERMIT_CLOSE);
    wait(bench, 4 * NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_int_equal(closes(bench), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, true), 1);
    assert_false(bench->meter.controller.status.close_permitted);
}

static void a_permit_behind_a_leakage_trip_is_refused(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    assert_true(order(bench, DLT645_RELAY_PERMIT_CLOSE) < 0);
    key(bench, true);
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench));
}

static void a_permit_with_closed_contacts_permits_nothing(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(order(bench, DLT645_RELAY_PERMIT_CLOSE), DLT645_DONE_CLOSE_PERMITTED);
    assert_false(bench->meter.memory.close_permitted);
}

static void a_control_level_close_ends_an_order_and_nothing_else(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    fault(bench, PLANT_FAULT_SMOKE, 1);
    wait(bench, NS_PER_S);
    assert_true(order(bench, DLT645_RELAY_CLOSE) < 0);
    assert_int_equal(bench->meter.memory.causes, CAUSE_BIT(TRIP_CAUSE_SMOKE));
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
}

/* ---- keep-power ------------------------------------------------------------------------------ */

/* ---- a warning, a lock-out ----------------------------------------------------------------------- */

static int trip_with(struct bench *bench, int n2, int level)
{
    uint32_t password = level == 2 ? ADMINISTRATOR_PASSWORD : CONTROL_PASSWORD;
    struct dlt645_relay_command c = command(bench, DLT645_RELAY_TRIP, level, password, 600);
    c.restore_after_5min = (uint8_t)n2;
    return answer(bench, &c);
}

static void a_warning_sounds_for_its_minutes_and_then_it_trips(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(trip_with(bench, 2, 4), DLT645_DONE_TRIP_DELAYED);
    assert_true(bench->meter.controller.status.alarm);
    wait(bench, 119 * NS_PER_S);
    assert_true(contacts_closed(bench));
    wait(bench, 2 * NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_false(bench->meter.controller.status.alarm);
}

static void a_close_or_keep_power_ends_a_warning(void **state)
{
    struct bench *bench = *state;
    trip_with(bench, 1, 4);
    assert_int_equal(order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    assert_false(bench->meter.controller.status.alarm);
    trip_with(bench, 1, 4);
    order(bench, DLT645_RELAY_KEEP_POWER_ON);
    assert_false(bench->meter.controller.status.alarm);
    wait(bench, 5 * NS_PER_MIN);
    assert_true(contacts_closed(bench));
}

static void a_warning_outlives_a_power_cut(void **state)
{
    struct bench *bench = *state;
    trip_with(bench, 3, 4);
    supply(bench, 0);
    wait(bench, 10 * NS_PER_S);
    supply(bench, 220000);
    wait(bench, 160 * NS_PER_S);
    assert_true(contacts_closed(bench));
    wait(bench, 20 * NS_PER_S);
    assert_false(contacts_closed(bench));
}

static void locked_out_nothing_closes_and_the_end_leaves_an_order(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_KEEP_POWER_ON); /* which does not hold it */
    assert_int_equal(trip_with(bench, CONTROLLER_LOCK_OUT, 4), -DLT645_REFUSED_PASSWORD);
    assert_int_equal(trip_with(bench, CONTROLLER_LOCK_OUT, 2), DLT645_DONE_TRIPPED);
    wait(bench, NS_PER_S);
    assert_int_equal(administrator_order(bench, DLT645_RELAY_CLOSE), -DLT645_REFUSED_PASSWORD);
    assert_int_equal(administrator_order(bench, DLT645_RELAY_PERMIT_CLOSE), -DLT645_REFUSED_PASSWORD);
    plant_turn_emergency_switch(&bench->plant, bench->now, true);
    settle(bench);
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench));
    assert_int_equal(trip_with(bench, CONTROLLER_END_LOCK_OUT, 2), DLT645_DONE_TRIPPED);
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench));
    assert_int_equal(order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void keep_power_refuses_orders_and_not_protection(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(order(bench, DLT645_RELAY_KEEP_POWER_ON), DLT645_DONE_KEEP_POWER_ON);
    assert_int_equal(status_word(bench), 1 << 12);
    assert_true(bench->meter.controller.status.keep_power);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_KEEP_POWER, true), 1);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), -DLT645_REFUSED_KEEP_POWER);
    assert_int_equal(administrator_order(bench, DLT645_RELAY_TRIP), -DLT645_REFUSED_KEEP_POWER);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, 300 * NS_PER_MS);
    assert_false(contacts_closed(bench));
}

static void keep_power_off_lets_orders_through_again(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_KEEP_POWER_ON);
    assert_int_equal(order(bench, DLT645_RELAY_KEEP_POWER_OFF), DLT645_DONE_KEEP_POWER_OFF);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
}

static void every_protection_trips_under_keep_power(void **state)
{
    (void)state;
    static const struct {
        enum plant_fault fault;
        int64_t level;
        enum trip_cause cause;
    } causes[] = {
        {PLANT_FAULT_LEAKAGE, 30000, TRIP_CAUSE_LEAKAGE},
        {PLANT_FAULT_OVERLOAD, 50 * AMPERE, TRIP_CAUSE_OVERLOAD},
        {PLANT_FAULT_SHORT_CIRCUIT, 1000 * AMPERE, TRIP_CAUSE_SHORT_CIRCUIT},
        {PLANT_FAULT_SMOKE, 1, TRIP_CAUSE_SMOKE},
        {PLANT_FAULT_HEAT, 60000, TRIP_CAUSE_HEAT},
    };
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        struct bench bench;
        struct meter_config config = meter_config_default();
        bench_init(&bench, &config, 1, 1);
        order(&bench, DLT645_RELAY_KEEP_POWER_ON);
        fault(&bench, causes[i].fault, causes[i].level);
        wait(&bench, 11 * NS_PER_S);
        assert_false(contacts_closed(&bench));
        assert_int_equal(bench.meter.memory.last_trip, causes[i].cause);
        assert_int_equal(bench.reports[METER_ALARM_TRIPPED], 1);
        recorder_free(&bench.log);
    }
}

/* ---- emergency switch ------------------------------------------------------------------------ */

static void emergency(struct bench *bench, bool on)
{
    plant_turn_emergency_switch(&bench->plant, bench->now, on);
    settle(bench);
}

static void the_emergency_switch_gives_back_what_an_order_took(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_S);
    emergency(bench, true);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_CLOSE, CLOSE_BY_EMERGENCY_SWITCH), 1);
    assert_int_equal(bench->reports[METER_ALARM_EMERGENCY], 1);
    assert_true(stands(bench, TRIP_CAUSE_ORDER));
    wait(bench, 23 * NS_PER_HOUR); /* of 24 */
    assert_true(contacts_closed(bench));
    emergency(bench, false);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->reports[METER_ALARM_EMERGENCY], 2);
}

static void the_emergency_switch_does_not_open_what_is_allowed(void **state)
{
    struct bench *bench = *state;
    emergency(bench, true);
    wait(bench, NS_PER_MIN);
    emergency(bench, false);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, RECORDER_ANY), 0);
}

static void an_emergency_switch_turned_in_the_dark_counts_after_boot(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    emergency(bench, true);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, 2 * NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void an_order_under_the_emergency_switch_opens_when_it_is_turned_off(void **state)
{
    struct bench *bench = *state;
    emergency(bench, true);
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_HOUR);
    assert_true(contacts_closed(bench));
    emergency(bench, false);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.last_trip, TRIP_CAUSE_ORDER);
}

static void the_emergency_switch_gives_10_a_and_no_more(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_S);
    emergency(bench, true);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, NS_PER_HOUR);
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE + 1);
    wait(bench, 11 * NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.last_trip, TRIP_CAUSE_OVERLOAD);
}

static void the_emergency_switch_inhibits_no_protection_and_ends_no_lock(void **state)
{
    struct bench *bench = *state;
    emergency(bench, true);
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, 300 * NS_PER_MS);
    assert_false(contacts_closed(bench));
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    emergency(bench, false);
    emergency(bench, true);
    wait(bench, NS_PER_DAY);
    assert_false(contacts_closed(bench));
}

/* ---- hold-off by large current --------------------------------------------------------------- */

static void an_order_waits_until_the_current_falls_to_30_a(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 30 * AMPERE + 1);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIP_HELD_BY_CURRENT);
    assert_true(bench->meter.controller.status.held_by_current);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_HELD, true), 1);
    wait(bench, NS_PER_HOUR);
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_OVERLOAD, 30 * AMPERE);
    int64_t fell = bench->now;
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_TRIP, TRIP_CAUSE_ORDER), fell);
    assert_false(bench->meter.controller.status.held_by_current);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_HELD, false), 1);
}

static void an_order_at_30_a_is_not_held(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 30 * AMPERE);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
}

static void an_order_is_held_for_24_h_at_most(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 35 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    int64_t held = recorder_first_at(&bench->log, EVENT_METER_HELD, true);
    run_until(bench, held + NS_PER_DAY - 1);
    assert_true(contacts_closed(bench));
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
}

static void a_close_ends_the_wait_of_a_held_order(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 35 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    order(bench, DLT645_RELAY_CLOSE);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    wait(bench, 2 * NS_PER_DAY);
    assert_true(contacts_closed(bench));
    assert_int_equal(trips(bench, TRIP_CAUSE_ORDER), 0);
}

static void keep_power_ends_the_wait_of_a_held_order(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 35 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    order(bench, DLT645_RELAY_KEEP_POWER_ON);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    wait(bench, 2 * NS_PER_DAY);
    assert_true(contacts_closed(bench));
    assert_false(bench->meter.controller.status.held_by_current);
}

static void a_held_order_survives_a_power_cut(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 35 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_HOUR);
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_true(stands(bench, TRIP_CAUSE_ORDER));
}

static void a_held_order_that_survived_goes_24_h_after_boot(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 35 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_DAY + 2 * NS_PER_S);
    assert_false(contacts_closed(bench));
}

static void large_current_holds_no_protection_off(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 35 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    /* the order that waited takes effect with the current gone: both causes stand */
    assert_true(stands(bench, TRIP_CAUSE_LEAKAGE) && stands(bench, TRIP_CAUSE_ORDER));
}

/* ---- reading --------------------------------------------------------------------------------- */

static void a_meter_reads_what_it_measures(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 12345);
    fault(bench, PLANT_FAULT_LEAKAGE, 12000);
    supply(bench, 219300);
    wait(bench, 10 * NS_PER_HOUR);
    assert_int_equal(read_quantity(bench, 0x02010100, DLT645_VOLTAGE), 219300);
    assert_int_equal(read_quantity(bench, 0x02020100, DLT645_CURRENT), 12345);
    assert_int_equal(read_quantity(bench, 0x02900100, DLT645_RESIDUAL_CURRENT), 12000);
    int64_t power_mw = INT64_C(12345) * 219300 / 1000;
    int64_t power = read_quantity(bench, 0x02030000, DLT645_POWER);
    assert_true(power <= power_mw && power > power_mw - 1000);
    meter_account(&bench->meter, bench->now);
    int64_t energy = read_quantity(bench, 0x00010000, DLT645_ENERGY);
    assert_true(energy <= bench->meter.memory.energy.mwh + 30000 &&
                energy > bench->meter.memory.energy.mwh - 10000);
    assert_int_equal(read_quantity(bench, 0x00000000, DLT645_ENERGY), energy);
    assert_int_equal(read_quantity(bench, 0x0BADF00D, DLT645_ENERGY), -DLT645_ERROR_NO_DATA);
    const struct controller_status *status = &bench->meter.controller.status;
    assert_int_equal(status->voltage_mv, 219300);
    assert_int_equal(status->current_ma, 12345);
    assert_int_equal(status->residual_ua, 12000);
    assert_int_equal(status->power_mw, power_mw);
}

/* Class 1: within 1 %, another error in each meter, none for most of them exactly zero. */
static void a_register_is_within_its_class_of_what_flowed(void **state)
{
    (void)state;
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (uint32_t flat = 0; flat < 200; flat++) {
        struct bench bench;
        struct meter_config config = meter_config_default();
        bench_init(&bench, &config, flat, 1);
        fault(&bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
        wait(&bench, 100 * NS_PER_HOUR);
        meter_account(&bench.meter, bench.now);
        int64_t error = bench.meter.memory.energy.mwh - 220 * KWH;
        assert_true(error > -220 * KWH / 100 && error < 220 * KWH / 100);
        assert_int_equal(bench.meter.controller.status.register_mwh, bench.meter.memory.energy.mwh);
        least = error < least ? error : least;
        most = error > most ? error : most;
        recorder_free(&bench.log);
    }
    assert_true(least < -220 * KWH / 500 && most > 220 * KWH / 500);
}

static void a_clock_of_100_ppm_gains_8_64_s_a_day(void **state)
{
    struct bench *bench = *state;
    meter_clock_drift(&bench->meter, 0, 100000);
    assert_int_equal(meter_clock_s(&bench->meter, 10 * NS_PER_DAY), epoch() + 864086);
    meter_clock_drift(&bench->meter, 0, -100000);
    assert_int_equal(meter_clock_s(&bench->meter, 10 * NS_PER_DAY), epoch() + 863913);
}

static void reports_are_numbered_and_read_back(void **state)
{
    struct bench *bench = *state;
    wait(bench, NS_PER_HOUR);
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    assert_int_equal(bench->last_report.alarm, METER_ALARM_TRIPPED);
    assert_int_equal(bench->last_report.detail, TRIP_CAUSE_LEAKAGE);
    assert_int_equal(bench->last_report.number, 0);
    assert_true(bench->last_report.contacts_closed); /* told with the pulse, before they part */
    assert_int_equal(bench->last_report.clock_s, epoch() + 3600);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    administrator_order(bench, DLT645_RELAY_CLOSE);
    assert_int_equal(bench->last_report.alarm, METER_ALARM_CLOSED);
    assert_int_equal(bench->last_report.number, 1);
    assert_false(bench->last_report.contacts_closed);
}

static void a_report_of_no_known_alarm_is_an_error(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    struct controller_report report;
    uint8_t value[11] = {METER_ALARM_COUNT};
    dlt645_read_reply(&frame, &bench->address, CONTROLLER_REPORT_IDENTIFIER, value, sizeof value);
    assert_int_equal(controller_report_parse(&frame, &report), ERROR_OUT_OF_RANGE);
    value[0] = 0;
    dlt645_read_reply(&frame, &bench->address, CONTROLLER_REPORT_IDENTIFIER, value, 10);
    assert_int_equal(controller_report_parse(&frame, &report), ERROR_DLT645_LENGTH);
    dlt645_read_reply(&frame, &bench->address, 0x00010000, value, 11);
    assert_int_equal(controller_report_parse(&frame, &report), ERROR_DLT645_IDENTIFIER);
}

static void the_log_is_read_over_dl_t_645(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    const uint8_t *value;
    size_t size;
    uint16_t bits;
    bench->meter.faults.alarms_suppressed = true; /* not sent, and in the log all the same */
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_MIN);
    dlt645_read_request(&frame, &bench->address, METER_LOG_IDENTIFIER + 1);
    receive(bench, &frame);
    wait(bench, 100 * NS_PER_MS);
    assert_int_equal(dlt645_read_reply_parse(&bench->reply, METER_LOG_IDENTIFIER + 1, &value, &size,
                                             &bits),
                     0);
    static const uint8_t want[] = {0, 0, 0x12, 0x15, 0x07, 0x26, METER_ALARM_TRIPPED,
                                   TRIP_CAUSE_LEAKAGE};
    assert_int_equal(size, sizeof want);
    assert_memory_equal(value, want, sizeof want);
    assert_int_equal(read_quantity(bench, METER_LOG_IDENTIFIER + 2, DLT645_ENERGY),
                     -DLT645_ERROR_NO_DATA);
}

static void a_recharge_is_read_back_from_its_bytes(void **state)
{
    (void)state;
    uint8_t value[8];
    struct controller_recharge recharge = {123456 * 100, 99999999}, back;
    assert_int_equal(controller_recharge_write(&recharge, value, 8), 8);
    assert_int_equal(controller_recharge_parse(value, 8, &back), 0);
    assert_int_equal(back.amount, recharge.amount);
    assert_int_equal(back.number, recharge.number);
    assert_true(controller_recharge_write(&recharge, value, 7) < 0);
    assert_true(controller_recharge_parse(value, 7, &back) < 0);
    value[0] = 0xaa;
    assert_true(controller_recharge_parse(value, 8, &back) < 0);
    recharge.number = 100000000;
    assert_true(controller_recharge_write(&recharge, value, 8) < 0);
}

static void causes_and_alarms_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < TRIP_CAUSE_COUNT; i++)
        assert_int_equal(trip_cause_from_name(trip_cause_name(i)), i);
    assert_int_equal(trip_cause_from_name("lightning"), -1);
    assert_string_equal(trip_cause_name(TRIP_CAUSE_COUNT), "unknown");
    assert_string_equal(trip_cause_name(-1), "unknown");
    assert_string_equal(meter_alarm_name(METER_ALARM_WELDED), "welded");
    assert_string_equal(meter_alarm_name(METER_ALARM_COUNT), "unknown");
}

/* ---- local credit ---------------------------------------------------------------------------- */

static struct meter_config local_credit(void)
{
    struct meter_config config = meter_config_default();
    config.credit = CREDIT_LOCAL;
    return config;
}

static int setup_local(void **state)
{
    static struct bench bench;
    struct meter_config config = local_credit();
    bench_init_with(&bench, &config, 10 * YUAN, 1, 1);
    *state = &bench;
    return 0;
}

/* Money is the register times the price, to the remainder, however often it was accounted. */
static void local_credit_charges_exactly_what_the_register_counted(void **state)
{
    (void)state;
    struct bench bench;
    struct meter_config config = local_credit();
    struct random random = random_stream(1, 1, RANDOM_SCRIPT);
    bench_init_with(&bench, &config, 1000 * YUAN, 1, 1);
    for (int i = 0; i < 5000; i++) {
        fault(&bench, PLANT_FAULT_OVERLOAD, random_between(&random, 0, 20 * AMPERE));
        wait(&bench, random_between(&random, 1, NS_PER_MIN));
    }
    const struct meter_memory *memory = &bench.meter.memory;
    assert_true(memory->energy.mwh > 50 * KWH);
    assert_int_equal((1000 * YUAN - memory->balance) * 1000000 + memory->charge_remainder,
                     memory->energy.mwh * config.price);
    assert_true(memory->charge_remainder >= 0 && memory->charge_remainder < 1000000);
    assert_int_equal(bench.meter.controller.status.balance, memory->balance);
    recorder_free(&bench.log);
}

/* 10 yuan at 0.538 a kWh are 18.587 kWh; at 2.2 kW less or more the meter's own error. */
static void local_credit_trips_when_it_is_spent(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, 9 * NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.last_trip, TRIP_CAUSE_ARREARS);
    assert_true(bench->meter.memory.balance <= 0 && bench->meter.memory.balance > -3);
    double seconds = (double)recorder_first_at(&bench->log, EVENT_METER_TRIP, RECORDER_ANY) / 1e9;
    double gain = 1.0 + bench->meter.gain_ppm / 1e6;
    double want = 10.0 / 0.538 / 2.2 / gain * 3600;
    assert_true(fabs(seconds - want) < 0.7);
    assert_int_equal(bench->reports[METER_ALARM_LOW_CREDIT], 1);
}

static void an_overdraft_is_spent_before_the_trip(void **state)
{
    (void)state;
    struct bench bench;
    struct meter_config config = local_credit();
    config.overdraft = 2 * YUAN;
    bench_init_with(&bench, &config, YUAN, 1, 1);
    fault(&bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(&bench, 3 * NS_PER_HOUR);
    assert_false(contacts_closed(&bench));
    assert_true(bench.meter.memory.balance <= -2 * YUAN &&
                bench.meter.memory.balance > -2 * YUAN - 3);
    assert_int_equal(read_quantity(&bench, 0x00900200, DLT645_MONEY), 0);
    int64_t overdrawn = read_quantity(&bench, 0x00900201, DLT645_MONEY);
    assert_true(overdrawn == 2 * YUAN);
    recorder_free(&bench.log);
}

/* With a constant load no signal changes after boot: the meter itself has to look. */
static void credit_that_is_spent_after_a_power_cut_trips_all_the_same(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, 4 * NS_PER_HOUR);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, 5 * NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_true(bench->meter.memory.balance > -3);
}

static void a_low_credit_is_told_once_until_it_rises(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, 3 * NS_PER_HOUR);
    assert_int_equal(bench->reports[METER_ALARM_LOW_CREDIT], 0);
    assert_true(bench->meter.memory.balance > 5 * YUAN);
    wait(bench, 2 * NS_PER_HOUR);
    assert_true(bench->meter.memory.balance < 5 * YUAN);
    assert_int_equal(bench->reports[METER_ALARM_LOW_CREDIT], 1);
    assert_int_equal(recharge(bench, 10 * YUAN, 1), 0);
    wait(bench, 10 * NS_PER_HOUR);
    assert_int_equal(bench->reports[METER_ALARM_LOW_CREDIT], 2);
}

static void a_credit_at_the_limit_is_low(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(bench->meter.controller.status.balance, 10 * YUAN);
    bench->meter.memory.balance = 5 * YUAN + 1;
    fault(bench, PLANT_FAULT_LEAKAGE, 1000); /* something to sense */
    assert_int_equal(bench->reports[METER_ALARM_LOW_CREDIT], 0);
    bench->meter.memory.balance = 5 * YUAN;
    fault(bench, PLANT_FAULT_LEAKAGE, 2000);
    assert_int_equal(bench->reports[METER_ALARM_LOW_CREDIT], 1);
}

static void a_recharge_closes_what_arrears_opened(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, 9 * NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    int64_t before = bench->meter.memory.balance;
    assert_int_equal(recharge(bench, 20 * YUAN, 1), 0);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_true(bench->meter.memory.balance <= before + 20 * YUAN &&
                bench->meter.memory.balance > before + 20 * YUAN - 10);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_CLOSE, CLOSE_BY_CREDIT), 1);
    assert_false(stands(bench, TRIP_CAUSE_ARREARS));
}

static void a_recharge_that_leaves_a_debt_closes_nothing(void **state)
{
    struct bench *bench = *state;
    bench->meter.memory.balance = -5 * YUAN;
    fault(bench, PLANT_FAULT_OVERLOAD, 1 * AMPERE);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(recharge(bench, 4 * YUAN, 1), 0);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    bench->meter.memory.balance = -2 * YUAN;
    assert_int_equal(recharge(bench, 2 * YUAN, 2), 0); /* to nothing: still spent */
    assert_int_equal(bench->meter.memory.balance, 0);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_int_equal(recharge(bench, YUAN, 3), 0);
    assert_int_equal(bench->meter.controller.status.balance, YUAN);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_BALANCE, YUAN), 1);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void a_recharge_told_twice_is_confirmed_twice_and_added_once(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(recharge(bench, 20 * YUAN, 1), 0);
    assert_int_equal(recharge(bench, 20 * YUAN, 1), 0);
    assert_int_equal(bench->meter.memory.balance, 30 * YUAN);
    assert_int_equal(recharge(bench, 20 * YUAN, 2), 0);
    assert_int_equal(bench->meter.memory.balance, 50 * YUAN);
    assert_int_equal(recharge(bench, 20 * YUAN, 1), DLT645_ERROR_OTHER); /* an old one */
    assert_int_equal(recharge(bench, 20 * YUAN, 4), DLT645_ERROR_OTHER); /* one is missing */
    assert_int_equal(bench->meter.memory.balance, 50 * YUAN);
    assert_int_equal(read_quantity(bench, 0x00900200, DLT645_MONEY), 50 * YUAN);
}

static void a_recharge_with_a_wrong_password_adds_nothing(void **state)
{
    struct bench *bench = *state;
    uint8_t value[8];
    const struct controller_recharge wanted = {20 * YUAN, 1};
    controller_recharge_write(&wanted, value, sizeof value);
    assert_int_equal(write(bench, CONTROLLER_RECHARGE_IDENTIFIER, 0x123456, value, 8),
                     DLT645_ERROR_PASSWORD);
    assert_int_equal(write(bench, CONTROLLER_RECHARGE_IDENTIFIER, CONTROL_PASSWORD, value, 7),
                     DLT645_ERROR_NO_DATA);
    assert_int_equal(write(bench, 0x04000503, CONTROL_PASSWORD, value, 8), DLT645_ERROR_NO_DATA);
    value[5] = 0xff;
    assert_int_equal(write(bench, CONTROLLER_RECHARGE_IDENTIFIER, CONTROL_PASSWORD, value, 8),
                     DLT645_ERROR_NO_DATA);
    assert_int_equal(bench->meter.memory.balance, 10 * YUAN);
}

static void a_meter_whose_platform_owns_the_money_takes_no_recharge(void **state)
{
    struct bench *bench = *state;
    bench->config.credit = CREDIT_REMOTE;
    assert_int_equal(recharge(bench, 20 * YUAN, 1), DLT645_ERROR_NO_DATA);
    assert_int_equal(bench->meter.memory.balance, 10 * YUAN);
    bench->meter.memory.balance = -YUAN;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, NS_PER_DAY);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.balance, -YUAN);
}

static void leakage_beats_payment(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    bench->meter.memory.balance = -YUAN;
    fault(bench, PLANT_FAULT_OVERLOAD, 1 * AMPERE);
    wait(bench, NS_PER_MIN);
    assert_true(stands(bench, TRIP_CAUSE_ARREARS));
    assert_int_equal(recharge(bench, 20 * YUAN, 1), 0);
    wait(bench, NS_PER_HOUR);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.causes, CAUSE_BIT(TRIP_CAUSE_LEAKAGE));
}

static void keep_power_puts_an_arrears_trip_off(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_KEEP_POWER_ON);
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, 10 * NS_PER_HOUR);
    assert_true(contacts_closed(bench));
    assert_true(bench->meter.memory.balance < 0);
    order(bench, DLT645_RELAY_KEEP_POWER_OFF);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_true(stands(bench, TRIP_CAUSE_ARREARS));
}

static void a_recharge_ends_the_wait_of_arrears_and_not_of_an_order(void **state)
{
    struct bench *bench = *state;
    bench->meter.memory.balance = -YUAN;
    fault(bench, PLANT_FAULT_OVERLOAD, 35 * AMPERE);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIP_HELD_BY_CURRENT);
    assert_int_equal(recharge(bench, 100 * YUAN, 1), 0);
    fault(bench, PLANT_FAULT_OVERLOAD, 0);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.causes, CAUSE_BIT(TRIP_CAUSE_ORDER));
}

/* ---- power ----------------------------------------------------------------------------------- */

static void a_dip_of_99_ms_does_not_reset_the_meter(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, 99 * NS_PER_MS);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_POWER, RECORDER_ANY), 0);
    assert_true(bench->meter.controller.status.powered);
}

static void a_meter_dies_100_ms_after_its_supply_and_boots_in_a_second(void **state)
{
    struct bench *bench = *state;
    supply(bench, 60 * VOLT);
    wait(bench, NS_PER_S);
    assert_true(bench->meter.controller.status.powered);
    supply(bench, 60 * VOLT - 1);
    wait(bench, 4 * NS_PER_S);
    supply(bench, NOMINAL_MV);
    wait(bench, 999 * NS_PER_MS);
    assert_false(bench->meter.controller.status.powered);
    wait(bench, NS_PER_MS);
    assert_true(bench->meter.controller.status.powered);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_POWER, false),
                     NS_PER_S + 100 * NS_PER_MS);
    assert_int_equal(recorder_first_at(&bench->log, EVENT_METER_POWER, true), 6 * NS_PER_S);
    assert_int_equal(bench->reports[METER_ALARM_POWER_UP], 1);
}

static void a_supply_that_fails_while_booting_boots_later(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_S / 2);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_POWER, true), 0);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_S);
    assert_int_equal(recorder_count(&bench->log, EVENT_METER_POWER, true), 1);
}

static void re_closes_of_long_ago_do_not_lock(void **state)
{
    struct bench *bench = *state;
    bench->config.overload_recloses_max = 1;
    for (int i = 0; i < 3; i++) {
        fault(bench, PLANT_FAULT_OVERLOAD, 60 * AMPERE);
        wait(bench, 11 * NS_PER_S);
        assert_false(contacts_closed(bench));
        fault(bench, PLANT_FAULT_OVERLOAD, 0);
        wait(bench, 20 * NS_PER_MIN);
        assert_true(contacts_closed(bench));
    }
}

static void the_meters_own_log_tells_its_last_alarms_newest_first(void **state)
{
    struct bench *bench = *state;
    assert_null(meter_log(&bench->meter, 1));
    for (int i = 0; i < METER_LOG_MAX + 2; i++) {
        meter_raise_alarm(&bench->meter, i * NS_PER_S, METER_ALARM_SECURITY, i);
        bench->outbox.count = 0;
    }
    for (unsigned n = 1; n <= METER_LOG_MAX; n++) {
        const struct meter_log_entry *entry = meter_log(&bench->meter, n);
        assert_non_null(entry);
        assert_int_equal(entry->alarm, METER_ALARM_SECURITY);
        assert_int_equal(entry->detail, METER_LOG_MAX + 2 - n);
    }
    assert_null(meter_log(&bench->meter, 0));
    assert_null(meter_log(&bench->meter, METER_LOG_MAX + 1));
}

static void a_power_cut_keeps_the_memory(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, NS_PER_HOUR);
    order(bench, DLT645_RELAY_TRIP);
    order(bench, DLT645_RELAY_KEEP_POWER_ON);
    order(bench, DLT645_RELAY_PERMIT_CLOSE);
    recharge(bench, 5 * YUAN, 1);
    wait(bench, NS_PER_S);
    struct meter_memory before = bench->meter.memory;
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_DAY);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, 10 * NS_PER_MIN);
    struct meter_memory after = bench->meter.memory;
    assert_int_equal(after.report_number, before.report_number + 1); /* power up */
    after.report_number = before.report_number;
    assert_int_equal(after.logged, before.logged + 1);
    assert_int_equal(meter_log(&bench->meter, 1)->alarm, METER_ALARM_POWER_UP);
    assert_int_equal(meter_log(&bench->meter, 2)->alarm, METER_ALARM_TRIPPED);
    after.logged = before.logged;
    memcpy(after.log, before.log, sizeof after.log);
    assert_memory_equal(&after, &before, sizeof after);
    assert_false(contacts_closed(bench));
    assert_int_equal(recharge(bench, 5 * YUAN, 1), 0);
    assert_int_equal(bench->meter.memory.balance, before.balance);
    key(bench, true);
    wait(bench, 4 * NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void a_dead_meter_neither_hears_nor_counts(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_S);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), 0);
    int64_t energy = bench->meter.memory.energy.mwh;
    wait(bench, NS_PER_DAY);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->meter.memory.energy.mwh, energy);
}

static void an_order_that_waited_in_the_inbox_is_gone_after_a_power_cut(void **state)
{
    struct bench *bench = *state;
    struct dlt645_frame frame;
    struct dlt645_relay_command c = command(bench, DLT645_RELAY_TRIP, 4, CONTROL_PASSWORD, 600);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, 99 * NS_PER_MS);
    dlt645_relay_request(&frame, &bench->address, &c);
    receive(bench, &frame);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->reply_count, 0);
    assert_int_equal(read_quantity(bench, 0x02010100, DLT645_VOLTAGE), NOMINAL_MV);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
}

static void a_leak_that_stands_when_power_returns_trips_after_boot(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_S + 300 * NS_PER_MS);
    assert_false(contacts_closed(bench));
}

/* The supply goes down with the coil pulse: nothing moved, and nobody but the meter asks again. */
static void a_trip_that_a_power_cut_foiled_is_driven_again_after_boot(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, 10 * NS_PER_MS);
    supply(bench, 100 * VOLT); /* too weak for the coil */
    wait(bench, 100 * NS_PER_MS);
    assert_int_equal(trips(bench, TRIP_CAUSE_LEAKAGE), 1);
    assert_true(contacts_closed(bench));
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    bench->plant.relay.faults.welded = true; /* for the first re-drive */
    bench->meter.drives_left = 0;
    supply(bench, NOMINAL_MV);
    wait(bench, 25 * NS_PER_S / 10);
    bench->plant.relay.faults.welded = false;
    wait(bench, 2 * NS_PER_S);
    assert_false(contacts_closed(bench));
}

/* ---- relay drive ----------------------------------------------------------------------------- */

static void a_relay_that_does_not_open_is_driven_four_times_and_then_told(void **state)
{
    struct bench *bench = *state;
    bench->plant.relay.faults.welded = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_DAY);
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, false), 4);
    for (int i = 1; i < 4; i++)
        assert_int_equal(recorder_nth(&bench->log, EVENT_COIL, false, i)->at -
                             recorder_nth(&bench->log, EVENT_COIL, false, i - 1)->at,
                         NS_PER_S);
    assert_int_equal(bench->reports[METER_ALARM_MALOPERATION], 1);
    assert_int_equal(bench->last_report.detail, false);
}

static void a_relay_that_does_not_close_is_driven_four_times_and_then_told(void **state)
{
    struct bench *bench = *state;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_S);
    bench->plant.relay.faults.stuck_open = true;
    order(bench, DLT645_RELAY_CLOSE);
    wait(bench, NS_PER_DAY);
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, true), 4);
    assert_int_equal(bench->reports[METER_ALARM_MALOPERATION], 1);
    assert_int_equal(bench->last_report.detail, true);
    /* mended: a new order drives again although a close was already wanted */
    bench->plant.relay.faults.stuck_open = false;
    assert_int_equal(order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
    wait(bench, NS_PER_S);
    assert_true(contacts_closed(bench));
}

static void a_relay_that_comes_free_opens_with_a_re_drive(void **state)
{
    struct bench *bench = *state;
    bench->plant.relay.faults.welded = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, 15 * NS_PER_S / 10);
    bench->plant.relay.faults.welded = false;
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->reports[METER_ALARM_MALOPERATION], 0);
}

static void a_maloperation_is_told_once_until_the_relay_obeys(void **state)
{
    struct bench *bench = *state;
    bench->plant.relay.faults.welded = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_MIN);
    assert_int_equal(order(bench, DLT645_RELAY_TRIP), DLT645_DONE_TRIPPED);
    wait(bench, NS_PER_MIN);
    assert_int_equal(recorder_count(&bench->log, EVENT_COIL, false), 8);
    assert_int_equal(bench->reports[METER_ALARM_MALOPERATION], 1);
    bench->plant.relay.faults.welded = false;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_MIN);
    assert_false(contacts_closed(bench));
    order(bench, DLT645_RELAY_CLOSE);
    wait(bench, NS_PER_MIN);
    bench->plant.relay.faults.welded = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->reports[METER_ALARM_MALOPERATION], 2);
}

static void a_leak_during_a_sag_trips_when_the_supply_recovers(void **state)
{
    struct bench *bench = *state;
    supply(bench, 120 * VOLT);
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
    assert_int_equal(bench->reports[METER_ALARM_MALOPERATION], 1);
    supply(bench, NOMINAL_MV);
    wait(bench, 300 * NS_PER_MS);
    assert_false(contacts_closed(bench));
}

static void current_through_contacts_that_should_be_open_is_a_weld_within_2_s(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    bench->plant.relay.faults.welded = true;
    int64_t at = bench->now;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, 9 * NS_PER_S / 10);
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 0);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 1);
    int64_t told = recorder_first_at(&bench->log, EVENT_METER_ALARM, METER_ALARM_WELDED);
    assert_true(told > at + NS_PER_S && told < at + 21 * NS_PER_S / 10);
}

static void contacts_that_open_are_no_weld(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 0);
    assert_int_equal(bench->reports[METER_ALARM_MALOPERATION], 0);
}

static void a_weld_without_200_ma_is_not_seen(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 200);
    bench->plant.relay.faults.conducts_when_open = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 0);
    fault(bench, PLANT_FAULT_OVERLOAD, 201);
    wait(bench, 2 * NS_PER_S);
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 1);
}

static void a_current_that_comes_and_goes_within_a_second_is_no_weld(void **state)
{
    struct bench *bench = *state;
    bench->plant.relay.faults.conducts_when_open = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, 5 * NS_PER_S);
    for (int i = 0; i < 100; i++) {
        fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
        wait(bench, 9 * NS_PER_S / 10);
        fault(bench, PLANT_FAULT_OVERLOAD, 0);
        wait(bench, NS_PER_S / 5);
    }
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 0);
}

static void a_second_weld_is_told_like_the_first(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    for (int i = 1; i <= 2; i++) {
        bench->plant.relay.faults.welded = true;
        order(bench, DLT645_RELAY_TRIP);
        wait(bench, NS_PER_MIN);
        assert_int_equal(bench->reports[METER_ALARM_WELDED], i);
        bench->plant.relay.faults.welded = false;
        order(bench, DLT645_RELAY_CLOSE);
        wait(bench, NS_PER_MIN);
    }
}

static void a_weld_that_outlasts_a_power_cut_is_told_again(void **state)
{
    struct bench *bench = *state;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    bench->plant.relay.faults.welded = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_MIN);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 2);
}

/* ---- planted faults -------------------------------------------------------------------------- */

static bool trips_on(struct meter_faults faults, enum plant_fault kind, int64_t level)
{
    struct bench bench;
    struct meter_config config = meter_config_default();
    bench_init(&bench, &config, 1, 1);
    bench.meter.faults = faults;
    fault(&bench, kind, level);
    wait(&bench, 11 * NS_PER_S);
    int count = recorder_count(&bench.log, EVENT_METER_TRIP, RECORDER_ANY);
    recorder_free(&bench.log);
    return count > 0;
}

static void a_blind_meter_does_not_trip_on_what_it_is_blind_for(void **state)
{
    (void)state;
    struct meter_faults none = {0};
    struct meter_faults leakage = {.leakage_blind = true};
    struct meter_faults overload = {.overload_blind = true};
    struct meter_faults shorted = {.short_circuit_blind = true};
    assert_true(trips_on(none, PLANT_FAULT_LEAKAGE, 45000));
    assert_false(trips_on(leakage, PLANT_FAULT_LEAKAGE, 45000));
    assert_true(trips_on(leakage, PLANT_FAULT_OVERLOAD, 50 * AMPERE));
    assert_true(trips_on(none, PLANT_FAULT_OVERLOAD, 50 * AMPERE));
    assert_false(trips_on(overload, PLANT_FAULT_OVERLOAD, 50 * AMPERE));
    assert_true(trips_on(none, PLANT_FAULT_SHORT_CIRCUIT, 1000 * AMPERE));
    assert_false(trips_on(shorted, PLANT_FAULT_SHORT_CIRCUIT, 1000 * AMPERE));
}

static void a_meter_that_recloses_after_leakage_does(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.recloses_after_leakage = true;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    wait(bench, 10 * NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_int_equal(closes(bench), 1);
}

static void a_meter_that_closes_while_forbidden_does(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.closes_while_forbidden = true;
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    wait(bench, 10 * NS_PER_S);
    assert_true(contacts_closed(bench));
    assert_true(stands(bench, TRIP_CAUSE_ORDER));
}

static void a_meter_whose_keep_power_blocks_protection_does_not_trip(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.keep_power_blocks_protection = true;
    order(bench, DLT645_RELAY_KEEP_POWER_ON);
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_MIN);
    assert_true(contacts_closed(bench));
}

static void a_register_that_runs_fast_leaves_its_class(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.register_runs_fast = true;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    wait(bench, 100 * NS_PER_HOUR);
    meter_account(&bench->meter, bench->now);
    assert_true(bench->meter.memory.energy.mwh > 220 * KWH * 102 / 100);
}

static void suppressed_alarms_are_not_reported(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.alarms_suppressed = true;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    assert_false(contacts_closed(bench));
    assert_int_equal(bench->reports[METER_ALARM_TRIPPED], 0);
}

static void an_unnoticed_weld_raises_no_alarm(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.weld_unnoticed = true;
    bench->plant.relay.faults.welded = true;
    fault(bench, PLANT_FAULT_OVERLOAD, 10 * AMPERE);
    order(bench, DLT645_RELAY_TRIP);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->reports[METER_ALARM_WELDED], 0);
}

static void a_meter_that_forgets_at_reset_closes_for_anybody(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.forgets_state_at_reset = true;
    fault(bench, PLANT_FAULT_LEAKAGE, 45000);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_LEAKAGE, 0);
    bench->meter.memory.balance = YUAN;
    bench->meter.memory.held_causes = CAUSE_BIT(TRIP_CAUSE_ORDER);
    fault(bench, PLANT_FAULT_OUTAGE, 1);
    wait(bench, NS_PER_S);
    fault(bench, PLANT_FAULT_OUTAGE, 0);
    wait(bench, 2 * NS_PER_S);
    assert_int_equal(bench->meter.memory.causes, 0);
    assert_int_equal(bench->meter.memory.held_causes, 0);
    assert_int_equal(bench->meter.memory.balance, 0);
    assert_int_equal(order(bench, DLT645_RELAY_CLOSE), DLT645_DONE_CLOSED);
}

static void a_slow_detection_misses_its_break_time(void **state)
{
    struct bench *bench = *state;
    bench->meter.faults.extra_detection_ns = 300 * NS_PER_MS;
    fault(bench, PLANT_FAULT_LEAKAGE, 30000);
    wait(bench, NS_PER_S);
    assert_true(opened_at(bench) > 300 * NS_PER_MS);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define test_local(name) cmocka_unit_test_setup_teardown(name, setup_local, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_break_time_limits_are_300_150_and_40_ms),
        test(a_leak_of_half_the_rated_15_ma_never_trips),
        test(a_meter_acts_from_its_own_level_on),
        test(every_type_acts_within_its_band_for_every_waveform),
        test(a_selective_meter_holds_and_then_acts_in_time),
        test(six_milliamperes_of_smooth_direct_current_blind_a_type_ac_and_no_type_a),
        test(ten_thousand_leaks_of_any_size_at_any_moment_keep_the_standards_limits),
        test(five_amperes_for_3_ms_do_not_trip),
        test(an_abnormal_voltage_trips_after_its_time_and_closes_a_minute_after_it),
        test(a_short_sag_or_swell_trips_nothing),
        test(an_abnormal_voltage_does_not_close_what_is_forbidden),
        test(a_resistive_step_of_800_to_2000_w_trips_where_that_is_asked_for),
        test(a_leak_of_30_ma_trips_within_300_ms),
        test(a_leak_of_60_ma_trips_within_150_ms),
        test(a_leak_of_150_ma_trips_within_40_ms),
        test(a_leak_that_grows_trips_within_the_limit_of_what_it_became),
        test(a_load_that_switches_does_not_put_a_leakage_trip_off),
        test(a_leak_that_ends_in_14_ms_does_not_trip),
        test(after_leakage_the_contacts_never_close_by_themselves),
        test(an_administrator_ends_a_leakage_lock_and_the_billing_system_does_not),
        test(a_leak_that_still_stands_trips_again_after_an_administrators_close),
        test(a_current_at_the_limit_of_40_a_never_trips),
        test(an_overload_trips_after_its_delay_of_10_s_and_not_before),
        test(an_overload_that_dips_below_its_limit_waits_anew),
        test(after_an_overload_the_meter_closes_by_itself_after_5_minutes),
        test(an_overload_that_stands_is_tried_three_times_and_then_locks),
        test(an_overload_lock_survives_a_power_cut),
        test(an_overload_that_is_not_locked_closes_5_minutes_after_a_power_cut),
        test(an_overload_does_not_close_against_an_order),
        test(an_administrators_close_ends_the_count_of_overloads),
        test(after_a_short_the_breaker_clears_and_the_relay_opens_dead_and_locks),
        test(a_current_of_100_a_is_an_overload_and_no_short),
        test(smoke_trips_within_a_second_and_closes_a_minute_after_it_is_gone),
        test(a_puff_of_smoke_shorter_than_half_a_second_does_not_trip),
        test(heat_trips_at_75_degrees_and_not_below),
        test(smoke_that_comes_back_stops_the_close),
        test(heat_that_outlasts_the_smoke_keeps_the_contacts_open),
        test(smoke_that_is_gone_does_not_close_against_an_order_or_a_leak),
        test(smoke_that_went_during_a_power_cut_closes_a_minute_after_boot),
        test(an_order_trips_and_an_order_closes),
        test(an_order_that_is_told_twice_is_done_once),
        test(an_order_with_a_wrong_password_or_level_is_refused),
        test(an_order_is_void_after_its_valid_until),
        test(an_order_for_another_meter_is_not_answered),
        test(a_frame_with_a_wrong_checksum_is_dropped),
        test(a_frame_beyond_a_full_inbox_is_dropped_and_logged),
        test(frames_that_come_together_are_done_one_after_the_other),
        test(a_frame_longer_than_any_is_dropped),
        test(a_request_of_a_wrong_length_is_refused),
        test(a_trip_for_a_time_closes_by_itself_when_it_is_over),
        test(a_trip_for_a_time_may_end_in_a_permit),
        test(a_trip_for_a_time_survives_a_power_cut),
        test(a_later_trip_makes_a_trip_for_a_time_one_for_good),
        test(a_trip_for_a_time_is_refused_with_its_own_words),
        test(a_trip_for_a_time_does_not_end_a_leakage_lock),
        test(the_alarm_goes_on_and_off_by_order_and_shows_in_status_word_3),
        test(a_permit_and_a_key_held_for_3_s_close),
        test(a_trip_withdraws_a_permit),
        test(a_key_that_is_held_before_the_permit_closes_3_s_after_it),
        test(a_permit_behind_a_leakage_trip_is_refused),
        test(a_permit_with_closed_contacts_permits_nothing),
        test(a_control_level_close_ends_an_order_and_nothing_else),
        test(a_warning_sounds_for_its_minutes_and_then_it_trips),
        test(a_close_or_keep_power_ends_a_warning),
        test(a_warning_outlives_a_power_cut),
        test(locked_out_nothing_closes_and_the_end_leaves_an_order),
        test(keep_power_refuses_orders_and_not_protection),
        test(keep_power_off_lets_orders_through_again),
        test(every_protection_trips_under_keep_power),
        test(the_emergency_switch_gives_back_what_an_order_took),
        test(the_emergency_switch_does_not_open_what_is_allowed),
        test(an_emergency_switch_turned_in_the_dark_counts_after_boot),
        test(an_order_under_the_emergency_switch_opens_when_it_is_turned_off),
        test(the_emergency_switch_gives_10_a_and_no_more),
        test(the_emergency_switch_inhibits_no_protection_and_ends_no_lock),
        test(an_order_waits_until_the_current_falls_to_30_a),
        test(an_order_at_30_a_is_not_held),
        test(an_order_is_held_for_24_h_at_most),
        test(a_close_ends_the_wait_of_a_held_order),
        test(keep_power_ends_the_wait_of_a_held_order),
        test(a_held_order_survives_a_power_cut),
        test(a_held_order_that_survived_goes_24_h_after_boot),
        test(large_current_holds_no_protection_off),
        test(a_meter_reads_what_it_measures),
        test(a_register_is_within_its_class_of_what_flowed),
        test(a_clock_of_100_ppm_gains_8_64_s_a_day),
        test(reports_are_numbered_and_read_back),
        test(a_report_of_no_known_alarm_is_an_error),
        test(the_log_is_read_over_dl_t_645),
        test(a_recharge_is_read_back_from_its_bytes),
        test(causes_and_alarms_have_names),
        test_local(local_credit_charges_exactly_what_the_register_counted),
        test_local(local_credit_trips_when_it_is_spent),
        test_local(an_overdraft_is_spent_before_the_trip),
        test_local(credit_that_is_spent_after_a_power_cut_trips_all_the_same),
        test_local(a_low_credit_is_told_once_until_it_rises),
        test_local(a_credit_at_the_limit_is_low),
        test_local(a_recharge_closes_what_arrears_opened),
        test_local(a_recharge_that_leaves_a_debt_closes_nothing),
        test_local(a_recharge_told_twice_is_confirmed_twice_and_added_once),
        test_local(a_recharge_with_a_wrong_password_adds_nothing),
        test_local(a_meter_whose_platform_owns_the_money_takes_no_recharge),
        test_local(leakage_beats_payment),
        test_local(keep_power_puts_an_arrears_trip_off),
        test_local(a_recharge_ends_the_wait_of_arrears_and_not_of_an_order),
        test(a_dip_of_99_ms_does_not_reset_the_meter),
        test(a_meter_dies_100_ms_after_its_supply_and_boots_in_a_second),
        test(a_supply_that_fails_while_booting_boots_later),
        test_local(re_closes_of_long_ago_do_not_lock),
        test_local(the_meters_own_log_tells_its_last_alarms_newest_first),
        test_local(a_power_cut_keeps_the_memory),
        test(a_dead_meter_neither_hears_nor_counts),
        test(an_order_that_waited_in_the_inbox_is_gone_after_a_power_cut),
        test(a_leak_that_stands_when_power_returns_trips_after_boot),
        test(a_trip_that_a_power_cut_foiled_is_driven_again_after_boot),
        test(a_relay_that_does_not_open_is_driven_four_times_and_then_told),
        test(a_relay_that_does_not_close_is_driven_four_times_and_then_told),
        test(a_relay_that_comes_free_opens_with_a_re_drive),
        test(a_maloperation_is_told_once_until_the_relay_obeys),
        test(a_leak_during_a_sag_trips_when_the_supply_recovers),
        test(current_through_contacts_that_should_be_open_is_a_weld_within_2_s),
        test(contacts_that_open_are_no_weld),
        test(a_weld_without_200_ma_is_not_seen),
        test(a_current_that_comes_and_goes_within_a_second_is_no_weld),
        test(a_second_weld_is_told_like_the_first),
        test(a_weld_that_outlasts_a_power_cut_is_told_again),
        test(a_blind_meter_does_not_trip_on_what_it_is_blind_for),
        test(a_meter_that_recloses_after_leakage_does),
        test(a_meter_that_closes_while_forbidden_does),
        test(a_meter_whose_keep_power_blocks_protection_does_not_trip),
        test(a_register_that_runs_fast_leaves_its_class),
        test(suppressed_alarms_are_not_reported),
        test(an_unnoticed_weld_raises_no_alarm),
        test(a_meter_that_forgets_at_reset_closes_for_anybody),
        test(a_slow_detection_misses_its_break_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
