#include "scenarios/runner/twin.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERATE_NS (12 * NS_PER_MS) /* of an ideal relay: it always moves, and always in this time */
#define OWN_WAY_NS (3 * NS_PER_S)   /* a trip shows in the contacts this much before it is told, at most */
#define STEADY_NS (2 * NS_PER_S)    /* a signal must stand so long before its reading counts */
#define LATE_FACT_NS (2 * NS_PER_S) /* a board may tell so late: what only the twin did by the end is not judged */
#define FOLLOW_NS (4 * NS_PER_S)    /* what only the board did by the end the twin may still do */

enum { SLOT_RELAY = METER_TIMERS, SLOTS, EVENTS_MAX = 4096, TRACE_EVENTS = 10, LINE_SIZE = 220 };

/* What may be shown differently, each for a time. */
enum shown { SHOWN_CAUSES, SHOWN_KEEP_POWER, SHOWN_VOLTAGE, SHOWN_CURRENT, SHOWN_POWER, SHOWN_RESIDUAL,
             SHOWN_ENERGY, SHOWN_BALANCE, SHOWN };

static const char *const shown_names[SHOWN] = {"standing causes", "keep-power", "voltage", "current",
                                               "power",           "residual current", "energy", "balance"};

/* A side's log of what bears on its contacts. */
struct trace {
    struct event *events;
    int count, capacity;
};

struct twin {
    struct event_sink sink; /* first */
    struct site *site;
    struct board_tolerance tolerance;
    struct event_queue queue;
    struct meter meter;
    struct meter_config config;
    struct controller_outbox outbox;
    struct plant_signals stimulus; /* as given to the board */
    int64_t steady_since;
    bool closed, going_to_close, closed_at_first;
    bool rack, stimulated, attached; /* stimulated: by a rack or the board's own registers */
    int64_t now, began;
    int64_t energy_base[2], balance_base[2]; /* twin, board */
    int64_t differs_since[SHOWN];            /* TIME_NEVER: it does not */
    struct trace trace[2];                   /* twin, board */
    int64_t own_way_at;                      /* the board tripped by limits of its own: TIME_NEVER, or when */
    int64_t difference_at;                   /* TIME_NEVER: none yet */
    char difference[300];
    bool deaf; /* memory was out */
};

enum side { TWIN, BOARD };

/* ---- traces ----------------------------------------------------------------------------------------- */

static bool bears(const struct event *event)
{
    switch (event->kind) {
    case EVENT_CONTACTS:
    case EVENT_METER_TRIP:
    case EVENT_METER_CLOSE:
    case EVENT_METER_REFUSED:
    case EVENT_METER_HELD:
    case EVENT_METER_CAUSES:
    case EVENT_METER_KEEP_POWER:
    case EVENT_METER_POWER:
    case EVENT_METER_BALANCE:
    case EVENT_CAUSE:
    case EVENT_CAUSE_ENDED:
        return true;
    default:
        return false;
    }
}

static void keep(struct twin *twin, enum side side, const struct event *event)
{
    struct trace *trace = &twin->trace[side];
    if (!bears(event) || trace->count == EVENTS_MAX)
        return;
    if (trace->count == trace->capacity) {
        int capacity = trace->capacity ? 2 * trace->capacity : 64;
        struct event *grown = realloc(trace->events, (size_t)capacity * sizeof *grown);
        if (!grown) {
            twin->deaf = true;
            return;
        }
        trace->events = grown;
        trace->capacity = capacity;
    }
    trace->events[trace->count++] = *event;
}

static void log_of_twin(struct event_sink *sink, const struct event *event)
{
    keep((struct twin *)sink, TWIN, event);
}

__attribute__((format(printf, 3, 4))) static void differs(struct twin *twin, int64_t at, const char *format, ...)
{
    bool own_way = twin->own_way_at != TIME_NEVER && at >= twin->own_way_at - OWN_WAY_NS;
    if (twin->difference_at <= at || own_way)
        return;
    twin->difference_at = at;
    va_list values;
    va_start(values, format);
    vsnprintf(twin->difference, sizeof twin->difference, format, values);
    va_end(values);
}

