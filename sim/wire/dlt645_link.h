/*
 * DL/T 645-2007: addresses and frames of the two-wire bus of Chinese electricity meters.
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
#ifndef METERBENCH_SIM_WIRE_DLT645_LINK_H
#define METERBENCH_SIM_WIRE_DLT645_LINK_H

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

#endif
