/* The relayed line: stamps, and what a bad line does to bytes. */
#include "cmocka_all.h"

#include "hil/line/line.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct ends {
    struct line line;
    uint8_t device[8192], library[8192];
    int64_t stamps[8192];
    size_t device_size, library_size;
    int pieces;
};

static int to_device(void *user, const uint8_t *bytes, size_t size)
{
    struct ends *ends = user;
    memcpy(ends->device + ends->device_size, bytes, size);
    ends->device_size += size;
    ends->pieces++;
    return 0;
}

static void arrived(void *user, int64_t stamp, uint8_t byte)
{
    struct ends *ends = user;
    ends->stamps[ends->library_size] = stamp;
    ends->library[ends->library_size++] = byte;
}

static void open_line(struct ends *ends, const struct line_faults *faults)
{
    const struct line_ends callbacks = {to_device, arrived, ends};
    char message[200];
    memset(ends, 0, sizeof *ends);
    assert_int_equal(line_open(&ends->line, &callbacks, random_stream(1, 1, RANDOM_SCRIPT), message,
                               sizeof message),
                     0);
    line_set_faults(&ends->line, faults);
}

/* What libmodbus would do: write to the slave end, then have it relayed. */
static void request(struct ends *ends, int64_t now, const uint8_t *bytes, size_t size)
{
    assert_int_equal(write(ends->line.slave, bytes, size), (ssize_t)size);
    assert_int_equal(line_relay_request(&ends->line, now, size), 0);
}

static void a_good_line_relays_a_request_in_one_piece(void **state)
{
    static struct ends ends;
    const uint8_t bytes[] = {1, 4, 0, 0, 0, 0x18, 0xf0, 0x11, 0x13, 0x0a, 0x0d};
    (void)state;
    open_line(&ends, &(struct line_faults){0});
    request(&ends, 5, bytes, sizeof bytes);
    assert_int_equal(ends.pieces, 1);
    assert_int_equal(ends.device_size, sizeof bytes);
    assert_memory_equal(ends.device, bytes, sizeof bytes);
    line_from_device(&ends.line, 77, 0xab);
    assert_int_equal(ends.library_size, 1);
    assert_int_equal(ends.stamps[0], 77);
    line_close(&ends.line);
}

static void the_capture_keeps_both_directions_apart(void **state)
{
    static struct ends ends;
    char text[128];
    (void)state;
    open_line(&ends, &(struct line_faults){0});
    request(&ends, 5, (const uint8_t[]){1, 4}, 2);
    line_from_device(&ends.line, 77, 0x81);
    line_from_device(&ends.line, 78, 0x02);
    line_describe(&ends.line, text, sizeof text);
    assert_string_equal(text, "> 01 04 < 81 02");
    line_close(&ends.line);
}

static void a_line_that_drops_everything_delivers_nothing(void **state)
{
    static struct ends ends;
    (void)state;
    open_line(&ends, &(struct line_faults){.drop_ppm = 1000000});
    request(&ends, 5, (const uint8_t[]){1, 4}, 2);
    line_from_device(&ends.line, 6, 1);
    assert_int_equal(ends.device_size + ends.library_size, 0);
    assert_int_equal(ends.line.spoiler.counts[LINE_FAULT_DROP], 3);
    line_close(&ends.line);
}

/* A tenth of 4000 bytes, within four deviations; the same seed spoils the same bytes. */
static void a_bad_line_spoils_as_often_as_it_is_told(void **state)
{
    static struct ends ends, again;
    (void)state;
    const struct line_faults faults = {.corrupt_ppm = 100000, .duplicate_ppm = 100000};
    open_line(&ends, &faults);
    open_line(&again, &faults);
    for (int i = 0; i < 4000; i++) {
        line_from_device(&ends.line, i, 0x55);
        line_from_device(&again.line, i, 0x55);
    }
    assert_in_range(ends.line.spoiler.counts[LINE_FAULT_CORRUPT], 324, 476);
    assert_in_range(ends.line.spoiler.counts[LINE_FAULT_DUPLICATE], 324, 476);
    assert_int_equal(ends.library_size, 4000 + ends.line.spoiler.counts[LINE_FAULT_DUPLICATE]);
    assert_int_equal(ends.library_size, again.library_size);
    assert_memory_equal(ends.library, again.library, ends.library_size);
    for (size_t i = 0; i < ends.library_size; i++)
        assert_true(__builtin_popcount(ends.library[i] ^ 0x55u) <= 1);
    line_close(&ends.line);
    line_close(&again.line);
}

