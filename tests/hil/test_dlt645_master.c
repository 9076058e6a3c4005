/* The DL/T 645 master against a scripted meter, in run time. */
#include "cmocka_all.h"

#include "hil/line/dlt645_master.h"
#include "sim/error.h"

#include <string.h>

#define CHARACTER_NS (11 * NS_PER_S / 2400)
#define REPLY_DELAY_NS (30 * NS_PER_MS)
#define VOLTAGE 0x02010100u

/* What the meter does with each request, in turn; the last one goes on. */
enum deed {
    ANSWER, SILENCE, WRONG_CHECKSUM, CUT_SHORT, STRANGER, OTHER_IDENTIFIER, OTHER_FUNCTION,
    REFUSE, REFUSE_BY_WORD, NOISE_BEFORE, DOUBLED_START, SLOW_BYTES, LATE, ECHO, BABBLE, BLOCK,
    BLOCK_OUT_OF_TURN
};

struct meter {
    struct line line;
    struct dlt645_master master;
    struct dlt645_address own;
    int64_t now;
    enum deed script[16];
    int script_at, script_count;
    uint8_t reply[1024];
    int64_t at[1024]; /* when each byte arrives */
    size_t size, given;
    struct dlt645_result results[8];
    uint8_t values[8][1024];
    int result_count;
    uint8_t request[64];
    size_t request_size;
};

static uint8_t long_value[450];

static void build_frame(const struct meter *meter, enum deed deed,
                        const struct dlt645_frame *request, struct dlt645_frame *reply)
{
    static const uint8_t volts[] = {0x01, 0x23};
    struct dlt645_address other;
    dlt645_address_from_text("000000000009", &other);
    bool later = request->control == DLT645_READ_MORE;
    unsigned part = later ? request->data[4] : 0;
    switch (deed) {
    case REFUSE:
        dlt645_refusal(reply, &meter->own, DLT645_READ, DLT645_ERROR_NO_DATA);
        break;
    case REFUSE_BY_WORD:
        dlt645_refusal(reply, &meter->own, DLT645_READ, 0x20);
        reply->length = 2;
        reply->data[1] = 0x01;
        break;
    case BLOCK:
    case BLOCK_OUT_OF_TURN:
        dlt645_block_reply(reply, &meter->own, VOLTAGE, long_value, sizeof long_value, part);
        if (deed == BLOCK_OUT_OF_TURN && later)
            dlt645_block_reply(reply, &meter->own, VOLTAGE, long_value, sizeof long_value, 2);
        break;
    default:
        dlt645_read_reply(reply, deed == STRANGER ? &other : &meter->own,
                          deed == OTHER_IDENTIFIER ? VOLTAGE + 1 : VOLTAGE, volts, 2);
        if (deed == OTHER_FUNCTION)
            reply->control = DLT645_WRITE | DLT645_FROM_METER;
        break;
    }
}

static size_t build(const struct meter *meter, enum deed deed, const struct dlt645_frame *request,
                    uint8_t *out)
{
    struct dlt645_frame reply;
    size_t before = 0;
    if (deed == SILENCE)
        return 0;
    if (deed == BABBLE) {
        memset(out, 0x55, 1000);
        return 1000;
    }
    build_frame(meter, deed, request, &reply);
    if (deed == NOISE_BEFORE) {
        memcpy(out, "\x00\x68\x01\x99\x68", 5);
        before = 5;
    } else if (deed == DOUBLED_START) {
        out[0] = 0x68;
        before = 1;
    } else if (deed == ECHO) {
        memcpy(out, meter->request, meter->request_size);
        before = meter->request_size;
    }
    size_t size = before + (size_t)dlt645_encode(&reply, deed == DOUBLED_START ? 0 : 4,
                                                 out + before, 1024 - before);
    if (deed == WRONG_CHECKSUM)
        out[size - 2] ^= 1;
    return deed == CUT_SHORT ? size - 3 : size;
}

static int to_device(void *user, const uint8_t *bytes, size_t size)
{
    struct meter *meter = user;
    struct dlt645_frame request;
    memcpy(meter->request, bytes, size);
    meter->request_size = size;
    enum deed deed = meter->script[meter->script_at];
    if (meter->script_at < meter->script_count - 1)
        meter->script_at++;
    meter->given = meter->size = 0;
    if (dlt645_decode(bytes, size, &request, NULL) < 0)
        return 0;
    meter->size = build(meter, deed, &request, meter->reply);
    int64_t at = meter->now + (int64_t)size * CHARACTER_NS +
                 (deed == LATE ? 700 * NS_PER_MS : deed == ECHO ? 0 : REPLY_DELAY_NS);
    for (size_t i = 0; i < meter->size; i++) {
        at += deed == SLOW_BYTES ? 400 * NS_PER_MS : CHARACTER_NS;
        meter->at[i] = at;
    }
    return 0;
}

static void arrived(void *user, int64_t stamp, uint8_t byte)
{
    dlt645_master_byte(&((struct meter *)user)->master, stamp, byte);
}

