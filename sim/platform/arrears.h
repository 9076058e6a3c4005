/* What follows from a balance: how low it is, the meter's alarm, the arrears trip when it is due, supply after a payment. */
#ifndef METERBENCH_SIM_PLATFORM_ARREARS_H
#define METERBENCH_SIM_PLATFORM_ARREARS_H

#include "sim/platform/account_internal.h"

/* Is so much owed that the supply may go? */
bool arrears_stand(const struct account *account);
/* Is the balance so low, or the bill so late, that the tenant is reminded? */
bool arrears_want_reminding(const struct account *account);
/* A payment came: end reminding and bring supply back if it suffices, else say what is missing. */
void arrears_after_payment(struct account *account, int64_t now, uint32_t number);
/* The balance moved: level and alarm, reminders, trip. */
void arrears_follow_balance(struct account *account, int64_t now);
/* An arrears trip that the meter has not answered is due to be sent again: true when it is put off until friendly hours are over. It still
 * stands: the meter may have heard it. */
bool arrears_put_off(struct account *account, int64_t now);
/* Order the arrears trip if nothing stands against it, or wait for the end of grace period and friendly hours. */
void arrears_trip_if_due(struct account *account, int64_t now);

#endif
