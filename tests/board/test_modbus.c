/* The register map and the rules of Modbus RTU, at the wire. */
#include "bench.h"

#include <string.h>

static int exception_of(struct bench *bench, const uint8_t *request, size_t length)
{
    uint8_t reply[260];
    size_t got = bench_exchange(bench, request, length, reply);

    if (got == 0)
        return -1;
    return reply[1] & 0x80 ? reply[2] : 0;
}

static void unknown_functions_addresses_and_values_have_their_exceptions(void **state)
{
    static const struct {
        uint8_t request[16];
        size_t length;
        int exception;
    } cases[] = {
        { { 1, 1, 0, 0, 0, 1 }, 6, 1 },
        { { 1, 4, 0, 0, 0, 24 }, 6, 0 },
        { { 1, 4, 0, 0, 0, 25 }, 6, 2 },
        { { 1, 4, 0, 24, 0, 1 }, 6, 2 },
        { { 1, 4, 0xff, 0xff, 0, 1 }, 6, 2 },
        { { 1, 4, 0, 0, 0, 0 }, 6, 3 },
        { { 1, 4, 0, 0, 0, 126 }, 6, 3 },
        { { 1, 3, 0, 0, 0, 20 }, 6, 0 },
        { { 1, 3, 0, 19, 0, 2 }, 6, 2 },
        { { 1, 3, 0, 32, 0, 2 }, 6, 2 },
        { { 1, 6, 0, 20, 0, 1 }, 6, 2 },
        { { 1, 6, 0, 32, 0x1A, 0x1A }, 6, 3 },
        { { 1, 6, 0, 0, 0, 10 }, 6, 3 },
        { { 1, 6, 0, 0, 0x01, 0x2C }, 6, 4 },
        { { 1, 6, 0, 40, 0, 1 }, 6, 3 },
        { { 1, 6, 0, 8, 0, 1 }, 6, 3 },
        { { 1, 16, 0, 32, 0, 1, 2, 0x1A, 0x1A }, 9, 3 },
        { { 1, 16, 0, 32, 0, 2, 3, 0x1A, 0x1A, 0 }, 10, 3 },
        { { 1, 16, 0, 31, 0, 2, 4, 0, 0, 0, 0 }, 11, 2 },
        { { 1, 16, 0, 0, 0, 0, 0 }, 7, 3 },
        { { 1, 4, 0, 0, 0 }, 5, 3 },
        { { 1, 6 }, 2, 3 },
    };
    struct bench *bench = bench_start(NULL, NULL);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int exception = exception_of(bench, cases[i].request, cases[i].length);

        if (exception != cases[i].exception)
            fail_msg("case %zu: exception %d, wanted %d", i, exception, cases[i].exception);
    }
    bench_stop(bench);
}

static void frames_with_a_bad_crc_meet_silence_and_are_counted(void **state)
{
    static const uint8_t read[6] = { 1, 4, 0, 0, 0, 1 };
    static const uint8_t trip[11] = { 1, 16, 0, 32, 0, 2, 4, 0x1A, 0x1A, 0, 5 };
    struct bench *bench = bench_start(NULL, NULL);
    uint8_t reply[260];

    (void)state;
    assert_int_equal(bench_exchange_bad_crc(bench, read, sizeof read, reply), 0);
    assert_int_equal(bench_exchange_bad_crc(bench, trip, sizeof trip, reply), 0);
    assert_int_equal(bench_input(bench, BAD_FRAMES), 2);
    assert_int_equal(bench_input(bench, CAUSES), 0);
    bench_stop(bench);
}

static void frames_for_other_addresses_meet_silence(void **state)
{
    static const uint8_t read[6] = { 2, 4, 0, 0, 0, 1 };
    struct bench *bench = bench_start(NULL, NULL);
    uint8_t reply[260];

    (void)state;
    assert_int_equal(bench_exchange(bench, read, sizeof read, reply), 0);
    assert_int_equal(bench_input(bench, BAD_FRAMES), 0);
    bench_stop(bench);
}

