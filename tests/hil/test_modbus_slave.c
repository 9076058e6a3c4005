/* A virtual meter as a Modbus slave: what a master sees of meters of several makes. */
#include "cmocka_all.h"

#include "hil/serve/modbus_slave.h"
#include "sim/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
    struct event_sink sink;
    struct site *site;
    struct flat *flat;
    struct profile profile;
    struct modbus_slave slave;
    uint8_t reply[MODBUS_PDU_MAX];
};

static void ignore(struct event_sink *sink, const struct event *event)
{
    (void)sink;
    (void)event;
}

static void open_as(struct bench *bench, const char *profile)
{
    char path[512], message[400] = "";
    struct site_config config = site_config_default();
    int error = 0;
    bench->sink.put = ignore;
    config.flats = 1;
    snprintf(path, sizeof path, PROFILES "/%s", profile);
    if (profile_read(path, &bench->profile, message, sizeof message) < 0)
        fail_msg("%s", message);
    bench->site = site_new(&config, &bench->sink, &error);
    assert_non_null(bench->site);
    bench->flat = site_flat(bench->site, 1);
    modbus_slave_init(&bench->slave, &bench->profile, bench->flat);
    site_run_until(bench->site, 2 * NS_PER_S);
}

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct bench));
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    site_free(bench->site);
    free(bench);
    return 0;
}

static int ask(struct bench *bench, const struct modbus_request *request, bool broadcast)
{
    uint8_t pdu[MODBUS_PDU_MAX];
    int size = modbus_request_encode(request, pdu, sizeof pdu);
    assert_true(size > 0);
    meter_account(&bench->flat->meter, bench->site->now);
    size = modbus_slave_answer(&bench->slave, bench->site->now, broadcast, pdu, (size_t)size,
                               bench->reply);
    flat_settle(bench->flat, bench->site->now);
    site_touched(bench->site, bench->flat);
    return size;
}

/* 0 and the values, or the exception. */
static int exchange(struct bench *bench, const struct modbus_request *request,
                    struct modbus_response *response)
{
    int size = ask(bench, request, false);
    int result = modbus_response_parse(request, bench->reply, (size_t)size, response);
    assert_true(result == 0 || result == ERROR_MODBUS_EXCEPTION);
    return response->exception;
}

static int read(struct bench *bench, int function, int address, int count,
                struct modbus_response *response)
{
    const struct modbus_request request = {.function = (enum modbus_function)function,
                                           .address = (uint16_t)address,
                                           .count = (uint16_t)count};
    return exchange(bench, &request, response);
}

static int write(struct bench *bench, int function, int address, int count, uint16_t first,
                 uint16_t second)
{
    struct modbus_request request = {.function = (enum modbus_function)function,
                                     .address = (uint16_t)address,
                                     .count = (uint16_t)count,
                                     .values = {first, second}};
    struct modbus_response response;
    return exchange(bench, &request, &response);
}

static void wait(struct bench *bench, int64_t duration)
{
    site_run_until(bench->site, bench->site->now + duration);
}

static bool closed(const struct bench *bench)
{
    return plant_contacts_closed(&bench->flat->plant);
}

static void an_sdm120_tells_its_voltage_as_a_float(void **state)
{
    struct bench *bench = *state;
    struct modbus_response response;
    uint32_t raw;
    float volts;
    open_as(bench, "sdm120.lua");
    assert_int_equal(read(bench, 4, 0, 2, &response), 0);
    raw = (uint32_t)response.values[0] << 16 | response.values[1];
    memcpy(&volts, &raw, sizeof volts);
    assert_int_equal((int)(volts * 1000 + 0.5f), bench->flat->meter.signals.voltage_mv);
}

static void an_address_that_no_item_has_is_exception_2(void **state)
{
    struct bench *bench = *state;
    struct modbus_response response;
    open_as(bench, "sdm120.lua");
    assert_int_equal(read(bench, 4, 0x1000, 2, &response), MODBUS_EXCEPTION_ILLEGAL_ADDRESS);
    assert_int_equal(read(bench, 4, 0, 8, &response), 0); /* the gap between two items reads 0 */
}

static void a_read_across_the_last_address_is_exception_2_and_one_of_nothing_3(void **state)
{
    struct bench *bench = *state;
    static const uint8_t across[] = {4, 0xff, 0xff, 0, 2}, nothing[] = {4, 0, 0, 0, 0};
    open_as(bench, "sdm120.lua");
    assert_int_equal(modbus_slave_answer(&bench->slave, bench->site->now, false, across, 5,
                                         bench->reply), 2);
    assert_int_equal(bench->reply[1], MODBUS_EXCEPTION_ILLEGAL_ADDRESS);
    assert_int_equal(modbus_slave_answer(&bench->slave, bench->site->now, false, nothing, 5,
                                         bench->reply), 2);
    assert_int_equal(bench->reply[1], MODBUS_EXCEPTION_ILLEGAL_VALUE);
}

