#include "dlt645.h"

#include "bugs.h"
#include "calendar.h"
#include "config.h"
#include "control.h"
#include "data.h"
#include "events.h"
#include "password.h"
#include "state.h"
#include "storage.h"
#include "uart.h"

#include <avr/wdt.h>
#include <string.h>

#define START 0x68
#define END 0x16
#define PREAMBLE 0xFE
#define PREAMBLES 4
#define OFFSET 0x33
#define ADDRESS_AT 1
#define CONTROL_AT 8
#define LENGTH_AT 9
#define DATA_AT 10
#define OVERHEAD 12
#define DATA_MAX 200
/* Besides the identifier and the sequence number of a follow-up frame. */
#define BLOCK_MAX (DATA_MAX - 5)

/* The standard allows 500 ms between two bytes, and 20 to 500 ms to a reply (REPLY_DELAY_MS). */
#define BYTE_GAP_MS 500
/* The last byte, and at 600 Bd it takes 18 ms, is still on its way when the buffer is empty. */
#define BAUD_DELAY_MS 50

#define SLAVE 0x80
/* What a service answers with: bits of the control code, or nothing at all. */
enum { SILENCE = 0, NORMAL = 0x80, MORE = 0xA0, ABNORMAL = 0xC0 };

enum addressed { NOT_US, US, WILDCARD, BROADCAST };

static uint8_t buffer[PREAMBLES + OVERHEAD + DATA_MAX];
static uint8_t *const frame = buffer + PREAMBLES;
static uint8_t *const data = buffer + PREAMBLES + DATA_AT;
static uint8_t length;
static uint16_t last_byte_ms;

static enum { RECEIVING, WAITING, SENDING, CHANGING_BAUD } phase;
static uint16_t phase_ms; /* when it began */
static uint8_t reply_length;
static uint8_t new_baud; /* a feature byte, or 0 */

static uint32_t read_di;   /* of the last read, for follow-up frames */
static uint8_t next_sequence;

void dlt645_defaults(void)
{
    static const uint8_t passwords[PASSWORD_LEVELS][3] = { { 0x56, 0x34, 0x12 },
                                                           { 0x11, 0x11, 0x11 } };

    memset(&line, 0, sizeof line);
    line.address[0] = 1;
    line.baud = 0x20;
    memcpy(line.passwords, passwords, sizeof passwords);
}

/* 600 Bd is bit 1, each next one twice that; 0 for a byte that names none. */
static uint16_t baud_of(uint8_t feature)
{
    uint8_t bit;

    for (bit = 1; bit <= 6; bit++)
        if (feature == 1 << bit)
            return (uint16_t)(600U << (bit - 1));
    return 0;
}

void dlt645_init(void)
{
    uart_init_stream(baud_of(line.baud));
}

/* ---- what the control codes do --------------------------------------------------------------- */

static uint8_t refuse(uint8_t error)
{
    data[0] = error;
    frame[LENGTH_AT] = 1;
    return ABNORMAL;
}

static uint8_t accept(uint8_t data_length)
{
    frame[LENGTH_AT] = data_length;
    return NORMAL;
}

static uint32_t di_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint16_t)bytes[1] << 8 | bytes[0];
}

static uint8_t read_data(uint8_t request_length)
{
    struct window window = { .at = data + 4, .room = BLOCK_MAX };

    if (request_length != 4)
        return refuse(ERR_OTHER);
    read_di = di_at(data);
    next_sequence = 1;
    if (!data_read(read_di, &window))
        return refuse(ERR_NO_DATA);
#if defined(BUG_ECHOES_WRONG_DI)
    data[0]++;
#endif
    accept((uint8_t)(4 + window.taken));
    return window.more ? MORE : NORMAL;
}

