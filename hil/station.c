#include "hil/station.h"

#include "hil/board_internal.h"
#include "hil/flash.h"
#include "hil/line/port_lock.h"
#include "hil/line/serial_latency.h"
#include "hil/station_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPLUG_DEFAULT_NS (10 * NS_PER_S)
#define REPLUG_LOOK_NS (100 * NS_PER_MS)
#define POWER_WAIT_NS (2 * NS_PER_S)
#define NOMINAL_MV 220000 /* GB/T 12325: the voltage of a flat's supply */

enum { TRIES = 3 }; /* of what the run hangs on, so that one disturbance does not decide it */

struct station {
    struct board_spec spec;
    const atomic_bool *interrupted;
    struct bench_file bench;
    char port[96], rack[96];
    bool port_held, rack_held;
    bool begun, ended;
    int lost;    /* how the last case lost port or rack, or 0 */
    int failure; /* what will not mend itself, or 0 */
    char why[320];
    struct station_state state;
};

struct station *station_new(const struct board_spec *spec, const atomic_bool *interrupted)
{
    struct station *station = calloc(1, sizeof *station);
    if (!station)
        return NULL;
    station->spec = *spec;
    station->interrupted = interrupted;
    return station;
}

/* ---- ports -------------------------------------------------------------------------------------
 */

static bool is_device(const char *path)
{
    return strchr(path, '/') != NULL; /* else a CAN interface, which many may use */
}

static void tell_lock_file(const char *path, struct board_properties *told, const char *name)
{
    char note[320];
    port_lock_note(path, note, sizeof note);
    if (!note[0])
        return;
    fprintf(stderr, "meterbench: %s\n", note);
    board_tell(told, name, "%s", note);
}

static int lock_ports(struct station *station, struct board_properties *told, char *message,
                      size_t size)
{
    tell_lock_file(station->port, told, "port.lock");
    int result = port_lock_hold(station->port, message, size);
    station->port_held = result == 0;
    if (result < 0 || !is_device(station->rack))
        return result;
    tell_lock_file(station->rack, told, "rack.lock");
    result = port_lock_hold(station->rack, message, size);
    station->rack_held = result == 0;
    return result < 0 ? ERROR_RACK_LOST : 0;
}

static void free_ports(struct station *station)
{
    if (station->rack_held)
        port_lock_release(station->rack);
    if (station->port_held)
        port_lock_release(station->port);
    station->port_held = station->rack_held = false;
}

/* ---- a board between two cases -----------------------------------------------------------------
 */

struct visit {
    struct hil_board *board;
    struct snapshot snapshot;
};

/* The rack keeps its voltage; no current was asked for. */
static int leave(struct visit *visit, int error, char *message, size_t size)
{
    if (!visit->board)
        return error;
    if (error < 0 && visit->board->board.message[0])
        snprintf(message, size, "%s", visit->board->board.message);
    connection_close(visit->board);
    board_close(&visit->board->board);
    visit->board = NULL;
    return error;
}

/* Connects and finds the board under nominal voltage, no current flowing. */
static int enter(struct station *station, struct visit *visit, char *message, size_t size)
{
    struct board *base = board_open(&station->spec, message, size);
    visit->board = (struct hil_board *)base;
    if (!base)
        return ERROR_PROFILE;
    visit->board->seed = station->spec.seed ? station->spec.seed : 1;
    visit->board->load_mv = -1;
    int error = attach_meet(visit->board, NOMINAL_MV, &visit->snapshot);
    return error < 0 ? leave(visit, error, message, size) : 0;
}

static bool has_contacts(const struct visit *visit)
{
    return visit->board->profile.can[PROFILE_CAN_RELAY];
}

static bool contacts_closed(const struct visit *visit)
{
    return visit->board->rack_contacts_known ? visit->board->rack_contacts
                                             : snapshot_shows(&visit->snapshot, PROFILE_BIT_CLOSED);
}

