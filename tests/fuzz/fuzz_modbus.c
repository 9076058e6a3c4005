/*
 * Modbus from hostile bytes: the input is an RTU frame or a bare PDU, as request and as response to
 * requests of each function.
 */
#include <stdbool.h>
#include <string.h>

#include "sim/error.h"
#include "sim/wire/modbus_pdu.h"
#include "tests/fuzz/fuzz.h"

static const struct modbus_request asked[] = {
    {MODBUS_READ_HOLDING, 0x000B, 1, {0}},
    {MODBUS_READ_INPUT, 0x0048, 2, {0}},
    {MODBUS_READ_INPUT, 0x0000, MODBUS_READ_MAX, {0}},
    {MODBUS_WRITE_SINGLE, 0x02C5, 1, {1}},
    {MODBUS_WRITE_MULTIPLE, 0x002A, 2, {0x3F80, 0}},
};

static void as_request(const uint8_t *pdu, size_t size)
{
    uint8_t again[MODBUS_PDU_MAX];
    struct modbus_request request;

    if (modbus_request_parse(pdu, size, &request) < 0) {
        return;
    }
    CLAIM(modbus_request_encode(&request, again, sizeof again) == (int)size);
    CLAIM(memcmp(again, pdu, size) == 0);
    CLAIM(modbus_response_size(&request) > 0);
    CLAIM(modbus_response_size(&request) <= MODBUS_PDU_MAX);
}

static void as_response(const struct modbus_request *request, const uint8_t *pdu, size_t size)
{
    uint8_t again[MODBUS_PDU_MAX];
    struct modbus_response response;
    int result = modbus_response_parse(request, pdu, size, &response);

    if (result < 0 && result != ERROR_MODBUS_EXCEPTION) {
        return;
    }
    CLAIM((result == 0) == (response.exception == 0));
    CLAIM(modbus_response_encode(request, &response, again, sizeof again) == (int)size);
    CLAIM(memcmp(again, pdu, size) == 0);
}

static void as_pdu(const uint8_t *pdu, size_t size)
{
    as_request(pdu, size);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        as_response(&asked[i], pdu, size);
    }
}

static void as_rtu(const uint8_t *frame, size_t size)
{
    uint8_t again[MODBUS_RTU_MAX];
    struct modbus_response response;
    struct modbus_rtu rtu;

    modbus_rtu_response_parse(1, &asked[1], frame, size, &response);
    if (modbus_rtu_parse(frame, size, &rtu) < 0) {
        return;
    }
    CLAIM(modbus_rtu_encode(rtu.station, rtu.pdu, rtu.pdu_size, again, sizeof again) == (int)size);
    CLAIM(memcmp(again, frame, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    as_rtu(bytes, size);
    as_pdu(bytes, size);
    /* The same without address and CRC, which a fuzzer could not guess. */
    if (size > 3) {
        as_pdu(bytes + 1, size - 3);
    }
    return 0;
}
