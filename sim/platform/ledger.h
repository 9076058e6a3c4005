/*
 * The money of one account: what it opened with, payments, refunds, charges by the meter's register. What follows
 * from the balance is in arrears.h. account_pay, account_refund and account_open are its public face.
 */
#ifndef METERBENCH_SIM_PLATFORM_LEDGER_H
#define METERBENCH_SIM_PLATFORM_LEDGER_H

#include "sim/platform/account_internal.h"

/* Is it charged by the meter's rates rather than by one price? */
bool ledger_by_rate(const struct account *account);
/* Log and audit a payment that is not booked. */
enum money_refusal ledger_refuse_payment(struct account *account, int64_t now, enum money_refusal why, uint32_t number);
/* The meter's register, 0.01 kWh; without a billing interval it is charged at once. */
void ledger_register_read(struct account *account, int64_t now, int64_t reading_10wh);
/* The meter's registers by rate, 0.01 kWh. */
void ledger_rates_read(struct account *account, int64_t now, const uint32_t reading_10wh[TARIFF_RATES]);
/* The same as they stood at `frozen_s`, calendar, when the meter went over to other prices. */
void ledger_frozen_read(struct account *account, int64_t now, int64_t frozen_s,
                        const uint32_t reading_10wh[TARIFF_RATES]);
/* Charge what was read since the last time. */
void ledger_bill(struct account *account, int64_t now);
/* When a daily bill is made for the first time. */
int64_t ledger_first_bill(const struct account *account);

#endif
