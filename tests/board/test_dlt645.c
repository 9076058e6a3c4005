/* The DL/T 645 door: frames, addresses, data and orders, at the wire. The board's data are in
 * docs/board.md. */
#include "dlt645_wire.h"

#include <stdio.h>
#include <string.h>

static struct bench *start(void)
{
    return bench_start(NULL, "--protocol", "dlt645", NULL);
}

static void expect_data(struct bench *bench, uint32_t di, const char *wanted_hex)
{
    struct reply reply = read_di(bench, di);
    uint8_t wanted[200];
    size_t length = hex(wanted_hex, wanted);

    assert_false(reply.silent);
    assert_int_equal(reply.control, 0x91);
    if (reply.length != 4 + length || memcmp(reply.data + 4, wanted, length) != 0) {
        for (size_t i = 4; i < reply.length; i++)
            fprintf(stderr, "%02X", reply.data[i]);
        fail_msg(": that is %08X; wanted %s", (unsigned)di, wanted_hex);
    }
}

static void expect_word(struct reply reply, uint8_t control, uint16_t word)
{
    assert_false(reply.silent);
    assert_int_equal(reply.control, control);
    assert_int_equal(reply.length, 2);
    assert_int_equal(reply.data[0] | reply.data[1] << 8, word);
}

static void expect_error(struct reply reply, uint8_t control, uint8_t error)
{
    assert_false(reply.silent);
    assert_int_equal(reply.control, control);
    assert_int_equal(reply.length, 1);
    assert_int_equal(reply.data[0], error);
}

static void measured_values_are_told_in_bcd(void **state)
{
    struct bench *bench = start();

    (void)state;
    bench_load(bench, 12000);
    bench_leak(bench, 8000);
    bench_environment(bench, -55, false, false);
    bench_run(bench, 100 * MS);
    expect_data(bench, 0x02010100, "0123"); /* 230.1 V: half a step of the converter */
    expect_data(bench, 0x02800002, "0050");
    expect_data(bench, 0x02060000, "0010");
    expect_data(bench, 0x02900100, "0800");
    expect_data(bench, 0x02800007, "5580"); /* -5.5 degC */
    expect_data(bench, 0x00010000, "00000000");
    bench_stop(bench);
}

static void own_wildcard_and_abbreviated_addresses_are_answered_with_the_own_one(void **state)
{
    struct bench *bench = start();
    struct reply reply;

    (void)state;
    reply = ask(bench, ANYONE, 0x13, "");
    assert_int_equal(reply.control, 0x93);
    assert_memory_equal(reply.data, "\x01\0\0\0\0\0", 6);
    assert_false(ask(bench, "0100AAAAAAAA", 0x11, "00010102").silent);
    assert_true(ask(bench, "02AAAAAAAAAA", 0x11, "00010102").silent);
    assert_true(ask(bench, "01AA00000000", 0x11, "00010102").silent);
    assert_true(ask(bench, "020000000000", 0x11, "00010102").silent);
    assert_true(ask(bench, EVERYONE, 0x11, "00010102").silent);
    bench_stop(bench);
}

static void a_reply_comes_after_20_to_500_ms(void **state)
{
    struct bench *bench = start();
    struct reply reply = read_di(bench, 0x02010100);

    (void)state;
    print_message("the first byte was over after %.3f ms\n", (double)reply.delay_ns / 1e6);
    assert_in_range(reply.delay_ns - BYTE_NS, 20 * MS, 500 * MS);
    bench_stop(bench);
}

static void noise_preambles_and_doubled_starts_do_not_hide_a_frame(void **state)
{
    static const char *const before[] = { "FEFEFEFE", "FE", "00A55A", "68", "6868", "FF68123468" };
    struct bench *bench = start();
    uint8_t bytes[64];
    size_t i, length;

    (void)state;
    for (i = 0; i < sizeof before / sizeof before[0]; i++) {
        length = hex(before[i], bytes);
        length += build(OWN, 0x11, "00010102", bytes + length);
        if (exchange_bytes(bench, bytes, length).silent)
            fail_msg("silent after %s", before[i]);
    }
    bench_stop(bench);
}

static void damaged_frames_meet_silence_and_pauses_over_500_ms_end_one(void **state)
{
    struct bench *bench = start();
    uint8_t bytes[64];
    size_t length = build(OWN, 0x11, "00010102", bytes);

    (void)state;
    bytes[length - 2]++;
    assert_true(exchange_bytes(bench, bytes, length).silent);
    bytes[length - 2]--;
    send_raw(bench, bytes, 6);
    bench_run(bench, 400 * MS);
    assert_false(exchange_bytes(bench, bytes + 6, length - 6).silent);
    send_raw(bench, bytes, 6);
    bench_run(bench, 600 * MS);
    assert_true(exchange_bytes(bench, bytes + 6, length - 6).silent);
    assert_false(exchange_bytes(bench, bytes, length).silent);
    bench_stop(bench);
}

