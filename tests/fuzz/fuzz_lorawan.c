/*
 * LoRaWAN frames from hostile bytes, as fuzz_envelope.c does: the input opened as it is (with its first bytes patched to look like
 * a frame of this device, so that the code behind the header is reached), then sealed, and one byte of the
 * sealed frame changed.
 */
#include <string.h>

#include "sim/error.h"
#include "sim/wire/lorawan.h"
#include "tests/fuzz/fuzz.h"

static const struct envelope_key key = {{0x13, 0x57, 0x9B, 0xDF}};
enum { DEVICE = 161 };

static int open_frame(struct lorawan_context *context, struct envelope_counters *counters, const uint8_t *frame,
                      size_t size, uint8_t *payload)
{
    struct lorawan_keys keys;
    struct envelope_counters before = *counters;
    uint8_t port;
    CLAIM(lorawan_session_keys(context, &key, &keys) == 0);
    memset(payload, 0, LORAWAN_PAYLOAD_MAX);
    int result = lorawan_open(context, &keys, ENVELOPE_DOWN, DEVICE, counters, frame, size, &port, payload,
                              LORAWAN_PAYLOAD_MAX);
    if (result < 0) {
        CLAIM(counters->accepted == before.accepted);
        for (size_t i = 0; i < LORAWAN_PAYLOAD_MAX; i++)
            CLAIM(payload[i] == 0);
    }
    return result;
}

static void open_hostile(struct lorawan_context *context, const uint8_t *bytes, size_t size)
{
    static const uint8_t start[] = {0xA0, DEVICE, 0, 0, 0};
    uint8_t frame[512] = {0}, payload[LORAWAN_PAYLOAD_MAX];
    struct envelope_counters counters = {.accepted = size > 0 ? bytes[0] * 1000u : 0};
    size_t used = size < sizeof frame ? size : sizeof frame;
    struct lorawan_header header;
    memcpy(frame, bytes, used);
    CLAIM(open_frame(context, &counters, frame, used, payload) < 0);
    if (used >= sizeof start)
        memcpy(frame, start, sizeof start);
    CLAIM(open_frame(context, &counters, frame, used, payload) < 0);
    if (lorawan_peek(frame, used, &header) == 0)
        CLAIM((size_t)header.payload_at + LORAWAN_MIC_SIZE <= used);
}

static void seal_and_change(struct lorawan_context *context, const uint8_t *bytes, size_t size)
{
    struct envelope_counters platform = {.sent = 65534}, counters = {.accepted = 65534};
    struct lorawan_keys keys;
    uint8_t frame[LORAWAN_SIZE_MAX], payload[LORAWAN_PAYLOAD_MAX];
    CLAIM(lorawan_session_keys(context, &key, &keys) == 0);
    int sealed = lorawan_seal(context, &keys, ENVELOPE_DOWN, DEVICE, &platform, 1, bytes + 2, size - 2, frame,
                              sizeof frame);
    if (size - 2 > LORAWAN_PAYLOAD_MAX) {
        CLAIM(sealed == ERROR_ENVELOPE_TOO_LONG);
        return;
    }
    CLAIM(sealed == (int)(size - 2) + LORAWAN_OVERHEAD);
    size_t place = bytes[0] % (size_t)sealed;
    if (bytes[1] != 0) {
        frame[place] ^= bytes[1];
        CLAIM(open_frame(context, &counters, frame, (size_t)sealed, payload) < 0);
        frame[place] ^= bytes[1];
    }
    CLAIM(open_frame(context, &counters, frame, (size_t)sealed, payload) == (int)size - 2);
    CLAIM(memcmp(payload, bytes + 2, size - 2) == 0);
    CLAIM(open_frame(context, &counters, frame, (size_t)sealed, payload) == ERROR_ENVELOPE_REPLAYED);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct lorawan_context *context = lorawan_context_new();
    CLAIM(context);
    open_hostile(context, bytes, size);
    if (size >= 2)
        seal_and_change(context, bytes, size);
    lorawan_context_free(context);
    return 0;
}
