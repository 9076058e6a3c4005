/*
 * Who lives there: a tenant moves out and in at a reading of the meter. Until then the old account is charged, then it is settled:
 * what is left is paid back, what is owed is written down. While nobody lives there the landlord bears the cost, at the same prices; he
 * is not reminded or switched off.
 */
#ifndef METERBENCH_SIM_PLATFORM_TENANCY_H
#define METERBENCH_SIM_PLATFORM_TENANCY_H

#include "sim/platform/account_internal.h"

/* A reading that is charged up to now came: the awaited move takes place. */
void tenancy_reading(struct account *account, int64_t now);

#endif
