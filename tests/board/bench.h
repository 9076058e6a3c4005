/*
 * A small bench for these tests: starts the emulator in lockstep, grants time, keeps every event,
 * and plays the Modbus master and the rack's host. Any failure of the bench itself fails the test.
 */
#ifndef TESTS_BOARD_BENCH_H
#define TESTS_BOARD_BENCH_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/types.h>

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define NOT_SEEN INT64_C(-1)

/* Input registers (board.md). */
enum { STATUS = 0, CAUSES = 1, LAST_TRIP = 2, TRIPS = 3, VOLTAGE = 4, CURRENT = 5, POWER = 6,
       RESIDUAL = 7, TEMPERATURE = 8, SMOKE = 9, ENERGY_LOW = 11, BALANCE_LOW = 13, RESETS = 17,
       RESULT = 20, GOOD_FRAMES = 21, BAD_FRAMES = 22, SEQUENCE = 23, INPUTS = 24 };

enum { CLOSED = 1 << 0, WANTED = 1 << 1, LOCKED = 1 << 2, KEEP_POWER = 1 << 3, PERMITTED = 1 << 4,
       HELD = 1 << 5, ALARM = 1 << 6, WELD = 1 << 7 };

enum { ORDER = 1 << 0, ARREARS = 1 << 1, OVERLOAD = 1 << 2, SHORT = 1 << 3, LEAKAGE = 1 << 4,
       ABNORMAL = 1 << 5, SMOKE_CAUSE = 1 << 6, HEAT = 1 << 7 };

struct event {
    int64_t at_ns;
    uint16_t id; /* 0: a byte of the serial line */
    uint8_t data[8];
    uint8_t length;
};

struct bench {
    pid_t pid;
    int fd;
    char input[65536];
    size_t input_at, input_length;
    int64_t now_ns;
    bool heartbeat; /* sent every 200 ms while true */
    int64_t heartbeat_ns;
    uint16_t stimulus;
    uint16_t command;
    struct event *events;
    size_t event_count, event_room;
    uint64_t transcript; /* a hash of every line the emulator said */
};

/* bug is NULL for the reference firmware; the list of further arguments ends with NULL. */
struct bench *bench_start(const char *bug, ...);
/* Ends the run in good order and checks the exit code. */
void bench_stop(struct bench *bench);

void bench_run(struct bench *bench, int64_t ns);
void bench_line(struct bench *bench, const char *line);

/* Levels. */
void bench_voltage(struct bench *bench, uint32_t mv);
void bench_load(struct bench *bench, uint32_t ma);
void bench_leak(struct bench *bench, uint32_t ua);
void bench_leak_waveform(struct bench *bench, uint32_t ua, uint8_t waveform);
void bench_environment(struct bench *bench, int16_t dc, bool smoke, bool key);
void bench_can(struct bench *bench, uint16_t id, const uint8_t *data, uint8_t length);

/* What the rack reported since a time; NOT_SEEN if it did not. */
int64_t bench_report(const struct bench *bench, uint16_t id, uint16_t payload, int64_t since_ns);
int64_t bench_opened(const struct bench *bench, int64_t since_ns);
int64_t bench_closed(const struct bench *bench, int64_t since_ns);

/*
 * Sends a frame to which the CRC is added, waits for the reply and checks its CRC. Returns its
 * length without CRC; 0 for silence.
 */
size_t bench_exchange(struct bench *bench, const uint8_t *request, size_t length,
                      uint8_t reply[260]);
/* The same, the CRC being spoilt. */
size_t bench_exchange_bad_crc(struct bench *bench, const uint8_t *request, size_t length,
                              uint8_t reply[260]);

/* Sends a frame and waits for nothing. */
void bench_send(struct bench *bench, const uint8_t *request, size_t length);

void bench_inputs(struct bench *bench, uint16_t inputs[INPUTS]);
uint16_t bench_input(struct bench *bench, uint16_t address);
uint16_t bench_holding(struct bench *bench, uint16_t address);

/* Writing returns the exception code, 0 for none, -1 for silence. */
int bench_write(struct bench *bench, uint16_t address, uint16_t value);
int bench_write32(struct bench *bench, uint16_t address, uint32_t value);
int bench_command(struct bench *bench, uint16_t key);
int bench_command_as(struct bench *bench, uint16_t key, uint16_t sequence);
void bench_break_seal(struct bench *bench);

uint16_t modbus_crc(const uint8_t *bytes, size_t length);

#endif
