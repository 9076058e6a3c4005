#include "scenarios/runner/run_file.h"

#include "scenarios/runner/run.h"
#include "scenarios/runner/source.h"

#include "sim/error.h"

#include <errno.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_ENTRIES = 256, BLOCKS_MAX = 2000, WIRE_MAX = 64 };
#define TICK_S 0.1

static const char schema[] =
    "CREATE TABLE run (id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT, arguments TEXT, started TEXT,"
    " host TEXT, seed TEXT, timeout_ns INTEGER, boards INTEGER, complete INTEGER DEFAULT 0);"
    "CREATE TABLE text (path TEXT PRIMARY KEY, sha256 TEXT, content BLOB);"
    "CREATE TABLE case_result (id INTEGER PRIMARY KEY, file TEXT, scenario TEXT, case_index INTEGER,"
    " label TEXT, repeat INTEGER, board_id TEXT, seed TEXT, outcome TEXT, requirement TEXT, message TEXT, on_board INTEGER,"
    " board TEXT, simulated_ns INTEGER, events INTEGER, event_hash TEXT, lateness_ns INTEGER, wall_s REAL);"
    "CREATE TABLE verdict (case_id INTEGER, n INTEGER, text TEXT, judgement TEXT, has_time INTEGER,"
    " has_cause INTEGER, earliest_ns INTEGER, latest_ns INTEGER, limit_ns INTEGER, evidence INTEGER,"
    " detail TEXT, PRIMARY KEY (case_id, n)) WITHOUT ROWID;"
    "CREATE TABLE invariant (case_id INTEGER, number INTEGER, applied INTEGER, breaches INTEGER, first TEXT,"
    " PRIMARY KEY (case_id, number)) WITHOUT ROWID;"
    "CREATE TABLE event_kind (kind INTEGER PRIMARY KEY, name TEXT, a TEXT, b TEXT);"
    "CREATE TABLE event (case_id INTEGER, n INTEGER, at_ns INTEGER, flat INTEGER, kind INTEGER, a INTEGER,"
    " b INTEGER, earliest_ns INTEGER, latest_ns INTEGER, stamp_ns INTEGER, evidence INTEGER,"
    " PRIMARY KEY (case_id, n)) WITHOUT ROWID;"
    "CREATE TABLE board_fact (case_id INTEGER, n INTEGER, at_ns INTEGER, kind TEXT, a INTEGER, b INTEGER,"
    " event INTEGER, flat INTEGER, earliest_ns INTEGER, latest_ns INTEGER, stamp_ns INTEGER, evidence INTEGER,"
    " bytes BLOB, text TEXT, PRIMARY KEY (case_id, n)) WITHOUT ROWID;"
    "CREATE TABLE board_status (case_id INTEGER, n INTEGER"
#define X(type, field) ", " #field " INTEGER"
    CONTROLLER_STATUS(X)
#undef X
    ", PRIMARY KEY (case_id, n)) WITHOUT ROWID;"
    "CREATE TABLE board_property (board_id TEXT, case_id INTEGER, n INTEGER, name TEXT, value TEXT,"
    " PRIMARY KEY (board_id, case_id, n)) WITHOUT ROWID;"
    "CREATE TABLE wire (case_id INTEGER, n INTEGER, direction TEXT, stamp_ns INTEGER, last_ns INTEGER,"
    " at_ns INTEGER, bytes BLOB, PRIMARY KEY (case_id, n)) WITHOUT ROWID;"
    "CREATE VIEW event_text AS SELECT c.scenario, c.label, e.case_id, e.n, e.at_ns / 1e9 AS s, e.flat, k.name,"
    " k.a AS meaning_a, e.a, k.b AS meaning_b, e.b FROM event e JOIN event_kind k USING (kind)"
    " JOIN case_result c ON c.id = e.case_id;";

/* In the order of the statements below. */
enum statement {
    INSERT_RUN, INSERT_TEXT, INSERT_CASE, UPDATE_CASE, INSERT_VERDICT, INSERT_INVARIANT, INSERT_KIND,
    INSERT_EVENT, INSERT_FACT, INSERT_STATUS, INSERT_PROPERTY, INSERT_WIRE, STATEMENTS
};

