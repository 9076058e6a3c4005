/* The radio link: delay, loss in bursts, retries, order, power. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/link/link.h"
#include "tests/unit/recorder.h"

enum { ARRIVALS_MAX = 4096 };

struct arrival {
    int64_t at;
    enum link_direction direction;
    struct link_message message;
};

struct bench {
    struct recorder log;
    struct event_queue queue;
    struct link_pool pool;
    struct cell cell;
    struct link_network network;
    struct link link;
    int64_t now;
    int arrived;
    struct arrival arrivals[ARRIVALS_MAX];
};

static void bench_free(struct bench *bench)
{
    recorder_free(&bench->log);
    link_pool_free(&bench->pool);
}

static void bench_start(struct bench *bench, const struct link_config *config,
                        enum signal_class signal, uint32_t flat)
{
    recorder_init(&bench->log);
    assert_true(link_pool_init(&bench->pool, LINK_POOL_PLACES));
    link_network_init(&bench->network, config, &bench->pool, &bench->cell, &bench->log.sink, 1, 40);
    queue_init(&bench->queue, LINK_DIRECTIONS);
    bench->now = 0;
    bench->arrived = 0;
    link_init(&bench->link, &bench->network, (struct timers){&bench->queue, 0, LINK_DIRECTIONS}, flat,
              random_stream(1, flat, RANDOM_METER_LINK), signal);
}

static void bench_init(struct bench *bench, enum signal_class signal, uint32_t flat)
{
    const struct link_config config = {.kind = LINK_CAT1};
    bench_start(bench, &config, signal, flat);
}

static int setup(void **state)
{
    static struct bench bench;
    bench_init(&bench, SIGNAL_GOOD, 1);
    bench.link.faults.lossless = true;
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    bench_free(*state);
    return 0;
}

static void run_until(struct bench *bench, int64_t until)
{
    for (;;) {
        int slot = -1;
        int64_t now = queue_next(&bench->queue, &slot);
        if (now > until)
            break;
        struct arrival arrival = {.at = now, .direction = (enum link_direction)slot};
        queue_take(&bench->queue, slot);
        bench->now = now;
        if (!link_timer(&bench->link, now, arrival.direction, &arrival.message))
            continue;
        assert_true(bench->arrived < ARRIVALS_MAX);
        bench->arrivals[bench->arrived++] = arrival;
    }
    bench->now = until;
}

static void wait(struct bench *bench, int64_t duration)
{
    run_until(bench, bench->now + duration);
}

static int send(struct bench *bench, enum link_direction direction, uint8_t number)
{
    return link_send(&bench->link, bench->now, direction, &number, 1);
}

/* How long one message takes from now on. */
static int64_t transit(struct bench *bench, enum link_direction direction)
{
    int64_t sent = bench->now;
    int before = bench->arrived;
    assert_int_equal(send(bench, direction, 0), 0);
    while (bench->arrived == before)
        wait(bench, NS_PER_S);
    return bench->arrivals[before].at - sent;
}

struct delays {
    double mean_ms, least_ms, most_ms;
};

/* Of 3000 modems, each asleep, or woken by a message just before. */
static struct delays delays(enum link_direction direction, bool awake)
{
    static struct bench bench;
    struct delays d = {0, 1e9, 0};
    enum { MODEMS = 3000 };
    for (uint32_t flat = 0; flat < MODEMS; flat++) {
        bench_init(&bench, SIGNAL_GOOD, flat);
        bench.link.faults.lossless = true;
        wait(&bench, NS_PER_MIN);
        if (awake)
            transit(&bench, LINK_UP);
        double ms = (double)transit(&bench, direction) / 1e6;
        d.mean_ms += ms / MODEMS;
        d.least_ms = ms < d.least_ms ? ms : d.least_ms;
        d.most_ms = ms > d.most_ms ? ms : d.most_ms;
        bench_free(&bench);
    }
    return d;
}

static void assert_near(double value, double want, double relative)
{
    if (fabs(value - want) > fabs(want) * relative)
        fail_msg("%.6g is not within %.2g of %.6g", value, relative, want);
}

/* ---- delay ----------------------------------------------------------------------------------- */

