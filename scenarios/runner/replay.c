#include "scenarios/runner/replay.h"

#include "scenarios/runner/board_play.h"
#include "scenarios/runner/source.h"

#include "sim/error.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 50000000 };

struct recorded_case {
    int64_t id;
    char path[512], label[CASE_LABEL_SIZE], board_id[sizeof((struct case_result *)0)->board_id];
    int case_index, repeat;
    bool finished; /* its verdict was reached and written */
    enum replay_finding finding;
    bool replayed;
    char words[700];
};

struct replay {
    sqlite3 *database;
    pthread_mutex_t lock; /* of the database */
    struct run_facts facts;
    bool complete;
    struct recorded_case *cases;
    int count;
    struct board_maker *makers; /* one a board id; they make nothing, players are made here */
    int maker_count;
    int *selected; /* result i of the suite is case selected[i] */
    int selected_count;
};

struct replayed_case {
    struct event_sink sink; /* first */
    struct replay *replay;
    struct recorded_case *recorded;
    struct event *events;
    size_t count, next;
    struct board_facts facts;
    char damage[200]; /* what is wrong with its rows */
    char board_difference[300];
};

/* ---- reading ---------------------------------------------------------------------------------------- */

static sqlite3_stmt *prepare(struct replay *replay, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(replay->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    return statement;
}

static bool next_row(sqlite3_stmt *statement)
{
    return statement && sqlite3_step(statement) == SQLITE_ROW;
}

/* The end of the rows was their end, not an error. */
static bool finish(sqlite3_stmt *statement)
{
    return statement && sqlite3_finalize(statement) == SQLITE_OK;
}

static void text_column(sqlite3_stmt *statement, int column, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    snprintf(out, size, "%s", text ? text : "");
}

static uint64_t number_column(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? strtoull(text, NULL, 10) : 0;
}

static int64_t pragma(struct replay *replay, const char *sql)
{
    sqlite3_stmt *statement = prepare(replay, sql);
    int64_t value = next_row(statement) ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    return value;
}

static int read_run(struct replay *replay)
{
    struct run_facts *facts = &replay->facts;
    sqlite3_stmt *statement = prepare(
        replay, "SELECT version, arguments, started, host, seed, timeout_ns, boards, complete FROM run");
    bool there = next_row(statement);
    if (there) {
        text_column(statement, 0, facts->version, sizeof facts->version);
        text_column(statement, 1, facts->arguments, sizeof facts->arguments);
        text_column(statement, 2, facts->started, sizeof facts->started);
        text_column(statement, 3, facts->host, sizeof facts->host);
        facts->seed = number_column(statement, 4);
        facts->timeout_ns = sqlite3_column_int64(statement, 5);
        facts->boards = sqlite3_column_int(statement, 6);
        replay->complete = sqlite3_column_int(statement, 7);
    }
    return finish(statement) && there && facts->timeout_ns >= 0 ? 0 : ERROR_INVALID_ARGUMENT;
}

static int read_texts(struct replay *replay)
{
    sqlite3_stmt *statement = prepare(replay, "SELECT path, content FROM text");
    int result = 0;
    source_only_added();
    while (result == 0 && next_row(statement)) {
        const char *path = (const char *)sqlite3_column_text(statement, 0);
        const void *text = sqlite3_column_blob(statement, 1);
        size_t size = (size_t)sqlite3_column_bytes(statement, 1);
        result = path ? source_add(path, text ? text : "", size) : ERROR_INVALID_ARGUMENT;
    }
    return finish(statement) ? result : ERROR_INVALID_ARGUMENT;
}

static int add_case(struct replay *replay, sqlite3_stmt *statement)
{
    struct recorded_case *grown =
        realloc(replay->cases, (size_t)(replay->count + 1) * sizeof *replay->cases);
    if (!grown)
        return ERROR_NO_MEMORY;
    replay->cases = grown;
    struct recorded_case *recorded = &grown[replay->count++];
    *recorded = (struct recorded_case){.id = sqlite3_column_int64(statement, 0),
                                       .case_index = sqlite3_column_int(statement, 2),
                                       .repeat = sqlite3_column_int(statement, 4)};
    text_column(statement, 1, recorded->path, sizeof recorded->path);
    text_column(statement, 3, recorded->label, sizeof recorded->label);
    text_column(statement, 7, recorded->board_id, sizeof recorded->board_id);
    char outcome[32], message[640];
    text_column(statement, 5, outcome, sizeof outcome);
    text_column(statement, 6, message, sizeof message);
    /* The wall clock cannot be played back. */
    bool by_watchdog = strstr(message, "wall-clock watchdog") != NULL;
    recorded->finished = outcome[0] && strcmp(outcome, outcome_name(OUTCOME_NOT_RUN)) != 0 && !by_watchdog;
    return 0;
}

static int read_cases(struct replay *replay)
{
    sqlite3_stmt *statement = prepare(
        replay, "SELECT id, file, case_index, label, repeat, outcome, message, board_id FROM case_result ORDER BY id");
    int result = 0;
    while (result == 0 && next_row(statement))
        result = add_case(replay, statement);
    return finish(statement) ? result : ERROR_INVALID_ARGUMENT;
}

static void read_properties(struct replay *replay, const char *board_id, int64_t case_id,
                            struct board_properties *properties)
{
    sqlite3_stmt *statement =
        prepare(replay, "SELECT name, value FROM board_property WHERE board_id = ? AND case_id = ? ORDER BY n");
    if (statement) {
        sqlite3_bind_text(statement, 1, board_id, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(statement, 2, case_id);
    }
    while (next_row(statement)) {
        char name[BOARD_PROPERTY_NAME], value[BOARD_PROPERTY_SIZE];
        text_column(statement, 0, name, sizeof name);
        text_column(statement, 1, value, sizeof value);
        board_tell(properties, name, "%s", value);
    }
    sqlite3_finalize(statement);
}

struct replay *replay_open(const char *path, char *message, size_t size)
{
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay) {
        snprintf(message, size, "%s", error_text(ERROR_NO_MEMORY));
        return NULL;
    }
    pthread_mutex_init(&replay->lock, NULL);
    message[0] = '\0';
    int opened = sqlite3_open_v2(path, &replay->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    int64_t version = opened == SQLITE_OK ? pragma(replay, "PRAGMA user_version") : -1;
    if (opened != SQLITE_OK || version < 0)
        snprintf(message, size, "%s: %s", path, sqlite3_errmsg(replay->database));
    else if (pragma(replay, "PRAGMA application_id") != RUN_FILE_APPLICATION)
        snprintf(message, size, "%s: it is no run file (meterbench test --run-file makes one)", path);
    else if (version != RUN_FILE_VERSION)
        snprintf(message, size, "%s: its tables have version %lld, this program reads version %d: replay it with the "
                                "meterbench that recorded it (its version is in the table `run`)",
                 path, (long long)version, RUN_FILE_VERSION);
    else if (read_run(replay) < 0 || read_texts(replay) < 0 || read_cases(replay) < 0)
        snprintf(message, size, "%s: the file is damaged (%s)", path, sqlite3_errmsg(replay->database));
    if (!message[0])
        return replay;
    replay_close(replay);
    return NULL;
}

void replay_close(struct replay *replay)
{
    if (!replay)
        return;
    sqlite3_close(replay->database);
    pthread_mutex_destroy(&replay->lock);
    free(replay->cases);
    free(replay->selected);
    free(replay->makers);
    free(replay);
    source_forget_all();
}

const struct run_facts *replay_facts(const struct replay *replay)
{
    return &replay->facts;
}

bool replay_is_complete(const struct replay *replay)
{
    return replay->complete;
}

/* ---- selecting -------------------------------------------------------------------------------------- */

static const struct scenario *find_scenario(const struct scenario_list *list, const char *path)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->items[i].path, path) == 0)
            return &list->items[i];
    return NULL;
}