/* How often a side closed by itself until then: each time a delay was counted, in whole seconds by some. */
static int re_closes(const struct trace *trace, int64_t until)
{
    int count = 0;
    for (int i = 0; i < trace->count && trace->events[i].at <= until; i++)
        count += trace->events[i].kind == EVENT_METER_CLOSE && trace->events[i].a == CLOSE_RISK_OVER;
    return count;
}

/* ---- the twin itself -------------------------------------------------------------------------------- */

static struct plant_signals gated(const struct twin *twin)
{
    struct plant_signals s = twin->stimulus;
    bool flows = twin->closed;
    s.contacts_closed = twin->closed;
    s.current_ma = flows ? s.demand_ma : 0;
    s.residual_ua = flows ? s.demand_residual_ua : 0;
    s.residual_dc_ua = flows ? s.demand_residual_dc_ua : 0;
    /* The rack's current is in phase with its voltage, whatever the flat's appliances take. */
    s.power_mw = (int64_t)s.current_ma * s.voltage_mv / 1000;
    return s;
}

static void settle(struct twin *twin, int64_t now)
{
    struct controller *controller = &twin->meter.controller;
    twin->outbox.count = 0;
    if (!controller->coil_wanted)
        return;
    struct timers timers = {&twin->queue, SLOT_RELAY, 1};
    controller->coil_wanted = false;
    twin->going_to_close = controller->coil.close;
    timer_arm(&timers, 0, now + OPERATE_NS);
}

static void sense_again(struct twin *twin, int64_t now)
{
    const struct plant_signals signals = gated(twin);
    twin->meter.controller.ops->sense(&twin->meter.controller, now, &signals);
    settle(twin, now);
}

static void relay_arrives(struct twin *twin, int64_t now)
{
    if (twin->closed == twin->going_to_close)
        return;
    twin->closed = twin->going_to_close;
    const struct event event = event_exact(twin->meter.events.flat, now, EVENT_CONTACTS, twin->closed, 0);
    keep(twin, TWIN, &event);
    twin->steady_since = now;
    sense_again(twin, now);
}

static void run_until(struct twin *twin, int64_t until)
{
    int slot;
    int64_t at;
    while ((at = queue_next(&twin->queue, &slot)) <= until && at != TIME_NEVER) {
        queue_take(&twin->queue, slot);
        twin->now = at;
        if (slot == SLOT_RELAY)
            relay_arrives(twin, at);
        else
            twin->meter.controller.ops->timer(&twin->meter.controller, at, slot);
        settle(twin, at);
    }
    twin->now = until;
}

/* What no profile can set in a board is not judged: malign loads and limits of voltage are each make's own. */
static void leave_out(struct meter_config *config)
{
    config->malign_low_mw = config->malign_high_mw = 0;
    config->over_mv = config->far_over_mv = config->under_mv = 0;
    config->clock_drift_ppb = 0;
    config->report_ns = 0;
}

static void take_timers(struct twin *twin, const struct flat *flat)
{
    queue_init(&twin->queue, SLOTS);
    struct timers timers = {&twin->queue, 0, METER_TIMERS};
    for (int i = 0; i < METER_TIMERS; i++)
        if (timer_armed(&flat->meter.timers, i))
            timer_arm(&timers, i, timer_at(&flat->meter.timers, i));
    twin->meter.timers = timers;
}

struct twin *twin_new(struct site *site, const struct flat *flat, const struct board_tolerance *tolerance)
{
    struct twin *twin = calloc(1, sizeof *twin);
    if (!twin)
        return NULL;
    twin->sink.put = log_of_twin;
    twin->site = site;
    twin->tolerance = *tolerance;
    twin->meter = flat->meter;
    twin->config = *flat->meter.config;
    leave_out(&twin->config);
    take_timers(twin, flat);
    twin->meter.config = &twin->config;
    twin->meter.events.sink = &twin->sink;
    twin->meter.controller.outbox = &twin->outbox;
    twin->meter.gain_ppm = 0;
    memset(&twin->meter.faults, 0, sizeof twin->meter.faults);
    twin->stimulus = flat->plant.signals;
    twin->closed = twin->going_to_close = twin->closed_at_first = plant_contacts_closed(&flat->plant);
    twin->now = site->now;
    twin->difference_at = twin->own_way_at = TIME_NEVER;
    for (int i = 0; i < SHOWN; i++)
        twin->differs_since[i] = TIME_NEVER;
    return twin;
}

