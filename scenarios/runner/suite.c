#include "scenarios/runner/suite.h"

#include "scenarios/runner/claim_verdict.h"
#include "scenarios/runner/claims.h"
#include "sim/error.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- selecting --------------------------------------------------------------------------------- */

static bool has_tag(const struct scenario *scenario, const char *tag)
{
    for (int i = 0; i < scenario->tag_count; i++)
        if (strcmp(scenario->tags[i], tag) == 0)
            return true;
    return false;
}

static bool tags_match(const struct suite_options *options, const struct scenario *scenario)
{
    for (const char *const *tag = options->tags; tag && *tag; tag++)
        if (!has_tag(scenario, *tag))
            return false;
    for (const char *const *tag = options->excluded_tags; tag && *tag; tag++)
        if (has_tag(scenario, *tag))
            return false;
    return !options->claims || (options->claims & scenario->claims);
}

static bool name_matches(const struct suite_options *options, const struct case_result *result)
{
    char name[400];
    if (!options->names || !*options->names)
        return true;
    case_name(result, name, sizeof name);
    for (const char *const *glob = options->names; *glob; glob++) {
        bool same = strcmp(*glob, name) == 0 || strcmp(*glob, result->scenario->name) == 0;
        if (same || fnmatch(*glob, name, 0) == 0 || fnmatch(*glob, result->scenario->name, 0) == 0)
            return true;
    }
    return false;
}

int suite_add_case(struct suite *suite, const struct scenario *scenario, struct board_maker *maker, int index,
                   int repeat)
{
    struct case_result result = {.scenario = scenario, .maker = maker, .case_index = index};
    snprintf(result.board_id, sizeof result.board_id, "%s", maker ? maker->id : "");
    snprintf(result.label, sizeof result.label, "%s", scenario->labels[index]);
    if (!tags_match(&suite->options, scenario) || !name_matches(&suite->options, &result))
        return 0;
    if (suite->count == suite->capacity) {
        int capacity = suite->capacity ? 2 * suite->capacity : 64;
        struct case_result *grown =
            realloc(suite->results, (size_t)capacity * sizeof *suite->results);
        if (!grown)
            return ERROR_NO_MEMORY;
        suite->results = grown;
        suite->capacity = capacity;
    }
    result.repeat = repeat;
    result.outcome = OUTCOME_NOT_RUN;
    suite->results[suite->count++] = result;
    return 0;
}

static int add_scenario(struct suite *suite, const struct scenario *scenario,
                        struct board_maker *maker)
{
    for (int c = 0; c < scenario->case_count; c++) {
        for (int r = 0; r < suite->options.repeat; r++) {
            int result = suite_add_case(suite, scenario, maker, c, r);
            if (result < 0)
                return result;
        }
    }
    return 0;
}

/* A scenario for a board is judged on each board there is, any other once. */
static int select_cases(struct suite *suite)
{
    for (int i = 0; i < suite->scenarios.count; i++) {
        const struct scenario *scenario = &suite->scenarios.items[i];
        struct board_maker *maker = scenario->board ? suite->options.run.boards : NULL;
        do {
            int result = add_scenario(suite, scenario, maker);
            if (result < 0)
                return result;
            maker = maker ? maker->next : NULL;
        } while (maker);
    }
    return 0;
}

int suite_select(struct suite *suite, const struct suite_options *options, const char *const *paths,
                 int path_count)
{
    memset(suite, 0, sizeof *suite);
    suite->options = *options;
    for (int i = 0; i < path_count; i++) {
        int result = scenario_find(&suite->scenarios, paths[i]);
        if (result < 0) {
            snprintf(suite->complaint, sizeof suite->complaint,
                     "%s: %s (give a scenario file or a directory of them)", paths[i],
                     error_text(result));
            return result;
        }
    }
    return select_cases(suite);
}

void suite_free(struct suite *suite)
{
    free(suite->results);
    scenario_list_free(&suite->scenarios);
    suite->results = NULL;
}

/* ---- running ----------------------------------------------------------------------------------- */

enum { JOBS_MAX = 64 };

struct pool {
    struct suite *suite;
    pthread_mutex_t lock;    /* of all below and the progress call */
    pthread_cond_t returned; /* a board is free again */
    bool *taken;             /* of each case */
    const struct board_maker *busy[JOBS_MAX]; /* of each job: the board that only it may use */
    int first, done; /* all cases before `first` are taken */
    bool stop;
};

