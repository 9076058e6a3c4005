/* What a run sees of a board: opening, the clock, delivery. */
#include "hil/board_internal.h"

#include "hil/identity.h"
#include "hil/rack/selftest_record.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LATE_NS (50 * NS_PER_MS)
/* Runs wait longer than this for the facts of any board. */
#define LAG_BY_THE_WAY_NS (500 * NS_PER_MS)
#define LATE_LASTS_NS (10 * NS_PER_S) /* answers to what was done late come within this time */

/* ---- time and facts -----------------------------------------------------------------------------
 */

int64_t board_host_now(struct hil_board *board)
{
    return board->pace->ops->now(board->pace);
}

int64_t board_site_time(const struct hil_board *board, int64_t host)
{
    return host - board->origin;
}

void board_describe(const struct hil_board *board, char *text, size_t size)
{
    const struct talk_config *link = board->talk.profile ? &board->talk.config : &board->link;
    char whom[40];
    talk_describe(&board->profile, link, whom, sizeof whom);
    snprintf(text, size, "%s on %s (%d %d%c%d, %s)",
             board->spec.kind == BOARD_EMULATED ? "emulated board" : "board",
             board->spec.lockstep ? "its lockstep line" : board->port, board->link.line.baud, 8,
             board->link.line.parity, board->link.line.stop_bits, whom);
}

void board_fail(struct hil_board *board, int error, const char *format, ...)
{
    va_list arguments;
    if (board->error < 0)
        return;
    board->error = error;
    va_start(arguments, format);
    vsnprintf(board->board.message, sizeof board->board.message, format, arguments);
    va_end(arguments);
}

struct fact *board_fact(struct hil_board *board, enum fact_kind kind, int64_t arrived)
{
    if (!board->flat)
        return NULL; /* while attaching, state is read, not told */
    if (board->fact_count == FACTS_MAX) {
        board_fail(board, ERROR_QUEUE_FULL,
                   "more than %d facts from the board wait to be delivered", FACTS_MAX);
        return NULL;
    }
    struct fact *fact = &board->facts[(board->fact_first + board->fact_count++) % FACTS_MAX];
    memset(fact, 0, sizeof *fact);
    fact->kind = kind;
    fact->due = board_site_time(board, arrived);
    fact->event.flat = board->flat->number;
    board_fact_times(board, fact, arrived, arrived, EVENT_NO_STAMP, EVIDENCE_REGISTER);
    return fact;
}

/* What the site did late began its effect late: the effect's own time may be that much earlier. */
static int64_t widened(const struct hil_board *board, int64_t earliest)
{
    return earliest <= board->widening_until ? earliest - board->widening : earliest;
}

void board_fact_times(struct hil_board *board, struct fact *fact, int64_t earliest, int64_t latest,
                      int64_t stamp_ns, enum evidence evidence)
{
    assert(earliest <= latest);
    bool exact = evidence != EVIDENCE_REGISTER;
    fact->event.at = board_site_time(board, exact ? earliest + (latest - earliest) / 2 : latest);
    fact->event.earliest = board_site_time(board, widened(board, earliest));
    fact->event.latest = board_site_time(board, latest);
    fact->event.stamp_ns = stamp_ns;
    fact->event.evidence = (uint16_t)evidence;
}

void board_log(struct hil_board *board, const struct fact *fact, enum event_kind kind, int64_t a,
               int64_t b)
{
    struct event event = fact->event;
    event.kind = (uint16_t)kind;
    event.a = a;
    event.b = b;
    board_event(&board->board, board->flat, &event);
}

/* ---- clock --------------------------------------------------------------------------------------
 */

static void note_lateness(struct hil_board *board, int64_t now)
{
    int64_t host = board_host_now(board);
    int64_t late = board_site_time(board, host) - now;
    if (board->board.lockstep || late <= LATE_NS)
        return;
    bool widening_goes_on = host <= board->widening_until && board->widening > late;
    if (!widening_goes_on)
        board->widening = late;
    board->widening_until = host + LATE_LASTS_NS;
    board->statistics.late++;
    if (late > board->statistics.lateness_ns_max)
        board->statistics.lateness_ns_max = board->board.lateness_ns_max = late;
}

/* An emulated board and its rack live on the processor that the bench lives on, and fall behind with
 * it; a real rack keeps its own time. */
static void note_rack_lateness(struct hil_board *board)
{
    int64_t late = board->pace->has_rack ? board->rack.late_ns_max : 0;
    if (!board->board.lockstep && late > board->board.lateness_ns_max)
        board->board.lateness_ns_max = late;
}

static int64_t next_fact(const struct hil_board *board)
{
    return board->fact_count > 0 ? board->facts[board->fact_first].due : TIME_NEVER;
}

