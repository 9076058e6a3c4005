/*
 * DL/T 645 from hostile bytes: what decodes encodes to the same bytes, the receiver hears in a
 * stream what the decoder reads in one go, and every parser keeps within the frame.
 */
#include <string.h>

#include "sim/error.h"
#include "sim/wire/dlt645.h"
#include "tests/fuzz/fuzz.h"

static bool same_frame(const struct dlt645_frame *a, const struct dlt645_frame *b)
{
    return dlt645_address_equal(&a->address, &b->address) && a->control == b->control &&
           a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static void parse_replies(const struct dlt645_frame *frame)
{
    struct dlt645_relay_reply relay;
    struct dlt645_address address;
    struct dlt645_frame again;
    const uint8_t *value;
    uint16_t bits;
    size_t size;

    if (dlt645_read_reply_parse(frame, 0x00010000, &value, &size, &bits) == 0) {
        CLAIM(value >= frame->data && size <= (size_t)(frame->data + frame->length - value));
    }
    dlt645_address_reply_parse(frame, &address);
    if (dlt645_relay_reply_parse(frame, &relay) == 0 && !(frame->control & DLT645_MORE_FOLLOWS)) {
        dlt645_relay_reply(&again, &frame->address, &relay);
        CLAIM(same_frame(&again, frame));
    }
}

/* What the rarer parsers take, their builders make again. */
static void parse_services(const struct dlt645_frame *frame)
{
    struct dlt645_password_change change;
    struct dlt645_load_request load;
    struct dlt645_security security;
    struct dlt645_freeze freeze;
    struct dlt645_frame again;
    struct dlt645_clear clear;
    uint32_t identifier;
    uint8_t sequence;

    if (dlt645_freeze_request_parse(frame, &freeze) == 0) {
        CLAIM(dlt645_freeze_request(&again, &frame->address, &freeze) == 0);
        CLAIM(same_frame(&again, frame));
    }
    if (dlt645_password_request_parse(frame, &change) == 0) {
        CLAIM(dlt645_password_request(&again, &frame->address, &change) == 0);
        CLAIM(same_frame(&again, frame));
    }
    if (dlt645_clear_request_parse(frame, &clear) == 0) {
        CLAIM(dlt645_clear_request(&again, &frame->address, &clear) == 0);
        CLAIM(same_frame(&again, frame));
    }
    if (dlt645_security_request_parse(frame, &security) == 0) {
        CLAIM(dlt645_security_request(&again, &frame->address, &security) == 0);
        CLAIM(same_frame(&again, frame));
    }
    if (dlt645_load_request_parse(frame, &load) == 0) {
        CLAIM(dlt645_load_request(&again, &frame->address, &load) == 0);
        CLAIM(same_frame(&again, frame));
    }
    if (dlt645_read_more_request_parse(frame, &identifier, &sequence) == 0) {
        dlt645_read_more_request(&again, &frame->address, identifier, sequence);
        CLAIM(same_frame(&again, frame));
    }
}

/* Any reply may come at any point of a long value. */
static void assemble(const struct dlt645_frame *frame)
{
    static struct dlt645_assembly assembly; /* 4 KiB; begun anew each time */

    dlt645_assembly_begin(&assembly, 0x06000001);
    for (int i = 0; i < 300 && dlt645_assembly_take(&assembly, frame, NULL) == 0; i++) {
        CLAIM(assembly.size <= sizeof assembly.value);
    }
}

static void parse_requests(const struct dlt645_frame *frame)
{
    struct dlt645_relay_command command;
    struct dlt645_frame again;
    struct dlt645_write write;
    struct dlt645_time time;
    uint32_t identifier;

    dlt645_read_request_parse(frame, &identifier);
    if (dlt645_write_request_parse(frame, &write) == 0) {
        CLAIM(write.value >= frame->data &&
              write.value_size <= (size_t)(frame->data + frame->length - write.value));
        if (frame->length <= DLT645_WRITE_DATA_MAX) {
            CLAIM(dlt645_write_request(&again, &frame->address, &write) == 0);
            CLAIM(same_frame(&again, frame));
        }
    }
    parse_services(frame);
    if (dlt645_broadcast_time_parse(frame, &time) == 0) {
        CLAIM(dlt645_time_is_valid(&time));
    }
    if (dlt645_relay_request_parse(frame, &command, NULL) == 0) {
        CLAIM(dlt645_relay_request(&again, &frame->address, &command) == 0);
        CLAIM(same_frame(&again, frame));
    }
}

static void describe(const struct dlt645_frame *frame)
{
    char text[1024];
    char little[17];

    CLAIM(dlt645_describe(frame, text, sizeof text) == 0);
    CLAIM(dlt645_describe(frame, little, sizeof little) <= 0);
    CLAIM(strncmp(text, little, strlen(little)) == 0);
}

static void decode_once(const uint8_t *bytes, size_t size)
{
    uint8_t again[DLT645_ENCODED_MAX];
    struct dlt645_frame frame;
    size_t offset = SIZE_MAX;
    int used = dlt645_decode(bytes, size, &frame, &offset);
    unsigned preambles;

    if (used < 0) {
        CLAIM(offset <= size);
        return;
    }
    preambles = (unsigned)(used - DLT645_FRAME_MIN - frame.length);
    CLAIM(dlt645_encode(&frame, preambles, again, sizeof again) == used);
    CLAIM(memcmp(again, bytes, (size_t)used) == 0);
    parse_requests(&frame);
    parse_replies(&frame);
    assemble(&frame);
    describe(&frame);
}

static void receive(const uint8_t *bytes, size_t size)
{
    struct dlt645_receiver receiver;
    struct dlt645_frame first;
    struct dlt645_frame frame;
    bool begins_with_frame = dlt645_decode(bytes, size, &first, NULL) > 0;
    bool heard = false;

    dlt645_receiver_init(&receiver);
    for (size_t i = 0; i < size; i++) {
        int result;

        CLAIM(dlt645_receiver_feed(&receiver, bytes[i]) == 0);
        while ((result = dlt645_receiver_next(&receiver, &frame)) != 0) {
            if (result > 0 && !heard) {
                CLAIM(!begins_with_frame || same_frame(&frame, &first));
                heard = true;
            }
        }
    }
    CLAIM(heard || !begins_with_frame);
    while (dlt645_receiver_gap(&receiver, &frame) != 0) {
    }
    CLAIM(receiver.size == 0);
}

static void read_quantities(const uint8_t *bytes, size_t size)
{
    for (int i = 0; i < DLT645_QUANTITY_COUNT; i++) {
        enum dlt645_quantity quantity = (enum dlt645_quantity)i;
        size_t wanted = dlt645_quantity_size(quantity);
        uint8_t again[8];
        int64_t value;
        int64_t value_again;

        if (size < wanted || dlt645_quantity_read(quantity, bytes, wanted, &value, NULL) < 0) {
            continue;
        }
        CLAIM(dlt645_quantity_write(quantity, value, again, sizeof again) == (int)wanted);
        CLAIM(dlt645_quantity_read(quantity, again, wanted, &value_again, NULL) == 0);
        CLAIM(value == value_again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    decode_once(bytes, size);
    receive(bytes, size);
    read_quantities(bytes, size);
    return 0;
}
