/* The stopwatch, from facts as a board's rack tells them; and the curves behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gui/history.h"
#include "gui/watch.h"
#include "sim/platform/account.h"

#define DELAY (3 * NS_PER_S)

static struct event fact(enum event_kind kind, int64_t at, int64_t a, int64_t b)
{
    return (struct event){.at = at, .earliest = at, .latest = at, .stamp_ns = EVENT_NO_STAMP,
                          .a = a, .b = b, .flat = 7, .kind = kind, .evidence = EVIDENCE_MODEL};
}

static void tell(struct watch *watch, enum event_kind kind, int64_t at, int64_t a, int64_t b)
{
    struct event event = fact(kind, at, a, b);
    watch_event(watch, &event, DELAY);
}

static void a_leak_is_timed_to_open_contacts(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_CAUSE, NS_PER_S, PLANT_FAULT_LEAKAGE, 30000);
    assert_int_equal(watch.state, WATCH_RUNNING);
    assert_int_equal(watch_reading(&watch, 2 * NS_PER_S), NS_PER_S);
    tell(&watch, EVENT_CONTACTS, NS_PER_S + 130 * NS_PER_MS, 0, 0);
    assert_int_equal(watch.state, WATCH_DONE);
    assert_int_equal(watch.judgement, JUDGEMENT_HOLDS);
    assert_int_equal(watch_reading(&watch, 9 * NS_PER_S), 130 * NS_PER_MS);
}

/* Two stamps of one rack count, not the times at which the bench heard of them. */
static void stamps_of_the_rack_are_compared_with_each_other(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    struct event cause = fact(EVENT_CAUSE, NS_PER_S, PLANT_FAULT_LEAKAGE, 30000);
    struct event open = fact(EVENT_CONTACTS, NS_PER_S + 200 * NS_PER_MS, 0, 0);
    cause.stamp_ns = 500 * NS_PER_MS;
    open.stamp_ns = 611 * NS_PER_MS;
    open.evidence = EVIDENCE_CONTACT;
    watch_event(&watch, &cause, DELAY);
    watch_event(&watch, &open, DELAY);
    assert_int_equal(watch.evidence, EVIDENCE_CONTACT);
    assert_in_range(watch.measured.earliest, 110 * NS_PER_MS, 111 * NS_PER_MS);
    assert_in_range(watch.measured.latest, 111 * NS_PER_MS, 112 * NS_PER_MS);
}

/* Between "certainly in time" and "certainly late" there is no green. */
static void a_width_across_the_limit_is_inconclusive(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_CAUSE, 0, PLANT_FAULT_LEAKAGE, 30000);
    struct event open = fact(EVENT_CONTACTS, 5 * NS_PER_S, 0, 0);
    open.earliest -= NS_PER_S;
    open.latest += NS_PER_S;
    open.evidence = EVIDENCE_REGISTER;
    watch_event(&watch, &open, DELAY);
    assert_int_equal(watch.judgement, JUDGEMENT_INCONCLUSIVE);
}

static void a_late_trip_fails(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_CAUSE, 0, PLANT_FAULT_LEAKAGE, 30000);
    tell(&watch, EVENT_CONTACTS, 6 * NS_PER_S, 0, 0);
    assert_int_equal(watch.judgement, JUDGEMENT_FAILS);
}

static void an_overload_counts_from_the_end_of_its_delay(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_CAUSE, 0, PLANT_FAULT_OVERLOAD, 60000);
    assert_int_equal(watch_reading(&watch, NS_PER_S), -2 * NS_PER_S);
    tell(&watch, EVENT_CONTACTS, DELAY + 20 * NS_PER_MS, 0, 0);
    assert_int_equal(watch_reading(&watch, 0), 20 * NS_PER_MS);
    assert_int_equal(watch.judgement, JUDGEMENT_HOLDS);
}

