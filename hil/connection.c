/* Everything between the board controller and the outside: emulator, pace, line, master,
 * rack. */
#include "hil/board_internal.h"

#include "hil/granted.h"
#include "hil/paced.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Nobody asks, and yet so many bytes have come for so long. */
#define BABBLE_NS (1 * NS_PER_S)
enum { BABBLE_BYTES = 16, ANSWER_BYTES = 1000 }; /* no answer has as many as the second */

/* A turn comes at least every 100 ms, with the heartbeat. */
#define ABSENT_NS (200 * NS_PER_MS)
/* An emulated rack lives on the processor that the bench lives on, and waits for it. */
#define EMULATED_SILENCE_NS (3 * NS_PER_S)
#define EMULATED_JITTER_NS (100 * NS_PER_MS)

/* ---- what arrives ------------------------------------------------------------------------------
 */

static void tell_wire(struct hil_board *board, enum board_wire wire, int64_t stamp,
                      const uint8_t *bytes, size_t size)
{
    struct board_tap *tap = board->board.tap;
    int64_t at = board->flat ? board_site_time(board, stamp) : EVENT_NO_STAMP;
    if (tap && tap->wire)
        tap->wire(tap, wire, stamp, at, bytes, size);
    if (wire == BOARD_WIRE_TO || wire == BOARD_WIRE_FROM)
        board_capture_bytes(board, stamp, wire == BOARD_WIRE_TO, bytes, size);
}

/* A frame has 256 characters at most; what comes later than the longest answer is none. */
static int64_t longest_answer_ns(const struct hil_board *board)
{
    return board->link.timeout_ns + board->link.jitter_ns +
           300 * serial_character_ns(&board->link.line);
}

static void babbled(struct hil_board *board, int64_t stamp)
{
    char what[BOARD_NAME_SIZE], bytes[3 * sizeof board->babble.last + 1] = "";
    board_describe(board, what, sizeof what);
    for (size_t i = 0; i < sizeof board->babble.last; i++) {
        uint64_t at = board->babble.count + i; /* the oldest of the ring first */
        snprintf(bytes + 3 * i, 4, " %02x", board->babble.last[at % sizeof board->babble.last]);
    }
    board_fail(board, ERROR_BABBLE,
               "%s sends without being asked: %llu bytes in %.1f s, the last%s; is it another "
               "program's line, a receiver without a bias, or the wrong speed?",
               what, (unsigned long long)board->babble.count,
               (double)(stamp - board->babble.since) / (double)NS_PER_S, bytes);
}

/* A line that is never quiet lets no request out, so that nothing would ever time out. */
static void watch_babble(struct hil_board *board, int64_t stamp, uint8_t byte)
{
    bool asked = stamp - board->wrote_at < longest_answer_ns(board);
    bool answer_begins = asked && board->babble.since < board->wrote_at;
    if (board->babble.count == 0 || asked != board->babble.asked || answer_begins) {
        board->babble.count = 0;
        board->babble.since = stamp;
        board->babble.asked = asked;
    }
    board->babble.last[board->babble.count++ % sizeof board->babble.last] = byte;
    bool unasked = !asked && board->babble.count >= BABBLE_BYTES &&
                   stamp - board->babble.since >= BABBLE_NS;
    if (unasked || board->babble.count >= ANSWER_BYTES)
        babbled(board, stamp);
}

static void byte_from_port(void *user, int64_t stamp, uint8_t byte)
{
    watch_babble(user, stamp, byte);
    tell_wire(user, BOARD_WIRE_FROM, stamp, &byte, 1);
    line_from_device(&((struct hil_board *)user)->line, stamp, byte);
}

static void frame_from_rack(void *user, int64_t stamp, const struct can_frame *frame)
{
    char text[SLCAN_TEXT_MAX];
    int size = slcan_encode(frame, text);
    if (size > 0)
        tell_wire(user, BOARD_WIRE_RACK_FROM, stamp, (const uint8_t *)text, (size_t)size);
    rack_receive(&((struct hil_board *)user)->rack, stamp, frame);
}

static int bytes_to_port(void *user, const uint8_t *bytes, size_t size)
{
    struct hil_board *board = user;
    board->wrote_at = board_host_now(board);
    tell_wire(board, BOARD_WIRE_TO, board->wrote_at, bytes, size);
    return board->pace->ops->write(board->pace, bytes, size);
}

static void byte_passed_on(void *user, int64_t stamp, uint8_t byte)
{
    talk_byte(&((struct hil_board *)user)->talk, stamp, byte);
}