static int load_scenarios(struct replay *replay, struct suite *suite)
{
    int result = 0;
    for (int i = 0; i < replay->count && result == 0; i++)
        if (!find_scenario(&suite->scenarios, replay->cases[i].path))
            result = scenario_add(&suite->scenarios, replay->cases[i].path);
    return result;
}

/* Results of one board stand together in reports, by its maker. */
static struct board_maker *maker_of(struct replay *replay, const struct recorded_case *recorded)
{
    for (int i = 0; i < replay->maker_count; i++)
        if (strcmp(replay->makers[i].id, recorded->board_id) == 0)
            return &replay->makers[i];
    struct board_maker *maker = &replay->makers[replay->maker_count++];
    memcpy(maker->id, recorded->board_id, sizeof maker->id);
    read_properties(replay, maker->id, 0, &maker->properties);
    return maker;
}

static int select_case(struct replay *replay, struct suite *suite, int i)
{
    const struct recorded_case *recorded = &replay->cases[i];
    const struct scenario *scenario = find_scenario(&suite->scenarios, recorded->path);
    bool there = scenario && recorded->case_index >= 0 && recorded->case_index < scenario->case_count &&
                 strcmp(scenario->labels[recorded->case_index], recorded->label) == 0;
    if (!there) {
        snprintf(suite->complaint, sizeof suite->complaint,
                 "%.120s: the recorded text has no case [%.60s]: the file is damaged", recorded->path,
                 recorded->label);
        return ERROR_INVALID_ARGUMENT;
    }
    int before = suite->count;
    struct board_maker *maker = replay->facts.boards && scenario->board ? maker_of(replay, recorded) : NULL;
    int result = suite_add_case(suite, scenario, maker, recorded->case_index, recorded->repeat);
    if (result == 0 && suite->count > before)
        replay->selected[replay->selected_count++] = i;
    return result;
}

