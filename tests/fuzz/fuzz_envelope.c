/*
 * The uplink envelope from hostile bytes. The input is opened as it is; then it is taken as a
 * payload, sealed, and the sealed envelope opened with one byte changed as the input's first bytes
 * say. Nothing but a sealed envelope may ever be opened, and no refusal may leave a trace.
 */
#include <stdbool.h>
#include <string.h>

#include "sim/error.h"
#include "sim/wire/envelope.h"
#include "tests/fuzz/fuzz.h"

static const struct dlt645_address meter = {{0x61, 0x01, 0, 0, 0, 0}};
static const struct envelope_key key = {{0x13, 0x57, 0x9B, 0xDF}};

static bool is_erased(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static int open_at_meter(struct envelope_context *context, struct envelope_counters *counters,
                         const uint8_t *envelope, size_t size, uint8_t *payload)
{
    struct envelope_counters before = *counters;
    int result;

    memset(payload, 0, ENVELOPE_PAYLOAD_MAX);
    result = envelope_open(context, &key, ENVELOPE_DOWN, &meter, counters, envelope, size, payload,
                           ENVELOPE_PAYLOAD_MAX);
    if (result < 0) {
        CLAIM(counters->accepted == before.accepted && counters->sent == before.sent);
        CLAIM(is_erased(payload, ENVELOPE_PAYLOAD_MAX));
    }
    return result;
}

static void open_hostile(struct envelope_context *context, const uint8_t *bytes, size_t size)
{
    struct envelope_counters counters = {0};
    struct envelope_header header;
    uint8_t payload[ENVELOPE_PAYLOAD_MAX];

    CLAIM(open_at_meter(context, &counters, bytes, size, payload) < 0);
    envelope_peek(bytes, size, &header);
}

static void seal_and_change(struct envelope_context *context, const uint8_t *bytes, size_t size)
{
    struct envelope_counters platform = {.sent = 6};
    struct envelope_counters counters = {.accepted = 6};
    uint8_t envelope[ENVELOPE_SIZE_MAX];
    uint8_t payload[ENVELOPE_PAYLOAD_MAX];
    size_t place;
    int sealed;

    sealed = envelope_seal(context, &key, ENVELOPE_DOWN, &meter, &platform, bytes + 2, size - 2,
                           envelope, sizeof envelope);
    if (size - 2 > ENVELOPE_PAYLOAD_MAX) {
        CLAIM(sealed == ERROR_ENVELOPE_TOO_LONG);
        return;
    }
    CLAIM(sealed == (int)(size - 2) + ENVELOPE_OVERHEAD);
    place = bytes[0] % (size_t)sealed;
    if (bytes[1] != 0) {
        envelope[place] ^= bytes[1];
        CLAIM(open_at_meter(context, &counters, envelope, (size_t)sealed, payload) < 0);
        envelope[place] ^= bytes[1];
    }
    CLAIM(open_at_meter(context, &counters, envelope, (size_t)sealed, payload) == (int)size - 2);
    CLAIM(memcmp(payload, bytes + 2, size - 2) == 0);
    CLAIM(open_at_meter(context, &counters, envelope, (size_t)sealed, payload) ==
          ERROR_ENVELOPE_REPLAYED);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct envelope_context *context = envelope_context_new();

    CLAIM(context);
    open_hostile(context, bytes, size);
    if (size >= 2) {
        seal_and_change(context, bytes, size);
    }
    envelope_context_free(context);
    return 0;
}
