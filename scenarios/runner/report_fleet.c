#include "scenarios/runner/report_fleet.h"

#include "scenarios/runner/report_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static double per(double value, double unit)
{
    return unit > 0 ? value / unit : 0;
}

static double flat_days(const struct fleet_report *report)
{
    return (double)report->result->flats * report->config->days;
}

/* Peak of the sum over the sum of the peaks. */
static double coincidence(const struct fleet_result *result)
{
    return per((double)result->peak_mw, (double)result->own_peaks_mw);
}

static double admd_kw(const struct fleet_result *result)
{
    return per((double)result->peak_mw * 1e-6, result->flats);
}

static double mean_kw(const struct fleet_report *report)
{
    return per((double)report->result->energy_wh * 1e-3, report->config->days * 24.0);
}

static double load_factor(const struct fleet_report *report)
{
    return per(mean_kw(report), (double)report->result->peak_mw * 1e-6);
}

static struct books books_of(const struct fleet_report *report)
{
    struct books sum = {0};
    for (int i = 0; i < report->config->kind_count; i++)
        books_merge(&sum, &report->result->tallies[i].books);
    return sum;
}

bool report_fleet_balances(const struct fleet_report *report)
{
    struct books books = books_of(report);
    return books_money_holds(&books) && books_energy_holds(&books);
}

#define MW_NS_PER_KWH 3.6e18

/* ---- for people ------------------------------------------------------------------------------- */

static void print_latency(const char *name, const struct histogram *h)
{
    static const int permilles[] = {500, 950, 990};
    printf("  %-28s", name);
    if (h->count == 0) {
        printf("none\n");
        return;
    }
    for (int i = 0; i < 3; i++)
        printf(" %9.3f", (double)histogram_quantile_ns(h, permilles[i]) / NS_PER_S);
    printf(" %9.3f s  of %" PRIu64 "\n", (double)h->max_ns / NS_PER_S, h->count);
}

static void print_trips(const struct fleet_tally *tally)
{
    bool any = false;
    printf("  trips ");
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++) {
        if (tally->trips[cause] == 0)
            continue;
        printf("%s %s %" PRIu64, any ? "," : "", trip_cause_name(cause), tally->trips[cause]);
        any = true;
    }
    printf("%s\n", any ? "" : " none");
}

static void print_tally(const char *name, const struct fleet_tally *tally)
{
    printf("\n%s: %" PRIu64 " flats\n", name, tally->flats);
    print_trips(tally);
    printf("  messages up %" PRIu64 " sent, %" PRIu64 " delivered; down %" PRIu64 " sent, %" PRIu64
           " delivered; %" PRIu64 " attempts lost, %" PRIu64 " dropped\n",
           tally->sent[LINK_UP], tally->delivered[LINK_UP], tally->sent[LINK_DOWN],
           tally->delivered[LINK_DOWN], tally->lost[LINK_UP] + tally->lost[LINK_DOWN], tally->dropped);
    printf("  orders %" PRIu64 ", done %" PRIu64 ", failed %" PRIu64 "; reminders %" PRIu64
           ", payments %" PRIu64 "\n",
           tally->orders, tally->orders_done, tally->orders_failed, tally->reminders,
           tally->payments);
    printf("  %-28s %9s %9s %9s %9s\n", "", "p50", "p95", "p99", "max");
    print_latency("trip, cause to open", &tally->trip_local);
    print_latency("trip, order to open", &tally->trip_remote);
    print_latency("restore, payment to voltage", &tally->restore);
}

static void print_money(const struct books *books)
{
    printf("\nmoney   opened %.4f + paid %.4f - refunded %.4f = charged %.4f + closed %.4f + balances %.4f yuan: %s\n",
           (double)books->opened * 1e-4, (double)books->paid * 1e-4, (double)books->refunded * 1e-4,
           (double)books->charged * 1e-4, (double)books->closed * 1e-4, (double)books->balances * 1e-4,
           books_money_holds(books) ? "balances to 0.0001 yuan" : "DOES NOT BALANCE");
    printf("        difference %.4f yuan; %" PRIu64 " accounts are not what the log makes them, charges of %" PRIu64
           " do not follow the register; %.6f yuan are owed and not charged yet\n",
           (double)books_money_difference(books) * 1e-4, books->accounts_off, books->charges_off,
           (double)books->carried_uyuan * 1e-6);
}

