/*
 * DL/T 645 frames from the modem, answered as the virtual meter does (sim/meter/commands.c):
 * readings from the last poll at once; orders and recharges when the board has done them. Passwords
 * and the valid-until time are the gateway's to check, since the board's registers know neither.
 */
#include "hil/board_internal.h"

#include <assert.h>
#include <string.h>

#define REASON_LASTS_NS (3 * NS_PER_S)

enum { LEVEL_ADMINISTRATOR = 2, LEVEL_CONTROL = 4 };

static void next_order(struct hil_board *board);

struct hil_board *orders_board(struct controller *controller)
{
    return (struct hil_board *)((char *)controller - offsetof(struct hil_board, controller));
}

/* ---- answers
 * ------------------------------------------------------------------------------------- */

/* At once, from within the site's time. */
static void answer(struct hil_board *board, const struct dlt645_frame *reply)
{
    if (board->outbox.count < CONTROLLER_OUTBOX_MAX)
        controller_send(&board->controller, reply);
}

static void log_now(struct hil_board *board, int64_t now, enum event_kind kind, int64_t a,
                    int64_t b)
{
    const struct event event = event_exact(board->flat->number, now, kind, a, b);
    board_event(&board->board, board->flat, &event);
}

static void refuse(struct hil_board *board, int64_t now, enum dlt645_function function,
                   uint8_t bits)
{
    struct dlt645_frame reply;
    dlt645_refusal(&reply, &board->flat->address, function, bits);
    log_now(board, now, EVENT_METER_REFUSED, function, bits);
    answer(board, &reply);
}

static void relay_reply(struct hil_board *board, struct dlt645_frame *reply, bool accepted,
                        uint16_t word)
{
    const struct dlt645_relay_reply content = {
        .accepted = accepted, .has_word = true, .word = word};
    dlt645_relay_reply(reply, &board->flat->address, &content);
}

static void refuse_order(struct hil_board *board, int64_t now, int order, uint16_t word)
{
    struct dlt645_frame reply;
    relay_reply(board, &reply, false, word);
    log_now(board, now, EVENT_METER_REFUSED, order, word);
    answer(board, &reply);
}

/* Later, when the board has answered: a fact that carries the reply, and an event unless kind is
 * -1. */
static void answer_later(struct hil_board *board, int64_t at, const struct dlt645_frame *reply,
                         int kind, int64_t a, int64_t b)
{
    struct fact *fact = board_fact(board, FACT_REPLY, at);
    if (!fact)
        return;
    fact->reply = *reply;
    fact->event.kind = (uint16_t)kind;
    fact->event.a = a;
    fact->event.b = b;
}

enum { NO_EVENT = UINT16_MAX };

void orders_deliver(struct hil_board *board, const struct fact *fact)
{
    if (fact->event.kind != NO_EVENT)
        board_log(board, fact, (enum event_kind)fact->event.kind, fact->event.a, fact->event.b);
    answer(board, &fact->reply);
}

/* ---- readings
 * ------------------------------------------------------------------------------------ */

static int status_word(const struct hil_board *board, uint8_t bytes[2])
{
    const struct snapshot *seen = &board->seen;
    unsigned word = (!snapshot_shows(seen, PROFILE_BIT_CLOSED) ? 1u << 4 : 0) |
                    (!snapshot_shows(seen, PROFILE_BIT_COMMANDED) ? 1u << 6 : 0) |
                    (snapshot_shows(seen, PROFILE_BIT_KEEP_POWER) ? 1u << 12 : 0);
    bytes[0] = (uint8_t)word;
    bytes[1] = (uint8_t)(word >> 8);
    return 2;
}

static int read_identifier(const struct hil_board *board, uint32_t identifier, uint8_t bytes[8])
{
    const struct snapshot *seen = &board->seen;
    switch (identifier) {
    case 0x00000000:
    case 0x00010000:
        return dlt645_quantity_write(DLT645_ENERGY, seen->register_mwh, bytes, 8);
    case 0x02010100:
        return dlt645_quantity_write(DLT645_VOLTAGE, seen->voltage_mv, bytes, 8);
    case 0x02020100:
        return dlt645_quantity_write(DLT645_CURRENT, seen->current_ma, bytes, 8);
    case 0x02030000:
        return dlt645_quantity_write(DLT645_POWER, seen->power_mw, bytes, 8);
    case 0x02900100:
        return dlt645_quantity_write(DLT645_RESIDUAL_CURRENT, seen->residual_ua, bytes, 8);
    case 0x00900200:
        return dlt645_quantity_write(DLT645_MONEY, seen->balance > 0 ? seen->balance : 0, bytes, 8);
    case 0x00900201:
        return dlt645_quantity_write(DLT645_MONEY, seen->balance < 0 ? -seen->balance : 0, bytes,
                                     8);
    case 0x04000503:
        return status_word(board, bytes);
    default:
        return ERROR_DLT645_IDENTIFIER;
    }
}

