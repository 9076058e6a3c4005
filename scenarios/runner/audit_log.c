#include "scenarios/runner/audit_log.h"

#include "sim/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct audit_log *log)
{
    if (log->count < log->capacity)
        return true;
    size_t capacity = log->capacity ? 2 * log->capacity : 32;
    struct audit_entry *entries = realloc(log->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    log->entries = entries;
    log->capacity = capacity;
    return true;
}

static bool insert(struct audit_log *log, size_t at, const struct audit_line *line, const char *text)
{
    char *copy = strdup(text);
    if (!copy || !grow(log)) {
        free(copy);
        return false;
    }
    memmove(&log->entries[at + 1], &log->entries[at], (log->count - at) * sizeof *log->entries);
    log->entries[at] = (struct audit_entry){line ? *line : (struct audit_line){.role = "", .action = "", .result = "", .why = ""},
                                            copy};
    log->count++;
    return true;
}

static void put_line(struct audit_sink *sink, const struct audit_line *line, const char *text, size_t size)
{
    struct audit_log *log = (struct audit_log *)sink;
    (void)size;
    if (!insert(log, log->count, line, text))
        log->incomplete = true;
}

void audit_log_begin(struct audit_log *log, const char *run, uint64_t seed, int64_t epoch_s)
{
    *log = (struct audit_log){.sink = {put_line}};
    audit_chain_begin(&log->chain, &log->sink, run, seed, epoch_s);
}

void audit_log_free(struct audit_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->entries[i].text);
    free(log->entries);
    *log = (struct audit_log){.sink = {put_line}};
}

bool audit_log_intact(const struct audit_log *log, uint64_t *line, char *why, size_t size)
{
    struct audit_verifier verifier;
    audit_verify_begin(&verifier, NULL, 0);
    bool good = true;
    for (size_t i = 0; good && i < log->count; i++)
        good = audit_verify_line(&verifier, log->entries[i].text, strlen(log->entries[i].text));
    *line = verifier.lines;
    if (!good) {
        snprintf(why, size, "%s", verifier.why);
    } else if (log->count != log->chain.next) {
        *line = log->count + 1;
        snprintf(why, size, "the platform wrote %llu lines", (unsigned long long)log->chain.next);
        good = false;
    } else if (strcmp(verifier.head, log->chain.head) != 0) {
        snprintf(why, size, "the platform's last hash is another: the log was written anew");
        good = false;
    }
    return good;
}

/* ---- the intruder ----------------------------------------------------------------------------- */

static void remove_lines(struct audit_log *log, size_t at, size_t count)
{
    for (size_t i = at; i < at + count; i++)
        free(log->entries[i].text);
    memmove(&log->entries[at], &log->entries[at + count], (log->count - at - count) * sizeof *log->entries);
    log->count -= count;
}

/* Somebody else did it: another letter where the name begins, or, in a line without one, in its text. */
static void change(char *text)
{
    char *who = strstr(text, "\"who\":\"");
    char *at = who ? who + strlen("\"who\":\"") : text + strlen("{\"seq\":0,\"r");
    *at = *at == 'x' ? 'y' : 'x';
}

static void swap(struct audit_log *log, size_t at)
{
    struct audit_entry first = log->entries[at];
    log->entries[at] = log->entries[at + 1];
    log->entries[at + 1] = first;
}

/* Everything from `at` on once more, as a chain that goes on behind the line before. */
static void forge_from(struct audit_log *log, size_t at)
{
    struct audit_log forged = {.sink = {put_line}};
    struct audit_verifier before;
    audit_verify_begin(&before, NULL, 0);
    for (size_t i = 0; i < at; i++)
        audit_verify_line(&before, log->entries[i].text, strlen(log->entries[i].text));
    forged.chain = (struct audit_chain){.sink = &forged.sink, .epoch_s = log->chain.epoch_s, .next = at};
    memcpy(forged.chain.head, before.head, sizeof before.head);
    for (size_t i = at; i < log->count; i++)
        audit_chain_add(&forged.chain, &log->entries[i].line);
    for (size_t i = 0; i < forged.count; i++) {
        char *text = log->entries[at + i].text;
        log->entries[at + i].text = forged.entries[i].text;
        forged.entries[i].text = text;
    }
    audit_log_free(&forged);
}

int audit_log_tamper(struct audit_log *log, const char *how, size_t line)
{
    size_t at = line - 1;
    if (line < 1 || line > log->count || (line == 1 && strcmp(how, "forge") == 0))
        return ERROR_INVALID_ARGUMENT;
    if (strcmp(how, "remove") == 0) {
        remove_lines(log, at, 1);
    } else if (strcmp(how, "change") == 0) {
        change(log->entries[at].text);
    } else if (strcmp(how, "insert") == 0) {
        const struct audit_line copy = log->entries[at].line;
        char *text = log->entries[at].text; /* it stays while the entries move */
        return insert(log, line, &copy, text) ? 0 : ERROR_NO_MEMORY;
    } else if (strcmp(how, "swap") == 0 && line < log->count) {
        swap(log, at);
    } else if (strcmp(how, "cut") == 0) {
        remove_lines(log, at, log->count - at);
    } else if (strcmp(how, "forge") == 0) {
        remove_lines(log, at, 1);
        forge_from(log, at);
    } else {
        return ERROR_INVALID_ARGUMENT;
    }
    return 0;
}

/* ---- the file --------------------------------------------------------------------------------- */

int audit_log_write(struct audit_log *log, const char *path, const uint8_t *key, size_t key_size)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return -errno;
    audit_chain_end(&log->chain, key, key_size);
    bool good = !log->incomplete;
    for (size_t i = 0; i < log->count && good; i++)
        good = fprintf(file, "%s\n", log->entries[i].text) > 0;
    int failed = good ? 0 : errno ? errno : ENOMEM;
    if (fclose(file) != 0 && !failed)
        failed = errno;
    return -failed;
}
