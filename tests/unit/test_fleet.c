/* Fleets: histogram, agenda, the tally of a log, tenants, daily bills, hourly reports, and many
 * sites at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/runner/household_file.h"
#include "sim/error.h"
#include "sim/fleet.h"
#include "sim/kernel/agenda.h"
#include "sim/kernel/histogram.h"
#include "tests/unit/recorder.h"

#define YUAN 10000

/* ---- histogram ------------------------------------------------------------------------------- */

enum { VALUES = 20000 };

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* From milliseconds to days, as many in each octave. */
static void draw_durations(int64_t *values, uint64_t seed)
{
    struct random random = random_stream(seed, 1, RANDOM_SCRIPT);
    for (int i = 0; i < VALUES; i++) {
        int64_t octave = INT64_C(1) << random_below(&random, 27);
        int64_t within = random_between(&random, 1000, 1999);
        values[i] = octave * within * NS_PER_US + random_between(&random, 0, 999);
    }
}

static void assert_quantiles_of(const struct histogram *histogram, int64_t *values, int count)
{
    static const int permilles[] = {1, 10, 250, 500, 900, 950, 990, 999, 1000};
    qsort(values, (size_t)count, sizeof *values, by_value);
    for (size_t i = 0; i < sizeof permilles / sizeof permilles[0]; i++) {
        int64_t exact = values[((int64_t)count * permilles[i] + 999) / 1000 - 1];
        int64_t told = histogram_quantile_ns(histogram, permilles[i]);
        assert_true(told >= exact);
        assert_true((told - exact) * 1000 <= exact * 8);
    }
    assert_int_equal(histogram_quantile_ns(histogram, 1000), values[count - 1]);
}

static void a_percentile_is_known_to_better_than_8_permille(void **state)
{
    (void)state;
    static int64_t values[VALUES];
    static struct histogram histogram;
    uint64_t sum_us = 0;
    draw_durations(values, 1);
    for (int i = 0; i < VALUES; i++) {
        histogram_add(&histogram, values[i]);
        sum_us += (uint64_t)(values[i] / NS_PER_US);
    }
    assert_int_equal(histogram.count, VALUES);
    assert_int_equal(histogram.sum_us, sum_us);
    assert_quantiles_of(&histogram, values, VALUES);
}

static void histograms_of_parts_add_up_to_that_of_the_whole(void **state)
{
    (void)state;
    static int64_t values[VALUES];
    static struct histogram whole, parts[3], sum;
    draw_durations(values, 2);
    for (int i = 0; i < VALUES; i++) {
        histogram_add(&whole, values[i]);
        histogram_add(&parts[values[i] % 3], values[i]);
    }
    for (int i = 2; i >= 0; i--)
        histogram_merge(&sum, &parts[i]);
    assert_memory_equal(&sum, &whole, sizeof whole);
}

static void short_and_endless_durations_have_a_bucket(void **state)
{
    (void)state;
    static struct histogram histogram;
    assert_int_equal(histogram_quantile_ns(&histogram, 500), 0);
    histogram_add(&histogram, 0);
    assert_int_equal(histogram_quantile_ns(&histogram, 500), 0);
    histogram_add(&histogram, 300 * NS_PER_US + 1);
    assert_int_equal(histogram_quantile_ns(&histogram, 500),
                     NS_PER_US); /* of the zero: below a microsecond */
    assert_int_equal(histogram_quantile_ns(&histogram, 1000), 300 * NS_PER_US + 1);
    histogram_add(&histogram, INT64_MAX);
    assert_int_equal(histogram_quantile_ns(&histogram, 1000), INT64_MAX);
}

/* Each value alone, next to every edge of a bucket. */
static void no_duration_is_told_shorter_than_it_was(void **state)
{
    (void)state;
    static struct histogram histogram;
    for (int octave = 0; octave < 40; octave++) {
        for (int step = -2; step <= 2; step++) {
            int64_t us = (INT64_C(1) << octave) + step;
            int64_t ns = us > 0 ? us * NS_PER_US : 0;
            memset(&histogram, 0, sizeof histogram);
            histogram_add(&histogram, ns);
            histogram_add(&histogram, INT64_MAX); /* so that the edge is not cut at the largest */
            int64_t told = histogram_quantile_ns(&histogram, 500);
            assert_true(told > ns);
            assert_true(told - ns <= NS_PER_US || (told - ns) * 1000 <= ns * 8);
        }
    }
}