static void handle_read(struct hil_board *board, int64_t now, const struct dlt645_frame *frame)
{
    uint32_t identifier;
    uint8_t bytes[8];
    struct dlt645_frame reply;
    if (dlt645_read_request_parse(frame, &identifier) < 0) {
        refuse(board, now, DLT645_READ, DLT645_ERROR_OTHER);
        return;
    }
    int size = read_identifier(board, identifier, bytes);
    if (size < 0) {
        refuse(board, now, DLT645_READ, DLT645_ERROR_NO_DATA);
        return;
    }
    dlt645_read_reply(&reply, &board->flat->address, identifier, bytes, (size_t)size);
    answer(board, &reply);
}

/* ---- orders: the board's side
 * --------------------------------------------------------------------- */

static void order_ends(struct hil_board *board)
{
    board->order.active = false;
    next_order(board);
}

static uint16_t done_word(const struct order *order, bool held)
{
    switch (order->command.order) {
    case DLT645_RELAY_TRIP:
        return held ? DLT645_DONE_TRIP_HELD_BY_CURRENT : DLT645_DONE_TRIPPED;
    case DLT645_RELAY_PERMIT_CLOSE:
        return DLT645_DONE_CLOSE_PERMITTED;
    case DLT645_RELAY_CLOSE:
        return DLT645_DONE_CLOSED;
    case DLT645_RELAY_KEEP_POWER_ON:
        return DLT645_DONE_KEEP_POWER_ON;
    case DLT645_RELAY_KEEP_POWER_OFF:
        return DLT645_DONE_KEEP_POWER_OFF;
    case DLT645_RELAY_ALARM_ON:
        return DLT645_DONE_ALARM_ON;
    default:
        return DLT645_DONE_ALARM_OFF;
    }
}

static void order_done(struct hil_board *board, int64_t at, bool held)
{
    struct dlt645_frame reply;
    relay_reply(board, &reply, true, done_word(&board->order, held));
    answer_later(board, at, &reply, NO_EVENT, 0, 0);
    order_ends(board);
}

static void order_refused(struct hil_board *board, int64_t at, bool by_keep_power)
{
    struct dlt645_frame reply;
    uint16_t word = by_keep_power ? DLT645_REFUSED_KEEP_POWER : DLT645_REFUSED_PASSWORD;
    relay_reply(board, &reply, false, word);
    answer_later(board, at, &reply, EVENT_METER_REFUSED, board->order.command.order, word);
    order_ends(board);
}

/* The line did not bring it through: no answer, the platform asks again. */
static bool line_failed(struct hil_board *board, const struct talk_result *result)
{
    poll_note(board, result);
    if (talk_answered(result))
        return false;
    order_ends(board);
    return true;
}

static void give_command(struct hil_board *board);

static void next_step(struct hil_board *board, int64_t at, bool held)
{
    struct order *order = &board->order;
    enum profile_command done = order->steps[order->step_at];
    if (done == PROFILE_COMMAND_TRIP || done == PROFILE_COMMAND_CLOSE)
        board->ordered_open = done == PROFILE_COMMAND_TRIP;
    if (++order->step_at < order->step_count)
        give_command(board);
    else
        order_done(board, at, held);
}

/* Without a register for it, the reply says what came of a command. */
static void judge_reply(struct hil_board *board, const struct talk_result *result)
{
    bool held = result->has_word && result->word & DLT645_DONE_TRIP_HELD_BY_CURRENT;
    poll_soon(board, result->answered);
    if (result->error == 0)
        next_step(board, result->answered, held);
    else
        order_refused(board, result->answered,
                      result->has_word && result->word & DLT645_REFUSED_KEEP_POWER);
}

