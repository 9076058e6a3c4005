/*
 * What a meter with a wired DL/T 645 port keeps beyond what the modem's platform asks for: passwords that can be
 * changed and that lock, records of trips, closes, power cuts and writes, freezes, demand, settings of its own, values
 * longer than a frame. Flats of fleets have none; whoever puts a meter on a wire gives it one.
 *
 * Layouts are those of docs of the wire (sim/wire/dlt645_identifiers.c). Times are the meter's clock.
 */
#ifndef METERBENCH_SIM_METER_PORT_H
#define METERBENCH_SIM_METER_PORT_H

#include "sim/meter/meter.h"
#include "sim/wire/dlt645_service.h"

/* How relay control is answered: State Grid's meters give words of two bytes, the base standard nothing in 9C and the
 * ERR byte in DC. */
enum port_dialect { PORT_SGCC, PORT_BASE };

/* X(id, identifier of the count or 0, identifier of record n less n, bytes of a record) */
#define PORT_RINGS_LIST(X)                                                                         \
    X(TRIPS, 0x1D000001, 0x1D00FF00, 34)                                                           \
    X(CLOSES, 0x1E000001, 0x1E00FF00, 34)                                                          \
    X(RESIDUAL_TRIPS, 0x038E0000, 0x038E0000, 25)                                                  \
    X(POWER_CUTS, 0x03110000, 0x03110000, 12)                                                      \
    X(WRITES, 0x03300000, 0x03300000, 50)                                                          \
    X(METER_CLEARS, 0x03300100, 0x03300100, 34)                                                    \
    X(DEMAND_CLEARS, 0x03300200, 0x03300200, 18)                                                   \
    X(EVENT_CLEARS, 0x03300300, 0x03300300, 14)                                                    \
    X(CLOCK_SETS, 0x03300400, 0x03300400, 16)                                                      \
    X(FREEZE_NOW, 0, 0x0501FF00, 29)                                                               \
    X(FREEZE_HOURLY, 0, 0x0504FF00, 13)                                                            \
    X(FREEZE_DAILY, 0, 0x0506FF00, 29)                                                             \
    X(FREEZE_MONTHLY, 0, 0x0507FF00, 29)

enum port_ring_id {
#define X(id, count, record, size) PORT_##id,
    PORT_RINGS_LIST(X)
#undef X
        PORT_RINGS
};

enum { PORT_RECORDS_MAX = 10, PORT_RECORD_MAX = 50, PORT_LEVELS = 10, PORT_VALUE_MAX = 512 };

/* The newest records; record k ever written is at k % PORT_RECORDS_MAX. */
struct port_ring {
    uint32_t count;
    uint8_t records[PORT_RECORDS_MAX][PORT_RECORD_MAX];
};

/* Largest mean power over 15 minutes of the run. */
struct port_demand {
    int64_t window_ends, window_began_mwh;
    int64_t last_mw, max_mw;
    int64_t max_clock_s; /* when the largest ended; 0: none yet */
};

struct meter_port {
    struct meter_config config; /* the meter's own settings */
    enum port_dialect dialect;
    uint32_t passwords[PORT_LEVELS]; /* above 24 bits: that level has none */
    uint8_t wrong[PORT_LEVELS];      /* in a row */
    int64_t locked_until[PORT_LEVELS];
    struct port_ring rings[PORT_RINGS];
    struct port_demand demand;
    struct dlt645_freeze hourly, daily, monthly, once;
    int64_t looked_s;       /* the clock when the freezes were last looked at */
    int64_t cut_s;          /* the clock when the supply failed */
    uint32_t operator_code; /* of the request under way */
    int baud;
    bool keeps_baud; /* it cannot be changed */
    uint8_t terminal;
    uint32_t more_identifier; /* of the last value that was longer than a frame */
    size_t more_size;
    uint8_t more[PORT_VALUE_MAX];
};

/* Gives a meter a port; *port stays where it is as long as the meter. */
void meter_port_init(struct meter_port *port, struct meter *meter, int64_t now,
                     enum port_dialect dialect, int baud);

#endif
