/*
 * The board controller from the inside. connection: the emulator, pace, line, master and
 * rack; stimulus: levels to the rack and what it tells; poll: the status block and what changed in
 * it; orders: DL/T 645 from the modem; attach: taking a flat over. What arrives becomes facts, in
 * order, each due at a site time; `deliver` applies them.
 */
#ifndef METERBENCH_HIL_BOARD_INTERNAL_H
#define METERBENCH_HIL_BOARD_INTERNAL_H

#include "hil/bench_file.h"
#include "hil/board.h"
#include "hil/emulator.h"
#include "hil/pace.h"
#include "hil/profile.h"
#include "hil/rack/power.h"
#include "hil/rack/rack.h"
#include "hil/talk.h"

enum { LOAD_LIVE_MV = 10000 }; /* from here on there is voltage at the load terminals */
enum { PATH_SIZE = 256, BOARD_NAME_SIZE = 224, FACTS_MAX = 64, ORDERS_MAX = 4, ORDER_STEPS_MAX = 3 };

/* What one poll told, in base units. Times are host time. */
struct snapshot {
    int64_t sent, answered;
    int64_t status, last_trip, trips, resets, version, result, last_sequence;
    uint32_t shows;  /* 1 << PROFILE_BIT_.. */
    uint32_t causes; /* CAUSE_BIT */
    int64_t voltage_mv, current_ma, power_mw, residual_ua, register_mwh, balance, clock_s;
};

enum fact_kind { FACT_EVENT, FACT_CONTACTS, FACT_LOAD, FACT_POWER, FACT_STATUS, FACT_REPLY };

struct fact {
    enum fact_kind kind;
    int64_t due;               /* site time */
    struct event event;        /* times in site time; kind, a, b as far as known */
    struct snapshot status;    /* FACT_STATUS */
    struct dlt645_frame reply; /* FACT_REPLY */
};

/* What was last sent to the rack. */
struct levels {
    bool known;
    int32_t voltage_mv, demand_ma, residual_ua;
    int16_t temperature_dc;
    bool smoke, key;
};

/* A level that the meter's own register takes in a rack's place. */
enum stimulus_channel { /* in the order of PROFILE_STIMULUS_.. */
    STIMULUS_VOLTAGE,
    STIMULUS_CURRENT,
    STIMULUS_RESIDUAL,
    STIMULUS_TEMPERATURE,
    STIMULUS_SMOKE,
    STIMULUS_CHANNELS
};

struct stimulus_item {
    bool known;     /* level was handed to the line */
    bool under_way; /* and is not answered yet */
    int64_t level, wanted;
    int64_t cause, cause_level; /* of the flat, awaiting the reply; cause -1: none */
};

/* An order from the modem that takes requests to the board. */
struct order {
    bool active;
    bool recharges;
    struct dlt645_relay_command command;
    struct controller_recharge recharge;
    enum profile_command steps[ORDER_STEPS_MAX]; /* commands, one after the other */
    int step_count, step_at;
    int64_t since; /* host time: a poll that began before this does not show what came of it */
    bool repeated; /* the line failed: the board may have done it at an earlier attempt */
    bool resynchronised;
};

/* A switch of the supply without a rack to see it. */
struct supply_change {
    bool waiting;
    int64_t ordered; /* host time */
    int64_t cause, level; /* of the flat, or cause -1 */
};

struct hil_board {
    struct board board; /* first */
    struct controller controller;
    struct controller_outbox outbox;

    /* what board_open found */
    struct board_spec spec; /* its strings point below */
    char port[96], rack_path[96];
    int rack_bitrate; /* 0: the usual one */
    struct bench_power power_config;
    char program[PATH_SIZE], elf[PATH_SIZE], map[PATH_SIZE], truth[PATH_SIZE];
    struct profile profile;
    struct talk_config link;
    uint64_t seed; /* the specification's, or the site's */

