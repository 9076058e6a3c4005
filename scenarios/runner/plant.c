/* Faults that the command line plants in every flat, or in the platform: a scenario that still passes judges nothing. */
#include "scenarios/runner/run_internal.h"

#include <stdlib.h>

bool run_knows_fault(const char *name)
{
    struct platform_faults platform;
    struct flat *flat = calloc(1, sizeof *flat);
    struct flat_energy *energy = calloc(1, sizeof *energy); /* some faults are of a flat that has it */
    if (flat && energy) {
        flat->meter.limits = &energy->limits;
        flat->plant.household.managed = &energy->managed;
    }
    bool known = api_platform_fault(&platform, name) || (flat && energy && api_find_flat_bug(flat, name));
    free(energy);
    free(flat);
    return known;
}

void run_plant(struct run *run)
{
    for (const char *const *name = run->options->faults; name && *name; name++) {
        bool *platform = api_platform_fault(&run->site->platform.faults, *name);
        if (platform)
            *platform = true;
        for (uint32_t number = 1; !platform && number <= run->site->flat_count; number++) {
            struct flat *flat = site_flat(run->site, number);
            bool *fault = api_find_flat_bug(flat, *name);
            if (fault) /* else this flat has nothing that could be broken so */
                api_set_bug(run, flat, fault, true);
        }
    }
}