static const char *const statements[STATEMENTS] = {
    "INSERT INTO run (id, version, arguments, started, host, seed, timeout_ns, boards) VALUES (1,?,?,?,?,?,?,?)",
    "INSERT OR IGNORE INTO text VALUES (?,?,?)",
    "INSERT INTO case_result (id, file, scenario, case_index, label, repeat, board_id, seed) VALUES (?,?,?,?,?,?,?,?)",
    "UPDATE case_result SET outcome=?, requirement=?, message=?, on_board=?, board=?, simulated_ns=?, events=?,"
    " event_hash=?, lateness_ns=?, wall_s=? WHERE id=?",
    "INSERT INTO verdict VALUES (?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO invariant VALUES (?,?,?,?,?)",
    "INSERT INTO event_kind VALUES (?,?,?,?)",
    "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO board_fact VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO board_status VALUES (?,?"
#define X(type, field) ",?"
    CONTROLLER_STATUS(X)
#undef X
    ")",
    "INSERT INTO board_property VALUES (?,?,?,?,?)",
    "INSERT INTO wire VALUES (?,?,?,?,?,?,?)",
};

enum entry_kind { ENTRY_EVENT, ENTRY_FACT, ENTRY_WIRE };

struct wire_chunk {
    enum board_wire wire;
    int64_t stamp, last, at;
    uint8_t size, bytes[WIRE_MAX];
};

struct entry {
    enum entry_kind kind;
    int64_t n;
    union {
        struct event event;
        struct board_fact *fact; /* malloc'd */
        struct wire_chunk *wire; /* malloc'd */
    };
};

/* What the runs hand to the writer: rows of one case, and how it begins or ends. */
struct block {
    struct block *next;
    int64_t case_id;
    struct case_result *begins, *ends; /* malloc'd copies, or NULL */
    int count;
    struct entry entries[BLOCK_ENTRIES];
};

struct run_file {
    char path[1000];
    sqlite3 *database;
    sqlite3_stmt *statement[STATEMENTS];
    pthread_t writer;
    pthread_mutex_t lock;
    pthread_cond_t arrived, room;
    struct block *first, *last;
    int waiting;
    bool closing, rows_lost;
    int64_t next_case;
    size_t texts_written;
    bool failed;        /* the writer's: nothing more is written */
    char message[400];
};

struct case_record {
    struct run_file *file;
    struct block *block;
    int64_t id, events, facts, wires;
    double handed_over; /* wall clock */
};

/* ---- the writer's side --------------------------------------------------------------------------- */

static void note_failure(struct run_file *file, const char *what)
{
    if (file->failed)
        return;
    file->failed = true;
    bool full = file->database && (sqlite3_errcode(file->database) == SQLITE_FULL);
    snprintf(file->message, sizeof file->message, "%.200s: %.100s%s", file->path, what,
             full ? "; the disk is full" : "");
}

