/* Run files that are damaged, end early or meet a full disk; the player of a board's facts; the twin's judgement. */
#include "scenarios/runner/board_play.h"
#include "scenarios/runner/replay.h"
#include "scenarios/runner/run_file.h"
#include "scenarios/runner/twin.h"

#include "sim/error.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the player -------------------------------------------------------------------------------------- */

static struct site *one_flat(void)
{
    struct site_config config = site_config_default();
    int error;
    config.flats = 1;
    struct site *site = site_new(&config, NULL, &error);
    assert_non_null(site);
    site_run_until(site, 2 * NS_PER_S);
    return site;
}

static struct board_fact attached_at(const struct site *site)
{
    return (struct board_fact){.kind = BOARD_FACT_ATTACHED,
                               .at = site->now,
                               .a = BOARD_FLAG_RACK,
                               .status = site_flat((struct site *)site, 1)->meter.controller.status,
                               .text = "a recorded board"};
}

static void a_recording_without_an_end_ends_the_run_there(void **state)
{
    (void)state;
    struct site *site = one_flat();
    struct board_fact items[] = {attached_at(site),
                                 {.kind = BOARD_FACT_DELIVERED, .at = site->now + NS_PER_S, .b = 1}};
    const struct board_facts facts = {items, 2, false};
    char message[300];
    struct board *board = board_play_new(&facts, message, sizeof message);
    assert_non_null(board);
    assert_int_equal(board->ops->attach(board, site, site_flat(site, 1)), 0);
    assert_string_equal(board->identity, "a recorded board");
    int64_t reached = board->clock.advance(&board->clock, site->now, site->now + 9 * NS_PER_S);
    assert_int_equal(reached, site->now + NS_PER_S);
    site_run_until(site, reached);
    board->ops->deliver(board, site);
    assert_int_equal(board->clock.advance(&board->clock, site->now, site->now + 9 * NS_PER_S), ERROR_INTERRUPTED);
    assert_string_equal(board->message, "the recording ends here");
    board->ops->detach(board);
    board_play_free(board);
    site_free(site);
}

static void a_recording_that_ends_before_attach_has_no_board_to_attach(void **state)
{
    (void)state;
    struct site *site = one_flat();
    const struct board_facts facts = {NULL, 0, false};
    char message[300];
    struct board *board = board_play_new(&facts, message, sizeof message);
    assert_non_null(board);
    assert_int_equal(board->ops->attach(board, site, site_flat(site, 1)), ERROR_INTERRUPTED);
    assert_false(site_flat(site, 1)->plant.contacts_outside);
    board->ops->detach(board);
    board_play_free(board);
    site_free(site);
}

static void facts_that_go_back_in_time_are_refused(void **state)
{
    (void)state;
    struct board_fact items[] = {{.kind = BOARD_FACT_ATTACHED, .at = 2 * NS_PER_S},
                                 {.kind = BOARD_FACT_DELIVERED, .at = NS_PER_S}};
    const struct board_facts facts = {items, 2, true};
    char message[300];
    assert_null(board_play_new(&facts, message, sizeof message));
    assert_non_null(strstr(message, "not in the order of time"));
}

static void a_board_that_never_opened_has_its_words_again(void **state)
{
    (void)state;
    struct board_fact items[] = {{.kind = BOARD_FACT_OPEN_FAILED, .text = "/dev/ttyUSB0: it is gone"}};
    const struct board_facts facts = {items, 1, true};
    char message[300];
    assert_null(board_play_new(&facts, message, sizeof message));
    assert_string_equal(message, "/dev/ttyUSB0: it is gone");
}

static void a_frame_that_is_not_the_recorded_one_is_told(void **state)
{
    (void)state;
    struct site *site = one_flat();
    struct board_fact items[] = {attached_at(site),
                                 {.kind = BOARD_FACT_RECEIVED, .at = site->now, .size = 2, .bytes = {0x68, 0x11}}};
    const struct board_facts facts = {items, 2, true};
    char message[300];
    struct board *board = board_play_new(&facts, message, sizeof message);
    struct flat *flat = site_flat(site, 1);
    assert_int_equal(board->ops->attach(board, site, flat), 0);
    assert_string_equal(board_play_difference(board), "");
    flat->controller->ops->receive(flat->controller, site->now, (const uint8_t[]){0x68, 0x1C}, 2);
    assert_non_null(strstr(board_play_difference(board), "another frame than in the recording"));
    board->ops->detach(board);
    board_play_free(board);
    site_free(site);
}

