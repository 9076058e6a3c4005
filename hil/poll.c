/* What the meter shows: what changes fast is read four times a second and after every change of the
 * contacts, the rest in turn; what is new in it is told. */
#include "hil/board_internal.h"

#include <string.h>

#define POLL_NS (250 * NS_PER_MS)
#define SILENT_NS (3 * NS_PER_S)

enum { SILENT_FAILURES = 3 };

/* ---- values -------------------------------------------------------------------------------------
 */

bool snapshot_shows(const struct snapshot *snapshot, enum profile_bit bit)
{
    return snapshot->shows >> bit & 1;
}

int poll_take(struct hil_board *board, const struct talk_result *result,
              enum profile_register *which)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++) {
        const struct profile_entry *entry = &board->profile.registers[i];
        if (!entry->present || entry->block != result->job->block)
            continue;
        size_t at = (size_t)entry->at < result->size ? (size_t)entry->at : result->size;
        int error = profile_decode(entry, result->bytes + at, result->size - at,
                                   &board->values[i]);
        *which = (enum profile_register)i;
        if (error < 0)
            return error;
    }
    return 0;
}

static uint32_t what_it_shows(const struct profile *profile, const int64_t *values)
{
    uint32_t shows = 0;
    for (int bit = 0; bit < PROFILE_BIT_COUNT; bit++)
        shows |= (uint32_t)profile_shows(profile, values, (enum profile_bit)bit) << bit;
    if (!profile->bits[PROFILE_BIT_CLOSED].present) /* no relay, nothing that could be open */
        shows |= 1u << PROFILE_BIT_CLOSED;
    if (!profile->bits[PROFILE_BIT_COMMANDED].present)
        shows |= (shows >> PROFILE_BIT_CLOSED & 1) << PROFILE_BIT_COMMANDED;
    return shows;
}

/* A meter that shows no causes can still be known to be open by order. */
static void choose_causes(const struct hil_board *board, struct snapshot *snapshot)
{
    const struct profile *profile = &board->profile;
    if (profile_has(profile, PROFILE_CAUSES)) {
        snapshot->causes = profile_causes(profile, board->values[PROFILE_CAUSES]);
        snapshot->last_trip = profile_trip(profile, board->values[PROFILE_LAST_TRIP]);
    } else if (board->ordered_open) {
        bool open = !snapshot_shows(snapshot, PROFILE_BIT_COMMANDED);
        snapshot->causes = open ? CAUSE_BIT(TRIP_CAUSE_ORDER) : 0;
        snapshot->last_trip = TRIP_CAUSE_ORDER;
    }
}

void poll_snapshot(const struct hil_board *board, struct snapshot *snapshot)
{
    const int64_t *values = board->values;
    *snapshot = (struct snapshot){
        .status = values[PROFILE_STATUS],
        .shows = what_it_shows(&board->profile, values),
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
        .balance = values[PROFILE_BALANCE] - values[PROFILE_OVERDRAWN],
        .clock_s = values[PROFILE_CLOCK],
    };
    choose_causes(board, snapshot);
    /* What waits for the current to fall has not happened: a virtual meter lists it no sooner
     * either. */
    if (snapshot_shows(snapshot, PROFILE_BIT_HELD))
        snapshot->causes &= ~CAUSES_FORBIDDING;
}

/* ---- asking -------------------------------------------------------------------------------------
 */

static bool board_has_power(const struct hil_board *board)
{
    return board->pace->has_rack ? board->powered : board->supplied;
}

/* How long the rack was not heard in time: the last frame's delay, or the wait for the next. */
static int64_t rack_lag_ms(const struct rack *rack, int64_t since, int64_t now)
{
    int64_t quiet = now - rack->status_at;
    int64_t late = rack->late_at >= since ? rack->late_ns : 0;
    return (late > quiet ? late : quiet) / NS_PER_MS;
}

static void fell_silent(struct hil_board *board, int64_t since, int64_t now)
{
    char what[BOARD_NAME_SIZE], bytes[100];
    board_describe(board, what, sizeof what);
    line_describe(&board->line, bytes, sizeof bytes);
    double seconds = (double)(now - board->answered_at) / (double)NS_PER_S;
    if (board->pace->has_rack && !rack_kept_pace(&board->rack, since, now))
        board_fail(board, ERROR_LATE,
                   "%s answered before and has been silent for %.1f s, but the rack was not heard "
                   "in time either (%lld ms late): nobody knows whose silence it is; is the "
                   "computer too busy? last bytes %s",
                   what, seconds, (long long)rack_lag_ms(&board->rack, since, now), bytes);
    else if (board->pace->has_rack)
        board_fail(
            board, ERROR_BOARD_SILENT,
            "%s answered %llu times and has been silent for %.1f s, while the rack says that "
            "it has power; last bytes %s",
            what, (unsigned long long)talk_statistics(&board->talk).answers, seconds, bytes);
    else
        board_fail(board, ERROR_BOARD_NO_ANSWER,
                   "%s answered before and has been silent for %.1f s; without a rack nobody knows "
                   "whether it has power: check supply and cable; last bytes %s",
                   what, seconds, bytes);
}

