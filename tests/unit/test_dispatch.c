/* What becomes of people's orders: tickets and batches, who holds a flat off, and supply back in waves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/site.h"
#include "tests/unit/recorder.h"

enum { FLATS = 6, ADMIN = 0, LEVEL = 2 };

struct bench {
    struct recorder log;
    struct site *site;
};

static int setup(void **state)
{
    static struct bench bench;
    struct site_config config = site_config_default();
    int error;
    config.flats = FLATS;
    config.policy.reminders = 0;
    config.policy.grace_ns = 0;
    recorder_init(&bench.log);
    bench.site = site_new(&config, &bench.log.sink, &error);
    assert_non_null(bench.site);
    for (uint32_t i = 1; i <= FLATS; i++)
        site_flat(bench.site, i)->link.faults.lossless = true;
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    site_free(bench->site);
    recorder_free(&bench->log);
    return 0;
}

static void wait(struct bench *bench, int64_t duration)
{
    site_run_until(bench->site, bench->site->now + duration);
}

static void settle(struct bench *bench, struct flat *flat)
{
    flat_settle(flat, bench->site->now);
    site_touched(bench->site, flat);
}

/* Tickets for the flats from `first` to `last`; the first's number. */
static uint32_t tickets(struct bench *bench, uint32_t first, uint32_t last, int order, struct order_options options)
{
    struct platform *platform = &bench->site->platform;
    uint32_t number = 0;
    assert_true(dispatch_begin(platform) > 0);
    for (uint32_t flat = first; flat <= last; flat++) {
        int64_t ticket = dispatch_add(platform, bench->site->now, flat, order, &options);
        assert_true(ticket > 0);
        number = flat == first ? (uint32_t)ticket : number;
    }
    return number;
}

/* To each of those flats. The first's ticket. */
static uint32_t give(struct bench *bench, uint32_t first, uint32_t last, int order, struct order_options options)
{
    uint32_t number = tickets(bench, first, last, order, options);
    for (uint32_t flat = first; flat <= last; flat++) {
        account_order_ticket(&site_flat(bench->site, flat)->account, bench->site->now, number + flat - first, ADMIN, LEVEL);
        settle(bench, site_flat(bench->site, flat));
    }
    return number;
}

static struct order_options plain(void)
{
    return (struct order_options){0};
}

static int outcome(struct bench *bench, uint32_t number)
{
    return dispatch_ticket(&bench->site->platform, number)->outcome;
}

static bool closed(struct bench *bench, uint32_t flat)
{
    return plant_contacts_closed(&site_flat(bench->site, flat)->plant);
}

static void outage(struct bench *bench, uint32_t number, bool on)
{
    struct flat *flat = site_flat(bench->site, number);
    flat_set_fault(flat, bench->site->now, PLANT_FAULT_OUTAGE, on);
    settle(bench, flat);
    wait(bench, NS_PER_S);
}

static void load(struct bench *bench, uint32_t number, int64_t current_ma)
{
    struct flat *flat = site_flat(bench->site, number);
    flat_set_fault(flat, bench->site->now, PLANT_FAULT_OVERLOAD, current_ma);
    settle(bench, flat);
}

/* ---- tickets ----------------------------------------------------------------------------------- */

static void a_batch_is_settled_once_when_its_last_flat_has_an_outcome(void **state)
{
    struct bench *bench = *state;
    uint32_t first = give(bench, 2, 4, DLT645_RELAY_TRIP, plain());
    assert_int_equal(outcome(bench, first), DISPATCH_SENT);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDERS_SETTLED, RECORDER_ANY), 0);
    wait(bench, 10 * NS_PER_S);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(outcome(bench, first + i), DISPATCH_DONE);
    for (uint32_t flat = 1; flat <= FLATS; flat++)
        assert_int_equal(closed(bench, flat), flat < 2 || flat > 4);
    assert_int_equal(recorder_count(&bench->log, EVENT_ORDERS_SETTLED, RECORDER_ANY), 1);
}

static void an_outcome_stands(void **state)
{
    struct bench *bench = *state;
    uint32_t number = tickets(bench, 1, 1, DLT645_RELAY_TRIP, plain());
    dispatch_end(&bench->site->platform, 0, number, DISPATCH_REFUSED, ERROR_NO_RIGHT);
    dispatch_end(&bench->site->platform, 0, number, DISPATCH_DONE, 0);
    assert_int_equal(outcome(bench, number), DISPATCH_REFUSED);
    assert_string_equal(dispatch_why(ERROR_NO_RIGHT), error_text(ERROR_NO_RIGHT));
    assert_string_equal(dispatch_why(DLT645_REFUSED_KEEP_POWER), "keep-power is on");
}