/* Half a round trip of 30 ms (median) and a tenth of a HARQ round. */
static void a_modem_that_is_awake_takes_33_ms_either_way(void **state)
{
    (void)state;
    for (int direction = 0; direction < LINK_DIRECTIONS; direction++) {
        struct delays d = delays((enum link_direction)direction, true);
        assert_near(d.mean_ms, 30 * exp(0.35 * 0.35 / 2) + 0.9, 0.03);
        assert_true(d.least_ms > 5 && d.most_ms < 200);
    }
}

/* 60 ms and a gamma of 100 ms more to connect; nobody waits for paging. */
static void a_sleeping_modem_sends_after_connecting(void **state)
{
    (void)state;
    struct delays d = delays(LINK_UP, false);
    assert_near(d.mean_ms, 192.8, 0.03);
    assert_true(d.least_ms > 70 && d.most_ms < 700);
}

static void a_sleeping_modem_hears_after_up_to_1_28_s_of_paging(void **state)
{
    (void)state;
    struct delays d = delays(LINK_DOWN, false);
    assert_near(d.mean_ms, 192.8 + 640, 0.03);
    assert_true(d.least_ms < 250);
    assert_true(d.most_ms > 1350 && d.most_ms < 2000);
}

static void a_modem_sleeps_10_s_after_its_last_message(void **state)
{
    (void)state;
    static struct bench bench;
    int64_t awake = 0, asleep = 0;
    for (uint32_t flat = 0; flat < 300; flat++) {
        bench_init(&bench, SIGNAL_GOOD, flat);
        bench.link.faults.lossless = true;
        transit(&bench, LINK_UP);
        run_until(&bench, bench.arrivals[0].at + 10 * NS_PER_S - 1);
        int64_t first = transit(&bench, LINK_DOWN);
        awake = first > awake ? first : awake;
        run_until(&bench, bench.arrivals[1].at + 10 * NS_PER_S);
        asleep += transit(&bench, LINK_DOWN);
        bench_free(&bench);
    }
    assert_true(awake < 200 * NS_PER_MS);
    assert_true(asleep / 300 > 600 * NS_PER_MS);
}

static void an_instant_link_has_no_delay(void **state)
{
    struct bench *bench = *state;
    bench->link.faults.instant = true;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(transit(bench, LINK_DOWN), 0);
        wait(bench, NS_PER_MIN);
    }
}

/* ---- loss ------------------------------------------------------------------------------------ */

/* Links of which the first attempt at `at` is lost, per link. */
static double first_loss(enum signal_class signal, int64_t at, int links)
{
    static struct bench bench;
    int count = 0;
    for (int i = 0; i < links; i++) {
        bench_init(&bench, signal, (uint32_t)i);
        run_until(&bench, at);
        send(&bench, LINK_UP, 0);
        count += recorder_count(&bench.log, EVENT_FRAME_LOST, LINK_UP);
        bench_free(&bench);
    }
    return (double)count / links;
}

/* The column "mean loss" of the table of bursts. Tolerances are three standard errors or more. */
static void each_class_of_signal_loses_its_mean(void **state)
{
    (void)state;
    static const double mean[SIGNAL_CLASS_COUNT] = {0.00067, 0.0064, 0.063, 0.333, 0.936};
    static const int links[SIGNAL_CLASS_COUNT] = {200000, 50000, 20000, 20000, 20000};
    static const double tolerance[SIGNAL_CLASS_COUNT] = {0.25, 0.2, 0.15, 0.05, 0.02};
    for (int i = 0; i < SIGNAL_CLASS_COUNT; i++) {
        enum signal_class signal = (enum signal_class)i;
        assert_near(first_loss(signal, 0, links[i]), mean[i], tolerance[i]);
        assert_near(first_loss(signal, NS_PER_HOUR, links[i]), mean[i], tolerance[i]);
    }
}

