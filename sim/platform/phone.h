/* What passes between the platform and a tenant's phone: reminders that it shows (notify.h brings them), payments up. */
#ifndef METERBENCH_SIM_PLATFORM_PHONE_H
#define METERBENCH_SIM_PLATFORM_PHONE_H

#include <stddef.h>
#include <stdint.h>

enum phone_kind { PHONE_REMINDER, PHONE_PAYMENT, PHONE_KINDS };

struct phone_message {
    enum phone_kind kind;
    uint32_t number; /* of a reminder or a payment */
    int64_t amount;  /* of a payment, 1/10000 yuan */
};

enum { PHONE_MESSAGE_SIZE = 13 };

void phone_encode(const struct phone_message *message, uint8_t bytes[PHONE_MESSAGE_SIZE]);
/* 0, ERROR_TRUNCATED or ERROR_OUT_OF_RANGE. */
int phone_decode(const uint8_t *bytes, size_t size, struct phone_message *message);

#endif
