/* The Lawicel text of CAN frames, and what the rack's frames hold. */
#include "cmocka_all.h"

#include "hil/rack/rack_frames.h"
#include "sim/error.h"

#include <string.h>

static void a_frame_becomes_a_line_and_comes_back(void **state)
{
    const struct can_frame frame = {0x112, 7, {1, 0, 0x30, 0x75, 0, 0, 2}};
    struct can_frame back;
    char text[SLCAN_TEXT_MAX];
    (void)state;
    assert_int_equal(slcan_encode(&frame, text), 19);
    assert_string_equal(text, "t11270100307500000"
                              "2");
    assert_int_equal(slcan_decode(text, strlen(text), &back), 0);
    assert_int_equal(back.id, frame.id);
    assert_int_equal(back.length, frame.length);
    assert_memory_equal(back.data, frame.data, sizeof frame.data);
}

static void what_is_no_data_frame_is_refused(void **state)
{
    static const char *const lines[] = {"",
                                        "t",
                                        "T11200000",
                                        "t8000",
                                        "t1129",
                                        "t11211",
                                        "t1121g0",
                                        "t112200",
                                        "r1120",
                                        "t1121000",
                                        "t11280102030405060708090"};
    struct can_frame frame = {0x7ff, 8, {0xaa}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(slcan_decode(lines[i], strlen(lines[i]), &frame), ERROR_INVALID_ARGUMENT);
        assert_int_equal(frame.id, 0x7ff);
        assert_int_equal(frame.data[0], 0xaa);
    }
}

static void a_frame_outside_its_ranges_is_not_written(void **state)
{
    char text[SLCAN_TEXT_MAX];
    (void)state;
    assert_int_equal(slcan_encode(&(struct can_frame){.id = 0x800}, text), ERROR_OUT_OF_RANGE);
    assert_int_equal(slcan_encode(&(struct can_frame){.length = 9}, text), ERROR_OUT_OF_RANGE);
}

static void count_lines(const char *text, int counts[SLCAN_NOISE + 1])
{
    struct slcan_receiver receiver = {.size = 0};
    struct can_frame frame;
    memset(counts, 0, (SLCAN_NOISE + 1) * sizeof counts[0]);
    for (; *text; text++)
        counts[slcan_feed(&receiver, *text, &frame)]++;
}

static void a_stream_falls_apart_into_frames_answers_and_noise(void **state)
{
    int counts[SLCAN_NOISE + 1];
    (void)state;
    count_lines("\r\az\rt2148000102030405060"
                "7\rrubbish\rV0100\rt21",
                counts);
    assert_int_equal(counts[SLCAN_FRAME], 1);
    assert_int_equal(counts[SLCAN_DONE], 3);
    assert_int_equal(counts[SLCAN_REFUSED], 1);
    assert_int_equal(counts[SLCAN_NOISE], 1);
}

static void an_endless_line_is_noise_and_the_next_one_counts(void **state)
{
    char text[600];
    int counts[SLCAN_NOISE + 1];
    (void)state;
    memset(text, 't', 500);
    strcpy(text + 500, "\rt1120\r");
    count_lines(text, counts);
    assert_int_equal(counts[SLCAN_NOISE], 1);
    assert_int_equal(counts[SLCAN_FRAME], 1);
}

static void a_stimulus_is_little_endian_behind_its_sequence(void **state)
{
    const struct rack_stimulus leak = {
        .id = RACK_RESIDUAL_CURRENT, .level = 30000, .waveform = RACK_PULSATING};
    const struct rack_stimulus room = {
        .id = RACK_ENVIRONMENT, .temperature_dc = -55, .smoke = true};
    struct can_frame frame;
    (void)state;
    rack_stimulus_encode(&leak, 0x0201, &frame);
    assert_int_equal(frame.length, 7);
    assert_memory_equal(frame.data, ((uint8_t[]){1, 2, 0x30, 0x75, 0, 0, 1}), 7);
    rack_stimulus_encode(&room, 3, &frame);
    assert_int_equal(frame.length, 6);
    assert_memory_equal(frame.data, ((uint8_t[]){3, 0, 0xc9, 0xff, 1, 0}), 6);
}

static void a_report_comes_back_as_it_was(void **state)
{
    const struct rack_report report = {RACK_CONTACTS, 0xfe, 0xfedcba9876, 0x0301};
    struct rack_report back;
    struct can_frame frame;
    (void)state;
    rack_report_encode(&report, &frame);
    assert_int_equal(rack_report_decode(&frame, &back), 0);
    assert_int_equal(back.id, report.id);
    assert_int_equal(back.counter, report.counter);
    assert_true(back.stamp_us == report.stamp_us);
    assert_int_equal(back.payload, report.payload);
    frame.length = 7;
    assert_int_equal(rack_report_decode(&frame, &back), ERROR_INVALID_ARGUMENT);
    frame.length = 8;
    frame.id = 0x216;
    assert_int_equal(rack_report_decode(&frame, &back), ERROR_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_becomes_a_line_and_comes_back),
        cmocka_unit_test(what_is_no_data_frame_is_refused),
        cmocka_unit_test(a_frame_outside_its_ranges_is_not_written),
        cmocka_unit_test(a_stream_falls_apart_into_frames_answers_and_noise),
        cmocka_unit_test(an_endless_line_is_noise_and_the_next_one_counts),
        cmocka_unit_test(a_stimulus_is_little_endian_behind_its_sequence),
        cmocka_unit_test(a_report_comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
