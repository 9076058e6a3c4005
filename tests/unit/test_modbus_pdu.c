/* The Modbus codec against exchanges of real devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/wire/modbus_pdu.h"
#include "tests/frames/frames.h"

static float as_float(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Request and response of a line of modbus_rtu.hex. */
struct exchange {
    uint8_t station;
    struct modbus_request request;
    uint8_t answer[FRAMES_BYTES_MAX];
    size_t answer_size;
};

static void load_exchange(const struct frames_table *table, size_t line, struct exchange *exchange)
{
    uint8_t bytes[FRAMES_BYTES_MAX];
    struct modbus_rtu rtu;

    assert_int_equal(modbus_rtu_parse(bytes, frames_bytes(table, line, 1, bytes), &rtu), 0);
    exchange->station = rtu.station;
    assert_int_equal(modbus_request_parse(rtu.pdu, rtu.pdu_size, &exchange->request), 0);
    exchange->answer_size = frames_bytes(table, line, 2, exchange->answer);
}

static void find_exchange(const char *id, struct exchange *exchange)
{
    struct frames_table *table = frames_open("modbus_rtu.hex");
    size_t line = 0;

    while (line < frames_count(table) && strcmp(frames_text(table, line, 0), id) != 0) {
        line++;
    }
    assert_true(line < frames_count(table));
    load_exchange(table, line, exchange);
    frames_close(table);
}

static int parse_answer(const struct exchange *exchange, struct modbus_response *response)
{
    return modbus_rtu_response_parse(exchange->station, &exchange->request, exchange->answer,
                                     exchange->answer_size, response);
}

static void every_captured_exchange_has_its_result(void **state)
{
    struct frames_table *table = frames_open("modbus_rtu.hex");

    (void)state;
    for (size_t i = 0; i < frames_count(table); i++) {
        struct exchange exchange;
        struct modbus_response response;
        int result;

        load_exchange(table, i, &exchange);
        result = parse_answer(&exchange, &response);
        assert_string_equal(error_name(result), frames_text(table, i, 3));
        if (result == 0) {
            assert_int_equal(exchange.answer_size, 3 + modbus_response_size(&exchange.request));
        }
    }
    frames_close(table);
}

static void every_captured_request_encodes_to_the_same_bytes(void **state)
{
    struct frames_table *table = frames_open("modbus_rtu.hex");

    (void)state;
    for (size_t i = 0; i < frames_count(table); i++) {
        uint8_t bytes[FRAMES_BYTES_MAX];
        size_t size = frames_bytes(table, i, 1, bytes);
        uint8_t pdu[MODBUS_PDU_MAX];
        uint8_t again[MODBUS_RTU_MAX];
        struct exchange exchange;
        int pdu_size;

        load_exchange(table, i, &exchange);
        pdu_size = modbus_request_encode(&exchange.request, pdu, sizeof pdu);
        assert_true(pdu_size > 0);
        assert_int_equal(modbus_request_encode(&exchange.request, pdu, (size_t)pdu_size - 1),
                         ERROR_BUFFER_TOO_SMALL);
        assert_int_equal(
            modbus_rtu_encode(exchange.station, pdu, (size_t)pdu_size, again, sizeof again), size);
        assert_memory_equal(again, bytes, size);
    }
    frames_close(table);
}

static void a_captured_answer_encodes_to_the_same_bytes(void **state)
{
    static const char *const ids[] = {"sdm230_code", "sdm230_import_1", "m802_write",
                                      "exception_4"};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct modbus_response response;
        struct exchange exchange;
        uint8_t pdu[MODBUS_PDU_MAX];
        uint8_t again[MODBUS_RTU_MAX];
        int size;

        find_exchange(ids[i], &exchange);
        parse_answer(&exchange, &response);
        size = modbus_response_encode(&exchange.request, &response, pdu, sizeof pdu);
        assert_true(size > 0);
        assert_int_equal(
            modbus_response_encode(&exchange.request, &response, pdu, (size_t)size - 1),
            ERROR_BUFFER_TOO_SMALL);
        assert_int_equal(
            modbus_rtu_encode(exchange.station, pdu, (size_t)size, again, sizeof again),
            exchange.answer_size);
        assert_memory_equal(again, exchange.answer, exchange.answer_size);
    }
}

