/* The run of the conformance suite: the connection, the rows one after the other, what is put back. */
#include "hil/check/check_internal.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ANSWER_NS (1 * NS_PER_S) /* an answer later than this is none */
#define EMULATED_UNCERTAINTY_NS (20 * NS_PER_MS)

#define LATE_NS (50 * NS_PER_MS)
#define BUSY_LOAD 1.5

enum { ATTEMPTS = 3 };

const char *check_outcome_word(enum check_outcome outcome)
{
    static const char *const words[] = {
#define X(id, word) word,
        CHECK_OUTCOMES(X)
#undef X
    };
    return words[outcome];
}

/* ---- judging ------------------------------------------------------------------------------------
 */

/* Which of two judgements stays: a failure before a doubt before no judgement before a pass. */
static int weight(enum check_outcome outcome)
{
    static const int weights[] = {[CHECK_PASSES] = 0,
                                  [CHECK_NOT_JUDGED] = 1,
                                  [CHECK_INCONCLUSIVE] = 2,
                                  [CHECK_FAILS] = 3};
    return weights[outcome];
}

static void judge(struct check *check, enum check_outcome outcome, const char *format,
                  va_list arguments)
{
    struct check_result *result = check->result;
    if (weight(outcome) <= weight(result->outcome) && outcome != CHECK_PASSES)
        return;
    if (outcome == CHECK_PASSES && result->outcome != CHECK_PASSES)
        return;
    result->outcome = outcome;
    vsnprintf(result->message, sizeof result->message, format, arguments);
}

#define JUDGEMENT(name, outcome)                                                                   \
    void name(struct check *check, const char *format, ...)                                       \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        judge(check, outcome, format, arguments);                                                  \
        va_end(arguments);                                                                         \
    }
JUDGEMENT(check_fail, CHECK_FAILS)
JUDGEMENT(check_inconclusive, CHECK_INCONCLUSIVE)
JUDGEMENT(check_not_judged, CHECK_NOT_JUDGED)
JUDGEMENT(check_note, CHECK_PASSES)
#undef JUDGEMENT

void check_lost(struct check *check, const char *format, ...)
{
    va_list arguments;
    check->lost |= check_goes_on(check);
    va_start(arguments, format);
    judge(check, CHECK_FAILS, format, arguments);
    va_end(arguments);
}

bool endurance_goes_on(const struct check *check, const struct endurance *endurance)
{
    return endurance->asked < endurance->wanted && endurance->unanswered < 5 && check->error == 0;
}

void endurance_count(struct endurance *endurance, enum heard_kind kind, const char *why)
{
    endurance->asked++;
    if (kind == HEARD_DAMAGED && endurance->damaged++ == 0)
        snprintf(endurance->why, sizeof endurance->why, "%s", why);
    if (kind == HEARD_NOTHING && endurance->unanswered++ == 0)
        endurance->first = endurance->asked;
}

void endurance_judge(struct check *check, const struct endurance *endurance)
{
    if (endurance->unanswered > 0)
        check_lost(check, "request %d of %d met silence, and %d more", endurance->first,
                   endurance->wanted, endurance->unanswered - 1);
    else if (endurance->damaged > 0)
        check_lost(check, "%d of %d answers were damaged: %s", endurance->damaged,
                   endurance->wanted, endurance->why);
    else
        check_note(check, "%d of %d answered", endurance->wanted, endurance->wanted);
}

bool check_goes_on(const struct check *check)
{
    return check->error == 0 && check->result->outcome == CHECK_PASSES;
}

const char *check_hex(const uint8_t *bytes, size_t size, char *text, size_t capacity)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < size; i++) {
        if (used + 8 > capacity) {
            snprintf(text + used, capacity - used, "..");
            break;
        }
        used += (size_t)snprintf(text + used, capacity - used, i ? " %02X" : "%02X", bytes[i]);
    }
    return text;
}