/* The same frame may be asked for again, or the next one. */
static uint8_t read_more(uint8_t request_length)
{
    uint8_t sequence = data[4];
    struct window window = { .at = data + 4, .skip = (uint16_t)sequence * BLOCK_MAX,
                             .room = BLOCK_MAX };

    if (request_length != 5)
        return refuse(ERR_OTHER);
    if (sequence < 1 || sequence > next_sequence || sequence + 1 < next_sequence ||
        di_at(data) != read_di || !data_read(read_di, &window) || !window.taken)
        return refuse(ERR_NO_DATA);
    next_sequence = (uint8_t)(sequence + 1);
    data[4 + window.taken] = sequence;
    accept((uint8_t)(5 + window.taken));
    return window.more ? MORE : NORMAL;
}

/* Identifier, level and password, operator code, then the value. */
static uint8_t write_data(uint8_t request_length)
{
    uint32_t di = di_at(data);
    uint8_t level = data_write_level(di);
    uint8_t error;

    if (request_length < 12)
        return refuse(ERR_OTHER);
    if (!level)
        return refuse(ERR_NO_DATA);
    if (!password_opens(data + 4, level))
        return refuse(ERR_PASSWORD);
    error = data_write(di, data + 12, (uint8_t)(request_length - 12));
    return error ? refuse(error) : accept(0);
}

static uint8_t read_address(uint8_t request_length)
{
    if (request_length != 0)
        return SILENCE;
    memcpy(data, line.address, sizeof line.address);
    return accept(sizeof line.address);
}

/* Only with the key pressed, and never answered with an error. */
static uint8_t write_address(uint8_t request_length)
{
    uint8_t i, value;

    if (request_length != sizeof line.address || !(PIND & (1 << PIN_KEY)))
        return SILENCE;
    for (i = 0; i < sizeof line.address; i++)
        if (!bcd_value(data[i], &value) || data[i] == 0x99)
            return SILENCE;
    memcpy(line.address, data, sizeof line.address);
    storage_save_line();
    return accept(0);
}

#define DAY_S 86400UL
#define TIME_STEP_MAX_S 300

/* Broadcast time moves a clock that runs by five minutes at most, once a day, not at midnight. */
static void adjust_clock(const uint8_t *bytes)
{
    static uint16_t adjusted_day;
    struct date date = { .second = bytes[0], .minute = bytes[1], .hour = bytes[2],
                         .day = bytes[3], .month = bytes[4], .year = bytes[5] };
    uint32_t now_s = live.clock_s, clock_s;
    uint32_t step_s;

    if (!calendar_seconds(&date, &clock_s))
        return;
    step_s = clock_s > now_s ? clock_s - now_s : now_s - clock_s;
    if (live.clock_set &&
        (step_s > TIME_STEP_MAX_S || adjusted_day == (uint16_t)(clock_s / DAY_S) ||
         now_s % DAY_S < TIME_STEP_MAX_S || now_s % DAY_S > DAY_S - TIME_STEP_MAX_S))
        return;
    adjusted_day = (uint16_t)(clock_s / DAY_S);
    live.clock_s = clock_s;
    live.clock_set = true;
}

/* Freezing at once is all that this meter can do. */
static uint8_t freeze(uint8_t request_length)
{
    static const uint8_t now[4] = { 0x99, 0x99, 0x99, 0x99 };

    if (request_length != sizeof now || memcmp(data, now, sizeof now) != 0)
        return refuse(ERR_OTHER);
    events_freeze();
    return accept(0);
}

static uint8_t change_baud(uint8_t request_length)
{
    if (request_length != 1 || !baud_of(data[0]))
        return refuse(ERR_BAUD);
    new_baud = data[0];
    return accept(1);
}

/* The old level must reach as far as the new one. */
static uint8_t change_password(uint8_t request_length)
{
    uint32_t di = di_at(data);
    uint8_t level = data_write_level(di);

    if (request_length != 12)
        return refuse(ERR_OTHER);
    if (di != 0x04000C00UL + 1 + level || (level != LEVEL_PROGRAM && level != LEVEL_ORDINARY) ||
        data[8] != level)
        return refuse(ERR_NO_DATA);
    if (!password_opens(data + 4, level))
        return refuse(ERR_PASSWORD);
    password_change(data + 8);
    memmove(data, data + 8, 4);
    return accept(4);
}