/* ---- agenda ---------------------------------------------------------------------------------- */

enum { MEMBERS_MAX = 130 };

static uint32_t scanned(const int64_t *at, uint32_t members)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i < members; i++)
        if (at[i] < at[first])
            first = i;
    return first;
}

/* Few different times, so that many are equal. */
static void assert_agenda_is_a_scan(uint32_t members)
{
    struct agenda agenda;
    int64_t at[MEMBERS_MAX];
    struct random random = random_stream(1, members, RANDOM_SCRIPT);
    assert_true(agenda_init(&agenda, members));
    for (uint32_t i = 0; i < members; i++)
        at[i] = TIME_NEVER;
    for (int round = 0; round < 3000; round++) {
        uint32_t member = (uint32_t)random_below(&random, members);
        bool never = random_chance_ppm(&random, 100000);
        int64_t time = random_between(&random, 0, 20);
        at[member] = never ? TIME_NEVER : time;
        agenda_set(&agenda, member, at[member]);
        uint32_t first;
        int64_t earliest = agenda_earliest(&agenda, &first);
        assert_int_equal(first, scanned(at, members));
        assert_int_equal(earliest, at[first]);
    }
    agenda_free(&agenda);
}

static void an_agenda_finds_whom_a_scan_from_the_front_finds(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 2, 3, 7, 8, 9, 64, 100, MEMBERS_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        assert_agenda_is_a_scan(sizes[i]);
}

/* ---- tally ----------------------------------------------------------------------------------- */

struct book {
    struct fleet_log log;
    struct fleet_watch watches[2];
    struct fleet_tally tally;
    struct meter_config meter;
};

static struct book *book_new(void)
{
    struct book *book = calloc(1, sizeof *book);
    assert_non_null(book);
    book->meter = meter_config_default();
    fleet_log_init(&book->log, &book->meter, book->watches, 2, &book->tally);
    return book;
}

static void tell(struct book *book, uint32_t flat, int64_t at_ms, enum event_kind kind, int64_t a,
                 int64_t b)
{
    const struct event_source source = {&book->log.sink, flat};
    event_put(&source, at_ms * NS_PER_MS, kind, a, b);
}

static void a_local_trip_is_timed_from_its_cause_to_open_contacts(void **state)
{
    (void)state;
    struct book *book = book_new();
    tell(book, 1, 1000, EVENT_CAUSE, PLANT_FAULT_LEAKAGE, book->meter.rated_residual_ua);
    tell(book, 2, 1010, EVENT_CONTACTS, 0, 0); /* another flat's */
    tell(book, 1, 1060, EVENT_METER_TRIP, TRIP_CAUSE_LEAKAGE, 0);
    tell(book, 1, 1072, EVENT_CONTACTS, 0, 0);
    tell(book, 1, 9000, EVENT_CONTACTS, 0, 0); /* told once */
    assert_int_equal(book->tally.trip_local.count, 1);
    assert_int_equal(book->tally.trip_local.max_ns, 72 * NS_PER_MS);
    assert_int_equal(book->tally.trips[TRIP_CAUSE_LEAKAGE], 1);
    assert_int_equal(book->tally.trip_remote.count, 0);
    free(book);
}

static void an_overload_is_timed_from_the_end_of_its_delay(void **state)
{
    (void)state;
    struct book *book = book_new();
    int64_t delay_ms = book->meter.overload_delay_ns / NS_PER_MS;
    tell(book, 1, 1000, EVENT_CAUSE, PLANT_FAULT_OVERLOAD, book->meter.overload_ma);
    tell(book, 1, 1000 + delay_ms, EVENT_METER_TRIP, TRIP_CAUSE_OVERLOAD, 0);
    tell(book, 1, 1015 + delay_ms, EVENT_CONTACTS, 0, 0);
    assert_int_equal(book->tally.trip_local.count, 1);
    assert_int_equal(book->tally.trip_local.max_ns, 15 * NS_PER_MS);
    free(book);
}

/* A household that is above the limit by itself trips too, but nobody knows from when on it had to.
 */
