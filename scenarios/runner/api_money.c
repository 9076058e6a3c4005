/* What a script can do to a flat's account, and what it can see of it. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/units.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

#define FLAT "meterbench.flat"

/* ---- payments ----------------------------------------------------------------------------------- */

enum { ID_MAX = INT32_MAX };

/* { id = 7, times = 2, delay = "10 min", by = "landlord" } */
static struct payment check_payment(lua_State *lua)
{
    static const char *const keys[] = {"id", "times", "delay", "by", NULL};
    struct payment payment = {.amount = api_check_quantity(lua, 2, UNIT_MONEY), .times = 1};
    luaL_argcheck(lua, payment.amount > 0, 2, "a payment is more than 0 yuan");
    if (lua_isnoneornil(lua, 3))
        return payment;
    api_check_keys(lua, 3, keys);
    payment.number = (uint32_t)api_optional_integer(lua, 3, "id", 1, ID_MAX, 0);
    payment.times = (int)api_optional_integer(lua, 3, "times", 1, PAYMENT_TIMES_MAX, 1);
    if (lua_getfield(lua, 3, "delay") != LUA_TNIL) {
        payment.delay_ns = api_check_duration(lua, lua_gettop(lua));
        payment.by_service = true;
    }
    lua_getfield(lua, 3, "by");
    const char *by = luaL_optstring(lua, -1, "tenant");
    bool landlord = strcmp(by, "landlord") == 0;
    if (!landlord && strcmp(by, "tenant") != 0)
        luaL_error(lua, "by: \"tenant\" or \"landlord\"");
    payment.by_service |= landlord;
    return payment;
}

/* flat:pay("50 yuan" [, { id =, times =, delay =, by = }]): a cause, its moment the platform's acceptance. */
static int money_pay(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    struct payment payment = check_payment(lua);
    uint32_t number;
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_PAYMENT, .match_b = true},
        .since = run->observer.count,
    };
    if (act_pay(run, flat, &payment, &number) < 0)
        return luaL_error(lua, payment.by_service ? "more than %d notices are under way" : "the phone's queue is full",
                          NOTICES_MAX);
    cause.match.b = number;
    snprintf(cause.text, sizeof cause.text, "the payment of %s", lua_tostring(lua, 2));
    api_push_cause(lua, &cause);
    return 1;
}

/* flat:refund("10 yuan" [, { id = }]): a cause, or nil and why not. */
static int money_refund(lua_State *lua)
{
    static const char *const keys[] = {"id", NULL};
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    int64_t amount = api_check_quantity(lua, 2, UNIT_MONEY);
    uint32_t number = 0;
    luaL_argcheck(lua, amount > 0, 2, "a refund is more than 0 yuan");
    if (!lua_isnoneornil(lua, 3)) {
        api_check_keys(lua, 3, keys);
        number = (uint32_t)api_optional_integer(lua, 3, "id", 1, ID_MAX, 0);
    }
    struct cause cause = {
        .match = {.flat = flat->number, .kind = EVENT_REFUND, .match_b = true},
        .since = run->observer.count,
    };
    enum money_refusal why = act_refund(run, flat, amount, &number);
    if (why != MONEY_REFUSED_NONE) {
        lua_pushnil(lua);
        lua_pushstring(lua, money_refusal_name((int)why));
        return 2;
    }
    cause.match.b = number;
    snprintf(cause.text, sizeof cause.text, "the refund of %s", lua_tostring(lua, 2));
    api_push_cause(lua, &cause);
    return 1;
}

/* flat:set_balance("3 yuan"): the account opens anew with this; a meter with local credit gets it too. */
static int money_set_balance(lua_State *lua)
{
    struct run *run = run_of(lua);
    int64_t balance = api_check_quantity(lua, 2, UNIT_MONEY);
    if (act_set_balance(run, api_check_flat(lua, 1), balance) < 0)
        return luaL_error(lua, "set_balance comes before bench:attach() when the meter owns the credit");
    return 0;
}

/* ---- tenants ------------------------------------------------------------------------------------ */

static const char *why_no_move(const struct account *account)
{
    if (account->credit == CREDIT_LOCAL)
        return "credit is in the meter";
    if (account->move != MOVE_NONE)
        return "a move is under way";
    return account->vacant ? "nobody lives there" : "somebody lives there";
}

static int push_move(lua_State *lua, int result, size_t since, enum event_kind kind, const char *what)
{
    struct flat *flat = api_check_flat(lua, 1);
    if (result < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, why_no_move(&flat->account));
        return 2;
    }
    struct cause cause = {.match = {.flat = flat->number, .kind = kind}, .since = since};
    snprintf(cause.text, sizeof cause.text, "%s", what);
    api_push_cause(lua, &cause);
    return 1;
}

/* flat:move_out(): a cause, its moment the final reading; or nil and why not. */
static int money_move_out(lua_State *lua)
{
    struct run *run = run_of(lua);
    size_t since = run->observer.count;
    return push_move(lua, act_move_out(run, api_check_flat(lua, 1)), since, EVENT_MOVED_OUT, "the move out");
}

/* flat:move_in("50 yuan"): the account opens with this; without it with nothing. */
static int money_move_in(lua_State *lua)
{
    struct run *run = run_of(lua);
    size_t since = run->observer.count;
    int64_t deposit = lua_isnoneornil(lua, 2) ? 0 : api_check_quantity(lua, 2, UNIT_MONEY);
    luaL_argcheck(lua, deposit >= 0 && deposit <= MONEY_MAX, 2, "from 0 to 999999.99 yuan");
    return push_move(lua, act_move_in(run, api_check_flat(lua, 1), deposit), since, EVENT_MOVED_IN, "the move in");
}

