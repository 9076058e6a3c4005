#include "tests/bench/bench.h"
#include "tests/bench/profile.h"
#include "tests/bench/toy.h"

#include "sim/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- (a) flat by flat against one heap ------------------------------------------------ */

typedef int toy_kernel(uint64_t seed, uint32_t flats, int64_t until, struct toy_result *result);

static double run_toy(toy_kernel *kernel, const struct bench *bench, uint32_t flats,
                      struct toy_result *result)
{
    double began = thread_seconds();
    if (kernel(bench->seed, flats, NS_PER_DAY, result) < 0) {
        fprintf(stderr, "bench: out of memory at %u flats\n", flats);
        exit(3);
    }
    return thread_seconds() - began;
}

static void check_toys(struct bench *bench, const struct toy_result *ours,
                       const struct toy_result *heap)
{
    if (ours->events != heap->events || ours->hash != heap->hash)
        bench_wrong(bench, "flat by flat and one heap differ in events or energy");
}

static void check_with_no_queue(struct bench *bench, uint32_t flats, const struct toy_result *ours)
{
    struct toy_result alone;
    run_toy(toy_without_queue, bench, flats, &alone);
    if (ours->events != alone.events || ours->hash != alone.hash)
        bench_wrong(bench, "flat by flat differs from appliances that run alone");
}

static json_t *compare_kernels(struct bench *bench, uint32_t flats, int repeats)
{
    double ratios[REPEATS_MAX], ours_ns[REPEATS_MAX], heap_ns[REPEATS_MAX];
    struct toy_result ours, heap;
    for (int i = 0; i < repeats; i++) {
        double ours_s = run_toy(toy_flat_by_flat, bench, flats, &ours);
        double heap_s = run_toy(toy_heap, bench, flats, &heap);
        check_toys(bench, &ours, &heap);
        ratios[i] = heap_s / ours_s;
        ours_ns[i] = ours_s * 1e9 / (double)ours.events;
        heap_ns[i] = heap_s * 1e9 / (double)heap.events;
    }
    if (flats <= 10000)
        check_with_no_queue(bench, flats, &ours);
    struct spread ratio = spread_of(ratios, repeats), a = spread_of(ours_ns, repeats),
                  b = spread_of(heap_ns, repeats);
    printf("  %8u %11llu %8.1f %8.1f   %6.2f  %5.2f .. %5.2f  %3d\n", flats,
           (unsigned long long)ours.events, a.median, b.median, ratio.median, ratio.least,
           ratio.most, repeats);
    fflush(stdout);
    return json_pack("{s:I, s:I, s:o, s:o, s:o, s:i, s:I, s:I}", "flats", (json_int_t)flats,
                     "events", (json_int_t)ours.events, "ratio", spread_json(&ratio),
                     "flat_by_flat_ns", spread_json(&a), "heap_ns", spread_json(&b), "repeats",
                     repeats, "flat_by_flat_bytes_per_flat", (json_int_t)ours.bytes_per_flat,
                     "heap_bytes_per_flat", (json_int_t)heap.bytes_per_flat);
}

void bench_kernel(struct bench *bench)
{
    static const uint32_t sizes[] = {1000, 10000, 100000, 1000000};
    static const int count_of[] = {1, 2, 3, 4}; /* by effort */
    json_t *rows = json_array();
    printf("\nkernel: toy meters for a day, flat by flat against one heap (processor time)\n");
    printf("  %8s %11s %8s %8s   %6s  %14s  %3s\n", "flats", "events", "ours ns", "heap ns",
           "ratio", "range", "n");
    for (int i = 0; i < count_of[bench->effort]; i++) {
        bool smoke = bench->effort == EFFORT_SMOKE;
        int repeats = sizes[i] < 1000000 || bench->repeats < 3 ? bench->repeats : 3;
        json_array_append_new(rows, compare_kernels(bench, smoke ? 250 : sizes[i], repeats));
    }
    json_object_set_new(bench->json, "kernel", rows);
}

