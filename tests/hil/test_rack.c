/* The rack's clock against the host's, its heartbeat, lost frames and repeated stimuli. */
#include "cmocka_all.h"

#include "hil/board_internal.h"
#include "hil/rack/rack.h"
#include "sim/error.h"
#include "sim/kernel/random.h"
#include "sim/kernel/time.h"

#include <stdlib.h>
#include <string.h>

/* ---- a rack whose clock runs wrong, behind a line that takes its time ---------------------------
 */

struct world {
    struct can_port port; /* first */
    struct rack rack;
    struct random random;
    int64_t now;
    int64_t offset; /* host - rack at host time 0 */
    int64_t rate_ppb;
    int64_t jitter;  /* each way takes up to this */
    bool mute, deaf; /* neither sends Status; does not acknowledge */
    uint8_t counter;
    int64_t status_due;
    struct can_frame sent[64];
    int sent_count;
    struct rack_fact facts[64];
    int fact_count;
};

static int64_t rack_clock(const struct world *world, int64_t host)
{
    __extension__ __int128 slipped = (__int128)host * world->rate_ppb / 1000000000;
    return host - world->offset + (int64_t)slipped;
}

static int catch_frame(struct can_port *port, const struct can_frame *frame)
{
    struct world *world = (struct world *)port;
    if (world->sent_count < 64)
        world->sent[world->sent_count++] = *frame;
    return 0;
}

static void keep_fact(void *user, const struct rack_fact *fact)
{
    struct world *world = user;
    if (world->fact_count < 64)
        world->facts[world->fact_count++] = *fact;
}

static void start(struct world *world, uint64_t seed)
{
    const struct rack_listener listener = {keep_fact, world};
    memset(world, 0, sizeof *world);
    world->port.send = catch_frame;
    world->random = random_stream(seed, 1, RANDOM_SCRIPT);
    world->offset = -5 * NS_PER_S; /* the rack was switched on before */
    rack_start(&world->rack, &world->port, &listener, 0, RACK_SYNC_DRIFT_PPM);
}

/* The rack sends, stamped at host time `at`, and the host reads it at `read`. */
static void report(struct world *world, enum rack_id id, int64_t at, int64_t read, uint16_t payload)
{
    struct can_frame frame;
    const struct rack_report content = {id, world->counter++,
                                        (uint64_t)(rack_clock(world, at) / 1000), payload};
    rack_report_encode(&content, &frame);
    rack_receive(&world->rack, read, &frame);
}

static int64_t some_time(struct world *world)
{
    return random_between(&world->random, 1000, world->jitter);
}

/* Answer what the host sent in the last turn. */
static void answer(struct world *world)
{
    for (int i = 0; i < world->sent_count && !world->deaf; i++) {
        const struct can_frame *frame = &world->sent[i];
        bool beat = frame->id == RACK_HEARTBEAT;
        int64_t applied = world->now + some_time(world);
        int64_t read = applied + some_time(world);
        report(world, beat ? RACK_HEARTBEAT_ACK : RACK_ACK, applied, read,
               (uint16_t)(frame->data[0] | frame->data[1] << 8));
    }
    world->sent_count = 0;
}

static int run(struct world *world, int64_t until)
{
    for (; world->now < until; world->now += 10 * NS_PER_MS) {
        if (!world->mute && world->now >= world->status_due) {
            report(world, RACK_STATUS, world->now, world->now + 1000, RACK_STATUS_POWERED);
            world->status_due += 100 * NS_PER_MS;
        }
        int result = rack_service(&world->rack, world->now);
        if (result < 0)
            return result;
        answer(world);
    }
    return 0;
}

/* ---- tests --------------------------------------------------------------------------------------
 */

/* Drift and jitter of every kind: what the interval says must be true of every contact report. */
static void the_interval_contains_the_truth_under_jitter_and_drift(void **state)
{
    static const int64_t rates[] = {-90000, -20000, 0, 20000, 90000};
    static const int64_t jitters[] = {20 * NS_PER_US, NS_PER_MS, 9 * NS_PER_MS};
    (void)state;
    for (int r = 0; r < 5; r++) {
        for (int j = 0; j < 3; j++) {
            struct world world;
            start(&world, (uint64_t)(r * 3 + j));
            world.rate_ppb = rates[r];
            world.jitter = jitters[j];
            for (int round = 1; round <= 40; round++) {
                assert_int_equal(run(&world, round * 170 * NS_PER_MS), 0);
                world.fact_count = 0;
                int64_t truth = world.now + 12345;
                report(&world, RACK_CONTACTS, truth, truth + some_time(&world), 0);
                assert_int_equal(world.fact_count, 1);
                assert_true(world.facts[0].earliest <= truth);
                assert_true(world.facts[0].latest >= truth);
            }
            assert_int_equal(world.rack.sync.disagreements, 0);
            assert_true(rack_sync_width(&world.rack.sync, world.now) <= 2 * jitters[j] + 60000);
        }
    }
}