void twin_free(struct twin *twin)
{
    if (!twin)
        return;
    free(twin->trace[TWIN].events);
    free(twin->trace[BOARD].events);
    free(twin);
}

void twin_attached(struct twin *twin, int64_t now, const struct board *board,
                   const struct controller_status *status)
{
    twin->attached = true;
    twin->rack = board->has_rack;
    twin->stimulated = board->stimuli != 0;
    twin->began = twin->steady_since = now;
    run_until(twin, now);
    if (twin->stimulated)
        sense_again(twin, now); /* from here on as the rack has it, not as the flat's appliances do */
    meter_account(&twin->meter, now);
    twin->energy_base[TWIN] = twin->meter.controller.status.register_mwh;
    twin->energy_base[BOARD] = status->register_mwh;
    twin->balance_base[TWIN] = twin->meter.controller.status.balance;
    twin->balance_base[BOARD] = status->balance;
}

void twin_sense(struct twin *twin, int64_t now, const struct plant_signals *signals)
{
    if (!twin->stimulated)
        return; /* nobody brings it to the board either */
    run_until(twin, now);
    twin->stimulus = *signals;
    twin->steady_since = now;
    sense_again(twin, now);
}

void twin_receive(struct twin *twin, int64_t now, const uint8_t *frame, size_t size)
{
    run_until(twin, now);
    twin->meter.controller.ops->receive(&twin->meter.controller, now, frame, size);
    settle(twin, now);
}

/* ---- what is shown ---------------------------------------------------------------------------------- */

static void hold_together(struct twin *twin, int64_t now, enum shown which, bool same, int64_t mine, int64_t board,
                          const char *unit)
{
    if (same) {
        twin->differs_since[which] = TIME_NEVER;
        return;
    }
    if (twin->differs_since[which] == TIME_NEVER)
        twin->differs_since[which] = now;
    if (now - twin->differs_since[which] >= twin->tolerance.shown_ms * NS_PER_MS)
        differs(twin, twin->differs_since[which], "%s: the board shows %lld %s, its twin %lld %s", shown_names[which],
                (long long)board, unit, (long long)mine, unit);
}

static bool near(int64_t mine, int64_t board, int64_t permille, int64_t digits)
{
    int64_t apart = mine > board ? mine - board : board - mine;
    int64_t size = mine > 0 ? mine : -mine;
    return apart <= size * permille / 1000 + digits;
}

static bool board_is_closed(const struct twin *twin)
{
    const struct trace *trace = &twin->trace[BOARD];
    for (int i = trace->count; i > 0; i--)
        if (trace->events[i - 1].kind == EVENT_CONTACTS)
            return trace->events[i - 1].a;
    return twin->stimulus.contacts_closed;
}

static void compare_measured(struct twin *twin, int64_t now, const struct controller_status *board)
{
    const struct controller_status *mine = &twin->meter.controller.status;
    const struct board_tolerance *t = &twin->tolerance;
    bool comparable = twin->rack && now - twin->steady_since >= STEADY_NS &&
                      board_is_closed(twin) == twin->closed;
    if (!comparable) {
        for (int i = SHOWN_VOLTAGE; i <= SHOWN_RESIDUAL; i++)
            twin->differs_since[i] = TIME_NEVER;
        return;
    }
    hold_together(twin, now, SHOWN_VOLTAGE, near(mine->voltage_mv, board->voltage_mv, t->measured_permille, t->voltage_mv),
                  mine->voltage_mv, board->voltage_mv, "mV");
    hold_together(twin, now, SHOWN_CURRENT, near(mine->current_ma, board->current_ma, t->measured_permille, t->current_ma),
                  mine->current_ma, board->current_ma, "mA");
    hold_together(twin, now, SHOWN_POWER, near(mine->power_mw, board->power_mw, t->measured_permille, t->power_mw),
                  mine->power_mw, board->power_mw, "mW");
    hold_together(twin, now, SHOWN_RESIDUAL,
                  near(mine->residual_ua, board->residual_ua, t->measured_permille, t->residual_ua), mine->residual_ua,
                  board->residual_ua, "uA");
}