/* What came of it stands in the status: a poll follows at once (orders_polled). */
static void command_given(void *user, const struct talk_result *result)
{
    struct hil_board *board = user;
    if (line_failed(board, result))
        return;
    if (!board->profile.has_results) {
        judge_reply(board, result);
        return;
    }
    board->order.repeated = result->attempts > 1;
    board->order.since = result->answered;
    poll_soon(board, result->answered);
}

static void give_command(struct hil_board *board)
{
    struct order *order = &board->order;
    const struct talk_job job = {
        .kind = TALK_COMMAND,
        .command = order->steps[order->step_at],
        .sequence = ++board->sequence,
        .valid_until = board->profile.can[PROFILE_CAN_CLOCK] ? order->command.valid_until
                                                             : (struct dlt645_time){0},
        .done = command_given,
        .user = board,
    };
    order->since = TIME_NEVER;
    if (job.command == PROFILE_COMMAND_CLOSE) {
        board->close_reason = CLOSE_BY_ORDER;
        board->close_reason_until = board_host_now(board) + REASON_LASTS_NS;
    }
    if (talk_submit(&board->talk, &job) < 0)
        order_ends(board);
}

/* The status is newer than the command. */
static void judge_result(struct hil_board *board, const struct snapshot *snapshot)
{
    struct order *order = &board->order;
    const uint16_t *results = board->profile.results;
    int64_t result = snapshot->result;
    bool ours = (uint16_t)snapshot->last_sequence == board->sequence;
    if (result == results[PROFILE_RESULT_SEQUENCE] && !(ours && order->repeated)) {
        board->sequence = (uint16_t)snapshot->last_sequence;
        if (order->resynchronised) {
            order_refused(board, snapshot->answered, false);
            return;
        }
        order->resynchronised = true;
        give_command(board);
        return;
    }
    bool held = ours && result == results[PROFILE_RESULT_HELD];
    bool done = held || (ours && (result == results[PROFILE_RESULT_EXECUTED] ||
                                  result == results[PROFILE_RESULT_SEQUENCE]));
    if (done)
        next_step(board, snapshot->answered, held);
    else /* a result that is not ours is an earlier order's: this one was not taken at all */
        order_refused(board, snapshot->answered,
                      ours && result == results[PROFILE_RESULT_KEEP_POWER]);
}

/* ---- recharges: the board's side
 * ------------------------------------------------------------------ */

static void recharge_refused(struct hil_board *board, int64_t at)
{
    struct dlt645_frame reply;
    dlt645_refusal(&reply, &board->flat->address, DLT645_WRITE, DLT645_ERROR_OTHER);
    answer_later(board, at, &reply, EVENT_METER_REFUSED, DLT645_WRITE, DLT645_ERROR_OTHER);
    order_ends(board);
}

static void balance_written(void *user, const struct talk_result *result)
{
    struct hil_board *board = user;
    if (line_failed(board, result))
        return;
    if (result->error != 0)
        recharge_refused(board, result->answered);
    else {
        board->order.since = result->answered;
        poll_soon(board, result->answered);
    }
}

static void seal_opened(void *user, const struct talk_result *result)
{
    (void)result; /* the write that follows tells whether it was */
    (void)user;
}

/* Balance as just read plus the amount; the number keeps a repeated recharge from counting twice.
 */
static void write_balance(struct hil_board *board, const struct snapshot *snapshot)
{
    struct order *order = &board->order;
    const struct talk_job seal = {.kind = TALK_WRITE,
                                  .item = PROFILE_SEAL,
                                  .value = board->profile.seal_key,
                                  .done = seal_opened,
                                  .user = board};
    const struct talk_job balance = {.kind = TALK_WRITE,
                                     .item = PROFILE_SET_BALANCE,
                                     .value = snapshot->balance + order->recharge.amount,
                                     .done = balance_written,
                                     .user = board};
    order->step_at = 1;
    order->since = TIME_NEVER;
    int result = board->profile.has_seal ? talk_submit(&board->talk, &seal) : 0;
    if (result == 0)
        result = talk_submit(&board->talk, &balance);
    if (result < 0) {
        recharge_refused(board, snapshot->answered);
        return;
    }
    board->flat->meter.memory.recharge_number = order->recharge.number;
    board->close_reason = CLOSE_BY_CREDIT;
    board->close_reason_until = board_host_now(board) + REASON_LASTS_NS;
}

