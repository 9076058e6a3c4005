/*
 * The reminders before an arrears trip: sent by one channel after another until a receipt says that one was delivered, spaced by
 * the policy from there on, void after a payment. Only receipts count, each reminder once. docs/models.md, "Messages".
 */
#ifndef METERBENCH_SIM_PLATFORM_REMINDERS_H
#define METERBENCH_SIM_PLATFORM_REMINDERS_H

#include "sim/platform/account_internal.h"

/* Begin when the balance is low and none are under way. */
void reminders_begin_if_due(struct account *account, int64_t now);
/* The next one, or the same again. */
void reminders_timer(struct account *account, int64_t now);
/* A receipt of reminder `number`, from 1, of the reminding `serial`: late ones, copies' and those of another reminding
 * count nothing. */
void reminders_receipt(struct account *account, int64_t now, uint32_t number, uint16_t serial, int channel);
/* They are void: none are counted. */
void reminders_end(struct account *account);

#endif
