/*
 * The tenant as the platform meets one: reads reminders on the phone and pays, sooner or later. Most pay when
 * reminded; some wait until the lights go out. Off unless a fleet asks for it: in a scenario the script pays.
 *
 * Figures are assumptions, named in docs/models.md, "Tenants".
 */
#ifndef METERBENCH_SIM_TENANT_H
#define METERBENCH_SIM_TENANT_H

#include "sim/kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

struct tenant {
    struct random random;
    int64_t pays_at; /* TIME_NEVER: no payment in mind */
};

void tenant_init(struct tenant *tenant, uint64_t seed, uint32_t flat);

/* A reminder is on the phone. True when pays_at changed. */
bool tenant_reminded(struct tenant *tenant, int64_t now);

/* The supply went off for arrears. True when pays_at changed. */
bool tenant_in_the_dark(struct tenant *tenant, int64_t now);

/* The moment of pays_at came: the amount that is paid, 1/10000 yuan. */
int64_t tenant_pays(struct tenant *tenant);

#endif
