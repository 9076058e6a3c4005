#include "sim/plant/leakage.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <math.h> /* sqrt only: it is exact by IEEE 754 */
#include <string.h>

#define BURST_MIN_NS NS_PER_MS          /* a filter's capacitors are charged in 1 to 3 ms */
#define INTERMITTENT_MIN_NS (5 * NS_PER_MS)

enum {
    STEP_DIVISOR = 50,      /* a level moves by at most a fiftieth at once */
    DRY_DIVISOR = 100,      /* below a hundredth of its peak insulation counts as dry */
    LOGISTIC_WIDTHS = 12,   /* the rise takes twelve widths: from 0.25 % to 99.75 % */
    RESIDUAL_MAX_UA = 2000000000,
};

static const char *const shape_names[] = {
#define X(id, name) name,
    LEAKAGE_SHAPES(X)
#undef X
};

static const char *const waveform_names[] = {
#define X(id, name) name,
    RESIDUAL_WAVEFORMS(X)
#undef X
};

const char *leakage_shape_name(int shape)
{
    return shape >= 0 && shape < LEAKAGE_SHAPE_COUNT ? shape_names[shape] : "unknown";
}

int leakage_shape_from_name(const char *name)
{
    for (int i = LEAKAGE_STEP; i < LEAKAGE_DRYING; i++)
        if (strcmp(shape_names[i], name) == 0)
            return i;
    return -1;
}

const char *residual_waveform_name(int waveform)
{
    return waveform >= 0 && waveform < RESIDUAL_WAVEFORM_COUNT ? waveform_names[waveform] : "unknown";
}

int residual_waveform_from_name(const char *name)
{
    for (int i = 0; i < RESIDUAL_WAVEFORM_COUNT; i++)
        if (strcmp(waveform_names[i], name) == 0)
            return i;
    return -1;
}

int leak_check(const struct leak *leak)
{
    bool levels = leak->from_ua >= 0 && leak->from_ua <= leak->to_ua;
    bool some = leak->to_ua > 0, rises = leak->rise_ms > 0, falls = leak->fall_ms > 0;
    bool sound = false;
    switch (leak->shape) {
    case LEAKAGE_STEP:
        sound = some;
        break;
    case LEAKAGE_RAMP: /* an exponential never leaves 0 */
        sound = some && rises && leak->from_ua > 0;
        break;
    case LEAKAGE_DRIFT:
        sound = some && rises;
        break;
    case LEAKAGE_WET:
    case LEAKAGE_STAIRS:
        sound = some && rises && falls;
        break;
    case LEAKAGE_INTERMITTENT:
        sound = some && leak->rise_ms >= INTERMITTENT_MIN_NS / NS_PER_MS && falls;
        break;
    case LEAKAGE_BURST:
        sound = some && leak->rise_ms >= BURST_MIN_NS / NS_PER_MS;
        break;
    case LEAKAGE_SHARE:
    case LEAKAGE_NEIGHBOUR:
        sound = leak->share_permille > 0 && leak->share_permille <= 1000;
        break;
    }
    return levels && sound && leak->waveform < RESIDUAL_WAVEFORM_COUNT ? 0 : ERROR_INVALID_ARGUMENT;
}

void leakage_init(struct leakage *leakage, uint64_t seed, uint32_t flat)
{
    *leakage = (struct leakage){.random = random_stream(seed, flat, RANDOM_LEAKAGE)};
}

void leakage_begin(struct leakage *leakage, int64_t at, const struct leak *leak)
{
    assert(leak_check(leak) == 0);
    leakage->leak = *leak;
    leakage->level_ua = 0;
    leakage->began = at;
}

void leakage_end(struct leakage *leakage)
{
    leakage->leak = (struct leak){.shape = LEAKAGE_NONE};
    leakage->level_ua = 0;
}

static int64_t after(const struct leakage *leakage, double ms)
{
    return leakage->began + (int64_t)(ms * (double)NS_PER_MS);
}

static int32_t higher(int32_t level, int32_t least_step, int32_t top)
{
    int32_t step = level / STEP_DIVISOR > least_step ? level / STEP_DIVISOR : least_step;
    step = step > 1 ? step : 1;
    return top - level > step ? level + step : top;
}

/* Each shape's change below: what it is now, and when it is next something else. */

static int64_t step_changes(struct leakage *leakage, int64_t now)
{
    const struct leak *leak = &leakage->leak;
    if (now > leakage->began) {
        leakage_end(leakage);
        return TIME_NEVER;
    }
    leakage->level_ua = leak->to_ua;
    return leak->fall_ms ? now + leak->fall_ms * NS_PER_MS : TIME_NEVER;
}

static int64_t ramp_changes(struct leakage *leakage)
{
    const struct leak *leak = &leakage->leak;
    if (leakage->level_ua == 0)
        leakage->level_ua = leak->from_ua;
    else
        leakage->level_ua = higher(leakage->level_ua, 1, leak->to_ua);
    if (leakage->level_ua >= leak->to_ua)
        return TIME_NEVER;
    int32_t next = higher(leakage->level_ua, 1, leak->to_ua);
    return after(leakage, leak->rise_ms * random_ln((double)next / leak->from_ua));
}

static int64_t drift_changes(struct leakage *leakage, int64_t now)
{
    const struct leak *leak = &leakage->leak;
    int32_t range = leak->to_ua - leak->from_ua;
    leakage->level_ua = now == leakage->began
                            ? leak->from_ua
                            : higher(leakage->level_ua, range / STEP_DIVISOR, leak->to_ua);
    if (leakage->level_ua >= leak->to_ua)
        return TIME_NEVER;
    int32_t next = higher(leakage->level_ua, range / STEP_DIVISOR, leak->to_ua);
    return after(leakage, (double)leak->rise_ms * (next - leak->from_ua) / range);
}

