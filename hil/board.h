/*
 * A real meter in a flat's place: the board controller. It speaks Modbus or DL/T 645 to a meter on a
 * serial port, drives the stimulus rack beside it, and answers the flat's DL/T 645 frames as the virtual
 * meter would. What it offers to a run is sim/board.h; this header makes and ends one.
 *
 * A board is either the reference board under the emulator, started and stopped here, or hardware
 * on a port. It is paced by the wall clock or, emulated only, granted time in lockstep.
 */
#ifndef METERBENCH_HIL_BOARD_H
#define METERBENCH_HIL_BOARD_H

#include "hil/line/line_faults.h"
#include "sim/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BOARD_PATH_SIZE = 256 };

enum board_kind {
    BOARD_EMULATED, /* an emulator of our own, fresh at every attach */
    BOARD_PORT,     /* a serial port, and a rack where the bench file names one */
};

/* Which board, and how it is connected. Zero and NULL mean the default. Strings are copied. */
struct board_spec {
    enum board_kind kind;
    bool lockstep;          /* emulated only */
    const char *bench_file; /* Lua; names profile, port, line settings and rack. NULL: none */
    const char *bench_id;   /* which of the bench file's boards; NULL: it has one */
    const char *port;       /* device of a board on a port; goes before the bench file's */
    const char *profile;    /* Lua, or the name of one that comes along; default reference */
    const char *emulator;   /* default board/meterbench-emulator beside the running program */
    /* firmware; of the emulated board, default board/reference.elf beside the running program; of a
     * board on a port what runs on it or is flashed, goes before the bench file's */
    const char *elf;
    bool no_flash;          /* the bench file's flash command is not run */
    const char *map;        /* wiring; default board/reference.map beside the running program */
    const char *truth;      /* file for what the emulator knows to be true, kept. NULL: none */
    int baud;               /* goes before the bench file's */
    struct line_faults line_faults; /* what the serial line does to bytes, for tests */
    uint64_t seed; /* of the line faults and of the emulator's mains phase; 0: the site's */
};

/* What a board's connection has seen so far. */
struct board_statistics {
    uint64_t polls;          /* answered status polls */
    uint64_t requests;       /* requests sent, retries included */
    uint64_t timeouts;       /* of them, unanswered */
    uint64_t crc_errors;     /* of them, answered with a frame that was damaged */
    uint64_t line_faults[LINE_FAULT_KINDS]; /* that were done to the line's bytes */
    uint64_t rack_frames;    /* received from the rack */
    uint64_t rack_lost;      /* gaps in the rack's frame counter */
    uint64_t late;           /* times the paced clock fell behind by more than 50 ms */
    int64_t lateness_ns_max; /* the furthest it fell behind */
    int64_t sync_width_ns;   /* how exactly the rack's clock is known now */
};

/* The file of a profile: a path, or the name of one of scenarios/boards, with or without its end; NULL: the reference
 * board's. 0, or ERROR_NOT_FOUND with a message. */
int board_find_profile(const char *given, char path[BOARD_PATH_SIZE], char *message, size_t size);

/*
 * Reads bench file and profile and finds the programs; nothing is connected before attach. The
 * board's ops, clock and flags are set. NULL with a message (what, where, how to mend it) when a
 * file is missing or wrong, a program is not there, or the specification contradicts itself.
 */
struct board *board_open(const struct board_spec *spec, char *message, size_t size);

/* Ends the connection, whatever state it is in, without touching the flat: detach first if the run
 * goes on. NULL is allowed. */
void board_close(struct board *board);

/* The error that the board ended with, or 0. */
int board_error(const struct board *board);

void board_statistics(const struct board *board, struct board_statistics *statistics);

#endif
