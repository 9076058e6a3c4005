/*
 * Modbus messages: protocol data units without transport, and the RTU frame around them.
 *
 * Talking to a device is libmodbus' work. This is for what only sees bytes pass: virtual meters,
 * the capture and relay of a line, `meterbench decode`. Function codes 01 to 06 and 16; registers
 * are big endian, and of a 32-bit value the high word comes first. A bit is a value 0 or 1; the
 * value of a coil's write is FF00 or 0000. Source: MODBUS Application
 * Protocol Specification V1.1b3 and MODBUS over Serial Line V1.02.
 */
#ifndef METERBENCH_SIM_WIRE_MODBUS_PDU_H
#define METERBENCH_SIM_WIRE_MODBUS_PDU_H

#include <stddef.h>
#include <stdint.h>

#define MODBUS_READ_MAX 125  /* registers in one read, spec 6.3; of bits the spec allows 2000 */
#define MODBUS_WRITE_MAX 123 /* registers in one write, spec 6.12 */
#define MODBUS_PDU_MAX 253
#define MODBUS_RTU_MIN 4
#define MODBUS_RTU_MAX 256
#define MODBUS_EXCEPTION_BIT 0x80

enum modbus_function {
    MODBUS_READ_COILS = 1,
    MODBUS_READ_DISCRETE = 2,
    MODBUS_READ_HOLDING = 3,
    MODBUS_READ_INPUT = 4,
    MODBUS_WRITE_COIL = 5,
    MODBUS_WRITE_SINGLE = 6,
    MODBUS_WRITE_MULTIPLE = 16,
};

struct modbus_request {
    enum modbus_function function;
    uint16_t address;                  /* of the first register, from 0 */
    uint16_t count;                    /* registers or bits: 1..125 read, 1 single, 1..123 multiple */
    uint16_t values[MODBUS_WRITE_MAX]; /* of the writes */
};

/* X(code, name, text), spec chapter 7 */
#define MODBUS_EXCEPTIONS(X)                                                                       \
    X(1, ILLEGAL_FUNCTION, "illegal function")                                                     \
    X(2, ILLEGAL_ADDRESS, "illegal data address")                                                  \
    X(3, ILLEGAL_VALUE, "illegal data value")                                                      \
    X(4, DEVICE_FAILURE, "server device failure")                                                  \
    X(5, ACKNOWLEDGE, "acknowledge")                                                               \
    X(6, DEVICE_BUSY, "server device busy")                                                        \
    X(8, MEMORY_PARITY, "memory parity error")                                                     \
    X(10, GATEWAY_PATH, "gateway path unavailable")                                                \
    X(11, GATEWAY_TARGET, "gateway target device failed to respond")

enum modbus_exception {
#define MODBUS_EXCEPTION_ENUM(code, name, text) MODBUS_EXCEPTION_##name = (code),
    MODBUS_EXCEPTIONS(MODBUS_EXCEPTION_ENUM)
#undef MODBUS_EXCEPTION_ENUM
};

/* Text of an exception code, or "unknown exception". Never NULL. */
const char *modbus_exception_text(uint8_t code);

struct modbus_response {
    uint8_t exception; /* 0, or the code of an exception */
    uint16_t count;    /* registers or bits in values; 0 for the writes */
    uint16_t values[MODBUS_READ_MAX];
};

/*
 * Writes the request's PDU. Returns its bytes, or ERROR_INVALID_ARGUMENT (function not of
 * those), ERROR_OUT_OF_RANGE (count, or address + count beyond 65536), ERROR_BUFFER_TOO_SMALL.
 */
int modbus_request_encode(const struct modbus_request *request, uint8_t *pdu, size_t capacity);

/*
 * Reads a whole request PDU. 0, ERROR_MODBUS_FUNCTION (none of those), ERROR_MODBUS_LENGTH,
 * ERROR_OUT_OF_RANGE as above. *request is written on success only.
 */
int modbus_request_parse(const uint8_t *pdu, size_t size, struct modbus_request *request);

/*
 * Writes the response to `request`: its exception if not 0, else for a read the `count` values
 * (which must be what was asked for), for a write the echo. Returns bytes, ERROR_INVALID_ARGUMENT,
 * ERROR_OUT_OF_RANGE, ERROR_BUFFER_TOO_SMALL.
 */
int modbus_response_encode(const struct modbus_request *request,
                           const struct modbus_response *response, uint8_t *pdu, size_t capacity);

/*
 * Reads a whole response PDU against its request. 0 and the values; ERROR_MODBUS_EXCEPTION with
 * response->exception set; or, and then *response is not written, ERROR_MODBUS_LENGTH,
 * ERROR_MODBUS_FUNCTION, ERROR_MODBUS_MISMATCH (another address, count or value is echoed, or
 * another number of registers came than was asked for).
 */
int modbus_response_parse(const struct modbus_request *request, const uint8_t *pdu, size_t size,
                          struct modbus_response *response);

/*
 * Bytes of the normal response's PDU; RTU adds 3. (An exception is 2.) ERROR_INVALID_ARGUMENT or
 * ERROR_OUT_OF_RANGE if the request itself is not valid.
 */
int modbus_response_size(const struct modbus_request *request);

/* Register `index` of a response. 0 or ERROR_OUT_OF_RANGE. */
int modbus_response_u16(const struct modbus_response *response, size_t index, uint16_t *value);

/* Registers `index` (high word) and `index` + 1. 0 or ERROR_OUT_OF_RANGE. */
int modbus_response_u32(const struct modbus_response *response, size_t index, uint32_t *value);

/* Splits a value into two registers, high word first. */
void modbus_put_u32(uint32_t value, uint16_t registers[2]);

/* CRC of RTU: polynomial A001H reflected, start FFFFH; its low byte goes out first. */
uint16_t modbus_crc16(const uint8_t *bytes, size_t size);

/*
 * station, pdu, CRC. Returns bytes, ERROR_INVALID_ARGUMENT (no PDU or one above MODBUS_PDU_MAX),
 * ERROR_BUFFER_TOO_SMALL.
 */
int modbus_rtu_encode(uint8_t station, const uint8_t *pdu, size_t pdu_size, uint8_t *frame,
                      size_t capacity);

struct modbus_rtu {
    uint8_t station;
    const uint8_t *pdu; /* points into the frame */
    size_t pdu_size;
};

/* Checks a whole RTU frame. 0, ERROR_MODBUS_LENGTH (not 4..256 bytes), ERROR_MODBUS_CRC. */
int modbus_rtu_parse(const uint8_t *frame, size_t size, struct modbus_rtu *rtu);

/*
 * Reads a whole RTU response to a request that was sent to `station`: the errors of
 * modbus_rtu_parse and modbus_response_parse, and ERROR_MODBUS_STATION.
 */
int modbus_rtu_response_parse(uint8_t station, const struct modbus_request *request,
                              const uint8_t *frame, size_t size, struct modbus_response *response);

#endif
