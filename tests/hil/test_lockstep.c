/* The emulated board in a flat's place, in lockstep: what a run sees of it, and that it sees it
 * twice alike. */
#include "cmocka_all.h"

#include "flat_bench.h"

static const struct board_spec lockstep = {.kind = BOARD_EMULATED, .lockstep = true};

static void a_leak_opens_the_contacts_when_the_truth_says_so(void **state)
{
    static struct flat_bench bench;
    (void)state;
    flat_bench_open(&bench, lockstep, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    assert_int_equal(flat_bench_run(&bench, NS_PER_S), 0);
    int from = bench.event_count;
    int64_t asked = bench.site->now;
    flat_bench_fault(&bench, PLANT_FAULT_LEAKAGE, 45000);
    assert_int_equal(flat_bench_run(&bench, 2 * NS_PER_S), 0);
    bench.board->ops->detach(bench.board); /* the truth log is complete now */

    const struct event *cause = flat_bench_find(&bench, from, EVENT_CAUSE, PLANT_FAULT_LEAKAGE);
    const struct event *open = flat_bench_find(&bench, from, EVENT_CONTACTS, 0);
    const struct event *dead = flat_bench_find(&bench, from, EVENT_LOAD_LIVE, 0);
    const struct event *coil = flat_bench_find(&bench, from, EVENT_COIL, 0);
    const struct event *trip = flat_bench_find(&bench, from, EVENT_METER_TRIP, TRIP_CAUSE_LEAKAGE);
    assert_non_null(cause);
    assert_non_null(open);
    assert_non_null(dead);
    assert_non_null(coil);
    assert_non_null(trip);
    assert_int_equal(cause->b, 45000);
    assert_int_equal(cause->evidence, EVIDENCE_CONTACT);
    assert_int_equal(open->evidence, EVIDENCE_CONTACT);
    assert_int_equal(coil->evidence, EVIDENCE_COIL);
    assert_int_equal(trip->evidence, EVIDENCE_REGISTER);
    assert_in_range(cause->at, asked, asked + NS_PER_MS);
    assert_in_range(coil->b, 115000, 125000);

    /* The truth is the emulator's clock; the cause ties it to the site's. */
    int64_t offset = cause->stamp_ns - cause->at;
    int64_t truth = flat_bench_truth(&bench, cause->stamp_ns, "contacts open");
    assert_true(truth > 0);
    assert_true(open->earliest - NS_PER_US <= truth - offset);
    assert_true(open->latest + NS_PER_US >= truth - offset);
    assert_true(open->latest - open->earliest <= 2 * NS_PER_US);
    assert_true(open->at - cause->at < 300 * NS_PER_MS);
    assert_true(trip->earliest <= open->at && trip->latest >= open->at - 20 * NS_PER_MS);
    flat_bench_close(&bench);
}

static void a_run_gives_the_same_log_twice(void **state)
{
    static struct flat_bench bench;
    uint64_t hashes[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        flat_bench_open(&bench, lockstep, CREDIT_REMOTE);
        flat_bench_attach(&bench);
        flat_bench_fault(&bench, PLANT_FAULT_LEAKAGE, 250000);
        assert_int_equal(flat_bench_run(&bench, NS_PER_S), 0);
        flat_bench_fault(&bench, PLANT_FAULT_LEAKAGE, 0);
        flat_bench_order(&bench, DLT645_RELAY_CLOSE, 2);
        assert_int_equal(flat_bench_run(&bench, 3 * NS_PER_S), 0);
        hashes[i] = bench.hash;
        assert_true(plant_contacts_closed(&bench.flat->plant));
        flat_bench_close(&bench);
    }
    assert_true(hashes[0] == hashes[1]);
}

/* One in two hundred bytes turned and as many lost: slower, but what is told stays true, and alike
 * twice. */
static void a_bad_line_costs_retries_and_no_truth(void **state)
{
    static struct flat_bench bench;
    struct board_spec spec = lockstep;
    struct board_statistics statistics;
    uint64_t hashes[2];
    (void)state;
    spec.line_faults = (struct line_faults){.corrupt_ppm = 2000, .drop_ppm = 2000};
    for (int i = 0; i < 2; i++) {
        flat_bench_open(&bench, spec, CREDIT_REMOTE);
        flat_bench_attach(&bench);
        flat_bench_order(&bench, DLT645_RELAY_TRIP, 4);
        assert_int_equal(flat_bench_run(&bench, 15 * NS_PER_S), 0);
        board_statistics(bench.board, &statistics);
        assert_true(statistics.timeouts + statistics.crc_errors > 0);
        assert_false(plant_contacts_closed(&bench.flat->plant));
        assert_int_equal(bench.flat->controller->status.last_trip, TRIP_CAUSE_ORDER);
        assert_non_null(flat_bench_find(&bench, 0, EVENT_ORDER_DONE, DLT645_RELAY_TRIP));
        hashes[i] = bench.hash;
        flat_bench_close(&bench);
    }
    assert_true(hashes[0] == hashes[1]);
}

static void an_order_refused_by_keep_power_is_told_as_such(void **state)
{
    static struct flat_bench bench;
    (void)state;
    flat_bench_open(&bench, lockstep, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    flat_bench_order(&bench, DLT645_RELAY_KEEP_POWER_ON, 4);
    assert_int_equal(flat_bench_run(&bench, 3 * NS_PER_S), 0);
    assert_true(bench.flat->controller->status.keep_power);
    flat_bench_order(&bench, DLT645_RELAY_TRIP, 4);
    assert_int_equal(flat_bench_run(&bench, 3 * NS_PER_S), 0);
    const struct event *refused =
        flat_bench_find(&bench, 0, EVENT_METER_REFUSED, DLT645_RELAY_TRIP);
    assert_non_null(refused);
    assert_int_equal(refused->b, DLT645_REFUSED_KEEP_POWER);
    assert_true(plant_contacts_closed(&bench.flat->plant));
    flat_bench_close(&bench);
}

static void an_open_flat_is_taken_over_open(void **state)
{
    static struct flat_bench bench;
    (void)state;
    flat_bench_open(&bench, lockstep, CREDIT_REMOTE);
    flat_bench_order(&bench, DLT645_RELAY_TRIP, 4);
    site_run_until(bench.site, bench.site->now + 5 * NS_PER_S);
    assert_false(plant_contacts_closed(&bench.flat->plant));
    flat_bench_attach(&bench);
    assert_false(plant_contacts_closed(&bench.flat->plant));
    assert_int_equal(bench.flat->controller->status.causes, CAUSE_BIT(TRIP_CAUSE_ORDER));
    flat_bench_order(&bench, DLT645_RELAY_CLOSE, 4);
    assert_int_equal(flat_bench_run(&bench, 3 * NS_PER_S), 0);
    assert_true(plant_contacts_closed(&bench.flat->plant));
    flat_bench_close(&bench);
}

static void a_recharge_told_twice_counts_once(void **state)
{
    static struct flat_bench bench;
    struct dlt645_frame frame;
    uint8_t bytes[CONTROLLER_FRAME_MAX], value[8];
    (void)state;
    flat_bench_open(&bench, lockstep, CREDIT_LOCAL);
    flat_bench_attach(&bench);
    int64_t before = bench.flat->controller->status.balance;
    const struct controller_recharge recharge = {.amount = 500000, .number = 1};
    assert_int_equal(controller_recharge_write(&recharge, value, sizeof value), 8);
    const struct dlt645_write write = {
        .identifier = CONTROLLER_RECHARGE_IDENTIFIER,
        .authority = {4, bench.flat->meter.config->control_password, 0},
        .value = value,
        .value_size = 8,
    };
    assert_int_equal(dlt645_write_request(&frame, &bench.flat->address, &write), 0);
    int size = dlt645_encode(&frame, 0, bytes, sizeof bytes);
    for (int i = 0; i < 2; i++) {
        struct controller *controller = bench.flat->controller;
        controller->ops->receive(controller, bench.site->now, bytes, (size_t)size);
        flat_settle(bench.flat, bench.site->now);
        site_touched(bench.site, bench.flat);
        assert_int_equal(flat_bench_run(&bench, 2 * NS_PER_S), 0);
    }
    int64_t after = bench.flat->controller->status.balance;
    assert_in_range(after - before, 490000, 500000); /* less what was used meanwhile */
    flat_bench_close(&bench);
}

static void a_board_that_falls_silent_is_the_meters_failure(void **state)
{
    static struct flat_bench bench;
    struct board_spec spec = lockstep;
    (void)state;
    spec.elf = BOARD_DIR "/reference-falls_silent.elf";
    flat_bench_open(&bench, spec, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    int result = flat_bench_run(&bench, 30 * NS_PER_S);
    assert_int_equal(result, ERROR_BOARD_SILENT);
    assert_true(board_error_is_the_meters(result));
    assert_non_null(strstr(bench.board->message, "silent"));
    flat_bench_close(&bench);
}

/* Seven seconds without mains: the board does not answer, and nobody calls that a failure. */
static void a_power_cut_is_not_silence(void **state)
{
    static struct flat_bench bench;
    (void)state;
    flat_bench_open(&bench, lockstep, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    flat_bench_fault(&bench, PLANT_FAULT_OUTAGE, 1);
    assert_int_equal(flat_bench_run(&bench, 7 * NS_PER_S), 0);
    assert_false(bench.flat->controller->status.powered);
    flat_bench_fault(&bench, PLANT_FAULT_OUTAGE, 0);
    assert_int_equal(flat_bench_run(&bench, 3 * NS_PER_S), 0);
    assert_true(bench.flat->controller->status.powered);
    assert_non_null(flat_bench_find(&bench, 0, EVENT_METER_POWER, 0));
    assert_non_null(flat_bench_find(&bench, 0, EVENT_METER_POWER, 1));
    assert_non_null(flat_bench_find(&bench, 0, EVENT_METER_ALARM, METER_ALARM_POWER_UP));
    flat_bench_close(&bench);
}

static void a_detached_flat_goes_on_virtually(void **state)
{
    static struct flat_bench bench;
    (void)state;
    flat_bench_open(&bench, lockstep, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    flat_bench_order(&bench, DLT645_RELAY_TRIP, 4);
    assert_int_equal(flat_bench_run(&bench, 3 * NS_PER_S), 0);
    bench.board->ops->detach(bench.board);
    assert_ptr_equal(bench.flat->controller, &bench.flat->meter.controller);
    assert_false(plant_contacts_closed(&bench.flat->plant));
    flat_bench_order(&bench, DLT645_RELAY_CLOSE, 4);
    site_run_until(bench.site, bench.site->now + 5 * NS_PER_S);
    assert_true(plant_contacts_closed(&bench.flat->plant));
    flat_bench_close(&bench);
}

static void what_cannot_be_is_said_before_anything_starts(void **state)
{
    char message[400] = "";
    (void)state;
    assert_null(
        board_open(&(struct board_spec){.kind = BOARD_PORT, .lockstep = true, .profile = PROFILE},
                   message, sizeof message));
    assert_non_null(strstr(message, "lockstep"));
    assert_null(board_open(&(struct board_spec){.kind = BOARD_PORT, .profile = PROFILE}, message,
                           sizeof message));
    assert_non_null(strstr(message, "port"));
    assert_null(board_open(
        &(struct board_spec){.kind = BOARD_EMULATED, .profile = PROFILE, .elf = "/nowhere.elf"},
        message, sizeof message));
    assert_non_null(strstr(message, "/nowhere.elf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_opens_the_contacts_when_the_truth_says_so),
        cmocka_unit_test(a_run_gives_the_same_log_twice),
        cmocka_unit_test(a_bad_line_costs_retries_and_no_truth),
        cmocka_unit_test(an_order_refused_by_keep_power_is_told_as_such),
        cmocka_unit_test(an_open_flat_is_taken_over_open),
        cmocka_unit_test(a_recharge_told_twice_counts_once),
        cmocka_unit_test(a_board_that_falls_silent_is_the_meters_failure),
        cmocka_unit_test(a_power_cut_is_not_silence),
        cmocka_unit_test(a_detached_flat_goes_on_virtually),
        cmocka_unit_test(what_cannot_be_is_said_before_anything_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
