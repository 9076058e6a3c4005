/* The status block: read four times a second and after every change of the contacts; what is new in
 * it is told. */
#include "hil/board_internal.h"

#include <string.h>

#define POLL_NS (250 * NS_PER_MS)
#define SILENT_NS (3 * NS_PER_S)

enum { SILENT_FAILURES = 3 };

/* ---- asking -------------------------------------------------------------------------------------
 */

bool snapshot_shows(const struct snapshot *snapshot, enum profile_bit bit)
{
    return snapshot->shows >> bit & 1;
}

static void decode_values(const struct profile *profile, const struct modbus_result *result,
                          int64_t values[PROFILE_REGISTER_COUNT])
{
    uint8_t bytes[PROFILE_BLOCK_BYTES_MAX];
    int size = profile_response_bytes(result->request, &result->response, bytes);
    memset(values, 0, PROFILE_REGISTER_COUNT * sizeof *values);
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++) {
        const struct profile_entry *entry = &profile->registers[i];
        if (entry->block == 0 && entry->present && entry->at <= size)
            profile_decode(entry, bytes + entry->at, (size_t)(size - entry->at), &values[i]);
    }
}

void poll_decode(const struct hil_board *board, const struct modbus_result *result,
                 struct snapshot *snapshot)
{
    const struct profile *profile = &board->profile;
    int64_t values[PROFILE_REGISTER_COUNT];
    decode_values(profile, result, values);
    *snapshot = (struct snapshot){
        .sent = result->sent,
        .answered = result->answered,
        .status = values[PROFILE_STATUS],
        .causes = profile_causes(profile, values[PROFILE_CAUSES]),
        .last_trip = profile_trip(profile, values[PROFILE_LAST_TRIP]),
        .trips = values[PROFILE_TRIPS],
        .resets = values[PROFILE_RESETS],
        .version = values[PROFILE_VERSION],
        .result = values[PROFILE_RESULT],
        .last_sequence = values[PROFILE_LAST_SEQUENCE],
        .voltage_mv = values[PROFILE_VOLTAGE],
        .current_ma = values[PROFILE_CURRENT],
        .power_mw = values[PROFILE_POWER],
        .residual_ua = values[PROFILE_RESIDUAL],
        .register_mwh = values[PROFILE_ENERGY],
        .balance = values[PROFILE_BALANCE],
        .clock_s = values[PROFILE_CLOCK],
    };
    for (int bit = 0; bit < PROFILE_BIT_COUNT; bit++)
        snapshot->shows |= (uint32_t)profile_shows(profile, values, (enum profile_bit)bit) << bit;
    /* What waits for the current to fall has not happened: a virtual meter lists it no sooner
     * either. */
    if (snapshot_shows(snapshot, PROFILE_BIT_HELD))
        snapshot->causes &= ~CAUSES_FORBIDDING;
}

static bool board_has_power(const struct hil_board *board)
{
    return !board->pace->has_rack || board->powered;
}

static void fell_silent(struct hil_board *board, int64_t now)
{
    char what[160], bytes[100];
    board_describe(board, what, sizeof what);
    line_describe(&board->line, bytes, sizeof bytes);
    double seconds = (double)(now - board->answered_at) / (double)NS_PER_S;
    if (board->pace->has_rack && rack_alive(&board->rack, now))
        board_fail(
            board, ERROR_BOARD_SILENT,
            "%s answered %llu times and has been silent for %.1f s, while the rack says that "
            "it has power; last bytes %s",
            what, (unsigned long long)board->master.answers, seconds, bytes);
    else
        board_fail(board, ERROR_BOARD_NO_ANSWER,
                   "%s answered before and has been silent for %.1f s; without a rack nobody knows "
                   "whether it has power: check supply and cable; last bytes %s",
                   what, seconds, bytes);
}

void poll_note(struct hil_board *board, const struct modbus_result *result)
{
    if (result->error == 0 || result->error == ERROR_MODBUS_EXCEPTION) {
        board->failures = 0;
        board->answered_at = result->answered;
        return;
    }
    board->failures++;
    int64_t since =
        board->answered_at > board->power_since ? board->answered_at : board->power_since;
    bool silent = board->failures >= SILENT_FAILURES && result->answered - since >= SILENT_NS;
    if (silent && board_has_power(board))
        fell_silent(board, result->answered);
}

