/* The rack: acknowledgements, gating, safe state, power, relay faults; and determinism. */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void every_stimulus_is_acknowledged_with_its_sequence(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t now_ns = bench->now_ns;

    (void)state;
    bench_load(bench, 1000);
    bench_run(bench, MS);
    assert_true(bench_report(bench, 0x210, bench->stimulus, now_ns) - now_ns < 1000);
    assert_true(bench_report(bench, 0x220, 0x1234, 0) != NOT_SEEN);
    bench_stop(bench);
}

static void frames_count_up_without_gaps(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    uint8_t counter = 0;
    size_t i;

    (void)state;
    bench_run(bench, 3 * SECOND);
    for (i = 0; i < bench->event_count; i++)
        if (bench->events[i].id)
            assert_int_equal(bench->events[i].data[0], counter++);
    assert_true(counter > 0);
    bench_stop(bench);
}

static uint16_t last_status(const struct bench *bench)
{
    size_t i = bench->event_count;

    while (i--)
        if (bench->events[i].id == 0x214)
            return (uint16_t)(bench->events[i].data[6] | bench->events[i].data[7] << 8);
    return 0xffff;
}

static void without_a_heartbeat_the_rack_goes_safe_and_stays_at_zero(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_load(bench, 10000);
    bench_run(bench, 500 * MS);
    assert_in_range(bench_input(bench, CURRENT), 990, 1010);
    assert_false(last_status(bench) & 1);
    bench->heartbeat = false;
    bench_run(bench, 800 * MS);
    assert_true(last_status(bench) & 1);
    assert_int_equal(bench_input(bench, CURRENT), 0);
    assert_in_range(bench_input(bench, VOLTAGE), 2290, 2310);
    bench_load(bench, 10000); /* not applied: nobody can vouch for the host */
    bench_run(bench, 200 * MS);
    assert_int_equal(bench_input(bench, CURRENT), 0);
    bench->heartbeat = true;
    bench_run(bench, 500 * MS);
    assert_false(last_status(bench) & 1);
    assert_int_equal(bench_input(bench, CURRENT), 0);
    bench_stop(bench);
}

static void open_contacts_carry_neither_load_nor_voltage(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    int64_t since_ns;

    (void)state;
    bench_load(bench, 10000);
    bench_run(bench, SECOND);
    since_ns = bench->now_ns;
    assert_int_equal(bench_command(bench, 0x1A1A), 0);
    bench_run(bench, SECOND);
    assert_int_equal(bench_input(bench, CURRENT), 0);
    assert_true(bench_report(bench, 0x213, 0, since_ns) == bench_opened(bench, since_ns));
    assert_int_equal(bench_command(bench, 0x1C1C), 0);
    bench_run(bench, SECOND);
    assert_in_range(bench_input(bench, CURRENT), 990, 1010);
    assert_true(bench_report(bench, 0x213, 2300, since_ns) == bench_closed(bench, since_ns));
    /* first touch, then made for good */
    assert_int_equal(bench_closed(bench, since_ns) - bench_report(bench, 0x212, 3, since_ns),
                     2 * MS);
    bench_stop(bench);
}

static void the_board_is_off_without_mains_and_says_nothing(void **state)
{
    static const uint8_t read[6] = { 1, 4, 0, 0, 0, 1 };
    struct bench *bench = bench_start(NULL, NULL);
    uint8_t reply[260];

    (void)state;
    assert_true(last_status(bench) & 2);
    bench_voltage(bench, 0);
    bench_run(bench, SECOND);
    assert_false(last_status(bench) & 2);
    assert_int_equal(bench_exchange(bench, read, sizeof read, reply), 0);
    bench_voltage(bench, 230000);
    bench_run(bench, SECOND);
    assert_int_equal(bench_exchange(bench, read, sizeof read, reply), 5);
    bench_stop(bench);
}

static void a_short_dip_does_not_reset_the_board(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_voltage(bench, 0);
    bench_run(bench, 200 * MS);
    bench_voltage(bench, 230000);
    bench_run(bench, SECOND);
    assert_int_equal(bench_input(bench, RESETS), 1);
    bench_stop(bench);
}

/* Writes a copy of the reference map with a line more. */
static void map_with(const char *line, char path[])
{
    int fd = mkstemp(path);
    FILE *from = fopen(BOARD_DIR "/reference.map", "r");
    FILE *to = fdopen(fd, "w");
    int c;

    assert_non_null(from);
    assert_non_null(to);
    while ((c = getc(from)) != EOF)
        putc(c, to);
    fprintf(to, "%s\n", line);
    fclose(from);
    fclose(to);
}

static int count_reports(const struct bench *bench, uint16_t id, uint16_t payload)
{
    int count = 0;
    size_t i;

    for (i = 0; i < bench->event_count; i++)
        count += bench->events[i].id == id && bench->events[i].data[6] == payload;
    return count;
}

static void the_power_relay_takes_the_boards_supply_and_gives_it_back(void **state)
{
    uint8_t cut[3] = { 9, 0, 0 };
    struct bench *bench = bench_start(NULL, NULL);
    uint16_t resets = bench_input(bench, RESETS);

    (void)state;
    bench_can(bench, 0x114, cut, 3);
    bench_run(bench, SECOND);
    assert_true(bench_report(bench, 0x210, 9, 0) != NOT_SEEN);
    assert_true(bench_report(bench, 0x213, 0, 0) != NOT_SEEN);
    cut[2] = 1;
    bench_can(bench, 0x114, cut, 3);
    bench_run(bench, SECOND);
    assert_int_equal(bench_input(bench, RESETS), resets + 1);
    assert_in_range(bench_input(bench, VOLTAGE), 2290, 2310);
    bench_stop(bench);
}

