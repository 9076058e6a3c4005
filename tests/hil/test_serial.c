/* Opening ports: what is wrong is said with the port and a way out; bytes go through unchanged. */
#include "cmocka_all.h"

#include "hil/serial.h"
#include "sim/error.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
        cmocka_unit_test(every_byte_goes_through_unchanged),
        cmocka_unit_test(a_port_that_goes_away_is_lost),
        cmocka_unit_test(a_character_has_eleven_bits_with_parity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