const char *check_span(int64_t earliest, int64_t latest, char *text, size_t capacity)
{
    if (latest - earliest < NS_PER_MS / 20)
        snprintf(text, capacity, "%.2f ms", (double)latest / NS_PER_MS);
    else
        snprintf(text, capacity, "%.1f to %.1f ms", (double)(earliest > 0 ? earliest : 0) / NS_PER_MS,
                 (double)latest / NS_PER_MS);
    return text;
}

/* ---- on the wire --------------------------------------------------------------------------------
 */

static bool bench_well(struct check *check, int result)
{
    if (result < 0 && check->error == 0)
        check->error = result;
    return check->error == 0;
}

static bool send_and_hear(struct check *check, const struct piece *pieces, size_t count,
                          int64_t first_ns)
{
    int64_t resolution = check->wire.pace->resolution_ns;
    bool modbus = check->protocol == CHECK_MODBUS;
    int64_t frame_gap = exchanger_characters(&check->wire, 4);
    const struct exchange exchange = {
        .pieces = pieces,
        .count = count,
        .first_ns = first_ns,
        .gap_ns = modbus ? frame_gap + (resolution ? 100 : 20) * NS_PER_MS + 2 * resolution
                         : 520 * NS_PER_MS + resolution,
        .whole = modbus ? modbus_whole : dlt645_whole,
        .user = check,
        .tail_ns = frame_gap + 2 * resolution + 2 * check->wire.uncertainty_ns,
    };
    if (check->error < 0)
        return false;
    bool well = bench_well(check, exchanger_do(&check->wire, &exchange, &check->answer));
    check->late_ns = check->answer.late_ns > check->late_ns ? check->answer.late_ns : check->late_ns;
    return well;
}

bool check_send(struct check *check, const struct piece *pieces, size_t count)
{
    return send_and_hear(check, pieces, count, FIRST_ANSWER_NS);
}

bool check_send_for_silence(struct check *check, const struct piece *pieces, size_t count)
{
    return send_and_hear(check, pieces, count, check->quiet_ns);
}

void check_pass(struct check *check, int64_t duration_ns)
{
    if (check->error == 0)
        bench_well(check, exchanger_pass(&check->wire, duration_ns));
}

static bool answers_once(struct check *check)
{
    uint8_t frame[DLT645_ENCODED_MAX + RTU_MAX];
    struct piece piece = {frame, 0, exchanger_characters(&check->wire, 4)};
    if (check->protocol == CHECK_MODBUS) {
        piece.size = modbus_frame_of(check, &check->anchor, frame);
    } else {
        struct dlt645_frame request;
        dlt645_read_request(&request, &check->address, check->anchor_identifier);
        piece.size = (size_t)dlt645_encode(&request, DLT645_PREAMBLE_MAX, frame, sizeof frame);
    }
    return check_send(check, &piece, 1) && check->answer.size > 0 &&
           (check->protocol == CHECK_MODBUS ? modbus_whole : dlt645_whole)(
               check, check->answer.bytes, check->answer.size);
}

bool check_answers(struct check *check)
{
    for (int i = 0; i < ATTEMPTS && check->error == 0; i++)
        if (answers_once(check))
            return true;
    return false;
}

void check_unasked(struct check *check)
{
    size_t before = check->wire.unasked;
    check_pass(check, 2 * NS_PER_S);
    size_t count = check->wire.unasked - before;
    if (count > 0)
        check_fail(check, "it sends without being asked: %zu bytes in 2 s, the last %02X", count,
                   check->wire.unasked_byte);
}

void check_silence(struct check *check, const struct piece *pieces, size_t count, const char *what)
{
    char hex[100];
    if (!check_goes_on(check) || !check_send_for_silence(check, pieces, count))
        return;
    if (check->answer.size > 0) {
        check_fail(check, "it answered %s: %s", what,
                   check_hex(check->answer.bytes, check->answer.size, hex, sizeof hex));
        return;
    }
    size_t unasked = check->wire.unasked;
    check_pass(check, exchanger_characters(&check->wire, 4));
    if (!check_answers(check) && check->error == 0)
        check_lost(check, "after %s it answers good requests no more", what);
    else if (check->wire.unasked > unasked)
        check_fail(check, "it answered %s, later than %lld ms after it", what,
                   (long long)(check->quiet_ns / NS_PER_MS));
}