/* ---- opening -----------------------------------------------------------------------------------
 */

static int start_emulator(struct hil_board *board)
{
    const struct emulator_config config = {
        .program = board->program,
        .elf = board->elf,
        .map = board->map,
        .truth = board->truth[0] ? board->truth : NULL,
        .seed = board->seed,
        .lockstep = board->spec.lockstep,
        .dlt645 = board->profile.protocol == PROFILE_DLT645,
    };
    return emulator_start(&board->emulator, &config, board->board.message,
                          sizeof board->board.message);
}

static int open_pace(struct hil_board *board, const struct pace_listener *listener)
{
    int error = ERROR_NO_MEMORY;
    if (board->spec.kind == BOARD_EMULATED && board->spec.lockstep)
        board->pace = granted_open(board->emulator.lockstep_fd, listener);
    else
        board->pace = paced_open(&(struct paced_config){.port = board->port,
                                                        .settings = board->link.line,
                                                        .rack = board->rack_path,
                                                        .rack_bitrate = board->rack_bitrate},
                                 listener, &error, board->board.message,
                                 sizeof board->board.message);
    return board->pace ? 0 : error;
}

static int open_line(struct hil_board *board)
{
    const struct line_ends ends = {bytes_to_port, byte_passed_on, board};
    char *message = board->board.message;
    size_t size = sizeof board->board.message;
    struct random random = random_stream(board->seed, RANDOM_NO_FLAT, RANDOM_METER_LINK);
    int result = line_open(&board->line, &ends, random, message, size);
    if (result < 0)
        return result;
    line_set_faults(&board->line, &board->line_faults);
    board->link.jitter_ns = board->pace->jitter_ns;
    if (board->spec.kind == BOARD_EMULATED && !board->spec.lockstep)
        board->link.jitter_ns = EMULATED_JITTER_NS;
    return talk_open(&board->talk, &board->line, &board->profile, &board->link, message, size);
}

int connection_reach(struct hil_board *board, const struct pace_listener *listener)
{
    bool emulated = board->spec.kind == BOARD_EMULATED;
    board->line.master = board->line.slave = -1;
    board->power.line_fd = board->power.relay.fd = -1;
    board->connected = true;
    int result = emulated ? start_emulator(board) : 0;
    if (result == 0 && emulated && !board->spec.lockstep) {
        snprintf(board->port, sizeof board->port, "%s", board->emulator.uart);
        snprintf(board->rack_path, sizeof board->rack_path, "%s", board->emulator.rack);
    }
    if (result == 0 && !emulated)
        result = power_open(&board->power, &board->power_config, board->board.message,
                            sizeof board->board.message);
    board->supplied = true;
    board->supply_change.waiting = false;
    if (result == 0)
        result = open_pace(board, listener);
    if (result < 0)
        connection_close(board);
    return result;
}

int connection_open(struct hil_board *board)
{
    const struct pace_listener bytes = {byte_from_port, frame_from_rack, board};
    const struct rack_listener listener = {stimulus_rack_fact, board};
    bool emulated = board->spec.kind == BOARD_EMULATED;
    int result = connection_reach(board, &bytes);
    if (result == 0)
        result = board_capture_open(board);
    if (result == 0)
        result = open_line(board);
    if (result < 0) {
        connection_close(board);
        return result;
    }
    rack_start(&board->rack, &board->pace->rack, &listener, board_host_now(board),
               board->spec.lockstep ? 0 : RACK_SYNC_DRIFT_PPM);
    if (emulated)
        board->rack.silence_ns = EMULATED_SILENCE_NS;
    board->listened_at = board->wrote_at = board_host_now(board);
    board->babble.count = 0;
    return 0;
}

/* Reports say what the rack's CAN controller told, also of a run that went well in spite of it. */
static void tell_bus(struct hil_board *board)
{
    char text[BOARD_PROPERTY_SIZE] = "";
    if (!board->pace || !board->pace->rack_health)
        return;
    can_health_describe(board->pace->rack_health, text, sizeof text);
    if (text[0])
        board_tell(&board->board.properties, "rack.bus", "%s", text);
    if (board->pace->rack_notes && board->pace->rack_notes[0])
        board_tell(&board->board.properties, "rack.notes", "%s", board->pace->rack_notes);
}

void connection_close(struct hil_board *board)
{
    if (!board->connected)
        return;
    board->connected = false;
    tell_bus(board);
    board_capture_flush(board);
    talk_close(&board->talk);
    for (int i = 0; i < LINE_FAULT_KINDS; i++)
        board->statistics.line_faults[i] += board->line.spoiler.counts[i];
    line_close(&board->line);
    if (board->pace)
        board->pace->ops->close(board->pace);
    board->pace = NULL;
    power_close(&board->power);
    if (board->spec.kind == BOARD_EMULATED)
        emulator_stop(&board->emulator);
}