/* Whoever loses one message loses the next with it, and an hour later like anybody. */
static void losses_come_in_bursts(void **state)
{
    (void)state;
    static struct bench bench;
    int lost = 0, soon = 0, later = 0;
    for (uint32_t flat = 0; flat < 20000; flat++) {
        bench_init(&bench, SIGNAL_EDGE, flat);
        send(&bench, LINK_UP, 0);
        if (recorder_count(&bench.log, EVENT_FRAME_LOST, RECORDER_ANY)) {
            recorder_clear(&bench.log);
            lost++;
            send(&bench, LINK_DOWN, 0);
            soon += recorder_count(&bench.log, EVENT_FRAME_LOST, LINK_DOWN) > 0;
            run_until(&bench, NS_PER_HOUR);
            recorder_clear(&bench.log);
            send(&bench, LINK_UP, 0);
            later += recorder_count(&bench.log, EVENT_FRAME_LOST, LINK_UP) > 0;
        }
        bench_free(&bench);
    }
    assert_true(lost > 5000);
    assert_near((double)soon / lost, 0.815, 0.05); /* 0.9 of those in a burst, 0.05 of the others */
    assert_near((double)later / lost, 0.333, 0.1);
}

static void a_lossless_link_loses_nothing_even_where_it_is_dead(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, SIGNAL_DEAD, 1);
    bench.link.faults.lossless = true;
    for (int i = 0; i < 1000; i++) {
        assert_true(transit(&bench, LINK_UP) < NS_PER_S);
        wait(&bench, NS_PER_MIN);
    }
    assert_int_equal(bench.log.count, 0);
    bench_free(&bench);
}

static void deafen(struct bench *bench, bool deaf)
{
    bench->link.faults.lossless = !deaf;
    bench->link.burst = SIGNAL_DEAD;
    bench->link.channel_bad = true;
    bench->link.burst_until = TIME_NEVER;
}

static void a_lost_message_is_sent_again_after_a_doubling_wait(void **state)
{
    struct bench *bench = *state;
    static const int64_t at_s[] = {0, 1, 3, 7, 15, 31};
    for (int direction = 0; direction < LINK_DIRECTIONS; direction++) {
        recorder_clear(&bench->log);
        deafen(bench, true);
        int64_t start = bench->now;
        send(bench, (enum link_direction)direction, 7);
        wait(bench, 31 * NS_PER_S);
        for (int i = 0; i < 6; i++) {
            const struct event *lost = recorder_nth(&bench->log, EVENT_FRAME_LOST, direction, i);
            assert_non_null(lost);
            assert_int_equal(lost->at, start + at_s[i] * NS_PER_S);
            assert_int_equal(lost->b, i);
        }
        deafen(bench, false);
        wait(bench, 70 * NS_PER_S);
        assert_int_equal(bench->arrived, direction + 1);
        assert_int_equal(bench->arrivals[direction].message.bytes[0], 7);
    }
}

/* The wait is uniform up to 1, 2, .. 64, then 120 s: half of the bound on average, all of it at most. */
static void a_dead_connection_is_made_anew_with_full_jitter(void **state)
{
    (void)state;
    static struct bench bench;
    enum { FLATS = 400, TRIES = 14 };
    double sum_s[TRIES] = {0};
    for (uint32_t flat = 0; flat < FLATS; flat++) {
        bench_init(&bench, SIGNAL_GOOD, flat);
        deafen(&bench, true);
        send(&bench, LINK_UP, 1);
        wait(&bench, 2 * NS_PER_HOUR);
        for (int i = 5; i < TRIES; i++) {
            int64_t from = recorder_nth(&bench.log, EVENT_FRAME_LOST, LINK_UP, i)->at;
            int64_t wait_ns = recorder_nth(&bench.log, EVENT_FRAME_LOST, LINK_UP, i + 1)->at - from;
            int64_t bound_s = i - 4 < 7 ? 1 << (i - 4) : 120;
            assert_true(wait_ns <= bound_s * NS_PER_S);
            sum_s[i] += (double)wait_ns / 1e9 / (double)bound_s;
        }
        bench_free(&bench);
    }
    for (int i = 5; i < TRIES; i++)
        assert_near(sum_s[i] / FLATS, 0.5, 0.1);
}

/* The platform's message waits up to 120 s to be tried again; the meter's own report shows that it is back. */
static void what_came_through_one_way_ends_the_back_off_of_the_other(void **state)
{
    (void)state;
    static struct bench bench;
    for (uint32_t flat = 0; flat < 100; flat++) {
        bench_init(&bench, SIGNAL_GOOD, flat);
        deafen(&bench, true);
        send(&bench, LINK_DOWN, 1);
        wait(&bench, 10 * NS_PER_MIN);
        deafen(&bench, false);
        send(&bench, LINK_UP, 2);
        wait(&bench, 4 * NS_PER_S);
        assert_int_equal(bench.arrived, 2);
        bench_free(&bench);
    }
}