static void compare_counted(struct twin *twin, int64_t now, const struct controller_status *board)
{
    const struct board_tolerance *t = &twin->tolerance;
    meter_account(&twin->meter, now);
    const struct controller_status *mine = &twin->meter.controller.status;
    int64_t mine_mwh = mine->register_mwh - twin->energy_base[TWIN];
    int64_t board_mwh = board->register_mwh - twin->energy_base[BOARD];
    bool counted_delays = re_closes(&twin->trace[TWIN], now) + re_closes(&twin->trace[BOARD], now) > 0;
    if (counted_delays) /* one had supply for longer than the other */
        return;
    if (twin->rack)
        hold_together(twin, now, SHOWN_ENERGY, near(mine_mwh, board_mwh, t->counted_permille, t->energy_mwh), mine_mwh,
                      board_mwh, "mWh since it was attached");
    if (twin->config.credit != CREDIT_LOCAL)
        return;
    int64_t mine_change = mine->balance - twin->balance_base[TWIN];
    int64_t board_change = board->balance - twin->balance_base[BOARD];
    int64_t digits = t->balance + t->energy_mwh * twin->config.price / 1000000;
    hold_together(twin, now, SHOWN_BALANCE, near(mine_change, board_change, t->counted_permille, digits), mine_change,
                  board_change, "1/10000 yuan since it was attached");
}

void twin_board_status(struct twin *twin, int64_t now, const struct controller_status *status)
{
    if (!twin->attached || !status->powered)
        return;
    run_until(twin, now);
    const struct controller_status *mine = &twin->meter.controller.status;
    uint32_t judged = ~CAUSE_BIT(TRIP_CAUSE_ABNORMAL_POWER);
    if (mine->close_permitted || status->close_permitted) /* the order is off, or waits for the key: a matter of words */
        judged &= ~CAUSES_FORBIDDING;
    hold_together(twin, now, SHOWN_CAUSES, (mine->causes & judged) == (status->causes & judged), mine->causes,
                  status->causes, "(mask)");
    hold_together(twin, now, SHOWN_KEEP_POWER, mine->keep_power == status->keep_power, mine->keep_power,
                  status->keep_power, "");
    compare_measured(twin, now, status);
    compare_counted(twin, now, status);
}

void twin_board_event(struct twin *twin, const struct event *event)
{
    keep(twin, BOARD, event);
    bool by_own_limits = event->kind == EVENT_METER_TRIP &&
                         (event->a == TRIP_CAUSE_ABNORMAL_POWER || event->a == TRIP_CAUSE_HEAT);
    if (by_own_limits && twin->own_way_at == TIME_NEVER)
        twin->own_way_at = event->at;
}

/* ---- contacts, at the end --------------------------------------------------------------------------- */

/* The contacts of one side as steps in time. */
struct steps {
    const struct trace *trace;
    int at;
    bool closed;
};

static const struct event *next_step(const struct steps *steps)
{
    for (int i = steps->at; i < steps->trace->count; i++)
        if (steps->trace->events[i].kind == EVENT_CONTACTS)
            return &steps->trace->events[i];
    return NULL;
}

static void take_step(struct steps *steps)
{
    const struct event *event = next_step(steps);
    steps->closed = event->a;
    steps->at = (int)(event - steps->trace->events) + 1;
}

/* Is what moved the contacts at `at` an order or a payment, rather than protection? */
static bool ordered(const struct trace *trace, int64_t at)
{
    bool is = true;
    for (int i = 0; i < trace->count; i++) {
        const struct event *event = &trace->events[i];
        if (event->at > at + NS_PER_S)
            break;
        if (event->kind == EVENT_METER_TRIP)
            is = (CAUSE_BIT(event->a) & CAUSES_FORBIDDING) != 0;
        else if (event->kind == EVENT_METER_CLOSE)
            is = event->a != CLOSE_RISK_OVER;
    }
    return is;
}

/* Did smoke or heat trip a side about then? How long they must stand is each make's own. */
static bool by_detector(const struct trace *trace, int64_t at)
{
    for (int i = 0; i < trace->count && trace->events[i].at <= at + 2 * NS_PER_S; i++) {
        const struct event *event = &trace->events[i];
        bool detects = event->a == TRIP_CAUSE_SMOKE || event->a == TRIP_CAUSE_HEAT;
        if (event->kind == EVENT_METER_TRIP && detects && event->at >= at - 2 * NS_PER_S)
            return true;
    }
    return false;
}