/* ---- the rack -----------------------------------------------------------------------------------
 */

static void rack_told(void *user, const struct rack_fact *fact)
{
    struct check *check = user;
    if (fact->id == RACK_CONTACTS) {
        check->contacts_known = true;
        check->contacts_closed = (fact->payload & RACK_CONTACTS_CLOSED) != 0;
        check->contacts_at = fact->latest;
    } else if (fact->id == RACK_STATUS) {
        check->powered = (fact->payload & RACK_STATUS_POWERED) != 0;
    }
}

void check_stimulate(struct check *check, const struct rack_stimulus *stimulus)
{
    struct rack *rack = &check->wire.rack;
    if (check->error < 0 ||
        !bench_well(check, rack_stimulate(rack, check->wire.pace->ops->now(check->wire.pace),
                                          stimulus, 0)))
        return;
    for (int i = 0; i < 40 && rack->pending_count > 0 && check->error == 0; i++)
        check_pass(check, 50 * NS_PER_MS);
}

void check_source(struct check *check, uint32_t voltage_mv)
{
    const struct rack_stimulus source = {.id = RACK_SOURCE_VOLTAGE, .level = voltage_mv};
    check_stimulate(check, &source);
}

bool check_power_cycle(struct check *check, int64_t off_ns)
{
    check_source(check, 0);
    check_pass(check, off_ns);
    check_source(check, 230000);
    check->seal_open = false;
    for (int i = 0; i < 10 && check->error == 0; i++) {
        check_pass(check, 300 * NS_PER_MS);
        if (check_answers(check))
            return true;
    }
    return false;
}

/* ---- a row --------------------------------------------------------------------------------------
 */

static const char *what_lacks(const struct check *check, unsigned needs)
{
    if ((needs & CHECK_WRITES) && !check->writes)
        return "it writes to the meter, which takes --write";
    if ((needs & (CHECK_PROFILE | CHECK_RELAY)) && !check->profile)
        return "no profile says what the meter has (--profile, or profile in the bench file)";
    if ((needs & CHECK_RELAY) && !check->profile->can[PROFILE_CAN_RELAY])
        return "the profile has no relay";
    if ((needs & CHECK_RACK) && !check->wire.rack_runs)
        return "there is no rack to cut the supply and see the contacts";
    return NULL;
}

/* A meter that fell silent in an earlier row says nothing about this one. A rack can wake it. */
static bool ready(struct check *check)
{
    if ((check->result->row->needs & CHECK_ALONE) || check_answers(check))
        return true;
    if (check->error == 0 && check->wire.rack_runs && check_power_cycle(check, 2 * NS_PER_S))
        return true;
    if (check->error == 0)
        check_inconclusive(check, "the meter answers no more since an earlier row; switch it off "
                                  "and on, and check this row alone with --only");
    return false;
}

/* Is this machine too busy to keep a line's times? */
static bool is_busy(const struct check *check, char *why, size_t size)
{
    double load = 0;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (check->board->spec.lockstep)
        return false;
    if (check->late_ns > LATE_NS) {
        snprintf(why, size, "this program was held up for %lld ms",
                 (long long)(check->late_ns / NS_PER_MS));
        return true;
    }
    if (getloadavg(&load, 1) != 1 || load <= BUSY_LOAD * (double)processors)
        return false;
    snprintf(why, size, "this machine is busy (load %.0f on %ld processors)", load, processors);
    return true;
}

