/* What each technology does its own way, against the tables that docs/models.md names; and the cell
 * they share. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/link/profile.h"
#include "tests/unit/recorder.h"

static void assert_near(double value, double want, double relative)
{
    if (fabs(value - want) > fabs(want) * relative)
        fail_msg("%.6g is not within %.2g of %.6g", value, relative, want);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- a building of modems -----------------------------------------------------------------------
 */

enum { MODEMS_MAX = 400 };

struct building {
    struct recorder log;
    struct link_pool pool;
    struct cell cell;
    struct link_network network;
    struct event_queue queues[MODEMS_MAX];
    struct link links[MODEMS_MAX];
    int64_t arrived_at[MODEMS_MAX][LINK_DIRECTIONS]; /* the last one; -1 none */
    int count;
    int64_t now, meeting;
};

static struct building building;

static void start(struct building *b, const struct link_config *config, enum signal_class signal,
                  int count)
{
    recorder_init(&b->log);
    assert_true(link_pool_init(&b->pool, (uint32_t)count * LINK_POOL_PLACES));
    link_network_init(&b->network, config, &b->pool, &b->cell, &b->log.sink, 1, (uint32_t)count);
    b->count = count;
    b->now = 0;
    b->meeting = NS_PER_S;
    for (int i = 0; i < count; i++) {
        queue_init(&b->queues[i], LINK_DIRECTIONS);
        link_init(&b->links[i], &b->network, (struct timers){&b->queues[i], 0, LINK_DIRECTIONS},
                  (uint32_t)i + 1, random_stream(1, (uint32_t)i + 1, RANDOM_METER_LINK), signal);
        b->arrived_at[i][LINK_UP] = b->arrived_at[i][LINK_DOWN] = -1;
    }
}

static void finish(struct building *b)
{
    recorder_free(&b->log);
    link_pool_free(&b->pool);
}

static void step_modem(struct building *b, int modem, int64_t until)
{
    for (;;) {
        int slot = -1;
        struct link_message message;
        int64_t at = queue_next(&b->queues[modem], &slot);
        if (at > until)
            return;
        b->queues[modem].at[slot] = TIME_NEVER;
        if (link_timer(&b->links[modem], at, (enum link_direction)slot, &message))
            b->arrived_at[modem][slot] = at;
    }
}

/* Modem after modem from meeting to meeting; `backwards`: the other way round. */
static void run_in_order(struct building *b, int64_t duration, bool backwards)
{
    int64_t end = b->now + duration;
    while (b->now < end) {
        int64_t until = b->meeting < end ? b->meeting : end;
        for (int i = 0; i < b->count; i++)
            step_modem(b, backwards ? b->count - 1 - i : i, until - 1);
        b->now = until;
        if (until == b->meeting) {
            cell_meeting(&b->cell, until);
            b->meeting += NS_PER_S;
        }
    }
}

static void run(struct building *b, int64_t duration)
{
    run_in_order(b, duration, false);
}

static void say(struct building *b, int modem, enum link_direction direction, size_t size)
{
    static const uint8_t bytes[LINK_MESSAGE_MAX];
    assert_int_equal(link_send(&b->links[modem], b->now, direction, bytes, size), 0);
}

/* Seconds of one order to each of `count` modems, one after another, sorted; the rest are at their
 * time-out. */
static double waits[MODEMS_MAX];

static void orders(const struct link_config *config, enum signal_class signal, int count,
                   int64_t patience)
{
    start(&building, config, signal, count);
    run(&building, NS_PER_MIN);
    for (int i = 0; i < count; i++) {
        run(&building, i * 7919 % 8693 * NS_PER_MS); /* not in step with any cycle */
        int64_t sent = building.now;
        say(&building, i, LINK_DOWN, 74);
        while (building.arrived_at[i][LINK_DOWN] < 0 && building.now < sent + patience)
            run(&building, NS_PER_S);
        int64_t at = building.arrived_at[i][LINK_DOWN];
        waits[i] = (double)(at < 0 ? patience : at - sent) / 1e9;
    }
    finish(&building);
    qsort(waits, (size_t)count, sizeof waits[0], compare);
}

/* ---- LoRa ---------------------------------------------------------------------------------------
 */

