/*
 * UART 0, interrupt driven both ways. Bytes are gathered into a frame until the line has been
 * silent; while a reply is on its way received bytes are dropped (half duplex).
 */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

#define UART_FRAME_MAX 256

void uart_init(void);

/* Called by the tick interrupt every millisecond: measures silence. */
void uart_tick(void);

/*
 * A frame ended by 3.5 characters of silence: returns its length and sets *frame, or 0. damaged
 * tells of framing errors or more bytes than fit. Reception stands still until uart_listen.
 */
uint16_t uart_frame(uint8_t **frame, bool *damaged);
void uart_listen(void);

/* Sends length bytes of the frame buffer, then listens again. */
void uart_reply(uint16_t length);

#endif
