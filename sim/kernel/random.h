/*
 * Random streams. A stream is keyed by (seed, flat, purpose), so a draw of one flat never moves another's.
 * The generator is SplitMix64 (Steele, Lea, Flood 2014): eight bytes of state, one multiply-mix a draw.
 * Logarithm and the normal quantile are our own and use only IEEE + - * / and sqrt, so that a
 * draw is the same on every CPU and compiler (build with -ffp-contract=off).
 *
 * One draw per full expression: compilers differ in the order in which they evaluate arguments.
 */
#ifndef METERBENCH_SIM_KERNEL_RANDOM_H
#define METERBENCH_SIM_KERNEL_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* What a stream is for. New purposes are added at the end: a number in the middle would shift others. */
enum random_purpose {
    RANDOM_HOUSEHOLD,
    RANDOM_RELAY = 64,
    RANDOM_METER,
    RANDOM_METER_LINK,
    RANDOM_PHONE_LINK,
    RANDOM_PLATFORM,
    RANDOM_MAINS,
    RANDOM_SCRIPT,
    RANDOM_SECRET,
    RANDOM_LEAKAGE,
    RANDOM_HAZARDS,
    RANDOM_PLACE,
    RANDOM_SHADOW,
    RANDOM_KEEP_ALIVE,
    RANDOM_TENANT,
    RANDOM_SITE, /* the seed of a site of a fleet */
    RANDOM_CLOCK,
    RANDOM_BREAKER,
    RANDOM_WIRING,
    RANDOM_CLIMATE, /* of the site; its "flat" is the day */
    RANDOM_ATTACKER,
    RANDOM_KEYS,
    RANDOM_NOTIFY = 96,
};

#define RANDOM_NO_FLAT UINT32_MAX /* a stream of the site */

struct random random_stream(uint64_t seed, uint32_t flat, uint32_t purpose);

/* A seed from a root seed and a name: a case alone draws what it drew in the suite (FNV-1a, then mixed). */
uint64_t random_seed_from_name(uint64_t root_seed, const char *name);

uint64_t random_u64(struct random *random);

/* Uniform in [0, bound), unbiased; bound > 0. */
uint64_t random_below(struct random *random, uint64_t bound);

/* Uniform in [low, high]. */
int64_t random_between(struct random *random, int64_t low, int64_t high);

/* True with probability ppm / 1,000,000. */
bool random_chance_ppm(struct random *random, uint32_t ppm);

/* Exponential with the given mean, rounded down, at least 1. */
int64_t random_exponential(struct random *random, int64_t mean);

/* Normal, rounded towards zero, clipped to [low, high]. */
int64_t random_normal(struct random *random, int64_t mean, int64_t deviation, int64_t low, int64_t high);

/* Log-normal by its median and the standard deviation of its logarithm in thousandths. */
int64_t random_lognormal(struct random *random, int64_t median, int32_t sigma_milli);

/* Gamma with an integer shape: the sum of `shape` exponentials of mean `scale`. */
int64_t random_gamma(struct random *random, int shape, int64_t scale);

/* Natural logarithm of x > 0 and e to the x, good to about 1e-13 relative; for draws only. */
double random_ln(double x);
double random_exp(double x);

#endif