struct job {
    struct pool *pool;
    int number;
};

/* Must this case wait its turn for its board? */
static bool needs_the_board(const struct case_result *result)
{
    return result->maker && result->maker->one_at_a_time;
}

static bool is_busy(const struct pool *pool, const struct board_maker *maker)
{
    for (int i = 0; i < JOBS_MAX; i++)
        if (pool->busy[i] == maker)
            return true;
    return false;
}

static bool interrupted(const struct suite *suite)
{
    const atomic_bool *flag = suite->options.run.interrupted;
    return flag && atomic_load(flag);
}

/* The first case that nobody has and whose board nobody uses; -1: none, -2: none for now. */
static int find_case(struct pool *pool)
{
    const struct suite *suite = pool->suite;
    while (pool->first < suite->count && pool->taken[pool->first])
        pool->first++;
    for (int i = pool->first; i < suite->count; i++) {
        const struct case_result *result = &suite->results[i];
        if (!pool->taken[i] && !(needs_the_board(result) && is_busy(pool, result->maker)))
            return i;
    }
    return pool->first < suite->count ? -2 : -1;
}

static int take(struct job *job)
{
    struct pool *pool = job->pool;
    int index = -1;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stop && !interrupted(pool->suite) && (index = find_case(pool)) == -2)
        pthread_cond_wait(&pool->returned, &pool->lock);
    if (index >= 0) {
        const struct case_result *result = &pool->suite->results[index];
        pool->taken[index] = true;
        pool->busy[job->number] = needs_the_board(result) ? result->maker : NULL;
    }
    pthread_mutex_unlock(&pool->lock);
    return index;
}

static void finished(struct job *job, const struct case_result *result)
{
    struct pool *pool = job->pool;
    const struct suite_options *options = &pool->suite->options;
    pthread_mutex_lock(&pool->lock);
    pool->done++;
    pool->busy[job->number] = NULL;
    pthread_cond_broadcast(&pool->returned);
    bool bad = result->outcome != OUTCOME_PASSED && result->outcome != OUTCOME_SKIPPED;
    pool->stop |= options->fail_fast && bad;
    if (options->progress)
        options->progress(options->progress_owner, result, pool->done, pool->suite->count);
    pthread_mutex_unlock(&pool->lock);
}

static void *work(void *argument)
{
    struct job *job = argument;
    struct suite *suite = job->pool->suite;
    for (int i = take(job); i >= 0; i = take(job)) {
        struct case_result *result = &suite->results[i];
        struct run_options options = suite->options.run;
        if (result->maker)
            options.boards = result->maker;
        run_case(result->scenario, result->case_index, result->repeat, &options, result);
        finished(job, result);
    }
    return NULL;
}

/* Each real board keeps a job of its own busy, mostly with waiting. */
static int job_count(const struct suite *suite)
{
    int boards = 0;
    for (const struct board_maker *maker = suite->options.run.boards; maker; maker = maker->next)
        boards += maker->one_at_a_time;
    int jobs = suite->options.jobs > boards ? suite->options.jobs : boards;
    return jobs < JOBS_MAX ? jobs : JOBS_MAX;
}

static void run_jobs(struct suite *suite, bool *taken)
{
    pthread_t threads[JOBS_MAX];
    struct job jobs[JOBS_MAX];
    struct pool pool = {.suite = suite, .taken = taken};
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.returned, NULL);
    int count = job_count(suite), started = 1;
    for (int i = 0; i < count; i++)
        jobs[i] = (struct job){&pool, i};
    for (; started < count; started++)
        if (pthread_create(&threads[started], NULL, work, &jobs[started]) != 0)
            break;
    work(&jobs[0]);
    for (int i = 1; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&pool.returned);
    pthread_mutex_destroy(&pool.lock);
}

/* ---- the sum ----------------------------------------------------------------------------------- */

static void add_invariants(struct suite *suite, const struct case_result *result)
{
    for (int k = 0; k < INVARIANT_COUNT; k++) {
        suite->invariants[k].applied += result->invariants[k].applied;
        suite->invariants[k].breaches += result->invariants[k].breaches;
    }
}

static void add_result(struct suite *suite, const struct case_result *result)
{
    suite->outcomes[result->outcome]++;
    suite->simulated_ns += result->simulated_ns;
    add_invariants(suite, result);
    if (result->outcome != OUTCOME_PASSED || result->requirement == REQUIREMENT_REQUIRED)
        return;
    bool holds = case_holds(result);
    suite->held += holds;
    suite->not_held += !holds;
    suite->held_although_excluded += holds && result->requirement == REQUIREMENT_EXCLUDED;
}

