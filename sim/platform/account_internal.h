/* What the parts of an account (ledger, reminders, orders) have in common: its ways out. */
#ifndef METERBENCH_SIM_PLATFORM_ACCOUNT_INTERNAL_H
#define METERBENCH_SIM_PLATFORM_ACCOUNT_INTERNAL_H

#include "sim/platform/account.h"

/* Into the outbox, which must have room. */
void account_send_frame(struct account *account, const struct dlt645_frame *frame);
/* The tenant's phone shows it; dropped when the outbox is full. */
void account_send_phone(struct account *account, enum phone_kind kind, uint32_t number);
void account_audit(struct account *account, int64_t now, enum audit_action action, int actor);

/* Ask the meter for its register. */
void account_ask_reading(struct account *account);

#endif