static void an_order_whose_time_is_over_when_the_meter_wakes_expires(void **state)
{
    struct bench *bench = *state;
    outage(bench, 1, true);
    uint32_t number = give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.valid_ns = 30 * NS_PER_S});
    wait(bench, 40 * NS_PER_S);
    outage(bench, 1, false);
    wait(bench, 5 * NS_PER_MIN);
    assert_int_equal(outcome(bench, number), DISPATCH_EXPIRED);
    assert_true(closed(bench, 1));
    assert_int_equal(site_flat(bench->site, 1)->account.holds, 0);
}

static void an_order_without_validity_waits_for_the_meter(void **state)
{
    struct bench *bench = *state;
    outage(bench, 1, true);
    uint32_t number = give(bench, 1, 1, DLT645_RELAY_TRIP, plain());
    wait(bench, 3 * NS_PER_MIN);
    outage(bench, 1, false);
    wait(bench, 5 * NS_PER_MIN);
    assert_int_equal(outcome(bench, number), DISPATCH_DONE);
    assert_false(closed(bench, 1));
}

static void attempts_and_spacing_of_its_own_are_kept_to(void **state)
{
    struct bench *bench = *state;
    outage(bench, 1, true);
    uint32_t number = give(bench, 1, 1, DLT645_RELAY_TRIP,
                           (struct order_options){.attempts = 3, .spacing_ns = 20 * NS_PER_S});
    wait(bench, 59 * NS_PER_S);
    assert_int_equal(outcome(bench, number), DISPATCH_SENT);
    wait(bench, 2 * NS_PER_S);
    assert_int_equal(outcome(bench, number), DISPATCH_UNANSWERED);
    assert_int_equal(dispatch_ticket(&bench->site->platform, number)->sent, 3);
    assert_int_equal(site_flat(bench->site, 1)->account.holds, HOLD_PERSON); /* it may have been done */
}

static void money_decides(struct bench *bench, uint32_t number)
{
    struct flat *flat = site_flat(bench->site, number);
    account_open(&flat->account, bench->site->now, -10000);
    settle(bench, flat);
    wait(bench, 10 * NS_PER_S);
    assert_false(closed(bench, number));
    account_pay(&flat->account, bench->site->now, 1000000, 1);
    settle(bench, flat);
    wait(bench, 10 * NS_PER_S);
    assert_true(closed(bench, number));
}

static void keep_power_takes_back_what_a_warning_was_for(void **state)
{
    struct bench *bench = *state;
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = 5});
    wait(bench, 5 * NS_PER_S);
    assert_int_equal(site_flat(bench->site, 1)->account.holds, HOLD_PERSON | HOLD_WAITING);
    give(bench, 1, 1, DLT645_RELAY_KEEP_POWER_ON, plain());
    wait(bench, 5 * NS_PER_S);
    give(bench, 1, 1, DLT645_RELAY_KEEP_POWER_OFF, plain());
    wait(bench, 10 * NS_PER_MIN);
    assert_true(closed(bench, 1));
    money_decides(bench, 1);
}

static void a_flat_that_takes_something_is_held_by_no_trip_that_nobody_answered(void **state)
{
    struct bench *bench = *state;
    outage(bench, 1, true);
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.attempts = 1});
    wait(bench, 20 * NS_PER_MIN);
    outage(bench, 1, false);
    load(bench, 1, 10000);
    wait(bench, NS_PER_HOUR);
    assert_true(closed(bench, 1));
    money_decides(bench, 1);
}

/* 35 A flow, more than the hold-off's 30 A: the meter waits, and readings show the load meanwhile. */
static void a_trip_that_waits_for_a_current_to_fall_holds_all_the_while(void **state)
{
    struct bench *bench = *state;
    struct account *account = &site_flat(bench->site, 1)->account;
    load(bench, 1, 35000);
    wait(bench, NS_PER_S);
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = CONTROLLER_LOCK_OUT});
    wait(bench, NS_PER_HOUR);
    assert_true(closed(bench, 1));
    give(bench, 1, 1, DLT645_RELAY_KEEP_POWER_ON, plain());
    wait(bench, NS_PER_HOUR);
    load(bench, 1, 0);
    wait(bench, 10 * NS_PER_S);
    assert_false(closed(bench, 1)); /* keep-power does not end maintenance that waits */
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = CONTROLLER_END_LOCK_OUT});
    wait(bench, 10 * NS_PER_S);
    assert_int_equal(account->holds, HOLD_PERSON);
}