/* Without a rack the contacts are what the status register says, between two polls. */
static void follow_contacts(struct hil_board *board, const struct snapshot *now)
{
    bool closed = snapshot_shows(now, PROFILE_BIT_CLOSED);
    bool changed = closed != board->contacts_register;
    board->contacts_register = closed;
    if (!changed || board->pace->has_rack)
        return;
    struct fact *fact = board_fact(board, FACT_CONTACTS, now->answered);
    if (!fact)
        return;
    int64_t earliest = board->seen_contrary - board->profile.status_lag_ns;
    board_fact_times(board, fact, earliest < now->sent ? earliest : now->sent, now->answered,
                     EVENT_NO_STAMP, EVIDENCE_REGISTER);
    fact->event.a = closed;
}

static void polled(void *user, const struct modbus_result *result)
{
    struct hil_board *board = user;
    struct snapshot snapshot;
    board->poll_in_flight = false;
    board->poll_due = result->sent + POLL_NS;
    if (board->poll_again || board->order.active)
        board->poll_due = result->answered;
    board->poll_again = false;
    poll_note(board, result);
    if (result->error != 0)
        return;
    board->statistics.polls++;
    poll_decode(board, result, &snapshot);
    follow_contacts(board, &snapshot);
    struct fact *fact = board_fact(board, FACT_STATUS, snapshot.answered);
    if (fact) {
        fact->status = snapshot;
        board_fact_times(board, fact, board->seen_contrary - board->profile.status_lag_ns,
                         snapshot.answered, EVENT_NO_STAMP, EVIDENCE_REGISTER);
    }
    board->seen_contrary = snapshot.sent;
    orders_polled(board, &snapshot);
}

void poll_service(struct hil_board *board, int64_t now)
{
    if (board->poll_in_flight || now < board->poll_due)
        return;
    if (!board_has_power(board)) {
        board->poll_due = now + POLL_NS;
        return;
    }
    struct modbus_job job = {.done = polled, .user = board};
    profile_block_request(&board->profile, 0, &job.request);
    board->poll_due = now + POLL_NS;
    board->poll_in_flight = modbus_master_submit(&board->master, &job) == 0;
}

void poll_soon(struct hil_board *board, int64_t now)
{
    if (board->poll_in_flight)
        board->poll_again = true;
    else if (board->poll_due > now)
        board->poll_due = now;
}

/* ---- telling ------------------------------------------------------------------------------------
 */

void poll_alarm(struct hil_board *board, int64_t now, enum meter_alarm alarm, int detail)
{
    struct flat *flat = board->flat;
    const struct controller_report report = {
        .alarm = alarm,
        .detail = (uint8_t)detail,
        .number = flat->meter.memory.report_number++,
        .contacts_closed = plant_contacts_closed(&flat->plant),
        .clock_s = meter_clock_s(&flat->meter, now),
    };
    if (board->outbox.count == CONTROLLER_OUTBOX_MAX)
        board_settle(&board->board, flat, now);
    controller_report(&board->controller, &flat->address, &report);
}

static void tell_alarm(struct hil_board *board, int64_t now, const struct fact *fact,
                       enum meter_alarm alarm, int detail)
{
    board_log(board, fact, EVENT_METER_ALARM, alarm, detail);
    poll_alarm(board, now, alarm, detail);
}

static void tell_trip(struct hil_board *board, int64_t now, const struct fact *fact, int cause)
{
    board_log(board, fact, EVENT_METER_TRIP, cause, 0);
    tell_alarm(board, now, fact, METER_ALARM_TRIPPED, cause);
}

static void tell_causes(struct hil_board *board, int64_t now, const struct fact *fact)
{
    uint32_t before = board->seen.causes, after = fact->status.causes;
    if (before != after)
        board_log(board, fact, EVENT_METER_CAUSES, after, (after & CAUSES_FORBIDDING) != 0);
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++)
        if (after & ~before & CAUSE_BIT(cause))
            tell_trip(board, now, fact, cause);
    bool again = board->seen.trips != fact->status.trips && (after & ~before) == 0;
    if (again) /* it cleared and tripped between two polls */
        tell_trip(board, now, fact, (int)fact->status.last_trip);
}