/* With --repeat the same seed runs again: on virtual meters the log must be the same to the byte. */
static void check_repeats(struct suite *suite)
{
    for (int i = 1; i < suite->count; i++) {
        struct case_result *result = &suite->results[i];
        const struct case_result *before = &suite->results[i - 1];
        bool repeats = result->repeat > 0 && !result->on_board && result->outcome == OUTCOME_PASSED &&
                       before->outcome == OUTCOME_PASSED;
        if (!repeats || result->event_hash == before->event_hash)
            continue;
        result->outcome = OUTCOME_ERROR;
        snprintf(result->message, sizeof result->message,
                 "the same seed gave another event log (%016llx, before %016llx)",
                 (unsigned long long)result->event_hash, (unsigned long long)before->event_hash);
    }
}

static void complain(struct suite *suite)
{
    const struct suite_options *options = &suite->options;
    int skipped = suite->outcomes[OUTCOME_SKIPPED];
    if (options->max_skipped >= 0 && skipped > options->max_skipped)
        snprintf(suite->complaint, sizeof suite->complaint,
                 "%d cases were skipped, --max-skipped allows %d", skipped, options->max_skipped);
    for (int n = 1; n <= CLAIMS && !suite->interrupted; n++)
        if (options->claims_due >> n & 1 && claim_judge(suite, n).state == CLAIM_NOT_JUDGED)
            snprintf(suite->complaint, sizeof suite->complaint,
                     "claim %d was not judged: no case that stands for it ran to a verdict", n);
    if (!options->whole || options->run.boards || suite->interrupted)
        return;
    for (int k = 0; k < INVARIANT_COUNT; k++)
        if (suite->invariants[k].applied == 0)
            snprintf(suite->complaint, sizeof suite->complaint,
                     "invariant %d (%s) never had occasion to apply", k + 1,
                     invariant_text((enum invariant)k));
}

static void require_board(struct suite *suite)
{
    for (int i = 0; i < suite->count; i++) {
        struct case_result *result = &suite->results[i];
        if (!suite->options.run.require_board || result->scenario->board == 0 ||
            result->outcome != OUTCOME_SKIPPED)
            continue;
        char reason[560];
        snprintf(reason, sizeof reason, "%.559s", result->message);
        result->outcome = OUTCOME_FAILED;
        snprintf(result->message, sizeof result->message, "--require-board, and it was skipped: %s",
                 reason);
    }
}

void suite_run(struct suite *suite)
{
    double started = run_wall_now();
    bool *taken = calloc((size_t)suite->count, sizeof *taken);
    if (taken)
        run_jobs(suite, taken);
    else
        snprintf(suite->complaint, sizeof suite->complaint, "out of memory: nothing was run");
    free(taken);
    suite->wall_s = run_wall_now() - started;
    suite->interrupted = interrupted(suite);
    check_repeats(suite);
    require_board(suite);
    for (int i = 0; i < suite->count; i++)
        add_result(suite, &suite->results[i]);
    complain(suite);
}

int suite_exit_code(const struct suite *suite)
{
    const int *outcomes = suite->outcomes;
    if (outcomes[OUTCOME_FAILED] > 0)
        return EXIT_VERDICT_FAILED;
    if (suite->interrupted)
        return EXIT_INTERRUPTED;
    bool failed = false;
    for (const struct board_maker *maker = suite->options.run.boards; maker; maker = maker->next)
        failed |= maker->failed;
    if (failed || outcomes[OUTCOME_ERROR] > 0 || outcomes[OUTCOME_INCONCLUSIVE] > 0)
        return EXIT_BENCH_FAULT;
    if (suite->complaint[0])
        return EXIT_VERDICT_FAILED;
    return outcomes[OUTCOME_PASSED] > 0 ? EXIT_ALL_PASSED : EXIT_NOTHING_RAN;
}

void suite_board_properties(const struct suite *suite, const struct board_maker *maker,
                            struct board_properties *all)
{
    const struct board_properties *last = NULL;
    *all = maker->properties;
    for (int i = 0; i < suite->count; i++)
        if (suite->results[i].maker == maker)
            last = &suite->results[i].properties;
    for (int i = 0; last && i < last->count; i++)
        board_tell(all, last->items[i].name, "%s", last->items[i].value);
}