static void execute(struct run_file *file, const char *sql)
{
    if (!file->failed && sqlite3_exec(file->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        note_failure(file, sqlite3_errmsg(file->database));
}

/* One row of int64_t (i), double (d), text (t, NULL: none), bytes (b: pointer and int size) and nothing (-). */
static void row(struct run_file *file, enum statement which, const char *types, ...)
{
    sqlite3_stmt *statement = file->statement[which];
    va_list values;
    if (file->failed)
        return;
    va_start(values, types);
    for (int i = 0; types[i]; i++) {
        int at = i + 1;
        if (types[i] == 'i') {
            sqlite3_bind_int64(statement, at, va_arg(values, int64_t));
        } else if (types[i] == 't') {
            sqlite3_bind_text(statement, at, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
        } else if (types[i] == 'd') {
            sqlite3_bind_double(statement, at, va_arg(values, double));
        } else if (types[i] == 'b') {
            const void *bytes = va_arg(values, const void *);
            sqlite3_bind_blob(statement, at, bytes, va_arg(values, int), SQLITE_TRANSIENT);
        } else {
            sqlite3_bind_null(statement, at);
        }
    }
    va_end(values);
    if (sqlite3_step(statement) != SQLITE_DONE)
        note_failure(file, sqlite3_errmsg(file->database));
    sqlite3_reset(statement);
}

static void number_text(uint64_t value, char out[24])
{
    snprintf(out, 24, "%llu", (unsigned long long)value);
}

static void write_text(struct run_file *file, const char *path, const char *text, size_t size)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH + 1];
    SHA256((const unsigned char *)text, size, digest);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    row(file, INSERT_TEXT, "ttb", path, hex, text, (int)size);
}

/* What scenarios, modules and curves were read since. */
static void write_texts(struct run_file *file)
{
    struct source source;
    for (; source_kept(file->texts_written, &source); file->texts_written++)
        write_text(file, source.path, source.text, source.size);
}

static void write_case(struct run_file *file, int64_t id, const struct case_result *result)
{
    char seed[24];
    number_text(result->seed, seed);
    row(file, INSERT_CASE, "ittititt", id, result->scenario->path, result->scenario->name,
        (int64_t)result->case_index, result->label, (int64_t)result->repeat, result->board_id, seed);
}

static void write_verdict(struct run_file *file, int64_t id, int n, const struct verdict *verdict)
{
    row(file, INSERT_VERDICT, "iittiiiiiit", id, (int64_t)n, verdict->text, judgement_name(verdict->judgement),
        (int64_t)verdict->has_time, (int64_t)verdict->has_cause, verdict->measured.earliest,
        verdict->measured.latest, verdict->limit, (int64_t)verdict->evidence, verdict->detail);
}

/* Case 0: of the run as a whole. */
static void write_properties(struct run_file *file, const char *board_id, int64_t id,
                             const struct board_properties *properties)
{
    for (int i = 0; i < properties->count; i++)
        row(file, INSERT_PROPERTY, "tiitt", board_id, id, (int64_t)i, properties->items[i].name,
            properties->items[i].value);
}

static void write_result(struct run_file *file, int64_t id, const struct case_result *result)
{
    char hash[24];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)result->event_hash);
    for (int i = 0; i < result->verdict_count; i++)
        write_verdict(file, id, i, &result->verdicts[i]);
    for (int i = 0; i < INVARIANT_COUNT; i++)
        row(file, INSERT_INVARIANT, "iiiit", id, (int64_t)i + 1, (int64_t)result->invariants[i].applied,
            (int64_t)result->invariants[i].breaches, result->invariants[i].first);
    write_properties(file, result->board_id, id, &result->properties);
    row(file, UPDATE_CASE, "tttitiitidi", outcome_name(result->outcome), requirement_name(result->requirement),
        result->message, (int64_t)result->on_board, result->board, result->simulated_ns,
        (int64_t)result->event_count, hash, result->lateness_ns, result->wall_s, id);
}

static void write_event(struct run_file *file, int64_t id, int64_t n, const struct event *event)
{
    int64_t flat = event->flat == EVENT_NO_FLAT ? -1 : (int64_t)event->flat;
    if (event->stamp_ns != EVENT_NO_STAMP)
        row(file, INSERT_EVENT, "iiiiiiiiiii", id, n, event->at, flat, (int64_t)event->kind, event->a, event->b,
            event->earliest, event->latest, event->stamp_ns, (int64_t)event->evidence);
    else
        row(file, INSERT_EVENT, "iiiiiiiii-i", id, n, event->at, flat, (int64_t)event->kind, event->a, event->b,
            event->earliest, event->latest, (int64_t)event->evidence);
}

static void write_status(struct run_file *file, int64_t id, int64_t n, const struct controller_status *status)
{
#define TYPE(type, field) "i"
#define VALUE(type, field) , (int64_t)status->field
    row(file, INSERT_STATUS, "ii" CONTROLLER_STATUS(TYPE), id, n CONTROLLER_STATUS(VALUE));
#undef VALUE
#undef TYPE
}