static void done(void *user, const struct dlt645_result *result)
{
    struct meter *meter = user;
    int at = meter->result_count++;
    meter->results[at] = *result;
    if (result->size > 0)
        memcpy(meter->values[at], result->value, result->size);
}

static void open_meter(struct meter *meter, const enum deed *script, int count)
{
    const struct line_ends ends = {to_device, arrived, meter};
    const struct dlt645_master_config config = {
        .line = {2400, 'E', 1}, .preambles = 4, .timeout_ns = DLT645_REPLY_NS};
    char message[200];
    memset(meter, 0, sizeof *meter);
    memcpy(meter->script, script, (size_t)count * sizeof script[0]);
    meter->script_count = count;
    dlt645_address_from_text("000000000161", &meter->own);
    assert_int_equal(line_open(&meter->line, &ends, random_stream(1, 1, RANDOM_SCRIPT), message,
                               sizeof message),
                     0);
    dlt645_master_open(&meter->master, &meter->line, &config);
}

static void ask_address(struct meter *meter, const struct dlt645_address *address)
{
    struct dlt645_job job = {.done = done, .user = meter, .tag = 5};
    dlt645_read_request(&job.request, address, VOLTAGE);
    assert_int_equal(dlt645_master_submit(&meter->master, &job), 0);
}

/* Run time goes from one thing that happens to the next. */
static void run(struct meter *meter)
{
    while (!dlt645_master_idle(&meter->master)) {
        assert_int_equal(line_service(&meter->line, meter->now), 0);
        assert_int_equal(dlt645_master_service(&meter->master, meter->now), 0);
        int64_t next = dlt645_master_due(&meter->master);
        if (line_due(&meter->line) < next)
            next = line_due(&meter->line);
        bool byte_first = meter->given < meter->size && meter->at[meter->given] <= next;
        if (next == TIME_NEVER)
            break;
        if (byte_first) {
            meter->now = meter->at[meter->given];
            line_from_device(&meter->line, meter->now, meter->reply[meter->given++]);
        } else if (next > meter->now) {
            meter->now = next;
        }
    }
}

/* One question to a meter with this script; its result. */
static struct dlt645_result ask(struct meter *meter, const enum deed *script, int count)
{
    open_meter(meter, script, count);
    ask_address(meter, &meter->own);
    run(meter);
    assert_int_equal(meter->result_count, 1);
    line_close(&meter->line);
    return meter->results[0];
}

#define ASK(meter, ...)                                                                            \
    ask(meter, (const enum deed[]){__VA_ARGS__},                                                   \
        (int)(sizeof((const enum deed[]){__VA_ARGS__}) / sizeof(enum deed)))

static struct meter meter;

static void assert_volts(const struct dlt645_result *result)
{
    assert_int_equal(result->error, 0);
    assert_int_equal(result->size, 2);
    assert_memory_equal(meter.values[0], "\x01\x23", 2);
}

static void a_reply_is_its_value_when_its_last_byte_is_there(void **state)
{
    struct dlt645_result result = ASK(&meter, ANSWER);
    (void)state;
    assert_volts(&result);
    assert_int_equal(result.attempts, 1);
    assert_int_equal(result.tag, 5);
    assert_int_equal(result.answered, meter.at[meter.size - 1]);
    assert_int_equal(meter.now, result.answered);
    assert_int_equal(meter.request[0], 0xFE);
    assert_int_equal(meter.request_size, 20);
}

static void silence_is_tried_three_times_and_is_a_timeout(void **state)
{
    struct dlt645_result result = ASK(&meter, SILENCE);
    (void)state;
    assert_int_equal(result.error, ERROR_TIMEOUT);
    assert_int_equal(result.attempts, 3);
    assert_int_equal(meter.master.statistics.timeouts, 3);
    assert_true(result.answered - result.sent >= DLT645_REPLY_NS);
}

static void what_came_instead_of_the_reply_is_named(void **state)
{
    static const struct {
        enum deed deed;
        int error;
    } cases[] = {
        {WRONG_CHECKSUM, ERROR_DLT645_CHECKSUM},   {CUT_SHORT, ERROR_TRUNCATED},
        {STRANGER, ERROR_DLT645_ADDRESS},          {OTHER_IDENTIFIER, ERROR_DLT645_IDENTIFIER},
        {OTHER_FUNCTION, ERROR_DLT645_CONTROL},    {BABBLE, ERROR_TIMEOUT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dlt645_result result = ASK(&meter, cases[i].deed);
        assert_int_equal(result.error, cases[i].error);
        assert_int_equal(result.attempts, 3);
    }
}

static void a_second_attempt_may_succeed(void **state)
{
    struct dlt645_result result = ASK(&meter, WRONG_CHECKSUM, ANSWER);
    (void)state;
    assert_volts(&result);
    assert_int_equal(result.attempts, 2);
    assert_true(result.first_sent < result.sent);
    assert_int_equal(meter.master.statistics.damaged, 1);
}

static void noise_a_doubled_start_slow_bytes_and_an_echo_do_not_hide_a_reply(void **state)
{
    static const enum deed deeds[] = {NOISE_BEFORE, DOUBLED_START, SLOW_BYTES, ECHO};
    (void)state;
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        struct dlt645_result result = ask(&meter, &deeds[i], 1);
        assert_volts(&result);
        assert_int_equal(result.attempts, 1);
    }
}

