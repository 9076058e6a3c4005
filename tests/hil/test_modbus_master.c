/* The Modbus master against a scripted device, in run time: libmodbus, pseudo terminals and all. */
#include "cmocka_all.h"

#include "hil/line/modbus_master.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <string.h>

#define CHARACTER_NS (10 * NS_PER_S / 9600)

/* What the device does with each request, in turn; the last one goes on. */
enum deed { ANSWER, SILENCE, WRONG_CRC, CUT_SHORT, EXCEPTION, SPLIT, STRANGER, TWICE, OTHER_COUNT };

struct device {
    struct line line;
    struct modbus_master master;
    int64_t now;
    enum deed script[16];
    int script_at, script_count;
    uint8_t reply[64];
    int64_t at[64]; /* when each byte arrives */
    size_t size, given;
    struct modbus_result results[8];
    int result_count;
    int64_t done_at[8];
    uint8_t request[64];
    size_t request_size;
};

static size_t seal(uint8_t *frame, size_t size)
{
    uint16_t crc = modbus_crc16(frame, size);
    frame[size] = (uint8_t)crc;
    frame[size + 1] = (uint8_t)(crc >> 8);
    return size + 2;
}

static size_t build(enum deed deed, uint8_t *reply)
{
    uint8_t station = deed == STRANGER ? 9 : 1;
    if (deed == EXCEPTION) {
        memcpy(reply, (uint8_t[]){station, 0x84, 2}, 3);
        return seal(reply, 3);
    }
    int count = deed == OTHER_COUNT ? 1 : 2;
    memcpy(reply, (uint8_t[]){station, 4, (uint8_t)(2 * count), 0x12, 0x34, 0x56, 0x78}, 7);
    size_t size = seal(reply, 3 + 2 * (size_t)count);
    if (deed == WRONG_CRC)
        reply[4] ^= 0x40;
    if (deed == CUT_SHORT)
        size -= 3;
    if (deed == TWICE) {
        memcpy(reply + size, reply, size);
        size *= 2;
    }
    return size;
}

static int to_device(void *user, const uint8_t *bytes, size_t size)
{
    struct device *device = user;
    memcpy(device->request, bytes, size);
    device->request_size = size;
    enum deed deed = device->script[device->script_at];
    if (device->script_at < device->script_count - 1)
        device->script_at++;
    device->given = 0;
    device->size = deed == SILENCE ? 0 : build(deed, device->reply);
    int64_t at = device->now + ((int64_t)size + 4) * CHARACTER_NS;
    for (size_t i = 0; i < device->size; i++) {
        at += CHARACTER_NS;
        if (deed == SPLIT && i == 4)
            at += 3 * CHARACTER_NS; /* not yet the end of a frame */
        device->at[i] = at;
    }
    return 0;
}

static void arrived(void *user, int64_t stamp, uint8_t byte)
{
    modbus_master_byte(&((struct device *)user)->master, stamp, byte);
}

static void done(void *user, const struct modbus_result *result)
{
    struct device *device = user;
    device->done_at[device->result_count] = device->now;
    device->results[device->result_count] = *result;
    device->results[device->result_count++].request = NULL; /* it lives no longer than this call */
}

static void open_device(struct device *device, const enum deed *script, int count)
{
    const struct line_ends ends = {to_device, arrived, device};
    const struct modbus_master_config config = {
        .line = {9600, 'N', 1}, .slave = 1, .timeout_ns = 100 * NS_PER_MS};
    char message[200];
    memset(device, 0, sizeof *device);
    memcpy(device->script, script, (size_t)count * sizeof script[0]);
    device->script_count = count;
    assert_int_equal(line_open(&device->line, &ends, random_stream(1, 1, RANDOM_SCRIPT), message,
                               sizeof message),
                     0);
    assert_int_equal(
        modbus_master_open(&device->master, &device->line, &config, message, sizeof message), 0);
}

static void close_device(struct device *device)
{
    modbus_master_close(&device->master);
    line_close(&device->line);
}

static int ask(struct device *device)
{
    const struct modbus_job job = {
        .request = {.function = MODBUS_READ_INPUT, .address = 10, .count = 2},
        .done = done,
        .user = device,
        .tag = 5,
    };
    return modbus_master_submit(&device->master, &job);
}

/* Run time goes from one thing that happens to the next. */
static void run(struct device *device)
{
    while (!modbus_master_idle(&device->master)) {
        assert_int_equal(modbus_master_service(&device->master, device->now), 0);
        int64_t next = modbus_master_due(&device->master);
        bool byte_first = device->given < device->size && device->at[device->given] <= next;
        if (next == TIME_NEVER)
            break;
        if (byte_first) {
            device->now = device->at[device->given];
            line_from_device(&device->line, device->now, device->reply[device->given++]);
        } else if (next > device->now) {
            device->now = next;
        }
    }
}

#define OPEN(device, ...)                                                                          \
    open_device(device, (const enum deed[]){__VA_ARGS__},                                          \
                (int)(sizeof((const enum deed[]){__VA_ARGS__}) / sizeof(enum deed)))

