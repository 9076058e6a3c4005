/* A site of one flat with a board in it, run as the runner does; for the tests of both paces. */
#ifndef METERBENCH_TESTS_HIL_FLAT_BENCH_H
#define METERBENCH_TESTS_HIL_FLAT_BENCH_H

#include "hil/board.h"
#include "sim/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS_MAX = 4000 };

struct flat_bench {
    struct event_sink sink; /* first */
    struct event events[EVENTS_MAX];
    int event_count;
    uint64_t hash;
    struct site *site;
    struct flat *flat;
    struct board *board;
    char truth[64];
};

static inline void flat_bench_keep(struct event_sink *sink, const struct event *event)
{
    struct flat_bench *bench = (struct flat_bench *)sink;
    bench->hash = event_hash(bench->hash, event);
    if (bench->event_count < EVENTS_MAX)
        bench->events[bench->event_count++] = *event;
}

static inline void flat_bench_open(struct flat_bench *bench, struct board_spec spec,
                                   enum credit_profile credit)
{
    struct site_config config = site_config_default();
    int error;
    char message[400] = "";
    memset(bench, 0, sizeof *bench);
    bench->sink.put = flat_bench_keep;
    bench->hash = EVENT_HASH_START;
    config.flats = 1;
    config.meter.credit = credit;
    bench->site = site_new(&config, &bench->sink, &error);
    assert_non_null(bench->site);
    bench->flat = site_flat(bench->site, 1);
    site_run_until(bench->site, 2 * NS_PER_S);
    strcpy(bench->truth, "/tmp/meterbench-truth-XXXXXX");
    close(mkstemp(bench->truth));
    spec.truth = bench->truth;
    spec.profile = spec.profile ? spec.profile : PROFILE;
    spec.emulator = BOARD_DIR "/meterbench-emulator";
    spec.elf = spec.elf ? spec.elf : BOARD_DIR "/reference.elf";
    spec.map = BOARD_DIR "/reference.map";
    bench->board = board_open(&spec, message, sizeof message);
    if (!bench->board)
        fail_msg("%s", message);
}

static inline void flat_bench_attach(struct flat_bench *bench)
{
    int result = bench->board->ops->attach(bench->board, bench->site, bench->flat);
    if (result < 0)
        fail_msg("attach: %s", bench->board->message);
}

static inline void flat_bench_close(struct flat_bench *bench)
{
    board_close(bench->board);
    site_free(bench->site);
    unlink(bench->truth);
}

/* 0, or the board's error. */
static inline int flat_bench_run(struct flat_bench *bench, int64_t duration)
{
    struct site *site = bench->site;
    int64_t until = site->now + duration;
    while (site->now < until) {
        int64_t next = site_next(site);
        int64_t reached = bench->board->clock.advance(&bench->board->clock, site->now,
                                                      next < until ? next : until);
        if (reached < 0)
            return (int)reached;
        site_run_until(site, reached);
        bench->board->ops->deliver(bench->board, site);
    }
    return 0;
}

static inline void flat_bench_fault(struct flat_bench *bench, enum plant_fault fault, int64_t level)
{
    flat_set_fault(bench->flat, bench->site->now, fault, level);
    site_touched(bench->site, bench->flat);
}

static inline void flat_bench_order(struct flat_bench *bench, int order, int level)
{
    assert_int_equal(account_order(&bench->flat->account, bench->site->now, order, 1, level), 0);
    flat_settle(bench->flat, bench->site->now);
    site_touched(bench->site, bench->flat);
}

/* The first event of a kind with this a, at or after `from` in the log; NULL when there is none. */
static inline const struct event *flat_bench_find(const struct flat_bench *bench, int from,
                                                  enum event_kind kind, int64_t a)
{
    for (int i = from; i < bench->event_count; i++)
        if (bench->events[i].kind == kind && bench->events[i].a == a)
            return &bench->events[i];
    return NULL;
}

/* When the emulator's truth log first says `what` after `from_ns`, by its own clock; -1: never. */
static inline int64_t flat_bench_truth(const struct flat_bench *bench, int64_t from_ns,
                                       const char *what)
{
    char line[200];
    int64_t found = -1;
    FILE *file = fopen(bench->truth, "r");
    assert_non_null(file);
    while (found < 0 && fgets(line, sizeof line, file)) {
        long long cycle, ns;
        int text = 0;
        bool read = sscanf(line, "%lld %lld %n", &cycle, &ns, &text) == 2 && text > 0;
        if (read && ns >= from_ns && strncmp(line + text, what, strlen(what)) == 0)
            found = ns;
    }
    fclose(file);
    return found;
}

#endif