static void the_loop_back_answers_each_edge_once(void **state)
{
    static const uint8_t levels[] = { 1, 1, 0 };
    struct bench *bench = bench_start(NULL, NULL);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof levels; i++) {
        const uint8_t frame[3] = { (uint8_t)i, 0, levels[i] };

        bench_can(bench, 0x115, frame, 3);
        bench_run(bench, MS);
    }
    assert_int_equal(count_reports(bench, 0x215, 1), 1);
    assert_int_equal(count_reports(bench, 0x215, 0), 1);
    bench_stop(bench);
}

static void welded_contacts_raise_the_weld_alarm(void **state)
{
    char path[] = "/tmp/meterbench-map-XXXXXX";
    struct bench *bench;

    (void)state;
    map_with("fault welded", path);
    bench = bench_start(NULL, "--map", path, NULL);
    bench_load(bench, 5000);
    bench_run(bench, 100 * MS);
    assert_int_equal(bench_command(bench, 0x1A1A), 0);
    bench_run(bench, 3 * SECOND);
    assert_true(bench_input(bench, STATUS) & WELD);
    assert_true(bench_opened(bench, 0) == NOT_SEEN);
    /* it was tried again, but not for ever */
    bench_run(bench, 20 * SECOND);
    assert_int_equal(count_reports(bench, 0x211, 2), 6);
    bench_stop(bench);
    unlink(path);
}

static uint64_t transcript_of(const char *seed)
{
    struct bench *bench = bench_start(NULL, "--seed", seed, NULL);
    uint64_t transcript;

    bench_load(bench, 7000);
    bench_run(bench, SECOND);
    bench_input(bench, STATUS);
    bench_leak(bench, 150000);
    bench_run(bench, SECOND);
    bench_voltage(bench, 0);
    bench_run(bench, SECOND);
    bench_voltage(bench, 230000);
    bench_run(bench, SECOND);
    bench_input(bench, CAUSES);
    transcript = bench->transcript;
    bench_stop(bench);
    return transcript;
}

static void two_runs_are_byte_identical_and_another_seed_differs(void **state)
{
    uint64_t transcript = transcript_of("1");

    (void)state;
    assert_true(transcript == transcript_of("1"));
    assert_true(transcript != transcript_of("2"));
}

/* Starts an emulator, says something wrong, and wants exit code 4 and an "e" line. */
static void refuses(const char *text, size_t length)
{
    int fds[2], status;
    char number[16], answer[4096];
    size_t got = 0;
    ssize_t part;
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    snprintf(number, sizeof number, "%d", fds[1]);
    pid = fork();
    if (pid == 0) {
        close(fds[0]);
        fclose(stderr);
        execl(EMULATOR, EMULATOR, "--map", BOARD_DIR "/reference.map", "--elf",
              BOARD_DIR "/reference.elf", "--lockstep-fd", number, (char *)NULL);
        _exit(127);
    }
    close(fds[1]);
    /* It may hang up before it has read all of it. */
    part = send(fds[0], text, length, MSG_NOSIGNAL);
    assert_true(part > 0 || errno == EPIPE);
    shutdown(fds[0], SHUT_WR);
    while (got < sizeof answer - 1 &&
           (part = read(fds[0], answer + got, sizeof answer - 1 - got)) > 0)
        got += (size_t)part;
    answer[got] = '\0';
    assert_non_null(strstr(answer, "\ne "));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 4);
    close(fds[0]);
}

static void malformed_lockstep_lines_are_refused(void **state)
{
    static const char *const lines[] = {
        "G\n", "G x\n", "G -1\n", "G 99999999999999999999\n", "U 0\n", "U zz\n", "C \n",
        "C t1109\n", "C t110900\n", "C t9991AA\n", "C T00000110100\n", "X 1\n", "\n", "Q1\n",
    };
    static char flood[30000];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof lines / sizeof lines[0]; i++)
        refuses(lines[i], strlen(lines[i]));
    memset(flood, 'U', sizeof flood);
    refuses(flood, sizeof flood);
}

static void unknown_and_misshapen_can_frames_are_left_alone(void **state)
{
    static const uint8_t bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    struct bench *bench = bench_start(NULL, NULL);
    size_t before;
    uint8_t length;

    (void)state;
    bench_run(bench, 5 * MS);
    before = bench->event_count;
    for (length = 0; length <= 8; length++) {
        bench_can(bench, 0x7ff, bytes, length);
        if (length != 6)
            bench_can(bench, 0x110, bytes, length);
        if (length != 7)
            bench_can(bench, 0x112, bytes, length);
    }
    bench_can(bench, 0x112, (const uint8_t[]){ 9, 9, 1, 0, 0, 0, 200 }, 7);
    bench_run(bench, MS);
    assert_int_equal(bench->event_count, before);
    bench_stop(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stimulus_is_acknowledged_with_its_sequence),
        cmocka_unit_test(frames_count_up_without_gaps),
        cmocka_unit_test(without_a_heartbeat_the_rack_goes_safe_and_stays_at_zero),
        cmocka_unit_test(open_contacts_carry_neither_load_nor_voltage),
        cmocka_unit_test(the_board_is_off_without_mains_and_says_nothing),
        cmocka_unit_test(a_short_dip_does_not_reset_the_board),
        cmocka_unit_test(the_power_relay_takes_the_boards_supply_and_gives_it_back),
        cmocka_unit_test(the_loop_back_answers_each_edge_once),
        cmocka_unit_test(welded_contacts_raise_the_weld_alarm),
        cmocka_unit_test(two_runs_are_byte_identical_and_another_seed_differs),
        cmocka_unit_test(malformed_lockstep_lines_are_refused),
        cmocka_unit_test(unknown_and_misshapen_can_frames_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