    /* the connection */
    struct emulator emulator;
    struct pace *pace;
    struct line line;
    struct talk talk;
    struct rack rack;
    struct power power;
    struct supply_change supply_change;
    bool supplied; /* as last ordered: the board's supply is on */
    struct board_capture *capture; /* NULL: nobody asked for one */
    bool connected;
    int64_t wrote_at; /* host time of the last byte that went out */
    struct {          /* bytes since that nobody asked for */
        int64_t since;
        uint64_t count;
        bool asked; /* an answer was due, and there are more than any has */
        uint8_t last[8];
    } babble;
    int64_t listened_at; /* host time of the last turn */
    bool rack_contacts; /* contacts as the rack last told, */
    bool rack_contacts_known;
    int64_t load_mv;

    /* the run */
    struct site *site;
    struct flat *flat; /* NULL: not attached */
    int64_t origin;    /* host time = site time + origin */
    int error;         /* the first error; it stays */
    struct fact facts[FACTS_MAX];
    int fact_first, fact_count;
    int64_t widening, widening_until; /* host time: the bench was late */

    /* stimulus */
    struct levels levels;
    bool resend_levels;
    struct stimulus_item stimulus_items[STIMULUS_CHANNELS];
    int64_t coil_at[2]; /* host interval and stamp of the coil's last switch-on */
    int64_t coil_stamp;
    bool coil_on, coil_close;
    bool powered;
    int64_t power_told_at, power_since; /* host time */

    /* poll */
    int64_t values[PROFILE_REGISTER_COUNT]; /* as last read, in base units */
    struct {
        int block; /* the one under way */
        int64_t sent, answered; /* of what changes fast */
    } round;
    int slow_block; /* the one that is read next */
    bool left_out[PROFILE_BLOCKS_MAX]; /* slow ones that the meter refused to show */
    bool ordered_open; /* by the last order that it obeyed, of a meter that shows no causes */
    struct snapshot seen; /* the last one delivered */
    int64_t seen_contrary;
    int64_t poll_due;
    bool poll_in_flight, poll_again;
    int64_t answered_at;    /* host time of the last good answer */
    int failures;           /* requests in a row that no attempt brought through */
    bool contacts_register; /* as the last poll said */
    int64_t opened_at;      /* host time, of trip_cause_known */
    int close_reason;       /* of an order under way, or -1 */
    int64_t close_reason_until;

    /* orders */
    struct controller_frame inbox[ORDERS_MAX];
    int inbox_count;
    struct order order;
    uint16_t sequence;

    struct line_faults line_faults; /* the command line's, else the bench file's */
    struct board_statistics statistics;
};

/* ---- time and facts (board.c) ------------------------------------------------------------------
 */

int64_t board_host_now(struct hil_board *board);
int64_t board_site_time(const struct hil_board *board, int64_t host);

/* A new fact known since host time `arrived`, to be filled in; NULL when the ring is full (an error
 * is set). */
struct fact *board_fact(struct hil_board *board, enum fact_kind kind, int64_t arrived);

/* Fill a fact's event from an interval of host time. */
void board_fact_times(struct hil_board *board, struct fact *fact, int64_t earliest, int64_t latest,
                      int64_t stamp_ns, enum evidence evidence);