static void a_broadcast_write_is_obeyed_silently(void **state)
{
    static const uint8_t trip[11] = { 0, 16, 0, 32, 0, 2, 4, 0x1A, 0x1A, 0, 5 };
    struct bench *bench = bench_start(NULL, NULL);
    uint8_t reply[260];

    (void)state;
    assert_int_equal(bench_exchange(bench, trip, sizeof trip, reply), 0);
    assert_int_equal(bench_input(bench, CAUSES), ORDER);
    assert_int_equal(bench_input(bench, SEQUENCE), 5);
    bench_stop(bench);
}

static void the_seal_opens_for_60_s(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    assert_int_equal(bench_write(bench, 1, 2000), 4);
    bench_break_seal(bench);
    assert_int_equal(bench_write(bench, 1, 2000), 0);
    assert_int_equal(bench_holding(bench, 1), 2000);
    bench_run(bench, 58 * SECOND);
    assert_int_equal(bench_write(bench, 1, 2001), 0);
    bench_run(bench, 3 * SECOND);
    assert_int_equal(bench_write(bench, 1, 2002), 4);
    assert_int_equal(bench_holding(bench, 1), 2001);
    bench_stop(bench);
}

static void a_write_of_many_registers_is_all_or_nothing(void **state)
{
    static const uint8_t write[13] = { 1, 16, 0, 0, 0, 3, 6, 0x03, 0xE8, 0x07, 0xD0, 0, 0 };
    struct bench *bench = bench_start(NULL, NULL);

    (void)state;
    bench_break_seal(bench);
    assert_int_equal(exception_of(bench, write, sizeof write), 3);
    assert_int_equal(bench_holding(bench, 0), 300);
    assert_int_equal(bench_holding(bench, 1), 4000);
    bench_stop(bench);
}

static void the_slave_address_can_be_changed(void **state)
{
    static const uint8_t read[6] = { 17, 4, 0, 0, 0, 1 };
    struct bench *bench = bench_start(NULL, NULL);
    uint8_t reply[260];

    (void)state;
    assert_int_equal(bench_write(bench, 50, 17), 0);
    assert_int_equal(bench_exchange(bench, read, sizeof read, reply), 5);
    assert_int_equal(reply[0], 17);
    bench_stop(bench);
}

/* Eight bytes there, 3.5 characters of silence, fifteen bytes back, at 9600 Bd and 10 bits. */
static void a_reply_takes_the_time_that_its_bytes_take(void **state)
{
    static const uint8_t read[6] = { 1, 4, 0, 0, 0, 5 };
    struct bench *bench = bench_start(NULL, NULL);
    int64_t start_ns = bench->now_ns;
    uint8_t reply[260];
    int64_t took_ns;

    (void)state;
    assert_int_equal(bench_exchange(bench, read, sizeof read, reply), 13);
    took_ns = bench->events[bench->event_count - 1].at_ns - start_ns;
    while (bench->events[bench->event_count - 1].id)
        bench->event_count--;
    took_ns = bench->events[bench->event_count - 1].at_ns - start_ns;
    print_message("23 bytes and the silence between took %.3f ms\n", (double)took_ns / 1e6);
    assert_in_range(took_ns, 27 * MS, 30 * MS);
    bench_stop(bench);
}

static void noise_and_overlong_frames_do_no_harm(void **state)
{
    struct bench *bench = bench_start(NULL, NULL);
    char line[2 + 2 * 600 + 1] = "U ";
    int i;

    (void)state;
    for (i = 0; i < 600; i++)
        memcpy(line + 2 + 2 * i, i % 7 ? "a5" : "00", 3);
    bench_line(bench, line);
    bench_run(bench, SECOND);
    assert_int_equal(bench_input(bench, CAUSES), 0);
    assert_int_equal(bench_input(bench, BAD_FRAMES), 1);
    bench_stop(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_functions_addresses_and_values_have_their_exceptions),
        cmocka_unit_test(frames_with_a_bad_crc_meet_silence_and_are_counted),
        cmocka_unit_test(frames_for_other_addresses_meet_silence),
        cmocka_unit_test(a_broadcast_write_is_obeyed_silently),
        cmocka_unit_test(the_seal_opens_for_60_s),
        cmocka_unit_test(a_write_of_many_registers_is_all_or_nothing),
        cmocka_unit_test(the_slave_address_can_be_changed),
        cmocka_unit_test(a_reply_takes_the_time_that_its_bytes_take),
        cmocka_unit_test(noise_and_overlong_frames_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
