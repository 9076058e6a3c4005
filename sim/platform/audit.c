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

void platform_audit(struct platform *platform, int64_t now, uint32_t flat,
                    enum audit_action action, int user)
{
    if (platform->faults.audits_nothing)
        return;
    const struct event_source source = {platform->events.sink, flat};
    event_put(&source, now, EVENT_AUDIT, action, user);
}
