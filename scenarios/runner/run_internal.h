/* What the parts of a run share: the loop (run.c) and the functions that scripts call (api_*.c). */
#ifndef METERBENCH_RUNNER_RUN_INTERNAL_H
#define METERBENCH_RUNNER_RUN_INTERNAL_H

#include "scenarios/runner/audit_log.h"
#include "scenarios/runner/board_record.h"
#include "scenarios/runner/invariants.h"
#include "scenarios/runner/observer.h"
#include "scenarios/runner/run.h"
#include "scenarios/runner/sandbox.h"

#include <lauxlib.h>

#define OBSERVATION_SLACK_NS (2 * NS_PER_S) /* how much later than it happened a board's fact may be told */
#define NEVER_SLACK_NS (1 * NS_PER_S) /* the same for a window that has ended: four polls of a board */

/* Something that may become true of a flat. */
enum condition_kind { CONDITION_TRIPPED, CONDITION_CLOSED, CONDITION_SUPPLIED, CONDITION_DARK, CONDITION_MAINTENANCE, CONDITION_EVENT };

struct condition {
    enum condition_kind kind;
    uint32_t flat;
    int cause;                /* TRIPPED: enum trip_cause, or -1 for any */
    struct event_match match; /* EVENT */
    size_t since;             /* EVENT: counted from this event on */
    char text[120];
};

/* What a deadline counts from: an event, plus an offset. */
struct cause {
    struct event_match match;
    size_t since;
    int64_t offset_ns;
    uint32_t batch; /* of orders (dispatch.h), or 0 */
    char text[80];
};

enum wait_kind { WAIT_NONE, WAIT_TIME, WAIT_WITHIN, WAIT_OBSERVE, WAIT_NEVER };

struct wait {
    enum wait_kind kind;
    int64_t started, until;
    int64_t limit;
    bool has_cause;
    struct condition condition;
    struct cause cause;
    bool cause_known; /* the cause took effect, at: */
    struct instant cause_at;
};

struct run {
    const struct scenario *scenario;
    const struct run_options *options;
    struct case_result *result;
    struct sandbox sandbox;
    lua_State *thread;
    struct site *site;
    struct observer observer;
    struct audit_log audit;
    struct invariants *invariants;
    struct invariant_tally *tallies;
    struct board *board;
    struct clock *clock;
    FILE *record;
    struct case_record *rows;        /* of the run file, or NULL */
    struct event_sink rows_sink;
    struct board_record *listener;   /* to the board, for the run file */
    struct twin *twin;               /* of the board, or NULL */
    struct replayed_case *replayed;  /* what this case must repeat, or NULL */
    struct wait wait;
    int64_t timeout;
    double wall_deadline;
    uint32_t board_flat; /* 0: no board in this run */
    int board_error;
    bool attached, history;
    bool stamped_failure; /* the rack's own stamps say that the meter failed */
    bool ended;          /* a required verdict failed, or the case was skipped: the script stops */
    int64_t script_now;  /* end of the last window that was waited out longer for late facts; else behind site->now */
    int unjudged;        /* expectations that nobody judged */
    char unjudged_at[120];
    bool breach_expected[INVARIANT_COUNT];
};

struct run *run_of(lua_State *lua);

/* The instant at which a condition that holds now came to hold; false when it does not hold. A condition
 * of events moves its `since` past what it has looked at. */
bool condition_holds(struct run *run, struct condition *condition, struct instant *when);

/* wait.c: is the wait over, how far may the clock go meanwhile, and, when it is over, the verdict. */
bool wait_is_over(struct run *run);
int64_t wait_target(struct run *run);
void wait_judge(struct run *run, struct verdict *verdict);