/* Semtech's calculator at 125 kHz, 4/5, preamble 8, explicit header, CRC: milliseconds. */
static void time_on_air_is_that_of_the_published_table(void **state)
{
    (void)state;
    static const struct {
        uint32_t bytes;
        double ms[6];
    } table[] = {
        {13, {46.3, 82.4, 164.9, 288.8, 577.5, 1155.1}},
        {25, {61.7, 113.2, 205.8, 411.6, 823.3, 1482.8}},
        {33, {71.9, 133.6, 246.8, 452.6, 987.1, 1810.4}},
        {51, {102.7, 184.8, 328.7, 616.4, 1314.8, 2465.8}},
        {64, {118.0, 215.6, 390.1, 698.4, 1560.6, 2793.5}},
    };
    for (size_t row = 0; row < sizeof table / sizeof table[0]; row++)
        for (int sf = 7; sf <= 12; sf++) {
            double ms = (double)lora_uplink_airtime_ns(sf, table[row].bytes) / 1e6;
            assert_true(fabs(ms - table[row].ms[sf - 7]) <= 0.05 + 1e-9);
        }
}

/* The formula of the SX1276 data sheet in floating point, written anew. */
static double airtime_by_data_sheet_ms(int sf, int khz, int cr, int preamble, bool implicit,
                                       bool crc, int bytes)
{
    double symbol_ms = pow(2, sf) / khz;
    int de = symbol_ms > 16.0 ? 1 : 0;
    double top = 8.0 * bytes - 4.0 * sf + 28 + 16 * crc - 20 * implicit;
    double symbols = 8 + fmax(ceil(top / (4.0 * (sf - 2 * de))) * (cr + 4), 0);
    return (preamble + 4.25) * symbol_ms + symbols * symbol_ms;
}

static void time_on_air_is_that_of_the_data_sheet_for_every_setting(void **state)
{
    (void)state;
    static const uint16_t bandwidths_khz[] = {125, 250, 500};
    int compared = 0;
    for (int setting = 0; setting < 6 * 3 * 4 * 2 * 2; setting++) {
        struct lora_modulation m = {
            .spreading_factor = (uint8_t)(7 + setting % 6),
            .bandwidth_khz = bandwidths_khz[setting / 6 % 3],
            .coding_rate = (uint8_t)(1 + setting / 18 % 4),
            .implicit_header = setting / 72 % 2,
            .crc = setting / 144 % 2,
            .preamble = 8,
        };
        for (int bytes = 0; bytes < 256; bytes += 5) {
            double want =
                airtime_by_data_sheet_ms(m.spreading_factor, m.bandwidth_khz, m.coding_rate, 8,
                                         m.implicit_header, m.crc, bytes);
            double got = (double)lora_airtime_ns(&m, (uint32_t)bytes) / 1e6;
            assert_true(fabs(got - want) < 1e-6);
            compared++;
        }
    }
    assert_int_equal(compared, 288 * 52);
}

static void a_duty_cycle_of_1_percent_is_silent_for_99_times_the_air_time(void **state)
{
    (void)state;
    assert_int_equal(lora_off_time_ns(LORA_EU868, 100 * NS_PER_MS), 9900 * NS_PER_MS);
    assert_int_equal(lora_off_time_ns(LORA_CN470, 100 * NS_PER_MS), 0);
}

/* A device that always has something to say is on the air for a hundredth of the time. */
static void a_busy_device_keeps_its_duty_cycle(void **state)
{
    (void)state;
    const struct link_config config = {.kind = LINK_LORA, .region = LORA_EU868};
    start(&building, &config, SIGNAL_GOOD, 1);
    building.links[0].faults.lossless = true;
    int sent = 0;
    while (building.now < 2 * NS_PER_HOUR) {
        while (link_waiting(&building.links[0], LINK_UP) < 2) {
            say(&building, 0, LINK_UP, 73);
            sent++;
        }
        run(&building, NS_PER_S);
    }
    double on_air = (double)sent * (double)lora_uplink_airtime_ns(building.links[0].mode, 73);
    assert_near(on_air / (double)building.now, 0.01, 0.02);
    finish(&building);
}