int replay_select(struct replay *replay, struct suite *suite, const struct suite_options *options)
{
    memset(suite, 0, sizeof *suite);
    suite->options = *options;
    replay->selected = calloc((size_t)replay->count + 1, sizeof *replay->selected);
    replay->makers = calloc((size_t)replay->count + 1, sizeof *replay->makers);
    int result = replay->selected && replay->makers ? load_scenarios(replay, suite) : ERROR_NO_MEMORY;
    for (int i = 0; i < replay->count && result == 0; i++)
        result = select_case(replay, suite, i);
    for (int i = 0; i + 1 < replay->maker_count; i++)
        replay->makers[i].next = &replay->makers[i + 1];
    suite->options.run.boards = replay->maker_count > 0 ? replay->makers : NULL; /* for reports */
    if (result < 0 && !suite->complaint[0])
        snprintf(suite->complaint, sizeof suite->complaint, "%s", error_text(result));
    return result;
}

enum replay_finding replay_finding(const struct replay *replay, int i, char *words, size_t size)
{
    const struct recorded_case *recorded = &replay->cases[replay->selected[i]];
    snprintf(words, size, "%s", recorded->replayed ? recorded->words : "it was not replayed");
    return recorded->replayed ? recorded->finding : REPLAY_INCOMPLETE;
}

/* ---- rows of a case --------------------------------------------------------------------------------- */

static sqlite3_stmt *rows_of(struct replay *replay, int64_t id, const char *sql)
{
    sqlite3_stmt *statement = prepare(replay, sql);
    if (statement)
        sqlite3_bind_int64(statement, 1, id);
    return statement;
}

static void *grown(void *items, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity ? 2 * *capacity : 256;
    void *more = wanted <= ROWS_MAX ? realloc(items, wanted * item_size) : NULL;
    if (more)
        *capacity = wanted;
    return more;
}

static struct event event_columns(sqlite3_stmt *statement, int at)
{
    int64_t flat = sqlite3_column_int64(statement, at + 1);
    bool stamped = sqlite3_column_type(statement, at + 7) != SQLITE_NULL;
    return (struct event){
        .at = sqlite3_column_int64(statement, at),
        .flat = flat < 0 ? EVENT_NO_FLAT : (uint32_t)flat,
        .kind = (uint16_t)sqlite3_column_int(statement, at + 2),
        .a = sqlite3_column_int64(statement, at + 3),
        .b = sqlite3_column_int64(statement, at + 4),
        .earliest = sqlite3_column_int64(statement, at + 5),
        .latest = sqlite3_column_int64(statement, at + 6),
        .stamp_ns = stamped ? sqlite3_column_int64(statement, at + 7) : EVENT_NO_STAMP,
        .evidence = (uint16_t)sqlite3_column_int(statement, at + 8),
    };
}

static bool event_is_sound(const struct event *event)
{
    return event->kind < EVENT_KINDS && event->evidence <= EVIDENCE_REGISTER && event->earliest <= event->latest;
}

