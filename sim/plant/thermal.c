#include "sim/plant/thermal.h"

#include "sim/kernel/random.h"

#define EXPONENT_MAX 600.0 /* within random_exp's range; e to minus this is nothing */

static double tau_s(const struct thermal *body)
{
    return body->capacity_j_k / body->loss_w_k;
}

double thermal_equilibrium_c(const struct thermal *body, double ambient_c, double heat_w)
{
    return ambient_c + heat_w / body->loss_w_k;
}

double thermal_after_c(const struct thermal *body, double from_c, double equilibrium_c, double seconds)
{
    double exponent = seconds / tau_s(body);
    if (exponent > EXPONENT_MAX)
        return equilibrium_c;
    return equilibrium_c + (from_c - equilibrium_c) * random_exp(-exponent);
}

double thermal_reaches_s(const struct thermal *body, double from_c, double equilibrium_c, double level_c)
{
    if (from_c == level_c)
        return 0;
    double way = from_c - equilibrium_c, rest = level_c - equilibrium_c;
    bool between = (way > 0 && rest > 0 && rest < way) || (way < 0 && rest < 0 && rest > way);
    return between ? tau_s(body) * random_ln(way / rest) : THERMAL_NEVER_S;
}

/* The whole of a stretch on one side of the level: the integral of T - Teq is tau (T0 - T1). */
static double area_k_s(const struct thermal *body, double from_c, double equilibrium_c, double seconds,
                       double level_c)
{
    double to_c = thermal_after_c(body, from_c, equilibrium_c, seconds);
    return (equilibrium_c - level_c) * seconds + tau_s(body) * (from_c - to_c);
}

double thermal_beyond_k_s(const struct thermal *body, double from_c, double equilibrium_c, double seconds,
                          double level_c, int sign)
{
    double crossing_s = thermal_reaches_s(body, from_c, equilibrium_c, level_c);
    bool begins_beyond = sign * (from_c - level_c) > 0;
    double sum = 0;
    if (crossing_s >= seconds)
        sum = begins_beyond ? area_k_s(body, from_c, equilibrium_c, seconds, level_c) : 0;
    else if (begins_beyond)
        sum = area_k_s(body, from_c, equilibrium_c, crossing_s, level_c);
    else if (sign * (equilibrium_c - level_c) > 0)
        sum = area_k_s(body, level_c, equilibrium_c, seconds - crossing_s, level_c);
    return sign * sum > 0 ? sign * sum : 0;
}

double thermal_hold_w(const struct thermal *body, double level_c, double ambient_c)
{
    return body->loss_w_k * (level_c - ambient_c);
}
