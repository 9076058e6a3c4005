/*
 * The processor: simavr and the rules for using it. Runs an AVR program up to a cycle, feeds its
 * converter and input pins, and tells of what it does on output pins and its UART.
 */
#ifndef EMULATOR_CORE_H
#define EMULATOR_CORE_H

#include "map.h"

#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>

#include <stdbool.h>
#include <stdint.h>

struct core;

/* What the program did, told while it runs. */
struct core_listener {
    void (*output)(void *user, enum signal signal, bool level);
    void (*sent)(void *user, uint8_t byte);
    void *user;
};

struct core_pin {
    struct core *core;
    enum signal signal;
    struct avr_irq_t *irq;
    bool level;
};

struct core {
    const struct board_map *map;
    struct core_listener listener;
    avr_t *avr;
    avr_uart_t *uart;
    avr_run_t run;
    void (*chip_reset)(avr_t *avr);
    struct core_pin pins[SIGNALS];
    struct avr_irq_t *adc_irq[MAP_ADC_MAX];
    bool powered;
    bool halted; /* the program crashed; only a power cut ends that */
    bool yield;  /* something happened that the caller must see before time goes on */
    int64_t bound_cycle;
    avr_io_addr_t eeprom_control;
    uint8_t eeprom_enable_mask, eeprom_master_mask;
    int64_t eeprom_armed_cycle;
    int64_t eeprom_busy_until;
};

/* Loads an ELF file. On failure returns false with one line in `error`. Starts without power. */
bool core_open(struct core *core, const struct board_map *map, const char *elf_path,
               const struct core_listener *listener, char *error, size_t error_size);
void core_close(struct core *core);

int64_t core_now(const struct core *core);

/* Runs until a cycle, or less far if the program did something (the time is core_now then). */
void core_run(struct core *core, int64_t until_cycle);

void core_power_on(struct core *core);
void core_power_off(struct core *core);

/* Sets every converter channel that measures a quantity. */
void core_set_quantity(struct core *core, enum quantity quantity, int64_t value);
void core_set_input(struct core *core, enum signal signal, bool level);

/* The EEPROM's content: size bytes at a pointer that stays valid. */
uint8_t *core_eeprom(struct core *core, size_t *size);

#endif
