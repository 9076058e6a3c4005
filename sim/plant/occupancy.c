#include "sim/plant/occupancy.h"

enum { SPELL_MAX_S = 14 * 86400 };

int occupancy_kind_of(const struct occupancy_table *table, int32_t permille)
{
    int kind = 0;
    int32_t upto = table->kinds[0].share_permille;
    while (permille >= upto && kind + 1 < table->kind_count)
        upto += table->kinds[++kind].share_permille;
    return kind;
}

enum occupancy_state occupancy_state(const struct occupancy_table *table, int kind, uint16_t level,
                                     bool weekend, int hour)
{
    uint32_t active = table->kinds[kind].active_permille[weekend][hour];
    uint32_t asleep = (1000 - active) * table->asleep_permille[hour] / 1000;
    uint32_t permille = (uint32_t)level * 1000 >> 16;
    if (permille < active)
        return OCCUPANCY_ACTIVE;
    return permille >= 1000 - asleep ? OCCUPANCY_ASLEEP : OCCUPANCY_AWAY;
}

int64_t occupancy_spell_s(const struct occupancy_table *table, struct random *random, bool weekend,
                          int hour)
{
    int64_t median_s = table->spell_min[weekend][hour] * INT64_C(60);
    int64_t spell_s = 60 + random_lognormal(random, median_s, table->spell_sigma_milli);
    return spell_s < SPELL_MAX_S ? spell_s : SPELL_MAX_S;
}

int64_t occupancy_active_ppm(const struct occupancy_table *table, int hour)
{
    int64_t sum = 0, shares = 0;
    for (int i = 0; i < table->kind_count; i++) {
        const struct occupancy_kind *kind = &table->kinds[i];
        int64_t week = 5 * kind->active_permille[0][hour] + 2 * kind->active_permille[1][hour];
        sum += kind->share_permille * week;
        shares += kind->share_permille;
    }
    return sum * 1000 / (7 * shares);
}