static void what_may_stand_or_is_over_times_no_trip(void **state)
{
    (void)state;
    struct book *book = book_new();
    tell(book, 1, 1000, EVENT_CAUSE, PLANT_FAULT_LEAKAGE, book->meter.rated_residual_ua - 1);
    tell(book, 1, 1060, EVENT_METER_TRIP, TRIP_CAUSE_LEAKAGE, 0);
    tell(book, 1, 1072, EVENT_CONTACTS, 0, 0);
    tell(book, 2, 1000, EVENT_CAUSE, PLANT_FAULT_SMOKE, 1);
    tell(book, 2, 1500, EVENT_CAUSE_ENDED, PLANT_FAULT_SMOKE, 0);
    tell(book, 2, 2060, EVENT_METER_TRIP, TRIP_CAUSE_OVERLOAD, 0);
    tell(book, 2, 2072, EVENT_CONTACTS, 0, 0);
    assert_int_equal(book->tally.trip_local.count, 0);
    assert_int_equal(book->tally.trips[TRIP_CAUSE_LEAKAGE], 1);
    assert_int_equal(book->tally.trips[TRIP_CAUSE_OVERLOAD], 1);
    free(book);
}

static void arrears_are_timed_from_order_to_trip_and_from_payment_to_voltage(void **state)
{
    (void)state;
    struct book *book = book_new();
    tell(book, 2, 100, EVENT_PAYMENT, 50 * YUAN, 1); /* with the light on: nothing to restore */
    tell(book, 2, 200, EVENT_LOAD_LIVE, 1, 0);
    tell(book, 2, 1000, EVENT_ARREARS_TRIP, 3, -1);
    tell(book, 2, 1000, EVENT_ORDER, DLT645_RELAY_TRIP, ACTOR_BILLING);
    tell(book, 2, 1900, EVENT_METER_TRIP, TRIP_CAUSE_ORDER, 0);
    tell(book, 2, 1912, EVENT_CONTACTS, 0, 0);
    tell(book, 2, 1912, EVENT_LOAD_LIVE, 0, 0);
    tell(book, 2, 50000, EVENT_PAYMENT, 50 * YUAN, 2);
    tell(book, 2, 50000, EVENT_ORDER, DLT645_RELAY_CLOSE, ACTOR_BILLING);
    tell(book, 2, 50700, EVENT_ORDER_DONE, DLT645_RELAY_CLOSE, 0);
    tell(book, 2, 50650, EVENT_LOAD_LIVE, 1, 0);
    assert_int_equal(book->tally.trip_remote.count, 1);
    assert_int_equal(book->tally.trip_remote.max_ns, 912 * NS_PER_MS);
    assert_int_equal(book->tally.restore.count, 1);
    assert_int_equal(book->tally.restore.max_ns, 650 * NS_PER_MS);
    assert_int_equal(book->tally.orders, 2);
    assert_int_equal(book->tally.orders_done, 1);
    assert_int_equal(book->tally.payments, 2);
    free(book);
}

static void messages_are_counted_by_direction_and_tallies_add_up(void **state)
{
    (void)state;
    struct book *one = book_new(), *two = book_new();
    for (int i = 0; i < 5; i++)
        tell(one, 1, i, EVENT_FRAME_SENT, LINK_UP, 0);
    for (int i = 0; i < 4; i++)
        tell(one, 1, i, EVENT_FRAME_DELIVERED, LINK_UP, 0);
    tell(two, 1, 0, EVENT_FRAME_LOST, LINK_DOWN, 1);
    tell(two, 1, 0, EVENT_FRAME_DROPPED, LINK_DOWN, ERROR_QUEUE_FULL);
    tell(two, 1, 0, EVENT_FRAME_DROPPED, LINK_DOWN, 0); /* made way for a newer copy */
    tell(two, 1, 0, EVENT_REMINDER_DELIVERED, 1, 0);
    tell(two, 2, 0, EVENT_METER_TRIP, TRIP_CAUSE_HEAT, 0);
    one->tally.flats = 3;
    two->tally.flats = 4;
    fleet_tally_merge(&one->tally, &two->tally);
    assert_int_equal(one->tally.flats, 7);
    assert_int_equal(one->tally.sent[LINK_UP], 5);
    assert_int_equal(one->tally.sent[LINK_DOWN], 0);
    assert_int_equal(one->tally.delivered[LINK_UP], 4);
    assert_int_equal(one->tally.lost[LINK_DOWN], 1);
    assert_int_equal(one->tally.dropped, 1);
    assert_int_equal(one->tally.reminders, 1);
    assert_int_equal(one->tally.trips[TRIP_CAUSE_HEAT], 1);
    free(one);
    free(two);
}

