/* Parts of the emulator that read what others wrote: the slcan parser and the map file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "map.h"
#include "slcan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct adapter {
    struct slcan slcan;
    char replies[4096];
    size_t length;
    int frames;
    struct can_frame last;
};

static void on_frame(void *user, const struct can_frame *frame)
{
    struct adapter *adapter = user;

    adapter->frames++;
    adapter->last = *frame;
}

static void on_reply(void *user, const char *text)
{
    struct adapter *adapter = user;

    while (*text && adapter->length < sizeof adapter->replies - 1)
        adapter->replies[adapter->length++] = *text++;
    adapter->replies[adapter->length] = '\0';
}

static void start(struct adapter *adapter)
{
    struct slcan_listener listener = { on_frame, on_reply, adapter };

    memset(adapter, 0, sizeof *adapter);
    slcan_open(&adapter->slcan, &listener);
}

static const char *say(struct adapter *adapter, const char *text)
{
    adapter->length = 0;
    adapter->replies[0] = '\0';
    while (*text)
        slcan_byte(&adapter->slcan, *text++);
    return adapter->replies;
}

static void a_channel_opens_sends_and_closes(void **state)
{
    struct adapter adapter;

    (void)state;
    start(&adapter);
    assert_string_equal(say(&adapter, "t1202aabb\r"), "\a");
    assert_string_equal(say(&adapter, "C\rS6\rO\r"), "\r\r\r");
    assert_string_equal(say(&adapter, "t1202aaBB\r"), "z\r");
    assert_int_equal(adapter.frames, 1);
    assert_int_equal(adapter.last.id, 0x120);
    assert_int_equal(adapter.last.length, 2);
    assert_int_equal(adapter.last.data[1], 0xbb);
    assert_string_equal(say(&adapter, "V\rN\rF\r"), "V0100\rNRACK\rF00\r");
    assert_string_equal(say(&adapter, "C\r"), "\r");
    assert_string_equal(say(&adapter, "t1202aabb\r"), "\a");
}

static void at_another_bit_rate_nothing_is_sent(void **state)
{
    struct adapter adapter;

    (void)state;
    start(&adapter);
    assert_string_equal(say(&adapter, "S5\rO\rt1202aabb\r"), "\r\r\a");
    assert_int_equal(adapter.frames, 0);
}

static void malformed_commands_are_refused(void **state)
{
    static const char *const commands[] = {
        "t\r", "t12\r", "t1209\r", "t1202aa\r", "t1202aabbcc\r", "t8001aa\r", "tg201aa\r",
        "t1201ag\r", "T000001201aa\r", "S9\r", "S\r", "S66\r", "x\r", "O1\r", "\x80\xff\r",
        "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt\r",
    };
    struct adapter adapter;
    size_t i;

    (void)state;
    start(&adapter);
    say(&adapter, "S6\rO\r");
    for (i = 0; i < sizeof commands / sizeof commands[0]; i++)
        assert_string_equal(say(&adapter, commands[i]), "\a");
    assert_string_equal(say(&adapter, "t1201aa\r"), "z\r");
    assert_int_equal(adapter.frames, 1);
}

static void noise_of_any_kind_does_no_harm(void **state)
{
    struct adapter adapter;
    uint64_t draw = 1;
    int i;

    (void)state;
    start(&adapter);
    say(&adapter, "S6\rO\r");
    for (i = 0; i < 200000; i++) {
        draw = draw * UINT64_C(6364136223846793005) + 1442695040888963407u;
        adapter.length = 0;
        slcan_byte(&adapter.slcan, (char)(draw >> 60 ? draw >> 33 : '\r'));
    }
}

static void frames_survive_formatting_and_parsing(void **state)
{
    struct can_frame frame = { .id = 0x7a5, .length = 8,
                               .data = { 0, 1, 0x7f, 0x80, 0xff, 5, 6, 7 } };
    struct can_frame back;
    char text[SLCAN_FRAME_SIZE];
    size_t length = slcan_format(&frame, text);

    (void)state;
    assert_string_equal(text, "t7A5800017F80FF050607");
    assert_true(slcan_parse(text, length, &back));
    assert_int_equal(back.id, frame.id);
    assert_int_equal(back.length, frame.length);
    assert_memory_equal(back.data, frame.data, sizeof back.data);
}

/* What the map reader says to a text; an empty string if it is content. */
static const char *verdict(const char *text)
{
    static char error[512];
    char path[] = "/tmp/meterbench-map-XXXXXX";
    int fd = mkstemp(path);
    struct board_map map;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    error[0] = '\0';
    if (map_read(path, &map, error, sizeof error))
        error[0] = '\0';
    unlink(path);
    return error;
}

#define HEAD "mcu atmega328p\nfrequency_hz 16000000\n"

static void a_map_file_needs_an_mcu_and_a_frequency(void **state)
{
    (void)state;
    assert_string_equal(verdict(HEAD), "");
    assert_non_null(strstr(verdict(""), "mcu"));
    assert_non_null(strstr(verdict("mcu atmega328p\n"), "frequency_hz"));
}

static void errors_in_a_map_file_name_the_line(void **state)
{
    static const char *const lines[] = {
        "adc 0 voltage_mv 0", "adc 8 voltage_mv 0 1", "adc 0 speed 0 1", "adc 0 voltage_mv 1 0",
        "pin D8 key", "pin Z1 key", "pin D1 knob", "pin D10 key", "relay operate_us -1",
        "relay operate_us 1x", "relay initial ajar", "mains hold_up_ms 99999999999999999999",
        "fault tired", "fault slow_us", "residual_type c", "uart 9", "colour red", "mcu",
        "a b c d e f g", "supply_mv 10000000",
    };
    char text[256];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        snprintf(text, sizeof text, HEAD "%s\n", lines[i]);
        if (!strstr(verdict(text), ":3: "))
            fail_msg("\"%s\" gave \"%s\"", lines[i], verdict(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_opens_sends_and_closes),
        cmocka_unit_test(at_another_bit_rate_nothing_is_sent),
        cmocka_unit_test(malformed_commands_are_refused),
        cmocka_unit_test(noise_of_any_kind_does_no_harm),
        cmocka_unit_test(frames_survive_formatting_and_parsing),
        cmocka_unit_test(a_map_file_needs_an_mcu_and_a_frequency),
        cmocka_unit_test(errors_in_a_map_file_name_the_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
