/*
 * The reasons for the odd things here are faults and habits of simavr 1.6, which Debian 12 has:
 * its sleep would really sleep, a reset wipes every cycle timer, outputs are released without a
 * notice, EEPROM programming takes no time.
 */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>
#include <simavr/sim_regbit.h>

#define EEPROM_BYTE_US 3400
#define MACHINE_AVR 83

int64_t core_now(const struct core *core)
{
    return (int64_t)core->avr->cycle;
}

static avr_cycle_count_t bound_reached(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)avr;
    (void)when;
    (void)param;
    return 0;
}

/* A sleeping core jumps to the next cycle timer, so this is what ends a run in time. */
static void arm_bound(struct core *core)
{
    int64_t left = core->bound_cycle - core_now(core);

    if (left > 0)
        avr_cycle_timer_register(core->avr, (avr_cycle_count_t)left, bound_reached, core);
}

static void do_not_sleep(avr_t *avr, avr_cycle_count_t cycles)
{
    (void)avr;
    (void)cycles;
}

static void release_output(struct core_pin *pin)
{
    if (!pin->level)
        return;
    pin->level = false;
    pin->core->yield = true;
    pin->core->listener.output(pin->core->listener.user, pin->signal, false);
}

static bool is_output(enum signal signal)
{
    return signal >= SIGNAL_COIL_SET;
}

/*
 * simavr polls a low interrupt pin in every cycle, enabled or not, ten times slower in all. A
 * reset turns that on again. Without it a level interrupt comes once, at the falling edge.
 */
static void poll_no_levels(struct core *core)
{
    uint8_t number;

    for (number = 0; number < EXTINT_COUNT; number++)
        avr_extint_set_strict_lvl_trig(core->avr, number, 0);
}

static void drive_input(struct core_pin *pin)
{
    poll_no_levels(pin->core);
    if (pin->irq)
        avr_raise_irq(pin->irq, pin->level);
}

/* simavr calls this in the middle of avr_reset: I/O registers and timers are wiped already. */
static void on_reset(avr_t *avr)
{
    struct core *core = avr->custom.data;
    int signal;

    if (core->chip_reset)
        core->chip_reset(avr);
    core->eeprom_busy_until = 0;
    arm_bound(core);
    for (signal = 0; signal < SIGNALS; signal++) {
        if (is_output((enum signal)signal))
            release_output(&core->pins[signal]);
        else
            drive_input(&core->pins[signal]);
    }
}

static void on_output(struct avr_irq_t *irq, uint32_t value, void *param)
{
    struct core_pin *pin = param;
    struct core *core = pin->core;
    const struct signal_pin *wiring = &core->map->pins[pin->signal];
    avr_ioport_state_t port;
    bool level;

    (void)irq;
    (void)value;
    if (avr_ioctl(core->avr, AVR_IOCTL_IOPORT_GETSTATE((uint32_t)wiring->port), &port) != 0)
        return;
    /* A pull-up is no drive. */
    level = (port.ddr >> wiring->bit & 1) && (port.port >> wiring->bit & 1);
    if (level == pin->level)
        return;
    pin->level = level;
    core->yield = true;
    core->listener.output(core->listener.user, pin->signal, level);
}

static void on_sent(struct avr_irq_t *irq, uint32_t value, void *param)
{
    struct core *core = param;

    (void)irq;
    core->yield = true;
    core->listener.sent(core->listener.user, (uint8_t)value);
}

static avr_io_t *find_io(avr_t *avr, const char *kind)
{
    avr_io_t *io;

    for (io = avr->io_port; io; io = io->next)
        if (io->kind && strcmp(io->kind, kind) == 0)
            return io;
    return NULL;
}

static avr_uart_t *find_uart(avr_t *avr, char name)
{
    avr_io_t *io;

    for (io = avr->io_port; io; io = io->next)
        if (io->kind && strcmp(io->kind, "uart") == 0 && ((avr_uart_t *)(void *)io)->name == name)
            return (avr_uart_t *)(void *)io;
    return NULL;
}

/*
 * simavr programs an EEPROM byte in no time. Here the enable bit reads 1 for 3.4 ms after it was
 * set, as on the chip, so that a power cut can catch a save in the middle.
 */
static uint8_t eeprom_control_read(avr_t *avr, avr_io_addr_t address, void *param)
{
    struct core *core = param;
    /* simavr keeps in memory what this returns, so the bit has to be taken out again. */
    uint8_t value = avr->data[address] & (uint8_t)~core->eeprom_enable_mask;

    if (core_now(core) < core->eeprom_busy_until)
        value |= core->eeprom_enable_mask;
    return value;
}