static uint64_t hash_of(const int (*facts)[3], int count)
{
    struct book *book = book_new();
    for (int i = 0; i < count; i++)
        tell(book, (uint32_t)facts[i][0], facts[i][1], EVENT_APPLIANCE, facts[i][2], 1);
    uint64_t hash = fleet_log_hash(&book->log, 2);
    free(book);
    return hash;
}

static void the_hash_is_of_each_flats_facts_in_their_order(void **state)
{
    (void)state;
    static const int in_time[][3] = {{1, 10, 0}, {2, 20, 0}, {1, 30, 2}, {2, 40, 0}};
    static const int flat_by_flat[][3] = {{1, 10, 0}, {1, 30, 2}, {2, 20, 0}, {2, 40, 0}};
    static const int exchanged[][3] = {{2, 10, 0}, {1, 20, 0}, {2, 30, 2}, {1, 40, 0}};
    static const int later[][3] = {{1, 10, 0}, {2, 20, 0}, {1, 31, 2}, {2, 40, 0}};
    assert_true(hash_of(in_time, 4) == hash_of(flat_by_flat, 4));
    assert_true(hash_of(in_time, 4) != hash_of(exchanged, 4));
    assert_true(hash_of(in_time, 4) != hash_of(later, 4));
    assert_true(hash_of(in_time, 4) != hash_of(in_time, 3));
}

/* ---- tenants (docs/models.md, "Tenants") ---------------------------------------------- */

enum { TENANTS = 20000 };

static int64_t median(int64_t *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return values[count / 2];
}

/* Of 20000, five standard deviations are 1.7 % of a share and, with sigma 1.2, 5.3 % of a median.
 */
static void six_in_ten_pay_after_a_reminder_half_of_them_within_90_min(void **state)
{
    (void)state;
    static int64_t waits[TENANTS];
    int paying = 0;
    for (uint32_t i = 0; i < TENANTS; i++) {
        struct tenant tenant;
        tenant_init(&tenant, 1, i);
        assert_int_equal(tenant.pays_at, TIME_NEVER);
        if (tenant_reminded(&tenant, NS_PER_DAY))
            waits[paying++] = tenant.pays_at - NS_PER_DAY;
        else
            assert_int_equal(tenant.pays_at, TIME_NEVER);
    }
    assert_in_range(paying, TENANTS * 583 / 1000, TENANTS * 617 / 1000);
    assert_in_range(median(waits, paying) / NS_PER_S, 90 * 60 * 93 / 100, 90 * 60 * 107 / 100);
}

static void everybody_pays_in_the_dark_half_of_them_within_20_min(void **state)
{
    (void)state;
    static int64_t waits[TENANTS];
    for (uint32_t i = 0; i < TENANTS; i++) {
        struct tenant tenant;
        tenant_init(&tenant, 2, i);
        assert_true(tenant_in_the_dark(&tenant, NS_PER_DAY));
        waits[i] = tenant.pays_at - NS_PER_DAY;
        assert_true(waits[i] > 0);
    }
    assert_in_range(median(waits, TENANTS) / NS_PER_S, 20 * 60 * 94 / 100, 20 * 60 * 106 / 100);
}

static void a_further_reminder_never_puts_a_payment_off(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 200; i++) {
        struct tenant tenant;
        tenant_init(&tenant, 3, i);
        for (int k = 0; k < 10; k++) {
            int64_t before = tenant.pays_at;
            bool moved = tenant_reminded(&tenant, k * NS_PER_MIN);
            assert_true(moved ? tenant.pays_at < before : tenant.pays_at == before);
        }
    }
}

static void a_payment_is_50_100_or_200_yuan_and_is_made_once(void **state)
{
    (void)state;
    int64_t sum = 0;
    for (uint32_t i = 0; i < TENANTS; i++) {
        struct tenant tenant;
        tenant_init(&tenant, 4, i);
        tenant_in_the_dark(&tenant, 0);
        int64_t amount = tenant_pays(&tenant);
        assert_true(amount == 50 * YUAN || amount == 100 * YUAN || amount == 200 * YUAN);
        assert_int_equal(tenant.pays_at, TIME_NEVER);
        sum += amount;
    }
    assert_in_range(sum / TENANTS, 110 * YUAN,
                    115 * YUAN); /* 112.5, deviation 54.5: five of them are 1.9 */
}

/* ---- a site as fleets have it ---------------------------------------------------------------- */

struct town {
    struct recorder log;
    struct site *site;
};

