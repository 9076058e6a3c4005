/*
 * An audit log that shows what was done to it: each line ends with the SHA-256 of the hash before it and of its own text, so
 * none can be removed, changed, put in or moved without all behind it being wrong, and a last line says how many there are, so
 * a cut end shows. Whoever can write the whole file can work all hashes out anew: against that the last line is sealed with a
 * key (HMAC-SHA-256), or its hash is kept elsewhere.
 *
 * A line is {"seq":N, ... ,"hash":"64 digits"}; line 0 names the run, the last is
 * {"seq":N,"end":true,"lines":N,"hash":"..","seal":".."}, the seal only with a key. The hash is over the 64 digits of the
 * hash before it (of line 0: 64 zeros) and the line's bytes before ,"hash".
 */
#ifndef METERBENCH_SIM_PLATFORM_AUDIT_CHAIN_H
#define METERBENCH_SIM_PLATFORM_AUDIT_CHAIN_H

#include "sim/platform/audit.h"

#include <stdbool.h>
#include <stddef.h>

enum { AUDIT_HASH_DIGITS = 64, AUDIT_KEY_MIN = 16 /* bytes */ };

/* Where lines go: `line` is NULL for the first and the last. The text is without newline, terminated by zero. */
struct audit_sink {
    void (*put)(struct audit_sink *sink, const struct audit_line *line, const char *text, size_t size);
};

struct audit_chain {
    struct audit_sink *sink;
    int64_t epoch_s;
    uint64_t next; /* sequence number */
    char head[AUDIT_HASH_DIGITS + 1];
};

/* Begins a log with its line 0: what run it is of, its seed, its calendar time zero (s since 2000). */
void audit_chain_begin(struct audit_chain *chain, struct audit_sink *sink, const char *run, uint64_t seed,
                       int64_t epoch_s);
void audit_chain_add(struct audit_chain *chain, const struct audit_line *line);
/* The last line; sealed when there is a key (NULL: none). */
void audit_chain_end(struct audit_chain *chain, const uint8_t *key, size_t key_size);

/* ---- holding a log against its hashes ---------------------------------------------------------- */

struct audit_verifier {
    const uint8_t *key; /* NULL: seals are not checked */
    size_t key_size;
    uint64_t lines;     /* looked at; of a broken log the number of the wrong one, from 1 */
    bool ended, sealed;
    char head[AUDIT_HASH_DIGITS + 1]; /* of the last good line */
    char why[160];      /* it is broken */
};

/* Keeps the key by reference. */
void audit_verify_begin(struct audit_verifier *verifier, const uint8_t *key, size_t key_size);
/* The next line, without its newline. False: it is wrong, and `why` and `lines` say so; nothing may follow. */
bool audit_verify_line(struct audit_verifier *verifier, const char *text, size_t size);
/* There are no more. False: the end is missing, or is not sealed though there is a key. */
bool audit_verify_end(struct audit_verifier *verifier);

#endif
