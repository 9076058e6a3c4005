/*
 * The board emulator as a child process: started fresh, with an erased EEPROM, watched, always
 * ended. It leaves no file behind, however either process ends: what it says goes to memory.
 */
#ifndef METERBENCH_HIL_EMULATOR_H
#define METERBENCH_HIL_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct emulator_config {
    const char *program, *elf, *map;
    const char *truth; /* NULL: none */
    uint64_t seed;
    bool lockstep;
    bool dlt645; /* strapped for DL/T 645 instead of Modbus */
};

struct emulator {
    pid_t pid;       /* 0: not running */
    int lockstep_fd; /* our end of the socket, or -1 */
    int stdin_fd, stdout_fd;
    int words_fd;            /* a file in memory with what it said */
    char uart[64], rack[64]; /* devices of a paced one */
    int status;              /* of waitpid, once it ended */
    bool started, ended;
};

/* Starts it and waits until it is ready (5 s at most). 0, or ERROR_EMULATOR with a message. It dies
 * with the thread that started it, however that ends. */
int emulator_start(struct emulator *emulator, const struct emulator_config *config, char *message,
                   size_t size);

/* True when the process is gone; the message says how it ended and what it said last. */
bool emulator_has_died(struct emulator *emulator, char *message, size_t size);

/* Asks it to end, insists after 2 s. Nothing happens when it was never started. */
void emulator_stop(struct emulator *emulator);

#endif