static struct site_config of_a_fleet(uint32_t flats)
{
    struct site_config config = fleet_config_default().kinds[0].site;
    config.household = household_default();
    config.flats = flats;
    config.hazards_permille = 0;
    return config;
}

static void town_init(struct town *town, const struct site_config *config)
{
    int error;
    recorder_init(&town->log);
    town->site = site_new(config, &town->log.sink, &error);
    assert_non_null(town->site);
    for (uint32_t i = 0; i < config->flats; i++)
        town->site->flats[i].link.faults.lossless = true;
}

static void town_free(struct town *town)
{
    site_free(town->site);
    recorder_free(&town->log);
}

static int count_of_flat(const struct town *town, uint32_t flat, int kind, int64_t from, int64_t to)
{
    int count = 0;
    for (int i = 0; i < town->log.count; i++) {
        const struct event *event = &town->log.events[i];
        count += event->flat == flat && event->kind == kind && event->at >= from && event->at < to;
    }
    return count;
}

/* What was charged is the price of what the register counted between the first and the last bill,
 * and at any moment money is conserved. */
static void an_account_is_charged_once_a_day_by_its_register(void **state)
{
    (void)state;
    enum { FLATS = 8, DAYS = 6 };
    struct town town;
    struct site_config config = of_a_fleet(FLATS);
    config.opening_balance = 1000 * YUAN;
    town_init(&town, &config);
    site_run_flat_by_flat(town.site, DAYS * NS_PER_DAY + NS_PER_DAY / 2);
    for (uint32_t flat = 1; flat <= FLATS; flat++) {
        const struct account *account = &town.site->flats[flat - 1].account;
        int64_t charged = 0, register_wh = 0;
        for (int i = 0; i < town.log.count; i++) {
            const struct event *event = &town.log.events[i];
            if (event->flat != flat || event->kind != EVENT_CHARGE)
                continue;
            charged += event->a;
            assert_true(event->b > register_wh);
            register_wh = event->b;
            assert_int_equal(event->at % NS_PER_DAY, NS_PER_HOUR + flat % 60 * NS_PER_MIN);
        }
        int charges = count_of_flat(&town, flat, EVENT_CHARGE, 0, INT64_MAX);
        assert_in_range(charges, DAYS, DAYS + 1); /* at the first, an hour old, there may be nothing to charge */
        for (int day = 1; day <= DAYS; day++)
            assert_int_equal(1, count_of_flat(&town, flat, EVENT_CHARGE, day * NS_PER_DAY,
                                              (day + 1) * NS_PER_DAY));
        /* the first reading of a new meter is what it counted before it was read */
        int64_t first_wh = register_wh - charged * 1000 / config.policy.price;
        assert_in_range(first_wh + 10, 0, 2010); /* of an hour; the division cuts */
        int64_t counted_wh = account->register_10wh * 10;
        assert_int_equal(counted_wh, register_wh);
        assert_int_equal(account->charged, charged);
        assert_int_equal(account->opening + account->paid - account->charged, account->balance);
    }
    town_free(&town);
}

/* Without a household the register stands, and so does the account. */
static void a_register_that_stands_is_not_charged(void **state)
{
    (void)state;
    struct town town;
    struct site_config config = of_a_fleet(3);
    config.household = NULL;
    config.opening_balance = 1000 * YUAN;
    config.opening_spread = 0;
    town_init(&town, &config);
    site_run_flat_by_flat(town.site, 3 * NS_PER_DAY);
    assert_int_equal(recorder_count(&town.log, EVENT_CHARGE, RECORDER_ANY), 0);
    assert_int_equal(town.site->flats[0].account.balance, 1000 * YUAN);
    town_free(&town);
}

static int reports(const struct town *town, uint32_t flat, int64_t from, int64_t to)
{
    return count_of_flat(town, flat, EVENT_FRAME_SENT, from, to);
}

static void quiet_town_init(struct town *town, uint32_t flats)
{
    struct site_config config = of_a_fleet(flats);
    config.household = NULL;
    config.opening_balance = 1000 * YUAN;
    town_init(town, &config);
}