static void a_message_that_got_through_gives_the_next_one_a_short_wait_again(void **state)
{
    struct bench *bench = *state;
    deafen(bench, true);
    send(bench, LINK_UP, 1);
    send(bench, LINK_UP, 2);
    wait(bench, 10 * NS_PER_MIN);
    deafen(bench, false);
    while (bench->arrived == 0)
        wait(bench, NS_PER_MS);
    assert_int_equal(bench->link.lanes[LINK_UP].attempt, 0);
    wait(bench, NS_PER_S);
    assert_int_equal(bench->arrived, 2);
}

static void without_a_log_a_loss_is_no_event(void **state)
{
    struct bench *bench = *state;
    bench->network.sink = NULL;
    deafen(bench, true);
    send(bench, LINK_UP, 1);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->log.count, 0);
}

static void a_better_signal_counts_from_the_next_attempt(void **state)
{
    (void)state;
    static struct bench bench;
    int arrived = 0;
    for (uint32_t flat = 0; flat < 200; flat++) {
        bench_init(&bench, SIGNAL_DEAD, flat);
        link_set_signal(&bench.link, 0, SIGNAL_GOOD);
        send(&bench, LINK_UP, 1);
        wait(&bench, NS_PER_S);
        arrived += bench.arrived;
        bench_free(&bench);
    }
    assert_true(arrived >= 199);
}

/* ---- order and bounds ------------------------------------------------------------------------ */

static void messages_arrive_in_order_and_whole(void **state)
{
    (void)state;
    static struct bench bench;
    uint8_t bytes[LINK_MESSAGE_MAX];
    uint8_t next[LINK_DIRECTIONS] = {0, 0};
    bench_init(&bench, SIGNAL_EDGE, 3);
    for (int i = 0; i < 200; i++) {
        for (int d = 0; d < LINK_DIRECTIONS; d++) {
            size_t size = 1 + (size_t)i % LINK_MESSAGE_MAX;
            memset(bytes, i, sizeof bytes);
            assert_int_equal(link_send(&bench.link, bench.now, (enum link_direction)d, bytes, size),
                             0);
        }
        if (i % 3 == 2)
            while (link_waiting(&bench.link, LINK_UP) + link_waiting(&bench.link, LINK_DOWN) > 0)
                wait(&bench, NS_PER_MIN);
    }
    while (link_waiting(&bench.link, LINK_UP) + link_waiting(&bench.link, LINK_DOWN) > 0)
        wait(&bench, NS_PER_MIN);
    assert_int_equal(bench.arrived, 400);
    for (int i = 0; i < bench.arrived; i++) {
        const struct arrival *arrival = &bench.arrivals[i];
        uint8_t number = next[arrival->direction]++;
        assert_int_equal(arrival->message.size, 1 + number % LINK_MESSAGE_MAX);
        memset(bytes, number, sizeof bytes);
        assert_memory_equal(arrival->message.bytes, bytes, arrival->message.size);
    }
    bench_free(&bench);
}

static void the_seventh_waiting_message_is_refused(void **state)
{
    struct bench *bench = *state;
    deafen(bench, true);
    for (uint8_t i = 0; i < LINK_QUEUE_MAX; i++)
        assert_int_equal(send(bench, LINK_UP, i), 0);
    assert_int_equal(send(bench, LINK_UP, 99), ERROR_QUEUE_FULL);
    assert_int_equal(link_waiting(&bench->link, LINK_UP), LINK_QUEUE_MAX);
    assert_int_equal(send(bench, LINK_DOWN, 50), 0); /* the other way is another queue */
    deafen(bench, false);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->arrived, LINK_QUEUE_MAX + 1);
    for (int i = 0; i < bench->arrived; i++)
        assert_int_not_equal(bench->arrivals[i].message.bytes[0], 99);
    assert_int_equal(send(bench, LINK_UP, 7), 0);
}

/* ---- power ----------------------------------------------------------------------------------- */

static int send_latest(struct bench *bench, uint8_t number)
{
    return link_send_latest(&bench->link, bench->now, LINK_DOWN, &number, 1);
}