static int64_t advance(struct clock *clock, int64_t now, int64_t target)
{
    struct hil_board *board =
        (struct hil_board *)((char *)clock - offsetof(struct hil_board, board.clock));
    if (!board->flat)
        return board->error < 0 ? board->error : target;
    stimulus_flush_cause(board);
    note_lateness(board, now);
    for (;;) {
        if (board->error == 0)
            connection_service(board, true);
        note_rack_lateness(board);
        if (board->error < 0)
            return board->error;
        int64_t fact = next_fact(board);
        if (fact <= target)
            return fact > now ? fact : now;
        int64_t host = board_host_now(board);
        int64_t host_target = target + board->origin;
        if (host >= host_target)
            return target;
        int64_t due = connection_due(board, true);
        connection_wait(board, due < host_target ? due : host_target);
    }
}

/* ---- delivery -----------------------------------------------------------------------------------
 */

static void apply(struct hil_board *board, int64_t now, const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_STATUS:
        poll_deliver(board, now, fact);
        break;
    case FACT_REPLY:
        orders_deliver(board, fact);
        break;
    default:
        stimulus_deliver(board, now, fact);
        break;
    }
}

static void deliver(struct board *base, struct site *site)
{
    struct hil_board *board = (struct hil_board *)base;
    bool touched = false;
    while (board->flat && next_fact(board) <= site->now) {
        struct fact fact = board->facts[board->fact_first];
        board->fact_first = (board->fact_first + 1) % FACTS_MAX;
        board->fact_count--;
        apply(board, site->now, &fact);
        board_settle(base, board->flat, site->now);
        touched = true;
    }
    if (touched)
        site_touched(site, board->flat);
}

/* ---- what it cannot be judged for ---------------------------------------------------------------
 */

static bool lacks_capability(const struct hil_board *board, const char *need)
{
    for (int i = 0; i < PROFILE_CAPABILITY_COUNT; i++)
        if (strcmp(need, profile_capability_key((enum profile_capability)i)) == 0)
            return !board->profile.can[i];
    return false;
}

static bool lacks(const struct board *base, const char *need, char *why, size_t size)
{
    const struct hil_board *board = (const struct hil_board *)base;
    bool dlt645 = board->profile.protocol == PROFILE_DLT645;
    bool other_protocol = (strcmp(need, "modbus") == 0 && dlt645) ||
                          (strcmp(need, "dlt645") == 0 && !dlt645);
    if (strcmp(need, "rack") == 0 && !base->has_rack)
        snprintf(why, size, "the board has no rack that could apply a stimulus");
    else if (strcmp(need, "stimulus") == 0 && !base->stimuli)
        snprintf(why, size, "the board has no rack and no register that could apply a stimulus");
    else if (strcmp(need, "power") == 0 && !base->has_power)
        snprintf(why, size, "nothing on this bench cuts the board's supply");
    else if (other_protocol)
        snprintf(why, size, "profile \"%s\" speaks %s", board->profile.name,
                 dlt645 ? "DL/T 645" : "Modbus");
    else if (lacks_capability(board, need))
        snprintf(why, size, "profile \"%s\" has no %s", board->profile.name, need);
    else
        return false;
    return true;
}

static void tell_unjudged(struct hil_board *board)
{
    char text[BOARD_PROPERTY_SIZE] = "";
    size_t used = 0;
    for (int i = 0; i < PROFILE_CAPABILITY_COUNT && used < sizeof text; i++)
        if (!board->profile.can[i])
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "",
                                     profile_capability_key((enum profile_capability)i));
    if (!board->board.has_rack && used < sizeof text)
        snprintf(text + used, sizeof text - used, "%swhat wants a stimulus (no rack%s)",
                 used ? ", " : "", board->board.stimuli ? ", but registers for some" : "");
    if (text[0])
        board_tell(&board->board.properties, "not judged", "%s", text);
}

/* ---- opening ------------------------------------------------------------------------------------
 */

/* A file beside the running program or above it: build/meterbench finds build/board/reference.elf,
 * and
 * ../scenarios of its build directory. */
