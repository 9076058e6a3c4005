/*
 * DL/T 645 for these tests, spoken to a board that is strapped for it. Frames are written out here:
 * no codec is shared with the firmware or with the bench.
 */
#ifndef TESTS_BOARD_DLT645_WIRE_H
#define TESTS_BOARD_DLT645_WIRE_H

#include "bench.h"

#define OWN "010000000000"
#define ANYONE "AAAAAAAAAAAA"
#define EVERYONE "999999999999"
/* Level, password, operator code. */
#define PROGRAM "02563412" "00000000"
#define ORDINARY "04111111" "78563412"

#define BYTE_NS (INT64_C(11) * SECOND / 9600)

struct reply {
    size_t length; /* of data; meaningless if silent */
    uint8_t control;
    uint8_t data[200]; /* 33H taken off */
    bool silent;
    int64_t delay_ns; /* from the request's last byte to the end of the reply's first */
};

/* Bytes of text as "68AA"; their number. */
size_t hex(const char *text, uint8_t *bytes);

/* A frame; its length. */
size_t build(const char *address, uint8_t control, const char *data_hex, uint8_t *frame);

void send_raw(struct bench *bench, const uint8_t *bytes, size_t length);

/* Waits for a reply to a request that takes request_ns; fails the test where it is malformed. */
struct reply receive(struct bench *bench, int64_t request_ns, int64_t wait_ns);

struct reply exchange_bytes(struct bench *bench, const uint8_t *bytes, size_t length);
struct reply ask(struct bench *bench, const char *address, uint8_t control, const char *data_hex);

/* An identifier as one writes it, high byte first, to the wire's order; text of 9 bytes. */
void wire_di(uint32_t di, char *text);

struct reply read_di(struct bench *bench, uint32_t di);
struct reply write_di(struct bench *bench, uint32_t di, const char *authority,
                      const char *value_hex);
struct reply order(struct bench *bench, const char *authority, const char *order_hex);

#endif
