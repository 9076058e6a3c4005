/* Faults that the command line plants in every flat, or in the platform: a scenario that still passes judges nothing. */
#include "scenarios/runner/run_internal.h"

#include <stdlib.h>

bool run_knows_fault(const char *name)
{
    struct platform_faults platform;
    struct flat *flat = calloc(1, sizeof *flat);
    bool known = api_platform_fault(&platform, name) || (flat && api_find_flat_bug(flat, name));
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
            api_set_bug(run, flat, api_find_flat_bug(flat, *name), true);
        }
    }
}
