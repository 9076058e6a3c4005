#include "uart.h"

#include "timebase.h"

#include <string.h>

#include <simavr/sim_regbit.h>

/* While the board's UART is off, bytes from the host still take time. */
#define FALLBACK_BAUD 9600
#define FALLBACK_BITS 10
/* Two bytes fit the receiver behind the shift register. */
#define RECEIVER_DEPTH 2

static bool queue_put(struct uart_queue *queue, uint8_t byte)
{
    if (queue->count == UART_QUEUE_SIZE)
        return false;
    queue->bytes[(queue->first + queue->count++) % UART_QUEUE_SIZE] = byte;
    return true;
}

static uint8_t queue_take(struct uart_queue *queue)
{
    uint8_t byte = queue->bytes[queue->first];

    queue->first = (queue->first + 1) % UART_QUEUE_SIZE;
    queue->count--;
    return byte;
}

void uart_open(struct uart_line *line, struct core *core, const struct uart_listener *listener)
{
    memset(line, 0, sizeof *line);
    line->core = core;
    line->listener = *listener;
    line->to_board_cycle = NEVER;
    line->to_host_cycle = NEVER;
}

static int64_t bit_cycles(const struct uart_line *line)
{
    avr_t *avr = line->core->avr;
    avr_uart_t *uart = line->core->uart;
    int64_t divisor = avr_regbit_get(avr, uart->ubrrl) | avr_regbit_get(avr, uart->ubrrh) << 8;

    return (divisor + 1) * (avr_regbit_get(avr, uart->u2x) ? 8 : 16);
}

/* simavr always counts a parity bit; this reads UCSRnC (parity mode in bits 5 and 4). */
static int64_t frame_bits(const struct uart_line *line)
{
    avr_t *avr = line->core->avr;
    avr_uart_t *uart = line->core->uart;
    int64_t data_bits = 5 + avr_regbit_get(avr, uart->ucsz);
    int64_t stop_bits = 1 + avr_regbit_get(avr, uart->usbs);
    int64_t parity_bits = uart->r_ucsrc && avr->data[uart->r_ucsrc] & 0x20 ? 1 : 0;

    return 1 + data_bits + parity_bits + stop_bits;
}

static bool receives(const struct uart_line *line)
{
    return line->core->powered && !line->core->halted &&
           avr_regbit_get(line->core->avr, line->core->uart->rxen);
}

uint32_t uart_baud(const struct uart_line *line)
{
    if (!receives(line))
        return 0;
    return (uint32_t)(line->core->map->frequency_hz / bit_cycles(line));
}

static int64_t host_bit_cycles(const struct uart_line *line)
{
    if (line->host_baud)
        return line->core->map->frequency_hz / line->host_baud;
    if (receives(line))
        return bit_cycles(line);
    return line->core->map->frequency_hz / FALLBACK_BAUD;
}

static int64_t host_byte_cycles(const struct uart_line *line)
{
    return host_bit_cycles(line) * (receives(line) ? frame_bits(line) : FALLBACK_BITS);
}

/*
 * What a receiver with another bit time makes of a byte of eight bits: it samples the middle of
 * each of its own bits, counted from the falling edge. Returns the byte, with *broken set if the
 * stop bit is not one. Further bytes that a fast receiver may see in one are left out.
 */
static uint8_t resample(uint8_t byte, int64_t sender_bit, int64_t receiver_bit, bool *broken)
{
    unsigned line_bits = (unsigned)byte << 1 | 0xfffffe00u; /* start bit 0; stop bit, idle line 1 */
    unsigned seen = 0;
    int i;

    for (i = 0; i < 10; i++) {
        int64_t bit = (receiver_bit * (2 * i + 1) / 2) / sender_bit;

        seen |= (bit > 31 ? 1 : line_bits >> bit & 1) << i;
    }
    *broken = !(seen >> 9 & 1);
    return (uint8_t)(seen >> 1);
}

size_t uart_room(const struct uart_line *line)
{
    return UART_QUEUE_SIZE - line->to_board.count;
}

void uart_put(struct uart_line *line, uint8_t byte)
{
    if (!queue_put(&line->to_board, byte))
        return;
    if (line->to_board_cycle == NEVER)
        line->to_board_cycle = core_now(line->core) + host_byte_cycles(line);
}

void uart_sent(struct uart_line *line, uint8_t byte)
{
    int64_t now = core_now(line->core);
    int64_t byte_cycles = bit_cycles(line) * frame_bits(line);
    int64_t start = line->sent_until;

    line->core->uart->cycles_per_byte = (avr_cycle_count_t)byte_cycles;
    /*
     * The chip has a buffer behind its shift register, simavr has none: a byte that comes within
     * a bit after the last one would have been waiting there, so it follows without a gap.
     */
    if (now - start > bit_cycles(line))
        start = now;
    line->sent_until = start + byte_cycles;
    if (!queue_put(&line->to_host, byte))
        return;
    if (line->to_host_cycle == NEVER)
        line->to_host_cycle = line->sent_until;
}

void uart_power_off(struct uart_line *line)
{
    line->to_host.count = 0;
    line->to_host_cycle = NEVER;
    line->sent_until = 0;
}

int64_t uart_due(const struct uart_line *line)
{
    return line->to_board_cycle < line->to_host_cycle ? line->to_board_cycle : line->to_host_cycle;
}

static size_t receiver_count(const avr_uart_t *uart)
{
    return (size_t)(uart->input.write + uart_fifo_fifo_size - uart->input.read) %
           uart_fifo_fifo_size;
}

/*
 * The byte is complete. simavr would delay it by a byte time, which has passed already, so the
 * delay is one cycle for this once.
 */
static void deliver(struct uart_line *line, uint8_t byte)
{
    avr_uart_t *uart = line->core->uart;
    bool broken = false;
    uint32_t value = byte;

    if (!receives(line)) {
        line->dropped++;
        return;
    }
    if (receiver_count(uart) >= RECEIVER_DEPTH) {
        line->overruns++;
        avr_regbit_set(line->core->avr, uart->dor);
        return;
    }
    if (line->host_baud)
        value = resample(byte, host_bit_cycles(line), bit_cycles(line), &broken);
    if (broken)
        value |= UART_INPUT_FE;
    uart->cycles_per_byte = 1;
    avr_raise_irq(uart->io.irq + UART_IRQ_INPUT, value);
    uart->cycles_per_byte = (avr_cycle_count_t)(bit_cycles(line) * frame_bits(line));
}

static void step_to_board(struct uart_line *line)
{
    deliver(line, queue_take(&line->to_board));
    if (line->to_board.count)
        line->to_board_cycle += host_byte_cycles(line);
    else
        line->to_board_cycle = NEVER;
}

static void step_to_host(struct uart_line *line)
{
    int64_t stamp = line->to_host_cycle;
    uint8_t byte = queue_take(&line->to_host);
    bool broken;

    if (line->host_baud)
        byte = resample(byte, bit_cycles(line), host_bit_cycles(line), &broken);
    /* What was queued meanwhile follows without a gap. */
    line->to_host_cycle =
        line->to_host.count ? stamp + bit_cycles(line) * frame_bits(line) : NEVER;
    line->listener.byte(line->listener.user, stamp, byte);
}

void uart_step(struct uart_line *line, int64_t now)
{
    while (line->to_board_cycle <= now)
        step_to_board(line);
    while (line->to_host_cycle <= now)
        step_to_host(line);
}
