/*
 * What a CAN controller tells about itself and its bus: its state, and errors by kind. It comes as
 * error frames of SocketCAN (linux/can/error.h), as the status flags of an slcan adapter (its
 * answer to F) or as the status lines that some adapters send (s.., as the kernel's slcan reads
 * them). Pure: bytes in, words out.
 */
#ifndef METERBENCH_HIL_RACK_CAN_HEALTH_H
#define METERBENCH_HIL_RACK_CAN_HEALTH_H

#include <stddef.h>
#include <stdint.h>

/* In order of badness. */
enum can_bus_state { CAN_BUS_ACTIVE, CAN_BUS_WARNING, CAN_BUS_PASSIVE, CAN_BUS_OFF };

/* X(name, words) */
#define CAN_TROUBLES(X)                                                                            \
    X(NO_ACK, "no acknowledgement: is the other node powered, wired, terminated and at the same "  \
              "bit rate?")                                                                         \
    X(BIT, "a bit on the bus is not what was sent: a short circuit, or two senders of one id?")    \
    X(STUFF, "a bit stuffing error: another bit rate, or disturbance?")                            \
    X(FORM, "a frame of wrong form: another bit rate, or disturbance?")                            \
    X(CRC, "a wrong CRC: disturbance?")                                                            \
    X(OVERLOAD, "the bus is overloaded")                                                           \
    X(ARBITRATION, "arbitration was lost")                                                         \
    X(BUS, "a bus error of no named kind")                                                         \
    X(WIRE, "the transceiver reports a broken or shorted wire")                                    \
    X(TX_TIMEOUT, "the controller did not get a frame out in time")                                \
    X(RX_OVERFLOW, "received frames were lost in the adapter")                                     \
    X(TX_OVERFLOW, "frames to be sent were lost in the adapter")

enum can_trouble {
#define CAN_TROUBLE_ENUM(name, words) CAN_TROUBLE_##name,
    CAN_TROUBLES(CAN_TROUBLE_ENUM)
#undef CAN_TROUBLE_ENUM
        CAN_TROUBLES_COUNT
};

/* Zero it to begin. */
struct can_health {
    enum can_bus_state state, worst;
    uint64_t reports; /* error frames, flags and status lines that told of something */
    uint64_t troubles[CAN_TROUBLES_COUNT];
    int last;                 /* enum can_trouble plus one; 0: none yet */
    const char *location;     /* where in a frame the last one was seen; NULL: not told */
    uint64_t bus_offs;        /* times that the controller went bus-off */
    uint64_t restarts;        /* times that it came back */
    int bus_offs_in_a_row;    /* without a good frame in between */
    uint64_t waits;           /* frames that had to wait because the interface's queue was full */
    uint64_t refused;         /* frames or commands that the adapter refused */
    uint64_t dropped;         /* received frames that the kernel dropped: the host was slow */
    uint8_t tx_errors, rx_errors; /* the controller's counters as last told */
};

/* An error frame of SocketCAN: its id without CAN_ERR_FLAG, and its data. */
void can_health_error_frame(struct can_health *health, uint32_t id, const uint8_t data[8]);

/* The status flags of an slcan adapter, two hex digits after F (Lawicel CANUSB manual: 0 receive
 * queue full, 1 transmit queue full, 2 warning, 3 overrun, 5 passive, 6 arbitration lost, 7 bus
 * error). They are cleared by reading. */
void can_health_flags(struct can_health *health, uint8_t flags);

/* A status line of an adapter without its \r: s, a state letter a w p b, three digits of the
 * receive and three of the transmit error counter (kernel: drivers/net/can/slcan). False when it is
 * none. */
int can_health_status_line(struct can_health *health, const char *line, size_t size);

/* The state as read from the controller. */
void can_health_state(struct can_health *health, enum can_bus_state state);

/* A good frame came: whatever was, the bus works. */
void can_health_good(struct can_health *health);

/* "bus-off 3 times, 2 restarts; last error: no acknowledgement: .. (in the ACK slot); now error
 * passive"; empty when there is nothing to tell. */
void can_health_describe(const struct can_health *health, char *text, size_t size);

#endif