static void what_a_board_lacked_it_lacks_again(void **state)
{
    (void)state;
    struct board_fact items[] = {{.kind = BOARD_FACT_OPENED, .a = BOARD_FLAG_POWER, .b = NS_PER_S},
                                 {.kind = BOARD_FACT_LACKS, .text = "relay\nprofile \"SDM120\" has no relay"},
                                 {.kind = BOARD_FACT_TOLERANCE, .text = "time_ms", .a = 77},
                                 {.kind = BOARD_FACT_TOLERANCE, .text = "order_ms", .a = -1}};
    const struct board_facts facts = {items, 4, true};
    char message[300], why[100] = "";
    struct board *board = board_play_new(&facts, message, sizeof message);
    assert_non_null(board);
    assert_true(board->ops->lacks(board, "relay", why, sizeof why));
    assert_string_equal(why, "profile \"SDM120\" has no relay");
    assert_false(board->ops->lacks(board, "rel", why, sizeof why));
    assert_false(board->ops->lacks(board, "clock", why, sizeof why));
    assert_true(board->has_power && !board->has_rack);
    assert_int_equal(board->told_late_ns, NS_PER_S);
    assert_int_equal(board->tolerance.time_ms, 77);
    assert_int_equal(board->tolerance.order_ms, board_tolerance_default().order_ms);
    board_play_free(board);
}

/* ---- the file ---------------------------------------------------------------------------------------- */

static const struct run_facts facts_of_run = {.version = "0", .arguments = "test", .started = "now", .seed = 1};
static struct scenario scenario = {.path = "none.lua", .name = "none"};

