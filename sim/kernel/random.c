#include "sim/kernel/random.h"

#include <assert.h>
#include <math.h> /* sqrt only: it is exact by IEEE 754 */
#include <string.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct random random_stream(uint64_t seed, uint32_t flat, uint32_t purpose)
{
    uint64_t key = mix(seed + UINT64_C(0x9e3779b97f4a7c15));
    key = mix(key ^ ((uint64_t)flat << 32 | purpose));
    return (struct random){.state = key};
}

uint64_t random_seed_from_name(uint64_t root_seed, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        hash = (hash ^ *p) * UINT64_C(0x100000001b3);
    return mix(hash ^ mix(root_seed));
}

uint64_t random_u64(struct random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return mix(random->state);
}

/* Lemire 2019: the high half of a product is uniform once the few low halves that would favour some are drawn again. */
uint64_t random_below(struct random *random, uint64_t bound)
{
    assert(bound > 0);
    __extension__ unsigned __int128 product = (unsigned __int128)random_u64(random) * bound;
    if ((uint64_t)product < bound) {
        uint64_t threshold = -bound % bound;
        while ((uint64_t)product < threshold)
            product = (unsigned __int128)random_u64(random) * bound;
    }
    return (uint64_t)(product >> 64);
}

int64_t random_between(struct random *random, int64_t low, int64_t high)
{
    assert(low <= high);
    return low + (int64_t)random_below(random, (uint64_t)(high - low) + 1);
}

bool random_chance_ppm(struct random *random, uint32_t ppm)
{
    return random_below(random, 1000000) < ppm;
}

/* Uniform in (0, 1), never 0 or 1: 53 bits centred in their cell. */
static double open_unit(struct random *random)
{
    return ((double)(random_u64(random) >> 11) + 0.5) * 0x1p-53;
}

double random_ln(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000);
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    /* ln m = 2 artanh t with t = (m-1)/(m+1), |t| < 0.172: the series ends below 1e-16 at t^19. */
    double t = (m - 1.0) / (m + 1.0);
    double t2 = t * t;
    static const double odd[] = {1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                                 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
    double sum = 0.0;
    for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++)
        sum = sum * t2 + odd[k];
    return 2.0 * t * sum + exponent * 0.6931471805599453;
}

double random_exp(double x)
{
    assert(x > -700.0 && x < 700.0);
    int k = (int)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    double r = x - k * 0.6931471805599453; /* |r| <= 0.35 */
    static const double factorials[] = {1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0,
                                        1 / 3628800.0,    1 / 362880.0,    1 / 40320.0,
                                        1 / 5040.0,       1 / 720.0,       1 / 120.0,
                                        1 / 24.0,         1 / 6.0,         1 / 2.0,
                                        1.0,              1.0};
    double sum = 0.0;
    for (size_t i = 0; i < sizeof factorials / sizeof factorials[0]; i++)
        sum = sum * r + factorials[i];
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return sum * scale;
}

/* Quantile of the standard normal: the rational approximation of Wichura, AS 241 PPND7 (1988), 1e-7. */
static double normal_quantile(double p)
{
    double q = p - 0.5;
    if (q > -0.425 && q < 0.425) {
        double r = 0.180625 - q * q;
        return q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179) /
               (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0);
    }
    double r = sqrt(-random_ln(q < 0 ? p : 1.0 - p));
    double value;
    if (r <= 5.0) {
        r -= 1.6;
        value = (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) /
                ((0.12021132975 * r + 0.73700164250) * r + 1.0);
    } else {
        r -= 5.0;
        value = (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150) /
                ((0.012258202635 * r + 0.24197894225) * r + 1.0);
    }
    return q < 0 ? -value : value;
}

int64_t random_exponential(struct random *random, int64_t mean)
{
    double draw = -random_ln(open_unit(random)) * (double)mean;
    return draw < 1.0 ? 1 : (int64_t)draw;
}

int64_t random_normal(struct random *random, int64_t mean, int64_t deviation, int64_t low, int64_t high)
{
    double draw = (double)mean + normal_quantile(open_unit(random)) * (double)deviation;
    if (draw < (double)low)
        return low;
    if (draw > (double)high)
        return high;
    return (int64_t)draw;
}

int64_t random_lognormal(struct random *random, int64_t median, int32_t sigma_milli)
{
    double exponent = normal_quantile(open_unit(random)) * sigma_milli / 1000.0;
    return (int64_t)((double)median * random_exp(exponent));
}

int64_t random_gamma(struct random *random, int shape, int64_t scale)
{
    assert(shape >= 1 && shape <= 16); /* more would leave the range of a double */
    double product = 1.0; /* a sum of logarithms is the logarithm of a product */
    for (int i = 0; i < shape; i++)
        product *= open_unit(random);
    return (int64_t)(-random_ln(product) * (double)scale);
}