/* CN470: no transmission over 1 s. SF12 breaks that with 13 bytes, SF11 beyond about 33. */
static void no_frame_in_china_lasts_over_a_second(void **state)
{
    (void)state;
    assert_true(lora_uplink_airtime_ns(12, 13) > NS_PER_S);
    assert_true(lora_uplink_airtime_ns(11, 33) < NS_PER_S);
    for (int sf = 7; sf <= 11; sf++)
        for (uint32_t size = 0; size <= LINK_MESSAGE_MAX; size++) {
            uint32_t bytes;
            int frames = lora_frames(LORA_CN470, sf, size, &bytes);
            assert_true(lora_uplink_airtime_ns(sf, bytes) <= NS_PER_S);
            assert_true((uint32_t)frames * (bytes - 13) >= size);
        }
    const struct link_config config = {.kind = LINK_LORA};
    start(&building, &config, SIGNAL_GOOD, 1);
    link_set_place(&building.links[0], 0, -2);
    for (int level = -10000; level > -14000; level -= 100) {
        building.links[0].rsrp_cdbm = (int16_t)(level < -15000 ? -15000 : level);
        building.network.profile->tune(&building.links[0]);
        assert_in_range(building.links[0].mode, 7, 11);
    }
    finish(&building);
}

static void packets_fail_by_their_margin(void **state)
{
    (void)state;
    for (int32_t margin = -500; margin <= 1000; margin += 10) {
        double want = 0.5 * erfc((margin / 100.0 + 0.5) / (1.2 * sqrt(2))) + 0.01;
        want = want > 1 ? 1 : want;
        assert_true(fabs(lora_packet_error_ppm(margin) / 1e6 - want) < 0.006);
    }
}

static void class_a_hears_an_order_after_its_next_uplink(void **state)
{
    (void)state;
    const struct link_config config = {.kind = LINK_LORA, .keep_alive_ns = 300 * NS_PER_S};
    start(&building, &config, SIGNAL_GOOD, 1);
    struct link *link = &building.links[0];
    link->faults.lossless = true;
    run(&building, 20 * NS_PER_MIN);
    int64_t keep_alive = link_next_keep_alive(link, building.now);
    say(&building, 0, LINK_DOWN, 74);
    run(&building, 302 * NS_PER_S);
    int64_t end_of_uplink = keep_alive + lora_uplink_airtime_ns(link->mode, 13);
    int64_t order = lora_uplink_airtime_ns(link->mode, 74);
    int64_t took = building.arrived_at[0][LINK_DOWN] - end_of_uplink - NS_PER_S - order;
    assert_in_range(took, 50 * NS_PER_MS,
                    150 * NS_PER_MS); /* RX1 after 1 s, gateway 50 to 150 ms */
    finish(&building);
}

static void what_a_device_of_class_a_says_itself_opens_its_window(void **state)
{
    (void)state;
    const struct link_config config = {.kind = LINK_LORA, .keep_alive_ns = NS_PER_DAY};
    start(&building, &config, SIGNAL_GOOD, 1);
    building.links[0].faults.lossless = true;
    say(&building, 0, LINK_DOWN, 74);
    run(&building, NS_PER_MIN);
    assert_int_equal(building.arrived_at[0][LINK_DOWN], -1);
    int64_t spoke = building.now;
    say(&building, 0, LINK_UP, 74);
    run(&building, NS_PER_MIN);
    assert_in_range(building.arrived_at[0][LINK_DOWN] - spoke, NS_PER_S, 2 * NS_PER_S);
    finish(&building);
}

static void class_c_hears_at_once_and_class_a_at_its_keep_alive(void **state)
{
    (void)state;
    struct link_config config = {.kind = LINK_LORA, .class_c = true};
    orders(&config, SIGNAL_EDGE, 200, NS_PER_HOUR);
    assert_true(waits[100] < 0.5 && waits[190] < 4);
    config.class_c = false;
    orders(&config, SIGNAL_EDGE, 200, NS_PER_HOUR);
    assert_near(waits[100], 150, 0.25); /* half of the keep-alive's 300 s */
    assert_true(waits[190] > 250);
}

/* ---- NB-IoT -------------------------------------------------------------------------------------
 */

