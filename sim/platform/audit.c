#include "sim/platform/platform.h"

static const char *const action_names[AUDIT_ACTION_COUNT] = {
#define X(id, name) [AUDIT_##id] = name,
    AUDIT_ACTIONS(X)
#undef X
};

const char *audit_action_name(int action)
{
    return action >= 0 && action < AUDIT_ACTION_COUNT ? action_names[action] : "unknown";
}

void platform_audit_fact(struct platform *platform, int64_t now, const struct audit_fact *fact)
{
    if (platform->faults.audits_nothing)
        return;
    const struct event_source source = {platform->events.sink, fact->flat};
    event_put(&source, now, EVENT_AUDIT, fact->action, fact->actor);
}

void platform_audit(struct platform *platform, int64_t now, uint32_t flat,
                    enum audit_action action, int actor)
{
    const struct audit_fact fact = {action, actor, flat, -1, -1, 0};
    platform_audit_fact(platform, now, &fact);
}
