/*
 * DL/T 645-2007: frames of the two-wire bus of Chinese electricity meters, and what they carry.
 *
 * On the wire a frame is
 *
 *     [FE x 0..4] 68 A0..A5 68 C L DATA.. CS 16
 *
 * A0..A5 is the address in packed BCD, low byte first; C says direction and function; L counts the
 * data bytes; 33H is added to each data byte; CS is the sum modulo 256 from the first 68 up to the
 * byte before CS (clause 5 of the standard). `struct dlt645_frame` holds data with the 33H already
 * taken off.
 *
 * Bytes from outside are untrusted. Nothing here allocates, keeps state outside the structs passed
 * in, or reads beyond a given size. A failed decoder leaves its output as it was, except
 * *error_offset, which may always be NULL.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_H
#define METERBENCH_SIM_WIRE_DLT645_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DLT645_ADDRESS_SIZE 6
#define DLT645_ADDRESS_TEXT_SIZE 13 /* 12 digits and the terminating zero */
#define DLT645_DATA_MAX 200         /* largest L of a read reply, clause 5.2 */
#define DLT645_WRITE_DATA_MAX 50    /* largest L of a write, clause 5.2 */
#define DLT645_FRAME_MIN 12
#define DLT645_FRAME_MAX (DLT645_FRAME_MIN + DLT645_DATA_MAX)
#define DLT645_PREAMBLE 0xFE
#define DLT645_PREAMBLE_MAX 4
#define DLT645_ENCODED_MAX (DLT645_PREAMBLE_MAX + DLT645_FRAME_MAX)

/* ---- Addresses ---------------------------------------------------------------------------- */

/* As on the wire: packed BCD, low byte first. Meter 000000000161 is 61 01 00 00 00 00. */
struct dlt645_address {
    uint8_t bytes[DLT645_ADDRESS_SIZE];
};

/* 999999999999: every meter obeys, none replies. */
extern const struct dlt645_address dlt645_broadcast;

/* AAAAAAAAAAAA: whichever meter is alone on the bus. */
extern const struct dlt645_address dlt645_wildcard;

/*
 * From 1 to 12 digits, most significant first, short ones padded with zeros at the top; leading
 * pairs may be AA (wildcard) if all 12 places are given. 0 or ERROR_DLT645_ADDRESS.
 */
int dlt645_address_from_text(const char *text, struct dlt645_address *address);

/* The address of a number 0..999999999999. 0 or ERROR_OUT_OF_RANGE. */
int dlt645_address_from_number(uint64_t number, struct dlt645_address *address);

/* Twelve upper-case hexadecimal places, most significant first, whatever the bytes are. */
void dlt645_address_to_text(const struct dlt645_address *address,
                            char text[DLT645_ADDRESS_TEXT_SIZE]);

bool dlt645_address_equal(const struct dlt645_address *a, const struct dlt645_address *b);

bool dlt645_address_is_broadcast(const struct dlt645_address *address);

/* True if any byte is AA. Such an address may be asked for reading, never be a meter's own. */
bool dlt645_address_has_wildcard(const struct dlt645_address *address);

/*
 * Does the meter `own` feel asked by `asked`? Equal addresses match; AA in the remaining high bytes
 * matches anything there (abbreviated addressing, clause 5.2); an AA below a byte that is not AA
 * matches nothing. The broadcast address matches no meter: ask dlt645_address_is_broadcast first,
 * since it must not be answered.
 */
bool dlt645_address_matches(const struct dlt645_address *asked, const struct dlt645_address *own);

/* ---- Frames ------------------------------------------------------------------------------- */

/* Bits of the control byte above the function (clause 5.2). */
#define DLT645_FROM_METER 0x80
#define DLT645_ABNORMAL 0x40
#define DLT645_MORE_FOLLOWS 0x20
#define DLT645_FUNCTION_MASK 0x1F