static void write_fact(struct run_file *file, int64_t id, int64_t n, const struct board_fact *fact)
{
    const char *name = board_fact_name(fact->kind);
    const struct event *event = &fact->event;
    bool has_status = fact->kind == BOARD_FACT_STATUS || fact->kind == BOARD_FACT_ATTACHED;
    if (fact->kind == BOARD_FACT_EVENT)
        row(file, INSERT_FACT, "iiitiiiiiiii--", id, n, event->at, name, event->a, event->b,
            (int64_t)event->kind, (int64_t)event->flat, event->earliest, event->latest, event->stamp_ns,
            (int64_t)event->evidence);
    else if (fact->size > 0)
        row(file, INSERT_FACT, "iiitii------b-", id, n, fact->at, name, fact->a, fact->b,
            (const void *)fact->bytes, (int)fact->size);
    else
        row(file, INSERT_FACT, "iiitii-------t", id, n, fact->at, name, fact->a, fact->b, fact->text);
    if (has_status)
        write_status(file, id, n, &fact->status);
}

static void write_wire(struct run_file *file, int64_t id, int64_t n, const struct wire_chunk *chunk)
{
    static const char *const names[] = {"to board", "from board", "to rack", "from rack"};
    bool known = chunk->at != EVENT_NO_STAMP;
    if (known)
        row(file, INSERT_WIRE, "iitiiib", id, n, names[chunk->wire], chunk->stamp, chunk->last, chunk->at,
            (const void *)chunk->bytes, (int)chunk->size);
    else
        row(file, INSERT_WIRE, "iitii-b", id, n, names[chunk->wire], chunk->stamp, chunk->last,
            (const void *)chunk->bytes, (int)chunk->size);
}

static void write_entry(struct run_file *file, int64_t id, const struct entry *entry)
{
    if (entry->kind == ENTRY_EVENT)
        write_event(file, id, entry->n, &entry->event);
    else if (entry->kind == ENTRY_FACT)
        write_fact(file, id, entry->n, entry->fact);
    else
        write_wire(file, id, entry->n, entry->wire);
}

static void free_block(struct block *block)
{
    for (int i = 0; i < block->count; i++) {
        struct entry *entry = &block->entries[i];
        if (entry->kind == ENTRY_FACT) {
            free(entry->fact->text);
            free(entry->fact);
        } else if (entry->kind == ENTRY_WIRE) {
            free(entry->wire);
        }
    }
    free(block->begins);
    free(block->ends);
    free(block);
}

static void write_block(struct run_file *file, struct block *block)
{
    if (block->begins)
        write_case(file, block->case_id, block->begins);
    for (int i = 0; i < block->count; i++)
        write_entry(file, block->case_id, &block->entries[i]);
    if (block->ends)
        write_result(file, block->case_id, block->ends);
    free_block(block);
}

/* All that waits, or NULL when there is nothing more to come. */
static struct block *take_blocks(struct run_file *file)
{
    pthread_mutex_lock(&file->lock);
    while (!file->first && !file->closing)
        pthread_cond_wait(&file->arrived, &file->lock);
    struct block *blocks = file->first;
    file->first = file->last = NULL;
    file->waiting = 0;
    pthread_cond_broadcast(&file->room);
    pthread_mutex_unlock(&file->lock);
    return blocks;
}

static void *write_all(void *argument)
{
    struct run_file *file = argument;
    struct block *block;
    while ((block = take_blocks(file))) {
        execute(file, "BEGIN");
        while (block) {
            struct block *next = block->next;
            write_block(file, block);
            block = next;
        }
        write_texts(file);
        execute(file, "COMMIT");
    }
    return NULL;
}

/* ---- opening and closing ------------------------------------------------------------------------- */

static bool is_run_file(const char *path)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    bool is = sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(database, "PRAGMA application_id", -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_ROW &&
              sqlite3_column_int(statement, 0) == RUN_FILE_APPLICATION;
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return is;
}

