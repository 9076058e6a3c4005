/*
 * The platform's view of one flat: the account that is charged from the meter's register, the reminders before an
 * arrears trip, payments, and orders on their way to the meter. It speaks DL/T 645 downwards and short
 * messages to the tenant's phone; both wait in an outbox for the flat to carry.
 */
#ifndef METERBENCH_SIM_PLATFORM_ACCOUNT_H
#define METERBENCH_SIM_PLATFORM_ACCOUNT_H

#include "sim/kernel/queue.h"
#include "sim/meter/meter.h"
#include "sim/platform/notify.h"
#include "sim/platform/phone.h"
#include "sim/platform/platform.h"

enum account_timer {
    ACCOUNT_TIMER_POLL,
    ACCOUNT_TIMER_REMIND,
    ACCOUNT_TIMER_GRACE,
    ACCOUNT_TIMER_ORDER,
    ACCOUNT_TIMER_BILL,
    ACCOUNT_TIMER_NOTICE,
    ACCOUNT_TIMER_MONTH,
    ACCOUNT_TIMER_NOTIFY,
    ACCOUNT_TIMERS
};

enum {
    ACCOUNT_ORDERS_OF_PEOPLE_MAX = 6,
    ACCOUNT_ORDERS_MAX = ACCOUNT_ORDERS_OF_PEOPLE_MAX + 3, /* the rest is kept for billing */
    ACCOUNT_PHONE_MAX = 6,
    ACCOUNT_FRAMES_MAX = 4,
};

/* Orders that are none of the relay's; they share its numbers and its way to the log. */
enum {
    ORDER_RECHARGE = 0,
    ORDER_BROADCAST_TIME = DLT645_BROADCAST_TIME, /* nobody answers it */
    ORDER_SET_CLOCK = DLT645_WRITE,               /* to the platform's time when it is sent */
    ORDER_LIMITS = 0xA0,                          /* the schedule of the account's `limits` */
};

/* An order on its way; the account's one recharge rides on the same queue for meters that own their credit. */
struct account_order {
    uint8_t order; /* enum dlt645_relay_order or one of the above */
    uint8_t level; /* DL/T 645 password level: 2 administrator, 4 control */
    int16_t actor; /* a user, or ACTOR_BILLING */
    uint32_t attempts : 8;
    uint32_t ticket : 24; /* of dispatch.h; 0: nobody waits for what becomes of it */
};

/* Who keeps the flat off: the billing closes nothing while one stands. */
enum account_hold {
    HOLD_PERSON = 1,          /* tripped by somebody's order */
    HOLD_TIMED = 2,           /* and the meter closes by itself */
    HOLD_MAINTENANCE = 4,
    HOLD_LOCKED_OUT = 8,      /* and the meter has confirmed it */
    HOLD_WAITING = 16,        /* the meter trips later: after a warning, or when a current has fallen */
};

/* What goes out (to the phone: what it shows now), until the flat takes it after the event. Empty between events: a site's accounts share one. */
struct account_outbox {
    int phone_count, frame_count;
    struct phone_message phone[ACCOUNT_PHONE_MAX];
    struct controller_frame frames[ACCOUNT_FRAMES_MAX];
};

enum tenancy_move { MOVE_NONE, MOVE_OUT, MOVE_IN };