static void print_energy(const struct books *books)
{
    double terminals = (double)books->terminals / MW_NS_PER_KWH;
    double registers = (double)books->register_mwh * 1e-6;
    printf("energy  feeder %.6f = terminals %.6f + lines %.6f kWh: %s\n", (double)books->feeder / MW_NS_PER_KWH,
           terminals, (double)books->lines / MW_NS_PER_KWH,
           books_energy_holds(books) ? "balances to the mW*ns" : "DOES NOT BALANCE");
    printf("        registers %.3f kWh (%+.4f %%), %" PRIu64 " beyond their class; %.2f kWh of it read by the platform\n",
           registers, per(registers - terminals, terminals) * 100, books->registers_off,
           (double)books->read_mwh * 1e-6);
}

void report_fleet_console(const struct fleet_report *report)
{
    const struct fleet_result *r = report->result;
    printf("%u flats in %u buildings, %u day%s, seed %" PRIu64 "%s\n", r->flats, r->sites_done,
           report->config->days, report->config->days == 1 ? "" : "s", report->config->seed,
           r->complete ? "" : " (stopped early: what follows is of the buildings that were done)");
    printf("energy %.3f MWh, %.3f kWh a flat and day (between flats +- %.3f); peak %.1f kW at %.2f h\n",
           (double)r->energy_wh * 1e-6, per((double)r->energy_wh * 1e-3, flat_days(report)),
           per((double)r->energy_wh_sd * 1e-3, report->config->days), (double)r->peak_mw * 1e-6,
           (double)r->peak_at / NS_PER_HOUR);
    printf("ADMD %.3f kW, coincidence %.3f, load factor %.3f (of %.0f min means)\n", admd_kw(r),
           coincidence(r), load_factor(report), (double)report->config->sample_ns / NS_PER_MIN);
    for (int i = 0; i < report->config->kind_count; i++)
        if (r->tallies[i].flats > 0)
            print_tally(report->config->kinds[i].name, &r->tallies[i]);
    struct books books = books_of(report);
    print_money(&books);
    print_energy(&books);
    printf("\n%.2f s, %" PRIu64 " events (%.0f a flat and day): %.0f events/s, %.0f flat-days/s, %.0f ns an event\n",
           report->wall_s, r->events, per((double)r->events, flat_days(report)),
           per((double)r->events, report->wall_s), per(flat_days(report), report->wall_s),
           per(report->wall_s * 1e9 * report->config->jobs, (double)r->events));
    printf("%zu bytes a flat (%zu hot); hash %016" PRIx64 "\n", r->bytes_per_flat,
           r->hot_bytes_per_flat, r->hash);
}

/* ---- for machines ----------------------------------------------------------------------------- */

static json_t *latency_json(const struct histogram *h)
{
    if (h->count == 0)
        return json_pack("{s:i}", "count", 0);
    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f}", "count", (json_int_t)h->count, "mean_s",
                     per((double)h->sum_us * 1e-6, (double)h->count), "p50_s",
                     (double)histogram_quantile_ns(h, 500) / NS_PER_S, "p95_s",
                     (double)histogram_quantile_ns(h, 950) / NS_PER_S, "p99_s",
                     (double)histogram_quantile_ns(h, 990) / NS_PER_S, "max_s",
                     (double)h->max_ns / NS_PER_S);
}

static json_t *trips_json(const struct fleet_tally *tally)
{
    json_t *trips = json_object();
    for (int cause = 1; cause < TRIP_CAUSE_COUNT; cause++)
        json_object_set_new(trips, trip_cause_name(cause),
                            json_integer((json_int_t)tally->trips[cause]));
    return trips;
}

static json_t *messages_json(const struct fleet_tally *tally, enum link_direction direction)
{
    return json_pack("{s:I, s:I, s:I}", "sent", (json_int_t)tally->sent[direction], "delivered",
                     (json_int_t)tally->delivered[direction], "attempts_lost",
                     (json_int_t)tally->lost[direction]);
}

static json_t *tally_json(const char *name, const struct fleet_tally *tally)
{
    return json_pack(
        "{s:s, s:I, s:o, s:o, s:o, s:I, s:{s:I, s:I, s:I}, s:I, s:I, s:o, s:o, s:o}", "name", name,
        "flats", (json_int_t)tally->flats, "trips", trips_json(tally), "messages_up",
        messages_json(tally, LINK_UP), "messages_down", messages_json(tally, LINK_DOWN),
        "messages_dropped", (json_int_t)tally->dropped, "orders", "given",
        (json_int_t)tally->orders, "done", (json_int_t)tally->orders_done, "failed",
        (json_int_t)tally->orders_failed, "reminders_delivered", (json_int_t)tally->reminders,
        "payments", (json_int_t)tally->payments, "trip_local", latency_json(&tally->trip_local),
        "trip_remote", latency_json(&tally->trip_remote), "restore", latency_json(&tally->restore));
}