static void what_is_not_there_is_refused_with_its_bit(void **state)
{
    struct bench *bench = start();

    (void)state;
    expect_error(read_di(bench, 0x02010200), 0xD1, 2);
    expect_error(write_di(bench, 0x02010100, PROGRAM, "0023"), 0xD4, 2);
    expect_error(write_di(bench, 0x04050101, "04222222" "00000000", "00540000"), 0xD4, 4);
    expect_error(write_di(bench, 0x04050101, ORDINARY, "0A540000"), 0xD4, 1);
    expect_error(write_di(bench, 0x04050101, ORDINARY, "0054"), 0xD4, 1);
    expect_error(write_di(bench, 0x04FE0001, ORDINARY, "D007"), 0xD4, 4);
    expect_error(ask(bench, OWN, 0x1D, "00"), 0xDD, 1);
    expect_error(ask(bench, OWN, 0x17, "03"), 0xD7, 8);
    expect_data(bench, 0x04050101, "80530000");
    bench_stop(bench);
}

static void settings_are_the_holding_registers(void **state)
{
    struct bench *bench = start();

    (void)state;
    assert_int_equal(write_di(bench, 0x04050101, ORDINARY, "34120000").control, 0x94);
    expect_data(bench, 0x04050101, "34120000");
    expect_data(bench, 0x04FE000A, "D2040000");
    assert_int_equal(write_di(bench, 0x04FE0005, PROGRAM, "D007").control, 0x94);
    expect_data(bench, 0x04001402, "000002"); /* 20.000 A */
    expect_error(write_di(bench, 0x04FE0005, PROGRAM, "0100"), 0xD4, 1);
    assert_int_equal(write_di(bench, 0x0400010C, ORDINARY, "56341203151126").control, 0x94);
    expect_data(bench, 0x04000101, "00151126"); /* a Sunday, whatever was written */
    bench_stop(bench);
}

static void orders_move_the_contacts_and_tell_the_execution_word(void **state)
{
    struct bench *bench = start();
    int64_t since_ns = bench->now_ns;
    struct reply reply;

    (void)state;
    expect_word(order(bench, ORDINARY, "1A00" "595923311299"), 0x9C, 0x0004);
    assert_true(bench_opened(bench, since_ns) != NOT_SEEN);
    expect_data(bench, 0x04000503, "5000");
    expect_word(order(bench, ORDINARY, "1D00" "595923311299"), 0xDC, 0x0080);
    expect_word(order(bench, ORDINARY, "1D01" "595923311299"), 0xDC, 0x0100);
    since_ns = bench->now_ns;
    expect_word(order(bench, ORDINARY, "1C00" "595923311299"), 0x9C, 0x0001);
    bench_run(bench, 100 * MS);
    assert_true(bench_closed(bench, since_ns) != NOT_SEEN);
    expect_word(order(bench, ORDINARY, "3A00" "595923311299"), 0x9C, 0x0100);
    expect_word(order(bench, ORDINARY, "1A00" "595923311299"), 0xDC, 0x0020);
    expect_word(order(bench, ORDINARY, "1E02" "595923311299"), 0xDC, 0x0040);
    expect_word(order(bench, ORDINARY, "3B00" "595923311299"), 0x9C, 0x0200);
    expect_word(order(bench, "04000000" "00000000", "1A00" "595923311299"), 0xDC, 0x0004);
    reply = write_di(bench, 0x04FE00F1, PROGRAM, "01");
    assert_int_equal(reply.control, 0x94);
    reply = order(bench, ORDINARY, "2A00" "595923311299");
    assert_int_equal(reply.control, 0x9C);
    assert_int_equal(reply.length, 0);
    expect_error(order(bench, "04000000" "00000000", "1A00" "595923311299"), 0xDC, 4);
    bench_stop(bench);
}

static void an_order_is_valid_until_its_time_once_the_clock_is_set(void **state)
{
    struct bench *bench = start();

    (void)state;
    expect_word(order(bench, ORDINARY, "2A00" "000000010100"), 0x9C, 0x0400);
    assert_int_equal(write_di(bench, 0x0400010C, ORDINARY, "56341203151126").control, 0x94);
    expect_word(order(bench, ORDINARY, "1A00" "503412151126"), 0xDC, 0x0010);
    expect_word(order(bench, ORDINARY, "1A00" "003512151126"), 0x9C, 0x0004);
    bench_stop(bench);
}

static void a_timed_trip_closes_by_itself(void **state)
{
    struct bench *bench = start();
    int64_t since_ns;

    (void)state;
    expect_word(order(bench, ORDINARY, "1D01" "595923311299"), 0x9C, 0x0010);
    since_ns = bench->now_ns;
    bench_run(bench, 238 * SECOND);
    assert_true(bench_closed(bench, since_ns) == NOT_SEEN);
    bench_run(bench, 63 * SECOND);
    assert_true(bench_closed(bench, since_ns) != NOT_SEEN);
    bench_stop(bench);
}

