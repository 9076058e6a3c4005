/*
 * A bench file says what stands on this bench: which board, on which port, with which rack. It is a
 * Lua file that returns bench { profile = .., port = .., baud = .., parity = .., stop_bits = ..,
 * slave = .., rack = .., response_timeout = .. }; everything but port may be left out. Paths are
 * relative to the file.
 */
#ifndef METERBENCH_HIL_BENCH_FILE_H
#define METERBENCH_HIL_BENCH_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Empty strings and zeros: not said. */
struct bench_file {
    char profile[256];
    char port[96];
    char rack[96]; /* device of an slcan adapter */
    int baud;
    char parity; /* 'N', 'E', 'O' or 0 */
    int stop_bits;
    int slave;
    int64_t response_timeout_ns;
};

/* 0, or ERROR_PROFILE with a message that names file and key. */
int bench_file_read(const char *path, struct bench_file *bench, char *message, size_t size);

#endif
