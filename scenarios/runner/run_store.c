/* A run's dealings with the run file that keeps it and with the recording that it repeats. */
#include "scenarios/runner/replay.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <stddef.h>
#include <string.h>

static void keep_event(struct event_sink *sink, const struct event *event)
{
    struct run *run = (struct run *)((char *)sink - offsetof(struct run, rows_sink));
    case_record_event(run->rows, event);
}

void store_begin(struct run *run)
{
    const struct run_options *options = run->options;
    run->rows_sink.put = keep_event;
    run->rows = case_record_begin(options->run_file, run->result);
    if (options->replay)
        run->replayed = replay_begin(options->replay, run->result);
}

struct event_sink *store_sink(struct run *run)
{
    if (run->replayed)
        return replay_sink(run->replayed);
    return run->rows ? &run->rows_sink : NULL;
}

struct board *store_open_board(struct run *run, char *message, size_t size)
{
    if (run->replayed)
        return replay_open_board(run->replayed, message, size);
    struct board_maker *maker = run->options->boards;
    struct board *board = maker->open(maker, message, size);
    if (run->rows && board)
        board_record_opened(run->rows, board);
    else if (run->rows)
        board_record_open_failed(run->rows, message);
    return board;
}

int store_attach(struct run *run, struct flat *flat)
{
    struct board *board = run->board;
    if (run->options->twin != TWIN_NONE)
        run->twin = twin_new(run->site, flat, &board->tolerance);
    if (run->rows || run->twin)
        run->listener = board_record_new(run->rows, run->twin, board, run->site);
    int result = board->ops->attach(board, run->site, flat);
    if (run->listener)
        board_record_attached(run->listener, flat, result);
    return result;
}

int64_t store_advance(struct run *run, int64_t target)
{
    bool listens = run->listener && run->attached;
    if (listens)
        board_record_advances(run->listener);
    int64_t reached = run->clock->advance(run->clock, run->site->now, target);
    if (listens)
        board_record_advanced(run->listener, reached);
    return reached;
}

void store_deliver(struct run *run)
{
    if (run->listener)
        board_record_delivers(run->listener);
    run->board->ops->deliver(run->board, run->site);
    if (run->listener)
        board_record_delivered(run->listener);
}

int store_misuse(struct run *run, enum board_misuse misuse, int order)
{
    int result = run->board->ops->misuse(run->board, run->site, misuse, order);
    if (run->listener)
        board_record_misused(run->listener, misuse, order, result);
    return result;
}

static void judge_twin(struct run *run)
{
    struct case_result *result = run->result;
    twin_finish(run->twin, run->site->now, result->twin, sizeof result->twin);
    if (result->twin[0] && run->options->twin == TWIN_STRICT)
        run_fail(run, OUTCOME_FAILED, "the board and its twin differ %.*s", (int)strcspn(result->twin, "\n"),
                 result->twin);
}

void store_board_ends(struct run *run)
{
    if (run->listener)
        board_record_ends(run->listener);
    if (run->twin)
        judge_twin(run);
}

void store_close_board(struct run *run)
{
    board_record_free(run->listener);
    run->listener = NULL;
    twin_free(run->twin);
    run->twin = NULL;
    if (run->replayed)
        replay_close_board(run->replayed, run->board);
    else
        run->options->boards->close(run->options->boards, run->board);
}

void store_end(struct run *run)
{
    if (run->rows)
        case_record_end(run->rows, run->result);
    if (run->replayed)
        replay_end(run->replayed, run->result);
}