static int close_reason(const struct hil_board *board, const struct fact *fact)
{
    bool told = board->close_reason >= 0 && fact->status.answered <= board->close_reason_until;
    if (told)
        return board->close_reason;
    return snapshot_shows(&board->seen, PROFILE_BIT_PERMITTED)
               ? CLOSE_BY_KEY
               : CLOSE_RISK_OVER;
}

static bool turned(const struct hil_board *board, const struct fact *fact, enum profile_bit which)
{
    return snapshot_shows(&board->seen, which) != snapshot_shows(&fact->status, which);
}

static void tell_status(struct hil_board *board, int64_t now, const struct fact *fact)
{
    const struct snapshot *after = &fact->status;
    if (turned(board, fact, PROFILE_BIT_HELD))
        board_log(board, fact, EVENT_METER_HELD, snapshot_shows(after, PROFILE_BIT_HELD), 0);
    if (turned(board, fact, PROFILE_BIT_KEEP_POWER))
        board_log(board, fact, EVENT_METER_KEEP_POWER, snapshot_shows(after, PROFILE_BIT_KEEP_POWER),
                  0);
    if (turned(board, fact, PROFILE_BIT_COMMANDED) && snapshot_shows(after, PROFILE_BIT_COMMANDED)) {
        int reason = close_reason(board, fact);
        board->close_reason = -1;
        board_log(board, fact, EVENT_METER_CLOSE, reason, 0);
        tell_alarm(board, now, fact, METER_ALARM_CLOSED, reason);
    }
    if (turned(board, fact, PROFILE_BIT_WELD) && snapshot_shows(after, PROFILE_BIT_WELD))
        tell_alarm(board, now, fact, METER_ALARM_WELDED, 0);
    bool by_overload = (after->causes & CAUSE_BIT(TRIP_CAUSE_OVERLOAD)) != 0;
    if (turned(board, fact, PROFILE_BIT_LOCKED) && snapshot_shows(after, PROFILE_BIT_LOCKED) &&
        by_overload && !(after->causes & CAUSES_LOCKING))
        tell_alarm(board, now, fact, METER_ALARM_LOCKED, TRIP_CAUSE_OVERLOAD);
    if (after->resets != board->seen.resets)
        tell_alarm(board, now, fact, METER_ALARM_POWER_UP, 0);
}

void poll_publish(struct hil_board *board, const struct snapshot *snapshot)
{
    struct controller_status *status = &board->controller.status;
    status->causes = snapshot->causes;
    status->last_trip = snapshot->last_trip > 0 && snapshot->last_trip < TRIP_CAUSE_COUNT
                            ? (enum trip_cause)snapshot->last_trip
                            : TRIP_CAUSE_NONE;
    /* A poll that began before the contacts opened may still show the trip before this one. */
    if (snapshot->sent >= board->opened_at)
        status->trip_cause_known = status->last_trip != TRIP_CAUSE_NONE;
    status->keep_power = snapshot_shows(snapshot, PROFILE_BIT_KEEP_POWER);
    status->close_permitted = snapshot_shows(snapshot, PROFILE_BIT_PERMITTED);
    status->held_by_current = snapshot_shows(snapshot, PROFILE_BIT_HELD);
    status->register_mwh = snapshot->register_mwh;
    status->voltage_mv = (int32_t)snapshot->voltage_mv;
    status->current_ma = (int32_t)snapshot->current_ma;
    status->residual_ua = (int32_t)snapshot->residual_ua;
    status->power_mw = snapshot->power_mw;
    status->balance = snapshot->balance;
    if (!board->board.has_rack)
        status->powered = true;
}

void poll_deliver(struct hil_board *board, int64_t now, const struct fact *fact)
{
    poll_publish(board, &fact->status);
    tell_causes(board, now, fact);
    tell_status(board, now, fact);
    board->seen = fact->status;
}