/* ---- a turn ------------------------------------------------------------------------------------
 */

/* A dead emulator shows first as a port that went away; give the process a moment to be seen dead.
 */
static bool emulator_died(struct hil_board *board)
{
    char words[sizeof board->board.message];
    if (board->spec.kind != BOARD_EMULATED)
        return false;
    for (int waits = 0; waits < 40; waits++) {
        if (emulator_has_died(&board->emulator, words, sizeof words)) {
            board_fail(board, ERROR_EMULATOR, "%s", words);
            return true;
        }
        nanosleep(&(struct timespec){0, 5 * NS_PER_MS}, NULL);
    }
    return false;
}

static void rack_failed(struct hil_board *board, int error)
{
    const char *on = board->rack_path[0] ? " on " : "";
    int64_t quiet_ms = (board_host_now(board) - board->rack.status_at) / NS_PER_MS;
    unsigned long long frames = board->rack.frames;
    char health[200] = "";
    if (board->pace->rack_health)
        can_health_describe(board->pace->rack_health, health, sizeof health);
    const char *bus = health[0] ? ". Its bus: " : "";
    if (board->pace->message[0])
        board_fail(board, error, "%s", board->pace->message);
    else if (!rack_alive(&board->rack, board_host_now(board)))
        board_fail(board, ERROR_RACK_LOST,
                   "the rack%s%s has told nothing for %lld ms (%llu frames came before); check its "
                   "power and its cable%s%s",
                   on, board->rack_path, (long long)quiet_ms, frames, bus, health);
    else
        board_fail(board, ERROR_RACK_LOST,
                   "the rack%s%s lives but acknowledges no stimulus %03x (%llu frames came, %llu "
                   "were lost); check the CAN bus between adapter and rack%s%s",
                   on, board->rack_path, (unsigned)board->rack.pending[0].stimulus.id, frames,
                   (unsigned long long)board->rack.lost, bus, health);
}

static void port_failed(struct hil_board *board, int error)
{
    if (emulator_died(board))
        return;
    board_fail(board, error, "%s",
               board->pace->message[0] ? board->pace->message : error_text(error));
}

/* Before anything is called late or lost, hear what is waiting. And where the bench itself was
 * away, on a busy machine or in a debugger, nobody is silent for that time. */
static int hear(struct hil_board *board)
{
    int64_t now = board_host_now(board);
    int64_t absence = now - board->listened_at; /* listened_at: when it meant to listen again */
    board->listened_at = now;
    if (board->board.lockstep)
        return 0;
    if (absence > ABSENT_NS) {
        rack_excuse(&board->rack, absence);
        talk_excuse(&board->talk, absence);
        board->answered_at += absence;
    }
    return board->pace->ops->wait(board->pace, INT64_MIN);
}

void connection_service(struct hil_board *board, bool polls)
{
    int result = hear(board);
    if (result < 0) {
        port_failed(board, result);
        return;
    }
    int64_t now = board_host_now(board);
    result = board->pace->has_rack ? rack_service(&board->rack, now) : 0;
    if (result < 0) {
        if (!emulator_died(board))
            rack_failed(board, result);
        return;
    }
    stimulus_service(board, now);
    stimulus_items_service(board);
    result = line_service(&board->line, now);
    if (result == 0 && polls)
        poll_service(board, now);
    if (result == 0)
        result = talk_service(&board->talk, now);
    if (result < 0)
        port_failed(board, result);
}

int64_t connection_due(const struct hil_board *board, bool polls)
{
    int64_t due = talk_due(&board->talk);
    int64_t others[] = {
        line_due(&board->line),
        stimulus_due(board),
        board->pace->has_rack ? rack_due(&board->rack) : TIME_NEVER,
        polls && !board->poll_in_flight ? board->poll_due : TIME_NEVER,
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        due = others[i] < due ? others[i] : due;
    return due;
}

void connection_wait(struct hil_board *board, int64_t until)
{
    if (board->board.interrupted && atomic_load(board->board.interrupted)) {
        board_fail(board, ERROR_INTERRUPTED, "the board was let go");
        return;
    }
    int result = board->pace->ops->wait(board->pace, until);
    if (until > board->listened_at)
        board->listened_at = until; /* waiting that long was meant */
    if (result < 0)
        port_failed(board, result);
}