static void exchanges_narrow_the_interval(void **state)
{
    struct rack_sync sync = {.drift_ppm = RACK_SYNC_DRIFT_PPM};
    (void)state;
    rack_sync_exchange(&sync, 1000000, 3000000, 2000000, 1000);
    int64_t wide = rack_sync_width(&sync, 3000000);
    rack_sync_exchange(&sync, 4000000, 4300000, 4150000, 1000);
    assert_true(wide >= 2000000);
    assert_true(rack_sync_width(&sync, 4300000) < 310000);
}

static void a_contradiction_widens_and_is_counted(void **state)
{
    struct rack_sync sync = {.drift_ppm = RACK_SYNC_DRIFT_PPM};
    int64_t earliest, latest;
    (void)state;
    rack_sync_exchange(&sync, 1000000, 1100000, 0, 1000);
    rack_sync_exchange(&sync, 9000000, 9100000, 1000000, 1000); /* the rack's clock jumped */
    assert_int_equal(sync.disagreements, 1);
    rack_sync_map(&sync, 1000000, 1000, &earliest, &latest);
    assert_true(earliest <= 2000000 && latest >= 9000000);
}

static void a_rack_without_status_is_lost_after_a_second(void **state)
{
    struct world world;
    (void)state;
    start(&world, 1);
    world.jitter = NS_PER_MS;
    assert_int_equal(run(&world, 2 * NS_PER_S), 0);
    world.mute = true;
    assert_int_equal(run(&world, 4 * NS_PER_S), ERROR_RACK_LOST);
    assert_in_range(world.now, 2900 * NS_PER_MS, 3100 * NS_PER_MS);
}

static void a_stimulus_that_nobody_acknowledges_is_a_lost_rack(void **state)
{
    struct world world;
    const struct rack_stimulus leak = {.id = RACK_RESIDUAL_CURRENT, .level = 30000};
    (void)state;
    start(&world, 2);
    world.jitter = NS_PER_MS;
    assert_int_equal(run(&world, NS_PER_S), 0);
    world.deaf = true;
    assert_int_equal(rack_stimulate(&world.rack, world.now, &leak, 7), 0);
    assert_int_equal(run(&world, 3 * NS_PER_S), ERROR_RACK_LOST);
    assert_in_range(world.now, 2000 * NS_PER_MS, 2250 * NS_PER_MS);
}

static void a_stimulus_that_was_repeated_may_have_been_applied_the_first_time(void **state)
{
    struct world world;
    const struct rack_stimulus leak = {.id = RACK_RESIDUAL_CURRENT, .level = 30000};
    (void)state;
    start(&world, 3);
    world.jitter = NS_PER_MS;
    assert_int_equal(run(&world, NS_PER_S), 0);
    int64_t first_sent = world.now;
    world.deaf = true;
    assert_int_equal(rack_stimulate(&world.rack, world.now, &leak, 7), 0);
    assert_int_equal(run(&world, first_sent + 100 * NS_PER_MS), 0);
    world.deaf = false;
    world.fact_count = 0;
    assert_int_equal(run(&world, first_sent + 500 * NS_PER_MS), 0);
    const struct rack_fact *ack = NULL;
    for (int i = 0; i < world.fact_count; i++)
        if (world.facts[i].id == RACK_ACK)
            ack = &world.facts[i];
    assert_non_null(ack);
    assert_int_equal(ack->tag, 7);
    assert_true(ack->earliest <= first_sent);
    assert_true(ack->latest >= first_sent + 200 * NS_PER_MS);
}

static void a_host_that_was_away_does_not_lose_its_rack(void **state)
{
    struct world world;
    (void)state;
    start(&world, 6);
    world.jitter = NS_PER_MS;
    assert_int_equal(run(&world, NS_PER_S), 0);
    world.now += 5 * NS_PER_S;
    rack_excuse(&world.rack, 5 * NS_PER_S);
    assert_int_equal(run(&world, world.now + NS_PER_S), 0);
}

/* The rack stands still, as an emulated one does without a processor, and catches up. */
static void stall(struct world *world, int64_t duration)
{
    int64_t began = world->now;
    world->now += duration;
    for (; world->status_due <= world->now; world->status_due += 100 * NS_PER_MS)
        if (world->status_due > began)
            report(world, RACK_STATUS, world->status_due, world->now, RACK_STATUS_POWERED);
}

static void a_rack_that_stood_still_did_not_keep_pace(void **state)
{
    struct world world;
    (void)state;
    start(&world, 7);
    world.jitter = NS_PER_MS;
    assert_int_equal(run(&world, 3 * NS_PER_S), 0);
    assert_true(rack_kept_pace(&world.rack, 0, world.now));
    stall(&world, 150 * NS_PER_MS);
    assert_true(rack_kept_pace(&world.rack, 0, world.now));
    int64_t before = world.now;
    stall(&world, 700 * NS_PER_MS);
    assert_false(rack_kept_pace(&world.rack, before, world.now));
    assert_in_range(world.rack.late_ns, 590 * NS_PER_MS, 700 * NS_PER_MS);
    int64_t after = world.now + 1;
    assert_int_equal(run(&world, world.now + NS_PER_S), 0);
    assert_true(rack_kept_pace(&world.rack, after, world.now));
    int64_t overdue = world.now + 400 * NS_PER_MS;
    assert_false(rack_kept_pace(&world.rack, after, overdue));
}

