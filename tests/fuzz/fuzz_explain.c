/*
 * Explaining hostile bytes: whatever the protocol, each call uses up some bytes, its pieces lie
 * within them one after another, and what is wrong has a reason and a place.
 */
#include <string.h>

#include "sim/wire/dlt645.h"
#include "sim/wire/dlt645_load.h"
#include "sim/wire/explain.h"
#include "tests/fuzz/fuzz.h"

struct seen {
    size_t size, at;
};

static void take_line(void *user, const struct explain_line *line)
{
    struct seen *seen = user;

    CLAIM(line->offset <= seen->size && line->size <= seen->size - line->offset);
    CLAIM(line->size == 0 || line->offset <= seen->at); /* back to the first: another reading */
    CLAIM(line->text[0] != '\0');
    if (line->offset + line->size > seen->at) {
        seen->at = line->offset + line->size;
    }
}

static void explain_all(enum wire_protocol protocol, enum wire_side side, const uint8_t *bytes,
                        size_t size)
{
    while (size > 0) {
        struct seen seen = {.size = size};
        struct explained result;
        size_t used = explain_next(protocol, side, bytes, size, take_line, &seen, &result);

        CLAIM(used > 0 && used <= size);
        CLAIM(seen.at <= used);
        CLAIM(result.begin + result.size <= used);
        CLAIM(!result.wrong || (result.reason[0] && result.wrong_offset <= size));
        CLAIM(result.wrong || result.summary[0]);
        bytes += used;
        size -= used;
    }
}

/* As the value of an identifier that the bytes themselves name. */
static void walk_value(const uint8_t *bytes, size_t size)
{
    struct dlt645_load_record record;
    struct dlt645_fields fields;
    struct dlt645_field field;
    size_t at = 0;
    uint32_t identifier;

    if (size < 4) {
        return;
    }
    memcpy(&identifier, bytes, sizeof identifier);
    fields = dlt645_fields_of(identifier & 0x1FFFFFFF, bytes + 4, size - 4);
    while (dlt645_fields_next(&fields, &field)) {
        CLAIM(field.offset == at && field.size <= size - 4 - at);
        at += field.size;
    }
    CLAIM(at == size - 4);
    dlt645_load_record_parse(bytes, size, &record, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    for (int protocol = WIRE_UNKNOWN; protocol <= WIRE_ENVELOPE; protocol++) {
        for (int side = WIRE_EITHER; side <= WIRE_REPLY; side++) {
            explain_all((enum wire_protocol)protocol, (enum wire_side)side, bytes, size);
        }
    }
    walk_value(bytes, size);
    return 0;
}