/* ---- (b) the full model --------------------------------------------------------------- */

void bench_fleets(struct bench *bench)
{
    enum { FULL, WITHOUT_CIPHER, VARIANTS };
    static const char *const names[VARIANTS] = {"full model", "without the cipher"};
    uint32_t flats = bench->effort == EFFORT_SMOKE ? 120 : 2000, toys = flats * 5;
    double days[VARIANTS][REPEATS_MAX], day_ratio[VARIANTS][REPEATS_MAX],
        event_ratio[VARIANTS][REPEATS_MAX];
    uint64_t hash[VARIANTS] = {0};
    for (int i = 0; i < bench->repeats; i++) {
        struct toy_result heap;
        double heap_events = 1 / run_toy(toy_heap, bench, toys, &heap) * (double)heap.events;
        for (int v = 0; v < VARIANTS; v++) {
            struct fleet_result result;
            struct fleet_config config = bench_fleet(bench, flats);
            config.kinds[0].site.without_cipher = v == WITHOUT_CIPHER;
            double seconds = bench_run(&config, &result);
            if (i > 0 && result.hash != hash[v])
                bench_wrong(bench, "a fleet differs from its repetition");
            if (result.energy_wh == 0 || result.tallies[0].sent[LINK_UP] == 0)
                bench_wrong(bench, "a fleet took no energy or sent no message");
            hash[v] = result.hash;
            days[v][i] = flats / seconds;
            day_ratio[v][i] = days[v][i] / heap_events * 1e6;
            event_ratio[v][i] = (double)result.events / seconds / heap_events;
            fleet_result_free(&result);
        }
    }
    json_t *rows = json_array();
    printf("\nfleet: %u flats for a day, one job; the heap is that of %u toys in the same run\n",
           flats, toys);
    printf("  %-20s %13s %30s %24s\n", "", "flat-days/s", "flat-days a million heap events",
           "events a heap event");
    for (int v = 0; v < VARIANTS; v++) {
        struct spread d = spread_of(days[v], bench->repeats),
                      r = spread_of(day_ratio[v], bench->repeats),
                      e = spread_of(event_ratio[v], bench->repeats);
        printf("  %-20s %13.0f %9.0f  %7.0f .. %7.0f    %8.3f  %.3f .. %.3f\n", names[v], d.median,
               r.median, r.least, r.most, e.median, e.least, e.most);
        json_array_append_new(rows, json_pack("{s:s, s:o, s:o, s:o}", "variant", names[v],
                                              "flat_days_per_s", spread_json(&d),
                                              "flat_days_per_million_heap_events", spread_json(&r),
                                              "events_per_heap_event", spread_json(&e)));
    }
    json_object_set_new(bench->json, "fleet", rows);
}

/* ---- (c) by number of flats ----------------------------------------------------------- */

struct size_row {
    double seconds;
    uint64_t events;
    uint64_t bytes_per_flat, hot_bytes_per_flat;
};

/* In a child, so that its peak memory is of this fleet alone. */
static long run_in_child(const struct bench *bench, uint32_t flats, struct size_row *row)
{
    int ends[2], status;
    struct rusage usage;
    fflush(stdout);
    if (pipe(ends) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        struct fleet_result result;
        struct fleet_config config = bench_fleet(bench, flats);
        double seconds = bench_run(&config, &result);
        struct size_row own = {seconds, result.events, result.bytes_per_flat,
                               result.hot_bytes_per_flat};
        _exit(write(ends[1], &own, sizeof own) == (ssize_t)sizeof own ? 0 : 1);
    }
    close(ends[1]);
    bool told = child > 0 && read(ends[0], row, sizeof *row) == (ssize_t)sizeof *row;
    close(ends[0]);
    bool ended = child > 0 && wait4(child, &status, 0, &usage) == child && status == 0;
    return told && ended ? usage.ru_maxrss : -1;
}

