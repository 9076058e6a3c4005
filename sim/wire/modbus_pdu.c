#include "sim/wire/modbus_pdu.h"

#include <stdbool.h>
#include <string.h>

#include "sim/error.h"

#define CRC_SIZE 2
#define EXCEPTION_PDU_SIZE 2

/* ---- Pieces ------------------------------------------------------------------------------- */

static void put_u16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static uint16_t get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool reads_bits(unsigned function)
{
    return function == MODBUS_READ_COILS || function == MODBUS_READ_DISCRETE;
}

static bool is_read(unsigned function)
{
    return reads_bits(function) || function == MODBUS_READ_HOLDING ||
           function == MODBUS_READ_INPUT;
}

static bool writes_one(unsigned function)
{
    return function == MODBUS_WRITE_COIL || function == MODBUS_WRITE_SINGLE;
}

/* Bytes behind the byte count of a read's response. */
static unsigned payload_size(const struct modbus_request *request)
{
    return reads_bits((unsigned)request->function) ? (request->count + 7u) / 8
                                                   : 2u * request->count;
}

/* The largest count of a function; 0 if the function is none of those known here. */
static unsigned count_max(unsigned function)
{
    switch (function) {
    case MODBUS_READ_COILS:
    case MODBUS_READ_DISCRETE:
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
        return MODBUS_READ_MAX;
    case MODBUS_WRITE_COIL:
    case MODBUS_WRITE_SINGLE:
        return 1;
    case MODBUS_WRITE_MULTIPLE:
        return MODBUS_WRITE_MAX;
    default:
        return 0;
    }
}

static int check_request(const struct modbus_request *request)
{
    unsigned max = count_max((unsigned)request->function);

    if (max == 0) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (request->count < 1 || request->count > max ||
        request->address + (unsigned)request->count > 0x10000) {
        return ERROR_OUT_OF_RANGE;
    }
    return 0;
}

const char *modbus_exception_text(uint8_t code)
{
    switch (code) {
#define EXCEPTION_TEXT(number, name, text)                                                         \
    case (number):                                                                                 \
        return text;
        MODBUS_EXCEPTIONS(EXCEPTION_TEXT)
#undef EXCEPTION_TEXT
    default:
        return "unknown exception";
    }
}

/* What follows the address, in requests and in the echoes of the writes. */
static uint16_t value_or_count(const struct modbus_request *request)
{
    return writes_one((unsigned)request->function) ? request->values[0] : request->count;
}

/* ---- Requests ----------------------------------------------------------------------------- */

static size_t request_size(const struct modbus_request *request)
{
    return request->function == MODBUS_WRITE_MULTIPLE ? 6 + 2 * (size_t)request->count : 5;
}

int modbus_request_encode(const struct modbus_request *request, uint8_t *pdu, size_t capacity)
{
    int result = check_request(request);
    size_t size;

    if (result < 0) {
        return result;
    }
    size = request_size(request);
    if (capacity < size) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    pdu[0] = (uint8_t)request->function;
    put_u16(pdu + 1, request->address);
    put_u16(pdu + 3, value_or_count(request));
    if (request->function == MODBUS_WRITE_MULTIPLE) {
        pdu[5] = (uint8_t)(2 * request->count);
        for (size_t i = 0; i < request->count; i++) {
            put_u16(pdu + 6 + 2 * i, request->values[i]);
        }
    }
    return (int)size;
}