static void the_high_word_of_a_32_bit_value_comes_first(void **state)
{
    struct modbus_response response;
    struct exchange exchange;
    uint16_t words[2];
    uint16_t word;
    uint32_t value;

    (void)state;
    find_exchange("sdm230_import_1", &exchange);
    assert_int_equal(parse_answer(&exchange, &response), 0);
    assert_int_equal(modbus_response_u32(&response, 0, &value), 0);
    assert_int_equal(value, 0x462A7521);
    assert_true(as_float(value) > 10909.27f && as_float(value) < 10909.29f);
    assert_int_equal(modbus_response_u16(&response, 1, &word), 0);
    assert_int_equal(word, 0x7521);
    modbus_put_u32(value, words);
    assert_int_equal(words[0], 0x462A);
    assert_int_equal(words[1], 0x7521);
}

static void a_register_outside_the_answer_is_refused(void **state)
{
    struct modbus_response response = {.count = 2, .values = {1, 2}};
    uint16_t word = 77;
    uint32_t value = 77;

    (void)state;
    assert_int_equal(modbus_response_u16(&response, 2, &word), ERROR_OUT_OF_RANGE);
    assert_int_equal(modbus_response_u16(&response, SIZE_MAX, &word), ERROR_OUT_OF_RANGE);
    assert_int_equal(modbus_response_u32(&response, 1, &value), ERROR_OUT_OF_RANGE);
    assert_int_equal(modbus_response_u32(&response, SIZE_MAX, &value), ERROR_OUT_OF_RANGE);
    response.count = UINT16_MAX;
    assert_int_equal(modbus_response_u16(&response, MODBUS_READ_MAX, &word), ERROR_OUT_OF_RANGE);
    assert_int_equal(word, 77);
    assert_int_equal(value, 77);
}

static void an_exception_has_a_name(void **state)
{
    struct modbus_response response;
    struct exchange exchange;

    (void)state;
    find_exchange("exception_4", &exchange);
    assert_int_equal(parse_answer(&exchange, &response), ERROR_MODBUS_EXCEPTION);
    assert_int_equal(response.exception, MODBUS_EXCEPTION_DEVICE_FAILURE);
    assert_int_equal(response.count, 0);
    assert_string_equal(modbus_exception_text(response.exception), "server device failure");
    assert_string_equal(modbus_exception_text(2), "illegal data address");
    assert_string_equal(modbus_exception_text(7), "unknown exception");
}

static void an_echo_of_another_write_is_a_mismatch(void **state)
{
    const struct modbus_request single = {MODBUS_WRITE_SINGLE, 0x02C5, 1, {1}};
    const struct modbus_request many = {MODBUS_WRITE_MULTIPLE, 0x002A, 2, {0x3F80, 0}};
    static const uint8_t echo[] = {6, 0x02, 0xC5, 0, 1};
    static const uint8_t other_value[] = {6, 0x02, 0xC5, 0, 0};
    static const uint8_t other_address[] = {6, 0x02, 0xC4, 0, 1};
    static const uint8_t other_count[] = {16, 0x00, 0x2A, 0, 1};
    struct modbus_response response = {.count = 9};

    (void)state;
    assert_int_equal(modbus_response_parse(&single, other_value, 5, &response),
                     ERROR_MODBUS_MISMATCH);
    assert_int_equal(modbus_response_parse(&single, other_address, 5, &response),
                     ERROR_MODBUS_MISMATCH);
    assert_int_equal(modbus_response_parse(&many, other_count, 5, &response),
                     ERROR_MODBUS_MISMATCH);
    assert_int_equal(modbus_response_parse(&single, echo, 4, &response), ERROR_MODBUS_LENGTH);
    assert_int_equal(response.count, 9);
    assert_int_equal(modbus_response_parse(&single, echo, 5, &response), 0);
    assert_int_equal(response.count, 0);
}

