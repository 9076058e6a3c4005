/*
 * UART 0, interrupt driven both ways, half duplex: while a reply is on its way received bytes are
 * dropped. For Modbus bytes are gathered into a frame until the line has been silent; for DL/T 645,
 * whose frames tell their own length, they come one by one.
 */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

#define UART_FRAME_MAX 256

/* 8N1 in frames, or 8E1 byte by byte. */
void uart_init_frames(uint32_t baud);
void uart_init_stream(uint32_t baud);
void uart_set_baud(uint32_t baud);

/* Called by the tick interrupt every millisecond: measures silence. */
void uart_tick(void);

/* Milliseconds that have ticked; wraps. */
uint16_t uart_now_ms(void);

/*
 * A frame ended by 3.5 characters of silence: returns its length and sets *frame, or 0. damaged
 * tells of framing errors or more bytes than fit. Reception stands still until uart_listen.
 */
uint16_t uart_frame(uint8_t **frame, bool *damaged);
void uart_listen(void);

/* The next byte of the stream; UART_NONE if there is none, UART_DAMAGED where bytes were lost. */
enum { UART_NONE = -1, UART_DAMAGED = -2 };
int16_t uart_take(void);

/* Sends length bytes, which must stay where they are, then listens again. */
void uart_send(const uint8_t *bytes, uint16_t length);
bool uart_sending(void);

#endif