static void eeprom_control_written(avr_t *avr, avr_io_addr_t address, uint8_t value, void *param)
{
    struct core *core = param;

    (void)address;
    if (value & core->eeprom_enable_mask) {
        if (core_now(core) - core->eeprom_armed_cycle <= 6)
            core->eeprom_busy_until =
                core_now(core) + (int64_t)avr->frequency * EEPROM_BYTE_US / 1000000;
    } else if (value & core->eeprom_master_mask) {
        core->eeprom_armed_cycle = core_now(core);
    }
}

static void watch_eeprom(struct core *core)
{
    avr_eeprom_t *eeprom = (avr_eeprom_t *)(void *)find_io(core->avr, "eeprom");

    if (!eeprom)
        return;
    core->eeprom_control = eeprom->r_eecr;
    core->eeprom_enable_mask = (uint8_t)(1u << eeprom->eepe.bit);
    core->eeprom_master_mask = (uint8_t)(1u << eeprom->eempe.bit);
    core->eeprom_armed_cycle = -1000;
    avr_register_io_read(core->avr, eeprom->r_eecr, eeprom_control_read, core);
    avr_register_io_write(core->avr, eeprom->r_eecr, eeprom_control_written, core);
}

static bool wire_pin(struct core *core, enum signal signal)
{
    const struct signal_pin *wiring = &core->map->pins[signal];
    struct core_pin *pin = &core->pins[signal];

    pin->core = core;
    pin->signal = signal;
    if (!wiring->port)
        return true;
    pin->irq = avr_io_getirq(core->avr, AVR_IOCTL_IOPORT_GETIRQ((uint32_t)wiring->port),
                             wiring->bit);
    if (!pin->irq)
        return false;
    /* Unfiltered, because after a reset the same level must be told again. */
    avr_irq_set_flags(pin->irq, (uint8_t)(avr_irq_get_flags(pin->irq) & ~IRQ_FLAG_FILTERED));
    if (is_output(signal))
        avr_irq_register_notify(pin->irq, on_output, pin);
    return true;
}

static bool wire(struct core *core, char *error, size_t error_size)
{
    uint32_t quiet = 0;
    size_t i;

    for (i = 0; i < SIGNALS; i++) {
        if (!wire_pin(core, (enum signal)i)) {
            snprintf(error, error_size, "%s has no port %c; correct the pin lines of the map file",
                     core->map->mcu, core->map->pins[i].port);
            return false;
        }
    }
    for (i = 0; i < core->map->adc_count; i++) {
        core->adc_irq[i] = avr_io_getirq(core->avr, AVR_IOCTL_ADC_GETIRQ,
                                         ADC_IRQ_ADC0 + core->map->adc[i].channel);
        if (!core->adc_irq[i]) {
            snprintf(error, error_size, "%s has no converter; remove the adc lines of the map file",
                     core->map->mcu);
            return false;
        }
    }
    core->uart = find_uart(core->avr, core->map->uart);
    if (!core->uart) {
        snprintf(error, error_size, "%s has no UART %c; correct the uart line of the map file",
                 core->map->mcu, core->map->uart);
        return false;
    }
    avr_ioctl(core->avr, AVR_IOCTL_UART_SET_FLAGS((uint32_t)core->map->uart), &quiet);
    avr_irq_register_notify(core->uart->io.irq + UART_IRQ_OUTPUT, on_sent, core);
    watch_eeprom(core);
    return true;
}

/* simavr trusts its ELF files; this refuses what is none before it gets there. */
static bool is_avr_elf(const char *path, char *error, size_t error_size)
{
    static const uint8_t magic[5] = { 0x7f, 'E', 'L', 'F', 1 };
    uint8_t header[52];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0) {
        snprintf(error, error_size, "%s: %s; build the board first or correct --elf", path,
                 strerror(errno));
        return false;
    }
    got = read(fd, header, sizeof header);
    close(fd);
    if (got != (ssize_t)sizeof header || memcmp(header, magic, sizeof magic) != 0 ||
        header[18] != MACHINE_AVR || header[19] != 0) {
        snprintf(error, error_size, "%s: not an ELF file for AVR; --elf wants one from avr-gcc",
                 path);
        return false;
    }
    return true;
}

static void free_firmware(elf_firmware_t *firmware)
{
    uint32_t i;

    for (i = 0; i < firmware->symbolcount; i++)
        free(firmware->symbol[i]);
    free(firmware->symbol);
    free(firmware->flash);
    free(firmware->eeprom);
}