static void coils_are_read_bit_by_bit_and_written_as_ff00(void **state)
{
    const struct modbus_request read = {MODBUS_READ_COILS, 3, 10, {0}};
    const struct modbus_request write = {MODBUS_WRITE_COIL, 3, 1, {0xFF00}};
    static const uint8_t bits[] = {1, 2, 0x05, 0x02}, order[] = {5, 0, 3, 0xFF, 0};
    struct modbus_response response;
    struct modbus_request parsed;
    uint8_t pdu[MODBUS_PDU_MAX];

    (void)state;
    assert_int_equal(modbus_response_parse(&read, bits, 4, &response), 0);
    assert_int_equal(response.count, 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(response.values[i], i == 0 || i == 2 || i == 9);
    }
    assert_int_equal(modbus_response_encode(&read, &response, pdu, sizeof pdu), 4);
    assert_memory_equal(pdu, bits, 4);
    assert_int_equal(modbus_request_encode(&write, pdu, sizeof pdu), 5);
    assert_memory_equal(pdu, order, 5);
    assert_int_equal(modbus_request_parse(order, 5, &parsed), 0);
    assert_int_equal(parsed.values[0], 0xFF00);
    assert_int_equal(modbus_response_parse(&write, order, 5, &response), 0);
}

static void a_request_beyond_the_limits_is_refused(void **state)
{
    struct modbus_request request = {MODBUS_READ_INPUT, 0, 125, {0}};
    uint8_t pdu[MODBUS_PDU_MAX];

    (void)state;
    assert_int_equal(modbus_response_size(&request), 252);
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), 5);
    request.count = 126;
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), ERROR_OUT_OF_RANGE);
    assert_int_equal(modbus_response_size(&request), ERROR_OUT_OF_RANGE);
    request.count = 0;
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), ERROR_OUT_OF_RANGE);
    request.count = 2;
    request.address = 0xFFFF;
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), ERROR_OUT_OF_RANGE);
    request.count = 1;
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), 5);
    request = (struct modbus_request){MODBUS_WRITE_MULTIPLE, 0, 123, {0}};
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), 252);
    request.count = 124;
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), ERROR_OUT_OF_RANGE);
    request = (struct modbus_request){(enum modbus_function)7, 0, 1, {0}};
    assert_int_equal(modbus_request_encode(&request, pdu, sizeof pdu), ERROR_INVALID_ARGUMENT);
}

static void a_message_of_any_other_length_is_refused(void **state)
{
    static const char *const ids[] = {"sdm230_power", "m802_write"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct exchange exchange;
        uint8_t pdu[MODBUS_PDU_MAX];
        size_t size;

        find_exchange(ids[i], &exchange);
        size = (size_t)modbus_request_encode(&exchange.request, pdu, sizeof pdu);
        for (size_t cut = 0; cut <= size + 1; cut++) {
            uint8_t *part = malloc(size + 2);
            struct modbus_request request;

            memset(part, 0, size + 2);
            memcpy(part, pdu, size);
            part = realloc(part, cut + (cut == 0));
            assert_int_equal(modbus_request_parse(part, cut, &request),
                             cut == size ? 0 : ERROR_MODBUS_LENGTH);
            free(part);
        }
        for (size_t cut = 1; cut + 3 < exchange.answer_size; cut++) {
            struct modbus_response response;

            assert_int_equal(
                modbus_response_parse(&exchange.request, exchange.answer + 1, cut, &response),
                ERROR_MODBUS_LENGTH);
        }
    }
}

