/* Taking a flat over and giving it back. The site's time stands still while this talks to the
 * board. */
#include "hil/board_internal.h"

#include <stdio.h>
#include <string.h>

#define RACK_WAIT_NS (2 * NS_PER_S)
#define BOOT_WAIT_NS (4 * NS_PER_S)
#define CONTACTS_WAIT_NS (3 * NS_PER_S)
#define RISK_WAIT_NS (90 * NS_PER_S) /* a meter waits a minute or so from the end of a risk */
#define BETWEEN_LOOKS_NS (50 * NS_PER_MS)

enum { CLOCK_TOLERANCE_S = 10, EXCHANGES_MAX = 3 };

/* ---- an exchange of its own
 * ---------------------------------------------------------------------- */

struct exchange {
    bool done;
    struct talk_job job;
    struct talk_result result; /* its bytes are in `bytes`, its job in `job` */
    uint8_t bytes[PROFILE_BLOCK_BYTES_MAX];
};

static void exchanged(void *user, const struct talk_result *result)
{
    struct exchange *exchange = user;
    exchange->result = *result;
    exchange->result.size =
        result->size < sizeof exchange->bytes ? result->size : sizeof exchange->bytes;
    if (exchange->result.size > 0)
        memcpy(exchange->bytes, result->bytes, exchange->result.size);
    exchange->result.bytes = exchange->bytes;
    exchange->done = true;
}

/* One turn towards `until`. The board's error, or 0. */
static int turn(struct hil_board *board, int64_t until)
{
    connection_service(board, false);
    if (board->error < 0)
        return board->error;
    int64_t due = connection_due(board, false);
    connection_wait(board, due < until ? due : until);
    return board->error;
}

static int pass_time(struct hil_board *board, int64_t duration)
{
    int64_t until = board_host_now(board) + duration;
    while (board_host_now(board) < until)
        if (turn(board, until) < 0)
            return board->error;
    return 0;
}

static int exchange_once(struct hil_board *board, const struct talk_job *job,
                         struct exchange *one)
{
    struct talk_job submitted = *job;
    submitted.done = exchanged;
    submitted.user = one;
    one->done = false;
    one->result.error = talk_submit(&board->talk, &submitted);
    if (one->result.error < 0)
        return 0;
    while (!one->done) {
        connection_service(board, false);
        if (!one->done && board->error == 0)
            connection_wait(board, connection_due(board, false));
        if (board->error < 0) {
            talk_drop(&board->talk); /* its job points to this frame of the stack */
            return board->error;
        }
    }
    one->job = *job;
    one->result.job = &one->job;
    return 0;
}

/* 0 when the exchange came to an end; what it met is in its result. A machine under load may keep
 * an emulated board from answering in time, so this is more patient than the master alone. */
static int exchange(struct hil_board *board, const struct talk_job *job, struct exchange *one)
{
    int error = 0;
    for (int i = 0; i < EXCHANGES_MAX; i++) {
        error = exchange_once(board, job, one);
        if (error < 0 || talk_answered(&one->result) ||
            one->result.error == ERROR_NOT_ALLOWED || one->result.error == ERROR_OUT_OF_RANGE)
            break;
    }
    return error;
}

static const char *met(const struct talk_result *result)
{
    return result->error == ERROR_BOARD_REFUSED ? result->refusal : error_text(result->error);
}

static int not_a_value(struct hil_board *board, enum profile_register which, int error)
{
    char what[BOARD_NAME_SIZE];
    board_describe(board, what, sizeof what);
    board_fail(board, ERROR_BOARD_REFUSED, "%s: %s as it was read is no value (%s)", what,
               profile_register_key(which), error_text(error));
    return board->error;
}

/* A make of meter has kinds that lack a value: told, and not asked for again. */
static void leave_out(struct hil_board *board, int block)
{
    char text[BOARD_PROPERTY_SIZE];
    const char *before = board_told(&board->board.properties, "not shown");
    size_t used = (size_t)snprintf(text, sizeof text, "%s", before ? before : "");
    for (int i = 0; i < PROFILE_REGISTER_COUNT && used < sizeof text; i++)
        if (board->profile.registers[i].present && board->profile.registers[i].block == block)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "",
                                     profile_register_key((enum profile_register)i));
    board_tell(&board->board.properties, "not shown", "%s", text);
    board->left_out[block] = true;
}

/* Every block once; what met no good answer ends it and is in *one, unless the meter showed others
 * and this is none that changes fast. */