static bool load(struct core *core, const char *path, char *error, size_t error_size)
{
    elf_firmware_t firmware;
    bool fits;

    if (!is_avr_elf(path, error, error_size))
        return false;
    memset(&firmware, 0, sizeof firmware);
    if (elf_read_firmware(path, &firmware) != 0) {
        snprintf(error, error_size, "%s: cannot be read as a program for AVR", path);
        return false;
    }
    fits = firmware.flashsize && (uint64_t)firmware.flashbase + firmware.flashsize <=
                                     (uint64_t)core->avr->flashend + 1;
    if (fits)
        avr_load_firmware(core->avr, &firmware);
    else
        snprintf(error, error_size, "%s: %u bytes of program do not fit the flash of %s", path,
                 firmware.flashsize, core->map->mcu);
    free_firmware(&firmware);
    return fits;
}

bool core_open(struct core *core, const struct board_map *map, const char *elf_path,
               const struct core_listener *listener, char *error, size_t error_size)
{
    memset(core, 0, sizeof *core);
    core->map = map;
    core->listener = *listener;
    core->avr = avr_make_mcu_by_name(map->mcu);
    if (!core->avr) {
        snprintf(error, error_size, "simavr knows no mcu \"%s\"; correct the map file", map->mcu);
        return false;
    }
    avr_init(core->avr);
    core->run = core->avr->run;
    if (!load(core, elf_path, error, error_size) || !wire(core, error, error_size))
        return false;
    core->avr->frequency = map->frequency_hz;
    core->avr->vcc = core->avr->avcc = core->avr->aref = map->supply_mv;
    core->avr->sleep = do_not_sleep;
    core->avr->custom.data = core;
    core->chip_reset = core->avr->reset;
    core->avr->reset = on_reset;
    return true;
}

void core_close(struct core *core)
{
    if (core->avr) {
        avr_terminate(core->avr);
        free(core->avr);
    }
    core->avr = NULL;
}

static bool stopped(int state)
{
    return state == cpu_Done || state == cpu_Crashed || state == cpu_Stopped;
}

void core_run(struct core *core, int64_t until_cycle)
{
    avr_t *avr = core->avr;

    if (core_now(core) >= until_cycle)
        return;
    core->yield = false;
    core->bound_cycle = until_cycle;
    if (core->powered && !core->halted) {
        arm_bound(core);
        while (core_now(core) < until_cycle && !core->yield && !core->halted)
            core->halted = stopped(avr_run(avr));
        if (!core->halted)
            return;
        fprintf(stderr, "meterbench-emulator: the program stopped at 0x%04x, cycle %lld\n",
                avr->pc, (long long)core_now(core));
    }
    if (core_now(core) < until_cycle && !core->yield)
        avr->cycle = (avr_cycle_count_t)until_cycle;
}

void core_power_on(struct core *core)
{
    avr_t *avr = core->avr;

    /* Memory does not survive; its content is arbitrary but the same each time. */
    memset(avr->data + avr->ioend + 1, 0xa5, avr->ramend - avr->ioend);
    avr->run = core->run;
    core->powered = true;
    core->halted = false;
    avr_reset(avr);
    avr_regbit_set(avr, avr->reset_flags.porf);
}

void core_power_off(struct core *core)
{
    core->powered = false;
    avr_reset(core->avr); /* releases the outputs */
}

static uint32_t adc_level_mv(const struct core *core, const struct adc_channel *adc, int64_t value)
{
    if (value <= adc->low)
        return 0;
    if (value >= adc->high)
        return core->map->supply_mv;
    return (uint32_t)((value - adc->low) * core->map->supply_mv / (adc->high - adc->low));
}

void core_set_quantity(struct core *core, enum quantity quantity, int64_t value)
{
    size_t i;

    for (i = 0; i < core->map->adc_count; i++) {
        uint32_t level_mv;

        if (core->map->adc[i].quantity != quantity)
            continue;
        level_mv = adc_level_mv(core, &core->map->adc[i], value);
        avr_raise_irq(core->adc_irq[i], level_mv);
    }
}

void core_set_input(struct core *core, enum signal signal, bool level)
{
    struct core_pin *pin = &core->pins[signal];

    if (pin->level == level)
        return;
    pin->level = level;
    drive_input(pin);
}

uint8_t *core_eeprom(struct core *core, size_t *size)
{
    avr_eeprom_t *eeprom = (avr_eeprom_t *)(void *)find_io(core->avr, "eeprom");

    *size = eeprom ? eeprom->size : 0;
    return eeprom ? eeprom->eeprom : NULL;
}