static void judge_row(struct check *check, const struct check_row *row)
{
    struct check_result *result = check->result;
    result->outcome = CHECK_PASSES;
    result->message[0] = '\0';
    check->lost = false;
    check->late_ns = 0;
    bool is_ready = ready(check);
    exchanger_forget(&check->wire);
    result->began = check->wire.pace->ops->now(check->wire.pace);
    if (is_ready && check->error == 0)
        row->judge(check);
    check_put_back(check);
    result->took_ns = check->wire.pace->ops->now(check->wire.pace) - result->began;
    memcpy(result->wire, check->wire.wire, sizeof result->wire);
    result->wire_count = check->wire.wire_count;
}

/* On a port a failure is judged again: noise on the line is no fault of the meter. Emulated time has
 * none. */
static void confirm(struct check *check, const struct check_row *row)
{
    struct check_result first = *check->result;
    char why[80];
    if (check->board->spec.lockstep || first.outcome != CHECK_FAILS || check->error < 0)
        return;
    bool lost = check->lost;
    judge_row(check, row);
    lost &= check->lost;
    if (check->result->outcome == CHECK_FAILS && !(lost && is_busy(check, why, sizeof why)))
        return;
    bool repeats = check->result->outcome == CHECK_FAILS;
    *check->result = first;
    check->result->outcome = CHECK_INCONCLUSIVE;
    size_t used = strlen(check->result->message);
    snprintf(check->result->message + used, sizeof check->result->message - used, "; but %s",
             repeats ? why : "not when it was tried again");
}

static void run_row(struct check *check, const struct check_row *row, struct check_result *result)
{
    memset(result, 0, sizeof *result);
    result->row = row;
    result->began = check->wire.pace->ops->now(check->wire.pace);
    check->result = result;
    const char *lacks = what_lacks(check, row->needs);
    if (lacks) {
        check_not_judged(check, "%s", lacks);
        return;
    }
    judge_row(check, row);
    confirm(check, row);
    if (check->error < 0 && result->outcome == CHECK_PASSES)
        check_inconclusive(check, "%s", check->wire.pace->message[0] ? check->wire.pace->message
                                                                     : error_text(check->error));
}

static void run_rows(struct check *check, struct check_report *report)
{
    const struct check_row *rows[CHECK_ROWS_MAX];
    int count = check_rows(check->protocol, rows, CHECK_ROWS_MAX);
    report->results = calloc((size_t)count, sizeof *report->results);
    if (!report->results) {
        check->error = ERROR_NO_MEMORY;
        return;
    }
    for (int i = 0; i < count && check->error == 0; i++) {
        if (check->options->only && fnmatch(check->options->only, rows[i]->id, 0) != 0)
            continue;
        struct check_result *result = &report->results[report->count++];
        run_row(check, rows[i], result);
        report->outcomes[result->outcome]++;
        if (check->options->judged)
            check->options->judged(check->options->user, result);
    }
}

/* ---- the connection -----------------------------------------------------------------------------
 */

static int connect_wire(struct check *check)
{
    static const struct pace_listener bytes = {exchanger_byte, exchanger_frame, NULL};
    const struct rack_listener listener = {rack_told, check};
    struct hil_board *board = check->board;
    struct pace_listener ours = bytes;
    ours.user = &check->wire;
    int result = connection_reach(board, &ours);
    if (result < 0)
        return result;
    bool emulated = board->spec.kind == BOARD_EMULATED;
    exchanger_start(&check->wire, board->pace, &board->link.line, &listener,
                    board->spec.lockstep ? 0 : RACK_SYNC_DRIFT_PPM);
    check->wire.interrupted = check->options->interrupted;
    check->wire.unpaced &= !emulated;
    if (emulated && !board->spec.lockstep) {
        check->wire.uncertainty_ns = EMULATED_UNCERTAINTY_NS;
        check->wire.rack.silence_ns = 3 * NS_PER_S;
    }
    return 0;
}