enum dlt645_function {
    DLT645_SECURITY = 0x03,
    DLT645_BROADCAST_TIME = 0x08,
    DLT645_READ = 0x11,
    DLT645_READ_MORE = 0x12,
    DLT645_READ_ADDRESS = 0x13,
    DLT645_WRITE = 0x14,
    DLT645_WRITE_ADDRESS = 0x15,
    DLT645_FREEZE = 0x16,
    DLT645_SET_BAUD = 0x17,
    DLT645_SET_PASSWORD = 0x18,
    DLT645_CLEAR_DEMAND = 0x19,
    DLT645_CLEAR_METER = 0x1A,
    DLT645_CLEAR_EVENTS = 0x1B,
    DLT645_RELAY = 0x1C,
    DLT645_MULTIFUNCTION_TERMINAL = 0x1D,
};

struct dlt645_frame {
    struct dlt645_address address;
    uint8_t control;
    uint8_t length;                /* 0..DLT645_DATA_MAX */
    uint8_t data[DLT645_DATA_MAX]; /* without the 33H */
};

/*
 * Writes `preambles` (0..4) bytes FE and the frame. Returns the bytes written, or
 * ERROR_INVALID_ARGUMENT (length or preambles too large), ERROR_BUFFER_TOO_SMALL.
 */
int dlt645_encode(const struct dlt645_frame *frame, unsigned preambles, uint8_t *bytes,
                  size_t capacity);

/*
 * Decodes one frame that begins at bytes[0], after at most 4 bytes FE. Returns the bytes used,
 * preamble included; what follows them is the caller's.
 *
 * On failure *error_offset is the index of the byte that is wrong:
 * ERROR_DLT645_NO_FRAME (no 68 where the frame should begin), ERROR_DLT645_START (the second 68),
 * ERROR_DLT645_LENGTH (L above DLT645_DATA_MAX), ERROR_TRUNCATED (= size, the first byte missing),
 * ERROR_DLT645_END (not 16), ERROR_DLT645_CHECKSUM (the CS byte). They are looked for in this
 * order.
 */
int dlt645_decode(const uint8_t *bytes, size_t size, struct dlt645_frame *frame,
                  size_t *error_offset);

/* ---- Receiving byte by byte --------------------------------------------------------------- */

/*
 * Finds frames in a stream with noise between them. A candidate begins at any 68. If it turns out
 * to be none, the search goes on at the next 68 inside it, so a doubled 68 or noise that looks like
 * a start costs no frame that follows.
 *
 *     dlt645_receiver_feed(&receiver, byte);
 *     while ((result = dlt645_receiver_next(&receiver, &frame)) != 0) { ... }
 */
struct dlt645_receiver {
    uint8_t bytes[DLT645_FRAME_MAX];
    size_t size;
    size_t error_offset;    /* of the last refused candidate, counted from its first 68 */
    uint64_t noise_count;   /* bytes that belonged to no frame, preamble excepted */
    uint64_t refused_count; /* candidates with both start bytes that were refused */
};

void dlt645_receiver_init(struct dlt645_receiver *receiver);

/*
 * Appends one byte. 0, or ERROR_BUFFER_TOO_SMALL if the bytes already there were not drained with
 * dlt645_receiver_next (the byte is then not taken).
 */
int dlt645_receiver_feed(struct dlt645_receiver *receiver, uint8_t byte);

/*
 * 1 and a frame; 0 if more bytes are needed; or the negative error of a candidate that had both its
 * start bytes and was refused (ERROR_DLT645_LENGTH, _END, _CHECKSUM). Call it until it returns 0.
 */
int dlt645_receiver_next(struct dlt645_receiver *receiver, struct dlt645_frame *frame);

/*
 * The line has been silent for longer than the 500 ms allowed between bytes (clause 5.3.3): what is
 * incomplete stays so. Like dlt645_receiver_next, except that an incomplete candidate is refused
 * with ERROR_TRUNCATED and the search goes on inside it. When it returns 0 the receiver is empty.
 */
int dlt645_receiver_gap(struct dlt645_receiver *receiver, struct dlt645_frame *frame);

/* ---- Time --------------------------------------------------------------------------------- */