int modbus_request_parse(const uint8_t *pdu, size_t size, struct modbus_request *request)
{
    struct modbus_request parsed = {0};

    if (size < 1) {
        return ERROR_MODBUS_LENGTH;
    }
    if (count_max(pdu[0]) == 0) {
        return ERROR_MODBUS_FUNCTION;
    }
    if (size < 5) {
        return ERROR_MODBUS_LENGTH;
    }
    parsed.function = (enum modbus_function)pdu[0];
    parsed.address = get_u16(pdu + 1);
    parsed.count = writes_one(pdu[0]) ? 1 : get_u16(pdu + 3);
    if (check_request(&parsed) < 0) {
        return ERROR_OUT_OF_RANGE;
    }
    if (size != request_size(&parsed)) {
        return ERROR_MODBUS_LENGTH;
    }
    if (writes_one(pdu[0])) {
        parsed.values[0] = get_u16(pdu + 3);
    } else if (parsed.function == MODBUS_WRITE_MULTIPLE) {
        if (pdu[5] != 2 * parsed.count) {
            return ERROR_MODBUS_LENGTH;
        }
        for (size_t i = 0; i < parsed.count; i++) {
            parsed.values[i] = get_u16(pdu + 6 + 2 * i);
        }
    }
    *request = parsed;
    return 0;
}

/* ---- Responses ---------------------------------------------------------------------------- */

int modbus_response_size(const struct modbus_request *request)
{
    int result = check_request(request);

    if (result < 0) {
        return result;
    }
    return is_read((unsigned)request->function) ? 2 + (int)payload_size(request) : 5;
}

static void put_values(const struct modbus_request *request, const uint16_t *values,
                       uint8_t *bytes)
{
    for (size_t i = 0; i < request->count; i++) {
        if (!reads_bits((unsigned)request->function)) {
            put_u16(bytes + 2 * i, values[i]);
        } else if (values[i] != 0) {
            bytes[i / 8] |= (uint8_t)(1u << i % 8);
        }
    }
}

static void put_response(const struct modbus_request *request,
                         const struct modbus_response *response, uint8_t *pdu)
{
    pdu[0] = (uint8_t)request->function;
    if (is_read((unsigned)request->function)) {
        pdu[1] = (uint8_t)payload_size(request);
        memset(pdu + 2, 0, pdu[1]);
        put_values(request, response->values, pdu + 2);
        return;
    }
    put_u16(pdu + 1, request->address);
    put_u16(pdu + 3, value_or_count(request));
}

int modbus_response_encode(const struct modbus_request *request,
                           const struct modbus_response *response, uint8_t *pdu, size_t capacity)
{
    int size;

    if (response->exception != 0) {
        if (capacity < EXCEPTION_PDU_SIZE) {
            return ERROR_BUFFER_TOO_SMALL;
        }
        pdu[0] = (uint8_t)((unsigned)request->function | MODBUS_EXCEPTION_BIT);
        pdu[1] = response->exception;
        return EXCEPTION_PDU_SIZE;
    }
    size = modbus_response_size(request);
    if (size < 0) {
        return size;
    }
    if (is_read((unsigned)request->function) && response->count != request->count) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (capacity < (size_t)size) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    put_response(request, response, pdu);
    return size;
}

static int parse_exception(const uint8_t *pdu, size_t size, struct modbus_response *response)
{
    /* Code 0 would read as "no exception". */
    if (size != EXCEPTION_PDU_SIZE || pdu[1] == 0) {
        return ERROR_MODBUS_LENGTH;
    }
    *response = (struct modbus_response){.exception = pdu[1]};
    return ERROR_MODBUS_EXCEPTION;
}

static int parse_values(const struct modbus_request *request, const uint8_t *pdu, size_t size,
                        struct modbus_response *response)
{
    bool bits = reads_bits(pdu[0]);
    if (size < 2 || size != 2 + (size_t)pdu[1] || (!bits && pdu[1] % 2 != 0)) {
        return ERROR_MODBUS_LENGTH;
    }
    if (pdu[1] != payload_size(request)) {
        return ERROR_MODBUS_MISMATCH;
    }
    *response = (struct modbus_response){.count = request->count};
    for (size_t i = 0; i < request->count; i++) {
        response->values[i] =
            bits ? pdu[2 + i / 8] >> i % 8 & 1 : get_u16(pdu + 2 + 2 * i);
    }
    return 0;
}