static void describe(const struct check *check, struct check_report *report)
{
    const struct pace *pace = check->wire.pace;
    char board[140], address[DLT645_ADDRESS_TEXT_SIZE];
    board_describe(check->board, board, sizeof board);
    if (check->protocol == CHECK_DLT645) {
        const struct serial_settings *line = &check->wire.line;
        dlt645_address_to_text(&check->address, address);
        snprintf(board, sizeof board, "%s (%d 8%c%d, address %s)",
                 check->board->spec.lockstep ? "its lockstep line" : check->board->port, line->baud,
                 line->parity, line->stop_bits, address);
    }
    snprintf(report->board, sizeof report->board, "%s%s%s", check->profile ? check->profile->name : "",
             check->profile ? ", " : "", board);
    int64_t stamp = pace->resolution_ns + check->wire.uncertainty_ns;
    if (stamp == 0)
        snprintf(report->stamps, sizeof report->stamps, "stamps are exact (emulated time)");
    else
        snprintf(report->stamps, sizeof report->stamps, "stamps of received bytes are good to %lld ms%s",
                 (long long)((stamp + NS_PER_MS - 1) / NS_PER_MS),
                 check->wire.unpaced ? "; a pseudo-terminal has no speed: intervals hold with "
                                       "and without the line's time"
                                     : "");
}

static bool find_meter(struct check *check, struct check_report *report)
{
    struct check_result scratch = {0};
    char board[120];
    check->result = &scratch;
    /* A board needs a moment after it was switched on. */
    for (int i = 0; i < 5 && check->error == 0; i++) {
        bool found = check->protocol == CHECK_MODBUS ? modbus_find_anchor(check)
                                                     : dlt645_find_anchor(check);
        if (found)
            return true;
        check_pass(check, 300 * NS_PER_MS);
    }
    board_describe(check->board, board, sizeof board);
    if (check->error == 0) {
        check->error = ERROR_BOARD_NO_ANSWER;
        snprintf(report->message, sizeof report->message,
                 "%s never answered: check power, wiring, speed and address (meterbench board probe "
                 "finds them)",
                 board);
    }
    return false;
}

static void told_not_back(const struct check *check, struct check_report *report)
{
    if (!check->not_back[0])
        return;
    size_t used = strlen(report->message);
    snprintf(report->message + used, sizeof report->message - used,
             "%sNOT put back as it was found: %s", used ? "; " : "", check->not_back);
    report->error = report->error < 0 ? report->error : ERROR_BOARD_REFUSED;
}

/* Silence is waited for in many rows, so no longer than this meter's answers suggest. One that comes
 * later still shows, as bytes that nobody asked for. */
static void measure_quiet(struct check *check)
{
    int64_t earliest, latest, longest = 0;
    for (int i = 0; i < 5 && check_answers(check); i++) {
        answer_delay(&check->wire, &check->answer, &earliest, &latest);
        longest = latest > longest ? latest : longest;
    }
    check->quiet_ns = 100 * NS_PER_MS + 4 * longest + 2 * check->wire.pace->resolution_ns;
    if (check->protocol == CHECK_DLT645) /* 500 ms are allowed */
        check->quiet_ns = 600 * NS_PER_MS + longest;
    if (check->quiet_ns > FIRST_ANSWER_NS)
        check->quiet_ns = FIRST_ANSWER_NS;
}

static void told_error(const struct check *check, struct check_report *report)
{
    report->error = check->error;
    if (check->error == 0 || report->message[0])
        return;
    const struct pace *pace = check->wire.pace;
    snprintf(report->message, sizeof report->message, "%s",
             pace && pace->message[0] ? pace->message : error_text(check->error));
}

/* ---- which meter --------------------------------------------------------------------------------
 */

/* A foreign meter without a profile is judged by its protocol alone. */
static bool has_profile(const struct check_options *options, const struct bench_file *bench)
{
    return options->board.kind == BOARD_EMULATED || options->board.profile || bench->profile[0];
}