/* How long the contacts may stand differently from `at` on: the delay that a side counted is taken from its last cause. */
static int64_t allowed(const struct twin *twin, int64_t at, int64_t width)
{
    const struct board_tolerance *t = &twin->tolerance;
    if (ordered(&twin->trace[TWIN], at) && ordered(&twin->trace[BOARD], at))
        return t->order_ms * NS_PER_MS + width;
    int64_t since = twin->began;
    const struct trace *mine = &twin->trace[TWIN], *board = &twin->trace[BOARD];
    for (int i = 0; i < mine->count && mine->events[i].at < at; i++)
        since = mine->events[i].at;
    int times = re_closes(mine, at + NS_PER_S) > re_closes(board, at + NS_PER_S) ? re_closes(mine, at + NS_PER_S)
                                                                                : re_closes(board, at + NS_PER_S);
    bool detector = by_detector(mine, at) || by_detector(board, at);
    return (detector ? t->detector_ms : t->time_ms) * NS_PER_MS + times * t->recount_ms * NS_PER_MS +
           (at - since) * t->delay_permille / 1000 + width;
}

static void compare_contacts(struct twin *twin, int64_t end)
{
    struct steps mine = {&twin->trace[TWIN], 0, twin->closed_at_first};
    struct steps board = {&twin->trace[BOARD], 0, twin->closed_at_first};
    int64_t apart_since = TIME_NEVER, width = 0, horizon = end;
    for (;;) {
        const struct event *a = next_step(&mine), *b = next_step(&board);
        int64_t at = TIME_NEVER;
        if (a)
            at = a->at;
        if (b && b->at < at)
            at = b->at;
        int64_t until = at < horizon ? at : horizon;
        if (apart_since != TIME_NEVER && until - apart_since > allowed(twin, apart_since, width)) {
            differs(twin, apart_since, "contacts: the board's %s, its twin's %s for more than %lld ms",
                    board.closed ? "stay closed" : "stand open", mine.closed ? "stay closed" : "stand open",
                    (long long)(allowed(twin, apart_since, width) / NS_PER_MS));
            return;
        }
        if (at == TIME_NEVER)
            return;
        bool mine_moves = a && a->at == at, board_moves = b && b->at == at;
        if (mine_moves)
            take_step(&mine);
        if (board_moves)
            take_step(&board);
        if (board_moves)
            width = b->latest - b->earliest;
        bool apart = mine.closed != board.closed;
        if (!apart)
            apart_since = TIME_NEVER;
        else if (apart_since == TIME_NEVER) {
            apart_since = at;
            horizon = board_moves ? end + FOLLOW_NS : end - LATE_FACT_NS;
        }
    }
}

/* ---- words ------------------------------------------------------------------------------------------ */

__attribute__((format(printf, 3, 4))) static void say(char *words, size_t size, const char *format, ...)
{
    size_t used = strlen(words);
    va_list values;
    va_start(values, format);
    vsnprintf(words + used, size - used, format, values);
    va_end(values);
}

/* The last events up to a little after the difference. */
static void say_trace(char *words, size_t size, const char *name, const struct trace *trace, int64_t at)
{
    int end = 0;
    while (end < trace->count && trace->events[end].at <= at + 10 * NS_PER_S)
        end++;
    int first = end > TRACE_EVENTS ? end - TRACE_EVENTS : 0;
    say(words, size, "%s%s\n", name, first == end ? ": nothing" : "");
    for (int i = first; i < end; i++) {
        char line[LINE_SIZE];
        event_format(&trace->events[i], line, sizeof line);
        say(words, size, "  %s\n", line);
    }
}

void twin_finish(struct twin *twin, int64_t now, char *words, size_t size)
{
    words[0] = '\0';
    if (!twin->attached || twin->deaf)
        return;
    run_until(twin, now + FOLLOW_NS);
    compare_contacts(twin, now);
    if (twin->difference_at == TIME_NEVER)
        return;
    say(words, size, "from %lld.%03lld s on, %s\n", (long long)(twin->difference_at / NS_PER_S),
        (long long)(twin->difference_at % NS_PER_S / NS_PER_MS), twin->difference);
    say_trace(words, size, "the board", &twin->trace[BOARD], twin->difference_at);
    say_trace(words, size, "its twin", &twin->trace[TWIN], twin->difference_at);
}