static int read_status(struct hil_board *board, struct exchange *one, struct snapshot *snapshot)
{
    enum profile_register which;
    int64_t sent = TIME_NEVER;
    bool shown = false;
    for (int block = 0; block < board->profile.block_count; block++) {
        const struct talk_job job = {.kind = TALK_READ_BLOCK, .block = block};
        if (board->left_out[block])
            continue;
        int error = exchange(board, &job, one);
        bool may_lack = shown && !board->profile.blocks[block].fast;
        if (error == 0 && may_lack && one->result.error == ERROR_BOARD_REFUSED) {
            leave_out(board, block);
            one->result.error = 0;
            continue;
        }
        if (error < 0 || one->result.error < 0)
            return error;
        shown = true;
        sent = sent == TIME_NEVER ? one->result.first_sent : sent;
        error = poll_take(board, &one->result, &which);
        if (error < 0)
            return not_a_value(board, which, error);
    }
    poll_snapshot(board, snapshot);
    snapshot->sent = sent;
    snapshot->answered = one->result.answered;
    return 0;
}

/* ---- is anybody there
 * ---------------------------------------------------------------------------- */

static int find_rack(struct hil_board *board)
{
    int64_t until = board_host_now(board) + RACK_WAIT_NS;
    if (!board->pace->has_rack)
        return 0;
    while (!board->rack.heard || !board->rack.sync.known || board->rack.status == 0)
        if (turn(board, until) < 0)
            return board->error;
    return 0;
}

static void describe_block(const struct hil_board *board, int at, char *text, size_t size)
{
    static const char *const kinds[] = {"holding registers", "input registers", "coils",
                                        "discrete inputs"};
    const struct profile_block *block = &board->profile.blocks[at];
    if (board->profile.protocol == PROFILE_DLT645)
        snprintf(text, size, "identifier %08X", (unsigned)block->di);
    else
        snprintf(text, size, "%s %d to %d", kinds[block->kind], block->first,
                 block->first + block->count - 1);
}

static int nobody_answers(struct hil_board *board, const struct talk_result *result)
{
    char what[BOARD_NAME_SIZE], bytes[100];
    char block[48];
    describe_block(board, result->job->block, block, sizeof block);
    bool dead = board->pace->has_rack && !(board->rack.status & RACK_STATUS_POWERED);
    board_describe(board, what, sizeof what);
    line_describe(&board->line, bytes, sizeof bytes);
    if (result->error == ERROR_BOARD_REFUSED)
        board_fail(board, ERROR_BOARD_REFUSED,
                   "%s refuses to show its %s (%s): is it the make of board that the profile \"%s\" "
                   "describes?",
                   what, block, result->refusal, board->profile.name);
    else if (dead)
        board_fail(board, ERROR_BOARD_NO_ANSWER,
                   "%s has no power, says the rack; is there an outage in this flat?", what);
    else
        board_fail(board, ERROR_BOARD_NO_ANSWER,
                   "%s never answered (%s); check baud, parity and address, that A and B are "
                   "not swapped, and its supply; last bytes %s",
                   what, result->error == ERROR_TIMEOUT ? "silence" : error_text(result->error),
                   bytes);
    return board->error;
}

static int find_board(struct hil_board *board, struct snapshot *snapshot)
{
    struct exchange one;
    int64_t until = board_host_now(board) + BOOT_WAIT_NS;
    for (;;) {
        int error = read_status(board, &one, snapshot);
        if (error < 0)
            return error;
        if (one.result.error == 0)
            break;
        if (board_host_now(board) >= until)
            return nobody_answers(board, &one.result);
    }
    board->sequence = (uint16_t)snapshot->last_sequence;
    return 0;
}

/* ---- settings
 * ------------------------------------------------------------------------------------ */

struct setting {
    enum profile_register which;
    int64_t value;
};

enum { SETTINGS = 15 };

/* Balance, price and overdraft come before the mode: the board judges its credit after every write.
 */