static void a_slow_line_delivers_late_and_in_order(void **state)
{
    static struct ends ends;
    (void)state;
    open_line(&ends, &(struct line_faults){.delay_ns = 5 * NS_PER_MS});
    request(&ends, 0, (const uint8_t[]){1, 2, 3}, 3);
    assert_int_equal(ends.device_size, 0);
    assert_int_equal(line_due(&ends.line), 5 * NS_PER_MS);
    assert_int_equal(line_service(&ends.line, 5 * NS_PER_MS - 1), 0);
    assert_int_equal(ends.device_size, 0);
    line_set_faults(&ends.line, &(struct line_faults){0}); /* it heals: nothing may overtake */
    line_from_device(&ends.line, 1, 9);
    assert_int_equal(ends.library_size, 0);
    assert_int_equal(line_service(&ends.line, 5 * NS_PER_MS), 0);
    assert_memory_equal(ends.device, ((uint8_t[]){1, 2, 3}), 3);
    assert_int_equal(ends.library_size, 1);
    assert_int_equal(line_due(&ends.line), TIME_NEVER);
    line_close(&ends.line);
}

/* Bytes that the device never sent do not reach the master, nor do its own. */
static void an_echoing_adapter_is_learned_from_a_read_and_its_echoes_are_kept_back(void **state)
{
    static struct ends ends;
    static const uint8_t look[] = {1, 4, 0, 0, 0, 1, 0x31, 0xca}, set[] = {1, 6, 0, 1, 0, 3, 0x98, 0x0b};
    (void)state;
    open_line(&ends, &(struct line_faults){.echo = true});
    request(&ends, 5, look, sizeof look);
    assert_int_equal(ends.library_size, 0);
    line_from_device(&ends.line, 9, 1);
    line_from_device(&ends.line, 9, 4);
    assert_int_equal(ends.library_size, 2);
    request(&ends, 20, set, sizeof set);
    assert_int_equal(ends.library_size, 2);
    for (size_t i = 0; i < sizeof set; i++) /* the reply, which repeats the request */
        line_from_device(&ends.line, 30, set[i]);
    assert_int_equal(ends.library_size, 2 + sizeof set);
    line_close(&ends.line);
}

static void a_reply_that_repeats_its_request_is_no_echo(void **state)
{
    static struct ends ends;
    static const uint8_t set[] = {1, 6, 0, 1, 0, 3, 0x98, 0x0b};
    (void)state;
    open_line(&ends, &(struct line_faults){0});
    request(&ends, 20, set, sizeof set);
    for (size_t i = 0; i < sizeof set; i++)
        line_from_device(&ends.line, 30, set[i]);
    assert_int_equal(ends.library_size, sizeof set);
    line_close(&ends.line);
}

static void a_reply_that_begins_like_its_request_arrives_whole(void **state)
{
    static struct ends ends;
    static const uint8_t look[] = {1, 4, 0, 0, 0, 1, 0x31, 0xca}, reply[] = {1, 4, 2, 8, 0x98};
    (void)state;
    open_line(&ends, &(struct line_faults){0});
    request(&ends, 20, look, sizeof look);
    for (size_t i = 0; i < sizeof reply; i++)
        line_from_device(&ends.line, 30 + (int64_t)i, reply[i]);
    assert_int_equal(ends.library_size, sizeof reply);
    assert_memory_equal(ends.library, reply, sizeof reply);
    assert_int_equal(ends.stamps[0], 30);
    line_close(&ends.line);
}

