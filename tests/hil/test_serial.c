/* Opening ports: what is wrong is said with the port and a way out; bytes go through unchanged. */
#include "cmocka_all.h"

#include "hil/line/port_lock.h"
#include "hil/line/serial.h"
#include "sim/error.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const struct serial_settings settings = {9600, 'E', 1};

static int open_pair(char path[64])
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, path, 64), 0);
    return master;
}

static void a_missing_port_is_named(void **state)
{
    struct serial serial;
    char message[320] = "";
    (void)state;
    assert_int_equal(serial_open(&serial, "/dev/ttyNONE9", &settings, message, sizeof message),
                     ERROR_PORT);
    assert_non_null(strstr(message, "/dev/ttyNONE9"));
    assert_non_null(strstr(message, "cable"));
    assert_int_equal(serial.fd, -1);
}

static void a_file_is_not_a_port(void **state)
{
    struct serial serial;
    char message[320] = "";
    (void)state;
    assert_int_equal(serial_open(&serial, "/dev/null", &settings, message, sizeof message),
                     ERROR_PORT);
    assert_non_null(strstr(message, "not a serial port"));
}

static void an_odd_speed_is_refused(void **state)
{
    struct serial serial;
    char message[320] = "";
    (void)state;
    assert_int_equal(serial_open(&serial, "/dev/null", &(struct serial_settings){9601, 'N', 1},
                                 message, sizeof message),
                     ERROR_PORT);
    assert_non_null(strstr(message, "9601"));
}

static void a_port_in_use_is_said_to_be(void **state)
{
    struct serial one, two;
    char path[64], message[320] = "";
    int master = open_pair(path);
    (void)state;
    assert_int_equal(serial_open(&one, path, &settings, message, sizeof message), 0);
    assert_int_equal(serial_open(&two, path, &settings, message, sizeof message), ERROR_PORT);
    assert_non_null(strstr(message, "another program"));
    serial_close(&one);
    assert_int_equal(serial_open(&two, path, &settings, message, sizeof message), 0);
    serial_close(&two);
    close(master);
}

static void who_uses_a_port_is_named(void **state)
{
    struct serial mine, two;
    char path[64], message[320] = "", pid[32];
    int master = open_pair(path);
    (void)state;
    assert_int_equal(serial_open(&mine, path, &settings, message, sizeof message), 0);
    assert_int_equal(serial_open(&two, path, &settings, message, sizeof message), ERROR_PORT);
    snprintf(pid, sizeof pid, "(pid %d)", (int)getpid());
    assert_non_null(strstr(message, pid));
    assert_non_null(strstr(message, "test_hil_serial"));
    serial_close(&mine);
    close(master);
}

static void a_held_port_opens_here_and_nowhere_else(void **state)
{
    struct serial serial;
    char path[64], message[320] = "";
    int master = open_pair(path), other = open(path, O_RDWR | O_NOCTTY);
    (void)state;
    assert_int_equal(port_lock_hold(path, message, sizeof message), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(serial_open(&serial, path, &settings, message, sizeof message), 0);
        serial_close(&serial);
        assert_int_not_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    }
    port_lock_release(path);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    close(other);
    close(master);
}

static void a_held_port_that_came_back_is_opened_anew(void **state)
{
    struct serial serial;
    char first[64], second[64], link[64], message[320] = "";
    int masters[2] = {open_pair(first), open_pair(second)};
    (void)state;
    snprintf(link, sizeof link, "/tmp/meterbench-link-%d", (int)getpid());
    assert_int_equal(symlink(first, link), 0);
    assert_int_equal(port_lock_hold(link, message, sizeof message), 0);
    close(masters[0]);
    unlink(link);
    assert_int_equal(serial_open(&serial, link, &settings, message, sizeof message), ERROR_PORT);
    assert_int_equal(symlink(second, link), 0);
    assert_int_equal(serial_open(&serial, link, &settings, message, sizeof message), 0);
    assert_int_equal(serial_write(&serial, (const uint8_t *)"x", 1), 0);
    uint8_t byte = 0;
    assert_int_equal(read(masters[1], &byte, 1), 1);
    serial_close(&serial);
    port_lock_release(link);
    unlink(link);
    close(masters[1]);
}

