/* Bytes on a line become frames, and captures in pcapng come back as they were written. */
#include "cmocka_all.h"

#include "hil/line/capture.h"
#include "sim/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static const uint8_t question[] = {0x68, 0x61, 1,    0,    0,    0,    0,    0x68,
                                   0x11, 4,    0x33, 0x33, 0x34, 0x33, 0x14, 0x16};
static const uint8_t answer[] = {0x68, 0x61, 1,    0,    0,    0,    0,    0x68, 0x91, 8,
                                 0x33, 0x33, 0x34, 0x33, 0x59, 0x33, 0x33, 0x33, 0x8A, 0x16};
static const uint8_t modbus_read[] = {1, 4, 0, 0x48, 0, 2, 0xF1, 0xDD};
static const uint8_t modbus_reply[] = {1, 4, 4, 0x46, 0x2A, 0x75, 0x21, 0x29, 0x8C};
static const uint8_t modbus_write[] = {1, 6, 0, 0x0B, 0, 1, 0x39, 0xC8};

/* ---- frames ----------------------------------------------------------------------------------- */

struct heard {
    int count;
    struct captured frames[8];
};

static void hear(void *user, const struct captured *captured)
{
    struct heard *heard = user;
    assert_true(heard->count < 8);
    heard->frames[heard->count++] = *captured;
}

static struct capture *begin(struct heard *heard, enum wire_protocol protocol)
{
    static struct capture capture;
    heard->count = 0;
    capture_begin(&capture, protocol, hear, heard);
    return &capture;
}

static void put(struct capture *capture, int64_t stamp, enum wire_side side, const uint8_t *bytes,
                size_t size)
{
    for (size_t i = 0; i < size; i++)
        capture_byte(capture, stamp, side, bytes[i]);
}

#define PUT(capture, stamp, bytes) put(capture, stamp, WIRE_EITHER, bytes, sizeof(bytes))

static void question_and_answer_in_one_piece_are_two_frames(void **state)
{
    static struct heard heard;
    struct capture *capture = begin(&heard, WIRE_UNKNOWN);
    (void)state;
    PUT(capture, 5 * MS, modbus_read);
    PUT(capture, 5 * MS, modbus_reply);
    capture_service(capture, 10 * MS);
    assert_int_equal(heard.count, 0);
    capture_service(capture, 40 * MS);
    assert_int_equal(heard.count, 2);
    assert_int_equal(heard.frames[0].packet.side, WIRE_REQUEST);
    assert_int_equal(heard.frames[1].packet.side, WIRE_REPLY);
    assert_memory_equal(heard.frames[1].packet.bytes, modbus_reply, sizeof modbus_reply);
    assert_false(heard.frames[0].explained.wrong || heard.frames[1].explained.wrong);
}

static void a_dlt645_frame_may_come_slowly(void **state)
{
    static struct heard heard;
    struct capture *capture = begin(&heard, WIRE_UNKNOWN);
    (void)state;
    for (size_t i = 0; i < sizeof question; i++) {
        capture_byte(capture, (int64_t)i * 300 * MS, WIRE_EITHER, question[i]);
        capture_service(capture, (int64_t)i * 300 * MS + 290 * MS);
    }
    capture_service(capture, 20000 * MS);
    assert_int_equal(heard.count, 1);
    assert_false(heard.frames[0].explained.wrong);
    assert_int_equal(heard.frames[0].packet.time_ns, 0);
}

static void half_a_second_of_silence_ends_a_frame_as_broken(void **state)
{
    static struct heard heard;
    struct capture *capture = begin(&heard, WIRE_UNKNOWN);
    (void)state;
    put(capture, 0, WIRE_EITHER, question, 9);
    capture_service(capture, 499 * MS);
    assert_int_equal(heard.count, 0);
    capture_service(capture, 501 * MS);
    assert_int_equal(heard.count, 1);
    assert_true(heard.frames[0].explained.wrong);
    PUT(capture, 600 * MS, answer);
    capture_flush(capture);
    assert_int_equal(heard.count, 2);
    assert_false(heard.frames[1].explained.wrong);
}

