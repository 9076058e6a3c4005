/* What the rows of the conformance suite share. */
#ifndef METERBENCH_HIL_CHECK_INTERNAL_H
#define METERBENCH_HIL_CHECK_INTERNAL_H

#include "hil/board_internal.h"
#include "hil/check/check.h"
#include "sim/kernel/random.h"
#include "sim/wire/dlt645.h"

enum { UNDO_MAX = 12 };

/* What a meter said to a write or an order. */
struct check_said {
    bool refused;
    bool cannot; /* the item cannot even hold the value: nothing was sent */
    int code;    /* of a refusal: Modbus exception, ERR, or error word */
};

struct check {
    const struct check_options *options;
    struct hil_board *board; /* files, emulator and pace; its Modbus master is not used */
    const struct profile *profile; /* NULL: none was named */
    struct exchanger wire;
    struct answer answer; /* of the last request */
    struct random random;
    enum check_protocol protocol;
    uint8_t slave;
    struct dlt645_address address;
    bool writes;    /* writing is permitted */
    bool seal_open; /* the profile's seal was opened by us */
    int64_t quiet_ns; /* where silence is due: without an answer for so long, it is silence */

    /* a read that is known to be answered normally */
    struct modbus_request anchor;
    uint32_t anchor_identifier;

    /* what the rack told last */
    bool contacts_known, contacts_closed, powered;
    int64_t contacts_at; /* host time */

    /* what was changed and is to be put back, and what could not be */
    struct {
        enum profile_register which;
        int64_t value;
    } undo[UNDO_MAX];
    int undo_count;
    bool relay_found, relay_was_closed;
    bool keeps_power; /* it was ordered to, by a row that has not ended it */
    char not_back[160];
    uint16_t sequence; /* of the last order */

    struct check_result *result;
    bool lost;       /* the row failed for want of an answer */
    int64_t late_ns; /* the furthest this process fell behind in the row */
    int error; /* of the bench: ends the run */
};

/* ---- judging: what is worse stays --------------------------------------------------------------
 */