static void recharge_done(struct hil_board *board, const struct snapshot *snapshot)
{
    struct dlt645_frame reply;
    controller_recharged(&reply, &board->flat->address, board->order.recharge.number);
    answer_later(board, snapshot->answered, &reply, EVENT_METER_BALANCE, snapshot->balance, 0);
    order_ends(board);
}

void orders_polled(struct hil_board *board, const struct snapshot *snapshot)
{
    struct order *order = &board->order;
    if (!order->active || snapshot->sent < order->since)
        return; /* the poll began before what the order waits for */
    if (!order->recharges)
        judge_result(board, snapshot);
    else if (order->step_at == 0)
        write_balance(board, snapshot);
    else
        recharge_done(board, snapshot);
}

/* ---- orders: the platform's side
 * ------------------------------------------------------------------ */

static bool authorised(const struct hil_board *board, const struct dlt645_authority *authority)
{
    const struct meter_config *config = board->flat->meter.config;
    if (authority->level == LEVEL_ADMINISTRATOR)
        return authority->password == config->administrator_password;
    return authority->level == LEVEL_CONTROL && authority->password == config->control_password;
}

static bool still_valid(const struct hil_board *board, int64_t now, const struct dlt645_time *until)
{
    if (!dlt645_time_is_valid(until))
        return false;
    const struct civil_time civil = {until->year,   until->month,  until->day, until->hour,
                                     until->minute, until->second, 0};
    return civil_to_seconds(&civil) >= meter_clock_s(&board->flat->meter, now);
}

static void add_step(const struct hil_board *board, struct order *order, enum profile_command step)
{
    if (board->profile.commands[step].present)
        order->steps[order->step_count++] = step;
}

/* The commands of an order; none: the board has no such order. */
static void choose_steps(const struct hil_board *board, struct order *order)
{
    bool administrator = order->command.authority.level == LEVEL_ADMINISTRATOR;
    switch (order->command.order) {
    case DLT645_RELAY_TRIP:
        add_step(board, order, PROFILE_COMMAND_TRIP);
        break;
    case DLT645_RELAY_PERMIT_CLOSE:
        add_step(board, order, PROFILE_COMMAND_PERMIT_CLOSE);
        break;
    case DLT645_RELAY_CLOSE: /* only an administrator's close ends a safety lock */
        if (administrator)
            add_step(board, order, PROFILE_COMMAND_CLEAR_LOCK);
        add_step(board, order, PROFILE_COMMAND_CLOSE);
        break;
    case DLT645_RELAY_KEEP_POWER_ON:
        add_step(board, order, PROFILE_COMMAND_KEEP_POWER_ON);
        break;
    case DLT645_RELAY_KEEP_POWER_OFF:
        add_step(board, order, PROFILE_COMMAND_KEEP_POWER_OFF);
        break;
    case DLT645_RELAY_ALARM_ON:
        add_step(board, order, PROFILE_COMMAND_ALARM_ON);
        break;
    case DLT645_RELAY_ALARM_OFF:
        add_step(board, order, PROFILE_COMMAND_ALARM_OFF);
        break;
    default:
        break;
    }
}

static void handle_order(struct hil_board *board, int64_t now, const struct dlt645_frame *frame)
{
    struct order order = {.active = true};
    struct dlt645_relay_command *command = &order.command;
    if (dlt645_relay_request_parse(frame, command, NULL) < 0) {
        refuse(board, now, DLT645_RELAY, DLT645_ERROR_OTHER);
        return;
    }
    choose_steps(board, &order);
    if (!authorised(board, &command->authority) || order.step_count == 0) {
        refuse_order(board, now, command->order, DLT645_REFUSED_PASSWORD);
        return;
    }
    if (!still_valid(board, now, &command->valid_until)) {
        refuse_order(board, now, command->order, DLT645_REFUSED_VALID_UNTIL);
        return;
    }
    board->order = order;
    give_command(board);
}

static void confirm_recharge(struct hil_board *board)
{
    struct dlt645_frame reply;
    controller_recharged(&reply, &board->flat->address, board->flat->meter.memory.recharge_number);
    answer(board, &reply);
}