static int parse_echo(const struct modbus_request *request, const uint8_t *pdu, size_t size,
                      struct modbus_response *response)
{
    if (size != 5) {
        return ERROR_MODBUS_LENGTH;
    }
    if (get_u16(pdu + 1) != request->address || get_u16(pdu + 3) != value_or_count(request)) {
        return ERROR_MODBUS_MISMATCH;
    }
    *response = (struct modbus_response){0};
    return 0;
}

int modbus_response_parse(const struct modbus_request *request, const uint8_t *pdu, size_t size,
                          struct modbus_response *response)
{
    int result = check_request(request);

    if (result < 0) {
        return result;
    }
    if (size < 1) {
        return ERROR_MODBUS_LENGTH;
    }
    if (pdu[0] == ((unsigned)request->function | MODBUS_EXCEPTION_BIT)) {
        return parse_exception(pdu, size, response);
    }
    if (pdu[0] != (unsigned)request->function) {
        return ERROR_MODBUS_FUNCTION;
    }
    return is_read(pdu[0]) ? parse_values(request, pdu, size, response)
                           : parse_echo(request, pdu, size, response);
}

int modbus_response_u16(const struct modbus_response *response, size_t index, uint16_t *value)
{
    if (index >= response->count || index >= MODBUS_READ_MAX) {
        return ERROR_OUT_OF_RANGE;
    }
    *value = response->values[index];
    return 0;
}

int modbus_response_u32(const struct modbus_response *response, size_t index, uint32_t *value)
{
    uint16_t high;
    uint16_t low;

    if (modbus_response_u16(response, index, &high) < 0 ||
        modbus_response_u16(response, index + 1, &low) < 0) {
        return ERROR_OUT_OF_RANGE;
    }
    *value = (uint32_t)high << 16 | low;
    return 0;
}

void modbus_put_u32(uint32_t value, uint16_t registers[2])
{
    registers[0] = (uint16_t)(value >> 16);
    registers[1] = (uint16_t)value;
}

/* ---- RTU ---------------------------------------------------------------------------------- */

uint16_t modbus_crc16(const uint8_t *bytes, size_t size)
{
    unsigned crc = 0xFFFF;

    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
        }
    }
    return (uint16_t)crc;
}

int modbus_rtu_encode(uint8_t station, const uint8_t *pdu, size_t pdu_size, uint8_t *frame,
                      size_t capacity)
{
    size_t size = 1 + pdu_size + CRC_SIZE;
    uint16_t crc;

    if (pdu_size < 1 || pdu_size > MODBUS_PDU_MAX) {
        return ERROR_INVALID_ARGUMENT;
    }
    if (capacity < size) {
        return ERROR_BUFFER_TOO_SMALL;
    }
    memmove(frame + 1, pdu, pdu_size);
    frame[0] = station;
    crc = modbus_crc16(frame, 1 + pdu_size);
    frame[1 + pdu_size] = (uint8_t)crc;
    frame[2 + pdu_size] = (uint8_t)(crc >> 8);
    return (int)size;
}

int modbus_rtu_parse(const uint8_t *frame, size_t size, struct modbus_rtu *rtu)
{
    uint16_t crc;

    if (size < MODBUS_RTU_MIN || size > MODBUS_RTU_MAX) {
        return ERROR_MODBUS_LENGTH;
    }
    crc = modbus_crc16(frame, size - CRC_SIZE);
    if (frame[size - 2] != (uint8_t)crc || frame[size - 1] != crc >> 8) {
        return ERROR_MODBUS_CRC;
    }
    *rtu = (struct modbus_rtu){
        .station = frame[0],
        .pdu = frame + 1,
        .pdu_size = size - 1 - CRC_SIZE,
    };
    return 0;
}

int modbus_rtu_response_parse(uint8_t station, const struct modbus_request *request,
                              const uint8_t *frame, size_t size, struct modbus_response *response)
{
    struct modbus_rtu rtu;
    int result = modbus_rtu_parse(frame, size, &rtu);

    if (result < 0) {
        return result;
    }
    if (rtu.station != station) {
        return ERROR_MODBUS_STATION;
    }
    return modbus_response_parse(request, rtu.pdu, rtu.pdu_size, response);
}
