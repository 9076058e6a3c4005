/*
 * What can be wrong with a serial line, and the line that does it: a struct that tests, bench files and scenarios
 * fill. All zero is a good line. Faults come by chance, from a seed, and by schedule; each one that happened is counted.
 */
#ifndef METERBENCH_SIM_LINK_LINE_FAULTS_H
#define METERBENCH_SIM_LINK_LINE_FAULTS_H

#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* kind, name in files and reports, what happens */
#define LINE_FAULT_KINDS_LIST(X)                                                                   \
    X(DROP, "drop", "the byte never arrives")                                                      \
    X(CORRUPT, "corrupt", "one bit of the byte turns")                                             \
    X(DUPLICATE, "duplicate", "the byte arrives twice")                                            \
    X(SPLIT, "split", "a pause before the byte, within a frame")                                   \
    X(NOISE, "noise", "one to three foreign bytes before a frame")

enum line_fault_kind {
#define X(id, name, meaning) LINE_FAULT_##id,
    LINE_FAULT_KINDS_LIST(X)
#undef X
        LINE_FAULT_KINDS
};

const char *line_fault_name(int kind);
/* The kind of a name, or -1. */
int line_fault_from_name(const char *name);

enum line_direction { LINE_TO_DEVICE, LINE_FROM_DEVICE, LINE_DIRECTIONS };

enum { LINE_SCHEDULE_MAX = 16, LINE_SPOILED_MAX = 5 };

/* From `at` on, counted from the line's first byte, the next `count` bytes (frames, of noise) of a direction suffer. */
struct line_fault_plan {
    int64_t at_ns;
    enum line_fault_kind kind;
    int direction; /* enum line_direction, LINE_DIRECTIONS: any */
    int count;
};

/* Chances are per byte and direction, of noise per frame, in millionths. */
struct line_faults {
    uint32_t drop_ppm, corrupt_ppm, duplicate_ppm, split_ppm, noise_ppm;
    int64_t delay_ns; /* every byte is this late */
    int64_t split_ns; /* the pause of a split; 0: LINE_SPLIT_NS */
    bool echo;        /* the adapter gives the master its own bytes back */
    uint64_t seed;    /* of the chances; 0: the caller's */
    int planned;
    struct line_fault_plan plan[LINE_SCHEDULE_MAX];
};

#define LINE_SPLIT_NS INT64_C(30000000) /* longer than any Modbus frame's end, shorter than a DL/T 645 frame's */

#define LINE_LATE_MAX_NS INT64_C(10000000000)
#define LINE_PPM_MAX 1000000

/* Where the chance of a kind is kept. */
uint32_t *line_fault_chance(struct line_faults *faults, int kind);

/* "corrupt=200ppm, drop=50ppm, delay=20ms, pause=30ms, echo, drop=2@3s, split=1@5s<, seed=7", on top of *faults. 0, or
 * ERROR_INVALID_ARGUMENT with a message that names the word. */
int line_faults_words(const char *text, struct line_faults *faults, char *message, size_t size);

/* Does the line, by its chances, spoil one of so many bytes, so that a DL/T 645 frame of them is lost? Foreign bytes and
 * pauses cost such a frame nothing. */
bool line_faults_spoil(const struct line_faults *faults, struct random *random, uint32_t bytes);

/* Is anything wrong with it? */
bool line_faults_any(const struct line_faults *faults);

/* A line with its faults. */
struct line_spoiler {
    struct line_faults faults;
    struct random random;
    bool started;
    int64_t began;                     /* when the first byte came */
    int64_t last_at[LINE_DIRECTIONS];  /* the last byte of each direction */
    int last_direction;
    int planned_left[LINE_SCHEDULE_MAX];
    uint64_t counts[LINE_FAULT_KINDS]; /* that happened */
};

/* `random` serves where the faults bring no seed. */
void line_spoiler_init(struct line_spoiler *spoiler, const struct line_faults *faults,
                       struct random random);

/* What arrives of a byte, in order. */
struct line_spoiled {
    uint8_t byte;
    int64_t late_ns; /* beyond the line's delay */
};

/* One byte at `now`: how many come of it into `out`. */
int line_spoil(struct line_spoiler *spoiler, int64_t now, enum line_direction direction, uint8_t byte,
               struct line_spoiled out[LINE_SPOILED_MAX]);

/* "3 drop, 1 split", or "none": what happened so far, as much as fits. */
void line_spoiler_describe(const struct line_spoiler *spoiler, char *text, size_t size);

#endif
