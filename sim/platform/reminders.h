/* The reminders before an arrears trip: sent until delivered, spaced by the policy, void after a payment. */
#ifndef METERBENCH_SIM_PLATFORM_REMINDERS_H
#define METERBENCH_SIM_PLATFORM_REMINDERS_H

#include "sim/platform/account_internal.h"

/* Begin when the balance is low and none are under way. */
void reminders_begin_if_due(struct account *account, int64_t now);
/* The next one, or the same again. */
void reminders_timer(struct account *account, int64_t now);
/* The phone's receipt of reminder `number`, from 1. */
void reminders_delivered_one(struct account *account, int64_t now, uint32_t number);
/* They are void: none are counted. */
void reminders_end(struct account *account);

#endif