/* As measured: quantiles at 5, 25, 50, 75, 90, 95 and 99 %, and the mean, in seconds. */
static const double sessions[3][8] = {
    {.66, 1.27, 1.57, 1.96, 2.51, 3.01, 7.89, 2.00},
    {.98, 1.44, 2.38, 3.42, 5.16, 6.62, 15.1, 3.11},
    {1.23, 2.37, 3.51, 4.38, 15.7, 28.6, 69.5, 7.64},
};

static void a_session_of_nb_iot_lasts_as_measured_by_coverage_level(void **state)
{
    (void)state;
    enum { SESSIONS = 2000000 };
    static const double share[7] = {.05, .25, .50, .75, .90, .95, .99};
    double *drawn = malloc(SESSIONS * sizeof *drawn);
    assert_non_null(drawn);
    for (int level = 0; level < 3; level++) {
        struct random random = random_stream(1, (uint32_t)level, RANDOM_METER_LINK);
        double mean = 0;
        for (int i = 0; i < SESSIONS; i++) {
            drawn[i] = (double)nbiot_session(&random, level, 168) / 1e9;
            mean += drawn[i] / SESSIONS;
        }
        qsort(drawn, SESSIONS, sizeof *drawn, compare);
        for (int q = 0; q < 7; q++)
            assert_near(drawn[(int)(share[q] * SESSIONS)], sessions[level][q], 0.03);
        assert_near(mean, sessions[level][7], 0.01);
    }
    free(drawn);
}

static void more_bytes_take_longer_by_level(void **state)
{
    (void)state;
    static const double ms[3] = {0.79 * 96, 1.1 * 96, 1.41 * 96};
    for (int level = 0; level < 3; level++) {
        struct random a = random_stream(3, 1, RANDOM_METER_LINK), b = a;
        int64_t more = nbiot_session(&a, level, 112) - nbiot_session(&b, level, 16);
        assert_near((double)more / 1e6, ms[level], 1e-9);
    }
}

static void a_weaker_level_means_a_deeper_coverage_level(void **state)
{
    (void)state;
    static const struct {
        int32_t rsrp_cdbm;
        double level[3];
    } table[] = {
        {-7000, {1, 0, 0}},        {-8500, {.96, .04, 0}},  {-9500, {.62, .35, .03}},
        {-10500, {.44, .54, .02}}, {-11500, {0, .53, .47}}, {-12300, {.17, .02, .81}},
        {-13000, {.14, 0, .86}},   {-14000, {0, 0, 1}},
    };
    enum { DRAWS = 100000 };
    struct random random = random_stream(1, 1, RANDOM_METER_LINK);
    for (size_t row = 0; row < sizeof table / sizeof table[0]; row++) {
        int count[3] = {0, 0, 0};
        for (int i = 0; i < DRAWS; i++)
            count[nbiot_coverage_level(&random, table[row].rsrp_cdbm)]++;
        for (int level = 0; level < 3; level++)
            assert_true(fabs((double)count[level] / DRAWS - table[row].level[level]) < 0.005);
    }
}

static void power_saving_decides_how_long_an_order_waits(void **state)
{
    (void)state;
    struct link_config config = {.kind = LINK_NBIOT, .saving = LINK_SAVING_DRX};
    orders(&config, SIGNAL_GOOD, 300, NS_PER_HOUR);
    assert_near(waits[150], 1.57 + 1.28, 0.08); /* a session and half a paging cycle */
    config.saving = LINK_SAVING_EDRX;
    orders(&config, SIGNAL_GOOD, 300, NS_PER_HOUR);
    assert_near(waits[150], 1.57 + 10.24, 0.15);
    config.saving = LINK_SAVING_PSM;
    orders(&config, SIGNAL_GOOD, 300, NS_PER_HOUR);
    assert_near(waits[150], 300, 0.15); /* half of the keep-alive's 600 s */
    config.saving = LINK_SAVING_NONE;
    orders(&config, SIGNAL_GOOD, 300, NS_PER_HOUR);
    assert_near(waits[150], 0.14, 0.15);
}

/* ---- Cat.1 --------------------------------------------------------------------------------------
 */