static bool find_beside_program(const char *name, char path[PATH_SIZE])
{
    char directory[PATH_SIZE];
    ssize_t size = readlink("/proc/self/exe", directory, sizeof directory - 1);
    if (size <= 0)
        return false;
    directory[size] = '\0';
    for (int levels = 0; levels < 5; levels++) {
        char *slash = strrchr(directory, '/');
        if (!slash)
            return false;
        *slash = '\0';
        int length = snprintf(path, PATH_SIZE, "%s/%s", directory, name);
        if (length < PATH_SIZE && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static int find(const char *given, const char *name, const char *what, char path[PATH_SIZE],
                char *message, size_t size)
{
    if (given)
        snprintf(path, PATH_SIZE, "%s", given);
    bool there = given ? access(path, R_OK) == 0 : find_beside_program(name, path);
    if (there)
        return 0;
    if (given)
        snprintf(message, size, "%s %s: no such file, or it cannot be read", what, given);
    else
        snprintf(message, size, "%s: no %s beside the program; build the board, or name the file",
                 what, name);
    return ERROR_NOT_FOUND;
}

static int find_emulator(struct hil_board *board, char *message, size_t size)
{
    const struct board_spec *spec = &board->spec;
    int result = find(spec->emulator, "board/meterbench-emulator", "board emulator", board->program,
                      message, size);
    if (result == 0)
        result = find(spec->elf, "board/reference.elf", "firmware", board->elf, message, size);
    if (result == 0)
        result = find(spec->map, "board/reference.map", "wiring map", board->map, message, size);
    if (spec->truth)
        snprintf(board->truth, sizeof board->truth, "%s", spec->truth);
    return result;
}

/* A file, or the name of a profile that comes along, as "dds238". A file that is not there is never
 * taken for the one of its name that comes along. */
int board_find_profile(const char *given, char path[BOARD_PATH_SIZE], char *message, size_t size)
{
    char name[PATH_SIZE];
    if (!given)
        return find(NULL, "scenarios/boards/reference.lua", "board profile", path, message, size);
    const char *slash = strrchr(given, '/'), *base = slash ? slash + 1 : given;
    size_t length = strlen(base);
    bool has_end = length > 4 && strcmp(base + length - 4, ".lua") == 0;
    snprintf(name, sizeof name, "scenarios/boards/%s.lua", base);
    if (!has_end && access(given, R_OK) != 0 && find_beside_program(name, path))
        return 0;
    return find(given, NULL, "board profile", path, message, size);
}

static int read_files(struct hil_board *board, struct bench_file *bench, char *message, size_t size)
{
    const struct board_spec *spec = &board->spec;
    char path[PATH_SIZE];
    int result = 0;
    if (spec->bench_file)
        result = bench_file_read(spec->bench_file, spec->bench_id, bench, message, size);
    if (result < 0)
        return result;
    const char *profile = spec->profile ? spec->profile : bench->profile[0] ? bench->profile : NULL;
    result = board_find_profile(profile, path, message, size);
    snprintf(board->board.profile_path, sizeof board->board.profile_path, "%s", path);
    snprintf(board->board.bench_path, sizeof board->board.bench_path, "%s",
             spec->bench_file ? spec->bench_file : "");
    return result < 0 ? result : profile_read(path, &board->profile, message, size);
}

static void choose_line(struct hil_board *board, const struct bench_file *bench)
{
    const struct profile *profile = &board->profile;
    struct serial_settings line = profile->serial;
    line.baud = bench->baud ? bench->baud : line.baud;
    line.baud = board->spec.baud ? board->spec.baud : line.baud;
    line.parity = bench->parity ? bench->parity : line.parity;
    line.stop_bits = bench->stop_bits ? bench->stop_bits : line.stop_bits;
    board->line_faults = line_faults_any(&board->spec.line_faults) ? board->spec.line_faults
                                                                   : bench->faults;
    board->link = (struct talk_config){
        .line = line,
        .slave = bench->slave ? bench->slave : profile->slave,
        .address = profile->address,
        .timeout_ns = bench->response_timeout_ns ? bench->response_timeout_ns
                                                 : talk_usual_timeout(profile),
    };
    if (bench->address[0])
        dlt645_address_from_text(bench->address, &board->link.address);
    snprintf(board->port, sizeof board->port, "%s",
             board->spec.port ? board->spec.port : bench->port);
    snprintf(board->rack_path, sizeof board->rack_path, "%s", bench->rack);
    board->rack_bitrate = bench->rack_bitrate;
    board->power_config = bench->power;
}

static void tell_file(struct board_properties *told, const char *name, const char *path)
{
    char key[BOARD_PROPERTY_NAME], hex[SHA256_HEX_SIZE];
    const char *slash = strrchr(path, '/');
    snprintf(key, sizeof key, "%s.sha256", name);
    board_tell(told, name, "%s", slash ? slash + 1 : path);
    int result = identity_sha256(path, hex);
    board_tell(told, key, "%s", result < 0 ? strerror(-result) : hex);
}

/* What is known before anything is connected. */
static void tell_files(struct hil_board *board, const struct bench_file *bench)
{
    struct board_properties *told = &board->board.properties;
    const char *given = board->spec.elf ? board->spec.elf : bench->firmware;
    const char *firmware = board->elf[0] ? board->elf : given;
    char what[BOARD_NAME_SIZE];
    board_describe(board, what, sizeof what);
    board_tell(told, "connection", "%s", what);
    if (board->board.has_rack)
        board_tell(told, "rack", "%s", board->rack_path[0] ? board->rack_path : "emulated");
    else
        board_tell(told, "rack", "none");
    if (board->board.has_rack && board->spec.kind == BOARD_PORT) {
        selftest_record_tell(board->spec.bench_file, bench->id, what, sizeof what);
        board_tell(told, "rack.selftest", "%s", what);
    }
    board_tell(told, "profile.name", "%s", board->profile.name);
    if (board->profile.source[0])
        board_tell(told, "profile.source", "%s", board->profile.source);
    tell_file(told, "profile", board->board.profile_path);
    if (firmware[0])
        tell_file(told, "firmware", firmware);
    else
        board_tell(told, "firmware", "unknown: name its file in the bench file");
}

static int prepare(struct hil_board *board, char *message, size_t size)
{
    struct bench_file bench = {0};
    bool emulated = board->spec.kind == BOARD_EMULATED;
    if (board->spec.lockstep && !emulated) {
        snprintf(message, size, "lockstep needs the emulated board: a real one does not wait");
        return ERROR_INVALID_ARGUMENT;
    }
    int result = read_files(board, &bench, message, size);
    if (result == 0 && emulated)
        result = find_emulator(board, message, size);
    if (result < 0)
        return result;
    choose_line(board, &bench);
    if (!emulated && board->port[0] == '\0') {
        snprintf(message, size,
                 "no port for the board: name a device, or `port` in the bench file");
        return ERROR_INVALID_ARGUMENT;
    }
    board->board.has_rack = emulated || board->rack_path[0] != '\0';
    if (!emulated && strstr(bench.flash, "{firmware}") && !bench.firmware[0] && !board->spec.elf) {
        snprintf(message, size, "%s: flash: it names {firmware}, and there is none: say `firmware` "
                                "or --firmware", board->spec.bench_file);
        return ERROR_INVALID_ARGUMENT;
    }
    board->board.stimuli =
        board->board.has_rack ? BOARD_STIMULI_ALL : stimulus_items_carry(&board->profile);
    board->board.has_power = board->board.has_rack || bench.power.kind != BENCH_POWER_NONE;
    if (bench.power.kind == BENCH_POWER_RACK && !board->board.has_rack) {
        snprintf(message, size, "%s: power.rack: there is no rack that could switch the supply",
                 board->spec.bench_file);
        return ERROR_INVALID_ARGUMENT;
    }
    if (bench.safe.power_off && !emulated && !board->board.has_power) {
        snprintf(message, size, "%s: safe.power: \"off\" needs a rack or `power`: nothing else "
                                "switches this board's supply", board->spec.bench_file);
        return ERROR_INVALID_ARGUMENT;
    }
    if (board->profile.status_lag_ns > LAG_BY_THE_WAY_NS)
        board->board.told_late_ns = board->profile.status_lag_ns;
    board->board.tolerance = board->profile.twin;
    tell_files(board, &bench);
    tell_unjudged(board);
    return 0;
}

static const struct board_ops ops = {attach_flat, deliver, orders_misuse, lacks, detach_flat};

struct board *board_open(const struct board_spec *spec, char *message, size_t size)
{
    struct hil_board *board = calloc(1, sizeof *board);
    if (!board) {
        snprintf(message, size, "%s", error_text(ERROR_NO_MEMORY));
        return NULL;
    }
    board->spec = *spec;
    if (prepare(board, message, size) < 0) {
        free(board);
        return NULL;
    }
    /* the caller's strings were copied or used */
    board->spec.bench_file = board->spec.bench_id = board->spec.port = board->spec.profile = NULL;
    board->spec.emulator = board->spec.elf = board->spec.map = board->spec.truth = NULL;
    board->board.ops = &ops;
    board->board.clock.advance = advance;
    board->board.emulated = spec->kind == BOARD_EMULATED;
    board->board.lockstep = spec->lockstep;
    return &board->board;
}

void board_close(struct board *base)
{
    struct hil_board *board = (struct hil_board *)base;
    if (!board)
        return;
    board->flat = NULL; /* the site may be gone already */
    detach_flat(base);
    board_capture_free(board);
    free(board);
}

int board_error(const struct board *base)
{
    return ((const struct hil_board *)base)->error;
}

void board_statistics(const struct board *base, struct board_statistics *statistics)
{
    const struct hil_board *board = (const struct hil_board *)base;
    const struct master_statistics talk = talk_statistics(&board->talk);
    *statistics = board->statistics;
    statistics->requests = talk.requests;
    statistics->timeouts = talk.timeouts;
    statistics->crc_errors = talk.damaged;
    statistics->rack_frames = board->rack.frames;
    statistics->rack_lost = board->rack.lost;
    statistics->sync_width_ns = rack_sync_width(&board->rack.sync, board->rack.sync.at);
}
