/* What energy management is judged by, summed over flats: whole numbers, so that the order of sites does not matter. */
#ifndef METERBENCH_SIM_FLEET_ENERGY_H
#define METERBENCH_SIM_FLEET_ENERGY_H

#include "sim/site.h"

struct fleet_energy {
    int64_t charged;           /* and owed by the last reading, 1/10000 yuan */
    int64_t air_wh, water_wh;  /* of the managed appliances, at nominal voltage */
    int64_t unmet_wh;          /* heat that baths wanted and did not get */
    int64_t baths, cold_baths;
    int64_t hot_k_s, cooling_s; /* beyond comfort, and while somebody at home had it on */
    int64_t cold_k_s, heating_s;
};

void fleet_energy_add(struct fleet_energy *into, const struct fleet_energy *from);

/* Of a site's flats, up to now. Without energy management: what was charged. */
struct fleet_energy fleet_energy_of_site(struct site *site);

#endif