static int read_events(struct replayed_case *replayed)
{
    sqlite3_stmt *statement =
        rows_of(replayed->replay, replayed->recorded->id,
                "SELECT at_ns, flat, kind, a, b, earliest_ns, latest_ns, stamp_ns, evidence FROM event"
                " WHERE case_id = ? ORDER BY n");
    size_t capacity = 0;
    int result = 0;
    while (result == 0 && next_row(statement)) {
        struct event *events = grown(replayed->events, replayed->count, &capacity, sizeof *events);
        if (!events) {
            result = ERROR_NO_MEMORY;
            break;
        }
        replayed->events = events;
        events[replayed->count++] = event_columns(statement, 0);
    }
    return finish(statement) ? result : ERROR_IO;
}

static struct controller_status status_columns(sqlite3_stmt *statement, int at)
{
    struct controller_status status;
    memset(&status, 0, sizeof status);
#define X(type, field) status.field = (type)sqlite3_column_int64(statement, at++);
    CONTROLLER_STATUS(X)
#undef X
    return status;
}

/* False: a row that no recorder writes. */
static bool fact_columns(sqlite3_stmt *statement, struct board_fact *fact)
{
    const char *name = (const char *)sqlite3_column_text(statement, 1);
    const char *text = (const char *)sqlite3_column_text(statement, 10);
    const void *bytes = sqlite3_column_blob(statement, 9);
    int size = sqlite3_column_bytes(statement, 9);
    int kind = name ? board_fact_kind(name) : -1;
    *fact = (struct board_fact){.at = sqlite3_column_int64(statement, 0),
                                .a = sqlite3_column_int64(statement, 2),
                                .b = sqlite3_column_int64(statement, 3)};
    if (kind < 0 || size > (int)sizeof fact->bytes)
        return false;
    fact->kind = (enum board_fact_kind)kind;
    fact->size = (uint8_t)size;
    if (size > 0)
        memcpy(fact->bytes, bytes, (size_t)size);
    fact->event = (struct event){
        .at = fact->at,
        .a = fact->a,
        .b = fact->b,
        .kind = (uint16_t)sqlite3_column_int(statement, 4),
        .earliest = sqlite3_column_int64(statement, 5),
        .latest = sqlite3_column_int64(statement, 6),
        .stamp_ns = sqlite3_column_int64(statement, 7),
        .evidence = (uint16_t)sqlite3_column_int(statement, 8),
    };
    fact->status = status_columns(statement, 11);
    fact->text = text ? strdup(text) : NULL;
    bool is_error = kind == BOARD_FACT_FAILED || kind == BOARD_FACT_ATTACH_FAILED;
    return fact->status.last_trip < TRIP_CAUSE_COUNT && (kind != BOARD_FACT_EVENT || event_is_sound(&fact->event)) &&
           (!is_error || (fact->a < 0 && fact->a > -100000)) &&
           (kind != BOARD_FACT_FRAME || size > 10);
}

static int read_facts(struct replayed_case *replayed)
{
    sqlite3_stmt *statement = rows_of(
        replayed->replay, replayed->recorded->id,
        "SELECT at_ns, kind, a, b, event, earliest_ns, latest_ns, stamp_ns, evidence, bytes, text"
#define X(type, field) ", s." #field
        CONTROLLER_STATUS(X)
#undef X
        " FROM board_fact f"
        " LEFT JOIN board_status s ON s.case_id = f.case_id AND s.n = f.n WHERE f.case_id = ? ORDER BY f.n");
    struct board_facts *facts = &replayed->facts;
    size_t capacity = 0;
    int result = 0;
    facts->complete = replayed->recorded->finished;
    while (result == 0 && next_row(statement)) {
        struct board_fact *items = grown(facts->items, facts->count, &capacity, sizeof *items);
        if (!items) {
            result = ERROR_NO_MEMORY;
            break;
        }
        facts->items = items;
        if (!fact_columns(statement, &items[facts->count++]))
            result = ERROR_INVALID_ARGUMENT;
    }
    return finish(statement) ? result : ERROR_IO;
}

