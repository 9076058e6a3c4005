/* Bytes written in hexadecimal, in any of the forms in which logs and tools print them. */
#ifndef METERBENCH_CLI_HEX_TEXT_H
#define METERBENCH_CLI_HEX_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct hex_bytes {
    uint8_t *bytes; /* of malloc */
    size_t size, capacity;
};

/*
 * Appends the bytes of a text: "68 61 01", "0x68,0x61", "\x68\x61", "686101", "68H 61H"; blanks,
 * commas, quotes, brackets, colons and dashes divide; from # to the end of the line is a remark.
 * 0; ERROR_TRUNCATED: an odd number of digits without a break; ERROR_INVALID_ARGUMENT: something
 * else than hexadecimal; ERROR_OUT_OF_RANGE: more than HEX_BYTES_MAX; ERROR_NO_MEMORY. *where is
 * then the place in the text.
 */
int hex_text_read(struct hex_bytes *into, const char *text, size_t size, size_t *where);

#define HEX_BYTES_MAX ((size_t)1 << 20)

void hex_bytes_free(struct hex_bytes *bytes);

#endif
