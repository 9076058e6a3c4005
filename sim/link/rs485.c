/*
 * A wired gateway: it reads the meters of its bus in turn (2400 baud, 8E1), gives an order to a
 * meter when that meter's turn comes, and talks to the platform over a Cat.1 modem that its chatter
 * keeps connected. The gateway has its own supply.
 */
#include "sim/link/profile.h"

/* Rows "bus", "turn". */
enum {
    BAUD = 2400,
    BITS_A_BYTE = 11, /* start, eight, parity, stop */
    METERS_MAX = 32,
    WAKE_BYTES = 4, /* FE before a frame */
    REQUEST_BYTES = WAKE_BYTES + 16,
    READING_BYTES = WAKE_BYTES + 20,
};
#define ANSWER_NS (50 * NS_PER_MS)   /* from a request to its answer */
#define PAUSE_NS (20 * NS_PER_MS)    /* between turns */
#define TIMEOUT_NS (500 * NS_PER_MS) /* DL/T 645: the longest wait for an answer */

int64_t rs485_bytes_ns(uint32_t bytes)
{
    return (int64_t)bytes * BITS_A_BYTE * NS_PER_S / BAUD;
}

int64_t rs485_turn_ns(void)
{
    return rs485_bytes_ns(REQUEST_BYTES) + ANSWER_NS + rs485_bytes_ns(READING_BYTES) + PAUSE_NS;
}

/* How many meters take turns on one bus. */
static uint32_t meters_on_bus(uint32_t flat, uint32_t members)
{
    uint32_t before = (flat - 1) / METERS_MAX * METERS_MAX;
    uint32_t left = members > before ? members - before : 1;
    return left < METERS_MAX ? left : METERS_MAX;
}

int64_t rs485_next_turn(uint32_t flat, uint32_t members, int64_t now)
{
    int64_t cycle = rs485_turn_ns() * meters_on_bus(flat, members);
    int64_t first = rs485_turn_ns() * ((flat - 1) % METERS_MAX);
    return now <= first ? first : first + (now - first + cycle - 1) / cycle * cycle;
}

static int64_t opens(struct link *link, int64_t now, enum link_direction direction)
{
    (void)link;
    (void)direction;
    return now;
}

/* What carries the message and, upwards, the gateway's request before it. A lost FE costs nothing. */
static bool lost(struct link *link, int64_t now, enum link_direction direction, uint32_t size)
{
    (void)now;
    uint32_t bytes = size + (direction == LINK_UP ? REQUEST_BYTES - WAKE_BYTES : 0);
    return line_faults_spoil(&link->network->config.line, &link->random, bytes);
}

static int64_t delay(struct link *link, int64_t now, enum link_direction direction, uint32_t size)
{
    uint32_t members = link->network->members;
    int64_t radio = cat1_connected_delay(link, size);
    int64_t late = link->network->config.line.delay_ns;
    int64_t bytes = rs485_bytes_ns(WAKE_BYTES + size) + late;
    if (direction == LINK_DOWN)
        return rs485_next_turn(link->flat, members, now + radio) - now + bytes;
    int64_t turn = rs485_next_turn(link->flat, members, now);
    return turn - now + rs485_bytes_ns(REQUEST_BYTES) + late + ANSWER_NS + bytes + radio;
}

static int64_t retry(struct link *link, enum link_direction direction, int attempt)
{
    (void)link;
    (void)direction;
    (void)attempt;
    return TIMEOUT_NS;
}

const struct link_profile link_rs485 = {
    .keep_alive_ns = 120 * NS_PER_S,
    .opens = opens,
    .lost = lost,
    .delay = delay,
    .retry = retry,
};
