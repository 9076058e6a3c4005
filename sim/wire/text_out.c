#include "sim/wire/text_out.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "sim/error.h"

struct text_out text_out_begin(char *text, size_t size)
{
    assert(size > 0);
    text[0] = '\0';
    return (struct text_out){.text = text, .size = size};
}

void text_out_put(struct text_out *out, const char *format, ...)
{
    size_t room = out->size - out->used;
    va_list arguments;
    int wanted;

    va_start(arguments, format);
    wanted = vsnprintf(out->text + out->used, room, format, arguments);
    va_end(arguments);
    if (wanted < 0 || (size_t)wanted >= room) {
        out->overflowed = true;
        out->used = out->size - 1;
    } else {
        out->used += (size_t)wanted;
    }
}

void text_out_bytes(struct text_out *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        text_out_put(out, " %02X", bytes[i]);
    }
}

int text_out_result(const struct text_out *out)
{
    return out->overflowed ? ERROR_BUFFER_TOO_SMALL : 0;
}
