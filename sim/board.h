/*
 * How a run gets a real meter in a flat's place. The run knows this much and no more; hil/ implements it
 * for a serial port with a rack, paced by the wall clock or granted in lockstep.
 *
 * While attached, the run asks the board's clock to advance. The clock returns early when something
 * arrived from outside; the run brings the site to that time and calls `deliver`, which applies it.
 */
#ifndef METERBENCH_SIM_BOARD_H
#define METERBENCH_SIM_BOARD_H

#include "sim/error.h"
#include "sim/kernel/clock.h"
#include "sim/site.h"

#include <stdatomic.h>

struct board;

enum board_wire { BOARD_WIRE_TO, BOARD_WIRE_FROM, BOARD_WIRE_RACK_TO, BOARD_WIRE_RACK_FROM };

/* Who listens to what a board does to its flat: a recorder, a twin. All of it goes through board_event and its
 * sisters below, so that a run can be told again without the board. Members may be NULL. */
struct board_tap {
    void (*event)(struct board_tap *tap, const struct event *event);
    void (*contacts)(struct board_tap *tap, bool closed);
    void (*load)(struct board_tap *tap, bool live);
    void (*settles)(struct board_tap *tap); /* status and outbox stand as the flat now takes them */
    /* A byte, or a rack frame as slcan text, that went by: by the clock of the connection, ns, and the same in
     * simulated time, or EVENT_NO_STAMP while attaching. */
    void (*wire)(struct board_tap *tap, enum board_wire wire, int64_t stamp, int64_t at, const uint8_t *bytes,
                 size_t size);
};

/* What reports say about a board beside its verdicts: firmware and its hash, port, rack, how it was left. */
enum { BOARD_PROPERTIES_MAX = 24, BOARD_PROPERTY_NAME = 32, BOARD_PROPERTY_SIZE = 200 };
struct board_properties {
    struct {
        char name[BOARD_PROPERTY_NAME], value[BOARD_PROPERTY_SIZE];
    } items[BOARD_PROPERTIES_MAX];
    int count;
};

