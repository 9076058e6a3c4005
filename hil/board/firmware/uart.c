#include "uart.h"

#include "config.h"

#include <avr/interrupt.h>

#define UBRR_VALUE ((F_CPU + 8 * UART_BAUD) / (16 * UART_BAUD) - 1)
/* 3.5 characters of 11 bits at 9600 Bd are 4.01 ms; with ticks of 1 ms that is the fifth. */
#define SILENCE_TICKS 5

static uint8_t buffer[UART_FRAME_MAX];
static volatile uint16_t length;
static volatile uint8_t silence;
static volatile bool damaged_frame;
static volatile bool listening;
static uint16_t send_at;
static uint16_t send_length;

void uart_init(void)
{
    UBRR0H = (uint8_t)(UBRR_VALUE >> 8);
    UBRR0L = (uint8_t)UBRR_VALUE;
    UCSR0A = 0;
    UCSR0C = (1 << UCSZ01) | (1 << UCSZ00);
    UCSR0B = (1 << RXEN0) | (1 << TXEN0) | (1 << RXCIE0);
    uart_listen();
}

void uart_listen(void)
{
    length = 0;
    silence = 0;
    damaged_frame = false;
    listening = true;
}

void uart_tick(void)
{
    if (length && silence < SILENCE_TICKS)
        silence++;
}

ISR(USART_RX_vect)
{
    uint8_t status = UCSR0A;
    uint8_t byte = UDR0;

    if (!listening)
        return;
    silence = 0;
    if (status & ((1 << FE0) | (1 << DOR0) | (1 << UPE0)))
        damaged_frame = true;
    if (length < UART_FRAME_MAX)
        buffer[length++] = byte;
    else
        damaged_frame = true;
}

ISR(USART_UDRE_vect)
{
    if (send_at < send_length) {
        UDR0 = buffer[send_at++];
        return;
    }
    UCSR0B &= (uint8_t)~(1 << UDRIE0);
    uart_listen();
}

uint16_t uart_frame(uint8_t **frame, bool *damaged)
{
    if (!listening || silence < SILENCE_TICKS)
        return 0;
    listening = false;
    *frame = buffer;
    *damaged = damaged_frame;
    return length;
}

void uart_reply(uint16_t reply_length)
{
    send_at = 0;
    send_length = reply_length;
    UCSR0B |= 1 << UDRIE0;
}
