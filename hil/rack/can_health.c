#include "hil/rack/can_health.h"

#include <linux/can/error.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static const char *const trouble_words[] = {
#define CAN_TROUBLE_WORDS(name, words) words,
    CAN_TROUBLES(CAN_TROUBLE_WORDS)
#undef CAN_TROUBLE_WORDS
};

static const char *const locations[32] = {
    [CAN_ERR_PROT_LOC_SOF] = "start of frame",
    [CAN_ERR_PROT_LOC_ID28_21] = "identifier",
    [CAN_ERR_PROT_LOC_ID20_18] = "identifier",
    [CAN_ERR_PROT_LOC_SRTR] = "SRTR bit",
    [CAN_ERR_PROT_LOC_IDE] = "IDE bit",
    [CAN_ERR_PROT_LOC_ID17_13] = "extended identifier",
    [CAN_ERR_PROT_LOC_ID12_05] = "extended identifier",
    [CAN_ERR_PROT_LOC_ID04_00] = "extended identifier",
    [CAN_ERR_PROT_LOC_RTR] = "RTR bit",
    [CAN_ERR_PROT_LOC_RES1] = "reserved bit",
    [CAN_ERR_PROT_LOC_RES0] = "reserved bit",
    [CAN_ERR_PROT_LOC_DLC] = "length code",
    [CAN_ERR_PROT_LOC_DATA] = "data",
    [CAN_ERR_PROT_LOC_CRC_SEQ] = "CRC",
    [CAN_ERR_PROT_LOC_CRC_DEL] = "CRC delimiter",
    [CAN_ERR_PROT_LOC_ACK] = "ACK slot",
    [CAN_ERR_PROT_LOC_ACK_DEL] = "ACK delimiter",
    [CAN_ERR_PROT_LOC_EOF] = "end of frame",
    [CAN_ERR_PROT_LOC_INTERM] = "intermission",
};

static const char *can_bus_state_text(enum can_bus_state state)
{
    static const char *const words[] = {"error active", "error warning", "error passive",
                                        "bus-off"};
    return words[state];
}

/* ---- in ----------------------------------------------------------------------------------------
 */

static void note(struct can_health *health, enum can_trouble trouble)
{
    health->troubles[trouble]++;
    health->last = (int)trouble + 1;
}

void can_health_state(struct can_health *health, enum can_bus_state state)
{
    if (state == CAN_BUS_OFF && health->state != CAN_BUS_OFF) {
        health->bus_offs++;
        health->bus_offs_in_a_row++;
    }
    if (state != CAN_BUS_OFF && health->state == CAN_BUS_OFF)
        health->restarts++;
    health->state = state;
    if (state > health->worst)
        health->worst = state;
}

void can_health_good(struct can_health *health)
{
    health->bus_offs_in_a_row = 0;
    if (health->state == CAN_BUS_OFF)
        can_health_state(health, CAN_BUS_ACTIVE);
}

static void controller(struct can_health *health, uint8_t what)
{
    if (what & CAN_ERR_CRTL_RX_OVERFLOW)
        note(health, CAN_TROUBLE_RX_OVERFLOW);
    if (what & CAN_ERR_CRTL_TX_OVERFLOW)
        note(health, CAN_TROUBLE_TX_OVERFLOW);
    if (what & (CAN_ERR_CRTL_RX_PASSIVE | CAN_ERR_CRTL_TX_PASSIVE))
        can_health_state(health, CAN_BUS_PASSIVE);
    else if (what & (CAN_ERR_CRTL_RX_WARNING | CAN_ERR_CRTL_TX_WARNING))
        can_health_state(health, CAN_BUS_WARNING);
    else if (what & CAN_ERR_CRTL_ACTIVE)
        can_health_state(health, CAN_BUS_ACTIVE);
}

static void protocol(struct can_health *health, uint8_t what, uint8_t where)
{
    if (where < 32 && locations[where])
        health->location = locations[where];
    bool received = !(what & (CAN_ERR_PROT_TX | CAN_ERR_PROT_BIT0 | CAN_ERR_PROT_BIT1));
    if (where == CAN_ERR_PROT_LOC_ACK)
        note(health, CAN_TROUBLE_NO_ACK);
    else if (where == CAN_ERR_PROT_LOC_CRC_SEQ && received)
        note(health, CAN_TROUBLE_CRC);
    else if (what & (CAN_ERR_PROT_BIT | CAN_ERR_PROT_BIT0 | CAN_ERR_PROT_BIT1))
        note(health, CAN_TROUBLE_BIT);
    else if (what & CAN_ERR_PROT_STUFF)
        note(health, CAN_TROUBLE_STUFF);
    else if (what & CAN_ERR_PROT_FORM)
        note(health, CAN_TROUBLE_FORM);
    else if (what & CAN_ERR_PROT_OVERLOAD)
        note(health, CAN_TROUBLE_OVERLOAD);
    else
        note(health, CAN_TROUBLE_BUS);
}

