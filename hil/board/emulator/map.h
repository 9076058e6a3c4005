/*
 * The map file: what the emulator must know of a board besides its ELF file. One "word value..."
 * a line, # starts a comment. reference.map is the example, docs/board.md explains the words.
 */
#ifndef EMULATOR_MAP_H
#define EMULATOR_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum quantity {
    QUANTITY_VOLTAGE_MV,
    QUANTITY_CURRENT_MA,
    QUANTITY_RESIDUAL_UA,
    QUANTITY_TEMPERATURE_DC, /* 0.1 degC */
    QUANTITIES
};

enum signal {
    SIGNAL_FEEDBACK, /* inputs of the board */
    SIGNAL_SMOKE,
    SIGNAL_KEY,
    SIGNAL_STRAP, /* high: Modbus, low: DL/T 645 */
    SIGNAL_COIL_SET, /* outputs of the board */
    SIGNAL_COIL_RESET,
    SIGNAL_ALARM,
    SIGNALS
};

/* What a residual current transformer senses (IEC 60755): type AC, A or B. */
enum residual_type { RESIDUAL_TYPE_AC, RESIDUAL_TYPE_A, RESIDUAL_TYPE_B };

struct adc_channel {
    uint8_t channel;
    enum quantity quantity;
    int64_t low;  /* the quantity at 0 V */
    int64_t high; /* at the converter's full scale */
};

struct signal_pin {
    char port; /* 'A'..'L'; 0: not wired */
    uint8_t bit;
};

/* Everything that can be wrong with the relay; all false and zero is a sound one. */
struct relay_faults {
    bool welded;              /* contacts do not open */
    bool stuck_open;          /* contacts do not close */
    bool set_coil_broken;
    bool reset_coil_broken;
    bool feedback_stuck_open; /* the feedback contact lies, the main contacts work */
    bool feedback_stuck_closed;
    int64_t slow_us;          /* added to the operate time */
};

struct relay_config {
    int64_t operate_us;   /* from energising a coil to the armature's move */
    int64_t release_us;   /* falling back after too short a pulse */
    int64_t bounce_us;    /* first touch until made for good */
    int64_t min_pulse_us; /* a shorter pulse does not latch */
    int64_t arc_min_ma;   /* a smaller current is broken without an arc */
    bool initially_closed;
    struct relay_faults faults;
};

struct mains_config {
    int64_t initial_mv;
    int64_t half_period_us; /* between current zeros */
    int64_t off_below_mv;
    int64_t on_above_mv;
    int64_t hold_up_ms; /* how long the board's supply outlasts the mains */
};

#define MAP_ADC_MAX 16

struct board_map {
    char mcu[32];
    uint32_t frequency_hz;
    uint32_t supply_mv; /* VCC, AVCC and AREF */
    char uart;          /* '0'.. */
    struct adc_channel adc[MAP_ADC_MAX];
    size_t adc_count;
    struct signal_pin pins[SIGNALS];
    struct relay_config relay;
    struct mains_config mains;
    enum residual_type residual_type;
};

/*
 * Reads a map file. On failure returns false and leaves in `error` one line that names the file,
 * the line and the way out.
 */
bool map_read(const char *path, struct board_map *map, char *error, size_t error_size);

#endif
