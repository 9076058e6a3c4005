#include "sim/plant/sensors.h"

#include <string.h>

static const char *const sensor_names[SENSORS] = {"smoke", "heat"};
static const char *const state_names[SENSOR_STATE_COUNT] = {
#define X(id, name) [SENSOR_##id] = name,
    SENSOR_STATES(X)
#undef X
};

const char *sensor_name(int sensor)
{
    return sensor >= 0 && sensor < SENSORS ? sensor_names[sensor] : "unknown";
}

const char *sensor_state_name(int state)
{
    return state >= 0 && state < SENSOR_STATE_COUNT ? state_names[state] : "unknown";
}

static int find(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

int sensor_from_name(const char *name)
{
    return find(sensor_names, SENSORS, name);
}

int sensor_state_from_name(const char *name)
{
    return find(state_names, SENSOR_STATE_COUNT, name);
}

bool sensor_tells(const struct sensors *sensors, enum sensor sensor)
{
    return sensors->state[sensor] == SENSOR_SOUND || sensors->state[sensor] == SENSOR_LOW_BATTERY;
}

uint8_t sensor_bits(const struct sensors *sensors)
{
    unsigned bits = 0;
    for (int i = 0; i < SENSORS; i++)
        if (sensors->state[i] != SENSOR_SOUND)
            bits |= SENSOR_BIT(i, sensors->state[i]);
    return (uint8_t)bits;
}

int32_t sensors_rise(struct sensors *sensors, int32_t level_mc)
{
    int32_t sum_mc = sensors->rise_mc + sensors->carry_mc;
    int64_t next_mc = (int64_t)level_mc + sum_mc / 60;
    sensors->carry_mc = sum_mc % 60;
    if (next_mc < sensors->to_mc)
        return (int32_t)next_mc;
    sensors->rise_mc = 0;
    return sensors->to_mc;
}