static void trips_are_recorded_and_the_block_needs_a_follow_up_frame(void **state)
{
    struct bench *bench = start();
    struct reply reply;

    (void)state;
    assert_int_equal(write_di(bench, 0x0400010C, ORDINARY, "00301200151126").control, 0x94);
    order(bench, ORDINARY, "1A00" "595923311299");
    expect_data(bench, 0x1D000001, "010000");
    reply = read_di(bench, 0x1D00FF01);
    assert_int_equal(reply.control, 0x91);
    assert_int_equal(reply.length, 4 + 34);
    assert_memory_equal(reply.data + 5, "\x30\x12\x15\x11\x26\x78\x56\x34\x12", 9);
    reply = read_di(bench, 0x1D00FFFF);
    assert_int_equal(reply.control, 0xB1);
    assert_int_equal(reply.length, 199);
    reply = ask(bench, OWN, 0x12, "FFFF001D" "01");
    assert_int_equal(reply.control, 0x92);
    assert_int_equal(reply.length, 4 + (6 * 34 - 195) + 1);
    assert_int_equal(reply.data[reply.length - 1], 1);
    expect_error(ask(bench, OWN, 0x12, "FFFF001D" "03"), 0xD2, 2);
    bench_stop(bench);
}

static void three_wrong_passwords_lock_their_level_only(void **state)
{
    struct bench *bench = start();
    int i;

    (void)state;
    for (i = 0; i < 3; i++)
        expect_error(write_di(bench, 0x04050101, "04222222" "00000000", "34120000"), 0xD4, 4);
    expect_error(write_di(bench, 0x04050101, ORDINARY, "34120000"), 0xD4, 4);
    assert_int_equal(write_di(bench, 0x04050101, PROGRAM, "34120000").control, 0x94);
    bench_stop(bench);
}

static void address_baud_and_password_can_be_changed_and_survive(void **state)
{
    struct bench *bench = start();
    uint8_t frame[64];
    size_t length;

    (void)state;
    assert_true(ask(bench, ANYONE, 0x15, "563412000000").silent); /* the key is not pressed */
    bench_environment(bench, 250, false, true);
    bench_run(bench, 100 * MS);
    assert_int_equal(ask(bench, ANYONE, 0x15, "563412000000").control, 0x95);
    bench_environment(bench, 250, false, false);
    assert_int_equal(ask(bench, "563412000000", 0x18, "050C0004" "04111111" "04987654").control,
                     0x98);
    assert_int_equal(ask(bench, "563412000000", 0x17, "08").control, 0x97);
    bench_run(bench, SECOND);
    bench_voltage(bench, 0);
    bench_run(bench, SECOND);
    bench_voltage(bench, 230000);
    bench_run(bench, SECOND);
    length = build("563412000000", 0x14, "01010504" "04987654" "00000000" "34120000", frame);
    send_raw(bench, frame, length);
    /* 2400 Bd now */
    assert_int_equal(receive(bench, (int64_t)length * 4 * BYTE_NS, 600 * MS).control, 0x94);
    bench_stop(bench);
}

static void broadcast_time_sets_the_clock_silently(void **state)
{
    struct bench *bench = start();

    (void)state;
    assert_true(ask(bench, EVERYONE, 0x08, "003012151126").silent);
    expect_data(bench, 0x04000101, "00151126");
    assert_true(ask(bench, EVERYONE, 0x08, "003013161126").silent); /* a day is too far */
    expect_data(bench, 0x04000101, "00151126");
    assert_true(ask(bench, EVERYONE, 0x16, "99999999").silent);
    assert_int_equal(read_di(bench, 0x0501FF01).data[4 + 2], 0x15);
    bench_stop(bench);
}

static void the_input_registers_are_one_block_low_byte_first(void **state)
{
    struct bench *bench = start();
    struct reply reply;

    (void)state;
    assert_int_equal(write_di(bench, 0x04FE0008, PROGRAM, "15CD5B00").control, 0x94);
    reply = read_di(bench, 0x02FE00FF);
    assert_int_equal(reply.length, 4 + 48);
    assert_int_equal(reply.data[4], 3); /* contacts closed, wanted so */
    assert_memory_equal(reply.data + 4 + 24, "\x15\xCD\x5B\0", 4);
    bench_stop(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measured_values_are_told_in_bcd),
        cmocka_unit_test(own_wildcard_and_abbreviated_addresses_are_answered_with_the_own_one),
        cmocka_unit_test(a_reply_comes_after_20_to_500_ms),
        cmocka_unit_test(noise_preambles_and_doubled_starts_do_not_hide_a_frame),
        cmocka_unit_test(damaged_frames_meet_silence_and_pauses_over_500_ms_end_one),
        cmocka_unit_test(what_is_not_there_is_refused_with_its_bit),
        cmocka_unit_test(settings_are_the_holding_registers),
        cmocka_unit_test(orders_move_the_contacts_and_tell_the_execution_word),
        cmocka_unit_test(an_order_is_valid_until_its_time_once_the_clock_is_set),
        cmocka_unit_test(a_timed_trip_closes_by_itself),
        cmocka_unit_test(trips_are_recorded_and_the_block_needs_a_follow_up_frame),
        cmocka_unit_test(three_wrong_passwords_lock_their_level_only),
        cmocka_unit_test(address_baud_and_password_can_be_changed_and_survive),
        cmocka_unit_test(broadcast_time_sets_the_clock_silently),
        cmocka_unit_test(the_input_registers_are_one_block_low_byte_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
