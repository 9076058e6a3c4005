/*
 * The whole bench in a box: processor, serial line, relay, rack, mains. Time is a cycle count and
 * goes on only in emulator_run, so the same inputs at the same cycles give the same outputs.
 */
#ifndef EMULATOR_H
#define EMULATOR_H

#include "core.h"
#include "rack.h"
#include "relay.h"
#include "truth.h"
#include "uart.h"

struct emulator_config {
    const char *elf_path;
    const char *map_path;
    const char *eeprom_path; /* NULL: the EEPROM is erased at the start and forgotten at the end */
    const char *truth_path;  /* NULL: no truth log */
    bool dlt645;             /* the board is strapped for DL/T 645 instead of Modbus */
    uint64_t seed;           /* where in the mains period the run starts */
};

/* What leaves the box. Stamps are in ns of emulated time and never go back. */
struct emulator_outputs {
    void (*uart_byte)(void *user, int64_t stamp_ns, uint8_t byte);
    bool (*can_frame)(void *user, int64_t stamp_ns, const struct can_frame *frame);
    void *user;
};

struct emulator {
    const struct emulator_config *config;
    struct emulator_outputs outputs;
    struct board_map map;
    struct core core;
    struct uart_line uart;
    struct relay relay;
    struct rack rack;
    struct truth truth;
    int64_t now;        /* in cycles; the processor may be a few ahead */
    int64_t off_cycle;  /* when the hold-up ends, or NEVER */
    int64_t last_stamp_ns;
    enum contacts reported_contacts;
    uint16_t reported_load_dv;
};

/* False with one line in `error`: a usage or configuration error. */
bool emulator_open(struct emulator *emulator, const struct emulator_config *config,
                   const struct emulator_outputs *outputs, char *error, size_t error_size);

/* Saves the EEPROM and closes the log; false with a line in `error` if that failed. */
bool emulator_close(struct emulator *emulator, char *error, size_t error_size);

/* Lets time pass until ns. */
void emulator_run(struct emulator *emulator, int64_t until_ns);

int64_t emulator_now_ns(const struct emulator *emulator);

/* Inputs, at the present time. */
void emulator_can_frame(struct emulator *emulator, const struct can_frame *frame);
void emulator_uart_byte(struct emulator *emulator, uint8_t byte);

#endif