static json_t *curve_json(const struct fleet_result *result)
{
    json_t *curve = json_array();
    for (uint32_t i = 0; i < result->samples; i++)
        json_array_append_new(curve, json_real((double)result->curve_mw[i] * 1e-6));
    return curve;
}

static json_t *money_json(const struct books *books)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:b}", "opened_yuan",
                     (double)books->opened * 1e-4, "paid_yuan", (double)books->paid * 1e-4, "refunded_yuan",
                     (double)books->refunded * 1e-4, "charged_yuan", (double)books->charged * 1e-4, "closed_yuan",
                     (double)books->closed * 1e-4, "balances_yuan", (double)books->balances * 1e-4, "difference_yuan",
                     (double)books_money_difference(books) * 1e-4, "owed_yuan", (double)books->carried_uyuan * 1e-6,
                     "accounts_off", (json_int_t)books->accounts_off, "charges_off", (json_int_t)books->charges_off,
                     "holds", books_money_holds(books));
}

static json_t *energy_json(const struct books *books)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:b}", "feeder_kwh", (double)books->feeder / MW_NS_PER_KWH,
                     "terminals_kwh", (double)books->terminals / MW_NS_PER_KWH, "lines_kwh",
                     (double)books->lines / MW_NS_PER_KWH, "difference_mw_ns", (double)books->imbalance, "registers_kwh",
                     (double)books->register_mwh * 1e-6, "read_kwh", (double)books->read_mwh * 1e-6, "registers_off",
                     (json_int_t)books->registers_off, "holds", books_energy_holds(books));
}

static json_t *fleet_json(const struct fleet_report *report)
{
    const struct fleet_result *r = report->result;
    const struct fleet_config *config = report->config;
    json_t *kinds = json_array();
    for (int i = 0; i < config->kind_count; i++)
        json_array_append_new(kinds, tally_json(config->kinds[i].name, &r->tallies[i]));
    json_t *root = json_pack(
        "{s:i, s:b, s:o, s:I, s:I, s:I, s:I, s:f, s:I, s:f, s:f, s:I, s:I, s:o}", "version", 1,
        "complete", r->complete, "seed", json_sprintf("%" PRIu64, config->seed), "flats",
        (json_int_t)r->flats, "buildings", (json_int_t)r->sites_done, "days",
        (json_int_t)config->days, "jobs", (json_int_t)config->jobs, "wall_s", report->wall_s,
        "events", (json_int_t)r->events, "events_per_s", per((double)r->events, report->wall_s),
        "flat_days_per_s", per(flat_days(report), report->wall_s), "bytes_per_flat",
        (json_int_t)r->bytes_per_flat, "hot_bytes_per_flat", (json_int_t)r->hot_bytes_per_flat,
        "hash", json_sprintf("%016" PRIx64, r->hash));
    json_t *load = json_pack(
        "{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o}", "energy_kwh",
        (double)r->energy_wh * 1e-3, "energy_kwh_per_flat",
        per((double)r->energy_wh * 1e-3, r->flats), "energy_kwh_per_flat_sd",
        (double)r->energy_wh_sd * 1e-3, "peak_kw", (double)r->peak_mw * 1e-6, "peak_at_h",
        (double)r->peak_at / NS_PER_HOUR, "admd_kw", admd_kw(r), "coincidence", coincidence(r),
        "load_factor", load_factor(report), "sample_s", (double)config->sample_ns / NS_PER_S,
        "curve_kw", curve_json(r));
    struct books books = books_of(report);
    if (!root || json_object_set_new(root, "load", load) < 0 ||
        json_object_set_new(root, "money", money_json(&books)) < 0 ||
        json_object_set_new(root, "energy", energy_json(&books)) < 0 ||
        json_object_set_new(root, "kinds", kinds) < 0) {
        json_decref(root);
        return NULL;
    }
    return root;
}

int report_fleet_json(const struct fleet_report *report, const char *path)
{
    return report_write_json(path, fleet_json(report));
}
