#include "scenarios/runner/money_book.h"

#include "sim/kernel/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void money_book_init(struct money_book *book, const struct flat *flat)
{
    *book = (struct money_book){.opening = flat->account.opening, .register_first = -1};
}

void money_book_free(struct money_book *book)
{
    free(book->booked);
}

int64_t money_book_balance(const struct money_book *book)
{
    return book->opening + book->paid - book->refunded - book->charged;
}

void money_book_first_reading(struct money_book *book, const struct flat *flat)
{
    if (book->register_first >= 0)
        return;
    book->register_first = flat->account.register_10wh;
    memcpy(book->rate_last_10wh, flat->account.rate_10wh, sizeof book->rate_last_10wh);
    book->read_at_s = flat->account.rates_at_s;
}

__attribute__((format(printf, 2, 3))) static bool wrong(char complaint[MONEY_COMPLAINT_MAX],
                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(complaint, MONEY_COMPLAINT_MAX, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- payments and refunds ----------------------------------------------------------------------- */

static bool is_booked(const struct money_book *book, uint32_t number)
{
    for (size_t i = 0; i < book->booked_count; i++)
        if (book->booked[i] == number)
            return true;
    return false;
}

static void remember(struct money_book *book, uint32_t number)
{
    if (book->booked_count == book->booked_capacity) {
        size_t grown = book->booked_capacity ? book->booked_capacity * 2 : 16;
        uint32_t *moved = realloc(book->booked, grown * sizeof *moved);
        if (!moved)
            abort(); /* a book that forgets would be worse than no run */
        book->booked = moved;
        book->booked_capacity = grown;
    }
    book->booked[book->booked_count++] = number;
}

static void bill_paid(struct money_book *book, int64_t amount)
{
    book->bill_due = book->bill_due > amount ? book->bill_due - amount : 0;
}

static bool once(struct money_book *book, const struct event *event, const char *what,
                 char complaint[MONEY_COMPLAINT_MAX])
{
    uint32_t number = (uint32_t)event->b;
    if (is_booked(book, number))
        return wrong(complaint, "%s %u was booked twice", what, number);
    remember(book, number);
    return true;
}

static bool payment(struct money_book *book, const struct billing_policy *policy,
                    const struct event *event, char complaint[MONEY_COMPLAINT_MAX])
{
    book->paid += event->a;
    book->moved = true;
    bill_paid(book, event->a);
    if (event->a <= 0)
        return wrong(complaint, "a payment of %lld was booked (1/10000 yuan)", (long long)event->a);
    if (policy->hoarding != MONEY_UNSET && money_book_balance(book) > policy->hoarding)
        return wrong(complaint, "a payment lifted the balance to %lld, the hoarding limit is %lld (1/10000 yuan)",
                     (long long)money_book_balance(book), (long long)policy->hoarding);
    return once(book, event, "payment", complaint);
}

static bool refund(struct money_book *book, const struct event *event,
                   char complaint[MONEY_COMPLAINT_MAX])
{
    book->refunded += event->a;
    book->moved = true;
    if (event->a <= 0 || money_book_balance(book) < 0)
        return wrong(complaint, "a refund of %lld left a balance of %lld (1/10000 yuan)",
                     (long long)event->a, (long long)money_book_balance(book));
    bool settlement = event->b == 0; /* of a tenant who moves out: no notice asked for it */
    return settlement || once(book, event, "refund", complaint);
}

bool money_book_is_lifted(const struct money_book *book, const struct billing_policy *policy, bool arrears_tripped)
{
    int64_t balance = money_book_balance(book);
    if (policy->postpaid)
        return book->bill_due <= policy->overdraft;
    bool closes = !arrears_tripped || policy->reclose_above == MONEY_UNSET || balance > policy->reclose_above;
    return balance > -policy->overdraft && closes && (balance > policy->remind_below || arrears_tripped);
}

bool money_book_lets_trip(const struct money_book *book, const struct billing_policy *policy, int64_t clock_s,
                          char complaint[MONEY_COMPLAINT_MAX])
{
    if (book->vacant)
        return wrong(complaint, "an arrears trip was ordered where nobody lives");
    if (policy->postpaid && (book->bill_due == 0 || clock_s < book->due_s + policy->grace_ns / NS_PER_S))
        return wrong(complaint, "an arrears trip was ordered before the bill's due date and grace were over");
    return true;
}

/* ---- charges ------------------------------------------------------------------------------------ */

static const struct tariff *list_of_day(const struct tariff *tariff, int64_t clock_s)
{
    while (tariff->next && tariff->next_from_s <= clock_s)
        tariff = tariff->next;
    return tariff;
}

/* A hundredth of a kWh by itself, from the tariff's table: season by date, tier by what was taken before. */
static int64_t price_of_unit(const struct tariff *tariff, const struct civil_time *date, int rate,
                             int64_t used_10wh)
{
    const struct tariff_season *season = &tariff->seasons[tariff->season_count - 1];
    for (int i = 0; i < tariff->season_count; i++) {
        const struct tariff_season *begun = &tariff->seasons[i];
        if (begun->month < date->month || (begun->month == date->month && begun->day <= date->day))
            season = begun;
    }
    int64_t price = season->price[rate];
    for (int tier = 1; tier < tariff->tier_count; tier++)
        if (used_10wh >= INT64_C(100) * season->tier_kwh[tier - 1])
            price = season->price[rate] + tariff->adder[tier - 1][rate];
    return price;
}

/* Which rate counted first: minute by minute, at most two days. */
static bool counted_before(const struct tariff *tariff, int64_t from_s, int64_t until_s, int rate, int other)
{
    for (int64_t s = from_s; s <= until_s && s < from_s + 2 * 86400; s += 60) {
        int running = tariff_at(tariff, s).rate;
        if (running == rate || running == other)
            return running == rate;
    }
    return rate < other;
}

/* The account was told its rates at `at_s`: what the rates' registers grew by is owed, hundredth by hundredth, at the prices of
 * `priced_s`. */
static void rates_read(struct money_book *book, const struct site *site, uint32_t number, int64_t at_s,
                       int64_t priced_s)
{
    const struct tariff *tariff = site->platform.policy.tariff;
    const struct account *account = &site->flats[number - 1].account;
    if (!tariff)
        return;
    const struct tariff *list = list_of_day(tariff, priced_s);
    struct civil_time date = civil_from_seconds(priced_s);
    int cycle = list->monthly ? date.year * 100 + date.month : date.year;
    if (cycle != book->cycle)
        book->cycle_used_10wh = 0;
    book->cycle = cycle;
    for (;;) { /* the rate that counted first of those that are left */
        int next = -1;
        for (int rate = 0; rate < TARIFF_RATES; rate++)
            if (book->rate_last_10wh[rate] < account->rate_10wh[rate] &&
                (next < 0 || counted_before(tariff, book->read_at_s, at_s, rate, next)))
                next = rate;
        if (next < 0)
            break;
        for (; book->rate_last_10wh[next] < account->rate_10wh[next]; book->rate_last_10wh[next]++)
            book->owed_uyuan += price_of_unit(list, &date, next, book->cycle_used_10wh++);
    }
    book->read_at_s = account->rates_at_s;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static int64_t clock_of(const struct site *site, const struct event *event)
{
    return site->config.epoch_s + event->at / NS_PER_S;
}

bool money_book_event(struct money_book *book, const struct site *site, const struct event *event,
                      char complaint[MONEY_COMPLAINT_MAX])
{
    switch (event->kind) {
    case EVENT_PAYMENT:
        return payment(book, &site->platform.policy, event, complaint);
    case EVENT_REFUND:
        return refund(book, event, complaint);
    case EVENT_BILL:
        book->bill_due = event->a;
        book->due_s = event->b;
        if (event->a != -money_book_balance(book))
            return wrong(complaint, "a bill of %lld, %lld are owed (1/10000 yuan)", (long long)event->a,
                         (long long)-money_book_balance(book));
        break;
    case EVENT_MOVED_OUT:
        book->vacant = true;
        if (event->a > 0)
            return wrong(complaint, "a tenant moved out and %lld of his were kept (1/10000 yuan)", (long long)event->a);
        break;
    case EVENT_MOVED_IN:
        book->vacant = false;
        break;
    case EVENT_ACCOUNT_CLOSED:
        book->bill_due = 0;
        if (event->a != money_book_balance(book))
            return wrong(complaint, "the account was closed with %lld, it had %lld (1/10000 yuan)",
                         (long long)event->a, (long long)money_book_balance(book));
        break;
    case EVENT_ACCOUNT_OPENED:
        book->opening = event->a;
        book->charged = book->paid = book->refunded = book->owed_uyuan = 0;
        book->register_first = -1;
        break;
    case EVENT_RATES_FROZEN: /* until then the prices of the last reading stood */
        rates_read(book, site, event->flat, event->a, book->read_at_s);
        break;
    case EVENT_CHARGE_RATE:
        rates_read(book, site, event->flat, clock_of(site, event), clock_of(site, event));
        break;
    case EVENT_CHARGE:
        book->charged += event->a;
        book->moved = true;
        break;
    }
    return true;
}

bool money_book_agrees(struct money_book *book, const struct site *site, uint32_t number,
                       char complaint[MONEY_COMPLAINT_MAX])
{
    const struct account *account = &site->flats[number - 1].account;
    bool by_rate = site->platform.policy.tariff != NULL;
    book->moved = false;
    if (account->balance != money_book_balance(book))
        return wrong(complaint, "the balance is %lld, opening + payments - refunds - charges is %lld (1/10000 yuan)",
                     (long long)account->balance, (long long)money_book_balance(book));
    if (book->register_first < 0)
        return true;
    for (int rate = 0; rate < TARIFF_RATES; rate++)
        if (by_rate && account->rate_10wh[rate] > book->rate_last_10wh[rate])
            return wrong(complaint, "the %s register was read and not charged", tariff_rate_name(rate));
    int64_t owed = by_rate ? book->owed_uyuan
                           : (account->register_10wh - book->register_first) * site->platform.policy.price;
    if (book->charged * 100 + account->charge_remainder != owed)
        return wrong(complaint,
                     "charges of %lld do not follow the register, which says %lld/100 (1/10000 yuan)",
                     (long long)book->charged, (long long)owed);
    return true;
}