/* Does the rack say, by contacts or load voltage, what the register says? It tells changes only. */
static const char *evidence(const struct visit *visit)
{
    const struct hil_board *board = visit->board;
    if (board->rack_contacts_known)
        return "contact";
    return board->load_mv >= LOAD_LIVE_MV ? "load voltage" : "register";
}

static int check_load(const struct visit *visit)
{
    struct hil_board *board = visit->board;
    bool contradicts = board->load_mv >= LOAD_LIVE_MV && !contacts_closed(visit);
    if (contradicts)
        board_fail(board, ERROR_BOARD_REFUSED,
                   "the board says that its contacts are open, and the rack sees %lld V behind them",
                   (long long)(board->load_mv / 1000));
    return board->error;
}

/* ---- safe --------------------------------------------------------------------------------------
 */

/* What the contacts should be left as: -1 as they are. */
static int wanted(const struct station *station)
{
    switch (station->bench.safe.contacts) {
    case BENCH_SAFE_OPEN:
        return 0;
    case BENCH_SAFE_CLOSED:
        return 1;
    default:
        return station->state.found;
    }
}

/* The rack has taken the voltage away and says that the board is without power. */
static int switch_off(struct visit *visit)
{
    struct hil_board *board = visit->board;
    int64_t until = board_host_now(board) + POWER_WAIT_NS;
    stimulus_supply(board, false);
    if (board->pace->has_rack)
        stimulus_zero(board);
    while (board->error == 0 && (board->rack.status & RACK_STATUS_POWERED)) {
        if (board_host_now(board) >= until)
            board_fail(board, ERROR_BOARD_REFUSED, "the rack took its voltage away, and the board "
                                                   "still has power: is it fed from elsewhere?");
        else
            attach_turn(board, until);
    }
    return board->error;
}

static int bring_to_safe(struct station *station, struct visit *visit, char *text, size_t size)
{
    int closed = has_contacts(visit) ? wanted(station) : -1;
    bool off = station->bench.safe.power_off;
    const char *word = closed < 0 ? "left as they are" : closed ? "closed" : "open";
    int error = closed < 0 ? 0 : attach_contacts(visit->board, closed, &visit->snapshot);
    if (error == 0 && closed >= 0)
        error = check_load(visit);
    snprintf(text, size, "contacts %s%s%s%s, power %s", word, closed < 0 ? "" : " (",
             closed < 0 ? "" : evidence(visit), closed < 0 ? "" : ")", off ? "off" : "on");
    if (error == 0 && off)
        error = switch_off(visit);
    return error;
}

static int make_safe_once(struct station *station, char *text, size_t text_size, char *message,
                          size_t size)
{
    struct visit visit = {0};
    int error = enter(station, &visit, message, size);
    if (error == 0)
        error = bring_to_safe(station, &visit, text, text_size);
    return leave(&visit, error, message, size);
}

/* A run before this one was killed. */
static int mend(struct station *station, struct visit *visit, struct board_properties *told)
{
    char text[120];
    int error = bring_to_safe(station, visit, text, sizeof text);
    if (error < 0)
        return error;
    fprintf(stderr,
            "meterbench: %s: the run of process %ld was killed and left the board as it was; it was "
            "brought to safe first: %s\n",
            station->port, station->state.pid, text);
    board_tell(told, "safe.before", "not left safe by process %ld; brought to safe: %s",
               station->state.pid, text);
    return 0;
}

/* ---- the first case ----------------------------------------------------------------------------
 */

static int read_bench(struct station *station, char *message, size_t size)
{
    const struct board_spec *spec = &station->spec;
    int result = 0;
    station->bench.low_latency = true;
    if (spec->bench_file)
        result =
            bench_file_read(spec->bench_file, spec->bench_id, &station->bench, message, size);
    if (!spec->bench_file || station->bench.replug_ns < 0)
        station->bench.replug_ns = REPLUG_DEFAULT_NS;
    snprintf(station->port, sizeof station->port, "%s",
             spec->port ? spec->port : station->bench.port);
    snprintf(station->rack, sizeof station->rack, "%s", station->bench.rack);
    return result;
}