/* SINR = RSRP + 117 dB against the table of TS 36.213 at a block error of 10 %. */
static void the_channel_quality_follows_the_level(void **state)
{
    (void)state;
    assert_int_equal(cat1_cqi(-8500), 15);
    assert_int_equal(cat1_cqi(-11700 + 2270), 15);
    assert_int_equal(cat1_cqi(-11700 + 2269), 14);
    assert_int_equal(cat1_cqi(-11700 - 670), 1);
    assert_int_equal(cat1_cqi(-11700 - 671), 0);
    assert_int_equal(cat1_block_error_ppm(-11800), 100000);
    assert_near(cat1_block_error_ppm(-11700 - 671), 100000, 0.03);
    assert_near(cat1_block_error_ppm(-11700 - 926), 500000, 0.01);
}

static void one_antenna_less_is_3_db_less(void **state)
{
    (void)state;
    const struct link_config two = {.kind = LINK_CAT1}, one = {.kind = LINK_CAT1BIS};
    start(&building, &two, SIGNAL_EDGE, 1);
    assert_int_equal(building.links[0].burst, SIGNAL_EDGE);
    finish(&building);
    start(&building, &one, SIGNAL_EDGE, 1);
    assert_int_equal(building.links[0].burst, SIGNAL_DEAD); /* -118 - 3 dBm */
    finish(&building);
}

/* ---- RS-485 -------------------------------------------------------------------------------------
 */

static void a_byte_on_the_bus_takes_eleven_bits_at_2400_baud(void **state)
{
    (void)state;
    assert_int_equal(rs485_bytes_ns(1), 4583333);
    assert_int_equal(rs485_bytes_ns(12), 55 * NS_PER_MS);
    assert_int_equal(rs485_bytes_ns(2400), 11 * NS_PER_S);
    /* 20 bytes, 50 ms, 24 bytes, 20 ms */
    assert_int_equal(rs485_turn_ns(), 91666666 + 50000000 + 110000000 + 20000000);
}

static void meters_take_turns(void **state)
{
    (void)state;
    int64_t turn = rs485_turn_ns();
    for (uint32_t flat = 1; flat <= 32; flat++)
        assert_int_equal(rs485_next_turn(flat, 40, 0), (flat - 1) * turn);
    assert_int_equal(rs485_next_turn(1, 40, 1), 32 * turn);
    assert_int_equal(rs485_next_turn(33, 40, 1), 8 * turn); /* eight are left for the second bus */
    assert_int_equal(rs485_next_turn(5, 40, 100 * 32 * turn + 4 * turn),
                     100 * 32 * turn + 4 * turn);
}

static void an_order_waits_for_its_meters_turn(void **state)
{
    (void)state;
    const struct link_config config = {.kind = LINK_RS485};
    orders(&config, SIGNAL_GOOD, 320, NS_PER_HOUR);
    double cycle_s = 32 * (double)rs485_turn_ns() / 1e9;
    double bytes_s = (double)rs485_bytes_ns(78) / 1e9;
    assert_near(waits[160], cycle_s / 2 + bytes_s, 0.1);
    assert_true(waits[0] > bytes_s);
    assert_true(waits[315] < cycle_s + bytes_s + 0.3);
}

/* Given again after 500 ms of silence, as often as it takes. */
static void an_order_gets_through_a_bus_that_loses_bytes_but_not_all(void **state)
{
    (void)state;
    struct link_config config = {.kind = LINK_RS485, .line = {.drop_ppm = 10000}};
    double cycle_s = 32 * (double)rs485_turn_ns() / 1e9;
    double bytes_s = (double)rs485_bytes_ns(78) / 1e9;
    orders(&config, SIGNAL_GOOD, 320, NS_PER_HOUR);
    assert_true(waits[319] < cycle_s + bytes_s + 15);
    config.line = (struct line_faults){.corrupt_ppm = 1000000};
    orders(&config, SIGNAL_GOOD, 32, NS_PER_MIN);
    assert_true(waits[0] == 60);
    config.line = (struct line_faults){.noise_ppm = 100000, .split_ppm = 100000}; /* DL/T 645 does not mind */
    orders(&config, SIGNAL_GOOD, 320, NS_PER_HOUR);
    assert_true(waits[315] < cycle_s + bytes_s + 0.3);
    config.line = (struct line_faults){.delay_ns = NS_PER_S};
    orders(&config, SIGNAL_GOOD, 320, NS_PER_HOUR);
    assert_true(waits[0] > 1 + bytes_s);
}

