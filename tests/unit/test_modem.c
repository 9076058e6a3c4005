/* The modem's counters over power cuts: nothing is used twice, nothing old is taken for new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/modem.h"

static const struct dlt645_address meter_161 = {{0x61, 0x01, 0, 0, 0, 0}};
static const struct envelope_key key = {{1, 2, 3}};

struct bench {
    struct uplink_codec codec;
    struct modem modem;
    struct envelope_counters platform;
};

static int setup_on(void **state, bool lorawan)
{
    static struct bench bench;
    bench = (struct bench){.modem.key = key};
    assert_true(uplink_codec_init(&bench.codec, lorawan, false));
    *state = &bench;
    return 0;
}

static int setup(void **state)
{
    return setup_on(state, false);
}

static int setup_lora(void **state)
{
    return setup_on(state, true);
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    uplink_codec_free(&bench->codec);
    return 0;
}

/* The counter of the message that the modem sends next. */
static uint32_t send_one(struct bench *bench)
{
    uint8_t message[128];
    int size = modem_seal(&bench->modem, &bench->codec, &meter_161, (const uint8_t *)"hello", 5, message, sizeof message);
    assert_int_equal(size, 5 + uplink_overhead(&bench->codec));
    assert_int_equal(uplink_counter(&bench->codec, message, (size_t)size),
                     bench->codec.frames ? bench->modem.counters.sent & 0xffff : bench->modem.counters.sent);
    return bench->modem.counters.sent;
}

/* Power may be cut after any number of messages, any number of times. */
static void no_counter_is_used_twice_whenever_power_is_cut(void **state)
{
    struct bench *bench = *state;
    uint32_t last = 0;
    for (int messages = 0; messages < 3 * MODEM_RESERVE; messages++) {
        for (int i = 0; i < messages; i++) {
            uint32_t counter = send_one(bench);
            assert_true(counter > last);
            last = counter;
        }
        modem_restart(&bench->modem);
        assert_true(bench->modem.counters.sent >= last);
        assert_true(bench->modem.counters.sent <= last + MODEM_RESERVE);
    }
}

/* The numbers that cuts skip are few enough for LoRaWAN's gap. */
static void the_platform_opens_the_first_message_after_a_cut(void **state)
{
    struct bench *bench = *state;
    for (int cut = 0; cut < 100; cut++) {
        uint8_t message[128], payload[8];
        int size = modem_seal(&bench->modem, &bench->codec, &meter_161, (const uint8_t *)"hello", 5, message,
                              sizeof message);
        modem_restart(&bench->modem);
        assert_int_equal(uplink_open(&bench->codec, &key, ENVELOPE_UP, &meter_161, &bench->platform, message,
                                     (size_t)size, payload, sizeof payload),
                         5);
    }
}

static void memory_is_written_once_for_many_messages(void **state)
{
    struct bench *bench = *state;
    int writes = 0;
    for (int i = 0; i < 10 * MODEM_RESERVE; i++) {
        uint32_t before = bench->modem.memory.reserved;
        send_one(bench);
        writes += bench->modem.memory.reserved != before;
    }
    assert_int_equal(writes, 10);
}

static void a_message_from_before_the_cut_is_a_replay_after_it(void **state)
{
    struct bench *bench = *state;
    uint8_t message[128], payload[8];
    int size = uplink_seal(&bench->codec, &key, ENVELOPE_DOWN, &meter_161, &bench->platform, (const uint8_t *)"trip!", 5,
                           message, sizeof message);
    for (int cut = 0; cut < 3; cut++) {
        int result = modem_open(&bench->modem, &bench->codec, &meter_161, message, (size_t)size, payload, sizeof payload);
        assert_int_equal(result, cut == 0 ? 5 : ERROR_ENVELOPE_REPLAYED);
        modem_restart(&bench->modem);
    }
    bench->modem.faults.counter_in_ram = true;
    modem_restart(&bench->modem);
    assert_int_equal(
        modem_open(&bench->modem, &bench->codec, &meter_161, message, (size_t)size, payload, sizeof payload), 5);
}

static void the_last_counters_are_not_reserved_past_their_end(void **state)
{
    struct bench *bench = *state;
    bench->modem.memory.reserved = UINT32_MAX - 2;
    modem_restart(&bench->modem);
    assert_int_equal(send_one(bench), UINT32_MAX - 1);
    assert_int_equal(send_one(bench), UINT32_MAX);
    uint8_t message[128];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(modem_seal(&bench->modem, &bench->codec, &meter_161, message, 0, message + 64, 64),
                         ERROR_ENVELOPE_COUNTER_EXHAUSTED);
        modem_restart(&bench->modem);
    }
}

int main(void)
{
#define on(name, setup_function) cmocka_unit_test_setup_teardown(name, setup_function, teardown)
    const struct CMUnitTest tests[] = {
        on(no_counter_is_used_twice_whenever_power_is_cut, setup),
        on(no_counter_is_used_twice_whenever_power_is_cut, setup_lora),
        on(the_platform_opens_the_first_message_after_a_cut, setup),
        on(the_platform_opens_the_first_message_after_a_cut, setup_lora),
        on(memory_is_written_once_for_many_messages, setup),
        on(a_message_from_before_the_cut_is_a_replay_after_it, setup),
        on(a_message_from_before_the_cut_is_a_replay_after_it, setup_lora),
        on(the_last_counters_are_not_reserved_past_their_end, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