/* ---- orders ---------------------------------------------------------------------------------- */

#define MINUTES_A_UNIT 5

/* The two-byte words that later meters answer orders with. */
enum { DONE_CLOSE = 0x0001, DONE_PERMIT = 0x0002, DONE_TRIP = 0x0004, DONE_TRIP_FOR = 0x0010,
       DONE_HELD = 0x0020, DONE_KEEP = 0x0100, DONE_NO_KEEP = 0x0200, DONE_ALARM = 0x0400,
       DONE_NO_ALARM = 0x0800 };
enum { ERROR_REFUSED = 0x0004, ERROR_TIME = 0x0010, ERROR_KEEP = 0x0020, ERROR_KEEP_FOR = 0x0040,
       ERROR_DURATION = 0x0080, ERROR_TRIPPED = 0x0100 };

struct order {
    uint8_t code;
    uint8_t duration; /* units of 5 min */
    uint32_t operator_code;
    const uint8_t *valid_until;
};

static uint8_t answer_order(uint8_t kind, uint16_t word)
{
    if (line.base_dialect && kind == NORMAL)
        return accept(0);
    if (line.base_dialect)
        return refuse(word == ERROR_REFUSED ? ERR_PASSWORD : ERR_OTHER);
    data[0] = (uint8_t)word;
    data[1] = (uint8_t)(word >> 8);
    frame[LENGTH_AT] = 2;
    return kind;
}

/* Without a clock that was set, no time can be over. */
static bool still_valid(const uint8_t *until)
{
    struct date date = { .second = until[0], .minute = until[1], .hour = until[2],
                         .day = until[3], .month = until[4], .year = until[5] };
    uint32_t until_s;

#if defined(BUG_IGNORES_VALID_UNTIL)
    return true;
#endif
    if (!live.clock_set)
        return true;
    return calendar_seconds(&date, &until_s) && until_s >= live.clock_s;
}

static uint16_t done_word(uint8_t code)
{
    switch (code) {
    case 0x1A:
        return DONE_TRIP;
    case 0x1B:
        return DONE_PERMIT;
    case 0x1C:
        return DONE_CLOSE;
    case 0x1D:
    case 0x1E:
        return DONE_TRIP_FOR;
    case 0x2A:
        return DONE_ALARM;
    case 0x2B:
        return DONE_NO_ALARM;
    case 0x3A:
        return DONE_KEEP;
    case 0x3B:
        return DONE_NO_KEEP;
    default:
        return 0;
    }
}

static uint8_t trip_for(const struct order *order)
{
    if (!order->duration)
        return answer_order(ABNORMAL, ERROR_DURATION);
    if (state.causes & CAUSE_ORDER)
        return answer_order(ABNORMAL, ERROR_TRIPPED);
    switch (control_trip_for(order->duration * MINUTES_A_UNIT, order->code == 0x1E,
                             order->operator_code)) {
    case RESULT_EXECUTED:
        return answer_order(NORMAL, DONE_TRIP_FOR);
    case RESULT_HELD:
        return answer_order(NORMAL, DONE_HELD);
    default:
        return answer_order(ABNORMAL, ERROR_KEEP_FOR);
    }
}

static uint8_t obey(const struct order *order)
{
    if (order->code == 0x1D || order->code == 0x1E)
        return trip_for(order);
    switch (control_order((uint16_t)(order->code << 8 | order->code), order->operator_code)) {
    case RESULT_EXECUTED:
        return answer_order(NORMAL, done_word(order->code));
    case RESULT_HELD:
        return answer_order(NORMAL, DONE_HELD);
    case RESULT_REFUSED_KEEP_POWER:
        return answer_order(ABNORMAL, ERROR_KEEP);
    default:
        return answer_order(ABNORMAL, ERROR_REFUSED);
    }
}