static int make_way(const char *path, char *message, size_t size)
{
    static const char *const beside[] = {"", "-wal", "-shm", "-journal"};
    struct stat status;
    if (stat(path, &status) < 0)
        return 0;
    if (!S_ISREG(status.st_mode) || (status.st_size > 0 && !is_run_file(path))) {
        snprintf(message, size, "%s is there and is no run file: name another, or remove it", path);
        return ERROR_NOT_ALLOWED;
    }
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        char name[1100];
        snprintf(name, sizeof name, "%s%s", path, beside[i]);
        if (unlink(name) < 0 && errno != ENOENT) {
            snprintf(message, size, "%s: %s", name, strerror(errno));
            return ERROR_IO;
        }
    }
    return 0;
}

static void write_run(struct run_file *file, const struct run_facts *facts)
{
    char seed[24];
    number_text(facts->seed, seed);
    execute(file, "BEGIN");
    row(file, INSERT_RUN, "tttttii", facts->version, facts->arguments, facts->started, facts->host, seed,
        facts->timeout_ns, (int64_t)facts->boards);
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        row(file, INSERT_KIND, "ittt", (int64_t)kind, event_name(kind), event_field(kind, 0),
            event_field(kind, 1));
    write_texts(file);
    execute(file, "COMMIT");
}

static void open_database(struct run_file *file, const struct run_facts *facts)
{
    char sql[200];
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(file->path, &file->database, flags, NULL) != SQLITE_OK)
        note_failure(file, sqlite3_errmsg(file->database));
    /* A killed run keeps what was committed; only a power cut of the bench's computer may cost the last second. */
    execute(file, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", RUN_FILE_APPLICATION,
             RUN_FILE_VERSION);
    execute(file, sql);
    execute(file, schema);
    for (int i = 0; i < STATEMENTS && !file->failed; i++)
        if (sqlite3_prepare_v2(file->database, statements[i], -1, &file->statement[i], NULL) != SQLITE_OK)
            note_failure(file, sqlite3_errmsg(file->database));
    if (!file->failed)
        write_run(file, facts);
}

static void close_database(struct run_file *file)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(file->statement[i]);
    sqlite3_close(file->database);
}

struct run_file *run_file_create(const char *path, const struct run_facts *facts, char *message, size_t size)
{
    if (strlen(path) >= sizeof((struct run_file *)0)->path) {
        snprintf(message, size, "%.100s...: the name is too long", path);
        return NULL;
    }
    if (make_way(path, message, size) < 0)
        return NULL;
    struct run_file *file = calloc(1, sizeof *file);
    if (!file) {
        snprintf(message, size, "%s", error_text(ERROR_NO_MEMORY));
        return NULL;
    }
    strcpy(file->path, path);
    file->next_case = 1;
    pthread_mutex_init(&file->lock, NULL);
    pthread_cond_init(&file->arrived, NULL);
    pthread_cond_init(&file->room, NULL);
    open_database(file, facts);
    if (!file->failed && pthread_create(&file->writer, NULL, write_all, file) != 0)
        note_failure(file, "no thread can be started");
    if (!file->failed)
        return file;
    snprintf(message, size, "%s", file->message);
    close_database(file);
    free(file);
    return NULL;
}

static void write_makers(struct run_file *file, const struct board_maker *makers)
{
    execute(file, "BEGIN");
    for (const struct board_maker *maker = makers; maker; maker = maker->next)
        write_properties(file, maker->id, 0, &maker->properties);
    execute(file, "COMMIT");
}