/* A status read's time on the line and back, as long as the adapter is what it is now. */
static int64_t round_trip(const struct visit *visit)
{
    return visit->snapshot.answered - visit->snapshot.sent;
}

static int timer_ms(const struct station *station)
{
    char message[320];
    int fd = port_lock_open(station->port, message, sizeof message);
    int ms = fd < 0 ? -1 : serial_latency_timer_ms(fd);
    if (fd >= 0)
        port_lock_close(fd);
    return ms;
}

/* Where the adapter holds bytes back, the board is asked once before that is changed; 0: it was not. */
static int64_t ask_slowly(struct station *station, int before_ms)
{
    struct visit visit = {0};
    char message[320];
    int64_t took = 0;
    port_lock_keep_latency(station->port, !station->bench.low_latency || before_ms > 1);
    if (!station->bench.low_latency || before_ms <= 1)
        return 0;
    if (enter(station, &visit, message, sizeof message) == 0)
        took = round_trip(&visit);
    leave(&visit, 0, message, sizeof message);
    port_lock_keep_latency(station->port, false);
    return took;
}

static void tell_latency(const struct station *station, const struct visit *visit, int before_ms,
                         int64_t before_ns, struct board_properties *told)
{
    char text[120], message[320];
    int fd = port_lock_open(station->port, message, sizeof message);
    double ms = (double)round_trip(visit) / (double)NS_PER_MS;
    if (fd < 0)
        return;
    serial_latency_describe(fd, before_ms, text, sizeof text);
    port_lock_close(fd);
    board_tell(told, "port.latency", "%s", text);
    if (before_ns > 0)
        board_tell(told, "port.round_trip", "%.1f ms before, %.1f ms after",
                   (double)before_ns / (double)NS_PER_MS, ms);
    else
        board_tell(told, "port.round_trip", "%.1f ms", ms);
}

static void keep_state(struct station *station)
{
    if (!station_state_write(station->port, &station->state))
        fprintf(stderr, "meterbench: no state directory can be written: after a kill nobody will "
                        "know how %s was found\n", station->port);
}

static int look(struct station *station, struct board_properties *told, char *message, size_t size)
{
    struct visit visit = {0};
    int error = ERROR_RACK_LOST, before_ms = timer_ms(station);
    int64_t before_ns = ask_slowly(station, before_ms);
    for (int tries = 0; tries < TRIES && error == ERROR_RACK_LOST; tries++)
        error = enter(station, &visit, message, size);
    if (error < 0)
        return error;
    tell_latency(station, &visit, before_ms, before_ns, told);
    bool killed = station_state_read(station->port, &station->state);
    if (!killed)
        station->state.found = has_contacts(&visit) ? contacts_closed(&visit) : -1;
    board_tell(told, "found", "contacts %s (%s)", contacts_closed(&visit) ? "closed" : "open",
               evidence(&visit));
    if (!has_contacts(&visit))
        board_tell(told, "found", "no contacts");
    error = killed ? mend(station, &visit, told) : 0;
    if (error == 0)
        keep_state(station);
    return leave(&visit, error, message, size);
}

/* The port is locked to see that it is free, and closed for whoever writes the firmware. */
static int flash(struct station *station, struct board_properties *told, char *message, size_t size)
{
    const struct board_spec *spec = &station->spec;
    const char *firmware = spec->elf ? spec->elf : station->bench.firmware;
    char command[1200];
    if (!station->bench.flash[0] || spec->no_flash)
        return 0;
    int error = lock_ports(station, told, message, size);
    free_ports(station);
    if (error == 0 && flash_command(station->bench.flash, firmware, station->port, command,
                                    sizeof command) < 0)
        error = ERROR_BUFFER_TOO_SMALL;
    if (error < 0)
        return error;
    fprintf(stderr, "meterbench: %s: %s\n", station->port, command);
    error = flash_run(command, message, size);
    if (error == 0)
        board_tell(told, "flashed", "%s", command);
    return error;
}

