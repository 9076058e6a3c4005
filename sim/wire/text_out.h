/* Text that grows in a buffer of a given size. Always ends with a zero; knows whether it fitted. */
#ifndef METERBENCH_SIM_WIRE_TEXT_OUT_H
#define METERBENCH_SIM_WIRE_TEXT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_out {
    char *text;
    size_t size, used;
    bool overflowed;
};

/* size must not be 0. */
struct text_out text_out_begin(char *text, size_t size);

void text_out_put(struct text_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* " 0A 1B": each byte with a blank before it. */
void text_out_bytes(struct text_out *out, const uint8_t *bytes, size_t size);

/* 0, or ERROR_BUFFER_TOO_SMALL if something was cut off. */
int text_out_result(const struct text_out *out);

#endif