int run_file_close(struct run_file *file, const struct board_maker *makers, char *message, size_t size)
{
    if (!file)
        return 0;
    pthread_mutex_lock(&file->lock);
    file->closing = true;
    pthread_cond_signal(&file->arrived);
    pthread_mutex_unlock(&file->lock);
    pthread_join(file->writer, NULL);
    if (file->rows_lost)
        note_failure(file, "memory was out: rows are missing");
    write_makers(file, makers);
    execute(file, "UPDATE run SET complete = 1");
    /* One plain file to carry away, without the log beside it. */
    execute(file, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
    int result = file->failed ? ERROR_IO : 0;
    snprintf(message, size, "%s", file->message);
    close_database(file);
    pthread_mutex_destroy(&file->lock);
    pthread_cond_destroy(&file->arrived);
    pthread_cond_destroy(&file->room);
    free(file);
    return result;
}

/* ---- the runs' side ------------------------------------------------------------------------------ */

static struct block *new_block(int64_t id)
{
    struct block *block = malloc(sizeof *block);
    if (!block)
        return NULL;
    block->next = NULL;
    block->case_id = id;
    block->begins = block->ends = NULL;
    block->count = 0;
    return block;
}

static void lost(struct run_file *file)
{
    pthread_mutex_lock(&file->lock);
    file->rows_lost = true;
    pthread_mutex_unlock(&file->lock);
}

static void hand_over(struct case_record *record)
{
    struct run_file *file = record->file;
    struct block *block = record->block;
    record->handed_over = run_wall_now();
    if (!block || (block->count == 0 && !block->begins && !block->ends))
        return;
    record->block = new_block(record->id);
    pthread_mutex_lock(&file->lock);
    while (file->waiting >= BLOCKS_MAX) /* a slow disk slows the runs, it does not fill the memory */
        pthread_cond_wait(&file->room, &file->lock);
    if (file->last)
        file->last->next = block;
    else
        file->first = block;
    file->last = block;
    file->waiting++;
    pthread_cond_signal(&file->arrived);
    pthread_mutex_unlock(&file->lock);
}

static struct entry *new_entry(struct case_record *record, enum entry_kind kind, int64_t *n)
{
    if (record->block && record->block->count == BLOCK_ENTRIES)
        hand_over(record);
    if (!record->block) {
        lost(record->file);
        return NULL;
    }
    struct entry *entry = &record->block->entries[record->block->count++];
    entry->kind = kind;
    entry->n = (*n)++;
    return entry;
}

static struct case_result *copy_result(const struct case_result *result)
{
    struct case_result *copy = malloc(sizeof *copy);
    if (copy)
        *copy = *result;
    return copy;
}

struct case_record *case_record_begin(struct run_file *file, const struct case_result *result)
{
    struct case_record *record = file ? calloc(1, sizeof *record) : NULL;
    if (!record)
        return NULL;
    record->file = file;
    pthread_mutex_lock(&file->lock);
    record->id = file->next_case++;
    pthread_mutex_unlock(&file->lock);
    record->block = new_block(record->id);
    if (record->block)
        record->block->begins = copy_result(result);
    hand_over(record);
    return record;
}

void case_record_event(struct case_record *record, const struct event *event)
{
    struct entry *entry = new_entry(record, ENTRY_EVENT, &record->events);
    if (entry)
        entry->event = *event;
}

void case_record_fact(struct case_record *record, const struct board_fact *fact)
{
    struct board_fact *copy = malloc(sizeof *copy);
    struct entry *entry = copy ? new_entry(record, ENTRY_FACT, &record->facts) : NULL;
    if (!entry) {
        lost(record->file);
        free(fact->text);
        free(copy);
        return;
    }
    *copy = *fact;
    entry->fact = copy;
}

void case_record_wire(struct case_record *record, enum board_wire wire, int64_t stamp, int64_t last, int64_t at,
                      const uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size; done += WIRE_MAX) {
        size_t part = size - done < WIRE_MAX ? size - done : WIRE_MAX;
        struct wire_chunk *chunk = malloc(sizeof *chunk);
        struct entry *entry = chunk ? new_entry(record, ENTRY_WIRE, &record->wires) : NULL;
        if (!entry) {
            lost(record->file);
            free(chunk);
            return;
        }
        *chunk = (struct wire_chunk){.wire = wire, .stamp = stamp, .last = last, .at = at, .size = (uint8_t)part};
        memcpy(chunk->bytes, bytes + done, part);
        entry->wire = chunk;
    }
}

void case_record_tick(struct case_record *record)
{
    if (record && run_wall_now() - record->handed_over > TICK_S)
        hand_over(record);
}

void case_record_end(struct case_record *record, const struct case_result *result)
{
    if (!record)
        return;
    if (!record->block)
        record->block = new_block(record->id);
    if (record->block)
        record->block->ends = copy_result(result);
    hand_over(record);
    if (record->block)
        free_block(record->block);
    free(record);
}
