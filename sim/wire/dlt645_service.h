/*
 * What is asked of a meter rarely: freezing, baud rate, passwords, clearing, the multifunction
 * terminal, and the security authentication that prepayment meters of State Grid add.
 *
 * The normal replies that carry nothing are dlt645_done. Parsers return 0, ERROR_DLT645_CONTROL,
 * ERROR_DLT645_LENGTH, and what is said beside them.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_SERVICE_H
#define METERBENCH_SIM_WIRE_DLT645_SERVICE_H

#include "sim/wire/dlt645_messages.h"

/* ---- Freezing: 16, 96, D6 ----------------------------------------------------------------- */

/* In any field of a freeze: at every one. */
#define DLT645_EVERY 99

/* When all registers are copied for later reading; on the wire mm hh DD MM. */
struct dlt645_freeze {
    uint8_t month, day, hour, minute;
};

enum dlt645_freeze_kind {
    DLT645_FREEZE_NOW,     /* 99 99 99 99 */
    DLT645_FREEZE_HOURLY,  /* 99 99 99 mm */
    DLT645_FREEZE_DAILY,   /* 99 99 hh mm */
    DLT645_FREEZE_MONTHLY, /* 99 DD hh mm */
    DLT645_FREEZE_ONCE,    /* MM DD hh mm */
    DLT645_FREEZE_NEVER,   /* an "every" below a given field, or a field that no date has */
};

enum dlt645_freeze_kind dlt645_freeze_kind(const struct dlt645_freeze *freeze);

/* To the broadcast address nobody replies. 0, or ERROR_OUT_OF_RANGE (more than two digits). */
int dlt645_freeze_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                          const struct dlt645_freeze *freeze);

/* Also ERROR_BCD_DIGIT. The time need be none: see dlt645_freeze_kind. */
int dlt645_freeze_request_parse(const struct dlt645_frame *frame, struct dlt645_freeze *freeze);

/* ---- Baud rate: 17, 97, D7 ---------------------------------------------------------------- */

/* The feature byte Z of 600, 1200, .. 19200 baud: one bit each; 0 for another rate. */
uint8_t dlt645_baud_byte(int baud);

/* The other way; 0 if it is not exactly one of the known bits. */
int dlt645_baud_of(uint8_t byte);

/* The meter changes after its reply, which repeats Z. 0, or ERROR_OUT_OF_RANGE (another rate). */
int dlt645_baud_request(struct dlt645_frame *frame, const struct dlt645_address *address, int baud);
int dlt645_baud_reply(struct dlt645_frame *frame, const struct dlt645_address *address, int baud);

/* Request or reply. *baud is 0 if Z names no rate: a meter refuses that with DLT645_ERROR_BAUD. */
int dlt645_baud_parse(const struct dlt645_frame *frame, int *baud);

/* ---- Password: 18, 98, D8 ----------------------------------------------------------------- */

/* 04000C01 is the password of level 0, 04000C0A that of level 9. */
#define DLT645_PASSWORD_IDENTIFIER(level) (UINT32_C(0x04000C01) + (level))

struct dlt645_password {
    uint8_t level;
    uint32_t password; /* 24 bits, as in dlt645_authority */
};

struct dlt645_password_change {
    uint32_t identifier; /* which password is changed */
    struct dlt645_password old_one;
    struct dlt645_password new_one;
};

/* 0, or ERROR_OUT_OF_RANGE (a password above 24 bits). */
int dlt645_password_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                            const struct dlt645_password_change *change);
int dlt645_password_request_parse(const struct dlt645_frame *frame,
                                  struct dlt645_password_change *change);

/* The reply repeats the new password, in the clear as everything here. */
int dlt645_password_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                          const struct dlt645_password *new_one);
int dlt645_password_reply_parse(const struct dlt645_frame *frame, struct dlt645_password *new_one);

/* ---- Clearing: 19, 1A, 1B ----------------------------------------------------------------- */

/* Every event. */
#define DLT645_ALL_EVENTS UINT32_C(0xFFFFFFFF)