static void handle_write(struct hil_board *board, int64_t now, const struct dlt645_frame *frame)
{
    struct dlt645_write write;
    struct order order = {.active = true, .recharges = true};
    uint32_t last = board->flat->meter.memory.recharge_number;
    if (dlt645_write_request_parse(frame, &write) < 0) {
        refuse(board, now, DLT645_WRITE, DLT645_ERROR_OTHER);
        return;
    }
    if (!authorised(board, &write.authority)) {
        refuse(board, now, DLT645_WRITE, DLT645_ERROR_PASSWORD);
        return;
    }
    bool recharges = write.identifier == CONTROLLER_RECHARGE_IDENTIFIER &&
                     board->flat->meter.config->credit == CREDIT_LOCAL;
    if (!recharges ||
        controller_recharge_parse(write.value, write.value_size, &order.recharge) < 0) {
        refuse(board, now, DLT645_WRITE, DLT645_ERROR_NO_DATA);
        return;
    }
    if (order.recharge.number == last) {
        confirm_recharge(board); /* told again: confirmed, not added */
        return;
    }
    if (order.recharge.number != last + 1) {
        refuse(board, now, DLT645_WRITE, DLT645_ERROR_OTHER);
        return;
    }
    board->order = order;
    poll_soon(board, board_host_now(board));
}

static void handle(struct hil_board *board, int64_t now, const struct dlt645_frame *frame)
{
    if (frame->control == DLT645_WRITE)
        handle_write(board, now, frame);
    else if (frame->control == DLT645_RELAY)
        handle_order(board, now, frame);
}

/* Orders wait for each other; a refused one lets the next come at once. */
static void next_order(struct hil_board *board)
{
    struct dlt645_frame frame;
    while (!board->order.active && board->inbox_count > 0) {
        struct controller_frame in = board->inbox[0];
        board->inbox_count--;
        memmove(board->inbox, board->inbox + 1, (size_t)board->inbox_count * sizeof in);
        if (dlt645_decode(in.bytes, in.size, &frame, NULL) > 0)
            handle(board, board->flat->now, &frame);
    }
}

void orders_receive(struct controller *controller, int64_t now, const uint8_t *bytes, size_t size)
{
    struct hil_board *board = orders_board(controller);
    struct dlt645_frame frame;
    if (!controller->status.powered)
        return;
    if (size > CONTROLLER_FRAME_MAX || board->inbox_count == ORDERS_MAX) {
        log_now(board, now, EVENT_FRAME_DROPPED, 1, ERROR_BUFFER_TOO_SMALL);
        return;
    }
    if (dlt645_decode(bytes, size, &frame, NULL) < 0) {
        log_now(board, now, EVENT_FRAME_DROPPED, 1, ERROR_DLT645_CHECKSUM);
        return;
    }
    if (!dlt645_address_matches(&frame.address, &board->flat->address))
        return;
    if (frame.control == DLT645_READ) {
        handle_read(board, now, &frame);
        return;
    }
    struct controller_frame *in = &board->inbox[board->inbox_count++];
    in->size = (uint8_t)size;
    memcpy(in->bytes, bytes, size);
    next_order(board);
}

/* ---- what no platform sends
 * ----------------------------------------------------------------------- */

static void misused(void *user, const struct talk_result *result)
{
    poll_soon(user, result->answered); /* whether it changed anything shows in the status */
}

int orders_misuse(struct board *base, struct site *site, enum board_misuse misuse, int order)
{
    struct hil_board *board = (struct hil_board *)base;
    struct order wanted = {.command = {.order = (enum dlt645_relay_order)order,
                                       .authority = {.level = LEVEL_CONTROL}}};
    struct talk_job job = {.kind = TALK_COMMAND, .done = misused, .user = board};
    (void)site;
    choose_steps(board, &wanted);
    if (!board->flat || wanted.step_count == 0)
        return ERROR_INVALID_ARGUMENT;
    bool repeats = misuse == BOARD_REPEATED_ORDER;
    job.command = wanted.steps[0];
    if (repeats && !board->profile.commands[job.command].sequence)
        return ERROR_NOT_ALLOWED; /* without a number no order is an old one */
    /* The last that was given, whatever the meter shows: it may have forgotten. */
    job.sequence = (uint16_t)(repeats ? board->sequence : board->sequence + 1);
    job.damaged = misuse == BOARD_DAMAGED_ORDER;
    return talk_submit(&board->talk, &job);
}