/* Level and password, operator code, order, duration, valid until. */
static uint8_t take_order(uint8_t request_length)
{
    struct order order = { .code = data[8], .duration = data[9],
                           .operator_code = di_at(data + 4), .valid_until = data + 10 };

    if (request_length != 16)
        return refuse(ERR_OTHER);
    if (!password_opens(data, LEVEL_ORDINARY) || !done_word(order.code))
        return answer_order(ABNORMAL, ERROR_REFUSED);
    if (!still_valid(order.valid_until))
        return answer_order(ABNORMAL, ERROR_TIME);
    return obey(&order);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static bool all_are(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < sizeof line.address; i++)
        if (frame[ADDRESS_AT + i] != byte)
            return false;
    return true;
}

/* Once a byte of the address is AA, all higher ones must be: that is an abbreviated address. */
static enum addressed addressed(void)
{
    bool wild = false;
    uint8_t i;

#if defined(BUG_ANSWERS_BROADCAST)
    if (all_are(0x99))
        return US;
#elif defined(BUG_ANSWERS_OTHERS)
    if (!all_are(0x99) && !all_are(0xAA))
        return US;
#endif
    if (all_are(0x99))
        return BROADCAST;
    for (i = 0; i < sizeof line.address; i++) {
        uint8_t byte = frame[ADDRESS_AT + i];

        wild |= byte == 0xAA;
        if (byte != (wild ? 0xAA : line.address[i]))
            return NOT_US;
    }
#if defined(BUG_NO_WILDCARD)
    if (wild)
        return NOT_US;
#endif
    return wild ? WILDCARD : US;
}

/* What any meter may be asked without knowing its whole address. */
static uint8_t serve_anyone(uint8_t code, uint8_t request_length)
{
    switch (code) {
    case 0x11:
        return read_data(request_length);
    case 0x12:
        return read_more(request_length);
    case 0x13:
        return read_address(request_length);
    case 0x15:
        return write_address(request_length);
    default:
        return SILENCE;
    }
}

static uint8_t serve_us(uint8_t code, uint8_t request_length)
{
    switch (code) {
    case 0x08:
        return SILENCE; /* for all, never for one */
    case 0x11:
    case 0x12:
    case 0x13:
    case 0x15:
        return serve_anyone(code, request_length);
    case 0x14:
        return write_data(request_length);
    case 0x16:
        return freeze(request_length);
    case 0x17:
        return change_baud(request_length);
    case 0x18:
        return change_password(request_length);
    case 0x1C:
        return take_order(request_length);
    default:
        return refuse(ERR_OTHER);
    }
}

static uint8_t serve_all(uint8_t code, uint8_t request_length)
{
    if (code == 0x08 && request_length == 6)
        adjust_clock(data);
    else if (code == 0x16)
        freeze(request_length);
    return SILENCE;
}

static uint8_t serve(void)
{
    uint8_t code = frame[CONTROL_AT];
    uint8_t request_length = frame[LENGTH_AT];
    enum addressed to = addressed();

    if (to == NOT_US || (code & 0xE0)) /* another meter's, or its reply */
        return SILENCE;
    live.good_frames++;
    switch (to) {
    case BROADCAST:
        return serve_all(code, request_length);
    case WILDCARD:
        return serve_anyone(code, request_length);
    default:
        return serve_us(code, request_length);
    }
}

static uint8_t sum(uint8_t count)
{
    uint8_t total = 0;
    uint8_t i;

    for (i = 0; i < count; i++)
        total = (uint8_t)(total + frame[i]);
    return total;
}

