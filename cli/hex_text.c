#include "cli/hex_text.h"

#include "sim/error.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int append(struct hex_bytes *into, uint8_t byte)
{
    if (into->size == HEX_BYTES_MAX)
        return ERROR_OUT_OF_RANGE;
    if (into->size == into->capacity) {
        size_t capacity = into->capacity ? 2 * into->capacity : 256;
        uint8_t *grown = realloc(into->bytes, capacity);
        if (!grown)
            return ERROR_NO_MEMORY;
        into->bytes = grown;
        into->capacity = capacity;
    }
    into->bytes[into->size++] = byte;
    return 0;
}

static bool divides(char c)
{
    return isspace((unsigned char)c) || (c != '\0' && strchr(",;:_'\"[](){}<>|-", c));
}

static uint8_t value_of(char c)
{
    return (uint8_t)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* Length of what may stand before digits: 0x, \x. */
static size_t prefix_of(const char *text, size_t size)
{
    bool prefixed = size >= 2 && (text[0] == '0' || text[0] == '\\') && (text[1] | 0x20) == 'x';
    return prefixed ? 2 : 0;
}

static size_t digits_of(const char *text, size_t size)
{
    size_t count = 0;
    while (count < size && isxdigit((unsigned char)text[count]))
        count++;
    return count;
}

/* One run of digits; 0x5 is a byte, a bare 5 is not. */
static int read_run(struct hex_bytes *into, const char *text, size_t digits, bool prefixed)
{
    int result = 0;
    if (digits == 1 && prefixed)
        return append(into, value_of(text[0]));
    if (digits % 2 != 0)
        return ERROR_TRUNCATED;
    for (size_t i = 0; i < digits && result == 0; i += 2)
        result = append(into, (uint8_t)(value_of(text[i]) << 4 | value_of(text[i + 1])));
    return result;
}

int hex_text_read(struct hex_bytes *into, const char *text, size_t size, size_t *where)
{
    size_t at = 0;
    while (at < size) {
        *where = at;
        if (divides(text[at])) {
            at++;
            continue;
        }
        if (text[at] == '#') {
            while (at < size && text[at] != '\n')
                at++;
            continue;
        }
        size_t prefix = prefix_of(text + at, size - at);
        size_t digits = digits_of(text + at + prefix, size - at - prefix);
        int result = digits == 0 ? ERROR_INVALID_ARGUMENT
                                 : read_run(into, text + at + prefix, digits, prefix > 0);
        if (result < 0)
            return result;
        at += prefix + digits;
        if (at < size && (text[at] | 0x20) == 'h') /* 68H */
            at++;
    }
    return 0;
}

void hex_bytes_free(struct hex_bytes *bytes)
{
    free(bytes->bytes);
    *bytes = (struct hex_bytes){0};
}