void check_fail(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for an answer that did not come, or came damaged: on a machine that is too busy to keep
 * its times, that is in doubt. */
void check_lost(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_inconclusive(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void check_not_judged(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A figure of a row that passes. */
void check_note(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* May the row go on: nothing has failed and the bench is well. */
bool check_goes_on(const struct check *check);

/* "01 04 00 00" of at most what fits. Returns text. */
const char *check_hex(const uint8_t *bytes, size_t size, char *text, size_t capacity);
/* "12.3 ms", or "12.3 to 14.5 ms" where they differ. Returns text. */
const char *check_span(int64_t earliest, int64_t latest, char *text, size_t capacity);

/* ---- the meter ---------------------------------------------------------------------------------
 */

/* Does it answer a plain request, at one of three attempts? */
bool check_answers(struct check *check);

/* Time passes. */
void check_pass(struct check *check, int64_t duration_ns);

/* The judge of a request that must meet silence, and after which the meter must answer as before.
 * `what` completes "it answered ...". */
void check_silence(struct check *check, const struct piece *pieces, size_t count, const char *what);

/* The judge of a line on which nothing is asked for 2 s. */
void check_unasked(struct check *check);

/* Send pieces and hear what comes, with the whole-frame rule of the protocol. False when the bench
 * failed. The second one does not wait as long: silence is due. */
bool check_send(struct check *check, const struct piece *pieces, size_t count);
bool check_send_for_silence(struct check *check, const struct piece *pieces, size_t count);

/* Send a stimulus to the rack, and wait until it is applied. */
void check_stimulate(struct check *check, const struct rack_stimulus *stimulus);
/* Set the rack's source voltage, and wait until it is applied. */
void check_source(struct check *check, uint32_t voltage_mv);
/* Supply away for `off_ns` and back, until the meter answers again. False when it does not. */
bool check_power_cycle(struct check *check, int64_t off_ns);

enum heard_kind { HEARD_NOTHING, HEARD_NORMAL, HEARD_REFUSED, HEARD_DAMAGED };

/* Many like requests, one after the other: how many of their answers were missing or damaged.
 * `wanted` is set by the row, the rest begins as zero. */
struct endurance {
    int wanted, asked, unanswered, first, damaged;
    char why[160]; /* of the first damaged one */
};

/* Shall another be asked? Not after five that met silence. */
bool endurance_goes_on(const struct check *check, const struct endurance *endurance);
void endurance_count(struct endurance *endurance, enum heard_kind kind, const char *why);
void endurance_judge(struct check *check, const struct endurance *endurance);

/* ---- Modbus (modbus_talk.c) --------------------------------------------------------------------
 */

enum { RTU_MAX = 260 };

struct modbus_heard {
    enum heard_kind kind;
    uint8_t exception;
    struct modbus_response response; /* of a normal answer to a request of ours */
    char why[160];                   /* of a damaged one */
};

bool modbus_whole(const void *user, const uint8_t *bytes, size_t size);

/* A frame around a PDU. Returns its bytes. */
size_t modbus_frame(uint8_t slave, const uint8_t *pdu, size_t size, uint8_t frame[RTU_MAX]);
size_t modbus_frame_of(const struct check *check, const struct modbus_request *request,
                       uint8_t frame[RTU_MAX]);

/* What check->answer is, as the answer to `request`; NULL: only whether it is sound. */
void modbus_judge_answer(const struct check *check, const struct modbus_request *request,
                         uint8_t function, struct modbus_heard *heard);

/* One request, one answer. */
void modbus_ask_once(struct check *check, const struct modbus_request *request,
                     struct modbus_heard *heard);
/* Up to three attempts until something sound comes; silence or damage at the end fails the row and
 * is false. */
bool modbus_ask(struct check *check, const struct modbus_request *request,
                struct modbus_heard *heard);
/* The same for any PDU. */
bool modbus_ask_pdu(struct check *check, const uint8_t *pdu, size_t size,
                    struct modbus_heard *heard);

/* Find a read that is answered. */
bool modbus_find_anchor(struct check *check);

/* ---- DL/T 645 (dlt645_talk.c) ------------------------------------------------------------------
 */

struct dlt645_heard {
    enum heard_kind kind;
    struct dlt645_frame frame; /* normal or refused */
    uint16_t error_bits;       /* refused */
    char why[160];             /* damaged */
};

enum { DLT645_RAW_MAX = 320 };

bool dlt645_whole(const void *user, const uint8_t *bytes, size_t size);

/* The bytes of a frame behind so many FE. */
size_t dlt645_raw(const struct dlt645_frame *frame, unsigned preambles,
                  uint8_t bytes[DLT645_RAW_MAX]);
/* The anchor's request. */
size_t dlt645_good(const struct check *check, unsigned preambles, uint8_t bytes[DLT645_RAW_MAX]);

/* What check->answer is, as the answer to a function. */
void dlt645_judge_answer(const struct check *check, enum dlt645_function function,
                         struct dlt645_heard *heard);
/* Bytes as they are, and the answer to them. */
void dlt645_ask_bytes(struct check *check, const uint8_t *bytes, size_t size,
                      enum dlt645_function function, struct dlt645_heard *heard);
/* Up to three attempts until something sound comes; silence or damage at the end fails the row and
 * is false. */
bool dlt645_ask(struct check *check, const struct dlt645_frame *request,
                struct dlt645_heard *heard);
/* The value of an identifier. False when the row has failed; *size is 0 when it is refused. */
bool dlt645_read_value(struct check *check, uint32_t identifier, struct dlt645_heard *heard,
                       const uint8_t **value, size_t *size);

/* Asks for the address where it has AA in it. */
bool dlt645_find_address(struct check *check);
bool dlt645_find_anchor(struct check *check);

/* ---- in the words of the profile (items.c) -----------------------------------------------------
 *
 * They are true when the meter gave a sound answer; otherwise the row has failed.
 */

bool check_read_item(struct check *check, enum profile_register which, int64_t *value);
/* Behind the seal or with the password that it takes. */
bool check_write_item(struct check *check, enum profile_register which, int64_t value,
                      struct check_said *said);
bool check_write_dlt645(struct check *check, enum profile_register which, int64_t value,
                        const struct dlt645_authority *authority, struct check_said *said);
bool check_open_seal(struct check *check);

bool check_has_command(const struct check *check, enum profile_command command);
bool check_command(struct check *check, enum profile_command command, struct check_said *said);
bool check_command_as(struct check *check, enum profile_command command, uint16_t sequence,
                      struct check_said *said);
/* An order of 1CH that is valid to the end of a year: the frame, and with its answer. */
void check_relay_frame(const struct check *check, enum profile_command command,
                       const struct dlt645_authority *authority, int year,
                       struct dlt645_frame *request);
bool check_relay_order(struct check *check, enum profile_command command,
                       const struct dlt645_authority *authority, int year, struct check_said *said);

/* Does its status show this? False when the profile does not know, or the row has failed. */
bool check_shows(struct check *check, enum profile_bit bit, bool *shown);
/* Are the contacts shown closed? */
bool check_contacts(struct check *check, bool *closed);

/* Before an item or the relay is changed: it is put back when the row is over, or the run. */
bool check_will_change(struct check *check, enum profile_register which);
bool check_relay_will_change(struct check *check);
void check_put_back(struct check *check);

/* ---- the rows ----------------------------------------------------------------------------------
 */

struct check_rows {
    const struct check_row *rows;
    int count;
};

extern const struct check_rows check_modbus_frames, check_modbus_rules, check_modbus_times,
    check_modbus_writes;
extern const struct check_rows check_dlt645_frames, check_dlt645_rules, check_dlt645_values,
    check_dlt645_writes;
extern const struct check_rows check_behaviour;

#endif