static int64_t drying_changes(struct leakage *leakage)
{
    const struct leak *leak = &leakage->leak;
    int32_t next = leakage->level_ua - leakage->level_ua / STEP_DIVISOR - 1;
    leakage->level_ua = next;
    if (next <= leak->from_ua || next <= leak->to_ua / DRY_DIVISOR) {
        leakage_end(leakage);
        return TIME_NEVER;
    }
    int32_t then = next - next / STEP_DIVISOR - 1;
    if (then < 1)
        then = 1;
    return after(leakage, -(double)leak->fall_ms * random_ln((double)then / leak->to_ua));
}

static int64_t begins_to_dry(struct leakage *leakage, int64_t now)
{
    const struct leak *leak = &leakage->leak;
    leakage->leak.shape = LEAKAGE_DRYING;
    leakage->began = now;
    leakage->level_ua = leak->to_ua;
    int32_t then = leak->to_ua - leak->to_ua / STEP_DIVISOR - 1;
    if (then < 1)
        then = 1;
    return after(leakage, -(double)leak->fall_ms * random_ln((double)then / leak->to_ua));
}

static int64_t wet_changes(struct leakage *leakage, int64_t now)
{
    const struct leak *leak = &leakage->leak;
    int32_t range = leak->to_ua - leak->from_ua;
    int32_t least = range / STEP_DIVISOR;
    if (now == leakage->began)
        leakage->level_ua = leak->from_ua;
    else
        leakage->level_ua = higher(leakage->level_ua, least, leak->to_ua);
    if (leakage->level_ua >= leak->to_ua)
        return begins_to_dry(leakage, now);
    int32_t next = higher(leakage->level_ua, least, leak->to_ua);
    double x = (double)(next - leak->from_ua) / range;
    double width = (double)leak->rise_ms / LOGISTIC_WIDTHS;
    double at = next >= leak->to_ua ? leak->rise_ms
                                    : leak->rise_ms / 2.0 + width * random_ln(x / (1.0 - x));
    at = at < 0 ? 0 : at > leak->rise_ms ? leak->rise_ms : at;
    int64_t then = after(leakage, at);
    return then > now ? then : now + 1;
}

static int64_t intermittent_changes(struct leakage *leakage, int64_t now)
{
    const struct leak *leak = &leakage->leak;
    if (leakage->level_ua > 0) {
        leakage->level_ua = 0;
        return now + random_exponential(&leakage->random, leak->fall_ms * NS_PER_MS);
    }
    leakage->level_ua = (int32_t)random_between(&leakage->random, leak->from_ua, leak->to_ua);
    if (leakage->level_ua == 0)
        leakage->level_ua = 1;
    return now + random_between(&leakage->random, INTERMITTENT_MIN_NS, leak->rise_ms * NS_PER_MS);
}

static int64_t stairs_change(struct leakage *leakage, int64_t now)
{
    const struct leak *leak = &leakage->leak;
    int64_t next = now == leakage->began ? leak->from_ua : (int64_t)leakage->level_ua + leak->step_ua;
    if (next > leak->to_ua) {
        leakage_end(leakage);
        return TIME_NEVER;
    }
    leakage->level_ua = (int32_t)next;
    return now + leak->rise_ms * NS_PER_MS;
}

int64_t leakage_change(struct leakage *leakage, int64_t now)
{
    switch (leakage->leak.shape) {
    case LEAKAGE_STEP:
        return step_changes(leakage, now);
    case LEAKAGE_RAMP:
        return ramp_changes(leakage);
    case LEAKAGE_WET:
        return wet_changes(leakage, now);
    case LEAKAGE_DRYING:
        return drying_changes(leakage);
    case LEAKAGE_DRIFT:
        return drift_changes(leakage, now);
    case LEAKAGE_INTERMITTENT:
        return intermittent_changes(leakage, now);
    case LEAKAGE_STAIRS:
        return stairs_change(leakage, now);
    case LEAKAGE_BURST:
        leakage->level_ua = 0;
        return TIME_NEVER;
    default: /* a share follows the load */
        return TIME_NEVER;
    }
}

int64_t leakage_load_came_on(struct leakage *leakage, int64_t now)
{
    const struct leak *leak = &leakage->leak;
    if (leak->shape != LEAKAGE_BURST || now < leakage->began)
        return TIME_NEVER;
    leakage->level_ua = (int32_t)random_between(&leakage->random, leak->to_ua / 2 + 1, leak->to_ua);
    return now + random_between(&leakage->random, BURST_MIN_NS, leak->rise_ms * NS_PER_MS);
}

int32_t leak_share_ua(const struct leak *leak, int32_t load_ma)
{
    int64_t share_ua = (int64_t)load_ma * leak->share_permille; /* mA x 1/1000 is uA */
    return (int32_t)(share_ua < RESIDUAL_MAX_UA ? share_ua : RESIDUAL_MAX_UA);
}

int32_t leakage_ua(const struct leakage *leakage, int32_t load_ma)
{
    bool shares = leakage->leak.shape == LEAKAGE_SHARE;
    return shares ? leak_share_ua(&leakage->leak, load_ma) : leakage->level_ua;
}

int32_t residual_sum_ua(int64_t capacitive_ua, int64_t resistive_ua)
{
    if (capacitive_ua == 0 || resistive_ua == 0) /* the usual case, and exact */
        return (int32_t)(capacitive_ua + resistive_ua);
    double square = (double)capacitive_ua * (double)capacitive_ua +
                    (double)resistive_ua * (double)resistive_ua;
    double sum = sqrt(square);
    return sum < RESIDUAL_MAX_UA ? (int32_t)sum : RESIDUAL_MAX_UA;
}