static void collect_settings(struct site *site, struct flat *flat,
                             struct setting settings[SETTINGS])
{
    const struct meter_config *config = flat->meter.config;
    const struct setting all[SETTINGS] = {
        {PROFILE_RATED_RESIDUAL, config->rated_residual_ua},
        {PROFILE_OVERLOAD_LIMIT, config->overload_ma},
        {PROFILE_OVERLOAD_DELAY, config->overload_delay_ns / NS_PER_MS},
        {PROFILE_OVERLOAD_RECLOSE, config->overload_reclose_ns / NS_PER_MS},
        {PROFILE_OVERLOAD_RECLOSES_MAX, config->overload_recloses_max},
        {PROFILE_HOLDOFF_CURRENT, config->holdoff_ma},
        {PROFILE_HOLDOFF_MAX, config->holdoff_max_ns / NS_PER_MS},
        {PROFILE_HEAT_TRIP, config->heat_trip_mc},
        {PROFILE_SAFETY_RECLOSE, config->safety_reclose_ns / NS_PER_MS},
        {PROFILE_SET_BALANCE, flat->meter.memory.balance},
        {PROFILE_PRICE, config->price},
        {PROFILE_OVERDRAFT, config->overdraft},
        {PROFILE_CREDIT_MODE, config->credit == CREDIT_LOCAL},
        {PROFILE_SET_ENERGY, flat->meter.memory.energy.mwh},
        {PROFILE_SET_CLOCK, meter_clock_s(&flat->meter, site->now)},
    };
    memcpy(settings, all, sizeof all);
}

/* What an item is there for, or PROFILE_CAPABILITY_COUNT. */
static enum profile_capability purpose(enum profile_register which)
{
    switch (which) {
    case PROFILE_RATED_RESIDUAL:
        return PROFILE_CAN_LEAKAGE;
    case PROFILE_SET_BALANCE:
    case PROFILE_PRICE:
    case PROFILE_OVERDRAFT:
    case PROFILE_CREDIT_MODE:
        return PROFILE_CAN_CREDIT;
    case PROFILE_SET_CLOCK:
        return PROFILE_CAN_CLOCK;
    case PROFILE_HEAT_TRIP:
        return PROFILE_CAN_HEAT;
    default:
        return PROFILE_CAPABILITY_COUNT;
    }
}

/* Only what the profile has is written. */
static bool can_have(const struct hil_board *board, enum profile_register which)
{
    enum profile_capability claim = purpose(which);
    return profile_has(&board->profile, which) &&
           (claim == PROFILE_CAPABILITY_COUNT || board->profile.can[claim]);
}

static int refused(struct hil_board *board, const struct setting *setting, const char *why)
{
    char what[BOARD_NAME_SIZE];
    board_describe(board, what, sizeof what);
    board_fail(board, ERROR_BOARD_REFUSED, "%s: %s = %lld: %s", what,
               profile_register_key(setting->which), (long long)setting->value, why);
    return board->error;
}

static int write_setting(struct hil_board *board, const struct setting *setting)
{
    const struct talk_job job = {
        .kind = TALK_WRITE, .item = setting->which, .value = setting->value};
    struct exchange one;
    int error = exchange(board, &job, &one);
    if (error < 0)
        return error;
    if (one.result.error == ERROR_OUT_OF_RANGE)
        return refused(board, setting, "its register cannot hold that value");
    return one.result.error < 0 ? refused(board, setting, met(&one.result)) : 0;
}

static int write_settings(struct hil_board *board, const struct setting settings[SETTINGS])
{
    const struct setting seal = {PROFILE_SEAL, board->profile.seal_key};
    int error = board->profile.has_seal ? write_setting(board, &seal) : 0;
    for (int i = 0; i < SETTINGS && error == 0; i++)
        if (can_have(board, settings[i].which))
            error = write_setting(board, &settings[i]);
    return error;
}

/* The bytes of an item that was read by itself begin with it. */
static bool reads_back(const struct hil_board *board, const struct setting *setting,
                       const struct talk_result *read)
{
    const struct profile_entry *entry = &board->profile.registers[setting->which];
    uint8_t written[8];
    int64_t is = 0, should = 0;
    if (profile_decode(entry, read->bytes, read->size, &is) < 0)
        return false;
    if (setting->which == PROFILE_SET_CLOCK)
        return is >= setting->value - 1 && is <= setting->value + CLOCK_TOLERANCE_S;
    int size = profile_encode(entry, setting->value, written);
    return size > 0 && profile_decode(entry, written, (size_t)size, &should) == 0 && is == should;
}

