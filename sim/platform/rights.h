/*
 * Who may do what to which flats: one table of rights by role, and a scope of flats a person. The meter obeys
 * administrators, operators as far as the table goes, and never tenants: no policy can give a tenant a right that
 * switches.
 */
#ifndef METERBENCH_SIM_PLATFORM_RIGHTS_H
#define METERBENCH_SIM_PLATFORM_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

enum role { ROLE_SYSTEM, ROLE_ADMINISTRATOR, ROLE_OPERATOR, ROLE_TENANT, ROLE_LANDLORD, ROLE_COUNT };

/* Right, its name, whether it moves the contacts or may come to, and who has it: administrator, operator, landlord, tenant. */
#define RIGHTS(X)                                                                                  \
    X(TRIP, "trip", true, 1, 1, 0, 0)                                                              \
    X(CLOSE, "close", true, 1, 1, 0, 0)                                                            \
    X(CLOSE_LOCKED, "close a lock", true, 1, 0, 0, 0)                                              \
    X(PERMIT, "permit", true, 1, 1, 1, 0)                                                          \
    X(KEEP_POWER, "keep power", true, 1, 1, 1, 0)                                                  \
    X(ALARM, "alarm", true, 1, 1, 0, 0)                                                            \
    X(MAINTENANCE, "maintenance", true, 1, 0, 0, 0)                                                \
    X(RESTORE, "restore", true, 1, 1, 0, 0)                                                        \
    X(SET_CLOCK, "set clock", true, 1, 1, 0, 0)                                                    \
    X(LIMIT, "limit appliances", true, 1, 1, 0, 0)                                                 \
    X(CHANGE_KEY, "change key", true, 1, 0, 0, 0)                                                  \
    X(REFUND, "refund", false, 1, 0, 0, 0)                                                         \
    X(SEE_READINGS, "see readings", false, 1, 1, 1, 1)                                             \
    X(CHANGE_TARIFF, "change tariff", false, 1, 0, 0, 0)                                           \
    X(MANAGE_PEOPLE, "manage people", false, 1, 0, 0, 0)                                           \
    X(READ_AUDIT, "read audit", false, 1, 0, 0, 0)

enum right {
#define X(id, name, switches, administrator, operator_, landlord, tenant) RIGHT_##id,
    RIGHTS(X)
#undef X
        RIGHT_COUNT
};

const char *right_name(int right);
/* The number of a right by its name, or ERROR_NOT_FOUND. */
int right_from_name(const char *name);
/* The right that an order to a meter asks for (enum dlt645_relay_order, or one of account.h's). */
enum right right_of_order(int order);

const char *role_name(int role);
int role_from_name(const char *name);
/* Whether the role signs in with a one-time code beside the password. */
bool role_has_second_factor(enum role role);
/* Bit 1 << right is set for what the role may do by the table. */
uint32_t role_rights(enum role role);
/* Whether it is a matter of supply: an order to the meter. */
bool right_switches(enum right right);
/* May this role be given that right at all? Tenants none that switches. */
bool role_may_be_given(enum role role, enum right right);

/* Flats that somebody answers for: ranges, sorted, apart from each other. No range: none. */
struct flat_range {
    uint32_t first, last;
};

struct scope {
    int count;
    struct flat_range *ranges; /* own memory */
};

#define SCOPE_BUILDING ((struct flat_range){1, UINT32_MAX - 1}) /* all flats there are */

/* Adds a range. 0, ERROR_NO_MEMORY, ERROR_INVALID_ARGUMENT (flat 0, or the last before the first). */
int scope_add(struct scope *scope, struct flat_range range);
void scope_free(struct scope *scope);
bool scope_has(const struct scope *scope, uint32_t flat);
/* All of `inner` is in `scope`. */
bool scope_covers(const struct scope *scope, const struct scope *inner);
bool scope_is_building(const struct scope *scope);

#endif