void poll_note(struct hil_board *board, const struct talk_result *result)
{
    if (talk_answered(result)) {
        board->failures = 0;
        board->answered_at = result->answered;
        return;
    }
    board->failures++;
    int64_t since =
        board->answered_at > board->power_since ? board->answered_at : board->power_since;
    bool silent = board->failures >= SILENT_FAILURES && result->answered - since >= SILENT_NS;
    if (silent && board_has_power(board))
        fell_silent(board, since, result->answered);
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

static void whole_round(struct hil_board *board)
{
    struct snapshot snapshot;
    board->statistics.polls++;
    poll_snapshot(board, &snapshot);
    snapshot.sent = board->round.sent;
    snapshot.answered = board->round.answered;
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

static void end_round(struct hil_board *board, const struct talk_result *result)
{
    board->poll_in_flight = false;
    board->poll_due = board->round.sent + POLL_NS;
    if (board->poll_again || board->order.active)
        board->poll_due = result->answered;
    board->poll_again = false;
}

static bool next_block(struct hil_board *board);

static void polled(void *user, const struct talk_result *result)
{
    struct hil_board *board = user;
    enum profile_register which;
    if (board->round.sent == TIME_NEVER)
        board->round.sent = result->first_sent;
    poll_note(board, result);
    bool good = result->error == 0 && poll_take(board, result, &which) == 0;
    board->round.answered = result->answered;
    if (good && next_block(board))
        return;
    end_round(board, result);
    if (good)
        whole_round(board);
}

/* All fast blocks, and of the slow ones the next. */
static bool is_wanted(const struct hil_board *board, int block)
{
    return board->profile.blocks[block].fast ||
           (block == board->slow_block && !board->left_out[block]);
}

static bool next_block(struct hil_board *board)
{
    struct talk_job job = {.kind = TALK_READ_BLOCK, .done = polled, .user = board};
    int block = board->round.block + 1;
    while (block < board->profile.block_count && !is_wanted(board, block))
        block++;
    if (block == board->profile.block_count)
        return false;
    board->round.block = job.block = block;
    return talk_submit(&board->talk, &job) == 0;
}

static void turn_slow_block(struct hil_board *board)
{
    const struct profile *profile = &board->profile;
    for (int i = 0; i < profile->block_count; i++) {
        board->slow_block = (board->slow_block + 1) % profile->block_count;
        if (!profile->blocks[board->slow_block].fast && !board->left_out[board->slow_block])
            return;
    }
}

void poll_service(struct hil_board *board, int64_t now)
{
    if (board->poll_in_flight || now < board->poll_due)
        return;
    board->poll_due = now + POLL_NS;
    if (!board_has_power(board))
        return;
    turn_slow_block(board);
    board->round.block = -1;
    board->round.sent = TIME_NEVER;
    board->poll_in_flight = next_block(board);
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

static void poll_alarm(struct hil_board *board, int64_t now, enum meter_alarm alarm, int detail)
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

/* How far the board's clock, whose seconds are whole, was ahead when it was asked. */
static void publish_clock(struct hil_board *board, const struct snapshot *snapshot)
{
    struct controller_status *status = &board->controller.status;
    int64_t asked_ms = board_site_time(board, snapshot->sent) / NS_PER_MS;
    int64_t shown_ms = (snapshot->clock_s - board->flat->meter.config->epoch_s) * 1000;
    int64_t ahead_ms = shown_ms - asked_ms;
    status->clock_told = board->profile.can[PROFILE_CAN_CLOCK];
    if (ahead_ms < INT32_MIN || ahead_ms > INT32_MAX)
        ahead_ms = ahead_ms < 0 ? INT32_MIN : INT32_MAX;
    status->clock_ahead_ms = (int32_t)ahead_ms;
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
    status->alarm = snapshot_shows(snapshot, PROFILE_BIT_ALARM);
    status->trips = (uint16_t)snapshot->trips;
    status->register_mwh = snapshot->register_mwh;
    status->voltage_mv = (int32_t)snapshot->voltage_mv;
    status->current_ma = (int32_t)snapshot->current_ma;
    status->residual_ua = (int32_t)snapshot->residual_ua;
    status->power_mw = snapshot->power_mw;
    status->balance = snapshot->balance;
    publish_clock(board, snapshot);
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
