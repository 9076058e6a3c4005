/*
 * Payment notices on their way from a payment service to the platform. They may come late, in any order and more than once;
 * the ledger counts each number once. A site's notices lie in one pool, and each account has a timer for the next of its own.
 */
#ifndef METERBENCH_SIM_PLATFORM_NOTICES_H
#define METERBENCH_SIM_PLATFORM_NOTICES_H

#include "sim/platform/account_internal.h"

/* Arrives at `at`. 0, or ERROR_QUEUE_FULL. */
int notices_send(struct account *account, int64_t at, int64_t amount, uint32_t number);
/* Those that are due arrive, in the order in which they were sent. */
void notices_timer(struct account *account, int64_t now);

#endif
