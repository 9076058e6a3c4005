/*
 * The conformance suite of `meterbench board check`: one row a rule of the protocol or of sound
 * behaviour, each judged on the wire alone, with the bytes and times that the judgement rests on.
 *
 * A row passes or fails; it is inconclusive when the bench could not measure well enough or the
 * meter had gone silent before; it is not judged when the meter, the bench or the user's permission
 * lacks what it takes, and says what. Only what fails is the meter's fault.
 *
 * Nothing of a meter is changed without `write`; an emulated board is ours and may be written. What
 * was changed is put back, and the relay is left as it was found, also when interrupted.
 */
#ifndef METERBENCH_HIL_CHECK_H
#define METERBENCH_HIL_CHECK_H

#include "hil/board.h"
#include "hil/check/exchange.h"

enum check_protocol { CHECK_MODBUS, CHECK_DLT645 };

/* X(id, word) */
#define CHECK_OUTCOMES(X)                                                                          \
    X(PASSES, "passes")                                                                            \
    X(FAILS, "FAILS")                                                                              \
    X(INCONCLUSIVE, "inconclusive")                                                                \
    X(NOT_JUDGED, "not judged")

enum check_outcome {
#define X(id, word) CHECK_##id,
    CHECK_OUTCOMES(X)
#undef X
        CHECK_OUTCOME_COUNT
};

const char *check_outcome_word(enum check_outcome outcome);

struct check;

/* What a row takes. */
enum check_need {
    CHECK_WRITES = 1 << 0,  /* permission to write */
    CHECK_PROFILE = 1 << 1, /* a profile that says what is where */
    CHECK_RELAY = 1 << 2,   /* a relay that the profile knows */
    CHECK_RACK = 1 << 3,    /* a rack, for stimuli, contacts and power */
    CHECK_ALONE = 1 << 4,   /* judges also when the meter does not answer: no look before it */
};

struct check_row {
    const char *id;    /* "modbus.bad_crc" */
    const char *title; /* what is true of a sound meter */
    const char *rule;  /* where that is written */
    unsigned needs;
    void (*judge)(struct check *check);
};

/* The rows of a protocol, those of behaviour included. */
int check_rows(enum check_protocol protocol, const struct check_row *rows[], int capacity);
enum { CHECK_ROWS_MAX = 96 };

struct check_result {
    const struct check_row *row;
    enum check_outcome outcome;
    char message[480];
    int64_t began, took_ns; /* host time */
    struct wire_line wire[WIRE_LINES_MAX];
    size_t wire_count; /* ever; the last WIRE_LINES_MAX are kept */
};

struct check_options {
    struct board_spec board;
    bool write;
    bool protocol_said; /* else the profile says, or it is Modbus */
    enum check_protocol protocol;
    const char *only; /* a glob over the rows' ids; NULL: all */
    uint64_t seed;    /* of the garbage that is sent */
    const atomic_bool *interrupted;
    void (*judged)(void *user, const struct check_result *result); /* as each comes; may be NULL */
    void *user;
};

struct check_report {
    enum check_protocol protocol;
    char board[200];   /* what was checked, on which line */
    char stamps[160];  /* how its figures are known: "stamps are good to 2 ms" */
    char message[400]; /* why the bench failed, or what was not put back */
    int error;         /* of the bench; 0: none */
    struct check_result *results;
    int count;
    int outcomes[CHECK_OUTCOME_COUNT];
};

/* Runs the rows. 0; the error of a wrong file or of a bench that failed, with report->message. Free
 * the report in either case. */
int check_run(const struct check_options *options, struct check_report *report);
void check_report_free(struct check_report *report);

#endif
