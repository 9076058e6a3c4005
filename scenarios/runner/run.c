#include "scenarios/runner/acts.h"
#include "scenarios/runner/household_file.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LATENESS_SPOILS_NS (200 * NS_PER_MS)
#define TIMEOUT_DEFAULT_NS (400 * NS_PER_DAY)
enum { WATCHDOG_DEFAULT_S = 120, WATCHDOG_BOARD_S = 600, WATCHDOG_STEPS = 256 };

struct run *run_of(lua_State *lua)
{
    return sandbox_of(lua)->owner;
}

bool run_is_board_flat(const struct run *run, uint32_t flat)
{
    return run->attached && flat == run->board_flat;
}

double run_wall_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t run_script_now(const struct run *run)
{
    return run->script_now ? run->script_now : run->site->now;
}

void run_end(struct run *run)
{
    run->ended = true;
    if (run->thread)
        sandbox_stop(&run->sandbox, run->thread);
}

void run_fail(struct run *run, enum outcome outcome, const char *format, ...)
{
    struct case_result *result = run->result;
    run_end(run);
    bool clean = result->outcome == OUTCOME_PASSED || result->outcome == OUTCOME_SKIPPED;
    bool worse = clean || outcome == OUTCOME_FAILED;
    if (!worse || result->outcome == OUTCOME_FAILED)
        return; /* the first reason stands; a failed verdict outranks a bench error */
    result->outcome = outcome;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->message, sizeof result->message, format, arguments);
    va_end(arguments);
}

/* What a board did not do in time, or counted too little of, may be the fault of a computer that
 * kept neither the bench nor an emulated board at the wall clock's pace. */
static void doubt(struct run *run)
{
    struct case_result *result = run->result;
    int64_t late = run->attached ? run->board->lateness_ns_max : 0;
    if (late < LATENESS_SPOILS_NS || result->outcome != OUTCOME_FAILED || run->stamped_failure)
        return;
    char was[sizeof result->message];
    strcpy(was, result->message);
    result->outcome = OUTCOME_INCONCLUSIVE;
    snprintf(result->message, sizeof result->message,
             "the bench was up to %.1f s behind the wall clock, is the computer too busy? %.500s",
             (double)late / (double)NS_PER_S, was);
}