static void every_meter_reports_once_an_hour_at_a_moment_of_its_own(void **state)
{
    (void)state;
    enum { FLATS = 30 };
    struct town town;
    quiet_town_init(&town, FLATS);
    site_run_flat_by_flat(town.site, NS_PER_DAY - 1);
    int early = 0;
    for (uint32_t flat = 1; flat <= FLATS; flat++) {
        for (int hour = 0; hour < 24; hour++)
            assert_int_equal(1, reports(&town, flat, hour * NS_PER_HOUR, (hour + 1) * NS_PER_HOUR));
        early += reports(&town, flat, 0, NS_PER_HOUR / 2);
        assert_true(town.site->flats[flat - 1].account.reading_10wh >= 0);
    }
    assert_in_range(early, 5, 25); /* spread: all 30 in one half would be one in 10^9 */
    town_free(&town);
}

static void a_meter_without_power_reports_nothing_and_begins_again_with_it(void **state)
{
    (void)state;
    struct town town;
    quiet_town_init(&town, 2);
    struct flat *flat = &town.site->flats[0];
    site_run_flat_by_flat(town.site, 5 * NS_PER_HOUR);
    flat_set_fault(flat, town.site->now, PLANT_FAULT_OUTAGE, 1);
    site_run_flat_by_flat(town.site, 9 * NS_PER_HOUR);
    flat_set_fault(flat, town.site->now, PLANT_FAULT_OUTAGE, 0);
    site_run_flat_by_flat(town.site, 14 * NS_PER_HOUR);
    assert_int_equal(reports(&town, 1, 0, 5 * NS_PER_HOUR), 5);
    assert_int_equal(reports(&town, 1, 5 * NS_PER_HOUR + NS_PER_S, 9 * NS_PER_HOUR), 0);
    /* one that says that power is back, then five hours of reports */
    assert_int_equal(reports(&town, 1, 9 * NS_PER_HOUR, 14 * NS_PER_HOUR), 6);
    assert_int_equal(reports(&town, 2, 0, 14 * NS_PER_HOUR), 14);
    town_free(&town);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static struct fleet_config small_fleet(void)
{
    struct fleet_config config = fleet_config_default();
    config.kinds[0].site.household = household_default();
    config.flats = 47;
    config.flats_a_site = 10;
    config.days = 2;
    config.kinds[0].site.hazards_permille = 20000;
    config.kinds[1] = config.kinds[0];
    config.kinds[1].site.link.kind = LINK_NBIOT;
    config.kind_count = 2;
    return config;
}

static struct fleet_result run(const struct fleet_config *config)
{
    struct fleet_result result;
    assert_int_equal(fleet_run(config, &result), 0);
    return result;
}

static void jobs_change_no_figure_of_a_fleet(void **state)
{
    (void)state;
    struct fleet_config config = small_fleet();
    struct fleet_result one = run(&config);
    assert_true(one.complete);
    assert_int_equal(one.sites, 5);
    assert_int_equal(one.flats, 47);
    assert_true(one.events > 47 * 2 * 24);
    for (config.jobs = 2; config.jobs <= 7; config.jobs += 5) {
        struct fleet_result other = run(&config);
        assert_true(other.hash == one.hash);
        assert_int_equal(other.events, one.events);
        assert_int_equal(other.energy_wh, one.energy_wh);
        assert_int_equal(other.energy_wh_sd, one.energy_wh_sd);
        assert_int_equal(other.own_peaks_mw, one.own_peaks_mw);
        assert_memory_equal(other.curve_mw, one.curve_mw, one.samples * sizeof *one.curve_mw);
        assert_memory_equal(other.tallies, one.tallies, sizeof one.tallies);
        fleet_result_free(&other);
    }
    fleet_result_free(&one);
}

static void kinds_are_drawn_by_their_shares_and_a_site_by_its_number(void **state)
{
    (void)state;
    struct fleet_config config = small_fleet();
    config.flats = 400;
    config.flats_a_site = 1;
    config.days = 1;
    config.sample_ns = NS_PER_DAY;
    config.kinds[0].share = 3;
    struct fleet_result large = run(&config);
    assert_in_range(large.tallies[0].flats, 300 - 44, 300 + 44); /* five standard deviations */
    assert_int_equal(large.tallies[0].flats + large.tallies[1].flats, 400);
    config.flats = 1;
    struct fleet_result first = run(&config);
    config.flats = 2;
    struct fleet_result both = run(&config);
    assert_true(first.energy_wh <
                both.energy_wh); /* the first site is the same one with and without a second */
    assert_true(both.energy_wh != 2 * first.energy_wh);
    fleet_result_free(&large);
    fleet_result_free(&first);
    fleet_result_free(&both);
}

struct curves {
    int64_t sum_mw[96];
    int rows;
    uint32_t sites;
};

static void add_row(void *user, int64_t at, const int64_t *power_mw, uint32_t flats)
{
    struct curves *curves = user;
    assert_int_equal(at, (curves->rows + 1) * 15 * NS_PER_MIN);
    for (uint32_t i = 0; i < flats; i++)
        curves->sum_mw[curves->rows] += power_mw[i];
    curves->rows++;
}

static bool stop_after_two(void *user, uint32_t done, uint32_t sites)
{
    struct curves *curves = user;
    curves->sites = done;
    assert_int_equal(sites, 5);
    return done < 2;
}

static void the_curves_of_one_site_add_up_to_the_fleets(void **state)
{
    (void)state;
    struct curves curves = {.rows = 0};
    struct fleet_config config = small_fleet();
    config.flats = config.flats_a_site = config.curve_flats = 12;
    config.days = 1;
    config.curve = add_row;
    config.user = &curves;
    struct fleet_result result = run(&config);
    assert_int_equal(curves.rows, 96);
    assert_int_equal(result.samples, 96);
    assert_memory_equal(curves.sum_mw, result.curve_mw, sizeof curves.sum_mw);
    int64_t sum_mw = 0;
    for (int i = 0; i < 96; i++)
        sum_mw += result.curve_mw[i];
    int64_t lost_wh = result.energy_wh - sum_mw / 4000; /* below a Wh a flat each way */
    assert_in_range(lost_wh + 12, 0, 24);
    fleet_result_free(&result);
}

static void a_fleet_that_is_stopped_tells_of_the_sites_that_were_done(void **state)
{
    (void)state;
    struct curves curves = {.rows = 0};
    struct fleet_config config = small_fleet();
    config.progress = stop_after_two;
    config.user = &curves;
    struct fleet_result result = run(&config);
    assert_false(result.complete);
    assert_int_equal(curves.sites, 2);
    assert_int_equal(result.sites_done, 2);
    assert_int_equal(result.sites, 5);
    assert_int_equal(result.flats, 20);
    fleet_result_free(&result);
}

static void a_fleet_of_nothing_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct fleet_result result;
        struct fleet_config config = small_fleet();
        config.flats = i == 0 ? 0 : config.flats;
        config.flats_a_site = i == 1 ? 0 : config.flats_a_site;
        config.days = i == 2 ? 0 : config.days;
        config.jobs = i == 3 ? 0 : config.jobs;
        config.sample_ns = i == 4 ? 7 * NS_PER_MIN : config.sample_ns;
        config.curve_flats = i == 5 ? 11 : 0;
        assert_int_equal(fleet_run(&config, &result), ERROR_INVALID_ARGUMENT);
        fleet_result_free(&result);
    }
}

