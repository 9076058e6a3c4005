/*
 * What becomes of orders that people give: a ticket for each flat, a batch for each word that was said to one flat, a floor or
 * a building. Memory is taken as batches come, so a site whose people order nothing has none.
 */
#ifndef METERBENCH_SIM_PLATFORM_DISPATCH_H
#define METERBENCH_SIM_PLATFORM_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct platform;

enum { TICKETS_MAX = (1 << 24) - 1 };

/* How orders are asked again for, unless one has its own word on it. */
struct order_policy {
    int attempts;       /* then it is unanswered */
    int64_t spacing_ns; /* from one to the next */
    int64_t valid_ns;   /* from when it is sent: the meter refuses it later. Each attempt begins anew */
};

/* 10 attempts, 60 s apart, valid for 10 min. */
struct order_policy order_policy_default(void);

/* One order's own; 0: the policy's. A validity of its own counts from the acceptance and is not renewed. */
struct order_options {
    uint8_t n2; /* of the frame: controller.h */
    int attempts;
    int64_t spacing_ns, valid_ns;
};

#define DISPATCH_OUTCOMES(X)                                                                       \
    X(WAITING, "waiting")       /* behind other orders of the flat, or for its wave */             \
    X(SENT, "sent")                                                                                \
    X(DONE, "done")                                                                                \
    X(REFUSED, "refused")       /* by the platform or by the meter: `why` */                       \
    X(EXPIRED, "expired")       /* its time was over; the meter did nothing */                     \
    X(UNANSWERED, "unanswered") /* and nobody knows whether the meter did it */                    \
    X(LEFT_OUT, "left out")     /* of a restore: `why` */

enum dispatch_outcome {
#define X(id, name) DISPATCH_##id,
    DISPATCH_OUTCOMES(X)
#undef X
        DISPATCH_OUTCOME_COUNT
};

const char *dispatch_outcome_name(int outcome);

struct ticket {
    uint32_t flat, batch;
    uint8_t order;   /* enum dlt645_relay_order or one of account.h's */
    uint8_t outcome; /* enum dispatch_outcome */
    uint8_t sent;    /* how often */
    uint8_t held_before; /* the account's holds */
    bool seen;       /* the meter reported what was ordered, whatever became of its answer */
    bool told_late;  /* the meter said so before the time was over */
    uint16_t wave;   /* of a restore, from 1 */
    int32_t why;     /* a word of refusal of DL/T 645 (positive) or an error (negative) */
    int64_t accepted_at, ended_at, valid_until; /* 0: the policy's */
    struct order_options options;
};

struct batch {
    uint32_t first, count, open; /* tickets, the first by number; those without an outcome */
};

struct dispatch {
    uint32_t ticket_count, ticket_room, batch_count, batch_room;
    struct ticket *tickets;
    struct batch *batches;
};

void dispatch_free(struct dispatch *dispatch);

/* A new batch's number, from 1, or ERROR_NO_MEMORY. Tickets are added to the newest only. */
int64_t dispatch_begin(struct platform *platform);
/* A ticket's number, from 1, or ERROR_NO_MEMORY, ERROR_QUEUE_FULL (TICKETS_MAX). */
int64_t dispatch_add(struct platform *platform, int64_t now, uint32_t flat, int order,
                     const struct order_options *options);
/* By number; NULL for 0. Pointers hold until the next dispatch_add. */
struct ticket *dispatch_ticket(struct platform *platform, uint32_t number);
const struct batch *dispatch_batch(const struct platform *platform, uint32_t number);
/* It has an outcome; the last one of its batch is told (orders_settled). */
void dispatch_end(struct platform *platform, int64_t now, uint32_t number,
                  enum dispatch_outcome outcome, int why);

/* Plain English of a ticket's `why` ("keep-power is on"), "" for 0. Never NULL. */
const char *dispatch_why(int why);

#endif
