/*
 * The audit log of a case: its lines in memory, for scripts to look at, and written to a file when the case ends. The chain of
 * hashes is the platform's (sim/platform/audit_chain.h); what it remembers, its last hash and number, is apart from
 * the lines that are kept, so that scripts can play the intruder on these.
 */
#ifndef METERBENCH_RUNNER_AUDIT_LOG_H
#define METERBENCH_RUNNER_AUDIT_LOG_H

#include "sim/platform/audit_chain.h"

struct audit_entry {
    struct audit_line line; /* in words; of the first and the last line nothing */
    char *text;             /* own memory, as it stands in the log */
};

struct audit_log {
    struct audit_sink sink; /* first: the sink is cast back to its log */
    struct audit_chain chain;
    size_t count, capacity;
    struct audit_entry *entries;
    bool incomplete; /* memory ran out: the run must end in an error */
};

/* Begins the log of a run. The log must not move while it is used. */
void audit_log_begin(struct audit_log *log, const char *run, uint64_t seed, int64_t epoch_s);
void audit_log_free(struct audit_log *log);

/* Is the log what the platform wrote? True, or false with the number of the first wrong line (from 1) and why. It is
 * verified as a file is, and its last hash held against the chain's own. */
bool audit_log_intact(const struct audit_log *log, uint64_t *line, char *why, size_t size);

/* What an intruder does to line `at` (from 1): "remove", "change", "insert" a copy, "swap" with the next, "cut" it and all
 * behind it, or "forge": remove it and work out all numbers and hashes behind it anew. 0, ERROR_INVALID_ARGUMENT (another
 * word, or no such line), ERROR_NO_MEMORY. */
int audit_log_tamper(struct audit_log *log, const char *how, size_t at);

/* Writes the log with its end, sealed if there is a key. 0 or a negative errno. */
int audit_log_write(struct audit_log *log, const char *path, const uint8_t *key, size_t key_size);

#endif