static int check_settings(struct hil_board *board, const struct setting settings[SETTINGS])
{
    struct exchange one;
    for (int i = 0; i < SETTINGS; i++) {
        const struct talk_job job = {.kind = TALK_READ_ITEM, .item = settings[i].which};
        if (!can_have(board, settings[i].which))
            continue;
        int error = exchange(board, &job, &one);
        if (error < 0)
            return error;
        if (one.result.error < 0)
            return refused(board, &settings[i], "it cannot be read back");
        if (!reads_back(board, &settings[i], &one.result))
            return refused(board, &settings[i], "it reads back another value");
    }
    return 0;
}

/* Without a rack: the levels that the meter takes by register, before anything else is asked of it. */
static int write_stimuli(struct hil_board *board, const struct plant_signals *signals)
{
    if (board->board.has_rack)
        return 0;
    for (int i = 0; i < STIMULUS_CHANNELS; i++) {
        const struct setting setting = {
            (enum profile_register)(PROFILE_STIMULUS_VOLTAGE + i),
            stimulus_items_level(signals, false, (enum stimulus_channel)i)};
        if (!profile_has(&board->profile, setting.which))
            continue;
        int error = write_setting(board, &setting);
        if (error < 0)
            return error;
        stimulus_items_stand(board, (enum stimulus_channel)i, setting.value);
    }
    return 0;
}

/* ---- commands and contacts
 * ------------------------------------------------------------------------ */

/* Give a command and read what came of it: a refusal shows in the status. */
static int command(struct hil_board *board, enum profile_command which, struct snapshot *snapshot)
{
    const struct talk_job job = {
        .kind = TALK_COMMAND, .command = which, .sequence = ++board->sequence};
    struct exchange one;
    int error = exchange(board, &job, &one);
    if (error == 0 && talk_answered(&one.result))
        error = read_status(board, &one, snapshot);
    if (error < 0 || one.result.error == 0)
        return error;
    char what[BOARD_NAME_SIZE];
    board_describe(board, what, sizeof what);
    board_fail(board, ERROR_BOARD_REFUSED, "%s: command %s: %s", what, profile_command_key(which),
               met(&one.result));
    return board->error;
}

static bool stands(const struct hil_board *board, const struct snapshot *snapshot, bool closed)
{
    bool by_rack = !board->rack_contacts_known || board->rack_contacts == closed;
    return by_rack &&
           snapshot_shows(snapshot, PROFILE_BIT_CLOSED) == closed &&
           snapshot_shows(snapshot, PROFILE_BIT_COMMANDED) == closed;
}

static int set_keep_power(struct hil_board *board, bool on, struct snapshot *snapshot)
{
    if (!board->profile.can[PROFILE_CAN_KEEP_POWER] ||
        snapshot_shows(snapshot, PROFILE_BIT_KEEP_POWER) == on)
        return 0;
    return command(board, on ? PROFILE_COMMAND_KEEP_POWER_ON : PROFILE_COMMAND_KEEP_POWER_OFF,
                   snapshot);
}

/* A risk that the case before ended may stand for the time that the meter waits after it. */
static int outlast_risks(struct hil_board *board, struct snapshot *snapshot)
{
    const uint32_t risks = CAUSE_BIT(TRIP_CAUSE_SMOKE) | CAUSE_BIT(TRIP_CAUSE_HEAT) |
                           CAUSE_BIT(TRIP_CAUSE_ABNORMAL_POWER);
    struct exchange one;
    int64_t until = board_host_now(board) + RISK_WAIT_NS;
    int error = 0;
    while (error == 0 && (snapshot->causes & risks) && board_host_now(board) < until) {
        error = pass_time(board, BETWEEN_LOOKS_NS);
        if (error == 0)
            error = read_status(board, &one, snapshot);
    }
    return error;
}

static int drive_contacts(struct hil_board *board, bool closed, struct snapshot *snapshot)
{
    int error = 0;
    if (!board->profile.can[PROFILE_CAN_RELAY])
        return 0;
    if (closed)
        error = outlast_risks(board, snapshot);
    if (error == 0 && snapshot_shows(snapshot, PROFILE_BIT_LOCKED) &&
        board->profile.commands[PROFILE_COMMAND_CLEAR_LOCK].present)
        error = command(board, PROFILE_COMMAND_CLEAR_LOCK, snapshot);
    if (error == 0 && !stands(board, snapshot, closed))
        error = command(board, closed ? PROFILE_COMMAND_CLOSE : PROFILE_COMMAND_TRIP, snapshot);
    board->ordered_open = !closed;
    return error;
}

