#include "modbus.h"

#include "bugs.h"
#include "control.h"
#include "registers.h"
#include "state.h"
#include "uart.h"

#include <avr/sleep.h>
#include <util/crc16.h>

#define BROADCAST 0
#define SILENT_AFTER 40

static uint16_t crc_of(const uint8_t *bytes, uint16_t length)
{
    uint16_t crc = 0xffff;

    while (length--)
        crc = _crc16_update(crc, *bytes++);
    return crc;
}

static uint16_t word_at(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put_word(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* Functions 3 and 4. The reply takes the place of the request. */
static uint8_t read_registers(uint8_t *frame, uint16_t length, uint16_t *reply_length)
{
    bool input = frame[1] == 4;
    uint16_t address = word_at(frame + 2);
    uint16_t count = word_at(frame + 4);
    uint8_t i;

    if (length != 8 || count < 1 || count > 125)
        return MODBUS_VALUE;
    if (input ? address >= INPUT_REGISTERS || count > INPUT_REGISTERS - address
              : !registers_readable(address, count))
        return MODBUS_ADDRESS;
    frame[2] = (uint8_t)(2 * count);
    for (i = 0; i < count; i++)
        put_word(frame + 3 + 2 * i, input ? registers_input((uint8_t)(address + i))
                                          : registers_holding((uint16_t)(address + i)));
    *reply_length = (uint16_t)(3 + 2 * count);
    return MODBUS_OK;
}

static uint8_t write_one(uint8_t *frame, uint16_t length, uint16_t *reply_length)
{
    uint16_t address = word_at(frame + 2);

    if (length != 8)
        return MODBUS_VALUE;
    if (address == CONTROL_REGISTER || address == CONTROL_REGISTER + 1)
        return MODBUS_VALUE; /* a command is a key and its sequence number together */
    *reply_length = 6;
    return registers_write(address, 1, frame + 4);
}

static uint8_t command(const uint8_t *bytes)
{
    switch (control_command(word_at(bytes), word_at(bytes + 2))) {
    case RESULT_EXECUTED:
    case RESULT_HELD:
        return MODBUS_OK;
    case RESULT_REFUSED_KEEP_POWER:
    case RESULT_REFUSED_CAUSE:
        return MODBUS_STATE;
    default:
        return MODBUS_VALUE;
    }
}

static uint8_t write_many(uint8_t *frame, uint16_t length, uint16_t *reply_length)
{
    uint16_t address = word_at(frame + 2);
    uint16_t count = word_at(frame + 4);

    if (length < 11 || count < 1 || count > 123)
        return MODBUS_VALUE;
    if (frame[6] != 2 * count || length != 9 + 2 * count)
        return MODBUS_VALUE;
    *reply_length = 6;
    if (address == CONTROL_REGISTER)
        return count == 2 ? command(frame + 7) : MODBUS_VALUE;
    return registers_write(address, count, frame + 7);
}

static uint8_t serve(uint8_t *frame, uint16_t length, uint16_t *reply_length)
{
    switch (frame[1]) {
    case 3:
    case 4:
        return read_registers(frame, length, reply_length);
    case 6:
        return write_one(frame, length, reply_length);
    case 16:
        return write_many(frame, length, reply_length);
    default:
        return MODBUS_FUNCTION;
    }
}

static bool is_write(uint8_t function)
{
    return function == 6 || function == 16;
}

/* Serves a frame for this meter or for all; returns the length of the reply, 0 for none. */
static uint16_t answer(uint8_t *frame, uint16_t length)
{
    uint8_t to = frame[0];
    uint16_t reply_length = 0;
    uint16_t crc;
    uint8_t exception;

    if (to == BROADCAST && !is_write(frame[1]))
        return 0;
    live.good_frames++;
#if defined(BUG_FALLS_SILENT)
    if (live.good_frames > SILENT_AFTER)
        return 0;
#endif
    exception = serve(frame, length, &reply_length);
#if !defined(BUG_ANSWERS_BROADCAST)
    if (to == BROADCAST)
        return 0;
#endif
#if defined(BUG_WRONG_EXCEPTION)
    if (exception == MODBUS_VALUE)
        exception = MODBUS_ADDRESS;
#endif
    if (exception) {
        frame[1] |= 0x80;
        frame[2] = exception;
        reply_length = 3;
    }
    crc = crc_of(frame, reply_length);
    frame[reply_length] = (uint8_t)crc;
    frame[reply_length + 1] = (uint8_t)(crc >> 8);
    return (uint16_t)(reply_length + 2);
}

static bool is_sound(const uint8_t *frame, uint16_t length, bool damaged)
{
    if (length < 4)
        return false;
#if defined(BUG_IGNORES_CRC)
    (void)frame;
    (void)damaged;
    return true;
#else
    /* The CRC over a frame and its own CRC is 0. */
    return !damaged && crc_of(frame, length) == 0;
#endif
}

void modbus_run(void)
{
    uint8_t *frame;
    bool damaged;
    uint16_t length = uart_frame(&frame, &damaged);
    uint16_t reply_length = 0;

    if (!length)
        return;
    if (!is_sound(frame, length, damaged)) {
        live.bad_frames++;
#if defined(BUG_HANGS_ON_BAD_FRAME)
        for (;;)
            sleep_mode();
#endif
    }
#if defined(BUG_ANSWERS_OTHERS)
    else if (frame[0] != BROADCAST)
        reply_length = answer(frame, length);
#endif
    else if (frame[0] == BROADCAST || frame[0] == settings.slave_address)
        reply_length = answer(frame, length);
    if (reply_length)
        uart_send(frame, reply_length);
    else
        uart_listen();
}
