#include "sim/key_change.h"

#include "sim/error.h"
#include "sim/wire/key_wrap.h"

#include <assert.h>
#include <string.h>

enum { NUMBER_SIZE = 4, NUMBER_AT = 16 };

static void put_number(uint8_t *bytes, uint32_t number)
{
    for (int i = 0; i < NUMBER_SIZE; i++)
        bytes[i] = (uint8_t)(number >> 8 * i);
}

static uint32_t get_number(const uint8_t *bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < NUMBER_SIZE; i++)
        number |= (uint32_t)bytes[i] << 8 * i;
    return number;
}

static struct dlt645_security security(const uint8_t *data, size_t size)
{
    return (struct dlt645_security){.identifier = KEY_CHANGE_IDENTIFIER, .data = data, .size = size};
}

int key_change_offer(const struct key_change *change, const struct dlt645_address *address, struct dlt645_frame *frame)
{
    uint8_t plain[KEY_CHANGE_PLAIN_SIZE] = {0}, wrapped[KEY_CHANGE_WRAPPED_SIZE];
    memcpy(plain, change->next.bytes, ENVELOPE_KEY_SIZE);
    put_number(plain + NUMBER_AT, change->next_number);
    int result = key_wrap(&change->wrapping, plain, sizeof plain, wrapped);
    if (result < 0)
        return result;
    const struct dlt645_security offer = security(wrapped, sizeof wrapped);
    result = dlt645_security_request(frame, address, &offer);
    assert(result == 0);
    return result;
}

void key_change_use(const struct key_change *change, const struct dlt645_address *address, struct dlt645_frame *frame)
{
    uint8_t number[NUMBER_SIZE];
    put_number(number, change->next_number);
    const struct dlt645_security use = security(number, sizeof number);
    int result = dlt645_security_request(frame, address, &use);
    assert(result == 0);
    (void)result;
}

void key_change_answer(uint32_t number, bool of_use, const struct dlt645_address *address, struct dlt645_frame *frame)
{
    uint8_t bytes[NUMBER_SIZE + 1] = {[NUMBER_SIZE] = of_use};
    put_number(bytes, number);
    const struct dlt645_security answer = security(bytes, sizeof bytes);
    int result = dlt645_security_reply(frame, address, &answer);
    assert(result == 0);
    (void)result;
}

bool key_change_is(const struct dlt645_frame *frame)
{
    return (frame->control & DLT645_FUNCTION_MASK) == DLT645_SECURITY;
}

int key_change_read(const struct dlt645_frame *frame, const struct envelope_key *key_encryption_key,
                    struct envelope_key *key, uint32_t *number)
{
    struct dlt645_security asked;
    uint8_t plain[KEY_CHANGE_PLAIN_SIZE];
    int result = dlt645_security_request_parse(frame, &asked);
    if (result < 0)
        return result;
    if (asked.identifier != KEY_CHANGE_IDENTIFIER)
        return ERROR_DLT645_IDENTIFIER;
    if (asked.size == NUMBER_SIZE) {
        *number = get_number(asked.data);
        return 0;
    }
    if (asked.size != KEY_CHANGE_WRAPPED_SIZE)
        return ERROR_DLT645_LENGTH;
    result = key_unwrap(key_encryption_key, asked.data, asked.size, plain);
    if (result < 0)
        return result;
    memcpy(key->bytes, plain, ENVELOPE_KEY_SIZE);
    *number = get_number(plain + NUMBER_AT);
    return 1;
}

int key_change_answer_read(const struct dlt645_frame *frame, uint32_t *number, bool *of_use)
{
    struct dlt645_security answer;
    uint16_t bits;
    int result = dlt645_security_reply_parse(frame, &answer, &bits);
    if (result < 0)
        return result;
    if (answer.identifier != KEY_CHANGE_IDENTIFIER || answer.size != NUMBER_SIZE + 1)
        return ERROR_DLT645_LENGTH;
    *number = get_number(answer.data);
    *of_use = answer.data[NUMBER_SIZE] != 0;
    return 0;
}
