#include "sim/plant/breaker.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <ctype.h>

#define CLEARING_NS (10 * NS_PER_MS) /* of the magnetic release, arc included; the standard allows 100 ms */

enum {
    RATED_MAX_A = 125,
    SMALL_MA = 32000, /* the standard's tables change here */
    HOT_CURRENT_RATIO = 1000, /* currents beyond this many times the rated one heat no more */
};

/* The magnetic release's band in tenths of the rated current, kept clear of its ends. */
static const struct {
    int32_t low, high;
} bands[] = {
    [BREAKER_B] = {31, 49},
    [BREAKER_C] = {51, 98},
    [BREAKER_D] = {102, 196},
};

int breaker_parse(const char *text, struct breaker_config *config)
{
    int amperes = 0, digits = 0;
    if (text[0] < 'B' || text[0] > 'D')
        return ERROR_INVALID_ARGUMENT;
    for (const char *p = text + 1; *p; p++, digits++) {
        if (!isdigit((unsigned char)*p) || digits == 3)
            return ERROR_INVALID_ARGUMENT;
        amperes = amperes * 10 + (*p - '0');
    }
    if (amperes < 1 || amperes > RATED_MAX_A)
        return ERROR_INVALID_ARGUMENT;
    *config = (struct breaker_config){amperes * 1000, (enum breaker_curve)(text[0] - 'B')};
    return 0;
}

void breaker_init(struct breaker *breaker, uint64_t seed, uint32_t flat,
                  const struct breaker_config *config)
{
    struct random random = random_stream(seed, flat, RANDOM_BREAKER);
    const struct breaker_config c63 = {63000, BREAKER_C};
    if (config->rated_ma == 0)
        config = &c63;
    int32_t rated_ma = config->rated_ma;
    bool small = rated_ma <= SMALL_MA;
    *breaker = (struct breaker){.rated_ma = rated_ma};
    int64_t tenths = random_between(&random, bands[config->curve].low * 100, bands[config->curve].high * 100);
    breaker->magnetic_ma = (int32_t)(tenths * rated_ma / 1000);
    breaker->constant_ms = (int32_t)random_between(&random, small ? 60000 : 90000, small ? 150000 : 225000);
    breaker->trip_heat_milli = (uint16_t)random_between(&random, 1440, 1820);
}

/* exp(-x) for x >= 0, good to 0.003: (1 + y + y^2/2)^-8 with y = x/8. The bimetal is not better known. */
static double decay(double x)
{
    if (x > 40.0)
        return 0.0;
    double y = x / 8.0;
    double root = 1.0 + y + y * y / 2.0;
    double square = root * root;
    double fourth = square * square;
    return 1.0 / (fourth * fourth);
}

/* What the bimetal would come to if the current flowed for ever. */
static double steady_heat(const struct breaker *breaker)
{
    double ratio = (double)breaker->current_ma / breaker->rated_ma;
    if (ratio > HOT_CURRENT_RATIO)
        ratio = HOT_CURRENT_RATIO;
    return ratio * ratio;
}

/* The release acts at once at this current. */
static bool is_magnetic(const struct breaker *breaker, int32_t current_ma)
{
    return current_ma >= breaker->magnetic_ma;
}

int64_t breaker_carries(struct breaker *breaker, int64_t now, int32_t current_ma)
{
    double constant_ns = (double)breaker->constant_ms * (double)NS_PER_MS;
    double steady = steady_heat(breaker);
    breaker->heat = steady + (breaker->heat - steady) * decay((double)(now - breaker->since) / constant_ns);
    breaker->since = now;
    breaker->current_ma = current_ma;
    if (is_magnetic(breaker, current_ma))
        return now + CLEARING_NS;
    double trip = breaker->trip_heat_milli / 1000.0;
    double towards = steady_heat(breaker);
    if (towards <= trip)
        return TIME_NEVER;
    if (breaker->heat >= trip)
        return now + CLEARING_NS;
    double left = constant_ns * random_ln((towards - breaker->heat) / (towards - trip));
    return now + (int64_t)left + CLEARING_NS;
}