static void a_reply_is_decoded_when_its_last_byte_is_there(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, ANSWER);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.result_count, 1);
    assert_int_equal(device.results[0].error, 0);
    assert_int_equal(device.results[0].tag, 5);
    assert_int_equal(device.results[0].response.values[0], 0x1234);
    assert_int_equal(device.results[0].response.values[1], 0x5678);
    assert_int_equal(device.done_at[0], device.at[8]);
    assert_memory_equal(device.request, ((uint8_t[]){1, 4, 0, 10, 0, 2}), 6);
    assert_int_equal(modbus_crc16(device.request, 8), 0);
    close_device(&device);
}

static void a_reply_with_a_pause_inside_is_still_one(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, SPLIT);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.results[0].error, 0);
    assert_int_equal(device.results[0].attempts, 1);
    close_device(&device);
}

static void silence_is_a_timeout_after_three_attempts(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, SILENCE);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.results[0].error, ERROR_TIMEOUT);
    assert_int_equal(device.results[0].attempts, 3);
    assert_int_equal(device.master.statistics.timeouts, 3);
    assert_int_equal(device.done_at[0], 3 * (8 * CHARACTER_NS + 100 * NS_PER_MS));
    close_device(&device);
}

static void a_damaged_reply_is_asked_for_again(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, WRONG_CRC, CUT_SHORT, ANSWER);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.results[0].error, 0);
    assert_int_equal(device.results[0].attempts, 3);
    assert_int_equal(device.master.statistics.damaged, 2);
    assert_true(device.results[0].first_sent < device.results[0].sent);
    close_device(&device);
}

static void a_wrong_checksum_is_told_as_such(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, WRONG_CRC);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.results[0].error, ERROR_MODBUS_CRC);
    close_device(&device);
}

static void an_exception_is_an_answer_and_not_asked_again(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, EXCEPTION);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.results[0].error, ERROR_MODBUS_EXCEPTION);
    assert_int_equal(device.results[0].response.exception, 2);
    assert_int_equal(device.results[0].attempts, 1);
    close_device(&device);
}

static void a_strangers_reply_is_not_ours(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, STRANGER, ANSWER);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.results[0].error, 0);
    assert_int_equal(device.results[0].attempts, 2);
    close_device(&device);
}

static void a_reply_with_other_registers_is_refused(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, OTHER_COUNT);
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_true(device.results[0].error < 0);
    assert_int_equal(device.results[0].attempts, 3);
    close_device(&device);
}

/* The second copy of a reply must not be taken for the answer to the next request. */
static void a_doubled_reply_does_not_answer_the_next_request(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, TWICE, EXCEPTION);
    assert_int_equal(ask(&device), 0);
    run(&device);
    while (device.given < device.size) {
        device.now = device.at[device.given];
        line_from_device(&device.line, device.now, device.reply[device.given++]);
    }
    assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.results[0].error, 0);
    assert_int_equal(device.results[1].error, ERROR_MODBUS_EXCEPTION);
    close_device(&device);
}

static void requests_wait_for_each_other_in_a_bounded_queue(void **state)
{
    static struct device device;
    (void)state;
    OPEN(&device, ANSWER);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(&device), 0);
    run(&device);
    assert_int_equal(device.result_count, 3);
    /* between a reply and the next request the line rests for 3.5 characters */
    assert_true(device.results[1].sent - device.results[0].answered >= CHARACTER_NS * 7 / 2);
    for (int i = 0; i < MASTER_QUEUE_MAX; i++)
        assert_int_equal(ask(&device), 0);
    assert_int_equal(ask(&device), ERROR_QUEUE_FULL);
    close_device(&device);
}

static void a_request_damaged_on_purpose_goes_out_once(void **state)
{
    static struct device device;
    struct modbus_job job = {
        .request = {.function = MODBUS_WRITE_MULTIPLE, .address = 32, .count = 2, .values = {1, 2}},
        .done = done,
        .damaged = true,
    };
    (void)state;
    OPEN(&device, SILENCE);
    job.user = &device;
    assert_int_equal(modbus_master_submit(&device.master, &job), 0);
    run(&device);
    assert_int_equal(device.request_size, 13);
    assert_int_not_equal(modbus_crc16(device.request, 13), 0);
    assert_int_equal(device.results[0].attempts, 1);
    assert_int_equal(device.master.statistics.timeouts, 0);
    close_device(&device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_decoded_when_its_last_byte_is_there),
        cmocka_unit_test(a_reply_with_a_pause_inside_is_still_one),
        cmocka_unit_test(silence_is_a_timeout_after_three_attempts),
        cmocka_unit_test(a_damaged_reply_is_asked_for_again),
        cmocka_unit_test(a_wrong_checksum_is_told_as_such),
        cmocka_unit_test(an_exception_is_an_answer_and_not_asked_again),
        cmocka_unit_test(a_strangers_reply_is_not_ours),
        cmocka_unit_test(a_reply_with_other_registers_is_refused),
        cmocka_unit_test(a_doubled_reply_does_not_answer_the_next_request),
        cmocka_unit_test(requests_wait_for_each_other_in_a_bounded_queue),
        cmocka_unit_test(a_request_damaged_on_purpose_goes_out_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