static void a_late_reply_is_no_reply(void **state)
{
    struct dlt645_result result = ASK(&meter, LATE, SILENCE);
    (void)state;
    assert_int_equal(result.error, ERROR_TIMEOUT);
}

static void a_refusal_is_an_answer_with_its_bits(void **state)
{
    struct dlt645_result result = ASK(&meter, REFUSE);
    (void)state;
    assert_int_equal(result.error, ERROR_DLT645_REFUSED);
    assert_int_equal(result.error_bits, DLT645_ERROR_NO_DATA);
    assert_false(result.has_word);
    assert_int_equal(result.attempts, 1);
    result = ASK(&meter, REFUSE_BY_WORD);
    assert_int_equal(result.error_bits, 0x0120);
    assert_true(result.has_word);
}

static void a_long_value_is_put_together_of_its_parts(void **state)
{
    struct dlt645_result result = ASK(&meter, BLOCK);
    (void)state;
    assert_int_equal(result.error, 0);
    assert_int_equal(result.size, sizeof long_value);
    assert_memory_equal(meter.values[0], long_value, sizeof long_value);
    assert_int_equal(meter.master.statistics.requests, 3);
    assert_true(result.sent < result.answered);
}

static void a_part_that_gets_lost_is_asked_for_again(void **state)
{
    struct dlt645_result result = ASK(&meter, BLOCK, SILENCE, BLOCK);
    (void)state;
    assert_int_equal(result.error, 0);
    assert_int_equal(result.size, sizeof long_value);
    assert_memory_equal(meter.values[0], long_value, sizeof long_value);
}

static void a_part_out_of_turn_is_named(void **state)
{
    struct dlt645_result result = ASK(&meter, BLOCK, BLOCK_OUT_OF_TURN);
    (void)state;
    assert_int_equal(result.error, ERROR_DLT645_SEQUENCE);
}

static void any_meter_may_answer_a_wildcard_and_says_who_it_is(void **state)
{
    static const enum deed script[] = {ANSWER};
    (void)state;
    open_meter(&meter, script, 1);
    ask_address(&meter, &dlt645_wildcard);
    run(&meter);
    assert_int_equal(meter.results[0].error, 0);
    assert_true(dlt645_address_equal(&meter.results[0].from, &meter.own));
    line_close(&meter.line);
}

static void nobody_is_waited_for_after_a_broadcast(void **state)
{
    static const enum deed script[] = {SILENCE};
    const struct dlt645_time time = {2026, 11, 23, 3, 0, 0, 1};
    struct dlt645_job job = {.done = done, .user = &meter};
    (void)state;
    open_meter(&meter, script, 1);
    assert_int_equal(dlt645_broadcast_time(&job.request, &time), 0);
    assert_int_equal(dlt645_master_submit(&meter.master, &job), 0);
    run(&meter);
    assert_int_equal(meter.results[0].error, 0);
    assert_int_equal(meter.results[0].attempts, 1);
    assert_int_equal(meter.now, (int64_t)meter.request_size * CHARACTER_NS);
    line_close(&meter.line);
}

static void a_damaged_request_goes_out_once(void **state)
{
    static const enum deed script[] = {ANSWER};
    struct dlt645_job job = {.done = done, .user = &meter, .damaged = true};
    (void)state;
    open_meter(&meter, script, 1);
    dlt645_read_request(&job.request, &meter.own, VOLTAGE);
    assert_int_equal(dlt645_master_submit(&meter.master, &job), 0);
    run(&meter);
    assert_int_equal(meter.results[0].error, ERROR_TIMEOUT);
    assert_int_equal(meter.results[0].attempts, 1);
    assert_int_equal(meter.master.statistics.timeouts, 0);
    line_close(&meter.line);
}

int main(void)
{
    for (size_t i = 0; i < sizeof long_value; i++)
        long_value[i] = (uint8_t)(i * 7);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_its_value_when_its_last_byte_is_there),
        cmocka_unit_test(silence_is_tried_three_times_and_is_a_timeout),
        cmocka_unit_test(what_came_instead_of_the_reply_is_named),
        cmocka_unit_test(a_second_attempt_may_succeed),
        cmocka_unit_test(noise_a_doubled_start_slow_bytes_and_an_echo_do_not_hide_a_reply),
        cmocka_unit_test(a_late_reply_is_no_reply),
        cmocka_unit_test(a_refusal_is_an_answer_with_its_bits),
        cmocka_unit_test(a_long_value_is_put_together_of_its_parts),
        cmocka_unit_test(a_part_that_gets_lost_is_asked_for_again),
        cmocka_unit_test(a_part_out_of_turn_is_named),
        cmocka_unit_test(any_meter_may_answer_a_wildcard_and_says_who_it_is),
        cmocka_unit_test(nobody_is_waited_for_after_a_broadcast),
        cmocka_unit_test(a_damaged_request_goes_out_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
