/* The words of money: what is remembered of payment notices, why one is refused, how low a balance is. */
#ifndef METERBENCH_SIM_MONEY_H
#define METERBENCH_SIM_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#define MONEY_MAX INT64_C(9999999900) /* 999,999.99 yuan: what the meter's money field holds */
#define MONEY_UNSET INT64_MIN         /* of an amount in the policy: there is no such rule */

/* Why a payment or a refund is not booked. */
#define MONEY_REFUSALS(X)                                                                          \
    X(NONE, "none")                                                                                \
    X(AMOUNT, "amount")               /* not positive, or more than MONEY_MAX */                   \
    X(DUPLICATE, "duplicate")         /* its number was booked before */                           \
    X(TOO_OLD, "too old")             /* its number is below those that are remembered */          \
    X(HOARDING, "hoarding limit")     /* the balance would be above the limit: refused whole */    \
    X(BALANCE, "above the balance")   /* of a refund */                                            \
    X(IN_METER, "credit is in the meter") /* of a refund: the platform cannot take it out again */ \
    X(VACANT, "nobody lives there")   /* a payment by the phone of who moved out */

enum money_refusal {
#define X(id, name) MONEY_REFUSED_##id,
    MONEY_REFUSALS(X)
#undef X
        MONEY_REFUSAL_COUNT
};

const char *money_refusal_name(int refusal);

/* How low a balance is. */
#define CREDIT_LEVELS(X) X(GOOD, "good") X(ALARM_1, "alarm 1") X(ALARM_2, "alarm 2") X(ARREARS, "arrears")

enum credit_level {
#define X(id, name) CREDIT_LEVEL_##id,
    CREDIT_LEVELS(X)
#undef X
        CREDIT_LEVEL_COUNT
};

const char *credit_level_name(int level);

/*
 * Numbers of payments and refunds that were booked, so that each counts once, in whatever order they come. The last
 * sixteen are known one by one; of the others only the highest, and whatever is not above it is refused: a notice that comes so
 * late is settled by hand, but none is ever counted twice.
 */
enum { MONEY_SEEN_MAX = 16 };

struct money_seen {
    uint32_t floor; /* the highest number that was forgotten */
    uint32_t numbers[MONEY_SEEN_MAX]; /* ascending */
    uint8_t count;
};

/* NONE, DUPLICATE or TOO_OLD. */
enum money_refusal money_seen_check(const struct money_seen *seen, uint32_t number);
/* Remember one that check let through. */
void money_seen_add(struct money_seen *seen, uint32_t number);

#endif
