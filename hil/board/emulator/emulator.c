#include "emulator.h"

#include "eeprom_file.h"
#include "timebase.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int64_t to_ns(const struct emulator *emulator, int64_t cycle)
{
    return cycles_to_ns(emulator->map.frequency_hz, cycle);
}

int64_t emulator_now_ns(const struct emulator *emulator)
{
    return to_ns(emulator, emulator->now);
}

/*
 * The processor stops at the end of an instruction, a few cycles late, so an event of the bench
 * may be stamped just before one of the program's that came first. Order counts more.
 */
static int64_t stamp_ns(struct emulator *emulator, int64_t cycle)
{
    int64_t ns = to_ns(emulator, cycle);

    if (ns > emulator->last_stamp_ns)
        emulator->last_stamp_ns = ns;
    return emulator->last_stamp_ns;
}

/* At the board's mains terminals. */
static uint32_t mains_mv(const struct emulator *emulator)
{
    const struct rack_levels *levels = &emulator->rack.levels;

    return levels->supply_cut ? 0 : levels->voltage_mv;
}

/* What flows if the contacts conduct. */
static int64_t load_ma(const struct emulator *emulator)
{
    const struct rack_levels *levels = &emulator->rack.levels;

    if (mains_mv(emulator) == 0)
        return 0;
    return (int64_t)levels->current_ma + levels->residual_ua / 1000;
}

/* A transformer of type A is blind to smooth direct current, one of type AC to pulsating too. */
static bool residual_is_sensed(const struct emulator *emulator)
{
    enum waveform waveform = emulator->rack.levels.waveform;

    switch (emulator->map.residual_type) {
    case RESIDUAL_TYPE_AC:
        return waveform == WAVEFORM_AC;
    case RESIDUAL_TYPE_A:
        return waveform != WAVEFORM_SMOOTH_DC;
    default:
        return true;
    }
}

static void supervise_power(struct emulator *emulator)
{
    const struct mains_config *mains = &emulator->map.mains;
    int64_t voltage_mv = mains_mv(emulator);

    if (emulator->core.powered) {
        if (voltage_mv >= mains->off_below_mv)
            emulator->off_cycle = NEVER;
        else if (emulator->off_cycle == NEVER)
            emulator->off_cycle = emulator->now + us_to_cycles(emulator->map.frequency_hz,
                                                               mains->hold_up_ms * 1000);
    } else if (voltage_mv >= mains->on_above_mv) {
        truth_event(&emulator->truth, emulator->now, "power on");
        core_power_on(&emulator->core);
        emulator->rack.board_powered = true;
    }
}

static void report_contacts(struct emulator *emulator, int64_t cycle)
{
    enum contacts contacts = emulator->relay.contacts;

    if (contacts == emulator->reported_contacts)
        return;
    emulator->reported_contacts = contacts;
    switch (contacts) {
    case CONTACTS_ARCING: /* open only when the arc is out */
        break;
    case CONTACTS_BOUNCING:
        rack_report(&emulator->rack, cycle, RACK_CONTACTS, 3);
        break;
    case CONTACTS_OPEN:
        truth_event(&emulator->truth, cycle, "contacts open");
        rack_report(&emulator->rack, cycle, RACK_CONTACTS, 0);
        break;
    case CONTACTS_CLOSED:
        truth_event(&emulator->truth, cycle, "contacts closed");
        rack_report(&emulator->rack, cycle, RACK_CONTACTS, 1);
        break;
    }
}

static void report_load_voltage(struct emulator *emulator, int64_t cycle, int64_t voltage_mv)
{
    int64_t dv = (voltage_mv + 50) / 100;

    if (dv > UINT16_MAX)
        dv = UINT16_MAX;
    if (dv == emulator->reported_load_dv)
        return;
    emulator->reported_load_dv = (uint16_t)dv;
    rack_report(&emulator->rack, cycle, RACK_LOAD_VOLTAGE, (uint16_t)dv);
}

