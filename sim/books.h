/*
 * The books of many flats: money and energy, each added up by two ways that must agree. The money that the event log tells of is
 * held against what the accounts say at the end, and charges against the registers that they were made from; the feeder's energy against
 * terminals and lines, and registers against terminals.
 */
#ifndef METERBENCH_SIM_BOOKS_H
#define METERBENCH_SIM_BOOKS_H

#include "sim/site.h"

/* Sums over flats; money in 1/10000 yuan, energy in mW*ns. */
struct books {
    int64_t opened, paid, refunded, charged, closed; /* as the log told; closed: balances of accounts that ended */
    int64_t balances;      /* of the accounts at the end */
    int64_t carried_uyuan; /* owed and not charged: remainders, and what waits for a bill. Of it, ended accounts' */
    uint64_t accounts_off; /* whose balance is not what the log makes it */
    uint64_t charges_off;  /* whose charges do not follow the register */
    __int128 feeder, terminals, lines;
    __int128 imbalance;    /* the sum of each site's difference, without its sign */
    int64_t register_mwh, read_mwh; /* of the meters; as the accounts were told last */
    uint64_t registers_off; /* beyond the meter's class */
};

/* What the log says of one flat. */
struct books_page {
    int64_t balance;
    int64_t owed_uyuan;   /* by the register, and not charged yet; at one price known but for less than 1/10000 yuan */
    int64_t charged_to_wh; /* -1: nothing was charged */
};

/* How charges follow registers. */
struct books_prices {
    int64_t price; /* 1/10000 yuan per kWh */
    bool by_rate;  /* charges tell each rate's cost themselves */
};

void books_open(struct books *books, struct books_page *page, const struct flat *flat);
void books_event(struct books *books, struct books_page *page, const struct books_prices *prices,
                 const struct event *event);
/* The site's run is over: its sums, then each of its flats. */
void books_close_site(struct books *books, struct site *site);
void books_close_flat(struct books *books, const struct books_page *page, const struct books_prices *prices,
                      struct flat *flat, int64_t now);
void books_merge(struct books *into, const struct books *from);

/* opened + paid - refunded - charged - closed - balances. */
int64_t books_money_difference(const struct books *books);
bool books_money_holds(const struct books *books);
bool books_energy_holds(const struct books *books);

#endif