/* The lock file of a terminal program on this port, with this pid in it; false without the right. */
static bool leave_lock_file(const char *port, long pid, char name[96])
{
    snprintf(name, 96, "/run/lock/LCK..pts_%s", strrchr(port, '/') + 1);
    FILE *file = fopen(name, "w");
    if (file)
        fprintf(file, "%10ld\n", pid);
    return file && fclose(file) == 0;
}

static void a_lock_file_counts_while_its_process_lives(void **state)
{
    struct serial serial;
    char path[64], name[96], message[320] = "", note[320];
    int master = open_pair(path);
    (void)state;
    if (!leave_lock_file(path, (long)getppid(), name))
        skip();
    assert_int_equal(serial_open(&serial, path, &settings, message, sizeof message), ERROR_PORT);
    assert_non_null(strstr(message, name));
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    assert_true(leave_lock_file(path, (long)gone, name));
    assert_int_equal(serial_open(&serial, path, &settings, message, sizeof message), 0);
    port_lock_note(path, note, sizeof note);
    assert_non_null(strstr(note, "was ignored"));
    serial_close(&serial);
    unlink(name);
    close(master);
}

static void every_byte_goes_through_unchanged(void **state)
{
    struct serial serial;
    char path[64], message[320];
    uint8_t out[256], in[256];
    int master = open_pair(path), got = 0;
    (void)state;
    assert_int_equal(serial_open(&serial, path, &settings, message, sizeof message), 0);
    assert_int_equal(serial_read(&serial, in, sizeof in), 0);
    for (int i = 0; i < 256; i++)
        out[i] = (uint8_t)i;
    assert_int_equal(write(master, out, sizeof out), 256);
    while (got < 256) {
        struct pollfd ready = {.fd = serial.fd, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 2000), 1);
        int count = serial_read(&serial, in + got, sizeof in - (size_t)got);
        assert_true(count > 0);
        got += count;
    }
    assert_memory_equal(in, out, sizeof out);
    serial_close(&serial);
    close(master);
}

static void a_port_that_goes_away_is_lost(void **state)
{
    struct serial serial;
    char path[64], message[320];
    uint8_t in[8];
    int master = open_pair(path);
    (void)state;
    assert_int_equal(serial_open(&serial, path, &settings, message, sizeof message), 0);
    close(master);
    struct pollfd gone = {.fd = serial.fd, .events = POLLIN};
    assert_int_equal(poll(&gone, 1, 2000), 1);
    assert_true(gone.revents & POLLHUP);
    assert_int_equal(serial_write(&serial, (const uint8_t *)"x", 1), ERROR_PORT_LOST);
    (void)in;
    serial_close(&serial);
}

static void a_character_has_eleven_bits_with_parity(void **state)
{
    (void)state;
    assert_int_equal(serial_character_ns(&settings), 11 * INT64_C(1000000000) / 9600);
    assert_int_equal(serial_character_ns(&(struct serial_settings){9600, 'N', 1}),
                     10 * INT64_C(1000000000) / 9600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_port_is_named),
        cmocka_unit_test(a_file_is_not_a_port),
        cmocka_unit_test(an_odd_speed_is_refused),
        cmocka_unit_test(a_port_in_use_is_said_to_be),
        cmocka_unit_test(who_uses_a_port_is_named),
        cmocka_unit_test(a_held_port_opens_here_and_nowhere_else),
        cmocka_unit_test(a_held_port_that_came_back_is_opened_anew),
        cmocka_unit_test(a_lock_file_counts_while_its_process_lives),
        cmocka_unit_test(every_byte_goes_through_unchanged),
        cmocka_unit_test(a_port_that_goes_away_is_lost),
        cmocka_unit_test(a_character_has_eleven_bits_with_parity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