void bench_sizes(struct bench *bench)
{
    static const uint32_t sizes[] = {1000, 10000, 100000, 1000000};
    static const int count_of[] = {1, 2, 3, 4};
    json_t *rows = json_array();
    printf("\nsizes: the full model for a day, one job, each in a process of its own\n");
    printf("  %8s %10s %9s %12s %8s %12s\n", "flats", "ns/event", "events", "bytes/flat", "hot",
           "peak RSS MB");
    for (int i = 0; i < count_of[bench->effort]; i++) {
        uint32_t flats = bench->effort == EFFORT_SMOKE ? 120 : sizes[i];
        struct size_row row;
        long rss_kb = run_in_child(bench, flats, &row);
        if (rss_kb < 0) {
            bench_wrong(bench, "a fleet in a process of its own came to no end");
            break;
        }
        double ns = row.seconds * 1e9 / (double)row.events;
        printf("  %8u %10.0f %9.1fM %11llu %8llu %12.1f\n", flats, ns, (double)row.events * 1e-6,
               (unsigned long long)row.bytes_per_flat, (unsigned long long)row.hot_bytes_per_flat,
               (double)rss_kb / 1024);
        fflush(stdout);
        json_array_append_new(
            rows, json_pack("{s:I, s:f, s:I, s:I, s:I, s:I}", "flats", (json_int_t)flats,
                            "ns_per_event", ns, "events", (json_int_t)row.events, "bytes_per_flat",
                            (json_int_t)row.bytes_per_flat, "hot_bytes_per_flat",
                            (json_int_t)row.hot_bytes_per_flat, "peak_rss_kb", (json_int_t)rss_kb));
    }
    json_object_set_new(bench->json, "sizes", rows);
}

/* ---- (d) two jobs --------------------------------------------------------------------- */

static double run_jobs(const struct bench *bench, uint32_t flats, int jobs, uint64_t *hash)
{
    struct fleet_result result;
    struct fleet_config config = bench_fleet(bench, flats);
    config.jobs = jobs;
    double began = wall_seconds();
    bench_run(&config, &result);
    double seconds = wall_seconds() - began;
    *hash = result.hash;
    fleet_result_free(&result);
    return seconds;
}

void bench_jobs(struct bench *bench)
{
    uint32_t flats = bench->effort == EFFORT_SMOKE ? 300 : 4000;
    double ratios[REPEATS_MAX];
    uint64_t one_hash, two_hash;
    for (int i = 0; i < bench->repeats; i++) {
        double one = run_jobs(bench, flats, 1, &one_hash);
        ratios[i] = one / run_jobs(bench, flats, 2, &two_hash);
        if (one_hash != two_hash)
            bench_wrong(bench, "two jobs give another hash than one");
    }
    struct spread ratio = spread_of(ratios, bench->repeats);
    printf("\njobs: %u flats for a day, two jobs against one (wall clock: a busy machine shows)\n",
           flats);
    printf("  speed-up %.2f, %.2f .. %.2f\n", ratio.median, ratio.least, ratio.most);
    json_object_set_new(bench->json, "jobs_2_speed_up", spread_json(&ratio));
}

/* ---- (e) where the time goes ---------------------------------------------------------- */

static void no_change(struct site_config *site)
{
    (void)site;
}

static void no_household(struct site_config *site)
{
    site->household = NULL;
}

static void no_cipher(struct site_config *site)
{
    site->without_cipher = true;
}

static void no_reports(struct site_config *site)
{
    site->meter.report_ns = 0;
}

static void no_hazards(struct site_config *site)
{
    site->hazards_permille = 0;
}

static void no_tenants(struct site_config *site)
{
    site->tenants_pay = false;
}

static void one_meeting_a_day(struct site_config *site)
{
    site->meeting_ns = NS_PER_DAY;
}