/* Brings what the board sees up to date with the levels, the contacts and the mains. */
static void apply_plant(struct emulator *emulator, int64_t cycle)
{
    const struct rack_levels *levels = &emulator->rack.levels;
    bool conducts = relay_conducts(&emulator->relay);
    uint32_t voltage_mv = mains_mv(emulator);
    bool flows = conducts && voltage_mv > 0;
    int64_t residual_ua = flows && residual_is_sensed(emulator) ? levels->residual_ua : 0;
    struct core *core = &emulator->core;

    report_contacts(emulator, cycle);
    report_load_voltage(emulator, cycle, conducts ? voltage_mv : 0);
    core_set_quantity(core, QUANTITY_VOLTAGE_MV, voltage_mv);
    core_set_quantity(core, QUANTITY_CURRENT_MA, flows ? levels->current_ma : 0);
    core_set_quantity(core, QUANTITY_RESIDUAL_UA, residual_ua);
    core_set_quantity(core, QUANTITY_TEMPERATURE_DC, levels->temperature_dc);
    core_set_input(core, SIGNAL_FEEDBACK, relay_feedback(&emulator->relay));
    core_set_input(core, SIGNAL_SMOKE, levels->smoke);
    core_set_input(core, SIGNAL_KEY, levels->key);
    core_set_input(core, SIGNAL_STRAP, !emulator->config->dlt645);
    supervise_power(emulator);
}

static void on_applied(void *user, uint16_t id, uint16_t sequence)
{
    struct emulator *emulator = user;

    if (id == RACK_HEARTBEAT) { /* it changes nothing at the board */
        truth_event(&emulator->truth, emulator->now, "heartbeat %u", sequence);
        return;
    }
    if (id)
        truth_event(&emulator->truth, emulator->now, "applied 0x%03x %u", id, sequence);
    else
        truth_event(&emulator->truth, emulator->now, "safe state");
    apply_plant(emulator, emulator->now);
}

static void on_send(void *user, int64_t stamp_cycle, const struct can_frame *frame)
{
    struct emulator *emulator = user;

    if (!emulator->outputs.can_frame(emulator->outputs.user, stamp_ns(emulator, stamp_cycle),
                                     frame))
        emulator->rack.frames_lost = true;
}

static void on_coil(struct emulator *emulator, bool set_coil, bool on)
{
    int64_t cycle = core_now(&emulator->core);

    truth_event(&emulator->truth, cycle, "coil %s %s", set_coil ? "set" : "reset",
                on ? "on" : "off");
    rack_report(&emulator->rack, cycle, RACK_COIL,
                (uint16_t)((set_coil ? 1 : 0) | (on ? 2 : 0)));
    relay_coil(&emulator->relay, cycle, set_coil, on);
}

static void on_output(void *user, enum signal signal, bool level)
{
    struct emulator *emulator = user;

    if (signal == SIGNAL_ALARM)
        truth_event(&emulator->truth, core_now(&emulator->core), "alarm %s", level ? "on" : "off");
    else
        on_coil(emulator, signal == SIGNAL_COIL_SET, level);
}

static void on_sent(void *user, uint8_t byte)
{
    struct emulator *emulator = user;

    uart_sent(&emulator->uart, byte);
}

static void on_uart_byte(void *user, int64_t stamp_cycle, uint8_t byte)
{
    struct emulator *emulator = user;

    emulator->outputs.uart_byte(emulator->outputs.user, stamp_ns(emulator, stamp_cycle), byte);
}

/* splitmix64: spreads small seeds over the whole range. */
static uint64_t spread(uint64_t seed)
{
    seed += UINT64_C(0x9e3779b97f4a7c15);
    seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    seed = (seed ^ seed >> 27) * UINT64_C(0x94d049bb133111eb);
    return seed ^ seed >> 31;
}

static bool load_eeprom(struct emulator *emulator, char *error, size_t error_size)
{
    size_t size;
    uint8_t *bytes = core_eeprom(&emulator->core, &size);

    if (!emulator->config->eeprom_path)
        return true;
    if (!bytes) {
        snprintf(error, error_size, "%s has no EEPROM; leave --eeprom out", emulator->map.mcu);
        return false;
    }
    return eeprom_file_load(emulator->config->eeprom_path, bytes, size, error, error_size);
}