/* The present moment as the script knows it: a wait for late facts of a board does not move it. */
int64_t run_script_now(const struct run *run);
/* The script stops here; not even pcall lets it go on. */
void run_end(struct run *run);
/* Record a verdict; a failed one ends a required case. */
void run_judge(struct run *run, const struct verdict *verdict);
void run_fail(struct run *run, enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Load the script: the scenario's table at 1, the case at 2 of the sandbox's stack. False: the reason is recorded. */
bool run_load(struct run *run);
/* The site, its observer and its invariants. False: the reason is recorded. */
bool run_make_site(struct run *run, const struct site_config *config);
/* One stride of the clock towards `target`. False when the bench failed. */
bool run_stride(struct run *run, int64_t target);
void run_tear_down(struct run *run);

/* run_store.c: the run file's and the replay's part in a run. */
void store_begin(struct run *run);
/* Who else is told of events; NULL: nobody. */
struct event_sink *store_sink(struct run *run);
/* The board of this case: a player in a replay, else one of the maker's. NULL with a message. */
struct board *store_open_board(struct run *run, char *message, size_t size);
int store_attach(struct run *run, struct flat *flat);
int64_t store_advance(struct run *run, int64_t target);
void store_deliver(struct run *run);
int store_misuse(struct run *run, enum board_misuse misuse, int order);
/* Before the board is let go, and after the result stands. */
void store_board_ends(struct run *run);
void store_close_board(struct run *run);
void store_end(struct run *run);

/* Hand the board's flat over, if it is not yet. 0 or a negative error (recorded). */
int run_attach(struct run *run);

bool run_is_board_flat(const struct run *run, uint32_t flat);

/* api_*.c: register the bench's functions, and make the `bench` object. */
void api_register(lua_State *lua);
void api_register_flat(lua_State *lua);
void api_register_money(lua_State *lua);
void api_register_notify(lua_State *lua);
void api_register_safety(lua_State *lua);
void api_register_expect(lua_State *lua);
void api_register_people(lua_State *lua);
void api_register_energy(lua_State *lua); /* after flat and people: it adds to their classes */
void api_register_attack(lua_State *lua);
/* A metatable whose methods are fixed; a misspelt one is an error, not a nil. */
void api_new_class(lua_State *lua, const char *name, const luaL_Reg *methods);
/* The platform's fault of a name, or NULL. */
bool *api_platform_fault(struct platform_faults *faults, const char *name);
/* More methods for a class that is there. */
void api_add_methods(lua_State *lua, const char *name, const luaL_Reg *methods);
/* Functions of the bench object that live in api_expect.c, api_figure.c and api_people.c. */
int api_expect(lua_State *lua);
int api_observe(lua_State *lua);
int api_judge(lua_State *lua);
int api_statistic(lua_State *lua);
int api_code(lua_State *lua);
int api_secret(lua_State *lua);
int api_person(lua_State *lua);
int api_audit(lua_State *lua);
int api_audit_intact(lua_State *lua);
int api_tamper_audit(lua_State *lua);
int api_sign_in(lua_State *lua);
int api_phone(lua_State *lua);
/* The administrator, who is there from the start: alarms go to them. A negative error, or their number. */
int api_people_begin(struct run *run);
/* The number of somebody by the name at `at`; an error when there is nobody of it. */
int api_check_user(lua_State *lua, struct run *run, int at);
/* A flat's, in api_attack.c. */
int api_flat_attack(lua_State *lua);
int api_flat_attacker(lua_State *lua);
int api_flat_rejected(lua_State *lua);
/* In api_keys.c. */
int api_flat_key_changed(lua_State *lua);
int api_session_change_key(lua_State *lua);
/* A session's, in api_orders.c. */
int api_session_order(lua_State *lua);
int api_session_maintenance(lua_State *lua);
int api_session_restore(lua_State *lua);
/* A cause's, in api_orders.c. */
int api_cause_result(lua_State *lua);
int api_cause_settled(lua_State *lua);
const struct cause *api_check_cause(lua_State *lua, int at);
/* In api_audit.c. */
int api_session_read_audit(lua_State *lua);
const struct session *api_check_session(lua_State *lua, int at);
struct run *api_check_bench(lua_State *lua);
void api_push_flat(lua_State *lua, uint32_t number);
/* A condition that an event of the flat at 1 makes true; returns 1. */
int api_push_event_condition(lua_State *lua, struct event_match match, const char *what);
/* A cause at the terminals of the flat at 1; returns 1, the cause. */
int api_set_fault(lua_State *lua, enum plant_fault fault, int64_t level, const char *text);
void api_push_condition(lua_State *lua, const struct condition *condition);
void api_push_cause(lua_State *lua, const struct cause *cause);
struct flat *api_check_flat(lua_State *lua, int at);
/* A duration argument: "5 s", or { sim = "10 min", board = "20 s" } of which the run's one is taken. */
int64_t api_check_duration(lua_State *lua, int at);
int64_t api_check_quantity(lua_State *lua, int at, int family);
/* A whole number of the table at `at`, within its bounds; `otherwise` without the field, or without a table. */
lua_Integer api_optional_integer(lua_State *lua, int at, const char *field, lua_Integer least, lua_Integer most,
                                 lua_Integer otherwise);
/* A field of the table at the top. */
void api_set_number(lua_State *lua, const char *name, double value);
void api_set_integer(lua_State *lua, const char *name, lua_Integer value);
void api_set_bool(lua_State *lua, const char *name, bool value);
void api_set_text(lua_State *lua, const char *name, const char *value);
/* Every key of the options table at `at` is one of `keys` (NULL-terminated), or the script is wrong. */
void api_check_keys(lua_State *lua, int at, const char *const *keys);
/* An order by its name: trip, close, permit, keep_power_on, keep_power_off, set_clock, broadcast_time. */
int api_check_order(lua_State *lua, int at);
/* What is said of the mains in the table at 2, done to every flat. */
int api_mains(lua_State *lua);
/* The switch of a planted fault of a relay, a meter, a modem or a link by its name. NULL: there is none. */
bool *api_find_flat_bug(struct flat *flat, const char *name);
void api_set_bug(struct run *run, struct flat *flat, bool *fault, bool on);
/* plant.c: what the options ask for, before the script begins. */
void run_plant(struct run *run);
/* End the case as skipped, with a reason. Does not return. */
int api_skip(lua_State *lua, const char *reason);
/* Push what a finished wait returns to the script; the number of values. */
int api_push_result(lua_State *lua, const struct verdict *verdict);

#endif