static const struct {
    const char *name;
    void (*change)(struct site_config *site);
} switches[] = {
    {"everything", no_change},          {"no household", no_household}, {"no cipher", no_cipher},
    {"no reports", no_reports},         {"no hazards", no_hazards},     {"no tenants", no_tenants},
    {"one meeting", one_meeting_a_day},
};

enum { SWITCHES = sizeof switches / sizeof switches[0] };

void bench_switches(struct bench *bench)
{
    uint32_t flats = bench->effort == EFFORT_SMOKE ? 120 : 1000;
    double us[SWITCHES][REPEATS_MAX], saved[SWITCHES][REPEATS_MAX];
    double events[SWITCHES];
    for (int i = 0; i < bench->repeats; i++) {
        for (int s = 0; s < SWITCHES; s++) {
            struct fleet_result result;
            struct fleet_config config = bench_fleet(bench, flats);
            switches[s].change(&config.kinds[0].site);
            us[s][i] = bench_run(&config, &result) * 1e6 / flats;
            events[s] = (double)result.events / flats;
            saved[s][i] = 100 * (1 - us[s][i] / us[0][i]);
            fleet_result_free(&result);
        }
    }
    json_t *rows = json_array();
    printf("\nswitches: %u flats for a day with a part left out, and with it what the part causes "
           "elsewhere\n",
           flats);
    printf("  %-14s %14s %14s %10s\n", "", "us/flat-day", "events", "saved %");
    for (int s = 0; s < SWITCHES; s++) {
        struct spread u = spread_of(us[s], bench->repeats), p = spread_of(saved[s], bench->repeats);
        printf("  %-14s %14.1f %14.1f %10.1f  %.1f .. %.1f\n", switches[s].name, u.median,
               events[s], p.median, p.least, p.most);
        json_array_append_new(rows, json_pack("{s:s, s:o, s:f, s:o}", "left_out", switches[s].name,
                                              "us_per_flat_day", spread_json(&u), "events",
                                              events[s], "saved_percent", spread_json(&p)));
    }
    json_object_set_new(bench->json, "switches", rows);
}

void bench_profile(struct bench *bench)
{
    static const double seconds_of[] = {0.2, 3, 8, 30}; /* by effort */
    static struct profile profile;
    uint32_t flats = bench->effort == EFFORT_SMOKE ? 120 : 1000;
    double began = thread_seconds();
    uint64_t events = 0;
    int begun = profile_begin();
    while (thread_seconds() - began < seconds_of[bench->effort]) {
        struct fleet_result result;
        struct fleet_config config = bench_fleet(bench, flats);
        bench_run(&config, &result);
        events += result.events;
        fleet_result_free(&result);
    }
    double ns = (thread_seconds() - began) * 1e9 / (double)events;
    printf("\nprofile: %u flats for a day, program counters by the room of their source file\n",
           flats);
    if (begun < 0 || profile_end(&profile) < 0 || profile.samples == 0) {
        printf("  left out: it needs addr2line and debug information\n");
        return;
    }
    json_t *rooms = json_object();
    printf("  %-24s %8s %8s %10s\n", "", "share %", "+-", "ns/event");
    for (int i = 0; i < ROOMS; i++) {
        double share = (double)profile.in[i] / (double)profile.samples;
        double error = sqrt(share * (1 - share) / (double)profile.samples);
        printf("  %-24s %8.1f %8.1f %10.1f\n", room_name(i), share * 100, error * 100, share * ns);
        json_object_set_new(rooms, room_name(i),
                            json_pack("{s:f, s:f, s:f}", "share", share, "standard_error", error,
                                      "ns_per_event", share * ns));
    }
    printf("  %ld samples, %ld lost; %.0f ns an event\n", profile.samples, profile.lost, ns);
    json_object_set_new(bench->json, "profile",
                        json_pack("{s:I, s:I, s:f, s:o}", "samples", (json_int_t)profile.samples,
                                  "lost", (json_int_t)profile.lost, "ns_per_event", ns, "rooms",
                                  rooms));
}