/* ---- comparing -------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void differs(struct replayed_case *replayed, const char *format, ...)
{
    struct recorded_case *recorded = replayed->recorded;
    if (recorded->finding == REPLAY_DIFFERS)
        return;
    recorded->finding = REPLAY_DIFFERS;
    va_list values;
    va_start(values, format);
    vsnprintf(recorded->words, sizeof recorded->words, format, values);
    va_end(values);
}

static bool same_event(const struct event *a, const struct event *b)
{
    return a->at == b->at && a->earliest == b->earliest && a->latest == b->latest && a->stamp_ns == b->stamp_ns &&
           a->a == b->a && a->b == b->b && a->flat == b->flat && a->kind == b->kind && a->evidence == b->evidence;
}

static void event_words(const struct event *event, char *out, size_t size)
{
    char line[200];
    event_format(event, line, sizeof line);
    snprintf(out, size, "%.199s", line);
    size_t used = strlen(out);
    if (event->earliest != event->at || event->latest != event->at)
        snprintf(out + used, size - used, " (%lld to %lld ns of it)", (long long)(event->earliest - event->at),
                 (long long)(event->latest - event->at));
}

static void compare_event(struct event_sink *sink, const struct event *event)
{
    struct replayed_case *replayed = (struct replayed_case *)sink;
    size_t n = replayed->next++;
    char now[280], then[280];
    if (n >= replayed->count) {
        event_words(event, now, sizeof now);
        if (replayed->recorded->finished)
            differs(replayed, "event %zu: the recording has no more, the replay has %s", n + 1, now);
        return;
    }
    if (same_event(&replayed->events[n], event))
        return;
    event_words(&replayed->events[n], then, sizeof then);
    event_words(event, now, sizeof now);
    differs(replayed, "event %zu: recorded %s, replayed %s", n + 1, then, now);
}

static void compare_text(struct replayed_case *replayed, const char *what, const char *then, const char *now)
{
    if (strcmp(then ? then : "", now) != 0)
        differs(replayed, "%s: recorded \"%.200s\", replayed \"%.200s\"", what, then ? then : "", now);
}

static void compare_number(struct replayed_case *replayed, const char *what, int64_t then, int64_t now)
{
    if (then != now)
        differs(replayed, "%s: recorded %lld, replayed %lld", what, (long long)then, (long long)now);
}

static void compare_result(struct replayed_case *replayed, const struct case_result *result)
{
    sqlite3_stmt *statement =
        rows_of(replayed->replay, replayed->recorded->id,
                "SELECT outcome, requirement, message, board, simulated_ns, events, event_hash, on_board"
                " FROM case_result WHERE id = ?");
    char hash[24];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)result->event_hash);
    if (next_row(statement)) {
        compare_number(replayed, "number of events", sqlite3_column_int64(statement, 5),
                       (int64_t)result->event_count);
        compare_text(replayed, "event hash", (const char *)sqlite3_column_text(statement, 6), hash);
        compare_text(replayed, "outcome", (const char *)sqlite3_column_text(statement, 0),
                     outcome_name(result->outcome));
        compare_text(replayed, "message", (const char *)sqlite3_column_text(statement, 2), result->message);
        compare_text(replayed, "requirement", (const char *)sqlite3_column_text(statement, 1),
                     requirement_name(result->requirement));
        compare_text(replayed, "board", (const char *)sqlite3_column_text(statement, 3), result->board);
        compare_number(replayed, "simulated time", sqlite3_column_int64(statement, 4), result->simulated_ns);
    }
    sqlite3_finalize(statement);
}

static void compare_verdict(struct replayed_case *replayed, sqlite3_stmt *statement, const struct verdict *verdict)
{
    compare_text(replayed, "verdict", (const char *)sqlite3_column_text(statement, 0), verdict->text);
    compare_text(replayed, verdict->text, (const char *)sqlite3_column_text(statement, 1),
                 judgement_name(verdict->judgement));
    compare_number(replayed, "earliest", sqlite3_column_int64(statement, 2), verdict->measured.earliest);
    compare_number(replayed, "latest", sqlite3_column_int64(statement, 3), verdict->measured.latest);
    compare_number(replayed, "limit", sqlite3_column_int64(statement, 4), verdict->limit);
    compare_text(replayed, "detail", (const char *)sqlite3_column_text(statement, 5), verdict->detail);
}

static void compare_verdicts(struct replayed_case *replayed, const struct case_result *result)
{
    sqlite3_stmt *statement =
        rows_of(replayed->replay, replayed->recorded->id,
                "SELECT text, judgement, earliest_ns, latest_ns, limit_ns, detail FROM verdict WHERE case_id = ?"
                " ORDER BY n");
    int count = 0;
    for (; next_row(statement); count++)
        if (count < result->verdict_count)
            compare_verdict(replayed, statement, &result->verdicts[count]);
    sqlite3_finalize(statement);
    compare_number(replayed, "verdicts", count, result->verdict_count);
}

static void compare_invariants(struct replayed_case *replayed, const struct case_result *result)
{
    sqlite3_stmt *statement = rows_of(replayed->replay, replayed->recorded->id,
                                      "SELECT number, applied, breaches FROM invariant WHERE case_id = ?");
    while (next_row(statement)) {
        int64_t number = sqlite3_column_int64(statement, 0);
        if (number < 1 || number > INVARIANT_COUNT)
            continue;
        const struct invariant_tally *tally = &result->invariants[number - 1];
        compare_number(replayed, "applications of an invariant", sqlite3_column_int64(statement, 1),
                       (int64_t)tally->applied);
        compare_number(replayed, "breaches of an invariant", sqlite3_column_int64(statement, 2),
                       (int64_t)tally->breaches);
    }
    sqlite3_finalize(statement);
}

/* ---- for run_store.c -------------------------------------------------------------------------------- */

