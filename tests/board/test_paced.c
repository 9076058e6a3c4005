/*
 * The emulator at the wall clock's pace, on pseudo terminals. Time limits are one-sided where the
 * host may be slow: nothing comes too early, and what comes late is only asserted loosely.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct run {
    pid_t pid;
    FILE *output;
    int hold; /* its standard input's other end */
    char uart[128], rack[128];
};

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int start(void **state)
{
    struct run *run = calloc(1, sizeof *run);
    int out[2], in[2];
    char line[160];

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    run->pid = fork();
    if (run->pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        dup2(in[0], STDIN_FILENO);
        execl(EMULATOR, EMULATOR, "--map", BOARD_DIR "/reference.map", "--elf",
              BOARD_DIR "/reference.elf", "--pty", "--quiet", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    close(in[0]);
    run->hold = in[1];
    run->output = fdopen(out[0], "r");
    assert_non_null(fgets(line, sizeof line, run->output));
    assert_int_equal(sscanf(line, "uart %127s", run->uart), 1);
    assert_non_null(fgets(line, sizeof line, run->output));
    assert_int_equal(sscanf(line, "rack %127s", run->rack), 1);
    assert_non_null(fgets(line, sizeof line, run->output));
    assert_string_equal(line, "ready\n");
    *state = run;
    return 0;
}

static int finish(void **state)
{
    struct run *run = *state;
    int status = -1;

    if (run->pid > 0) {
        kill(run->pid, SIGTERM);
        assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        close(run->hold);
    }
    fclose(run->output);
    free(run);
    return 0;
}

static int open_line(const char *path, speed_t speed)
{
    struct termios settings;
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(tcgetattr(fd, &settings), 0);
    cfmakeraw(&settings);
    cfsetspeed(&settings, speed);
    assert_int_equal(tcsetattr(fd, TCSANOW, &settings), 0);
    return fd;
}

/* Reads until `wanted` bytes are there or it has been silent for wait_ms. */
static size_t read_some(int fd, uint8_t *bytes, size_t wanted, int wait_ms)
{
    struct pollfd poll_fd = { fd, POLLIN, 0 };
    size_t got = 0;

    while (got < wanted && poll(&poll_fd, 1, wait_ms) > 0) {
        ssize_t part = read(fd, bytes + got, wanted - got);

        if (part <= 0)
            break;
        got += (size_t)part;
    }
    return got;
}

static const uint8_t request[8] = { 1, 4, 0, 0, 0, 5, 0x30, 0x09 };

static void settle(void)
{
    struct timespec time = { 0, 500000000 };

    nanosleep(&time, NULL);
}

static void a_read_over_the_pty_takes_the_time_of_its_bytes(void **state)
{
    struct run *run = *state;
    int fd = open_line(run->uart, B9600);
    uint8_t reply[64];
    int64_t start_ms, took_ms;

    settle();
    start_ms = wall_ms();
    assert_int_equal(write(fd, request, sizeof request), sizeof request);
    assert_int_equal(read_some(fd, reply, 15, 1000), 15);
    took_ms = wall_ms() - start_ms;
    print_message("a read of five registers took %lld ms\n", (long long)took_ms);
    assert_in_range(took_ms, 26, 500);
    assert_int_equal(reply[1], 4);
    assert_int_equal(reply[2], 10);
    close(fd);
}

static void a_wrong_baud_rate_gets_no_answer_and_the_right_one_does(void **state)
{
    struct run *run = *state;
    int fd = open_line(run->uart, B4800);
    uint8_t reply[64];

    settle();
    assert_int_equal(write(fd, request, sizeof request), sizeof request);
    assert_int_equal(read_some(fd, reply, sizeof reply, 300), 0);
    close(fd);
    fd = open_line(run->uart, B19200);
    assert_int_equal(write(fd, request, sizeof request), sizeof request);
    assert_int_equal(read_some(fd, reply, sizeof reply, 300), 0);
    close(fd);
    fd = open_line(run->uart, B9600);
    assert_int_equal(write(fd, request, sizeof request), sizeof request);
    assert_int_equal(read_some(fd, reply, 15, 1000), 15);
    close(fd);
}

/* A frame's data as text: what follows id and length. */
static bool find_frame(const char *text, const char *id)
{
    return strstr(text, id) != NULL;
}

static void the_rack_speaks_slcan_and_reports_a_trip(void **state)
{
    struct run *run = *state;
    int fd = open_line(run->rack, B115200);
    static const char setup[] = "\rC\rS6\rO\rt12020100\r";
    static const char leak[] = "t11270200F049020000\r"; /* 150 mA */
    char text[4097];
    size_t got;

    settle();
    assert_int_equal(write(fd, setup, sizeof setup - 1), sizeof setup - 1);
    got = read_some(fd, (uint8_t *)text, 40, 100);
    text[got] = '\0';
    assert_true(find_frame(text, "t2208"));
    assert_int_equal(write(fd, leak, sizeof leak - 1), sizeof leak - 1);
    got = read_some(fd, (uint8_t *)text, 200, 300);
    text[got] = '\0';
    assert_true(find_frame(text, "t2108"));
    assert_true(find_frame(text, "t2118"));
    assert_true(find_frame(text, "t2128"));
    close(fd);
}

static void it_ends_when_its_standard_input_ends(void **state)
{
    struct run *run = *state;
    int status;

    close(run->hold);
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    run->pid = 0;
}

static int exit_code_of(const char *const *arguments)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execv(EMULATOR, (char *const *)arguments);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define MAP "--map", BOARD_DIR "/reference.map"
#define ELF "--elf", BOARD_DIR "/reference.elf"

static void wrong_usage_exits_with_4(void **state)
{
    static const char *const cases[][10] = {
        { EMULATOR, NULL },
        { EMULATOR, MAP, ELF, NULL },
        { EMULATOR, MAP, "--pty", NULL },
        { EMULATOR, MAP, ELF, "--pty", "--lockstep-fd", "1", NULL },
        { EMULATOR, MAP, ELF, "--lockstep-fd", "999", NULL },
        { EMULATOR, MAP, ELF, "--pty", "--seed", "x", NULL },
        { EMULATOR, MAP, ELF, "--pty", "more", NULL },
        { EMULATOR, MAP, "--elf", "/nonexistent", "--pty", NULL },
        { EMULATOR, MAP, "--elf", BOARD_DIR "/reference.map", "--pty", NULL },
        { EMULATOR, "--map", "/nonexistent", ELF, "--pty", NULL },
        { EMULATOR, MAP, ELF, "--pty", "--eeprom", BOARD_DIR "/reference.map", NULL },
        { EMULATOR, MAP, ELF, "--pty", "--truth", "/nonexistent/truth", NULL },
    };
    static const char *const help[] = { EMULATOR, "--help", NULL };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(exit_code_of(cases[i]), 4);
    assert_int_equal(exit_code_of(help), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_read_over_the_pty_takes_the_time_of_its_bytes, start,
                                        finish),
        cmocka_unit_test_setup_teardown(a_wrong_baud_rate_gets_no_answer_and_the_right_one_does,
                                        start, finish),
        cmocka_unit_test_setup_teardown(the_rack_speaks_slcan_and_reports_a_trip, start, finish),
        cmocka_unit_test_setup_teardown(it_ends_when_its_standard_input_ends, start, finish),
        cmocka_unit_test(wrong_usage_exits_with_4),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