/* ---- place --------------------------------------------------------------------------------------
 */

static void the_tail_of_the_normal_is_that_of_erfc(void **state)
{
    (void)state;
    for (int32_t z = -5000; z <= 5000; z += 10)
        assert_true(fabs(normal_tail_ppm(z) / 1e6 - 0.5 * erfc(z / 1000.0 / sqrt(2))) < 0.004);
}

static void places_have_names(void **state)
{
    (void)state;
    assert_int_equal(place_from_name("ground"), 0);
    assert_int_equal(place_from_name("floor 17"), 17);
    assert_int_equal(place_from_name("basement 1"), -1);
    assert_int_equal(place_from_name("garage"), -1);
    assert_int_equal(place_from_name("basement 2"), -2);
    static const char *const none[] = {"",         "floor",    "floor 0",
                                       "floor 61", "floor 3 ", "basement 3"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(place_from_name(none[i]), PLACE_NONE);
}

static void a_place_has_its_level(void **state)
{
    (void)state;
    enum { BUILDINGS = 4000 };
    static const struct {
        int place;
        double mean_dbm, deviation_db;
    } table[] = {{0, -106, 9.22}, {-1, -118, 10.63}, {-2, -130, 11.40}, {10, -101, 9.22}};
    for (size_t row = 0; row < sizeof table / sizeof table[0]; row++) {
        double sum = 0, squares = 0;
        for (uint64_t seed = 0; seed < BUILDINGS; seed++) {
            double dbm = place_rsrp_cdbm(seed, 7, table[row].place) / 100.0;
            sum += dbm;
            squares += dbm * dbm;
        }
        double mean = sum / BUILDINGS;
        assert_true(fabs(mean - table[row].mean_dbm) < 0.6);
        assert_near(sqrt(squares / BUILDINGS - mean * mean), table[row].deviation_db, 0.06);
    }
}

static void neighbours_share_the_level_outside(void **state)
{
    (void)state;
    double covariance = 0;
    for (uint64_t seed = 0; seed < 4000; seed++)
        covariance += (place_rsrp_cdbm(seed, 1, 0) / 100.0 + 106) *
                      (place_rsrp_cdbm(seed, 2, 0) / 100.0 + 106) / 4000;
    assert_near(covariance, 49, 0.15); /* 7 dB squared */
}

/* ---- the cell -----------------------------------------------------------------------------------
 */

static double back_after_outage(const struct link_config *config, int modems, double *median)
{
    start(&building, config, SIGNAL_GOOD, modems);
    run(&building, NS_PER_S);
    int64_t on = building.now;
    for (int i = 0; i < modems; i++) {
        link_set_powered(&building.links[i], on, false);
        link_set_powered(&building.links[i], on, true);
        say(&building, i, LINK_UP, 74);
    }
    run(&building, NS_PER_HOUR);
    for (int i = 0; i < modems; i++) {
        assert_true(building.arrived_at[i][LINK_UP] > on); /* nobody is lost */
        waits[i] = (double)(building.arrived_at[i][LINK_UP] - on) / 1e9;
    }
    finish(&building);
    qsort(waits, (size_t)modems, sizeof waits[0], compare);
    *median = waits[modems / 2];
    return waits[modems - 1];
}

static void many_that_come_back_at_once_compete_for_the_cell(void **state)
{
    (void)state;
    struct link_config config = {.kind = LINK_NBIOT};
    double alone, few, many;
    back_after_outage(&config, 1, &alone);
    back_after_outage(&config, 20, &few);
    double last = back_after_outage(&config, MODEMS_MAX, &many);
    assert_true(many > 2 * few && few < 30);
    assert_true(last > 120);
    /* No faster than the carrier: an attach and a session cost 7 times 40 ms at least. */
    assert_true(last > 8 + MODEMS_MAX * 7 * 0.040);
}

/* Spread over ten minutes they find the cell as a lone modem does: what remains is their own
 * spread. */
static void start_jitter_spreads_a_storm(void **state)
{
    (void)state;
    struct link_config config = {.kind = LINK_NBIOT, .start_jitter_ns = 600 * NS_PER_S};
    double median;
    double last = back_after_outage(&config, MODEMS_MAX, &median);
    assert_near(median, 300 + 18, 0.12);
    assert_true(last < 600 + 120);
}

/* Two of 54 preambles collide with 1 in 54; slotted ALOHA beyond its capacity backs off. */
static void accesses_collide_by_their_number(void **state)
{
    (void)state;
    static const struct cell_resource resource = {.opportunity_ns = 10 * NS_PER_MS,
                                                  .preambles = 50,
                                                  .backoff_min_ns = NS_PER_S,
                                                  .backoff_max_ns = 8 * NS_PER_S};
    struct cell cell;
    cell_init(&cell, &resource, 1);
    cell_meeting(&cell, NS_PER_S);
    assert_int_equal(cell.load[0].collision_ppm, 0);
    for (int i = 0; i < 500; i++)
        cell_access(&cell, 0);
    cell_meeting(&cell, 2 * NS_PER_S); /* 500 of 5000 slots */
    assert_near(cell.load[0].collision_ppm, 1e6 * (1 - exp(-0.1)), 1e-4);
    assert_int_equal(cell.load[0].backoff_ns, NS_PER_S);
    for (int second = 3; second < 8; second++) {
        for (int i = 0; i < 20000; i++)
            cell_access(&cell, 0);
        cell_meeting(&cell, second * NS_PER_S);
    }
    assert_int_equal(cell.load[0].backoff_ns, 8 * NS_PER_S);
    cell_meeting(&cell, 8 * NS_PER_S);
    assert_int_equal(cell.load[0].backoff_ns, 4 * NS_PER_S);
}

static void work_waits_behind_work(void **state)
{
    (void)state;
    static const struct cell_resource resource = {.opportunity_ns = 10 * NS_PER_MS,
                                                  .preambles = 50};
    struct cell cell;
    cell_init(&cell, &resource, 1);
    cell_work(&cell, 0, 5 * NS_PER_S);
    cell_meeting(&cell, NS_PER_S);
    assert_int_equal(cell.load[0].delay_ns, 4 * NS_PER_S);
    cell_meeting(&cell, 4 * NS_PER_S);
    assert_int_equal(cell.load[0].delay_ns, NS_PER_S);
    cell_meeting(&cell, 60 * NS_PER_S);
    assert_int_equal(cell.load[0].delay_ns, 0);
}

/* Pure ALOHA: a frame survives with e to the minus twice the load of its channel. */
static void frames_on_the_air_collide_by_their_air_time(void **state)
{
    (void)state;
    static const struct cell_resource resource = {.preambles = 8};
    struct cell cell;
    cell_init(&cell, &resource, 1);
    cell_work(&cell, 0, 4 * NS_PER_S);
    cell.background_ns[0] = 1 * NS_PER_S / 2;
    cell_meeting(&cell, 10 * NS_PER_S); /* 0.4 + 0.5 over eight channels */
    assert_near(cell.load[0].collision_ppm, 1e6 * (1 - exp(-2 * 0.9 / 8)), 1e-4);
}

/* ---- all of them --------------------------------------------------------------------------------
 */

static uint64_t fingerprint(int kind, bool backwards)
{
    const struct link_config config = {.kind = (enum link_kind)kind};
    enum { MODEMS = 60 };
    uint64_t hash = EVENT_HASH_START;
    start(&building, &config, SIGNAL_POOR, MODEMS);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < MODEMS; i++) {
            say(&building, i, LINK_UP, 74);
            if (round % 3 == 0)
                say(&building, i, LINK_DOWN, 60);
        }
        run_in_order(&building, 20 * NS_PER_MIN, backwards);
        for (int i = 0; i < MODEMS; i++)
            for (int d = 0; d < LINK_DIRECTIONS; d++)
                hash = (hash ^ (uint64_t)building.arrived_at[i][d]) * UINT64_C(0x100000001b3);
    }
    assert_true(building.pool.touched <= MODEMS * LINK_POOL_PLACES);
    finish(&building);
    return hash;
}