void can_health_error_frame(struct can_health *health, uint32_t id, const uint8_t data[8])
{
    health->reports++;
    if (id & CAN_ERR_PROT)
        protocol(health, data[2], data[3]);
    else if (id & CAN_ERR_BUSERROR)
        note(health, CAN_TROUBLE_BUS);
    bool told = (id & CAN_ERR_PROT) && data[3] == CAN_ERR_PROT_LOC_ACK; /* some say it twice */
    if ((id & CAN_ERR_ACK) && !told)
        note(health, CAN_TROUBLE_NO_ACK);
    if (id & CAN_ERR_LOSTARB)
        note(health, CAN_TROUBLE_ARBITRATION);
    if (id & CAN_ERR_TRX)
        note(health, CAN_TROUBLE_WIRE);
    if (id & CAN_ERR_TX_TIMEOUT)
        note(health, CAN_TROUBLE_TX_TIMEOUT);
    if (id & CAN_ERR_CRTL)
        controller(health, data[1]);
    if (id & CAN_ERR_CNT) {
        health->tx_errors = data[6];
        health->rx_errors = data[7];
    }
    if (id & CAN_ERR_BUSOFF)
        can_health_state(health, CAN_BUS_OFF);
    if (id & CAN_ERR_RESTARTED)
        can_health_state(health, CAN_BUS_ACTIVE);
}

enum {
    FLAG_RX_FULL = 1 << 0,
    FLAG_TX_FULL = 1 << 1,
    FLAG_WARNING = 1 << 2,
    FLAG_OVERRUN = 1 << 3,
    FLAG_PASSIVE = 1 << 5,
    FLAG_ARBITRATION = 1 << 6,
    FLAG_BUS_ERROR = 1 << 7,
};

/* There is no flag for bus-off: an adapter that is so refuses frames. */
void can_health_flags(struct can_health *health, uint8_t flags)
{
    health->reports += flags != 0;
    if (flags & (FLAG_RX_FULL | FLAG_OVERRUN))
        note(health, CAN_TROUBLE_RX_OVERFLOW);
    if (flags & FLAG_TX_FULL)
        note(health, CAN_TROUBLE_TX_OVERFLOW);
    if (flags & FLAG_ARBITRATION)
        note(health, CAN_TROUBLE_ARBITRATION);
    if (flags & FLAG_BUS_ERROR)
        note(health, CAN_TROUBLE_BUS);
    can_health_state(health, flags & FLAG_PASSIVE   ? CAN_BUS_PASSIVE
                             : flags & FLAG_WARNING ? CAN_BUS_WARNING
                                                    : CAN_BUS_ACTIVE);
}

/* -1 when one of the three is no digit. */
static int three_digits(const char *text)
{
    int number = 0;
    for (int i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + text[i] - '0';
    }
    return number;
}

int can_health_status_line(struct can_health *health, const char *line, size_t size)
{
    static const char letters[] = "awpb";
    if (size != 8 || line[0] != 's')
        return false;
    int rx = three_digits(line + 2), tx = three_digits(line + 5);
    for (int state = 0; state < 4; state++) {
        if (letters[state] != line[1] || rx < 0 || tx < 0)
            continue;
        health->reports++;
        health->rx_errors = (uint8_t)(rx < 255 ? rx : 255);
        health->tx_errors = (uint8_t)(tx < 255 ? tx : 255);
        can_health_state(health, (enum can_bus_state)state);
        return true;
    }
    return false;
}

/* ---- words -------------------------------------------------------------------------------------
 */

struct words {
    char *text;
    size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *words, const char *format, ...)
{
    va_list arguments;
    if (words->used > 0 && words->used + 2 < words->size)
        words->used += (size_t)snprintf(words->text + words->used, words->size - words->used, "; ");
    if (words->used >= words->size)
        return;
    va_start(arguments, format);
    words->used += (size_t)vsnprintf(words->text + words->used, words->size - words->used, format,
                                     arguments);
    va_end(arguments);
}

static void say_count(struct words *words, uint64_t count, const char *what)
{
    if (count > 0)
        say(words, "%llu %s", (unsigned long long)count, what);
}

void can_health_describe(const struct can_health *health, char *text, size_t size)
{
    struct words words = {text, size, 0};
    text[0] = '\0';
    if (health->bus_offs > 0)
        say(&words, "bus-off %llu time%s, restarted %llu", (unsigned long long)health->bus_offs,
            health->bus_offs == 1 ? "" : "s", (unsigned long long)health->restarts);
    if (health->last > 0)
        say(&words, "last error: %s%s%s%s", trouble_words[health->last - 1],
            health->location ? " (in the " : "", health->location ? health->location : "",
            health->location ? ")" : "");
    if (health->state != CAN_BUS_ACTIVE)
        say(&words, "the controller is %s (error counters: transmit %d, receive %d)",
            can_bus_state_text(health->state), health->tx_errors, health->rx_errors);
    else if (health->worst != CAN_BUS_ACTIVE && health->bus_offs == 0)
        say(&words, "the controller was %s", can_bus_state_text(health->worst));
    say_count(&words, health->waits, "frames had to wait for the interface");
    say_count(&words, health->refused, "frames or commands were refused by the adapter");
    say_count(&words, health->dropped, "received frames were dropped by the kernel");
}