/* Civil time of the meter's clock. The standard has two digits of a year: 2000..2099. */
struct dlt645_time {
    uint16_t year;
    uint8_t month;   /* 1..12 */
    uint8_t day;     /* 1..31 */
    uint8_t hour;    /* 0..23 */
    uint8_t minute;  /* 0..59 */
    uint8_t second;  /* 0..59 */
    uint8_t weekday; /* 0 = Sunday .. 6 */
};

enum dlt645_time_layout {
    DLT645_TIME_SECOND_TO_YEAR, /* ss mm hh DD MM YY: relay command, broadcast time */
    DLT645_TIME_MINUTE_TO_YEAR, /* mm hh DD MM YY: switch times, demand times */
    DLT645_TIME_OF_DAY,         /* ss mm hh: 04000102 */
    DLT645_TIME_DATE_WEEKDAY,   /* WW DD MM YY: 04000101 */
    DLT645_TIME_WITH_WEEKDAY,   /* ss mm hh WW DD MM YY: 0400010C */
};

#define DLT645_TIME_SIZE_MAX 7

/* Bytes of a layout: 6, 5, 3, 4, 7; 0 for a value outside the enumeration. */
size_t dlt645_time_size(enum dlt645_time_layout layout);

/*
 * Reads the digits of a layout from exactly its size of bytes; fields it lacks become 0 (year
 * 2000). The digits need be no real date: a meter must answer such a command, not drop it, so the
 * caller asks dlt645_time_is_valid.
 * 0, ERROR_INVALID_ARGUMENT, ERROR_DLT645_LENGTH, or ERROR_BCD_DIGIT naming the byte.
 */
int dlt645_time_read(enum dlt645_time_layout layout, const uint8_t *bytes, size_t size,
                     struct dlt645_time *time, size_t *error_offset);

/*
 * Returns the bytes written, or ERROR_INVALID_ARGUMENT, ERROR_BUFFER_TOO_SMALL, ERROR_OUT_OF_RANGE
 * (a field of more than two digits, a year outside 2000..2099).
 */
int dlt645_time_write(enum dlt645_time_layout layout, const struct dlt645_time *time,
                      uint8_t *bytes, size_t capacity);

/* A calendar date in 2000..2099 and a time of day; the weekday is not looked at. */
bool dlt645_time_is_valid(const struct dlt645_time *time);

/* Negative, 0 or positive as a is before, at or after b, to the second. */
int dlt645_time_compare(const struct dlt645_time *a, const struct dlt645_time *b);

/* ---- Quantities --------------------------------------------------------------------------- */

/*
 * X(name, bytes on the wire, sign, base units per count, decimals shown, unit shown)
 *
 * Base units are those of the whole simulation: mV, mA, mW, mWh, money in 1/10000 yuan. Power
 * factor is in 1/1000, angle in 1/10 degree, frequency in mHz, temperature in millidegrees.
 */
#define DLT645_QUANTITIES(X)                                                                       \
    X(ENERGY, 4, 0, 10000, 2, "kWh")            /* XXXXXX.XX kWh -> mWh */                         \
    X(ENERGY_SIGNED, 4, 1, 10000, 2, "kWh")     /* the combined energies, 0..799999.99 */          \
    X(REACTIVE_ENERGY, 4, 1, 10000, 2, "kvarh") /* XXXXXX.XX kvarh -> mvarh */                     \
    X(VOLTAGE, 2, 0, 100, 1, "V")               /* XXX.X V -> mV */                                \
    X(CURRENT, 3, 1, 1, 3, "A")                 /* XXX.XXX A -> mA */                              \
    X(POWER, 3, 1, 100, 4, "kW")                /* XX.XXXX kW -> mW */                             \
    X(REACTIVE_POWER, 3, 1, 100, 4, "kvar")     /* XX.XXXX kvar -> mvar */                         \
    X(APPARENT_POWER, 3, 1, 100, 4, "kVA")      /* XX.XXXX kVA -> mVA */                           \
    X(POWER_FACTOR, 2, 1, 1, 3, "")             /* X.XXX -> 1/1000 */                              \
    X(PHASE_ANGLE, 2, 0, 1, 1, "deg")           /* XXX.X degree -> 1/10 degree */                  \
    X(FREQUENCY, 2, 0, 10, 2, "Hz")             /* XX.XX Hz -> mHz */                              \
    X(TEMPERATURE, 2, 1, 100, 1, "degC")        /* XXX.X -> millidegrees Celsius */                \
    X(BATTERY_VOLTAGE, 2, 0, 10, 2, "V")        /* XX.XX V -> mV */                                \
    X(RESIDUAL_CURRENT, 2, 0, 1000, 0, "mA")    /* XXXX mA -> uA, protector extension */           \
    X(MONEY, 4, 0, 100, 2, "yuan")              /* XXXXXX.XX yuan -> 1/10000 yuan */               \
    X(PRICE, 4, 0, 1, 4, "yuan/kWh")            /* NNNN.NNNN yuan/kWh -> 1/10000 yuan per kWh */   \
    X(MINUTES, 2, 0, 1, 0, "min")               /* NNNN minutes */                                 \
    X(COUNT, 3, 0, 1, 0, "")                    /* NNNNNN, an event counter */