void run_judge(struct run *run, const struct verdict *verdict)
{
    struct case_result *result = run->result;
    if (result->verdict_count == VERDICTS_MAX)
        result->verdicts_lost++;
    else
        result->verdicts[result->verdict_count++] = *verdict;
    if (verdict->judgement == JUDGEMENT_HOLDS || result->requirement != REQUIREMENT_REQUIRED)
        return;
    char description[400];
    verdict_describe(verdict, description, sizeof description);
    bool failed = verdict->judgement == JUDGEMENT_FAILS;
    bool stamped = verdict->has_time && verdict->evidence == EVIDENCE_CONTACT;
    if (failed && stamped && result->outcome != OUTCOME_FAILED)
        run->stamped_failure = true;
    run_fail(run, failed ? OUTCOME_FAILED : OUTCOME_INCONCLUSIVE, "%s: %s", verdict->text,
             description);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void interrupted(struct run *run)
{
    run->result->outcome = OUTCOME_NOT_RUN;
    snprintf(run->result->message, sizeof run->result->message, "interrupted");
    run->ended = true;
}

static bool out_of_time(struct run *run, int step)
{
    if (run->options->interrupted && atomic_load(run->options->interrupted)) {
        interrupted(run);
        return true;
    }
    if (run->site->now >= run->timeout) {
        char limit[32];
        duration_format(run->timeout, limit, sizeof limit);
        run_fail(run, OUTCOME_FAILED, "timed out after %s of simulated time", limit);
        return true;
    }
    if (step % WATCHDOG_STEPS == 1 && run_wall_now() > run->wall_deadline) {
        run_fail(run, OUTCOME_ERROR, "the wall-clock watchdog ended the case (--watchdog)");
        return true;
    }
    return false;
}

static void board_failed(struct run *run, int error)
{
    run->board_error = error;
    if (error == ERROR_INTERRUPTED) {
        interrupted(run);
        return;
    }
    run_fail(run, board_error_is_the_meters(error) ? OUTCOME_FAILED : OUTCOME_ERROR, "%s: %s",
             error_text(error), run->board->message);
}

bool run_stride(struct run *run, int64_t target)
{
    int64_t next = site_next(run->site);
    int64_t aim = next < target ? next : target;
    int64_t reached = store_advance(run, aim);
    if (reached < 0) {
        board_failed(run, (int)reached);
        return false;
    }
    if (run->attached) {
        site_run_until(run->site, reached);
        store_deliver(run);
    } else {
        site_step(run->site, reached);
    }
    if (run->site->stuck) {
        run_fail(run, OUTCOME_ERROR, "the simulation makes no progress: one instant never ends");
        return false;
    }
    invariants_watch(run->invariants);
    if (run->observer.incomplete || run->audit.incomplete) {
        run_fail(run, OUTCOME_ERROR, "the event log could not be kept (memory or disk full)");
        return false;
    }
    return true;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static bool carry_out_wait(struct run *run)
{
    for (int step = 1; !wait_is_over(run); step++) {
        if (out_of_time(run, step) || !run_stride(run, wait_target(run)))
            return false;
    }
    return true;
}

/* After a wait: judge, and push what the script gets back. Returns the count, -1 when the script must end. */
static int finish_wait(struct run *run)
{
    struct verdict verdict = {.evidence = EVIDENCE_MODEL};
    enum wait_kind kind = run->wait.kind;
    run->script_now = 0;
    if (kind == WAIT_TIME || kind == WAIT_NONE)
        return 0;
    wait_judge(run, &verdict);
    if (kind == WAIT_NEVER)
        run->script_now = run->wait.until < run->site->now ? run->wait.until : 0;
    if (kind != WAIT_OBSERVE)
        run_judge(run, &verdict);
    if (run->ended)
        return -1;
    return api_push_result(run->thread, &verdict);
}

/* ---- the script ------------------------------------------------------------------------------ */

static void script_failed(struct run *run, int status)
{
    if (run->ended)
        return; /* it was stopped on purpose, or skipped */
    sandbox_explain(&run->sandbox, run->thread, status);
    run_fail(run, OUTCOME_FAILED, "script error: %s", run->sandbox.error);
}

static void run_script(struct run *run)
{
    int arguments = 2;
    while (!run->ended) {
        int results = 0;
        int status = lua_resume(run->thread, run->sandbox.lua, arguments, &results);
        if (run->ended)
            return;
        if (status == LUA_OK)
            return;
        if (status != LUA_YIELD) {
            script_failed(run, status);
            return;
        }
        lua_pop(run->thread, results);
        if (!carry_out_wait(run))
            return;
        arguments = finish_wait(run);
        if (arguments < 0)
            return;
    }
}

/* ---- setting up ------------------------------------------------------------------------------ */

int run_attach(struct run *run)
{
    if (run->attached || !run->board)
        return 0;
    struct flat *flat = site_flat(run->site, run->board_flat);
    run->board->interrupted = run->options->interrupted;
    int result = store_attach(run, flat);
    if (result < 0) {
        board_failed(run, result);
        return result;
    }
    run->attached = true;
    run->clock = &run->board->clock;
    snprintf(run->result->board, sizeof run->result->board, "%s", run->board->identity);
    invariants_board(run->invariants, run->board_flat, run->board);
    act_settle(run, flat);
    return 0;
}

/* breaches = { 5 }, or a function of the case: the invariants that this case violates on purpose. Protected. */
static int read_breaches(lua_State *lua)
{
    struct run *run = lua_touserdata(lua, 3);
    if (lua_getfield(lua, 1, "breaches") == LUA_TFUNCTION) {
        lua_pushvalue(lua, 2);
        lua_call(lua, 1, 1);
    }
    if (lua_isnil(lua, -1))
        return 0;
    luaL_checktype(lua, -1, LUA_TTABLE);
    for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++) {
        lua_Integer number = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
        if (number < 1 || number > INVARIANT_COUNT)
            return luaL_error(lua, "breaches: numbers of invariants, 1 to %d", INVARIANT_COUNT);
        run->breach_expected[number - 1] = true;
        lua_pop(lua, 1);
    }
    return 0;
}

/* required = "required" | "measured" | "excluded", or a function of the case that says so. Protected. */
static int read_requirement(lua_State *lua)
{
    enum requirement *requirement = lua_touserdata(lua, 3);
    if (lua_getfield(lua, 1, "required") == LUA_TFUNCTION) {
        lua_pushvalue(lua, 2);
        lua_call(lua, 1, 1);
    }
    static const char *const names[] = {"required", "measured", "excluded", NULL};
    *requirement = (enum requirement)luaL_checkoption(lua, -1, "required", names);
    return 0;
}

/* decides = true or false, or a function of the case that says so. Protected. */
static int read_decides(lua_State *lua)
{
    enum decides *decides = lua_touserdata(lua, 3);
    if (lua_getfield(lua, 1, "decides") == LUA_TFUNCTION) {
        lua_pushvalue(lua, 2);
        lua_call(lua, 1, 1);
    }
    if (!lua_isnil(lua, -1) && !lua_isboolean(lua, -1))
        return luaL_error(lua, "decides: true or false, or a function of the case that returns one");
    *decides = lua_isnil(lua, -1) ? DECIDES_UNSAID : lua_toboolean(lua, -1) ? DECIDES_YES : DECIDES_NO;
    return 0;
}

/* fleet = { ... }, or a function of the case that returns one: from here on it is the table. Protected. */
static int settle_fleet(lua_State *lua)
{
    if (lua_getfield(lua, 1, "fleet") != LUA_TFUNCTION)
        return 0;
    lua_pushvalue(lua, 2);
    lua_call(lua, 1, 1);
    lua_setfield(lua, 1, "fleet");
    return 0;
}

/* skip_on_board = "reason", or a function of the case that returns one or nil. Protected. */
static int read_skip(lua_State *lua)
{
    struct case_result *result = lua_touserdata(lua, 3);
    if (lua_getfield(lua, 1, "skip_on_board") == LUA_TFUNCTION) {
        lua_pushvalue(lua, 2);
        lua_call(lua, 1, 1);
    }
    if (!lua_isnil(lua, -1) && lua_type(lua, -1) != LUA_TSTRING)
        return luaL_error(lua, "skip_on_board: a reason, or a function of the case that gives one or nil");
    snprintf(result->message, sizeof result->message, "%s", luaL_optstring(lua, -1, ""));
    return 0;
}

/* needs = { "relay", .. }, or a function of the case that returns such a list. The first that the board lacks is
 * the reason why the case is skipped. Protected. */
static int read_needs(lua_State *lua)
{
    struct run *run = lua_touserdata(lua, 3);
    const struct board *board = run->board;
    if (lua_getfield(lua, 1, "needs") == LUA_TFUNCTION) {
        lua_pushvalue(lua, 2);
        lua_call(lua, 1, 1);
    }
    if (!lua_isnil(lua, -1) && !lua_istable(lua, -1))
        return luaL_error(lua, "needs: a list such as { \"relay\", \"leakage\" }, or a function of the case "
                               "that gives one");
    for (int i = 1; lua_istable(lua, -1) && lua_rawgeti(lua, -1, i) != LUA_TNIL; i++) {
        const char *need = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "(no text)";
        if (!board_need_is_known(need))
            return luaL_error(lua, "needs: \"%s\" is not known", need);
        char *why = run->result->message;
        if (board && board->ops->lacks && !why[0])
            board->ops->lacks(board, need, why, sizeof run->result->message);
        lua_pop(lua, 1);
    }
    return 0;
}

static bool call_reader(struct run *run, lua_CFunction reader, void *target)
{
    lua_State *lua = run->sandbox.lua;
    lua_pushcfunction(lua, reader);
    lua_pushvalue(lua, 1);
    lua_pushvalue(lua, 2);
    lua_pushlightuserdata(lua, target);
    if (lua_pcall(lua, 3, 0, 0) == LUA_OK)
        return true;
    run_fail(run, OUTCOME_FAILED, "%s: %s", run->scenario->path, lua_tostring(lua, -1));
    return false;
}

/* timeout = "2 h": simulated time. Protected. */
static int read_timeout(lua_State *lua)
{
    struct run *run = lua_touserdata(lua, 3);
    run->timeout = TIMEOUT_DEFAULT_NS;
    bool given = lua_getfield(lua, 1, "timeout") != LUA_TNIL;
    const char *text = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    if (given && duration_parse(text, &run->timeout) < 0)
        return luaL_error(lua, "timeout: expected a duration such as \"2 h\"");
    if (run->options->timeout_ns)
        run->timeout = run->options->timeout_ns;
    return 0;
}

/* Decide whether this case runs on the board. False: it is skipped or an error stands. */
static bool choose_board(struct run *run)
{
    lua_State *lua = run->sandbox.lua;
    const struct run_options *options = run->options;
    lua_getfield(lua, 1, "history");
    run->history = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    if (!options->boards || run->scenario->board == 0)
        return call_reader(run, read_needs, run); /* wrong ones are wrong without a board, too */
    if (!call_reader(run, read_skip, run->result))
        return false;
    if (run->result->message[0]) {
        run->result->outcome = OUTCOME_SKIPPED;
        return false;
    }
    char message[400] = "";
    run->result->on_board = true;
    run->board = store_open_board(run, message, sizeof message);
    if (!run->board) {
        run_fail(run, OUTCOME_ERROR, "%s", message);
        return false;
    }
    run->board_flat = run->scenario->board;
    if (!call_reader(run, read_needs, run))
        return false;
    if (run->result->message[0])
        run->result->outcome = OUTCOME_SKIPPED;
    return !run->result->message[0];
}

enum { FILE_NAME_SIZE = 460 };

/* What the files of this case begin with. */
static void file_name(const struct run *run, char name[FILE_NAME_SIZE])
{
    case_name(run->result, name, FILE_NAME_SIZE);
    size_t used = strlen(name);
    if (run->result->board_id[0]) /* several boards run the same case */
        snprintf(name + used, FILE_NAME_SIZE - used, "_on_%s", run->result->board_id);
    for (char *p = name; *p; p++)
        if (strchr("/ \t[],=#", *p))
            *p = '_';
}

static FILE *open_record(struct run *run)
{
    if (!run->options->record_dir)
        return NULL;
    char name[FILE_NAME_SIZE], path[1000];
    file_name(run, name);
    if (run->board)
        snprintf(run->board->capture_path, sizeof run->board->capture_path, "%s/%s.pcapng",
                 run->options->record_dir, name);
    snprintf(path, sizeof path, "%s/%s.events", run->options->record_dir, name);
    FILE *file = fopen(path, "w");
    if (!file)
        run_fail(run, OUTCOME_ERROR, "%s: %s (is --record a writable directory?)", path,
                 strerror(errno));
    return file;
}

static void begin_audit(struct run *run, const struct site_config *config)
{
    char name[FILE_NAME_SIZE];
    case_name(run->result, name, sizeof name);
    audit_log_begin(&run->audit, name, config->seed, config->epoch_s);
    run->site->platform.audit = &run->audit.chain;
}

static void write_audit(struct run *run)
{
    char name[FILE_NAME_SIZE], path[1000];
    const struct run_options *options = run->options;
    if (!options->audit_dir)
        return;
    file_name(run, name);
    snprintf(path, sizeof path, "%s/%s.audit.jsonl", options->audit_dir, name);
    int failed = audit_log_write(&run->audit, path, options->audit_key, options->audit_key_size);
    if (failed < 0)
        run_fail(run, OUTCOME_ERROR, "%s: %s (is --audit a writable directory?)", path, strerror(-failed));
    run->result->audit_lines = run->audit.chain.next;
    memcpy(run->result->audit_head, run->audit.chain.head, sizeof run->audit.chain.head);
}

bool run_make_site(struct run *run, const struct site_config *config)
{
    int error = 0;
    observer_init(&run->observer, run->record);
    run->observer.also = store_sink(run);
    run->site = site_new(config, &run->observer.sink, &error);
    if (run->site)
        begin_audit(run, config);
    if (run->site)
        run->invariants = invariants_new(run->site, &run->observer, run->tallies);
    if (!run->invariants)
        run_fail(run, OUTCOME_ERROR, "%s", error_text(error < 0 ? error : ERROR_NO_MEMORY));
    return run->invariants != NULL;
}

static bool build_site(struct run *run)
{
    struct site_config config = site_config_default();
    config.household = household_default();
    if (scenario_fleet(&run->sandbox, 1, run->result->case_index, &config) < 0) {
        run_fail(run, OUTCOME_FAILED, "%s: %s", run->scenario->path, run->sandbox.error);
        return false;
    }
    config.seed = run->result->seed;
    if (run->scenario->board > config.flats) {
        run_fail(run, OUTCOME_FAILED, "%s: board = %u, but the fleet has %u flats",
                 run->scenario->path, run->scenario->board, config.flats);
        return false;
    }
    if (run->scenario->board > 0 && config.tariff.season_count > 0) {
        run_fail(run, OUTCOME_FAILED,
                 "%s: a board has one register of energy, fleet.tariff wants four: leave out board",
                 run->scenario->path);
        return false;
    }
    if (run->scenario->board > 0 && config.manages_energy) {
        run_fail(run, OUTCOME_FAILED, "%s: a board has no branch for fleet.energy_management: leave out board",
                 run->scenario->path);
        return false;
    }
    run->record = open_record(run);
    if (run->ended)
        return false;
    if (!run_make_site(run, &config))
        return false;
    int admin = api_people_begin(run);
    if (admin < 0)
        run_fail(run, OUTCOME_ERROR, "the administrator: %s", error_text(admin));
    return admin >= 0;
}

static int push_case_protected(lua_State *lua)
{
    scenario_push_case(lua, 1, (int)lua_tointeger(lua, 2));
    return 1;
}

/* A file that changes its mind between listing and running is wrong, not the end of the program. */
static bool push_case(struct run *run)
{
    lua_State *lua = run->sandbox.lua;
    lua_pushcfunction(lua, push_case_protected);
    lua_pushvalue(lua, 1);
    lua_pushinteger(lua, run->result->case_index);
    if (lua_pcall(lua, 2, 1, 0) == LUA_OK)
        return true;
    run_fail(run, OUTCOME_FAILED, "script error: %s: %s", run->scenario->path, lua_tostring(lua, -1));
    return false;
}

bool run_load(struct run *run)
{
    const struct scenario *scenario = run->scenario;
    if (scenario->error[0]) {
        run_fail(run, OUTCOME_FAILED, "script error: %s", scenario->error);
        return false;
    }
    if (sandbox_open(&run->sandbox, run->result->seed, SANDBOX_MEMORY_DEFAULT,
                     SANDBOX_INSTRUCTIONS_DEFAULT) < 0) {
        run_fail(run, OUTCOME_ERROR, "out of memory");
        return false;
    }
    run->sandbox.owner = run;
    if (scenario_load(&run->sandbox, scenario->path) < 0) {
        run_fail(run, OUTCOME_FAILED, "script error: %s", run->sandbox.error);
        return false;
    }
    if (!push_case(run))
        return false;
    return call_reader(run, settle_fleet, run) && call_reader(run, read_breaches, run) &&
           call_reader(run, read_requirement, &run->result->requirement) &&
           call_reader(run, read_decides, &run->result->decides);
}

/* Protected: makes the coroutine with run function, bench and case on its stack. */
static int prepare_thread(lua_State *lua)
{
    struct run *run = lua_touserdata(lua, 3);
    api_register(lua);
    run->thread = lua_newthread(lua);
    luaL_ref(lua, LUA_REGISTRYINDEX); /* kept as long as the state */
    lua_getfield(lua, 1, "run");
    lua_getfield(lua, LUA_REGISTRYINDEX, "meterbench.the_bench");
    lua_pushvalue(lua, 2);
    lua_xmove(lua, run->thread, 3);
    return 0;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void settle_invariants(struct run *run)
{
    for (int i = 0; i < INVARIANT_COUNT; i++) {
        const struct invariant_tally *tally = &run->tallies[i];
        if (tally->breaches > 0 && !run->breach_expected[i])
            run_fail(run, OUTCOME_FAILED, "invariant %d, %s: %s", i + 1,
                     invariant_text((enum invariant)i), tally->first);
        if (tally->breaches == 0 && run->breach_expected[i] && run->result->outcome == OUTCOME_PASSED)
            run_fail(run, OUTCOME_FAILED, "invariant %d, %s: a breach was expected, none came", i + 1,
                     invariant_text((enum invariant)i));
    }
}

static void judge_requirement(struct run *run)
{
    struct case_result *result = run->result;
    if (run->history && run->board && !run->attached && !run->ended)
        run_fail(run, OUTCOME_FAILED,
                 "the scenario says history = true but never called bench:attach()");
    if (run->unjudged > 0 && result->outcome == OUTCOME_PASSED)
        run_fail(run, OUTCOME_FAILED, "%s: an expectation that nobody judged (within, never_for, now)",
                 run->unjudged_at);
    bool nothing = result->verdict_count == 0 && result->outcome == OUTCOME_PASSED;
    if (nothing)
        run_fail(run, OUTCOME_FAILED, "the script judged nothing");
}

static void conduct(struct run *run)
{
    if (!run_load(run) || !choose_board(run) || !build_site(run))
        return;
    if (!call_reader(run, read_timeout, run) || !call_reader(run, prepare_thread, run))
        return;
    run_plant(run);
    if (!run->history && run_attach(run) < 0)
        return;
    run_script(run);
    judge_requirement(run);
    enum outcome outcome = run->result->outcome;
    bool judged = outcome == OUTCOME_PASSED || outcome == OUTCOME_FAILED || outcome == OUTCOME_SKIPPED;
    if (judged && run->board_error == 0) {
        invariants_finish(run->invariants);
        settle_invariants(run);
    }
}

void run_tear_down(struct run *run)
{
    struct case_result *result = run->result;
    if (run->site) {
        result->simulated_ns = run->site->now;
        result->event_count = run->observer.count;
        result->event_hash = run->observer.hash;
    }
    if (run->attached) {
        result->lateness_ns = run->board->lateness_ns_max;
        doubt(run);
        store_board_ends(run);
        run->board->ops->detach(run->board);
    }
    if (run->board)
        result->properties = run->board->properties;
    if (run->board)
        store_close_board(run);
    sandbox_close(&run->sandbox);
    if (run->site)
        write_audit(run);
    invariants_free(run->invariants);
    site_free(run->site);
    audit_log_free(&run->audit);
    observer_free(&run->observer);
    if (run->record && fclose(run->record) != 0)
        run_fail(run, OUTCOME_ERROR, "the event log could not be written: %s", strerror(errno));
}

void run_case(const struct scenario *scenario, int case_index, int repeat,
              const struct run_options *options, struct case_result *result)
{
    struct board_maker *boards = scenario->board ? options->boards : NULL;
    memset(result, 0, sizeof *result);
    result->maker = boards;
    snprintf(result->board_id, sizeof result->board_id, "%s", boards ? boards->id : "");
    result->scenario = scenario;
    result->case_index = case_index;
    snprintf(result->label, sizeof result->label, "%s", scenario->labels[case_index]);
    char name[400];
    case_name(result, name, sizeof name);
    result->seed = random_seed_from_name(options->seed, name);
    result->repeat = repeat;
    double started = run_wall_now();
    double watchdog = options->boards ? WATCHDOG_BOARD_S : WATCHDOG_DEFAULT_S;
    struct run run = {
        .scenario = scenario,
        .options = options,
        .result = result,
        .tallies = result->invariants,
        .clock = &clock_free,
        .wall_deadline = started + (options->watchdog_s > 0 ? options->watchdog_s : watchdog),
    };
    store_begin(&run);
    conduct(&run);
    run_tear_down(&run);
    result->wall_s = run_wall_now() - started;
    store_end(&run);
}
