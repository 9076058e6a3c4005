/*
 * What the meter knows. `state` and `settings` survive a power cut (storage.c); `live` does not.
 * The main loop owns all of it; interrupts touch only the buffers of adc.c and uart.c.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stdint.h>

/* Why the contacts are open. They may close only when no cause stands. */
enum {
    CAUSE_ORDER = 1 << 0,
    CAUSE_ARREARS = 1 << 1,
    CAUSE_OVERLOAD = 1 << 2,
    CAUSE_SHORT = 1 << 3,
    CAUSE_LEAKAGE = 1 << 4,
    CAUSE_VOLTAGE = 1 << 5,
    CAUSE_SMOKE = 1 << 6,
    CAUSE_HEAT = 1 << 7
};

/* Codes of input register 2. */
enum {
    TRIP_NONE,
    TRIP_ORDER,
    TRIP_ARREARS,
    TRIP_OVERLOAD,
    TRIP_SHORT,
    TRIP_LEAKAGE,
    TRIP_ABNORMAL_POWER,
    TRIP_SMOKE,
    TRIP_HEAT
};

/* Bits of state.flags. */
enum {
    FLAG_HOLD_OPEN = 1 << 0,     /* open without a cause, until ordered to close */
    FLAG_KEEP_POWER = 1 << 1,
    FLAG_OVERLOAD_LOCK = 1 << 2, /* re-closed too often: overload waits for 0x5C5C */
    FLAG_ALARM = 1 << 3,
    FLAG_PERMIT = 1 << 4         /* close permitted, waiting for the key */
};

struct saved_state {
    uint32_t energy_wh;
    uint32_t energy_rest_mws; /* below 3 600 000 */
    int32_t balance_cent;
    uint32_t charge_rest;     /* below 100 000: 1/100000 of a cent */
    uint16_t trip_count;
    uint16_t reset_count;
    uint16_t last_sequence;
    uint16_t close_count;
    uint16_t restore_min; /* until an ordered trip ends by itself; 0: it does not */
    uint8_t causes;
    uint8_t flags;
    uint8_t last_trip;
    uint8_t overload_recloses;
    bool restore_permits; /* it ends in a permit instead of a close */
};

enum { CREDIT_REMOTE = 0, CREDIT_LOCAL = 1 };

struct saved_settings {
    uint32_t price;          /* 1/10000 yuan per kWh */
    uint32_t overdraft_cent;
    uint16_t residual_rated; /* 0.1 mA */
    uint16_t overload_limit; /* 0.01 A */
    uint16_t overload_delay; /* 0.1 s */
    uint16_t overload_reclose_s;
    uint16_t overload_recloses_max;
    uint16_t holdoff_current; /* 0.01 A */
    uint16_t holdoff_min;
    uint16_t heat_trip_dc; /* 0.1 degC */
    uint16_t safety_reclose_s;
    uint16_t credit_mode;
    uint16_t slave_address;
};

/* What only DL/T 645 has. Levels: 0 is level 02, 1 is level 04. */
#define PASSWORD_LEVELS 2

struct saved_line {
    uint8_t address[6];                    /* BCD, low byte first */
    uint8_t passwords[PASSWORD_LEVELS][3]; /* low byte first */
    uint8_t wrong[PASSWORD_LEVELS];        /* passwords given in a row */
    uint16_t locked_min[PASSWORD_LEVELS];  /* minutes that the level stays locked */
    uint8_t baud;                          /* the feature byte of 17H */
    uint8_t base_dialect;                  /* 1: orders are answered as the base standard says */
};

struct live_state {
    uint32_t clock_s; /* since 2000-01-01 00:00 */
    uint32_t operator_code; /* who gave the last order; 0 by Modbus */
    uint16_t uptime_s;
    uint16_t good_frames;
    uint16_t bad_frames;
    uint8_t seal_s; /* seconds that the seal stays open */
    uint8_t reset_flags;
    uint8_t last_result;
    uint8_t deferred; /* causes whose trip waits for the current to fall */
    bool clock_set;
    bool weld;
    bool supply_low;
};

extern struct saved_state state;
extern struct saved_settings settings;
extern struct saved_line line;
extern struct live_state live;

#endif