static void planned_faults_come_at_their_time_in_their_direction(void **state)
{
    static struct ends ends;
    struct line_faults faults;
    char message[200];
    (void)state;
    assert_int_equal(line_faults_parse("drop=2@1s<", &faults, message, sizeof message), 0);
    open_line(&ends, &faults);
    request(&ends, 0, (const uint8_t[]){1, 2}, 2);
    line_from_device(&ends.line, NS_PER_S - 1, 1);
    request(&ends, NS_PER_S, (const uint8_t[]){1, 2}, 2);
    for (int i = 0; i < 4; i++)
        line_from_device(&ends.line, NS_PER_S + 1, (uint8_t)i);
    assert_int_equal(ends.device_size, 4);
    assert_int_equal(ends.library_size, 3);
    assert_int_equal(ends.line.spoiler.counts[LINE_FAULT_DROP], 2);
    line_close(&ends.line);
}

static void a_split_is_a_pause_within_a_frame(void **state)
{
    static struct ends ends;
    struct line_faults faults;
    char message[200];
    (void)state;
    assert_int_equal(line_faults_parse("split=1@0s>, pause=50ms", &faults, message, sizeof message), 0);
    open_line(&ends, &faults);
    request(&ends, 0, (const uint8_t[]){1, 2, 3}, 3);
    assert_int_equal(ends.device_size, 1);
    assert_int_equal(line_due(&ends.line), 50 * NS_PER_MS);
    line_service(&ends.line, 50 * NS_PER_MS);
    assert_int_equal(ends.device_size, 3);
    line_close(&ends.line);
}

static void noise_comes_between_frames_and_leaves_the_frame_whole(void **state)
{
    static struct ends ends;
    (void)state;
    open_line(&ends, &(struct line_faults){.noise_ppm = 1000000});
    request(&ends, 0, (const uint8_t[]){1, 2, 3}, 3);
    assert_in_range(ends.device_size, 4, 6);
    assert_memory_equal(ends.device + ends.device_size - 3, ((uint8_t[]){1, 2, 3}), 3);
    assert_int_equal(ends.line.spoiler.counts[LINE_FAULT_NOISE], 1);
    line_close(&ends.line);
}

static void words_that_are_none_are_named(void **state)
{
    struct line_faults faults = {.drop_ppm = 3};
    char message[300];
    static const char *const wrong[] = {"drop", "drop=5", "drop=2000000ppm", "drop=0@1s", "loss=1ppm",
                                        "delay=20", "echo=1", "seed=x", "split=1@", "drop=1@1s?"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(line_faults_parse(wrong[i], &faults, message, sizeof message),
                         ERROR_PROFILE);
        assert_non_null(strstr(message, wrong[i]));
    }
    assert_int_equal(faults.drop_ppm, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_line_relays_a_request_in_one_piece),
        cmocka_unit_test(the_capture_keeps_both_directions_apart),
        cmocka_unit_test(a_line_that_drops_everything_delivers_nothing),
        cmocka_unit_test(a_bad_line_spoils_as_often_as_it_is_told),
        cmocka_unit_test(a_slow_line_delivers_late_and_in_order),
        cmocka_unit_test(an_echoing_adapter_is_learned_from_a_read_and_its_echoes_are_kept_back),
        cmocka_unit_test(a_reply_that_repeats_its_request_is_no_echo),
        cmocka_unit_test(a_reply_that_begins_like_its_request_arrives_whole),
        cmocka_unit_test(planned_faults_come_at_their_time_in_their_direction),
        cmocka_unit_test(a_split_is_a_pause_within_a_frame),
        cmocka_unit_test(noise_comes_between_frames_and_leaves_the_frame_whole),
        cmocka_unit_test(words_that_are_none_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
