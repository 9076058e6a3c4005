/*
 * The mains of a building: a transformer, a feeder to the ground floor and a riser from floor to floor. Currents
 * and voltages are in phase and all on one phase. A flat higher up sees the drop of every stretch below
 * it, each carrying what is drawn on its floor and above.
 */
#ifndef METERBENCH_SIM_PLANT_MAINS_H
#define METERBENCH_SIM_PLANT_MAINS_H

#include <stdint.h>

struct mains {
    int32_t head_mv;     /* at the transformer */
    int32_t feeder_mohm; /* to the ground floor */
    int32_t riser_mohm;  /* from a floor to the next */
};

/* A walk up the riser: begin with what the whole building draws, then ask floor after floor. */
struct mains_walk {
    const struct mains *mains;
    int64_t above_ma; /* drawn on the floor that comes next and above it */
    int64_t drop_uv;  /* up to there */
};

struct mains_walk mains_ground(const struct mains *mains, int64_t building_ma);

/* Voltage on the next floor, mV, which draws `floor_ma`. Not below half of the head's: a short circuit is the breaker's to
 * clear, not the feeder's end. */
int32_t mains_next_floor(struct mains_walk *walk, int64_t floor_ma);

#endif