/* A clock that went on for good later than the host's, as after a suspended machine. */
static void a_rack_whose_clock_stood_still_is_late_until_its_place_is_known_again(void **state)
{
    struct world world;
    (void)state;
    start(&world, 8);
    world.jitter = NS_PER_MS;
    assert_int_equal(run(&world, 3 * NS_PER_S), 0);
    int64_t before = world.now;
    world.offset += NS_PER_S;
    assert_int_equal(run(&world, world.now + NS_PER_S), 0);
    assert_false(rack_kept_pace(&world.rack, before, world.now));
    assert_true(rack_kept_pace(&world.rack, before + 500 * NS_PER_MS, world.now));
}

/* Three requests without an answer, the last of them after 3 s of silence. */
static int verdict_on_silence(const struct rack *rack, int64_t since, int64_t now)
{
    struct pace pace = {.has_rack = true};
    struct hil_board *board = calloc(1, sizeof *board);
    assert_non_null(board);
    board->pace = &pace;
    board->rack = *rack;
    board->powered = true;
    board->answered_at = since;
    for (int i = 0; i < 3; i++)
        poll_note(board, &(struct talk_result){.error = ERROR_TIMEOUT, .answered = now});
    int error = board->error;
    free(board);
    return error;
}

static void a_silence_while_the_rack_stood_still_is_not_the_boards(void **state)
{
    struct world world;
    (void)state;
    start(&world, 9);
    world.jitter = NS_PER_MS;
    assert_int_equal(run(&world, 3 * NS_PER_S), 0);
    int64_t since = world.now;
    assert_int_equal(run(&world, since + 1500 * NS_PER_MS), 0);
    struct world busy = world;
    busy.rack.port = &busy.port;
    busy.rack.listener.user = &busy;
    stall(&busy, 400 * NS_PER_MS);
    assert_int_equal(run(&busy, since + 4 * NS_PER_S), 0);
    assert_int_equal(verdict_on_silence(&busy.rack, since, busy.now), ERROR_LATE);
    assert_int_equal(run(&world, since + 4 * NS_PER_S), 0);
    assert_int_equal(verdict_on_silence(&world.rack, since, world.now), ERROR_BOARD_SILENT);
}

static void gaps_in_the_counter_are_counted(void **state)
{
    struct world world;
    (void)state;
    start(&world, 4);
    world.counter = 254;
    for (int i = 0; i < 4; i++)
        report(&world, RACK_STATUS, i * 1000, i * 1000 + 500, 0); /* 254 255 0 1 */
    assert_int_equal(world.rack.lost, 0);
    world.counter = 5; /* 2, 3 and 4 are missing */
    report(&world, RACK_STATUS, 9000, 9500, 0);
    assert_int_equal(world.rack.lost, 3);
}

/* 2^40 us are twelve days; a bench may stay on for longer. */
static void a_stamp_goes_on_after_its_forty_bits_wrap(void **state)
{
    struct world world;
    const int64_t wrap_ns = (INT64_C(1) << 40) * 1000;
    (void)state;
    start(&world, 5);
    world.jitter = NS_PER_MS;
    world.now = world.status_due = wrap_ns - NS_PER_S;
    world.offset = 0;
    world.rack.status_at = world.rack.heartbeat_due = world.now;
    world.rack.last_us = (uint64_t)(world.now / 1000);
    assert_int_equal(run(&world, wrap_ns + 2 * NS_PER_S), 0);
    world.fact_count = 0;
    int64_t truth = world.now;
    report(&world, RACK_CONTACTS, truth, truth + 50000, 1);
    assert_true(world.facts[0].stamp_ns > wrap_ns);
    assert_true(world.facts[0].earliest <= truth && world.facts[0].latest >= truth);
    assert_int_equal(world.rack.sync.disagreements, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interval_contains_the_truth_under_jitter_and_drift),
        cmocka_unit_test(exchanges_narrow_the_interval),
        cmocka_unit_test(a_contradiction_widens_and_is_counted),
        cmocka_unit_test(a_rack_without_status_is_lost_after_a_second),
        cmocka_unit_test(a_stimulus_that_nobody_acknowledges_is_a_lost_rack),
        cmocka_unit_test(a_stimulus_that_was_repeated_may_have_been_applied_the_first_time),
        cmocka_unit_test(a_host_that_was_away_does_not_lose_its_rack),
        cmocka_unit_test(a_rack_that_stood_still_did_not_keep_pace),
        cmocka_unit_test(a_rack_whose_clock_stood_still_is_late_until_its_place_is_known_again),
        cmocka_unit_test(a_silence_while_the_rack_stood_still_is_not_the_boards),
        cmocka_unit_test(gaps_in_the_counter_are_counted),
        cmocka_unit_test(a_stamp_goes_on_after_its_forty_bits_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