/* Sets or replaces one; what does not fit is cut. */
void board_tell(struct board_properties *properties, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The value of one, or NULL. */
const char *board_told(const struct board_properties *properties, const char *name);

/* What a scenario may need of a board (`needs`), by name. */
#define BOARD_NEEDS(X)                                                                             \
    X("relay") X("leakage") X("credit") X("clock") X("smoke") X("heat") X("overload") X("voltage")  \
    X("keep_power") X("permit") X("holdoff") X("metering") X("rack") X("stimulus") X("power") X("modbus") X("dlt645")

bool board_need_is_known(const char *need);

/* How far a make may be apart from the virtual meter that runs beside it (--twin): X(field and key in the profile,
 * default, the most that it takes). docs/replay.md, "The twin", says what each is for. */
#define BOARD_TOLERANCES(X)                                                                        \
    X(time_ms, 300, 3600000) /* contacts after a cause at the terminals, beside the evidence's width */\
    X(detector_ms, 1000, 3600000) /* the same after smoke or heat */                               \
    X(order_ms, 2000, 3600000) /* contacts after an order or payment: the line and its repetitions */\
    X(delay_permille, 20, 1000) /* of a delay that the meter itself counts, as until it closes again */\
    X(recount_ms, 1200, 3600000) /* each time that it closed by itself: some count whole seconds */\
    X(shown_ms, 3000, 3600000) /* what the board shows may differ for so long */                   \
    X(measured_permille, 20, 1000) /* of a measured value, and these: */                           \
    X(voltage_mv, 1000, 1000000000)                                                                \
    X(current_ma, 150, 1000000000)                                                                 \
    X(power_mw, 40000, 1000000000)                                                                 \
    X(residual_ua, 1500, 1000000000)                                                               \
    X(counted_permille, 20, 1000) /* of what was counted since it was attached, and these: */      \
    X(energy_mwh, 3000, 1000000000)                                                                \
    X(balance, 200, 1000000000)          /* 1/10000 yuan, beside the price of energy_mwh */

struct board_tolerance {
#define X(field, standard, highest) int64_t field;
    BOARD_TOLERANCES(X)
#undef X
};

struct board_tolerance board_tolerance_default(void);

/* Of `stimuli`: a rack brings everything. */
#define BOARD_STIMULI_ALL UINT32_MAX
static inline bool board_takes_stimulus(uint32_t stimuli, enum plant_fault fault)
{
    return stimuli >> fault & 1;
}

enum board_misuse { BOARD_DAMAGED_ORDER, BOARD_REPEATED_ORDER };

struct board_ops {
    /* Take the flat over at site->now: settings, credit, clock, energy and contact state are written
     * to the board and read back, the rack is given the flat's levels, pacing starts.
     * 0, or a negative error with board->message set (the flat keeps its virtual meter). */
    int (*attach)(struct board *board, struct site *site, struct flat *flat);

    /* Apply what arrived, in order of arrival, at site->now. */
    void (*deliver)(struct board *board, struct site *site);

    /* For scenarios about the wire itself: send a relay order (enum dlt645_relay_order) with a damaged
     * checksum, or repeat the last accepted control write with another order's key. 0 or a negative error. */
    int (*misuse)(struct board *board, struct site *site, enum board_misuse misuse, int order);

    /* Does the board lack what a scenario needs? Then why, in words. NULL: it lacks nothing. */
    bool (*lacks)(const struct board *board, const char *need, char *why, size_t size);

    /* Give the flat back to its virtual meter; leave relay and rack safe. Never fails loudly. */
    void (*detach)(struct board *board);
};

struct board {
    const struct board_ops *ops;
    struct clock clock;
    const atomic_bool *interrupted; /* NULL, or set when the user wants to stop: ERROR_INTERRUPTED follows */
    char message[320];  /* of the last error: what, where and how to mend it */
    char identity[128]; /* profile, port, firmware, for reports; set by attach */
    struct board_properties properties; /* the same and more, one by one */
    int64_t lateness_ns_max; /* how far a paced clock, or the rack, fell behind the wall */
    bool has_rack;      /* stimulus and contact evidence are there */
    bool has_power;     /* its supply can be cut, rack or not */
    uint32_t stimuli;   /* 1 << enum plant_fault: what can be brought to its inputs, by a rack or by its own registers */
    struct board_tolerance tolerance; /* of its twin; set by whoever opens it */
    int64_t told_late_ns; /* what it shows may be this old; facts come later by that */
    bool emulated;
    bool lockstep;
    char capture_path[1024]; /* where the bytes on its port are kept as pcapng; empty: nowhere. Set before attach */
    struct board_tap *tap; /* NULL, or who listens; set by the run before attach */
    char profile_path[256], bench_path[256]; /* the files it was made from; empty: none */
};

/* What a board does to its flat. Nothing else of a board may change flat, plant or log while it is attached. */

/* Log a fact; times and evidence as in the event. */
void board_event(struct board *board, struct flat *flat, const struct event *event);
/* The contacts that the plant goes by. */
void board_contacts(struct board *board, struct flat *flat, int64_t now, bool closed);
/* Voltage stands at the load terminals, or not. */
void board_load(struct board *board, struct flat *flat, bool live);
/* The flat takes what the controller left: flat_settle. */
void board_settle(struct board *board, struct flat *flat, int64_t now);
/* The site's half of attach: the controller takes the place of the virtual meter, which stops; the contacts are the
 * board's from here on. The controller's status must be set. */
void board_take_flat(struct board *board, struct site *site, struct flat *flat, struct controller *controller);

/* A board error is a fault of the bench (exit 10) unless the board answered before and fell silent
 * while port and rack were proven alive: then the meter under test has failed. */
static inline bool board_error_is_the_meters(int error)
{
    return error == ERROR_BOARD_SILENT;
}

#endif
