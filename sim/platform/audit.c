#include "sim/platform/platform.h"

#include "sim/error.h"
#include "sim/platform/audit_chain.h"

#include <stdio.h>
#include <string.h>

static const char *const action_names[AUDIT_ACTION_COUNT] = {
#define X(id, name) [AUDIT_##id] = name,
    AUDIT_ACTIONS(X)
#undef X
};

const char *audit_action_name(int action)
{
    return action >= 0 && action < AUDIT_ACTION_COUNT ? action_names[action] : "unknown";
}

/* ---- in words --------------------------------------------------------------------------------- */

#define ACCEPTED "accepted"
#define REFUSED "refused"

/* What was tried and what became of it; the right's name where the action is NULL. What is not here happened by
 * itself: its own name, "noted". */
static const struct {
    const char *action, *result;
} words[AUDIT_ACTION_COUNT] = {
    [AUDIT_SIGNED_IN] = {"sign in", ACCEPTED},
    [AUDIT_SIGN_IN_REFUSED] = {"sign in", REFUSED},
    [AUDIT_SIGNED_OUT] = {"sign out", ACCEPTED},
    [AUDIT_ORDER_ACCEPTED] = {NULL, ACCEPTED},
    [AUDIT_ORDER_REFUSED] = {NULL, REFUSED},
    [AUDIT_ALLOWED] = {NULL, ACCEPTED},
    [AUDIT_REFUSED] = {NULL, REFUSED},
    [AUDIT_PAYMENT_ACCEPTED] = {"payment", ACCEPTED},
    [AUDIT_PAYMENT_REFUSED] = {"payment", REFUSED},
    [AUDIT_REFUND_MADE] = {"refund", ACCEPTED},
    [AUDIT_REFUND_REFUSED] = {"refund", REFUSED},
    [AUDIT_PERSON_ADDED] = {"add person", ACCEPTED},
    [AUDIT_PERSON_REVOKED] = {"revoke", ACCEPTED},
    [AUDIT_PERSON_READMITTED] = {"readmit", ACCEPTED},
    [AUDIT_PASSWORD_CHANGED] = {"change password", ACCEPTED},
    [AUDIT_FACTOR_RENEWED] = {"renew factor", ACCEPTED},
};

static const char *action_of(const struct audit_fact *fact)
{
    int action = fact->action == AUDIT_REFUSED && fact->attempted ? fact->attempted : (int)fact->action;
    if (words[action].action)
        return words[action].action;
    return words[action].result ? right_name(fact->right) : action_names[action];
}

static const char *result_of(const struct audit_fact *fact)
{
    const char *result = words[fact->action].result;
    return !result ? "noted" : fact->why < 0 ? REFUSED : result;
}

static bool is_the_meters(int action)
{
    return action == AUDIT_TRIP_REPORTED || action == AUDIT_CLOSE_REPORTED || action == AUDIT_ALARM_REPORTED ||
           action == AUDIT_SECURITY_ALARM;
}

static const char *name_of(const struct platform *platform, const struct audit_fact *fact)
{
    if (fact->actor >= 0 && fact->actor < platform->people.count)
        return platform->people.users[fact->actor].name;
    if (is_the_meters(fact->action))
        return "meter";
    return fact->actor == ACTOR_SERVICE ? "service" : fact->actor == ACTOR_UNKNOWN ? "(unknown)" : "billing";
}

static struct audit_line in_words(const struct platform *platform, int64_t now, const struct audit_fact *fact)
{
    bool person = fact->actor >= 0 && fact->actor < platform->people.count;
    struct audit_line line = {
        .at = now,
        .flat = fact->flat,
        .role = person ? role_name(platform->people.users[fact->actor].role) : "",
        .action = action_of(fact),
        .result = result_of(fact),
        .why = fact->why < 0 ? error_text(fact->why) : "",
    };
    snprintf(line.who, sizeof line.who, "%s", name_of(platform, fact));
    if (fact->person >= 0 && fact->person < platform->people.count)
        snprintf(line.person, sizeof line.person, "%s", platform->people.users[fact->person].name);
    if (fact->flat != EVENT_NO_FLAT)
        snprintf(line.target, sizeof line.target, "flat %u", fact->flat);
    else if (fact->right >= 0 && fact->person < 0)
        snprintf(line.target, sizeof line.target, "building");
    return line;
}

void platform_audit_fact(struct platform *platform, int64_t now, const struct audit_fact *fact)
{
    if (platform->faults.audits_nothing)
        return;
    const struct event_source source = {platform->events.sink, fact->flat};
    event_put(&source, now, EVENT_AUDIT, fact->action, fact->actor);
    if (platform->audit) {
        const struct audit_line line = in_words(platform, now, fact);
        audit_chain_add(platform->audit, &line);
    }
}

void platform_audit(struct platform *platform, int64_t now, uint32_t flat,
                    enum audit_action action, int actor)
{
    const struct audit_fact fact = {.action = action, .actor = actor, .flat = flat, .right = -1, .person = -1};
    platform_audit_fact(platform, now, &fact);
}
