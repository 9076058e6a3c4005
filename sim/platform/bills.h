/*
 * Postpayment: once a month what is owed becomes a bill with a due date. Until then nobody is reminded; after it reminders are sent
 * like those of a prepaid account that is low, and the supply goes when they are delivered and the grace period is over.
 */
#ifndef METERBENCH_SIM_PLATFORM_BILLS_H
#define METERBENCH_SIM_PLATFORM_BILLS_H

#include "sim/platform/account_internal.h"

enum { BILL_DAY_MAX = 28 };

/* The first bill is awaited. Nothing for prepaid accounts. */
void bills_begin(struct account *account, int64_t now);
/* A bill's day, or a due date. */
void bills_timer(struct account *account, int64_t now);
/* Money came: bills are paid by it. */
void bills_paid(struct account *account, int64_t amount);
/* The tenancy is over: what was billed is settled otherwise. */
void bills_forget(struct account *account);
/* What is billed and due, 1/10000 yuan; 0: nothing. */
int64_t bills_overdue(const struct account *account);

#endif
