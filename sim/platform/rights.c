#include "sim/platform/rights.h"

#include "sim/error.h"
#include "sim/platform/account.h"

#include <stdlib.h>
#include <string.h>

static const char *const right_names[RIGHT_COUNT] = {
#define X(id, name, switches, administrator, operator_, landlord, tenant) [RIGHT_##id] = name,
    RIGHTS(X)
#undef X
};

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_SYSTEM] = "system", [ROLE_ADMINISTRATOR] = "administrator", [ROLE_OPERATOR] = "operator",
    [ROLE_TENANT] = "tenant", [ROLE_LANDLORD] = "landlord",
};

static const struct {
    bool switches;
    bool of_role[ROLE_COUNT];
} table[RIGHT_COUNT] = {
#define X(id, name, moves, administrator, operator_, landlord, tenant)                             \
    [RIGHT_##id] = {moves,                                                                         \
                    {[ROLE_ADMINISTRATOR] = administrator, [ROLE_OPERATOR] = operator_,            \
                     [ROLE_LANDLORD] = landlord, [ROLE_TENANT] = tenant}},
    RIGHTS(X)
#undef X
};

static int from_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return ERROR_NOT_FOUND;
}

const char *right_name(int right)
{
    return right >= 0 && right < RIGHT_COUNT ? right_names[right] : "unknown";
}

int right_from_name(const char *name)
{
    return from_name(right_names, RIGHT_COUNT, name);
}

enum right right_of_order(int order)
{
    switch (order) {
    case DLT645_RELAY_CLOSE:
        return RIGHT_CLOSE;
    case DLT645_RELAY_PERMIT_CLOSE:
        return RIGHT_PERMIT;
    case DLT645_RELAY_KEEP_POWER_ON:
    case DLT645_RELAY_KEEP_POWER_OFF:
        return RIGHT_KEEP_POWER;
    case DLT645_RELAY_ALARM_ON:
    case DLT645_RELAY_ALARM_OFF:
        return RIGHT_ALARM;
    case ORDER_LIMITS:
        return RIGHT_LIMIT;
    case ORDER_SET_CLOCK:
    case ORDER_BROADCAST_TIME:
        return RIGHT_SET_CLOCK;
    default: /* trip, trips that close again later, and what is added without a line here */
        return RIGHT_TRIP;
    }
}

const char *role_name(int role)
{
    return role >= 0 && role < ROLE_COUNT ? role_names[role] : "unknown";
}

int role_from_name(const char *name)
{
    int role = from_name(role_names, ROLE_COUNT, name);
    return role == ROLE_SYSTEM ? ERROR_NOT_FOUND : role;
}

bool role_has_second_factor(enum role role)
{
    return role != ROLE_TENANT;
}

uint32_t role_rights(enum role role)
{
    uint32_t rights = 0;
    for (int i = 0; i < RIGHT_COUNT; i++)
        rights |= table[i].of_role[role] ? UINT32_C(1) << i : 0;
    return rights;
}

bool right_switches(enum right right)
{
    return table[right].switches;
}

bool role_may_be_given(enum role role, enum right right)
{
    return role != ROLE_TENANT || !table[right].switches;
}

/* ---- scopes ----------------------------------------------------------------------------------- */

/* Behind the new range comes what it does not touch; what it touches it swallows. */
int scope_add(struct scope *scope, struct flat_range range)
{
    if (range.first == 0 || range.last < range.first || range.last > SCOPE_BUILDING.last)
        return ERROR_INVALID_ARGUMENT;
    struct flat_range *ranges = realloc(scope->ranges, ((size_t)scope->count + 1) * sizeof *ranges);
    if (!ranges)
        return ERROR_NO_MEMORY;
    scope->ranges = ranges;
    int before = 0, kept;
    while (before < scope->count && ranges[before].last + 1 < range.first)
        before++;
    for (kept = before; kept < scope->count && ranges[kept].first <= range.last + 1; kept++) {
        range.first = ranges[kept].first < range.first ? ranges[kept].first : range.first;
        range.last = ranges[kept].last > range.last ? ranges[kept].last : range.last;
    }
    memmove(&ranges[before + 1], &ranges[kept], (size_t)(scope->count - kept) * sizeof *ranges);
    ranges[before] = range;
    scope->count += 1 - (kept - before);
    return 0;
}

void scope_free(struct scope *scope)
{
    free(scope->ranges);
    *scope = (struct scope){0};
}

static bool has_range(const struct scope *scope, struct flat_range range)
{
    for (int i = 0; i < scope->count; i++)
        if (scope->ranges[i].first <= range.first && range.last <= scope->ranges[i].last)
            return true;
    return false;
}

bool scope_has(const struct scope *scope, uint32_t flat)
{
    return has_range(scope, (struct flat_range){flat, flat});
}

bool scope_covers(const struct scope *scope, const struct scope *inner)
{
    for (int i = 0; i < inner->count; i++)
        if (!has_range(scope, inner->ranges[i]))
            return false;
    return true;
}

bool scope_is_building(const struct scope *scope)
{
    return has_range(scope, SCOPE_BUILDING);
}