static void a_write_whose_byte_count_is_not_twice_its_registers_is_refused(void **state)
{
    uint8_t pdu[] = {16, 0x00, 0x2A, 0, 2, 4, 0x3F, 0x80, 0, 0};
    struct modbus_request request;

    (void)state;
    assert_int_equal(modbus_request_parse(pdu, sizeof pdu, &request), 0);
    pdu[5] = 2;
    assert_int_equal(modbus_request_parse(pdu, sizeof pdu, &request), ERROR_MODBUS_LENGTH);
}

static void a_wrong_crc_is_refused(void **state)
{
    struct frames_table *table = frames_open("modbus_rtu_bad.hex");
    struct modbus_rtu rtu;
    uint8_t bytes[FRAMES_BYTES_MAX];

    (void)state;
    for (size_t i = 0; i < frames_count(table); i++) {
        assert_int_equal(modbus_rtu_parse(bytes, frames_bytes(table, i, 1, bytes), &rtu),
                         ERROR_MODBUS_CRC);
    }
    frames_close(table);
    assert_int_equal(modbus_rtu_parse(bytes, 3, &rtu), ERROR_MODBUS_LENGTH);
    assert_int_equal(modbus_rtu_parse(bytes, 257, &rtu), ERROR_MODBUS_LENGTH);
}

static void a_changed_bit_anywhere_is_refused(void **state)
{
    struct exchange exchange;

    (void)state;
    find_exchange("sdm230_import_1", &exchange);
    for (size_t bit = 0; bit < 8 * exchange.answer_size; bit++) {
        struct modbus_rtu rtu;

        exchange.answer[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(modbus_rtu_parse(exchange.answer, exchange.answer_size, &rtu),
                         ERROR_MODBUS_CRC);
        exchange.answer[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void a_pdu_of_no_bytes_or_too_many_is_not_sent(void **state)
{
    uint8_t pdu[MODBUS_PDU_MAX + 1] = {0};
    uint8_t frame[MODBUS_RTU_MAX];

    (void)state;
    assert_int_equal(modbus_rtu_encode(1, pdu, 0, frame, sizeof frame), ERROR_INVALID_ARGUMENT);
    assert_int_equal(modbus_rtu_encode(1, pdu, sizeof pdu, frame, sizeof frame),
                     ERROR_INVALID_ARGUMENT);
    assert_int_equal(modbus_rtu_encode(1, pdu, MODBUS_PDU_MAX, frame, sizeof frame),
                     MODBUS_RTU_MAX);
    assert_int_equal(modbus_rtu_encode(1, pdu, 5, frame, 7), ERROR_BUFFER_TOO_SMALL);
}

/* The check value of CRC-16/MODBUS in the catalogue of parametrised CRC algorithms. */
static void the_crc_of_123456789_is_4b37(void **state)
{
    (void)state;
    assert_int_equal(modbus_crc16((const uint8_t *)"123456789", 9), 0x4B37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_captured_exchange_has_its_result),
        cmocka_unit_test(every_captured_request_encodes_to_the_same_bytes),
        cmocka_unit_test(a_captured_answer_encodes_to_the_same_bytes),
        cmocka_unit_test(the_high_word_of_a_32_bit_value_comes_first),
        cmocka_unit_test(a_register_outside_the_answer_is_refused),
        cmocka_unit_test(an_exception_has_a_name),
        cmocka_unit_test(an_echo_of_another_write_is_a_mismatch),
        cmocka_unit_test(coils_are_read_bit_by_bit_and_written_as_ff00),
        cmocka_unit_test(a_request_beyond_the_limits_is_refused),
        cmocka_unit_test(a_message_of_any_other_length_is_refused),
        cmocka_unit_test(a_write_whose_byte_count_is_not_twice_its_registers_is_refused),
        cmocka_unit_test(a_wrong_crc_is_refused),
        cmocka_unit_test(a_changed_bit_anywhere_is_refused),
        cmocka_unit_test(a_pdu_of_no_bytes_or_too_many_is_not_sent),
        cmocka_unit_test(the_crc_of_123456789_is_4b37),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
