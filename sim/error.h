/*
 * Every error of the bench, in one table: number, name and text.
 *
 * A function that can fail for a reason of the world returns 0 (or a count) on success and one of
 * these negative numbers otherwise. Log, scenarios and windows show the same name and text.
 *
 * Each room has a block of a hundred numbers, so that two rooms may add lines without meeting:
 * -1 generic, -100 wire, -200 hil, -300 platform. A number is never used again for something else: run files keep
 * them.
 */
#ifndef METERBENCH_SIM_ERROR_H
#define METERBENCH_SIM_ERROR_H

/* X(number, name, text) */
#define METERBENCH_ERRORS(X)                                                                       \
    X(-1, INVALID_ARGUMENT, "invalid argument")                                                    \
    X(-2, NO_MEMORY, "out of memory")                                                              \
    X(-3, TIMEOUT, "timed out")                                                                    \
    X(-4, IO, "input or output failed")                                                            \
    X(-5, BUFFER_TOO_SMALL, "the output buffer is too small")                                      \
    X(-6, OUT_OF_RANGE, "value outside the range of its field")                                    \
    X(-7, TRUNCATED, "the input ends before the value does")                                       \
    X(-8, QUEUE_FULL, "a bounded queue is full")                                                   \
    X(-9, NOT_ALLOWED, "not allowed")                                                              \
    X(-10, NOT_FOUND, "not found")                                                                 \
    X(-11, INTERRUPTED, "interrupted")                                                             \
    X(-100, DLT645_NO_FRAME, "no DL/T 645 start byte 68")                                          \
    X(-101, DLT645_START, "second start byte of a DL/T 645 frame is not 68")                       \
    X(-102, DLT645_LENGTH, "length byte of a DL/T 645 frame does not fit")                         \
    X(-103, DLT645_CHECKSUM, "checksum of a DL/T 645 frame is wrong")                              \
    X(-104, DLT645_END, "end byte of a DL/T 645 frame is not 16")                                  \
    X(-105, DLT645_ADDRESS, "not a DL/T 645 address")                                              \
    X(-106, DLT645_CONTROL, "control code of a DL/T 645 frame is not the expected one")            \
    X(-107, DLT645_IDENTIFIER, "data identifier of the reply is not the one asked for")            \
    X(-108, DLT645_REFUSED, "the meter refused the request")                                       \
    X(-109, DLT645_RELAY_COMMAND, "not a relay command of DL/T 645")                               \
    X(-110, BCD_DIGIT, "a byte is not two decimal digits")                                         \
    X(-111, BCD_TIME, "decimal digits that are no date or time")                                   \
    X(-112, DLT645_SEQUENCE, "another part of a long value came than was asked for")               \
    X(-120, MODBUS_LENGTH, "length of a Modbus message does not fit")                              \
    X(-121, MODBUS_FUNCTION, "function code of a Modbus reply is not the one asked for")           \
    X(-122, MODBUS_MISMATCH, "a Modbus reply repeats another request")                             \
    X(-123, MODBUS_CRC, "CRC of a Modbus RTU frame is wrong")                                      \
    X(-124, MODBUS_EXCEPTION, "the Modbus device answered with an exception")                      \
    X(-125, MODBUS_STATION, "a Modbus reply is from another station")                              \
    X(-140, ENVELOPE_TOO_SHORT, "uplink envelope is too short")                                    \
    X(-141, ENVELOPE_VERSION, "unknown version of the uplink envelope")                            \
    X(-142, ENVELOPE_DIRECTION, "uplink envelope runs in the other direction")                     \
    X(-143, ENVELOPE_ADDRESS, "uplink envelope is for another meter")                              \
    X(-144, ENVELOPE_AUTHENTICATION, "uplink envelope is not authentic")                           \
    X(-145, ENVELOPE_REPLAYED, "uplink envelope was already accepted")                             \
    X(-146, ENVELOPE_COUNTER_EXHAUSTED, "the key's invocation counter is used up")                 \
    X(-147, ENVELOPE_TOO_LONG, "payload is too long for an uplink envelope")                       \
    X(-148, ENVELOPE_CRYPTO, "the cryptographic library failed")                                   \
    X(-149, ENVELOPE_COUNTER_GAP, "counter of an uplink frame is too far ahead")                   \
    X(-200, PORT, "a serial port cannot be used")                                                  \
    X(-201, PORT_LOST, "a serial port went away")                                                  \
    X(-202, RACK_LOST, "the rack went away or stopped its heartbeat")                              \
    X(-203, BOARD_NO_ANSWER, "the board never answered")                                           \
    X(-204, BOARD_SILENT, "the board answered before and fell silent")                             \
    X(-205, BOARD_REFUSED, "the board refused what the bench set")                                 \
    X(-206, EMULATOR, "the board emulator failed")                                                 \
    X(-207, PROFILE, "a board profile or bench file is wrong")                                     \
    X(-208, LATE, "the bench fell behind the wall clock")                                          \
    X(-220, BABBLE, "the board sends without being asked")                                         \
    X(-221, FLASH, "the board's firmware could not be written")                                    \
    X(-300, SESSION_OVER, "the session is over")                                                   \
    X(-301, NO_RIGHT, "the role does not have this right")                                         \
    X(-302, OUT_OF_SCOPE, "the flat is not this person's")                                         \
    X(-303, PASSWORD_WEAK, "the password does not follow the policy")                              \
    X(-304, LAST_ADMINISTRATOR, "the building would have no administrator left")                   \
    X(-310, NAME_UNKNOWN, "nobody has this name")                                                  \
    X(-311, PASSWORD_WRONG, "the password is wrong")                                               \
    X(-312, CODE_WRONG, "the one-time code is wrong")                                              \
    X(-313, CODE_USED, "the one-time code was used before")                                        \
    X(-314, LOCKED_OUT, "locked after too many failures")                                          \
    X(-315, REVOKED, "the person may not sign in any more")                             \
    X(-330, IN_MAINTENANCE, "the flat is in maintenance")                                          \
    X(-331, NOT_IN_MAINTENANCE, "the flat is not in maintenance")                                  \
    X(-332, IN_ARREARS, "the flat is tripped for arrears")                                         \
    X(-333, PROTECTION_STANDS, "a protective trip stands")                                         \
    X(-334, ALREADY_CLOSED, "the contacts are closed already")                                     \
    X(-335, FEEDER_LIMIT, "the feeder's limit would be passed")                                    \
    X(-336, VACANT_OFF, "nobody lives there, and an empty flat is off")

/* ERROR_INVALID_ARGUMENT = -1, and so on, one constant for each line of the table. */
enum error_number {
#define METERBENCH_ERROR_ENUM(number, name, text) ERROR_##name = (number),
    METERBENCH_ERRORS(METERBENCH_ERROR_ENUM)
#undef METERBENCH_ERROR_ENUM
};

/*
 * The name of an error without its prefix: "DLT645_CHECKSUM" for ERROR_DLT645_CHECKSUM, "OK" for 0
 * and anything positive, "UNKNOWN" for a negative number outside the table. Never NULL.
 */
const char *error_name(int number);

/* One line of lower-case English for an error; "ok" and "unknown error" as above. Never NULL. */
const char *error_text(int number);

#endif