static int begin(struct station *station, struct board_properties *told, char *message, size_t size)
{
    int error = read_bench(station, message, size);
    if (error == 0)
        error = flash(station, told, message, size);
    if (error == 0)
        error = lock_ports(station, told, message, size);
    if (error == 0)
        error = look(station, told, message, size);
    station->begun = error == 0;
    if (error < 0)
        free_ports(station);
    return error;
}

/* ---- unplugged ---------------------------------------------------------------------------------
 */

static bool is_there(const char *path)
{
    char message[320];
    int fd = is_device(path) ? port_lock_open(path, message, sizeof message) : -1;
    if (fd >= 0)
        port_lock_close(fd);
    return fd >= 0 || !is_device(path);
}

static bool let_go(const struct station *station)
{
    return station->interrupted && atomic_load(station->interrupted);
}

static int wait_for_ports(struct station *station, char *message, size_t size)
{
    int64_t until = serial_clock_ns() + station->bench.replug_ns;
    while (!is_there(station->port) || !is_there(station->rack)) {
        if (let_go(station) || serial_clock_ns() >= until) {
            char waited[32];
            duration_format(station->bench.replug_ns, waited, sizeof waited);
            snprintf(message, size, "%s went away and did not come back within %s (`replug`)",
                     is_there(station->port) ? station->rack : station->port, waited);
            return let_go(station) ? ERROR_INTERRUPTED : ERROR_PORT_LOST;
        }
        nanosleep(&(struct timespec){0, REPLUG_LOOK_NS}, NULL);
    }
    return 0;
}

static int come_back(struct station *station, struct board_properties *told, char *message,
                     size_t size)
{
    char text[120];
    int error = ERROR_TIMEOUT;
    for (int tries = 0; tries < TRIES && error < 0; tries++) {
        error = wait_for_ports(station, message, size);
        if (error < 0)
            return error;
        error = make_safe_once(station, text, sizeof text, message, size);
    }
    if (error < 0)
        return error;
    keep_state(station); /* the adapter may be another device now, under the same name */
    fprintf(stderr, "meterbench: %s is back; the board was brought to safe: %s\n", station->port,
            text);
    board_tell(told, "replugged", "went away and came back; then %s", text);
    return 0;
}

/* ---- cases -------------------------------------------------------------------------------------
 */

int station_ready(struct station *station, struct board_properties *told, char *message,
                  size_t size)
{
    int error = 0;
    if (station->failure == 0) {
        if (!station->begun)
            error = begin(station, told, station->why, sizeof station->why);
        else if (station->lost < 0)
            error = come_back(station, told, station->why, sizeof station->why);
        station->failure = error;
        station->lost = 0;
    }
    if (station->failure < 0)
        snprintf(message, size, "%s: %s", error_text(station->failure), station->why);
    return station->failure;
}

void station_case_over(struct station *station, int error)
{
    if (error == ERROR_PORT || error == ERROR_PORT_LOST || error == ERROR_RACK_LOST)
        station->lost = error;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

/* What else fails a run may pass here: it is tried again, each time from the beginning. */
static int make_safe(struct station *station, struct board_properties *told, char *message,
                     size_t size)
{
    char text[120];
    int error = ERROR_TIMEOUT;
    for (int tries = 0; tries < TRIES && error < 0; tries++)
        error = make_safe_once(station, text, sizeof text, message, size);
    if (error == 0)
        board_tell(told, "left", "safe: %s", text);
    return error;
}

int station_end(struct station *station, struct board_properties *told, char *message, size_t size)
{
    if (!station->begun || station->ended)
        return 0;
    station->ended = true;
    int error = make_safe(station, told, station->why, sizeof station->why);
    free_ports(station);
    if (error == 0) {
        station_state_forget(&station->state);
        return 0;
    }
    board_tell(told, "left", "NOT safe: %s", station->why);
    snprintf(message, size, "%s: NOT left safe: %s: %s", station->port, error_text(error),
             station->why);
    return error;
}

void station_free(struct station *station)
{
    if (!station)
        return;
    free_ports(station);
    free(station);
}