static void the_order_in_which_flats_run_changes_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++) {
        assert_true(fingerprint(kind, false) == fingerprint(kind, false));
        assert_true(fingerprint(kind, false) == fingerprint(kind, true));
    }
}

static void every_link_delivers_in_the_end(void **state)
{
    (void)state;
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++) {
        const struct link_config config = {.kind = (enum link_kind)kind};
        start(&building, &config, SIGNAL_EDGE, 50);
        for (int i = 0; i < 50; i++) {
            say(&building, i, LINK_UP, 112);
            say(&building, i, LINK_DOWN, 112);
        }
        run(&building, 4 * NS_PER_HOUR);
        for (int i = 0; i < 50; i++)
            for (int d = 0; d < LINK_DIRECTIONS; d++) {
                assert_true(building.arrived_at[i][d] > 0);
                assert_int_equal(link_waiting(&building.links[i], (enum link_direction)d), 0);
            }
        finish(&building);
    }
}

static void places_of_the_pool_are_used_again(void **state)
{
    (void)state;
    struct link_pool pool;
    assert_true(link_pool_init(&pool, 3));
    uint32_t a = link_pool_take(&pool), b = link_pool_take(&pool);
    link_pool_give(&pool, a);
    assert_int_equal(link_pool_take(&pool), a);
    uint32_t c = link_pool_take(&pool);
    assert_true(a != b && b != c && a != c);
    assert_int_equal(pool.touched, 3);
    link_pool_free(&pool);
}