static void name_a_file(char path[64])
{
    strcpy(path, "/tmp/meterbench-run-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

/* One case with this many events and facts. What closing says. */
static int write_file(const char *path, int rows, char *message, size_t size)
{
    static struct case_result result;
    struct run_file *file = run_file_create(path, &facts_of_run, message, size);
    assert_non_null(file);
    result.scenario = &scenario;
    struct case_record *record = case_record_begin(file, &result);
    assert_non_null(record);
    for (int i = 0; i < rows; i++) {
        const struct event event = event_exact(1, i, EVENT_CONTACTS, i & 1, 0);
        case_record_event(record, &event);
        case_record_fact(record, &(struct board_fact){.kind = BOARD_FACT_STATUS, .at = i});
    }
    case_record_end(record, &result);
    return run_file_close(file, NULL, message, size);
}

static void remove_file(const char *path)
{
    static const char *const beside[] = {"", "-wal", "-shm", "-journal"};
    for (int i = 0; i < 4; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, beside[i]);
        unlink(name);
    }
}

static void a_full_disk_is_told_when_the_file_is_closed(void **state)
{
    (void)state;
    char path[64], message[500] = "";
    struct rlimit before, small;
    name_a_file(path);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 300000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int result = write_file(path, 20000, message, sizeof message);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(result, ERROR_IO);
    assert_non_null(strstr(message, path));
    remove_file(path);
}

static void a_file_cut_anywhere_is_refused_or_read_up_to_there(void **state)
{
    (void)state;
    char path[64], message[500] = "";
    int refused = 0;
    name_a_file(path);
    assert_int_equal(write_file(path, 500, message, sizeof message), 0);
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    long whole = ftell(file);
    fclose(file);
    struct replay *replay = replay_open(path, message, sizeof message);
    assert_non_null(replay);
    assert_true(replay_is_complete(replay));
    replay_close(replay);
    for (int part = 15; part > 0; part--) {
        assert_int_equal(truncate(path, whole * part / 16), 0);
        replay = replay_open(path, message, sizeof message);
        if (replay)
            replay_close(replay);
        else
            assert_non_null(strstr(message, path));
        refused += !replay;
    }
    assert_true(refused > 0);
    remove_file(path);
}

/* ---- the twin ---------------------------------------------------------------------------------------- */

struct pair {
    struct site *site;
    struct twin *twin;
    struct plant_signals signals;
    struct controller_status shown;
    int64_t began;
    char words[3000];
};

/* 20 A at 230 V; the power is what appliances with a power factor take, not what a rack makes of it. */
static void set_load(struct plant_signals *signals)
{
    signals->voltage_mv = 230000;
    signals->demand_ma = signals->current_ma = 20000;
    signals->power_mw = 3000000;
}

static void begin(struct pair *pair, bool rack, int64_t time_ms)
{
    struct board_tolerance tolerance = board_tolerance_default();
    const struct board board = {.has_rack = rack, .stimuli = rack ? BOARD_STIMULI_ALL : 0};
    memset(pair, 0, sizeof *pair);
    if (time_ms)
        tolerance.time_ms = time_ms;
    pair->site = one_flat();
    struct flat *flat = site_flat(pair->site, 1);
    set_load(&flat->plant.signals);
    flat->meter.signals = flat->plant.signals;
    pair->began = pair->site->now;
    pair->signals = flat->plant.signals;
    pair->shown = flat->meter.controller.status;
    pair->twin = twin_new(pair->site, flat, &tolerance);
    assert_non_null(pair->twin);
    twin_attached(pair->twin, pair->began, &board, &pair->shown);
}

static void board_does(struct pair *pair, int64_t after, enum event_kind kind, int64_t a)
{
    const struct event event = event_exact(1, pair->began + after, kind, a, 0);
    twin_board_event(pair->twin, &event);
}

static const char *finish(struct pair *pair, int64_t after)
{
    twin_finish(pair->twin, pair->began + after, pair->words, sizeof pair->words);
    twin_free(pair->twin);
    site_free(pair->site);
    return pair->words;
}

/* A leak of 250 mA at once, which the board breaks so much later; never: not at all. */
static const char *leak(struct pair *pair, int64_t board_breaks_after, int64_t time_ms)
{
    begin(pair, true, time_ms);
    pair->signals.demand_residual_ua = pair->signals.residual_ua = 250000;
    twin_sense(pair->twin, pair->began, &pair->signals);
    if (board_breaks_after != TIME_NEVER) {
        board_does(pair, board_breaks_after, EVENT_METER_TRIP, TRIP_CAUSE_LEAKAGE);
        board_does(pair, board_breaks_after, EVENT_CONTACTS, 0);
    }
    return finish(pair, 10 * NS_PER_S);
}

static void a_board_that_breaks_a_leak_as_its_twin_does_agrees_with_it(void **state)
{
    struct pair pair;
    (void)state;
    assert_string_equal(leak(&pair, 100 * NS_PER_MS, 0), "");
    assert_string_equal(leak(&pair, 250 * NS_PER_MS, 0), "");
}

static void a_board_that_never_breaks_a_leak_differs(void **state)
{
    struct pair pair;
    (void)state;
    assert_non_null(strstr(leak(&pair, TIME_NEVER, 0), "the board's stay closed, its twin's stand open"));
}

static void a_board_that_breaks_late_differs_unless_its_profile_allows_it(void **state)
{
    struct pair pair;
    (void)state;
    assert_non_null(strstr(leak(&pair, 800 * NS_PER_MS, 0), "the board's stay closed, its twin's stand open"));
    assert_string_equal(leak(&pair, 800 * NS_PER_MS, 1000), "");
}

static void a_board_that_opens_without_a_cause_differs_and_both_traces_are_told(void **state)
{
    struct pair pair;
    (void)state;
    begin(&pair, true, 0);
    board_does(&pair, NS_PER_S, EVENT_CONTACTS, 0);
    const char *words = finish(&pair, 10 * NS_PER_S);
    assert_non_null(strstr(words, "from 3.000 s on, contacts: the board's stand open, its twin's stay closed"));
    assert_non_null(strstr(words, "the board\n"));
    assert_non_null(strstr(words, "its twin"));
}

/* The load for ten seconds, and the board shows this power from the beginning. */
static const char *shows_power(struct pair *pair, bool rack, bool changes, int64_t power_mw)
{
    begin(pair, rack, 0);
    if (changes)
        twin_sense(pair->twin, pair->began, &pair->signals);
    pair->shown.voltage_mv = 230000;
    pair->shown.current_ma = 20000;
    pair->shown.residual_ua = pair->signals.residual_ua;
    pair->shown.power_mw = power_mw;
    int64_t base_mwh = pair->shown.register_mwh;
    for (int64_t after = 0; after <= 10; after++) {
        pair->shown.register_mwh = base_mwh + after * 4600000 / 3600;
        twin_board_status(pair->twin, pair->began + after * NS_PER_S, &pair->shown);
    }
    return finish(pair, 10 * NS_PER_S);
}

static void power_is_held_against_voltage_times_current(void **state)
{
    struct pair pair;
    (void)state;
    assert_string_equal(shows_power(&pair, true, true, 4600000), "");
    assert_string_equal(shows_power(&pair, true, true, 4690000), "");
    assert_non_null(strstr(shows_power(&pair, true, true, 3000000), "power: the board shows 3000000 mW, its twin 46"));
}

static void power_is_held_together_from_attach_on(void **state)
{
    struct pair pair;
    (void)state;
    assert_string_equal(shows_power(&pair, true, false, 4600000), "");
}

static void without_a_rack_nothing_measured_is_held_together(void **state)
{
    struct pair pair;
    (void)state;
    assert_string_equal(shows_power(&pair, false, true, 3000000), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_without_an_end_ends_the_run_there),
        cmocka_unit_test(a_recording_that_ends_before_attach_has_no_board_to_attach),
        cmocka_unit_test(facts_that_go_back_in_time_are_refused),
        cmocka_unit_test(a_board_that_never_opened_has_its_words_again),
        cmocka_unit_test(a_frame_that_is_not_the_recorded_one_is_told),
        cmocka_unit_test(what_a_board_lacked_it_lacks_again),
        cmocka_unit_test(a_full_disk_is_told_when_the_file_is_closed),
        cmocka_unit_test(a_file_cut_anywhere_is_refused_or_read_up_to_there),
        cmocka_unit_test(a_board_that_breaks_a_leak_as_its_twin_does_agrees_with_it),
        cmocka_unit_test(a_board_that_never_breaks_a_leak_differs),
        cmocka_unit_test(a_board_that_breaks_late_differs_unless_its_profile_allows_it),
        cmocka_unit_test(a_board_that_opens_without_a_cause_differs_and_both_traces_are_told),
        cmocka_unit_test(power_is_held_against_voltage_times_current),
        cmocka_unit_test(power_is_held_together_from_attach_on),
        cmocka_unit_test(without_a_rack_nothing_measured_is_held_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
