/*
 * A bench file says what stands on this bench: which boards, on which ports, with which racks, how
 * their supply is switched and how they are left. It is a Lua file that returns bench { .. } of one
 * board, or bench { boards = { {..}, {..} }, .. } of several, where what stands outside `boards` is
 * every board's default. Everything but port may be left out. Paths are relative to the file.
 * docs/bench.md describes each key.
 */
#ifndef METERBENCH_HIL_BENCH_FILE_H
#define METERBENCH_HIL_BENCH_FILE_H

#include "hil/line/line_faults.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_BOARDS_MAX = 16, BENCH_ID_SIZE = 48, BENCH_SWITCH_BYTES_MAX = 16 };

/* How the board's supply is switched, `power`. */
enum bench_power_kind {
    BENCH_POWER_NONE,  /* not at all */
    BENCH_POWER_RACK,  /* by the rack: { rack = true } */
    BENCH_POWER_GPIO,  /* { gpio = "/dev/gpiochip0", line = 4, active = "high" | "low" } */
    BENCH_POWER_RELAY, /* { relay = "/dev/ttyUSB1", on = "A0 01 01 A2", off = ".." } */
};

struct bench_power {
    enum bench_power_kind kind;
    char device[96];
    int line;        /* of the GPIO chip */
    bool active_low; /* a low level switches on */
    uint8_t on[BENCH_SWITCH_BYTES_MAX], off[BENCH_SWITCH_BYTES_MAX];
    int on_size, off_size;
};

/* How a board is left, `safe`. */
enum bench_safe_contacts { BENCH_SAFE_AS_FOUND, BENCH_SAFE_OPEN, BENCH_SAFE_CLOSED };

struct bench_safe {
    enum bench_safe_contacts contacts;
    bool power_off;
};

/* One board. Empty strings and zeros: not said. */
struct bench_file {
    char id[BENCH_ID_SIZE]; /* of several always there and unique */
    char profile[256];
    char port[96];
    char rack[96];    /* device of an slcan adapter, or a SocketCAN interface (no "/" in it) */
    int rack_bitrate; /* bit/s */
    int baud;
    char parity; /* 'N', 'E', 'O' or 0 */
    int stop_bits;
    int slave;
    char address[13]; /* DL/T 645: 12 digits */
    int64_t response_timeout_ns;
    int64_t replug_ns; /* how long a port that went away is waited for; -1: not said */
    struct bench_power power;
    struct bench_safe safe;
    struct line_faults faults; /* what is done to the serial line */
    char flash[512];    /* shell command with {firmware} and {port} */
    char firmware[256]; /* the file that runs on the board, for its hash; path as found */
    bool low_latency;   /* default true */
};

/* The board that is called `id`, or with NULL the board of a file that has one. 0, or ERROR_PROFILE
 * with a message that names file and key. */
int bench_file_read(const char *path, const char *id, struct bench_file *bench, char *message,
                    size_t size);

/* All boards of a file. Their number, or ERROR_PROFILE with a message. */
int bench_file_read_all(const char *path, struct bench_file boards[BENCH_BOARDS_MAX], char *message,
                        size_t size);

#endif
