/*
 * What a master asks every day and what a meter answers: reading, writing, time and the relay.
 *
 * Builders fill a whole frame; parsers look at the control code and the length first. The rarer
 * control codes are in dlt645_service.h, long values in dlt645_blocks.h.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_MESSAGES_H
#define METERBENCH_SIM_WIRE_DLT645_MESSAGES_H

#include "sim/wire/dlt645_values.h"

/* ---- Replies of a few bytes --------------------------------------------------------------- */

/* Bits of the ERR byte of an abnormal reply (appendix of the standard). */
enum dlt645_error_bit {
    DLT645_ERROR_OTHER = 0x01,
    DLT645_ERROR_NO_DATA = 0x02,
    DLT645_ERROR_PASSWORD = 0x04, /* wrong password or not authorised */
    DLT645_ERROR_BAUD = 0x08,     /* baud rate cannot be changed */
    DLT645_ERROR_ZONES = 0x10,    /* too many year zones */
    DLT645_ERROR_PERIODS = 0x20,  /* too many periods of a day */
    DLT645_ERROR_TARIFFS = 0x40,  /* too many tariffs */
};

/*
 * The normal reply that carries nothing, L = 00: to a write, write address, freeze, the clears, and
 * to relay control on meters without execution word. Check one with dlt645_reply_check.
 */
void dlt645_done(struct dlt645_frame *frame, const struct dlt645_address *address,
                 enum dlt645_function function);

/* An abnormal reply of one ERR byte to `function`. */
void dlt645_refusal(struct dlt645_frame *frame, const struct dlt645_address *address,
                    enum dlt645_function function, uint8_t error_bits);

/*
 * Is this frame the normal reply to `function` (the last one, or one that more follow)?
 * 0; ERROR_DLT645_REFUSED with the ERR byte, or the two-byte word low byte first, in *error_bits;
 * ERROR_DLT645_CONTROL if it is no reply to that function; ERROR_DLT645_LENGTH if an abnormal reply
 * carries neither one nor two bytes.
 */
int dlt645_reply_check(const struct dlt645_frame *frame, enum dlt645_function function,
                       uint16_t *error_bits);

/* ---- Reading: 11, 91, D1 ------------------------------------------------------------------ */

/* Identifiers are written as in the standard, DI3 first: 0x00010000. DI0 goes out first. */
void dlt645_read_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         uint32_t identifier);

/* The load record (06......) may be asked for with a number of blocks, and from a time on. */
struct dlt645_load_request {
    uint32_t identifier;
    uint8_t blocks;          /* N */
    bool has_time;           /* L = 0A; otherwise 05 */
    struct dlt645_time from; /* to the minute */
};

/* 0, or ERROR_OUT_OF_RANGE (more than two digits of blocks or of a field of the time). */
int dlt645_load_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                        const struct dlt645_load_request *request);

/* 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH (L is neither 05 nor 0A), ERROR_BCD_DIGIT. */
int dlt645_load_request_parse(const struct dlt645_frame *frame,
                              struct dlt645_load_request *request);

/*
 * The identifier asked for. A load-record request (06......) carries more bytes behind it.
 * 0, ERROR_DLT645_CONTROL, or ERROR_DLT645_LENGTH (L is none of 04, 05, 0A).
 */
int dlt645_read_request_parse(const struct dlt645_frame *frame, uint32_t *identifier);

/* 0, or ERROR_OUT_OF_RANGE if value_size + 4 exceeds DLT645_DATA_MAX. */
int dlt645_read_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                      uint32_t identifier, const uint8_t *value, size_t value_size);

/*
 * The value of a reply to a read of `identifier`; *value points into the frame.
 * 0, or the errors of dlt645_reply_check, ERROR_DLT645_LENGTH, ERROR_DLT645_IDENTIFIER.
 */
int dlt645_read_reply_parse(const struct dlt645_frame *frame, uint32_t identifier,
                            const uint8_t **value, size_t *value_size, uint16_t *error_bits);

/* ---- The address: 13, 93; 15, 95 ---------------------------------------------------------- */

/* Asks the one meter on the bus for its address. */
void dlt645_address_request(struct dlt645_frame *frame);

/* The answer of the meter `own`. */
void dlt645_address_reply(struct dlt645_frame *frame, const struct dlt645_address *own);

/* 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH, or ERROR_BCD_DIGIT. */
int dlt645_address_reply_parse(const struct dlt645_frame *frame, struct dlt645_address *address);

/*
 * Gives a meter another address: to all on the bus, since who does this knows not the old one. The
 * meter obeys while its programming key is pressed, and otherwise is silent.
 */
void dlt645_set_address(struct dlt645_frame *frame, const struct dlt645_address *address);

/* 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH, or ERROR_BCD_DIGIT. */
int dlt645_set_address_parse(const struct dlt645_frame *frame, struct dlt645_address *address);

/* ---- Who asks ----------------------------------------------------------------------------- */

/*
 * Level, password and operator of a command. The digits of password and operator are those of their
 * hexadecimal writing: password 123456 is 0x123456. Low byte first on the wire.
 */
struct dlt645_authority {
    uint8_t level;          /* PA: 00..09, 00 is the highest; 98H and 99H are vendor extensions */
    uint32_t password;      /* P0..P2, 24 bits */
    uint32_t operator_code; /* C0..C3 */
};

/* ---- Writing: 14, 94, D4 ------------------------------------------------------------------ */

