/* A pseudo terminal that stays alive while clients come and go. */
#ifndef EMULATOR_PTY_H
#define EMULATOR_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTY_PENDING_MAX 65536

struct pty {
    int master;
    int slave; /* kept open, or the master would see a hang-up when a client leaves */
    char name[128];
    uint8_t pending[PTY_PENDING_MAX]; /* for the client, as it reads slowly or not at all */
    size_t first, count;
};

/* False with errno set. */
bool pty_open(struct pty *pty);
void pty_close(struct pty *pty);

/* The speed a client has set, in Bd; 0 for one unknown. */
uint32_t pty_baud(const struct pty *pty);

/* Queues bytes for the client: all or, if they do not fit, none. */
bool pty_put(struct pty *pty, const void *bytes, size_t length);

/* Writes what the client takes. */
void pty_flush(struct pty *pty);

/* Reads what is there; 0 if nothing. */
size_t pty_read(struct pty *pty, uint8_t *bytes, size_t size);

#endif
