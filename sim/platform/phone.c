#include "sim/platform/phone.h"

#include "sim/error.h"

void phone_encode(const struct phone_message *message, uint8_t bytes[PHONE_MESSAGE_SIZE])
{
    bytes[0] = (uint8_t)message->kind;
    for (int i = 0; i < 4; i++)
        bytes[1 + i] = (uint8_t)(message->number >> (8 * i));
    for (int i = 0; i < 8; i++)
        bytes[5 + i] = (uint8_t)((uint64_t)message->amount >> (8 * i));
}

int phone_decode(const uint8_t *bytes, size_t size, struct phone_message *message)
{
    if (size != PHONE_MESSAGE_SIZE)
        return ERROR_TRUNCATED;
    if (bytes[0] >= PHONE_KINDS)
        return ERROR_OUT_OF_RANGE;
    uint64_t amount = 0;
    *message = (struct phone_message){.kind = (enum phone_kind)bytes[0]};
    for (int i = 0; i < 4; i++)
        message->number |= (uint32_t)bytes[1 + i] << (8 * i);
    for (int i = 0; i < 8; i++)
        amount |= (uint64_t)bytes[5 + i] << (8 * i);
    message->amount = (int64_t)amount;
    return 0;
}