struct dlt645_clear {
    enum dlt645_function function; /* DLT645_CLEAR_DEMAND, _METER or _EVENTS */
    struct dlt645_authority authority;
    uint32_t identifier; /* of DLT645_CLEAR_EVENTS: which events */
};

/* 0, ERROR_INVALID_ARGUMENT (another function), or ERROR_OUT_OF_RANGE (password above 24 bits). */
int dlt645_clear_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                         const struct dlt645_clear *clear);
int dlt645_clear_request_parse(const struct dlt645_frame *frame, struct dlt645_clear *clear);

/* ---- Multifunction terminal: 1D, 9D, DD --------------------------------------------------- */

/* What the terminal puts out. */
enum dlt645_terminal {
    DLT645_TERMINAL_SECONDS = 0x00,       /* pulses of the clock */
    DLT645_TERMINAL_DEMAND_PERIOD = 0x01, /* pulses when a demand period begins */
    DLT645_TERMINAL_TARIFF_SWITCH = 0x02, /* pulses when the tariff changes */
};

void dlt645_terminal_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                             uint8_t output);
void dlt645_terminal_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                           uint8_t output);

/* Request or reply. The value need be none of the enumeration. */
int dlt645_terminal_parse(const struct dlt645_frame *frame, uint8_t *output);

/* ---- Security authentication: 03, 83, C3 -------------------------------------------------- */

/* What State Grid's prepayment meters carry in it. */
enum dlt645_security_identifier {
    DLT645_SECURITY_AUTHENTICATE = 0x070000FF,
    DLT645_SECURITY_VALIDITY = 0x070001FF, /* how long an authentication lasts */
    DLT645_SECURITY_OPEN_ACCOUNT = 0x070101FF,
    DLT645_SECURITY_RECHARGE = 0x070102FF,
    DLT645_SECURITY_PURSE = 0x070103FF,
    DLT645_SECURITY_READ_BACK = 0x078001FF,
    DLT645_SECURITY_STATUS = 0x078102FF,
};

/* Request: DI, C0..C3, data. Reply: DI, data. */
struct dlt645_security {
    uint32_t identifier;
    uint32_t operator_code; /* of a request */
    const uint8_t *data;    /* of a parsed frame: points into it */
    size_t size;
};

/* 0, or ERROR_OUT_OF_RANGE if L would exceed DLT645_DATA_MAX. */
int dlt645_security_request(struct dlt645_frame *frame, const struct dlt645_address *address,
                            const struct dlt645_security *security);
int dlt645_security_request_parse(const struct dlt645_frame *frame,
                                  struct dlt645_security *security);
int dlt645_security_reply(struct dlt645_frame *frame, const struct dlt645_address *address,
                          const struct dlt645_security *security);

/* Also the errors of dlt645_reply_check, with DLT645_SERR_ bits in *error_bits. */
int dlt645_security_reply_parse(const struct dlt645_frame *frame, struct dlt645_security *security,
                                uint16_t *error_bits);

/* Bits of the word SERR of a refusal. */
enum dlt645_security_error {
    DLT645_SERR_OTHER = 0x0001,
    DLT645_SERR_REPEATED_RECHARGE = 0x0002,
    DLT645_SERR_VERIFICATION = 0x0004, /* the security module's check failed */
    DLT645_SERR_AUTHENTICATION = 0x0008,
    DLT645_SERR_CUSTOMER = 0x0010, /* another customer's number */
    DLT645_SERR_RECHARGE_COUNT = 0x0020,
    DLT645_SERR_HOARDING = 0x0040, /* more money than the limit */
    DLT645_SERR_ADDRESS = 0x0080,
    DLT645_SERR_HUNG_UP = 0x0100,
    DLT645_SERR_RESTORE = 0x0200, /* closing and restoring failed */
};

/* C3 with SERR, low byte first. */
void dlt645_security_refusal(struct dlt645_frame *frame, const struct dlt645_address *address,
                             uint16_t error_bits);

#endif
