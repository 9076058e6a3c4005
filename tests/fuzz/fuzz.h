/*
 * What every fuzz target has: the entry point that libFuzzer and replay.c both call.
 */
#ifndef METERBENCH_TESTS_FUZZ_H
#define METERBENCH_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Checks one input. Returns 0; ends the program if a claim does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Unlike assert, also holds with NDEBUG. */
#define CLAIM(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