static void of_messages_that_replace_each_other_the_newest_arrives_last_and_alone(void **state)
{
    struct bench *bench = *state;
    link_set_powered(&bench->link, 0, false);
    assert_int_equal(send_latest(bench, 1), 0);
    assert_int_equal(send(bench, LINK_DOWN, 2), 0);
    assert_int_equal(send_latest(bench, 3), 1);
    assert_int_equal(send(bench, LINK_DOWN, 4), 0);
    assert_int_equal(send_latest(bench, 5), 1);
    assert_int_equal(link_waiting(&bench->link, LINK_DOWN), 3);
    link_set_powered(&bench->link, bench->now, true);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->arrived, 3);
    static const uint8_t wanted[] = {2, 4, 5};
    for (int i = 0; i < 3; i++)
        assert_int_equal(bench->arrivals[i].message.bytes[0], wanted[i]);
    assert_int_equal(send_latest(bench, 6), 0); /* what arrived is no longer in the way */
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->arrived, 4);
}

static void what_is_in_the_air_is_not_replaced(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(send_latest(bench, 1), 0);
    assert_true(bench->link.lanes[LINK_DOWN].arrives);
    assert_int_equal(send_latest(bench, 2), 0);
    assert_int_equal(send_latest(bench, 3), 1);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->arrived, 2);
    assert_int_equal(bench->arrivals[0].message.bytes[0], 1);
    assert_int_equal(bench->arrivals[1].message.bytes[0], 3);
}

static void a_modem_without_power_neither_sends_nor_hears(void **state)
{
    struct bench *bench = *state;
    link_set_powered(&bench->link, 0, false);
    send(bench, LINK_UP, 1);
    send(bench, LINK_DOWN, 2);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->arrived, 0);
    assert_int_equal(link_waiting(&bench->link, LINK_UP), 1);
    assert_int_equal(link_waiting(&bench->link, LINK_DOWN), 1);
}

static void a_modem_with_nothing_to_say_says_nothing_when_its_power_returns(void **state)
{
    struct bench *bench = *state;
    link_set_powered(&bench->link, 0, false);
    link_set_powered(&bench->link, 0, true);
    wait(bench, NS_PER_HOUR);
    assert_int_equal(bench->arrived, 0);
    assert_int_equal(link_waiting(&bench->link, LINK_UP), 0);
}

/* It boots and searches for 8 to 15 s, attaches in 1 to 5 s, and says what it has to say. */
static void a_modem_is_back_9_to_20_s_after_its_power_returns(void **state)
{
    (void)state;
    static struct bench bench;
    int64_t least = TIME_NEVER, most = 0;
    for (uint32_t flat = 0; flat < 500; flat++) {
        bench_init(&bench, SIGNAL_GOOD, flat);
        bench.link.faults.lossless = true;
        link_set_powered(&bench.link, 0, false);
        send(&bench, LINK_UP, 1);
        send(&bench, LINK_DOWN, 2);
        wait(&bench, NS_PER_HOUR);
        int64_t back = bench.now;
        link_set_powered(&bench.link, back, true);
        wait(&bench, 21 * NS_PER_S);
        assert_int_equal(bench.arrived, 2); /* what the platform held back comes with the connection */
        int64_t took = bench.arrivals[0].at - back;
        least = took < least ? took : least;
        most = took > most ? took : most;
        bench_free(&bench);
    }
    assert_true(least > 9 * NS_PER_S && least < 10500 * NS_PER_MS);
    assert_true(most > 18 * NS_PER_S && most < 20500 * NS_PER_MS);
}

/* It was sent, and would have arrived while the modem was dark or booting. */
static void a_message_in_the_air_is_not_heard_without_power_and_comes_later(void **state)
{
    struct bench *bench = *state;
    send(bench, LINK_UP, 1);
    send(bench, LINK_DOWN, 2);
    link_set_powered(&bench->link, 0, false);
    wait(bench, NS_PER_MS);
    link_set_powered(&bench->link, bench->now, true);
    wait(bench, 7 * NS_PER_S);
    assert_int_equal(bench->arrived, 0);
    wait(bench, NS_PER_MIN);
    assert_int_equal(bench->arrived, 2);
}