static void links_have_names(void **state)
{
    (void)state;
    for (int kind = 0; kind < LINK_KIND_COUNT; kind++)
        assert_int_equal(link_kind_from_name(link_kind_name(kind)), kind);
    assert_int_equal(link_kind_from_name("5g"), -1);
    assert_int_equal(link_saving_from_name("psm"), LINK_SAVING_PSM);
    assert_int_equal(link_saving_from_name("deep sleep"), -1);
}

/* A million of them have to fit in memory. */
static void a_link_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct link) <= 96);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_on_air_is_that_of_the_published_table),
        cmocka_unit_test(time_on_air_is_that_of_the_data_sheet_for_every_setting),
        cmocka_unit_test(a_duty_cycle_of_1_percent_is_silent_for_99_times_the_air_time),
        cmocka_unit_test(a_busy_device_keeps_its_duty_cycle),
        cmocka_unit_test(no_frame_in_china_lasts_over_a_second),
        cmocka_unit_test(packets_fail_by_their_margin),
        cmocka_unit_test(class_a_hears_an_order_after_its_next_uplink),
        cmocka_unit_test(what_a_device_of_class_a_says_itself_opens_its_window),
        cmocka_unit_test(class_c_hears_at_once_and_class_a_at_its_keep_alive),
        cmocka_unit_test(a_session_of_nb_iot_lasts_as_measured_by_coverage_level),
        cmocka_unit_test(more_bytes_take_longer_by_level),
        cmocka_unit_test(a_weaker_level_means_a_deeper_coverage_level),
        cmocka_unit_test(power_saving_decides_how_long_an_order_waits),
        cmocka_unit_test(the_channel_quality_follows_the_level),
        cmocka_unit_test(one_antenna_less_is_3_db_less),
        cmocka_unit_test(a_byte_on_the_bus_takes_eleven_bits_at_2400_baud),
        cmocka_unit_test(meters_take_turns),
        cmocka_unit_test(an_order_waits_for_its_meters_turn),
        cmocka_unit_test(an_order_gets_through_a_bus_that_loses_bytes_but_not_all),
        cmocka_unit_test(the_tail_of_the_normal_is_that_of_erfc),
        cmocka_unit_test(places_have_names),
        cmocka_unit_test(a_place_has_its_level),
        cmocka_unit_test(neighbours_share_the_level_outside),
        cmocka_unit_test(many_that_come_back_at_once_compete_for_the_cell),
        cmocka_unit_test(start_jitter_spreads_a_storm),
        cmocka_unit_test(accesses_collide_by_their_number),
        cmocka_unit_test(work_waits_behind_work),
        cmocka_unit_test(frames_on_the_air_collide_by_their_air_time),
        cmocka_unit_test(the_order_in_which_flats_run_changes_nothing),
        cmocka_unit_test(every_link_delivers_in_the_end),
        cmocka_unit_test(places_of_the_pool_are_used_again),
        cmocka_unit_test(links_have_names),
        cmocka_unit_test(a_link_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