enum dlt645_quantity {
#define DLT645_QUANTITY_ENUM(name, size, sign, units, decimals, unit) DLT645_##name,
    DLT645_QUANTITIES(DLT645_QUANTITY_ENUM)
#undef DLT645_QUANTITY_ENUM
        DLT645_QUANTITY_COUNT
};

/* Bytes of a quantity on the wire, 2..4; 0 for a value outside the enumeration. */
size_t dlt645_quantity_size(enum dlt645_quantity quantity);

/*
 * Reads a quantity from exactly its size of bytes into base units.
 * 0, ERROR_INVALID_ARGUMENT, ERROR_DLT645_LENGTH, or ERROR_BCD_DIGIT naming the byte.
 */
int dlt645_quantity_read(enum dlt645_quantity quantity, const uint8_t *bytes, size_t size,
                         int64_t *value, size_t *error_offset);

/*
 * Writes base units. What is finer than the last digit is cut off towards zero, as a register that
 * has not yet turned. Returns the bytes written, or ERROR_INVALID_ARGUMENT, ERROR_BUFFER_TOO_SMALL,
 * ERROR_OUT_OF_RANGE (more digits than the field has, or negative where it has no sign).
 */
int dlt645_quantity_write(enum dlt645_quantity quantity, int64_t value, uint8_t *bytes,
                          size_t capacity);

/* ---- Replies that refuse ------------------------------------------------------------------ */

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

/* ---- Reading the address: 13, 93 ---------------------------------------------------------- */

/* Asks the one meter on the bus for its address. */
void dlt645_address_request(struct dlt645_frame *frame);

/* The answer of the meter `own`. */
void dlt645_address_reply(struct dlt645_frame *frame, const struct dlt645_address *own);

/* 0, ERROR_DLT645_CONTROL, ERROR_DLT645_LENGTH, or ERROR_BCD_DIGIT. */
int dlt645_address_reply_parse(const struct dlt645_frame *frame, struct dlt645_address *address);

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

/* The normal reply, L = 00. Check one with dlt645_reply_check. */
void dlt645_write_reply(struct dlt645_frame *frame, const struct dlt645_address *address);

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
    uint8_t restore_after_5min;     /* N2: of the two orders 1D and 1E, in units of 5 minutes */
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

/* ---- In plain English --------------------------------------------------------------------- */

/* What an identifier stands for: "voltage A"; NULL if it is not in the table. */
const char *dlt645_identifier_name(uint32_t identifier);

/*
 * The quantity an identifier carries alone, or DLT645_QUANTITY_COUNT if it carries none (a block, a
 * time, a status word, text) or is not in the table.
 */
enum dlt645_quantity dlt645_identifier_quantity(uint32_t identifier);

/*
 * One line of a frame: "read 02010100 (voltage A) from 000000000161". Always ends with a zero if
 * size is not 0. 0, or ERROR_BUFFER_TOO_SMALL and the line's beginning.
 */
int dlt645_describe(const struct dlt645_frame *frame, char *text, size_t size);

#endif