static void finish_reply(uint8_t kind)
{
    uint8_t data_length = frame[LENGTH_AT];
    uint8_t i;

    memset(buffer, PREAMBLE, PREAMBLES);
    memcpy(frame + ADDRESS_AT, line.address, sizeof line.address);
    frame[CONTROL_AT] |= kind;
    for (i = 0; i < data_length; i++)
        data[i] = (uint8_t)(data[i] + OFFSET);
#if defined(BUG_PLAIN_LAST_BYTE)
    if (data_length)
        data[data_length - 1] = (uint8_t)(data[data_length - 1] - OFFSET);
#endif
    data[data_length] = sum((uint8_t)(DATA_AT + data_length));
    data[data_length + 1] = END;
    reply_length = (uint8_t)(PREAMBLES + OVERHEAD + data_length);
}

/* Forgets the first byte and whatever comes before the next one that may begin a frame. */
static void resynchronise(void)
{
    uint8_t at = 1;

    while (at < length && frame[at] != START)
        at++;
    length = (uint8_t)(length - at);
    memmove(frame, frame + at, length);
}

static bool is_hopeless(void)
{
    if (frame[0] != START)
        return true;
    if (length > 7 && frame[7] != START)
        return true;
    return length > LENGTH_AT && frame[LENGTH_AT] > DATA_MAX;
}

static bool is_sound(uint8_t whole)
{
#if defined(BUG_IGNORES_CHECKSUM)
    return frame[whole - 1] == END;
#elif defined(BUG_IGNORES_END)
    return frame[whole - 2] == sum((uint8_t)(whole - 2));
#endif
    return frame[whole - 1] == END && frame[whole - 2] == sum((uint8_t)(whole - 2));
}

/* True when a sound frame begins the buffer. */
static bool complete(void)
{
    while (length) {
        uint8_t whole;

        if (is_hopeless()) {
            resynchronise();
            continue;
        }
        if (length <= LENGTH_AT)
            return false;
        whole = (uint8_t)(OVERHEAD + frame[LENGTH_AT]);
        if (length < whole)
            return false;
        if (is_sound(whole))
            return true;
        live.bad_frames++;
#if defined(BUG_HANGS_ON_BAD_FRAME)
        for (;;)
            wdt_reset();
#endif
        resynchronise();
    }
    return false;
}

static void answer(void)
{
    uint8_t kind;
    uint8_t i;

    for (i = 0; i < frame[LENGTH_AT]; i++)
        data[i] = (uint8_t)(data[i] - OFFSET);
    kind = serve();
    length = 0;
    if (kind == SILENCE)
        return;
    finish_reply(kind);
    phase = WAITING;
    phase_ms = last_byte_ms;
}

static void receive(void)
{
    int16_t byte;

    while (phase == RECEIVING && (byte = uart_take()) != UART_NONE) {
        uint16_t now_ms = uart_now_ms();

        if (byte == UART_DAMAGED) {
            live.bad_frames++;
            length = 0;
            continue;
        }
#if !defined(BUG_IGNORES_GAP)
        if ((uint16_t)(now_ms - last_byte_ms) > BYTE_GAP_MS)
            length = 0;
#endif
        last_byte_ms = now_ms;
        frame[length++] = (uint8_t)byte;
        if (complete())
            answer();
    }
}

static void enter(uint8_t next)
{
    phase = next;
    phase_ms = uart_now_ms();
}

static void change_to_new_baud(void)
{
    line.baud = new_baud;
    new_baud = 0;
    uart_set_baud(baud_of(line.baud));
    storage_save_line();
}

void dlt645_run(void)
{
    uint16_t elapsed_ms = (uint16_t)(uart_now_ms() - phase_ms);

    switch (phase) {
    case RECEIVING:
        receive();
        break;
    case WAITING:
        if (elapsed_ms >= REPLY_DELAY_MS) {
            uart_send(buffer, reply_length);
            enter(SENDING);
        }
        break;
    case SENDING:
        if (!uart_sending())
            enter(new_baud ? CHANGING_BAUD : RECEIVING);
        break;
    case CHANGING_BAUD:
        if (elapsed_ms >= BAUD_DELAY_MS) {
            change_to_new_baud();
            uart_listen();
            enter(RECEIVING);
        }
        break;
    }
}
