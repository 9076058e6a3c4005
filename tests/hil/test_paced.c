/* The emulated board in a flat's place at the wall clock's pace: intervals, and what goes wrong
 * outside. */
#include "cmocka_all.h"

#include "flat_bench.h"

#include "hil/emulator.h"

#include <dirent.h>
#include <signal.h>
#include <time.h>

static const struct board_spec paced = {.kind = BOARD_EMULATED};

static int64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The process that this one started last: the emulator. */
static pid_t only_child(void)
{
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &child), 1);
    fclose(file);
    return (pid_t)child;
}

/* The cause and the opening are both stamped by the rack, so their distance is known to its
 * resolution; each alone is known to what the clocks' exchange allows. */
static void a_leaks_interval_contains_the_truth(void **state)
{
    static struct flat_bench bench;
    struct board_statistics statistics;
    (void)state;
    flat_bench_open(&bench, paced, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    int64_t started = wall_ns(), from_site = bench.site->now;
    assert_int_equal(flat_bench_run(&bench, NS_PER_S), 0);
    flat_bench_fault(&bench, PLANT_FAULT_LEAKAGE, 45000);
    assert_int_equal(flat_bench_run(&bench, 1500 * NS_PER_MS), 0);
    int64_t took = wall_ns() - started;
    board_statistics(bench.board, &statistics);
    assert_true(took >= bench.site->now - from_site - 5 * NS_PER_MS);
    bench.board->ops->detach(bench.board);

    const struct event *cause = flat_bench_find(&bench, 0, EVENT_CAUSE, PLANT_FAULT_LEAKAGE);
    const struct event *open = flat_bench_find(&bench, 0, EVENT_CONTACTS, 0);
    assert_non_null(cause);
    assert_non_null(open);
    int64_t true_open = flat_bench_truth(&bench, cause->stamp_ns - NS_PER_MS, "contacts open");
    int64_t true_delay = true_open - cause->stamp_ns;
    assert_true(true_open > 0);
    assert_true(open->earliest - cause->latest <= true_delay);
    assert_true(open->latest - cause->earliest >= true_delay);
    assert_true(statistics.sync_width_ns < 20 * NS_PER_MS);
    assert_int_equal(statistics.rack_lost, 0);
    flat_bench_close(&bench);
}

static void a_killed_emulator_is_noticed_at_once(void **state)
{
    static struct flat_bench bench;
    (void)state;
    flat_bench_open(&bench, paced, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    assert_int_equal(flat_bench_run(&bench, 300 * NS_PER_MS), 0);
    kill(only_child(), SIGKILL);
    int64_t killed = wall_ns();
    assert_int_equal(flat_bench_run(&bench, 10 * NS_PER_S), ERROR_EMULATOR);
    assert_true(wall_ns() - killed < NS_PER_S);
    assert_non_null(strstr(bench.board->message, "signal 9"));
    assert_int_equal(flat_bench_run(&bench, NS_PER_S), ERROR_EMULATOR); /* it stays so */
    flat_bench_close(&bench);
}

static void a_wrong_baud_rate_is_told_with_what_to_check(void **state)
{
    static struct flat_bench bench;
    struct board_spec spec = paced;
    (void)state;
    spec.baud = 4800;
    flat_bench_open(&bench, spec, CREDIT_REMOTE);
    int result = bench.board->ops->attach(bench.board, bench.site, bench.flat);
    assert_int_equal(result, ERROR_BOARD_NO_ANSWER);
    assert_non_null(strstr(bench.board->message, "4800"));
    assert_non_null(strstr(bench.board->message, "slave 1"));
    assert_non_null(strstr(bench.board->message, "baud"));
    assert_ptr_equal(bench.flat->controller, &bench.flat->meter.controller);
    flat_bench_close(&bench);
}

static void a_board_that_falls_silent_is_the_meters_failure(void **state)
{
    static struct flat_bench bench;
    struct board_spec spec = paced;
    (void)state;
    spec.elf = BOARD_DIR "/reference-falls_silent.elf";
    int error = ERROR_LATE; /* what a busy machine leaves open is asked again */
    for (int i = 0; i < 3 && error == ERROR_LATE; i++) {
        flat_bench_open(&bench, spec, CREDIT_REMOTE);
        flat_bench_attach(&bench);
        error = flat_bench_run(&bench, 20 * NS_PER_S);
        flat_bench_close(&bench);
    }
    assert_int_equal(error, ERROR_BOARD_SILENT);
}

/* The emulator as somebody else's board on a port: no rack, so the registers are all there is. */
static void a_board_without_a_rack_is_judged_by_its_registers(void **state)
{
    static struct flat_bench bench;
    struct emulator emulator;
    char message[400];
    const struct emulator_config config = {.program = BOARD_DIR "/meterbench-emulator",
                                           .elf = BOARD_DIR "/reference.elf",
                                           .map = BOARD_DIR "/reference.map"};
    (void)state;
    assert_int_equal(emulator_start(&emulator, &config, message, sizeof message), 0);
    const struct board_spec spec = {.kind = BOARD_PORT, .port = emulator.uart};
    flat_bench_open(&bench, spec, CREDIT_REMOTE);
    assert_false(bench.board->has_rack);
    flat_bench_attach(&bench);
    flat_bench_order(&bench, DLT645_RELAY_TRIP, 4);
    assert_int_equal(flat_bench_run(&bench, 3 * NS_PER_S), 0);
    const struct event *open = flat_bench_find(&bench, 0, EVENT_CONTACTS, 0);
    const struct event *dead = flat_bench_find(&bench, 0, EVENT_LOAD_LIVE, 0);
    assert_non_null(open);
    assert_non_null(dead);
    assert_int_equal(open->evidence, EVIDENCE_REGISTER);
    assert_true(open->latest - open->earliest > 50 * NS_PER_MS); /* a poll is not a stamp */
    assert_true(open->latest - open->earliest < NS_PER_S);

    emulator_stop(&emulator); /* the cable comes off */
    assert_int_equal(flat_bench_run(&bench, 5 * NS_PER_S), ERROR_PORT_LOST);
    flat_bench_close(&bench);
}

/* A stall of the bench is counted, and what follows it is known less exactly. */
static void lateness_widens_the_intervals(void **state)
{
    static struct flat_bench bench;
    struct board_statistics statistics;
    (void)state;
    flat_bench_open(&bench, paced, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    assert_int_equal(flat_bench_run(&bench, 500 * NS_PER_MS), 0);
    nanosleep(&(struct timespec){0, 200 * NS_PER_MS}, NULL);
    flat_bench_fault(&bench, PLANT_FAULT_LEAKAGE, 45000);
    assert_int_equal(flat_bench_run(&bench, NS_PER_S), 0);
    board_statistics(bench.board, &statistics);
    assert_true(statistics.late >= 1);
    assert_true(statistics.lateness_ns_max >= 190 * NS_PER_MS);
    const struct event *open = flat_bench_find(&bench, 0, EVENT_CONTACTS, 0);
    assert_non_null(open);
    assert_true(open->latest - open->earliest >= 190 * NS_PER_MS);
    flat_bench_close(&bench);
}

static int leftovers(void)
{
    int count = 0;
    DIR *directory = opendir("/tmp");
    struct dirent *entry;
    assert_non_null(directory);
    while ((entry = readdir(directory)))
        count += strncmp(entry->d_name, "meterbench-", 11) == 0 && strlen(entry->d_name) == 17;
    closedir(directory);
    return count;
}

static void nothing_is_left_behind(void **state)
{
    static struct flat_bench bench;
    (void)state;
    int before = leftovers();
    flat_bench_open(&bench, paced, CREDIT_REMOTE);
    flat_bench_attach(&bench);
    pid_t emulator = only_child();
    flat_bench_close(&bench);
    assert_int_equal(kill(emulator, 0), -1);
    assert_int_equal(leftovers(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaks_interval_contains_the_truth),
        cmocka_unit_test(a_killed_emulator_is_noticed_at_once),
        cmocka_unit_test(a_wrong_baud_rate_is_told_with_what_to_check),
        cmocka_unit_test(a_board_that_falls_silent_is_the_meters_failure),
        cmocka_unit_test(a_board_without_a_rack_is_judged_by_its_registers),
        cmocka_unit_test(lateness_widens_the_intervals),
        cmocka_unit_test(nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
