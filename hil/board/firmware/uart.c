#include "uart.h"

#include "config.h"

#include <avr/interrupt.h>
#include <util/atomic.h>

/* 3.5 characters of 11 bits at 9600 Bd are 4.01 ms; with ticks of 1 ms that is the fifth. */
#define SILENCE_TICKS 5

static uint8_t buffer[UART_FRAME_MAX]; /* of a stream: a ring */
static volatile uint16_t length;
static volatile uint8_t head, tail;
static volatile uint8_t silence;
static volatile bool damaged_bytes;
static volatile bool listening;
static volatile bool sending;
static volatile uint16_t now_ms;
static bool streams;
static const uint8_t *send_from;
static uint16_t send_at;
static uint16_t send_length;

void uart_set_baud(uint32_t baud)
{
    uint16_t divisor = (uint16_t)((F_CPU + 8 * baud) / (16 * baud) - 1);

    UBRR0H = (uint8_t)(divisor >> 8);
    UBRR0L = (uint8_t)divisor;
}

static void init(uint32_t baud, uint8_t format)
{
    uart_set_baud(baud);
    UCSR0A = 0;
    UCSR0C = format;
    UCSR0B = (1 << RXEN0) | (1 << TXEN0) | (1 << RXCIE0);
    uart_listen();
}

void uart_init_frames(uint32_t baud)
{
    init(baud, (1 << UCSZ01) | (1 << UCSZ00));
}

void uart_init_stream(uint32_t baud)
{
    streams = true;
    init(baud, (1 << UPM01) | (1 << UCSZ01) | (1 << UCSZ00));
}

void uart_listen(void)
{
    length = 0;
    head = tail = 0;
    silence = 0;
    damaged_bytes = false;
    listening = true;
}

void uart_tick(void)
{
    now_ms++;
    if (length && silence < SILENCE_TICKS)
        silence++;
}

uint16_t uart_now_ms(void)
{
    uint16_t now;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        now = now_ms;
    }
    return now;
}

static void gather(uint8_t byte)
{
    silence = 0;
    if (length < UART_FRAME_MAX)
        buffer[length++] = byte;
    else
        damaged_bytes = true;
}

static void queue(uint8_t byte)
{
    if ((uint8_t)(head + 1) == tail)
        damaged_bytes = true;
    else
        buffer[head++] = byte;
}

ISR(USART_RX_vect)
{
    uint8_t status = UCSR0A;
    uint8_t byte = UDR0;

    if (!listening)
        return;
    if (status & ((1 << FE0) | (1 << DOR0) | (1 << UPE0)))
        damaged_bytes = true;
    if (streams)
        queue(byte);
    else
        gather(byte);
}

ISR(USART_UDRE_vect)
{
    if (send_at < send_length) {
        UDR0 = send_from[send_at++];
        return;
    }
    UCSR0B &= (uint8_t)~(1 << UDRIE0);
    sending = false;
    uart_listen();
}

uint16_t uart_frame(uint8_t **frame, bool *damaged)
{
    if (!listening || silence < SILENCE_TICKS)
        return 0;
    listening = false;
    *frame = buffer;
    *damaged = damaged_bytes;
    return length;
}

int16_t uart_take(void)
{
    int16_t taken = UART_NONE;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        if (damaged_bytes) {
            damaged_bytes = false;
            head = tail = 0;
            taken = UART_DAMAGED;
        } else if (head != tail) {
            taken = buffer[tail++];
        }
    }
    return taken;
}

void uart_send(const uint8_t *bytes, uint16_t reply_length)
{
    listening = false;
    send_from = bytes;
    send_at = 0;
    send_length = reply_length;
    sending = true;
    UCSR0B |= 1 << UDRIE0;
}

bool uart_sending(void)
{
    return sending;
}