struct dlt645_write {
    uint32_t identifier;
    struct dlt645_authority authority;
    const uint8_t *value; /* of a parsed request: points into the frame */
    size_t value_size;
};

/* 0, or ERROR_OUT_OF_RANGE if L would exceed DLT645_WRITE_DATA_MAX or the password 24 bits. */
int dlt645_write_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         const struct dlt645_write *write);

/* 0, ERROR_DLT645_CONTROL, or ERROR_DLT645_LENGTH if L is below 0C. */
int dlt645_write_request_parse(const struct dlt645_frame *frame, struct dlt645_write *write);

/* ---- Broadcast time: 08 ------------------------------------------------------------------- */

/* To every meter; none replies. 0 or ERROR_BCD_TIME. */
int dlt645_broadcast_time(struct dlt645_frame *frame, const struct dlt645_time *time);

/* 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH, ERROR_BCD_DIGIT, or ERROR_BCD_TIME. */
int dlt645_broadcast_time_parse(const struct dlt645_frame *frame, struct dlt645_time *time);

/* ---- Relay control: 1C, 9C, DC ------------------------------------------------------------ */

/* N1. */
enum dlt645_relay_order {
    DLT645_RELAY_TRIP = 0x1A,
    DLT645_RELAY_PERMIT_CLOSE = 0x1B, /* the tenant closes by holding a key for 3 s */
    DLT645_RELAY_CLOSE = 0x1C,
    DLT645_RELAY_TRIP_THEN_CLOSE = 0x1D,  /* closes by itself after N2 x 5 min */
    DLT645_RELAY_TRIP_THEN_PERMIT = 0x1E, /* permits closing after N2 x 5 min */
    DLT645_RELAY_ALARM_ON = 0x2A,
    DLT645_RELAY_ALARM_OFF = 0x2B,
    DLT645_RELAY_KEEP_POWER_ON = 0x3A,
    DLT645_RELAY_KEEP_POWER_OFF = 0x3B,
};

struct dlt645_relay_command {
    struct dlt645_authority authority;
    enum dlt645_relay_order order;
    uint8_t restore_after_5min;     /* N2: of the two orders 1D and 1E, in units of 5 minutes; of others reserved */
    struct dlt645_time valid_until; /* N3..N8: the order is void after this instant */
};

/* Plain English of an order ("trip", "permit close"), or "unknown order". Never NULL. */
const char *dlt645_relay_order_name(enum dlt645_relay_order order);

/*
 * 0, or ERROR_DLT645_RELAY_COMMAND (an order outside the enumeration), ERROR_OUT_OF_RANGE (password
 * above 24 bits, a time of other than two digits).
 */
int dlt645_relay_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         const struct dlt645_relay_command *command);

/*
 * 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH (L is not 10H), ERROR_DLT645_RELAY_COMMAND or
 * ERROR_BCD_DIGIT; for the last two *error_offset is the index into frame->data. valid_until holds
 * digits that need be no date: see dlt645_time_is_valid.
 */
int dlt645_relay_request_parse(const struct dlt645_frame *frame,
                               struct dlt645_relay_command *command, size_t *error_offset);

/* Execution word of a normal reply (State Grid meters; the base standard has none). */
enum dlt645_relay_done {
    DLT645_DONE_CLOSED = 0x0001,
    DLT645_DONE_CLOSE_PERMITTED = 0x0002,
    DLT645_DONE_TRIPPED = 0x0004,
    DLT645_DONE_TRIP_DELAYED = 0x0008, /* by the set trip delay */
    DLT645_DONE_TRIP_WILL_RESTORE = 0x0010,
    DLT645_DONE_TRIP_HELD_BY_CURRENT = 0x0020, /* waits until the current falls */
    DLT645_DONE_KEEP_POWER_ON = 0x0100,
    DLT645_DONE_KEEP_POWER_OFF = 0x0200,
    DLT645_DONE_ALARM_ON = 0x0400,
    DLT645_DONE_ALARM_OFF = 0x0800,
};

/* Error word of an abnormal reply (State Grid meters; others send one ERR byte). */
enum dlt645_relay_refused {
    DLT645_REFUSED_HUNG_UP = 0x0001,
    DLT645_REFUSED_MAC = 0x0002,
    DLT645_REFUSED_PASSWORD = 0x0004,       /* also everything not listed */
    DLT645_REFUSED_AUTHENTICATION = 0x0008, /* missing or expired */
    DLT645_REFUSED_VALID_UNTIL = 0x0010,    /* past, or no date */
    DLT645_REFUSED_KEEP_POWER = 0x0020,
    DLT645_REFUSED_RESTORE_KEEP_POWER = 0x0040,
    DLT645_REFUSED_RESTORE_DURATION = 0x0080,
    DLT645_REFUSED_RESTORE_ALREADY_OPEN = 0x0100,
};

struct dlt645_relay_reply {
    bool accepted;
    bool has_word;      /* a two-byte word follows; otherwise nothing (9C) or the ERR byte (DC) */
    uint16_t word;      /* DLT645_DONE_ bits if accepted, DLT645_REFUSED_ bits if not */
    uint8_t error_bits; /* DLT645_ERROR_ bits, of a refusal without word */
};

void dlt645_relay_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                        const struct dlt645_relay_reply *reply);

/* A refusal parses without error. 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH. */
int dlt645_relay_reply_parse(const struct dlt645_frame *frame, struct dlt645_relay_reply *reply);

#endif
