/* A run without a script: what a window holds and drives. It does what a scenario can do, through the same acts. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/household_file.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"

#include <stdio.h>
#include <stdlib.h>

struct live {
    struct run run; /* first: what the window holds */
    struct scenario scenario;
    struct run_options options;
    struct case_result result;
    char label[1][CASE_LABEL_SIZE];
    struct session session; /* of the administrator at the window */
    bool known;             /* that administrator was added to the platform */
};

/* A house to show: an evening in summer, and a policy that one can watch happen. */
static void demo_house(struct site_config *config)
{
    config->epoch_s = civil_to_seconds(&(struct civil_time){2026, 7, 15, 18, 30, 0, 0});
    config->policy.reminder_spacing_ns = 3 * NS_PER_S;
    config->policy.reminder_retry_ns = 10 * NS_PER_S;
    config->policy.notify.escalate_after_ns = 10 * NS_PER_S;
    config->policy.notify.quiet_from_s = config->policy.notify.quiet_until_s;
    config->policy.grace_ns = 3 * NS_PER_S;
    config->policy.poll_ns = NS_PER_MIN;
    config->meter.overload_delay_ns = 3 * NS_PER_S;
    config->meter.overload_reclose_ns = NS_PER_MIN;
}

static bool live_site(struct live *live, const char *path)
{
    struct run *run = &live->run;
    struct site_config config = site_config_default();
    config.household = household_default();
    demo_house(&config);
    if (path) {
        config = site_config_default();
        config.household = household_default();
        snprintf(live->scenario.path, sizeof live->scenario.path, "%s", path);
        if (!run_load(run) || scenario_fleet(&run->sandbox, 1, 0, &config) < 0) {
            if (!live->result.message[0])
                snprintf(live->result.message, sizeof live->result.message, "%s: %s", path,
                         run->sandbox.error);
            return false;
        }
    }
    config.seed = run->options->seed;
    return run_make_site(run, &config);
}

struct run *run_live_new(const char *scenario_path, const struct run_options *options, char *message,
                         size_t size)
{
    struct live *live = calloc(1, sizeof *live);
    if (!live) {
        snprintf(message, size, "out of memory");
        return NULL;
    }
    live->options = *options;
    live->scenario.labels = live->label;
    live->scenario.case_count = 1;
    live->result.scenario = &live->scenario;
    live->run = (struct run){
        .scenario = &live->scenario,
        .options = &live->options,
        .result = &live->result,
        .tallies = live->result.invariants,
        .clock = &clock_free,
        .timeout = TIME_NEVER,
        .wall_deadline = 1e300,
    };
    if (live_site(live, scenario_path))
        return &live->run;
    snprintf(message, size, "%s", live->result.message);
    run_live_free(&live->run);
    return NULL;
}

void run_live_free(struct run *run)
{
    if (!run)
        return;
    run_tear_down(run);
    free(run);
}

int run_live_attach(struct run *run, uint32_t flat, char *message, size_t size)
{
    if (!run->options->boards)
        return 0;
    run->board = run->options->boards->open(run->options->boards, message, size);
    if (!run->board)
        return ERROR_PORT;
    run->board_flat = flat;
    int result = run_attach(run);
    if (result < 0)
        snprintf(message, size, "%s", run->result->message);
    return result;
}

int run_live_advance(struct run *run, int64_t until)
{
    while (run->site->now < until)
        if (!run_stride(run, until))
            return run->board_error ? run->board_error : ERROR_NO_MEMORY;
    return 0;
}

struct site *run_site(struct run *run)
{
    return run->site;
}

const struct invariant_tally *run_invariants(const struct run *run)
{
    return run->tallies;
}

const struct event *run_events(const struct run *run, size_t *count)
{
    *count = run->observer.count;
    return run->observer.events;
}

bool run_has_board(const struct run *run)
{
    return run->attached;
}

const char *run_live_complaint(const struct run *run)
{
    return run->result->message;
}

int run_live_fault(struct run *run, uint32_t number, enum plant_fault fault, int64_t level)
{
    return act_fault(run, site_flat(run->site, number), fault, level);
}

int run_live_mend(struct run *run, uint32_t number)
{
    struct flat *flat = site_flat(run->site, number);
    for (int i = 0; i < PLANT_FAULT_KINDS; i++) {
        bool stands = flat->plant.fault_level[i] != 0;
        int result = stands ? act_fault(run, flat, (enum plant_fault)i, 0) : 0;
        if (result < 0)
            return result;
    }
    act_reset_breaker(run, flat);
    return 0;
}

int run_live_pay(struct run *run, uint32_t number, int64_t amount)
{
    uint32_t payment;
    return act_pay(run, site_flat(run->site, number), &(struct payment){.amount = amount, .times = 1}, &payment);
}

int run_live_set_balance(struct run *run, uint32_t number, int64_t balance)
{
    return act_set_balance(run, site_flat(run->site, number), balance);
}

/* The person at the window: an administrator with a password and a one-time code, like any other. */
static int sign_in_at_window(struct live *live)
{
    static const char name[] = "window", password[] = "a house made of glass";
    struct platform *platform = &live->run.site->platform;
    int64_t now = live->run.site->now;
    if (live->known && platform_session_open(platform, now, &live->session))
        return 0;
    int result = live->known ? 0 : platform_add_user(platform, name, ROLE_ADMINISTRATOR, password);
    if (result < 0)
        return result;
    live->known = true;
    char code[7];
    result = platform_code(platform, now, platform_find_user(platform, name), code);
    return result < 0 ? result
                      : platform_sign_in(platform, now, name, password, code, &live->session);
}

int run_live_order(struct run *run, uint32_t number, int order)
{
    struct live *live = (struct live *)run;
    int result = sign_in_at_window(live);
    return result < 0 ? result
                      : act_order(run, site_flat(run->site, number), &live->session, order);
}
