/*
 * The smoke detector and the temperature sensor of a flat, as the meter's inputs see them: what they tell, and what can be the
 * matter with them. A fire warms the room by a rate a minute or at once.
 */
#ifndef METERBENCH_SIM_PLANT_SENSORS_H
#define METERBENCH_SIM_PLANT_SENSORS_H

#include <stdbool.h>
#include <stdint.h>

enum sensor { SENSOR_SMOKE, SENSOR_HEAT, SENSORS };

/* A sensor that is low on battery tells all the same and says so; one that was taken off opens its loop; a dead one tells nothing and shows
 * in a self-test only. */
#define SENSOR_STATES(X) X(SOUND, "sound") X(LOW_BATTERY, "low battery") X(REMOVED, "removed") X(DEAD, "dead")

enum sensor_state {
#define X(id, name) SENSOR_##id,
    SENSOR_STATES(X)
#undef X
        SENSOR_STATE_COUNT
};

const char *sensor_name(int sensor);
const char *sensor_state_name(int state);
/* The number of a name, or -1. */
int sensor_from_name(const char *name);
int sensor_state_from_name(const char *name);

/* What the inputs tell of a sensor, as bits: 1 << (SENSOR_STATE - 1 + 3 * sensor). */
#define SENSOR_BIT(sensor, state) (1u << ((state)-1 + 3 * (sensor)))
#define SENSOR_BITS_DEAD (SENSOR_BIT(SENSOR_SMOKE, SENSOR_DEAD) | SENSOR_BIT(SENSOR_HEAT, SENSOR_DEAD))

struct sensors {
    uint8_t state[SENSORS]; /* enum sensor_state */
    int32_t to_mc;          /* above the room's temperature; where the rise ends */
    int32_t rise_mc;        /* a minute; 0: none is under way */
    int32_t carry_mc;       /* what whole seconds left of it, in sixtieths */
};

/* Does it tell what it sees? */
bool sensor_tells(const struct sensors *sensors, enum sensor sensor);
uint8_t sensor_bits(const struct sensors *sensors);

/* The temperature a second after it was `level_mc` above the room's; ends the rise when it is there. */
int32_t sensors_rise(struct sensors *sensors, int32_t level_mc);

#endif
