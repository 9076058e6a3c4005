#include "sim/plant/mains.h"

struct mains_walk mains_ground(const struct mains *mains, int64_t building_ma)
{
    return (struct mains_walk){mains, building_ma, building_ma * mains->feeder_mohm};
}

int32_t mains_next_floor(struct mains_walk *walk, int64_t floor_ma)
{
    int64_t voltage_mv = walk->mains->head_mv - walk->drop_uv / 1000; /* mA x mohm is uV */
    int64_t least_mv = walk->mains->head_mv / 2;
    walk->above_ma -= floor_ma;
    walk->drop_uv += walk->above_ma * walk->mains->riser_mohm;
    return (int32_t)(voltage_mv > least_mv ? voltage_mv : least_mv);
}
