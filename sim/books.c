#include "sim/books.h"

#include <stdlib.h>

enum {
    CLASS_PERMILLE = 10,
    UNCOUNTED_MWH = 100000, /* 0.1 kWh: what flows while meters boot after outages is no register's */
};

/* ---- what the log tells -------------------------------------------------------------------------- */

void books_open(struct books *books, struct books_page *page, const struct flat *flat)
{
    *page = (struct books_page){.balance = flat->account.balance, .charged_to_wh = -1};
    books->opened += page->balance;
}

static void charge(struct books *books, struct books_page *page, const struct books_prices *prices,
                   const struct event *event)
{
    books->charged += event->a;
    page->balance -= event->a;
    if (prices->by_rate)
        page->owed_uyuan -= event->a * 100;
    else if (page->charged_to_wh >= 0) /* the first one's register before it is not told */
        page->owed_uyuan += (event->b - page->charged_to_wh) / 10 * prices->price - event->a * 100;
    page->charged_to_wh = event->b;
}

static bool charges_follow(const struct books_page *page, const struct books_prices *prices, int64_t remainder)
{
    return prices->by_rate ? page->owed_uyuan == remainder : llabs(page->owed_uyuan) < 100;
}

static void end_account(struct books *books, struct books_page *page, const struct books_prices *prices,
                        const struct event *event)
{
    books->closed += event->a;
    books->carried_uyuan += event->b;
    books->accounts_off += event->a != page->balance;
    books->charges_off += !charges_follow(page, prices, event->b);
    page->owed_uyuan = 0;
    page->charged_to_wh = -1;
}

void books_event(struct books *books, struct books_page *page, const struct books_prices *prices,
                 const struct event *event)
{
    switch (event->kind) {
    case EVENT_PAYMENT:
        books->paid += event->a;
        page->balance += event->a;
        break;
    case EVENT_REFUND:
        books->refunded += event->a;
        page->balance -= event->a;
        break;
    case EVENT_CHARGE_RATE:
        page->owed_uyuan += event->b;
        break;
    case EVENT_CHARGE:
        charge(books, page, prices, event);
        break;
    case EVENT_ACCOUNT_CLOSED:
        end_account(books, page, prices, event);
        break;
    case EVENT_ACCOUNT_OPENED:
        books->opened += event->a;
        page->balance = event->a;
        break;
    }
}

/* ---- the end of a site ---------------------------------------------------------------------------- */

static void close_account(struct books *books, const struct books_page *page, const struct books_prices *prices,
                          const struct account *account)
{
    books->balances += account->balance;
    books->carried_uyuan += account->charge_remainder;
    books->accounts_off += account->balance != page->balance;
    books->charges_off += !charges_follow(page, prices, account->charge_remainder);
    books->read_mwh += account->reading_10wh > 0 ? account->reading_10wh * 10000 : 0;
}

static void close_meter(struct books *books, struct flat *flat, int64_t now)
{
    if (flat->controller == &flat->meter.controller)
        meter_account(&flat->meter, now);
    int64_t counted = flat->controller->status.register_mwh, flowed = flat->plant.terminal_energy.mwh;
    books->register_mwh += counted;
    books->registers_off += llabs(counted - flowed) > flowed * CLASS_PERMILLE / 1000 + UNCOUNTED_MWH;
}

void books_close_site(struct books *books, struct site *site)
{
    books->imbalance += llabs(site_energy_imbalance_mw_ns(site)); /* brings all plants to now */
}

void books_close_flat(struct books *books, const struct books_page *page, const struct books_prices *prices,
                      struct flat *flat, int64_t now)
{
    close_account(books, page, prices, &flat->account);
    close_meter(books, flat, now);
    books->feeder += plant_feeder_energy(&flat->plant, now);
    books->terminals += energy_total(&flat->plant.terminal_energy);
    books->lines += energy_total(&flat->plant.line_loss_energy);
}

/* ---- sums ----------------------------------------------------------------------------------------- */

void books_merge(struct books *into, const struct books *from)
{
    into->opened += from->opened;
    into->paid += from->paid;
    into->refunded += from->refunded;
    into->charged += from->charged;
    into->closed += from->closed;
    into->balances += from->balances;
    into->carried_uyuan += from->carried_uyuan;
    into->accounts_off += from->accounts_off;
    into->charges_off += from->charges_off;
    into->feeder += from->feeder;
    into->terminals += from->terminals;
    into->lines += from->lines;
    into->imbalance += from->imbalance;
    into->register_mwh += from->register_mwh;
    into->read_mwh += from->read_mwh;
    into->registers_off += from->registers_off;
}

int64_t books_money_difference(const struct books *books)
{
    return books->opened + books->paid - books->refunded - books->charged - books->closed - books->balances;
}

bool books_money_holds(const struct books *books)
{
    return books_money_difference(books) == 0 && books->accounts_off == 0 && books->charges_off == 0;
}

bool books_energy_holds(const struct books *books)
{
    return books->imbalance == 0 && books->feeder == books->terminals + books->lines && books->registers_off == 0;
}