struct account {
    struct platform *platform;
    struct timers timers;
    struct event_source events;
    struct dlt645_address address;
    enum credit_profile credit;
    uint32_t control_password, administrator_password;
    int64_t opening, balance;    /* 1/10000 yuan */
    int64_t charged, paid, refunded; /* sums since the opening */
    int64_t charge_remainder;    /* 1/10000 yuan x 1/100 kWh, carried */
    int64_t register_10wh;       /* charged up to here, 0.01 kWh; -1 before the first reading */
    int64_t reading_10wh;        /* last reading */
    uint32_t rate_10wh[TARIFF_RATES]; /* with a tariff: last readings, owed in charge_remainder up to here */
    uint32_t cycle_used_10wh;    /* of them in the tiers' cycle */
    uint32_t rates_at_s;         /* when they stood so, calendar */
    uint8_t freeze_asked;        /* how often the meter was asked for its freeze at a change of prices */
    struct money_seen seen;
    struct controller_recharge recharge; /* the last one that went out */
    int64_t recharge_owed;       /* paid, and not on its way to a meter with its own credit */
    uint16_t reminders_delivered, reminder_attempts;
    uint16_t reminding_serial;   /* which reminding it is: receipts of an earlier one are void */
    uint8_t reminders_shown;     /* the highest number that the phone showed in it */
    uint16_t cycle;              /* the tiers' one that was charged last */
    int64_t last_delivered_at;
    int64_t bill_due, due_at, bill_next; /* postpaid: what is billed and unpaid, until when, and when the next bill comes */
    int64_t deposit;             /* of who is about to move in */
    int64_t landlord_cost;       /* of vacancies that are over */
    uint8_t move;                /* enum tenancy_move: awaits a reading */
    bool vacant, overdue, trip_put_off;
    uint8_t level;               /* enum credit_level */
    bool reminding, fallback;
    bool arrears_trip; /* the platform ordered (or, local, allowed) the trip and has not restored */
    uint8_t holds;               /* enum account_hold */
    bool open_told;              /* the contacts, by what the meter told last */
    uint16_t protection_told;    /* CAUSE_BITs of protective trips since it was closed last */
    uint32_t power_w;            /* mean from one reading to the next, while there was any */
    int64_t read_at;
    uint8_t order_count;
    struct account_order orders[ACCOUNT_ORDERS_MAX];
    struct notify notify;
    struct account_outbox *outbox;
    const struct limit_schedule *limits; /* of the appliances; NULL: the meter has no branch for them */
};

struct account_config {
    enum credit_profile credit;
    int64_t opening_balance;
    uint32_t control_password, administrator_password;
};

/* Keeps `platform` and `outbox` by reference. */
void account_init(struct account *account, struct platform *platform,
                  struct account_outbox *outbox, struct timers timers, struct event_source events,
                  const struct dlt645_address *address,
                  const struct account_config *config);

void account_timer(struct account *account, int64_t now, int timer);

/* A frame from the meter, its envelope opened. */
void account_receive(struct account *account, int64_t now, const uint8_t *bytes, size_t size);

/* The platform raises an alarm by itself: hostile frames in the meter's name (SECURITY, detail: an error number), or
 * nothing heard of the meter (SILENT). The event's detail has ALARM_OF_PLATFORM set, since no meter sent it. */
enum { ALARM_OF_PLATFORM = 0x100 };
void account_suspects(struct account *account, int64_t now, enum meter_alarm alarm, int detail);

/* A payment from the tenant's phone. */
void account_phone(struct account *account, int64_t now, const struct phone_message *message);

/* Book a payment; `number`, from 1, names its notice, and counts once. What is refused (enum money_refusal) is refused whole
 * and logged with the reason. */
enum money_refusal account_pay(struct account *account, int64_t now, int64_t amount, uint32_t number);

/* Pay money back, never more than the balance; numbers are of the same series as those of payments. */
enum money_refusal account_refund(struct account *account, int64_t now, int64_t amount, uint32_t number);

/* The tenant moves out, or another in with a deposit, at the next reading, which is asked for. 0, or ERROR_NOT_ALLOWED: nobody
 * lives there, or somebody does; a move is awaited already; the meter owns the credit. */
int account_move_out(struct account *account);
int account_move_in(struct account *account, int64_t deposit);

/* The least payment that ends the arrears or, after an arrears trip, brings supply back, 1/10000 yuan. 0: nothing is missing. */
int64_t account_missing(const struct account *account);

/* Send an order of somebody who was authorised. 0, ERROR_QUEUE_FULL, ERROR_IN_MAINTENANCE (of a person, one that closes or
 * permits), or ERROR_NOT_ALLOWED (of nobody, one that closes or permits what somebody holds open). A broadcast of the time
 * is sent at once, and once. */
int account_order(struct account *account, int64_t now, int order, int actor, int level);

/* The same with a ticket, which is ended when the order is; at once if it is not accepted. */
int account_order_ticket(struct account *account, int64_t now, uint32_t ticket, int actor, int level);

/* Set the balance as a move-in would (a new opening). */
void account_open(struct account *account, int64_t now, int64_t balance);

#endif
