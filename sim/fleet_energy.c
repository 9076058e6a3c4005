#include "sim/fleet_energy.h"

#define J_PER_WH 3600.0

enum { REMAINDERS_A_UNIT = 100 }; /* of account.charge_remainder in 1/10000 yuan */

void fleet_energy_add(struct fleet_energy *into, const struct fleet_energy *from)
{
    into->charged += from->charged;
    into->air_wh += from->air_wh;
    into->water_wh += from->water_wh;
    into->unmet_wh += from->unmet_wh;
    into->baths += from->baths;
    into->cold_baths += from->cold_baths;
    into->hot_k_s += from->hot_k_s;
    into->cooling_s += from->cooling_s;
    into->cold_k_s += from->cold_k_s;
    into->heating_s += from->heating_s;
}

static struct fleet_energy of_flat(struct flat *flat, int64_t now)
{
    const struct account *account = &flat->account;
    struct fleet_energy sum = {.charged = account->charged + account->charge_remainder / REMAINDERS_A_UNIT};
    const struct flat_energy *energy = flat_energy(flat, now);
    if (!energy)
        return sum;
    const struct comfort *comfort = &energy->managed.comfort;
    sum.air_wh = (int64_t)(comfort->air_j / J_PER_WH);
    sum.water_wh = (int64_t)(comfort->water_j / J_PER_WH);
    sum.unmet_wh = (int64_t)(comfort->unmet_j / J_PER_WH);
    sum.baths = comfort->baths;
    sum.cold_baths = comfort->cold_baths;
    sum.hot_k_s = (int64_t)comfort->hot_k_s;
    sum.cooling_s = (int64_t)comfort->cooling_s;
    sum.cold_k_s = (int64_t)comfort->cold_k_s;
    sum.heating_s = (int64_t)comfort->heating_s;
    return sum;
}

struct fleet_energy fleet_energy_of_site(struct site *site)
{
    struct fleet_energy sum = {0};
    for (uint32_t i = 0; i < site->flat_count; i++) {
        const struct fleet_energy one = of_flat(&site->flats[i], site->now);
        fleet_energy_add(&sum, &one);
    }
    return sum;
}
