/* Source levels out to the rack; acknowledgements, coil, contacts, load voltage and power back from
 * it. */
#include "hil/board_internal.h"

#include <string.h>

enum { NO_TAG = -1 };

/* A cause and its level ride on a stimulus as one number. */
static int64_t tag_of(int64_t fault, int64_t level)
{
    return level << 8 | fault;
}

/* Which frame carries a cause to the meter's inputs; 0: none does. */
static int carrier(int64_t fault)
{
    switch (fault) {
    case PLANT_FAULT_LEAKAGE:
        return RACK_RESIDUAL_CURRENT;
    case PLANT_FAULT_OVERLOAD:
    case PLANT_FAULT_LOAD:
    case PLANT_FAULT_SHORT_CIRCUIT:
        return RACK_LOAD_CURRENT;
    case PLANT_FAULT_SMOKE:
    case PLANT_FAULT_HEAT:
        return RACK_ENVIRONMENT;
    case PLANT_FAULT_OUTAGE:
    case PLANT_FAULT_VOLTAGE:
        return RACK_SOURCE_VOLTAGE;
    default:
        return 0;
    }
}

/* ---- out ----------------------------------------------------------------------------------------
 */

static void send(struct hil_board *board, const struct rack_stimulus *stimulus)
{
    int64_t tag = NO_TAG;
    if (board->error < 0)
        return;
    struct flat *flat = board->flat;
    if (flat && flat->last_cause >= 0 && carrier(flat->last_cause) == (int)stimulus->id) {
        tag = tag_of(flat->last_cause, flat->plant.fault_level[flat->last_cause]);
        flat->last_cause = -1;
    }
    int result = rack_stimulate(&board->rack, board_host_now(board), stimulus, tag);
    if (result < 0)
        board_fail(board, ERROR_RACK_LOST, "%s",
                   result == ERROR_QUEUE_FULL ? "the rack acknowledges no stimulus; check its bus"
                                              : board->pace->message);
}

static void send_level(struct hil_board *board, enum rack_id id, int32_t *last, int32_t level)
{
    const struct rack_stimulus stimulus = {.id = id, .level = level > 0 ? (uint32_t)level : 0};
    if (board->levels.known && *last == level)
        return;
    *last = level;
    send(board, &stimulus);
}

static void send_environment(struct hil_board *board, const struct plant_signals *signals)
{
    struct levels *levels = &board->levels;
    const struct rack_stimulus stimulus = {
        .id = RACK_ENVIRONMENT,
        .temperature_dc = (int16_t)(signals->temperature_mc / 100),
        .smoke = signals->smoke,
        .key = signals->key_pressed,
    };
    if (levels->known && levels->temperature_dc == stimulus.temperature_dc &&
        levels->smoke == stimulus.smoke && levels->key == stimulus.key)
        return;
    levels->temperature_dc = stimulus.temperature_dc;
    levels->smoke = stimulus.smoke;
    levels->key = stimulus.key;
    send(board, &stimulus);
}

/* ---- supply -------------------------------------------------------------------------------------
 */

/* Without a rack the order to the switch is all that is known: what follows from it has happened
 * when switch and supply have settled, and is told then. */
static void note_supply(struct hil_board *board, int64_t ordered)
{
    struct flat *flat = board->flat;
    struct supply_change *change = &board->supply_change;
    board->powered = board->supplied;
    board->power_since = ordered + POWER_SETTLE_NS;
    if (!flat)
        return;
    *change = (struct supply_change){.waiting = true, .ordered = ordered, .cause = -1};
    if (flat->last_cause < 0 || carrier(flat->last_cause) != RACK_SOURCE_VOLTAGE)
        return;
    change->cause = flat->last_cause;
    change->level = flat->plant.fault_level[flat->last_cause];
}

static void supply_fact(struct hil_board *board, enum fact_kind kind, enum event_kind event,
                        int64_t a, int64_t b)
{
    int64_t ordered = board->supply_change.ordered;
    struct fact *fact = board_fact(board, kind, ordered + POWER_SETTLE_NS);
    if (!fact)
        return;
    board_fact_times(board, fact, ordered, ordered + POWER_SETTLE_NS, EVENT_NO_STAMP,
                     EVIDENCE_REGISTER);
    fact->event.kind = (uint16_t)event;
    fact->event.a = a;
    fact->event.b = b;
}

int64_t stimulus_due(const struct hil_board *board)
{
    return board->supply_change.waiting ? board->supply_change.ordered + POWER_SETTLE_NS
                                        : TIME_NEVER;
}

