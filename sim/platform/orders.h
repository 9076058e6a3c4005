/*
 * The orders to one meter: one is under way at a time, sent again until the meter answers, the rest wait. account_order is
 * their public face.
 */
#ifndef METERBENCH_SIM_PLATFORM_ORDERS_H
#define METERBENCH_SIM_PLATFORM_ORDERS_H

#include "sim/platform/account_internal.h"

/* No answer in time: again, or given up. */
void orders_unanswered(struct account *account, int64_t now);
/* The meter's answer to the relay or a write. */
void orders_answered(struct account *account, int64_t now, const struct dlt645_frame *frame);
/* The meter told that it tripped or closed. */
void orders_reported(struct account *account, int64_t now, const struct controller_report *report);
/* From one reading to the next the flat took something: it is on, whatever became of an order that nobody answered. */
void orders_load_seen(struct account *account);
/* Payments that a meter with its own credit was not told yet go as one recharge at a time. */
void orders_offer_recharge(struct account *account, int64_t now);

#endif