static int bring_contacts(struct hil_board *board, bool closed, struct snapshot *snapshot)
{
    struct exchange one;
    int error = drive_contacts(board, closed, snapshot);
    int64_t until = error < 0 ? 0
                              : board_host_now(board) + CONTACTS_WAIT_NS +
                                    board->profile.status_lag_ns;
    while (error == 0 && !stands(board, snapshot, closed) && board_host_now(board) < until) {
        error = pass_time(board, BETWEEN_LOOKS_NS);
        if (error == 0)
            error = read_status(board, &one, snapshot);
    }
    if (error < 0 || stands(board, snapshot, closed))
        return error;
    char what[BOARD_NAME_SIZE];
    board_describe(board, what, sizeof what);
    if (!board->profile.can[PROFILE_CAN_RELAY])
        board_fail(board, ERROR_BOARD_REFUSED,
                   "%s: the flat's contacts are %s, and the profile \"%s\" has no relay", what,
                   closed ? "closed" : "open", board->profile.name);
    else
        board_fail(board, ERROR_BOARD_REFUSED,
                   "%s: its contacts do not %s (status %04llx, standing causes %02x, last result "
                   "%lld)",
                   what, closed ? "close" : "open", (unsigned long long)snapshot->status,
                   (unsigned)snapshot->causes, (long long)snapshot->result);
    return board->error;
}

/* ---- attach
 * --------------------------------------------------------------------------------------- */

static int configure(struct hil_board *board, struct site *site, struct flat *flat,
                     struct snapshot *snapshot)
{
    struct setting settings[SETTINGS];
    bool closed = plant_contacts_closed(&flat->plant);
    bool keep = flat->meter.controller.status.keep_power;
    collect_settings(site, flat, settings);
    /* Keep-power would refuse the trip that an open flat needs; without it a spent balance trips at
     * once. */
    int error = set_keep_power(board, keep && closed, snapshot);
    if (error == 0)
        error = write_settings(board, settings);
    if (error == 0)
        error = bring_contacts(board, closed, snapshot);
    if (error == 0)
        error = set_keep_power(board, keep, snapshot);
    if (error == 0)
        error = check_settings(board, settings);
    struct exchange one;
    if (error == 0)
        error = read_status(board, &one, snapshot); /* with what was just set */
    if (error == 0 && one.result.error < 0)
        return nobody_answers(board, &one.result);
    return error;
}

static void sense(struct controller *controller, int64_t now, const struct plant_signals *signals)
{
    (void)now;
    stimulus_send(orders_board(controller), signals, true);
}

static void timer(struct controller *controller, int64_t now, int which)
{
    (void)controller; /* the board keeps its own time: no timer of the flat is its */
    (void)now;
    (void)which;
}

static const struct controller_ops controller_ops = {sense, orders_receive, timer};

static void take_over(struct hil_board *board, struct site *site, struct flat *flat,
                      const struct snapshot *snapshot)
{
    board->controller = (struct controller){
        .ops = &controller_ops,
        .status = flat->meter.controller.status,
        .outbox = &board->outbox,
    };
    board->outbox.count = 0;
    board->site = site;
    board->flat = flat;
    board->origin = board_host_now(board) - site->now;
    board->contacts_register = plant_contacts_closed(&flat->plant);
    poll_publish(board, snapshot);
    board->controller.status.powered = true;
    board->powered = true;
    board->seen = *snapshot;
    board->seen_contrary = snapshot->sent;
    board->answered_at = board->poll_due = board_host_now(board);
    board->resend_levels = false;
    board_take_flat(&board->board, site, flat, &board->controller);
}

static void identify(struct hil_board *board, const struct snapshot *snapshot)
{
    char what[BOARD_NAME_SIZE], text[sizeof board->board.identity + BOARD_NAME_SIZE];
    board_describe(board, what, sizeof what);
    char firmware[40] = "";
    if (profile_has(&board->profile, PROFILE_VERSION))
        snprintf(firmware, sizeof firmware, ", firmware %llx.%02llx",
                 (unsigned long long)snapshot->version >> 8,
                 (unsigned long long)snapshot->version & 0xff);
    snprintf(text, sizeof text, "%s%s, %s", board->profile.name, firmware, what);
    text[sizeof board->board.identity - 1] = '\0';
    strcpy(board->board.identity, text);
    if (firmware[0])
        board_tell(&board->board.properties, "firmware.version", "%llx.%02llx",
                   (unsigned long long)snapshot->version >> 8,
                   (unsigned long long)snapshot->version & 0xff);
    board_describe(board, what, sizeof what);
    board_tell(&board->board.properties, "connection", "%s", what);
}