/* What the power cut took is sent anew, and can be lost anew. */
static void a_message_that_a_power_cut_took_has_to_be_sent_again(void **state)
{
    struct bench *bench = *state;
    send(bench, LINK_UP, 1);
    send(bench, LINK_DOWN, 2);
    link_set_powered(&bench->link, 0, false);
    wait(bench, 3 * NS_PER_S);
    link_set_powered(&bench->link, bench->now, true);
    deafen(bench, true);
    wait(bench, NS_PER_DAY);
    assert_int_equal(bench->arrived, 0);
}

static void a_modem_that_was_dark_has_to_connect_again(void **state)
{
    (void)state;
    static struct bench bench;
    for (uint32_t flat = 0; flat < 100; flat++) {
        bench_init(&bench, SIGNAL_GOOD, flat);
        bench.link.faults.lossless = true;
        transit(&bench, LINK_UP);
        link_set_powered(&bench.link, bench.now, false);
        link_set_powered(&bench.link, bench.now, true);
        bench.link.available_at = bench.now; /* as if it attached at once */
        assert_true(transit(&bench, LINK_UP) > 70 * NS_PER_MS);
        bench_free(&bench);
    }
}

/* ---- determinism and names ------------------------------------------------------------------- */

static uint64_t fingerprint(uint32_t flat)
{
    static struct bench bench;
    bench_init(&bench, SIGNAL_EDGE, 1);
    bench.link.random = random_stream(1, flat, RANDOM_METER_LINK);
    uint64_t hash = EVENT_HASH_START;
    for (int i = 0; i < 300; i++) {
        send(&bench, i % 2 ? LINK_UP : LINK_DOWN, (uint8_t)i);
        wait(&bench, 20 * NS_PER_S);
    }
    for (int i = 0; i < bench.arrived; i++)
        hash = (hash ^ (uint64_t)bench.arrivals[i].at) * UINT64_C(0x100000001b3);
    hash ^= recorder_hash(&bench.log);
    bench_free(&bench);
    return hash;
}

static void a_link_of_the_same_stream_does_the_same(void **state)
{
    (void)state;
    assert_true(fingerprint(1) == fingerprint(1));
    assert_true(fingerprint(1) != fingerprint(2));
}

static void a_garage_is_of_class_edge(void **state)
{
    (void)state;
    for (int i = 0; i < SIGNAL_CLASS_COUNT; i++)
        assert_int_equal(signal_class_from_name(signal_class_name(i)), i);
    assert_int_equal(signal_class_from_name("garage"), SIGNAL_EDGE);
    assert_int_equal(signal_class_from_name("superb"), -1);
    assert_string_equal(signal_class_name(SIGNAL_CLASS_COUNT), "unknown");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_modem_that_is_awake_takes_33_ms_either_way),
        test(a_sleeping_modem_sends_after_connecting),
        test(a_sleeping_modem_hears_after_up_to_1_28_s_of_paging),
        test(a_modem_sleeps_10_s_after_its_last_message),
        test(an_instant_link_has_no_delay),
        test(each_class_of_signal_loses_its_mean),
        test(losses_come_in_bursts),
        test(a_lossless_link_loses_nothing_even_where_it_is_dead),
        test(a_lost_message_is_sent_again_after_a_doubling_wait),
        test(a_dead_connection_is_made_anew_with_full_jitter),
        test(what_came_through_one_way_ends_the_back_off_of_the_other),
        test(a_message_that_got_through_gives_the_next_one_a_short_wait_again),
        test(without_a_log_a_loss_is_no_event),
        test(a_better_signal_counts_from_the_next_attempt),
        test(messages_arrive_in_order_and_whole),
        test(the_seventh_waiting_message_is_refused),
        test(of_messages_that_replace_each_other_the_newest_arrives_last_and_alone),
        test(what_is_in_the_air_is_not_replaced),
        test(a_modem_without_power_neither_sends_nor_hears),
        test(a_modem_with_nothing_to_say_says_nothing_when_its_power_returns),
        test(a_modem_is_back_9_to_20_s_after_its_power_returns),
        test(a_message_in_the_air_is_not_heard_without_power_and_comes_later),
        test(a_message_that_a_power_cut_took_has_to_be_sent_again),
        test(a_modem_that_was_dark_has_to_connect_again),
        test(a_link_of_the_same_stream_does_the_same),
        test(a_garage_is_of_class_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