/* DL/T 645 has its own usual line: 2400 Bd, even parity. */
static void choose_line(struct check *check, const struct bench_file *bench)
{
    struct serial_settings *line = &check->board->link.line;
    int said = check->options->board.baud ? check->options->board.baud : bench->baud;
    if (check->profile || check->protocol == CHECK_MODBUS)
        return;
    line->baud = said ? said : 2400;
    line->parity = bench->parity ? bench->parity : 'E';
}

static void choose_meter(struct check *check)
{
    const struct board_spec *spec = &check->options->board;
    struct bench_file bench = {0};
    char message[200];
    if (spec->bench_file) /* board_open has read it already, so it is good */
        bench_file_read(spec->bench_file, spec->bench_id, &bench, message, sizeof message);
    check->profile = has_profile(check->options, &bench) ? &check->board->profile : NULL;
    check->protocol = check->options->protocol_said ? check->options->protocol : CHECK_MODBUS;
    if (check->profile)
        check->protocol =
            check->profile->protocol == PROFILE_DLT645 ? CHECK_DLT645 : CHECK_MODBUS;
    choose_line(check, &bench);
    check->slave = (uint8_t)check->board->link.slave;
    check->address = check->profile || bench.address[0] ? check->board->link.address : dlt645_wildcard;
}

/* A profile that is of the other protocol than was asked for is a contradiction. */
static bool contradicts(const struct check *check, struct check_report *report)
{
    if (!check->options->protocol_said || check->options->protocol == check->protocol)
        return false;
    snprintf(report->message, sizeof report->message,
             "the profile \"%s\" is for %s; leave out --protocol, or name another profile",
             check->profile->name, check->protocol == CHECK_MODBUS ? "Modbus" : "DL/T 645");
    report->error = ERROR_PROFILE;
    return true;
}

static void run_on_board(struct check *check, struct check_report *report)
{
    int result = connect_wire(check);
    if (result < 0) {
        check->error = result;
        snprintf(report->message, sizeof report->message, "%s", check->board->board.message);
        report->error = result;
        return;
    }
    if (find_meter(check, report)) {
        measure_quiet(check);
        describe(check, report);
        run_rows(check, report);
    }
    told_error(check, report);
    told_not_back(check, report);
    connection_close(check->board);
}

int check_run(const struct check_options *options, struct check_report *report)
{
    memset(report, 0, sizeof *report);
    struct check *check = calloc(1, sizeof *check);
    struct board *board =
        check ? board_open(&options->board, report->message, sizeof report->message) : NULL;
    if (!board) {
        free(check);
        report->error = check ? ERROR_PROFILE : ERROR_NO_MEMORY;
        return report->error;
    }
    check->board = (struct hil_board *)board;
    check->options = options;
    choose_meter(check);
    check->writes = options->write || options->board.kind == BOARD_EMULATED;
    check->random = random_stream(options->seed, RANDOM_NO_FLAT, RANDOM_METER_LINK);
    report->protocol = check->protocol;
    if (!contradicts(check, report))
        run_on_board(check, report);
    board_close(board);
    free(check);
    return report->error;
}

void check_report_free(struct check_report *report)
{
    free(report->results);
    report->results = NULL;
    report->count = 0;
}

/* ---- the rows -----------------------------------------------------------------------------------
 */

int check_rows(enum check_protocol protocol, const struct check_row *rows[], int capacity)
{
    static const struct check_rows *const modbus[] = {
        &check_modbus_frames, &check_modbus_rules, &check_modbus_times, &check_behaviour,
        &check_modbus_writes, NULL};
    static const struct check_rows *const dlt645[] = {
        &check_dlt645_frames, &check_dlt645_rules, &check_dlt645_values, &check_behaviour,
        &check_dlt645_writes, NULL};
    const struct check_rows *const *groups = protocol == CHECK_MODBUS ? modbus : dlt645;
    int count = 0;
    for (; *groups; groups++)
        for (int i = 0; i < (*groups)->count && count < capacity; i++)
            rows[count++] = &(*groups)->rows[i];
    return count;
}