static struct recorded_case *find_case(struct replay *replay, const struct case_result *result)
{
    for (int i = 0; i < replay->count; i++) {
        struct recorded_case *recorded = &replay->cases[i];
        if (recorded->case_index == result->case_index && recorded->repeat == result->repeat &&
            !recorded->replayed && strcmp(recorded->path, result->scenario->path) == 0 &&
            strcmp(recorded->board_id, result->board_id) == 0)
            return recorded;
    }
    return NULL;
}

struct replayed_case *replay_begin(struct replay *replay, const struct case_result *result)
{
    struct replayed_case *replayed = calloc(1, sizeof *replayed);
    if (!replayed)
        return NULL;
    pthread_mutex_lock(&replay->lock);
    replayed->sink.put = compare_event;
    replayed->replay = replay;
    replayed->recorded = find_case(replay, result);
    int error = replayed->recorded ? 0 : ERROR_NOT_FOUND;
    if (error == 0)
        replayed->recorded->replayed = true;
    if (error == 0)
        error = read_events(replayed);
    if (error == 0)
        error = read_facts(replayed);
    pthread_mutex_unlock(&replay->lock);
    if (error < 0)
        snprintf(replayed->damage, sizeof replayed->damage, "the recorded rows of this case are damaged (%s)",
                 error_text(error));
    return replayed;
}

struct event_sink *replay_sink(struct replayed_case *replayed)
{
    return &replayed->sink;
}

struct board *replay_open_board(struct replayed_case *replayed, char *message, size_t size)
{
    if (replayed->damage[0]) {
        snprintf(message, size, "%s", replayed->damage);
        return NULL;
    }
    struct board *board = board_play_new(&replayed->facts, message, size);
    if (board) {
        pthread_mutex_lock(&replayed->replay->lock);
        read_properties(replayed->replay, replayed->recorded->board_id, replayed->recorded->id, &board->properties);
        pthread_mutex_unlock(&replayed->replay->lock);
    }
    return board;
}

void replay_close_board(struct replayed_case *replayed, struct board *board)
{
    snprintf(replayed->board_difference, sizeof replayed->board_difference, "%s", board_play_difference(board));
    board_play_free(board);
}

static void conclude(struct replayed_case *replayed, const struct case_result *result)
{
    struct recorded_case *recorded = replayed->recorded;
    if (replayed->damage[0])
        differs(replayed, "%s", replayed->damage);
    if (recorded->finished) {
        compare_result(replayed, result);
        compare_verdicts(replayed, result);
        compare_invariants(replayed, result);
    }
    size_t used = strlen(recorded->words);
    if (replayed->board_difference[0] && used == 0)
        differs(replayed, "%s", replayed->board_difference);
    else if (replayed->board_difference[0])
        snprintf(recorded->words + used, sizeof recorded->words - used, "; before that or with it, %s",
                 replayed->board_difference);
    if (recorded->finding == REPLAY_IDENTICAL && !recorded->finished) {
        recorded->finding = REPLAY_INCOMPLETE;
        snprintf(recorded->words, sizeof recorded->words,
                 "the recording breaks off after %zu events; so far as it goes the replay is the same",
                 replayed->count);
    }
}

void replay_end(struct replayed_case *replayed, const struct case_result *result)
{
    pthread_mutex_lock(&replayed->replay->lock);
    if (replayed->recorded)
        conclude(replayed, result);
    pthread_mutex_unlock(&replayed->replay->lock);
    board_facts_free(&replayed->facts);
    free(replayed->events);
    free(replayed);
}