/* ---- conditions --------------------------------------------------------------------------------- */

/* The number of one of `count` names at argument 2, or -1 when none is given. */
static int optional_word(lua_State *lua, int count, const char *(*name)(int), const char *what)
{
    if (lua_isnoneornil(lua, 2))
        return -1;
    const char *text = luaL_checkstring(lua, 2);
    for (int i = 0; i < count; i++)
        if (strcmp(name(i), text) == 0)
            return i;
    return luaL_error(lua, "there is no %s \"%s\"", what, text);
}

static int money_paid(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_PAYMENT}, "paid");
}

static int money_refunded(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_REFUND}, "refunded");
}

static int money_moved_out(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_MOVED_OUT}, "moved out");
}

static int money_moved_in(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_MOVED_IN}, "moved in");
}

static int money_billed(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_BILL}, "billed");
}

static int push_refusal(lua_State *lua, enum event_kind kind, const char *what)
{
    char text[80];
    int refusal = optional_word(lua, MONEY_REFUSAL_COUNT, money_refusal_name, "reason");
    snprintf(text, sizeof text, "%s refused%s%s", what, refusal >= 0 ? ": " : "",
             refusal >= 0 ? money_refusal_name(refusal) : "");
    return api_push_event_condition(lua, (struct event_match){.kind = kind, .match_a = refusal >= 0, .a = refusal}, text);
}

/* flat:payment_refused("duplicate") */
static int money_payment_refused(lua_State *lua)
{
    return push_refusal(lua, EVENT_PAYMENT_REFUSED, "payment");
}

static int money_refund_refused(lua_State *lua)
{
    return push_refusal(lua, EVENT_REFUND_REFUSED, "refund");
}

/* flat:payment_short(): a payment was booked and does not suffice. */
static int money_payment_short(lua_State *lua)
{
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_PAYMENT_SHORT}, "payment does not suffice");
}

/* flat:credit_level("alarm 2"): the balance came to it. */
static int money_credit_level(lua_State *lua)
{
    char text[80];
    luaL_checkstring(lua, 2);
    int level = optional_word(lua, CREDIT_LEVEL_COUNT, credit_level_name, "credit level");
    snprintf(text, sizeof text, "credit level %s", credit_level_name(level));
    return api_push_event_condition(lua, (struct event_match){.kind = EVENT_CREDIT_LEVEL, .match_a = true, .a = level}, text);
}

/* ---- what can be seen --------------------------------------------------------------------------- */

static void set_yuan(lua_State *lua, const char *name, int64_t amount)
{
    api_set_number(lua, name, (double)amount / 1e4);
}

/* What the next kWh costs by the platform's calendar. */
static void set_price(lua_State *lua, const struct site *site, const struct account *account)
{
    const struct tariff *tariff = site->platform.policy.tariff;
    int64_t price = site->platform.policy.price, used_kwh = account->cycle_used_10wh / 100;
    int tier = 1;
    if (tariff) {
        struct tariff_moment moment = tariff_at(tariff, site->config.epoch_s + site->now / NS_PER_S);
        used_kwh = moment.cycle == account->cycle ? used_kwh : 0;
        price = tariff_price(tariff, moment, used_kwh);
        tier = tariff_tier(tariff, moment, used_kwh) + 1;
        api_set_text(lua, "rate", tariff_rate_name(moment.rate));
    }
    set_yuan(lua, "price", price);
    api_set_integer(lua, "tier", tier);
    api_set_number(lua, "used_kwh", tariff ? (double)account->cycle_used_10wh / 100 : 0);
}

/* flat:account(): a table of what the platform's books say now. */
static int money_account(lua_State *lua)
{
    const struct site *site = run_of(lua)->site;
    const struct account *account = &api_check_flat(lua, 1)->account;
    lua_createtable(lua, 0, 20);
    set_yuan(lua, "opening", account->opening);
    set_yuan(lua, "balance", account->balance);
    set_yuan(lua, "charged", account->charged);
    set_yuan(lua, "paid", account->paid);
    set_yuan(lua, "refunded", account->refunded);
    api_set_number(lua, "remainder", (double)account->charge_remainder / 1e6);
    set_yuan(lua, "missing", account_missing(account));
    api_set_text(lua, "level", credit_level_name(account->level));
    api_set_bool(lua, "tripped", account->arrears_trip);
    api_set_bool(lua, "reminding", account->reminding);
    api_set_bool(lua, "vacant", account->vacant);
    set_yuan(lua, "landlord_cost", account->landlord_cost + (account->vacant ? account->charged : 0));
    set_yuan(lua, "bill_due", account->bill_due);
    api_set_bool(lua, "overdue", account->overdue);
    if (account->bill_due > 0) {
        api_set_number(lua, "due_at", (double)account->due_at / NS_PER_S);
    }
    set_price(lua, site, account);
    return 1;
}

void api_register_money(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"pay", money_pay},
        {"refund", money_refund},
        {"set_balance", money_set_balance},
        {"account", money_account},
        {"move_out", money_move_out},
        {"move_in", money_move_in},
        {"moved_out", money_moved_out},
        {"moved_in", money_moved_in},
        {"billed", money_billed},
        {"paid", money_paid},
        {"refunded", money_refunded},
        {"payment_refused", money_payment_refused},
        {"refund_refused", money_refund_refused},
        {"payment_short", money_payment_short},
        {"credit_level", money_credit_level},
        {NULL, NULL},
    };
    api_add_methods(lua, FLAT, methods);
}
