/*
 * A thing that keeps warm: heat capacity, loss to its surroundings, and what heats it. First order, so that between two
 * changes of the input everything is known in closed form: the temperature, when it will reach a level, and how many
 * degrees it was beyond one for how long.
 *
 *     C dT/dt = heat - G (T - ambient),   T(t) = Teq + (T0 - Teq) exp(-t / tau),   tau = C / G,  Teq = ambient + heat / G
 *
 * Degrees Celsius, W and s as floating point, with exponential and logarithm of our own (sim/kernel/random.h), so that
 * every machine has the same bits. Temperatures are no energies on a bill: those stay integers.
 */
#ifndef METERBENCH_SIM_PLANT_THERMAL_H
#define METERBENCH_SIM_PLANT_THERMAL_H

#include <stdbool.h>
#include <stdint.h>

struct thermal {
    double capacity_j_k; /* C, above 0 */
    double loss_w_k;     /* G, above 0 */
};

#define THERMAL_NEVER_S 1e18

/* Where it would end with this heat for ever. */
double thermal_equilibrium_c(const struct thermal *body, double ambient_c, double heat_w);

/* The temperature after `seconds`. */
double thermal_after_c(const struct thermal *body, double from_c, double equilibrium_c, double seconds);

/* Seconds until it reaches `level_c`: 0 when it is there, THERMAL_NEVER_S when it does not. */
double thermal_reaches_s(const struct thermal *body, double from_c, double equilibrium_c, double level_c);

/* The integral over `seconds` of how far it is above (`sign` 1) or below (-1) a level, kelvin seconds. */
double thermal_beyond_k_s(const struct thermal *body, double from_c, double equilibrium_c, double seconds,
                          double level_c, int sign);

/* The heat that holds a temperature, W; negative: cooling. */
double thermal_hold_w(const struct thermal *body, double level_c, double ambient_c);

#endif