static void open_parts(struct emulator *emulator)
{
    struct uart_listener uart = { on_uart_byte, emulator };
    struct rack_listener rack = { on_send, on_applied, emulator };
    uint32_t frequency_hz = emulator->map.frequency_hz;
    int64_t zero = 0;

    if (emulator->config->seed)
        zero = (int64_t)(spread(emulator->config->seed) % frequency_hz);
    uart_open(&emulator->uart, &emulator->core, &uart);
    relay_open(&emulator->relay, &emulator->map, zero);
    rack_open(&emulator->rack, frequency_hz, (uint32_t)emulator->map.mains.initial_mv, &rack);
    emulator->off_cycle = NEVER;
    emulator->reported_contacts = emulator->relay.contacts;
}

bool emulator_open(struct emulator *emulator, const struct emulator_config *config,
                   const struct emulator_outputs *outputs, char *error, size_t error_size)
{
    struct core_listener listener = { on_output, on_sent, emulator };

    memset(emulator, 0, sizeof *emulator);
    emulator->config = config;
    emulator->outputs = *outputs;
    if (!map_read(config->map_path, &emulator->map, error, error_size) ||
        !core_open(&emulator->core, &emulator->map, config->elf_path, &listener, error,
                   error_size) ||
        !load_eeprom(emulator, error, error_size))
        return false;
    if (config->dlt645 && !emulator->map.pins[SIGNAL_STRAP].port) {
        snprintf(error, error_size, "%s: no pin is wired as strap; add one as \"pin B3 strap\" or "
                 "leave --protocol out", config->map_path);
        return false;
    }
    if (!truth_open(&emulator->truth, config->truth_path, emulator->map.frequency_hz)) {
        snprintf(error, error_size, "%s: %s; --truth wants a file that can be written",
                 config->truth_path, strerror(errno));
        return false;
    }
    open_parts(emulator);
    return true;
}

bool emulator_close(struct emulator *emulator, char *error, size_t error_size)
{
    bool good = true;
    size_t size;
    const uint8_t *bytes = core_eeprom(&emulator->core, &size);

    if (emulator->config->eeprom_path)
        good = eeprom_file_save(emulator->config->eeprom_path, bytes, size, error, error_size);
    if (!truth_close(&emulator->truth)) {
        snprintf(error, error_size, "the truth log could not be written in full");
        good = false;
    }
    core_close(&emulator->core);
    return good;
}

static void power_off(struct emulator *emulator)
{
    emulator->off_cycle = NEVER;
    truth_event(&emulator->truth, emulator->now, "power off");
    emulator->rack.board_powered = false;
    core_power_off(&emulator->core);
    uart_power_off(&emulator->uart);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_due(const struct emulator *emulator)
{
    int64_t due = least(uart_due(&emulator->uart), relay_due(&emulator->relay));

    return least(least(due, rack_due(&emulator->rack)), emulator->off_cycle);
}

/* Events at the same cycle happen in this order, always. */
static void step_parts(struct emulator *emulator)
{
    int64_t now = emulator->now;

    if (relay_due(&emulator->relay) <= now) {
        relay_step(&emulator->relay, now, load_ma(emulator));
        apply_plant(emulator, now);
    }
    uart_step(&emulator->uart, now);
    if (rack_due(&emulator->rack) <= now)
        rack_step(&emulator->rack, now);
    if (emulator->off_cycle <= now)
        power_off(emulator);
}

/*
 * The program may set off an event in the past of where it stands by a few cycles, never more
 * than an instruction; events are taken up at once, so nothing is late by more than that.
 */
void emulator_run(struct emulator *emulator, int64_t until_ns)
{
    int64_t until = ns_to_cycles(emulator->map.frequency_hz, until_ns);

    if (emulator->now == 0)
        apply_plant(emulator, 0);
    while (emulator->now < until) {
        int64_t next = least(until, next_due(emulator));

        core_run(&emulator->core, next);
        if (core_now(&emulator->core) < next)
            next = core_now(&emulator->core);
        if (next > emulator->now)
            emulator->now = next;
        step_parts(emulator);
    }
}

void emulator_can_frame(struct emulator *emulator, const struct can_frame *frame)
{
    rack_receive(&emulator->rack, emulator->now, frame);
}

void emulator_uart_byte(struct emulator *emulator, uint8_t byte)
{
    uart_put(&emulator->uart, byte);
}