static void forget_run(struct hil_board *board)
{
    board->error = 0;
    board->flat = NULL;
    board->fact_first = board->fact_count = 0;
    board->inbox_count = 0;
    board->order.active = false;
    board->ordered_open = false;
    board->slow_block = 0;
    memset(board->left_out, 0, sizeof board->left_out);
    memset(board->values, 0, sizeof board->values);
    board->levels.known = false;
    for (int i = 0; i < STIMULUS_CHANNELS; i++)
        board->stimulus_items[i] = (struct stimulus_item){.cause = -1};
    board->rack_contacts_known = false;
    board->poll_in_flight = board->poll_again = false;
    board->failures = 0;
    board->widening = board->widening_until = 0;
    board->opened_at = board->power_since = board->power_told_at = INT64_MIN / 2;
    board->widening_until = INT64_MIN / 2;
    board->close_reason = -1;
    board->coil_on = false;
    memset(&board->statistics, 0, sizeof board->statistics);
    board->board.message[0] = '\0';
}

/* Connects, and finds rack and board. */
static int meet(struct hil_board *board, const struct plant_signals *signals,
                struct snapshot *snapshot)
{
    int error = connection_open(board);
    if (error < 0) {
        board->error = error;
        return error;
    }
    error = find_rack(board);
    if (error == 0)
        stimulus_send(board, signals, false);
    if (error == 0)
        error = find_board(board, snapshot);
    return error == 0 ? write_stimuli(board, signals) : error;
}

int attach_meet(struct hil_board *board, int32_t voltage_mv, struct snapshot *snapshot)
{
    const struct plant_signals signals = {.voltage_mv = voltage_mv, .temperature_mc = 25000};
    forget_run(board);
    return meet(board, &signals, snapshot);
}

int attach_contacts(struct hil_board *board, bool closed, struct snapshot *snapshot)
{
    return bring_contacts(board, closed, snapshot);
}

int attach_turn(struct hil_board *board, int64_t until)
{
    return turn(board, until);
}

int attach_flat(struct board *base, struct site *site, struct flat *flat)
{
    struct hil_board *board = (struct hil_board *)base;
    struct snapshot snapshot;
    forget_run(board);
    board->seed = board->spec.seed ? board->spec.seed : site->config.seed;
    if (flat->meter.controller.status.powered)
        meter_account(&flat->meter, site->now);
    int error = meet(board, &flat->plant.signals, &snapshot);
    if (error == 0)
        error = configure(board, site, flat, &snapshot);
    if (error < 0) {
        connection_close(board);
        return error;
    }
    identify(board, &snapshot);
    take_over(board, site, flat, &snapshot);
    return 0;
}

/* ---- detach
 * --------------------------------------------------------------------------------------- */

/* The virtual meter goes on from what the board knew last. */
static void hand_back(struct hil_board *board)
{
    struct flat *flat = board->flat;
    struct meter *meter = &flat->meter;
    const struct snapshot *seen = &board->seen;
    const struct controller_status *status = &board->controller.status;
    flat->plant.contacts_outside = false;
    flat->plant.relay.closed = flat->plant.outside_closed;
    flat->plant.relay.settled = true;
    meter->memory.causes = seen->causes;
    meter->memory.last_trip = status->last_trip;
    meter->memory.keep_power = status->keep_power;
    meter->memory.close_permitted = status->close_permitted;
    meter->memory.closed_wanted = snapshot_shows(seen, PROFILE_BIT_COMMANDED);
    meter->memory.energy.mwh = seen->register_mwh;
    if (meter->config->credit == CREDIT_LOCAL)
        meter->memory.balance = seen->balance;
    meter->controller.status = *status;
    meter->controller.status.held_by_current = false;
    meter->signals = flat->plant.signals;
    meter->sensed_at = board->site->now;
    flat->last_cause = -1;
    flat_set_controller(flat, NULL);
    flat->plant.signals_changed = true;
    flat_settle(flat, board->site->now);
    site_touched(board->site, flat);
}

void detach_flat(struct board *base)
{
    struct hil_board *board = (struct hil_board *)base;
    if (board->flat)
        hand_back(board);
    board->flat = NULL;
    if (board->connected && board->pace)
        stimulus_zero(board);
    connection_close(board);
}
