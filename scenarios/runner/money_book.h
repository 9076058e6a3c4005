/*
 * The money of one flat, worked out a second time for invariant 4: from the events of payments, refunds and charges, and from the
 * registers that the account was told, priced hundredth by hundredth of a kWh. It asks the ledger for nothing but what is
 * to be compared.
 */
#ifndef METERBENCH_RUNNER_MONEY_BOOK_H
#define METERBENCH_RUNNER_MONEY_BOOK_H

#include "sim/site.h"

struct money_book {
    bool moved; /* since it was checked */
    int64_t opening, charged, paid, refunded; /* as told by events */
    int64_t bill_due, due_s; /* postpaid: of the last bill, unpaid; its due date, calendar */
    bool vacant;
    int64_t register_first; /* 0.01 kWh at the account; -1: not read yet */
    uint32_t rate_last_10wh[TARIFF_RATES]; /* with a tariff: at the account */
    int64_t owed_uyuan, cycle_used_10wh;   /* for them, in the tiers' cycle */
    int cycle;
    int64_t read_at_s; /* when they stood so, calendar */
    uint32_t *booked; /* the numbers of payments and refunds */
    size_t booked_count, booked_capacity;
};

enum { MONEY_COMPLAINT_MAX = 160 };

void money_book_init(struct money_book *book, const struct flat *flat);
void money_book_free(struct money_book *book);

/* A flat that was never read may have been by now. */
void money_book_first_reading(struct money_book *book, const struct flat *flat);

/* What the event is to the money. False with a complaint when it must not be. */
bool money_book_event(struct money_book *book, const struct site *site, const struct event *event,
                      char complaint[MONEY_COMPLAINT_MAX]);

/* Does the account agree? False with a complaint when it does not. */
bool money_book_agrees(struct money_book *book, const struct site *site, uint32_t number,
                       char complaint[MONEY_COMPLAINT_MAX]);

int64_t money_book_balance(const struct money_book *book);

/* Is nothing owed any more for which reminders would be sent, or supply held back after an arrears trip? */
bool money_book_is_lifted(const struct money_book *book, const struct billing_policy *policy, bool arrears_tripped);
/* May the platform trip for arrears at `clock_s`? False with a complaint when it may not. */
bool money_book_lets_trip(const struct money_book *book, const struct billing_policy *policy, int64_t clock_s,
                          char complaint[MONEY_COMPLAINT_MAX]);

#endif