/* ---- maintenance ------------------------------------------------------------------------------- */

static void in_maintenance_no_order_closes_and_the_end_leaves_it_open(void **state)
{
    struct bench *bench = *state;
    struct account *account = &site_flat(bench->site, 1)->account;
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = CONTROLLER_LOCK_OUT});
    wait(bench, 5 * NS_PER_S);
    assert_int_equal(account->holds, HOLD_PERSON | HOLD_MAINTENANCE | HOLD_LOCKED_OUT);
    assert_int_equal(account_order(account, bench->site->now, DLT645_RELAY_CLOSE, ADMIN, LEVEL), ERROR_IN_MAINTENANCE);
    assert_int_equal(account_order(account, bench->site->now, DLT645_RELAY_CLOSE, ACTOR_BILLING, 4), ERROR_NOT_ALLOWED);
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = CONTROLLER_END_LOCK_OUT});
    wait(bench, 5 * NS_PER_S);
    assert_int_equal(account->holds, HOLD_PERSON);
    assert_false(closed(bench, 1));
    give(bench, 1, 1, DLT645_RELAY_CLOSE, plain());
    wait(bench, 5 * NS_PER_S);
    assert_true(closed(bench, 1));
    assert_int_equal(account->holds, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_MAINTENANCE, 1), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_MAINTENANCE, 0), 1);
}

static void a_trip_that_expires_does_not_end_maintenance_that_came_after_it(void **state)
{
    struct bench *bench = *state;
    struct account *account = &site_flat(bench->site, 1)->account;
    outage(bench, 1, true);
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.valid_ns = 30 * NS_PER_S});
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = CONTROLLER_LOCK_OUT});
    wait(bench, 2 * NS_PER_MIN);
    outage(bench, 1, false);
    wait(bench, 5 * NS_PER_MIN);
    assert_int_equal(account->holds, HOLD_PERSON | HOLD_MAINTENANCE | HOLD_LOCKED_OUT);
    assert_false(closed(bench, 1));
}

static void the_end_of_maintenance_that_never_began_is_refused(void **state)
{
    struct bench *bench = *state;
    uint32_t number = give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = CONTROLLER_END_LOCK_OUT});
    assert_int_equal(outcome(bench, number), DISPATCH_REFUSED);
    assert_int_equal(dispatch_ticket(&bench->site->platform, number)->why, ERROR_NOT_IN_MAINTENANCE);
    wait(bench, 5 * NS_PER_S);
    assert_true(closed(bench, 1));
}

/* ---- waves ------------------------------------------------------------------------------------- */

/* All flats off, each with 10 A as soon as it is on and known by its readings. */
static void switch_off(struct bench *bench)
{
    for (uint32_t flat = 1; flat <= FLATS; flat++)
        load(bench, flat, 10000);
    wait(bench, 40 * NS_PER_MIN);
    give(bench, 1, FLATS, DLT645_RELAY_TRIP, plain());
    wait(bench, 10 * NS_PER_S);
    for (uint32_t flat = 1; flat <= FLATS; flat++)
        assert_false(closed(bench, flat));
}

static uint32_t restore(struct bench *bench, const struct restore_options *options)
{
    uint32_t first = tickets(bench, 1, FLATS, DLT645_RELAY_CLOSE, plain());
    assert_int_equal(restore_begin(bench->site, options, ADMIN), 0);
    return first;
}

static const struct restore *last_restore(struct bench *bench)
{
    return restore_find(bench->site, bench->site->platform.dispatch.batch_count);
}

static void flats_come_back_while_there_is_room_on_the_feeder(void **state)
{
    struct bench *bench = *state;
    struct restore_options options = restore_options_default();
    options.limit_ma = 45000; /* 10 A x 150 % each: three, one at 10 A more, then none */
    options.patience_ns = NS_PER_MIN;
    switch_off(bench);
    uint32_t first = restore(bench, &options);
    wait(bench, 20 * NS_PER_MIN);
    int done = 0, left_out = 0;
    for (uint32_t i = 0; i < FLATS; i++) {
        done += outcome(bench, first + i) == DISPATCH_DONE;
        left_out += outcome(bench, first + i) == DISPATCH_LEFT_OUT;
    }
    assert_int_equal(done + left_out, FLATS);
    assert_int_equal(done, 4);
    assert_int_equal(last_restore(bench)->wave, 2);
    assert_true(last_restore(bench)->most_ma <= options.limit_ma);
    assert_true(last_restore(bench)->most_ma > 39000);
    assert_int_equal(last_restore(bench)->passed_ns, 0);
    assert_int_equal(dispatch_ticket(&bench->site->platform, first + FLATS - 1)->why, ERROR_FEEDER_LIMIT);
}