void stimulus_service(struct hil_board *board, int64_t now)
{
    struct supply_change *change = &board->supply_change;
    if (now < stimulus_due(board))
        return;
    change->waiting = false;
    if (change->cause >= 0)
        supply_fact(board, FACT_EVENT, change->level ? EVENT_CAUSE : EVENT_CAUSE_ENDED,
                    change->cause, change->level);
    supply_fact(board, FACT_POWER, EVENT_METER_POWER, board->supplied, 0);
}

void stimulus_supply(struct hil_board *board, bool on)
{
    const struct rack_stimulus relay = {.id = RACK_BOARD_SUPPLY, .level = on};
    char message[200];
    if (on == board->supplied || board->error < 0)
        return;
    board->supplied = on;
    if (board->power_config.kind == BENCH_POWER_RACK)
        send(board, &relay);
    if (!power_is_open(&board->power))
        return;
    int64_t ordered = board_host_now(board);
    int result = power_switch(&board->power, on, message, sizeof message);
    if (result < 0)
        board_fail(board, result, "%s", message);
    else if (!board->board.has_rack)
        note_supply(board, ordered);
}

/* ---- levels -------------------------------------------------------------------------------------
 */

static void send_levels(struct hil_board *board, const struct plant_signals *signals, bool currents)
{
    struct levels *levels = &board->levels;
    send_level(board, RACK_SOURCE_VOLTAGE, &levels->voltage_mv, signals->voltage_mv);
    send_level(board, RACK_LOAD_CURRENT, &levels->demand_ma, currents ? signals->demand_ma : 0);
    send_level(board, RACK_RESIDUAL_CURRENT, &levels->residual_ua,
               currents ? signals->demand_residual_ua : 0);
    send_environment(board, signals);
    levels->known = true;
}

/* A supply that something switches follows the mains: it is off while there are 0 V. */
void stimulus_send(struct hil_board *board, const struct plant_signals *signals, bool currents)
{
    if (board->pace)
        stimulus_supply(board, signals->voltage_mv > 0);
    if (board->pace && board->pace->has_rack)
        send_levels(board, signals, currents);
    else if (board->flat)
        stimulus_items_want(board, signals);
}

void stimulus_zero(struct hil_board *board)
{
    const struct plant_signals none = {.temperature_mc = 25000};
    board->levels.known = false;
    if (board->pace->has_rack)
        send_levels(board, &none, false);
}

void stimulus_flush_cause(struct hil_board *board)
{
    struct flat *flat = board->flat;
    if (board->resend_levels) {
        board->resend_levels = false;
        board->levels.known = false;
        stimulus_send(board, &flat->plant.signals, true);
    }
    if (flat->last_cause < 0)
        return;
    int64_t fault = flat->last_cause;
    flat->last_cause = -1;
    struct fact *fact = board_fact(board, FACT_EVENT, flat->now + board->origin);
    if (!fact)
        return;
    fact->event.evidence = EVIDENCE_MODEL;
    fact->event.a = fault;
    fact->event.b = flat->plant.fault_level[fault];
    fact->event.kind = (uint16_t)(fact->event.b ? EVENT_CAUSE : EVENT_CAUSE_ENDED);
}

/* ---- in -----------------------------------------------------------------------------------------
 */

static void from_rack(struct hil_board *board, const struct rack_fact *rack, struct fact *fact,
                      enum event_kind kind, int64_t a, int64_t b)
{
    board_fact_times(board, fact, rack->earliest, rack->latest, rack->stamp_ns, EVIDENCE_CONTACT);
    fact->event.kind = (uint16_t)kind;
    fact->event.a = a;
    fact->event.b = b;
}

static void acknowledged(struct hil_board *board, const struct rack_fact *rack)
{
    if (rack->tag == NO_TAG)
        return;
    struct fact *fact = board_fact(board, FACT_EVENT, rack->arrived);
    int64_t level = rack->tag >> 8;
    if (fact)
        from_rack(board, rack, fact, level ? EVENT_CAUSE : EVENT_CAUSE_ENDED, rack->tag & 0xff,
                  level);
}

/* The length of a pulse is known at its end, its time is its beginning's. */
static void coil(struct hil_board *board, const struct rack_fact *rack)
{
    bool close = rack->payload & RACK_COIL_SET;
    bool on = rack->payload & RACK_COIL_ENERGISED;
    if (on) {
        board->coil_on = true;
        board->coil_close = close;
        board->coil_at[0] = rack->earliest;
        board->coil_at[1] = rack->latest;
        board->coil_stamp = rack->stamp_ns;
        return;
    }
    if (!board->coil_on || board->coil_close != close)
        return;
    board->coil_on = false;
    struct fact *fact = board_fact(board, FACT_EVENT, rack->arrived);
    if (!fact)
        return;
    board_fact_times(board, fact, board->coil_at[0], board->coil_at[1], board->coil_stamp,
                     EVIDENCE_COIL);
    fact->event.kind = EVENT_COIL;
    fact->event.a = close;
    fact->event.b = (rack->stamp_ns - board->coil_stamp) / NS_PER_US;
}