#define test(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_percentile_is_known_to_better_than_8_permille),
        test(histograms_of_parts_add_up_to_that_of_the_whole),
        test(short_and_endless_durations_have_a_bucket),
        test(no_duration_is_told_shorter_than_it_was),
        test(an_agenda_finds_whom_a_scan_from_the_front_finds),
        test(a_local_trip_is_timed_from_its_cause_to_open_contacts),
        test(an_overload_is_timed_from_the_end_of_its_delay),
        test(what_may_stand_or_is_over_times_no_trip),
        test(arrears_are_timed_from_order_to_trip_and_from_payment_to_voltage),
        test(messages_are_counted_by_direction_and_tallies_add_up),
        test(the_hash_is_of_each_flats_facts_in_their_order),
        test(six_in_ten_pay_after_a_reminder_half_of_them_within_90_min),
        test(everybody_pays_in_the_dark_half_of_them_within_20_min),
        test(a_further_reminder_never_puts_a_payment_off),
        test(a_payment_is_50_100_or_200_yuan_and_is_made_once),
        test(an_account_is_charged_once_a_day_by_its_register),
        test(a_register_that_stands_is_not_charged),
        test(every_meter_reports_once_an_hour_at_a_moment_of_its_own),
        test(a_meter_without_power_reports_nothing_and_begins_again_with_it),
        test(jobs_change_no_figure_of_a_fleet),
        test(kinds_are_drawn_by_their_shares_and_a_site_by_its_number),
        test(the_curves_of_one_site_add_up_to_the_fleets),
        test(a_fleet_that_is_stopped_tells_of_the_sites_that_were_done),
        test(a_fleet_of_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