static void a_restore_without_waves_passes_the_limit_and_says_so(void **state)
{
    struct bench *bench = *state;
    struct restore_options options = restore_options_default();
    options.limit_ma = 45000;
    switch_off(bench);
    bench->site->platform.faults.waves_ignored = true;
    restore(bench, &options);
    wait(bench, 2 * NS_PER_MIN);
    assert_true(last_restore(bench)->most_ma > options.limit_ma);
    assert_true(last_restore(bench)->passed_ns > 0);
}

static void two_restores_at_once_share_the_feeder(void **state)
{
    struct bench *bench = *state;
    struct restore_options options = restore_options_default();
    options.limit_ma = 45000;
    options.patience_ns = NS_PER_MIN;
    switch_off(bench);
    for (uint32_t half = 0; half < 2; half++) {
        tickets(bench, half * 3 + 1, half * 3 + 3, DLT645_RELAY_CLOSE, plain());
        assert_int_equal(restore_begin(bench->site, &options, ADMIN), 0);
    }
    wait(bench, 20 * NS_PER_MIN);
    assert_true(last_restore(bench)->most_ma > 39000);
    assert_int_equal(last_restore(bench)->passed_ns, 0);
    assert_false(last_restore(bench)->running);
}

static void who_must_not_close_is_left_out_with_the_reason(void **state)
{
    struct bench *bench = *state;
    struct restore_options options = restore_options_default();
    give(bench, 1, 1, DLT645_RELAY_TRIP, (struct order_options){.n2 = CONTROLLER_LOCK_OUT});
    give(bench, 3, 4, DLT645_RELAY_TRIP, plain());
    struct flat *arrears = site_flat(bench->site, 4), *leaks = site_flat(bench->site, 5);
    account_open(&arrears->account, bench->site->now, -10000);
    settle(bench, arrears);
    flat_set_fault(leaks, bench->site->now, PLANT_FAULT_LEAKAGE, 100000);
    settle(bench, leaks);
    bench->site->platform.policy.vacant_off = true;
    site_flat(bench->site, 6)->account.vacant = true;
    wait(bench, 10 * NS_PER_S);
    uint32_t first = restore(bench, &options);
    wait(bench, NS_PER_MIN);
    const int expected[FLATS] = {ERROR_IN_MAINTENANCE, ERROR_ALREADY_CLOSED,    0,
                                 ERROR_IN_ARREARS,     ERROR_PROTECTION_STANDS, ERROR_VACANT_OFF};
    for (uint32_t i = 0; i < FLATS; i++) {
        assert_int_equal(dispatch_ticket(&bench->site->platform, first + i)->why, expected[i]);
        assert_int_equal(outcome(bench, first + i), expected[i] ? DISPATCH_LEFT_OUT : DISPATCH_DONE);
    }
    assert_true(closed(bench, 3));
    assert_false(last_restore(bench)->running);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        test(a_batch_is_settled_once_when_its_last_flat_has_an_outcome),
        test(an_outcome_stands),
        test(an_order_whose_time_is_over_when_the_meter_wakes_expires),
        test(an_order_without_validity_waits_for_the_meter),
        test(attempts_and_spacing_of_its_own_are_kept_to),
        test(keep_power_takes_back_what_a_warning_was_for),
        test(a_flat_that_takes_something_is_held_by_no_trip_that_nobody_answered),
        test(a_trip_that_waits_for_a_current_to_fall_holds_all_the_while),
        test(in_maintenance_no_order_closes_and_the_end_leaves_it_open),
        test(a_trip_that_expires_does_not_end_maintenance_that_came_after_it),
        test(the_end_of_maintenance_that_never_began_is_refused),
        test(flats_come_back_while_there_is_room_on_the_feeder),
        test(a_restore_without_waves_passes_the_limit_and_says_so),
        test(two_restores_at_once_share_the_feeder),
        test(who_must_not_close_is_left_out_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