static void contacts(struct hil_board *board, const struct rack_fact *rack)
{
    if (rack->payload & RACK_CONTACTS_BOUNCING)
        return; /* the report when they are made for good counts */
    bool closed = rack->payload & RACK_CONTACTS_CLOSED;
    board->rack_contacts = closed;
    board->rack_contacts_known = true;
    if (!closed)
        board->opened_at = rack->latest;
    poll_soon(board, rack->arrived);
    struct fact *fact = board_fact(board, FACT_CONTACTS, rack->arrived);
    if (fact)
        from_rack(board, rack, fact, EVENT_CONTACTS, closed, 0);
}

static void load_voltage(struct hil_board *board, const struct rack_fact *rack)
{
    board->load_mv = rack->payload * INT64_C(100);
    struct fact *fact = board_fact(board, FACT_LOAD, rack->arrived);
    if (fact)
        from_rack(board, rack, fact, EVENT_LOAD_LIVE, board->load_mv >= LOAD_LIVE_MV, 0);
}

static void status(struct hil_board *board, const struct rack_fact *rack)
{
    bool powered = rack->payload & RACK_STATUS_POWERED;
    int64_t told_before = board->power_told_at;
    board->power_told_at = rack->earliest;
    if (rack->payload & RACK_STATUS_SAFE)
        board->resend_levels = true; /* it missed our heartbeat and let the currents go */
    if (powered == board->powered)
        return;
    board->powered = powered;
    board->power_since = rack->arrived;
    board->coil_on = false;
    struct fact *fact = board_fact(board, FACT_POWER, rack->arrived);
    if (!fact)
        return;
    from_rack(board, rack, fact, EVENT_METER_POWER, powered, 0);
    int64_t earliest = told_before < rack->earliest ? told_before : rack->earliest;
    board_fact_times(board, fact, earliest, rack->latest, rack->stamp_ns, EVIDENCE_CONTACT);
}

void stimulus_rack_fact(void *user, const struct rack_fact *rack)
{
    struct hil_board *board = user;
    switch (rack->id) {
    case RACK_ACK:
        acknowledged(board, rack);
        break;
    case RACK_COIL:
        coil(board, rack);
        break;
    case RACK_CONTACTS:
        contacts(board, rack);
        break;
    case RACK_LOAD_VOLTAGE:
        load_voltage(board, rack);
        break;
    case RACK_STATUS:
        status(board, rack);
        break;
    default:
        break;
    }
}

/* ---- delivery
 * ------------------------------------------------------------------------------------ */

static void deliver_load(struct hil_board *board, const struct fact *fact)
{
    struct plant *plant = &board->flat->plant;
    bool live = fact->event.a && plant->mcb_closed;
    if (live != plant->load_live)
        board_log(board, fact, EVENT_LOAD_LIVE, live, 0);
    board_load(&board->board, board->flat, live);
}

/* Without a rack the load terminals follow from the contacts. */
static void deliver_contacts(struct hil_board *board, int64_t now, const struct fact *fact)
{
    struct flat *flat = board->flat;
    bool closed = fact->event.a;
    if (!closed)
        board->controller.status.trip_cause_known = false;
    board_log(board, fact, EVENT_CONTACTS, closed, 0);
    board_contacts(&board->board, flat, now, closed);
    if (board->board.has_rack)
        return;
    struct fact load = *fact;
    load.event.a = plant_load_voltage_mv(&flat->plant) > 0;
    deliver_load(board, &load);
}

static void deliver_power(struct hil_board *board, const struct fact *fact)
{
    board->controller.status.powered = fact->event.a;
    board_log(board, fact, EVENT_METER_POWER, fact->event.a, 0);
}

void stimulus_deliver(struct hil_board *board, int64_t now, const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_CONTACTS:
        deliver_contacts(board, now, fact);
        break;
    case FACT_LOAD:
        deliver_load(board, fact);
        break;
    case FACT_POWER:
        deliver_power(board, fact);
        break;
    default:
        board_log(board, fact, (enum event_kind)fact->event.kind, fact->event.a, fact->event.b);
        break;
    }
}