static void a_function_that_the_meter_lacks_is_exception_1(void **state)
{
    struct bench *bench = *state;
    struct modbus_response response;
    open_as(bench, "sdm120.lua");
    assert_int_equal(read(bench, 3, 0, 2, &response), MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
    assert_int_equal(write(bench, 6, 0, 1, 1, 0), MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
}

static void a_dds238_opens_and_closes_its_relay_by_function_16_alone(void **state)
{
    struct bench *bench = *state;
    struct modbus_response response;
    open_as(bench, "dds238.lua");
    assert_int_equal(write(bench, 6, 0x1a, 1, 0, 0), MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
    assert_int_equal(write(bench, 16, 0x1a, 1, 0, 0), 0);
    wait(bench, NS_PER_S);
    assert_false(closed(bench));
    assert_int_equal(read(bench, 3, 0x1a, 1, &response), 0);
    assert_int_equal(response.values[0], 0);
    assert_int_equal(write(bench, 16, 0x1a, 1, 1, 0), 0);
    wait(bench, NS_PER_S);
    assert_true(closed(bench));
    assert_int_equal(read(bench, 3, 0x1a, 1, &response), 0);
    assert_int_equal(response.values[0], 1);
    assert_int_equal(write(bench, 16, 0x1a, 1, 7, 0), MODBUS_EXCEPTION_ILLEGAL_VALUE);
}

static void a_breaker_shows_f0_closed_and_0f_open(void **state)
{
    struct bench *bench = *state;
    struct modbus_response response;
    open_as(bench, "lx47le_125.lua");
    read(bench, 4, 0, 1, &response);
    assert_int_equal(response.values[0], 0x00f0);
    assert_int_equal(write(bench, 6, 13, 1, 0x0000, 0), 0);
    wait(bench, NS_PER_S);
    read(bench, 4, 0, 1, &response);
    assert_int_equal(response.values[0], 0x000f);
    flat_set_fault(bench->flat, bench->site->now, PLANT_FAULT_LEAKAGE, 100000);
}

static void a_leak_locks_the_reference_board_and_a_close_is_exception_4(void **state)
{
    struct bench *bench = *state;
    struct modbus_response response;
    open_as(bench, "reference.lua");
    flat_set_fault(bench->flat, bench->site->now, PLANT_FAULT_LEAKAGE, 60000);
    site_touched(bench->site, bench->flat);
    wait(bench, NS_PER_S);
    assert_false(closed(bench));
    flat_set_fault(bench->flat, bench->site->now, PLANT_FAULT_LEAKAGE, 0);
    site_touched(bench->site, bench->flat);
    assert_int_equal(write(bench, 16, 32, 2, 0x1c1c, 1), MODBUS_EXCEPTION_DEVICE_FAILURE);
    read(bench, 4, 20, 1, &response);
    assert_int_equal(response.values[0], 3); /* refused, a cause stands */
    assert_int_equal(write(bench, 16, 32, 2, 0x5c5c, 2), 0);
    assert_int_equal(write(bench, 16, 32, 2, 0x1c1c, 3), 0);
    wait(bench, NS_PER_S);
    assert_true(closed(bench));
}

static void a_used_sequence_number_is_exception_3(void **state)
{
    struct bench *bench = *state;
    open_as(bench, "reference.lua");
    assert_int_equal(write(bench, 16, 32, 2, 0x1a1a, 5), 0);
    assert_int_equal(write(bench, 16, 32, 2, 0x1c1c, 5), MODBUS_EXCEPTION_ILLEGAL_VALUE);
    wait(bench, NS_PER_S);
    assert_false(closed(bench));
}

static void a_sealed_setting_is_exception_4_until_the_seal_is_opened(void **state)
{
    struct bench *bench = *state;
    struct modbus_response response;
    open_as(bench, "reference.lua");
    assert_int_equal(write(bench, 16, 1, 1, 2000, 0), MODBUS_EXCEPTION_DEVICE_FAILURE);
    assert_int_equal(write(bench, 16, 40, 1, 0x5ea1, 0), 0);
    assert_int_equal(write(bench, 16, 1, 1, 2000, 0), 0);
    assert_int_equal(bench->flat->meter.config->overload_ma, 20000);
    read(bench, 3, 1, 1, &response);
    assert_int_equal(response.values[0], 2000);
    assert_int_equal(write(bench, 16, 10, 1, 1, 0), MODBUS_EXCEPTION_ILLEGAL_VALUE); /* half a price */
    wait(bench, 61 * NS_PER_S);
    assert_int_equal(write(bench, 16, 1, 1, 2000, 0), MODBUS_EXCEPTION_DEVICE_FAILURE);
}

static void a_broadcast_write_is_obeyed_silently_and_a_broadcast_read_is_not_answered(void **state)
{
    struct bench *bench = *state;
    open_as(bench, "dds238.lua");
    const struct modbus_request trip = {MODBUS_WRITE_MULTIPLE, 0x1a, 1, {0}};
    const struct modbus_request look = {MODBUS_READ_HOLDING, 0x1a, 1, {0}};
    assert_int_equal(ask(bench, &trip, true), 0);
    assert_int_equal(ask(bench, &look, true), 0);
    wait(bench, NS_PER_S);
    assert_false(closed(bench));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_sdm120_tells_its_voltage_as_a_float),
        TEST(an_address_that_no_item_has_is_exception_2),
        TEST(a_read_across_the_last_address_is_exception_2_and_one_of_nothing_3),
        TEST(a_function_that_the_meter_lacks_is_exception_1),
        TEST(a_dds238_opens_and_closes_its_relay_by_function_16_alone),
        TEST(a_breaker_shows_f0_closed_and_0f_open),
        TEST(a_leak_locks_the_reference_board_and_a_close_is_exception_4),
        TEST(a_used_sequence_number_is_exception_3),
        TEST(a_sealed_setting_is_exception_4_until_the_seal_is_opened),
        TEST(a_broadcast_write_is_obeyed_silently_and_a_broadcast_read_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