static void a_payment_is_timed_to_light(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_ORDER, 0, DLT645_RELAY_TRIP, ACTOR_BILLING);
    tell(&watch, EVENT_CONTACTS, NS_PER_S, 0, 0);
    tell(&watch, EVENT_LOAD_LIVE, NS_PER_S, 0, 0);
    assert_int_equal(watch.kind, WATCH_ARREARS);
    tell(&watch, EVENT_PAYMENT, 10 * NS_PER_S, 500000, 1);
    tell(&watch, EVENT_ORDER, 10 * NS_PER_S, DLT645_RELAY_CLOSE, ACTOR_BILLING);
    assert_int_equal(watch.kind, WATCH_PAYMENT);
    tell(&watch, EVENT_LOAD_LIVE, 10 * NS_PER_S + 560 * NS_PER_MS, 1, 0);
    assert_int_equal(watch.state, WATCH_DONE);
    assert_int_equal(watch.limit, 3 * NS_PER_S);
    assert_int_equal(watch_reading(&watch, 0), 560 * NS_PER_MS);
}

static void a_payment_of_a_lit_flat_starts_nothing(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_PAYMENT, NS_PER_S, 500000, 1);
    assert_int_equal(watch.state, WATCH_IDLE);
}

static void a_cause_that_ends_in_time_starts_nothing(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_CAUSE, 0, PLANT_FAULT_OVERLOAD, 60000);
    tell(&watch, EVENT_CAUSE_ENDED, NS_PER_S, PLANT_FAULT_OVERLOAD, 0);
    assert_int_equal(watch.state, WATCH_IDLE);
}

static void steps_stand_in_the_order_of_their_times(void **state)
{
    (void)state;
    struct watch watch = watch_new();
    tell(&watch, EVENT_CAUSE, 0, PLANT_FAULT_LEAKAGE, 30000);
    tell(&watch, EVENT_CONTACTS, 120 * NS_PER_MS, 0, 0);
    tell(&watch, EVENT_COIL, 100 * NS_PER_MS, 0, 0);
    assert_int_equal(watch.mark_count, 2);
    assert_int_equal(watch.marks[0].kind, EVENT_COIL);
    assert_int_equal(watch.marks[1].kind, EVENT_CONTACTS);
}

/* 130 ms of leakage in the curve of 100 minutes, whose buckets are 10 s wide. */
static void a_short_leak_stays_visible_in_the_longest_curve(void **state)
{
    (void)state;
    static struct history history;
    int32_t power[HISTORY_BUCKETS], residual[HISTORY_BUCKETS], high = 0;
    history_start(&history, 0, 100, 1000);
    history_put(&history, 60 * NS_PER_MIN, 100, 31000);
    history_put(&history, 60 * NS_PER_MIN + 130 * NS_PER_MS, 0, 0);
    history_put(&history, 90 * NS_PER_MIN, 0, 0);
    history_read(&history, HISTORY_SPANS - 1, power, residual);
    for (int i = 0; i < HISTORY_BUCKETS; i++)
        high = residual[i] > high ? residual[i] : high;
    assert_int_equal(high, 31000);
    assert_int_equal(residual[HISTORY_BUCKETS - 1], 0);
    assert_int_equal(residual[0], -1); /* 100 minutes ago the run had not begun */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_is_timed_to_open_contacts),
        cmocka_unit_test(stamps_of_the_rack_are_compared_with_each_other),
        cmocka_unit_test(a_width_across_the_limit_is_inconclusive),
        cmocka_unit_test(a_late_trip_fails),
        cmocka_unit_test(an_overload_counts_from_the_end_of_its_delay),
        cmocka_unit_test(a_payment_is_timed_to_light),
        cmocka_unit_test(a_payment_of_a_lit_flat_starts_nothing),
        cmocka_unit_test(a_cause_that_ends_in_time_starts_nothing),
        cmocka_unit_test(steps_stand_in_the_order_of_their_times),
        cmocka_unit_test(a_short_leak_stays_visible_in_the_longest_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
