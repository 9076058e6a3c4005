/*
 * The serial line between the host and the board's UART. Bytes take their time both ways; a byte
 * arrives when its stop bit is over. If the host's bit time differs from the board's, what is
 * received is what sampling the bits at the wrong times gives.
 */
#ifndef EMULATOR_UART_H
#define EMULATOR_UART_H

#include "core.h"

#define UART_QUEUE_SIZE 8192

struct uart_queue {
    uint8_t bytes[UART_QUEUE_SIZE];
    size_t first, count;
};

struct uart_listener {
    void (*byte)(void *user, int64_t stamp_cycle, uint8_t byte); /* one reached the host */
    void *user;
};

struct uart_line {
    struct core *core;
    struct uart_listener listener;
    uint32_t host_baud; /* 0: the same as the board's */
    struct uart_queue to_board;
    struct uart_queue to_host;
    int64_t to_board_cycle; /* end of the byte on the line, or NEVER */
    int64_t to_host_cycle;
    int64_t sent_until;     /* when the line from the board becomes free */
    uint64_t dropped;       /* bytes that met no receiver */
    uint64_t overruns;      /* bytes lost because the program did not read in time */
};

void uart_open(struct uart_line *line, struct core *core, const struct uart_listener *listener);

/* The board's baud rate, or 0 while its UART is not set up. */
uint32_t uart_baud(const struct uart_line *line);

/* How many bytes fit from the host; and one byte, which starts when the line is free. */
size_t uart_room(const struct uart_line *line);
void uart_put(struct uart_line *line, uint8_t byte);

/* The program wrote its data register. */
void uart_sent(struct uart_line *line, uint8_t byte);

/* The board lost its supply: what it was sending breaks off. */
void uart_power_off(struct uart_line *line);

int64_t uart_due(const struct uart_line *line);
void uart_step(struct uart_line *line, int64_t now);

#endif