/* The first error stays; its message is kept. */
void board_fail(struct hil_board *board, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "board on /dev/ttyUSB0 (9600 8N1, slave 1)" */
void board_describe(const struct hil_board *board, char *text, size_t size);

/* Put an event of a fact, times as in it, with another kind. */
void board_log(struct hil_board *board, const struct fact *fact, enum event_kind kind, int64_t a,
               int64_t b);

/* ---- connection.c ------------------------------------------------------------------------------
 */

int connection_open(struct hil_board *board);
/* Emulator, port and rack alone, for whoever speaks on the wire himself: what arrives goes to the
 * listener. */
int connection_reach(struct hil_board *board, const struct pace_listener *listener);
void connection_close(struct hil_board *board);
/* One turn: everything due at host time now. Sets the board's error. */
void connection_service(struct hil_board *board, bool polls);
int64_t connection_due(const struct hil_board *board, bool polls);
/* Let time pass to `until` or to an arrival. */
void connection_wait(struct hil_board *board, int64_t until);

/* ---- board_capture.c ---------------------------------------------------------------------------
 */

/* Makes the file of board.capture_path, if that is set and there is none yet. 0, ERROR_IO with a
 * message, ERROR_NO_MEMORY. */
int board_capture_open(struct hil_board *board);
void board_capture_bytes(struct hil_board *board, int64_t stamp, bool to_board,
                         const uint8_t *bytes, size_t size);
/* The connection ended: so did the frame under way. */
void board_capture_flush(struct hil_board *board);
void board_capture_free(struct hil_board *board);

/* ---- stimulus.c --------------------------------------------------------------------------------
 */

void stimulus_rack_fact(void *user, const struct rack_fact *fact);
/* Send what changed; tag_cause: a cause of flat->last_cause rides on it. */
void stimulus_send(struct hil_board *board, const struct plant_signals *signals, bool currents);
/* A cause that changed nothing at the inputs. */
void stimulus_flush_cause(struct hil_board *board);
/* Currents and source voltage 0; what switches the supply beside the rack stays. */
void stimulus_zero(struct hil_board *board);
/* Switch the supply, by whatever the bench file's `power` names. */
void stimulus_supply(struct hil_board *board, bool on);
void stimulus_service(struct hil_board *board, int64_t now);
int64_t stimulus_due(const struct hil_board *board);
void stimulus_deliver(struct hil_board *board, int64_t now, const struct fact *fact);

/* ---- stimulus_items.c --------------------------------------------------------------------------
 */

/* 1 << enum plant_fault: what this make of meter takes by register. */
uint32_t stimulus_items_carry(const struct profile *profile);
/* What a channel is to show: base units of its item. */
int64_t stimulus_items_level(const struct plant_signals *signals, bool currents,
                             enum stimulus_channel channel);
/* The flat's signals changed: write what differs. */
void stimulus_items_want(struct hil_board *board, const struct plant_signals *signals);
void stimulus_items_service(struct hil_board *board);
/* It was written and answered by somebody else. */
void stimulus_items_stand(struct hil_board *board, enum stimulus_channel channel, int64_t level);

/* ---- poll.c ------------------------------------------------------------------------------------
 */

void poll_service(struct hil_board *board, int64_t now);
void poll_soon(struct hil_board *board, int64_t now);
/* Take the values of a block that was read. 0, or the error of the first item that is no value,
 * with *which. */
int poll_take(struct hil_board *board, const struct talk_result *result,
              enum profile_register *which);
/* All values as they stand; the times are the caller's. */
void poll_snapshot(const struct hil_board *board, struct snapshot *snapshot);
bool snapshot_shows(const struct snapshot *snapshot, enum profile_bit bit);
void poll_deliver(struct hil_board *board, int64_t now, const struct fact *fact);
/* What a request met, for the watch over a silent board. */
void poll_note(struct hil_board *board, const struct talk_result *result);
void poll_publish(struct hil_board *board, const struct snapshot *snapshot);

/* ---- orders.c ----------------------------------------------------------------------------------
 */

void orders_receive(struct controller *controller, int64_t now, const uint8_t *frame, size_t size);
/* A poll came back; an order may have waited for it. */
void orders_polled(struct hil_board *board, const struct snapshot *snapshot);
void orders_deliver(struct hil_board *board, const struct fact *fact);
int orders_misuse(struct board *base, struct site *site, enum board_misuse misuse, int order);
struct hil_board *orders_board(struct controller *controller);

/* ---- attach.c ----------------------------------------------------------------------------------
 */

/* Without a flat: connects, finds rack and board under this voltage and reads what it shows. The
 * board's error, with its message. */
int attach_meet(struct hil_board *board, int32_t voltage_mv, struct snapshot *snapshot);
/* Brings the contacts there and reads it back. */
int attach_contacts(struct hil_board *board, bool closed, struct snapshot *snapshot);
/* One turn towards `until`, host time. */
int attach_turn(struct hil_board *board, int64_t until);

int attach_flat(struct board *base, struct site *site, struct flat *flat);
void detach_flat(struct board *base);

#endif