static void a_known_direction_divides_frames_and_stays(void **state)
{
    static struct heard heard;
    struct capture *capture = begin(&heard, WIRE_MODBUS_RTU);
    (void)state;
    put(capture, 0, WIRE_REQUEST, modbus_write, sizeof modbus_write);
    put(capture, MS, WIRE_REPLY, modbus_write, sizeof modbus_write);
    capture_flush(capture);
    assert_int_equal(heard.count, 2);
    assert_int_equal(heard.frames[0].packet.side, WIRE_REQUEST);
    assert_int_equal(heard.frames[1].packet.side, WIRE_REPLY);
}

static void the_second_of_two_equal_messages_is_the_reply(void **state)
{
    static struct heard heard;
    struct capture *capture = begin(&heard, WIRE_UNKNOWN);
    (void)state;
    for (int i = 0; i < 4; i++)
        PUT(capture, i * 50 * MS, modbus_write);
    capture_flush(capture);
    assert_int_equal(heard.count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(heard.frames[i].packet.side, i % 2 ? WIRE_REPLY : WIRE_REQUEST);
}

static void a_text_line_is_a_packet(void **state)
{
    static struct wire_packet packet;
    (void)state;
    assert_int_equal(capture_read_line("12.5 > 68 aa\n", &packet), 1);
    assert_int_equal(packet.time_ns, 12500 * MS);
    assert_int_equal(packet.side, WIRE_REQUEST);
    assert_int_equal(packet.size, 2);
    assert_int_equal(packet.bytes[1], 0xAA);
    assert_int_equal(capture_read_line("0 ? 68 # remark", &packet), 1);
    assert_int_equal(packet.side, WIRE_EITHER);
    assert_int_equal(capture_read_line("  # remark", &packet), 0);
    assert_int_equal(capture_read_line("", &packet), 0);
    static const char *const bad[] = {"> 68", "1 68", "1 > 6", "1 > xx", "x > 68",
                                      "99999999999999999999 > 68"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(capture_read_line(bad[i], &packet), ERROR_INVALID_ARGUMENT);
}

/* ---- pcapng ----------------------------------------------------------------------------------- */

static struct wire_packet packet_of(int64_t time_ns, enum wire_protocol protocol,
                                    enum wire_side side, const uint8_t *bytes, size_t size)
{
    struct wire_packet packet = {
        .time_ns = time_ns, .protocol = protocol, .side = side, .size = size};
    memcpy(packet.bytes, bytes, size);
    return packet;
}

/* Three packets of two protocols. */
static void write_capture(const char *path)
{
    struct pcapng_writer writer;
    const struct wire_packet packets[] = {
        packet_of(1700000000123456789, WIRE_DLT645, WIRE_REQUEST, question, sizeof question),
        packet_of(1700000000200000000, WIRE_DLT645, WIRE_REPLY, answer, sizeof answer),
        packet_of(1700000001000000001, WIRE_MODBUS_RTU, WIRE_EITHER, modbus_reply,
                  sizeof modbus_reply),
    };
    assert_int_equal(pcapng_create(&writer, path, "test"), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pcapng_write(&writer, &packets[i], i == 1 ? "checksum" : NULL), 0);
    assert_int_equal(pcapng_close(&writer), 0);
}

static size_t load_capture(uint8_t *bytes, size_t capacity)
{
    char path[] = "/tmp/meterbench-capture-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    write_capture(path);
    FILE *file = fdopen(fd, "r");
    size_t size = fread(bytes, 1, capacity, file);
    fclose(file);
    unlink(path);
    return size;
}

/* Packets that can be read; *result is how it ended. */
static int count_packets(const uint8_t *bytes, size_t size, int *result)
{
    static struct pcapng_reader reader;
    static struct wire_packet packet;
    char message[200];
    int count = 0;
    FILE *file = fmemopen((void *)(uintptr_t)bytes, size, "r");
    pcapng_open(&reader, file);
    while ((*result = pcapng_next(&reader, &packet, message, sizeof message)) > 0)
        count++;
    fclose(file);
    return count;
}

static void a_capture_comes_back_to_the_nanosecond(void **state)
{
    static struct pcapng_reader reader;
    static struct wire_packet packet;
    static uint8_t bytes[4096];
    char message[200];
    size_t size = load_capture(bytes, sizeof bytes);
    FILE *file = fmemopen(bytes, size, "r");
    (void)state;
    assert_true(pcapng_recognise(file));
    pcapng_open(&reader, file);
    assert_int_equal(pcapng_next(&reader, &packet, message, sizeof message), 1);
    assert_true(packet.time_ns == 1700000000123456789);
    assert_int_equal(packet.protocol, WIRE_DLT645);
    assert_int_equal(packet.side, WIRE_REQUEST);
    assert_int_equal(packet.size, sizeof question);
    assert_memory_equal(packet.bytes, question, sizeof question);
    assert_int_equal(pcapng_next(&reader, &packet, message, sizeof message), 1);
    assert_int_equal(packet.side, WIRE_REPLY);
    assert_int_equal(pcapng_next(&reader, &packet, message, sizeof message), 1);
    assert_int_equal(packet.protocol, WIRE_MODBUS_RTU);
    assert_int_equal(packet.side, WIRE_EITHER);
    assert_int_equal(pcapng_next(&reader, &packet, message, sizeof message), 0);
    fclose(file);
}

static void a_capture_cut_anywhere_gives_what_is_whole(void **state)
{
    static uint8_t bytes[4096];
    size_t size = load_capture(bytes, sizeof bytes);
    int before = 0, result;
    (void)state;
    for (size_t cut = 1; cut <= size; cut++) {
        int count = count_packets(bytes, cut, &result);
        assert_true(result == 0 || result == ERROR_TRUNCATED);
        assert_true(count == before || count == before + 1);
        before = count;
    }
    assert_int_equal(before, 3);
    assert_int_equal(result, 0);
}

static void a_damaged_capture_is_refused_or_read_but_never_trusted(void **state)
{
    static uint8_t bytes[4096];
    size_t size = load_capture(bytes, sizeof bytes);
    (void)state;
    for (size_t i = 0; i < size; i++)
        for (unsigned value = 0; value < 256; value += 15) {
            uint8_t kept = bytes[i];
            int result;
            bytes[i] = (uint8_t)value;
            assert_true(count_packets(bytes, size, &result) <= 3);
            bytes[i] = kept;
        }
}

/* Turns the bytes of each number round, as a big-endian machine would have written them. */
static void a_capture_of_the_other_byte_order_is_read(void **state)
{
    static const uint8_t big[] = {
        0x0A, 0x0D, 0x0D, 0x0A, 0, 0, 0, 28, 0x1A, 0x2B, 0x3C, 0x4D, 0, 1, 0, 0,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 28,
        0, 0, 0, 1, 0, 0, 0, 20, 0, 147, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20,
        0, 0, 0, 6, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 1,
        0x68, 0, 0, 0, 0, 0, 0, 36};
    static struct pcapng_reader reader;
    static struct wire_packet packet;
    char message[200];
    FILE *file = fmemopen((void *)(uintptr_t)big, sizeof big, "r");
    (void)state;
    pcapng_open(&reader, file);
    assert_int_equal(pcapng_next(&reader, &packet, message, sizeof message), 1);
    assert_int_equal(packet.time_ns, 5000); /* us where the interface does not say */
    assert_int_equal(packet.size, 1);
    assert_int_equal(packet.bytes[0], 0x68);
    fclose(file);
}

static void a_full_disk_is_told(void **state)
{
    struct pcapng_writer writer;
    (void)state;
    assert_int_equal(pcapng_create(&writer, "/dev/full", "test"), ERROR_IO);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(pcapng_create(&writer, "/no/such/place", "test"), ERROR_IO);
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(question_and_answer_in_one_piece_are_two_frames),
        cmocka_unit_test(a_dlt645_frame_may_come_slowly),
        cmocka_unit_test(half_a_second_of_silence_ends_a_frame_as_broken),
        cmocka_unit_test(a_known_direction_divides_frames_and_stays),
        cmocka_unit_test(the_second_of_two_equal_messages_is_the_reply),
        cmocka_unit_test(a_text_line_is_a_packet),
        cmocka_unit_test(a_capture_comes_back_to_the_nanosecond),
        cmocka_unit_test(a_capture_cut_anywhere_gives_what_is_whole),
        cmocka_unit_test(a_damaged_capture_is_refused_or_read_but_never_trusted),
        cmocka_unit_test(a_capture_of_the_other_byte_order_is_read),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
